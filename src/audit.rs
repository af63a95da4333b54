//! Judges programmes by the rules: verdicts, findings, and what could not be judged and why.
//!
//! Rules that look back at what the others found (`back`) come last; `flaws` tells what reading the records found.
//! [`state`] says which rules run here, how gravely and with which numbers; [`required`] judges what must be there
//! from a stage on. How verdicts are shown is not known here.

mod back;
mod flaws;
pub mod required;
pub mod state;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

pub use state::{NOT_SELECTED, RuleState, SWITCHED_OFF, Selection, State};

use back::Back;

use crate::finding::{Finding, Label, Part, Subject as About, Verdicts, fingerprint, plain};
use crate::limits;
use crate::programme::{About as FlawAbout, Flaw, Incomplete, Item, NO_RECORD, Programme, Where};
use crate::rule::expression::flag::Answer;
use crate::rule::expression::frame::Cx;
use crate::rule::expression::value::{Fault, No};
use crate::rule::{Case, Group, Rule, Rules, Subject};

/// Why verdicts of one rule could not be reached, for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoEvidence {
    /// The rule, by number.
    pub rule: usize,
    /// Whether a test is not valid here (rather than something being absent).
    pub not_testable: bool,
    /// The cause in words.
    pub cause: Vec<Part>,
    /// For how many subjects.
    pub count: u64,
    /// The first three of those that are records or rows.
    pub subjects: Vec<Item>,
    /// The addresses of the first three of those that are none.
    pub addresses: Vec<Vec<Part>>,
    key: Cause,
}

/// Of how many subjects without a verdict the addresses are told.
const ADDRESSES: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    No(No),
    Stage,
}

/// What became of one programme.
#[derive(Debug, Default)]
pub struct Audit {
    /// The findings, in the order of places.
    pub findings: Vec<Finding>,
    /// The four counts for each rule, by number.
    pub verdicts: Vec<Verdicts>,
    /// What could not be judged.
    pub no_evidence: Vec<NoEvidence>,
    /// On which subjects (nodes) a rule, by number, reached no answer; none where it is on all of a kind. Kept
    /// only where findings are held against waivers or a baseline.
    pub unanswered: Vec<(usize, Option<u32>)>,
    /// Why rules did not run, by number.
    pub idle: Vec<(usize, String)>,
    /// Whether a rule was at fault.
    pub faulted: bool,
    /// Whether that was for having taken too many steps.
    pub exhausted: bool,
    /// Steps that expressions took.
    pub steps: u64,
    /// Findings beyond those that are kept.
    pub beyond: usize,
}

impl Audit {
    /// Counts a verdict of "no evidence" of a rule that judges the audit itself, with its cause.
    pub fn no_answer(&mut self, rule: usize, cause: Vec<Part>, address: Vec<Part>) {
        if let Some(verdicts) = self.verdicts.get_mut(rule) {
            verdicts.no_evidence += 1;
        }
        match self.no_evidence.iter_mut().find(|known| known.rule == rule && known.cause == cause) {
            Some(known) => {
                known.count += 1;
                if known.addresses.len() < ADDRESSES {
                    known.addresses.push(address);
                }
            }
            None => {
                let (subjects, addresses, key) = (Vec::new(), vec![address], Cause::Stage);
                self.no_evidence.push(NoEvidence { rule, not_testable: false, cause, count: 1, subjects, addresses, key });
            }
        }
    }
}

/// Which findings something holds back on a day, one by one.
pub type HeldOn<'a> = dyn Fn(&[Finding], i32) -> Vec<bool> + 'a;

/// A programme to be judged.
#[derive(Clone, Copy)]
pub struct Judged<'p> {
    /// Its records.
    pub programme: &'p Programme,
    /// How the rules stand on it.
    pub state: &'p State,
    /// Asked by rules that look back at what the others found.
    pub held: &'p HeldOn<'p>,
}

