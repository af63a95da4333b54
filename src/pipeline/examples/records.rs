//! The records of an example: its files, read into a programme as any other's are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AS_OF, Records, Refused, unusable};
use crate::config::baseline::BASELINE_NAME;
use crate::config::waivers::WAIVERS_NAME;
use crate::config::{self, Effective};
use crate::discover::{Input, Role, Source};
use crate::document::Forest;
use crate::pipeline::setup::Setup;
use crate::programme::{self, Beside, Clock};
use crate::redact::Terms;
use crate::rule::Rule;
use crate::rule::prose::Example;
use crate::schema::form;

/// Reads the records of a rule's example, and says at which date they are judged.
pub(super) fn of_rule(setup: &Setup, rule: &Rule, example: &Example) -> Result<Records, Refused> {
    let stage = setup
        .schema
        .vocabulary(setup.schema.stages)
        .and_then(|known| known.words.get(usize::from(rule.from)))
        .map_or("charter", |word| word.text.as_str());
    let given = *rule.name == *"record/dated-after-audit";
    read(setup, example, stage, given, !rule.built_in)
}

/// Reads the records of a definition's example, and says at which date they are judged.
pub(super) fn of_definition(setup: &Setup, example: &Example) -> Result<Records, Refused> {
    read(setup, example, "live", false, true)
}

fn read(setup: &Setup, example: &Example, stage: &str, given: bool, whole: bool) -> Result<Records, Refused> {
    let (inputs, as_of, settings) = files(setup, example, stage)?;
    let clock = Clock { as_of, given };
    let mut programme = programme::load(&setup.schema, &setup.judges, ".", &inputs, Forest::default(), clock, false);
    if whole
        && let Some(flaw) = programme.flaws.iter().find(|flaw| {
            !matches!(flaw.rule, "record/dangling-reference" | "record/impossible-date-order" | "record/nothing-to-read")
                && !example.heading.contains("fault")
        })
    {
        let shown = crate::redact::text(&flaw.message, Terms { min_cell: 0 });
        return unusable(format!("the records break the schema: {}: {shown}", flaw.rule));
    }
    programme.waivers = waivers(setup, example)?;
    if let Some(file) = example.files.iter().find(|file| is_baseline(&file.info)) {
        let read = config::baseline::of_text(Path::new(BASELINE_NAME), &file.content);
        match read {
            Ok(baseline) => programme.baseline = Some(Arc::new(baseline)),
            Err(problem) => return unusable(format!("the baseline is at fault: {}; {}", problem.message, problem.help)),
        }
    }
    Ok(Records { programme, as_of, settings })
}

/// The waiver file of an example, as if it stood in the programme's folder. Its faults of form are the
/// example's own.
fn waivers(setup: &Setup, example: &Example) -> Result<Vec<Beside>, Refused> {
    let mut beside = Vec::new();
    for file in example.files.iter().filter(|file| toml_name(&file.info) == Some(WAIVERS_NAME)) {
        let (mut read, mut problems) = config::waivers::parse(Path::new(WAIVERS_NAME), &file.content);
        WAIVERS_NAME.clone_into(&mut read.shown);
        problems.extend(super::super::waivers::names(&read, &setup.rules, &setup.schema));
        if let Some(problem) = problems.first() {
            return unusable(format!("the waiver file is at fault: {}; {}", problem.message, problem.help));
        }
        let of_another = |waiver: &config::Waiver| !waiver.programme.value.takes(EXAMPLE_ID, Path::new(""));
        let strays = (0..read.waivers.len()).filter(|number| read.waivers.get(*number).is_some_and(of_another)).collect();
        beside.push(Beside { file: Arc::new(read), folder: PathBuf::new(), strays });
    }
    Ok(beside)
}

fn is_baseline(info: &str) -> bool {
    info.trim() == format!("jsonl {BASELINE_NAME}")
}

/// The name of a file of settings or waivers.
fn toml_name(info: &str) -> Option<&str> {
    info.split_whitespace().next().filter(|kind| *kind == "toml").and_then(|_| info.split_whitespace().nth(1))
}

