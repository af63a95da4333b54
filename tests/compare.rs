//! `havesay compare`: what is new, gone, changed and unchanged between two saved audits, and what only
//! changed because of what the records were judged by.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{AS_OF, Call, Folder, Told, copy, expect, toy, toy_rules};

/// The toy programme with rules of its own that a test may change.
fn folder() -> Folder {
    let folder = toy();
    copy(&toy_rules(), &folder.at("rules"));
    folder
}

fn audit(folder: &Folder, args: &[&str]) -> String {
    let date: &[&str] = if args.contains(&"--as-of") { &[] } else { &["--as-of", AS_OF] };
    let paths: &[&str] = if args.iter().any(|arg| arg.starts_with("toy") || *arg == ".") { &[] } else { &["toy"] };
    let told = Call::new(folder.path(), [&["check", "-f", "json"], date, paths, args].concat()).env("HAVESAY_RULES", "rules").run();
    assert!(told.status <= 3 && told.status != 2, "{}", told.err);
    told.out
}

fn replace(folder: &Folder, path: &str, from: &str, to: &str) {
    let text = folder.read(path);
    assert!(text.contains(from), "{path} has {from}");
    folder.write(path, text.replace(from, to));
}

fn compare(old: &str, new: &str, args: &[&str]) -> Told {
    let folder = Folder::new().with("old.json", old).with("new.json", new);
    Call::new(folder.path(), [&["compare", "old.json", "new.json"], args].concat()).run()
}

/// What is in each list: the rule, its address and what it may come from.
fn listed(old: &str, new: &str) -> (i32, Value) {
    let told = compare(old, new, &["-f", "json"]);
    assert_eq!(told.err, "");
    let value: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(value["summary"]["status"], told.status);
    let mut lists = json!({});
    for list in ["new", "changed", "gone", "not_judged"] {
        let own: Vec<Value> = value["findings"][list]
            .as_array()
            .unwrap()
            .iter()
            .map(|own| json!([own["finding"]["rule"], own["finding"]["subject"]["address"], own["because"]]))
            .collect();
        assert_eq!(value["summary"][list], own.len(), "{list}");
        if !own.is_empty() {
            lists[list] = json!(own);
        }
    }
    (told.status, lists)
}

#[test]
fn two_audits_of_the_same_differ_in_nothing() {
    let folder = folder();
    let told = compare(&audit(&folder, &[]), &audit(&folder, &[]), &[]);
    assert_eq!(told.status, 0);
    assert_eq!(
        told.out,
        "0 new, 0 changed, 0 gone, 0 not judged any more, 6 unchanged\nverdicts reached: 32 of 33 before, 32 of 33 now\nNothing new fails.\n"
    );
}

