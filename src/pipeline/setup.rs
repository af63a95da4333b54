//! Settings and rules, read and checked against one another, once for each settings file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::{fit, overlays};
use crate::audit::state::{self, Standing};
use crate::audit::{Selection, State};
use crate::config::{self, Config, ConfigError, Effective, Problem};
use crate::limits;
use crate::programme::{Judges, Programme};
use crate::rule::join::join;
use crate::rule::{Page, PageProblem, Rules, compile};
use crate::schema::{Schema, SchemaError};

/// Everything by which programmes under one settings file are judged.
#[derive(Debug)]
pub struct Setup {
    /// The model of records.
    pub schema: Arc<Schema>,
    /// The validators.
    pub judges: Judges,
    /// The rules.
    pub rules: Rules,
    /// The settings.
    pub config: Config,
    /// The files by which it was made, the closest settings file first, then those that it builds on, then
    /// overlays, each with its SHA-256.
    pub read: Vec<(PathBuf, String)>,
    /// What is to be said of the settings although they are not at fault.
    pub notes: Vec<Faults>,
    /// The number that each of its rules has in a run over several settings files; empty where it is its own.
    pub numbers: Vec<usize>,
    effective: Mutex<HashMap<Vec<Vec<usize>>, Arc<Effective>>>,
    /// How the rules stood where they were asked about: under which profile and settings, of those selected.
    standings: Mutex<Vec<Stood>>,
}

#[derive(Debug)]
struct Stood {
    profile: String,
    settings: Arc<Effective>,
    selection: Selection,
    standing: Standing,
}

/// Why there is nothing to judge by.
#[derive(Debug)]
pub enum SetupError {
    /// Settings files are at fault.
    Config(Vec<ConfigError>),
    /// What the settings name does not exist, or does not fit; or an overlay that they name is at fault.
    Settings(Vec<Faults>),
    /// Rule pages are at fault.
    Pages(Vec<PageProblem>),
    /// The schema is at fault.
    Schema(SchemaError),
}

/// What rules are made from: the model of records with an organisation's own fields, and all pages.
#[derive(Debug)]
pub struct Ground {
    /// The model of records.
    pub schema: Arc<Schema>,
    /// The settings.
    pub config: Config,
    /// The built-in pages and those of the folders that the settings name.
    pub pages: Vec<Page>,
    /// What is wrong with pages.
    pub problems: Vec<PageProblem>,
}

impl Ground {
    /// Reads the settings if there are any, the overlays that they name, and all pages.
    ///
    /// # Errors
    /// Everything that is wrong with the settings or overlays.
    pub fn read(plain: &Arc<Schema>, source: &RuleSource, file: Option<&Path>) -> Result<Self, SetupError> {
        let (pages, mut problems) = source.pages();
        let Some(file) = file else { return Ok(Self { schema: Arc::clone(plain), config: Config::default(), pages, problems }) };
        let config = config::resolve(file).map_err(SetupError::Config)?;
        let schema = schema_of(plain, &config).map_err(SetupError::Settings)?;
        let missing = fit::folders(&config);
        if !missing.is_empty() {
            return Err(SetupError::Settings(missing));
        }
        let mut folders = Vec::new();
        for folder in config.rules() {
            let (more, faults) = Page::of_folder(&folder.value);
            folders.push(more);
            problems.extend(faults);
        }
        let (pages, faults) = join(pages, folders);
        problems.extend(faults);
        Ok(Self { schema: schema.unwrap_or_else(|| Arc::clone(plain)), config, pages, problems })
    }
}

/// What is wrong with one file.
#[derive(Clone, Debug)]
pub struct Faults {
    /// The file's text.
    pub text: String,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Faults {
    fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        for problem in &mut self.problems {
            problem.path = real(&problem.path);
        }
    }
}

impl SetupError {
    /// Calls files by other paths than those by which they were read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        match self {
            SetupError::Config(errors) => errors.iter_mut().for_each(|error| error.rename(real)),
            SetupError::Settings(faults) => faults.iter_mut().for_each(|faults| faults.rename(real)),
            SetupError::Pages(problems) => {
                problems.iter_mut().filter_map(|problem| problem.path.as_mut()).for_each(|path| *path = real(path));
            }
            SetupError::Schema(_) => {}
        }
    }
}

/// Where rules come from.
#[derive(Clone, Debug, Default)]
pub struct RuleSource {
    /// A folder in place of the built-in pages.
    pub folder: Option<PathBuf>,
}

impl RuleSource {
    /// From the environment variable `HAVESAY_RULES`.
    #[must_use]
    pub fn from_environment() -> Self {
        Self { folder: std::env::var_os("HAVESAY_RULES").filter(|value| !value.is_empty()).map(PathBuf::from) }
    }

