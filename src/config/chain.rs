//! A settings file with those that it builds on: which sets what, for which programme.
//!
//! The files of a chain stand in the order in which they hold, the closest last. Each is a layer with its
//! overrides: what a closer file sets beats all that a file further away says of the same key.

use std::fs;
use std::path::{Path, PathBuf};

use super::{ConfigError, ConfigFile, Effective, Entry, Mapping, Placed, Problem, Settings, read, relative};
use crate::finding::Severity;
use crate::limits::CONFIG_DEPTH_MAX;
use crate::text::Span;

/// A settings file and all that it builds on.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The files, the closest last. Empty where there are no settings.
    pub files: Vec<ConfigFile>,
}

/// Reads a settings file and all that it builds on.
///
/// # Errors
/// What is wrong with each file that is at fault.
pub fn resolve(path: &Path) -> Result<Config, Vec<ConfigError>> {
    let mut chain = Chain::default();
    chain.take(path, None);
    if chain.errors.is_empty() { Ok(Config { files: chain.files }) } else { Err(chain.errors) }
}

#[derive(Default)]
struct Chain {
    files: Vec<ConfigFile>,
    /// The files that are being read, the one that was asked for first.
    open: Vec<PathBuf>,
    /// The files that were read, or cannot be.
    done: Vec<PathBuf>,
    errors: Vec<ConfigError>,
}

/// The place that names a file.
struct Named<'f> {
    in_file: &'f ConfigFile,
    span: Span,
}

impl Chain {
    fn take(&mut self, path: &Path, named: Option<&Named<'_>>) {
        // A link is another name of its file.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if self.done.contains(&real) {
            return;
        }
        if let (Some(at), Some(named)) = (self.open.iter().position(|open| *open == real), named) {
            let message =
                if at + 1 == self.open.len() { "this file extends itself" } else { "files extend one another in a circle from here" };
            return self.refuse(named, message, "remove this entry");
        }
        if let (true, Some(named)) = (self.open.len() > CONFIG_DEPTH_MAX, named) {
            let message = format!("more than {CONFIG_DEPTH_MAX} files extend one another");
            return self.refuse(named, &message, "let one of them extend what the others build on");
        }
        let file = match read(path) {
            Ok(file) => file,
            Err(ConfigError::Unreadable { path, message, help }) => {
                self.done.push(real);
                return match named {
                    Some(named) => self.refuse(named, &format!("this file {message}"), &help),
                    None => self.errors.push(ConfigError::Unreadable { path, message, help }),
                };
            }
            Err(error) => {
                self.done.push(real);
                return self.errors.push(error);
            }
        };
        self.open.push(real.clone());
        for other in &file.settings.extends {
            self.take(&other.value, Some(&Named { in_file: &file, span: other.span }));
        }
        self.open.pop();
        self.done.push(real);
        self.files.push(file);
    }

    /// Says what is wrong at the place that names a file.
    fn refuse(&mut self, named: &Named<'_>, message: &str, help: &str) {
        let problem = Problem { path: named.in_file.path.clone(), span: named.span, message: message.to_owned(), help: help.to_owned() };
        self.errors.push(ConfigError::Problems { text: named.in_file.text.clone(), problems: vec![problem] });
    }
}

impl ConfigFile {
    /// What it sets for the programme in a folder, the last to hold first.
    fn entries_for<'c>(&'c self, programme: &Path) -> impl Iterator<Item = &'c Entry> {
        let over = self.settings.matching(&relative(&self.folder, programme));
        let overridden = over.into_iter().rev().flat_map(|over| self.settings.entries.iter().filter(move |entry| entry.over == Some(over)));
        overridden.chain(self.settings.entries.iter().filter(|entry| entry.over.is_none()))
    }
}

