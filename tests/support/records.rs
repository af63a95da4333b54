//! Records made along `schema/records.json`, and what may go wrong with them, as JSON text.
//!
//! The schema is read here as plain JSON, not through the program's model of it, so that the two cannot
//! misread it alike.

#![allow(dead_code, reason = "each test that includes this uses its own part of it")]

use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// JSON as it is written: numbers, escapes and repeated keys are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A value without members, as written.
    Raw(String),
    /// A list.
    List(Vec<Tree>),
    /// An object, its keys as written between the quotes.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// A value as `serde_json` read it.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Array(elements) => Tree::List(elements.iter().map(Tree::of).collect()),
            Value::Object(members) => Tree::Object(
                members
                    .iter()
                    .map(|(key, value)| (Value::from(key.as_str()).to_string().trim_matches('"').to_owned(), Tree::of(value)))
                    .collect(),
            ),
            other => Tree::Raw(other.to_string()),
        }
    }

    /// A value as written.
    pub fn raw(text: &str) -> Self {
        Tree::Raw(text.to_owned())
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        Tree::Raw(Value::from(text).to_string())
    }

    /// How many values there are in it, itself included.
    pub fn count(&self) -> usize {
        1 + match self {
            Tree::Raw(_) => 0,
            Tree::List(elements) => elements.iter().map(Tree::count).sum(),
            Tree::Object(members) => members.iter().map(|(_, value)| value.count()).sum(),
        }
    }

    /// The value with this number, in the order of the text.
    pub fn at(&mut self, number: usize) -> Option<&mut Tree> {
        let Some(mut left) = number.checked_sub(1) else { return Some(self) };
        let children: Vec<&mut Tree> = match self {
            Tree::Raw(_) => Vec::new(),
            Tree::List(elements) => elements.iter_mut().collect(),
            Tree::Object(members) => members.iter_mut().map(|(_, value)| value).collect(),
        };
        for child in children {
            let count = child.count();
            if left < count {
                return child.at(left);
            }
            left -= count;
        }
        None
    }

    /// The object with this key set, in place of what is there.
    pub fn with(&self, key: &str, value: Tree) -> Tree {
        let mut members = match self {
            Tree::Object(members) => members.clone(),
            _ => Vec::new(),
        };
        match members.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value,
            None => members.push((key.to_owned(), value)),
        }
        Tree::Object(members)
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tree::Raw(text) => f.write_str(text),
            Tree::List(elements) => {
                f.write_str("[")?;
                for (number, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if number > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Tree::Object(members) => {
                f.write_str("{")?;
                for (number, (key, value)) in members.iter().enumerate() {
                    write!(f, "{}\"{key}\": {value}", if number > 0 { ",\n  " } else { " " })?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// Choices from a row of numbers: where the row ends, always the first, so that shorter rows make smaller
/// things; or from a seed, without end.
pub struct Chooser<'c> {
    row: std::slice::Iter<'c, u8>,
    seed: Option<u64>,
}

impl<'c> Chooser<'c> {
    /// Choices from these.
    pub fn new(row: &'c [u8]) -> Self {
        Self { row: row.iter(), seed: None }
    }

    /// Choices without end.
    pub fn endless(seed: u64) -> Self {
        Self { row: [].iter(), seed: Some(seed) }
    }

    fn next(&mut self) -> usize {
        match (self.row.next(), &mut self.seed) {
            (Some(choice), _) => usize::from(*choice),
            (None, None) => 0,
            // Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
            (None, Some(state)) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                usize::from((mixed >> 56) as u8)
            }
        }
    }

    /// A number below `of`.
    pub fn pick(&mut self, of: usize) -> usize {
        let number = if of > 256 { self.next() * 256 + self.next() } else { self.next() };
        number % of.max(1)
    }

    /// One of these.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        let at = self.pick(of.len());
        of.get(at)
    }

    /// Whether any choices of the row are left.
    pub fn is_left(&self) -> bool {
        self.row.len() > 0
    }
}

/// Values, each of which is wrong for some fields: types, forms, bounds, words, blanks, nesting.
pub static ODD: LazyLock<Vec<String>> = LazyLock::new(|| {
    let long = |piece: &str, times: usize| format!("\"{}\"", piece.repeat(times));
    // At the bounds of ids, references and labels, and one past them; bounds count characters, not bytes.
    let lengths = [
        ("a", 100),
        ("a", 101),
        ("é", 200),
        ("é", 201),
        ("a", 200),
        ("a", 201),
        (" ", 201),
        ("\\u0061", 100),
        ("\\u0061", 101),
        ("a", 5000),
    ];
    let bounds = lengths.into_iter().map(|(piece, times)| long(piece, times));
    let references = [100, 101].into_iter().map(|length| format!("\"sessions/{}\"", "a".repeat(length)));
    SHORT.iter().map(|text| (*text).to_owned()).chain(bounds).chain(references).collect()
});

const SHORT: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "-0",
    "2",
    "0.5",
    "1.0000001",
    "1.5",
    "-0.25",
    "1.0",
    "2e0",
    "1e2",
    "1E-1",
    "0.1e1",
    "1e18",
    "1000000000000000000",
    "1000000000000000001",
    "-1e18",
    "1e300",
    "9007199254740993",
    "99999999999999999999",
    "0.0000000001",
    "\"\"",
    "\" \"",
    "\"\\t\\n\"",
    "\"\\u00a0\"",
    "\"\u{a0}\u{2003}\"",
    "\"\u{200b}\"",
    "\"\\u0085\"",
    "\"unknown\"",
    "\"Unknown\"",
    "\"unknown \"",
    "\"unkno\\u0077n\"",
    "\"2026\"",
    "\"2026-02\"",
    "\"2026-02-28\"",
    "\"2024-02-29\"",
    "\"2026-02-29\"",
    "\"2026-02-30\"",
    "\"2026-00-10\"",
    "\"2026-13\"",
    "\"2026-3-1\"",
    "\"0000\"",
    "\"0000-01-01\"",
    "\"9999-12-31\"",
    "\"20260228\"",
    "\"2026-02-28T10:00Z\"",
    "\"2026-02-28T10:00:59.123+02:00\"",
    "\"2026-02-28T10:00\"",
    "\"2026-02-28T24:00Z\"",
    "\"2026-02-28T10:60Z\"",
    "\"2026-02-28T10:00:60Z\"",
    "\"2026-02-28T10:00Z \"",
    "\" 2026-02-28\"",
    "\"2026-02-28\\n\"",
    "\"２０２６\"",
    "\"2026-02-28T10:00+24:00\"",
    "\"2026-02-28t10:00z\"",
    "\"2026-02-28T10:00:00.Z\"",
    "\"14:30\"",
    "\"24:00\"",
    "\"1:30\"",
    "\"14:30:00\"",
    "\"p-1\"",
    "\"a b\"",
    "\"é\"",
    "\"p-1\\n\"",
    "\"A.b_c@d:e#1\"",
    "\"sessions/s-1\"",
    "\"sessions/\"",
    "\"/x\"",
    "\"a//b\"",
    "\"Sessions/s\"",
    "\"a.b-c_d/e\"",
    "\"a1/b\"",
    "\"https://example.org/x?y=1#z\"",
    "\"urn:x\"",
    "\"x:\"",
    "\"1x:y\"",
    "\"mailto:a b@c\"",
    "\"urn:a\\nb\"",
    "\"urn:\\u2028\"",
    "\"EUR\"",
    "\"eur\"",
    "\"EURO\"",
    "\"EU1\"",
    "\"en\"",
    "\"e\"",
    "\"en-GB\"",
    "\"en_GB\"",
    "\"de-AT-1996\"",
    "\"en-\"",
    "\"abcdefghi\"",
    "\"en-abcdefghi\"",
    "\"given\"",
    "\"yes\"",
    "\"active\"",
    "\"charter\"",
    "\"\\u0061ctive\"",
    "\"x-own\"",
    "\"🐱\"",
    "[]",
    "[null]",
    "[\"\"]",
    "[[]]",
    "[{}]",
    "[\"unknown\"]",
    "[\"unknown\", \"unknown\"]",
    "[\"p-1\", \"p-1\"]",
    "[\"unknown\", \"p-1\"]",
    "[0, \"a\"]",
    "[true]",
    "{}",
    "{ \"a\": 1 }",
    "{ \"a\": \"b\", \"\": \"\" }",
    "{ \"x-a\": [{ }] }",
    "{ \"id\": \"p-1\" }",
    "{ \"unknown\": \"unknown\" }",
    "{ \"answer\": true, \"reason\": \"why\" }",
];

