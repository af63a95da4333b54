//! The rule language against the Common Expression Language: its conformance suite, the parsers of the crate
//! `cel`, and its interpreter.
//!
//! What an expression means is CEL's to say, with the differences that the rule language states. Each case
//! of the suite either agrees, or is refused or worked out otherwise for one of the [`REASONS`], which are
//! found in the expression itself and never in what our checker answers: what it refuses without such a
//! reason is a failure, and so is what it accepts although a reason says that it does not.
//!
//! The suite is not part of this project: see `support/conformance.rs`. The other tests need nothing.
//!
//! The crate's default parser (ANTLR) and its other one (Pratt) can both be reached, as `cel::parser::Parser`
//! and `cel::parser::PrattParser`; with the feature `parser_pratt` both are compiled, and neither replaces
//! the other.

#![expect(clippy::panic, reason = "a test says what it found by panicking")]

#[path = "support/conformance.rs"]
mod conformance;
#[path = "support/expression.rs"]
mod expression;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use expression::{Desk, Outcome, Plain};
use havesay::rule::Page;
use havesay::rule::expression::parse::{Ast, Kind, parse};
use havesay::rule::expression::value::{Fault, No};
use havesay::rule::front::Yaml;
use havesay::rule::prose::examples;
use havesay::text::Span;
use proptest::prelude::*;
use serde_json::Value as Json;

/// How many cases of the suite agreed when this was last looked at; fewer would be a step back.
const AGREEING_LEAST: usize = 380;

/// What is left out, why, and whether a case is one of these.
type Reason = (&'static str, &'static str, fn(&Case) -> bool);

/// What the rule language leaves out of CEL, or does otherwise.
const REASONS: &[Reason] = &[
    ("maps", "maps and structures are read from records, never written out", |case| case.facts.maps),
    ("null, bytes", "what is not recorded is absent, and records hold no bytes", |case| case.facts.null_or_bytes),
    ("optional values", "absence is asked for with has, known and otherwise", |case| case.facts.optional),
    ("extensions", "libraries beyond the standard: math, strings, lists, encoders, cel.bind, cel.block, two-variable macros", |case| {
        case.facts.extension
    }),
    ("timestamps", "dates are periods with functions of their own; there are no clock times and durations", |case| {
        case.facts.calls(&TIMES)
    }),
    (
        "conversions",
        "numbers are one type, and the type of everything is known when a page is loaded: no conversions, dyn or types as values",
        |case| case.facts.calls(&CONVERSIONS) || case.facts.names.iter().any(|name| TYPE_NAMES.contains(&name.as_str())),
    ),
    (
        NUMBERS,
        "numbers are one decimal type, to nine places and 10¹⁸: no infinity, no overflow at 2⁶⁴, negative where uint has none, remainders of fractions",
        |case| case.facts.large || case.facts.zero_double_divisor || case.facts.double_remainder || case.facts.uint_below_zero,
    ),
    ("names", "names that the suite leaves unbound, or binds to what records cannot hold", |case| case.unbound),
    ("list index", "a list is asked with first, last, exists or filter", |case| case.facts.index),
    ("list sum", "lists are not joined", |case| case.facts.list_sum),
    ("empty list", "an empty list written out has a type only where something says which", |case| case.facts.empty_list),
    ("order", "numbers, dates and times have an order; texts and flags have none", |case| case.facts.unordered),
    ("unlike types", "checked when loaded: the suite switches its own checker off here, or mixes types in one list", |case| {
        case.unchecked || case.facts.mixed_list
    }),
];

/// The reasons for which an expression that CEL has an error for is refused here for that very error.
const CHECKED: [&str; 4] = ["order", "unlike types", NUMBERS, "names"];

/// The one reason for which a case may also be accepted and have another value.
const NUMBERS: &str = "numbers";

const TIMES: [&str; 12] = [
    "timestamp",
    "duration",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
];
const CONVERSIONS: [&str; 8] = ["dyn", "type", "int", "uint", "double", "string", "bool", "bytes"];
const TYPE_NAMES: [&str; 12] =
    ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "type", "null_type", "dyn", "optional_type"];
