//! Resolves references, fills in their inverses, joins records that are one, and finds ids that do not
//! identify and references that lead nowhere.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::{About, Flaw, Item, LINK, Link, NOWHERE, Programme, Where};
use crate::document::{Forest, Node};
use crate::finding::{Care, Part};
use crate::limits;
use crate::schema::guide::FAULTY;
use crate::schema::{RegisterId, form};

/// The ids of all records, and which records of which registers have each.
#[derive(Default)]
struct Ids<'t> {
    /// The first entry of each id. Seeded, so that nobody can choose ids that collide.
    firsts: HashMap<&'t str, u32, RandomState>,
    entries: Vec<Entry>,
}

/// A record that has an id: of several in one register the first, which is the one that references find.
struct Entry {
    register: RegisterId,
    record: u32,
    /// The next entry of the same id.
    next: Option<u32>,
}

impl<'t> Ids<'t> {
    /// The entries of an id, one for each register that has it.
    fn of(&self, id: &str) -> impl Iterator<Item = &Entry> + Clone {
        let entry = |at: u32| self.entries.get(at as usize);
        std::iter::successors(self.firsts.get(id).and_then(|at| entry(*at)), move |known| known.next.and_then(entry))
    }

    /// The only entry of an id that one register alone has.
    #[inline]
    fn only(&self, id: &str) -> Option<&Entry> {
        self.entries.get(*self.firsts.get(id)? as usize).filter(|entry| entry.next.is_none())
    }

    /// Adds a record's id; the record that has it already in its register, if one has.
    fn add(&mut self, id: &'t str, register: RegisterId, record: u32) -> Option<u32> {
        let at = self.entries.len() as u32;
        let first = *self.firsts.entry(id).or_insert(at);
        if first != at {
            let mut last = first;
            while let Some(known) = self.entries.get(last as usize) {
                if known.register == register {
                    return Some(known.record);
                }
                let Some(next) = known.next else { break };
                last = next;
            }
            if let Some(known) = self.entries.get_mut(last as usize) {
                known.next = Some(at);
            }
        }
        self.entries.push(Entry { register, record, next: None });
        None
    }
}

/// A reference that leads somewhere: which, to what record, from which object, written where.
#[derive(Clone, Copy)]
struct Site {
    reference: u16,
    target: u32,
    holder: u32,
    node: u32,
}

fn flaw(rule: &'static str, at: Where, message: Vec<Part>, label: &'static str) -> Flaw {
    Flaw { rule, at, about: About::Place, message, label, help: None, also: Vec::new(), more: 0 }
}

