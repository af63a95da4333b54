//! From the text of a waiver file to its waivers and its faults.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{FILES, ReasonType, Scope, WHOLE, Waiver, WaiverFile};
use crate::config::pattern::Reach;
use crate::config::reader::{Key, Reader, Value, nearest, offset, quoted, span_of, type_name};
use crate::config::{Placed, Problem, syntax};
use crate::finding::Care;
use crate::limits::CONFIG_BYTES_MAX;
use crate::text::{self, Span};

/// The keys of a waiver, in the order in which they are usually written.
const KEYS: [&str; 10] = [
    "rule",
    "programme",
    "address",
    "reason_type",
    "reason",
    "approved_by",
    "approver_role",
    "granted_on",
    "expires_on",
    "participants_informed",
];

const TABLE: &str = "waiver";
const EXAMPLE: &str = "write each waiver under a heading [[waiver]], in two pairs of brackets";
const DAY: &str = "write the day as year, month and day, such as 2026-03-01";

pub(super) fn parse(path: &Path, text: &str) -> (WaiverFile, Vec<Problem>) {
    let mut reader = Reader::new(path);
    let mut file = WaiverFile { path: path.to_path_buf(), text: text.to_owned(), ..WaiverFile::default() };
    if text.len() as u64 > CONFIG_BYTES_MAX {
        let message = format!("this file is larger than {CONFIG_BYTES_MAX} bytes");
        reader.problem(Span::default(), message, "check that this is the right file");
        return (file, reader.problems);
    }
    if let Some(span) = conflict(text) {
        let help = "keep the lines that are meant, remove the lines of marks, and look at the result with havesay waivers list";
        reader.problem(span, "a merge conflict stands in this file", help);
        return (file, reader.problems);
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    if syntax::judge(&mut reader, text, &errors) {
        let mut reading = Reading { reader: &mut reader, file: &mut file, text };
        reading.root(root.get_ref());
    }
    let mut problems = reader.problems;
    problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    problems.dedup();
    (file, problems)
}

/// The first mark that a merge left behind.
pub(in crate::config) fn conflict(text: &str) -> Option<Span> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let marks = ["<<<<<<<", ">>>>>>>", "|||||||"];
        if let Some(mark) =
            marks.into_iter().find(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with(' ')))
        {
            return Some(Span::new(offset(at), offset(at + mark.len())));
        }
        at += line.len();
    }
    None
}

struct Reading<'r, 'p> {
    reader: &'r mut Reader<'p>,
    file: &'r mut WaiverFile,
    text: &'r str,
}

impl Reading<'_, '_> {
    fn root(&mut self, root: &DeTable<'_>) {
        for (key, value) in root {
            let name = key.get_ref().as_ref();
            if name == TABLE {
                self.list(key, value);
                continue;
            }
            let help = if KEYS.contains(&name) {
                EXAMPLE.to_owned()
            } else {
                nearest(name, &[TABLE]).map_or_else(|| EXAMPLE.to_owned(), |near| format!("did you mean `{near}`? {EXAMPLE}"))
            };
            self.unknown(key, &[TABLE], help);
        }
    }

    /// An unknown key is quoted only where it is nearly a known one.
    fn unknown(&mut self, key: &Key<'_>, known: &[&str], help: String) {
        let name = key.get_ref().as_ref();
        let message = if nearest(name, known).is_some() || KEYS.contains(&name) {
            format!("unknown key `{}` here", text::Visible(name))
        } else {
            format!("unknown key of {} characters", name.chars().count())
        };
        self.reader.problem(span_of(key), message, help);
    }

    fn list(&mut self, key: &Key<'_>, value: &Value<'_>) {
        match value.get_ref() {
            DeValue::Array(list) => {
                for item in list.iter() {
                    match item.get_ref() {
                        DeValue::Table(table) => self.waiver(span_of(item), table),
                        _ => self.reader.wrong_type("a waiver", "a table", item, EXAMPLE),
                    }
                }
                self.file.waivers.sort_by_key(|waiver| waiver.span);
            }
            DeValue::Table(_) => {
                self.reader.problem(span_of(key), "`waiver` stands in one pair of brackets, so there could be only one", EXAMPLE);
            }
            _ => self.reader.wrong_type("`waiver`", "a list of tables", value, EXAMPLE),
        }
    }

