//! Checks an expression against the schema and compiles it, in one walk.
//!
//! The result is closures over tree nodes and field numbers: no names, no maps, no copies of the records.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::code::{Code, DateCode, Fields, ItemCode, ItemsCode, ListCode, TextCode, WordCode, date_in, walk_written};
use super::flag::FlagCode;
use super::parse::{Ast, Kind, Mistake, Operator};
use super::types::{Definitions, Format, Taint, TextKind, Ty, Typed, Unasked, Words, root_register};
use super::value::{Decimal, Eval, Fault, No, Value};
use super::watch::Watching;
use crate::document::Node;
use crate::limits;
use crate::programme::{Item, Programme};
use crate::schema::guide::{FAULTY, REPEATED};
use crate::schema::{CHARTER, DefaultValue, FieldId, RegisterId, Scalar, Schema, Shape, StructId};
use crate::text::{self, Span};

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its place in the frame.
    pub slot: usize,
    /// What a message may show of it.
    pub taint: Taint,
    /// What its text is.
    pub text: TextKind,
    /// How its number is written.
    pub format: Format,
    /// The expression that it stands for, if it is a `let`.
    pub stands_for: Option<Arc<Typed>>,
    /// Its syntax, if it is a `let`: places are found along it.
    pub syntax: Option<Arc<Ast>>,
    /// Of a `let` that is asked for in one place and there once for each subject: it is worked out where it stands.
    pub once: bool,
    /// Whether it was used.
    pub used: bool,
    /// The field whose values it takes.
    pub field: Option<FieldId>,
    /// What it stands for where a definition is compiled into its caller: what was passed, and its path there.
    pub passed: Option<(Arc<Typed>, Option<String>)>,
}

/// A parameter of the page.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its number among all parameters.
    pub number: usize,
    /// Whether it was used.
    pub used: bool,
}

/// What an expression may use.
pub struct Scope<'s> {
    /// The model of records.
    pub schema: &'s Schema,
    /// The definitions.
    pub definitions: &'s Definitions,
    /// The names in scope, innermost last.
    pub variables: Vec<Variable>,
    /// The page's parameters.
    pub parameters: Vec<Parameter>,
    /// How many places the frame has.
    pub frame: usize,
    /// Paths known to have a value here.
    pub facts: Vec<String>,
    /// Who wants to know what yes-or-no expressions answer; nobody in an audit.
    pub watching: Option<Watching>,
    /// Whether what is built looks back at what other rules found.
    pub looks_back: bool,
    loops: usize,
}

type Built<T> = Result<T, Mistake>;

pub(super) fn mistake<T>(span: Span, message: impl Into<String>) -> Built<T> {
    Err(Mistake::new(span, message))
}

impl<'s> Scope<'s> {
    /// A scope with nothing but the programme in it.
    #[must_use]
    pub fn new(schema: &'s Schema, definitions: &'s Definitions) -> Self {
        let mut scope = Self {
            schema,
            definitions,
            variables: Vec::new(),
            parameters: Vec::new(),
            frame: 0,
            facts: Vec::new(),
            watching: None,
            looks_back: false,
            loops: 0,
        };
        scope.declare("programme", Ty::Record(vec![CHARTER]));
        scope
    }

    /// Adds a name and gives its place in the frame.
    pub fn declare(&mut self, name: &str, ty: Ty) -> usize {
        let slot = self.frame;
        self.frame += 1;
        self.variables.push(Variable {
            name: name.to_owned(),
            ty,
            slot,
            taint: Taint::NONE,
            text: TextKind::Free,
            format: Format::Plain,
            stands_for: None,
            syntax: None,
            once: false,
            used: false,
            field: None,
            passed: None,
        });
        slot
    }

    pub(super) fn variable(&mut self, name: &str) -> Option<&mut Variable> {
        self.variables.iter_mut().rev().find(|variable| variable.name == name)
    }

    /// Runs `inner` with further facts.
    fn given<T>(&mut self, facts: &[String], inner: impl FnOnce(&mut Self) -> Built<T>) -> Built<T> {
        let before = self.facts.len();
        self.facts.extend_from_slice(facts);
        let result = inner(self);
        self.facts.truncate(before);
        result
    }

    /// The canonical text of a path, by which it is known to have a value.
    pub(super) fn path_text(&self, ast: &Ast) -> Option<String> {
        match &ast.kind {
            Kind::Name(name) => match self.variables.iter().rev().find(|variable| variable.name == *name) {
                Some(Variable { passed: Some((_, path)), .. }) => path.clone(),
                Some(variable) => Some(format!("#{}", variable.slot)),
                None => Some(name.clone()),
            },
            Kind::Field(base, field) => Some(format!("{}.{field}", self.path_text(base)?)),
            Kind::Index(base, key) => Some(format!("{}[{}]", self.path_text(base)?, self.path_text(key).or_else(|| literal(key))?)),
            _ => None,
        }
    }

    /// Checks and compiles an expression that must be yes or no.
    ///
    /// # Errors
    /// The first mistake, at its place.
    pub fn flag(&mut self, ast: &Ast) -> Built<Typed> {
        let typed = self.build(ast, Some(&Ty::Flag))?;
        self.expect(&typed, &Ty::Flag, ast.span)?;
        Ok(typed)
    }

    pub(super) fn expect(&self, typed: &Typed, ty: &Ty, span: Span) -> Built<()> {
        if typed.ty.agrees(ty) {
            Ok(())
        } else {
            mistake(span, format!("this is {}; {} is expected", typed.ty.words(self.schema), ty.words(self.schema)))
        }
    }

    /// Checks and compiles an expression. `expected` gives texts written out their vocabulary.
    ///
    /// # Errors
    /// The first mistake, at its place.
    pub fn build(&mut self, ast: &Ast, expected: Option<&Ty>) -> Built<Typed> {
        let mut typed = self.built(ast, expected)?;
        if let Some(watching) = &self.watching
            && typed.ty == Ty::Flag
            // What is written out has one side; what is negated has the sides of what it negates.
            && !matches!(ast.kind, Kind::Flag(_) | Kind::Not(_))
        {
            typed.code = watching.note(ast.span, typed.code);
            // Each text is to be seen.
            typed.screen = None;
        }
        Ok(typed)
    }

