//! `havesay explain` and `havesay rules`: everything from the pages and the schema, nothing written twice.

use std::fmt::Write as _;

use super::{Common, ExplainArgs, RulesArgs, complain, exit, model, out, say, shown, source};
use crate::config;
use crate::pipeline::setup::Setup;
use crate::rule::function::LIBRARY;
use crate::rule::{Rule, prose, sources};
use crate::schema::{CHARTER, Field, FieldId, Scalar, Schema, Shape, StructId, Vocabulary};
use crate::text;

/// The setup of the working directory.
pub(super) fn setup(common: &Common) -> Result<Setup, u8> {
    let schema = model()?;
    let working = std::env::current_dir().unwrap_or_default();
    let file = if common.isolated {
        None
    } else {
        common.config.clone().map(|file| working.join(file)).or_else(|| config::closest(&working, None).file)
    };
    Setup::read(&schema, &source(), file.as_deref(), &|_| true).map_err(|error| {
        complain(&error);
        exit::FAULT
    })
}

pub(super) fn explain(args: &ExplainArgs) -> u8 {
    let setup = match setup(&args.common) {
        Ok(setup) => setup,
        Err(status) => return status,
    };
    let name = args.name.trim();
    match told(&setup, name) {
        Some(text) => out(&text),
        None => {
            let known = known(&setup);
            let near = text::nearest(name, known.iter().map(String::as_str)).map_or_else(
                || {
                    "see havesay rules for the rules; registers and fields are named as in participants or participants.access_needs"
                        .to_owned()
                },
                |near| format!("did you mean {near}?"),
            );
            say(&format!("nothing is called {}\n  help: {near}", text::Visible(name)));
            exit::FAULT
        }
    }
}

/// Everything that is called by this name.
fn told(setup: &Setup, name: &str) -> Option<String> {
    if let Some(rule) = setup.rules.find(name) {
        return Some(rule_text(setup, rule));
    }
    let mut parts = Vec::new();
    parts.extend(
        LIBRARY
            .iter()
            .find(|function| function.name == name)
            .map(|function| format!("The function {}\n\n{}\n", function.call, function.gives)),
    );
    parts.extend(definition(setup, name));
    parts.extend(register(&setup.schema, name));
    parts.extend(field(&setup.schema, name));
    parts.extend(words(&setup.schema, name));
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// The names of everything that can be explained.
pub(super) fn known(setup: &Setup) -> Vec<String> {
    let schema = &setup.schema;
    let mut names: Vec<String> = setup.rules.rules.iter().map(|rule| rule.name.to_string()).collect();
    names.extend(setup.rules.definition_pages.iter().map(|page| page.name.trim_start_matches("definitions/").to_owned()));
    names.push("programme".to_owned());
    names.extend(LIBRARY.iter().map(|function| function.name.to_owned()));
    for register in &schema.registers {
        names.push(register.name.clone());
        let fields = schema.structure(register.record).into_iter().flat_map(|record| &record.fields);
        names.extend(fields.filter_map(|field| schema.field(*field)).map(|field| format!("{}.{}", register.name, field.name)));
    }
    names.extend(
        schema
            .vocabularies
            .iter()
            .flat_map(|known| std::iter::once(known.name.clone()).chain(known.words.iter().map(|word| word.text.clone()))),
    );
    names
}

fn stage(schema: &Schema, at: u16) -> &str {
    schema.vocabulary(schema.stages).and_then(|known| known.words.get(usize::from(at))).map_or("", |word| word.text.as_str())
}

fn rule_text(setup: &Setup, rule: &Rule) -> String {
    let page = rule.page.text();
    let mut text = String::new();
    let _ = writeln!(text, "{}: {}, from the stage {} on", rule.name, rule.severity, stage(&setup.schema, rule.from));
    let settings = setup.effective(&std::env::current_dir().unwrap_or_default());
    if let Some(own) = settings.rule.get(&*rule.name) {
        if let Some(severity) = &own.severity {
            let _ = writeln!(text, "Here: {}, by the settings.", severity.value);
        }
        if own.off.is_some() {
            let _ = writeln!(text, "Here: switched off in the settings.");
        }
    }
    let _ = writeln!(text, "\n{}", prose::prose(&page));
    parameters(&mut text, setup, &rule.name);
    if !rule.profiles.is_empty() {
        let _ = writeln!(text, "\n## Under a profile\n");
        let mut profiles: Vec<_> = rule.profiles.iter().collect();
        profiles.sort_by_key(|(name, _)| name.as_str());
        for (name, change) in profiles {
            let mut said = Vec::new();
            said.extend(change.severity.map(|severity| format!("severity {severity}")));
            for (number, _) in &change.params {
                said.extend(setup.rules.params.get(*number).map(|param| format!("another {}", param.name)));
            }
            said.extend(change.off.as_ref().map(|why| format!("off: {why}")));
            let groups = rule.groups(&setup.schema, &setup.rules.definitions).unwrap_or_default();
            if groups.iter().flat_map(|group| &group.cases).any(|case| case.profile_when.contains_key(name)) {
                said.push("judged only under a further condition of the page".to_owned());
            }
            let _ = writeln!(text, "- {name}: {}", said.join("; "));
        }
    }
    if !rule.yields_to.is_empty() {
        let _ = writeln!(
            text,
            "\nStands back where {} has a finding.",
            text::list(&rule.yields_to.iter().map(ToString::to_string).collect::<Vec<_>>(), "or")
        );
    }
    if !rule.formerly.is_empty() {
        let _ = writeln!(text, "\nFormerly called {}.", text::list(&rule.formerly, "and"));
    }
    if let (Some(_), Some(path)) = (rule.page.replaces(), &rule.page.path) {
        let _ = writeln!(text, "\nThis page stands in the place of the built-in one: {}", shown(path));
    }
    cited(&mut text, setup, &rule.sources);
    text
}

fn parameters(text: &mut String, setup: &Setup, page: &str) {
    let own: Vec<_> = setup.rules.params.iter().filter(|param| *param.page == *page).collect();
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
        let _ = writeln!(text, "- {} = {}{unit}: {}{bounds}{house}", param.name, param.text, param.means);
    }
}

