//! The fast reader against the validator, and the schema that both go by.
//!
//! The reader accepts what is plainly valid while it reads; `jsonschema` looks only at what it left in
//! doubt. So the reader must accept nothing that the validator refuses. Every place of the schema is tried
//! with every odd value, and valid records are changed at random; whole programmes must have the same flaws
//! whether the validator sees the doubtful records or all of them.

#![expect(clippy::panic, reason = "a test says what it found by panicking")]

#[path = "support/records.rs"]
mod records;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use havesay::discover::{Input, Role, Source};
use havesay::document::{Forest, Kind, json};
use havesay::programme::{Clock, Judges, load};
use havesay::schema::guide::{FAULTY, REPEATED};
use havesay::schema::{CHARTER, FIELD_NONE, FieldId, Schema, Shape, StructId, Written, form, overlay};
use proptest::prelude::*;
use records::{Chooser, Layout, Model, Tree, mutate};
use serde_json::Value as Json;

struct Kit {
    schema: Arc<Schema>,
    model: Model,
    judges: Judges,
    all: Judges,
}

fn kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(|| {
        // The built-in schema, and in it an organisation's own fields of every kind.
        let overlay = serde_json::from_str(include_str!("toy/overlay.json")).unwrap_or_else(|error| panic!("{error}"));
        let schema = Arc::new(overlay::extend(&[overlay]).unwrap_or_else(|wrong| panic!("{wrong:?}")));
        let model = Model::read(&schema.json.to_string()).unwrap_or_else(|| panic!("the schema is no JSON"));
        let (judges, mut all) = (Judges::new(&schema), Judges::new(&schema));
        all.all = true;
        Kit { schema, model, judges, all }
    })
}

/// What becomes of an object: whether the reader is in doubt, and what the validator says.
struct Judged {
    doubt: bool,
    complaints: Vec<String>,
}

/// Reads a text as this shape and judges one object in it. A key written twice has a finding of its own
/// and is seen by neither, which counts as a doubt.
fn judge(text: &str, shape: Shape, structure: StructId, pick: impl Fn(&Forest) -> u32) -> Judged {
    let kit = kit();
    let mut forest = Forest::default();
    forest.text.push_str(text);
    let outcome = json::plant(&mut forest, 0, shape, FIELD_NONE, &*kit.schema);
    assert!(outcome.is_ok(), "{outcome:?}: {text}");
    compare_quoted(&forest);
    compare_layout(&forest);
    let node = pick(&forest);
    let end = forest.after(node);
    let doubted = forest.doubts.iter().any(|doubt| doubt.node == node);
    let repeated = (node..end).any(|at| forest.node(at).marks & REPEATED != 0);
    let complaints = kit.judges.complaints(&kit.schema, structure, &forest, node);
    Judged { doubt: doubted || repeated, complaints: complaints.iter().map(|complaint| format!("{complaint:?}")).collect() }
}

/// Holds what the reader gathered of all that is written in quotes against the nodes themselves.
fn compare_quoted(forest: &Forest) {
    let (mut free, mut formed) = (Vec::new(), Vec::new());
    for (at, node) in (0u32..).zip(&forest.nodes).filter(|(_, node)| node.kind == Kind::Text) {
        match kit().schema.written_as(node.field) {
            Written::Free => free.push(at),
            Written::Formed => formed.push(at),
            Written::Date if !node.has_value() || !form::is_everyday(node.link.cast_signed()) => formed.push(at),
            Written::Date | Written::Named => {}
        }
    }
    // A key that is written twice is found out only afterwards.
    let seen = |all: &[u32]| all.iter().copied().filter(|at| forest.node(*at).marks & REPEATED == 0).collect::<Vec<_>>();
    assert_eq!((seen(&forest.free), seen(&forest.formed)), (seen(&free), seen(&formed)), "{}", forest.text);
}

