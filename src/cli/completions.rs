//! `havesay completions`: a script by which a shell completes commands, flags and names.
//!
//! The script is kept by the user and serves wherever they work, so it names what is built in and nothing of
//! the folder that it was made in. It comes from the definitions of the arguments; what they take as free
//! text because an organisation may add to it (rules, stages) is filled in here.

use std::collections::BTreeSet;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args, Command};
use clap_complete::Shell;

use super::{Color, Common, exit, explain, out};

#[derive(Args, Debug, Clone)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Names for arguments that take free text.
struct Names {
    /// Rules and families of rules.
    rules: Vec<&'static str>,
    /// Everything that `explain` explains.
    all: Vec<&'static str>,
    /// Stages.
    stages: Vec<&'static str>,
}

pub(super) fn completions(args: &CompletionsArgs) -> u8 {
    let names = match names() {
        Ok(names) => names,
        Err(status) => return status,
    };
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut filled(super::command(), &names), "havesay", &mut script);
    match String::from_utf8(script) {
        Ok(script) => out(&script),
        Err(_) => exit::FAULT,
    }
}

fn names() -> Result<Names, u8> {
    let common = Common { config: None, config_from_environment: false, isolated: true, color: Color::Never };
    let setup = explain::setup(&common)?;
    let rules = setup.rules.rules.iter().map(|rule| &*rule.name);
    let families = rules.clone().filter_map(|name| name.split_once('/').map(|(family, _)| family));
    let stages = setup.schema.vocabulary(setup.schema.stages).into_iter().flat_map(|known| &known.words);
    Ok(Names {
        rules: kept(rules.clone().chain(families)),
        all: kept(explain::known(&setup).iter().map(String::as_str)),
        stages: stages.map(|word| keep(&word.text)).collect(),
    })
}

/// Each once, in order.
fn kept<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'static str> {
    names.collect::<BTreeSet<_>>().into_iter().map(keep).collect()
}

/// A name as the definitions of arguments hold it: for as long as the program runs, which is not long.
fn keep(name: &str) -> &'static str {
    name.to_owned().leak()
}

/// The command with names for what it takes as free text.
fn filled(command: Command, names: &Names) -> Command {
    let explains = command.get_name() == "explain";
    let fill = |arg: Arg| {
        let known = match arg.get_id().as_str() {
            "select" | "ignore" | "rule" => &names.rules,
            "stage" => &names.stages,
            "name" if explains => &names.all,
            _ => return arg,
        };
        arg.value_parser(PossibleValuesParser::new(known))
    };
    command.mut_args(fill).mut_subcommands(|own| filled(own, names))
}
