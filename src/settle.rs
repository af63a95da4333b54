//! Settles what an audit found: which findings are shown, and which of them fail the run.
//!
//! Waivers and baselines will be settled here too; [`change`] holds two states against one another. Formats
//! are not known.

pub mod change;

use std::collections::BTreeSet;
use std::path::Path;

use crate::finding::{BaselineState, Finding, Severity, Suppression};

/// By what findings are settled.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The mildest severity that is shown.
    pub min_severity: Severity,
    /// The mildest severity that fails the run.
    pub fail_on: Severity,
}

/// How one finding stands to waivers and the baseline.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What holds it back, if something does.
    pub suppressed: Option<Suppression>,
    /// How it stands to the baseline or to an earlier state, if there is one.
    pub baseline: Option<BaselineState>,
}

/// Findings of one programme, settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// Those that are shown, in the order of places.
    pub findings: Vec<(Finding, Standing)>,
    /// How many of each severity there are, shown or not; those held back are not among them.
    pub totals: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub totals_once: [u64; 3],
    /// How many are held back.
    pub suppressed: u64,
    /// How many of each severity were there before the change, where one is looked at; they are not among the
    /// totals and fail nothing.
    pub unchanged: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub unchanged_once: [u64; 3],
    /// How many fail the run.
    pub failing: u64,
    /// How many lie outside the paths that were asked for.
    pub elsewhere: u64,
}

/// Settles the findings of one programme. `inside` says whether a file was asked for.
#[must_use]
pub fn settle(findings: Vec<Finding>, terms: &Terms, inside: &dyn Fn(u32) -> bool) -> Settled {
    let mut settled = Settled::default();
    let mut revealing = BTreeSet::new();
    for finding in findings {
        let unchanged = finding.state == Some(BaselineState::Unchanged);
        let place = finding.labels.first().map_or(0, |label| label.place.file);
        if !inside(place) {
            settled.elsewhere += 1;
            continue;
        }
        let standing = Standing { baseline: finding.state, ..Standing::default() };
        if standing.suppressed.is_some() {
            settled.suppressed += 1;
        } else {
            let severity = finding.severity as usize;
            let once = !finding.reveals || revealing.insert((finding.rule.clone(), severity, unchanged));
            let (totals, totals_once) = if unchanged {
                (&mut settled.unchanged, &mut settled.unchanged_once)
            } else {
                (&mut settled.totals, &mut settled.totals_once)
            };
            if let Some(total) = totals.get_mut(severity) {
                *total += 1;
            }
            if let Some(total) = totals_once.get_mut(severity).filter(|_| once) {
                *total += 1;
            }
            if finding.severity >= terms.fail_on && !unchanged {
                settled.failing += 1;
            }
        }
        if finding.severity >= terms.min_severity {
            settled.findings.push((finding, standing));
        }
    }
    settled
}

/// Whether a file lies at or beneath one of these paths; all do where none is named.
#[must_use]
pub fn lies_within(file: &Path, paths: &[std::path::PathBuf]) -> bool {
    paths.is_empty() || paths.iter().any(|path| file.starts_with(path))
}
