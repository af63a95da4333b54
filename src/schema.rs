//! Reads the annotated JSON Schema of records into a model: registers, structs, fields, vocabularies,
//! references with their inverses.
//!
//! The schema is the only description of records; nothing in this room, or in any other, repeats it in
//! Rust. Rules are not known here. The annotations (`x-…`) are listed in `docs/schema.md`.
//!
//! [`guide`] answers the reader of documents, key by key; [`judge`] explains, with `jsonschema`, what the
//! reader did not find plainly valid; [`form`] holds the lexical forms (dates, ids, currencies); [`overlay`]
//! adds what an organisation describes itself.

pub mod form;
pub mod guide;
pub mod incoming;
pub mod judge;
mod load;
mod names;
pub mod overlay;

use std::collections::HashMap;

pub use guide::{Guide, Judged};
pub use incoming::Incoming;
pub use load::SchemaError;
pub use names::Names;

/// Index of a [`Field`].
pub type FieldId = u16;
/// Index of a [`Struct`].
pub type StructId = u16;
/// Index of a [`Register`].
pub type RegisterId = u16;
/// Index of a [`Vocabulary`].
pub type VocabularyId = u16;
/// Index of a [`Reference`].
pub type ReferenceId = u16;
/// Index of a [`Shape`].
pub type ShapeId = u16;
/// Index of [`Bounds`].
pub type BoundsId = u16;

/// The field of a key that the schema does not know.
pub const FIELD_UNKNOWN: FieldId = u16::MAX;
/// The field of an organisation's own key (`x-…`).
pub const FIELD_FOREIGN: FieldId = u16::MAX - 1;
/// The field of an entry of a map, and of what stands in no object.
pub const FIELD_NONE: FieldId = u16::MAX - 2;

/// The text of the schema that is built in.
pub const RECORDS: &str = include_str!("../schema/records.json");

/// What is expected at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is known: an organisation's own value.
    Any,
    /// An object of a known struct.
    Struct(StructId),
    /// A list of these.
    List(ShapeId),
    /// One of these or a list of them (a file below a register's folder).
    OneOrList(ShapeId),
    /// An object with free keys and values of this shape.
    Map(ShapeId),
    /// A value that is no list and no object.
    Scalar(Scalar),
}

/// A value that is no list and no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Text of at most so many characters.
    Text {
        /// The most characters, 0 for no bound.
        chars_max: u32,
    },
    /// An id.
    Id,
    /// A reference by id; where `link`, also an address with a scheme.
    Reference {
        /// Whether an address with a scheme is allowed.
        link: bool,
    },
    /// An ISO 4217 code.
    Currency,
    /// A BCP 47 tag.
    Language,
    /// A year, month, day or moment.
    Date,
    /// A local time.
    Time,
    /// A number within these bounds: they lie elsewhere, so that a shape stays small. One goes with every value read.
    Number(BoundsId),
    /// Yes or no.
    Flag,
    /// A word of a vocabulary.
    Word(VocabularyId),
    /// Something that only the validator judges.
    Odd,
}

/// Which numbers are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least, if any (whole).
    pub least: Option<i64>,
    /// The greatest, if any (whole).
    pub most: Option<i64>,
    /// Whether only whole numbers are.
    pub whole: bool,
}

impl Bounds {
    /// Whether numbers within these are parts of a whole.
    #[must_use]
    pub fn is_share(self) -> bool {
        (self.least, self.most) == (Some(0), Some(1))
    }
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The struct that it belongs to.
    pub owner: StructId,
    /// What it holds.
    pub shape: ShapeId,
    /// What to write there, for people.
    pub description: String,
    /// Whether its struct means nothing without it.
    pub required: bool,
    /// From which stage on it is expected.
    pub required_from: Option<RequiredFrom>,
    /// Paths to dates that this one must not precede.
    pub not_before: Vec<Vec<String>>,
    /// Whether it dates something that has happened.
    pub past: bool,
    /// Whether it dates the record itself, which may tell of something still to come.
    pub when: bool,
    /// Whether it may be shown: yes (`false`), no (`true`), or by its type.
    pub sensitive: Option<bool>,
    /// Whether the settings say that it is not shown.
    pub masked: bool,
    /// Whether its rows or records stand for people.
    pub people: bool,
    /// Whether it counts people.
    pub counts: bool,
    /// The value that is meant where it is not written.
    pub default: Option<DefaultValue>,
    /// The reference that it is, if it is one.
    pub reference: Option<ReferenceId>,
    /// The register that it holds, if it holds one.
    pub register: Option<RegisterId>,
    /// The name of one row.
    pub one: Option<String>,
    /// The fields that tell its rows apart.
    pub key: Vec<String>,
    /// A field of its rows whose values must add up to this.
    pub sum: Option<(String, f64)>,
}

