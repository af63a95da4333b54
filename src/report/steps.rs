//! The next steps that are most useful: what to do first where there is much to do.
//!
//! The findings of one rule in one programme with the same remedy are mended by one act, so they are one
//! step. The gravest come first, among those the step that mends the most findings, among those the first
//! in the order of paths. Three are named.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;
use crate::redact::{Location, Shown, ShownFinding, ShownProgramme};

/// How many steps are named.
pub(super) const STEPS_MAX: usize = 3;

/// One act that mends findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The rule.
    pub rule: Shown,
    /// The programme's id.
    pub programme: Shown,
    /// The programme's folder.
    pub programme_path: Shown,
    /// The severity of what it mends.
    pub severity: Severity,
    /// What to do.
    pub help: Shown,
    /// How many findings it mends.
    pub findings: u64,
    /// The place of the first of them.
    pub first: Option<Location>,
}

/// Adds the steps of a programme, and keeps those that are named.
pub(super) fn add(steps: &mut Vec<Step>, programme: &ShownProgramme) {
    // What one act mends: how many findings, and the first of them.
    let mut acts: HashMap<(&str, Severity, &Shown), (u64, usize)> = HashMap::new();
    for (number, finding) in programme.findings.iter().enumerate().filter(|(_, finding)| finding.counts()) {
        acts.entry((&finding.rule, finding.severity, &finding.help)).or_insert((0, number)).0 += 1;
    }
    let mut acts: Vec<(u64, usize, &ShownFinding)> =
        acts.into_values().filter_map(|(count, first)| Some((count, first, programme.findings.get(first)?))).collect();
    acts.sort_by_key(|(count, first, finding)| (Reverse(finding.severity), Reverse(*count), *first));
    steps.extend(acts.into_iter().take(STEPS_MAX).map(|(findings, _, finding)| Step {
        rule: Shown::words(&finding.rule),
        programme: programme.id.clone(),
        programme_path: programme.path.clone(),
        severity: finding.severity,
        help: finding.help.clone(),
        findings,
        first: finding.labels.first().map(|label| label.location.clone()),
    }));
    // The sort keeps what is equal in the order of paths and places.
    steps.sort_by_key(|step| (Reverse(step.severity), Reverse(step.findings)));
    steps.truncate(STEPS_MAX);
}