pub(super) fn link(programme: &mut Programme) {
    let schema = Arc::clone(&programme.schema);
    let mut flaws = Vec::new();
    let Programme { forest, records, registers, open_references, repeats, nameless, .. } = programme;
    let Forest { text, nodes, references, is_marked, .. } = forest;
    let string = |node: Node| text.get(node.start as usize + 1..(node.end as usize).checked_sub(1)?);
    let mut ids = Ids { firsts: HashMap::with_capacity_and_hasher(records.len(), RandomState::default()), ..Ids::default() };
    // The ids of each register, once each.
    let mut own_ids: Vec<Vec<(&str, u32)>> = Vec::with_capacity(registers.len());
    for (number, kept) in registers.iter().enumerate() {
        let mut own = Vec::with_capacity((kept.end - kept.first) as usize);
        let known = schema.registers.get(number);
        if let Some(field) = known.and_then(|register| schema.field_named(register.record, &schema.jobs.id)) {
            let name = known.map_or("", |register| register.name.as_str());
            let mut counts: HashMap<u32, usize> = HashMap::new();
            for record in kept.first..kept.end {
                let Some(node) = records.get(record as usize).map(|record| record.node) else { continue };
                let Some(at) = member(nodes, node, field) else {
                    nameless.push(record);
                    continue;
                };
                let Some(id) = nodes.get(at as usize).and_then(|node| string(*node)) else { continue };
                let Some(first) = ids.add(id, number as RegisterId, record) else {
                    own.push((id, record));
                    continue;
                };
                let count = counts.entry(first).or_insert(1);
                *count += 1;
                repeats.insert(record, *count);
                let first = records.get(first as usize).and_then(|record| member(nodes, record.node, field));
                let message =
                    vec![Part::words("the id "), Part::value("id", id, Care::Id), Part::words(&format!(" stands twice in {name}"))];
                let mut found = flaw("record/duplicate-identity", Where::Node(at), message, "again here");
                found.also.extend(first.map(|first| (Where::Node(first), "first here")));
                flaws.push(found);
            }
            look_alikes(&own, records, nodes, field, name, &mut flaws);
        }
        own_ids.push(own);
    }
    let mut comparisons = limits::ID_COMPARISONS_MAX;
    // Where each reference leads. Those that lead nowhere are named by their record afterwards.
    let mut dangling: Vec<(usize, u32)> = Vec::new();
    let mut sites: Vec<Site> = Vec::with_capacity(references.len());
    let mut has_same = false;
    for site in references.iter() {
        let Some(place) = nodes.get_mut(site.node as usize).filter(|node| node.has_value()) else { continue };
        let node = *place;
        let Some((reference_id, reference)) = schema.reference_of(node.field).and_then(|id| Some((id, schema.reference(id)?))) else {
            continue;
        };
        let Some(written) = string(node) else { continue };
        // Most ids are of one record alone.
        if let Some(entry) = ids.only(written)
            && reference.targets.contains(&entry.register)
        {
            place.link = entry.record;
            has_same |= reference.same;
            sites.push(Site { reference: reference_id, target: entry.record, holder: site.holder, node: site.node });
            continue;
        }
        let care = || if schema.is_safe(node.field) { Care::Id } else { Care::Hidden };
        // An id has no slash: what stands before one names the register.
        let mut all = ids.of(written);
        let (mut named, mut id) = (None, written);
        if all.clone().next().is_none()
            && let Some((register, rest)) = written.split_once('/')
            && let Some(register) = schema.register_named(register)
        {
            (named, id) = (Some(register), rest);
            all = ids.of(id);
        }
        let mut found = reference
            .targets
            .iter()
            .filter(|target| named.is_none_or(|named| named == **target))
            .filter_map(|target| Some((*target, all.clone().find(|entry| entry.register == *target)?.record)));
        match (found.next(), found.next()) {
            (Some((_, target)), None) => {
                place.link = target;
                has_same |= reference.same;
                sites.push(Site { reference: reference_id, target, holder: site.holder, node: site.node });
            }
            (Some((first, _)), Some((second, _))) => {
                let name = |register: RegisterId| schema.register(register).map_or("", |register| register.name.as_str());
                let message = vec![
                    Part::words("the id "),
                    Part::value("reference", id, care()),
                    Part::words(&format!(" stands in {} and in {}", name(first), name(second))),
                ];
                let mut found = flaw("record/reference-ambiguous", Where::Node(site.node), message, "which of them?");
                found.help = Some(format!("write {}/ or {}/ before the id", name(first), name(second)));
                flaws.push(found);
                (place.link, place.marks, *is_marked) = (NOWHERE, node.marks | FAULTY, true);
            }
            (None, _) if reference.link && form::is_link(written.as_bytes()) => place.link = LINK,
            (None, _) => {
                (place.link, place.marks, *is_marked) = (NOWHERE, node.marks | FAULTY, true);
                let incomplete = reference
                    .targets
                    .iter()
                    .find(|target| registers.get(usize::from(**target)).is_some_and(|kept| kept.incomplete.is_some()));
                // What it leads to may stand in a file that could not be read.
                if let Some(register) = incomplete {
                    open_references.push((site.node, *register));
                    continue;
                }
                let names: Vec<String> =
                    reference.targets.iter().filter_map(|target| schema.register(*target)).map(|register| register.name.clone()).collect();
                let elsewhere = all.map(|entry| entry.register).min().and_then(|register| schema.register(register));
                let field = schema.field(node.field).map_or("", |field| field.name.as_str());
                dangling.push((flaws.len(), site.holder));
                let mut message = vec![Part::words(field), Part::words(" refers to "), Part::value("reference", written, care())];
                match elsewhere {
                    Some(register) => {
                        message.push(Part::words(&format!(
                            ", which is a record of {}, not of {}",
                            register.name,
                            crate::text::list(&names, "or")
                        )));
                    }
                    None => {
                        let places = match names.as_slice() {
                            [one] => format!(", which is not in {one}"),
                            more => format!(", which is in neither {}", crate::text::list(more, "nor")),
                        };
                        message.push(Part::words(&places));
                        let targets = || reference.targets.iter().filter_map(|target| own_ids.get(usize::from(*target)));
                        let cost = targets().map(Vec::len).sum();
                        let affordable = comparisons >= cost;
                        comparisons = comparisons.saturating_sub(cost);
                        let near = targets()
                            .filter(|_| affordable)
                            .flat_map(|known| known.iter().map(|(id, _)| *id))
                            .filter_map(|other| {
                                crate::text::edits(&id.to_ascii_lowercase(), &other.to_ascii_lowercase(), 1).map(|cost| (cost, other))
                            })
                            .min();
                        if let Some((_, near)) = near.filter(|_| id.len() > 3) {
                            message.push(Part::words("; did you mean "));
                            message.push(Part::value("near", near, care()));
                            message.push(Part::words("?"));
                        }
                    }
                }
                flaws.push(flaw("record/dangling-reference", Where::Node(site.node), message, "leads nowhere"));
            }
        }
    }
    drop((ids, own_ids));
    for (number, holder) in dangling {
        let owner = super::validate::owner(programme, holder);
        if let Some(flaw) = flaws.get_mut(number) {
            flaw.message.splice(1..1, std::iter::once(Part::words(" of ")).chain(owner));
        }
    }
    if has_same {
        join(programme, &sites, &mut flaws);
    }
    index(programme, sites, &mut flaws);
    programme.flaws.append(&mut flaws);
}

