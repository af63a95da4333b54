//! From the text of an expression to a syntax tree with a span at every node.
//!
//! The crate `cel` parses; its tree does not leave this file. Macros are not expanded, so that
//! `exists(c, …)` stays the call that was written.
//!
//! Of the crate's two parsers this is the Pratt parser: the other, which `cel::Env::parser` gives whatever
//! features are on, takes some twenty times as long, and its places end one byte early. In return the Pratt
//! parser always expands macros and keeps the places of nodes to itself where there is no error, which
//! [`parse`] sees to. Both give the same tree (`tests/cel_conformance.rs`).

use cel::ParseErrors;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use cel::parser::PrattParser;
use cel::parser::pratt_parser::{Lexer, Token, TokenKind};

use crate::limits;
use crate::text::Span;

/// Why an expression cannot be used, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the expression's text that are at fault.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

impl Mistake {
    /// A mistake at a place.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// A node of the syntax tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    /// What it is.
    pub kind: Kind,
    /// Where it stands in the expression.
    pub span: Span,
}

/// Operators with two sides that are no connectives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `in`
    In,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Yes or no.
    Flag(bool),
    /// A number as decimal text.
    Number(String),
    /// A text.
    Text(String),
    /// A list written out.
    List(Vec<Ast>),
    /// A name.
    Name(String),
    /// `base.field`
    Field(Box<Ast>, String),
    /// `base[key]`
    Index(Box<Ast>, Box<Ast>),
    /// `a && b`
    And(Box<Ast>, Box<Ast>),
    /// `a || b`
    Or(Box<Ast>, Box<Ast>),
    /// `!a`
    Not(Box<Ast>),
    /// `-a`
    Minus(Box<Ast>),
    /// `c ? a : b`
    Choice(Box<Ast>, Box<Ast>, Box<Ast>),
    /// Another operator.
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// `name(args)` or `target.name(args)`
    Call(String, Option<Box<Ast>>, Vec<Ast>),
}

impl Ast {
    /// The names that it takes from outside: not those that its own loops bring along.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.gather(&mut Vec::new(), &mut names);
        names
    }

    fn gather(&self, bound: &mut Vec<String>, out: &mut Vec<String>) {
        match &self.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) => {}
            Kind::Name(name) => {
                if !bound.contains(name) {
                    out.push(name.clone());
                }
            }
            Kind::Field(a, _) | Kind::Not(a) | Kind::Minus(a) => a.gather(bound, out),
            Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => {
                a.gather(bound, out);
                b.gather(bound, out);
            }
            Kind::Choice(a, b, c) => [a, b, c].into_iter().for_each(|part| part.gather(bound, out)),
            Kind::List(all) => all.iter().for_each(|part| part.gather(bound, out)),
            Kind::Call(_, target, args) => {
                target.iter().for_each(|target| target.gather(bound, out));
                match (target, args.as_slice()) {
                    (Some(_), [Ast { kind: Kind::Name(own), .. }, body]) => {
                        bound.push(own.clone());
                        body.gather(bound, out);
                        bound.pop();
                    }
                    _ => args.iter().for_each(|part| part.gather(bound, out)),
                }
            }
        }
    }

    /// How many nodes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::Field(a, _) | Kind::Not(a) | Kind::Minus(a) => a.size(),
            Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => a.size() + b.size(),
            Kind::Choice(a, b, c) => a.size() + b.size() + c.size(),
            Kind::List(all) => all.iter().map(Ast::size).sum(),
            Kind::Call(_, target, args) => {
                target.iter().map(|target| target.size()).sum::<usize>() + args.iter().map(Ast::size).sum::<usize>()
            }
        }
    }
}

/// Parses an expression.
///
/// # Errors
/// The first mistake, at its place.
pub fn parse(source: &str) -> Result<Ast, Mistake> {
    let whole = Span::new(0, source.len() as u32);
    if source.len() > limits::EXPRESSION_BYTES_MAX {
        return Err(Mistake::new(whole, format!("the expression is longer than {} bytes", limits::EXPRESSION_BYTES_MAX)));
    }
    let tokens = Tokens::of(source);
    // The parser counts every other way to nest.
    if tokens.list.iter().filter(|token| token.kind == TokenKind::TokQuestion).count() > limits::EXPRESSION_DEPTH_MAX {
        return Err(Mistake::new(whole, "the expression is nested too deeply"));
    }
    let plain = tokens.without_macros(source);
    let parser = || PrattParser::new().max_recursion_depth(limits::EXPRESSION_DEPTH_MAX as u16).enable_optional_syntax(true);
    let tree = match parser().parse(&plain) {
        Ok(tree) => tree,
        Err(errors) => return Err(mistake(source, &errors)),
    };
    // The parser hands out the places of the nodes with errors only: one bracket too many, on a line of its
    // own, is read after every node has got its number, so that the numbers are the same.
    let places =
        parser().parse(&format!("{plain}\n)")).err().and_then(|errors| errors.errors.into_iter().find_map(|error| error.source_info));
    let Some(places) = places else { return Err(Mistake::new(whole, "the expression cannot be read")) };
    convert(&tree, &Source { places: &places, text: source, tokens: &tokens }, 0)
}

