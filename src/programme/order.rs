//! Dates that cannot follow one another, dates of past events that lie in the future, and evidence that
//! rests on itself. Which dates follow which is the schema's to say.

use std::sync::Arc;

use super::load::Clock;
use super::{About, Flaw, Programme, Where};
use crate::document::Kind;
use crate::finding::{Care, Part};
use crate::schema::form::Period;
use crate::schema::{CHARTER, FieldId, Scalar, Schema, Shape, StructId};

/// What is looked at in the objects of each struct: read off the schema once, for all programmes.
#[derive(Debug, Default)]
pub struct Plan {
    /// By struct, the fields that are dates to be checked or lead on to such.
    looks: Vec<Vec<Look>>,
}

#[derive(Debug)]
struct Look {
    field: FieldId,
    /// Its place among the struct's fields.
    place: usize,
    /// Whether it leads on to objects with dates, and is none itself.
    leads: bool,
    /// Whether what it dates has happened.
    past: bool,
    /// Which dates it may not be earlier than: the names of the fields on the way, and of what each is in every
    /// struct that has one of this name.
    not_before: Vec<Vec<Step>>,
}

/// A field by its name: for each struct its number and its place there, if it has one.
type Step = Vec<Option<(FieldId, usize)>>;

impl Plan {
    /// For the records of a schema.
    pub fn new(schema: &Schema) -> Self {
        let checked = |id: FieldId| schema.field(id).is_some_and(|field| field.past || !field.not_before.is_empty());
        let leads = leads(schema, &checked);
        let step = |name: &String| -> Step {
            let within = |structure: usize| {
                let field = schema.field_named(structure as StructId, name)?;
                Some((field, schema.place_of(field)?.1))
            };
            (0..schema.structs.len()).map(within).collect()
        };
        let look = |(place, id): (usize, &FieldId)| {
            let field = schema.field(*id)?;
            let leads = leads.get(usize::from(*id)).copied().unwrap_or(false);
            let not_before = field.not_before.iter().map(|path| path.iter().map(step).collect()).collect();
            (checked(*id) || leads).then_some(Look { field: *id, place, leads, past: field.past, not_before })
        };
        Self { looks: schema.structs.iter().map(|known| known.fields.iter().enumerate().filter_map(look).collect()).collect() }
    }
}

/// By field, whether its struct holds a field that is checked, or leads on to one that does.
fn leads(schema: &Schema, checked: &impl Fn(FieldId) -> bool) -> Vec<bool> {
    let mut leads = vec![false; schema.fields.len()];
    loop {
        let mut changed = false;
        for (id, field) in (0..).zip(&schema.fields) {
            let register = field.register.and_then(|register| schema.register(register)).is_some_and(|register| !register.nested);
            if register || checked(id) || leads.get(usize::from(id)) != Some(&false) {
                continue;
            }
            let within = schema.struct_of(id).and_then(|structure| schema.structure(structure));
            let does = within.is_some_and(|structure| {
                structure.fields.iter().any(|field| checked(*field) || leads.get(usize::from(*field)) == Some(&true))
            });
            if does && let Some(leads) = leads.get_mut(usize::from(id)) {
                *leads = true;
                changed = true;
            }
        }
        if !changed {
            return leads;
        }
    }
}

/// A walk through the records, and what it found.
struct Walk<'p> {
    programme: &'p Programme,
    looks: &'p Plan,
    clock: Clock,
    flaws: Vec<Flaw>,
    /// One advice for each register, where the date of the audit was given: the first place, and how many there are.
    later: Vec<(Option<u16>, u32, usize)>,
}

