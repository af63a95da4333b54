//! One field that an overlay adds: its keywords, its type, its reference.
//!
//! What a field becomes is written so that any validator and the reader agree on it: absent values are
//! allowed, and only bounds that both know.

use serde_json::{Map, Value, json};

use super::{DEFS, Dated, Extending, Kind, PROPERTIES, REMARK, Spot, Wrong, is_name, referred};
use crate::schema::{CHARTER, Scalar, Schema, Shape, StructId, UNKNOWN_WORD};
use crate::text::{self, Visible};

const KEYS: [&str; 22] = [
    "type",
    "$ref",
    "items",
    "description",
    "minimum",
    "maximum",
    "maxLength",
    "default",
    "additionalProperties",
    "x-sensitive",
    "x-required-from",
    "x-not-before",
    "x-past",
    "x-people",
    "x-counts",
    "x-one",
    "x-key",
    "x-ref",
    "x-inverse",
    "x-link",
    "title",
    REMARK,
];
const ELEMENT_KEYS: [&str; 11] =
    ["type", "$ref", "description", "minimum", "maximum", "maxLength", "x-ref", "x-inverse", "x-link", "x-sensitive", REMARK];

/// Keywords that the built-in schema or JSON Schema knows and an overlay does not, and what to do instead.
const ELSEWHERE: [(&[&str], &str); 6] = [
    (&["enum", "const", "oneOf", "anyOf"], "list the words under $defs, as oneOf, and refer to them with $ref"),
    (&["properties", "required", "patternProperties"], "describe the object under $defs, and refer to it with $ref"),
    (&["x-register", "x-nested"], "an overlay adds no registers; add a list to the charter or to a record"),
    (&["x-evidence", "x-same"], "what counts as evidence, and as one person, is built in; remove it"),
    (&["pattern", "format", "minLength"], "use a type of $defs, such as date or label, or a list of words"),
    (&["exclusiveMinimum", "exclusiveMaximum", "multipleOf"], "use minimum and maximum"),
];

/// The types of plain values.
const PLAIN: [&str; 4] = ["boolean", "integer", "number", "string"];

/// The built-in definitions by which a record is referred to: by id alone, or also by an address.
const REFERENCES: [&str; 2] = [BY_ID, BY_ADDRESS];
const BY_ID: &str = "reference";
const BY_ADDRESS: &str = "reference-or-link";

/// The built-in definition of a record's own id, which cannot be left out.
const ID: &str = "id";

const A_TYPE: &str = "write \"type\": \"string\", \"boolean\", \"integer\" or \"number\", or \"$ref\": \"#/$defs/…\" for a date, a reference, a list of words or another type of docs/schema.md";

/// What a schema of a value comes to.
#[derive(Clone, PartialEq, Eq)]
enum Type {
    Plain(&'static str),
    List(Box<Type>),
    Map,
    Def(String, Kind),
    Wrong,
}

impl Type {
    fn is_def(&self, name: &str) -> bool {
        matches!(self, Type::Def(own, _) if own == name)
    }
}

impl Extending {
    /// Checks a field; what it becomes.
    pub(super) fn field(&mut self, spot: &Spot<'_>, name: &str, owner: &str, def: &str) -> Option<Value> {
        let Some(object) = spot.value.as_object() else {
            self.fault(spot, format!("`{name}` is described in curly brackets"), "write { \"type\": \"string\", \"description\": \"…\" }");
            return None;
        };
        let before = self.wrong.len();
        self.keywords(spot, &KEYS, "a field");
        self.described(spot, name);
        let mut made = object.clone();
        let kind = self.type_of(spot, name, def, &mut made, false);
        self.bounds(spot, &kind);
        for key in ["x-sensitive", "x-past", "x-people", "x-counts"] {
            if let Some(flag) = spot.get(key).filter(|flag| !flag.value.is_boolean()) {
                self.fault(&flag, format!("`{key}` is true or false"), "write true or false, without quotes");
            }
        }
        self.default(spot, &kind);
        self.dates(spot, name, def, &kind);
        self.required_from(spot);
        self.counted(spot, &kind);
        self.rows(spot, name, &kind);
        self.reference(spot, name, owner, &kind, &mut made);
        if self.wrong.len() > before {
            return None;
        }
        // Nobody has looked at what an organisation writes there: only its own word makes it safe to show.
        made.entry("x-sensitive").or_insert(Value::Bool(true));
        Some(Value::Object(made))
    }

