//! Calls of definitions: compiled into the caller where they are small, else called, and what they gave of a
//! record remembered for as long as a programme is audited.

use std::sync::Arc;

use super::build::{Scope, Variable, mistake};
use super::calls::NO_FUNCTION;
use super::code::{Code, DateCode, ItemCode, ListCode, NumberCode, ValueCode, WordCode};
use super::flag::FlagCode;
use super::frame::Cx;
use super::parse::{Ast, Kind, Mistake};
use super::types::{Body, Definition, Taint, Ty, Typed};
use super::value::{Eval, Fault, No};
use crate::rule::function::LIBRARY;
use crate::schema::CHARTER;
use crate::text::{self, Span};

type Built<T> = Result<T, Mistake>;

impl Scope<'_> {
    /// A call of a definition, or of nothing that is known.
    pub(super) fn definition(&mut self, name: &str, target: Option<&Ast>, args: &[Ast], span: Span) -> Built<Typed> {
        let Some(definition) = self.definitions.get(name).filter(|_| target.is_none()).map(Arc::clone) else {
            if let Some(function) = LIBRARY.iter().find(|function| function.name == name) {
                return mistake(span, format!("{name}(…) does not take these arguments; it is called {}", function.call));
            }
            let known = LIBRARY.iter().map(|function| function.name).chain(self.definitions.keys().map(String::as_str));
            let mut known: Vec<&str> = known.collect();
            known.sort_unstable();
            let near = text::nearest(name, known).map_or_else(String::new, |near| format!("; did you mean {near}(…)?"));
            return mistake(span, format!("{NO_FUNCTION} {name}(…){near}"));
        };
        if args.len() != definition.parameters.len() {
            return mistake(span, format!("{name}(…) takes {} arguments and has {}", definition.parameters.len(), args.len()));
        }
        let mut parts = Vec::new();
        for (arg, (parameter, ty)) in args.iter().zip(&definition.parameters) {
            let part = self.build(arg, Some(ty))?;
            let fits = match (&part.ty, ty) {
                (Ty::Record(own), Ty::Record(allowed)) => own.iter().all(|structure| allowed.contains(structure)),
                (own, wanted) => own.agrees(wanted),
            };
            if !fits {
                return mistake(
                    arg.span,
                    format!("{parameter} of {name}(…) is {}; this is {}", ty.words(self.schema), part.ty.words(self.schema)),
                );
            }
            parts.push(part);
        }
        let Some(body) = definition.body(self.schema, self.definitions) else {
            return mistake(span, format!("{NO_FUNCTION} {name}(…) that is without fault"));
        };
        let codes: Vec<Code> = parts.iter().map(|part| part.code.clone()).collect();
        if let Some(mut typed) = self.inlined(&definition, body, args, &parts, span) {
            // What is more than a test of a field is remembered all the same.
            if let (Some(inline), [Code::Item(item)]) = (&body.inline, codes.as_slice())
                && reads(&inline.syntax) > 1
            {
                typed.code = match typed.code {
                    Code::Flag(code) => Code::Flag(FlagCode::remembered(item.clone(), definition.number, code)),
                    Code::Number(code) => remembered_number(definition.number, item.clone(), code),
                    code => code,
                };
            }
            return Ok(typed);
        }
        if let Some(code) = remembered(definition.number, body, &codes, &definition.parameters) {
            return Ok(self.defined(name, body, code, &parts, args, span));
        }
        let called = Called { arguments: codes, frame: body.frame, lets: body.lets.clone() };
        let code = match body.typed.code.clone() {
            Code::List(ListCode::Items(items)) => Code::items(move |cx, visit| {
                let kept = called.enter(cx)?;
                // What is done with an element belongs to the caller's frame.
                let end = items.each(cx, |cx, element| cx.outside(kept, |cx| visit(cx, element)));
                cx.leave(kept);
                end
            }),
            Code::List(list) => Code::list(move |cx, visit| {
                let kept = called.enter(cx)?;
                let end = list.walk(cx, &mut |cx, element| cx.outside(kept, |cx| visit(cx, element)));
                cx.leave(kept);
                end
            }),
            Code::Flag(flag) => Code::flag(move |cx| called.run(cx, |cx| flag.get(cx))),
            Code::Word(word) => Code::word(move |cx| called.run(cx, |cx| word.get(cx))),
            Code::Item(item) => Code::item(move |cx| called.run(cx, |cx| item.get(cx))),
            Code::Date(date) => Code::date(move |cx| called.run(cx, |cx| date.get(cx))),
            Code::Number(number) => Code::number(move |cx| called.run(cx, |cx| number(cx))),
            Code::Value(value) => Code::value(move |cx| called.run(cx, |cx| value(cx))),
        };
        Ok(self.defined(name, body, code, &parts, args, span))
    }

    /// What is known of a call of a definition.
    fn defined(&self, name: &str, body: &Body, code: Code, parts: &[Typed], args: &[Ast], span: Span) -> Typed {
        let mut typed = Typed::new(body.typed.ty.clone(), code).from(&parts.iter().collect::<Vec<_>>());
        typed.taint = typed.taint.and(Taint { people: false, ..body.typed.taint });
        if matches!(body.typed.ty, Ty::Number | Ty::List(_)) {
            typed.taint.people = body.typed.taint.people;
        } else {
            typed.taint.people = false;
        }
        typed.format = body.typed.format;
        typed.text = body.typed.text;
        if typed.unasked.is_none()
            && let Some(unasked) = &body.typed.unasked
        {
            typed.unasked = Some(super::types::Unasked {
                span,
                path: format!("{} (which {name}(…) reads)", unasked.path),
                depends_on: args.iter().map(|arg| self.innermost(arg)).max().unwrap_or(0),
            });
        }
        typed
    }
}

