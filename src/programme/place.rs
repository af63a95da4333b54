//! Addresses and places: from a node to the words by which people, waivers and reports find it.

use std::collections::HashMap;

use super::{Item, NO_RECORD, Programme, Where};
use crate::document::Kind;
use crate::finding::{Care, Part, Place, plain};
use crate::limits;
use crate::schema::{CHARTER, FieldId, Shape};
use crate::text::{self, Span};

/// Elements of a list up to which one is told from the others by looking at each.
const FEW: usize = 16;

/// A node's address in its forms.
#[derive(Clone, Debug)]
pub struct Addressed {
    /// The register of the record around it, or `programme`.
    pub register: String,
    /// The id of the nearest enclosing record.
    pub id: Option<String>,
    /// The address.
    pub address: Vec<Part>,
    /// JSON Pointer in its file.
    pub pointer: Vec<Part>,
    /// The file.
    pub file: u32,
}

impl Programme {
    /// The record around a node: 0 for the charter or for none.
    #[must_use]
    pub fn record_around(&self, at: u32) -> u32 {
        // Records of one register stand in the order of the nodes.
        for kept in &self.registers {
            let range = self.records.get(kept.first as usize..kept.end as usize).unwrap_or_default();
            let before = range.partition_point(|record| record.node <= at);
            if let Some(last) = before.checked_sub(1).and_then(|before| range.get(before))
                && at < self.forest.after(last.node)
                && self
                    .schema
                    .structure(last.structure)
                    .and_then(|known| self.schema.register(known.register?))
                    .is_some_and(|register| !register.nested)
            {
                return kept.first + before as u32 - 1;
            }
        }
        0
    }

    /// The id of a record, if it has one.
    #[must_use]
    pub fn id_of(&self, record: u32) -> Option<String> {
        self.id_node(record).map(|at| self.forest.string(at).into_owned())
    }

    /// The node of a record's id.
    #[must_use]
    pub fn id_node(&self, record: u32) -> Option<u32> {
        let known = self.record(record)?;
        let field = self.schema.field_named(known.structure, &self.schema.jobs.id)?;
        self.forest.value(known.node, field)
    }

    /// The node by which an item is shown: a record's id, a row's first key field, else itself.
    #[must_use]
    pub fn face(&self, item: Item) -> u32 {
        if self.record(item.record).is_some_and(|record| record.node == item.node) {
            return self.id_node(item.record).unwrap_or(item.node);
        }
        let list = self.schema.field(self.forest.node(item.node).field);
        let Some(structure) = self.schema.struct_of(self.forest.node(item.node).field) else { return item.node };
        let key = list
            .into_iter()
            .flat_map(|list| &list.key)
            .find_map(|name| self.forest.value(item.node, self.schema.field_named(structure, name)?));
        key.unwrap_or(item.node)
    }

    /// The file and bytes of a place. An object or list is shown by its first byte.
    #[must_use]
    pub fn place(&self, at: Where) -> Place {
        let (span, node) = match at {
            Where::In(place) => return place,
            Where::Key(node) => (self.forest.key_span(node).unwrap_or_default(), node),
            Where::Node(node) => {
                let known = self.forest.node(node);
                let end = if known.is_container() { known.start + 1 } else { known.end };
                (Span::new(known.start, end), node)
            }
        };
        let tree = self.forest.tree_of(node).and_then(|tree| self.forest.trees.get(tree));
        let (file, base) = tree.map_or((0, 0), |tree| (tree.file, tree.text.start));
        Place { file, span: Span::new(span.start.saturating_sub(base), span.end.saturating_sub(base)) }
    }

    /// The innermost value that begins at a place, or the last one before it.
    #[must_use]
    pub fn node_at(&self, place: Place) -> Option<u32> {
        let tree = self.forest.trees.get(self.files.get(place.file as usize)?.tree? as usize)?;
        let start = tree.text.start + place.span.start;
        let nodes = self.forest.nodes.get(tree.root as usize..tree.end as usize)?;
        let before = nodes.partition_point(|node| node.start <= start).checked_sub(1)?;
        Some(tree.root + before as u32)
    }

