//! Runs the examples of rule pages through the stages and says where a page does not keep its word.
//!
//! *Noisy*: a finding where none was expected. *Missing*: none where one was. *Wrong*: another message or
//! place. *Idle*: another verdict.

use std::path::Path;
use std::sync::Arc;

use super::setup::Setup;
use crate::audit::{self, Selection};
use crate::config::Effective;
use crate::discover::{Input, Role, Source};
use crate::document::Forest;
use crate::finding::plain;
use crate::programme::{self, Clock};
use crate::redact::{Redactor, Terms};
use crate::rule::expression::build::Scope;
use crate::rule::expression::parse::parse;
use crate::rule::expression::types::Cx;
use crate::rule::page::Page;
use crate::rule::prose::{self, Example};
use crate::rule::{Rule, Rules};
use crate::schema::form;
use crate::settle::Standing;

/// The date of the audit in examples that name no other.
pub const AS_OF: &str = "2026-07-01";

/// How an example fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A finding where none was expected.
    Noisy,
    /// No finding where one was expected.
    Missing,
    /// Another message or place.
    Wrong,
    /// Another verdict that is no finding.
    Idle,
    /// The example itself cannot be used.
    Unusable,
}

impl Failure {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Failure::Noisy => "noisy",
            Failure::Missing => "missing",
            Failure::Wrong => "wrong",
            Failure::Idle => "idle",
            Failure::Unusable => "unusable",
        }
    }
}

/// What came of one example.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The page.
    pub page: Arc<str>,
    /// The example's heading.
    pub heading: String,
    /// The line of the page at which it begins.
    pub line: u32,
    /// How it failed, and in words.
    pub failure: Option<(Failure, String)>,
}

/// Runs the examples of every page that is wanted.
#[must_use]
pub fn run(setup: &Setup, wanted: &dyn Fn(&str) -> bool) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for rule in setup.rules.rules.iter().filter(|rule| wanted(&rule.name)) {
        let text = rule.page.text();
        let examples = prose::examples(&text);
        if examples.is_empty() {
            outcomes.push(Outcome {
                page: Arc::clone(&rule.name),
                heading: String::new(),
                line: 1,
                failure: Some((Failure::Unusable, "the page has no examples".to_owned())),
            });
        }
        for example in examples {
            let failure = rule_example(setup, rule, &example).err();
            outcomes.push(Outcome {
                page: Arc::clone(&rule.name),
                heading: example.heading.clone(),
                line: line(&text, example.span.start),
                failure,
            });
        }
    }
    for page in setup.rules.definition_pages.iter().filter(|page| wanted(&page.name)) {
        let text = page.text();
        let examples = prose::examples(&text);
        if examples.is_empty() {
            outcomes.push(Outcome {
                page: Arc::clone(&page.name),
                heading: String::new(),
                line: 1,
                failure: Some((Failure::Unusable, "the page has no examples".to_owned())),
            });
        }
        for example in examples {
            let failure = definition_example(setup, page, &example).err();
            outcomes.push(Outcome {
                page: Arc::clone(&page.name),
                heading: example.heading.clone(),
                line: line(&text, example.span.start),
                failure,
            });
        }
    }
    outcomes
}

fn line(text: &str, byte: u32) -> u32 {
    text.bytes().take(byte as usize).filter(|byte| *byte == b'\n').count() as u32 + 1
}

type Checked = Result<(), (Failure, String)>;

fn unusable<T>(why: impl Into<String>) -> Result<T, (Failure, String)> {
    Err((Failure::Unusable, why.into()))
}

