//! The saved audit: everything that any other format needs is in it. Its schema is `schema/report.json`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::spool::Spool;
use super::{End, Renderer, Run, Totals};
use crate::redact::{ShownChange, ShownFinding, ShownProgramme};

/// The version of the contract. Within a major, members are only added.
pub const VERSION: &str = "1.0";

/// The schema of the saved audit.
pub const SCHEMA: &str = include_str!("../../schema/report.json");

/// The saved audit. Rules come after the findings, because only those with findings are explained.
pub(super) struct Saved {
    findings: bool,
    inputs: Spool,
    programmes: Spool,
    no_evidence: Spool,
    /// Findings that are gone, where only what a change brought is asked for.
    gone: Spool,
    /// Programmes that are gone.
    departed: Spool,
    /// The rules that have findings.
    found: std::collections::BTreeSet<String>,
}

impl Default for Saved {
    fn default() -> Self {
        let spool = || Spool::new(",\n");
        Self {
            findings: false,
            inputs: spool(),
            programmes: spool(),
            no_evidence: spool(),
            gone: spool(),
            departed: spool(),
            found: Default::default(),
        }
    }
}

pub(super) fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

pub(super) fn to_value<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// One finding, as the saved audit and `jsonl` have it.
pub(super) fn finding(finding: &ShownFinding, programme: &ShownProgramme) -> Value {
    let primary = finding.labels.first();
    let mut value = json!({
        "rule": &*finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "parts": to_value(&finding.parts),
        "help": finding.help,
        "programme": programme.id,
        "programme_path": programme.path,
        "subject": to_value(&finding.subject),
        "location": primary.map(|label| to_value(&label.location)),
        "labels": to_value(&finding.labels),
        "labels_more": finding.labels_more,
        "excerpts": to_value(&finding.excerpts),
        "fingerprint": finding.fingerprint,
        "suppressed": finding.suppressed.as_ref().map(to_value),
    });
    if let (Some(object), Some(baseline)) = (value.as_object_mut(), &finding.baseline) {
        object.insert("baseline".to_owned(), to_value(baseline));
    }
    value
}

fn severities([advice, warning, error]: [u64; 3]) -> Value {
    json!({ "error": error, "warning": warning, "advice": advice })
}

