//! Which rules run on a programme, how gravely, and with which numbers: page, then profile, then settings.

use std::sync::Arc;

use crate::config::Effective;
use crate::finding::Severity;
use crate::limits;
use crate::programme::Programme;
use crate::rule::Rules;
use crate::rule::expression::value::Value;
use crate::schema::{Scalar, Schema, Shape};

/// Why a rule does not run that the command line did not ask for.
pub const NOT_SELECTED: &str = "not among the rules selected on the command line";

/// Why a rule does not run that the command line did not want.
const IGNORED: &str = "ignored on the command line";

/// How the reason begins why a rule does not run that somebody has switched off.
pub const SWITCHED_OFF: &str = "switched off in the settings: ";

/// Which rules were asked for on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names or families; empty for all.
    pub select: Vec<String>,
    /// Names or families that are left out.
    pub ignore: Vec<String>,
    /// The stage to judge by, instead of the charter's.
    pub stage: Option<u16>,
}

impl Selection {
    /// Whether a rule is asked for, and if not, why.
    ///
    /// # Errors
    /// The reason why it does not run.
    pub fn wants(&self, rule: &str) -> Result<(), String> {
        let named =
            |list: &[String]| list.iter().any(|name| name == rule || rule.split_once('/').is_some_and(|(family, _)| family == name));
        if !self.select.is_empty() && !named(&self.select) {
            return Err(NOT_SELECTED.to_owned());
        }
        if named(&self.ignore) {
            return Err(IGNORED.to_owned());
        }
        Ok(())
    }
}

/// How one rule stands.
#[derive(Clone, Debug)]
pub struct RuleState {
    /// Whether it runs, or why not.
    pub on: Result<(), String>,
    /// Its severity by page and profile.
    pub severity: Severity,
    /// The severity that the settings give it, which beats every other.
    pub set: Option<Severity>,
    /// Where the severity was set: `page`, `profile` or `settings`.
    pub severity_from: &'static str,
    /// Whether its findings may be waived.
    pub waivable: bool,
}

impl RuleState {
    /// Whether the command line left it out.
    #[must_use]
    pub fn is_unasked(&self) -> bool {
        self.on.as_ref().is_err_and(|why| why == NOT_SELECTED || why == IGNORED)
    }
}

