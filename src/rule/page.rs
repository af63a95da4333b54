//! A page: its name, its front matter by key, and its text when that is asked for.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::front::{self, Scalar, Style, Yaml};
use super::{Embedded, PAGES};
use crate::limits;
use crate::text::{self, Span};

/// What is wrong with a page, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageProblem {
    /// The page's name.
    pub page: String,
    /// The file, if it was read from one.
    pub path: Option<PathBuf>,
    /// The bytes at fault.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
}

/// Where a page's text is.
#[derive(Clone, Debug)]
enum Text {
    Built(&'static Embedded),
    Read(Arc<str>),
}

/// A rule's or definition's page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its name: the path without its ending.
    pub name: Arc<str>,
    /// Its title.
    pub title: String,
    /// The file that it was read from.
    pub path: Option<PathBuf>,
    /// Its front matter.
    pub front: Yaml,
    text: Text,
}

const DEFINITIONS: &str = "definitions/";

/// The key of earlier names.
pub const FORMERLY: &str = "formerly";
/// The key by which an organisation's page says that it stands in the place of the built-in one.
pub const REPLACES: &str = "replaces";

/// What encloses a place of a page that somebody has yet to fill, as `havesay new rule` writes it.
const BLANK: (&str, &str) = ("<<", ">>");

impl Page {
    /// The built-in pages.
    ///
    /// # Errors
    /// What is wrong with those that could not be read.
    pub fn built_in() -> (Vec<Page>, Vec<PageProblem>) {
        let mut pages = Vec::with_capacity(PAGES.len());
        let mut problems = Vec::new();
        for embedded in PAGES {
            match front::unpack(embedded.front) {
                Some(front) => pages.push(Page {
                    name: Arc::from(embedded.name),
                    title: embedded.title.to_owned(),
                    path: None,
                    front,
                    text: Text::Built(embedded),
                }),
                None => problems.push(PageProblem {
                    page: embedded.name.to_owned(),
                    path: None,
                    span: Span::default(),
                    message: "the page's front matter cannot be read".to_owned(),
                    help: String::new(),
                }),
            }
        }
        (pages, problems)
    }