    /// The text of a file, as its places are counted.
    #[must_use]
    pub fn text_of(&self, file: u32) -> &str {
        let Some(entry) = self.files.get(file as usize) else { return self.text_beside(file) };
        match (&entry.text, entry.tree.and_then(|tree| self.forest.trees.get(tree as usize))) {
            (Some(text), _) => text,
            (None, Some(tree)) => self.forest.text.get(tree.text.range()).unwrap_or(""),
            (None, None) => "",
        }
    }

    /// The waiver file with this number, counted after the programme's own files.
    #[must_use]
    pub fn beside(&self, file: u32) -> Option<&crate::config::WaiverFile> {
        let number = (file as usize).checked_sub(self.files.len())?;
        self.waivers.get(number).map(|beside| &*beside.file)
    }

    /// The baseline, if this is its number.
    #[must_use]
    pub fn baseline_at(&self, file: u32) -> Option<&crate::config::Baseline> {
        self.baseline.as_deref().filter(|_| file as usize == self.files.len() + self.waivers.len())
    }

    fn text_beside(&self, file: u32) -> &str {
        match (self.beside(file), self.baseline_at(file)) {
            (Some(waivers), _) => &waivers.text,
            (None, Some(baseline)) => &baseline.text,
            (None, None) => "",
        }
    }

    /// The path of a file, its own or one beside it, as shown.
    #[must_use]
    pub fn path_of(&self, file: u32) -> &str {
        match (self.files.get(file as usize), self.beside(file), self.baseline_at(file)) {
            (Some(own), ..) => &own.path,
            (None, Some(waivers), _) => &waivers.shown,
            (None, None, Some(baseline)) => &baseline.shown,
            (None, None, None) => "",
        }
    }

    /// The care that a reference needs where it is quoted.
    pub(super) fn care_of_reference(&self, at: u32) -> Care {
        if self.schema.is_safe(self.forest.node(at).field) { Care::Id } else { Care::Hidden }
    }

    /// The care that a date needs where it is quoted.
    pub(super) fn care_of_date(&self, at: u32) -> Care {
        if self.schema.is_safe(self.forest.node(at).field) { Care::Safe } else { Care::Hidden }
    }

    /// A value as it may stand in an address: only what identifies, with the care that it needs.
    fn key_part(&self, at: u32) -> Part {
        let field = self.forest.node(at).field;
        let care = match self.schema.shape_of(field) {
            _ if !self.schema.is_safe(field) => Care::Hidden,
            Shape::Scalar(crate::schema::Scalar::Id | crate::schema::Scalar::Reference { .. }) => Care::Id,
            Shape::Scalar(crate::schema::Scalar::Text { .. }) => Care::Label,
            _ => Care::Safe,
        };
        let name = self.schema.field(field).map_or("value", |field| field.name.as_str());
        Part::value(name, self.forest.string(at), care)
    }

    /// The address of a node.
    #[must_use]
    pub fn address(&self, at: u32) -> Addressed {
        let record = self.record_around(at);
        let place = self.place(Where::Node(at));
        let pointer = self.pointer(&self.forest.path_to(at));
        let (register, address, is_entry) = self.named(at, record);
        let id = if record == 0 || is_entry { None } else { self.id_of(record) };
        Addressed { register, id, address, pointer, file: place.file }
    }

    /// The address of a record or row, by itself.
    #[must_use]
    pub fn address_of(&self, item: Item) -> Vec<Part> {
        // The rows of a register within the charter are records of their own, and are addressed as rows.
        let register = self.register_of(item.record).and_then(|register| self.schema.register(register));
        let record = if register.is_some_and(|register| !register.nested) { item.record } else { 0 };
        self.named(item.node, record).1
    }

