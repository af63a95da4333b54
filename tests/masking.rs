//! Nothing that is not known to be safe reaches an output: recognisable values are planted wherever a value
//! can stand, and must be found in no format, at no verbosity, on no error path.

#![expect(clippy::expect_used, reason = "a test that cannot write its files has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use havesay::schema::{CHARTER, FieldId, Scalar, Schema, Shape, StructId};
use serde_json::{Map, Value, json};

/// Stands in free text, in wrong-typed places, in keys.
const SECRET: &str = "ZQXPLANTED kept between us";
/// The part by which it is recognised, in any case.
const TRACE: &str = "zqxplanted";
/// Contacts, which are masked even where text may be shown.
const MAIL: &str = "zqxplanted@example.org";
const PHONE: &str = "+44 20 7946 0999";

/// A value for a place: what belongs there but must not be shown, or what does not belong there at all.
fn value(schema: &Schema, field: FieldId, shape: Shape, wrong: bool, depth: usize) -> Value {
    match shape {
        Shape::List(of) | Shape::OneOrList(of) => json!([value(schema, field, schema.shape(of), wrong, depth)]),
        Shape::Struct(id) if depth < 5 => Value::Object(object(schema, id, wrong, depth + 1)),
        Shape::Map(_) => json!({ SECRET: SECRET, "age": MAIL }),
        Shape::Struct(_) | Shape::Any => json!(SECRET),
        Shape::Scalar(scalar) => match scalar {
            Scalar::Text { .. } | Scalar::Odd if wrong => json!([SECRET, { SECRET: MAIL }]),
            Scalar::Text { .. } | Scalar::Odd if schema.is_safe(field) => json!(if field.is_multiple_of(2) { MAIL } else { PHONE }),
            Scalar::Text { .. } | Scalar::Odd => json!(SECRET),
            Scalar::Id => json!(MAIL),
            Scalar::Reference { .. } => json!(if wrong { SECRET } else { MAIL }),
            _ if wrong => json!(SECRET),
            Scalar::Number(_) => json!(1),
            Scalar::Flag => json!(true),
            Scalar::Date => json!("2026-03-01"),
            Scalar::Time => json!("10:00"),
            Scalar::Currency => json!("EUR"),
            Scalar::Language => json!("en"),
            Scalar::Word(id) => json!(schema.vocabulary(id).and_then(|known| known.choices().next().map(str::to_owned))),
        },
    }
}

fn object(schema: &Schema, structure: StructId, wrong: bool, depth: usize) -> Map<String, Value> {
    let mut object = Map::new();
    for id in schema.structure(structure).map(|known| known.fields.clone()).unwrap_or_default() {
        let Some(field) = schema.field(id) else { continue };
        let is_register = field.register.is_some_and(|register| schema.register(register).is_some_and(|register| !register.nested));
        if !is_register && field.name != "$schema" && field.name != "records" {
            object.insert(field.name.clone(), value(schema, id, schema.shape_of(id), wrong, depth));
        }
    }
    object.insert(format!("x-{TRACE}"), json!(SECRET));
    if wrong {
        object.insert(SECRET.to_owned(), json!(SECRET));
        object.insert(TRACE.to_owned(), json!({ TRACE: [MAIL] }));
    }
    object
}

/// A programme in which every place holds a planted value.
fn programme(schema: &Schema, wrong: bool) -> Value {
    let mut charter = object(schema, CHARTER, wrong, 0);
    charter.insert("stage".to_owned(), json!("live"));
    charter.insert("id".to_owned(), json!("planted"));
    for register in schema.registers.iter().filter(|register| !register.nested) {
        let mut records = vec![Value::Object(object(schema, register.record, wrong, 0))];
        let mut second = object(schema, register.record, wrong, 0);
        second.insert("id".to_owned(), json!(format!("{}-1", register.one.replace('_', "-"))));
        records.push(Value::Object(second));
        if wrong {
            records.push(json!(SECRET));
            records.push(json!({ SECRET: SECRET }));
        }
        charter.insert(register.name.clone(), Value::Array(records));
    }
    Value::Object(charter)
}

fn write(folder: &Path, name: &str, text: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder is made");
    fs::write(path, text).expect("the file is written");
}

