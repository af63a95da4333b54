//! Where the fields of objects stand: rules read little else, again and again.
//!
//! The reader knows of each member which field it is, and writes down here where it stands; whatever is marked
//! later (a value that breaks the schema, a reference that leads nowhere) makes the whole be written anew.

use crate::schema::StructId;
use crate::schema::guide::{ABSENT, FAULTY, REPEATED, UNKNOWN};

/// A field of which nothing is written.
const NOTHING: u16 = 0;
/// One of which it is written that it is unknown.
const UNKNOWN_BY_WORD: u16 = u16::MAX - 2;
/// One of which null or a blank is written.
const BLANK: u16 = u16::MAX - 1;
/// One of which more is to be asked: it breaks the schema, is written twice, or is recorded too far behind its
/// object to be told here.
const UNUSUAL: u16 = u16::MAX;
/// What stands before an object's fields: its struct, and its number in two parts.
const HEAD: usize = 3;

/// How much room is made at a time.
const ROOM: usize = 4096;

/// The fields of all objects whose struct is known. It is kept small.
#[derive(Debug, Default)]
pub struct Layout {
    /// Object by object: the struct, the object's number, then for each of the struct's fields, in its place
    /// (`Schema::place_of`), how far behind the object its node is, or what is written there instead. Behind what is
    /// used all is nothing.
    all: Vec<u16>,
    /// How much of it is used.
    used: usize,
    /// Of each node where its fields begin there; 0 where they are not there.
    starts: Vec<u32>,
    /// How many objects there are.
    objects: u32,
}

/// How much there was of a layout at some time.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    used: usize,
    objects: u32,
}

/// What was noted of a field before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// Nothing: this is the first of it.
    Nothing,
    /// Null or a blank.
    Blank,
    /// Anything else.
    Value,
}

impl Layout {
    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.cut(Mark { used: 0, objects: 0 }, 0);
    }

    /// How much there is.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark { used: self.used, objects: self.objects }
    }

    /// Forgets what came since, given how many nodes there were.
    pub fn cut(&mut self, mark: Mark, nodes: usize) {
        self.all.truncate(mark.used);
        self.starts.truncate(nodes);
        (self.used, self.objects) = (mark.used, mark.objects);
    }

    /// Whether an object is in it.
    #[must_use]
    pub fn has(&self, object: u32) -> bool {
        self.starts.get(object as usize).is_some_and(|start| *start != 0)
    }

    /// Adds an object of a struct whose fields take so many places, none of which is written; gives where these begin.
    #[inline]
    pub fn add(&mut self, object: u32, structure: StructId, room: usize) -> usize {
        // No struct has the number of what lies first: what begins there is an object of none.
        let start = self.used.max(1);
        let (object, end) = (object as usize, start + HEAD + room);
        if self.all.len() < end || self.starts.len() <= object {
            self.make_room(object, end);
        }
        if let (Some(place), Some([of, low, high, ..])) = (self.starts.get_mut(object), self.all.get_mut(start..)) {
            *place = start as u32;
            (*of, *low, *high) = (structure, self.objects as u16, (self.objects >> 16) as u16);
        }
        self.used = end;
        self.objects += 1;
        start + HEAD
    }

    #[cold]
    fn make_room(&mut self, object: usize, end: usize) {
        if self.all.is_empty() {
            self.all.push(StructId::MAX);
        }
        self.all.resize(self.all.len().max(end + ROOM), NOTHING);
        self.starts.resize(self.starts.len().max(object + ROOM), 0);
    }

    /// Notes a field's value, given where the fields of its object begin: how far behind the object it is, and its
    /// marks. Says what was noted of the field before.
    #[inline]
    pub fn note(&mut self, first: usize, place: usize, distance: u32, marks: u8) -> Noted {
        let Some(slot) = self.all.get_mut(first + place) else { return Noted::Nothing };
        // So are nearly all.
        if *slot == NOTHING && marks & (ABSENT | FAULTY | REPEATED) == 0 && distance < u32::from(UNKNOWN_BY_WORD) {
            *slot = distance as u16;
            return Noted::Nothing;
        }
        unusual(slot, marks)
    }

    /// Whether something is said of each of these fields, be it that it is unknown.
    #[inline]
    #[must_use]
    pub fn has_all(&self, first: usize, places: &[u16]) -> bool {
        let own = self.all.get(first..).unwrap_or_default();
        places.iter().all(|place| own.get(usize::from(*place)).is_some_and(|slot| !matches!(*slot, NOTHING | BLANK)))
    }

    /// The node of a field's value in an object, or that it is not recorded, given the struct that has the field
    /// and its place there. None where the nodes are to be asked: the object is of no struct or of another, or the
    /// field is unusual.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, object: u32, structure: StructId, place: usize) -> Option<Option<u32>> {
        let start = *self.starts.get(object as usize)? as usize;
        if *self.all.get(start)? != structure {
            return None;
        }
        node_at(object, *self.all.get(start + HEAD + place)?)
    }

    /// All fields of an object at once, if its struct is known.
    #[inline]
    #[must_use]
    pub fn own(&self, object: u32) -> Option<Own<'_>> {
        let start = *self.starts.get(object as usize)? as usize;
        let (structure, rest) = self.all.get(start..)?.split_first()?;
        (start != 0).then(|| Own { object, structure: *structure, fields: rest.get(HEAD - 1..).unwrap_or_default() })
    }

    /// The struct of an object, if it is known.
    #[inline]
    #[must_use]
    pub fn structure(&self, object: u32) -> Option<StructId> {
        let start = *self.starts.get(object as usize)?;
        if start == 0 { None } else { self.all.get(start as usize).copied() }
    }

    /// The number of an object whose struct is known, below [`Layout::objects`].
    #[inline]
    #[must_use]
    pub fn number(&self, object: u32) -> Option<u32> {
        let start = *self.starts.get(object as usize)? as usize;
        if start == 0 {
            return None;
        }
        Some(u32::from(*self.all.get(start + 1)?) | u32::from(*self.all.get(start + 2)?) << 16)
    }

    /// How many objects have a number.
    #[must_use]
    pub const fn objects(&self) -> u32 {
        self.objects
    }
}

