//! Judges what the reader did not find plainly valid, and says what is wrong in words a person would use.
//!
//! `jsonschema` judges and explains; the words are made from the kind of its complaint, the schema's own
//! vocabulary and our place. A value that breaks the schema is marked and absent to rules.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;

use super::order::Plan;
use super::{About, Flaw, Programme, Where};
use crate::document::view::{ForestJson, View, is_recorded};
use crate::document::{Forest, Kind};
use crate::finding::{Care, Part};
use crate::limits;
use crate::schema::guide::{ABSENT, FAULTY, REPEATED};
use crate::schema::judge::{self, Complaint};
use crate::schema::{CHARTER, FIELD_NONE, FIELD_UNKNOWN, Scalar, Schema, Shape, StructId};
use crate::text;

/// One validator for each kind of object, built when it is first needed.
#[derive(Debug)]
pub struct Judges {
    pub(super) order: Plan,
    validators: Vec<OnceLock<Option<Validator<ForestJson>>>>,
    /// Whether every record is given to the validator, also those that are plainly valid.
    pub all: bool,
}

impl Judges {
    /// Judges for a schema.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self { order: Plan::new(schema), validators: schema.structs.iter().map(|_| OnceLock::new()).collect(), all: false }
    }

    fn validator(&self, schema: &Schema, structure: StructId) -> Option<&Validator<ForestJson>> {
        self.validators.get(usize::from(structure))?.get_or_init(|| schema.validator(structure).ok()).as_ref()
    }

    /// What the validator finds wrong with an object.
    #[must_use]
    pub fn complaints(&self, schema: &Schema, structure: StructId, forest: &Forest, node: u32) -> Vec<Complaint> {
        self.validator(schema, structure).map_or_else(Vec::new, |validator| judge::complaints(validator, View::Node(forest, node)))
    }
}

pub(super) fn validate(programme: &mut Programme, judges: &Judges) {
    repeated(programme);
    let mut doubts: Vec<u32> = programme.forest.doubts.iter().map(|doubt| doubt.node).collect();
    if judges.all {
        // Rows of the charter that are a register of their own are judged with it.
        let is_row = |structure| {
            let register = programme.schema.structure(structure).and_then(|known| programme.schema.register(known.register?));
            register.is_some_and(|register| register.nested)
        };
        let alone = programme.records.iter().filter(|record| !is_row(record.structure)).map(|record| record.node);
        doubts.extend(alone.filter(|node| (*node as usize) < programme.forest.nodes.len()));
    }
    doubts.sort_unstable();
    doubts.dedup();
    for node in doubts {
        let structure = structure_at(programme, node);
        if let Some(structure) = structure
            && programme.forest.node(node).kind == Kind::Object
        {
            object(programme, judges, structure, node);
        }
    }
    sums(programme);
}

/// The struct of an object that is judged by itself.
fn structure_at(programme: &Programme, node: u32) -> Option<StructId> {
    let root = programme.forest.tree_of(node).and_then(|tree| programme.forest.trees.get(tree)).is_some_and(|tree| tree.root == node);
    if programme.charter == Some(node) {
        return Some(CHARTER);
    }
    let of_record = programme.record_at(node).and_then(|record| programme.record(record)).map(|record| record.structure);
    of_record.or_else(|| match programme.schema.bundle_shape() {
        Shape::Struct(bundle) if root => Some(bundle),
        _ => None,
    })
}

