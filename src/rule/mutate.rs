//! The small changes that can be made to a page: each makes another rule, which some example must tell from
//! the one that is meant.
//!
//! What is changed is the front matter as it was read; whether the changed page still makes sense is for the
//! compiler to say, and whether an example notices for those who run them. [`expression`] changes expressions,
//! this file the rest: bounds of parameters, stages, profiles, entries of lists.
//!
//! A change that makes no difference is declared on the page, with the reason, under the key `equivalent`.
//! A declaration names the change in the words in which it is reported, not its place, so that it holds when
//! the page grows.

pub mod expression;
#[cfg(test)]
mod tests;

use super::compile::literal;
use super::expression::parse::parse;
use super::expression::template;
use super::expression::value::Value;
use super::front::{Scalar, Style, Yaml};
use super::page::{Page, span};
use crate::schema::{Schema, form};
use crate::text::Span;

/// A change to a page.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Where in the page.
    pub span: Span,
    /// What is done, in words.
    pub words: &'static str,
    /// The way to what is changed in the front matter.
    path: Vec<usize>,
    /// By what it may be replaced, and the change as it is then reported and declared: "`x` becomes `y`".
    values: Vec<(New, String)>,
}

#[derive(Clone, Debug)]
enum New {
    /// An expression, or a text with expressions in it: how it is quoted no longer matters.
    Expression(String),
    /// A value, written as the one before it was.
    Value(String),
    Gone,
}

/// A declaration that a change makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Where in the page.
    pub span: Span,
    /// The change.
    pub change: String,
    /// Why it makes no difference.
    pub reason: String,
}

impl Mutant {
    /// The page with the change, in each of the ways in which it may be made, of which the first that makes
    /// sense is meant; and the change, as it is reported and declared.
    pub fn pages<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = (Page, &'a str)> + 'a {
        self.values.iter().filter_map(|(value, change)| {
            let mut changed = page.clone();
            put(&mut changed.front, &self.path, value)?;
            Some((changed, change.as_str()))
        })
    }
}

/// Puts a value in the place at the end of a path.
fn put(root: &mut Yaml, path: &[usize], value: &New) -> Option<()> {
    let (step, rest) = path.split_first()?;
    if rest.is_empty() && matches!(value, New::Gone) {
        match root {
            Yaml::List(list, _) if *step < list.len() => drop(list.remove(*step)),
            Yaml::Map(map, _) if *step < map.len() => drop(map.remove(*step)),
            _ => return None,
        }
        return Some(());
    }
    let next = match root {
        Yaml::List(list, _) => list.get_mut(*step)?,
        Yaml::Map(map, _) => &mut map.get_mut(*step)?.1,
        Yaml::Scalar(_) => return None,
    };
    match (rest.is_empty(), value, next) {
        (true, New::Expression(text) | New::Value(text), Yaml::Scalar(scalar)) => {
            scalar.text.clone_from(text);
            scalar.lines.clear();
            if matches!(value, New::Expression(_)) {
                scalar.style = Style::Double;
            }
        }
        (false, _, next) => return put(next, rest, value),
        _ => return None,
    }
    Some(())
}

/// What a page declares to make no difference.
#[must_use]
pub fn declared(page: &Page) -> Vec<Declared> {
    let Yaml::Map(keys, _) = &page.front else { return Vec::new() };
    let Some((_, Yaml::List(list, _))) = keys.iter().find(|(key, _)| key.text == EQUIVALENT) else { return Vec::new() };
    let entry = |item: &Yaml| {
        let Yaml::Map(entries, at) = item else { return None };
        let text = |name: &str| {
            entries.iter().find(|(key, _)| key.text == name).and_then(|(_, value)| match value {
                Yaml::Scalar(scalar) => Some(plain(&scalar.text)),
                _ => None,
            })
        };
        Some(Declared { span: span(*at), change: text("change")?, reason: text("reason")? })
    };
    list.iter().filter_map(entry).collect()
}

/// The key under which a page declares them.
pub const EQUIVALENT: &str = "equivalent";

/// A text with every run of blanks and line ends as one blank.
#[must_use]
pub fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All changes to a page, in the order of their places; none where the engine judges by itself.
#[must_use]
pub fn mutants(page: &Page, schema: &Schema) -> Vec<Mutant> {
    if page.is_built_in_check() {
        return Vec::new();
    }
    let mut maker = Maker { schema, found: Vec::new(), path: Vec::new() };
    maker.page(&page.front, page.is_definition());
    let mut found = maker.found;
    found.sort_by_key(|mutant| (mutant.span.start, std::cmp::Reverse(mutant.span.end)));
    found
}

struct Maker<'s> {
    schema: &'s Schema,
    found: Vec<Mutant>,
    path: Vec<usize>,
}