/// The fields of one object.
#[derive(Clone, Copy, Debug)]
pub struct Own<'l> {
    object: u32,
    /// Its struct.
    pub structure: StructId,
    /// Those of this object, and behind them those of others.
    fields: &'l [u16],
}

impl Own<'_> {
    /// The node of a field's value, by the field's place in the object's struct; as [`Layout::at`].
    #[inline]
    #[must_use]
    pub fn at(&self, place: usize) -> Option<Option<u32>> {
        node_at(self.object, *self.fields.get(place)?)
    }
}

/// The node of what is noted of an object's field.
#[inline(always)]
const fn node_at(object: u32, noted: u16) -> Option<Option<u32>> {
    match noted {
        distance @ 1..UNKNOWN_BY_WORD => Some(Some(object + distance as u32)),
        UNUSUAL => None,
        _ => Some(None),
    }
}

/// Notes what is no plain value; says what was noted before.
#[inline(never)]
fn unusual(slot: &mut u16, marks: u8) -> Noted {
    let before = match *slot {
        NOTHING => Noted::Nothing,
        BLANK => Noted::Blank,
        _ => Noted::Value,
    };
    *slot = if before != Noted::Nothing || marks & (FAULTY | REPEATED) != 0 || marks & ABSENT == 0 {
        UNUSUAL
    } else if marks & UNKNOWN == 0 {
        BLANK
    } else {
        UNKNOWN_BY_WORD
    };
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a field of which these were noted, one after another: how far behind its object, and its marks.
    fn told(noted: &[(u32, u8)]) -> Option<Option<u32>> {
        let mut layout = Layout::default();
        layout.add(2, 5, 3);
        let first = layout.add(7, 6, 4);
        let mut before = Noted::Nothing;
        for (distance, marks) in noted {
            assert_eq!(layout.note(first, 3, *distance, *marks), before);
            let is_blank = before == Noted::Nothing && *marks & (ABSENT | FAULTY | UNKNOWN) == ABSENT;
            before = if is_blank { Noted::Blank } else { Noted::Value };
        }
        // The fields beside it, and those of the object before, are as they were.
        assert_eq!((0..3).map(|place| layout.at(7, 6, place)).collect::<Vec<_>>(), [Some(None); 3]);
        assert_eq!((0..3).map(|place| layout.at(2, 5, place)).collect::<Vec<_>>(), [Some(None); 3]);
        assert_eq!((layout.at(7, 5, 3), layout.at(8, 6, 3), layout.number(7), layout.objects()), (None, None, Some(1), 2));
        assert_eq!(layout.own(7).and_then(|own| own.at(3)), layout.at(7, 6, 3));
        layout.at(7, 6, 3)
    }

    #[test]
    fn a_field_is_told_by_what_is_written_of_it() {
        assert_eq!(told(&[]), Some(None));
        assert_eq!(told(&[(9, 0)]), Some(Some(16)));
        assert_eq!((told(&[(9, ABSENT)]), told(&[(9, ABSENT | UNKNOWN)])), (Some(None), Some(None)));
        assert_eq!((told(&[(9, FAULTY)]), told(&[(9, ABSENT | FAULTY)]), told(&[(9, REPEATED)])), (None, None, None));
        // Too far away to be told.
        assert_eq!((told(&[(u32::from(UNKNOWN_BY_WORD) - 1, 0)]), told(&[(u32::from(UNKNOWN_BY_WORD), 0)])), (Some(Some(65_539)), None));
    }

    #[test]
    fn what_is_written_twice_is_not_told_whatever_it_is() {
        for first in [0, ABSENT, ABSENT | UNKNOWN, FAULTY] {
            for second in [0, ABSENT, ABSENT | UNKNOWN, FAULTY] {
                assert_eq!(told(&[(9, first), (10, second)]), None, "{first} {second}");
                assert_eq!(told(&[(9, first), (10, second), (11, ABSENT)]), None, "{first} {second}");
            }
        }
    }

    #[test]
    fn what_must_be_there_may_be_said_to_be_unknown_but_not_left_open() {
        let has_all = |marks: u8| {
            let mut layout = Layout::default();
            let first = layout.add(0, 1, 2);
            layout.note(first, 0, 1, 0);
            layout.note(first, 1, 2, marks);
            (layout.has_all(first, &[0, 1]), layout.has_all(first, &[0]))
        };
        assert_eq!((has_all(0), has_all(ABSENT | UNKNOWN), has_all(ABSENT)), ((true, true), (true, true), (false, true)));
    }

    #[test]
    fn what_is_cut_off_leaves_nothing_behind() {
        let mut layout = Layout::default();
        let kept = layout.add(0, 1, 2);
        layout.note(kept, 1, 1, 0);
        let mark = layout.mark();
        let cut = layout.add(3, 4, 2);
        layout.note(cut, 0, 1, 0);
        layout.cut(mark, 3);
        assert_eq!((layout.at(0, 1, 1), layout.structure(3), layout.objects()), (Some(Some(1)), None, 1));
        let again = layout.add(3, 2, 2);
        assert_eq!((again, layout.at(3, 2, 0), layout.number(3)), (cut, Some(None), Some(1)));
        layout.clear();
        assert_eq!((layout.structure(0), layout.objects()), (None, 0));
    }
}
