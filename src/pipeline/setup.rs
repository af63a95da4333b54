//! Settings and rules, read and checked against one another, once for each settings file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::config::{self, ConfigError, ConfigFile, Effective, ParamValue, Problem, Settings};
use crate::programme::Judges;
use crate::rule::{Page, PageProblem, Rules, compile};
use crate::schema::{Schema, SchemaError};
use crate::text;

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
    pub settings: Settings,
    /// The folder of the settings file.
    pub folder: Option<PathBuf>,
    /// The settings file.
    pub file: Option<PathBuf>,
    /// SHA-256 of the settings file.
    pub digest: Option<String>,
    /// The number that each of its rules has in a run over several settings files; empty where it is its own.
    pub numbers: Vec<usize>,
    effective: Mutex<HashMap<Vec<usize>, Arc<Effective>>>,
}

/// Why there is nothing to judge by.
#[derive(Debug)]
pub enum SetupError {
    /// The settings file is at fault.
    Config(ConfigError),
    /// What the settings name does not exist, or does not fit.
    Settings {
        /// The file's text.
        text: String,
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// Rule pages are at fault.
    Pages(Vec<PageProblem>),
    /// The schema is at fault.
    Schema(SchemaError),
}

impl SetupError {
    /// Calls files by other paths than those by which they were read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        let problems: &mut [Problem] = match self {
            SetupError::Config(ConfigError::Unreadable { path, .. }) => {
                *path = real(path);
                &mut []
            }
            SetupError::Config(ConfigError::Problems { problems, .. }) | SetupError::Settings { problems, .. } => problems,
            SetupError::Pages(problems) => {
                for path in problems.iter_mut().filter_map(|problem| problem.path.as_mut()) {
                    *path = real(path);
                }
                &mut []
            }
            SetupError::Schema(_) => &mut [],
        };
        for problem in problems {
            problem.path = real(&problem.path);
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
        let config = match file {
            Some(path) => Some(config::read(path).map_err(SetupError::Config)?),
            None => None,
        };
        let masked = config.as_ref().map(|config| masks(schema, config)).transpose().map_err(|problems| SetupError::Settings {
            text: config.as_ref().map(|config| config.text.clone()).unwrap_or_default(),
            problems,
        })?;
        let masked = masked.flatten();
        let schema = masked.as_ref().unwrap_or(schema);
        let (mut pages, mut problems) = source.pages();
        let settings = config.as_ref().map(|config| config.settings.clone()).unwrap_or_default();
        for folder in &settings.rules {
            let (more, faults) = Page::of_folder(&folder.value);
            problems.extend(clashes(&pages, &more));
            pages.extend(more);
            problems.extend(faults);
        }
        let (rules, faults) = compile::compile(schema, pages, wanted);
        problems.extend(faults);
        if !problems.is_empty() {
            return Err(SetupError::Pages(compile::without_echoes(problems)));
        }
        if let Some(config) = &config {
            let problems = check(schema, &rules, config, wanted);
            if !problems.is_empty() {
                return Err(SetupError::Settings { text: config.text.clone(), problems });
            }
        }
        let digest = config.as_ref().map(|config| hex(&Sha256::digest(config.text.as_bytes())));
        let folder = config.as_ref().and_then(|config| config.path.parent().map(Path::to_owned));
        Ok(Self {
            judges: Judges::new(schema),
            schema: Arc::clone(schema),
            rules,
            settings,
            folder,
            file: config.map(|config| config.path),
            digest,
            numbers: Vec::new(),
            effective: Mutex::default(),
        })
    }

    /// Calls the settings file by another path than that by which it was read.
    pub fn rename(&mut self, real: &dyn Fn(&Path) -> PathBuf) {
        self.folder = self.folder.as_deref().map(real);
        self.file = self.file.as_deref().map(real);
    }

    /// The settings of a programme's folder, given relative to the settings file.
    #[must_use]
    pub fn effective(&self, folder: &Path) -> Arc<Effective> {
        let key = self.settings.matching(folder);
        let mut known = self.effective.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key.clone()).or_insert_with(|| Arc::new(self.settings.with(&key))))
    }
}