    fn built(&mut self, ast: &Ast, expected: Option<&Ty>) -> Built<Typed> {
        let span = ast.span;
        match &ast.kind {
            Kind::Flag(flag) => {
                let flag = *flag;
                Ok(Typed::new(Ty::Flag, Code::flag(move |_| Ok(flag))))
            }
            Kind::Number(digits) => {
                let Some(number) = Decimal::read(digits) else { return mistake(span, "the number is past the limit") };
                Ok(Typed::new(Ty::Number, Code::number(move |_| Ok(number))))
            }
            Kind::Text(text) => match expected {
                Some(Ty::Word(words)) => {
                    let word = self.word(text, *words, span)?;
                    Ok(Typed::new(Ty::Word(*words), Code::Word(WordCode::Given(word))))
                }
                _ => {
                    let text = shared(text);
                    Ok(Typed::new(Ty::Text, Code::value(move |_| Ok(Value::Text(text.into())))))
                }
            },
            Kind::List(elements) => self.written_list(elements, expected, span),
            Kind::Name(name) => self.name(name, span),
            Kind::Field(base, field) => self.field(ast, base, field),
            Kind::Index(base, key) => self.index(ast, base, key),
            Kind::And(..) | Kind::Or(..) => self.connected(ast),
            Kind::Not(a) => {
                let inner = self.flag(a)?;
                let run = inner.code.clone().into_flag();
                let mut typed = Typed::new(Ty::Flag, Code::Flag(run.contrary())).from(&[&inner]);
                typed.if_true = inner.if_false;
                typed.if_false = inner.if_true;
                Ok(typed)
            }
            Kind::Minus(a) => {
                let inner = self.build(a, Some(&Ty::Number))?;
                self.expect(&inner, &Ty::Number, a.span)?;
                let run = inner.code.clone();
                Ok(Typed::new(
                    Ty::Number,
                    Code::value(move |cx| match run.run(cx)? {
                        Value::Number(number) => Ok(Value::Number(Decimal(-number.0))),
                        Value::Between(both) => Ok(Value::Between(Box::new((Decimal(-both.1.0), Decimal(-both.0.0))))),
                        _ => Err(No::Fault(Fault::Internal)),
                    }),
                )
                .from(&[&inner]))
            }
            Kind::Choice(condition, then, otherwise) => self.choice(condition, then, otherwise, expected),
            Kind::Binary(operator, a, b) => self.binary(*operator, a, b, expected, span),
            Kind::Call(name, target, args) => self.call(ast, name, target.as_deref(), args),
        }
    }

    /// A chain of `&&` or of `||`: its parts side by side, so that a long one is not as many calls deep.
    fn connected(&mut self, ast: &Ast) -> Built<Typed> {
        let all = matches!(ast.kind, Kind::And(..));
        let mut asts = Vec::new();
        let mut open = vec![ast];
        while let Some(next) = open.pop() {
            match (&next.kind, all) {
                (Kind::And(a, b), true) | (Kind::Or(a, b), false) => open.extend([&**b, &**a]),
                _ => asts.push(next),
            }
        }
        let before = self.facts.len();
        let mut parts: Vec<Typed> = Vec::with_capacity(asts.len());
        for ast in asts {
            let part = match self.flag(ast) {
                Ok(part) => part,
                Err(mistake) => {
                    self.facts.truncate(before);
                    return Err(mistake);
                }
            };
            // What stands further on is asked only where this was true (or false).
            self.facts.extend_from_slice(if all { &part.if_true } else { &part.if_false });
            parts.push(part);
        }
        self.facts.truncate(before);
        let mut facts = Vec::new();
        for part in &mut parts {
            facts.append(if all { &mut part.if_true } else { &mut part.if_false });
        }
        let codes: Vec<FlagCode> = parts.iter().map(|part| part.code.clone().into_flag()).collect();
        let decides = !all;
        let code = Code::Flag(FlagCode::chain(codes, decides));
        let mut typed = Typed::new(Ty::Flag, code).from(&parts.iter().collect::<Vec<_>>());
        typed.screen = parts.iter().find_map(|part| part.screen.clone()).filter(|_| all);
        *(if all { &mut typed.if_true } else { &mut typed.if_false }) = facts;
        Ok(typed)
    }

