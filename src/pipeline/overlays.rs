//! Reads the schema overlays that the settings name, and says of what is wrong with one where in its file it
//! stands.
//!
//! What an overlay may say is the schema's business.

use std::path::Path;

use serde_json::Value;

use super::setup::Faults;
use crate::config::{self, Config, ConfigError, Problem};
use crate::document::{Forest, Kind, json};
use crate::schema::overlay::{self, Wrong};
use crate::schema::{FIELD_NONE, Schema, Shape};
use crate::text::Span;

/// An overlay as it was read.
struct Read {
    path: std::path::PathBuf,
    forest: Forest,
    value: Value,
}

/// The built-in schema with the overlays in these files.
///
/// # Errors
/// What is wrong with them, file by file; a file that cannot be read, at the place that names it.
pub fn schema(plain: &Schema, config: &Config) -> Result<Schema, Vec<Faults>> {
    let mut overlays = Vec::new();
    let mut faults = Vec::new();
    for file in config.overlays() {
        match read(plain, &file.value) {
            Ok(overlay) => overlays.push(overlay),
            Err(ConfigError::Problems { text, problems }) => faults.push(Faults { text, problems }),
            Err(ConfigError::Unreadable { message, help, .. }) => faults.extend(config.setter(&["schema"]).map(|named_in| Faults {
                text: named_in.text.clone(),
                problems: vec![Problem {
                    path: named_in.path.clone(),
                    span: file.span,
                    message: format!("this file {message}"),
                    help: format!("{help}; it is looked for from the folder of this settings file"),
                }],
            })),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let values: Vec<Value> = overlays.iter().map(|overlay| overlay.value.clone()).collect();
    overlay::extend(&values).map_err(|wrong| {
        for (number, overlay) in overlays.iter().enumerate() {
            let mut problems: Vec<Problem> =
                wrong.iter().filter(|wrong| wrong.overlay == number).map(|wrong| overlay.placed(wrong)).collect();
            problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
            if !problems.is_empty() {
                faults.push(Faults { text: overlay.forest.text.clone(), problems });
            }
        }
        faults
    })
}

fn read(plain: &Schema, path: &Path) -> Result<Read, ConfigError> {
    let mut forest = Forest { text: config::text_of(path)?, ..Forest::default() };
    let problem =
        |span, message: &str, help: &str| Problem { path: path.to_owned(), span, message: message.to_owned(), help: help.to_owned() };
    if let Err(fault) = json::plant(&mut forest, 0, Shape::Any, FIELD_NONE, plain) {
        let help = "an overlay is written as JSON; docs/schema.md shows one";
        let problems = vec![problem(fault.span, &fault.problem.to_string(), help)];
        return Err(ConfigError::Problems { text: forest.text, problems });
    }
    if !forest.repeated.is_empty() {
        let twice = |at: &u32| problem(forest.key_span(*at).unwrap_or_default(), "this key is written twice", "keep one of the two");
        let problems = forest.repeated.iter().map(twice).collect();
        return Err(ConfigError::Problems { text: forest.text, problems });
    }
    // It was just read as JSON: only the byte-order mark is left aside.
    let value = serde_json::from_str(forest.text.strip_prefix('\u{feff}').unwrap_or(&forest.text)).unwrap_or_default();
    Ok(Read { path: path.to_owned(), forest, value })
}

impl Read {
    fn placed(&self, wrong: &Wrong) -> Problem {
        let mut at = self.forest.trees.first().map_or(0, |tree| tree.root);
        for step in &wrong.at {
            let mut children = self.forest.children(at);
            let next = match self.forest.node(at).kind {
                Kind::Object => children.find(|child| self.forest.key(*child).is_some_and(|key| key == *step)),
                _ => step.parse::<usize>().ok().and_then(|number| children.nth(number)),
            };
            let Some(next) = next else { break };
            at = next;
        }
        let node = self.forest.node(at);
        // Of an object or list its first byte is enough: the whole would be no place.
        let value = Span::new(node.start, if node.is_container() { node.start + 1 } else { node.end });
        let span = if wrong.key { self.forest.key_span(at).unwrap_or(value) } else { value };
        Problem { path: self.path.clone(), span, message: wrong.message.clone(), help: wrong.help.clone() }
    }
}
