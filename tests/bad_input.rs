//! What becomes of every kind of bad input: its message, its place, its exit status; that one fault is one
//! finding, and that the other files go on.
//!
//! The rules are the built-in ones, for it is they that say what is wrong. What they must not repeat of the
//! input is in `masking.rs`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use support::{AS_OF, Call, Folder, Told, check, check_built_in, expect, findings, toy, toy_rules};

/// A charter that is free of findings, from `havesay init`.
const CHARTER: &str = include_str!("../schema/start/programme.json");

/// A fault in a file of its own: it is found whatever is wrong elsewhere.
const BEACON: (&str, &str) = ("p/waves.json", r#"[{ "id": "w-1", "opened_on": "2026-02-30" }]"#);
const BEACON_AT: &str = "p/waves.json:1:30: error[record/not-a-date]";

/// The charter with something put in before its last bracket, on a line of its own.
fn charter(more: &str) -> String {
    let (head, _) = CHARTER.rsplit_once('}').unwrap();
    format!("{},\n{more}\n}}\n", head.trim_end())
}

/// The line on which `charter` puts it.
fn added() -> usize {
    CHARTER.trim_end().lines().count()
}

/// A programme with the beacon and these files in its folder `p`.
fn programme(files: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new().with("p/programme.json", CHARTER).with(BEACON.0, BEACON.1);
    for (path, content) in files {
        folder.write(path, content);
    }
    folder
}

/// Cases of one kind: each is asked for its places, rules and status here, and its words are held against
/// what is stored, so that whoever changes a word sees what becomes of it.
struct Cases {
    name: &'static str,
    words: String,
}

impl Cases {
    fn new(name: &'static str) -> Self {
        Self { name, words: String::new() }
    }

    /// A programme with these files has, besides the beacon's, these findings (place, severity, rule), all of
    /// them, and this status.
    #[track_caller]
    fn case(&mut self, files: &[(&str, &[u8])], status: i32, expected: &[&str]) {
        let shown: Vec<String> = files
            .iter()
            .filter(|(path, _)| *path != "p/programme.json")
            .map(|(path, content)| format!("{path}: {}", snippet(content)))
            .collect();
        self.folder(&shown.join("; "), &programme(files), status, expected);
    }

    /// The same of a folder that is there.
    #[track_caller]
    fn folder(&mut self, title: &str, folder: &Folder, status: i32, expected: &[&str]) {
        let told = check_built_in(folder, &["-f", "concise", "p"]);
        let found = findings(&told.out);
        assert!(found.iter().any(|line| line.starts_with(BEACON_AT)), "the other files go on:\n{}", told.both());
        let rest: Vec<&str> = found.into_iter().filter(|line| !line.starts_with(BEACON_AT)).collect();
        let places: Vec<&str> = rest.iter().map(|line| line.split_once(']').map_or(*line, |(place, _)| place)).collect();
        let expected: Vec<&str> = expected.iter().map(|line| line.trim_end_matches(']')).collect();
        assert_eq!(places, expected, "{}", told.both());
        assert_eq!(told.status, status, "{}", told.both());
        let _ = writeln!(self.words, "{title}");
        for line in rest {
            let _ = writeln!(self.words, "    {line}");
        }
        // The other formats say the same without stumbling.
        for format in ["full", "narrated", "json"] {
            assert_eq!(check_built_in(folder, &["-f", format, "p"]).status, status, "{format}");
        }
    }

    /// Something else that is said.
    fn said(&mut self, title: &str, told: &Told, status: i32) {
        assert_eq!(told.status, status, "{title}: {}", told.both());
        let _ = write!(self.words, "{title}\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    }

    fn end(self) {
        expect(&format!("bad_input/{}.txt", self.name), &self.words);
    }
}

/// Input as it is shown in what is stored.
fn snippet(content: &[u8]) -> String {
    let text = havesay::text::from_bytes(content);
    match text.char_indices().nth(90) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[test]
fn the_charter_and_the_beacon_are_free_of_other_faults() {
    Cases::new("none").case(&[], 1, &[]);
    let told = check_built_in(&Folder::new().with("p/programme.json", CHARTER), &["p", "--fail-on", "advice"]);
    assert_eq!(told.status, 0, "{}", told.both());
}

// ── no programme ───────────────────────────────────────────────────────────────────────────────────────

#[test]
fn paths_without_a_programme() {
    let folder = Folder::new().with("files/participants.json", "[]").with("files/notes/x.json", "{}").with("files/readme.txt", "");
    fs::create_dir(folder.at("empty")).unwrap();
    let mut cases = Cases::new("no_programme");
    for path in ["nowhere", "empty", "files", "files/notes", "files/readme.txt", "files/participants.json"] {
        let told = check_built_in(&folder, &[path]);
        assert!(told.out.ends_with("Nothing was judged.\n"), "{}", told.out);
        cases.said(path, &told, 3);
        let audit = check_built_in(&folder, &["-f", "json", path]).json();
        assert_eq!((audit["summary"]["status"].as_u64(), audit["summary"]["programmes"].as_u64()), (Some(3), Some(0)));
    }
    cases.end();
    let told = check(&toy(), &["toy", "nowhere"]);
    assert_eq!(told.status, 3);
    assert!(told.out.contains("1 programme, 6 files"), "what does exist is audited all the same: {}", told.out);
}

// ── files ──────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_file_that_is_no_json() {
    let mut cases = Cases::new("no_json");
    for (content, place) in [
        (&b"[{ \"id\": \"p-1\" },]"[..], "1:17"),
        (b"[{ \"id\": \"p-1\" }", "1:17"),
        (b"[{ \"id\": \"p-1", "1:14"),
        (b"[{ \"id\": ", "1:10"),
        (b"[{ \"id\": \"p-1\" }] []", "1:19"),
        (b"[{ 'id': 'p-1' }]", "1:4"),
        (b"[{ \"id\" \"p-1\" }]", "1:9"),
        (b"[{ \"id\": 1e999 }]", "1:10"),
        (b"[{ \"id\": 01 }]", "1:10"),
        (b"[{ \"id\": \"\\q\" }]", "1:11"),
        (b"[{ \"id\": \"\\ud800\" }]", "1:11"),
        (b"[\n  { \"id\": \"a\tb\" }\n]", "2:13"),
        (b"[{ \"id\": \"p-1\" } // joined late\n]", "1:18"),
        (b"nonsense", "1:1"),
        (b"]", "1:1"),
    ] {
        cases.case(&[("p/participants.json", content)], 3, &[&format!("p/participants.json:{place}: error[record/not-json]")]);
    }
    cases.end();
}

#[test]
fn a_charter_that_is_no_json() {
    let mut cases = Cases::new("no_json_charter");
    cases.folder(
        "a charter that is cut off",
        &programme(&[("p/programme.json", b"{ \"id\": \"p\"")]),
        3,
        &["p/programme.json:1:12: error[record/not-json]"],
    );
    cases.end();
}

#[test]
fn a_file_in_another_encoding() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("[{ \"id\": \"p-1\" }]".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut cases = Cases::new("encoding");
    cases.case(&[("p/participants.json", &utf16)], 3, &["p/participants.json:1:1: error[record/not-utf-8]"]);
    cases.case(
        &[("p/participants.json", b"[{ \"id\": \"p-1\",\n \"note\": \"caf\xe9\" }]")],
        3,
        &["p/participants.json:2:14: error[record/not-utf-8]"],
    );
    // A byte-order mark and other line ends are no fault, and places are counted as an editor does.
    let marked = "\u{feff}[\r\n  { \"id\": \"p-1\", \"joined_on\": \"2026-02-30\" }\r\n]";
    cases.case(&[("p/participants.json", marked.as_bytes())], 1, &["p/participants.json:2:31: error[record/not-a-date]"]);
    let one_line = "\u{feff}[{ \"id\": \"p-1\", \"joined_on\": \"2026-02-30\" }]";
    cases.case(&[("p/participants.json", one_line.as_bytes())], 1, &["p/participants.json:1:30: error[record/not-a-date]"]);
    cases.end();
}

#[test]
fn a_file_that_is_empty_or_nested_too_deeply() {
    let mut cases = Cases::new("empty_or_deep");
    cases.case(&[("p/participants.json", b"")], 3, &["p/participants.json:1:1: warning[record/nothing-to-read]"]);
    cases.case(&[("p/participants.json", b" \n\t")], 3, &["p/participants.json:2:2: warning[record/nothing-to-read]"]);
    let deep = |levels: usize| format!("[{{ \"id\": \"p-1\", \"x-deep\": {}{} }}]", "[".repeat(levels), "]".repeat(levels));
    cases.case(&[("p/participants.json", deep(125).as_bytes())], 1, &[]);
    cases.case(&[("p/participants.json", deep(126).as_bytes())], 3, &["p/participants.json:1:152: error[record/too-deep]"]);
    cases.case(&[("p/participants.json", "[".repeat(100_000).as_bytes())], 3, &["p/participants.json:1:128: error[record/too-deep]"]);
    cases.end();
}

#[test]
fn a_file_that_belongs_nowhere_or_cannot_be_read_yet() {
    let mut cases = Cases::new("nowhere");
    cases.case(&[("p/minutes.json", b"{ \"agenda\": [] }")], 1, &["p/minutes.json:1:1: advice[record/unknown-file]"]);
    cases.case(&[("p/minutes.json", b"[{ \"id\": \"p-1\" }]")], 1, &["p/minutes.json:1:1: advice[record/unknown-file]"]);
    cases.case(&[("p/participants.yaml", b"- id: p-1")], 3, &["p/participants.yaml:1:1: error[record/format-not-read]"]);
    cases.case(&[("p/programme.yaml", b"id: p")], 3, &["p/programme.yaml:1:1: error[record/two-charters]"]);
    cases.end();
}

#[cfg(unix)]
#[test]
fn a_link_is_named_and_not_followed() {
    let mut cases = Cases::new("links");
    let folder = programme(&[("elsewhere.json", b"[{ \"id\": \"p-1\" }]")]);
    std::os::unix::fs::symlink("../elsewhere.json", folder.at("p/participants.json")).unwrap();
    cases.folder("a link with a record's name", &folder, 1, &["p/participants.json:1:1: warning[record/link-not-followed]"]);
    // A circle of folders is not walked.
    let folder = programme(&[]);
    std::os::unix::fs::symlink("..", folder.at("p/up")).unwrap();
    cases.folder("a link to the folder above", &folder, 1, &[]);
    cases.end();
}

/// A pipe with a record's name: nobody writes to it, so whoever opened it would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_with_a_records_name_is_named_and_not_opened() {
    let mut cases = Cases::new("pipes");
    let folder = programme(&[]);
    assert!(Command::new("mkfifo").arg(folder.at("p/participants.json")).status().unwrap().success());
    cases.folder("a pipe with a record's name", &folder, 3, &["p/participants.json:1:1: error[record/not-readable]"]);
    cases.end();
    let folder = Folder::new();
    fs::create_dir(folder.at("p")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.at("p/programme.json")).status().unwrap().success());
    let told = check_built_in(&folder, &["-f", "concise", "p"]);
    assert_eq!(told.status, 3, "{}", told.both());
    assert!(findings(&told.out)[0].starts_with("p/programme.json:1:1: error[record/not-readable]"), "{}", told.out);
}

#[test]
fn a_folder_with_a_records_name_is_a_folder() {
    let mut cases = Cases::new("folders");
    cases.case(&[("p/participants.json/notes.txt", b"")], 1, &[]);
    let inner = b"{ \"participants\": [{ \"id\": \"p-1\", \"joined_on\": \"2026-02-30\" }] }";
    cases.case(&[("p/participants.json/p-1.json", inner)], 1, &["p/participants.json/p-1.json:1:48: error[record/not-a-date]"]);
    cases.end();
}

/// Permission bits do not keep root from reading, so where root runs this there is nothing to see.
#[cfg(unix)]
#[test]
fn a_file_or_folder_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = programme(&[("p/participants.json", b"[]"), ("p/sessions/s-1.json", b"{}")]);
    let allow = |path: &str, mode| fs::set_permissions(folder.at(path), fs::Permissions::from_mode(mode)).unwrap();
    allow("p/participants.json", 0o000);
    allow("p/sessions", 0o000);
    let denied = fs::read(folder.at("p/participants.json")).is_err();
    let told = check_built_in(&folder, &["-f", "concise", "p"]);
    allow("p/sessions", 0o700);
    if denied {
        assert_eq!(told.status, 3);
        for path in ["p/participants.json", "p/sessions"] {
            assert!(told.out.contains(&format!("{path}:1:1: error[record/not-readable]")), "{}", told.out);
        }
    }
}

