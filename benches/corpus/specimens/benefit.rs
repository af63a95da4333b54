//! Specimens of the rules `benefit/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "benefit/agreement-after-contribution",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("signed-that-day", 0), ("signed-late", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let agreement = kit.agreement(name, vec![format!("p-{name}")], guest.day + days);
                kit.add("agreements", agreement);
                let contribution = guest.contribution.with("ip_class", "design");
                kit.come(Guest { contribution, ..guest });
            }
            "agreements/ag-signed-late".into()
        },
    },
    Specimen {
        rule: "benefit/agreement-missing",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("let-go");
            let contribution = guest.contribution.with("ip_class", "invention").with("disposition", "rejected");
            kit.come(Guest { contribution: contribution.with("disposition_reason", "It is yours again."), ..guest });
            if bad {
                let guest = kit.guest("unsigned");
                let contribution = guest.contribution.with("ip_class", "invention");
                kit.come(Guest { contribution, ..guest });
            }
            "contributions/k-unsigned".into()
        },
    },
    Specimen {
        rule: "benefit/decision-log-unpublished",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("publications", move |publication| match publication.text("kind") {
                "decision-log" if !bad => publication.with("audience", "participants"),
                "decision-log" | "blueprint" | "dashboard" => publication.with("audience", "internal"),
                _ => publication,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "benefit/due-undelivered",
        apart: &["benefit/one-sided"],
        sow: |kit, bad| {
            let benefit = |kind: &'static str, days: i64| object! { "to": "contributors", "kind": kind, "due_on": date(AS_OF - days) };
            let mut benefits = vec![benefit("a visit to the archive", 60), benefit("first use", 61).with("to", "The organisation")];
            if bad {
                benefits.push(benefit("a printed copy", 61));
            }
            let agreement = kit.agreement("due", vec!["p-00001".to_owned()], kit.of.week(7));
            kit.add("agreements", agreement.with("benefits", benefits));
            "agreements/ag-due/benefits[to=contributors,kind=a printed copy]".into()
        },
    },
    Specimen {
        rule: "benefit/interest-undeclared",
        apart: &[],
        sow: |kit, bad| {
            for (name, to) in [("once", AS_OF - 1), ("still", AS_OF)] {
                if to == AS_OF && !bad {
                    continue;
                }
                kit.add("team", object! { "id": format!("m-{name}"), "side": "partner", "interests_declared": false });
                let role = object! {
                    "id": format!("r-{name}"), "kind": "facilitator", "held_by": list![format!("m-{name}")],
                    "from": date(kit.of.start), "to": date(to)
                };
                kit.add("roles", role);
            }
            "team/m-still".into()
        },
    },
    Specimen {
        rule: "benefit/one-sided",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("agreements", move |agreement| {
                let other = !bad && agreement.text("id") == "ag-0000";
                agreement.edit("benefits", |rows| if other { rows } else { rows.each(|row| row.with("to", "Organisation")) })
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "benefit/terms-missing",
        apart: &["power/zero-influence"],
        sow: |kit, bad| {
            for (name, terms) in [("with-terms", true), ("without-terms", false)] {
                if !terms && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let participant = guest.participant.with("types", list!["lead-user"]).with("ahead_of_need", "Moves twice a year.");
                // Taken up too short a while ago to be in use.
                let taken_up = AS_OF - 100;
                let contribution = guest.contribution.without("session").without("recorded_at").with("type", "solution");
                let contribution = contribution.with("disposition", "adopted").with("ip_class", "feedback");
                let contribution = contribution.with("made_on", date(taken_up - 5)).with("disposed_on", date(taken_up));
                let message = guest.message.with("sent_on", date(taken_up + 5));
                let agreement = kit.agreement(name, vec![format!("p-{name}")], guest.day - 5).without("benefits");
                kit.add("agreements", if terms { agreement } else { agreement.without("benefit_terms") });
                kit.come(Guest { participant, contribution, message, ..guest });
            }
            "participants/p-without-terms".into()
        },
    },
];
