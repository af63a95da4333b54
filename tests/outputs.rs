//! Where formats are written, and how a saved audit is read back: places that cannot be written leave what
//! was there, and files that are no saved audit are refused by name.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{AS_OF, Call, FORMATS, Folder, Told, check, copy, root, toy};

fn theatre() -> Folder {
    let folder = Folder::new();
    copy(&root().join("fixtures/theatre"), &folder.at("theatre"));
    folder
}

// ── where it is written ────────────────────────────────────────────────────────────────────────────────

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_in_the_middle_leaves_what_was_there() {
    let folder = theatre().with("old.json", "what was there");
    let havesay = env!("CARGO_BIN_EXE_havesay");
    for format in FORMATS {
        // No more than a few kilobytes may be written to any file: the write fails in the middle.
        let script =
            format!("trap '' XFSZ; ulimit -f 4; exec '{havesay}' check --as-of {AS_OF} theatre -q -f concise -o {format}=old.json");
        let mut command = std::process::Command::new("sh");
        let done = command.args(["-c", &script]).current_dir(folder.path()).env_clear().output().unwrap();
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{format}: {err}");
        assert!(err.contains("old.json cannot be written: file too large\n  help: make room"), "{format}: {err}");
        assert_eq!(folder.read("old.json"), "what was there", "{format}");
        let left: Vec<String> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!left.iter().any(|name| name.starts_with(".havesay")), "{format} leaves {left:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = toy().with("closed/a.txt", "");
    std::fs::set_permissions(folder.at("closed"), std::fs::Permissions::from_mode(0o555)).unwrap();
    let told = check(&folder, &["toy", "-o", "sarif=closed/a.sarif"]);
    std::fs::set_permissions(folder.at("closed"), std::fs::Permissions::from_mode(0o755)).unwrap();
    // Whoever may do everything may write there.
    if told.status == 2 {
        assert_eq!(
            told.err,
            "havesay: closed/a.sarif cannot be written: permission denied\n  help: name a folder that may be written to\n"
        );
        assert!(!folder.at("closed/a.sarif").exists());
    }
}

#[test]
fn what_is_read_is_not_written_over() {
    let settings = "[rule.\"people/few\"]\noff = \"we know them all\"\n";
    let folder = toy().with("havesay.toml", settings);
    for read in ["toy/brought.json", "toy/../toy/programme.json", "havesay.toml"] {
        let before = folder.read(read);
        let told = check(&folder, &["toy", "-o", &format!("json={read}")]);
        assert_eq!((told.status, folder.read(read)), (2, before), "{read}");
        assert!(told.err.contains(" is read in this run, and would be overwritten\n  help: name another file"), "{}", told.err);
    }
    assert!(check(&folder, &["toy", "-o", "json=a.json"]).status < 2);
    let before = folder.read("a.json");
    for again in [["report", "a.json", "-o", "html=a.json"], ["merge", "a.json", "-o", "html=a.json"]] {
        let told = Call::new(folder.path(), again).run();
        assert_eq!((told.status, folder.read("a.json")), (2, before.clone()), "{again:?}");
    }
    // What was written by an earlier run is no record, and is written again.
    assert!(check(&folder, &["toy", "-o", "json=a.json"]).status < 2);
}

#[test]
fn every_report_for_people_says_what_is_switched_off_and_why() {
    let folder = toy().with("havesay.toml", "[rule.\"people/few\"]\noff = \"we know them all\"\n");
    for format in ["full", "concise", "narrated", "markdown", "html", "junit"] {
        let told = check(&folder, &["toy", "-f", format]);
        assert!(told.out.contains("we know them all") && told.out.contains("people/few"), "{format}: {}", told.out);
    }
}

#[test]
fn two_outputs_never_share_a_place() {
    let folder = toy().with("a.json", "");
    for outputs in [
        ["json=a.json", "sarif=a.json"],
        ["json=a.json", "sarif=./a.json"],
        ["json=-", "sarif=-"],
        ["json=new.json", "csv=toy/../new.json"],
    ] {
        let told = check(&folder, &["toy", "-o", outputs[0], "-o", outputs[1]]);
        assert_eq!(told.status, 2, "{outputs:?}");
        assert!(told.err.starts_with("havesay: two outputs go to "), "{}", told.err);
    }
    assert_eq!(folder.read("a.json"), "");
}

// ── reading a saved audit back ─────────────────────────────────────────────────────────────────────────

fn report(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), [&["report"], args].concat()).run()
}

