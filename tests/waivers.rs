//! Waivers as those meet them who write them, who audit them and who sign them.
//!
//! The rules that are waived are the frozen ones; those about waivers are the built-in pages.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use support::{AS_OF, Call, FINE, Folder, Told, copy, findings, root, toy, toy_rules};

/// The frozen rules, one of them under a new name, with the built-in rules about waivers.
fn rules(folder: &Folder) -> PathBuf {
    let rules = folder.at("rules-of-the-test");
    if rules.exists() {
        return rules;
    }
    copy(&toy_rules(), &rules);
    for page in fs::read_dir(root().join("rules/record")).unwrap().map(|entry| entry.unwrap().path()) {
        if page.file_name().unwrap().to_str().unwrap().starts_with("waiver-") {
            fs::copy(&page, rules.join("record").join(page.file_name().unwrap())).unwrap();
        }
    }
    let small = fs::read_to_string(rules.join("money/small.md")).unwrap();
    fs::write(rules.join("money/small.md"), small.replacen("since: 0.1.0", "since: 0.1.0\nformerly: [money/little]", 1)).unwrap();
    rules
}

fn run(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), args).env("HAVESAY_RULES", rules(folder)).env("HAVESAY_AS_OF", AS_OF).run()
}

fn check(folder: &Folder, args: &[&str]) -> Told {
    run(folder, &[&["check"], args].concat())
}

/// A waiver of the finding that p-2 came and brought nothing, with some lines of it changed or, where they
/// end in `=`, left out.
fn waiver(changes: &[&str]) -> String {
    let lines = [
        "rule = \"people/silent\"",
        "programme = \"toy\"",
        "address = \"participants/p-2\"",
        "reason_type = \"disputed\"",
        "reason = \"Secret words of jo@example.org\"",
        "approved_by = \"dpo-office\"",
        "approver_role = \"sponsor\"",
        "granted_on = 2026-06-01",
        "expires_on = 2026-07-31",
    ];
    let key = |line: &str| line.split('=').next().unwrap().trim().to_owned();
    let mut out = vec!["[[waiver]]".to_owned()];
    for line in lines {
        match changes.iter().find(|change| key(change) == key(line)) {
            Some(change) if change.trim_end().ends_with('=') => {}
            Some(change) => out.push((*change).to_owned()),
            None => out.push(line.to_owned()),
        }
    }
    out.join("\n") + "\n"
}

/// A programme that owes somebody something, with flaws of other kinds, for the built-in rules.
const OWED: &str = r#"{ "id": "made", "title": "Made", "stage": "discover", "sponsor": "o-2", "started_on": "2026-13-01",
  "team": [{ "id": "o-1" }, { "id": "o-2" }],
  "participants": [{ "id": "p-1", "pay_eligibility": "paid" }, { "id": "p-2", "joined_on": "2026-13-01" }, { "id": "p-3" },
    { "id": "p-4", "same_as": "p-2" }],
  "consents": [{ "id": "c-3", "participant": "p-3", "state": "given", "given_on": "2026-13-01" }],
  "sessions": [{ "id": "s-1", "type": "workshop", "date": "2026-03-08", "facilitators": ["o-1"],
    "attendance": [{ "person": "p-1", "capacity": "participant" }] }],
  "payments": [] }
"#;

fn with(content: impl AsRef<str>) -> Folder {
    toy().with("toy/havesay.waivers.toml", content.as_ref())
}

/// The rules about waivers that have a finding.
fn about_waivers(told: &Told) -> Vec<String> {
    findings(&told.out)
        .iter()
        .filter_map(|line| line.split_once("[record/waiver-").map(|(_, rest)| rest.split(']').next().unwrap().to_owned()))
        .collect()
}

fn held(audit: &Value) -> Vec<(String, Value)> {
    let findings = audit["findings"].as_array().unwrap();
    let held = findings.iter().filter(|finding| !finding["suppressed"].is_null());
    held.map(|finding| (finding["rule"].as_str().unwrap().to_owned(), finding["suppressed"].clone())).collect()
}

// ── what a waiver holds back ───────────────────────────────────────────────────────────────────────────

