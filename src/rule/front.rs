//! Splits a page into its front matter and its prose, and reads the front matter's YAML with every place.
//!
//! `build.rs` uses this file too, so that `check` parses no YAML of the built-in pages: it stands by itself
//! and uses nothing of the crate. What the keys mean is not known here.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// Bytes of the page: first, and the one after the last.
pub type Bytes = (u32, u32);

/// A YAML value with its place in the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// A text, number or flag.
    Scalar(Scalar),
    /// A list.
    List(Vec<Yaml>, Bytes),
    /// A map in the order of the page.
    Map(Vec<(Scalar, Yaml)>, Bytes),
}

/// A scalar as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// Its text.
    pub text: String,
    /// Its place.
    pub at: Bytes,
    /// How it is written.
    pub style: Style,
    /// Where each line of its text begins in the page, if it has several or an indent.
    pub lines: Vec<(u32, u32)>,
    /// Whether a comment follows on its line, which cuts off what stands without quotes.
    pub commented: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes, without escapes.
    Double,
    /// In double quotes, with escapes.
    Escaped,
    /// A literal block (`|`).
    Literal,
    /// A folded block (`>`).
    Folded,
    /// With a tag, an anchor, or as an alias.
    Special,
}

impl Yaml {
    /// Its place.
    #[must_use]
    pub fn at(&self) -> Bytes {
        match self {
            Yaml::Scalar(scalar) => scalar.at,
            Yaml::List(_, at) | Yaml::Map(_, at) => *at,
        }
    }
}

impl Scalar {
    /// The byte of the page at which a byte of the text stands.
    #[must_use]
    pub fn place(&self, byte: u32) -> u32 {
        let line = self.lines.iter().rev().find(|(text, _)| *text <= byte);
        line.map_or(self.at.0 + byte, |(text, page)| page + (byte - text))
    }
}

/// How scalars may be written, in the order of their numbers in the compact form.
const STYLES: [Style; 7] = [Style::Plain, Style::Single, Style::Double, Style::Escaped, Style::Literal, Style::Folded, Style::Special];

/// The compact form in which `build.rs` leaves front matter: numbers of seven bits to a byte, texts after their
/// length. It holds for one build and is read by nobody else.
#[must_use]
pub fn pack(yaml: &Yaml) -> Vec<u8> {
    let mut out = Vec::new();
    pack_value(yaml, &mut out);
    out
}

fn pack_number(mut number: u32, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn pack_scalar(scalar: &Scalar, out: &mut Vec<u8>) {
    let style = STYLES.iter().position(|style| *style == scalar.style).unwrap_or(0) as u32;
    pack_number(style << 1 | u32::from(scalar.commented), out);
    pack_number(scalar.at.0, out);
    pack_number(scalar.at.1 - scalar.at.0, out);
    pack_number(scalar.lines.len() as u32, out);
    for (text, page) in &scalar.lines {
        pack_number(*text, out);
        pack_number(*page, out);
    }
    pack_number(scalar.text.len() as u32, out);
    out.extend_from_slice(scalar.text.as_bytes());
}

fn pack_value(yaml: &Yaml, out: &mut Vec<u8>) {
    let open = |kind: u8, count: usize, at: &Bytes, out: &mut Vec<u8>| {
        out.push(kind);
        pack_number(count as u32, out);
        pack_number(at.0, out);
        pack_number(at.1 - at.0, out);
    };
    match yaml {
        Yaml::Scalar(scalar) => {
            out.push(0);
            pack_scalar(scalar, out);
        }
        Yaml::List(list, at) => {
            open(1, list.len(), at, out);
            list.iter().for_each(|item| pack_value(item, out));
        }
        Yaml::Map(map, at) => {
            open(2, map.len(), at, out);
            for (key, value) in map {
                pack_scalar(key, out);
                pack_value(value, out);
            }
        }
    }
}

/// Reads the compact form; none where it is not whole.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Yaml> {
    unpack_value(&mut { bytes })
}

