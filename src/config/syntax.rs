//! Says in our words where a file is not TOML.
//!
//! The parser's own messages never leave this file, nor does any text of the file it was given.

use super::reader::{Reader, offset};
use crate::text::{self, Span};

/// Notes the faults of syntax; says whether the rest can still be judged.
pub(super) fn judge(reader: &mut Reader<'_>, text: &str, errors: &[toml::de::Error]) -> bool {
    let lines = text::Lines::of(text);
    let mut faults: Vec<Fault> = errors.iter().map(|error| fault(text, error)).collect();
    // After a bracket that is never closed everything looks wrong: it alone is shown, where it stands.
    if faults.iter().any(|fault| fault.weight == Weight::Unclosed)
        && let Some(open) = unclosed(text)
    {
        let span = Span::new(offset(open), offset(open + 1));
        let list = text.get(open..).is_some_and(|rest| rest.starts_with('['));
        faults.retain(|fault| fault.span.start < span.start);
        faults.push(if list {
            Fault { span, message: "this list is never closed", help: "close it with `]`", weight: Weight::Unclosed }
        } else {
            Fault { span, message: "this `{` is never closed", help: "close it with `}`", weight: Weight::Unclosed }
        });
    }
    // One line, one fault: the telling one, else the one that the parser met first.
    faults.sort_by_key(|fault| (lines.line_of(fault.span.start), fault.weight != Weight::Telling));
    faults.dedup_by_key(|fault| lines.line_of(fault.span.start));
    let legible = faults.iter().all(|fault| fault.weight == Weight::Repeated);
    for Fault { span, message, help, .. } in faults {
        reader.problem(span, message, help);
    }
    legible
}

/// The first bracket of a value that is never closed, by a scan that knows texts, comments and headings only:
/// the parser says merely that the file ended.
fn unclosed(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut at = 0;
    let mut fresh = true;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let c = rest.chars().next().unwrap_or(' ');
        at += match c {
            '#' => line_bytes(rest),
            '[' if fresh && open.is_empty() => line_bytes(rest),
            '"' | '\'' => quoted_bytes(rest, c),
            _ => c.len_utf8(),
        };
        match c {
            '[' | '{' if !(fresh && open.is_empty()) => open.push(at - 1),
            ']' | '}' => drop(open.pop()),
            _ => {}
        }
        fresh = c == '\n' || (fresh && c.is_whitespace());
    }
    open.first().copied()
}

/// How many bytes are left of the line that `rest` is in.
fn line_bytes(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// How many bytes the text takes with which `rest` begins, its quotation marks included.
fn quoted_bytes(rest: &str, quote: char) -> usize {
    let three = quote.to_string().repeat(3);
    let mark = if rest.starts_with(&three) { three.len() } else { 1 };
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(mark) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if mark == 1 && c == '\n' {
            return at;
        } else if c == quote && (mark == 1 || rest.get(at..).is_some_and(|rest| rest.starts_with(&three))) {
            return at + mark;
        }
    }
    rest.len()
}

/// A fault of syntax in our words.
struct Fault {
    span: Span,
    message: &'static str,
    help: &'static str,
    weight: Weight,
}

/// What a fault of syntax means for those around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Stands for itself.
    Plain,
    /// Says best what is wrong with its line.
    Telling,
    /// A list or `{ … }` that reaches the end of the file.
    Unclosed,
    /// A key or table once more: the file is legible without it.
    Repeated,
}

