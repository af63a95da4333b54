//! The arena of trees: nodes in the order of the text, each container before what it holds.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use super::Layout;
use crate::schema::form::{Period, Precision};
use crate::schema::guide::{ABSENT, ESCAPED, FAULTY, MONTH, REPEATED, YEAR};
use crate::schema::{FIELD_FOREIGN, FIELD_NONE, FIELD_UNKNOWN, FieldId, Shape, StructId};
use crate::text::Span;

/// What kind of JSON value a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `null`.
    Null,
    /// `false`.
    False,
    /// `true`.
    True,
    /// A number.
    Number,
    /// A text; its span includes the quotes.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

/// One value: where it stands, what it is, and what comes after it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// First byte in the forest's text.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// Of a list or object: the node after the last one within. Of a word: its index. Of a date: its first
    /// day. Of a reference, once linked: the record that it leads to.
    pub link: u32,
    /// The field whose value it is, or is an element of.
    pub field: FieldId,
    /// Its kind.
    pub kind: Kind,
    /// Its marks (`schema::guide`).
    pub marks: u8,
}

impl Node {
    /// Whether rules can read it: recorded, written once, and valid.
    #[inline]
    #[must_use]
    pub const fn has_value(&self) -> bool {
        self.marks & (ABSENT | FAULTY | REPEATED) == 0
    }

    /// Whether it is a list or an object.
    #[inline]
    #[must_use]
    pub const fn is_container(&self) -> bool {
        matches!(self.kind, Kind::List | Kind::Object)
    }

    /// How many hundredths it is, if it is a number, and that was noted: it is of a field, and not too large or too fine.
    #[inline]
    #[must_use]
    pub fn hundredths(&self) -> Option<u32> {
        if self.kind == Kind::Number { self.link.checked_sub(1) } else { None }
    }

    /// The date that it is, if its field is a date.
    #[inline]
    #[must_use]
    pub fn period(&self) -> Period {
        let first = self.link.cast_signed();
        match self.marks & (MONTH | YEAR) {
            0 => Period::day(first),
            MONTH => Period::starting(first, Precision::Month),
            _ => Period::starting(first, Precision::Year),
        }
    }
}

/// A place where a record is referred to.
#[derive(Clone, Copy, Debug)]
pub struct RefSite {
    /// The text that refers.
    pub node: u32,
    /// The object in which it stands.
    pub holder: u32,
}

/// An object or value that the reader did not find plainly valid: the validator is to look.
#[derive(Clone, Copy, Debug)]
pub struct Doubt {
    /// The nearest enclosing record, or the tree's root.
    pub node: u32,
}

/// One file's tree.
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    /// The file's text within the forest's.
    pub text: Span,
    /// Its root node.
    pub root: u32,
    /// The node after its last.
    pub end: u32,
    /// Which of the programme's files it is.
    pub file: u32,
}

/// Children from which on a container's are listed once, to find one by its number or place.
const WIDE: usize = 64;

/// The texts and trees of one programme.
#[derive(Debug, Default)]
pub struct Forest {
    /// The texts of all files, one after another.
    pub text: String,
    /// The nodes of all files, in the same order.
    pub nodes: Vec<Node>,
    /// The trees, in path order.
    pub trees: Vec<Tree>,
    /// Where records are referred to, in the order of the text.
    pub references: Vec<RefSite>,
    /// Free texts, in the order of the text: they are looked through as a whole.
    pub free: Vec<u32>,
    /// What else is written in quotes and is no word, no reference and no ordinary date, likewise.
    pub formed: Vec<u32>,
    /// What the validator is to look at, in the order of the text.
    pub doubts: Vec<Doubt>,
    /// Where the fields of its objects stand.
    pub layout: Layout,
    /// Whether something was marked that the reader did not mark.
    pub is_marked: bool,
    /// Whether some key is written with escapes.
    pub has_escaped_keys: bool,
    /// Which key was found where: the reader looks for it there first.
    pub habits: Habits,
    /// Keys written twice: the value at the second and later ones.
    pub repeated: Vec<u32>,
    /// The children of long lists in which something was looked for: only findings ask, and a list may have
    /// as many findings as entries.
    pub wide: RefCell<HashMap<u32, Vec<u32>>>,
}

