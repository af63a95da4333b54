//! Specimens of the rules `trace/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "trace/evidence-of-one-kind",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(40);
            for (name, counted) in [("measured-leap", true), ("leap", false)] {
                if !counted && !bad {
                    continue;
                }
                let evidence = if counted { list!["sessions/s-0000b", "v-0000"] } else { list!["sessions/s-0000b"] };
                let decision = kit.decision(name, on).with("informed_by", evidence);
                kit.add("decisions", decision);
                let outcome = kit.of.outcome(format!("o-{name}"), "process", vec![format!("d-{name}")], on + 14, on + 70);
                kit.add("outcomes", outcome.with("ambition", "step-change"));
            }
            "outcomes/o-leap".into()
        },
    },
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
        rule: "trace/journey-map-without-blueprint",
        apart: &[
            "trace/blueprint-missing",
            "trace/blueprint-layer-missing",
            "trace/blueprint-not-operationalised",
            "trace/blueprint-dependencies-unlisted",
            "trace/sprint-outputs-incomplete",
            "trace/learning-log-missing",
        ],
        sow: |kit, bad| {
            kit.amend("programme", |charter| charter.with("method", list!["co-design-workshop", "interviews", "usability-testing"]));
            // A draft is one too.
            kit.amend("artefacts", move |artefact| match artefact.text("type") {
                "service-blueprint" if bad || artefact.text("status") != "draft" => artefact.with("type", "script"),
                _ => artefact,
            });
            "programme".into()
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
    Specimen {
        rule: "trace/acknowledged-not-answered",
        // It parks something, which is no success.
        apart: &["record/only-successes"],
        sow: |kit, bad| {
            for (name, review) in [("put-off", true), ("put-aside", false)] {
                if !review && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let contribution = guest.contribution.with("disposition", "parked").with("disposition_reason", "Not before the winter.");
                let contribution = contribution.with("review_on", review.then_some("2026-12-01"));
                kit.come(Guest { contribution, ..guest });
            }
            "contributions/k-put-aside".into()
        },
    },
    Specimen {
        rule: "trace/blueprint-layer-missing",
        apart: &["trace/blueprint-missing"],
        sow: |kit, bad| {
            kit.amend("artefacts", move |artefact| match artefact.text("id") {
                "a-0000-blueprint" => {
                    let reason = (!bad).then_some("The systems are drawn on the sheet of the other service.");
                    artefact.with("layers", list!["customer-actions", "frontstage", "backstage"]).with("layers_reason", reason)
                }
                _ => artefact,
            });
            "artefacts/a-0000-blueprint".into()
        },
    },
    Specimen {
        rule: "trace/blueprint-missing",
        apart: &["trace/blueprint-not-operationalised", "record/required-missing"],
        sow: |kit, bad| {
            kit.amend("artefacts", move |artefact| match artefact.text("type") {
                "service-blueprint" if bad || artefact.text("status") != "draft" => artefact.with("type", "journey-map").without("layers"),
                _ => artefact,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/contribution-unrecognisable",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("outcomes", move |outcome| match outcome.text("id") {
                "o-0000-0" => outcome.with("preservation", if bad { "none" } else { "intact" }),
                _ => outcome,
            });
            "outcomes/o-0000-0".into()
        },
    },
    Specimen {
        rule: "trace/contributors-not-credited",
        apart: &[],
        sow: |kit, bad| {
            // The one whose contribution it was made from is not credited, by their own wish or without it.
            kit.amend("outcomes", |outcome| match outcome.text("id") {
                "o-0000-0" => outcome.with("credits", list![object! { "participant": "p-00001", "as": "tested" }]),
                _ => outcome,
            });
            kit.amend("participants", move |participant| match participant.text("id") {
                "p-00000" => participant.with("credit_preference", if bad { "pseudonym" } else { "none" }),
                _ => participant,
            });
            "outcomes/o-0000-0".into()
        },
    },
    Specimen {
        rule: "trace/decision-without-participant-input",
        apart: &["power/promise-exceeds-practice"],
        sow: |kit, bad| {
            let on = kit.of.week(37);
            let note = kit.of.artefact("a-count".into(), "note", kit.of.week(9), Vec::new());
            kit.add("artefacts", note);
            let insight = object! {
                "id": "i-checked", "statement": kit.of.words(61, 0), "evidence_type": "measured", "recorded_on": date(kit.of.week(10)),
                "validated_on": date(kit.of.week(12)), "validated_with": list!["p-00001"]
            };
            kit.add("insights", insight);
            // A topic on which nobody is promised a say by a right.
            kit.row("topics", object! { "id": "t-inside", "title": "Who does what behind the counter", "negotiable": true });
            for (name, evidence) in [("checked", "i-checked"), ("among-themselves", "a-count")] {
                if evidence == "a-count" && !bad {
                    continue;
                }
                let decision = kit.decision(name, on).with("topic", "t-inside").with("informed_by", list![evidence]);
                kit.add("decisions", decision.without("agreed_by").without("recommended_by").without("input_from"));
                kit.delivery(name, on);
            }
            "decisions/d-among-themselves".into()
        },
    },
    Specimen {
        rule: "trace/dropped-without-reason",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(32);
            // Others were to carry it out, so that it is not for the programme to deliver.
            kit.add("decisions", kit.decision("given-up", on).with("commitment", "funds-others"));
            for (name, said) in [("dropped-openly", true), ("dropped-quietly", false)] {
                if !said && !bad {
                    continue;
                }
                let outcome = kit.of.outcome(format!("o-{name}"), "training", vec!["d-given-up".into()], on + 14, on + 70);
                let outcome = outcome.with("status", "dropped").without("shipped_on").with("dropped_on", date(on + 60));
                kit.add("outcomes", outcome.with("dropped_reason", said.then_some("It made the queue on Mondays longer.")));
            }
            "outcomes/o-dropped-quietly".into()
        },
    },
    Specimen {
        rule: "trace/evidence-postdates-decision",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(33);
            for (name, days) in [("evidence-in-time", 0), ("evidence-later", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let report = kit.of.artefact(format!("a-{name}"), "report", on + days, Vec::new());
                kit.add("artefacts", report);
                let decision = kit.decision(name, on).with("informed_by", list![format!("a-{name}")]);
                kit.add("decisions", decision);
                kit.delivery(name, on);
            }
            "decisions/d-evidence-later".into()
        },
    },
    Specimen {
        rule: "trace/evidence-register-incomplete",
        apart: &[],
        sow: |kit, bad| {
            // More than one decision in ten, whatever other specimens add.
            for i in 0..(kit.of.blocks * 4).div_ceil(9) + 1 {
                let (name, on) = (format!("made-up-{i}"), kit.of.week(41));
                kit.add("decisions", kit.decision(&name, on));
                let outcome = kit.of.outcome(format!("o-{name}"), "script", vec![format!("d-{name}")], on + 14, on + 70);
                let outcome = outcome.without("tickets").without("test_cases");
                kit.add("outcomes", if bad { outcome.without("training") } else { outcome });
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/outcome-overdue",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(55);
            for (name, days) in [("nearly-late", 30), ("too-late", 31)] {
                if days == 31 && !bad {
                    continue;
                }
                kit.add("decisions", kit.decision(name, on));
                let outcome = kit.of.outcome(format!("o-{name}"), "place-or-building", vec![format!("d-{name}")], on + 20, on + 40);
                kit.add("outcomes", outcome.with("status", "in-progress").without("shipped_on").with("due_on", date(AS_OF - days)));
            }
            "outcomes/o-too-late".into()
        },
    },
    Specimen {
        rule: "trace/outcome-stale",
        apart: &[],
        sow: |kit, bad| {
            // Upkeep that carries out no decision, begun two years ago or a day earlier.
            for (name, started) in [("slow-upkeep", "2024-07-01"), ("forgotten", "2024-06-30")] {
                if name == "forgotten" && !bad {
                    continue;
                }
                let outcome = kit.of.outcome(format!("o-{name}"), "maintenance", Vec::new(), 0, 0).with("started_on", started);
                kit.add("outcomes", outcome.with("status", "in-progress").without("shipped_on").without("due_on"));
            }
            "outcomes/o-forgotten".into()
        },
    },
    Specimen {
        rule: "trace/output-stuck-in-slides",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(46);
            for (name, kind) in [("told", "report"), ("shelved-slides", "slide-deck")] {
                if kind == "slide-deck" && !bad {
                    continue;
                }
                let told = kit.of.artefact(format!("a-{name}"), kind, on + 20, Vec::new());
                kit.add("artefacts", told);
                let sprint = kit.sprint(name, on).with("outputs", list![format!("a-{name}")]);
                kit.add("sprints", sprint);
            }
            let checklist = kit.of.artefact("a-told-list".into(), "operational-checklist", on + 40, vec!["a-told".into()]);
            kit.add("artefacts", checklist);
            "sprints/sp-shelved-slides".into()
        },
    },
    Specimen {
        rule: "trace/production-rate-low",
        apart: &["power/zero-influence"],
        sow: |kit, bad| {
            // What is in use, counted; as much again was taken up and given up openly, or more.
            let used = (0..kit.of.blocks).flat_map(|block| kit.of.voices(block)).filter(|voice| voice.adopted()).count();
            if kit.of.blocks > 3 {
                return String::new();
            }
            let (on, people) = (kit.of.week(34), [0, 1, 2, 3, 4, 5]);
            let letters: Vec<String> = (0..if bad { used + 8 } else { used - 4 }).map(|i| format!("k-given-up-{i}")).collect();
            for (i, id) in letters.iter().enumerate() {
                let letter = kit.letter(id, i % people.len(), on, "adopted").with("type", "pain");
                kit.add("contributions", letter);
            }
            let outcome = kit.of.outcome("o-given-up".into(), "technology", vec!["d-abandoned".into()], on + 30, on + 80);
            let outcome = outcome.with("status", "dropped").without("shipped_on").with("dropped_on", date(on + 70));
            kit.add("outcomes", outcome.with("dropped_reason", "The supplier gave up the product."));
            let decision = kit.decision("abandoned", on + 20).with("informed_by", letters.clone());
            kit.add("decisions", decision);
            let message = kit.answer("given-up", &people, on + 77, letters.into_iter().chain(["d-abandoned".into()]).collect());
            kit.add("feedback", message);
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/learning-log-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", |charter| charter.edit("method", |methods| methods.and("discovery-sprint")));
            kit.amend("artefacts", move |artefact| match artefact.text("type") {
                "learning-log" if bad => artefact.with("type", "playbook"),
                _ => artefact,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/blueprint-dependencies-unlisted",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("artefacts", move |artefact| match artefact.text("id") {
                "a-0000-blueprint" => artefact.with("dependencies", (!bad).then(|| list![])),
                _ => artefact,
            });
            "artefacts/a-0000-blueprint".into()
        },
    },
    Specimen {
        rule: "trace/prototype-untested",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("fresh", 28), ("shelved", 29)] {
                if days == 29 && !bad {
                    continue;
                }
                let prototype = kit.of.artefact(format!("a-{name}"), "prototype", AS_OF - days, Vec::new());
                kit.add("artefacts", prototype);
            }
            "artefacts/a-shelved".into()
        },
    },
    Specimen {
        rule: "trace/framing-without-decision",
        apart: &["power/participants-join-too-late"],
        sow: |kit, bad| {
            kit.amend("decisions", move |decision| match decision.text("scope") {
                "problem-framing" if bad || decision.text("id") != "d-0000-1" => decision.with("scope", "policy"),
                _ => decision,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/needs-not-recorded",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("contributions", move |contribution| {
                if !bad && contribution.text("id") == "k-00000-0" {
                    return contribution.with("type", "job");
                }
                match contribution.text("type") {
                    "job" | "desired-outcome" | "need" | "pain" | "gain" => contribution.with("type", "expectation"),
                    _ => contribution,
                }
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/sprint-change-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, week) in [("fruitful", 44), ("barren", 2)] {
                if week == 2 && !bad {
                    continue;
                }
                let sprint = kit.sprint(name, kit.of.week(week)).with("kind", "delivery");
                kit.add("sprints", sprint);
            }
            "sprints/sp-barren".into()
        },
    },
    Specimen {
        rule: "trace/sprint-outputs-incomplete",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("artefacts", move |artefact| match artefact.text("id") {
                "a-impact" => artefact.with("type", if bad { "report" } else { "change-impact" }),
                _ => artefact,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/only-small-changes",
        apart: &["trace/evidence-of-one-kind"],
        sow: |kit, bad| {
            kit.blocks_min = kit.blocks_min.max(2);
            kit.amend("outcomes", move |outcome| {
                let wide = !bad && outcome.text("id") == "o-0000-0";
                outcome.with("ambition", "incremental").with("extent", if wide { "journey" } else { "touchpoint" })
            });
            "programme".into()
        },
    },
];
