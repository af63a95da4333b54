//! From paths to programmes: which folders have a charter, and which files belong to it, by name alone.
//!
//! Nothing is opened here, and symbolic links are not followed. Only `.gitignore` files inside the
//! repository leave files out, and never a file that git tracks. [`git`] and [`tree`] find programmes in
//! states that are not on the disk, [`draft`] that of a document which need not be.

pub mod draft;
pub mod git;
pub mod mirror;
pub mod policy;
pub mod touched;
pub mod tree;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use ignore::gitignore::Gitignore;

use crate::config::{self, Config, Mapping};
use crate::schema::{RegisterId, Schema};
use crate::text;

/// The stem of a charter's name.
const CHARTER: &str = "programme";
/// The ending of the format that is read.
const READ: &str = "json";
/// Endings of record formats that are known and not read yet.
const KNOWN: [&str; 6] = ["yaml", "yml", "ndjson", "jsonl", "csv", "xlsx"];

/// What a file is, going by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The charter.
    Charter,
    /// A register.
    Register(RegisterId),
    /// A record, or a list of them, in a register's folder.
    Folder(RegisterId),
    /// Something else in the record format.
    Other,
    /// A record file in a format that is not read yet; of this register, if its name tells.
    Unsupported(Option<RegisterId>),
    /// A symbolic link.
    Link(Option<RegisterId>),
    /// A file whose name is not UTF-8.
    BadName,
    /// Another charter in the same folder.
    SecondCharter,
    /// A file or folder that git ignores; of this register, if its name tells.
    Ignored(Option<RegisterId>),
}

/// Where a file's bytes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The file system.
    Disk(PathBuf),
    /// Memory: an example of a rule page, or an editor's text.
    Memory(Vec<u8>),
    /// Memory, and what it goes with is somewhere else: nothing is known of what it does not say.
    Alone(Vec<u8>),
    /// What git keeps of an earlier or a staged version.
    Kept(git::Kept),
    /// Nothing: it cannot be read, for this reason.
    Unreadable(String),
    /// Nothing: only its size is known.
    Size(u64),
}

/// A file that may belong to a programme.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path as shown.
    pub path: String,
    /// What it is, going by its name.
    pub role: Role,
    /// Its bytes.
    pub source: Source,
}

/// What to look for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read what git ignores.
    pub no_ignore: bool,
    /// The working directory, absolute: shown paths are relative to it.
    pub working: PathBuf,
}

/// A folder with a charter, and what lies beneath it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// The folder as shown.
    pub shown: String,
    /// What may belong to it, in path order.
    pub files: Vec<Seen>,
    /// If only a part of it was asked for: the paths, absolute.
    pub only: Vec<PathBuf>,
}

/// Something that a folder holds.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its path, absolute.
    pub path: PathBuf,
    /// What it is to the file system.
    pub kind: SeenKind,
}

/// What something is to the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenKind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A pipe, a socket or a device.
    Odd,
    /// A folder that cannot be listed.
    Closed,
    /// Something that git ignores.
    Ignored,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// The programmes in path order.
    pub programmes: Vec<Found>,
    /// Paths that were asked for and do not exist, as given.
    pub missing: Vec<PathBuf>,
    /// Paths that were asked for and hold no programme, with the number of record files seen there.
    pub empty: Vec<(PathBuf, usize)>,
    /// How many things git's rules left out, and the first of them as shown.
    pub left_out: (usize, Option<String>),
    /// Record files that belong to no programme.
    pub strays: Vec<PathBuf>,
}

