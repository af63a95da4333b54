//! `havesay site`: everything that `explain` tells, as pages for a browser: an index, and a page for each
//! rule, definition, register, vocabulary, function and source, linked with one another.
//!
//! HTML, because its readers open it from a folder or a web server, where nothing renders Markdown; the pages
//! of the rules themselves are Markdown already. It holds no script, loads nothing, and has no date in it: the
//! same rules and settings give the same bytes. [`markdown`] renders, [`folder`] writes.

mod folder;
mod markdown;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use folder::Refused;
use markdown::{anchor, file_name};

use super::explain::model::{PROGRAMME, find_field};
use super::explain::setup;
use super::explain::tell::{Teller, To, cite, escape, short};
use super::{SiteArgs, exit, out, say, shown};
use crate::report::html;
use crate::rule::function::LIBRARY;
use crate::rule::{Page, Rule, prose};
use crate::schema::{FieldId, UNKNOWN_WORD};
use crate::text::Visible;

/// Where the site goes if nobody says.
const FOLDER: &str = "site";

pub(super) fn site(args: &SiteArgs) -> u8 {
    let setup = match setup(&args.common) {
        Ok(setup) => setup,
        Err(status) => return status,
    };
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    let files = pages(&Teller::new(&setup, Some(address)));
    let name = shown(&folder);
    match folder::replace(&folder, &files) {
        Ok(()) => out(&format!("{} pages are in {name}. Begin with {}\n", files.len(), shown(&folder.join("index.html")))),
        Err(refused) => {
            let (message, help) = match refused {
                Refused::NoFolder => (format!("{name} is no folder"), "name a new folder"),
                Refused::Here => {
                    (format!("{name} holds the working directory and cannot be replaced"), "name a folder of its own, such as site")
                }
                Refused::Holds(other) => (
                    format!("{name} holds {}, which this command did not write or which has been changed since", Visible(&other)),
                    "name a new or an empty folder, or move away what is in this one",
                ),
                Refused::System(path, error) => (
                    format!("{} cannot be written: {}", shown(&path), error.kind()),
                    "name a folder that you may write to, with room for it",
                ),
            };
            say(&format!("{message}; nothing was written\n  help: {help}"));
            exit::FAULT
        }
    }
}

/// The file of a page.
fn file(folder: &str, name: &str) -> String {
    format!("{folder}/{}.html", file_name(name))
}

/// The address of what has a page, from the site's root.
fn address(teller: &Teller<'_>, to: To<'_>) -> Option<String> {
    let in_folder = |folder: &str, name: &str| format!("/{}", file(folder, name));
    Some(match to {
        To::Rule(name) => {
            let rule = teller.setup.rules.find(name)?;
            in_folder("rules", &rule.name)
        }
        To::Definition(name) => in_folder("definitions", name),
        To::Register(name) => in_folder("registers", name),
        To::Field(field) => {
            let place = teller.place(field)?;
            let anchor = if place.path.is_empty() { String::new() } else { format!("#{}", anchor(&place.path)) };
            format!("{}{anchor}", in_folder("registers", &place.root))
        }
        To::Vocabulary(name) => in_folder("vocabularies", name),
        To::Function(name) => in_folder("functions", name),
        To::Source(key) => {
            teller.sources.iter().find(|(known, _)| known == key)?;
            in_folder("sources", key)
        }
    })
}

/// What a name in code leads to: a rule, a register or a field by its path, and a definition where the words
/// before or an underscore tell it from a plain word.
fn named(teller: &Teller<'_>, name: &str, before: &str) -> Option<String> {
    let setup = teller.setup;
    if name.contains('/') {
        return address(teller, To::Rule(&setup.rules.find(name)?.name));
    }
    if name == PROGRAMME || setup.schema.register_named(name).is_some() {
        return address(teller, To::Register(name));
    }
    if name.contains('.') {
        return address(teller, To::Field(find_field(&setup.schema, name)?));
    }
    let is_called = before.trim_end().ends_with("definition") || name.contains('_');
    let wanted = name.replace('_', "-");
    let page = setup.rules.definition_pages.iter().find(|page| is_called && short(&page.name) == wanted)?;
    address(teller, To::Definition(short(&page.name)))
}

/// All pages of the site, by their paths.
struct Site<'s> {
    teller: &'s Teller<'s>,
    files: BTreeMap<String, String>,
}

