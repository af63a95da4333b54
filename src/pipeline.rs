//! The stages in order, nothing else: one programme from files to masked findings, and many of them in
//! path order.
//!
//! [`one`] is a pure function of bytes, settings and date; [`run`] gives programmes to threads and writes
//! what they give back as soon as it is their turn. [`setup`] reads settings and rules; `overlays` the schema
//! overlays that settings name; `fit` holds what settings name against what there is; [`examples`] runs
//! the examples of rule pages through the same stages, [`coverage`] says what they do not show,
//! and [`mutation`] whether they notice small changes.

pub mod coverage;
pub mod examples;
mod fit;
pub mod mutation;
mod overlays;
pub mod setup;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::audit::{self, Selection};
use crate::discover::{self, Found, Input, Options};
use crate::document::Forest;
use crate::programme::{self, Clock, Programme};
use crate::redact::{Redactor, Shown, ShownProgramme, Terms as Masks};
use crate::report::{Rendered, Renderer, Run, Totals};
use crate::settle::{self, Terms};

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
    /// How much is masked.
    pub masks: Masks,
    /// Whether lines around places are cut.
    pub excerpts: bool,
    /// The most findings that are written.
    pub max_findings: usize,
    /// Whether digests of the inputs are taken.
    pub digests: bool,
    /// How many threads.
    pub threads: usize,
}

/// One programme, from files to masked findings.
#[must_use]
pub fn one(
    setup: &Setup,
    request: &Request,
    folder: &str,
    inputs: &[Input],
    only: &dyn Fn(usize) -> bool,
    overrides: &std::path::Path,
    forest: Forest,
) -> (ShownProgramme, Forest) {
    let programme = programme::load(&setup.schema, &setup.judges, folder, inputs, forest, request.clock, request.digests);
    let state = audit::state::state(&setup.rules, &programme, &setup.effective(overrides), &request.selection);
    let audit = audit::audit(&programme, &setup.rules, &state, request.clock.as_of);
    let mut shown = show(&programme, &state, audit, request, only);
    shown.renumber(&setup.numbers);
    (shown, programme.forest)
}

fn show(
    programme: &Programme,
    state: &audit::State,
    audit: audit::Audit,
    request: &Request,
    only: &dyn Fn(usize) -> bool,
) -> ShownProgramme {
    let settled = settle::settle(audit.findings, &request.terms, &|file| only(file as usize));
    let mut redactor = Redactor::new(programme, request.masks);
    let findings = settled
        .findings
        .iter()
        .enumerate()
        .map(|(number, finding)| redactor.finding(finding, request.excerpts && number < request.max_findings))
        .collect();
    let stage = state.stage.and_then(|stage| {
        programme.schema.vocabulary(programme.schema.stages)?.words.get(usize::from(stage)).map(|word| Shown::words(&word.text))
    });
    ShownProgramme {
        // A folder that stands for an id is a path, and shown as one.
        id: if *programme.id == *programme.folder {
            Shown::words(&programme.folder)
        } else {
            crate::redact::value(&programme.id, crate::finding::Care::Id, request.masks)
        },
        path: Shown::words(&programme.folder),
        stage,
        profile: (!state.profile.is_empty()).then(|| Shown::words(&state.profile)),
        records: programme.records.iter().filter(|record| record.node != programme::NO_RECORD).count() as u64,
        files: redactor.files(),
        verdicts: audit.verdicts,
        idle: audit.idle.iter().map(|(rule, why)| (*rule, crate::redact::idle(why, request.masks))).collect(),
        no_evidence: audit.no_evidence.iter().map(|entry| redactor.no_evidence(entry)).collect(),
        findings,
        totals: settled.totals,
        failing: settled.failing,
        elsewhere: settled.elsewhere,
        beyond: audit.beyond as u64,
        unjudged: programme.files.iter().filter(|file| file.unjudged).count() as u64,
        faulted: audit.faulted,
    }
}

