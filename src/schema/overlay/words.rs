//! The words that an overlay adds: vocabularies of its own, and further words of built-in ones.
//!
//! Fields do not belong here.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{DEFS, Extending, PROPERTIES, REMARK, Spot, is_name, referred};
use crate::schema::UNKNOWN_WORD;
use crate::text::Visible;

const WORD_KEYS: [&str; 4] = ["const", "description", "x-unordered", REMARK];

impl Extending {
    /// A vocabulary of the organisation's own.
    pub(super) fn vocabulary(&mut self, name: &str, def: &Spot<'_>) {
        const KEYS: [&str; 4] = ["description", "oneOf", "x-ordered", REMARK];
        for (key, spot) in def.members() {
            match key {
                "x-ordered" if !spot.value.is_boolean() => self.fault(&spot, "`x-ordered` is true or false", "write true or false"),
                _ if KEYS.contains(&key) => {}
                _ => self.unknown(&spot, key, &KEYS, "a list of words"),
            }
        }
        self.described(def, name);
        let Some(list) = def.get("oneOf") else { return };
        let mut words = self.words(&list, false, None);
        if words.is_empty() && list.value.as_array().is_some_and(Vec::is_empty) {
            self.fault(&list, format!("`{name}` has no words"), "list them as { \"const\": \"word\", \"description\": \"…\" }");
        }
        words.push(json!({ "const": UNKNOWN_WORD, "description": "Not recorded, and said outright." }));
        words.push(json!({ "type": "null" }));
        self.define(
            name,
            json!({
                "description": def.value.get("description"),
                "oneOf": words,
                "x-ordered": def.value.get("x-ordered") == Some(&Value::Bool(true)),
            }),
        );
    }

    /// Further words of a built-in vocabulary.
    pub(super) fn more_words(&mut self, name: &str, def: &Spot<'_>) {
        let base = self.base.get(DEFS).and_then(|defs| defs.get(name)).cloned().unwrap_or_default();
        if self.is_fixed(name) {
            let message = format!("the words of `{name}` are fixed, because the program itself goes by them");
            return self.fault_of_key(def, message, "describe a field of your own with words of its own");
        }
        for (key, spot) in def.members() {
            match key {
                "oneOf" => {
                    let ordered = base.get("x-ordered") == Some(&Value::Bool(true));
                    let words = self.words(&spot, ordered, Some((name, &base)));
                    let list = self.merged.get_mut(DEFS).and_then(|defs| defs.get_mut(name)?.get_mut("oneOf")?.as_array_mut());
                    if let Some(list) = list {
                        // Before the words for "not recorded", which come last.
                        let at =
                            list.iter().position(|word| word.get("const").is_none_or(|word| word == UNKNOWN_WORD)).unwrap_or(list.len());
                        list.splice(at..at, words);
                    }
                }
                REMARK => {}
                _ => {
                    let message = format!("an overlay cannot change the built-in `{name}`, only add to its `oneOf`");
                    self.fault_of_key(&spot, message, format!("remove `{}`", Visible(key)));
                }
            }
        }
    }

    /// Whether a vocabulary is that of the charter's stage.
    fn is_fixed(&self, name: &str) -> bool {
        let stage = self.base.get("x-stage").and_then(Value::as_str).unwrap_or_default();
        self.base.get(PROPERTIES).and_then(|fields| fields.get(stage)).and_then(referred) == Some(name)
    }

    /// Checks words; those that are right. `of` is the built-in vocabulary to which they are added.
    fn words(&mut self, list: &Spot<'_>, ordered: bool, of: Option<(&str, &Value)>) -> Vec<Value> {
        if !list.value.is_array() {
            self.fault(list, "`oneOf` is a list of words", "write [{ \"const\": \"word\", \"description\": \"…\" }]");
            return Vec::new();
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut words = Vec::new();
        for spot in list.elements() {
            // Every vocabulary has these two; writing them is no mistake.
            if spot.value.get("type").is_some_and(|kind| kind == "null") || spot.value.get("const").is_some_and(|word| word == UNKNOWN_WORD)
            {
                continue;
            }
            if !spot.value.is_object() {
                self.fault(&spot, "a word stands in curly brackets", "write { \"const\": \"word\", \"description\": \"…\" }");
                continue;
            }
            for (key, inner) in spot.members() {
                match key {
                    "x-unordered" if !inner.value.is_boolean() => {
                        self.fault(&inner, "`x-unordered` is true or false", "write true or false");
                    }
                    _ if WORD_KEYS.contains(&key) => {}
                    _ => self.unknown(&inner, key, &WORD_KEYS, "a word"),
                }
            }
            let Some(word) = spot.get("const") else {
                self.fault(&spot, "a word is missing", "write it as \"const\": \"word\"");
                continue;
            };
            let Some(text) = word.value.as_str().filter(|text| is_name(text.strip_prefix("x-").unwrap_or(text))) else {
                let help = "use small letters from a to z, digits, - and _, and begin with a letter";
                self.fault(&word, "this is no word", help);
                continue;
            };
            self.described(&spot, text);
            if !seen.insert(text) {
                self.fault(&word, format!("the word `{text}` is listed twice"), "remove one of them");
                continue;
            }
            if let Some((name, base)) = of {
                let known =
                    base.get("oneOf").and_then(Value::as_array).into_iter().flatten().any(|own| own.get("const") == Some(word.value));
                if known {
                    let help = "an overlay only adds words, each beginning with x-; remove it";
                    self.fault(&word, format!("`{text}` is a built-in word of `{name}`"), help);
                    continue;
                }
                if !text.starts_with("x-") {
                    let help = format!("words that are added to a built-in list do: write `x-{text}`");
                    self.fault(&word, format!("`{text}` does not begin with x-"), help);
                    continue;
                }
                if !self.first(&word, &format!("{name}: "), text) {
                    continue;
                }
                if ordered && spot.value.get("x-unordered") != Some(&Value::Bool(true)) {
                    let help = "add \"x-unordered\": true, so that rules do not take it for more or less than another";
                    self.fault(&word, format!("the words of `{name}` have an order, in which `{text}` has no place"), help);
                    continue;
                }
            }
            words.push(spot.value.clone());
        }
        words
    }
}
