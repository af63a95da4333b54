//! Text and places in it: byte spans, lines and columns, and what may safely be shown of foreign text.
//!
//! No file format and no file is known here.

mod span;

use std::fmt::{self, Write};

pub use span::Span;

/// A byte with the line and column where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Byte from 0, a byte-order mark included.
    pub byte: u32,
    /// Line from 1.
    pub line: u32,
    /// Column from 1, in Unicode code points.
    pub column: u32,
}

/// Where the lines of one text begin. Built only for texts that have a finding.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<u32>,
    /// How many code points come before every so many bytes: a file may be one long line with many findings.
    points: Vec<u32>,
}

/// Bytes from one count of code points to the next.
const POINTS_EVERY: usize = 1024;

/// Whether a code point begins at a byte; a byte-order mark is none.
fn begins(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| byte & 0xc0 != 0x80) && !bytes.get(at..).is_some_and(|rest| rest.starts_with(b"\xef\xbb\xbf"))
}

impl Lines {
    /// Finds the lines of `text`. A line ends with LF (a CR before it belongs to it).
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut starts = vec![0];
        let mut points = Vec::with_capacity(text.len() / POINTS_EVERY + 1);
        let mut count = 0;
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if at % POINTS_EVERY == 0 {
                points.push(count);
            }
            count += u32::from(begins(bytes, at));
            if *byte == b'\n' {
                starts.push(at as u32 + 1);
            }
        }
        Self { starts, points }
    }

    /// How many code points come before a byte.
    fn points_before(&self, text: &str, byte: u32) -> u32 {
        let byte = (byte as usize).min(text.len());
        let chunk = (byte / POINTS_EVERY).min(self.points.len().saturating_sub(1));
        let known = self.points.get(chunk).copied().unwrap_or(0);
        known + (chunk * POINTS_EVERY..byte).filter(|at| begins(text.as_bytes(), *at)).count() as u32
    }

    /// The line (from 0) on which `byte` stands.
    #[must_use]
    pub fn line_of(&self, byte: u32) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// How many lines there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The span of a line (from 0) without its line ending.
    #[must_use]
    pub fn span(&self, text: &str, line: usize) -> Span {
        let start = self.starts.get(line).copied().unwrap_or(text.len() as u32);
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len() as u32 + 1).saturating_sub(1);
        let content = text.get(start as usize..end as usize).unwrap_or("");
        Span::new(start, start + content.trim_end_matches('\r').len() as u32)
    }

    /// Line and column of `byte` in `text`. A leading byte-order mark takes no column.
    #[must_use]
    pub fn position(&self, text: &str, byte: u32) -> Position {
        let line = self.line_of(byte);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = self.points_before(text, byte).saturating_sub(self.points_before(text, start)) + 1;
        Position { byte, line: line as u32 + 1, column }
    }
}

/// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; stops counting past `most`.
#[must_use]
pub fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (get(&last, j) + usize::from(x != y)).min(get(&last, j + 1) + 1).min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(get(&before_last, j - 1) + 1);
            }
            row.push(cost);
        }
        before_last = last;
        last = row;
    }
    last.last().copied().filter(|cost| *cost <= most)
}

/// The known word that is nearest to `word`, if it is near enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Of a short word, half would be left of anything.
    let length = word.chars().count();
    let most = crate::limits::SUGGESTION_EDITS_MAX.min(if length < 5 { 1 } else { length / 2 });
    known
        .into_iter()
        .filter_map(|candidate| edits(word, candidate, most).map(|cost| (cost, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Whether a character is invisible, a control, or changes the direction of the text around it.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Writes text with every hidden character as `\u{…}`, so that it cannot steer a terminal or a reader.
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most text is plain, and plain text hides nothing.
        if self.0.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return f.write_str(self.0);
        }
        let mut rest = self.0;
        while let Some(at) = rest.find(is_hidden) {
            let (clean, tail) = rest.split_at(at);
            f.write_str(clean)?;
            let mut chars = tail.chars();
            if let Some(c) = chars.next() {
                write!(f, "\\u{{{:x}}}", c as u32)?;
            }
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

/// Bytes as text: UTF-8 as it is, everything else as `\x..`, hidden characters as `\u{…}`.
#[must_use]
pub fn from_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    push_bytes(&mut out, bytes);
    out
}

/// The same, behind what is written already.
pub fn push_bytes(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        // Writing into a string does not fail.
        let _ = write!(out, "{}", Visible(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

/// Joins names as a sentence does: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(names: &[String], last: &str) -> String {
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn positions_count_code_points_from_one() {
        let text = "\u{feff}añb\r\nc";
        let lines = Lines::of(text);
        let at = |needle: &str| text.find(needle).map(|byte| lines.position(text, byte as u32));
        assert_eq!(at("a"), Some(Position { byte: 3, line: 1, column: 1 }));
        assert_eq!(at("b"), Some(Position { byte: 6, line: 1, column: 3 }));
        assert_eq!(at("c"), Some(Position { byte: 9, line: 2, column: 1 }));
        assert_eq!(lines.span(text, 0).range(), 0..7);
    }

    #[test]
    fn positions_in_a_long_line_count_from_its_beginning() {
        let text = format!("first\n{}x\ny", "añ\u{feff}".repeat(2_000));
        let lines = Lines::of(&text);
        let at = |needle: &str| text.rfind(needle).map(|byte| lines.position(&text, byte as u32));
        assert_eq!(at("x").map(|at| (at.line, at.column)), Some((2, 4_001)));
        assert_eq!(at("y").map(|at| (at.line, at.column)), Some((3, 1)));
        assert_eq!(lines.position(&text, text.len() as u32 + 9).column, 2);
    }

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let known = ["given", "withdrawn", "refused"];
        assert_eq!(nearest("gievn", known), Some("given"));
        assert_eq!(nearest("granted", known), None);
        assert_eq!(nearest("x", ["yz"]), None);
    }

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(Visible("a\u{202e}b\u{1b}[2J").to_string(), "a\\u{202e}b\\u{1b}[2J");
        assert_eq!(from_bytes(b"a\xff\n"), "a\\xff\\u{a}");
    }

    proptest! {
        #[test]
        fn nothing_hidden_survives(text in any::<String>()) {
            prop_assert!(!Visible(&text).to_string().chars().any(is_hidden));
        }

        #[test]
        fn edits_are_symmetric(a in "[a-d]{0,6}", b in "[a-d]{0,6}") {
            prop_assert_eq!(edits(&a, &b, 9), edits(&b, &a, 9));
        }
    }
}