    fn keywords(&mut self, spot: &Spot<'_>, known: &[&str], what: &str) {
        for (key, inner) in spot.members() {
            if known.contains(&key) {
                continue;
            }
            match ELSEWHERE.iter().find(|(keys, _)| keys.contains(&key)) {
                Some((_, help)) => self.fault_of_key(&inner, format!("`{key}` cannot be said of {what}"), *help),
                None => self.unknown(&inner, key, known, what),
            }
        }
    }

    /// The type that a schema gives, with absent values allowed in what is made of it.
    fn type_of(&mut self, spot: &Spot<'_>, name: &str, def: &str, made: &mut Map<String, Value>, element: bool) -> Type {
        match (spot.get("$ref"), spot.get("type")) {
            (Some(address), None) => self.definition_of(&address, def, element),
            (Some(_), Some(kind)) => {
                self.fault_of_key(&kind, "a type beside `$ref`, which has one", "keep one of the two");
                Type::Wrong
            }
            (None, None) => {
                self.fault_of_key(spot, format!("`{name}` has no type"), A_TYPE);
                Type::Wrong
            }
            (None, Some(kind)) => {
                let words: Vec<&str> = match kind.value {
                    Value::String(word) => vec![word.as_str()],
                    Value::Array(words) => words.iter().filter_map(Value::as_str).filter(|word| *word != "null").collect(),
                    _ => Vec::new(),
                };
                let plain = |word: &str| PLAIN.into_iter().find(|known| *known == word);
                match words.as_slice() {
                    [word] if plain(word).is_some() => {
                        made.insert("type".to_owned(), json!([word, "null"]));
                        plain(word).map_or(Type::Wrong, Type::Plain)
                    }
                    ["array"] if !element => {
                        made.insert("type".to_owned(), json!(["array", "null"]));
                        self.elements_of(spot, name, def, made)
                    }
                    ["object"] if !element => {
                        made.insert("type".to_owned(), json!(["object", "null"]));
                        self.map(spot, name, def, made)
                    }
                    [word] => {
                        let near = text::nearest(word, PLAIN.into_iter().chain(["array", "object"])).filter(|near| near != word);
                        let help = match near {
                            Some(near) => format!("did you mean \"{near}\"?"),
                            None if element => "use a plain type, or describe an object under $defs and refer to it with $ref".to_owned(),
                            None => A_TYPE.to_owned(),
                        };
                        let what = if element { "an entry or a value has" } else { "a field has" };
                        self.fault(&kind, format!("`{}` is no type that {what}", Visible(word)), help);
                        Type::Wrong
                    }
                    _ => {
                        self.fault(&kind, "a field has one type", A_TYPE);
                        Type::Wrong
                    }
                }
            }
        }
    }

    fn definition_of(&mut self, address: &Spot<'_>, def: &str, element: bool) -> Type {
        let Some(name) = address.value.as_str().and_then(|text| text.strip_prefix("#/$defs/")) else {
            self.fault(address, "this leads out of the schema", "write \"#/$defs/\" and a name");
            return Type::Wrong;
        };
        let Some(kind) = self.kind(name) else {
            let base = self.base.get(DEFS).and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let near = text::nearest(name, base.chain(self.own.keys()).map(String::as_str));
            let help = near.map_or_else(|| "describe it under $defs".to_owned(), |near| format!("did you mean \"#/$defs/{near}\"?"));
            self.fault(address, "this leads nowhere", help);
            return Type::Wrong;
        };
        if name == ID {
            self.fault(address, "only records have ids", "use \"#/$defs/label\" for a short name, \"#/$defs/reference\" for a record");
            return Type::Wrong;
        }
        let is_own = self.own.contains_key(name);
        if kind == Kind::Object && !is_own && (element || self.rows.contains(name)) {
            let help = "refer to a record with \"$ref\": \"#/$defs/reference\" and x-ref, or describe an object of your own";
            self.fault(address, format!("`{name}` is a built-in kind of entry, which stands in its own list"), help);
            return Type::Wrong;
        }
        if is_own {
            self.used.insert(name.to_owned());
            if let Some((_, uses)) = self.own.get_mut(def) {
                uses.insert(name.to_owned());
            }
            if kind == Kind::Object && element && !self.listed.insert(name.to_owned()) {
                self.fault(address, format!("`{name}` is an entry of another list already"), "describe an object for each list");
                return Type::Wrong;
            }
        }
        Type::Def(name.to_owned(), kind)
    }

