//! `havesay baseline`: writes, updates, prunes and checks a baseline.
//!
//! What a waiver holds back is not taken into a baseline: when the waiver ends, the finding must count again.
//! Nor is what judges the audit itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::audited::{Audited, MASKS, write};
use super::check::read_baseline;
use super::{Common, exit, out, say, shown, twins};
use crate::config::baseline::{BASELINE_NAME, Baseline, Entry, render};
use crate::finding::{BaselineState, Care, HeldBy};
use crate::redact::{self, ShownProgramme};
use crate::settle::waivers::address_parts;
use crate::text::{Lines, Span};

#[derive(Args, Debug, Clone)]
pub(super) struct BaselineArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug, Clone)]
enum What {
    /// Write the findings that there are now into a baseline
    Create(FileArgs),
    /// Take in the findings that there are now, and take out those that are no longer there
    Update(FileArgs),
    /// Take out the findings that are no longer there
    Prune(PruneArgs),
    /// Say what in it is no longer there; status 1 if anything is
    Check(FileArgs),
}

#[derive(Args, Debug, Clone)]
struct FileArgs {
    /// Folders of programmes [default: here]
    paths: Vec<PathBuf>,
    /// The baseline
    #[arg(long, value_name = "FILE", default_value = BASELINE_NAME)]
    file: PathBuf,
    /// The date of the audit, YYYY-MM-DD [default: today, UTC] [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct PruneArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Only say what would be taken out
    #[arg(long)]
    dry_run: bool,
    /// Also take out the findings of programmes that were not audited, because there are none such any more
    #[arg(long)]
    not_audited: bool,
}

impl BaselineArgs {
    /// The date of the audit, and what all commands that read settings take.
    pub(super) fn set_by_environment(&mut self) -> (&mut Option<String>, &mut Common) {
        let args = match &mut self.what {
            What::Create(args) | What::Update(args) | What::Check(args) => args,
            What::Prune(args) => &mut args.file,
        };
        (&mut args.as_of, &mut args.common)
    }
}

pub(super) fn baseline(args: &BaselineArgs) -> u8 {
    let status = match &args.what {
        What::Create(args) => create(args),
        What::Update(args) => update(args),
        What::Prune(args) => prune(args),
        What::Check(args) => check(args),
    };
    status.unwrap_or_else(|status| status)
}

/// What an audit says of a baseline.
struct Compared {
    /// The findings that there are now.
    now: Vec<Entry>,
    /// How many of them the baseline does not know.
    new: usize,
    /// What in the baseline is no longer there.
    gone: BTreeSet<usize>,
    /// What in the baseline is of programmes that were not audited.
    elsewhere: BTreeSet<usize>,
    /// Files that could not be judged.
    unjudged: u64,
}

fn compared(audited: &Audited, baseline: Option<&Arc<Baseline>>) -> Compared {
    let mut compared = Compared { now: Vec::new(), new: 0, gone: BTreeSet::new(), elsewhere: BTreeSet::new(), unjudged: 0 };
    let mut audits: BTreeSet<String> = BTreeSet::new();
    for (task, shown) in audited.tasks.iter().zip(audited.all(&|task| audited.one(task, &task.waivers, baseline))) {
        let Some(shown) = shown else { continue };
        let of_audit =
            |rule: &str| audited.setups.list.get(task.setup).and_then(|setup| setup.rules.find(rule)).is_some_and(|rule| rule.of_audit);
        compared.take(&shown, &of_audit);
        audits.insert(shown.id.to_string());
        compared.unjudged += shown.unjudged;
    }
    for (number, entry) in baseline.into_iter().flat_map(|baseline| baseline.entries.iter().enumerate()) {
        if !audits.contains(&entry.programme) {
            compared.elsewhere.insert(number);
        }
    }
    compared
}

impl Compared {
    fn take(&mut self, shown: &ShownProgramme, of_audit: &dyn Fn(&str) -> bool) {
        self.gone.extend(&shown.lingering);
        let mut own: BTreeMap<&str, Entry> = BTreeMap::new();
        for finding in &shown.findings {
            let waived = finding.suppressed.as_ref().is_some_and(|held| held.by == HeldBy::Waiver);
            if waived || of_audit(&finding.rule) {
                continue;
            }
            self.new += usize::from(finding.baseline != Some(BaselineState::Unchanged));
            let entry = own.entry(&finding.fingerprint).or_insert_with(|| Entry {
                programme: shown.id.to_string(),
                rule: finding.rule.to_string(),
                // The file is kept beside the records and shared like a report.
                address: (!finding.reveals).then(|| finding.subject.address.to_string()),
                fingerprint: finding.fingerprint.clone(),
                count: 0,
                span: Span::default(),
            });
            entry.count += 1;
        }
        self.now.extend(own.into_values());
    }
}

fn findings(number: usize) -> String {
    format!("{number} {}", if number == 1 { "finding" } else { "findings" })
}

/// An entry as people may see it: somebody may have changed the file.
fn told(entry: &Entry) -> String {
    let part = |text: &str| redact::text(&address_parts(text), MASKS);
    let programme = redact::value(&entry.programme, Care::Id, MASKS);
    let programme = if programme.as_str() == redact::MASK { part(&entry.programme) } else { programme };
    match &entry.address {
        Some(address) => format!("{} for {} in {programme}", part(&entry.rule), part(address)),
        None => format!("{} in {programme}", part(&entry.rule)),
    }
}

fn done(audited: &Audited, compared: &Compared, text: &str, status: u8) -> u8 {
    if compared.unjudged > 0 {
        say("some files could not be judged as a whole, so there may be more findings than are known; see havesay check");
    }
    let written = out(text);
    if written != exit::FINE {
        return written;
    }
    audited.status(if compared.unjudged > 0 { exit::INCOMPLETE } else { status })
}

