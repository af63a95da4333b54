//! The same files, rules, settings and date give the same bytes: whatever the number of threads, the order
//! in which files were made, and however often it is asked.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "../benches/corpus/mod.rs"]
mod corpus;
mod support;

use std::path::{Path, PathBuf};

use support::{AS_OF, Call, FORMATS, Folder, root, toy_rules};

/// How many programmes there are.
const PROGRAMMES: usize = 42;

/// The files of a folder, by their paths in it.
fn files(folder: &Path, prefix: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = prefix.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files(&entry.path(), &path, out);
        } else {
            out.push((path, std::fs::read(entry.path()).unwrap()));
        }
    }
}

/// Several dozen programmes with a fault planted in most, some within others, under settings of their own.
fn programmes() -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let models = ["fixtures/workshop", "tests/toy/programme", "fixtures/theatre", "schema/start"].map(|model| {
        let mut own = Vec::new();
        files(&root().join(model), Path::new(""), &mut own);
        own
    });
    for number in 0..PROGRAMMES {
        // Most are small; a few take longer than their neighbours, so that threads overtake one another.
        let model = &models[if number % 9 == 0 { 2 } else { [0, 1, 3][number % 3] }];
        let home = match number % 7 {
            6 => PathBuf::from(format!("org-{}/p-{:02}/within/p-{number:02}", number % 4, number.saturating_sub(4))),
            _ => PathBuf::from(format!("org-{}/p-{number:02}", number % 4)),
        };
        all.extend(
            model
                .iter()
                .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "json"))
                .map(|(path, content)| (home.join(path), content.clone())),
        );
        let (file, content): (&str, String) = match number % 12 {
            0 => ("x-broken.json", "{ \"participants\": [".to_owned()),
            1 => (
                "waves.json",
                (0..40)
                    .map(|wave| format!("{{ \"id\": \"w-{}\", \"opened_on\": \"2026-02-30\" }}", wave % 30))
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            2 => (
                "metrics.json",
                (0..20)
                    .map(|metric| format!("{{ \"id\": \"M-{}\", \"unknown key\": 1, \"levle\": 2 }}", metric % 15))
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            3 => (
                "insights.json",
                (0..30)
                    .map(|insight| {
                        format!("{{ \"id\": \"{}-{}\", \"from\": [\"c-x{insight}\", \"c-y\"] }}", ["i", "I"][insight % 2], insight / 2)
                    })
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            4 => ("unknown.json", "[]".to_owned()),
            5 => ("gates.yaml", "- id: g-1".to_owned()),
            6 => (
                "artefacts.json",
                (0..12)
                    .map(|at| {
                        format!(
                            "{{ \"id\": \"a-{at}\", \"type\": \"note\", \"derived_from\": [\"a-{}\", \"a-{}\"] }}",
                            (at + 1) % 12,
                            (at + 5) % 12
                        )
                    })
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            7 => ("tallies.json", "\u{0}".to_owned()),
            _ => ("notes.txt", "none".to_owned()),
        };
        let listed = content.starts_with("{ \"id\"");
        all.push((home.join(file), if listed { format!("[{content}]") } else { content }.into_bytes()));
    }
    all.push((
        "havesay.toml".into(),
        b"[rule.\"pay/late\"]\nseverity = \"warning\"\n[[overrides]]\npaths = [\"org-2/**\"]\nrule.\"pay/unpaid\".off = \"tried here\"\n"
            .to_vec(),
    ));
    all.push(("org-1/havesay.toml".into(), b"rules = [\"policy\"]\n[rule.\"consent/missing\"]\nseverity = \"advice\"\n".to_vec()));
    let page = std::fs::read_to_string(toy_rules().join("seats/empty.md")).unwrap().replace("came(a)", "took_part(a)");
    all.push(("org-1/policy/aaa/seats.md".into(), page.into_bytes()));
    all.push((".gitignore".into(), b"tallies.json\n".to_vec()));
    all.sort();
    all
}

/// The corpus in a folder, its files made in this order.
fn written(files: &[(PathBuf, Vec<u8>)], order: impl Iterator<Item = usize>) -> Folder {
    let folder = Folder::new();
    for at in order {
        let (path, content) = &files[at];
        folder.write(path, content);
    }
    folder
}

/// What one run says, in every format and on standard error.
fn said(folder: &Folder, threads: &str, more: &[&str]) -> Vec<String> {
    let outputs: Vec<String> = FORMATS.iter().map(|format| format!("{format}=out-{format}")).collect();
    let args = ["check", "--as-of", AS_OF, "-v", "--statistics", "--threads", threads];
    let outputs = outputs.iter().flat_map(|output| ["-o", output]);
    let told = Call::new(folder.path(), args.into_iter().chain(outputs).chain(more.iter().copied())).run();
    assert_eq!(told.status, 3, "{}", told.err);
    let mut all: Vec<String> = FORMATS.iter().map(|format| folder.read(format!("out-{format}"))).collect();
    for format in FORMATS {
        std::fs::remove_file(folder.at(format!("out-{format}"))).unwrap();
    }
    all.extend([told.out, told.err]);
    all
}

/// Says where two runs differ, not all that they say.
#[track_caller]
fn same(one: &[String], other: &[String], what: &str) {
    for (at, (one, other)) in one.iter().zip(other).enumerate() {
        let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
        let line = |text: &str| differs.and_then(|line| text.lines().nth(line)).unwrap_or("").chars().take(300).collect::<String>();
        assert_eq!(line(one), line(other), "{what}: output {at}, line {differs:?}");
        assert!(one == other, "{what}: output {at} is longer or shorter: {} and {} bytes", one.len(), other.len());
    }
}

#[test]
fn the_same_bytes_for_any_threads_order_and_run() {
    let files = programmes();
    let count = files.len();
    let folder = written(&files, 0..count);
    let first = said(&folder, "1", &[]);
    // It is worth comparing: most programmes have findings, and no two of them are judged alike.
    let audit = support::saved(first[3].as_bytes());
    assert_eq!(audit["programmes"].as_array().unwrap().len(), PROGRAMMES);
    assert!(audit["findings"].as_array().unwrap().len() > 500);
    assert!(audit["no_evidence"].as_array().unwrap().len() > 50);
    for (threads, run) in [("1", 2), ("2", 1), ("2", 2), ("4", 1), ("4", 2), ("16", 1), ("100", 1)] {
        same(&first, &said(&folder, threads, &[]), &format!("{threads} threads, run {run}"));
    }
    let backward = written(&files, (0..count).rev());
    same(&first, &said(&backward, "4", &[]), "files made backward");
    // A step that shares no factor with the count visits each file once.
    let step =
        (count / 3..).find(|step| (2..=*step).all(|factor: usize| !step.is_multiple_of(factor) || !count.is_multiple_of(factor))).unwrap();
    let shuffled = written(&files, (0..count).map(|at| at * step % count));
    same(&first, &said(&shuffled, "1", &[]), "files made in another order");
    same(&first, &said(&shuffled, "2", &[]), "files made in another order");
}

#[test]
fn the_same_findings_are_left_out_by_a_limit() {
    let files = programmes();
    let folder = written(&files, 0..files.len());
    for most in ["1", "37", "400"] {
        let first = said(&folder, "1", &["--max-findings", most]);
        same(&first, &said(&folder, "4", &["--max-findings", most]), &format!("at most {most}"));
    }
}

#[test]
fn the_order_of_arguments_and_repeated_ones_change_nothing() {
    let files = programmes();
    let folder = written(&files, 0..files.len());
    let first = said(&folder, "4", &["org-0", "org-1", "org-2", "org-3"]);
    same(&first, &said(&folder, "2", &["org-3", "org-1", "org-0", "org-2", "org-1/", "./org-0"]), "other arguments");
    same(&first, &said(&folder, "1", &[]), "the folder that holds them");
}

#[test]
fn the_corpus_of_the_benchmarks_is_told_alike_too() {
    let folder = Folder::new();
    let plan = corpus::Plan { seed: 3, programmes: 30, bytes: 1_200_000, layout: corpus::Layout::Mixed, faults: true };
    corpus::write(&plan, &folder.at("first")).unwrap();
    let mut all = Vec::new();
    files(&folder.at("first"), Path::new(""), &mut all);
    // The same files, made in another order.
    all.sort_by_key(|(path, _)| std::cmp::Reverse(path.to_string_lossy().bytes().rev().collect::<Vec<_>>()));
    let again = written(&all, 0..all.len());
    for format in ["json", "full"] {
        let told =
            |folder: &Path, threads: &str| Call::new(folder, ["check", "--as-of", AS_OF, "-v", "-f", format, "--threads", threads]).run();
        let first = told(&folder.at("first"), "1");
        assert!(first.out.contains("record/not-json"), "faults of every kind are planted: {}", first.err);
        for (folder, threads) in
            [(folder.at("first"), "2"), (folder.at("first"), "4"), (again.path().to_owned(), "1"), (again.path().to_owned(), "3")]
        {
            same(std::slice::from_ref(&first.out), &[told(&folder, threads).out], &format!("{format} with {threads} threads"));
        }
    }
}