fn repeated(programme: &mut Programme) {
    for value in std::mem::take(&mut programme.forest.repeated) {
        let path = programme.forest.path_to(value);
        let Some(object) = path.len().checked_sub(2).and_then(|at| path.get(at)).copied() else { continue };
        let key = programme.forest.key(value).unwrap_or_default().into_owned();
        let first =
            programme.forest.children(object).find(|child| programme.forest.key(*child).is_some_and(|own| own == key)).unwrap_or(value);
        let known = programme.schema.field(programme.forest.node(value).field).is_some();
        let message = vec![
            Part::words("the field "),
            Part::value("key", key, if known { Care::Safe } else { Care::Hidden }),
            Part::words(" is written twice in one record, so neither value is used"),
        ];
        programme.flaws.push(Flaw {
            rule: "record/key-repeated",
            at: Where::Key(value),
            about: About::Place,
            message,
            label: "again here",
            help: None,
            also: vec![(Where::Key(first), "first here")],
            more: 0,
        });
    }
}

/// The entries of lists as the validator numbers them; a list may have as many findings as entries.
type Lists = HashMap<u32, Vec<u32>>;

/// Where a complaint's path leads: as far as it can be followed.
fn follow(forest: &Forest, from: u32, path: &[String], lists: &mut Lists) -> u32 {
    let mut at = from;
    for step in path {
        let next = match forest.node(at).kind {
            Kind::Object => forest
                .children(at)
                .find(|child| forest.node(*child).marks & REPEATED == 0 && forest.key(*child).is_some_and(|key| key == *step)),
            Kind::List => step.parse::<usize>().ok().and_then(|number| {
                let recorded = lists.entry(at).or_insert_with(|| forest.children(at).filter(|child| is_recorded(forest, *child)).collect());
                recorded.get(number).copied()
            }),
            _ => None,
        };
        match next {
            Some(child) => at = child,
            None => break,
        }
    }
    at
}

fn object(programme: &mut Programme, judges: &Judges, structure: StructId, node: u32) {
    let schema = Arc::clone(&programme.schema);
    let mut complaints = judges.complaints(&schema, structure, &programme.forest, node);
    let mut lists = Lists::new();
    // A register that is no list has its own finding.
    complaints.retain(|complaint| {
        let at = follow(&programme.forest, node, &complaint.path, &mut lists);
        let register = schema.field(programme.forest.node(at).field).and_then(|field| schema.register(field.register?));
        !(matches!(complaint.flaw, judge::Flaw::Type) && !complaint.path.is_empty() && register.is_some_and(|register| !register.nested))
    });
    let mut explained: BTreeSet<u32> = BTreeSet::new();
    let mut members = Members::new();
    for complaint in &complaints {
        let at = follow(&programme.forest, node, &complaint.path, &mut lists);
        match &complaint.flaw {
            judge::Flaw::UnknownKey(key) => unknown_key(programme, &schema, structure, at, key, &mut members),
            judge::Flaw::Missing(key) => missing(programme, &schema, structure, at, key),
            judge::Flaw::Other => {}
            judge::Flaw::Type | judge::Flaw::Word | judge::Flaw::Form | judge::Flaw::Range => {
                if explained.insert(at) {
                    value(programme, &schema, at);
                }
            }
        }
    }
    // What the reader refused for a reason that the schema does not know (a bound of the program).
    let end = programme.forest.after(node);
    let mut at = node + 1;
    let mut explained = explained.into_iter().peekable();
    let mut covered = 0;
    while at < end {
        while let Some(known) = explained.next_if(|known| *known <= at) {
            covered = covered.max(programme.forest.after(known));
        }
        let here = programme.forest.node(at);
        if structure == CHARTER && here.kind == Kind::Object && programme.record_at(at).is_some() {
            at = programme.forest.after(at);
            continue;
        }
        if here.marks & FAULTY != 0 && at >= covered {
            let is_register = schema.field(here.field).is_some_and(|field| field.register.is_some());
            if !is_register {
                covered = programme.forest.after(at);
                value(programme, &schema, at);
            }
        }
        at += 1;
    }
}

