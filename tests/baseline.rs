//! Baselines as those meet them who begin with a backlog of known flaws.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test says what it found by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::{AS_OF, Call, FINE, Folder, Told, copy, findings, root, toy, toy_rules};

const FILE: &str = "havesay.baseline.jsonl";

/// The frozen rules with the built-in ones about waivers and baselines.
fn rules(folder: &Folder) -> PathBuf {
    let rules = folder.at("rules-of-the-test");
    if !rules.exists() {
        copy(&toy_rules(), &rules);
        for page in ["waiver-expired.md", "baseline-entry-fixed.md"] {
            fs::copy(root().join("rules/record").join(page), rules.join("record").join(page)).unwrap();
        }
    }
    rules
}

fn run(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), args).env("HAVESAY_RULES", rules(folder)).env("HAVESAY_AS_OF", AS_OF).run()
}

/// The toy programme with a baseline of its findings.
fn begun() -> Folder {
    let folder = toy();
    let told = run(&folder, &["baseline", "create", "toy"]);
    assert_eq!((told.status, told.out.as_str()), (0, "6 findings written to havesay.baseline.jsonl\n"), "{}", told.err);
    folder
}

fn check(folder: &Folder, args: &[&str]) -> Told {
    run(folder, &[&["check", "--baseline", FILE, "-f", "concise"], args].concat())
}

/// Puts one flaw right: the payment is what it should be.
fn mend(folder: &Folder) {
    let brought = folder.read("toy/brought.json").replace("\"amount\": 5", "\"amount\": 50");
    folder.write("toy/brought.json", brought);
}

