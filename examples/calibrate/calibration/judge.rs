//! Judges records by shipped rules: the pages as the program compiles them, through the stages that `havesay check` and
//! `havesay test` go through, in memory.
//!
//! How records are drawn, and what is made of verdicts, do not belong here. Nothing of a rule is repeated in this
//! folder: a change of a page or of a function changes what comes out.

use std::sync::Arc;

use havesay::audit::{self, Selection};
use havesay::config::Effective;
use havesay::discover::{Input, Role, Source};
use havesay::document::Forest;
use havesay::pipeline::examples::AS_OF;
use havesay::pipeline::setup::{RuleSource, Setup};
use havesay::programme::{self, Clock};
use havesay::schema::{Schema, form};

/// What a rule made of one programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Subjects with a finding.
    pub findings: u32,
    /// Subjects without evidence.
    pub silent: u32,
    /// Subjects that pass, or have a finding, or no evidence.
    pub subjects: u32,
}

/// The rules by which is judged.
#[derive(Debug)]
pub struct Judge {
    setup: Setup,
    as_of: i32,
}

impl Judge {
    /// Reads the pages of these rules.
    ///
    /// # Errors
    /// What is wrong with the pages.
    pub fn new(rules: &[&str], source: &RuleSource) -> Result<Self, String> {
        let schema = Arc::new(Schema::builtin().map_err(|error| format!("{error:?}"))?);
        let setup = Setup::read(&schema, source, None, &|name| rules.contains(&name))
            .map_err(|error| format!("the rules cannot be read: {error:?}"))?;
        let judge = Self { setup, as_of: form::date(AS_OF.as_bytes()).map_or(0, |(day, _)| day) };
        match rules.iter().find(|rule| judge.setup.rules.find(rule).is_none()) {
            Some(missing) => Err(format!("there is no rule {missing}")),
            None => Ok(judge),
        }
    }

    /// A parameter of a rule, as its page writes the default.
    #[must_use]
    pub fn param(&self, rule: &str, name: &str) -> Option<&str> {
        let number = self.setup.rules.param(rule, name)?;
        self.setup.rules.params.get(number).map(|param| param.text.as_str())
    }

    /// What each rule by itself makes of a charter with its registers inline.
    ///
    /// # Errors
    /// Where the records break the schema, or a rule is at fault: then the drawing is wrong, and no number may come of
    /// it.
    pub fn judge(&self, charter: &str, rules: &[&str]) -> Result<Vec<Verdict>, String> {
        let source = Source::Memory(charter.as_bytes().to_vec());
        let inputs = [Input { path: "programme.json".to_owned(), role: Role::Charter, source }];
        let clock = Clock { as_of: self.as_of, given: false };
        let Setup { schema, judges, rules: known, .. } = &self.setup;
        let programme = programme::load(schema, judges, ".", &inputs, Forest::default(), clock, false);
        if let Some(flaw) = programme.flaws.first() {
            return Err(format!("the drawn records break {}: {charter}", flaw.rule));
        }
        rules
            .iter()
            .map(|rule| {
                let selection = Selection { select: vec![(*rule).to_owned()], ..Selection::default() };
                let state = audit::state::state(known, &programme, &Effective::default(), &selection);
                let audit = havesay::settle::audit(&programme, known, &state, self.as_of);
                let number = known.rules.iter().position(|known| *known.name == **rule);
                let verdicts = number.and_then(|number| audit.verdicts.get(number)).copied().unwrap_or_default();
                let subjects = verdicts.pass + verdicts.finding + verdicts.no_evidence;
                if audit.faulted || subjects == 0 {
                    return Err(format!("{rule} did not judge what was drawn for it: {charter}"));
                }
                Ok(Verdict { findings: verdicts.finding as u32, silent: verdicts.no_evidence as u32, subjects: subjects as u32 })
            })
            .collect()
    }
}
