//! Identities for formats in which each result needs one of its own.

use std::collections::HashMap;

use crate::redact::ShownFinding;

/// Gives each finding of a run an identity that no other has: its fingerprint, and where several have the same
/// one (a rule that says two things of one place), the how-manieth it is.
#[derive(Debug, Default)]
pub(super) struct Identities {
    seen: HashMap<String, u32>,
}

impl Identities {
    /// The finding's number among those with its fingerprint, from 1.
    pub fn ordinal(&mut self, finding: &ShownFinding) -> u32 {
        let seen = self.seen.entry(finding.fingerprint.clone()).or_default();
        *seen += 1;
        *seen
    }

    /// The fingerprint, with the number from the second on.
    pub fn unique(&mut self, finding: &ShownFinding) -> String {
        match self.ordinal(finding) {
            1 => finding.fingerprint.clone(),
            further => format!("{}-{further}", finding.fingerprint),
        }
    }
}