fn cited(text: &mut String, setup: &Setup, keys: &[String]) {
    if keys.is_empty() {
        return;
    }
    let folder = source().folder.and_then(|folder| std::fs::read_to_string(folder.join("sources.yaml")).ok());
    let mut known = sources::read(folder.as_deref().unwrap_or(crate::rule::SOURCES));
    let own = setup.config.rules().iter().filter_map(|folder| std::fs::read_to_string(folder.value.join("sources.yaml")).ok());
    known.extend(own.flat_map(|text| sources::read(&text)));
    let _ = writeln!(text, "\n## Sources\n");
    for key in keys {
        match known.iter().find(|(name, _)| name == key) {
            Some((_, source)) => {
                let year = if source.year.is_empty() { String::new() } else { format!(", {}", source.year) };
                let _ = writeln!(text, "- {}: {}{year}. {}", source.by, source.title, source.address);
            }
            None => {
                let _ = writeln!(text, "- {key}");
            }
        }
    }
}

fn definition(setup: &Setup, name: &str) -> Option<String> {
    let wanted = name.trim_start_matches("definitions/").replace('_', "-");
    let page = setup.rules.definition_pages.iter().find(|page| page.name.trim_start_matches("definitions/") == wanted)?;
    let text = page.text();
    let mut out = String::new();
    let signature = setup.rules.signatures.get(&page.call_name()).cloned().unwrap_or_default();
    let _ = writeln!(out, "Definition {signature}\n\n{}", prose::prose(&text));
    parameters(&mut out, setup, &page.name);
    if let crate::rule::front::Yaml::Map(entries, _) = &page.front {
        let keys = entries.iter().find(|(key, _)| key.text == "sources").map(|(_, value)| value);
        if let Some(crate::rule::front::Yaml::List(list, _)) = keys {
            let keys: Vec<String> = list
                .iter()
                .filter_map(|item| if let crate::rule::front::Yaml::Scalar(item) = item { Some(item.text.clone()) } else { None })
                .collect();
            cited(&mut out, setup, &keys);
        }
    }
    Some(out)
}

/// The structs that a name of a register, or `programme`, begins with.
fn root(schema: &Schema, name: &str) -> Option<StructId> {
    if name == "programme" {
        return Some(CHARTER);
    }
    schema.register_named(name).and_then(|register| schema.register(register)).map(|register| register.record)
}

