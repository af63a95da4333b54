//! Specimens of the rules `trace/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "trace/no-disposition",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("waiting");
            let open = |id: &str, on: i64| {
                guest
                    .contribution
                    .clone()
                    .with("id", id.to_owned())
                    .with("made_on", date(on))
                    .without("session")
                    .without("disposition")
                    .without("disposition_reason")
                    .without("disposed_on")
                    .without("disposed_by")
                    .without("recorded_at")
            };
            kit.add("contributions", open("k-in-time", AS_OF - 28));
            if bad {
                kit.add("contributions", open("k-unanswered", AS_OF - 29));
            }
            kit.come(guest);
            "contributions/k-unanswered".into()
        },
    },
    Specimen {
        rule: "trace/decision-without-evidence",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(34);
            let law = kit.decision("law", on).without("informed_by").with("basis", "legal-obligation");
            kit.add("decisions", law);
            kit.delivery("law", on);
            if bad {
                let bare = kit.decision("bare", on).with("informed_by", list![]);
                kit.add("decisions", bare);
                kit.delivery("bare", on);
            }
            "decisions/d-bare".into()
        },
    },
    Specimen {
        rule: "trace/outcome-without-decision",
        apart: &[],
        sow: |kit, bad| {
            for (name, kind) in [("upkeep", "maintenance"), ("unasked", "process")] {
                if name == "unasked" && !bad {
                    continue;
                }
                let (from, to) = (kit.of.week(40), kit.of.week(46));
                let outcome = kit.of.outcome(format!("o-{name}"), kind, Vec::new(), from, to);
                kit.add("outcomes", outcome);
            }
            "outcomes/o-unasked".into()
        },
    },
    Specimen {
        rule: "trace/decision-not-delivered",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(35);
            let permit = kit.decision("permit", on).with("commitment", "permits");
            kit.add("decisions", permit);
            if bad {
                let idle = kit.decision("idle", on);
                kit.add("decisions", idle);
            }
            "decisions/d-idle".into()
        },
    },
    Specimen {
        rule: "trace/contribution-never-shipped",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("young", 179), ("stuck", 180)] {
                if days == 180 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let disposed = AS_OF - days;
                let contribution = guest
                    .contribution
                    .with("disposition", "adopted")
                    .with("made_on", date(disposed - 5))
                    .with("disposed_on", date(disposed));
                let message = guest.message.with("sent_on", date(disposed + 5)).with("covers", list![format!("k-{name}")]);
                let contribution = contribution.without("session").without("recorded_at");
                kit.come(Guest { contribution, further: Value::Absent, message, ..guest });
            }
            "contributions/k-stuck".into()
        },
    },
    Specimen {
        rule: "trace/feedback-not-closed",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("told", 10), ("untold", 9)] {
                if days < 10 && !bad {
                    continue;
                }
                // The answer is given on the tenth day, and a message that came before cannot have told of it.
                let guest = kit.guest(name);
                let message = guest.message.with("sent_on", date(guest.day + days)).with("covers", list![format!("k-{name}")]);
                kit.come(Guest { message, further: Value::Absent, ..guest });
            }
            "contributions/k-untold".into()
        },
    },
    Specimen {
        rule: "trace/blueprint-not-operationalised",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let blueprint = kit.of.artefact("a-shelved".into(), "service-blueprint", kit.of.week(32), vec!["a-0000-map".into()]);
                kit.add("artefacts", blueprint);
            }
            "artefacts/a-shelved".into()
        },
    },
];