    /// The register in which a node of a record stands, its address, and whether it is an entry of a register
    /// that is no record.
    fn named(&self, at: u32, record: u32) -> (String, Vec<Part>, bool) {
        let known = self.record(record).copied();
        let (register, mut address) = match known {
            Some(known) if known.structure != CHARTER => {
                let name = self.register_of(record).and_then(|id| self.schema.register(id)).map_or("", |register| register.name.as_str());
                let mut address = vec![Part::words(name), Part::words("/")];
                match self.id_node(record) {
                    Some(id) => {
                        address.push(Part::value("id", self.forest.string(id), Care::Id));
                        if let Some(ordinal) = self.ordinal_of_id(record) {
                            address.push(Part::words(&format!("#{ordinal}")));
                        }
                    }
                    None => address.push(Part::words(&format!("#{}", self.ordinal_without_id(record)))),
                }
                (name.to_owned(), address)
            }
            _ => ("programme".to_owned(), vec![Part::words("programme")]),
        };
        // An entry of a register that is no record is told by its place among such entries.
        let list = self.forest.node(at);
        let register_list =
            self.schema.field(list.field).and_then(|field| self.schema.register(field.register?)).filter(|register| !register.nested);
        if let Some(found) = register_list.filter(|_| list.kind != Kind::Object && record == 0) {
            let path = self.forest.path_to(at);
            let holder = path
                .len()
                .checked_sub(2)
                .and_then(|up| path.get(up))
                .copied()
                .filter(|up| self.forest.node(*up).kind == Kind::List && self.forest.node(*up).field == list.field);
            if let Some(holder) = holder {
                let (ordinal, _) = self.ordinal_in(holder, at);
                return (found.name.clone(), vec![Part::words(&format!("{}/#{ordinal}", found.name))], true);
            }
        }
        // From the record on, if the node lies in it; else from the root of the file.
        let within = known.filter(|known| known.node <= at && at < self.forest.after(known.node));
        let path = within.map_or_else(|| self.forest.path_to(at), |known| self.forest.path_from(known.node, at));
        for pair in path.windows(2) {
            let [holder, here] = pair else { continue };
            self.step(*holder, *here, &mut address);
        }
        (register, address, false)
    }

    /// JSON Pointer along a path.
    fn pointer(&self, path: &[u32]) -> Vec<Part> {
        let mut pointer = Vec::new();
        for pair in path.windows(2) {
            let [holder, here] = pair else { continue };
            match self.forest.node(*holder).kind {
                Kind::List => {
                    let number = self.forest.child_around(*holder, *here).map_or(0, |(number, _)| number);
                    pointer.push(Part::words(&format!("/{number}")));
                }
                _ => {
                    pointer.push(Part::words("/"));
                    pointer.push(self.key_name(*here));
                }
            }
        }
        pointer
    }

    fn key_name(&self, member: u32) -> Part {
        let key = self.forest.key(member).unwrap_or_default();
        let known = self.schema.field(self.forest.node(member).field).is_some();
        let escaped = key.replace('~', "~0").replace('/', "~1");
        if known {
            Part::words(&escaped)
        } else {
            Part::value("key", escaped, if self.is_quotable(member) { Care::Safe } else { Care::Hidden })
        }
    }

    /// Whether an unknown key is almost a known one of the same object, so that it may be quoted.
    #[must_use]
    pub fn is_quotable(&self, member: u32) -> bool {
        if self.forest.node(member).field != crate::schema::FIELD_UNKNOWN {
            return false;
        }
        let path = self.forest.path_to(member);
        let Some(holder) = path.len().checked_sub(2).and_then(|up| path.get(up)) else { return false };
        let sibling =
            self.forest.children(*holder).find_map(|child| self.schema.field(self.forest.node(child).field)).map(|field| field.owner);
        let Some(structure) = sibling.and_then(|owner| self.schema.structure(owner)) else { return false };
        let names = || structure.fields.iter().filter_map(|field| self.schema.field(*field)).map(|field| field.name.as_str());
        self.forest.key(member).is_some_and(|key| {
            names().any(|name| text::edits(&key, name, limits::SUGGESTION_EDITS_MAX).is_some()) && text::nearest(&key, names()).is_some()
        })
    }

