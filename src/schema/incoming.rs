//! Which references may lead to the records of each struct.

use super::{Reference, ReferenceId, Register, StructId};

/// Of each struct the references that may lead to its records, and of each of those its place among them.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    all: Vec<Vec<ReferenceId>>,
    /// Those of them that are links of an evidence chain.
    evidence: Vec<Vec<ReferenceId>>,
    /// By struct, then by reference: the place, or [`NO_PLACE`].
    places: Vec<u16>,
    references: usize,
}

const NO_PLACE: u16 = u16::MAX;

impl Incoming {
    pub(super) fn new(structs: usize, registers: &[Register], references: &[Reference]) -> Self {
        let mut all = vec![Vec::new(); structs];
        let mut evidence = vec![Vec::new(); structs];
        let mut places = vec![NO_PLACE; structs * references.len()];
        for (id, reference) in references.iter().enumerate() {
            for target in reference.targets.iter().filter_map(|target| registers.get(usize::from(*target))) {
                let structure = usize::from(target.record);
                if let Some(own) = all.get_mut(structure)
                    && let Some(place) = places.get_mut(structure * references.len() + id)
                    && *place == NO_PLACE
                {
                    *place = own.len() as u16;
                    own.push(id as ReferenceId);
                    if let Some(own) = evidence.get_mut(structure).filter(|_| reference.evidence) {
                        own.push(id as ReferenceId);
                    }
                }
            }
        }
        Self { all, evidence, places, references: references.len() }
    }

    /// The references that may lead to records of a struct.
    #[must_use]
    pub fn of(&self, structure: StructId) -> &[ReferenceId] {
        self.all.get(usize::from(structure)).map_or(&[], Vec::as_slice)
    }

    /// Those of them that are links of an evidence chain.
    #[must_use]
    pub fn evidence_of(&self, structure: StructId) -> &[ReferenceId] {
        self.evidence.get(usize::from(structure)).map_or(&[], Vec::as_slice)
    }

    /// The place of a reference among [`Incoming::of`].
    #[inline]
    #[must_use]
    pub fn place(&self, structure: StructId, reference: ReferenceId) -> Option<usize> {
        let place = *self.places.get(usize::from(structure) * self.references + usize::from(reference))?;
        (place != NO_PLACE).then_some(usize::from(place))
    }
}