fn register(schema: &Schema, name: &str) -> Option<String> {
    let structure = root(schema, name)?;
    let known = schema.structure(structure)?;
    let description = schema
        .register_named(name)
        .and_then(|register| schema.register(register))
        .map_or(&known.description, |register| &register.description);
    let mut text = String::new();
    let _ = writeln!(text, "{} {name}: {description}\n", if structure == CHARTER { "The charter," } else { "The register" });
    for field in
        known.fields.iter().filter_map(|field| schema.field(*field)).filter(|field| field.register.is_none() || structure != CHARTER)
    {
        let mark = if field.required { " (always)".to_owned() } else { from(schema, field) };
        let _ = writeln!(text, "- {}{mark}: {}", field.name, field.description);
    }
    if structure == CHARTER {
        let names: Vec<String> =
            schema.registers.iter().filter(|register| !register.nested).map(|register| register.name.clone()).collect();
        let _ = writeln!(text, "\nRegisters: {}", names.join(", "));
    } else {
        let seen: Vec<String> = schema
            .references
            .iter()
            .filter(|reference| known.register.is_some_and(|own| reference.targets.contains(&own)))
            .map(|reference| reference.inverse.clone())
            .collect();
        if !seen.is_empty() {
            let _ = writeln!(text, "\nIn rules also, from what refers to it: {}", seen.join(", "));
        }
    }
    Some(text)
}

fn from(schema: &Schema, field: &Field) -> String {
    match field.required_from.as_ref().and_then(|from| from.default) {
        Some(at) => format!(" (from {} on)", stage(schema, at)),
        None => String::new(),
    }
}

fn field(schema: &Schema, path: &str) -> Option<String> {
    let mut steps = path.split('.');
    let mut structure = root(schema, steps.next()?)?;
    let mut found: Option<FieldId> = None;
    for step in steps {
        let field = schema.field_named(structure, step)?;
        found = Some(field);
        structure = schema.struct_of(field).unwrap_or(structure);
    }
    let id = found?;
    let field = schema.field(id)?;
    let mut text = String::new();
    let _ = writeln!(text, "The field {path}: {}\n", field.description);
    let shape = schema.shape_of(id);
    let _ = writeln!(text, "- What to write: {}", kind(schema, shape));
    if field.required {
        let _ = writeln!(text, "- Needed always.");
    }
    if let Some(from) = &field.required_from {
        if let Some(at) = from.default {
            let _ = writeln!(text, "- Expected from the stage {} on.", stage(schema, at));
        }
        let mut profiles: Vec<_> = from.profiles.iter().collect();
        profiles.sort_by_key(|(name, _)| name.as_str());
        for (profile, at) in profiles {
            let _ = match at {
                Some(at) => writeln!(text, "- Under the profile {profile}: from {} on.", stage(schema, *at)),
                None => writeln!(text, "- Under the profile {profile}: never."),
            };
        }
    }
    if let Some(default) = field.default {
        let _ = writeln!(
            text,
            "- Left out, it means {}.",
            match default {
                crate::schema::DefaultValue::False => "no",
                crate::schema::DefaultValue::True => "yes",
                crate::schema::DefaultValue::Empty => "none",
            }
        );
    }
    if let Some(reference) = field.reference.and_then(|reference| schema.reference(reference)) {
        let names: Vec<String> =
            reference.targets.iter().filter_map(|register| schema.register(*register)).map(|register| register.name.clone()).collect();
        let _ = writeln!(text, "- Refers to {}, which see it as {}.", text::list(&names, "or"), reference.inverse);
    }
    if !schema.is_safe(id) && field.reference.is_none() && schema.struct_of(id).is_none() {
        let _ = writeln!(text, "- Masked in every report.");
    }
    for path in &field.not_before {
        let _ = writeln!(text, "- Must not lie before {}.", path.join(" of its "));
    }
    if let Shape::Scalar(Scalar::Word(vocabulary)) = schema.element_shape_of(id)
        && let Some(vocabulary) = schema.vocabulary(vocabulary)
    {
        text.push('\n');
        vocabulary_text(&mut text, vocabulary);
    }
    if let Some(rows) = schema.struct_of(id).and_then(|rows| schema.structure(rows)) {
        let _ = writeln!(text, "\nEach has:");
        for field in rows.fields.iter().filter_map(|field| schema.field(*field)) {
            let _ = writeln!(text, "- {}{}: {}", field.name, if field.required { " (always)" } else { "" }, field.description);
        }
    }
    Some(text)
}

