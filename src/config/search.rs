//! Finds the closest configuration file upward from a folder, and files whose name nearly is its name.
//!
//! No file is opened here.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::waivers::WAIVERS_NAME;
use crate::text;

/// The name of a configuration file.
pub const FILE_NAME: &str = "havesay.toml";

/// Edits between a file's name and [`FILE_NAME`] at which it is taken for a slip.
const FILE_NAME_EDITS_MAX: usize = 2;

/// What a search upward from a folder found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The closest configuration file. Not opened yet: it may turn out to be a folder, or unreadable.
    pub file: Option<PathBuf>,
    /// Files in the folders passed whose name is nearly [`FILE_NAME`], sorted: nobody reads them.
    pub near_misses: Vec<PathBuf>,
}

/// Looks for the closest configuration file in `from` and the folders above it, up to `stop`, to the
/// repository's root (a folder with `.git`) or to the file system's, each included.
#[must_use]
pub fn closest(from: &Path, stop: Option<&Path>) -> Found {
    let mut search = Search::new(stop);
    let file = search.closest(from);
    Found { file, near_misses: search.near_misses().map(Path::to_path_buf).collect() }
}

/// Searches from many folders that lists each folder once.
#[derive(Debug, Default)]
pub struct Search {
    stop: Option<PathBuf>,
    known: HashMap<PathBuf, Option<PathBuf>>,
    near_misses: BTreeSet<PathBuf>,
    waivers: BTreeSet<PathBuf>,
}

impl Search {
    /// A search that looks no higher than `stop`.
    #[must_use]
    pub fn new(stop: Option<&Path>) -> Self {
        Self { stop: stop.map(absolute), ..Self::default() }
    }

    /// The closest configuration file upward from the folder `from`, as [`closest`] finds it.
    pub fn closest(&mut self, from: &Path) -> Option<PathBuf> {
        let from = absolute(from);
        let mut passed = Vec::new();
        let mut file = None;
        for folder in from.ancestors() {
            if let Some(known) = self.known.get(folder) {
                file.clone_from(known);
                break;
            }
            passed.push(folder);
            file = self.look(folder);
            if file.is_some() || self.stop.as_deref() == Some(folder) || exists(&folder.join(".git")) {
                break;
            }
        }
        self.known.extend(passed.into_iter().map(|folder| (folder.to_path_buf(), file.clone())));
        file
    }

    /// Files in all folders passed so far whose name is nearly [`FILE_NAME`], sorted.
    pub fn near_misses(&self) -> impl Iterator<Item = &Path> {
        self.near_misses.iter().map(PathBuf::as_path)
    }

    /// Files in all folders passed so far that are called like a waiver file, or nearly so, sorted.
    pub fn waivers(&self) -> impl Iterator<Item = &Path> {
        self.waivers.iter().map(PathBuf::as_path)
    }

    /// The configuration file in one folder. Names are compared as they are listed, so that a file system
    /// that ignores case gives the same answer as one that does not.
    fn look(&mut self, folder: &Path) -> Option<PathBuf> {
        let file = folder.join(FILE_NAME);
        let Ok(entries) = fs::read_dir(folder) else {
            // A folder may be open to pass through but not to list.
            return exists(&file).then_some(file);
        };
        let mut found = false;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            found |= name == FILE_NAME;
            if name == WAIVERS_NAME || is_nearly(name, WAIVERS_NAME) {
                self.waivers.insert(entry.path());
            }
            if is_near_miss(name) && entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
                self.near_misses.insert(entry.path());
            }
        }
        found.then_some(file)
    }
}

/// Whether somebody who gave a file this name meant [`FILE_NAME`]. What editors leave behind is not meant.
pub(super) fn is_near_miss(name: &str) -> bool {
    is_nearly(name, FILE_NAME)
}

fn is_nearly(name: &str, meant: &str) -> bool {
    let backup = name.ends_with('~') || name.starts_with('#') || name.starts_with(".#");
    let near = || text::edits(&name.to_lowercase(), meant, FILE_NAME_EDITS_MAX).is_some();
    name != meant && !backup && name.len().abs_diff(meant.len()) <= FILE_NAME_EDITS_MAX && near()
}

/// Whether there is anything at `path`, a broken symbolic link included.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// A path from the file system's root on, without detours.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    // `..` after a symbolic link leads elsewhere than the names say, so only the file system can tell.
    let detour = path.components().any(|part| part == Component::ParentDir);
    let asked = if detour { fs::canonicalize(path) } else { std::path::absolute(path) };
    asked.unwrap_or_else(|_| path.to_path_buf())
}

/// `path` as seen from `folder`, by names alone; both are absolute, or relative to the same folder.
#[must_use]
pub fn relative(folder: &Path, path: &Path) -> PathBuf {
    let named = |part: &Component<'_>| *part != Component::CurDir;
    let folder: Vec<Component<'_>> = folder.components().filter(named).collect();
    let path: Vec<Component<'_>> = path.components().filter(named).collect();
    let shared = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, folder.len() - shared);
    up.chain(path.into_iter().skip(shared)).collect()
}
