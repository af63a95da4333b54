//! Programmes of a run that have one id, as where somebody copied a folder.
//!
//! A finding is known again by its programme's id, so a baseline takes such programmes for one: what it
//! holds of one seems gone in the other. A run says so; a run with a baseline is refused. What a finding's
//! identity is made of is not decided here.

use std::collections::BTreeMap;

use super::{exit, say};
use crate::finding::Care;
use crate::pipeline::{self, Task};
use crate::redact::{self, MASK, Terms as Masks};
use crate::report::Totals;

/// The folders that are named of one id.
const FOLDERS_MAX: usize = 5;

const HELP: &str = "give each an id of its own in its charter, or leave one of them out";

/// Ids as they may be shown that more than one programme has, each with the folders. Hidden ones are as good
/// as none: they look alike.
fn alike(programmes: impl Iterator<Item = (String, String, String)>) -> Vec<String> {
    let mut folders: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for (id, shown, folder) in programmes {
        folders.entry(id).or_insert_with(|| (shown, Vec::new())).1.push(folder);
    }
    folders.retain(|_, (_, folders)| folders.len() > 1);
    let told = |(shown, folders): (String, Vec<String>)| {
        let count = folders.len();
        let mut named: Vec<String> = folders.into_iter().take(FOLDERS_MAX).collect();
        if count > FOLDERS_MAX {
            named.push(format!("{} more", count - FOLDERS_MAX));
        }
        format!("{count} programmes have the same id, {shown}: {}", crate::text::list(&named, "and"))
    };
    folders.into_values().map(told).collect()
}

/// Says, after a run, which of its programmes have one id.
pub(super) fn mention(totals: &Totals) {
    let known = totals.by_programme.iter().filter(|programme| programme.id.as_str() != MASK);
    for told in alike(known.map(|programme| (programme.id.to_string(), programme.id.to_string(), programme.path.to_string()))) {
        say(&format!("{told}; findings, waivers and baselines take them for one\n  help: {HELP}"));
    }
}

/// Refuses programmes of one id where findings are held against a baseline.
pub(super) fn refuse(tasks: &[Task], masks: Masks) -> Result<(), u8> {
    if tasks.len() < 2 {
        return Ok(());
    }
    let ids = tasks.iter().filter_map(|task| Some((pipeline::waivers::id(task)?, task)));
    let told = alike(ids.map(|(id, task)| {
        let shown = redact::value(&id, Care::Id, masks).to_string();
        (id, shown, task.found.shown.clone())
    }));
    for told in &told {
        say(&format!("{told}; a baseline cannot tell their findings apart\n  help: {HELP}"));
    }
    if told.is_empty() { Ok(()) } else { Err(exit::FAULT) }
}
