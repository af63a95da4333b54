//! Makes every small change to rule pages and asks whether an example notices: a change that none notices
//! could be made by mistake, and nobody would know.
//!
//! An example notices where it no longer comes out as its page says: another verdict, message or place, or
//! pages that no longer fit together. A definition's change is noticed by its own examples, or by those of
//! any page that uses it. Each page is one task for a thread; what comes out depends neither on how many
//! threads there are nor on how fast they are, because effort is counted in steps, not in seconds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::examples::{Effort, Prepared, Subject, Uses};
use super::setup::Setup;
use crate::limits;
use crate::rule::mutate::{self, Declared, Mutant};
use crate::rule::{Page, Rules, compile};
use crate::text::{Lines, Position};

/// What came of the changes to one page.
#[derive(Clone, Debug, Default)]
pub struct Mutated {
    /// How many changes were made that make sense.
    pub changes: usize,
    /// How many of them an example noticed.
    pub noticed: usize,
    /// How many were not noticed and are declared to make no difference.
    pub declared: usize,
    /// Those that nobody noticed or declared.
    pub unnoticed: Vec<Unnoticed>,
    /// Declarations that match no change which goes unnoticed.
    pub idle: Vec<(Position, Declared)>,
    /// Why changes were not tried, or not all of them.
    pub untried: Option<Untried>,
}

/// A change that no example notices.
#[derive(Clone, Debug)]
pub struct Unnoticed {
    /// Where in the page.
    pub position: Position,
    /// What was done, in words.
    pub words: &'static str,
    /// The change.
    pub change: String,
    /// Whether it was stopped before an answer was reached.
    pub stopped: bool,
}

/// Why the changes of a page were not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untried {
    /// Its own examples fail as it is.
    Failing,
    /// So many changes were left when the page had used up its budget.
    Budget(usize),
}

/// How changes are tried.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads.
    pub threads: usize,
    /// Steps that a changed rule may take for one subject of an example, beyond four times those that the
    /// example takes as the page is.
    pub steps_of_change: u64,
    /// Steps that all changes of one page may take together.
    pub steps_of_page: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            steps_of_change: limits::MUTANT_STEPS_MAX,
            steps_of_page: limits::MUTANTS_STEPS_MAX,
        }
    }
}

/// Changes every wanted page in every small way. Gives what came of each, by name; `tick` hears
/// how many of how many are done.
#[must_use]
pub fn run(
    setup: &Setup,
    wanted: &dyn Fn(&str) -> bool,
    options: &Options,
    tick: &(dyn Fn(usize, usize) + Sync),
) -> BTreeMap<Arc<str>, Mutated> {
    let uses = Uses::read(&setup.rules);
    let mut tasks: Vec<Subject<'_>> =
        Subject::all(&setup.rules).filter(|subject| wanted(&subject.page().name) && !subject.page().is_built_in_check()).collect();
    // Those that may take longest come first.
    tasks.sort_by_key(|subject| std::cmp::Reverse(uses.users(&subject.page().name).len()));
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                let mut bench = Bench { setup, uses: &uses, options, examples: HashMap::new() };
                while let Some(subject) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mutated = bench.page(*subject);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.insert(Arc::clone(&subject.page().name), mutated);
                    tick(done.len(), tasks.len());
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What one thread works with.
struct Bench<'r> {
    setup: &'r Setup,
    uses: &'r Uses<'r>,
    options: &'r Options,
    examples: HashMap<Arc<str>, Rc<Vec<Prepared>>>,
}

/// A page whose examples may notice a change: what stays as it is, and what is made anew with the changed page.
struct Stand<'r> {
    target: &'r Page,
    others: Rules,
    again: Vec<Page>,
    examples: Rc<Vec<Prepared>>,
    /// The order in which examples are asked: those that noticed something last come first.
    order: Vec<usize>,
    /// Steps that each example takes as the page is.
    steps: Vec<u64>,
}

enum Fate {
    Noticed,
    Unnoticed,
    Stopped,
}

impl<'r> Bench<'r> {
    fn page(&mut self, subject: Subject<'r>) -> Mutated {
        let page = subject.page();
        let text = page.text();
        let lines = Lines::of(&text);
        let mut report = Mutated::default();
        let mut taken = 0;
        let Some(own) = self.stand(page, subject, &mut taken) else {
            report.untried = Some(Untried::Failing);
            return report;
        };
        let mut stands = vec![own];
        let mut users = self.uses.users(&page.name).into_iter();
        let declared = mutate::declared(page);
        let mut matched = vec![false; declared.len()];
        let all = mutate::mutants(page, &self.setup.schema);
        for (at, mutant) in all.iter().enumerate() {
            if taken > self.options.steps_of_page {
                report.untried = Some(Untried::Budget(all.len() - at));
                break;
            }
            let Some((changed, change, made)) = self.changed(&stands, mutant, page) else { continue };
            let mut made = Some(made);
            report.changes += 1;
            let mut fate = Fate::Unnoticed;
            let mut at = 0;
            while !matches!(fate, Fate::Noticed) {
                if at == stands.len() {
                    // The pages that use it, one after another, when they are needed.
                    match users.next() {
                        Some(user) => match self.stand(page, user, &mut taken) {
                            Some(stand) => stands.push(stand),
                            None => continue,
                        },
                        None => break,
                    }
                }
                let Some(stand) = stands.get_mut(at) else { break };
                fate = match (self.ask(stand, &changed, made.take(), &mut taken), fate) {
                    (Fate::Unnoticed, Fate::Stopped) => Fate::Stopped,
                    (next, _) => next,
                };
                at += 1;
            }
            if matches!(fate, Fate::Noticed) {
                report.noticed += 1;
                continue;
            }
            let mut any = false;
            for (declared, matched) in declared.iter().zip(&mut matched) {
                if declared.change == change {
                    (*matched, any) = (true, true);
                }
            }
            if any {
                report.declared += 1;
                continue;
            }
            report.unnoticed.push(Unnoticed {
                position: lines.position(&text, mutant.span.start),
                words: mutant.words,
                change: change.to_owned(),
                stopped: matches!(fate, Fate::Stopped),
            });
        }
        if report.untried.is_none() {
            let idle = declared.into_iter().zip(matched).filter(|(_, matched)| !matched);
            report.idle = idle.map(|(declared, _)| (lines.position(&text, declared.span.start), declared)).collect();
        }
        report
    }