fn member(nodes: &[crate::document::Node], object: u32, field: u16) -> Option<u32> {
    let end = nodes.get(object as usize)?.link;
    let mut at = object + 1;
    while at < end {
        let node = nodes.get(at as usize)?;
        if node.field == field {
            return node.has_value().then_some(at);
        }
        at = if node.is_container() { node.link } else { at + 1 };
    }
    None
}

/// Ids that differ only in case or in how Unicode writes them (ids are ASCII, so: only in case).
fn look_alikes(
    known: &[(&str, u32)],
    records: &[super::Record],
    nodes: &[crate::document::Node],
    field: u16,
    name: &str,
    flaws: &mut Vec<Flaw>,
) {
    if !known.iter().any(|(id, _)| id.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return;
    }
    let mut folded: Vec<(String, u32, &str)> = known.iter().map(|(id, record)| (id.to_ascii_lowercase(), *record, *id)).collect();
    folded.sort_unstable();
    for pair in folded.windows(2) {
        let [(a, first, first_id), (b, second, second_id)] = pair else { continue };
        if a != b {
            continue;
        }
        let id_at = |record: u32| records.get(record as usize).and_then(|record| member(nodes, record.node, field));
        let (Some(first), Some(second)) = (id_at(*first), id_at(*second)) else { continue };
        let message = vec![
            Part::value("id", *first_id, Care::Id),
            Part::words(" and "),
            Part::value("id", *second_id, Care::Id),
            Part::words(&format!(" of {name} differ only in capital letters")),
        ];
        let mut found = flaw("record/look-alike-identity", Where::Node(second), message, "and this one");
        found.also.push((Where::Node(first), "this one"));
        flaws.push(found);
    }
}

