//! The median of lengths of time of which some are still running.
//!
//! Left out, those that still run would make the median too small; counted as if they had ended, likewise.
//! Each counts as long as it is known to last. Source of the estimate: Kaplan and Meier (1958),
//! "Nonparametric estimation from incomplete observations", Journal of the American Statistical Association 53.

use super::statistics::{NotTestable, round_significant};

/// Where the median lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Median {
    /// Here.
    At(i128),
    /// Here or above: too many still run for more to be known.
    From(i128),
}

/// The median of times that have `ended` and of such as are still `running`, for so long as they have run. Where
/// none is running it is the usual median.
///
/// # Errors
/// Where there are none.
pub fn median(ended: &[i128], running: &[i128]) -> Result<Median, NotTestable> {
    let mut ended = ended.to_vec();
    ended.sort_unstable();
    let Some(longest) = ended.iter().chain(running).max().copied() else { return Err(NotTestable::Empty) };
    let mut left = 1.0;
    // From where on exactly half are left: the median is midway to the next that ends.
    let mut half = None;
    let mut rest = ended.as_slice();
    while let Some(time) = rest.first().copied() {
        if let Some(from) = half {
            return Ok(Median::At(i128::midpoint(from, time)));
        }
        let many = rest.partition_point(|other| *other == time);
        // What stopped being watched at this very time had not ended before it.
        let at_risk = rest.len() + running.iter().filter(|other| **other >= time).count();
        left *= (at_risk - many) as f64 / at_risk as f64;
        match round_significant(left) {
            share if share < 0.5 => return Ok(Median::At(time)),
            0.5 => half = Some(time),
            _ => {}
        }
        rest = rest.get(many..).unwrap_or_default();
    }
    Ok(Median::From(half.unwrap_or(longest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(time: i128) -> Result<Median, NotTestable> {
        Ok(Median::At(time))
    }

    const fn from(time: i128) -> Result<Median, NotTestable> {
        Ok(Median::From(time))
    }

    /// Weeks of remission with and without a drug: Freireich and others (1963), Blood 21, with the medians 23 and 8.
    #[test]
    fn medians_are_the_published_ones() {
        let drug = median(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        assert_eq!(drug, at(23));
        assert_eq!(median(&[1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], &[]), at(8));
    }

    #[test]
    fn what_still_runs_counts_as_long_as_it_has_run() {
        // Of four, two have ended and two have run for longer: half are left, and no more is known.
        assert_eq!(median(&[1, 2], &[5, 5]), from(2));
        // One of those ends.
        assert_eq!(median(&[1, 2, 6], &[5]), at(4));
        // One that was given up early takes nobody with it.
        assert_eq!(median(&[2, 3, 4], &[1]), at(3));
        // One that was watched up to the very day counts for it.
        assert_eq!(median(&[2, 3, 4], &[2]), at(3));
        assert_eq!(median(&[1], &[3, 9, 7]), from(9));
        assert_eq!(median(&[], &[3, 9, 7]), from(9));
        assert_eq!(median(&[], &[]), Err(NotTestable::Empty));
    }

    proptest! {
        #[test]
        fn where_none_runs_it_is_the_usual_median(mut times in prop::collection::vec(0i128..40, 1..40)) {
            times.sort_unstable();
            let at = |place: usize| times.get(place).copied().unwrap_or_default();
            let (low, high) = (at((times.len() - 1) / 2), at(times.len() / 2));
            let usual = i128::midpoint(low, high);
            prop_assert_eq!(median(&times, &[]), Ok(Median::At(usual)));
        }

        #[test]
        fn what_runs_longer_never_brings_it_down(
            ended in prop::collection::vec(0i128..40, 1..20), running in prop::collection::vec(0i128..40, 0..20), more in 40i128..80,
        ) {
            let value = |found| match found { Ok(Median::At(at) | Median::From(at)) => at, Err(_) => 0 };
            let mut longer = running.clone();
            longer.push(more);
            prop_assert!(value(median(&ended, &running)) <= value(median(&ended, &longer)));
        }
    }
}
