//! Specimens of the rules `governance/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};
use crate::corpus::programme::Programme;

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "governance/sponsor-unnamed",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_sponsor = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/governance-spine-incomplete",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_ip_policy = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/gate-criterion-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, rows) in [("reasoned", 3), ("partial", 2)] {
                if rows == 2 && !bad {
                    continue;
                }
                let row = |criterion: &'static str, finding: &'static str| {
                    object! { "criterion": criterion, "finding": finding, "evidence": list!["s-0000c"] }
                };
                let mut criteria = vec![row("desirability", "Good enough."), row("integration-cost", "Within the means.")];
                if rows == 3 {
                    criteria.push(row("policy-risk", "Not applicable.").with("reason", "No rule is touched."));
                }
                let gate = object! {
                    "id": format!("g-{name}"), "stage": "develop", "held_on": date(kit.of.week(32)), "criteria": criteria,
                    "outcome": "hold", "approvers": list!["m-01"]
                };
                kit.add("gates", gate);
            }
            "gates/g-partial".into()
        },
    },
    Specimen {
        rule: "governance/gate-passed-without-user-evidence",
        apart: &[],
        sow: |kit, bad| {
            for (name, outcome) in [("held", "hold"), ("blind", "pass")] {
                if outcome == "pass" && !bad {
                    continue;
                }
                let row =
                    |criterion: &'static str| object! { "criterion": criterion, "finding": "As planned.", "evidence": list!["a-desk"] };
                let gate = object! {
                    "id": format!("g-{name}"), "stage": "develop", "held_on": date(kit.of.week(32)),
                    "criteria": list![row("desirability"), row("integration-cost"), row("policy-risk")], "outcome": outcome,
                    "approvers": list!["m-01"]
                };
                kit.add("gates", gate);
            }
            let desk = kit.of.artefact("a-desk".into(), "report", kit.of.week(2), Vec::new());
            kit.add("artefacts", desk);
            "gates/g-blind".into()
        },
    },
    Specimen {
        rule: "governance/converged-too-early",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                // On the third day of the interviews, and on evidence that was there.
                let on = kit.of.week(8) + 2;
                let rash = kit.decision("rash", on).with("informed_by", list!["s-00000"]);
                kit.add("decisions", rash);
                kit.delivery("rash", on);
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/decided-own-proposal",
        apart: &["power/zero-influence"],
        sow: |kit, bad| {
            for (name, agreed) in [("seconded", true), ("own", false)] {
                if !agreed && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let on = guest.day + 15;
                let decision = kit.decision(name, on).with("decided_by", list![format!("p-{name}")]);
                let decision = decision.with("informed_by", list![format!("k-{name}")]).with("agreed_by", agreed.then(|| list!["m-01"]));
                kit.add("decisions", decision);
                kit.delivery(name, on);
                let contribution = guest.contribution.with("disposition", "adopted");
                kit.come(Guest { contribution, ..guest });
            }
            "decisions/d-own".into()
        },
    },
    Specimen {
        rule: "governance/decider-unnamed",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(36);
            // A topic on which nobody is promised a say by a right.
            kit.row("topics", object! { "id": "t-open", "title": "What is tried last", "negotiable": true });
            for name in ["by-count", "by-whom"] {
                if name == "by-whom" && !bad {
                    continue;
                }
                let decision = kit.decision(name, on).with("topic", "t-open").without("decided_by").without("agreed_by");
                let evidence = if name == "by-count" { list!["s-0000b", "v-0000"] } else { list!["s-0000b"] };
                kit.add("decisions", decision.with("informed_by", evidence));
                kit.delivery(name, on);
            }
            "decisions/d-by-whom".into()
        },
    },
    Specimen {
        rule: "governance/decision-without-rationale",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(35);
            for (name, written) in [("reason-there", true), ("reasonless", false)] {
                if !written && !bad {
                    continue;
                }
                let decision = kit.decision(name, on).without("rationale");
                kit.add("decisions", decision.with("rationale_in", written.then(|| list!["a-0000-blueprint"])));
                kit.delivery(name, on);
            }
            "decisions/d-reasonless".into()
        },
    },
    Specimen {
        rule: "governance/explore-and-decide-in-one-session",
        apart: &[],
        sow: |kit, bad| {
            for (name, breaks) in [("slow", 1), ("hasty", 0)] {
                if breaks == 0 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let on = guest.day;
                let session = guest.session.clone().with("modes", list!["diverge", "converge"]).with("breaks", breaks);
                kit.come(Guest { session, ..guest });
                let decision = kit.decision(name, on).with("informed_by", list![format!("s-{name}")]);
                kit.add("decisions", decision);
                kit.delivery(name, on);
            }
            "sessions/s-hasty".into()
        },
    },
    Specimen {
        rule: "governance/facilitator-owns-decision",
        apart: &[],
        sow: |kit, bad| {
            for (name, alone) in [("led", false), ("led-and-decided", true)] {
                if alone && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let on = guest.day + 20;
                kit.come(guest);
                let decision = kit.decision(name, on).with("informed_by", list![format!("s-{name}")]);
                kit.add("decisions", decision.with("decided_by", if alone { list!["m-05"] } else { list!["m-05", "b-board"] }));
                kit.delivery(name, on);
            }
            "sessions/s-led-and-decided".into()
        },
    },
    Specimen {
        rule: "governance/key-role-unfilled",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("roles", move |role| match role.text("id") {
                "r-data" => role.with("to", date(AS_OF - i64::from(bad))),
                _ => role,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/outsourced-without-handover",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("team", move |member| match member.text("id") {
                "m-05" => member.with("side", "supplier"),
                id if id.starts_with("m-f") => member.with("side", if bad { "supplier" } else { "partner" }),
                _ => member,
            });
            kit.amend("programme", |charter| charter.without("capability_transfer"));
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/participants-absent-from-governance",
        apart: &["power/no-decision-rights", "power/promise-exceeds-practice", "power/rights-on-paper-only"],
        sow: |kit, bad| {
            kit.amend("roles", move |role| match role.text("id") {
                "r-panel" => {
                    let mut left = if bad { 0 } else { 1 };
                    role.edit("decision_rights", |rights| {
                        rights.each(|right| {
                            left -= 1;
                            if left < 0 { right.with("right", "recommend") } else { right }
                        })
                    })
                }
                _ => role,
            });
            "bodies/b-board".into()
        },
    },
    Specimen {
        rule: "governance/session-cadence-low",
        apart: &[],
        sow: |kit, bad| {
            // Two weeks of work and a day of rest call for ten.
            let from = kit.of.week(40);
            for i in 0..if bad { 9 } else { 10 } {
                let visit = kit.visit(&format!("visit-{i}"), &Programme::person(i % 6), from + i as i64, 0.5);
                kit.add("sessions", visit.with("sprint", "sp-visits"));
            }
            let sprint = kit.sprint("visits", from).with("kind", "discovery").with("ended_on", date(from + 14));
            kit.add("sprints", sprint.with("paused_days", 1));
            "sprints/sp-visits".into()
        },
    },
    Specimen {
        rule: "governance/sprint-overdue",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("last-days", 70), ("endless", 71)] {
                if days == 71 && !bad {
                    continue;
                }
                let sprint = kit.sprint(name, AS_OF - days).with("timebox_weeks", 8).without("ended_on");
                kit.add("sprints", sprint);
            }
            "sprints/sp-endless".into()
        },
    },
    Specimen {
        rule: "governance/sprint-without-business-metric",
        apart: &[],
        sow: |kit, bad| {
            for (name, metric) in [("towards-a-result", "x-2"), ("towards-a-mood", "x-5")] {
                if metric == "x-5" && !bad {
                    continue;
                }
                let sprint = kit.sprint(name, kit.of.week(44)).with("metric", metric);
                kit.add("sprints", sprint);
            }
            "sprints/sp-towards-a-mood".into()
        },
    },
    Specimen {
        rule: "governance/sprint-without-hypothesis",
        apart: &[],
        sow: |kit, bad| {
            let sprint = kit.sprint("guessing", kit.of.week(45)).without("hypothesis");
            // Not begun, and begun.
            kit.add("sprints", sprint.clone().with("id", "sp-to-come").without("started_on").without("ended_on").without("outputs"));
            if bad {
                kit.add("sprints", sprint);
            }
            "sprints/sp-guessing".into()
        },
    },
    Specimen {
        rule: "governance/squad-function-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("team", |member| {
                if member.text("id") == "m-01" || !member.has("functions") { member.with("functions", list!["service"]) } else { member }
            });
            let side = if bad { "observer" } else { "volunteer" };
            kit.add("team", object! { "id": "m-adviser", "side": side, "functions": list!["policy"], "interests_declared": true });
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/prototype-cadence-low",
        apart: &[],
        sow: |kit, bad| {
            // Two weeks of work, with a trial in each, or in the first alone.
            let from = kit.of.week(44);
            for i in 0..10 {
                let visit = kit.visit(&format!("trial-{i}"), &Programme::person(i % 6), from + i as i64, 0.5);
                let tried = i == 0 || i == 7 && !bad;
                kit.add("sessions", visit.with("sprint", "sp-trials").with("tests", tried.then(|| list!["a-0000-prototype"])));
            }
            let sprint = kit.sprint("trials", from).with("kind", "discovery").with("ended_on", date(from + 13));
            kit.add("sprints", sprint);
            "sprints/sp-trials".into()
        },
    },
    Specimen {
        rule: "governance/too-many-deciders",
        apart: &[],
        sow: |kit, bad| {
            let right = |topic: &'static str, right: &'static str| list![object! { "topic": topic, "right": right }];
            for (name, topic, bound) in [("bound", "t-bound", true), ("loose", "t-loose", false)] {
                if !bound && !bad {
                    continue;
                }
                kit.row("topics", object! { "id": topic, "title": "What is tried where", "negotiable": true });
                let role = |id: String, by: Value| object! { "id": id, "kind": "approver", "held_by": by, "from": date(kit.of.start) };
                let deciding = role(format!("r-{name}"), list!["m-02", "m-03"]).with("decision_rights", right(topic, "decide"));
                let agreeing = role(format!("r-{name}-too"), list!["m-04"]).with("decision_rights", right(topic, "agree"));
                kit.add("roles", deciding);
                kit.add("roles", if bound { agreeing } else { Value::Absent });
            }
            "programme/topics[id=t-loose]".into()
        },
    },
    Specimen {
        rule: "governance/journey-unclear",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                charter.edit(
                    "journey",
                    |journey| {
                        if bad { journey.without("cost_or_risk") } else { journey.with("phases", list!["joining", "use"]) }
                    },
                )
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/access-not-lasting",
        apart: &["representation/panel-mix-incomplete", "representation/same-faces"],
        sow: |kit, bad| {
            if kit.of.keeps_together {
                return String::new();
            }
            kit.amend("programme", move |charter| charter.with("panel", (!bad).then(|| object! { "kind": "advisory-board" })));
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/team-out-of-the-room",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("watched");
            let seat = Programme::seat("m-watching".to_owned(), "observer", 1.0, None, kit.of.theme.5);
            let session = guest.session.clone().edit("attendance", |rows| rows.and(seat));
            kit.come(Guest { session, ..guest });
            for (name, came) in [("watching", true), ("away", false)] {
                if !came && !bad {
                    continue;
                }
                let id = format!("m-{name}");
                kit.add("team", object! { "id": id.clone(), "side": "staff", "functions": list!["service"], "interests_declared": true });
                kit.add(
                    "roles",
                    object! { "id": format!("r-{name}"), "kind": "squad-member", "held_by": list![id], "from": date(kit.of.start) },
                );
            }
            "team/m-away".into()
        },
    },
    Specimen {
        rule: "governance/decision-owner-untrained",
        apart: &["governance/sponsor-unnamed"],
        sow: |kit, bad| {
            kit.amend("team", move |member| match member.text("id") {
                "m-01" => member.with("trained_in", if bad { list!["accessibility"] } else { list!["participation"] }),
                _ => member,
            });
            "team/m-01".into()
        },
    },
    Specimen {
        rule: "governance/fit-unstated",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| charter.with("fit_rationale", (!bad).then(|| list!["mandated"])));
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/money-before-evidence",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(40);
            for (name, checked) in [("checked", true), ("unchecked", false)] {
                if !checked && !bad {
                    continue;
                }
                let evidence = if checked { list!["sessions/s-0000b", "i-0000-0"] } else { list!["sessions/s-0000b"] };
                let decision = kit.decision(name, on).with("informed_by", evidence);
                let decision = decision.with("amount", 500).with("currency", kit.of.theme.5).with("draws_on", "delivery");
                kit.add("decisions", decision);
                kit.delivery(name, on);
            }
            "decisions/d-unchecked".into()
        },
    },
];
