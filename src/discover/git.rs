//! What git knows of a folder: where its repository begins, which state a name stands for, what a state
//! holds, and what differs between two.
//!
//! git is called as a program and only asked: nothing is checked out, added or refreshed. It gets no prompt
//! and no lock, and the settings of the user and the repository as it finds them; whatever they say about
//! how differences are shown is overruled. Names are taken as bytes between NULs. What a programme is is
//! known to [`tree`](super::tree), the bytes that git keeps are read by [`Objects`].

mod objects;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use objects::{Kept, Objects};

use crate::text;

/// Variables by which git is told where things are. A hook sets some of them relative to its own folder.
const PLACES: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"];
/// Paths that are asked for one by one; where there are more, the whole state is listed.
const PATHS_MAX: usize = 400;
/// Paths that one call names: systems limit the length of a command.
const PATHS_AT_ONCE: usize = 50;
/// The names of the empty object, in both of git's ways to name objects.
const EMPTY: [&str; 2] = ["e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];
/// Characters of git's own words that are repeated.
const WORDS_CHARS_MAX: usize = 300;

/// Why git cannot say what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Trouble {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

/// A repository with its files.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    shallow: bool,
}

/// A state of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The object that holds it: a commit, or a tree.
    pub object: String,
    /// Whether it is a commit.
    pub commit: bool,
    /// Whether it lies further back than the name: where what the name stands for and the present parted.
    pub parted: bool,
}

/// What one entry of a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// Another repository.
    Repository,
}

/// One entry of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The object with its bytes.
    pub object: String,
}

/// The entries of a state, by their paths from the repository's root.
pub type Entries = BTreeMap<PathBuf, Entry>;

/// One path that differs between two states: where it was and where it is. Both, where a file was renamed,
/// or changed in its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its path in the old state.
    pub old: Option<PathBuf>,
    /// Its path in the new one.
    pub new: Option<PathBuf>,
}

/// git, to be run in a folder.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).stdin(Stdio::null());
    // Its words are read here, so they are to be in one language.
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0").env("GIT_LITERAL_PATHSPECS", "1");
    for name in ["GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"] {
        command.env_remove(name);
    }
    let Ok(working) = std::env::current_dir() else { return command };
    for name in PLACES {
        if let Some(path) = std::env::var_os(name).filter(|path| !path.is_empty()) {
            command.env(name, working.join(path));
        }
    }
    // Without this, git would take the folder that it is run in for the root.
    if std::env::var_os("GIT_DIR").is_some() && std::env::var_os("GIT_WORK_TREE").is_none() {
        command.env("GIT_WORK_TREE", &working);
    }
    command
}

fn not_run(error: &io::Error) -> Trouble {
    if error.kind() == io::ErrorKind::NotFound {
        Trouble::new(
            "the program git was not found, and only git knows what a change brought",
            "install git, or audit the whole state without --since and --staged",
        )
    } else {
        Trouble::new(format!("the program git cannot be run: {}", error.kind()), "audit the whole state without --since and --staged")
    }
}

/// What git said, as it may be shown: its first words, without what would steer a terminal.
fn words(output: &Output) -> String {
    let said = text::from_bytes(output.stderr.split(|byte| *byte == b'\n').find(|line| !line.is_empty()).unwrap_or_default());
    let said = said.strip_prefix("fatal: ").or_else(|| said.strip_prefix("error: ")).unwrap_or(&said);
    let cut: String = said.chars().take(WORDS_CHARS_MAX).collect();
    if cut.is_empty() { output.status.to_string() } else { cut }
}

/// A path that git wrote.
fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// The pieces between NULs.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.strip_suffix(b"\0").unwrap_or(bytes).split(|byte| *byte == 0).filter(|piece| !piece.is_empty())
}

impl Repository {
    /// The repository around a folder.
    ///
    /// # Errors
    /// Where there is no git, no repository, or none with files.
    pub fn open(folder: &Path) -> Result<Self, Trouble> {
        let mut command = git(folder);
        let output = command.args(["rev-parse", "--is-shallow-repository", "--show-toplevel"]).output().map_err(|error| not_run(&error))?;
        let shown = text::from_bytes(folder.as_os_str().as_encoded_bytes());
        if !output.status.success() {
            let said = words(&output);
            return Err(if said.contains("not a git repository") {
                Trouble::new(
                    format!("{shown} lies in no git repository, so there is nothing to compare with"),
                    "audit the whole state without --since and --staged",
                )
            } else if said.contains("dubious ownership") || said.contains("unsafe repository") {
                let help = "this is a setting of git's own, safe.directory: git config --global --add safe.directory FOLDER";
                Trouble::new(format!("git does not read the repository around {shown}, because it belongs to somebody else"), help)
            } else if said.contains("work tree") {
                Trouble::new(
                    format!("the git repository around {shown} has no files, only their history"),
                    "name a folder of a clone with files",
                )
            } else {
                Trouble::new(format!("git cannot read the repository around {shown}: {said}"), "")
            });
        }
        let (shallow, root) = output.stdout.split_at(output.stdout.iter().position(|byte| *byte == b'\n').unwrap_or(0));
        let root = root.strip_prefix(b"\n").unwrap_or(root);
        let root = path_of(root.strip_suffix(b"\n").unwrap_or(root));
        if root.as_os_str().is_empty() {
            return Err(Trouble::new(
                format!("the git repository around {shown} has no files, only their history"),
                "name a folder of a clone with files",
            ));
        }
        Ok(Self { root, shallow: shallow == b"true" })
    }