    pub(super) fn word(&self, text: &str, words: Words, span: Span) -> Built<u16> {
        let known: Vec<&str> = match words {
            Words::Vocabulary(id) => {
                self.schema.vocabulary(id).into_iter().flat_map(|known| known.words.iter().map(|word| word.text.as_str())).collect()
            }
            Words::Registers => self.schema.registers.iter().map(|register| register.name.as_str()).collect(),
        };
        match known.iter().position(|word| *word == text) {
            Some(at) => {
                if matches!(words, Words::Vocabulary(_)) && text == crate::schema::UNKNOWN_WORD {
                    return mistake(span, "a value that is unknown is absent; ask with has(…)");
                }
                Ok(at as u16)
            }
            None => {
                let near = text::nearest(text, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
                mistake(span, format!("'{text}' is not {}{near}", Ty::Word(words).words(self.schema)))
            }
        }
    }

    fn written_list(&mut self, elements: &[Ast], expected: Option<&Ty>, span: Span) -> Built<Typed> {
        let of = match expected {
            Some(Ty::List(of)) => Some((**of).clone()),
            _ => None,
        };
        let mut parts = Vec::new();
        let mut ty = of.clone();
        for element in elements {
            let part = self.build(element, ty.as_ref())?;
            if let Some(ty) = &ty {
                self.expect(&part, ty, element.span)?;
            }
            ty.get_or_insert_with(|| part.ty.clone());
            parts.push(part);
        }
        let Some(ty) = ty else { return mistake(span, "an empty list has no type here") };
        let codes: Vec<Code> = parts.iter().map(|part| part.code.clone()).collect();
        let is_record = matches!(ty, Ty::Record(_));
        let typed = Typed::new(
            Ty::List(Box::new(ty)),
            Code::list(move |cx, visit| {
                for code in &codes {
                    let element = code.run(cx);
                    if !visit(cx, element) {
                        return Ok(());
                    }
                }
                Ok(())
            }),
        );
        let mut typed = typed.from(&parts.iter().collect::<Vec<_>>());
        if is_record {
            typed.code = Code::List(ListCode::Items(typed.code.into_items()));
        }
        Ok(typed)
    }

    fn name(&mut self, name: &str, span: Span) -> Built<Typed> {
        if name == "as_of" {
            return Ok(Typed::new(Ty::Date, Code::date(|cx| Ok(cx.as_of))));
        }
        if name == "params" {
            return mistake(span, "write params. and the name of a parameter");
        }
        let Some(variable) = self.variable(name) else {
            let mut known: Vec<&str> = self.variables.iter().map(|variable| variable.name.as_str()).collect();
            known.extend(["as_of", "params"]);
            let near = text::nearest(name, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return mistake(span, format!("nothing is called {name} here{near}"));
        };
        variable.used = true;
        let slot = variable.slot;
        let variable = variable.clone();
        if let Some((passed, _)) = variable.passed {
            return Ok((*passed).clone());
        }
        let code = match &variable.stands_for {
            None => given(&variable.ty, slot),
            Some(meant) if variable.once && self.loops == 0 => meant.code.clone(),
            Some(meant) => kept(&meant.code, &meant.ty, slot),
        };
        let mut typed = Typed::new(variable.ty.clone(), code);
        typed.taint = variable.taint;
        typed.text = variable.text;
        typed.format = variable.format;
        typed.field = variable.field;
        typed.variable = variable.stands_for.is_none().then_some(slot);
        if let Some(meant) = &variable.stands_for {
            typed.element_facts.clone_from(&meant.element_facts);
            typed.unasked = meant.unasked.clone().map(|unasked| Unasked { span, ..unasked });
        }
        Ok(typed)
    }

    /// `params.name`
    fn parameter(&mut self, name: &str, span: Span) -> Built<Typed> {
        let Some(parameter) = self.parameters.iter_mut().find(|parameter| parameter.name == name) else {
            let near = text::nearest(name, self.parameters.iter().map(|parameter| parameter.name.as_str()))
                .map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return mistake(span, format!("the page declares no parameter {name}{near}"));
        };
        parameter.used = true;
        let number = parameter.number;
        let code = match parameter.ty {
            Ty::Number => Code::number(move |cx| match cx.params.get(number) {
                Some(Value::Number(number)) => Ok(*number),
                _ => Err(No::Fault(Fault::Internal)),
            }),
            Ty::List(_) => Code::list(move |cx, visit| match cx.params.get(number) {
                Some(Value::List(list)) => {
                    for element in &list.elements {
                        cx.step()?;
                        if !visit(cx, lent(element)) {
                            return Ok(());
                        }
                    }
                    list.end
                }
                _ => Err(No::Fault(Fault::Internal)),
            }),
            _ => Code::value(move |cx| cx.params.get(number).cloned().ok_or(No::Fault(Fault::Internal))),
        };
        Ok(Typed::new(parameter.ty.clone(), code))
    }

    pub(super) fn is_known(&self, path: &str) -> bool {
        self.facts.iter().any(|fact| fact == path)
    }

    fn field(&mut self, ast: &Ast, base_ast: &Ast, name: &str) -> Built<Typed> {
        if matches!(&base_ast.kind, Kind::Name(base) if base == "params") {
            return self.parameter(name, ast.span);
        }
        let base = self.build(base_ast, None)?;
        let Ty::Record(structs) = &base.ty else {
            return mistake(ast.span, format!("{} has no fields; {name} cannot be read from it", base.ty.words(self.schema)));
        };
        let step = self.step(structs, name, ast.span)?;
        let path = self.path_text(ast);
        let known = path.as_ref().is_some_and(|path| self.is_known(path));
        let mut typed = self.take(&step, &base, structs.len());
        typed.taint = typed.taint.and(Taint { people: false, ..base.taint });
        typed.unasked.clone_from(&base.unasked);
        if !known && typed.unasked.is_none() && self.may_be_absent(&step, structs.len()) {
            typed.unasked = Some(Unasked {
                span: ast.span,
                path: path.map_or_else(|| name.to_owned(), |_| readable(base_ast, name)),
                depends_on: self.innermost(ast),
            });
        }
        Ok(typed)
    }

    /// What a name after a dot leads to.
    pub(super) fn step(&self, structs: &[StructId], name: &str, span: Span) -> Built<Step> {
        let schema = self.schema;
        let fields: Vec<FieldId> = structs.iter().filter_map(|structure| schema.field_called(*structure, name)).collect();
        if !fields.is_empty() {
            let mut ty: Option<Ty> = None;
            for field in &fields {
                let Some(own) = Ty::of_shape(schema, *field, schema.shape_of(*field)) else {
                    return mistake(span, format!("{name} has no type that rules can read"));
                };
                match &ty {
                    None => ty = Some(own),
                    Some(Ty::Record(all)) => {
                        if let Ty::Record(more) = own {
                            let mut all = all.clone();
                            all.extend(more);
                            all.dedup();
                            ty = Some(Ty::Record(all));
                        }
                    }
                    Some(known) if !known.agrees(&own) => {
                        return mistake(
                            span,
                            format!("{name} is {} on one record and {} on another", known.words(schema), own.words(schema)),
                        );
                    }
                    Some(_) => {}
                }
            }
            let first = fields.first().copied().unwrap_or_default();
            let register = schema.field(first).and_then(|field| field.register);
            return Ok(Step::Field { fields, ty: ty.unwrap_or(Ty::Text), register });
        }
        let references: Vec<_> = {
            let mut found: Vec<u16> = structs
                .iter()
                .filter_map(|structure| schema.structure(*structure)?.register)
                .filter_map(|register| schema.inverse_named(register, name))
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        if !references.is_empty() {
            let mut holders: Vec<StructId> = references
                .iter()
                .filter_map(|id| schema.reference(*id))
                .filter_map(|reference| schema.field(reference.field))
                .map(|field| field.owner)
                .collect();
            holders.dedup();
            return Ok(Step::Inverse { references, holders });
        }
        for structure in structs {
            let mut at = *structure;
            while let Some(list) = schema.structure(at).and_then(|known| known.row_of).and_then(|field| schema.field(field)) {
                at = list.owner;
                if self.name_of(at) == name {
                    return Ok(Step::Parent(at));
                }
            }
        }
        let mut candidates: Vec<&str> = Vec::new();
        for structure in structs {
            let known = schema.structure(*structure);
            candidates.extend(
                known.into_iter().flat_map(|known| &known.fields).filter_map(|field| schema.field(*field)).map(|field| field.name.as_str()),
            );
            let register = known.and_then(|known| known.register);
            candidates.extend(
                schema
                    .references
                    .iter()
                    .filter(|reference| register.is_some_and(|register| reference.targets.contains(&register)))
                    .map(|reference| reference.inverse.as_str()),
            );
        }
        let near = match text::nearest(name, candidates) {
            Some(near) => format!("; did you mean {}?", near.replace('-', "_")),
            None if name.starts_with("x_") => "; rules see a field of your own once a schema overlay describes it".to_owned(),
            None => String::new(),
        };
        mistake(span, format!("{} has no field {name}{near}", Ty::Record(structs.to_vec()).words(schema)))
    }

    /// The name by which a record or row of this struct is called in expressions.
    #[must_use]
    pub fn name_of(&self, structure: StructId) -> &str {
        let Some(known) = self.schema.structure(structure) else { return "" };
        if structure == CHARTER {
            return "programme";
        }
        if let Some(register) = known.register.and_then(|register| self.schema.register(register)) {
            return &register.one;
        }
        known.row_of.and_then(|field| self.schema.field(field)).and_then(|field| field.one.as_deref()).unwrap_or(&known.name)
    }

    fn may_be_absent(&self, step: &Step, structs: usize) -> bool {
        match step {
            Step::Field { fields, register, .. } => {
                let known = || fields.iter().filter_map(|field| self.schema.field(*field));
                register.is_none()
                    && ((fields.len() < structs && known().all(|field| field.default.is_none()))
                        || known().any(|field| !field.required && field.default.is_none()))
            }
            Step::Inverse { .. } | Step::Parent(_) => false,
        }
    }

    /// Compiles a step from a base.
    fn take(&self, step: &Step, base: &Typed, _structs: usize) -> Typed {
        let schema = self.schema;
        let item = base.code.clone().into_item();
        match step {
            Step::Parent(structure) => {
                let structure = *structure;
                Typed::new(Ty::Record(vec![structure]), Code::Item(ItemCode::Parent(Box::new(item), structure)))
            }
            Step::Inverse { references, holders } => {
                let kept: Vec<(u16, Option<RegisterId>)> = references
                    .iter()
                    .map(|id| {
                        let owner = schema.reference(*id).and_then(|reference| schema.field(reference.field)).map(|field| field.owner);
                        (*id, owner.and_then(|owner| root_register(schema, owner)))
                    })
                    .collect();
                Typed::new(
                    Ty::List(Box::new(Ty::Record(holders.clone()))),
                    Code::List(ListCode::Items(ItemsCode::Inverse(item, kept.into()))),
                )
            }
            Step::Field { fields, ty, register } => {
                let field = fields.first().copied().unwrap_or_default();
                let known = schema.field(field);
                let has_default = known.is_some_and(|known| known.default.is_some());
                let fields_code = Fields::new(schema, fields);
                let mut typed = match (ty, register.filter(|_| fields.len() == 1)) {
                    (Ty::List(_), Some(register)) => Typed::new(ty.clone(), Code::List(ListCode::Items(ItemsCode::Register(register)))),
                    (Ty::List(of), None) if matches!(**of, Ty::Record(_)) => {
                        Typed::new(ty.clone(), Code::List(ListCode::Items(ItemsCode::Field(item, fields_code, has_default))))
                    }
                    (Ty::List(_), None) => Typed::new(ty.clone(), Code::List(ListCode::Field(item, fields_code, has_default))),
                    (Ty::Record(_), _) if matches!(schema.shape_of(field), Shape::Struct(_)) => {
                        Typed::new(ty.clone(), Code::Item(ItemCode::Within(Box::new((item, fields_code)))))
                    }
                    (Ty::Record(_), _) => Typed::new(ty.clone(), Code::Item(ItemCode::target(item, fields_code))),
                    (Ty::Word(_), _) => Typed::new(ty.clone(), Code::Word(WordCode::Field(item, fields_code))),
                    (Ty::Date, _) => Typed::new(Ty::Date, Code::Date(DateCode::field(item, fields_code))),
                    (Ty::Flag, _) => {
                        let default = known.and_then(|known| known.default).map(|default| default == DefaultValue::True);
                        Typed::new(Ty::Flag, Code::Flag(FlagCode::field(item, fields_code, default)))
                    }
                    (Ty::Number, _) => Typed::new(
                        Ty::Number,
                        Code::number(move |cx| {
                            let own = item.get(cx)?;
                            let at = fields_code.of(cx.programme, own)?;
                            number_at(cx.programme, at)
                        }),
                    ),
                    (Ty::Text, _) => {
                        let (own, all) = (item.clone(), fields_code.clone());
                        let mut typed = Typed::new(
                            Ty::Text,
                            Code::value(move |cx| {
                                let own = own.get(cx)?;
                                let at = all.of(cx.programme, own)?;
                                Ok(Value::Text(cx.programme.forest.string(at)))
                            }),
                        );
                        typed.text_of = Some((item, fields_code));
                        typed
                    }
                    _ => {
                        let is_map = matches!(ty, Ty::Map(..));
                        let (own, all) = (item.clone(), fields_code.clone());
                        let mut typed = Typed::new(
                            ty.clone(),
                            Code::value(move |cx| {
                                let own = own.get(cx)?;
                                let at = all.of(cx.programme, own)?;
                                node_value(cx.programme, at, own.record)
                            }),
                        );
                        typed.map_of = is_map.then_some((item, fields_code));
                        typed
                    }
                };
                typed.field = Some(field);
                typed.text = match schema.element_shape_of(field) {
                    Shape::Scalar(Scalar::Id) => TextKind::Id,
                    Shape::Scalar(Scalar::Text { .. } | Scalar::Odd) if known.is_some_and(|known| known.sensitive == Some(false)) => {
                        TextKind::Label
                    }
                    Shape::Scalar(Scalar::Currency | Scalar::Language) if known.is_some_and(|known| known.sensitive != Some(true)) => {
                        TextKind::Safe
                    }
                    Shape::Scalar(Scalar::Reference { .. }) => TextKind::Id,
                    _ => TextKind::Free,
                };
                typed.format = match schema.element_shape_of(field) {
                    Shape::Scalar(Scalar::Number(bounds)) if schema.bounds(bounds).is_share() => Format::Share,
                    _ => Format::Plain,
                };
                let people = known.is_some_and(|known| known.people || known.counts)
                    || matches!(ty, Ty::List(of) if matches!(&**of, Ty::Record(structs) if structs.iter().any(|structure| self.is_people(*structure))));
                typed.taint = Taint {
                    hidden: known.is_some_and(|known| known.sensitive == Some(true)),
                    people,
                    masked: known.is_some_and(|known| known.masked),
                };
                typed
            }
        }
    }

    /// Whether records of a struct stand for people.
    fn is_people(&self, structure: StructId) -> bool {
        let schema = self.schema;
        schema
            .structure(structure)
            .and_then(|known| schema.register(known.register?))
            .and_then(|register| schema.field(register.field))
            .is_some_and(|field| field.people)
    }

    fn index(&mut self, ast: &Ast, base_ast: &Ast, key_ast: &Ast) -> Built<Typed> {
        let base = self.build(base_ast, None)?;
        let Ty::Map(key_ty, value_ty) = &base.ty else {
            return mistake(ast.span, "only maps are read with [ ]; use first(…), exists(…) or filter(…) on a list");
        };
        let key = self.build(key_ast, Some(key_ty))?;
        self.expect(&key, key_ty, key_ast.span)?;
        let (run, run_key, look) = (base.code.clone(), key.code.clone(), TextCode::of(&key));
        let direct = base.map_of.clone().filter(|_| **key_ty == Ty::Text && **value_ty == Ty::Text);
        let code = match direct {
            // The entry is looked for where it is written: no map is made of it.
            Some((item, fields)) => {
                // How far behind its map the entry was last found, by the length of the key: most maps of a field
                // are written alike, and a few keys are asked for in turn.
                let found: [AtomicU32; 4] = Default::default();
                Code::value(move |cx| {
                    let own = item.get(cx)?;
                    let at = fields.of(cx.programme, own)?;
                    let forest = &cx.programme.forest;
                    let entry = look
                        .look(cx, |wanted| {
                            let last = found.get(wanted.len() % 4)?;
                            let hint = at.wrapping_add(last.load(Ordering::Relaxed));
                            let is_likely = hint > at && hint < forest.after(at) && forest.node(hint).has_value();
                            if is_likely && forest.stands_under(hint, wanted) {
                                return Some(hint);
                            }
                            let entry = forest.under(at, wanted)?;
                            last.store(entry.wrapping_sub(at), Ordering::Relaxed);
                            Some(entry)
                        })?
                        .ok_or(No::Entry)?;
                    let node = forest.node(entry);
                    if node.has_value() { Ok(Value::Text(forest.string(entry))) } else { Err(No::Entry) }
                })
            }
            None => Code::value(move |cx| {
                let wanted = run_key.run(cx)?;
                match run.run(cx)? {
                    Value::Map(entries) => {
                        let programme = cx.programme;
                        let is_wanted = |key: &Value<'_>| match (key, &wanted) {
                            (Value::Text(key), Value::Text(wanted)) => key == wanted,
                            (key, wanted) => key.key(programme) == wanted.key(programme),
                        };
                        entries.iter().find(|(key, _)| is_wanted(key)).map(|(_, value)| value.clone()).ok_or(No::Entry)
                    }
                    _ => Err(No::Fault(Fault::Internal)),
                }
            }),
        };
        let mut typed = Typed::new((**value_ty).clone(), code).from(&[&base, &key]);
        typed.text = base.text;
        let path = self.path_text(ast);
        if !path.as_ref().is_some_and(|path| self.is_known(path)) && typed.unasked.is_none() {
            typed.unasked = Some(Unasked { span: ast.span, path: "the entry".to_owned(), depends_on: self.innermost(ast) });
        }
        Ok(typed)
    }

    fn choice(&mut self, condition: &Ast, then: &Ast, otherwise: &Ast, expected: Option<&Ty>) -> Built<Typed> {
        let test = self.flag(condition)?;
        let mut yes = self.given(&test.if_true, |scope| scope.build(then, expected))?;
        let no = self.given(&test.if_false, |scope| scope.build(otherwise, expected.or(Some(&yes.ty))))?;
        if !yes.ty.agrees(&no.ty) {
            yes = self.given(&test.if_true, |scope| scope.build(then, Some(&no.ty)))?;
        }
        self.expect(&no, &yes.ty, otherwise.span)?;
        let (run, a, b) = (test.code.clone().into_flag(), yes.code.clone(), no.code.clone());
        let code = match &yes.ty {
            Ty::List(of) if matches!(**of, Ty::Record(_)) => {
                let (a, b) = (a.into_items(), b.into_items());
                Code::items(move |cx, visit| if run.get(cx)? { a.walk(cx, visit) } else { b.walk(cx, visit) })
            }
            Ty::List(_) => {
                let (a, b) = (a.into_list(), b.into_list());
                Code::list(move |cx, visit| if run.get(cx)? { a.walk(cx, visit) } else { b.walk(cx, visit) })
            }
            Ty::Flag => {
                let (a, b) = (a.into_flag(), b.into_flag());
                Code::flag(move |cx| if run.get(cx)? { a.get(cx) } else { b.get(cx) })
            }
            Ty::Word(_) => {
                let (a, b) = (a.into_word(), b.into_word());
                Code::word(move |cx| if run.get(cx)? { a.get(cx) } else { b.get(cx) })
            }
            Ty::Record(_) => {
                let (a, b) = (a.into_item(), b.into_item());
                Code::item(move |cx| if run.get(cx)? { a.get(cx) } else { b.get(cx) })
            }
            Ty::Date => {
                let (a, b) = (a.into_date(), b.into_date());
                Code::date(move |cx| if run.get(cx)? { a.get(cx) } else { b.get(cx) })
            }
            Ty::Number if matches!((&a, &b), (Code::Number(_), Code::Number(_))) => {
                let (a, b) = (a.into_number(), b.into_number());
                Code::number(move |cx| if run.get(cx)? { a(cx) } else { b(cx) })
            }
            _ => Code::value(move |cx| if run.get(cx)? { a.run(cx) } else { b.run(cx) }),
        };
        let mut typed = Typed::new(yes.ty.clone(), code).from(&[&test, &yes, &no]);
        typed.format = yes.format;
        typed.text = if yes.text == no.text { yes.text } else { TextKind::Free };
        Ok(typed)
    }

    fn pair(&mut self, a: &Ast, b: &Ast) -> Built<(Typed, Typed)> {
        let is_text = |ast: &Ast| matches!(ast.kind, Kind::Text(_));
        if is_text(a) && !is_text(b) {
            let right = self.build(b, None)?;
            let left = self.build(a, Some(&right.ty))?;
            return Ok((left, right));
        }
        let left = self.build(a, None)?;
        let right = self.build(b, Some(&left.ty))?;
        Ok((left, right))
    }

    fn binary(&mut self, operator: Operator, a: &Ast, b: &Ast, expected: Option<&Ty>, span: Span) -> Built<Typed> {
        match operator {
            Operator::In => self.membership(a, b),
            Operator::Equal | Operator::Unequal => {
                let (left, right) = self.pair(a, b)?;
                if !left.ty.agrees(&right.ty) {
                    return mistake(
                        span,
                        format!(
                            "{} cannot be compared with {}{}",
                            left.ty.words(self.schema),
                            right.ty.words(self.schema),
                            date_hint(&left.ty, &right.ty)
                        ),
                    );
                }
                if matches!(left.ty, Ty::Map(..)) {
                    return mistake(span, "maps are not compared; read an entry with [ ]");
                }
                let wanted = operator == Operator::Equal;
                if let Some(code) = size_test(operator, &left, b) {
                    return Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]));
                }
                let code = match (&left.ty, word_literal(self, b, &right), word_literal(self, a, &left)) {
                    (Ty::Word(_), Some(word), _) => word_test(&left, word, wanted),
                    (Ty::Word(_), _, Some(word)) => word_test(&right, word, wanted),
                    (Ty::Word(_), None, None) => {
                        let (x, y) = (left.code.clone().into_word(), right.code.clone().into_word());
                        Code::flag(move |cx| Ok((x.get(cx)? == y.get(cx)?) == wanted))
                    }
                    (Ty::Record(_), ..) => {
                        let (x, y) = (left.code.clone().into_item(), right.code.clone().into_item());
                        Code::Flag(FlagCode::same(x, y, wanted))
                    }
                    (Ty::Text, ..) if matches!(b.kind, Kind::Text(_)) => text_test(&left, b, wanted),
                    (Ty::Text, ..) if matches!(a.kind, Kind::Text(_)) => text_test(&right, a, wanted),
                    (Ty::Text, ..) => {
                        let (x, y) = (TextCode::of(&left), right.code.clone());
                        Code::flag(move |cx| match y.run(cx) {
                            Ok(Value::Text(other)) => x.look(cx, |text| (text == other) == wanted),
                            Ok(_) => Err(No::Fault(Fault::Internal)),
                            // What is not recorded on the left is named first.
                            Err(no) => x.look(cx, |_| ()).and(Err(no)),
                        })
                    }
                    (Ty::Date, ..) => {
                        let (x, y) = (left.code.clone().into_date(), right.code.clone().into_date());
                        Code::flag(move |cx| {
                            let (x, y) = (x.get(cx)?, y.get(cx)?);
                            if x.is_day() && y.is_day() { Ok((x == y) == wanted) } else { Err(No::Period) }
                        })
                    }
                    _ if matches!((&left.code, &right.code), (Code::Number(_), Code::Number(_))) => {
                        let (x, y) = (left.code.clone().into_number(), right.code.clone().into_number());
                        Code::flag(move |cx| Ok((x(cx)? == y(cx)?) == wanted))
                    }
                    _ => {
                        let (x, y) = (left.code.clone(), right.code.clone());
                        Code::flag(move |cx| {
                            let (x, y) = (x.run(cx)?, y.run(cx)?);
                            equal(&x, &y, cx.programme).map(|same| same == wanted)
                        })
                    }
                };
                Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]))
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                let (left, right) = self.pair(a, b)?;
                if matches!(left.ty, Ty::Word(_)) || matches!(right.ty, Ty::Word(_)) {
                    return mistake(span, "words are not compared with < or >; use x.at_least('…') or x.below('…')");
                }
                if !left.ty.agrees(&right.ty) || !matches!(left.ty, Ty::Number | Ty::Date | Ty::Time) {
                    return mistake(
                        span,
                        format!(
                            "{} cannot be compared with {}{}",
                            left.ty.words(self.schema),
                            right.ty.words(self.schema),
                            date_hint(&left.ty, &right.ty)
                        ),
                    );
                }
                // `a > b` is `b < a`; `a >= b` is not `a < b`.
                let turned = matches!(operator, Operator::Greater | Operator::LessOrEqual);
                let wanted = matches!(operator, Operator::Less | Operator::Greater);
                if let Some(code) = size_test(operator, &left, b) {
                    return Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]));
                }
                let code = if left.ty == Ty::Date {
                    let (x, y) = (left.code.clone().into_date(), right.code.clone().into_date());
                    Code::Flag(FlagCode::before(x, y, turned, wanted))
                } else if let (Code::Number(x), Code::Number(y)) = (left.code.clone(), right.code.clone()) {
                    Code::flag(move |cx| {
                        let (x, y) = (x(cx)?, y(cx)?);
                        Ok((if turned { y < x } else { x < y }) == wanted)
                    })
                } else {
                    let (x, y) = (left.code.clone(), right.code.clone());
                    Code::flag(move |cx| {
                        let (x, y) = (x.run(cx)?, y.run(cx)?);
                        let less = if turned { less(&y, &x) } else { less(&x, &y) };
                        less.map(|less| less == wanted)
                    })
                };
                Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]))
            }
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
                let (left, right) = self.pair(a, b)?;
                if operator == Operator::Add && left.ty == Ty::Text && right.ty == Ty::Text {
                    let (x, y) = (left.code.clone(), right.code.clone());
                    let mut typed = Typed::new(
                        Ty::Text,
                        Code::value(move |cx| match (x.run(cx)?, y.run(cx)?) {
                            (Value::Text(x), Value::Text(y)) => Ok(Value::Text(format!("{x}{y}").into())),
                            _ => Err(No::Fault(Fault::Internal)),
                        }),
                    )
                    .from(&[&left, &right]);
                    typed.text = TextKind::Free;
                    return Ok(typed);
                }
                let _ = expected;
                for (part, ast) in [(&left, a), (&right, b)] {
                    if part.ty == Ty::Date {
                        return mistake(ast.span, "dates are not added or subtracted; use days(a, b), add_days(d, n) or add_months(d, n)");
                    }
                    self.expect(part, &Ty::Number, ast.span)?;
                }
                let (x, y) = (left.code.clone().into_number(), right.code.clone().into_number());
                Ok(Typed::new(
                    Ty::Number,
                    Code::number(move |cx| {
                        let (x, y) = (x(cx)?, y(cx)?);
                        arithmetic(operator, x, y)
                    }),
                )
                .from(&[&left, &right]))
            }
        }
    }

    fn membership(&mut self, a: &Ast, b: &Ast) -> Built<Typed> {
        let left_is_text = matches!(a.kind, Kind::Text(_));
        let (left, right) = if left_is_text {
            let right = self.build(b, None)?;
            let of = match &right.ty {
                Ty::List(of) => (**of).clone(),
                other => return mistake(b.span, format!("in needs a list; this is {}", other.words(self.schema))),
            };
            (self.build(a, Some(&of))?, right)
        } else {
            let left = self.build(a, None)?;
            let right = self.build(b, Some(&Ty::List(Box::new(left.ty.clone()))))?;
            (left, right)
        };
        let Ty::List(of) = &right.ty else { return mistake(b.span, format!("in needs a list; this is {}", right.ty.words(self.schema))) };
        if !of.agrees(&left.ty) {
            return mistake(a.span, format!("{} cannot stand in {}", left.ty.words(self.schema), right.ty.words(self.schema)));
        }
        // Words written out are a set.
        if let (Kind::List(words), Ty::Word(kind)) = (&b.kind, &left.ty) {
            let mut set = 0u128;
            for word in words {
                if let Kind::Text(text) = &word.kind {
                    set |= bit_of(self.word(text, *kind, word.span)?, word.span)?;
                }
            }
            let code = left.code.clone().into_word().among(set, true);
            return Ok(Typed::new(Ty::Flag, Code::Flag(code)).from(&[&left]));
        }
        if let Ty::Word(_) = &left.ty {
            let code = word_in(left.code.clone().into_word(), right.code.clone());
            return Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]));
        }
        if let Ty::Record(_) = &left.ty {
            let code = record_in(left.code.clone().into_item(), right.code.clone().into_items());
            return Ok(Typed::new(Ty::Flag, code).from(&[&left, &right]));
        }
        let (element, list) = (left.code.clone(), right.code.clone().into_list());
        Ok(Typed::new(
            Ty::Flag,
            Code::flag(move |cx| {
                let wanted = element.run(cx)?;
                let (mut found, mut why) = (false, None);
                let end = list.walk(cx, &mut |cx, element| {
                    match element.and_then(|element| equal(&wanted, &element, cx.programme)) {
                        Ok(same) => found |= same,
                        Err(no) => why = Some(no),
                    }
                    why.is_none()
                });
                match why {
                    Some(no) => Err(no),
                    None => end.map(|()| found),
                }
            }),
        )
        .from(&[&left, &right]))
    }

    /// Opens a loop over a list with a variable.
    pub(super) fn each<T>(&mut self, list: &Typed, name: &str, span: Span, inner: impl FnOnce(&mut Self, usize) -> Built<T>) -> Built<T> {
        let Ty::List(of) = &list.ty else { return mistake(span, format!("this needs a list; this is {}", list.ty.words(self.schema))) };
        if self.loops >= limits::EXPRESSION_LOOPS_MAX {
            return mistake(span, format!("more than {} loops stand within one another", limits::EXPRESSION_LOOPS_MAX));
        }
        if self.variables.iter().any(|variable| variable.name == name) || name == "as_of" || name == "params" {
            return mistake(span, format!("{name} already means something here; choose another name"));
        }
        let slot = self.declare(name, (**of).clone());
        if let Some(variable) = self.variables.last_mut() {
            variable.taint = Taint { people: false, ..list.taint };
            variable.text = list.text;
            variable.format = list.format;
            variable.field = list.field;
        }
        self.loops += 1;
        // What a filter asked of each element is known of it from there on.
        let before = self.facts.len();
        self.facts.extend(list.element_facts.iter().map(|fact| format!("#{slot}{fact}")));
        let result = inner(self, slot);
        self.facts.truncate(before);
        self.loops -= 1;
        self.variables.pop();
        result
    }

    /// The innermost variable that an expression names, by its place in the frame.
    pub(super) fn innermost(&self, ast: &Ast) -> usize {
        let of = |parts: &[&Ast]| parts.iter().map(|part| self.innermost(part)).max().unwrap_or(0);
        match &ast.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) => 0,
            Kind::Name(name) => self.variables.iter().rev().find(|variable| variable.name == *name).map_or(0, |variable| variable.slot),
            Kind::Field(a, _) | Kind::Not(a) | Kind::Minus(a) => self.innermost(a),
            Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => of(&[a, b]),
            Kind::Choice(a, b, c) => of(&[a, b, c]),
            Kind::List(all) => of(&all.iter().collect::<Vec<_>>()),
            Kind::Call(_, target, args) => of(&target.iter().map(|target| &**target).chain(args).collect::<Vec<_>>()),
        }
    }

    /// Refuses a predicate that reads of an element what may be absent, without asking. What does not
    /// depend on the element is absent for all of them or none.
    pub(super) fn asked(&self, typed: &Typed, macro_name: &str, slot: usize) -> Built<()> {
        match typed.unasked.as_ref().filter(|unasked| unasked.depends_on >= slot) {
            None => Ok(()),
            Some(unasked) => mistake(
                unasked.span,
                format!(
                    "{} may not be recorded, and {macro_name}(…) then has no value at all; ask first with has(…) or known(…)",
                    unasked.path
                ),
            ),
        }
    }
}

