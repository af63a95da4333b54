//! Whether whoever approved a waiver is the one whose act the finding is about, or whom it is about.
//!
//! The schema says which references name an actor (`x-act`). What a body does is the act of those whom its
//! rows name as actors. A finding is also about whom the row or the record refers to in any other way: they
//! may be harmed by it, but may not answer for it, because nobody could tell a free yes from one that was
//! asked for. What the charter refers to is not meant: those who are named there answer for the programme.

use std::collections::BTreeSet;

use super::{Concern, Hold};
use crate::document::Kind;
use crate::finding::Finding;
use crate::programme::{Item, Programme};

/// Notes the findings that are about the waiver's own approver, and which of them are about an act.
pub(super) fn own(programme: &Programme, concerns: &mut [Concern<'_>], findings: &[Finding]) {
    for concern in concerns.iter_mut().filter(|concern| concern.state == Hold::Holds) {
        let Some(approver) = &concern.waiver.approved_by else { continue };
        let called = records_called(programme, &approver.value);
        if called.is_empty() {
            continue;
        }
        let any = |number: &usize, records: &dyn Fn(u32) -> Vec<u32>| {
            let node = findings.get(*number).and_then(|finding| finding.subject.node);
            node.is_some_and(|node| records(node).iter().any(|record| called.contains(record)))
        };
        concern.acts = concern.covers.iter().copied().filter(|number| any(number, &|node| actors(programme, node))).collect();
        let is_own = |number: &usize| concern.acts.binary_search(number).is_ok() || any(number, &|node| concerned(programme, node));
        concern.own = concern.covers.iter().copied().filter(is_own).collect();
    }
}

/// The records with this id, which may have its register before it, each as the one that stands for it.
fn records_called(programme: &Programme, text: &str) -> BTreeSet<u32> {
    let (register, id) = match text.split_once('/') {
        Some((register, id)) => (programme.schema.register_named(register), id),
        None => (None, text),
    };
    let mut called = BTreeSet::new();
    for (number, kept) in programme.registers.iter().enumerate() {
        let may_act =
            programme.schema.references.iter().any(|known| known.act && known.targets.iter().any(|to| usize::from(*to) == number));
        if may_act && register.is_none_or(|register| usize::from(register) == number) {
            let named = (kept.first..kept.end).filter(|record| programme.id_of(*record).is_some_and(|own| own == id));
            called.extend(named.map(|record| canonical(programme, record)));
        }
    }
    called
}

fn canonical(programme: &Programme, record: u32) -> u32 {
    programme.record(record).map_or(record, |known| known.canonical)
}

/// The records whose act it is that a finding at a node is about: those whom the row, the rows around it or
/// the record name, and the record itself.
fn actors(programme: &Programme, node: u32) -> Vec<u32> {
    let record = programme.record_around(node);
    let whole = programme.record(record).map(|known| known.node);
    let mut actors = Vec::new();
    for object in programme.forest.path_to(node) {
        // What lies around the record is not what it tells of.
        if whole.is_none_or(|whole| whole <= object) {
            named(programme, object, true, &mut actors);
        }
    }
    if record != 0 {
        actors.push(canonical(programme, record));
    }
    for actor in actors.clone() {
        let Some(whole) = programme.record(actor).map(|known| known.node) else { continue };
        for list in programme.forest.children(whole) {
            if programme.forest.node(list).kind == Kind::List {
                programme.forest.children(list).for_each(|row| named(programme, row, true, &mut actors));
            }
        }
    }
    actors
}

/// The records to which the row, the rows around it or the record of a finding refer.
fn concerned(programme: &Programme, node: u32) -> Vec<u32> {
    let record = programme.record_around(node);
    let Some(whole) = programme.record(record).map(|known| known.node) else { return Vec::new() };
    let mut concerned = Vec::new();
    for object in programme.forest.path_to(node) {
        if whole < object || (whole == object && record != 0) {
            named(programme, object, false, &mut concerned);
        }
    }
    concerned
}

/// The records to which an object refers, only as actors or in whatever way.
fn named(programme: &Programme, object: u32, as_actors: bool, records: &mut Vec<u32>) {
    if programme.forest.node(object).kind != Kind::Object {
        return;
    }
    for value in programme.forest.children(object) {
        let field = programme.schema.field(programme.forest.node(value).field);
        let reference = field.and_then(|field| programme.schema.reference(field.reference?));
        if !reference.is_some_and(|reference| reference.act || !as_actors) {
            continue;
        }
        let entries: Vec<u32> = match programme.forest.node(value).kind {
            Kind::List => programme.forest.children(value).collect(),
            _ => vec![value],
        };
        let targets =
            entries.into_iter().filter(|entry| programme.forest.node(*entry).has_value()).filter_map(|entry| programme.target(entry));
        records.extend(targets.map(|Item { record, .. }| canonical(programme, record)));
    }
}
