//! The objects of SARIF 2.1.0 that are written, in the standard's own names.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::super::{Totals, json};
use crate::finding::BaselineState;

/// What comes before the results.
pub const HEAD: &str = concat!(
    r#"{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json","version":"2.1.0","runs":[{"#,
    r#""columnKind":"unicodeCodePoints","language":"en-GB","newlineSequences":["\r\n","\n"],"results":["#
);

/// What comes after them.
pub fn tail(driver: &Driver<'_>, invocation: &Invocation, totals: &Totals, as_of: &str, to: &mut dyn Write) -> io::Result<()> {
    let properties = serde_json::json!({
        "asOf": as_of,
        "programmes": totals.programmes,
        "files": totals.files,
        "records": totals.records,
        "suppressed": totals.suppressed,
        "verdicts": json::to_value(&totals.verdicts),
    });
    to.write_all(b"\n],\n\"tool\":{\"driver\":")?;
    serde_json::to_writer(&mut *to, driver)?;
    to.write_all(b"},\n\"invocations\":[")?;
    serde_json::to_writer(&mut *to, invocation)?;
    to.write_all(b"],\n\"properties\":")?;
    serde_json::to_writer(&mut *to, &properties)?;
    to.write_all(b"}]}\n")
}

/// The kinds of notifications there are.
pub fn notifications() -> Vec<Kind> {
    [
        ("rule-fault", "RuleFault", "A rule could not judge.", "Report the fault to whoever keeps the rule."),
        ("not-judged", "NotJudged", "Files could not be judged.", "Mend what the audit says of these files, and run it again."),
        ("run-incomplete", "RunIncomplete", "The run is not a complete audit.", "Mend what it says, and run it again."),
        ("results-left-out", "ResultsLeftOut", "There are findings that are not among the results.", "Audit fewer programmes at a time."),
        (
            "no-evidence",
            "NoEvidence",
            "There are questions to which the records have no answer.",
            "See havesay check -v for what is not recorded.",
        ),
    ]
    .into_iter()
    .map(|(id, name, text, help)| {
        let plain = |text: &str| Text { text: text.to_owned(), markdown: None };
        Kind { id, name, short_description: plain(text), full_description: plain(text), help: plain(help) }
    })
    .collect()
}

/// `reportingDescriptor` of a notification.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Kind {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
}

/// `toolComponent`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver<'r> {
    pub name: &'static str,
    pub full_name: String,
    pub semantic_version: &'r str,
    pub short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_uri: Option<&'static str>,
    pub rules: Vec<Rule>,
    pub notifications: Vec<Kind>,
}

/// `reportingDescriptor` of a rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    pub id: String,
    pub name: String,
    pub short_description: Text,
    pub full_description: Text,
    pub help: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    pub default_configuration: Configuration,
    pub properties: RuleProperties,
}

/// `reportingConfiguration`.
#[derive(Serialize)]
pub struct Configuration {
    pub level: &'static str,
}

/// The properties of a rule that code scanning reads.
#[derive(Serialize)]
pub struct RuleProperties {
    pub tags: Vec<String>,
    pub precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub problem_severity: &'static str,
}

/// `multiformatMessageString`.
#[derive(Serialize)]
pub struct Text {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
}

/// `message`.
#[derive(Serialize)]
pub struct Message {
    pub text: String,
}

/// `result`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result {
    pub rule_id: String,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Message,
    pub locations: Vec<Place>,
    pub related_locations: Vec<Place>,
    pub partial_fingerprints: BTreeMap<&'static str, String>,
    pub suppressions: Vec<Suppression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<BaselineState>,
    pub properties: BTreeMap<&'static str, String>,
}

/// `location`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// `physicalLocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    pub region: Region,
}

/// `artifactLocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    pub uri: String,
    pub uri_base_id: &'static str,
}

/// `region`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// `logicalLocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicalLocation {
    pub fully_qualified_name: String,
    pub kind: &'static str,
}

/// `suppression`.
#[derive(Serialize)]
pub struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
}

/// `invocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    pub execution_successful: bool,
    pub exit_code: u8,
    pub exit_code_description: &'static str,
    pub tool_execution_notifications: Vec<Notification>,
}

/// `notification`.
#[derive(Serialize)]
pub struct Notification {
    pub descriptor: Reference,
    pub level: &'static str,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Place>,
}

/// `reportingDescriptorReference`.
#[derive(Serialize)]
pub struct Reference {
    pub id: &'static str,
}
