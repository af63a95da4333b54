//! Which yes-or-no expressions were seen both true and false.
//!
//! Only where a [`Watch`] is given does the compiler put a note around each of them; an audit has none, and
//! its code is the same as if this file were not there. An expression that was never asked, because what
//! stands before it decided, was not seen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::code::Code;
use crate::rule::front::Scalar;
use crate::text::Span;

/// A yes-or-no expression of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The page's name.
    pub page: Arc<str>,
    /// Where it stands in the page.
    pub span: Span,
}

/// Which answers an expression gave.
#[derive(Debug, Default)]
struct Sides {
    yes: AtomicBool,
    no: AtomicBool,
}

/// What was seen of all expressions.
#[derive(Debug, Default)]
pub struct Watch {
    seen: Mutex<BTreeMap<Spot, Arc<Sides>>>,
}

impl Watch {
    /// Every expression, and whether it was seen true and false, in the order of pages and places, each before
    /// those within it.
    #[must_use]
    pub fn seen(&self) -> Vec<(Spot, bool, bool)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let sides = |sides: &Sides| (sides.yes.load(Ordering::Relaxed), sides.no.load(Ordering::Relaxed));
        let mut all: Vec<(Spot, bool, bool)> = seen.iter().map(|(spot, seen)| (spot.clone(), sides(seen).0, sides(seen).1)).collect();
        all.sort_by(|(a, ..), (b, ..)| (&a.page, a.span.start, b.span.end).cmp(&(&b.page, b.span.start, a.span.end)));
        all
    }
}

/// The expression that is being compiled, for those who watch.
#[derive(Clone, Debug)]
pub struct Watching {
    watch: Arc<Watch>,
    page: Arc<str>,
    source: Option<Arc<Scalar>>,
}

impl Watching {
    /// Watches the expressions of a page.
    #[must_use]
    pub fn page(watch: &Arc<Watch>, page: &Arc<str>) -> Self {
        Self { watch: Arc::clone(watch), page: Arc::clone(page), source: None }
    }

    /// From now on expressions are part of this text; of no text, they are not watched.
    pub fn read(&mut self, source: Option<&Scalar>) {
        self.source = source.map(|source| Arc::new(source.clone()));
    }

    /// The same code, with its answers noted.
    pub(super) fn note(&self, span: Span, code: Code) -> Code {
        let Some(source) = &self.source else { return code };
        let spot = Spot { page: Arc::clone(&self.page), span: Span::new(source.place(span.start), source.place(span.end)) };
        let mut seen = self.watch.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let sides = Arc::clone(seen.entry(spot).or_default());
        let run = code.into_flag();
        Code::flag(move |cx| {
            let answer = run.get(cx);
            match answer {
                Ok(true) => sides.yes.store(true, Ordering::Relaxed),
                Ok(false) => sides.no.store(true, Ordering::Relaxed),
                Err(_) => {}
            }
            answer
        })
    }
}
