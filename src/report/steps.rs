//! The next steps that are most useful: what to do first where there is much to do.
//!
//! The findings of one rule in one programme with the same remedy are mended by one act, so they are one
//! step. The gravest come first, among those the step that mends the most findings, among those the first
//! in the order of paths. Three are named.

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
    let mut own: Vec<Step> = Vec::new();
    for finding in programme.findings.iter().filter(|finding| finding.counts()) {
        match own.iter_mut().find(|step| step.is_of(finding)) {
            Some(step) => step.findings += 1,
            None => own.push(Step {
                rule: Shown::words(&finding.rule),
                programme: programme.id.clone(),
                programme_path: programme.path.clone(),
                severity: finding.severity,
                help: finding.help.clone(),
                findings: 1,
                first: finding.labels.first().map(|label| label.location.clone()),
            }),
        }
    }
    steps.extend(own);
    // The sort keeps what is equal in the order of paths and places.
    steps.sort_by_key(|step| (std::cmp::Reverse(step.severity), std::cmp::Reverse(step.findings)));
    steps.truncate(STEPS_MAX);
}

impl Step {
    fn is_of(&self, finding: &ShownFinding) -> bool {
        self.rule.as_str() == &*finding.rule && self.severity == finding.severity && self.help == finding.help
    }
}
