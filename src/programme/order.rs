//! Dates that cannot follow one another, dates of past events that lie in the future, and evidence that
//! rests on itself. Which dates follow which is the schema's to say.

use std::sync::Arc;

use super::load::Clock;
use super::{About, Flaw, Programme, Where};
use crate::document::Kind;
use crate::finding::{Care, Part};
use crate::schema::form::Period;
use crate::schema::{CHARTER, FieldId, Scalar, Schema, Shape, StructId};

/// What to do with a field while walking records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Job {
    None,
    Check,
    Descend,
}

pub(super) fn judge(programme: &mut Programme, clock: Clock) {
    let schema = Arc::clone(&programme.schema);
    let jobs = jobs(&schema);
    let mut flaws = Vec::new();
    // One advice for each register, where the date of the audit was given.
    let mut later: Vec<(Option<u16>, u32, usize)> = Vec::new();
    for number in 0..programme.records.len() as u32 {
        let Some(record) = programme.record(number).copied() else { continue };
        if (record.node as usize) < programme.forest.nodes.len() && !(record.structure != CHARTER && is_nested(&schema, record.structure)) {
            object(programme, &schema, &jobs, clock, record.node, number, &mut flaws, &mut later);
        }
    }
    for (_, at, count) in later {
        let message = vec![
            Part::words("records are dated after the date of this audit; the first of them is shown ("),
            Part::value("count", count.to_string(), Care::Safe),
            Part::words(" in this register)"),
        ];
        flaws.push(Flaw {
            rule: "record/dated-after-audit",
            at: Where::Node(at),
            about: About::Place,
            message,
            label: "after the date of the audit",
            help: None,
            also: Vec::new(),
            more: count - 1,
        });
    }
    cycles(programme, &schema, &mut flaws);
    programme.flaws.append(&mut flaws);
}

fn is_nested(schema: &Schema, structure: StructId) -> bool {
    schema.structure(structure).and_then(|known| schema.register(known.register?)).is_some_and(|register| register.nested)
}