    fn elements_of(&mut self, spot: &Spot<'_>, name: &str, def: &str, made: &mut Map<String, Value>) -> Type {
        let Some(items) = spot.get("items") else {
            self.fault_of_key(
                spot,
                format!("`{name}` is a list and does not say of what"),
                "add \"items\": { … } with the type of one entry",
            );
            return Type::Wrong;
        };
        let Some(object) = items.value.as_object() else {
            self.fault(&items, "`items` is described in curly brackets", "write { \"type\": \"string\" }");
            return Type::Wrong;
        };
        self.keywords(&items, &ELEMENT_KEYS, "an entry of a list");
        let mut element = object.clone();
        let kind = self.type_of(&items, "items", def, &mut element, true);
        self.bounds(&items, &kind);
        made.insert("items".to_owned(), Value::Object(element));
        Type::List(Box::new(kind))
    }

    fn map(&mut self, spot: &Spot<'_>, name: &str, def: &str, made: &mut Map<String, Value>) -> Type {
        let Some(values) = spot.get("additionalProperties").filter(|values| values.value.is_object()) else {
            let help = "for names of your own add \"additionalProperties\": { … } with the type of a value; an object with known fields is described under $defs";
            self.fault_of_key(spot, format!("`{name}` is an object and does not say of what"), help);
            return Type::Wrong;
        };
        self.keywords(&values, &["type", "$ref", "description", "minimum", "maximum", "maxLength", REMARK], "a value");
        let mut inner = values.value.as_object().cloned().unwrap_or_default();
        let kind = self.type_of(&values, "additionalProperties", def, &mut inner, true);
        self.bounds(&values, &kind);
        if matches!(&kind, Type::Def(name, kind) if *kind == Kind::Object || REFERENCES.contains(&name.as_str())) {
            self.fault(&values, "a value under a name of your own is plain", "use text, a number, a date or a word");
        }
        made.insert("additionalProperties".to_owned(), Value::Object(inner));
        Type::Map
    }

    fn bounds(&mut self, spot: &Spot<'_>, kind: &Type) {
        for key in ["minimum", "maximum", "maxLength"] {
            let Some(bound) = spot.get(key) else { continue };
            let fits = match kind {
                Type::Wrong => true,
                Type::Plain("integer" | "number") => key != "maxLength",
                Type::Plain("string") => key == "maxLength",
                _ => false,
            };
            let whole = bound.value.as_i64().filter(|bound| bound.unsigned_abs() <= BOUND_MAX && (key != "maxLength" || *bound > 0));
            if !fits {
                let of = if key == "maxLength" { "a text with \"type\": \"string\"" } else { "a number with \"type\"" };
                self.fault_of_key(&bound, format!("`{key}` can only be said of {of}"), "remove it, or write the type out");
            } else if whole.is_none() {
                self.fault(&bound, format!("`{key}` is a whole number"), "write one such as 100");
            }
        }
        let number = |key: &str| spot.value.get(key).and_then(Value::as_i64);
        if let (Some(least), Some(most), Some(place)) = (number("minimum"), number("maximum"), spot.get("maximum"))
            && least > most
        {
            self.fault(&place, "the maximum is below the minimum", "turn them round");
        }
        let misplaced =
            [("items", matches!(kind, Type::List(_) | Type::Wrong)), ("additionalProperties", matches!(kind, Type::Map | Type::Wrong))];
        for (key, fits) in misplaced {
            if let Some(place) = spot.get(key).filter(|_| !fits) {
                let of = if key == "items" { "a list, \"type\": \"array\"" } else { "an object, \"type\": \"object\"" };
                self.fault_of_key(&place, format!("`{key}` can only be said of {of}"), "remove it, or change the type");
            }
        }
    }

