//! From the schema's JSON to the model. What breaks the contract of `docs/schema.md` is refused by name.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use super::{
    Bounds, BoundsId, DefaultValue, FIELD_UNKNOWN, Field, FieldId, Incoming, Jobs, Names, Quick, Reference, Register, RegisterId,
    RequiredFrom, Scalar, Schema, Shape, ShapeId, Struct, StructId, UNKNOWN_WORD, Vocabulary, VocabularyId, Word, Written,
};

/// The schema breaks its own contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError(pub String);

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record schema cannot be used: {}", self.0)
    }
}

impl std::error::Error for SchemaError {}

type Load<T> = Result<T, SchemaError>;

fn refuse<T>(why: impl Into<String>) -> Load<T> {
    Err(SchemaError(why.into()))
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// Where it is not JSON or breaks the contract, with the place by name.
    pub fn read(text: &str) -> Load<Self> {
        serde_json::from_str(text).or_else(|error| refuse(format!("it is not JSON: {error}"))).and_then(Self::of)
    }

    /// Makes a model of a schema that is read already.
    ///
    /// # Errors
    /// Where it breaks the contract, with the place by name.
    pub fn of(json: Value) -> Load<Self> {
        let defs = json.get("$defs").and_then(Value::as_object).into_iter().flatten();
        // Shared, because every field that refers to a definition is read together with it.
        let defs = defs.filter_map(|(name, def)| Some((name.clone(), Arc::new(def.as_object()?.clone())))).collect();
        let mut loader = Loader { defs, ..Loader::default() };
        let Some(root) = json.as_object() else { return refuse("it is no object") };
        let job =
            |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| SchemaError(format!("{key} is missing")));
        let jobs = Jobs {
            stage: job("x-stage")?,
            profile: job("x-profile")?,
            keeping: job("x-keeping")?,
            version: job("x-version")?,
            id: job("x-id")?,
        };
        loader.structure("programme", root)?;
        loader.finish(jobs, json)
    }
}

#[derive(Default)]
struct Loader {
    defs: BTreeMap<String, Arc<Map<String, Value>>>,
    structs: Vec<Struct>,
    struct_by_def: HashMap<String, StructId>,
    fields: Vec<Field>,
    registers: Vec<Register>,
    bounds: Vec<Bounds>,
    vocabularies: Vec<Vocabulary>,
    vocabulary_by_def: HashMap<String, VocabularyId>,
    references: Vec<Reference>,
    targets: Vec<Vec<String>>,
    shapes: Vec<Shape>,
    required_names: Vec<Vec<String>>,
    stage_marks: Vec<(FieldId, Value)>,
}

/// A property with the definition that it refers to merged in; its own keys win.
struct Resolved<'a> {
    own: &'a Map<String, Value>,
    target: Option<(String, Arc<Map<String, Value>>)>,
}

impl Resolved<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.own.get(key).or_else(|| self.target.as_ref().and_then(|(_, target)| target.get(key)))
    }
    fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }
    fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(Value::as_bool).unwrap_or(false)
    }
    fn def(&self) -> Option<&str> {
        self.target.as_ref().map(|(name, _)| name.as_str())
    }
    fn is_type(&self, wanted: &str) -> bool {
        match self.get("type") {
            Some(Value::String(only)) => only == wanted,
            Some(Value::Array(several)) => several.iter().any(|one| one == wanted),
            _ => false,
        }
    }
}

