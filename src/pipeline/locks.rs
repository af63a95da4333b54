//! Says where a settings file loosens what a file further away has locked.
//!
//! Locks are kept file by file along a chain: a closer file may make a locked setting stricter. Whether a value
//! is stricter depends on what it means, and on what the page of a rule says where no file says anything.

use std::fs;
use std::path::Path;

use crate::config::{self, Config, ConfigFile, Entry, Param, ParamValue, Problem, RuleSettings, Settings, covers};
use crate::finding::Severity;
use crate::limits::MIN_CELL;
use crate::rule::Rules;
use crate::text::{self, Lines, Span};

/// What closer files loosen, file by file.
pub(super) fn loosened<'c>(rules: &Rules, config: &'c Config) -> Vec<(&'c ConfigFile, Vec<Problem>)> {
    let mut found = Vec::new();
    for (at, file) in config.files.iter().enumerate() {
        let mut problems = Vec::new();
        for entry in &file.settings.entries {
            // The first that locks it speaks for all.
            let before = config.files.get(..at).unwrap_or_default();
            let locking = before.iter().position(|other| other.settings.lock.iter().any(|lock| covers(&lock.value, &entry.keys)));
            let Some(locking) = locking else { continue };
            let locked = before.get(..=locking).unwrap_or_default();
            if let (Some(help), Some(lock)) = (looser(rules, locked, file, entry), locked.last()) {
                problems.push(problem(file, entry, lock, help));
            }
        }
        problems.extend(replaced(rules, config, at));
        found.push((file, problems));
    }
    found
}

/// Pages of a file's own folders that stand in the place of what is locked: a way round the lock.
fn replaced(rules: &Rules, config: &Config, at: usize) -> Vec<Problem> {
    let (Some(file), Some(before)) = (config.files.get(at), config.files.get(..at)) else { return Vec::new() };
    // Only the closest list of folders is read.
    if config.setter(&["rules"]).is_none_or(|setter| setter.path != file.path) {
        return Vec::new();
    }
    let pages = rules.rules.iter().map(|rule| &*rule.page).chain(&rules.definition_pages);
    let mut problems = Vec::new();
    for page in pages.filter(|page| page.replaces().is_some()) {
        let set = match page.name.strip_prefix("definitions/") {
            Some(name) => ["definition".to_owned(), name.to_owned()],
            None => ["rule".to_owned(), page.name.to_string()],
        };
        let touches = |lock: &[String]| covers(lock.get(..lock.len().min(2)).unwrap_or_default(), &set);
        let lock = before.iter().find_map(|file| Some((file, file.settings.lock.iter().find(|lock| touches(&lock.value))?)));
        let own = file.settings.rules.iter().find(|folder| page.path.as_ref().is_some_and(|path| path.starts_with(&folder.value)));
        let (Some((lock_file, lock)), Some(folder)) = (lock, own) else { continue };
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if before.iter().flat_map(|file| &file.settings.rules).any(|known| real(&known.value) == real(&folder.value)) {
            continue;
        }
        problems.push(Problem {
            path: file.path.clone(),
            span: folder.span,
            message: format!(
                "a page of this folder stands in the place of {}, which is locked in {}",
                page.name,
                named(file, lock_file, lock.span)
            ),
            help: "give the page a name of its own, or ask those who keep that file".to_owned(),
        });
    }
    problems
}

fn problem(file: &ConfigFile, entry: &Entry, lock: &ConfigFile, help: &str) -> Problem {
    let place = lock.settings.lock.iter().find(|lock| covers(&lock.value, &entry.keys));
    let named = named(file, lock, place.map(|place| place.span).unwrap_or_default());
    Problem {
        path: file.path.clone(),
        span: entry.span,
        message: format!("{} is locked in {named} and cannot be loosened here", shown(&entry.keys)),
        help: format!("{help}, or ask those who keep that file"),
    }
}

/// A place in a file as it is named from another.
fn named(from: &ConfigFile, file: &ConfigFile, at: Span) -> String {
    let line = Lines::of(&file.text).position(&file.text, at.start).line;
    let path = config::relative(&from.folder, &file.folder.join(file.path.file_name().unwrap_or_default()));
    format!("{}:{line}", text::from_bytes(path.as_os_str().as_encoded_bytes()))
}

/// Keys as one may write them, with quotes where TOML needs them.
fn shown(keys: &[String]) -> String {
    let bare = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let keys: Vec<String> = keys.iter().map(|key| if bare(key) { key.clone() } else { format!("\"{}\"", text::Visible(key)) }).collect();
    keys.join(".")
}

