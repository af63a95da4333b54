//! Tests of the statistics: published and independently computed values, plain enumeration, simulation, properties.
//!
//! "In fractions" means computed in Python from exact fractions, by summing over every outcome; SciPy is 1.17.1.

use proptest::prelude::*;

use super::*;

/// Whether `result` is `expected`, given to twelve significant digits, but for one unit in the last.
fn is_close(result: Result<f64, NotTestable>, expected: f64) -> bool {
    result.is_ok_and(|value| (value - expected).abs() <= 1.5e-11 * expected.abs())
}

fn is_within(result: Result<f64, NotTestable>, expected: f64, tolerance: f64) -> bool {
    result.is_ok_and(|value| (value - expected).abs() <= tolerance)
}

/// Random numbers that are the same on every machine and in every year (splitmix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A fair draw of `n` into cells of the given whole-number weights.
    fn draw(&mut self, n: u64, weights: &[u64]) -> Vec<u64> {
        let whole: u64 = weights.iter().sum();
        let mut counts = vec![0; weights.len()];
        for _ in 0..n {
            let mut ticket = self.next() % whole;
            for (count, weight) in counts.iter_mut().zip(weights) {
                if ticket < *weight {
                    *count += 1;
                    break;
                }
                ticket -= weight;
            }
        }
        counts
    }
}

#[test]
fn random_numbers_are_the_published_ones() {
    // The first outputs of the reference implementation for seed 1234567.
    let mut random = Random(1_234_567);
    assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
}

/// Every way to put `n` into `cells`.
fn outcomes(n: u64, cells: usize) -> Vec<Vec<u64>> {
    if cells == 1 {
        return vec![vec![n]];
    }
    let with = |x: u64| outcomes(n - x, cells - 1).into_iter().map(move |rest| [vec![x], rest].concat());
    (0..=n).flat_map(with).collect()
}

/// The probability of one outcome, by multiplication alone.
fn probability(counts: &[u64], shares: &[f64]) -> f64 {
    let (mut probability, mut so_far) = (1.0, 0.0);
    for (&count, share) in counts.iter().zip(shares) {
        let mut taken = 0.0;
        for _ in 0..count {
            so_far += 1.0;
            taken += 1.0;
            probability *= so_far / taken * share;
        }
    }
    probability
}

/// The exact multinomial p-value by plain enumeration.
fn enumerated_p(counts: &[u64], shares: &[f64]) -> f64 {
    let limit = probability(counts, shares) * (1.0 + TIE);
    let all = outcomes(counts.iter().sum(), counts.len());
    all.iter().map(|outcome| probability(outcome, shares)).filter(|p| *p <= limit).sum()
}

/// The exact multinomial p-value by branch and bound with so many steps, and how many it took.
fn exact_p(counts: &[u64], shares: &[f64], steps: u64) -> Option<(f64, u64)> {
    let sample = Sample::new(counts, shares).ok()?;
    let mut exact = Exact::new(&sample.cells, sample.total, Steps(steps))?;
    let p = exact.p()?;
    Some((p, steps - exact.steps.0))
}

/// The chi-squared p-value after pooling.
fn pooled_p(counts: &[u64], shares: &[f64]) -> Result<f64, NotTestable> {
    let Sample { cells, total } = Sample::new(counts, shares)?;
    let n = f64::from(total);
    chi_squared_p(&pool(cells, n), n)
}

fn shares_of(weights: &[u64]) -> Vec<f64> {
    let whole: u64 = weights.iter().sum();
    weights.iter().map(|&weight| weight as f64 / whole as f64).collect()
}

mod distance {
    use super::*;

    #[test]
    fn is_the_part_that_would_have_to_move() {
        let table: [(&[u64], &[f64], f64); 6] = [
            (&[1, 2, 7], &[0.1, 0.2, 0.7], 0.0),
            (&[8, 2], &[0.5, 0.5], 0.3),
            (&[0, 10], &[1.0, 0.0], 1.0),
            (&[3, 3, 6], &[0.5, 0.25, 0.25], 0.25),
            (&[1, 0, 0], &[0.333333, 0.333333, 0.333333], 0.666666666667),
            (&[2, 0, 1, 0], &[0.4, 0.3, 0.2, 0.1], 0.4),
        ];
        for (counts, shares, expected) in table {
            assert_eq!(total_variation(counts, shares), Ok(expected), "{counts:?}");
        }
    }