/// Holds where the reader noted that fields stand against the nodes themselves. Where it was not sure of something all
/// is noted anew once that is judged.
fn compare_layout(forest: &Forest) {
    let schema = &kit().schema;
    if !forest.doubts.is_empty() {
        return;
    }
    for (at, node) in (0u32..).zip(&forest.nodes).filter(|(_, node)| node.kind == Kind::Object) {
        let Some(structure) = forest.layout.structure(at) else {
            assert_eq!(schema.struct_of(node.field), None, "{}", forest.text);
            continue;
        };
        let placed = |field: &&FieldId| schema.place_of(**field).is_some_and(|(owner, _)| owner == structure);
        for field in schema.structure(structure).into_iter().flat_map(|known| &known.fields).filter(placed) {
            let written: Vec<u32> = forest.children(at).filter(|child| forest.node(*child).field == *field).collect();
            let expected = match written.as_slice() {
                [] => Some(None),
                [only] if forest.node(*only).has_value() => Some(Some(*only)),
                [only] if forest.node(*only).marks & FAULTY == 0 => Some(None),
                _ => None,
            };
            let place = schema.place_of(*field).map_or(0, |(_, place)| place);
            assert_eq!(forest.layout.at(at, structure, place), expected, "field {field} in {}", forest.text);
        }
    }
}

/// Judges a record of a register, or the charter where there is none.
fn judge_record(register: Option<&str>, record: &Tree) -> (String, Judged) {
    let schema = &kit().schema;
    match register.and_then(|name| schema.register_named(name)) {
        Some(register) => {
            let structure = schema.register(register).map_or(CHARTER, |register| register.record);
            let text = Tree::List(vec![record.clone()]).to_string();
            let judged = judge(&text, schema.register_shape(register), structure, |forest| forest.children(0).next().unwrap_or(0));
            (text, judged)
        }
        None => {
            let text = record.to_string();
            let judged = judge(&text, schema.charter_shape(), CHARTER, |_| 0);
            (text, judged)
        }
    }
}

/// The same JSON with other blanks between its signs.
fn spaced(text: &str, blanks: usize) -> String {
    let (before, after) =
        [("", ""), ("", " "), ("", "\n  "), (" ", "\t"), ("\r\n", "           ")].get(blanks).copied().unwrap_or_default();
    let (mut out, mut inside, mut escaped) = (String::new(), false, false);
    for sign in text.chars() {
        if !inside && sign.is_ascii_whitespace() {
            continue;
        }
        let stands_alone = !inside && matches!(sign, '{' | '}' | '[' | ']' | ':' | ',');
        out.push_str(if stands_alone { before } else { "" });
        out.push(sign);
        out.push_str(if stands_alone { after } else { "" });
        inside ^= sign == '"' && !escaped;
        escaped = inside && sign == '\\' && !escaped;
    }
    out
}

/// What came of the last of some texts, read one after another into one forest: its nodes, or why there are none.
fn planted(texts: &[&str], shape: Shape) -> Result<Vec<String>, String> {
    let mut forest = Forest::default();
    let mut last = Ok(Vec::new());
    for text in texts {
        let (from, first) = (forest.text.len(), forest.nodes.len() as u32);
        forest.text.push_str(text);
        let outcome = json::plant(&mut forest, from, shape, FIELD_NONE, &*kit().schema);
        last = match outcome {
            Err(fault) => Err(format!("{:?} at {}", fault.problem, fault.span.start as usize - from)),
            Ok(()) => Ok(forest
                .nodes
                .iter()
                .skip(first as usize)
                .map(|node| {
                    let link = if node.is_container() { node.link - first } else { node.link };
                    format!(
                        "{} {} {link} {} {:?} {}",
                        node.start as usize - from,
                        node.end as usize - from,
                        node.field,
                        node.kind,
                        node.marks
                    )
                })
                .collect()),
        };
    }
    last
}

/// The registers whose records are judged one by one, and none for the charter.
fn kinds() -> Vec<Option<records::Register>> {
    std::iter::once(None).chain(kit().model.registers().into_iter().filter(|register| !register.nested).map(Some)).collect()
}