/// Says in our words what the parser found: its own may change with its version, and help nobody who does
/// not know TOML.
fn fault(text: &str, error: &toml::de::Error) -> Fault {
    const COLON: (&str, &str) = ("`:` after a key", "write `=` between a key and its value");
    let range = error.span().unwrap_or(0..0);
    let start = floor(text, range.start);
    let end = floor(text, range.end.max(range.start)).max(start);
    let span = Span::new(offset(start), offset(end));
    let rest = text.get(start..).unwrap_or("");
    let next = rest.chars().next();
    let telling = |span, message, help| Fault { span, message, help, weight: Weight::Telling };
    let plain = |message, help| Fault { span, message, help, weight: Weight::Plain };
    let has = |part: &str| error.message().contains(part);
    let control = matches!(next, Some(c) if c.is_control() && c != '\n' && c != '\t' && !rest.starts_with("\r\n"));
    let curly = matches!(next, Some('\u{201c}'..='\u{201f}' | '\u{2018}'..='\u{201b}' | '\u{ab}' | '\u{bb}'));

    if curly && (has("invalid unquoted key") || has("string values must be quoted")) {
        return telling(
            Span::new(span.start, span.start + next.map_or(0, char::len_utf8) as u32),
            "a curly quotation mark, which TOML does not know",
            "use the straight ones, \"…\"",
        );
    }
    if has("invalid unquoted key") {
        return match next {
            Some(':') => telling(span, COLON.0, COLON.1),
            Some('/') => telling(span, "a name with a slash must stand in quotation marks", "quote the name, as in [rule.\"pay/late\"]"),
            _ if control => plain("a control character", "remove it"),
            _ => plain(
                "a key with this character must stand in quotation marks",
                "quote the key, or use only letters from a to z, digits, `-` and `_`",
            ),
        };
    }
    if has("carriage return") {
        return plain("a carriage return without a line feed", "save the file with the usual line endings");
    }
    if control {
        return plain("a control character", "remove it");
    }
    if has("duplicate key") {
        let help = "keep one of them, with all that belongs to it";
        return Fault { span, message: "this key or table is written twice", help, weight: Weight::Repeated };
    }
    if has("cannot extend") {
        let help = "write it as a value or as a table, not both";
        return Fault { span, message: "this key has a value already", help, weight: Weight::Repeated };
    }
    if has("recurs") {
        return plain("values are nested too deep", "write it flatter");
    }
    if has("unclosed array table") {
        return plain("this heading is not closed", "close it with `]]`");
    }
    if has("unclosed table") {
        return plain("this heading is not closed", "close it with `]`");
    }
    if has("unclosed array") {
        let message = "the file ends within a list";
        return Fault { span, message, help: "close the list with `]`", weight: Weight::Unclosed };
    }
    if has("unclosed inline table") {
        let message = "the file ends within `{ … }`";
        return Fault { span, message, help: "close it with `}`", weight: Weight::Unclosed };
    }
    if has("multi-line") && has("invalid") {
        return plain("the file ends within text", "close the text with the quotation marks that opened it");
    }
    if has("invalid basic string") || has("invalid literal string") {
        return plain("text is not closed on its line", "close it with a quotation mark");
    }
    if has("missing escaped value") || has("unicode") {
        let slash = text.get(..start).and_then(|before| before.rfind('\\')).map_or(span.start, offset);
        return Fault {
            span: Span::new(slash, span.end.max(slash)),
            message: "a backslash in text begins an escape that does not exist",
            help: "write `/` in paths; elsewhere write `\\\\`, or put the text in single quotation marks",
            weight: Weight::Plain,
        };
    }
    if has("between array elements") {
        return plain("a comma or `]` is missing before this", "put a comma between the entries of a list");
    }
    if has("in array") && has("`=`") {
        return plain("`=` within a list", "close the list with `]` before the next key");
    }
    if has("extra comma") {
        return plain("a comma too many", "remove it");
    }
    if has("inline table") || has("between key-value pairs") {
        return plain("entries in `{ … }` do not follow one another", "write { a = 1, b = 2 }, and close it with `}`");
    }
    if has("extra `=`") {
        return plain("`=` too many", "write `=` once, between a key and its value");
    }
    if has("unquoted keys cannot be empty") || has("invalid key-value pair") {
        return plain("a key is missing here", "write a key, then `=`, then its value");
    }
    if has("key with no value") && text.get(..start).is_some_and(|before| before.ends_with(':')) {
        return telling(Span::new(span.start - 1, span.start), COLON.0, COLON.1);
    }
    if has("key with no value") {
        return plain("`=` is missing after this key", "write a key, then `=`, then its value");
    }
    if has("unexpected key or value") || has("unexpected content") {
        return plain("something stands here that does not belong to this line", "remove it, or begin a new line");
    }
    if has("multi-line") {
        return plain("three quotation marks around a key", "use one on each side");
    }
    let raw = text.get(span.range()).unwrap_or("");
    if ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(raw)) {
        return plain("yes and no are written in small letters", "write true or false");
    }
    if has("must be quoted") || has("invalid boolean") || has("invalid float, expected `") {
        return if raw.is_empty() {
            plain("a value is missing here", "write a value after `=`, or remove the key")
        } else if raw.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
            plain("this is neither a number nor a date", "put text in quotation marks, and commas in lists")
        } else {
            plain("text without quotation marks", "put it in quotation marks, as in fail_on = \"error\"")
        };
    }
    if has("date") || has("time") {
        return plain("no such date or time", "write a day as in 2026-03-01");
    }
    if ["zero", "sign", "radix", "prefix", "digits", "integer", "float"].iter().any(|part| has(part)) {
        return plain("this is not how a number is written", "write it as in 14, 0.5 or 1_000");
    }
    plain("this is not TOML", "see https://toml.io for how it is written")
}

/// The last byte at or before `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
