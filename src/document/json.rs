//! Reads JSON into a forest. It accepts and refuses exactly what `serde_json` does with the bytes after a
//! leading byte-order mark, and keeps the place of every value.
//!
//! A reader of our own, because positions are this tool's trade: `serde_json` keeps none, and an iterator
//! that does (`jiter`) would hand every token over one by one only to be matched against the schema here.

mod escape;
mod problem;
mod scalar;

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

pub use escape::unescape;
pub use problem::{Fault, Problem};

use super::forest::{Doubt, Forest, Habit, Habits, Kind, Node, RefSite, Tree};
use super::layout::{Layout, Noted};
use crate::limits;
use crate::schema::guide::{ABSENT, ESCAPED, FAULTY, Guide, Judged, Quoted, REPEATED, Token, UNKNOWN};
use crate::schema::{FIELD_FOREIGN, FIELD_NONE, FIELD_UNKNOWN, FieldId, Shape};
use crate::text::Span;

/// Plants the tree of `forest.text[from..]`, which is one file's text. A leading byte-order mark is skipped.
/// `field` is the field whose value the whole is, if it is one's.
///
/// # Errors
/// Where the text is not JSON: the place and the reason. The forest's nodes are then as before.
pub fn plant<G: Guide>(forest: &mut Forest, from: usize, shape: Shape, field: FieldId, guide: &G) -> Result<(), Fault> {
    let to = forest.text.len();
    plant_within(forest, from..to, shape, field, guide)
}

/// The same of a part of the forest's text.
///
/// # Errors
/// As of [`plant`].
pub fn plant_within<G: Guide>(forest: &mut Forest, range: Range<usize>, shape: Shape, field: FieldId, guide: &G) -> Result<(), Fault> {
    let from = range.start;
    let before = (forest.nodes.len(), forest.references.len(), forest.doubts.len(), forest.repeated.len());
    let quoted_before = (forest.free.len(), forest.formed.len());
    let layout_before = forest.layout.mark();
    forest.habits.begin(guide.serial());
    let text = forest.text.get(..range.end).unwrap_or_default();
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: from,
        nodes: std::mem::take(&mut forest.nodes),
        references: &mut forest.references,
        free: &mut forest.free,
        formed: &mut forest.formed,
        doubts: &mut forest.doubts,
        layout: &mut forest.layout,
        repeated: &mut forest.repeated,
        has_escaped_keys: &mut forest.has_escaped_keys,
        habits: &mut forest.habits,
        key: Span::default(),
        free_keys: Vec::new(),
        stopped: (Problem::End, 0),
        guide,
    };
    let outcome = reader.document(shape, field);
    let (problem, at) = reader.stopped;
    forest.nodes = reader.nodes;
    let end = text.len() as u32;
    match outcome {
        Ok(()) => {
            let (root, end_node) = (before.0 as u32, forest.nodes.len() as u32);
            forest.trees.push(Tree { text: Span::new(from as u32, end), root, end: end_node, file: 0 });
            Ok(())
        }
        Err(Stopped) => {
            forest.nodes.truncate(before.0);
            forest.references.truncate(before.1);
            forest.doubts.truncate(before.2);
            forest.repeated.truncate(before.3);
            forest.free.truncate(quoted_before.0);
            forest.formed.truncate(quoted_before.1);
            forest.layout.cut(layout_before, before.0);
            let at = at.min(text.len());
            let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n' && *c != '\r').map_or(0, char::len_utf8);
            Err(Fault { problem, span: Span::new(at as u32, (at + width) as u32) })
        }
    }
}

/// Why and where a text stops being JSON lies with the reader ([`Reader::stop`]): what is handed on for each
/// value stays as small as yes and no.
struct Stopped;

type Read<T> = Result<T, Stopped>;

/// What was read of a value.
struct Told {
    /// Whether it, and all that it holds, is plainly valid.
    plain: bool,
    /// Its marks.
    marks: u8,
}

impl Told {
    /// Of a value that holds no others.
    const fn single(marks: u8) -> Self {
        Self { plain: marks & FAULTY == 0, marks }
    }
}

/// A member of an object, its value not yet read.
#[derive(Clone, Copy)]
struct Member {
    field: FieldId,
    /// The place of the field, if it is known.
    place: u16,
    shape: Shape,
}

struct Reader<'a, G> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    references: &'a mut Vec<RefSite>,
    free: &'a mut Vec<u32>,
    formed: &'a mut Vec<u32>,
    doubts: &'a mut Vec<Doubt>,
    layout: &'a mut Layout,
    repeated: &'a mut Vec<u32>,
    has_escaped_keys: &'a mut bool,
    habits: &'a mut Habits,
    /// The key that was read last, within the quotes, unless it was known by its habit.
    key: Span,
    /// Free keys (spans within the quotes, and their nodes) of the objects that are open.
    free_keys: Vec<(u32, u32, u32)>,
    /// Why and where it stopped, if it did.
    stopped: (Problem, usize),
    guide: &'a G,
}

