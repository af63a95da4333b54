//! The stages in order, nothing else: programmes from files to masked findings, a few of them side by side, and
//! many in path order.
//!
//! [`several`] is a pure function of bytes, settings and date; [`run`] gives programmes to threads and writes
//! what they give back as soon as it is their turn. [`setup`] reads settings and rules, `overlays` the schema
//! overlays that settings name, [`waivers`] the waiver files of a run; [`shard`] splits a run into parts;
//! `fit` holds what settings name against what there is; [`examples`] runs the examples of rule pages through
//! the same stages, [`coverage`] says what they do not show, and [`mutation`] whether they notice small changes.

pub mod change;
pub mod coverage;
pub mod examples;
mod fit;
mod locks;
pub mod mutation;
mod overlays;
pub mod setup;
pub mod shard;
pub mod waivers;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::audit::{self, Audit, Selection, State};
use crate::config::Baseline;
use crate::discover::{self, Found, Input, Options};
use crate::document::Forest;
use crate::finding::BaselineState;
use crate::limits;
use crate::programme::{self, Beside, Clock, Programme};
use crate::redact::{Redactor, Shown, ShownChange, ShownProgramme, Terms as Masks};
use crate::report::{Output, Run, Totals, Writing};
use crate::settle::{self, Settled, Terms};

pub use change::{Against, Before};
pub use setup::{Setup, SetupError};

/// What one run is to do.
#[derive(Clone, Debug)]
pub struct Request {
    /// The date of the audit.
    pub clock: Clock,
    /// Which rules.
    pub selection: Selection,
    /// Which findings are shown, and which fail.
    pub terms: Terms,
    /// The baseline that findings are held against.
    pub baseline: Option<Arc<Baseline>>,
    /// How much is masked.
    pub masks: Masks,
    /// For how many findings of a programme lines around places are cut.
    pub excerpts: usize,
    /// Whether the audit is to be saved: with digests of the inputs, and the addresses of what has no verdict.
    pub saved: bool,
    /// How many threads.
    pub threads: usize,
}

/// Programmes of one setup, from files to masked findings, in the order of the tasks. As many as are small
/// enough are judged side by side. What an earlier state has to do with them is not looked at.
#[must_use]
pub fn several(setup: &Setup, request: &Request, tasks: &[Task], forests: &mut Forests) -> Vec<ShownProgramme> {
    let mut all = Vec::with_capacity(tasks.len());
    let mut rest = tasks.iter();
    while !rest.as_slice().is_empty() {
        let (mut read, mut bytes) = (Vec::new(), 0);
        while read.len() < limits::SIDE_BY_SIDE_MAX
            && bytes < limits::SIDE_BY_SIDE_BYTES
            && let Some(task) = rest.next()
        {
            let (programme, state) = load(setup, request, task, &task.waivers, forests.take());
            bytes += programme.forest.text.len();
            read.push((task, programme, state));
        }
        let judged = read.iter().map(|(_, programme, state)| (programme, state));
        let audits = settle::audit_side_by_side(judged, &setup.rules, request.clock.as_of);
        for ((task, programme, state), audit) in read.into_iter().zip(audits) {
            all.push(tell(setup, request, &programme, &state, audit, &|file| task.asks_for(file as usize)));
            forests.keep(programme.forest);
        }
    }
    all
}

/// One programme under these waivers, whatever of it was asked for.
#[must_use]
pub fn one(setup: &Setup, request: &Request, task: &Task, waivers: &[Beside]) -> ShownProgramme {
    let (programme, state) = load(setup, request, task, waivers, Forest::default());
    let audit = settle::audit(&programme, &setup.rules, &state, request.clock.as_of);
    tell(setup, request, &programme, &state, audit, &|_| true)
}