const STANDARD: [&str; 12] =
    ["size", "contains", "startsWith", "endsWith", "matches", "has", "all", "exists", "exists_one", "map", "filter", "in"];
const EXTENDED: [&str; 24] = [
    "charAt",
    "indexOf",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "quote",
    "replace",
    "reverse",
    "split",
    "substring",
    "trim",
    "upperAscii",
    "format",
    "existsOne",
    "transformList",
    "transformMap",
    "transformMapEntry",
    "greatest",
    "least",
    "bind",
    "block",
    "iterVar",
    "encode",
    "decode",
];

/// What stands in an expression.
#[derive(Default)]
struct Facts {
    maps: bool,
    null_or_bytes: bool,
    optional: bool,
    extension: bool,
    index: bool,
    list_sum: bool,
    empty_list: bool,
    unordered: bool,
    mixed_list: bool,
    large: bool,
    zero_double_divisor: bool,
    double_remainder: bool,
    uint_below_zero: bool,
    functions: BTreeSet<String>,
    names: BTreeSet<String>,
}

/// The type of a literal, where it can be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Flag,
    Number,
    Text,
}

fn sort(node: &IdedExpr) -> Option<Sort> {
    match &node.expr {
        Expr::Literal(LiteralValue::Boolean(_)) => Some(Sort::Flag),
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)) => Some(Sort::Number),
        Expr::Literal(LiteralValue::String(_)) => Some(Sort::Text),
        Expr::Call(call) if call.func_name == operators::ADD => call.args.iter().find_map(sort),
        _ => None,
    }
}

fn is_double(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Literal(LiteralValue::Double(_)))
}

fn is_uint(node: &IdedExpr) -> bool {
    matches!(&node.expr, Expr::Literal(LiteralValue::UInt(_)))
}

impl Facts {
    fn of(node: &IdedExpr) -> Self {
        let mut facts = Facts::default();
        facts.take(node);
        facts
    }

    fn calls(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.functions.contains(*name))
    }

    fn take(&mut self, node: &IdedExpr) {
        match &node.expr {
            Expr::Literal(LiteralValue::Null | LiteralValue::Bytes(_)) => self.null_or_bytes = true,
            Expr::Literal(LiteralValue::Int(number)) => self.large |= number.inner().unsigned_abs() > 1_000_000_000_000_000_000,
            Expr::Literal(LiteralValue::UInt(number)) => self.large |= *number.inner() > 1_000_000_000_000_000_000,
            Expr::Literal(LiteralValue::Double(number)) => self.large |= number.inner().abs() > 1e18,
            Expr::Literal(_) | Expr::Unspecified => {}
            Expr::Ident(name) => {
                self.optional |= name == "optional";
                self.extension |= matches!(name.as_str(), "math" | "base64" | "strings" | "cel");
                self.names.insert(name.clone());
            }
            Expr::Select(select) => self.take(&select.operand),
            Expr::List(list) => {
                self.optional |= !list.optional_indices.is_empty();
                self.empty_list |= list.elements.is_empty();
                let sorts: Vec<Sort> = list.elements.iter().filter_map(sort).collect();
                self.mixed_list |= sorts.windows(2).any(|pair| pair.first() != pair.last());
                list.elements.iter().for_each(|element| self.take(element));
            }
            Expr::Map(map) => {
                self.maps = true;
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.optional |= entry.optional;
                        self.take(&entry.key);
                        self.take(&entry.value);
                    }
                }
            }
            Expr::Struct(_) => self.maps = true,
            Expr::Comprehension(_) => self.extension = true,
            Expr::Call(call) => {
                let (first, second) = (call.args.first(), call.args.get(1));
                match call.func_name.as_str() {
                    operators::OPT_SELECT | operators::OPT_INDEX => self.optional = true,
                    operators::INDEX => self.index = true,
                    operators::ADD => self.list_sum |= call.args.iter().any(|arg| matches!(arg.expr, Expr::List(_))),
                    operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS => {
                        self.unordered |= call
                            .args
                            .iter()
                            .any(|arg| matches!(sort(arg), Some(Sort::Flag | Sort::Text)) || matches!(arg.expr, Expr::List(_)));
                    }
                    operators::DIVIDE => {
                        self.zero_double_divisor |= second
                            .is_some_and(|by| matches!(&by.expr, Expr::Literal(LiteralValue::Double(number)) if *number.inner() == 0.0));
                    }
                    operators::MODULO => self.double_remainder |= call.args.iter().any(is_double),
                    operators::NEGATE => self.uint_below_zero |= first.is_some_and(is_uint),
                    operators::SUBSTRACT => self.uint_below_zero |= call.args.iter().all(is_uint),
                    name => {
                        let two_variables = matches!(name, "all" | "exists") && call.target.is_some() && call.args.len() > 2;
                        self.extension |= EXTENDED.contains(&name) || two_variables;
                        // Operators have names with marks in them.
                        if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                            self.functions.insert(name.to_owned());
                        }
                    }
                }
                call.target.iter().for_each(|target| self.take(target));
                call.args.iter().for_each(|arg| self.take(arg));
            }
        }
    }
}

