//! A Code Quality report for GitLab: a list of issues, compared by fingerprint between two branches.
//!
//! Our severities become `critical`, `minor` and `info`: a right or a promise at risk, a quality problem, a
//! practice. The format has no place for totals or for what is held back, so that is left out.

use std::io::{self, Write};

use serde::Serialize;

use super::identity::Identities;
use super::{End, Renderer, Run, Totals, place};
use crate::finding::Severity;
use crate::redact::{ShownFinding, ShownProgramme};

/// A Code Quality report.
#[derive(Default)]
pub(super) struct Gitlab {
    identities: Identities,
    any: bool,
}

#[derive(Serialize)]
struct Issue<'f> {
    description: &'f str,
    check_name: &'f str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'f>,
}

#[derive(Serialize)]
struct Location<'f> {
    path: &'f str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Renderer for Gitlab {
    fn begin(&mut self, _: &Run, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(b"[")
    }

    fn programme(&mut self, _: &Run, _: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
            let (path, begin, _) = place(finding);
            let issue = Issue {
                description: finding.message.as_str(),
                check_name: &finding.rule,
                fingerprint: self.identities.unique(finding),
                severity: match finding.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "minor",
                    Severity::Advice => "info",
                },
                location: Location {
                    path: path.strip_prefix("./").unwrap_or(path),
                    lines: Lines { begin, end: finding.labels.first().map_or(begin, |label| label.location.end.line) },
                },
            };
            to.write_all(if self.any { b",\n" } else { b"\n" })?;
            self.any = true;
            serde_json::to_writer(&mut *to, &issue).map_err(io::Error::from)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Run, _: &Totals, _: End, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(b"\n]\n")
    }
}