#[test]
fn what_is_no_saved_audit_is_refused_by_name() {
    let good = check(&toy(), &["-f", "json", "toy"]).out;
    let value: Value = serde_json::from_str(&good).unwrap();
    let with = |pointer: &str, new: Value| {
        let mut other = value.clone();
        *other.pointer_mut(pointer).unwrap() = new;
        other.to_string()
    };
    let without = |member: &str| {
        let mut other = value.clone();
        other.as_object_mut().unwrap().remove(member);
        other.to_string()
    };
    let sarif = check(&toy(), &["-f", "sarif", "toy"]).out;
    for (content, expected) in [
        (good[..good.len() / 2].to_owned(), "ends in the middle"),
        (good[..good.len() - 3].to_owned(), "ends in the middle"),
        (String::new(), "ends in the middle"),
        ("not JSON".to_owned(), "is not JSON (line 1, column "),
        ("[]".to_owned(), "is no saved audit of havesay, but other JSON"),
        ("{}".to_owned(), "is no saved audit of havesay, but other JSON"),
        ("3".to_owned(), "is no saved audit of havesay, but other JSON"),
        (sarif, "is no saved audit of havesay, but SARIF of havesay"),
        (json!({ "runs": [{ "tool": { "driver": { "name": "other\u{1b}[31m" } } }] }).to_string(), "but SARIF of other\\u{1b}[31m"),
        (with("/tool/name", json!("another")), "but of another"),
        (with("/version", json!("2.0")), "is a saved audit of version 2.0; havesay "),
        (with("/version", json!("11.3")), "is a saved audit of version 11.3; havesay "),
        (with("/version", json!(1)), "its version is none that there has been"),
        (with("/version", json!("0.9")), "its version is none that there has been"),
        (without("findings"), "missing member `findings`"),
        (without("summary"), "missing member `summary`"),
        (with("/findings/0/severity", json!("SECRET")), "a value is not of the type that it should be (line "),
        (with("/findings/0/programme_path", json!("elsewhere")), "findings do not stand in the order of the programmes"),
        (with("/settings/fail_on", json!("SECRET")), "settings.fail_on is no severity"),
        (with("/no_evidence/0/rule", json!("no/such")), "no/such is not among the rules"),
        (with("/as_of", json!("SECRET")), "as_of is not of its form"),
        (with("/findings/1/fingerprint", json!("SECRET")), "a fingerprint is not of its form"),
        (with("/inputs/1/sha256", json!("SECRET")), "a digest is not of its form"),
        (with("/rules/1/digest", json!("SECRET")), "a digest is not of its form"),
    ] {
        let folder = Folder::new().with("a.json", &content);
        for args in [&["a.json"][..], &["a.json", "-o", "json=out.json"]] {
            let told = report(&folder, args);
            assert_eq!((told.status, told.out.as_str()), (3, ""), "{expected}: {}", told.err);
            assert!(told.err.starts_with("havesay: a.json ") && told.err.contains(expected), "{expected}: {}", told.err);
            assert!(told.err.contains("\n  help: ") && !told.err.contains("SECRET"), "{}", told.err);
            assert!(!folder.at("out.json").exists());
        }
    }
    let told = report(&Folder::new(), &["none.json"]);
    assert_eq!((told.status, told.err.as_str()), (3, "havesay: none.json does not exist\n"));
    let told = report(&toy(), &["toy"]);
    assert_eq!(told.status, 3, "{}", told.err);
    // A newer minor version has members that are passed over.
    let mut newer = value.clone();
    newer["version"] = json!("1.9");
    newer["findings"][0]["colour"] = json!({ "of": ["the", "sky"] });
    newer["sky"] = json!(1);
    let told = report(&Folder::new().with("a.json", newer.to_string()), &["a.json", "--to", "concise"]);
    assert_eq!((told.status, told.out), (0, check(&toy(), &["-f", "concise", "toy"]).out));
}

#[test]
fn a_saved_audit_that_somebody_altered_steers_nobody() {
    let evil = "\u{1b}[31m\u{202e}::error::x";
    let mut audit: Value = serde_json::from_str(&check(&toy(), &["-f", "json", "toy"]).out).unwrap();
    // All words, but not what has a form: that is refused.
    fn alter(value: &mut Value, evil: &str, key: &str) {
        let formed = ["as_of", "version", "severity", "severity_set_by", "page_severity", "set_by", "fingerprint", "digest", "sha256"];
        let linked = ["rule", "programme_path", "path", "fail_on", "min_severity", "inputs_sha256", "name", "pointer"];
        match value {
            Value::String(text) if !formed.contains(&key) && !linked.contains(&key) => text.push_str(evil),
            Value::Array(list) => list.iter_mut().for_each(|own| alter(own, evil, key)),
            Value::Object(map) => map.iter_mut().for_each(|(key, own)| alter(own, evil, key)),
            _ => {}
        }
    }
    alter(&mut audit, evil, "");
    let folder = Folder::new().with("a.json", audit.to_string());
    for format in FORMATS {
        // What was altered no longer keeps to its schema, so nothing holds it against that.
        let done = Call::new(folder.path(), ["report", "a.json", "--to", format, "-v", "--statistics"]).command().output().unwrap();
        let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert_eq!(done.status.code(), Some(0), "{err}");
        let said = out.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        assert!(!said.chars().any(|c| c != '\n' && havesay::text::is_hidden(c)), "{format}: {said}");
    }
}

#[test]
fn a_saved_audit_is_read_from_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let audit = check(&toy(), &["-f", "json", "toy"]).out;
    let folder = Folder::new();
    let mut child = Call::new(folder.path(), ["report", "-", "--to", "concise"])
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(audit.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(done.stdout).unwrap(), check(&toy(), &["-f", "concise", "toy"]).out);
}
