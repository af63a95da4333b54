//! Every example of every rule and definition page, as a test with a name of its own.

use std::process::ExitCode;
use std::sync::Arc;

use havesay::pipeline::examples;
use havesay::pipeline::setup::{RuleSource, Setup};
use havesay::schema::Schema;
use libtest_mimic::{Arguments, Failed, Trial};

fn setup() -> Result<Setup, String> {
    let schema = Schema::builtin().map_err(|error| error.to_string())?;
    // The built-in pages, whatever the environment says.
    Setup::read(&Arc::new(schema), &RuleSource::default(), None, &|_| true).map_err(|error| format!("{error:?}"))
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match setup() {
        Err(why) => vec![Trial::test("the built-in pages compile", move || Err(Failed::from(why)))],
        Ok(setup) => examples::run(&setup, &|_| true)
            .into_iter()
            .map(|outcome| {
                let name = format!("{} line {}: {}", outcome.page, outcome.line, outcome.heading);
                Trial::test(name, move || match outcome.failure {
                    None => Ok(()),
                    Some((failure, why)) => Err(Failed::from(format!("{}: {why}", failure.word()))),
                })
            })
            .collect(),
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}
