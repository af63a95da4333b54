//! The parameters of a page: what each means, its type, its bounds, and which values fit.
//!
//! Where a value is set, and whether it beats another, is not known here.

use std::sync::Arc;

use super::compile::{is_number, literal, ty_of, ty_of_value};
use super::expression::types::{Ty, Words};
use super::expression::value::{Decimal, ListValue, Value};
use super::front::Yaml;
use super::page::{Keys, Page, PageProblem, span};
use crate::config::ParamValue;
use crate::schema::{Schema, form};
use crate::text::Span;

/// A parameter: its value where nothing else is said, and what it means.
#[derive(Clone, Debug)]
pub struct Param {
    /// The rule or definition (by the name of its page) that declares it.
    pub page: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its default.
    pub default: Value<'static>,
    /// The default as it is written.
    pub text: String,
    /// Its unit.
    pub unit: String,
    /// What it means.
    pub means: String,
    /// Whether no standard backs the number.
    pub house_default: bool,
    /// Its type.
    pub ty: Ty,
    /// Whether it has to be a whole number.
    pub whole: bool,
    /// The least value that it may have, if the page sets one.
    pub least: Option<Bound>,
    /// The greatest value that it may have, if the page sets one.
    pub most: Option<Bound>,
}

/// A bound of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The bound.
    pub value: Decimal,
    /// As the page writes it.
    pub text: String,
}

const KEYS: [&str; 8] = ["default", "unit", "means", "house_default", "of", WHOLE, LEAST, MOST];
const WHOLE: &str = "whole";
const LEAST: &str = "min";
const MOST: &str = "max";

/// The parameters that a page declares, with their numbers from `first` on.
pub(super) fn params(schema: &Schema, page: &Page, keys: &Keys<'_>, first: usize) -> Result<(Vec<Param>, Vec<usize>), PageProblem> {
    let mut declared = Vec::new();
    let entries = match keys.get("params") {
        None => return Ok((declared, Vec::new())),
        Some(Yaml::Map(entries, _)) => entries,
        Some(other) => return Err(page.problem(span(other.at()), "params are names with default, unit and means")),
    };
    for (name, value) in entries {
        let inner = page.keys(value, &KEYS).map_err(|mut problems| problems.remove(0))?;
        let (written, at): (Vec<String>, Span) = match inner.get("default") {
            Some(Yaml::Scalar(default)) => (vec![default.text.clone()], span(default.at)),
            Some(Yaml::List(list, at)) => (
                list.iter().filter_map(|item| if let Yaml::Scalar(item) = item { Some(item.text.clone()) } else { None }).collect(),
                span(*at),
            ),
            _ => return Err(page.problem(span(name.at), format!("{} has no default", name.text))),
        };
        let is_list = matches!(inner.get("default"), Some(Yaml::List(..)));
        let (ty, default) = match (inner.text("of")?, inner.get("default")) {
            (Some(of), _) => {
                let Some(Ty::Word(Words::Vocabulary(id))) = ty_of(schema, &of.text) else {
                    return Err(page.problem(span(of.at), format!("{} is no vocabulary", of.text)));
                };
                let words = Ty::Word(Words::Vocabulary(id));
                let ty = if is_list { Ty::List(Box::new(words)) } else { words };
                let value =
                    words_value(schema, &ty, &written).map_err(|word| page.problem(at, format!("{word} is no word of {}", of.text)))?;
                (ty, value)
            }
            (None, Some(Yaml::Scalar(scalar))) => {
                let value = literal(scalar);
                (ty_of_value(&value), value)
            }
            _ => (Ty::List(Box::new(Ty::Text)), texts_value(&written)),
        };
        let text = |key: &str| inner.text(key).map(|found| found.map(|scalar| scalar.text.clone()).unwrap_or_default());
        let means = text("means")?;
        if means.is_empty() {
            return Err(page.problem(span(name.at), format!("{} does not say what it means", name.text)));
        }
        let param = Param {
            page: Arc::clone(&page.name),
            name: name.text.clone(),
            default,
            text: written.join(", "),
            unit: text("unit")?,
            means,
            house_default: text("house_default")? == "true",
            whole: text(WHOLE)? == "true",
            least: bound(page, &inner, LEAST, &ty)?,
            most: bound(page, &inner, MOST, &ty)?,
            ty,
        };
        if let (Some(least), Some(most)) = (&param.least, &param.most)
            && least.value > most.value
        {
            return Err(page.problem(span(name.at), format!("{LEAST} of {} is above its {MOST}", name.text)));
        }
        if let Some(outside) = param.outside(&param.default) {
            return Err(page.problem(at, format!("the default of {} {outside}", name.text)));
        }
        declared.push(param);
    }
    let numbers = (first..first + declared.len()).collect();
    Ok((declared, numbers))
}

