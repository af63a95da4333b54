//! The command line as its readers meet it: exit statuses, every flag, what is written where.
//!
//! Formats and commands are tried on a handful of frozen rules (`tests/toy`), so that no change of a real
//! rule changes an expectation here. What becomes of faulty input is in `bad_input.rs`, what is masked in
//! `masking.rs`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{AS_OF, Call, FINE, FORMATS, Folder, Told, check, check_built_in, expect, findings, toy, toy_rules};

/// The names of the rules that have findings, each once, in order.
fn rules_of(told: &Told) -> Vec<String> {
    let mut names: Vec<String> =
        told.json()["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

const ALL: [&str; 6] = ["money/small", "people/few", "people/silent", "record/dangling-reference", "record/not-a-date", "seats/empty"];

// ── formats ────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn each_format_says_what_is_stored() {
    for format in FORMATS {
        let told = check(&toy(), &["-f", format, "toy"]);
        assert_eq!((told.status, told.err.as_str()), (1, ""), "{format}");
        expect(&format!("toy.{format}"), &told.out);
    }
}

#[test]
fn full_is_the_default() {
    assert_eq!(check(&toy(), &["toy"]).out, check(&toy(), &["-f", "full", "toy"]).out);
}

#[test]
fn a_clean_programme_is_called_clean() {
    let folder = toy().with("fine/programme.json", FINE);
    for format in ["full", "concise", "narrated"] {
        let told = check(&folder, &["-f", format, "fine", "--stage", "discover", "--select", "record"]);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{format}");
        expect("fine.txt", &told.out);
    }
}

#[test]
fn all_formats_of_one_run_agree_on_the_totals() {
    let folder = toy();
    let told = check(&folder, &["toy", "-o", "json=a.json", "-o", "concise=a.txt", "-o", "narrated=a.nar"]);
    let audit = folder.saved("a.json");
    assert_eq!(audit["summary"]["findings"], serde_json::json!({ "error": 2, "warning": 3, "advice": 1 }));
    let totals = "1 programme, 6 files, 12 records: 2 errors, 3 warnings, 1 advice";
    for text in [told.out, folder.read("a.txt"), folder.read("a.nar")] {
        assert!(text.contains(totals), "{text}");
    }
    assert_eq!(findings(&folder.read("a.txt")).len(), audit["findings"].as_array().unwrap().len());
}

#[test]
fn verbose_and_statistics_say_what_is_stored() {
    let folder =
        toy().with("light/programme.json", r#"{ "id": "light", "title": "Light", "stage": "charter", "profile": "light", "team": [] }"#);
    expect("verbose.txt", &check(&folder, &["-v", "-f", "concise", "toy", "light"]).out);
    expect("statistics.txt", &check(&folder, &["--statistics", "-f", "concise", "toy", "light"]).out);
}

#[test]
fn quiet_shows_only_what_fails_and_counts_the_rest() {
    let told = check(&toy(), &["-q", "-f", "concise", "toy"]);
    assert_eq!(told.status, 1);
    assert!(findings(&told.out).iter().all(|line| line.contains(" error[")), "{}", told.out);
    assert!(told.out.contains("2 errors, 3 warnings, 1 advice"), "{}", told.out);
}

// ── exit statuses ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn statuses_of_check() {
    let folder = toy()
        .with("fine/programme.json", FINE)
        .with("broken/programme.json", FINE)
        .with("broken/participants.json", "[{ \"id\": \"p-1\" },]")
        .with("bad.toml", "[rule.\"pay/late\"\n")
        .with("plain/notes.txt", "no records");
    for (args, status) in [
        // Nothing at or above what fails.
        (&["fine", "--stage", "live"][..], 0),
        (&["toy", "--select", "money"], 0),
        // Something is.
        (&["toy"], 1),
        (&["toy", "--select", "money", "--fail-on", "warning"], 1),
        (&["toy", "--select", "people/few", "--fail-on", "advice"], 1),
        // Usage, settings, rules, outputs at fault.
        (&["toy", "--no-such-flag"], 2),
        (&["toy", "-f", "sariff"], 2),
        (&["toy", "--select", "no/such-rule"], 2),
        (&["toy", "--ignore", "no/such-rule"], 2),
        (&["toy", "--stage", "no-such-stage"], 2),
        (&["toy", "--as-of", "2026-02-30"], 2),
        (&["toy", "--fail-on", "fatal"], 2),
        (&["toy", "--min-severity", "fatal"], 2),
        (&["toy", "--color", "blue"], 2),
        (&["toy", "--max-findings", "-1"], 2),
        (&["toy", "--threads", "many"], 2),
        (&["toy", "-c", "none.toml"], 2),
        (&["toy", "-c", "bad.toml"], 2),
        (&["toy", "-c", "bad.toml", "--isolated"], 2),
        (&["toy", "-o", "json"], 2),
        (&["toy", "-o", "sariff=a.sarif"], 2),
        (&["toy", "-o", "json=no/such/folder/a.json"], 2),
        (&["toy", "-o", "json=toy"], 2),
        // A path that is not there, no programme, a file left unjudged, nothing judged.
        (&["nowhere"], 3),
        (&["plain"], 3),
        (&["broken"], 3),
        (&["fine", "--select", "people"], 3),
        // Where several hold: 2, then 3, then 1.
        (&["toy", "nowhere"], 3),
        (&["toy", "broken"], 3),
        (&["nowhere", "-o", "json=no/such/folder/a.json"], 2),
        (&["nowhere", "-c", "bad.toml"], 2),
    ] {
        for format in ["full", "json"] {
            // A flag that is given twice is a fault of usage.
            let format: &[&str] = if args.contains(&"-f") { &[] } else { &["-f", format] };
            let as_of: &[&str] = if args.contains(&"--as-of") { &[] } else { &["--as-of", AS_OF] };
            let args: Vec<&str> = ["check"].iter().chain(args).chain(format).chain(as_of).copied().collect();
            let told = Call::new(folder.path(), &args).toy().run();
            assert_eq!(told.status, status, "{args:?}\n{}{}", told.out, told.err);
            assert_eq!(status == 2, told.out.is_empty(), "{args:?}: what cannot begin writes nothing\n{}", told.out);
            assert!(status != 2 || !told.err.is_empty(), "{args:?}: a fault is named");
        }
    }
}

#[test]
fn words_match_the_status() {
    let folder = toy().with("fine/programme.json", FINE).with("broken/programme.json", FINE).with("broken/participants.json", "[");
    for (args, last) in [
        (&["fine", "--stage", "live"][..], "Clean."),
        (&["toy", "--select", "money"], "Nothing that fails the run."),
        (&["toy"], "The run fails: there are findings at or above the severity that fails it."),
        (&["toy", "nowhere"], "The audit is incomplete."),
        (&["broken", "toy"], "The audit is incomplete."),
        (&["nowhere"], "Nothing was judged."),
    ] {
        let told = check(&folder, args);
        assert_eq!(told.out.lines().last(), Some(last), "{args:?}\n{}", told.both());
    }
}

#[test]
fn statuses_of_the_other_commands() {
    let folder = toy().with("bad/programme.json", FINE).with("rules/people/none.md", "---\nseverity: error\n");
    let run = |args: &[&str]| Call::new(folder.path(), args).toy().run();
    for (args, status) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["check", "--help"], 0),
        (&[], 2),
        (&["no-such-command"], 2),
        (&["schema"], 0),
        (&["schema", "records"], 0),
        (&["schema", "report"], 0),
        (&["schema", "nonsense"], 2),
        (&["test"], 0),
        (&["test", "people"], 0),
        (&["test", "people/silent"], 0),
        (&["test", "people/silent.md"], 0),
        (&["test", "no/such-rule"], 2),
        (&["test", "rules"], 2),
        (&["rules"], 0),
        (&["rules", "--select", "people"], 0),
        (&["rules", "--select", "no-such-family"], 2),
        (&["explain", "people/silent"], 0),
        (&["explain", "participants"], 0),
        (&["explain", "no-such-thing"], 2),
        (&["explain"], 2),
        (&["init", "bad"], 2),
        (&["init", "new"], 0),
        (&["init", "new"], 2),
    ] {
        let told = run(args);
        assert_eq!(told.status, status, "{args:?}\n{}{}", told.out, told.err);
        assert!(status != 0 || !told.out.is_empty(), "{args:?}");
        assert_eq!(status != 0, !told.err.is_empty(), "{args:?}: {}", told.err);
    }
}

