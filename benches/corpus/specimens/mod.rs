//! The specimens, a file to each family of rules. How they are sown is not known here.

use super::kit::Specimen;

mod parts;
mod power;
mod consent;
mod pay;
mod care;
mod privacy;
mod benefit;
mod representation;
mod governance;
mod measurement;
mod trace;
mod record;
mod alone;
pub use alone::OVER_ERRORS;

const FAMILIES: &[&[Specimen]] = &[
    power::SPECIMENS,
    consent::SPECIMENS,
    pay::SPECIMENS,
    care::SPECIMENS,
    privacy::SPECIMENS,
    benefit::SPECIMENS,
    representation::SPECIMENS,
    governance::SPECIMENS,
    measurement::SPECIMENS,
    trace::SPECIMENS,
    record::SPECIMENS,
];

/// All specimens, the families in turn, so that those which bend a programme in the same place rarely meet.
pub fn all() -> Vec<&'static Specimen> {
    let longest = FAMILIES.iter().map(|family| family.len()).max().unwrap_or(0);
    (0..longest).flat_map(|turn| FAMILIES.iter().filter_map(move |family| family.get(turn))).collect()
}

/// Specimens each of which has a programme to itself.
pub const fn alone() -> &'static [Specimen] {
    alone::SPECIMENS
}