    /// The first of a change's ways that makes sense, and the rules with it.
    fn changed<'m>(&self, stands: &[Stand<'_>], mutant: &'m Mutant, page: &'m Page) -> Option<(Page, &'m str, Rules)> {
        let others = &stands.first()?.others;
        mutant.pages(page).find_map(|(changed, change)| {
            let (rules, problems) = compile::recompile(&self.setup.schema, others, vec![changed.clone()]);
            problems.is_empty().then_some((changed, change, rules))
        })
    }

    /// The examples of a page, with the changed page beside it; none where they fail as it is.
    fn stand(&mut self, changed: &Page, target: Subject<'r>, taken: &mut u64) -> Option<Stand<'r>> {
        let rules = &self.setup.rules;
        let page = target.page();
        let mut used: BTreeSet<Arc<str>> = self.uses.of(&page.name).cloned().unwrap_or_default();
        let mut pages = vec![page.clone()];
        if let Subject::Rule(rule) = target {
            for other in rules.rules.iter().filter(|other| rule.yields_to.contains(&other.name) || rule.beside.contains(&other.name)) {
                used.extend(self.uses.of(&other.name).into_iter().flatten().cloned());
                pages.push((*other.page).clone());
            }
        }
        let known = |name: &Arc<str>| rules.definition_pages.iter().find(|page| page.name == *name);
        pages.extend(used.iter().filter(|name| **name != page.name).filter_map(known).cloned());
        let (mut again, others): (Vec<Page>, Vec<Page>) =
            pages.into_iter().partition(|page| page.name == changed.name || self.uses.uses(&page.name, &changed.name));
        let (others, problems) = compile::compile(&self.setup.schema, others, &|_| true);
        if !problems.is_empty() {
            return None;
        }
        again.retain(|page| page.name != changed.name);
        let examples = match self.examples.get(&page.name) {
            Some(known) => Rc::clone(known),
            None => {
                let read = Rc::new(Prepared::of(self.setup, target));
                self.examples.insert(Arc::clone(&page.name), Rc::clone(&read));
                read
            }
        };
        let order = (0..examples.len()).collect();
        let mut stand = Stand { target: page, others, again, examples, order, steps: Vec::new() };
        let made = self.with(&stand, changed)?;
        for example in stand.examples.iter() {
            let mut effort = Effort::default();
            if example.judge(&made, stand.target, &mut effort).is_err() {
                return None;
            }
            *taken += effort.taken;
            stand.steps.push(effort.taken);
        }
        (!stand.examples.is_empty()).then_some(stand)
    }

    fn with(&self, stand: &Stand<'_>, changed: &Page) -> Option<Rules> {
        let pages = stand.again.iter().chain([changed]).cloned().collect();
        let (rules, problems) = compile::recompile(&self.setup.schema, &stand.others, pages);
        problems.is_empty().then_some(rules)
    }

    /// Whether the examples of a page notice a change; `made` is the rules with the changed page alone.
    fn ask(&self, stand: &mut Stand<'_>, changed: &Page, made: Option<Rules>, taken: &mut u64) -> Fate {
        let rules = match made.filter(|_| stand.again.is_empty()) {
            Some(made) => made,
            None => match self.with(stand, changed) {
                Some(rules) => rules,
                // Pages that no longer fit the changed one are noticed by whoever loads them.
                None => return Fate::Noticed,
            },
        };
        let mut fate = Fate::Unnoticed;
        for place in 0..stand.order.len() {
            let Some(at) = stand.order.get(place).copied() else { break };
            let Some(example) = stand.examples.get(at) else { break };
            let own = stand.steps.get(at).copied().unwrap_or(0);
            let mut effort = Effort { most: self.options.steps_of_change + 4 * own, ..Effort::default() };
            let checked = example.judge(&rules, stand.target, &mut effort);
            *taken += effort.taken;
            if effort.stopped {
                fate = Fate::Stopped;
            } else if checked.is_err() {
                stand.order.remove(place);
                stand.order.insert(0, at);
                return Fate::Noticed;
            }
        }
        fate
    }
}
