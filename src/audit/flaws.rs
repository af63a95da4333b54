//! What reading the records found, told as findings: flaws of files and records, and what must be there from a stage
//! on. What is found is known elsewhere; here it gets its severity, its places and its help.

use std::sync::Arc;

use super::{Auditor, Cause, about, required};
use crate::finding::{Finding, Label, Part, Severity, Subject, fingerprint, plain};
use crate::limits;
use crate::programme::{About, Flaw, Item, NO_RECORD, Where};
use crate::rule::expression::value::No;

impl Auditor<'_> {
    /// What the programme's own reading found.
    pub(super) fn flaws(&mut self) {
        let programme = self.programme;
        for flaw in &programme.flaws {
            self.flaw(flaw);
        }
        if let Some(number) = self.rules.rules.iter().position(|rule| &*rule.name == "record/dangling-reference")
            && self.state.rules.get(number).is_some_and(|state| state.on.is_ok())
        {
            for (node, register) in &programme.open_references {
                let subject = Item { node: *node, record: programme.record_around(*node) };
                self.no_value(number, No::Incomplete(*register), Some(subject));
            }
        }
    }

    /// A record or file without a flaw passes.
    pub(super) fn passes(&mut self) {
        let programme = self.programme;
        let subjects = programme.records.iter().filter(|record| record.node != NO_RECORD).count() as u64;
        for (number, rule) in self.rules.rules.iter().enumerate() {
            // What judges the audit itself is judged when the audit is done.
            if rule.built_in
                && !rule.of_audit
                && self.state.rules.get(number).is_some_and(|state| state.on.is_ok())
                && self.state.reached(rule.from) == Some(true)
            {
                let verdicts = self.verdicts(number);
                if verdicts.pass == 0 {
                    verdicts.pass += subjects.saturating_sub(verdicts.finding + verdicts.no_evidence);
                }
            }
        }
    }

    pub(super) fn flaw(&mut self, flaw: &Flaw) {
        let number = self.rules.rules.iter().position(|rule| *rule.name == *flaw.rule);
        let on = number.and_then(|number| self.state.rules.get(number)).is_none_or(|state| state.on.is_ok());
        let early = number.and_then(|number| self.rules.rules.get(number)).is_some_and(|rule| self.state.reached(rule.from) == Some(false));
        if !on || early {
            return;
        }
        if let Some(number) = number {
            self.verdicts(number).finding += 1;
            if let (Where::Node(at) | Where::Key(at), true) = (flaw.at, self.rules.yielded_to.get(number).copied().unwrap_or(false))
                && let Some(found) = self.found.get_mut(number)
            {
                found.insert(at);
            }
        }
        if self.audit.findings.len() >= limits::FINDINGS_PER_PROGRAMME_MAX {
            self.audit.beyond += 1;
            return;
        }
        let programme = self.programme;
        let severity = number.map_or(Severity::Error, |number| self.severity(number, None));
        let page_help = number.and_then(|number| self.rules.rules.get(number)).map(|rule| Arc::clone(&rule.help)).unwrap_or_default();
        let help = flaw.help.as_deref().map_or(page_help, Arc::from);
        let words = |text: &str| if text.is_empty() { Vec::new() } else { vec![Part::words(text)] };
        let mut labels = vec![Label { place: programme.place(flaw.at), text: words(flaw.label) }];
        labels.extend(flaw.also.iter().map(|(at, text)| Label { place: programme.place(*at), text: words(text) }));
        let about = match (&flaw.about, flaw.at) {
            (About::Object(node), _) => about(programme, *node),
            (About::Lacking(node, name), _) => {
                let mut lacking = about(programme, *node);
                lacking.address.push(Part::words(&format!("/{name}")));
                lacking
            }
            (About::Place, Where::Node(at) | Where::Key(at)) => about(programme, at),
            (About::Place, Where::In(place)) => {
                let path = programme.files.get(place.file as usize).map_or("", |file| &file.path);
                // The path within the programme, so that the address is the same from wherever the audit is run.
                let path: Arc<str> =
                    Arc::from(path.strip_prefix(&*programme.folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path));
                Subject {
                    register: Arc::from(""),
                    id: None,
                    address: vec![Part::words("files/"), Part::Literal(path)],
                    file: place.file,
                    pointer: Vec::new(),
                    node: None,
                }
            }
        };
        let identity = fingerprint(flaw.rule, &programme.id, &plain(&about.address));
        self.audit.findings.push(Finding {
            rule: Arc::from(flaw.rule),
            severity,
            message: flaw.message.clone(),
            help,
            subject: about,
            labels,
            labels_more: flaw.more,
            reveals: false,
            fingerprint: identity,
        });
    }

    pub(super) fn required(&mut self) {
        let Some(number) = self.rules.rules.iter().position(|rule| &*rule.name == required::RULE) else { return };
        if self.state.rules.get(number).is_none_or(|state| state.on.is_err()) {
            return;
        }
        let Some(stage) = self.state.stage else {
            return self.no_evidence_for(
                number,
                Cause::Stage,
                |_| vec![Part::words("the stage of the programme is not recorded")],
                false,
                None,
            );
        };
        let judged = required::judge(self.programme, self.rules, stage, &self.state.profile);
        self.verdicts(number).pass = judged.present;
        for flaw in judged.flaws {
            self.flaw(&flaw);
        }
    }
}