fn jobs(schema: &Schema) -> Vec<Job> {
    let mut jobs: Vec<Job> =
        schema.fields.iter().map(|field| if field.past || !field.not_before.is_empty() { Job::Check } else { Job::None }).collect();
    // A field leads on if its struct holds one that is checked or leads on.
    loop {
        let mut changed = false;
        for (id, field) in schema.fields.iter().enumerate() {
            let register = field.register.and_then(|register| schema.register(register)).is_some_and(|register| !register.nested);
            if register || jobs.get(id) != Some(&Job::None) {
                continue;
            }
            let leads = schema.struct_of(id as FieldId).and_then(|structure| schema.structure(structure)).is_some_and(|structure| {
                structure.fields.iter().any(|field| jobs.get(usize::from(*field)).is_some_and(|job| *job != Job::None))
            });
            if leads && let Some(job) = jobs.get_mut(id) {
                *job = Job::Descend;
                changed = true;
            }
        }
        if !changed {
            return jobs;
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a walk that carries where it is and what it has found")]
fn object(
    programme: &Programme,
    schema: &Schema,
    jobs: &[Job],
    clock: Clock,
    at: u32,
    record: u32,
    flaws: &mut Vec<Flaw>,
    later: &mut Vec<(Option<u16>, u32, usize)>,
) {
    for child in programme.forest.children(at) {
        let node = programme.forest.node(child);
        match jobs.get(usize::from(node.field)).copied().unwrap_or(Job::None) {
            Job::None => {}
            Job::Descend => match node.kind {
                Kind::Object => object(programme, schema, jobs, clock, child, record, flaws, later),
                Kind::List => {
                    for row in programme.forest.children(child) {
                        object(programme, schema, jobs, clock, row, record, flaws, later);
                    }
                }
                _ => {}
            },
            Job::Check if node.kind == Kind::Text && node.has_value() => date(programme, schema, clock, at, child, record, flaws, later),
            Job::Check => {}
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a walk that carries where it is and what it has found")]
fn date(
    programme: &Programme,
    schema: &Schema,
    clock: Clock,
    holder: u32,
    at: u32,
    record: u32,
    flaws: &mut Vec<Flaw>,
    later: &mut Vec<(Option<u16>, u32, usize)>,
) {
    let node = programme.forest.node(at);
    let Some(field) = schema.field(node.field) else { return };
    let period = node.period();
    if field.past && period.first > clock.as_of {
        if clock.given {
            let register = programme.register_of(record);
            match later.iter_mut().find(|(known, _, _)| *known == register) {
                Some((_, _, count)) => *count += 1,
                None => later.push((register, at, 1)),
            }
        } else {
            let message = vec![
                Part::words(&format!("{} of ", field.name)),
                owner(programme, record),
                Part::words(" ("),
                Part::value(&field.name, programme.forest.string(at), programme.care_of_date(at)),
                Part::words(") lies in the future"),
            ];
            let mut found = flaw(Where::Node(at), message, "not yet");
            found.help = Some("correct the date, or leave it out until it has happened".to_owned());
            flaws.push(found);
        }
    }
    let mut earlier: Vec<(u32, Period)> = Vec::new();
    for path in &field.not_before {
        earlier.clear();
        reach(programme, schema, holder, path, &mut earlier);
        if let Some((other, _)) = earlier.iter().copied().find(|(_, other)| period.last < other.first) {
            let earlier = programme.record_around(other);
            let mut message = vec![
                Part::words(&format!("{} of ", field.name)),
                owner(programme, record),
                Part::words(" ("),
                Part::value(&field.name, programme.forest.string(at), programme.care_of_date(at)),
                Part::words(&format!(") is earlier than {}", path.last().map_or("date", String::as_str))),
            ];
            if earlier != record {
                message.push(Part::words(" of "));
                message.push(owner(programme, earlier));
            }
            message.push(Part::words(" ("));
            message.push(Part::value(
                path.last().map_or("date", String::as_str),
                programme.forest.string(other),
                programme.care_of_date(other),
            ));
            message.push(Part::words(")"));
            let mut found = flaw(Where::Node(at), message, "earlier than it can be");
            found.also.push((Where::Node(other), "this came first"));
            flaws.push(found);
            return;
        }
    }
}

fn flaw(at: Where, message: Vec<Part>, label: &'static str) -> Flaw {
    Flaw { rule: "record/impossible-date-order", at, about: About::Place, message, label, help: None, also: Vec::new(), more: 0 }
}

fn owner(programme: &Programme, record: u32) -> Part {
    programme.id_of(record).filter(|_| record != 0).map_or_else(|| Part::words("the charter"), |id| Part::value("id", id, Care::Id))
}

/// The dates at the end of a path from an object.
fn reach(programme: &Programme, schema: &Schema, object: u32, path: &[String], out: &mut Vec<(u32, Period)>) {
    let Some((step, rest)) = path.split_first() else { return };
    let node = programme.forest.node(object);
    let by_member =
        programme.forest.children(object).find_map(|child| schema.field(programme.forest.node(child).field)).map(|field| field.owner);
    let Some(field) = by_member.or_else(|| schema.struct_of(node.field)).and_then(|structure| schema.field_named(structure, step)) else {
        return;
    };
    let Some(at) = programme.forest.value(object, field) else { return };
    let refers = schema.field(field).is_some_and(|field| field.reference.is_some());
    let mut one = |here: u32| {
        if !programme.forest.node(here).has_value() {
            return;
        }
        if refers {
            if let Some(target) = programme.target(here) {
                reach(programme, schema, target.node, rest, out);
            }
        } else if rest.is_empty() {
            if schema.element_shape_of(field) == Shape::Scalar(Scalar::Date) {
                out.push((here, programme.forest.node(here).period()));
            }
        } else {
            reach(programme, schema, here, rest, out);
        }
    };
    if programme.forest.node(at).kind == Kind::List {
        programme.forest.children(at).for_each(one);
    } else {
        one(at);
    }
}

/// Circles among evidence links: one finding for each.
fn cycles(programme: &Programme, schema: &Schema, flaws: &mut Vec<Flaw>) {
    let edges = &programme.evidence;
    let mut state = vec![0u8; programme.records.len()];
    for start in edges.iter().map(|(source, _)| *source) {
        if state.get(start as usize) != Some(&0) {
            continue;
        }
        // A walk in depth: what is open lies on the way here.
        let mut way: Vec<(u32, usize)> = vec![(start, edges.partition_point(|(source, _)| *source < start))];
        if let Some(slot) = state.get_mut(start as usize) {
            *slot = 1;
        }
        while let Some((here, edge)) = way.last().copied() {
            match edges.get(edge).filter(|(source, _)| *source == here) {
                None => {
                    if let Some(slot) = state.get_mut(here as usize) {
                        *slot = 2;
                    }
                    way.pop();
                }
                Some((_, target)) => {
                    if let Some(last) = way.last_mut() {
                        last.1 += 1;
                    }
                    match state.get(*target as usize) {
                        Some(0) => {
                            if let Some(slot) = state.get_mut(*target as usize) {
                                *slot = 1;
                            }
                            way.push((*target, edges.partition_point(|(source, _)| source < target)));
                        }
                        Some(1) => {
                            let from = way.iter().position(|(record, _)| record == target).unwrap_or(0);
                            let circle: Vec<u32> = way.iter().skip(from).map(|(record, _)| *record).collect();
                            flaws.push(circle_flaw(programme, schema, &circle, *target));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

fn circle_flaw(programme: &Programme, schema: &Schema, circle: &[u32], back_to: u32) -> Flaw {
    let name = |record: u32| Part::value("id", programme.id_of(record).unwrap_or_default(), Care::Id);
    let mut message = vec![Part::words("the evidence rests on itself: ")];
    for (number, record) in circle.iter().take(crate::limits::LIST_NAMES_MAX).enumerate() {
        message.push(name(*record));
        message.push(Part::words(if number == 0 { " rests on " } else { ", which rests on " }));
    }
    if circle.len() > crate::limits::LIST_NAMES_MAX {
        message.push(Part::words("others, and they on "));
    }
    message.push(name(back_to));
    let last = circle.last().copied().unwrap_or(back_to);
    let at = programme.evidence_site(schema, last, back_to).map_or_else(|| Where::Node(programme.face(programme.item(last))), Where::Node);
    Flaw {
        rule: "record/evidence-chain-cyclic",
        at,
        about: About::Place,
        message,
        label: "this closes the circle",
        help: None,
        also: Vec::new(),
        more: 0,
    }
}

impl Programme {
    /// Where a record refers to another as evidence.
    fn evidence_site(&self, schema: &Schema, from: u32, to: u32) -> Option<u32> {
        let node = self.record(from)?.node;
        (node..self.forest.after(node)).find(|at| {
            let known = self.forest.node(*at);
            known.kind == Kind::Text
                && known.has_value()
                && schema
                    .field(known.field)
                    .and_then(|field| schema.reference(field.reference?))
                    .is_some_and(|reference| reference.evidence)
                && self.target(*at).is_some_and(|target| self.record(target.record).map(|record| record.canonical) == Some(to))
        })
    }
}
