//! Planted faults: every one is found and nothing else is reported, in all layouts, and every rule has one;
//! a corpus without faults has no finding at all.

#![expect(clippy::expect_used, reason = "a test that cannot write its corpus has failed")]

use std::collections::BTreeSet;
use std::path::Path;
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

/// Rules that are not planted, and why.
const NOT_PLANTED: [(&str, &str); 15] = [
    ("record/link-not-followed", "not every file system has links"),
    ("record/name-not-utf-8", "not every file system takes such a name"),
    ("record/not-readable", "whoever may do anything can read every file"),
    ("record/renamed-field", "no field has had another name so far"),
    ("record/rule-fault", "a fault of a rule, which no built-in one has"),
    ("record/too-large", "the limit is far beyond the size of a test"),
    ("record/waiver-expired", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-incomplete", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-of-locked-rule", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-of-renamed-rule", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-over-broad", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-self-approved", "the corpus has no waivers; the examples of the page have"),
    ("record/waiver-too-long", "the corpus has no waivers; the examples of the page have"),
    ("record/baseline-entry-fixed", "the corpus has no baseline; the examples of the page have"),
    ("record/waiver-unused", "the corpus has no waivers; the examples of the page have"),
];

fn findings(root: &Path) -> BTreeSet<(String, String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_havesay"))
        .current_dir(root)
        .env_remove("HAVESAY_RULES")
        .args(["check", "--isolated", "--as-of", "2026-07-01", "-f", "json", "--no-ignore", "."])
        .output()
        .expect("the program runs");
    let audit: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the saved audit is JSON");
    let list = audit.get("findings").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let found: BTreeSet<_> = list
        .iter()
        .map(|finding| {
            let text = |pointer: &str| finding.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            (text("/programme"), text("/rule"), text("/subject/address"))
        })
        .collect();
    assert_eq!(list.len(), found.len(), "no fault is reported twice");
    found
}

/// The names of all rules: the paths of their pages.
fn rules() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut names = BTreeSet::new();
    for family in std::fs::read_dir(root).expect("the rules are there").flatten() {
        let name = family.file_name().to_string_lossy().into_owned();
        if name == "definitions" || !family.path().is_dir() {
            continue;
        }
        for page in std::fs::read_dir(family.path()).expect("the family is there").flatten() {
            names.extend(page.file_name().to_string_lossy().strip_suffix(".md").map(|stem| format!("{name}/{stem}")));
        }
    }
    names
}

#[test]
fn planted_faults_are_found_and_nothing_else_is_reported() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let mut planted_rules = BTreeSet::new();
    // Another number each time, so that specimens meet others: those that keep apart would always pass each other over.
    for ((seed, programmes), (name, layout)) in (7..).zip([40, 48, 56, 64, 72]).zip(LAYOUTS) {
        let folder = root.path().join(name);
        let plan = Plan { seed, programmes, bytes: 6_500_000, layout, faults: true };
        let planted = corpus::write(&plan, &folder).expect("the corpus is written");
        let expected: BTreeSet<_> =
            planted.iter().map(|fault| (fault.programme.clone(), fault.rule.to_owned(), fault.address.clone())).collect();
        planted_rules.extend(planted.iter().map(|fault| fault.rule.to_owned()));
        let found = findings(&folder);
        let missing: Vec<_> = expected.difference(&found).collect();
        let surplus: Vec<_> = found.difference(&expected).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "{name}: missing {missing:?}, surplus {surplus:?}");
    }
    let not_planted: BTreeSet<String> = rules().difference(&planted_rules).cloned().collect();
    let listed: BTreeSet<String> = NOT_PLANTED.iter().map(|(rule, _)| (*rule).to_owned()).collect();
    assert_eq!(not_planted, listed, "the rules of which no specimen is planted");
}

#[test]
fn a_fair_corpus_has_no_finding() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for (seed, (name, layout)) in (11..).zip(LAYOUTS) {
        let folder = root.path().join(name);
        let plan = Plan { seed, programmes: 20, bytes: 6_000_000, layout, faults: false };
        corpus::write(&plan, &folder).expect("the corpus is written");
        let found = findings(&folder);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

/// What the yardstick parses is all that records may hold: it would cost less if it passed some of it over.
#[test]
fn the_yardstick_has_every_field_of_the_records() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("the file is there");
    let schema: serde_json::Value = serde_json::from_str(&read("schema/records.json")).expect("the schema is JSON");
    let yardstick = read("benches/yardstick/mod.rs");
    let camel = |name: &str| -> String {
        let capital = |part: &str| part.chars().next().map(|first| first.to_uppercase().chain(part.chars().skip(1)).collect::<String>());
        name.split('-').filter_map(capital).collect()
    };
    let mut missing = BTreeSet::new();
    let definitions = schema.get("$defs").and_then(|all| all.as_object()).expect("there are definitions");
    for (name, described) in definitions.iter().map(|(name, described)| (camel(name), described)).chain([("Charter".to_owned(), &schema)]) {
        let Some(fields) = described.get("properties").and_then(|all| all.as_object()) else { continue };
        let after = [format!("pub struct {name}<'a> {{"), format!("pub struct {name} {{")]
            .iter()
            .find_map(|head| yardstick.split_once(head.as_str()).map(|(_, rest)| rest));
        let body = after.and_then(|rest| rest.split_once("\n}")).map(|(body, _)| body);
        for field in fields.keys() {
            let is_there = |body: &str| {
                [format!("pub {field}:"), format!("pub r#{field}:"), format!("rename = \"{field}\"")].iter().any(|word| body.contains(word))
            };
            if !body.is_some_and(is_there) {
                missing.insert(format!("{name}.{field}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
