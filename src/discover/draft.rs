//! The programme of one document that need not be on the disk: an editor's text, or what a script is about to
//! write.
//!
//! By the same rules as for files on the disk: the document belongs to the closest charter above it, and may be
//! that charter itself. Its content is not looked at.

use std::path::Path;

use super::{Discovered, Found, Options, Seen, SeenKind, Walker, charter_above, clean, is_charter, shown};

/// Why a document has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nowhere {
    /// Its path is that of a folder.
    Folder,
    /// There is no charter in a folder above it.
    NoProgramme,
    /// Its name, or that of a folder around it, begins with a full stop: such files are passed over.
    Hidden,
}

/// The programme in which a document lies or would lie, with the document among its files, and nothing else.
///
/// # Errors
/// Why there is none.
pub fn around(path: &Path, options: &Options) -> Result<Discovered, Nowhere> {
    let path = clean(&options.working.join(path));
    let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return Err(Nowhere::Folder) };
    if path.is_dir() {
        return Err(Nowhere::Folder);
    }
    let home = if is_charter(name) { Some(folder.to_owned()) } else { charter_above(folder) };
    let home = home.ok_or(Nowhere::NoProgramme)?;
    let inside = path.strip_prefix(&home).unwrap_or(&path);
    if inside.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b".")) {
        return Err(Nowhere::Hidden);
    }
    let mut walker =
        Walker { options, found: Vec::new(), left_out: (0, None), tracked: None, strays: Vec::new(), drafted: Some(home.clone()) };
    walker.walk(&home);
    // There may be no such folder yet.
    let none = || Found { folder: home.clone(), shown: shown(&options.working, &home), files: Vec::new(), only: Vec::new() };
    let mut found = walker.found.into_iter().find(|found| found.folder == home).unwrap_or_else(none);
    // Whatever stands there, the document takes its place.
    found.files.retain(|seen| seen.path != path);
    found.files.push(Seen { path: path.clone(), kind: SeenKind::File });
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    found.only = vec![path];
    Ok(Discovered { programmes: vec![found], left_out: walker.left_out, ..Discovered::default() })
}
