//! What the tests of the built program share: folders to try it on, runs of it, stored text to hold its
//! words against, and the schema of the saved audit, which every JSON that any test gets must keep to.
//!
//! Nothing here looks at the environment or the network: a run gets a folder of its own, no variable but
//! those that a test gives it, and a `.git` above it, so that no settings of the machine are found.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The date of every audit here that has no other.
pub const AS_OF: &str = "2026-07-01";

/// A folder that is gone when the test is.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    /// An empty folder, at the root of what could be a repository.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder }
    }

    /// With one more file.
    pub fn with(self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file, and the folders that it needs.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// The text of a file in it.
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// A saved audit in it, which keeps to its schema.
    pub fn saved(&self, path: impl AsRef<Path>) -> Value {
        saved(self.read(path).as_bytes())
    }
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The frozen rules by which formats and commands are tried.
pub fn toy_rules() -> PathBuf {
    root().join("tests/toy/rules")
}

/// The frozen programme that breaks each of them, in the folder `toy`.
pub fn toy() -> Folder {
    let folder = Folder::new();
    copy(&root().join("tests/toy/programme"), &folder.at("toy"));
    folder
}

/// A charter with a register, in which the frozen rules find nothing.
pub const FINE: &str = r#"{ "id": "fine", "title": "Fine", "stage": "charter", "team": [{ "id": "t-1" }] }
"#;

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A run of the program.
pub struct Call {
    command: Command,
}

/// What a run came to.
#[derive(Debug)]
pub struct Told {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Call {
    /// The program with these arguments, in a folder, with no environment.
    pub fn new<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_havesay"));
        command.current_dir(folder).args(args).env_clear().stdin(Stdio::null());
        // Where the tests run instrumented, the program's counts go where theirs go.
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Self { command }
    }

    /// With the frozen rules in place of the built-in ones.
    pub fn toy(self) -> Self {
        self.env("HAVESAY_RULES", toy_rules())
    }

    /// With an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With one more argument, which need not be text.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Runs it with these bytes on standard input.
    pub fn fed(mut self, bytes: impl AsRef<[u8]>) -> Told {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes.as_ref()).unwrap();
        file.rewind().unwrap();
        self.command.stdin(file);
        self.run()
    }

    /// The command itself, for what a test does with its streams.
    pub fn command(self) -> Command {
        self.command
    }

    /// Runs it.
    pub fn run(mut self) -> Told {
        let Output { status, stdout, stderr } = self.command.output().unwrap();
        // A program that ends by a signal has crashed; one that says "panicked" has, too.
        let told = Told {
            status: status.code().expect("the program was ended by a signal"),
            out: String::from_utf8(stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(stderr).expect("standard error is UTF-8"),
        };
        assert!(!told.err.contains("panicked"), "{}", told.err);
        if told.out.starts_with("{\"as_of\"") {
            saved(told.out.as_bytes());
        }
        told
    }
}

/// The names of all formats.
pub const FORMATS: [&str; 12] =
    ["full", "concise", "narrated", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "html", "csv"];

/// A run without rules, as renderers see it.
pub fn run() -> havesay::report::Run {
    havesay::report::Run {
        version: "0.0.0".to_owned(),
        as_of: AS_OF.to_owned(),
        rules: Vec::new(),
        fail_on: havesay::finding::Severity::Error,
        min_cell: 5,
        settings: Value::Null,
        color: false,
        width: 100,
        verbose: false,
        statistics: false,
        show_suppressed: false,
        group: havesay::report::Group::None,
        compared: None,
        shard: None,
    }
}

/// Runs `havesay check` by the frozen rules as of [`AS_OF`].
pub fn check(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), ["check", "--as-of", AS_OF].iter().chain(args)).toy().run()
}

/// Runs `havesay check` by the built-in rules as of [`AS_OF`].
pub fn check_built_in(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), ["check", "--as-of", AS_OF].iter().chain(args)).run()
}

impl Told {
    /// Standard output as a saved audit, which keeps to its schema.
    pub fn json(&self) -> Value {
        saved(self.out.as_bytes())
    }

    /// Standard output and standard error.
    pub fn both(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// Reads a saved audit and holds it against its schema, and its numbers against one another.
pub fn saved(bytes: &[u8]) -> Value {
    static VALIDATOR: OnceLock<jsonschema::Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let text = fs::read_to_string(root().join("schema/report.json")).unwrap();
        let mut schema: Value = serde_json::from_str(&text).unwrap();
        close(&mut schema);
        jsonschema::options().build(&schema).unwrap()
    });
    let audit: Value = serde_json::from_slice(bytes).unwrap();
    let faults: Vec<String> = validator.iter_errors(&audit).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "the saved audit breaks schema/report.json:\n{}", faults.join("\n"));
    agree(&audit);
    audit
}

/// Refuses what the schema does not describe: readers may pass over it, the writer may not add it unsaid.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