/// Between finding a file and reading it, it may vanish, and another may change.
#[test]
fn a_file_that_vanishes_or_changes_meanwhile() {
    use havesay::audit::Selection;
    use havesay::discover::{Options, discover};
    use havesay::finding::Severity;
    use havesay::pipeline::setup::{RuleSource, Setup};
    use havesay::pipeline::{Request, one, tasks};
    use havesay::programme::Clock;
    use havesay::redact::Terms as Masks;
    use havesay::schema::Schema;
    use havesay::settle::Terms;
    let folder = programme(&[("p/participants.json", b"[]"), ("p/team.json", b"[{ \"id\": \"m-2\" }]")]);
    let schema = std::sync::Arc::new(Schema::builtin().unwrap());
    let Ok(setup) = Setup::read(&schema, &RuleSource::default(), None, &|_| true) else { unreachable!("the built-in rules are sound") };
    let options = Options { no_ignore: false, working: folder.path().to_path_buf() };
    let found = discover(&["p".into()], &options);
    let setups = [setup];
    let tasks = tasks(&setups, &|_| 0, found.programmes, &options);
    fs::remove_file(folder.at("p/participants.json")).unwrap();
    folder.write("p/team.json", "[{ \"id\": \"m-3\" ");
    let request = Request {
        clock: Clock { as_of: 20_635, given: true },
        selection: Selection::default(),
        terms: Terms::new(Severity::Advice, Severity::Error),
        baseline: None,
        masks: Masks { min_cell: 5 },
        excerpts: usize::MAX,
        saved: true,
        threads: 1,
    };
    let (setup, task) = (&setups[0], &tasks[0]);
    let shown = one(setup, &request, task, &task.waivers);
    let rules: Vec<&str> = shown.findings.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["record/not-readable", "record/not-json", "record/not-a-date"]);
    assert!(shown.findings[0].message.as_str().contains("not there"), "{}", shown.findings[0].message);
    assert_eq!(shown.unjudged, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let odd = OsStr::from_bytes(b"caf\xe9\x1b[31m");
    // Of a programme's folder: it is read, and its name shown with its bytes.
    let folder = Folder::new();
    folder.write(Path::new(odd).join("programme.json"), CHARTER);
    folder.write(Path::new(odd).join("waves.json"), BEACON.1);
    for format in ["full", "concise", "narrated", "json"] {
        let told = check_built_in(&folder, &["-f", format]);
        assert_eq!(told.status, 1, "{format}: {}", told.both());
        let shown = if format == "json" { "caf\\\\xe9\\\\u{1b}[31m/waves.json" } else { "caf\\xe9\\u{1b}[31m/waves.json" };
        assert!(told.out.contains(shown), "{}", told.out);
    }
    // As an argument.
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF]).arg(odd).run();
    assert_eq!(told.status, 1, "{}", told.both());
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF]).arg(OsStr::from_bytes(b"no\xff")).run();
    assert_eq!((told.status, told.err.as_str()), (3, "havesay: no\\xff does not exist\n"));
    // Of a file or folder within a programme: it cannot be told what it is, so it is not read.
    let folder = programme(&[]);
    folder.write(Path::new("p").join(OsStr::from_bytes(b"s\xff.json")), "{}");
    folder.write(Path::new("p").join(OsStr::from_bytes(b"t\xff")).join("x.json"), "{}");
    let mut cases = Cases::new("names");
    cases.folder(
        "names that are not UTF-8",
        &folder,
        3,
        &["p/s\\xff.json:1:1: error[record/name-not-utf-8]", "p/t\\xff/x.json:1:1: error[record/name-not-utf-8]"],
    );
    cases.end();
    // Of an output.
    let folder = toy();
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "toy", "-o"]).arg(OsStr::from_bytes(b"json=a\xff")).toy().run();
    assert_eq!(told.status, 2, "{}", told.both());
    assert!(!told.err.is_empty());
}