/// What tells the inputs of a programme from those of another run: the paths within its folder and the bytes.
fn inputs_digest(programme: &ShownProgramme) -> Option<String> {
    let mut files: Vec<(&str, &str)> = Vec::with_capacity(programme.files.len());
    for file in &programme.files {
        let path = file.path.as_str();
        files.push((path.strip_prefix(programme.path.as_str()).unwrap_or(path), file.sha256.as_deref()?));
    }
    files.sort_unstable();
    let mut digest = Sha256::new();
    for (path, content) in files {
        digest.update((path.len() as u64).to_le_bytes());
        digest.update(path.as_bytes());
        digest.update(content.as_bytes());
    }
    Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn programme(programme: &ShownProgramme, run: &Run) -> Value {
    let verdicts: Map<String, Value> = programme
        .verdicts
        .iter()
        .enumerate()
        .filter(|(_, own)| own.asked())
        .map(|(rule, own)| (run.rule_name(rule).to_owned(), to_value(own)))
        .collect();
    let idle: Vec<Value> = programme.idle.iter().map(|(rule, why)| json!({ "rule": run.rule_name(*rule), "reason": why })).collect();
    let mut value = json!({
        "id": programme.id,
        "path": programme.path,
        "stage": programme.stage,
        "profile": programme.profile,
        "records": programme.records,
        "files": programme.files.len(),
        "files_unjudged": programme.unjudged,
        "inputs_sha256": inputs_digest(programme),
        "charter": programme.charter.as_ref().map(to_value),
        "findings": severities(programme.totals),
        "findings_shared": severities(programme.totals_once),
        "failing": programme.failing,
        "suppressed": programme.suppressed,
        "suppressed_shared": programme.suppressed_once,
        "verdicts": verdicts,
        "not_run": idle,
    });
    if let (Some(object), Some(own)) = (value.as_object_mut(), &programme.change) {
        object.insert("change".to_owned(), change(own));
    }
    value
}

/// How a programme stands to an earlier state of it.
fn change(change: &ShownChange) -> Value {
    json!({
        "was": change.was,
        "unchanged": severities(change.unchanged),
        "unchanged_shared": severities(change.unchanged_once),
        "gone": severities(change.gone),
        "gone_shared": severities(change.gone_once),
        "files_unjudged_before": change.unjudged_before,
        "files_unjudged_still": change.unjudged_still,
    })
}

impl Renderer for Saved {
    fn begin(&mut self, run: &Run, to: &mut dyn Write) -> io::Result<()> {
        let mut head = json!({ "version": VERSION, "tool": { "name": "havesay", "version": run.version }, "as_of": run.as_of, "settings": run.settings });
        if let (Some(object), Some(compared)) = (head.as_object_mut(), &run.compared) {
            object.insert("compared_with".to_owned(), to_value(compared));
        }
        if let (Some(object), Some(shard)) = (head.as_object_mut(), &run.shard) {
            object.insert("shard".to_owned(), to_value(shard));
        }
        let mut text = bytes(&head);
        text.pop();
        to.write_all(&text)?;
        to.write_all(b",\n\"findings\":[\n")
    }

    fn programme(&mut self, run: &Run, shown: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        for own in findings {
            if self.findings {
                to.write_all(b",\n")?;
            }
            self.findings = true;
            to.write_all(&bytes(&finding(own, shown)))?;
            if !self.found.contains(&*own.rule) {
                self.found.insert(own.rule.to_string());
            }
        }
        if let Some(own) = &shown.change {
            for gone in &own.gone_findings {
                self.gone.add(&bytes(&finding(gone, shown)))?;
            }
            if own.departed {
                return self.departed.add(&bytes(&json!({ "id": shown.id, "path": shown.path, "change": change(own) })));
            }
        }
        for file in &shown.files {
            self.inputs.add(&bytes(&to_value(file)))?;
        }
        self.programmes.add(&bytes(&programme(shown, run)))?;
        for entry in &shown.no_evidence {
            let mut value = json!({
                "rule": run.rule_name(entry.rule),
                "programme": shown.id,
                "programme_path": shown.path,
                "count": entry.count,
                "addresses": entry.addresses,
            });
            if let Some(object) = value.as_object_mut() {
                object.insert(if entry.not_testable { "not_testable" } else { "absent" }.to_owned(), to_value(&entry.cause));
            }
            self.no_evidence.add(&bytes(&value))?;
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(b"\n],\n\"inputs\":[\n")?;
        self.inputs.pour(to)?;
        to.write_all(b"\n],\n\"programmes\":[\n")?;
        self.programmes.pour(to)?;
        to.write_all(b"\n],\n\"no_evidence\":[\n")?;
        self.no_evidence.pour(to)?;
        if run.compared.is_some() {
            to.write_all(b"\n],\n\"gone\":[\n")?;
            self.gone.pour(to)?;
            to.write_all(b"\n],\n\"departed\":[\n")?;
            self.departed.pour(to)?;
        }
        to.write_all(b"\n],\n\"rules\":[\n")?;
        for (number, rule) in run.rules.iter().enumerate() {
            let params: Map<String, Value> =
                rule.params.iter().map(|(name, value, from)| (name.clone(), json!({ "value": value, "set_by": from }))).collect();
            let mut value = json!({
                "name": rule.name,
                "title": rule.title,
                "severity": rule.severity,
                "severity_set_by": rule.severity_from,
                "page_severity": rule.page_severity,
                "stage": rule.stage,
                "reveals": rule.reveals,
                "params": params,
                "digest": rule.digest,
                "help": rule.help,
                "address": rule.address,
            });
            let prose = rule.prose.as_ref().filter(|_| self.found.contains(&rule.name));
            if let (Some(object), Some(prose)) = (value.as_object_mut(), prose) {
                object.insert("description".to_owned(), json!(prose.description));
                object.insert("page".to_owned(), json!(prose.page));
            }
            to.write_all(if number > 0 { b",\n" } else { b"" })?;
            to.write_all(&bytes(&value))?;
        }
        let mut summary = json!({
            "status": end.status,
            "programmes": totals.programmes,
            "files": totals.files,
            "records": totals.records,
            "findings": severities(totals.findings),
            "failing": totals.failing,
            "suppressed": totals.suppressed,
            "outside_paths": totals.elsewhere,
            "unwritten": totals.beyond + end.cut,
            "verdicts": to_value(&totals.verdicts),
            "by_rule": to_value(&totals.found),
            "next_steps": to_value(&totals.steps),
            "files_unjudged": totals.unjudged,
            "outside_programmes": { "count": totals.strays.0, "first": totals.strays.1 },
            "left_out_by_git": { "count": totals.left_out.0, "first": totals.left_out.1 },
        });
        if let (Some(object), Some(change)) = (summary.as_object_mut(), &totals.change) {
            let change = json!({
                "departed": change.departed,
                "new": severities(totals.findings),
                "unchanged": severities(change.unchanged),
                "gone": severities(change.gone),
                "files_unjudged_before": change.unjudged_before,
                "files_unjudged_still": change.unjudged_still,
            });
            object.insert("change".to_owned(), change);
        }
        to.write_all(b"\n],\n\"summary\":")?;
        to.write_all(&bytes(&summary))?;
        to.write_all(b"}\n")
    }
}
