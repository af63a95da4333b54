//! A forest's nodes as `jsonschema` wants to see JSON, without building a single value.
//!
//! What was not recorded (null, blank) is left out of objects and lists, and so is a key written twice: it
//! has its own finding.

use std::borrow::Cow;

use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use jsonschema::types::JsonType;
use serde_json::{Number, Value};

use super::forest::{Children, Forest, Kind};
use crate::schema::guide::{ABSENT, FAULTY, REPEATED, UNKNOWN};

/// Marks the representation.
#[derive(Debug)]
pub struct ForestJson;

/// One node of a forest, or a name by itself.
#[derive(Clone, Copy, Debug)]
pub enum View<'f> {
    /// A node.
    Node(&'f Forest, u32),
    /// A key, seen as a text.
    Name(&'f str),
}

impl Json for ForestJson {
    type Node<'a> = View<'a>;
    type PreparedKey = String;
    type StringBuffer = String;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut String, string: &str, f: impl FnOnce(View<'_>) -> T) -> T {
        buffer.clear();
        buffer.push_str(string);
        f(View::Name(buffer))
    }
}

impl<'f> View<'f> {
    fn kind(self) -> Kind {
        match self {
            View::Node(forest, at) => {
                let node = forest.node(at);
                // A blank text says nothing, as null does.
                if node.marks & ABSENT != 0 && node.marks & UNKNOWN == 0 && node.kind == Kind::Text && node.marks & FAULTY == 0 {
                    Kind::Null
                } else {
                    node.kind
                }
            }
            View::Name(_) => Kind::Text,
        }
    }

    fn number(self) -> Option<Number> {
        match self {
            View::Node(forest, at) if self.kind() == Kind::Number => serde_json::from_str(forest.raw(at)).ok(),
            _ => None,
        }
    }
}

impl<'f> Node<'f, ForestJson> for View<'f> {
    type Object = Members<'f>;
    type Array = Elements<'f>;
    type Number = Digits<'f>;

    fn as_object(&self) -> Option<Members<'f>> {
        match *self {
            View::Node(forest, at) if forest.node(at).kind == Kind::Object => Some(Members { forest, at }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Elements<'f>> {
        match *self {
            View::Node(forest, at) if forest.node(at).kind == Kind::List => Some(Elements { forest, at }),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'f, str>> {
        match *self {
            View::Name(name) => Some(Cow::Borrowed(name)),
            View::Node(forest, at) if self.kind() == Kind::Text => Some(forest.string(at)),
            View::Node(..) => None,
        }
    }

    fn as_number(&self) -> Option<Digits<'f>> {
        match *self {
            View::Node(forest, at) if self.kind() == Kind::Number => Some(Digits(forest.raw(at))),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::False | Kind::True => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::Text => JsonType::String,
            Kind::List => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.kind(), expected) {
            (Kind::Null, Value::Null) | (Kind::True, Value::Bool(true)) | (Kind::False, Value::Bool(false)) => true,
            (Kind::Text, Value::String(text)) => self.as_string().is_some_and(|own| own == *text),
            (Kind::Number, Value::Number(number)) => self.number().is_some_and(|own| own.as_f64() == number.as_f64()),
            _ => false,
        }
    }

    fn to_value(&self) -> Cow<'f, Value> {
        // Only places and kinds of errors are used, never the instance.
        Cow::Owned(Value::Null)
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match *self {
            View::Node(forest, at) => Some(NodeIdentity::tagged(std::ptr::from_ref(forest) as usize, at)),
            View::Name(_) => None,
        }
    }
}

/// Whether the validator sees a member or element: it is written, and once.
#[must_use]
pub fn is_recorded(forest: &Forest, at: u32) -> bool {
    let marks = forest.node(at).marks;
    (marks & ABSENT == 0 || marks & UNKNOWN != 0) && marks & REPEATED == 0
}

/// The members of an object that say something.
#[derive(Clone, Copy, Debug)]
pub struct Members<'f> {
    forest: &'f Forest,
    at: u32,
}

impl<'f> Members<'f> {
    fn recorded(self) -> impl Iterator<Item = u32> + use<'f> {
        let forest = self.forest;
        forest.children(self.at).filter(move |child| is_recorded(forest, *child))
    }
}

impl<'f> Object<'f, ForestJson> for Members<'f> {
    type Node = View<'f>;
    type MemberName = Cow<'f, str>;
    type MembersIter = Box<dyn Iterator<Item = (Cow<'f, str>, View<'f>)> + 'f>;

    fn len(&self) -> usize {
        self.recorded().count()
    }

    fn get(&self, key: &String) -> Option<View<'f>> {
        let forest = self.forest;
        self.recorded().find(|child| forest.key(*child).is_some_and(|own| own == *key)).map(|child| View::Node(forest, child))
    }

    fn members(&self) -> Self::MembersIter {
        let forest = self.forest;
        Box::new(self.recorded().map(move |child| (forest.key(child).unwrap_or_default(), View::Node(forest, child))))
    }
}

/// The elements of a list that say something; a complaint counts only these.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'f> {
    forest: &'f Forest,
    at: u32,
}

/// The elements of a list, one by one.
#[derive(Clone, Debug)]
pub struct Walk<'f>(&'f Forest, Children<'f>);

impl<'f> Iterator for Walk<'f> {
    type Item = View<'f>;
    fn next(&mut self) -> Option<View<'f>> {
        let forest = self.0;
        self.1.find(|at| is_recorded(forest, *at)).map(|at| View::Node(forest, at))
    }
}

/// A number as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Digits<'f>(&'f str);

impl JsonNumber for Digits<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }
    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }
    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }
    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }
    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Owned(serde_json::from_str(self.0).unwrap_or_else(|_| Number::from(0)))
    }
    fn is_integer(&self) -> bool {
        !self.0.contains(['.', 'e', 'E']) || self.0.parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
    }
}

impl<'f> Array<'f, ForestJson> for Elements<'f> {
    type Node = View<'f>;
    type ElementsIter = Walk<'f>;

    fn len(&self) -> usize {
        self.elements().count()
    }

    fn elements(&self) -> Walk<'f> {
        Walk(self.forest, self.forest.children(self.at))
    }

    fn is_unique(&self) -> bool {
        let mut texts: Vec<&str> = self.forest.children(self.at).map(|child| self.forest.raw(child)).collect();
        texts.sort_unstable();
        texts.windows(2).all(|pair| pair.first() != pair.last())
    }
}
