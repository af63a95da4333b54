//! Statistics on plain numbers: pure functions, the same answer everywhere, and a reason where there is none.
//!
//! What the numbers stand for, what is read from a record and what follows from a result do not belong here.
//! Every result is rounded to twelve significant digits, and none depends on the order of a list, but for a tie in
//! [`fit_p`].

use std::collections::VecDeque;
use std::fmt::{self, Write};

use statrs::function::{factorial, gamma};

/// The fewest observations that [`fit_p`] accepts.
const FIT_OBSERVED_MIN: u32 = 5;

/// The least expected count of a cell for which the chi-squared approximation is taken.
const EXPECTED_MIN: f64 = 5.0;

/// The steps that an exact multinomial test may take: nodes visited, outcomes tabulated, bounds prepared.
const EXACT_STEPS_MAX: u64 = 200_000;

/// How far from 1 the sum of shares may be: what rounding each share to six decimals can leave.
const SHARES_SLACK: f64 = 1e-6;

/// Outcomes whose probability exceeds the observed one by no more than this part of it count as equally probable.
const TIE: f64 = 1e-7;

/// A term of a falling series after which the rest is left out, beside a first term of 1.
const NEGLIGIBLE: f64 = 1e-20;

/// Why a statistic has no value here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTestable {
    /// The list is empty, or one of two groups to compare has nothing in it.
    Empty,
    /// Fewer observations than the statistic needs.
    TooFew {
        /// How many there are.
        have: u8,
        /// How many there must be.
        need: u8,
    },
    /// Fewer than two groups, or fewer than two once small ones are put together.
    TooFewGroups,
    /// The shares do not add up to 1 within 0.000001.
    SharesDoNotSum,
    /// Two lists that belong together differ in length.
    Mismatch {
        /// How many counts there are, or 65,535 of more.
        counts: u16,
        /// How many shares there are, or 65,535 of more.
        shares: u16,
    },
    /// A value that the formula cannot take.
    OutOfRange(Limit),
    /// The value to adjust is not one of those it is to be adjusted with.
    NotInList,
    /// Every value is zero, so that there is nothing to share out.
    AllZero,
}

/// What has to lie within which limits. A reason is carried by every step of an expression and must be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A share, between 0 and 1.
    Share,
    /// A probability, between 0 and 1.
    Probability,
    /// A quantile, between 0 and 1.
    Quantile,
    /// A count that can be worked with.
    Count,
    /// A number that can be worked with.
    Number,
    /// A count of some, at most that of all.
    Part,
    /// An amount, not below zero.
    Amount,
    /// A mean, above zero.
    Mean,
}

impl Limit {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Limit::Share => ("a share", "between 0 and 1"),
            Limit::Probability => ("a probability", "between 0 and 1"),
            Limit::Quantile => ("the quantile", "between 0 and 1"),
            Limit::Count => ("a count", "small enough to work with"),
            Limit::Number => ("a number", "small enough to work with"),
            Limit::Part => ("a count", "at most the total"),
            Limit::Amount => ("an amount", "zero or more"),
            Limit::Mean => ("the mean", "above zero"),
        }
    }
}

impl fmt::Display for NotTestable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("there is nothing to count or compare"),
            Self::TooFew { have: 1, need } => write!(out, "there is 1 and the test needs {need}"),
            Self::TooFew { have, need } => write!(out, "there are {have} and the test needs {need}"),
            Self::TooFewGroups => out.write_str("fewer than two groups are large enough to compare"),
            Self::SharesDoNotSum => out.write_str("the shares do not add up to 1"),
            Self::Mismatch { counts, shares } => {
                write!(out, "the number of counts ({counts}) differs from the number of shares ({shares})")
            }
            Self::OutOfRange(limit) => {
                let (what, range) = limit.words();
                write!(out, "{what} is not {range}")
            }
            Self::NotInList => out.write_str("the value to adjust is not in the list"),
            Self::AllZero => out.write_str("every value is zero, so there is nothing to share out"),
        }
    }
}

impl std::error::Error for NotTestable {}

