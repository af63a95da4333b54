//! What an audit says: verdicts, findings, and the places that they point at.
//!
//! A finding here is raw: its values are not masked yet, so nothing in this room can print itself.
//! Where findings are shown, and what a rule is, is not known here.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::text::Span;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A practice that good programmes may break with reason.
    Advice,
    /// A likely quality problem that needs judgement.
    Warning,
    /// A promise, a right or a person is at risk, or the record contradicts itself.
    Error,
}

impl Severity {
    /// The severities, mildest first.
    pub const ALL: [Severity; 3] = [Severity::Advice, Severity::Warning, Severity::Error];

    /// The word that stands for it in files and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How often each of the four verdicts was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Verdicts {
    /// What had to hold holds.
    pub pass: u64,
    /// What had to hold does not.
    pub finding: u64,
    /// The rule does not concern the subject.
    pub not_applicable: u64,
    /// The answer depends on something that is not recorded, or the test is not valid here.
    pub no_evidence: u64,
    /// How often there was nothing to judge: no verdict.
    pub nothing_to_judge: u64,
}

impl Verdicts {
    /// All four verdicts together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.pass + self.finding + self.not_applicable + self.no_evidence
    }

    /// Whether anything was asked.
    #[must_use]
    pub const fn asked(&self) -> bool {
        self.total() + self.nothing_to_judge > 0
    }

    /// Adds another count to this one.
    pub fn add(&mut self, other: &Verdicts) {
        self.pass += other.pass;
        self.finding += other.finding;
        self.not_applicable += other.not_applicable;
        self.no_evidence += other.no_evidence;
        self.nothing_to_judge += other.nothing_to_judge;
    }
}

/// How much care a value in a message needs before anyone may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// Known to be safe: a number, a date, a word of a vocabulary, a name from the schema.
    Safe,
    /// An id or reference: safe if it has an id's form and does not look like a contact.
    Id,
    /// Text that the schema says may be shown, unless it looks like a contact.
    Label,
    /// Not known to be safe.
    Hidden,
    /// A number of people.
    People(u64),
    /// A share of people: how many, of how many.
    PeopleShare(u64, u64),
}

/// A piece of a message.
#[derive(Clone, PartialEq, Eq)]
pub enum Part {
    /// Words of the rule page or of the program.
    Literal(Arc<str>),
    /// A value from the records.
    Value {
        /// What the page calls it, such as `participant.id`.
        name: Arc<str>,
        /// The value as text, unmasked.
        text: String,
        /// What `redact` is to do with it.
        care: Care,
    },
}

impl Part {
    /// Words of the program.
    #[must_use]
    pub fn words(text: &str) -> Self {
        Part::Literal(Arc::from(text))
    }

    /// A value with the care that it needs.
    #[must_use]
    pub fn value(name: &str, text: impl Into<String>, care: Care) -> Self {
        Part::Value { name: Arc::from(name), text: text.into(), care }
    }
}

// A value is not masked yet, so it does not print itself, not even for whoever looks for a mistake.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Literal(text) => f.debug_tuple("Literal").field(text).finish(),
            Part::Value { name, care, .. } => f.debug_struct("Value").field("name", name).field("care", care).finish_non_exhaustive(),
        }
    }
}

/// A place in one file of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which of the programme's files, in path order.
    pub file: u32,
    /// The bytes, from the file's first.
    pub span: Span,
}

/// A place with a few words beneath it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be seen there; may be empty.
    pub text: Vec<Part>,
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// The register, or `programme` for the charter, or empty for a file as such.
    pub register: Arc<str>,
    /// The id of the nearest enclosing record.
    pub id: Option<String>,
    /// The address (`sessions/s-02/attendance[person=p-07]`) in parts, so that ids can be masked.
    pub address: Vec<Part>,
    /// The file that holds it, in the programme's path order.
    pub file: u32,
    /// JSON Pointer to it in that file, in parts.
    pub pointer: Vec<Part>,
    /// The value in the programme's trees that it is, where it is one.
    pub node: Option<u32>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("register", &self.register)
            .field("address", &self.address)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// By what a finding is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldBy {
    /// Somebody answers for it, for a time.
    Waiver,
    /// It was there when the baseline was written.
    Baseline,
}

/// How a finding stands to the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineState {
    /// It was not there.
    New,
    /// It was there.
    Unchanged,
    /// It was there and said something else.
    Updated,
    /// It was there and is gone.
    Absent,
}

/// What holds a finding back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// A waiver or the baseline.
    pub by: HeldBy,
    /// The address that it covers.
    pub address: Vec<Part>,
    /// The last day on which it does, `YYYY-MM-DD`, if it ends.
    pub until: Option<String>,
}

/// One flaw, at a place, raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: Arc<str>,
    /// Its severity here.
    pub severity: Severity,
    /// What is there.
    pub message: Vec<Part>,
    /// What to do.
    pub help: Arc<str>,
    /// What it is about.
    pub subject: Subject,
    /// The places, the primary one first. Never empty.
    pub labels: Vec<Label>,
    /// Further places beyond those in `labels`.
    pub labels_more: usize,
    /// Whether the finding by itself says something sensitive of one person.
    pub reveals: bool,
    /// Identity across runs: see [`fingerprint`].
    pub fingerprint: String,
}

/// The identity of a finding: from the rule, the programme's id and the address, from no other value.
///
/// 32 hexadecimal digits, the first half of a SHA-256.
#[must_use]
pub fn fingerprint(rule: &str, programme: &str, address: &str) -> String {
    let mut digest = Sha256::new();
    for piece in [rule, programme, address] {
        digest.update((piece.len() as u64).to_le_bytes());
        digest.update(piece.as_bytes());
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The text of an address or pointer in parts, unmasked: for identity, never for display.
#[must_use]
pub fn plain(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => &**text,
            Part::Value { text, .. } => text.as_str(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_keeps_its_pieces_apart() {
        assert_ne!(fingerprint("a", "bc", "d"), fingerprint("ab", "c", "d"));
        assert_eq!(fingerprint("a", "b", "c").len(), 32);
    }

    #[test]
    fn severities_are_ordered_and_named() {
        assert!(Severity::Advice < Severity::Warning && Severity::Warning < Severity::Error);
        for severity in Severity::ALL {
            assert_eq!(Severity::from_word(severity.word()), Some(severity));
        }
    }
}
