//! A programme: its files' trees seen as records and links, both ways, with what belongs nowhere and what
//! is incomplete.
//!
//! A view on the trees; nothing is copied. What is wrong with the records themselves (unreadable files,
//! unknown keys, references that lead nowhere …) is found here as [`Flaw`]s, which name the page of the rule
//! that reports them. Rules are not known here, nor is the meaning of any register.

mod link;
mod load;
mod order;
mod place;
mod validate;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

pub use load::{Clock, load};
pub use place::Addressed;
pub use validate::Judges;

use crate::config::{Baseline, WaiverFile};
use crate::document::{Forest, Kind, Node};
use crate::finding::{Part, Place};
use crate::schema::guide::{FAULTY, Guide, REPEATED};
use crate::schema::{CHARTER, FieldId, ReferenceId, RegisterId, Schema, StructId};

/// No record.
pub const NO_RECORD: u32 = u32::MAX;
/// A reference that leads nowhere.
pub const NOWHERE: u32 = u32::MAX;
/// A reference that is an address with a scheme, which is not looked up.
pub const LINK: u32 = u32::MAX - 1;

/// A record, or a row within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// Its object.
    pub node: u32,
    /// The record that it is or lies in.
    pub record: u32,
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Its object.
    pub node: u32,
    /// Its struct.
    pub structure: StructId,
    /// The record that stands for it where several are one; else itself.
    pub canonical: u32,
}

/// One register of this programme.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The records: from this one …
    pub first: u32,
    /// … up to, not including, this one.
    pub end: u32,
    /// Whether it is written anywhere, be it empty.
    pub kept: bool,
    /// Why not all of it could be read.
    pub incomplete: Option<Incomplete>,
}

/// Why a register is not wholly here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// This file could not be read or understood, wholly or in part.
    File(u32),
    /// The charter says that it is also kept elsewhere.
    Elsewhere,
    /// A document is judged apart from what it goes with.
    Apart,
    /// Files that git ignores.
    Ignored,
}

/// A file of the programme.
#[derive(Clone, Debug)]
pub struct FileEntry {
    /// Its path as shown: relative to the working directory, with `/`.
    pub path: Arc<str>,
    /// Its tree, if it could be read.
    pub tree: Option<u32>,
    /// The text by which places in it are found, where it could be read but not understood.
    pub text: Option<Arc<str>>,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, where asked for.
    pub digest: Option<String>,
    /// Whether it was left unjudged as a whole.
    pub unjudged: bool,
}

/// A waiver file beside a programme.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The file.
    pub file: Arc<WaiverFile>,
    /// The programme's folder as seen from the file's.
    pub folder: PathBuf,
    /// Waivers for programmes that there are not, by number, which are reported here.
    pub strays: Vec<usize>,
}

/// A link from an object to a record.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The reference.
    pub reference: ReferenceId,
    /// The object (record or row) that refers.
    pub holder: Item,
}

/// A flaw of the records themselves.
#[derive(Clone, Debug)]
pub struct Flaw {
    /// The page of the rule that reports it.
    pub rule: &'static str,
    /// The place.
    pub at: Where,
    /// What it is about, where that is not the place itself.
    pub about: About,
    /// What is there.
    pub message: Vec<Part>,
    /// A few words under the place.
    pub label: &'static str,
    /// What to do, where it is more than the page says.
    pub help: Option<String>,
    /// Further places.
    pub also: Vec<(Where, &'static str)>,
    /// How many more places there are.
    pub more: usize,
}

/// What a flaw is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum About {
    /// The value at its place.
    #[default]
    Place,
    /// An object: a record, a row, the charter.
    Object(u32),
    /// A field or register that an object lacks.
    Lacking(u32, String),
}

/// A place, as a node or within a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Where {
    /// A node's value; a record's id.
    Node(u32),
    /// The key of a node.
    Key(u32),
    /// Some bytes of a file.
    In(Place),
}

