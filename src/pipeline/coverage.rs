//! Which yes-or-no expressions no example has seen both true and false.
//!
//! The examples were run by rules that were compiled under a [`Watch`]. A definition may be shown by its own
//! examples or by those of any page that uses it, so these are run too where they are needed.

use std::sync::Arc;

use super::examples::{Effort, Prepared, Subject, Uses};
use super::setup::Setup;
use crate::rule::expression::watch::{Spot, Watch};
use crate::rule::mutate;
use crate::text::{Lines, Position, Span};

/// What was seen of the expressions of the pages asked for.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How many expressions there are.
    pub all: usize,
    /// Those that were not seen both true and false.
    pub gaps: Vec<Gap>,
}

/// An expression that was not seen both true and false.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Its page.
    pub page: Arc<str>,
    /// Where it stands.
    pub position: Position,
    /// What is to be said of it, as it is reported and declared: "`x` is never false".
    pub told: String,
    /// Whether the page declares that it cannot be otherwise.
    pub declared: bool,
}

/// Says what the examples have shown, once those of the wanted pages were run.
#[must_use]
pub fn coverage(setup: &Setup, watch: &Watch, wanted: &dyn Fn(&str) -> bool) -> Coverage {
    let seen = |watch: &Watch| -> Vec<(Spot, bool, bool)> { watch.seen().into_iter().filter(|(spot, ..)| wanted(&spot.page)).collect() };
    let before = seen(watch);
    let uses = Uses::read(&setup.rules);
    for user in Subject::all(&setup.rules).filter(|user| !wanted(&user.page().name)) {
        let page = user.page();
        let helps = before.iter().any(|(spot, yes, no)| !(*yes && *no) && uses.uses(&page.name, &spot.page));
        if helps {
            for example in Prepared::of(setup, user) {
                // What becomes of it is not the question.
                let _ = example.judge(&setup.rules, page, &mut Effort::default());
            }
        }
    }
    let seen = seen(watch);
    let mut coverage = Coverage { all: seen.len(), gaps: Vec::new() };
    for subject in Subject::all(&setup.rules).filter(|subject| wanted(&subject.page().name)) {
        let page = subject.page();
        let (text, declared) = (page.text(), mutate::declared(page));
        let lines = Lines::of(&text);
        let mut unasked: Option<Span> = None;
        for (spot, yes, no) in seen.iter().filter(|(spot, yes, no)| spot.page == page.name && !(*yes && *no)) {
            // Where an expression is never asked, its parts are not either.
            if unasked.is_some_and(|around| around.covers(spot.span)) {
                continue;
            }
            if !yes && !no {
                unasked = Some(spot.span);
            }
            let what = match (yes, no) {
                (true, _) => "is never false",
                (_, true) => "is never true",
                _ => "is never asked",
            };
            let told = format!("{} {what}", mutate::plain(text.get(spot.span.range()).unwrap_or_default()));
            let declared = declared.iter().any(|declared| declared.change == told);
            coverage.gaps.push(Gap { page: Arc::clone(&page.name), position: lines.position(&text, spot.span.start), told, declared });
        }
    }
    coverage
}
