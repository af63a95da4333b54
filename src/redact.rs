//! Masks everything that is not known to be safe: the only way to a renderer, by type.
//!
//! Renderers accept [`Shown`] and what is made of it, and only this room makes it. Which formats there are
//! is not known here.

mod excerpt;
mod once;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub use excerpt::{Excerpt, ExcerptLine, Mark};
pub use once::once;

use crate::audit::NoEvidence;
use crate::finding::{BaselineState, Care, Finding, HeldBy, Part, Place, Severity, Verdicts};
use crate::programme::Programme;
use crate::rule::function::text::looks_like_contact;
use crate::schema::form;
use crate::settle::Standing;
use crate::settle::waivers::Stand;
use crate::text::{Lines, Position, Visible};

/// What stands for a value that is not shown.
pub const MASK: &str = "•••";

/// Text that may be shown. Only this room makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// Words of the program or of a rule page, hidden characters written out.
    #[must_use]
    pub fn words(text: &str) -> Self {
        Shown(Visible(text).to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// What a saved audit holds was masked when it was saved. Somebody may have changed the file since, so what
// would steer a terminal is written out again.
impl<'de> serde::Deserialize<'de> for Shown {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Shown::words(&text))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much is masked.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Counts of people from 1 up to, not including, this are withheld.
    pub min_cell: u64,
}

/// A place that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// The file's path.
    pub file: Shown,
    /// Where it begins.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
}

/// A label that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShownLabel {
    /// Where.
    pub location: Location,
    /// The words under it; may be empty.
    pub text: Shown,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownPart {
    /// Words of the page.
    Literal(Shown),
    /// A value and what the page calls it.
    Value {
        /// What the page calls it.
        name: Shown,
        /// The value, masked where it must be.
        text: Shown,
    },
}

/// What a finding is about, as shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShownSubject {
    /// The register, or `programme`, or empty for a file.
    pub register: Shown,
    /// The id of the nearest enclosing record.
    pub id: Option<Shown>,
    /// The address.
    pub address: Shown,
    /// The file.
    pub file: Shown,
    /// JSON Pointer in that file.
    pub pointer: Shown,
}

/// What holds a finding back, as shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShownSuppression {
    /// A waiver or the baseline.
    pub by: HeldBy,
    /// The address that it covers.
    pub address: Shown,
    /// The last day on which it does, if it ends.
    pub until: Option<Shown>,
}

/// A finding that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFinding {
    /// The rule.
    pub rule: Arc<str>,
    /// Its severity.
    pub severity: Severity,
    /// The message.
    pub message: Shown,
    /// The message in parts.
    pub parts: Vec<ShownPart>,
    /// What to do.
    pub help: Shown,
    /// What it is about.
    pub subject: ShownSubject,
    /// The places, the primary one first.
    pub labels: Vec<ShownLabel>,
    /// How many further places there are.
    pub labels_more: usize,
    /// The lines around the places; empty where they were not asked for.
    pub excerpts: Vec<Excerpt>,
    /// Its identity.
    pub fingerprint: String,
    /// Whether by itself it says something sensitive of one person.
    pub reveals: bool,
    /// What holds it back, if something does.
    pub suppressed: Option<ShownSuppression>,
    /// How it stands to the baseline, if there is one.
    pub baseline: Option<BaselineState>,
}

/// A cause for which verdicts could not be reached, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownNoEvidence {
    /// The rule, by number.
    pub rule: usize,
    /// Whether a test is not valid here.
    pub not_testable: bool,
    /// The cause.
    pub cause: Shown,
    /// For how many subjects.
    pub count: u64,
    /// The first addresses.
    pub addresses: Vec<Shown>,
}

/// A file that was read, as shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShownFile {
    /// Its path.
    pub path: Shown,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One programme, ready to be shown.