fn load(setup: &Setup, request: &Request, task: &Task, waivers: &[Beside], forest: Forest) -> (Programme, State) {
    let Task { found, inputs, .. } = task;
    let mut programme = programme::load(&setup.schema, &setup.judges, &found.shown, inputs, forest, request.clock, request.saved);
    programme.waivers = waivers.to_vec();
    programme.baseline.clone_from(&request.baseline);
    let state = setup.state(&programme, &found.folder, &request.selection);
    (programme, state)
}

fn tell(
    setup: &Setup,
    request: &Request,
    programme: &Programme,
    state: &State,
    mut audit: Audit,
    inside: &dyn Fn(u32) -> bool,
) -> ShownProgramme {
    let settled = settle::settle(programme, &setup.rules, state, &mut audit, request.clock.as_of, &request.terms, inside, None);
    let mut shown = show(programme, state, audit, settled, request, None);
    shown.renumber(&setup.numbers);
    shown
}

/// The memory of programmes that were judged, to be used again.
#[derive(Debug, Default)]
pub struct Forests(Vec<Forest>);

impl Forests {
    /// The roomiest that there is.
    pub fn take(&mut self) -> Forest {
        let roomiest = self.0.iter().enumerate().max_by_key(|(_, forest)| forest.text.capacity()).map(|(at, _)| at);
        roomiest.map(|at| self.0.swap_remove(at)).unwrap_or_default()
    }

    /// Keeps it, unless it is large and another such is there.
    pub fn keep(&mut self, forest: Forest) {
        let is_large = |forest: &Forest| forest.text.capacity() > limits::SIDE_BY_SIDE_BYTES;
        if self.0.len() < limits::SIDE_BY_SIDE_MAX && !(is_large(&forest) && self.0.iter().any(is_large)) {
            self.0.push(forest);
        }
    }
}

fn show(
    programme: &Programme,
    state: &audit::State,
    audit: audit::Audit,
    settled: Settled,
    request: &Request,
    change: Option<ShownChange>,
) -> ShownProgramme {
    let mut redactor = Redactor::new(programme, request.masks);
    let mut open = 0;
    let findings = settled
        .findings
        .iter()
        .enumerate()
        .map(|(number, (finding, standing))| {
            // Lines around what is held back, or was there before a change, are shown only by formats that show it.
            let listed = standing.suppressed.is_none() && standing.baseline != Some(BaselineState::Unchanged);
            open += usize::from(listed);
            let within = standing.baseline.is_none() && number < request.excerpts || request.excerpts == usize::MAX;
            redactor.finding(finding, standing, within || (listed && open <= request.excerpts))
        })
        .collect();
    // Lines are found only where they are needed.
    let charter = if settled.findings.iter().any(|(finding, _)| finding.reveals) { redactor.charter() } else { None };
    let stage = state.stage.and_then(|stage| {
        programme.schema.vocabulary(programme.schema.stages)?.words.get(usize::from(stage)).map(|word| Shown::words(&word.text))
    });
    ShownProgramme {
        id: shown_id(programme, request),
        path: Shown::words(&programme.folder),
        stage,
        profile: (!state.profile.is_empty()).then(|| Shown::words(&state.profile)),
        records: programme.records.iter().filter(|record| record.node != programme::NO_RECORD).count() as u64,
        files: redactor.files(),
        verdicts: audit.verdicts,
        idle: audit.idle.iter().map(|(rule, why)| (*rule, crate::redact::idle(why, request.masks))).collect(),
        no_evidence: audit.no_evidence.iter().map(|entry| redactor.no_evidence(entry, request.saved)).collect(),
        findings,
        charter,
        totals: settled.totals,
        totals_once: settled.totals_once,
        suppressed: settled.suppressed,
        suppressed_once: settled.suppressed_once,
        waivers: settled.waivers,
        lingering: settled.lingering,
        failing: settled.failing,
        elsewhere: settled.elsewhere,
        beyond: audit.beyond as u64,
        unjudged: programme.files.iter().filter(|file| file.unjudged).count() as u64,
        faulted: audit.faulted,
        change: change.map(|change| ShownChange { unchanged: settled.unchanged, unchanged_once: settled.unchanged_once, ..change }),
    }
}