// ── records ────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_charter_that_is_no_object() {
    let mut cases = Cases::new("charter");
    for content in ["[]", "\"p\"", "7", "null"] {
        cases.folder(
            &format!("programme.json: {content}"),
            &programme(&[("p/programme.json", content.as_bytes())]),
            1,
            &["p/programme.json:1:1: error[record/not-an-object]"],
        );
    }
    cases.end();
}

#[test]
fn a_register_that_is_no_list() {
    let mut cases = Cases::new("register");
    let at = |path: &str, place: &str| format!("{path}:{place}: error[record/register-not-a-list]");
    cases.case(&[("p/participants.json", b"{ \"id\": \"p-1\" }")], 1, &[&at("p/participants.json", "1:1")]);
    cases.case(&[("p/participants.json", b"{ \"anything\": { \"else\": 1 } }")], 1, &[&at("p/participants.json", "1:1")]);
    cases.case(&[("p/participants.json", b"7")], 1, &[&at("p/participants.json", "1:1")]);
    let inline = charter(r#""participants": { "id": "p-1" }"#);
    cases.folder(
        "programme.json: … \"participants\": { \"id\": \"p-1\" } …",
        &programme(&[("p/programme.json", inline.as_bytes())]),
        1,
        &[&at("p/programme.json", &format!("{}:17", added()))],
    );
    cases.case(&[("p/people.json", b"{ \"participants\": \"none\" }")], 1, &[&at("p/people.json", "1:19")]);
    cases.case(&[("p/participants/p-1.json", b"\"p-1\"")], 1, &[&at("p/participants/p-1.json", "1:1")]);
    cases.case(
        &[("p/participants.json", b"[\"p-1\", 7, { \"id\": \"p-2\" }, null]")],
        1,
        &["p/participants.json:1:2: error[record/not-an-object]", "p/participants.json:1:9: error[record/not-an-object]"],
    );
    cases.end();
}

#[test]
fn ids_that_are_absent_of_the_wrong_type_or_form() {
    let mut cases = Cases::new("ids");
    for content in ["[{ \"status\": \"active\" }]", "[{}]", "[{ \"id\": null }]", "[{ \"id\": \"\" }]", "[{ \"id\": \" \" }]"] {
        cases.case(&[("p/participants.json", content.as_bytes())], 1, &["p/participants.json:1:2: error[record/required-missing]"]);
    }
    let long = "a".repeat(101);
    for id in ["7", "true", "[\"p-1\"]", "{}", "\"Jo Public\"", "\"p/1\"", "\"caf\u{e9}\"", &format!("\"{long}\"")] {
        let content = format!("[{{ \"id\": {id} }}]");
        cases.case(&[("p/participants.json", content.as_bytes())], 1, &["p/participants.json:1:10: error[record/wrong-type]"]);
    }
    let longest = format!("[{{ \"id\": \"{}\" }}]", "a".repeat(100));
    cases.case(&[("p/participants.json", longest.as_bytes())], 1, &[]);
    cases.end();
}

#[test]
fn ids_that_do_not_identify() {
    let mut cases = Cases::new("identity");
    cases.case(
        &[("p/participants.json", b"[{ \"id\": \"p-1\" }, { \"id\": \"p-1\" }]")],
        1,
        &["p/participants.json:1:27: error[record/duplicate-identity]"],
    );
    let three = b"[{ \"id\": \"p-1\" }, { \"id\": \"p-1\" }, { \"id\": \"p-1\", \"joined_on\": \"2026-02-30\" }]";
    cases.case(
        &[("p/participants.json", three)],
        1,
        &[
            "p/participants.json:1:27: error[record/duplicate-identity]",
            "p/participants.json:1:44: error[record/duplicate-identity]",
            "p/participants.json:1:64: error[record/not-a-date]",
        ],
    );
    cases.case(
        &[("p/participants.json", b"[{ \"id\": \"p-1\" }, { \"id\": \"P-1\" }]")],
        1,
        &["p/participants.json:1:27: warning[record/look-alike-identity]"],
    );
    cases.case(
        &[("p/a.json", b"{ \"participants\": [{ \"id\": \"p-1\" }] }"), ("p/b.json", b"{ \"participants\": [{ \"id\": \"p-1\" }] }")],
        1,
        &["p/b.json:1:28: error[record/duplicate-identity]"],
    );
    cases.end();
    // Records of the same id, or of none, are told apart by their number.
    let folder = programme(&[("p/participants.json", three), ("p/team.json", b"[{ \"side\": \"staff\" }, {}, { \"id\": \"m-9\" }, {}]")]);
    let audit = check_built_in(&folder, &["-f", "json", "p"]).json();
    let mut addresses: Vec<&str> =
        audit["findings"].as_array().unwrap().iter().map(|finding| finding["subject"]["address"].as_str().unwrap()).collect();
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        [
            "participants/p-1#2/id",
            "participants/p-1#3/id",
            "participants/p-1#3/joined_on",
            "team/#1/id",
            "team/#2/id",
            "team/#3/id",
            "waves/w-1/opened_on"
        ]
    );
}

