//! Specimens each of which has a programme to itself, because what is wrong with it is too much for any other.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::kit::{Guest, Kit, Specimen};

/// Where errors are planted, every gate that was passed was passed over them: but for the specimen of this rule,
/// gates are passed on conditions there.
pub const OVER_ERRORS: &str = "governance/gate-passed-over-open-errors";

pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "governance/one-off-event",
        apart: &[],
        sow: |kit, bad| {
            young(kit, "define");
            kit.bare = Some(&["participants", "consents", "sessions", "payments", "contributions", "feedback", "outcomes"]);
            for i in 0..6 {
                let guest = kit.guest(&format!("once-{i}"));
                // Somebody wrote in, besides coming.
                let further = if i == 0 && !bad { guest.further.clone().without("session") } else { guest.further.clone() };
                let kind = ["non-user", "frontline-staff"].get(i).copied().unwrap_or("customer");
                let participant = guest.participant.clone().with("types", list![kind]);
                kit.come(Guest { participant, further, ..guest });
            }
            // Everybody has heard how it stands.
            let news = kit.answer("news", &[], AS_OF - 20, Vec::new());
            kit.add("feedback", news);
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/activity-metrics-only",
        apart: &[],
        sow: |kit, bad| {
            young(kit, "develop");
            kit.bare = Some(&["metrics"]);
            for (name, level) in [("reached", "experience"), ("held", "operational"), ("said", "equity-integrity")] {
                let metric = kit.metric(name).with("level", level).with("scope", "journey").with("headline", level != "experience");
                let metric = metric.with("activity_count", bad || name != "said").with("defined_with", list!["p-00000"]);
                kit.add("metrics", metric);
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/unanswered",
        apart: &[],
        sow: |kit, bad| {
            young(kit, "develop");
            kit.bare = Some(&["contributions", "feedback"]);
            let message = kit.answer("all", &[], AS_OF - 70, vec!["k-00023".into()]);
            kit.add("feedback", message);
            // Each without an answer is at fault by itself as well: the other rule speaks of every one.
            for i in 0..24 {
                let id = format!("k-{i:05}");
                let letter = kit.letter(&id, 0, AS_OF - 91, "informs").without("by");
                let open = i < if bad { 13 } else { 0 };
                kit.add(
                    "contributions",
                    if open { letter.without("disposition").without("disposed_on").without("disposed_by") } else { letter },
                );
                if open {
                    kit.plant("trace/no-disposition", format!("contributions/{id}"));
                }
            }
            "programme".into()
        },
    },
    Specimen {
        rule: OVER_ERRORS,
        apart: &[],
        sow: |kit, bad| {
            young(kit, "develop");
            kit.bare = Some(&["contributions", "feedback", "gates"]);
            let message = kit.answer("all", &[], AS_OF - 70, (0..24).map(|i| format!("k-{i:05}")).collect());
            kit.add("feedback", message);
            for i in 0..24 {
                let id = format!("k-{i:05}");
                let letter = kit.letter(&id, 0, AS_OF - 80, "informs").without("by");
                let open = bad && i == 3;
                kit.add(
                    "contributions",
                    if open { letter.without("disposition").without("disposed_on").without("disposed_by") } else { letter },
                );
                if open {
                    kit.plant("trace/no-disposition", format!("contributions/{id}"));
                }
            }
            // The first gate was held when the letter was not yet late, the second when it was.
            for (name, day) in [("early", AS_OF - 52), ("over", AS_OF - 51)] {
                let row =
                    |criterion: &'static str| object! { "criterion": criterion, "finding": "As planned.", "evidence": list!["k-00000"] };
                let gate = object! {
                    "id": format!("g-{name}"), "stage": "define", "held_on": date(day),
                    "criteria": list![row("desirability"), row("integration-cost"), row("policy-risk")], "outcome": "pass",
                    "approvers": list!["m-01"]
                };
                kit.add("gates", gate);
            }
            "gates/g-over".into()
        },
    },
    Specimen {
        rule: "record/newer-version",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| charter.with("records", if bad { 2 } else { 1 }));
            "programme/records".into()
        },
    },
    Specimen {
        rule: "record/two-charters",
        apart: &[],
        sow: |kit, bad| {
            let name = if bad { "programme.yaml" } else { "former-programme.yaml" };
            kit.stray.push((name, b"title: A charter\n".to_vec()));
            "files/programme.yaml".into()
        },
    },
    Specimen {
        rule: "trace/nothing-reusable",
        apart: &[],
        sow: |kit, bad| {
            young(kit, "closed");
            kit.bare = Some(&["artefacts"]);
            for kind in
                ["service-blueprint", "learning-log", "operational-checklist", "change-impact", if bad { "script" } else { "pattern" }]
            {
                let artefact = kit.of.artefact(format!("a-{kind}"), kind, kit.of.week(20), Vec::new());
                kit.add("artefacts", artefact);
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/measurement-lapsed",
        apart: &[],
        sow: |kit, bad| {
            young(kit, "live");
            kit.bare = Some(&["metrics", "outcomes"]);
            let rows = [("one", "experience", "outcome"), ("two", "operational", "outcome"), ("three", "equity-integrity", "process")];
            for (name, level, criterion) in rows.into_iter().chain([("four", "experience", "participation")]) {
                let metric = kit.metric(name).with("level", level).with("criterion", criterion).with("scope", "journey");
                let metric = metric.with("headline", criterion == "outcome").with("defined_with", list!["p-00000"]);
                let metric = metric.with("of", list!["o-old"]).with("measurements", list![kit.measured(28)]);
                kit.add("metrics", metric);
            }
            let outcome = kit.of.outcome("o-old".into(), "policy", vec!["d-0000-1".into()], kit.of.week(20), kit.of.week(25));
            kit.add("outcomes", outcome.with("measure_again_on", (!bad).then(|| date(AS_OF + 1))));
            "outcomes/o-old".into()
        },
    },
];

/// Makes the programme one that has come no further than a stage, and is compared with no population.
fn young(kit: &mut Kit, stage: &'static str) {
    kit.amend("programme", move |charter| {
        let panel = object! { "kind": "advisory-board", "required_types": list![] };
        charter.with("stage", stage).with("panel", panel).without("quotas")
    });
}
