//! Each stage of an audit beside a plain typed parse of the same files, in one run.
//!
//! For larger corpora and ratios taken in turn: `cargo run --release --example corpus -- measure FOLDER`.

#![expect(clippy::expect_used, reason = "a bench that cannot write its corpus has nothing to measure")]
#![allow(missing_docs, reason = "criterion's macros make items of their own")]

use std::path::PathBuf;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use havesay::audit::Selection;
use havesay::discover::{self, Options};
use havesay::document::Forest;
use havesay::finding::Severity;
use havesay::pipeline::setup::{RuleSource, Setup};
use havesay::pipeline::{self, Forests, Request, Task};
use havesay::programme::{self, Clock};
use havesay::redact::Terms as Masks;
use havesay::schema::{Schema, form};
use havesay::settle::Terms;

#[path = "corpus/mod.rs"]
mod corpus;
#[path = "yardstick/mod.rs"]
mod yardstick;

/// How many programmes of this size are judged side by side.
const SIDE_BY_SIDE: usize = 4;

fn stages(criterion: &mut Criterion) {
    let root = tempfile::tempdir().expect("a temporary folder");
    let plan = corpus::Plan { seed: 42, programmes: 20, bytes: 3_000_000, layout: corpus::Layout::Mixed, faults: false };
    corpus::write(&plan, root.path()).expect("the corpus is written");
    let schema = Arc::new(Schema::builtin().expect("the schema is sound"));
    let setups = [Setup::read(&schema, &RuleSource::default(), None, &|_| true).expect("the rules are sound")];
    let options = Options { no_ignore: true, working: root.path().to_owned() };
    let found = discover::discover(&[root.path().to_owned()], &options).programmes;
    let tasks: Vec<Task> = pipeline::tasks(&setups, &|_| 0, found, &options);
    let setup = setups.first().expect("there is one");
    let clock = Clock { as_of: form::date(b"2026-07-01").map_or(0, |(day, _)| day), given: true };
    let files: Vec<(PathBuf, PathBuf)> = tasks
        .iter()
        .flat_map(|task| task.inputs.iter().map(move |input| (task, input)))
        .filter_map(|(task, input)| match &input.source {
            discover::Source::Disk(path) => Some((path.clone(), path.strip_prefix(&task.found.folder).unwrap_or(path).to_owned())),
            _ => None,
        })
        .collect();
    let bytes: u64 = files.iter().filter_map(|(path, _)| std::fs::metadata(path).ok()).map(|known| known.len()).sum();
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Bytes(bytes)).sample_size(20);
    group.bench_function("plain typed parse", |bench| {
        bench.iter(|| {
            for (path, relative) in &files {
                let text = std::fs::read(path).unwrap_or_default();
                if let Some(kind) = yardstick::kind(relative, &text) {
                    std::hint::black_box(yardstick::parse(kind, &text).unwrap_or(0));
                }
            }
        });
    });
    let load =
        |task: &Task, forest: Forest| programme::load(&setup.schema, &setup.judges, &task.found.shown, &task.inputs, forest, clock, false);
    group.bench_function("read, validate, link", |bench| {
        let mut forest = Forest::default();
        bench.iter(|| {
            for task in &tasks {
                forest = load(task, std::mem::take(&mut forest)).forest;
            }
        });
    });
    let selection = Selection::default();
    let read: Vec<_> = tasks.iter().map(|task| load(task, Forest::default())).collect();
    group.bench_function("all rules", |bench| {
        bench.iter(|| {
            let states: Vec<_> =
                read.iter().zip(&tasks).map(|(programme, task)| setup.state(programme, &task.found.folder, &selection)).collect();
            let judged: Vec<_> = read.iter().zip(&states).collect();
            for some in judged.chunks(SIDE_BY_SIDE) {
                std::hint::black_box(havesay::settle::audit_side_by_side(some.iter().copied(), &setup.rules, clock.as_of));
            }
        });
    });
    let request = Request {
        clock,
        selection: selection.clone(),
        terms: Terms::new(Severity::Advice, Severity::Error),
        baseline: None,
        masks: Masks { min_cell: 5 },
        excerpts: 100,
        saved: false,
        threads: 1,
    };
    group.bench_function("whole audit", |bench| {
        let mut forests = Forests::default();
        bench.iter(|| std::hint::black_box(pipeline::several(setup, &request, &tasks, &mut forests)));
    });
    group.finish();
    criterion.bench_function("start: the schema and all rules", |bench| {
        bench.iter(|| {
            let schema = Arc::new(Schema::builtin().expect("the schema is sound"));
            std::hint::black_box(Setup::read(&schema, &RuleSource::default(), None, &|_| true).is_ok())
        });
    });
}

criterion_group!(benches, stages);
criterion_main!(benches);
