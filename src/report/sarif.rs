//! SARIF 2.1.0 for code scanning and other viewers: one run, its rules, results and notifications.
//!
//! Results are kept back by severity and written gravest first, so that a file which would be past code
//! scanning's limits loses the mildest; what is lost is counted in a notification. The identity of a result
//! comes from our fingerprint alone, so it survives lines that move and records that change their order:
//! `primaryLocationLineHash` is the only one that code scanning reads, `havesay/v1` is the same in full.
//! Columns are code points, as `columnKind` says. What the format looks like is in [`object`].

mod object;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::identity::Identities;
use super::spool::Spool;
use super::{End, Renderer, RuleCard, Run, Totals, count, summary};
use crate::finding::{HeldBy, Severity};
use crate::limits;
use crate::redact::{Location, ShownFinding, ShownProgramme};
use object::{
    ArtifactLocation, Configuration, Driver, Invocation, LogicalLocation, Message, Notification, PhysicalLocation, Place, Reference,
    Region, Result as SarifResult, Rule, RuleProperties, Suppression, Text,
};

/// The folder that all paths start from.
const BASE: &str = "%SRCROOT%";
/// By this rule the audit reports that another could not judge.
const FAULT: &str = "record/rule-fault";

/// SARIF.
pub(super) struct Sarif {
    /// Results by severity, mildest first, one to a line.
    results: [Spool; 3],
    /// All results, kept or not.
    all: u64,
    identities: Identities,
    /// Rules with results: their numbers in the list of rules.
    found: BTreeMap<String, usize>,
    faults: Vec<Notification>,
    faults_more: u64,
}

impl Default for Sarif {
    fn default() -> Self {
        let spool = || Spool::new("\n");
        Self {
            results: [spool(), spool(), spool()],
            all: 0,
            identities: Identities::default(),
            found: BTreeMap::new(),
            faults: Vec::new(),
            faults_more: 0,
        }
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// How often a rule of this severity is right, in code scanning's words: an error says what the records show,
/// a warning asks for judgement, advice is about what good programmes may set aside.
const fn precision(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "very-high",
        Severity::Warning => "high",
        Severity::Advice => "medium",
    }
}

/// A path as a relative reference: everything percent-encoded that is not unreserved.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A sentence as a message: `[words](target)` would be a link there, and `{0}` an argument.
fn message(text: &str) -> Message {
    let mut out = String::with_capacity(text.len() + 1);
    let mut rest = text;
    while let Some(at) = rest.find(['{', ']']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let digits = tail.chars().skip(1).take_while(char::is_ascii_digit).count();
        if tail.starts_with("](") {
            out.push_str("\\]");
            rest = tail.get(1..).unwrap_or("");
        } else if tail.starts_with('{') && digits > 0 && tail.get(1 + digits..).is_some_and(|tail| tail.starts_with('}')) {
            out.push_str(&format!("{{{}}}", tail.get(..2 + digits).unwrap_or("")));
            rest = tail.get(2 + digits..).unwrap_or("");
        } else {
            out.push_str(tail.get(..1).unwrap_or(""));
            rest = tail.get(1..).unwrap_or("");
        }
    }
    out.push_str(rest);
    Message { text: sentence(&out) }
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!', ':']) { text.to_owned() } else { format!("{text}.") }
}

fn physical(location: &Location) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(location.file.as_str()), uri_base_id: BASE },
        region: Region {
            start_line: location.start.line,
            start_column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
        },
    }
}

impl Sarif {
    fn rule_index(&mut self, run: &Run, name: &str) -> usize {
        if let Some(known) = self.found.get(name) {
            return *known;
        }
        let beyond = run.rules.len() + self.found.values().filter(|number| **number >= run.rules.len()).count();
        let number = run.rules.iter().position(|rule| rule.name == name).unwrap_or(beyond);
        self.found.insert(name.to_owned(), number);
        number
    }