fn pages(teller: &Teller<'_>) -> BTreeMap<String, String> {
    let mut site = Site { teller, files: BTreeMap::new() };
    site.add("index.html", "Rules and records", &index(teller));
    site.add("limits.html", "What records cannot show", &limits(teller));
    for rule in &teller.setup.rules.rules {
        site.add(&file("rules", &rule.name), &rule.title, &of_rule(teller, rule));
    }
    for page in &teller.setup.rules.definition_pages {
        let text = page.text();
        let written = format!("{}\n\n{}", teller.definition(page), written(&text));
        let body = format!("Definition {}\n\n{}\n{written}", teller.signature(page), without_title(prose::prose(&text)));
        site.add(&file("definitions", short(&page.name)), &page.title, &body);
    }
    let schema = &teller.setup.schema;
    for name in std::iter::once(PROGRAMME).chain(schema.registers.iter().map(|register| register.name.as_str())) {
        site.add(&file("registers", name), name, &of_register(teller, name));
    }
    for vocabulary in &schema.vocabularies {
        site.add(&file("vocabularies", &vocabulary.name), &vocabulary.name, &teller.vocabulary(vocabulary));
    }
    for function in LIBRARY {
        site.add(&file("functions", function.name), function.name, &teller.function(function.name).unwrap_or_default());
    }
    for (key, source) in &teller.sources {
        site.add(&file("sources", key), &source.title, &teller.source(key).unwrap_or_default());
    }
    site.files
}

impl Site<'_> {
    fn add(&mut self, path: &str, title: &str, body: &str) {
        let teller = self.teller;
        let find = |name: &str, before: &str| {
            let own = |address: &String| *address != format!("/{path}");
            named(teller, name, before).filter(own)
        };
        let known = |name: &str| match name.strip_prefix("definitions/") {
            Some(own) => {
                let page = teller.setup.rules.definition_pages.iter().find(|page| short(&page.name) == own)?;
                address(teller, To::Definition(short(&page.name)))
            }
            None => address(teller, To::Rule(name)),
        };
        let page = markdown::Page { path, named: &find, page: &known };
        let body = markdown::render(&format!("# {}\n\n{body}", escape(title)), &page);
        let mut trail = format!("<a href=\"{}\">Rules and records</a>", page.relative("/index.html"));
        if let Some((folder, _)) = path.split_once('/') {
            let _ = write!(trail, " / <a href=\"{}\">{folder}</a>", page.relative(&format!("/index.html#{folder}")));
        }
        let text = format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n<nav>{trail}</nav>\n{body}\
             <footer><p>Written by havesay {}.</p></footer>\n</main>\n</body>\n</html>\n",
            html::escape(title),
            html::STYLE,
            env!("CARGO_PKG_VERSION"),
        );
        self.files.insert(path.to_owned(), text);
    }
}

/// Prose without the title, which stands above it.
fn without_title(prose: &str) -> &str {
    match prose.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => prose,
    }
}