/// Names the record in which a node lies: `payment pay-3`, or `the charter`.
pub(super) fn owner(programme: &Programme, at: u32) -> Vec<Part> {
    let record = programme.record_around(at);
    match programme.record(record) {
        Some(known) if known.structure != CHARTER => {
            let one = programme
                .schema
                .structure(known.structure)
                .and_then(|structure| programme.schema.register(structure.register?))
                .map_or("record", |register| register.one.as_str());
            let mut parts = vec![Part::words(&one.replace('_', " "))];
            if let Some(id) = programme.id_of(record) {
                parts.push(Part::words(" "));
                parts.push(Part::value("id", id, Care::Id));
            } else {
                parts = vec![Part::words("a "), Part::words(&one.replace('_', " ")), Part::words(" without an id")];
            }
            parts
        }
        _ => vec![Part::words("the charter")],
    }
}

/// The unknown members of objects, by key: an object may have as many as there are findings.
type Members = HashMap<u32, HashMap<String, u32>>;

fn unknown_key(programme: &mut Programme, schema: &Schema, structure: StructId, at: u32, key: &str, members: &mut Members) {
    let forest = &programme.forest;
    let unknown = members.entry(at).or_insert_with(|| {
        // Of a key that stands twice the first is meant.
        let unknown = forest.children(at).filter(|child| forest.node(*child).field == FIELD_UNKNOWN).collect::<Vec<_>>();
        unknown.into_iter().rev().filter_map(|child| Some((forest.key(child)?.into_owned(), child))).collect()
    });
    let Some(member) = unknown.get(key).copied() else { return };
    let within = if forest.children(at).next().is_some() { struct_at(programme, structure, at) } else { structure };
    let known: Vec<&str> = schema
        .structure(within)
        .into_iter()
        .flat_map(|known| &known.fields)
        .filter_map(|id| schema.field(*id))
        .map(|field| field.name.as_str())
        .collect();
    let near = text::nearest(key, known.iter().copied()).filter(|near| text::edits(key, near, 2).is_some());
    let mut message = owner(programme, at);
    match near {
        Some(near) => {
            message.push(Part::words(" has a field "));
            message.push(Part::value("key", key, Care::Safe));
            message.push(Part::words(" that is not known; did you mean "));
            message.push(Part::words(near));
            message.push(Part::words("?"));
        }
        None => {
            message.push(Part::words(" has a field that is not known (its name, "));
            message.push(Part::value("length", key.chars().count().to_string(), Care::Safe));
            message.push(Part::words(" characters, is not shown)"));
        }
    }
    let help = match near {
        Some(near) => format!("write {near}, or begin its name with x- if it is your organisation's own"),
        None => {
            let register = programme.register_of(programme.record_around(at)).and_then(|id| schema.register(id));
            let list =
                register.map_or_else(String::new, |known| format!("; havesay explain {} lists the fields that are known", known.name));
            format!("begin its name with x- if it is your organisation's own, or remove it{list}")
        }
    };
    programme.flaws.push(Flaw {
        rule: "record/unknown-key",
        at: Where::Key(member),
        about: About::Place,
        message,
        label: "not a known field",
        help: Some(help),
        also: Vec::new(),
        more: 0,
    });
}

/// The struct of the object at a node, within the record whose struct is known.
fn struct_at(programme: &Programme, outer: StructId, at: u32) -> StructId {
    match structure_at(programme, at) {
        Some(own) => own,
        None => programme.schema.struct_of(programme.forest.node(at).field).unwrap_or(outer),
    }
}