/// A case of the suite.
struct Case {
    name: String,
    source: String,
    facts: Facts,
    /// What it binds, where records can hold it.
    bound: Vec<(String, Plain)>,
    /// Whether it uses names and functions that nobody gives it here.
    unbound: bool,
    /// Whether the suite switches the checker off.
    unchecked: bool,
    expected: Expected,
}

#[derive(Debug)]
enum Expected {
    Value(Plain),
    /// A value of a kind that the rule language does not have.
    Foreign,
    Error,
    /// Only its type is asked for.
    Type,
}

impl Case {
    fn read(json: &Json) -> Self {
        let text = |key: &str| json.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let source = text("expr");
        let name = format!("{}/{}", text("path"), text("name"));
        let parser = cel::Env::default().parser().enable_ident_escape_syntax(true);
        let tree = parser.parse(&source).unwrap_or_else(|errors| panic!("{name} cannot be parsed as CEL: {errors}"));
        let facts = Facts::of(&tree);
        // Names within a container are looked up in ways that rules do not have.
        let bindings = json.get("bindings").and_then(Json::as_object).filter(|_| json.get("container").is_none());
        let bound: Vec<(String, Plain)> = bindings
            .into_iter()
            .flatten()
            .filter(|(name, _)| !matches!(name.as_str(), "true" | "false"))
            .filter_map(|(name, value)| Some((name.clone(), plain(value.get("value")?)?)))
            .collect();
        let variables: BTreeSet<String> = loop_variables(&tree);
        let known = |name: &String| {
            variables.contains(name)
                || bound.iter().any(|(own, _)| own == name)
                    && !bindings.into_iter().flatten().any(|(own, _)| own.starts_with(&format!("{name}.")))
        };
        let unbound = facts.names.iter().any(|name| !known(name)) || facts.functions.iter().any(|name| !STANDARD.contains(&name.as_str()));
        Case {
            name,
            facts,
            bound,
            unbound,
            unchecked: json.get("disableCheck") == Some(&Json::Bool(true)),
            expected: Expected::read(json),
            source,
        }
    }

    fn reason(&self) -> Option<&'static str> {
        REASONS.iter().find(|(_, _, applies)| applies(self)).map(|(name, _, _)| *name)
    }
}

/// The names that macros introduce.
fn loop_variables(node: &IdedExpr) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.expr {
            Expr::Call(call) => {
                if let (Some(_), true, Some(Expr::Ident(name))) =
                    (&call.target, STANDARD.contains(&call.func_name.as_str()), call.args.first().map(|arg| &arg.expr))
                {
                    found.insert(name.clone());
                }
                open.extend(call.target.as_deref());
                open.extend(&call.args);
            }
            Expr::List(list) => open.extend(&list.elements),
            Expr::Select(select) => open.push(&select.operand),
            _ => {}
        }
    }
    found
}

