//! Whether an example comes out as its page says: verdict, messages, places.

use std::sync::Arc;

use super::{Checked, Failure, Records, Refused, unusable};
use crate::audit::{self, Selection};
use crate::finding::{Severity, plain};
use crate::limits;
use crate::programme::{self, Programme};
use crate::redact::{Redactor, Terms};
use crate::rule::expression::build::Scope;
use crate::rule::expression::frame::Cx;
use crate::rule::expression::parse::parse;
use crate::rule::expression::value::{Fault, No};
use crate::rule::prose::Example;
use crate::rule::{Page, Rules};
use crate::settle;
use crate::text::Lines;

/// How much work judging may be, and has been.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Steps that may be taken for one subject.
    pub most: u64,
    /// Steps that were taken in all.
    pub taken: u64,
    /// Whether it was stopped for having taken too many.
    pub stopped: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self { most: limits::STEPS_MAX, taken: 0, stopped: false }
    }
}

/// The verdict that an example's heading begins with.
pub(super) fn verdict(example: &Example) -> Result<&str, Refused> {
    let Some((expected, _)) = example.heading.split_once(':') else {
        return unusable("the heading begins with the verdict and a colon: pass, fail, not applicable or no evidence");
    };
    let expected = expected.trim();
    if !["pass", "fail", "not applicable", "no evidence"].contains(&expected) {
        return unusable(format!("{expected} is no verdict; use pass, fail, not applicable or no evidence"));
    }
    Ok(expected)
}

/// Judges a rule's example. The rule is judged alone, with those that it yields to.
/// A rule that judges the audit itself sees what the rules say that waivers name.
pub(super) fn of_rule(rules: &Rules, name: &str, example: &Example, records: &Records, effort: &mut Effort) -> Checked {
    let Records { programme, as_of, settings } = records;
    let as_of = *as_of;
    let expected = verdict(example)?;
    let found = rules.rules.iter().enumerate().find(|(_, rule)| *rule.name == *name);
    let Some((number, rule)) = found else { return unusable("the rule could not be made") };
    let mut select = vec![rule.name.to_string()];
    select.extend(rule.yields_to.iter().map(ToString::to_string));
    if rule.of_audit {
        let waived = programme.waivers.iter().flat_map(|beside| &beside.file.waivers);
        let known = programme.baseline.iter().flat_map(|baseline| &baseline.entries);
        let names = waived.map(|waiver| waiver.rule.value.as_str()).chain(known.map(|entry| entry.rule.as_str()));
        let named = names.filter_map(|name| rules.rules.get(rules.number(name)?));
        select.extend(named.map(|rule| rule.name.to_string()));
    }
    if let Some(unknown) = rule.beside.iter().find(|name| rules.number(name).is_none()) {
        return unusable(format!("the page names {unknown} under beside, and there is no such rule"));
    }
    let looks_back = !rule.beside.is_empty();
    select.extend(rule.beside.iter().map(ToString::to_string));
    let asked = Selection { select: if looks_back { Vec::new() } else { select.clone() }, ..Selection::default() };
    let mut state = audit::state::state(rules, programme, settings, &asked);
    if looks_back {
        // It would not run where rules were left out on a command line.
        let states = Arc::make_mut(&mut state.rules).iter_mut();
        for (_, state) in rules.rules.iter().zip(states).filter(|(rule, _)| !select.contains(&rule.name.to_string())) {
            state.on = Err("not judged in this example".to_owned());
        }
    }
    state.steps_max = effort.most;
    let mut audited = settle::audit(programme, rules, &state, as_of);
    let terms = settle::Terms::new(Severity::Advice, Severity::Error);
    let settled = settle::settle(programme, rules, &state, &mut audited, as_of, &terms, &|_| true, None);
    effort.taken += audited.steps;
    effort.stopped |= audited.exhausted;
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
    let mut redactor = Redactor::new(programme, Terms { min_cell: 0 });
    let own: Vec<_> = settled.findings.iter().filter(|(finding, _)| finding.rule == rule.name).collect();
    let told: Vec<Told> = own
        .iter()
        .map(|(finding, standing)| Told {
            message: redactor.finding(finding, standing, false).message.to_string(),
            places: finding.labels.iter().map(|label| addresses_at(programme, label.place)).collect(),
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
            format!(": {}", told.iter().map(|told| told.message.as_str()).collect::<Vec<_>>().join(" | "))
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

/// What a finding says, and the addresses of each of its places.
struct Told {
    message: String,
    places: Vec<Vec<String>>,
}

impl Told {
    /// Its own place is the first; further ones stand in any order.
    fn lacks<'a>(&self, places: &[&'a str]) -> Option<&'a str> {
        let is = |at: &Vec<String>, place: &str| at.iter().any(|at| at == place);
        let (own, further) = places.split_first()?;
        if !self.places.first().is_some_and(|at| is(at, own)) {
            return Some(own);
        }
        further.iter().find(|place| !self.places.iter().skip(1).any(|at| is(at, place))).copied()
    }

    fn shown(&self) -> String {
        self.places.iter().map(|at| at.join(" or ")).collect::<Vec<_>>().join(", ")
    }
}