fn bound(page: &Page, keys: &Keys<'_>, key: &str, ty: &Ty) -> Result<Option<Bound>, PageProblem> {
    let Some(written) = keys.text(key)? else { return Ok(None) };
    if *ty != Ty::Number {
        return Err(page.problem(span(written.at), format!("only a number has a {key}")));
    }
    match Decimal::read(&written.text).filter(|_| is_number(&written.text)) {
        Some(value) => Ok(Some(Bound { value, text: written.text.clone() })),
        None => Err(page.problem(span(written.at), format!("{key} is a number"))),
    }
}

/// A list of texts as a value.
fn texts_value(written: &[String]) -> Value<'static> {
    let elements = written.iter().map(|text| Ok(Value::Text(text.clone().into()))).collect();
    Value::List(Arc::new(ListValue { elements, end: Ok(()) }))
}

/// Words of a vocabulary as a value, or the first that is none.
fn words_value(schema: &Schema, ty: &Ty, written: &[String]) -> Result<Value<'static>, String> {
    let (of, is_list) = match ty {
        Ty::List(of) => (&**of, true),
        of => (of, false),
    };
    let Ty::Word(Words::Vocabulary(id)) = of else { return Err(String::new()) };
    let words = written
        .iter()
        .map(|word| schema.vocabulary(*id).and_then(|known| known.find(word)).map(Value::Word).ok_or_else(|| word.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    match (is_list, words.as_slice()) {
        (true, _) => Ok(Value::List(Arc::new(ListValue { elements: words.into_iter().map(Ok).collect(), end: Ok(()) }))),
        (false, [word]) => Ok(word.clone()),
        (false, _) => Err(written.join(", ")),
    }
}

impl Param {
    /// A value for it from the settings, if it is of its type.
    #[must_use]
    pub fn read(&self, schema: &Schema, set: &ParamValue) -> Option<Value<'static>> {
        let texts = |list: &[crate::config::Placed<ParamValue>]| {
            list.iter()
                .map(|item| if let ParamValue::Text(text) = &item.value { Some(text.clone()) } else { None })
                .collect::<Option<Vec<_>>>()
        };
        match (&self.ty, set) {
            (Ty::Number, ParamValue::Number(text)) => Decimal::read(text).map(Value::Number),
            (Ty::Text, ParamValue::Text(text)) => Some(Value::Text(text.clone().into())),
            (Ty::Flag, ParamValue::Flag(flag)) => Some(Value::Flag(*flag)),
            (Ty::Date, ParamValue::Date(text)) => {
                form::date(text.as_bytes()).map(|(first, precision)| Value::Date(form::Period::starting(first, precision)))
            }
            (Ty::Word(_), ParamValue::Text(text)) => words_value(schema, &self.ty, std::slice::from_ref(text)).ok(),
            (Ty::List(of), ParamValue::List(list)) if **of == Ty::Text => texts(list).map(|texts| texts_value(&texts)),
            (Ty::List(_), ParamValue::List(list)) => words_value(schema, &self.ty, &texts(list)?).ok(),
            _ => None,
        }
    }

    /// A value for it from a page, under a profile.
    ///
    /// # Errors
    /// Where it is not of its type or outside of its bounds.
    pub(super) fn written(&self, schema: &Schema, page: &Page, value: &Yaml) -> Result<Value<'static>, PageProblem> {
        let wanted = || page.problem(span(value.at()), format!("{} is {}", self.name, self.wanted(schema)));
        let read = match value {
            Yaml::Scalar(scalar) if !matches!(self.ty, Ty::Word(_)) => {
                let read = literal(scalar);
                (ty_of_value(&read) == self.ty).then_some(read).ok_or_else(wanted)?
            }
            Yaml::Scalar(scalar) => words_value(schema, &self.ty, std::slice::from_ref(&scalar.text)).map_err(|_| wanted())?,
            Yaml::List(list, _) => {
                let texts: Vec<String> =
                    list.iter().filter_map(|item| if let Yaml::Scalar(item) = item { Some(item.text.clone()) } else { None }).collect();
                match &self.ty {
                    Ty::List(of) if **of == Ty::Text => texts_value(&texts),
                    Ty::List(_) => words_value(schema, &self.ty, &texts).map_err(|_| wanted())?,
                    _ => return Err(wanted()),
                }
            }
            Yaml::Map(..) => return Err(wanted()),
        };
        match self.outside(&read) {
            Some(outside) => Err(page.problem(span(value.at()), format!("{} {outside}", self.name))),
            None => Ok(read),
        }
    }

    /// What is wrong with a value that lies outside of the bounds: a fragment that follows the name.
    #[must_use]
    pub fn outside(&self, value: &Value<'_>) -> Option<String> {
        let Value::Number(number) = value else { return None };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) };
        if self.whole && number.to_whole().is_none() {
            return Some(format!("must be a whole number{unit}"));
        }
        match (&self.least, &self.most) {
            (Some(least), _) if *number < least.value => Some(format!("must not be below {}{unit}", least.text)),
            (_, Some(most)) if *number > most.value => Some(format!("must not be above {}{unit}", most.text)),
            _ => None,
        }
    }

    /// A value of it as JSON.
    #[must_use]
    pub fn json(&self, schema: &Schema, value: &Value<'_>) -> serde_json::Value {
        let of = match &self.ty {
            Ty::List(of) => of,
            of => of,
        };
        match value {
            Value::Flag(flag) => serde_json::Value::Bool(*flag),
            Value::Number(number) => serde_json::from_str(&number.text(9)).unwrap_or_default(),
            Value::Date(period) => form::day_text(period.first).into(),
            Value::Word(word) => match of {
                Ty::Word(Words::Vocabulary(id)) => {
                    let word = schema.vocabulary(*id).and_then(|known| known.words.get(usize::from(*word)));
                    word.map(|word| word.text.as_str()).into()
                }
                _ => serde_json::Value::Null,
            },
            Value::Text(text) => text.as_ref().into(),
            Value::List(list) => list.elements.iter().flatten().map(|element| self.json(schema, element)).collect(),
            _ => serde_json::Value::Null,
        }
    }

    /// The JSON Schema of its values, as settings write them.
    #[must_use]
    pub fn contract(&self, schema: &Schema) -> serde_json::Value {
        let one = |ty: &Ty| match ty {
            Ty::Flag => serde_json::json!({ "type": "boolean" }),
            Ty::Number => {
                let mut number = serde_json::json!({ "type": "number" });
                for (key, bound) in [("minimum", &self.least), ("maximum", &self.most)] {
                    if let (Some(bound), Some(object)) = (bound, number.as_object_mut()) {
                        object.insert(key.to_owned(), self.json(schema, &Value::Number(bound.value)));
                    }
                }
                number
            }
            Ty::Word(Words::Vocabulary(id)) => {
                let words: Vec<&str> =
                    schema.vocabulary(*id).into_iter().flat_map(|known| &known.words).map(|word| word.text.as_str()).collect();
                serde_json::json!({ "enum": words })
            }
            _ => serde_json::json!({ "type": "string" }),
        };
        let mut contract = match &self.ty {
            Ty::List(of) => serde_json::json!({ "type": "array", "items": one(of) }),
            ty => one(ty),
        };
        if let Some(object) = contract.as_object_mut() {
            let unit = if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) };
            object.insert("description".to_owned(), format!("{}{unit}", self.means).into());
            object.insert("default".to_owned(), self.json(schema, &self.default));
        }
        contract
    }

    /// The type and unit in words.
    #[must_use]
    pub fn wanted(&self, schema: &Schema) -> String {
        let words = self.ty.words(schema);
        if self.unit.is_empty() { words } else { format!("{words} ({})", self.unit) }
    }
}