/// Where a format is written.
pub struct Output<'o> {
    /// The format.
    pub renderer: Box<dyn Renderer>,
    /// The place.
    pub to: Box<dyn Write + 'o>,
}

/// One output while it is written: sections are kept back until the findings are through.
struct Writing<'o> {
    output: Output<'o>,
    spools: Vec<tempfile::SpooledTempFile>,
    filled: Vec<bool>,
    findings: usize,
    failed: Option<io::Error>,
}

impl Writing<'_> {
    fn take(&mut self, rendered: Rendered, most: usize) -> u64 {
        let mut unwritten = 0;
        for finding in rendered.findings {
            if self.findings >= most {
                unwritten += 1;
                continue;
            }
            let between = if self.findings > 0 { self.output.renderer.between() } else { b"" };
            self.findings += 1;
            let outcome = self.output.to.write_all(between).and_then(|()| self.output.to.write_all(&finding));
            self.note(outcome);
        }
        for (number, section) in rendered.sections.into_iter().enumerate() {
            if section.is_empty() {
                continue;
            }
            let between: &[u8] = if self.filled.get(number) == Some(&true) { b",\n" } else { b"" };
            let outcome = match self.spools.get_mut(number) {
                Some(spool) => spool.write_all(between).and_then(|()| spool.write_all(&section)),
                None => Ok(()),
            };
            self.note(outcome);
            if let Some(filled) = self.filled.get_mut(number) {
                *filled = true;
            }
        }
        unwritten
    }

    fn note(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            self.failed.get_or_insert(error);
        }
    }

    fn close(mut self, run: &Run, totals: &Totals, status: u8) -> io::Result<()> {
        use std::io::Seek;
        if let Some(error) = self.failed {
            return Err(error);
        }
        for (number, spool) in self.spools.iter_mut().enumerate() {
            self.output.to.write_all(self.output.renderer.joint(number))?;
            spool.rewind()?;
            io::copy(spool, &mut self.output.to)?;
        }
        self.output.to.write_all(self.output.renderer.joint(self.spools.len()))?;
        self.output.to.write_all(&self.output.renderer.end(run, totals, status))?;
        self.output.to.flush()
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The totals.
    pub totals: Totals,
    /// The exit status.
    pub status: u8,
    /// For each output, whether it could be written.
    pub written: Vec<io::Result<()>>,
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
    /// The files' absolute paths, where only a part was asked for.
    pub paths: Vec<PathBuf>,
    /// Its folder, relative to its settings file.
    pub overrides: PathBuf,
}

