//! `havesay check`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, IsTerminal};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CheckArgs, Common, complain, document, exit, model, run, say, settings_problems, shard, shown, since, source, target, twins};
use crate::audit::Selection;
use crate::config::waivers::WAIVERS_NAME;
use crate::config::{self, Baseline, FILE_NAME};
use crate::discover::mirror::Mirror;
use crate::discover::{self, Discovered, Found, Options};
use crate::finding::Severity;
use crate::limits;
use crate::pipeline::setup::{Setup, SetupError};
use crate::pipeline::{self, Request, Task};
use crate::programme::Clock;
use crate::redact::{Shown, Terms as Masks};
use crate::report::{ChangeTotals, Format, Run, Totals};
use crate::rule::Rule;
use crate::schema::{Schema, form};
use crate::settle::Terms;
use crate::text::Visible;

/// Programmes from which a progress bar is shown.
const BAR_FROM: usize = 20;

pub(super) fn check(args: &CheckArgs) -> u8 {
    match prepared(args) {
        Ok(status) | Err(status) => status,
    }
}

fn prepared(args: &CheckArgs) -> Result<u8, u8> {
    let started = std::time::Instant::now();
    shard::check(args)?;
    let schema = model()?;
    let clock = clock(args.as_of.as_deref())?;
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
    let document = document::document(args, &schema, &options)?;
    let mut comparing = since::comparing(args, &schema, clock, &paths, &options)?;
    let discovered = match (&document, &mut comparing) {
        (Some(document), _) => document.discovered(),
        (None, Some(comparing)) => comparing.discovered(),
        (None, None) => discover::discover(&paths, &options),
    };
    let governing = Governing { common: &args.common, working: &working };
    // The process ends soon after: to give their memory back piece by piece would be in vain.
    let mut setups = ManuallyDrop::new(Setups::read(&schema, &discovered, &governing, mirror(&comparing))?);
    let rules = setups.number();
    let run_setup = setups.list.first().ok_or(exit::FAULT)?;
    let select = setups.names_of_today(&args.select, &rules)?;
    let ignore = setups.names_of_today(&args.ignore, &rules)?;
    let fail_on = args.fail_on.or(run_setup.config.fail_on()).unwrap_or(Severity::Error);
    let min_cell = setups.list.iter().filter_map(|setup| setup.config.min_cell()).max().unwrap_or(limits::MIN_CELL);
    let mut targets = target::targets(&args.output, args.format)?;
    let any = |has: fn(Format) -> bool| targets.iter().any(|target| has(target.format));
    let wanted = run::Wanted { digests: any(Format::has_digests), prose: any(Format::has_prose) };
    // The saved audit of a part holds all that was found in it.
    let whole = |format| format == Format::Json && args.shard.is_some();
    let most = |format: Format| args.max_findings.filter(|_| !whole(format)).unwrap_or_else(|| format.most());
    let excerpts_max = targets.iter().filter(|target| target.format.has_excerpts()).map(|target| most(target.format)).max();
    let baseline = args.baseline.as_deref().map(|path| read_baseline(path, &working)).transpose()?;
    let request = Request {
        clock,
        selection: Selection { select, ignore, stage },
        terms: Terms {
            min_severity: if args.quiet { fail_on.max(args.min_severity) } else { args.min_severity },
            fail_on,
            waivers: !args.no_waivers,
            about: args.about,
        },
        baseline,
        masks: Masks { min_cell },
        excerpts: excerpts_max.unwrap_or(0),
        saved: wanted.digests,
        threads: args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1),
    };
    let strays: Vec<&PathBuf> = discovered.strays.iter().filter(|path| !setups.list.iter().any(|setup| setup.is_overlay(path))).collect();
    let before = Totals {
        left_out: (discovered.left_out.0, discovered.left_out.1.as_deref().map(Shown::words)),
        strays: (strays.len(), strays.first().map(|first| Shown::words(&discover::shown(&working, first)))),
        change: comparing.as_ref().map(|_| ChangeTotals::default()),
        ..Totals::default()
    };
    let mut incomplete = report_missing(&discovered, &working);
    let programmes = discovered.programmes.len();
    let mut tasks = pipeline::tasks(&setups.list, &|found| setups.of(found), discovered.programmes, &options);
    // Where all there is was asked for, a waiver for no programme in the run is for none at all.
    let all = discovered.left_out.0 == 0 && tasks.len() == programmes && comparing.is_none() && document.is_none();
    let alone = document.as_ref().is_some_and(document::Document::is_alone);
    if let Some(document) = document {
        document.put(&mut tasks, &working)?;
    }
    // A document by itself is in no folder whose waivers could be for it.
    if !alone {
        let idle = attach(&setups, &mut tasks, &working, if all { &paths } else { &[] }, mirror(&comparing))?;
        // Of waivers that nobody reads it cannot be said that nothing is wrong with them.
        if idle && args.about.is_some() {
            return Err(exit::FAULT);
        }
    }
    if request.baseline.is_some() {
        twins::refuse(&tasks, request.masks)?;
    }
    // A change may touch no programme.
    incomplete |= tasks.is_empty() && comparing.is_none();
    let compared = comparing.as_ref().map(since::Comparing::told);
    let run = run::run(args, &setups, &tasks, &rules, &request, wanted);
    let run = Run { compared, shard: shard::take(args, &mut tasks, incomplete), ..run };
    let objects = comparing.as_ref().map(since::Comparing::objects);
    if let Some(comparing) = comparing {
        comparing.put_beside(&mut tasks, &mut setups, &schema, &governing, &options)?;
    }
    // Where there are more parts than programmes, some have nothing to do.
    let idle = run.shard.is_some() && tasks.is_empty() && !incomplete;
    let status = |totals: &Totals| if idle { exit::FINE } else { status(totals, incomplete) };
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
    let records = tasks.iter().flat_map(|task| &task.inputs).filter_map(|input| match &input.source {
        discover::Source::Disk(path) => Some(path.as_path()),
        _ => None,
    });
    let judged_by = setups.list.iter().flat_map(|setup| &setup.read).map(|(path, _)| path.as_path());
    let waivers = tasks.iter().flat_map(|task| &task.waivers).map(|beside| beside.file.path.as_path());
    target::spare(&targets, records.chain(judged_by).chain(waivers).chain(args.baseline.as_deref()))?;
    let outputs = target::open(&mut targets, args.max_findings)?;
    let outcome = pipeline::run(&setups.list, &tasks, &request, &run, outputs, &status, before, &tick);
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    twins::mention(&outcome.totals);
    let read = objects.is_none_or(|objects| since::all_was_read(&objects));
    let status = if target::keep(targets, outcome.written) && read { outcome.status } else { exit::FAULT };
    if !args.quiet && io::stderr().is_terminal() {
        say(&format!("took {:.1} s", started.elapsed().as_secs_f64()));
    }
    Ok(status)
}