/// What stood where in objects that were read: those of one struct are mostly written alike.
#[derive(Debug, Default)]
pub struct Habits {
    /// The guide whose fields these are.
    serial: u64,
    /// By an object's field, how its first member begins: the last two ways.
    first: Vec<[Habit; 2]>,
    /// By a member's field, how the next one begins: the last two ways, because many a member is optional.
    next: Vec<[Habit; 2]>,
}

/// How a member begins: from behind the value before it, or from behind the opening brace, to its own value.
#[derive(Clone, Copy, Debug)]
pub struct Habit {
    /// The member.
    pub field: FieldId,
    /// Its place among the fields of the struct.
    pub place: u16,
    /// The struct that has it.
    pub structure: StructId,
    /// What its value is to be.
    pub shape: Shape,
    length: u8,
    /// The comma, white space, the key, the colon.
    bytes: [u8; HABIT_MAX],
}

/// How long the beginning of a member may be if it is to be remembered: most have half of it.
const HABIT_MAX: usize = 49;

impl Habits {
    /// Forgets what was learned with another guide.
    pub fn begin(&mut self, serial: u64) {
        if self.serial != serial {
            *self = Self { serial, ..Self::default() };
        }
    }

    /// How the member is likely to begin that comes now: after this one, or first in an object of this field.
    #[inline]
    #[must_use]
    pub fn likely(&self, object: FieldId, after: Option<FieldId>) -> &[Habit] {
        let known = match after {
            Some(after) => self.next.get(usize::from(after)),
            None => self.first.get(usize::from(object)),
        };
        known.map_or(&[], |known| known)
    }

    /// Notes how a member began, unless that is too long to be told.
    pub fn note(&mut self, object: FieldId, after: Option<FieldId>, habit: Option<Habit>) {
        let Some(habit) = habit else { return };
        let (all, at) = match after {
            Some(after) => (&mut self.next, after),
            None => (&mut self.first, object),
        };
        // Fields of no struct, which have the highest numbers, have no habits.
        if matches!(at, FIELD_NONE | FIELD_FOREIGN | FIELD_UNKNOWN) {
            return;
        }
        if all.len() <= usize::from(at) {
            all.resize(usize::from(at) + 1, [Habit::NONE; 2]);
        }
        if let Some([newest, other]) = all.get_mut(usize::from(at)) {
            *other = std::mem::replace(newest, habit);
        }
    }
}

impl Habit {
    const NONE: Self = Self { field: FIELD_NONE, place: 0, structure: 0, shape: Shape::Any, length: 0, bytes: [0; HABIT_MAX] };

    /// That of a member that began like this, if it can be told.
    #[must_use]
    pub fn new(field: FieldId, place: u16, structure: StructId, shape: Shape, begun: &[u8]) -> Option<Self> {
        let mut habit = Self { field, place, structure, shape, length: u8::try_from(begun.len()).ok()?, ..Self::NONE };
        habit.bytes.get_mut(..begun.len())?.copy_from_slice(begun);
        Some(habit)
    }

    /// How many bytes of a text begin like this; none where it begins otherwise.
    #[inline]
    #[must_use]
    pub fn begins(&self, text: &[u8]) -> Option<usize> {
        let known = self.bytes.get(..usize::from(self.length)).filter(|known| !known.is_empty())?;
        let own = text.get(..known.len())?;
        // Eight bytes at a time, the last of them seen twice: a call would cost as much as all of this.
        let is_same = match (own.last_chunk::<8>(), known.last_chunk::<8>()) {
            (Some(own_end), Some(known_end)) => {
                u64::from_le_bytes(*own_end) == u64::from_le_bytes(*known_end)
                    && own.as_chunks::<8>().0.iter().zip(known.as_chunks::<8>().0).all(|(own, known)| own == known)
            }
            _ => own == known,
        };
        is_same.then_some(known.len())
    }
}

