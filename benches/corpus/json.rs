//! JSON in the making, and how it is written. Records and files are not known here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A JSON value in the making. Keys keep their order and may repeat.
#[derive(Clone, Debug)]
pub enum Value {
    /// Left out when written.
    Absent,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(Cow<'static, str>),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::corpus::json::Value::Object(vec![$(($key, $crate::corpus::json::Value::from($value))),*])
    };
}
macro_rules! list {
    ($($value:expr),* $(,)?) => { $crate::corpus::json::Value::List(vec![$($crate::corpus::json::Value::from($value)),*]) };
}
macro_rules! value_from {
    ($($from:ty => $to:expr),* $(,)?) => { $(impl From<$from> for Value { fn from(x: $from) -> Self { $to(x) } })* };
}
value_from! {
    bool => Value::Flag, i64 => Value::Whole, f64 => Value::Number, Vec<Value> => Value::List,
    i32 => |x| Value::Whole(i64::from(x)), usize => |x| Value::Whole(x as i64),
    &'static str => |x| Value::Text(Cow::Borrowed(x)), String => |x| Value::Text(Cow::Owned(x)),
    Vec<String> => |x: Vec<String>| Value::List(x.into_iter().map(Value::from).collect()),
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Self {
        x.map_or(Value::Absent, Into::into)
    }
}

impl Value {
    /// This object with a key set: in its old place, else at the end. `Value::Absent` removes it.
    pub fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        if let Value::Object(pairs) = &mut self {
            match pairs.iter_mut().find(|pair| pair.0 == key) {
                Some(pair) => pair.1 = value.into(),
                None => pairs.push((key, value.into())),
            }
        }
        self
    }

    /// This object without a key.
    pub fn without(self, key: &'static str) -> Self {
        self.with(key, Value::Absent)
    }

    /// This object with what stands under a key changed.
    pub fn edit(mut self, key: &'static str, change: impl FnOnce(Value) -> Value) -> Self {
        if let Value::Object(pairs) = &mut self
            && let Some(pair) = pairs.iter_mut().find(|pair| pair.0 == key)
        {
            pair.1 = change(std::mem::replace(&mut pair.1, Value::Absent));
        }
        self
    }

    /// This list with each element changed; what comes back absent is left out.
    pub fn each(self, change: impl FnMut(Value) -> Value) -> Self {
        match self {
            Value::List(values) => Value::List(values.into_iter().map(change).filter(|value| !matches!(value, Value::Absent)).collect()),
            other => other,
        }
    }

    /// This list with an element more, unless that is absent.
    pub fn and(mut self, element: impl Into<Value>) -> Self {
        match (&mut self, element.into()) {
            (_, Value::Absent) => {}
            (Value::List(values), element) => values.push(element),
            _ => {}
        }
        self
    }

    /// Whether this object has a key.
    pub fn has(&self, key: &str) -> bool {
        matches!(self, Value::Object(pairs) if pairs.iter().any(|pair| pair.0 == key && !matches!(pair.1, Value::Absent)))
    }

    /// The text under a key; empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        match self {
            Value::Object(pairs) => pairs.iter().find(|pair| pair.0 == key).map_or("", |pair| match &pair.1 {
                Value::Text(text) => text,
                _ => "",
            }),
            _ => "",
        }
    }

    /// Appends the value as `JSON.stringify(…, null, 2)` would, `level` steps in. `ascii` escapes all else.
    pub fn render(&self, out: &mut String, level: usize, ascii: bool) {
        match self {
            Value::Absent => out.push_str("null"),
            Value::Flag(x) => out.push_str(if *x { "true" } else { "false" }),
            // Writing to a string cannot fail.
            Value::Whole(x) => _ = write!(out, "{x}"),
            Value::Number(x) => _ = write!(out, "{x}"),
            Value::Text(x) => quote(x, out, ascii),
            Value::List(values) if values.is_empty() => out.push_str("[]"),
            Value::List(values) => {
                for (i, value) in values.iter().enumerate() {
                    out.push(if i == 0 { '[' } else { ',' });
                    line(out, level + 1);
                    value.render(out, level + 1, ascii);
                }
                line(out, level);
                out.push(']');
            }
            Value::Object(pairs) => {
                let mut opening = '{';
                for (key, value) in pairs.iter().filter(|pair| !matches!(pair.1, Value::Absent)) {
                    out.push(opening);
                    opening = ',';
                    line(out, level + 1);
                    quote(key, out, ascii);
                    out.push_str(": ");
                    value.render(out, level + 1, ascii);
                }
                if opening == '{' {
                    out.push_str("{}");
                } else {
                    line(out, level);
                    out.push('}');
                }
            }
        }
    }
}

/// A new line, so many steps in.
pub fn line(out: &mut String, level: usize) {
    const SPACES: &str = "\n                                ";
    out.push_str(SPACES.get(..=level * 2).unwrap_or(SPACES));
}

/// A JSON string.
pub fn quote(text: &str, out: &mut String, ascii: bool) {
    out.push('"');
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\' && !(ascii && byte >= 0x80)) {
        out.push_str(text);
    } else {
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                c if c < ' ' || (ascii && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
    }
    out.push('"');
}
