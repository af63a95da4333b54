//! Arguments into calls to the pipeline, and its answers into words and an exit status.

mod audited;
mod baseline;
mod check;
mod compare;
mod completions;
mod config;
mod document;
mod environment;
mod explain;
mod init;
mod manual;
mod merge;
mod new;
mod replace;
mod report;
mod run;
mod shard;
mod since;
mod site;
mod target;
mod test;
mod twins;
mod waivers;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::finding::Severity;
use crate::pipeline::setup::{RuleSource, SetupError};
use crate::report::{Format, Group};
use crate::rule::PageProblem;
use crate::schema::Schema;
use crate::text::{Lines, Visible};

/// Says where a co-creation programme's records show that taking part is symbolic.
#[derive(Parser, Debug)]
#[command(name = "havesay", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Audit programmes: every flaw with its place, its reason and its remedy
    Check(Box<CheckArgs>),
    /// Render a saved audit in another format; nothing is judged again
    Report(ReportArgs),
    /// Join the saved audits of the parts of a run, as check --shard wrote them, into that of the whole
    Merge(MergeArgs),
    /// Say what is new, gone and changed between two saved audits, and why
    Compare(CompareArgs),
    /// Explain a rule, a register, a field, a definition, a word, a function or a source, and what uses it
    Explain(ExplainArgs),
    /// Write everything that explain tells as pages to browse, linked with one another
    Site(SiteArgs),
    /// List the rules, and whether and why each is on or off here
    Rules(RulesArgs),
    /// Print a JSON Schema
    Schema(SchemaArgs),
    /// Print every setting that applies to a path, and where it comes from
    Config(ConfigArgs),
    /// Write a small valid programme to start from
    Init(InitArgs),
    /// Write a rule page to start from
    New(NewArgs),
    /// Run the examples of rule pages: does each rule keep its word, and would a mistake in it be noticed?
    Test(TestArgs),
    /// List, check, add and remove waivers
    Waivers(waivers::WaiversArgs),
    /// Write, update, prune and check a baseline of findings that are known
    Baseline(baseline::BaselineArgs),
    /// Print a script by which a shell completes commands, flags and names
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual, or write all of them into a folder
    Man(manual::ManArgs),
}