/// Joins records of one register that `same_as` says are one.
fn join(programme: &mut Programme, sites: &[Site], flaws: &mut Vec<Flaw>) {
    let schema = Arc::clone(&programme.schema);
    for Site { reference, target, holder, .. } in sites {
        let Some(known) = schema.reference(*reference).filter(|reference| reference.same) else { continue };
        let own = programme.record_around(*holder);
        if own == *target {
            if let Some(at) = programme.forest.member(*holder, known.field) {
                let message = vec![Part::words("the record says that it is the same as itself")];
                flaws.push(flaw("record/dangling-reference", Where::Node(at), message, "refers to itself"));
            }
            continue;
        }
        if programme.register_of(own) != programme.register_of(*target) {
            continue;
        }
        let root = |programme: &Programme, mut record: u32| {
            for _ in 0..limits::ID_CHARS_MAX {
                match programme.record(record) {
                    Some(known) if known.canonical != record => record = known.canonical,
                    _ => break,
                }
            }
            record
        };
        let (a, b) = (root(programme, own), root(programme, *target));
        let (keep, alias) = if a < b { (a, b) } else { (b, a) };
        if let Some(record) = programme.records.get_mut(alias as usize) {
            record.canonical = keep;
        }
    }
    for number in 0..programme.records.len() as u32 {
        let mut root = number;
        while let Some(known) = programme.record(root).filter(|known| known.canonical != root) {
            root = known.canonical;
        }
        if let Some(record) = programme.records.get_mut(number as usize) {
            record.canonical = root;
        }
    }
}

/// Sorts the links by the record that they lead to, then by reference, then in the order of the text.
fn index(programme: &mut Programme, sites: Vec<Site>, flaws: &mut Vec<Flaw>) {
    let schema = Arc::clone(&programme.schema);
    // Holders stand in the order of the text; records of one register do too, so a walk finds their owners.
    let mut owners: Vec<(u32, u32, u32)> = programme
        .records
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, record)| {
            schema.structure(record.structure).and_then(|known| schema.register(known.register?)).is_some_and(|register| !register.nested)
        })
        .map(|(number, record)| (record.node, programme.forest.after(record.node), number as u32))
        .collect();
    if !owners.is_sorted() {
        owners.sort_unstable();
    }
    let mut owner = 0;
    let mut links: Vec<(u32, Link)> = Vec::with_capacity(sites.len());
    let mut evidence = Vec::new();
    let Programme { records, link_places, link_starts, forest, .. } = programme;
    link_places.clear();
    let mut places = 0;
    for record in records.iter() {
        link_places.push(places);
        places += schema.incoming.of(record.structure).len() as u32;
    }
    // How many links each place has, written two places further on.
    link_starts.clear();
    link_starts.resize(places as usize + 2, 0);
    for Site { reference, target, holder, node } in sites {
        while owners.get(owner).is_some_and(|(_, end, _)| *end <= holder) {
            owner += 1;
        }
        let record = owners.get(owner).filter(|(start, _, _)| *start <= holder).map_or(0, |(_, _, number)| *number);
        let canonical = records.get(target as usize).map_or(target, |record| record.canonical);
        let known = schema.reference(reference);
        if known.is_some_and(|known| known.evidence) {
            evidence.push((record, canonical));
        } else if record == target && record != 0 && known.is_some_and(|known| !known.same) {
            forest.mark(node, FAULTY);
            let message = vec![Part::words("the record refers to itself")];
            flaws.push(flaw("record/dangling-reference", Where::Node(node), message, "its own id"));
            continue;
        }
        let structure = records.get(canonical as usize).map(|record| record.structure);
        if let Some(place) = structure.and_then(|structure| schema.incoming.place(structure, reference))
            && let Some(at) = link_places.get(canonical as usize).map(|first| first + place as u32)
            && let Some(count) = link_starts.get_mut(at as usize + 2)
        {
            *count += 1;
            links.push((at, Link { reference, holder: Item { node: holder, record } }));
        }
    }
    evidence.sort_unstable();
    evidence.dedup();
    programme.evidence = evidence;
    programme.links = sorted(links, &mut programme.link_starts);
}

/// Sorts the links by their places, each kept in the order of the text, given how many each place has, written two
/// places further on; then it stands there where each begins.
fn sorted(links: Vec<(u32, Link)>, starts: &mut [u32]) -> Vec<Link> {
    let mut sum = 0;
    for start in starts.iter_mut() {
        sum += *start;
        *start = sum;
    }
    let Some((_, first)) = links.first() else { return Vec::new() };
    let mut sorted = vec![*first; links.len()];
    for (at, link) in links {
        // What began here begins one further on once this stands in its place.
        if let Some(next) = starts.get_mut(at as usize + 1) {
            if let Some(place) = sorted.get_mut(*next as usize) {
                *place = link;
            }
            *next += 1;
        }
    }
    sorted
}
