//! Whether a rule could tell that a flaw is not there: what it did not find may be put right, or it may not
//! have been able to look.

use std::collections::HashMap;

use crate::audit::{Audit, State};
use crate::finding::plain;
use crate::programme::{Incomplete, Programme};
use crate::rule::Rules;

/// What a rule looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It did not run.
    DidNotRun,
    /// It could not look at everything, so nothing is certain.
    Unknown,
    /// It reached an answer everywhere but at these addresses.
    But(Vec<String>),
}

/// The answers of rules, each worked out when it is asked for.
pub(super) struct Answers<'a> {
    programme: &'a Programme,
    rules: &'a Rules,
    state: &'a State,
    known: HashMap<usize, Answer>,
    /// Whether records may be missing altogether.
    partial: bool,
}

impl<'a> Answers<'a> {
    pub(super) fn new(programme: &'a Programme, rules: &'a Rules, state: &'a State) -> Self {
        let lost = |why: &Option<Incomplete>| matches!(why, Some(Incomplete::File(_) | Incomplete::Ignored | Incomplete::Apart));
        let partial = programme.files.iter().any(|file| file.unjudged) || programme.registers.iter().any(|kept| lost(&kept.incomplete));
        Self { programme, rules, state, known: HashMap::new(), partial }
    }

    /// What a rule looked at.
    pub(super) fn of(&mut self, number: usize, audit: &Audit) -> &Answer {
        let (programme, partial) = (self.programme, self.partial);
        let ran = self.state.rules.get(number).is_some_and(|state| state.on.is_ok())
            && self.rules.rules.get(number).is_some_and(|rule| self.state.reached(rule.from) == Some(true));
        self.known.entry(number).or_insert_with(|| {
            if !ran || programme.newer {
                return Answer::DidNotRun;
            }
            let mut open = Vec::new();
            for (_, node) in audit.unanswered.iter().filter(|(rule, _)| *rule == number) {
                match node {
                    Some(node) => open.push(plain(&programme.address(*node).address)),
                    None => return Answer::Unknown,
                }
            }
            if partial || audit.beyond > 0 { Answer::Unknown } else { Answer::But(open) }
        })
    }
}