    fn default(&mut self, spot: &Spot<'_>, kind: &Type) {
        let Some(default) = spot.get("default") else { return };
        let is_flag = *kind == Type::Plain("boolean") || kind.is_def("flag");
        let fits = match default.value {
            Value::Bool(_) => is_flag,
            Value::Array(list) => list.is_empty() && matches!(kind, Type::List(_)),
            _ => false,
        };
        if !fits && *kind != Type::Wrong {
            let help = "write true or false for yes or no, [] for a list; other fields have none, because left out means not recorded";
            self.fault(&default, "this cannot be meant where nothing is written", help);
        }
    }

    fn dates(&mut self, spot: &Spot<'_>, name: &str, def: &str, kind: &Type) {
        let is_date = kind.is_def("date");
        if let Some(past) = spot.get("x-past").filter(|past| !is_date && past.value == &Value::Bool(true) && *kind != Type::Wrong) {
            self.fault_of_key(&past, "`x-past` can only be said of a date", "remove it, or write \"$ref\": \"#/$defs/date\"");
        }
        let Some(paths) = spot.get("x-not-before") else { return };
        if !paths.value.as_array().is_some_and(|list| list.iter().all(Value::is_string)) {
            self.fault(&paths, "`x-not-before` is a list of paths to dates", "write a list of them in square brackets");
        } else if !is_date && *kind != Type::Wrong {
            self.fault_of_key(&paths, "`x-not-before` can only be said of a date", "remove it, or write \"$ref\": \"#/$defs/date\"");
        } else {
            self.dated.push((def.to_owned(), name.to_owned(), self.overlay, paths.at.clone()));
        }
    }

    /// The words of the charter's field that the schema's root names, such as the stage.
    fn charter_words(&self, job: &str) -> Vec<String> {
        let field = self.base.get(job).and_then(Value::as_str).unwrap_or_default();
        let def = self.base.get(PROPERTIES).and_then(|fields| referred(fields.get(field)?)).unwrap_or_default();
        let words = self.merged.get(DEFS).and_then(|defs| defs.get(def)?.get("oneOf")?.as_array());
        words
            .into_iter()
            .flatten()
            .filter_map(|word| word.get("const")?.as_str())
            .filter(|word| *word != UNKNOWN_WORD)
            .map(str::to_owned)
            .collect()
    }

    fn required_from(&mut self, spot: &Spot<'_>) {
        let Some(from) = spot.get("x-required-from") else { return };
        let stages = self.charter_words("x-stage");
        let profiles = self.charter_words("x-profile");
        let each = match from.value {
            Value::Object(_) => from.members().into_iter().map(|(profile, spot)| (Some(profile), spot)).collect(),
            _ => vec![(None, from)],
        };
        for (profile, stage) in each {
            if let Some(profile) = profile.filter(|profile| *profile != "default" && !profiles.iter().any(|known| known == profile)) {
                let near = text::nearest(profile, profiles.iter().map(String::as_str));
                let help = near
                    .map_or_else(|| format!("the profiles are {}", text::list(&profiles, "and")), |near| format!("did you mean {near}?"));
                self.fault_of_key(&stage, format!("`{}` is no profile", Visible(profile)), help);
            }
            let known = stage.value.as_str().is_some_and(|word| word == "never" || stages.iter().any(|known| known == word));
            if !known {
                self.fault(&stage, "this is no stage", format!("write one of {}, or never", text::list(&stages, "and")));
            }
        }
    }

    fn counted(&mut self, spot: &Spot<'_>, kind: &Type) {
        let number =
            matches!(kind, Type::Plain("integer" | "number")) || ["count", "quantity", "number"].iter().any(|name| kind.is_def(name));
        for (key, fits, of) in [("x-counts", number, "a number"), ("x-people", matches!(kind, Type::List(_)), "a list")] {
            if let Some(place) = spot.get(key).filter(|place| place.value == &Value::Bool(true) && !fits && *kind != Type::Wrong) {
                self.fault_of_key(&place, format!("`{key}` can only be said of {of}"), "remove it, or change the type");
            }
        }
    }