/// A text that an expression writes out, kept as long as the program runs: there are few, and they are handed on
/// without being copied.
fn shared(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.into());
    kept.insert(text);
    text
}

/// A value as it stands, its text not copied.
fn lent<'p>(value: &'p Eval<Value<'p>>) -> Eval<Value<'p>> {
    match value {
        Ok(Value::Text(text)) => Ok(Value::Text((&**text).into())),
        value => value.clone(),
    }
}

/// Code for a variable that is set before it is read.
fn given(ty: &Ty, slot: usize) -> Code {
    match ty {
        Ty::Record(_) => Code::Item(ItemCode::Variable(slot)),
        Ty::Date => Code::Date(DateCode::Variable(slot)),
        Ty::Word(_) => Code::word(move |cx| word_in_place(cx.value(slot))),
        _ => Code::value(move |cx| cx.value(slot).clone()),
    }
}

fn word_in_place(value: &Eval<Value<'_>>) -> Eval<u16> {
    match value {
        Ok(Value::Word(word)) => Ok(*word),
        Err(no) => Err(*no),
        _ => Err(No::Fault(Fault::Internal)),
    }
}

/// How many elements a list has, held against a whole number that is written out: most lists are only asked
/// whether they have any.
fn size_test(operator: Operator, left: &Typed, right: &Ast) -> Option<Code> {
    let (Some(list), Kind::Number(number)) = (left.size_of.clone(), &right.kind) else { return None };
    let number: i64 = number.parse().ok()?;
    let (range, wanted) = match operator {
        Operator::Equal => (number..=number, true),
        Operator::Unequal => (number..=number, false),
        Operator::Less => (number..=i64::MAX, false),
        Operator::LessOrEqual => (i64::MIN..=number, true),
        Operator::Greater => (i64::MIN..=number, false),
        Operator::GreaterOrEqual => (number..=i64::MAX, true),
        _ => return None,
    };
    Some(Code::flag(move |cx| list.count(cx).map(|count| range.contains(&count) == wanted)))
}

