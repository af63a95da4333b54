//! What the program says of itself: help, completions of shells, manual pages.
//!
//! All three come from the definitions of the arguments, so what is held here is that none of them leaves a
//! command or flag out, and that the programs that read them do. Where such a program is not installed, the
//! test says so and goes on.

#![expect(clippy::panic, clippy::unwrap_used, clippy::print_stderr, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::process::Command;

use support::{Call, Folder, Told};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn havesay(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), args).toy().run()
}

/// Every command that people may call, below the one that is given, with the names of those above it.
fn below(command: &clap::Command, path: &[String]) -> Vec<(Vec<String>, clap::Command)> {
    let mut found = Vec::new();
    for own in command.get_subcommands().filter(|own| !own.is_hide_set() && own.get_name() != "help") {
        let path: Vec<String> = path.iter().cloned().chain([own.get_name().to_owned()]).collect();
        found.extend(below(own, &path));
        found.push((path, own.clone()));
    }
    found
}

fn commands() -> Vec<(Vec<String>, clap::Command)> {
    let mut root = havesay::cli::command();
    root.build();
    let commands = below(&root, &[]);
    assert!(commands.iter().any(|(path, _)| path.join(" ") == "waivers add"), "the commands are found");
    commands
}

/// The long flags of a command.
fn flags(command: &clap::Command) -> Vec<String> {
    command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(|arg| arg.get_long()).map(str::to_owned).collect()
}

/// Runs a program over a file; none where there is no such program.
fn read_by(program: &str, args: &[&str], file: &std::path::Path) -> Option<(bool, String)> {
    match Command::new(program).args(args).arg(file).output() {
        Ok(output) => Some((output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())),
        Err(_) => {
            eprintln!("{program} is not installed, and reads nothing here");
            None
        }
    }
}

