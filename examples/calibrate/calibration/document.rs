//! Writes `docs/calibration.md` from what was measured: one section for each study, and what keeps to no limit.
//!
//! Numbers are only formatted here. The test reads the tables back, so that their form is fixed by these functions.

use std::fmt::Write as _;

use super::judge::Judge;
use super::{Ground, SEED, Shares, Study, known};

/// Where the document stands in the repository.
pub const PATH: &str = "docs/calibration.md";
/// The limit by which a rule is measured whose page names no probability.
const CUSTOMARY: f64 = 0.05;

/// A study with what was measured on each of its grounds.
pub struct Measured<'s> {
    /// The study.
    pub study: &'s Study,
    /// The limits of its rules.
    pub limits: Vec<Limit>,
    /// For each ground: the fair space, and each departure.
    pub results: Vec<Vec<Shares>>,
}

/// The part of fair programmes in which a rule may speak.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The part.
    pub part: f64,
    /// Whether the rule's page names it, as `alpha`.
    pub own: bool,
}

impl Limit {
    /// The part in per cent, with as many places as it has.
    fn words(self) -> String {
        // A thousandth of a per cent is finer than any limit.
        let text = format!("{:.5}", self.part * 100.0);
        format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The limits of a study's rules, as their pages have them.
#[must_use]
pub fn limits(judge: &Judge, study: &Study) -> Vec<Limit> {
    let own = |rule| {
        let alpha = if study.customary { None } else { judge.param(rule, "alpha") };
        alpha.and_then(|alpha| alpha.parse().ok())
    };
    study.rules.iter().map(|rule| own(rule).map_or(Limit { part: CUSTOMARY, own: false }, |part| Limit { part, own: true })).collect()
}

/// The whole document.
#[must_use]
pub fn document(measured: &[Measured<'_>]) -> String {
    let all = |_: &Ground| true;
    let long = |ground: &Ground| ground.told_by.iter().all(|number| number.parse::<u32>().is_ok_and(|number| number >= 8));
    let (many, one) = ("representation/voice-concentrated", "representation/dominant-voice");
    let mut out = INTRODUCTION
        .replace("SEED", &SEED.to_string())
        .replace("MANY_VOICES", &most(measured, "bursts", many, &all))
        .replace("ONE_VOICE", &most(measured, "bursts", one, &all))
        .replace("MANY_LONG", &most(measured, "bursts", many, &long))
        .replace("ONE_LONG", &most(measured, "bursts", one, &long));
    for one in measured {
        out.push_str(&section(one));
    }
    out.push_str(&beyond(measured));
    out.push_str(&known::section());
    out
}

const INTRODUCTION: &str = "# Calibration

How often does a rule that weighs chance speak although nothing is wrong? And how often does it speak when something is? \
This page gives both for every rule that rests on a test or on a level of chance.

## In short

Most of these rules keep to their limit: where nothing is wrong they speak in at most 5 programmes of 100 \
(`representation/differential-attrition` in at most 10), and mostly in far fewer. Where people are few, a rule often gives no \
answer, or misses a fault that is there; a pass is no proof of balance. Customary limits that ask for no probability would flag \
most fair programmes of the usual size.

One exception matters most. People talk in runs, and who has the word keeps it for a while. In fair conversations of this kind \
`representation/voice-concentrated` speaks in up to MANY_VOICES, and `representation/dominant-voice` in up to ONE_VOICE. Where \
there are eight people or more, and eight contributions or more for each, it is up to MANY_LONG and up to ONE_LONG. So a finding \
of one of the two after few contributions is a reason to ask, and no more.

Three words are used throughout:

- `alpha` is the part of fair programmes in which a rule may speak by chance: 0.05 is one in twenty.
- The **total variation distance** is the part of all places that would have to go to another group for two mixes to be the \
same: 0 where they are the same, 1 where they have nothing in common.
- The **Gini coefficient** says how unevenly contributions are spread: 0 where everybody brings as many, 1 where one person \
brings all.

## How it is made

`cargo run --release --example calibrate` writes this page; do not edit it. It draws programmes, writes each down as records, \
and judges them with the rules as they are shipped, so a change of a rule's page changes the tables. The seed is SEED, and the \
same source gives the same bytes on every machine. `tests/calibration.rs` works out a part of the cells anew and holds \
every cell to its limit.

## How to read the tables

- **False alarms** are the part of fair programmes in which the rule has a finding. Where a rule judges each group, one group is \
enough. The limit is the rule's own `alpha`. A rule that names none is held to 5 %, which is customary.
- **No answer** is the part of the verdicts that are *no evidence*: too few people, or a test that could not have shown anything. \
It is neither an alarm nor a pass.
- **Exact** means that all outcomes were gone through, each with its probability. Where they are too many, programmes were drawn \
by chance, and ± is one standard error.
- Beside the rules stand three **customary limits** that ask for no probability, on the same programmes. *Four fifths*: a group has \
less than four fifths of its share. *Lowest to highest*: the group that comes least, for its share, does so less than four fifths as \
much as the group that comes most. *A fifth misplaced*: the total variation distance is above 0.2. They flag most fair programmes of \
the usual size.
- **Finds it** is the part of programmes with a stated fault in which the rule has a finding. With ≈ it was drawn, a thousand times, \
with a standard error of up to 1.6 points; in brackets stands the part without an answer, where there is any. Small programmes hide even \
large faults: a pass says that nothing was shown, not that nothing is there.

";

/// The section of a study.
#[must_use]
pub fn section(measured: &Measured<'_>) -> String {
    let Measured { study, limits, results } = measured;
    let mut out = format!("## {}\n\n{}\n\n", study.title, study.drawn);
    for (rule, limit) in study.rules.iter().zip(limits) {
        let own = match (limit.own, study.customary) {
            (true, _) => "its own `alpha`",
            (false, true) => "customary; an `alpha` of the page is about single contributions",
            (false, false) => "customary; the page names none",
        };
        let _ = writeln!(out, "- `{rule}`: at most {} false alarms ({own}).", limit.words());
    }
    out.push_str("\n### False alarms: ");
    let _ = writeln!(out, "{}\n", study.title.to_lowercase());
    let rules = study.rules.iter().flat_map(|rule| [format!("{}: false alarms", short(rule)), "no answer".to_owned()]);
    let either = (study.rules.len() > 1).then(|| "either".to_owned());
    let head = study.told_by.iter().map(|name| (*name).to_owned()).chain(["how".to_owned()]).chain(rules).chain(either);
    table_head(&mut out, head.chain(study.rivals.iter().map(|name| (*name).to_owned())));
    for (ground, shares) in study.grounds.iter().zip(results) {
        if let Some(fair) = shares.first() {
            out.push_str(&fair_row(ground, fair));
        }
    }
    let _ = writeln!(out, "\n### Finds it: {}\n", study.title.to_lowercase());
    for (number, departure) in (1..).zip(&study.departures) {
        let _: (u32, _) = (number, writeln!(out, "{number}. {departure}"));
    }
    out.push('\n');
    let columns = (1..=study.departures.len()).flat_map(|number| study.rules.iter().map(move |rule| format!("{number}: {}", short(rule))));
    table_head(&mut out, study.told_by.iter().map(|name| (*name).to_owned()).chain(columns));
    for (ground, shares) in study.grounds.iter().zip(results) {
        out.push_str(&power_row(ground, shares.get(1..).unwrap_or_default()));
    }
    out.push('\n');
    out
}

/// The row of a ground in the table of false alarms.
#[must_use]
pub fn fair_row(ground: &Ground, fair: &Shares) -> String {
    let how = fair.draws.map_or("exact".to_owned(), |draws| format!("{} drawn", thousands(draws)));
    let rules = fair.alarms.iter().zip(&fair.silent).flat_map(|(alarms, silent)| [drawn(fair, *alarms), percent(*silent, 0)]);
    let either = (fair.alarms.len() > 1).then(|| drawn(fair, fair.any));
    row(ground.told_by.iter().cloned().chain([how]).chain(rules).chain(either).chain(fair.rivals.iter().map(|share| percent(*share, 1))))
}

/// The row of a ground in the table of what is found.
#[must_use]
pub fn power_row(ground: &Ground, departures: &[Shares]) -> String {
    let found = departures.iter().flat_map(|shares| {
        shares.alarms.iter().zip(&shares.silent).map(|(alarms, silent)| {
            let sign = if shares.draws.is_some() { "≈ " } else { "" };
            let silent = if *silent >= 0.005 { format!(" ({})", percent(*silent, 0)) } else { String::new() };
            format!("{sign}{}{silent}", percent(*alarms, 1))
        })
    });
    row(ground.told_by.iter().cloned().chain(found))
}

/// The largest part of fair programmes in which a rule speaks, of those grounds of a study that are wanted.
fn most(measured: &[Measured<'_>], study: &str, rule: &str, wanted: &dyn Fn(&Ground) -> bool) -> String {
    let found = measured.iter().find(|one| one.study.name == study).and_then(|one| {
        let number = one.study.rules.iter().position(|known| *known == rule)?;
        let grounds = one.study.grounds.iter().zip(&one.results).filter(|(ground, _)| wanted(ground));
        let cells = grounds.filter_map(|(ground, shares)| Some((ground, *shares.first()?.alarms.get(number)?)));
        let (ground, alarms) = cells.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
        let told: Vec<String> = one.study.told_by.iter().zip(&ground.told_by).map(|(name, value)| format!("{name}: {value}")).collect();
        Some(format!("{} ({})", percent(alarms, 0), told.join("; ")))
    });
    found.unwrap_or_default()
}

/// Cells above their limit, and why.
fn beyond(measured: &[Measured<'_>]) -> String {
    let mut out = "## Where a limit is not kept\n\n".to_owned();
    let mut none = true;
    for Measured { study, limits, results } in measured {
        for (number, (rule, limit)) in study.rules.iter().zip(limits).enumerate() {
            let cells = study.grounds.iter().zip(results).filter_map(|(ground, shares)| {
                let fair = shares.first()?;
                let alarms = *fair.alarms.get(number)?;
                (alarms > limit.part).then_some((ground, fair, alarms))
            });
            let Some((ground, fair, alarms)) = cells.max_by(|(.., one), (.., other)| one.total_cmp(other)) else { continue };
            none = false;
            let why = study.beyond.iter().find(|(known, _)| known == rule).map_or("Not explained.", |(_, why)| why);
            let told: Vec<String> = study.told_by.iter().zip(&ground.told_by).map(|(name, value)| format!("{name}: {value}")).collect();
            let title = study.title.to_lowercase();
            let _ = writeln!(out, "- `{rule}`, {title}: up to {} ({}). {why}", drawn(fair, alarms), told.join("; "));
        }
    }
    out.push_str(if none { "Nowhere.\n\n" } else { "\n" });
    out
}

/// A part in per cent.
#[must_use]
pub fn percent(part: f64, places: usize) -> String {
    format!("{:.places$} %", part * 100.0)
}

/// A part with two places; where it was drawn, with its standard error, or in words where nothing was drawn.
fn drawn(shares: &Shares, part: f64) -> String {
    match (shares.draws, shares.error_of(part)) {
        (Some(draws), _) if part == 0.0 => format!("0 of {}", thousands(draws)),
        (_, Some(error)) => format!("{:.2} ± {:.2} %", part * 100.0, error * 100.0),
        _ => percent(part, 2),
    }
}

fn thousands(number: u32) -> String {
    if number >= 1000 { format!("{},{:03}", number / 1000, number % 1000) } else { number.to_string() }
}

/// A rule without its family.
fn short(rule: &str) -> &str {
    rule.split_once('/').map_or(rule, |(_, name)| name)
}

fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

/// The head of a table, and the line below it.
pub fn table_head(out: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    let line = cells.iter().map(|_| "---").collect::<Vec<_>>().join("|");
    let _ = writeln!(out, "| {} |\n|{line}|", cells.join(" | "));
}