fn unpack_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0u32;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn unpack_at(bytes: &mut &[u8]) -> Option<Bytes> {
    let first = unpack_number(bytes)?;
    Some((first, first.checked_add(unpack_number(bytes)?)?))
}

fn unpack_scalar(bytes: &mut &[u8]) -> Option<Scalar> {
    let how = unpack_number(bytes)?;
    let style = *STYLES.get((how >> 1) as usize)?;
    let at = unpack_at(bytes)?;
    let count = unpack_number(bytes)?;
    let lines = (0..count).map(|_| Some((unpack_number(bytes)?, unpack_number(bytes)?))).collect::<Option<Vec<_>>>()?;
    let length = unpack_number(bytes)? as usize;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Scalar { text: std::str::from_utf8(text).ok()?.to_owned(), at, style, lines, commented: how & 1 == 1 })
}

fn unpack_value(bytes: &mut &[u8]) -> Option<Yaml> {
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    if *kind == 0 {
        return unpack_scalar(bytes).map(Yaml::Scalar);
    }
    let count = unpack_number(bytes)?;
    let at = unpack_at(bytes)?;
    Some(match kind {
        1 => Yaml::List((0..count).map(|_| unpack_value(bytes)).collect::<Option<_>>()?, at),
        _ => Yaml::Map((0..count).map(|_| Some((unpack_scalar(bytes)?, unpack_value(bytes)?))).collect::<Option<_>>()?, at),
    })
}

/// What is wrong with a page as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where.
    pub at: Bytes,
    /// What.
    pub message: String,
}

/// A page in its parts.
#[derive(Clone, Debug)]
pub struct Parts<'t> {
    /// The front matter.
    pub front: Yaml,
    /// The prose and examples, with the byte at which they begin.
    pub body: (&'t str, u32),
}

/// Splits a page and reads its front matter.
///
/// # Errors
/// Where there is no front matter, or it is not YAML.
pub fn split(page: &str) -> Result<Parts<'_>, Broken> {
    let missing = || Broken { at: (0, 0), message: "the page does not begin with --- and its front matter".to_owned() };
    let start = if page.starts_with("---\n") {
        4
    } else if page.starts_with("---\r\n") {
        5
    } else {
        return Err(missing());
    };
    let rest = page.get(start..).unwrap_or("");
    let mut length = None;
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            length = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let Some((end, body)) = length else {
        return Err(Broken { at: (0, 3), message: "the front matter is not closed by a line of ---".to_owned() });
    };
    let yaml = rest.get(..end).unwrap_or("");
    let front = read(yaml, start as u32)?;
    Ok(Parts { front, body: (rest.get(body..).unwrap_or(""), (start + body) as u32) })
}

enum Open {
    List(Vec<Yaml>, u32),
    Map(Vec<(Scalar, Yaml)>, Option<Scalar>, u32),
}

/// Reads YAML that begins at a byte of the page.
fn read(yaml: &str, base: u32) -> Result<Yaml, Broken> {
    // The parser counts characters.
    let offsets: Vec<u32> = yaml.char_indices().map(|(at, _)| at as u32).chain([yaml.len() as u32]).collect();
    let byte = |index: usize| offsets.get(index).copied().unwrap_or(yaml.len() as u32);
    let mut stack: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(yaml) {
        let (event, span) = event.map_err(|error| {
            let at = base + byte(error.marker().index());
            Broken { at: (at, at), message: format!("the front matter is not YAML: {}", error.info()) }
        })?;
        let (from, to) = (byte(span.start.index()), byte(span.end.index()));
        let done = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let special = anchor != 0 || tag.is_some();
                Some(Yaml::Scalar(scalar(yaml, &text, style, special, from, to, base)))
            }
            Event::Alias(_) => Some(Yaml::Scalar(Scalar {
                text: String::new(),
                at: (base + from, base + to),
                style: Style::Special,
                lines: Vec::new(),
                commented: false,
            })),
            Event::SequenceStart(..) => {
                stack.push(Open::List(Vec::new(), from));
                None
            }
            Event::MappingStart(..) => {
                stack.push(Open::Map(Vec::new(), None, from));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some(Open::List(list, start)) => Some(Yaml::List(list, (base + start, base + to))),
                Some(Open::Map(map, _, start)) => Some(Yaml::Map(map, (base + start, base + to))),
                None => None,
            },
            _ => None,
        };
        let Some(value) = done else { continue };
        match stack.last_mut() {
            None => root = Some(value),
            Some(Open::List(list, _)) => list.push(value),
            Some(Open::Map(map, key, _)) => match (key.take(), value) {
                (Some(key), value) => {
                    if map.iter().any(|(known, _)| known.text == key.text) {
                        return Err(Broken { at: key.at, message: format!("the key {} stands twice", key.text) });
                    }
                    map.push((key, value));
                }
                (None, Yaml::Scalar(scalar)) => *key = Some(scalar),
                (None, other) => return Err(Broken { at: other.at(), message: "a key must be a word".to_owned() }),
            },
        }
    }
    root.ok_or(Broken { at: (base, base), message: "the front matter is empty".to_owned() })
}