#[derive(Clone, Debug, Default)]
pub struct ShownProgramme {
    /// Its id.
    pub id: Shown,
    /// Its folder.
    pub path: Shown,
    /// The stage by which it was judged.
    pub stage: Option<Shown>,
    /// Its profile.
    pub profile: Option<Shown>,
    /// How many records it has.
    pub records: u64,
    /// Its files.
    pub files: Vec<ShownFile>,
    /// The counts for each rule, by number.
    pub verdicts: Vec<Verdicts>,
    /// Why rules did not run.
    pub idle: Vec<(usize, Shown)>,
    /// Its findings.
    pub findings: Vec<ShownFinding>,
    /// What could not be judged.
    pub no_evidence: Vec<ShownNoEvidence>,
    /// The place that stands for the whole programme.
    pub charter: Option<Location>,
    /// How many findings of each severity, shown or not, mildest first; those held back are not among them.
    pub totals: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub totals_once: [u64; 3],
    /// How many findings are held back.
    pub suppressed: u64,
    /// The same, where a rule that says something sensitive of single people counts once.
    pub suppressed_once: u64,
    /// How each waiver that concerns it stands.
    pub waivers: Vec<Stand>,
    /// What of it is in the baseline and no longer there, by number.
    pub lingering: Vec<usize>,
    /// How many fail the run.
    pub failing: u64,
    /// Findings outside the paths that were asked for.
    pub elsewhere: u64,
    /// Findings beyond the most that are kept.
    pub beyond: u64,
    /// Files that were left unjudged as a whole.
    pub unjudged: u64,
    /// Whether a rule was at fault.
    pub faulted: bool,
    /// How it stands to an earlier state, where one was audited too.
    pub change: Option<ShownChange>,
}

/// How a programme stands to an earlier state of it.
#[derive(Clone, Debug, Default)]
pub struct ShownChange {
    /// The folder that it had, where that was another.
    pub was: Option<Shown>,
    /// Whether it is gone: only what it had is told.
    pub departed: bool,
    /// Findings that were there before, by severity, mildest first.
    pub unchanged: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub unchanged_once: [u64; 3],
    /// Findings that are gone, by severity, mildest first.
    pub gone: [u64; 3],
    /// The same, where a rule that says something sensitive of single people counts once.
    pub gone_once: [u64; 3],
    /// The findings that are gone, as they were.
    pub gone_findings: Vec<ShownFinding>,
    /// Files that could not be judged as a whole in the earlier state.
    pub unjudged_before: u64,
    /// Files that could be judged as a whole in neither.
    pub unjudged_still: u64,
}

impl ShownFinding {
    /// Whether it counts: nothing holds it back, and where a change is looked at, it was not there before.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.suppressed.is_none() && self.baseline != Some(BaselineState::Unchanged)
    }
}

impl ShownProgramme {
    /// Without the findings that were there before the change that is looked at; none where there are none.
    #[must_use]
    pub fn without_unchanged(&self) -> Option<Self> {
        let unchanged = |finding: &&ShownFinding| finding.baseline == Some(BaselineState::Unchanged);
        if self.change.is_none() || !self.findings.iter().any(|finding| unchanged(&finding)) {
            return None;
        }
        let findings = self.findings.iter().filter(|finding| !unchanged(finding)).cloned().collect();
        Some(Self { findings, ..self.clone() })
    }

    /// Counts rules as the whole run does: `numbers` has the new number of each; empty where they stay.
    pub fn renumber(&mut self, numbers: &[usize]) {
        let number = |rule: usize| numbers.get(rule).copied().unwrap_or(rule);
        let mut verdicts = vec![Verdicts::default(); self.verdicts.len().max(numbers.iter().max().map_or(0, |most| most + 1))];
        for (rule, own) in self.verdicts.iter().enumerate() {
            if let Some(slot) = verdicts.get_mut(number(rule)) {
                *slot = *own;
            }
        }
        self.verdicts = verdicts;
        self.idle.iter_mut().for_each(|(rule, _)| *rule = number(*rule));
        self.no_evidence.iter_mut().for_each(|entry| entry.rule = number(entry.rule));
    }
}

/// Masks one value.
#[must_use]
pub fn value(text: &str, care: Care, terms: Terms) -> Shown {
    let few = |count: u64| (1..terms.min_cell).contains(&count);
    match care {
        Care::Safe => Shown::words(text),
        Care::Id if (form::is_id(text.as_bytes()) || form::is_reference(text.as_bytes())) && !looks_like_contact(text) => {
            Shown::words(text)
        }
        Care::Label if !looks_like_contact(text) => Shown::words(text),
        Care::Id | Care::Label | Care::Hidden => Shown(MASK.to_owned()),
        Care::People(count) if few(count) => Shown(format!("fewer than {}", terms.min_cell)),
        Care::PeopleShare(count, of) if few(count) || few(of) || few(of.saturating_sub(count)) => {
            Shown(format!("(a share withheld: fewer than {} people)", terms.min_cell))
        }
        Care::People(_) | Care::PeopleShare(..) => Shown::words(text),
    }
}