    /// The pages of a folder, in the order of their names.
    pub fn of_folder(folder: &Path) -> (Vec<Page>, Vec<PageProblem>) {
        let (mut pages, mut problems) = (Vec::new(), Vec::new());
        let mut files = Vec::new();
        let mut open = vec![folder.to_owned()];
        while let Some(here) = open.pop() {
            let Ok(entries) = std::fs::read_dir(&here) else {
                problems.push(PageProblem {
                    page: String::new(),
                    path: Some(here),
                    span: Span::default(),
                    message: "the rule folder cannot be read".to_owned(),
                    help: "check the path in havesay.toml or HAVESAY_RULES".to_owned(),
                });
                continue;
            };
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|ending| ending == "md")
                    && !path.file_name().is_some_and(|name| name.eq_ignore_ascii_case("README.md"))
                {
                    files.push(path);
                }
            }
        }
        files.sort();
        for path in files {
            let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
            let name = name.components().map(|part| text::from_bytes(part.as_os_str().as_encoded_bytes())).collect::<Vec<_>>().join("/");
            let problem = |message: &str| PageProblem {
                page: name.clone(),
                path: Some(path.clone()),
                span: Span::default(),
                message: message.to_owned(),
                help: String::new(),
            };
            let size = std::fs::metadata(&path).map_or(0, |known| known.len());
            if size > limits::PAGE_BYTES_MAX {
                problems.push(problem("the page is larger than a page may be"));
                continue;
            }
            match std::fs::read_to_string(&path) {
                Err(_) => problems.push(problem("the page cannot be read as UTF-8 text")),
                Ok(text) => match Page::read(&name, &text) {
                    Ok(page) => pages.push(Page { path: Some(path.clone()), ..page }),
                    Err(broken) => problems.push(PageProblem { path: Some(path.clone()), ..broken }),
                },
            }
        }
        (pages, problems)
    }

    /// Reads a page from its text.
    ///
    /// # Errors
    /// Where its front matter cannot be read.
    pub fn read(name: &str, text: &str) -> Result<Page, PageProblem> {
        match front::split(text) {
            Ok(parts) => Ok(Page {
                name: Arc::from(name),
                title: parts.body.0.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().trim().to_owned(),
                path: None,
                front: parts.front,
                text: Text::Read(Arc::from(text)),
            }),
            Err(broken) => Err(PageProblem {
                page: name.to_owned(),
                path: None,
                span: Span::new(broken.at.0, broken.at.1),
                message: broken.message,
                help: String::new(),
            }),
        }
    }

    /// The whole page.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.text {
            Text::Read(text) => Cow::Borrowed(text),
            Text::Built(embedded) => {
                let bytes = miniz_oxide::inflate::decompress_to_vec(embedded.page).unwrap_or_default();
                Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
            }
        }
    }

    /// Whether it is one of the built-in pages, as they were embedded.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self.text, Text::Built(_))
    }

    /// Whether it defines a term rather than a rule.
    #[must_use]
    pub fn is_definition(&self) -> bool {
        self.name.starts_with(DEFINITIONS)
    }

    /// Whether the engine judges by itself what the page describes.
    #[must_use]
    pub fn is_built_in_check(&self) -> bool {
        matches!(&self.front, Yaml::Map(keys, _) if keys.iter().any(|(key, _)| key.text == "check"))
    }

    /// The name by which a definition is called.
    #[must_use]
    pub fn call_name(&self) -> String {
        self.name.trim_start_matches(DEFINITIONS).replace('-', "_")
    }

    /// Whether the page says that it stands in the place of the built-in one of its name.
    #[must_use]
    pub fn replaces(&self) -> Option<&Scalar> {
        match self.top(REPLACES) {
            Some(Yaml::Scalar(scalar)) => Some(scalar),
            _ => None,
        }
    }

    /// The names that the page had before.
    #[must_use]
    pub fn old_names(&self) -> Vec<&Scalar> {
        let names = match self.top(FORMERLY) {
            Some(Yaml::List(list, _)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        names.iter().filter_map(|name| if let Yaml::Scalar(scalar) = name { Some(scalar) } else { None }).collect()
    }

    fn top(&self, key: &str) -> Option<&Yaml> {
        match &self.front {
            Yaml::Map(entries, _) => entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether something on it is still to be filled. Built-in pages are complete.
    #[must_use]
    pub fn has_blanks(&self) -> bool {
        matches!(&self.text, Text::Read(text) if blanks(text).next().is_some())
    }

    /// What is still to be filled, each with its place and what to write there.
    #[must_use]
    pub fn blanks(&self) -> Vec<PageProblem> {
        let Text::Read(text) = &self.text else { return Vec::new() };
        blanks(text)
            .map(|(at, what)| PageProblem {
                help: "write that in the place of the marks and what stands between them".to_owned(),
                ..self.problem(at, format!("a blank is not filled: {what}"))
            })
            .collect()
    }

    /// A problem at a place of the page.
    #[must_use]
    pub fn problem(&self, span: Span, message: impl Into<String>) -> PageProblem {
        PageProblem { page: self.name.to_string(), path: self.path.clone(), span, message: message.into(), help: String::new() }
    }

    /// The keys of the front matter, refusing unknown ones.
    ///
    /// # Errors
    /// Where the front matter is no map or has a key that is not known.
    pub fn keys<'p>(&'p self, value: &'p Yaml, known: &[&str]) -> Result<Keys<'p>, Vec<PageProblem>> {
        let Yaml::Map(entries, _) = value else { return Err(vec![self.problem(span(value.at()), "keys with values are expected here")]) };
        let mut problems = Vec::new();
        for (key, _) in entries {
            if !known.contains(&key.text.as_str()) {
                let near =
                    text::nearest(&key.text, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean {near}?"));
                problems.push(self.problem(span(key.at), format!("{} is not a key of a page{near}", key.text)));
            }
        }
        if problems.is_empty() { Ok(Keys { page: self, entries }) } else { Err(problems) }
    }
}

/// The places of a text that are still to be filled, and what is wanted there.
fn blanks(text: &str) -> impl Iterator<Item = (Span, &str)> {
    text.match_indices(BLANK.0).filter_map(|(start, _)| {
        let inner = text.get(start + BLANK.0.len()..)?;
        let line = inner.split('\n').next().unwrap_or("");
        let length = line.find(BLANK.1).filter(|length| *length > 0)?;
        let end = start + BLANK.0.len() + length + BLANK.1.len();
        Some((Span::new(start as u32, end as u32), line.get(..length)?))
    })
}

/// Bytes of a page as a span.
#[must_use]
pub fn span(at: front::Bytes) -> Span {
    Span::new(at.0, at.1)
}

/// The keys of a map in the front matter.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'p> {
    /// The page.
    pub page: &'p Page,
    /// The entries in order.
    pub entries: &'p [(Scalar, Yaml)],
}

impl<'p> Keys<'p> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'p Yaml> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value)
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self, key: &str) -> Option<&'p Scalar> {
        self.entries.iter().map(|(known, _)| known).find(|known| known.text == key)
    }

    /// The text of a key.
    ///
    /// # Errors
    /// Where it is no text.
    pub fn text(&self, key: &str) -> Result<Option<&'p Scalar>, PageProblem> {
        match self.get(key) {
            None => Ok(None),
            Some(Yaml::Scalar(scalar)) if scalar.style != Style::Special && !(scalar.text.is_empty() && scalar.style == Style::Plain) => {
                Ok(Some(scalar))
            }
            Some(Yaml::Scalar(scalar)) => Err(self
                .page
                .problem(self.key(key).map_or(span(scalar.at), |key| span(key.at)), format!("{key} has no value{}", quoted_hint(key)))),
            Some(other) => Err(self.page.problem(span(other.at()), format!("{key} is a text"))),
        }
    }

    /// The expression of a key: in double quotes without escapes, a literal block, or a plain scalar that YAML reads as it is meant.
    ///
    /// # Errors
    /// Where it is written in a way that YAML reads differently.
    pub fn expression(&self, key: &str) -> Result<Option<&'p Scalar>, PageProblem> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => expression(self.page, key, value).map(Some),
        }
    }

    /// A list of texts, or one text.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn texts(&self, key: &str) -> Result<Vec<&'p Scalar>, PageProblem> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Yaml::Scalar(scalar)) => Ok(vec![scalar]),
            Some(Yaml::List(list, _)) => list
                .iter()
                .map(|value| match value {
                    Yaml::Scalar(scalar) => Ok(scalar),
                    other => Err(self.page.problem(span(other.at()), format!("{key} is a list of texts"))),
                })
                .collect(),
            Some(other) => Err(self.page.problem(span(other.at()), format!("{key} is a list of texts"))),
        }
    }
}

