//! Nothing that is not known to be safe reaches anybody: recognisable values are planted wherever a record
//! or a setting can hold one, right or wrong, and looked for in everything that the program says: in every
//! format, at every verbosity, on every error path, and in what its types print for a programmer.
//!
//! Where values are planted is read from `schema/records.json`, so that a new field is covered the day it is
//! added. What a file is called is no record and is shown; so is an id of the permitted form that is no
//! contact, and why a rule was switched off, unless that holds a contact.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use support::{AS_OF, Call, FORMATS, Folder, toy};

/// Fields of an organisation's own.
const OVERLAY: &str = include_str!("toy/overlay.json");
/// Free text; it has not the form of an id.
const TEXT: &str = "ZQXPLANT (one) two";
/// An e-mail address, which has the form of an id.
const MAIL: &str = "quuxley@example.org";
/// A telephone number.
const PHONE: &str = "+44 20 7946 0959";
/// The same as somebody may write it for an id.
const DIGITS: &str = "02079460959";
/// A date of birth.
const DAY: &str = "1987-06-05";
/// A number.
const NUMBER: u64 = 73_911_465_573;

/// What is left of them in letters and digits alone: a terminal may break a line anywhere.
const TRACES: [&str; 5] = ["zqxplant", "quuxley", "79460959", "19870605", "73911465573"];

/// Looks for what was planted.
#[track_caller]
fn clean(said: &str, what: &str) {
    let bare: String = said.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    for trace in TRACES {
        if let Some(at) = bare.find(trace) {
            let line = said.lines().find(|line| line.to_ascii_lowercase().contains(&trace[..6])).unwrap_or("");
            let around = &bare[at.saturating_sub(60)..(at + 40).min(bare.len())];
            let line: String = line.chars().take(400).collect();
            assert_eq!(line, "", "{what} says what was planted ({trace}): …{around}…");
        }
    }
}

/// Runs every format at every verbosity on a folder and looks for what was planted. Gives what `full` said.
#[track_caller]
fn tried(folder: &Folder, what: &str) -> String {
    let mut full = String::new();
    for flags in [&["-v", "--statistics", "--max-findings", "1000000", "--stage", "live"][..], &["-q", "--color", "always"]] {
        for (format, said) in all_formats(folder, flags, what) {
            clean(&said, &format!("{what}, {format} {flags:?}"));
            if format == "full" && flags[0] == "-v" {
                full = said;
            }
        }
    }
    full
}

/// What every format says of one run; `full` with what stands on standard error.
#[track_caller]
fn all_formats(folder: &Folder, flags: &[&str], what: &str) -> Vec<(&'static str, String)> {
    let outputs = Folder::new();
    let mut call = Call::new(folder.path(), ["check", "--as-of", AS_OF].iter().chain(flags));
    for format in FORMATS.iter().filter(|format| **format != "full") {
        let mut output = std::ffi::OsString::from(format!("{format}="));
        output.push(outputs.at(format));
        call = call.arg("-o").arg(output);
    }
    let told = call.run();
    assert!(told.status <= 3 && !told.out.is_empty(), "{what}: {}", told.err);
    let mut all = vec![("full", told.both())];
    for format in FORMATS.iter().filter(|format| **format != "full") {
        let said = outputs.read(format);
        assert!(*format == "jsonl" || !said.is_empty(), "{what}, {format}: nothing was written");
        all.push((format, said));
    }
    all
}

// ── what is planted where ──────────────────────────────────────────────────────────────────────────────

/// How values are planted along the schema.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plant {
    /// In every sensitive field, of the type that it should have.
    Sensitive,
    /// In every field, of another type than it should have.
    WrongType,
    /// In every field that takes text, as contact details.
    Contact,
}

/// Whether a property takes free text.
fn is_text(property: &Map<String, Value>) -> bool {
    match property.get("definition") {
        Some(definition) => ["text", "label", "link"].map(Value::from).contains(definition),
        None => property.get("type").is_some_and(|types| types == "string" || *types == json!(["string", "null"])),
    }
}

struct Schema {
    json: Value,
    plant: Plant,
    ids: usize,
}

impl Schema {
    /// The built-in schema with an organisation's own fields of every kind.
    fn new(plant: Plant) -> Self {
        let overlay = serde_json::from_str(OVERLAY).unwrap();
        let schema = havesay::schema::overlay::extend(&[overlay]).unwrap();
        Self { json: schema.json, plant, ids: 0 }
    }

