//! The lines around a place, everything masked in them that is not known to be safe.

use unicode_width::UnicodeWidthChar;

use super::{Shown, ShownLabel};
use crate::document::Kind;
use crate::finding::{Care, Place};
use crate::limits;
use crate::programme::Programme;
use crate::rule::function::text::looks_like_contact;
use crate::schema::guide::FAULTY;
use crate::schema::{FieldId, Scalar, Shape, form};
use crate::text::{self, Lines, Span};

/// Some lines of one file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Excerpt {
    /// The file.
    pub file: Shown,
    /// The lines, in order.
    pub lines: Vec<ExcerptLine>,
}

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ExcerptLine {
    /// Its number, from 1.
    pub line: u32,
    /// The line, masked, cut around its marks where it is long.
    pub text: Shown,
    /// What is marked in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
}

/// A marked stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// First byte in the shown line.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The column at which it begins in the file, from 1, in Unicode code points.
    pub column: u32,
    /// The words under it; may be empty.
    pub text: Shown,
    /// Whether it is the finding's own place.
    pub primary: bool,
}

/// Adds a place to the excerpts of a finding.
pub(super) fn add(cut: &mut Vec<Excerpt>, programme: &Programme, lines: &Lines, place: Place, label: &ShownLabel) {
    let primary = cut.is_empty();
    let source = programme.text_of(place.file);
    let line = lines.line_of(place.span.start);
    let number = line as u32 + 1;
    let known = cut.iter().position(|excerpt| {
        excerpt.file == label.location.file
            && excerpt.lines.first().zip(excerpt.lines.last()).is_some_and(|(first, last)| {
                number + 1 >= first.line
                    && number <= last.line + 1
                    && last.line.max(number) - first.line.min(number) < limits::EXCERPT_LINES_MAX as u32
            })
    });
    let at = match known {
        Some(at) => at,
        None => {
            let from = line.saturating_sub(1);
            // What comes after the last line's end is no line.
            let count = lines.count() - usize::from(line + 1 < lines.count() && source.ends_with('\n'));
            let to = (line + 2).min(count);
            let shown = (from..to).map(|line| row(programme, lines, place.file, source, line, None)).collect();
            cut.push(Excerpt { file: label.location.file.clone(), lines: shown });
            cut.len() - 1
        }
    };
    let Some(excerpt) = cut.get_mut(at) else { return };
    let (text, mark) = row_with(programme, lines, place.file, source, line, place.span);
    let mark = mark.map(|(start, end)| Mark { start, end, column: label.location.start.column, text: label.text.clone(), primary });
    match excerpt.lines.iter_mut().find(|row| row.line == number) {
        Some(row) if row.marks.is_empty() => {
            row.text = text;
            row.marks.extend(mark);
        }
        // A second mark on one line: kept where the line was not cut elsewhere.
        Some(row) if row.text == text => row.marks.extend(mark),
        Some(_) => {}
        None => {
            excerpt.lines.push(ExcerptLine { line: number, text, marks: mark.into_iter().collect() });
            excerpt.lines.sort_by_key(|row| row.line);
        }
    }
}

fn row(programme: &Programme, lines: &Lines, file: u32, source: &str, line: usize, around: Option<Span>) -> ExcerptLine {
    let (text, _) = row_with(programme, lines, file, source, line, around.unwrap_or_default());
    ExcerptLine { line: line as u32 + 1, text, marks: Vec::new() }
}

/// A masked line, and where a span of the file lies in it.
fn row_with(programme: &Programme, lines: &Lines, file: u32, source: &str, line: usize, span: Span) -> (Shown, Option<(usize, usize)>) {
    let own = lines.span(source, line);
    let content = source.get(own.range()).unwrap_or("");
    // No more of a long line is looked at than could be shown: a file may be one line.
    let most = limits::EXCERPT_COLUMNS_MAX;
    let near = near(content, span.start.saturating_sub(own.start) as usize, most);
    let window = Span::new(own.start + near.start as u32, own.start + near.end as u32);
    let safe = safe_ranges(programme, file, window);
    let is_safe = |at: u32| safe.iter().any(|range| range.start <= at && at < range.end);
    let mut shown: Vec<(u32, String)> = Vec::new();
    for (at, c) in content.get(near.clone()).unwrap_or("").char_indices() {
        let byte = window.start + at as u32;
        let structural = matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '"' | ' ' | '\t');
        if c == '\u{feff}' {
            continue;
        }
        let piece = if c == '\t' {
            "  ".to_owned()
        } else if structural || is_safe(byte) {
            if text::is_hidden(c) { format!("\\u{{{:x}}}", c as u32) } else { c.to_string() }
        } else {
            "•".repeat(c.width().unwrap_or(1).max(1))
        };
        shown.push((byte, piece));
    }
    // A long line is cut around the span.
    let (before, after) = (near.start > 0, near.end < content.len());
    let first = shown.iter().position(|(byte, _)| *byte >= span.start).unwrap_or(if before { shown.len() } else { 0 });
    let from =
        if shown.len() <= most && !before && !after { 0 } else { first.saturating_sub(most / 3).min(shown.len().saturating_sub(most)) };
    let to = (from + most).min(shown.len());
    let mut out = String::new();
    if from > 0 || before {
        out.push('…');
    }
    let mut mark: Option<(usize, usize)> = None;
    for (byte, piece) in shown.get(from..to).unwrap_or_default() {
        let start = out.len();
        out.push_str(piece);
        let inside = if span.start == span.end { *byte == span.start } else { span.start <= *byte && *byte < span.end };
        if inside {
            mark = Some((mark.map_or(start, |(first, _)| first), out.len()));
        }
    }
    if to < shown.len() || after {
        out.push('…');
    }
    // The place may be the end of the line.
    if mark.is_none() && own.start <= span.start && span.start <= own.end {
        mark = Some((out.len(), out.len()));
    }
    (Shown(out), mark)
}

