//! Patterns of `matches(…)`, with what their matches must begin with.
//!
//! A pattern that is tied to the beginning of the text is held against every value of every record, and
//! next to none of them begin like a match. Two bytes tell, at a fraction of what starting the matcher costs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// How many beginnings are listed before the list is given up.
const BEGINNINGS_MAX: usize = 4_000;
/// How many bytes of a beginning are looked at.
const BYTES: usize = 2;

/// A pattern, ready to be matched.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    /// Made for the first text that calls for it: most runs meet none.
    regex: OnceLock<Option<Regex>>,
    beginnings: Option<Box<Beginnings>>,
}

/// For each first byte: whether any second byte will do, and which.
#[derive(Debug)]
struct Beginnings {
    any: [u64; 4],
    second: Vec<(u8, [u64; 4])>,
    place: [u8; 256],
}

const NO_PLACE: u8 = u8::MAX;

fn has(set: &[u64; 4], byte: u8) -> bool {
    set.get(usize::from(byte >> 6)).is_some_and(|bits| bits >> (byte & 63) & 1 == 1)
}

fn put(set: &mut [u64; 4], byte: u8) {
    if let Some(bits) = set.get_mut(usize::from(byte >> 6)) {
        *bits |= 1 << (byte & 63);
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(text: &str) -> Result<Self, Box<regex_syntax::Error>> {
        let hir = regex_syntax::parse(text).map_err(Box::new)?;
        Ok(Self { text: text.to_owned(), regex: OnceLock::new(), beginnings: Beginnings::of(&hir).map(Box::new) })
    }

    /// Reads a pattern, or gives the one that was read from the same text before.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn shared(text: &str) -> Result<Arc<Self>, Box<regex_syntax::Error>> {
        static READ: Mutex<BTreeMap<String, Arc<Pattern>>> = Mutex::new(BTreeMap::new());
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(text) {
            return Ok(Arc::clone(known));
        }
        let pattern = Arc::new(Self::read(text)?);
        read.insert(text.to_owned(), Arc::clone(&pattern));
        Ok(pattern)
    }

    /// Whether a text could match, going by how it begins.
    #[inline]
    #[must_use]
    pub fn may_match(&self, text: &[u8]) -> bool {
        self.beginnings.as_ref().is_none_or(|beginnings| beginnings.may_begin(text))
    }

    /// The same of a text as JSON writes it, which may have escapes.
    #[inline]
    #[must_use]
    pub fn may_match_written(&self, text: &[u8], is_escaped: bool) -> bool {
        (is_escaped && text.iter().take(BYTES).any(|byte| *byte == b'\\')) || self.may_match(text)
    }

    /// Whether a text matches somewhere; none where the pattern, though well formed, is too large to be matched.
    #[inline]
    #[must_use]
    pub fn is_match(&self, text: &str) -> Option<bool> {
        if !self.may_match(text.as_bytes()) {
            return Some(false);
        }
        self.regex.get_or_init(|| Regex::new(&self.text).ok()).as_ref().map(|regex| regex.is_match(text))
    }
}

impl Beginnings {
    fn of(hir: &Hir) -> Option<Self> {
        if !hir.properties().look_set_prefix().contains(Look::Start) {
            return None;
        }
        let all = beginnings(hir)?;
        let mut made = Beginnings { any: [0; 4], second: Vec::new(), place: [NO_PLACE; 256] };
        for beginning in all {
            match beginning.as_slice() {
                [] => return None,
                [only] => put(&mut made.any, *only),
                [first, second, ..] => {
                    let at = match made.second.iter().position(|(byte, _)| byte == first) {
                        Some(at) => at,
                        None => {
                            made.second.push((*first, [0; 4]));
                            made.second.len() - 1
                        }
                    };
                    *made.place.get_mut(usize::from(*first))? = u8::try_from(at).ok().filter(|at| *at != NO_PLACE)?;
                    put(&mut made.second.get_mut(at)?.1, *second);
                }
            }
        }
        Some(made)
    }