/// Code for a `let`: it is worked out where it is first used, and kept.
fn kept(code: &Code, ty: &Ty, slot: usize) -> Code {
    let code = code.clone();
    match ty {
        Ty::Record(_) => {
            let code = code.into_item();
            Code::item(move |cx| match cx.item(slot) {
                Err(No::Unset) => {
                    let item = code.get(cx);
                    cx.keep_item(slot, item);
                    item
                }
                known => known,
            })
        }
        Ty::Flag => {
            let code = code.into_flag();
            Code::flag(move |cx| match cx.value(slot) {
                Err(No::Unset) => {
                    let flag = code.get(cx);
                    cx.keep_value(slot, flag.map(Value::Flag));
                    flag
                }
                Ok(Value::Flag(flag)) => Ok(*flag),
                Err(no) => Err(*no),
                _ => Err(No::Fault(Fault::Internal)),
            })
        }
        Ty::Date => {
            let code = code.into_date();
            Code::date(move |cx| match cx.value(slot) {
                Err(No::Unset) => {
                    let date = code.get(cx);
                    cx.keep_value(slot, date.map(Value::Date));
                    date
                }
                known => date_in(known),
            })
        }
        Ty::Word(_) => {
            let code = code.into_word();
            Code::word(move |cx| match cx.value(slot) {
                Err(No::Unset) => {
                    let word = code.get(cx);
                    cx.keep_value(slot, word.map(Value::Word));
                    word
                }
                known => word_in_place(known),
            })
        }
        Ty::Number if matches!(code, Code::Number(_)) => {
            let code = code.into_number();
            Code::number(move |cx| match cx.value(slot) {
                Err(No::Unset) => {
                    let number = code(cx);
                    cx.keep_value(slot, number.map(Value::Number));
                    number
                }
                Ok(Value::Number(number)) => Ok(*number),
                Err(no) => Err(*no),
                _ => Err(No::Fault(Fault::Internal)),
            })
        }
        Ty::List(of) if matches!(**of, Ty::Record(_)) => Code::List(ListCode::Items(ItemsCode::Kept(Box::new(code.into_items()), slot))),
        _ => Code::value(move |cx| match cx.value(slot) {
            Err(No::Unset) => {
                let value = code.run(cx);
                cx.keep_value(slot, value.clone());
                value
            }
            known => known.clone(),
        }),
    }
}