/// The bytes of a line from `most` characters before a byte to `most` after it.
fn near(line: &str, byte: usize, most: usize) -> std::ops::Range<usize> {
    let mut at = byte.min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    let before = line.get(..at).unwrap_or("").char_indices().rev().nth(most - 1).map_or(0, |(start, _)| start);
    let after = line.get(at..).unwrap_or("").char_indices().nth(most).map_or(line.len(), |(end, _)| at + end);
    before..after
}

/// The bytes of a stretch of a line that are known to be safe. Nothing is, in a file that could not be understood.
fn safe_ranges(programme: &Programme, file: u32, line: Span) -> Vec<Span> {
    if let Some(baseline) = programme.baseline_at(file) {
        return words_like_ids(&baseline.text, line);
    }
    if let Some(beside) = programme.beside(file) {
        let within = |span: &Span| span.start < line.end && span.end > line.start;
        let is_safe = |span: Span, care| {
            let written = beside.text.get(span.range()).unwrap_or("");
            // Nothing is withheld here that a mask would not show to be withheld.
            super::value(written, care, super::Terms { min_cell: 0 }).as_str() != super::MASK
        };
        return beside.quotable.iter().filter(|(span, care)| within(span) && is_safe(*span, *care)).map(|(span, _)| *span).collect();
    }
    let Some(tree) =
        programme.files.get(file as usize).and_then(|file| file.tree).and_then(|tree| programme.forest.trees.get(tree as usize))
    else {
        return Vec::new();
    };
    let base = tree.text.start;
    let (from, to) = (line.start + base, line.end + base);
    let nodes = programme.forest.nodes.get(tree.root as usize..tree.end as usize).unwrap_or_default();
    // What begins before the window may reach into it.
    let first = nodes.partition_point(|node| node.start < from).saturating_sub(1);
    let mut safe = Vec::new();
    for number in first..nodes.len() {
        let Some(node) = nodes.get(number) else { break };
        let at = tree.root + number as u32;
        // The key of the first value after the line may still stand on it.
        if let Some(key) = programme.forest.key_span(at)
            && key.start < to
            && key.end > from
            && is_key_safe(programme, at, node.field)
        {
            safe.push(Span::new(key.start - base, key.end - base));
        }
        if node.start >= to {
            break;
        }
        if !node.is_container() && is_value_safe(programme, at) {
            safe.push(Span::new(node.start - base, node.end - base));
        }
    }
    safe
}

/// The words of a stretch of text that have the form of an id.
fn words_like_ids(text: &str, line: Span) -> Vec<Span> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | ':' | '#');
    let mut safe = Vec::new();
    let mut start = line.start;
    for (at, c) in text.get(line.range()).unwrap_or("").char_indices().chain([(line.range().len(), ' ')]) {
        if is_part(c) {
            continue;
        }
        let end = line.start + at as u32;
        let word = text.get(start as usize..end as usize).unwrap_or("");
        if super::value(word, Care::Id, super::Terms { min_cell: 0 }).as_str() != super::MASK {
            safe.push(Span::new(start, end));
        }
        if matches!(c, '/' | '=') {
            safe.push(Span::new(end, end + 1));
        }
        start = end + c.len_utf8() as u32;
    }
    safe
}

fn is_key_safe(programme: &Programme, at: u32, field: FieldId) -> bool {
    if programme.schema.field(field).is_some() {
        return true;
    }
    // An unknown key is shown where it is almost a known one of the same object.
    programme.is_quotable(at)
}

fn is_value_safe(programme: &Programme, at: u32) -> bool {
    let schema = &programme.schema;
    let node = programme.forest.node(at);
    if node.kind == Kind::Null {
        return true;
    }
    if schema.field(node.field).is_none() || !schema.is_safe(node.field) {
        return false;
    }
    // What stands in a list or object that is itself out of place was never judged.
    if programme.forest.path_to(at).iter().rev().skip(1).any(|around| programme.forest.node(*around).marks & FAULTY != 0) {
        return false;
    }
    let faulty = node.marks & FAULTY != 0;
    let shape = schema.element_shape_of(node.field);
    match (node.kind, shape) {
        (Kind::Number, Shape::Scalar(Scalar::Number(_))) | (Kind::True | Kind::False, Shape::Scalar(Scalar::Flag)) => true,
        (Kind::Text, Shape::Scalar(scalar)) => {
            let written = programme.forest.string(at);
            match scalar {
                Scalar::Id => form::is_id(written.as_bytes()) && !looks_like_contact(&written),
                Scalar::Reference { .. } => form::is_reference(written.as_bytes()) && !looks_like_contact(&written),
                Scalar::Text { .. } => !faulty && !looks_like_contact(&written),
                Scalar::Word(vocabulary) => {
                    !faulty
                        || schema
                            .vocabulary(vocabulary)
                            .and_then(|known| text::nearest(&written, known.choices()))
                            .is_some_and(|near| text::edits(&written, near, limits::SUGGESTION_EDITS_MAX).is_some())
                }
                Scalar::Date | Scalar::Time | Scalar::Currency | Scalar::Language => !faulty,
                _ => false,
            }
        }
        _ => false,
    }
}
