//! What a rule sees that looks back (`open_errors`): of the errors that the audit found, those that stood on
//! an earlier day already.
//!
//! Records are completed later and say nothing of when, so an error is said to have stood only where all of
//! this is so: it stands today and no waiver held it back, today or on that day; its rule applied by that
//! stage; with the clock set to that day it is found as well; and what it is about and points to then is
//! dated, and dated no later. What somebody has mended since is not seen. What the reader of documents and the
//! audit itself find is left out: it has no day.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::{Auditor, HeldOn, State};
use crate::document::Kind;
use crate::finding::{Finding, Severity};
use crate::programme::{Item, NO_RECORD, Programme};
use crate::rule::Rules;
use crate::schema::form::Period;

/// What was asked before: for each day and stage the records.
type Known = HashMap<(i32, u16), Rc<[Item]>>;

/// The errors of an audit, to be asked which of them stood on a day.
pub(super) struct Back<'p> {
    programme: &'p Programme,
    rules: &'p Rules,
    state: &'p State,
    held: &'p HeldOn<'p>,
    /// Those that may have: of rules with a page, and not held back today.
    errors: Vec<Finding>,
    known: RefCell<Known>,
}

impl<'p> Back<'p> {
    pub(super) fn new(auditor: &Auditor<'p>, held: &'p HeldOn<'p>, as_of: i32) -> Self {
        let Auditor { programme, rules, state, audit, .. } = auditor;
        let is_judged = |finding: &&Finding| {
            finding.severity == Severity::Error
                && rules.number(&finding.rule).and_then(|at| rules.rules.get(at)).is_some_and(|rule| !rule.built_in)
        };
        let errors: Vec<Finding> = audit.findings.iter().filter(is_judged).cloned().collect();
        let today = if errors.is_empty() { Vec::new() } else { held(&errors, as_of) };
        let errors = errors.into_iter().zip(today).filter(|(_, is_held)| !is_held).map(|(error, _)| error).collect();
        Self { programme, rules, state, held, errors, known: RefCell::default() }
    }

    /// The records in which an error stood open on a day, of a rule that applied by a stage; each once. What says
    /// something of a single person is said of the charter.
    pub(super) fn open(&self, day: i32, stage: u16) -> Rc<[Item]> {
        if let Some(known) = self.known.borrow().get(&(day, stage)) {
            return Rc::clone(known);
        }
        let open: Rc<[Item]> = self.work_out(day, stage).into();
        self.known.borrow_mut().insert((day, stage), Rc::clone(&open));
        open
    }

    fn work_out(&self, day: i32, stage: u16) -> Vec<Item> {
        let number = |error: &Finding| self.rules.number(&error.rule);
        let applies = |rule: &usize| self.rules.rules.get(*rule).is_some_and(|rule| rule.from <= stage);
        let rules: BTreeSet<usize> = self.errors.iter().filter_map(number).filter(applies).collect();
        if rules.is_empty() {
            return Vec::new();
        }
        let known: HashSet<&str> = self.errors.iter().map(|error| error.fingerprint.as_str()).collect();
        let mut stood = self.found_on(day, &rules);
        stood.retain(|error| known.contains(error.fingerprint.as_str()) && self.is_dated_by(error, day));
        let held = (self.held)(&stood, day);
        let open = stood.iter().zip(held).filter(|(_, is_held)| !is_held).map(|(error, _)| error);
        let record = |error: &Finding| error.subject.node.filter(|_| !error.reveals).map_or(0, |node| self.programme.record_around(node));
        let records: BTreeSet<u32> = open.map(record).collect();
        records.into_iter().map(|record| self.programme.item(record)).filter(|item| item.node != NO_RECORD).collect()
    }

    /// What rules find with the clock set to a day.
    fn found_on(&self, day: i32, rules: &BTreeSet<usize>) -> Vec<Finding> {
        let mut auditor = Auditor::new(self.programme, self.rules, self.state, day);
        rules.iter().for_each(|rule| auditor.rule(*rule));
        auditor.audit.findings
    }

    /// Whether what an error is about has no date after a day, nothing that it points to is of a later day, and
    /// something of it is dated at all. The charter is older than all that follows.
    fn is_dated_by(&self, error: &Finding, day: i32) -> bool {
        let Some(node) = error.subject.node else { return false };
        let record = self.programme.record_around(node);
        let own = self.dates(record);
        let mut is_dated = record == 0 || !own.is_empty();
        for at in error.labels.iter().filter_map(|label| self.programme.node_at(label.place)) {
            let (around, known) = (self.programme.record_around(at), self.programme.forest.node(at));
            if self.programme.schema.is_date(known.field) && known.kind == Kind::Text && known.has_value() && known.period().last > day {
                return false;
            }
            let dates = if around == record || around == 0 { Vec::new() } else { self.dates(around) };
            if dates.iter().any(|date| date.last <= day) {
                is_dated = true;
            } else if !dates.is_empty() {
                return false;
            }
        }
        is_dated && own.iter().all(|date| date.last <= day)
    }

    /// The dates of a record itself, and of past events in it.
    fn dates(&self, record: u32) -> Vec<Period> {
        let Programme { schema, forest, .. } = self.programme;
        let Some(known) = self.programme.record(record).filter(|known| known.node != NO_RECORD) else { return Vec::new() };
        let fields = schema.structure(known.structure).map_or(&[][..], |structure| &structure.fields);
        let past =
            fields.iter().filter(|field| schema.is_date(**field) && schema.field(**field).is_some_and(|field| field.past || field.when));
        past.filter_map(|field| forest.value(known.node, *field)).map(|at| forest.node(at).period()).collect()
    }
}
