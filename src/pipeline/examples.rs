//! Runs the examples of rule pages through the stages and says where a page does not keep its word.
//!
//! *Noisy*: a finding where none was expected. *Missing*: none where one was. *Wrong*: another message or
//! place. *Idle*: another verdict.

mod judge;
mod records;
mod uses;

use std::sync::Arc;

pub use judge::Effort;
pub use uses::Uses;

use super::setup::Setup;
use crate::config::Effective;
use crate::programme::Programme;
use crate::rule::prose::{self, Example};
use crate::rule::{Page, Rule, Rules};
use crate::text::Lines;

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
    pub failure: Option<Refused>,
}

/// How an example fails, and in words.
pub type Refused = (Failure, String);

/// Whether an example comes out as its page says.
pub type Checked = Result<(), Refused>;

fn unusable<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err((Failure::Unusable, why.into()))
}

/// A page with examples.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'r> {
    /// A rule.
    Rule(&'r Rule),
    /// A definition.
    Definition(&'r Page),
}

impl<'r> Subject<'r> {
    /// Everything that has examples: rules in the order in which they are judged, then definitions.
    pub fn all(rules: &'r Rules) -> impl Iterator<Item = Self> {
        rules.rules.iter().map(Subject::Rule).chain(rules.definition_pages.iter().map(Subject::Definition))
    }

    /// Its page.
    #[must_use]
    pub fn page(self) -> &'r Page {
        match self {
            Subject::Rule(rule) => &rule.page,
            Subject::Definition(page) => page,
        }
    }
}

/// What an example is judged on, and under which settings.
#[derive(Debug)]
struct Records {
    programme: Programme,
    as_of: i32,
    settings: Effective,
}

/// An example with its records, read once and judged as often as wanted.
#[derive(Debug)]
pub struct Prepared {
    /// The example.
    pub example: Example,
    /// The line of the page at which it begins.
    pub line: u32,
    records: Result<Records, Refused>,
}

impl Prepared {
    /// The examples of a page, each with its records.
    #[must_use]
    pub fn of(setup: &Setup, subject: Subject<'_>) -> Vec<Self> {
        let text = subject.page().text();
        let lines = Lines::of(&text);
        let mut all: Vec<Self> = Vec::new();
        for example in prose::examples(&text) {
            let line = lines.position(&text, example.span.start).line;
            let records = match (contradicted(&all, &example), subject) {
                (Some(other), Subject::Rule(_)) => {
                    unusable(format!("the example on line {other} has the same records and expects another verdict"))
                }
                (_, Subject::Rule(rule)) => judge::verdict(&example).and_then(|_| records::of_rule(setup, rule, &example)),
                (_, Subject::Definition(_)) => records::of_definition(setup, &example),
            };
            all.push(Self { example, line, records });
        }
        all
    }

    /// Judges the example by these rules, among which is its own.
    pub fn judge(&self, rules: &Rules, page: &Page, effort: &mut Effort) -> Checked {
        let records = self.records.as_ref().map_err(Clone::clone)?;
        if page.is_definition() {
            judge::of_definition(rules, page, &self.example, &records.programme, records.as_of, effort)
        } else {
            judge::of_rule(rules, &page.name, &self.example, records, effort)
        }
    }
}

/// The line of an example with the same records that expects another verdict.
fn contradicted(before: &[Prepared], example: &Example) -> Option<u32> {
    let verdict = judge::verdict(example).ok()?;
    let same = |a: &Example, b: &Example| {
        a.files.len() == b.files.len()
            && a.files.iter().zip(&b.files).all(|(a, b)| a.info == b.info && without_blanks(&a.content) == without_blanks(&b.content))
    };
    before
        .iter()
        .find(|other| same(&other.example, example) && judge::verdict(&other.example).is_ok_and(|other| other != verdict))
        .map(|other| other.line)
}

/// JSON without the blanks between its parts.
fn without_blanks(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    text.chars()
        .filter(|c| {
            let kept = quoted || !c.is_whitespace();
            quoted ^= *c == '"' && !escaped;
            escaped = quoted && *c == '\\' && !escaped;
            kept
        })
        .collect()
}

/// Runs the examples of every page that is wanted.
#[must_use]
pub fn run(setup: &Setup, wanted: &dyn Fn(&str) -> bool) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for subject in Subject::all(&setup.rules).filter(|subject| wanted(&subject.page().name)) {
        let page = subject.page();
        let outcome = |heading: &str, line, failure| Outcome { page: Arc::clone(&page.name), heading: heading.to_owned(), line, failure };
        let prepared = Prepared::of(setup, subject);
        if prepared.is_empty() {
            outcomes.push(outcome("", 1, Some((Failure::Unusable, "the page has no examples".to_owned()))));
        }
        outcomes.extend(prepared.iter().map(|prepared| {
            let failure = prepared.judge(&setup.rules, page, &mut Effort::default()).err();
            outcome(&prepared.example.heading, prepared.line, failure)
        }));
    }
    outcomes
}
