//! The sources that pages rest on, from `rules/sources.yaml`.

use super::front::{self, Yaml};
use super::page::{Page, PageProblem, span};
use crate::text;

/// A source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its title.
    pub title: String,
    /// Its authors or publisher.
    pub by: String,
    /// Its year.
    pub year: String,
    /// Where it is.
    pub address: String,
}

/// Reads the list of sources: key and entry, in order.
#[must_use]
pub fn read(yaml: &str) -> Vec<(String, Source)> {
    let page = format!("---\n{yaml}\n---\n");
    let Ok(parts) = front::split(&page) else { return Vec::new() };
    let Yaml::Map(entries, _) = parts.front else { return Vec::new() };
    entries
        .into_iter()
        .filter_map(|(key, value)| {
            let Yaml::Map(fields, _) = value else { return None };
            let mut source = Source::default();
            for (name, value) in fields {
                let Yaml::Scalar(value) = value else { continue };
                match name.text.as_str() {
                    "title" => source.title = value.text,
                    "by" => source.by = value.text,
                    "year" => source.year = value.text,
                    "address" => source.address = value.text,
                    _ => {}
                }
            }
            Some((key.text, source))
        })
        .collect()
}

/// The keys of the sources that a page names.
#[must_use]
pub fn named(page: &Page) -> Vec<&str> {
    let Yaml::Map(keys, _) = &page.front else { return Vec::new() };
    let named = match keys.iter().find(|(key, _)| key.text == "sources") {
        Some((_, Yaml::List(list, _))) => list.as_slice(),
        Some((_, one)) => std::slice::from_ref(one),
        None => &[],
    };
    named.iter().filter_map(|value| if let Yaml::Scalar(key) = value { Some(key.text.as_str()) } else { None }).collect()
}

/// The sources that a page names and that nobody knows.
#[must_use]
pub fn unknown(page: &Page, known: &[String]) -> Vec<PageProblem> {
    let Yaml::Map(keys, _) = &page.front else { return Vec::new() };
    let Some((_, named)) = keys.iter().find(|(key, _)| key.text == "sources") else { return Vec::new() };
    let named = match named {
        Yaml::List(list, _) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let problem = |value: &Yaml| match value {
        // A source that is described on the page itself.
        Yaml::Map(..) | Yaml::List(..) => None,
        Yaml::Scalar(key) if known.contains(&key.text) => None,
        Yaml::Scalar(key) => {
            let help = text::nearest(&key.text, known.iter().map(String::as_str))
                .map_or_else(|| "name one of sources.yaml, or add it there".to_owned(), |near| format!("did you mean {near}?"));
            Some(PageProblem { help, ..page.problem(span(key.at), format!("there is no source {}", key.text)) })
        }
    };
    named.iter().filter_map(problem).collect()
}