#[test]
fn a_waiver_holds_back_what_it_covers_as_long_as_it_holds() {
    let open = (2, 0);
    let covered = (1, 1);
    for (changes, (errors, suppressed), said) in [
        (&[][..], covered, &[][..]),
        // Its days.
        (&["expires_on = 2026-07-01"], covered, &[]),
        (&["expires_on = 2026-06-30"], open, &["expired"]),
        (&["granted_on = 2026-07-01"], covered, &[]),
        (&["granted_on = 2026-07-02"], open, &[]),
        (&["granted_on = \"2026-06-01\"", "expires_on = \"2026-07-31\""], covered, &[]),
        (&["granted_on = 2026-06-01", "expires_on = 2026-11-28"], covered, &[]),
        (&["granted_on = 2026-06-01", "expires_on = 2026-11-29"], covered, &["too-long"]),
        (&["granted_on = 2025-06-01"], open, &["too-long"]),
        // What it covers.
        (&["address = \"participants/p-2/status\""], open, &["unused"]),
        (&["address = \"participants/p\""], open, &["unused"]),
        (&["address = \"participants/p-22\""], open, &["unused"]),
        (&["address = \"participants\""], covered, &["over-broad"]),
        (&["address = \"files/participants.json\""], covered, &["over-broad"]),
        (&["address = \"files\""], covered, &["over-broad"]),
        (&["address = \"files/sessions\""], open, &["unused"]),
        (&["address = \"*\""], covered, &["over-broad"]),
        (&["programme = \".\""], covered, &[]),
        (&["programme = \"**\""], covered, &["over-broad"]),
        (&["programme = \"other\""], open, &["unused"]),
        (&["rule = \"people/few\""], open, &["unused"]),
        (&["rule = \"record/not-a-date\"", "address = \"participants/p-4\""], covered, &[]),
        (&["rule = \"record/not-a-date\"", "address = \"participants/p-4/joined_on\""], covered, &[]),
        // What it must have.
        (&["reason_type ="], open, &["incomplete"]),
        (&["reason ="], open, &["incomplete"]),
        (&["reason = \"\""], open, &["incomplete"]),
        (&["approved_by ="], open, &["incomplete"]),
        (&["approver_role ="], open, &["incomplete"]),
        (&["granted_on ="], open, &["incomplete"]),
        (&["expires_on ="], open, &["incomplete"]),
        (&["participants_informed ="], covered, &[]),
        // Who may approve it.
        (&["approved_by = \"p-2\""], open, &["self-approved"]),
        (&["approved_by = \"participants/p-2\""], open, &["self-approved"]),
        (&["approved_by = \"team/p-2\""], covered, &[]),
        (&["approved_by = \"p-3\""], covered, &[]),
        // What may be waived.
        (&["rule = \"record/waiver-unused\""], open, &["of-locked-rule"]),
    ] {
        let folder = with(waiver(changes));
        let told = check(&folder, &["-f", "concise", "toy"]);
        assert_eq!(about_waivers(&told), said, "{changes:?}\n{}", told.out);
        let audit = check(&folder, &["-f", "json", "toy"]).json();
        let counts = (audit["summary"]["findings"]["error"].as_u64().unwrap(), audit["summary"]["suppressed"].as_u64().unwrap());
        assert_eq!(counts, (errors, suppressed), "{changes:?}\n{}", told.out);
        assert_eq!(held(&audit).len() as u64, suppressed, "{changes:?}");
    }
}

#[test]
fn a_row_may_be_named_by_a_part_of_its_keys_if_no_other_fits() {
    let second = r#"{ "person": "p-1", "capacity": "observer" }"#;
    let twice = OWED.replace("\"capacity\": \"participant\" }]", &format!("\"capacity\": \"participant\" }}, {second}]"));
    assert_ne!(twice, OWED);
    for (charter, row, covers) in [
        (OWED, "[person=p-1,capacity=participant]", true),
        (OWED, "[person=p-1]", true),
        (OWED, "[capacity=participant]", true),
        (OWED, "[capacity=participant,person=p-1]", true),
        (OWED, "[person=p-2]", false),
        (OWED, "[person=p-1,capacity=observer]", false),
        (OWED, "[person]", false),
        (OWED, "[]", false),
        (OWED, "[person=p-1", false),
        (&twice, "[person=p-1]", false),
        (&twice, "[capacity=participant]", true),
        (&twice, "[person=p-1,capacity=participant]", true),
    ] {
        let address = format!("sessions/s-1/attendance{row}");
        let call = |folder: &Folder, args: &[&str]| Call::new(folder.path(), args).env("HAVESAY_AS_OF", AS_OF).run();
        // In a file, and added.
        let changes = ["rule = \"pay/unpaid\"", "programme = \"made\"", &format!("address = \"{address}\"")];
        let folder = Folder::new().with("made/programme.json", charter).with("made/havesay.waivers.toml", waiver(&changes));
        let told = call(&folder, &["check", "-f", "concise", "--select", "pay/unpaid,record", "made"]);
        let unused: &[&str] = if covers { &[] } else { &["unused"] };
        assert_eq!(
            (about_waivers(&told).as_slice(), told.out.contains("[pay/unpaid]")),
            (&*unused.iter().map(|own| (*own).to_owned()).collect::<Vec<_>>(), !covers),
            "{row}\n{}",
            told.both()
        );
        let folder = Folder::new().with("made/programme.json", charter);
        let args = [&["waivers", "add", "pay/unpaid", &address][..], &ADD[2..], &["--path", "made"]].concat();
        let told = call(&folder, &args);
        assert_eq!(told.status == 0, covers, "{row}\n{}", told.both());
    }
}

