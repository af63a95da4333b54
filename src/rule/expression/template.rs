//! Messages with values in braces, and the places that a rule points at.

use std::collections::HashSet;
use std::sync::Arc;

use super::build::{Scope, Step, mistake, node_value};
use super::calls::{precision_of, written};
use super::frame::Cx;
use super::parse::{Ast, Kind, Mistake};
use super::syntax;
use super::types::{Format, TextKind, Ty, Typed, Words};
use super::value::{Decimal, Eval, No, Value};
use crate::finding::{Care, Part};
use crate::limits;
use crate::programme::{Item, Programme, Where};
use crate::schema::form::{Precision, civil, day_text};
use crate::text::Span;

type Built<T> = Result<T, Mistake>;

/// A piece of a template.
#[derive(Clone, Debug)]
enum Piece {
    Words(Arc<str>),
    Value { name: Arc<str>, typed: Box<Typed> },
    People { name: Arc<str>, count: Box<Typed> },
    PeopleShare { name: Arc<str>, count: Box<Typed>, of: Box<Typed> },
}

/// A message with its values.
#[derive(Clone, Debug, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    /// Checks and compiles a message.
    ///
    /// # Errors
    /// The first mistake: a brace that is not closed, an expression at fault, a value that must not be shown.
    pub fn build(text: &str, scope: &mut Scope<'_>) -> Built<Self> {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("{{") || rest.starts_with("}}") {
                words.push_str(rest.get(..1).unwrap_or(""));
                at += 2;
            } else if rest.starts_with('{') {
                let Some(length) = closing(rest) else {
                    return mistake(Span::new(at as u32, at as u32 + 1), "this brace is not closed; write {{ for a brace");
                };
                if !words.is_empty() {
                    pieces.push(Piece::Words(Arc::from(std::mem::take(&mut words))));
                }
                let source = rest.get(1..length).unwrap_or("");
                let shift = |fault: Mistake| {
                    Mistake::new(Span::new(fault.span.start + at as u32 + 1, fault.span.end + at as u32 + 1), fault.message)
                };
                let piece = syntax(source).and_then(|ast| Self::piece(&ast, source, scope)).map_err(shift)?;
                pieces.push(piece);
                at += length + 1;
            } else {
                let next = rest.find(['{', '}']).filter(|next| *next > 0).unwrap_or(if rest.starts_with('}') { 1 } else { rest.len() });
                words.push_str(rest.get(..next).unwrap_or(""));
                at += next;
            }
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(Arc::from(words)));
        }
        Ok(Self { pieces })
    }

    fn piece(ast: &Ast, source: &str, scope: &mut Scope<'_>) -> Built<Piece> {
        let name: Arc<str> = Arc::from(source.trim());
        if let Kind::Call(function, None, args) = &ast.kind {
            match (function.as_str(), args.as_slice()) {
                ("people", [count]) => {
                    let count = scope.build(count, Some(&Ty::Number))?;
                    return Ok(Piece::People { name, count: Box::new(count) });
                }
                ("share", [count, of]) => {
                    let (count, of) = (scope.build(count, Some(&Ty::Number))?, scope.build(of, Some(&Ty::Number))?);
                    if count.taint.people || of.taint.people {
                        return Ok(Piece::PeopleShare { name, count: Box::new(count), of: Box::new(of) });
                    }
                }
                _ => {}
            }
        }
        let typed = scope.build(ast, None)?;
        if typed.taint.hidden {
            return mistake(ast.span, "this comes from a sensitive field and must not stand in a message");
        }
        let element = match &typed.ty {
            Ty::List(of) => of,
            other => other,
        };
        if *element == Ty::Text && typed.text == TextKind::Free {
            return mistake(ast.span, "this is text that must not stand in a message; name the record by its id");
        }
        if *element == Ty::Number && typed.taint.people {
            return mistake(ast.span, "this counts people; write {people(n)}, or {share(k, n)} for a share");
        }
        if matches!(element, Ty::Map(..)) {
            return mistake(ast.span, "a map cannot stand in a message");
        }
        Ok(Piece::Value { name, typed: Box::new(typed) })
    }

    /// The message with its values.
    pub fn render(&self, cx: &mut Cx<'_>) -> Vec<Part> {
        let mut parts = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => parts.push(Part::Literal(Arc::clone(words))),
                Piece::Value { name, typed } => match typed.code.run(cx) {
                    Ok(value) => show(cx.programme, name, &value, typed, &mut parts),
                    Err(_) => parts.push(Part::words("not recorded")),
                },
                Piece::People { name, count } => match whole(count.code.run(cx)) {
                    Some(count) => parts.push(Part::value(name, count.to_string(), Care::People(count))),
                    None => parts.push(Part::words("not recorded")),
                },
                Piece::PeopleShare { name, count, of } => match (whole(count.code.run(cx)), whole(of.code.run(cx))) {
                    (Some(count), Some(of)) if of > 0 => {
                        let share = count as f64 / of as f64 * 100.0;
                        parts.push(Part::value(name, format!("{}%", trim(share)), Care::PeopleShare(count, of)));
                    }
                    _ => parts.push(Part::words("not recorded")),
                },
            }
        }
        parts
    }
}