const SHARE_OUT_OF_RANGE: NotTestable = NotTestable::OutOfRange(Limit::Share);
const PROBABILITY_OUT_OF_RANGE: NotTestable = NotTestable::OutOfRange(Limit::Probability);
const COUNT_OUT_OF_RANGE: NotTestable = NotTestable::OutOfRange(Limit::Count);
const NUMBER_OUT_OF_RANGE: NotTestable = NotTestable::OutOfRange(Limit::Number);

/// Total variation distance ½ Σ |oᵢ/n − pᵢ|, also called index of dissimilarity: the part of all observations that
/// would have to change cell for the counts to match the shares.
///
/// `counts` are observations for each cell, `shares` what is expected of each, as parts of 1. The result lies
/// between 0 (as expected) and 1 (no overlap). It is not zero by chance alone: judge it together with [`fit_p`].
/// Shares that add up to 1 within 0.000001 only are brought to 1 first.
///
/// # Errors
/// `Mismatch`, `Empty` (no cells, or nothing observed), `OutOfRange`, `SharesDoNotSum`.
///
/// Source: Duncan & Duncan 1955.
pub fn total_variation(counts: &[u64], shares: &[f64]) -> Result<f64, NotTestable> {
    let sample = Sample::new(counts, shares)?;
    if sample.total == 0 {
        return Err(NotTestable::Empty);
    }
    let total = f64::from(sample.total);
    let gaps = sample.cells.iter().map(|cell| (f64::from(cell.count) / total - cell.share).abs());
    Ok(round_significant(sum(gaps.collect()) / 2.0))
}

/// Goodness of fit: the probability, were the shares true, of counts at least as improbable as these.
///
/// `counts` are observations for each cell, `shares` what is expected of each, as parts of 1; the expected count of
/// a cell is eᵢ = n·pᵢ. The test is the first that can be had:
///
/// 1. the exact multinomial test, p = Σ P(x) over the outcomes x with P(x) ≤ P(o)·(1+10⁻⁷), unless it takes more than
///    200,000 steps;
/// 2. otherwise the same, after the two cells of smallest expectation have been put together, again and again, until
///    every eᵢ ≥ 5. Of equal expectations the first in the list is taken first;
/// 3. otherwise chi-squared on the cells of 2, X² = Σ (oᵢ−eᵢ)²/eᵢ with k−1 degrees of freedom, P(χ² ≥ X²).
///
/// "Every eᵢ ≥ 5" is not enough for chi-squared where an exact answer can be had: with two equal cells it would raise
/// 7.8 false alarms in a hundred at 21 observations and a limit of 0.05, although 10.5 are expected in each.
///
/// A cell with a share of 0 and a count of 0 plays no part. A cell with a share of 0 and a count above it could not
/// have come about, so p = 0. Shares that add up to 1 within 0.000001 only are brought to 1 first.
///
/// # Errors
/// `Mismatch`, `Empty`, `OutOfRange`, `SharesDoNotSum`; `TooFew` under 5 observations; `TooFewGroups` where fewer
/// than two cells have a share, or are left once small ones have been put together.
///
/// Source: exact test, Tsang & Cheng; when chi-squared may stand in for it, the rule "all eᵢ ≥ 5".
pub fn fit_p(counts: &[u64], shares: &[f64]) -> Result<f64, NotTestable> {
    let Sample { mut cells, total } = Sample::new(counts, shares)?;
    if total < FIT_OBSERVED_MIN {
        return Err(NotTestable::TooFew { have: total as u8, need: FIT_OBSERVED_MIN as u8 });
    }
    if cells.iter().any(|cell| cell.share == 0.0 && cell.count > 0) {
        return Ok(0.0);
    }
    cells.retain(|cell| cell.share > 0.0);
    if cells.len() < 2 {
        return Err(NotTestable::TooFewGroups);
    }
    if let Some(p) = exact_multinomial_p(&cells, total) {
        return Ok(p);
    }
    let (n, before) = (f64::from(total), cells.len());
    let pooled = pool(cells, n);
    if pooled.len() < 2 {
        return Err(NotTestable::TooFewGroups);
    }
    if pooled.len() < before
        && let Some(p) = exact_multinomial_p(&pooled, total)
    {
        return Ok(p);
    }
    chi_squared_p(&pooled, n)
}