#[test]
fn nobody_approves_what_is_about_them() {
    let folder = Folder::new().with("made/programme.json", OWED);
    let row = "sessions/s-1/attendance[person=p-1,capacity=participant]";
    for (rule, address, approver, words) in [
        ("pay/unpaid", row, "p-1", "is approved by p-1, whom the finding is about"),
        ("pay/unpaid", row, "participants/p-1", "whom the finding is about"),
        ("pay/unpaid", row, "p-2", ""),
        ("pay/unpaid", row, "o-1", "is approved by o-1, whose own act the finding is about"),
        ("pay/unpaid", row, "o-2", ""),
        ("record/not-a-date", "consents/c-3", "p-3", "whom the finding is about"),
        ("record/not-a-date", "consents/c-3", "p-1", ""),
        ("record/not-a-date", "participants/p-2", "p-2", "whose own act the finding is about"),
        // Another record of the same person.
        ("record/not-a-date", "participants/p-2", "p-4", "whose own act the finding is about"),
        // Those whom the charter names answer for the programme.
        ("record/not-a-date", "programme", "o-2", ""),
        ("record/not-a-date", "programme", "p-1", ""),
    ] {
        let args = ["waivers", "add", rule, address, "--path", "made", "--approved-by", approver, "--expires-on", "2026-07-31"];
        let more = ["--reason-type", "disputed", "--reason", "It is contested.", "--approver-role", "sponsor"];
        let told = Call::new(folder.path(), [&args[..], &more].concat()).env("HAVESAY_AS_OF", AS_OF).run();
        assert_eq!(told.status, if words.is_empty() { 0 } else { 2 }, "{rule} {approver}\n{}", told.both());
        assert!(told.err.contains(words), "{rule} {approver}\n{}", told.err);
        assert_eq!(fs::remove_file(folder.at("made/havesay.waivers.toml")).is_ok(), words.is_empty(), "{rule} {approver}");
    }
}

#[test]
fn a_waiver_by_an_earlier_name_works_and_says_so() {
    let folder = with(waiver(&["rule = \"money/little\"", "address = \"payments/pay-2\""]));
    let told = check(&folder, &["-f", "concise", "--show-suppressed", "toy"]);
    assert_eq!(about_waivers(&told), ["of-renamed-rule"]);
    assert!(
        told.out
            .contains("havesay.waivers.toml:2:8: advice[record/waiver-of-renamed-rule] the rule money/little is called money/small now"),
        "{}",
        told.out
    );
    assert!(told.out.contains("[money/small] pay-2 is 5 EUR (waived until 2026-07-31)"), "{}", told.out);
}

#[test]
fn what_is_held_back_is_kept_counted_and_shown_when_asked_for() {
    let folder = with(waiver(&[]));
    let plain = check(&folder, &["-f", "concise", "toy"]);
    assert_eq!(plain.status, 1);
    assert!(!plain.out.contains("p-2 came to 2 sessions"), "{}", plain.out);
    assert!(plain.out.contains("1 error, 3 warnings, 1 advice; 1 finding is held back"), "{}", plain.out);
    for format in ["full", "narrated", "concise"] {
        let told = check(&folder, &["-f", format, "--show-suppressed", "toy"]);
        assert!(told.out.contains("p-2 came to 2 sessions") && told.out.contains("(waived until 2026-07-31)"), "{format}\n{}", told.out);
    }
    let audit = check(&folder, &["-f", "json", "toy"]).json();
    let suppressed = serde_json::json!({ "by": "waiver", "address": "participants/p-2", "until": "2026-07-31" });
    assert_eq!(held(&audit), [("people/silent".to_owned(), suppressed)]);
    assert_eq!(audit["summary"]["verdicts"]["finding"], 6, "a verdict is what the rule said");
    assert_eq!(audit["settings"]["waivers"][0]["path"], "toy/havesay.waivers.toml");
    // Nothing else fails the run any more.
    let told = check(&folder, &["--select", "people", "-f", "concise", "toy"]);
    assert_eq!(told.status, 0, "{}", told.out);
    // The auditor's view.
    let told = check(&folder, &["--no-waivers", "--select", "people", "-f", "concise", "toy"]);
    assert_eq!(told.status, 1);
    assert!(told.out.contains("p-2 came to 2 sessions") && !told.out.contains("held back"), "{}", told.out);
}