/// Judges programmes side by side: each rule judges all of them before the next one does. A rule's code is large
/// beside what it does with one programme, and so has to be fetched from afar only once.
#[must_use]
pub fn side_by_side<'p>(all: &[Judged<'p>], rules: &'p Rules, as_of: i32) -> Vec<Audit> {
    let mut auditors: Vec<Auditor<'p>> = all.iter().map(|judged| Auditor::new(judged.programme, rules, judged.state, as_of)).collect();
    // Flaws of the records come first: rules may yield to them.
    auditors.iter_mut().for_each(Auditor::flaws);
    for number in 0..rules.rules.len() {
        for auditor in &mut auditors {
            auditor.rule(number);
        }
    }
    auditors.into_iter().zip(all).map(|(auditor, judged)| auditor.end(judged.held, as_of)).collect()
}

struct Auditor<'p> {
    programme: &'p Programme,
    rules: &'p Rules,
    state: &'p State,
    audit: Audit,
    /// Subjects with a finding, for rules that others yield to.
    found: Vec<BTreeSet<u32>>,
    cx: Cx<'p>,
    /// Takes counts of what is no rule.
    spare: Verdicts,
    /// Rules that look back, which wait until all others are done.
    later: Vec<usize>,
}

impl<'p> Auditor<'p> {
    fn new(programme: &'p Programme, rules: &'p Rules, state: &'p State, as_of: i32) -> Self {
        let mut cx = Cx::new(programme, as_of, &state.params);
        cx.steps_max = state.steps_max;
        Self {
            programme,
            rules,
            state,
            audit: Audit { verdicts: vec![Verdicts::default(); rules.rules.len()], ..Audit::default() },
            found: vec![BTreeSet::new(); rules.rules.len()],
            cx,
            spare: Verdicts::default(),
            later: Vec::new(),
        }
    }

    /// Judges what is judged when all rules are done, and gives what came of it.
    fn end(mut self, held: &'p HeldOn<'p>, as_of: i32) -> Audit {
        if !self.programme.newer {
            self.required();
            self.passes();
        }
        let later = std::mem::take(&mut self.later);
        if !later.is_empty() {
            let back = Back::new(&self, held, as_of);
            self.cx.open = Some(Rc::new(move |day, stage| back.open(day, stage)));
            later.into_iter().for_each(|number| self.rule(number));
        }
        let mut audit = self.audit;
        audit.steps += self.cx.steps.get();
        let place = |finding: &Finding| finding.labels.first().map(|label| label.place);
        audit.findings.sort_by(|a, b| {
            place(a)
                .cmp(&place(b))
                .then_with(|| a.rule.cmp(&b.rule))
                .then_with(|| plain(&a.subject.address).cmp(&plain(&b.subject.address)))
        });
        audit
    }

    fn verdicts(&mut self, number: usize) -> &mut Verdicts {
        self.audit.verdicts.get_mut(number).unwrap_or(&mut self.spare)
    }

    fn idle(&mut self, number: usize, why: String) {
        self.verdicts(number).not_applicable += 1;
        self.audit.idle.push((number, why));
    }

    fn rule(&mut self, number: usize) {
        let rules = self.rules;
        let Some(rule) = rules.rules.get(number) else { return };
        let Some(state) = self.state.rules.get(number) else { return };
        if let Err(why) = &state.on {
            return self.idle(number, why.clone());
        }
        if self.programme.newer {
            return self.idle(number, "the records follow a newer model".to_owned());
        }
        if rule.built_in {
            if self.state.reached(rule.from) == Some(false) {
                self.idle(number, "its stage is not reached".to_owned());
            }
            return;
        }
        match self.state.reached(rule.from) {
            Some(true) => {}
            Some(false) => return self.idle(number, "its stage is not reached".to_owned()),
            None => {
                let cause = vec![Part::words("the stage of the programme is not recorded")];
                return self.no_evidence_for(number, Cause::Stage, |_| cause, false, None);
            }
        }
        match rule.groups(&self.programme.schema, &self.rules.definitions) {
            Some(groups) if self.cx.open.is_none() && groups.iter().any(|group| group.looks_back) => self.waits(number),
            Some(groups) => groups.iter().for_each(|group| self.group(number, rule, group)),
            None => self.without(number, rule, No::Fault(Fault::Internal), self.programme.charter_item()),
        }
    }