fn missing(programme: &mut Programme, schema: &Schema, structure: StructId, at: u32, key: &str) {
    let forest = &programme.forest;
    let within = struct_at(programme, structure, at);
    let written = schema.field_named(within, key).and_then(|field| forest.member(at, field));
    if written.is_some_and(|member| forest.node(member).marks & (REPEATED | FAULTY) != 0) {
        return;
    }
    if programme.misspelt(at, key) {
        return;
    }
    let mut message = owner(programme, at);
    let row =
        schema.field(programme.forest.node(at).field).and_then(|field| field.one.clone()).filter(|_| structure_at(programme, at).is_none());
    match row {
        Some(row) => message.push(Part::words(&format!(" has a {} without {key}", row.replace('_', " ")))),
        None if key == schema.jobs.id => {
            message = vec![
                Part::words("a "),
                Part::words(
                    &schema
                        .structure(within)
                        .and_then(|known| schema.register(known.register?))
                        .map_or("charter", |register| register.one.as_str())
                        .replace('_', " "),
                ),
                Part::words(" has no id"),
            ]
        }
        None => message.push(Part::words(&format!(" has no {key}"))),
    }
    let help = schema
        .field_named(within, key)
        .and_then(|field| schema.field(field))
        .map(|field| format!("add {key}: {}", lower_first(&field.description)));
    programme.flaws.push(Flaw {
        rule: "record/required-missing",
        at: Where::Node(at),
        about: About::Lacking(at, key.to_owned()),
        message,
        label: "",
        help,
        also: Vec::new(),
        more: 0,
    });
}

fn lower_first(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => text.trim_end_matches('.').to_owned(),
    }
}

/// What a shape expects, in words.
fn expected(schema: &Schema, shape: Shape) -> String {
    match shape {
        Shape::List(_) | Shape::OneOrList(_) => "a list in square brackets".to_owned(),
        Shape::Struct(_) | Shape::Map(_) => "an object in curly brackets".to_owned(),
        Shape::Any => "something else".to_owned(),
        Shape::Scalar(scalar) => match scalar {
            Scalar::Text { .. } | Scalar::Odd => "text in quotes".to_owned(),
            Scalar::Id => "an id in quotes".to_owned(),
            Scalar::Reference { .. } => "the id of a record, in quotes".to_owned(),
            Scalar::Currency => "a currency code such as EUR".to_owned(),
            Scalar::Language => "a language tag such as en or de-AT".to_owned(),
            Scalar::Date => "a date in quotes, such as 2026-03-01".to_owned(),
            Scalar::Time => "a time in quotes, such as 14:30".to_owned(),
            Scalar::Number(bounds) if schema.bounds(bounds).whole => "a whole number".to_owned(),
            Scalar::Number(_) => "a number without quotes".to_owned(),
            Scalar::Flag => "true or false without quotes".to_owned(),
            Scalar::Word(id) => {
                let words: Vec<String> = schema.vocabulary(id).into_iter().flat_map(|known| known.choices()).map(str::to_owned).collect();
                format!("one of {}", text::list(&words, "or"))
            }
        },
    }
}

const fn found(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::False | Kind::True => "true or false",
        Kind::Number => "a number",
        Kind::Text => "text",
        Kind::List => "a list",
        Kind::Object => "an object",
    }
}

