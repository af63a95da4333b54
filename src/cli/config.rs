//! `havesay config`: every setting that applies to a path, its value, and where it comes from; and the JSON
//! Schema of a settings file, with the rules that are known here.
//!
//! What beats what is decided where programmes are judged; here it is only told.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{ConfigArgs, ConfigFormat, check, complain, environment, exit, explain, model, out, say, settings_problems, shown, source};
use crate::audit::Selection;
use crate::audit::state::State;
use crate::config::{self, ConfigFile, FILE_NAME, ParamValue};
use crate::discover::{self, Options, Role};
use crate::document::Forest;
use crate::finding::{Care, Severity};
use crate::limits;
use crate::pipeline::setup::Setup;
use crate::programme::{self, Clock, Programme};
use crate::redact::{self, Terms};
use crate::rule::Page;
use crate::schema::form;
use crate::text::Lines;

/// Where a setting comes from.
enum Origin {
    /// A settings file, at a line and column; whether in an override.
    File(PathBuf, u32, u32, bool),
    /// An argument.
    Argument(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// A rule's or definition's page: built in, or a file.
    Page(Option<PathBuf>),
    /// What a page says of the programme's profile.
    Profile(String),
    /// The program.
    BuiltIn,
    /// The day on which it runs.
    Today,
}

struct Row {
    key: String,
    value: Value,
    origin: Origin,
}

pub(super) fn config(args: &ConfigArgs) -> u8 {
    told(args).unwrap_or_else(|status| status)
}

/// What a path leads to: the folder whose settings apply, and whether a programme is there.
fn home(path: &Path, working: &Path) -> Result<(PathBuf, bool), u8> {
    let path = working.join(path);
    let Ok(real) = std::fs::canonicalize(&path) else {
        say(&format!("{} does not exist", shown(&path)));
        return Err(exit::INCOMPLETE);
    };
    let folder = if real.is_dir() { real } else { real.parent().map(Path::to_owned).unwrap_or_default() };
    match discover::charter_above(&folder) {
        Some(programme) => Ok((programme, true)),
        None => Ok((folder, false)),
    }
}

fn told(args: &ConfigArgs) -> Result<u8, u8> {
    let schema = model()?;
    let working = std::env::current_dir().unwrap_or_default();
    let (home, is_programme) = home(args.path.as_deref().unwrap_or(Path::new(".")), &working)?;
    let file = match &args.common.config {
        _ if args.common.isolated => None,
        Some(file) => Some(working.join(file)),
        None => {
            let mut search = config::Search::new(None);
            let file = search.closest(&home);
            for near in search.near_misses() {
                say(&format!("{} is not read; the settings file is called {FILE_NAME}", shown(near)));
            }
            file
        }
    };
    let setup = Setup::read(&schema, &source(), file.as_deref(), &|_| true).map_err(|error| {
        complain(&error);
        exit::FAULT
    })?;
    for note in &setup.notes {
        settings_problems(&note.text, &note.problems);
    }
    let state = state(&setup, &home, &working);
    let mut rows = run(args, &setup)?;
    files(&setup, &mut rows);
    rules(&setup, &state, &home, &mut rows);
    definitions(&setup, &state, &home, &mut rows);
    if args.changed {
        rows.retain(|row| !matches!(row.origin, Origin::Page(_) | Origin::BuiltIn | Origin::Today));
    }
    let files: Vec<String> = setup.config.files.iter().rev().map(|file| shown(&file.path)).collect();
    let profile = Some(&state.profile).filter(|profile| is_programme && !profile.is_empty());
    Ok(match args.format {
        ConfigFormat::Json => {
            let settings: Vec<Value> =
                rows.iter().map(|row| json!({ "key": row.key, "value": row.value, "origin": row.origin.json() })).collect();
            let told = json!({
                "path": shown(&home),
                "programme": is_programme,
                "profile": profile,
                "files": files,
                "settings": settings,
            });
            out(&format!("{told:#}\n"))
        }
        ConfigFormat::Text => {
            let place = Some(shown(&home)).filter(|place| !place.is_empty());
            let what = match (is_programme, &place) {
                (true, Some(place)) => format!("the programme in {place}"),
                (true, None) => "the programme here".to_owned(),
                (false, Some(place)) => place.clone(),
                (false, None) => "this folder".to_owned(),
            };
            let mut text = format!("# What applies to {what}");
            let _ = match profile {
                Some(profile) => writeln!(text, ", under the profile {profile}."),
                None => writeln!(text, "."),
            };
            let _ = match files.as_slice() {
                [] => writeln!(text, "# No settings file applies."),
                [one] => writeln!(text, "# The settings file is {one}."),
                [one, more @ ..] => writeln!(text, "# The settings file is {one}, which builds on {}.", crate::text::list(more, "and")),
            };
            let width = rows.iter().map(|row| row.text().chars().count()).filter(|width| *width <= WIDTH_MAX).max().unwrap_or(0);
            text.push('\n');
            for row in &rows {
                let _ = writeln!(text, "{:width$}  # {}", row.text(), row.origin.text());
            }
            out(&text)
        }
    })
}

/// Columns up to which origins stand beneath one another.
const WIDTH_MAX: usize = 90;

impl Row {
    /// As a settings file would have it. What cannot stand in one is a remark.
    fn text(&self) -> String {
        let remark = if [CONFIG, AS_OF, BUILT_IN].contains(&self.key.as_str()) { "# " } else { "" };
        format!("{remark}{} = {}", self.key, self.value)
    }
}

/// What belongs to a run and to no settings file.
const CONFIG: &str = "config";
const AS_OF: &str = "as_of";
const BUILT_IN: &str = "HAVESAY_RULES";

impl Origin {
    fn text(&self) -> String {
        match self {
            Origin::File(path, line, column, over) => {
                format!("{}:{line}:{column}{}", shown(path), if *over { ", an override" } else { "" })
            }
            Origin::Argument(name) => format!("the argument {name}"),
            Origin::Environment(name) => format!("the environment variable {name}"),
            Origin::Page(None) => "the built-in page".to_owned(),
            Origin::Page(Some(path)) => format!("the page {}", shown(path)),
            Origin::Profile(profile) => format!("the page, under the profile {profile}"),
            Origin::BuiltIn => "built in".to_owned(),
            Origin::Today => "today".to_owned(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Origin::File(path, line, column, over) => {
                json!({ "kind": if *over { "override" } else { "file" }, "file": shown(path), "line": line, "column": column })
            }
            Origin::Argument(name) => json!({ "kind": "argument", "name": name }),
            Origin::Environment(name) => json!({ "kind": "environment", "name": name }),
            Origin::Page(path) => json!({ "kind": "page", "file": path.as_deref().map(shown) }),
            Origin::Profile(profile) => json!({ "kind": "profile", "name": profile }),
            Origin::BuiltIn => json!({ "kind": "built-in" }),
            Origin::Today => json!({ "kind": "today" }),
        }
    }

    fn of_entry((file, entry): (&ConfigFile, &config::Entry)) -> Self {
        let at = Lines::of(&file.text).position(&file.text, entry.name_span.start);
        Origin::File(file.path.clone(), at.line, at.column, entry.over.is_some())
    }

    fn of_page(page: &Page) -> Self {
        Origin::Page(page.path.clone())
    }
}

/// Text from the settings: shown unless it looks like somebody's address.
fn text(text: &str) -> Value {
    redact::value(text, Care::Label, Terms { min_cell: limits::MIN_CELL }).to_string().into()
}

fn param(value: &ParamValue) -> Value {
    match value {
        ParamValue::Number(number) => serde_json::from_str(number).unwrap_or_default(),
        ParamValue::Text(own) | ParamValue::Date(own) => text(own),
        ParamValue::Flag(flag) => (*flag).into(),
        ParamValue::List(list) => list.iter().map(|item| param(&item.value)).collect(),
    }
}

/// Keys as TOML writes them.
fn key(keys: &[&str]) -> String {
    let bare = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let keys: Vec<String> = keys.iter().map(|key| if bare(key) { (*key).to_owned() } else { json!(key).to_string() }).collect();
    keys.join(".")
}

/// What the programme's own words (its profile) make of the rules: only its charter is read.
fn state(setup: &Setup, home: &Path, working: &Path) -> State {
    let options = Options { no_ignore: true, working: working.to_owned() };
    let found = discover::discover(&[home.to_owned()], &options).programmes.into_iter().find(|found| found.folder == home);
    let mut inputs = found.map(|found| discover::inputs(&setup.schema, &found, &setup.config, &options)).unwrap_or_default();
    inputs.retain(|input| input.role == Role::Charter);
    let clock = Clock { as_of: 0, given: true };
    let charter: Programme = programme::load(&setup.schema, &setup.judges, "", &inputs, Forest::default(), clock, false);
    setup.state(&charter, home, &Selection::default())
}

/// What holds for the whole run.
fn run(args: &ConfigArgs, setup: &Setup) -> Result<Vec<Row>, u8> {
    let mut rows = Vec::new();
    let mut row = |keys: &[&str], value: Value, origin: Origin| rows.push(Row { key: key(keys), value, origin });
    if let Some(file) = &args.common.config {
        let origin =
            if args.common.config_from_environment { Origin::Environment(environment::CONFIG) } else { Origin::Argument("--config") };
        row(&[CONFIG], text(&shown(file)), origin);
    }
    let from = |key: &[&str]| {
        let file = setup.config.setter(key)?;
        let entry = file.settings.entries.iter().find(|entry| entry.over.is_none() && entry.keys == key)?;
        Some(Origin::of_entry((file, entry)))
    };
    let (severity, origin) = match (args.fail_on, setup.config.fail_on()) {
        (Some(severity), _) if args.from_environment.fail_on => (severity, Origin::Environment(environment::FAIL_ON)),
        (Some(severity), _) => (severity, Origin::Argument("--fail-on")),
        (None, Some(severity)) => (severity, from(&["fail_on"]).unwrap_or(Origin::BuiltIn)),
        (None, None) => (Severity::Error, Origin::BuiltIn),
    };
    row(&["fail_on"], severity.word().into(), origin);
    let (date, origin) = date(args)?;
    row(&[AS_OF], date.into(), origin);
    let cell = setup.config.min_cell();
    let origin = cell.and_then(|_| from(&["privacy", "min_cell"])).unwrap_or(Origin::BuiltIn);
    row(&["privacy", "min_cell"], cell.unwrap_or(limits::MIN_CELL).into(), origin);
    if let Some(folder) = &source().folder {
        row(&[BUILT_IN], text(&shown(folder)), Origin::Environment(BUILT_IN));
    }
    Ok(rows)
}

/// The date of the audit, as `check` would take it.
fn date(args: &ConfigArgs) -> Result<(String, Origin), u8> {
    let origin = if args.from_environment.as_of { Origin::Environment(environment::AS_OF) } else { Origin::Argument("--as-of") };
    let clock = check::clock(args.as_of.as_deref())?;
    let origin = match (&args.as_of, clock.given) {
        (Some(_), _) => origin,
        (None, true) => Origin::Environment("SOURCE_DATE_EPOCH"),
        (None, false) => Origin::Today,
    };
    Ok((form::day_text(clock.as_of), origin))
}

/// Files: of rules, overlays and records.
fn files(setup: &Setup, rows: &mut Vec<Row>) {
    let config = &setup.config;
    let entries = |file: &ConfigFile, keys: &[&str]| -> Option<Origin> {
        let entry = file.settings.entries.iter().find(|entry| entry.over.is_none() && entry.keys == keys)?;
        Some(Origin::of_entry((file, entry)))
    };
    let mut row = |file: Option<&ConfigFile>, keys: &[&str], value: &dyn Fn(&ConfigFile) -> Value| {
        if let Some((file, origin)) = file.and_then(|file| Some((file, entries(file, keys)?))) {
            rows.push(Row { key: key(keys), value: value(file), origin });
        }
    };
    let paths = |paths: &[config::Placed<PathBuf>]| paths.iter().map(|path| text(&shown(&path.value))).collect::<Value>();
    let patterns = |patterns: &[config::Pattern]| patterns.iter().map(|pattern| text(pattern.text())).collect::<Value>();
    row(config.setter(&["rules"]), &["rules"], &|file| paths(&file.settings.rules));
    row(config.setter(&["schema"]), &["schema"], &|file| paths(&file.settings.schema));
    row(config.setter(&["files", "include"]), &["files", "include"], &|file| patterns(&file.settings.files.include));
    row(config.setter(&["files", "exclude"]), &["files", "exclude"], &|file| patterns(&file.settings.files.exclude));
    let mut registers: Vec<String> = config.map().into_iter().map(|mapping| mapping.register.value).collect();
    registers.sort();
    registers.dedup();
    for register in &registers {
        row(config.setter(&["map", register]), &["map", register], &|file| {
            let own = file.settings.map.iter().filter(|mapping| mapping.register.value == *register);
            own.map(|mapping| text(mapping.pattern.text())).collect()
        });
    }
    // Files add to these: each has its own line.
    for file in &config.files {
        row(Some(file), &["privacy", "sensitive"], &|file| {
            file.settings.privacy.sensitive.iter().map(|field| text(&field.value)).collect()
        });
    }
}

fn rules(setup: &Setup, state: &State, home: &Path, rows: &mut Vec<Row>) {
    let effective = setup.effective(home);
    let mut order: Vec<usize> = (0..setup.rules.rules.len()).collect();
    order.sort_by_key(|number| setup.rules.rules.get(*number).map(|rule| Arc::clone(&rule.name)));
    for (rule, known) in order.into_iter().filter_map(|number| Some((setup.rules.rules.get(number)?, state.rules.get(number)?))) {
        let own = effective.rule.get(&*rule.name);
        let origin = |keys: &[&str], from: &str| match from {
            "settings" => setup.config.origin(home, keys).map_or(Origin::BuiltIn, Origin::of_entry),
            "profile" => Origin::Profile(state.profile.clone()),
            _ => Origin::of_page(&rule.page),
        };
        let profile_off = rule.profiles.get(&state.profile).and_then(|change| change.off.as_ref());
        let off = own.and_then(|own| own.off.as_ref()).map(|reason| (&reason.value, "settings"));
        // A profile switches off before the settings are asked.
        if let Some((reason, from)) = profile_off.map(|reason| (reason, "profile")).or(off) {
            let keys = ["rule", &rule.name, "off"];
            rows.push(Row { key: key(&keys), value: text(reason), origin: origin(&keys, from) });
        }
        let keys = ["rule", &rule.name, "severity"];
        let severity = known.set.unwrap_or(known.severity);
        rows.push(Row { key: key(&keys), value: severity.word().into(), origin: origin(&keys, known.severity_from) });
        if let Some(waivable) = own.and_then(|own| own.waivable.as_ref()) {
            let keys = ["rule", &rule.name, "waivable"];
            rows.push(Row { key: key(&keys), value: waivable.value.into(), origin: origin(&keys, "settings") });
        }
        for number in &rule.params {
            if let Some((name, value, from)) = parameter(setup, state, *number, |name| own.and_then(|own| own.params.get(name))) {
                let keys = ["rule", &rule.name, "params", name];
                rows.push(Row { key: key(&keys), value, origin: origin(&keys, from) });
            }
        }
    }
}

fn definitions(setup: &Setup, state: &State, home: &Path, rows: &mut Vec<Row>) {
    let effective = setup.effective(home);
    for page in &setup.rules.definition_pages {
        let name = page.name.trim_start_matches("definitions/");
        for number in
            (0..setup.rules.params.len()).filter(|number| setup.rules.params.get(*number).is_some_and(|param| param.page == page.name))
        {
            let own = |param: &str| effective.definition.get(name).and_then(|own| own.params.get(param));
            if let Some((param, value, from)) = parameter(setup, state, number, own) {
                let keys = ["definition", name, "params", param];
                let origin = match from {
                    "settings" => setup.config.origin(home, &keys).map_or(Origin::BuiltIn, Origin::of_entry),
                    _ => Origin::of_page(page),
                };
                rows.push(Row { key: key(&keys), value, origin });
            }
        }
    }
}

/// A parameter's name, value, and where it was set.
fn parameter<'s>(
    setup: &'s Setup,
    state: &State,
    number: usize,
    own: impl Fn(&str) -> Option<&'s config::Param>,
) -> Option<(&'s str, Value, &'static str)> {
    let known = setup.rules.params.get(number)?;
    let (value, from) = (state.params.get(number)?, *state.params_from.get(number)?);
    let value = match own(&known.name).filter(|_| from == "settings") {
        Some(set) => param(&set.value),
        None => known.json(&setup.schema, value),
    };
    Some((&known.name, value, from))
}

/// Prints the JSON Schema of a settings file, with the rules, parameters and registers that are known here.
pub(super) fn schema(common: &super::Common) -> u8 {
    let setup = match explain::setup(common) {
        Ok(setup) => setup,
        Err(status) => return status,
    };
    let mut contract = config::schema();
    let params = |page: &str| -> Map<String, Value> {
        let own = setup.rules.params.iter().filter(|param| *param.page == *page);
        own.map(|param| (param.name.clone(), param.contract(&setup.schema))).collect()
    };
    let named = |reference: &str, title: &str, page: &str| {
        json!({
            "$ref": reference,
            "description": title,
            "properties": { "params": { "type": "object", "properties": params(page), "additionalProperties": false } },
        })
    };
    let rules: Map<String, Value> =
        setup.rules.rules.iter().map(|rule| (rule.name.to_string(), named("#/$defs/rule", &rule.title, &rule.name))).collect();
    let definitions: Map<String, Value> = setup
        .rules
        .definition_pages
        .iter()
        .filter(|page| setup.rules.params.iter().any(|param| param.page == page.name))
        .map(|page| (page.name.trim_start_matches("definitions/").to_owned(), named("#/$defs/definition", &page.title, &page.name)))
        .collect();
    let registers: Map<String, Value> = setup
        .schema
        .registers
        .iter()
        .filter(|register| !register.nested)
        .map(|register| (register.name.clone(), json!({ "$ref": "#/$defs/files-of-a-register", "description": register.description })))
        .collect();
    if let Some(defs) = contract.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, known) in [("rules", rules), ("definitions", definitions), ("map", registers)] {
            if let Some(properties) = defs.get_mut(name).and_then(|def| def.get_mut("properties")) {
                *properties = Value::Object(known);
            }
        }
    }
    out(&format!("{contract:#}\n"))
}