    /// A rule that looks back waits for the others. Where the command line left some of those out, it does not run:
    /// it would see no error of theirs.
    fn waits(&mut self, number: usize) {
        let is_left_out = |(rule, state): (&Rule, &RuleState)| {
            !rule.built_in && state.set.unwrap_or(state.severity) == crate::finding::Severity::Error && state.is_unasked()
        };
        if self.rules.rules.iter().zip(&*self.state.rules).any(is_left_out) {
            self.idle(number, "it looks back at what all other rules found, and not all were selected on the command line".to_owned());
        } else {
            self.later.push(number);
        }
    }

    /// Counts a verdict that could not be reached. The cause is put into words only where it is a new one.
    fn no_evidence_for(
        &mut self,
        number: usize,
        key: Cause,
        cause: impl FnOnce(&mut Self) -> Vec<Part>,
        not_testable: bool,
        subject: Option<Item>,
    ) {
        self.verdicts(number).no_evidence += 1;
        // Asked only of what was known before: by waivers and the baseline.
        if self.programme.is_held_against() {
            self.audit.unanswered.push((number, subject.map(|subject| subject.node)));
        }
        // What is asked about now was found last: rules come one after another.
        match self.audit.no_evidence.iter_mut().rev().find(|known| known.rule == number && known.key == key) {
            // A register that is not kept is one gap, however many subjects there are.
            Some(_) if matches!(key, Cause::No(No::Register(_))) => self.verdicts(number).no_evidence -= 1,
            Some(known) => {
                known.count += 1;
                if known.subjects.len() < ADDRESSES {
                    known.subjects.extend(subject);
                }
            }
            None => {
                let cause = cause(self);
                let (subjects, addresses) = (subject.into_iter().collect(), Vec::new());
                self.audit.no_evidence.push(NoEvidence { rule: number, not_testable, cause, count: 1, subjects, addresses, key });
            }
        }
    }

    fn no_value(&mut self, number: usize, no: No, subject: Option<Item>) {
        let not_testable = matches!(no, No::Statistic(_) | No::Unfair(_));
        self.no_evidence_for(number, Cause::No(no), |auditor| auditor.reason(no), not_testable, subject);
    }

    /// A reason in words.
    fn reason(&self, no: No) -> Vec<Part> {
        let schema = &self.programme.schema;
        let field = |id| {
            let field = schema.field(id);
            let owner = field.and_then(|field| schema.structure(field.owner)).map_or("", |owner| owner.name.as_str());
            format!("{} of the {}", field.map_or("a field", |field| field.name.as_str()), owner.trim_end_matches("-row").replace('-', " "))
        };
        let register = |id| schema.register(id).map_or("", |register| register.name.as_str()).to_owned();
        let words = match no {
            No::Field(id) => format!("{} is not recorded", field(id)),
            No::Register(id) => format!("the register {} is not kept", register(id)),
            No::Faulty(id) => format!("{} has a fault of its own", field(id)),
            No::Incomplete(id) => {
                let why = self.programme.registers.get(usize::from(id)).and_then(|kept| kept.incomplete.clone());
                return match why {
                    Some(Incomplete::File(file)) => vec![
                        Part::words(&format!("the register {} is not wholly here: ", register(id))),
                        Part::words(self.programme.files.get(file as usize).map_or("a file", |file| &file.path)),
                        Part::words(" could not be read or understood"),
                    ],
                    Some(Incomplete::Ignored) => {
                        vec![Part::words(&format!("the register {} is not wholly here: git ignores some of its files", register(id)))]
                    }
                    _ => vec![Part::words(&format!("the register {} is also kept elsewhere", register(id)))],
                };
            }
            No::Period => "a date or a length of time is not known exactly enough".to_owned(),
            No::Empty => "there is nothing to work it out from".to_owned(),
            No::Entry => "an attribute is not recorded".to_owned(),
            No::Statistic(why) => why.to_string(),
            No::Unset | No::Unfair(_) => "the answer would not be fair".to_owned(),
            No::Fault(fault) => format!("the rule is at fault: {}", fault.words()),
        };
        vec![Part::words(&words)]
    }