pub(super) fn judge(programme: &mut Programme, plan: &Plan, clock: Clock) {
    let schema = Arc::clone(&programme.schema);
    let mut walk = Walk { programme, looks: plan, clock, flaws: Vec::new(), later: Vec::new() };
    for (number, record) in (0u32..).zip(&programme.records) {
        if (record.node as usize) < programme.forest.nodes.len() && !(record.structure != CHARTER && is_nested(&schema, record.structure)) {
            walk.object(record.node, number);
        }
    }
    let Walk { mut flaws, later, .. } = walk;
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

impl Walk<'_> {
    fn object(&mut self, at: u32, record: u32) {
        let Self { programme, looks, .. } = *self;
        let Some(own) = programme.forest.layout.own(at) else { return };
        for look in looks.looks.get(usize::from(own.structure)).into_iter().flatten() {
            match own.at(look.place) {
                Some(None) => {}
                Some(Some(child)) => self.field(look, at, child, record),
                // Written twice, at fault, or too far away: each is looked at.
                None => {
                    for child in programme.forest.children(at).filter(|child| programme.forest.node(*child).field == look.field) {
                        self.field(look, at, child, record);
                    }
                }
            }
        }
    }

    fn field(&mut self, look: &Look, holder: u32, at: u32, record: u32) {
        let forest = &self.programme.forest;
        let node = forest.node(at);
        match node.kind {
            Kind::Object if look.leads => self.object(at, record),
            Kind::List if look.leads => forest.children(at).for_each(|row| self.object(row, record)),
            Kind::Text if !look.leads && node.has_value() => self.date(look, holder, at, record),
            _ => {}
        }
    }

    fn date(&mut self, look: &Look, holder: u32, at: u32, record: u32) {
        let programme = self.programme;
        let period = programme.forest.node(at).period();
        let field = || programme.schema.field(look.field);
        if look.past
            && period.first > self.clock.as_of
            && let Some(field) = field()
        {
            if self.clock.given {
                let register = programme.register_of(record);
                match self.later.iter_mut().find(|(known, _, _)| *known == register) {
                    Some((_, first, count)) => (*first, *count) = (at.min(*first), *count + 1),
                    None => self.later.push((register, at, 1)),
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
                self.flaws.push(found);
            }
        }
        for (number, path) in look.not_before.iter().enumerate() {
            let Some(other) = reach(programme, holder, path, period) else { continue };
            let Some((field, names)) = field().and_then(|field| Some((field, field.not_before.get(number)?))) else { continue };
            let earlier = programme.record_around(other);
            let name = names.last().map_or("date", String::as_str);
            let mut message = vec![
                Part::words(&format!("{} of ", field.name)),
                owner(programme, record),
                Part::words(" ("),
                Part::value(&field.name, programme.forest.string(at), programme.care_of_date(at)),
                Part::words(&format!(") is earlier than {name}")),
            ];
            if earlier != record {
                message.push(Part::words(" of "));
                message.push(owner(programme, earlier));
            }
            message.push(Part::words(" ("));
            message.push(Part::value(name, programme.forest.string(other), programme.care_of_date(other)));
            message.push(Part::words(")"));
            let mut found = flaw(Where::Node(at), message, "earlier than it can be");
            found.also.push((Where::Node(other), "this came first"));
            self.flaws.push(found);
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

/// The first date at the end of a path from an object that lies wholly after a period.
fn reach(programme: &Programme, object: u32, path: &[Step], period: Period) -> Option<u32> {
    let (step, rest) = path.split_first()?;
    let own = programme.forest.layout.own(object)?;
    let (field, place) = (*step.get(usize::from(own.structure))?)?;
    let at = match own.at(place) {
        Some(at) => at?,
        None => programme.forest.value(object, field)?,
    };
    let schema = &programme.schema;
    let one = |here: u32| {
        let node = programme.forest.node(here);
        if !node.has_value() {
            None
        } else if schema.reference_of(field).is_some() {
            reach(programme, programme.target(here)?.node, rest, period)
        } else if rest.is_empty() {
            (schema.element_shape_of(field) == Shape::Scalar(Scalar::Date) && period.last < node.period().first).then_some(here)
        } else {
            reach(programme, here, rest, period)
        }
    };
    if programme.forest.node(at).kind == Kind::List { programme.forest.children(at).find_map(one) } else { one(at) }
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
