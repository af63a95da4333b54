//! What a change brought: the findings of one programme in two states, held against one another.
//!
//! A finding is known again by its fingerprint, which is made from the rule, the programme and the address:
//! it may have moved to another line or file. Where several have one fingerprint, the number counts: what
//! there is more of than before is new. What the messages say is not compared.

use std::collections::{BTreeSet, HashMap};

use crate::finding::{BaselineState, Finding};

/// How two states of a programme stand to one another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// For each finding of the new state, in order, whether it is new.
    pub new: Vec<bool>,
    /// Which findings of the old state are gone, by number, in order.
    pub gone: Vec<usize>,
}

/// Compares the findings of two states.
#[must_use]
pub fn compare<'f>(old: &'f [Finding], new: &'f [Finding]) -> Compared {
    let count = |findings: &'f [Finding]| {
        let mut counts: HashMap<&'f str, usize> = HashMap::with_capacity(findings.len());
        for finding in findings {
            *counts.entry(&finding.fingerprint).or_default() += 1;
        }
        counts
    };
    let (mut before, mut after) = (count(old), count(new));
    // The first ones of one fingerprint are those that were there.
    let taken = |counts: &mut HashMap<&str, usize>, finding: &Finding| match counts.get_mut(finding.fingerprint.as_str()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    Compared {
        new: new.iter().map(|finding| !taken(&mut before, finding)).collect(),
        gone: old.iter().enumerate().filter(|(_, finding)| !taken(&mut after, finding)).map(|(number, _)| number).collect(),
    }
}

/// Marks the findings of the new state.
pub fn mark(findings: &mut [Finding], compared: &Compared) {
    for (finding, new) in findings.iter_mut().zip(&compared.new) {
        finding.state = Some(if *new { BaselineState::New } else { BaselineState::Unchanged });
    }
}

/// Findings counted by severity, mildest first: all of them, and with those that say something sensitive of
/// single people once for each rule.
#[must_use]
pub fn counted<'f>(findings: impl Iterator<Item = &'f Finding>) -> ([u64; 3], [u64; 3]) {
    let (mut all, mut once) = ([0; 3], [0; 3]);
    let mut revealing = BTreeSet::new();
    for finding in findings {
        let severity = finding.severity as usize;
        if let Some(count) = all.get_mut(severity) {
            *count += 1;
        }
        let counts = !finding.reveals || revealing.insert((finding.rule.clone(), severity));
        if let Some(count) = once.get_mut(severity).filter(|_| counts) {
            *count += 1;
        }
    }
    (all, once)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Severity, Subject};
    use std::sync::Arc;

    fn findings(fingerprints: &[&str]) -> Vec<Finding> {
        let finding = |fingerprint: &&str| Finding {
            rule: Arc::from("a/b"),
            severity: Severity::Error,
            message: Vec::new(),
            help: Arc::from(""),
            subject: Subject { register: Arc::from(""), id: None, address: Vec::new(), file: 0, pointer: Vec::new() },
            labels: Vec::new(),
            labels_more: 0,
            reveals: false,
            fingerprint: (*fingerprint).to_owned(),
            state: None,
        };
        fingerprints.iter().map(finding).collect()
    }

    #[test]
    fn findings_are_known_by_their_fingerprints_and_counted() {
        for (old, new, expected_new, expected_gone) in [
            (&["a", "b"][..], &["b", "c"][..], &[false, true][..], &[0][..]),
            (&[], &["a"], &[true], &[]),
            (&["a"], &[], &[], &[0]),
            (&["a"], &["a", "a"], &[false, true], &[]),
            (&["a", "x", "a", "a"], &["a"], &[false], &[1, 2, 3]),
        ] {
            let compared = compare(&findings(old), &findings(new));
            assert_eq!(compared, Compared { new: expected_new.to_vec(), gone: expected_gone.to_vec() }, "{old:?} {new:?}");
        }
    }
}
