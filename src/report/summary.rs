//! The last lines of a run, in words that match its status.

use std::fmt::Write as _;

use super::{End, Run, Shard, Step, Totals, change, count};
use crate::audit::{NOT_SELECTED, SWITCHED_OFF};
use crate::finding::{HeldBy, Severity, Verdicts};
use crate::redact::{Shown, ShownSuppression};

/// A number with thousands set apart.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The findings by severity, gravest first.
#[must_use]
pub fn findings(findings: [u64; 3]) -> String {
    let [advice, warnings, errors] = findings;
    if errors + warnings + advice == 0 {
        return "no findings".to_owned();
    }
    let mut parts = Vec::new();
    for (number, one, many) in [(errors, "error", "errors"), (warnings, "warning", "warnings"), (advice, "advice", "advice")] {
        if number > 0 {
            parts.push(count(number, one, many));
        }
    }
    parts.join(", ")
}

/// The lines at the end.
#[must_use]
pub fn lines(run: &Run, totals: &Totals, end: End) -> String {
    let mut out = String::new();
    if totals.beyond + end.cut > 0 {
        let _ = writeln!(
            out,
            "{} not shown (--max-findings); the totals below count them",
            count(totals.beyond + end.cut, "more finding is", "more findings are")
        );
    }
    if run.verbose {
        for (rule, cause, number) in &totals.causes {
            let _ = writeln!(out, "no evidence: {}: {cause} ({number})", run.rule_name(*rule));
        }
        let mut unselected = 0;
        for (rule, why, number) in &totals.idle {
            if why.as_str() == NOT_SELECTED {
                unselected += 1;
            } else if !why.as_str().starts_with(SWITCHED_OFF) {
                let _ = writeln!(out, "not run: {}: {why} ({})", run.rule_name(*rule), count(*number, "programme", "programmes"));
            }
        }
        if unselected > 0 {
            let _ = writeln!(out, "not run: {}", count(unselected, "rule that was not selected", "rules that were not selected"));
        }
    }
    if run.statistics {
        statistics(&mut out, run, totals);
    }
    let verdicts = &totals.verdicts;
    // A change that touches no programme has nothing to count.
    if totals.change.is_none() || totals.programmes > 0 {
        let _ = writeln!(out, "{}", scope(totals));
        let _ = writeln!(out, "{}", reached(totals));
    }
    if verdicts.no_evidence > 0 && !run.verbose {
        out.push_str("What has no evidence was not judged; -v says why.\n");
    }
    if let (Some(with), Some(own)) = (&run.compared, &totals.change) {
        out.push_str(&change::lines(with, own, totals));
    }
    for caveat in caveats(run, totals) {
        let _ = writeln!(out, "{caveat}");
    }
    out.push_str(outcome(run, totals, end.status));
    out.push('\n');
    out
}

/// What the totals do not count, and why the audit may not be whole.
#[must_use]
pub fn caveats(run: &Run, totals: &Totals) -> Vec<String> {
    let first = |seen: &(usize, Option<Shown>)| seen.1.as_ref().map_or_else(String::new, ToString::to_string);
    let were = |number: usize| if number == 1 { "was" } else { "were" };
    let mut all: Vec<String> = part(run).into_iter().collect();
    if totals.elsewhere > 0 {
        all.push(format!("{} outside the paths that were named", count(totals.elsewhere, "finding lies", "findings lie")));
    }
    for (rule, why, _) in &totals.idle {
        if let Some(reason) = why.as_str().strip_prefix(SWITCHED_OFF) {
            all.push(format!("{} is switched off: {reason}", run.rule_name(*rule)));
        }
    }
    if totals.left_out.0 > 0 {
        let what = count(totals.left_out.0 as u64, "file or folder", "files and folders");
        let were = were(totals.left_out.0);
        all.push(format!("git ignores {what}, which {were} not read, the first is {}; --no-ignore reads all", first(&totals.left_out)));
    }
    if totals.strays.0 > 0 {
        let what = count(totals.strays.0 as u64, "JSON file belongs", "JSON files belong");
        all.push(format!("{what} to no programme and {} not read, the first is {}", were(totals.strays.0), first(&totals.strays)));
    }
    if totals.newly_unjudged() > 0 {
        let files = count(totals.newly_unjudged(), "file", "files");
        // Findings say which, unless the rules that would are among those that were not selected.
        let chosen = totals.idle.iter().any(|(_, why, _)| why.as_str() == NOT_SELECTED);
        let hint = if chosen { "; a run without --select says which, and why" } else { "" };
        all.push(format!("{files} could not be judged as a whole, so the audit is incomplete{hint}"));
    }
    if totals.unjudged > totals.newly_unjudged() {
        let files = count(totals.unjudged - totals.newly_unjudged(), "file", "files");
        all.push(format!("{files} could be judged as a whole neither before nor now"));
    }
    all
}

/// Which part of a run this is, if it is one.
#[must_use]
pub fn part(run: &Run) -> Option<String> {
    let Shard { index, of, programmes, positions, .. } = run.shard.as_ref()?;
    let own = if positions.is_empty() { "none".to_owned() } else { grouped(positions.len() as u64) };
    let all = count(*programmes as u64, "programme", "programmes");
    Some(format!("this is part {index} of {of}: {own} of {all}; havesay merge joins the saved audits of the parts"))
}