/// The proof of a page and its front matter, as they are written.
fn written(page: &str) -> String {
    let mut text = String::new();
    let mut fence = false;
    for line in prose::proof(page).lines() {
        if line.trim_start().starts_with("```") {
            fence = !fence;
        }
        match line.strip_prefix('>').filter(|_| !fence) {
            // A line that is expected, or an expression: it is no prose.
            Some(quoted) => {
                let _ = writeln!(text, "> {}\\", escape(quoted.trim()));
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    let text = text.replace("\\\n\n", "\n\n");
    let text = text.strip_suffix("\\\n").unwrap_or(&text);
    let front = page.strip_prefix("---").and_then(|rest| rest.split_once("\n---")).map_or("", |(front, _)| front.trim_matches('\n'));
    format!("{text}\n\n## As it is judged\n\n~~~~~~~~yaml\n{front}\n~~~~~~~~\n")
}

fn of_rule(teller: &Teller<'_>, rule: &Rule) -> String {
    let text = rule.page.text();
    format!(
        "{}\n\n{}\n{}\n\n{}\nSHA-256 of the page and of the definitions that it uses: `{}`\n",
        teller.standing(rule).join("  \n"),
        without_title(prose::prose(&text)),
        teller.rule(rule),
        written(&text),
        teller.setup.rules.digest(rule)
    )
}

/// A register, and its fields one after another.
fn of_register(teller: &Teller<'_>, name: &str) -> String {
    let mut text = teller.register(name).unwrap_or_default();
    text.push_str("\n## Fields\n");
    let fields = (0..teller.setup.schema.fields.len()).map(|id| id as FieldId);
    let mut own: Vec<(&str, FieldId)> = fields
        .filter_map(|id| Some((teller.place(id)?, id)))
        .filter(|(place, _)| place.root == name && !place.path.is_empty())
        .map(|(place, id)| (place.path.as_str(), id))
        .collect();
    own.sort_unstable();
    for (path, id) in own {
        let _ = write!(text, "\n### `{path}`\n\n{}", teller.field(id, &format!("{name}.{path}")));
    }
    text
}

fn family(page: &Page) -> &str {
    page.name.split_once('/').map_or("", |(family, _)| family)
}

/// The rules by family, each by name.
fn families<'s>(teller: &Teller<'s>) -> BTreeMap<&'s str, BTreeMap<&'s str, &'s Rule>> {
    let mut families: BTreeMap<&str, BTreeMap<&str, &Rule>> = BTreeMap::new();
    for rule in &teller.setup.rules.rules {
        families.entry(family(&rule.page)).or_default().insert(&rule.name, rule);
    }
    families
}

fn index(teller: &Teller<'_>) -> String {
    let setup = teller.setup;
    let mut text = String::from(
        "What is judged, by which terms, from which records, and on what it rests. \
         [What records cannot show](/limits.html) says how far the results reach.\n\n\
         [Rules](#rules), [definitions](#definitions), [registers](#registers), [vocabularies](#vocabularies), \
         [functions](#functions), [sources](#sources)\n\n## Rules\n",
    );
    for (family, rules) in families(teller) {
        let _ = writeln!(text, "\n### {}\n", escape(family));
        for (name, rule) in rules {
            let _ = writeln!(text, "- {}: {} ({})", teller.name(To::Rule(name), name), escape(&rule.title), rule.severity);
        }
    }
    text.push_str("\n## Definitions\n\n");
    for page in &setup.rules.definition_pages {
        let opening = prose::opening(without_title(prose::prose(&page.text())));
        let _ = writeln!(text, "- {}: {}", teller.name(To::Definition(short(&page.name)), &page.title), escape(&opening));
    }
    text.push_str("\n## Registers\n\n");
    let _ = writeln!(text, "- {}: the charter", teller.name(To::Register(PROGRAMME), PROGRAMME));
    for register in &setup.schema.registers {
        let _ = writeln!(text, "- {}: {}", teller.name(To::Register(&register.name), &register.name), escape(&register.description));
    }
    text.push_str("\n## Vocabularies\n\n");
    for vocabulary in &setup.schema.vocabularies {
        let words: Vec<&str> = vocabulary.words.iter().map(|word| word.text.as_str()).filter(|word| *word != UNKNOWN_WORD).collect();
        let _ = writeln!(text, "- {}: {}", teller.name(To::Vocabulary(&vocabulary.name), &vocabulary.name), escape(&words.join(", ")));
    }
    text.push_str("\n## Functions\n\n");
    for function in LIBRARY {
        let _ = writeln!(text, "- {}: {}", teller.name(To::Function(function.name), function.call), escape(function.gives));
    }
    text.push_str("\n## Sources\n\n");
    for (key, source) in &teller.sources {
        let _ = writeln!(text, "- {}", teller.name(To::Source(key), &cite(source)));
    }
    text
}

/// What the rules that infer something say of themselves, by family.
fn limits(teller: &Teller<'_>) -> String {
    let mut text = String::from(
        "A pass says that the records show no fault. It does not say that nothing was wrong: records can be \
         written afterwards, leave things out, or be untrue. \"No evidence\" is no pass: the rule could not be \
         judged. These rules go further than what is written, and infer something from it. Each says what its \
         records cannot show.\n",
    );
    for (family, rules) in families(teller) {
        let told: Vec<(&str, &Rule, String)> =
            rules.into_iter().filter_map(|(name, rule)| Some((name, rule, prose::limit(&rule.page.text())?.to_owned()))).collect();
        if !told.is_empty() {
            let _ = writeln!(text, "\n## {}\n", escape(family));
        }
        for (name, rule, limit) in told {
            let _ = writeln!(text, "- {} ({}): {}", teller.name(To::Rule(name), name), escape(&rule.title), limit);
        }
    }
    text
}