#[test]
fn a_limit_counts_what_is_shown() {
    let folder = with(waiver(&["rule = \"money/small\"", "address = \"payments/pay-2\""]));
    let told = check(&folder, &["-f", "concise", "--max-findings", "2", "toy"]);
    assert_eq!(findings(&told.out).len(), 2);
    assert!(told.out.contains("3 more findings are not shown"), "{}", told.out);
}

#[test]
fn of_two_waivers_the_narrower_then_the_longer_then_the_first_speaks() {
    for (first, second, until, unused_line) in [
        (&["expires_on = 2026-07-20"][..], &["expires_on = 2026-07-25"][..], "2026-07-25", 4),
        (&["expires_on = 2026-07-25"], &["expires_on = 2026-07-20"], "2026-07-25", 14),
        (&["expires_on = 2026-07-20"], &["address = \"participants\""], "2026-07-20", 14),
        (&["programme = \"**\""], &["expires_on = 2026-07-20"], "2026-07-20", 4),
        (&[], &[], "2026-07-31", 14),
        // One that does not hold does not speak.
        (&["expires_on = 2026-06-30"], &["expires_on = 2026-07-20"], "2026-07-20", 0),
    ] {
        let folder = with(format!("{}{}", waiver(first), waiver(second)));
        let audit = check(&folder, &["-f", "json", "toy"]).json();
        assert_eq!(held(&audit).first().map(|(_, by)| by["until"].clone()), Some(Value::from(until)), "{first:?} {second:?}");
        let unused: Vec<u64> = audit["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["rule"] == "record/waiver-unused")
            .map(|finding| finding["location"]["start"]["line"].as_u64().unwrap())
            .collect();
        let expected: Vec<u64> = Some(unused_line).filter(|line| *line > 0).into_iter().collect();
        assert_eq!(unused, expected, "{first:?} {second:?}");
    }
}

#[test]
fn waivers_of_the_settings_and_of_the_programme_both_apply() {
    let folder = toy()
        .with("havesay.toml", "")
        .with("havesay.waivers.toml", waiver(&[]))
        .with("toy/havesay.waivers.toml", waiver(&["rule = \"record/not-a-date\"", "address = \"participants/p-4\"", "programme = \".\""]));
    let told = check(&folder, &["-f", "concise", "toy"]);
    assert_eq!((told.status, about_waivers(&told)), (0, vec![]), "{}", told.both());
    assert!(told.out.contains("2 findings are held back"), "{}", told.out);
    // Settings that are not read bring no waivers with them.
    let told = check(&folder, &["-f", "concise", "--isolated", "toy"]);
    assert!(told.status == 1 && told.out.contains("1 finding is held back"), "{}", told.out);
}

#[test]
fn the_settings_say_what_may_not_be_waived_and_for_how_long() {
    for (settings, said) in [
        ("[rule.\"people/silent\"]\nwaivable = false\n", &["of-locked-rule"][..]),
        ("[[overrides]]\npaths = [\"toy\"]\nrule.\"people/silent\".waivable = false\n", &["of-locked-rule"]),
        ("[[overrides]]\npaths = [\"other\"]\nrule.\"people/silent\".waivable = false\n", &[]),
        ("[rule.\"record/waiver-too-long\"]\nparams = { max_days = 29 }\n", &["too-long"]),
        ("[rule.\"record/waiver-too-long\"]\nparams = { max_days = 30 }\n", &["too-long"]),
        ("[rule.\"record/waiver-too-long\"]\nparams = { max_days = 60 }\n", &[]),
        ("[rule.\"record/waiver-expired\"]\noff = \"we look at the list\"\n", &[]),
    ] {
        let folder = with(waiver(&[])).with("havesay.toml", settings);
        let told = check(&folder, &["-f", "concise", "toy"]);
        assert_eq!(about_waivers(&told), said, "{settings}\n{}", told.both());
    }
}

#[test]
fn a_waiver_whose_rule_does_not_run_is_not_called_unused() {
    let folder = with(waiver(&["address = \"participants/p-1\""]));
    assert_eq!(about_waivers(&check(&folder, &["-f", "concise", "toy"])), ["unused"]);
    for args in [
        &["-f", "concise", "--ignore", "people/silent", "toy"][..],
        &["-f", "concise", "--stage", "charter", "toy"],
        &["-f", "concise", "--select", "record", "toy"],
    ] {
        assert_eq!(about_waivers(&check(&folder, args)), [""; 0], "{args:?}");
    }
    // A register that could not be read may hold what the waiver is about.
    folder.write("toy/brought.json", "{ \"contributions\": [");
    assert_eq!(about_waivers(&check(&folder, &["-f", "concise", "toy"])), [""; 0]);
}

#[test]
fn a_waiver_for_no_programme_is_reported_once_and_only_where_all_were_audited() {
    let folder = toy()
        .with("fine/programme.json", FINE)
        .with("havesay.toml", "")
        .with("havesay.waivers.toml", waiver(&["programme = \"toi\""]) + &waiver(&["programme = \"fine\""]) + &waiver(&[]));
    let told = check(&folder, &["-f", "concise"]);
    let unused: Vec<&str> = findings(&told.out).into_iter().filter(|line| line.contains("waiver-unused")).collect();
    assert_eq!(unused.len(), 1, "{}", told.out);
    assert!(unused[0].starts_with("havesay.waivers.toml:3:13: warning[record/waiver-unused]") && unused[0].contains("toi"), "{unused:?}");
    for args in [&["-f", "concise", "toy"][..], &["-f", "concise", "toy", "fine"]] {
        assert_eq!(about_waivers(&check(&folder, args)), [""; 0], "{args:?}");
    }
}

#[test]
fn a_path_within_a_programme_shows_what_is_said_of_waivers_only_where_they_lie() {
    let folder = with(waiver(&["expires_on = 2026-06-30"]));
    for (path, said) in [("toy", &["expired"][..]), ("toy/havesay.waivers.toml", &["expired"]), ("toy/participants.json", &[])] {
        let told = check(&folder, &["-f", "concise", path]);
        assert_eq!(about_waivers(&told), said, "{path}\n{}", told.both());
    }
}

#[test]
fn the_same_whatever_the_threads() {
    let folder = toy().with("fine/programme.json", FINE).with("havesay.toml", "").with(
        "havesay.waivers.toml",
        [waiver(&[]), waiver(&["programme = \"gone\""]), waiver(&["address = \"*\"", "expires_on = 2026-06-20"]), waiver(&["reason ="])]
            .concat(),
    );
    let one = check(&folder, &["-f", "json", "--threads", "1"]).out;
    for threads in ["2", "4"] {
        assert_eq!(check(&folder, &["-f", "json", "--threads", threads]).out, one);
    }
}

#[test]
fn nothing_of_a_reason_or_of_a_name_is_shown() {
    let secret = |text: &str| ["Secret", "jo@example.org", "Jo Doe", "020 7946"].into_iter().any(|word| text.contains(word));
    for changes in [
        &["expires_on = 2026-06-30", "approved_by = \"Jo Doe\"", "approver_role = \"Jo Doe's friend\""][..],
        &["address = \"participants/jo@example.org\"", "approved_by = \"020 7946 0018\""],
        &["programme = \"jo@example.org\""],
        &["reason_type =", "address = \"participants/Jo Doe\""],
        &["rule = \"jo@example.org/Jo Doe\""],
        &["reason_type = \"Jo Doe\""],
        &["granted_on = \"Jo Doe\""],
        &["Jo-Doe-Secret = \"Jo Doe\""],
    ] {
        let content = format!(
            "# Secret: ask Jo Doe\n{}# Jo Doe\n",
            waiver(changes) + changes.iter().find(|change| change.starts_with("Jo-")).unwrap_or(&"") + "\n"
        );
        let folder = with(&content);
        for args in [
            &["check", "-f", "full", "toy"][..],
            &["check", "-f", "json", "toy"],
            &["check", "--show-suppressed", "toy"],
            &["waivers", "list", "toy"],
            &["waivers", "check", "toy"],
            &["waivers", "prune", "--dry-run", "toy"],
        ] {
            let told = run(&folder, args);
            assert!(!secret(&told.both()), "{args:?} {changes:?}\n{}", told.both());
        }
    }
}

// ── bad input ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_waiver_file_at_fault_stops_the_run_with_its_place_and_what_to_do() {
    for (content, place, words) in [
        (waiver(&[]).replace("reason =", "<<<<<<< ours\nreason ="), "6:1", "merge conflict"),
        (waiver(&[]).replace("expires_on", "expire_on"), "10:1", "did you mean `expires_on`?"),
        (waiver(&["expires_on = 2026-02-30"]), "10:", ""),
        (waiver(&["expires_on = \"2026-02-30\""]), "10:14", "2026-03-01"),
        (waiver(&["expires_on = 2026-05-01"]), "10:14", "ends before it begins"),
        (waiver(&["rule = \"people/slient\""]), "2:8", "did you mean people/silent?"),
        (waiver(&["rule = \"people\""]), "2:8", "one rule"),
        (waiver(&["address = \"participant/p-2\""]), "4:11", "did you mean participants?"),
        (waiver(&["reason_type = \"accepted\""]), "5:15", "the kinds of reason are"),
        (waiver(&[]).replace("[[waiver]]", "[[waivers]]"), "1:3", "did you mean `waiver`?"),
        (waiver(&[]).replace("[[waiver]]", "[[waiver"), "1:", ""),
        (waiver(&["programme ="]), "1:1", "`programme`"),
    ] {
        for args in [&["check", "toy"][..], &["waivers", "list", "toy"], &["waivers", "prune", "toy"], &["waivers", "check", "toy"]] {
            let folder = with(&content);
            let told = run(&folder, args);
            assert_eq!((told.status, told.out.as_str()), (2, ""), "{args:?}\n{content}\n{}", told.err);
            assert!(told.err.contains(&format!("toy/havesay.waivers.toml:{place}")) && told.err.contains(words), "{content}\n{}", told.err);
            assert!(told.err.contains("help: "), "{}", told.err);
            assert_eq!(folder.read("toy/havesay.waivers.toml"), content);
        }
    }
    let folder = toy();
    fs::create_dir(folder.at("toy/havesay.waivers.toml")).unwrap();
    assert_eq!(check(&folder, &["toy"]).status, 2);
    let folder = toy().with("toy/havesay.waivers.toml", b"\xff\xfe[\0");
    assert_eq!(check(&folder, &["toy"]).status, 2);
}

