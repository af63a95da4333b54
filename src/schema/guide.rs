//! Answers the reader of documents, key by key and value by value, so that what is plainly valid is
//! accepted while it is read and only the rest is handed to the validator.
//!
//! What is accepted here the validator must accept too; `tests/reader.rs` mutates documents along the
//! schema to show it. Which file format is read is not known here.

use super::form::{self, Precision};
use super::{FIELD_FOREIGN, FIELD_NONE, FIELD_UNKNOWN, FieldId, Scalar, Schema, Shape, StructId, Written};

/// The value is not recorded: null, blank, or the word `unknown`.
pub const ABSENT: u8 = 1;
/// The value breaks the schema.
pub const FAULTY: u8 = 2;
/// The text has escapes.
pub const ESCAPED: u8 = 4;
/// The key stands in the same object more than once.
pub const REPEATED: u8 = 8;
/// A date known only to the month.
pub const MONTH: u8 = 16;
/// A date known only to the year.
pub const YEAR: u8 = 32;
/// The element that a list of one stands for, or another value that is `unknown` by word.
pub const UNKNOWN: u8 = 64;

/// A value without its members, as the file writes it.
#[derive(Clone, Copy, Debug)]
pub enum Token<'a> {
    /// `null`.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A number, as written.
    Number(&'a str),
    /// A text, its escapes resolved: UTF-8.
    Text(&'a [u8]),
}

/// What the guide says of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The marks (`ABSENT`, `FAULTY`, …).
    pub marks: u8,
    /// A word's index, a date's first day, or how many hundredths a number is, and one more.
    pub payload: u32,
}

/// What a reader of documents asks. `Schema` answers it; tests may answer it with less.
pub trait Guide {
    /// The field and shape of a key in an object of this shape.
    fn member(&self, shape: Shape, key: &[u8]) -> (FieldId, Shape);
    /// By which it is known from every other guide: what was learned of one says nothing of another.
    fn serial(&self) -> u64;
    /// The struct that has a known field, and its shape: what the reader finds where it found it before. None where
    /// it is to ask for each key.
    fn known(&self, field: FieldId) -> Option<(StructId, Shape)>;
    /// The shape of an element of a list of this shape.
    fn element(&self, shape: Shape) -> Shape;
    /// Whether a list of this shape may stand here, and an object.
    fn allows(&self, shape: Shape) -> Allows;
    /// What to make of a value.
    fn scalar(&self, shape: Shape, token: Token<'_>) -> Judged;
    /// Whether a text is surely fine, going by how it is written: its escapes need not be resolved.
    fn takes_as_written(&self, _shape: Shape, _written: &[u8]) -> bool {
        false
    }
    /// What a text of this field is, of which this was made, to those who look through all texts.
    fn quoted(&self, _field: FieldId, _judged: Judged) -> Quoted {
        Quoted::Free
    }
    /// How many places the fields of a struct take.
    fn room(&self, structure: StructId) -> usize;
    /// The place of a known field among those of its struct.
    fn place(&self, field: FieldId) -> u16;
    /// The places of the fields that an object of a struct must have.
    fn required(&self, structure: StructId) -> &[u16];
    /// Whether an object of this shape is judged as a whole, by itself.
    fn is_record(&self, shape: Shape) -> bool;
    /// Whether a field refers to records.
    fn is_reference(&self, field: FieldId) -> bool;
}

/// What is written in quotes, to those who look through all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoted {
    /// A word, a reference or an ordinary date.
    Usual,
    /// Anything else that is of a form.
    Formed,
    /// Free text.
    Free,
}

/// Which kinds of container a shape allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allows {
    /// An object.
    pub object: bool,
    /// A list.
    pub list: bool,
}

impl Guide for Schema {
    #[inline]
    fn member(&self, shape: Shape, key: &[u8]) -> (FieldId, Shape) {
        match shape {
            Shape::Struct(id) => {
                let field = self
                    .names
                    .find(key)
                    .and_then(|name| self.structs.get(usize::from(id))?.by_name.get(usize::from(name)).copied())
                    .unwrap_or(FIELD_UNKNOWN);
                match self.quick.get(usize::from(field)) {
                    Some(known) => (field, known.shape),
                    None if key.starts_with(b"x-") => (FIELD_FOREIGN, Shape::Any),
                    None => (FIELD_UNKNOWN, Shape::Any),
                }
            }
            Shape::OneOrList(of) => self.member(self.shape(of), key),
            Shape::Map(of) => (FIELD_NONE, self.shape(of)),
            _ => (FIELD_NONE, Shape::Any),
        }
    }

