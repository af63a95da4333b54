//! Records of a programme, one kind after another. Which of them there are is not known here.

use super::chance::{date, pick};
use super::json::Value;
use super::programme::{CHANNELS, Programme, SINGLE_CHANNEL, Voice};

impl Programme {
    pub fn participant(&self, id: String, n: usize) -> Value {
        let chance = self.chance(40, n);
        let staff = Self::pay(n) == "employer-paid";
        let types = match n % 8 {
            _ if staff => list!["frontline-staff"],
            2 => list!["lead-user", "customer"],
            3 => list!["domain-expert"],
            4 => list!["non-user"],
            6 => list!["carer-or-proxy", "customer"],
            _ => list!["customer"],
        };
        let first = id.starts_with("p-0");
        let (left, young) = (self.leaves(n) && first, Self::young(n) && first);
        object! {
            "id": id,
            "types": types,
            "workaround": (!staff && n % 8 == 2).then_some("Keeps a calendar of every call and letter."),
            "status": if left { "left-early" } else { "active" },
            "left_reason": left.then(|| pick(&["moved", "relevance", "other"], chance)),
            "invited_on": date(self.week(2) + (chance % 9) as i64),
            "joined_on": date(self.week(4) + (chance >> 8) as i64 % 14),
            "left_on": left.then(|| date(self.week(16))),
            // Specially protected, and with their explicit consent, which not all guests have given.
            "attributes": self.attributes(n).with("disability", (first && n % 8 == 5).then_some("yes")),
            "age_band": if young { "under 16" } else { pick(&["18-29", "30-44", "45-59", "60-74", "75 and over"], chance >> 16) },
            "age_under": young.then_some(16),
            "languages": if chance >> 20 & 7 == 0 { list!["en", "pt-BR"] } else { list!["en"] },
            "access_needs": match n % 7 {
                2 => list![object! {
                    "need": "Cannot read small print.", "adjustment": "All papers in large print, sent ahead.", "met": true
                }],
                // Asked, and has none; the others were not asked.
                0 | 3 | 5 => list![],
                _ => Value::Absent,
            },
            "pay_eligibility": Self::pay(n),
            "workload_relief": staff.then_some("Two shifts a month are covered by a colleague."),
            "channel": pick(if self.bent.one_channel { &SINGLE_CHANNEL } else { &CHANNELS }, n as u64),
            "wave": format!("w-{}", n % 2 + 1),
            "credit_preference": pick(&["named", "pseudonym", "group", "none"], chance >> 28),
            "briefed_on": date(self.week(7)),
            "recorded_at": n.is_multiple_of(3).then(|| date(self.week(7) + 1)),
            "x-household": n.is_multiple_of(5).then_some("one adult"),
        }
    }

    pub fn consent(&self, id: String, participant: String, given: i64, number: usize) -> Value {
        let chance = self.chance(41, number);
        let purposes = match self.agreed(number) {
            0 => list!["participation"],
            1 => list!["participation", "recording"],
            2 => list!["participation", "recording", "quotation", "recontact"],
            _ => list!["participation", "recording", "quotation", "publicity"],
        };
        let asked = !chance.is_multiple_of(4);
        let on =
            if number % 5 == 4 { format!("{}T{:02}:{:02}+01:00", date(given), 8 + chance % 10, chance / 16 % 60) } else { date(given) };
        object! {
            "id": id,
            "participant": participant,
            "state": "given",
            "purposes": purposes,
            "refused_purposes": asked.then(|| list!["ai-training", "product-marketing"]),
            "separate_answers": asked.then_some(true),
            "given_on": on,
            "valid_until": date(given + 3 * 365),
            "notice_version": "2",
            "language": "en",
            "method": "form",
            "withdrawal_method": "message",
            "controller": "the programme's organisation",
            "recipients": list!["research agency", "transcription service"],
            "retention_months": 48,
            "lawful_basis": "consent",
            "explicit": true,
            "purpose_version": 2,
            "on_pay_receipt": (number % 7 != 3).then_some(false),
            "note": (number % 6 == 1).then(|| self.words(41, number)),
        }
    }

    pub fn seat(person: String, capacity: &'static str, hours: f64, travel: Option<f64>, currency: &'static str) -> Value {
        object! {
            "person": person,
            "capacity": capacity,
            "hours": (capacity != "absent").then_some(hours),
            "costs": match travel {
                Some(amount) => list![object! { "kind": "travel", "amount": amount, "currency": currency }],
                // Asked, and had none.
                None if capacity == "participant" => list![],
                None => Value::Absent,
            },
        }
    }

    pub fn session(&self, id: String, kind: &'static str, on: i64, number: usize, facilitators: Value, attendance: Vec<Value>) -> Value {
        let long = !matches!(kind, "interview" | "observation");
        object! {
            "id": id,
            "type": kind,
            "date": date(on),
            "start": if long { "17:30".to_owned() } else { format!("{:02}:00", 9 + number % 8) },
            "end": if long { "20:00".to_owned() } else { format!("{:02}:00", 10 + number % 8) },
            "mode": if long { "in-person" } else { pick(&["in-person", "remote-live"], number as u64) },
            "influence_points": list!["prioritisation"],
            "facilitators": facilitators,
            "recording": if long { "notes" } else { "none" },
            "invited_on": date(on - 21),
            "breaks": long.then_some(1),
            "attendance": attendance,
        }
    }

