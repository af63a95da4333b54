//! `docs/adopt.md` keeps its word: its commands are run as they stand there, one after another, in a
//! repository made on the spot, and print and end as the page says.
//!
//! A block of `sh` is run; the block of `text` after it holds lines that must come out in that order, with `…`
//! for anything, and the exit status where it is not 0. A block of `diff` is the change that the page
//! describes. What needs the network or a server is marked in the page, and tried in `.ci/adoption`.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test says what it found by panicking")]
#![allow(clippy::panic, clippy::print_stderr, reason = "a test that cannot go on has failed")]

#[path = "support/git.rs"]
mod git;
mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::{AS_OF, Folder, root};

/// What the page does at one place.
#[derive(Debug, Default)]
struct Step {
    /// The line of the page at which it begins.
    line: usize,
    /// Commands, or a change to the files.
    text: String,
    is_change: bool,
    /// Lines that come out, in this order.
    says: Vec<String>,
    status: i32,
}

/// The steps of a page.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut skip = false;
    while let Some((number, line)) = lines.next() {
        skip |= line.starts_with("<!-- not tried here");
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        match language {
            "sh" | "diff" if !std::mem::take(&mut skip) => {
                let text = block.iter().map(|line| format!("{line}\n")).collect();
                steps.push(Step { line: number + 1, text, is_change: language == "diff", ..Step::default() });
            }
            "text" => {
                let step = steps.last_mut().filter(|step| step.says.is_empty() && !step.is_change);
                let step = step.unwrap_or_else(|| panic!("line {}: of which command is this the output?", number + 1));
                for line in block {
                    match line.strip_prefix("exit status ") {
                        Some(status) => step.status = status.parse().unwrap(),
                        None => step.says.push(line.trim().to_owned()),
                    }
                }
            }
            _ => {}
        }
    }
    steps
}

/// Whether a line is as the page has it, with `…` for anything.
fn is_like(line: &str, pattern: &str) -> bool {
    let pieces: Vec<&str> = pattern.split('…').collect();
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return false };
    if pieces.len() == 1 {
        return line == pattern;
    }
    let mut rest = match line.strip_prefix(first) {
        Some(rest) if rest.ends_with(last) => rest,
        _ => return false,
    };
    for piece in pieces.iter().skip(1) {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

/// The first line of the page that does not come out in its place.
fn missing<'s>(out: &str, says: &'s [String]) -> Option<&'s str> {
    let mut lines = out.lines().map(str::trim);
    says.iter().find(|pattern| !lines.any(|line| is_like(line, pattern))).map(String::as_str)
}

/// A shell that walks through the page.
struct Walk {
    home: Folder,
    folder: PathBuf,
}

impl Walk {
    /// Runs commands, which may go to another folder, and gives their status and all that they wrote.
    fn run(&mut self, commands: &str) -> (i32, String) {
        let mut command = self.command("sh");
        // One stream for both, so that lines keep their order.
        command.args(["-ec", &format!("exec 2>&1\n{commands}\npwd >\"$HOME/folder\"")]);
        let output = command.output().unwrap();
        if output.status.success() {
            self.folder = PathBuf::from(fs::read_to_string(self.home.at("folder")).unwrap().trim_end());
        }
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// Changes files as a diff says.
    fn change(&self, diff: &str) {
        let mut command = self.command("git");
        let mut child = command.args(["apply", "-"]).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "this does not apply:\n{diff}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = git::with_git(program, &self.folder);
        let built = Path::new(env!("CARGO_BIN_EXE_havesay")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(built).chain(std::env::split_paths(&path))).unwrap();
        command.env("PATH", path).env("HOME", self.home.path()).env("HAVESAY", root()).env("HAVESAY_AS_OF", AS_OF);
        command
    }
}

#[test]
fn a_team_that_follows_the_page_gets_what_it_says() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("docs/adopt.md is not tried: there is no git");
        return;
    }
    let page = fs::read_to_string(root().join("docs/adopt.md")).unwrap();
    let steps = steps(&page);
    let home = Folder::new();
    let mut walk = Walk { folder: home.path().to_owned(), home };
    for step in &steps {
        if step.is_change {
            walk.change(&step.text);
            continue;
        }
        let (status, out) = walk.run(&step.text);
        assert_eq!(status, step.status, "docs/adopt.md:{}:\n{}{out}", step.line, step.text);
        if let Some(line) = missing(&out, &step.says) {
            panic!("docs/adopt.md:{}:\n{}does not print, in its place: {line}\n{out}", step.line, step.text);
        }
    }
    // The page goes all the way: a backlog, a flaw that is refused twice, a waiver's end, a lingering entry.
    assert_eq!(steps.iter().filter(|step| step.status == 1).count(), 5);
    assert_eq!(steps.iter().filter(|step| step.is_change).count(), 2);
    let log = walk.run("git log --format=%s").1;
    assert_eq!(log.lines().count(), 4, "{log}");
    assert!(walk.home.at(".local/share/man/man1/havesay-check.1").is_file());
}

#[test]
fn what_the_page_shows_of_an_output_is_held_against_it() {
    let says = |patterns: &[&str]| patterns.iter().map(|own| (*own).to_owned()).collect::<Vec<_>>();
    let out = "one: 12 of 34\n  two\nthree\n";
    for (patterns, lacks) in [
        (&["one: … of 34", "two", "three"][..], None),
        (&["one: …", "three"], None),
        (&["…"], None),
        (&["one: … of 35"], Some("one: … of 35")),
        (&["one"], Some("one")),
        (&["three", "two"], Some("two")),
        (&["two", "two"], Some("two")),
        (&["one: 1… 12 of 34"], Some("one: 1… 12 of 34")),
    ] {
        assert_eq!(missing(out, &says(patterns)), lacks, "{patterns:?}");
    }
}

#[test]
fn every_action_is_pinned_to_a_commit_and_says_which_version_it_is() {
    let mut seen = 0;
    for name in ["action.yml", "docs/adopt.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        for (number, line) in text.lines().enumerate() {
            let Some((_, used)) = line.split_once("uses: ").filter(|(before, _)| before.trim_matches(['-', ' ']).is_empty()) else {
                continue;
            };
            if used == "OWNER/havesay@COMMIT" {
                continue;
            }
            seen += 1;
            let (action, version) = used.split_once(" # v").unwrap_or((used, ""));
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(pinned && version.split('.').count() == 3, "{name}:{}: {used}", number + 1);
        }
    }
    assert_eq!(seen, 3);
}
