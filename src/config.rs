//! Reads `havesay.toml` into settings, each with the place in the file where it was set, and the waivers
//! that stand beside it ([`waivers`]), and the [`baseline`] that a run is held against.
//!
//! The form of a file is judged here: keys, types, severities, patterns, reasons. Whether a rule, a
//! parameter or a register of that name exists is judged by the rooms that know them, with the places
//! kept here. Command-line flags and the environment do not belong here, and no value of a file is ever
//! repeated in a message: a file may hold what nobody meant to publish.

mod chain;
mod contract;
mod keys;
mod lock;
pub mod baseline;
mod mentions;
mod pattern;
mod reader;
mod search;
mod syntax;
pub mod waivers;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::finding::Severity;
use crate::limits::CONFIG_BYTES_MAX;
use crate::text::{self, Span};

pub use baseline::Baseline;
pub use chain::{Config, resolve};
pub use contract::schema;
pub use lock::covers;
pub use mentions::mentions;
pub use pattern::Pattern;
pub use search::{FILE_NAME, Found, Search, closest, relative};

pub use waivers::{ReasonType, Waiver, WaiverFile};

use reader::{Reader, offset};

/// A value with the bytes of the file where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// Where, from the file's first byte.
    pub span: Span,
}

/// A configuration file as read: its path, its text, and what it sets.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// The path that was read, as given.
    pub path: PathBuf,
    /// The folder that it lies in, absolute and without detours: patterns are relative to it.
    pub folder: PathBuf,
    /// The text, a byte-order mark included, so that its bytes are those of the file.
    pub text: String,
    /// What it sets.
    pub settings: Settings,
}

/// What one configuration file sets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files that this one builds on, joined to its folder; a later one beats an earlier one.
    pub extends: Vec<Placed<PathBuf>>,
    /// Keys that files which extend this one cannot loosen, each from the outside in. A key of `rule` that is
    /// no rule's name is a family's.
    pub lock: Vec<Placed<Vec<String>>>,
    /// Everything that is set, value by value, in the order in which it was read.
    pub entries: Vec<Entry>,
    /// Further folders of rule pages, joined to the folder of the file that names them.
    pub rules: Vec<Placed<PathBuf>>,
    /// Files that describe fields of the organisation's own, joined in the same way.
    pub schema: Vec<Placed<PathBuf>>,
    /// The mildest severity that fails a run.
    pub fail_on: Option<Placed<Severity>>,
    /// Which files are looked at.
    pub files: Files,
    /// Files that hold a register whatever their name, in the order of the file.
    pub map: Vec<Mapping>,
    /// Settings of rules, by the rule's name.
    pub rule: BTreeMap<String, RuleSettings>,
    /// Settings of definitions, by the definition's name.
    pub definition: BTreeMap<String, DefinitionSettings>,
    /// What holds for some programmes only; a later one beats an earlier one.
    pub overrides: Vec<Override>,
    /// What reports may show.
    pub privacy: Privacy,
}

/// One value that a file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The override that it stands in, by index.
    pub over: Option<usize>,
    /// The keys from the outside in, such as `rule`, `pay/late`, `severity`; parameters always beneath `params`.
    pub keys: Vec<String>,
    /// The place of the last key.
    pub name_span: Span,
    /// The place of the value.
    pub span: Span,
}

/// Which files are looked at, by patterns relative to the folder of the configuration file.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// If there are any, only what one of these covers is looked at.
    pub include: Vec<Pattern>,
    /// What one of these covers is left out, whatever `include` says.
    pub exclude: Vec<Pattern>,
}

/// Files that hold the records of one register.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The register's name, unchecked, with the place of the key.
    pub register: Placed<String>,
    /// Which files, relative to a programme's folder; asked with [`Pattern::matches`].
    pub pattern: Pattern,
}

/// What is set for one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// Where the rule was named last.
    pub name_span: Span,
    /// Its severity instead of the page's.
    pub severity: Option<Placed<Severity>>,
    /// Its parameters, by name.
    pub params: BTreeMap<String, Param>,
    /// Why the rule is off. Never blank.
    pub off: Option<Placed<String>>,
    /// Whether its findings may be waived.
    pub waivable: Option<Placed<bool>>,
}

/// What is set for one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefinitionSettings {
    /// Where the definition was named last.
    pub name_span: Span,
    /// Its parameters, by name.
    pub params: BTreeMap<String, Param>,
}