/// The first of the parser's errors as a mistake.
fn mistake(source: &str, errors: &ParseErrors) -> Mistake {
    let whole = Span::new(0, source.len() as u32);
    let Some(first) = errors.errors.first() else { return Mistake::new(whole, "the expression cannot be read") };
    let message = first.msg.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ");
    if first.pos.0 < 1 {
        let deep = message.contains("recursion limit");
        return Mistake::new(whole, if deep { "the expression is nested too deeply" } else { "the expression cannot be read" });
    }
    // Lines and columns are counted from 1, columns in bytes.
    let line_start: usize = source.split_inclusive('\n').take(usize::try_from(first.pos.0 - 1).unwrap_or(0)).map(str::len).sum();
    let mut at = (line_start + usize::try_from(first.pos.1 - 1).unwrap_or(0)).min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    let width = source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let message = if message.contains("'<EOF>'") {
        "the expression ends too early".to_owned()
    } else if message == "unexpected token" || message.ends_with("expecting <EOF>") {
        "this is not expected here".to_owned()
    } else {
        message.to_owned()
    };
    Mistake::new(Span::new(at as u32, (at + width) as u32), message)
}

/// The tokens of an expression, with the partner of each bracket.
struct Tokens {
    list: Vec<Token>,
    partners: Vec<usize>,
}

/// The names that the parser takes for macros, and for each one as long that it does not.
const MACROS: [(&str, &str); 6] =
    [("has", "Has"), ("all", "All"), ("exists", "Exists"), ("exists_one", "Exists_one"), ("map", "Map"), ("filter", "Filter")];

impl Tokens {
    fn of(source: &str) -> Self {
        let mut lexer = Lexer::new(source);
        let (mut list, mut partners, mut open) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let token = lexer.lex();
            match token.kind {
                TokenKind::TokEnd | TokenKind::TokError => break,
                TokenKind::TokWhitespace | TokenKind::TokComment => continue,
                _ => {}
            }
            let number = list.len();
            partners.push(number);
            match token.kind {
                TokenKind::TokLeftParen | TokenKind::TokLeftBracket | TokenKind::TokLeftBrace => open.push(number),
                TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                    if let Some(partner) = open.pop()
                        && let Some(slot) = partners.get_mut(partner)
                    {
                        *slot = number;
                    }
                }
                _ => {}
            }
            list.push(token);
        }
        Self { list, partners }
    }

    /// The expression with its macros' names written so that they stay the calls that they are.
    fn without_macros(&self, source: &str) -> String {
        let mut plain = source.to_owned();
        for pair in self.list.windows(2) {
            let [name, next] = pair else { continue };
            if name.kind == TokenKind::TokIdent
                && next.kind == TokenKind::TokLeftParen
                && let Some((_, other)) = MACROS.iter().find(|(known, _)| source.get(name.start..name.end) == Some(*known))
            {
                plain.replace_range(name.start..name.end, other);
            }
        }
        plain
    }

    /// The token that begins at a byte.
    fn at(&self, byte: u32) -> Option<usize> {
        self.list.binary_search_by_key(&(byte as usize), |token| token.start).ok()
    }

    fn end(&self, number: usize) -> Option<u32> {
        self.list.get(number).map(|token| token.end as u32)
    }

    /// A span with the parentheses that stand around it.
    fn outer(&self, mut span: Span) -> Span {
        while let Some(before) = self.at(span.start).and_then(|first| first.checked_sub(1))
            && let Some(open) = self.list.get(before).filter(|token| token.kind == TokenKind::TokLeftParen)
            && let Some(close) = self.partners.get(before).and_then(|partner| self.list.get(*partner))
            && self.list.partition_point(|token| token.end as u32 <= span.end) == self.partners.get(before).copied().unwrap_or(0)
        {
            span = Span::new(open.start as u32, close.end as u32);
        }
        span
    }
}