/// The exact multinomial p-value; `None` where it takes too many steps.
fn exact_multinomial_p(cells: &[Cell], total: u32) -> Option<f64> {
    Exact::new(cells, total, Steps(EXACT_STEPS_MAX)).and_then(|mut exact| exact.p()).map(round_significant)
}

/// The one-sided exact binomial probability P(X ≤ k), X ~ Bin(n, p): how likely it is to see `k` or fewer among `n`
/// where each has the chance `p`.
///
/// Summed term by term, each relative to that of `k`, without logarithms or approximations. A probability under
/// about 10⁻³⁰⁰ is given as 0.
///
/// # Errors
/// `Empty` where n = 0; `OutOfRange` where k > n, n does not fit 32 bits, or p lies outside 0 to 1.
///
/// Source: as used for the representativeness of trials, Friedson et al. 2026.
pub fn binomial_low_p(k: u64, n: u64, p: f64) -> Result<f64, NotTestable> {
    if !(0.0..=1.0).contains(&p) {
        return Err(PROBABILITY_OUT_OF_RANGE);
    }
    if n == 0 {
        return Err(NotTestable::Empty);
    }
    if k > n {
        return Err(NotTestable::OutOfRange(Limit::Part));
    }
    let (k, n) = (count(k)?, count(n)?);
    if k == n || p == 0.0 {
        return Ok(1.0);
    }
    if p >= 1.0 {
        return Ok(0.0);
    }
    let odds = p / (1.0 - p);
    let fewer = series((0..k).rev().map(|x| f64::from(x + 1) / f64::from(n - x) / odds));
    let more = series((k..n).map(|x| f64::from(n - x) / (f64::from(x) + 1.0) * odds));
    // A quotient that survives either series running into infinity.
    Ok(round_significant(1.0 / (1.0 + more / (1.0 + fewer))))
}

/// Fisher's exact test, two-sided, of whether two groups differ in how often something happens.
///
/// `a` and `b` are with and without it in the first group, `c` and `d` in the second. The result is the sum of the
/// probabilities of the tables with the same margins that are at most (1+10⁻⁷) times as probable as this one. Where
/// it happens in all or in none, p = 1. A probability under about 10⁻³⁰⁰ is given as 0.
///
/// # Errors
/// `Empty` where a group is empty; `OutOfRange` where the total does not fit 32 bits.
///
/// Source: Fisher; the two-sided sum and its tolerance are those of R's `fisher.test`.
pub fn fisher_p(a: u64, b: u64, c: u64, d: u64) -> Result<f64, NotTestable> {
    let (a, b, c, d) = (count(a)?, count(b)?, count(c)?, count(d)?);
    let group = |with: u32, without: u32| with.checked_add(without).ok_or(COUNT_OUT_OF_RANGE);
    let (first, second) = (group(a, b)?, group(c, d)?);
    group(first, second)?;
    if first == 0 || second == 0 {
        return Err(NotTestable::Empty);
    }
    // Weights of the other tables relative to the observed one: `a` and `d` rise while `b` and `c` fall, and back.
    let walk = |rising: (u32, u32), falling: (u32, u32)| {
        weights((1..=falling.0.min(falling.1)).map(move |step| {
            let fall = f64::from(falling.0 - step + 1) * f64::from(falling.1 - step + 1);
            let rise = (f64::from(rising.0) + f64::from(step)) * (f64::from(rising.1) + f64::from(step));
            fall / rise
        }))
    };
    // In ascending order, so that the sums are the same whichever group comes first.
    let mut tables: Vec<f64> = walk((a, d), (b, c)).chain([1.0]).chain(walk((b, c), (a, d))).collect();
    tables.sort_unstable_by(f64::total_cmp);
    let extreme: f64 = tables.iter().take_while(|&&weight| weight <= 1.0 + TIE).sum();
    let all: f64 = tables.iter().sum();
    Ok(round_significant(extreme / all))
}