/// The files of an example, and its date.
fn files(setup: &Setup, example: &Example, stage: &str) -> Result<(Vec<Input>, i32), (Failure, String)> {
    let mut inputs = Vec::new();
    let mut as_of = form::date(AS_OF.as_bytes()).map_or(0, |(day, _)| day);
    for file in &example.files {
        let mut words = file.info.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let mut path = None;
        for word in words {
            match word.split_once('=') {
                Some(("as-of", date)) => match form::date(date.as_bytes()) {
                    Some((day, form::Precision::Day)) => as_of = day,
                    _ => return unusable(format!("{date} is no day")),
                },
                Some((key, _)) => return unusable(format!("{key} is no setting of an example; use as-of=YYYY-MM-DD")),
                None => path = Some(word.to_owned()),
            }
        }
        let name = path.clone().unwrap_or_else(|| "programme.json".to_owned());
        let source = match kind {
            "json" => Source::Memory(complete(&file.content, path.is_none(), stage).into_bytes()),
            "hex" => {
                let digits: String = file.content.split_whitespace().collect();
                let bytes = digits
                    .as_bytes()
                    .chunks(2)
                    .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
                match bytes.collect::<Option<Vec<u8>>>() {
                    Some(bytes) => Source::Memory(bytes),
                    None => return unusable("a hex block holds hexadecimal digits"),
                }
            }
            "state" => match file.content.trim().split_once(' ') {
                Some(("size", number)) => Source::Size(number.trim().parse().or_else(|_| unusable("size takes a number of bytes"))?),
                _ if matches!(file.content.trim(), "unreadable" | "link" | "bad-name" | "second-charter") => {
                    Source::Unreadable("permission is denied".to_owned())
                }
                _ => return unusable("a state block says unreadable, link, bad-name, second-charter or size and a number"),
            },
            other => return unusable(format!("{other} is no kind of file; use json, hex or state")),
        };
        let state = if kind == "state" { file.content.trim() } else { "" };
        let role = role(setup, &name, state);
        if let Some(role) = role {
            inputs.push(Input { path: name, role, source });
        }
    }
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    if inputs.is_empty() {
        return unusable("the example has no records");
    }
    Ok((inputs, as_of))
}

fn role(setup: &Setup, path: &str, state: &str) -> Option<Role> {
    let kind = match state {
        "link" => crate::discover::SeenKind::Link,
        _ => crate::discover::SeenKind::File,
    };
    match state {
        "bad-name" => return Some(Role::BadName),
        "second-charter" => return Some(Role::SecondCharter),
        _ => {}
    }
    let seen = crate::discover::Seen { path: Path::new("/").join(path), kind };
    let found = crate::discover::Found { folder: "/".into(), shown: ".".to_owned(), files: vec![seen], only: Vec::new() };
    let options = crate::discover::Options { no_ignore: true, working: "/".into() };
    let inputs = crate::discover::inputs(&setup.schema, &found, &[], &crate::config::Files::default(), None, &options);
    inputs.into_iter().next().map(|input| input.role)
}

/// A charter may leave out its id, title and stage.
fn complete(content: &str, charter: bool, stage: &str) -> String {
    if !charter {
        return content.to_owned();
    }
    let Some(at) = content.find('{') else { return content.to_owned() };
    if !content.get(..at).unwrap_or("").trim().is_empty() {
        return content.to_owned();
    }
    let Ok(serde_json::Value::Object(known)) = serde_json::from_str::<serde_json::Value>(content) else { return content.to_owned() };
    let mut added = String::new();
    for (key, value) in [("id", "example"), ("title", "Example"), ("stage", stage)] {
        if !known.contains_key(key) {
            let comma = if known.is_empty() && key == "stage" { "" } else { "," };
            added.push_str(&format!("\"{key}\":\"{value}\"{comma}"));
        }
    }
    let added = if known.is_empty() { added.trim_end_matches(',').to_owned() } else { added };
    format!("{}{added}{}", content.get(..=at).unwrap_or(""), content.get(at + 1..).unwrap_or(""))
}

