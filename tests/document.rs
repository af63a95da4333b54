//! One document on standard input: in the place of a file as if it had been saved there, or by itself, with
//! nothing said of what it goes with.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{AS_OF, Call, FINE, FORMATS, Folder, Told, check, check_built_in, findings, saved, toy};

/// Runs `havesay check -` by the frozen rules, with a document on standard input.
fn fed(folder: &Folder, bytes: impl AsRef<[u8]>, args: &[&str]) -> Told {
    Call::new(folder.path(), ["check", "--as-of", AS_OF, "-"].iter().chain(args)).toy().fed(bytes)
}

fn fed_built_in(folder: &Folder, bytes: impl AsRef<[u8]>, args: &[&str]) -> Told {
    Call::new(folder.path(), ["check", "--as-of", AS_OF, "-"].iter().chain(args)).fed(bytes)
}

// ── in the place of a file ─────────────────────────────────────────────────────────────────────────────

/// Holds what is said of a document in the place of a file against what is said of that file once it is saved.
fn is_as_if_saved(folder: &Folder, path: &str, bytes: &[u8]) -> Told {
    let mut last = None;
    for format in ["json", "full", "sarif"] {
        let draft = fed(folder, bytes, &["--stdin-filename", path, "-f", format]);
        let before = fs::read(folder.at(path)).ok();
        folder.write(path, bytes);
        let on_disk = check(folder, &[path, "-f", format]);
        match before {
            Some(before) => folder.write(path, before),
            None => fs::remove_file(folder.at(path)).unwrap(),
        }
        assert_eq!((&draft.out, draft.status, &draft.err), (&on_disk.out, on_disk.status, &on_disk.err), "{path} as {format}");
        last = Some(draft);
    }
    last.unwrap()
}