    #[test]
    fn has_the_chance_floor_of_the_design() {
        // metrics.md, 95th percentile for equal segments under fair draws, n = 8, 12, 20, 40: simulated there, here
        // summed over every outcome.
        let table: [(usize, &[f64]); 4] =
            [(2, &[0.38, 0.25, 0.20, 0.15]), (3, &[0.42, 0.33, 0.23, 0.17]), (5, &[0.48, 0.35]), (8, &[0.50])];
        for (cells, row) in table {
            let shares = vec![1.0 / cells as f64; cells];
            for (n, expected) in [8, 12, 20, 40].into_iter().zip(row) {
                let (mut below, mut up_to) = (0.0, 0.0);
                for outcome in outcomes(n, cells) {
                    let distance = total_variation(&outcome, &shares);
                    let chance = probability(&outcome, &shares);
                    below += if distance.is_ok_and(|distance| distance < expected - 0.006) { chance } else { 0.0 };
                    up_to += if distance.is_ok_and(|distance| distance < expected + 0.006) { chance } else { 0.0 };
                }
                assert!(below < 0.95 && up_to >= 0.95, "{cells} cells, n {n}: {below} {up_to}");
            }
        }
    }
}

mod fit {
    use super::*;

    #[test]
    fn knows_chi_squared() {
        // scipy.stats.chisquare(counts, [share * n …]).pvalue
        let table: [(&[u64], &[f64], f64); 8] = [
            (&[18, 30, 52], &[0.25, 0.35, 0.40], 0.0434066398717),
            (&[12, 8], &[0.5, 0.5], 0.371093369523),
            (&[44, 56, 38, 62], &[0.25; 4], 0.0657890526851),
            (&[5, 5, 5, 5], &[0.25; 4], 1.0),
            (&[90, 10], &[0.8, 0.2], 0.0124193306516),
            (&[30, 30, 30, 110], &[0.2, 0.2, 0.2, 0.4], 0.000307944376254),
            (&[8, 8, 2, 2], &[0.25; 4], 0.0657890526851),
            // Expected 5, in binary a little less.
            (&[9, 68], &[5.0 / 77.0, 72.0 / 77.0], 0.064324371114),
        ];
        for (counts, shares, expected) in table {
            assert!(is_close(pooled_p(counts, shares), expected), "{counts:?}: {:?}", pooled_p(counts, shares));
        }
    }

    #[test]
    fn is_chi_squared_where_all_outcomes_are_too_many() {
        let (counts, shares) = ([110, 90, 105, 95, 120, 80, 100, 100], [0.125; 8]);
        assert_eq!(exact_p(&counts, &shares, EXACT_STEPS_MAX), None);
        assert!(is_close(fit_p(&counts, &shares), 0.161964493079), "{:?}", fit_p(&counts, &shares));
    }

    #[test]
    fn is_exact_whatever_is_expected() {
        // In fractions. Chi-squared would give 0.0164, 0.0495 and 0.0434.
        let table: [(&[u64], &[f64], f64); 3] = [
            (&[5, 16], &[0.5, 0.5], 0.0266036987305),
            (&[6, 15], &[0.5, 0.5], 0.0783538818359),
            (&[18, 30, 52], &[0.25, 0.35, 0.40], 0.0491844229379),
        ];
        for (counts, shares, expected) in table {
            assert!(is_close(fit_p(counts, shares), expected), "{counts:?}: {:?}", fit_p(counts, shares));
        }
    }

    #[test]
    fn is_exact_where_an_expectation_is_under_five() {
        // In fractions.
        let third = 1.0 / 3.0;
        let table: [(&[u64], &[f64], f64); 12] = [
            (&[5, 3, 2], &[third; 3], 0.626581313824),
            (&[6, 1, 0], &[0.5, 0.3, 0.2], 0.2027875),
            (&[4, 4, 2, 1, 1], &[0.2; 5], 0.5021221888),
            (&[8, 1, 1, 1, 1], &[0.2; 5], 0.00729106432),
            (&[0, 2, 9, 1], &[0.1, 0.2, 0.3, 0.4], 0.008703896576),
            (&[3, 9, 8, 0], &[0.05, 0.3, 0.45, 0.2], 0.0112353951703),
            (&[5, 0], &[0.5, 0.5], 0.0625),
            (&[10, 5, 3, 1, 1], &[0.6, 0.2, 0.1, 0.06, 0.04], 0.669536283793),
            (&[1, 4], &[0.1, 0.9], 0.40951),
            (&[7, 8, 5, 0, 0, 0], &[0.3, 0.3, 0.1, 0.1, 0.1, 0.1], 0.0497354154522),
            (&[12, 8, 6, 0, 0], &[0.30, 0.25, 0.2, 0.15, 0.1], 0.0264686150814),
            (&[20, 10, 9, 1], &[0.6, 0.2, 0.1, 0.1], 0.02710671089),
        ];
        for (counts, shares, expected) in table {
            assert!(is_close(fit_p(counts, shares), expected), "{counts:?}: {:?}", fit_p(counts, shares));
        }
    }