const NOTHING: Node = Node { start: 0, end: 0, link: 0, field: FIELD_NONE, kind: Kind::Null, marks: ABSENT };

impl Forest {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.nodes.clear();
        self.trees.clear();
        self.references.clear();
        self.free.clear();
        self.formed.clear();
        self.doubts.clear();
        self.repeated.clear();
        self.layout.clear();
        self.is_marked = false;
        self.has_escaped_keys = false;
        self.wide.get_mut().clear();
    }

    /// The node with this number (an absent value where there is none).
    #[inline]
    #[must_use]
    pub fn node(&self, at: u32) -> Node {
        self.nodes.get(at as usize).copied().unwrap_or(NOTHING)
    }

    /// The word that a node of a vocabulary holds, by its place there.
    #[inline]
    #[must_use]
    pub fn word(&self, at: u32) -> u16 {
        self.nodes.get(at as usize).map_or(0, |node| node.link as u16)
    }

    /// The node after a node and all that it holds.
    #[inline]
    #[must_use]
    pub fn after(&self, at: u32) -> u32 {
        let node = self.node(at);
        if node.is_container() { node.link } else { at + 1 }
    }

    /// The members of an object or the elements of a list.
    #[inline]
    #[must_use]
    pub fn children(&self, of: u32) -> Children<'_> {
        let node = self.node(of);
        let end = if node.is_container() { node.link } else { of + 1 };
        Children { forest: self, next: of + 1, end }
    }

    /// The member of an object with this field, as written, whatever its marks.
    #[inline]
    #[must_use]
    pub fn member(&self, of: u32, field: FieldId) -> Option<u32> {
        let node = self.node(of);
        if node.kind != Kind::Object {
            return None;
        }
        let members = self.nodes.get(..node.link as usize)?;
        let mut at = of as usize + 1;
        while let Some(child) = members.get(at) {
            if child.field == field {
                return Some(at as u32);
            }
            at = if child.is_container() { child.link as usize } else { at + 1 };
        }
        None
    }

    /// The member of an object with this field, if rules can read it.
    #[inline]
    #[must_use]
    pub fn value(&self, of: u32, field: FieldId) -> Option<u32> {
        self.member(of, field).filter(|at| self.node(*at).has_value())
    }

    /// The bytes of a node as they are written.
    #[inline]
    #[must_use]
    pub fn raw(&self, at: u32) -> &str {
        let node = self.node(at);
        self.text.get(node.start as usize..node.end as usize).unwrap_or("")
    }

    /// The text of a text node, its escapes resolved.
    #[inline]
    #[must_use]
    pub fn string(&self, at: u32) -> Cow<'_, str> {
        let node = self.node(at);
        if node.kind != Kind::Text {
            return Cow::Borrowed(self.raw(at));
        }
        let inner = self.text.get(node.start as usize + 1..(node.end as usize).saturating_sub(1)).unwrap_or("");
        if node.marks & ESCAPED == 0 { Cow::Borrowed(inner) } else { super::json::unescape(inner) }
    }

    /// The tree in which a node stands.
    #[must_use]
    pub fn tree_of(&self, at: u32) -> Option<usize> {
        let tree = self.trees.partition_point(|tree| tree.end <= at);
        self.trees.get(tree).filter(|tree| tree.root <= at).map(|_| tree)
    }

    /// The span of the key under which a node stands, quotes included.
    #[must_use]
    pub fn key_span(&self, at: u32) -> Option<Span> {
        let start = self.node(at).start as usize;
        let before = self.text.as_bytes().get(..start)?;
        let before = before.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end().strip_suffix(b"\"")?;
        let mut open = before.len();
        loop {
            open = before.get(..open)?.iter().rposition(|byte| *byte == b'"')?;
            let slashes = before.get(..open)?.iter().rev().take_while(|byte| **byte == b'\\').count();
            if slashes.is_multiple_of(2) {
                return Some(Span::new(open as u32, before.len() as u32 + 1));
            }
        }
    }

    /// The key under which a node stands, its escapes resolved.
    #[must_use]
    pub fn key(&self, at: u32) -> Option<Cow<'_, str>> {
        let span = self.key_span(at)?;
        let inner = self.text.get(span.start as usize + 1..span.end as usize - 1)?;
        Some(if inner.contains('\\') { super::json::unescape(inner) } else { Cow::Borrowed(inner) })
    }

    /// Whether a node stands under this key, where no key is written with escapes.
    #[inline]
    fn is_keyed(&self, at: u32, wanted: &str) -> bool {
        let before = self.text.as_bytes().get(..self.node(at).start as usize).unwrap_or_default();
        let key = match before {
            [key @ .., b'"', b':'] | [key @ .., b'"', b':', b' '] => key,
            other => match other.trim_ascii_end() {
                [key @ .., b':'] => match key.trim_ascii_end() {
                    [key @ .., b'"'] => key,
                    _ => return false,
                },
                _ => return false,
            },
        };
        let Some(open) = key.len().checked_sub(wanted.len() + 1) else { return false };
        // Most keys that are not it are of another length: no quote stands there. One within what is wanted would reach
        // beyond the key.
        key.get(open) == Some(&b'"') && key.get(open + 1..) == Some(wanted.as_bytes()) && !wanted.as_bytes().contains(&b'"')
    }

    /// Whether a node surely stands under this key, written without escapes.
    #[inline]
    #[must_use]
    pub fn stands_under(&self, at: u32, wanted: &str) -> bool {
        !self.has_escaped_keys && self.is_keyed(at, wanted)
    }

    /// The member of an object that stands under this key, the first if there are several.
    #[must_use]
    pub fn under(&self, object: u32, wanted: &str) -> Option<u32> {
        if self.has_escaped_keys {
            return self.children(object).find(|child| self.key(*child).is_some_and(|key| key == wanted));
        }
        self.children(object).find(|child| self.is_keyed(*child, wanted))
    }

    /// The nodes from a tree's root down to `at`, both included.
    #[must_use]
    pub fn path_to(&self, at: u32) -> Vec<u32> {
        let Some(tree) = self.tree_of(at).and_then(|tree| self.trees.get(tree)) else { return Vec::new() };
        self.path_from(tree.root, at)
    }

    /// The nodes from one down to `at` within it, both included.
    #[must_use]
    pub fn path_from(&self, root: u32, at: u32) -> Vec<u32> {
        let mut path = vec![root];
        let mut here = root;
        while here != at {
            let Some((_, next)) = self.child_around(here, at) else { break };
            path.push(next);
            here = next;
        }
        path
    }

    /// The child of a container in which a node lies, and how many come before it.
    #[must_use]
    pub fn child_around(&self, of: u32, at: u32) -> Option<(usize, u32)> {
        let holds = |child: &u32| *child <= at && at < self.after(*child);
        if let Some(found) = self.children(of).take(WIDE).enumerate().find(|(_, child)| holds(child)) {
            return Some(found);
        }
        let mut wide = self.wide.borrow_mut();
        let children = self.listed(&mut wide, of);
        let before = children.partition_point(|child| *child <= at).checked_sub(1)?;
        children.get(before).filter(|child| holds(child)).map(|child| (before, *child))
    }

    fn listed<'w>(&self, wide: &'w mut HashMap<u32, Vec<u32>>, of: u32) -> &'w [u32] {
        wide.entry(of).or_insert_with(|| self.children(of).collect())
    }

    /// Marks a node.
    pub fn mark(&mut self, at: u32, marks: u8) {
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.marks |= marks;
            self.is_marked = true;
        }
    }
}

/// The members of an object or the elements of a list.
#[derive(Clone, Debug)]
pub struct Children<'f> {
    forest: &'f Forest,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.next >= self.end {
            return None;
        }
        let at = self.next;
        self.next = self.forest.after(at);
        Some(at)
    }
}