/// A programme, read.
#[derive(Debug)]
pub struct Programme {
    /// The model of its records.
    pub schema: Arc<Schema>,
    /// Its trees.
    pub forest: Forest,
    /// Its files in path order.
    pub files: Vec<FileEntry>,
    /// Its records: the charter first, then register by register.
    pub records: Vec<Record>,
    /// Its registers, by number.
    pub registers: Vec<Kept>,
    /// What is wrong with the records themselves.
    pub flaws: Vec<Flaw>,
    /// Whether the records follow a newer model, so that nothing else is judged.
    pub newer: bool,
    /// The charter's object, if there is one that could be read.
    pub charter: Option<u32>,
    /// References that lead nowhere here, and may lead into what could not be read: the node and the register.
    pub open_references: Vec<(u32, RegisterId)>,
    /// Its folder as shown.
    pub folder: Arc<str>,
    /// Its id, or its folder where it has none.
    pub id: String,
    /// Waiver files that concern it. Findings may lie in them: they are counted after its own files.
    pub waivers: Vec<Beside>,
    /// The baseline of the run, counted after the waiver files.
    pub baseline: Option<Arc<Baseline>>,
    /// Records whose id another before them has, and the how-manieth of that id each is.
    repeats: HashMap<u32, usize>,
    /// Records without an id, in order.
    nameless: Vec<u32>,
    ordinals: Ordinals,
    /// What refers to records: record by record, for each of the references that may lead there
    /// (`Schema::incoming`), in the order of the files.
    links: Vec<Link>,
    /// For each record, and each reference that may lead to it, where its links begin; at last where they end.
    link_starts: Vec<u32>,
    /// Where the starts of each record begin.
    link_places: Vec<u32>,
    evidence: Vec<(u32, u32)>,
    /// Whether some record stands for another.
    has_aliases: bool,
}

/// For lists that addresses lead into: the how-manieth of its equals each element is, and how many they are.
type Ordinals = RefCell<HashMap<u32, HashMap<u32, (usize, usize)>>>;

/// What reading a field gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A node with a value.
    Value(u32),
    /// Not recorded.
    Absent,
    /// Recorded, but it breaks the schema or is written twice.
    Faulty,
}

impl Reading {
    fn of(at: u32, node: Node) -> Self {
        if node.has_value() {
            Reading::Value(at)
        } else if node.marks & (FAULTY | REPEATED) != 0 {
            Reading::Faulty
        } else {
            Reading::Absent
        }
    }
}

impl Programme {
    /// Whether findings are held against waivers or a baseline.
    #[must_use]
    pub fn is_held_against(&self) -> bool {
        !self.waivers.is_empty() || self.baseline.is_some()
    }

    /// The charter as an item.
    #[must_use]
    pub fn charter_item(&self) -> Item {
        Item { node: self.charter.unwrap_or(NO_RECORD), record: 0 }
    }

    /// The record with this number.
    #[inline]
    #[must_use]
    pub fn record(&self, number: u32) -> Option<&Record> {
        self.records.get(number as usize)
    }

    /// The record that stands for a record.
    #[inline]
    #[must_use]
    pub fn canonical(&self, number: u32) -> u32 {
        if self.has_aliases { self.record(number).map_or(number, |record| record.canonical) } else { number }
    }

    /// The item of a record.
    #[inline]
    #[must_use]
    pub fn item(&self, number: u32) -> Item {
        Item { node: self.record(number).map_or(NO_RECORD, |record| record.node), record: number }
    }

    /// The register in which a record stands; `None` for the charter.
    #[must_use]
    pub fn register_of(&self, record: u32) -> Option<RegisterId> {
        self.schema.structure(self.record(record)?.structure)?.register
    }

    /// The struct of an item: its record's, or that of the row's list.
    #[must_use]
    pub fn structure_of(&self, item: Item) -> Option<StructId> {
        match self.record(item.record) {
            Some(record) if record.node == item.node => Some(record.structure),
            _ => self.schema.struct_of(self.forest.node(item.node).field),
        }
    }

    /// Reads a field of an object.
    #[inline]
    #[must_use]
    pub fn read(&self, object: u32, field: FieldId) -> Reading {
        self.forest.member(object, field).map_or(Reading::Absent, |at| Reading::of(at, self.forest.node(at)))
    }

    /// The node of a field's value in an object, or that it is not recorded, given the struct that has the field
    /// and its place there. None where [`Programme::read`] is to be asked: the object is of no struct or of
    /// another, or the field is unusual.
    #[inline(always)]
    #[must_use]
    pub fn field_at(&self, object: u32, structure: StructId, place: usize) -> Option<Option<u32>> {
        self.forest.layout.at(object, structure, place)
    }