/// What a name after a dot leads to.
pub(super) enum Step {
    /// A field.
    Field { fields: Vec<FieldId>, ty: Ty, register: Option<RegisterId> },
    /// The records and rows that refer here.
    Inverse { references: Vec<u16>, holders: Vec<StructId> },
    /// The record or row around this one.
    Parent(StructId),
}

fn readable(base: &Ast, name: &str) -> String {
    match &base.kind {
        Kind::Name(base) => format!("{base}.{name}"),
        Kind::Field(inner, field) => format!("{}.{name}", readable(inner, field)),
        _ => name.to_owned(),
    }
}

fn literal(ast: &Ast) -> Option<String> {
    match &ast.kind {
        Kind::Text(text) => Some(format!("'{text}'")),
        Kind::Number(number) => Some(number.clone()),
        _ => None,
    }
}

fn date_hint(a: &Ty, b: &Ty) -> &'static str {
    if matches!((a, b), (Ty::Date, Ty::Text) | (Ty::Text, Ty::Date)) { "; write date(\"2026-03-01\")" } else { "" }
}

fn word_literal(scope: &Scope<'_>, ast: &Ast, typed: &Typed) -> Option<u16> {
    match (&ast.kind, &typed.ty) {
        (Kind::Text(text), Ty::Word(words)) => scope.word(text, *words, ast.span).ok(),
        _ => None,
    }
}