/// The exit status of a run, which may not have been able to look at all that was asked for.
pub(super) fn status(totals: &Totals, incomplete: bool) -> u8 {
    match pipeline::status(totals) {
        exit::FAULT => exit::FAULT,
        _ if incomplete => exit::INCOMPLETE,
        own => own,
    }
}

/// The date of the audit: as given, else of the build environment, else today.
pub(super) fn clock(as_of: Option<&str>) -> Result<Clock, u8> {
    if let Some(text) = as_of {
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

/// By which settings file programmes are governed.
#[derive(Clone, Copy)]
pub(super) struct Governing<'g> {
    /// What the arguments say.
    pub common: &'g Common,
    /// The working directory.
    pub working: &'g Path,
}

impl Governing<'_> {
    /// Whether no settings file is read.
    pub fn is_isolated(&self) -> bool {
        self.common.isolated
    }

    /// The settings file that is named, in place of the closest.
    pub fn named(&self) -> Option<&Path> {
        self.common.config.as_deref()
    }

    /// The settings file of a folder, in a state that is laid out elsewhere if there is one.
    fn file(&self, search: &mut config::Search, folder: &Path, mirror: Option<&Mirror>) -> Option<PathBuf> {
        let inside = |path: &Path| mirror.map_or_else(|| path.to_owned(), |mirror| mirror.inside(path));
        if self.common.isolated {
            return None;
        }
        let Some(named) = self.named().map(|file| self.working.join(file)) else { return search.closest(&inside(folder)) };
        // What lies outside the repository, or was not there yet, is read as it is.
        Some(Some(inside(&named)).filter(|path| path.exists()).unwrap_or(named))
    }
}

/// The settings of the run, and those of each programme.
#[derive(Default)]
pub(super) struct Setups {
    pub(super) list: Vec<Setup>,
    /// Files that are called like a waiver file, or nearly so, in the folders that were searched.
    waivers: Vec<PathBuf>,
    by_file: BTreeMap<PathBuf, usize>,
    of: BTreeMap<PathBuf, usize>,
    /// Searches, by whether they look where a state is laid out.
    searches: BTreeMap<PathBuf, config::Search>,
}

impl Setups {
    pub(super) fn read(
        schema: &Arc<Schema>,
        discovered: &Discovered,
        governing: &Governing<'_>,
        mirror: Option<&Mirror>,
    ) -> Result<Self, u8> {
        let mut setups = Setups::default();
        let fault = |error: SetupError| {
            complain(&error);
            exit::FAULT
        };
        setups.setup_of(schema, governing, governing.working, mirror).map_err(fault)?;
        for found in &discovered.programmes {
            let number = setups.setup_of(schema, governing, &found.folder, mirror).map_err(fault)?;
            setups.of.insert(found.folder.clone(), number);
        }
        let real = |path: &Path| mirror.map_or_else(|| path.to_owned(), |mirror| mirror.real(path));
        setups.waivers = setups.searches.values().flat_map(config::Search::waivers).map(real).collect();
        for near in setups.searches.values().flat_map(config::Search::near_misses).map(real) {
            say(&format!("{} is not read; the settings file is called {FILE_NAME}", Visible(&discover::shown(governing.working, &near))));
        }
        Ok(setups)
    }

