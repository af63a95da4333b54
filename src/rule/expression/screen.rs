//! Tests of texts that nearly every text fails: all texts of a programme are screened at once, when the first
//! record asks, and a record in which none passes is done with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::frame::Cx;
use crate::programme::Item;
use crate::schema::guide::ESCAPED;

/// Says of a text as it is written in JSON, and whether that has escapes, whether it may pass a test.
type Sieve = Arc<dyn Fn(&[u8], bool) -> bool + Send + Sync>;
/// A test of what a text is made of.
type Test = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What a text must pass if a test of it is to hold; it costs little, and few pass.
#[derive(Clone)]
pub struct Screen {
    /// The variable that is tested.
    pub slot: usize,
    /// Where this is false, so is the test; it takes next to no time.
    sieve: Sieve,
    /// Where this is false, the test is false.
    test: Test,
    /// By which it is known from others.
    number: usize,
}

impl Screen {
    /// A screen of the texts that a variable takes.
    pub fn new(
        slot: usize,
        sieve: impl Fn(&[u8], bool) -> bool + Send + Sync + 'static,
        test: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        Self { slot, sieve: Arc::new(sieve), test: Arc::new(test), number: MADE.fetch_add(1, Ordering::Relaxed) }
    }

    /// Whether a text passes.
    #[must_use]
    pub fn passes(&self, text: &str) -> bool {
        (self.sieve)(text.as_bytes(), false) && (self.test)(text)
    }

    /// Whether any text at all within an object passes, be it of another record or of a value at fault.
    #[must_use]
    pub fn lets_through(&self, cx: &mut Cx<'_>, within: Item, texts: bool) -> bool {
        let known = self.known(cx, texts);
        let passed = cx.screened.get(known).map_or(&[][..], |(_, passed)| passed);
        if passed.is_empty() {
            return false;
        }
        let next = passed.partition_point(|node| *node <= within.node);
        passed.get(next).is_some_and(|node| *node < cx.programme.forest.after(within.node))
    }

    /// Whether no text of the programme passes.
    #[must_use]
    pub fn lets_none_through(&self, cx: &mut Cx<'_>, texts: bool) -> bool {
        let known = self.known(cx, texts);
        cx.screened.get(known).is_some_and(|(_, passed)| passed.is_empty())
    }

    /// Where it is kept what passed: all texts are screened when somebody first asks.
    fn known(&self, cx: &mut Cx<'_>, texts: bool) -> usize {
        let known = cx.screened.iter().position(|(number, _)| *number == self.number);
        known.unwrap_or_else(|| {
            let passed = self.all(cx, texts);
            cx.screened.push((self.number, passed));
            cx.screened.len() - 1
        })
    }

    /// The texts of a programme that pass.
    fn all(&self, cx: &Cx<'_>, texts: bool) -> Vec<u32> {
        let forest = &cx.programme.forest;
        let bytes = forest.text.as_bytes();
        let formed = if texts { &[][..] } else { &forest.formed };
        let mut passed = Vec::new();
        for at in forest.free.iter().chain(formed) {
            let Some(node) = forest.nodes.get(*at as usize).filter(|node| node.has_value()) else { continue };
            let inner = bytes.get(node.start as usize + 1..(node.end as usize).saturating_sub(1)).unwrap_or_default();
            if (self.sieve)(inner, node.marks & ESCAPED != 0) && (self.test)(&forest.string(*at)) {
                passed.push(*at);
            }
        }
        passed.sort_unstable();
        passed
    }
}
