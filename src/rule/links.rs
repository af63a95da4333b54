//! What pages use of one another and of the records: which fields, definitions and functions an expression
//! names, and who names them. `havesay explain` and the site show it.
//!
//! The compiler checks expressions and forgets their names; here the same expressions are read once more for
//! their names alone. Messages are left out: what they show does not decide a verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::compile::{subject, ty_of};
use super::expression::build::Scope;
use super::expression::parse::{Ast, Kind};
use super::expression::syntax;
use super::expression::types::Ty;
use super::front::Yaml;
use super::function::LIBRARY;
use super::{Page, Rules, Subject};
use crate::schema::{CHARTER, FieldId, Schema};

/// What a page uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// The fields that it reads, and the registers, by their field.
    pub fields: BTreeSet<FieldId>,
    /// The definitions that it calls, by the names of their pages.
    pub definitions: BTreeSet<Arc<str>>,
    /// The functions that it calls.
    pub functions: BTreeSet<&'static str>,
    /// Whether it goes through all that is written in records, whatever the field.
    pub whole: bool,
    /// What could not be followed: nothing, unless an expression is of a kind that this file does not know.
    pub lost: Vec<String>,
}

/// What every page uses, by name.
#[derive(Debug, Default)]
pub struct Links {
    pages: BTreeMap<Arc<str>, Uses>,
}

impl Links {
    /// The links of all rules and definitions.
    #[must_use]
    pub fn of(schema: &Schema, rules: &Rules) -> Self {
        let pages = rules.rules.iter().map(|rule| &*rule.page).chain(&rules.definition_pages);
        let mut links = Self { pages: pages.map(|page| (Arc::clone(&page.name), uses(schema, rules, page))).collect() };
        for rule in &rules.rules {
            if let Some(uses) = links.pages.get_mut(&rule.name) {
                uses.fields.extend(&rule.demands);
            }
        }
        links
    }

    /// What a page uses itself; nothing for one that is not known.
    #[must_use]
    pub fn uses(&self, page: &str) -> Option<&Uses> {
        self.pages.get(page)
    }

    /// All that has a page, by name.
    pub fn pages(&self) -> impl Iterator<Item = (&str, &Uses)> {
        self.pages.iter().map(|(name, uses)| (&**name, uses))
    }

    /// The pages for which `what` holds of what they use themselves.
    #[must_use]
    pub fn users(&self, what: &dyn Fn(&Uses) -> bool) -> BTreeSet<&str> {
        self.pages.iter().filter(|(_, uses)| what(uses)).map(|(name, _)| &**name).collect()
    }

    /// The pages that read one of these fields, themselves or through a definition, however far away.
    #[must_use]
    pub fn readers(&self, fields: &dyn Fn(FieldId) -> bool) -> BTreeSet<&str> {
        let mut found = self.users(&|uses| uses.fields.iter().any(|field| fields(*field)));
        loop {
            let more = self.users(&|uses| uses.definitions.iter().any(|name| found.contains(&**name)));
            if more.is_subset(&found) {
                return found;
            }
            found.extend(more);
        }
    }
}

/// What a page's expressions name.
fn uses(schema: &Schema, rules: &Rules, page: &Page) -> Uses {
    let mut reader = Reader { schema, rules, names: Vec::new(), uses: Uses::default() };
    let keys = entries(&page.front);
    if page.is_definition() {
        let parameters = get(keys, "parameters").map_or(&[][..], entries);
        let types = parameters.iter().map(|(name, ty)| (name.text.clone(), text(ty).and_then(|ty| ty_of(schema, ty))));
        reader.begin(types);
        reader.lets(keys);
        reader.key(keys, "expression");
        return reader.uses;
    }
    let cases: Vec<&[_]> = match get(keys, "cases") {
        Some(Yaml::List(list, _)) => list.iter().map(entries).collect(),
        _ => vec![&[]],
    };
    for case in cases {
        for line in texts(get(case, "subject").or_else(|| get(keys, "subject"))) {
            let Ok((kind, names)) = subject(schema, line) else { continue };
            reader.uses.fields.extend(kind.fields(schema));
            reader.uses.whole |= kind == Subject::Records;
            reader.begin(names.into_iter().map(|(name, ty)| (name, Some(ty))));
            reader.lets(keys);
            for keys in [keys, case] {
                reader.key(keys, "when");
                if let Some(Yaml::List(list, _)) = get(keys, "evidence") {
                    list.iter().for_each(|item| reader.key(entries(item), "that"));
                }
            }
            reader.key(if get(case, "assert").is_some() { case } else { keys }, "assert");
            for (_, profile) in get(keys, "profiles").map_or(&[][..], entries) {
                reader.key(entries(profile), "when");
            }
        }
    }
    reader.uses
}