#[test]
fn references_that_lead_nowhere_or_back() {
    let mut cases = Cases::new("references");
    for (file, content, place, rule) in [
        ("participants", r#"[{ "id": "p-1", "same_as": "p-1" }]"#, "1:28", "dangling-reference"),
        ("contributions", r#"[{ "id": "c-1", "in_reply_to": "c-1" }]"#, "1:32", "dangling-reference"),
        ("participants", r#"[{ "id": "p-1", "same_as": "p-2" }]"#, "1:28", "dangling-reference"),
        ("participants", r#"[{ "id": "p-1", "wave": "m-1" }]"#, "1:25", "dangling-reference"),
        ("participants", r#"[{ "id": "p-100", "same_as": "p-001" }, { "id": "p-010" }]"#, "1:30", "dangling-reference"),
        ("participants", r#"[{ "id": "p-1", "same_as": "other//participants/p-1" }]"#, "1:28", "wrong-type"),
        ("participants", r#"[{ "id": "p-1", "same_as": 7 }]"#, "1:28", "wrong-type"),
    ] {
        let path = format!("p/{file}.json");
        cases.case(&[(&path, content.as_bytes())], 1, &[&format!("{path}:{place}: error[record/{rule}]")]);
    }
    let circle = br#"[{ "id": "a-1", "type": "note", "derived_from": ["a-2"] }, { "id": "a-2", "type": "note", "derived_from": ["a-1"] }]"#;
    let folder = programme(&[("p/artefacts.json", circle)]);
    let told = check_built_in(&folder, &["-f", "concise", "p", "--stage", "live", "--select", "record/evidence-chain-cyclic"]);
    assert_eq!((told.status, findings(&told.out).len()), (1, 1), "{}", told.out);
    assert!(told.out.starts_with("p/artefacts.json:1:108: error[record/evidence-chain-cyclic]"), "{}", told.out);
    cases.end();
}

#[test]
fn values_of_the_wrong_type_or_out_of_range() {
    let mut cases = Cases::new("values");
    for (field, value, rule) in [
        ("joined_on", "\"2026-02-30\"", "not-a-date"),
        ("joined_on", "\"2026-13-01\"", "not-a-date"),
        ("joined_on", "\"30.02.2026\"", "not-a-date"),
        ("joined_on", "20260230", "wrong-type"),
        ("hours_agreed", "-4", "out-of-range"),
        ("hours_agreed", "\"four\"", "wrong-type"),
        ("hours_agreed", "\"\"", "wrong-type"),
        ("hours_agreed", "1e300", "out-of-range"),
        ("age_under", "1.5", "out-of-range"),
        ("languages", "\"en\"", "wrong-type"),
        ("languages", "[\"english language\"]", "wrong-type"),
        ("status", "true", "wrong-type"),
        ("status", "[\"active\"]", "wrong-type"),
        ("status", "\"acitve\"", "unknown-term"),
        ("status", "\"whatever\"", "unknown-term"),
        ("status", "\"Active\"", "unknown-term"),
        ("types", "[\"customer\", \"unknown\"]", "unknown-term"),
        ("access_needs", "{}", "wrong-type"),
        ("attributes", "[]", "wrong-type"),
    ] {
        let written = format!("[{{ \"id\": \"p-1\", \"{field}\": {value} }}]");
        let column = 21 + field.len() + usize::from(value.starts_with("[\"english"));
        cases.case(&[("p/participants.json", written.as_bytes())], 1, &[&format!("p/participants.json:1:{column}: error[record/{rule}]")]);
    }
    let amount = CHARTER.replace("\"amount\": 6000", "\"amount\": \"6000\"");
    let line = CHARTER.lines().position(|line| line.contains("6000")).unwrap() + 1;
    cases.folder(
        "programme.json: … \"amount\": \"6000\" …",
        &programme(&[("p/programme.json", amount.as_bytes())]),
        1,
        &[&format!("p/programme.json:{line}:44: error[record/wrong-type]")],
    );
    cases.end();
}

#[test]
fn shares_that_do_not_sum_to_one() {
    let mut cases = Cases::new("shares");
    for (shares, rule) in [
        (&["0.5", "0.4"][..], Some("shares-do-not-sum")),
        (&["0.5", "0.6"], Some("shares-do-not-sum")),
        (&["50", "50"], Some("out-of-range")),
        (&["0.5", "0.5"], None),
        (&["0.33", "0.33", "0.33"], None),
        (&["0.5", "null"], None),
    ] {
        let rows: Vec<String> =
            shares.iter().enumerate().map(|(number, share)| format!("{{ \"value\": \"s-{number}\", \"share\": {share} }}")).collect();
        let more = format!(
            "\"reference_population\": {{ \"source\": \"register\", \"attributes\": [{{ \"name\": \"age\", \"segments\": [\n{}\n] }}] }}",
            rows.join(",\n")
        );
        let folder = programme(&[("p/programme.json", charter(&more).as_bytes())]);
        let lines = match rule {
            Some("out-of-range") => 2,
            Some(_) => 1,
            None => 0,
        };
        let expected: Vec<String> =
            (1..=lines).map(|line| format!("p/programme.json:{}:28: error[record/{}]", added() + line, rule.unwrap_or_default())).collect();
        cases.folder(&format!("shares {}", shares.join(", ")), &folder, 1, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
    cases.end();
}

#[test]
fn keys_that_are_unknown_misspelt_or_repeated() {
    let mut cases = Cases::new("keys");
    for (content, place, rule) in [
        (r#"[{ "id": "p-1", "statsu": "active" }]"#, "1:17", "unknown-key"),
        (r#"[{ "id": "p-1", "favourite": "tea" }]"#, "1:17", "unknown-key"),
        (r#"[{ "di": "p-1" }]"#, "1:4", "unknown-key"),
        (r#"[{ "id": "p-1", "status": "active", "status": "paused" }]"#, "1:37", "key-repeated"),
        (r#"[{ "id": "p-1", "status": "active", "\u0073tatus": "paused" }]"#, "1:37", "key-repeated"),
        (r#"[{ "id": "p-1", "id": "p-2" }]"#, "1:17", "key-repeated"),
        (r#"[{ "id": "p-1", "x-own": 1, "x-own": 2 }]"#, "1:29", "key-repeated"),
    ] {
        cases.case(&[("p/participants.json", content.as_bytes())], 1, &[&format!("p/participants.json:{place}: error[record/{rule}]")]);
    }
    cases.case(&[("p/participants.json", br#"[{ "id": "p-1", "x-own": { "any": [1, "thing"] } }]"#)], 1, &[]);
    // A field that is misspelt is not missing as well.
    let misspelt = CHARTER.replace("\"purpose\":", "\"porpose\":");
    let line = CHARTER.lines().position(|line| line.contains("\"purpose\":")).unwrap() + 1;
    cases.folder(
        "programme.json: … \"porpose\": …",
        &programme(&[("p/programme.json", misspelt.as_bytes())]),
        1,
        &[&format!("p/programme.json:{line}:3: error[record/unknown-key]")],
    );
    cases.end();
}

#[test]
fn a_newer_version_of_the_records_is_one_finding_and_nothing_else_is_judged() {
    let folder = Folder::new().with("p/programme.json", charter("\"records\": 2")).with(BEACON.0, BEACON.1);
    let told = check_built_in(&folder, &["-f", "json", "p"]);
    assert_eq!(told.status, 3);
    let audit = told.json();
    let rules: Vec<&str> = audit["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["record/newer-version"]);
    assert_eq!(audit["summary"]["verdicts"]["pass"], 0, "nothing passes");
}

#[test]
fn a_hundred_thousand_findings() {
    let started = std::time::Instant::now();
    let people: Vec<String> = (0..100_000).map(|number| format!("{{\"id\":\"p-{number}\",\"joined_on\":\"2026-02-30\"}}")).collect();
    // On lines of their own, and as the one line that a program writes.
    for (between, few) in [(",\n", false), (",", true)] {
        let folder = programme(&[("p/participants.json", format!("[{}]", people.join(between)).as_bytes())]);
        if few {
            let told = check_built_in(&folder, &["p", "--select", "record"]);
            assert!(told.out.contains("99,901 more findings are not shown (--max-findings); the totals below count them"));
            continue;
        }
        let told = check_built_in(&folder, &["-f", "concise", "p", "--select", "record", "-o", "json=a.json"]);
        assert_eq!(told.status, 1);
        assert_eq!(findings(&told.out).len(), 100_001);
        assert!(told.out.contains(": 100,001 errors"), "{:?}", told.out.lines().last());
        let audit: serde_json::Value = serde_json::from_str(&folder.read("a.json")).unwrap();
        assert_eq!(audit["summary"]["findings"]["error"], 100_001);
        assert_eq!(audit["findings"].as_array().unwrap().len(), 100_001);
    }
    // Work that grows with the square of the findings would take hours; a slow machine is no fault.
    assert!(started.elapsed().as_secs() < 600, "{:?}", started.elapsed());
}

#[test]
fn many_findings_of_every_kind_take_no_longer_than_many_of_one() {
    let many = 5_000;
    let list = |row: &dyn Fn(usize) -> String| format!("[{}]", (0..many).map(row).collect::<Vec<_>>().join(",\n"));
    let started = std::time::Instant::now();
    for (file, content) in [
        ("participants", list(&|_| r#"{ "id": "p-1" }"#.to_owned())),
        ("participants", list(&|_| r#"{ "status": "active" }"#.to_owned())),
        ("participants", list(&|_| "7".to_owned())),
        ("participants", list(&|number| format!(r#"{{ "id": "p-{number}", "same_as": "q-{number}" }}"#))),
        (
            "participants",
            format!("[{{ \"id\": \"p-1\", {} }}]", (0..many).map(|number| format!("\"zzz{number}zzz\": 1")).collect::<Vec<_>>().join(",")),
        ),
        ("participants", format!("[{{ \"id\": \"p-1\", {} }}]", vec!["\"status\": \"active\""; many].join(","))),
        (
            "sessions",
            format!(
                "[{{ \"id\": \"s-1\", \"type\": \"workshop\", \"attendance\": {} }}]",
                list(&|number| format!(r#"{{ "person": "p-{number}", "capacity": "participant", "hours": -1 }}"#))
            ),
        ),
    ] {
        let folder = programme(&[(&format!("p/{file}.json"), content.as_bytes())]);
        let told = check_built_in(&folder, &["-f", "concise", "p", "--select", "record"]);
        assert_eq!(told.status, 1);
        assert!(findings(&told.out).len() >= many, "{file}: {}", snippet(content.as_bytes()));
    }
    assert!(started.elapsed().as_secs() < 300, "{:?}", started.elapsed());
}

#[test]
fn a_line_of_a_million_characters_is_cut_around_its_findings() {
    let note = "x".repeat(500_000);
    let content = format!("[{{\"id\":\"p-1\",\"note\":\"{note}\",\"joined_on\":\"2026-02-30\",\"source\":\"{note}\"}}]");
    let folder = programme(&[("p/participants.json", content.as_bytes())]);
    for format in ["full", "narrated", "json"] {
        let told = check_built_in(&folder, &["-f", format, "p", "--select", "record/not-a-date"]);
        assert_eq!(told.status, 1);
        assert!(told.out.contains("\u{2026}"), "{}", told.out);
        assert!(told.out.contains("joined_on"), "what is marked is in the window: {}", told.out);
        let widest = told.out.lines().map(|line| line.chars().count()).max();
        assert!(format == "json" || widest < Some(400), "{widest:?}");
        // What is said of the rules is long by itself; either note alone would be longer.
        assert!(told.out.len() < note.len(), "{}", told.out.len());
    }
    let told = check_built_in(&folder, &["-f", "concise", "p", "--select", "record/not-a-date"]);
    assert!(told.out.starts_with("p/participants.json:1:500036: error[record/not-a-date]"), "{}", told.out);
}

// ── outputs ────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn an_output_that_cannot_be_written() {
    let folder = toy().with("file", "");
    let mut cases = Cases::new("outputs");
    for output in ["json=no/such/a.json", "json=toy", "json=file/a.json", "json", "xml=a", "json="] {
        let told = check(&folder, &["toy", "-o", output]);
        assert_eq!(told.out, "", "{output}: nothing is audited for a place that is not there");
        cases.said(&format!("-o {output}"), &told, 2);
    }
    cases.end();
}

#[cfg(unix)]
#[test]
fn a_standard_output_that_is_full() {
    for format in ["full", "json"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let folder = toy();
        let mut command = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", format, "toy"]).toy().command();
        let done = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{format}");
        assert_eq!(String::from_utf8(done.stderr).unwrap(), "havesay: standard output cannot be written: no storage space\n", "{format}");
    }
}

// ── rule pages ─────────────────────────────────────────────────────────────────────────────────────────

/// The frozen rules in a folder, one page of which can be another.
fn rules() -> Folder {
    let folder = toy();
    support::copy(&toy_rules(), &folder.at("rules"));
    folder
}

fn check_rules(folder: &Folder) -> Told {
    Call::new(folder.path(), ["check", "--as-of", AS_OF, "toy"]).env("HAVESAY_RULES", "rules").run()
}

#[test]
fn a_rule_page_at_fault() {
    let empty = fs::read_to_string(toy_rules().join("seats/empty.md")).unwrap();
    let mut cases = Cases::new("pages");
    let long = format!("assert: \"{} true\"", "true && ".repeat(600));
    let deep = format!("assert: \"{}1{} > 0\"", "1 + (".repeat(100), ")".repeat(100));
    let loops = format!(
        "assert: \"{}true{}\"",
        (0..8).map(|number| format!("session.attendance.all(a{number}, ")).collect::<String>(),
        ")".repeat(8)
    );
    const ASSERT: &str = "assert: session.attendance.exists(a, came(a))";
    for (title, from, to) in [
        ("no front matter", "---\nseverity", "severity"),
        ("front matter that is not closed", "since: 0.1.0\n---", "since: 0.1.0"),
        ("front matter that is not YAML", "severity: warning", "severity: [warning"),
        ("a key twice", "severity: warning", "severity: warning\nseverity: error"),
        ("an unknown key", "severity: warning", "severty: warning"),
        ("no severity", "severity: warning\n", ""),
        ("an unknown severity", "severity: warning", "severity: fatal"),
        ("an unknown stage", "from: discover", "from: discovery"),
        ("an unknown register", "subject: sessions", "subject: session"),
        ("no assert", ASSERT, ""),
        ("no message", "message: \"{session.id} on {session.date} had no participant\"\n", ""),
        ("a syntax error", ASSERT, "assert: session.attendance.exists(a, came(a)"),
        ("an unknown field", ASSERT, "assert: session.atendance.exists(a, came(a))"),
        ("an unknown function", ASSERT, "assert: session.attendance.exists(a, comes(a))"),
        ("a word outside the vocabulary", "when: session.type == 'workshop'", "when: session.type == 'workshp'"),
        ("unlike types", "when: session.type == 'workshop'", "when: session.type == 7"),
        ("an expression that is no flag", ASSERT, "assert: session.attendance"),
        ("a let that is never used", "when:", "let:\n  spare: session.id\nwhen:"),
        ("a parameter that nobody declares", ASSERT, "assert: size(session.attendance) > params.least"),
        ("a parameter that is never used", "since:", "params:\n  least: { default: 1, means: nothing }\nsince:"),
        ("a brace that is not closed", "\"{session.id} on", "\"{session.id on"),
        ("a sensitive value in a message", "{session.date} had", "{session.note} had"),
        ("a count of people in a message", "{session.date} had", "{size(session.attendance)} had"),
        ("an expression that YAML reads as nothing", ASSERT, "assert: !has(session.attendance)"),
        ("an expression that YAML cuts off", ASSERT, "assert: session.id == 'a' # || true"),
        ("a place that cannot be pointed at", "at: session.attendance", "at: size(session.attendance)"),
        ("an expression that is too long", ASSERT, &long),
        ("an expression that is nested too deeply", ASSERT, &deep),
        ("loops within too many loops", ASSERT, &loops),
    ] {
        let folder = rules();
        let page = empty.replace(from, to);
        assert_ne!(page, empty, "{title}");
        folder.write("rules/seats/empty.md", page);
        let told = check_rules(&folder);
        assert_eq!(told.out, "", "{title}");
        assert!(told.err.starts_with("havesay: rules/seats/empty.md:"), "{title}: {}", told.err);
        assert_eq!(told.err.matches("rules/seats/empty.md").count(), 1, "{title}: one fault, one message: {}", told.err);
        // What is quoted of a long page is of no use in what is stored.
        let shown =
            Told { err: told.err.lines().map(|line| format!("{}\n", line.chars().take(200).collect::<String>())).collect(), ..told };
        cases.said(title, &shown, 2);
    }
    cases.end();
}

#[test]
fn rule_pages_that_do_not_fit_together() {
    let mut cases = Cases::new("pages_together");
    let definition = |calls: &str| {
        format!(
            "---\nparameters:\n  seat: sessions.attendance\ngives: flag\nexpression: {calls}(seat)\nsince: 0.1.0\n---\n\n# A\n\n## Examples\n"
        )
    };
    let folder = rules();
    folder.write("rules/definitions/one.md", definition("other"));
    folder.write("rules/definitions/other.md", definition("one"));
    cases.said("a circle of definitions", &check_rules(&folder), 2);
    let folder = rules();
    folder.write("rules/definitions/own.md", definition("own"));
    cases.said("a definition that rests on itself", &check_rules(&folder), 2);
    let folder = rules();
    for (own, other) in [("few", "silent"), ("silent", "few")] {
        let page = folder.read(format!("rules/people/{own}.md")).replace("since:", &format!("yields_to: [people/{other}]\nsince:"));
        folder.write(format!("rules/people/{own}.md"), page);
    }
    cases.said("rules that yield to one another", &check_rules(&folder), 2);
    let folder = rules();
    folder.write("rules/definitions/came.md", folder.read("rules/definitions/came.md").replace("capacity", "capcity"));
    cases.said("a definition at fault, and the rules that use it", &check_rules(&folder), 2);
    let folder = rules();
    folder.write("rules/seats/latin.md", b"---\nseverity: caf\xe9\n---\n");
    cases.said("a page that is not UTF-8", &check_rules(&folder), 2);
    let folder = rules();
    folder.write("rules/seats/large.md", vec![b'a'; (1 << 20) + 1]);
    cases.said("a page that is too large", &check_rules(&folder), 2);
    let folder = toy();
    cases.said("a folder of rules that is not there", &check_rules(&folder), 2);
    folder.write("rules", "a file");
    cases.said("a folder of rules that is a file", &check_rules(&folder), 2);
    fs::remove_file(folder.at("rules")).unwrap();
    fs::create_dir(folder.at("rules")).unwrap();
    cases.said("a folder without rules: nothing is judged", &check_rules(&folder), 3);
    cases.end();
}

#[test]
fn a_rule_that_breaks_its_budget_is_a_finding_about_the_rule_and_never_a_pass() {
    let folder = rules();
    let page = folder.read("rules/seats/empty.md");
    let costly = "assert: programme.participants.all(a, programme.participants.all(b, programme.participants.all(c, programme.participants.all(d, a.id != 'x'))))";
    folder.write(
        "rules/seats/empty.md",
        page.replace("assert: session.attendance.exists(a, came(a))", costly).replace("at: session.attendance\n", ""),
    );
    let people: Vec<String> = (0..80).map(|number| format!("{{ \"id\": \"p-{number}\" }}")).collect();
    folder.write("toy/participants.json", format!("[{}]", people.join(",")));
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "json", "toy"]).env("HAVESAY_RULES", "rules").run();
    assert_eq!(told.status, 2, "{}", told.both());
    let audit = told.json();
    let faults = audit["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == "record/rule-fault").count();
    assert!(faults >= 1, "{}", told.out);
    assert_eq!(audit["programmes"][0]["verdicts"]["seats/empty"]["pass"], 0);
    assert!(audit["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "money/small"), "the other rules go on");
}

#[test]
fn a_page_without_examples_or_with_unusable_ones() {
    let folder = rules();
    let page = folder.read("rules/seats/empty.md");
    folder.write("rules/seats/bare.md", page.split("## Examples").next().unwrap());
    folder.write("rules/seats/broken.md", page.replace("\"stage\"", "stage").replace("{ \"sessions\"", "{ sessions"));
    folder.write("rules/seats/blank.md", page.split("### ").next().unwrap());
    let told = Call::new(folder.path(), ["test", "seats"]).env("HAVESAY_RULES", "rules").run();
    assert_eq!(told.status, 1, "{}", told.both());
    for page in ["seats/bare.md:1", "seats/blank.md:1", "seats/broken.md:"] {
        assert!(told.out.contains(&format!("unusable {page}")), "{page}: {}", told.out);
    }
}

// ── settings ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn settings_at_fault() {
    let mut cases = Cases::new("settings");
    for settings in [
        "nonsense = 1",
        "fial_on = \"error\"",
        "fail_on = \"fatal\"",
        "fail_on = 3",
        "extends = [\"other.toml\"]",
        "[rule.\"people/few\"]\nseverity = \"off\"",
        "[rule.\"people/few\"]\noff = true",
        "[rule.\"people/few\"]\noff = \" \"",
        "[rule.\"people/fwe\"]\nseverity = \"error\"",
        "[rule.\"people/few\"]\nparams = { most = 3 }",
        "[rule.\"people/few\"]\nparams = { least = \"three\" }",
        "[rule.\"people/few\"]\nparams = { least = [3] }",
        "[rule.\"people/few\"]\nparams = 3",
        "[rule.\"people/silent\"]\nparams = { least = 3 }",
        "[rule.people.few]\nseverity = \"error\"",
        "[definition.cmae]\nparams = { a = 1 }",
        "[definition.came]\nparams = { a = 1 }",
        "[map]\nparticipant = \"people/*.json\"",
        "[map]\nparticipants = \"../people/*.json\"",
        "[files]\ninclude = []",
        "[files]\nexclude = \"old/**\"",
        "[files]\nexclude = [\"[\"]",
        "[privacy]\nmin_cell = 0",
        "[privacy]\nsensitive = [\"postcode\"]",
        "[[overrides]]\nrule.\"people/few\".severity = \"error\"",
        "rules = [\"no/such/folder\"]",
        "rules = \"policy\"",
        "[rule.\"people/few\"\nseverity = \"error\"",
        "fail_on = “error”",
        "fail_on: error",
    ] {
        let folder = toy().with("havesay.toml", format!("{settings}\n"));
        let told = check(&folder, &["toy"]);
        assert_eq!(told.out, "", "{settings}");
        assert_eq!(told.err.matches("havesay: ").count(), 1, "one fault, one message: {settings}: {}", told.err);
        cases.said(settings, &told, 2);
        assert_eq!(check(&folder, &["toy", "--isolated"]).status, 1, "{settings}");
    }
    cases.end();
}

#[test]
fn settings_that_cannot_be_read() {
    let mut cases = Cases::new("settings_unreadable");
    let latin: &[u8] = b"# caf\xe9\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("fail_on = 1".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (title, content) in [("Latin-1", latin), ("UTF-16", &utf16), ("too large", &vec![b'#'; (1 << 20) + 1])] {
        cases.said(title, &check(&toy().with("havesay.toml", content), &["toy"]), 2);
    }
    let folder = toy();
    fs::create_dir(folder.at("havesay.toml")).unwrap();
    cases.said("a folder", &check(&folder, &["toy"]), 2);
    cases.said("not there", &check(&folder, &["toy", "-c", "none.toml"]), 2);
    // The settings of a programme, and not of the run.
    let folder = toy().with("toy/havesay.toml", "nonsense = 1\n");
    cases.said("a programme's own", &check(&folder, &["toy"]), 2);
    cases.end();
}
