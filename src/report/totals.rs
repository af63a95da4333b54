//! What a run comes to, counted as its programmes go by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChangeTotals, Run, Step, steps};
use crate::finding::{Severity, Verdicts};
use crate::redact::{Shown, ShownProgramme};

/// Causes of "no evidence" that a run over many programmes names; the counts are whole.
const CAUSES_MAX: usize = 2_000;

/// What a run comes to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Programmes audited.
    pub programmes: u64,
    /// Files read.
    pub files: u64,
    /// Records read.
    pub records: u64,
    /// All verdicts.
    pub verdicts: Verdicts,
    /// For each rule, by number.
    pub by_rule: Vec<Verdicts>,
    /// For each programme, in path order.
    pub by_programme: Vec<ProgrammeTotals>,
    /// For each rule with findings, the findings that are shown.
    pub found: Vec<RuleTotals>,
    /// Findings by severity, mildest first; those held back are not among them.
    pub findings: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once for a programme.
    pub findings_once: [u64; 3],
    /// Findings that a waiver or the baseline holds back.
    pub suppressed: u64,
    /// The same, where a rule that says something sensitive of single people counts once for a programme.
    pub suppressed_once: u64,
    /// Findings that fail the run.
    pub failing: u64,
    /// Findings outside the paths that were asked for.
    pub elsewhere: u64,
    /// Findings that are counted and not kept, because there are too many.
    pub beyond: u64,
    /// Files left unjudged as a whole.
    pub unjudged: u64,
    /// Whether a rule was at fault.
    pub faulted: bool,
    /// How many things git's rules left out, and the first.
    pub left_out: (usize, Option<Shown>),
    /// How many record files belong to no programme, and the first.
    pub strays: (usize, Option<Shown>),
    /// Causes of "no evidence": the rule, the words, the count.
    pub causes: Vec<(usize, Shown, u64)>,
    /// Why rules did not run, and on how many programmes.
    pub idle: Vec<(usize, Shown, u64)>,
    /// The most useful next steps.
    pub steps: Vec<Step>,
    /// Rules whose counts are left out, because they say something sensitive of single people.
    pub withheld: usize,
    /// What the change brought beside the findings above, where one is looked at.
    pub change: Option<ChangeTotals>,
}

/// What one programme comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgrammeTotals {
    /// Its id.
    pub id: Shown,
    /// Its folder.
    pub path: Shown,
    /// Findings by severity, mildest first; those held back are not among them.
    pub findings: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub findings_once: [u64; 3],
    /// Findings that are held back.
    pub suppressed: u64,
    /// The same, where a rule that says something sensitive of single people counts once.
    pub suppressed_once: u64,
    /// All verdicts.
    pub verdicts: Verdicts,
    /// All verdicts but those of rules that say something sensitive of single people.
    pub verdicts_once: Verdicts,
}

/// The findings of one rule that are shown and not held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTotals {
    /// The rule.
    pub rule: Shown,
    /// The gravest of their severities.
    pub severity: Severity,
    /// How many.
    pub findings: u64,
    /// In how many programmes.
    pub programmes: u64,
}

