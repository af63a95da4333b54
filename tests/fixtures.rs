//! What the fixtures promise: two programmes without a finding, one with exactly the findings that it lists,
//! and a folder of broken inputs of which each is named.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot run its program has failed")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

/// The date by which the fixtures are written.
const AS_OF: &str = "2026-07-01";

fn check(folder: &str, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_havesay"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("HAVESAY_RULES")
        .args(["check", "--isolated", "--as-of", AS_OF])
        .args(more)
        .arg(folder)
        .output()
        .expect("the program runs")
}

fn findings(folder: &str) -> BTreeSet<(String, String)> {
    let output = check(folder, &["-f", "json"]);
    let audit: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the saved audit is JSON");
    let list = audit.get("findings").and_then(serde_json::Value::as_array).expect("it has findings");
    list.iter()
        .map(|finding| {
            let text = |pointer: &str| finding.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            (text("/rule"), text("/subject/address"))
        })
        .collect()
}

#[test]
fn clean_programmes_stay_free_of_findings() {
    for folder in ["fixtures/clean", "fixtures/workshop"] {
        let output = check(folder, &["-f", "concise"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{folder}: {said}");
        assert!(said.ends_with("Clean.\n"), "{folder}: {said}");
    }
}

#[test]
fn the_theatre_yields_exactly_what_it_lists() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/theatre/expected.txt");
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        let lines: String = findings("fixtures/theatre").iter().map(|(rule, address)| format!("{rule}\t{address}\n")).collect();
        std::fs::write(&list, lines).expect("the list is stored");
    }
    let listed = std::fs::read_to_string(&list).expect("the list is there");
    let expected: BTreeSet<(String, String)> =
        listed.lines().filter_map(|line| line.split_once('\t')).map(|(rule, address)| (rule.to_owned(), address.to_owned())).collect();
    let found = findings("fixtures/theatre");
    let missing: Vec<_> = expected.difference(&found).collect();
    let surplus: Vec<_> = found.difference(&expected).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing {missing:?}, surplus {surplus:?}; if it should be so now: BLESS=1 cargo test --test fixtures"
    );
    let rules: BTreeSet<&str> = expected.iter().map(|(rule, _)| rule.as_str()).collect();
    assert!(rules.len() >= 25, "{} rules", rules.len());
}

#[test]
fn every_broken_input_is_named_and_none_hides_another() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let mut folders: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(&root).expect("the folder is there").flatten() {
        if entry.path().is_dir() {
            folders.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    assert!(folders.len() > 15);
    for folder in folders {
        let output = check(&format!("fixtures/broken/{folder}"), &["-f", "concise"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|status| status <= 3), "{folder}: {said}");
        assert!(said.contains("[record/") || said.contains("no programme was found"), "{folder}: {said}");
        if said.contains("panicked") {
            panic!("{folder}: {said}");
        }
    }
}
