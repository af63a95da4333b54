//! Measures how often each rule that weighs chance speaks although nothing is wrong, and how often when something is.
//!
//! `cargo run --release --example calibrate` writes `docs/calibration.md`: some minutes, the same bytes each time.
//! `cargo run --release --example calibrate -- STUDY…` prints the sections of these studies (`panels`, `choice`,
//! `answers`, `losses`, `attrition`, `voices`, `bursts`, `heard`, `places`); for these, `HAVESAY_RULES` may name a folder
//! of pages to try.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development command that prints what it measured")]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use havesay::pipeline::setup::RuleSource;

mod calibration;

use calibration::document::{self, Measured};
use calibration::judge::Judge;
use calibration::{Ground, Study, run, studies};

fn main() -> ExitCode {
    match calibrate(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn calibrate(wanted: &[String]) -> Result<(), String> {
    let studies = studies::all();
    if let Some(unknown) = wanted.iter().find(|name| studies.iter().all(|study| study.name != **name)) {
        let known: Vec<&str> = studies.iter().map(|study| study.name).collect();
        return Err(format!("there is no study {unknown}; the studies are {}", known.join(", ")));
    }
    let source = RuleSource::from_environment();
    if wanted.is_empty() && source.folder.is_some() {
        return Err("the document is made from the built-in rules: unset HAVESAY_RULES, or name the studies to print".to_owned());
    }
    let began = Instant::now();
    let mut measured = Vec::new();
    for study in studies.iter().filter(|study| wanted.is_empty() || wanted.iter().any(|name| name == study.name)) {
        measured.push(of_study(study, &source, began)?);
    }
    if wanted.is_empty() {
        return write(&document::document(&measured));
    }
    for one in &measured {
        print!("{}", document::section(one));
    }
    Ok(())
}

fn of_study<'s>(study: &'s Study, source: &RuleSource, began: Instant) -> Result<Measured<'s>, String> {
    let judge = Judge::new(&study.rules, source)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let done = |ground: &Ground| eprintln!("{:6.1} s  {}: {}", began.elapsed().as_secs_f64(), study.name, ground.told_by.join(", "));
    let results = run(&judge, study, threads, &done)?;
    Ok(Measured { study, limits: document::limits(&judge, study), results })
}

/// Writes the document whole or not at all.
fn write(text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document::PATH);
    let beside = path.with_extension("md.new");
    std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &path)).map_err(|error| format!("{}: {error}", document::PATH))
}
