//! Which findings a waiver holds back, and what is wrong with waivers.
//!
//! A waiver holds from the day on which it was granted to its last day, and no longer than the organisation
//! allows; only if it is complete, the rule may be waived here, and whoever approved it is neither the one
//! whom the finding is about nor the one whose act it is about. Of several waivers for one finding the narrowest speaks, then the one that ends
//! last, then the first that is written; one that never speaks is of no use. A waiver that does not hold
//! hides nothing. What is said of waivers cannot be waived.

mod acts;
mod said;

use std::collections::{BTreeMap, HashMap};

use super::answers::{Answer, Answers};
use crate::audit::{Audit, State};
use crate::config::Waiver;
use crate::config::waivers::{FILES, Scope, WHOLE};
use crate::finding::{Care, Finding, HeldBy, Part, Suppression, plain};
use crate::programme::Programme;
use crate::rule::Rules;
use crate::rule::expression::value::Value;
use crate::schema::form;

/// How one waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The waiver file, in the order of the programme's.
    pub file: usize,
    /// The waiver in it.
    pub waiver: usize,
    /// Whether it holds, or why not.
    pub state: Hold,
    /// How many findings it covers.
    pub covers: usize,
    /// How many it holds back.
    pub holds: usize,
    /// The last day on which it holds, from 1970-01-01, if it says one.
    pub until: Option<i32>,
    /// Whether it could be told that it is of no use.
    pub idle: bool,
}

/// Whether a waiver holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It does.
    Holds,
    /// It will.
    NotYet,
    /// Its last day is past.
    Ended,
    /// It was granted for longer than is allowed, and what is allowed is over.
    Overlong,
    /// Something is missing in it.
    Incomplete,
    /// The rule may not be waived here.
    Locked,
    /// There is no programme that it is for.
    Stray,
}

/// What came of holding findings against waivers.
#[derive(Debug, Default)]
pub(super) struct Waived {
    /// For each finding, in order, what holds it back.
    pub(super) held: Vec<Option<Suppression>>,
    /// How each waiver stands.
    pub(super) stands: Vec<Stand>,
}

/// A waiver that concerns the programme.
struct Concern<'p> {
    file: usize,
    number: usize,
    waiver: &'p Waiver,
    /// What it covers: the address that is written, with all keys of the rows in it.
    address: String,
    /// The rule, by number.
    rule: Option<usize>,
    state: Hold,
    /// The last day on which it holds, and whether that is less than it says.
    until: Option<i32>,
    /// Days beyond what is allowed.
    beyond: i64,
    /// The findings that it covers, by number.
    covers: Vec<usize>,
    /// Those of them that are about whoever approved it.
    own: Vec<usize>,
    /// Those of these that are about an act of theirs.
    acts: Vec<usize>,
    /// Those that it holds back.
    holds: Vec<usize>,
    /// Whether the rule could tell that there is nothing else there; none where it did not run.
    told: Option<bool>,
}

const DAYS_MAX: &str = "max_days";
const FINDINGS_MAX: &str = "max_findings";

pub(super) fn judge(programme: &Programme, rules: &Rules, state: &State, audit: &mut Audit, as_of: i32) -> Waived {
    let mut waived = Waived { held: vec![None; audit.findings.len()], stands: Vec::new() };
    if programme.waivers.is_empty() {
        return waived;
    }
    let mut concerns = concerns(programme, rules, state, as_of);
    cover(programme, rules, &mut concerns, &audit.findings);
    acts::own(programme, &mut concerns, &audit.findings);
    for (number, concern) in speakers(&concerns) {
        let Some(concern) = concerns.get_mut(concern) else { continue };
        concern.holds.push(number);
        if let Some(held) = waived.held.get_mut(number) {
            *held = Some(Suppression {
                by: HeldBy::Waiver,
                address: address_parts(&concern.waiver.address.value),
                until: concern.until.map(form::day_text),
            });
        }
    }
    let mut answers = Answers::new(programme, rules, state);
    for concern in &mut concerns {
        concern.told = concern.rule.and_then(|rule| match answers.of(rule, audit) {
            Answer::DidNotRun => None,
            Answer::Unknown => Some(false),
            Answer::But(open) => Some(!open.iter().any(|address| touches(&concern.address, address))),
        });
    }
    said::judge(programme, rules, state, audit, &concerns);
    // What was said of waivers is held back by nothing.
    waived.held.resize(audit.findings.len(), None);
    waived.stands = concerns
        .iter()
        .map(|concern| Stand {
            file: concern.file,
            waiver: concern.number,
            state: concern.state,
            covers: concern.covers.len(),
            holds: concern.holds.len(),
            until: concern.until,
            idle: said::is_idle(concern),
        })
        .collect();
    waived
}

/// Which findings a waiver holds back on a day.
pub(super) fn held_on(programme: &Programme, rules: &Rules, state: &State, findings: &[Finding], day: i32) -> Vec<bool> {
    let mut held = vec![false; findings.len()];
    if programme.waivers.is_empty() {
        return held;
    }
    let mut concerns = concerns(programme, rules, state, day);
    cover(programme, rules, &mut concerns, findings);
    acts::own(programme, &mut concerns, findings);
    for number in speakers(&concerns).into_keys() {
        if let Some(held) = held.get_mut(number) {
            *held = true;
        }
    }
    held
}

