//! Calibration: how often each statistical rule speaks although nothing is wrong, and how often when something is.
//!
//! A *ground* is one kind of programme: so many people, in such groups. On it outcomes come about by chance, fairly or
//! with a stated departure. Each outcome is written down as records and judged by the shipped rules ([`judge`]), and by
//! three customary limits without a test ([`rivals`]). Where all outcomes can be counted out, the shares are exact;
//! otherwise they come from seeded draws ([`chance`]). [`studies`] says what is drawn for which rule, [`document`]
//! writes `docs/calibration.md`.
//!
//! `examples/calibrate` is the command, `tests/calibration.rs` recomputes a part.

#![allow(dead_code, reason = "the command and the test each use a part of this")]

pub mod chance;
pub mod document;
pub mod judge;
pub mod known;
pub mod rivals;
pub mod studies;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chance::{Chance, Space};
use judge::{Judge, Verdict};

/// The seed of the document.
pub const SEED: u64 = 20_260_701;
/// One in so many outcomes that stand for their rearrangements is also judged in another order.
const REARRANGED_EVERY: usize = 10;

/// What is drawn for some rules.
pub struct Study {
    /// A short name, for the command and the seeds.
    pub name: &'static str,
    /// Its title in the document.
    pub title: &'static str,
    /// What is drawn, in words.
    pub drawn: &'static str,
    /// What tells its grounds apart: the first columns.
    pub told_by: Vec<&'static str>,
    /// The customary limits.
    pub rivals: Vec<&'static str>,
    /// Whether false alarms are held to the customary limit, because the rules' own `alpha` speaks of something else.
    pub customary: bool,
    /// Rules that exceed their limit here, and why.
    pub beyond: Vec<(&'static str, &'static str)>,
    /// The rules that judge the same draws.
    pub rules: Vec<&'static str>,
    /// The departures that are tried on each ground, in words.
    pub departures: Vec<String>,
    /// The grounds.
    pub grounds: Vec<Ground>,
}

/// Up to how many outcomes are counted out, and how many draws are made where there are more.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The most outcomes that are counted out.
    pub outcomes: usize,
    /// The draws.
    pub draws: u32,
}

/// What is made of an outcome.
pub type OfOutcome<T> = Box<dyn Fn(&[u32]) -> T + Send + Sync>;

/// What came of a ground: its number, and the shares of verdicts for each space.
type Done = (usize, Result<Vec<Shares>, String>);

/// One kind of programme.
pub struct Ground {
    /// What tells it apart within its study: the first cells of its row.
    pub told_by: Vec<String>,
    /// Groups with the same number are alike to the rules.
    pub alike: Vec<u32>,
    /// The fair space, and one for each departure.
    pub spaces: Vec<Space>,
    /// The effort for the fair space, and for each departure.
    pub effort: (Effort, Effort),
    /// The records of an outcome.
    pub records: OfOutcome<String>,
    /// What the customary limits make of an outcome.
    pub rivals: OfOutcome<Vec<bool>>,
}

/// Shares of all that can come about, or of all draws.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// How many draws; none where the shares are exact.
    pub draws: Option<u32>,
    /// For each rule: programmes with a finding.
    pub alarms: Vec<f64>,
    /// For each rule: subjects without evidence.
    pub silent: Vec<f64>,
    /// Programmes with a finding of at least one of the rules.
    pub any: f64,
    /// For each customary limit: programmes that it would flag.
    pub rivals: Vec<f64>,
}

impl Shares {
    /// The standard error of a share that was drawn.
    #[must_use]
    pub fn error_of(&self, share: f64) -> Option<f64> {
        self.draws.map(|draws| (share * (1.0 - share) / f64::from(draws)).sqrt())
    }
}

#[derive(Clone)]
struct Judged {
    verdicts: Vec<Verdict>,
    rivals: Vec<bool>,
}

