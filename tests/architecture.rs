//! The shape of the crate: rooms use only rooms above them, the domain stays data, and every file says what
//! it is for.
//!
//! The rooms and their order are those of the architecture's table. What stands in the lists of exceptions
//! is there for the reason given; one that is no longer needed fails like one that is missing.

#![expect(clippy::panic, reason = "a test says what it found by panicking")]

#[path = "support/rust.rs"]
mod rust;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rust::{Kind, Token, tokens, words};
use serde_json::Value;

/// The rooms, from the ground up: each may use those before it.
const ROOMS: [&str; 15] = [
    "limits",
    "text",
    "finding",
    "config",
    "schema",
    "document",
    "discover",
    "programme",
    "rule",
    "audit",
    "settle",
    "redact",
    "report",
    "pipeline",
    "cli",
];

/// Everywhere.
const ALL: &[&str] = &["*"];

/// Names of fields of records that are also plain words of the program: as a struct's field or a whole text
/// in code they stand in these rooms, for this reason.
const FIELD_NAMES: &[(&str, &[&str], &str)] = &[
    ("count", ALL, "how many of anything"),
    ("end", ALL, "where a span or range ends"),
    ("from", ALL, "where something starts"),
    ("kind", ALL, "what a node or file is"),
    ("name", ALL, "what anything is called"),
    ("of", ALL, "what something belongs to"),
    ("on", ALL, "whether a rule runs"),
    ("start", ALL, "where a span begins"),
    ("text", ALL, "text as such"),
    ("to", ALL, "where something goes"),
    ("unit", ALL, "of a parameter"),
    ("value", ALL, "a value as such"),
    ("version", ALL, "of the program, the report or the record model"),
    ("what", ALL, "what a message or question is about"),
    ("options", ALL, "of a function or a command"),
    ("source", ALL, "where a file's bytes come from"),
    ("target", ALL, "where a link leads"),
    ("title", ALL, "of a page; of a report; the charter's, which examples of rules may leave out"),
    ("label", ALL, "the words under a place"),
    ("rule", ALL, "a rule of the audit"),
    ("severity", ALL, "of a finding"),
    ("finding", ALL, "a finding of the audit"),
    ("status", ALL, "the exit status"),
    ("state", ALL, "how the rules stand on a programme; a block of an example that says how a file is found"),
    ("evidence", ALL, "a page's key; whether a link is one of an evidence chain"),
    ("records", ALL, "records as such; the subject of rules that judge every record; the version of the record model in reports"),
    ("register", ALL, "a register as such"),
    ("profile", ALL, "by which rules are tuned; the schema says which field of the charter it is"),
    ("stage", ALL, "from which rules run; the schema says which field of the charter it is"),
    ("id", ALL, "of anything that is identified; the schema says which field of a record it is"),
    ("as_of", ALL, "the date of the audit, a name in expressions"),
    ("kept", &["programme"], "whether a register is written anywhere; the field of the list that the schema's x-keeping names"),
    ("where", &["programme"], "the field of the list that the schema's x-keeping names"),
    ("keeping", &["schema"], "which field of the charter says what is kept elsewhere: read from the schema"),
    ("owner", &["schema"], "the struct that a field belongs to"),
    ("date", &["schema", "config", "programme", "rule"], "the type; the function that reads a date; the word for a date in messages"),
    ("currency", &["schema"], "the type of a field"),
    ("language", &["schema"], "the type of a field"),
    (
        "type",
        &["schema", "config", "rule", "report", "cli"],
        "a keyword of JSON Schema; an attribute of JUnit's XML; the word for a value's type",
    ),
    ("$schema", &["schema", "config"], "a keyword of JSON Schema"),
    ("min", &["rule"], "a function of the rule language"),
    ("max", &["rule"], "a function of the rule language"),
    ("functions", &["rule", "cli"], "of the rule language"),
    ("share", &["rule"], "a function of the rule language"),
    ("total", &["rule"], "of a list of numbers"),
    ("cells", &["rule"], "of a contingency table"),
    ("tables", &["rule"], "contingency tables"),
    ("need", &["rule"], "how much a statistic needs"),
    ("reason", &["config", "report", "rule", "cli"], "why something is waived, could not be judged, or makes no difference"),
    ("suppressed", &["settle", "redact", "report"], "findings that are held back"),
    ("by", &["rule", "finding", "redact"], "the authors of a source; what holds a finding back"),
    ("baseline", &["config", "programme", "settle", "redact", "pipeline", "report", "cli"], "what findings are held against"),
    ("accepted", &["report"], "a word of SARIF: a suppression in force"),
    ("level", &["report"], "a member of SARIF: how grave a result is"),
    ("note", &["report"], "a word of SARIF: its least grave level"),
    ("tests", &["report"], "an attribute of JUnit's XML"),
    ("uri", &["report"], "a member of SARIF"),
    ("covers", &["settle"], "the findings that a waiver is about"),
    ("informed", &["config"], "whether those whom a waiver concerns were told"),
    ("gates", &["config"], "a key of havesay.toml for a later version, refused by name"),
];