#[test]
fn help_and_manual_name_every_status_and_variable() {
    let folder = Folder::new();
    let help = havesay(&folder, &["--help"]).out;
    let manual = havesay(&folder, &["man"]).out;
    for text in [&help, &manual.replace("\\-", "-")] {
        for word in ["HAVESAY_CONFIG", "HAVESAY_FAIL_ON", "HAVESAY_AS_OF", "HAVESAY_RULES", "NO_COLOR", "SOURCE_DATE_EPOCH"] {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
    for status in ["  0  ", "  1  ", "  2  ", "  3  "] {
        assert!(help.contains(status), "{help}");
    }
    for (command, says, not) in [
        ("check", "  1  findings at or above --fail-on\n", "  4  "),
        ("compare", "  1  something fails that did not before\n", "HAVESAY_"),
        ("explain", "  2  nothing has this name, or the settings or rules are at fault\n", "  1  "),
    ] {
        for flag in ["-h", "--help"] {
            let help = havesay(&folder, &[command, flag]).out;
            assert!(help.contains(says) && !help.contains(not), "{help}");
        }
    }
}

#[test]
fn every_shell_gets_every_command_and_flag() {
    let folder = Folder::new();
    for shell in SHELLS {
        let told = havesay(&folder, &["completions", shell]);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{shell}");
        for (path, command) in commands() {
            let name = path.last().unwrap();
            assert!(told.out.contains(name.as_str()), "{shell} lacks {name}");
            for flag in flags(&command) {
                let written = if shell == "fish" { format!("-l {flag}") } else { format!("--{flag}") };
                assert!(told.out.contains(&written), "{shell} lacks --{flag} of {name}");
            }
        }
    }
}

#[test]
fn each_command_is_offered_its_own_flags_and_no_others() {
    let script = havesay(&Folder::new(), &["completions", "bash"]).out;
    for (path, command) in commands() {
        let case = format!("        havesay__subcmd__{})\n", path.join("__subcmd__"));
        let own = script.split_once(&case).unwrap_or_else(|| panic!("{case}")).1;
        let words = own.lines().find_map(|line| line.trim().strip_prefix("opts=\"")).unwrap();
        let mut offered: Vec<String> = words.split([' ', '"']).filter_map(|word| word.strip_prefix("--")).map(str::to_owned).collect();
        let mut flags = flags(&command);
        offered.sort();
        flags.sort();
        assert_eq!(offered, flags, "{path:?}");
    }
}

#[test]
fn names_of_rules_stages_and_formats_complete() {
    let folder = Folder::new();
    let script = havesay(&folder, &["completions", "bash"]).out;
    // The words that follow a flag of check, or stand in place of a name.
    let offered = |after: &str| -> Vec<String> {
        let at = script.find(after).unwrap_or_else(|| panic!("{after} is not in the script"));
        let rest = &script[at..];
        let from = rest.find("compgen -W \"").unwrap() + "compgen -W \"".len();
        rest[from..].split('"').next().unwrap().split_whitespace().map(str::to_owned).collect()
    };
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let rules = [
        "money",
        "money/small",
        "people",
        "people/few",
        "people/silent",
        "record",
        "record/dangling-reference",
        "record/not-a-date",
        "seats",
        "seats/empty",
    ];
    assert_eq!(offered("--select)"), own(&rules));
    assert_eq!(offered("--ignore)"), own(&rules));
    assert_eq!(offered("--fail-on)"), own(&["advice", "warning", "error"]));
    assert_eq!(offered("--format)"), own(&support::FORMATS));
    assert!(offered("--stage)").contains(&"charter".to_owned()));
    let explain = script.lines().find(|line| line.contains("opts=") && line.contains("participants.access_needs")).unwrap();
    for name in ["people/few", "participants", "co-design", "days"] {
        assert!(explain.split_whitespace().any(|word| word.trim_matches('"') == name), "explain lacks {name}");
    }
}

#[test]
fn the_folder_that_completions_are_made_in_does_not_change_them() {
    let plain = Folder::new();
    // Settings that are at fault stop an audit, and not a shell that starts.
    let other = Folder::new().with("havesay.toml", "nonsense");
    for shell in SHELLS {
        assert_eq!(havesay(&plain, &["completions", shell]).out, havesay(&other, &["completions", shell]).out, "{shell}");
    }
    let told = havesay(&plain, &["completions", "fsh"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert!(told.err.contains("fish"), "{}", told.err);
}

#[test]
fn shells_accept_their_scripts() {
    let folder = Folder::new();
    for (shell, args) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        // By the built-in rules, whose names are more and longer.
        let script = Call::new(folder.path(), ["completions", shell]).run().out;
        folder.write(shell, script);
        if let Some(read) = read_by(shell, args, &folder.at(shell)) {
            assert_eq!(read, (true, String::new()), "{shell}");
        }
    }
}

#[test]
fn a_shell_offers_what_there_is() {
    let folder = Folder::new();
    folder.write("script", havesay(&folder, &["completions", "bash"]).out);
    let asks = "source \"$0\"; COMP_WORDS=(havesay check --select people/); COMP_CWORD=3; _havesay havesay people/ --select; echo \"${COMPREPLY[@]}\"";
    let offers = Command::new("bash").args(["-c", asks]).arg(folder.at("script")).output();
    match offers {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "people/few people/silent\n"),
        Err(_) => eprintln!("bash is not installed, and asks nothing here"),
    }
}

#[test]
fn every_command_has_a_page_and_each_flag_is_on_it() {
    let folder = Folder::new();
    let told = havesay(&folder, &["man", "--output", "share/man1"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let mut names = vec!["havesay.1".to_owned()];
    for (path, command) in commands() {
        let name = format!("havesay-{}.1", path.join("-"));
        let page = folder.read(format!("share/man1/{name}")).replace("\\-", "-");
        for flag in flags(&command) {
            assert!(page.contains(&format!("--{flag}")), "{name} lacks --{flag}");
        }
        assert!(page.contains(".SH SYNOPSIS") && page.contains(".SH \"SEE ALSO\""), "{page}");
        let args: Vec<&str> = std::iter::once("man").chain(path.iter().map(String::as_str)).collect();
        assert_eq!(havesay(&folder, &args).out, folder.read(format!("share/man1/{name}")), "{name}");
        names.push(name);
    }
    let mut written: Vec<String> =
        fs::read_dir(folder.at("share/man1")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    written.sort();
    assert_eq!(written, names);
    assert_eq!(told.out, format!("{} pages are in share/man1\n", names.len()));
}

#[test]
fn manual_pages_are_read_without_a_warning() {
    let folder = Folder::new();
    havesay(&folder, &["man", "--output", "pages"]);
    let pages: Vec<_> = fs::read_dir(folder.at("pages")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!pages.is_empty());
    for page in pages {
        let Some(read) = read_by("groff", &["-man", "-Tutf8", "-ww", "-z"], &page) else { return };
        assert_eq!(read, (true, String::new()), "{}", page.display());
    }
    // No word gets lost or moves into the place of another.
    let page = folder.read("pages/havesay-check.1");
    assert!(page.starts_with(&format!(".TH havesay-check 1 \"\" \"havesay {}\" \"havesay\"\n", env!("CARGO_PKG_VERSION"))), "{page}");
}

#[test]
fn what_has_no_page_is_said_and_nothing_is_written() {
    let folder = Folder::new().with("taken", "");
    for (args, says) in [
        (&["man", "chekc"][..], "havesay: havesay has no command chekc\n  help: did you mean check?\n"),
        (&["man", "waivers", "ad"], "havesay: havesay waivers has no command ad\n  help: did you mean add?\n"),
        (&["man", "check", "more"], "havesay: havesay check has no command more\n"),
        (&["man", "che\u{1b}[31m"], "havesay: havesay has no command che\\u{1b}[31m\n"),
    ] {
        let told = havesay(&folder, args);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{args:?}");
        assert!(told.err.starts_with(says), "{}", told.err);
    }
    let told = havesay(&folder, &["man", "--output", "taken"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert!(told.err.starts_with("havesay: taken cannot be written: "), "{}", told.err);
    let told = havesay(&folder, &["man", "check", "--output", "pages"]);
    assert!(told.status == 2 && !folder.at("pages").exists(), "{}", told.err);
    // What was there is replaced as a whole.
    let folder = Folder::new().with("pages/havesay.1", "old");
    assert_eq!(havesay(&folder, &["man", "-o", "pages"]).status, 0);
    assert!(folder.read("pages/havesay.1").starts_with(".TH havesay 1"));
}
