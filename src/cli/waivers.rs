//! `havesay waivers`: lists, checks, adds and removes waivers.
//!
//! Whether a waiver holds is decided where every audit decides it: each of these commands audits.

mod add;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use self::add::{AddArgs, add};
use super::audited::{Audited, MASKS, write};
use super::check::check;
use super::{CheckArgs, Cli, Command, Common, exit, out, say};
use crate::config::waivers::{self, Scope};
use crate::config::{ReasonType, Waiver, WaiverFile};
use crate::finding::Care;
use crate::redact::{self, Shown};
use crate::schema::form;
use crate::settle::waivers::{Hold, Stand, address_parts};
use crate::text::Lines;

#[derive(Args, Debug, Clone)]
pub(super) struct WaiversArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug, Clone)]
enum What {
    /// List the waivers: what each covers, until when, and what it holds back
    List(ReadArgs),
    /// Say only what is wrong with waivers; status 1 if anything is
    Check(ReadArgs),
    /// Add a waiver for a finding that is there; without an address, list the findings that are open
    Add(Box<AddArgs>),
    /// Remove waivers that have ended or cover nothing
    Prune(PruneArgs),
}

#[derive(Args, Debug, Clone)]
struct ReadArgs {
    /// Folders of programmes [default: here]
    paths: Vec<PathBuf>,
    /// The date of the audit, YYYY-MM-DD [default: today, UTC] [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct PruneArgs {
    #[command(flatten)]
    read: ReadArgs,
    /// Only say what would be removed
    #[arg(long)]
    dry_run: bool,
}

impl WaiversArgs {
    /// What the environment may say: the date of the audit, and which settings are read.
    pub(super) fn set_by_environment(&mut self) -> (&mut Option<String>, &mut Common) {
        match &mut self.what {
            What::List(args) | What::Check(args) => (&mut args.as_of, &mut args.common),
            What::Add(args) => (&mut args.as_of, &mut args.common),
            What::Prune(args) => (&mut args.read.as_of, &mut args.read.common),
        }
    }
}

impl ValueEnum for ReasonType {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }
    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}

pub(super) fn waivers(args: &WaiversArgs) -> u8 {
    let status = match &args.what {
        What::List(args) => list(args),
        What::Check(args) => Ok(checked(args)),
        What::Add(args) => add(args),
        What::Prune(args) => prune(args),
    };
    status.unwrap_or_else(|status| status)
}

/// Each waiver file, and how each of its waivers stands in the programmes that it concerns.
type Stands = BTreeMap<PathBuf, (Arc<WaiverFile>, BTreeMap<usize, Vec<Stand>>)>;

/// How each waiver stands in each programme that it concerns, by file and number.
fn stands(audited: &Audited) -> Stands {
    let mut files = Stands::new();
    for beside in audited.tasks.iter().flat_map(|task| &task.waivers) {
        files.entry(beside.file.path.clone()).or_insert_with(|| (Arc::clone(&beside.file), BTreeMap::new()));
    }
    let shown = audited.all(&|task| if task.waivers.is_empty() { None } else { audited.one(task, &task.waivers, None) });
    for (task, shown) in audited.tasks.iter().zip(shown) {
        for stand in shown.map(|shown| shown.waivers).unwrap_or_default() {
            let Some(file) = task.waivers.get(stand.file).and_then(|beside| files.get_mut(&beside.file.path)) else { continue };
            file.1.entry(stand.waiver).or_default().push(stand);
        }
    }
    files
}

fn shown(text: &str) -> Shown {
    redact::text(&address_parts(text), MASKS)
}

/// The place of a waiver, and what it covers.
fn heading(file: &WaiverFile, waiver: &Waiver) -> String {
    let at = Lines::of(&file.text).position(&file.text, waiver.span.start);
    format!(
        "{}:{}:{}: {} for {} in {}",
        file.shown,
        at.line,
        at.column,
        shown(&waiver.rule.value),
        shown(&waiver.address.value),
        shown(waiver.programme.value.text())
    )
}

fn count(number: usize) -> String {
    format!("{number} {}", if number == 1 { "finding" } else { "findings" })
}