fn trim(number: f64) -> String {
    Decimal::from_f64(number).map_or_else(|| "?".to_owned(), |number| number.text(if number.0.abs() >= 10_000_000_000 { 0 } else { 1 }))
}

fn whole(value: Eval<Value<'_>>) -> Option<u64> {
    match value.ok()? {
        Value::Number(number) => number.to_whole().and_then(|whole| u64::try_from(whole).ok()),
        _ => None,
    }
}

/// The expressions in a message, by their bytes.
#[must_use]
pub fn holes(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find(['{', '}'])) {
        at += next;
        let rest = text.get(at..).unwrap_or("");
        match closing(rest) {
            _ if rest.starts_with("{{") || rest.starts_with('}') => at += 2,
            Some(length) => {
                found.push(Span::new(at as u32 + 1, (at + length) as u32));
                at += length + 1;
            }
            None => break,
        }
    }
    found
}

/// The byte of the brace that closes the one at the beginning.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

fn show(programme: &Programme, name: &str, value: &Value<'_>, typed: &Typed, parts: &mut Vec<Part>) {
    let words_of = |ty: &Ty| match ty {
        Ty::Word(words) => Some(*words),
        Ty::List(of) => match **of {
            Ty::Word(words) => Some(words),
            _ => None,
        },
        _ => None,
    };
    // A field that the settings mask is not shown, whatever its type.
    let masked = typed.taint.masked;
    let mut push = |text: String, care: Care| parts.push(Part::value(name, text, if masked { Care::Hidden } else { care }));
    match value {
        Value::Flag(flag) => push(if *flag { "yes" } else { "no" }.to_owned(), Care::Safe),
        Value::Number(number) => push(number_text(*number, typed.format), Care::Safe),
        Value::Between(both) if both.1 == Decimal::MOST => {
            push(format!("at least {}", number_text(both.0, typed.format)), Care::Safe);
        }
        Value::Between(both) => push(format!("{} to {}", number_text(both.0, typed.format), number_text(both.1, typed.format)), Care::Safe),
        Value::Text(text) => push(
            text.to_string(),
            match typed.text {
                TextKind::Safe => Care::Safe,
                TextKind::Id => Care::Id,
                TextKind::Label => Care::Label,
                TextKind::Free => Care::Hidden,
            },
        ),
        Value::Date(period) => push(
            match precision_of(*period) {
                Some(Precision::Day) => day_text(period.first),
                Some(Precision::Month) => format!("{:04}-{:02}", civil(period.first).0, civil(period.first).1),
                Some(Precision::Year) => format!("{:04}", civil(period.first).0),
                None => format!("{} to {}", day_text(period.first), day_text(period.last)),
            },
            Care::Safe,
        ),
        Value::Time(minutes) => push(format!("{:02}:{:02}", minutes / 60, minutes % 60), Care::Safe),
        Value::Word(word) => {
            let text = match words_of(&typed.ty) {
                Some(Words::Vocabulary(id)) => {
                    programme.schema.vocabulary(id).and_then(|known| known.words.get(usize::from(*word))).map(|word| word.text.clone())
                }
                Some(Words::Registers) => programme.schema.register(*word).map(|register| register.name.clone()),
                None => None,
            };
            push(text.unwrap_or_default(), Care::Safe);
        }
        Value::Item(item) => {
            let face = programme.face(*item);
            if face == item.node {
                push("a record without an id".to_owned(), Care::Safe);
            } else {
                push(programme.forest.string(face).into_owned(), Care::Id);
            }
        }
        Value::List(list) => {
            let known: Vec<Value<'_>> = list.elements.iter().flatten().cloned().collect();
            show_list(programme, name, &known, typed, parts);
        }
        Value::Items(list) => {
            let known: Vec<Value<'_>> = list.elements().iter().flatten().map(|item| Value::Item(*item)).collect();
            show_list(programme, name, &known, typed, parts);
        }
        Value::Map(_) => {}
    }
}

