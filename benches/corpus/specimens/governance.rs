//! Specimens of the rules `governance/…`.

use crate::corpus::chance::date;
use crate::corpus::kit::Specimen;

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
];