impl Loader {
    fn resolve<'a>(&self, value: &'a Value) -> Load<Resolved<'a>> {
        let Some(own) = value.as_object() else { return refuse(format!("{value} is no schema object")) };
        let target = match own.get("$ref").and_then(Value::as_str) {
            None => None,
            Some(address) => {
                let name = address.strip_prefix("#/$defs/").ok_or_else(|| SchemaError(format!("{address} lies outside $defs")))?;
                let target = self.defs.get(name).ok_or_else(|| SchemaError(format!("{address} leads nowhere")))?;
                Some((name.to_owned(), Arc::clone(target)))
            }
        };
        Ok(Resolved { own, target })
    }

    fn shape(&mut self, shape: Shape) -> ShapeId {
        if let Some(at) = self.shapes.iter().position(|known| *known == shape) {
            return at as ShapeId;
        }
        self.shapes.push(shape);
        (self.shapes.len() - 1) as ShapeId
    }

    fn structure(&mut self, name: &str, object: &Map<String, Value>) -> Load<StructId> {
        let id = self.structs.len() as StructId;
        let description = object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.structs.push(Struct {
            name: name.to_owned(),
            description,
            fields: Vec::new(),
            register: None,
            row_of: None,
            by_name: Vec::new(),
            required: Vec::new(),
            room: 0,
            judged_alone: id == super::CHARTER,
        });
        self.struct_by_def.insert(name.to_owned(), id);
        let required =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        self.required_names.push(required);
        let Some(properties) = object.get("properties").and_then(Value::as_object) else {
            return refuse(format!("{name} has no properties"));
        };
        for (key, value) in properties {
            let field = self.field(id, name, key, value)?;
            if let Some(structure) = self.structs.get_mut(usize::from(id)) {
                structure.fields.push(field);
            }
        }
        Ok(id)
    }

    fn field(&mut self, owner: StructId, owner_name: &str, name: &str, value: &Value) -> Load<FieldId> {
        let place = format!("{owner_name}.{name}");
        let resolved = self.resolve(value)?;
        let id = self.fields.len() as FieldId;
        let texts = |value: Option<&Value>| -> Vec<String> {
            value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let sum = resolved.get("x-sum").and_then(|sum| Some((sum.get("field")?.as_str()?.to_owned(), sum.get("to")?.as_f64()?)));
        let default = match resolved.get("default") {
            None => None,
            Some(Value::Bool(false)) => Some(DefaultValue::False),
            Some(Value::Bool(true)) => Some(DefaultValue::True),
            Some(Value::Array(list)) if list.is_empty() => Some(DefaultValue::Empty),
            Some(other) => return refuse(format!("{place} has the default {other}; only true, false and [] are understood")),
        };
        self.fields.push(Field {
            name: name.to_owned(),
            owner,
            shape: 0,
            description: resolved.text("description").unwrap_or_default().to_owned(),
            required: false,
            required_from: None,
            not_before: texts(resolved.get("x-not-before")).iter().map(|path| path.split('.').map(str::to_owned).collect()).collect(),
            past: resolved.flag("x-past"),
            when: resolved.flag("x-when"),
            sensitive: resolved.get("x-sensitive").and_then(Value::as_bool),
            masked: false,
            people: resolved.flag("x-people"),
            counts: resolved.flag("x-counts"),
            default,
            reference: None,
            register: None,
            one: resolved.text("x-one").map(str::to_owned),
            key: texts(resolved.get("x-key")),
            sum,
        });
        if let Some(mark) = resolved.get("x-required-from") {
            self.stage_marks.push((id, mark.clone()));
        }
        let shape = self.shape_of(&place, value)?;
        let shape_id = self.shape(shape);
        if let Some(field) = self.fields.get_mut(usize::from(id)) {
            field.shape = shape_id;
        }
        let items = resolved.get("items").cloned();
        let items = items.as_ref().map(|items| self.resolve(items)).transpose()?;
        self.reference(id, &place, &resolved, items.as_ref())?;
        if let Shape::List(of) = shape
            && let Some(Shape::Struct(record)) = self.shapes.get(usize::from(of)).copied()
        {
            let is_register = resolved.flag("x-register");
            let Some(one) = resolved.text("x-one") else { return refuse(format!("{place} has no x-one")) };
            if is_register {
                let register = self.registers.len() as RegisterId;
                let nested = resolved.flag("x-nested");
                self.registers.push(Register {
                    name: name.to_owned(),
                    one: one.to_owned(),
                    description: resolved.text("description").unwrap_or_default().to_owned(),
                    record,
                    field: id,
                    nested,
                });
                if let Some(field) = self.fields.get_mut(usize::from(id)) {
                    field.register = Some(register);
                }
                if let Some(structure) = self.structs.get_mut(usize::from(record)) {
                    structure.register = Some(register);
                    structure.judged_alone = !nested;
                }
            }
            if (!is_register || resolved.flag("x-nested"))
                && let Some(structure) = self.structs.get_mut(usize::from(record))
            {
                structure.row_of.get_or_insert(id);
            }
        }
        Ok(id)
    }

    fn reference(&mut self, field: FieldId, place: &str, own: &Resolved<'_>, items: Option<&Resolved<'_>>) -> Load<()> {
        let (source, many) = match (own.get("x-ref"), items.and_then(|items| items.get("x-ref"))) {
            (Some(_), _) => (own, own.is_type("array")),
            (None, Some(_)) => (items.unwrap_or(own), true),
            (None, None) => return Ok(()),
        };
        let get = |key: &str| source.get(key).or_else(|| own.get(key));
        let targets: Vec<String> =
            get("x-ref").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let Some(inverse) = get("x-inverse").and_then(Value::as_str) else { return refuse(format!("{place} has no x-inverse")) };
        let flag = |key: &str| get(key).and_then(Value::as_bool).unwrap_or(false);
        let id = self.references.len() as u16;
        self.references.push(Reference {
            field,
            targets: Vec::new(),
            link: flag("x-link"),
            inverse: inverse.to_owned(),
            evidence: flag("x-evidence"),
            same: flag("x-same"),
            act: flag("x-act"),
            many,
        });
        self.targets.push(targets);
        if let Some(field) = self.fields.get_mut(usize::from(field)) {
            field.reference = Some(id);
        }
        Ok(())
    }

    fn shape_of(&mut self, place: &str, value: &Value) -> Load<Shape> {
        let resolved = self.resolve(value)?;
        if let Some(words) = resolved.get("oneOf").and_then(Value::as_array) {
            let name = resolved.def().unwrap_or(place).to_owned();
            return Ok(Shape::Scalar(Scalar::Word(self.vocabulary(&name, &resolved, words))));
        }
        if resolved.is_type("array") {
            let Some(items) = resolved.get("items").cloned() else { return refuse(format!("{place} has no items")) };
            let of = self.shape_of(place, &items)?;
            return Ok(Shape::List(self.shape(of)));
        }
        if resolved.is_type("object") {
            if let Some(values) = resolved.get("additionalProperties").filter(|values| values.is_object()).cloned() {
                let of = self.shape_of(place, &values)?;
                return Ok(Shape::Map(self.shape(of)));
            }
            let name = resolved.def().unwrap_or(place).to_owned();
            if let Some(known) = self.struct_by_def.get(&name) {
                return Ok(Shape::Struct(*known));
            }
            let object = match resolved.target {
                Some((_, target)) => target,
                None => Arc::new(resolved.own.clone()),
            };
            return Ok(Shape::Struct(self.structure(&name, &object)?));
        }
        let link = resolved.flag("x-link") || resolved.def() == Some("reference-or-link");
        let whole = |key: &str| resolved.get(key).and_then(Value::as_f64).map(|bound| bound as i64);
        let scalar = match resolved.def() {
            Some("id") => Scalar::Id,
            Some("reference" | "reference-or-link") => Scalar::Reference { link },
            Some("date") => Scalar::Date,
            Some("time") => Scalar::Time,
            Some("currency") => Scalar::Currency,
            Some("language") => Scalar::Language,
            _ if resolved.is_type("boolean") => Scalar::Flag,
            _ if resolved.is_type("integer") || resolved.is_type("number") => {
                let bounds = Bounds { least: whole("minimum"), most: whole("maximum"), whole: resolved.is_type("integer") };
                let known = self.bounds.iter().position(|known| *known == bounds);
                let at = known.unwrap_or_else(|| {
                    self.bounds.push(bounds);
                    self.bounds.len() - 1
                });
                Scalar::Number(at as BoundsId)
            }
            _ if resolved.is_type("string") && resolved.get("pattern").is_none() && resolved.get("format").is_none() => {
                Scalar::Text { chars_max: whole("maxLength").map_or(0, |most| most as u32) }
            }
            _ => Scalar::Odd,
        };
        Ok(Shape::Scalar(scalar))
    }

    fn vocabulary(&mut self, name: &str, resolved: &Resolved<'_>, words: &[Value]) -> VocabularyId {
        if let Some(known) = self.vocabulary_by_def.get(name) {
            return *known;
        }
        let id = self.vocabularies.len() as VocabularyId;
        let text = |word: &Value, key: &str| word.get(key).and_then(Value::as_str).map(str::to_owned);
        let words: Vec<Word> = words
            .iter()
            .filter_map(|word| {
                let known = text(word, "const")?;
                let ordered = known != UNKNOWN_WORD && !word.get("x-unordered").and_then(Value::as_bool).unwrap_or(false);
                Some(Word {
                    description: text(word, "description").unwrap_or_default(),
                    ordered,
                    stage_as: text(word, "x-stage-as"),
                    reaches: text(word, "x-reaches"),
                    text: known,
                })
            })
            .collect();
        let unknown = words.iter().position(|word| word.text == UNKNOWN_WORD).map_or(u16::MAX, |at| at as u16);
        let description =
            self.defs.get(name).and_then(|def| def.get("description")).and_then(Value::as_str).or_else(|| resolved.text("description"));
        self.vocabularies.push(Vocabulary {
            name: name.to_owned(),
            description: description.unwrap_or_default().to_owned(),
            words,
            ordered: resolved.flag("x-ordered"),
            by_name: Vec::new(),
            unknown,
        });
        self.vocabulary_by_def.insert(name.to_owned(), id);
        id
    }

    fn finish(mut self, jobs: Jobs, json: Value) -> Load<Schema> {
        // Nested registers come after those of the charter, so that a register's number tells them apart.
        let registers: BTreeMap<&str, RegisterId> =
            self.registers.iter().enumerate().map(|(at, register)| (register.name.as_str(), at as RegisterId)).collect();
        for (reference, names) in self.references.iter_mut().zip(&self.targets) {
            for name in names {
                let Some(register) = registers.get(name.as_str()) else {
                    return refuse(format!("x-ref names {name}, which is no register"));
                };
                reference.targets.push(*register);
            }
        }
        let bundle = self.structs.len() as StructId;
        let registers_only: Vec<FieldId> = self
            .structs
            .first()
            .map(|charter| {
                charter
                    .fields
                    .iter()
                    .copied()
                    .filter(|id| {
                        self.fields.get(usize::from(*id)).is_some_and(|field| {
                            field.name == "$schema" || (field.register.is_some() && field.shape != 0 && self.is_register(*id))
                        })
                    })
                    .collect()
            })
            .unwrap_or_default();
        self.structs.push(Struct {
            name: "registers".to_owned(),
            description: "A file that holds several registers.".to_owned(),
            fields: registers_only,
            register: None,
            row_of: None,
            by_name: Vec::new(),
            required: Vec::new(),
            room: 0,
            judged_alone: true,
        });
        self.required_names.push(Vec::new());
        let words = self.vocabularies.iter().flat_map(|vocabulary| vocabulary.words.iter().map(|word| word.text.as_str()));
        let names = Names::new(self.fields.iter().map(|field| field.name.as_str()).chain(words));
        // A field of the charter keeps its place in the bundle.
        let mut places: Vec<Option<(StructId, u16)>> = vec![None; self.fields.len()];
        for (number, (structure, required)) in (0..).zip(self.structs.iter_mut().zip(&self.required_names)) {
            structure.by_name = vec![FIELD_UNKNOWN; names.len()];
            for (at, id) in (0..).zip(&structure.fields) {
                let Some(field) = self.fields.get_mut(usize::from(*id)) else { continue };
                if let Some(slot) = names.find(field.name.as_bytes()).and_then(|name| structure.by_name.get_mut(usize::from(name))) {
                    *slot = *id;
                }
                let Some(place) = places.get_mut(usize::from(*id)) else { continue };
                let (_, place) = *place.get_or_insert((number, at));
                structure.room = structure.room.max(usize::from(place) + 1);
                if required.contains(&field.name) {
                    field.required = true;
                    structure.required.push(place);
                }
            }
        }
        for vocabulary in &mut self.vocabularies {
            vocabulary.by_name = vec![u16::MAX; names.len()];
            for (at, word) in vocabulary.words.iter().enumerate() {
                if let Some(slot) = names.find(word.text.as_bytes()).and_then(|name| vocabulary.by_name.get_mut(usize::from(name))) {
                    *slot = at as u16;
                }
            }
        }
        let stages = self
            .structs
            .first()
            .and_then(|charter| {
                charter.fields.iter().find(|id| self.fields.get(usize::from(**id)).is_some_and(|field| field.name == jobs.stage))
            })
            .and_then(|id| self.fields.get(usize::from(*id)))
            .and_then(|field| match self.shapes.get(usize::from(field.shape)) {
                Some(Shape::Scalar(Scalar::Word(id))) => Some(*id),
                _ => None,
            });
        let Some(stages) = stages else { return refuse("the charter has no field for the stage") };
        let stage = |word: &str| self.vocabularies.get(usize::from(stages)).and_then(|vocabulary| vocabulary.find(word));
        let mut marks = Vec::new();
        for (field, mark) in &self.stage_marks {
            marks.push((*field, required_from(mark, &stage)?));
        }
        for (field, from) in marks {
            if let Some(field) = self.fields.get_mut(usize::from(field)) {
                field.required_from = Some(from);
            }
        }
        let shape_at = |id: ShapeId| self.shapes.get(usize::from(id)).copied().unwrap_or(Shape::Any);
        static MADE: AtomicU64 = AtomicU64::new(0);
        let quick: Vec<Quick> = self
            .fields
            .iter()
            .enumerate()
            .map(|(id, field)| {
                let shape = shape_at(field.shape);
                let element = match shape {
                    Shape::List(of) => shape_at(of),
                    other => other,
                };
                Quick {
                    shape,
                    element,
                    reference: field.reference,
                    is_register: self.is_register(id as FieldId),
                    is_date: element == Shape::Scalar(Scalar::Date),
                    owner: field.owner,
                }
            })
            .collect();
        let written = quick
            .iter()
            .map(|field| match field.element {
                Shape::Any | Shape::Map(_) | Shape::Scalar(Scalar::Text { .. } | Scalar::Odd) => Written::Free,
                Shape::Scalar(Scalar::Word(_) | Scalar::Reference { .. }) => Written::Named,
                Shape::Scalar(Scalar::Date) => Written::Date,
                _ => Written::Formed,
            })
            .collect();
        let places = places.into_iter().map(Option::unwrap_or_default).collect();
        let incoming = Incoming::new(self.structs.len(), &self.registers, &self.references);
        Ok(Schema {
            json,
            structs: self.structs,
            fields: self.fields,
            registers: self.registers,
            bounds: self.bounds,
            vocabularies: self.vocabularies,
            references: self.references,
            jobs,
            stages,
            quick,
            written,
            places,
            incoming,
            serial: 1 + MADE.fetch_add(1, Ordering::Relaxed),
            shapes: self.shapes,
            names,
            bundle,
        })
    }

    fn is_register(&self, field: FieldId) -> bool {
        self.registers.iter().any(|register| register.field == field && !register.nested)
    }
}

fn required_from(mark: &Value, stage: &impl Fn(&str) -> Option<u16>) -> Load<RequiredFrom> {
    let read = |word: &str| match word {
        "never" => Ok(None),
        word => stage(word).map(Some).ok_or_else(|| SchemaError(format!("x-required-from names {word}, which is no stage"))),
    };
    match mark {
        Value::String(word) => Ok(RequiredFrom { default: read(word)?, profiles: HashMap::new() }),
        Value::Object(by_profile) => {
            let mut from = RequiredFrom::default();
            for (profile, word) in by_profile {
                let at = read(word.as_str().unwrap_or_default())?;
                if profile == "default" {
                    from.default = at;
                } else {
                    from.profiles.insert(profile.clone(), at);
                }
            }
            Ok(from)
        }
        other => refuse(format!("x-required-from is {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_schema_keeps_its_contract() {
        let schema = Schema::builtin();
        assert!(schema.is_ok(), "{:?}", schema.err());
    }
}
