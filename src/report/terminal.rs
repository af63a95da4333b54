//! For people: `full` and `narrated` through miette, `concise` one line for each finding.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, NarratableReportHandler, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::spool::Spool;
use super::{End, Format, Group, Renderer, Run, Totals, summary};
use crate::finding::Severity;
use crate::redact::{Excerpt, ShownFinding, ShownProgramme};

/// The formats for a terminal.
pub(super) struct Terminal {
    format: Format,
    group: Group,
    /// Under each rule, what it found; kept back until all programmes are through.
    rules: BTreeMap<String, Spool>,
}

/// Some masked lines as miette reads source code: only the window, never the file.
#[derive(Debug)]
struct Window {
    name: String,
    text: String,
    first_line: usize,
    lines: usize,
    /// Where each mark begins in the window, and the line and column of the file that this is, from 0.
    places: Vec<(usize, usize, usize)>,
}

impl SourceCode for Window {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.offset() + span.len() > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let contents = |span, line, column, lines| {
            Box::new(MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), span, line, column, lines))
        };
        // A mark without lines around it is asked for only to name its place in the heading.
        if (before, after) == (0, 0)
            && let Some((_, line, column)) = self.places.iter().find(|(start, ..)| *start == span.offset())
        {
            return Ok(contents(*span, *line, *column, 1));
        }
        Ok(contents(SourceSpan::new(0.into(), self.text.len()), self.first_line, 0, self.lines))
    }
}

/// A finding as miette reads it.
#[derive(Debug)]
struct Told {
    message: String,
    code: Option<String>,
    help: Option<String>,
    severity: miette::Severity,
    window: Option<Window>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Told {}

impl Diagnostic for Told {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.window.as_ref().map(|window| window as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

fn severity(severity: Severity) -> miette::Severity {
    match severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Advice => miette::Severity::Advice,
    }
}

fn window(excerpt: &Excerpt) -> (Window, Vec<LabeledSpan>) {
    let mut text = String::new();
    let mut labels = Vec::new();
    let mut places = Vec::new();
    for row in &excerpt.lines {
        let base = text.len();
        for mark in &row.marks {
            places.push((base + mark.start, row.line as usize - 1, mark.column as usize - 1));
            let words = (!mark.text.as_str().is_empty()).then(|| mark.text.to_string());
            let label = if mark.primary {
                LabeledSpan::new_primary_with_span(words, (base + mark.start, mark.end - mark.start))
            } else {
                LabeledSpan::new(words, base + mark.start, mark.end - mark.start)
            };
            labels.push(label);
        }
        text.push_str(row.text.as_str());
        text.push('\n');
    }
    let first_line = excerpt.lines.first().map_or(0, |row| row.line as usize - 1);
    (Window { name: excerpt.file.to_string(), text, first_line, lines: excerpt.lines.len(), places }, labels)
}

/// Text as a line may begin with it: what reads the log of a CI job takes `::` there for a command.
fn no_command(text: String) -> String {
    match text.strip_prefix(':').filter(|rest| rest.starts_with(':')) {
        Some(rest) => format!("\\u{{3a}}{rest}"),
        None => text,
    }
}

/// The finding, then what there is to see elsewhere: miette would head each further place with its severity.
fn told(finding: &ShownFinding) -> Vec<Told> {
    let mut excerpts = finding.excerpts.iter();
    let (source, labels) = match excerpts.next().map(window) {
        Some((window, labels)) => (Some(window), labels),
        None => (None, Vec::new()),
    };
    let elsewhere = excerpts.filter(|excerpt| excerpt.lines.iter().any(|row| !row.marks.is_empty())).map(|excerpt| {
        let (window, labels) = window(excerpt);
        Told { message: "see also".to_owned(), code: None, help: None, severity: miette::Severity::Advice, window: Some(window), labels }
    });
    let mut help = String::new();
    if !finding.help.as_str().is_empty() {
        help.push_str(finding.help.as_str());
        help.push('\n');
    }
    if let Some(held) = &finding.suppressed {
        help.push_str(&format!("({})\n", summary::held_back(held)));
    }
    match finding.labels_more {
        0 => {}
        1 => help.push_str("(1 further place is not shown)\n"),
        more => help.push_str(&format!("({more} further places are not shown)\n")),
    }
    help.push_str(&format!("havesay explain {}", finding.rule));
    let place = finding.labels.first().map(|label| label.location.file.to_string());
    let message = match (&source, place) {
        // Without a line to show, the file is named.
        (None, Some(file)) => format!("{file}: {}", finding.message),
        _ => no_command(finding.message.to_string()),
    };
    let own = Told {
        message,
        code: Some(finding.rule.to_string()),
        help: Some(help),
        severity: severity(finding.severity),
        window: source,
        labels,
    };
    std::iter::once(own).chain(elsewhere).collect()
}

impl Terminal {
    /// A renderer of `full`, `concise` or `narrated`.
    pub fn new(format: Format, group: Group) -> Self {
        Self { format, group, rules: BTreeMap::new() }
    }