/// What one part of a saved audit says must be what the others say.
fn agree(audit: &Value) {
    let number = |pointer: &str| audit.pointer(pointer).and_then(Value::as_u64).unwrap();
    let list = |pointer: &str| audit.pointer(pointer).and_then(Value::as_array).unwrap();
    assert_eq!(list("/programmes").len() as u64, number("/summary/programmes"), "programmes");
    assert_eq!(list("/inputs").len() as u64, number("/summary/files"), "files");
    for count in ["pass", "finding", "not_applicable", "no_evidence", "nothing_to_judge"] {
        let of_rules: u64 = list("/programmes")
            .iter()
            .flat_map(|programme| programme["verdicts"].as_object().unwrap().values())
            .map(|verdicts| verdicts[count].as_u64().unwrap())
            .sum();
        assert_eq!(of_rules, number(&format!("/summary/verdicts/{count}")), "verdicts: {count}");
    }
    let unanswered: u64 = list("/no_evidence").iter().map(|entry| entry["count"].as_u64().unwrap()).sum();
    assert_eq!(unanswered, number("/summary/verdicts/no_evidence"), "every verdict of no evidence has its cause");
    let gone = audit.get("gone").and_then(Value::as_array).into_iter().flatten();
    for finding in list("/findings").iter().chain(gone) {
        let parts: String = finding["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part.get("literal").or_else(|| part.pointer("/value/text")).and_then(Value::as_str).unwrap())
            .collect();
        assert_eq!(finding["message"], parts, "the parts of a message make the message");
        assert_eq!(finding["location"], finding["labels"][0]["location"], "the first label is the finding's own place");
        let rules = list("/rules");
        let rule = finding["rule"].as_str().unwrap();
        let known = rules.iter().any(|known| known["name"] == rule);
        // A rule may be gone with its findings.
        assert!(known || rule.starts_with("record/") || finding["baseline"] == "absent", "{rule} is among the rules");
    }
    let written = if audit.get("compared_with").is_some() {
        compared(audit);
        list("/findings").iter().filter(|finding| finding["baseline"] == "new" || !finding["suppressed"].is_null()).count() as u64
    } else {
        list("/findings").len() as u64
    };
    let counted: u64 = ["error", "warning", "advice"].iter().map(|severity| number(&format!("/summary/findings/{severity}"))).sum();
    if audit["settings"]["min_severity"] == "advice" {
        let held = number("/summary/suppressed");
        assert_eq!(written + number("/summary/unwritten"), counted + held, "findings");
        let marked = list("/findings").iter().filter(|finding| !finding["suppressed"].is_null()).count() as u64;
        assert!(marked <= held, "what is held back is counted");
    } else {
        assert!(written <= counted, "findings");
    }
}

/// What is said of a change in one part of a saved audit must be what the others say.
fn compared(audit: &Value) {
    let programmes = || audit["programmes"].as_array().unwrap().iter().chain(audit["departed"].as_array().unwrap());
    for (what, listed, state) in [("unchanged", "findings", "unchanged"), ("gone", "gone", "absent"), ("new", "findings", "new")] {
        let total = |of: &Value| -> u64 { ["error", "warning", "advice"].iter().map(|severity| of[severity].as_u64().unwrap()).sum() };
        let summed = total(&audit["summary"]["change"][what]);
        let of_programmes: u64 = if what == "new" {
            audit["programmes"].as_array().unwrap().iter().map(|programme| total(&programme["findings"])).sum()
        } else {
            programmes().map(|programme| total(&programme["change"][what])).sum()
        };
        assert_eq!(of_programmes, summed, "{what} of the programmes");
        let listed =
            audit[listed].as_array().unwrap().iter().filter(|finding| finding["baseline"] == state && finding["suppressed"].is_null());
        let listed = listed.count() as u64;
        if audit["settings"]["min_severity"] == "advice" && audit["summary"]["unwritten"] == 0 {
            assert_eq!(listed, summed, "{what}");
        } else {
            assert!(listed <= summed, "{what}");
        }
    }
    assert_eq!(audit["departed"].as_array().unwrap().len() as u64, audit["summary"]["change"]["departed"].as_u64().unwrap(), "departed");
}

/// Holds text against the stored one, or stores it where `BLESS=1` asks for that.
pub fn expect(name: &str, text: &str) {
    let path = root().join("tests/expected").join(name);
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, stored, "{name} is not what is stored; if it should be so now: BLESS=1 cargo test");
}

/// The lines of `concise` that are findings.
pub fn findings(out: &str) -> Vec<&str> {
    out.lines().filter(|line| ["error[", "warning[", "advice["].iter().any(|sign| line.contains(&format!(": {sign}")))).collect()
}

/// Arguments from text.
pub fn words(args: &[&str]) -> Vec<OsString> {
    args.iter().map(OsString::from).collect()
}
