//! `havesay test`: the examples of rule pages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{TestArgs, complain, exit, model, out, say, source};
use crate::pipeline::examples::{self, Failure};
use crate::pipeline::mutation::{self, Mutated, Untried};
use crate::pipeline::setup::{RuleSource, Setup, SetupError};
use crate::rule::{Page, compile};

pub(super) fn test(args: &TestArgs) -> u8 {
    let schema = match model() {
        Ok(schema) => schema,
        Err(status) => return status,
    };
    // A rule's or family's name wins over a folder that happens to be called so.
    let built_in: Vec<String> = source().pages().0.iter().map(|page| page.name.to_string()).collect();
    let is_name = |what: &std::path::Path| {
        what.to_str()
            .is_some_and(|name| built_in.iter().any(|page| page == name || page.split_once('/').is_some_and(|(family, _)| family == name)))
    };
    let (folders, names): (Vec<_>, Vec<_>) = args.what.iter().partition(|what| what.is_dir() && !is_name(what));
    let names: Vec<String> = names.iter().map(|name| name.to_string_lossy().trim_end_matches(".md").to_owned()).collect();
    let mut status = exit::FINE;
    let mut outcomes = Vec::new();
    let mut mutated = BTreeMap::new();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut ran = |setup: &Setup, wanted: &dyn Fn(&str) -> bool| {
        outcomes.extend(examples::run(setup, wanted));
        if args.mutate {
            mutated.extend(mutation::run(setup, wanted, threads, &|| {}));
        }
    };
    let wanted = |name: &str| {
        names.is_empty() || names.iter().any(|own| own == name || name.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    let read = |folder: Option<&std::path::Path>| -> (Setup, Vec<crate::rule::PageProblem>) {
        let (mut pages, mut problems) = source().pages();
        if let Some(folder) = folder {
            let (more, faults) = Page::of_folder(folder);
            pages.extend(more);
            problems.extend(faults);
        }
        let (rules, faults) = compile::compile(&schema, pages, &|_| true);
        problems.extend(faults);
        let problems = compile::without_echoes(problems);
        (Setup::of_rules(&schema, rules), problems)
    };
    let mut report = |problems: Vec<crate::rule::PageProblem>, of: &dyn Fn(&str) -> bool| {
        let own: Vec<_> = problems.into_iter().filter(|problem| of(&problem.page) || problem.page.starts_with("definitions/")).collect();
        if !own.is_empty() {
            complain(&SetupError::Pages(own));
            status = exit::FAULT;
        }
    };
    if folders.is_empty() {
        let (setup, problems) = read(None);
        let known = |name: &String| {
            setup.rules.rules.iter().any(|rule| *rule.name == **name || rule.name.starts_with(&format!("{name}/")))
                || setup.rules.definition_pages.iter().any(|page| *page.name == **name || page.name.starts_with(&format!("{name}/")))
        };
        let unknown = names.iter().find(|name| {
            !known(name) && !problems.iter().any(|problem| problem.page == **name || problem.page.starts_with(&format!("{name}/")))
        });
        if let Some(name) = unknown {
            say(&format!("there is no rule, family or folder {name}"));
            return exit::FAULT;
        }
        report(problems, &wanted);
        ran(&setup, &wanted);
    } else {
        for folder in folders {
            // A page that cannot be read is one of the folder's, too.
            let (pages, broken) = Page::of_folder(folder);
            let own: Vec<String> =
                pages.iter().map(|page| page.name.to_string()).chain(broken.into_iter().map(|problem| problem.page)).collect();
            let (setup, problems) = read(Some(folder));
            report(problems, &|page| own.iter().any(|name| name == page));
            ran(&setup, &|name| own.iter().any(|own| own == name));
        }
    }
    let mut text = String::new();
    let mut counts = [0usize; 5];
    for outcome in &outcomes {
        match &outcome.failure {
            None if args.verbose => {
                let _ = writeln!(text, "ok       {} · {}", outcome.page, outcome.heading);
            }
            None => {}
            Some((failure, why)) => {
                let slot = [Failure::Noisy, Failure::Missing, Failure::Wrong, Failure::Idle, Failure::Unusable]
                    .iter()
                    .position(|known| known == failure);
                if let Some(count) = slot.and_then(|slot| counts.get_mut(slot)) {
                    *count += 1;
                }
                let _ = writeln!(
                    text,
                    "{:9}{}.md:{}{}{}\n         {why}",
                    failure.word(),
                    outcome.page,
                    outcome.line,
                    if outcome.heading.is_empty() { "" } else { " · " },
                    outcome.heading
                );
            }
        }
    }
    let failed: usize = counts.iter().sum();
    let [noisy, missing, wrong, idle, unusable] = counts;
    let _ = writeln!(
        text,
        "{} examples: {} pass, {failed} fail ({noisy} noisy, {missing} missing, {wrong} wrong, {idle} idle, {unusable} unusable)",
        outcomes.len(),
        outcomes.len() - failed
    );
    let unnoticed = tell_mutated(&mut text, &mutated);
    let written = out(&text);
    if written != exit::FINE {
        return written;
    }
    if status == exit::FINE && outcomes.is_empty() {
        say("no example was run");
        return exit::INCOMPLETE;
    }
    if status == exit::FINE && (failed > 0 || unnoticed) { exit::FAILS } else { status }
}

/// What came of small changes; whether anything is left to do.
fn tell_mutated(text: &mut String, mutated: &BTreeMap<Arc<str>, Mutated>) -> bool {
    if mutated.is_empty() {
        return false;
    }
    let (mut changes, mut noticed, mut declared, mut left, mut idle, mut untried) = (0, 0, 0, 0, 0, 0);
    for (page, mutated) in mutated {
        changes += mutated.changes;
        noticed += mutated.noticed;
        declared += mutated.declared;
        left += mutated.unnoticed.len();
        idle += mutated.idle.len();
        for one in &mutated.unnoticed {
            let what = if one.stopped { "stopped" } else { "unseen" };
            let _ =
                writeln!(text, "{what:9}{page}.md:{}:{} · {}\n         {}", one.position.line, one.position.column, one.words, one.change);
        }
        for (position, declared) in &mutated.idle {
            let _ = writeln!(
                text,
                "unneeded {page}.md:{}:{} · declared equivalent, and no unseen change is like it\n         {}",
                position.line, position.column, declared.change
            );
        }
        if let Some(why) = mutated.untried {
            untried += 1;
            let why = match why {
                Untried::Failing => "it has no examples, or some of them fail as it is".to_owned(),
                Untried::Budget(left) => format!("its budget is used up, with {left} changes to go"),
            };
            let _ = writeln!(text, "untried  {page}.md · {why}");
        }
    }
    let _ = writeln!(
        text,
        "{changes} changes to {} pages: {noticed} noticed, {declared} declared to make no difference, {left} not noticed; {idle} declarations without need, {untried} pages not tried to the end",
        mutated.len(),
    );
    left + idle + untried > 0
}

impl RuleSource {
    /// The folder in place of the built-in pages, as shown.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        self.folder.as_ref().map(|folder| folder.display().to_string())
    }
}
