//! Adds an organisation's own fields and words to the schema: overlays, fragments of JSON Schema in the same
//! annotated form as the schema itself.
//!
//! An overlay adds and never changes: fields whose names begin with `x-`, vocabularies and objects of its
//! own, and words that begin with `x-` in a built-in vocabulary. What else it says is refused with the
//! place, as a path of keys; where that stands in a file, and how the file was read, is not known here.
//! `docs/schema.md` is the contract.

mod field;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Schema, SchemaError};
use crate::text::{self, Visible};

/// What is wrong with an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which of the overlays.
    pub overlay: usize,
    /// Keys and positions from the overlay down to the place.
    pub at: Vec<String>,
    /// Whether the key is at fault, not the value.
    pub key: bool,
    /// What is wrong: a sentence fragment.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The built-in schema with overlays, in their order.
///
/// # Errors
/// Everything that is wrong with them.
pub fn extend(overlays: &[Value]) -> Result<Schema, Vec<Wrong>> {
    let whole = |error: SchemaError| Wrong {
        overlay: overlays.len().saturating_sub(1),
        at: Vec::new(),
        key: false,
        message: error.to_string(),
        help: "leave out what was added last".to_owned(),
    };
    let base: Value = serde_json::from_str(super::RECORDS).map_err(|error| vec![whole(SchemaError(error.to_string()))])?;
    let mut extending = Extending::new(base);
    for (number, overlay) in overlays.iter().enumerate() {
        extending.overlay = number;
        extending.names(overlay);
    }
    for (number, overlay) in overlays.iter().enumerate() {
        extending.overlay = number;
        extending.add(overlay);
    }
    extending.together();
    if !extending.wrong.is_empty() {
        return Err(extending.wrong);
    }
    let (merged, dated) = (extending.merged, extending.dated);
    let schema = Schema::of(merged).map_err(|error| vec![whole(error)])?;
    let lost = field::lost_paths(&schema, dated);
    if lost.is_empty() { Ok(schema) } else { Err(lost) }
}

/// A place in an overlay.
#[derive(Clone, Debug)]
struct Spot<'o> {
    value: &'o Value,
    at: Vec<String>,
}

impl<'o> Spot<'o> {
    fn down(&self, key: &str, value: &'o Value) -> Self {
        let mut at = self.at.clone();
        at.push(key.to_owned());
        Spot { value, at }
    }

    fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.down(key, value))
    }

    fn members(&self) -> Vec<(&'o str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        members.map(|(key, value)| (key.as_str(), self.down(key, value))).collect()
    }

    fn elements(&self) -> Vec<Self> {
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements.map(|(number, value)| self.down(&number.to_string(), value)).collect()
    }
}

/// Keys that may stand anywhere and say nothing.
const REMARK: &str = "$comment";
const DEFS: &str = "$defs";
const PROPERTIES: &str = "properties";
const TOP: [&str; 7] = ["$schema", "$id", REMARK, "title", "description", PROPERTIES, DEFS];

/// What kind of definition a name of `$defs` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An object with fields.
    Object,
    /// A list of words.
    Words,
    /// A plain type, such as a date.
    Plain,
}

/// A date that must not precede others: the definition of its object, its name, its overlay and place.
type Dated = (String, String, usize, Vec<String>);

/// The schema while overlays are added to it.
struct Extending {
    base: Value,
    merged: Value,
    wrong: Vec<Wrong>,
    /// The overlay that is being read.
    overlay: usize,
    /// What overlays add, by the name that rules use: the name as written, the overlay, and the place.
    said: BTreeMap<String, (String, usize, Vec<String>)>,
    /// The overlays' own definitions, and which of them each refers to.
    own: BTreeMap<String, (Kind, BTreeSet<String>)>,
    /// The fields of each of these that is an object, as its overlay writes them.
    written: BTreeMap<String, Value>,
    /// The definitions that fields of overlays refer to.
    used: BTreeSet<String>,
    /// The definitions of records and rows: what lists of the built-in schema hold.
    rows: BTreeSet<String>,
    /// Own objects that are rows of a list already.
    listed: BTreeSet<String>,
    dated: Vec<Dated>,
}

