//! `havesay init`: a small valid programme to start from.

use std::fs;
use std::path::{Path, PathBuf};

use super::{InitArgs, exit, out, say};

/// The files of the programme, embedded from `schema/start`.
const FILES: [(&str, &str); 2] =
    [("programme.json", include_str!("../../schema/start/programme.json")), ("README.md", include_str!("../../schema/start/README.md"))];

pub(super) fn init(args: &InitArgs) -> u8 {
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let shown = super::shown(&folder);
    if let Some((name, _)) = FILES.iter().find(|(name, _)| fs::symlink_metadata(folder.join(name)).is_ok()) {
        say(&format!("{shown} has a {name} already, and nothing was written\n  help: name an empty or a new folder"));
        return exit::FAULT;
    }
    if let Err(error) = write(&folder) {
        say(&format!("{shown} cannot be written: {}", error.kind()));
        return exit::FAULT;
    }
    out(&format!("A programme to start from is in {shown}. Next:\n  havesay check {shown}\n"))
}

/// Writes all files or none.
fn write(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut written = Vec::new();
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Err(error) = fs::write(&path, text) {
            for path in written {
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
        written.push(path);
    }
    Ok(())
}
