//! Expressions of the rule language, run by themselves over a programme with nothing in it.

use std::sync::Arc;

use havesay::discover::{Input, Role, Source};
use havesay::document::Forest;
use havesay::programme::{Clock, Judges, Programme, load};
use havesay::rule::expression::build::Scope;
use havesay::rule::expression::frame::Cx;
use havesay::rule::expression::parse::parse;
use havesay::rule::expression::types::{Definitions, Ty};
use havesay::rule::expression::value::{Decimal, No, Value};
use havesay::schema::Schema;

/// A value that needs no programme to be told from another.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// Yes or no.
    Flag(bool),
    /// A number, in units of 10⁻⁹.
    Number(i128),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Plain>),
}

/// What comes of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is refused when it is loaded, for this reason.
    Refused(String),
    /// It is accepted and has no value.
    Nothing(No),
    /// It has a value.
    Value(Plain),
}

/// What an expression is run over.
pub struct Desk {
    schema: Arc<Schema>,
    programme: Programme,
    definitions: Definitions,
}

impl Desk {
    /// A desk with the least charter that is valid.
    pub fn new() -> Option<Self> {
        Self::over(r#"{ "id": "x", "title": "X", "stage": "charter" }"#)
    }

    /// A desk with this charter.
    pub fn over(charter: &str) -> Option<Self> {
        let schema = Arc::new(Schema::builtin().ok()?);
        let judges = Judges::new(&schema);
        let input = Input { path: "programme.json".to_owned(), role: Role::Charter, source: Source::Memory(charter.as_bytes().to_vec()) };
        let programme = load(&schema, &judges, ".", &[input], Forest::default(), Clock { as_of: 0, given: true }, false);
        Some(Self { schema, programme, definitions: Definitions::default() })
    }

    /// Checks, compiles and runs an expression with further names in scope.
    pub fn run(&self, source: &str, names: &[(String, Plain)]) -> Outcome {
        let mut scope = Scope::new(&self.schema, &self.definitions);
        let slots: Vec<usize> = names.iter().map(|(name, value)| scope.declare(name, ty(value))).collect();
        let built = parse(source).and_then(|ast| scope.build(&ast, None));
        let typed = match built {
            Ok(typed) => typed,
            Err(mistake) => return Outcome::Refused(mistake.message),
        };
        let mut cx = Cx::new(&self.programme, 0, &[]);
        cx.open(scope.frame);
        for (slot, (_, value)) in slots.iter().zip(names) {
            cx.set(*slot, Ok(given(value)));
        }
        match typed.code.run(&mut cx).and_then(|value| plain(&value)) {
            Ok(value) => Outcome::Value(value),
            Err(no) => Outcome::Nothing(no),
        }
    }
}

fn ty(value: &Plain) -> Ty {
    match value {
        Plain::Flag(_) => Ty::Flag,
        Plain::Number(_) => Ty::Number,
        Plain::Text(_) => Ty::Text,
        Plain::List(list) => Ty::List(Box::new(list.first().map_or(Ty::Text, ty))),
    }
}

fn given(value: &Plain) -> Value<'static> {
    match value {
        Plain::Flag(flag) => Value::Flag(*flag),
        Plain::Number(number) => Value::Number(Decimal(*number)),
        Plain::Text(text) => Value::Text(text.clone().into()),
        Plain::List(list) => {
            let elements = list.iter().map(|element| Ok(given(element))).collect();
            Value::List(Arc::new(havesay::rule::expression::value::ListValue { elements, end: Ok(()) }))
        }
    }
}

/// A list with an element that has no value has none itself.
fn plain(value: &Value<'_>) -> Result<Plain, No> {
    Ok(match value {
        Value::Flag(flag) => Plain::Flag(*flag),
        Value::Number(number) => Plain::Number(number.0),
        Value::Text(text) => Plain::Text(text.to_string()),
        Value::List(list) => {
            list.end?;
            Plain::List(list.elements.iter().map(|element| plain(element.as_ref().map_err(|no| *no)?)).collect::<Result<_, No>>()?)
        }
        Value::Items(list) if list.elements().is_empty() => {
            list.end()?;
            Plain::List(Vec::new())
        }
        other => Plain::Text(format!("not plain: {other:?}")),
    })
}