impl Extending {
    fn new(base: Value) -> Self {
        let mut rows = BTreeSet::new();
        let defs = base.get(DEFS).and_then(Value::as_object).into_iter().flat_map(Map::values);
        for object in std::iter::once(&base).chain(defs) {
            let fields = object.get(PROPERTIES).and_then(Value::as_object).into_iter().flat_map(Map::values);
            rows.extend(fields.filter_map(|field| referred(field.get("items")?).map(str::to_owned)));
        }
        Self {
            merged: base.clone(),
            base,
            wrong: Vec::new(),
            overlay: 0,
            said: BTreeMap::new(),
            own: BTreeMap::new(),
            written: BTreeMap::new(),
            used: BTreeSet::new(),
            rows,
            listed: BTreeSet::new(),
            dated: Vec::new(),
        }
    }

    fn fault(&mut self, spot: &Spot<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.wrong.push(Wrong { overlay: self.overlay, at: spot.at.clone(), key: false, message: message.into(), help: help.into() });
    }

    fn fault_of_key(&mut self, spot: &Spot<'_>, message: impl Into<String>, help: impl Into<String>) {
        self.wrong.push(Wrong { overlay: self.overlay, at: spot.at.clone(), key: true, message: message.into(), help: help.into() });
    }

    /// Notes that an overlay adds something; says so if another, or the same, has added it already.
    fn first(&mut self, spot: &Spot<'_>, group: &str, name: &str) -> bool {
        // Expressions write a hyphen as an underscore, so that two names may become one.
        let called = format!("{group}{}", name.replace('-', "_"));
        let Some((other, overlay, _)) = self.said.get(&called) else {
            self.said.insert(called, (name.to_owned(), self.overlay, spot.at.clone()));
            return true;
        };
        let place = if *overlay == self.overlay { "in this file" } else { "in an overlay before this one" };
        let message = if other == name {
            format!("`{group}{name}` is described {place} already")
        } else {
            format!("rules would take `{name}` for `{other}`, which is described {place}")
        };
        self.fault_of_key(spot, message, "keep one of the two, or give this one another name");
        false
    }

    /// Notes the names of an overlay's own definitions, so that overlays may use one another's.
    fn names(&mut self, overlay: &Value) {
        let defs = Spot { value: overlay, at: Vec::new() }.get(DEFS);
        for (name, def) in defs.iter().flat_map(Spot::members) {
            if !name.starts_with("x-") || !self.first(&def, "", name) {
                continue;
            }
            let kind = if def.value.get("oneOf").is_some() { Kind::Words } else { Kind::Object };
            self.own.insert(name.to_owned(), (kind, BTreeSet::new()));
            if let Some(fields) = def.get(PROPERTIES) {
                self.written.insert(name.to_owned(), fields.value.clone());
            }
        }
    }

    fn kind_of_base(&self, name: &str) -> Option<Kind> {
        let def = self.base.get(DEFS)?.get(name)?;
        Some(if def.get(PROPERTIES).is_some() {
            Kind::Object
        } else if def.get("oneOf").is_some() {
            Kind::Words
        } else {
            Kind::Plain
        })
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        self.own.get(name).map(|(kind, _)| *kind).or_else(|| self.kind_of_base(name))
    }

    fn add(&mut self, overlay: &Value) {
        let root = Spot { value: overlay, at: Vec::new() };
        if !overlay.is_object() {
            return self.fault(&root, "an overlay is an object in curly brackets", "write { \"$defs\": { … } }, as docs/schema.md shows");
        }
        for (key, spot) in root.members() {
            match key {
                PROPERTIES => self.fields(&spot, "programme", ""),
                DEFS => self.definitions(&spot),
                _ if TOP.contains(&key) => {}
                _ => self.unknown(&spot, key, &TOP, "an overlay"),
            }
        }
    }

