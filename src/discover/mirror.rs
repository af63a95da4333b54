//! The settings of a state that is not on the disk, written into a folder for temporary files: settings files,
//! what they lean on, waivers. Never records.
//!
//! Settings name files by paths, so they are given files to find: each lies beneath the folder at the path
//! that it has in truth. What they name outside the repository has no earlier state and is copied as it is.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::git::{Entries, Entry, EntryKind, Kept, Objects, Trouble};
use super::policy::leans_on;
use super::{is_charter, tree};
use crate::config::FILE_NAME;
use crate::config::waivers::WAIVERS_NAME;
use crate::limits::CONFIG_BYTES_MAX;

/// Endings of files that are copied where a settings file names the folder around them.
const WITHIN: [&str; 5] = ["md", "toml", "yaml", "yml", "json"];
/// Files beneath a folder outside the repository that are copied at most.
const OUTSIDE_MAX: usize = 2_000;

/// Settings of a state, on the disk.
#[derive(Debug)]
pub struct Mirror {
    folder: tempfile::TempDir,
}

/// Where a mirror gets its files from.
pub struct State<'s> {
    /// The repository's root.
    pub root: &'s Path,
    /// What the state holds at or beneath a path from the root.
    pub entries: &'s dyn Fn(&Path) -> Result<Entries, Trouble>,
    /// What reads the bytes.
    pub objects: &'s Arc<Objects>,
    /// The folders with a settings file, absolute.
    pub settings: &'s BTreeSet<PathBuf>,
    /// A settings file that is named, absolute.
    pub named: Option<&'s Path>,
    /// The folders of the programmes, absolute.
    pub programmes: &'s [PathBuf],
}

impl Mirror {
    /// Writes the settings of a state.
    ///
    /// # Errors
    /// Where git cannot give them, or they cannot be written.
    pub fn of(state: &State<'_>) -> Result<Self, Trouble> {
        let failed = |error: io::Error| Trouble {
            message: format!("the earlier settings cannot be laid out: {}", error.kind()),
            help: "make room in the folder for temporary files".to_owned(),
        };
        let mirror = Self { folder: tempfile::Builder::new().prefix("havesay-settings-").tempdir().map_err(failed)? };
        // Searches upward end at the repository's root.
        fs::create_dir_all(mirror.inside(state.root).join(".git")).map_err(failed)?;
        let mut files: Vec<PathBuf> = state.settings.iter().map(|folder| folder.join(FILE_NAME)).collect();
        files.extend(state.named.map(Path::to_owned));
        let mut wanted: BTreeSet<PathBuf> = files.iter().cloned().collect();
        wanted.extend(state.settings.iter().chain(state.programmes).map(|folder| folder.join(WAIVERS_NAME)));
        for file in &files {
            wanted.extend(leans_on(file, &|path| state.text(path)));
        }
        for path in &wanted {
            match path.strip_prefix(state.root) {
                Ok(relative) => mirror.write_entries(state, relative).map_err(|error| error.unwrap_or_else(failed))?,
                Err(_) if state.root.starts_with(path) => {}
                Err(_) => mirror.copy(path).map_err(failed)?,
            }
        }
        Ok(mirror)
    }

    /// Where a path lies in it.
    #[must_use]
    pub fn inside(&self, path: &Path) -> PathBuf {
        let named = path.components().filter(|part| matches!(part, Component::Normal(_)));
        self.folder.path().join(named.collect::<PathBuf>())
    }

    /// The path that a path in it has in truth.
    #[must_use]
    pub fn real(&self, path: &Path) -> PathBuf {
        path.strip_prefix(self.folder.path()).map_or_else(|_| path.to_owned(), |rest| Path::new("/").join(rest))
    }

    fn write_entries(&self, state: &State<'_>, relative: &Path) -> Result<(), Failed> {
        if relative.as_os_str().is_empty() {
            return Ok(());
        }
        let entries = (state.entries)(relative).map_err(Failed::Git)?;
        let charters: BTreeSet<&Path> =
            entries.keys().filter(|path| path.file_name().is_some_and(is_charter)).filter_map(|path| path.parent()).collect();
        for (path, entry) in &entries {
            let named = path == relative;
            let within = path.extension().is_some_and(|ending| WITHIN.iter().any(|known| ending == *known));
            // A folder that holds programmes was named for another reason, and records are not laid out.
            let record = tree::closest(path, |folder| charters.contains(folder)).is_some();
            if entry.kind == EntryKind::File && (named || (within && !record)) {
                let bytes = state.bytes(path, entry).map_err(Failed::Disk)?;
                self.write(&state.root.join(path), &bytes).map_err(Failed::Disk)?;
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let inside = self.inside(path);
        if let Some(folder) = inside.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(inside, bytes)
    }

    fn copy(&self, path: &Path) -> io::Result<()> {
        let mut open = vec![path.to_owned()];
        let mut left = OUTSIDE_MAX;
        while let Some(here) = open.pop() {
            let Ok(known) = fs::metadata(&here) else { continue };
            if known.is_dir() {
                open.extend(fs::read_dir(&here).into_iter().flatten().flatten().map(|entry| entry.path()));
            } else if known.is_file() && known.len() <= CONFIG_BYTES_MAX && left > 0 {
                left -= 1;
                self.write(&here, &fs::read(&here)?)?;
            }
        }
        Ok(())
    }
}

/// Why the settings of a state are not laid out.
enum Failed {
    Git(Trouble),
    Disk(io::Error),
}

impl Failed {
    fn unwrap_or_else(self, disk: impl Fn(io::Error) -> Trouble) -> Trouble {
        match self {
            Failed::Git(trouble) => trouble,
            Failed::Disk(error) => disk(error),
        }
    }
}

impl State<'_> {
    fn bytes(&self, path: &Path, entry: &Entry) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // One byte more than a settings file may have is enough to refuse it.
        Kept::new(self.objects, &entry.object, path).read(CONFIG_BYTES_MAX.saturating_mul(8), &mut bytes)?;
        Ok(bytes)
    }

    fn text(&self, path: &Path) -> Option<String> {
        match path.strip_prefix(self.root) {
            Ok(relative) => {
                let entries = (self.entries)(relative).ok()?;
                String::from_utf8(self.bytes(relative, entries.get(relative)?).ok()?).ok()
            }
            Err(_) => fs::read_to_string(path).ok(),
        }
    }
}