    /// What a fee is for, and how much it is: the same rate for all who were at the session.
    pub fn payment(&self, id: String, participant: String, session: String, earned: i64, hours: (f64, f64, f64), number: usize) -> Value {
        let chance = self.chance(42, number);
        let whole = hours.0 + hours.1 + hours.2;
        object! {
            "id": id,
            "participant": participant,
            "kind": pick(&["fee", "fee", "fee", "voucher"], chance),
            "for_session": session,
            "hours": hours.0,
            "preparation_hours": hours.1,
            "travel_hours": hours.2,
            // Some get the floor to the penny.
            "amount": whole * (self.floor as f64 + pick(&[0.0, 0.5, 1.0, 2.5], self.chance(57, earned as usize))),
            "currency": self.theme.5,
            "required_purposes": list!["participation"],
            "offered_on": date(earned - 21),
            "earned_on": date(earned),
            // The last of the days that are in time.
            "paid_on": date(earned + 3 + (chance >> 16) as i64 % 28),
            "recorded_at": number.is_multiple_of(4).then(|| date(earned + 35)),
        }
    }

    pub fn contribution(&self, voice: &Voice, number: usize) -> Value {
        let chance = self.chance(43, number);
        let kinds = if voice.phase == 0 {
            ["need", "pain", "story", "job", "desired-outcome", "expectation"]
        } else {
            ["idea", "solution", "critique", "want", "gain", "evaluation"]
        };
        let reason = matches!(voice.disposition, "parked" | "rejected" | "out-of-scope" | "adapted");
        object! {
            "id": voice.id.clone(),
            "by": list![Self::person(voice.by)],
            "session": voice.session.clone(),
            "in_reply_to": voice.reply_to.clone(),
            "made_on": date(voice.made),
            "type": match voice.phase {
                _ if voice.reply_to.is_some() => "comment",
                // Lead users bring what they have tried.
                2.. if voice.by % 8 == 2 => "solution",
                _ => pick(&kinds, chance),
            },
            "text": self.words(43, number),
            "ip_class": pick(&["none", "none", "feedback", "design"], chance >> 8),
            "disposition": voice.disposition,
            "disposition_reason": reason.then(|| self.words(44, number)),
            "disposed_on": date(voice.disposed),
            "disposed_by": list![pick(&["m-02", "m-03", "bodies/b-board"], chance >> 16)],
            "review_on": (voice.disposition == "parked").then_some("2027-01-15"),
            "recorded_at": (number % 3 == 1).then(|| date(voice.disposed)),
            "x-theme": pick(&["access", "time", "language", "trust", "money"], chance >> 20),
        }
    }

    pub fn message(&self, id: String, sent: i64, recipients: Vec<String>, covers: Vec<String>) -> Value {
        object! {
            "id": id,
            "from": "bodies/b-board",
            "to": "participants",
            "recipients": recipients,
            "sent_on": date(sent),
            "covers": covers,
            "channel": "letter and e-mail",
        }
    }

    /// A complaint that was seen to.
    pub fn incident(&self, id: &'static str, on: i64) -> Value {
        object! {
            "id": id, "kind": "complaint", "on": date(on), "severity": "low", "followed_up_on": date(on + 5), "closed_on": date(on + 7)
        }
    }

    pub fn artefact(&self, id: String, kind: &'static str, made: i64, from: Vec<String>) -> Value {
        object! {
            "id": id.clone(),
            "type": kind,
            "made_on": date(made),
            "status": "approved",
            "dependencies": (kind == "service-blueprint").then(|| list!["The front office sees what the back office has planned."]),
            "layers": (kind == "service-blueprint").then(|| list!["customer-actions", "frontstage", "backstage", "support-systems"]),
            "derived_from": (!from.is_empty()).then_some(from),
            "uri": format!("https://work.example.org/{}/{id}", self.id),
        }
    }

    /// An approved decision in which participants had the say that they were promised.
    pub fn decision(
        &self,
        id: String,
        topic: &'static str,
        scope: &'static str,
        on: i64,
        with: [String; 2],
        informed_by: Vec<String>,
    ) -> Value {
        let number = id.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let [one, other] = with;
        let input = self.bent.only_input || self.bent.no_rights;
        object! {
            "id": id,
            "title": self.words(45, number),
            "topic": topic,
            "scope": scope,
            "status": "approved",
            "decided_on": date(on),
            "decided_by": list!["b-board"],
            "commitment": "will-deliver",
            "agreed_by": (!input).then(|| list!["bodies/b-panel", one.clone()]),
            "recommended_by": (!input).then(|| list![one.clone(), other.clone()]),
            "input_from": if input { list![one, other] } else { list![other] },
            "basis": "participant-evidence",
            "informed_by": informed_by,
            "options": list![self.words(46, number), self.words(47, number)],
            "dissent": (number % 3 == 0).then(|| self.words(48, number)),
            "rationale": self.words(49, number),
            "participation_level": "collaborate",
            "recorded_at": date(on + 1),
        }
    }

    pub fn outcome(&self, id: String, kind: &'static str, implements: Vec<String>, started: i64, shipped: i64) -> Value {
        let link = |what: &str| list![format!("https://work.example.org/{what}/{}/{id}", self.id)];
        object! {
            "id": id.clone(),
            "kind": kind,
            "owner": "team/m-04",
            "implements": implements,
            "status": "shipped",
            "reach": "full",
            "started_on": date(started),
            "due_on": date(shipped + 10),
            "shipped_on": date(shipped),
            "serves": list![object! { "attribute": "use", "value": "rarely" }],
            "tickets": link("tickets"),
            "test_cases": link("tests"),
            "training": link("training"),
            "preservation": "adapted-explained",
            "ambition": "incremental",
        }
    }
}