    /// A property with the definition that it refers to; its own keys win.
    fn resolved(&self, property: &Value) -> Map<String, Value> {
        let mut merged = Map::new();
        if let Some(name) = property.get("$ref").and_then(Value::as_str).and_then(|address| address.strip_prefix("#/$defs/")) {
            merged.extend(self.json["$defs"][name].as_object().unwrap().clone());
            merged.insert("definition".to_owned(), json!(name));
        }
        merged.extend(property.as_object().unwrap().clone());
        merged
    }

    fn object(&mut self, properties: &Map<String, Value>, skip_registers: bool) -> Value {
        let mut made = Map::new();
        for (key, property) in properties {
            let property = self.resolved(property);
            let register = property.contains_key("x-register") && !property.contains_key("x-nested");
            if register && skip_registers || key == "$schema" || key == "records" {
                continue;
            }
            let sensitive = property.get("x-sensitive") == Some(&json!(true));
            let value = self.value(key, &property, sensitive);
            made.insert(key.clone(), value);
        }
        Value::Object(made)
    }

    #[expect(clippy::only_used_in_recursion, reason = "the key is named where a place is reported")]
    fn value(&mut self, key: &str, property: &Map<String, Value>, sensitive: bool) -> Value {
        let types = property.get("type").map(|types| types.as_array().cloned().unwrap_or_else(|| vec![types.clone()])).unwrap_or_default();
        let is = |name: &str| types.iter().any(|known| known == name);
        let definition = property.get("definition").and_then(Value::as_str).unwrap_or_default().to_owned();
        if is("array") {
            let items = self.resolved(&property["items"]);
            let sensitive = sensitive || items.get("x-sensitive") == Some(&json!(true));
            let element = self.value(key, &items, sensitive);
            return match self.plant {
                // A text among texts is of the right type, and shown where the schema says so.
                Plant::WrongType if is_text(&items) => json!([element, { TEXT: TEXT }, [TEXT], NUMBER]),
                Plant::WrongType => json!([element, { TEXT: TEXT }, [TEXT], TEXT, NUMBER]),
                _ => json!([element]),
            };
        }
        if let Some(inner) = property.get("properties").and_then(Value::as_object) {
            let inner = inner.clone();
            return self.object(&inner, false);
        }
        if is("object") {
            // A map of names and values.
            return match self.plant {
                Plant::Contact => json!({ MAIL: PHONE, PHONE: MAIL }),
                _ => json!({ TEXT: TEXT }),
            };
        }
        let reference = definition.starts_with("reference");
        let text = is_text(property);
        match self.plant {
            Plant::WrongType if text => json!({ TEXT: [TEXT, NUMBER] }),
            Plant::WrongType => json!(TEXT),
            Plant::Contact if definition == "id" => {
                self.ids += 1;
                // The first is of the form of an id and a contact; the others must differ from it.
                json!([MAIL, DIGITS][self.ids % 2])
            }
            Plant::Contact if reference => json!(MAIL),
            Plant::Contact if text => json!(format!("call {PHONE} or write to {MAIL}")),
            Plant::Sensitive if definition == "id" => {
                self.ids += 1;
                json!(format!("i-{}", self.ids))
            }
            Plant::Sensitive if sensitive && is("boolean") => json!(true),
            Plant::Sensitive if sensitive && (is("integer") || is("number")) => json!(NUMBER),
            Plant::Sensitive if sensitive && definition == "date" => json!(DAY),
            Plant::Sensitive if sensitive && definition == "language" => json!("qq-zqxplant"),
            Plant::Sensitive if sensitive && reference => json!("zqxplant-1"),
            Plant::Sensitive if sensitive => json!(TEXT),
            Plant::Sensitive if reference => json!("i-1"),
            _ => self.plain(property, &definition),
        }
    }

    /// A value as it should be, with nothing planted in it.
    fn plain(&self, property: &Map<String, Value>, definition: &str) -> Value {
        let word = |list: &Value| list.as_array().and_then(|words| words.first()).map(|word| word.get("const").unwrap_or(word).clone());
        if let Some(word) = property.get("oneOf").or_else(|| property.get("enum")).and_then(word) {
            return word;
        }
        match definition {
            "date" => json!("2026-03-01"),
            "time" => json!("10:00"),
            "currency" => json!("EUR"),
            "language" => json!("en"),
            "flag" => json!(true),
            "share" => json!(0.5),
            "link" => json!("https://example.org/"),
            "text" | "label" => json!("something"),
            "reference" | "reference-or-link" | "id" => json!("i-1"),
            _ => json!(2),
        }
    }