    #[inline]
    fn may_begin(&self, text: &[u8]) -> bool {
        match text {
            [] => false,
            [first, rest @ ..] => {
                if has(&self.any, *first) {
                    return true;
                }
                let at = self.place.get(usize::from(*first)).copied().unwrap_or(NO_PLACE);
                match (self.second.get(usize::from(at)), rest.first()) {
                    (Some((_, set)), Some(second)) => has(set, *second),
                    _ => false,
                }
            }
        }
    }
}

/// What a match of this part begins with: whole where it is shorter than [`BYTES`], else cut off there.
/// None where that cannot be listed.
fn beginnings(hir: &Hir) -> Option<BTreeSet<Vec<u8>>> {
    let made = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => BTreeSet::from([Vec::new()]),
        HirKind::Literal(literal) => BTreeSet::from([cut(&literal.0)]),
        HirKind::Class(Class::Unicode(class)) => {
            let mut made = BTreeSet::new();
            for range in class.ranges() {
                if range.len() > BEGINNINGS_MAX {
                    return None;
                }
                for c in range.start()..=range.end() {
                    made.insert(cut(c.encode_utf8(&mut [0; 4]).as_bytes()));
                }
            }
            made
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().flat_map(|range| range.start()..=range.end()).map(|byte| vec![byte]).collect()
        }
        HirKind::Repetition(repetition) => {
            let one = beginnings(&repetition.sub)?;
            let mut made = BTreeSet::from([Vec::new()]);
            for _ in 0..repetition.min.min(BYTES as u32) {
                made = joined(&made, &one);
            }
            let most = repetition.max.map_or(BYTES as u32, |max| (max - repetition.min).min(BYTES as u32));
            for _ in 0..most {
                let more = joined(&made, &one);
                made.extend(more);
            }
            made
        }
        HirKind::Capture(capture) => beginnings(&capture.sub)?,
        HirKind::Concat(parts) => {
            let mut made = BTreeSet::from([Vec::new()]);
            for part in parts {
                if made.iter().all(|beginning| beginning.len() >= BYTES) {
                    break;
                }
                made = joined(&made, &beginnings(part)?);
                if made.len() > BEGINNINGS_MAX {
                    return None;
                }
            }
            made
        }
        HirKind::Alternation(parts) => {
            let mut made = BTreeSet::new();
            for part in parts {
                made.extend(beginnings(part)?);
            }
            made
        }
    };
    (made.len() <= BEGINNINGS_MAX).then_some(made)
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().take(BYTES).collect()
}

fn joined(first: &BTreeSet<Vec<u8>>, then: &BTreeSet<Vec<u8>>) -> BTreeSet<Vec<u8>> {
    let mut made = BTreeSet::new();
    for beginning in first {
        if beginning.len() >= BYTES {
            made.insert(beginning.clone());
        } else {
            made.extend(then.iter().map(|next| cut(&[beginning.as_slice(), next.as_slice()].concat())));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PATTERNS: [&str; 8] = [
        r"(?i)^\s*(tb[acd]|to[ -]?do|xxx+|\?+|\.\.\.|(0000|9999)(-[0-9]{2})?)?\s*$",
        "^ab|^c",
        "^a?b*c",
        "^(x|yy|zzz){2,3}$",
        "^[^a]",
        "a$",
        "^é+",
        "^$",
    ];

    #[test]
    fn the_beginnings_of_an_open_pattern_are_not_listed() {
        for (pattern, is_listed) in [("a$", false), ("^a?", false), ("^(ab|c)", true), ("^[^a]", false), ("^a|b", false)] {
            assert_eq!(Pattern::read(pattern).is_ok_and(|pattern| pattern.beginnings.is_some()), is_listed, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_the_matcher_finds_is_never_passed_over(text in "[ abcxyztodTBé?.09-]{0,6}|\\PC{0,3}") {
            for pattern in PATTERNS {
                let read = Pattern::read(pattern);
                let plain = Regex::new(pattern);
                prop_assert_eq!(read.ok().and_then(|read| read.is_match(&text)), plain.map(|plain| plain.is_match(&text)).ok());
            }
        }
    }
}
