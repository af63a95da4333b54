//! From a programme's files to its trees, records and links.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{ErrorKind, Read, Seek};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::validate::{self, Judges};
use super::{About, FileEntry, Flaw, Incomplete, Kept, NO_RECORD, Programme, Record, Where, link, order};
use crate::discover::{Input, Role, Source};
use crate::document::json::{self, Problem};
use crate::document::{Forest, Kind};
use crate::finding::{Care, Part, Place};
use crate::limits;
use crate::schema::guide::{ABSENT, FAULTY};
use crate::schema::{CHARTER, FIELD_NONE, RegisterId, Schema, Shape};
use crate::text::{self, Span};

/// The date of the audit.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The day, from 1970-01-01.
    pub as_of: i32,
    /// Whether it was given, so that records may fairly be dated after it.
    pub given: bool,
}

/// Reads a programme from its files, given in path order. `forest` lends its memory.
#[must_use]
pub fn load(
    schema: &Arc<Schema>,
    judges: &Judges,
    folder: &str,
    inputs: &[Input],
    mut forest: Forest,
    clock: Clock,
    digests: bool,
) -> Programme {
    forest.clear();
    let mut programme = Programme {
        schema: Arc::clone(schema),
        forest,
        files: Vec::with_capacity(inputs.len()),
        records: Vec::new(),
        registers: vec![Kept::default(); schema.registers.len()],
        flaws: Vec::new(),
        newer: false,
        charter: None,
        open_references: Vec::new(),
        folder: Arc::from(folder),
        id: folder.to_owned(),
        waivers: Vec::new(),
        baseline: None,
        repeats: HashMap::new(),
        nameless: Vec::new(),
        ordinals: RefCell::default(),
        links: Vec::new(),
        link_starts: Vec::new(),
        link_places: Vec::new(),
        evidence: Vec::new(),
        has_aliases: false,
    };
    let mut loader = Loader { programme: &mut programme, digests, scratch: Vec::new(), found: vec![Vec::new(); schema.registers.len()] };
    if inputs.iter().any(|input| matches!(input.source, Source::Alone(_))) {
        loader.programme.registers.iter_mut().for_each(|kept| kept.incomplete = Some(Incomplete::Apart));
    }
    // A few files are fetched at a time and then read: the system's work and this program's own get into each other's
    // way less than if they took turns file by file.
    loader.programme.files.reserve(inputs.len());
    let mut rest = (0u32..).zip(inputs);
    let mut fetched = Vec::new();
    loop {
        let begun = loader.programme.forest.text.len();
        while loader.programme.forest.text.len() - begun < limits::FETCHED_BYTES
            && let Some((number, input)) = rest.next()
        {
            fetched.push((number, input, loader.fetch(number, input)));
        }
        if fetched.is_empty() {
            break;
        }
        fetched.drain(..).for_each(|(number, input, text)| loader.file(number, input, text));
    }
    let found = loader.found;
    programme.gather(found);
    let id = schema.field_named(CHARTER, &schema.jobs.id).and_then(|field| programme.forest.value(programme.charter?, field));
    if let Some(id) = id {
        programme.id = programme.forest.string(id).into_owned();
    }
    if let Some(newer) = programme.newer_version() {
        programme.newer = true;
        programme.flaws = vec![newer];
        programme.records.truncate(1);
        for kept in &mut programme.registers {
            *kept = Kept { first: 1, end: 1, ..Kept::default() };
        }
        for file in &mut programme.files {
            file.unjudged = true;
        }
        programme.place_fields();
        return programme;
    }
    validate::validate(&mut programme, judges);
    programme.keeping();
    programme.nothing();
    link::link(&mut programme);
    programme.place_fields();
    order::judge(&mut programme, &judges.order, clock);
    programme
}

/// Why the text of a file is not there: the rule, where, and what is said of it.
type Unread = (&'static str, Span, Vec<Part>, &'static str);

struct Loader<'p> {
    programme: &'p mut Programme,
    digests: bool,
    scratch: Vec<u8>,
    /// Objects of each register, as found.
    found: Vec<Vec<u32>>,
}