/// Whether a part of a message is a count of people that is kept back.
fn is_withheld(part: &Part, terms: Terms) -> bool {
    matches!(part, Part::Value { care: Care::People(count), .. } if (1..terms.min_cell).contains(count))
}

/// Masks a message in parts.
#[must_use]
pub fn parts(message: &[Part], terms: Terms) -> Vec<ShownPart> {
    // A small complement in a total that is shown gives the small count away.
    let counts: Vec<u64> = message
        .iter()
        .filter_map(|part| if let Part::Value { care: Care::People(count), .. } = part { Some(*count) } else { None })
        .collect();
    let total = counts.iter().copied().max().unwrap_or(0);
    message
        .iter()
        .map(|part| match part {
            Part::Literal(text) => ShownPart::Literal(Shown::words(text)),
            Part::Value { name, text, care } => {
                let gives_away = matches!(care, Care::People(count) if counts.len() > 1 && *count < total && (1..terms.min_cell).contains(&(total - count)) && *count >= terms.min_cell);
                let text = if gives_away { Shown(format!("all but fewer than {}", terms.min_cell)) } else { value(text, *care, terms) };
                ShownPart::Value { name: Shown::words(name), text }
            }
        })
        .collect()
}

/// Joins masked parts.
#[must_use]
pub fn join(parts: &[ShownPart]) -> Shown {
    Shown(
        parts
            .iter()
            .map(|part| match part {
                ShownPart::Literal(text) => text.as_str(),
                ShownPart::Value { text, .. } => text.as_str(),
            })
            .collect(),
    )
}

/// Masks a text in parts.
#[must_use]
pub fn text(message: &[Part], terms: Terms) -> Shown {
    match message {
        [Part::Literal(words)] => Shown::words(words),
        message => join(&parts(message, terms)),
    }
}

/// Masks a reason why a rule does not run: after a colon it may be somebody's own words, from the settings.
#[must_use]
pub fn idle(why: &str, terms: Terms) -> Shown {
    match why.split_once(": ") {
        Some((words, own)) => text(&[Part::words(words), Part::words(": "), Part::value("words", own, Care::Label)], terms),
        None => value(why, Care::Label, terms),
    }
}

/// Finds lines and masks, for the findings of one programme.
pub struct Redactor<'p> {
    programme: &'p Programme,
    terms: Terms,
    lines: HashMap<u32, Lines>,
}

impl<'p> Redactor<'p> {
    /// A redactor for a programme.
    #[must_use]
    pub fn new(programme: &'p Programme, terms: Terms) -> Self {
        Self { programme, terms, lines: HashMap::new() }
    }

    fn file(&self, file: u32) -> Shown {
        Shown(self.programme.path_of(file).to_owned())
    }

    fn location(&mut self, place: Place) -> Location {
        let text = self.programme.text_of(place.file);
        let file = self.file(place.file);
        let lines = self.lines.entry(place.file).or_insert_with(|| Lines::of(text));
        Location { file, start: lines.position(text, place.span.start), end: lines.position(text, place.span.end) }
    }

    /// Masks a finding. Lines around its places are cut where `excerpts` asks for them.
    pub fn finding(&mut self, finding: &Finding, standing: &Standing, excerpts: bool) -> ShownFinding {
        let parts = parts(&finding.message, self.terms);
        let labels: Vec<ShownLabel> = finding
            .labels
            .iter()
            .map(|label| ShownLabel { location: self.location(label.place), text: text(&label.text, self.terms) })
            .collect();
        let excerpts = if excerpts { self.excerpts(finding, &labels) } else { Vec::new() };
        let subject = ShownSubject {
            register: Shown::words(&finding.subject.register),
            id: finding.subject.id.as_deref().map(|id| value(id, Care::Id, self.terms)),
            address: text(&finding.subject.address, self.terms),
            file: self.file(finding.subject.file),
            pointer: text(&finding.subject.pointer, self.terms),
        };
        ShownFinding {
            rule: Arc::clone(&finding.rule),
            severity: finding.severity,
            message: join(&parts),
            parts,
            help: Shown::words(&finding.help),
            subject,
            labels,
            // How many more places there are would tell a count that the message keeps to itself.
            labels_more: if finding.message.iter().any(|part| is_withheld(part, self.terms)) { 0 } else { finding.labels_more },
            excerpts,
            fingerprint: finding.fingerprint.clone(),
            reveals: finding.reveals,
            suppressed: standing.suppressed.as_ref().map(|held| ShownSuppression {
                by: held.by,
                address: text(&held.address, self.terms),
                until: held.until.as_deref().map(Shown::words),
            }),
            baseline: standing.baseline,
        }
    }