#[derive(Args, Debug, Clone)]
struct Common {
    /// The settings file, in place of the closest havesay.toml [env: HAVESAY_CONFIG]
    #[arg(short = 'c', long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Whether the environment says which settings file
    #[arg(skip)]
    config_from_environment: bool,
    /// Read no settings file
    #[arg(long, conflicts_with = "config")]
    isolated: bool,
    /// Use colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Args, Debug, Clone)]
struct CheckArgs {
    /// Folders or files to audit; - is one document on standard input [default: here]
    paths: Vec<PathBuf>,
    /// Judge the document on standard input (-) in the place of this file, whether or not there is one
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Only these rules or families, such as consent or pay/late
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these rules or families
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Judge as if at this stage
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Show findings from this severity on: advice, warning or error
    #[arg(long, value_name = "SEVERITY", default_value = "advice")]
    min_severity: Severity,
    /// Fail from this severity on: advice, warning or error [default: error] [env: HAVESAY_FAIL_ON]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// The date of the audit, YYYY-MM-DD [default: today, UTC] [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// The format on standard output
    #[arg(short, long, value_name = "FORMAT", default_value = "full")]
    format: Format,
    /// Also write a format to a file, such as sarif=havesay.sarif, as often as wanted; - is standard output
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// Write at most so many findings; the totals count them all [default: 100 in full and narrated]
    #[arg(long, value_name = "NUMBER")]
    max_findings: Option<usize>,
    /// List findings together under each programme or rule, in full, concise and narrated
    #[arg(long, value_name = "WHAT", default_value = "none")]
    group_by: Group,
    /// How many programmes are judged at a time [default: as many as there are cores]
    #[arg(long, value_name = "NUMBER")]
    threads: Option<usize>,
    /// Also show the findings that a waiver or the baseline holds back
    #[arg(long)]
    show_suppressed: bool,
    /// Let no waiver hold a finding back: the auditor's view
    #[arg(long)]
    no_waivers: bool,
    /// Hold back the findings that this baseline knows; those that are new are not
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Only findings of rules whose names begin so, if any: what `havesay waivers check` asks for
    #[arg(skip)]
    about: Option<&'static str>,
    /// Count the four verdicts for each rule and programme
    #[arg(long)]
    statistics: bool,
    /// Only what the change since REF brought: audits what it touches now and as it was, and fails by what is new
    #[arg(long, value_name = "REF", conflicts_with = "staged")]
    since: Option<String>,
    /// Only what the staged change would bring, compared with the last commit
    #[arg(long)]
    staged: bool,
    /// Only this part of the programmes, such as 2/3 for the second of three; havesay merge joins the saved audits
    #[arg(long, value_name = "I/N")]
    shard: Option<shard::Wanted>,
    /// Read what git ignores
    #[arg(long)]
    no_ignore: bool,
    /// Say only what fails
    #[arg(short, long)]
    quiet: bool,
    /// Say why rules did not run and what had no evidence
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct ReportArgs {
    /// The saved audit, as check -f json wrote it; - is standard input
    audit: PathBuf,
    /// The format on standard output
    #[arg(long = "to", value_name = "FORMAT", default_value = "full")]
    format: Format,
    /// Also write a format to a file, such as sarif=havesay.sarif, as often as wanted; - is standard output
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// Write at most so many findings; the totals count them all [default: 100 in full and narrated]
    #[arg(long, value_name = "NUMBER")]
    max_findings: Option<usize>,
    /// List findings together under each programme or rule, in full, concise and narrated
    #[arg(long, value_name = "WHAT", default_value = "none")]
    group_by: Group,
    /// Also show the findings that are held back
    #[arg(long)]
    show_suppressed: bool,
    /// Count the four verdicts for each rule and programme
    #[arg(long)]
    statistics: bool,
    /// Say why rules did not run and what had no evidence
    #[arg(short, long)]
    verbose: bool,
    /// Use colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Args, Debug, Clone)]
struct MergeArgs {
    /// The saved audits of all parts, in any order, as check --shard -o json=PATH wrote them; - is standard input
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
    /// The format on standard output [default: json, or full where -o says what else is written]
    #[arg(long = "to", value_name = "FORMAT")]
    format: Option<Format>,
    /// Also write a format to a file, such as sarif=havesay.sarif, as often as wanted; - is standard output
    #[arg(short, long, value_name = "FORMAT=PATH")]
    output: Vec<String>,
    /// Write at most so many findings; the totals count them all [default: what check --shard was given]
    #[arg(long, value_name = "NUMBER")]
    max_findings: Option<usize>,
    /// List findings together under each programme or rule, in full, concise and narrated
    #[arg(long, value_name = "WHAT", default_value = "none")]
    group_by: Group,
    /// Also show the findings that are held back
    #[arg(long)]
    show_suppressed: bool,
    /// Count the four verdicts for each rule and programme
    #[arg(long)]
    statistics: bool,
    /// Say why rules did not run and what had no evidence
    #[arg(short, long)]
    verbose: bool,
    /// Use colour: auto, always or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Args, Debug, Clone)]
struct CompareArgs {
    /// The older audit, as check -f json wrote it
    old: PathBuf,
    /// The newer audit
    new: PathBuf,
    /// How it is written
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: CompareFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompareFormat {
    Text,
    Json,
}

#[derive(Args, Debug, Clone)]
struct ExplainArgs {
    /// A rule (consent/missing), a register (participants), a field (participants.access_needs), a definition (in-force) or a word (co-design)
    name: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct SiteArgs {
    /// The folder: a new one, an empty one, or one that this command wrote [default: site]
    folder: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct RulesArgs {
    /// Only these rules or families
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    select: Vec<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct SchemaArgs {
    /// Which schema; those of the records and the settings with your own fields and rules, where havesay.toml names them
    #[arg(default_value = "records")]
    of: SchemaName,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct ConfigArgs {
    /// A folder or file [default: here]
    path: Option<PathBuf>,
    /// As text, or as JSON
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    format: ConfigFormat,
    /// Only what is not as it is built in
    #[arg(long)]
    changed: bool,
    /// Fail from this severity on, as check takes it [env: HAVESAY_FAIL_ON]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Severity>,
    /// The date of the audit, as check takes it [env: HAVESAY_AS_OF]
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Which of the two the environment says
    #[arg(skip)]
    from_environment: FromEnvironment,
    #[command(flatten)]
    common: Common,
}

/// What the environment says and no argument does.
#[derive(Debug, Clone, Copy, Default)]
struct FromEnvironment {
    fail_on: bool,
    as_of: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ConfigFormat {
    Text,
    Json,
}

#[derive(Args, Debug, Clone)]
struct InitArgs {
    /// The folder [default: here]
    folder: Option<PathBuf>,
}

#[derive(Args, Debug, Clone)]
struct NewArgs {
    #[command(subcommand)]
    what: NewWhat,
}

#[derive(Subcommand, Debug, Clone)]
enum NewWhat {
    /// Write a rule page with its blanks marked, which havesay test refuses until they are filled
    Rule(NewRuleArgs),
}

#[derive(Args, Debug, Clone)]
struct NewRuleArgs {
    /// The rule's name: a family, a slash, and the fault that it reports, such as pay/travel-not-prepaid
    name: String,
    /// The folder of rule pages [default: the first that havesay.toml names, else rules]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug, Clone)]
struct TestArgs {
    /// Rules or families, or folders of rule pages [default: all rules here, the built-in ones and your own]
    what: Vec<PathBuf>,
    /// List the conditions that no example shows both true and false, and fail if there are any
    #[arg(long)]
    coverage: bool,
    /// Change every page in small ways, and fail if some change is noticed by no example; implies --coverage
    #[arg(long)]
    mutate: bool,
    /// Name every example
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SchemaName {
    Records,
    Report,
    Config,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }
    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}

impl ValueEnum for Group {
    fn value_variants<'a>() -> &'a [Self] {
        &Group::ALL
    }
    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Severity::ALL
    }
    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}

/// The exit statuses, the same for every command and format.
mod exit {
    /// Done; nothing fails.
    pub const FINE: u8 = 0;
    /// Something fails.
    pub const FAILS: u8 = 1;
    /// Usage, settings or rules are at fault, or an output cannot be written.
    pub const FAULT: u8 = 2;
    /// Nothing was judged, or not all of it.
    pub const INCOMPLETE: u8 = 3;
}

/// Runs the command line.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { exit::FAULT } else { exit::FINE };
            // Arguments are repeated: what would steer a terminal in them is written out first.
            let calm = args.iter().map(|arg| crate::text::from_bytes(arg.as_encoded_bytes()));
            let error = command().try_get_matches_from(calm).err().unwrap_or(error);
            // A closed pipe is no fault of the words.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let Cli { mut command } = cli;
    if let Err(status) = environment::fill(&mut command) {
        return ExitCode::from(status);
    }
    let status = match command {
        Command::Check(args) => check::check(&args),
        Command::Report(args) => report::report(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Site(args) => site::site(&args),
        Command::Rules(args) => explain::rules(&args),
        Command::Schema(args) => schema(&args),
        Command::Config(args) => config::config(&args),
        Command::Init(args) => init::init(&args),
        Command::New(args) => new::new(&args),
        Command::Test(args) => test::test(&args),
        Command::Waivers(args) => waivers::waivers(&args),
        Command::Baseline(args) => baseline::baseline(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => manual::man(&args),
    };
    ExitCode::from(status)
}

fn schema(args: &SchemaArgs) -> u8 {
    match args.of {
        SchemaName::Records => match explain::setup(&args.common) {
            Ok(setup) if setup.config.overlays().is_empty() => out(crate::schema::RECORDS),
            Ok(setup) => out(&format!("{:#}\n", setup.schema.json)),
            Err(status) => status,
        },
        SchemaName::Report => out(crate::report::SCHEMA),
        SchemaName::Config => config::schema(&args.common),
    }
}

/// Writes to standard output. A reader that has gone ends it quietly.
fn out(text: &str) -> u8 {
    match io::stdout().lock().write_all(plain(text).as_bytes()).and_then(|()| io::stdout().flush()) {
        Ok(()) => exit::FINE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::FINE,
        Err(error) => {
            say(&format!("standard output cannot be written: {}", error.kind()));
            exit::FAULT
        }
    }
}

/// Says something on standard error.
fn say(text: &str) {
    // There is nowhere left to say that standard error cannot be written.
    let _ = writeln!(io::stderr().lock(), "havesay: {}", plain(text));
}

/// Text as a terminal may get it: a page of rules may hold what would steer it.
fn plain(text: &str) -> String {
    text.split_inclusive(['\n', '\t'])
        .map(|piece| match piece.chars().next_back() {
            Some(end @ ('\n' | '\t')) => format!("{}{end}", Visible(piece.strip_suffix(end).unwrap_or(piece))),
            _ => Visible(piece).to_string(),
        })
        .collect()
}

/// A path as people may see it: from the working directory where it lies beneath it; bytes that are not
/// UTF-8 as `\x..`, hidden characters as `\u{…}`.
fn shown(path: &Path) -> String {
    let working = std::env::current_dir().unwrap_or_default();
    let own = path.strip_prefix(&working).unwrap_or(path);
    // What lies near is named from here, what lies far away from the root.
    let near = crate::config::relative(&working, own);
    let own = if own.is_absolute() && near.components().count() < own.components().count() { &near } else { own };
    crate::text::from_bytes(own.as_os_str().as_encoded_bytes())
}

fn model() -> Result<Arc<Schema>, u8> {
    Schema::builtin().map(Arc::new).map_err(|error| {
        say(&error.to_string());
        exit::FAULT
    })
}

fn source() -> RuleSource {
    RuleSource::from_environment()
}

/// Whether colour is used on standard output.
fn color(when: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Color::Auto => io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Columns of the terminal, within what reads well.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100).clamp(40, 160)
}

/// Says what is wrong with settings or pages.
fn complain(error: &SetupError) {
    match error {
        SetupError::Schema(error) => say(&error.to_string()),
        SetupError::Config(errors) => errors.iter().for_each(config_error),
        SetupError::Settings(files) => files.iter().for_each(|file| settings_problems(&file.text, &file.problems)),
        SetupError::Pages(problems) => {
            for problem in problems.iter().take(50) {
                say(&page_problem(problem));
            }
            if problems.len() > 50 {
                say(&format!("{} further problems in rule pages", problems.len() - 50));
            }
        }
    }
}

/// Says why a settings file gives no settings.
fn config_error(error: &crate::config::ConfigError) {
    match error {
        crate::config::ConfigError::Unreadable { path, message, help } => say(&format!("{} {message}\n  help: {help}", shown(path))),
        crate::config::ConfigError::Problems { text, problems } => settings_problems(text, problems),
    }
}

/// Says what is wrong with a settings file, or with an overlay.
fn settings_problems(text: &str, problems: &[crate::config::Problem]) {
    let lines = Lines::of(text);
    for problem in problems.iter().take(20) {
        let at = lines.position(text, problem.span.start);
        let help = if problem.help.is_empty() { String::new() } else { format!("\n  help: {}", problem.help) };
        say(&format!("{}:{}:{}: {}{help}", shown(&problem.path), at.line, at.column, problem.message));
    }
    if let (Some(first), true) = (problems.first(), problems.len() > 20) {
        say(&format!("{} further problems in {}", problems.len() - 20, shown(&first.path)));
    }
}

/// A problem of a page with the line at which it stands.
fn page_problem(problem: &PageProblem) -> String {
    let help = if problem.help.is_empty() { String::new() } else { format!("\n  help: {}", Visible(&problem.help)) };
    let message = Visible(&problem.message);
    let Some(path) = &problem.path else { return format!("rule page {}: {message}{help}", problem.page) };
    let shown = shown(path);
    // What concerns a page or folder as a whole has no place in it.
    let whole = problem.span == crate::text::Span::default();
    let Some(text) = std::fs::read_to_string(path).ok().filter(|_| !whole) else { return format!("{shown}: {message}{help}") };
    let lines = Lines::of(&text);
    let at = lines.position(&text, problem.span.start);
    let line: Vec<char> = text.get(lines.span(&text, at.line as usize - 1).range()).unwrap_or("").chars().collect();
    // A long line is cut around the place, as in findings.
    let column = (at.column as usize - 1).min(line.len());
    let from = column.saturating_sub(LINE_CHARS_MAX / 3).min(line.len().saturating_sub(LINE_CHARS_MAX));
    let to = (from + LINE_CHARS_MAX).min(line.len());
    let cut = |cut: bool| if cut { "…" } else { "" };
    let before: String = line.get(from..column).unwrap_or_default().iter().collect();
    let before = format!("{}{}", cut(from > 0), Visible(&before));
    let marked = text.get(problem.span.range()).map_or(1, |marked| marked.lines().next().unwrap_or("").chars().count());
    let rest: String = line.get(column..to).unwrap_or_default().iter().collect();
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    format!(
        "{shown}:{}:{}: {message}\n {margin} │\n {number} │ {before}{}{}\n {margin} │ {}{}{help}",
        at.line,
        at.column,
        Visible(&rest),
        cut(to < line.len()),
        " ".repeat(before.chars().count()),
        "^".repeat(marked.clamp(1, rest.chars().count().max(1)))
    )
}

/// Characters of a page's line that are shown.
const LINE_CHARS_MAX: usize = 160;

/// The command as its help, its manual and the completions of shells describe it.
#[must_use]
pub fn command() -> clap::Command {
    manual::with_manual(Cli::command())
}
