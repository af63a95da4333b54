//! Reads and writes a baseline: the findings that were there when a team began, known again by their
//! identity.
//!
//! The file is JSON Lines: a line that says what it is, a line for each finding, a line that says that it is
//! whole. So a merge has nothing to disagree about but the findings themselves, and a file that was cut off
//! is not taken for a shorter one. Lines are sorted by programme, rule and address, for those who read a
//! change to it. Only the fingerprint is compared; the rest says what it is, as masked as any report.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::waivers::conflict;
use super::{ConfigError, Problem, text_up_to};
use crate::limits::BASELINE_BYTES_MAX;
use crate::text::Span;

/// The name of a baseline where no other is given.
pub const BASELINE_NAME: &str = "havesay.baseline.jsonl";

/// The version of the file's form. Within a major, members are only added.
pub const VERSION: &str = "1.0";

/// A baseline.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// The path that was read, as given.
    pub path: PathBuf,
    /// The path as reports show it.
    pub shown: String,
    /// The text, a byte-order mark included, so that its bytes are those of the file.
    pub text: String,
    /// The findings, in the order of the file.
    pub entries: Vec<Entry>,
    by_fingerprint: HashMap<String, Vec<usize>>,
    by_programme: HashMap<String, Vec<usize>>,
}

/// A finding that was there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The programme's id, masked where it must be.
    pub programme: String,
    /// The rule.
    pub rule: String,
    /// The address, masked where it must be; none where it would say something of one person.
    pub address: Option<String>,
    /// Its identity.
    pub fingerprint: String,
    /// How many findings had this identity.
    pub count: u64,
    /// The line.
    pub span: Span,
}

/// A line as it is written.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    programme: String,
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    fingerprint: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: u64,
}

fn one() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_one(count: &u64) -> bool {
    *count == 1
}

impl Baseline {
    /// A baseline of these findings.
    #[must_use]
    pub fn of(entries: Vec<Entry>) -> Self {
        let mut baseline = Self { entries, ..Self::default() };
        for (number, entry) in baseline.entries.iter().enumerate() {
            baseline.by_fingerprint.entry(entry.fingerprint.clone()).or_default().push(number);
            baseline.by_programme.entry(entry.programme.clone()).or_default().push(number);
        }
        baseline
    }

    /// How many findings with this identity there were, if any.
    #[must_use]
    pub fn count(&self, fingerprint: &str) -> Option<u64> {
        // Two changes may have added the same one.
        let entries = self.by_fingerprint.get(fingerprint)?;
        entries.iter().filter_map(|entry| self.entries.get(*entry)).map(|entry| entry.count).max()
    }

    /// The entries of a programme, by number.
    #[must_use]
    pub fn of_programme(&self, id: &str) -> &[usize] {
        self.by_programme.get(id).map_or(&[], Vec::as_slice)
    }
}

/// The text of a baseline file, sorted, each finding once.
#[must_use]
pub fn render(entries: &[Entry]) -> String {
    let mut sorted: Vec<Entry> = entries.iter().map(|entry| Entry { span: Span::default(), ..entry.clone() }).collect();
    sorted.sort();
    sorted.dedup_by(|later, first| {
        let same = later.fingerprint == first.fingerprint && later.programme == first.programme && later.rule == first.rule;
        if same {
            first.count = first.count.max(later.count);
        }
        same
    });
    let mut text = format!("{{\"tool\":\"havesay\",\"holds\":\"baseline\",\"version\":\"{VERSION}\"}}\n");
    for Entry { programme, rule, address, fingerprint, count, .. } in sorted {
        let line = serde_json::to_string(&Line { programme, rule, address, fingerprint, count });
        text.push_str(&line.unwrap_or_default());
        text.push('\n');
    }
    text.push_str("{\"end\":true}\n");
    text
}

/// Reads a baseline. `shown` is its path as reports show it.
///
/// # Errors
///
/// Where there is no such file, it cannot be read, or it is not a whole baseline that this version
/// understands.
pub fn read(path: &Path, shown: &str) -> Result<Baseline, ConfigError> {
    let text = text_up_to(path, BASELINE_BYTES_MAX).map_err(|error| match error {
        ConfigError::Unreadable { path, message, help } if help == "check the path" => {
            ConfigError::Unreadable { path, message, help: "check the path, or write one with havesay baseline create".to_owned() }
        }
        other => other,
    })?;
    match of_text(path, &text) {
        Ok(baseline) => Ok(Baseline { shown: shown.to_owned(), ..baseline }),
        Err(problem) => Err(ConfigError::Problems { text, problems: vec![problem] }),
    }
}

/// Judges the text of a baseline. `path` names the file in the problem.
///
/// # Errors
///
/// Where it is not a whole baseline that this version understands.
pub fn of_text(path: &Path, text: &str) -> Result<Baseline, Problem> {
    match parse(text) {
        Ok(entries) => {
            let shown = path.to_string_lossy().into_owned();
            Ok(Baseline { path: path.to_path_buf(), shown, text: text.to_owned(), ..Baseline::of(entries) })
        }
        Err((span, message, help)) => Err(Problem { path: path.to_path_buf(), span, message, help: help.to_owned() }),
    }
}