#[test]
fn a_document_in_the_place_of_a_file_is_judged_as_if_it_were_saved() {
    // What git ignores is counted in both.
    let folder = toy().with(".gitignore", "old.json\n").with("toy/old.json", "[]").with("old.json", "[]");
    let brought = folder.read("toy/brought.json");
    for (path, content) in [
        ("toy/brought.json", brought.clone()),
        ("toy/brought.json", brought.replace("\"amount\": 5", "\"amount\": 50")),
        ("toy/brought.json", brought.replace("\"amount\": 25", "\"amount\": 2")),
        // Not there yet.
        ("toy/payments.json", r#"[{ "id": "pay-9", "kind": "fee", "participant": "p-1", "amount": 1, "currency": "EUR" }]"#.to_owned()),
        ("toy/sessions/2026-03-23.json", r#"{ "id": "s-9", "type": "workshop", "date": "2026-03-23", "attendance": [] }"#.to_owned()),
        ("toy/feedback/later/notes.json", "[{}]".to_owned()),
        ("toy/unknown.json", "{}".to_owned()),
        ("toy/participants.json", "[]".to_owned()),
        ("toy/programme.json", folder.read("toy/programme.json").replace("discover", "charter")),
        ("toy/payments.yaml", "- id: pay-9".to_owned()),
        // What cannot be read is said as it is of a file.
        ("toy/brought.json", String::new()),
        ("toy/brought.json", "{ \"payments\": [".to_owned()),
        ("toy/programme.json", "[]".to_owned()),
    ] {
        is_as_if_saved(&folder, path, content.as_bytes());
    }
    let told = is_as_if_saved(&folder, "toy/brought.json", b"{ \"payments\": \"\xff\" }");
    assert_eq!(told.status, 3);
}

#[test]
fn what_is_found_in_the_document_is_shown_and_the_rest_is_counted() {
    let folder = toy();
    let more = folder.read("toy/brought.json").replace("\"amount\": 25", "\"amount\": 19");
    let told = fed(&folder, &more, &["--stdin-filename", "toy/brought.json", "-f", "concise"]);
    assert!(findings(&told.out).iter().all(|line| line.starts_with("toy/brought.json:")), "{}", told.out);
    assert!(told.out.contains("pay-1 is 19 EUR") && told.out.contains("lie outside the paths that were named"), "{}", told.out);
    // The file on the disk is as it was.
    assert!(folder.read("toy/brought.json").contains("\"amount\": 25"));
    // What the document says changes what is found in other files, and only the document is shown.
    let gone = fed(&folder, "[]", &["--stdin-filename", "toy/participants.json", "-f", "json"]).json();
    let audit = check(&folder, &["-f", "json"]).json();
    assert!(gone["summary"]["outside_paths"].as_u64() > Some(audit["findings"].as_array().unwrap().len() as u64), "{}", gone["summary"]);
    // From wherever it is asked.
    let told =
        Call::new(&folder.at("toy/sessions"), ["check", "--as-of", AS_OF, "-", "--stdin-filename", "../brought.json", "-f", "concise"]);
    assert!(told.toy().fed(&more).out.contains("../brought.json:"));
}

#[test]
fn a_charter_that_is_not_there_yet_makes_a_programme() {
    let folder = toy();
    let told = fed(&folder, FINE, &["--stdin-filename", "new/programme.json", "-f", "json"]);
    let audit = told.json();
    assert_eq!((told.status, &audit["programmes"][0]["path"], &audit["summary"]["files"]), (0, &json!("new"), &json!(1)), "{}", told.err);
    // The rest of it may be there already.
    folder.write("begun/payments.json", r#"[{ "id": "pay-9", "kind": "fee", "amount": 1, "currency": "EUR" }]"#);
    let charter = FINE.replace("\"charter\"", "\"discover\"");
    let audit = fed(&folder, charter, &["--stdin-filename", "begun/programme.json", "-f", "json"]).json();
    assert_eq!((&audit["summary"]["files"], &audit["summary"]["outside_paths"]), (&json!(2), &json!(1)), "{}", audit["summary"]);
    assert!(!folder.at("new").exists() && !folder.at("begun/programme.json").exists());
}

#[test]
fn settings_waivers_and_baselines_hold_for_the_document_as_for_its_file() {
    let folder = toy();
    folder.write("toy/havesay.toml", "[rule.\"money/small\"]\nseverity = \"error\"\n");
    let waiver = "[[waiver]]\nrule = \"money/small\"\nprogramme = \"toy\"\naddress = \"payments/pay-2\"\nreason_type = \"disputed\"\nreason = \"so\"\n\
        approved_by = \"dpo-office\"\napprover_role = \"sponsor\"\ngranted_on = 2026-06-01\nexpires_on = 2026-07-31\n";
    let brought = folder.read("toy/brought.json");
    let name = ["--stdin-filename", "toy/brought.json", "-f", "concise"];
    assert_eq!(fed(&folder, &brought, &name).status, 1);
    folder.write("toy/havesay.waivers.toml", waiver);
    assert_eq!(fed(&folder, &brought, &name).status, 0);
    fs::remove_file(folder.at("toy/havesay.waivers.toml")).unwrap();
    let told = Call::new(folder.path(), ["baseline", "create", "--as-of", AS_OF, "toy"]).toy().run();
    assert_eq!(told.status, 0, "{}", told.err);
    assert_eq!(fed(&folder, &brought, &[&name[..], &["--baseline", "havesay.baseline.jsonl"]].concat()).status, 0);
    // What the settings leave out is not judged, and it is said.
    folder.write("toy/havesay.toml", "[files]\nexclude = [\"brought.json\", \"**/brought.json\"]\n");
    let told = fed(&folder, &brought, &name);
    assert_eq!((told.status, told.out.as_str()), (3, ""), "{}", told.err);
    assert!(told.err.starts_with("havesay: toy/brought.json is not read: ") && told.err.contains("\n  help: "), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn a_document_takes_the_place_of_what_would_not_be_read() {
    let folder = toy();
    let small = r#"[{ "id": "pay-9", "kind": "fee", "participant": "p-1", "amount": 1, "currency": "EUR" }]"#;
    folder.write("elsewhere.txt", "[]");
    std::os::unix::fs::symlink(folder.at("elsewhere.txt"), folder.at("toy/payments.json")).unwrap();
    let told = fed(&folder, small, &["--stdin-filename", "toy/payments.json", "-f", "concise"]);
    assert!(told.out.contains("pay-9 is 1 EUR") && !told.out.contains("symbolic link"), "{}", told.out);
    assert_eq!(folder.read("elsewhere.txt"), "[]");
    fs::remove_file(folder.at("toy/payments.json")).unwrap();
    folder.write(".gitignore", "payments.json\n");
    folder.write("toy/payments.json", "[]");
    let told = fed(&folder, small, &["--stdin-filename", "toy/payments.json", "-f", "concise"]);
    assert!(told.out.contains("pay-9 is 1 EUR"), "{}", told.out);
}

// ── by itself ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_document_by_itself_is_judged_by_what_it_says() {
    let folder = toy();
    let brought = folder.read("toy/brought.json");
    // Who is paid is recorded somewhere else: no reference is said to lead nowhere.
    let told = fed(&folder, &brought, &["--stage", "discover", "-f", "concise"]);
    assert_eq!(findings(&told.out), ["-:12:17: warning[money/small] pay-2 is 5 EUR"], "{}", told.out);
    let dangling = check(&folder, &["-f", "concise", "--select", "record/dangling-reference"]);
    assert_eq!(findings(&dangling.out).len(), 1, "in its programme one leads nowhere: {}", dangling.out);
    // A charter says by what stage it is judged; what else its programme has is not known.
    let charter = r#"{ "id": "alone", "title": "Alone", "stage": "discover", "payments": [{ "id": "pay-1", "kind": "fee", "participant": "p-9", "amount": 5, "currency": "EUR" }] }"#;
    let told = fed(&folder, charter, &["-f", "concise"]);
    assert_eq!(findings(&told.out), ["-:1:134: warning[money/small] pay-1 is 5 EUR"], "{}", told.out);
    let audit = fed(&folder, charter, &["-f", "json"]).json();
    assert_eq!(
        (&audit["programmes"][0]["id"], &audit["programmes"][0]["path"], &audit["inputs"][0]["path"]),
        (&json!("alone"), &json!("-"), &json!("-"))
    );
    let unanswered = audit["no_evidence"].as_array().unwrap();
    assert!(unanswered.iter().any(|entry| entry["rule"] == "people/few"), "{unanswered:?}");
    // A few people here may be more in truth.
    let told = fed(&folder, r#"{ "participants": [{ "id": "p-1" }] }"#, &["--stage", "discover", "-f", "concise"]);
    assert_eq!((told.status, findings(&told.out).len()), (0, 0), "{}", told.both());
    // A byte-order mark is no part of it.
    assert_eq!(fed(&folder, format!("\u{feff}{brought}"), &["-f", "concise"]).status, 0);
}

#[test]
fn nothing_is_said_of_what_a_document_by_itself_may_be_missing() {
    let folder = Folder::new();
    // In its folder, this charter lacks registers and has nothing to read.
    let charter = r#"{ "id": "alone", "title": "Alone", "stage": "deliver" }"#;
    let alone = Folder::new().with("p/programme.json", charter);
    let of = |told: &Told, rule: &str| told.out.contains(&format!("[{rule}]"));
    let (whole, told) = (check_built_in(&alone, &["-f", "concise"]), fed_built_in(&folder, charter, &["-f", "concise"]));
    assert!(of(&whole, "record/nothing-to-read") && !of(&told, "record/nothing-to-read"), "{}", told.out);
    assert!(whole.out.contains("is not kept; it is expected from the stage") && !told.out.contains("is not kept"), "{}", told.out);
    // Waivers and the baseline know programmes; what they hold of this one lies somewhere else.
    let folder = toy();
    let told = Call::new(folder.path(), ["baseline", "create", "--as-of", AS_OF]).run();
    assert_eq!(told.status, 0, "{}", told.err);
    folder.write("havesay.waivers.toml", "[[waiver]]\nrule = \"no/such\"\n");
    let known = &["--baseline", "havesay.baseline.jsonl", "-f", "concise"];
    let told = fed_built_in(&folder, folder.read("toy/programme.json"), known);
    assert!(told.out.contains("held back by a waiver or the baseline"), "{}", told.both());
    assert!(!told.out.contains("baseline-entry-fixed") && !told.err.contains("waivers"), "{}", told.both());
}

#[test]
fn what_cannot_be_told_by_itself_is_refused() {
    let folder = toy();
    for (content, expected) in [
        ("[]", "is no object, so nothing says what its values are"),
        ("[{ \"id\": \"p-1\" }]", "is no object"),
        ("3", "is no object"),
        ("null", "is no object"),
        ("{}", "is neither a charter nor records under the name of their register"),
        ("{ \"id\": \"s-1\", \"type\": \"workshop\", \"date\": \"2026-01-01\", \"ZQX\": 1 }", "is neither a charter nor records"),
    ] {
        let told = fed(&folder, content, &["-o", "json=out.json"]);
        assert_eq!((told.status, told.out.as_str()), (3, ""), "{content}: {}", told.err);
        assert!(told.err.starts_with(&format!("havesay: the document on standard input {expected}")), "{}", told.err);
        assert!(told.err.ends_with("\n  help: say which file it stands for, with --stdin-filename PATH\n") && !told.err.contains("ZQX"));
        assert!(!folder.at("out.json").exists());
    }
    for (content, expected) in [
        (&b""[..], "-:1:1: "),
        (b"{ \"payments\": [", "the file ends before every bracket"),
        (b"payments", "-:1:1: error[record/not-json]"),
        (b"{ \"payments\": \"\xff\" }", "the file is not saved as UTF-8"),
    ] {
        let told = fed(&folder, content, &["-f", "concise"]);
        assert_eq!(told.status, 3, "{}", told.both());
        assert!(told.out.contains(expected), "{}", told.out);
    }
}

// ── what it goes with, and what is masked ──────────────────────────────────────────────────────────────

#[test]
fn a_document_has_a_place_and_stands_for_one_file() {
    let folder = toy();
    folder.write("toy/folder.json/x.txt", "");
    for (args, status, expected) in [
        (&["check", "--stdin-filename", "toy/brought.json"][..], 2, "--stdin-filename is for a document on standard input\n  help: "),
        (&["check", "toy", "--stdin-filename", "toy/brought.json"], 2, "--stdin-filename is for a document on standard input\n  help: "),
        (&["check", "-", "toy"], 2, "- reads one document, and no other path is named with it\n  help: "),
        (&["check", "-", "-"], 2, "- reads one document"),
        (&["check", "toy", "-", "--stdin-filename", "toy/brought.json"], 2, "- reads one document"),
        (&["check", "-", "--since", "HEAD"], 2, "- does not go with --since\n  help: "),
        (&["check", "-", "--staged", "--stdin-filename", "toy/brought.json"], 2, "- does not go with --staged\n  help: "),
        (&["check", "-", "--shard", "1/2"], 2, "- does not go with --shard\n  help: "),
        (&["check", "-", "--stdin-filename", "toy"], 2, "toy is a folder\n  help: "),
        (&["check", "-", "--stdin-filename", "toy/folder.json"], 2, "toy/folder.json is a folder\n  help: "),
        (&["check", "-", "--stdin-filename", "/"], 2, "/ is a folder"),
        (&["check", "-", "--stdin-filename", "payments.json"], 3, "payments.json lies in no programme: "),
        (&["check", "-", "--stdin-filename", "none/payments.json"], 3, "none/payments.json lies in no programme: "),
        (&["check", "-", "--stdin-filename", "toy/../payments.json"], 3, "toy/../payments.json lies in no programme: "),
        (&["check", "-", "--stdin-filename", "toy/.payments.json"], 3, "toy/.payments.json is not read: "),
        (&["check", "-", "--stdin-filename", "toy/.old/payments.json"], 3, "toy/.old/payments.json is not read: "),
        (&["check", "-", "--stdin-filename", "toy/readme.txt"], 3, "toy/readme.txt is not read: "),
        (&["check", "-", "--stdin-filename", "toy/\u{1b}[31m.txt"], 3, "is not read: "),
    ] {
        let told = Call::new(folder.path(), args.iter().chain(&["-o", "json=out.json"])).toy().fed("{}");
        assert_eq!((told.status, told.out.as_str()), (status, ""), "{args:?}: {}", told.err);
        assert!(told.err.starts_with("havesay: ") && told.err.contains(expected), "{args:?}: {}", told.err);
        assert!(told.err.contains("\n  help: ") && !told.err.contains('\u{1b}') && !folder.at("out.json").exists(), "{}", told.err);
    }
    // A file of that name can be named still.
    folder.write("-", "");
    assert_eq!(check(&folder, &["./-"]).status, 3);
}

#[test]
fn nothing_of_the_document_is_shown_that_would_be_masked_in_a_file() {
    let folder = toy();
    let brought = folder.read("toy/brought.json").replace("\"amount\": 25", "\"amount\": \"ZQXTEXT\"");
    assert!(brought.contains("ZQX"));
    let broken = brought.replace("\"currency\"", "ZQX \"currency\"");
    for format in FORMATS {
        for (content, args) in [
            (&brought, &["--stdin-filename", "toy/brought.json"][..]),
            (&brought, &["--stage", "discover"]),
            (&broken, &["--stdin-filename", "toy/brought.json"]),
            (&broken, &[]),
        ] {
            let told = fed(&folder, content, &[args, &["-f", format, "-v"]].concat());
            assert!(!told.both().contains("ZQX"), "{format} {args:?}: {}", told.both());
            assert!(told.out.contains("brought.json") || told.out.contains('-'), "{format}");
        }
    }
    let audit: Value = saved(fed(&folder, &brought, &["--stdin-filename", "toy/brought.json", "-f", "json"]).out.as_bytes());
    assert!(audit["findings"].as_array().unwrap().len() > 1);
}
