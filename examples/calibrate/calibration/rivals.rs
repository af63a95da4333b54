//! The customary limits without a test, by which the rules are measured: what they would have flagged.
//!
//! Everything is compared in whole numbers. They stand beside the rules in the document; no rule uses them.

/// Whether the part of a group among `counts` falls below four fifths of its part of `shares`: the four-fifths rule with
/// the population in place of the best group, also called representation ratio.
#[must_use]
pub fn four_fifths(counts: &[u32], shares: &[u32]) -> bool {
    let (all, whole) = (sum(counts), sum(shares));
    pairs(counts, shares).any(|(count, share)| 10 * count * whole < 8 * all * share)
}

/// Whether the group that takes part least, for its share, does so less than four fifths as much as the one that takes
/// part most: lowest over highest participation ratio. With the people of a pool as shares it is the four-fifths rule
/// as written for selection.
#[must_use]
pub fn lowest_over_highest(counts: &[u32], shares: &[u32]) -> bool {
    pairs(counts, shares)
        .any(|(low, low_share)| pairs(counts, shares).any(|(high, high_share)| 10 * low * high_share < 8 * high * low_share))
}

/// Whether the total variation distance between parts and shares is above 0.2.
#[must_use]
pub fn total_variation(counts: &[u32], shares: &[u32]) -> bool {
    let (all, whole) = (sum(counts), sum(shares));
    let gaps: u64 = pairs(counts, shares).map(|(count, share)| (count * whole).abs_diff(all * share)).sum();
    5 * gaps > 2 * all * whole
}

/// All three, in the order of the document's columns.
#[must_use]
pub fn all(counts: &[u32], shares: &[u32]) -> Vec<bool> {
    vec![four_fifths(counts, shares), lowest_over_highest(counts, shares), total_variation(counts, shares)]
}

fn sum(list: &[u32]) -> u64 {
    list.iter().copied().map(u64::from).sum()
}

/// Groups with their shares, leaving out those without a share.
fn pairs<'l>(counts: &'l [u32], shares: &'l [u32]) -> impl Iterator<Item = (u64, u64)> + Clone + 'l {
    counts.iter().zip(shares).filter(|(_, share)| **share > 0).map(|(count, share)| (u64::from(*count), u64::from(*share)))
}
