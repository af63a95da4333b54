//! `havesay explain` and `havesay rules`: everything from the pages and the schema, nothing written twice.

pub(super) mod model;
pub(super) mod tell;

use std::fmt::Write as _;

use tell::Teller;

use super::{Common, ExplainArgs, RulesArgs, complain, exit, model, out, say, source};
use crate::config;
use crate::pipeline::setup::Setup;
use crate::rule::Rule;
use crate::rule::function::LIBRARY;
use crate::schema::Schema;
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
    let teller = Teller::new(&setup, None);
    match teller.told(name) {
        Some(text) => out(&text),
        None => {
            let mut known = known(&setup);
            known.extend(teller.sources.iter().map(|(key, _)| key.clone()));
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

/// The names of everything that can be explained.
pub(super) fn known(setup: &Setup) -> Vec<String> {
    let schema = &setup.schema;
    let mut names: Vec<String> = setup.rules.rules.iter().map(|rule| rule.name.to_string()).collect();
    names.extend(setup.rules.definition_pages.iter().map(|page| page.name.trim_start_matches("definitions/").to_owned()));
    names.push(model::PROGRAMME.to_owned());
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
