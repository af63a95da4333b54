//! The small changes that can be made to an expression, each as a piece of its text put in another's place.
//!
//! They are found along the syntax tree. What a name means is not known here: whether a changed expression
//! still makes sense is for the checker to say.

use crate::rule::expression::parse::{Ast, Kind, Operator};
use crate::rule::expression::value::Decimal;
use crate::schema::{Schema, form};
use crate::text::Span;

/// A change: the first of the texts with which the expression still makes sense stands in the place of the span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced.
    pub span: Span,
    /// By what: the first that the checker takes.
    pub texts: Vec<String>,
    /// What it is shown in: the comparison or call around it.
    pub context: Span,
    /// What is left out, where that says it best.
    pub without: Option<Span>,
    /// What is done, in words.
    pub words: &'static str,
}

/// All changes of an expression. `flag` says whether it is yes or no as a whole, as far as is known.
#[must_use]
pub fn changes(source: &str, ast: &Ast, flag: bool, schema: &Schema) -> Vec<Change> {
    let mut walker = Walker { source, schema, found: Vec::new() };
    walker.node(ast, ast.span, flag);
    let mut found: Vec<Change> = Vec::with_capacity(walker.found.len());
    for change in walker.found {
        if !found.iter().any(|known| known.span == change.span && known.texts == change.texts) {
            found.push(change);
        }
    }
    found
}

struct Walker<'s> {
    source: &'s str,
    schema: &'s Schema,
    found: Vec<Change>,
}

/// Functions of which another of the same shape is the likely slip.
const SWAPS: [(&str, &str); 17] = [
    ("exists", "all"),
    ("all", "exists"),
    ("exists_one", "exists"),
    ("first", "last"),
    ("last", "first"),
    ("min", "max"),
    ("max", "min"),
    ("sum", "max"),
    ("mean", "median"),
    ("median", "mean"),
    ("at_least", "below"),
    ("below", "at_least"),
    ("upstream", "downstream"),
    ("downstream", "upstream"),
    ("contains", "startsWith"),
    ("startsWith", "contains"),
    ("endsWith", "contains"),
];

/// Functions and macros that are no more than a step between their first argument (or target) and the result.
const STEPS: [&str; 7] = ["sort_by", "distinct", "abs", "otherwise", "lower", "trim", "holm"];