impl Config {
    /// Calls the files, and what they name, by other paths than those by which they were read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        for file in &mut self.files {
            file.path = real(&file.path);
            file.folder = real(&file.folder);
            let Settings { rules, schema, .. } = &mut file.settings;
            rules.iter_mut().chain(schema).for_each(|path| path.value = real(&path.value));
        }
    }

    /// The closest file.
    #[must_use]
    pub fn closest(&self) -> Option<&ConfigFile> {
        self.files.last()
    }

    /// The file that sets a key of the file itself, such as `rules` or `files` and `include`, if any does.
    #[must_use]
    pub fn setter(&self, keys: &[&str]) -> Option<&ConfigFile> {
        let sets = |file: &&ConfigFile| file.settings.entries.iter().any(|entry| entry.over.is_none() && entry.keys == keys);
        self.files.iter().rev().find(sets)
    }

    /// What sets a key for the programme in a folder: the file and the place.
    #[must_use]
    pub fn origin(&self, programme: &Path, keys: &[&str]) -> Option<(&ConfigFile, &Entry)> {
        self.files.iter().rev().find_map(|file| file.entries_for(programme).find(|entry| entry.keys == keys).map(|entry| (file, entry)))
    }

    /// The folders of rule pages.
    #[must_use]
    pub fn rules(&self) -> &[Placed<PathBuf>] {
        self.setter(&["rules"]).map_or(&[], |file| &file.settings.rules)
    }

    /// The schema overlays.
    #[must_use]
    pub fn overlays(&self) -> &[Placed<PathBuf>] {
        self.setter(&["schema"]).map_or(&[], |file| &file.settings.schema)
    }

    /// The mildest severity that fails a run.
    #[must_use]
    pub fn fail_on(&self) -> Option<Severity> {
        self.files.iter().rev().find_map(|file| file.settings.fail_on.as_ref()).map(|placed| placed.value)
    }

    /// The smallest number of people that is shown.
    #[must_use]
    pub fn min_cell(&self) -> Option<u64> {
        self.files.iter().rev().find_map(|file| file.settings.privacy.min_cell.as_ref()).map(|placed| placed.value)
    }

    /// The fields that are never shown, of all files: a closer one adds to them.
    pub fn sensitive(&self) -> impl Iterator<Item = (&ConfigFile, &Placed<String>)> {
        self.files.iter().flat_map(|file| file.settings.privacy.sensitive.iter().map(move |field| (file, field)))
    }

    /// Files that hold a register whatever their name: of each register as the closest file says.
    #[must_use]
    pub fn map(&self) -> Vec<Mapping> {
        let mut map: Vec<Mapping> = Vec::new();
        for file in &self.files {
            map.retain(|known| !file.settings.map.iter().any(|own| own.register.value == known.register.value));
            map.extend(file.settings.map.iter().cloned());
        }
        map
    }

    /// Whether a file, given by its absolute path, is to be looked at.
    #[must_use]
    pub fn takes(&self, path: &Path) -> bool {
        let include = self.setter(&["files", "include"]);
        let exclude = self.setter(&["files", "exclude"]);
        let covered = |file: &ConfigFile, patterns: &[super::Pattern]| {
            let relative = relative(&file.folder, path);
            patterns.iter().any(|pattern| pattern.covers(&relative))
        };
        include.is_none_or(|file| covered(file, &file.settings.files.include))
            && !exclude.is_some_and(|file| covered(file, &file.settings.files.exclude))
    }

    /// Which overrides hold for the programme in a folder, file by file. Programmes for which the same ones
    /// hold have the same [`Effective`] settings.
    #[must_use]
    pub fn matching(&self, programme: &Path) -> Vec<Vec<usize>> {
        self.files.iter().map(|file| file.settings.matching(&relative(&file.folder, programme))).collect()
    }

    /// The settings with these overrides.
    #[must_use]
    pub fn with(&self, overrides: &[Vec<usize>]) -> Effective {
        let mut effective = Effective::default();
        for (file, overrides) in self.files.iter().zip(overrides) {
            let own = file.settings.with(overrides);
            effective.add(&own.rule, &own.definition);
        }
        effective
    }
}
