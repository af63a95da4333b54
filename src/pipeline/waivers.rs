//! The waiver files of a run: found, read once, held against rules, registers and programmes.
//!
//! They stand beside the settings file and in a programme's own folder; both apply. Whether a waiver holds
//! is not decided here.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Setup, Task};
use crate::config::waivers::{FILES, WAIVERS_NAME, WHOLE};
use crate::config::{self, ConfigError, Problem, WaiverFile};
use crate::discover::{self, Source};
use crate::programme::Beside;
use crate::rule::Rules;
use crate::schema::Schema;
use crate::text;

/// Gives each programme of a run the waiver files that concern it. `whole` says whether all programmes at or
/// beneath a folder are among the tasks, so that a waiver for none of them is for none at all. `place` says
/// where a file is read: what is staged, or was there before a change, is not where it is called.
///
/// # Errors
/// All that is wrong with the form of the files, or with the names in them, one file after the other.
pub fn attach(
    setups: &[Setup],
    tasks: &mut [Task],
    working: &Path,
    whole: &dyn Fn(&Path) -> bool,
    place: &dyn Fn(&Path) -> PathBuf,
) -> Result<(), Vec<ConfigError>> {
    let mut files: BTreeMap<PathBuf, Option<Arc<WaiverFile>>> = BTreeMap::new();
    let mut faults = Vec::new();
    for task in tasks.iter_mut() {
        let Some(setup) = setups.get(task.setup) else { continue };
        let mut folders = vec![task.found.folder.clone()];
        folders.extend(setup.config.closest().map(|file| file.folder.clone()));
        folders.dedup();
        for folder in folders {
            let path = folder.join(WAIVERS_NAME);
            let known = files.entry(path).or_insert_with_key(|path| read(path, &place(path), working, setup, &mut faults));
            let Some(file) = known else { continue };
            if !task.paths.is_empty() {
                task.paths.push(file.path.clone());
            }
            let beside = Beside { file: Arc::clone(file), folder: config::relative(&folder, &task.found.folder), strays: Vec::new() };
            task.waivers.push(beside);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    strays(tasks, whole);
    Ok(())
}

/// Reads a waiver file, if there is one.
fn read(path: &Path, place: &Path, working: &Path, setup: &Setup, faults: &mut Vec<ConfigError>) -> Option<Arc<WaiverFile>> {
    if std::fs::symlink_metadata(place).is_err() {
        return None;
    }
    match config::waivers::read(place, &discover::shown(working, path)) {
        Ok(mut file) => {
            path.clone_into(&mut file.path);
            let problems = names(&file, &setup.rules, &setup.schema);
            if problems.is_empty() {
                return Some(Arc::new(file));
            }
            faults.push(ConfigError::Problems { text: file.text, problems });
        }
        Err(mut fault) => {
            fault.rename(&|_| path.to_owned());
            faults.push(fault);
        }
    }
    None
}

/// What a waiver file names, held against what there is.
#[must_use]
pub fn names(file: &WaiverFile, rules: &Rules, schema: &Schema) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |span, message: &str, help: String| {
        problems.push(Problem { path: file.path.clone(), span, message: message.to_owned(), help });
    };
    let registers = || schema.registers.iter().filter(|register| !register.nested).map(|register| register.name.as_str());
    for waiver in &file.waivers {
        if rules.number(&waiver.rule.value).is_none() {
            let near = text::nearest(&waiver.rule.value, rules.rules.iter().map(|rule| &*rule.name));
            let help = near.map_or_else(|| "see havesay rules for the names".to_owned(), |near| format!("did you mean {near}?"));
            problem(waiver.rule.span, "there is no rule of this name", help);
        }
        let address = &*waiver.address.value;
        let first = address.split(['/', '[']).next().unwrap_or(address);
        let known =
            address == WHOLE || first == FILES.trim_end_matches('/') || first == "programme" || registers().any(|name| name == first);
        if !known {
            let near = text::nearest(first, registers());
            let help = near.map_or_else(
                || "an address begins with a register, as in participants/p-07, with programme, or with files/".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            problem(waiver.address.span, "this address begins with no register", help);
        }
    }
    problems
}

/// Finds the waivers that are for no programme there is. Each is reported once, with the first programme of
/// its file.
fn strays(tasks: &mut [Task], whole: &dyn Fn(&Path) -> bool) {
    let mut ids: HashMap<PathBuf, Option<String>> = HashMap::new();
    let mut first: BTreeMap<PathBuf, (usize, usize)> = BTreeMap::new();
    for (number, task) in tasks.iter().enumerate() {
        for (at, beside) in task.waivers.iter().enumerate() {
            first.entry(beside.file.path.clone()).or_insert((number, at));
        }
    }
    for (path, (number, at)) in first {
        let Some(file) = tasks.get(number).and_then(|task| task.waivers.get(at)).map(|beside| Arc::clone(&beside.file)) else { continue };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let users = || tasks.iter().filter(|task| task.waivers.iter().any(|beside| beside.file.path == path));
        // A file in a programme's folder is for that programme.
        let own = users().all(|task| task.found.folder == folder);
        if !own && !whole(&folder) {
            continue;
        }
        let strays: Vec<usize> = (0..file.waivers.len())
            .filter(|waiver| {
                let Some(scope) = file.waivers.get(*waiver).map(|waiver| &waiver.programme.value) else { return false };
                !users().any(|task| {
                    let relative = config::relative(&folder, &task.found.folder);
                    scope.takes("", &relative)
                        || scope.takes(ids.entry(task.found.folder.clone()).or_insert_with(|| id(task)).as_deref().unwrap_or(""), &relative)
                })
            })
            .collect();
        if let Some(beside) = tasks.get_mut(number).and_then(|task| task.waivers.get_mut(at)) {
            beside.strays = strays;
        }
    }
}

/// The id of a programme, read from its charter ahead of all else; only where a waiver or a baseline asks for it.
#[must_use]
pub fn id(task: &Task) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Head {
        id: Option<String>,
    }
    let charter = task.inputs.iter().find(|input| input.role == discover::Role::Charter)?;
    let bytes = match &charter.source {
        Source::Disk(path) => std::fs::read(path).ok()?,
        Source::Memory(bytes) | Source::Alone(bytes) => bytes.clone(),
        Source::Kept(kept) => {
            let mut bytes = Vec::new();
            kept.read(crate::limits::FILE_BYTES_MAX, &mut bytes).ok()?;
            bytes
        }
        Source::Unreadable(_) | Source::Size(_) => return None,
    };
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice::<Head>(text).ok()?.id
}
