//! The last lines of a run, in words that match its status.

use std::fmt::Write as _;

use super::{Run, Totals};
use crate::finding::{HeldBy, Severity};
use crate::redact::ShownSuppression;

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

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// The findings by severity, gravest first.
#[must_use]
pub fn findings(totals: &Totals) -> String {
    let [advice, warnings, errors] = totals.findings;
    if totals.all() == 0 {
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
pub fn lines(run: &Run, totals: &Totals, status: u8) -> String {
    let mut out = String::new();
    if totals.unwritten > 0 {
        let _ = writeln!(
            out,
            "{} not shown (--max-findings); the totals below count them",
            count(totals.unwritten, "more finding is", "more findings are")
        );
    }
    if run.verbose {
        for (rule, cause, number) in &totals.causes {
            let name = run.rules.get(*rule).map_or("", |rule| rule.name.as_str());
            let _ = writeln!(out, "no evidence: {name}: {cause} ({number})");
        }
        for (rule, why, number) in &totals.idle {
            let name = run.rules.get(*rule).map_or("", |rule| rule.name.as_str());
            let _ = writeln!(out, "not run: {name}: {why} ({})", count(*number, "programme", "programmes"));
        }
    }
    if run.statistics {
        statistics(&mut out, run, totals);
    }
    let verdicts = &totals.verdicts;
    let held = match totals.suppressed {
        0 => String::new(),
        held => format!("; {} held back by a waiver or the baseline", count(held, "finding is", "findings are")),
    };
    let _ = writeln!(
        out,
        "{}, {}, {}: {}{held}",
        count(totals.programmes, "programme", "programmes"),
        count(totals.files, "file", "files"),
        count(totals.records, "record", "records"),
        findings(totals)
    );
    let _ = writeln!(
        out,
        "{} of {}: {} pass, {} finding; {} no evidence, {} not applicable",
        count(verdicts.pass + verdicts.finding, "verdict reached", "verdicts reached"),
        grouped(verdicts.pass + verdicts.finding + verdicts.no_evidence),
        grouped(verdicts.pass),
        grouped(verdicts.finding),
        grouped(verdicts.no_evidence),
        grouped(verdicts.not_applicable)
    );
    if verdicts.no_evidence > 0 && !run.verbose {
        out.push_str("What has no evidence was not judged; -v says why.\n");
    }
    if totals.elsewhere > 0 {
        let _ = writeln!(out, "{} outside the paths that were named", count(totals.elsewhere, "finding lies", "findings lie"));
    }
    if totals.left_out.0 > 0 {
        let first = totals.left_out.1.as_ref().map_or("", |first| first.as_str());
        let _ = writeln!(
            out,
            "git ignores {}, which {} not read, the first is {first}; --no-ignore reads all",
            count(totals.left_out.0 as u64, "file or folder", "files and folders"),
            if totals.left_out.0 == 1 { "was" } else { "were" }
        );
    }
    if totals.strays.0 > 0 {
        let first = totals.strays.1.as_ref().map_or("", |first| first.as_str());
        let _ = writeln!(
            out,
            "{} to no programme and {} not read, the first is {first}",
            count(totals.strays.0 as u64, "JSON file belongs", "JSON files belong"),
            if totals.strays.0 == 1 { "was" } else { "were" }
        );
    }
    if totals.unjudged > 0 {
        let _ = writeln!(out, "{} could not be judged as a whole, so the audit is incomplete", count(totals.unjudged, "file", "files"));
    }
    out.push_str(match status {
        0 if totals.all() == 0 => "Clean.\n",
        0 => "Nothing that fails the run.\n",
        1 => "The run fails: there are findings at or above the severity that fails it.\n",
        2 => "The run fails: a rule or the settings are at fault.\n",
        _ if !totals.judged() => "Nothing was judged.\n",
        _ => "The audit is incomplete.\n",
    });
    out
}

/// The four verdicts of each rule that was looked at.
fn statistics(out: &mut String, run: &Run, totals: &Totals) {
    let width = run.rules.iter().map(|rule| rule.name.len()).max().unwrap_or(10);
    let _ = writeln!(out, "{:width$}  {:>8} {:>8} {:>8} {:>8} {:>8}", "rule", "pass", "finding", "no evid.", "not appl", "nothing");
    for (rule, own) in run.rules.iter().zip(&totals.by_rule) {
        if own.total() + own.nothing_to_judge > 0 {
            let _ = writeln!(
                out,
                "{:width$}  {:>8} {:>8} {:>8} {:>8} {:>8}",
                rule.name, own.pass, own.finding, own.no_evidence, own.not_applicable, own.nothing_to_judge
            );
        }
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