#[test]
fn what_changed_and_why() {
    type Change = fn(&Folder);
    let nothing: Change = |_| {};
    for (what, change, args, expected) in [
        (
            "an error is new, in another order of records",
            (|folder| {
                replace(folder, "toy/participants.json", "{ \"id\": \"p-3\" }", "{ \"id\": \"p-3\", \"joined_on\": \"2026-02-31\" }");
            }) as Change,
            &[][..],
            (1, json!({ "new": [["record/not-a-date", "participants/p-3/joined_on", ["records"]]] })),
        ),
        (
            "a warning is new, which fails nothing",
            |folder| replace(folder, "toy/sessions/2026-03-16.json", "\"s-3\"", "\"s-33\""),
            &[],
            (0, json!({ "new": [["seats/empty", "sessions/s-33", ["records"]]], "gone": [["seats/empty", "sessions/s-3", ["records"]]] })),
        ),
        (
            "a finding is mended",
            |folder| replace(folder, "toy/brought.json", "\"amount\": 5", "\"amount\": 50"),
            &[],
            (0, json!({ "gone": [["money/small", "payments/pay-2", ["records"]]] })),
        ),
        (
            "a value is not recorded any more, which mends nothing",
            |folder| replace(folder, "toy/brought.json", "\"amount\": 5,", ""),
            &[],
            (0, json!({ "not_judged": [["money/small", "payments/pay-2", ["records"]]] })),
        ),
        (
            "only the rule changed",
            |folder| replace(folder, "rules/people/silent.md", "assert: participant", "assert: participant.id == 'p-2' || participant"),
            &[],
            (0, json!({ "gone": [["people/silent", "participants/p-2", ["rule"]]] })),
        ),
        (
            "only a definition that the rule uses changed",
            |folder| replace(folder, "rules/definitions/came.md", "'participant'", "'absent'"),
            &[],
            (
                1,
                json!({
                    "new": [["people/silent", "participants/p-4", ["rule"]], ["seats/empty", "sessions/s-1", ["rule"]]],
                    "gone": [["people/silent", "participants/p-2", ["rule"]]]
                }),
            ),
        ),
        (
            "only a parameter changed",
            |folder| {
                folder.write("havesay.toml", "[rule.\"money/small\"]\nparams = { least = 1 }\n");
            },
            &[],
            (0, json!({ "gone": [["money/small", "payments/pay-2", ["parameters"]]] })),
        ),
        (
            "only the severity changed, and now it fails",
            |folder| {
                folder.write("havesay.toml", "[rule.\"money/small\"]\nseverity = \"error\"\n");
            },
            &[],
            (1, json!({ "changed": [["money/small", "payments/pay-2", ["parameters"]]] })),
        ),
        (
            "the rule was switched off, which mends nothing",
            |folder| {
                folder.write("havesay.toml", "[rule.\"money/small\"]\noff = \"not here\"\n");
            },
            &[],
            (0, json!({ "not_judged": [["money/small", "payments/pay-2", ["settings"]]] })),
        ),
        (
            "fewer rules were asked for",
            nothing,
            &["--ignore", "people,record,seats"],
            (
                0,
                json!({ "not_judged": [
                    ["people/silent", "participants/p-2", ["settings"]],
                    ["record/not-a-date", "participants/p-4/joined_on", ["settings"]],
                    ["people/few", "programme", ["settings"]],
                    ["seats/empty", "sessions/s-3", ["settings"]],
                    ["record/dangling-reference", "payments/pay-3/participant", ["settings"]]
                ] }),
            ),
        ),
        (
            "the mildest severity that fails is another",
            nothing,
            &["--fail-on", "warning"],
            (
                1,
                json!({ "changed": [
                    ["money/small", "payments/pay-2", ["settings"]],
                    ["record/dangling-reference", "payments/pay-3/participant", ["settings"]],
                    ["seats/empty", "sessions/s-3", ["settings"]]
                ] }),
            ),
        ),
        (
            "a waiver holds it back",
            |folder| {
                folder.write(
                    "toy/havesay.waivers.toml",
                    "[[waiver]]\nrule = \"people/silent\"\nprogramme = \"toy\"\naddress = \"participants/p-2\"\nreason_type = \"accepted-risk\"\nreason = \"we ask again\"\napproved_by = \"A. Reviewer\"\napprover_role = \"sponsor\"\ngranted_on = \"2026-06-01\"\nexpires_on = \"2026-12-01\"\n",
                );
            },
            &[],
            (0, json!({ "changed": [["people/silent", "participants/p-2", ["settings"]]] })),
        ),
        (
            "the programme moved and its records stand in another order and layout",
            |folder| {
                std::fs::rename(folder.at("toy"), folder.at("toy-moved")).unwrap();
                let mut people: Value = serde_json::from_str(&folder.read("toy-moved/participants.json")).unwrap();
                people.as_array_mut().unwrap().reverse();
                folder.write("toy-moved/participants.json", people.to_string());
            },
            &["toy-moved"],
            (0, json!({})),
        ),
        (
            "the programme is not there",
            |folder| {
                folder.write("toy-other/programme.json", support::FINE);
            },
            &["toy-other"],
            (
                0,
                json!({ "not_judged": [
                    ["money/small", "payments/pay-2", ["records"]],
                    ["record/dangling-reference", "payments/pay-3/participant", ["records"]],
                    ["people/silent", "participants/p-2", ["records"]],
                    ["record/not-a-date", "participants/p-4/joined_on", ["records"]],
                    ["people/few", "programme", ["records"]],
                    ["seats/empty", "sessions/s-3", ["records"]]
                ] }),
            ),
        ),
    ] {
        let folder = folder();
        let old = audit(&folder, &[]);
        change(&folder);
        let (status, mut lists) = listed(&old, &audit(&folder, args));
        // In the order of places; which of them come first is no promise here.
        let mut wanted = expected.1.clone();
        for value in [&mut lists, &mut wanted] {
            for list in value.as_object_mut().unwrap().values_mut() {
                list.as_array_mut().unwrap().sort_by_key(ToString::to_string);
            }
        }
        assert_eq!((status, lists), (expected.0, wanted), "{what}");
    }
}

