//! Turns the parsed file into settings and notes on the way what is wrong with keys and values.
//!
//! Faults of syntax do not belong here, nor does what rules, parameters and registers there are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::keys::{Form, Scope};
use super::lock;
use super::pattern::Reach;
use super::{
    DefinitionSettings, Entry, Files, Mapping, Override, Param, ParamValue, Pattern, Placed, Privacy, Problem, RuleSettings, Settings,
};
use crate::finding::Severity;
use crate::limits::NUMBER_MAX;
use crate::text::{self, Span};

/// Bytes of one pattern; it also bounds how deep braces can nest.
pub(super) const PATTERN_BYTES_MAX: usize = 1_000;

/// Patterns in one configuration file: each is compiled.
pub(super) const PATTERNS_MAX: usize = 1_000;

/// Decimal places of a number, as rule expressions keep them.
const NUMBER_PLACES_MAX: usize = 9;

/// Keys that a later version will know, and what to do until then.
const LATER: [(&str, &str); 1] = [("gates", "remove it; gates cannot be configured yet")];

const EXAMPLE_RULE: &str = "write a table, such as [rule.\"pay/late\"] with severity = \"warning\" beneath it";
const EXAMPLE_PARAMS: &str = "write them as in params = { term_days = 14 }";
const EXAMPLE_OFF: &str = "write why, as in off = \"we run a standing panel\"";
const SEVERITIES: &str = "the severities are \"advice\", \"warning\" and \"error\"";

