//! The body of a page: title, sections, and the examples that are its tests.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::text::Span;

/// A worked example.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// Its heading: the expected verdict, a colon, and what it shows.
    pub heading: String,
    /// Where the heading stands in the page.
    pub span: Span,
    /// Its files.
    pub files: Vec<ExampleFile>,
    /// The quoted lines.
    pub quotes: Vec<(String, Span)>,
}

/// A file of an example.
#[derive(Clone, Debug)]
pub struct ExampleFile {
    /// The words after the fence: the kind, a path, settings such as `as-of=2026-03-01`.
    pub info: String,
    /// What is in it.
    pub content: String,
    /// Where it begins in the page.
    pub span: Span,
}

/// The examples of a page.
#[must_use]
pub fn examples(page: &str) -> Vec<Example> {
    let start = body_start(page);
    let body = page.get(start..).unwrap_or("");
    let mut found: Vec<Example> = Vec::new();
    let mut within = false;
    let mut heading: Option<(HeadingLevel, String, Span)> = None;
    let mut block: Option<ExampleFile> = None;
    let place = |range: &std::ops::Range<usize>| Span::new((start + range.start) as u32, (start + range.end) as u32);
    for (event, range) in Parser::new_ext(body, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new(), place(&range))),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, text, span)) = heading.take() {
                    if level == HeadingLevel::H2 {
                        within = text.trim() == "Examples";
                    } else if level == HeadingLevel::H3 && within {
                        found.push(Example { heading: text.trim().to_owned(), span, ..Example::default() });
                    }
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if within => {
                block = Some(ExampleFile { info: info.to_string(), content: String::new(), span: place(&range) });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(block), Some(example)) = (block.take(), found.last_mut()) {
                    example.files.push(block);
                }
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(block) = block.as_mut() {
                    block.content.push_str(&text);
                } else if let Some((_, heading, _)) = heading.as_mut() {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    // The quotes as written: Markdown would take a bracket or an asterisk for its own.
    quotes_as_written(page, start, &mut found);
    found
}

fn quotes_as_written(page: &str, start: usize, found: &mut [Example]) {
    let mut at = start;
    let mut fence = false;
    for line in page.get(start..).unwrap_or("").split_inclusive('\n') {
        let text = line.trim_end();
        if text.trim_start().starts_with("```") {
            fence = !fence;
        } else if let Some(quoted) = text.strip_prefix('>').filter(|_| !fence) {
            let owner = found.iter_mut().rev().find(|example| (example.span.start as usize) < at);
            if let Some(example) = owner
                && !quoted.trim().is_empty()
            {
                let quoted = quoted.trim();
                let from = at + text.len() - quoted.len();
                example.quotes.push((quoted.to_owned(), Span::new(from as u32, (from + quoted.len()) as u32)));
            }
        }
        at += line.len();
    }
}

fn body_start(page: &str) -> usize {
    super::front::split(page).map_or(0, |parts| parts.body.1 as usize)
}

/// The page's prose from its title to its examples.
#[must_use]
pub fn prose(page: &str) -> &str {
    let body = page.get(body_start(page)..).unwrap_or("");
    body.split_once("\n## Examples").map_or(body, |(prose, _)| prose).trim()
}

/// What follows a page's prose: its examples, with their heading.
#[must_use]
pub fn proof(page: &str) -> &str {
    let body = page.get(body_start(page)..).unwrap_or("");
    body.find("\n## Examples").map_or("", |at| body.get(at..).unwrap_or("")).trim()
}

/// How the sentence begins that says what a rule infers and records do not prove.
pub const LIMIT: &str = "Records cannot show";

/// What records cannot prove of that which a rule infers: the sentence of its section on when it is wrong that
/// begins with [`LIMIT`]. A rule that only compares what is written has none.
#[must_use]
pub fn limit(page: &str) -> Option<&str> {
    let (_, section) = prose(page).split_once("\n## When this is wrong\n")?;
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let text = section.get(section.find(LIMIT)?..)?;
    let end = [". ", ".\n"].iter().filter_map(|end| text.find(end)).min().map_or(text.len(), |end| end + 1);
    text.get(..end).map(str::trim)
}

/// The first paragraph of a piece of prose, as plain text.
#[must_use]
pub fn opening(prose: &str) -> String {
    let mut text = String::new();
    for event in Parser::new_ext(prose, Options::empty()) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => break,
            _ => {}
        }
    }
    text
}

/// The first sentence of a section.
#[must_use]
pub fn first_sentence<'p>(page: &'p str, section: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("\n## {section}\n"))?;
    let text = rest.trim_start();
    let end = text.find(". ").or_else(|| text.find(".\n")).unwrap_or(text.find('\n').unwrap_or(text.len()));
    text.get(..end)
}