#[test]
fn a_waiver_file_that_nobody_reads_is_named() {
    let beside = "there is no havesay.toml beside it, and this is no programme's folder\n  help: write a havesay.toml beside it; an empty one is enough";
    let elsewhere = "no programme of this run has the havesay.toml beside it as its settings";
    let slip = "waivers stand in havesay.waivers.toml, beside havesay.toml or in a programme's folder";
    for (settings, path, words, status) in [
        ("", "havesay.waivers.toml", beside, 2),
        ("havesay.toml", "havesay.waivers.toml", "", 0),
        ("", "toy/havesay.waiver.toml", slip, 2),
        ("", "toy/havesay.waivers.toml", "", 0),
        // Another folder's settings govern what is audited, so this file is for others.
        ("toy/havesay.toml", "havesay.waivers.toml", elsewhere, 0),
    ] {
        let folder = toy().with(path, waiver(&[]));
        if !settings.is_empty() {
            folder.write(settings, "");
        }
        if words == elsewhere {
            folder.write("havesay.toml", "");
        }
        let told = check(&folder, &["-f", "concise", "toy"]);
        let said = if words.is_empty() { String::new() } else { format!("{path} is not read") };
        assert!(told.err.contains(&said) && told.err.contains(words), "{path}\n{}", told.err);
        assert_eq!(told.err.contains("is not read"), !words.is_empty(), "{path}\n{}", told.err);
        assert_eq!(told.status, 1, "{path}\n{}", told.both());
        let told = run(&folder, &["waivers", "check", "toy"]);
        assert_eq!((told.status, told.out.contains("Clean.")), (status, status == 0), "{settings} {path}\n{}", told.both());
    }
}