#[test]
fn a_reader_that_goes_ends_the_run_quietly_with_its_status() {
    let people: Vec<String> = (0..4000).map(|number| format!("{{ \"id\": \"p-{number}\", \"joined_on\": \"2026-02-30\" }}")).collect();
    let folder = Folder::new().with("a/programme.json", FINE).with("a/participants.json", format!("[{}]", people.join(",\n")));
    for format in ["concise", "json"] {
        let mut child = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", format, "a"])
            .toy()
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 16];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8(done.stderr).unwrap(), "", "{format}");
    }
}

// ── which rules ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn select_and_ignore_take_names_and_families() {
    for (args, expected) in [
        (&[][..], &ALL[..]),
        (&["--select", "people"], &["people/few", "people/silent"]),
        (&["--select", "people/few,money"], &["money/small", "people/few"]),
        (&["--select", "people", "--select", "seats"], &["people/few", "people/silent", "seats/empty"]),
        (&["--ignore", "people,record"], &["money/small", "seats/empty"]),
        (&["--select", "people", "--ignore", "people/few"], &["people/silent"]),
    ] {
        let told = check(&toy(), &[&["-f", "json", "toy"], args].concat());
        assert_eq!(rules_of(&told), expected, "{args:?}");
    }
}

#[test]
fn a_misspelt_rule_is_named_with_the_nearest() {
    let told = check(&toy(), &["toy", "--select", "people/silnet"]);
    assert_eq!(told.err, "havesay: there is no rule or family people/silnet; did you mean people/silent?\n");
}

#[test]
fn stage_judges_as_if_at_that_stage() {
    let at = |stage: &str| check(&toy(), &["toy", "-f", "json", "--stage", stage]);
    assert_eq!(rules_of(&at("charter")), ["record/dangling-reference", "record/not-a-date"]);
    assert_eq!(rules_of(&at("recruit")), ["people/few", "people/silent", "record/dangling-reference", "record/not-a-date"]);
    assert_eq!(rules_of(&at("live")), ALL);
    assert_eq!(at("recruit").json()["programmes"][0]["stage"], "recruit");
    assert_eq!(at("recruit").json()["settings"]["stage"], "recruit");
    let told = check(&toy(), &["toy", "--stage", "recrut"]);
    assert!(told.err.starts_with("havesay: recrut is no stage; use charter, recruit, discover, "), "{}", told.err);
}

