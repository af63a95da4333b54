//! Which findings were there when the baseline was written, and what in it is no longer there.
//!
//! A finding is known again by its identity, under an earlier name of its rule too. Where there are more
//! findings of one identity than there were, nobody can tell which of them is new, so all of them count.
//! What judges the audit itself is never held back by a baseline.

use std::collections::HashMap;
use std::sync::Arc;

use super::answers::{Answer, Answers};
use crate::audit::{Audit, State};
use crate::config::Baseline;
use crate::config::baseline::Entry;
use crate::finding::{BaselineState, Finding, Label, Part, Place, Subject, fingerprint, plain};
use crate::limits;
use crate::programme::Programme;
use crate::rule::Rules;

/// The rule about what a baseline holds that is no longer there.
const FIXED: &str = "record/baseline-entry-fixed";

/// What came of holding findings against the baseline.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// How each finding stands to it, in order.
    pub(super) states: Vec<Option<BaselineState>>,
    /// What of the programme is in it and no longer there, by number.
    pub(super) gone: Vec<usize>,
}

/// Holds findings against the baseline; what is said of the baseline is added to the audit.
pub(super) fn judge(programme: &Programme, rules: &Rules, state: &State, audit: &mut Audit) -> Held {
    let Some(baseline) = programme.baseline.as_deref() else { return Held::default() };
    let of_audit =
        |finding: &Finding| rules.number(&finding.rule).and_then(|number| rules.rules.get(number)).is_some_and(|rule| rule.of_audit);
    let keys: Vec<Option<String>> =
        audit.findings.iter().map(|finding| if of_audit(finding) { None } else { key(finding, programme, rules, baseline) }).collect();
    let mut now: HashMap<&str, u64> = HashMap::new();
    for key in keys.iter().flatten() {
        *now.entry(key).or_insert(0) += 1;
    }
    let is_old = |key: &String| baseline.count(key).is_some_and(|then| now.get(key.as_str()).is_some_and(|now| *now <= then));
    let mut states: Vec<Option<BaselineState>> = audit
        .findings
        .iter()
        .zip(&keys)
        .map(|(finding, key)| match key {
            Some(key) if is_old(key) => Some(BaselineState::Unchanged),
            _ if of_audit(finding) => None,
            _ => Some(BaselineState::New),
        })
        .collect();
    let mut answers = Answers::new(programme, rules, state);
    let mut gone = Vec::new();
    for number in baseline.of_programme(&programme.id) {
        let Some(entry) = baseline.entries.get(*number) else { continue };
        if !now.contains_key(entry.fingerprint.as_str()) && is_gone(entry, programme, rules, &mut answers, audit) {
            gone.push(*number);
        }
    }
    fixed(programme, rules, state, audit, baseline, &gone);
    states.resize(audit.findings.len(), None);
    Held { states, gone }
}

/// The identity by which the baseline knows a finding: its own, or that under an earlier name of its rule.
fn key(finding: &Finding, programme: &Programme, rules: &Rules, baseline: &Baseline) -> Option<String> {
    if baseline.count(&finding.fingerprint).is_some() {
        return Some(finding.fingerprint.clone());
    }
    let rule = rules.number(&finding.rule).and_then(|number| rules.rules.get(number))?;
    if rule.formerly.is_empty() {
        return None;
    }
    let address = plain(&finding.subject.address);
    rule.formerly.iter().map(|name| fingerprint(name, &programme.id, &address)).find(|old| baseline.count(old).is_some())
}

/// Whether what the baseline holds is certain to be gone. A rule that there is no longer finds nothing.
fn is_gone(entry: &Entry, programme: &Programme, rules: &Rules, answers: &mut Answers<'_>, audit: &Audit) -> bool {
    let Some(number) = rules.number(&entry.rule) else { return true };
    match answers.of(number, audit) {
        Answer::DidNotRun | Answer::Unknown => false,
        Answer::But(open) => !open.iter().any(|address| fingerprint(&entry.rule, &programme.id, address) == entry.fingerprint),
    }
}

/// Says, once for a programme, what of it lingers in the baseline.
fn fixed(programme: &Programme, rules: &Rules, state: &State, audit: &mut Audit, baseline: &Baseline, gone: &[usize]) {
    let Some(number) = rules.rules.iter().position(|rule| *rule.name == *FIXED && rule.of_audit) else { return };
    let Some(standing) = state.rules.get(number).filter(|state| state.on.is_ok()) else { return };
    if programme.newer {
        return;
    }
    let verdicts = audit.verdicts.get_mut(number);
    let mut places = gone.iter().filter_map(|entry| baseline.entries.get(*entry)).map(|entry| entry.span).peekable();
    if places.peek().is_none() {
        if let Some(verdicts) = verdicts {
            verdicts.pass += 1;
        }
        return;
    }
    if let Some(verdicts) = verdicts {
        verdicts.finding += 1;
    }
    let file = (programme.files.len() + programme.waivers.len()) as u32;
    let labels = places
        .take(limits::LABELS_MAX)
        .map(|span| Label { place: Place { file, span }, text: vec![Part::words("no longer found")] })
        .collect();
    let count = gone.len();
    let message = if count == 1 {
        "the baseline holds a finding that is no longer there".to_owned()
    } else {
        format!("the baseline holds {count} findings that are no longer there")
    };
    let severity = standing.set.unwrap_or(standing.severity);
    audit.findings.push(Finding {
        rule: Arc::from(FIXED),
        severity,
        message: vec![Part::words(&message)],
        help: rules.rules.get(number).map(|rule| Arc::clone(&rule.help)).unwrap_or_default(),
        subject: Subject {
            register: Arc::from(""),
            id: None,
            address: vec![Part::words("baseline")],
            file,
            pointer: Vec::new(),
            node: None,
        },
        labels,
        labels_more: count.saturating_sub(limits::LABELS_MAX),
        reveals: false,
        fingerprint: fingerprint(FIXED, &programme.id, "baseline"),
    });
}