// ── havesay waivers ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn list_says_how_each_waiver_stands() {
    let folder = with(
        [
            waiver(&[]),
            waiver(&["expires_on = 2026-06-30"]),
            waiver(&["granted_on = 2026-07-02"]),
            waiver(&["approved_by =", "reason ="]),
            waiver(&["address = \"participants/p-1\""]),
            waiver(&["programme = \"gone\""]),
        ]
        .concat(),
    );
    let told = run(&folder, &["waivers", "list", "toy"]);
    assert_eq!(told.status, 0);
    for line in [
        "toy/havesay.waivers.toml:1:1: people/silent for participants/p-2 in toy\n  holds until 2026-07-31, and holds back 1 finding\n  disputed, approved by dpo-office, as sponsor, granted on 2026-06-01\n",
        "  ended; it would cover 1 finding\n",
        "  holds from 2026-07-02 on\n",
        "  does not hold: it lacks reason and approved_by\n",
        "  holds until 2026-07-31, and is of no use\n",
        "in gone\n  does not hold: there is no such programme\n",
        "6 waivers\n",
    ] {
        assert!(told.out.contains(line), "{line}\nin\n{}", told.out);
    }
    assert_eq!(run(&toy(), &["waivers", "list", "toy"]).out, "0 waivers\n");
    assert_eq!(run(&toy(), &["waivers", "list", "nowhere"]).status, 3);
}