    fn group(&mut self, number: usize, rule: &'p Rule, group: &'p Group) {
        let programme = self.programme;
        self.cx.open(group.frame);
        match &group.subject {
            Subject::Programme => {
                if programme.charter.is_some() {
                    self.judge_all(number, rule, group, programme.charter_item());
                } else {
                    self.no_evidence_for(number, Cause::Stage, |_| vec![Part::words("the charter cannot be read")], false, None);
                }
            }
            Subject::Register(register) => {
                let Some(kept) = programme.registers.get(usize::from(*register)) else { return };
                if let Some(no) = self.unavailable(*register) {
                    self.no_value(number, no, None);
                }
                if kept.kept && kept.first == kept.end && kept.incomplete.is_none() {
                    self.verdicts(number).nothing_to_judge += 1;
                }
                for item in programme.items_of(*register) {
                    self.bind(group, 1, item);
                    self.judge_all(number, rule, group, item);
                }
            }
            Subject::Records => {
                // The charter is the first record; the registers of rows within it are not registers of their own.
                let registers = programme.schema.registers.iter().zip(&programme.registers).filter(|(register, _)| !register.nested);
                let charter = programme.charter.map_or(0..0, |_| 0..1);
                // Of a rule that asks only for texts, most records are done with where none looks like it.
                let alone = match group.cases.as_slice() {
                    [case] if case.when.is_none() && case.profile_when.is_empty() && case.evidence.is_empty() && rule.yields.is_empty() => {
                        case.assert.as_ref()
                    }
                    _ => None,
                };
                let all = std::iter::once(charter).chain(registers.map(|(_, kept)| kept.first..kept.end)).flatten();
                let all = all.filter(|at| programme.record(*at).is_some_and(|record| record.canonical == *at && record.node != NO_RECORD));
                if alone.is_some_and(|assert| assert.surely_holds_of_all(&mut self.cx, 1)) {
                    self.verdicts(number).pass += all.count() as u64;
                    return;
                }
                for at in all {
                    let item = programme.item(at);
                    if alone.is_some_and(|assert| assert.surely_holds(&mut self.cx, 1, item)) {
                        self.verdicts(number).pass += 1;
                        continue;
                    }
                    self.bind(group, 1, item);
                    self.judge_all(number, rule, group, item);
                }
            }
            Subject::Rows { register, fields } => match register {
                None if programme.charter.is_some() => {
                    let any = self.rows(number, rule, group, programme.charter_item(), fields, 1);
                    if !any {
                        self.verdicts(number).nothing_to_judge += 1;
                    }
                }
                None => self.no_evidence_for(number, Cause::Stage, |_| vec![Part::words("the charter cannot be read")], false, None),
                Some(register) => {
                    let Some(kept) = programme.registers.get(usize::from(*register)) else { return };
                    if let Some(no) = self.unavailable(*register) {
                        self.no_value(number, no, None);
                    }
                    let mut any = !kept.kept;
                    for item in programme.items_of(*register) {
                        self.bind(group, 1, item);
                        any |= self.rows(number, rule, group, item, fields, 2);
                    }
                    if !any {
                        self.verdicts(number).nothing_to_judge += 1;
                    }
                }
            },
        }
    }

    /// Why a register cannot be judged as a whole.
    fn unavailable(&self, register: u16) -> Option<No> {
        let kept = self.programme.registers.get(usize::from(register))?;
        match (&kept.incomplete, kept.kept) {
            (Some(_), _) => Some(No::Incomplete(register)),
            (None, false) => Some(No::Register(register)),
            (None, true) => None,
        }
    }