/// Whether an expression is a name, a value written out, or a field of what a name stands for.
fn is_at_hand(ast: &Ast) -> bool {
    match &ast.kind {
        Kind::Name(_) | Kind::Text(_) | Kind::Number(_) | Kind::Flag(_) => true,
        Kind::Field(base, _) => matches!(base.kind, Kind::Name(_)),
        _ => false,
    }
}

impl Scope<'_> {
    /// A small definition, compiled where it is called: its parameters are what the caller passes.
    fn inlined(&mut self, definition: &Definition, body: &Body, args: &[Ast], parts: &[Typed], span: Span) -> Option<Typed> {
        let inline = body.inline.as_ref()?;
        let mut own = vec![self.variables.first()?.clone()];
        for (arg, (part, (name, _))) in args.iter().zip(parts.iter().zip(&definition.parameters)) {
            // What is passed is read again wherever the definition names it: it has to cost next to nothing.
            if !is_at_hand(arg) {
                return None;
            }
            own.push(Variable {
                name: name.clone(),
                ty: part.ty.clone(),
                slot: self.innermost(arg),
                taint: part.taint,
                text: part.text,
                format: part.format,
                stands_for: None,
                syntax: None,
                once: false,
                used: false,
                field: part.field,
                passed: Some((Arc::new(part.clone()), self.path_text(arg))),
            });
        }
        let outer = (std::mem::replace(&mut self.variables, own), std::mem::replace(&mut self.parameters, inline.parameters.clone()));
        let watching = std::mem::replace(&mut self.watching, inline.watching.clone());
        let built = self.build(&inline.syntax, Some(&body.typed.ty));
        (self.variables, self.parameters) = outer;
        self.watching = watching;
        // Where the caller's narrower types do not fit, it is called.
        let mut typed = built.ok().filter(|typed| typed.ty.agrees(&body.typed.ty))?;
        typed.taint.people &= matches!(typed.ty, Ty::Number | Ty::List(_));
        // What was passed is named first, as where it is called.
        let passed = parts.iter().find_map(|part| part.unasked.clone());
        typed.unasked = passed.or(typed.unasked.map(|unasked| super::types::Unasked {
            span,
            path: format!("{} (which {}(…) reads)", unasked.path, definition.name),
            depends_on: args.iter().map(|arg| self.innermost(arg)).max().unwrap_or(0),
        }));
        Some(typed)
    }
}

/// How many fields and entries an expression reads, and how many functions it calls.
fn reads(ast: &Ast) -> usize {
    let of = |parts: &[&Ast]| parts.iter().map(|part| reads(part)).sum();
    match &ast.kind {
        Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => 0,
        Kind::Field(a, _) => 1 + reads(a),
        Kind::Not(a) | Kind::Minus(a) => reads(a),
        Kind::Index(a, b) => 1 + reads(a) + reads(b),
        Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => of(&[a, b]),
        Kind::Choice(a, b, c) => of(&[a, b, c]),
        Kind::List(all) => all.iter().map(reads).sum(),
        Kind::Call(_, target, args) => 1 + target.iter().map(|target| &**target).chain(args).map(reads).sum::<usize>(),
    }
}

/// What a definition is called with beside a record, as far as what it gives may be remembered by it.
enum Beside {
    Item(ItemCode),
    Word(WordCode),
    Date(DateCode),
}

impl Beside {
    /// A number by which it is told from others of its kind.
    #[inline]
    fn number(&self, cx: &mut Cx<'_>) -> Option<u32> {
        match self {
            Beside::Item(item) => item.get(cx).ok().map(|item| item.node),
            Beside::Word(word) => word.get(cx).ok().map(u32::from),
            Beside::Date(date) => date.get(cx).ok().filter(|day| day.is_day()).map(|day| day.first.cast_unsigned()),
        }
    }
}