struct Source<'a> {
    places: &'a SourceInfo,
    text: &'a str,
    tokens: &'a Tokens,
}

fn convert(node: &IdedExpr, source: &Source<'_>, depth: usize) -> Result<Ast, Mistake> {
    let own = source.places.offset_for(node.id).map_or(Span::default(), |(start, end)| Span::new(start, end));
    if depth > limits::EXPRESSION_DEPTH_MAX {
        return Err(Mistake::new(own, "the expression is nested too deeply"));
    }
    let next = |child: &IdedExpr| convert(child, source, depth + 1);
    let boxed = |child: &IdedExpr| next(child).map(Box::new);
    let kind = match &node.expr {
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(flag) => Kind::Flag(*flag.inner()),
            LiteralValue::Int(number) => Kind::Number(number.inner().to_string()),
            LiteralValue::UInt(number) => Kind::Number(number.inner().to_string()),
            LiteralValue::Double(number) => Kind::Number(decimal_text(source.text, own, *number.inner())),
            LiteralValue::String(text) => Kind::Text(text.inner().to_string()),
            LiteralValue::Null | LiteralValue::Bytes(_) => {
                return Err(Mistake::new(own, "null and bytes have no meaning here; ask with has(…)"));
            }
        },
        Expr::Ident(name) => Kind::Name(name.clone()),
        Expr::Select(select) => {
            if select.test {
                return Err(Mistake::new(own, "has(…) takes a field"));
            }
            Kind::Field(boxed(&select.operand)?, select.field.clone())
        }
        Expr::List(list) if !list.optional_indices.is_empty() => return Err(Mistake::new(own, OPTIONAL)),
        Expr::List(list) => Kind::List(list.elements.iter().map(next).collect::<Result<_, _>>()?),
        Expr::Call(call) => operator(call, own, source, &next)?,
        Expr::Map(_) | Expr::Struct(_) => return Err(Mistake::new(own, "maps and structures cannot be written in rules")),
        Expr::Comprehension(_) | Expr::Unspecified => return Err(Mistake::new(own, "this has no meaning in rules")),
    };
    let span = cover(&kind, own, source.tokens);
    Ok(Ast { kind, span })
}

const OPTIONAL: &str = "optional values are not part of the rule language; ask with known(…)";

fn operator(call: &CallExpr, own: Span, source: &Source<'_>, next: &dyn Fn(&IdedExpr) -> Result<Ast, Mistake>) -> Result<Kind, Mistake> {
    let arg = |at: usize| match call.args.get(at) {
        Some(arg) => next(arg).map(Box::new),
        None => Err(Mistake::new(own, "something is missing here")),
    };
    let binary = |operator| Ok(Kind::Binary(operator, arg(0)?, arg(1)?));
    match call.func_name.as_str() {
        operators::LOGICAL_AND => Ok(Kind::And(arg(0)?, arg(1)?)),
        operators::LOGICAL_OR => Ok(Kind::Or(arg(0)?, arg(1)?)),
        operators::LOGICAL_NOT => Ok(Kind::Not(arg(0)?)),
        operators::NEGATE => Ok(Kind::Minus(arg(0)?)),
        operators::CONDITIONAL => Ok(Kind::Choice(arg(0)?, arg(1)?, arg(2)?)),
        operators::INDEX => Ok(Kind::Index(arg(0)?, arg(1)?)),
        operators::EQUALS => binary(Operator::Equal),
        operators::NOT_EQUALS => binary(Operator::Unequal),
        operators::LESS => binary(Operator::Less),
        operators::LESS_EQUALS => binary(Operator::LessOrEqual),
        operators::GREATER => binary(Operator::Greater),
        operators::GREATER_EQUALS => binary(Operator::GreaterOrEqual),
        operators::ADD => binary(Operator::Add),
        operators::SUBSTRACT => binary(Operator::Subtract),
        operators::MULTIPLY => binary(Operator::Multiply),
        operators::DIVIDE => binary(Operator::Divide),
        operators::MODULO => binary(Operator::Remainder),
        operators::IN => binary(Operator::In),
        name if name.starts_with('@') || name.contains('_') && name.contains(['?', '[']) => Err(Mistake::new(own, OPTIONAL)),
        name => {
            let target = call.target.as_deref().map(|target| next(target).map(Box::new)).transpose()?;
            // The name as it is written: of a call on a target, it stands before the bracket.
            let number = source.tokens.at(own.start).and_then(|number| if target.is_some() { number.checked_sub(1) } else { Some(number) });
            let written =
                number.and_then(|number| source.tokens.list.get(number)).and_then(|token| source.text.get(token.start..token.end));
            let name = MACROS.iter().find(|(known, other)| *other == name && written == Some(*known)).map_or(name, |(known, _)| known);
            Ok(Kind::Call(name.to_owned(), target, call.args.iter().map(next).collect::<Result<_, _>>()?))
        }
    }
}

