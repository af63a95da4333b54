//! Specimens of the rules `measurement/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::Specimen;

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "measurement/level-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_equity_metric = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/baseline-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, none_exists) in [("new-service", true), ("afterwards", false)] {
                if !none_exists && !bad {
                    continue;
                }
                let baseline = none_exists.then(|| object! { "none_exists": true });
                let metric = kit.metric(name).with("baseline", baseline);
                kit.add("metrics", metric);
            }
            "metrics/x-afterwards".into()
        },
    },
    Specimen {
        rule: "measurement/evaluation-design-unstated",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                let reason = (!bad).then_some("The region evaluates all its services itself.");
                charter.edit("evaluation", |evaluation| evaluation.with("design", "none").with("reason", reason))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/journey-metric-count",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| match metric.text("id") {
                "x-2" | "x-3" => metric.with("headline", true).with("scope", if bad { "journey" } else { "touchpoint" }),
                _ => metric,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/learning-velocity-incomplete",
        apart: &[],
        sow: |kit, bad| {
            // Half of the insights bear no date, or one in six.
            kit.amend("insights", move |insight| {
                let id = insight.text("id");
                if id.ends_with("-1") || bad && id.ends_with("-2") { insight.without("recorded_on") } else { insight }
            });
            for i in 0..if bad { 0 } else { kit.of.blocks * 2 } {
                let insight = object! {
                    "id": format!("i-dated-{i}x"), "statement": kit.of.words(61, i), "evidence_type": "observed",
                    "recorded_on": date(kit.of.week(12)), "from": list!["k-00000-0"]
                };
                kit.add("insights", insight);
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/methods-note-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("publications", move |publication| match publication.text("kind") {
                "methods-note" => publication.with("audience", if bad { "internal" } else { "participants" }),
                _ => publication,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/metric-defined-after-result",
        apart: &[],
        sow: |kit, bad| {
            // The first value is taken on the fifth day of the week.
            let on = date(kit.of.week(44) + if bad { 5 } else { 4 });
            kit.amend("metrics", move |metric| if metric.text("id") == "x-0" { metric.with("defined_on", on.clone()) } else { metric });
            "metrics/x-0".into()
        },
    },
    Specimen {
        rule: "measurement/negative-results-omitted",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                charter.edit("evaluation", |evaluation| evaluation.with("negative", (!bad).then(|| list![])))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/non-participants-unmeasured",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| match metric.text("id") {
                "x-0" | "x-3" => {
                    let one = !bad && metric.text("id") == "x-3";
                    metric.edit("measurements", |rows| {
                        let rows = rows.each(|row| if row.text("population") == "participants" { row } else { Value::Absent });
                        rows.and(one.then(|| object! { "on": "2026-05-06", "value": 44, "n": 80, "population": "non-participants" }))
                    })
                }
                _ => metric,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/participant-experience-unmeasured",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| if metric.text("id") == "x-5" { metric.with("activity_count", bad) } else { metric });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/success-measures-not-co-created",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| match metric.text("id") {
                "x-0" if !bad => metric,
                _ => metric.with("defined_with", list![]),
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/value-in-use-unmeasured",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(50);
            kit.add("decisions", kit.decision("in-use", on));
            for (name, days) in [("new-in-use", 90), ("long-in-use", 91)] {
                if days == 91 && !bad {
                    continue;
                }
                let outcome = kit.of.outcome(format!("o-{name}"), "script", vec!["d-in-use".into()], on + 20, AS_OF - days);
                kit.add("outcomes", outcome);
            }
            "outcomes/o-long-in-use".into()
        },
    },
    Specimen {
        rule: "measurement/large-effect-unexplained",
        apart: &["measurement/methods-note-missing"],
        sow: |kit, bad| {
            let metric = kit.metric("delighted").with("level", "experience").with("measures", "satisfaction");
            let metric = metric.with("baseline", object! { "value": 50, "on": date(kit.of.week(10)) });
            kit.add("metrics", metric);
            if bad {
                // No programme lacks the note alone: another rule asks for it by itself.
                kit.amend("publications", |publication| match publication.text("kind") {
                    "methods-note" => Value::Absent,
                    _ => publication,
                });
                kit.plant("measurement/methods-note-missing", "programme".into());
            }
            "metrics/x-delighted".into()
        },
    },
    Specimen {
        rule: "measurement/steering-untested",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(40);
            kit.add("decisions", kit.decision("steering", on));
            for (name, grave) in [("small-matter", false), ("grave-matter", true)] {
                if grave && !bad {
                    continue;
                }
                let outcome = kit.of.outcome(format!("o-{name}"), "personalisation", vec!["d-steering".into()], on + 20, on + 70);
                kit.add("outcomes", outcome.with("high_stakes", grave));
            }
            "outcomes/o-grave-matter".into()
        },
    },
    Specimen {
        rule: "measurement/numbers-only",
        apart: &["trace/needs-not-recorded"],
        sow: |kit, bad| {
            kit.amend("insights", |insight| insight.with("evidence_type", "measured"));
            kit.amend("contributions", move |contribution| match contribution.text("type") {
                "pain" | "gain" | "critique" | "evaluation" | "story" if bad => contribution.with("type", "want"),
                _ => contribution,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/criterion-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| match metric.text("id") {
                "x-6" if bad => metric.with("criterion", "participation"),
                _ => metric,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/values-not-broken-down",
        apart: &["measurement/level-missing"],
        sow: |kit, bad| {
            kit.amend("metrics", move |metric| match metric.text("id") {
                "x-4" => metric.without("measurements"),
                "x-1" => metric.with("broken_down_by", (!bad).then(|| list!["area"])),
                _ => metric,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "measurement/learning-slow",
        apart: &["measurement/learning-velocity-incomplete", "trace/decision-without-participant-input"],
        sow: |kit, bad| {
            // As many again that nobody has checked, or one more.
            let one_more = usize::from(bad);
            kit.blocks_min = kit.blocks_min.max(2);
            for i in 0..kit.of.blocks.max(2) * 4 + one_more {
                let insight = object! {
                    "id": format!("i-believed-{i}"), "statement": kit.of.words(62, i), "evidence_type": "observed",
                    "recorded_on": date(kit.of.week(12)), "from": list!["k-00000-0"]
                };
                kit.add("insights", insight);
            }
            "programme".into()
        },
    },
];