fn kind(schema: &Schema, shape: Shape) -> String {
    match shape {
        Shape::List(of) => format!("a list; each entry is {}", kind(schema, schema.shape(of))),
        Shape::OneOrList(of) => kind(schema, schema.shape(of)),
        Shape::Struct(_) => "an object with the fields below".to_owned(),
        Shape::Map(_) => "an object of names and values of your own".to_owned(),
        Shape::Any => "anything".to_owned(),
        Shape::Scalar(scalar) => match scalar {
            Scalar::Text { .. } | Scalar::Odd => "text".to_owned(),
            Scalar::Id => "an id: 1 to 100 letters, digits and . _ - @ : #".to_owned(),
            Scalar::Reference { link: false } => "the id of a record".to_owned(),
            Scalar::Reference { link: true } => "the id of a record, or an address".to_owned(),
            Scalar::Currency => "a currency code such as EUR".to_owned(),
            Scalar::Language => "a language tag such as en or de-AT".to_owned(),
            Scalar::Date => "a date: 2026-03-01, or 2026-03 or 2026 where no more is known".to_owned(),
            Scalar::Time => "a time such as 14:30".to_owned(),
            Scalar::Number(bounds) => {
                let whole = if bounds.whole { "a whole number" } else { "a number" };
                match (bounds.least, bounds.most) {
                    (Some(least), Some(most)) => format!("{whole} from {least} to {most}"),
                    (Some(least), None) => format!("{whole} not below {least}"),
                    (None, Some(most)) => format!("{whole} not above {most}"),
                    (None, None) => whole.to_owned(),
                }
            }
            Scalar::Flag => "true or false".to_owned(),
            Scalar::Word(_) => "one of the words below".to_owned(),
        },
    }
}

fn vocabulary_text(text: &mut String, vocabulary: &Vocabulary) {
    let order = if vocabulary.ordered { " (in this order)" } else { "" };
    let _ = writeln!(text, "Words of {}{order}:", vocabulary.name);
    for word in &vocabulary.words {
        let _ = writeln!(text, "- {}: {}", word.text, word.description);
    }
}

fn words(schema: &Schema, name: &str) -> Option<String> {
    let mut text = String::new();
    if let Some(vocabulary) = schema.vocabularies.iter().find(|known| known.name == name) {
        let _ = writeln!(text, "The vocabulary {name}: {}\n", vocabulary.description);
        vocabulary_text(&mut text, vocabulary);
    }
    for (id, vocabulary) in schema.vocabularies.iter().enumerate() {
        let Some(word) = vocabulary.words.iter().find(|word| word.text == name) else { continue };
        if name == crate::schema::UNKNOWN_WORD {
            return Some(format!("The word unknown: {}\n", word.description));
        }
        let fields: Vec<String> = schema
            .fields
            .iter()
            .enumerate()
            .filter(|(field, _)| schema.element_shape_of(*field as FieldId) == Shape::Scalar(Scalar::Word(id as u16)))
            .filter_map(|(_, field)| Some(format!("{} of {}", field.name, owner(schema, field.owner)?)))
            .collect();
        let _ =
            writeln!(text, "The word {name} in {}: {}\nIt stands in {}.", vocabulary.name, word.description, text::list(&fields, "and"));
    }
    (!text.is_empty()).then_some(text)
}

fn owner(schema: &Schema, structure: StructId) -> Option<String> {
    let known = schema.structure(structure)?;
    if structure == CHARTER {
        return Some("the charter".to_owned());
    }
    Some(
        known
            .register
            .and_then(|register| schema.register(register))
            .map_or_else(|| known.name.trim_end_matches("-row").replace('-', " "), |register| register.name.clone()),
    )
}

pub(super) fn rules(args: &RulesArgs) -> u8 {
    let setup = match setup(&args.common) {
        Ok(setup) => setup,
        Err(status) => return status,
    };
    let settings = setup.effective(&std::env::current_dir().unwrap_or_default());
    let wanted = |name: &str| {
        args.select.is_empty() || args.select.iter().any(|own| own == name || name.split_once('/').is_some_and(|(family, _)| family == own))
    };
    let mut rows: Vec<&Rule> = setup.rules.rules.iter().filter(|rule| wanted(&rule.name)).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    if rows.is_empty() {
        say("no rule or family has this name");
        return exit::FAULT;
    }
    let width = rows.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in rows {
        let own = settings.rule.get(&*rule.name);
        let severity = own.and_then(|own| own.severity.as_ref()).map_or(rule.severity, |set| set.value);
        let state = match own.and_then(|own| own.off.as_ref()) {
            Some(_) => "off in the settings".to_owned(),
            None if rule.page.replaces().is_some() => "on, in the place of the built-in rule".to_owned(),
            None => "on".to_owned(),
        };
        let _ =
            writeln!(text, "{:width$}  {:7}  {:8}  {state}: {}", rule.name, severity.word(), stage(&setup.schema, rule.from), rule.title);
    }
    out(&text)
}