impl Totals {
    /// Adds a programme.
    pub fn add(&mut self, programme: &ShownProgramme, run: &Run) {
        if programme.change.is_some() && !self.change.get_or_insert_default().add(programme) {
            return;
        }
        self.programmes += 1;
        self.files += programme.files.len() as u64;
        self.records += programme.records;
        if self.by_rule.len() < programme.verdicts.len() {
            self.by_rule.resize(programme.verdicts.len(), Verdicts::default());
        }
        let (mut own, mut own_once) = (Verdicts::default(), Verdicts::default());
        for (rule, (total, verdicts)) in self.by_rule.iter_mut().zip(&programme.verdicts).enumerate() {
            total.add(verdicts);
            own.add(verdicts);
            if !run.rules.get(rule).is_some_and(|rule| rule.reveals) {
                own_once.add(verdicts);
            }
        }
        self.verdicts.add(&own);
        add(&mut self.findings, programme.totals);
        add(&mut self.findings_once, programme.totals_once);
        self.suppressed += programme.suppressed;
        self.suppressed_once += programme.suppressed_once;
        self.failing += programme.failing;
        self.elsewhere += programme.elsewhere;
        self.beyond += programme.beyond;
        self.unjudged += programme.unjudged;
        self.faulted |= programme.faulted;
        for entry in &programme.no_evidence {
            let room = self.causes.len() < CAUSES_MAX;
            match self.causes.iter_mut().find(|(rule, cause, _)| *rule == entry.rule && *cause == entry.cause) {
                Some((_, _, count)) => *count += entry.count,
                None if room => self.causes.push((entry.rule, entry.cause.clone(), entry.count)),
                None => {}
            }
        }
        for (rule, why) in &programme.idle {
            match self.idle.iter_mut().find(|(known, reason, _)| known == rule && reason == why) {
                Some((_, _, count)) => *count += 1,
                None => self.idle.push((*rule, why.clone(), 1)),
            }
        }
        self.found(programme);
        steps::add(&mut self.steps, programme);
        self.by_programme.push(ProgrammeTotals {
            id: programme.id.clone(),
            path: programme.path.clone(),
            findings: programme.totals,
            findings_once: programme.totals_once,
            suppressed: programme.suppressed,
            suppressed_once: programme.suppressed_once,
            verdicts: own,
            verdicts_once: own_once,
        });
    }

    /// Counts the findings of a programme by rule.
    fn found(&mut self, programme: &ShownProgramme) {
        let mut rules: BTreeMap<&str, (u64, Severity)> = BTreeMap::new();
        for finding in programme.findings.iter().filter(|finding| finding.counts()) {
            let own = rules.entry(&finding.rule).or_insert((0, finding.severity));
            *own = (own.0 + 1, own.1.max(finding.severity));
        }
        for (rule, (findings, severity)) in rules {
            match self.found.binary_search_by(|known| known.rule.as_str().cmp(rule)) {
                Ok(at) => {
                    if let Some(known) = self.found.get_mut(at) {
                        known.findings += findings;
                        known.programmes += 1;
                        known.severity = known.severity.max(severity);
                    }
                }
                Err(at) => self.found.insert(at, RuleTotals { rule: Shown::words(rule), severity, findings, programmes: 1 }),
            }
        }
    }

    /// The totals as formats that are passed on may show them: what says something sensitive of single people
    /// counts once for a programme, and the verdicts of such rules are left out.
    #[must_use]
    pub fn once(&self, run: &Run) -> Self {
        let mut own = self.clone();
        own.findings = own.findings_once;
        own.suppressed = own.suppressed_once;
        if let Some(change) = &mut own.change {
            change.once();
        }
        for programme in &mut own.by_programme {
            programme.findings = programme.findings_once;
            programme.suppressed = programme.suppressed_once;
            programme.verdicts = programme.verdicts_once;
        }
        own.verdicts = Verdicts::default();
        for (number, verdicts) in own.by_rule.iter_mut().enumerate() {
            if run.rules.get(number).is_some_and(|rule| rule.reveals) {
                own.withheld += usize::from(verdicts.total() > 0);
                *verdicts = Verdicts::default();
            }
            own.verdicts.add(verdicts);
        }
        let reveals = |rule: &Shown| run.card(rule.as_str()).is_some_and(|rule| rule.reveals);
        for found in own.found.iter_mut().filter(|found| reveals(&found.rule)) {
            found.findings = found.programmes;
        }
        own.causes.retain(|(rule, ..)| !run.rules.get(*rule).is_some_and(|rule| rule.reveals));
        // How many findings such a step mends says how many people it is about, and the place says who.
        own.steps.retain(|step| !reveals(&step.rule));
        own
    }

    /// Files left unjudged as a whole, where a change is looked at only those that it left so.
    #[must_use]
    pub fn newly_unjudged(&self) -> u64 {
        self.unjudged.saturating_sub(self.change.as_ref().map_or(0, |change| change.unjudged_still))
    }

    /// Whether anything was judged: a pass or a finding.
    #[must_use]
    pub fn judged(&self) -> bool {
        self.verdicts.pass + self.verdicts.finding > 0
    }

    /// All findings that are not held back.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.findings.iter().sum()
    }
}

fn add(total: &mut [u64; 3], own: [u64; 3]) {
    for (total, own) in total.iter_mut().zip(own) {
        *total += own;
    }
}