    fn serial(&self) -> u64 {
        self.serial
    }

    #[inline]
    fn known(&self, field: FieldId) -> Option<(StructId, Shape)> {
        self.quick.get(usize::from(field)).map(|known| (known.owner, known.shape))
    }

    #[inline]
    fn element(&self, shape: Shape) -> Shape {
        match shape {
            Shape::List(of) | Shape::OneOrList(of) => self.shape(of),
            _ => Shape::Any,
        }
    }

    #[inline]
    fn allows(&self, shape: Shape) -> Allows {
        match shape {
            Shape::Any | Shape::OneOrList(_) => Allows { object: true, list: true },
            Shape::Struct(_) | Shape::Map(_) => Allows { object: true, list: false },
            Shape::List(_) => Allows { object: false, list: true },
            Shape::Scalar(_) => Allows { object: false, list: false },
        }
    }

    // Made anew for each kind of token: each asks little of it.
    #[inline(always)]
    fn scalar(&self, shape: Shape, token: Token<'_>) -> Judged {
        let faulty = Judged { marks: FAULTY, payload: 0 };
        let fine = Judged::default();
        let absent = Judged { marks: ABSENT, payload: 0 };
        match token {
            Token::Null => absent,
            Token::Text(text) if is_blank(text) => match shape {
                Shape::Scalar(Scalar::Number(_) | Scalar::Flag) => Judged { marks: ABSENT | FAULTY, payload: 0 },
                _ => absent,
            },
            Token::Flag(_) => match shape {
                Shape::Any | Shape::Scalar(Scalar::Flag) => fine,
                _ => faulty,
            },
            Token::Number(raw) => match shape {
                Shape::Any => fine,
                Shape::Scalar(Scalar::Number(bounds)) => {
                    number(raw, self.bounds(bounds)).map_or(faulty, |payload| Judged { marks: 0, payload })
                }
                _ => faulty,
            },
            Token::Text(text) => match shape {
                Shape::Any => fine,
                Shape::Scalar(scalar) => self.text(scalar, text),
                _ => faulty,
            },
        }
    }

    fn takes_as_written(&self, shape: Shape, written: &[u8]) -> bool {
        // Resolved it is no longer than it is written, and what begins with a visible character is not blank.
        let begins_visibly = matches!(written.first(), Some(b'!'..=b'~')) && written.first() != Some(&b'\\');
        match shape {
            Shape::Any => begins_visibly,
            Shape::Scalar(Scalar::Text { chars_max }) => begins_visibly && (chars_max == 0 || written.len() <= chars_max as usize),
            _ => false,
        }
    }

    #[inline]
    fn quoted(&self, field: FieldId, judged: Judged) -> Quoted {
        match self.written_as(field) {
            Written::Named => Quoted::Usual,
            Written::Date if judged.marks & (ABSENT | FAULTY) == 0 && form::is_everyday(judged.payload.cast_signed()) => Quoted::Usual,
            Written::Date | Written::Formed => Quoted::Formed,
            Written::Free => Quoted::Free,
        }
    }

    #[inline]
    fn room(&self, structure: StructId) -> usize {
        self.structs.get(usize::from(structure)).map_or(0, |known| known.room)
    }

    #[inline]
    fn place(&self, field: FieldId) -> u16 {
        self.places.get(usize::from(field)).map_or(0, |(_, place)| *place)
    }

    #[inline]
    fn required(&self, structure: StructId) -> &[u16] {
        self.structs.get(usize::from(structure)).map_or(&[], |known| &known.required)
    }

    #[inline]
    fn is_record(&self, shape: Shape) -> bool {
        match shape {
            Shape::Struct(id) => self.structs.get(usize::from(id)).is_some_and(|structure| structure.judged_alone),
            _ => false,
        }
    }

    #[inline]
    fn is_reference(&self, field: FieldId) -> bool {
        self.quick.get(usize::from(field)).is_some_and(|quick| quick.reference.is_some())
    }
}

impl Schema {
    /// What to make of a text. What comes of it is small enough to be handed back as it is.
    #[inline(never)]
    fn text(&self, scalar: Scalar, bytes: &[u8]) -> Judged {
        self.fitting(scalar, bytes).unwrap_or(Judged { marks: FAULTY, payload: 0 })
    }