    fn result(&mut self, run: &Run, programme: &ShownProgramme, finding: &ShownFinding) -> SarifResult {
        let help =
            if finding.help.as_str().is_empty() { String::new() } else { format!(" What to do: {}", sentence(finding.help.as_str())) };
        let own = message(finding.message.as_str());
        let ordinal = self.identities.ordinal(finding);
        let full = if ordinal == 1 { finding.fingerprint.clone() } else { format!("{}-{ordinal}", finding.fingerprint) };
        let half = finding.fingerprint.get(..16).unwrap_or(&finding.fingerprint);
        let mut fingerprints = BTreeMap::new();
        fingerprints.insert("primaryLocationLineHash", format!("{half}:{ordinal}"));
        fingerprints.insert("havesay/v1", full);
        let suppressions = finding.suppressed.iter().map(|held| Suppression {
            kind: "external",
            status: "accepted",
            justification: match held.by {
                HeldBy::Waiver => format!("{} for {}", summary::held_back(held), held.address),
                HeldBy::Baseline => summary::held_back(held),
            },
        });
        SarifResult {
            rule_id: finding.rule.to_string(),
            rule_index: self.rule_index(run, &finding.rule),
            level: level(finding.severity),
            message: Message { text: format!("{}{}", own.text, message_rest(&help)) },
            locations: finding
                .labels
                .first()
                .map(|label| Place {
                    id: None,
                    physical_location: physical(&label.location),
                    logical_locations: vec![LogicalLocation {
                        fully_qualified_name: format!("{}/{}", programme.id, finding.subject.address),
                        kind: "member",
                    }],
                    message: None,
                })
                .into_iter()
                .collect(),
            related_locations: finding
                .labels
                .iter()
                .enumerate()
                .filter(|(number, label)| *number > 0 || !label.text.as_str().is_empty())
                .map(|(number, label)| Place {
                    id: Some(number),
                    physical_location: physical(&label.location),
                    logical_locations: Vec::new(),
                    message: Some(message(if label.text.as_str().is_empty() { "see also" } else { label.text.as_str() })),
                })
                .collect(),
            partial_fingerprints: fingerprints,
            suppressions: suppressions.collect(),
            baseline_state: finding.baseline,
            properties: BTreeMap::from([("programme", programme.id.to_string()), ("programmePath", programme.path.to_string())]),
        }
    }

    fn fault(&mut self, finding: &ShownFinding) {
        if self.faults.len() >= limits::SARIF_NOTIFICATIONS_MAX {
            self.faults_more += 1;
            return;
        }
        self.faults.push(Notification {
            descriptor: Reference { id: "rule-fault" },
            level: "error",
            message: message(finding.message.as_str()),
            locations: finding
                .labels
                .first()
                .map(|label| Place { id: None, physical_location: physical(&label.location), logical_locations: Vec::new(), message: None })
                .into_iter()
                .collect(),
        });
    }

    /// Writes as many results as fit, gravest first; how many are left out.
    fn pour(&mut self, to: &mut dyn Write) -> io::Result<u64> {
        let (mut written, mut bytes) = (0, 0);
        for spool in self.results.iter_mut().rev() {
            let mut any = written > 0;
            let mut wanted = |piece: u64| {
                let fits = written < limits::SARIF_RESULTS_MAX && bytes + piece <= limits::SARIF_RESULT_BYTES_MAX;
                if fits {
                    written += 1;
                    bytes += piece;
                }
                fits
            };
            spool.pour_lines(&mut Separated { to, any: &mut any }, &mut wanted)?;
        }
        Ok(self.all - written)
    }

    fn notifications(&mut self, run: &Run, totals: &Totals, end: End, left_out: u64) -> Vec<Notification> {
        let mut all = std::mem::take(&mut self.faults);
        let mut say = |id: &'static str, level: &'static str, text: String| {
            all.push(Notification { descriptor: Reference { id }, level, message: message(&text), locations: Vec::new() });
        };
        if self.faults_more > 0 {
            say("rule-fault", "error", format!("{} more", count(self.faults_more, "fault of a rule", "faults of rules")));
        }
        if totals.unjudged > 0 {
            say("not-judged", "error", format!("{} could not be judged as a whole", count(totals.unjudged, "file", "files")));
        }
        if end.status > 1 {
            say("run-incomplete", "error", summary::outcome(run, totals, end.status).to_owned());
        }
        let lost = left_out + end.cut + totals.beyond;
        if lost > 0 {
            let gravest = if left_out > 0 { "; the gravest are" } else { "" };
            let text = format!("{} not among the results{gravest}", count(lost, "finding is", "findings are"));
            say("results-left-out", "warning", text);
        }
        if totals.verdicts.no_evidence > 0 {
            let verdicts = count(totals.verdicts.no_evidence, "verdict was", "verdicts were");
            say("no-evidence", "note", format!("{verdicts} not reached, because what they depend on is not recorded"));
        }
        all
    }

    fn rules(&self, run: &Run) -> Vec<Rule> {
        let mut rules: Vec<Rule> = run.rules.iter().map(|card| rule(card, self.found.contains_key(&card.name))).collect();
        let mut beyond: Vec<(&String, &usize)> = self.found.iter().filter(|(_, number)| **number >= run.rules.len()).collect();
        beyond.sort_by_key(|(_, number)| **number);
        rules.extend(beyond.into_iter().map(|(name, _)| bare_rule(name)));
        rules
    }
}