fn shown_id(programme: &Programme, request: &Request) -> Shown {
    // A folder that stands for an id is a path, and shown as one.
    if *programme.id == *programme.folder {
        Shown::words(&programme.folder)
    } else {
        crate::redact::value(&programme.id, crate::finding::Care::Id, request.masks)
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The totals.
    pub totals: Totals,
    /// The exit status.
    pub status: u8,
    /// For each output, how many findings it left out, or why it could not be written.
    pub written: Vec<io::Result<u64>>,
}

/// A programme with its inputs, ready to be judged.
#[derive(Debug)]
pub struct Task {
    /// Which setup it has.
    pub setup: usize,
    /// What was found.
    pub found: Found,
    /// Its files.
    pub inputs: Vec<Input>,
    /// The files' absolute paths, where only a part was asked for; those of waiver files after them.
    pub paths: Vec<PathBuf>,
    /// The waiver files that concern it.
    pub waivers: Vec<Beside>,
    /// What stands against it in an earlier state, where only what a change brought is asked for.
    pub compared: Option<Against>,
}

impl Task {
    /// Whether a file was asked for, by its number.
    #[must_use]
    pub fn asks_for(&self, file: usize) -> bool {
        self.paths.is_empty() || self.paths.get(file).is_some_and(|path| settle::lies_within(path, &self.found.only))
    }
}

/// The files of a programme. A schema overlay is no record, wherever it stands.
#[must_use]
pub fn inputs(setup: &Setup, found: &Found, options: &Options) -> Vec<Input> {
    let mut inputs = discover::inputs(&setup.schema, found, &setup.config, options);
    inputs.retain(|input| !matches!(&input.source, discover::Source::Disk(path) if setup.is_overlay(path)));
    inputs
}

/// Prepares the programmes of a run.
#[must_use]
pub fn tasks(setups: &[Setup], of: &dyn Fn(&Found) -> usize, discovered: Vec<Found>, options: &Options) -> Vec<Task> {
    let mut tasks = Vec::with_capacity(discovered.len());
    for found in discovered {
        let number = of(&found);
        let Some(setup) = setups.get(number) else { continue };
        let inputs = inputs(setup, &found, options);
        // A programme whose charter the settings leave out is left out.
        if !is_programme(&inputs) {
            continue;
        }
        let paths = if found.only.is_empty() {
            Vec::new()
        } else {
            inputs
                .iter()
                .map(|input| if let discover::Source::Disk(path) = &input.source { path.clone() } else { PathBuf::new() })
                .collect()
        };
        tasks.push(Task { setup: number, found, inputs, paths, waivers: Vec::new(), compared: None });
    }
    tasks
}

/// Whether there is a charter among these files.
#[must_use]
pub fn is_programme(inputs: &[Input]) -> bool {
    use discover::Role::{Charter, Link, SecondCharter, Unsupported};
    inputs.iter().any(|input| matches!(input.role, Charter | Unsupported(None) | Link(None) | SecondCharter))
}

/// Audits all programmes and writes the outputs, in path order whatever the number of threads.
#[expect(clippy::too_many_arguments, reason = "the whole run: what is judged, by what, and where it is written")]
pub fn run(
    setups: &[Setup],
    tasks: &[Task],
    request: &Request,
    run: &Run,
    outputs: Vec<Output<'_>>,
    status: &dyn Fn(&Totals) -> u8,
    before: Totals,
    tick: &(dyn Fn() + Sync),
) -> Outcome {
    let mut writing: Vec<Writing<'_>> = outputs.into_iter().map(|output| Writing::begin(output, run)).collect();
    let mut totals = before;
    let threads = request.threads.clamp(1, tasks.len().max(1));
    let judge = |tasks: &[Task], forests: &mut Forests| {
        let mut all = Vec::with_capacity(tasks.len());
        for some in tasks.chunk_by(|a, b| a.setup == b.setup && a.compared.is_none() && b.compared.is_none()) {
            if let [task] = some
                && let Some(against) = &task.compared
            {
                if let Some((shown, forest)) = change::both(setups, request, task, against, &|file| task.asks_for(file), forests.take()) {
                    all.push(shown);
                    forests.keep(forest);
                }
            } else if let Some(setup) = some.first().and_then(|task| setups.get(task.setup)) {
                all.extend(several(setup, request, some, forests));
            }
        }
        all
    };
    // Every thread is to get its share, in several turns.
    let share = if threads == 1 { tasks.len() } else { tasks.len() / (4 * threads) };
    let at_once = share.clamp(1, limits::SIDE_BY_SIDE_MAX);
    let turns: Vec<&[Task]> = tasks.chunks(at_once).collect();
    if threads == 1 {
        let mut forests = Forests::default();
        for some in turns {
            for shown in judge(some, &mut forests) {
                take(&mut writing, run, &mut totals, &shown);
            }
            some.iter().for_each(|_| tick());
        }
    } else {
        parallel(&turns, threads, run, &mut writing, &mut totals, &judge, tick);
    }
    let status = status(&totals);
    let written = writing.into_iter().map(|one| one.end(run, &totals, status)).collect();
    Outcome { totals, status, written }
}

fn take(writing: &mut [Writing<'_>], run: &Run, totals: &mut Totals, shown: &ShownProgramme) {
    totals.add(shown, run);
    writing.iter_mut().for_each(|one| one.programme(run, shown));
}

type Judge<'j> = dyn Fn(&[Task], &mut Forests) -> Vec<ShownProgramme> + Sync + 'j;

/// Threads take the next few programmes each; finished ones wait for their turn, at most twice the threads.
fn parallel(
    turns: &[&[Task]],
    threads: usize,
    run: &Run,
    writing: &mut [Writing<'_>],
    totals: &mut Totals,
    judge: &Judge<'_>,
    tick: &(dyn Fn() + Sync),
) {
    let next = AtomicUsize::new(0);
    let done: Mutex<(BTreeMap<usize, Vec<ShownProgramme>>, usize)> = Mutex::new((BTreeMap::new(), 0));
    let turn = Condvar::new();
    let arrived = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut forests = Forests::default();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(tasks) = turns.get(number) else { return };
                    let shown = judge(tasks, &mut forests);
                    tasks.iter().for_each(|_| tick());
                    let mut guard = done.lock().unwrap_or_else(PoisonError::into_inner);
                    while number >= guard.1 + 2 * threads {
                        guard = turn.wait(guard).unwrap_or_else(PoisonError::into_inner);
                    }
                    guard.0.insert(number, shown);
                    drop(guard);
                    arrived.notify_one();
                }
            });
        }
        for number in 0..turns.len() {
            let mut guard = done.lock().unwrap_or_else(PoisonError::into_inner);
            let shown = loop {
                if let Some(shown) = guard.0.remove(&number) {
                    break shown;
                }
                guard = arrived.wait(guard).unwrap_or_else(PoisonError::into_inner);
            };
            guard.1 = number + 1;
            drop(guard);
            turn.notify_all();
            shown.iter().for_each(|shown| take(writing, run, totals, shown));
        }
    });
}

/// The exit status of an audit.
#[must_use]
pub fn status(totals: &Totals) -> u8 {
    // A change may leave all programmes as they were.
    let touches_nothing = totals.change.is_some() && totals.programmes == 0;
    if totals.faulted {
        2
    } else if totals.newly_unjudged() > 0 || (!totals.judged() && !touches_nothing) {
        3
    } else if totals.failing > 0 {
        1
    } else {
        0
    }
}
