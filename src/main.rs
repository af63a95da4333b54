//! The command `havesay`: parses arguments and exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    havesay::cli::main(std::env::args_os())
}