#[test]
fn the_reader_accepts_no_oddity_that_the_validator_refuses() {
    let kit = kit();
    let (mut tried, mut accepted, mut wrong) = (0, 0, BTreeSet::new());
    for register in kinds() {
        let name = register.as_ref().map(|register| register.name.as_str());
        let schema = register.as_ref().map_or(kit.model.charter(), |register| kit.model.record(register));
        kit.model.each_oddity(schema, 4, &|tree| tree, &mut |tree| {
            // Where a list or a scalar stands in the place of the record, there is none to judge.
            let (text, judged) = judge_record(name, &tree);
            tried += 1;
            accepted += usize::from(!judged.doubt);
            if !judged.doubt && !judged.complaints.is_empty() && wrong.len() < 50 {
                wrong.insert(format!("{text}\n    {}", judged.complaints.join("; ")));
            }
        });
    }
    assert!(tried > 50_000 && accepted > 10_000, "{accepted} of {tried} were accepted");
    assert!(
        wrong.is_empty(),
        "{} accepted by the reader and refused by the validator:\n{}",
        wrong.len(),
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_records_leave_no_doubt(kind in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let kinds = kinds();
        let register = kinds.get(kind.index(kinds.len())).and_then(Option::as_ref);
        let schema = register.map_or(kit().model.charter(), |register| kit().model.record(register));
        let record = kit().model.valid(schema, &mut Chooser::endless(seed), 0);
        let (text, judged) = judge_record(register.map(|register| register.name.as_str()), &record);
        prop_assert!(!judged.doubt && judged.complaints.is_empty(), "{}: in doubt {}, {:?}", text, judged.doubt, judged.complaints);
    }

    #[test]
    fn changed_records_are_accepted_only_where_the_validator_accepts_them(kind in any::<prop::sample::Index>(), seed in any::<u64>(), changes in prop::collection::vec(any::<u8>(), 0..30)) {
        let kinds = kinds();
        let register = kinds.get(kind.index(kinds.len())).and_then(Option::as_ref);
        let schema = register.map_or(kit().model.charter(), |register| kit().model.record(register));
        let mut record = kit().model.valid(schema, &mut Chooser::endless(seed), 0);
        let mut changes = Chooser::new(&changes);
        while changes.is_left() {
            let before = record.clone();
            mutate(&mut record, &mut changes);
            // What is no object is no record.
            if !matches!(record, Tree::Object(_)) {
                record = before;
            }
        }
        let (text, judged) = judge_record(register.map(|register| register.name.as_str()), &record);
        prop_assert!(judged.doubt || judged.complaints.is_empty(), "{}\n{:?}", text, judged.complaints);
    }

    #[test]
    fn what_was_read_before_and_how_it_was_written_changes_nothing(
        kind in any::<prop::sample::Index>(), seeds in any::<(u64, u64)>(), blanks in (0..5_usize, 0..5_usize),
        changes in prop::collection::vec(any::<u8>(), 0..10), cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let kinds = kinds();
        let register = kinds.get(kind.index(kinds.len())).and_then(Option::as_ref);
        let schema = register.map_or(kit().model.charter(), |register| kit().model.record(register));
        let shape = register.and_then(|register| kit().schema.register_named(&register.name)).map_or(kit().schema.charter_shape(), |register| kit().schema.record_or_list_shape(register));
        let mut second = kit().model.valid(schema, &mut Chooser::endless(seeds.1), 0);
        let mut changes = Chooser::new(&changes);
        while changes.is_left() {
            mutate(&mut second, &mut changes);
        }
        let first = spaced(&kit().model.valid(schema, &mut Chooser::endless(seeds.0), 0).to_string(), blanks.0);
        let mut text = spaced(&second.to_string(), blanks.1);
        if let Some(cut) = cut {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            text.truncate(ends.get(cut.index(ends.len().max(1))).copied().unwrap_or(0));
        }
        let (fresh, used) = (planted(&[&text], shape), planted(&[&first, &text], shape));
        prop_assert_eq!(fresh, used, "{}\nafter\n{}", text, first);
    }

    #[test]
    fn a_programme_has_the_same_flaws_whoever_looks_at_it(seed in any::<u64>(), changes in prop::collection::vec(any::<u8>(), 0..40)) {
        let files = programme(seed, &changes);
        let told = |judges: &Judges| -> Vec<String> {
            let inputs: Vec<Input> = files.iter().map(|(path, role, tree)| Input { path: path.clone(), role: *role, source: Source::Memory(tree.to_string().into_bytes()) }).collect();
            let programme = load(&kit().schema, judges, ".", &inputs, Forest::default(), Clock { as_of: 20_500, given: false }, false);
            let mut told: Vec<String> = programme.flaws.iter().map(|flaw| format!("{flaw:?}")).collect();
            told.sort();
            // What rules may read must not depend on who looked either.
            told.extend(programme.forest.nodes.iter().enumerate().map(|(at, node)| format!("{at}: {:?} {}", node.kind, node.has_value())));
            told
        };
        let (some, all) = (told(&kit().judges), told(&kit().all));
        let differ: Vec<_> = some.iter().filter(|flaw| !all.contains(flaw)).map(|flaw| format!("only where in doubt: {flaw}")).chain(all.iter().filter(|flaw| !some.contains(flaw)).map(|flaw| format!("only where all: {flaw}"))).collect();
        prop_assert!(some == all, "{}\n{} and {}: {}", files.iter().map(|(path, _, tree)| format!("{path}: {tree}")).collect::<Vec<_>>().join("\n"), some.len(), all.len(), differ.join("\n"));
    }
}

#[test]
fn what_says_nothing_is_no_finding_in_a_list_either() {
    let charter = r#"{ "id": "x", "title": "X", "stage": "charter", "budget": [null, "", { "kind": "unknown" }, { "kind": "no word" }],
        "inherits_from": ["", "a", null, " "], "bodies": [null, { "id": "b", "seats": [null, { "person": 5 }] }, ""] }"#;
    for judges in [&kit().judges, &kit().all] {
        let input = Input { path: "programme.json".to_owned(), role: Role::Charter, source: Source::Memory(charter.as_bytes().to_vec()) };
        let programme = load(&kit().schema, judges, ".", &[input], Forest::default(), Clock { as_of: 20_500, given: false }, false);
        let places: Vec<&str> =
            programme.flaws.iter().map(|flaw| charter.get(programme.place(flaw.at).span.range()).unwrap_or_default()).collect();
        // The places are those of the values, wherever something before them in the list says nothing.
        assert_eq!(places, ["\"no word\"", "5"], "{:?}", programme.flaws);
    }
}