/// A parameter as set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The place of its name.
    pub name_span: Span,
    /// The place of its value.
    pub span: Span,
    /// Its value.
    pub value: ParamValue,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    /// A number in plain decimal digits, such as `-0.25`: no exponent, no needless zeros, at most nine
    /// decimal places, at most [`NUMBER_MAX`](crate::limits::NUMBER_MAX) in size.
    Number(String),
    /// Text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A calendar day, `YYYY-MM-DD`.
    Date(String),
    /// A list of the others.
    List(Vec<Placed<ParamValue>>),
}

/// What holds for the programmes in some folders only.
#[derive(Clone, Debug)]
pub struct Override {
    /// The place of the table's heading.
    pub span: Span,
    /// The programmes' folders, relative to the folder of the configuration file. Never empty.
    pub paths: Vec<Pattern>,
    /// Settings of rules, by name.
    pub rule: BTreeMap<String, RuleSettings>,
    /// Settings of definitions, by name.
    pub definition: BTreeMap<String, DefinitionSettings>,
}

/// What reports may show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// The smallest number of people that is shown, at least 1.
    pub min_cell: Option<Placed<u64>>,
    /// Further sensitive fields, each as `register.field`, unchecked.
    pub sensitive: Vec<Placed<String>>,
}

/// What is set for one programme, overrides included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// Settings of rules, by name.
    pub rule: BTreeMap<String, RuleSettings>,
    /// Settings of definitions, by name.
    pub definition: BTreeMap<String, DefinitionSettings>,
}

/// A fault in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// The bytes at fault: a key, a value, or an empty span where something is missing.
    pub span: Span,
    /// What is wrong: a sentence fragment that repeats no value of the file.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Why a configuration file gives no settings.
#[derive(Clone, Debug)]
pub enum ConfigError {
    /// The file cannot be read, or is too large to be one.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why: a sentence fragment that continues the path.
        message: String,
        /// What to do.
        help: String,
    },
    /// The file was read and is at fault.
    Problems {
        /// The text that the places point into: the file's, with U+FFFD for what is not UTF-8.
        text: String,
        /// All faults, in the order of the file. Never empty.
        problems: Vec<Problem>,
    },
}