    /// Sets a variable of the subject; what was worked out from the one before is forgotten.
    fn bind(&mut self, group: &Group, slot: usize, item: Item) {
        self.cx.set_item(slot, Ok(item));
        // Most subjects are done with before any was worked out. Only the outermost variable may say that nothing is
        // left: what depends on it is forgotten with it, and all that stands below.
        let has_kept = if slot == 1 { std::mem::take(&mut self.cx.has_kept) } else { self.cx.has_kept };
        if !has_kept {
            return;
        }
        for (place, _, is_item) in group.lets.iter().filter(|(_, level, _)| *level >= slot) {
            if *is_item {
                self.cx.set_item(*place, Err(No::Unset));
            } else {
                self.cx.set_value(*place, Err(No::Unset));
            }
        }
    }

    fn rows(&mut self, number: usize, rule: &'p Rule, group: &'p Group, holder: Item, fields: &[u16], slot: usize) -> bool {
        let programme = self.programme;
        let Some((field, rest)) = fields.split_first() else { return false };
        let Some(at) = programme.forest.value(holder.node, *field) else { return false };
        let is_list = programme.forest.node(at).kind == crate::document::Kind::List;
        let (mut next_node, end) = if is_list { (at + 1, programme.forest.after(at)) } else { (at, at + 1) };
        let mut any = false;
        while next_node < end {
            let node = next_node;
            next_node = programme.forest.after(node);
            if programme.forest.node(node).kind != crate::document::Kind::Object {
                continue;
            }
            // A row of a nested register is a record of its own.
            let record = if rest.is_empty() { programme.nested_record(node).unwrap_or(holder.record) } else { holder.record };
            let item = Item { node, record };
            let next = if is_list {
                self.bind(group, slot, item);
                slot + 1
            } else {
                slot
            };
            if rest.is_empty() {
                any = true;
                self.judge_all(number, rule, group, item);
            } else {
                any |= self.rows(number, rule, group, item, rest, next);
            }
        }
        any
    }

    fn yields(&self, rule: &Rule, subject: Item) -> bool {
        let forest = &self.programme.forest;
        let charter = self.programme.charter;
        rule.yields.iter().filter_map(|other| self.found.get(*other)).filter(|found| !found.is_empty()).any(|found| {
            Some(subject.node) == charter
                || charter.is_some_and(|charter| found.contains(&charter))
                || found.range(subject.node..forest.after(subject.node)).next().is_some()
                || forest.path_to(subject.node).iter().any(|around| found.contains(around))
        })
    }

    fn judge_all(&mut self, number: usize, rule: &'p Rule, group: &'p Group, subject: Item) {
        for case in &group.cases {
            self.audit.steps += self.cx.steps.replace(0);
            let concerns = match &case.when {
                None => Ok(true),
                Some(when) => match when.ask(&mut self.cx) {
                    Answer::Yes => Ok(true),
                    // So end most.
                    Answer::No => {
                        self.verdicts(number).not_applicable += 1;
                        continue;
                    }
                    Answer::None => Err(self.cx.reason),
                },
            };
            self.judge(number, rule, case, subject, concerns);
        }
    }

    /// Judges a subject that a rule may concern, or of which it is not known whether it does.
    #[inline(never)]
    fn judge(&mut self, number: usize, rule: &'p Rule, case: &'p Case, subject: Item, mut concerns: Result<bool, No>) {
        if !case.profile_when.is_empty()
            && let Some(when) = case.profile_when.get(&self.state.profile)
        {
            concerns = match (concerns, when.get(&mut self.cx)) {
                (_, Ok(false)) => Ok(false),
                (Ok(true), other) => other,
                (other, _) => other,
            };
        }
        match concerns {
            Ok(true) => {}
            Ok(false) => {
                self.verdicts(number).not_applicable += 1;
                return;
            }
            Err(no) => return self.without(number, rule, no, subject),
        }
        if !rule.yields.is_empty() && self.yields(rule, subject) {
            self.verdicts(number).not_applicable += 1;
            return;
        }
        for (at, (that, reason)) in case.evidence.iter().enumerate() {
            let answer = that.ask(&mut self.cx);
            // What could not be read is named as such; the page's words are for what was read.
            if answer == Answer::None
                && let no @ (No::Fault(_) | No::Register(_) | No::Incomplete(_) | No::Faulty(_)) = self.cx.reason
            {
                return self.without(number, rule, no, subject);
            }
            if answer != Answer::Yes {
                let cause = |auditor: &mut Self| reason.render(&mut auditor.cx);
                return self.no_evidence_for(number, Cause::No(No::Unfair(at as u16)), cause, true, Some(subject));
            }
        }
        let Some(assert) = &case.assert else { return };
        match assert.ask(&mut self.cx) {
            Answer::Yes => self.verdicts(number).pass += 1,
            Answer::No => self.raise(number, rule, case, subject),
            Answer::None => self.without(number, rule, self.cx.reason, subject),
        }
    }