// ── severity ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_is_shown_and_what_fails_are_two_things() {
    for (args, lines, status) in [
        (&[][..], 6, 1),
        (&["--min-severity", "warning"], 5, 1),
        (&["--min-severity", "error"], 2, 1),
        (&["--ignore", "people/silent,record", "--min-severity", "error"], 0, 0),
        (&["--ignore", "people/silent,record", "--min-severity", "error", "--fail-on", "warning"], 0, 1),
        (&["--ignore", "people/silent,record", "--fail-on", "advice"], 3, 1),
    ] {
        let told = check(&toy(), &[&["-f", "concise", "toy"], args].concat());
        assert_eq!((findings(&told.out).len(), told.status), (lines, status), "{args:?}\n{}", told.out);
        // What is not shown is counted.
        assert!(told.out.contains("2 warnings") || told.out.contains("3 warnings"), "{args:?}\n{}", told.out);
    }
}

#[test]
fn fail_on_comes_from_the_flag_then_the_environment_then_the_settings() {
    let folder = toy().with("havesay.toml", "fail_on = \"warning\"\n");
    let run = |args: &[&str], env: Option<&str>| {
        let call = Call::new(folder.path(), [&["check", "--as-of", AS_OF, "toy", "--select", "seats"], args].concat()).toy();
        match env {
            Some(value) => call.env("HAVESAY_FAIL_ON", value).run(),
            None => call.run(),
        }
        .status
    };
    assert_eq!(run(&[], None), 1, "the settings");
    assert_eq!(run(&[], Some("error")), 0, "the environment beats them");
    assert_eq!(run(&["--fail-on", "advice"], Some("error")), 1, "the flag beats both");
    assert_eq!(run(&["--isolated"], None), 0, "without settings it is error");
}

// ── the date ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_date_comes_from_the_flag_then_the_environment() {
    let folder = toy();
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let mut call = Call::new(folder.path(), [&["check", "-f", "json", "toy"], args].concat()).toy();
        for (name, value) in env {
            call = call.env(name, value);
        }
        call.run().json()["as_of"].as_str().unwrap().to_owned()
    };
    let epoch = ("SOURCE_DATE_EPOCH", "1767225600");
    assert_eq!(run(&["--as-of", "2026-03-04"], &[epoch, ("HAVESAY_AS_OF", "2026-05-06")]), "2026-03-04");
    assert_eq!(run(&[], &[epoch, ("HAVESAY_AS_OF", "2026-05-06")]), "2026-05-06");
    assert_eq!(run(&[], &[epoch]), "2026-01-01");
    assert!(run(&[], &[]).as_str() > "2025-01-01", "else it is today");
}

#[test]
fn a_date_that_is_no_day_is_refused() {
    for date in ["2026-02-30", "2026-03", "2026", "1 March", "2026-3-1", ""] {
        let told = Call::new(toy().path(), ["check", "--as-of", date]).toy().run();
        assert_eq!(told.status, 2, "{date}");
        assert!(told.err.contains("is no day; write --as-of YYYY-MM-DD"), "{}", told.err);
    }
}

