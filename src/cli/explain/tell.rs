//! What there is to say of one thing, from the pages and the schema: for the terminal as text, for the site as
//! Markdown with links. Nothing is said in one that the other leaves out but the examples.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::model::{PROGRAMME, Place, find_field, kind, owner, places, root};
use crate::cli::{shown, source};
use crate::pipeline::setup::Setup;
use crate::rule::function::LIBRARY;
use crate::rule::links::Links;
use crate::rule::sources::{self, Source};
use crate::rule::{Page, Rule, prose};
use crate::schema::{CHARTER, DefaultValue, Field, FieldId, RegisterId, Scalar, Schema, Shape, UNKNOWN_WORD, Vocabulary};
use crate::text;

/// What a link leads to.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum To<'n> {
    /// A rule, by its name.
    Rule(&'n str),
    /// A definition, by its name without the folder.
    Definition(&'n str),
    /// The charter or a register, by its name.
    Register(&'n str),
    /// A field.
    Field(FieldId),
    /// A vocabulary, by its name.
    Vocabulary(&'n str),
    /// A function, by its name.
    Function(&'n str),
    /// A source, by its key.
    Source(&'n str),
}

const DEFINITIONS: &str = "definitions/";

/// Tells of everything that has a name.
pub(in crate::cli) struct Teller<'s> {
    pub(in crate::cli) setup: &'s Setup,
    pub(in crate::cli) links: Links,
    /// The sources that are known, by key, each once.
    pub(in crate::cli) sources: Vec<(String, Source)>,
    places: Vec<Option<Place>>,
    /// Gives the address of what a link leads to; nothing for the terminal, where names are enough.
    address: Option<fn(&Teller<'_>, To<'_>) -> Option<String>>,
}

/// The name of a definition without its folder.
pub(in crate::cli) fn short(page: &str) -> &str {
    page.strip_prefix(DEFINITIONS).unwrap_or(page)
}

/// Text in which Markdown finds nothing of its own.
pub(in crate::cli) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>&#~|{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl<'s> Teller<'s> {
    pub(in crate::cli) fn new(setup: &'s Setup, address: Option<fn(&Teller<'_>, To<'_>) -> Option<String>>) -> Self {
        let folder = source().folder.and_then(|folder| std::fs::read_to_string(folder.join("sources.yaml")).ok());
        let mut known = sources::read(folder.as_deref().unwrap_or(crate::rule::SOURCES));
        let own = setup.config.rules().iter().filter_map(|folder| std::fs::read_to_string(folder.value.join("sources.yaml")).ok());
        known.extend(own.flat_map(|text| sources::read(&text)));
        let mut keys = BTreeSet::new();
        known.retain(|(key, _)| keys.insert(key.clone()));
        Self { setup, links: Links::of(&setup.schema, &setup.rules), sources: known, places: places(&setup.schema), address }
    }

    fn schema(&self) -> &'s Schema {
        &self.setup.schema
    }

    /// Where a field is described.
    pub(in crate::cli) fn place(&self, field: FieldId) -> Option<&Place> {
        self.places.get(usize::from(field))?.as_ref()
    }

    /// A name, in the site with its link.
    pub(in crate::cli) fn name(&self, to: To<'_>, name: &str) -> String {
        match self.address {
            None => name.to_owned(),
            Some(address) => match address(self, to) {
                Some(address) => format!("[{}]({address})", escape(name)),
                None => escape(name),
            },
        }
    }

    /// Words of a page or the schema.
    fn words(&self, text: &str) -> String {
        if self.address.is_some() { escape(text) } else { text.to_owned() }
    }

    /// Pages by name, rules before definitions, each with its link.
    fn named<'n>(&self, pages: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let (definitions, rules): (Vec<&str>, Vec<&str>) = pages.into_iter().partition(|name| name.starts_with(DEFINITIONS));
        let rules = rules.into_iter().map(|name| self.name(To::Rule(name), name));
        rules.chain(definitions.into_iter().map(|name| self.name(To::Definition(short(name)), short(name)))).collect()
    }

    /// A line that names the rules among these pages, and one that names the definitions.
    fn users(&self, text: &mut String, pages: &BTreeSet<&str>, rules: &str, definitions: &str) {
        let (own, other): (Vec<&str>, Vec<&str>) = pages.iter().copied().partition(|name| name.starts_with(DEFINITIONS));
        for (label, names) in [(rules, other), (definitions, own)] {
            if !names.is_empty() {
                let _ = writeln!(text, "- {label}: {}", self.named(names).join(", "));
            }
        }
    }

    fn stage(&self, at: u16) -> &'s str {
        let stages = self.schema().vocabulary(self.schema().stages);
        stages.and_then(|known| known.words.get(usize::from(at))).map_or("", |word| word.text.as_str())
    }

    /// A rule in a line: how grave it is, from when it runs, and what the settings here make of it.
    pub(in crate::cli) fn standing(&self, rule: &Rule) -> Vec<String> {
        let name = if self.address.is_some() { format!("`{}`", rule.name) } else { rule.name.to_string() };
        let mut lines = vec![format!("{name}: {}, from the stage {} on", rule.severity, self.stage(rule.from))];
        let settings = self.setup.effective(&std::env::current_dir().unwrap_or_default());
        if let Some(own) = settings.rule.get(&*rule.name) {
            lines.extend(own.severity.as_ref().map(|severity| format!("Here: {}, by the settings.", severity.value)));
            lines.extend(own.off.is_some().then(|| "Here: switched off in the settings.".to_owned()));
        }
        lines
    }

    /// What follows the prose of a rule's page.
    pub(in crate::cli) fn rule(&self, rule: &Rule) -> String {
        let mut text = String::new();
        self.parameters(&mut text, &rule.name);
        self.under_profiles(&mut text, rule);
        let mut lines = String::new();
        self.uses(&mut lines, &rule.name);
        if !rule.yields_to.is_empty() {
            let names: Vec<String> = rule.yields_to.iter().map(|name| self.name(To::Rule(name), name)).collect();
            let _ = writeln!(lines, "- Stands back where {} has a finding.", text::list(&names, "or"));
        }
        let behind = self.setup.rules.rules.iter().filter(|other| other.yields_to.contains(&rule.name)).map(|other| &*other.name);
        self.users(&mut lines, &behind.collect(), "Stand back where it has a finding", "");
        if !lines.is_empty() {
            let _ = write!(text, "\n## What it rests on\n\n{lines}");
        }
        if !rule.formerly.is_empty() {
            let names: Vec<String> = rule.formerly.iter().map(|name| self.words(name)).collect();
            let _ = writeln!(text, "\nFormerly called {}.", text::list(&names, "and"));
        }
        if let (Some(_), Some(path)) = (rule.page.replaces(), &rule.page.path) {
            let _ = writeln!(text, "\nThis page stands in the place of the built-in one: {}", self.words(&shown(path).to_string()));
        }
        self.cited(&mut text, &rule.page);
        text
    }

    fn under_profiles(&self, text: &mut String, rule: &Rule) {
        if rule.profiles.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n## Under a profile\n");
        let mut profiles: Vec<_> = rule.profiles.iter().collect();
        profiles.sort_by_key(|(name, _)| name.as_str());
        for (name, change) in profiles {
            let mut said = Vec::new();
            said.extend(change.severity.map(|severity| format!("severity {severity}")));
            for (number, _) in &change.params {
                said.extend(self.setup.rules.params.get(*number).map(|param| format!("another {}", self.words(&param.name))));
            }
            said.extend(change.off.as_ref().map(|why| format!("off: {}", self.words(why))));
            let groups = rule.groups(self.schema(), &self.setup.rules.definitions).unwrap_or_default();
            if groups.iter().flat_map(|group| &group.cases).any(|case| case.profile_when.contains_key(name)) {
                said.push("judged only under a further condition of the page".to_owned());
            }
            let _ = writeln!(text, "- {}: {}", self.words(name), said.join("; "));
        }
    }

    /// What follows the prose of a definition's page.
    pub(in crate::cli) fn definition(&self, page: &Page) -> String {
        let mut text = String::new();
        self.parameters(&mut text, &page.name);
        let mut lines = String::new();
        self.uses(&mut lines, &page.name);
        let users = self.links.users(&|uses| uses.definitions.contains(&page.name));
        self.users(&mut lines, &users, "Rules that use it", "Definitions that use it");
        if !lines.is_empty() {
            let _ = write!(text, "\n## What it rests on, and what rests on it\n\n{lines}");
        }
        self.cited(&mut text, page);
        text
    }

    /// What a definition takes.
    pub(in crate::cli) fn signature(&self, page: &Page) -> String {
        let signature = self.setup.rules.signatures.get(&page.call_name()).cloned().unwrap_or_default();
        if self.address.is_some() { format!("`{signature}`") } else { signature }
    }

    /// What a page reads and calls.
    fn uses(&self, text: &mut String, page: &str) {
        let Some(uses) = self.links.uses(page) else { return };
        let mut read: BTreeMap<&str, Vec<(&Place, FieldId)>> = BTreeMap::new();
        for field in &uses.fields {
            if let Some(place) = self.place(*field) {
                read.entry(&place.root).or_default().push((place, *field));
            }
        }
        if uses.whole {
            let _ = writeln!(text, "- Reads all that is written in a record, whatever the field");
        }
        for (root, mut fields) in read {
            fields.sort();
            let of = self.name(To::Register(root), if root == PROGRAMME { "the charter" } else { root });
            let names: Vec<String> = fields
                .iter()
                .filter(|(place, _)| !place.path.is_empty())
                .map(|(place, field)| self.name(To::Field(*field), &place.path))
                .collect();
            let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
            let _ = writeln!(text, "- Reads {of}{names}");
        }
        if !uses.definitions.is_empty() {
            let _ = writeln!(text, "- Definitions: {}", self.named(uses.definitions.iter().map(|name| &**name)).join(", "));
        }
        if !uses.functions.is_empty() {
            let names: Vec<String> = uses.functions.iter().map(|name| self.name(To::Function(name), name)).collect();
            let _ = writeln!(text, "- Functions: {}", names.join(", "));
        }
    }

    fn parameters(&self, text: &mut String, page: &str) {
        let own: Vec<_> = self.setup.rules.params.iter().filter(|param| *param.page == *page).collect();
        if own.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n## Numbers that can be set\n");
        for param in own {
            let unit = if param.unit.is_empty() { String::new() } else { format!(" ({})", param.unit) };
            let house = if param.house_default { "; a house default, no standard backs it" } else { "" };
            let bounds = match (&param.least, &param.most) {
                (Some(least), Some(most)) => format!("; from {} to {}", least.text, most.text),
                (Some(least), None) => format!("; not below {}", least.text),
                (None, Some(most)) => format!("; not above {}", most.text),
                (None, None) => String::new(),
            };
            let line = format!("{} = {}{unit}: {}{bounds}{house}", param.name, param.text, param.means);
            let _ = writeln!(text, "- {}", self.words(&line));
        }
    }

    fn cited(&self, text: &mut String, page: &Page) {
        let keys = sources::named(page);
        if keys.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n## Sources\n");
        for key in keys {
            let line = match self.sources.iter().find(|(name, _)| name == key) {
                Some((_, source)) if self.address.is_some() => self.name(To::Source(key), &cite(source)),
                Some((_, source)) => format!("{}. {}", cite(source), source.address),
                None => self.words(key),
            };
            let _ = writeln!(text, "- {line}");
        }
    }

    /// A source, and the pages that cite it.
    pub(in crate::cli) fn source(&self, key: &str) -> Option<String> {
        let (_, source) = self.sources.iter().find(|(known, _)| known == key)?;
        let address = if self.address.is_some() && source.address.starts_with("http") {
            format!("<{}>", source.address)
        } else {
            self.words(&source.address)
        };
        let mut text = format!("The source {}: {}. {address}\n\n", self.words(key), self.words(&cite(source)));
        let pages = self.setup.rules.rules.iter().map(|rule| &*rule.page).chain(&self.setup.rules.definition_pages);
        let citing = pages.filter(|page| sources::named(page).contains(&key)).map(|page| &*page.name);
        self.users(&mut text, &citing.collect(), "Rules that cite it", "Definitions that cite it");
        Some(text)
    }

    /// A function of the library, and the pages that call it.
    pub(in crate::cli) fn function(&self, name: &str) -> Option<String> {
        let function = LIBRARY.iter().find(|function| function.name == name)?;
        let mut text = format!("The function {}\n\n{}\n", self.words(function.call), self.words(function.gives));
        let mut lines = String::new();
        let users = self.links.users(&|uses| uses.functions.contains(name));
        self.users(&mut lines, &users, "Rules that call it", "Definitions that call it");
        if !lines.is_empty() {
            let _ = write!(text, "\n{lines}");
        }
        Some(text)
    }

    /// The charter or a register: its fields, and who reads it.
    pub(in crate::cli) fn register(&self, name: &str) -> Option<String> {
        let schema = self.schema();
        let structure = root(schema, name)?;
        let known = schema.structure(structure)?;
        let register = schema.register_named(name).and_then(|register| schema.register(register));
        let description = register.map_or(&known.description, |register| &register.description);
        let mut text = String::new();
        let what = if structure == CHARTER { "The charter," } else { "The register" };
        let _ = writeln!(text, "{what} {}: {}\n", self.words(name), self.words(description));
        for id in &known.fields {
            let Some(field) = schema.field(*id).filter(|field| field.register.is_none() || structure != CHARTER) else { continue };
            let mark = if field.required { " (always)".to_owned() } else { self.from(field) };
            let _ = writeln!(text, "- {}{mark}: {}", self.name(To::Field(*id), &field.name), self.words(&field.description));
        }
        if structure == CHARTER {
            let registers = schema.registers.iter().filter(|register| !register.nested);
            let names: Vec<String> = registers.map(|register| self.name(To::Register(&register.name), &register.name)).collect();
            let _ = writeln!(text, "\nRegisters: {}", names.join(", "));
        } else {
            let targets = |own: RegisterId| schema.references.iter().filter(move |reference| reference.targets.contains(&own));
            let seen: Vec<String> = known
                .register
                .into_iter()
                .flat_map(targets)
                .map(|reference| self.name(To::Field(reference.field), &reference.inverse))
                .collect();
            if !seen.is_empty() {
                let _ = writeln!(text, "\nIn rules also, from what refers to it: {}", seen.join(", "));
            }
        }
        let holder = register.map(|register| register.field);
        let under = |field: FieldId| Some(field) == holder || self.place(field).is_some_and(|place| place.root == name);
        self.readers(&mut text, &under);
        Some(text)
    }

    fn readers(&self, text: &mut String, fields: &dyn Fn(FieldId) -> bool) {
        let direct = self.links.users(&|uses| uses.fields.iter().any(|field| fields(*field)));
        let mut all = self.links.readers(fields);
        all.retain(|name| !name.starts_with(DEFINITIONS) || direct.contains(name));
        let mut lines = String::new();
        self.users(&mut lines, &all, "by rules, themselves or through a definition", "by definitions");
        if !lines.is_empty() {
            let _ = write!(text, "\nIt is read\n\n{lines}");
        }
    }

    fn from(&self, field: &Field) -> String {
        match field.required_from.as_ref().and_then(|from| from.default) {
            Some(at) => format!(" (from {} on)", self.stage(at)),
            None => String::new(),
        }
    }

    /// A field by its path.
    pub(in crate::cli) fn field_at(&self, path: &str) -> Option<String> {
        Some(self.field(find_field(self.schema(), path)?, path))
    }

    /// A field: what is written there, when it is expected, and who reads it.
    pub(in crate::cli) fn field(&self, id: FieldId, path: &str) -> String {
        let schema = self.schema();
        let mut text = String::new();
        let Some(field) = schema.field(id) else { return text };
        let _ = writeln!(text, "The field {}: {}\n", self.words(path), self.words(&field.description));
        let _ = writeln!(text, "- What to write: {}", self.words(&kind(schema, schema.shape_of(id))));
        if field.required {
            let _ = writeln!(text, "- Needed always.");
        }
        if let Some(from) = &field.required_from {
            if let Some(at) = from.default {
                let _ = writeln!(text, "- Expected from the stage {} on.", self.stage(at));
            }
            let mut profiles: Vec<_> = from.profiles.iter().collect();
            profiles.sort_by_key(|(name, _)| name.as_str());
            for (profile, at) in profiles {
                let profile = self.words(profile);
                let _ = match at {
                    Some(at) => writeln!(text, "- Under the profile {profile}: from {} on.", self.stage(*at)),
                    None => writeln!(text, "- Under the profile {profile}: never."),
                };
            }
        }
        if let Some(default) = field.default {
            let means = match default {
                DefaultValue::False => "no",
                DefaultValue::True => "yes",
                DefaultValue::Empty => "none",
            };
            let _ = writeln!(text, "- Left out, it means {means}.");
        }
        if let Some(reference) = field.reference.and_then(|reference| schema.reference(reference)) {
            let registers = reference.targets.iter().filter_map(|register| schema.register(*register));
            let names: Vec<String> = registers.map(|register| self.name(To::Register(&register.name), &register.name)).collect();
            let _ = writeln!(text, "- Refers to {}, which see it as {}.", text::list(&names, "or"), self.words(&reference.inverse));
        }
        if !schema.is_safe(id) && field.reference.is_none() && schema.struct_of(id).is_none() {
            let _ = writeln!(text, "- Masked in every report.");
        }
        for path in &field.not_before {
            let _ = writeln!(text, "- Must not lie before {}.", self.words(&path.join(" of its ")));
        }
        if let Shape::Scalar(Scalar::Word(vocabulary)) = schema.element_shape_of(id)
            && let Some(vocabulary) = schema.vocabulary(vocabulary)
        {
            text.push('\n');
            match self.address {
                None => self.words_of(&mut text, vocabulary),
                Some(_) => {
                    let _ = writeln!(text, "A word of {}.", self.name(To::Vocabulary(&vocabulary.name), &vocabulary.name));
                }
            }
        }
        if let Some(rows) = schema.struct_of(id).and_then(|rows| schema.structure(rows)) {
            let _ = writeln!(text, "\nEach has:");
            for id in &rows.fields {
                let Some(field) = schema.field(*id) else { continue };
                let mark = if field.required { " (always)" } else { "" };
                let _ = writeln!(text, "- {}{mark}: {}", self.name(To::Field(*id), &field.name), self.words(&field.description));
            }
        }
        self.readers(&mut text, &|other| other == id);
        text
    }

    fn words_of(&self, text: &mut String, vocabulary: &Vocabulary) {
        let order = if vocabulary.ordered { " (in this order)" } else { "" };
        let _ = writeln!(text, "Words of {}{order}:", self.words(&vocabulary.name));
        for word in &vocabulary.words {
            let _ = writeln!(text, "- {}: {}", self.words(&word.text), self.words(&word.description));
        }
    }

    /// A vocabulary: its words, and where they stand.
    pub(in crate::cli) fn vocabulary(&self, vocabulary: &Vocabulary) -> String {
        let mut text = format!("The vocabulary {}: {}\n\n", self.words(&vocabulary.name), self.words(&vocabulary.description));
        self.words_of(&mut text, vocabulary);
        let fields = self.fields_of(&vocabulary.name);
        if !fields.is_empty() {
            let _ = writeln!(text, "\nIt stands in {}.", text::list(&fields, "and"));
        }
        text
    }

    /// The fields whose values are words of a vocabulary.
    fn fields_of(&self, vocabulary: &str) -> Vec<String> {
        let schema = self.schema();
        let is_one = |id: FieldId| match schema.element_shape_of(id) {
            Shape::Scalar(Scalar::Word(own)) => schema.vocabulary(own).is_some_and(|known| known.name == vocabulary),
            _ => false,
        };
        let fields = schema.fields.iter().enumerate().filter(|(id, _)| is_one(*id as FieldId));
        fields
            .filter_map(|(id, field)| {
                let name = self.name(To::Field(id as FieldId), &field.name);
                Some(format!("{name} of {}", self.words(&owner(schema, field.owner)?)))
            })
            .collect()
    }

    /// Vocabularies of this name, and words.
    pub(in crate::cli) fn word(&self, name: &str) -> Option<String> {
        let schema = self.schema();
        let mut text = String::new();
        if let Some(vocabulary) = schema.vocabularies.iter().find(|known| known.name == name) {
            text.push_str(&self.vocabulary(vocabulary));
        }
        for vocabulary in &schema.vocabularies {
            let Some(word) = vocabulary.words.iter().find(|word| word.text == name) else { continue };
            if name == UNKNOWN_WORD {
                return Some(format!("The word {UNKNOWN_WORD}: {}\n", word.description));
            }
            let fields = text::list(&self.fields_of(&vocabulary.name), "and");
            let _ = writeln!(text, "The word {name} in {}: {}\nIt stands in {fields}.", vocabulary.name, word.description);
        }
        (!text.is_empty()).then_some(text)
    }

    /// Everything that is called by this name.
    pub(in crate::cli) fn told(&self, name: &str) -> Option<String> {
        if let Some(rule) = self.setup.rules.find(name) {
            let (page, standing) = (rule.page.text(), self.standing(rule).join("\n"));
            return Some(format!("{standing}\n\n{}\n{}", prose::prose(&page), self.rule(rule)));
        }
        let wanted = short(name).replace('_', "-");
        let definition = self.setup.rules.definition_pages.iter().find(|page| short(&page.name) == wanted).map(|page| {
            let text = page.text();
            format!("Definition {}\n\n{}\n{}", self.signature(page), prose::prose(&text), self.definition(page))
        });
        let known = [self.function(name), definition, self.register(name), self.field_at(name), self.word(name), self.source(name)];
        let parts: Vec<String> = known.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n"))
    }
}

/// A source in words.
pub(in crate::cli) fn cite(source: &Source) -> String {
    let year = if source.year.is_empty() { String::new() } else { format!(", {}", source.year) };
    format!("{}: {}{year}", source.by, source.title)
}
