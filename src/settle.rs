//! Settles what an audit found: which findings are shown, and which of them fail the run.
//!
//! Waivers and baselines will be settled here too; formats are not known.

use std::path::Path;

use crate::finding::{Finding, Severity};

/// By what findings are settled.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The mildest severity that is shown.
    pub min_severity: Severity,
    /// The mildest severity that fails the run.
    pub fail_on: Severity,
}

/// Findings of one programme, settled.
#[derive(Debug, Default)]
pub struct Settled {
    /// Those that are shown, in the order of places.
    pub findings: Vec<Finding>,
    /// How many of each severity there are, shown or not.
    pub totals: [u64; 3],
    /// How many fail the run.
    pub failing: u64,
    /// How many lie outside the paths that were asked for.
    pub elsewhere: u64,
}

/// Settles the findings of one programme. `inside` says whether a file was asked for.
#[must_use]
pub fn settle(findings: Vec<Finding>, terms: &Terms, inside: &dyn Fn(u32) -> bool) -> Settled {
    let mut settled = Settled::default();
    for finding in findings {
        let place = finding.labels.first().map_or(0, |label| label.place.file);
        if !inside(place) {
            settled.elsewhere += 1;
            continue;
        }
        if let Some(total) = settled.totals.get_mut(finding.severity as usize) {
            *total += 1;
        }
        if finding.severity >= terms.fail_on {
            settled.failing += 1;
        }
        if finding.severity >= terms.min_severity {
            settled.findings.push(finding);
        }
    }
    settled
}

/// Whether a file lies at or beneath one of these paths; all do where none is named.
#[must_use]
pub fn lies_within(file: &Path, paths: &[std::path::PathBuf]) -> bool {
    paths.is_empty() || paths.iter().any(|path| file.starts_with(path))
}
