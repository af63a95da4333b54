//! The environment variables that stand in for arguments: `HAVESAY_CONFIG`, `HAVESAY_FAIL_ON`, `HAVESAY_AS_OF`.
//!
//! An argument beats its variable, and an empty variable is none. They are read here and not by the parser of
//! arguments, so that what is wrong with one names it, and so that `--isolated` goes with `HAVESAY_CONFIG`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Command, Common, NewWhat, exit, say};
use crate::finding::Severity;
use crate::schema::form;
use crate::text::{self, Visible};

/// The settings file.
pub(super) const CONFIG: &str = "HAVESAY_CONFIG";
/// The mildest severity that fails a run.
pub(super) const FAIL_ON: &str = "HAVESAY_FAIL_ON";
/// The date of the audit.
pub(super) const AS_OF: &str = "HAVESAY_AS_OF";

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Fills in what the environment says and no argument does.
pub(super) fn fill(command: &mut Command) -> Result<(), u8> {
    if let Some(common) = common(command)
        && common.config.is_none()
        && !common.isolated
        && let Some(file) = variable(CONFIG)
    {
        common.config = Some(PathBuf::from(file));
        common.config_from_environment = true;
    }
    let (severity, date) = match command {
        Command::Check(args) => (Some(&mut args.fail_on), &mut args.as_of),
        Command::Waivers(args) => (None, args.set_by_environment().0),
        Command::Baseline(args) => (None, args.set_by_environment().0),
        Command::Config(args) => {
            args.from_environment.fail_on = args.fail_on.is_none() && variable(FAIL_ON).is_some();
            args.from_environment.as_of = args.as_of.is_none() && variable(AS_OF).is_some();
            (Some(&mut args.fail_on), &mut args.as_of)
        }
        _ => return Ok(()),
    };
    if let Some(severity) = severity.filter(|severity| severity.is_none()) {
        *severity = fail_on()?;
    }
    if date.is_none() {
        *date = as_of()?;
    }
    Ok(())
}

/// What all commands that read settings take.
fn common(command: &mut Command) -> Option<&mut Common> {
    match command {
        Command::Check(args) => Some(&mut args.common),
        Command::Explain(args) => Some(&mut args.common),
        Command::Site(args) => Some(&mut args.common),
        Command::Rules(args) => Some(&mut args.common),
        Command::Schema(args) => Some(&mut args.common),
        Command::Config(args) => Some(&mut args.common),
        Command::New(args) => match &mut args.what {
            NewWhat::Rule(args) => Some(&mut args.common),
        },
        Command::Test(args) => Some(&mut args.common),
        Command::Waivers(args) => Some(args.set_by_environment().1),
        Command::Baseline(args) => Some(args.set_by_environment().1),
        Command::Report(_) | Command::Merge(_) | Command::Compare(_) | Command::Init(_) | Command::Completions(_) | Command::Man(_) => None,
    }
}

fn fail_on() -> Result<Option<Severity>, u8> {
    let Some(value) = variable(FAIL_ON) else { return Ok(None) };
    let word = text::from_bytes(value.as_encoded_bytes());
    if let Some(severity) = Severity::from_word(&word) {
        return Ok(Some(severity));
    }
    let near = text::nearest(&word, Severity::ALL.map(Severity::word));
    let help = near.map_or_else(|| "write advice, warning or error".to_owned(), |near| format!("did you mean {near}?"));
    say(&format!("{FAIL_ON} is no severity: {}\n  help: {help}", Visible(&word)));
    Err(exit::FAULT)
}

fn as_of() -> Result<Option<String>, u8> {
    let Some(value) = variable(AS_OF) else { return Ok(None) };
    let date = text::from_bytes(value.as_encoded_bytes());
    if matches!(form::date(date.as_bytes()), Some((_, form::Precision::Day))) {
        return Ok(Some(date));
    }
    say(&format!("{AS_OF} is no day: {}\n  help: write it as YYYY-MM-DD", Visible(&date)));
    Err(exit::FAULT)
}