#[test]
fn check_says_only_what_is_wrong_with_waivers() {
    for (content, status, said) in [(waiver(&[]), 0, &[][..]), (waiver(&["expires_on = 2026-06-30"]), 1, &["expired"])] {
        let told = run(&with(content), &["waivers", "check", "toy"]);
        assert_eq!(told.status, status, "{}", told.both());
        let rules: Vec<&str> = told.out.lines().filter_map(|line| line.strip_prefix("record/waiver-")).collect();
        assert_eq!(rules, said, "{}", told.out);
        assert!(!told.out.contains("people/silent\n"), "{}", told.out);
    }
}

#[test]
fn prune_removes_what_has_ended_or_is_of_no_use_and_nothing_else() {
    let head = "# The board keeps this file.\n\n";
    let kept = [waiver(&[]), waiver(&["granted_on = 2026-07-02"]), waiver(&["approved_by ="])]
        .map(|one| format!("# {one}").replacen("# ", "# why\n", 1))
        .join("\n");
    let gone =
        [waiver(&["expires_on = 2026-06-30"]), waiver(&["address = \"participants/p-1\""]), waiver(&["programme = \"gone\""])].join("\n");
    let folder = with(format!("{head}{kept}\n{gone}"));
    let before = folder.read("toy/havesay.waivers.toml");
    let told = run(&folder, &["waivers", "prune", "--dry-run", "toy"]);
    assert!(told.status == 0 && told.out.ends_with("3 waivers would be removed\n"), "{}", told.both());
    assert_eq!(folder.read("toy/havesay.waivers.toml"), before);
    let told = run(&folder, &["waivers", "prune", "toy"]);
    assert!(told.status == 0 && told.out.ends_with("3 waivers removed\n"), "{}", told.both());
    assert_eq!(folder.read("toy/havesay.waivers.toml"), format!("{head}{kept}"));
    assert!(run(&folder, &["waivers", "prune", "toy"]).out.ends_with("0 waivers removed\n"));
    assert_eq!(
        fs::read_dir(folder.at("toy"))
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
            .count(),
        0
    );
}

const ADD: [&str; 12] = [
    "--path",
    "toy",
    "--reason-type",
    "disputed",
    "--reason",
    "It is \"contested\".",
    "--approved-by",
    "dpo-office",
    "--approver-role",
    "sponsor",
    "--expires-on",
    "2026-07-31",
];

fn add(folder: &Folder, what: &[&str], more: &[&str]) -> Told {
    run(folder, &[&["waivers", "add"], what, &ADD, more].concat())
}

#[test]
fn a_waiver_that_is_added_holds_and_leaves_the_file_as_it_was() {
    let head = "# The board keeps this file.\n\n";
    for before in
        [String::new(), format!("{head}{}# the last word\n", waiver(&["rule = \"record/not-a-date\"", "address = \"participants/p-4\""]))]
    {
        let folder = toy();
        if !before.is_empty() {
            folder.write("toy/havesay.waivers.toml", &before);
        }
        let told = add(&folder, &["people/silent", "participants/p-2"], &["--participants-informed", "true"]);
        assert!(told.status == 0 && told.out.starts_with("added toy/havesay.waivers.toml:"), "{}", told.both());
        let after = folder.read("toy/havesay.waivers.toml");
        assert!(after.contains("granted_on = 2026-07-01\nexpires_on = 2026-07-31\nparticipants_informed = true\n"), "{after}");
        let mut lines = after.lines();
        assert!(before.lines().all(|line| lines.any(|kept| kept == line)), "{before}\nbecame\n{after}");
        let told = check(&folder, &["-f", "concise", "toy"]);
        assert!(about_waivers(&told).is_empty() && !told.out.contains("p-2 came"), "{}", told.out);
    }
}