    /// A heading under which findings stand together.
    fn heading(&self, words: &str) -> String {
        let rule = if self.format == Format::Full { "── " } else { "" };
        format!("{rule}{}\n{}", no_command(words.to_owned()), if self.format == Format::Concise { "" } else { "\n" })
    }

    fn finding(&self, finding: &ShownFinding, run: &Run) -> String {
        let mut out = String::new();
        match self.format {
            Format::Concise => {
                let at = finding.labels.first().map(|label| &label.location);
                let (file, line, column) = at.map_or((String::new(), 0, 0), |at| (at.file.to_string(), at.start.line, at.start.column));
                let file = no_command(file);
                out.push_str(&format!(
                    "{file}:{line}:{column}: {}[{}] {}{}\n",
                    summary::sign(finding.severity),
                    finding.rule,
                    finding.message,
                    finding.suppressed.as_ref().map_or_else(String::new, |held| format!(" ({})", summary::held_back(held)))
                ));
            }
            Format::Narrated => {
                let handler = NarratableReportHandler::new();
                for told in told(finding) {
                    if handler.render_report(&mut out, &told).is_err() {
                        out.push_str(&format!("{told}\n"));
                    }
                    out.push('\n');
                }
            }
            _ => {
                let styles = if run.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
                let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
                let handler = GraphicalReportHandler::new_themed(theme).with_width(run.width).with_links(false);
                for told in told(finding) {
                    if handler.render_report(&mut out, &told).is_err() {
                        out.push_str(&format!("{told}\n"));
                    }
                    out.push('\n');
                }
            }
        }
        out
    }
}

impl Renderer for Terminal {
    fn begin(&mut self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        if self.group == Group::Programme && !findings.is_empty() {
            let words = format!("{}: {}", programme.path, summary::findings(programme.totals));
            to.write_all(self.heading(&words).as_bytes())?;
        }
        for finding in findings {
            let text = self.finding(finding, run);
            if self.group == Group::Rule {
                self.rules.entry(finding.rule.to_string()).or_insert_with(|| Spool::new("")).add(text.as_bytes())?;
            } else {
                to.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        let mut found: Vec<_> = totals.found.iter().collect();
        found.sort_by_key(|own| (std::cmp::Reverse(own.severity), std::cmp::Reverse(own.findings)));
        for own in found {
            let Some(mut spool) = self.rules.remove(own.rule.as_str()) else { continue };
            let words = format!(
                "{}: {}, {} in {}",
                own.rule,
                run.title(own.rule.as_str()),
                super::count(own.findings, "finding", "findings"),
                super::count(own.programmes, "programme", "programmes")
            );
            to.write_all(self.heading(&words).as_bytes())?;
            spool.pour(to)?;
        }
        // What is held back is no part of the totals by rule.
        for (rule, mut spool) in std::mem::take(&mut self.rules) {
            to.write_all(self.heading(&format!("{rule}: {}, held back", run.title(&rule))).as_bytes())?;
            spool.pour(to)?;
        }
        if self.format == Format::Full {
            to.write_all(summary::steps(totals).as_bytes())?;
        }
        if let Some(change) = totals.change.as_ref().filter(|_| run.verbose) {
            to.write_all(change.gone().as_bytes())?;
        }
        to.write_all(summary::lines(run, totals, end).as_bytes())
    }
}