impl Maker<'_> {
    /// Goes one step down.
    fn at(&mut self, step: usize, inner: impl FnOnce(&mut Self)) {
        self.path.push(step);
        inner(self);
        self.path.pop();
    }

    fn add(&mut self, span: Span, change: String, words: &'static str, value: New) {
        self.any(span, words, vec![(value, change)]);
    }

    /// Several ways, of which one is taken.
    fn any(&mut self, span: Span, words: &'static str, values: Vec<(New, String)>) {
        self.found.push(Mutant { span, words, path: self.path.clone(), values });
    }

    fn page(&mut self, front: &Yaml, definition: bool) {
        let Yaml::Map(keys, _) = front else { return };
        for (at, (key, value)) in keys.iter().enumerate() {
            self.at(at, |maker| match key.text.as_str() {
                "let" => maker.each(value, |maker, _, value| maker.expression(value, true)),
                "expression" => maker.expression(value, true),
                "params" => maker.each(value, |maker, name, value| maker.parameter(&name.text, value)),
                "profiles" => maker.each(value, |maker, name, value| maker.profile(&name.text, value)),
                "from" => maker.stage(value),
                "yields_to" => maker.entries("yields_to", value, 1),
                "subject" => maker.entries("subject", value, 2),
                "cases" => {
                    let Yaml::List(blocks, _) = value else { return };
                    for (at, block) in blocks.iter().enumerate() {
                        maker.at(at, |maker| {
                            maker.each(block, |maker, key, value| maker.judgement(&key.text, key, value));
                        });
                    }
                }
                _ if !definition => maker.judgement(&key.text, key, value),
                _ => {}
            });
        }
    }

    /// Walks the entries of a map.
    fn each(&mut self, map: &Yaml, mut inner: impl FnMut(&mut Self, &Scalar, &Yaml)) {
        let Yaml::Map(entries, _) = map else { return };
        for (at, (name, value)) in entries.iter().enumerate() {
            self.at(at, |maker| inner(maker, name, value));
        }
    }

    /// A key that a page and its cases share.
    fn judgement(&mut self, name: &str, key: &Scalar, value: &Yaml) {
        match name {
            "when" => {
                self.add(span(key.at), "without when".to_owned(), "condition left out", New::Gone);
                self.expression(value, true);
            }
            "assert" => self.expression(value, true),
            "at" => self.place(value),
            "message" => self.template(value),
            "subject" => self.entries("subject", value, 2),
            "evidence" => {
                let Yaml::List(list, _) = value else { return };
                for (at, item) in list.iter().enumerate() {
                    self.at(at, |maker| {
                        if let Yaml::Map(entries, at) = item {
                            let that = entries.iter().find(|(key, _)| key.text == "that").map(|(_, that)| that);
                            let text = if let Some(Yaml::Scalar(that)) = that { plain(&that.text) } else { String::new() };
                            maker.add(span(*at), format!("without evidence {text}"), "condition left out", New::Gone);
                        }
                        maker.each(item, |maker, key, value| match key.text.as_str() {
                            "that" => maker.expression(value, true),
                            "else" => maker.template(value),
                            _ => {}
                        });
                    });
                }
            }
            "also" => {
                let Yaml::List(list, _) = value else { return };
                for (at, item) in list.iter().enumerate() {
                    self.at(at, |maker| {
                        maker.each(item, |maker, key, value| {
                            if key.text == "at" {
                                maker.place(value);
                            }
                        });
                    });
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, value: &Yaml, flag: bool) {
        let Yaml::Scalar(scalar) = value else { return };
        self.within(scalar, &scalar.text, 0..scalar.text.len(), flag);
    }

    /// Where a finding points: an arrow is a dot.
    fn place(&mut self, value: &Yaml) {
        let Yaml::Scalar(scalar) = value else { return };
        let text = scalar.text.replace("->", " .");
        self.within(scalar, &text, 0..text.len(), false);
    }

    fn template(&mut self, value: &Yaml) {
        let Yaml::Scalar(scalar) = value else { return };
        for hole in template::holes(&scalar.text) {
            self.within(scalar, &scalar.text, hole.range(), false);
        }
    }

    /// The changes of an expression that is part of a text.
    fn within(&mut self, scalar: &Scalar, text: &str, part: std::ops::Range<usize>, flag: bool) {
        let source = text.get(part.clone()).unwrap_or_default();
        let Ok(ast) = parse(source) else { return };
        let slice = |span: Span| source.get(span.range()).unwrap_or_default();
        for change in expression::changes(source, &ast, flag, self.schema) {
            let (from, to) = (change.span.start as usize, change.span.end as usize);
            let (before, after) = (source.get(..from).unwrap_or_default(), source.get(to..).unwrap_or_default());
            // An arrow in a place was read as a dot.
            let arrows = |told: String| if text == scalar.text { told } else { told.replace(" .", "->") };
            let told = |new: &str| match change.without {
                Some(left_out) => format!("without {}", plain(slice(left_out))),
                None => {
                    let head = slice(Span::new(change.context.start, change.span.start));
                    let tail = slice(Span::new(change.span.end, change.context.end));
                    format!("{} becomes {}", plain(slice(change.context)), plain(&format!("{head}{new}{tail}")))
                }
            };
            let (head, tail) = (text.get(..part.start).unwrap_or_default(), text.get(part.end..).unwrap_or_default());
            let whole = |new: &str| New::Expression(format!("{head}{before}{new}{after}{tail}"));
            let values = change.texts.iter().map(|new| (whole(new), arrows(told(new)))).collect();
            let place = |byte: u32| scalar.place(part.start as u32 + byte);
            let at = change.without.unwrap_or(change.span);
            self.any(Span::new(place(at.start), place(at.end)), change.words, values);
        }
    }

    /// The first stage, one earlier and one later.
    fn stage(&mut self, value: &Yaml) {
        let Yaml::Scalar(scalar) = value else { return };
        let words: Vec<&str> = self.schema.vocabulary(self.schema.stages).into_iter().flat_map(|known| known.choices()).collect();
        let Some(at) = words.iter().position(|word| *word == scalar.text) else { return };
        for (step, what) in [(-1, "one stage earlier"), (1, "one stage later")] {
            if let Some(word) = at.checked_add_signed(step).and_then(|at| words.get(at)) {
                let change = format!("from {} becomes from {word}", scalar.text);
                self.add(span(scalar.at), change, what, New::Value((*word).to_owned()));
            }
        }
    }

    /// Each entry of a list left out, where so many are there.
    fn entries(&mut self, key: &str, value: &Yaml, least: usize) {
        match value {
            Yaml::List(list, _) if list.len() >= least => {
                for (at, item) in list.iter().enumerate() {
                    if let Yaml::Scalar(scalar) = item {
                        self.at(at, |maker| {
                            maker.add(span(scalar.at), format!("without {key} {}", scalar.text), "entry left out", New::Gone);
                        });
                    }
                }
            }
            Yaml::Scalar(scalar) if least < 2 => {
                self.add(span(scalar.at), format!("without {key} {}", scalar.text), "entry left out", New::Gone);
            }
            _ => {}
        }
    }

    /// The default of a parameter.
    fn parameter(&mut self, name: &str, value: &Yaml) {
        let Yaml::Map(entries, _) = value else { return };
        for (at, (key, value)) in entries.iter().enumerate() {
            if key.text == "default" {
                self.at(at, |maker| maker.value(&format!("params.{name}"), value, &[]));
            }
        }
    }

    /// A number moved, a flag turned, a word replaced, an entry left out.
    fn value(&mut self, name: &str, value: &Yaml, beside: &[&str]) {
        match value {
            Yaml::List(list, _) => {
                let words: Vec<&str> =
                    list.iter().filter_map(|item| if let Yaml::Scalar(word) = item { Some(word.text.as_str()) } else { None }).collect();
                for (at, item) in list.iter().enumerate() {
                    let Yaml::Scalar(scalar) = item else { continue };
                    self.at(at, |maker| {
                        if list.len() > 1 {
                            maker.add(span(scalar.at), format!("{name} without {}", scalar.text), "entry left out", New::Gone);
                        }
                        maker.value(name, item, &words);
                    });
                }
            }
            Yaml::Scalar(scalar) => {
                let texts: Vec<(String, &'static str)> = match literal(scalar) {
                    Value::Flag(flag) => vec![((!flag).to_string(), "turned round")],
                    Value::Number(_) => expression::nearby(&scalar.text),
                    Value::Date(day) => {
                        vec![(form::day_text(day.first - 1), "a day earlier"), (form::day_text(day.first + 1), "a day later")]
                    }
                    _ => {
                        let told = |word: &str| format!("{name} {} becomes {word}", scalar.text);
                        let words = expression::instead(self.schema, &scalar.text, beside);
                        let values: Vec<_> = words.iter().map(|word| (New::Value((*word).to_owned()), told(word))).collect();
                        if !values.is_empty() {
                            self.any(span(scalar.at), "another word", values);
                        }
                        return;
                    }
                };
                for (text, words) in texts {
                    let change = format!("{name} {} becomes {text}", scalar.text);
                    self.add(span(scalar.at), change, words, New::Value(text));
                }
            }
            Yaml::Map(..) => {}
        }
    }

    fn profile(&mut self, name: &str, value: &Yaml) {
        let Yaml::Map(entries, _) = value else { return };
        for (at, (key, value)) in entries.iter().enumerate() {
            self.at(at, |maker| match key.text.as_str() {
                "off" => {
                    maker.add(span(key.at), format!("without profiles.{name}.off"), "profile left out", New::Gone);
                }
                "when" => {
                    maker.add(span(key.at), format!("without profiles.{name}.when"), "condition left out", New::Gone);
                    maker.expression(value, true);
                }
                "params" => {
                    maker.each(value, |maker, param, value| maker.value(&format!("profiles.{name}.params.{}", param.text), value, &[]));
                }
                _ => {}
            });
        }
    }
}