    /// What is said of a list of objects: what one is called, and what tells them apart.
    fn rows(&mut self, spot: &Spot<'_>, name: &str, kind: &Type) {
        let row = match kind {
            Type::List(of) => match &**of {
                Type::Def(def, Kind::Object) => Some(def.clone()),
                _ => None,
            },
            _ => None,
        };
        for key in ["x-one", "x-key"] {
            if let Some(place) = spot.get(key).filter(|_| row.is_none() && *kind != Type::Wrong) {
                self.fault_of_key(&place, format!("`{key}` can only be said of a list of objects"), "remove it");
            }
        }
        let Some(row) = row else { return };
        match spot.get("x-one") {
            None => {
                let message = format!("`{name}` does not say what one of its entries is called");
                self.fault_of_key(spot, message, "add \"x-one\" with one word, such as \"stop\"");
            }
            Some(one) => {
                let text = one.value.as_str().unwrap_or_default();
                if !is_name(text) || text.contains('-') {
                    self.fault(&one, "this is no name for an entry", "use small letters from a to z, digits and _");
                } else if self.is_called(text) {
                    self.fault(&one, format!("something is called `{text}` already"), "use another word");
                }
            }
        }
        let Some(key) = spot.get("x-key") else { return };
        for one in key.elements() {
            let field = one.value.as_str().unwrap_or_default();
            if self.written.get(&row).and_then(|fields| fields.get(field)).is_none() {
                self.fault(&one, format!("`{row}` has no such field"), "name the fields that tell its entries apart");
            }
        }
        if !key.value.is_array() {
            self.fault(&key, "`x-key` is a list of fields", "write a list, such as [\"on\"]");
        }
    }

    /// Whether a built-in record, row or variable has this name in expressions.
    fn is_called(&self, name: &str) -> bool {
        let defs = self.base.get(DEFS).and_then(Value::as_object).into_iter().flat_map(Map::values);
        let fields = std::iter::once(&self.base).chain(defs).filter_map(|object| object.get(PROPERTIES)?.as_object()).flat_map(Map::values);
        let mut named = fields.filter_map(|field| field.get("x-one")?.as_str());
        ["programme", "record", "records", "params", "as_of"].contains(&name) || named.any(|known| known == name)
    }