    /// Its root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Result<Output, Trouble> {
        git(&self.root).args(args).output().map_err(|error| not_run(&error))
    }

    /// What git answers, if it is able to.
    fn ask<A: AsRef<OsStr>>(&self, what: &str, args: impl IntoIterator<Item = A>) -> Result<Vec<u8>, Trouble> {
        let output = self.run(args)?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(Trouble::new(format!("git cannot say {what}: {}", words(&output)), ""))
        }
    }

    /// The object that a name stands for, if it stands for one of this kind.
    fn object(&self, name: &str, kind: &str) -> Result<Option<String>, Trouble> {
        let output = self.run(["rev-parse", "--verify", "--quiet", &format!("{name}^{{{kind}}}")])?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !text.is_empty()).then_some(text))
    }

    /// The last commit, if there is one yet.
    ///
    /// # Errors
    /// Where git cannot be run.
    pub fn head(&self) -> Result<Option<State>, Trouble> {
        Ok(self.object("HEAD", "commit")?.map(|object| State { object, commit: true, parted: false }))
    }

    /// The state with which the present one is compared where this name is given: what the name stands for,
    /// or, where both have gone on since, the state at which they parted. What others did meanwhile is no
    /// part of the change.
    ///
    /// # Errors
    /// Where the name stands for nothing here, or a shallow clone does not reach back so far.
    pub fn state(&self, name: &str) -> Result<State, Trouble> {
        // A name that begins with a hyphen would be an option of git's.
        let commit = if name.starts_with('-') || name.is_empty() { None } else { self.object(name, "commit")? };
        let Some(commit) = commit else {
            if !name.starts_with('-')
                && !name.is_empty()
                && let Some(object) = self.object(name, "tree")?
            {
                return Ok(State { object, commit: false, parted: false });
            }
            return Err(self.unknown(name));
        };
        let Some(head) = self.head()? else { return Ok(State { object: commit, commit: true, parted: false }) };
        let output = self.run(["merge-base", &commit, &head.object])?;
        let base = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !base.is_empty() {
            return Ok(State { parted: base != commit, object: base, commit: true });
        }
        if self.shallow {
            let shown = text::Visible(name);
            return Err(Trouble::new(
                format!("this clone is shallow, and the point at which {shown} and HEAD parted is not in it"),
                self.deepen(name),
            ));
        }
        // Two histories without a common beginning: there is no point at which they parted.
        Ok(State { object: commit, commit: true, parted: false })
    }

    /// How to fetch more of the history.
    fn deepen(&self, name: &str) -> String {
        let remotes = self.run(["remote"]).map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let remote = name.split_once('/').map(|(remote, _)| remote).filter(|remote| remotes.lines().any(|known| known == *remote));
        let remote = text::Visible(remote.or_else(|| remotes.lines().next()).unwrap_or("origin")).to_string();
        format!(
            "fetch more of the history: git fetch --deepen=100 {remote}, or all of it: git fetch --unshallow {remote}; in CI, set the depth of the checkout (fetch-depth: 0 for actions/checkout, GIT_DEPTH: 0 in GitLab)"
        )
    }

    /// A name that stands for nothing.
    fn unknown(&self, name: &str) -> Trouble {
        let shown = text::Visible(name);
        if name.contains("..") {
            return Trouble::new(format!("{shown} names a range of commits"), "name the one commit, branch or tag to compare with");
        }
        if self.shallow {
            return Trouble::new(
                format!("{shown} is no commit, branch or tag in this clone, which is shallow"),
                format!("check the name, or {}", self.deepen(name)),
            );
        }
        let known = self.run(["for-each-ref", "--format=%(refname:short)"]).map(|output| output.stdout).unwrap_or_default();
        let known = String::from_utf8_lossy(&known).into_owned();
        let near = text::nearest(name, known.lines());
        let help = match (near, name.split_once('/')) {
            (Some(near), _) => format!("did you mean {}?", text::Visible(near)),
            (None, Some((remote, branch))) if !remote.is_empty() && !branch.is_empty() => {
                format!("if it is a branch of a remote, fetch it first: git fetch {} {}", text::Visible(remote), text::Visible(branch))
            }
            _ => "name a commit, a branch or a tag; git log and git branch --all list them".to_owned(),
        };
        Trouble::new(format!("{shown} is no commit, branch or tag here"), help)
    }

    /// What a state holds at or beneath these paths.
    ///
    /// # Errors
    /// Where git cannot list it.
    pub fn entries<'p>(&self, state: &State, paths: impl IntoIterator<Item = &'p Path>) -> Result<Entries, Trouble> {
        let mut entries = Entries::new();
        let mut ask = |some: &[&OsStr]| -> Result<(), Trouble> {
            let fixed = ["ls-tree", "-r", "-z", "--full-tree", &state.object, "--"].map(OsStr::new);
            let listed = self.ask("what the earlier state holds", fixed.into_iter().chain(some.iter().copied()))?;
            entries.extend(pieces(&listed).filter_map(|line| entry(line, 2)).map(|(path, entry, _)| (path, entry)));
            Ok(())
        };
        let paths: Vec<&OsStr> = paths.into_iter().map(Path::as_os_str).collect();
        if paths.len() > PATHS_MAX || paths.iter().any(|path| path.is_empty()) {
            ask(&[])?;
            return Ok(entries);
        }
        for some in paths.chunks(PATHS_AT_ONCE) {
            ask(some)?;
        }
        Ok(entries)
    }

    /// The files that git tracks under names like these: patterns of git's own, such as `**/*.toml`.
    ///
    /// # Errors
    /// Where git cannot list them.
    pub fn tracked(&self, patterns: &[&str]) -> Result<Vec<PathBuf>, Trouble> {
        let patterns = patterns.iter().map(|pattern| format!(":(glob){pattern}"));
        let mut command = git(&self.root);
        command.args(["ls-files", "-z", "--full-name", "--"]).args(patterns).env_remove("GIT_LITERAL_PATHSPECS");
        let output = command.output().map_err(|error| not_run(&error))?;
        if !output.status.success() {
            return Err(Trouble::new(format!("git cannot say which files it tracks: {}", words(&output)), ""));
        }
        Ok(pieces(&output.stdout).map(path_of).collect())
    }

    /// What is staged: the state that the next commit would have; and the files that are only meant to be added
    /// later, which are no part of it.
    ///
    /// # Errors
    /// Where git cannot list it, or a merge conflict is not resolved yet.
    pub fn staged(&self) -> Result<(Entries, Vec<PathBuf>), Trouble> {
        let listed = self.ask("what is staged", ["ls-files", "--stage", "-z", "--full-name"])?;
        let mut entries = Entries::new();
        for (path, entry, stage) in pieces(&listed).filter_map(|line| entry(line, 1)) {
            if stage != "0" {
                let shown = text::from_bytes(path.as_os_str().as_encoded_bytes());
                return Err(Trouble::new(
                    format!("{shown} has a merge conflict, so nothing is staged for it"),
                    "resolve the conflict, then git add the file",
                ));
            }
            entries.insert(path, entry);
        }
        let mut meant_later = Vec::new();
        if entries.values().any(|entry| EMPTY.contains(&entry.object.as_str())) {
            // What is only meant to be added later stands in the index as an empty file.
            let meant =
                ["diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--diff-filter=A", "--ignore-submodules=all", "--"];
            for path in changes(&self.ask("what is staged", meant)?).into_iter().filter_map(|change| change.new) {
                entries.remove(&path);
                meant_later.push(path);
            }
        }
        Ok((entries, meant_later))
    }

    /// What differs between a state and what is staged, or the files as they are. Files that git does not
    /// track are not looked at, unless they are named: then as if they were.
    ///
    /// # Errors
    /// Where git cannot compare them.
    pub fn changes(&self, from: &State, staged: bool, untracked: &[PathBuf]) -> Result<Vec<Change>, Trouble> {
        let mut args: Vec<&OsStr> = [
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "-M",
            "--no-relative",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--ignore-submodules=all",
        ]
        .map(OsStr::new)
        .to_vec();
        if staged {
            args.push(OsStr::new("--cached"));
        }
        args.extend([OsStr::new(&from.object), OsStr::new("--")]);
        if staged {
            return Ok(changes(&self.ask("what changed", args)?));
        }
        // git would write into the index what it finds out about files that only look changed: into a copy.
        let index = self.index_with(untracked)?;
        let output = git(&self.root).env("GIT_INDEX_FILE", index.path()).args(args).output().map_err(|error| not_run(&error))?;
        if output.status.success() {
            Ok(changes(&output.stdout))
        } else {
            Err(Trouble::new(format!("git cannot say what changed: {}", words(&output)), ""))
        }
    }

    /// A copy of the index that knows of these files too, so that git sees which of them were there under
    /// another name. Their bytes are not stored.
    fn index_with(&self, files: &[PathBuf]) -> Result<tempfile::NamedTempFile, Trouble> {
        let failed = |error: io::Error| {
            Trouble::new(
                format!("a copy of git's index cannot be written: {}", error.kind()),
                "make room in the folder for temporary files",
            )
        };
        let listed = self.ask("where its index is", ["rev-parse", "--git-path", "index"])?;
        let index = self.root.join(path_of(listed.strip_suffix(b"\n").unwrap_or(&listed)));
        let mut copy = tempfile::Builder::new().prefix("havesay-index-").tempfile().map_err(failed)?;
        // Before anything is added there is none.
        if let Ok(mut file) = std::fs::File::open(&index) {
            io::copy(&mut file, &mut copy).map_err(failed)?;
            // By the index's own time git tells which files may have changed unnoticed since.
            let written = file.metadata().and_then(|known| known.modified()).map_err(failed)?;
            copy.as_file().set_modified(written).map_err(failed)?;
        }
        if files.is_empty() {
            return Ok(copy);
        }
        let mut names = tempfile::tempfile().map_err(failed)?;
        for file in files {
            io::Write::write_all(&mut names, file.as_os_str().as_encoded_bytes())
                .and_then(|()| io::Write::write_all(&mut names, b"\0"))
                .map_err(failed)?;
        }
        io::Seek::rewind(&mut names).map_err(failed)?;
        // Even for a file that is only meant to be added git stores an object, the empty one.
        let listed = self.ask("where its objects are", ["rev-parse", "--git-path", "objects"])?;
        let objects = self.root.join(path_of(listed.strip_suffix(b"\n").unwrap_or(&listed)));
        let aside = tempfile::Builder::new().prefix("havesay-objects-").tempdir().map_err(failed)?;
        let output = git(&self.root)
            .env("GIT_INDEX_FILE", copy.path())
            .env("GIT_OBJECT_DIRECTORY", aside.path())
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)
            .args(["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"])
            .stdin(names)
            .output()
            .map_err(|error| not_run(&error))?;
        // Without it, renamed files count as gone and new: less is followed, nothing is wrong.
        if !output.status.success() {
            return Err(Trouble::new(format!("git cannot say what changed: {}", words(&output)), "stage the files that are new: git add"));
        }
        Ok(copy)
    }

    /// Files that git neither tracks nor ignores.
    ///
    /// # Errors
    /// Where git cannot list them.
    pub fn untracked(&self) -> Result<Vec<PathBuf>, Trouble> {
        let listed = self.ask("which files are new", ["ls-files", "--others", "--exclude-standard", "-z", "--full-name"])?;
        // What ends in a slash is a repository of its own.
        Ok(pieces(&listed).filter(|path| !path.ends_with(b"/")).map(path_of).collect())
    }

    /// What reads the bytes that git keeps.
    #[must_use]
    pub fn objects(&self) -> Objects {
        Objects::new(self.root.clone())
    }
}