/// Names of registers and of one of their records that are also words of the program, or stand in a help text.
const DOMAIN_WORDS: &[(&str, &[&str], &str)] = &[
    ("message", ALL, "what a finding says; the one word for it"),
    (
        "member",
        &["schema", "document", "programme", "rule", "audit", "report"],
        "a key with its value in a JSON object, as the JSON standard calls it; a word of SARIF",
    ),
    ("body", &["config", "rule", "report", "cli"], "of a page, a loop, a definition or a pattern; an element of HTML"),
    (
        "role",
        &["config", "discover", "programme", "pipeline", "cli"],
        "what a file is for in a programme; as what somebody approves a waiver",
    ),
    ("outcome", &["document", "rule", "report", "pipeline", "cli"], "what came of an attempt: parsing, an example, a run"),
    ("outcomes", &["rule", "pipeline"], "what came of examples; of a chance experiment"),
    ("gates", &["config"], "a key of havesay.toml for a later version, refused by name"),
    ("participants", &["config", "programme", "pipeline", "cli"], "an example in a help text"),
];

struct File {
    room: String,
    shown: String,
    modules: usize,
    tokens: Vec<Token>,
    test: bool,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files() -> Vec<File> {
    let source = root().join("src");
    let mut open = vec![source.clone()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let relative = path.strip_prefix(&source).unwrap_or(&path).with_extension("");
                let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                files.push(File {
                    room: parts.first().cloned().unwrap_or_default(),
                    shown: format!("src/{}.rs", parts.join("/")),
                    // `lib.rs` and `main.rs` are the crate's root, `a/mod.rs` would be `a`.
                    modules: parts.iter().filter(|part| !matches!(part.as_str(), "lib" | "main" | "mod")).count(),
                    tokens: tokens(&read(&path)),
                    test: parts.last().is_some_and(|name| name == "tests"),
                });
            }
        }
    }
    files.sort_by(|a, b| a.shown.cmp(&b.shown));
    assert!(files.len() > 30, "the source was not found");
    files
}

/// The first names of the paths that start at `at`: one, or those of a group in braces.
fn heads(tokens: &[Token], at: usize) -> Vec<&Token> {
    let Some(first) = tokens.get(at) else { return Vec::new() };
    if first.kind == Kind::Name {
        return vec![first];
    }
    let mut heads = Vec::new();
    let mut depth = 0usize;
    for pair in tokens.get(at..).unwrap_or_default().windows(2) {
        let [mark, next] = pair else { continue };
        match mark.text.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && next.kind == Kind::Name && (mark.is("{") || mark.is(",")) {
            heads.push(next);
        }
    }
    heads
}

/// The rooms that a file names, with their lines.
fn uses(file: &File) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let is = |at: usize, text: &str| file.tokens.get(at).is_some_and(|token| token.is(text));
    for (at, token) in file.tokens.iter().enumerate() {
        if at > 0 && is(at - 1, "::") {
            continue;
        }
        let mut next = at;
        if token.is("crate") || token.is("havesay") {
            next += 1;
        } else if token.is("super") {
            let mut ups = 0;
            while is(next, "super") {
                ups += 1;
                next += if is(next + 1, "::") && is(next + 2, "super") { 2 } else { 1 };
            }
            // Only a chain that leads out of the room names another.
            if ups < file.modules + token.modules {
                continue;
            }
        } else {
            continue;
        }
        if is(next, "::") {
            found.extend(heads(&file.tokens, next + 1).iter().map(|head| (head.text.clone(), head.line)));
        }
    }
    found
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files() {
        // The table of contents, and the program that calls the last room.
        if file.room == "lib" || file.room == "main" {
            let allowed = |room: &str| file.room == "main" && room == "cli";
            wrong.extend(
                uses(&file).into_iter().filter(|(room, _)| !allowed(room)).map(|(room, line)| format!("{}:{line} uses {room}", file.shown)),
            );
            continue;
        }
        let place = |room: &str| ROOMS.iter().position(|known| *known == room);
        let Some(own) = place(&file.room) else {
            wrong.push(format!("{} lies in no room", file.shown));
            continue;
        };
        for (room, line) in uses(&file) {
            seen += 1;
            match place(&room) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{}:{line}: {} uses {room}, which lies below it", file.shown, file.room)),
                None => wrong.push(format!("{}:{line}: {room} is no room", file.shown)),
            }
        }
    }
    assert!(seen > 100, "only {seen} uses were seen: the reading of paths is broken");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_crate_lists_its_rooms_in_their_order() {
    let text = read(&root().join("src/lib.rs"));
    let tokens = tokens(&text);
    let listed: Vec<&str> = tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [word, name] if word.is("mod") => Some(name.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn every_file_opens_with_its_purpose() {
    let mut open: Vec<PathBuf> = ["src", "tests", "benches", "examples", "build.rs"].iter().map(|name| root().join(name)).collect();
    let (mut seen, mut without) = (0, Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") && path.exists() {
            seen += 1;
            if !read(&path).starts_with("//! ") {
                without.push(path);
            }
        }
    }
    assert!(seen > 50, "only {seen} files were found");
    assert!(without.is_empty(), "no //! at the start of {without:?}");
}

fn schema() -> Value {
    serde_json::from_str(&read(&root().join("schema/records.json"))).unwrap_or_else(|error| panic!("schema/records.json: {error}"))
}

/// Every key that an object of the schema may have.
fn field_names(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let defs = schema.get("$defs").and_then(Value::as_object);
    for object in std::iter::once(schema).chain(defs.into_iter().flat_map(|defs| defs.values())) {
        names.extend(object.get("properties").and_then(Value::as_object).into_iter().flat_map(|keys| keys.keys().cloned()));
    }
    names
}

/// The names of registers, and of one record of each.
fn domain_words(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if property.get("x-register") == Some(&Value::Bool(true)) {
            names.insert(name.clone());
            names.extend(property.get("x-one").and_then(Value::as_str).map(str::to_owned));
        }
    }
    names
}