#[test]
fn a_waiver_that_would_not_hold_is_not_added() {
    for (what, more, words) in [
        (&["people/silent"][..], &[][..], "people/silent has open ones at\n  participants/p-2"),
        (&["people/silent", "participants/p-22"], &[], "people/silent has open ones at\n  participants/p-2"),
        (&["people/slient", "participants/p-2"], &[], "did you mean people/silent?"),
        (&["people/silent", "participant/p-2"], &[], "did you mean participants?"),
        (
            &["people/silent", "participants/p-2"],
            &["--granted-on", "2026-07-02"],
            "--granted-on 2026-07-02 is after the date of the audit, 2026-07-01",
        ),
        (&["people/silent", "participants/p-2"], &["--granted-on", "1 June"], "--granted-on wants a day as YYYY-MM-DD"),
        (&["people/silent", "participants/p-2"], &["--granted-on", "2026-02-30"], "2026-02-30 is none"),
        (
            &["people/silent", "participants/p-2"],
            &["--granted-on", "2026-06-01", "--as-of", "2026-08-01"],
            "--expires-on 2026-07-31 is before the date of the audit, 2026-08-01",
        ),
        (
            &["people/silent", "participants/p-2"],
            &["--granted-on", "2024-06-01"],
            "--expires-on 2026-07-31 is too late: a waiver granted on 2024-06-01 may hold until 2024-11-28; name a later --granted-on",
        ),
        (&["people/silent", "participants/p-*"], &[], "ADDRESS: an address has no `*` in it"),
        (&["record/waiver-unused", "*"], &[], "nothing to waive"),
        (&["people/silent", "participants/p-2"], &["--file", "elsewhere/havesay.waivers.toml"], "cannot be written"),
    ] {
        let folder = toy();
        let told = add(&folder, what, more);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{what:?} {more:?}\n{}", told.err);
        assert!(told.err.contains(words), "{what:?} {more:?}\n{}", told.err);
        assert!(!folder.at("toy/havesay.waivers.toml").exists(), "{what:?} {more:?}");
    }
    let folder = toy().with("fine/programme.json", FINE);
    let mut several = ADD;
    several[1] = ".";
    let told = run(&folder, &[&["waivers", "add", "people/silent", "participants/p-2"][..], &several].concat());
    assert!(told.status == 2 && told.err.contains("name one of them with --path"), "{}", told.err);
    let lacking = run(&toy(), &["waivers", "add", "people/silent", "participants/p-2", "--path", "toy"]);
    assert!(lacking.status == 2 && lacking.err.contains("--reason"), "{}", lacking.err);
    for (flag, value, words) in [
        ("--expires-on", "31.08.2026", "--expires-on wants a day as YYYY-MM-DD, such as 2026-08-31, and 31.08.2026 is none"),
        ("--expires-on", "2026-12-29", "a waiver granted on 2026-07-01 may hold until 2026-12-28; name 2026-12-28 or an earlier day"),
        ("--reason", " ", "--reason is empty"),
        ("--approver-role", "", "--approver-role is empty"),
    ] {
        let before = waiver(&["rule = \"record/not-a-date\"", "address = \"participants/p-4\""]);
        let folder = with(&before);
        let mut given = ADD;
        let at = given.iter().position(|own| *own == flag).unwrap();
        given[at + 1] = value;
        let told = run(&folder, &[&["waivers", "add", "people/silent", "participants/p-2"][..], &given].concat());
        assert!(told.status == 2 && told.err.contains(words), "{flag}\n{}", told.both());
        assert!(!told.err.contains("havesay.waivers.toml:"), "no place in a text that was never written\n{}", told.err);
        assert_eq!(folder.read("toy/havesay.waivers.toml"), before, "{flag}");
    }
    let own = toy();
    let told = run(
        &own,
        &[&["waivers", "add", "people/silent", "participants/p-2"][..], &ADD[..6], &["--approved-by", "p-2"], &ADD[8..]].concat(),
    );
    assert!(told.status == 2 && told.err.contains("whose own act"), "{}", told.err);
}

#[test]
fn what_is_covered_already_is_not_covered_again() {
    for (known, address, status) in [
        (&[][..], "participants/p-2", 2),
        (&["expires_on = 2026-07-05"], "participants/p-2", 2),
        (&["address = \"participants\""], "participants/p-2", 2),
        (&[], "participants", 2),
        // One that does not hold covers nothing.
        (&["expires_on = 2026-06-30"], "participants/p-2", 0),
        (&["approved_by = \"p-2\""], "participants/p-2", 0),
        (&["rule = \"record/not-a-date\"", "address = \"participants/p-4\""], "participants/p-2", 0),
    ] {
        let before = waiver(known);
        let folder = with(&before);
        let told = add(&folder, &["people/silent", address], &[]);
        assert_eq!(told.status, status, "{known:?} {address}\n{}", told.both());
        assert_eq!(told.err.contains("covers this already, until 2026-07-"), status == 2, "{known:?} {address}\n{}", told.err);
        assert_eq!(folder.read("toy/havesay.waivers.toml") == before, status == 2, "{known:?} {address}");
    }
}

#[test]
fn without_an_address_the_open_ones_are_listed() {
    let told = run(&toy(), &["waivers", "add", "people/silent", "--path", "toy"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""), "{}", told.err);
    assert!(told.err.ends_with("people/silent has open ones at\n  participants/p-2\n"), "{}", told.err);
    let told = run(&with(waiver(&[])), &["waivers", "add", "people/silent", "--path", "toy"]);
    assert!(told.status == 2 && told.err.contains("people/silent has no open finding here"), "{}", told.err);
    let help = run(&toy(), &["waivers", "add", "--help"]).out;
    assert!(help.contains("[default: here]") && !help.contains("[default: .]"), "{help}");
}
