//! Renders what was audited and masked: one file for each format. Nothing unmasked can get here, by type.
//!
//! Every format is rendered from the same value: a [`Run`], its programmes in path order, the [`Totals`].
//! [`Writing`] hands them to a format's `Renderer` one after another, so that a finished programme is
//! written at once and memory does not grow with the number of programmes. [`saved`] reads the value back
//! from a saved audit, [`join`] makes one of those of a run's parts, and [`compare`] holds two of them against
//! one another. Rules' insides and records are not known here.

mod change;
pub mod compare;
mod csv;
mod github;
mod gitlab;
pub(crate) mod html;
mod identity;
pub mod join;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod sarif;
pub mod saved;
mod spool;
mod steps;
pub mod summary;
mod terminal;
mod totals;

use std::io::{self, Write};

use crate::finding::Severity;
use crate::redact::{Shown, ShownFinding, ShownProgramme, Terms, once};

pub use change::{ChangeTotals, ComparedWith};
pub use join::Shard;
pub use json::{SCHEMA, VERSION};
pub use steps::Step;
pub use totals::{ProgrammeTotals, Totals};

/// How the audit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With the lines, for a terminal.
    Full,
    /// One line for each finding.
    Concise,
    /// In sentences, for screen readers.
    Narrated,
    /// The saved audit.
    Json,
    /// The findings, one to a line.
    Jsonl,
    /// For code scanning: the Static Analysis Results Interchange Format, 2.1.0.
    Sarif,
    /// For CI services that show tests.
    Junit,
    /// For GitHub: annotations of a workflow's run.
    Github,
    /// For GitLab: a Code Quality report.
    Gitlab,
    /// For a comment on a change.
    Markdown,
    /// A page for a browser.
    Html,
    /// For a spreadsheet.
    Csv,
}

impl Format {
    /// All formats, in the order in which they are listed.
    pub const ALL: [Format; 12] = [
        Format::Full,
        Format::Concise,
        Format::Narrated,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Junit,
        Format::Github,
        Format::Gitlab,
        Format::Markdown,
        Format::Html,
        Format::Csv,
    ];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Format::Full => "full",
            Format::Concise => "concise",
            Format::Narrated => "narrated",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Csv => "csv",
        }
    }

    /// The format of a name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// Whether it is made to be passed on: what says something sensitive of one person then stands once for
    /// a programme.
    #[must_use]
    pub const fn is_shared(self) -> bool {
        matches!(self, Format::Sarif | Format::Junit | Format::Github | Format::Gitlab | Format::Markdown | Format::Html | Format::Csv)
    }

    /// Whether it is for a terminal, where what is held back is shown only when it is asked for.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Format::Full | Format::Concise | Format::Narrated)
    }

    /// How many findings it writes where nothing is said.
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Format::Full | Format::Narrated => 100,
            _ => usize::MAX,
        }
    }

    /// Whether it shows the lines around places.
    #[must_use]
    pub const fn has_excerpts(self) -> bool {
        matches!(self, Format::Full | Format::Narrated | Format::Json | Format::Jsonl | Format::Html)
    }

    /// Whether it carries digests of what was read.
    #[must_use]
    pub const fn has_digests(self) -> bool {
        matches!(self, Format::Json)
    }

    /// Whether it also carries findings that were there before a change.
    #[must_use]
    pub const fn has_unchanged(self) -> bool {
        matches!(self, Format::Json | Format::Jsonl | Format::Sarif)
    }

    /// Whether it explains rules.
    #[must_use]
    pub const fn has_prose(self) -> bool {
        matches!(self, Format::Json | Format::Sarif)
    }

    fn renderer(self, group: Group) -> Box<dyn Renderer> {
        match self {
            Format::Full | Format::Concise | Format::Narrated => Box::new(terminal::Terminal::new(self, group)),
            Format::Json => Box::new(json::Saved::default()),
            Format::Jsonl => Box::new(jsonl::Jsonl),
            Format::Sarif => Box::new(sarif::Sarif::default()),
            Format::Junit => Box::new(junit::Junit),
            Format::Github => Box::new(github::Github),
            Format::Gitlab => Box::new(gitlab::Gitlab::default()),
            Format::Markdown => Box::new(markdown::Markdown::default()),
            Format::Html => Box::new(html::Html::default()),
            Format::Csv => Box::new(csv::Csv),
        }
    }
}

/// Under what the formats for a terminal list findings together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// In the order of places, without headings.
    #[default]
    None,
    /// Under each programme.
    Programme,
    /// Under each rule, the gravest first.
    Rule,
}

impl Group {
    /// The ways to group.
    pub const ALL: [Group; 3] = [Group::None, Group::Programme, Group::Rule];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Group::None => "none",
            Group::Programme => "programme",
            Group::Rule => "rule",
        }
    }
}

/// What a renderer needs to know of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCard {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its severity here.
    pub severity: Severity,
    /// Where that was set.
    pub severity_from: String,
    /// Its severity by its page.
    pub page_severity: Severity,
    /// The stage from which it runs.
    pub stage: String,
    /// Whether a finding by itself says something sensitive of one person.
    pub reveals: bool,
    /// What to do.
    pub help: String,
    /// SHA-256 of its page and the definitions.
    pub digest: String,
    /// Its parameters: name, value and where it was set.
    pub params: Vec<(String, String, String)>,
    /// The address of its page on the web, if it has one.
    pub address: Option<String>,
    /// Its page in words, where a format wants it.
    pub prose: Option<Prose>,
}

/// What a rule's page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// What the rule finds and why it matters, as plain text.
    pub description: String,
    /// The page without its title and examples, as Markdown.
    pub page: String,
}