fn quoted_hint(key: &str) -> String {
    format!("; write {key}: \"…\" in double quotes, or {key}: | and the text on the next line")
}

/// An expression as it stands in the front matter.
///
/// # Errors
/// Where YAML reads something else than what is written.
pub fn expression<'p>(page: &'p Page, key: &str, value: &'p Yaml) -> Result<&'p Scalar, PageProblem> {
    let Yaml::Scalar(scalar) = value else {
        return Err(page.problem(span(value.at()), format!("{key} is an expression{}", quoted_hint(key))));
    };
    let refuse = |why: &str| Err(page.problem(span(scalar.at), format!("{key} {why}{}", quoted_hint(key))));
    match scalar.style {
        Style::Special => refuse("has a tag, an anchor or an alias, and YAML takes it for something else"),
        Style::Folded => refuse("is a folded block, in which lines run together"),
        Style::Escaped => refuse("has escapes"),
        Style::Single => refuse("is in single quotes, which expressions use themselves"),
        Style::Plain if scalar.text.is_empty() => refuse("has no value"),
        Style::Plain => {
            let starts = scalar.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '(');
            if !starts || scalar.commented || scalar.text.contains(" #") || scalar.text.contains(": ") || scalar.text.contains('{') {
                return refuse("must be quoted, because YAML would read it differently");
            }
            Ok(scalar)
        }
        Style::Double | Style::Literal => Ok(scalar),
    }
}