/// Keys that an object may have too much.
const KEYS: &[&str] = &[
    "zzz",
    "x-own",
    "x-",
    "X-own",
    "Id",
    "\\u0069d",
    "",
    "iD ",
    "$schema",
    "participants",
    "note",
    "constructor",
    "__proto__",
    "\\u0078-own",
];

/// The schema as JSON.
pub struct Model {
    json: Value,
}

/// A property with what it refers to.
#[derive(Clone, Copy)]
struct Part<'m> {
    own: &'m Value,
    target: Option<(&'m str, &'m Value)>,
}

impl<'m> Part<'m> {
    fn get(&self, key: &str) -> Option<&'m Value> {
        self.own.get(key).or_else(|| self.target.and_then(|(_, target)| target.get(key)))
    }

    fn is(&self, ty: &str) -> bool {
        match self.get("type") {
            Some(Value::String(only)) => only == ty,
            Some(Value::Array(several)) => several.iter().any(|one| one == ty),
            _ => false,
        }
    }

    fn properties(&self) -> Option<&'m Map<String, Value>> {
        self.get("properties").and_then(Value::as_object)
    }
}

/// A register, as the schema has it.
pub struct Register {
    /// Its name.
    pub name: String,
    /// Whether it is a nested list of the charter.
    pub nested: bool,
    /// The reference to what one of its records is.
    items: Value,
}