/// Finds the programmes at, above and beneath these paths.
#[must_use]
pub fn discover(paths: &[PathBuf], options: &Options) -> Discovered {
    let mut discovered = Discovered::default();
    let mut roots: BTreeSet<PathBuf> = BTreeSet::new();
    let mut asked: Vec<PathBuf> = Vec::new();
    for path in paths {
        let absolute = clean(&options.working.join(path));
        if std::fs::symlink_metadata(&absolute).is_err() {
            discovered.missing.push(path.clone());
            continue;
        }
        let folder = if absolute.is_dir() { absolute.clone() } else { absolute.parent().map_or_else(|| absolute.clone(), Path::to_owned) };
        roots.insert(charter_above(&folder).unwrap_or_else(|| folder.clone()));
        asked.push(absolute);
    }
    let mut walker = Walker { options, found: Vec::new(), left_out: (0, None), tracked: None, strays: Vec::new(), drafted: None };
    let mut done: Vec<PathBuf> = Vec::new();
    for root in roots {
        if done.iter().any(|known| root.starts_with(known)) {
            continue;
        }
        walker.walk(&root);
        done.push(root);
    }
    let Walker { mut found, left_out, strays, .. } = walker;
    for programme in &mut found {
        let whole = asked.iter().any(|path| programme.folder.starts_with(path));
        if !whole {
            programme.only = asked.iter().filter(|path| path.starts_with(&programme.folder)).cloned().collect();
        }
    }
    for path in &asked {
        let any = found.iter().any(|programme| programme.folder.starts_with(path) || path.starts_with(&programme.folder));
        if !any {
            let seen = strays.iter().filter(|stray| stray.starts_with(path)).count();
            discovered.empty.push((config::relative(&options.working, path), seen));
        }
    }
    found.retain(|programme| programme.only.is_empty() == asked.iter().any(|path| programme.folder.starts_with(path)));
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    discovered.programmes = found;
    discovered.left_out = left_out;
    discovered.strays = strays.into_iter().filter(|stray| asked.iter().any(|path| stray.starts_with(path))).collect();
    discovered
}

/// The programmes in just these folders, as they are on the disk, in path order; how many things beneath
/// git's rules left out, and the first of them.
#[must_use]
pub fn programmes_at(folders: &BTreeSet<PathBuf>, options: &Options) -> (Vec<Found>, (usize, Option<String>)) {
    let mut walker = Walker { options, found: Vec::new(), left_out: (0, None), tracked: None, strays: Vec::new(), drafted: None };
    let mut done: Option<&PathBuf> = None;
    for folder in folders {
        // A folder's path sorts before all beneath it.
        if done.is_none_or(|known| !folder.starts_with(known)) {
            walker.walk(folder);
            done = Some(folder);
        }
    }
    let mut found = walker.found;
    found.retain(|programme| folders.contains(&programme.folder));
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    (found, walker.left_out)
}

/// A path without `.` and `..`, as far as its own words tell.
#[must_use]
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                if !out.pop() {
                    out.push(part);
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// A path as it is shown: relative to the working directory, with `/`, hidden characters written out.
#[must_use]
pub fn shown(working: &Path, path: &Path) -> String {
    // Most lie below it.
    let relative = path.strip_prefix(working).map_or_else(|_| Cow::Owned(config::relative(working, path)), Cow::Borrowed);
    let parts = || relative.components().filter(|part| *part != Component::CurDir);
    if parts().next().is_none() {
        return ".".to_owned();
    }
    let mut shown = String::with_capacity(relative.as_os_str().len());
    for (number, part) in parts().enumerate() {
        if number > 0 {
            shown.push('/');
        }
        if part != Component::RootDir {
            text::push_bytes(&mut shown, part.as_os_str().as_encoded_bytes());
        }
    }
    shown
}

fn is_charter(name: &OsStr) -> bool {
    let path = Path::new(name);
    path.file_stem() == Some(OsStr::new(CHARTER))
        && path.extension().is_some_and(|ending| ending == READ || KNOWN.iter().any(|known| ending == *known))
}

fn has_charter(folder: &Path) -> bool {
    std::iter::once(READ)
        .chain(KNOWN)
        .any(|ending| std::fs::symlink_metadata(folder.join(format!("{CHARTER}.{ending}"))).is_ok_and(|known| !known.is_dir()))
}

/// The closest folder with a charter, from a folder upward to the repository's root.
#[must_use]
pub fn charter_above(folder: &Path) -> Option<PathBuf> {
    for here in folder.ancestors() {
        if has_charter(here) {
            return Some(here.to_owned());
        }
        if here.join(".git").exists() {
            return None;
        }
    }
    None
}

struct Walker<'o> {
    options: &'o Options,
    found: Vec<Found>,
    left_out: (usize, Option<String>),
    tracked: Option<(PathBuf, BTreeSet<PathBuf>)>,
    strays: Vec<PathBuf>,
    /// A folder whose charter is not on the disk.
    drafted: Option<PathBuf>,
}

