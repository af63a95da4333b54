//! Writes a corpus of programme records, and measures each stage of an audit beside a plain typed parse.
//!
//! `cargo run --release --example corpus -- write FOLDER MEGABYTES PROGRAMMES [LAYOUT] [faults] [seed=NUMBER]`
//! `cargo run --release --example corpus -- measure FOLDER [ROUNDS] [block=NUMBER|alone] [select=RULE,…]`
//! `cargo run --release --example corpus -- rules FOLDER [RULE]`
//!
//! Layouts: `inline`, `registers`, `records`, `bundles`, `mixed` (the default). With `faults`, the planted
//! faults are printed, one to a line: programme, rule, address. `measure` times, by what the processor spends, the
//! plain parse and each stage of the audit in turn on one thread, so that what else the machine does falls on all of them alike: a few
//! programmes at a time, about as many as the audit judges side by side, each finding the processor's caches full
//! of the other's; or so many (`block`) that each works longer by itself; or, with `alone`, each through all of them
//! before the other begins, which is kindest to the plain parse. `rules` times each rule by itself, the dearest
//! first; with a name, that rule again and again for a profiler to look at.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development command that prints what it measured")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use havesay::audit::{self, Selection};
use havesay::discover::{self, Options};
use havesay::document::Forest;
use havesay::pipeline::setup::{RuleSource, Setup};
use havesay::pipeline::{self, Forests, Request};
use havesay::programme::{self, Clock};
use havesay::redact::Terms as Masks;
use havesay::schema::{Schema, form};
use havesay::settle::Terms;

#[path = "../benches/corpus/mod.rs"]
mod corpus;
#[path = "../benches/yardstick/mod.rs"]
mod yardstick;

/// How many programmes the plain parse and the audit take in turn.
const BLOCK: usize = 4;
/// The date by which the corpus is written.
const AS_OF: &str = "2026-07-01";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |at: usize| args.get(at).map(String::as_str).unwrap_or_default();
    let done =
        match arg(0) {
            "write" => write(
                Path::new(arg(1)),
                arg(2).parse().unwrap_or(3.0),
                arg(3).parse().unwrap_or(20),
                arg(4),
                args.iter().any(|arg| arg == "faults"),
                args.iter().find_map(|arg| arg.strip_prefix("seed=")?.parse().ok()).unwrap_or(42),
            ),
            "measure" => {
                let select = args.iter().find_map(|arg| arg.strip_prefix("select="));
                let block = args.iter().find_map(|arg| arg.strip_prefix("block=")?.parse().ok()).unwrap_or(BLOCK).max(1);
                let block = if args.iter().any(|arg| arg == "alone") { usize::MAX } else { block };
                measure(Path::new(arg(1)), arg(2).parse().unwrap_or(3), block, select.map(|all| all.split(',').map(str::to_owned).collect()))
            }
            "rules" => rules(Path::new(arg(1)), args.get(2).map(String::as_str)),
            _ => Err("write FOLDER MEGABYTES PROGRAMMES [LAYOUT] [faults] [seed=NUMBER], measure FOLDER [ROUNDS] [block=NUMBER|alone] [select=RULE,…], or rules FOLDER [RULE]"
                .to_owned()),
        };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn write(root: &Path, megabytes: f64, programmes: usize, layout: &str, faults: bool, seed: u64) -> Result<(), String> {
    let layout = match layout {
        "inline" => corpus::Layout::Inline,
        "registers" => corpus::Layout::RegisterFiles,
        "records" => corpus::Layout::RecordFiles,
        "bundles" => corpus::Layout::Bundles,
        _ => corpus::Layout::Mixed,
    };
    let plan = corpus::Plan { seed, programmes, bytes: (megabytes * 1e6) as u64, layout, faults };
    let planted = corpus::write(&plan, root).map_err(|error| error.to_string())?;
    for fault in &planted {
        println!("{}\t{}\t{}", fault.programme, fault.rule, fault.address);
    }
    eprintln!("{} planted faults", planted.len());
    Ok(())
}

#[derive(Default)]
struct Times {
    bytes: u64,
    records: u64,
    findings: u64,
    plain: Duration,
    load: Duration,
    audit: Duration,
    whole: Duration,
}

