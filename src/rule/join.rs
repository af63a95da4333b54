//! Adds an organisation's pages to the built-in ones. A page stands in the place of another only by saying so.
//!
//! What a page means is not known here, nor where folders are named.

use std::collections::BTreeSet;

use super::front::{Scalar, Yaml};
use super::page::{Page, PageProblem, REPLACES, span};
use crate::text::{self, Span};

/// The pages of all folders with the built-in ones, and what is wrong with how they come together. A page that
/// is refused is left out.
#[must_use]
pub fn join(built_in: Vec<Page>, folders: Vec<Vec<Page>>) -> (Vec<Page>, Vec<PageProblem>) {
    let mut pages = built_in;
    let mut problems = Vec::new();
    let mut added: BTreeSet<String> = BTreeSet::new();
    for page in folders.into_iter().flatten() {
        match place(&pages, &added, &page) {
            Err(problem) => problems.push(problem),
            Ok(at) => {
                added.insert(page.name.to_string());
                match at.and_then(|at| pages.get_mut(at)) {
                    Some(known) => *known = page,
                    None => pages.push(page),
                }
            }
        }
    }
    (pages, problems)
}

/// Where a page goes: in the place of a built-in one, or nowhere in particular.
fn place(pages: &[Page], added: &BTreeSet<String>, page: &Page) -> Result<Option<usize>, PageProblem> {
    let problem = |at: Span, message: String, help: &str| PageProblem { help: help.to_owned(), ..page.problem(at, message) };
    let noun = if page.is_definition() { "definition" } else { "rule" };
    let name = page.name.trim_start_matches("definitions/");
    let replaces = page.replaces();
    if let Some(word) = replaces.filter(|word| word.text != "true") {
        let help = "remove it where the page has a name of its own";
        return Err(problem(span(word.at), format!("{REPLACES} can only be true"), help));
    }
    let known = pages.iter().position(|known| known.name == page.name);
    match (known.and_then(|at| pages.get(at)), replaces) {
        (Some(_), _) if added.contains(&*page.name) => {
            let help = "keep one of the two, or give this one another name";
            Err(problem(Span::default(), format!("a page of another folder of yours is called {name} already"), help))
        }
        (Some(_), None) => {
            let help = "give the page another name; to change only the severity or the numbers of that one, say so in havesay.toml; to put this page in its place, write replaces: true in its front matter";
            Err(problem(Span::default(), format!("there is a {noun} {name} already"), help))
        }
        (Some(known), Some(word)) => fits(known, page, word).map(|()| known_at(pages, page)),
        (None, Some(word)) => {
            let near = text::nearest(&page.name, pages.iter().map(|known| &*known.name));
            let help = near.map_or_else(
                || format!("remove {REPLACES}, or name the file after the {noun} that is meant"),
                |near| format!("did you mean {near}?"),
            );
            Err(problem(span(word.at), format!("there is no built-in {noun} {name} to replace"), &help))
        }
        (None, None) => match built_in(page) {
            Some(check) => {
                let help = "write what must hold, with assert";
                Err(problem(span(check.at), "only built-in rules are judged by the program itself".to_owned(), help))
            }
            None => Ok(None),
        },
    }
}

fn known_at(pages: &[Page], page: &Page) -> Option<usize> {
    pages.iter().position(|known| known.name == page.name)
}

fn top<'p>(page: &'p Page, key: &str) -> Option<&'p Yaml> {
    match &page.front {
        Yaml::Map(entries, _) => entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value),
        _ => None,
    }
}

/// What says that the program itself judges a page's rule.
fn built_in(page: &Page) -> Option<&Scalar> {
    match top(page, "check") {
        Some(Yaml::Scalar(scalar)) => Some(scalar),
        _ => None,
    }
}

/// Whether a page can stand in the place of another: what uses that one must find it as before.
fn fits(known: &Page, page: &Page, word: &Scalar) -> Result<(), PageProblem> {
    let problem = |message: String, help: String| PageProblem { help, ..page.problem(span(word.at), message) };
    if built_in(known).is_some() != built_in(page).is_some() {
        return Err(match built_in(known) {
            Some(_) => problem(
                format!("the program itself judges {}", known.name),
                "keep check: built-in, and change only its words, its severity or its stage".to_owned(),
            ),
            None => problem(format!("the page of {} says what must hold", known.name), "write assert in the place of check".to_owned()),
        });
    }
    let types = |page| {
        let (takes, gives) = signature(page);
        (takes.into_iter().map(|(_, ty)| ty).collect::<Vec<_>>(), gives)
    };
    if page.is_definition() && types(known) != types(page) {
        let (takes, gives) = signature(known);
        let takes: Vec<String> = takes.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let gives = gives.map_or_else(String::new, |gives| format!(" and gives {gives}"));
        return Err(problem(
            format!("the rules that use {} expect other parameters or another result", known.call_name()),
            format!("it takes {}{gives}: keep that", if takes.is_empty() { "nothing".to_owned() } else { takes.join(", ") }),
        ));
    }
    Ok(())
}

/// What a definition takes and gives, as its page writes it.
fn signature(page: &Page) -> (Vec<(&str, &str)>, Option<&str>) {
    let takes = match top(page, "parameters") {
        Some(Yaml::Map(entries, _)) => entries.iter().filter_map(|(name, ty)| Some((name.text.as_str(), as_text(ty)?))).collect(),
        _ => Vec::new(),
    };
    (takes, top(page, "gives").and_then(as_text))
}

fn as_text(value: &Yaml) -> Option<&str> {
    match value {
        Yaml::Scalar(scalar) => Some(scalar.text.trim()),
        _ => None,
    }
}