/// Holm's adjustment: `p`, one of the probabilities in `list`, made fit to be judged among all of them.
///
/// With the list in ascending order the i-th of m becomes max over j ≤ i of min(1, (m−j+1)·pⱼ). Comparing the
/// result with α keeps the chance of any false alarm within the list at α or below.
///
/// # Errors
/// `Empty`; `OutOfRange` for a value outside 0 to 1; `NotInList` where `p` is not in the list (to twelve digits).
///
/// Source: Holm 1979, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6:65–70.
pub fn holm(p: f64, list: &[f64]) -> Result<f64, NotTestable> {
    if list.is_empty() {
        return Err(NotTestable::Empty);
    }
    if !list.iter().chain([&p]).all(|value| (0.0..=1.0).contains(value)) {
        return Err(PROBABILITY_OUT_OF_RANGE);
    }
    let p = round_significant(p);
    let mut ascending: Vec<f64> = list.iter().copied().map(round_significant).collect();
    ascending.sort_unstable_by(f64::total_cmp);
    if !ascending.contains(&p) {
        return Err(NotTestable::NotInList);
    }
    let remaining = (1..=length(list)?).rev().map(f64::from);
    let steps = ascending.into_iter().zip(remaining).take_while(|&(value, _)| value <= p);
    let adjusted = steps.map(|(value, factor)| value * factor).fold(0.0, f64::max);
    Ok(round_significant(adjusted.min(1.0)))
}

/// The Gini coefficient, corrected for size: G* = n/(n−1) · Σ (2i−n−1)·x₍ᵢ₎ / (n·Σx), x₍ᵢ₎ in ascending order.
///
/// `list` has one amount for each of n, zeros included. 0 where all have the same, 1 where one has everything. It is
/// not zero by chance alone: compare it with [`chance_gini`].
///
/// # Errors
/// `Empty`; `TooFew` under two; `OutOfRange` for a negative amount or one too large; `AllZero`.
///
/// Source: Gini, with the size correction n/(n−1).
pub fn gini(list: &[f64]) -> Result<f64, NotTestable> {
    if list.iter().any(|&value| value < 0.0) {
        return Err(NotTestable::OutOfRange(Limit::Amount));
    }
    let ascending = ascending(list)?;
    let n = length(list)?;
    if n < 2 {
        return Err(NotTestable::TooFew { have: n as u8, need: 2 });
    }
    // The sum of finite amounts may be too large; that of their parts of the largest is not.
    let scale = ascending.last().copied().unwrap_or(0.0);
    if scale == 0.0 {
        return Err(NotTestable::AllZero);
    }
    // The i-th smallest and the i-th largest have opposite factors: paired, equal amounts cancel exactly.
    let (n, half) = (f64::from(n), n / 2);
    let pairs = ascending.iter().zip(ascending.iter().rev()).zip((1..=half).map(f64::from));
    let spread = pairs.map(|((low, high), i)| (n + 1.0 - 2.0 * i) * (high / scale - low / scale));
    let spread = sum(spread.collect());
    let total = sum(ascending.iter().map(|value| value / scale).collect());
    Ok(round_significant(spread / ((n - 1.0) * total)))
}

/// The size-corrected Gini coefficient that chance alone leads to, E(G*) ≈ 1/√(π·λ), where single items fall on their
/// owners at random, λ = `mean` items to each.
///
/// Agrees with simulation to about 0.015 for λ from 2 to 8 and 5 to 40 owners; too high for a λ under 1, and never
/// given as more than 1, the greatest value that G* takes. Items that come in bursts spread less evenly still: a
/// value below this one can be put down to chance, one above it need not be more than chance.
///
/// # Errors
/// `OutOfRange` where `mean` is not above zero, or not finite.
///
/// Source: simulation, and the limit for counts of a Poisson distribution, whose mean difference is 2√(λ/π).
pub fn chance_gini(mean: f64) -> Result<f64, NotTestable> {
    if mean > 0.0 && mean.is_finite() {
        Ok(round_significant((std::f64::consts::PI * mean).sqrt().recip().min(1.0)))
    } else {
        Err(NotTestable::OutOfRange(Limit::Mean))
    }
}