/// One line of `ls-tree` or `ls-files --stage`: mode, further words, a tab, the path. `object` says which of
/// the words is the object.
fn entry(line: &[u8], object: usize) -> Option<(PathBuf, Entry, &str)> {
    let at = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = line.split_at(at);
    let words: Vec<&str> = std::str::from_utf8(head).ok()?.split(' ').collect();
    let kind = match *words.first()? {
        "120000" => EntryKind::Link,
        "160000" => EntryKind::Repository,
        _ => EntryKind::File,
    };
    Some((path_of(path.get(1..)?), Entry { kind, object: (*words.get(object)?).to_owned() }, words.last().copied().unwrap_or_default()))
}

/// What `diff --raw -z` wrote: for each change its letters, then one path or two.
fn changes(listed: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut pieces = pieces(listed);
    while let (Some(head), Some(path)) = (pieces.next(), pieces.next()) {
        let letter = head.rsplit(|byte| *byte == b' ').next().and_then(|letters| letters.first());
        let path = path_of(path);
        changes.push(match letter {
            Some(b'A') => Change { old: None, new: Some(path) },
            Some(b'D') => Change { old: Some(path), new: None },
            Some(b'R') => Change { old: Some(path), new: pieces.next().map(path_of) },
            Some(b'C') => Change { old: None, new: pieces.next().map(path_of) },
            _ => Change { old: Some(path.clone()), new: Some(path) },
        });
    }
    changes
}
