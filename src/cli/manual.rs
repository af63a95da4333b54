//! `havesay man`, and what `--help` says beyond the arguments: exit statuses and environment variables.
//!
//! All of it comes from the definitions of the arguments and the two tables here, so that a new command or
//! flag is in the manual without another word. What a rule means is on its page, not here.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{environment, exit, out, say, shown};
use crate::config::baseline::BASELINE_NAME;
use crate::config::waivers::WAIVERS_NAME;
use crate::text::{self, Visible};

#[derive(Args, Debug, Clone)]
pub(super) struct ManArgs {
    /// The command whose page is written, such as check or waivers add [default: havesay itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write the pages of all commands into this folder
    #[arg(short, long, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

/// The exit statuses, as far as they mean the same for every command.
const STATUSES: [(u8, &str); 4] = [
    (exit::FINE, "done; nothing fails"),
    (exit::FAILS, "something fails"),
    (exit::FAULT, "the arguments, settings or rules are at fault, or an output cannot be written"),
    (exit::INCOMPLETE, "nothing was judged, or not all of it"),
];

/// What a command, named with those above it, means by a status; without words it never ends with that one.
const OWN_STATUSES: &[(&str, u8, &str)] = &[
    ("check", exit::FINE, "audited; nothing at or above --fail-on"),
    ("check", exit::FAILS, "findings at or above --fail-on"),
    ("check", exit::INCOMPLETE, "no programme, nothing judged, or a file left unjudged as a whole"),
    ("report", exit::FINE, "rendered, whatever was found"),
    ("report", exit::FAILS, ""),
    ("report", exit::INCOMPLETE, "the file is no saved audit, is cut off, or is of a newer version"),
    ("merge", exit::FINE, "nothing in the whole audit at or above --fail-on of its parts"),
    ("merge", exit::FAILS, "findings at or above --fail-on of its parts"),
    ("merge", exit::FAULT, "the files are not all parts of one run, each once, or an output cannot be written; nothing was written"),
    ("merge", exit::INCOMPLETE, "the whole audit is incomplete, or a file is no saved audit, is cut off, or is of a newer version"),
    ("compare", exit::FINE, "nothing fails that did not before"),
    ("compare", exit::FAILS, "something fails that did not before"),
    ("compare", exit::INCOMPLETE, "a file is no saved audit, is cut off, or is of a newer version"),
    ("explain", exit::FAILS, ""),
    ("explain", exit::FAULT, "nothing has this name, or the settings or rules are at fault"),
    ("explain", exit::INCOMPLETE, ""),
    ("rules", exit::FAILS, ""),
    ("rules", exit::INCOMPLETE, ""),
    ("schema", exit::FAILS, ""),
    ("schema", exit::INCOMPLETE, ""),
    ("config", exit::FAILS, ""),
    ("config", exit::INCOMPLETE, "there is no such path"),
    ("init", exit::FAILS, ""),
    ("init", exit::FAULT, "the folder has a programme already, or cannot be written"),
    ("init", exit::INCOMPLETE, ""),
    ("new rule", exit::FAILS, ""),
    ("new rule", exit::FAULT, "the name is no name or is taken, or the page cannot be written"),
    ("new rule", exit::INCOMPLETE, ""),
    ("test", exit::FINE, "every example came out as its page says"),
    ("test", exit::FAILS, "an example came out otherwise, or something asked for is not shown"),
    ("test", exit::INCOMPLETE, "there was nothing to test, or not all could be tested"),
    ("waivers list", exit::FAILS, ""),
    ("waivers check", exit::FINE, "nothing is wrong with any waiver"),
    ("waivers check", exit::FAILS, "something is wrong with a waiver"),
    ("waivers add", exit::FAILS, ""),
    ("waivers add", exit::FAULT, "the waiver would not hold, or something named is not there; nothing was written"),
    ("waivers prune", exit::FAILS, ""),
    ("baseline create", exit::FAILS, ""),
    ("baseline update", exit::FAILS, ""),
    ("baseline prune", exit::FAILS, ""),
    ("baseline check", exit::FINE, "everything in it is still there"),
    ("baseline check", exit::FAILS, "something in it is no longer there"),
    ("completions", exit::FAILS, ""),
    ("completions", exit::INCOMPLETE, ""),
    ("man", exit::FAILS, ""),
    ("man", exit::INCOMPLETE, ""),
];

/// The environment variables, each with the argument by which a command heeds it.
const VARIABLES: &[(&str, &str, &str)] = &[
    (environment::CONFIG, "config", "the settings file, as --config"),
    (environment::FAIL_ON, "fail_on", "the mildest severity that fails a run, as --fail-on"),
    (environment::AS_OF, "as_of", "the date of the audit, as --as-of"),
    ("SOURCE_DATE_EPOCH", "as_of", "the same in seconds since 1970, where neither of the two is given"),
    ("HAVESAY_RULES", "config", "a folder of rule pages in place of the built-in ones"),
    ("NO_COLOR", "color", "no colour, unless --color says otherwise"),
    ("FORCE_COLOR", "color", "colour also where the output is no terminal; CLICOLOR_FORCE means the same"),
    ("COLUMNS", "color", "the width of the output"),
    ("GITHUB_STEP_SUMMARY", "output", "a file to which the format github adds its summary"),
];

/// The files that the program reads by their names.
const FILES: &[(&str, &str)] = &[
    ("programme.json", "the charter: the folder that it is in is a programme"),
    (crate::config::FILE_NAME, "the settings, from the closest folder upward"),
    (WAIVERS_NAME, "the waivers, beside the settings or in a programme's folder"),
    (BASELINE_NAME, "a baseline, where one is written without naming its file"),
];

/// The exit statuses of a command that is named with those above it.
fn statuses(path: &str) -> Vec<(u8, &'static str)> {
    let own = |status: u8| OWN_STATUSES.iter().find(|(known, of, _)| *known == path && *of == status).map(|(_, _, says)| *says);
    STATUSES.iter().map(|(status, says)| (*status, own(*status).unwrap_or(says))).filter(|(_, says)| !says.is_empty()).collect()
}

/// The environment variables that a command heeds: all, for the one above all.
fn variables(command: &Command, path: &str) -> Vec<(&'static str, &'static str)> {
    let heeds = |argument: &str| path.is_empty() || command.get_arguments().any(|own| own.get_id() == argument);
    VARIABLES.iter().filter(|(_, argument, _)| heeds(argument)).map(|(name, _, says)| (*name, *says)).collect()
}

/// The command with exit statuses and environment variables at the end of its help.
pub(super) fn with_manual(command: Command) -> Command {
    below(command, "")
}

fn below(command: Command, path: &str) -> Command {
    let mut help = String::new();
    // A command that only holds others says nothing of its own.
    if path.is_empty() || !command.has_subcommands() {
        help.push_str("Exit status:\n");
        for (status, says) in statuses(path) {
            let _ = writeln!(help, "  {status}  {says}");
        }
        let variables = variables(&command, path);
        if !variables.is_empty() {
            help.push_str("\nEnvironment:\n");
            let width = variables.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, says) in variables {
                let _ = writeln!(help, "  {name:width$}  {says}");
            }
        }
    }
    let path = path.to_owned();
    let command = if help.is_empty() { command } else { command.after_help(help.trim_end().to_owned()) };
    command.mut_subcommands(move |own| {
        let path = format!("{path} {}", own.get_name());
        below(own, path.trim_start())
    })
}