    #[test]
    fn stays_exact_for_panels_of_forty_and_a_hundred() {
        // Few steps are little time: 200,000 take about 5 ms when optimised.
        let eight = [0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05];
        let nearly_equal = [0.14, 0.13, 0.125, 0.125, 0.12, 0.12, 0.12, 0.12];
        let five = [0.55, 0.2, 0.15, 0.06, 0.04];
        // Plain enumeration with NumPy, over 62.9 million outcomes for forty in eight and 4.6 million for a hundred in five.
        let table: [(&[u64], &[f64], f64); 6] = [
            (&[10, 5, 4, 6, 8, 3, 3, 1], &eight, 0.249060592872),
            (&[2, 8, 6, 4, 4, 8, 6, 2], &eight, 3.40691911326e-5),
            (&[20, 9, 1, 1, 1, 1, 3, 4], &nearly_equal, 1.0235062597e-7),
            (&[50, 20, 20, 8, 2], &five, 0.43579040602),
            (&[40, 20, 20, 0, 20], &five, 4.02324457616e-10),
            (&[60, 26, 10, 0, 4], &five, 0.0127021245369),
        ];
        for (counts, shares, expected) in table {
            assert!(is_close(fit_p(counts, shares), expected), "{counts:?}: {:?}", fit_p(counts, shares));
        }
        // The most and the least expected, whose trees have other shapes.
        let table: [(&[u64], &[f64]); 4] = [
            (&[12, 8, 6, 4, 4, 2, 2, 2], &eight),
            (&[0, 0, 0, 0, 10, 10, 10, 10], &eight),
            (&[0, 0, 0, 0, 0, 0, 0, 40], &eight),
            (&[0, 0, 0, 0, 100], &five),
        ];
        for (counts, shares) in table {
            assert!(exact_p(counts, shares, EXACT_STEPS_MAX).is_some(), "{counts:?}");
        }
        assert_eq!(fit_p(&[12, 8, 6, 4, 4, 2, 2, 2], &eight), Ok(1.0));
    }

    #[test]
    fn bounds_settle_all_but_few_of_the_outcomes() {
        // 62.9 million outcomes: C(47, 7).
        let (counts, shares) = ([10, 5, 4, 6, 8, 3, 3, 1], [0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.05, 0.05]);
        let steps = exact_p(&counts, &shares, EXACT_STEPS_MAX).map(|(_, steps)| steps);
        assert!(steps.is_some_and(|steps| steps < 20_000), "{steps:?}");
    }

    #[test]
    fn every_node_is_a_step() {
        // One observation in two cells: three bounds for each of two sizes, and the root.
        assert_eq!(exact_p(&[1, 0], &[0.9, 0.1], EXACT_STEPS_MAX), Some((1.0, 7)));
    }

    #[test]
    fn gives_up_one_step_past_the_limit() {
        let (counts, shares) = ([3, 9, 8, 0], [0.05, 0.3, 0.45, 0.2]);
        let taken = exact_p(&counts, &shares, EXACT_STEPS_MAX);
        assert!(taken.is_some());
        if let Some((p, steps)) = taken {
            assert_eq!(exact_p(&counts, &shares, steps), Some((p, steps)));
            assert_eq!(exact_p(&counts, &shares, steps - 1), None);
        }
    }

    #[test]
    fn pools_small_cells_where_the_exact_test_takes_too_long() {
        // In list order, two by two, [18, 2, 4, 4, 2]: exactly, in fractions; and scipy.stats.chisquare(…, [6] * 5).pvalue
        let (counts, shares) = ([9, 9, 1, 1, 2, 2, 3, 1, 1, 1], [0.1; 10]);
        assert_eq!(exact_p(&counts, &shares, EXACT_STEPS_MAX), None);
        assert!(is_close(fit_p(&counts, &shares), 4.89536717992e-5), "{:?}", fit_p(&counts, &shares));
        assert!(is_close(pooled_p(&counts, &shares), 3.58008031341e-6), "{:?}", pooled_p(&counts, &shares));

        // Even the bounds of 3 001 cells are too many steps; pooled, these counts are about what is expected.
        let shares = [vec![0.5], vec![0.5 / 3000.0; 3000]].concat();
        let counts: Vec<u64> = [20].into_iter().chain((0..3000).map(|cell| u64::from(cell % 150 == 0))).collect();
        assert_eq!(exact_p(&counts, &shares, EXACT_STEPS_MAX), None);
        assert!(fit_p(&counts, &shares).is_ok_and(|p| p > 0.9));
    }

    #[test]
    fn pools_the_smallest_expectations_first() {
        // 1.2 + 1.8 = 3, 2.4 + 3 = 5.4: scipy.stats.chisquare([12, 18, 30], [5.4, 24.6, 30]).pvalue
        let p = pooled_p(&[18, 4, 30, 3, 5], &[0.41, 0.03, 0.5, 0.02, 0.04]);
        assert!(is_close(p, 0.0073086318293), "{p:?}");

        // 2 + 2 = 4, the last of four then, so that 4 + 4 and 4 + 4: [7, 13, 20] where [8, 8, 24] are expected.
        let p = pooled_p(&[3, 1, 2, 5, 9, 20], &[0.05, 0.05, 0.1, 0.1, 0.1, 0.6]);
        assert!(is_close(p, 0.141093380701), "{p:?}");
    }