    /// The charter and every register, each with a record of every field.
    fn programme(plant: Plant) -> Vec<(String, Value)> {
        let mut schema = Self::new(plant);
        let charter = schema.json["properties"].as_object().unwrap().clone();
        let mut files = vec![("programme".to_owned(), schema.object(&charter, true))];
        for (name, property) in &charter {
            let property = schema.resolved(property);
            if property.contains_key("x-register") && !property.contains_key("x-nested") {
                let record = schema.resolved(&property["items"]);
                let fields = record["properties"].as_object().unwrap().clone();
                let records = vec![schema.object(&fields, false), schema.object(&fields, false)];
                files.push((name.clone(), Value::Array(records)));
            }
        }
        files
    }
}

/// JSON with a member to a line, and beside each an unknown key: it brings a finding, and with it the lines
/// around, for every value.
fn noisy(value: &Value, out: &mut String, count: &mut usize) {
    match value {
        Value::Object(members) => {
            out.push_str("{\n");
            for (key, value) in members {
                let _ = write!(out, "{}: ", json!(key));
                noisy(value, out, count);
                *count += 1;
                let _ = write!(out, ",\n\"noise-{count}\": 1,\n");
            }
            *count += 1;
            let _ = write!(out, "\"noise-{count}\": 1\n}}");
        }
        Value::Array(elements) => {
            out.push_str("[\n");
            for (number, element) in elements.iter().enumerate() {
                out.push_str(if number > 0 { ",\n" } else { "" });
                noisy(element, out, count);
            }
            out.push_str("\n]");
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// An empty folder whose settings name the organisation's own fields.
fn described() -> Folder {
    Folder::new().with("havesay.toml", "schema = [\"overlay.json\"]\n").with("overlay.json", OVERLAY)
}

fn written(files: &[(String, Value)]) -> Folder {
    let folder = described();
    for (name, value) in files {
        let mut text = String::new();
        noisy(value, &mut text, &mut 0);
        folder.write(format!("{name}.json"), text);
    }
    folder
}

/// All of it is there: what is looked for can only be missing because it was masked.
fn planted(folder: &Folder) -> bool {
    let mut text = String::new();
    for entry in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        text.push_str(&fs::read_to_string(entry.path()).unwrap_or_default());
    }
    text.contains("ZQXPLANT") || text.contains(MAIL)
}

// ── records ────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn sensitive_fields_are_masked_wherever_the_schema_has_one() {
    let files = Schema::programme(Plant::Sensitive);
    let folder = written(&files);
    assert!(planted(&folder));
    let full = tried(&folder, "sensitive fields");
    // The lines around them are shown, and what is safe in them.
    for part in ["\"note\": \"••••••••", "\"age_band\": \"•••", "\"age_under\": •••••••••••", "\"status\": \"invited\"", "\"languages\": ["]
    {
        assert!(full.contains(part), "{part}");
    }
}

#[test]
fn sensitive_fields_are_masked_in_what_rules_say_of_valid_records() {
    let folder = described();
    for (name, value) in Schema::programme(Plant::Sensitive) {
        folder.write(format!("{name}.json"), serde_json::to_string_pretty(&value).unwrap());
    }
    let full = tried(&folder, "rules");
    assert!(full.contains("havesay explain"), "{full}");
}

#[test]
fn values_of_the_wrong_type_are_masked() {
    let folder = written(&Schema::programme(Plant::WrongType));
    assert!(planted(&folder));
    let full = tried(&folder, "values of the wrong type");
    assert!(full.contains("record/wrong-type"), "{full}");
}

#[test]
fn contact_details_are_masked_where_text_may_be_shown() {
    let folder = written(&Schema::programme(Plant::Contact));
    assert!(planted(&folder));
    let full = tried(&folder, "contact details");
    assert!(full.contains("•••"), "{full}");
    // An id that is a contact is masked where it is found twice, leads nowhere, or stands in an address.
    let folder = Folder::new().with("programme.json", support::FINE).with(
        "participants.json",
        format!(r#"[{{ "id": "{MAIL}", "same_as": "{MAIL}" }}, {{ "id": "{MAIL}", "joined_on": "2026-02-30" }}, {{ "id": "{DIGITS}", "wave": "{MAIL}" }}]"#),
    );
    tried(&folder, "ids that are contacts");
    let folder =
        Folder::new().with("programme.json", support::FINE.replace("\"fine\"", &format!("\"{MAIL}\""))).with("participants.json", "[{}]");
    tried(&folder, "a programme whose id is a contact");
}

#[test]
fn a_misspelt_word_of_a_sensitive_field_is_not_quoted() {
    // No sensitive field has a vocabulary today; settings may make any field one.
    let folder = Folder::new()
        .with("programme.json", support::FINE)
        .with("participants.json", "[{ \"id\": \"p-1\",\n\"left_reason\": \"distrexs\",\n\"zzzz\": 1 }]")
        .with("havesay.toml", "[privacy]\nsensitive = [\"participants.left_reason\"]\n");
    for format in FORMATS {
        let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", format]).run();
        assert_eq!(told.status, 1, "{}", told.both());
        assert!(told.out.contains("record/unknown-term") && !told.out.contains("distrexs"), "{format}: {}", told.out);
        assert!(!told.out.contains("did you mean distress"), "{format}: {}", told.out);
    }
}

#[test]
fn keys_are_masked_unless_they_are_known() {
    let secret = json!(TEXT).to_string();
    let records = [
        // Unknown keys, alone, repeated, within known ones; the organisation's own; repeated known ones.
        format!("{{ \"id\": \"p-1\", {secret}: {secret} }}"),
        format!("{{ \"id\": \"p-2\",\n{secret}: 1,\n{secret}: 2 }}"),
        format!("{{ \"id\": \"p-3\", \"access_needs\": [{{ \"need\": \"x\", {secret}: {secret} }}] }}"),
        format!("{{ \"id\": \"p-4\",\n\"x-{TEXT}\": {secret},\n\"x-own\": {{ {secret}: [{secret}, {NUMBER}] }},\n\"zzzz\": 1 }}"),
        format!("{{ \"id\": \"p-5\",\n\"note\": {secret},\n\"note\": {secret} }}"),
        format!("{{ \"id\": \"p-6\",\n\"x-{TEXT}\": 1,\n\"x-{TEXT}\": 2 }}"),
        format!("{{ \"id\": \"p-7\", \"attributes\": {{ {secret}: 7,\n\"region\": {{ {secret}: {secret} }} }} }}"),
        format!("{{ \"id\": \"p-8\", \"attributes\": {{ {secret}: \"a\",\n{secret}: \"b\" }} }}"),
        format!("{{ \"{MAIL}\": \"{PHONE}\", \"id\": \"p-9\", \"{PHONE}\": \"{MAIL}\" }}"),
        "{ \"id\": \"p-10\", \"\\u005aQXPLANT\": 1 }".to_owned(),
        secret.clone(),
        format!("[{secret}]"),
    ];
    let folder = Folder::new()
        .with("programme.json", support::FINE)
        .with("participants.json", format!("[\n{}\n]", records.join(",\n")))
        .with("other.json", format!("{{ {secret}: [] }}"))
        .with("mixed.json", format!("{{ \"team\": [],\n{secret}: {{ {secret}: 1 }} }}"))
        .with("sessions/one.json", secret.clone())
        .with("gates.json", format!("{{ {secret}: {secret} }}"));
    let full = tried(&folder, "keys");
    assert!(full.contains("record/unknown-key") && full.contains("record/key-repeated") && full.contains("record/unknown-file"), "{full}");
}

#[test]
fn words_and_forms_that_are_not_known_are_masked() {
    let mut rows = Vec::new();
    for field in ["status", "channel", "joined_on", "wave", "same_as", "hours_agreed", "pay_eligibility", "types", "languages", "age_under"]
    {
        for value in [json!(TEXT), json!(MAIL), json!(PHONE), json!([TEXT, MAIL]), json!({ TEXT: PHONE })] {
            rows.push(format!("{{ \"id\": \"p-{}\",\n\"{field}\": {value} }}", rows.len()));
        }
    }
    let sessions = json!([{ "id": "s-1", "type": TEXT, "date": TEXT, "start": PHONE, "attendance": [
        { "person": MAIL, "capacity": TEXT }, { "person": TEXT, "capacity": "participant" }, { "person": MAIL, "capacity": "participant", "hours": TEXT }] }]);
    let folder = Folder::new()
        .with("programme.json", support::FINE.replace("\"charter\"", &json!(TEXT).to_string()))
        .with("participants.json", format!("[\n{}\n]", rows.join(",\n")))
        .with("sessions.json", sessions.to_string());
    tried(&folder, "unknown words");
}

// ── files ──────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn files_that_cannot_be_understood_are_masked_as_a_whole() {
    let secret = json!(TEXT).to_string();
    let sound = format!(
        "[\n  {{ \"id\": \"p-1\", \"note\": {secret},\n    \"age_under\": {NUMBER}, \"access_needs\": [{{ \"need\": {secret}, \"withdrawn_on\": \"{DAY}\" }}] }},\n  {{ \"id\": \"{MAIL}\", \"x-phone\": \"{PHONE}\" }}\n]\n"
    );
    let folder = Folder::new().with("programme.json", support::FINE);
    // Cut off anywhere; a comma too many anywhere; a byte that is no UTF-8 anywhere.
    for at in (1..sound.len()).step_by(5) {
        let (before, after) = sound.split_at(at);
        folder.write(format!("participants/cut-{at}.json"), before);
        folder.write(format!("participants/comma-{at}.json"), format!("{before},{after}"));
        folder.write(format!("participants/byte-{at}.json"), [before.as_bytes(), b"\xe9", after.as_bytes()].concat());
    }
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (name, content) in [
        ("trailing", sound.replace("\n]\n", ",\n]\n").into_bytes()),
        ("utf-16", [b"\xff\xfe".to_vec(), utf16(&sound)].concat()),
        ("utf-16-bare", utf16(&sound)),
        ("text", format!("{TEXT}\n{MAIL}\n").into_bytes()),
        ("html", format!("<p>{TEXT}</p>\n<a href=\"mailto:{MAIL}\">").into_bytes()),
        ("table", format!("id,note\np-1,{TEXT}\np-2,{PHONE}\n").into_bytes()),
        ("string", secret.clone().into_bytes()),
        ("number", NUMBER.to_string().into_bytes()),
        ("two", format!("{secret} {secret}").into_bytes()),
        ("comment", format!("// {TEXT}\n{sound}").into_bytes()),
        ("control", format!("[{{ \"id\": \"p-1\", \"note\": \"{TEXT}\u{1}\" }}]").into_bytes()),
        ("escape", format!("[{{ \"id\": \"p-1\", \"note\": \"\\q{TEXT}\" }}]").into_bytes()),
        ("deep", format!("{}{secret}{}", "[".repeat(200), "]".repeat(200)).into_bytes()),
        ("large", format!("[{{ \"id\": \"p-1\", \"hours_agreed\": {NUMBER}e999 }}]").into_bytes()),
        ("word", format!("[{{ \"id\": ZQXPLANT, \"note\": {secret} }}]").into_bytes()),
    ] {
        folder.write(format!("participants/{name}.json"), &content);
        folder.write(format!("{name}.json"), &content);
    }
    let full = tried(&folder, "files that cannot be understood");
    assert!(full.contains("record/not-json") && full.contains("record/not-utf-8") && full.contains("record/too-deep"), "{full}");
    // The charter itself.
    for content in [
        &b"{ \"id\": \"p\", \"note\": \"ZQXPLANT"[..],
        b"\"ZQXPLANT\"",
        b"[\"ZQXPLANT\"]",
        b"{ \"note\": \"ZQXPLANT \xe9\" }",
        b"{ \"id\": \"ZQXPLANT one\", \"stage\": \"ZQXPLANT\", \"records\": \"ZQXPLANT\" }",
    ] {
        let folder = Folder::new().with("programme.json", content).with("team.json", "[{}]");
        tried(&folder, &format!("the charter {}", String::from_utf8_lossy(content)));
    }
}

// ── settings and arguments ─────────────────────────────────────────────────────────────────────────────

#[test]
fn values_of_settings_are_not_repeated() {
    for settings in [
        "ZQXPLANT_token = 1",
        "\"ZQXPLANT one\" = { ZQXPLANT = \"ZQXPLANT\" }",
        "fail_on = \"ZQXPLANT\"",
        "fail_on = [\"ZQXPLANT\"]",
        "rules = { ZQXPLANT = \"ZQXPLANT\" }",
        "files = \"ZQXPLANT\"",
        "[files]\ninclude = [\"ZQXPLANT[\"]",
        "[files]\nZQXPLANT = [\"a\"]",
        "[map]\nZQXPLANT = \"people/*.json\"",
        "[map]\nparticipants = \"../ZQXPLANT\"",
        "[map]\nparticipants = 73911465573",
        "[rule.ZQXPLANT]\nseverity = \"error\"",
        "[rule.\"pay/late\"]\nseverity = \"ZQXPLANT\"",
        "[rule.\"pay/late\"]\nparams = { ZQXPLANT = 3 }",
        "[rule.\"pay/late\"]\nparams = { term_days = \"ZQXPLANT\" }",
        "[rule.\"pay/late\"]\nparams = \"ZQXPLANT\"",
        "[rule.\"pay/late\"]\nZQXPLANT = 3",
        "[rule.\"pay/late\"]\noff = [\"ZQXPLANT\"]",
        "[definition.ZQXPLANT]\nparams = { a = 1 }",
        "[definition.pay-term]\nparams = { term_days = \"ZQXPLANT\" }",
        "[privacy]\nmin_cell = \"ZQXPLANT\"",
        "[privacy]\nsensitive = [\"ZQXPLANT\"]",
        "[privacy]\nsensitive = [\"participants.ZQXPLANT\"]",
        "[[overrides]]\npaths = [\"ZQXPLANT[\"]\nrule.\"pay/late\".severity = \"error\"",
        "[[overrides]]\npaths = [\"a\"]\nrule.ZQXPLANT.severity = \"error\"",
        "[ZQXPLANT",
        "a = \"ZQXPLANT",
        "a = ZQXPLANT",
        "a = 'ZQXPLANT' ZQXPLANT",
        "ZQXPLANT",
        "password: \"ZQXPLANT\"",
        "extends = [\"ZQXPLANT\"]",
        "quuxley = \"quuxley@example.org\"",
        "[rule.\"pay/late\"]\noff = \"ask quuxley@example.org or +44 20 7946 0959\"",
        "[[overrides]]\npaths = [\"**\"]\nrule.\"pay/late\".off = \"ask quuxley@example.org\"",
    ] {
        let folder = Folder::new().with("programme.json", support::FINE).with("havesay.toml", format!("{settings}\n"));
        for args in [&["check", "-f", "full", "-v"][..], &["check", "-f", "json"], &["rules"], &["explain", "pay/late"], &["check", "-q"]] {
            let told = Call::new(folder.path(), args).run();
            // That a folder of rules is not there has to name it.
            clean(&told.both(), &format!("{args:?} with {settings}"));
        }
    }
    // A text that is a parameter's value is no record, and no report's matter either.
    let folder = Folder::new().with("programme.json", support::FINE);
    folder.write("rules/own/words.md", "---\nseverity: advice\nfrom: charter\nsubject: programme\nassert: programme.id != params.word\nmessage: \"{programme.id} has this name\"\nparams: { word: { default: other, means: the name } }\nsince: 0.1.0\n---\n\n# Name\n");
    folder.write("havesay.toml", "[rule.\"own/words\"]\nparams = { word = \"ZQXPLANT\" }\n");
    for format in ["full", "json"] {
        let told = Call::new(folder.path(), ["check", "-v", "-f", format]).env("HAVESAY_RULES", "rules").run();
        assert_eq!(told.status, 0, "{}", told.both());
        clean(&told.both(), format);
    }
}

#[test]
fn why_a_rule_is_off_is_shown_without_what_could_steer_a_terminal() {
    let folder = Folder::new()
        .with("programme.json", support::FINE)
        .with("havesay.toml", "[rule.\"pay/late\"]\noff = \"we pay\\u001b[31m\\u202e at once\"\n");
    for args in [&["check", "-v"][..], &["check", "-f", "json"], &["rules"]] {
        let told = Call::new(folder.path(), args).run();
        calm(&told.both(), &format!("{args:?}"));
        assert!(args == ["rules"] || told.out.contains("we pay"), "{}", told.out);
    }
}

// ── what programmers print ─────────────────────────────────────────────────────────────────────────────

#[test]
fn types_that_reach_a_renderer_print_nothing_that_is_masked() {
    use havesay::audit::Selection;
    use havesay::discover::{Options, discover};
    use havesay::finding::Severity;
    use havesay::pipeline::setup::{RuleSource, Setup};
    use havesay::pipeline::{Request, one, tasks};
    use havesay::programme::Clock;
    use havesay::redact::Terms as Masks;
    use havesay::report::Totals;
    use havesay::settle::Terms;
    let schema = Arc::new(havesay::schema::Schema::builtin().unwrap());
    let Ok(setup) = Setup::read(&schema, &RuleSource::default(), None, &|_| true) else { unreachable!("the built-in rules are sound") };
    for plant in [Plant::Sensitive, Plant::WrongType, Plant::Contact] {
        let folder = written(&Schema::programme(plant));
        let options = Options { no_ignore: true, working: folder.path().to_path_buf() };
        let found = discover(&[".".into()], &options);
        let tasks = tasks(std::slice::from_ref(&setup), &|_| 0, found.programmes, &options);
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
        let shown = one(&setup, &request, &tasks[0], &[]);
        assert!(!shown.findings.is_empty());
        clean(&format!("{shown:?}\n{shown:#?}"), "Debug of a programme that is shown");
        let mut totals = Totals::default();
        totals.add(&shown, &support::run());
        clean(&format!("{totals:?}"), "Debug of the totals");
    }
    // Raw findings hold raw values, and keep them to themselves.
    use havesay::finding::{Care, Part};
    for care in [Care::Hidden, Care::Id, Care::Label, Care::Safe] {
        clean(&format!("{:?}", Part::value("note", TEXT, care)), "Debug of a raw value");
    }
}

// ── hostile strings ────────────────────────────────────────────────────────────────────────────────────

/// Nothing in it steers a terminal, hides, or is taken for a command by what reads the log of a CI job.
#[track_caller]
fn calm(said: &str, what: &str) {
    // The mark by which a spreadsheet knows UTF-8 is meant to be there; so are the commands of this format.
    let table = if what == "csv" { said.strip_prefix('\u{feff}').unwrap().replace("\"\r\n", "\"\n") } else { String::new() };
    let said = if what == "csv" { &table } else { said };
    let command =
        |line: &str| what == "github" && ["error", "warning", "notice"].iter().any(|word| line.starts_with(&format!("::{word} file=")));
    let mut colour = false;
    for (at, c) in said.char_indices() {
        // Colours are ours: ESC [ digits and ; up to m.
        if c == '\u{1b}' {
            let rest = &said[at + 1..];
            let sequence: String = rest.chars().take_while(|c| *c != 'm').collect();
            assert!(
                sequence.starts_with('[') && sequence[1..].chars().all(|c| c.is_ascii_digit() || c == ';'),
                "{what}: an escape sequence"
            );
            colour = true;
            continue;
        }
        assert!(c == '\n' || !havesay::text::is_hidden(c), "{what}: {c:?} in {:?}", said[..at].lines().last());
    }
    for line in said.lines() {
        assert!(!line.trim_start().starts_with("::") || command(line), "{what}: a workflow command: {line}");
        assert!(line.chars().count() < 2_000 || line.starts_with(['{', '"']), "{what}: a line of {} characters", line.chars().count());
    }
    let _ = colour;
}

#[test]
fn hostile_values_never_reach_the_output_raw() {
    let long = "x".repeat(100_000);
    let hostile = [
        "\u{1b}[31mred\u{1b}]0;title\u{7}\u{1b}]8;;http://example.org\u{1b}\\",
        "a\nb\r\nc\td\u{b}e\u{c}",
        "\u{202e}drow\u{202c}\u{2066}x\u{2069}\u{200f}",
        "zero\u{200b}width\u{feff}\u{ad}\u{2060}",
        "\u{0}\u{1}\u{7f}\u{85}\u{9b}31m",
        "%0A::error::%25",
        "::stop-commands::x",
        "\u{e0001}\u{e0041}tags",
        &long,
    ];
    let mut rows = Vec::new();
    for value in hostile {
        let text = json!(value).to_string();
        for field in ["note", "id", "same_as", "wave", "status", "joined_on", "hours_agreed"] {
            rows.push(
                format!("{{ \"id\": \"p-{}\", \"{field}\": {text} }}", rows.len())
                    .replace("\"id\": \"p-", if field == "id" { "\"x-id\": \"p-" } else { "\"id\": \"p-" }),
            );
        }
        rows.push(format!("{{ \"id\": \"p-{}\", {text}: 1, {text}: 2 }}", rows.len()));
        rows.push(format!("{{ \"id\": \"p-{}\", \"attributes\": {{ {text}: 1 }} }}", rows.len()));
        rows.push(format!("{{ \"id\": \"p-{}\", \"access_needs\": [{{ {text}: 1 }}] }}", rows.len()));
    }
    // Keys and words that are nearly right are quoted, with what hides in them.
    rows.push(r#"{ "id": "p-near", "stat\u202eus": "active", "not\u001be": 1 }"#.to_owned());
    rows.push(r#"{ "id": "p-word", "status": "activ\u202ee" }"#.to_owned());
    rows.push(r#"{ "id": "::add-mask::e", "joined_on": "2026-02-30", "same_as": "::debug::x" }"#.to_owned());
    let labels: Vec<String> = hostile
        .iter()
        .enumerate()
        .map(|(number, value)| format!("{{ \"id\": \"b-{number}\", \"name\": {}, \"mandate\": \"bindign\" }}", json!(value)))
        .collect();
    let folder = Folder::new()
        .with("programme.json", support::FINE.replace("\"Fine\"", &json!(hostile.join(" ")).to_string()))
        .with("participants.json", format!("[\n{}\n]", rows.join(",\n")))
        .with("bodies.json", format!("[\n{}\n]", labels.join(",\n")))
        .with("raw.json", hostile.join("\n"));
    for color in ["never", "always"] {
        for (format, said) in
            all_formats(&folder, &["-v", "--stage", "live", "--max-findings", "100000", "--color", color], "hostile values")
        {
            calm(&said, format);
            assert!(said.len() < 3_000_000, "{format}: {} bytes: long values are cut", said.len());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_names_never_reach_the_output_raw() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let names: [&[u8]; 6] = [b"\x1b[31mred", b"a\nb\r\tc", "\u{202e}evil\u{200b}".as_bytes(), b"::error::x", b"%0A%25", b"\xff\xfe\x80"];
    let folder = Folder::new();
    for name in names {
        let name = OsStr::from_bytes(name);
        // As a programme's folder, a folder and a file in it, a file outside, a settings file, an ignored file.
        folder.write(Path::new(name).join("programme.json"), support::FINE);
        folder.write(Path::new(name).join(name).join("x.json"), "[");
        let mut file = name.to_owned();
        file.push(".json");
        folder.write(Path::new(name).join(&file), "[");
        folder.write(Path::new(name).join("participants.json"), "[{ \"id\": \"p-1\", \"joined_on\": \"2026-02-30\" }]");
        folder.write(Path::new("outside").join(&file), "[]");
        folder.write(Path::new("ignored").join(&file), "[]");
    }
    folder.write(".gitignore", "ignored/*.json\n");
    for (format, said) in all_formats(&folder, &["-v"], "hostile names") {
        calm(&said, format);
    }
    // As arguments of every kind.
    for name in names {
        let name = OsStr::from_bytes(name);
        for args in [
            &["check"][..],
            &["check", "-c"],
            &["check", "--select"],
            &["check", "--stage"],
            &["check", "--as-of"],
            &["check", "-f"],
            &["check", "-o"],
            &["check", "--no"],
            &["explain"],
            &["rules", "--select"],
            &["rules", "-c"],
            &["test"],
            &["schema"],
            &["init", "/proc"],
            &[],
        ] {
            let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
            args.push(name);
            let told = Call::new(folder.path(), &args).run();
            calm(&told.both(), &format!("{args:?}"));
        }
        let mut output = OsStr::new("json=no/such/").to_owned();
        output.push(name);
        let told = Call::new(folder.path(), ["check", "-o"]).arg(&output).run();
        calm(&told.both(), "-o");
        let told = Call::new(folder.path(), ["check"]).env("HAVESAY_RULES", name).run();
        calm(&told.both(), "HAVESAY_RULES");
        let told = Call::new(folder.path(), ["check"]).env("HAVESAY_CONFIG", name).run();
        calm(&told.both(), "HAVESAY_CONFIG");
    }
}

#[test]
fn hostile_pages_and_settings_never_reach_the_output_raw() {
    let page = |front: &str| {
        format!(
            "---\nseverity: error\nfrom: charter\nsubject: programme\nassert: programme.id == 'x'\nmessage: no\nsince: 0.1.0\n{front}---\n\n# \u{1b}[31mTitle\u{202e}\n\n::error::x \u{7}\n"
        )
    };
    for front in [
        "help: \"\\e[31m\\u202e\"\n",
        "\"\\e[31mkey\": 1\n",
        "label: \"{\\e[31m}\"\n",
        "params: { \"a\\e[31m\": { default: \"\\u202e\", means: \"\\e\" } }\n",
        "sources: [\"\\e[31m\"]\n",
        "yields_to: [\"\\e[31m\"]\n",
        "formerly: [\"\\u202e\"]\n",
        "# \u{1b}[31m\n",
        "profiles: { light: { off: \"\\e[31m\\u202e\" } }\n",
    ] {
        let folder = toy().with("rules/own/page.md", page(front));
        for args in [
            &["check", "--as-of", AS_OF, "-v", "--statistics"][..],
            &["check", "-f", "json"],
            &["check", "-f", "narrated"],
            &["rules"],
            &["explain", "own/page"],
            &["test"],
        ] {
            let told = Call::new(folder.path(), args).env("HAVESAY_RULES", "rules").run();
            calm(&told.both().replace("\n::error::x", "\n"), &format!("{args:?} {front}"));
        }
    }
    for settings in [
        "\"\\u001b[31m\" = 1",
        "fail_o\u{202e} = 1",
        "\"fail_o\\u202e\" = 1",
        "# \u{1b}[31m",
        "[rule.\"pay/lat\\u202e\"]\nseverity = \"error\"",
    ] {
        let folder = toy().with("havesay.toml", format!("{settings}\n"));
        let told = Call::new(folder.path(), ["check", "toy"]).run();
        calm(&told.both(), settings);
    }
}