/// What was audited, and what was found.
#[must_use]
pub fn scope(totals: &Totals) -> String {
    let held = match totals.suppressed {
        0 => String::new(),
        held => format!("; {} held back by a waiver or the baseline", count(held, "finding is", "findings are")),
    };
    format!(
        "{}, {}, {}: {}{held}",
        count(totals.programmes, "programme", "programmes"),
        count(totals.files, "file", "files"),
        count(totals.records, "record", "records"),
        findings(totals.findings)
    )
}

/// The verdicts, each with what it is a part of.
#[must_use]
pub fn reached(totals: &Totals) -> String {
    let verdicts = &totals.verdicts;
    let withheld = match totals.withheld {
        0 => String::new(),
        rules => format!(
            ", without those of {} that say{} something sensitive of single people",
            count(rules as u64, "rule", "rules"),
            if rules == 1 { "s" } else { "" }
        ),
    };
    format!(
        "{} of {}: {} pass, {} finding; {} no evidence, {} not applicable{withheld}",
        count(verdicts.pass + verdicts.finding, "verdict reached", "verdicts reached"),
        grouped(verdicts.pass + verdicts.finding + verdicts.no_evidence),
        grouped(verdicts.pass),
        grouped(verdicts.finding),
        grouped(verdicts.no_evidence),
        grouped(verdicts.not_applicable)
    )
}

/// What the status means, in words.
#[must_use]
pub fn outcome(run: &Run, totals: &Totals, status: u8) -> &'static str {
    if let Some(words) = totals.change.as_ref().and_then(|_| change::ending(totals, status)) {
        return words;
    }
    match status {
        0 if totals.programmes == 0 && run.shard.is_some() => "There is nothing to audit in this part.",
        0 if totals.all() == 0 => "Clean.",
        0 => "Nothing that fails the run.",
        1 => "The run fails: there are findings at or above the severity that fails it.",
        2 => "The run fails: a rule or the settings are at fault.",
        _ if !totals.judged() => "Nothing was judged.",
        _ => "The audit is incomplete.",
    }
}

/// Whether there is more to do than the next steps say by themselves.
#[must_use]
pub fn has_steps(totals: &Totals) -> bool {
    !totals.steps.is_empty() && totals.all() > totals.steps.len() as u64
}

/// The next steps, where there is more to do than they say by themselves.
#[must_use]
pub fn steps(totals: &Totals) -> String {
    let mut out = String::new();
    if !has_steps(totals) {
        return out;
    }
    out.push_str("Where to begin:\n");
    for (number, step) in totals.steps.iter().enumerate() {
        let _ = writeln!(out, "  {}. {}", number + 1, words(step));
    }
    out.push('\n');
    out
}

/// A step in words: what to do, what that mends, and where to begin.
#[must_use]
pub fn words(step: &Step) -> String {
    let mends = match step.severity {
        Severity::Error => count(step.findings, "error", "errors"),
        Severity::Warning => count(step.findings, "warning", "warnings"),
        Severity::Advice => count(step.findings, "advice", "advice"),
    };
    let help = if step.help.as_str().is_empty() { "see the rule's page" } else { step.help.as_str() };
    let first = step.first.as_ref().map_or_else(String::new, |first| {
        format!(", {} {}:{}", if step.findings == 1 { "at" } else { "first at" }, first.file, first.start.line)
    });
    format!("{help} ({mends} by {}{first})", step.rule)
}

/// The four verdicts of each rule that was looked at, and of each programme where there are several, with
/// what they are a part of: all the verdicts that were asked for.
fn statistics(out: &mut String, run: &Run, totals: &Totals) {
    let rules = run.rules.iter().zip(&totals.by_rule);
    let rows: Vec<(&str, &Verdicts)> = rules.map(|(rule, own)| (rule.name.as_str(), own)).filter(|(_, own)| own.asked()).collect();
    rows_of(out, "rule", &rows, ("all rules", &totals.verdicts));
    if totals.programmes > 1 {
        let rows: Vec<(&str, &Verdicts)> = totals.by_programme.iter().map(|own| (own.path.as_str(), &own.verdicts)).collect();
        rows_of(out, "programme", &rows, ("all programmes", &totals.verdicts));
    }
}

fn rows_of(out: &mut String, head: &str, rows: &[(&str, &Verdicts)], sum: (&str, &Verdicts)) {
    let width = rows.iter().chain([&sum]).map(|(name, _)| name.chars().count()).chain([head.len()]).max().unwrap_or_default();
    let mut line = |name: &str, cells: [&str; 6]| {
        let _ = write!(out, "{name:width$} ");
        for cell in cells {
            let _ = write!(out, " {cell:>8}");
        }
        out.push('\n');
    };
    line(head, ["pass", "finding", "no evid.", "not appl", "of all", "nothing"]);
    for (name, own) in rows.iter().chain([&sum]) {
        let cells = [own.pass, own.finding, own.no_evidence, own.not_applicable, own.total(), own.nothing_to_judge].map(grouped);
        line(name, cells.each_ref().map(String::as_str));
    }
}

/// What holds a finding back, in words.
#[must_use]
pub fn held_back(held: &ShownSuppression) -> String {
    match (held.by, &held.until) {
        (HeldBy::Waiver, Some(until)) => format!("waived until {until}"),
        (HeldBy::Waiver, None) => "waived".to_owned(),
        (HeldBy::Baseline, Some(until)) => format!("in the baseline until {until}"),
        (HeldBy::Baseline, None) => "in the baseline".to_owned(),
    }
}

/// The sign by which a severity is told without colour.
#[must_use]
pub const fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}