    #[test]
    fn is_not_testable_where_pooling_leaves_one_cell() {
        // Nine expected in all: no two cells of five can be had from a thousand.
        let counts = [vec![9], vec![0; 999]].concat();
        assert_eq!(fit_p(&counts, &[0.001; 1000]), Err(NotTestable::TooFewGroups));
    }

    #[test]
    fn an_impossible_count_has_probability_zero() {
        assert_eq!(fit_p(&[4, 4, 1], &[0.5, 0.5, 0.0]), Ok(0.0));
        assert_eq!(fit_p(&[40, 40, 1], &[0.5, 0.5, 0.0]), Ok(0.0));
        assert_eq!(fit_p(&[9, 1], &[1.0, 0.0]), Ok(0.0));
        assert_eq!(fit_p(&[6, 1, 0, 0], &[0.5, 0.3, 0.2, 0.0]), fit_p(&[6, 1, 0], &[0.5, 0.3, 0.2]));
    }

    #[test]
    fn large_samples_with_a_rare_cell_are_exact() {
        // Two cells: the sum of scipy.stats.binom.pmf(x, 19 990 + 10, 0.0002) over outcomes no more probable.
        assert!(is_within(fit_p(&[19_990, 10], &[0.9998, 0.0002]), 0.008125628039, 1e-11));
    }

    #[test]
    fn false_alarms_are_no_more_than_promised() {
        // Exactly: the probability of all outcomes with p ≤ 0.05.
        for shares in [[0.2; 5], [0.4, 0.3, 0.1, 0.1, 0.1]] {
            let alarms = outcomes(12, 5).into_iter().filter(|o| fit_p(o, &shares).is_ok_and(|p| p <= 0.05));
            let rate: f64 = alarms.map(|outcome| probability(&outcome, &shares)).sum();
            assert!((0.03..=0.05).contains(&rate), "{rate}");
        }
        // By simulation: 2 000 fair draws of 12 into 5, and of 40 into 12 pooled cells, with three standard errors.
        let mut random = Random(7);
        let weights = [4, 3, 1, 1, 1];
        let shares = shares_of(&weights);
        let alarms = (0..2000).filter(|_| fit_p(&random.draw(12, &weights), &shares).is_ok_and(|p| p <= 0.05));
        assert!(alarms.count() <= 100 + 30);
        let shares = shares_of(&[1; 12]);
        let alarms = (0..2000).filter(|_| pooled_p(&random.draw(40, &[1; 12]), &shares).is_ok_and(|p| p <= 0.05));
        assert!(alarms.count() <= 100 + 30);
    }

    #[test]
    fn two_equal_cells_raise_no_more_false_alarms_than_promised() {
        // Chi-squared would raise 0.078 at 21.
        for n in 5..=60 {
            let alarms = outcomes(n, 2).into_iter().filter(|o| fit_p(o, &[0.5; 2]).is_ok_and(|p| p <= 0.05));
            let rate: f64 = alarms.map(|outcome| probability(&outcome, &[0.5; 2])).sum();
            assert!(rate <= 0.05, "{n}: {rate}");
        }
    }

    #[test]
    fn says_why_it_cannot_be_tested() {
        let table: [(&[u64], &[f64], NotTestable); 9] = [
            (&[], &[], NotTestable::Empty),
            (&[1, 2], &[1.0], NotTestable::Mismatch { counts: 2, shares: 1 }),
            (&[2, 2], &[0.5, 0.5], NotTestable::TooFew { have: 4, need: 5 }),
            (&[0, 0], &[0.5, 0.5], NotTestable::TooFew { have: 0, need: 5 }),
            (&[9], &[1.0], NotTestable::TooFewGroups),
            (&[9, 0], &[1.0, 0.0], NotTestable::TooFewGroups),
            (&[5, 5], &[0.5, 0.4], NotTestable::SharesDoNotSum),
            (&[5, 5], &[1.5, -0.5], SHARE_OUT_OF_RANGE),
            (&[5, u64::MAX], &[0.5, 0.5], COUNT_OUT_OF_RANGE),
        ];
        for (counts, shares, expected) in table {
            assert_eq!(fit_p(counts, shares), Err(expected), "{counts:?} {shares:?}");
        }
        assert_eq!(fit_p(&[5, 5], &[f64::NAN, 0.5]), Err(SHARE_OUT_OF_RANGE));
        assert_eq!(fit_p(&[u64::from(u32::MAX), 1], &[0.5, 0.5]), Err(COUNT_OUT_OF_RANGE));
        assert_eq!(total_variation(&[0, 0], &[0.5, 0.5]), Err(NotTestable::Empty));
    }

    #[test]
    fn shares_may_be_off_by_a_millionth() {
        assert!(fit_p(&[2, 2, 2], &[0.333333, 0.333333, 0.333333]).is_ok());
        assert!(fit_p(&[2, 2, 2], &[0.333334, 0.333334, 0.333333]).is_ok());
        assert_eq!(fit_p(&[2, 2, 2], &[0.333332, 0.333333, 0.333333]), Err(NotTestable::SharesDoNotSum));
        assert_eq!(fit_p(&[2, 2, 2], &[0.333335, 0.333334, 0.333333]), Err(NotTestable::SharesDoNotSum));
    }