impl Model {
    /// The schema of this text.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(|json| Self { json })
    }

    /// The schema as JSON.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The charter's schema.
    pub fn charter(&self) -> &Value {
        &self.json
    }

    /// The registers, in the schema's order.
    pub fn registers(&self) -> Vec<Register> {
        let properties = self.json.get("properties").and_then(Value::as_object);
        let flag = |value: &Value, key: &str| value.get(key) == Some(&Value::Bool(true));
        properties
            .into_iter()
            .flatten()
            .filter(|(_, value)| flag(value, "x-register"))
            .map(|(name, value)| Register {
                name: name.clone(),
                nested: flag(value, "x-nested"),
                items: value.get("items").cloned().unwrap_or_default(),
            })
            .collect()
    }

    /// The schema of a register's records.
    pub fn record<'m>(&'m self, register: &'m Register) -> &'m Value {
        &register.items
    }

    fn part<'m>(&'m self, own: &'m Value) -> Part<'m> {
        let name = own.get("$ref").and_then(Value::as_str).and_then(|address| address.strip_prefix("#/$defs/"));
        let target = name.and_then(|name| Some((name, self.json.get("$defs")?.get(name)?)));
        Part { own, target }
    }

    fn is_register(&self, part: &Part<'_>) -> bool {
        part.get("x-register") == Some(&Value::Bool(true)) && part.get("x-nested") != Some(&Value::Bool(true))
    }

    /// An object with what it must have.
    pub fn least(&self, schema: &Value) -> Tree {
        let mut none = Chooser::new(&[]);
        self.object(self.part(schema), &mut none, 0, 0)
    }

    /// A valid value, chosen by `choices`.
    pub fn valid(&self, schema: &Value, choices: &mut Chooser<'_>, depth: usize) -> Tree {
        let part = self.part(schema);
        if let Some(words) = part.get("oneOf").and_then(Value::as_array) {
            let words: Vec<&str> = words.iter().filter_map(|word| word.get("const")?.as_str()).collect();
            return choices.one(&words).map_or(Tree::raw("null"), |word| Tree::text(word));
        }
        if part.is("array") {
            let Some(items) = part.get("items").filter(|_| depth < 4) else { return Tree::List(Vec::new()) };
            let count = choices.pick(4);
            let elements = (0..count).map(|_| self.valid(items, choices, depth + 1));
            // The word unknown stands alone.
            let elements: Vec<Tree> = elements.filter(|element| count == 1 || *element != Tree::text("unknown")).collect();
            return Tree::List(elements);
        }
        if part.is("object") {
            return match part.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) => Tree::Object(
                    (0..choices.pick(3)).map(|number| (format!("key{number}"), self.valid(values, choices, depth + 1))).collect(),
                ),
                None => self.object(part, choices, depth, 2),
            };
        }
        self.scalar(part, choices)
    }

    /// An object with what it must have, and of the rest `share` in two.
    fn object(&self, part: Part<'_>, choices: &mut Chooser<'_>, depth: usize, share: usize) -> Tree {
        let required: Vec<&str> = part.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut members = Vec::new();
        for (name, schema) in part.properties().into_iter().flatten() {
            let wanted =
                required.contains(&name.as_str()) || (share > 0 && !self.is_register(&self.part(schema)) && choices.pick(share) == 1);
            if wanted {
                members.push((name.clone(), self.valid(schema, choices, depth + 1)));
            }
        }
        Tree::Object(members)
    }

    fn scalar(&self, part: Part<'_>, choices: &mut Chooser<'_>) -> Tree {
        let texts: &[&str] = match part.target.map(|(name, _)| name) {
            Some("id" | "reference") => &["p-1", "p-2", "s_3", "A.b:c", "x@y#z"],
            Some("reference-or-link") => &["p-1", "https://example.org/a", "sessions/s-1"],
            Some("date") => &["2026-03-01", "2026-03", "2026", "2024-02-29", "2026-03-01T10:00+01:00", "2026-04-30T23:59:59.5Z"],
            Some("time") => &["00:00", "14:30", "23:59"],
            Some("currency") => &["EUR", "GBP"],
            Some("language") => &["en", "pt-BR"],
            _ => &["a", "What people said", "né \u{1f431}", "line\nbreak \"quoted\" \\ /", "unknown"],
        };
        if part.is("string") {
            let text = choices.one(texts).copied().unwrap_or_default();
            let quoted = Value::from(text).to_string();
            // An escape now and then, which means the same.
            return match text.bytes().next().filter(u8::is_ascii_alphanumeric) {
                Some(first) if choices.pick(8) == 7 => Tree::Raw(format!("\"\\u{first:04x}{}", quoted.get(2..).unwrap_or("\""))),
                _ => Tree::Raw(quoted),
            };
        }
        if part.is("boolean") {
            return Tree::raw(if choices.pick(2) == 0 { "true" } else { "false" });
        }
        let most = part.get("maximum").and_then(Value::as_f64).unwrap_or(1e15);
        let numbers: &[&str] =
            if part.is("integer") { &["1", "2", "17", "1.0", "2e0"] } else { &["1", "0.5", "0.25", "1e0", "12.5", "100"] };
        let fitting: Vec<&str> =
            numbers.iter().copied().filter(|number| number.parse::<f64>().is_ok_and(|number| number <= most)).collect();
        choices.one(&fitting).map_or(Tree::raw("1"), |number| Tree::raw(number))
    }

    /// Visits every place of an object: the least object around each of the odd values there, and around
    /// objects with a key too much, too few, or twice. `wrap` puts the object where it belongs.
    pub fn each_oddity(&self, schema: &Value, depth: usize, wrap: &dyn Fn(Tree) -> Tree, visit: &mut dyn FnMut(Tree)) {
        let part = self.part(schema);
        let least = self.least(schema);
        visit(wrap(least.clone()));
        if let Tree::Object(members) = &least {
            for (number, (key, value)) in members.iter().enumerate() {
                let mut less = members.clone();
                less.remove(number);
                visit(wrap(Tree::Object(less)));
                let mut twice = members.clone();
                twice.push((key.clone(), value.clone()));
                visit(wrap(Tree::Object(twice)));
            }
            for key in KEYS {
                for value in ["null", "1", "\"a\"", "{}"] {
                    let mut more = members.clone();
                    more.push(((*key).to_owned(), Tree::raw(value)));
                    visit(wrap(Tree::Object(more)));
                }
            }
        }
        for (name, property) in part.properties().into_iter().flatten() {
            let inner = self.part(property);
            for odd in ODD.iter() {
                visit(wrap(least.with(name, Tree::raw(odd))));
            }
            let mut below = |schema: &Value, put: &dyn Fn(Tree) -> Tree| {
                if depth > 0 && self.part(schema).properties().is_some() {
                    self.each_oddity(schema, depth - 1, &|tree| wrap(least.with(name, put(tree))), visit);
                }
            };
            if self.is_register(&inner) {
                continue;
            }
            match inner.get("items") {
                Some(items) => {
                    below(items, &|tree| Tree::List(vec![tree]));
                    let valid = self.least_or_first(items);
                    for odd in ODD.iter() {
                        visit(wrap(least.with(name, Tree::List(vec![Tree::raw(odd)]))));
                        visit(wrap(least.with(name, Tree::List(vec![valid.clone(), Tree::raw(odd)]))));
                    }
                }
                None => below(property, &|tree| tree),
            }
            if let Some(values) = inner.get("additionalProperties").filter(|values| values.is_object()) {
                let valid = self.least_or_first(values);
                for odd in ODD.iter() {
                    visit(wrap(least.with(name, Tree::Object(vec![("k".to_owned(), valid.clone()), ("x-k".to_owned(), Tree::raw(odd))]))));
                }
            }
        }
    }

    fn least_or_first(&self, schema: &Value) -> Tree {
        self.valid(schema, &mut Chooser::new(&[]), 0)
    }
}