/// The `q`-quantile of `list` by linear interpolation: with h = (n−1)·q, x₍⌊h⌋₎ + (h−⌊h⌋)·(x₍⌊h⌋₊₁₎ − x₍⌊h⌋₎),
/// counted from 0 in ascending order. In the units of the list; `q` between 0 (smallest) and 1 (largest).
///
/// # Errors
/// `Empty`; `OutOfRange` where `q` lies outside 0 to 1, or a value is not finite.
///
/// Source: type 7 of Hyndman & Fan 1996, the default of R and `numpy`.
pub fn quantile(list: &[f64], q: f64) -> Result<f64, NotTestable> {
    if !(0.0..=1.0).contains(&q) {
        return Err(NotTestable::OutOfRange(Limit::Quantile));
    }
    let ascending = ascending(list)?;
    let place = f64::from(length(list)? - 1) * q;
    let steps = ascending.iter().zip(ascending.iter().skip(1)).zip((0_u32..).map(f64::from));
    for ((low, high), index) in steps {
        if place <= index + 1.0 {
            let part = place - index;
            return Ok(round_significant(low * (1.0 - part) + high * part));
        }
    }
    // Only a list of one has no step.
    ascending.last().copied().map(round_significant).ok_or(NotTestable::Empty)
}

/// `x` to twelve significant digits, exact ties to even; −0 becomes 0, infinities and NaN stay.
///
/// Division, logarithms and sums differ between machines and orders of work in their last digits. Rounding comes
/// before any comparison or print, so that reports do not.
#[must_use]
pub fn round_significant(x: f64) -> f64 {
    // Whole numbers of no more digits are as they should be: many a probability is 0 or 1.
    if x.fract() == 0.0 && x.abs() < 1e12 {
        return x + 0.0;
    }
    // The detour through text rounds the decimal value correctly, which scaling by a power of ten does not.
    let mut text = String::with_capacity(24);
    // A string takes whatever is written to it.
    let _ = write!(text, "{x:.11e}");
    text.parse().unwrap_or(x) + 0.0
}

/// One cell of a sample: how many were observed, and the share expected.
#[derive(Clone, Copy, Debug)]
struct Cell {
    count: u32,
    share: f64,
}

/// Counts and shares that belong together, checked, with shares that add up to 1.
struct Sample {
    /// By share, smallest first; cells of one share keep the order of the lists.
    cells: Vec<Cell>,
    total: u32,
}

impl Sample {
    fn new(counts: &[u64], shares: &[f64]) -> Result<Self, NotTestable> {
        if counts.len() != shares.len() {
            let length = |length: usize| u16::try_from(length).unwrap_or(u16::MAX);
            return Err(NotTestable::Mismatch { counts: length(counts.len()), shares: length(shares.len()) });
        }
        if counts.is_empty() {
            return Err(NotTestable::Empty);
        }
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err(SHARE_OUT_OF_RANGE);
        }
        let whole = sum(shares.to_vec());
        let gap = (whole - 1.0).abs();
        // Three shares of 0.333333 are 10⁻⁶ off, and a little more in binary.
        if gap > SHARES_SLACK + 1e-12 {
            return Err(NotTestable::SharesDoNotSum);
        }
        // Dividing by a sum that is 1 but for binary rounding would only blur the shares.
        let divisor = if gap > 1e-12 { whole } else { 1.0 };
        let mut total = 0_u32;
        let mut cells = Vec::with_capacity(counts.len());
        for (&observed, share) in counts.iter().zip(shares) {
            let count = count(observed)?;
            total = total.checked_add(count).ok_or(COUNT_OUT_OF_RANGE)?;
            cells.push(Cell { count, share: share / divisor });
        }
        cells.sort_by(|one: &Cell, other| one.share.total_cmp(&other.share));
        Ok(Self { cells, total })
    }
}