    /// Counts and weights of two to five cells; small weights make ties.
    fn sample() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
        let weight = prop_oneof![1..=3_u64, 1..=40_u64];
        prop::collection::vec((0..=4_u64, weight), 2..=5)
            .prop_map(|cells| cells.into_iter().unzip())
            .prop_filter("a sample", |(counts, _): &(Vec<u64>, Vec<u64>)| counts.iter().sum::<u64>() > 0)
    }

    proptest! {
        #[test]
        fn branch_and_bound_agrees_with_plain_enumeration((counts, weights) in sample()) {
            let shares = shares_of(&weights);
            let expected = enumerated_p(&counts, &shares);
            let p = exact_p(&counts, &shares, EXACT_STEPS_MAX).map(|(p, _)| p);
            prop_assert!(is_close(p.ok_or(NotTestable::Empty), expected), "{p:?} {expected}");
        }

        #[test]
        fn order_of_cells_plays_no_part((counts, weights) in sample(), turn in 0..5_usize) {
            let mut cells: Vec<(u64, f64)> = counts.iter().copied().zip(shares_of(&weights)).collect();
            let before = fit_p(&counts, &shares_of(&weights));
            let distance = total_variation(&counts, &shares_of(&weights));
            let places = cells.len();
            cells.rotate_left(turn % places);
            let (counts, shares): (Vec<u64>, Vec<f64>) = cells.into_iter().unzip();
            prop_assert_eq!(fit_p(&counts, &shares), before);
            prop_assert_eq!(total_variation(&counts, &shares), distance);
        }

        #[test]
        fn nothing_given_makes_it_panic(
            counts in prop::collection::vec(prop_oneof![0..50_u64, any::<u64>(), 0..u64::from(u32::MAX)], 0..6),
            shares in prop::collection::vec(prop_oneof![0.0..1.0, any::<f64>()], 0..6),
        ) {
            let whole: f64 = shares.iter().sum();
            let scaled: Vec<f64> = shares.iter().map(|share| share / whole).collect();
            for shares in [shares, scaled] {
                for result in [fit_p(&counts, &shares), total_variation(&counts, &shares)] {
                    prop_assert!(result.is_err() || result.is_ok_and(|p| (0.0..=1.0).contains(&p)));
                }
            }
        }
    }
}

mod binomial {
    use super::*;

    #[test]
    fn is_the_lower_tail() {
        // In fractions, and the same from scipy.stats.binom.cdf(k, n, p); the last from SciPy alone.
        let table = [
            (0, 12, 0.2, 0.068719476736),
            (3, 20, 0.3, 0.107086804504),
            (7, 20, 0.5, 0.131587982178),
            (12, 40, 0.05, 0.999999959124),
            (31, 400, 0.1, 0.0745789271723),
            (150, 1000, 0.2, 2.6443381909e-5),
            (4999, 10_000, 0.5, 0.49601067693),
            (900_000, 3_000_000, 0.3, 0.500284817976),
        ];
        for (k, n, p, expected) in table {
            let result = binomial_low_p(k, n, p);
            assert!(is_close(result, expected), "{k} {n} {p}: {result:?}");
        }
    }

    #[test]
    fn has_its_ends() {
        assert_eq!(binomial_low_p(5, 5, 0.3), Ok(1.0));
        assert_eq!(binomial_low_p(0, 5, 0.0), Ok(1.0));
        assert_eq!(binomial_low_p(4, 5, 1.0), Ok(0.0));
        assert_eq!(binomial_low_p(5, 5, 1.0), Ok(1.0));
        assert_eq!(binomial_low_p(0, u64::from(u32::MAX), 0.5), Ok(0.0));
        assert_eq!(binomial_low_p(u64::from(u32::MAX) - 1, u64::from(u32::MAX), 0.5), Ok(1.0));
        assert_eq!(binomial_low_p(3, 4, f64::MIN_POSITIVE), Ok(1.0));
    }

    #[test]
    fn says_why_it_cannot_be_tested() {
        assert_eq!(binomial_low_p(0, 0, 0.5), Err(NotTestable::Empty));
        assert!(matches!(binomial_low_p(6, 5, 0.5), Err(NotTestable::OutOfRange(Limit::Part))));
        for p in [-0.1, 1.1, f64::NAN] {
            assert_eq!(binomial_low_p(1, 5, p), Err(PROBABILITY_OUT_OF_RANGE));
        }
        assert_eq!(binomial_low_p(1, u64::MAX, 0.5), Err(COUNT_OUT_OF_RANGE));
    }