/// The parser's own number is a double; the digits that were written are kept where they can be.
fn decimal_text(text: &str, span: Span, number: f64) -> String {
    let rest = text.get(span.start as usize..).unwrap_or("");
    let (sign, rest) = rest.strip_prefix('-').map_or(("", rest), |rest| ("-", rest.trim_start()));
    let width = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let written = format!("{sign}{}", rest.get(..width).unwrap_or(""));
    let exponent = rest.as_bytes().get(width).is_some_and(|byte| matches!(byte, b'e' | b'E'));
    if !exponent && written.parse::<f64>() == Ok(number) { written } else { format!("{number}") }
}

/// A node's own place is that of one token: its span is that of its children and closing bracket too.
fn cover(kind: &Kind, own: Span, tokens: &Tokens) -> Span {
    let mut span = own;
    let mut take = |child: &Ast| {
        let child = tokens.outer(child.span);
        span.start = span.start.min(child.start);
        span.end = span.end.max(child.end);
    };
    let number = tokens.at(own.start);
    let closing = |open: Option<usize>| open.and_then(|open| tokens.end(*tokens.partners.get(open)?));
    let mut last = None;
    match kind {
        Kind::Flag(_) | Kind::Text(_) | Kind::Name(_) => {}
        // A minus before digits is part of the number.
        Kind::Number(_) => {
            let minus = number.filter(|number| tokens.list.get(*number).is_some_and(|token| token.kind == TokenKind::TokMinus));
            last = minus.and_then(|minus| tokens.end(minus + 1));
        }
        Kind::List(elements) => {
            elements.iter().for_each(&mut take);
            last = closing(number);
        }
        Kind::Not(base) | Kind::Minus(base) => take(base),
        // The field's name stands after the dot.
        Kind::Field(base, _) => {
            take(base);
            last = number.and_then(|dot| tokens.end(dot + 1));
        }
        Kind::Index(a, b) => {
            take(a);
            take(b);
            last = closing(number);
        }
        Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => {
            take(a);
            take(b);
        }
        Kind::Choice(a, b, c) => [a, b, c].into_iter().for_each(|child| take(child)),
        Kind::Call(_, target, args) => {
            target.iter().for_each(|target| take(target));
            args.iter().for_each(&mut take);
            let name = usize::from(target.is_none());
            last = closing(number.map(|number| number + name));
        }
    }
    span.end = span.end.max(last.unwrap_or(0));
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(source: &str) -> Ast {
        parse(source).unwrap_or(Ast { kind: Kind::Name("a mistake".to_owned()), span: Span::default() })
    }

    /// The texts of all nodes, each before what it holds.
    fn texts<'s>(ast: &Ast, source: &'s str, out: &mut Vec<&'s str>) {
        out.push(source.get(ast.span.range()).unwrap_or("outside"));
        match &ast.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
            Kind::List(elements) => elements.iter().for_each(|element| texts(element, source, out)),
            Kind::Field(a, _) | Kind::Not(a) | Kind::Minus(a) => texts(a, source, out),
            Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) | Kind::Index(a, b) => {
                [a, b].into_iter().for_each(|part| texts(part, source, out))
            }
            Kind::Choice(a, b, c) => [a, b, c].into_iter().for_each(|part| texts(part, source, out)),
            Kind::Call(_, target, args) => target.iter().map(|target| &**target).chain(args).for_each(|part| texts(part, source, out)),
        }
    }

    #[test]
    fn spans_cover_what_was_written() {
        for (source, expected) in [
            (
                "a.b == 'né' && c.exists( d, d . e ) ",
                vec![
                    "a.b == 'né' && c.exists( d, d . e )",
                    "a.b == 'né'",
                    "a.b",
                    "a",
                    "'né'",
                    "c.exists( d, d . e )",
                    "c",
                    "d",
                    "d . e",
                    "d",
                ],
            ),
            ("((a + b)) * -2.5", vec!["((a + b)) * -2.5", "a + b", "a", "b", "-2.5"]),
            ("f( ) ? [ ] : [g((x), - 1)]", vec!["f( ) ? [ ] : [g((x), - 1)]", "f( )", "[ ]", "[g((x), - 1)]", "g((x), - 1)", "x", "- 1"]),
            ("!(a || m[ ('k') ]) // why", vec!["!(a || m[ ('k') ])", "a || m[ ('k') ]", "a", "m[ ('k') ]", "m", "'k'"]),
            (
                "has(a.filter(v,\n  v.map == 'map(').map(v, v.all).b)",
                vec![
                    "has(a.filter(v,\n  v.map == 'map(').map(v, v.all).b)",
                    "a.filter(v,\n  v.map == 'map(').map(v, v.all).b",
                    "a.filter(v,\n  v.map == 'map(').map(v, v.all)",
                    "a.filter(v,\n  v.map == 'map(')",
                    "a",
                    "v",
                    "v.map == 'map('",
                    "v.map",
                    "v",
                    "'map('",
                    "v",
                    "v.all",
                    "v",
                ],
            ),
        ] {
            let mut found = Vec::new();
            texts(&tree(source), source, &mut found);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn macros_stay_the_calls_that_were_written() {
        let name = |source: &str| match tree(source).kind {
            Kind::Call(name, target, args) => Some((name, target.is_some(), args.len())),
            _ => None,
        };
        for (source, expected) in [
            ("has(a.b)", ("has", false, 1)),
            ("a.exists (b, c)", ("exists", true, 2)),
            ("a.exists_one(b, c)", ("exists_one", true, 2)),
            ("a.map(b, c, d)", ("map", true, 3)),
            ("a.all(b, c)", ("all", true, 2)),
            ("a.filter(b, c)", ("filter", true, 2)),
            ("has()", ("has", false, 0)),
            ("a.exists(1, 2)", ("exists", true, 2)),
            // A name of its own, however it is written.
            ("a.Exists(b, c)", ("Exists", true, 2)),
            ("Has(a.b)", ("Has", false, 1)),
        ] {
            assert_eq!(name(source), Some((expected.0.to_owned(), expected.1, expected.2)), "{source}");
        }
    }

    #[test]
    fn a_mistake_has_its_place() {
        for (source, start, end, message) in [
            ("a ==", 4, 4, "the expression ends too early"),
            ("a == )", 5, 6, "this is not expected here"),
            ("'é' == b c", 10, 11, "this is not expected here"),
            ("a ==\n  b exists(c)", 9, 10, "this is not expected here"),
            ("a && b)", 6, 7, "this is not expected here"),
            ("a.b == #", 7, 8, "unexpected character"),
            ("a[?b]", 1, 2, OPTIONAL),
            ("[?b]", 0, 1, OPTIONAL),
            ("a.?b", 1, 2, OPTIONAL),
            ("", 0, 0, "the expression ends too early"),
        ] {
            assert_eq!(parse(source).map(|tree| tree.kind), Err(Mistake::new(Span::new(start, end), message)), "{source}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_whatever_the_stack() {
        let most = limits::EXPRESSION_BYTES_MAX;
        for (open, middle, close) in [
            ("(", "a", ")"),
            ("[", "a", "]"),
            ("f(", "a", ")"),
            ("a[", "a", "]"),
            ("-(", "a", ")"),
            ("a?a:", "a", ""),
            ("a.f(", "a", ")"),
            ("a?(", "a", "):a"),
            ("", "a", "+a"),
            ("", "a", ".a"),
            ("", "a", "==a"),
            ("", "a", "[a]"),
        ] {
            for count in [limits::EXPRESSION_DEPTH_MAX + 2, (most - 1) / (open.len() + close.len())] {
                let source = format!("{}{middle}{}", open.repeat(count), close.repeat(count));
                // Brackets around brackets are one.
                assert_eq!(parse(&source).is_ok(), open == "(", "{}", source.get(..40).unwrap_or_default());
                assert!(parse(&open.repeat(count)).is_err() || count == 0 || open.is_empty());
            }
        }
        for chain in ["!", "-"] {
            assert!(parse(&format!("{}a", chain.repeat(most - 1))).is_ok());
        }
        for chain in ["&&a", "||a"] {
            assert!(parse(&format!("a{}", chain.repeat((most - 1) / 3))).is_ok(), "a chain is no nesting");
        }
        assert!(parse(&"a".repeat(most + 1)).is_err());
    }
}