/// Pages that bear the name of one that is there already.
#[must_use]
pub fn clashes(pages: &[Page], more: &[Page]) -> Vec<PageProblem> {
    let known = |page: &&Page| pages.iter().any(|known| known.name == page.name);
    let problem = |page: &Page| PageProblem {
        page: page.name.to_string(),
        path: page.path.clone(),
        span: text::Span::default(),
        message: format!("there is a {} {} already", if page.is_definition() { "page" } else { "rule" }, page.name),
        help: "give the page another name".to_owned(),
    };
    more.iter().filter(known).map(problem).collect()
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The schema with the fields masked that the settings name; none where they name none.
fn masks(schema: &Schema, config: &ConfigFile) -> Result<Option<Arc<Schema>>, Vec<Problem>> {
    let named = &config.settings.privacy.sensitive;
    if named.is_empty() {
        return Ok(None);
    }
    let mut problems = Vec::new();
    let mut fields = Vec::new();
    for path in named {
        // An organisation's own fields are masked in any case.
        let own = path.value.rsplit('.').next().is_some_and(|last| last.starts_with("x-"));
        match schema.field_at(&path.value) {
            Some(field) => fields.push(field),
            None if own => {}
            None => problems.push(Problem {
                path: config.path.clone(),
                span: path.span,
                message: "there is no field of this name".to_owned(),
                help: "name a register and a field, such as participants.age_band".to_owned(),
            }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let Ok(mut masked) = Schema::builtin() else { return Ok(None) };
    for field in fields {
        masked.mask(field);
    }
    Ok(Some(Arc::new(masked)))
}

/// What the settings name, held against what there is.
fn check(schema: &Schema, rules: &Rules, config: &ConfigFile, wanted: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |span, message: String, help: String| problems.push(Problem { path: config.path.clone(), span, message, help });
    let names: Vec<&str> = rules.rules.iter().map(|rule| &*rule.name).collect();
    let mut groups = vec![(&config.settings.rule, &config.settings.definition)];
    groups.extend(config.settings.overrides.iter().map(|one| (&one.rule, &one.definition)));
    for (rule_settings, definition_settings) in groups {
        for (name, own) in rule_settings {
            let Some(rule) = rules.find(name) else {
                if wanted(name) {
                    let near = text::nearest(name, names.iter().copied())
                        .map_or_else(|| "see havesay rules for the names".to_owned(), |near| format!("did you mean {near}?"));
                    problem(own.name_span, "there is no rule of this name".to_owned(), near);
                }
                continue;
            };
            for (param, value) in &own.params {
                fits(schema, rules, &rule.name, param, &value.value, value.name_span, value.span, &mut problem);
            }
        }
        for (name, own) in definition_settings {
            let page = format!("definitions/{name}");
            if !rules.definition_pages.iter().any(|known| *known.name == *page) {
                let known: Vec<String> =
                    rules.definition_pages.iter().map(|page| page.name.trim_start_matches("definitions/").to_owned()).collect();
                let near =
                    text::nearest(name, known.iter().map(String::as_str)).map_or_else(String::new, |near| format!("did you mean {near}?"));
                problem(own.name_span, "there is no definition of this name".to_owned(), near);
                continue;
            }
            for (param, value) in &own.params {
                fits(schema, rules, &page, param, &value.value, value.name_span, value.span, &mut problem);
            }
        }
    }
    for mapping in &config.settings.map {
        let known: Vec<&str> = schema.registers.iter().filter(|register| !register.nested).map(|register| register.name.as_str()).collect();
        if !known.contains(&mapping.register.value.as_str()) {
            let near = text::nearest(&mapping.register.value, known).map_or_else(String::new, |near| format!("did you mean {near}?"));
            problem(mapping.register.span, "there is no register of this name".to_owned(), near);
        }
    }
    problems
}

#[expect(clippy::too_many_arguments, reason = "what is set, where, and what it must fit")]
fn fits(
    schema: &Schema,
    rules: &Rules,
    page: &str,
    param: &str,
    value: &ParamValue,
    name: text::Span,
    at: text::Span,
    problem: &mut dyn FnMut(text::Span, String, String),
) {
    let own: Vec<&str> = rules.params.iter().filter(|known| *known.page == *page).map(|known| known.name.as_str()).collect();
    let Some(known) = rules.param(page, param).and_then(|number| rules.params.get(number)) else {
        let help = if own.is_empty() { "it has no parameters".to_owned() } else { format!("it has {}", own.join(", ")) };
        return problem(name, format!("{page} has no parameter of this name"), help);
    };
    if known.read(schema, value).is_none() {
        let wanted = known.ty.words(schema);
        problem(
            at,
            if known.unit.is_empty() { format!("{param} is {wanted}") } else { format!("{param} is {wanted} ({})", known.unit) },
            format!("it means: {}", known.means),
        );
    }
}

impl Setup {
    /// A setup of rules alone, without settings.
    #[must_use]
    pub fn of_rules(schema: &Arc<Schema>, rules: Rules) -> Self {
        Self {
            judges: Judges::new(schema),
            schema: Arc::clone(schema),
            rules,
            settings: Settings::default(),
            folder: None,
            file: None,
            digest: None,
            numbers: Vec::new(),
            effective: Mutex::default(),
        }
    }
}