/// From which stage a field or register is expected.
#[derive(Clone, Debug, Default)]
pub struct RequiredFrom {
    /// In profiles that are not named: index into the stages.
    pub default: Option<u16>,
    /// Per profile word; `None` for never.
    pub profiles: HashMap<String, Option<u16>>,
}

impl RequiredFrom {
    /// The stage from which it is expected under a profile.
    #[must_use]
    pub fn under(&self, profile: &str) -> Option<u16> {
        self.profiles.get(profile).copied().unwrap_or(self.default)
    }
}

/// What is meant where a field is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// No.
    False,
    /// Yes.
    True,
    /// An empty list.
    Empty,
}

/// A kind of object.
#[derive(Clone, Debug)]
pub struct Struct {
    /// What one is called.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// Its fields in the schema's order.
    pub fields: Vec<FieldId>,
    /// The register whose records it describes.
    pub register: Option<RegisterId>,
    /// The list field whose rows it describes, for nested rows.
    pub row_of: Option<FieldId>,
    by_name: Vec<FieldId>,
    /// The places of the fields that it must have.
    required: Vec<u16>,
    /// One more than the highest place of its fields.
    room: usize,
    judged_alone: bool,
}

/// A register: a list of records of one type.
#[derive(Clone, Debug)]
pub struct Register {
    /// Its name (`participants`).
    pub name: String,
    /// The name of one record (`participant`).
    pub one: String,
    /// What it says, for people.
    pub description: String,
    /// The struct of its records.
    pub record: StructId,
    /// The field of the charter (or of a row) that holds it.
    pub field: FieldId,
    /// Whether it is a nested list of the charter rather than a register of its own.
    pub nested: bool,
}

/// A closed list of words.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Its name.
    pub name: String,
    /// What it is for, for people.
    pub description: String,
    /// Its words, in the schema's order.
    pub words: Vec<Word>,
    /// Whether the order means something.
    pub ordered: bool,
    by_name: Vec<u16>,
    unknown: u16,
}

/// A word of a vocabulary.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub text: String,
    /// What it means, for people.
    pub description: String,
    /// Whether it has a place in the order.
    pub ordered: bool,
    /// The stage that `from` is compared with in a programme that bears this word.
    pub stage_as: Option<String>,
    /// The stage that a programme which bears this word has also reached.
    pub reaches: Option<String>,
}

impl Vocabulary {
    /// The index of a word.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<u16> {
        self.words.iter().position(|known| known.text == word).map(|at| at as u16)
    }

    /// Whether a word says "not recorded".
    #[must_use]
    pub fn is_unknown(&self, word: u16) -> bool {
        self.words.get(usize::from(word)).is_some_and(|word| word.text == UNKNOWN_WORD)
    }

    /// The words that mean something, as text.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| word.text.as_str()).filter(|word| *word != UNKNOWN_WORD)
    }
}

/// The word that every vocabulary has for "not recorded".
pub const UNKNOWN_WORD: &str = "unknown";

/// A field that refers to records.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The field where it is written.
    pub field: FieldId,
    /// The registers that it may lead to.
    pub targets: Vec<RegisterId>,
    /// Whether an address with a scheme is allowed.
    pub link: bool,
    /// The name under which a target sees the objects that refer to it.
    pub inverse: String,
    /// Whether it is a link of an evidence chain (from the later to the earlier).
    pub evidence: bool,
    /// Whether it says that two records are one.
    pub same: bool,
    /// Whether what the record tells of is the act of whom it refers to.
    pub act: bool,
    /// Whether the field is a list of references.
    pub many: bool,
}

/// The names of the charter's and records' fields that the program itself must know.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// The charter's stage.
    pub stage: String,
    /// The charter's profile.
    pub profile: String,
    /// The list in which the charter says what is kept elsewhere.
    pub keeping: String,
    /// The charter's model version.
    pub version: String,
    /// The id of every record.
    pub id: String,
}

