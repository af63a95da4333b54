//! The charter of a programme, and the characteristics of its people.

use super::chance::{date, day, pick};
use super::json::Value;
use super::programme::{BLOCK, FRAME, Programme};

impl Programme {
    /// The charter, but for what can only be said at the end.
    pub fn charter(&self) -> Value {
        let (_, title, journey, people, thing, currency) = self.theme;
        let people_count = (self.blocks * BLOCK) as i64;
        let money = |kind: &'static str, amount: i64| object! { "kind": kind, "amount": amount, "currency": currency };
        let policy = |kind: &'static str, covers: Value| {
            object! {
                "kind": kind, "version": "2", "in_force_from": date(self.start),
                "uri": format!("https://policies.example.org/{kind}/2"), "adopted_by": "programme board", "covers": covers
            }
        };
        let parts = if self.bent.pay_policy_without_timing {
            list!["rate", "preparation", "expenses", "eligibility"]
        } else {
            list!["rate", "preparation", "expenses", "eligibility", "timing"]
        };
        let mut policies = vec![
            policy("recruitment", Value::Absent),
            policy("consent", Value::Absent),
            policy("compensation", parts),
            policy("data-management", Value::Absent),
            // A policy that is kept elsewhere and only linked counts as one.
            object! { "kind": "benefit-sharing", "uri": "https://policies.example.org/benefit-sharing" },
            policy("safeguarding", Value::Absent),
        ];
        if !self.bent.no_ip_policy {
            policies.push(policy("ip", Value::Absent));
        }
        let topic = |id: &'static str, title: &'static str, reason: Option<&'static str>| {
            object! { "id": id, "title": title, "negotiable": reason.is_none(), "reason": reason }
        };
        let asset = |kind: &'static str, collected: i64, months: i64| {
            object! {
                "kind": kind, "lawful_basis": "consent", "controller": "the programme's organisation",
                "shared_with": list!["transcription service"], "stored_in": "the records room", "collected_on": date(collected),
                "retention_months": months
            }
        };
        object! {
            "$schema": "https://schemas.example.org/havesay/records.json",
            "records": 1,
            "id": self.id.clone(),
            "title": title,
            "kind": "co-design",
            "profile": "sprint",
            "stage": "live",
            "participation_level": "collaborate",
            "promise": (!self.bent.no_promise).then(|| format!("We look to {people} for advice and put it into the decisions to the greatest extent possible.")),
            "purpose": format!("To make {journey} easier, with the people who do it."),
            "purpose_version": 2,
            "purpose_changed_on": date(self.week(3)),
            "topics": self.rows("topics", vec![
                topic("t-1", "What the problem is", None),
                topic("t-2", "What is to change", None),
                topic("t-3", "What comes first", None),
                topic("t-4", "How it is delivered", None),
                topic("t-5", "What the law demands", Some("The law leaves no choice here.")),
                topic("t-6", "What is looked at next year", None),
            ]),
            "journey": object! {
                "name": journey,
                "friction": format!("People do not know what happens after {thing}."),
                "cost_or_risk": "Every second contact asks for something that was said before.",
                "org_units": list!["front office", "back office", "digital service"],
            },
            "fit_rationale": list!["complex-environment", "under-represented-experience"],
            "method": list!["co-design-workshop", "interviews", "service-blueprinting", "usability-testing"],
            "sponsor": (!self.bent.no_sponsor).then_some("team/m-01"),
            "started_on": date(self.start),
            "pauses": list![object! { "from": date(self.week(17) + 4), "to": date(self.week(18) + 6), "reason": "Holidays" }],
            "population": "open",
            "sensitivity": if matches!(self.theme.0, "clinic" | "care" | "arrival") { "high" } else { "ordinary" },
            "impact_assessment": "https://policies.example.org/impact-assessment",
            "support_contact": "https://policies.example.org/whom-to-turn-to",
            "capability_transfer": "https://policies.example.org/handover",
            "independent_facilitation": object! { "answer": false, "reason": "The group asked for people who know the service." },
            "policies": policies,
            "budget": self.rows("budget", vec![
                money("participant-pay", people_count * 2_400),
                money("access", 6_000),
                money("language", 3_000),
                money("travel-and-care", people_count * 300),
                money("facilitation", 20_000),
                money("discovery", 15_000),
                money("delivery", self.blocks as i64 * 60_000),
            ]),
            "rate_card": list![object! { "floor": self.floor, "unit": "hour", "currency": currency, "effective_from": date(self.start) }],
            "plan": object! { "session_count": self.blocks * 4, "participant_count": BLOCK, "session_hours": 4 },
            "selection_goal": "quota",
            "inclusion_criteria": list![format!("Has been through {journey} in the last two years.")],
            "exclusion_criteria": list!["Works for the organisation in a leading position."],
            "reference_population": object! {
                "source": "municipal register",
                "as_of": (!self.bent.no_frame_date).then_some("2024-06"),
                "attributes": self.frame(),
            },
            "quotas": self.rows("quotas", vec![
                object! { "attribute": "use", "value": "rarely", "min": 1, "underserved": true },
                object! { "attribute": "mobility", "value": "limited", "min": 1, "must_include": true },
            ]),
            "panel": object! {
                "kind": "research-panel",
                "required_types": list!["customer", "lead-user", "frontline-staff", "domain-expert"],
                "retention_goal": self.keeps_together.then_some(0.8),
            },
            "evaluation": object! {
                "design": "before-after",
                "comparison": "The same journey in the year before, from the service's own figures.",
                "positive": list!["Fewer repeated contacts.", "People know what happens next."],
                "negative": list!["The first round took longer than was promised."],
                "influence": "Two of the four changes came from participants and were not on the list before.",
                "reflection": "The interviews should have begun earlier.",
            },
            "data_assets": self.rows("data_assets", vec![
                asset("interview notes", self.week(8), 48),
                asset("workshop photographs", self.week(13), 36),
                // Past its term, but deleted in time; and under a legal hold.
                asset("recruitment screener", day(2022, 3, 1), 24).with("deleted_on", "2024-02-20"),
                asset("complaint file", day(2021, 5, 4), 36).with("legal_hold", true),
            ]),
            "note": "Kept by the programme office.",
            "x-portfolio": "services",
        }
    }

    /// A list of the charter, with what specimens add.
    pub fn rows(&self, list: &str, mut rows: Vec<Value>) -> Value {
        rows.extend(self.rows.iter().filter(|row| row.0 == list).map(|row| row.1.clone()));
        if rows.is_empty() { Value::Absent } else { Value::List(rows) }
    }

    /// The attributes of the reference population.
    pub fn frame(&self) -> Value {
        let attribute = |name: &'static str, segments: &[(&'static str, f64)]| {
            let segments: Vec<Value> = segments.iter().map(|(value, share)| object! { "value": *value, "share": *share }).collect();
            object! { "name": name, "segments": segments }
        };
        let mut rows: Vec<Value> = FRAME
            .iter()
            .map(|(name, segments)| {
                let shares: Vec<_> = segments.iter().map(|(value, share)| (*value, *share as f64 * 5.0 / 100.0)).collect();
                attribute(name, &shares)
            })
            .collect();
        if self.bent.one_reach_short {
            rows.push(attribute("reach", &[("online", 0.5), ("by post", 0.5)]));
        }
        if self.bent.departs_from_frame {
            rows.push(attribute("device", &[("telephone", 0.1), ("laptop", 0.36), ("tablet", 0.36), ("counter", 0.18)]));
        }
        self.rows("attributes", rows)
    }

    /// The attributes of a participant, by their number.
    pub fn attributes(&self, n: usize) -> Value {
        let mut pairs: Vec<_> = FRAME.iter().map(|(name, segments)| (*name, Value::from(self.segment(segments, n)))).collect();
        pairs.push(("mobility", Value::from(if n % 8 == 5 { "limited" } else { "as usual" })));
        if self.bent.tenure {
            pairs.push(("tenure", Value::from(pick(&["own", "rent", "other"], n as u64))));
        }
        if self.bent.one_reach_short {
            pairs.push(("reach", Value::from(if n % 32 == 20 { "by post" } else { "online" })));
        }
        if self.bent.departs_from_frame {
            let device = pick(&["telephone", "laptop", "telephone", "tablet", "counter", "laptop", "telephone", "tablet"], n as u64);
            pairs.push(("device", Value::from(device)));
        }
        Value::Object(pairs)
    }
}