/// How all rules stand under a profile and settings: the same for many programmes.
#[derive(Clone, Debug)]
pub struct Standing {
    /// By the number of the rule.
    pub rules: Arc<[RuleState]>,
    /// The values of all parameters, by number.
    pub params: Arc<[Value<'static>]>,
    /// Where each was set.
    pub params_from: Arc<[&'static str]>,
}

/// How all rules stand on one programme.
#[derive(Clone, Debug)]
pub struct State {
    /// By the number of the rule.
    pub rules: Arc<[RuleState]>,
    /// The values of all parameters, by number.
    pub params: Arc<[Value<'static>]>,
    /// Where each was set.
    pub params_from: Arc<[&'static str]>,
    /// The stage by which the programme is judged.
    pub stage: Option<u16>,
    /// A stage that it has also reached, whatever its stage.
    pub reaches: Option<u16>,
    /// Its profile.
    pub profile: String,
    /// Steps that the expressions of one rule may take for one subject.
    pub steps_max: u64,
}

impl State {
    /// Whether a stage is reached; `None` where the programme does not say.
    #[must_use]
    pub fn reached(&self, from: u16) -> Option<bool> {
        if from == 0 || self.reaches == Some(from) {
            return Some(true);
        }
        self.stage.map(|stage| stage >= from)
    }
}

/// The word of a charter field, its vocabulary's entry.
fn charter_word<'s>(schema: &'s Schema, programme: &Programme, field: &str) -> Option<&'s crate::schema::Word> {
    let word = programme.charter_word(field)?;
    let id = schema.field_named(crate::schema::CHARTER, field)?;
    match schema.shape_of(id) {
        Shape::Scalar(Scalar::Word(vocabulary)) => schema.vocabulary(vocabulary)?.words.iter().find(|known| known.text == word),
        _ => None,
    }
}

/// Works out how all rules stand on a programme.
#[must_use]
pub fn state(rules: &Rules, programme: &Programme, settings: &Effective, selection: &Selection) -> State {
    state_with(programme, selection, |profile| standing(rules, &programme.schema, profile, settings, selection))
}

/// The same, given how they stand under a profile.
pub fn state_with(programme: &Programme, selection: &Selection, standing: impl FnOnce(&str) -> Standing) -> State {
    let schema = &*programme.schema;
    let profile = programme.charter_word(&schema.jobs.profile).unwrap_or_default().to_owned();
    let mut stage = selection.stage.or_else(|| schema.stage(programme.charter_word(&schema.jobs.stage)?));
    let mut reaches = None;
    // Words of the charter may stand for a stage: a profile that never closes, an end that is reached.
    for field in schema.structure(crate::schema::CHARTER).into_iter().flat_map(|charter| &charter.fields) {
        let Some(name) = schema.field(*field).map(|field| field.name.as_str()) else { continue };
        if !matches!(schema.shape_of(*field), Shape::Scalar(Scalar::Word(_))) {
            continue;
        }
        if let Some(word) = charter_word(schema, programme, name) {
            if selection.stage.is_none()
                && let Some(meant) = word.stage_as.as_deref().and_then(|word| schema.stage(word))
            {
                stage = stage.max(Some(meant));
            }
            if let Some(also) = word.reaches.as_deref().and_then(|word| schema.stage(word)) {
                reaches = Some(also);
            }
        }
    }
    let Standing { rules, params, params_from } = standing(&profile);
    State { rules, params, params_from, stage, reaches, profile, steps_max: limits::STEPS_MAX }
}

/// Works out how all rules stand under a profile and settings.
#[must_use]
pub fn standing(rules: &Rules, schema: &Schema, profile: &str, settings: &Effective, selection: &Selection) -> Standing {
    let mut params: Vec<Value<'static>> = rules.params.iter().map(|param| param.default.clone()).collect();
    let mut params_from = vec!["page"; params.len()];
    let mut states = Vec::with_capacity(rules.rules.len());
    for rule in &rules.rules {
        let mut known = RuleState {
            on: selection.wants(&rule.name),
            severity: rule.severity,
            set: None,
            severity_from: "page",
            waivable: !rule.of_audit,
        };
        if let Some(change) = rule.profiles.get(profile) {
            if let Some(severity) = change.severity {
                known.severity = severity;
                known.set = Some(severity);
                known.severity_from = "profile";
            }
            for (number, value) in &change.params {
                set(&mut params, &mut params_from, *number, value.clone(), "profile");
            }
            if let (Some(reason), Ok(())) = (&change.off, &known.on) {
                known.on = Err(format!("off under the profile {profile}: {reason}"));
            }
        }
        let names = std::iter::once(&*rule.name).chain(rule.formerly.iter().map(String::as_str));
        for own in names.filter_map(|name| settings.rule.get(name)) {
            if let Some(severity) = &own.severity {
                known.severity = severity.value;
                known.set = Some(severity.value);
                known.severity_from = "settings";
            }
            for (name, param) in &own.params {
                if let Some(number) = rules.param(&rule.name, name)
                    && let Some(value) = rules.params.get(number).and_then(|known| known.read(schema, &param.value))
                {
                    set(&mut params, &mut params_from, number, value, "settings");
                }
            }
            if let Some(waivable) = &own.waivable {
                known.waivable &= waivable.value;
            }
            if let (Some(reason), Ok(())) = (&own.off, &known.on) {
                known.on = Err(format!("{SWITCHED_OFF}{}", reason.value));
            }
        }
        states.push(known);
    }
    for (name, own) in &settings.definition {
        for (param, written) in &own.params {
            if let Some(number) = rules.param(&format!("definitions/{name}"), param)
                && let Some(value) = rules.params.get(number).and_then(|known| known.read(schema, &written.value))
            {
                set(&mut params, &mut params_from, number, value, "settings");
            }
        }
    }
    Standing { rules: states.into(), params: params.into(), params_from: params_from.into() }
}

fn set(params: &mut [Value<'static>], from: &mut [&'static str], number: usize, value: Value<'static>, origin: &'static str) {
    if let (Some(slot), Some(place)) = (params.get_mut(number), from.get_mut(number)) {
        *slot = value;
        *place = origin;
    }
}