/// The model of records.
#[derive(Debug)]
pub struct Schema {
    /// The schema as JSON, for the validator and for `havesay schema`.
    pub json: serde_json::Value,
    /// Kinds of object; the first is the charter.
    pub structs: Vec<Struct>,
    /// All fields of all structs.
    pub fields: Vec<Field>,
    /// All registers, those of the charter first in its order, nested ones after.
    pub registers: Vec<Register>,
    /// The bounds of numbers.
    bounds: Vec<Bounds>,
    /// All vocabularies.
    pub vocabularies: Vec<Vocabulary>,
    /// All references.
    pub references: Vec<Reference>,
    /// The fields with a job.
    pub jobs: Jobs,
    /// The vocabulary of stages.
    pub stages: VocabularyId,
    shapes: Vec<Shape>,
    /// For each field what the reader and rules ask most, close together.
    quick: Vec<Quick>,
    /// Which references may lead to the records of each struct.
    pub incoming: Incoming,
    /// The struct that has each field, and the field's place among that struct's.
    pub places: Vec<(StructId, u16)>,
    /// What each field holds in quotes: apart from the rest, because it is asked of every text of every record.
    written: Vec<Written>,
    /// By which it is known from every other.
    serial: u64,
    names: Names,
    /// The struct of a file that holds several registers and is no charter.
    bundle: StructId,
}

/// What a field, or each element of it, holds in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A word of a vocabulary, or a reference.
    Named,
    /// A date.
    Date,
    /// Anything else that is of a form, such as an id.
    Formed,
    /// Free text.
    Free,
}

/// What is asked of a field for every value of every record.
#[derive(Clone, Copy, Debug)]
struct Quick {
    shape: Shape,
    element: Shape,
    reference: Option<ReferenceId>,
    is_register: bool,
    is_date: bool,
    owner: StructId,
}

/// Whether rules call what has this name so: they write a hyphen as an underscore.
fn is_called(written: &str, name: &str) -> bool {
    written.len() == name.len() && written.bytes().zip(name.bytes()).all(|(own, other)| own == other || (own == b'-' && other == b'_'))
}

/// The struct of the charter.
pub const CHARTER: StructId = 0;

impl Schema {
    /// The schema that is built in.
    ///
    /// # Errors
    /// Where the schema breaks its own contract; a test shows that the built-in one does not.
    pub fn builtin() -> Result<Self, SchemaError> {
        Self::read(RECORDS)
    }