    /// Whether an object has an unknown key that is almost this field's name.
    #[must_use]
    pub fn misspelt(&self, object: u32, name: &str) -> bool {
        self.forest.children(object).any(|child| {
            self.forest.node(child).field == crate::schema::FIELD_UNKNOWN
                && self.forest.key(child).is_some_and(|key| text::edits(&key, name, limits::SUGGESTION_EDITS_MAX).is_some())
        })
    }

    /// One step of an address: a field's name, or a row's key.
    fn step(&self, holder: u32, here: u32, address: &mut Vec<Part>) {
        if self.forest.node(holder).kind != Kind::List {
            address.push(Part::words("/"));
            address.push(self.key_name(here));
            return;
        }
        let (ordinal, equals) = self.ordinal_in(holder, here);
        match self.row_key(here) {
            Some(keys) => {
                address.push(Part::words("["));
                for (number, (name, at)) in keys.iter().enumerate() {
                    let comma = if number == 0 { "" } else { "," };
                    address.push(Part::words(&format!("{comma}{name}=")));
                    address.push(self.key_part_of(at, here));
                }
                if equals > 1 {
                    address.push(Part::words(&format!("#{ordinal}")));
                }
                address.push(Part::words("]"));
            }
            None if self.is_written_reference(here) => {
                address.push(Part::words("["));
                address.push(Part::value("reference", self.forest.string(here), self.care_of_reference(here)));
                address.push(Part::words(&if ordinal > 1 { format!("#{ordinal}]") } else { "]".to_owned() }));
            }
            None => address.push(Part::words(&format!("[#{ordinal}]"))),
        }
    }

    /// An address in full: a row that it names by a part of its keys is named by all of them, if no other row
    /// of the list fits. `None` where what it names is not there, or several rows fit.
    #[must_use]
    pub fn whole_address(&self, written: &str) -> Option<String> {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(['/', '[']);
        let (mut here, mut rest) = match written.strip_prefix("programme").filter(|rest| ends(rest)) {
            Some(rest) => (self.charter?, rest),
            None => {
                let (register, rest) = written.split_once('/')?;
                let (id, rest) = rest.split_at(rest.find(['/', '[']).unwrap_or(rest.len()));
                let kept = self.registers.get(usize::from(self.schema.register_named(register)?))?;
                let record = (kept.first..kept.end).find(|record| self.id_of(*record).is_some_and(|own| own == id))?;
                (self.record(record)?.node, rest)
            }
        };
        let mut whole = written.strip_suffix(rest)?.to_owned();
        while !rest.is_empty() {
            let step = |child: u32| {
                let mut step = Vec::new();
                self.step(here, child, &mut step);
                plain(&step)
            };
            let exact = self.forest.children(here).find_map(|child| {
                let step = step(child);
                let after = rest.strip_prefix(&*step).filter(|after| ends(after))?;
                Some((child, step, after))
            });
            let (child, step, after) = match exact {
                Some(found) => found,
                None => {
                    let (keys, after) = rest.strip_prefix('[')?.split_once(']')?;
                    let mut fit = self.forest.children(here).filter(|row| self.has_keys(*row, keys));
                    let row = fit.next().filter(|_| fit.next().is_none())?;
                    (row, step(row), after)
                }
            };
            whole.push_str(&step);
            (here, rest) = (child, after);
        }
        Some(whole)
    }

    /// Whether a row has all these keys, written `name=value` with commas between.
    fn has_keys(&self, row: u32, written: &str) -> bool {
        let keys = self.row_key(row).unwrap_or_default();
        let has = |name: &str, value: &str| keys.iter().any(|(own, known)| own == name && known.text == value);
        written.split(',').all(|key| key.split_once('=').is_some_and(|(name, value)| has(name.trim(), value.trim())))
    }