pub(super) fn man(args: &ManArgs) -> u8 {
    let mut root = super::command().disable_help_subcommand(true);
    root.build();
    match (&args.output, wanted(&root, &args.command)) {
        (Some(folder), _) => match write_all(&root, folder) {
            Ok(number) => out(&format!("{number} pages are in {}\n", shown(folder))),
            Err((path, error)) => {
                say(&format!("{} cannot be written: {}", shown(&path), error.kind()));
                exit::FAULT
            }
        },
        (None, Ok((command, path))) => match page(command, &path) {
            Ok((_, page)) => out(&page),
            Err(error) => {
                say(&format!("the page cannot be written: {}", error.kind()));
                exit::FAULT
            }
        },
        (None, Err(status)) => status,
    }
}

/// The command of this name, below those that its first words name.
fn wanted<'c>(root: &'c Command, names: &[String]) -> Result<(&'c Command, String), u8> {
    let mut command = root;
    for name in names {
        let below = || command.get_subcommands().filter(|own| !own.is_hide_set());
        let Some(own) = below().find(|own| own.get_name() == name) else {
            let known: Vec<&str> = below().map(Command::get_name).collect();
            let help = match text::nearest(name, known.iter().copied()) {
                Some(near) => format!("\n  help: did you mean {near}?"),
                None if known.is_empty() => String::new(),
                None => format!("\n  help: use {}", text::list(&known.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), "or")),
            };
            say(&format!("{} has no command {}{help}", command.get_bin_name().unwrap_or("havesay"), Visible(name)));
            return Err(exit::FAULT);
        };
        command = own;
    }
    Ok((command, names.join(" ")))
}

