//! Measures how often each statistical rule speaks although nothing is wrong, and how often when something is.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development command that prints what it measured")]

use std::process::ExitCode;
use std::time::Instant;

mod calibration;

use calibration::{judge::Judge, studies};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    for study in studies::all() {
        if !args.is_empty() && !args.iter().any(|arg| arg == study.name) {
            continue;
        }
        let judge = match Judge::new(&study.rules) {
            Ok(judge) => judge,
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::FAILURE;
            }
        };
        let began = Instant::now();
        let done = |ground: &calibration::Ground| {
            eprintln!("{:7.1} s {} {}", began.elapsed().as_secs_f64(), study.name, ground.told_by.join(" | "))
        };
        match calibration::run(&judge, &study, 2, &done) {
            Ok(results) => {
                for (ground, shares) in study.grounds.iter().zip(results) {
                    for (at, shares) in shares.iter().enumerate() {
                        let pc = |list: &[f64]| list.iter().map(|share| format!("{:6.2}", share * 100.0)).collect::<Vec<_>>().join(" ");
                        println!(
                            "{} | {} | {} | alarms {} | any {:6.2} | silent {} | rivals {}",
                            ground.told_by.join(" | "),
                            at,
                            shares.draws.map_or("exact".to_owned(), |draws| draws.to_string()),
                            pc(&shares.alarms),
                            shares.any * 100.0,
                            pc(&shares.silent),
                            pc(&shares.rivals)
                        );
                    }
                }
            }
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