    fn is_written_reference(&self, at: u32) -> bool {
        let node = self.forest.node(at);
        node.kind == Kind::Text && self.schema.field(node.field).is_some_and(|field| field.reference.is_some())
    }

    /// The how-manieth of its equals an element of a list is, and how many they are. Worked out once for each
    /// list: it may have as many findings as elements.
    fn ordinal_in(&self, list: u32, element: u32) -> (usize, usize) {
        // A few are compared one by one. Of many, more may be asked for, and all are named at once.
        if self.forest.children(list).nth(FEW).is_none() {
            let named = self.named_as(element);
            let alike = |sibling: &u32| *sibling == element || self.named_as(*sibling) == named;
            let before = self.forest.children(list).take_while(|sibling| *sibling < element).filter(alike).count();
            return (before + 1, self.forest.children(list).filter(alike).count());
        }
        let mut known = self.ordinals.borrow_mut();
        let ordinals = known.entry(list).or_insert_with(|| {
            let mut counts = HashMap::new();
            let mut ordinals = HashMap::new();
            for sibling in self.forest.children(list) {
                let named = self.named_as(sibling);
                let count = counts.entry(named.clone()).or_insert(0usize);
                *count += 1;
                ordinals.insert(sibling, (*count, named));
            }
            ordinals.into_iter().map(|(at, (ordinal, named))| (at, (ordinal, counts.get(&named).copied().unwrap_or(1)))).collect()
        });
        ordinals.get(&element).copied().unwrap_or((1, 1))
    }

    fn named_as(&self, element: u32) -> Named {
        match self.row_key(element) {
            Some(keys) => Named::Keys(keys),
            None if self.is_written_reference(element) => Named::Reference(self.forest.string(element).into_owned()),
            None if self.forest.node(element).kind != Kind::Object => Named::Value,
            None => Named::Nothing,
        }
    }

    fn key_part_of(&self, value: &KeyValue, row: u32) -> Part {
        let structure = self.schema.struct_of(self.forest.node(row).field);
        match structure.and_then(|structure| self.forest.value(row, self.schema.field_named(structure, value.name(self))?)) {
            Some(at) => self.key_part(at),
            None => Part::words("?"),
        }
    }

    /// The key fields of a row and their values; `None` where one of them is absent.
    fn row_key(&self, row: u32) -> Option<Vec<(String, KeyValue)>> {
        let field = self.forest.node(row).field;
        let list = self.schema.field(field)?;
        let structure = self.schema.struct_of(field)?;
        if list.key.is_empty() {
            return None;
        }
        let mut keys = Vec::new();
        for name in &list.key {
            if let Some(at) = self.forest.value(row, self.schema.field_named(structure, name)?) {
                keys.push((name.clone(), KeyValue { field: self.forest.node(at).field, text: self.forest.string(at).into_owned() }));
            }
        }
        if keys.is_empty() { None } else { Some(keys) }
    }

    /// Which of several records of the same id it is, from the second on.
    fn ordinal_of_id(&self, record: u32) -> Option<usize> {
        self.repeats.get(&record).copied()
    }

    fn ordinal_without_id(&self, record: u32) -> usize {
        let Some(kept) = self.register_of(record).and_then(|register| self.registers.get(usize::from(register))) else { return 1 };
        self.nameless.partition_point(|other| *other <= record) - self.nameless.partition_point(|other| *other < kept.first)
    }

    /// The node of a field of the charter, whether or not it has a value.
    #[must_use]
    pub fn charter_member(&self, field: FieldId) -> Option<u32> {
        self.forest.member(self.charter.filter(|at| *at != NO_RECORD)?, field)
    }
}

/// By what an element of a list is told from the others.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Named {
    Keys(Vec<(String, KeyValue)>),
    Reference(String),
    Value,
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct KeyValue {
    field: FieldId,
    text: String,
}

impl KeyValue {
    fn name<'p>(&self, programme: &'p Programme) -> &'p str {
        programme.schema.field(self.field).map_or("", |field| field.name.as_str())
    }
}