/// Says what is wrong with a value, going by its field, and marks it.
fn value(programme: &mut Programme, schema: &Schema, at: u32) {
    programme.forest.mark(at, FAULTY);
    let node = programme.forest.node(at);
    let path = programme.forest.path_to(at);
    let around = path.len().checked_sub(2).and_then(|up| path.get(up)).map(|up| programme.forest.node(*up));
    let is_element = around.is_some_and(|around| around.kind == Kind::List);
    // A value under a name of the record's own has no field; the object that holds it has.
    let map = around.and_then(|around| match schema.shape_of(around.field) {
        Shape::Map(of) if node.field == FIELD_NONE => Some((around.field, schema.shape(of))),
        _ => None,
    });
    let of = map.map_or(node.field, |(field, _)| field);
    let Some(field) = schema.field(of) else { return };
    let shape = match map {
        Some((_, shape)) => shape,
        None if is_element => schema.element_shape_of(of),
        None => schema.shape_of(of),
    };
    let place = if map.is_some() { "a value in " } else { "" };
    let mut message =
        vec![Part::words(&if is_element { format!("an entry in {} of ", field.name) } else { format!("{place}{} of ", field.name) })];
    // Within a row, the row is named.
    let row =
        path.iter().rev().skip(1).find(|up| programme.forest.node(**up).kind == Kind::Object && structure_at(programme, **up).is_none());
    if let Some(one) = row.and_then(|row| schema.field(programme.forest.node(*row).field)).and_then(|list| list.one.as_deref()) {
        let one = one.replace('_', " ");
        let article = if one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        message.push(Part::words(&format!("{article} {one} of ")));
    }
    if field.name == schema.jobs.id && row.is_none() {
        // A record whose id is at fault cannot be named by it.
        let one =
            schema.structure(field.owner).and_then(|known| schema.register(known.register?)).map(|register| register.one.replace('_', " "));
        message.push(Part::words(&one.map_or_else(|| "the charter".to_owned(), |one| format!("a {one}"))));
    } else {
        message.extend(owner(programme, at));
    }
    let wanted = expected(schema, shape);
    let mut help = None;
    let (rule, label) = match (shape, node.kind) {
        (Shape::Scalar(Scalar::Date), Kind::Text) => {
            // Only the form is looked at: what was written is not repeated.
            let written = programme.forest.string(at);
            let shaped = written.len() == 10
                && written.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
            if shaped {
                message.push(Part::words(" is a day that does not exist"));
                ("record/not-a-date", "no such day")
            } else {
                message.push(Part::words(" is not written as a date"));
                ("record/not-a-date", "expected is year-month-day, such as 2026-03-01")
            }
        }
        (Shape::Scalar(Scalar::Word(vocabulary)), Kind::Text) => {
            let written = programme.forest.string(at).into_owned();
            let known: Vec<&str> = schema.vocabulary(vocabulary).into_iter().flat_map(|known| known.choices()).collect();
            // Of a sensitive field even a word that is misspelt says what is meant.
            let near = text::nearest(&written, known.iter().copied()).filter(|near| text::edits(&written, near, 2).is_some());
            match near.filter(|_| schema.is_safe(of)) {
                Some(near) => {
                    message.push(Part::words(" has the word "));
                    message.push(Part::value("word", written, Care::Safe));
                    message.push(Part::words(", which is not listed; did you mean "));
                    message.push(Part::words(near));
                    message.push(Part::words("?"));
                }
                None => {
                    message.push(Part::words(" has a word of "));
                    message.push(Part::value("length", written.chars().count().to_string(), Care::Safe));
                    message.push(Part::words(" characters that is not listed"));
                }
            }
            help = Some(format!("use {wanted}, or unknown"));
            ("record/unknown-term", "not one of the listed words")
        }
        (Shape::List(of), Kind::List) if matches!(schema.shape(of), Shape::Scalar(Scalar::Word(_))) => {
            message.push(Part::words(" says unknown beside other words"));
            help = Some("write unknown alone, or leave it out".to_owned());
            ("record/unknown-term", "unknown stands alone, for the whole list")
        }
        (Shape::Scalar(Scalar::Number(bounds)), Kind::Number) => {
            let bounds = schema.bounds(bounds);
            let care = if schema.is_safe(of) { Care::Safe } else { Care::Hidden };
            message.push(Part::words(" is "));
            message.push(Part::value(&field.name, programme.forest.raw(at), care));
            let number = programme.forest.raw(at).parse::<f64>().unwrap_or(0.0);
            let low = bounds.least.is_some_and(|least| number < least as f64);
            let range = match (bounds.least, bounds.most) {
                _ if number.abs() > limits::NUMBER_MAX as f64 && !low => "; numbers this large are not read".to_owned(),
                _ if bounds.whole && number.fract() != 0.0 => "; a whole number is expected".to_owned(),
                (Some(least), Some(most)) => format!("; it must lie between {least} and {most}"),
                (Some(least), None) => format!("; it must not be below {least}"),
                (None, Some(most)) => format!("; it must not be above {most}"),
                (None, None) => "; numbers this large are not read".to_owned(),
            };
            message.push(Part::words(&range));
            ("record/out-of-range", "outside what is allowed")
        }
        (Shape::Scalar(Scalar::Text { chars_max }), Kind::Text) => {
            message.push(Part::words(&format!(" is longer than {chars_max} characters")));
            ("record/out-of-range", "too long")
        }
        (Shape::Scalar(Scalar::Id | Scalar::Reference { .. }), Kind::Text) => {
            message.push(Part::words(" is not written as an id"));
            help = Some("use 1 to 100 letters, digits and . _ - @ : # without spaces".to_owned());
            ("record/wrong-type", "not an id")
        }
        (Shape::Scalar(_), Kind::Text) if node.marks & ABSENT == 0 && !matches!(shape, Shape::Scalar(Scalar::Number(_) | Scalar::Flag)) => {
            let form = wanted.replace(" in quotes, such", ", such");
            message.push(Part::words(&format!(" is not written as {form}")));
            ("record/wrong-type", "not of the expected form")
        }
        _ => {
            message.push(Part::words(&format!(" is {}, where {wanted} belongs", found(node.kind))));
            ("record/wrong-type", "another kind of value")
        }
    };
    // Out of range: the page says what to do.
    let help = help.or_else(|| (rule != "record/out-of-range").then(|| format!("write {wanted}")));
    programme.flaws.push(Flaw { rule, at: Where::Node(at), about: About::Place, message, label, help, also: Vec::new(), more: 0 });
}