/// A programme of some files in several layouts, changed here and there.
fn programme(seed: u64, changes: &[u8]) -> Vec<(String, Role, Tree)> {
    let mut files: Vec<(String, Role, Tree)> =
        kit().model.programme(&mut Chooser::endless(seed)).into_iter().map(|file| (file.path, role(&file.layout), file.tree)).collect();
    let mut changes = Chooser::new(changes);
    while changes.is_left() {
        let at = changes.pick(files.len());
        if let Some((_, _, tree)) = files.get_mut(at) {
            mutate(tree, &mut changes);
        }
    }
    files
}

fn role(layout: &Layout) -> Role {
    let register = |name: &String| kit().schema.register_named(name).unwrap_or_else(|| panic!("{name} is no register"));
    match layout {
        Layout::Charter => Role::Charter,
        Layout::Register(name) => Role::Register(register(name)),
        Layout::Record(name) => Role::Folder(register(name)),
        Layout::Several => Role::Other,
    }
}

#[test]
fn the_schema_is_valid_json_schema() {
    let json = kit().model.json();
    assert_eq!(json.get("$schema").and_then(Json::as_str), Some("https://json-schema.org/draft/2020-12/schema"));
    let outcome = jsonschema::meta::validate(json);
    assert!(outcome.is_ok(), "{}", outcome.err().map(|error| error.to_string()).unwrap_or_default());
}