    /// The struct of an object, if it is known.
    #[inline]
    #[must_use]
    pub fn placed_as(&self, object: u32) -> Option<StructId> {
        self.forest.layout.structure(object)
    }

    /// The number of an object whose struct is known, below [`Programme::objects`].
    #[inline]
    #[must_use]
    pub fn object_number(&self, object: u32) -> Option<u32> {
        self.forest.layout.number(object)
    }

    /// How many objects have a number.
    #[must_use]
    pub const fn objects(&self) -> u32 {
        self.forest.layout.objects()
    }

    /// Sets down anew for each object where its fields stand, once all of them are judged, where something was marked
    /// since they were read.
    fn place_fields(&mut self) {
        let Self { schema, forest, records, has_aliases, .. } = self;
        *has_aliases = (0u32..).zip(records.iter()).any(|(number, record)| record.canonical != number);
        if !forest.is_marked && forest.doubts.is_empty() {
            return;
        }
        let Forest { nodes, layout, .. } = forest;
        layout.clear();
        let (nodes, places) = (nodes.as_slice(), schema.places.as_slice());
        let mut place = |object: u32, end: u32, structure: StructId| {
            if layout.has(object) {
                return;
            }
            let first = layout.add(object, structure, schema.room(structure));
            let within = nodes.get(..end as usize).unwrap_or_default();
            let mut at = object as usize + 1;
            while let Some(node) = within.get(at) {
                if let Some((owner, place)) = places.get(usize::from(node.field))
                    && *owner == structure
                {
                    layout.note(first, usize::from(*place), at as u32 - object, node.marks);
                }
                at = if node.is_container() { node.link as usize } else { at + 1 };
            }
        };
        for record in records {
            if let Some(node) = nodes.get(record.node as usize)
                && node.kind == Kind::Object
            {
                place(record.node, node.link, record.structure);
            }
        }
        for (at, node) in (0u32..).zip(nodes) {
            if node.kind == Kind::Object
                && let Some(structure) = schema.struct_of(node.field)
            {
                place(at, node.link, structure);
            }
        }
    }

    /// The record that a reference node leads to.
    #[inline]
    #[must_use]
    pub fn target(&self, node: u32) -> Option<Item> {
        let number = self.forest.node(node).link;
        self.record(number).map(|record| Item { node: record.node, record: number })
    }

    /// What refers to a record by this reference, in the order of the files.
    #[inline]
    #[must_use]
    pub fn referring(&self, record: u32, reference: ReferenceId) -> &[Link] {
        self.link_range(record, reference).and_then(|range| self.links.get(range)).unwrap_or_default()
    }

    #[inline]
    fn link_range(&self, record: u32, reference: ReferenceId) -> Option<std::ops::Range<usize>> {
        let structure = self.record(record)?.structure;
        let at = *self.link_places.get(record as usize)? as usize + self.schema.incoming.place(structure, reference)?;
        Some(*self.link_starts.get(at)? as usize..*self.link_starts.get(at + 1)? as usize)
    }