/// Whether an expected count bears the chi-squared approximation; 77·(5/77) is a little under 5 in binary.
fn is_enough(expected: f64) -> bool {
    expected >= EXPECTED_MIN - 1e-9
}

/// Puts the two cells of smallest expectation together until none is too small. `cells` are in ascending order.
///
/// The counts have no say, not even among cells of one share: a choice that looks at them would raise more, or fewer,
/// false alarms than the p-value promises.
fn pool(cells: Vec<Cell>, n: f64) -> Vec<Cell> {
    let mut cells = VecDeque::from(cells);
    while cells.front().is_some_and(|smallest| !is_enough(n * smallest.share)) {
        let (Some(first), Some(second)) = (cells.pop_front(), cells.pop_front()) else { break };
        let both = Cell { count: first.count + second.count, share: first.share + second.share };
        let place = cells.partition_point(|cell| cell.share <= both.share);
        cells.insert(place, both);
    }
    cells.into()
}

/// P(χ² ≥ X²) with one degree of freedom less than there are cells.
fn chi_squared_p(cells: &[Cell], n: f64) -> Result<f64, NotTestable> {
    let terms = cells.iter().map(|cell| {
        let expected = n * cell.share;
        (f64::from(cell.count) - expected).powi(2) / expected
    });
    let statistic = sum(terms.collect());
    let freedom = f64::from(length(cells)?) - 1.0;
    // The function is not defined at 0, where every outcome is at least as far off.
    let p = gamma::checked_gamma_ur(freedom / 2.0, statistic / 2.0).unwrap_or(1.0);
    Ok(round_significant(p))
}

/// The exact multinomial test, by branch and bound.
///
/// The cells are cut in two. The larger ones form a tree: a node fixes the counts of some cells, with `left`
/// observations for the rest. A node whose most probable outcome is at most the observed one's is counted whole, by
/// its mass in closed form; one whose least probable outcome is above is skipped whole. The children of a node have
/// their most probable outcomes in a sequence with a single peak, so that those counted whole are two tails of a
/// binomial distribution. The smaller cells are tabulated for each `left` that occurs: outcomes in order of
/// probability with running sums, where one look-up settles the node. Plain enumeration, and a tree down to the last
/// cell, visit far more: 62.9 million outcomes for 40 observations in 8 cells.
///
/// Weights are natural logarithms of probabilities.
struct Exact {
    levels: Vec<Level>,
    small: Small,
    /// For m in the smallest cell, m·ln p − ln m!, which is also the least weight of m in more cells than that.
    least: Vec<f64>,
    /// What an outcome's weight may be and still count.
    limit: f64,
    root: f64,
    total: u32,
    steps: Steps,
    p: f64,
}

/// One cell of the tree.
struct Level {
    /// p/q, where p is the share of this cell and q is the share of all cells after this one.
    odds: f64,
    /// For x in this cell, x·ln p − ln x!
    weight: Vec<f64>,
    /// For m in all cells after this one together, m·ln q − ln m!
    rest: Vec<f64>,
    /// For m in the cells after this one, the weight of their most probable outcome.
    peak: Vec<f64>,
}

/// The cells that are tabulated.
struct Small {
    /// For each cell and x in it, x·ln p − ln x!
    weights: Vec<Vec<f64>>,
    /// For each m in these cells together: the weights of the outcomes in ascending order, each with the sum of the
    /// probabilities so far relative to the greatest.
    tables: Vec<Option<Vec<(f64, f64)>>>,
}

/// What is left of the steps that may be taken.
struct Steps(u64);

impl Steps {
    fn take(&mut self, steps: u64) -> Option<()> {
        self.0 = self.0.checked_sub(steps)?;
        Some(())
    }
}

