//! Macros and functions: what each takes, what it gives, and its code.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::build::{Scope, mistake};
use super::code::{Code, Fields, ItemsCode, ListCode, TextCode, WordCode};
use super::flag::FlagCode;
use super::frame::Cx;
use super::leading::Leading;
use super::parse::{Ast, Kind, Mistake};
use super::pattern::Pattern;
use super::screen::Screen;
use super::types::{Format, Taint, TextKind, Ty, Typed, Words};
use super::value::{Decimal, Eval, Fault, Key, No, Value};
use crate::document::{Kind as NodeKind, Node};
use crate::programme::{Item, Programme, Reading};
use crate::rule::function::{dates, statistics, survival, text as texts_like};
use crate::schema::form::{self, Period, Precision};
use crate::schema::guide::Quoted;
use crate::schema::{CHARTER, FieldId, Guide, Judged, Schema};
use crate::text::Span;

type Built<T> = Result<T, Mistake>;

/// How many records are told apart by looking at each.
const FEW: usize = 32;

/// How what is said of a call begins where nothing of that name is known.
pub const NO_FUNCTION: &str = "there is no function or definition";

impl Scope<'_> {
    pub(super) fn call(&mut self, ast: &Ast, name: &str, target: Option<&Ast>, args: &[Ast]) -> Built<Typed> {
        let span = ast.span;
        match (name, target, args) {
            ("has", None, [path]) => self.has(path),
            ("known", None, [path]) => self.known(path),
            ("otherwise", None, [path, default]) => self.otherwise(path, default),
            ("exists" | "all" | "exists_one" | "filter" | "map" | "sort_by", Some(list), [variable, body]) => {
                self.walk(name, list, variable, body, span)
            }
            ("at_least" | "below", Some(word), [bound]) => self.ordered(name, word, bound),
            ("contains" | "startsWith" | "endsWith" | "matches", Some(text), [other]) => self.text_test(name, text, other),
            ("lower" | "trim", None, [text]) => {
                let part = self.build(text, Some(&Ty::Text))?;
                self.expect(&part, &Ty::Text, text.span)?;
                let (run, lower) = (part.code.clone(), name == "lower");
                let mut typed = Typed::new(
                    Ty::Text,
                    Code::value(move |cx| match run.run(cx)? {
                        Value::Text(text) => Ok(Value::Text(if lower { text.to_lowercase() } else { text.trim().to_owned() }.into())),
                        _ => Err(No::Fault(Fault::Internal)),
                    }),
                )
                .from(&[&part]);
                typed.text = TextKind::Free;
                Ok(typed)
            }
            ("size", None, [of]) | ("size", Some(of), []) => self.size(of),
            ("days" | "months", None, [a, b]) => self.days(name == "days", a, b),
            ("add_days" | "add_months", None, [date, number]) => self.add(name == "add_days", date, number),
            ("date", None, [text]) => self.date(text),
            ("busiest", None, [dates, amounts, days]) => self.busiest(dates, amounts, days),
            ("sum" | "mean" | "min" | "max" | "median", None, [list]) => self.fold(name, list),
            ("min" | "max", None, [a, b]) => self.either(name, a, b),
            ("quantile", None, [list, q]) => self.quantile(list, q),
            ("abs", None, [number]) => {
                let part = self.number(number)?;
                let run = part.code.clone().into_number();
                Ok(Typed::new(Ty::Number, Code::number(move |cx| Ok(Decimal(run(cx)?.0.abs())))).from(&[&part]))
            }
            ("share", None, [n, of]) => self.share(n, of),
            ("people", None, [n]) => self.number(n),
            ("distinct", None, [list]) => self.distinct(list),
            ("count_by", None, [list]) => self.count_by(list),
            ("first" | "last", None, [list]) => self.end_of(name == "first", list),
            ("register_of", None, [record]) => self.register_of(record),
            ("missing", None, [record, fields]) => self.missing(record, fields),
            ("texts" | "values", None, [record]) => {
                let part = self.record(record)?;
                let list = ListCode::Texts(part.code.clone().into_item(), name == "texts", None);
                let mut typed = Typed::new(Ty::List(Box::new(Ty::Text)), Code::List(list));
                typed.taint.hidden = true;
                typed.text = TextKind::Free;
                Ok(typed)
            }
            ("censored_median", None, [ended, running]) => self.censored_median(ended, running),
            ("open_errors", None, [day, stage]) => self.open_errors(day, stage),
            ("upstream" | "downstream", None, [record, register]) => self.along(name == "upstream", record, register),
            ("total_variation" | "fit_p", None, [counts, shares]) => self.fit(name == "fit_p", counts, shares),
            ("binomial_low_p", None, [k, n, p]) => self.binomial(k, n, p),
            ("fisher_p", None, [a, b, c, d]) => self.fisher(&[a, b, c, d]),
            ("holm", None, [p, list]) => self.holm(p, list),
            ("gini", None, [list]) => self.gini(list),
            ("chance_gini", None, [mean]) => {
                let part = self.number(mean)?;
                let run = part.code.clone();
                Ok(Typed::new(Ty::Number, Code::value(move |cx| statistic(statistics::chance_gini(number_of(run.run(cx)?)?.to_f64()))))
                    .from(&[&part]))
            }
            ("looks_like_contact", None, [text]) => {
                let part = self.build(text, Some(&Ty::Text))?;
                self.expect(&part, &Ty::Text, text.span)?;
                let text = TextCode::of(&part);
                let screen = part.variable.map(|slot| Screen::new(slot, texts_like::may_be_contact, texts_like::looks_like_contact));
                let mut typed = Typed::new(Ty::Flag, Code::flag(move |cx| text.look(cx, texts_like::looks_like_contact))).from(&[&part]);
                typed.screen = screen;
                Ok(typed)
            }
            _ => self.definition(name, target, args, span),
        }
    }

    fn number(&mut self, ast: &Ast) -> Built<Typed> {
        let part = self.build(ast, Some(&Ty::Number))?;
        self.expect(&part, &Ty::Number, ast.span)?;
        Ok(part)
    }

    fn record(&mut self, ast: &Ast) -> Built<Typed> {
        let part = self.build(ast, None)?;
        match part.ty {
            Ty::Record(_) => Ok(part),
            _ => mistake(ast.span, format!("this is {}; a record is expected", part.ty.words(self.schema))),
        }
    }

    fn list_of(&mut self, ast: &Ast, of: &Ty) -> Built<(Typed, ListCode)> {
        let expected = Ty::List(Box::new(of.clone()));
        let part = self.build(ast, Some(&expected))?;
        self.expect(&part, &expected, ast.span)?;
        let list = part.code.clone().into_list();
        Ok((part, list))
    }

    fn any_list(&mut self, ast: &Ast) -> Built<(Typed, Ty, ListCode)> {
        let part = self.build(ast, None)?;
        let Ty::List(of) = &part.ty else {
            return mistake(ast.span, format!("this is {}; a list is expected", part.ty.words(self.schema)));
        };
        let (of, list) = ((**of).clone(), part.code.clone().into_list());
        Ok((part, of, list))
    }

    /// `has(x.f)`: written, neither unknown nor blank; no value where the value is at fault or `x` has none.
    fn has(&mut self, path: &Ast) -> Built<Typed> {
        let Kind::Field(base_ast, name) = &path.kind else {
            return mistake(path.span, "has(…) takes a field, as in has(x.field); use known(…) for anything else");
        };
        let base = self.build(base_ast, None)?;
        let Ty::Record(structs) = &base.ty else { return mistake(path.span, format!("{} has no fields", base.ty.words(self.schema))) };
        let step = self.step(structs, name, path.span)?;
        let item = base.code.clone().into_item();
        let code = match step {
            super::build::Step::Field { fields, register: Some(register), .. } if fields.len() == 1 => Code::Flag(FlagCode::kept(register)),
            super::build::Step::Field { fields, .. } => {
                let fields = Fields::new(self.schema, &fields);
                Code::Flag(FlagCode::has(item, fields))
            }
            super::build::Step::Inverse { holders, .. } => {
                let registers: Vec<Option<u16>> = holders.iter().map(|holder| super::types::root_register(self.schema, *holder)).collect();
                Code::flag(move |cx| {
                    for register in &registers {
                        let Some(register) = register else { return Ok(true) };
                        match cx.programme.registers.get(usize::from(*register)) {
                            Some(state) if state.kept => return Ok(true),
                            Some(state) if state.incomplete.is_some() => return Err(No::Incomplete(*register)),
                            _ => {}
                        }
                    }
                    Ok(false)
                })
            }
            super::build::Step::Parent(_) => Code::flag(|_| Ok(true)),
        };
        let mut typed = Typed::new(Ty::Flag, code);
        typed.taint.hidden = base.taint.hidden;
        typed.unasked = base.unasked;
        typed.if_true = self.path_text(path).into_iter().collect();
        Ok(typed)
    }

    fn known(&mut self, path: &Ast) -> Built<Typed> {
        let part = self.build(path, None)?;
        let run = part.code.clone();
        let is_list = matches!(part.ty, Ty::List(_));
        let code = if is_list {
            let list = run.into_list();
            Code::flag(move |cx| match list.walk(cx, &mut |_, _| true) {
                Ok(()) => Ok(true),
                Err(No::Fault(fault)) => Err(No::Fault(fault)),
                Err(_) => Ok(false),
            })
        } else {
            match run {
                Code::Flag(run) => Code::flag(move |cx| is_known(run.get(cx))),
                Code::Word(run) => Code::flag(move |cx| is_known(run.get(cx))),
                Code::Item(run) => Code::flag(move |cx| is_known(run.get(cx))),
                Code::Date(run) => Code::flag(move |cx| is_known(run.get(cx))),
                Code::Number(run) => Code::flag(move |cx| is_known(run(cx))),
                run => Code::flag(move |cx| is_known(run.run(cx))),
            }
        };
        let mut typed = Typed::new(Ty::Flag, code);
        typed.taint.hidden = part.taint.hidden;
        let mut at = path;
        loop {
            typed.if_true.extend(self.path_text(at));
            match &at.kind {
                Kind::Field(base, _) | Kind::Index(base, _) => at = base,
                _ => break,
            }
        }
        Ok(typed)
    }

    fn otherwise(&mut self, path: &Ast, default: &Ast) -> Built<Typed> {
        let part = self.build(path, None)?;
        let other = self.build(default, Some(&part.ty))?;
        self.expect(&other, &part.ty, default.span)?;
        let code = match (part.code.clone(), other.code.clone()) {
            (Code::Flag(run), Code::Flag(_)) if matches!(default.kind, Kind::Flag(false)) => Code::Flag(run.or_no()),
            (Code::Flag(run), Code::Flag(fallback)) => Code::flag(move |cx| match run.get(cx) {
                Err(no) if !matches!(no, No::Fault(_)) => fallback.get(cx),
                known => known,
            }),
            (Code::Word(run), Code::Word(fallback)) => Code::word(move |cx| match run.get(cx) {
                Err(no) if !matches!(no, No::Fault(_)) => fallback.get(cx),
                known => known,
            }),
            (Code::Date(run), Code::Date(fallback)) => Code::date(move |cx| match run.get(cx) {
                Err(no) if !matches!(no, No::Fault(_)) => fallback.get(cx),
                known => known,
            }),
            (Code::Number(run), Code::Number(fallback)) => Code::number(move |cx| match run(cx) {
                Err(no) if !matches!(no, No::Fault(_)) => fallback(cx),
                known => known,
            }),
            (run, fallback) => Code::value(move |cx| match run.run(cx) {
                Err(no) if !matches!(no, No::Fault(_)) => fallback.run(cx),
                known => known,
            }),
        };
        let mut typed = Typed::new(part.ty.clone(), code);
        typed.taint = part.taint.and(other.taint);
        typed.format = part.format;
        typed.text = if part.text == other.text || other.text == TextKind::Safe { part.text } else { TextKind::Free };
        typed.unasked = other.unasked;
        Ok(typed)
    }

    fn walk(&mut self, name: &str, list_ast: &Ast, variable: &Ast, body: &Ast, span: Span) -> Built<Typed> {
        let Kind::Name(variable_name) = &variable.kind else {
            return mistake(variable.span, "a name is expected here, as in exists(x, …)");
        };
        let (list_part, of, list) = self.any_list(list_ast)?;
        let is_test = name != "map" && name != "sort_by";
        let (slot, inner) = self.each(&list_part, variable_name, span, |scope, slot| {
            let inner = if is_test { scope.flag(body)? } else { scope.build(body, None)? };
            if matches!(name, "filter" | "map" | "exists_one" | "sort_by") {
                scope.asked(&inner, name, slot)?;
            }
            Ok((slot, inner))
        })?;
        let unasked = inner.unasked.clone();
        let code = match (name, &of) {
            ("map", Ty::Record(_)) if !matches!(inner.ty, Ty::Record(_)) => {
                Code::List(ListCode::Mapped(list_part.code.clone().into_items(), slot, Box::new(inner.code.clone())))
            }
            ("map", Ty::Record(_)) => {
                let (items, body) = (list_part.code.clone().into_items(), inner.code.clone());
                mapped(body, &inner.ty, move |cx, run| {
                    items.each(cx, |cx, element| {
                        let given = element.map(|item| cx.set_item(slot, Ok(item)));
                        run(cx, given)
                    })
                })
            }
            ("map", _) => {
                let body = inner.code.clone();
                mapped(body, &inner.ty, move |cx, run| {
                    list.walk(cx, &mut |cx, element| {
                        let given = element.map(|element| cx.set(slot, Ok(element)));
                        run(cx, given)
                    })
                })
            }
            ("sort_by", _) => {
                if !matches!(inner.ty, Ty::Number | Ty::Date | Ty::Text | Ty::Word(_) | Ty::Time) {
                    return mistake(body.span, "the key of sort_by must be a number, a date, a text or a word");
                }
                let key = inner.code.clone();
                let sorted = Code::list(move |cx, visit| {
                    let mut sorted: Vec<(Key, Value<'_>)> = Vec::new();
                    each_value(cx, &list, &mut |cx, element| {
                        cx.set(slot, Ok(element.clone()));
                        let key = key.run(cx)?.key(cx.programme);
                        sorted.push((key, element));
                        Ok(())
                    })?;
                    sorted.sort_by(|a, b| a.0.cmp(&b.0));
                    for (_, element) in sorted {
                        if !visit(cx, Ok(element)) {
                            break;
                        }
                    }
                    Ok(())
                });
                if matches!(of, Ty::Record(_)) { Code::List(ListCode::Items(sorted.into_items())) } else { sorted }
            }
            (name, Ty::Record(_)) => tested_items(name, list_part.code.clone().into_items(), slot, inner.code.clone().into_flag()),
            (name, _) => {
                let screen = inner.screen.clone().filter(|screen| screen.slot == slot && matches!(name, "exists" | "filter"));
                let list = match list {
                    ListCode::Texts(item, texts, None) => ListCode::Texts(item, texts, screen),
                    list => list,
                };
                let own = if let ListCode::Texts(item, texts, Some(screen)) = &list {
                    Some((item.clone(), *texts, screen.clone()))
                } else {
                    None
                };
                match (tested(name, list, slot, inner.code.clone().into_flag()), own) {
                    (Code::Flag(code), Some((item, texts, screen))) if name == "exists" => {
                        Code::Flag(FlagCode::texts(item, texts, screen, code))
                    }
                    (code, _) => code,
                }
            }
        };
        let ty = match name {
            "filter" | "sort_by" => Ty::List(Box::new(of)),
            "map" => Ty::List(Box::new(inner.ty.clone())),
            _ => Ty::Flag,
        };
        let mut typed = Typed::new(ty, code);
        typed.taint = match name {
            "map" => Taint { people: list_part.taint.people || inner.taint.people, ..inner.taint },
            "filter" | "sort_by" => list_part.taint,
            _ => Taint::NONE,
        };
        let source = if name == "map" { &inner } else { &list_part };
        typed.text = source.text;
        typed.format = source.format;
        typed.field = source.field;
        typed.unasked = list_part.unasked.clone().or(unasked);
        if matches!(name, "filter" | "sort_by") {
            typed.element_facts.clone_from(&list_part.element_facts);
            if name == "filter" {
                let own = format!("#{slot}");
                typed.element_facts.extend(
                    inner
                        .if_true
                        .iter()
                        .filter_map(|fact| fact.strip_prefix(&own))
                        .filter(|rest| rest.starts_with(['.', '[']))
                        .map(str::to_owned),
                );
            }
        }
        Ok(typed)
    }

    fn ordered(&mut self, name: &str, word: &Ast, bound: &Ast) -> Built<Typed> {
        let part = self.build(word, None)?;
        let Ty::Word(Words::Vocabulary(id)) = part.ty else {
            return mistake(word.span, format!("{name}(…) asks a word of an ordered vocabulary; this is {}", part.ty.words(self.schema)));
        };
        let Some(vocabulary) = self.schema.vocabulary(id).filter(|known| known.ordered) else {
            return mistake(
                word.span,
                format!("the words of {} have no order", self.schema.vocabulary(id).map_or("", |known| known.name.as_str())),
            );
        };
        let ordered: Vec<bool> = vocabulary.words.iter().map(|word| word.ordered).collect();
        if let Kind::Text(text) = &bound.kind
            && vocabulary.words.iter().any(|word| word.text == *text && !word.ordered)
        {
            return mistake(bound.span, format!("'{text}' has no place in the order of {}", vocabulary.name));
        }
        let other = self.build(bound, Some(&part.ty))?;
        self.expect(&other, &part.ty, bound.span)?;
        let (run, limit, at_least) = (part.code.clone().into_word(), other.code.clone().into_word(), name == "at_least");
        Ok(Typed::new(
            Ty::Flag,
            Code::flag(move |cx| {
                let (own, bound) = (run.get(cx)?, limit.get(cx)?);
                // A word outside the order is neither at least nor below.
                let placed =
                    ordered.get(usize::from(own)).copied().unwrap_or(false) && ordered.get(usize::from(bound)).copied().unwrap_or(false);
                Ok(placed && (if at_least { own >= bound } else { own < bound }))
            }),
        )
        .from(&[&part, &other]))
    }

    fn text_test(&mut self, name: &str, text_ast: &Ast, other_ast: &Ast) -> Built<Typed> {
        let part = self.build(text_ast, Some(&Ty::Text))?;
        self.expect(&part, &Ty::Text, text_ast.span)?;
        let own = TextCode::of(&part);
        if name == "matches" {
            let Kind::Text(pattern) = &other_ast.kind else {
                return mistake(other_ast.span, "matches(…) takes a pattern written out in quotes");
            };
            let pattern = match Pattern::shared(pattern) {
                Ok(pattern) => pattern,
                Err(_) => return mistake(other_ast.span, "the pattern cannot be read"),
            };
            let screening = Arc::clone(&pattern);
            let mut typed =
                Typed::new(Ty::Flag, Code::flag(move |cx| own.look(cx, |text| pattern.is_match(text))?.ok_or(No::Fault(Fault::Budget))))
                    .from(&[&part]);
            // What cannot be matched is left to the test itself.
            typed.screen = part.variable.map(|slot| {
                let sieve = Arc::clone(&screening);
                Screen::new(
                    slot,
                    move |text, is_escaped| sieve.may_match_written(text, is_escaped),
                    move |text| screening.is_match(text).unwrap_or(true),
                )
            });
            return Ok(typed);
        }
        let other = self.build(other_ast, Some(&Ty::Text))?;
        self.expect(&other, &Ty::Text, other_ast.span)?;
        let run_other = other.code.clone();
        let test: fn(&str, &str) -> bool = match name {
            "contains" => |text, other| text.contains(other),
            "startsWith" => |text, other| text.starts_with(other),
            _ => |text, other| text.ends_with(other),
        };
        Ok(Typed::new(
            Ty::Flag,
            Code::flag(move |cx| match run_other.run(cx) {
                Ok(Value::Text(other)) => own.look(cx, |text| test(text, &other)),
                Ok(_) => Err(No::Fault(Fault::Internal)),
                // What is not recorded of the text itself is named first.
                Err(no) => own.look(cx, |_| ()).and(Err(no)),
            }),
        )
        .from(&[&part, &other]))
    }

    fn size(&mut self, of: &Ast) -> Built<Typed> {
        let part = self.build(of, None)?;
        let list = match &part.ty {
            Ty::List(of) if matches!(**of, Ty::Record(_)) => Some(ListCode::Items(part.code.clone().into_items())),
            Ty::List(_) => Some(part.code.clone().into_list()),
            _ => None,
        };
        if let Some(list) = list {
            let counted = list.clone();
            let mut typed = Typed::new(Ty::Number, Code::number(move |cx| counted.count(cx).map(Decimal::whole))).from(&[&part]);
            typed.size_of = Some(list);
            return Ok(typed);
        }
        let code = match &part.ty {
            Ty::Text | Ty::Map(..) => {
                let run = part.code.clone();
                Code::number(move |cx| match run.run(cx)? {
                    Value::Text(text) => Ok(Decimal::whole(text.chars().count() as i64)),
                    Value::Map(map) => Ok(Decimal::whole(map.len() as i64)),
                    _ => Err(No::Fault(Fault::Internal)),
                })
            }
            other => return mistake(of.span, format!("{} has no size", other.words(self.schema))),
        };
        Ok(Typed::new(Ty::Number, code).from(&[&part]))
    }

    fn dated(&mut self, ast: &Ast) -> Built<Typed> {
        let part = self.build(ast, Some(&Ty::Date))?;
        self.expect(&part, &Ty::Date, ast.span)?;
        Ok(part)
    }

    fn days(&mut self, in_days: bool, a: &Ast, b: &Ast) -> Built<Typed> {
        let (from, to) = (self.dated(a)?, self.dated(b)?);
        let (x, y) = (from.code.clone().into_date(), to.code.clone().into_date());
        Ok(Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let (a, b) = (x.get(cx)?, y.get(cx)?);
                let day = |days: i32| Decimal::whole(i64::from(days));
                if in_days {
                    let (least, most) = (b.first - a.last, b.last - a.first);
                    return Ok(if least == most { Value::Number(day(least)) } else { Value::Between(Box::new((day(least), day(most)))) });
                }
                if !a.is_day() || !b.is_day() {
                    return Err(No::Period);
                }
                Ok(Value::Number(day(dates::months_between(a.first, b.first))))
            }),
        )
        .from(&[&from, &to]))
    }

    fn add(&mut self, days: bool, date: &Ast, number: &Ast) -> Built<Typed> {
        let (date, number) = (self.dated(date)?, self.number(number)?);
        let (x, n) = (date.code.clone().into_date(), number.code.clone().into_number());
        Ok(Typed::new(
            Ty::Date,
            Code::date(move |cx| {
                let (period, number) = (x.get(cx)?, n(cx)?);
                let number = number.to_whole().ok_or(No::Fault(Fault::NotWhole))?;
                let number = i32::try_from(number).ok().filter(|number| number.abs() < 1_000_000).ok_or(No::Fault(Fault::Overflow))?;
                Ok(if days {
                    Period { first: period.first + number, last: period.last + number }
                } else {
                    dates::move_months(period, number)
                })
            }),
        )
        .from(&[&date, &number]))
    }

    fn date(&mut self, ast: &Ast) -> Built<Typed> {
        let Kind::Text(text) = &ast.kind else { return mistake(ast.span, "date(…) takes a date written out in quotes") };
        let Some((first, precision)) = form::date(text.as_bytes()) else {
            return mistake(ast.span, "this is no date that exists; write YYYY-MM-DD");
        };
        let period = Period::starting(first, precision);
        Ok(Typed::new(Ty::Date, Code::date(move |_| Ok(period))))
    }

    fn busiest(&mut self, dates_ast: &Ast, amounts_ast: &Ast, days_ast: &Ast) -> Built<Typed> {
        let (dates_part, dates_list) = self.list_of(dates_ast, &Ty::Date)?;
        let (amounts_part, amounts_list) = self.list_of(amounts_ast, &Ty::Number)?;
        let days_part = self.number(days_ast)?;
        let days_code = days_part.code.clone();
        Ok(Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let mut days = Vec::with_capacity(FEW);
                each_value(cx, &dates_list, &mut |_, value| {
                    let period = period_of(value)?;
                    if !period.is_day() {
                        return Err(No::Period);
                    }
                    days.push(period.first);
                    Ok(())
                })?;
                let amounts = numbers(cx, &amounts_list)?;
                if amounts.len() != days.len() {
                    return Err(No::Fault(Fault::Internal));
                }
                let window = number_of(days_code.run(cx)?)?
                    .to_whole()
                    .and_then(|days| i32::try_from(days).ok())
                    .ok_or(No::Fault(Fault::NotWhole))?;
                let dated: Vec<(i32, i128)> = days.into_iter().zip(amounts.iter().map(|amount| amount.0)).collect();
                Ok(Value::Number(Decimal(dates::busiest(&dated, window))))
            }),
        )
        .from(&[&dates_part, &amounts_part, &days_part]))
    }

    fn fold(&mut self, name: &str, list_ast: &Ast) -> Built<Typed> {
        let (part, of, list) = self.any_list(list_ast)?;
        if of == Ty::Date && matches!(name, "min" | "max") {
            let least = name == "min";
            return Ok(Typed::new(
                Ty::Date,
                Code::date(move |cx| {
                    let mut best: Option<Period> = None;
                    each_value(cx, &list, &mut |_, value| {
                        let period = period_of(value)?;
                        best = Some(best.map_or(period, |best| {
                            if least {
                                Period { first: best.first.min(period.first), last: best.last.min(period.last) }
                            } else {
                                Period { first: best.first.max(period.first), last: best.last.max(period.last) }
                            }
                        }));
                        Ok(())
                    })?;
                    best.ok_or(No::Empty)
                }),
            )
            .from(&[&part]));
        }
        if of != Ty::Number {
            return mistake(list_ast.span, format!("{name}(…) needs a list of numbers; this is {}", part.ty.words(self.schema)));
        }
        let code = match name {
            "sum" => Code::number(move |cx| {
                let mut sum = Decimal(0);
                each_number(cx, &list, &mut |number| {
                    sum = sum.plus(number).ok_or(No::Fault(Fault::Overflow))?;
                    Ok(())
                })?;
                Ok(sum)
            }),
            "min" | "max" => {
                let least = name == "min";
                Code::number(move |cx| {
                    let mut best: Option<Decimal> = None;
                    each_number(cx, &list, &mut |number| {
                        best = Some(best.map_or(number, |best| if least { best.min(number) } else { best.max(number) }));
                        Ok(())
                    })?;
                    best.ok_or(No::Empty)
                })
            }
            other => {
                let is_mean = other == "mean";
                Code::number(move |cx| {
                    let all = numbers(cx, &list)?;
                    if all.is_empty() {
                        return Err(No::Empty);
                    }
                    (if is_mean { Decimal::mean(&all) } else { Decimal::median(all) }).ok_or(No::Fault(Fault::Overflow))
                })
            }
        };
        let mut typed = Typed::new(Ty::Number, code).from(&[&part]);
        typed.format = part.format;
        Ok(typed)
    }

    fn either(&mut self, name: &str, a: &Ast, b: &Ast) -> Built<Typed> {
        let (left, right) = (self.number(a)?, self.number(b)?);
        let (x, y, least) = (left.code.clone().into_number(), right.code.clone().into_number(), name == "min");
        Ok(Typed::new(
            Ty::Number,
            Code::number(move |cx| {
                let (x, y) = (x(cx)?, y(cx)?);
                Ok(if least { x.min(y) } else { x.max(y) })
            }),
        )
        .from(&[&left, &right]))
    }

    fn quantile(&mut self, list_ast: &Ast, q_ast: &Ast) -> Built<Typed> {
        let (part, list) = self.list_of(list_ast, &Ty::Number)?;
        let q = self.number(q_ast)?;
        let run = q.code.clone();
        Ok(Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let all: Vec<f64> = numbers(cx, &list)?.iter().map(|number| number.to_f64()).collect();
                let q = number_of(run.run(cx)?)?.to_f64();
                if all.is_empty() {
                    return Err(No::Empty);
                }
                statistic(statistics::quantile(&all, q))
            }),
        )
        .from(&[&part, &q]))
    }

    fn share(&mut self, n: &Ast, of: &Ast) -> Built<Typed> {
        let (part, whole) = (self.number(n)?, self.number(of)?);
        let (x, y) = (part.code.clone().into_number(), whole.code.clone().into_number());
        let mut typed = Typed::new(
            Ty::Number,
            Code::number(move |cx| {
                let (n, of) = (x(cx)?, y(cx)?);
                if of.0 == 0 {
                    return Err(No::Empty);
                }
                n.divide(of).ok_or(No::Fault(Fault::Overflow))
            }),
        )
        .from(&[&part, &whole]);
        typed.format = Format::Share;
        Ok(typed)
    }

    fn distinct(&mut self, list_ast: &Ast) -> Built<Typed> {
        let (part, _, list) = self.any_list(list_ast)?;
        if matches!(&part.ty, Ty::List(of) if matches!(**of, Ty::Record(_))) {
            let items = part.code.clone().into_items();
            let code = Code::items(move |cx, visit| {
                let (mut kept, mut seen, mut many) =
                    (Vec::with_capacity(FEW), Vec::with_capacity(FEW), HashSet::with_hasher(FixedState::default()));
                let mut why = None;
                let end = items.each(cx, |cx, element| {
                    match element {
                        Ok(item) => {
                            let own = cx.programme.identity(item);
                            // A few are told apart soonest by looking at each.
                            let is_new = if seen.len() < FEW { !seen.contains(&own) } else { !seen.contains(&own) && many.insert(own) };
                            if is_new {
                                if seen.len() < FEW {
                                    seen.push(own);
                                }
                                kept.push(item);
                            }
                        }
                        Err(no) => why = Some(no),
                    }
                    why.is_none()
                });
                why.map_or(end, Err)?;
                for item in kept {
                    if !visit(cx, Ok(item)) {
                        break;
                    }
                }
                Ok(())
            });
            let mut typed = Typed::new(part.ty.clone(), code).from(&[&part]);
            typed.text = part.text;
            typed.format = part.format;
            return Ok(typed);
        }
        let mut typed = Typed::new(
            part.ty.clone(),
            Code::list(move |cx, visit| {
                let mut seen = HashSet::with_hasher(FixedState::default());
                let mut kept = Vec::new();
                each_value(cx, &list, &mut |cx, value| {
                    if seen.insert(value.key(cx.programme)) {
                        kept.push(value);
                    }
                    Ok(())
                })?;
                for value in kept {
                    if !visit(cx, Ok(value)) {
                        break;
                    }
                }
                Ok(())
            }),
        )
        .from(&[&part]);
        typed.text = part.text;
        typed.format = part.format;
        Ok(typed)
    }

    fn count_by(&mut self, list_ast: &Ast) -> Built<Typed> {
        let (part, of, list) = self.any_list(list_ast)?;
        if !matches!(of, Ty::Word(_) | Ty::Text | Ty::Record(_)) {
            return mistake(list_ast.span, format!("count_by(…) counts words, texts or records; this is {}", part.ty.words(self.schema)));
        }
        let typed = Typed::new(
            Ty::Map(Box::new(of), Box::new(Ty::Number)),
            Code::value(move |cx| {
                // A few are told apart soonest by looking at each; of more, a key is made.
                let mut few: Vec<(Value<'_>, i64)> = Vec::new();
                let mut many: HashMap<Key, (Value<'_>, i64), FixedState> = HashMap::default();
                each_value(cx, &list, &mut |cx, value| {
                    let known = few.iter().position(|(known, _)| is_counted_as(known, &value, cx.programme));
                    let has_room = few.len() < FEW;
                    match known.and_then(|at| few.get_mut(at)) {
                        Some((_, count)) => *count += 1,
                        None if has_room => few.push((value, 1)),
                        None => many.entry(value.key(cx.programme)).or_insert_with(|| (value, 0)).1 += 1,
                    }
                    Ok(())
                })?;
                let mut counts: Vec<(Key, Value<'_>, i64)> =
                    few.into_iter().map(|(value, count)| (value.key(cx.programme), value, count)).collect();
                counts.extend(many.into_iter().map(|(key, (value, count))| (key, value, count)));
                counts.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                let entries = counts.into_iter().map(|(_, value, count)| (value, Value::Number(Decimal::whole(count)))).collect();
                Ok(Value::Map(Arc::new(entries)))
            }),
        );
        Ok(typed.from(&[&part]))
    }

    fn end_of(&mut self, first: bool, list_ast: &Ast) -> Built<Typed> {
        let (part, of, list) = self.any_list(list_ast)?;
        let is_record = matches!(of, Ty::Record(_));
        let code = Code::value(move |cx| {
            let mut picked = None;
            let mut why = None;
            let end = list.walk(cx, &mut |_, element| match element {
                Ok(value) => {
                    // The rest is looked at too: an element without a value, or a list that is not whole, leaves open which is the first.
                    if !first || picked.is_none() {
                        picked = Some(value);
                    }
                    true
                }
                Err(no) => {
                    why = Some(no);
                    false
                }
            });
            match (why, picked, end) {
                (Some(no), ..) => Err(no),
                (None, _, Err(no)) => Err(no),
                (None, Some(value), Ok(())) => Ok(value),
                (None, None, Ok(())) => Err(No::Empty),
            }
        });
        let code = if is_record { Code::Item(code.into_item()) } else { code };
        let mut typed = Typed::new(of, code).from(&[&part]);
        typed.taint.people = false;
        typed.text = part.text;
        typed.format = part.format;
        typed.field = part.field;
        Ok(typed)
    }

    fn register_of(&mut self, record: &Ast) -> Built<Typed> {
        let part = self.record(record)?;
        let item = part.code.clone().into_item();
        Ok(Typed::new(Ty::Word(Words::Registers), Code::Word(WordCode::Register(item))).from(&[&part]))
    }

    fn missing(&mut self, record: &Ast, fields: &Ast) -> Built<Typed> {
        let part = self.record(record)?;
        let (Ty::Record(structs), Kind::List(names)) = (&part.ty, &fields.kind) else {
            return mistake(fields.span, "missing(…) takes a list of field names written out");
        };
        let mut wanted: Vec<(String, Vec<FieldId>)> = Vec::new();
        for name in names {
            let Kind::Text(text) = &name.kind else { return mistake(name.span, "a field name in quotes is expected") };
            match self.step(structs, text, name.span)? {
                super::build::Step::Field { fields, .. } => wanted.push((text.clone(), fields)),
                _ => return mistake(name.span, format!("{text} is no field")),
            }
        }
        let item = part.code.clone().into_item();
        let mut typed = Typed::new(
            Ty::List(Box::new(Ty::Text)),
            Code::list(move |cx, visit| {
                let own = item.get(cx)?;
                for (name, fields) in &wanted {
                    let mut told = Ok(Value::Text(name.clone().into()));
                    let mut there = false;
                    for field in fields {
                        match cx.programme.read(own.node, *field) {
                            Reading::Value(_) => there = true,
                            Reading::Faulty => told = Err(No::Faulty(*field)),
                            Reading::Absent => {}
                        }
                    }
                    if !there && !visit(cx, told) {
                        return Ok(());
                    }
                }
                Ok(())
            }),
        );
        typed.unasked = part.unasked;
        typed.text = TextKind::Safe;
        Ok(typed)
    }

    fn censored_median(&mut self, ended: &Ast, running: &Ast) -> Built<Typed> {
        let (ended_part, ended) = self.list_of(ended, &Ty::Number)?;
        let (running_part, running) = self.list_of(running, &Ty::Number)?;
        let code = Code::value(move |cx| {
            let exact = |numbers: Vec<Decimal>| numbers.into_iter().map(|number| number.0).collect::<Vec<_>>();
            let (ended, running) = (exact(numbers(cx, &ended)?), exact(numbers(cx, &running)?));
            match survival::median(&ended, &running).map_err(No::Statistic)? {
                survival::Median::At(median) => Ok(Value::Number(Decimal(median))),
                survival::Median::From(least) => Ok(Value::Between(Box::new((Decimal(least), Decimal::MOST)))),
            }
        });
        Ok(Typed::new(Ty::Number, code).from(&[&ended_part, &running_part]))
    }

    /// `open_errors(day, stage)`: the records in which other rules found errors that stood on that day already.
    fn open_errors(&mut self, day: &Ast, stage: &Ast) -> Built<Typed> {
        let (day, at) = (self.dated(day)?, stage);
        let stage = self.build(at, None)?;
        self.expect(&stage, &Ty::Word(Words::Vocabulary(self.schema.stages)), at.span)?;
        self.looks_back = true;
        let roots = self.schema.registers.iter().filter(|register| !register.nested).map(|register| register.record);
        let (on, until) = (day.code.clone().into_date(), stage.code.clone().into_word());
        let code = Code::items(move |cx, visit| {
            let day = on.get(cx)?;
            let stage = until.get(cx)?;
            if !day.is_day() {
                return Err(No::Period);
            }
            let Some(open) = cx.open.clone() else { return Err(No::Fault(Fault::Internal)) };
            for item in open(day.first, stage).iter() {
                cx.step()?;
                if !visit(cx, Ok(*item)) {
                    return Ok(());
                }
            }
            // Errors may lie in what could not be read.
            let lacking = (0..).zip(&cx.programme.registers).find(|(_, kept)| kept.incomplete.is_some());
            lacking.map_or(Ok(()), |(register, _)| Err(No::Incomplete(register)))
        });
        let records = std::iter::once(CHARTER).chain(roots).collect();
        Ok(Typed::new(Ty::List(Box::new(Ty::Record(records))), code).from(&[&day, &stage]))
    }

    fn along(&mut self, up: bool, record: &Ast, register: &Ast) -> Built<Typed> {
        let part = self.record(record)?;
        let Kind::Text(name) = &register.kind else { return mistake(register.span, "the name of a register in quotes is expected") };
        let number = self.word(name, Words::Registers, register.span)?;
        let structure = self.schema.register(number).map_or(CHARTER, |register| register.record);
        let item = part.code.clone().into_item();
        // The chain may be broken where a register that holds evidence links, or the one asked for, is not wholly here.
        let mut links: Vec<u16> = self
            .schema
            .references
            .iter()
            .filter(|reference| reference.evidence)
            .filter_map(|reference| self.schema.field(reference.field))
            .filter_map(|field| super::types::root_register(self.schema, field.owner))
            .collect();
        links.push(number);
        links.sort_unstable();
        links.dedup();
        let mut typed = Typed::new(
            Ty::List(Box::new(Ty::Record(vec![structure]))),
            Code::items(move |cx, visit| {
                let own = item.get(cx)?;
                let programme = cx.programme;
                let state = programme.registers.get(usize::from(number)).ok_or(No::Fault(Fault::Internal))?;
                if !state.kept && state.incomplete.is_none() {
                    return Err(No::Register(number));
                }
                let from = programme.record(own.record).map_or(own.record, |record| record.canonical);
                let all = match cx.reached.get(&(from, up)) {
                    Some(known) => Arc::clone(known),
                    None => {
                        let all: Arc<[u32]> = programme.along_evidence(from, up).into();
                        cx.reached.insert((from, up), Arc::clone(&all));
                        all
                    }
                };
                for reached in all.iter().copied() {
                    cx.step()?;
                    if state.first <= reached && reached < state.end && !visit(cx, Ok(programme.item(reached))) {
                        return Ok(());
                    }
                }
                // A register that is not wholly here may lack a link of the chain.
                match links
                    .iter()
                    .find(|register| programme.registers.get(usize::from(**register)).is_some_and(|state| state.incomplete.is_some()))
                {
                    Some(register) => Err(No::Incomplete(*register)),
                    None => Ok(()),
                }
            }),
        );
        typed.unasked = part.unasked;
        typed.text = TextKind::Id;
        Ok(typed)
    }

    fn fit(&mut self, p: bool, counts_ast: &Ast, shares_ast: &Ast) -> Built<Typed> {
        let (counts_part, counts) = self.list_of(counts_ast, &Ty::Number)?;
        let (shares_part, shares) = self.list_of(shares_ast, &Ty::Number)?;
        let mut typed = Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let counts = wholes(&numbers(cx, &counts)?)?;
                let shares: Vec<f64> = numbers(cx, &shares)?.iter().map(|number| number.to_f64()).collect();
                statistic(if p { statistics::fit_p(&counts, &shares) } else { statistics::total_variation(&counts, &shares) })
            }),
        )
        .from(&[&counts_part, &shares_part]);
        typed.taint.people = false;
        typed.format = if p { Format::Probability } else { Format::Plain };
        Ok(typed)
    }

    fn binomial(&mut self, k: &Ast, n: &Ast, p: &Ast) -> Built<Typed> {
        let (k, n, p) = (self.number(k)?, self.number(n)?, self.number(p)?);
        let (x, y, z) = (k.code.clone(), n.code.clone(), p.code.clone());
        let mut typed = Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let counts = wholes(&[number_of(x.run(cx)?)?, number_of(y.run(cx)?)?])?;
                let p = number_of(z.run(cx)?)?.to_f64();
                match counts.as_slice() {
                    [k, n] => statistic(statistics::binomial_low_p(*k, *n, p)),
                    _ => Err(No::Fault(Fault::Internal)),
                }
            }),
        )
        .from(&[&k, &n, &p]);
        typed.taint.people = false;
        typed.format = Format::Probability;
        Ok(typed)
    }

    fn fisher(&mut self, cells: &[&Ast; 4]) -> Built<Typed> {
        let parts: Vec<Typed> = cells.iter().map(|cell| self.number(cell)).collect::<Result<_, _>>()?;
        let codes: Vec<Code> = parts.iter().map(|part| part.code.clone()).collect();
        let mut typed = Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let mut counts = Vec::new();
                for code in &codes {
                    counts.push(number_of(code.run(cx)?)?);
                }
                match wholes(&counts)?.as_slice() {
                    [a, b, c, d] => statistic(statistics::fisher_p(*a, *b, *c, *d)),
                    _ => Err(No::Fault(Fault::Internal)),
                }
            }),
        )
        .from(&parts.iter().collect::<Vec<_>>());
        typed.taint.people = false;
        typed.format = Format::Probability;
        Ok(typed)
    }

    fn holm(&mut self, p: &Ast, list_ast: &Ast) -> Built<Typed> {
        let part = self.number(p)?;
        let (list_part, list) = self.list_of(list_ast, &Ty::Number)?;
        let run = part.code.clone();
        let mut typed = Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let p = number_of(run.run(cx)?)?.to_f64();
                let all: Vec<f64> = numbers(cx, &list)?.iter().map(|number| number.to_f64()).collect();
                statistic(statistics::holm(p, &all))
            }),
        )
        .from(&[&part, &list_part]);
        typed.taint.people = false;
        typed.format = Format::Probability;
        Ok(typed)
    }

    fn gini(&mut self, list_ast: &Ast) -> Built<Typed> {
        let (part, list) = self.list_of(list_ast, &Ty::Number)?;
        let mut typed = Typed::new(
            Ty::Number,
            Code::value(move |cx| {
                let all: Vec<f64> = numbers(cx, &list)?.iter().map(|number| number.to_f64()).collect();
                statistic(statistics::gini(&all))
            }),
        )
        .from(&[&part]);
        typed.taint.people = false;
        Ok(typed)
    }
}