    #[test]
    fn a_fair_draw_falls_below_four_fifths_as_often_as_the_design_says() {
        // metrics.md, in per cent: P(X < 0.8·n·p), p given in tenths; "< 1 %" is written 0.
        let table = [(12, [28, 27, 19]), (20, [39, 41, 13]), (40, [42, 29, 8]), (100, [21, 13, 2]), (400, [7, 2, 0])];
        for (n, row) in table {
            for (tenths, expected) in [1, 2, 5].into_iter().zip(row) {
                // The greatest whole number below 8·n·tenths / 100.
                let below = (8 * n * tenths - 1) / 100;
                let percent = binomial_low_p(below, n, tenths as f64 / 10.0).map(|p| (p * 100.0).round());
                assert_eq!(percent, Ok(f64::from(expected)), "n {n}, p 0.{tenths}");
            }
        }
    }

    #[test]
    fn an_empty_cell_surprises_from_the_size_that_the_design_says() {
        let table = [(0.5, 5), (0.3, 9), (0.2, 14), (0.15, 19), (0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299)];
        for (p, n) in table {
            assert!(binomial_low_p(0, n, p).is_ok_and(|low| low <= 0.05), "{p}");
            assert!(binomial_low_p(0, n - 1, p).is_ok_and(|low| low > 0.05), "{p}");
        }
    }

    proptest! {
        #[test]
        fn both_tails_add_up_to_one(n in 1..300_u64, k in 0..300_u64, p in 0.001..0.999_f64) {
            let k = k % n;
            // P(X ≤ k) + P(n − X ≤ n − k − 1) = 1
            let (low, high) = (binomial_low_p(k, n, p), binomial_low_p(n - k - 1, n, 1.0 - p));
            let sum = low.and_then(|low| high.map(|high| low + high));
            prop_assert!(is_within(sum, 1.0, 1e-11), "{sum:?}");
        }

        #[test]
        fn agrees_with_the_sum_of_its_terms(n in 1..30_u64, k in 0..30_u64, p in 0.01..0.99_f64) {
            let k = k % (n + 1);
            let expected: f64 = (0..=k).map(|x| probability(&[x, n - x], &[p, 1.0 - p])).sum();
            prop_assert!(is_close(binomial_low_p(k, n, p), expected));
        }
    }
}

mod fisher {
    use super::*;

    #[test]
    fn is_the_two_sided_sum() {
        // The lady tasting tea (Fisher 1935) first: 34/70. All in fractions, and the same from scipy.stats.fisher_exact.
        let table = [
            ([3, 1, 1, 3], 0.485714285714),
            ([1, 9, 11, 3], 0.00275945618522),
            ([8, 2, 1, 5], 0.034965034965),
            ([0, 5, 5, 0], 0.00793650793651),
            ([2, 18, 9, 11], 0.0309503051439),
            ([10, 90, 30, 70], 0.000650410707603),
            ([100, 2, 1000, 5], 0.130075936343),
            ([120, 880, 180, 820], 0.000211984394826),
            ([4, 1, 1, 9], 0.016983016983),
        ];
        for ([a, b, c, d], expected) in table {
            assert!(is_close(fisher_p(a, b, c, d), expected), "{a} {b} {c} {d}: {:?}", fisher_p(a, b, c, d));
        }
    }

    #[test]
    fn knows_its_limits() {
        assert_eq!(fisher_p(0, 7, 0, 9), Ok(1.0));
        assert_eq!(fisher_p(7, 0, 9, 0), Ok(1.0));
        assert_eq!(fisher_p(0, 0, 3, 9), Err(NotTestable::Empty));
        assert_eq!(fisher_p(3, 9, 0, 0), Err(NotTestable::Empty));
        assert_eq!(fisher_p(u64::MAX, 1, 1, 1), Err(COUNT_OUT_OF_RANGE));
        assert_eq!(fisher_p(1 << 31, 1, 1 << 31, 1), Err(COUNT_OUT_OF_RANGE));
        assert_eq!(fisher_p(1_000_000, 0, 0, 1_000_000), Ok(0.0));
    }

    proptest! {
        #[test]
        fn is_the_same_seen_from_any_side(a in 0..40_u64, b in 0..40_u64, c in 0..40_u64, d in 0..40_u64) {
            prop_assume!(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
            let p = fisher_p(a, b, c, d);
            prop_assert_eq!(fisher_p(c, d, a, b), p);
            prop_assert_eq!(fisher_p(b, a, d, c), p);
            prop_assert_eq!(fisher_p(a, c, b, d), p);
            prop_assert!(p.is_ok_and(|p| p > 0.0 && p <= 1.0));
        }

        #[test]
        fn agrees_with_the_sum_over_tables(a in 0..12_u64, b in 0..12_u64, c in 0..12_u64, d in 0..12_u64) {
            prop_assume!(a + b > 0 && c + d > 0);
            // Two binomials of one chance, given their sum, are hypergeometric.
            let weight = |x: u64| probability(&[x, a + b - x], &[0.5; 2]) * probability(&[a + c - x, x + d - a], &[0.5; 2]);
            let tables: Vec<f64> = ((a + c).saturating_sub(c + d)..=(a + b).min(a + c)).map(|x| {
                if x + d >= a { weight(x) } else { 0.0 }
            }).collect();
            let extreme: f64 = tables.iter().filter(|p| **p <= weight(a) * (1.0 + TIE)).sum();
            prop_assert!(is_close(fisher_p(a, b, c, d), extreme / tables.iter().sum::<f64>()));
        }
    }
}

mod adjustment {
    use super::*;

