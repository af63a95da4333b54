//! What is known of an expression before any record is read: its type, and what a message may show of it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::build::Parameter;
use super::code::{Code, Fields, ItemCode, ListCode};
use super::parse::Ast;
use super::screen::Screen;
use super::watch::Watching;
use crate::schema::{CHARTER, FieldId, Scalar, Schema, Shape, StructId, VocabularyId};
use crate::text::Span;

/// Whose words a word is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// A vocabulary's.
    Vocabulary(VocabularyId),
    /// The names of registers.
    Registers,
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Yes or no.
    Flag,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A word.
    Word(Words),
    /// A record or row of one of these structs.
    Record(Vec<StructId>),
    /// A list.
    List(Box<Ty>),
    /// A map.
    Map(Box<Ty>, Box<Ty>),
}

impl Ty {
    /// The type in words.
    #[must_use]
    pub fn words(&self, schema: &Schema) -> String {
        match self {
            Ty::Flag => "yes or no".to_owned(),
            Ty::Number => "a number".to_owned(),
            Ty::Text => "a text".to_owned(),
            Ty::Date => "a date".to_owned(),
            Ty::Time => "a time".to_owned(),
            Ty::Word(Words::Registers) => "the name of a register".to_owned(),
            Ty::Word(Words::Vocabulary(id)) => format!("a word of {}", schema.vocabulary(*id).map_or("", |known| known.name.as_str())),
            Ty::Record(structs) => {
                let names: Vec<String> = structs.iter().filter_map(|id| schema.structure(*id)).map(|known| known.name.clone()).collect();
                format!("a record of {}", crate::text::list(&names, "or"))
            }
            Ty::List(of) => format!("a list of {}", of.words(schema).trim_start_matches("a ")),
            Ty::Map(_, to) => format!("a map to {}", to.words(schema)),
        }
    }

    /// Whether values of both types can be compared.
    #[must_use]
    pub fn agrees(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Record(a), Ty::Record(b)) => a.iter().any(|id| b.contains(id)),
            (Ty::List(a), Ty::List(b)) => a.agrees(b),
            (Ty::Map(a, b), Ty::Map(c, d)) => a.agrees(c) && b.agrees(d),
            (a, b) => a == b,
        }
    }

    /// The type of a field's value, or of its elements where it is a list.
    #[must_use]
    pub fn of_shape(schema: &Schema, field: FieldId, shape: Shape) -> Option<Ty> {
        Some(match shape {
            Shape::Any => return None,
            Shape::Struct(id) => Ty::Record(vec![id]),
            Shape::List(of) | Shape::OneOrList(of) => Ty::List(Box::new(Ty::of_shape(schema, field, schema.shape(of))?)),
            Shape::Map(of) => Ty::Map(Box::new(Ty::Text), Box::new(Ty::of_shape(schema, field, schema.shape(of))?)),
            Shape::Scalar(scalar) => match scalar {
                Scalar::Reference { .. } => {
                    let reference = schema.field(field).and_then(|field| schema.reference(field.reference?));
                    match reference {
                        Some(reference) => Ty::Record(
                            reference
                                .targets
                                .iter()
                                .filter_map(|register| schema.register(*register))
                                .map(|register| register.record)
                                .collect(),
                        ),
                        None => Ty::Text,
                    }
                }
                Scalar::Date => Ty::Date,
                Scalar::Time => Ty::Time,
                Scalar::Number(_) => Ty::Number,
                Scalar::Flag => Ty::Flag,
                Scalar::Word(id) => Ty::Word(Words::Vocabulary(id)),
                Scalar::Text { .. } | Scalar::Id | Scalar::Currency | Scalar::Language | Scalar::Odd => Ty::Text,
            },
        })
    }
}

/// How a number is written in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With at most two places.
    Plain,
    /// A probability, with two significant digits.
    Probability,
    /// A share, in per cent.
    Share,
}

/// What a message may show of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taint {
    /// It comes from a field that must not be shown.
    pub hidden: bool,
    /// It counts people or is derived from such a count, or is a list of people.
    pub people: bool,
    /// It comes from a field that the settings mask.
    pub masked: bool,
}

impl Taint {
    /// Nothing to hide.
    pub const NONE: Taint = Taint { hidden: false, people: false, masked: false };

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Taint) -> Taint {
        Taint { hidden: self.hidden || other.hidden, people: self.people || other.people, masked: self.masked || other.masked }
    }
}

/// What a text is, going by the field that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A name from the schema or the rule page.
    Safe,
    /// An id.
    Id,
    /// A label that may be shown.
    Label,
    /// Anything else.
    Free,
}

/// A read that may have no value and was not asked for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked {
    /// Where.
    pub span: Span,
    /// What is read.
    pub path: String,
    /// The innermost variable on which it depends, by its place in the frame.
    pub depends_on: usize,
}

