//! One programme in two states: audits both and tells what is new, what was there and what is gone.
//!
//! Two audits as real as any other, by the same date and the same program, each by the settings and rules of
//! its own state. Which states these are, and where their bytes come from, is not known here.

use std::path::{Path, PathBuf};

use super::{Request, Setup, Task, show};
use crate::audit;
use crate::discover::Input;
use crate::document::Forest;
use crate::finding::Finding;
use crate::programme::{self, Programme};
use crate::redact::{Redactor, Shown, ShownChange, ShownProgramme};
use crate::settle::{self, Standing, change};

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
    /// Where they are now, absolute: whether what was found in them was asked for.
    pub paths: Vec<PathBuf>,
    /// Its folder, relative to its settings file.
    pub overrides: PathBuf,
}

/// A programme audited, with what is still to be shown of it.
struct Audited {
    programme: Programme,
    state: audit::State,
    audit: audit::Audit,
}

fn audited(setup: &Setup, request: &Request, files: (&str, &[Input]), overrides: &Path, id: Option<&str>, forest: Forest) -> Audited {
    let (folder, inputs) = files;
    let digests = request.digests && id.is_none();
    let mut programme = programme::load(&setup.schema, &setup.judges, folder, inputs, forest, request.clock, digests);
    // A programme that is named by its folder in one of the states is one with what stands at its place in the other.
    if let Some(id) = id
        && (*programme.id == *programme.folder || id == folder)
    {
        id.clone_into(&mut programme.id);
    }
    let state = audit::state::state(&setup.rules, &programme, &setup.effective(overrides), &request.selection);
    let audit = audit::audit(&programme, &setup.rules, &state, request.clock.as_of);
    Audited { programme, state, audit }
}

/// One programme in both states, as [`one`](super::one) gives it of a single one.
pub(super) fn both(
    setups: &[Setup],
    request: &Request,
    task: &Task,
    against: &Against,
    only: &dyn Fn(usize) -> bool,
    forest: Forest,
) -> Option<(ShownProgramme, Forest)> {
    let setup = setups.get(task.setup)?;
    let Against::Departed(before) = against else {
        let mut now = audited(setup, request, (&task.found.shown, &task.inputs), &task.overrides, None, forest);
        let before = if let Against::Before(before) = against { Some(before) } else { None };
        let mut told = ShownChange::default();
        match before.and_then(|before| Some((before, setups.get(before.setup)?))) {
            Some((before, own)) => {
                let id = now.programme.id.clone();
                let mut then = audited(own, request, (&before.known_as, &before.inputs), &before.overrides, Some(&id), Forest::default());
                let compared = change::compare(&then.audit.findings, &now.audit.findings);
                change::mark(&mut now.audit.findings, &compared);
                told.was = (before.folder != before.known_as).then(|| Shown::words(&before.folder));
                told.unjudged_before = unjudged(&then.programme).count() as u64;
                let still = unjudged(&now.programme).filter(|path| unjudged(&then.programme).any(|before| before == *path));
                told.unjudged_still = still.count() as u64;
                gone(&mut told, &mut then, before, &task.found.only, &compared.gone, request);
            }
            None => {
                let compared = change::compare(&[], &now.audit.findings);
                change::mark(&mut now.audit.findings, &compared);
            }
        }
        let mut shown = show(&now.programme, &now.state, now.audit, request, only, told);
        shown.renumber(&setup.numbers);
        return Some((shown, now.programme.forest));
    };
    let own = setups.get(before.setup)?;
    let mut then = audited(own, request, (&before.known_as, &before.inputs), &before.overrides, None, forest);
    let mut told = ShownChange { departed: true, unjudged_before: unjudged(&then.programme).count() as u64, ..ShownChange::default() };
    let all: Vec<usize> = (0..then.audit.findings.len()).collect();
    gone(&mut told, &mut then, before, &task.found.only, &all, request);
    let path = Shown::words(&before.folder);
    let id = super::shown_id(&then.programme, request);
    Some((ShownProgramme { id, path, change: Some(told), ..ShownProgramme::default() }, then.programme.forest))
}

/// The names of the files that were left unjudged as a whole.
fn unjudged(programme: &Programme) -> impl Iterator<Item = &str> {
    programme.files.iter().filter(|file| file.unjudged).map(|file| &*file.path)
}

/// Tells the findings that are gone, with the names that the files had.
fn gone(told: &mut ShownChange, then: &mut Audited, before: &Before, only: &[PathBuf], gone: &[usize], request: &Request) {
    let inside = |finding: &&Finding| {
        let file = finding.labels.first().map_or(0, |label| label.place.file) as usize;
        before.paths.get(file).is_none_or(|path| settle::lies_within(path, only))
    };
    let gone: Vec<&Finding> = gone.iter().filter_map(|number| then.audit.findings.get(*number)).filter(inside).collect();
    (told.gone, told.gone_once) = change::counted(gone.iter().copied());
    for (file, name) in then.programme.files.iter_mut().zip(&before.names) {
        file.path = name.as_str().into();
    }
    let mut redactor = Redactor::new(&then.programme, request.masks);
    let standing = Standing { suppressed: None, baseline: Some(crate::finding::BaselineState::Absent) };
    told.gone_findings = gone
        .into_iter()
        .filter(|finding| finding.severity >= request.terms.min_severity)
        .enumerate()
        .map(|(number, finding)| redactor.finding(finding, &standing, number < request.excerpts))
        .collect();
}