    #[test]
    fn is_that_of_holm() {
        // statsmodels.stats.multitest.multipletests(list, method='holm')[1]
        let table: [(&[f64], &[f64]); 5] = [
            (&[0.01, 0.04, 0.03, 0.005], &[0.03, 0.06, 0.06, 0.02]),
            (&[0.5, 0.01, 0.001, 0.69, 0.02, 0.05, 0.0025], &[1.0, 0.05, 0.007, 1.0, 0.08, 0.15, 0.015]),
            (&[0.02, 0.02, 0.02], &[0.06, 0.06, 0.06]),
            (&[0.6, 0.9], &[1.0, 1.0]),
            (&[0.04], &[0.04]),
        ];
        for (list, expected) in table {
            for (p, adjusted) in list.iter().zip(expected) {
                assert_eq!(holm(*p, list), Ok(*adjusted), "{p} in {list:?}");
            }
        }
    }

    #[test]
    fn says_why_it_cannot_be_made() {
        assert_eq!(holm(0.1, &[]), Err(NotTestable::Empty));
        assert_eq!(holm(0.1, &[0.2, 0.3]), Err(NotTestable::NotInList));
        assert_eq!(holm(0.1, &[0.1, 1.3]), Err(PROBABILITY_OUT_OF_RANGE));
        assert_eq!(holm(f64::NAN, &[0.1]), Err(PROBABILITY_OUT_OF_RANGE));
    }

    proptest! {
        #[test]
        fn keeps_order_and_lies_between_the_value_and_bonferroni(
            list in prop::collection::vec(prop_oneof![0.0..=1.0_f64, 0.0..0.05_f64, Just(0.01)], 1..20),
        ) {
            let mut ascending = list.clone();
            ascending.sort_unstable_by(f64::total_cmp);
            let mut before = 0.0;
            for p in ascending {
                let adjusted = holm(p, &list);
                let most = (p * list.len() as f64).min(1.0);
                prop_assert!(adjusted.is_ok_and(|value| value >= before && value >= p - 1e-11 && value <= most + 1e-11));
                before = adjusted.unwrap_or(before);
            }
        }
    }
}

mod concentration {
    use super::*;

    #[test]
    fn is_gini_corrected_for_size() {
        // In fractions from the formula as it stands.
        let table: [(&[f64], f64); 7] = [
            (&[0.1; 7], 0.0),
            (&[5.0, 5.0], 0.0),
            (&[0.0, 0.0, 0.0, 9.0], 1.0),
            (&[0.0, 1.0, 2.0, 3.0, 14.0], 0.75),
            (&[5.0, 1.0, 1.0, 1.0], 0.5),
            (&[2.0, 4.0, 4.0, 6.0, 10.0, 0.0, 0.0], 0.564102564103),
            (&[f64::MAX, f64::MAX, 0.0], 0.5),
        ];
        for (list, expected) in table {
            assert_eq!(gini(list), Ok(expected), "{list:?}");
        }
    }

