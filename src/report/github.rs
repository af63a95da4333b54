//! Annotations of a GitHub workflow's run: one command to a line, which the runner takes from the log.
//!
//! The runner shows the first ten errors, warnings and notices of a step each; the others stand in the log,
//! and the totals come last. What is held back is counted and not annotated. The summary of the step is
//! [`super::Format::Markdown`], which the command line writes where the runner wants it.

use std::io::{self, Write};

use super::{End, Renderer, Run, Totals, place, summary};
use crate::finding::Severity;
use crate::redact::{ShownFinding, ShownProgramme};

/// GitHub annotations.
pub(super) struct Github;

/// The text of a command, escaped as the runner's own toolkit does.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which also ends at a colon or comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that is no command: the runner looks for `::` where a line begins, and for `##[` anywhere in it.
fn plain(text: &str) -> String {
    let text = text.replace("##[", "##\\u{5b}");
    match text.trim_start().strip_prefix("::") {
        Some(rest) => format!("\\u{{3a}}:{rest}"),
        None => text,
    }
}

fn command(run: &Run, finding: &ShownFinding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    };
    let (file, line, column) = place(finding);
    let mut properties = format!("file={},line={line}", property(file));
    if let Some(label) = finding.labels.first() {
        let end = label.location.end;
        properties.push_str(&format!(",endLine={}", end.line));
        // Columns hold for one line only. The runner counts the last one in, we do not.
        if end.line == line {
            properties.push_str(&format!(",col={column},endColumn={}", end.column.saturating_sub(1).max(column)));
        }
    }
    let help = if finding.help.as_str().is_empty() { String::new() } else { format!("\nWhat to do: {}", finding.help) };
    let title = format!("{} ({})", run.title(&finding.rule), finding.rule);
    format!("::{word} {properties},title={}::{}\n", property(&title), data(&format!("{}{help}", finding.message)))
}

impl Renderer for Github {
    fn begin(&mut self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn programme(&mut self, run: &Run, _: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
            to.write_all(command(run, finding).as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        for line in summary::lines(run, totals, end).lines() {
            writeln!(to, "{}", plain(line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("50%\r\n::error::x, y"), "50%25%0D%0A::error::x, y");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }

    #[test]
    fn a_line_of_the_summary_is_no_command() {
        for (line, written) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("  ::stop-commands::x", "\\u{3a}:stop-commands::x"),
            ("the first is a ##[error]x", "the first is a ##\\u{5b}error]x"),
            ("1 programme: 2 errors", "1 programme: 2 errors"),
        ] {
            assert_eq!(plain(line), written);
        }
    }
}