/// The bit of a word in a set of words.
fn bit_of(word: u16, span: Span) -> Built<u128> {
    match 1u128.checked_shl(u32::from(word)) {
        Some(bit) => Ok(bit),
        None => mistake(span, "sets are of the first 128 words of a vocabulary; compare this one with =="),
    }
}

fn word_test(typed: &Typed, word: u16, wanted: bool) -> Code {
    let code = typed.code.clone().into_word();
    match 1u128.checked_shl(u32::from(word)) {
        Some(set) => Code::Flag(code.among(set, wanted)),
        None => Code::flag(move |cx| code.get(cx).map(|own| (own == word) == wanted)),
    }
}

/// Whether a text is (or is not) one that is written out.
fn text_test(typed: &Typed, written: &Ast, wanted: bool) -> Code {
    let (text, written) = (TextCode::of(typed), literal_text(written).to_owned());
    Code::flag(move |cx| text.look(cx, |text| (text == written) == wanted))
}

fn literal_text(ast: &Ast) -> &str {
    if let Kind::Text(text) = &ast.kind { text } else { "" }
}

/// Whether a record stands in a list of records. The whole list is looked at, as for words.
fn record_in(record: ItemCode, list: ItemsCode) -> Code {
    Code::flag(move |cx| {
        let wanted = record.get(cx)?;
        let (mut found, mut why) = (false, None);
        let end = list.each(cx, |cx, element| {
            match element {
                Ok(item) => found = found || cx.programme.same(wanted, item),
                Err(no) => why = Some(no),
            }
            why.is_none()
        });
        why.map_or(end, Err).map(|()| found)
    })
}