    fn waiver(&mut self, span: Span, table: &DeTable<'_>) {
        let before = self.reader.problems.len();
        let heading = span_of_heading(self.text, span);
        self.file.quotable.push((heading, Care::Safe));
        let (mut rule, mut programme, mut address, mut reason_type) = (None, None, None, None);
        let (mut reason, mut approved_by, mut approver_role) = (None, None, None);
        let (mut granted_on, mut expires_on, mut informed) = (None, None, None);
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            self.key(key, value);
            match name {
                "rule" => rule = self.rule(value),
                "programme" => programme = self.programme(value),
                "address" => address = self.address(value),
                "reason_type" => reason_type = self.reason_type(value),
                "reason" => reason = self.words("`reason`", value),
                "approved_by" => approved_by = self.named("`approved_by`", value),
                "approver_role" => approver_role = self.named("`approver_role`", value),
                "granted_on" => granted_on = self.day("`granted_on`", value),
                "expires_on" => expires_on = self.day("`expires_on`", value),
                "participants_informed" => match value.get_ref() {
                    DeValue::Boolean(flag) => {
                        self.file.quotable.push((span_of(value), Care::Safe));
                        informed = Some(Placed { value: *flag, span: span_of(value) });
                    }
                    _ => self.reader.wrong_type("`participants_informed`", "true or false", value, "write participants_informed = true"),
                },
                _ => {
                    let help = match nearest(name, &KEYS) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the keys of a waiver are {}", quoted(&KEYS)),
                    };
                    self.unknown(key, &KEYS, help);
                }
            }
        }
        if let (Some(from), Some(to)) = (&granted_on, &expires_on)
            && from.value > to.value
        {
            self.reader.problem(to.span, "this waiver ends before it begins", "correct one of the two days");
        }
        // What is wrong with a key has been said of it.
        let said = self.reader.problems.len() > before;
        match (rule, programme, address) {
            (Some(rule), Some(programme), Some(address)) => self.file.waivers.push(Waiver {
                span,
                rule,
                programme,
                address,
                reason_type,
                reason,
                approved_by,
                approver_role,
                granted_on,
                expires_on,
                informed,
            }),
            _ if said => {}
            (rule, programme, address) => {
                let lacking: Vec<&str> = [("rule", rule.is_none()), ("programme", programme.is_none()), ("address", address.is_none())]
                    .into_iter()
                    .filter(|(_, lacks)| *lacks)
                    .map(|(key, _)| key)
                    .collect();
                let message = format!("this waiver does not say what it covers: {} is missing", quoted(&lacking));
                let help = "write the rule, the programme and the address, such as rule = \"pay/late\", programme = \"claims\", address = \"participants/p-07\"";
                self.reader.problem(heading, message, help);
            }
        }
    }

    /// A key that is known may be shown, and the mark between it and its value.
    fn key(&mut self, key: &Key<'_>, value: &Value<'_>) {
        if !KEYS.contains(&key.get_ref().as_ref()) {
            return;
        }
        let own = span_of(key);
        self.file.quotable.push((own, Care::Safe));
        let between = Span::new(own.end, span_of(value).start.max(own.end));
        if self.text.get(between.range()).is_some_and(|text| text.chars().all(|c| c == '=' || c.is_whitespace())) {
            self.file.quotable.push((between, Care::Safe));
        }
    }

    /// A text; none where it is blank.
    fn words(&mut self, what: &str, value: &Value<'_>) -> Option<Placed<String>> {
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => Some(Placed { value: text.trim().to_owned(), span: span_of(value) }),
            None => {
                self.reader.wrong_type(what, "text", value, "put it in quotation marks");
                None
            }
        }
    }

    /// A text that may be shown if it has the form of an id.
    fn named(&mut self, what: &str, value: &Value<'_>) -> Option<Placed<String>> {
        let words = self.words(what, value)?;
        self.file.quotable.push((inside(self.text, words.span), Care::Id));
        Some(words)
    }

    fn rule(&mut self, value: &Value<'_>) -> Option<Placed<String>> {
        let rule = self.words("`rule`", value)?;
        if !rule.value.contains('/') {
            let message = "a waiver is for one rule, not for a family";
            self.reader.problem(rule.span, message, "write its family and its name, such as rule = \"pay/late\"");
            return None;
        }
        self.pieces(rule.span);
        Some(rule)
    }

    fn programme(&mut self, value: &Value<'_>) -> Option<Placed<Scope>> {
        let written = self.words("`programme`", value)?;
        self.pieces(written.span);
        let span = written.span;
        if written.value.contains(['*', '?', '{', '[']) {
            let pattern = self.reader.pattern(&written.value, span, Reach::File)?;
            return Some(Placed { value: Scope::Folders(pattern), span });
        }
        let name = written.value.trim_start_matches("./").trim_end_matches('/').to_owned();
        Some(Placed { value: Scope::Named(if name.is_empty() { ".".to_owned() } else { name }), span })
    }

    fn address(&mut self, value: &Value<'_>) -> Option<Placed<String>> {
        let written = self.words("`address`", value)?;
        let help = "write it as in participants/p-07, participants/p-07/age_band, programme, participants, files/people or *";
        let span = written.span;
        let address = written.value.trim_end_matches('/');
        let outside = address.strip_prefix(FILES).is_some_and(|path| path.split('/').any(|part| part == ".." || part == "."));
        if address.chars().any(char::is_control) || address.starts_with('/') || address.is_empty() || outside {
            self.reader.problem(span, "this is no address within a programme", help);
            return None;
        }
        if address != WHOLE && address.contains('*') {
            self.reader.problem(
                span,
                "an address has no `*` in it",
                "write \"*\" alone for the whole programme, or a register for all of its records",
            );
            return None;
        }
        self.pieces(span);
        Some(Placed { value: address.to_owned(), span })
    }

    /// What stands between the marks of an address or path may be shown if each piece has the form of an id.
    fn pieces(&mut self, span: Span) {
        let own = inside(self.text, span);
        let mut start = own.start;
        let written = self.text.get(own.range()).unwrap_or("");
        for (at, c) in written.char_indices().chain([(written.len(), '/')]) {
            if matches!(c, '/' | '[' | ']' | '=' | ',' | '*') {
                let here = own.start + offset(at);
                self.file.quotable.push((Span::new(start, here), Care::Id));
                self.file.quotable.push((Span::new(here, here + 1), Care::Safe));
                start = here + 1;
            }
        }
    }

    fn reason_type(&mut self, value: &Value<'_>) -> Option<Placed<ReasonType>> {
        let words = self.words("`reason_type`", value)?;
        let known = ReasonType::ALL.map(ReasonType::word);
        let Some(kind) = ReasonType::from_word(&words.value) else {
            let near = nearest(&words.value, &known).or_else(|| text::nearest(&words.value, known));
            let help =
                near.map_or_else(|| format!("the kinds of reason are {}", quoted(&known)), |near| format!("did you mean \"{near}\"?"));
            self.reader.problem(words.span, "`reason_type` is no kind of reason", help);
            return None;
        };
        self.file.quotable.push((words.span, Care::Safe));
        Some(Placed { value: kind, span: words.span })
    }

    fn day(&mut self, what: &str, value: &Value<'_>) -> Option<Placed<String>> {
        let span = span_of(value);
        let written = match value.get_ref() {
            DeValue::Datetime(date) if date.time.is_none() && date.offset.is_none() => date.to_string(),
            DeValue::Datetime(_) => {
                self.reader.problem(span, format!("{what} is a time, not a day"), DAY);
                return None;
            }
            DeValue::String(text) if text.trim().is_empty() => return None,
            DeValue::String(text) => text.trim().to_owned(),
            other => {
                let message = format!("{what} must be a day, not {}", type_name(other));
                self.reader.problem(span, message, DAY);
                return None;
            }
        };
        if written.len() != "2026-03-01".len() || written.parse::<jiff::civil::Date>().is_err() {
            self.reader.problem(span, format!("{what} is not a day that there is"), DAY);
            return None;
        }
        self.file.quotable.push((span, Care::Safe));
        Some(Placed { value: written, span })
    }
}

/// A text without its quotation marks.
fn inside(text: &str, span: Span) -> Span {
    let written = text.get(span.range()).unwrap_or("");
    let marks = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| written.starts_with(mark)).map_or(0, str::len);
    let (start, end) = (span.start + offset(marks), span.end.saturating_sub(offset(marks)));
    Span::new(start, end.max(start))
}

/// The heading of a table, without what stands beneath it; of a table in `{ … }`, its first mark.
fn span_of_heading(text: &str, span: Span) -> Span {
    let line = text.get(span.start as usize..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let end = line.find("]]").filter(|_| line.starts_with("[[")).map_or(1, |at| at + 2);
    Span::new(span.start, span.start + offset(end.min(line.len())))
}
