//! Holds what the settings name against what there is: rules, definitions, parameters, fields, registers.
//!
//! The form of a settings file is not judged here, nor what a page says.

use std::collections::BTreeMap;

use super::locks;
use super::setup::Faults;
use crate::config::{Config, ConfigFile, DefinitionSettings, Param as Set, ParamValue, Problem, RuleSettings, Settings};
use crate::rule::Rules;
use crate::schema::Schema;
use crate::text::{self, Span, Visible};

/// What came of it, file by file.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    /// What does not exist or does not fit.
    pub wrong: Vec<Faults>,
    /// What works and is to be said all the same.
    pub notes: Vec<Faults>,
}

/// What is wrong with a file, if anything is.
fn faults(file: &ConfigFile, mut problems: Vec<Problem>) -> Option<Faults> {
    problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    (!problems.is_empty()).then(|| Faults { text: file.text.clone(), problems })
}

/// Masks the fields that the settings name; what is wrong with their names.
pub(super) fn masks(schema: &mut Schema, config: &Config) -> Vec<Faults> {
    let unknown = |file: &ConfigFile, schema: &mut Schema| {
        let mut problems = Vec::new();
        for path in &file.settings.privacy.sensitive {
            // An organisation's own fields are masked in any case, unless an overlay describes them otherwise.
            let own = path.value.rsplit('.').next().is_some_and(|last| last.starts_with("x-"));
            match schema.field_at(&path.value) {
                Some(field) => schema.mask(field),
                None if own => {}
                None => problems.push(Problem {
                    path: file.path.clone(),
                    span: path.span,
                    message: "there is no field of this name".to_owned(),
                    help: "name a register and a field, such as participants.age_band".to_owned(),
                }),
            }
        }
        faults(file, problems)
    };
    config.files.iter().filter_map(|file| unknown(file, schema)).collect()
}

/// The folders of rule pages that are not there.
pub(super) fn folders(config: &Config) -> Vec<Faults> {
    let Some(file) = config.setter(&["rules"]) else { return Vec::new() };
    let missing = file.settings.rules.iter().filter(|folder| !folder.value.is_dir()).map(|folder| Problem {
        path: file.path.clone(),
        span: folder.span,
        message: if folder.value.exists() { "this is no folder" } else { "there is no such folder" }.to_owned(),
        help: "name a folder of rule pages, as it is reached from the folder of this settings file".to_owned(),
    });
    faults(file, missing.collect()).into_iter().collect()
}

/// Holds the settings against rules, schema and locks. Old names are written over by those of today.
pub(super) fn fit(schema: &Schema, rules: &Rules, config: &mut Config, wanted: &dyn Fn(&str) -> bool) -> Fitted {
    let mut fitted = Fitted::default();
    for file in &mut config.files {
        let mut settings = std::mem::take(&mut file.settings);
        let mut fit = Fit { schema, rules, config: file, wrong: Vec::new(), notes: Vec::new() };
        fit.all(&mut settings, wanted);
        let Fit { wrong, notes, .. } = fit;
        fitted.wrong.extend(faults(file, wrong));
        fitted.notes.extend(faults(file, notes));
        file.settings = settings;
    }
    if fitted.wrong.is_empty() {
        for (file, problems) in locks::loosened(rules, config) {
            fitted.wrong.extend(faults(file, problems));
        }
    }
    fitted
}

struct Fit<'s> {
    schema: &'s Schema,
    rules: &'s Rules,
    config: &'s ConfigFile,
    wrong: Vec<Problem>,
    notes: Vec<Problem>,
}