fn scalar(yaml: &str, text: &str, style: ScalarStyle, special: bool, from: u32, to: u32, base: u32) -> Scalar {
    let written = yaml.get(from as usize..to as usize).unwrap_or("");
    let style = match style {
        _ if special => Style::Special,
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted if written.contains('\\') => Style::Escaped,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    };
    let mut lines = Vec::new();
    match style {
        Style::Double | Style::Single => lines.push((0, base + from + 1)),
        Style::Literal => {
            // The text of each line stands in the page after an indent; the parser's place is that of the first.
            let mut at = from;
            let mut taken = 0u32;
            let mut pending = text.split_inclusive('\n').peekable();
            for line in yaml.get(from as usize..).unwrap_or("").split_inclusive('\n') {
                let Some(next) = pending.peek() else { break };
                let own = next.trim_end_matches('\n');
                let bare = line.trim_end_matches(['\n', '\r']);
                if bare.ends_with(own) && (!own.is_empty() || bare.trim().is_empty()) {
                    lines.push((taken, base + at + (bare.len() - own.len()) as u32));
                    taken += next.len() as u32;
                    pending.next();
                }
                at += line.len() as u32;
            }
        }
        _ => {}
    }
    let rest = yaml.get(to as usize..).unwrap_or("").lines().next().unwrap_or("");
    let commented = rest.trim_start().starts_with('#');
    Scalar { text: text.to_owned(), at: (base + from, base + to), style, lines, commented }
}
#[cfg(test)]
mod tests {
    use super::*;

    /// The text that stands in the page where each line of each scalar is said to begin.
    fn placed<'p>(value: &Yaml, page: &'p str, out: &mut Vec<&'p str>) {
        match value {
            Yaml::Scalar(scalar) => {
                let mut at = 0;
                for line in scalar.text.split_inclusive('\n') {
                    let from = scalar.place(at) as usize;
                    out.push(page.get(from..from + line.trim_end().len()).unwrap_or("outside"));
                    at += line.len() as u32;
                }
            }
            Yaml::List(list, _) => list.iter().for_each(|item| placed(item, page, out)),
            Yaml::Map(map, _) => map.iter().for_each(|(_, item)| placed(item, page, out)),
        }
    }

    #[test]
    fn every_line_of_a_text_has_its_place() {
        let page = "---\na:\n  b: |\n    one\n      || two\n  c: \"thrée\"\n  d: |\n    four\ne: |\n  || five\n\n  six\nf: seven\ng: [eight, 'nine']\n---\n";
        let front = split(page).map(|parts| parts.front).unwrap_or(Yaml::List(Vec::new(), (0, 0)));
        let mut found = Vec::new();
        placed(&front, page, &mut found);
        assert_eq!(found, ["one", "  || two", "thrée", "four", "|| five", "", "six", "seven", "eight", "nine"]);
    }
}