/// What holds for the whole run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The version of the program that audited.
    pub version: String,
    /// The date of the audit.
    pub as_of: String,
    /// The rules, by number.
    pub rules: Vec<RuleCard>,
    /// The mildest severity that fails.
    pub fail_on: Severity,
    /// Counts of people from 1 up to, not including, this are withheld.
    pub min_cell: u64,
    /// The settings, as JSON that is safe to show.
    pub settings: serde_json::Value,
    /// Whether colour is used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether every cause of "no evidence" is listed.
    pub verbose: bool,
    /// Whether the counts for each rule are listed.
    pub statistics: bool,
    /// Whether formats for a terminal show what is held back.
    pub show_suppressed: bool,
    /// Under what findings are listed together.
    pub group: Group,
    /// With what state the records are compared, where only what a change brought is asked for.
    pub compared: Option<ComparedWith>,
    /// Which part of a run this is, where only a part of its programmes is audited.
    pub shard: Option<Shard>,
}

impl Run {
    /// The name of a rule.
    #[must_use]
    pub fn rule_name(&self, number: usize) -> &str {
        self.rules.get(number).map_or("", |rule| rule.name.as_str())
    }

    /// The card of a rule.
    #[must_use]
    pub fn card(&self, name: &str) -> Option<&RuleCard> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The title of a rule, or its name where there is no page.
    #[must_use]
    pub fn title(&self, name: &str) -> String {
        self.card(name).map(|rule| rule.title.clone()).filter(|title| !title.is_empty()).unwrap_or_else(|| name.to_owned())
    }

    /// Whether a finding fails the run.
    #[must_use]
    pub fn fails(&self, finding: &ShownFinding) -> bool {
        finding.counts() && finding.severity >= self.fail_on
    }
}

/// How a run ended, as one output sees it.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The exit status.
    pub status: u8,
    /// Findings that this output left out because of the most that it writes.
    pub cut: u64,
}

/// Renders one format.
trait Renderer {
    /// What comes before everything else.
    fn begin(&mut self, run: &Run, to: &mut dyn Write) -> io::Result<()>;
    /// One programme; `findings` are those of it that this output is to have.
    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()>;
    /// What comes last.
    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()>;
}

/// Where a format is written.
pub struct Output<'o> {
    /// The format.
    pub format: Format,
    /// The most findings that are written.
    pub most: usize,
    /// The place.
    pub to: Box<dyn Write + 'o>,
}

/// One output while it is written.
pub struct Writing<'o> {
    output: Output<'o>,
    renderer: Box<dyn Renderer>,
    written: usize,
    cut: u64,
    failed: Option<io::Error>,
}

impl<'o> Writing<'o> {
    /// Begins an output.
    #[must_use]
    pub fn begin(output: Output<'o>, run: &Run) -> Self {
        let renderer = output.format.renderer(run.group);
        // Parts are joined from all that they found; what is cut is cut when they are.
        let most = if output.format == Format::Json && run.shard.is_some() { usize::MAX } else { output.most };
        let output = Output { most, ..output };
        let mut writing = Self { output, renderer, written: 0, cut: 0, failed: None };
        let outcome = writing.renderer.begin(run, &mut writing.output.to);
        writing.note(outcome);
        writing
    }

    fn note(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            self.failed.get_or_insert(error);
        }
    }

    /// Writes a programme. After a failure nothing more is tried.
    pub fn programme(&mut self, run: &Run, programme: &ShownProgramme) {
        // What is gone is told by the saved audit alone; others say how much it is.
        if self.output.format != Format::Json && programme.change.as_ref().is_some_and(|change| change.departed) {
            return;
        }
        let only_new = (!self.output.format.has_unchanged()).then(|| programme.without_unchanged()).flatten();
        let programme = only_new.as_ref().unwrap_or(programme);
        let findings = if self.output.format.is_shared() {
            once(programme, Terms { min_cell: run.min_cell }, &|rule| run.title(rule))
        } else {
            std::borrow::Cow::Borrowed(programme.findings.as_slice())
        };
        let leaves_out = self.output.format.is_terminal() && !run.show_suppressed && programme.suppressed > 0;
        let findings =
            if leaves_out { findings.iter().filter(|finding| finding.suppressed.is_none()).cloned().collect() } else { findings };
        let room = self.output.most.saturating_sub(self.written).min(findings.len());
        self.written += room;
        self.cut += (findings.len() - room) as u64;
        if self.failed.is_none() {
            let outcome = self.renderer.programme(run, programme, findings.get(..room).unwrap_or_default(), &mut self.output.to);
            self.note(outcome);
        }
    }

    /// Ends it, and says how many findings it left out.
    ///
    /// # Errors
    /// The first failure to write.
    pub fn end(mut self, run: &Run, totals: &Totals, status: u8) -> io::Result<u64> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let end = End { status, cut: self.cut };
        if self.output.format.is_shared() {
            self.renderer.end(run, &totals.once(run), end, &mut self.output.to)?;
        } else {
            self.renderer.end(run, totals, end, &mut self.output.to)?;
        }
        self.output.to.flush()?;
        Ok(self.cut)
    }
}

/// Where the program's own pages are on the web, if the package says so.
fn repository() -> Option<&'static str> {
    Some(env!("CARGO_PKG_REPOSITORY")).filter(|address| !address.is_empty())
}

/// A count with its word.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", summary::grouped(number), if number == 1 { one } else { many })
}

/// The file, line and column of a finding, for formats that show one place; nothing where it has none.
fn place(finding: &ShownFinding) -> (&str, u32, u32) {
    finding
        .labels
        .first()
        .map_or(("", 1, 1), |label| (Shown::as_str(&label.location.file), label.location.start.line, label.location.start.column))
}