impl Walker<'_> {
    fn text(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or_default()
    }

    fn add(&mut self, span: Span, texts: Vec<String>, context: Span, words: &'static str) {
        self.found.push(Change { span, texts, context, without: None, words });
    }

    fn replace(&mut self, span: Span, text: String, words: &'static str) {
        self.add(span, vec![text], span, words);
    }

    /// A node gives way to what is left of it.
    fn leave(&mut self, span: Span, kept: String, left_out: Span, words: &'static str) {
        self.found.push(Change { span, texts: vec![kept], context: span, without: Some(left_out), words });
    }

    /// Conditions joined by `&&`, or alternatives joined by `||`: each left out in turn.
    fn chain(&mut self, ast: &Ast) {
        let and = matches!(ast.kind, Kind::And(..));
        let (mark, words) = if and { (" && ", "condition left out") } else { (" || ", "alternative left out") };
        let mut links = Vec::new();
        gather(ast, and, &mut links);
        for (at, link) in links.iter().enumerate() {
            let others = links.iter().enumerate().filter(|(other, _)| *other != at);
            let kept: Vec<String> = others.map(|(_, other)| format!("({})", self.text(other.span))).collect();
            let kept = if let [one] = kept.as_slice() { one.clone() } else { format!("({})", kept.join(mark)) };
            self.leave(ast.span, kept, link.span, words);
        }
        for link in links {
            self.node(link, link.span, true);
        }
    }

    /// A word of the text between two places becomes another.
    fn rename(&mut self, context: Span, from: u32, to: u32, old: &str, new: &str, words: &'static str) {
        let between = self.text(Span::new(from, to));
        let Some(at) = between.find(old) else { return };
        let start = from + at as u32;
        self.add(Span::new(start, start + old.len() as u32), vec![new.to_owned()], context, words);
    }

    /// `around` is what a literal is shown in; `flag` whether a yes or no is expected here.
    fn node(&mut self, ast: &Ast, around: Span, flag: bool) {
        let span = ast.span;
        match &ast.kind {
            Kind::Flag(value) => self.add(span, vec![(!value).to_string()], around, "turned round"),
            Kind::Number(digits) => self.number(digits, span, around),
            Kind::Text(text) => self.word(text, span, around, &[]),
            Kind::List(elements) => self.list(elements, span, around),
            Kind::Name(_) => self.opposite(span, flag),
            Kind::Field(base, _) => {
                self.opposite(span, flag);
                self.node(base, around, false);
            }
            Kind::Index(base, key) => {
                self.opposite(span, flag);
                self.node(base, span, false);
                self.node(key, span, false);
            }
            Kind::And(..) | Kind::Or(..) => self.chain(ast),
            Kind::Not(a) => {
                self.add(span, vec![format!("({})", self.text(a.span))], span, "negation left out");
                self.below_not(a);
            }
            Kind::Minus(a) => {
                self.add(span, vec![format!("({})", self.text(a.span))], span, "sign left out");
                self.node(a, span, false);
            }
            Kind::Choice(test, then, otherwise) => {
                let [test_text, a, b] = [test.span, then.span, otherwise.span].map(|span| self.text(span).to_owned());
                self.replace(span, format!("(({test_text}) ? ({b}) : ({a}))"), "branches exchanged");
                self.replace(span, format!("({a})"), "only the first branch kept");
                self.replace(span, format!("({b})"), "only the second branch kept");
                self.node(test, test.span, true);
                self.node(then, span, flag);
                self.node(otherwise, span, flag);
            }
            Kind::Binary(operator, a, b) => self.binary(*operator, a, b, span),
            Kind::Call(name, target, args) => self.call(name, target.as_deref(), args, span, flag),
        }
    }

    /// What stands after a negation: to negate it is what leaving out the negation does.
    fn below_not(&mut self, ast: &Ast) {
        let before = self.found.len();
        self.node(ast, ast.span, true);
        let own = ast.span;
        let mut at = before;
        while let Some(change) = self.found.get(at) {
            if change.span == own && change.words == OPPOSITE {
                self.found.remove(at);
            } else {
                at += 1;
            }
        }
    }

    fn opposite(&mut self, span: Span, flag: bool) {
        if flag {
            self.replace(span, format!("!{}", self.text(span)), OPPOSITE);
        }
    }

    fn binary(&mut self, operator: Operator, a: &Ast, b: &Ast, span: Span) {
        let swaps: &[(&str, &str, &'static str)] = match operator {
            Operator::Equal => &[("==", "!=", "turned round")],
            Operator::Unequal => &[("!=", "==", "turned round")],
            Operator::Less => &[("<", "<=", "made loose"), ("<", ">", "turned round")],
            Operator::LessOrEqual => &[("<=", "<", "made strict"), ("<=", ">=", "turned round")],
            Operator::Greater => &[(">", ">=", "made loose"), (">", "<", "turned round")],
            Operator::GreaterOrEqual => &[(">=", ">", "made strict"), (">=", "<=", "turned round")],
            Operator::Add => &[("+", "-", "added made subtracted")],
            Operator::Subtract => &[("-", "+", "subtracted made added")],
            Operator::Multiply => &[("*", "/", "multiplied made divided")],
            Operator::Divide => &[("/", "*", "divided made multiplied")],
            Operator::Remainder => &[("%", "*", "remainder made product")],
            Operator::In => &[],
        };
        for (old, new, words) in swaps {
            self.rename(span, a.span.end, b.span.start, old, new, words);
        }
        if operator == Operator::In {
            self.replace(span, format!("!({})", self.text(span)), "turned round");
        }
        // What is left of a sum or product without one of its sides.
        if matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide) {
            let kept = format!("({})", self.text(a.span));
            self.leave(span, kept, b.span, "term left out");
        }
        self.node(a, span, false);
        self.node(b, span, false);
    }

    fn call(&mut self, name: &str, target: Option<&Ast>, args: &[Ast], span: Span, flag: bool) {
        self.opposite(span, flag);
        let name_from = target.map_or(span.start, |target| target.span.end);
        let name_to = args.first().map_or(span.end, |arg| arg.span.start);
        for (_, new) in SWAPS.iter().filter(|(old, _)| *old == name) {
            self.rename(span, name_from, name_to, name, new, "another function");
        }
        if STEPS.contains(&name)
            && let Some(kept) = target.or(args.first())
        {
            let text = format!("({})", self.text(kept.span));
            self.replace(span, text, "step left out");
        }
        if matches!(name, "days" | "months")
            && let [a, b] = args
        {
            let text = format!("{name}({}, {})", self.text(b.span), self.text(a.span));
            self.replace(span, text, "dates exchanged");
        }
        if name == "date"
            && let [Ast { kind: Kind::Text(text), span: at }] = args
        {
            for (by, words) in [(-1, "a day earlier"), (1, "a day later")] {
                if let Some((day, form::Precision::Day)) = form::date(text.as_bytes()) {
                    self.add(*at, vec![format!("'{}'", form::day_text(day + by))], span, words);
                }
            }
            return;
        }
        if name == "matches" {
            target.iter().for_each(|target| self.node(target, span, false));
            return;
        }
        if let Some(target) = target {
            self.node(target, span, false);
        }
        match (name, target, args) {
            ("exists" | "all" | "exists_one" | "filter", Some(_), [_, body]) => {
                if !matches!(body.kind, Kind::Flag(_)) {
                    let text = if name == "all" { "false" } else { "true" };
                    let words = if name == "all" { "condition never met" } else { "condition left out" };
                    self.add(body.span, vec![text.to_owned()], span, words);
                }
                self.node(body, span, true);
            }
            ("map" | "sort_by", Some(_), [_, body]) => self.node(body, span, false),
            ("otherwise", None, [path, default]) => {
                self.node(path, span, flag);
                self.node(default, span, flag);
            }
            // What is asked for is a path: it has no value of its own.
            ("has" | "known", None, [path]) => self.node(path, span, false),
            ("at_least" | "below", Some(_), [Ast { kind: Kind::Text(text), span: at }]) => self.bound(text, *at, span),
            _ => args.iter().for_each(|arg| self.node(arg, span, false)),
        }
    }

    /// A number one unit of its last place lower and higher.
    fn number(&mut self, digits: &str, span: Span, around: Span) {
        for (text, words) in nearby(digits) {
            self.add(span, vec![text], around, words);
        }
    }

    /// Another word in the place of a word: the next of its vocabulary that does not stand beside it already.
    fn word(&mut self, text: &str, span: Span, around: Span, beside: &[&str]) {
        let quote = |word: &str| format!("'{word}'");
        let texts: Vec<String> = instead(self.schema, text, beside).iter().map(|word| quote(word)).collect();
        if !texts.is_empty() {
            self.add(span, texts, around, "another word");
        }
    }

    /// The bound of an ordered word, one word lower and higher.
    fn bound(&mut self, text: &str, span: Span, around: Span) {
        for (step, words) in [(-1, "one word lower"), (1, "one word higher")] {
            let texts: Vec<String> = neighbours(self.schema, text, step).iter().map(|word| format!("'{word}'")).collect();
            if !texts.is_empty() {
                self.add(span, texts, around, words);
            }
        }
    }

    fn list(&mut self, elements: &[Ast], span: Span, around: Span) {
        let words: Vec<&str> =
            elements.iter().filter_map(|element| if let Kind::Text(text) = &element.kind { Some(text.as_str()) } else { None }).collect();
        for (at, element) in elements.iter().enumerate() {
            if elements.len() > 1 {
                let kept: Vec<&str> =
                    elements.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, element)| self.text(element.span)).collect();
                let text = format!("[{}]", kept.join(", "));
                self.add(span, vec![text], around, "entry left out");
            }
            match &element.kind {
                Kind::Text(text) => self.word(text, element.span, around, &words),
                _ => self.node(element, around, false),
            }
        }
    }
}