type Fault = (Span, String, &'static str);

const RIGHT_FILE: &str = "check that this is the right file, or write one under another name with havesay baseline create --file";
const ANEW: &str =
    "take it from the repository again; or delete it, or name another file with --file, and write it anew with havesay baseline create";
const NEWER: &str = "use the newer havesay that wrote it";

fn parse(text: &str) -> Result<Vec<Entry>, Fault> {
    if let Some(span) = conflict(text) {
        let help = "keep the lines of both sides, remove the lines of marks, then look at it with havesay baseline check";
        return Err((span, "a merge conflict stands in this file".to_owned(), help));
    }
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut at = (text.len() - bare.len()) as u32;
    let mut lines = Vec::new();
    for line in bare.split_inclusive('\n') {
        let own = line.trim_end_matches(['\n', '\r']);
        if !own.trim().is_empty() {
            lines.push((Span::new(at, at + own.len() as u32), own));
        }
        at += line.len() as u32;
    }
    let Some(((place, head), rest)) = lines.split_first() else {
        return Err((Span::default(), "this file is empty, and a baseline never is".to_owned(), ANEW));
    };
    heading(*place, head, text)?;
    let Some((_, rows)) = rest.split_last().filter(|((_, last), _)| is_end(last)) else {
        let end = rest.last().map_or(*place, |(place, _)| *place);
        return Err((end, "this baseline was cut off: its last line is missing".to_owned(), ANEW));
    };
    rows.iter().map(|(place, row)| entry(*place, row)).collect()
}

fn is_end(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok_and(|value| value.get("end") == Some(&serde_json::Value::Bool(true)))
}

/// Whether the first line is a baseline's, and if not, whose.
fn heading(place: Span, line: &str, text: &str) -> Result<(), Fault> {
    let head = serde_json::from_str::<serde_json::Value>(line).unwrap_or_default();
    let word = |key: &str| head.get(key).and_then(serde_json::Value::as_str);
    if word("tool") == Some("havesay") && word("holds") == Some("baseline") {
        let version = word("version").unwrap_or_default();
        let major = |version: &str| version.split('.').next().and_then(|major| major.parse::<u64>().ok());
        return match major(version) {
            Some(found) if Some(found) == major(VERSION) => Ok(()),
            Some(found) => {
                let message = format!("this baseline is of version {found}, and this version of havesay reads version {VERSION}");
                Err((place, message, if Some(found) > major(VERSION) { NEWER } else { ANEW }))
            }
            None => Err((place, "this baseline does not say of which version it is".to_owned(), ANEW)),
        };
    }
    let start = text.get(..text.len().min(4096)).unwrap_or_else(|| text.get(..1024).unwrap_or(""));
    if head.get("programme").is_some() || is_end(line) {
        return Err((place, "the first line of this baseline is missing".to_owned(), ANEW));
    }
    let what = if start.contains("\"as_of\"") && start.contains("havesay") {
        "this is a saved audit, not a baseline"
    } else if start.contains("\"runs\"") || start.contains("sarif") {
        "this is a SARIF file, not a baseline of havesay"
    } else {
        "this is no baseline of havesay"
    };
    Err((place, what.to_owned(), RIGHT_FILE))
}

fn entry(place: Span, row: &str) -> Result<Entry, Fault> {
    let refuse = |message: &str| Err((place, message.to_owned(), ANEW));
    let Ok(line) = serde_json::from_str::<Line>(row) else {
        return refuse("this line is no finding of a baseline");
    };
    let digits = line.fingerprint.len() == 32 && line.fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !digits || line.count == 0 {
        return refuse("the fingerprint or the count in this line is not as havesay writes it");
    }
    let Line { programme, rule, address, fingerprint, count } = line;
    Ok(Entry { programme, rule, address, fingerprint, count, span: place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(programme: &str, rule: &str, address: Option<&str>, number: u64, count: u64) -> Entry {
        let address = address.map(str::to_owned);
        Entry {
            programme: programme.to_owned(),
            rule: rule.to_owned(),
            address,
            fingerprint: format!("{number:032x}"),
            count,
            span: Span::default(),
        }
    }

    fn bare(entries: Vec<Entry>) -> Vec<Entry> {
        entries.into_iter().map(|entry| Entry { span: Span::default(), ..entry }).collect()
    }

    #[test]
    fn it_is_written_one_finding_a_line_sorted_and_read_again() {
        let entries = [
            made("claims", "pay/late", Some("payments/pm-2"), 3, 1),
            made("claims", "care/told", None, 4, 2),
            made("b\"c\n", "pay/late", Some("payments/pm-1"), 1, 1),
            made("claims", "pay/late", Some("payments/pm-1"), 2, 1),
            made("claims", "pay/late", Some("payments/pm-1"), 2, 1),
        ];
        let text = render(&entries);
        let expected = "{\"tool\":\"havesay\",\"holds\":\"baseline\",\"version\":\"1.0\"}\n\
            {\"programme\":\"b\\\"c\\n\",\"rule\":\"pay/late\",\"address\":\"payments/pm-1\",\"fingerprint\":\"00000000000000000000000000000001\"}\n\
            {\"programme\":\"claims\",\"rule\":\"care/told\",\"fingerprint\":\"00000000000000000000000000000004\",\"count\":2}\n\
            {\"programme\":\"claims\",\"rule\":\"pay/late\",\"address\":\"payments/pm-1\",\"fingerprint\":\"00000000000000000000000000000002\"}\n\
            {\"programme\":\"claims\",\"rule\":\"pay/late\",\"address\":\"payments/pm-2\",\"fingerprint\":\"00000000000000000000000000000003\"}\n\
            {\"end\":true}\n";
        assert_eq!(text, expected);
        let read = parse(&text).unwrap_or_default();
        assert_eq!(read.len(), 4);
        assert!(read.iter().all(|entry| text.get(entry.span.range()).is_some_and(|line| line.contains(&entry.fingerprint))));
        for changed in [format!("\u{feff}{text}"), text.replace('\n', "\r\n"), text.replace("\"rule\"", "\"since\":\"later\",\"rule\"")] {
            assert_eq!(parse(&changed).map(bare), Ok(bare(read.clone())), "{changed}");
        }
    }

    #[test]
    fn what_is_no_whole_baseline_of_ours_is_refused_by_name() {
        let whole = render(&[made("claims", "pay/late", Some("payments/pm-1"), 2, 1), made("claims", "pay/late", None, 3, 1)]);
        let without = |number: usize| {
            whole.lines().enumerate().filter(|(at, _)| *at != number).map(|(_, line)| format!("{line}\n")).collect::<String>()
        };
        for (text, start, said) in [
            (String::new(), 0, "this file is empty"),
            (" \n\n".to_owned(), 0, "this file is empty"),
            (without(3), 0, "was cut off"),
            (whole.get(..whole.len() - 6).unwrap_or("").to_owned(), 0, "was cut off"),
            (whole.get(..40).unwrap_or("").to_owned(), 0, "no baseline"),
            (whole.get(..100).unwrap_or("").to_owned(), 0, "was cut off"),
            (without(0), 0, "the first line of this baseline is missing"),
            (whole.replace("1.0", "2.0"), 0, "version 2, and this version of havesay reads version 1.0"),
            (whole.replace("1.0", "0.9"), 0, "version 0"),
            (whole.replace("1.0", "x"), 0, "does not say of which version"),
            (whole.replace("1.0", "1.7"), 0, ""),
            (whole.replace("00000000000000000000000000000002", "2"), 1, "the fingerprint or the count"),
            (whole.replace("\"rule\":\"pay/late\",", ""), 1, "no finding of a baseline"),
            (format!("{whole}<<<<<<< ours\n"), 0, "merge conflict"),
            ("{\"as_of\":\"2026-07-01\",\"tool\":{\"name\":\"havesay\"}}\n".to_owned(), 0, "a saved audit"),
            ("{\"$schema\":\"sarif-2.1.0\",\"runs\":[]}\n".to_owned(), 0, "a SARIF file"),
            ("[{\"fingerprint\":\"a\"}]\n".to_owned(), 0, "no baseline of havesay"),
            ("<xml/>\n".to_owned(), 0, "no baseline of havesay"),
        ] {
            match parse(&text) {
                Ok(_) => assert_eq!(said, "", "{text}"),
                Err((span, message, help)) => {
                    assert!(!said.is_empty() && message.contains(said), "{message}\n{text}");
                    assert!(!help.is_empty() && (start == 0 || span.start > 0), "{message}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_beginning_of_a_baseline_is_taken_for_a_whole_one(count in 0u64..6, cut in 0.0f64..1.0) {
            let entries: Vec<Entry> = (0..count).map(|number| made("p", "a/b", Some("x/y"), number, 1)).collect();
            let whole = render(&entries);
            let end = (whole.len() as f64 * cut) as usize;
            let part = whole.get(..end.min(whole.trim_end().len() - 1)).unwrap_or("");
            prop_assert!(parse(part).is_err(), "{}", part);
        }

        #[test]
        fn the_order_of_what_was_found_does_not_matter(numbers in proptest::collection::vec(0u64..40, 0..30)) {
            let entries: Vec<Entry> = numbers.iter().map(|number| made(&format!("p{}", number % 3), "a/b", Some(&format!("x/{}", number % 7)), *number, 1)).collect();
            let mut turned = entries.clone();
            turned.reverse();
            prop_assert_eq!(render(&entries), render(&turned));
        }
    }
}