#[test]
fn what_only_the_date_changed_is_said_to_come_from_it() {
    let folder = Folder::new();
    copy(&support::root().join("fixtures/theatre"), &folder.at("theatre"));
    let at = |date: &str| Call::new(folder.path(), ["check", "-f", "json", "--as-of", date, "theatre"]).run().out;
    let (_, lists) = listed(&at("2026-07-01"), &at("2036-07-01"));
    let all: Vec<&Value> = lists.as_object().unwrap().values().flat_map(|list| list.as_array().unwrap()).collect();
    assert!(!all.is_empty() && all.iter().all(|own| own[2] == json!(["date"])), "{lists}");
}

#[test]
fn the_words_of_a_comparison() {
    let folder = folder();
    let old = audit(&folder, &[]);
    replace(&folder, "toy/participants.json", "{ \"id\": \"p-3\" }", "{ \"id\": \"p-3\", \"joined_on\": \"2026-02-31\" }");
    replace(&folder, "toy/brought.json", "\"amount\": 5,", "");
    replace(&folder, "rules/seats/empty.md", "severity: warning", "severity: error");
    folder.write("havesay.toml", "[rule.\"people/few\"]\noff = \"we are few\"\n");
    let told = compare(&old, &audit(&folder, &["--as-of", "2026-08-01"]), &[]);
    assert_eq!(told.status, 1);
    expect("compare.txt", &told.out);
}

#[test]
fn what_was_not_saved_is_not_taken_for_mended() {
    let folder = folder();
    let (whole, cut) = (audit(&folder, &[]), audit(&folder, &["--max-findings", "4"]));
    let told = compare(&whole, &cut, &[]);
    assert!(told.out.contains("0 new, 0 changed, 0 gone, 2 not judged any more, 4 unchanged\n"), "{}", told.out);
    assert!(told.out.contains("the newer audit counted 2 findings more than it saved, so this may be one of them"), "{}", told.out);
    // What is new cannot be told from what was cut off.
    let told = compare(&cut, &whole, &[]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert!(told.err.contains("counts 2 findings that are not in it"), "{}", told.err);
}

#[test]
fn what_is_no_saved_audit_is_refused() {
    let good = audit(&folder(), &[]);
    for (old, new, name) in [(good.as_str(), "{}", "new.json"), ("{}", good.as_str(), "old.json"), (&good[..300], &good, "old.json")] {
        let told = compare(old, new, &[]);
        assert_eq!((told.status, told.out.as_str()), (3, ""));
        assert!(told.err.starts_with(&format!("havesay: {name} ")), "{}", told.err);
    }
    let told = Call::new(Folder::new().path(), ["compare", "old.json", "new.json"]).run();
    assert_eq!((told.status, told.err.as_str()), (3, "havesay: old.json does not exist\nhavesay: new.json does not exist\n"));
}