/// `exists`, `all`, `exists_one` and `filter` over records or rows.
fn tested_items(name: &str, items: ItemsCode, slot: usize, test: FlagCode) -> Code {
    // An element that is surely not so decides for `all`: it is not passed over.
    let items = if name == "all" { items } else { Leading::of(items, slot, &test) };
    match name {
        "exists" | "all" => Code::Flag(FlagCode::listed(items, slot, test, name == "exists")),
        "exists_one" => Code::flag(move |cx| {
            let (mut count, mut why) = (0usize, None);
            let end = items.each(cx, |cx, element| {
                let answer = element.and_then(|item| {
                    cx.set_item(slot, Ok(item));
                    test.get(cx)
                });
                match answer {
                    Ok(answer) => count += usize::from(answer),
                    Err(no) => why = Some(no),
                }
                why.is_none()
            });
            why.map_or(end, Err).map(|()| count == 1)
        }),
        _ => Code::List(ListCode::Items(ItemsCode::Filter(Box::new(items), slot, test))),
    }
}

/// The same over anything else.
fn tested(name: &str, list: ListCode, slot: usize, test: FlagCode) -> Code {
    match name {
        "exists" | "all" => {
            let wanted = name == "exists";
            Code::flag(move |cx| {
                let (mut found, mut why) = (false, None);
                let end = list.walk(cx, &mut |cx, element| {
                    let answer = element.and_then(|element| {
                        cx.set_value(slot, Ok(element));
                        test.get(cx)
                    });
                    match answer {
                        Ok(answer) if answer == wanted => {
                            found = true;
                            false
                        }
                        Ok(_) => true,
                        Err(no) => {
                            why.get_or_insert(no);
                            true
                        }
                    }
                });
                concluded(found, wanted, why, end)
            })
        }
        "exists_one" => Code::flag(move |cx| {
            let mut count = 0usize;
            each_value(cx, &list, &mut |cx, element| {
                cx.set_value(slot, Ok(element));
                count += usize::from(test.get(cx)?);
                Ok(())
            })?;
            Ok(count == 1)
        }),
        _ => Code::list(move |cx, visit| {
            let mut why = None;
            let end = list.walk(cx, &mut |cx, element| {
                let kept = element.and_then(|element| {
                    cx.set_value(slot, Ok(element));
                    test.get(cx)
                });
                match kept {
                    Ok(true) => {
                        let element = cx.value(slot).clone();
                        visit(cx, element)
                    }
                    Ok(false) => true,
                    Err(no) => {
                        why = Some(no);
                        visit(cx, Err(no))
                    }
                }
            });
            why.map_or(end, Err)
        }),
    }
}