    fn unknown(&mut self, spot: &Spot<'_>, key: &str, known: &[&str], what: &str) {
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let help = match text::nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the keywords of {what} are {}", text::list(&names, "and")),
        };
        self.fault_of_key(spot, format!("unknown keyword `{}`", Visible(key)), help);
    }

    fn definitions(&mut self, defs: &Spot<'_>) {
        if !defs.value.is_object() {
            return self.fault(defs, "`$defs` is an object in curly brackets", "write { \"…\": { \"properties\": { … } } }");
        }
        for (name, def) in defs.members() {
            if !def.value.is_object() {
                self.fault(&def, format!("`{}` is an object in curly brackets", Visible(name)), "write { … } with what is added");
            } else if let Some((kind, _)) = self.own.get(name) {
                match kind {
                    Kind::Words => self.vocabulary(name, &def),
                    _ => self.object(name, &def),
                }
            } else {
                match self.kind_of_base(name) {
                    Some(Kind::Object) => self.more_fields(name, &def),
                    Some(Kind::Words) => self.more_words(name, &def),
                    Some(Kind::Plain) => {
                        let message = format!("`{name}` is a built-in type, which an overlay cannot change");
                        self.fault_of_key(&def, message, "say what is different at the field that uses it");
                    }
                    None => self.no_such_definition(name, &def),
                }
            }
        }
    }

    fn no_such_definition(&mut self, name: &str, def: &Spot<'_>) {
        // Whoever names the register means its records.
        let record = self.base.get(PROPERTIES).and_then(|fields| fields.get(name)).and_then(|field| referred(field.get("items")?));
        let known: Vec<&str> = self.base.get(DEFS).and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let help = match (record, text::nearest(name, known)) {
            (Some(record), _) => format!("one of its records is called `{record}`: write that"),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) => format!("name a built-in one, or begin your own with x-: `x-{}`", Visible(name)),
        };
        self.fault_of_key(def, format!("nothing is called `{}`", Visible(name)), help);
    }

    /// Fields that are added to a built-in object.
    fn more_fields(&mut self, name: &str, def: &Spot<'_>) {
        for (key, spot) in def.members() {
            match key {
                PROPERTIES => self.fields(&spot, name, name),
                REMARK => {}
                "required" => {
                    let help = "say from which stage a field is expected, with x-required-from at the field";
                    self.fault_of_key(&spot, format!("an overlay cannot require anything of `{name}`"), help);
                }
                _ => {
                    let message = format!("an overlay cannot change the built-in `{name}`, only add to its `properties`");
                    self.fault_of_key(&spot, message, format!("remove `{}`", Visible(key)));
                }
            }
        }
    }

    /// Checks and adds fields to the charter (`def` is empty) or to a definition.
    fn fields(&mut self, fields: &Spot<'_>, owner: &str, def: &str) {
        if !fields.value.is_object() {
            return self.fault(fields, "`properties` is an object in curly brackets", "write { \"x-name\": { … } }");
        }
        let is_own = self.own.contains_key(def);
        for (name, spot) in fields.members() {
            let object = if def.is_empty() { Some(&self.base) } else { self.base.get(DEFS).and_then(|defs| defs.get(def)) };
            let known = object.and_then(|object| object.get(PROPERTIES)?.get(name));
            if let Some(known) = known {
                let record = known.get("items").and_then(referred).filter(|_| def.is_empty()).map(str::to_owned);
                let help = match record {
                    Some(record) => {
                        format!("to add a field to its entries, write it under \"$defs\": {{ \"{record}\": {{ \"properties\": … }} }}")
                    }
                    None => format!("describe a field of your own, such as `x-{name}`"),
                };
                self.fault_of_key(&spot, format!("`{name}` is a built-in field of {owner}, which an overlay cannot change"), help);
                continue;
            }
            if !is_own && !name.starts_with("x-") {
                let message = format!("`{}` does not begin with x-", Visible(name));
                self.fault_of_key(&spot, message, format!("fields of your own do: write `x-{}`", Visible(name)));
                continue;
            }
            if !is_name(name.strip_prefix("x-").unwrap_or(name)) {
                let message = format!("`{}` is no name for a field", Visible(name));
                self.fault_of_key(&spot, message, "use small letters from a to z, digits, - and _, and begin with a letter (after x-)");
                continue;
            }
            if !self.first(&spot, &format!("{owner}."), name) {
                continue;
            }
            if let Some(field) = self.field(&spot, name, owner, def) {
                self.put(def, PROPERTIES, name, field);
            }
        }
    }

    /// Writes into the merged schema: into the charter, or into a definition.
    fn put(&mut self, def: &str, group: &str, name: &str, value: Value) {
        let object = if def.is_empty() { Some(&mut self.merged) } else { self.merged.get_mut(DEFS).and_then(|defs| defs.get_mut(def)) };
        if let Some(group) = object.and_then(|object| object.get_mut(group)).and_then(Value::as_object_mut) {
            group.insert(name.to_owned(), value);
        }
    }

    fn define(&mut self, name: &str, def: Value) {
        if let Some(defs) = self.merged.get_mut(DEFS).and_then(Value::as_object_mut) {
            defs.insert(name.to_owned(), def);
        }
    }

    /// An object of the organisation's own.
    fn object(&mut self, name: &str, def: &Spot<'_>) {
        const KEYS: [&str; 5] = ["type", "description", "required", PROPERTIES, REMARK];
        let mut required = json!([]);
        for (key, spot) in def.members() {
            match key {
                "type" if spot.value != "object" => {
                    let help =
                        "a definition is an object with properties, or words with oneOf; write a plain type at the field that has it";
                    self.fault(&spot, format!("`{name}` is neither an object nor a list of words"), help);
                }
                "required" => {
                    let fields = def.value.get(PROPERTIES);
                    for one in spot.elements() {
                        if one.value.as_str().and_then(|name| fields?.get(name)).is_none() {
                            self.fault(&one, format!("`{name}` has no such field"), "name one of its properties");
                        }
                    }
                    required = spot.value.clone();
                }
                _ if KEYS.contains(&key) => {}
                _ => self.unknown(&spot, key, &KEYS, "an object"),
            }
        }
        self.described(def, name);
        let Some(properties) = def.get(PROPERTIES) else {
            let help = "add its fields with properties, or its words with oneOf";
            return self.fault_of_key(def, format!("`{name}` has neither fields nor words"), help);
        };
        self.define(
            name,
            json!({
                "description": def.value.get("description"),
                "type": "object",
                "required": required,
                "properties": {},
                "patternProperties": { "^x-": true },
                "additionalProperties": false,
            }),
        );
        self.fields(&properties, name, name);
    }

    /// Says where a description is missing: it is what `havesay explain` shows.
    fn described(&mut self, spot: &Spot<'_>, name: &str) {
        match spot.get("description") {
            Some(known) if known.value.as_str().is_some_and(|text| !text.trim().is_empty()) => {}
            Some(known) => self.fault(&known, "a description is a text", "say in a sentence what to write there"),
            None => self.fault_of_key(
                spot,
                format!("`{}` has no description", Visible(name)),
                "say in a sentence what to write there, with \"description\"",
            ),
        }
    }

    /// What only shows when all overlays are read.
    fn together(&mut self) {
        let names: Vec<String> = self.own.keys().cloned().collect();
        for name in names {
            let Some((_, overlay, at)) = self.said.get(&name.replace('-', "_")).cloned() else { continue };
            let spot = Spot { value: &Value::Null, at };
            self.overlay = overlay;
            if self.reaches(&name, &name, &mut BTreeSet::new()) {
                self.fault_of_key(&spot, format!("`{name}` holds itself"), "refer to a record with x-ref instead");
            } else if !self.used.contains(&name) {
                let help = format!("refer to it from a field, with \"$ref\": \"#/$defs/{name}\", or remove it");
                self.fault_of_key(&spot, format!("no field uses `{name}`"), help);
            }
        }
    }

    /// Whether a definition holds another, directly or through others.
    fn reaches(&self, from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
        let Some((_, next)) = self.own.get(from) else { return false };
        next.iter().any(|name| name == to || (seen.insert(name.clone()) && self.reaches(name, to, seen)))
    }
}

/// The definition that a schema refers to.
fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        && text.len() <= NAME_BYTES_MAX
}

/// Bytes of the name of a field or word.
const NAME_BYTES_MAX: usize = 60;