/// The shares of a ground's fair space and of its departures.
///
/// # Errors
/// Where what was drawn cannot be judged.
pub fn measure(judge: &Judge, study: &Study, ground: &Ground) -> Result<Vec<Shares>, String> {
    let mut seen: HashMap<Vec<u32>, Judged> = HashMap::new();
    let mut look = |counts: &[u32]| -> Result<Judged, String> {
        if let Some(known) = seen.get(counts) {
            return Ok(known.clone());
        }
        let verdicts = judge.judge(&(ground.records)(counts), &study.rules)?;
        let judged = Judged { verdicts, rivals: (ground.rivals)(counts) };
        seen.insert(counts.to_vec(), judged.clone());
        Ok(judged)
    };
    let mut measured = Vec::new();
    for (number, space) in ground.spaces.iter().enumerate() {
        let cell = format!("{}/{}/{number}", study.name, ground.told_by.join("/"));
        let Effort { outcomes: most, draws } = if number == 0 { ground.effort.0 } else { ground.effort.1 };
        let exact = match space.outcomes(&ground.alike, most) {
            Some(outcomes) if rearranged_alike(&outcomes, ground, &cell, &mut look)? => Some(outcomes),
            _ => None,
        };
        let mut shares = Shares { draws: exact.is_none().then_some(draws), ..Shares::default() };
        match exact {
            Some(outcomes) => {
                for (probability, counts) in outcomes {
                    add(&mut shares, probability, &look(&counts)?);
                }
            }
            None => {
                let mut chance = Chance::of(SEED, &cell);
                // Counted in whole numbers, so that the order of adding changes nothing.
                for _ in 0..draws {
                    add(&mut shares, 1.0, &look(&space.draw(&mut chance))?);
                }
                let whole = f64::from(draws);
                let all = shares.alarms.iter_mut().chain(&mut shares.silent).chain(&mut shares.rivals).chain([&mut shares.any]);
                all.for_each(|share| *share /= whole);
            }
        }
        measured.push(shares);
    }
    Ok(measured)
}

/// Whether outcomes that stand for their rearrangements are judged alike in another order. If they are not, groups of
/// one size are not alike to the rule, and outcomes are drawn instead.
fn rearranged_alike(
    outcomes: &[(f64, Vec<u32>)],
    ground: &Ground,
    cell: &str,
    look: &mut dyn FnMut(&[u32]) -> Result<Judged, String>,
) -> Result<bool, String> {
    let mut chance = Chance::of(SEED, &format!("{cell}/rearranged"));
    for (_, counts) in outcomes.iter().step_by(REARRANGED_EVERY) {
        let other = rearranged(counts, &ground.alike, &mut chance);
        if other != *counts {
            let (one, other) = (look(counts)?, look(&other)?);
            if one.verdicts != other.verdicts || one.rivals != other.rivals {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The counts with those of groups that are alike in another order.
fn rearranged(counts: &[u32], alike: &[u32], chance: &mut Chance) -> Vec<u32> {
    let mut left: Vec<(u32, u32)> = alike.iter().copied().zip(counts.iter().copied()).collect();
    alike
        .iter()
        .map(|group| {
            let places: Vec<usize> = left.iter().enumerate().filter(|(_, (known, _))| known == group).map(|(place, _)| place).collect();
            let place = places.get(chance.below(places.len() as u32) as usize).copied().unwrap_or(0);
            if place < left.len() { left.swap_remove(place).1 } else { 0 }
        })
        .collect()
}

fn add(shares: &mut Shares, weight: f64, judged: &Judged) {
    let rules = judged.verdicts.len();
    shares.alarms.resize(rules, 0.0);
    shares.silent.resize(rules, 0.0);
    shares.rivals.resize(judged.rivals.len(), 0.0);
    for ((alarms, silent), verdict) in shares.alarms.iter_mut().zip(&mut shares.silent).zip(&judged.verdicts) {
        if verdict.findings > 0 {
            *alarms += weight;
        }
        *silent += weight * f64::from(verdict.silent) / f64::from(verdict.subjects.max(1));
    }
    if judged.verdicts.iter().any(|verdict| verdict.findings > 0) {
        shares.any += weight;
    }
    for (share, flagged) in shares.rivals.iter_mut().zip(&judged.rivals) {
        if *flagged {
            *share += weight;
        }
    }
}

/// The shares of all grounds of a study, in their order, worked out by several threads.
///
/// # Errors
/// The first thing that cannot be judged.
pub fn run(judge: &Judge, study: &Study, threads: usize, done: &(dyn Fn(&Ground) + Sync)) -> Result<Vec<Vec<Shares>>, String> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Done>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(ground) = study.grounds.get(number) else { return };
                    let measured = measure(judge, study, ground);
                    done(ground);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, measured));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, measured)| measured).collect()
}