#[test]
fn records_dated_after_the_audit_are_advice_once_for_each_register() {
    let folder = toy();
    let told = Call::new(folder.path(), ["check", "-f", "json", "--as-of", "2020-01-01", "toy"]).toy().run();
    assert!(!rules_of(&told).contains(&"record/impossible-date-order".to_owned()), "{}", told.out);
    let folder =
        toy().with("toy/insights.json", r#"[{ "id": "i-1", "recorded_on": "2026-03-01" }, { "id": "i-2", "recorded_on": "2026-03-02" }]"#);
    let told = check_built_in_at(&folder, "2026-02-01");
    let later: Vec<&Value> =
        told["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "record/dated-after-audit").collect();
    assert!(later.iter().all(|finding| finding["severity"] == "advice"), "{later:?}");
    let insights = later.iter().filter(|finding| finding["subject"]["register"] == "insights").count();
    assert_eq!(insights, 1, "{later:?}");
}

fn check_built_in_at(folder: &Folder, date: &str) -> Value {
    Call::new(folder.path(), ["check", "-f", "json", "--as-of", date, "toy", "--select", "record"]).run().json()
}

// ── outputs ────────────────────────────────────────────────────────────────────────────────────────────

/// What a folder holds, by name, without what git keeps.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".git")
        .collect();
    names.sort();
    names
}

#[test]
fn outputs_are_written_beside_what_the_terminal_shows() {
    let folder = toy();
    let told = check(&folder, &["toy", "-f", "narrated", "-o", "json=out/../a.json", "-o", "concise=a.txt", "-o", "full=a.full"]);
    assert_eq!(told.status, 2, "a folder that is not there is not made");
    assert_eq!(names(folder.path()), ["toy"], "and nothing is left behind");
    let told = check(&folder, &["toy", "-f", "narrated", "-o", "json=a.json", "-o", "concise=a.txt", "-o", "full=a.full"]);
    assert_eq!((told.status, told.err.as_str()), (1, ""));
    expect("toy.narrated", &told.out);
    expect("toy.concise", &folder.read("a.txt"));
    expect("toy.full", &folder.read("a.full"));
    expect("toy.json", &folder.read("a.json"));
    assert_eq!(names(folder.path()), ["a.full", "a.json", "a.txt", "toy"]);
}

#[test]
fn an_output_to_a_dash_takes_the_place_of_the_format() {
    let folder = toy();
    let told = check(&folder, &["toy", "-f", "narrated", "-o", "json=-", "-o", "concise=a.txt"]);
    expect("toy.json", &told.out);
    expect("toy.concise", &folder.read("a.txt"));
}

#[test]
fn two_outputs_to_one_place_are_refused() {
    for args in [&["-o", "json=-", "-o", "concise=-"], &["-o", "json=a", "-o", "concise=a"]] {
        let folder = toy();
        let told = check(&folder, &[&["toy"][..], args].concat());
        assert_eq!(told.status, 2, "{}", told.both());
        assert!(told.err.contains("two outputs"), "{}", told.err);
        assert_eq!(names(folder.path()), ["toy"]);
    }
}

#[test]
fn an_output_replaces_a_file_only_when_it_is_whole() {
    let folder = toy().with("a.json", "old").with("bad.toml", "rule = 1\n");
    let told = check(&folder, &["toy", "-o", "json=a.json", "-c", "bad.toml"]);
    assert_eq!((told.status, folder.read("a.json").as_str()), (2, "old"));
    let told = check(&folder, &["toy", "-o", "json=a.json", "-o", "concise=no/such/folder/a.txt"]);
    assert_eq!((told.status, folder.read("a.json").as_str()), (2, "old"));
    let told = check(&folder, &["toy", "-o", "json=a.json"]);
    assert_eq!(told.status, 1, "a run that fails is written all the same");
    folder.saved("a.json");
    assert_eq!(names(folder.path()), ["a.json", "bad.toml", "toy"]);
}

#[cfg(unix)]
#[test]
fn an_output_keeps_the_rights_of_a_file_and_the_link_that_leads_to_it() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = toy().with("real/a.json", "old");
    fs::set_permissions(folder.at("real/a.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.json", folder.at("a.json")).unwrap();
    assert_eq!(check(&folder, &["toy", "-o", "json=a.json"]).status, 1);
    assert!(fs::symlink_metadata(folder.at("a.json")).unwrap().is_symlink());
    assert_eq!(fs::metadata(folder.at("real/a.json")).unwrap().permissions().mode() & 0o777, 0o640);
    folder.saved("real/a.json");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_through() {
    let folder = toy();
    let told = check(&folder, &["toy", "-o", "json=/dev/null"]);
    assert_eq!(told.status, 1, "{}", told.err);
    assert!(!fs::metadata("/dev/null").unwrap().is_file(), "it is still what it was");
    let told = check(&folder, &["toy", "-o", "json=/dev/full"]);
    assert_eq!(
        (told.status, told.err.as_str()),
        (
            2,
            "havesay: /dev/full cannot be written: no storage space\n  help: make room, or name another place; a file that was there is as it was\n"
        )
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_through() {
    let folder = toy();
    assert!(Command::new("mkfifo").arg(folder.at("pipe")).status().unwrap().success());
    let path = folder.at("pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(path).unwrap());
    let told = check(&folder, &["toy", "-o", "json=pipe"]);
    assert_eq!(told.status, 1, "{}", told.err);
    expect("toy.json", &reader.join().expect("the reader reads"));
    use std::os::unix::fs::FileTypeExt;
    assert!(fs::symlink_metadata(folder.at("pipe")).unwrap().file_type().is_fifo(), "it is still what it was");
}

// ── how much is written ────────────────────────────────────────────────────────────────────────────────

#[test]
fn max_findings_limits_what_is_listed_and_not_what_is_counted() {
    for (most, shown) in [("0", 0), ("1", 1), ("5", 5), ("6", 6), ("100", 6)] {
        let told = check(&toy(), &["toy", "-f", "concise", "--max-findings", most]);
        assert_eq!((told.status, findings(&told.out).len()), (1, shown), "{most}");
        assert!(told.out.contains("2 errors, 3 warnings, 1 advice"), "{}", told.out);
        assert_eq!(told.out.contains("not shown (--max-findings)"), shown < 6, "{}", told.out);
        let audit = check(&toy(), &["toy", "-f", "json", "--max-findings", most]).json();
        assert_eq!(audit["findings"].as_array().unwrap().len(), shown);
        assert_eq!(audit["summary"]["unwritten"], 6 - shown);
    }
}

#[test]
fn the_limit_counts_findings_of_all_programmes_together() {
    let folder = toy();
    support::copy(&folder.at("toy"), &folder.at("zwei"));
    let audit = check(&folder, &["-f", "json", "--max-findings", "8"]).json();
    assert_eq!(audit["findings"].as_array().unwrap().len(), 8);
    assert_eq!(audit["summary"]["unwritten"], 4);
}

#[test]
fn full_lists_a_hundred_and_says_how_many_more_there_are() {
    let people: Vec<String> = (0..120).map(|number| format!("{{ \"id\": \"p-{number}\", \"joined_on\": \"2026-02-30\" }}")).collect();
    let folder = Folder::new().with("programme.json", FINE).with("participants.json", format!("[{}]", people.join(",\n")));
    for format in ["full", "narrated"] {
        let told = check(&folder, &["-f", format]);
        assert_eq!(told.out.matches("is a day that does not exist").count(), 100, "{format}");
        assert!(told.out.contains("20 more findings are not shown (--max-findings); the totals below count them"), "{}", told.out);
        assert!(told.out.contains(": 120 errors"), "{}", told.out);
    }
    for format in ["concise", "json"] {
        assert_eq!(check(&folder, &["-f", format]).out.matches("\u{20}is a day that does not exist").count() % 120, 0, "{format}");
    }
}

// ── colour ─────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn colour_follows_the_flag_then_the_environment_then_the_terminal() {
    for (flag, env, expected) in [
        (None, None, false),
        (Some("auto"), None, false),
        (Some("always"), None, true),
        (Some("never"), None, false),
        (None, Some(("FORCE_COLOR", "1")), true),
        (None, Some(("CLICOLOR_FORCE", "1")), true),
        (None, Some(("FORCE_COLOR", "0")), false),
        (Some("never"), Some(("FORCE_COLOR", "1")), false),
        (Some("always"), Some(("NO_COLOR", "1")), true),
        (None, Some(("NO_GRAPHICS", "1")), false),
    ] {
        let folder = toy();
        let mut call = Call::new(folder.path(), ["check", "--as-of", AS_OF, "toy"]).toy();
        if let Some(flag) = flag {
            call = call.arg("--color").arg(flag);
        }
        if let Some((name, value)) = env {
            call = call.env(name, value);
        }
        let told = call.run();
        assert_eq!(told.out.contains('\u{1b}'), expected, "{flag:?} {env:?}");
        if !expected {
            expect("toy.full", &told.out);
        }
    }
    let both = Call::new(toy().path(), ["check", "--as-of", AS_OF, "toy"]).toy().env("NO_COLOR", "1").env("FORCE_COLOR", "1").run();
    assert!(!both.out.contains('\u{1b}'), "NO_COLOR wins");
}

#[test]
fn colour_is_never_the_only_sign_and_files_have_none() {
    let folder = toy();
    let told = check(&folder, &["toy", "--color", "always", "-o", "json=a.json"]);
    let mut plain = String::new();
    let mut skip = false;
    for c in told.out.chars() {
        match c {
            '\u{1b}' => skip = true,
            'm' if skip => skip = false,
            _ if skip => {}
            _ => plain.push(c),
        }
    }
    expect("toy.full", &plain);
    expect("toy.json", &folder.read("a.json"));
    for format in ["concise", "narrated", "json"] {
        assert!(!check(&toy(), &["toy", "--color", "always", "-f", format]).out.contains('\u{1b}'), "{format}");
    }
}

// ── settings ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn settings_come_from_the_closest_file_unless_one_is_named() {
    let folder = toy()
        .with("havesay.toml", "[rule.\"money/small\"]\nparams = { least = 5 }\n")
        .with("other.toml", "[rule.\"money/small\"]\nseverity = \"error\"\n")
        .with("broken.toml", "nonsense = 1\n");
    let small = |args: &[&str]| {
        let audit = check(&folder, &[&["toy", "-f", "json", "--select", "money"], args].concat()).json();
        let severity =
            audit["findings"].as_array().unwrap().first().map_or("none", |finding| finding["severity"].as_str().unwrap()).to_owned();
        (severity, audit["settings"]["files"].as_array().unwrap().len())
    };
    assert_eq!(small(&[]), ("none".to_owned(), 1), "5 is enough by the settings");
    assert_eq!(small(&["--isolated"]), ("warning".to_owned(), 0));
    assert_eq!(small(&["-c", "other.toml"]), ("error".to_owned(), 1));
    assert_eq!(small(&["--config", "other.toml"]), ("error".to_owned(), 1));
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "toy"]).toy().env("HAVESAY_CONFIG", "broken.toml").run();
    assert_eq!(told.status, 2, "{}", told.both());
    folder.write("havesay.toml", "nonsense = 1\n");
    assert_eq!(small(&["--isolated"]), ("warning".to_owned(), 0), "what is not read cannot be at fault");
}

#[test]
fn the_saved_audit_says_what_was_set_and_where() {
    let folder = toy().with("havesay.toml", "[rule.\"money/small\"]\nseverity = \"error\"\nparams = { least = 7.5 }\n[rule.\"people/few\"]\noff = \"we know them all\"\n[privacy]\nmin_cell = 10\n");
    let audit = check(&folder, &["toy", "-f", "json"]).json();
    let rule = |name: &str| audit["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == name).unwrap().clone();
    assert_eq!(rule("money/small")["severity"], "error");
    assert_eq!(rule("money/small")["severity_set_by"], "settings");
    assert_eq!(rule("money/small")["params"]["least"], serde_json::json!({ "value": "7.5", "set_by": "settings" }));
    assert_eq!(rule("people/silent")["severity_set_by"], "page");
    assert_eq!(audit["settings"]["min_cell"], 10);
    assert_eq!(audit["settings"]["files"][0]["path"], "havesay.toml");
    assert_eq!(audit["settings"]["rules_from"], "HAVESAY_RULES");
    let not_run = audit["programmes"][0]["not_run"].as_array().unwrap();
    assert!(
        not_run.iter().any(|entry| entry["rule"] == "people/few" && entry["reason"].as_str().unwrap().contains("we know them all")),
        "{not_run:?}"
    );
}

#[test]
fn each_programme_has_the_settings_closest_to_it() {
    let folder = toy();
    support::copy(&folder.at("toy"), &folder.at("own"));
    // One programme brings a rule of its own, which stands before the others in the order of names.
    folder.write("own/havesay.toml", "rules = [\"policy\"]\n[rule.\"money/small\"]\nparams = { least = 5 }\n");
    let page = fs::read_to_string(toy_rules().join("seats/empty.md")).unwrap();
    folder.write("own/policy/aaa/first.md", page.replace("had no participant", "was empty"));
    let audit = check(&folder, &["-f", "json"]).json();
    let of = |programme: &str| {
        let own = audit["programmes"].as_array().unwrap().iter().find(|own| own["path"] == programme).unwrap();
        own["verdicts"].clone()
    };
    assert_eq!(of("own")["aaa/first"]["finding"], 1, "{:#}", of("own"));
    assert_eq!(of("own")["seats/empty"]["finding"], 1);
    assert_eq!(of("own")["money/small"]["finding"], 0);
    assert_eq!(of("toy")["aaa/first"], Value::Null, "{:#}", of("toy"));
    assert_eq!(of("toy")["seats/empty"]["finding"], 1);
    assert_eq!(of("toy")["money/small"]["finding"], 1);
    assert!(audit["rules"].as_array().unwrap().iter().any(|rule| rule["name"] == "aaa/first"), "every rule that ran is listed");
    let told = check(&folder, &["-f", "concise", "--statistics"]);
    let row = |name: &str| {
        told.out
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic_free(&told.out))
            .split_whitespace()
            .nth(2)
            .map(str::to_owned)
    };
    assert_eq!(row("aaa/first"), Some("1".to_owned()), "{}", told.out);
    assert_eq!(row("money/small"), Some("1".to_owned()), "{}", told.out);
    assert_eq!(row("seats/empty"), Some("2".to_owned()), "{}", told.out);
    // Its name may be selected although the run's own settings do not know it.
    assert_eq!(rules_of(&check(&folder, &["-f", "json", "--select", "aaa"])), ["aaa/first"]);
}

fn panic_free(text: &str) -> &str {
    assert!(text.is_empty(), "no such row:\n{text}");
    text
}

#[test]
fn a_file_whose_name_is_nearly_that_of_the_settings_is_named() {
    let folder = toy().with("havsay.toml", "nonsense = 1\n");
    let told = check(&folder, &["toy"]);
    assert_eq!(told.err, "havesay: havsay.toml is not read; the settings file is called havesay.toml\n");
}

#[test]
fn files_and_map_decide_what_is_read() {
    let folder = toy().with("toy/people/anyone.json", r#"[{ "id": "p-9" }]"#).with("toy/old/participants.json", "[");
    folder.write("havesay.toml", "[files]\nexclude = [\"**/old/**\"]\n[map]\nparticipants = \"people/*.json\"\n");
    let told = check(&folder, &["toy", "-f", "json"]);
    assert_eq!(told.status, 1, "{}", told.both());
    assert!(!rules_of(&told).contains(&"record/dangling-reference".to_owned()), "p-9 is there now");
    let inputs = told.json()["inputs"].to_string();
    assert!(inputs.contains("toy/people/anyone.json") && !inputs.contains("old"), "{inputs}");
}

// ── which paths ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_path_within_a_programme_shows_only_what_lies_there() {
    let folder = toy();
    for (path, expected) in [
        ("toy/brought.json", &["money/small", "record/dangling-reference"][..]),
        ("toy/sessions", &["seats/empty"]),
        ("./toy/../toy/sessions/", &["seats/empty"]),
        ("toy/sessions/2026-03-16.json", &["seats/empty"]),
        ("toy/sessions/2026-03-02.json", &[]),
    ] {
        let told = check(&folder, &["-f", "json", path]);
        assert_eq!(rules_of(&told), expected, "{path}");
        let audit = told.json();
        assert_eq!(audit["summary"]["outside_paths"], 6 - expected.len(), "{path}");
        assert_eq!(audit["summary"]["programmes"], 1);
        assert_eq!(audit["summary"]["files"], 6, "the whole programme is audited: {path}");
    }
    let told = check(&folder, &["-f", "concise", "toy/sessions"]);
    assert!(told.out.contains("5 findings lie outside the paths that were named"), "{}", told.out);
    assert_eq!(told.status, 0, "what lies elsewhere does not fail the run");
}

#[test]
fn the_charter_is_looked_for_upward_to_the_root_of_the_repository() {
    let folder = toy();
    let told = Call::new(&folder.at("toy/sessions"), ["check", "--as-of", AS_OF, "-f", "concise"]).toy().run();
    assert_eq!(findings(&told.out), ["2026-03-16.json:1:72: warning[seats/empty] s-3 on 2026-03-16 had no participant"]);
    fs::create_dir(folder.at("toy/sessions/.git")).unwrap();
    let told = Call::new(&folder.at("toy/sessions"), ["check", "--as-of", AS_OF, "-f", "concise"]).toy().run();
    assert_eq!(told.status, 3, "a repository of its own has no charter:\n{}", told.both());
}

#[test]
fn a_programme_ends_where_another_begins() {
    let folder =
        toy().with("toy/inner/programme.json", FINE).with("toy/inner/participants.json", r#"[{ "id": "q-1", "joined_on": "2026-02-30" }]"#);
    let of = |args: &[&str]| {
        let audit = check(&folder, &[&["-f", "json"], args].concat()).json();
        let programmes: Vec<String> =
            audit["programmes"].as_array().unwrap().iter().map(|own| own["path"].as_str().unwrap().to_owned()).collect();
        (programmes.join(" "), audit["findings"].as_array().unwrap().len())
    };
    assert_eq!(of(&[]), ("toy toy/inner".to_owned(), 7));
    assert_eq!(of(&["toy"]), ("toy toy/inner".to_owned(), 7));
    assert_eq!(of(&["toy/inner"]), ("toy/inner".to_owned(), 1));
    assert_eq!(of(&["toy/inner/participants.json"]), ("toy/inner".to_owned(), 1));
    assert_eq!(of(&["toy/programme.json"]), ("toy".to_owned(), 1));
    assert_eq!(of(&["toy/inner", "toy/brought.json"]), ("toy toy/inner".to_owned(), 3));
}

#[test]
fn paths_are_audited_once_however_often_they_are_named() {
    let folder = toy();
    let once = check(&folder, &["-f", "json", "toy"]).json();
    let absolute = folder.at("toy");
    for paths in
        [&["toy", "toy"][..], &["toy", "./toy/"], &["toy", "toy/sessions"], &["toy/sessions", "."], &["toy", absolute.to_str().unwrap()]]
    {
        assert_eq!(check(&folder, &[&["-f", "json"], paths].concat()).json(), once, "{paths:?}");
    }
    let twice = check(&folder, &["-f", "json", "toy/sessions", "toy/sessions/2026-03-16.json"]).json();
    assert_eq!(twice["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn programmes_come_in_the_order_of_their_paths_whatever_the_order_of_arguments() {
    let folder = toy();
    support::copy(&folder.at("toy"), &folder.at("a"));
    support::copy(&folder.at("toy"), &folder.at("z"));
    let one = check(&folder, &["-f", "json", "z", "toy", "a"]);
    assert_eq!(one.out, check(&folder, &["-f", "json", "a", "toy", "z"]).out);
    assert_eq!(one.out, check(&folder, &["-f", "json"]).out);
    let paths: Vec<Value> = one.json()["programmes"].as_array().unwrap().iter().map(|own| own["path"].clone()).collect();
    assert_eq!(paths, ["a", "toy", "z"]);
}

#[test]
fn programmes_without_an_id_are_named_by_their_folder() {
    let folder = toy().with("deep/down/here/programme.json", r#"{ "title": "None", "stage": "charter", "team": [] }"#);
    let audit = check(&folder, &["-f", "json"]).json();
    let ids: Vec<Value> = audit["programmes"].as_array().unwrap().iter().map(|own| own["id"].clone()).collect();
    assert_eq!(ids, ["deep/down/here", "toy"]);
    let findings = audit["findings"].as_array().unwrap();
    let mut prints: Vec<&str> = findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), findings.len(), "no two findings have one fingerprint");
}

#[test]
fn what_git_ignores_is_left_out_and_said() {
    let folder = toy()
        .with(".gitignore", "brought.json\nextra/\n")
        .with("toy/extra/participants.json", r#"[{ "id": "p-1", "joined_on": "2026-02-30" }]"#);
    let told = check(&folder, &["-f", "concise", "toy"]);
    assert!(
        told.out.contains("git ignores 2 files and folders, which were not read, the first is toy/brought.json; --no-ignore reads all"),
        "{}",
        told.out
    );
    assert!(!told.out.contains("money/small"), "{}", told.out);
    let all = check(&folder, &["-f", "concise", "toy", "--no-ignore"]);
    assert!(all.out.contains("money/small") && !all.out.contains("git ignores"), "{}", all.out);
    let audit = check(&folder, &["-f", "json", "toy"]).json();
    assert_eq!(audit["summary"]["left_out_by_git"], serde_json::json!({ "count": 2, "first": "toy/brought.json" }));
}

// ── the other commands ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn schema_prints_what_is_in_the_repository() {
    let folder = Folder::new();
    for (name, file) in [("records", "schema/records.json"), ("report", "schema/report.json")] {
        let told = Call::new(folder.path(), ["schema", name]).run();
        assert_eq!(told.out, fs::read_to_string(support::root().join(file)).unwrap(), "{name}");
        let schema: Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::meta::is_valid(&schema), "{name} is a JSON Schema");
    }
    assert_eq!(Call::new(folder.path(), ["schema"]).run().out, Call::new(folder.path(), ["schema", "records"]).run().out);
}

#[test]
fn every_member_of_the_saved_audit_is_described() {
    fn walk(schema: &Value, at: &str, found: &mut Vec<String>) {
        let Some(map) = schema.as_object() else { return };
        let is_member = map.contains_key("type") || map.contains_key("$ref") || map.contains_key("enum") || map.contains_key("const");
        if is_member && !map.contains_key("description") && !map.contains_key("$ref") {
            found.push(at.to_owned());
        }
        for (key, value) in map {
            match (key.as_str(), value) {
                ("properties" | "$defs", Value::Object(members)) => {
                    members.iter().for_each(|(name, member)| walk(member, &format!("{at}/{name}"), found))
                }
                ("items" | "additionalProperties", member) => walk(member, &format!("{at}/{key}"), found),
                _ => {}
            }
        }
    }
    let schema: Value = serde_json::from_str(&fs::read_to_string(support::root().join("schema/report.json")).unwrap()).unwrap();
    let mut undescribed = Vec::new();
    walk(&schema, "", &mut undescribed);
    assert!(undescribed.is_empty(), "{undescribed:?}");
}

#[test]
fn init_writes_a_programme_that_checks_clean_and_never_writes_over_one() {
    let folder = Folder::new();
    let run = |args: &[&str]| Call::new(folder.path(), args).run();
    let told = run(&["init", "new"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert_eq!(told.out, "A programme to start from is in new. Next:\n  havesay check new\n");
    let told = check_built_in(&folder, &["new", "--fail-on", "advice"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.ends_with("Clean.\n"), "{}", told.out);
    let written = names(&folder.at("new"));
    for name in &written {
        let kept = Folder::new().with(format!("new/{name}"), "mine");
        let told = Call::new(kept.path(), ["init", "new"]).run();
        assert_eq!(told.status, 2, "{name}");
        assert!(told.err.contains(name), "{}", told.err);
        assert_eq!(names(&kept.at("new")), [name.as_str()], "nothing else is written");
        assert_eq!(kept.read(format!("new/{name}")), "mine");
    }
    let here = Folder::new();
    assert_eq!(Call::new(here.path(), ["init"]).run().status, 0);
    assert_eq!(names(here.path()), written);
    let told = Call::new(Folder::new().with("taken", "a file").path(), ["init", "taken/new"]).run();
    assert_eq!(told.status, 2, "{}", told.both());
}

#[test]
fn test_runs_the_examples_and_says_which_fail() {
    let folder = Folder::new();
    let page = fs::read_to_string(toy_rules().join("seats/empty.md")).unwrap();
    folder.write("own/seats/empty.md", &page);
    folder.write("own/seats/noisy.md", page.replace("### pass: one participant", "### fail: one participant"));
    folder.write("own/seats/missing.md", page.replace("### fail: an empty list", "### pass: an empty list"));
    folder.write("own/seats/wrong.md", page.replace("> s-1 on 2026-03-08 had no participant", "> s-1 was empty"));
    folder.write("own/seats/idle.md", page.replace("### no evidence: no list", "### not applicable: no list"));
    folder.write("own/seats/unusable.md", page.replace("### pass: one participant", "### maybe: one participant"));
    folder.write("own/seats/bare.md", page.split("## Examples").next().unwrap());
    folder.write("own/definitions/came.md", fs::read_to_string(toy_rules().join("definitions/came.md")).unwrap());
    let told = Call::new(folder.path(), ["test", "seats"]).env("HAVESAY_RULES", folder.at("own")).run();
    assert_eq!(told.status, 1, "{}", told.both());
    expect("test.txt", &told.out);
    let told = Call::new(folder.path(), ["test", "seats/empty", "-v"]).env("HAVESAY_RULES", folder.at("own")).run();
    assert_eq!(told.status, 0, "{}", told.both());
    assert_eq!(
        told.out,
        "ok       seats/empty · pass: one participant\nok       seats/empty · fail: an empty list\nok       seats/empty · no evidence: no list\n3 examples: 3 pass, 0 fail (0 noisy, 0 missing, 0 wrong, 0 idle, 0 unusable)\n3 conditions: 1 seen both true and false, 2 not\n"
    );
}

#[test]
fn test_takes_a_folder_beside_the_built_in_rules() {
    let folder = Folder::new();
    let page = fs::read_to_string(toy_rules().join("seats/empty.md")).unwrap();
    folder.write("policy/seats/empty.md", page.replace("came(a)", "took_part(a)"));
    let told = Call::new(folder.path(), ["test", "policy"]).run();
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.starts_with("3 examples: 3 pass, 0 fail"), "{}", told.out);
}

#[test]
fn the_frozen_rules_keep_their_own_word() {
    let told = Call::new(Folder::new().path(), ["test"]).toy().run();
    assert_eq!(told.status, 0, "{}", told.both());
}

#[test]
fn rules_lists_each_with_severity_stage_and_state() {
    let folder = Folder::new()
        .with("havesay.toml", "[rule.\"people/few\"]\noff = \"we know them all\"\n[rule.\"money/small\"]\nseverity = \"error\"\n");
    expect("rules.txt", &Call::new(folder.path(), ["rules"]).toy().run().out);
    expect("rules-isolated.txt", &Call::new(folder.path(), ["rules", "--isolated"]).toy().run().out);
    let told = Call::new(folder.path(), ["rules", "--select", "people"]).toy().run();
    assert_eq!(told.out.lines().count(), 2, "{}", told.out);
}

#[test]
fn explain_tells_of_rules_definitions_registers_fields_and_words() {
    let folder = Folder::new();
    let explain = |name: &str| Call::new(folder.path(), ["explain", name]).toy().run();
    expect("explain-rule.txt", &explain("people/few").out);
    expect("explain-definition.txt", &explain("came").out);
    for (name, part) in [
        ("participants", "The register participants: Who takes part"),
        ("participants.age_band", "Masked in every report."),
        ("sessions.attendance", "- person (always): "),
        ("programme", "\nRegisters: "),
        ("programme.stage", "Words of stage (in this order):"),
        ("co-design", "It stands in kind of the charter."),
        ("stage", "The vocabulary stage: "),
        ("unknown", "The word unknown: "),
    ] {
        let told = explain(name);
        assert_eq!(told.status, 0, "{name}: {}", told.err);
        assert!(told.out.contains(part), "{name}:\n{}", told.out);
    }
    let told = explain("participant");
    assert_eq!((told.status, told.out.as_str()), (0, explain("participant").out.as_str()), "a role's word");
    let told = explain("people/fwe");
    assert_eq!((told.status, told.err.as_str()), (2, "havesay: nothing is called people/fwe\n  help: did you mean people/few?\n"));
}

#[test]
fn every_built_in_rule_can_be_explained() {
    let folder = Folder::new();
    let listed = Call::new(folder.path(), ["rules"]).run();
    assert_eq!(listed.status, 0, "{}", listed.err);
    for name in listed.out.lines().filter_map(|line| line.split_whitespace().next()) {
        let told = Call::new(folder.path(), ["explain", name]).run();
        assert_eq!(told.status, 0, "{name}: {}", told.err);
        assert!(told.out.starts_with(&format!("{name}: ")), "{}", told.out);
    }
}
