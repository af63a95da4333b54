//! The sources that pages rest on, from `rules/sources.yaml`.

use super::front::{self, Yaml};

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