impl Walker<'_> {
    fn walk(&mut self, root: &Path) {
        // The rules of the folders above, from the repository's root down.
        let mut rules = Vec::new();
        let repository = root.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        if !self.options.no_ignore
            && let Some(repository) = &repository
        {
            let mut above: Vec<&Path> = root.ancestors().take_while(|folder| *folder != repository.as_path()).collect();
            above.push(repository);
            for folder in above.into_iter().rev().filter(|folder| *folder != root) {
                push_rules(folder, &mut rules);
            }
        }
        self.folder(root, None, &mut rules, repository.as_deref());
    }

    fn folder(&mut self, folder: &Path, mut programme: Option<usize>, rules: &mut Vec<Gitignore>, repository: Option<&Path>) {
        let entries: Result<Vec<_>, _> = std::fs::read_dir(folder).and_then(|entries| entries.collect());
        let Ok(mut entries) = entries else {
            if let Some(found) = programme.and_then(|at| self.found.get_mut(at)) {
                found.files.push(Seen { path: folder.to_owned(), kind: SeenKind::Closed });
            }
            return;
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let before = rules.len();
        if repository.is_some() && !self.options.no_ignore {
            push_rules(folder, rules);
        }
        let charter = entries.iter().any(|entry| is_charter(&entry.file_name()) && !entry.file_type().is_ok_and(|kind| kind.is_dir()));
        if charter || self.drafted.as_deref() == Some(folder) {
            programme = Some(self.found.len());
            self.found.push(Found {
                folder: folder.to_owned(),
                shown: shown(&self.options.working, folder),
                files: Vec::new(),
                only: Vec::new(),
            });
        }
        for entry in entries {
            let (name, path) = (entry.file_name(), entry.path());
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let is_folder = kind.is_dir();
            let ignored = rules.iter().rev().find_map(|rules| match rules.matched(&path, is_folder) {
                ignore::Match::None => None,
                ignore::Match::Ignore(_) => Some(true),
                ignore::Match::Whitelist(_) => Some(false),
            });
            if ignored == Some(true) && !repository.is_some_and(|repository| self.is_tracked(repository, &path, is_folder)) {
                if is_folder || record_like(&path) {
                    self.left_out.0 += 1;
                    self.left_out.1.get_or_insert_with(|| shown(&self.options.working, &path));
                }
                if let Some(found) = programme.and_then(|at| self.found.get_mut(at)) {
                    found.files.push(Seen { path, kind: SeenKind::Ignored });
                }
                continue;
            }
            if is_folder {
                self.folder(&path, programme, rules, repository);
            } else {
                // A link to a folder has no ending; its name, or the folder around it, may be a register's.
                let kind = if kind.is_symlink() {
                    SeenKind::Link
                } else if kind.is_file() {
                    SeenKind::File
                } else {
                    SeenKind::Odd
                };
                match programme.and_then(|at| self.found.get_mut(at)) {
                    Some(found) => found.files.push(Seen { path, kind }),
                    None if record_like(&path) => self.strays.push(path),
                    None => {}
                }
            }
        }
        rules.truncate(before);
    }

    /// Whether git tracks a path, or something beneath it. Asked once for each repository.
    fn is_tracked(&mut self, repository: &Path, path: &Path, folder: bool) -> bool {
        if self.tracked.as_ref().is_none_or(|(known, _)| known != repository) {
            let output =
                Command::new("git").arg("-C").arg(repository).args(["ls-files", "-z"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
            let files = output.map(|output| output.stdout).unwrap_or_default();
            let files = files.split(|byte| *byte == 0).filter(|name| !name.is_empty());
            let files = files.filter_map(|name| std::str::from_utf8(name).ok()).map(|name| repository.join(name)).collect();
            self.tracked = Some((repository.to_owned(), files));
        }
        self.tracked.as_ref().is_some_and(|(_, files)| {
            if folder { files.range(path.to_owned()..).next().is_some_and(|next| next.starts_with(path)) } else { files.contains(path) }
        })
    }
}

fn push_rules(folder: &Path, rules: &mut Vec<Gitignore>) {
    let file = folder.join(".gitignore");
    if file.is_file() {
        let (matcher, _) = Gitignore::new(&file);
        rules.push(matcher);
    }
}

fn record_like(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == READ)
}

/// What the files of a programme are, going by their names and the settings.
#[must_use]
pub fn inputs(schema: &Schema, found: &Found, settings: &Config, options: &Options) -> Vec<Input> {
    let map = settings.map();
    let mut inputs = Vec::new();
    for seen in &found.files {
        if !settings.takes(&seen.path) {
            continue;
        }
        let relative = seen.path.strip_prefix(&found.folder).unwrap_or(&seen.path);
        let Some(role) = role(schema, seen, relative, &map) else { continue };
        let source = match seen.kind {
            SeenKind::Closed => Source::Unreadable("the folder cannot be listed".to_owned()),
            // Opening a pipe would wait for somebody to write into it.
            SeenKind::Odd => Source::Unreadable("it is no ordinary file".to_owned()),
            _ => Source::Disk(seen.path.clone()),
        };
        inputs.push(Input { path: shown(&options.working, &seen.path), role, source });
    }
    // A charter of a format that is not read, beside one that is, is a second charter.
    let charters = inputs.iter().filter(|input| input.role == Role::Charter).count();
    if charters > 0 {
        for input in &mut inputs {
            let in_folder =
                input.path.rsplit_once('/').map_or(".", |(folder, _)| folder) == if found.shown.is_empty() { "." } else { &found.shown };
            if matches!(input.role, Role::Unsupported(None)) && in_folder {
                input.role = Role::SecondCharter;
            }
        }
    }
    inputs
}

/// What a file is.
fn role(schema: &Schema, seen: &Seen, relative: &Path, map: &[Mapping]) -> Option<Role> {
    if seen.kind == SeenKind::Closed {
        return Some(Role::Other);
    }
    let ending = relative.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let reads = ending == READ;
    let register = named(schema, relative, map);
    if seen.kind == SeenKind::Ignored {
        return register.map(|(register, _)| Role::Ignored(Some(register)));
    }
    let link_to_folder = seen.kind == SeenKind::Link && ending.is_empty() && register.is_some();
    if !reads && !KNOWN.contains(&ending.as_str()) && !link_to_folder {
        return None;
    }
    let top = relative.components().count() == 1;
    let charter = top && relative.file_stem() == Some(OsStr::new(CHARTER));
    if seen.kind == SeenKind::Link {
        return (reads || register.is_some()).then_some(Role::Link(register.map(|(register, _)| register)));
    }
    if relative.to_str().is_none() {
        return reads.then_some(Role::BadName);
    }
    match (charter, reads, register) {
        (true, true, _) => Some(Role::Charter),
        (true, false, _) => Some(Role::Unsupported(None)),
        (false, true, Some((register, true))) => Some(Role::Folder(register)),
        (false, true, Some((register, false))) => Some(Role::Register(register)),
        (false, true, None) => Some(Role::Other),
        (false, false, Some((register, _))) => Some(Role::Unsupported(Some(register))),
        (false, false, None) => None,
    }
}

/// The register that a path names, and whether the file may hold a single record.
fn named(schema: &Schema, relative: &Path, map: &[Mapping]) -> Option<(RegisterId, bool)> {
    let known =
        |name: &str| schema.register_named(name).filter(|register| schema.register(*register).is_some_and(|register| !register.nested));
    if let Some(mapping) = map.iter().find(|mapping| mapping.pattern.matches(relative)) {
        return known(&mapping.register.value).map(|register| (register, true));
    }
    let stem = relative.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let folder = relative.parent().into_iter().flat_map(Path::components).rev().find_map(|part| known(part.as_os_str().to_str()?));
    // A nested table is named register.list.
    let own = known(stem).or_else(|| known(stem.split('.').next().unwrap_or_default()));
    match (own, folder) {
        (Some(own), Some(folder)) if own == folder => Some((own, true)),
        (Some(own), _) => Some((own, false)),
        (None, Some(folder)) => Some((folder, true)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_seen_from_the_working_directory() {
        for (working, path, expected) in [
            ("/a/b", "/a/b/c/d.json", "c/d.json"),
            ("/a/b", "/a/b", "."),
            ("/a/b", "/a/x.json", "../x.json"),
            ("/a/b", "/a/bc/x.json", "../bc/x.json"),
            ("/", "/a", "a"),
            ("", "./a/./b", "a/b"),
            ("", "/a", "/a"),
            ("/a", "/a/b\u{202e}c", "b\\u{202e}c"),
        ] {
            assert_eq!(shown(Path::new(working), Path::new(path)), expected, "{path} from {working}");
        }
    }
}