fn rule_example(setup: &Setup, rule: &Rule, example: &Example) -> Checked {
    let Some((expected, _)) = example.heading.split_once(':') else {
        return unusable("the heading begins with the verdict and a colon: pass, fail, not applicable or no evidence");
    };
    let expected = expected.trim();
    if !["pass", "fail", "not applicable", "no evidence"].contains(&expected) {
        return unusable(format!("{expected} is no verdict; use pass, fail, not applicable or no evidence"));
    }
    let stage = setup
        .schema
        .vocabulary(setup.schema.stages)
        .and_then(|known| known.words.get(usize::from(rule.from)))
        .map_or("charter", |word| word.text.as_str());
    let (inputs, as_of) = files(setup, example, stage)?;
    // A charter that is whole is a record too; the rule is judged alone, with those that it yields to.
    let clock = Clock { as_of, given: *rule.name == *"record/dated-after-audit" };
    let programme = programme::load(&setup.schema, &setup.judges, ".", &inputs, Forest::default(), clock, false);
    if !rule.built_in
        && let Some(flaw) = programme.flaws.iter().find(|flaw| {
            !matches!(flaw.rule, "record/dangling-reference" | "record/impossible-date-order" | "record/nothing-to-read")
                && !example.heading.contains("fault")
        })
    {
        let shown = crate::redact::text(&flaw.message, Terms { min_cell: 0 });
        return unusable(format!("the records break the schema: {}: {shown}", flaw.rule));
    }
    let mut select = vec![rule.name.to_string()];
    select.extend(rule.yields_to.iter().map(ToString::to_string));
    let state = audit::state::state(&setup.rules, &programme, &Effective::default(), &Selection { select, ..Selection::default() });
    let audited = audit::audit(&programme, &setup.rules, &state, as_of);
    let number = setup.rules.rules.iter().position(|known| known.name == rule.name).unwrap_or(usize::MAX);
    let verdicts = audited.verdicts.get(number).copied().unwrap_or_default();
    let reached = if verdicts.finding > 0 {
        "fail"
    } else if verdicts.no_evidence > 0 {
        "no evidence"
    } else if verdicts.pass > 0 {
        "pass"
    } else if verdicts.not_applicable > 0 {
        "not applicable"
    } else {
        "nothing to judge"
    };
    let mut redactor = Redactor::new(&programme, Terms { min_cell: 0 });
    let own: Vec<_> = audited.findings.iter().filter(|finding| finding.rule == rule.name).collect();
    let told: Vec<(String, Vec<String>)> = own
        .iter()
        .map(|finding| {
            let places = finding.labels.first().map(|label| addresses_at(&programme, label.place)).unwrap_or_default();
            (redactor.finding(finding, &Standing::default(), false).message.to_string(), places)
        })
        .collect();
    let causes = || {
        let causes: Vec<String> =
            audited.no_evidence.iter().filter(|entry| entry.rule == number).map(|entry| redactor_text(&entry.cause)).collect();
        if causes.is_empty() { String::new() } else { format!(" ({})", causes.join("; ")) }
    };
    if reached != expected {
        let said = if told.is_empty() {
            String::new()
        } else {
            format!(": {}", told.iter().map(|(message, _)| message.as_str()).collect::<Vec<_>>().join(" | "))
        };
        return match (expected, reached) {
            (_, "fail") => Err((Failure::Noisy, format!("a finding where {expected} was expected{said}"))),
            ("fail", _) => Err((Failure::Missing, format!("{reached} where a finding was expected{}", causes()))),
            _ => Err((Failure::Idle, format!("{reached} where {expected} was expected{}", causes()))),
        };
    }
    match expected {
        "fail" => messages(example, &told),
        "no evidence" => {
            let all: Vec<String> =
                audited.no_evidence.iter().filter(|entry| entry.rule == number).map(|entry| redactor_text(&entry.cause)).collect();
            for (quote, _) in &example.quotes {
                if !all.contains(quote) {
                    return Err((Failure::Wrong, format!("the reason is {}, not {quote}", all.join("; "))));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn redactor_text(parts: &[crate::finding::Part]) -> String {
    crate::redact::text(parts, Terms { min_cell: 0 }).to_string()
}

fn messages(example: &Example, told: &[(String, Vec<String>)]) -> Checked {
    let mut expected: Vec<(&str, Option<&str>)> = Vec::new();
    for (quote, _) in &example.quotes {
        match (quote.strip_prefix("at "), expected.last_mut()) {
            (Some(place), Some(last)) if !told.iter().any(|(message, _)| message == quote) => last.1 = Some(place.trim()),
            _ => expected.push((quote.trim(), None)),
        }
    }
    if expected.is_empty() {
        return Ok(());
    }
    let mut left: Vec<&(String, Vec<String>)> = told.iter().collect();
    for (message, place) in &expected {
        let Some(at) = left.iter().position(|(own, at)| own == message && place.is_none_or(|place| at.iter().any(|at| at == place))) else {
            let other = left.iter().find(|(own, _)| own == message);
            return Err((
                Failure::Wrong,
                match (other, place) {
                    (Some((_, at)), Some(place)) => format!("the finding \"{message}\" is at {}, not at {place}", at.join(" or ")),
                    _ => format!(
                        "no finding says \"{message}\"; found: {}",
                        told.iter().map(|(own, at)| format!("\"{own}\" at {}", at.join(" or "))).collect::<Vec<_>>().join(" | ")
                    ),
                },
            ));
        };
        left.remove(at);
    }
    match left.first() {
        Some((message, _)) => Err((Failure::Wrong, format!("a further finding says \"{message}\""))),
        None => Ok(()),
    }
}

/// The addresses by which the value at a place may be called: its own; that of the record or row, where it
/// is what the record or row is known by; that of the list, where it is one of its elements.
fn addresses_at(programme: &programme::Programme, place: crate::finding::Place) -> Vec<String> {
    let Some(tree) =
        programme.files.get(place.file as usize).and_then(|file| file.tree).and_then(|tree| programme.forest.trees.get(tree as usize))
    else {
        return vec!["file".to_owned()];
    };
    let start = place.span.start + tree.text.start;
    let begins = |at: &u32| programme.forest.node(*at).start == start;
    let has_key = |at: &u32| programme.forest.key_span(*at).is_some_and(|key| key.start == start);
    // The innermost value that begins here, or that whose key does.
    let Some(at) = (tree.root..tree.end).rev().find(begins).or_else(|| (tree.root..tree.end).find(has_key)) else { return Vec::new() };
    let mut addresses = vec![plain(&programme.address(at).address)];
    let path = programme.forest.path_to(at);
    let up = |steps: usize| path.len().checked_sub(steps + 1).and_then(|at| path.get(at)).copied();
    if let Some(holder) = up(1) {
        let item = programme::Item { node: holder, record: programme.record_around(at) };
        if programme.forest.node(holder).kind == crate::document::Kind::List || programme.face(item) == at {
            addresses.push(plain(&programme.address(holder).address));
        }
    }
    addresses
}

fn definition_example(setup: &Setup, page: &Page, example: &Example) -> Checked {
    let (inputs, as_of) = files(setup, example, "live")?;
    let programme = programme::load(&setup.schema, &setup.judges, ".", &inputs, Forest::default(), Clock { as_of, given: false }, false);
    if let Some(flaw) = programme.flaws.iter().find(|flaw| {
        !matches!(flaw.rule, "record/dangling-reference" | "record/impossible-date-order" | "record/nothing-to-read")
            && !example.heading.contains("fault")
    }) {
        return unusable(format!("the records break the schema: {}: {}", flaw.rule, redactor_text(&flaw.message)));
    }
    if example.quotes.is_empty() {
        return unusable("the example quotes no expression that must be true");
    }
    let name = page.call_name();
    for (quote, _) in &example.quotes {
        let quote = quote.trim_matches('`');
        let (value, used) = truth(setup, &setup.rules, &programme, as_of, quote)?;
        if !used.contains(&name) {
            return unusable(format!("{quote} does not use the definition"));
        }
        match value {
            Ok(true) => {}
            Ok(false) => return Err((Failure::Wrong, format!("{quote} is false"))),
            Err(why) => return Err((Failure::Idle, format!("{quote} has no value: {why}"))),
        }
    }
    Ok(())
}

type Truth = (Result<bool, String>, String);

fn truth(setup: &Setup, rules: &Rules, programme: &programme::Programme, as_of: i32, source: &str) -> Result<Truth, (Failure, String)> {
    let mut scope = Scope::new(&setup.schema, &rules.definitions);
    let built = parse(source).and_then(|ast| scope.flag(&ast));
    let typed = built.or_else(|mistake| unusable(format!("{source}: {}", mistake.message)))?;
    let params: Vec<_> = rules.params.iter().map(|param| param.default.clone()).collect();
    let mut cx = Cx::new(programme, as_of, &params);
    cx.open(scope.frame);
    let value = typed.code.into_flag()(&mut cx);
    Ok((value.map_err(|no| format!("{no:?}")), source.to_owned()))
}