impl<G: Guide> Reader<'_, G> {
    fn document(&mut self, shape: Shape, field: FieldId) -> Read<()> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with("\u{feff}".as_bytes())) {
            self.at += 3;
        }
        self.space();
        if self.at >= self.bytes.len() {
            return self.stop(Problem::Empty, self.at);
        }
        let root = self.nodes.len() as u32;
        let plain = self.value(shape, field, 0, root)?.plain;
        if !plain {
            self.doubts.push(Doubt { node: root });
        }
        self.space();
        if self.at < self.bytes.len() {
            return self.stop(Problem::Trailing, self.at);
        }
        Ok(())
    }

    #[cold]
    fn stop<T>(&mut self, problem: Problem, at: usize) -> Read<T> {
        self.stopped = (problem, at);
        Err(Stopped)
    }

    /// What is wrong here: this, or that the text ends.
    #[cold]
    fn or_end(&self, problem: Problem) -> Problem {
        if self.at < self.bytes.len() { problem } else { Problem::End }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
            // Indentation: all blanks among the next eight bytes at once.
            while let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
                let other = u64::from_le_bytes(*chunk) ^ u64::from_le_bytes(*b"        ");
                self.at += (other.trailing_zeros() / 8) as usize;
                if other != 0 {
                    break;
                }
            }
        }
    }

    #[inline]
    fn push(&mut self, start: usize, kind: Kind, field: FieldId, marks: u8, link: u32) -> Read<u32> {
        let number = self.nodes.len();
        if number >= limits::VALUES_MAX {
            return self.stop(Problem::Values, start);
        }
        self.nodes.push(Node { start: start as u32, end: self.at as u32, link, field, kind, marks });
        Ok(number as u32)
    }

    /// Reads one value. Most are texts, which are read where they stand, without a call.
    #[inline(always)]
    fn value(&mut self, shape: Shape, field: FieldId, depth: usize, holder: u32) -> Read<Told> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let escaped = self.string()?;
                let judged = if escaped {
                    self.escaped(shape, start + 1..self.at - 1)
                } else {
                    self.guide.scalar(shape, Token::Text(self.bytes.get(start + 1..self.at - 1).unwrap_or_default()))
                };
                let marks = judged.marks | if escaped { ESCAPED } else { 0 };
                let node = self.push(start, Kind::Text, field, marks, judged.payload)?;
                match self.guide.quoted(field, judged) {
                    Quoted::Usual => {}
                    Quoted::Free => self.free.push(node),
                    Quoted::Formed => self.formed.push(node),
                }
                if marks & (ABSENT | FAULTY) == 0
                    && matches!(shape, Shape::Scalar(crate::schema::Scalar::Reference { .. }))
                    && self.guide.is_reference(field)
                {
                    self.references.push(RefSite { node, holder });
                }
                Ok(Told::single(marks))
            }
            // That it is no object that is allowed here makes it not plain, and is all that its marks could say.
            Some(b'{') => self.object(shape, field, depth).map(|plain| Told { plain, marks: 0 }),
            Some(b'[') => self.list(shape, field, depth, holder),
            Some(b'-' | b'0'..=b'9') => self.number_of(shape, field),
            Some(b't') => self.literal(b"true", Kind::True, Token::Flag(true), shape, field),
            Some(b'f') => self.literal(b"false", Kind::False, Token::Flag(false), shape, field),
            Some(b'n') => self.literal(b"null", Kind::Null, Token::Null, shape, field),
            Some(_) => self.stop(Problem::Value, start),
            None => self.stop(Problem::End, start),
        }
    }

    /// What to make of a text that has escapes.
    #[cold]
    fn escaped(&self, shape: Shape, inner: Range<usize>) -> Judged {
        let inner = self.text.get(inner).unwrap_or("");
        if self.guide.takes_as_written(shape, inner.as_bytes()) {
            return Judged::default();
        }
        self.guide.scalar(shape, Token::Text(unescape(inner).as_bytes()))
    }

    #[inline(never)]
    fn number_of(&mut self, shape: Shape, field: FieldId) -> Read<Told> {
        let start = self.at;
        self.number()?;
        let raw = self.text.get(start..self.at).unwrap_or("");
        let judged = self.guide.scalar(shape, Token::Number(raw));
        self.push(start, Kind::Number, field, judged.marks, judged.payload)?;
        Ok(Told::single(judged.marks))
    }

    #[inline(never)]
    fn literal(&mut self, word: &[u8], kind: Kind, token: Token<'_>, shape: Shape, field: FieldId) -> Read<Told> {
        let start = self.at;
        for expected in word {
            match self.peek() {
                Some(byte) if byte == *expected => self.at += 1,
                Some(_) => return self.stop(Problem::Value, start),
                None => return self.stop(Problem::End, self.at),
            }
        }
        let judged = self.guide.scalar(shape, token);
        self.push(start, kind, field, judged.marks, judged.payload)?;
        Ok(Told::single(judged.marks))
    }

    #[inline(never)]
    fn list(&mut self, shape: Shape, field: FieldId, depth: usize, holder: u32) -> Read<Told> {
        let start = self.at;
        if depth >= limits::DEPTH_MAX {
            return self.stop(Problem::Depth, start);
        }
        let allowed = self.guide.allows(shape).list;
        let of = self.guide.element(shape);
        let list = self.push(start, Kind::List, field, if allowed { 0 } else { FAULTY }, 0)?;
        // What lies in a list that does not belong here is of no field.
        let of_field = if allowed { field } else { FIELD_NONE };
        let mut plain = allowed;
        let (mut count, mut unknown) = (0usize, false);
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                let element = self.value(of, of_field, depth + 1, holder)?;
                plain &= element.plain;
                count += 1;
                unknown |= element.marks & UNKNOWN != 0;
                self.space();
                match self.peek() {
                    Some(b',') => {
                        let comma = self.at;
                        self.at += 1;
                        self.space();
                        if self.peek() == Some(b']') {
                            return self.stop(Problem::TrailingComma, comma);
                        }
                    }
                    Some(b']') => {
                        self.at += 1;
                        break;
                    }
                    Some(_) => return self.stop(Problem::CommaOrBracket, self.at),
                    None => return self.stop(Problem::End, self.at),
                }
            }
        }
        // "unknown" stands alone, for the whole list.
        let marks = match (unknown, count) {
            (false, _) => 0,
            (true, 1) => ABSENT | UNKNOWN,
            (true, _) => {
                plain = false;
                FAULTY
            }
        };
        let (end, after) = (self.at as u32, self.nodes.len() as u32);
        if let Some(node) = self.nodes.get_mut(list as usize) {
            node.end = end;
            node.link = after;
            node.marks |= marks;
        }
        Ok(Told { plain, marks })
    }

    #[inline(never)]
    fn object(&mut self, shape: Shape, field: FieldId, depth: usize) -> Read<bool> {
        let start = self.at;
        if depth >= limits::DEPTH_MAX {
            return self.stop(Problem::Depth, start);
        }
        let allowed = self.guide.allows(shape).object;
        let object = self.push(start, Kind::Object, field, if allowed { 0 } else { FAULTY }, 0)?;
        let mut plain = allowed;
        let free_from = self.free_keys.len();
        let structure = match shape {
            Shape::OneOrList(_) => self.guide.element(shape),
            other => other,
        };
        let fields = match structure {
            Shape::Struct(id) => Some((id, self.layout.add(object, id, self.guide.room(id)))),
            _ => None,
        };
        let mut last = None;
        let mut found = Member { field: FIELD_NONE, place: 0, shape: Shape::Any };
        self.at += 1;
        while self.member(shape, structure, field, last, &mut found)? {
            let Member { field: member, place, shape: member_shape } = found;
            last = Some(member);
            let value = self.nodes.len() as u32;
            let key = self.key;
            let told = self.value(member_shape, member, depth + 1, object)?;
            plain &= told.plain;
            match member {
                FIELD_UNKNOWN | FIELD_FOREIGN | FIELD_NONE => {
                    plain &= member != FIELD_UNKNOWN;
                    self.free_keys.push((key.start, key.end, value));
                }
                known => {
                    if let Some((id, first)) = fields {
                        let before = self.layout.note(first, usize::from(place), value - object, told.marks);
                        if before != Noted::Nothing {
                            self.repeat_known(object, known, value);
                            // What must be there is not there for having been left open once.
                            let is_open = before == Noted::Blank || told.marks & (ABSENT | UNKNOWN) == ABSENT;
                            plain &= !(is_open && self.guide.required(id).contains(&place));
                        }
                    }
                }
            }
        }
        let (end, after) = (self.at as u32, self.nodes.len() as u32);
        if let Some(node) = self.nodes.get_mut(object as usize) {
            node.end = end;
            node.link = after;
        }
        if self.free_keys.len() > free_from + 1 {
            self.repeat_free(free_from);
        }
        self.free_keys.truncate(free_from);
        if let Some((id, first)) = fields {
            plain &= self.layout.has_all(first, self.guide.required(id));
        }
        if !plain && self.guide.is_record(structure) {
            self.doubts.push(Doubt { node: object });
            return Ok(true);
        }
        Ok(plain)
    }

    /// Reads an object on from behind its opening brace or the value before, up to the value of its next member,
    /// which is `found`; says whether there is one.
    #[inline]
    fn member(&mut self, shape: Shape, structure: Shape, object: FieldId, last: Option<FieldId>, found: &mut Member) -> Read<bool> {
        // What follows a value is mostly a comma, or the end of the object.
        if last.is_some() && self.peek() != Some(b',') {
            let behind = self.at;
            self.space();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(false);
            }
            self.at = behind;
        }
        // What began like this before is the same member again.
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for habit in self.habits.likely(object, last) {
            if let Some(length) = habit.begins(rest)
                && structure == Shape::Struct(habit.structure)
            {
                *found = Member { field: habit.field, place: habit.place, shape: habit.shape };
                self.at += length;
                // It may have had fewer blanks before its value than there are here.
                self.space();
                return Ok(true);
            }
        }
        self.new_member(shape, object, last, found)
    }

    #[inline(never)]
    fn new_member(&mut self, shape: Shape, object: FieldId, last: Option<FieldId>, found: &mut Member) -> Read<bool> {
        let begun = self.at;
        self.space();
        match self.peek() {
            Some(b'}') => {
                self.at += 1;
                return Ok(false);
            }
            Some(b',') if last.is_some() => {
                let comma = self.at;
                self.at += 1;
                self.space();
                if self.peek() == Some(b'}') {
                    return self.stop(Problem::TrailingComma, comma);
                }
            }
            _ if last.is_some() => return self.stop(self.or_end(Problem::CommaOrBrace), self.at),
            _ => {}
        }
        if self.peek() != Some(b'"') {
            return self.stop(self.or_end(Problem::Key), self.at);
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        *self.has_escaped_keys |= escaped;
        self.key = Span::new(start as u32, self.at as u32 - 1);
        let text = self.text.get(self.key.range()).unwrap_or("");
        let (field, shape) =
            if escaped { self.guide.member(shape, unescape(text).as_bytes()) } else { self.guide.member(shape, text.as_bytes()) };
        self.space();
        if self.peek() != Some(b':') {
            return self.stop(self.or_end(Problem::Colon), self.at);
        }
        self.at += 1;
        self.space();
        let place = self.guide.place(field);
        // A key with escapes is to be seen each time.
        if !escaped
            && let Some((structure, shape)) = self.guide.known(field)
            && let Some(begun) = self.bytes.get(begun..self.at)
        {
            self.habits.note(object, last, Habit::new(field, place, structure, shape, begun));
        }
        *found = Member { field, place, shape };
        Ok(true)
    }

    #[cold]
    fn repeat_known(&mut self, object: u32, field: FieldId, value: u32) {
        let mut at = object as usize + 1;
        while at <= value as usize {
            let Some(node) = self.nodes.get_mut(at) else { break };
            if node.field == field {
                node.marks |= REPEATED;
            }
            at = if node.is_container() { node.link as usize } else { at + 1 };
        }
        self.repeated.push(value);
    }

    fn repeat_free(&mut self, from: usize) {
        let keys = self.free_keys.get(from..).unwrap_or_default();
        let text = |key: &(u32, u32, u32)| {
            let raw = self.text.get(key.0 as usize..key.1 as usize).unwrap_or("");
            if raw.contains('\\') { unescape(raw) } else { Cow::Borrowed(raw) }
        };
        let mut doubled: Vec<(u32, u32)> = Vec::new();
        if keys.len() <= 8 {
            for (number, key) in keys.iter().enumerate() {
                if let Some(first) = keys.iter().take(number).find(|earlier| text(earlier) == text(key)) {
                    doubled.push((first.2, key.2));
                }
            }
        } else {
            let mut seen: HashSet<Cow<'_, str>> = HashSet::with_capacity(keys.len());
            for key in keys {
                if !seen.insert(text(key)) {
                    let first = keys.iter().find(|earlier| text(earlier) == text(key));
                    doubled.push((first.map_or(key.2, |first| first.2), key.2));
                }
            }
        }
        for (first, later) in doubled {
            for at in [first, later] {
                if let Some(node) = self.nodes.get_mut(at as usize) {
                    node.marks |= REPEATED;
                }
            }
            self.repeated.push(later);
        }
    }
}

#[cfg(test)]
mod tests;