/// Every object of the schema's JSON, with where it stands.
fn walk<'j>(json: &'j Json, path: &str, visit: &mut dyn FnMut(&str, &'j Json)) {
    visit(path, json);
    match json {
        Json::Object(members) => members.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), visit)),
        Json::Array(elements) => elements.iter().enumerate().for_each(|(number, value)| walk(value, &format!("{path}/{number}"), visit)),
        _ => {}
    }
}

#[test]
fn everything_in_the_schema_is_described() {
    let mut lacking = Vec::new();
    let mut seen = 0;
    let mut need = |path: String, json: &Json| {
        seen += 1;
        let description = json.get("description").and_then(Json::as_str).unwrap_or_default().trim();
        // A sentence: a capital letter first and a stop last; for all but words, more than one word.
        let sentence = (description.contains(' ') || path.contains("/oneOf/"))
            && description.starts_with(|c: char| !c.is_lowercase())
            && description.ends_with(['.', '?', '!']);
        if !sentence {
            lacking.push(format!("{path}: {description:?}"));
        }
    };
    walk(kit().model.json(), "", &mut |path, json| {
        if let Some(properties) = json.get("properties").and_then(Json::as_object).filter(|_| !path.ends_with("/properties")) {
            properties.iter().for_each(|(name, property)| need(format!("{path}/properties/{name}"), property));
        }
        if let Some(defs) = json.get("$defs").and_then(Json::as_object) {
            defs.iter().for_each(|(name, def)| need(format!("{path}/$defs/{name}"), def));
        }
        for word in json.get("oneOf").and_then(Json::as_array).into_iter().flatten().filter(|word| word.get("const").is_some()) {
            need(format!("{path}/oneOf/{}", word.get("const").unwrap_or(&Json::Null)), word);
        }
    });
    assert!(seen > 1000, "only {seen} things were found");
    assert!(lacking.is_empty(), "{} without a sentence:\n{}", lacking.len(), lacking.join("\n"));
}

#[test]
fn every_vocabulary_knows_the_word_unknown() {
    let schema = &kit().schema;
    assert!(schema.vocabularies.len() > 60);
    let without: Vec<&str> = schema
        .vocabularies
        .iter()
        .filter(|vocabulary| !vocabulary.words.iter().any(|word| word.text == "unknown"))
        .map(|vocabulary| vocabulary.name.as_str())
        .collect();
    assert!(without.is_empty(), "{without:?}");
    let ordered: Vec<&str> = schema
        .vocabularies
        .iter()
        .flat_map(|vocabulary| &vocabulary.words)
        .filter(|word| word.text == "unknown" && word.ordered)
        .map(|word| word.text.as_str())
        .collect();
    assert!(ordered.is_empty(), "unknown has no place in an order");
}

#[test]
fn the_model_misses_nothing_of_the_schema() {
    let (schema, model) = (&kit().schema, &kit().model);
    let mut fields = 0;
    let mut words = 0;
    walk(model.json(), "", &mut |path, json| {
        if let Some(properties) = json.get("properties").and_then(Json::as_object).filter(|_| !path.ends_with("/properties")) {
            fields += properties.len();
        }
        words += json.get("oneOf").and_then(Json::as_array).into_iter().flatten().filter(|word| word.get("const").is_some()).count();
    });
    assert_eq!(schema.fields.len(), fields, "fields");
    assert_eq!(schema.vocabularies.iter().map(|vocabulary| vocabulary.words.len()).sum::<usize>(), words, "words");
    let names: Vec<String> = schema.registers.iter().map(|register| register.name.clone()).collect();
    let listed: Vec<String> = model.registers().into_iter().map(|register| register.name).collect();
    assert_eq!(names, listed, "registers");
    // A shape that only the validator understands would send every such record to it.
    let odd: Vec<&str> = schema
        .fields
        .iter()
        .enumerate()
        .filter(|(id, _)| matches!(schema.element_shape_of(*id as u16), Shape::Any | Shape::Scalar(havesay::schema::Scalar::Odd)))
        .map(|(_, field)| field.name.as_str())
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
    assert!(matches!(schema.shape_of(0), Shape::Scalar(_)) && Kind::Object != Kind::List);
}