/// Changes something somewhere.
pub fn mutate(tree: &mut Tree, choices: &mut Chooser<'_>) {
    let number = choices.pick(tree.count());
    let Some(here) = tree.at(number) else { return };
    let odd = Tree::raw(choices.one(&ODD).map_or("null", String::as_str));
    match (choices.pick(4), &mut *here) {
        (1, Tree::Object(members)) => {
            let at = choices.pick(members.len() + 1);
            if at < members.len() {
                members.remove(at);
            }
        }
        (2, Tree::Object(members)) => {
            let key = choices.one(KEYS).copied().unwrap_or_default().to_owned();
            match choices.pick(3) {
                0 => members.push((key, odd)),
                // A key written twice, with the same value or another.
                1 => {
                    let at = choices.pick(members.len());
                    if let Some((known, value)) = members.get(at).cloned() {
                        members.push((known, if choices.pick(2) == 0 { value } else { odd }));
                    }
                }
                _ => {
                    let at = choices.pick(members.len());
                    if let Some((known, _)) = members.get_mut(at) {
                        *known = key;
                    }
                }
            }
        }
        (1, Tree::List(elements)) => elements.push(odd),
        (2, Tree::List(elements)) => {
            if let Some(first) = elements.first().cloned() {
                elements.push(first);
            }
        }
        (3, _) => *here = Tree::List(vec![here.clone()]),
        _ => *here = odd,
    }
}