    #[inline(always)]
    fn fitting(&self, scalar: Scalar, bytes: &[u8]) -> Option<Judged> {
        let fine = Some(Judged::default());
        match scalar {
            Scalar::Text { chars_max } => {
                let fits = chars_max == 0 || bytes.len() <= chars_max as usize || chars(bytes) <= chars_max as usize;
                if fits { fine } else { None }
            }
            Scalar::Id if form::is_id(bytes) => fine,
            Scalar::Reference { link } if form::is_reference(bytes) || (link && form::is_link(bytes)) => fine,
            Scalar::Currency if form::is_currency(bytes) => fine,
            Scalar::Language if form::is_language(bytes) => fine,
            Scalar::Time => form::time(bytes).map(|minutes| Judged { marks: 0, payload: u32::from(minutes) }),
            Scalar::Date => form::date(bytes).map(|(first, precision)| Judged {
                marks: match precision {
                    Precision::Day => 0,
                    Precision::Month => MONTH,
                    Precision::Year => YEAR,
                },
                payload: first.cast_unsigned(),
            }),
            Scalar::Word(id) => {
                let name = self.names.find(bytes)?;
                let vocabulary = self.vocabularies.get(usize::from(id))?;
                let word = *vocabulary.by_name.get(usize::from(name))?;
                if word == u16::MAX {
                    return None;
                }
                let marks = if word == vocabulary.unknown { ABSENT | UNKNOWN } else { 0 };
                Some(Judged { marks, payload: u32::from(word) })
            }
            _ => None,
        }
    }
}

/// Whether a text says nothing.
#[inline]
#[must_use]
pub fn is_blank(text: &[u8]) -> bool {
    match text.first() {
        None => true,
        Some(b'!'..=b'~') => false,
        Some(_) => std::str::from_utf8(text).is_ok_and(|text| text.trim().is_empty()),
    }
}

/// How many characters a text has.
fn chars(text: &[u8]) -> usize {
    std::str::from_utf8(text).map_or(0, |text| text.chars().count())
}

/// How many hundredths one is, by the digits behind the point.
const HUNDREDTHS: [i64; 3] = [100, 10, 1];
/// Far below what hundredths may count to.
const MANY: i64 = 1_000_000_000_000;

/// The payload of a number as JSON writes it: how many hundredths it is, and one more; 0 where that has to be read
/// off the text. None where it does not keep the bounds, or those of the program.
fn number(raw: &str, bounds: super::Bounds) -> Option<u32> {
    let Some((number, places)) = form::short_number(raw.as_bytes()) else {
        let number = raw.parse::<f64>().ok()?;
        let keeps = number.abs() <= crate::limits::NUMBER_MAX as f64
            && bounds.least.is_none_or(|least| number >= least as f64)
            && bounds.most.is_none_or(|most| number <= most as f64)
            && (!bounds.whole || number.fract() == 0.0);
        return keeps.then_some(0);
    };
    // Of most numbers hundredths are enough to tell.
    if let Some(more) = HUNDREDTHS.get(places as usize)
        && number < MANY
    {
        let number = number * more;
        let keeps = bounds.least.is_none_or(|least| number >= least.saturating_mul(100))
            && bounds.most.is_none_or(|most| number <= most.saturating_mul(100))
            && (!bounds.whole || number % 100 == 0);
        return keeps.then(|| u32::try_from(number + 1).unwrap_or(0));
    }
    let unit = 10i64.pow(places);
    let scaled = |bound: i64| i128::from(bound) * i128::from(unit);
    let keeps = bounds.least.is_none_or(|least| i128::from(number) >= scaled(least))
        && bounds.most.is_none_or(|most| i128::from(number) <= scaled(most))
        && (!bounds.whole || number % unit == 0);
    let hundredths =
        || number.checked_mul(10i64.pow(2u32.checked_sub(places)?)).and_then(|number| u32::try_from(number).ok()?.checked_add(1));
    keeps.then(|| hundredths().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Bounds;
    use super::number;

    proptest! {
        #[test]
        fn numbers_are_judged_as_floating_point_would_judge_them(
            raw in r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,5})?(e[0-9])?",
            least in proptest::option::of(-20i64..20),
            most in proptest::option::of(-20i64..2_000_000),
            whole: bool,
        ) {
            let exact: f64 = raw.parse().unwrap_or(f64::NAN);
            let keeps = exact.abs() <= crate::limits::NUMBER_MAX as f64
                && least.is_none_or(|least| exact >= least as f64)
                && most.is_none_or(|most| exact <= most as f64)
                && (!whole || exact.fract() == 0.0);
            let judged = number(&raw, Bounds { least, most, whole });
            prop_assert_eq!(judged.is_some(), keeps);
            if let Some(hundredths) = judged.and_then(|payload| payload.checked_sub(1)) {
                prop_assert_eq!(f64::from(hundredths) / 100.0, exact);
            }
        }
    }
}
