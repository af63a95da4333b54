//! Lets `jsonschema` judge one record at a time and says what it found in our own terms.
//!
//! Only the kind of an error and its place are used, never its text: that may hold values.

use std::collections::HashSet;

use jsonschema::json::Json;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Value, json};

use super::{CHARTER, Schema, SchemaError, StructId, form, guide};

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// A key that the schema does not have.
    UnknownKey(String),
    /// A key that must be there is not.
    Missing(String),
    /// A value of another type than the schema's.
    Type,
    /// A word outside the vocabulary.
    Word,
    /// A text that has not the form of its field.
    Form,
    /// A number below or above what is allowed, or a text too long.
    Range,
    /// Something else that the schema does not allow.
    Other,
}

/// A complaint about one place in a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Complaint {
    /// Keys and positions from the record down to the place.
    pub path: Vec<String>,
    /// What is wrong there.
    pub flaw: Flaw,
}

impl Schema {
    /// A validator of one kind of object. Registers within the charter are not looked into: their records
    /// are judged one by one.
    ///
    /// # Errors
    /// Where `jsonschema` cannot use the schema.
    pub fn validator<F: Json>(&self, structure: StructId) -> Result<Validator<F>, SchemaError> {
        let mut schema = match self.structure(structure) {
            Some(known) if structure != CHARTER && structure != self.bundle => json!({ "$ref": format!("#/$defs/{}", known.name) }),
            _ => self.shallow(structure),
        };
        if let (Some(object), Some(defs)) = (schema.as_object_mut(), self.json.get("$defs")) {
            object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
            object.insert("$defs".to_owned(), defs.clone());
        }
        jsonschema::options_for::<F>()
            .with_format("havesay-date", |text: &str| guide::is_blank(text.as_bytes()) || form::date(text.as_bytes()).is_some())
            .with_format("havesay-time", |text: &str| guide::is_blank(text.as_bytes()) || form::time(text.as_bytes()).is_some())
            .should_validate_formats(true)
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&schema)
            .map_err(|error| SchemaError(format!("the validator refuses {}: {:?}", structure, error.kind().keyword())))
    }

    /// The charter's (or a register file's) schema without what its registers hold.
    fn shallow(&self, structure: StructId) -> Value {
        let mut schema = self.json.clone();
        let Some(object) = schema.as_object_mut() else { return schema };
        object.remove("$defs");
        if structure != CHARTER {
            object.remove("required");
        }
        if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|name, _| self.field_named(structure, name).is_some());
            for (name, property) in properties.iter_mut() {
                if self.registers.iter().any(|register| !register.nested && register.name == *name) {
                    *property = json!({ "type": ["array", "null"] });
                }
            }
        }
        schema
    }
}

/// What `validator` finds wrong with a node.
pub fn complaints<'a, F: Json>(validator: &'a Validator<F>, node: F::Node<'a>) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for error in validator.iter_errors(node) {
        collect(&error, &mut found, &mut known);
    }
    found
}

fn collect(error: &ValidationError<'_>, found: &mut Vec<Complaint>, known: &mut HashSet<Complaint>) {
    let path: Vec<String> =
        error.instance_path().as_str().split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
    let mut push = |flaw| {
        let complaint = Complaint { path: path.clone(), flaw };
        if known.insert(complaint.clone()) {
            found.push(complaint);
        }
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for key in unexpected {
                push(Flaw::UnknownKey(key.clone()));
            }
        }
        ValidationErrorKind::Required { property } => push(Flaw::Missing(property.as_str().unwrap_or_default().to_owned())),
        ValidationErrorKind::Type { .. } => push(Flaw::Type),
        ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            push(Flaw::Word)
        }
        ValidationErrorKind::Format { .. } | ValidationErrorKind::Pattern { .. } => push(Flaw::Form),
        ValidationErrorKind::Minimum { .. }
        | ValidationErrorKind::Maximum { .. }
        | ValidationErrorKind::ExclusiveMinimum { .. }
        | ValidationErrorKind::ExclusiveMaximum { .. }
        | ValidationErrorKind::MinLength { .. }
        | ValidationErrorKind::MaxLength { .. } => push(Flaw::Range),
        _ => push(Flaw::Other),
    }
}
