//! `havesay check`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::{CheckArgs, Common, FormatName, color, complain, exit, model, plain, say, settings_problems, shown, source};
use crate::audit::Selection;
use crate::config::{self, FILE_NAME};
use crate::discover::{self, Discovered, Found, Options};
use crate::finding::Severity;
use crate::pipeline::setup::Setup;
use crate::pipeline::{self, Output, Request, Task};
use crate::programme::Clock;
use crate::redact::{MASK, Shown, Terms as Masks};
use crate::report::{Format, RuleCard, Run, Totals, renderer};
use crate::rule::Rule;
use crate::schema::{Schema, form};
use crate::settle::Terms;
use crate::text::Visible;

/// Counts of people below this are withheld where the settings say nothing.
const MIN_CELL: u64 = 5;
/// Findings written in full where nothing else is said.
const FULL_MAX: usize = 100;
/// Programmes from which a progress bar is shown.
const BAR_FROM: usize = 20;

pub(super) fn check(args: &CheckArgs) -> u8 {
    match prepared(args) {
        Ok(status) | Err(status) => status,
    }
}

fn prepared(args: &CheckArgs) -> Result<u8, u8> {
    let started = std::time::Instant::now();
    let schema = model()?;
    let clock = clock(args)?;
    let stage = match &args.stage {
        None => None,
        Some(word) => Some(schema.stage(word).ok_or_else(|| {
            let known: Vec<String> =
                schema.vocabulary(schema.stages).into_iter().flat_map(|known| known.choices()).map(str::to_owned).collect();
            say(&format!("{} is no stage; use {}", Visible(word), crate::text::list(&known, "or")));
            exit::FAULT
        })?),
    };
    let working = std::env::current_dir().map_err(|_| {
        say("the working directory cannot be read");
        exit::INCOMPLETE
    })?;
    let options = Options { no_ignore: args.no_ignore, working: working.clone() };
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let discovered = discover::discover(&paths, &options);
    let mut setups = Setups::read(&schema, &discovered, &args.common, &working)?;
    let rules = setups.number();
    let run_setup = setups.list.first().ok_or(exit::FAULT)?;
    let select = setups.names_of_today(&args.select, &rules)?;
    let ignore = setups.names_of_today(&args.ignore, &rules)?;
    let fail_on = args.fail_on.or(run_setup.settings.fail_on.as_ref().map(|placed| placed.value)).unwrap_or(Severity::Error);
    let min_cell = setups
        .list
        .iter()
        .filter_map(|setup| setup.settings.privacy.min_cell.as_ref())
        .map(|placed| placed.value)
        .max()
        .unwrap_or(MIN_CELL);
    let format = match args.format {
        FormatName::Full => Format::Full,
        FormatName::Concise => Format::Concise,
        FormatName::Narrated => Format::Narrated,
        FormatName::Json => Format::Json,
    };
    let targets = targets(args, format)?;
    let carries = targets.iter().any(|target| target.format == Format::Json);
    let max_findings = args.max_findings.unwrap_or(if carries || format == Format::Concise { usize::MAX } else { FULL_MAX });
    let request = Request {
        clock,
        selection: Selection { select, ignore, stage },
        terms: Terms { min_severity: if args.quiet { fail_on.max(args.min_severity) } else { args.min_severity }, fail_on },
        masks: Masks { min_cell },
        excerpts: targets.iter().any(|target| target.format != Format::Concise),
        max_findings,
        digests: carries,
        threads: args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1),
    };
    let run = run(args, &setups, &rules, &request, carries);
    let mut before = Totals {
        left_out: (discovered.left_out.0, discovered.left_out.1.as_deref().map(Shown::words)),
        strays: (discovered.strays.0, discovered.strays.1.as_deref().map(Shown::words)),
        ..Totals::default()
    };
    let mut incomplete = report_missing(&discovered, &working);
    let tasks = pipeline::tasks(&setups.list, &|found| setups.of(found), discovered.programmes, &options);
    incomplete |= tasks.is_empty();
    if tasks.is_empty() && !incomplete {
        before.unjudged = 0;
    }
    let status = |totals: &Totals| {
        if pipeline::status(totals) == exit::FAULT {
            exit::FAULT
        } else if incomplete {
            exit::INCOMPLETE
        } else {
            pipeline::status(totals)
        }
    };
    let bar = bar(&tasks, args);
    let tick = || {
        if let Some(bar) = &bar {
            bar.inc(1);
            // Short work is done before anyone could read a bar.
            if bar.is_hidden() && started.elapsed().as_secs_f64() > 1.0 {
                bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            }
        }
    };
    let mut files: Vec<Target> = Vec::new();
    let mut outputs = Vec::new();
    for mut target in targets {
        let to: Box<dyn Write> = match target.open() {
            Ok(to) => to,
            Err(why) => {
                say(&format!("{} cannot be written: {why}", target.name()));
                return Err(exit::FAULT);
            }
        };
        outputs.push(Output { renderer: renderer(target.format), to });
        files.push(target);
    }
    let outcome = pipeline::run(&setups.list, &tasks, &request, &run, outputs, &status, before, &tick);
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let mut status = outcome.status;
    for (target, written) in files.into_iter().zip(outcome.written) {
        let name = target.name();
        match written.and_then(|()| target.keep()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                say(&format!("{name} cannot be written: {}", error.kind()));
                status = exit::FAULT;
            }
        }
    }
    if !args.quiet && io::stderr().is_terminal() {
        say(&format!("took {:.1} s", started.elapsed().as_secs_f64()));
    }
    Ok(status)
}