/// What to do where a value is looser than that of the files that lock it; none where it is not.
fn looser(rules: &Rules, locked: &[ConfigFile], file: &ConfigFile, entry: &Entry) -> Option<&'static str> {
    let keys: Vec<&str> = entry.keys.iter().map(String::as_str).collect();
    let own = at(&file.settings, entry.over);
    match keys.as_slice() {
        ["fail_on"] => {
            let (own, known) = (file.settings.fail_on.as_ref()?.value, last(locked, |settings| settings.fail_on.as_ref()));
            (own > known.map_or(Severity::Error, |known| known.value)).then_some("write a milder severity, so that a run fails earlier")
        }
        ["privacy", "min_cell"] => {
            let (own, known) =
                (file.settings.privacy.min_cell.as_ref()?.value, last(locked, |settings| settings.privacy.min_cell.as_ref()));
            (own < known.map_or(MIN_CELL, |known| known.value)).then_some("write a greater number")
        }
        // A closer file adds to these, and takes nothing away.
        ["privacy", "sensitive"] => None,
        ["rules"] => lacks(locked, file, |settings| &settings.rules).then_some("name all folders of that file as well"),
        ["schema"] => lacks(locked, file, |settings| &settings.schema).then_some("name all files of that file as well"),
        ["rule", name, "severity"] => {
            let own = own.rule(name)?.severity.as_ref()?.value;
            let page = rules.find(name).map(|rule| rule.severity);
            let whole = last(locked, |settings| settings.rule.get(*name)?.severity.as_ref()).map(|set| set.value).or(page);
            let overridden =
                locked.iter().flat_map(|file| &file.settings.overrides).filter_map(|over| over.rule.get(*name)?.severity.as_ref());
            let strictest = overridden.map(|set| set.value).chain(whole).max();
            (own < strictest?).then_some("write a graver severity")
        }
        ["rule", name, "off"] => {
            let known = locked.iter().any(|file| file.settings.rule.get(*name).is_some_and(|rule| rule.off.is_some()));
            (!known).then_some("leave the rule on")
        }
        ["rule", name, "waivable"] => {
            let known = last(locked, |settings| settings.rule.get(*name)?.waivable.as_ref());
            (own.rule(name)?.waivable.as_ref()?.value && known.is_some_and(|known| !known.value)).then_some("let no waiver hold")
        }
        ["rule", name, "params", param] => {
            let known = last(locked, |settings| settings.rule.get(*name)?.params.get(*param));
            differs(rules, name, param, own.rule(name)?.params.get(*param)?, known)
        }
        ["definition", name, "params", param] => {
            let known = last(locked, |settings| settings.definition.get(*name)?.params.get(*param));
            differs(rules, &format!("definitions/{name}"), param, own.definition(name)?.get(*param)?, known)
        }
        _ => Some("leave it as it is"),
    }
}

/// What a file sets at the top, or in one of its overrides.
struct At<'s> {
    settings: &'s Settings,
    over: Option<usize>,
}

fn at(settings: &Settings, over: Option<usize>) -> At<'_> {
    At { settings, over }
}

impl<'s> At<'s> {
    fn rule(&self, name: &str) -> Option<&'s RuleSettings> {
        match self.over {
            None => self.settings.rule.get(name),
            Some(over) => self.settings.overrides.get(over)?.rule.get(name),
        }
    }

    fn definition(&self, name: &str) -> Option<&'s std::collections::BTreeMap<String, Param>> {
        match self.over {
            None => self.settings.definition.get(name),
            Some(over) => self.settings.overrides.get(over)?.definition.get(name),
        }
        .map(|definition| &definition.params)
    }
}

/// What the closest of several files sets.
fn last<'c, T>(files: &'c [ConfigFile], of: impl Fn(&'c Settings) -> Option<&'c T>) -> Option<&'c T> {
    files.iter().rev().find_map(|file| of(&file.settings))
}

/// Whether a parameter is set to something else than before: which of two values is stricter nobody can say.
fn differs(rules: &Rules, page: &str, name: &str, own: &Param, known: Option<&Param>) -> Option<&'static str> {
    let same = match known {
        Some(known) => same(&known.value, &own.value),
        None => {
            let default = rules.param(page, name).and_then(|number| rules.params.get(number)).map(|param| param.text.as_str());
            match &own.value {
                ParamValue::Number(text) | ParamValue::Text(text) | ParamValue::Date(text) => default == Some(text),
                ParamValue::Flag(flag) => default == Some(if *flag { "true" } else { "false" }),
                ParamValue::List(_) => false,
            }
        }
    };
    (!same).then_some("remove it, so that the value of that file holds")
}

fn same(a: &ParamValue, b: &ParamValue) -> bool {
    match (a, b) {
        (ParamValue::List(a), ParamValue::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, &b.value)),
        _ => a == b,
    }
}

/// Whether a list lacks a path that the locked files name.
fn lacks(locked: &[ConfigFile], file: &ConfigFile, of: impl Fn(&Settings) -> &Vec<config::Placed<std::path::PathBuf>>) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let own: Vec<_> = of(&file.settings).iter().map(|path| real(&path.value)).collect();
    let known = locked.iter().rev().map(|file| of(&file.settings)).find(|paths| !paths.is_empty());
    known.into_iter().flatten().any(|path| !own.contains(&real(&path.value)))
}
