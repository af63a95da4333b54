//! Settles what an audit found: which findings are held back, which are shown, and which of them fail the
//! run.
//!
//! [`waivers`] holds findings against the waivers that concern the programme, and says what is wrong with
//! those: rules that judge the audit itself (`check: built-in`, subject `audit`) are judged here, when all
//! others are done. [`change`] holds them against those of an earlier state. What is held back, or was there
//! before, is kept and counted, never dropped. Formats are not known.

pub mod change;
pub mod waivers;

use std::collections::BTreeSet;
use std::path::Path;

use crate::audit::{Audit, State};
use crate::finding::{BaselineState, Finding, Severity, Suppression};
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
    /// Whether only what is said of the audit itself (waivers, the baseline) is shown and counted.
    pub audit_only: bool,
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
    /// Which findings of the earlier state are gone, by number.
    pub gone: Vec<usize>,
    /// How many fail the run.
    pub failing: u64,
    /// How many lie outside the paths that were asked for.
    pub elsewhere: u64,
    /// How each waiver that concerns the programme stands.
    pub waivers: Vec<waivers::Stand>,
}

/// Settles the findings of one programme, and judges the rules that judge the audit itself. `inside` says
/// whether a file was asked for; `before` are all findings of an earlier state, where there is one.
#[must_use]
#[expect(clippy::too_many_arguments, reason = "what was audited, by what it is settled, and what stands against it")]
pub fn settle(
    programme: &Programme,
    rules: &Rules,
    state: &State,
    audit: &mut Audit,
    as_of: i32,
    terms: &Terms,
    inside: &dyn Fn(u32) -> bool,
    before: Option<&[(Finding, Standing)]>,
) -> Settled {
    let mut settled = Settled::default();
    let mut revealing = BTreeSet::new();
    let waived = waivers::judge(programme, rules, state, audit, as_of);
    settled.waivers = waived.stands;
    let held: Vec<Option<Suppression>> = waived.held.into_iter().map(|held| held.filter(|_| terms.waivers)).collect();
    let compared = before.map(|before| change::compare(before, audit.findings.iter().zip(held.iter().map(Option::is_some))));
    let mut new = compared.iter().flat_map(|compared| compared.new.iter());
    let mut held = held.into_iter();
    for finding in std::mem::take(&mut audit.findings) {
        let baseline = new.next().map(|new| if *new { BaselineState::New } else { BaselineState::Unchanged });
        let unchanged = baseline == Some(BaselineState::Unchanged);
        let waiver = held.next().flatten();
        if terms.audit_only && !rules.number(&finding.rule).and_then(|number| rules.rules.get(number)).is_some_and(|rule| rule.of_audit) {
            continue;
        }
        let place = finding.labels.first().map_or(0, |label| label.place.file);
        if !inside(place) {
            settled.elsewhere += 1;
            continue;
        }
        let standing = Standing { suppressed: waiver, baseline };
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
    drop(new);
    settled.gone = compared.map(|compared| compared.gone).unwrap_or_default();
    settled
}

/// Whether a file lies at or beneath one of these paths; all do where none is named.
#[must_use]
pub fn lies_within(file: &Path, paths: &[std::path::PathBuf]) -> bool {
    paths.is_empty() || paths.iter().any(|path| file.starts_with(path))
}