/// The files of an example, and its date.
fn files(setup: &Setup, example: &Example, stage: &str) -> Result<(Vec<Input>, i32, Effective), Refused> {
    let mut inputs = Vec::new();
    let mut settings = Effective::default();
    let mut as_of = form::date(AS_OF.as_bytes()).map_or(0, |(day, _)| day);
    for file in &example.files {
        match toml_name(&file.info) {
            Some(WAIVERS_NAME) => continue,
            Some(config::FILE_NAME) => {
                let (own, problems) = config::parse(Path::new(config::FILE_NAME), &file.content);
                if let Some(problem) = problems.first() {
                    return unusable(format!("the settings are at fault: {}; {}", problem.message, problem.help));
                }
                settings = own.with(&[]);
                continue;
            }
            _ if is_baseline(&file.info) => continue,
            _ => {}
        }
        let mut words = file.info.split_whitespace();
        let kind = words.next().unwrap_or_default();
        let mut path = None;
        for word in words {
            match word.split_once('=') {
                Some(("as-of", date)) => match form::date(date.as_bytes()) {
                    Some((day, form::Precision::Day)) => as_of = day,
                    _ => return unusable(format!("{date} is no day")),
                },
                Some((key, _)) => return unusable(format!("{key} is no setting of an example; use as-of=YYYY-MM-DD")),
                None => path = Some(word.to_owned()),
            }
        }
        let name = path.clone().unwrap_or_else(|| "programme.json".to_owned());
        let source = match kind {
            "json" => Source::Memory(complete(&file.content, path.is_none(), stage).into_bytes()),
            "hex" => {
                let digits: String = file.content.split_whitespace().collect();
                let bytes = digits
                    .as_bytes()
                    .chunks(2)
                    .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
                match bytes.collect::<Option<Vec<u8>>>() {
                    Some(bytes) => Source::Memory(bytes),
                    None => return unusable("a hex block holds hexadecimal digits"),
                }
            }
            "state" => match file.content.trim().split_once(' ') {
                Some(("size", number)) => Source::Size(number.trim().parse().or_else(|_| unusable("size takes a number of bytes"))?),
                _ if matches!(file.content.trim(), "unreadable" | "link" | "bad-name" | "second-charter") => {
                    Source::Unreadable("permission is denied".to_owned())
                }
                _ => return unusable("a state block says unreadable, link, bad-name, second-charter or size and a number"),
            },
            "toml" => return unusable(format!("a toml block is called {} or {WAIVERS_NAME}", config::FILE_NAME)),
            "jsonl" => return unusable(format!("a jsonl block is called {BASELINE_NAME}")),
            other => return unusable(format!("{other} is no kind of file; use json, hex, state, toml or jsonl")),
        };
        let state = if kind == "state" { file.content.trim() } else { "" };
        let role = role(setup, &name, state);
        if let Some(role) = role {
            inputs.push(Input { path: name, role, source });
        }
    }
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    if inputs.is_empty() {
        return unusable("the example has no records");
    }
    Ok((inputs, as_of, settings))
}

fn role(setup: &Setup, path: &str, state: &str) -> Option<Role> {
    let kind = match state {
        "link" => crate::discover::SeenKind::Link,
        _ => crate::discover::SeenKind::File,
    };
    match state {
        "bad-name" => return Some(Role::BadName),
        "second-charter" => return Some(Role::SecondCharter),
        _ => {}
    }
    let seen = crate::discover::Seen { path: Path::new("/").join(path), kind };
    let found = crate::discover::Found { folder: "/".into(), shown: ".".to_owned(), files: vec![seen], only: Vec::new() };
    let options = crate::discover::Options { no_ignore: true, working: "/".into() };
    let inputs = crate::discover::inputs(&setup.schema, &found, &crate::config::Config::default(), &options);
    inputs.into_iter().next().map(|input| input.role)
}

/// The id of an example's programme, where it has no other.
const EXAMPLE_ID: &str = "example";

/// A charter may leave out its id, title and stage.
fn complete(content: &str, charter: bool, stage: &str) -> String {
    if !charter {
        return content.to_owned();
    }
    let Some(at) = content.find('{') else { return content.to_owned() };
    if !content.get(..at).unwrap_or("").trim().is_empty() {
        return content.to_owned();
    }
    let Ok(serde_json::Value::Object(known)) = serde_json::from_str::<serde_json::Value>(content) else { return content.to_owned() };
    let mut added = String::new();
    for (key, value) in [("id", EXAMPLE_ID), ("title", "Example"), ("stage", stage)] {
        if !known.contains_key(key) {
            let comma = if known.is_empty() && key == "stage" { "" } else { "," };
            added.push_str(&format!("\"{key}\":\"{value}\"{comma}"));
        }
    }
    let added = if known.is_empty() { added.trim_end_matches(',').to_owned() } else { added };
    format!("{}{added}{}", content.get(..=at).unwrap_or(""), content.get(at + 1..).unwrap_or(""))
}