/// The date of the audit: as given, else of the build environment, else today.
fn clock(args: &CheckArgs) -> Result<Clock, u8> {
    if let Some(text) = &args.as_of {
        return match form::date(text.as_bytes()) {
            Some((as_of, form::Precision::Day)) => Ok(Clock { as_of, given: true }),
            _ => {
                say(&format!("{} is no day; write --as-of YYYY-MM-DD", Visible(text)));
                Err(exit::FAULT)
            }
        };
    }
    if let Some(epoch) = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<i64>().ok()) {
        return Ok(Clock { as_of: i32::try_from(epoch.div_euclid(86_400)).unwrap_or(0), given: true });
    }
    let now = jiff::Timestamp::now().as_second();
    Ok(Clock { as_of: i32::try_from(now.div_euclid(86_400)).unwrap_or(0), given: false })
}

/// The settings of the run, and those of each programme.
struct Setups {
    list: Vec<Setup>,
    by_file: BTreeMap<PathBuf, usize>,
    of: BTreeMap<PathBuf, usize>,
}

impl Setups {
    fn read(schema: &Arc<Schema>, discovered: &Discovered, common: &Common, working: &Path) -> Result<Self, u8> {
        let mut setups = Setups { list: Vec::new(), by_file: BTreeMap::new(), of: BTreeMap::new() };
        let mut search = config::Search::new(None);
        let run_file =
            if common.isolated { None } else { common.config.clone().map(|file| working.join(file)).or_else(|| search.closest(working)) };
        setups.add(schema, run_file.as_deref())?;
        for found in &discovered.programmes {
            let file = if common.isolated || common.config.is_some() { run_file.clone() } else { search.closest(&found.folder) };
            let number = setups.add(schema, file.as_deref())?;
            setups.of.insert(found.folder.clone(), number);
        }
        for near in search.near_misses() {
            say(&format!("{} is not read; the settings file is called {FILE_NAME}", Visible(&discover::shown(working, near))));
        }
        Ok(setups)
    }

    fn add(&mut self, schema: &Arc<Schema>, file: Option<&Path>) -> Result<usize, u8> {
        let key = file.map(Path::to_owned).unwrap_or_default();
        if let Some(known) = self.by_file.get(&key) {
            return Ok(*known);
        }
        let setup = Setup::read(schema, &source(), file, &|_| true).map_err(|error| {
            complain(&error);
            exit::FAULT
        })?;
        for note in &setup.notes {
            settings_problems(&note.text, &note.problems);
        }
        self.list.push(setup);
        self.by_file.insert(key, self.list.len() - 1);
        Ok(self.list.len() - 1)
    }

    /// Numbers the rules of all settings files together, each name once, in order; gives the setup and the
    /// rule that stand for each: the run's own first, then those of the programmes in path order.
    fn number(&mut self) -> Vec<(usize, usize)> {
        let mut rules: BTreeMap<Arc<str>, (usize, usize)> = BTreeMap::new();
        for (at, setup) in self.list.iter().enumerate() {
            for (rule, known) in setup.rules.rules.iter().enumerate() {
                rules.entry(Arc::clone(&known.name)).or_insert((at, rule));
            }
        }
        let names: Vec<&Arc<str>> = rules.keys().collect();
        for setup in &mut self.list {
            setup.numbers = setup.rules.rules.iter().filter_map(|rule| names.binary_search(&&rule.name).ok()).collect();
        }
        rules.into_values().collect()
    }