/// For each finding that a waiver holds back, by number, the waiver that speaks.
fn speakers(concerns: &[Concern<'_>]) -> BTreeMap<usize, usize> {
    let mut speakers = BTreeMap::new();
    for (number, concern) in concerns.iter().enumerate().filter(|(_, concern)| concern.state == Hold::Holds) {
        for finding in concern.covers.iter().filter(|finding| concern.own.binary_search(finding).is_err()) {
            let speaker = speakers.entry(*finding).or_insert(number);
            if concerns.get(*speaker).is_some_and(|other| weight(concern) > weight(other)) {
                *speaker = number;
            }
        }
    }
    speakers
}

/// The greater speaks: one programme before several, then the longer address, then the later end.
fn weight(concern: &Concern<'_>) -> (bool, usize, Option<i32>) {
    let address = &*concern.address;
    let narrow = if address == WHOLE { 0 } else { address.len() };
    (matches!(concern.waiver.programme.value, Scope::Named(_)), narrow, concern.until)
}

/// The waivers that concern a programme, and whether each holds.
fn concerns<'p>(programme: &'p Programme, rules: &Rules, state: &State, as_of: i32) -> Vec<Concern<'p>> {
    let days_max = param(rules, state, said::OVERLONG, DAYS_MAX).unwrap_or(i64::MAX);
    let day = |text: &str| form::date(text.as_bytes()).map(|(day, _)| day);
    let mut concerns = Vec::new();
    for (file, beside) in programme.waivers.iter().enumerate() {
        for (number, waiver) in beside.file.waivers.iter().enumerate() {
            let stray = beside.strays.contains(&number);
            if !stray && !waiver.programme.value.takes(&programme.id, &beside.folder) {
                continue;
            }
            let rule = rules.number(&waiver.rule.value);
            let from = waiver.granted_on.as_ref().and_then(|placed| day(&placed.value));
            let to = waiver.expires_on.as_ref().and_then(|placed| day(&placed.value));
            let beyond = from.zip(to).map_or(0, |(from, to)| i64::from(to) - i64::from(from) - days_max).max(0);
            let until = to.map(|to| to - i32::try_from(beyond).unwrap_or(0));
            let waivable = rule.and_then(|rule| state.rules.get(rule)).is_none_or(|rule| rule.waivable);
            let hold = if stray {
                Hold::Stray
            } else if !waiver.missing().is_empty() {
                Hold::Incomplete
            } else if !waivable {
                Hold::Locked
            } else if to.is_some_and(|to| to < as_of) {
                Hold::Ended
            } else if until.is_some_and(|until| until < as_of) {
                Hold::Overlong
            } else if from.is_some_and(|from| from > as_of) {
                Hold::NotYet
            } else {
                Hold::Holds
            };
            let written = &waiver.address.value;
            let address = if written.contains('[') { programme.whole_address(written) } else { None };
            let address = address.unwrap_or_else(|| written.clone());
            let (covers, own, acts, holds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            concerns.push(Concern {
                file,
                number,
                waiver,
                address,
                rule,
                state: hold,
                until,
                beyond,
                covers,
                own,
                acts,
                holds,
                told: None,
            });
        }
    }
    concerns
}

/// The value of a whole-numbered parameter.
fn param(rules: &Rules, state: &State, page: &str, name: &str) -> Option<i64> {
    match state.params.get(rules.param(page, name)?)? {
        Value::Number(number) => number.to_whole(),
        _ => None,
    }
}

/// Whether what a waiver covers may lie at, in or around what an address names.
fn touches(covered: &str, address: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '[']));
    covered == WHOLE || covered.starts_with(FILES.trim_end_matches('/')) || within(address, covered) || within(covered, address)
}

/// Notes which findings each waiver covers.
fn cover(programme: &Programme, rules: &Rules, concerns: &mut [Concern<'_>], findings: &[Finding]) {
    let mut by_rule: HashMap<&str, HashMap<String, Vec<usize>>> = HashMap::new();
    for (number, concern) in concerns.iter().enumerate().filter(|(_, concern)| concern.state != Hold::Stray) {
        let name = concern.rule.and_then(|rule| rules.rules.get(rule)).map_or(&*concern.waiver.rule.value, |rule| &*rule.name);
        by_rule.entry(name).or_default().entry(concern.address.clone()).or_default().push(number);
    }
    for (number, finding) in findings.iter().enumerate() {
        let Some(by_address) = by_rule.get(&*finding.rule) else { continue };
        let address = plain(&finding.subject.address);
        let mut covering: Vec<usize> = Vec::new();
        let mut try_each = |text: &str, marks: &[char]| {
            let ends = text.char_indices().filter(|(_, c)| marks.contains(c)).map(|(at, _)| at).chain([text.len()]);
            for end in ends {
                covering.extend(text.get(..end).and_then(|part| by_address.get(part)).into_iter().flatten());
            }
        };
        try_each(&address, &['/', '[']);
        // What stands in a file or folder, by the file of the finding's own place.
        if let Some(place) = finding.labels.first().filter(|_| !address.starts_with(FILES)) {
            let path = programme.path_of(place.place.file);
            let own = path.strip_prefix(&*programme.folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
            try_each(&format!("{FILES}{own}"), &['/']);
        }
        covering.extend(by_address.get(WHOLE).into_iter().flatten());
        covering.sort_unstable();
        covering.dedup();
        for concern in covering {
            if let Some(concern) = concerns.get_mut(concern) {
                concern.covers.push(number);
            }
        }
    }
}

/// An address, path or name as written in a waiver, in parts, so that what stands in it can be masked.
#[must_use]
pub fn address_parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut piece = String::new();
    for c in text.chars().chain(['\0']) {
        if !matches!(c, '/' | '[' | ']' | '=' | ',' | '*' | '\0') {
            piece.push(c);
            continue;
        }
        if !piece.is_empty() {
            parts.push(Part::value("address", std::mem::take(&mut piece), Care::Id));
        }
        if c != '\0' {
            parts.push(Part::words(c.encode_utf8(&mut [0; 4])));
        }
    }
    parts
}
