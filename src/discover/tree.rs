//! Programmes in a state that is not on the disk: which folders of it have a charter, and what lies beneath.
//!
//! By the same rules as on the disk: hidden files and folders are passed over, a file belongs to the closest
//! charter above it. Git's ignore rules leave nothing out here, because what git holds it tracks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::git::{Entries, Entry, EntryKind};
use super::{Found, Seen, SeenKind, is_charter, shown};

/// A state of a repository, with its programmes.
#[derive(Debug, Default)]
pub struct Tree {
    entries: Entries,
    charters: BTreeSet<PathBuf>,
}

impl Tree {
    /// A state with these entries.
    #[must_use]
    pub fn new(entries: Entries) -> Self {
        let charters = entries
            .iter()
            .filter(|(path, entry)| entry.kind != EntryKind::Repository && path.file_name().is_some_and(is_charter))
            .filter_map(|(path, _)| path.parent().map(Path::to_owned))
            .collect();
        Self { entries, charters }
    }

    /// The entry at a path from the repository's root.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All entries at or beneath a path.
    pub fn beneath<'t>(&'t self, folder: &'t Path) -> impl Iterator<Item = (&'t PathBuf, &'t Entry)> + 't {
        self.entries.range(folder.to_owned()..).take_while(move |(path, _)| path.starts_with(folder))
    }

    /// The folders with a charter, from the repository's root.
    #[must_use]
    pub const fn charters(&self) -> &BTreeSet<PathBuf> {
        &self.charters
    }

    /// The folder of the programme to which a file belongs, whether or not the file is there.
    #[must_use]
    pub fn programme_of<'f>(&self, file: &'f Path) -> Option<&'f Path> {
        closest(file, |folder| self.charters.contains(folder))
    }

    /// A programme of this state, as if the repository's root were `root`.
    #[must_use]
    pub fn found(&self, root: &Path, folder: &Path, working: &Path) -> Found {
        let mut files = Vec::new();
        for (path, entry) in self.beneath(folder) {
            let kind = match entry.kind {
                EntryKind::File => SeenKind::File,
                EntryKind::Link => SeenKind::Link,
                EntryKind::Repository => continue,
            };
            if self.programme_of(path) == Some(folder) {
                files.push(Seen { path: root.join(path), kind });
            }
        }
        // An empty path joined would leave a slash at the end.
        let absolute = if folder.as_os_str().is_empty() { root.to_owned() } else { root.join(folder) };
        Found { shown: shown(working, &absolute), folder: absolute, files, only: Vec::new() }
    }
}

/// The closest folder above a file for which `is` holds, if nothing on the way down to the file is hidden.
pub fn closest(file: &Path, is: impl Fn(&Path) -> bool) -> Option<&Path> {
    let mut here = file;
    loop {
        if here.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            return None;
        }
        here = here.parent()?;
        if is(here) {
            return Some(here);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        let entry = |path: &&str| {
            let kind = if path.ends_with('@') { EntryKind::Repository } else { EntryKind::File };
            (PathBuf::from(path.trim_end_matches('@')), Entry { kind, object: String::new() })
        };
        Tree::new(paths.iter().map(entry).collect())
    }

    #[test]
    fn a_file_belongs_to_the_closest_charter_above_it() {
        let tree = tree(&[
            "a/programme.json",
            "a/sessions.json",
            "a/in/programme.yaml",
            "a/in/deep/x.json",
            "a/.old/y.json",
            "a/other@",
            "b/z.json",
            "ab/programme.json",
        ]);
        for (file, expected) in [
            ("a/sessions.json", Some("a")),
            ("a/new.json", Some("a")),
            ("a/in/deep/x.json", Some("a/in")),
            ("a/.old/y.json", None),
            ("a/.hidden.json", None),
            ("b/z.json", None),
            ("programme.json", None),
        ] {
            assert_eq!(tree.programme_of(Path::new(file)), expected.map(Path::new), "{file}");
        }
        let files = |folder: &str| -> Vec<String> {
            let found = tree.found(Path::new("/r"), Path::new(folder), Path::new("/r"));
            found.files.iter().map(|seen| seen.path.to_string_lossy().into_owned()).collect()
        };
        assert_eq!(files("a"), ["/r/a/programme.json", "/r/a/sessions.json"]);
        assert_eq!(files("a/in"), ["/r/a/in/deep/x.json", "/r/a/in/programme.yaml"]);
    }

    #[test]
    fn the_root_of_the_repository_may_be_a_programme() {
        let tree = tree(&["programme.json", "sessions/s-1.json"]);
        assert_eq!(tree.programme_of(Path::new("sessions/s-1.json")), Some(Path::new("")));
        let found = tree.found(Path::new("/r"), Path::new(""), Path::new("/r"));
        assert_eq!((found.folder.as_path(), found.shown.as_str(), found.files.len()), (Path::new("/r"), ".", 2));
    }
}
