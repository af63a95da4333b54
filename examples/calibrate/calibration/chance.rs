//! Chance: a seeded generator, outcome spaces, their outcomes with exact probabilities, and draws from them.
//!
//! Everything rests on whole numbers and on the four operations, so that every machine gets the same numbers. What the
//! counts stand for, and rules, do not belong here.
//!
//! The generator is PCG64 (XSL RR 128/64, O'Neill 2014), which is specified bit by bit; the crate's own tests hold it to
//! the reference. Nothing of a library's distributions is used: their streams may change between versions. Each cell
//! has a generator of its own, seeded with the SHA-256 of the seed and the cell's name, so that a cell can be drawn
//! again by itself.

use std::collections::HashMap;
use std::rc::Rc;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// More groups than this are drawn, not counted out.
const EXACT_GROUPS_MAX: usize = 12;
/// Nodes of the tree of outcomes that are visited before drawing is chosen instead.
const EXACT_VISITS_MAX: u32 = 3_000_000;
/// Outcomes (with their rearrangements) that are less probable than this are left out. With at most as many as are
/// visited, less than three in a million is left out altogether.
const NEGLIGIBLE: f64 = 1e-12;

/// A seeded generator.
#[derive(Debug)]
pub struct Chance(Pcg64);

impl Chance {
    /// The generator of a cell.
    #[must_use]
    pub fn of(seed: u64, cell: &str) -> Self {
        let digest = Sha256::digest(format!("{seed}/{cell}").as_bytes());
        Self(Pcg64::from_seed(digest.into()))
    }