    #[test]
    fn says_why_it_cannot_be_had() {
        assert_eq!(gini(&[]), Err(NotTestable::Empty));
        assert_eq!(gini(&[3.0]), Err(NotTestable::TooFew { have: 1, need: 2 }));
        assert_eq!(gini(&[0.0, 0.0]), Err(NotTestable::AllZero));
        assert!(matches!(gini(&[1.0, -1.0]), Err(NotTestable::OutOfRange(_))));
        assert!(matches!(gini(&[1.0, f64::NAN]), Err(NotTestable::OutOfRange(_))));
        assert!(matches!(gini(&[1.0, f64::INFINITY]), Err(NotTestable::OutOfRange(_))));
        for mean in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(chance_gini(mean), Err(NotTestable::OutOfRange(_))), "{mean}");
        }
    }

    #[test]
    fn chance_level_has_the_values_of_the_design() {
        for (mean, expected) in [(2.0, 0.39), (4.0, 0.28), (8.0, 0.20)] {
            assert!(is_within(chance_gini(mean), expected, 0.01), "{mean}");
        }
        // 1/√(4π)
        assert_eq!(chance_gini(4.0), Ok(0.282094791774));
        assert_eq!(chance_gini(0.01), Ok(1.0));
    }

    #[test]
    fn chance_level_is_what_fair_draws_show() {
        let mut random = Random(7);
        for n in [5, 8, 40] {
            for (each, high) in [(2, 0.57), (4, 0.40), (8, 0.29)] {
                let weights = vec![1; n];
                let draws: Result<Vec<f64>, NotTestable> = (0..600)
                    .map(|_| {
                        let counts = random.draw(each * n as u64, &weights);
                        gini(&counts.into_iter().map(|count| count as f64).collect::<Vec<f64>>())
                    })
                    .collect();
                let (average, top) = match draws {
                    Ok(draws) => (Ok(draws.iter().sum::<f64>() / draws.len() as f64), quantile(&draws, 0.95)),
                    Err(reason) => (Err(reason), Err(reason)),
                };
                let gap = average.and_then(|average| chance_gini(each as f64).map(|chance| average - chance));
                assert!(is_within(gap, 0.0, 0.02), "{n} {each}: {gap:?}");
                // The 95th percentile for eight, in the same table of metrics.md.
                assert!(n != 8 || is_within(top, high, 0.02), "{each}: {top:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn lies_between_none_and_all_whatever_the_unit(
            list in prop::collection::vec(0..50_u32, 2..30), unit in 0.001..1000.0_f64,
        ) {
            let list: Vec<f64> = list.into_iter().map(f64::from).collect();
            prop_assume!(list.iter().any(|value| *value > 0.0));
            let scaled: Vec<f64> = list.iter().rev().map(|value| value * unit).collect();
            let value = gini(&list);
            prop_assert!(value.is_ok_and(|value| (0.0..=1.0).contains(&value)));
            prop_assert!(value.is_ok_and(|value| is_within(gini(&scaled), value, 1e-11)));
        }
    }
}

mod average {
    use super::*;

    #[test]
    fn quantiles_are_of_type_seven() {
        // numpy.quantile(list, q)
        let list = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        for (q, expected) in [(0.0, 1.0), (0.1, 1.0), (0.25, 1.75), (0.5, 3.5), (0.9, 6.9), (1.0, 9.0)] {
            assert_eq!(quantile(&list, q), Ok(expected), "{q}");
        }
        assert_eq!(quantile(&[7.0], 0.3), Ok(7.0));
    }

    #[test]
    fn say_why_they_cannot_be_had() {
        assert_eq!(quantile(&[], 0.5), Err(NotTestable::Empty));
        assert_eq!(quantile(&[1.0, f64::INFINITY], 0.5), Err(NUMBER_OUT_OF_RANGE));
        for q in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(quantile(&[1.0], q), Err(NotTestable::OutOfRange(Limit::Quantile))));
        }
    }

    proptest! {
        #[test]
        fn stay_within_the_list_in_any_order(list in prop::collection::vec(-1e6..1e6_f64, 1..40), q in 0.0..=1.0_f64) {
            let backwards: Vec<f64> = list.iter().rev().copied().collect();
            let low = list.iter().copied().fold(f64::INFINITY, f64::min) - 1e-5;
            let high = list.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 1e-5;
            let (one, other) = (quantile(&list, q), quantile(&backwards, q));
            prop_assert_eq!(one, other);
            prop_assert!(one.is_ok_and(|value| (low..=high).contains(&value)));
        }
    }
}

mod rounding {
    use super::*;

    #[test]
    fn keeps_twelve_significant_digits() {
        let table = [
            (1.0 / 3.0, 0.333333333333),
            (2.0 / 3.0, 0.666666666667),
            (0.1 + 0.2, 0.3),
            (123_456_789_012.5, 123_456_789_012.0),
            (123_456_789_013.5, 123_456_789_014.0),
            (-9.999_999_999_999e-5, -1e-4),
            (f64::MAX, 1.79769313486e308),
            (5e-324, 5e-324),
            (f64::INFINITY, f64::INFINITY),
        ];
        for (x, expected) in table {
            assert_eq!(round_significant(x), expected, "{x}");
        }
        assert!(round_significant(f64::NAN).is_nan());
        assert!(round_significant(-0.0).is_sign_positive());
    }

    proptest! {
        #[test]
        fn once_is_enough(x in any::<f64>()) {
            let rounded = round_significant(x);
            prop_assert!(rounded == round_significant(rounded));
            prop_assert!(rounded.is_infinite() || (rounded - x).abs() <= x.abs() * 5.1e-12 + f64::MIN_POSITIVE * 1e-12);
        }
    }
}

#[test]
fn reasons_are_plain_words() {
    let table = [
        (NotTestable::Empty, "there is nothing to count or compare"),
        (NotTestable::TooFew { have: 3, need: 5 }, "there are 3 and the test needs 5"),
        (NotTestable::TooFew { have: 1, need: 5 }, "there is 1 and the test needs 5"),
        (NotTestable::TooFewGroups, "fewer than two groups are large enough to compare"),
        (NotTestable::SharesDoNotSum, "the shares do not add up to 1"),
        (NotTestable::Mismatch { counts: 4, shares: 5 }, "the number of counts (4) differs from the number of shares (5)"),
        (SHARE_OUT_OF_RANGE, "a share is not between 0 and 1"),
        (NotTestable::NotInList, "the value to adjust is not in the list"),
        (NotTestable::AllZero, "every value is zero, so there is nothing to share out"),
    ];
    for (reason, words) in table {
        assert_eq!(reason.to_string(), words);
    }
}
