//! Values that are known by other ways, worked out with the means of this folder: what holds for them holds for the rest.

use std::fmt::Write as _;

use havesay::rule::function::statistics::{chance_gini, gini};

use super::chance::{Space, binomial};
use super::document::{percent, table_head};

/// The panels of the table of the four fifths, and the shares, in thousandths.
pub const PANELS: [u32; 5] = [12, 20, 40, 100, 400];
/// See [`PANELS`].
pub const SHARES: [u32; 3] = [100, 200, 500];

/// How probable it is that a group with this share of the population has less than four fifths of it in a fair panel.
#[must_use]
pub fn under_four_fifths(people: u32, share: u32) -> f64 {
    let few = (0..).zip(binomial(people, share, 1000)).filter(|(count, _): &(u64, f64)| 10 * count * 1000 < 8 * u64::from(people * share));
    few.map(|(_, probability)| probability).sum()
}

/// The fewest people among whom the absence of a group with this share, in thousandths, is as improbable as 0.05.
#[must_use]
pub fn absence_tells(share: u32) -> u32 {
    (1..).find(|people| binomial(*people, share, 1000).first().is_some_and(|none| *none <= 0.05)).unwrap_or(0)
}

/// The distribution of a measure where `each` times as many contributions as people fall on people at random: values
/// in ascending order with their probabilities.
#[must_use]
pub fn spread(people: u32, each: u32, measure: &dyn Fn(&[u32]) -> f64) -> Vec<(f64, f64)> {
    let space = Space::Picks { n: people * each, odds: vec![1; people as usize] };
    let alike = vec![0; people as usize];
    let outcomes = space.outcomes(&alike, 1_000_000).unwrap_or_default();
    let mut spread: Vec<(f64, f64)> = outcomes.iter().map(|(probability, counts)| (measure(counts), *probability)).collect();
    spread.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    spread
}

/// The mean of a distribution.
#[must_use]
pub fn mean(spread: &[(f64, f64)]) -> f64 {
    spread.iter().map(|(value, probability)| value * probability).sum()
}

/// The smallest value up to which a part of a distribution lies.
#[must_use]
pub fn quantile(spread: &[(f64, f64)], part: f64) -> f64 {
    let mut so_far = 0.0;
    for (value, probability) in spread {
        so_far += probability;
        if so_far >= part {
            return *value;
        }
    }
    spread.last().map_or(0.0, |(value, _)| *value)
}

/// The Gini coefficient of counts, by the program's own function.
#[must_use]
pub fn gini_of(counts: &[u32]) -> f64 {
    gini(&counts.iter().copied().map(f64::from).collect::<Vec<_>>()).unwrap_or(f64::NAN)
}

/// The section of the document.
#[must_use]
pub fn section() -> String {
    let mut out = "## Checked against known values

The same means give these, which are known by other ways; the test holds them to published figures.

A group by itself falls below four fifths of its share in this part of fair panels (binomial distribution):

"
    .to_owned();
    table_head(
        &mut out,
        ["people".to_owned()].into_iter().chain(SHARES.map(|share| format!("share {}", percent(f64::from(share) / 1000.0, 0)))),
    );
    for people in PANELS {
        let _ = writeln!(out, "| {people} | {} |", SHARES.map(|share| percent(under_four_fifths(people, share), 1)).join(" | "));
    }
    out.push_str(
        "
Where every contribution falls on a person at random, the contributions are spread as unevenly as this (Gini coefficient, corrected \
for size, all outcomes; the level of chance is the program's own formula):

",
    );
    table_head(&mut out, ["people", "contributions each", "mean", "level of chance", "one in twenty above"].map(str::to_owned).into_iter());
    for (people, each) in [(5, 2), (5, 4), (5, 8), (8, 2), (8, 4), (8, 8)] {
        let spread = spread(people, each, &gini_of);
        let level = chance_gini(f64::from(each)).unwrap_or(f64::NAN);
        let _ = writeln!(out, "| {people} | {each} | {:.3} | {level:.3} | {:.2} |", mean(&spread), quantile(&spread, 0.95));
    }
    out
}