type Entries = [(super::front::Scalar, Yaml)];

fn entries(value: &Yaml) -> &Entries {
    if let Yaml::Map(entries, _) = value { entries } else { &[] }
}

fn get<'p>(entries: &'p Entries, key: &str) -> Option<&'p Yaml> {
    entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| value)
}

fn text(value: &Yaml) -> Option<&str> {
    if let Yaml::Scalar(scalar) = value { Some(&scalar.text) } else { None }
}

fn texts(value: Option<&Yaml>) -> Vec<&str> {
    match value {
        Some(Yaml::List(list, _)) => list.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Follows expressions by the types of what they name.
struct Reader<'s> {
    schema: &'s Schema,
    rules: &'s Rules,
    names: Vec<(String, Option<Ty>)>,
    uses: Uses,
}

impl Reader<'_> {
    fn begin(&mut self, names: impl Iterator<Item = (String, Option<Ty>)>) {
        self.names = vec![("programme".to_owned(), Some(Ty::Record(vec![CHARTER])))];
        self.names.extend(names);
    }

    /// Reads the `let`s. One that has no meaning for this subject is not used for it.
    fn lets(&mut self, keys: &Entries) {
        for (name, value) in get(keys, "let").map_or(&[][..], entries) {
            let Some(ast) = text(value).and_then(|text| syntax(text).ok()) else { continue };
            let known =
                |wanted: &String| ["as_of", "params"].contains(&wanted.as_str()) || self.names.iter().any(|(name, _)| name == wanted);
            if ast.names().iter().all(known) {
                let ty = self.follow(&ast);
                self.names.push((name.text.clone(), ty));
            }
        }
    }

    fn key(&mut self, keys: &Entries, key: &str) {
        if let Some(ast) = get(keys, key).and_then(text).and_then(|text| syntax(text).ok()) {
            self.follow(&ast);
        }
    }

    fn element(ty: Option<Ty>) -> Option<Ty> {
        match ty {
            Some(Ty::List(of) | Ty::Map(of, _)) => Some(*of),
            _ => None,
        }
    }

    /// Notes what an expression names, and gives its type where something can be read from it.
    fn follow(&mut self, ast: &Ast) -> Option<Ty> {
        match &ast.kind {
            Kind::Flag(_) | Kind::Number(_) | Kind::Text(_) => None,
            Kind::List(all) => {
                let types: Vec<Option<Ty>> = all.iter().map(|part| self.follow(part)).collect();
                types.into_iter().flatten().next().map(|ty| Ty::List(Box::new(ty)))
            }
            Kind::Name(name) => self.names.iter().rev().find(|(known, _)| known == name).and_then(|(_, ty)| ty.clone()),
            Kind::Field(base, name) => {
                if matches!(&base.kind, Kind::Name(base) if base == "params") {
                    return None;
                }
                let base = self.follow(base);
                self.step(base.as_ref(), name)
            }
            Kind::Index(map, key) => {
                self.follow(key);
                match self.follow(map) {
                    Some(Ty::Map(_, to)) => Some(*to),
                    _ => None,
                }
            }
            Kind::Not(a) | Kind::Minus(a) => {
                self.follow(a);
                None
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                self.follow(a);
                self.follow(b);
                None
            }
            Kind::Binary(_, a, b) => {
                let (a, b) = (self.follow(a), self.follow(b));
                [a, b].into_iter().flatten().find(|ty| matches!(ty, Ty::List(_)))
            }
            Kind::Choice(condition, a, b) => {
                self.follow(condition);
                let (a, b) = (self.follow(a), self.follow(b));
                a.or(b)
            }
            Kind::Call(name, target, args) => self.call(name, target.as_deref(), args),
        }
    }

    fn call(&mut self, name: &str, target: Option<&Ast>, args: &[Ast]) -> Option<Ty> {
        if let Some(function) = LIBRARY.iter().find(|function| function.name == name) {
            self.uses.functions.insert(function.name);
            self.uses.whole |= ["texts", "values"].contains(&function.name);
        }
        match (name, target, args) {
            ("exists" | "all" | "exists_one" | "filter" | "map" | "sort_by", Some(list), [Ast { kind: Kind::Name(own), .. }, body]) => {
                let list = self.follow(list);
                self.names.push((own.clone(), Self::element(list.clone())));
                let value = self.follow(body);
                self.names.pop();
                match name {
                    "filter" | "sort_by" => list,
                    "map" => value.map(|ty| Ty::List(Box::new(ty))),
                    _ => None,
                }
            }
            ("missing", None, [record, Ast { kind: Kind::List(names), .. }]) => {
                let record = self.follow(record);
                for name in names {
                    if let Kind::Text(name) = &name.kind {
                        self.step(record.as_ref(), name);
                    }
                }
                None
            }
            ("open_errors", None, [day, stage]) => {
                self.follow(day);
                self.follow(stage);
                let roots = self.schema.registers.iter().filter(|register| !register.nested).map(|register| register.record);
                Some(Ty::List(Box::new(Ty::Record(std::iter::once(CHARTER).chain(roots).collect()))))
            }
            ("upstream" | "downstream", None, [record, Ast { kind: Kind::Text(register), .. }]) => {
                self.follow(record);
                let register = self.schema.register(self.schema.register_named(register)?)?;
                self.uses.fields.insert(register.field);
                Some(Ty::List(Box::new(Ty::Record(vec![register.record]))))
            }
            _ => {
                let mut types: Vec<Option<Ty>> = target.into_iter().chain(args).map(|part| self.follow(part)).collect();
                if types.is_empty() {
                    types.push(None);
                }
                let first = types.swap_remove(0);
                match name {
                    "distinct" | "otherwise" => first,
                    "first" | "last" | "min" | "max" => Self::element(first),
                    "count_by" => Self::element(first).map(|of| Ty::Map(Box::new(of), Box::new(Ty::Number))),
                    _ => {
                        let page = self.rules.definition_pages.iter().find(|page| page.call_name() == name)?;
                        self.uses.definitions.insert(Arc::clone(&page.name));
                        get(entries(&page.front), "gives").and_then(text).and_then(|gives| ty_of(self.schema, gives))
                    }
                }
            }
        }
    }

    /// Notes the field, or the reference that leads here, that a name after a dot stands for.
    fn step(&mut self, base: Option<&Ty>, name: &str) -> Option<Ty> {
        let Some(Ty::Record(structs)) = base else {
            self.uses.lost.push(name.to_owned());
            return None;
        };
        let schema = self.schema;
        let fields: Vec<FieldId> = structs.iter().filter_map(|structure| schema.field_called(*structure, name)).collect();
        if fields.is_empty() {
            let registers = structs.iter().filter_map(|structure| schema.structure(*structure)?.register);
            let references = registers.filter_map(|register| schema.inverse_named(register, name));
            self.uses.fields.extend(references.filter_map(|id| schema.reference(id)).map(|reference| reference.field));
        }
        self.uses.fields.extend(fields);
        // The compiler itself says what the step leads to.
        let mut scope = Scope::new(schema, &self.rules.definitions);
        scope.declare("base", Ty::Record(structs.clone()));
        let typed = syntax(&format!("base.{name}")).and_then(|ast| scope.build(&ast, None));
        if typed.is_err() {
            self.uses.lost.push(name.to_owned());
        }
        typed.ok().map(|typed| typed.ty)
    }
}