/// Holds what was found against a list of exceptions: what is new, and what is no longer there.
fn compare(found: &BTreeMap<(String, String), Vec<String>>, exceptions: &[(&str, &[&str], &str)], what: &str) {
    let mut wrong = Vec::new();
    for ((name, room), places) in found {
        let excepted = exceptions.iter().any(|(known, rooms, _)| known == name && (*rooms == ALL || rooms.contains(&room.as_str())));
        if !excepted {
            wrong.push(format!("{what} {name} stands in the room {room}: {}", places.join(", ")));
        }
    }
    for (name, rooms, reason) in exceptions {
        for room in *rooms {
            let needed = found.keys().any(|(known, own)| known == name && (*rooms == ALL || own == room));
            if !needed {
                wrong.push(format!("the exception for {name} ({reason}) is not needed in {room}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The fields of structs and enums that a file declares.
fn declared(tokens: &[Token]) -> Vec<&Token> {
    let mut declared = Vec::new();
    // Whether each open brace is that of a struct or enum, or lies within one.
    let mut open: Vec<bool> = Vec::new();
    let mut begins = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            _ if token.kind == Kind::Text => {}
            "struct" | "enum" if tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Name) => begins = true,
            ";" => begins = false,
            "{" => open.push(std::mem::take(&mut begins) || open.last() == Some(&true)),
            "}" => {
                open.pop();
            }
            _ if token.kind == Kind::Name && open.last() == Some(&true) && tokens.get(at + 1).is_some_and(|next| next.is(":")) => {
                declared.push(token)
            }
            _ => {}
        }
    }
    declared
}

#[test]
fn no_struct_repeats_the_records() {
    let names = field_names(&schema());
    assert!(names.len() > 200, "only {} fields were read from the schema", names.len());
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for file in files().iter().filter(|file| !file.test) {
        let fields = declared(&file.tokens);
        let texts = file.tokens.iter().filter(|token| token.kind == Kind::Text);
        for token in fields.into_iter().chain(texts).filter(|token| !token.test && names.contains(&token.text)) {
            found.entry((token.text.clone(), file.room.clone())).or_default().push(format!("{}:{}", file.shown, token.line));
        }
    }
    compare(&found, FIELD_NAMES, "the records' field");
}

#[test]
fn the_code_knows_nothing_of_the_domain() {
    let names = domain_words(&schema());
    assert!(names.contains("consents") && names.contains("payment") && names.len() > 40, "{names:?}");
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for file in files().iter().filter(|file| !file.test) {
        for token in file.tokens.iter().filter(|token| !token.test && token.kind != Kind::Mark) {
            // Names of built-in rules.
            if token.kind == Kind::Text && token.text.starts_with("record/") {
                continue;
            }
            for word in words(&token.text).into_iter().filter(|word| names.contains(word)) {
                found.entry((word, file.room.clone())).or_default().push(format!("{}:{}", file.shown, token.line));
            }
        }
    }
    compare(&found, DOMAIN_WORDS, "the domain's word");
}

#[test]
fn source_is_read_as_the_compiler_reads_it() {
    let source = "//! a \"b\n/* c /* d */ e */ fn f<'g>(h: char) { \"i\\\"j\"; r#\"k\"l\"#; '\\''; 'm'; b\"n\" }\n#[cfg(test)]\nmod o { use super::p; mod q { r } }\ns";
    let tokens = tokens(source);
    let of = |kind: Kind| tokens.iter().filter(|token| token.kind == kind).map(|token| token.text.as_str()).collect::<Vec<_>>();
    assert_eq!(of(Kind::Name), ["fn", "f", "g", "h", "char", "cfg", "test", "mod", "o", "use", "super", "p", "mod", "q", "r", "s"]);
    assert_eq!(of(Kind::Text), ["i\\\"j", "k\"l", "n"]);
    let state = |name: &str| tokens.iter().find(|token| token.is(name)).map(|token| (token.line, token.modules, token.test));
    assert_eq!(
        [state("f"), state("p"), state("r"), state("s")],
        [Some((2, 0, false)), Some((4, 1, true)), Some((4, 2, true)), Some((5, 0, false))]
    );
    assert_eq!(words("RecordOf_two parts"), ["record", "of", "two", "parts"]);
}