    /// Names of rules and families from the command line, old ones as they are called today.
    fn names_of_today(&self, names: &[String], rules: &[(usize, usize)]) -> Result<Vec<String>, u8> {
        let is_family = |rule: &Rule, name: &str| rule.name.split_once('/').is_some_and(|(family, _)| family == name);
        let mut today = Vec::new();
        for name in names {
            let named = |rule: &&Rule| *rule.name == **name || is_family(rule, name);
            let all = || rules.iter().filter_map(|number| self.rule(*number)).map(|(_, rule)| rule);
            if all().any(|rule| named(&rule)) {
                today.push(name.clone());
            } else if let Some(rule) = all().find(|rule| rule.formerly.iter().any(|old| old == name)) {
                say(&format!("{} is called {} now", Visible(name), rule.name));
                today.push(rule.name.to_string());
            } else {
                let near = crate::text::nearest(name, all().map(|rule| &*rule.name))
                    .map_or_else(String::new, |near| format!("; did you mean {near}?"));
                say(&format!("there is no rule or family {}{near}", Visible(name)));
                return Err(exit::FAULT);
            }
        }
        Ok(today)
    }

    /// The rule that stands for a number.
    fn rule(&self, (setup, rule): (usize, usize)) -> Option<(&Setup, &Rule)> {
        let setup = self.list.get(setup)?;
        Some((setup, setup.rules.rules.get(rule)?))
    }

    /// The files by which the run is made, each once, with its digest.
    fn files(&self) -> impl Iterator<Item = (&PathBuf, &String)> {
        let mut seen = BTreeSet::new();
        self.list.iter().flat_map(|setup| &setup.read).filter(move |(path, _)| seen.insert(path)).map(|(path, digest)| (path, digest))
    }

    fn of(&self, found: &Found) -> usize {
        self.of.get(&found.folder).copied().unwrap_or(0)
    }
}

/// What holds for the whole run, as reports say it.
fn run(args: &CheckArgs, setups: &Setups, rules: &[(usize, usize)], request: &Request, carries: bool) -> Run {
    let rules = rules
        .iter()
        .filter_map(|number| setups.rule(*number))
        .map(|(setup, rule)| {
            let effective = setup.effective(Path::new("."));
            let own = effective.rule.get(&*rule.name);
            let set = own.and_then(|own| own.severity.as_ref());
            let params = rule
                .params
                .iter()
                .filter_map(|number| setup.rules.params.get(*number))
                .map(|param| {
                    let set = own.and_then(|own| own.params.get(&param.name)).map(|set| match &set.value {
                        config::ParamValue::Number(text) | config::ParamValue::Date(text) => text.clone(),
                        config::ParamValue::Flag(flag) => flag.to_string(),
                        // A text of the settings is not known to be safe.
                        config::ParamValue::Text(_) | config::ParamValue::List(_) => MASK.to_owned(),
                    });
                    match set {
                        Some(text) => (plain(&param.name), text, "settings"),
                        None => (plain(&param.name), plain(&param.text), "page"),
                    }
                })
                .collect();
            RuleCard {
                name: rule.name.to_string(),
                title: plain(&rule.title),
                severity: set.map_or(rule.severity, |placed| placed.value),
                help: plain(&rule.help),
                digest: if carries { setup.rules.digest(rule) } else { String::new() },
                params,
                severity_from: if set.is_some() { "settings" } else { "page" },
            }
        })
        .collect();
    let working = std::env::current_dir().unwrap_or_default();
    let settings = json!({
        "files": setups.files().map(|(path, digest)| json!({ "path": discover::shown(&working, path), "sha256": digest })).collect::<Vec<_>>(),
        "fail_on": request.terms.fail_on,
        "min_severity": request.terms.min_severity,
        "min_cell": request.masks.min_cell,
        "select": request.selection.select,
        "ignore": request.selection.ignore,
        "stage": args.stage,
        "rules_from": source().shown().map(|_| "HAVESAY_RULES"),
    });
    Run {
        as_of: form::day_text(request.clock.as_of),
        rules,
        settings,
        color: color(args.common.color),
        width: width(),
        verbose: args.verbose,
        statistics: args.statistics,
        max_findings: request.max_findings,
    }
}