pub(super) type Key<'i> = Spanned<DeString<'i>>;
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// Turns the parsed file into settings and notes what is wrong on the way.
pub(super) struct Reader<'a> {
    path: &'a Path,
    pub(super) problems: Vec<Problem>,
    /// Patterns seen so far.
    patterns: usize,
    /// The keys down to the table that is being read.
    at: Vec<String>,
    /// The override that is being read.
    over: Option<usize>,
    /// What is set so far.
    entries: Vec<Entry>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &'a Path) -> Self {
        Self { path, problems: Vec::new(), patterns: 0, at: Vec::new(), over: None, entries: Vec::new() }
    }

    /// Notes that a key of the table that is being read is set.
    fn set(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let keys = self.at.iter().cloned().chain([key.get_ref().to_string()]).collect();
        self.entries.push(Entry { over: self.over, keys, name_span: span_of(key), span: span_of(value) });
    }

    /// Reads a table within the one that is being read.
    fn within<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.at.push(name.to_owned());
        let read = read(self);
        self.at.pop();
        read
    }

    pub(super) fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem { path: self.path.to_path_buf(), span, message: message.into(), help: help.into() });
    }

    pub(super) fn wrong_type(&mut self, what: &str, expected: &str, value: &Value<'_>, help: &str) {
        let message = format!("{what} must be {expected}, not {}", type_name(value.get_ref()));
        self.problem(span_of(value), message, help);
    }

    fn unknown_key(&mut self, scope: Scope, key: &Key<'_>) {
        let name = key.get_ref().as_ref();
        let near = nearest(name, &scope.keys());
        let elsewhere = Scope::ALL.into_iter().find(|other| *other != scope && other.keys().contains(&name));
        let message = match (near, elsewhere) {
            (_, Some(_)) => format!("`{name}` does not belong here"),
            (Some(_), None) => format!("unknown key `{}`", text::Visible(name)),
            // Who knows what it is: a secret pasted in the wrong place is not to be repeated.
            (None, None) => format!("unknown key of {}", counted(name.chars().count(), "character")),
        };
        let help = match (near, elsewhere) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(home)) => format!("`{name}` is written {}", home.place()),
            (None, None) if scope == Scope::Rule && !name.contains('/') => {
                format!("a rule's keys are {}; its parameters stand in params = {{ … }}", quoted(&scope.keys()))
            }
            (None, None) => format!("the keys here are {}", quoted(&scope.keys())),
        };
        self.problem(span_of(key), message, help);
    }

    pub(super) fn settings(&mut self, root: &DeTable<'_>) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            if matches!(Scope::Top.key(name), Some(known) if !matches!(known.form, Form::Table(_) | Form::Named(_) | Form::Tables(_) | Form::Registers))
            {
                self.set(key, value);
            }
            match name {
                "extends" => settings.extends = self.paths("extends", "file", "of settings", "../org/havesay.toml", value),
                "lock" => settings.lock = self.locks(value),
                "rules" => settings.rules = self.folders(value),
                "schema" => settings.schema = self.paths("schema", "file", "that describes your own fields", "policy/records.json", value),
                "fail_on" => settings.fail_on = self.severity("`fail_on`", "fail_on", value),
                "files" => settings.files = self.within(name, |reader| reader.files(value)),
                "map" => settings.map = self.within(name, |reader| reader.map(value)),
                "rule" => settings.rule = self.within(name, |reader| reader.rules(value)),
                "definition" => settings.definition = self.within(name, |reader| reader.definitions(value)),
                "overrides" => settings.overrides = self.overrides(value),
                "privacy" => settings.privacy = self.within(name, |reader| reader.privacy(value)),
                _ => match LATER.into_iter().find(|(later, _)| *later == name) {
                    Some((later, help)) => {
                        self.problem(span_of(key), format!("this version does not support `{later}` yet"), help);
                    }
                    None => self.unknown_key(Scope::Top, key),
                },
            }
        }
        settings.entries = std::mem::take(&mut self.entries);
        settings
    }

    /// The keys that a list names: each is one of this file's, or a table, or a name in one.
    fn locks(&mut self, value: &Value<'_>) -> Vec<Placed<Vec<String>>> {
        let help = "write a list of keys, such as lock = [\"fail_on\", \"rule.pay/late\"]";
        let mut locks = Vec::new();
        for (text, span) in self.texts("`lock`", value, help) {
            match lock::keys(text) {
                Ok(keys) => locks.push(Placed { value: keys, span }),
                Err((message, help)) => self.problem(span, message, help),
            }
        }
        locks
    }

    fn table<'v, 'i>(&mut self, what: &str, value: &'v Value<'i>, help: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(what, "a table", value, help);
        }
        table
    }

    /// The texts of a list, each with its place.
    fn texts<'v>(&mut self, what: &str, value: &'v Value<'_>, help: &str) -> Vec<(&'v str, Span)> {
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(what, "a list of texts", value, help);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in list.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text, span_of(item))),
                None => self.wrong_type(&format!("an entry of {what}"), "text", item, help),
            }
        }
        texts
    }

    fn folders(&mut self, value: &Value<'_>) -> Vec<Placed<PathBuf>> {
        if value.get_ref().is_table() {
            let help = "write rules = [\"policy/rules\"] for folders, [rule.\"pay/late\"] for the settings of a rule";
            self.wrong_type("`rules`", "a list of texts", value, help);
            return Vec::new();
        }
        self.paths("rules", "folder", "of rule pages", "policy/rules", value)
    }

    /// The paths of a list, joined to the folder of the file.
    fn paths(&mut self, key: &str, kind: &str, of: &str, example: &str, value: &Value<'_>) -> Vec<Placed<PathBuf>> {
        let home = self.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut paths = Vec::new();
        for (text, span) in self.texts(&format!("`{key}`"), value, &format!("write a list of {kind}s, such as {key} = [\"{example}\"]")) {
            if text.trim().is_empty() {
                self.problem(span, format!("an entry of `{key}` is empty"), format!("name a {kind} {of}, or remove it"));
            } else if text.chars().any(char::is_control) {
                self.problem(span, format!("a control character in the name of a {kind}"), "remove it");
            } else {
                paths.push(Placed { value: home.join(text), span });
            }
        }
        paths
    }

    fn severity(&mut self, what: &str, key: &str, value: &Value<'_>) -> Option<Placed<Severity>> {
        let span = span_of(value);
        let Some(word) = value.get_ref().as_str() else {
            self.wrong_type(what, "text", value, SEVERITIES);
            return None;
        };
        let severity = Severity::from_word(word);
        if severity.is_none() {
            let near = nearest(word, &Severity::ALL.map(Severity::word));
            let off = key == "severity" && ["off", "none", "never", "ignore"].contains(&word);
            let help = match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None if off => format!("to turn a rule off, {EXAMPLE_OFF}"),
                None => SEVERITIES.to_owned(),
            };
            self.problem(span, format!("{what} is no severity"), help);
        }
        severity.map(|value| Placed { value, span })
    }

    fn files(&mut self, value: &Value<'_>) -> Files {
        let mut files = Files::default();
        let Some(table) = self.table("`files`", value, "write [files] with `include` and `exclude` beneath it") else {
            return files;
        };
        for (key, value) in table {
            self.set(key, value);
            match key.get_ref().as_ref() {
                "include" => {
                    let help = "write a list of patterns, such as include = [\"programmes/**\"]";
                    files.include = self.patterns("`include`", value, help);
                    if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
                        let message = "`include` is empty, so no file would be looked at";
                        self.problem(span_of(value), message, "name what to look at, or remove the key");
                    }
                }
                "exclude" => {
                    let help = "write a list of patterns, such as exclude = [\"**/archive/**\"]";
                    files.exclude = self.patterns("`exclude`", value, help);
                }
                _ => self.unknown_key(Scope::Files, key),
            }
        }
        files
    }

    fn patterns(&mut self, what: &str, value: &Value<'_>, help: &str) -> Vec<Pattern> {
        let texts = self.texts(what, value, help);
        texts.into_iter().filter_map(|(text, span)| self.pattern(text, span, Reach::File)).collect()
    }

    pub(super) fn pattern(&mut self, text: &str, span: Span, reach: Reach) -> Option<Pattern> {
        self.patterns += 1;
        if self.patterns > PATTERNS_MAX {
            if self.patterns == PATTERNS_MAX + 1 {
                let message = format!("more than {PATTERNS_MAX} patterns in one file");
                self.problem(span, message, "say the same with fewer, wider patterns");
            }
            return None;
        }
        if text.len() > PATTERN_BYTES_MAX {
            let message = format!("this pattern is longer than {PATTERN_BYTES_MAX} bytes");
            self.problem(span, message, "write several shorter ones");
            return None;
        }
        match Pattern::new(text, span, reach) {
            Ok(pattern) => Some(pattern),
            Err((message, help)) => {
                self.problem(span, message, help);
                None
            }
        }
    }

    fn map(&mut self, value: &Value<'_>) -> Vec<Mapping> {
        const HELP: &str = "write a pattern or a list of them, such as participants = \"people/*.csv\"";
        let mut map = Vec::new();
        let Some(table) = self.table("`map`", value, "write [map] with lines such as participants = \"people/*.csv\"") else {
            return map;
        };
        for (key, value) in table {
            self.set(key, value);
            let texts = match value.get_ref() {
                DeValue::String(text) => vec![(text.as_ref(), span_of(value))],
                DeValue::Array(list) if list.is_empty() => {
                    self.problem(span_of(value), "no pattern for this register", "write one, or remove the key");
                    continue;
                }
                DeValue::Array(_) => self.texts("the patterns of a register", value, HELP),
                _ => {
                    self.wrong_type("what a register is mapped from", "a pattern or a list of patterns", value, HELP);
                    continue;
                }
            };
            let register = Placed { value: key.get_ref().to_string(), span: span_of(key) };
            for (text, span) in texts {
                let pattern = self.pattern(text, span, Reach::Programme);
                map.extend(pattern.map(|pattern| Mapping { register: register.clone(), pattern }));
            }
        }
        map.sort_by_key(|mapping| mapping.pattern.span());
        map
    }

    fn rules(&mut self, value: &Value<'_>) -> BTreeMap<String, RuleSettings> {
        let help = if value.get_ref().is_array() {
            "write rules = [\"policy/rules\"] for folders, [rule.\"pay/late\"] for the settings of a rule"
        } else {
            EXAMPLE_RULE
        };
        let Some(table) = self.table("`rule`", value, help) else { return BTreeMap::new() };
        let mut rules = BTreeMap::new();
        for (key, value) in table {
            if self.blank("rule", key) {
                continue;
            }
            if let Some(table) = self.table("the settings of a rule", value, EXAMPLE_RULE) {
                let rule = self.within(key.get_ref(), |reader| reader.rule(key, table));
                rules.insert(key.get_ref().to_string(), rule);
            }
        }
        rules
    }

    /// Whether the name in a heading is missing; says so.
    fn blank(&mut self, what: &str, key: &Key<'_>) -> bool {
        let blank = key.get_ref().trim().is_empty();
        if blank {
            self.problem(span_of(key), format!("the name of a {what} is empty"), format!("name the {what}"));
        }
        blank
    }

    fn rule(&mut self, key: &Key<'_>, table: &DeTable<'_>) -> RuleSettings {
        let mut rule = RuleSettings { name_span: span_of(key), ..RuleSettings::default() };
        // `[rule.pay.late]` is a rule named `pay` with a table `late` in it to TOML.
        let family = !key.get_ref().contains('/');
        for (key, value) in table {
            if !value.get_ref().is_table() {
                self.set(key, value);
            }
            match key.get_ref().as_ref() {
                "severity" => rule.severity = self.severity("`severity`", "severity", value),
                "params" => {
                    if let Some(table) = self.table("`params`", value, EXAMPLE_PARAMS) {
                        rule.params = self.within("params", |reader| reader.params(table));
                    }
                }
                "off" => rule.off = self.off(value),
                "waivable" => match value.get_ref() {
                    DeValue::Boolean(flag) => rule.waivable = Some(Placed { value: *flag, span: span_of(value) }),
                    _ => self.wrong_type("`waivable`", "true or false", value, "write waivable = false where no waiver may hold"),
                },
                name if family && value.get_ref().is_table() && Scope::Rule.key(name).is_none() => {
                    let message = "a table within the settings of a rule";
                    let help = "if this is the rule's name, quote it with its family: [rule.\"pay/late\"]";
                    self.problem(span_of(key), message, help);
                }
                _ => self.unknown_key(Scope::Rule, key),
            }
        }
        rule
    }

    fn off(&mut self, value: &Value<'_>) -> Option<Placed<String>> {
        let span = span_of(value);
        match value.get_ref() {
            DeValue::String(reason) if reason.trim().is_empty() => {
                self.problem(span, "a rule is turned off without a reason", EXAMPLE_OFF);
                None
            }
            DeValue::String(reason) => Some(Placed { value: reason.to_string(), span }),
            DeValue::Boolean(true) => {
                self.problem(span, "`off` needs the reason, not just true", EXAMPLE_OFF);
                None
            }
            DeValue::Boolean(false) => {
                let help = format!("remove the key to leave the rule on; to turn it off, {EXAMPLE_OFF}");
                self.problem(span, "`off` takes the reason why a rule is off, not false", help);
                None
            }
            _ => {
                self.wrong_type("`off`", "text that gives the reason", value, EXAMPLE_OFF);
                None
            }
        }
    }

    fn params(&mut self, table: &DeTable<'_>) -> BTreeMap<String, Param> {
        let mut params = BTreeMap::new();
        for (key, value) in table {
            if !self.blank("parameter", key)
                && let Some(param) = self.param(key, value)
            {
                self.set(key, value);
                params.insert(key.get_ref().to_string(), param);
            }
        }
        params
    }

    fn param(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<Param> {
        let read = match value.get_ref() {
            DeValue::Array(list) => {
                let items: Vec<_> = list.iter().map(|item| self.scalar(item).map(|value| Placed { value, span: span_of(item) })).collect();
                items.into_iter().collect::<Option<Vec<_>>>().map(ParamValue::List)
            }
            _ => self.scalar(value),
        };
        read.map(|read| Param { name_span: span_of(key), span: span_of(value), value: read })
    }

    fn scalar(&mut self, value: &Value<'_>) -> Option<ParamValue> {
        let number = match value.get_ref() {
            DeValue::String(text) => return Some(ParamValue::Text(text.to_string())),
            DeValue::Boolean(flag) => return Some(ParamValue::Flag(*flag)),
            DeValue::Datetime(date) if date.time.is_none() && date.offset.is_none() => {
                return Some(ParamValue::Date(date.to_string()));
            }
            DeValue::Datetime(_) => {
                let help = "write the day alone, such as 2026-03-01";
                self.problem(span_of(value), "a parameter must be a day, not a time", help);
                return None;
            }
            DeValue::Integer(number) => {
                i128::from_str_radix(number.as_str(), number.radix()).map_or(Err(NumberFault::Large), |number| decimal(&number.to_string()))
            }
            DeValue::Float(number) => decimal(number.as_str()),
            DeValue::Array(_) | DeValue::Table(_) => {
                let expected = "a number, text, true or false, a day, or a list of these";
                self.wrong_type("a parameter", expected, value, EXAMPLE_PARAMS);
                return None;
            }
        };
        match number {
            Ok(number) => Some(ParamValue::Number(number)),
            Err(fault) => {
                let (message, help) = match fault {
                    NumberFault::Endless => ("a parameter must be a finite number", "write a number such as 14"),
                    NumberFault::Large => ("this number is too large", "write one of at most 18 digits"),
                    NumberFault::Fine => ("this number has more than nine decimal places", "round it to nine"),
                };
                self.problem(span_of(value), message, help);
                None
            }
        }
    }

    fn definitions(&mut self, value: &Value<'_>) -> BTreeMap<String, DefinitionSettings> {
        const HELP: &str = "write a table, such as [definition.pay-term] with params = { term_days = 14 } beneath it";
        let Some(table) = self.table("`definition`", value, HELP) else { return BTreeMap::new() };
        let mut definitions = BTreeMap::new();
        for (key, value) in table {
            if self.blank("definition", key) {
                continue;
            }
            if let Some(table) = self.table("the settings of a definition", value, HELP) {
                let definition = self.within(key.get_ref(), |reader| reader.definition(key, table));
                definitions.insert(key.get_ref().to_string(), definition);
            }
        }
        definitions
    }

    /// A definition has nothing but parameters, so they may also stand in its table itself.
    fn definition(&mut self, key: &Key<'_>, table: &DeTable<'_>) -> DefinitionSettings {
        let mut definition = DefinitionSettings { name_span: span_of(key), params: BTreeMap::new() };
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("params", DeValue::Table(table)) => {
                    for (name, param) in self.within("params", |reader| reader.params(table)) {
                        self.define(&mut definition, name, param);
                    }
                }
                ("params", _) => self.wrong_type("`params`", "a table", value, EXAMPLE_PARAMS),
                (name @ ("severity" | "off"), _) => {
                    let message = format!("a definition has no `{name}`");
                    self.problem(span_of(key), message, "set it for the rules that use the definition");
                }
                (_, DeValue::Table(_)) => self.unknown_key(Scope::Definition, key),
                (name, _) => {
                    if !self.blank("parameter", key)
                        && let Some(param) = self.param(key, value)
                    {
                        // Wherever it stands, it is called the same.
                        self.within("params", |reader| reader.set(key, value));
                        self.define(&mut definition, name.to_owned(), param);
                    }
                }
            }
        }
        definition
    }

    fn define(&mut self, definition: &mut DefinitionSettings, name: String, param: Param) {
        if let Some(other) = definition.params.get(&name) {
            let second = other.name_span.max(param.name_span);
            self.problem(second, "this parameter is set twice", "set it once, in `params`");
        }
        definition.params.insert(name, param);
    }

    fn overrides(&mut self, value: &Value<'_>) -> Vec<Override> {
        const HELP: &str = "write [[overrides]], in two pairs of brackets, with `paths` and settings beneath it";
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type("`overrides`", "a list of tables", value, HELP);
            return Vec::new();
        };
        let mut overrides = Vec::new();
        for item in list.iter() {
            if let Some(table) = self.table("an entry of `overrides`", item, HELP) {
                self.over = Some(overrides.len());
                overrides.extend(self.over(span_of(item), table));
                self.over = None;
            }
        }
        overrides
    }

    /// One override; none where it would hold for no programme.
    fn over(&mut self, span: Span, table: &DeTable<'_>) -> Option<Override> {
        const HELP: &str = "write for which programmes, such as paths = [\"programmes/pilot-*/**\"]";
        let mut over = Override { span, paths: Vec::new(), rule: BTreeMap::new(), definition: BTreeMap::new() };
        let mut named = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "paths" => {
                    named = true;
                    over.paths = self.patterns("`paths`", value, HELP);
                    if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
                        self.problem(span_of(value), "`paths` is empty, so this override never holds", HELP);
                    }
                }
                name @ "rule" => over.rule = self.within(name, |reader| reader.rules(value)),
                name @ "definition" => over.definition = self.within(name, |reader| reader.definitions(value)),
                "fail_on" => {
                    let message = "`fail_on` holds for the whole run, not for some programmes";
                    self.problem(span_of(key), message, format!("write it {}", Scope::Top.place()));
                }
                _ => self.unknown_key(Scope::Overrides, key),
            }
        }
        if !named {
            self.problem(span, "this override has no `paths`", HELP);
        }
        if !table.contains_key("rule") && !table.contains_key("definition") {
            let help = "set something, such as rule.\"pay/late\".severity = \"warning\", or remove it";
            self.problem(span, "this override changes nothing", help);
        }
        (!over.paths.is_empty()).then_some(over)
    }

    fn privacy(&mut self, value: &Value<'_>) -> Privacy {
        const CELL: &str = "write a whole number, such as min_cell = 10";
        const FIELDS: &str = "write a list of fields, such as sensitive = [\"participants.x-postcode\"]";
        let mut privacy = Privacy::default();
        let help = "write [privacy] with `min_cell` and `sensitive` beneath it";
        let Some(table) = self.table("`privacy`", value, help) else { return privacy };
        for (key, value) in table {
            let span = span_of(value);
            self.set(key, value);
            match key.get_ref().as_ref() {
                "min_cell" => match value.get_ref() {
                    DeValue::Integer(number) => {
                        let size = i128::from_str_radix(number.as_str(), number.radix()).map(u64::try_from);
                        match size {
                            Ok(Ok(value @ 1..)) => privacy.min_cell = Some(Placed { value, span }),
                            Ok(Ok(_)) => self.problem(span, "`min_cell` must be at least 1", CELL),
                            _ if number.as_str().starts_with('-') => {
                                self.problem(span, "`min_cell` must be at least 1", CELL);
                            }
                            _ => self.problem(span, "`min_cell` is too large", CELL),
                        }
                    }
                    _ => self.wrong_type("`min_cell`", "a whole number", value, CELL),
                },
                "sensitive" => {
                    for (text, span) in self.texts("`sensitive`", value, FIELDS) {
                        let names = text.split('.').all(|name| !name.is_empty() && !name.contains(char::is_whitespace));
                        if names && text.contains('.') {
                            privacy.sensitive.push(Placed { value: text.to_owned(), span });
                        } else {
                            self.problem(span, "an entry of `sensitive` is no field of a register", FIELDS);
                        }
                    }
                }
                _ => self.unknown_key(Scope::Privacy, key),
            }
        }
        privacy
    }
}

