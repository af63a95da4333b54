//! The JSON Schema of a settings file, for editors: made from the table of keys by which the reader goes.
//!
//! Which rules, parameters and registers there are is not known here: whoever knows adds them.

use serde_json::{Map, Value, json};

use super::keys::{Form, Key, Scope};
use crate::finding::Severity;

/// The schema of a settings file. Rules stand in `$defs/rules`, definitions in `$defs/definitions`, registers in
/// `$defs/map`, each by name as `properties`, so that names can be added.
#[must_use]
pub fn schema() -> Value {
    let mut defs = Map::new();
    for scope in Scope::ALL {
        if let Some(name) = name(scope) {
            defs.insert(name.to_owned(), table(scope));
        }
    }
    let value = json!({ "anyOf": [
        { "type": "number" }, { "type": "boolean" }, { "type": "string" },
        { "type": "array", "items": { "anyOf": [{ "type": "number" }, { "type": "boolean" }, { "type": "string" }] } },
    ] });
    defs.insert("parameter".to_owned(), described(value, "A number, a text, true or false, a day, or a list of these.", ""));
    defs.insert("rules".to_owned(), json!({ "type": "object", "properties": {}, "additionalProperties": { "$ref": "#/$defs/rule" } }));
    defs.insert(
        "definitions".to_owned(),
        json!({ "type": "object", "properties": {}, "additionalProperties": { "$ref": "#/$defs/definition" } }),
    );
    let pattern = json!({ "type": "string", "pattern": "\\S" });
    defs.insert(
        "map".to_owned(),
        json!({
            "type": "object",
            "properties": {},
            "additionalProperties": { "$ref": "#/$defs/files-of-a-register" },
        }),
    );
    let files = json!({ "anyOf": [pattern, { "type": "array", "minItems": 1, "items": pattern }] });
    defs.insert("files-of-a-register".to_owned(), files);
    let mut schema = table(Scope::Top);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("$id".to_owned(), json!("urn:havesay:config:1"));
        object.insert("title".to_owned(), json!("havesay.toml"));
        object.insert("description".to_owned(), json!("The settings by which havesay audits programmes."));
        object.insert("$defs".to_owned(), Value::Object(defs));
    }
    schema
}

/// The name by which a scope is referred to.
const fn name(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::Top => None,
        Scope::Files => Some("files"),
        Scope::Rule => Some("rule"),
        Scope::Definition => Some("definition"),
        Scope::Overrides => Some("override"),
        Scope::Privacy => Some("privacy"),
    }
}

fn table(scope: Scope) -> Value {
    let properties: Map<String, Value> = scope.table().iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let Some(object) = table.as_object_mut() else { return table };
    match scope {
        // Parameters may also stand in a definition's table itself.
        Scope::Definition => {
            object.insert("additionalProperties".to_owned(), json!({ "$ref": "#/$defs/parameter" }));
            let rules_only: Map<String, Value> = ["severity", "off"].into_iter().map(|key| (key.to_owned(), Value::Bool(false))).collect();
            if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
                properties.extend(rules_only);
            }
        }
        Scope::Overrides => {
            object.insert("required".to_owned(), json!(["paths"]));
            object.insert("anyOf".to_owned(), json!([{ "required": ["rule"] }, { "required": ["definition"] }]));
        }
        _ => {}
    }
    table
}

fn property(key: &Key) -> Value {
    let filled = json!({ "type": "string", "pattern": "\\S" });
    let value = match key.form {
        Form::Paths | Form::Keys => json!({ "type": "array", "items": filled }),
        Form::Severity => json!({ "enum": Severity::ALL.map(Severity::word) }),
        Form::Patterns(true) => json!({ "type": "array", "items": filled }),
        Form::Patterns(false) => json!({ "type": "array", "minItems": 1, "items": filled }),
        Form::Registers => json!({ "$ref": "#/$defs/map" }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Reason => filled,
        Form::Whole => json!({ "type": "integer", "minimum": 1 }),
        Form::Fields => json!({ "type": "array", "items": { "type": "string", "pattern": "^[^\\s.]+(\\.[^\\s.]+)+$" } }),
        Form::Params => json!({ "type": "object", "additionalProperties": { "$ref": "#/$defs/parameter" } }),
        Form::Table(scope) => json!({ "$ref": format!("#/$defs/{}", name(scope).unwrap_or_default()) }),
        Form::Named(Scope::Definition) => json!({ "$ref": "#/$defs/definitions" }),
        Form::Named(_) => json!({ "$ref": "#/$defs/rules" }),
        Form::Tables(scope) => json!({ "type": "array", "items": { "$ref": format!("#/$defs/{}", name(scope).unwrap_or_default()) } }),
    };
    described(value, key.about, key.example)
}

fn described(mut value: Value, about: &str, example: &str) -> Value {
    if let Some(object) = value.as_object_mut() {
        let example = if example.is_empty() { String::new() } else { format!(" Example: {example}") };
        object.insert("description".to_owned(), json!(format!("{about}{example}")));
    }
    value
}
