//! What sets what: settings files that build on one another, locks, overrides, the environment; what
//! `havesay config` tells of it, and the schema by which editors know the file.
//!
//! What becomes of a file that is at fault in itself is in `bad_input.rs`, what organisations add in
//! `organisations.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use havesay::config;
use serde_json::{Value, json};
use support::{AS_OF, Call, Folder, Told, check, copy, expect, findings, root, toy, toy_rules};
use toml::de::{DeTable, DeValue};

/// Faults with what is said of each held against what is stored.
struct Faults {
    name: &'static str,
    words: String,
    misplaced: Vec<String>,
}

impl Faults {
    fn new(name: &'static str) -> Self {
        Self { name, words: String::new(), misplaced: Vec::new() }
    }

    /// Said once, at this place, with what to do and status 2.
    #[track_caller]
    fn at(&mut self, title: &str, told: &Told, place: &str) {
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{title}: {}", told.both());
        assert_eq!(told.err.matches("havesay: ").count(), 1, "one fault, one message: {title}: {}", told.err);
        assert!(told.err.contains("help: "), "{title}: it does not say what to do: {}", told.err);
        if !told.err.starts_with(&format!("havesay: {place}: ")) {
            self.misplaced.push(format!("{title}\n    not at {place}: {}", told.err));
        }
        let _ = write!(self.words, "{title}\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    }

    fn end(self) {
        assert!(self.misplaced.is_empty(), "{}", self.misplaced.join("\n"));
        expect(&format!("settings/{}.txt", self.name), &self.words);
    }
}

/// The severity of `people/few` in the programme `toy`; nothing where it is off.
fn few(folder: &Folder, args: &[&str]) -> String {
    let told = check(folder, &[&["-f", "concise"], args].concat());
    assert!(told.status <= 1 && told.err.is_empty(), "{}", told.both());
    let line = findings(&told.out).into_iter().find(|line| line.contains("[people/few]")).unwrap_or_default().to_owned();
    line.split('[').next().unwrap_or_default().rsplit(' ').next().unwrap_or_default().to_owned()
}

fn severity(word: &str) -> String {
    format!("[rule.\"people/few\"]\nseverity = \"{word}\"\n")
}

// ── files that build on one another ────────────────────────────────────────────────────────────────────

#[test]
fn a_file_beats_what_it_extends_key_by_key() {
    let over = |word: &str| format!("[[overrides]]\npaths = [\"**\"]\nrule.\"people/few\".severity = \"{word}\"\n");
    for (title, near, base, other, expected) in [
        ("nothing is inherited unasked", String::new(), severity("error"), String::new(), "advice"),
        ("what is extended holds", "extends = [\"org/base.toml\"]\n".to_owned(), severity("error"), String::new(), "error"),
        (
            "a file beats what it extends",
            format!("extends = [\"org/base.toml\"]\n{}", severity("warning")),
            severity("error"),
            String::new(),
            "warning",
        ),
        (
            "a later one beats an earlier one",
            "extends = [\"org/base.toml\", \"org/other.toml\"]\n".to_owned(),
            severity("error"),
            severity("warning"),
            "warning",
        ),
        (
            "tables merge",
            "extends = [\"org/base.toml\"]\n[rule.\"people/few\"]\nparams = { least = 20 }\n".to_owned(),
            severity("error"),
            String::new(),
            "error",
        ),
        (
            "overrides of what is extended hold",
            "extends = [\"org/base.toml\"]\n".to_owned(),
            format!("{}{}", severity("error"), over("warning")),
            String::new(),
            "warning",
        ),
        (
            "a file beats overrides of what it extends",
            format!("extends = [\"org/base.toml\"]\n{}", severity("error")),
            over("warning"),
            String::new(),
            "error",
        ),
        (
            "a file's overrides beat itself",
            format!("extends = [\"org/base.toml\"]\n{}{}", severity("error"), over("warning")),
            String::new(),
            String::new(),
            "warning",
        ),
        (
            "through another",
            "extends = [\"org/other.toml\"]\n".to_owned(),
            severity("error"),
            "extends = [\"base.toml\"]\n".to_owned(),
            "error",
        ),
        (
            "one that two extend is read once, before both",
            "extends = [\"org/base.toml\", \"org/other.toml\"]\n".to_owned(),
            severity("error"),
            "extends = [\"base.toml\"]\n".to_owned(),
            "error",
        ),
    ] {
        let folder = toy().with("havesay.toml", near).with("org/base.toml", base).with("org/other.toml", other);
        assert_eq!(few(&folder, &["toy"]), expected, "{title}");
    }
}

#[test]
fn lists_are_replaced_and_paths_belong_to_the_file_that_names_them() {
    let folder = toy().with("havesay.toml", "extends = [\"org/deep/base.toml\"]\n");
    folder.write(
        "org/deep/base.toml",
        "[files]\nexclude = [\"../../**/sessions/**\"]\n[[overrides]]\npaths = [\"../../toy\"]\nrule.\"people/few\".severity = \"error\"\n",
    );
    let read = |folder: &Folder| check(folder, &["-f", "json", "toy"]).json()["inputs"].as_array().unwrap().len();
    assert_eq!((few(&folder, &["toy"]), read(&folder)), ("error".to_owned(), 3));
    folder.write("havesay.toml", "extends = [\"org/deep/base.toml\"]\n[files]\nexclude = [\"toy/brought.json\"]\n");
    assert_eq!(read(&folder), 5, "the closer list stands in the place of the other");
    folder.write("havesay.toml", "extends = [\"org/deep/base.toml\"]\n[files]\ninclude = [\"toy/*.json\"]\n");
    assert_eq!(read(&folder), 3, "what is looked at and what is left out are two lists");
    // Fields that are never shown add up: a closer file does not bring one to light.
    folder.write("org/deep/base.toml", "[privacy]\nsensitive = [\"participants.status\"]\n");
    folder.write("havesay.toml", "extends = [\"org/deep/base.toml\"]\n[privacy]\nsensitive = [\"payments.currency\"]\n");
    let told = check(&folder, &["toy"]);
    assert!(!told.out.contains("\"active\"") && !told.out.contains("\"EUR\""), "{}", told.out);
}

#[test]
fn files_that_cannot_be_extended() {
    let mut faults = Faults::new("extends");
    let said = |folder: &Folder| check(folder, &["toy"]);
    for (title, near, base, place) in [
        ("itself", "extends = [\"havesay.toml\"]", "", "havesay.toml:1:12"),
        ("in a circle", "extends = [\"org/base.toml\"]", "extends = [\"../havesay.toml\"]", "org/base.toml:1:12"),
        ("not there", "extends = [\"org/none.toml\"]", "", "havesay.toml:1:12"),
        ("a folder", "fail_on = \"error\"\nextends = [\"org\"]", "", "havesay.toml:2:12"),
        ("no list", "extends = \"org/base.toml\"", "", "havesay.toml:1:11"),
        ("a fault in what is extended", "extends = [\"org/base.toml\"]", "fial_on = \"error\"", "org/base.toml:1:1"),
        ("an unknown rule in what is extended", "extends = [\"org/base.toml\"]", "[rule.\"people/fwe\"]\noff = \"a\"", "org/base.toml:1:7"),
        (
            "not in an override",
            "[[overrides]]\npaths = [\"**\"]\nextends = [\"a\"]\nrule.\"people/few\".off = \"a\"",
            "",
            "havesay.toml:3:1",
        ),
    ] {
        let folder = toy().with("havesay.toml", format!("{near}\n")).with("org/base.toml", format!("{base}\n"));
        faults.at(title, &said(&folder), place);
    }
    // As deep as it goes, and one deeper.
    let folder = toy().with("havesay.toml", "extends = [\"1.toml\"]\n");
    for depth in 1..=8 {
        folder.write(format!("{depth}.toml"), format!("extends = [\"{}.toml\"]\n", depth + 1));
    }
    folder.write("8.toml", severity("error"));
    assert_eq!(few(&folder, &["toy"]), "error");
    folder.write("8.toml", "extends = [\"9.toml\"]\n");
    folder.write("9.toml", "");
    faults.at("too deep", &said(&folder), "8.toml:1:12");
    // Every file at fault is named, each once.
    let folder =
        toy().with("havesay.toml", "extends = [\"a.toml\", \"b.toml\", \"a.toml\"]\n").with("a.toml", "x = 1\n").with("b.toml", "y = 1\n");
    let told = said(&folder);
    assert_eq!(told.status, 2);
    for file in ["a.toml:1:1", "b.toml:1:1"] {
        assert_eq!(told.err.matches(&format!("havesay: {file}: ")).count(), 1, "{}", told.err);
    }
    faults.end();
}

#[cfg(unix)]
#[test]
fn a_link_to_a_settings_file_is_that_file() {
    let folder = toy().with("havesay.toml", "extends = [\"link.toml\", \"base.toml\"]\n").with("base.toml", severity("error"));
    std::os::unix::fs::symlink("base.toml", folder.at("link.toml")).unwrap();
    assert_eq!(few(&folder, &["toy"]), "error");
    folder.write("base.toml", "extends = [\"link.toml\"]\n");
    let told = check(&folder, &["toy"]);
    assert!(told.status == 2 && told.err.contains("extends itself"), "{}", told.err);
}

#[test]
fn the_closest_file_upward_is_a_programmes_own() {
    let folder = toy().with("havesay.toml", severity("error")).with("toy/sub/programme.json", support::FINE);
    folder.write("toy/havesay.toml", "");
    assert_eq!(few(&folder, &["toy"]), "advice", "nothing cascades");
    folder.write("toy/havesay.toml", "extends = [\"../havesay.toml\"]\n");
    assert_eq!(few(&folder, &["toy"]), "error");
    // A run's own settings stand in the closest file upward from where it runs.
    folder.write("toy/havesay.toml", "fail_on = \"advice\"\n");
    assert_eq!(check(&folder, &["toy", "--select", "people/few"]).status, 0);
    let inside = Call::new(&folder.at("toy"), ["check", "--as-of", AS_OF, "--select", "people/few"]).toy().run();
    assert_eq!(inside.status, 1);
    // The strictest limit for small numbers wins, wherever it stands.
    folder.write("toy/havesay.toml", "[privacy]\nmin_cell = 30\n");
    assert_eq!(check(&folder, &["toy", "-f", "json"]).json()["settings"]["min_cell"], 30);
}

#[test]
fn names_that_are_nearly_right_are_named() {
    for (name, warned) in [
        ("havsay.toml", true),
        ("Havesay.toml", true),
        (".havesay.toml", true),
        ("havesay.tml", true),
        ("havesay.toml~", false),
        ("havesay.toml.old", false),
        ("settings.toml", false),
    ] {
        let folder = toy().with(name, "nonsense = 1\n");
        let expected = format!("havesay: {name} is not read; the settings file is called havesay.toml\n");
        let expected = if warned { expected.as_str() } else { "" };
        assert_eq!(check(&folder, &["toy"]).err, expected, "{name}");
        assert_eq!(Call::new(folder.path(), ["config", "--changed"]).run().err, expected, "{name}");
    }
}

// ── locks ──────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_is_locked_may_get_stricter_and_not_looser() {
    let mut faults = Faults::new("locks");
    let few = |what: &str| format!("[rule.\"people/few\"]\n{what}");
    let over = |what: &str| format!("[[overrides]]\npaths = [\"toy\"]\nrule.\"people/few\".{what}");
    // What the organisation locks and sets, what the programme sets, and where that is refused.
    let cases = [
        ("fail_on", "fail_on = \"warning\"", "fail_on = \"advice\"".to_owned(), None),
        ("fail_on", "fail_on = \"warning\"", "fail_on = \"warning\"".to_owned(), None),
        ("fail_on", "fail_on = \"warning\"", "fail_on = \"error\"".to_owned(), Some("2:11")),
        ("fail_on", "", "fail_on = \"error\"".to_owned(), None),
        ("privacy", "[privacy]\nmin_cell = 10", "[privacy]\nmin_cell = 20".to_owned(), None),
        ("privacy", "[privacy]\nmin_cell = 10", "[privacy]\nmin_cell = 9".to_owned(), Some("3:12")),
        ("privacy.min_cell", "", "[privacy]\nmin_cell = 4".to_owned(), Some("3:12")),
        ("privacy.sensitive", "[privacy]\nsensitive = [\"participants.status\"]", "[privacy]\nsensitive = []".to_owned(), None),
        ("rule.people/few", "", few("severity = \"error\""), None),
        ("rule.people/few", "", few("off = \"we know them\""), Some("3:7")),
        ("rule.people/few.off", "", few("off = \"we know them\""), Some("3:7")),
        ("rule.people/few.severity", "", few("off = \"we know them\""), None),
        ("rule.people", "", few("off = \"we know them\""), Some("3:7")),
        ("rule.money", "", few("off = \"we know them\""), None),
        ("rule", "", few("off = \"we know them\""), Some("3:7")),
        ("rule", "", over("off = \"we know them\""), Some("4:25")),
        ("rule.people/few", "[rule.\"people/few\"]\nseverity = \"error\"", few("severity = \"warning\""), Some("3:12")),
        ("rule.people/few", "[rule.\"people/few\"]\nseverity = \"error\"", over("severity = \"warning\""), Some("4:30")),
        ("rule.people/few", "[rule.\"people/few\"]\nseverity = \"error\"", few("severity = \"error\""), None),
        ("rule.money/small", "", "[rule.\"money/small\"]\nseverity = \"advice\"".to_owned(), Some("3:12")),
        (
            "rule.people/few",
            "[[overrides]]\npaths = [\"../toy\"]\nrule.\"people/few\".severity = \"error\"",
            few("severity = \"warning\""),
            Some("3:12"),
        ),
        ("rule.people/few", "[rule.\"people/few\"]\noff = \"not here\"", few("off = \"nor here\""), None),
        ("rule.people/few.params", "", few("params = { least = 10 }"), None),
        ("rule.people/few.params", "", few("params = { least = 11 }"), Some("3:20")),
        ("rule.people/few.params.least", "[rule.\"people/few\"]\nparams = { least = 3 }", few("params = { least = 4 }"), Some("3:20")),
        ("rule.people/few.params.least", "[rule.\"people/few\"]\nparams = { least = 3 }", few("params = { least = 3.0 }"), None),
        ("rule.people", few("waivable = false").leak(), few("waivable = true"), Some("3:12")),
        ("rule.people", "", few("waivable = false"), None),
        ("files", "", "[files]\nexclude = [\"toy/x\"]".to_owned(), Some("3:11")),
        ("map.participants", "", "[map]\nparticipants = \"toy.json\"".to_owned(), Some("3:16")),
        ("map.participants", "", "[map]\nsessions = \"toy.json\"".to_owned(), None),
    ];
    for (lock, base, near, refused) in &cases {
        let folder = toy().with("org/base.toml", format!("lock = [\"{lock}\"]\n{base}\n"));
        folder.write("havesay.toml", format!("extends = [\"org/base.toml\"]\n{near}\n"));
        let told = check(&folder, &["toy"]);
        let title = format!("lock {lock}: {base} -> {near}");
        match refused {
            None => assert!(told.status <= 1 && told.err.is_empty(), "{title}: {}", told.both()),
            Some(place) => {
                faults.at(&title, &told, &format!("havesay.toml:{place}"));
                assert!(told.err.contains(" is locked in org/base.toml:1 "), "{title}: the locking file is named: {}", told.err);
            }
        }
        // The organisation's own file may say what it likes, and stands alone.
        assert!(check(&folder, &["toy", "-c", "org/base.toml"]).status <= 1, "{title}");
    }
    // Lists that may only grow.
    let folder = toy()
        .with("org/rules/own/it.md", PAGE)
        .with("more/own/that.md", PAGE)
        .with("org/base.toml", "lock = [\"rules\"]\nrules = [\"rules\"]\n");
    folder.write("havesay.toml", "extends = [\"org/base.toml\"]\nrules = [\"org/rules\", \"more\"]\n");
    assert!(check(&folder, &["toy"]).status <= 1);
    folder.write("havesay.toml", "extends = [\"org/base.toml\"]\nrules = [\"more\"]\n");
    faults.at("rules left out", &check(&folder, &["toy"]), "havesay.toml:2:9");
    // A page of the same name is no way round.
    let few_page = fs::read_to_string(toy_rules().join("people/few.md")).unwrap().replace("since: 0.1.0", "since: 0.1.0\nreplaces: true");
    let folder = toy().with("more/people/few.md", &few_page).with("org/rules/people/few.md", &few_page);
    folder.write("havesay.toml", "extends = [\"org/base.toml\"]\nrules = [\"more\"]\n");
    for lock in ["rule", "rule.people", "rule.people/few", "rule.people/few.off"] {
        folder.write("org/base.toml", format!("lock = [\"{lock}\"]\n"));
        faults.at(&format!("lock {lock}: a page in its place"), &check(&folder, &["toy"]), "havesay.toml:2:10");
    }
    folder.write("org/base.toml", "lock = [\"rule.money\"]\n");
    assert!(check(&folder, &["toy"]).status <= 1);
    folder.write("org/base.toml", "lock = [\"rule\"]\nrules = [\"rules\"]\n");
    folder.write("havesay.toml", "extends = [\"org/base.toml\"]\nrules = [\"org/rules\"]\n");
    assert!(check(&folder, &["toy"]).status <= 1, "the organisation's own page");
    // A lock holds through another file, and for one that is extended beside it.
    let folder = toy().with("org/base.toml", "lock = [\"rule\"]\n").with("mid.toml", "extends = [\"org/base.toml\"]\n");
    folder.write("havesay.toml", format!("extends = [\"mid.toml\"]\n{}", few("off = \"a\"")));
    faults.at("through another", &check(&folder, &["toy"]), "havesay.toml:3:7");
    folder.write("loose.toml", few("off = \"a\""));
    folder.write("havesay.toml", "extends = [\"org/base.toml\", \"loose.toml\"]\n");
    faults.at("beside it", &check(&folder, &["toy"]), "loose.toml:2:7");
    faults.end();
}

const PAGE: &str = "---\nseverity: advice\nfrom: charter\nsubject: programme\nassert: \"programme.id != 'a'\"\nat: programme\nmessage: it is a\nhelp: look\nsince: \"1\"\n---\n\n# It\n";

#[test]
fn keys_that_cannot_be_locked() {
    let mut faults = Faults::new("lock_keys");
    for (keys, place) in [
        ("\"fail_on\"", "1:8"),
        ("[1]", "1:9"),
        ("[\"\"]", "1:9"),
        ("[\"fail-on\"]", "1:9"),
        ("[\"lock\"]", "1:9"),
        ("[\"overrides\"]", "1:9"),
        ("[\"rule.people/few.of\"]", "1:9"),
        ("[\"rule.people/fwe\"]", "1:9"),
        ("[\"rule.peple\"]", "1:9"),
        ("[\"definition.cmae\"]", "1:9"),
        ("[\"map.participant\"]", "1:9"),
        ("[\"fail_on\", \"privacy.min_cell.x\"]", "1:20"),
    ] {
        faults.at(keys, &check(&toy().with("havesay.toml", format!("lock = {keys}\n")), &["toy"]), &format!("havesay.toml:{place}"));
    }
    faults.end();
}

// ── the environment ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_argument_beats_the_environment_and_the_environment_a_file() {
    let folder = toy().with("havesay.toml", "fail_on = \"error\"\n").with("other.toml", severity("error"));
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let mut call = Call::new(folder.path(), ["check", "-f", "json", "toy"].iter().chain(args)).toy();
        for (name, value) in variables {
            call = call.env(name, value);
        }
        call.run()
    };
    let of = |told: &Told, pointer: &str| told.json().pointer(pointer).unwrap().clone();
    for (args, variables, pointer, expected) in [
        (&[][..], &[][..], "/settings/fail_on", json!("error")),
        (&[], &[("HAVESAY_FAIL_ON", "warning")], "/settings/fail_on", json!("warning")),
        (&["--fail-on", "advice"], &[("HAVESAY_FAIL_ON", "warning")], "/settings/fail_on", json!("advice")),
        (&["--fail-on", "advice"], &[("HAVESAY_FAIL_ON", "nonsense")], "/settings/fail_on", json!("advice")),
        (&[], &[("HAVESAY_FAIL_ON", "")], "/settings/fail_on", json!("error")),
        (&[], &[("HAVESAY_AS_OF", "2026-05-01")], "/as_of", json!("2026-05-01")),
        (&["--as-of", "2026-06-01"], &[("HAVESAY_AS_OF", "2026-05-01")], "/as_of", json!("2026-06-01")),
        (&[], &[("HAVESAY_AS_OF", ""), ("SOURCE_DATE_EPOCH", "86400")], "/as_of", json!("1970-01-02")),
        (&["--as-of", AS_OF], &[("HAVESAY_CONFIG", "other.toml")], "/settings/files/0/path", json!("other.toml")),
        (&["-c", "havesay.toml"], &[("HAVESAY_CONFIG", "none.toml")], "/settings/files/0/path", json!("havesay.toml")),
        (&[], &[("HAVESAY_CONFIG", "")], "/settings/files/0/path", json!("havesay.toml")),
        (&["--isolated"], &[("HAVESAY_CONFIG", "none.toml")], "/settings/files", json!([])),
    ] {
        let told = run(args, variables);
        assert!(told.status <= 1, "{args:?} {variables:?}: {}", told.both());
        assert_eq!(of(&told, pointer), expected, "{args:?} {variables:?}");
    }
    let mut words = String::new();
    for (name, value) in [
        ("HAVESAY_FAIL_ON", "eror"),
        ("HAVESAY_FAIL_ON", "high"),
        ("HAVESAY_AS_OF", "2026-05"),
        ("HAVESAY_AS_OF", "yesterday"),
        ("HAVESAY_CONFIG", "none.toml"),
    ] {
        let told = run(&[], &[(name, value)]);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{name}={value}: {}", told.both());
        let _ = write!(words, "{name}={value}\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    }
    expect("settings/environment.txt", &words);
    // Other commands read the same settings.
    for command in [&["rules"][..], &["explain", "people/few"], &["config"], &["test", "people/few"], &["schema", "config"]] {
        let told = Call::new(folder.path(), command).toy().env("HAVESAY_CONFIG", "none.toml").run();
        assert!(told.status == 2 && told.err.contains("none.toml does not exist"), "{command:?}: {}", told.both());
    }
}

// ── havesay config ─────────────────────────────────────────────────────────────────────────────────────

/// A programme with a profile, under a file that extends another, with an override.
fn layered() -> Folder {
    let folder = toy()
        .with("org/base.toml", "lock = [\"privacy\"]\nfail_on = \"warning\"\n[privacy]\nmin_cell = 10\n[rule.\"money/small\"]\nparams = { least = 7.5 }\n")
        .with("havesay.toml", "extends = [\"org/base.toml\"]\nrules = [\"policy\"]\n[files]\nexclude = [\"**/archive/**\"]\n[map]\nparticipants = [\"people.json\"]\n[rule.\"people/silent\"]\noff = \"ask jo@example.org\"\n[[overrides]]\npaths = [\"li*\"]\nrule.\"money/small\".severity = \"error\"\n")
        .with("light/programme.json", "{ \"id\": \"light\", \"title\": \"L\", \"stage\": \"charter\", \"profile\": \"light\" }");
    folder.write("policy/own/it.md", PAGE);
    copy(&toy_rules(), &folder.at("rules"));
    folder
}

#[test]
fn config_tells_every_setting_and_its_origin() {
    let folder = layered();
    let told = |args: &[&str]| {
        let told = Call::new(folder.path(), ["config", "--as-of", AS_OF].iter().chain(args)).env("HAVESAY_RULES", "rules").run();
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{args:?}: {}", told.both());
        told.out
    };
    expect("settings/config.txt", &told(&["light"]));
    expect("settings/config_changed.txt", &told(&["light/programme.json", "--changed"]));
    expect("settings/config_here.txt", &told(&["--changed"]));
    expect("settings/config.json", &told(&["light", "--changed", "--format", "json"]));
    // It is TOML with remarks: whoever wants one of the lines can copy it.
    let values = Call::new(folder.path(), ["config", "light", "--isolated", "--as-of", AS_OF]).toy().run().out;
    let (_, problems) = config::parse(Path::new("havesay.toml"), &values);
    assert_eq!(problems, [], "{values}");
}

#[test]
fn origins_of_arguments_and_variables() {
    let folder = layered();
    let origin = |args: &[&str], variables: &[(&str, &str)], key: &str| {
        let mut call = Call::new(folder.path(), ["config", "light", "--format", "json"].iter().chain(args)).toy();
        for (name, value) in variables {
            call = call.env(name, value);
        }
        let told: Value = serde_json::from_str(&call.run().out).unwrap();
        let row = told["settings"].as_array().unwrap().iter().find(|row| row["key"] == key).cloned().unwrap_or_default();
        (row["value"].clone(), row["origin"].clone())
    };
    let file = |file: &str, line: u32, column: u32| json!({ "kind": "file", "file": file, "line": line, "column": column });
    for (args, variables, key, value, from) in [
        (&[][..], &[][..], "fail_on", json!("warning"), file("org/base.toml", 2, 1)),
        (&["--fail-on", "error"], &[], "fail_on", json!("error"), json!({ "kind": "argument", "name": "--fail-on" })),
        (&[], &[("HAVESAY_FAIL_ON", "error")], "fail_on", json!("error"), json!({ "kind": "environment", "name": "HAVESAY_FAIL_ON" })),
        (&["--isolated"], &[], "fail_on", json!("error"), json!({ "kind": "built-in" })),
        (&["--as-of", AS_OF], &[], "as_of", json!(AS_OF), json!({ "kind": "argument", "name": "--as-of" })),
        (&[], &[("HAVESAY_AS_OF", AS_OF)], "as_of", json!(AS_OF), json!({ "kind": "environment", "name": "HAVESAY_AS_OF" })),
        (&[], &[("SOURCE_DATE_EPOCH", "0")], "as_of", json!("1970-01-01"), json!({ "kind": "environment", "name": "SOURCE_DATE_EPOCH" })),
        (
            &[],
            &[("HAVESAY_CONFIG", "org/base.toml")],
            "config",
            json!("org/base.toml"),
            json!({ "kind": "environment", "name": "HAVESAY_CONFIG" }),
        ),
        (&["-c", "org/base.toml"], &[], "config", json!("org/base.toml"), json!({ "kind": "argument", "name": "--config" })),
        (
            &[],
            &[],
            "rule.\"money/small\".severity",
            json!("error"),
            json!({ "kind": "override", "file": "havesay.toml", "line": 11, "column": 20 }),
        ),
        (&[], &[], "rule.\"money/small\".params.least", json!(7.5), file("org/base.toml", 6, 12)),
        (&[], &[], "rule.\"people/few\".off", json!("a half day needs no crowd"), json!({ "kind": "profile", "name": "light" })),
        (&[], &[], "rule.\"own/it\".severity", json!("advice"), json!({ "kind": "page", "file": "policy/own/it.md" })),
        (&[], &[], "map.participants", json!(["people.json"]), file("havesay.toml", 6, 1)),
        // What looks like somebody's address is not repeated.
        (&[], &[], "rule.\"people/silent\".off", json!("•••"), file("havesay.toml", 8, 1)),
    ] {
        assert_eq!(origin(args, variables, key), (value, from), "{args:?} {variables:?} {key}");
    }
}

#[test]
fn config_of_a_path_that_has_none() {
    let folder = toy().with("broken/havesay.toml", "nonsense = 1\n").with("plain/notes.txt", "");
    let run = |args: &[&str]| Call::new(folder.path(), ["config"].iter().chain(args)).toy().run();
    let told = run(&["nowhere"]);
    assert_eq!((told.status, told.err.as_str()), (3, "havesay: nowhere does not exist\n"));
    assert_eq!(run(&["broken"]).status, 2);
    assert_eq!(run(&["plain", "--format", "xml"]).status, 2);
    let told = run(&["plain", "--changed", "--as-of", AS_OF]);
    assert_eq!(told.status, 0);
    assert!(told.out.contains("# What applies to plain.\n# No settings file applies.\n"), "{}", told.out);
}

// ── the schema for editors ─────────────────────────────────────────────────────────────────────────────

/// TOML as the JSON that editors validate; none where it is no TOML.
fn as_json(text: &str) -> Option<Value> {
    fn value(value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX)),
            DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
            DeValue::Boolean(flag) => json!(flag),
            DeValue::Datetime(date) => json!(date.to_string()),
            DeValue::Array(list) => list.iter().map(|item| value_of(item.get_ref())).collect(),
            DeValue::Table(table) => {
                Value::Object(table.iter().map(|(key, item)| (key.get_ref().to_string(), value_of(item.get_ref()))).collect())
            }
        }
    }
    fn value_of(inner: &DeValue<'_>) -> Value {
        value(inner)
    }
    let table = DeTable::parse(text).ok()?;
    Some(value(&DeValue::Table(table.into_inner())))
}