impl Exact {
    /// Prepares the bounds; `None` where they alone take too many steps. `cells` are in ascending order.
    fn new(cells: &[Cell], total: u32, mut steps: Steps) -> Option<Self> {
        let (small, large) = cells.split_at_checked(cells.len() / 2)?;
        let sizes = u64::from(total) + 1;
        for after in small.len()..=cells.len() {
            steps.take(sizes.checked_mul(u64::try_from(after).ok()?)?)?;
        }

        let factorials: Vec<f64> = (0..=total).map(|x| factorial::ln_factorial(u64::from(x))).collect();
        let weigh = |share: f64| -> Vec<f64> {
            let ln_share = share.ln();
            (0..=total).zip(&factorials).map(|(x, factorial)| f64::from(x) * ln_share - factorial).collect()
        };
        let least = weigh(small.first()?.share);
        let mut levels = Vec::with_capacity(large.len());
        for (index, cell) in large.iter().enumerate() {
            let after = cells.get(..small.len() + index)?;
            let share = sum(after.iter().map(|cell| cell.share).collect());
            levels.push(Level { odds: cell.share / share, weight: weigh(cell.share), rest: weigh(share), peak: peaks(after, total) });
        }
        levels.reverse();

        let root = factorials.last().copied()?;
        let mut limit = root + TIE.ln_1p();
        for cell in cells {
            limit += f64::from(cell.count) * cell.share.ln() - at(&factorials, cell.count);
        }
        let small =
            Small { weights: small.iter().map(|cell| weigh(cell.share)).collect(), tables: factorials.iter().map(|_| None).collect() };
        Some(Self { levels, small, least, limit, root, total, steps, p: 0.0 })
    }

    /// The sum over all outcomes that count; `None` where it takes too many steps.
    fn p(&mut self) -> Option<f64> {
        let levels = std::mem::take(&mut self.levels);
        self.visit(&levels, self.total, self.root)?;
        self.p.is_finite().then(|| self.p.min(1.0))
    }

    /// Adds what counts beneath a node, with `left` observations for the cells of `levels` and the small ones.
    fn visit(&mut self, levels: &[Level], left: u32, weight: f64) -> Option<()> {
        self.steps.take(1)?;
        let Some((level, below)) = levels.split_first() else {
            return self.look_up(left, weight);
        };
        let greatest = |x: u32| weight + at(&level.weight, x) + at(&level.peak, left - x);
        let mass = |x: u32| (weight + at(&level.weight, x) + at(&level.rest, left - x)).exp();

        // Greatest probabilities rise up to `top` and fall after it; `from..to` are the children not counted whole.
        let top = first(0, left, |x| greatest(x + 1) <= greatest(x));
        let from = first(0, top, |x| greatest(x) > self.limit);
        let to = first(top, left + 1, |x| greatest(x) <= self.limit);
        if from > 0 {
            let ratios = (1..from).rev().map(|x| f64::from(x) / f64::from(left - x + 1) / level.odds);
            self.p += mass(from - 1) * (1.0 + series(ratios));
        }
        if to <= left {
            let ratios = (to..left).map(|x| f64::from(left - x) / f64::from(x + 1) * level.odds);
            self.p += mass(to) * (1.0 + series(ratios));
        }
        for x in from..to {
            let here = weight + at(&level.weight, x);
            if here + at(&self.least, left - x) <= self.limit {
                self.visit(below, left - x, here)?;
            }
        }
        Some(())
    }

    /// Adds what counts beneath a node where only small cells are open.
    fn look_up(&mut self, left: u32, weight: f64) -> Option<()> {
        let Small { weights, tables } = &mut self.small;
        let slot = tables.get_mut(usize::try_from(left).ok()?)?;
        let table = match slot {
            Some(table) => table,
            None => slot.insert(tabulate(weights, left, &mut self.steps)?),
        };
        let counted = table.partition_point(|&(outcome, _)| weight + outcome <= self.limit);
        let last_counted = counted.checked_sub(1).and_then(|index| table.get(index));
        if let (Some(&(_, mass)), Some(&(greatest, _))) = (last_counted, table.last()) {
            self.p += (weight + greatest).exp() * mass;
        }
        Some(())
    }
}