/// Whether a word stands in a list of words. The whole list is looked at: one that is not whole has no answer.
fn word_in(word: WordCode, list: Code) -> Code {
    match list {
        Code::List(ListCode::Field(item, fields, has_default)) => Code::flag(move |cx| {
            let wanted = word.get(cx)?;
            let (mut found, mut why) = (false, None);
            walk_written(&item, &fields, has_default, cx, |cx, at, _| {
                let node = cx.programme.forest.node(at);
                if node.has_value() {
                    found |= cx.programme.forest.word(at) == wanted;
                } else {
                    why = Some(no_value(node));
                }
                why.is_none()
            })?;
            why.map_or(Ok(found), Err)
        }),
        Code::Value(run) => Code::flag(move |cx| {
            let wanted = word.get(cx)?;
            let list = match run(cx)? {
                Value::List(list) => list,
                // A list of nothing may be kept as one of no records.
                Value::Items(none) => return none.end().map(|()| false),
                _ => return Err(No::Fault(Fault::Internal)),
            };
            let mut found = false;
            for element in &list.elements {
                cx.step()?;
                match element {
                    Ok(Value::Word(word)) => found |= *word == wanted,
                    Ok(_) => return Err(No::Fault(Fault::Internal)),
                    Err(no) => return Err(*no),
                }
            }
            list.end.map(|()| found)
        }),
        list => {
            let list = list.into_list();
            Code::flag(move |cx| {
                let wanted = word.get(cx)?;
                let (mut found, mut why) = (false, None);
                let end = list.walk(cx, &mut |_, element| {
                    match element {
                        Ok(Value::Word(word)) => found |= word == wanted,
                        Ok(_) => why = Some(No::Fault(Fault::Internal)),
                        Err(no) => why = Some(no),
                    }
                    why.is_none()
                });
                why.map_or(end, Err).map(|()| found)
            })
        }
    }
}

/// Why a node has no value.
fn no_value(node: Node) -> No {
    if node.marks & (FAULTY | REPEATED) != 0 { No::Faulty(node.field) } else { No::Field(node.field) }
}

/// The number at a node.
#[inline]
fn number_at(programme: &Programme, at: u32) -> Eval<Decimal> {
    match programme.forest.node(at).hundredths() {
        Some(number) => Ok(Decimal::hundredths(number)),
        None => Decimal::read(programme.forest.raw(at)).ok_or(No::Fault(Fault::Overflow)),
    }
}

/// The value of a node, going by its field.
pub(super) fn node_value(programme: &Programme, at: u32, record: u32) -> Eval<Value<'_>> {
    let node = programme.forest.node(at);
    if !node.has_value() {
        return Err(no_value(node));
    }
    let schema = &programme.schema;
    let shape = match schema.element_shape_of(node.field) {
        Shape::Map(_) if node.kind == crate::document::Kind::Object => {
            let entries = programme
                .forest
                .children(at)
                .filter(|child| programme.forest.node(*child).has_value())
                .filter_map(|child| Some((Value::Text(programme.forest.key(child)?), Value::Text(programme.forest.string(child)))))
                .collect::<Vec<_>>();
            let mut entries: Vec<(Value<'_>, Value<'_>)> = entries;
            entries.sort_by_key(|(key, _)| key.key(programme));
            return Ok(Value::Map(std::sync::Arc::new(entries)));
        }
        shape => shape,
    };
    match shape {
        Shape::Struct(_) => Ok(Value::Item(Item { node: at, record })),
        Shape::Scalar(scalar) => match scalar {
            Scalar::Date => Ok(Value::Date(node.period())),
            Scalar::Time => Ok(Value::Time(node.link as u16)),
            Scalar::Word(_) => Ok(Value::Word(node.link as u16)),
            Scalar::Flag => Ok(Value::Flag(node.kind == crate::document::Kind::True)),
            Scalar::Number(_) => number_at(programme, at).map(Value::Number),
            Scalar::Reference { .. } if schema.field(node.field).is_some_and(|field| field.reference.is_some()) => {
                programme.target(at).map(Value::Item).ok_or(No::Field(node.field))
            }
            _ => Ok(Value::Text(programme.forest.string(at))),
        },
        _ => Err(No::Fault(Fault::Internal)),
    }
}

/// Whether two values are equal. Dates only where both are known to the day.
pub(super) fn equal(a: &Value<'_>, b: &Value<'_>, programme: &Programme) -> Eval<bool> {
    match (a, b) {
        (Value::Flag(a), Value::Flag(b)) => Ok(a == b),
        (Value::Number(a), Value::Number(b)) => Ok(a == b),
        (Value::Between(..), _) | (_, Value::Between(..)) => Err(No::Period),
        (Value::Text(a), Value::Text(b)) => Ok(a == b),
        (Value::Date(a), Value::Date(b)) if a.is_day() && b.is_day() => Ok(a == b),
        (Value::Date(_), Value::Date(_)) => Err(No::Period),
        (Value::Time(a), Value::Time(b)) => Ok(a == b),
        (Value::Word(a), Value::Word(b)) => Ok(a == b),
        (Value::Item(a), Value::Item(b)) => Ok(programme.same(*a, *b)),
        (Value::Items(a), Value::Items(b)) => {
            a.end().and(b.end())?;
            if a.elements().len() != b.elements().len() {
                return Ok(false);
            }
            for (x, y) in a.elements().iter().zip(b.elements()) {
                if !programme.same((*x)?, (*y)?) {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        // A list of nothing may be kept as one of no records, whatever it would hold.
        (Value::Items(none), Value::List(other)) | (Value::List(other), Value::Items(none)) => {
            none.end().and(other.end)?;
            Ok(none.elements().is_empty() && other.elements.is_empty())
        }
        (Value::List(a), Value::List(b)) => {
            a.end.and(b.end)?;
            if a.elements.len() != b.elements.len() {
                return Ok(false);
            }
            for (x, y) in a.elements.iter().zip(&b.elements) {
                if !equal(x.as_ref().map_err(|no| *no)?, y.as_ref().map_err(|no| *no)?, programme)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Err(No::Fault(Fault::Internal)),
    }
}

/// Whether `a` is less than `b`, where all days (or numbers) of both agree.
pub(super) fn less(a: &Value<'_>, b: &Value<'_>) -> Eval<bool> {
    let range = |value: &Value<'_>| match value {
        Value::Number(number) => Ok((number.0, number.0)),
        Value::Between(both) => Ok((both.0.0, both.1.0)),
        Value::Date(period) => Ok((i128::from(period.first), i128::from(period.last))),
        Value::Time(minutes) => Ok((i128::from(*minutes), i128::from(*minutes))),
        _ => Err(No::Fault(Fault::Internal)),
    };
    let ((a_low, a_high), (b_low, b_high)) = (range(a)?, range(b)?);
    if a_high < b_low {
        Ok(true)
    } else if a_low >= b_high {
        Ok(false)
    } else {
        Err(No::Period)
    }
}

fn arithmetic(operator: Operator, a: Decimal, b: Decimal) -> Eval<Decimal> {
    let result = match operator {
        Operator::Add => a.plus(b),
        Operator::Subtract => a.subtract(b),
        Operator::Multiply => a.multiply(b),
        _ if b.0 == 0 => return Err(No::Fault(Fault::DivisionByZero)),
        Operator::Divide => a.divide(b),
        _ => Some(Decimal(a.0 % b.0)),
    };
    result.ok_or(No::Fault(Fault::Overflow))
}