    fn without(&mut self, number: usize, rule: &Rule, no: No, subject: Item) {
        if let No::Fault(fault) = no {
            self.audit.faulted = true;
            self.audit.exhausted |= fault == Fault::Budget;
            let message = vec![Part::words(&format!("the rule {} could not judge this: {}", rule.name, fault.words()))];
            let flaw = Flaw {
                rule: "record/rule-fault",
                at: Where::Node(self.programme.face(subject)),
                about: FlawAbout::Object(subject.node),
                message,
                label: "",
                help: None,
                also: Vec::new(),
                more: 0,
            };
            self.flaw(&flaw);
        }
        self.no_value(number, no, Some(subject));
    }

    fn severity(&self, number: usize, case: Option<&Case>) -> crate::finding::Severity {
        let state = self.state.rules.get(number);
        let set = state.and_then(|state| state.set);
        set.or(case.and_then(|case| case.severity)).or(state.map(|state| state.severity)).unwrap_or(crate::finding::Severity::Error)
    }

    fn raise(&mut self, number: usize, rule: &'p Rule, case: &'p Case, subject: Item) {
        self.verdicts(number).finding += 1;
        if self.rules.yielded_to.get(number).copied().unwrap_or(false)
            && let Some(found) = self.found.get_mut(number)
        {
            found.insert(subject.node);
        }
        if self.audit.findings.len() >= limits::FINDINGS_PER_PROGRAMME_MAX {
            self.audit.beyond += 1;
            return;
        }
        let programme = self.programme;
        let message = case.message.render(&mut self.cx);
        let mut places = case.at.as_ref().map_or_else(Vec::new, |at| at.find(&mut self.cx));
        if places.is_empty() {
            places.push(Where::Node(programme.face(subject)));
        }
        let label = case.label.render(&mut self.cx);
        let total = places.len();
        let mut labels: Vec<Label> =
            places.iter().take(limits::LABELS_MAX).map(|at| Label { place: programme.place(*at), text: label.clone() }).collect();
        let mut labels_more = total.saturating_sub(limits::LABELS_MAX);
        for (at, text) in &case.also {
            let further = at.find(&mut self.cx);
            let text = text.render(&mut self.cx);
            labels_more += further.len().saturating_sub(limits::LABELS_MAX);
            labels.extend(further.into_iter().take(limits::LABELS_MAX).map(|at| Label { place: programme.place(at), text: text.clone() }));
        }
        let help = if case.help.is_empty() { Arc::clone(&rule.help) } else { Arc::clone(&case.help) };
        let severity = self.severity(number, Some(case));
        let about = about(programme, subject.node);
        let identity = fingerprint(&rule.name, &programme.id, &plain(&about.address));
        self.audit.findings.push(Finding {
            rule: Arc::clone(&rule.name),
            severity,
            message,
            help,
            subject: about,
            labels,
            labels_more,
            reveals: rule.reveals,
            fingerprint: identity,
        });
    }
}

/// What a finding at a node is about.
fn about(programme: &Programme, at: u32) -> About {
    let addressed = programme.address(at);
    About {
        register: Arc::from(addressed.register.as_str()),
        id: addressed.id,
        address: addressed.address,
        file: addressed.file,
        pointer: addressed.pointer,
        node: Some(at),
    }
}