/// Every outcome of `left` observations in the cells of `weights`, as [`Small`] keeps them.
fn tabulate(weights: &[Vec<f64>], left: u32, steps: &mut Steps) -> Option<Vec<(f64, f64)>> {
    let mut outcomes = Vec::new();
    spread(weights, left, 0.0, steps, &mut outcomes)?;
    outcomes.sort_unstable_by(f64::total_cmp);
    let greatest = outcomes.last().copied()?;
    let mut mass = 0.0;
    Some(
        outcomes
            .into_iter()
            .map(|outcome| {
                mass += (outcome - greatest).exp();
                (outcome, mass)
            })
            .collect(),
    )
}

fn spread(weights: &[Vec<f64>], left: u32, weight: f64, steps: &mut Steps, outcomes: &mut Vec<f64>) -> Option<()> {
    match weights {
        [] => {}
        [last] => {
            steps.take(1)?;
            outcomes.push(weight + at(last, left));
        }
        [cell, others @ ..] => {
            for x in 0..=left {
                spread(others, left - x, weight + at(cell, x), steps, outcomes)?;
            }
        }
    }
    Some(())
}

/// For each number of observations from 0 to `total`, the weight of the most probable outcome in `cells`. Adding one
/// observation at a time where it costs least finds it, because each cell's weight is concave.
fn peaks(cells: &[Cell], total: u32) -> Vec<f64> {
    let mut shares: Vec<(f64, f64)> = cells.iter().map(|cell| (cell.share, 0.0)).collect();
    let mut weight = 0.0;
    let mut peaks = vec![weight];
    for _ in 0..total {
        let gain = |&(share, taken): &(f64, f64)| share / (taken + 1.0);
        if let Some(best) = shares.iter_mut().max_by(|one, other| gain(one).total_cmp(&gain(other))) {
            weight += gain(best).ln();
            best.1 += 1.0;
        }
        peaks.push(weight);
    }
    peaks
}

/// The first of `from..to` for which `holds`, or `to`; once it holds it goes on to hold.
fn first(mut from: u32, mut to: u32, holds: impl Fn(u32) -> bool) -> u32 {
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

/// The value at `index`. Past the end, which does not happen, NaN: it would spoil the sum, and so be noticed.
fn at(values: &[f64], index: u32) -> f64 {
    usize::try_from(index).ok().and_then(|index| values.get(index)).copied().unwrap_or(f64::NAN)
}

/// The terms r₁, r₁r₂, r₁r₂r₃ … of falling `ratios`, until they are negligible beside 1 or infinite.
fn weights(ratios: impl Iterator<Item = f64>) -> impl Iterator<Item = f64> {
    let mut term = 1.0;
    let mut done = false;
    ratios.map_while(move |ratio| {
        if done {
            return None;
        }
        term *= ratio;
        done = term < NEGLIGIBLE || term == f64::INFINITY;
        Some(term)
    })
}

/// The sum of [`weights`].
fn series(ratios: impl Iterator<Item = f64>) -> f64 {
    weights(ratios).sum()
}

/// The sum of `values`, whatever their order, with the error of each addition carried along (Neumaier's method).
fn sum(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { sum - next + value } else { value - next + sum };
        sum = next;
    }
    sum + lost
}

/// The values in ascending order.
fn ascending(list: &[f64]) -> Result<Vec<f64>, NotTestable> {
    if list.is_empty() {
        return Err(NotTestable::Empty);
    }
    if !list.iter().all(|value| value.is_finite()) {
        return Err(NUMBER_OUT_OF_RANGE);
    }
    let mut ascending = list.to_vec();
    ascending.sort_unstable_by(f64::total_cmp);
    Ok(ascending)
}

/// A count as one that converts to a decimal without loss.
fn count(value: u64) -> Result<u32, NotTestable> {
    u32::try_from(value).map_err(|_| COUNT_OUT_OF_RANGE)
}

fn length<T>(list: &[T]) -> Result<u32, NotTestable> {
    u32::try_from(list.len()).map_err(|_| COUNT_OUT_OF_RANGE)
}

#[cfg(test)]
mod tests;