    fn reference(&mut self, spot: &Spot<'_>, name: &str, owner: &str, kind: &Type, made: &mut Map<String, Value>) {
        let element = matches!(kind, Type::List(_));
        let to = match kind {
            Type::List(of) => (**of).clone(),
            other => other.clone(),
        };
        // What is said of a list's entries may stand at the list or at its entries.
        let items = spot.get("items").filter(|_| element);
        let get = |key: &str| items.as_ref().and_then(|items| items.get(key)).or_else(|| spot.get(key));
        let is_reference = REFERENCES.iter().any(|name| to.is_def(name));
        if !is_reference {
            for key in ["x-ref", "x-inverse", "x-link"] {
                if let Some(place) = get(key).filter(|_| to != Type::Wrong) {
                    let help = "write \"$ref\": \"#/$defs/reference\", or \"#/$defs/reference-or-link\" where an address is allowed too";
                    self.fault_of_key(&place, format!("`{key}` can only be said of a reference"), help);
                }
            }
            return;
        }
        let Some(targets) = get("x-ref") else {
            let help = "add \"x-ref\": [\"…\"] with the registers that are meant, and \"x-inverse\"";
            return self.fault_of_key(spot, format!("`{name}` does not say to what it refers"), help);
        };
        let registers = self.registers();
        let all: Vec<String> = registers.iter().map(|(known, _)| known.clone()).collect();
        let names: Vec<&str> = targets.value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if names.is_empty() {
            self.fault(&targets, "`x-ref` is a list of registers", format!("name some of {}", text::list(&all, "and")));
        }
        for one in targets.elements() {
            let word = one.value.as_str().unwrap_or_default();
            if !registers.iter().any(|(known, _)| known == word) {
                let near = text::nearest(word, all.iter().map(String::as_str));
                let help = near.map_or_else(|| format!("name some of {}", text::list(&all, "and")), |near| format!("did you mean {near}?"));
                self.fault(&one, format!("`{}` is no register", Visible(word)), help);
            }
        }
        let is_link = to.is_def(BY_ADDRESS);
        if let Some(link) = get("x-link")
            && link.value != &Value::Bool(is_link)
        {
            let help = format!("leave it out: \"#/$defs/{}\" says it", if is_link { BY_ADDRESS } else { BY_ID });
            self.fault(&link, "this contradicts the type", help);
        }
        match get("x-inverse") {
            None => {
                let help = format!("add \"x-inverse\": \"x-…\", the name by which the other record sees {owner}");
                self.fault_of_key(spot, format!("`{name}` does not say how it is called from the other side"), help);
            }
            Some(inverse) => {
                let word = inverse.value.as_str().unwrap_or_default();
                if !word.strip_prefix("x-").is_some_and(is_name) {
                    self.fault(&inverse, "the name from the other side begins with x-", "write one such as \"x-stops\"");
                } else {
                    for target in names {
                        let record =
                            registers.iter().find(|(known, _)| known == target).map(|(_, record)| record.clone()).unwrap_or_default();
                        if !self.first(&inverse, &format!("{record}."), word) {
                            break;
                        }
                    }
                }
            }
        }
        made.insert("x-link".to_owned(), Value::Bool(is_link));
        if let Some(Value::Object(items)) = made.get_mut("items") {
            items.remove("x-link");
        }
    }

    /// The registers to which fields can refer, with the definition of one record of each.
    fn registers(&self) -> Vec<(String, String)> {
        let fields = self.base.get(PROPERTIES).and_then(Value::as_object).into_iter().flatten();
        let registers = fields.filter(|(_, field)| field.get("x-register") == Some(&Value::Bool(true)));
        registers.map(|(name, field)| (name.clone(), field.get("items").and_then(referred).unwrap_or_default().to_owned())).collect()
    }
}

/// The greatest bound of a number or of a text's length: whole numbers of this size are exact everywhere.
const BOUND_MAX: u64 = 1_000_000_000_000;

/// Paths of `x-not-before` that lead to no date.
pub(super) fn lost_paths(schema: &Schema, dated: Vec<Dated>) -> Vec<Wrong> {
    let mut lost = Vec::new();
    for (def, name, overlay, at) in dated {
        let structure = schema.structs.iter().position(|known| if def.is_empty() { known.name == "programme" } else { known.name == def });
        let Some(structure) = structure.map(|at| at as StructId) else { continue };
        let field = schema.field_named(structure, &name).and_then(|field| schema.field(field));
        for (number, path) in field.into_iter().flat_map(|field| &field.not_before).enumerate() {
            if !leads_to_date(schema, structure, path) {
                let mut at = at.clone();
                at.push(number.to_string());
                let help = "write fields with dots between them, from this record on";
                lost.push(Wrong { overlay, at, key: false, message: "this path leads to no date".to_owned(), help: help.to_owned() });
            }
        }
    }
    lost
}

fn leads_to_date(schema: &Schema, structure: StructId, path: &[String]) -> bool {
    let Some((step, rest)) = path.split_first() else { return false };
    let Some(field) = schema.field_named(structure, step) else { return false };
    if rest.is_empty() {
        return schema.element_shape_of(field) == Shape::Scalar(Scalar::Date);
    }
    let reference = schema.field(field).and_then(|field| schema.reference(field.reference?));
    match (reference, schema.struct_of(field)) {
        (Some(reference), _) => {
            let mut records = reference.targets.iter().filter_map(|register| schema.register(*register));
            records.any(|register| leads_to_date(schema, register.record, rest))
        }
        (None, Some(inner)) if inner != CHARTER => leads_to_date(schema, inner, rest),
        _ => false,
    }
}