fn measure(root: &Path, rounds: usize, block: usize, select: Option<Vec<String>>) -> Result<(), String> {
    let schema = Arc::new(Schema::builtin().map_err(|error| error.to_string())?);
    let setup = Setup::read(&schema, &RuleSource::from_environment(), None, &|_| true).map_err(|error| format!("{error:?}"))?;
    let options = Options { no_ignore: true, working: std::env::current_dir().map_err(|error| error.to_string())? };
    let as_of = form::date(AS_OF.as_bytes()).map_or(0, |(day, _)| day);
    let request = Request {
        clock: Clock { as_of, given: true },
        selection: Selection { select: select.unwrap_or_default(), ..Selection::default() },
        terms: Terms::new(havesay::finding::Severity::Advice, havesay::finding::Severity::Error),
        baseline: None,
        masks: Masks { min_cell: 5 },
        excerpts: 100,
        saved: false,
        threads: 1,
    };
    let discovered = discover::discover(&[root.to_owned()], &options);
    let setups = [setup];
    let tasks = pipeline::tasks(&setups, &|_| 0, discovered.programmes, &options);
    let Some(setup) = setups.first() else { return Err("no rules".to_owned()) };
    println!(
        "{:>5} {:>9} {:>9} {:>9} {:>9} {:>9}   ratio of the whole to the plain parse",
        "round", "plain", "load", "audit", "whole", "MB"
    );
    let mut forests = Forests::default();
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let mut times = Times::default();
        for (number, some) in tasks.chunks(block).enumerate() {
            // Whoever comes first pays for finding the files: the two take turns.
            let is_first = number % 2 == round % 2;
            if is_first {
                some.iter().try_for_each(|task| plain(task, &mut times))?;
            }
            whole(setup, &request, some, &mut forests, &mut times);
            if !is_first {
                some.iter().try_for_each(|task| plain(task, &mut times))?;
            }
            for few in some.chunks(BLOCK) {
                let begun = spent();
                let read: Vec<_> = few
                    .iter()
                    .map(|task| {
                        let (found, forest) = (&task.found, forests.take());
                        programme::load(&setup.schema, &setup.judges, &found.shown, &task.inputs, forest, request.clock, false)
                    })
                    .collect();
                times.load += spent() - begun;
                let begun = spent();
                let states = read.iter().zip(few).map(|(programme, task)| setup.state(programme, &task.found.folder, &request.selection));
                let states: Vec<_> = states.collect();
                let audited = havesay::settle::audit_side_by_side(read.iter().zip(&states), &setup.rules, as_of);
                times.audit += spent() - begun;
                drop(audited);
                read.into_iter().for_each(|programme| forests.keep(programme.forest));
            }
        }
        let ratio = times.whole.as_secs_f64() / times.plain.as_secs_f64();
        ratios.push(ratio);
        println!(
            "{round:>5} {:>8.3}s {:>8.3}s {:>8.3}s {:>8.3}s {:>9.1}   {ratio:.2}",
            times.plain.as_secs_f64(),
            times.load.as_secs_f64(),
            times.audit.as_secs_f64(),
            times.whole.as_secs_f64(),
            times.bytes as f64 / 1e6
        );
        if round + 1 == rounds {
            println!("{} programmes, {} records, {} findings", tasks.len(), times.records, times.findings);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios.get(ratios.len() / 2).copied().unwrap_or(0.0));
    Ok(())
}

/// The time that the processor has spent on this thread: what else it does, and waiting for a disk, is not in it.
#[cfg(unix)]
fn spent() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), spent.tv_nsec.unsigned_abs() as u32)
}

/// The time that has passed, where a system does not say more.
#[cfg(not(unix))]
fn spent() -> Duration {
    static BEGUN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGUN.elapsed()
}

/// The yardstick: what reading the data costs anyone.
fn plain(task: &pipeline::Task, times: &mut Times) -> Result<(), String> {
    let files = task.inputs.iter().filter_map(|input| if let discover::Source::Disk(path) = &input.source { Some(path) } else { None });
    let begun = spent();
    for path in files {
        let text = std::fs::read(path).map_err(|error| error.to_string())?;
        times.bytes += text.len() as u64;
        let relative = path.strip_prefix(&task.found.folder).unwrap_or(path);
        if let Some(kind) = yardstick::kind(relative, &text) {
            // A planted fault may break the type: the rest of the corpus is what is measured.
            times.records += yardstick::parse(kind, &text).unwrap_or(0) as u64;
        }
    }
    times.plain += spent() - begun;
    Ok(())
}

fn whole(setup: &Setup, request: &Request, tasks: &[pipeline::Task], forests: &mut Forests, times: &mut Times) {
    let begun = spent();
    let shown = pipeline::several(setup, request, tasks, forests);
    times.whole += spent() - begun;
    times.findings += shown.iter().map(|shown| shown.findings.len() as u64).sum::<u64>();
}

fn rules(root: &Path, only: Option<&str>) -> Result<(), String> {
    let schema = Arc::new(Schema::builtin().map_err(|error| error.to_string())?);
    let setup = Setup::read(&schema, &RuleSource::from_environment(), None, &|_| true).map_err(|error| format!("{error:?}"))?;
    let options = Options { no_ignore: true, working: std::env::current_dir().map_err(|error| error.to_string())? };
    let as_of = form::date(AS_OF.as_bytes()).map_or(0, |(day, _)| day);
    let discovered = discover::discover(&[root.to_owned()], &options);
    let setups = [setup];
    let tasks = pipeline::tasks(&setups, &|_| 0, discovered.programmes, &options);
    let Some(setup) = setups.first() else { return Err("no rules".to_owned()) };
    let clock = Clock { as_of, given: true };
    let read: Vec<_> = tasks
        .iter()
        .map(|task| programme::load(&setup.schema, &setup.judges, &task.found.shown, &task.inputs, Forest::default(), clock, false))
        .collect();
    let settings = setup.effective(Path::new(""));
    let time = |select: Vec<String>| {
        let selection = Selection { select, ..Selection::default() };
        let mut best = Duration::MAX;
        for _ in 0..if only.is_some() { 30 } else { 3 } {
            let begun = spent();
            for programme in &read {
                let state = audit::state::state(&setup.rules, programme, &settings, &selection);
                std::hint::black_box(havesay::settle::audit(programme, &setup.rules, &state, as_of));
            }
            best = best.min(spent() - begun);
        }
        best
    };
    if let Some(name) = only {
        println!("{:>9.2} ms  {name}", time(vec![name.to_owned()]).as_secs_f64() * 1e3);
        return Ok(());
    }
    let none = time(vec!["record/not-json".to_owned()]);
    println!("{:>9.2} ms  all", time(Vec::new()).as_secs_f64() * 1e3);
    println!("{:>9.2} ms  none", none.as_secs_f64() * 1e3);
    let mut each: Vec<(Duration, &str)> = setup
        .rules
        .rules
        .iter()
        .filter(|rule| !rule.built_in)
        .map(|rule| (time(vec![rule.name.to_string()]).saturating_sub(none), &*rule.name))
        .collect();
    each.sort_by(|a, b| b.cmp(a));
    for (time, name) in each {
        println!("{:>9.2} ms  {name}", time.as_secs_f64() * 1e3);
    }
    Ok(())
}