/// The part of a message after its first sentence.
fn message_rest(text: &str) -> String {
    if text.is_empty() { String::new() } else { message(text).text }
}

/// Puts a comma between the pieces that are written to it.
struct Separated<'w> {
    to: &'w mut dyn Write,
    any: &'w mut bool,
}

impl Write for Separated<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece).map(|()| piece.len())
    }

    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        self.to.write_all(if *self.any { b",\n" } else { b"\n" })?;
        *self.any = true;
        self.to.write_all(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A rule; in full where it has results.
fn rule(card: &RuleCard, found: bool) -> Rule {
    let prose = card.prose.as_ref().filter(|_| found);
    let text = if card.help.is_empty() { card.title.clone() } else { card.help.clone() };
    let mut tags = vec![card.name.split_once('/').map_or("havesay", |(family, _)| family).to_owned()];
    if !card.stage.is_empty() {
        tags.push(format!("from-{}", card.stage));
    }
    Rule {
        id: card.name.clone(),
        name: pascal(&card.name),
        short_description: Text { text: sentence(&card.title), markdown: None },
        full_description: Text { text: sentence(prose.map_or(card.title.as_str(), |prose| prose.description.as_str())), markdown: None },
        help: Text { text: sentence(&text), markdown: prose.map(|prose| prose.page.clone()) },
        help_uri: card.address.clone(),
        default_configuration: Configuration { level: level(card.severity) },
        properties: RuleProperties {
            tags,
            precision: precision(card.page_severity),
            problem_severity: match card.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    }
}

/// A rule that has results and no page.
fn bare_rule(name: &str) -> Rule {
    let text = || Text { text: sentence(name), markdown: None };
    Rule {
        id: name.to_owned(),
        name: pascal(name),
        short_description: text(),
        full_description: text(),
        help: text(),
        help_uri: None,
        default_configuration: Configuration { level: "error" },
        properties: RuleProperties { tags: Vec::new(), precision: precision(Severity::Error), problem_severity: "error" },
    }
}

/// A rule's name as an identifier in Pascal case, which viewers expect beside the id.
fn pascal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for piece in name.split(|c: char| !c.is_alphanumeric()) {
        let mut chars = piece.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(chars.as_str());
    }
    out
}

impl Renderer for Sarif {
    fn begin(&mut self, _: &Run, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(object::HEAD.as_bytes())
    }

    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], _: &mut dyn Write) -> io::Result<()> {
        for finding in findings {
            if &*finding.rule == FAULT {
                self.fault(finding);
            }
            let result = self.result(run, programme, finding);
            let line = serde_json::to_vec(&result)?;
            self.all += 1;
            // What is beyond the limit within its own severity can never be written.
            if let Some(spool) = self.results.get_mut(finding.severity as usize).filter(|spool| spool.count < limits::SARIF_RESULTS_MAX) {
                spool.add(&line)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        let left_out = self.pour(to)?;
        let invocation = Invocation {
            execution_successful: end.status <= 1,
            exit_code: end.status,
            exit_code_description: summary::outcome(run, totals, end.status),
            tool_execution_notifications: self.notifications(run, totals, end, left_out),
        };
        let driver = Driver {
            name: "havesay",
            full_name: format!("havesay {}", run.version),
            semantic_version: &run.version,
            short_description: Text { text: "A linter for participation.".to_owned(), markdown: None },
            information_uri: super::repository(),
            rules: self.rules(run),
            notifications: object::notifications(),
        };
        object::tail(&driver, &invocation, totals, &run.as_of, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_references() {
        for (path, written) in [
            ("a/b.json", "a/b.json"),
            ("./a.json", "a.json"),
            ("c:d/e f%.json", "c%3Ad/e%20f%25.json"),
            ("ö?#[].json", "%C3%B6%3F%23%5B%5D.json"),
            ("\\xff.json", "%5Cxff.json"),
        ] {
            assert_eq!(uri(path), written);
        }
    }

    #[test]
    fn messages_are_plain_sentences() {
        for (text, written) in [
            ("p-1 is late", "p-1 is late."),
            ("at a[b=c]", "at a[b=c]."),
            ("see [x](http://x)", "see [x\\](http://x)."),
            ("{0} and {12} and \\u{202e} {a}", "{{0}} and {{12}} and \\u{202e} {a}."),
            ("\\u{200}", "\\u{{200}}."),
            ("]{", "]{."),
        ] {
            assert_eq!(message(text).text, written);
        }
    }

    #[test]
    fn a_name_becomes_an_identifier() {
        assert_eq!(pascal("pay/below-floor"), "PayBelowFloor");
    }
}