/// Brings a new one: another workshop that nobody came to.
fn break_more(folder: &Folder) {
    folder.write("toy/sessions/2026-03-23.json", r#"{ "id": "s-9", "type": "workshop", "date": "2026-03-23", "attendance": [] }"#);
}

#[test]
fn what_was_there_does_not_fail_and_what_is_new_does() {
    let folder = begun();
    let told = check(&folder, &["toy"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert_eq!(findings(&told.out), [""; 0]);
    assert!(told.out.contains("no findings; 6 findings are held back by a waiver or the baseline"), "{}", told.out);
    let told = check(&folder, &["--show-suppressed", "toy"]);
    assert_eq!(findings(&told.out).iter().filter(|line| line.ends_with("(in the baseline)")).count(), 6, "{}", told.out);
    break_more(&folder);
    let told = check(&folder, &["--fail-on", "warning", "toy"]);
    assert_eq!(told.status, 1);
    assert_eq!(findings(&told.out).len(), 1, "{}", told.out);
    assert!(told.out.contains("s-9 on 2026-03-23 had no participant"), "{}", told.out);
}

#[test]
fn the_saved_audit_says_how_each_finding_stands() {
    let folder = begun();
    break_more(&folder);
    let audit = run(&folder, &["check", "--baseline", FILE, "-f", "json", "toy"]).json();
    let states: BTreeMap<&str, usize> = audit["findings"].as_array().unwrap().iter().fold(BTreeMap::new(), |mut counts, finding| {
        let state = finding["baseline"].as_str().unwrap();
        assert_eq!(finding["suppressed"].is_null(), state == "new", "{finding}");
        *counts.entry(state).or_default() += 1;
        counts
    });
    assert_eq!(states, BTreeMap::from([("new", 1), ("unchanged", 6)]));
    assert_eq!(audit["summary"]["suppressed"], 6);
    assert_eq!(audit["settings"]["baseline"]["path"], FILE);
    let own = audit["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "money/small").unwrap();
    assert_eq!(own["suppressed"], json!({ "by": "baseline", "address": "payments/pay-2", "until": null }));
}

#[test]
fn the_file_says_what_each_finding_is_and_nothing_that_is_masked() {
    let folder = begun();
    let text = folder.read(FILE);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.first(), Some(&"{\"tool\":\"havesay\",\"holds\":\"baseline\",\"version\":\"1.0\"}"));
    assert_eq!(lines.last(), Some(&"{\"end\":true}"));
    assert!(text.contains("{\"programme\":\"toy\",\"rule\":\"people/silent\",\"address\":\"participants/p-2\",\"fingerprint\":\"1914d1ee4bb5a1015de31e0bec97041e\"}"), "{text}");
    let mut sorted = lines[1..lines.len() - 1].to_vec();
    sorted.sort_unstable();
    assert_eq!(sorted, lines[1..lines.len() - 1]);
    // An id that is a contact, and a rule that says something of one person by itself.
    let folder = toy();
    let page = rules(&folder).join("money/small.md");
    fs::write(&page, fs::read_to_string(&page).unwrap().replacen("since: 0.1.0", "reveals: true\nsince: 0.1.0", 1)).unwrap();
    folder.write("toy/participants.json", folder.read("toy/participants.json").replace("p-4", "jo@example.org"));
    assert_eq!(run(&folder, &["baseline", "create", "toy"]).status, 0);
    let text = folder.read(FILE);
    assert!(!text.contains("example.org") && !text.contains("pay-2") && text.contains("participants/•••/joined_on"), "{text}");
    assert!(text.contains("{\"programme\":\"toy\",\"rule\":\"money/small\",\"fingerprint\":"), "{text}");
    let told = check(&folder, &["toy"]);
    assert!(told.status == 0 && findings(&told.out).is_empty(), "{}", told.both());
}

#[test]
fn a_fixed_flaw_that_lingers_is_a_finding_until_it_is_taken_out() {
    let folder = begun();
    mend(&folder);
    let told = check(&folder, &["toy"]);
    assert_eq!(told.status, 0, "a warning does not fail");
    assert_eq!(findings(&told.out).len(), 1, "{}", told.out);
    assert!(
        told.out.contains(
            "havesay.baseline.jsonl:2:1: warning[record/baseline-entry-fixed] the baseline holds a finding that is no longer there"
        ),
        "{}",
        told.out
    );
    let told = run(&folder, &["check", "--baseline", FILE, "toy"]);
    assert!(told.out.contains("pay-2") && told.out.contains("no longer found"), "{}", told.out);
    let told = run(&folder, &["baseline", "check", "toy"]);
    assert_eq!(told.status, 1);
    assert!(told.out.starts_with("havesay.baseline.jsonl:2:1: money/small for payments/pay-2 in toy is no longer there\n"), "{}", told.out);
    assert!(
        told.out.contains("holds 6 findings: 1 no longer there, 0 of programmes that were not audited; 0 findings are new"),
        "{}",
        told.out
    );
    let before = folder.read(FILE);
    let told = run(&folder, &["baseline", "prune", "--dry-run", "toy"]);
    assert!(told.status == 0 && told.out.ends_with("1 finding would be taken out; 5 findings stay\n"), "{}", told.out);
    assert_eq!(folder.read(FILE), before);
    let told = run(&folder, &["baseline", "prune", "toy"]);
    assert!(told.status == 0 && told.out.ends_with("1 finding taken out; 5 findings stay\n"), "{}", told.out);
    let after: Vec<String> = folder.read(FILE).lines().map(str::to_owned).collect();
    let expected: Vec<&str> = before.lines().filter(|line| !line.contains("money/small")).collect();
    assert_eq!(after, expected, "nothing else changes");
    assert_eq!(run(&folder, &["baseline", "check", "toy"]).status, 0);
    assert_eq!(findings(&check(&folder, &["toy"]).out), [""; 0]);
    // Comes back: counts.
    folder.write("toy/brought.json", folder.read("toy/brought.json").replace("\"amount\": 50", "\"amount\": 5"));
    assert!(check(&folder, &["toy"]).out.contains("pay-2 is 5 EUR"));
}

#[test]
fn what_was_not_looked_at_is_not_called_fixed() {
    let folder = begun();
    mend(&folder);
    for args in [&["--ignore", "money", "toy"][..], &["--select", "people,record", "toy"], &["--stage", "charter", "toy"]] {
        assert!(!check(&folder, args).out.contains("baseline-entry-fixed"), "{args:?}");
    }
    // A programme that is not in the run.
    folder.write("fine/programme.json", FINE);
    assert!(!check(&folder, &["fine"]).out.contains("baseline-entry-fixed"));
    let told = run(&folder, &["baseline", "check", "fine"]);
    assert!(told.status == 0 && told.out.contains("6 of programmes that were not audited"), "{}", told.out);
    assert!(run(&folder, &["baseline", "prune", "fine"]).out.starts_with("0 findings taken out; 6 findings stay\n"));
    assert!(run(&folder, &["baseline", "prune", "--not-audited", "fine"]).out.ends_with("6 findings taken out; 0 findings stay\n"));
    // A file that cannot be read.
    let folder = begun();
    folder.write("toy/brought.json", "{ \"payments\": [");
    let told = check(&folder, &["toy"]);
    assert!(told.status == 3 && !told.out.contains("baseline-entry-fixed"), "{}", told.out);
    let told = run(&folder, &["baseline", "prune", "toy"]);
    assert!(told.status == 3 && told.err.contains("could not be judged"), "{}", told.both());
}

#[test]
fn update_takes_in_what_is_new_takes_out_what_is_gone_and_says_so() {
    let folder = begun();
    folder.write(
        "fine/programme.json",
        FINE.replace(
            "\"team\"",
            "\"sessions\": [{ \"id\": \"s-1\", \"type\": \"workshop\", \"date\": \"2026-03-01\", \"attendance\": [] }], \"team\"",
        )
        .replace("\"charter\"", "\"discover\""),
    );
    mend(&folder);
    break_more(&folder);
    let told = run(&folder, &["baseline", "update", "toy"]);
    assert_eq!(told.status, 0);
    let expected = "added seats/empty for sessions/s-9 in toy\nremoved money/small for payments/pay-2 in toy\n1 finding added, 1 finding removed; havesay.baseline.jsonl now holds 6 findings\n";
    assert_eq!(told.out, expected);
    let told = run(&folder, &["baseline", "update"]);
    assert!(told.out.contains("added seats/empty for sessions/s-1 in fine"), "{}", told.out);
    // Of one programme: what is known of the other stays.
    let before = folder.read(FILE);
    let told = run(&folder, &["baseline", "update", "fine"]);
    assert!(told.out.starts_with("0 findings added, 0 findings removed"), "{}", told.out);
    assert_eq!(folder.read(FILE), before);
    assert_eq!(check(&folder, &[]).status, 0);
}

#[test]
fn what_a_waiver_holds_back_is_not_taken_in() {
    let waiver = "[[waiver]]\nrule = \"people/silent\"\nprogramme = \"toy\"\naddress = \"participants/p-2\"\nreason_type = \"disputed\"\nreason = \"It is contested.\"\napproved_by = \"dpo-office\"\napprover_role = \"sponsor\"\ngranted_on = 2026-06-01\nexpires_on = 2026-07-31\n";
    let folder = toy().with("toy/havesay.waivers.toml", waiver);
    assert!(run(&folder, &["baseline", "create", "toy"]).out.starts_with("5 findings written"));
    assert_eq!(check(&folder, &["toy"]).status, 0);
    let told = check(&folder, &["--as-of", "2026-08-01", "toy"]);
    assert!(told.status == 1 && told.out.contains("p-2 came to 2 sessions") && told.out.contains("record/waiver-expired"), "{}", told.out);
    // What is said of waivers is not taken in either.
    assert!(run(&folder, &["baseline", "update", "--as-of", "2026-08-01", "toy"]).out.contains("1 finding added"));
    let told = check(&folder, &["--as-of", "2026-08-01", "toy"]);
    assert!(told.status == 0 && told.out.contains("record/waiver-expired"), "{}", told.out);
}

#[test]
fn a_rule_that_was_renamed_is_known_by_its_earlier_name() {
    let folder = begun();
    let rules = rules(&folder);
    let page = fs::read_to_string(rules.join("money/small.md")).unwrap();
    fs::remove_file(rules.join("money/small.md")).unwrap();
    fs::write(rules.join("money/little.md"), page.replacen("since: 0.1.0", "since: 0.1.0\nformerly: [money/small]", 1)).unwrap();
    let told = check(&folder, &["toy"]);
    assert!(told.status == 0 && findings(&told.out).is_empty(), "{}", told.both());
    assert_eq!(run(&folder, &["baseline", "check", "toy"]).status, 0);
    let told = run(&folder, &["baseline", "update", "toy"]);
    assert!(
        told.out.contains("added money/little for payments/pay-2 in toy\nremoved money/small for payments/pay-2 in toy\n"),
        "{}",
        told.out
    );
}

#[test]
fn more_findings_of_one_identity_than_there_were_all_count() {
    let page = "---\nseverity: error\nfrom: charter\nsubject: participants\ncases:\n  - assert: participant.status != 'active'\n    message: \"{participant.id} is active\"\n  - assert: participant.id != 'p-1'\n    message: \"{participant.id} is the first\"\nhelp: look again\nsince: 0.1.0\n---\n\n# Two cases\n\nA toy rule with two cases.\n\n## Examples\n\n### fail: both\n```json\n{ \"participants\": [{ \"id\": \"p-1\", \"status\": \"active\" }] }\n```\n";
    let folder = toy();
    fs::create_dir_all(rules(&folder).join("two")).unwrap();
    fs::write(rules(&folder).join("two/cases.md"), page).unwrap();
    assert_eq!(run(&folder, &["baseline", "create", "toy"]).status, 0);
    assert!(folder.read(FILE).contains("\"count\":2}"), "{}", folder.read(FILE));
    assert_eq!(check(&folder, &["toy"]).status, 0);
    // It was one, and is two: nobody can tell which of them is new.
    folder.write(FILE, folder.read(FILE).replace(",\"count\":2}", "}"));
    let told = check(&folder, &["toy"]);
    assert!(told.status == 1 && told.out.contains("p-1 is active") && told.out.contains("p-1 is the first"), "{}", told.out);
    assert!(!told.out.contains("baseline-entry-fixed"), "{}", told.out);
}

#[test]
fn a_merge_of_two_updates_holds_what_both_added() {
    let folder = begun();
    let whole = folder.read(FILE);
    let added = "{\"programme\":\"toy\",\"rule\":\"seats/empty\",\"address\":\"sessions/s-9\",\"fingerprint\":\"00000000000000000000000000000000\"}\n";
    // Git puts both sides' lines in, perhaps twice, perhaps out of order.
    folder.write(FILE, whole.replacen("\n", &format!("\n{added}{added}"), 1));
    let told = check(&folder, &["toy"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert_eq!(run(&folder, &["baseline", "prune", "toy"]).status, 0);
    assert_eq!(folder.read(FILE), whole);
}

#[test]
fn two_programmes_of_one_id_are_named_and_held_against_no_baseline() {
    let folder = begun();
    let whole = folder.read(FILE);
    copy(&folder.at("toy"), &folder.at("toy-copy"));
    let said = "2 programmes have the same id, toy: toy and toy-copy";
    let told = run(&folder, &["check", "-f", "concise"]);
    assert!(told.status == 1 && told.err.contains(said) && told.err.contains("help: give each an id of its own"), "{}", told.both());
    for args in [
        &["check", "--baseline", FILE][..],
        &["baseline", "check"],
        &["baseline", "update"],
        &["baseline", "prune"],
        &["baseline", "create", "--file", "b.jsonl"],
    ] {
        let told = run(&folder, args);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{args:?}\n{}", told.err);
        assert!(told.err.contains(said) && told.err.contains("help: give each an id of its own"), "{args:?}\n{}", told.err);
    }
    assert!(folder.read(FILE) == whole && !folder.at("b.jsonl").exists());
    // One of them alone is itself, and folders without an id are told apart by their paths.
    assert_eq!(run(&folder, &["baseline", "check", "toy"]).status, 0);
    for name in ["toy", "toy-copy"] {
        let charter = format!("{name}/programme.json");
        folder.write(&charter, folder.read(&charter).replacen("\"id\": \"toy\",", "", 1));
    }
    let told = run(&folder, &["baseline", "create", "--file", "b.jsonl"]);
    assert!(told.status == 0 && !told.err.contains("same id"), "{}", told.both());
    assert!(!run(&folder, &["check"]).err.contains("same id"));
}

#[test]
fn a_baseline_at_fault_stops_the_run_with_its_place_and_what_to_do() {
    let whole = begun().read(FILE);
    let cut = |bytes: usize| whole.get(..whole.len() - bytes).unwrap().to_owned();
    for (content, said) in [
        (None, "does not exist\n  help: check the path, or write one with havesay baseline create"),
        (Some(String::new()), "this file is empty"),
        (Some(cut(13)), "was cut off"),
        (Some(cut(3)), "was cut off"),
        (Some(whole.replace("1.0", "2.0")), "version 2, and this version of havesay reads version 1.0"),
        (Some(whole.replacen("\"rule\"", "\"rlue\"", 1)), "no finding of a baseline"),
        (Some(whole.replacen("\n", "\n<<<<<<< ours\n", 1)), "merge conflict"),
        (Some("{\"version\":\"2.1.0\",\"runs\":[]}".to_owned()), "SARIF"),
        (Some("fail_on = \"error\"\n".to_owned()), "no baseline of havesay"),
        (Some(begun().read("toy/programme.json")), "no baseline of havesay"),
    ] {
        for args in [
            &["check", "--baseline", FILE, "toy"][..],
            &["baseline", "check", "toy"],
            &["baseline", "update", "toy"],
            &["baseline", "prune", "toy"],
        ] {
            let folder = toy();
            if let Some(content) = &content {
                folder.write(FILE, content);
            }
            let told = run(&folder, args);
            assert_eq!((told.status, told.out.as_str()), (2, ""), "{args:?} {said}\n{}", told.err);
            assert!(told.err.contains(FILE) && told.err.contains(said) && told.err.contains("help: "), "{args:?} {said}\n{}", told.err);
            assert_eq!(content.as_ref(), fs::read_to_string(folder.at(FILE)).ok().as_ref(), "{args:?}");
        }
    }
    let saved = toy();
    saved.write(FILE, run(&saved, &["check", "-f", "json", "toy"]).out);
    assert!(check(&saved, &["toy"]).err.contains("a saved audit, not a baseline"));
    let folder = begun();
    let told = run(&folder, &["baseline", "create", "toy"]);
    assert!(
        told.status == 2
            && told.err.contains("is there already\n  help: havesay baseline update changes it; to write it anew, delete it first"),
        "{}",
        told.err
    );
    assert_eq!(folder.read(FILE), whole);
    for (args, status) in [
        (&["baseline", "create", "--file", "no/such/folder/b.jsonl", "toy"][..], 2),
        (&["baseline", "create", "--file", "b.jsonl", "nowhere"], 3),
        (&["baseline", "update", "nowhere"], 3),
        (&["check", "--baseline", "toy", "toy"], 2),
    ] {
        let told = run(&folder, args);
        assert_eq!((told.status, told.out.as_str()), (status, ""), "{args:?}\n{}", told.err);
    }
    assert!(!folder.at("b.jsonl").exists());
}

#[test]
fn the_advice_for_a_baseline_at_fault_leads_out() {
    let whole = begun().read(FILE);
    let rows = whole.split_once('\n').unwrap().1;
    let anew = "or delete it, or name another file with --file, and write it anew with havesay baseline create";
    for (content, advice) in [
        (whole.replace("\"1.0\"", "\"2.0\""), "help: use the newer havesay that wrote it\n"),
        (whole.replace("\"1.0\"", "\"0.9\""), anew),
        (whole.get(..whole.len() - 13).unwrap().to_owned(), anew),
        (rows.to_owned(), anew),
        (String::new(), anew),
        (whole.replacen("\"rule\"", "\"rlue\"", 1), anew),
    ] {
        let folder = toy().with(FILE, &content);
        let told = run(&folder, &["baseline", "update", "toy"]);
        assert!(told.status == 2 && told.err.contains(advice), "{}", told.err);
        // Both ways that are named.
        assert_eq!(run(&folder, &["baseline", "create", "--file", "b.jsonl", "toy"]).status, 0);
        fs::remove_file(folder.at(FILE)).unwrap();
        assert_eq!(run(&folder, &["baseline", "create", "toy"]).status, 0);
        assert_eq!(folder.read(FILE), whole);
    }
}

// ── whatever the order ─────────────────────────────────────────────────────────────────────────────────

/// A programme made of choices, each a bit.
fn records(choices: &[u8]) -> Vec<(&'static str, Vec<Value>)> {
    let bit = |at: usize| choices.get(at % choices.len()).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    let participants = (0..5).map(|n| json!({ "id": format!("p-{n}"), "status": "active" })).collect();
    let sessions = (0..4)
        .map(|n| {
            let came: Vec<Value> =
                (0..5).filter(|p| bit(n * 5 + p)).map(|p| json!({ "person": format!("p-{p}"), "capacity": "participant" })).collect();
            json!({ "id": format!("s-{n}"), "type": "workshop", "date": format!("2026-03-0{}", n + 1), "attendance": came })
        })
        .collect();
    let payments = (0..4)
        .map(|n| json!({ "id": format!("pay-{n}"), "kind": "fee", "participant": format!("p-{}", if bit(n) { n } else { n + 4 }), "amount": if bit(n + 3) { 5 } else { 50 }, "currency": "EUR" }))
        .collect();
    let contributions = (0..5).filter(|n| bit(n + 7)).map(|n| json!({ "id": format!("c-{n}"), "by": [format!("p-{n}")] })).collect();
    vec![("participants", participants), ("sessions", sessions), ("payments", payments), ("contributions", contributions)]
}

/// Writes a programme: registers in the charter or in files of their own, in one order or another, tight or loose.
fn write(folder: &Folder, records: &[(&'static str, Vec<Value>)], layout: u8) {
    let _ = fs::remove_dir_all(folder.at("made"));
    let mut charter = json!({ "id": "made", "title": "Made", "stage": "discover" });
    let text = |value: &Value, loose: bool| if loose { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() };
    for (number, (name, rows)) in records.iter().enumerate() {
        let mut rows = rows.clone();
        if layout & 1 == 1 {
            rows.reverse();
        }
        match layout >> (number + 1) & 3 {
            0 => charter[*name] = Value::Array(rows),
            1 => folder.write(format!("made/{name}.json"), text(&Value::Array(rows), layout & 64 == 64)),
            _ => {
                folder.write(format!("made/{name}/a.json"), text(&Value::Array(rows.split_off(rows.len() / 2)), true));
                folder.write(format!("made/{name}/b.json"), text(&Value::Array(rows), false));
            }
        }
    }
    folder.write("made/programme.json", text(&charter, layout & 128 == 128));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_baseline_holds_back_exactly_the_findings_it_was_made_from(choices in proptest::collection::vec(any::<u8>(), 8), first: u8, second: u8) {
        let folder = Folder::new();
        let mut records = records(&choices);
        write(&folder, &records, first);
        let found = run(&folder, &["check", "-f", "json", "made"]).json()["findings"].as_array().unwrap().len();
        prop_assert_eq!(run(&folder, &["baseline", "create", "made"]).status, 0);
        let baseline = folder.read(FILE);
        // The same records, written in another way: the same baseline, and nothing new.
        write(&folder, &records, second);
        let audit = run(&folder, &["check", "--baseline", FILE, "-f", "json", "made"]).json();
        prop_assert_eq!(audit["findings"].as_array().unwrap().len(), found);
        prop_assert!(audit["findings"].as_array().unwrap().iter().all(|finding| finding["suppressed"]["by"] == "baseline"));
        prop_assert_eq!(&audit["summary"]["failing"], 0);
        fs::remove_file(folder.at(FILE)).unwrap();
        prop_assert_eq!(run(&folder, &["baseline", "create", "made"]).status, 0);
        prop_assert_eq!(&folder.read(FILE), &baseline);
        // One more flaw is never hidden.
        records[1].1.push(json!({ "id": "s-new", "type": "workshop", "date": "2026-03-09", "attendance": [] }));
        write(&folder, &records, first);
        let audit = run(&folder, &["check", "--baseline", FILE, "-f", "json", "made"]).json();
        let new: Vec<&str> = audit["findings"].as_array().unwrap().iter().filter(|finding| finding["suppressed"].is_null()).map(|finding| finding["subject"]["address"].as_str().unwrap()).collect();
        prop_assert_eq!(new, ["sessions/s-new"]);
    }
}
