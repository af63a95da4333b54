//! Repositories made on the spot, with a history, for tests of what a change brought.
//!
//! git gets no settings of the user or the system, and dates of its own, so that a history is the same
//! wherever it is made. Where there is no git, there is no repository, and the test says that it was skipped.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test that cannot go on has failed")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::support::{AS_OF, Call, Folder, Told, toy_rules};

/// A repository with files.
pub struct Repository {
    folder: Folder,
}

/// git in a folder, with no settings but those of the repository.
pub fn git(folder: &Path) -> Command {
    with_git("git", folder)
}

/// A program in a folder that may call git.
pub fn with_git(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "A"),
        ("GIT_AUTHOR_EMAIL", "a@example.org"),
        ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z"),
        ("GIT_COMMITTER_NAME", "A"),
        ("GIT_COMMITTER_EMAIL", "a@example.org"),
        ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z"),
    ] {
        command.env(name, value);
    }
    command
}

fn done(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).trim().to_owned()
}

impl Repository {
    /// A repository without a commit; none where there is no git.
    pub fn new(test: &str) -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("{test} is skipped: there is no git");
            return None;
        }
        let own = Self { folder: Folder::new() };
        own.git(["init", "-q", "-b", "main"]);
        Some(own)
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// A path in it.
    pub fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.at(path)
    }

    /// Writes a file.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        self.folder.write(path, content);
        self
    }

    /// Removes a file or folder.
    pub fn remove(&self, path: impl AsRef<Path>) -> &Self {
        let path = self.at(path);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap()
        } else {
            std::fs::remove_file(path).unwrap()
        }
        self
    }

    /// Moves a file or folder without telling git.
    pub fn rename(&self, from: &str, to: &str) -> &Self {
        std::fs::create_dir_all(self.at(to).parent().unwrap()).unwrap();
        std::fs::rename(self.at(from), self.at(to)).unwrap();
        self
    }

    /// Runs git, which must succeed, and gives what it wrote.
    pub fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        let mut command = git(self.folder.path());
        command.args(args);
        done(command)
    }

    /// Commits all that is there.
    pub fn commit(&self) -> &Self {
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", "a change"]);
        self
    }

    /// Runs `havesay check` by the frozen rules, in the root.
    pub fn check(&self, args: &[&str]) -> Told {
        self.call(args).run()
    }

    /// The same, to be changed before it runs.
    pub fn call(&self, args: &[&str]) -> Call {
        Call::new(self.folder.path(), ["check", "--as-of", AS_OF].iter().chain(args)).env("HAVESAY_RULES", toy_rules())
    }
}
