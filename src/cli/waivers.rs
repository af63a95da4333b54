//! `havesay waivers`: lists, checks, adds and removes waivers.
//!
//! Whether a waiver holds is decided where every audit decides it: each of these commands audits.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use super::audited::{Audited, MASKS, write};
use super::check::check;
use super::{CheckArgs, Cli, Command, Common, complain, exit, out, say};
use crate::config::waivers::{self, Draft, Scope, WAIVERS_NAME};
use crate::config::{ConfigError, ReasonType, Waiver, WaiverFile};
use crate::discover;
use crate::finding::Care;
use crate::pipeline::setup::SetupError;
use crate::pipeline::{self, Task};
use crate::programme::Beside;
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
    /// Add a waiver for a finding that is there
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

#[derive(Args, Debug, Clone)]
struct AddArgs {
    /// The rule, such as pay/late
    rule: String,
    /// What it covers: the address of a finding, such as participants/p-07; see -f json, or leave it to be asked
    address: Option<String>,
    /// The folder of the programme [default: here]
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    path: PathBuf,
    /// The waiver file [default: the programme's own, or the one beside havesay.toml if only that is there]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// What kind of reason there is
    #[arg(long, value_name = "KIND")]
    reason_type: ReasonType,
    /// The reason, in words that can be read later
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who accepts it: the id of somebody whom it is not about, and whose act it is not about
    #[arg(long, value_name = "ID")]
    approved_by: String,
    /// As what they accept it
    #[arg(long, value_name = "ROLE")]
    approver_role: String,
    /// The first day on which it holds [default: the date of the audit]
    #[arg(long, value_name = "DATE")]
    granted_on: Option<String>,
    /// The last day on which it holds
    #[arg(long, value_name = "DATE")]
    expires_on: String,
    /// Whether those whom it concerns were told
    #[arg(long, value_name = "YES-OR-NO")]
    participants_informed: Option<bool>,
    /// The date of the audit, YYYY-MM-DD [default: today, UTC] [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    common: Common,
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

fn add(args: &AddArgs) -> Result<u8, u8> {
    let audited = Audited::read(std::slice::from_ref(&args.path), args.as_of.as_deref(), &args.common)?;
    if audited.incomplete {
        return Err(exit::INCOMPLETE);
    }
    let [task] = audited.tasks.as_slice() else {
        let names: Vec<String> = audited.tasks.iter().map(|task| task.found.shown.clone()).take(5).collect();
        say(&format!(
            "there are several programmes at {}; name one of them with --path, such as {}",
            super::shown(&args.path),
            crate::text::list(&names, "or")
        ));
        return Err(exit::FAULT);
    };
    let setup = audited.setups.list.get(task.setup).ok_or(exit::FAULT)?;
    let before = audited.one(task, &task.waivers, None).ok_or(exit::FAULT)?;
    let Some(rule) = setup.rules.find(&args.rule) else {
        let near = crate::text::nearest(&args.rule, setup.rules.rules.iter().map(|rule| &*rule.name));
        say(&format!("there is no rule {}{}", shown(&args.rule), near.map_or_else(String::new, |near| format!("; did you mean {near}?"))));
        return Err(exit::FAULT);
    };
    let mut open: Vec<&str> = before
        .findings
        .iter()
        .filter(|finding| *finding.rule == *rule.name && finding.suppressed.is_none())
        .map(|finding| finding.subject.address.as_str())
        .collect();
    open.dedup();
    let Some(address) = &args.address else {
        nothing(&rule.name, &open);
        return Err(exit::FAULT);
    };
    let path = file_for(args, task);
    let (known, text) = match task.waivers.iter().position(|beside| same(&beside.file.path, &path)) {
        Some(at) => (Some(at), task.waivers.get(at).map(|beside| beside.file.text.clone()).unwrap_or_default()),
        None if path.exists() => {
            say(&format!(
                "{} is not read for this programme; waivers stand in {WAIVERS_NAME}, beside havesay.toml or in the programme's folder",
                super::shown(&path)
            ));
            return Err(exit::FAULT);
        }
        None => (None, String::new()),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let relative = crate::config::relative(&std::path::absolute(&folder).unwrap_or(folder), &task.found.folder);
    // A programme without an id that can be written is named by its folder.
    let own_folder = relative.to_str().filter(|path| !path.is_empty()).unwrap_or(".").to_owned();
    let is_id = form::is_id(before.id.as_str().as_bytes());
    let draft = Draft {
        rule: rule.name.to_string(),
        programme: if is_id { before.id.to_string() } else { own_folder },
        address: address.clone(),
        reason_type: args.reason_type,
        reason: args.reason.clone(),
        approved_by: args.approved_by.clone(),
        approver_role: args.approver_role.clone(),
        granted_on: args.granted_on.clone().unwrap_or_else(|| form::day_text(audited.clock.as_of)),
        expires_on: args.expires_on.clone(),
        informed: args.participants_informed,
    };
    let Some(changed) = waivers::add(&text, &draft) else {
        say(&format!("{} cannot be changed; write the waiver by hand", super::shown(&path)));
        return Err(exit::FAULT);
    };
    let (mut file, mut problems) = waivers::parse(&path, &changed);
    file.shown = discover::shown(&audited.working, &std::path::absolute(&path).unwrap_or_else(|_| path.clone()));
    problems.extend(pipeline::waivers::names(&file, &setup.rules, &setup.schema));
    if !problems.is_empty() {
        complain(&SetupError::Config(vec![ConfigError::Problems { text: changed, problems }]));
        say("the file was left as it is");
        return Err(exit::FAULT);
    }
    let number = file.waivers.len().saturating_sub(1);
    let mut beside: Vec<Beside> = task.waivers.clone();
    let own = Beside { file: Arc::new(file), folder: relative, strays: Vec::new() };
    let at = known.unwrap_or(beside.len());
    match beside.get_mut(at) {
        Some(slot) => *slot = own,
        None => beside.push(own),
    }
    judged(&audited, task, &beside, (at, number), &rule.name, &open)?;
    write(&path, &changed, &audited.working)?;
    let Some((file, waiver)) = beside.get(at).and_then(|beside| Some((&beside.file, beside.file.waivers.get(number)?))) else {
        return Ok(exit::FINE);
    };
    Ok(out(&format!("added {}\n", heading(file, waiver))))
}

/// Refuses a waiver that would not hold or covers nothing, in the words that an audit would use.
fn judged(audited: &Audited, task: &Task, beside: &[Beside], (file, number): (usize, usize), rule: &str, open: &[&str]) -> Result<(), u8> {
    let after = audited.one(task, beside, None).ok_or(exit::FAULT)?;
    let stand = after.waivers.iter().find(|stand| (stand.file, stand.waiver) == (file, number));
    if stand.is_none_or(|stand| stand.covers == 0) {
        nothing(rule, open);
        say("the file was left as it is");
        return Err(exit::FAULT);
    }
    let pointer = format!("/waiver/{number}");
    let path = beside.get(file).map_or("", |beside| &beside.file.shown);
    let said = after.findings.iter().filter(|finding| finding.subject.pointer.as_str() == pointer && finding.subject.file.as_str() == path);
    for finding in said {
        say(&format!("{}\n  help: {}", finding.message, finding.help));
    }
    if stand.is_some_and(|stand| stand.holds > 0 || stand.state == Hold::NotYet) {
        return Ok(());
    }
    say("the waiver would not hold anything back; the file was left as it is");
    Err(exit::FAULT)
}

/// Says that there is nothing to waive there, and what there is.
fn nothing(rule: &str, open: &[&str]) {
    let most = 10;
    let mut names: Vec<String> = open.iter().take(most).map(|address| format!("\n  {address}")).collect();
    if open.len() > most {
        names.push(format!("\n  and {} more", open.len() - most));
    }
    say(&match open {
        [] => format!("{rule} has no open finding here, so there is nothing to waive"),
        _ => format!("name the address of a finding; {rule} has open ones at{}", names.concat()),
    });
}

/// The file that a waiver is added to.
fn file_for(args: &AddArgs, task: &Task) -> PathBuf {
    if let Some(file) = &args.file {
        return file.clone();
    }
    let own = task.found.folder.join(WAIVERS_NAME);
    let has_own = task.waivers.iter().any(|beside| beside.file.path == own);
    match task.waivers.first() {
        Some(other) if !has_own => other.file.path.clone(),
        _ => own,
    }
}

fn same(a: &Path, b: &Path) -> bool {
    match (std::fs::canonicalize(a), std::fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
