//! Settles what an audit found: which findings are held back, which are shown, and which of them fail the
//! run.
//!
//! [`waivers`] holds findings against the waivers that concern the programme, and says what is wrong with
//! those: rules that judge the audit itself (`check: built-in`, subject `audit`) are judged here, when all
//! others are done; `baseline` does the same for the baseline. [`change`] holds them against those of an
//! earlier state. What is held back, or was there before, is kept and counted, never dropped. Formats are not
//! known.

mod answers;
mod baseline;
pub mod change;
pub mod waivers;

use std::collections::BTreeSet;
use std::path::Path;

use crate::audit::{Audit, HeldOn, Judged, State};
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
    /// The same, where a rule that says something sensitive of single people counts once.
    pub suppressed_once: u64,
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
    /// What of the programme is in the baseline and no longer there, by number.
    pub lingering: Vec<usize>,
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
    let known = baseline::judge(programme, rules, state, audit);
    settled.lingering = known.gone;
    let mut states = known.states.into_iter();
    let mut held = Vec::with_capacity(audit.findings.len());
    let mut stands = Vec::with_capacity(audit.findings.len());
    for (finding, waiver) in audit.findings.iter().zip(waived.held.into_iter().chain(std::iter::repeat(None))) {
        let stand = states.next().flatten();
        let there = || Suppression { by: HeldBy::Baseline, address: finding.subject.address.clone(), until: None };
        held.push(waiver.filter(|_| terms.waivers).or_else(|| (stand == Some(BaselineState::Unchanged)).then(there)));
        stands.push(stand);
    }
    let compared = before.map(|before| change::compare(before, audit.findings.iter().zip(held.iter().map(Option::is_some))));
    let mut held_revealing = BTreeSet::new();
    let mut new = compared.iter().flat_map(|compared| compared.new.iter());
    let mut held = held.into_iter().zip(stands);
    for finding in std::mem::take(&mut audit.findings) {
        let (held, stand) = held.next().unwrap_or_default();
        // An earlier state says more of a finding than a baseline does.
        let baseline = new.next().map(|new| if *new { BaselineState::New } else { BaselineState::Unchanged }).or(stand);
        let unchanged = baseline == Some(BaselineState::Unchanged);
        if terms.about.is_some_and(|about| !finding.rule.starts_with(about)) {
            continue;
        }
        let place = finding.labels.first().map_or(0, |label| label.place.file);
        if !inside(place) {
            settled.elsewhere += 1;
            continue;
        }
        let standing = Standing { suppressed: held, baseline };
        if standing.suppressed.is_some() {
            settled.suppressed += 1;
            settled.suppressed_once +=
                u64::from(!finding.reveals || held_revealing.insert((finding.rule.clone(), finding.severity as usize)));
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

/// Audits a programme. What a waiver holds back on a day is no open error of that day.
#[must_use]
pub fn audit(programme: &Programme, rules: &Rules, state: &State, as_of: i32) -> Audit {
    audit_side_by_side(std::iter::once((programme, state)), rules, as_of).pop().unwrap_or_default()
}

/// Audits several programmes, each as [`audit`] does.
#[must_use]
pub fn audit_side_by_side<'a>(all: impl Iterator<Item = (&'a Programme, &'a State)>, rules: &Rules, as_of: i32) -> Vec<Audit> {
    let all: Vec<(&Programme, &State, Box<HeldOn<'_>>)> = all
        .map(|(programme, state)| {
            let held = move |findings: &[Finding], day| waivers::held_on(programme, rules, state, findings, day);
            (programme, state, Box::new(held) as Box<HeldOn<'_>>)
        })
        .collect();
    let judged: Vec<Judged<'_>> = all.iter().map(|(programme, state, held)| Judged { programme, state, held }).collect();
    crate::audit::side_by_side(&judged, rules, as_of)
}

/// Whether a file lies at or beneath one of these paths; all do where none is named.
#[must_use]
pub fn lies_within(file: &Path, paths: &[std::path::PathBuf]) -> bool {
    paths.is_empty() || paths.iter().any(|path| file.starts_with(path))
}
