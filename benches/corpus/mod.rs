//! Writes a corpus of programme records for benchmarks and tests: the same plan gives the same bytes.
//!
//! A programme is made of blocks of eight people who are interviewed and visited, meet four times, decide and are
//! answered. It is clean under every rule. On top come *specimens*: for each rule that can be broken by
//! itself, a few records that stay just inside it and, where faults are wanted, one that breaks it and
//! nothing else. Nothing is kept in memory but one record at a time: whatever a block holds is worked out
//! again from the seed whenever a register asks for it. How programmes are read or judged is not known here.

#![allow(dead_code, reason = "a bench, an example and a test each take what they need")]

use std::io;
use std::path::Path;

mod chance;
#[macro_use]
mod json;
mod files;
mod words;
mod programme;
mod charter;
mod records;
mod registers;
mod kit;
mod specimens;

use chance::mix;
use files::Shape;
use kit::Kit;
use programme::Programme;

/// The ways in which registers are laid out in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Every register inside the charter.
    Inline,
    /// One file for a register.
    RegisterFiles,
    /// One file for a record, in folders named after registers; in large corpora most of these files hold
    /// an array of records instead, so that the files can be counted in tens of thousands.
    RecordFiles,
    /// A few files, each with several registers.
    Bundles,
    /// The four in turn, programme by programme.
    Mixed,
}

/// A corpus to be written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where all choices come from.
    pub seed: u64,
    /// How many programmes, beside the small ones that specimens have to themselves.
    pub programmes: usize,
    /// Bytes of all files together, within a few per cent.
    pub bytes: u64,
    /// How the registers are laid out.
    pub layout: Layout,
    /// Whether specimens break their rules.
    pub faults: bool,
}

/// A finding that an audit as of 2026-07-01 must make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    /// The id of the programme.
    pub programme: String,
    /// The rule that is broken.
    pub rule: &'static str,
    /// The address of what breaks it.
    pub address: String,
}

/// Writes the corpus below `root`, which is made where it does not exist, and says what is wrong with it.
///
/// # Errors
/// Where a folder or file cannot be written.
pub fn write(plan: &Plan, root: &Path) -> io::Result<Vec<Planted>> {
    let mut planted = Vec::new();
    let each = plan.bytes as f64 / plan.programmes.max(1) as f64;
    let specimens = specimens::all().len();
    let kinds = usize::max(2, specimens.saturating_mul(2).div_ceil(plan.programmes.max(1))).min(specimens);
    let mut left = plan.bytes as f64;
    let mut owed = 0.0;
    for index in 0..plan.programmes {
        let draw = mix(plan.seed ^ mix(index as u64 + 1));
        // Sizes differ by half of the mean, and what one programme leaves over goes to the next. They are
        // reckoned, not measured, so that a programme has the same records in every layout.
        owed += each * (0.75 + 0.5 * (draw % 101) as f64 / 100.0);
        if index + 1 == plan.programmes {
            owed = left;
        }
        let base = BASE_BYTES + SPECIMEN_BYTES * kinds as f64;
        let blocks = usize::max(1, ((owed - base) / BLOCK_BYTES).round() as usize);
        // Once to learn how the programme is bent, and once for good: what bends it is to hold for guests as well.
        let mut kit = Kit::new(Programme::new(draw, index, blocks));
        kit.sow(index, kinds, plan.faults);
        let (bent, blocks) = (kit.of.bent, blocks.max(kit.blocks_min));
        kit = Kit::new(Programme { bent, ..Programme::new(draw, index, blocks) });
        kit.sow(index, kinds, plan.faults);
        let bytes = base + BLOCK_BYTES * blocks as f64;
        (owed, left) = (owed - bytes, left - bytes);
        kit.write(&root.join(&kit.of.id), Shape::of(plan, index))?;
        planted.append(&mut kit.planted);
    }
    for (index, specimen) in (plan.programmes..).zip(specimens::alone()) {
        let mut kit = Kit::new(Programme::new(mix(plan.seed ^ mix(index as u64 + 1)), index, 1));
        kit.sow_one(specimen, plan.faults);
        kit.write(&root.join(&kit.of.id), Shape::of(plan, index))?;
        planted.append(&mut kit.planted);
    }
    planted.sort();
    Ok(planted)
}

/// About what a programme has beside its blocks and specimens, a block, and a specimen, in bytes.
const BASE_BYTES: f64 = 40_000.0;
const BLOCK_BYTES: f64 = 104_000.0;
const SPECIMEN_BYTES: f64 = 1_300.0;
