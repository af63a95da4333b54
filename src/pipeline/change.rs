//! One programme in two states: audits both and tells what is new, what was there and what is gone.
//!
//! Two audits as real as any other, by the same date and the same program, each by the settings and rules of
//! its own state. Which states these are, and where their bytes come from, is not known here.

use std::path::{Path, PathBuf};

use super::{Request, Setup, Task, show, shown_id};
use crate::audit;
use crate::discover::Input;
use crate::document::Forest;
use crate::finding::{BaselineState, Finding, Severity};
use crate::programme::{self, Beside, Programme};
use crate::redact::{Redactor, Shown, ShownChange, ShownProgramme};
use crate::settle::{self, Settled, Standing, Terms, change};

/// What stands against a programme in the earlier state.
#[derive(Debug)]
pub enum Against {
    /// Nothing: all that is found in it is new.
    Nothing,
    /// The programme as it was.
    Before(Before),
    /// It is gone: all that it had is.
    Departed(Before),
}

/// A programme as it was.
#[derive(Debug)]
pub struct Before {
    /// Which setup it had.
    pub setup: usize,
    /// Its folder as shown.
    pub folder: String,
    /// The folder that it has now, as shown: a programme without an id is known by it.
    pub known_as: String,
    /// Its files, by the names that they have now.
    pub inputs: Vec<Input>,
    /// The names that they had, as shown.
    pub names: Vec<String>,
    /// Where they are now, absolute: whether what was found in them was asked for. Those of waiver files after them.
    pub paths: Vec<PathBuf>,
    /// The waiver files that concerned it.
    pub waivers: Vec<Beside>,
    /// Its folder, absolute.
    pub home: PathBuf,
}

/// A programme audited, with what is still to be shown of it.
struct Audited {
    programme: Programme,
    state: audit::State,
    audit: audit::Audit,
}

/// What a programme is read from.
struct Read<'r> {
    folder: &'r str,
    inputs: &'r [Input],
    waivers: &'r [Beside],
    home: &'r Path,
}

fn audited(setup: &Setup, request: &Request, from: &Read<'_>, id: Option<&str>, forest: Forest) -> Audited {
    let digests = request.saved && id.is_none();
    let mut programme = programme::load(&setup.schema, &setup.judges, from.folder, from.inputs, forest, request.clock, digests);
    programme.waivers = from.waivers.to_vec();
    programme.baseline.clone_from(&request.baseline);
    // A programme that is named by its folder in one of the states is one with what stands at its place in the other.
    if let Some(id) = id
        && (*programme.id == *programme.folder || id == from.folder)
    {
        id.clone_into(&mut programme.id);
    }
    let state = setup.state(&programme, from.home, &request.selection);
    let audit = settle::audit(&programme, &setup.rules, &state, request.clock.as_of);
    Audited { programme, state, audit }
}

impl Audited {
    fn settle(
        &mut self,
        setup: &Setup,
        request: &Request,
        terms: &Terms,
        inside: &dyn Fn(u32) -> bool,
        before: Option<&[(Finding, Standing)]>,
    ) -> Settled {
        settle::settle(&self.programme, &setup.rules, &self.state, &mut self.audit, request.clock.as_of, terms, inside, before)
    }

    /// All findings, as an earlier state of something has them.
    fn findings(&mut self, setup: &Setup, request: &Request) -> Vec<(Finding, Standing)> {
        let terms = Terms { min_severity: Severity::Advice, ..request.terms.clone() };
        self.settle(setup, request, &terms, &|_| true, None).findings
    }
}

impl Before {
    fn read(&self) -> Read<'_> {
        Read { folder: &self.known_as, inputs: &self.inputs, waivers: &self.waivers, home: &self.home }
    }
}