    /// The number of the setup of a folder, read if it is not known yet.
    pub fn setup_of(
        &mut self,
        schema: &Arc<Schema>,
        governing: &Governing<'_>,
        folder: &Path,
        mirror: Option<&Mirror>,
    ) -> Result<usize, SetupError> {
        let place = mirror.map_or_else(PathBuf::new, |mirror| mirror.inside(Path::new("")));
        let search = self.searches.entry(place).or_insert_with(|| config::Search::new(None));
        let file = governing.file(search, folder, mirror);
        let key = file.clone().unwrap_or_default();
        if let Some(known) = self.by_file.get(&key) {
            return Ok(*known);
        }
        let mut setup = Setup::read(schema, &source(), file.as_deref(), &|_| true).map_err(|mut error| {
            if let Some(mirror) = mirror {
                error.rename(&|path| mirror.real(path));
            }
            error
        })?;
        if let Some(mirror) = mirror {
            setup.rename(&|path| mirror.real(path));
        }
        for note in &setup.notes {
            settings_problems(&note.text, &note.problems);
        }
        self.list.push(setup);
        self.by_file.insert(key, self.list.len() - 1);
        Ok(self.list.len() - 1)
    }

    /// A setup by its number.
    pub fn get(&self, number: usize) -> Option<&Setup> {
        self.list.get(number)
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
    pub(super) fn rule(&self, (setup, rule): (usize, usize)) -> Option<(&Setup, &Rule)> {
        let setup = self.list.get(setup)?;
        Some((setup, setup.rules.rules.get(rule)?))
    }

    /// The files by which the run is made, each once, with its digest.
    pub(super) fn files(&self) -> impl Iterator<Item = (&PathBuf, &String)> {
        let mut seen = BTreeSet::new();
        self.list.iter().flat_map(|setup| &setup.read).filter(move |(path, _)| seen.insert(path)).map(|(path, digest)| (path, digest))
    }

    pub(super) fn of(&self, found: &Found) -> usize {
        self.of.get(&found.folder).copied().unwrap_or(0)
    }
}

/// Where settings are laid out as they are staged, if what is staged is looked at.
fn mirror(comparing: &Option<since::Comparing>) -> Option<&Mirror> {
    comparing.as_ref().and_then(|comparing| comparing.staged.as_ref())
}

/// Gives each programme its waiver files, and says which files of the kind are not read; gives whether there
/// is one that nobody reads. One beside settings may be for programmes that are not in the run.
pub(super) fn attach(setups: &Setups, tasks: &mut [Task], working: &Path, asked: &[PathBuf], mirror: Option<&Mirror>) -> Result<bool, u8> {
    let asked: Vec<PathBuf> = asked.iter().filter_map(|path| fs::canonicalize(working.join(path)).ok()).collect();
    let whole = |folder: &Path| fs::canonicalize(folder).is_ok_and(|folder| asked.iter().any(|path| folder.starts_with(path)));
    let place = |path: &Path| mirror.map_or_else(|| path.to_owned(), |mirror| mirror.inside(path));
    pipeline::waivers::attach(&setups.list, tasks, working, &whole, &place).map_err(|faults| {
        complain(&SetupError::Config(faults));
        exit::FAULT
    })?;
    let read: BTreeSet<&Path> = tasks.iter().flat_map(|task| &task.waivers).map(|beside| beside.file.path.as_path()).collect();
    let mut idle = false;
    for path in setups.waivers.iter().filter(|path| !read.contains(path.as_path())) {
        let shown = discover::shown(working, path);
        let shown = Visible(&shown);
        let is_named = path.file_name().is_some_and(|name| name == WAIVERS_NAME);
        let governs = fs::symlink_metadata(place(&path.with_file_name(FILE_NAME))).is_ok();
        idle |= !is_named || !governs;
        say(&match (is_named, governs) {
            (false, _) => format!("{shown} is not read; waivers stand in {WAIVERS_NAME}, beside {FILE_NAME} or in a programme's folder"),
            (true, false) => format!(
                "{shown} is not read: there is no {FILE_NAME} beside it, and this is no programme's folder\n  help: write a {FILE_NAME} beside it; an empty one is enough"
            ),
            (true, true) => format!("{shown} is not read: no programme of this run has the {FILE_NAME} beside it as its settings"),
        });
    }
    Ok(idle)
}

/// Reads the baseline that findings are held against.
pub(super) fn read_baseline(path: &Path, working: &Path) -> Result<Arc<Baseline>, u8> {
    match config::baseline::read(path, &discover::shown(working, &working.join(path))) {
        Ok(baseline) => Ok(Arc::new(baseline)),
        Err(fault) => {
            complain(&SetupError::Config(vec![fault]));
            Err(exit::FAULT)
        }
    }
}

/// Says which paths are not there or hold no programme.
pub(super) fn report_missing(discovered: &Discovered, working: &Path) -> bool {
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
