//! The model of records in words, and where each of its fields is described.

use std::collections::BTreeSet;

use crate::schema::{CHARTER, FieldId, Scalar, Schema, Shape, StructId};

/// Where a field is described: under the charter or a register, and the path from there. The field of a
/// register itself has no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) struct Place {
    /// The name of the register, or `programme`.
    pub(in crate::cli) root: String,
    /// The names from there on, with dots; empty for a register.
    pub(in crate::cli) path: String,
}

/// By what name the charter goes.
pub(in crate::cli) const PROGRAMME: &str = "programme";

/// Where each field is described. Rows that stand in several places are described in the first.
pub(super) fn places(schema: &Schema) -> Vec<Option<Place>> {
    let mut places = vec![None; schema.fields.len()];
    let mut seen = BTreeSet::new();
    for register in &schema.registers {
        if let Some(place) = places.get_mut(usize::from(register.field)) {
            *place = Some(Place { root: register.name.clone(), path: String::new() });
        }
    }
    let registers = schema.registers.iter().map(|register| (register.name.as_str(), register.record));
    for (root, structure) in std::iter::once((PROGRAMME, CHARTER)).chain(registers) {
        let mut open = vec![(structure, String::new())];
        while let Some((structure, above)) = open.pop() {
            if !seen.insert(structure) {
                continue;
            }
            for id in schema.structure(structure).into_iter().flat_map(|known| &known.fields) {
                let Some(field) = schema.field(*id).filter(|field| field.register.is_none()) else { continue };
                let path = if above.is_empty() { field.name.clone() } else { format!("{above}.{}", field.name) };
                open.extend(schema.struct_of(*id).map(|rows| (rows, path.clone())));
                if let Some(place) = places.get_mut(usize::from(*id)) {
                    place.get_or_insert(Place { root: root.to_owned(), path });
                }
            }
        }
    }
    places
}

/// The structs that a name of a register, or `programme`, begins with.
pub(super) fn root(schema: &Schema, name: &str) -> Option<StructId> {
    if name == PROGRAMME {
        return Some(CHARTER);
    }
    schema.register_named(name).and_then(|register| schema.register(register)).map(|register| register.record)
}

/// The field that a path such as `register.field` leads to.
pub(in crate::cli) fn find_field(schema: &Schema, path: &str) -> Option<FieldId> {
    let mut steps = path.split('.');
    let mut structure = root(schema, steps.next()?)?;
    let mut found: Option<FieldId> = None;
    for step in steps {
        let field = schema.field_named(structure, step)?;
        found = Some(field);
        structure = schema.struct_of(field).unwrap_or(structure);
    }
    found
}

/// What is written in a field of this shape.
pub(super) fn kind(schema: &Schema, shape: Shape) -> String {
    match shape {
        Shape::List(of) => format!("a list; each entry is {}", kind(schema, schema.shape(of))),
        Shape::OneOrList(of) => kind(schema, schema.shape(of)),
        Shape::Struct(_) => "an object with the fields below".to_owned(),
        Shape::Map(_) => "an object of names and values of your own".to_owned(),
        Shape::Any => "anything".to_owned(),
        Shape::Scalar(scalar) => match scalar {
            Scalar::Text { .. } | Scalar::Odd => "text".to_owned(),
            Scalar::Id => "an id: 1 to 100 letters, digits and . _ - @ : #".to_owned(),
            Scalar::Reference { link: false } => "the id of a record".to_owned(),
            Scalar::Reference { link: true } => "the id of a record, or an address".to_owned(),
            Scalar::Currency => "a currency code such as EUR".to_owned(),
            Scalar::Language => "a language tag such as en or de-AT".to_owned(),
            Scalar::Date => "a date: 2026-03-01, or 2026-03 or 2026 where no more is known".to_owned(),
            Scalar::Time => "a time such as 14:30".to_owned(),
            Scalar::Number(bounds) => {
                let bounds = schema.bounds(bounds);
                let whole = if bounds.whole { "a whole number" } else { "a number" };
                match (bounds.least, bounds.most) {
                    (Some(least), Some(most)) => format!("{whole} from {least} to {most}"),
                    (Some(least), None) => format!("{whole} not below {least}"),
                    (None, Some(most)) => format!("{whole} not above {most}"),
                    (None, None) => whole.to_owned(),
                }
            }
            Scalar::Flag => "true or false".to_owned(),
            Scalar::Word(_) => "one of the words below".to_owned(),
        },
    }
}

/// What a field belongs to.
pub(super) fn owner(schema: &Schema, structure: StructId) -> Option<String> {
    let known = schema.structure(structure)?;
    if structure == CHARTER {
        return Some("the charter".to_owned());
    }
    Some(
        known
            .register
            .and_then(|register| schema.register(register))
            .map_or_else(|| known.name.trim_end_matches("-row").replace('-', " "), |register| register.name.clone()),
    )
}