    /// The pages, and what is wrong with them.
    #[must_use]
    pub fn pages(&self) -> (Vec<Page>, Vec<PageProblem>) {
        match &self.folder {
            Some(folder) => Page::of_folder(folder),
            None => Page::built_in(),
        }
    }
}

impl Setup {
    /// Reads the rules, and the settings if there are any.
    ///
    /// # Errors
    /// Everything that is wrong with the settings or the pages.
    pub fn read(schema: &Arc<Schema>, source: &RuleSource, file: Option<&Path>, wanted: &dyn Fn(&str) -> bool) -> Result<Self, SetupError> {
        let Ground { schema, mut config, pages, mut problems } = Ground::read(schema, source, file)?;
        let schema = &schema;
        // A built-in page that does not go with an organisation's definition must not show only when it is asked.
        let replaced = pages.iter().any(|page| page.is_definition() && page.replaces().is_some());
        let compile = if replaced { compile::compile } else { compile::compile_as_needed };
        let (rules, faults) = compile(schema, pages, wanted);
        problems.extend(faults);
        if !problems.is_empty() {
            return Err(SetupError::Pages(compile::without_echoes(problems)));
        }
        let fitted = fit::fit(schema, &rules, &mut config, wanted);
        if !fitted.wrong.is_empty() {
            return Err(SetupError::Settings(fitted.wrong));
        }
        let digest = |bytes: &[u8]| hex(&Sha256::digest(bytes));
        let mut read: Vec<(PathBuf, String)> =
            config.files.iter().rev().map(|file| (file.path.clone(), digest(file.text.as_bytes()))).collect();
        for overlay in config.overlays() {
            read.push((overlay.value.clone(), digest(&std::fs::read(&overlay.value).unwrap_or_default())));
        }
        Ok(Self {
            judges: Judges::new(schema),
            schema: Arc::clone(schema),
            rules,
            config,
            read,
            notes: fitted.notes,
            numbers: Vec::new(),
            effective: Mutex::default(),
            standings: Mutex::default(),
        })
    }

    /// Calls the settings files by other paths than those by which they were read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        self.config.rename(real);
        self.read.iter_mut().for_each(|(path, _)| *path = real(path));
        self.notes.iter_mut().for_each(|note| note.rename(real));
    }

    /// The settings for the programme in a folder, given by its absolute path.
    #[must_use]
    pub fn effective(&self, folder: &Path) -> Arc<Effective> {
        let key = self.config.matching(folder);
        let mut known = self.effective.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key.clone()).or_insert_with(|| Arc::new(self.config.with(&key))))
    }

    /// How the rules stand on a programme in a folder, given by its absolute path.
    #[must_use]
    pub fn state(&self, programme: &Programme, folder: &Path, selection: &Selection) -> State {
        let settings = self.effective(folder);
        state::state_with(programme, selection, |profile| {
            let mut known = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
            let same =
                |stood: &&Stood| stood.profile == profile && Arc::ptr_eq(&stood.settings, &settings) && stood.selection == *selection;
            if let Some(stood) = known.iter().find(same) {
                return stood.standing.clone();
            }
            let standing = state::standing(&self.rules, &self.schema, profile, &settings, selection);
            let (profile, settings, selection) = (profile.to_owned(), Arc::clone(&settings), selection.clone());
            if known.len() >= limits::STANDINGS_MAX {
                known.remove(0);
            }
            known.push(Stood { profile, settings, selection, standing: standing.clone() });
            standing
        })
    }
}

impl Setup {
    /// Whether a file is one of the schema overlays.
    #[must_use]
    pub fn is_overlay(&self, path: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        // The name alone tells of nearly all files that they are none.
        let mut alike = self.config.overlays().iter().filter(|overlay| overlay.value.file_name() == path.file_name());
        alike.any(|overlay| real(&overlay.value) == real(path))
    }
}

/// The schema with the overlays that the settings name, and with the fields masked that they name; none where
/// they name neither.
fn schema_of(plain: &Arc<Schema>, config: &Config) -> Result<Option<Arc<Schema>>, Vec<Faults>> {
    if config.overlays().is_empty() && config.sensitive().next().is_none() {
        return Ok(None);
    }
    let mut schema = overlays::schema(plain, config)?;
    let faults = fit::masks(&mut schema, config);
    if faults.is_empty() { Ok(Some(Arc::new(schema))) } else { Err(faults) }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Setup {
    /// A setup of rules alone, without settings.
    #[must_use]
    pub fn of_rules(schema: &Arc<Schema>, rules: Rules) -> Self {
        Self {
            judges: Judges::new(schema),
            schema: Arc::clone(schema),
            rules,
            config: Config::default(),
            read: Vec::new(),
            notes: Vec::new(),
            numbers: Vec::new(),
            effective: Mutex::default(),
            standings: Mutex::default(),
        }
    }
}