/// The links of a chain of one connective.
fn gather<'a>(ast: &'a Ast, and: bool, out: &mut Vec<&'a Ast>) {
    match &ast.kind {
        Kind::And(a, b) if and => [a, b].into_iter().for_each(|part| gather(part, and, out)),
        Kind::Or(a, b) if !and => [a, b].into_iter().for_each(|part| gather(part, and, out)),
        _ => out.push(ast),
    }
}

const OPPOSITE: &str = "turned into its opposite";

/// A number as it is written, one unit of its last place lower and higher.
#[must_use]
pub fn nearby(digits: &str) -> Vec<(String, &'static str)> {
    let (Some(number), places) = (Decimal::read(digits), digits.split_once('.').map_or(0, |(_, fraction)| fraction.len())) else {
        return Vec::new();
    };
    let unit = 10i128.pow(9 - places.min(9) as u32);
    [(Decimal(number.0 - unit), "lowered"), (Decimal(number.0 + unit), "raised")]
        .into_iter()
        .map(|(number, words)| (number.text(9), words))
        .collect()
}

/// The lists of words in which a word stands.
fn vocabularies<'s>(schema: &'s Schema, word: &str) -> Vec<Vec<&'s str>> {
    let mut all: Vec<Vec<&str>> =
        schema.vocabularies.iter().map(|known| known.words.iter().map(|word| word.text.as_str()).collect()).collect();
    all.push(schema.registers.iter().map(|register| register.name.as_str()).collect());
    all.retain(|words: &Vec<&str>| words.contains(&word));
    all
}

/// The words that may stand for a word: of each vocabulary that has it, those after it, then those before it.
#[must_use]
pub fn instead<'s>(schema: &'s Schema, word: &str, beside: &[&str]) -> Vec<&'s str> {
    let mut found = Vec::new();
    for words in vocabularies(schema, word) {
        let at = words.iter().position(|known| *known == word).unwrap_or(0);
        let turned = words.iter().cycle().skip(at + 1).take(words.len().saturating_sub(1));
        found.extend(turned.filter(|known| !beside.contains(known) && **known != crate::schema::UNKNOWN_WORD).copied());
    }
    found
}

/// The word one step away, in each ordered vocabulary that has the word.
fn neighbours<'s>(schema: &'s Schema, word: &str, step: isize) -> Vec<&'s str> {
    schema
        .vocabularies
        .iter()
        .filter(|known| known.ordered)
        .filter_map(|known| {
            let words: Vec<&str> = known.words.iter().filter(|word| word.ordered).map(|word| word.text.as_str()).collect();
            let at = words.iter().position(|known| *known == word)?;
            words.get(at.checked_add_signed(step)?).copied()
        })
        .collect()
}
