//! Settles what an audit found: which findings are held back, which are shown, and which of them fail the
//! run.
//!
//! [`waivers`] holds findings against the waivers that concern the programme, and says what is wrong with
//! those: rules that judge the audit itself (`check: built-in`, subject `audit`) are judged here, when all
//! others are done; `baseline` does the same for the baseline. What is held back is kept and counted, never dropped. Formats are not known.

mod answers;
mod baseline;
pub mod waivers;

use std::collections::BTreeSet;
use std::path::Path;

use crate::audit::{Audit, State};
use crate::finding::{BaselineState, Finding, HeldBy, Severity, Suppression};
use crate::programme::Programme;
use crate::rule::Rules;

/// By what findings are settled.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The mildest severity that is shown.
    pub min_severity: Severity,
    /// The mildest severity that fails the run.
    pub fail_on: Severity,
    /// Whether waivers hold findings back. What is wrong with waivers is said in any case.
    pub waivers: bool,
    /// If only some findings are shown and counted, what the names of their rules begin with.
    pub about: Option<&'static str>,
}

impl Terms {
    /// All findings, held back by whatever holds them back.
    #[must_use]
    pub const fn new(min_severity: Severity, fail_on: Severity) -> Self {
        Self { min_severity, fail_on, waivers: true, about: None }
    }
}

/// How one finding stands to waivers and the baseline.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What holds it back, if something does.
    pub suppressed: Option<Suppression>,
    /// How it stands to the baseline, if there is one.
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
    /// How many fail the run.
    pub failing: u64,
    /// How many lie outside the paths that were asked for.
    pub elsewhere: u64,
    /// How each waiver that concerns the programme stands.
    pub waivers: Vec<waivers::Stand>,
    /// What of the programme is in the baseline and no longer there, by number.
    pub gone: Vec<usize>,
}

/// Settles the findings of one programme, and judges the rules that judge the audit itself. `inside` says
/// whether a file was asked for.
#[must_use]
pub fn settle(
    programme: &Programme,
    rules: &Rules,
    state: &State,
    audit: &mut Audit,
    as_of: i32,
    terms: &Terms,
    inside: &dyn Fn(u32) -> bool,
) -> Settled {
    let mut settled = Settled::default();
    let mut revealing = BTreeSet::new();
    let waived = waivers::judge(programme, rules, state, audit, as_of);
    settled.waivers = waived.stands;
    let known = baseline::judge(programme, rules, state, audit);
    settled.gone = known.gone;
    let (mut held, mut known) = (waived.held.into_iter(), known.states.into_iter());
    for finding in std::mem::take(&mut audit.findings) {
        let waiver = held.next().flatten().filter(|_| terms.waivers);
        let baseline = known.next().flatten();
        if terms.about.is_some_and(|about| !finding.rule.starts_with(about)) {
            continue;
        }
        let place = finding.labels.first().map_or(0, |label| label.place.file);
        if !inside(place) {
            settled.elsewhere += 1;
            continue;
        }
        let there = || Suppression { by: HeldBy::Baseline, address: finding.subject.address.clone(), until: None };
        let suppressed = waiver.or_else(|| (baseline == Some(BaselineState::Unchanged)).then(there));
        let standing = Standing { suppressed, baseline };
        if standing.suppressed.is_some() {
            settled.suppressed += 1;
        } else {
            let severity = finding.severity as usize;
            let once = !finding.reveals || revealing.insert((finding.rule.clone(), severity));
            if let Some(total) = settled.totals.get_mut(severity) {
                *total += 1;
            }
            if let Some(total) = settled.totals_once.get_mut(severity).filter(|_| once) {
                *total += 1;
            }
            if finding.severity >= terms.fail_on {
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
