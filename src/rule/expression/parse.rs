//! From the text of an expression to a syntax tree with a span at every node.
//!
//! The crate `cel` parses; its tree does not leave this file. Macros are not expanded, so that
//! `exists(c, …)` stays the call that was written.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};

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
    /// How many nodes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::Field(a, _) | Kind::Not(a) | Kind::Minus(a) => a.size(),
            Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => a.size() + b.size(),
            Kind::Choice(a, b, c) => a.size() + b.size() + c.size(),
            Kind::List(all) => all.iter().map(Ast::size).sum(),
            Kind::Call(_, target, args) => target.iter().map(|target| target.size()).sum::<usize>() + args.iter().map(Ast::size).sum::<usize>(),
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
    let parser = cel::Env::default().parser().max_recursion_depth(limits::EXPRESSION_DEPTH_MAX as u16);
    let (tree, info) = match parser.parse_with_source_info(source) {
        Ok(parsed) => parsed,
        Err(errors) => {
            let Some(first) = errors.errors.first() else { return Err(Mistake::new(whole, "the expression cannot be read")) };
            let at = offset(source, first.pos.0, first.pos.1);
            let width = source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let message = first.msg.lines().next().unwrap_or_default().trim_start_matches("Syntax error: ").replace("<EOF>", "the end of the expression");
            return Err(Mistake::new(Span::new(at as u32, (at + width) as u32), message));
        }
    };
    convert(&tree, &Source { info: &info, text: source }, 0)
}

fn offset(source: &str, line: isize, column: isize) -> usize {
    let line_start: usize = source.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(str::len).sum();
    let rest = source.get(line_start..).unwrap_or("");
    let within = rest.char_indices().nth(usize::try_from(column - 1).unwrap_or(0)).map_or(rest.len(), |(at, _)| at);
    line_start + within
}

struct Source<'a> {
    info: &'a SourceInfo,
    text: &'a str,
}

fn convert(node: &IdedExpr, source: &Source<'_>, depth: usize) -> Result<Ast, Mistake> {
    let own = source.info.offset_for(node.id).map_or(Span::default(), |(start, stop)| Span::new(start, stop.max(start).min(source.text.len() as u32)));
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
            LiteralValue::Null | LiteralValue::Bytes(_) => return Err(Mistake::new(own, "null and bytes have no meaning here; ask with has(…)")),
        },
        Expr::Ident(name) => Kind::Name(name.clone()),
        Expr::Select(select) => {
            if select.test {
                return Err(Mistake::new(own, "has(…) takes a field"));
            }
            Kind::Field(boxed(&select.operand)?, select.field.clone())
        }
        Expr::List(list) => Kind::List(list.elements.iter().map(next).collect::<Result<_, _>>()?),
        Expr::Call(call) => operator(call, own, &next)?,
        Expr::Map(_) | Expr::Struct(_) => return Err(Mistake::new(own, "maps and structures cannot be written in rules")),
        Expr::Comprehension(_) | Expr::Unspecified => return Err(Mistake::new(own, "this has no meaning in rules")),
    };
    let span = cover(&kind, own, source.text);
    Ok(Ast { kind, span })
}

fn operator(call: &CallExpr, own: Span, next: &dyn Fn(&IdedExpr) -> Result<Ast, Mistake>) -> Result<Kind, Mistake> {
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
        name if name.starts_with('@') || name.contains('_') && name.contains(['?', '[']) => {
            Err(Mistake::new(own, "optional values are not part of the rule language; ask with known(…)"))
        }
        name => {
            let target = call.target.as_deref().map(|target| next(target).map(Box::new)).transpose()?;
            Ok(Kind::Call(name.to_owned(), target, call.args.iter().map(next).collect::<Result<_, _>>()?))
        }
    }
}

/// The parser's own number is a double; the digits that were written are kept where they can be.
fn decimal_text(text: &str, span: Span, number: f64) -> String {
    let rest = text.get(span.start as usize..).unwrap_or("");
    let width = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let written = rest.get(..width).unwrap_or("");
    let exponent = rest.as_bytes().get(width).is_some_and(|byte| matches!(byte, b'e' | b'E'));
    if !exponent && written.parse::<f64>() == Ok(number) { written.to_owned() } else { format!("{number}") }
}

/// A node's own offsets are those of one token: its span is that of its children too.
fn cover(kind: &Kind, own: Span, text: &str) -> Span {
    let mut span = own;
    let mut take = |child: &Ast| {
        span.start = span.start.min(child.span.start);
        span.end = span.end.max(child.span.end);
    };
    let mut closed = false;
    match kind {
        Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
        Kind::List(elements) => {
            elements.iter().for_each(&mut take);
            closed = true;
        }
        Kind::Field(base, _) | Kind::Not(base) | Kind::Minus(base) => take(base),
        Kind::Index(a, b) => {
            take(a);
            take(b);
            closed = true;
        }
        Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => {
            take(a);
            take(b);
        }
        Kind::Choice(a, b, c) => [a, b, c].into_iter().for_each(|child| take(child)),
        Kind::Call(_, target, args) => {
            target.iter().for_each(|target| take(target));
            args.iter().for_each(&mut take);
            closed = true;
        }
    }
    if let Kind::Field(base, name) = kind {
        // The field's name stands after the base.
        let from = base.span.end as usize;
        if let Some(at) = text.get(from..).and_then(|rest| rest.find(name.as_str())) {
            span.end = span.end.max((from + at + name.len()) as u32);
        }
    }
    if closed && let Some(rest) = text.get(span.end as usize..) {
        let blank = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with([')', ']']) {
            span.end += blank as u32 + 1;
        }
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_what_was_written() {
        let source = "a.b == 'x' && c.exists(d, d.e)";
        let tree = parse(source).unwrap_or(Ast { kind: Kind::Flag(false), span: Span::default() });
        let Kind::And(left, right) = &tree.kind else { return assert!(matches!(tree.kind, Kind::And(..))) };
        assert_eq!(source.get(left.span.range()), Some("a.b == 'x'"));
        assert_eq!(source.get(right.span.range()), Some("c.exists(d, d.e)"));
        assert_eq!(tree.span, Span::new(0, source.len() as u32));
    }

    #[test]
    fn a_mistake_has_its_place() {
        let mistake = parse("a ==").map(|_| ());
        assert!(matches!(&mistake, Err(mistake) if mistake.span.start == 4), "{mistake:?}");
        assert!(parse(&"(".repeat(500)).is_err());
        assert!(parse(&format!("a{}", " + a".repeat(2000))).is_err());
    }
}