/// Every way to run `check` shows nothing of what was planted.
fn hides(folder: &Path, more: &[&str]) {
    for format in ["full", "concise", "narrated", "json"] {
        for verbosity in [&["-v", "--statistics"][..], &["-q"], &["--color", "always"], &["--stage", "charter"], &["--select", "record"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_havesay"))
                .current_dir(folder)
                .env_remove("HAVESAY_RULES")
                .args(["check", "--as-of", "2026-07-01", "--max-findings", "100000", "-f", format])
                .args(verbosity)
                .args(more)
                .output()
                .expect("the program runs");
            let said = (String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)).to_lowercase();
            assert!(said.len() > 20, "{format} {verbosity:?} says something");
            for planted in [TRACE, "7946 0999", "between us"] {
                let around = |at: usize| said.bytes().skip(at.saturating_sub(300)).take(400).collect::<Vec<u8>>();
                let at = said.find(planted).map(|at| String::from_utf8_lossy(&around(at)).into_owned());
                assert!(at.is_none(), "{format} {verbosity:?} shows {planted}: {at:?}");
            }
            assert!(!said.contains("panicked"), "{format} {verbosity:?}");
        }
    }
}

#[test]
fn what_belongs_there_and_what_does_not_is_masked_alike() {
    let schema = Schema::builtin().expect("the schema is sound");
    for wrong in [false, true] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = serde_json::to_string_pretty(&programme(&schema, wrong)).expect("it is JSON");
        write(folder.path(), "programme.json", text.as_bytes());
        hides(folder.path(), &["--isolated"]);
        // All on one line, which is cut around each place.
        write(folder.path(), "programme.json", programme(&schema, wrong).to_string().as_bytes());
        hides(folder.path(), &["--isolated"]);
    }
}

#[test]
fn files_that_cannot_be_read_show_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let charter = format!(r#"{{ "id": "planted", "title": "{MAIL}", "stage": "live", "purpose": "{SECRET}", "purpose": "{MAIL}" }}"#);
    write(folder.path(), "programme.json", charter.as_bytes());
    let broken: [(&str, String); 8] = [
        ("participants.json", format!(r#"[{{ "id": "{MAIL}", "note": "{SECRET}", }}]"#)),
        ("sessions.json", format!(r#"[{{ "id": "s-1", "note": "{SECRET}"#)),
        ("consents.json", format!(r#"[{{ "id" "{SECRET}" }}]"#)),
        ("payments.json", format!(r#"{{ "{SECRET}": "{SECRET}" }}"#)),
        ("decisions.json", format!(r#""{SECRET}""#)),
        ("other.json", format!(r#"{{ "{SECRET}": ["{MAIL}"], "participants": "{SECRET}" }}"#)),
        ("outcomes/one.json", format!("[{}\"{SECRET}\"{}]", "[".repeat(130), "]".repeat(130))),
        ("gates.json", format!("[{{ \"id\": \"g-1\", \"note\": \"{SECRET}\n\" }}]")),
    ];
    for (name, text) in &broken {
        write(folder.path(), name, text.as_bytes());
    }
    write(folder.path(), "metrics.json", &SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    write(folder.path(), "insights.json", &[format!(r#"[{{ "note": "{SECRET}"#).as_bytes(), b"\xe9\" }]"].concat());
    hides(folder.path(), &["--isolated"]);
}

#[test]
fn settings_and_rule_pages_show_nothing_of_what_they_should_not_hold() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "programme.json", br#"{ "id": "planted", "title": "T", "stage": "charter" }"#);
    let settings = format!(
        "fail_on = \"{SECRET}\"\n{TRACE} = \"{SECRET}\"\n[rule.\"{TRACE}/late\"]\nseverity = \"{SECRET}\"\n[privacy]\nmin_cell = \"{SECRET}\"\nsensitive = [\"{SECRET}\"]\n"
    );
    write(folder.path(), "havesay.toml", settings.as_bytes());
    hides(folder.path(), &[]);
    write(
        folder.path(),
        "havesay.toml",
        format!("[rule.\"pay/late\"]\noff = \"{SECRET}\"\n[rule.\"pay/late\".params]\n\"{TRACE}\" = \"{SECRET}\"\n").as_bytes(),
    );
    hides(folder.path(), &[]);
}