/// A file of a programme: its path and what it holds, and the register that its name tells.
pub struct File {
    /// Its path.
    pub path: String,
    /// What it is.
    pub layout: Layout,
    /// What it holds.
    pub tree: Tree,
}

/// What a file of a programme is.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// The charter.
    Charter,
    /// All or some records of a register.
    Register(String),
    /// One record, in the folder of its register.
    Record(String),
    /// Several registers.
    Several,
}

impl Model {
    /// A valid programme of some files in several layouts, in path order.
    pub fn programme(&self, choices: &mut Chooser<'_>) -> Vec<File> {
        let registers: Vec<Register> = self.registers().into_iter().filter(|register| !register.nested).collect();
        let mut charter = self.valid(self.charter(), choices, 1);
        let mut files = Vec::new();
        let mut several = Vec::new();
        for _ in 0..choices.pick(8) {
            let Some(register) = choices.one(&registers) else { continue };
            let name = register.name.clone();
            let records: Vec<Tree> = (0..choices.pick(4)).map(|_| self.valid(self.record(register), choices, 1)).collect();
            match choices.pick(4) {
                0 => charter = charter.with(&name, Tree::List(records)),
                1 => files.push(File {
                    path: format!("{}/{name}.json", files.len()),
                    layout: Layout::Register(name),
                    tree: Tree::List(records),
                }),
                2 => {
                    let tree = records.into_iter().next().unwrap_or(Tree::List(Vec::new()));
                    files.push(File { path: format!("{name}/{}.json", files.len()), layout: Layout::Record(name), tree });
                }
                _ => several.push((name, Tree::List(records))),
            }
        }
        if !several.is_empty() {
            files.push(File { path: "several.json".to_owned(), layout: Layout::Several, tree: Tree::Object(several) });
        }
        files.push(File { path: "programme.json".to_owned(), layout: Layout::Charter, tree: charter });
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}
