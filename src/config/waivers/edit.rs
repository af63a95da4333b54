//! Adds waivers to the text of a waiver file and takes them out, with all comments and the layout of the
//! rest left as they are. Nothing is written to disk here.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::ReasonType;

/// A waiver to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule.
    pub rule: String,
    /// The programme, by id, folder or pattern.
    pub programme: String,
    /// What it covers there.
    pub address: String,
    /// What kind of reason there is.
    pub reason_type: ReasonType,
    /// The reason in words.
    pub reason: String,
    /// Who accepts it.
    pub approved_by: String,
    /// As what.
    pub approver_role: String,
    /// The first day on which it holds, `YYYY-MM-DD`.
    pub granted_on: String,
    /// The last.
    pub expires_on: String,
    /// Whether those whom it concerns were told, if it is said.
    pub informed: Option<bool>,
}

impl Draft {
    fn entries(&self) -> Vec<(&'static str, Value)> {
        // A day is written as TOML writes it, or as text where it is none; reading the file says so.
        let day = |text: &str| text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text), Value::from);
        let mut entries = vec![
            ("rule", Value::from(&*self.rule)),
            ("programme", Value::from(&*self.programme)),
            ("address", Value::from(&*self.address)),
            ("reason_type", Value::from(self.reason_type.word())),
            // On one line, whatever the line endings of the file are.
            ("reason", Value::from(self.reason.split_whitespace().collect::<Vec<_>>().join(" "))),
            ("approved_by", Value::from(&*self.approved_by)),
            ("approver_role", Value::from(&*self.approver_role)),
            ("granted_on", day(&self.granted_on)),
            ("expires_on", day(&self.expires_on)),
        ];
        entries.extend(self.informed.map(|informed| ("participants_informed", Value::from(informed))));
        entries
    }
}

/// The text with one more waiver at its end; `None` where the text is not TOML.
#[must_use]
pub fn add(text: &str, draft: &Draft) -> Option<String> {
    edited(text, |document| {
        let list = document.entry("waiver").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        match list {
            Item::Value(Value::Array(array)) => {
                let mut table = InlineTable::new();
                table.extend(draft.entries());
                array.push(table);
                true
            }
            Item::ArrayOfTables(tables) => {
                let mut table = Table::new();
                for (key, entry) in draft.entries() {
                    table.insert(key, value(entry));
                }
                let first = text.trim_start_matches('\u{feff}').trim().is_empty();
                table.decor_mut().set_prefix(if first { "" } else { "\n" });
                tables.push(table);
                true
            }
            _ => false,
        }
    })
}

/// The text without these waivers (indices, in the order of the file); `None` where the text is not TOML.
/// A comment that stands right above a waiver, or within it, goes with it; one that an empty line sets apart
/// stays.
#[must_use]
pub fn prune(text: &str, gone: &[usize]) -> Option<String> {
    edited(text, |document| match document.get_mut("waiver") {
        Some(Item::Value(Value::Array(array))) => {
            remove(array, gone);
            true
        }
        Some(Item::ArrayOfTables(tables)) => {
            // What stays of a removed waiver's head waits for the next that is kept, or for the end.
            let mut waiting = String::new();
            let mut kept = ArrayOfTables::new();
            for (number, table) in tables.iter().enumerate() {
                let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or("").to_owned();
                if gone.contains(&number) {
                    let apart = prefix.rfind("\n\n").map_or(0, |at| at + 2);
                    waiting.push_str(prefix.get(..apart).unwrap_or("").trim_start_matches('\n'));
                    continue;
                }
                let mut table = table.clone();
                if !waiting.trim().is_empty() {
                    table.decor_mut().set_prefix(format!("{}{}", std::mem::take(&mut waiting), prefix.trim_start_matches('\n')));
                } else if kept.is_empty() && number > 0 {
                    table.decor_mut().set_prefix(prefix.trim_start_matches('\n'));
                }
                kept.push(table);
            }
            let none = kept.is_empty();
            *tables = kept;
            if none {
                document.remove("waiver");
            }
            if !waiting.trim().is_empty() {
                let trailing = document.trailing().as_str().unwrap_or("").to_owned();
                let gap = if none { "" } else { "\n" };
                document.set_trailing(format!("{gap}{}{trailing}", waiting.trim_end_matches('\n').to_owned() + "\n"));
            }
            true
        }
        _ => false,
    })
}

fn remove(array: &mut Array, gone: &[usize]) {
    let mut number = 0;
    array.retain(|_| {
        number += 1;
        !gone.contains(&(number - 1))
    });
}

/// Changes a text; its byte-order mark and its line endings stay.
fn edited(text: &str, change: impl FnOnce(&mut DocumentMut) -> bool) -> Option<String> {
    let bare = text.strip_prefix('\u{feff}');
    let mark = if bare.is_some() { "\u{feff}" } else { "" };
    let own = bare.unwrap_or(text);
    let windows = own.contains("\r\n");
    let mut document: DocumentMut = own.replace("\r\n", "\n").parse().ok()?;
    if !own.is_empty() && !own.ends_with('\n') {
        // What is added begins on a line of its own.
        let trailing = document.trailing().as_str().unwrap_or("").to_owned();
        document.set_trailing(format!("{trailing}\n"));
    }
    if !change(&mut document) {
        return None;
    }
    let changed = document.to_string();
    Some(format!("{mark}{}", if windows { changed.replace('\n', "\r\n") } else { changed }))
}