/// Writes the pages of all commands; the names of those that were there stay theirs.
fn write_all(root: &Command, folder: &Path) -> Result<usize, (PathBuf, io::Error)> {
    let mut pages = Vec::new();
    let mut open = vec![(root, String::new())];
    while let Some((command, path)) = open.pop() {
        pages.push(page(command, &path).map_err(|error| (folder.to_owned(), error))?);
        let below = command.get_subcommands().filter(|own| !own.is_hide_set());
        open.extend(below.map(|own| (own, format!("{path} {}", own.get_name()).trim_start().to_owned())));
    }
    fs::create_dir_all(folder).map_err(|error| (folder.to_owned(), error))?;
    for (name, page) in &pages {
        let path = folder.join(name);
        super::replace::replace(&path, page).map_err(|error| (path, error))?;
    }
    Ok(pages.len())
}

/// The page of a command, with the name of its file.
fn page(command: &Command, path: &str) -> io::Result<(String, String)> {
    let top = path.is_empty();
    let man = Man::new(command.clone().mut_args(spelt_out));
    let mut bytes = Vec::new();
    // An empty argument is lost where the title is rendered from the definitions, and the others move up.
    writeln!(bytes, ".TH {} 1 \"\" \"havesay {}\" \"havesay\"", own_name(path), env!("CARGO_PKG_VERSION"))?;
    man.render_name_section(&mut bytes)?;
    man.render_synopsis_section(&mut bytes)?;
    man.render_description_section(&mut bytes)?;
    if command.get_arguments().any(|own| !own.is_hide_set()) {
        man.render_options_section(&mut bytes)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut bytes)?;
    }
    let mut rest = Roff::default();
    if top || !command.has_subcommands() {
        let statuses: Vec<(String, &str)> = statuses(path).into_iter().map(|(status, says)| (status.to_string(), says)).collect();
        section(&mut rest, "EXIT STATUS", statuses.iter().map(|(status, says)| (status.as_str(), *says)));
        section(&mut rest, "ENVIRONMENT", variables(command, path).into_iter());
    }
    if top {
        section(&mut rest, "FILES", FILES.iter().copied());
    }
    rest.control("SH", ["SEE ALSO"]);
    rest.text([roman(see_also(command, path))]);
    rest.to_writer(&mut bytes)?;
    let text = String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok((format!("{}.1", own_name(path)), text))
}

/// An argument whose words stand in its help, as `--help` has them, and not each on a line.
fn spelt_out(arg: Arg) -> Arg {
    let words: Vec<String> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if words.is_empty() || !arg.get_action().takes_values() || arg.is_hide_set() {
        return arg;
    }
    arg.hide_possible_values(true).help(format!("{help} [possible values: {}]", words.join(", ")))
}

/// The name of a command's page, by the commands above it and its own.
fn own_name(path: &str) -> String {
    format!("havesay {path}").trim_end().replace(' ', "-")
}

/// A list of names with what each means; nothing where there are none.
fn section<'s>(page: &mut Roff, title: &str, rows: impl Iterator<Item = (&'s str, &'s str)>) {
    for (number, (name, says)) in rows.enumerate() {
        if number == 0 {
            page.control("SH", [title]);
        }
        page.control("TP", []);
        page.text([bold(name)]);
        page.text([roman(says)]);
    }
}

/// The pages beside this one: of the commands below, or of the one above.
fn see_also(command: &Command, path: &str) -> String {
    let own = own_name(path);
    let below: Vec<String> =
        command.get_subcommands().filter(|below| !below.is_hide_set()).map(|below| format!("{own}-{}(1)", below.get_name())).collect();
    let above = own.rsplit_once('-').map(|(above, _)| format!("{above}(1)"));
    above.into_iter().chain(below).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of all commands, each with those above it.
    fn paths(command: &Command, path: &str) -> Vec<String> {
        let below = command.get_subcommands().flat_map(|own| paths(own, format!("{path} {}", own.get_name()).trim_start()));
        std::iter::once(path.to_owned()).chain(below).collect()
    }

    #[test]
    fn the_tables_name_commands_and_arguments_that_are_there() {
        let root = super::super::command();
        let known = paths(&root, "");
        for (path, _, _) in OWN_STATUSES {
            assert!(known.iter().any(|own| own == path), "there is no command {path}");
        }
        for (name, argument, _) in VARIABLES {
            let heeded = root.get_subcommands().any(|own| !variables(own, own.get_name()).is_empty());
            let has = root.get_subcommands().any(|own| own.get_arguments().any(|own| own.get_id() == argument));
            assert!(heeded && has, "{name} is heeded by no command");
        }
    }

    #[test]
    fn what_a_command_never_ends_with_is_not_listed() {
        assert_eq!(statuses("explain").iter().map(|(status, _)| *status).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(statuses("a new one"), STATUSES);
    }
}