fn create(args: &FileArgs) -> Result<u8, u8> {
    if std::fs::symlink_metadata(&args.file).is_ok() {
        say(&format!(
            "{} is there already\n  help: havesay baseline update changes it; to write it anew, delete it first, or name another file with --file",
            shown(&args.file)
        ));
        return Err(exit::FAULT);
    }
    let audited = Audited::read(&args.paths, args.as_of.as_deref(), &args.common)?;
    if audited.tasks.is_empty() {
        return Err(exit::INCOMPLETE);
    }
    twins::refuse(&audited.tasks, MASKS)?;
    let compared = compared(&audited, None);
    write(&args.file, &render(&compared.now), &audited.working)?;
    let text = format!("{} written to {}\n", findings(compared.now.len()), shown(&args.file));
    Ok(done(&audited, &compared, &text, exit::FINE))
}

/// The baseline and what an audit says of it.
fn both(args: &FileArgs) -> Result<(Audited, Arc<Baseline>, Compared), u8> {
    let working = std::env::current_dir().unwrap_or_default();
    let baseline = read_baseline(&args.file, &working)?;
    let audited = Audited::read(&args.paths, args.as_of.as_deref(), &args.common)?;
    if audited.tasks.is_empty() {
        return Err(exit::INCOMPLETE);
    }
    twins::refuse(&audited.tasks, MASKS)?;
    let compared = compared(&audited, Some(&baseline));
    Ok((audited, baseline, compared))
}

fn update(args: &FileArgs) -> Result<u8, u8> {
    let (audited, baseline, compared) = both(args)?;
    let today = |entry: &Entry| audited.setups.list.iter().any(|setup| setup.rules.rules.iter().any(|rule| *rule.name == *entry.rule));
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for (number, entry) in baseline.entries.iter().enumerate() {
        let kept = compared.elsewhere.contains(&number) || (!compared.gone.contains(&number) && today(entry));
        if kept {
            entries.insert(entry.fingerprint.clone(), entry.clone());
        }
    }
    let before: BTreeSet<&str> = baseline.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
    let mut text = String::new();
    let mut added = 0;
    for entry in &compared.now {
        if !before.contains(entry.fingerprint.as_str()) {
            added += 1;
            let _ = writeln!(text, "added {}", told(entry));
        }
        entries.insert(entry.fingerprint.clone(), entry.clone());
    }
    let mut removed = 0;
    let mut seen = BTreeSet::new();
    for entry in &baseline.entries {
        if !entries.contains_key(&entry.fingerprint) && seen.insert(&entry.fingerprint) {
            removed += 1;
            let _ = writeln!(text, "removed {}", told(entry));
        }
    }
    let entries: Vec<Entry> = entries.into_values().collect();
    let rendered = render(&entries);
    if rendered != baseline.text {
        write(&args.file, &rendered, &audited.working)?;
    }
    let _ = writeln!(
        text,
        "{} added, {} removed; {} now holds {}",
        findings(added),
        findings(removed),
        shown(&args.file),
        findings(entries.len())
    );
    Ok(done(&audited, &compared, &text, exit::FINE))
}

/// What lingers in a baseline, one to a line; and how many that are.
fn lingering(baseline: &Baseline, numbers: &BTreeSet<usize>, why: &str) -> String {
    let lines = Lines::of(&baseline.text);
    let mut text = String::new();
    for entry in numbers.iter().filter_map(|number| baseline.entries.get(*number)) {
        let at = lines.position(&baseline.text, entry.span.start);
        let _ = writeln!(text, "{}:{}:{}: {} {why}", baseline.shown, at.line, at.column, told(entry));
    }
    text
}

const GONE: &str = "is no longer there";
const ELSEWHERE: &str = "is of a programme that was not audited";

fn check(args: &FileArgs) -> Result<u8, u8> {
    let (audited, baseline, compared) = both(args)?;
    let mut text = lingering(&baseline, &compared.gone, GONE);
    let _ = writeln!(
        text,
        "{} holds {}: {} no longer there, {} of programmes that were not audited; {} new",
        shown(&args.file),
        findings(baseline.entries.len()),
        compared.gone.len(),
        compared.elsewhere.len(),
        if compared.new == 1 { "1 finding is".to_owned() } else { format!("{} findings are", compared.new) }
    );
    if !compared.gone.is_empty() {
        text.push_str("havesay baseline prune takes out what is no longer there.\n");
    }
    let status = if compared.gone.is_empty() { exit::FINE } else { exit::FAILS };
    Ok(done(&audited, &compared, &text, status))
}

fn prune(args: &PruneArgs) -> Result<u8, u8> {
    let (audited, baseline, compared) = both(&args.file)?;
    let mut text = lingering(&baseline, &compared.gone, GONE);
    let mut out_of_it = compared.gone.clone();
    if args.not_audited {
        text.push_str(&lingering(&baseline, &compared.elsewhere, ELSEWHERE));
        out_of_it.extend(&compared.elsewhere);
    }
    let kept: Vec<Entry> =
        baseline.entries.iter().enumerate().filter(|(number, _)| !out_of_it.contains(number)).map(|(_, entry)| entry.clone()).collect();
    let rendered = render(&kept);
    if !args.dry_run && rendered != baseline.text {
        write(&args.file.file, &rendered, &audited.working)?;
    }
    let _ = writeln!(
        text,
        "{} {}; {} {}",
        findings(out_of_it.len()),
        if args.dry_run { "would be taken out" } else { "taken out" },
        findings(kept.len()),
        if kept.len() == 1 { "stays" } else { "stay" }
    );
    Ok(done(&audited, &compared, &text, exit::FINE))
}