/// Lists whose rows' values must add up.
fn sums(programme: &mut Programme) {
    let schema = Arc::clone(&programme.schema);
    for (id, field) in schema.fields.iter().enumerate() {
        let Some((part, to)) = &field.sum else { continue };
        let Some(part) = schema.struct_of(id as u16).and_then(|rows| schema.field_named(rows, part)) else { continue };
        let lists: Vec<u32> = programme
            .objects_of(field.owner)
            .into_iter()
            .filter_map(|object| programme.forest.value(object, id as u16))
            .filter(|list| programme.forest.node(*list).kind == Kind::List)
            .collect();
        for list in lists {
            let numbers: Vec<Option<f64>> = programme
                .forest
                .children(list)
                .map(|row| programme.forest.value(row, part).and_then(|at| programme.forest.raw(at).parse().ok()))
                .collect();
            // A row without a value leaves the sum open.
            let Some(sum) = numbers.iter().copied().sum::<Option<f64>>() else { continue };
            // Shares are rounded when they are written: half a unit of the last place each may be missing.
            let slack: f64 = programme
                .forest
                .children(list)
                .filter_map(|row| programme.forest.value(row, part))
                .map(|at| rounding(programme.forest.raw(at)))
                .sum();
            if numbers.is_empty() || (sum - to).abs() <= slack + 1e-9 {
                continue;
            }
            let name = schema.field(part).map_or("", |part| part.name.as_str());
            let message = vec![
                Part::words(&format!("the {name}s of the {} add up to ", field.name)),
                Part::value("sum", format!("{}", (sum * 1e6).round() / 1e6), Care::Safe),
                Part::words(&format!(", not to {to}")),
            ];
            for row in programme.forest.children(list).collect::<Vec<_>>() {
                if let Some(at) = programme.forest.value(row, part) {
                    programme.forest.mark(at, FAULTY);
                }
            }
            let first = programme.forest.children(list).find_map(|row| programme.forest.member(row, part)).unwrap_or(list);
            programme.flaws.push(Flaw {
                rule: "record/shares-do-not-sum",
                at: Where::Node(first),
                about: About::Place,
                message,
                label: "the first of them",
                help: None,
                also: Vec::new(),
                more: 0,
            });
        }
    }
}

/// Half a unit of the last decimal place of a share, at most half a hundredth.
fn rounding(raw: &str) -> f64 {
    let places = raw.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    (0.5 * 10f64.powi(-(places.min(9) as i32))).min(0.005)
}