impl Fit<'_> {
    fn all(&mut self, settings: &mut Settings, wanted: &dyn Fn(&str) -> bool) {
        self.rules(&mut settings.rule, wanted);
        self.definitions(&mut settings.definition);
        for over in &mut settings.overrides {
            self.rules(&mut over.rule, wanted);
            self.definitions(&mut over.definition);
        }
        // What is set is called as it is today, wherever somebody looks for it.
        for entry in &mut settings.entries {
            if let [group, name, ..] = entry.keys.as_mut_slice()
                && let Some(today) = self.today(group, name)
            {
                *name = today;
            }
        }
        for lock in &mut settings.lock {
            if let [group, name, ..] = lock.value.as_mut_slice() {
                match self.today(group, name) {
                    Some(today) => *name = today,
                    None if self.is_known(group, name) => {}
                    None => {
                        let help = text::nearest(name, self.names(group)).map_or_else(
                            || "see havesay rules for the names of rules and families".to_owned(),
                            |near| format!("did you mean {near}?"),
                        );
                        self.wrong(lock.span, "there is nothing of this name to lock", help);
                    }
                }
            }
        }
        for mapping in &settings.map {
            if !self.registers().contains(&mapping.register.value.as_str()) {
                let near = text::nearest(&mapping.register.value, self.registers())
                    .map_or_else(String::new, |near| format!("did you mean {near}?"));
                self.wrong(mapping.register.span, "there is no register of this name", near);
            }
        }
    }

    fn registers(&self) -> Vec<&str> {
        self.schema.registers.iter().filter(|register| !register.nested).map(|register| register.name.as_str()).collect()
    }

    /// What a rule or definition that is called by an old name is called today.
    fn today(&self, group: &str, name: &str) -> Option<String> {
        let today = match group {
            "rule" => self.rules.find(name).map(|rule| &*rule.name),
            "definition" => self.rules.find_definition(name).and_then(|page| page.name.strip_prefix("definitions/")),
            _ => None,
        };
        today.filter(|today| *today != name).map(str::to_owned)
    }

    /// The names that settings can name.
    fn names(&self, group: &str) -> Vec<&str> {
        match group {
            "rule" => {
                let families = self.rules.rules.iter().filter_map(|rule| rule.name.split_once('/')).map(|(family, _)| family);
                self.rules.rules.iter().map(|rule| &*rule.name).chain(families).collect()
            }
            "definition" => self.rules.definition_pages.iter().filter_map(|page| page.name.strip_prefix("definitions/")).collect(),
            _ => self.registers(),
        }
    }

    /// Whether there is something of this name that settings can name.
    fn is_known(&self, group: &str, name: &str) -> bool {
        let is_family = |rule: &crate::rule::Rule| rule.name.split_once('/').is_some_and(|(family, _)| family == name);
        match group {
            "rule" => self.rules.find(name).is_some() || self.rules.rules.iter().any(is_family),
            "definition" => self.rules.find_definition(name).is_some(),
            "map" => self.registers().contains(&name),
            _ => true,
        }
    }

    fn problem(&self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { path: self.config.path.clone(), span, message: message.into(), help: help.into() }
    }

    fn wrong(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let problem = self.problem(span, message, help);
        self.wrong.push(problem);
    }

    /// Takes the settings under an old name for those of the page as it is called today.
    fn renamed<T>(&mut self, settings: &mut BTreeMap<String, T>, old: &str, new: &str, place: impl Fn(&T) -> Span) {
        let Some(own) = settings.remove(old) else { return };
        let span = place(&own);
        if settings.contains_key(new) {
            self.wrong(
                span,
                format!("{} is called {new} now, and that is set as well", Visible(old)),
                "set it once, under the name of today",
            );
            return;
        }
        let note = self.problem(span, format!("{} is called {new} now", Visible(old)), "it works all the same; write the name of today");
        self.notes.push(note);
        settings.insert(new.to_owned(), own);
    }

    fn rules(&mut self, settings: &mut BTreeMap<String, RuleSettings>, wanted: &dyn Fn(&str) -> bool) {
        for name in settings.keys().cloned().collect::<Vec<_>>() {
            match self.rules.find(&name) {
                Some(rule) if *rule.name != *name => self.renamed(settings, &name, &rule.name, |own| own.name_span),
                Some(_) => {}
                None => {
                    if let Some(own) = settings.get(&name).filter(|_| wanted(&name)) {
                        let near = text::nearest(&name, self.rules.rules.iter().map(|rule| &*rule.name))
                            .map_or_else(|| "see havesay rules for the names".to_owned(), |near| format!("did you mean {near}?"));
                        self.wrong(own.name_span, "there is no rule of this name", near);
                    }
                }
            }
        }
        for (name, own) in settings {
            for (param, set) in &own.params {
                if self.rules.find(name).is_some() {
                    self.fits(name, param, set);
                }
            }
        }
    }

    fn definitions(&mut self, settings: &mut BTreeMap<String, DefinitionSettings>) {
        for name in settings.keys().cloned().collect::<Vec<_>>() {
            let found = self.rules.find_definition(&name).and_then(|page| page.name.strip_prefix("definitions/")).map(str::to_owned);
            match found {
                Some(today) if *today != *name => self.renamed(settings, &name, &today, |own| own.name_span),
                Some(_) => {}
                None => {
                    if let Some(own) = settings.remove(&name) {
                        let known = self.rules.definition_pages.iter().map(|page| page.name.trim_start_matches("definitions/"));
                        let near = text::nearest(&name, known).map_or_else(String::new, |near| format!("did you mean {near}?"));
                        self.wrong(own.name_span, "there is no definition of this name", near);
                    }
                }
            }
        }
        for (name, own) in settings {
            for (param, set) in &own.params {
                self.fits(&format!("definitions/{name}"), param, set);
            }
        }
    }

    /// Whether a parameter of this page exists, and takes this value.
    fn fits(&mut self, page: &str, name: &str, set: &Set) {
        let own: Vec<&str> = self.rules.params.iter().filter(|known| *known.page == *page).map(|known| known.name.as_str()).collect();
        let Some(known) = self.rules.param(page, name).and_then(|number| self.rules.params.get(number)) else {
            let help = match text::nearest(name, own.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None if own.is_empty() => "it has no parameters".to_owned(),
                None => format!("it has {}", own.join(", ")),
            };
            return self.wrong(set.name_span, format!("{page} has no parameter of this name"), help);
        };
        let means = format!("it means: {}", known.means);
        match known.read(self.schema, &set.value) {
            None => {
                // A number with its unit, in quotes: the unit is the page's.
                let counted = matches!(&set.value, ParamValue::Text(text) if text.trim_start().starts_with(|c: char| c.is_ascii_digit()));
                let alone = match counted && known.ty == crate::rule::expression::types::Ty::Number {
                    true if known.unit.is_empty() => "write the number alone, without quotes; ".to_owned(),
                    true => format!("write the number of {} alone, without quotes; ", known.unit),
                    false => String::new(),
                };
                self.wrong(set.span, format!("{name} is {}", known.wanted(self.schema)), format!("{alone}{means}"));
            }
            Some(value) => {
                if let Some(outside) = known.outside(&value) {
                    self.wrong(set.span, format!("{name} {outside}"), means);
                }
            }
        }
    }
}