    /// A whole number below `n`, each equally likely (Lemire 2019, with rejection).
    pub fn below(&mut self, n: u32) -> u32 {
        if n == 0 {
            return 0;
        }
        let mut product = u64::from(self.word()) * u64::from(n);
        if (product as u32) < n {
            let floor = n.wrapping_neg() % n;
            while (product as u32) < floor {
                product = u64::from(self.word()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    fn word(&mut self) -> u32 {
        (self.0.next_u64() >> 32) as u32
    }

    /// A place in `weights`, in proportion to them.
    pub fn pick(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }
}

/// What can come about: a count for each group.
#[derive(Clone, Debug)]
pub enum Space {
    /// `n` times a group is picked, in proportion to the odds.
    Picks {
        /// How many are picked.
        n: u32,
        /// The odds of each group.
        odds: Vec<u32>,
    },
    /// `seats` people are picked from a pool, nobody twice; the odds of a person are those of the group.
    Seats {
        /// How many are picked.
        seats: u32,
        /// How many of each group the pool holds.
        pool: Vec<u32>,
        /// The odds of one person of each group. Where they are equal, the outcomes can be counted out.
        odds: Vec<u32>,
    },
    /// Of the people of each group, everyone by themselves counts with this chance.
    Each {
        /// How many people there are in each group.
        people: Vec<u32>,
        /// Their chances, in thousandths.
        chances: Vec<u32>,
    },
    /// `turns` times a group is picked in proportion to the odds, and counts for a run: 1 and on, each further one
    /// with the chance `further`.
    Runs {
        /// How many runs there are.
        turns: u32,
        /// The odds of each group.
        odds: Vec<u32>,
        /// The chance of one more in the same run, in thousandths.
        further: u32,
    },
}

impl Space {
    /// The number of groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        match self {
            Space::Picks { odds, .. } | Space::Runs { odds, .. } => odds.len(),
            Space::Seats { pool, .. } => pool.len(),
            Space::Each { people, .. } => people.len(),
        }
    }

    /// An outcome by chance.
    pub fn draw(&self, chance: &mut Chance) -> Vec<u32> {
        let mut counts = vec![0; self.groups()];
        let mut add = |place: usize, n: u32| {
            if let Some(count) = counts.get_mut(place) {
                *count += n;
            }
        };
        match self {
            Space::Picks { n, odds } => (0..*n).for_each(|_| add(chance.pick(odds), 1)),
            Space::Seats { seats, pool, odds } => {
                let mut left = pool.clone();
                for _ in 0..*seats {
                    let weights: Vec<u32> = left.iter().zip(odds).map(|(left, odds)| left * odds).collect();
                    let place = chance.pick(&weights);
                    if let Some(left) = left.get_mut(place) {
                        *left = left.saturating_sub(1);
                    }
                    add(place, 1);
                }
            }
            Space::Each { people, chances } => {
                for (place, (people, probability)) in people.iter().zip(chances).enumerate() {
                    (0..*people).filter(|_| chance.below(1000) < *probability).for_each(|_| add(place, 1));
                }
            }
            Space::Runs { turns, odds, further } => {
                for _ in 0..*turns {
                    let place = chance.pick(odds);
                    add(place, 1);
                    while chance.below(1000) < *further {
                        add(place, 1);
                    }
                }
            }
        }
        counts
    }

    /// All outcomes with their probabilities; `None` where they are more than `most`. Of outcomes that differ only by a
    /// rearrangement of groups that are `alike` (same number), one stands for all, with their probabilities together.
    #[must_use]
    pub fn outcomes(&self, alike: &[u32], most: usize) -> Option<Vec<(f64, Vec<u32>)>> {
        if self.groups() > EXACT_GROUPS_MAX || alike.len() != self.groups() {
            return None;
        }
        let own: Vec<(u32, u32, u32)> = match self {
            Space::Picks { odds, .. } => alike.iter().zip(odds).map(|(alike, odds)| (*alike, *odds, 0)).collect(),
            Space::Seats { pool, odds, .. } => {
                if odds.iter().any(|odd| Some(odd) != odds.first()) {
                    return None;
                }
                alike.iter().zip(pool).map(|(alike, pool)| (*alike, *pool, 0)).collect()
            }
            Space::Each { people, chances } => {
                alike.iter().zip(people.iter().zip(chances)).map(|(alike, (people, chance))| (*alike, *people, *chance)).collect()
            }
            Space::Runs { .. } => return None,
        };
        let mut tree = Tree { space: self, own, most, steps: HashMap::new(), kept: Vec::new(), visits: 0, counts: Vec::new() };
        let left = match self {
            Space::Picks { n, .. } => *n,
            Space::Seats { seats, .. } => *seats,
            Space::Each { .. } | Space::Runs { .. } => 0,
        };
        tree.visit(left, 1.0)?;
        Some(tree.kept)
    }

    /// How probable each count is in the group at `place`, with `left` for it and the groups after it.
    fn step(&self, place: usize, left: u32) -> Vec<f64> {
        let sum = |list: &[u32]| list.iter().skip(place).sum::<u32>();
        let own = |list: &[u32]| list.get(place).copied().unwrap_or(0);
        match self {
            Space::Picks { odds, .. } => binomial(left, own(odds), sum(odds)),
            Space::Seats { pool, .. } => hypergeometric(left, own(pool), sum(pool)),
            Space::Each { people, chances } => binomial(own(people), own(chances), 1000),
            Space::Runs { .. } => Vec::new(),
        }
    }
}

/// The outcomes of a space, group by group.
struct Tree<'s> {
    space: &'s Space,
    /// Groups with the same entry may change places.
    own: Vec<(u32, u32, u32)>,
    steps: HashMap<(usize, u32), Rc<Vec<f64>>>,
    kept: Vec<(f64, Vec<u32>)>,
    most: usize,
    visits: u32,
    counts: Vec<u32>,
}

impl Tree<'_> {
    fn visit(&mut self, left: u32, probability: f64) -> Option<()> {
        self.visits += 1;
        if self.visits > EXACT_VISITS_MAX || self.kept.len() > self.most {
            return None;
        }
        let place = self.counts.len();
        let Some(own) = self.own.get(place) else {
            let all = probability * self.arrangements();
            if all >= NEGLIGIBLE {
                self.kept.push((all, self.counts.clone()));
            }
            return Some(());
        };
        // Among groups that are alike the counts fall from left to right.
        let same = place > 0 && self.own.get(place - 1) == Some(own);
        let most = if same { self.counts.last().copied().unwrap_or(u32::MAX) } else { u32::MAX };
        let rest = self.own.get(place..).unwrap_or_default();
        let shared_out = matches!(self.space, Space::Picks { .. } | Space::Seats { .. });
        let least = if shared_out && rest.iter().all(|other| other == own) { left.div_ceil(rest.len() as u32) } else { 0 };
        let step = match self.steps.get(&(place, left)) {
            Some(known) => Rc::clone(known),
            None => {
                let step = Rc::new(self.space.step(place, left));
                self.steps.insert((place, left), Rc::clone(&step));
                step
            }
        };
        for (count, here) in (0..).zip(step.iter()) {
            if count < least || count > most || *here == 0.0 {
                continue;
            }
            self.counts.push(count);
            let after = if shared_out { left - count } else { 0 };
            self.visit(after, probability * here)?;
            self.counts.pop();
        }
        Some(())
    }