#[test]
fn the_schema_for_editors_is_one_and_accepts_what_the_reader_does() {
    let schema = config::schema();
    assert!(jsonschema::meta::is_valid(&schema), "{:?}", jsonschema::meta::validate(&schema).err());
    let validator = jsonschema::validator_for(&schema).unwrap();
    // What is shown to readers is right by both.
    let block = |path: &str| -> Vec<String> {
        let text = fs::read_to_string(root().join(path)).unwrap();
        text.split("```toml\n").skip(1).map(|piece| piece.split("```").next().unwrap().to_owned()).collect()
    };
    let mut shown = vec![fs::read_to_string(root().join("examples/organisation/havesay.toml")).unwrap()];
    for page in ["README.md", "docs/organisations.md", "docs/settings.md"] {
        shown.extend(block(page));
    }
    assert!(shown.len() > 5, "the documentation shows settings");
    for text in &shown {
        let (_, problems) = config::parse(Path::new("havesay.toml"), text);
        assert_eq!(problems, [], "{text}");
        let json = as_json(text).unwrap();
        let faults: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{text}");
    }
}

/// Every key with values of every kind: the schema and the reader must be of one mind on each.
#[test]
fn the_schema_for_editors_and_the_reader_agree_on_every_key() {
    let schema = config::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut places: Vec<(String, String)> = Vec::new();
    walk(&schema, &schema, String::new(), &mut places);
    assert!(places.len() > 20, "{places:?}");
    let kinds = [
        "\"error\"",
        "\"some text\"",
        "\" \"",
        "\"participants.age_band\"",
        "\"fail_on\"",
        "7",
        "0",
        "-1",
        "1.5",
        "true",
        "2026-03-01",
        "[]",
        "[\"some/path\"]",
        "[\"participants.age_band\"]",
        "[\"fail_on\"]",
        "[\" \"]",
        "[1]",
        "[[]]",
        "{}",
        "{ zzz = 1 }",
        "{ zzz = \"text\" }",
        "{ zzz = [\"text\"] }",
        "{ zzz = {} }",
        "{ zzz = { severity = \"error\" } }",
        "{ zzz = { yyy = 1 } }",
    ];
    // Where the reader knows more than a schema can say, or says it at another place.
    let finer = |key: &str, value: &str| {
        let keys_and_fields = key.ends_with("lock") && value.starts_with('[') && value != "[\"fail_on\"]";
        let lone_override = key.contains("overrides");
        // JSON has no dates: a day is text to it.
        let day = value.starts_with("2026");
        keys_and_fields || lone_override || day
    };
    let (mut tried, mut accepted, mut wrong) = (0, 0, Vec::new());
    for (key, before) in &places {
        for value in kinds {
            let text = format!("{before}{key} = {value}\n");
            let Some(json) = as_json(&text) else { panic!("{text}") };
            let (_, problems) = config::parse(Path::new("havesay.toml"), &text);
            let (reader, editor) = (problems.is_empty(), validator.is_valid(&json));
            tried += 1;
            accepted += usize::from(reader);
            if reader != editor && !finer(key, value) {
                wrong.push(format!(
                    "{} the reader {}, the schema {}: {problems:?}",
                    text.trim(),
                    if reader { "accepts" } else { "refuses" },
                    if editor { "accepts" } else { "refuses" }
                ));
            }
        }
    }
    assert!(tried > 500 && accepted > 50, "{accepted} of {tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The keys of a schema from the outside in; names that somebody chooses are `zz`.
fn walk(schema: &Value, at: &Value, path: String, out: &mut Vec<(String, String)>) {
    let at = at.get("$ref").and_then(Value::as_str).and_then(|to| schema.pointer(to.trim_start_matches('#'))).unwrap_or(at);
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, property) in at.get("properties").and_then(Value::as_object).into_iter().flatten() {
        out.push((join(name), String::new()));
        if path.matches('.').count() < 4 {
            walk(schema, property, join(name), out);
        }
    }
    match at.get("additionalProperties") {
        Some(Value::Bool(false)) => out.push((join("unknown"), String::new())),
        Some(inner @ Value::Object(_)) => {
            out.push((join("zz"), String::new()));
            if path.matches('.').count() < 4 {
                walk(schema, inner, join("zz"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn the_printed_schema_knows_the_rules_parameters_and_registers_here() {
    let folder = layered();
    let told = Call::new(folder.path(), ["schema", "config"]).env("HAVESAY_RULES", toy_rules()).run();
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&told.out).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let rules = &schema["$defs"]["rules"]["properties"];
    assert_eq!(rules["people/few"]["description"], "Few people");
    assert_eq!(rules["people/few"]["properties"]["params"]["properties"]["least"]["default"], 10);
    assert_eq!(rules["own/it"]["description"], "It");
    assert!(schema["$defs"]["map"]["properties"]["participants"]["description"].is_string());
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (text, valid) in [
        ("[rule.\"people/few\"]\nparams = { least = 3 }\n", true),
        ("[rule.\"people/few\"]\nparams = { laest = 3 }\n", false),
        ("[rule.\"people/few\"]\nparams = { least = \"three\" }\n", false),
        ("[rule.\"people/few\"]\nparms = { least = 3 }\n", false),
        ("[map]\nparticipants = \"a.json\"\n", true),
        // The names may have grown since the schema was printed.
        ("[rule.\"new/rule\"]\nseverity = \"error\"\n", true),
    ] {
        assert_eq!(validator.is_valid(&as_json(text).unwrap()), valid, "{text}");
    }
}
