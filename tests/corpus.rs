//! Planted faults: every one is found and nothing else is reported, in all layouts; a corpus without faults
//! has no finding at all.

#![expect(clippy::expect_used, reason = "a test that cannot write its corpus has failed")]

use std::collections::BTreeSet;
use std::process::Command;

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use corpus::{Layout, Plan};

const LAYOUTS: [(&str, Layout); 5] = [
    ("inline", Layout::Inline),
    ("registers", Layout::RegisterFiles),
    ("records", Layout::RecordFiles),
    ("bundles", Layout::Bundles),
    ("mixed", Layout::Mixed),
];

fn findings(root: &std::path::Path) -> BTreeSet<(String, String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_havesay"))
        .current_dir(root)
        .env_remove("HAVESAY_RULES")
        .args(["check", "--isolated", "--as-of", "2026-07-01", "-f", "json", "--no-ignore", "."])
        .output()
        .expect("the program runs");
    let audit: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the saved audit is JSON");
    let list = audit.get("findings").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    list.iter()
        .map(|finding| {
            let text = |pointer: &str| finding.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            (text("/programme"), text("/rule"), text("/subject/address"))
        })
        .collect()
}

#[test]
fn planted_faults_are_found_and_nothing_else_is_reported() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let mut rules = BTreeSet::new();
    for (name, layout) in LAYOUTS {
        let folder = root.path().join(name);
        let plan = Plan { seed: 7, programmes: 40, bytes: 6_000_000, layout, faults: true };
        let planted = corpus::write(&plan, &folder).expect("the corpus is written");
        let expected: BTreeSet<_> =
            planted.iter().map(|fault| (fault.programme.clone(), fault.rule.to_owned(), fault.address.clone())).collect();
        rules.extend(planted.iter().map(|fault| fault.rule));
        let found = findings(&folder);
        let missing: Vec<_> = expected.difference(&found).collect();
        let surplus: Vec<_> = found.difference(&expected).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "{name}: missing {missing:?}, surplus {surplus:?}");
    }
    assert!(rules.len() >= 30, "{} rules are planted", rules.len());
}

#[test]
fn a_fair_corpus_has_no_finding() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (name, layout) in LAYOUTS {
        let folder = root.path().join(name);
        let plan = Plan { seed: 11, programmes: 20, bytes: 6_000_000, layout, faults: false };
        corpus::write(&plan, &folder).expect("the corpus is written");
        let found = findings(&folder);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}