/// One programme in both states, as [`several`](super::several) gives it of a single one.
pub(super) fn both(
    setups: &[Setup],
    request: &Request,
    task: &Task,
    against: &Against,
    only: &dyn Fn(usize) -> bool,
    forest: Forest,
) -> Option<(ShownProgramme, Forest)> {
    let Against::Departed(before) = against else { return later(setups, request, task, against, only, forest) };
    let setup = setups.get(before.setup)?;
    let mut then = audited(setup, request, &before.read(), None, forest);
    let findings = then.findings(setup, request);
    let all: Vec<usize> =
        findings.iter().enumerate().filter(|(_, (_, standing))| standing.suppressed.is_none()).map(|(at, _)| at).collect();
    let mut told = ShownChange { departed: true, unjudged_before: unjudged(&then.programme).count() as u64, ..ShownChange::default() };
    let id = shown_id(&then.programme, request);
    gone(&mut told, &mut then.programme, before, &findings, &all, task, request);
    let path = Shown::words(&before.folder);
    Some((ShownProgramme { id, path, change: Some(told), ..ShownProgramme::default() }, then.programme.forest))
}

/// A programme of the later state.
fn later(
    setups: &[Setup],
    request: &Request,
    task: &Task,
    against: &Against,
    only: &dyn Fn(usize) -> bool,
    forest: Forest,
) -> Option<(ShownProgramme, Forest)> {
    let setup = setups.get(task.setup)?;
    let read = Read { folder: &task.found.shown, inputs: &task.inputs, waivers: &task.waivers, home: &task.found.folder };
    let mut now = audited(setup, request, &read, None, forest);
    let inside = |file: u32| only(file as usize);
    let mut told = ShownChange::default();
    let before = if let Against::Before(before) = against { setups.get(before.setup).map(|setup| (before, setup)) } else { None };
    let settled = match before {
        None => now.settle(setup, request, &request.terms, &inside, Some(&[])),
        Some((before, own)) => {
            let mut then = audited(own, request, &before.read(), Some(&now.programme.id), Forest::default());
            let findings = then.findings(own, request);
            let settled = now.settle(setup, request, &request.terms, &inside, Some(&findings));
            told.was = (before.folder != before.known_as).then(|| Shown::words(&before.folder));
            told.unjudged_before = unjudged(&then.programme).count() as u64;
            let still = unjudged(&now.programme).filter(|path| unjudged(&then.programme).any(|before| before == *path));
            told.unjudged_still = still.count() as u64;
            gone(&mut told, &mut then.programme, before, &findings, &settled.gone, task, request);
            settled
        }
    };
    let mut shown = show(&now.programme, &now.state, now.audit, settled, request, Some(told));
    shown.renumber(&setup.numbers);
    Some((shown, now.programme.forest))
}

/// The names of the files that were left unjudged as a whole.
fn unjudged(programme: &Programme) -> impl Iterator<Item = &str> {
    programme.files.iter().filter(|file| file.unjudged).map(|file| &*file.path)
}

/// Tells the findings that are gone, with the names that the files had.
fn gone(
    told: &mut ShownChange,
    then: &mut Programme,
    before: &Before,
    findings: &[(Finding, Standing)],
    gone: &[usize],
    task: &Task,
    request: &Request,
) {
    let inside = |finding: &&Finding| {
        let file = finding.labels.first().map_or(0, |label| label.place.file) as usize;
        before.paths.get(file).is_none_or(|path| settle::lies_within(path, &task.found.only))
    };
    let gone: Vec<&Finding> = gone.iter().filter_map(|number| findings.get(*number)).map(|(finding, _)| finding).filter(inside).collect();
    (told.gone, told.gone_once) = change::counted(gone.iter().copied());
    for (file, name) in then.files.iter_mut().zip(&before.names) {
        file.path = name.as_str().into();
    }
    let mut redactor = Redactor::new(then, request.masks);
    let standing = Standing { suppressed: None, baseline: Some(BaselineState::Absent) };
    told.gone_findings = gone
        .into_iter()
        .filter(|finding| finding.severity >= request.terms.min_severity)
        .enumerate()
        .map(|(number, finding)| redactor.finding(finding, &standing, number < request.excerpts))
        .collect();
}