/// The first few, and how many more.
fn show_list(programme: &Programme, name: &str, known: &[Value<'_>], typed: &Typed, parts: &mut Vec<Part>) {
    let shown = known.len().min(limits::LIST_NAMES_MAX);
    let more = known.len() - shown;
    if known.is_empty() {
        parts.push(Part::words("none"));
        return;
    }
    for (number, element) in known.iter().take(shown).enumerate() {
        if number > 0 {
            let last = number + 1 == shown && more == 0;
            parts.push(Part::words(if last { " and " } else { ", " }));
        }
        show(programme, name, element, typed, parts);
    }
    if more > 0 {
        parts.push(Part::words(" and "));
        parts.push(Part::value(name, more.to_string(), Care::Safe));
        parts.push(Part::words(" more"));
    }
}

fn number_text(number: Decimal, format: Format) -> String {
    match format {
        Format::Plain => number.text(2),
        Format::Share => format!("{}%", trim(number.to_f64() * 100.0)),
        Format::Probability => {
            let p = number.to_f64();
            if p == 0.0 {
                return "under 0.000000001".to_owned();
            }
            let places = (1 - p.abs().log10().floor() as i32).clamp(0, 9);
            number.text(places as u32)
        }
    }
}

/// What is done with each place: the value there, and the node.
pub type VisitPlace<'v, 'p> = dyn FnMut(&mut Cx<'p>, Eval<Value<'p>>, Where) -> bool + 'v;

type PlaceCode = Arc<dyn for<'p, 'v> Fn(&mut Cx<'p>, &mut VisitPlace<'v, 'p>) -> Eval<()> + Send + Sync>;

/// The places that an `at` leads to.
#[derive(Clone)]
pub struct Places {
    code: PlaceCode,
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

impl Places {
    /// Checks and compiles an `at`. `->` before a step is the same as `.`.
    ///
    /// # Errors
    /// The first mistake; what does not keep its place is one.
    pub fn build(text: &str, scope: &mut Scope<'_>) -> Built<Self> {
        // Same length, so that offsets hold.
        let source = text.replace("->", " .");
        let ast = syntax(&source)?;
        // The checker sees the expression as any other first.
        let whole = scope.build(&ast, None)?;
        // A register as such is the programme's: it is shown at the charter.
        let register = whole
            .field
            .and_then(|field| scope.schema.field(field))
            .and_then(|field| scope.schema.register(field.register?))
            .is_some_and(|register| !register.nested);
        if register && matches!(ast.kind, Kind::Field(..)) {
            return Ok(Self {
                code: Arc::new(|cx, visit| {
                    let charter = cx.programme.charter_item();
                    let face = cx.programme.face(charter);
                    visit(cx, Ok(Value::Item(charter)), Where::Node(face));
                    Ok(())
                }),
            });
        }
        Ok(Self { code: place(&ast, scope)? })
    }

    /// The places, in order.
    pub fn find(&self, cx: &mut Cx<'_>) -> Vec<Where> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        // What has no value has no place; what was found until then counts.
        let _ = (self.code)(cx, &mut |_, _, at| {
            if seen.insert(at) {
                found.push(at);
            }
            true
        });
        found
    }
}

fn place(ast: &Ast, scope: &mut Scope<'_>) -> Built<PlaceCode> {
    match &ast.kind {
        Kind::Name(name) => {
            let Some(variable) = scope.variable(name).map(|variable| variable.clone()) else {
                return mistake(ast.span, "this keeps no place");
            };
            if let Some(syntax) = &variable.syntax {
                return place(syntax, scope);
            }
            let slot = variable.slot;
            Ok(Arc::new(move |cx, visit| {
                if let Ok(item) = cx.item(slot) {
                    let face = cx.programme.face(item);
                    visit(cx, Ok(Value::Item(item)), Where::Node(face));
                    return Ok(());
                }
                if let Value::Items(list) = cx.value(slot).clone()? {
                    for item in list.elements().iter().copied().flatten() {
                        let face = cx.programme.face(item);
                        if !visit(cx, Ok(Value::Item(item)), Where::Node(face)) {
                            break;
                        }
                    }
                }
                Ok(())
            }))
        }
        Kind::Field(base_ast, name) => {
            let base = scope.build(base_ast, None)?;
            let Ty::Record(structs) = &base.ty else { return mistake(ast.span, "this keeps no place") };
            let step = scope.step(structs, name, ast.span)?;
            let holder = base.code.clone().into_item();
            Ok(match step {
                Step::Parent(structure) => Arc::new(move |cx, visit| {
                    let own = holder.get(cx)?;
                    if let Some(parent) = cx.programme.parent(own, structure) {
                        let face = cx.programme.face(parent);
                        visit(cx, Ok(Value::Item(parent)), Where::Node(face));
                    }
                    Ok(())
                }),
                Step::Inverse { references, .. } => Arc::new(move |cx, visit| {
                    let own = holder.get(cx)?;
                    let programme = cx.programme;
                    let number = programme.record(own.record).map_or(own.record, |record| record.canonical);
                    for reference in &references {
                        for link in programme.referring(number, *reference) {
                            let at = written_reference(programme, link.holder, *reference, number);
                            if !visit(cx, Ok(Value::Item(link.holder)), Where::Node(at)) {
                                return Ok(());
                            }
                        }
                    }
                    Ok(())
                }),
                Step::Field { register: Some(_), .. } => {
                    let list = scope.build(ast, None)?.code.into_list();
                    Arc::new(move |cx, visit| {
                        list.walk(cx, &mut |cx, element| {
                            let at = match &element {
                                Ok(Value::Item(item)) => cx.programme.face(*item),
                                _ => cx.programme.face(cx.programme.charter_item()),
                            };
                            visit(cx, element, Where::Node(at))
                        })
                    })
                }
                Step::Field { fields, .. } => Arc::new(move |cx, visit| {
                    let own = holder.get(cx)?;
                    let programme = cx.programme;
                    let Some(at) = fields.iter().find_map(|field| programme.forest.member(own.node, *field)) else {
                        return Err(No::Field(fields.first().copied().unwrap_or_default()));
                    };
                    let node = programme.forest.node(at);
                    if node.kind == crate::document::Kind::List {
                        let mut any = false;
                        for child in programme.forest.children(at) {
                            any = true;
                            let face = if programme.forest.node(child).kind == crate::document::Kind::Object {
                                programme.face(Item { node: child, record: own.record })
                            } else {
                                child
                            };
                            if !visit(cx, node_value(programme, child, own.record), Where::Node(face)) {
                                return Ok(());
                            }
                        }
                        if !any {
                            visit(cx, Err(No::Empty), Where::Node(at));
                        }
                    } else {
                        visit(cx, node_value(programme, at, own.record), Where::Node(at));
                    }
                    Ok(())
                }),
            })
        }
        Kind::Choice(condition, then, otherwise) => {
            let test = scope.flag(condition)?.code.into_flag();
            let (a, b) = (place(then, scope)?, place(otherwise, scope)?);
            Ok(Arc::new(move |cx, visit| if test.get(cx)? { a(cx, visit) } else { b(cx, visit) }))
        }
        Kind::Call(name, Some(list_ast), args) if name == "filter" || name == "sort_by" => {
            let [Ast { kind: Kind::Name(variable), .. }, body] = args.as_slice() else { return mistake(ast.span, "this keeps no place") };
            let places = place(list_ast, scope)?;
            let list = scope.build(list_ast, None)?;
            let (slot, inner) = scope.each(&list, variable, ast.span, |scope, slot| Ok((slot, scope.build(body, None)?)))?;
            if name == "filter" {
                let test = inner.code.into_flag();
                return Ok(Arc::new(move |cx, visit| {
                    places(cx, &mut |cx, value, at| {
                        let kept = value.clone().and_then(|value| {
                            cx.set(slot, Ok(value));
                            test.get(cx)
                        });
                        if kept == Ok(true) { visit(cx, value, at) } else { true }
                    })
                }));
            }
            let key = inner.code;
            Ok(Arc::new(move |cx, visit| {
                let mut sorted = Vec::new();
                places(cx, &mut |cx, value, at| {
                    if let Ok(value) = value {
                        cx.set(slot, Ok(value.clone()));
                        if let Ok(key) = key.run(cx) {
                            sorted.push((key.key(cx.programme), value, at));
                        }
                    }
                    true
                })?;
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                for (_, value, at) in sorted {
                    if !visit(cx, Ok(value), at) {
                        break;
                    }
                }
                Ok(())
            }))
        }
        Kind::Call(name, None, args) if (name == "first" || name == "last") && args.len() == 1 => {
            let Some(list) = args.first() else { return mistake(ast.span, "this keeps no place") };
            let (places, first) = (place(list, scope)?, name == "first");
            Ok(Arc::new(move |cx, visit| {
                let mut picked = None;
                places(cx, &mut |_, value, at| {
                    picked = Some((value, at));
                    !first
                })?;
                if let Some((value, at)) = picked {
                    visit(cx, value, at);
                }
                Ok(())
            }))
        }
        Kind::Call(name, None, args) if (name == "texts" || name == "values") && args.len() == 1 => {
            let Some(record) = args.first() else { return mistake(ast.span, "this keeps no place") };
            let (item, texts) = (scope.build(record, None)?.code.into_item(), name == "texts");
            Ok(Arc::new(move |cx, visit| {
                let own = item.get(cx)?;
                for at in written(cx.programme, own, texts) {
                    let value = Value::Text(cx.programme.forest.string(at));
                    if !visit(cx, Ok(value), Where::Node(at)) {
                        break;
                    }
                }
                Ok(())
            }))
        }
        Kind::Call(name, None, args) if name == "otherwise" && args.len() == 2 => match args.first() {
            Some(path) => place(path, scope),
            None => mistake(ast.span, "this keeps no place"),
        },
        _ => {
            // Whatever gives records keeps their place: that of each record's id.
            let typed = scope.build(ast, None)?;
            match &typed.ty {
                Ty::List(of) if matches!(**of, Ty::Record(_)) => {
                    let items = typed.code.into_items();
                    Ok(Arc::new(move |cx, visit| {
                        items.walk(cx, &mut |cx, element| match element {
                            Ok(item) => {
                                let face = cx.programme.face(item);
                                visit(cx, Ok(Value::Item(item)), Where::Node(face))
                            }
                            Err(_) => true,
                        })
                    }))
                }
                Ty::Record(_) => {
                    let item = typed.code.into_item();
                    Ok(Arc::new(move |cx, visit| {
                        let own = item.get(cx)?;
                        let face = cx.programme.face(own);
                        visit(cx, Ok(Value::Item(own)), Where::Node(face));
                        Ok(())
                    }))
                }
                _ => mistake(ast.span, "this keeps no place: at takes a path, or filter, sort_by, first, last or texts of one"),
            }
        }
    }
}

/// Where an object refers to a record: the reference as written.
fn written_reference(programme: &Programme, holder: Item, reference: u16, target: u32) -> u32 {
    let Some(field) = programme.schema.reference(reference).map(|reference| reference.field) else { return holder.node };
    let canonical = |record: u32| programme.record(record).map_or(record, |record| record.canonical);
    let Some(at) = programme.forest.value(holder.node, field) else { return programme.face(holder) };
    if programme.forest.node(at).kind == crate::document::Kind::List {
        return programme
            .forest
            .children(at)
            .find(|child| programme.target(*child).is_some_and(|found| canonical(found.record) == target))
            .unwrap_or(at);
    }
    at
}
