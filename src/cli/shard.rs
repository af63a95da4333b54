//! `havesay check --shard I/N`: which part of a run a job audits.
//!
//! All jobs look at the whole run first, and each keeps its own programmes: what is said of the run as a whole
//! is then the same in all parts.

use std::str::FromStr;

use super::{CheckArgs, exit, say};
use crate::limits::SHARDS_MAX;
use crate::pipeline::Task;
use crate::pipeline::shard::plan;
use crate::report::Shard;

/// A part as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    index: usize,
    of: usize,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let Some((index, of)) = text.split_once('/').filter(|(index, of)| digits(index) && digits(of)) else {
            return Err("write the part and how many there are, such as 2/3".to_owned());
        };
        let number = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
        match (number(index), number(of)) {
            (_, 0) => Err("there is no part of 0; write 1/1 for all programmes, or 1/2 and 2/2 for two jobs".to_owned()),
            (_, of) if of > SHARDS_MAX => Err(format!("a run has at most {SHARDS_MAX} parts")),
            (index, of) if index == 0 || index > of => Err(format!("parts are counted from 1/{of} to {of}/{of}")),
            (index, of) => Ok(Self { index, of }),
        }
    }
}

/// Refuses what a part does not go with.
pub(super) fn check(args: &CheckArgs) -> Result<(), u8> {
    let change = if args.since.is_some() { "--since" } else { "--staged" };
    if args.shard.is_none() || (args.since.is_none() && !args.staged) {
        return Ok(());
    }
    say(&format!(
        "--shard does not go with {change}: what a change touches is audited in one job\n  help: leave out --shard, or audit all programmes in parts without {change}"
    ));
    Err(exit::FAULT)
}

/// Keeps the programmes of the part that is asked for, and says which they are.
pub(super) fn take(args: &CheckArgs, tasks: &mut Vec<Task>, incomplete: bool) -> Option<Shard> {
    let Wanted { index, of } = args.shard?;
    let plan = plan(tasks, of);
    let programmes = tasks.len();
    let positions: Vec<usize> = plan.parts.iter().enumerate().filter(|(_, part)| **part + 1 == index).map(|(at, _)| at).collect();
    let mut parts = plan.parts.iter();
    tasks.retain(|_| parts.next().is_some_and(|part| *part + 1 == index));
    Some(Shard { index, of, split: plan.digest, programmes, positions, incomplete, max_findings: args.max_findings })
}
