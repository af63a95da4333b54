//! `havesay waivers add`: one more waiver, written only if it holds.
//!
//! What is wrong is said of the flag or argument that says it: the file has not been written, so no place in
//! it can be named. Whether a waiver holds is decided where every audit decides it, by an audit under it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::super::audited::{Audited, write};
use super::super::{Common, exit, out, say};
use super::{heading, shown};
use crate::config::waivers::{self, Draft, WAIVERS_NAME};
use crate::config::{Problem, ReasonType, WaiverFile};
use crate::discover;
use crate::finding::HeldBy;
use crate::pipeline::setup::Setup;
use crate::pipeline::{self, Task};
use crate::programme::Beside;
use crate::redact::{ShownFinding, ShownProgramme};
use crate::schema::form;
use crate::settle::waivers::{Hold, Stand};
use crate::text::Visible;

#[derive(Args, Debug, Clone)]
pub(super) struct AddArgs {
    /// The rule, such as pay/late
    rule: String,
    /// What it covers: the address of a finding, such as participants/p-07; left out, those of the open ones are listed
    #[arg(requires_all = ["reason_type", "reason", "approved_by", "approver_role", "expires_on"])]
    address: Option<String>,
    /// The folder of the programme [default: here]
    #[arg(long, value_name = "FOLDER", default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// The waiver file [default: the programme's own, or the one beside havesay.toml if only that is there]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// What kind of reason there is
    #[arg(long, value_name = "KIND")]
    reason_type: Option<ReasonType>,
    /// The reason, in words that can be read later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who accepts it: the id of somebody whom it is not about, and whose act it is not about
    #[arg(long, value_name = "ID")]
    approved_by: Option<String>,
    /// As what they accept it
    #[arg(long, value_name = "ROLE")]
    approver_role: Option<String>,
    /// The first day on which it holds, YYYY-MM-DD [default: the date of the audit]
    #[arg(long, value_name = "DATE")]
    granted_on: Option<String>,
    /// The last day on which it holds, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    expires_on: Option<String>,
    /// Whether those whom it concerns were told
    #[arg(long, value_name = "YES-OR-NO")]
    participants_informed: Option<bool>,
    /// The date of the audit, YYYY-MM-DD [default: today, UTC] [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn add(args: &AddArgs) -> Result<u8, u8> {
    let audited = Audited::read(std::slice::from_ref(&args.path), args.as_of.as_deref(), &args.common)?;
    if audited.incomplete {
        return Err(exit::INCOMPLETE);
    }
    let [task] = audited.tasks.as_slice() else {
        let names: Vec<String> = audited.tasks.iter().map(|task| task.found.shown.clone()).take(5).collect();
        say(&format!(
            "there are several programmes at {}; name one of them with --path, such as {}",
            super::super::shown(&args.path),
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
    let given = (&args.address, args.reason_type, &args.reason, &args.approved_by, &args.approver_role, &args.expires_on);
    let (Some(address), Some(reason_type), Some(reason), Some(approved_by), Some(approver_role), Some(expires_on)) = given else {
        nothing(&rule.name, &open, usize::MAX);
        return Err(exit::FAULT);
    };
    for (flag, text) in [("--reason", reason), ("--approved-by", approved_by), ("--approver-role", approver_role)] {
        if text.trim().is_empty() {
            return Err(refused(&format!("{flag} is empty, and a waiver without it does not hold")));
        }
    }
    let days = days(args.granted_on.as_deref(), expires_on, audited.clock.as_of)?;
    let path = file_for(args, task);
    let (known, text) = match task.waivers.iter().position(|beside| same(&beside.file.path, &path)) {
        Some(at) => (Some(at), task.waivers.get(at).map(|beside| beside.file.text.clone()).unwrap_or_default()),
        None if path.exists() => {
            say(&format!(
                "{} is not read for this programme; waivers stand in {WAIVERS_NAME}, beside havesay.toml or in the programme's folder",
                super::super::shown(&path)
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
        reason_type,
        reason: reason.clone(),
        approved_by: approved_by.clone(),
        approver_role: approver_role.clone(),
        granted_on: form::day_text(days.from),
        expires_on: form::day_text(days.to),
        informed: args.participants_informed,
    };
    let Some(changed) = waivers::add(&text, &draft) else {
        say(&format!("{} cannot be changed; write the waiver by hand", super::super::shown(&path)));
        return Err(exit::FAULT);
    };
    faults(&draft, setup)?;
    let (mut file, problems) = waivers::parse(&path, &changed);
    for problem in &problems {
        say(&format!("{}: {}\n  help: {}", super::super::shown(&path), problem.message, problem.help));
    }
    if !problems.is_empty() {
        return Err(refused("no waiver can be added to this file"));
    }
    file.shown = discover::shown(&audited.working, &std::path::absolute(&path).unwrap_or_else(|_| path.clone()));
    let number = file.waivers.len().saturating_sub(1);
    let mut beside: Vec<Beside> = task.waivers.clone();
    let own = Beside { file: Arc::new(file), folder: relative, strays: Vec::new() };
    let at = known.unwrap_or(beside.len());
    match beside.get_mut(at) {
        Some(slot) => *slot = own,
        None => beside.push(own),
    }
    Judging { audited: &audited, task, before: &before, rule: &rule.name, open: &open, days: &days }.judge(&beside, (at, number))?;
    write(&path, &changed, &audited.working)?;
    let Some((file, waiver)) = beside.get(at).and_then(|beside| Some((&beside.file, beside.file.waivers.get(number)?))) else {
        return Ok(exit::FINE);
    };
    Ok(out(&format!("added {}\n", heading(file, waiver))))
}

/// Says why a waiver is not added, and that nothing was.
fn refused(why: &str) -> u8 {
    say(why);
    say("the file was left as it is");
    exit::FAULT
}

/// The days of a waiver and of the audit, from 1970-01-01.
struct Days {
    from: i32,
    to: i32,
    as_of: i32,
}

/// Reads the days, and refuses those under which a waiver would not hold today.
fn days(granted_on: Option<&str>, expires_on: &str, as_of: i32) -> Result<Days, u8> {
    let day = |flag: &str, text: &str| match form::date(text.trim().as_bytes()) {
        Some((day, form::Precision::Day)) => Ok(day),
        _ => Err(refused(&format!("{flag} wants a day as YYYY-MM-DD, such as 2026-08-31, and {} is none", Visible(text)))),
    };
    let from = granted_on.map_or(Ok(as_of), |text| day("--granted-on", text))?;
    let to = day("--expires-on", expires_on)?;
    let (first, last, today) = (form::day_text(from), form::day_text(to), form::day_text(as_of));
    if from > as_of {
        let help = "leave it out, or add the waiver on that day";
        return Err(refused(&format!("--granted-on {first} is after the date of the audit, {today}, so it would not hold yet; {help}")));
    }
    if to < as_of {
        return Err(refused(&format!(
            "--expires-on {last} is before the date of the audit, {today}, so it would have ended; name a later day"
        )));
    }
    Ok(Days { from, to, as_of })
}

/// Refuses what a waiver file must not say, by the name of the flag or argument that says it.
fn faults(draft: &Draft, setup: &Setup) -> Result<(), u8> {
    let alone = waivers::add("", draft).unwrap_or_default();
    let (file, mut problems) = waivers::parse(Path::new(WAIVERS_NAME), &alone);
    problems.extend(pipeline::waivers::names(&file, &setup.rules, &setup.schema));
    let Some(last) = problems.pop() else { return Ok(()) };
    let told = |problem: &Problem| {
        // One key stands on one line.
        let line = alone.get(..problem.span.start as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let argument = match line.split('=').next().unwrap_or("").trim() {
            "" => "this waiver".to_owned(),
            "rule" => "RULE".to_owned(),
            "address" => "ADDRESS".to_owned(),
            key => format!("--{}", key.replace('_', "-")),
        };
        format!("{argument}: {}\n  help: {}", problem.message, problem.help)
    };
    problems.iter().for_each(|problem| say(&told(problem)));
    Err(refused(&told(&last)))
}

/// What a new waiver is held against.
struct Judging<'j> {
    audited: &'j Audited,
    task: &'j Task,
    /// The audit without it.
    before: &'j ShownProgramme,
    rule: &'j str,
    /// The addresses of the rule's open findings.
    open: &'j [&'j str],
    days: &'j Days,
}

impl Judging<'_> {
    /// Refuses a waiver that would not hold, that covers nothing, or only what another covers already.
    fn judge(&self, beside: &[Beside], (file, number): (usize, usize)) -> Result<(), u8> {
        let after = self.audited.one(self.task, beside, None).ok_or(exit::FAULT)?;
        let stand = after.waivers.iter().find(|stand| (stand.file, stand.waiver) == (file, number));
        let Some(stand) = stand.filter(|stand| stand.covers > 0) else {
            nothing(self.rule, self.open, 10);
            say("the file was left as it is");
            return Err(exit::FAULT);
        };
        self.length(stand)?;
        let own = |finding: &&ShownFinding| {
            let path = beside.get(file).map_or("", |beside| &beside.file.shown);
            finding.subject.pointer.as_str() == format!("/waiver/{number}") && finding.subject.file.as_str() == path
        };
        let held = |audit: &ShownProgramme| audit.findings.iter().filter(|finding| self.is_held(finding)).count();
        let adds = held(&after) > held(self.before);
        if !adds && let Some(other) = beside.get(file).and_then(|beside| self.other(beside, number)) {
            return Err(refused(&other));
        }
        for finding in after.findings.iter().filter(own) {
            say(&format!("{}\n  help: {}", finding.message, finding.help));
        }
        if stand.state == Hold::Holds && adds {
            return Ok(());
        }
        Err(refused("the waiver would not hold anything back"))
    }

    /// Refuses one that says more days than it may have.
    fn length(&self, stand: &Stand) -> Result<(), u8> {
        let Days { from, to, as_of } = *self.days;
        let Some(until) = stand.until.filter(|until| *until < to) else { return Ok(()) };
        let help = if until < as_of {
            "name a later --granted-on".to_owned()
        } else {
            format!("name {} or an earlier day", form::day_text(until))
        };
        Err(refused(&format!(
            "--expires-on {} is too late: a waiver granted on {} may hold until {}; {help}",
            form::day_text(to),
            form::day_text(from),
            form::day_text(until)
        )))
    }

    fn is_held(&self, finding: &ShownFinding) -> bool {
        *finding.rule == *self.rule && finding.suppressed.as_ref().is_some_and(|held| held.by == HeldBy::Waiver)
    }

    /// What is said where the findings that a waiver would hold back by itself are held back already.
    fn other(&self, beside: &Beside, number: usize) -> Option<String> {
        let waiver = beside.file.waivers.get(number)?.clone();
        let file = WaiverFile { waivers: vec![waiver], ..WaiverFile::clone(&beside.file) };
        let alone = Beside { file: Arc::new(file), ..beside.clone() };
        let alone = self.audited.one(self.task, &[alone], None)?;
        let its: BTreeSet<&str> =
            alone.findings.iter().filter(|finding| self.is_held(finding)).map(|finding| &*finding.fingerprint).collect();
        let before = self.before.findings.iter().filter(|finding| self.is_held(finding) && its.contains(&*finding.fingerprint));
        let held = before.filter_map(|finding| finding.suppressed.as_ref()).next()?;
        let until = held.until.as_ref().map_or_else(String::new, |day| format!(", until {day}"));
        Some(format!(
            "a waiver for {} covers this already{until}\n  help: change that one, or remove it first; havesay waivers list says where it stands",
            held.address
        ))
    }
}

/// Says that there is nothing to waive there, and what there is.
fn nothing(rule: &str, open: &[&str], most: usize) {
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
