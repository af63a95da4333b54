//! Reads `havesay.waivers.toml`: who accepts which finding, why, and until when.
//!
//! A waiver is an act of governance, so it has an owner, a reason and an end. The form of the file is judged
//! here: keys, types, words, dates, and what a waiver covers, without which it would mean nothing. What a
//! manager can mend without knowing the form (no reason, past its end, covers nothing …) is a finding of its
//! own, which the room that settles findings makes with the places kept here. Whether a rule or a programme
//! of that name exists is not known here. No value of the file is repeated in a message.

mod edit;
mod reading;

use std::path::{Path, PathBuf};

use super::{ConfigError, Pattern, Placed, Problem, text_of};
use crate::finding::Care;
use crate::text::Span;

pub use edit::{Draft, add, prune};
pub(super) use reading::conflict;

/// The name of a waiver file.
pub const WAIVERS_NAME: &str = "havesay.waivers.toml";

/// The address that covers the whole programme.
pub const WHOLE: &str = "*";

/// What an address begins with that covers what stands in a file or folder of the programme.
pub const FILES: &str = "files/";

/// A waiver file as read.
#[derive(Clone, Debug, Default)]
pub struct WaiverFile {
    /// The path that was read, as given.
    pub path: PathBuf,
    /// The path as reports show it.
    pub shown: String,
    /// The text, a byte-order mark included, so that its bytes are those of the file.
    pub text: String,
    /// The waivers, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// What of the text may be shown, and with which care; all else may not.
    pub quotable: Vec<(Span, Care)>,
}

/// One waiver. What is not written, or blank, is not there.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The place of its heading.
    pub span: Span,
    /// The rule, by the name that was written.
    pub rule: Placed<String>,
    /// The programmes.
    pub programme: Placed<Scope>,
    /// What it covers there: an address with all beneath it, a register, a file or folder, or everything.
    pub address: Placed<String>,
    /// What kind of reason there is.
    pub reason_type: Option<Placed<ReasonType>>,
    /// The reason in words.
    pub reason: Option<Placed<String>>,
    /// Who accepts it.
    pub approved_by: Option<Placed<String>>,
    /// As what.
    pub approver_role: Option<Placed<String>>,
    /// The first day on which it holds, `YYYY-MM-DD`.
    pub granted_on: Option<Placed<String>>,
    /// The last.
    pub expires_on: Option<Placed<String>>,
    /// Whether those whom it concerns were told.
    pub informed: Option<Placed<bool>>,
}

/// The keys that a waiver must have for it to hold, beyond those that say what it covers.
pub const REQUIRED: [&str; 6] = ["reason_type", "reason", "approved_by", "approver_role", "granted_on", "expires_on"];

impl Waiver {
    /// The required keys that are not there.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let there = [
            self.reason_type.is_some(),
            self.reason.is_some(),
            self.approved_by.is_some(),
            self.approver_role.is_some(),
            self.granted_on.is_some(),
            self.expires_on.is_some(),
        ];
        REQUIRED.into_iter().zip(there).filter(|(_, there)| !there).map(|(key, _)| key).collect()
    }

    /// Whether it covers more than one record: a register, a file or folder, a whole programme, or several.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        let address = &*self.address.value;
        let record = !address.starts_with(FILES) && (address.contains('/') || address == CHARTER);
        !record || matches!(self.programme.value, Scope::Folders(_))
    }
}

/// The address of the charter.
const CHARTER: &str = "programme";

/// Which programmes a waiver is for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// The one with this id, or whose folder has this path from the waiver file's folder.
    Named(String),
    /// Those in folders that the pattern describes, seen from the waiver file's folder.
    Folders(Pattern),
}

impl Scope {
    /// What was written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Scope::Named(name) => name,
            Scope::Folders(pattern) => pattern.text(),
        }
    }

    /// Whether a programme is meant, by its id and its folder as seen from the waiver file's folder.
    #[must_use]
    pub fn takes(&self, id: &str, folder: &Path) -> bool {
        match self {
            Scope::Named(name) => name == id || Path::new(name) == folder || (name == "." && folder.as_os_str().is_empty()),
            Scope::Folders(pattern) => pattern.covers(folder),
        }
    }
}

/// Why a finding is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonType {
    /// It was put right, in a way that the records do not show yet.
    Remediated,
    /// The rule does not concern this case.
    NotApplicable,
    /// What the rule assumes was looked for and is not there.
    NotDetected,
    /// It is known and accepted.
    AcceptedRisk,
    /// It is contested.
    Disputed,
}

impl ReasonType {
    /// All of them.
    pub const ALL: [ReasonType; 5] =
        [ReasonType::Remediated, ReasonType::NotApplicable, ReasonType::NotDetected, ReasonType::AcceptedRisk, ReasonType::Disputed];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ReasonType::Remediated => "remediated",
            ReasonType::NotApplicable => "not-applicable",
            ReasonType::NotDetected => "not-detected",
            ReasonType::AcceptedRisk => "accepted-risk",
            ReasonType::Disputed => "disputed",
        }
    }

    /// The kind of reason that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// Reads and judges one waiver file. `shown` is its path as reports show it.
///
/// # Errors
///
/// Where the file cannot be read, and where its form is at fault: then with all its faults.
pub fn read(path: &Path, shown: &str) -> Result<WaiverFile, ConfigError> {
    let text = text_of(path)?;
    let (mut file, problems) = parse(path, &text);
    if !problems.is_empty() {
        return Err(ConfigError::Problems { text, problems });
    }
    shown.clone_into(&mut file.shown);
    Ok(file)
}

/// Judges the text of a waiver file: its waivers, as far as they can be understood, and all its faults in
/// the order of the text. `path` names the file in problems.
#[must_use]
pub fn parse(path: &Path, text: &str) -> (WaiverFile, Vec<Problem>) {
    reading::parse(path, text)
}

#[cfg(test)]
mod tests;