/// A checked and compiled expression.
#[derive(Clone)]
pub struct Typed {
    /// Its type.
    pub ty: Ty,
    /// Its code.
    pub code: Code,
    /// What a message may show of it.
    pub taint: Taint,
    /// How its number is written.
    pub format: Format,
    /// What its text is.
    pub text: TextKind,
    /// The first read in it that may have no value.
    pub unasked: Option<Unasked>,
    /// Paths that are known to have a value where it is true.
    pub if_true: Vec<String>,
    /// Paths that are known to have a value where it is false.
    pub if_false: Vec<String>,
    /// The field that it reads, at the end of its path.
    pub field: Option<FieldId>,
    /// Of a map that is read from a field: from what, and which fields.
    pub map_of: Option<(ItemCode, Fields)>,
    /// Of a text that is read from a field: from what, and which fields.
    pub text_of: Option<(ItemCode, Fields)>,
    /// Of the size of a list: the list.
    pub size_of: Option<ListCode>,
    /// The variable that it is, if it is nothing else and no `let`.
    pub variable: Option<usize>,
    /// Of a list: paths from each element that are known to have a value.
    pub element_facts: Vec<String>,
    /// Of yes or no: what a text must pass for it to be true.
    pub screen: Option<Screen>,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed").field("ty", &self.ty).finish_non_exhaustive()
    }
}

impl Typed {
    /// An expression with nothing special about it.
    #[must_use]
    pub fn new(ty: Ty, code: Code) -> Self {
        Self {
            ty,
            code,
            taint: Taint::NONE,
            format: Format::Plain,
            text: TextKind::Safe,
            unasked: None,
            if_true: Vec::new(),
            if_false: Vec::new(),
            field: None,
            map_of: None,
            text_of: None,
            size_of: None,
            variable: None,
            element_facts: Vec::new(),
            screen: None,
        }
    }

    /// With what its parts bring along.
    #[must_use]
    pub fn from(mut self, parts: &[&Typed]) -> Self {
        for part in parts {
            self.taint = self.taint.and(part.taint);
            if self.unasked.is_none() {
                self.unasked.clone_from(&part.unasked);
            }
        }
        self
    }
}

/// A definition: what it takes, and what it gives once it is compiled.
pub struct Definition {
    /// Its name as it is called.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<(String, Ty)>,
    /// Its number among the definitions.
    pub number: u32,
    /// What it gives, if it is compiled already.
    pub made: OnceLock<Option<Body>>,
    /// Compiles it.
    pub later: Later,
}

/// Compiles a definition; none where its page is at fault.
pub type Later = Box<dyn Fn(&Schema, &Definitions) -> Option<Body> + Send + Sync>;

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Definition {
    /// What it gives, compiled now if nobody asked before; none where its page is at fault.
    pub fn body(&self, schema: &Schema, definitions: &Definitions) -> Option<&Body> {
        self.made.get_or_init(|| (self.later)(schema, definitions)).as_ref()
    }
}

/// What a definition gives.
#[derive(Clone, Debug)]
pub struct Body {
    /// A checked expression over its own frame.
    pub typed: Typed,
    /// How many variables it needs.
    pub frame: usize,
    /// Which of them are `let`s.
    pub lets: Vec<usize>,
    /// Its syntax, where it is small and has no `let`: it is then compiled where it is called.
    pub inline: Option<Inline>,
}

/// A definition that is compiled where it is called.
#[derive(Clone, Debug)]
pub struct Inline {
    /// Its expression.
    pub syntax: Arc<Ast>,
    /// Its page's parameters.
    pub parameters: Vec<Parameter>,
    /// Who wants to know what it answers, wherever it is called.
    pub watching: Option<Watching>,
}

/// All definitions, by the name by which they are called.
pub type Definitions = HashMap<String, Arc<Definition>>;

/// The register at the root of a struct: that of its records, or of the records that hold its rows.
#[must_use]
pub fn root_register(schema: &Schema, structure: StructId) -> Option<u16> {
    let mut at = structure;
    for _ in 0..8 {
        if at == CHARTER {
            return None;
        }
        let known = schema.structure(at)?;
        if let Some(register) = known.register
            && schema.register(register).is_some_and(|register| !register.nested)
        {
            return Some(register);
        }
        at = match known.row_of.and_then(|field| schema.field(field)) {
            Some(list) => list.owner,
            // An object that is no row: the struct whose field it is.
            None => schema
                .fields
                .iter()
                .enumerate()
                .find(|(id, _)| schema.struct_of(*id as FieldId) == Some(at))
                .map(|(_, field)| field.owner)?,
        };
    }
    None
}