/// Prepares the programmes of a run.
#[must_use]
pub fn tasks(setups: &[Setup], of: &dyn Fn(&Found) -> usize, discovered: Vec<Found>, options: &Options) -> Vec<Task> {
    let mut tasks = Vec::with_capacity(discovered.len());
    for found in discovered {
        let number = of(&found);
        let Some(setup) = setups.get(number) else { continue };
        let mut inputs =
            discover::inputs(&setup.schema, &found, &setup.settings.map, &setup.settings.files, setup.folder.as_deref(), options);
        // A schema overlay is no record, wherever it stands.
        inputs.retain(|input| !matches!(&input.source, discover::Source::Disk(path) if setup.is_overlay(path)));
        // A programme whose charter the settings leave out is left out.
        if !inputs.iter().any(|input| {
            matches!(
                input.role,
                discover::Role::Charter | discover::Role::Unsupported(None) | discover::Role::Link(None) | discover::Role::SecondCharter
            )
        }) {
            continue;
        }
        let overrides = setup.folder.as_deref().map_or_else(PathBuf::new, |from| crate::config::relative(from, &found.folder));
        let paths = if found.only.is_empty() {
            Vec::new()
        } else {
            inputs
                .iter()
                .map(|input| if let discover::Source::Disk(path) = &input.source { path.clone() } else { PathBuf::new() })
                .collect()
        };
        tasks.push(Task { setup: number, found, inputs, paths, overrides });
    }
    tasks
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
    let mut writing: Vec<Writing<'_>> = outputs
        .into_iter()
        .map(|output| {
            let sections = output.renderer.sections();
            Writing {
                spools: (0..sections).map(|_| tempfile::SpooledTempFile::new(256 * 1024)).collect(),
                filled: vec![false; sections],
                findings: 0,
                failed: None,
                output,
            }
        })
        .collect();
    for one in &mut writing {
        let begin = one.output.renderer.begin(run);
        let outcome = one.output.to.write_all(&begin);
        one.note(outcome);
    }
    let renderers: Vec<_> = writing.iter().map(|one| one.output.renderer.sections()).collect();
    let _ = renderers;
    let mut totals = before;
    let threads = request.threads.clamp(1, tasks.len().max(1));
    let judge = |task: &Task, forest: Forest| {
        let setup = setups.get(task.setup)?;
        let only =
            |file: usize| task.paths.is_empty() || task.paths.get(file).is_some_and(|path| settle::lies_within(path, &task.found.only));
        Some(one(setup, request, &task.found.shown, &task.inputs, &only, &task.overrides, forest))
    };
    if threads == 1 {
        let mut forest = Forest::default();
        for task in tasks {
            let Some((shown, kept)) = judge(task, std::mem::take(&mut forest)) else { continue };
            forest = kept;
            totals.add(&shown);
            let rendered: Vec<Rendered> = writing.iter().map(|one| one.output.renderer.programme(&shown, run)).collect();
            totals.unwritten += take(&mut writing, rendered, run.max_findings, &shown);
            tick();
        }
    } else {
        parallel(tasks, threads, run, &mut writing, &mut totals, &judge, tick);
    }
    let status = status(&totals);
    let written = writing.into_iter().map(|one| one.close(run, &totals, status)).collect();
    Outcome { totals, status, written }
}

fn take(writing: &mut [Writing<'_>], rendered: Vec<Rendered>, most: usize, shown: &ShownProgramme) -> u64 {
    let mut unwritten = 0;
    for (one, rendered) in writing.iter_mut().zip(rendered) {
        let beyond = (shown.findings.len() as u64).saturating_sub(rendered.findings.len() as u64);
        unwritten = unwritten.max(one.take(rendered, most) + beyond);
    }
    unwritten
}

type Judge<'j> = dyn Fn(&Task, Forest) -> Option<(ShownProgramme, Forest)> + Sync + 'j;

/// Threads take the next programme each; finished ones wait for their turn, at most twice the threads.
fn parallel(
    tasks: &[Task],
    threads: usize,
    run: &Run,
    writing: &mut [Writing<'_>],
    totals: &mut Totals,
    judge: &Judge<'_>,
    tick: &(dyn Fn() + Sync),
) {
    let next = AtomicUsize::new(0);
    let done: Mutex<(BTreeMap<usize, Option<ShownProgramme>>, usize)> = Mutex::new((BTreeMap::new(), 0));
    let turn = Condvar::new();
    let arrived = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut forest = Forest::default();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(task) = tasks.get(number) else { return };
                    let shown = judge(task, std::mem::take(&mut forest)).map(|(shown, kept)| {
                        forest = kept;
                        shown
                    });
                    tick();
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
        for number in 0..tasks.len() {
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
            if let Some(shown) = shown {
                totals.add(&shown);
                let rendered: Vec<Rendered> = writing.iter().map(|one| one.output.renderer.programme(&shown, run)).collect();
                totals.unwritten += take(writing, rendered, run.max_findings, &shown);
            }
        }
    });
}

/// The exit status of an audit.
#[must_use]
pub fn status(totals: &Totals) -> u8 {
    if totals.faulted {
        2
    } else if totals.unjudged > 0 || !totals.judged() {
        3
    } else if totals.failing > 0 {
        1
    } else {
        0
    }
}
