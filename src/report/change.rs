//! What a change brought, in numbers and words: with what the records were compared, what is new, gone and as
//! it was.
//!
//! New findings are the findings of a run that looks at a change; here stands what is told beside them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{Totals, count};
use crate::redact::{Shown, ShownProgramme};

/// Characters of an object's name that are shown.
const OBJECT_CHARS: usize = 12;
/// Findings that are gone and named one by one; those beyond are counted.
const GONE_MAX: usize = 1_000;

/// The earlier state with which the records are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedWith {
    /// What it was called on the command line.
    pub name: Shown,
    /// The object of git that holds it; none before the first commit.
    pub object: Option<Shown>,
    /// Whether it lies further back than its name: where the name's history and this one parted.
    pub parted: bool,
    /// Whether what is staged was compared with it, and not the files.
    pub staged: bool,
    /// Whether settings, rules or waivers changed too.
    pub settings_changed: bool,
    /// Programmes that the change does not touch: they were not audited.
    pub untouched: u64,
}

/// What a change came to beside its new findings, which are the findings of the totals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeTotals {
    /// Programmes that are gone.
    pub departed: u64,
    /// Findings that were there before, by severity, mildest first.
    pub unchanged: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once for a programme.
    pub unchanged_once: [u64; 3],
    /// Findings that are gone, by severity, mildest first.
    pub gone: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once for a programme.
    pub gone_once: [u64; 3],
    /// Files that could not be judged as a whole in the earlier state.
    pub unjudged_before: u64,
    /// Files that could be judged as a whole in neither state.
    pub unjudged_still: u64,
    /// The first findings that are gone: the programme's folder, the rule and the address.
    named: Vec<(Shown, Shown, Shown)>,
}

impl ChangeTotals {
    /// Adds a programme; whether it is there.
    pub(super) fn add(&mut self, programme: &ShownProgramme) -> bool {
        let Some(own) = &programme.change else { return true };
        let add = |total: &mut [u64; 3], own: [u64; 3]| total.iter_mut().zip(own).for_each(|(total, own)| *total += own);
        add(&mut self.unchanged, own.unchanged);
        add(&mut self.unchanged_once, own.unchanged_once);
        add(&mut self.gone, own.gone);
        add(&mut self.gone_once, own.gone_once);
        self.unjudged_before += own.unjudged_before;
        self.unjudged_still += own.unjudged_still;
        self.departed += u64::from(own.departed);
        let room = GONE_MAX.saturating_sub(self.named.len());
        self.named.extend(
            own.gone_findings
                .iter()
                .take(room)
                .map(|finding| (programme.path.clone(), Shown::words(&finding.rule), finding.subject.address.clone())),
        );
        !own.departed
    }

    /// As formats that are passed on may show it.
    pub(super) fn once(&mut self) {
        self.unchanged = self.unchanged_once;
        self.gone = self.gone_once;
        self.named.clear();
    }

    /// The findings that are gone, one to a line.
    pub(super) fn gone(&self) -> String {
        let mut out = String::new();
        for (programme, rule, address) in &self.named {
            let _ = writeln!(out, "gone: {programme}: {rule} at {address}");
        }
        let beyond = sum(self.gone).saturating_sub(self.named.len() as u64);
        if beyond > 0 && !self.named.is_empty() {
            let _ = writeln!(out, "gone: {}", count(beyond, "further finding", "further findings"));
        }
        out
    }
}

fn sum(counts: [u64; 3]) -> u64 {
    counts.iter().sum()
}

/// What was compared, and what came of it.
pub(super) fn lines(with: &ComparedWith, change: &ChangeTotals, totals: &Totals) -> String {
    let mut out = String::new();
    let what = if with.staged { "What is staged" } else { "The files" };
    let _ = writeln!(
        out,
        "{what} compared with {}: {} new, {} gone, {} there before",
        state(with),
        count(totals.all(), "finding is", "findings are"),
        count(sum(change.gone), "is", "are"),
        count(sum(change.unchanged), "was", "were"),
    );
    if change.departed > 0 {
        let _ = writeln!(out, "{} gone with all its findings", count(change.departed, "programme is", "programmes are"));
    }
    if with.untouched > 0 {
        let _ = writeln!(
            out,
            "{} the change does not touch {} not audited",
            count(with.untouched, "programme that", "programmes that"),
            if with.untouched == 1 { "was" } else { "were" }
        );
    }
    if with.settings_changed {
        out.push_str("Settings, rules or waivers changed too, so some of this may come from them.\n");
    }
    if sum(change.gone) > 0 && totals.newly_unjudged() > 0 {
        let _ = writeln!(
            out,
            "{} cannot be judged as a whole any more, so some of what is gone may still be there",
            count(totals.newly_unjudged(), "file", "files")
        );
    }
    let mended = change.unjudged_before.saturating_sub(change.unjudged_still);
    if mended > 0 {
        let _ = writeln!(
            out,
            "{} not be judged as a whole before, so what is found in {} may be older than it seems",
            count(mended, "file could", "files could"),
            if mended == 1 { "it" } else { "them" }
        );
    }
    out
}

/// The earlier state in words.
fn state(with: &ComparedWith) -> String {
    let Some(object) = &with.object else { return "nothing (there is no commit yet)".to_owned() };
    let short: String = object.as_str().chars().take(OBJECT_CHARS).collect();
    match (with.name.as_str(), with.parted) {
        (name, false) if object.as_str().starts_with(name) => short,
        (name, false) => format!("{name} ({short})"),
        (name, true) => format!("{short}, where {name} and this history parted"),
    }
}

/// What the status means, in words.
pub(super) fn ending(totals: &Totals, status: u8) -> Option<&'static str> {
    match status {
        0 if totals.programmes == 0 && totals.change.as_ref().is_some_and(|change| change.departed > 0) => {
            Some("Nothing new: the change takes programmes away, and touches no other.")
        }
        0 if totals.programmes == 0 => Some("The change touches no programme."),
        0 if totals.all() == 0 => Some("Nothing new."),
        0 => Some("Nothing new that fails the run."),
        1 => Some("The run fails: there are new findings at or above the severity that fails it."),
        _ => None,
    }
}