/// Why a number cannot be a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFault {
    /// Infinite, or no number.
    Endless,
    /// Beyond [`NUMBER_MAX`].
    Large,
    /// More decimal places than are kept.
    Fine,
}

/// A number of TOML (without `_`) in plain decimal digits.
pub(super) fn decimal(text: &str) -> Result<String, NumberFault> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(NumberFault::Endless);
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let written = format!("{whole}{fraction}");
    let digits = written.trim_start_matches('0');
    let leading = written.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return Ok("0".to_owned());
    }
    let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    // How many of the digits stand before the point; negative for zeros after it.
    let point = exponent.parse().unwrap_or(beyond).saturating_add(whole.len() as i64).saturating_sub(leading as i64);
    if point > NUMBER_MAX.to_string().len() as i64 {
        return Err(NumberFault::Large);
    }
    if (digits.len() as i64).saturating_sub(point) > NUMBER_PLACES_MAX as i64 {
        return Err(NumberFault::Fine);
    }
    // `point` is now between −9 and 19.
    let before = usize::try_from(point).unwrap_or(0);
    let zeros = usize::try_from(point.saturating_neg()).unwrap_or(0);
    let whole: String = digits.chars().chain(std::iter::repeat('0')).take(before).collect();
    let fraction: String = std::iter::repeat_n('0', zeros).chain(digits.chars().skip(before)).collect();
    let size: i128 = format!("0{whole}").parse().map_err(|_| NumberFault::Large)?;
    if size > NUMBER_MAX || (size == NUMBER_MAX && !fraction.is_empty()) {
        return Err(NumberFault::Large);
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(format!("{sign}{size}{point}{fraction}"))
}

pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

pub(super) fn span_of<T>(value: &Spanned<T>) -> Span {
    let range = value.span();
    Span::new(offset(range.start), offset(range.end))
}

/// What a value is, in words that fit after "not".
pub(super) fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The known word that was meant, whatever the case and whether `-` or `_` was written.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase().replace('-', "_");
    text::nearest(&word, known.iter().copied())
}

pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    text::list(&names, "and")
}