/// Under a finding's message its places may follow, each on a line that begins with "at".
fn messages(example: &Example, told: &[Told]) -> Checked {
    let mut expected: Vec<(&str, Vec<&str>)> = Vec::new();
    for (quote, _) in &example.quotes {
        match (quote.strip_prefix("at "), expected.last_mut()) {
            (Some(place), Some(last)) if !told.iter().any(|told| told.message == *quote) => last.1.push(place.trim()),
            _ => expected.push((quote.trim(), Vec::new())),
        }
    }
    if expected.is_empty() {
        return Ok(());
    }
    let mut left: Vec<&Told> = told.iter().collect();
    for (message, places) in &expected {
        let Some(at) = left.iter().position(|told| told.message == *message && told.lacks(places).is_none()) else {
            let why = match left.iter().find(|told| told.message == *message).and_then(|told| Some((told, told.lacks(places)?))) {
                Some((told, place)) => format!("the finding \"{message}\" is at {}, not at {place}", told.shown()),
                None => {
                    let found: Vec<String> = told.iter().map(|told| format!("\"{}\" at {}", told.message, told.shown())).collect();
                    format!("no finding says \"{message}\"; found: {}", found.join(" | "))
                }
            };
            return Err((Failure::Wrong, why));
        };
        left.remove(at);
    }
    match left.first() {
        Some(told) => Err((Failure::Wrong, format!("a further finding says \"{}\"", told.message))),
        None => Ok(()),
    }
}

/// The addresses by which the value at a place may be called: its own; that of the record or row, where it
/// is what the record or row is known by; that of the list, where it is one of its elements.
fn addresses_at(programme: &programme::Programme, place: crate::finding::Place) -> Vec<String> {
    let Some(tree) =
        programme.files.get(place.file as usize).and_then(|file| file.tree).and_then(|tree| programme.forest.trees.get(tree as usize))
    else {
        let is_beside = place.file as usize >= programme.files.len();
        let line = || Lines::of(programme.text_of(place.file)).line_of(place.span.start) + 1;
        return vec![if is_beside { format!("{} line {}", programme.path_of(place.file), line()) } else { "file".to_owned() }];
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

/// Judges a definition's example: every expression that it quotes is true.
pub(super) fn of_definition(
    rules: &Rules,
    page: &Page,
    example: &Example,
    programme: &Programme,
    as_of: i32,
    effort: &mut Effort,
) -> Checked {
    if example.quotes.is_empty() {
        return unusable("the example quotes no expression that must be true");
    }
    let name = page.call_name();
    for (quote, _) in &example.quotes {
        let quote = quote.trim_matches('`');
        let value = truth(rules, programme, as_of, quote, effort)?;
        if !quote.contains(&name) {
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

fn truth(rules: &Rules, programme: &Programme, as_of: i32, source: &str, effort: &mut Effort) -> Result<Result<bool, String>, Refused> {
    let mut scope = Scope::new(&programme.schema, &rules.definitions);
    let built = parse(source).and_then(|ast| scope.flag(&ast));
    let typed = built.or_else(|mistake| unusable(format!("{source}: {}", mistake.message)))?;
    let params: Vec<_> = rules.params.iter().map(|param| param.default.clone()).collect();
    let mut cx = Cx::new(programme, as_of, &params);
    cx.steps_max = effort.most;
    cx.open(scope.frame);
    let value = typed.code.into_flag().get(&mut cx);
    effort.taken += cx.steps.get();
    effort.stopped |= value == Err(No::Fault(Fault::Budget));
    Ok(value.map_err(|no| format!("{no:?}")))
}