/// Columns of the terminal, within what reads well.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100).clamp(40, 160)
}

/// Says which paths are not there or hold no programme.
fn report_missing(discovered: &Discovered, working: &Path) -> bool {
    for path in &discovered.missing {
        say(&format!("{} does not exist", shown(path)));
    }
    for (path, seen) in &discovered.empty {
        let shown = discover::shown(working, &working.join(path));
        let seen = match seen {
            0 => "it holds no record file either".to_owned(),
            1 => "1 JSON file there belongs to no programme".to_owned(),
            many => format!("{many} JSON files there belong to no programme"),
        };
        say(&format!(
            "no programme was found at {shown}: a programme is a folder with a charter, programme.json, and none is there, above it or beneath it; {seen}\n  help: name the folder of a programme, or write a first one with havesay init"
        ));
    }
    !discovered.missing.is_empty() || !discovered.empty.is_empty()
}

fn bar(tasks: &[Task], args: &CheckArgs) -> Option<indicatif::ProgressBar> {
    if args.quiet || tasks.len() < BAR_FROM || !io::stderr().is_terminal() {
        return None;
    }
    let bar = indicatif::ProgressBar::with_draw_target(Some(tasks.len() as u64), indicatif::ProgressDrawTarget::hidden());
    let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} programmes, {eta} left").ok()?;
    Some(bar.with_style(style))
}

/// A place where a format is written.
struct Target {
    format: Format,
    path: Option<PathBuf>,
    /// Where what is written waits for the end, and the file whose place it then takes.
    temporary: Option<(tempfile::TempPath, PathBuf)>,
}

/// What the arguments want written where.
fn targets(args: &CheckArgs, format: Format) -> Result<Vec<Target>, u8> {
    let mut targets = Vec::new();
    let mut standard = false;
    for output in &args.output {
        let Some((name, path)) = output.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            say(&format!("-o takes a format and a path, such as json=audit.json, not {}", Visible(output)));
            return Err(exit::FAULT);
        };
        let known = match name {
            "full" => Format::Full,
            "concise" => Format::Concise,
            "narrated" => Format::Narrated,
            "json" => Format::Json,
            other => {
                say(&format!("{} is no format; use full, concise, narrated or json", Visible(other)));
                return Err(exit::FAULT);
            }
        };
        let place = (path != "-").then(|| PathBuf::from(path));
        if targets.iter().any(|target: &Target| target.path == place) {
            say(&format!(
                "two outputs go to {}; give each a place of its own",
                place.as_deref().map_or_else(|| "standard output".to_owned(), shown)
            ));
            return Err(exit::FAULT);
        }
        if path == "-" {
            standard = true;
            targets.insert(0, Target { format: known, path: None, temporary: None });
        } else {
            targets.push(Target { format: known, path: Some(PathBuf::from(path)), temporary: None });
        }
    }
    if !standard {
        targets.insert(0, Target { format, path: None, temporary: None });
    }
    Ok(targets)
}

impl Target {
    fn name(&self) -> String {
        self.path.as_deref().map_or_else(|| "standard output".to_owned(), shown)
    }

    /// Opens it. A file is written beside itself and put in place at the end; a device or pipe is written through.
    fn open(&mut self) -> Result<Box<dyn Write>, String> {
        let Some(path) = &self.path else { return Ok(Box::new(BufWriter::with_capacity(64 * 1024, io::stdout()))) };
        let describe = |error: io::Error| error.kind().to_string();
        let special = fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir());
        if special {
            return Ok(Box::new(BufWriter::new(File::options().write(true).open(path).map_err(describe)?)));
        }
        if path.is_dir() {
            return Err("it is a folder".to_owned());
        }
        // A link is followed, so that the file behind it is replaced and not the link.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".havesay-").tempfile_in(folder).map_err(describe)?;
        let (file, temporary) = file.into_parts();
        self.temporary = Some((temporary, real));
        Ok(Box::new(BufWriter::with_capacity(64 * 1024, file)))
    }

    /// Puts a finished file in its place.
    fn keep(self) -> io::Result<()> {
        match self.temporary {
            Some((temporary, path)) => {
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt;
                    let mode = fs::metadata(&path).map_or(0o644, |known| known.permissions().mode());
                    fs::set_permissions(&temporary, fs::Permissions::from_mode(mode))?;
                }
                temporary.persist(path).map_err(|error| error.error)
            }
            None => Ok(()),
        }
    }
}