    /// In how many ways the counts can be rearranged among groups that are alike.
    fn arrangements(&self) -> f64 {
        let mut ways = 1.0;
        let mut run = 0.0;
        let mut equal = 0.0;
        let mut last = None;
        for now in self.own.iter().zip(&self.counts) {
            let (same, repeated) = match last {
                Some((own, count)) => (own == now.0, own == now.0 && count == now.1),
                None => (false, false),
            };
            run = if same { run + 1.0 } else { 1.0 };
            equal = if repeated { equal + 1.0 } else { 1.0 };
            ways *= run / equal;
            last = Some(now);
        }
        ways
    }
}

/// The binomial distribution of `n` with the chance `part`/`whole`.
#[must_use]
pub fn binomial(n: u32, part: u32, whole: u32) -> Vec<f64> {
    if part == 0 || part >= whole {
        let sure = if part == 0 { 0 } else { n };
        return (0..=n).map(|count| if count == sure { 1.0 } else { 0.0 }).collect();
    }
    let odds = f64::from(part) / f64::from(whole - part);
    let top = (u64::from(n) * u64::from(part) / u64::from(whole)) as u32;
    from_ratios(n, top, |count| f64::from(n - count) / f64::from(count + 1) * odds)
}

/// How many of `marked` among `all` are found, where `drawn` are drawn and none twice.
#[must_use]
pub fn hypergeometric(drawn: u32, marked: u32, all: u32) -> Vec<f64> {
    let others = all.saturating_sub(marked);
    let least = drawn.saturating_sub(others);
    let most = drawn.min(marked);
    let top = (u64::from(drawn) * u64::from(marked) / u64::from(all.max(1))) as u32;
    let top = top.clamp(least, most.max(least));
    let ratio = |count: u32| {
        let up = f64::from(marked.saturating_sub(count)) * f64::from(drawn.saturating_sub(count));
        // Written so that it holds for counts that cannot be: then one of the factors is zero or below.
        let down = f64::from(count + 1) * (f64::from(others) - f64::from(drawn) + f64::from(count) + 1.0);
        if down > 0.0 { up / down } else { 0.0 }
    };
    let mut distribution = from_ratios(most, top, ratio);
    distribution.iter_mut().take(least as usize).for_each(|impossible| *impossible = 0.0);
    let whole: f64 = distribution.iter().sum();
    distribution.iter_mut().for_each(|part| *part /= whole);
    distribution
}

/// A distribution over 0 to `most` from the ratios of each to the one before, beginning at `top`, so that nothing
/// becomes too small for the numbers before it no longer matters.
fn from_ratios(most: u32, top: u32, ratio: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut up = Vec::new();
    let mut weight = 1.0;
    for count in top..most {
        weight *= ratio(count);
        up.push(weight);
    }
    let mut down = Vec::new();
    let mut weight = 1.0;
    for count in (0..top).rev() {
        let step = ratio(count);
        weight = if step > 0.0 { weight / step } else { 0.0 };
        down.push(weight);
    }
    let all: Vec<f64> = down.into_iter().rev().chain([1.0]).chain(up).collect();
    let mut ascending = all.clone();
    ascending.sort_unstable_by(f64::total_cmp);
    let whole: f64 = ascending.iter().sum();
    all.into_iter().map(|part| part / whole).collect()
}
