//! Comma-separated values for a spreadsheet: one finding to a row, what is held back among them and marked.
//!
//! It begins with a byte-order mark, by which spreadsheets know UTF-8. A cell that a spreadsheet would take
//! for a formula begins with an apostrophe, which spreadsheets do not show. Totals are not in it.

use std::io::{self, Write};

use super::{End, Renderer, Run, Totals, json};
use crate::redact::{ShownFinding, ShownProgramme};

/// Comma-separated values.
pub(super) struct Csv;

const COLUMNS: [&str; 20] = [
    "severity",
    "rule",
    "title",
    "message",
    "help",
    "programme",
    "programme_path",
    "register",
    "id",
    "address",
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "fails",
    "suppressed_by",
    "suppressed_until",
    "baseline",
    "fingerprint",
];

/// Text that no spreadsheet takes for a formula, whatever stands before the sign that begins one.
fn cell(text: &str) -> String {
    let begins = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' | '|' | '%');
    if text.trim_start().starts_with(begins) || text.starts_with(begins) { format!("'{text}") } else { text.to_owned() }
}

fn row(run: &Run, programme: &ShownProgramme, finding: &ShownFinding) -> [String; COLUMNS.len()] {
    let (file, line, column) = super::place(finding);
    let end = finding.labels.first().map(|label| label.location.end);
    let held = finding.suppressed.as_ref();
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    [
        finding.severity.word().to_owned(),
        cell(&finding.rule),
        cell(&run.title(&finding.rule)),
        cell(finding.message.as_str()),
        cell(finding.help.as_str()),
        cell(programme.id.as_str()),
        cell(programme.path.as_str()),
        cell(finding.subject.register.as_str()),
        cell(finding.subject.id.as_ref().map_or("", |id| id.as_str())),
        cell(finding.subject.address.as_str()),
        cell(file),
        line.to_string(),
        column.to_string(),
        end.map_or(line, |end| end.line).to_string(),
        end.map_or(column, |end| end.column).to_string(),
        if run.fails(finding) { "yes" } else { "no" }.to_owned(),
        held.map(|held| word(json::to_value(&held.by))).unwrap_or_default(),
        held.and_then(|held| held.until.as_ref()).map_or_else(String::new, |until| cell(until.as_str())),
        finding.baseline.as_ref().map(|baseline| word(json::to_value(baseline))).unwrap_or_default(),
        finding.fingerprint.clone(),
    ]
}

fn write<'c>(to: &mut dyn Write, cells: impl IntoIterator<Item = &'c str>) -> io::Result<()> {
    let mut writer =
        ::csv::WriterBuilder::new().quote_style(::csv::QuoteStyle::Always).terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells)?;
    let row = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    to.write_all(&row)
}

impl Renderer for Csv {
    fn begin(&mut self, _: &Run, to: &mut dyn Write) -> io::Result<()> {
        to.write_all("\u{feff}".as_bytes())?;
        write(to, COLUMNS)
    }

    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        for finding in findings {
            write(to, row(run, programme, finding).iter().map(String::as_str))?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Run, _: &Totals, _: End, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for text in ["=1+1", "+1", "-1", "@a", " =1", "\t=1", "\n=1", "＝1", "\u{a0}@x", "|x", "%x"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        for text in ["", "p-1", "a=b", "1 of 2"] {
            assert_eq!(cell(text), text);
        }
    }
}