    /// The field with this id.
    #[must_use]
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(usize::from(id))
    }

    /// The struct with this id.
    #[must_use]
    pub fn structure(&self, id: StructId) -> Option<&Struct> {
        self.structs.get(usize::from(id))
    }

    /// The shape with this id.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> Shape {
        self.shapes.get(usize::from(id)).copied().unwrap_or(Shape::Any)
    }

    /// The shape of a field.
    #[must_use]
    pub fn shape_of(&self, field: FieldId) -> Shape {
        self.quick.get(usize::from(field)).map_or(Shape::Any, |quick| quick.shape)
    }

    /// The shape of a field, or of its elements where it is a list.
    #[must_use]
    pub fn element_shape_of(&self, field: FieldId) -> Shape {
        self.quick.get(usize::from(field)).map_or(Shape::Any, |quick| quick.element)
    }

    /// Whether a field holds one of the charter's registers.
    #[inline]
    #[must_use]
    pub fn is_register(&self, field: FieldId) -> bool {
        self.quick.get(usize::from(field)).is_some_and(|quick| quick.is_register)
    }

    /// What a field holds in quotes; of a field that is not known, free text.
    #[inline]
    #[must_use]
    pub fn written_as(&self, field: FieldId) -> Written {
        self.written.get(usize::from(field)).copied().unwrap_or(Written::Free)
    }

    /// Whether a field is a date, or a list of dates.
    #[inline]
    #[must_use]
    pub fn is_date(&self, field: FieldId) -> bool {
        self.quick.get(usize::from(field)).is_some_and(|quick| quick.is_date)
    }

    /// The reference that a field is, if it is one.
    #[inline]
    #[must_use]
    pub fn reference_of(&self, field: FieldId) -> Option<ReferenceId> {
        self.quick.get(usize::from(field))?.reference
    }

    /// The struct that has a field, and the field's place among that struct's.
    #[inline]
    #[must_use]
    pub fn place_of(&self, field: FieldId) -> Option<(StructId, usize)> {
        self.places.get(usize::from(field)).map(|(owner, place)| (*owner, usize::from(*place)))
    }

    /// The register with this id.
    #[must_use]
    pub fn register(&self, id: RegisterId) -> Option<&Register> {
        self.registers.get(usize::from(id))
    }

    /// The register with this name.
    #[must_use]
    pub fn register_named(&self, name: &str) -> Option<RegisterId> {
        self.registers.iter().position(|register| register.name == name).map(|at| at as RegisterId)
    }

    /// The bounds of a number.
    #[must_use]
    pub fn bounds(&self, id: BoundsId) -> Bounds {
        self.bounds.get(usize::from(id)).copied().unwrap_or_default()
    }

    /// The vocabulary with this id.
    #[must_use]
    pub fn vocabulary(&self, id: VocabularyId) -> Option<&Vocabulary> {
        self.vocabularies.get(usize::from(id))
    }

    /// The reference with this id.
    #[must_use]
    pub fn reference(&self, id: ReferenceId) -> Option<&Reference> {
        self.references.get(usize::from(id))
    }

    /// The field of a struct with this name.
    #[must_use]
    pub fn field_named(&self, structure: StructId, name: &str) -> Option<FieldId> {
        let at = self.names.find(name.as_bytes())?;
        let field = *self.structure(structure)?.by_name.get(usize::from(at))?;
        (field != FIELD_UNKNOWN).then_some(field)
    }

    /// The field of a struct that rules call by this name: they write a hyphen as an underscore.
    #[must_use]
    pub fn field_called(&self, structure: StructId, name: &str) -> Option<FieldId> {
        let written = |id: &FieldId| self.field(*id).is_some_and(|field| is_called(&field.name, name));
        self.field_named(structure, name).or_else(|| self.structure(structure)?.fields.iter().copied().find(written))
    }

    /// The references by whose inverse a record of this register sees what refers to it.
    #[must_use]
    pub fn inverse_named(&self, register: RegisterId, name: &str) -> Option<ReferenceId> {
        self.references
            .iter()
            .position(|reference| is_called(&reference.inverse, name) && reference.targets.contains(&register))
            .map(|at| at as ReferenceId)
    }

    /// The struct that a list or object field holds.
    #[must_use]
    pub fn struct_of(&self, field: FieldId) -> Option<StructId> {
        match self.element_shape_of(field) {
            Shape::Struct(id) => Some(id),
            _ => None,
        }
    }

    /// The position of a stage in the order of stages.
    #[must_use]
    pub fn stage(&self, word: &str) -> Option<u16> {
        self.vocabulary(self.stages)?.find(word)
    }

    /// The shape of a file that holds a charter.
    #[must_use]
    pub fn charter_shape(&self) -> Shape {
        Shape::Struct(CHARTER)
    }

    /// The shape of a file that holds several registers and is no charter.
    #[must_use]
    pub fn bundle_shape(&self) -> Shape {
        Shape::Struct(self.bundle)
    }

    /// The shape of a file that is a register.
    #[must_use]
    pub fn register_shape(&self, register: RegisterId) -> Shape {
        self.register(register).map_or(Shape::Any, |register| self.shape_of(register.field))
    }

    /// The shape of a file in a register's folder: one record or a list of them.
    #[must_use]
    pub fn record_or_list_shape(&self, register: RegisterId) -> Shape {
        match self.register_shape(register) {
            Shape::List(of) => Shape::OneOrList(of),
            shape => shape,
        }
    }

    /// Whether a value of this field is known to be safe to show, going by the field alone.
    #[must_use]
    pub fn is_safe(&self, field: FieldId) -> bool {
        let Some(known) = self.field(field).filter(|known| !known.masked) else { return false };
        match known.sensitive {
            Some(sensitive) => !sensitive,
            None => !matches!(self.element_shape_of(field), Shape::Any | Shape::Map(_) | Shape::Scalar(Scalar::Text { .. } | Scalar::Odd)),
        }
    }

    /// The field at the end of a path such as `participants.age_band` or `programme.sponsor`.
    #[must_use]
    pub fn field_at(&self, path: &str) -> Option<FieldId> {
        let mut steps = path.split('.');
        let first = steps.next()?;
        let mut structure = if first == "programme" { CHARTER } else { self.register(self.register_named(first)?)?.record };
        let mut found = None;
        for step in steps {
            let field = self.field_named(structure, step)?;
            found = Some(field);
            structure = self.struct_of(field).unwrap_or(structure);
        }
        found
    }

    /// Lets a field not be shown, because the settings say so.
    pub fn mask(&mut self, field: FieldId) {
        if let Some(known) = self.fields.get_mut(usize::from(field)) {
            known.masked = true;
        }
    }

    /// The names of all known keys, for suggestions and for the reader.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }
}