impl Expected {
    fn read(json: &Json) -> Self {
        let result = json.get("typedResult").map(|typed| typed.get("result"));
        match (json.get("value").or(result.flatten()), json.get("evalError"), result) {
            (Some(value), ..) => plain(value).map_or(Expected::Foreign, Expected::Value),
            (None, Some(_), _) => Expected::Error,
            (None, None, Some(None)) => Expected::Type,
            // A case without a result says that the expression is true.
            _ => Expected::Value(Plain::Flag(true)),
        }
    }
}

/// A value of the suite as one of ours, if we have such values.
fn plain(value: &Json) -> Option<Plain> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match kind.as_str() {
        "boolValue" => value.as_bool().map(Plain::Flag),
        "stringValue" => value.as_str().map(|text| Plain::Text(text.to_owned())),
        "int64Value" | "uint64Value" => value.as_str()?.parse::<i128>().ok().map(|number| Plain::Number(number * 1_000_000_000)),
        "doubleValue" => value.as_f64().map(number),
        "listValue" => value
            .get("values")
            .map_or(Some(Plain::List(Vec::new())), |values| values.as_array()?.iter().map(plain).collect::<Option<_>>().map(Plain::List)),
        _ => None,
    }
}

/// A double to nine places.
fn number(double: f64) -> Plain {
    Plain::Number((double * 1e9).round() as i128)
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts are what one runs this for")]
fn the_conformance_suite_agrees_or_names_its_reason() {
    let Some(path) = conformance::find("cel/cel-plain.json") else { return };
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Vec<Json> = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let desk = Desk::new().unwrap_or_else(|| panic!("the built-in schema cannot be read"));
    let (mut agreeing, mut refused_rightly) = (0, 0);
    let mut others: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases.iter().map(Case::read) {
        let outcome = desk.run(&case.source, &case.bound);
        let agrees = match (&outcome, &case.expected) {
            (Outcome::Value(ours), Expected::Value(theirs)) => ours == theirs,
            (Outcome::Nothing(_), Expected::Error) => true,
            _ => false,
        };
        match (agrees, case.reason(), &outcome) {
            (true, ..) => agreeing += 1,
            // What CEL finds out when it runs, the checker finds when the page is loaded.
            (false, reason, Outcome::Refused(_))
                if matches!(case.expected, Expected::Error) && reason.is_none_or(|reason| CHECKED.contains(&reason)) =>
            {
                refused_rightly += 1
            }
            (false, Some(reason), Outcome::Refused(_)) => others.entry(reason).or_default().push(case.name),
            (false, Some(NUMBERS), _) => others.entry(NUMBERS).or_default().push(case.name),
            (false, reason, outcome) => {
                wrong.push(format!("{}: {}\n    here {outcome:?}, there {:?}; reason: {reason:?}", case.name, case.source, case.expected))
            }
        }
    }
    println!(
        "{} cases: {agreeing} agree, {refused_rightly} are refused where CEL has an error, {} are outside of the rule language:",
        cases.len(),
        others.values().map(Vec::len).sum::<usize>()
    );
    for (name, why, _) in REASONS {
        println!("  {:>4} {name}: {why}", others.get(name).map_or(0, Vec::len));
    }
    assert!(wrong.is_empty(), "{} disagree:\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<&str> = REASONS.iter().map(|(name, ..)| *name).filter(|name| !others.contains_key(name)).collect();
    assert!(idle.is_empty(), "no case needs the reasons {idle:?} any more");
    assert!(agreeing >= AGREEING_LEAST, "only {agreeing} agree");
}

/// Every expression of the pages under `rules/`, with the page that it stands on.
fn shipped() -> Vec<(String, String)> {
    let (pages, problems) = Page::of_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"));
    assert!(problems.is_empty(), "{problems:?}");
    let mut found = Vec::new();
    for page in &pages {
        gather(&page.front, &mut |source| found.push((page.name.to_string(), source.to_owned())));
        if page.is_definition() {
            let quotes = examples(&page.text()).into_iter().flat_map(|example| example.quotes);
            found.extend(quotes.map(|(quote, _)| (page.name.to_string(), quote.trim_matches('`').to_owned())));
        }
    }
    assert!(found.len() > 500, "only {} expressions were found", found.len());
    found
}

/// The expressions of a page's front matter, those within messages included.
fn gather(value: &Yaml, take: &mut dyn FnMut(&str)) {
    match value {
        Yaml::Scalar(_) => {}
        Yaml::List(list, _) => list.iter().for_each(|value| gather(value, take)),
        Yaml::Map(entries, _) => {
            for (key, value) in entries {
                match (key.text.as_str(), value) {
                    ("when" | "assert" | "that" | "at" | "expression", Yaml::Scalar(scalar)) => take(&scalar.text),
                    ("message" | "label" | "else", Yaml::Scalar(scalar)) => within(&scalar.text, take),
                    ("let", Yaml::Map(lets, _)) => {
                        for (_, meant) in lets {
                            if let Yaml::Scalar(scalar) = meant {
                                take(&scalar.text);
                            }
                        }
                    }
                    (_, value) => gather(value, take),
                }
            }
        }
    }
}

/// The expressions in the braces of a message.
fn within(text: &str, take: &mut dyn FnMut(&str)) {
    let plain = text.replace("{{", "").replace("}}", "");
    for part in plain.split('{').skip(1) {
        take(part.split('}').next().unwrap_or_default());
    }
}

/// A tree without the numbers of its nodes.
fn shape(tree: &IdedExpr) -> String {
    let text = format!("{tree:?}");
    let mut pieces = text.split("IdedExpr { id: ");
    let mut shape = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        shape.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    shape
}

/// Both parsers on one expression, macros expanded; the optional syntax is on, as it is for rules.
fn both(source: &str) -> Result<(), String> {
    let antlr = cel::parser::Parser::new().enable_optional_syntax(true).parse(source).map(|tree| shape(&tree));
    let pratt = cel::parser::PrattParser::new().enable_optional_syntax(true).parse(source).map(|tree| shape(&tree));
    match (antlr, pratt) {
        (Ok(antlr), Ok(pratt)) if antlr == pratt => Ok(()),
        (Err(_), Err(_)) => Ok(()),
        (antlr, pratt) => Err(format!("{source}\n    {antlr:?}\n    {pratt:?}")),
    }
}

#[test]
fn both_parsers_agree_on_every_expression_shipped() {
    let wrong: Vec<String> =
        shipped().into_iter().filter_map(|(page, source)| both(&source).err().map(|why| format!("{page}: {why}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn spans(ast: &Ast, within: Span) -> Result<(), String> {
    if !within.covers(ast.span) || ast.span.start >= ast.span.end {
        return Err(format!("{:?} within {within:?}: {ast:?}", ast.span));
    }
    let children: Vec<&Ast> = match &ast.kind {
        Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => Vec::new(),
        Kind::List(elements) => elements.iter().collect(),
        Kind::Field(base, _) | Kind::Not(base) | Kind::Minus(base) => vec![base],
        Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) | Kind::Index(a, b) => vec![a, b],
        Kind::Choice(a, b, c) => vec![a, b, c],
        Kind::Call(_, target, args) => target.iter().map(|target| &**target).chain(args).collect(),
    };
    children.into_iter().try_for_each(|child| spans(child, ast.span))
}

#[test]
fn every_node_of_a_shipped_expression_stands_within_its_parent() {
    for (page, source) in shipped() {
        let tree = parse(&source).unwrap_or_else(|mistake| panic!("{page}: {source}: {mistake:?}"));
        let told = spans(&tree, Span::new(0, source.len() as u32));
        assert!(told.is_ok(), "{page}: {source}\n{told:?}");
    }
}

/// Makes an expression of a row of numbers, so that a shorter row makes a smaller expression.
struct Maker<'c> {
    choices: std::slice::Iter<'c, u8>,
    /// Loop variables in scope.
    numbers: Vec<String>,
    texts: Vec<String>,
    loops: usize,
    /// Whether every number must have a value: an element without one does not make its list one without,
    /// as it does in CEL, where `exists` or `all` look at it.
    total: usize,
}

impl Maker<'_> {
    fn pick(&mut self, of: usize) -> usize {
        self.choices.next().map_or(0, |choice| usize::from(*choice) % of.max(1))
    }

    fn one(&mut self, of: &[&str]) -> String {
        let at = self.pick(of.len());
        of.get(at).map(|text| (*text).to_owned()).unwrap_or_default()
    }

    fn flag(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["true", "false"]);
        }
        let d = depth - 1;
        match self.pick(13) {
            0 => self.one(&["true", "false"]),
            1 | 2 => format!("({} {} {})", self.flag(d), self.one(&["&&", "||"]), self.flag(d)),
            3 => format!("!{}", self.flag(d)),
            4 | 5 => format!("({} {} {})", self.whole(d), self.one(&["==", "!=", "<", "<=", ">", ">="]), self.whole(d)),
            6 => format!("({} {} {})", self.part(d), self.one(&["==", "!=", "<", "<=", ">", ">="]), self.part(d)),
            7 => format!("({} {} {})", self.text(d), self.one(&["==", "!="]), self.text(d)),
            8 => format!("({} ? {} : {})", self.flag(d), self.flag(d), self.flag(d)),
            9 => {
                let test = self.one(&["exists", "all", "exists_one"]);
                let list = self.absorbed(&test, |maker| maker.wholes(d));
                let name = self.open(true);
                let body = self.flag(d);
                self.numbers.pop();
                format!("{list}.{test}({name}, {body})")
            }
            10 => {
                let test = self.one(&["exists", "all", "exists_one"]);
                let list = self.absorbed(&test, |maker| maker.texts(d));
                let name = self.open(false);
                let body = self.flag(d);
                self.texts.pop();
                format!("{list}.{test}({name}, {body})")
            }
            11 => format!("({} in {})", self.whole(d), self.wholes(d)),
            _ => format!("{}.{}({})", self.text(d), self.one(&["contains", "startsWith", "endsWith"]), self.text(d)),
        }
    }

    /// A list that `test` looks at.
    fn absorbed(&mut self, test: &str, list: impl FnOnce(&mut Self) -> String) -> String {
        let step = usize::from(test != "exists_one");
        self.total += step;
        let list = list(self);
        self.total -= step;
        list
    }

    /// A whole number. Division is by what goes into it, or by nothing.
    fn whole(&mut self, depth: usize) -> String {
        if depth == 0 {
            let at = self.pick(self.numbers.len() + 1);
            return self.numbers.get(at).cloned().unwrap_or_else(|| self.one(&["0", "1", "2", "-3", "7", "20", "-11"]));
        }
        let d = depth - 1;
        match self.pick(11) {
            0 | 1 => self.whole(0),
            2 | 3 => format!("({} {} {})", self.whole(d), self.one(&["+", "-"]), self.whole(d)),
            4 => format!("({} * {})", self.whole(d), self.one(&["2", "-1", "5"])),
            5 if self.total == 0 => format!("({} % {})", self.whole(d), self.whole(d)),
            6 if self.total == 0 => format!("({} * 6 / {})", self.whole(d), self.one(&["2", "-3", "6", "0"])),
            5 | 6 => format!("({} % {} * 6 / {})", self.whole(d), self.one(&["2", "-3", "5"]), self.one(&["2", "-3", "6"])),
            7 => format!("-({})", self.whole(d)),
            8 => format!("size({})", self.text(d)),
            9 => format!("size({})", self.wholes(d)),
            _ => format!("({} ? {} : {})", self.flag(d), self.whole(d), self.whole(d)),
        }
    }

    /// A number with a fraction that doubles and nine decimal places hold alike.
    fn part(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.one(&["0.0", "0.5", "-1.25", "3.75", "12.0"]);
        }
        let d = depth - 1;
        match self.pick(5) {
            0 => self.part(0),
            1 => format!("({} {} {})", self.part(d), self.one(&["+", "-"]), self.part(d)),
            2 => format!("({} {} {})", self.part(d), self.one(&["*", "/"]), self.one(&["2.0", "-0.5"])),
            3 => format!("-({})", self.part(d)),
            _ => format!("({} ? {} : {})", self.flag(d), self.part(d), self.part(d)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            let at = self.pick(self.texts.len() + 1);
            return self
                .texts
                .get(at)
                .cloned()
                .unwrap_or_else(|| self.one(&["'a'", "''", "\"ab\"", "'né'", "'\u{1f431}'", "'\\'\\n'", "r'\\d'"]));
        }
        let d = depth - 1;
        match self.pick(3) {
            0 => self.text(0),
            1 => format!("({} + {})", self.text(d), self.text(d)),
            _ => format!("({} ? {} : {})", self.flag(d), self.text(d), self.text(d)),
        }
    }

    fn wholes(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match if depth == 0 { 0 } else { self.pick(4) } {
            0 | 1 => {
                let count = 1 + self.pick(4);
                let elements: Vec<String> = (0..count).map(|_| self.whole(d.min(1))).collect();
                format!("[{}]", elements.join(", "))
            }
            step => {
                let list = self.wholes(d);
                let name = self.open(true);
                let body = if step == 2 { self.flag(d) } else { self.whole(d) };
                self.numbers.pop();
                format!("{list}.{}({name}, {body})", if step == 2 { "filter" } else { "map" })
            }
        }
    }

    fn texts(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match if depth == 0 { 0 } else { self.pick(4) } {
            0 | 1 => {
                let count = 1 + self.pick(3);
                let elements: Vec<String> = (0..count).map(|_| self.text(d.min(1))).collect();
                format!("[{}]", elements.join(", "))
            }
            step => {
                let list = self.texts(d);
                let name = self.open(false);
                let body = if step == 2 { self.flag(d) } else { self.text(d) };
                self.texts.pop();
                format!("{list}.{}({name}, {body})", if step == 2 { "filter" } else { "map" })
            }
        }
    }

    fn open(&mut self, number: bool) -> String {
        let name = format!("v{}", self.loops);
        self.loops += 1;
        if number {
            self.numbers.push(name.clone())
        } else {
            self.texts.push(name.clone())
        }
        name
    }
}