/// Code for a definition of a record and up to two more records, words or dates: what it gave for them is
/// remembered. Lists are not, but for those of the whole programme: they would have to be copied, and few are
/// asked for twice.
fn remembered(number: u32, body: &Body, arguments: &[Code], parameters: &[(String, Ty)]) -> Option<Code> {
    let ty = &body.typed.ty;
    let is_small = matches!(ty, Ty::Flag | Ty::Number | Ty::Date | Ty::Word(_) | Ty::Map(..));
    let is_whole = matches!(ty, Ty::List(of) if matches!(**of, Ty::Record(_)))
        && matches!(parameters, [(_, Ty::Record(structs))] if structs.as_slice() == [CHARTER]);
    if !is_small && !is_whole {
        return None;
    }
    let ([Code::Item(first), others @ ..], [_, types @ ..]) = (arguments, parameters) else { return None };
    let first = first.clone();
    let mut beside = Vec::new();
    for (code, (_, ty)) in others.iter().zip(types) {
        beside.push(match (code, ty) {
            (Code::Item(item), _) => Beside::Item(item.clone()),
            (code, Ty::Word(_)) => Beside::Word(code.clone().into_word()),
            (code, Ty::Date) => Beside::Date(code.clone().into_date()),
            _ => return None,
        });
    }
    if beside.len() > 2 {
        return None;
    }
    let code = body.typed.code.clone();
    let is_exact = matches!(code, Code::Number(_));
    let called = Called { arguments: arguments.to_vec(), frame: body.frame, lets: body.lets.clone() };
    if let (Code::Flag(code), []) = (&code, beside.as_slice()) {
        let code = code.clone();
        let work_out = FlagCode::any(move |cx| called.run(cx, |cx| code.get(cx)));
        return Some(Code::Flag(FlagCode::remembered(first, number, work_out)));
    }
    if let (Code::Number(code), []) = (&code, beside.as_slice()) {
        let code = code.clone();
        let work_out: NumberCode = Arc::new(move |cx| called.run(cx, |cx| code(cx)));
        return Some(remembered_number(number, first, work_out));
    }
    let work_out: ValueCode = Arc::new(move |cx| called.run(cx, |cx| code.run(cx)));
    let code: ValueCode = Arc::new(move |cx| {
        let Ok(one) = first.get(cx) else { return work_out(cx) };
        let mut others = 0u64;
        for other in &beside {
            let Some(number) = other.number(cx) else { return work_out(cx) };
            others = others << 32 | u64::from(number);
        }
        let key = (number, one.node, others);
        if let Some(known) = cx.remembered.get(&key) {
            return known.clone();
        }
        let result = work_out(cx);
        // What was stopped for its steps may well come to an end another time.
        if !matches!(result, Err(No::Fault(Fault::Budget))) {
            cx.remembered.insert(key, result.clone());
        }
        result
    });
    let code = Code::Value(code);
    Some(match ty {
        Ty::Flag => Code::Flag(code.into_flag()),
        Ty::Word(_) => Code::Word(code.into_word()),
        Ty::Date => Code::Date(code.into_date()),
        Ty::Number if is_exact => Code::Number(code.into_number()),
        Ty::List(_) => Code::List(ListCode::Items(code.into_items())),
        _ => code,
    })
}

/// Code for a definition of one record that gives a number: what it gave is looked up by the record.
fn remembered_number(number: u32, item: ItemCode, work_out: NumberCode) -> Code {
    Code::number(move |cx| {
        let object = item.get(cx).ok().and_then(|own| cx.programme.object_number(own.node));
        if let Some(known) = object.and_then(|object| cx.number(number, object)) {
            return known;
        }
        let result = work_out(cx);
        if let Some(object) = object {
            cx.remember_number(number, object, result);
        }
        result
    })
}

/// What calling a definition takes.
struct Called {
    arguments: Vec<Code>,
    frame: usize,
    lets: Vec<usize>,
}

impl Called {
    #[inline]
    fn enter(&self, cx: &mut Cx<'_>) -> Eval<(usize, usize)> {
        cx.enter(&self.arguments, self.frame, &self.lets)
    }

    /// Runs the definition's code in a frame of its own.
    #[inline]
    fn run<'p, T>(&self, cx: &mut Cx<'p>, code: impl FnOnce(&mut Cx<'p>) -> Eval<T>) -> Eval<T> {
        let kept = self.enter(cx)?;
        let result = code(cx);
        cx.leave(kept);
        result
    }
}
