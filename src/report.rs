//! Renders what was audited and masked: one file for each format. Nothing unmasked can get here, by type.
//!
//! A finished programme is rendered to bytes at once ([`Renderer::programme`]); the pieces are joined in
//! path order when they are written. Rules' insides and records are not known here.

pub mod json;
pub mod summary;
pub mod terminal;

use crate::finding::{Severity, Verdicts};
use crate::redact::{Shown, ShownFinding, ShownProgramme};

/// How the audit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the lines, for a terminal.
    Full,
    /// One line for each finding.
    Concise,
    /// In sentences, for screen readers.
    Narrated,
    /// The saved audit.
    Json,
}

/// What a renderer needs to know of a rule.
#[derive(Clone, Debug)]
pub struct RuleCard {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its severity by its page.
    pub severity: Severity,
    /// What to do.
    pub help: String,
    /// SHA-256 of its page and the definitions.
    pub digest: String,
    /// Its parameters: name, value and where it was set.
    pub params: Vec<(String, String, &'static str)>,
    /// Where its severity was set.
    pub severity_from: &'static str,
}

/// What holds for the whole run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The date of the audit.
    pub as_of: String,
    /// The rules, by number.
    pub rules: Vec<RuleCard>,
    /// The settings, as JSON that is safe to show.
    pub settings: serde_json::Value,
    /// Whether colour is used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether every cause of "no evidence" is listed.
    pub verbose: bool,
    /// Whether the counts for each rule are listed.
    pub statistics: bool,
    /// Whether formats for a terminal show what is held back.
    pub show_suppressed: bool,
    /// The most findings that are written.
    pub max_findings: usize,
}

/// The rendered pieces of one programme.
#[derive(Debug, Default)]
pub struct Rendered {
    /// One piece for each finding.
    pub findings: Vec<Vec<u8>>,
    /// Other sections of the format, in its own order.
    pub sections: Vec<Vec<u8>>,
}

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
    /// Findings by severity, mildest first; those held back are not among them.
    pub findings: [u64; 3],
    /// Findings that a waiver or the baseline holds back.
    pub suppressed: u64,
    /// Findings that fail the run.
    pub failing: u64,
    /// Findings outside the paths that were asked for.
    pub elsewhere: u64,
    /// Findings that were not written because of a limit.
    pub unwritten: u64,
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
}

impl Totals {
    /// Adds a programme.
    pub fn add(&mut self, programme: &ShownProgramme) {
        self.programmes += 1;
        self.files += programme.files.len() as u64;
        self.records += programme.records;
        if self.by_rule.len() < programme.verdicts.len() {
            self.by_rule.resize(programme.verdicts.len(), Verdicts::default());
        }
        for (total, own) in self.by_rule.iter_mut().zip(&programme.verdicts) {
            total.add(own);
            self.verdicts.add(own);
        }
        for (total, own) in self.findings.iter_mut().zip(programme.totals) {
            *total += own;
        }
        self.suppressed += programme.suppressed;
        self.failing += programme.failing;
        self.elsewhere += programme.elsewhere;
        self.unwritten += programme.beyond;
        self.unjudged += programme.unjudged;
        self.faulted |= programme.faulted;
        for entry in &programme.no_evidence {
            // A run over many programmes names the first causes; the counts are whole.
            let room = self.causes.len() < 2_000;
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
    }

    /// Whether anything was judged: a pass or a finding.
    #[must_use]
    pub fn judged(&self) -> bool {
        self.verdicts.pass + self.verdicts.finding > 0
    }

    /// All findings.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.findings.iter().sum()
    }
}

/// Renders one format.
pub trait Renderer: Sync {
    /// Which findings the format has; those held back are always counted, and not always shown.
    fn has(&self, finding: &ShownFinding, run: &Run) -> bool {
        let _ = (finding, run);
        true
    }
    /// The pieces of one programme.
    fn programme(&self, programme: &ShownProgramme, run: &Run) -> Rendered;
    /// What comes before everything else.
    fn begin(&self, run: &Run) -> Vec<u8>;
    /// How many sections besides the findings there are; they are kept back until the end.
    fn sections(&self) -> usize;
    /// What comes between two findings.
    fn between(&self) -> &'static [u8];
    /// Joins the sections after the findings: before each section, and at the end.
    fn joint(&self, section: usize) -> &'static [u8];
    /// What comes last.
    fn end(&self, run: &Run, totals: &Totals, status: u8) -> Vec<u8>;
}

/// The renderer of a format.
#[must_use]
pub fn renderer(format: Format) -> Box<dyn Renderer> {
    match format {
        Format::Full | Format::Concise | Format::Narrated => Box::new(terminal::Terminal { format }),
        Format::Json => Box::new(json::Saved),
    }
}