/// What `exists` and `all` come to: an element that decides, else the first that has no answer, else whether
/// all of the list was there.
fn concluded(found: bool, wanted: bool, why: Option<No>, end: Eval<()>) -> Eval<bool> {
    match (found, why) {
        (true, _) => Ok(wanted),
        (false, Some(no)) => Err(no),
        (false, None) => end.map(|()| !wanted),
    }
}

/// What is done once a loop variable is set, or could not be.
type Run<'v, 'p> = dyn FnMut(&mut Cx<'p>, Eval<()>) -> bool + 'v;

/// `map`: `walk` sets the variable for each element.
fn mapped(body: Code, ty: &Ty, walk: impl for<'p, 'v> Fn(&mut Cx<'p>, &mut Run<'v, 'p>) -> Eval<()> + Send + Sync + 'static) -> Code {
    if matches!(ty, Ty::Record(_)) {
        let body = body.into_item();
        return Code::items(move |cx, visit| {
            let mut why = None;
            let end = walk(cx, &mut |cx, given| {
                let item = given.and_then(|()| body.get(cx));
                why = why.or(item.err());
                visit(cx, item)
            });
            why.map_or(end, Err)
        });
    }
    Code::list(move |cx, visit| {
        let mut why = None;
        let end = walk(cx, &mut |cx, given| {
            let value = given.and_then(|()| body.run(cx));
            why = why.or(value.as_ref().err().copied());
            visit(cx, value)
        });
        why.map_or(end, Err)
    })
}

/// Whether two words, texts or records count as one.
fn is_counted_as(known: &Value<'_>, other: &Value<'_>, programme: &Programme) -> bool {
    match (known, other) {
        (Value::Text(known), Value::Text(other)) => known == other,
        (Value::Word(known), Value::Word(other)) => known == other,
        (known, other) => known.key(programme) == other.key(programme),
    }
}

/// Visits every element that has a value; the first that has none ends it.
fn each_value<'p>(cx: &mut Cx<'p>, list: &ListCode, visit: &mut dyn FnMut(&mut Cx<'p>, Value<'p>) -> Eval<()>) -> Eval<()> {
    let mut why = None;
    let end = list.walk(cx, &mut |cx, element| match element.and_then(|element| visit(cx, element)) {
        Ok(()) => true,
        Err(no) => {
            why = Some(no);
            false
        }
    });
    why.map_or(end, Err)
}

/// Visits every number of a list; the first element that has none ends it.
fn each_number(cx: &mut Cx<'_>, list: &ListCode, visit: &mut dyn FnMut(Decimal) -> Eval<()>) -> Eval<()> {
    let ListCode::Mapped(items, slot, code) = list else {
        return each_value(cx, list, &mut |_, value| visit(number_of(value)?));
    };
    let mut why = None;
    let end = items.each(cx, |cx, element| {
        let visited = element.and_then(|item| {
            cx.set_item(*slot, Ok(item));
            let number = if let Code::Number(code) = &**code { code(cx)? } else { number_of(code.run(cx)?)? };
            visit(number)
        });
        why = visited.err();
        why.is_none()
    });
    why.map_or(end, Err)
}

fn numbers(cx: &mut Cx<'_>, list: &ListCode) -> Eval<Vec<Decimal>> {
    let mut all = Vec::with_capacity(FEW);
    each_number(cx, list, &mut |number| {
        all.push(number);
        Ok(())
    })?;
    Ok(all)
}

fn is_known<T>(value: Eval<T>) -> Eval<bool> {
    match value {
        Ok(_) => Ok(true),
        Err(No::Fault(fault)) => Err(No::Fault(fault)),
        Err(_) => Ok(false),
    }
}

fn number_of(value: Value<'_>) -> Eval<Decimal> {
    match value {
        Value::Number(number) => Ok(number),
        Value::Between(..) => Err(No::Period),
        _ => Err(No::Fault(Fault::Internal)),
    }
}

fn period_of(value: Value<'_>) -> Eval<Period> {
    match value {
        Value::Date(period) => Ok(period),
        _ => Err(No::Fault(Fault::Internal)),
    }
}

fn wholes(all: &[Decimal]) -> Eval<Vec<u64>> {
    all.iter().map(|number| number.to_whole().and_then(|whole| u64::try_from(whole).ok()).ok_or(No::Fault(Fault::NotWhole))).collect()
}

fn statistic<'p>(result: Result<f64, statistics::NotTestable>) -> Eval<Value<'p>> {
    let number = result.map_err(No::Statistic)?;
    Decimal::from_f64(number).map(Value::Number).ok_or(No::Fault(Fault::Overflow))
}

/// The texts (or all scalars) written in a record, each with its node.
#[must_use]
pub fn written(programme: &Programme, of: Item, texts_only: bool) -> Vec<u32> {
    let schema = &programme.schema;
    let mut out = Vec::new();
    let first = of.node as usize + 1;
    let within = programme.forest.nodes.get(first..programme.forest.after(of.node) as usize).unwrap_or_default();
    let mut next = 0;
    while let Some(node) = within.get(next) {
        let here = next;
        // What a container holds comes next, unless the whole of it is passed over.
        next += 1;
        if node.kind == NodeKind::Text {
            if is_written(schema, node, texts_only) {
                out.push((first + here) as u32);
            }
        } else if node.is_container() && (!node.has_value() || schema.is_register(node.field)) {
            next = node.link as usize - first;
        }
    }
    out
}

/// Whether a value is a text (or anything in quotes but a word, a reference or an ordinary date).
#[inline]
fn is_written(schema: &Schema, node: &Node, texts_only: bool) -> bool {
    match schema.quoted(node.field, Judged { marks: node.marks, payload: node.link }) {
        _ if node.kind != NodeKind::Text || !node.has_value() => false,
        Quoted::Free => true,
        Quoted::Usual => false,
        Quoted::Formed => !texts_only,
    }
}

/// Whether a date is known to the day, month or year, going by its bounds.
#[must_use]
pub fn precision_of(period: Period) -> Option<Precision> {
    [Precision::Day, Precision::Month, Precision::Year].into_iter().find(|precision| Period::starting(period.first, *precision) == period)
}