impl Loader<'_> {
    fn flaw(&mut self, rule: &'static str, at: Where, message: Vec<Part>, label: &'static str) {
        self.programme.flaws.push(Flaw { rule, at, about: About::Place, message, label, help: None, also: Vec::new(), more: 0 });
    }

    /// A flaw of the file as a whole: the registers that it may hold are incomplete.
    fn unread(&mut self, number: u32, role: Role, rule: &'static str, span: Span, message: Vec<Part>, label: &'static str) {
        self.flaw(rule, Where::In(Place { file: number, span }), message, label);
        if let Some(file) = self.programme.files.get_mut(number as usize) {
            file.unjudged = true;
        }
        self.incomplete(number, role);
    }

    fn incomplete(&mut self, number: u32, role: Role) {
        let of = match role {
            Role::Register(register) | Role::Folder(register) => Some(register),
            Role::Unsupported(register) | Role::Link(register) | Role::Ignored(register) => register,
            Role::Charter | Role::Other | Role::BadName | Role::SecondCharter => None,
        };
        let why = if matches!(role, Role::Ignored(_)) { Incomplete::Ignored } else { Incomplete::File(number) };
        for (register, kept) in self.programme.registers.iter_mut().enumerate() {
            if of.is_none_or(|of| usize::from(of) == register) {
                kept.kept |= of.is_some();
                kept.incomplete.get_or_insert(why.clone());
            }
        }
    }

    /// Fetches the text of a file; where it lies, or why it is not there. None of what is not to be read.
    fn fetch(&mut self, number: u32, input: &Input) -> Option<Result<Range<usize>, Unread>> {
        self.programme.files.push(FileEntry {
            path: Arc::from(input.path.as_str()),
            tree: None,
            text: None,
            bytes: 0,
            digest: None,
            unjudged: false,
        });
        if !matches!(input.role, Role::Charter | Role::Register(_) | Role::Folder(_) | Role::Other) {
            return None;
        }
        let from = self.programme.forest.text.len();
        Some(self.text(number, &input.source).map(|()| from..self.programme.forest.text.len()))
    }

    fn file(&mut self, number: u32, input: &Input, text: Option<Result<Range<usize>, Unread>>) {
        let nowhere = Span::default();
        match input.role {
            Role::Ignored(_) => return self.incomplete(number, input.role),
            Role::Link(_) => {
                let message = vec![Part::words("a symbolic link bears a record file's name and is not followed")];
                self.flaw("record/link-not-followed", Where::In(Place { file: number, span: nowhere }), message, "");
                return self.incomplete(number, input.role);
            }
            Role::BadName => {
                let message = vec![Part::words("the file's name is not UTF-8, so the file is not read")];
                return self.unread(number, input.role, "record/name-not-utf-8", nowhere, message, "");
            }
            Role::Unsupported(_) => {
                let ending = input.path.rsplit_once('.').map_or("such", |(_, ending)| ending);
                let message = vec![Part::words(&format!("this version cannot read .{ending} files yet"))];
                return self.unread(number, input.role, "record/format-not-read", nowhere, message, "");
            }
            Role::SecondCharter => {
                let message = vec![Part::words("the folder has a second charter, which is not read")];
                return self.unread(number, input.role, "record/two-charters", nowhere, message, "");
            }
            Role::Charter | Role::Register(_) | Role::Folder(_) | Role::Other => {}
        }
        let range = match text {
            Some(Ok(range)) => range,
            Some(Err((rule, span, message, label))) => return self.unread(number, input.role, rule, span, message, label),
            None => return,
        };
        let schema = Arc::clone(&self.programme.schema);
        let shape = match input.role {
            Role::Charter => schema.charter_shape(),
            Role::Register(register) => schema.register_shape(register),
            Role::Folder(register) => schema.record_or_list_shape(register),
            _ => schema.bundle_shape(),
        };
        let field = match input.role {
            Role::Register(register) | Role::Folder(register) => schema.register(register).map_or(FIELD_NONE, |register| register.field),
            _ => FIELD_NONE,
        };
        let first = self.programme.forest.nodes.len() as u32;
        match json::plant_within(&mut self.programme.forest, range.clone(), shape, field, &*schema) {
            Ok(()) => {
                let tree = self.programme.forest.trees.len() as u32 - 1;
                if let Some(file) = self.programme.files.get_mut(number as usize) {
                    file.tree = Some(tree);
                }
                if let Some(tree) = self.programme.forest.trees.last_mut() {
                    tree.file = number;
                }
                self.place(number, input.role, first, shape);
            }
            Err(fault) => {
                let from = range.start as u32;
                let local = Span::new(fault.span.start - from, fault.span.end - from);
                let text: Arc<str> = Arc::from(self.programme.forest.text.get(range).unwrap_or(""));
                if let Some(file) = self.programme.files.get_mut(number as usize) {
                    file.text = Some(text);
                }
                let (rule, label) = match fault.problem {
                    Problem::Depth => ("record/too-deep", "one level too many"),
                    Problem::Values => ("record/too-large", ""),
                    Problem::Empty => ("record/nothing-to-read", ""),
                    _ => ("record/not-json", "here"),
                };
                self.unread(number, input.role, rule, local, vec![Part::words(&fault.problem.to_string())], label);
            }
        }
    }

    /// Appends a file's text to the forest's.
    fn text(&mut self, number: u32, source: &Source) -> Result<(), Unread> {
        let whole = Span::default();
        let unreadable = |why: &str| ("record/not-readable", whole, vec![Part::words("the file cannot be read: "), Part::words(why)], "");
        let too_large = |bytes: u64| {
            let message = vec![
                Part::words("the file is too large to read: "),
                Part::value("bytes", bytes.to_string(), Care::Safe),
                Part::words(" bytes, where the record files of a programme may have "),
                Part::value("limit", limits::FILE_BYTES_MAX.to_string(), Care::Safe),
                Part::words(" together"),
            ];
            ("record/too-large", whole, message, "")
        };
        let room = limits::FILE_BYTES_MAX.saturating_sub(self.programme.forest.text.len() as u64);
        let from = self.programme.forest.text.len();
        // What does not come from the disk passes through here, and so does what is not UTF-8.
        self.scratch.clear();
        match source {
            Source::Memory(bytes) | Source::Alone(bytes) => self.scratch.extend_from_slice(bytes),
            Source::Unreadable(why) => return Err(unreadable(why)),
            Source::Size(bytes) => return Err(too_large(*bytes)),
            Source::Kept(kept) => {
                let size = kept.read(room, &mut self.scratch).map_err(|_| unreadable("git cannot give the version that it keeps"))?;
                if size > room {
                    return Err(too_large(size));
                }
            }
            Source::Disk(path) => {
                let mut file = std::fs::File::open(path).map_err(|error| unreadable(&describe(&error)))?;
                let size = file.metadata().map_err(|error| unreadable(&describe(&error)))?.len();
                if size > room {
                    return Err(too_large(size));
                }
                let text = &mut self.programme.forest.text;
                text.reserve(size as usize + 1);
                // It is read as long as it was when it was opened: asking whether more has come costs as much as reading.
                // What says that it has no length is read to its end, or one byte beyond what there is room for.
                let most = if size == 0 { room + 1 } else { size };
                match (&mut file).take(most).read_to_string(text) {
                    Ok(read) if read as u64 > room => {
                        text.truncate(from);
                        return Err(too_large(read as u64));
                    }
                    Ok(_) => {}
                    Err(error) => {
                        text.truncate(from);
                        // What is not UTF-8 is read again, to say where and what it may be.
                        let again = if error.kind() == ErrorKind::InvalidData { file.rewind() } else { Err(error) };
                        let again = again.and_then(|()| file.take(most).read_to_end(&mut self.scratch));
                        again.map_err(|error| unreadable(&describe(&error)))?;
                    }
                }
            }
        }
        let text = &mut self.programme.forest.text;
        let bytes = if self.scratch.is_empty() { text.as_bytes().get(from..).unwrap_or_default() } else { &self.scratch };
        if let Some(file) = self.programme.files.get_mut(number as usize) {
            file.bytes = bytes.len() as u64;
            if self.digests {
                file.digest = Some(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
        match std::str::from_utf8(&self.scratch) {
            Ok(more) => {
                text.push_str(more);
                Ok(())
            }
            Err(error) => {
                let at = error.valid_up_to();
                let guess = match self.scratch.get(..2) {
                    Some([0xff, 0xfe] | [0xfe, 0xff]) => "; it looks like UTF-16",
                    _ if self.scratch.iter().take(200).filter(|byte| **byte == 0).count() > 20 => "; it looks like UTF-16",
                    _ => "; it may be Latin-1 or Windows-1252",
                };
                // Places need text: what cannot be decoded is shown as a replacement character.
                let shown: String =
                    self.scratch.utf8_chunks().map(|chunk| format!("{}{}", chunk.valid(), "?".repeat(chunk.invalid().len()))).collect();
                if let Some(file) = self.programme.files.get_mut(number as usize) {
                    file.text = Some(Arc::from(shown));
                }
                let message = vec![
                    Part::words("the file is not saved as UTF-8"),
                    Part::words(guess),
                    Part::words(" (the first byte that cannot be read is number "),
                    Part::value("byte", (at + 1).to_string(), Care::Safe),
                    Part::words(")"),
                ];
                Err(("record/not-utf-8", Span::new(at as u32, at as u32 + 1), message, "here"))
            }
        }
    }

    /// Finds the records in a tree, going by what the file is.
    fn place(&mut self, number: u32, role: Role, root: u32, shape: Shape) {
        let kind = self.programme.forest.node(root).kind;
        match role {
            Role::Charter => {
                if kind == Kind::Object {
                    self.programme.charter = Some(root);
                    self.registers_within(number, root, CHARTER);
                } else {
                    let message = vec![Part::words("the charter is not an object")];
                    self.flaw("record/not-an-object", Where::Node(root), message, "an object in curly brackets is expected");
                    self.incomplete(number, role);
                }
            }
            Role::Register(register) => self.register(number, register, root, false),
            Role::Folder(register) => match kind {
                Kind::Object => {
                    self.keep(register);
                    self.found_in(register, root);
                }
                _ => self.register(number, register, root, true),
            },
            Role::Other => {
                let Shape::Struct(bundle) = shape else { return };
                let schema = Arc::clone(&self.programme.schema);
                let known = self
                    .programme
                    .forest
                    .children(root)
                    .any(|child| schema.field(self.programme.forest.node(child).field).is_some_and(|field| field.register.is_some()));
                if kind == Kind::Object && known {
                    self.registers_within(number, root, bundle);
                } else {
                    let near = self.programme.files.get(number as usize).and_then(|file| {
                        let name = file.path.rsplit('/').next()?.split('.').next()?.to_lowercase();
                        crate::text::nearest(&name, schema.registers.iter().map(|register| register.name.as_str()))
                    });
                    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}.json?"));
                    let message = vec![Part::words(&format!("the file is not named after a register, and holds none{near}"))];
                    self.flaw("record/unknown-file", Where::In(Place { file: number, span: Span::default() }), message, "");
                    self.programme.forest.doubts.retain(|doubt| doubt.node != root);
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, register: RegisterId) {
        if let Some(kept) = self.programme.registers.get_mut(usize::from(register)) {
            kept.kept = true;
        }
    }

    fn found_in(&mut self, register: RegisterId, node: u32) {
        if let Some(found) = self.found.get_mut(usize::from(register)) {
            found.push(node);
        }
    }

    fn registers_within(&mut self, number: u32, object: u32, _structure: u16) {
        let schema = Arc::clone(&self.programme.schema);
        let (mut next, end) = (object + 1, self.programme.forest.after(object));
        while next < end {
            let member = next;
            next = self.programme.forest.after(member);
            let node = self.programme.forest.node(member);
            let Some(register) = schema.field(node.field).and_then(|field| field.register) else { continue };
            if node.has_value() || node.marks & FAULTY != 0 {
                self.register(number, register, member, false);
            } else if node.marks & crate::schema::guide::REPEATED != 0 {
                self.incomplete(number, Role::Register(register));
            }
        }
    }

    /// The records of a register's list.
    fn register(&mut self, number: u32, register: RegisterId, list: u32, single: bool) {
        self.keep(register);
        let node = self.programme.forest.node(list);
        if node.kind == Kind::Null {
            return;
        }
        if node.kind != Kind::List {
            let schema = Arc::clone(&self.programme.schema);
            let name = schema.register(register).map_or("", |register| register.name.as_str());
            self.programme.forest.mark(list, FAULTY);
            if single {
                let message = vec![Part::words("the file holds neither a record nor a list of records")];
                self.flaw(
                    "record/register-not-a-list",
                    Where::Node(list),
                    message,
                    "a record in curly brackets, or a list of them, is expected",
                );
            } else {
                let message = vec![Part::words("the register "), Part::words(name), Part::words(" is not a list")];
                self.flaw("record/register-not-a-list", Where::Node(list), message, "a list in square brackets is expected");
            }
            return self.incomplete(number, Role::Register(register));
        }
        let (mut next, end) = (list + 1, self.programme.forest.after(list));
        while next < end {
            let element = next;
            next = self.programme.forest.after(element);
            let entry = self.programme.forest.node(element);
            match entry.kind {
                Kind::Object => self.found_in(register, element),
                // Null and a blank say nothing.
                _ if entry.marks & ABSENT != 0 => {}
                _ => {
                    let schema = Arc::clone(&self.programme.schema);
                    let one = schema.register(register).map_or("", |register| register.one.as_str());
                    let message = vec![
                        Part::words("an entry of the register is not an object, so no "),
                        Part::words(one),
                        Part::words(" can be read from it"),
                    ];
                    self.programme.forest.mark(element, FAULTY);
                    self.flaw("record/not-an-object", Where::Node(element), message, "an object in curly brackets is expected");
                    self.incomplete(number, Role::Register(register));
                }
            }
        }
    }
}

/// Why the operating system would not let a file be read, without its path.
fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is not there (any more)".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        kind => text::Visible(&kind.to_string()).to_string(),
    }
}

impl Programme {
    /// Numbers the records: the charter, then register by register, in the order of the files.
    fn gather(&mut self, mut found: Vec<Vec<u32>>) {
        let schema = Arc::clone(&self.schema);
        let charter = self.charter.unwrap_or(NO_RECORD);
        self.records.push(Record { node: charter, structure: CHARTER, canonical: 0 });
        for (number, register) in schema.registers.iter().enumerate() {
            if register.nested
                && let Some(charter) = self.charter
                && let Some(list) = self.forest.value(charter, register.field)
            {
                let rows = self.forest.children(list).filter(|row| self.forest.node(*row).kind == Kind::Object).collect();
                if let Some(slot) = found.get_mut(number) {
                    *slot = rows;
                }
                if let Some(kept) = self.registers.get_mut(number) {
                    kept.kept = true;
                }
            }
        }
        for (number, nodes) in found.into_iter().enumerate() {
            let first = self.records.len() as u32;
            let structure = schema.registers.get(number).map_or(CHARTER, |register| register.record);
            for node in nodes {
                let canonical = self.records.len() as u32;
                self.records.push(Record { node, structure, canonical });
            }
            if let Some(kept) = self.registers.get_mut(number) {
                kept.first = first;
                kept.end = self.records.len() as u32;
            }
        }
    }

    /// The charter's major version, if it is newer than this program's.
    fn newer_version(&self) -> Option<Flaw> {
        let charter = self.charter?;
        let field = self.schema.field_named(CHARTER, &self.schema.jobs.version)?;
        let at = self.forest.value(charter, field)?;
        let version: f64 = self.forest.raw(at).parse().ok()?;
        (version > 1.0).then(|| Flaw {
            rule: "record/newer-version",
            at: Where::Node(at),
            about: About::Place,
            message: vec![
                Part::words("the records follow version "),
                Part::value("records", self.forest.raw(at), Care::Safe),
                Part::words(" of the record model, and this program knows version 1"),
            ],
            label: "newer than this program",
            help: None,
            also: Vec::new(),
            more: 0,
        })
    }

    /// A charter and nothing else.
    fn nothing(&mut self) {
        let Some(charter) = self.charter else { return };
        let any = self.registers.iter().enumerate().any(|(number, kept)| {
            (kept.kept || kept.incomplete.is_some()) && self.schema.registers.get(number).is_some_and(|register| !register.nested)
        });
        // What the charter says of its registers is an answer.
        if !any && self.keeping_rows(&self.schema).is_empty() {
            let at = self.face(crate::programme::Item { node: charter, record: 0 });
            self.flaws.push(Flaw {
                rule: "record/nothing-to-read",
                at: Where::Node(at),
                about: About::Object(charter),
                message: vec![Part::words("the programme has a charter and no register")],
                label: "",
                help: Some("add a register, such as participants.json; havesay explain programme names them".to_owned()),
                also: Vec::new(),
                more: 0,
            });
        }
    }

    /// Reads what the charter says is kept elsewhere.
    fn keeping(&mut self) {
        let schema = Arc::clone(&self.schema);
        let rows = self.keeping_rows(&schema);
        for (register, elsewhere, _) in rows {
            if let Some(kept) = self.registers.get_mut(usize::from(register))
                && elsewhere
            {
                kept.incomplete.get_or_insert(Incomplete::Elsewhere);
            }
        }
    }

    /// The registers that the charter speaks of in `keeping`, whether each is kept elsewhere, and whether it says where.
    fn keeping_rows(&self, schema: &Schema) -> Vec<(RegisterId, bool, bool)> {
        let rows = || {
            let list = self.forest.value(self.charter?, schema.field_named(CHARTER, &schema.jobs.keeping)?)?;
            let structure = schema.struct_of(self.forest.node(list).field)?;
            let (register, kept) = (schema.field_named(structure, "register")?, schema.field_named(structure, "kept")?);
            let read = |row: u32, field| self.forest.value(row, field).map(|at| self.forest.string(at).into_owned());
            let place = schema.field_named(structure, "where");
            let rows = self.forest.children(list).filter_map(|row| {
                let said = place.is_some_and(|place| self.forest.value(row, place).is_some());
                Some((schema.register_named(&read(row, register)?)?, read(row, kept)? == "elsewhere", said))
            });
            Some(rows.collect::<Vec<_>>())
        };
        rows().unwrap_or_default()
    }

    /// Whether the charter says that a register is kept elsewhere, and where.
    #[must_use]
    pub fn is_kept_elsewhere(&self, register: RegisterId) -> bool {
        self.keeping_rows(&self.schema).iter().any(|(known, elsewhere, place)| *known == register && *elsewhere && *place)
    }
}