    /// The records of a register, each person or thing once.
    pub fn items_of(&self, register: RegisterId) -> impl Iterator<Item = Item> + '_ {
        let range = self.registers.get(usize::from(register)).map_or(0..0, |kept| kept.first..kept.end);
        let records = self.records.get(range.start as usize..range.end as usize).unwrap_or_default();
        range.zip(records).filter(|(number, record)| record.canonical == *number).map(|(record, known)| Item { node: known.node, record })
    }

    /// Whether two items are one.
    #[inline]
    #[must_use]
    pub fn same(&self, a: Item, b: Item) -> bool {
        if a.node == b.node {
            return true;
        }
        if !self.has_aliases {
            return false;
        }
        let whole = |item: Item| self.record(item.record).filter(|record| record.node == item.node).map(|record| record.canonical);
        matches!((whole(a), whole(b)), (Some(a), Some(b)) if a == b)
    }

    /// The number by which an item is told from others: that of the record which stands for it, or its own.
    #[must_use]
    pub fn identity(&self, item: Item) -> u32 {
        self.record(item.record)
            .filter(|record| record.node == item.node)
            .and_then(|record| self.record(record.canonical))
            .map_or(item.node, |record| record.node)
    }

    /// The records from which a record derives along evidence links (`up`), or which derive from it,
    /// nearest first, each once, to a depth limit.
    #[must_use]
    pub fn along_evidence(&self, from: u32, up: bool) -> Vec<u32> {
        let mut seen = Vec::with_capacity(16);
        seen.push(from);
        let mut at = 0;
        let mut edge = 1;
        for _ in 0..crate::limits::EVIDENCE_DEPTH_MAX {
            while at < edge {
                let Some(number) = seen.get(at).copied() else { break };
                at += 1;
                let mut reach = |number: u32| {
                    if !seen.contains(&number) {
                        seen.push(number);
                    }
                };
                if up {
                    let start = self.evidence.partition_point(|(source, _)| *source < number);
                    self.evidence.iter().skip(start).take_while(|(source, _)| *source == number).for_each(|(_, target)| reach(*target));
                } else {
                    let structure = self.record(number).map_or(CHARTER, |record| record.structure);
                    for reference in self.schema.incoming.evidence_of(structure) {
                        self.referring(number, *reference).iter().for_each(|link| reach(link.holder.record));
                    }
                }
            }
            if edge == seen.len() {
                break;
            }
            edge = seen.len();
        }
        seen.remove(0);
        seen
    }

    /// The row within which a row lies, or its record.
    #[must_use]
    pub fn parent(&self, item: Item, structure: StructId) -> Option<Item> {
        let record = self.record(item.record)?;
        if record.structure == structure {
            return Some(self.item(item.record));
        }
        let path = self.forest.path_to(item.node);
        path.iter()
            .rev()
            .skip(1)
            .find(|at| {
                self.forest.node(**at).kind == crate::document::Kind::Object
                    && self.schema.struct_of(self.forest.node(**at).field) == Some(structure)
            })
            .map(|at| Item { node: *at, record: item.record })
    }

    /// All objects of a struct: the charter, the records of a register, or rows within them.
    #[must_use]
    pub fn objects_of(&self, structure: StructId) -> Vec<u32> {
        let schema = &self.schema;
        if structure == CHARTER {
            return self.charter.into_iter().collect();
        }
        if let Some(register) = schema.structure(structure).and_then(|known| known.register) {
            return self.items_of(register).map(|item| item.node).collect();
        }
        let mut out = Vec::new();
        for id in (0..schema.fields.len() as FieldId).filter(|id| schema.struct_of(*id) == Some(structure)) {
            let Some(holder) = schema.field(id).map(|field| field.owner) else { continue };
            for value in self.objects_of(holder).into_iter().filter_map(|object| self.forest.value(object, id)) {
                match self.forest.node(value).kind {
                    Kind::Object => out.push(value),
                    Kind::List => out.extend(self.forest.children(value).filter(|row| self.forest.node(*row).kind == Kind::Object)),
                    _ => {}
                }
            }
        }
        out
    }

    /// The number of the record that a row of a nested register is.
    #[must_use]
    pub fn nested_record(&self, node: u32) -> Option<u32> {
        let register = self.schema.field(self.forest.node(node).field)?.register?;
        self.record_in(self.registers.get(usize::from(register))?, node)
    }

    /// The number of the record whose object a node is; the charter is not looked for.
    #[must_use]
    pub fn record_at(&self, node: u32) -> Option<u32> {
        self.registers.iter().find_map(|kept| self.record_in(kept, node))
    }

    fn record_in(&self, kept: &Kept, node: u32) -> Option<u32> {
        // Records of one register stand in the order of the nodes.
        let records = self.records.get(kept.first as usize..kept.end as usize)?;
        records.binary_search_by_key(&node, |record| record.node).ok().map(|at| kept.first + at as u32)
    }

    /// The word of a field of the charter.
    #[must_use]
    pub fn charter_word(&self, name: &str) -> Option<&str> {
        let field = self.schema.field_named(CHARTER, name)?;
        let at = self.forest.value(self.charter?, field)?;
        match self.schema.shape_of(field) {
            crate::schema::Shape::Scalar(crate::schema::Scalar::Word(vocabulary)) => {
                let word = self.schema.vocabulary(vocabulary)?.words.get(self.forest.node(at).link as usize)?;
                Some(word.text.as_str())
            }
            _ => None,
        }
    }
}