/// How a waiver stands, in words.
fn state(waiver: &Waiver, stands: &[Stand]) -> String {
    let (covers, holds) = stands.iter().fold((0, 0), |sum, stand| (sum.0 + stand.covers, sum.1 + stand.holds));
    let until = stands.iter().find_map(|stand| stand.until).map_or_else(String::new, |day| format!(" until {}", form::day_text(day)));
    let from = waiver.granted_on.as_ref().map_or("", |day| day.value.as_str());
    match stands.iter().map(|stand| stand.state).max_by_key(|state| *state == Hold::Holds) {
        None => "its programme was not audited".to_owned(),
        Some(Hold::Holds) if stands.iter().all(|stand| stand.idle) => format!("holds{until}, and is of no use"),
        Some(Hold::Holds) => format!("holds{until}, and holds back {}", count(holds)),
        Some(Hold::NotYet) => format!("holds from {from} on"),
        Some(Hold::Ended) => format!("ended; it would cover {}", count(covers)),
        Some(Hold::Overlong) => format!("was granted for too long, and held{until}; it would cover {}", count(covers)),
        Some(Hold::Incomplete) => format!(
            "does not hold: it lacks {}",
            crate::text::list(&waiver.missing().iter().map(|key| (*key).to_owned()).collect::<Vec<_>>(), "and")
        ),
        Some(Hold::Locked) => "does not hold: this rule may not be waived here".to_owned(),
        Some(Hold::Stray) => "does not hold: there is no such programme".to_owned(),
    }
}

fn list(args: &ReadArgs) -> Result<u8, u8> {
    let audited = Audited::read(&args.paths, args.as_of.as_deref(), &args.common)?;
    let mut text = String::new();
    let mut number = 0;
    for (file, stands) in stands(&audited).into_values() {
        for (at, waiver) in file.waivers.iter().enumerate() {
            number += 1;
            let _ = writeln!(text, "{}", heading(&file, waiver));
            let _ = writeln!(text, "  {}", state(waiver, stands.get(&at).map_or(&[], Vec::as_slice)));
            let id = |placed: &crate::config::Placed<String>| redact::value(&placed.value, Care::Id, MASKS);
            let mut words = Vec::new();
            words.extend(waiver.reason_type.as_ref().map(|kind| kind.value.word().to_owned()));
            words.extend(waiver.approved_by.as_ref().map(|by| format!("approved by {}", id(by))));
            words.extend(waiver.approver_role.as_ref().map(|role| format!("as {}", id(role))));
            words.extend(waiver.granted_on.as_ref().map(|day| format!("granted on {}", day.value)));
            words.extend(waiver.informed.as_ref().filter(|told| told.value).map(|_| "those concerned were told".to_owned()));
            if !words.is_empty() {
                let _ = writeln!(text, "  {}", words.join(", "));
            }
        }
    }
    let _ = writeln!(text, "{number} {}", if number == 1 { "waiver" } else { "waivers" });
    let written = out(&text);
    Ok(if written == exit::FINE { audited.status(exit::FINE) } else { written })
}

/// An audit of which only what is said of waivers is shown, and which fails if anything is.
fn checked(args: &ReadArgs) -> u8 {
    use clap::Parser;
    let Ok(Cli { command: Command::Check(parsed) }) = Cli::try_parse_from(["havesay", "check", "--fail-on", "advice"]) else {
        return exit::FAULT;
    };
    let about = Some("record/waiver-");
    check(&CheckArgs { about, paths: args.paths.clone(), as_of: args.as_of.clone(), common: args.common.clone(), ..*parsed })
}

fn prune(args: &PruneArgs) -> Result<u8, u8> {
    let audited = Audited::read(&args.read.paths, args.read.as_of.as_deref(), &args.read.common)?;
    let mut text = String::new();
    let mut changes: Vec<(PathBuf, String)> = Vec::new();
    let mut number = 0;
    for (path, (file, stands)) in stands(&audited) {
        let mut gone = Vec::new();
        for (at, waiver) in file.waivers.iter().enumerate() {
            let Some(stands) = stands.get(&at) else { continue };
            // What holds for several programmes is of no use only if it is of none in any of them.
            let several = matches!(waiver.programme.value, Scope::Folders(_)) && audited.incomplete;
            let ended = stands.iter().all(|stand| stand.state == Hold::Ended);
            if ended || (stands.iter().all(|stand| stand.idle) && !several) {
                let _ = writeln!(text, "{}\n  {}", heading(&file, waiver), state(waiver, stands));
                gone.push(at);
            }
        }
        number += gone.len();
        if gone.is_empty() {
            continue;
        }
        match waivers::prune(&file.text, &gone) {
            Some(pruned) => changes.push((path, pruned)),
            None => {
                say(&format!("{} cannot be changed; remove the waivers by hand", file.shown));
                return Err(exit::FAULT);
            }
        }
    }
    let word = if number == 1 { "waiver" } else { "waivers" };
    if !args.dry_run {
        for (path, pruned) in changes {
            write(&path, &pruned, &audited.working)?;
        }
    }
    let _ = writeln!(text, "{number} {word} {}", if args.dry_run { "would be removed" } else { "removed" });
    let written = out(&text);
    Ok(if written == exit::FINE { audited.status(exit::FINE) } else { written })
}
