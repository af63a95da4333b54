//! A folder that is replaced as a whole, and only if nothing else is in it.
//!
//! What was written stands with its digests in a list of its own within the folder, in the form that
//! `sha256sum -c` reads: so a page that somebody has changed by hand is noticed like one that was added.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::pipeline::setup::hex;
use crate::text;

/// The file in which the list stands.
const LIST: &str = ".havesay-site";

/// Why the folder is left as it is.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is a file of this name, or something else that is no folder.
    NoFolder,
    /// The working directory is in it, or is it.
    Here,
    /// This is in it, and was not written as it is by this command.
    Holds(String),
    /// The system says no, where and why.
    System(PathBuf, io::Error),
}

/// Puts the files, by their paths with `/`, in the place of the folder.
pub(super) fn replace(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Refused> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| Refused::System(path, error)
    };
    let there = fs::symlink_metadata(folder).is_ok();
    let real = if there { fs::canonicalize(folder).map_err(at(folder))? } else { folder.to_owned() };
    if there {
        if !real.is_dir() {
            return Err(Refused::NoFolder);
        }
        if std::env::current_dir().and_then(fs::canonicalize).is_ok_and(|here| here.starts_with(&real)) {
            return Err(Refused::Here);
        }
        if let Some(other) = foreign(&real).map_err(at(folder))? {
            return Err(Refused::Holds(other));
        }
    }
    let parent = real.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(at(parent))?;
    let waiting = tempfile::Builder::new().prefix(".havesay-").tempdir_in(parent).map_err(at(parent))?;
    // A folder within, so that it gets the permissions that any new folder gets.
    let new = waiting.path().join("new");
    write(&new, files).map_err(at(folder))?;
    let old = waiting.path().join("old");
    if there {
        fs::rename(&real, &old).map_err(at(folder))?;
    }
    fs::rename(&new, &real).map_err(|error| {
        if there {
            let _ = fs::rename(&old, &real);
        }
        Refused::System(folder.to_owned(), error)
    })
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    fs::create_dir(folder)?;
    let mut list = String::new();
    for (path, text) in files {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&file, text)?;
        list.push_str(&format!("{}  {path}\n", hex(&Sha256::digest(text.as_bytes()))));
    }
    fs::write(folder.join(LIST), list)
}

/// The first thing in a folder that was not written as it is by this command.
fn foreign(folder: &Path) -> io::Result<Option<String>> {
    let list = match fs::read_to_string(folder.join(LIST)) {
        Ok(list) => list,
        Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::InvalidData].contains(&error.kind()) => String::new(),
        Err(error) => return Err(error),
    };
    let known: BTreeMap<&str, &str> = list.lines().filter_map(|line| line.split_once("  ")).map(|(digest, path)| (path, digest)).collect();
    let folders: BTreeSet<&str> = known.keys().flat_map(|path| path.match_indices('/').filter_map(|(at, _)| path.get(..at))).collect();
    let mut open = vec![String::new()];
    while let Some(above) = open.pop() {
        let mut entries = fs::read_dir(folder.join(&above))?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = text::from_bytes(entry.file_name().as_encoded_bytes());
            let path = if above.is_empty() { name } else { format!("{above}/{name}") };
            let kind = entry.file_type()?;
            let own = if kind.is_dir() {
                folders.contains(path.as_str())
            } else if path == LIST {
                kind.is_file() && !known.is_empty()
            } else {
                kind.is_file()
                    && match known.get(path.as_str()) {
                        Some(digest) => *digest == hex(&Sha256::digest(fs::read(entry.path())?)),
                        None => false,
                    }
            };
            if !own {
                return Ok(Some(path));
            }
            if kind.is_dir() {
                open.push(path);
            }
        }
    }
    Ok(None)
}