    /// The place that stands for the whole programme: its charter's id, or the beginning of its first file.
    pub fn charter(&mut self) -> Option<Location> {
        let programme = self.programme;
        let place = match programme.charter {
            Some(_) => programme.place(crate::programme::Where::Node(programme.face(programme.charter_item()))),
            None => Place { file: 0, span: crate::text::Span::default() },
        };
        (!programme.files.is_empty()).then(|| self.location(place))
    }

    fn excerpts(&mut self, finding: &Finding, labels: &[ShownLabel]) -> Vec<Excerpt> {
        let programme = self.programme;
        let mut cut: Vec<Excerpt> = Vec::new();
        for (label, shown) in finding.labels.iter().zip(labels) {
            let source = programme.text_of(label.place.file);
            if source.is_empty() {
                continue;
            }
            let lines = self.lines.entry(label.place.file).or_insert_with(|| Lines::of(source));
            excerpt::add(&mut cut, programme, lines, label.place, shown);
        }
        cut
    }

    /// Masks a cause for which verdicts could not be reached.
    #[must_use]
    pub fn no_evidence(&self, entry: &NoEvidence, with_addresses: bool) -> ShownNoEvidence {
        let subjects =
            entry.subjects.iter().filter(|_| with_addresses).map(|subject| text(&self.programme.address_of(*subject), self.terms));
        ShownNoEvidence {
            rule: entry.rule,
            not_testable: entry.not_testable,
            cause: text(&entry.cause, self.terms),
            count: entry.count,
            addresses: entry.addresses.iter().map(|address| text(address, self.terms)).chain(subjects).collect(),
        }
    }

    /// The files of the programme.
    #[must_use]
    pub fn files(&self) -> Vec<ShownFile> {
        self.programme
            .files
            .iter()
            .map(|file| ShownFile { path: Shown((*file.path).to_owned()), bytes: file.bytes, sha256: file.digest.clone() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { min_cell: 5 };

    #[test]
    fn only_what_is_known_to_be_safe_is_shown() {
        for (text, care, expected) in [
            ("p-07", Care::Id, "p-07"),
            ("jo@example.org", Care::Id, MASK),
            ("0207-946-0018", Care::Id, MASK),
            ("not an id", Care::Id, MASK),
            ("65 and over", Care::Label, "65 and over"),
            ("ring +44 20 7946 0018", Care::Label, MASK),
            ("anything", Care::Hidden, MASK),
            ("12", Care::Safe, "12"),
            ("a\u{202e}b", Care::Safe, "a\\u{202e}b"),
        ] {
            assert_eq!(value(text, care, TERMS).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn small_counts_of_people_are_withheld_with_their_complement() {
        for (count, expected) in [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5")] {
            assert_eq!(value(&count.to_string(), Care::People(count), TERMS).as_str(), expected);
        }
        let of = |k: u64, n: u64| {
            let message =
                [Part::value("k", k.to_string(), Care::People(k)), Part::words(" of "), Part::value("n", n.to_string(), Care::People(n))];
            text(&message, TERMS).to_string()
        };
        assert_eq!(of(6, 20), "6 of 20");
        assert_eq!(of(18, 20), "all but fewer than 5 of 20");
        assert_eq!(of(2, 20), "fewer than 5 of 20");
        assert_eq!(value("10%", Care::PeopleShare(2, 20), TERMS).as_str(), "(a share withheld: fewer than 5 people)");
        assert_eq!(value("50%", Care::PeopleShare(10, 20), TERMS).as_str(), "50%");
    }
}
