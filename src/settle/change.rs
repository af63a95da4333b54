//! What a change brought: the findings of one programme in two states, held against one another.
//!
//! A finding is known again by its fingerprint, which is made from the rule, the programme and the address:
//! it may have moved to another line or file. Where several have one fingerprint, the number counts: what
//! there is more of than before is new. What the messages say is not compared.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Standing;
use crate::finding::Finding;

/// How two states of a programme stand to one another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// For each finding of the later state, in order, whether it is new.
    pub new: Vec<bool>,
    /// Which findings of the earlier state are gone, by number, in order.
    pub gone: Vec<usize>,
}

/// Compares the findings of two states; those of the later one come with whether something holds them back.
///
/// What was held back before and is not any more is new: the change took away what held it. What is held back
/// now and was there before, held back or not, is not new; and nothing that is still there is gone.
#[must_use]
pub fn compare<'f>(before: &'f [(Finding, Standing)], now: impl Iterator<Item = (&'f Finding, bool)>) -> Compared {
    let mut open: HashMap<&str, usize> = HashMap::with_capacity(before.len());
    let mut all: HashSet<&str> = HashSet::with_capacity(before.len());
    for (finding, standing) in before {
        all.insert(&finding.fingerprint);
        *open.entry(&finding.fingerprint).or_default() += usize::from(standing.suppressed.is_none());
    }
    // The first ones of one fingerprint are those that were there.
    let taken = |counts: &mut HashMap<&str, usize>, finding: &Finding| match counts.get_mut(finding.fingerprint.as_str()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let mut after: HashMap<&str, usize> = HashMap::new();
    let mut compared = Compared::default();
    for (finding, held) in now {
        *after.entry(&finding.fingerprint).or_default() += 1;
        let known = if held { all.contains(finding.fingerprint.as_str()) } else { taken(&mut open, finding) };
        compared.new.push(!known);
    }
    let gone = before.iter().enumerate().filter(|(_, (finding, standing))| standing.suppressed.is_none() && !taken(&mut after, finding));
    compared.gone = gone.map(|(number, _)| number).collect();
    compared
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
    use crate::finding::{HeldBy, Severity, Subject, Suppression};
    use std::sync::Arc;

    /// Findings by their fingerprints; one in brackets is held back.
    fn findings(fingerprints: &[&str]) -> Vec<(Finding, Standing)> {
        let finding = |fingerprint: &&str| {
            let finding = Finding {
                rule: Arc::from("a/b"),
                severity: Severity::Error,
                message: Vec::new(),
                help: Arc::from(""),
                subject: Subject { register: Arc::from(""), id: None, address: Vec::new(), file: 0, node: None, pointer: Vec::new() },
                labels: Vec::new(),
                labels_more: 0,
                reveals: false,
                fingerprint: fingerprint.trim_matches(['(', ')']).to_owned(),
            };
            let held = Suppression { by: HeldBy::Waiver, address: Vec::new(), until: None };
            (finding, Standing { suppressed: fingerprint.starts_with('(').then_some(held), baseline: None })
        };
        fingerprints.iter().map(finding).collect()
    }

    #[test]
    fn findings_are_known_by_their_fingerprints_and_counted() {
        for (before, now, new, gone) in [
            (&["a", "b"][..], &["b", "c"][..], &[false, true][..], &[0][..]),
            (&[], &["a"], &[true], &[]),
            (&["a"], &[], &[], &[0]),
            (&["a"], &["a", "a"], &[false, true], &[]),
            (&["a", "x", "a", "a"], &["a"], &[false], &[1, 2, 3]),
            (&["(a)"], &["a"], &[true], &[]),
            (&["a"], &["(a)"], &[false], &[]),
            (&["(a)"], &["(a)", "(b)"], &[false, true], &[]),
            (&["(a)"], &[], &[], &[]),
        ] {
            let (old, later) = (findings(before), findings(now));
            let compared = compare(&old, later.iter().map(|(finding, standing)| (finding, standing.suppressed.is_some())));
            assert_eq!(compared, Compared { new: new.to_vec(), gone: gone.to_vec() }, "{before:?} {now:?}");
        }
    }
}
