//! The same files, rules, settings and date give the same bytes: whatever the number of threads, however
//! often, and in whatever order the files came to be.

#![expect(clippy::expect_used, reason = "a test that cannot write its files has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../benches/corpus/mod.rs"]
mod corpus;

fn said(root: &Path, format: &str, threads: &str) -> Vec<u8> {
    Command::new(env!("CARGO_BIN_EXE_havesay"))
        .current_dir(root)
        .env_remove("HAVESAY_RULES")
        .args(["check", "--isolated", "--as-of", "2026-07-01", "-v", "-f", format, "--threads", threads, "."])
        .output()
        .expect("the program runs")
        .stdout
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        if entry.path().is_dir() {
            files(&entry.path(), out);
        } else {
            out.push(entry.path());
        }
    }
}

#[test]
fn the_same_bytes_whatever_the_threads_and_the_order_of_files() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let (first, second) = (root.path().join("first"), root.path().join("second"));
    let plan = corpus::Plan { seed: 3, programmes: 30, bytes: 1_800_000, layout: corpus::Layout::Mixed, faults: true };
    corpus::write(&plan, &first).expect("the corpus is written");
    // The same files, made in another order.
    let mut all = Vec::new();
    files(&first, &mut all);
    all.sort_by_key(|path| std::cmp::Reverse(path.to_string_lossy().bytes().rev().collect::<Vec<_>>()));
    for path in &all {
        let to = second.join(path.strip_prefix(&first).expect("it lies within"));
        fs::create_dir_all(to.parent().expect("a file lies in a folder")).expect("the folder is made");
        fs::copy(path, to).expect("the file is copied");
    }
    for format in ["json", "concise", "full"] {
        let expected = said(&first, format, "1");
        assert!(expected.len() > 1_000, "{format}");
        for (folder, threads) in [(&first, "1"), (&first, "2"), (&first, "4"), (&second, "1"), (&second, "3")] {
            assert!(said(folder, format, threads) == expected, "{format} with {threads} threads in {}", folder.display());
        }
    }
}
