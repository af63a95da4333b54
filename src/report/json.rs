//! The saved audit: everything that any other format needs is in it. Its schema is `schema/report.json`.

use serde_json::{Map, Value, json};

use super::{Rendered, Renderer, Run, Totals};
use crate::finding::Verdicts;
use crate::redact::{ShownFinding, ShownProgramme};

/// The version of the contract. Within a major, members are only added.
pub const VERSION: &str = "1.0";

/// The schema of the saved audit.
pub const SCHEMA: &str = include_str!("../../schema/report.json");

/// The saved audit.
#[derive(Clone, Copy, Debug)]
pub struct Saved;

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

fn to_value<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn finding(finding: &ShownFinding, programme: &ShownProgramme) -> Value {
    let primary = finding.labels.first();
    let excerpt: Vec<Value> = finding
        .excerpts
        .first()
        .into_iter()
        .flat_map(|excerpt| excerpt.lines.iter())
        .map(|row| json!({ "line": row.line, "text": row.text }))
        .collect();
    json!({
        "rule": &*finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "parts": to_value(&finding.parts),
        "help": finding.help,
        "programme": programme.id,
        "subject": to_value(&finding.subject),
        "location": primary.map(|label| to_value(&label.location)),
        "labels": to_value(&finding.labels),
        "labels_more": finding.labels_more,
        "excerpt": excerpt,
        "fingerprint": finding.fingerprint,
        "suppressed": finding.suppressed.as_ref().map(to_value),
    })
}

fn counts(verdicts: &Verdicts) -> Value {
    to_value(verdicts)
}

impl Renderer for Saved {
    fn programme(&self, programme: &ShownProgramme, run: &Run) -> Rendered {
        let name = |rule: usize| run.rules.get(rule).map_or("", |rule| rule.name.as_str());
        let inputs: Vec<Value> = programme.files.iter().map(to_value).collect();
        let verdicts: Map<String, Value> = programme
            .verdicts
            .iter()
            .enumerate()
            .filter(|(_, own)| own.total() + own.nothing_to_judge > 0)
            .map(|(rule, own)| (name(rule).to_owned(), counts(own)))
            .collect();
        let idle: Vec<Value> = programme.idle.iter().map(|(rule, why)| json!({ "rule": name(*rule), "reason": why })).collect();
        let own = json!({
            "id": programme.id,
            "path": programme.path,
            "stage": programme.stage,
            "profile": programme.profile,
            "records": programme.records,
            "files_unjudged": programme.unjudged,
            "verdicts": verdicts,
            "not_run": idle,
        });
        let no_evidence: Vec<Value> = programme
            .no_evidence
            .iter()
            .map(|entry| {
                let mut value =
                    json!({ "rule": name(entry.rule), "programme": programme.id, "count": entry.count, "addresses": entry.addresses });
                if let Some(object) = value.as_object_mut() {
                    object.insert(if entry.not_testable { "not_testable" } else { "absent" }.to_owned(), to_value(&entry.cause));
                }
                value
            })
            .collect();
        let list = |values: &[Value]| values.iter().map(bytes).collect::<Vec<_>>().join(&b",\n"[..]);
        Rendered {
            findings: programme.findings.iter().take(run.max_findings).map(|own| bytes(&finding(own, programme))).collect(),
            sections: vec![list(&inputs), bytes(&own), list(&no_evidence)],
        }
    }

    fn begin(&self, run: &Run) -> Vec<u8> {
        let rules: Vec<Value> = run
            .rules
            .iter()
            .map(|rule| {
                let params: Map<String, Value> = rule.params.iter().map(|(name, value, from)| (name.clone(), json!({ "value": value, "set_by": from }))).collect();
                json!({ "name": rule.name, "title": rule.title, "severity": rule.severity, "severity_set_by": rule.severity_from, "params": params, "digest": rule.digest, "help": rule.help })
            })
            .collect();
        let head = json!({ "version": VERSION, "tool": { "name": "havesay", "version": env!("CARGO_PKG_VERSION") }, "as_of": run.as_of, "settings": run.settings, "rules": rules });
        let mut text = bytes(&head);
        text.pop();
        text.extend_from_slice(b",\n\"findings\":[\n");
        text
    }

    fn sections(&self) -> usize {
        3
    }

    fn between(&self) -> &'static [u8] {
        b",\n"
    }

    fn joint(&self, section: usize) -> &'static [u8] {
        match section {
            0 => b"\n],\n\"inputs\":[\n",
            1 => b"\n],\n\"programmes\":[\n",
            2 => b"\n],\n\"no_evidence\":[\n",
            _ => b"\n],\n",
        }
    }

    fn end(&self, _: &Run, totals: &Totals, status: u8) -> Vec<u8> {
        let [advice, warning, error] = totals.findings;
        let summary = json!({
            "status": status,
            "programmes": totals.programmes,
            "files": totals.files,
            "records": totals.records,
            "findings": { "error": error, "warning": warning, "advice": advice },
            "failing": totals.failing,
            "suppressed": totals.suppressed,
            "outside_paths": totals.elsewhere,
            "unwritten": totals.unwritten,
            "verdicts": counts(&totals.verdicts),
            "files_unjudged": totals.unjudged,
            "outside_programmes": { "count": totals.strays.0, "first": totals.strays.1 },
            "left_out_by_git": { "count": totals.left_out.0, "first": totals.left_out.1 },
        });
        let mut text = b"\"summary\":".to_vec();
        text.extend(bytes(&summary));
        text.extend_from_slice(b"}\n");
        text
    }
}