fn expressions() -> impl Strategy<Value = String> {
    (0usize..6, prop::collection::vec(any::<u8>(), 0..120)).prop_map(|(kind, choices)| {
        let mut maker = Maker { choices: choices.iter(), numbers: Vec::new(), texts: Vec::new(), loops: 0, total: 0 };
        match kind {
            0..=2 => maker.flag(5),
            3 => maker.whole(5),
            4 => maker.wholes(4),
            _ => maker.text(4),
        }
    })
}

fn theirs(source: &str) -> Option<Plain> {
    fn plain(value: &cel::Value) -> Option<Plain> {
        Some(match value {
            cel::Value::Bool(flag) => Plain::Flag(*flag),
            cel::Value::Int(whole) => Plain::Number(i128::from(*whole) * 1_000_000_000),
            cel::Value::Float(double) => number(*double),
            cel::Value::String(text) => Plain::Text(text.to_string()),
            cel::Value::List(list) => Plain::List(list.iter().map(plain).collect::<Option<_>>()?),
            _ => return None,
        })
    }
    let environment = cel::Env::stdlib();
    let program = environment.compile(source).unwrap_or_else(|errors| panic!("{source}: {errors}"));
    let value = program.execute(&cel::Context::default()).ok()?;
    Some(plain(&value).unwrap_or_else(|| panic!("{source}: {value:?}")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_interpreter_of_cel_gives_the_same(source in expressions()) {
        thread_local!(static DESK: Option<Desk> = Desk::new());
        let ours = DESK.with(|desk| desk.as_ref().map(|desk| desk.run(&source, &[])));
        match (ours, theirs(&source)) {
            (Some(Outcome::Value(ours)), Some(theirs)) => prop_assert_eq!(ours, theirs, "{}", source),
            (Some(Outcome::Nothing(_)), None) => {}
            (ours, theirs) => prop_assert!(false, "{}: {:?} here, {:?} there", source, ours, theirs),
        }
        prop_assert!(both(&source).is_ok(), "{:?}", both(&source));
        prop_assert!(parse(&source).is_ok_and(|tree| spans(&tree, Span::new(0, source.len() as u32)).is_ok()), "a span of {}", source);
    }
}

#[test]
fn what_has_no_value_is_absorbed_where_the_rule_language_says_so() {
    let desk = Desk::new().unwrap_or_else(|| panic!("the built-in schema cannot be read"));
    let (yes, no) = (Outcome::Value(Plain::Flag(true)), Outcome::Value(Plain::Flag(false)));
    let nothing = Outcome::Nothing(No::Fault(Fault::DivisionByZero));
    for (source, expected) in [
        ("1 / 0 == 1 && false", &no),
        ("1 / 0 == 1 && true", &nothing),
        ("true || 1 / 0 == 1", &yes),
        ("1 / 0 == 1 || false", &nothing),
        ("!(1 / 0 == 1)", &nothing),
        ("1 / 0 == 1 ? true : true", &nothing),
        // An element without a value stays one in its list: exists and all look past it where they can be sure.
        ("[1, 1 / 0].exists(x, x == 1)", &yes),
        ("[1 / 0, 1].exists(x, x == 1)", &yes),
        ("[1, 1 / 0].exists(x, x == 2)", &nothing),
        ("[1, 1 / 0].all(x, x == 2)", &no),
        ("[1, 1 / 0].all(x, x == 1)", &nothing),
        ("[1, 0].filter(x, 1 / x == 1).exists(x, x == 1)", &yes),
        ("[1, 0].map(x, 1 / x).all(x, x == 2)", &no),
        // Nothing else does.
        ("[1, 1 / 0].exists_one(x, x == 1)", &nothing),
        ("size([1, 1 / 0]) == 2", &nothing),
        ("size([1, 0].filter(x, 1 / x == 1)) == 1", &nothing),
        ("size([1, 0].map(x, 1 / x)) == 2", &nothing),
        ("1 in [1, 1 / 0]", &nothing),
        ("1 in [1, 0].map(x, 1 / x)", &nothing),
        ("[1, 1 / 0] == [1, 2]", &nothing),
        ("known([1, 0].filter(x, 1 / x == 1))", &nothing),
        ("known([1, 0].map(x, 1 / x))", &nothing),
        ("first([1, 1 / 0]) == 1", &nothing),
        ("first([1 / 0, 1]) == 1", &nothing),
        ("last([1 / 0, 1]) == 1", &nothing),
        ("sum([1, 1 / 0]) == 1", &nothing),
        ("max([1, 1 / 0]) == 1", &nothing),
        ("size(distinct([1, 1 / 0])) == 1", &nothing),
        ("size([1, 1 / 0].sort_by(x, x)) == 1", &nothing),
        ("size([1, 2].sort_by(x, 1 / 0)) == 2", &nothing),
        ("otherwise(1 / 0, 2) == 2", &nothing),
    ] {
        assert_eq!(&desk.run(source, &[]), expected, "{source}");
    }
}

#[test]
fn null_and_blank_say_nothing_within_a_list() {
    let charter = r#"{ "id": "x", "title": "X", "stage": "charter", "inherits_from": ["", "a", null, " "], "budget": [null, "", { "kind": "fees" }] }"#;
    let desk = Desk::over(charter).unwrap_or_else(|| panic!("the built-in schema cannot be read"));
    for source in [
        "size(programme.inherits_from) == 1",
        "first(programme.inherits_from) == 'a'",
        "size(programme.budget) == 1",
        "known(programme.budget.map(b, b))",
    ] {
        assert_eq!(desk.run(source, &[]), Outcome::Value(Plain::Flag(true)), "{source}");
    }
}
