//! What the model requires from a stage on, and what of it is not there: one flaw for each register and field.

use crate::finding::{Care, Part};
use crate::programme::{About, Flaw, Incomplete, Item, Programme, Where};
use crate::rule::Rules;
use crate::schema::guide::{ABSENT, UNKNOWN};
use crate::schema::{CHARTER, FieldId};

/// The rule that reports it.
pub const RULE: &str = "record/field-required-at-stage";

/// What was looked at.
#[derive(Debug, Default)]
pub struct Judged {
    /// Fields that are there.
    pub present: u64,
    /// What is missing.
    pub flaws: Vec<Flaw>,
}

/// Judges a programme at a stage.
#[must_use]
pub fn judge(programme: &Programme, rules: &Rules, stage: u16, profile: &str) -> Judged {
    let schema = &programme.schema;
    let mut judged = Judged::default();
    // What a rule demands it reports itself, whether it is on, off or not applicable.
    let demanded = |field: FieldId| rules.demanded.get(usize::from(field)).copied().unwrap_or(false);
    for (number, field) in schema.fields.iter().enumerate() {
        let id = number as FieldId;
        let Some(from) = field.required_from.as_ref().and_then(|from| from.under(profile)) else { continue };
        if stage < from || demanded(id) {
            continue;
        }
        let word =
            schema.vocabulary(schema.stages).and_then(|known| known.words.get(usize::from(from))).map_or("", |word| word.text.as_str());
        if let Some(register) = field.register.filter(|register| schema.register(*register).is_some_and(|register| !register.nested)) {
            let Some(kept) = programme.registers.get(usize::from(register)) else { continue };
            // One that is said to be kept elsewhere must say where.
            let unread = kept.incomplete.as_ref().is_some_and(|why| *why != Incomplete::Elsewhere);
            if kept.kept || unread || programme.is_kept_elsewhere(register) {
                judged.present += 1;
                continue;
            }
            let message = vec![Part::words(&format!("the register {} is not kept; it is expected from the stage {word} on", field.name))];
            let help = format!("keep {}: {}", field.name, lower_first(&field.description));
            if programme.charter.is_some() {
                let at = Where::Node(programme.face(programme.charter_item()));
                judged.flaws.push(Flaw {
                    rule: RULE,
                    at,
                    about: About::Lacking(programme.charter.unwrap_or_default(), field.name.clone()),
                    message,
                    label: "",
                    help: Some(help),
                    also: Vec::new(),
                    more: 0,
                });
            }
            continue;
        }
        let mut lacking: Vec<u32> = Vec::new();
        for object in programme.objects_of(field.owner) {
            match programme.forest.member(object, id).map(|at| programme.forest.node(at)) {
                Some(node) if node.marks & ABSENT == 0 || node.marks & UNKNOWN != 0 => judged.present += 1,
                // A misspelt name has its own finding.
                _ if programme.misspelt(object, &field.name) => {}
                _ => lacking.push(object),
            }
        }
        let Some(first) = lacking.first().copied() else { continue };
        let record = programme.record_around(first);
        let mut message = vec![Part::words(&format!("{} is not recorded ", field.name))];
        match programme.record(record).filter(|known| known.structure != CHARTER) {
            Some(known) => {
                let name = schema
                    .structure(known.structure)
                    .and_then(|known| schema.register(known.register?))
                    .map_or("", |register| register.name.as_str());
                message.push(Part::words(&format!("in {name}: ")));
                if lacking.len() == 1 {
                    message.push(Part::words("it is missing in "));
                } else {
                    let people = schema
                        .structure(known.structure)
                        .and_then(|known| schema.register(known.register?))
                        .and_then(|register| schema.field(register.field))
                        .is_some_and(|field| field.people);
                    let count = lacking.len() as u64;
                    message.push(Part::value("count", count.to_string(), if people { Care::People(count) } else { Care::Safe }));
                    message.push(Part::words(" records lack it, the first is "));
                }
                message
                    .push(programme.id_of(record).map_or_else(|| Part::words("one without an id"), |id| Part::value("id", id, Care::Id)));
            }
            None => message.push(Part::words("in the charter")),
        }
        message.push(Part::words(&format!("; it is expected from the stage {word} on")));
        let at = Where::Node(if first == programme.record(record).map_or(first, |known| known.node) {
            programme.face(Item { node: first, record })
        } else {
            first
        });
        let help = format!("record {}: {}", field.name, lower_first(&field.description));
        judged.flaws.push(Flaw {
            rule: RULE,
            at,
            about: About::Lacking(first, field.name.clone()),
            message,
            label: "",
            help: Some(help),
            also: Vec::new(),
            more: lacking.len() - 1,
        });
    }
    judged
}

/// A description as it stands after a colon.
fn lower_first(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match (chars.next(), text.chars().nth(1)) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