impl ConfigError {
    /// Calls the file by another path than that by which it was read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        match self {
            ConfigError::Unreadable { path, .. } => *path = real(path),
            ConfigError::Problems { problems, .. } => problems.iter_mut().for_each(|problem| problem.path = real(&problem.path)),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Unreadable { path, message, help } => write!(f, "{} {message}; {help}", shown(path)),
            ConfigError::Problems { text, problems } => {
                let lines = text::Lines::of(text);
                for (at, Problem { path, span, message, help }) in problems.iter().enumerate() {
                    let place = lines.position(text, span.start);
                    let gap = if at == 0 { "" } else { "\n" };
                    write!(f, "{gap}{}:{}:{} {message}; {help}", shown(path), place.line, place.column)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ConfigError {}

fn shown(path: &Path) -> String {
    text::from_bytes(path.as_os_str().as_encoded_bytes())
}

/// Reads and judges one configuration file.
///
/// # Errors
///
/// Where the file cannot be read, and where anything in it is at fault: then with all its faults.
pub fn read(path: &Path) -> Result<ConfigFile, ConfigError> {
    let text = text_of(path)?;
    let (settings, problems) = parse(path, &text);
    if problems.is_empty() {
        let folder = search::absolute(path.parent().unwrap_or(Path::new("")));
        Ok(ConfigFile { path: path.to_path_buf(), folder, text, settings })
    } else {
        Err(ConfigError::Problems { text, problems })
    }
}

/// The text of a configuration file, or of another that it names.
///
/// # Errors
///
/// Where it cannot be read, is too large to be one, or is not UTF-8.
pub fn text_of(path: &Path) -> Result<String, ConfigError> {
    text_up_to(path, CONFIG_BYTES_MAX)
}

/// The text of a file of at most so many bytes.
fn text_up_to(path: &Path, most: u64) -> Result<String, ConfigError> {
    let unreadable = |message: String, help: &str| ConfigError::Unreadable { path: path.to_path_buf(), message, help: help.to_owned() };
    let bytes = bytes(path, most).map_err(|error| {
        let (message, help) = match error.kind() {
            io::ErrorKind::NotFound => ("does not exist".to_owned(), "check the path"),
            io::ErrorKind::PermissionDenied => ("may not be read".to_owned(), "give yourself the right to read it"),
            io::ErrorKind::IsADirectory => ("is a folder".to_owned(), "name the file itself"),
            _ => (format!("cannot be read ({error})"), "check the path and the disk"),
        };
        unreadable(message, help)
    })?;
    if bytes.len() as u64 > most {
        let kind = if most == CONFIG_BYTES_MAX { "a configuration file" } else { "a baseline" };
        let message = format!("is larger than {most} bytes, the most for {kind}");
        return Err(unreadable(message, "check that this is the right file"));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(path, error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// The bytes of a file, at most one more than the limit: a pipe tells no size beforehand.
fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Asked beforehand, because Windows calls opening a folder "permission denied".
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_utf8(path: &Path, bytes: &[u8], valid: usize) -> ConfigError {
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let message = if wide { "this file is UTF-16, not UTF-8" } else { "this byte is not UTF-8" };
    let span = Span::new(offset(valid), offset(valid + char::REPLACEMENT_CHARACTER.len_utf8()));
    let help = "save the file as UTF-8".to_owned();
    let problem = Problem { path: path.to_path_buf(), span, message: message.to_owned(), help };
    ConfigError::Problems { text: String::from_utf8_lossy(bytes).into_owned(), problems: vec![problem] }
}

/// Judges the text of a configuration file: what it sets, as far as it can be understood, and all its
/// faults in the order of the text. `path` names the file in problems, and its folder is what the folders
/// in `rules` are relative to.
#[must_use]
pub fn parse(path: &Path, text: &str) -> (Settings, Vec<Problem>) {
    let mut reader = Reader::new(path);
    if text.len() as u64 > CONFIG_BYTES_MAX {
        let message = format!("this file is larger than {CONFIG_BYTES_MAX} bytes");
        reader.problem(Span::default(), message, "check that this is the right file");
        return (Settings::default(), reader.problems);
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let legible = syntax::judge(&mut reader, text, &errors);
    // What the parser guesses after a fault of syntax would bring forth faults that are not there; a key
    // written twice leaves the rest as it is.
    let settings = if legible { reader.settings(root.get_ref()) } else { Settings::default() };
    let mut problems = reader.problems;
    problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    problems.dedup();
    (settings, problems)
}

impl Settings {
    /// Which overrides hold for the programme in `folder` (relative to the configuration file's), by
    /// index. Programmes for which the same ones hold have the same [`Effective`] settings.
    #[must_use]
    pub fn matching(&self, folder: &Path) -> Vec<usize> {
        let holds = |over: &Override| over.paths.iter().any(|pattern| pattern.covers(folder));
        self.overrides.iter().enumerate().filter(|(_, over)| holds(over)).map(|(at, _)| at).collect()
    }

    /// The settings with these overrides (indices, as [`Settings::matching`] gives them), in the order
    /// given: tables merge, scalars and lists are replaced.
    #[must_use]
    pub fn with(&self, overrides: &[usize]) -> Effective {
        let mut effective = Effective { rule: self.rule.clone(), definition: self.definition.clone() };
        for over in overrides.iter().filter_map(|at| self.overrides.get(*at)) {
            effective.add(&over.rule, &over.definition);
        }
        effective
    }
}

impl Effective {
    /// Sets what is set later: tables merge, scalars and lists are replaced.
    pub fn add(&mut self, rules: &BTreeMap<String, RuleSettings>, definitions: &BTreeMap<String, DefinitionSettings>) {
        for (name, later) in rules {
            let rule = self.rule.entry(name.clone()).or_default();
            rule.name_span = later.name_span;
            if later.severity.is_some() {
                rule.severity.clone_from(&later.severity);
            }
            if later.off.is_some() {
                rule.off.clone_from(&later.off);
            }
            if later.waivable.is_some() {
                rule.waivable.clone_from(&later.waivable);
            }
            rule.params.extend(later.params.clone());
        }
        for (name, later) in definitions {
            let definition = self.definition.entry(name.clone()).or_default();
            definition.name_span = later.name_span;
            definition.params.extend(later.params.clone());
        }
    }
}

#[cfg(test)]
mod tests;
