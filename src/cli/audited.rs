//! The audit behind commands that look at waivers and baselines: all rules, every finding, nothing rendered.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::check::{Governing, Setups, attach, clock, report_missing};
use super::replace::replace;
use super::{Common, exit, model, say};
use crate::audit::Selection;
use crate::config::Baseline;
use crate::discover::{self, Options};
use crate::finding::Severity;
use crate::pipeline::{self, Request, Task};
use crate::programme::{Beside, Clock};
use crate::redact::{ShownProgramme, Terms as Masks};
use crate::settle::Terms;

/// How much is masked in what these commands show: there are no counts of people in it.
pub(super) const MASKS: Masks = Masks { min_cell: 0 };

/// The programmes at some paths, with what they are judged by.
pub(super) struct Audited {
    pub setups: Setups,
    pub tasks: Vec<Task>,
    pub working: PathBuf,
    pub clock: Clock,
    /// Whether a path was missing or held no programme.
    pub incomplete: bool,
}

impl Audited {
    pub(super) fn read(paths: &[PathBuf], as_of: Option<&str>, common: &Common) -> Result<Self, u8> {
        let schema = model()?;
        let clock = clock(as_of)?;
        let working = std::env::current_dir().map_err(|_| {
            say("the working directory cannot be read");
            exit::INCOMPLETE
        })?;
        let options = Options { no_ignore: false, working: working.clone() };
        let paths = if paths.is_empty() { vec![PathBuf::from(".")] } else { paths.to_vec() };
        let discovered = discover::discover(&paths, &options);
        let setups = Setups::read(&schema, &discovered, &Governing { common, working: &working }, None)?;
        let incomplete = report_missing(&discovered, &working);
        let (found, left_out) = (discovered.programmes.len(), discovered.left_out.0);
        let mut tasks = pipeline::tasks(&setups.list, &|found| setups.of(found), discovered.programmes, &options);
        let all = left_out == 0 && tasks.len() == found && !incomplete;
        attach(&setups, &mut tasks, &working, if all { &paths } else { &[] }, None)?;
        Ok(Self { setups, tasks, working, clock, incomplete })
    }

    /// Audits one programme under these waivers and this baseline.
    pub(super) fn one(&self, task: &Task, waivers: &[Beside], baseline: Option<&Arc<Baseline>>) -> Option<ShownProgramme> {
        let request = Request {
            clock: self.clock,
            selection: Selection::default(),
            terms: Terms::new(Severity::Advice, Severity::Error),
            baseline: baseline.cloned(),
            masks: MASKS,
            excerpts: 0,
            saved: false,
            threads: 1,
        };
        let setup = self.setups.list.get(task.setup)?;
        Some(pipeline::one(setup, &request, task, waivers))
    }

    /// Does something for every programme, on all cores; the answers come in path order.
    pub(super) fn all<T: Send>(&self, each: &(dyn Fn(&Task) -> Option<T> + Sync)) -> Vec<Option<T>> {
        let answers: Mutex<Vec<Option<T>>> = Mutex::new(self.tasks.iter().map(|_| None).collect());
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(self.tasks.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some((number, task)) =
                        Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, self.tasks.get(at)?)))
                    {
                        let answer = each(task);
                        if let Some(slot) = answers.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
                            *slot = answer;
                        }
                    }
                });
            }
        });
        answers.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The status of a command that did what it was to do, unless not all could be looked at.
    pub(super) fn status(&self, done: u8) -> u8 {
        if self.incomplete || self.tasks.is_empty() { exit::INCOMPLETE } else { done }
    }
}

/// Replaces a file as a whole, or says why it cannot be.
pub(super) fn write(path: &Path, text: &str, working: &Path) -> Result<(), u8> {
    replace(path, text).map_err(|error| {
        say(&format!("{} cannot be written: {}", discover::shown(working, &working.join(path)), error.kind()));
        exit::FAULT
    })
}
