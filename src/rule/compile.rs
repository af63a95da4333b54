//! From pages to rules: every key checked, every expression compiled.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::expression::build::{Parameter, Scope};
use super::expression::calls::NO_FUNCTION;
use super::expression::flag::FlagCode;
use super::expression::parse::Mistake;
use super::expression::syntax;
use super::expression::template::{Places, Template};
use super::expression::types::{Body, Definition, Definitions, Inline, Later, Ty, Typed, Words};
use super::expression::value::{Decimal, Value};
use super::expression::watch::{Watch, Watching};
use super::front::{Scalar, Yaml};
use super::mutate::EQUIVALENT;
use super::page::{FORMERLY, Keys, Page, PageProblem, REPLACES, expression, span};
use super::param::{Param, params};
use crate::finding::Severity;
use crate::limits;
use crate::schema::{CHARTER, FieldId, RegisterId, Schema, StructId, form};
use crate::text::{self, Span};

/// What a profile changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another severity.
    pub severity: Option<Severity>,
    /// Other values of parameters, by number.
    pub params: Vec<(usize, Value<'static>)>,
    /// Why the rule is off.
    pub off: Option<String>,
}

/// What a rule judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The programme as a whole.
    Programme,
    /// Every record of a register.
    Register(RegisterId),
    /// Every row of a nested list, from a register's records or the charter.
    Rows {
        /// The register, or none for the charter.
        register: Option<RegisterId>,
        /// The fields from the record down to the rows.
        fields: Vec<FieldId>,
    },
    /// Every record of every register, and the charter.
    Records,
}

impl Subject {
    /// The fields that lead to what is judged: of a register that which holds it, of rows those down to them.
    #[must_use]
    pub fn fields(&self, schema: &Schema) -> Vec<FieldId> {
        let held = |register: &RegisterId| schema.register(*register).map(|register| register.field);
        match self {
            Subject::Programme | Subject::Records => Vec::new(),
            Subject::Register(register) => held(register).into_iter().collect(),
            Subject::Rows { register, fields } => register.iter().filter_map(held).chain(fields.iter().copied()).collect(),
        }
    }
}

/// The judgements of a rule on one kind of subject. They share its `let`s, each of which is worked out once
/// for a subject.
#[derive(Clone, Debug)]
pub struct Group {
    /// What is judged.
    pub subject: Subject,
    /// How many variables are needed: the programme, then parents from the outside in, then the subject, then
    /// all others.
    pub frame: usize,
    /// The `let`s that are worked out anew: the place of each, and that of the variable whose change calls for
    /// it, and whether it is a record or row. The others hold for the whole programme.
    pub lets: Vec<(usize, usize, bool)>,
    /// The judgements, in the order of the page.
    pub cases: Vec<Case>,
    /// Whether it looks back at what other rules found.
    pub looks_back: bool,
}

/// One judgement of a rule.
#[derive(Clone)]
pub struct Case {
    /// What it concerns.
    pub when: Option<FlagCode>,
    /// Further conditions under profiles.
    pub profile_when: HashMap<String, FlagCode>,
    /// What must hold for the answer to be fair, and the reason where it does not.
    pub evidence: Vec<(FlagCode, Template)>,
    /// What must hold.
    pub assert: Option<FlagCode>,
    /// Where a finding points.
    pub at: Option<Places>,
    /// A few words there.
    pub label: Template,
    /// What is there.
    pub message: Template,
    /// What to do.
    pub help: Arc<str>,
    /// Its severity, if not the rule's.
    pub severity: Option<Severity>,
    /// Further places.
    pub also: Vec<(Places, Template)>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("message", &self.message).finish_non_exhaustive()
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Arc<str>,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// The stage from which it runs.
    pub from: u16,
    /// Whether the engine judges it itself.
    pub built_in: bool,
    /// Whether it judges the audit itself (waivers, the baseline) rather than records.
    pub of_audit: bool,
    /// Its judgements, by what they judge, if they are compiled already; none where the page is at fault.
    pub made: OnceLock<Option<Vec<Group>>>,
    /// The parameters that its expressions know.
    pub parameters: Vec<Parameter>,
    /// The numbers of its parameters.
    pub params: Vec<usize>,
    /// What profiles change.
    pub profiles: HashMap<String, Change>,
    /// Rules that speak first.
    pub yields_to: Vec<Arc<str>>,
    /// Of a rule that looks back at the others: those beside which it is judged in its examples.
    pub beside: Vec<Arc<str>>,
    /// The same by number.
    pub yields: Vec<usize>,
    /// Fields (and registers, by their field) whose absence it reports.
    pub demands: Vec<FieldId>,
    /// Whether a finding by itself says something sensitive of one person.
    pub reveals: bool,
    /// What to do.
    pub help: Arc<str>,
    /// The sources it names.
    pub sources: Vec<String>,
    /// The version it came with.
    pub since: String,
    /// Earlier names.
    pub formerly: Vec<String>,
    /// The page.
    pub page: Arc<Page>,
}

impl Rule {
    /// Its judgements, compiled now if nobody asked before; none where the page is at fault, which is said
    /// when rules are loaded unless the page is a built-in one (and those are all compiled by the tests).
    #[must_use]
    pub fn groups(&self, schema: &Schema, definitions: &Definitions) -> Option<&[Group]> {
        let ground = Ground { schema, definitions, watch: None, forgiving: false };
        self.made.get_or_init(|| ground.groups(&self.page, &self.parameters).ok()).as_deref()
    }
}

/// All rules, in the order in which they are judged.
#[derive(Debug, Default)]
pub struct Rules {
    /// The rules: each after those it yields to, else by name.
    pub rules: Vec<Rule>,
    /// Whether some other rule yields to each, by number.
    pub yielded_to: Vec<bool>,
    /// Whether some rule demands each field, by number.
    pub demanded: Vec<bool>,
    /// The parameters of all of them and of the definitions.
    pub params: Vec<Param>,
    /// The definitions' pages and code.
    pub definitions: Definitions,
    /// The definitions' pages, by name.
    pub definition_pages: Vec<Page>,
    /// What each definition takes, as text, for `explain`.
    pub signatures: HashMap<String, String>,
}

impl Rules {
    /// The rule with this name, or that once had it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| *rule.name == *name)
            .or_else(|| self.rules.iter().find(|rule| rule.formerly.iter().any(|old| old == name)))
    }

    /// The definitions that a text or front matter uses, however far away, by name.
    #[must_use]
    pub fn definitions_in(&self, text: &Yaml) -> Vec<&Page> {
        let names: Vec<String> = self.definition_pages.iter().map(Page::call_name).collect();
        let mut used = Vec::new();
        collect_calls(text, &names, &mut used);
        let mut at = 0;
        while let Some(name) = used.get(at) {
            if let Some(page) = self.definition_pages.iter().find(|page| page.call_name() == *name) {
                collect_calls(&page.front, &names, &mut used);
            }
            at += 1;
        }
        self.definition_pages.iter().filter(|page| used.contains(&page.call_name())).collect()
    }

    /// The number of the rule with this name, or that once had it.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        let now = self.rules.iter().position(|rule| *rule.name == *name);
        now.or_else(|| self.rules.iter().position(|rule| rule.formerly.iter().any(|old| old == name)))
    }

    /// SHA-256 of a rule's page and of the definitions that it uses, however far away.
    #[must_use]
    pub fn digest(&self, rule: &Rule) -> String {
        let mut digest = Sha256::new();
        let definitions = self.definitions_in(&rule.page.front).into_iter().map(Page::text);
        for text in std::iter::once(rule.page.text()).chain(definitions) {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The definition with this name, or that once had it.
    #[must_use]
    pub fn find_definition(&self, name: &str) -> Option<&Page> {
        let called = |page: &&Page| page.name.strip_prefix("definitions/") == Some(name);
        let once = |page: &&Page| page.is_definition() && page.old_names().iter().any(|old| old.text == name);
        self.definition_pages.iter().find(called).or_else(|| self.definition_pages.iter().find(once))
    }

    /// The number of a parameter.
    #[must_use]
    pub fn param(&self, page: &str, name: &str) -> Option<usize> {
        self.params.iter().position(|param| *param.page == *page && param.name == name)
    }
}

/// Rules, and what is wrong with the pages that gave none.
pub type Compiled = (Rules, Vec<PageProblem>);

/// The subject of rules that judge the audit itself.
const AUDIT: &str = "audit";

const PAGE_KEYS: [&str; 25] = [
    "severity",
    "from",
    "subject",
    "let",
    "when",
    "evidence",
    "assert",
    "at",
    "label",
    "message",
    "help",
    "also",
    "cases",
    "demands",
    "yields_to",
    "beside",
    "params",
    "profiles",
    "reveals",
    "sources",
    "since",
    FORMERLY,
    REPLACES,
    "check",
    EQUIVALENT,
];
const CASE_KEYS: [&str; 10] = ["subject", "when", "evidence", "assert", "at", "label", "message", "help", "also", "severity"];
const DEFINITION_KEYS: [&str; 10] =
    ["parameters", "gives", "let", "expression", "params", "sources", "since", FORMERLY, REPLACES, EQUIVALENT];

/// Makes rules of pages. `wanted` says which are compiled; a page at fault is reported and left out.
#[must_use]
pub fn compile(schema: &Schema, pages: Vec<Page>, wanted: &dyn Fn(&str) -> bool) -> Compiled {
    compile_watched(schema, pages, wanted, None)
}

/// The same, with what yes-or-no expressions answer noted for those who watch.
#[must_use]
pub fn compile_watched(schema: &Schema, pages: Vec<Page>, wanted: &dyn Fn(&str) -> bool, watch: Option<&Arc<Watch>>) -> Compiled {
    let (blank, pages): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(Page::has_blanks);
    let (definitions, pages): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(Page::is_definition);
    compiled(
        Compiler { schema, rules: Rules::default(), problems: Vec::new(), forgiving: false, watch, later: false },
        blank,
        definitions,
        pages,
        wanted,
    )
}

/// The same, but what built-in pages judge is compiled only where a programme asks for it: the tests have
/// compiled them all, and most programmes keep few registers and are early in their course.
#[must_use]
pub fn compile_as_needed(schema: &Schema, pages: Vec<Page>, wanted: &dyn Fn(&str) -> bool) -> Compiled {
    let (blank, pages): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(Page::has_blanks);
    let (definitions, pages): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(Page::is_definition);
    compiled(
        Compiler { schema, rules: Rules::default(), problems: Vec::new(), forgiving: false, watch: None, later: true },
        blank,
        definitions,
        pages,
        wanted,
    )
}

fn compiled(
    mut compiler: Compiler<'_>,
    blank: Vec<Page>,
    definitions: Vec<Page>,
    pages: Vec<Page>,
    wanted: &dyn Fn(&str) -> bool,
) -> Compiled {
    compiler.problems.extend(blank.iter().filter(|page| page.is_definition() || wanted(&page.name)).flat_map(Page::blanks));
    compiler.define(definitions);
    for page in pages {
        if wanted(&page.name) {
            compiler.rule(page);
        }
    }
    compiler.order();
    compiler.old_names();
    (compiler.rules, compiler.problems)
}

/// Makes rules of changed pages, which take the places of those of the same names; the other rules and
/// definitions stay as they are, and must not use the changed ones. What a change leaves unused is no mistake.
#[must_use]
pub fn recompile(schema: &Schema, others: &Rules, pages: Vec<Page>) -> Compiled {
    let (definitions, pages): (Vec<Page>, Vec<Page>) = pages.into_iter().partition(Page::is_definition);
    let mut kept = Rules {
        rules: others.rules.iter().filter(|rule| pages.iter().all(|page| page.name != rule.name)).cloned().collect(),
        params: others.params.clone(),
        definitions: others.definitions.clone(),
        ..Rules::default()
    };
    for page in &definitions {
        kept.definitions.remove(&page.call_name());
    }
    let mut compiler = Compiler { schema, rules: kept, problems: Vec::new(), forgiving: true, watch: None, later: false };
    compiler.define(definitions);
    pages.into_iter().for_each(|page| compiler.rule(page));
    compiler.order();
    (compiler.rules, compiler.problems)
}

/// Leaves out what is said of pages only because a definition that they use is at fault itself.
#[must_use]
pub fn without_echoes(problems: Vec<PageProblem>) -> Vec<PageProblem> {
    let broken: Vec<String> = problems
        .iter()
        .filter_map(|problem| problem.page.strip_prefix("definitions/"))
        .map(|name| format!("{NO_FUNCTION} {}(", name.replace('-', "_")))
        .collect();
    problems.into_iter().filter(|problem| !broken.iter().any(|missing| problem.message.starts_with(missing))).collect()
}

struct Compiler<'s> {
    schema: &'s Schema,
    rules: Rules,
    problems: Vec<PageProblem>,
    /// Whether what is never used is left alone.
    forgiving: bool,
    watch: Option<&'s Arc<Watch>>,
    /// Whether built-in pages are compiled only when they are asked.
    later: bool,
}

/// What the expressions of a page are compiled on.
#[derive(Clone, Copy)]
struct Ground<'c> {
    schema: &'c Schema,
    definitions: &'c Definitions,
    watch: Option<&'c Arc<Watch>>,
    /// Whether what is never used is left alone.
    forgiving: bool,
}

type Made<T> = Result<T, Vec<PageProblem>>;

/// Turns a mistake in an expression into a problem of its page.
fn placed(page: &Page, scalar: &Scalar, mistake: Mistake) -> Vec<PageProblem> {
    let from = scalar.place(mistake.span.start);
    let to = scalar.place(mistake.span.end.max(mistake.span.start)).max(from);
    vec![page.problem(Span::new(from, to), mistake.message)]
}

impl<'s> Compiler<'s> {
    /// Definitions may use one another: each is compiled once those that it calls are.
    fn define(&mut self, pages: Vec<Page>) {
        let mut waiting: Vec<(Page, Vec<String>)> = Vec::new();
        let names: Vec<String> = pages.iter().map(Page::call_name).collect();
        for page in pages {
            let mut calls = Vec::new();
            collect_calls(&page.front, &names, &mut calls);
            waiting.push((page, calls));
        }
        loop {
            let before = waiting.len();
            let mut later = Vec::new();
            for (page, calls) in waiting {
                let ready = calls.iter().all(|name| {
                    *name != page.call_name()
                        && (self.rules.definitions.contains_key(name)
                            || self.problems.iter().any(|problem| problem.page.ends_with(&name.replace('_', "-"))))
                });
                if !ready {
                    later.push((page, calls));
                    continue;
                }
                if let Err(problems) = self.definition(&page) {
                    self.problems.extend(problems);
                }
                self.rules.definition_pages.push(page);
            }
            waiting = later;
            if waiting.is_empty() {
                break;
            }
            if waiting.len() == before {
                for (page, _) in &waiting {
                    let names: Vec<String> = waiting.iter().map(|(page, _)| page.call_name()).collect();
                    let message = match names.as_slice() {
                        [own] => format!("the definition {own} rests on itself"),
                        several => format!("the definitions {} rest on one another in a circle", text::list(several, "and")),
                    };
                    self.problems.push(page.problem(span(page.front.at()), message));
                }
                break;
            }
        }
        self.rules.definition_pages.sort_by(|a, b| a.name.cmp(&b.name));
    }

    fn ground(&self) -> Ground<'_> {
        Ground { schema: self.schema, definitions: &self.rules.definitions, watch: self.watch, forgiving: self.forgiving }
    }

    fn definition(&mut self, page: &Page) -> Made<()> {
        let keys = page.keys(&page.front, &DEFINITION_KEYS)?;
        let one = |problem: PageProblem| vec![problem];
        let mut parameters = Vec::new();
        let mut signature = Vec::new();
        match keys.get("parameters") {
            Some(Yaml::Map(entries, _)) => {
                for (name, ty) in entries {
                    let Yaml::Scalar(ty) = ty else { return Err(one(page.problem(span(ty.at()), "the type of a parameter is a word"))) };
                    let known = ty_of(self.schema, &ty.text).ok_or_else(|| one(page.problem(span(ty.at), format!("{} is no type: use a record's name, a nested list's path, a vocabulary, flag, number, text, date, or list of one", ty.text))))?;
                    signature.push(format!("{}: {}", name.text, ty.text));
                    parameters.push((name.text.clone(), known));
                }
            }
            Some(other) => return Err(one(page.problem(span(other.at()), "parameters are names with types"))),
            None => {}
        }
        let first = self.rules.params.len();
        let (declared, _) = params(self.schema, page, &keys, first).map_err(one)?;
        let own = declared_parameters(&declared, first);
        let made = OnceLock::new();
        if !(self.later && page.is_embedded()) {
            let body = self.ground().body(page, &parameters, &own)?;
            let _ = made.set(Some(body));
        }
        let name = page.call_name();
        self.rules.signatures.insert(name.clone(), format!("{name}({})", signature.join(", ")));
        self.rules.params.extend(declared);
        // Some may have gone to be made anew: their numbers are not given again.
        let number = self.rules.definitions.values().map(|known| known.number + 1).max().unwrap_or(0);
        let (page, taken) = (page.clone(), parameters.clone());
        let later: Later = Box::new(move |schema, definitions| {
            Ground { schema, definitions, watch: None, forgiving: false }.body(&page, &taken, &own).ok()
        });
        self.rules.definitions.insert(name.clone(), Arc::new(Definition { name, parameters, number, made, later }));
        Ok(())
    }

    fn rule(&mut self, page: Page) {
        match self.made(&Arc::new(page)) {
            Ok((rule, declared)) => {
                self.rules.params.extend(declared);
                self.rules.rules.push(rule);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    fn made(&self, page: &Arc<Page>) -> Made<(Rule, Vec<Param>)> {
        let keys = page.keys(&page.front, &PAGE_KEYS)?;
        let one = |problem: PageProblem| vec![problem];
        let whole = span(page.front.at());
        let severity = match keys.text("severity").map_err(one)? {
            Some(word) => severity(page, word).map_err(one)?,
            None => return Err(one(page.problem(whole, "the page has no severity: error, warning or advice"))),
        };
        let from = match keys.text("from").map_err(one)? {
            Some(word) => match self.schema.stage(&word.text) {
                Some(stage) => stage,
                None => {
                    let stages: Vec<String> = self
                        .schema
                        .vocabulary(self.schema.stages)
                        .into_iter()
                        .flat_map(|known| known.choices())
                        .map(str::to_owned)
                        .collect();
                    return Err(one(page.problem(span(word.at), format!("{} is no stage; use {}", word.text, text::list(&stages, "or")))));
                }
            },
            None => return Err(one(page.problem(whole, "the page has no from: the first stage at which the rule runs"))),
        };
        let built_in = match keys.text("check").map_err(one)? {
            None => false,
            Some(word) if word.text == "built-in" => true,
            Some(word) => return Err(one(page.problem(span(word.at), "check can only be built-in"))),
        };
        let of_audit = built_in && keys.text("subject").map_err(one)?.is_some_and(|subject| subject.text == AUDIT);
        let first = self.rules.params.len();
        let (declared, _) = params(self.schema, page, &keys, first).map_err(one)?;
        let help: Arc<str> = Arc::from(keys.text("help").map_err(one)?.map_or("", |help| help.text.trim()));
        let reveals = keys.text("reveals").map_err(one)?.is_some_and(|word| word.text == "true");
        let mut demands = Vec::new();
        for demand in keys.texts("demands").map_err(one)? {
            match self.demanded(&demand.text) {
                Some(field) => demands.push(field),
                None => return Err(one(page.problem(span(demand.at), format!("{} is no register and no field", demand.text)))),
            }
        }
        let profiles = self.profiles(page, &keys, &declared, first)?;
        let parameters = declared_parameters(&declared, first);
        let groups = OnceLock::new();
        if built_in {
            let _ = groups.set(Some(Vec::new()));
        } else if !(self.later && page.is_embedded()) {
            let _ = groups.set(Some(self.ground().groups(page, &parameters)?));
        }
        equivalents(page, &keys)?;
        let texts = |key: &str| keys.texts(key).map(|list| list.iter().map(|scalar| scalar.text.clone()).collect::<Vec<_>>());
        let rule = Rule {
            name: Arc::clone(&page.name),
            title: page.title.clone(),
            severity,
            from,
            built_in,
            of_audit,
            made: groups,
            parameters,
            params: (first..first + declared.len()).collect(),
            profiles,
            yields_to: texts("yields_to").map_err(one)?.iter().map(|name| Arc::from(name.as_str())).collect(),
            beside: texts("beside").map_err(one)?.iter().map(|name| Arc::from(name.as_str())).collect(),
            yields: Vec::new(),
            demands,
            reveals,
            help,
            sources: match keys.get("sources") {
                Some(Yaml::List(list, _)) => list
                    .iter()
                    .filter_map(|value| if let Yaml::Scalar(scalar) = value { Some(scalar.text.clone()) } else { None })
                    .collect(),
                _ => Vec::new(),
            },
            since: keys.text("since").map_err(one)?.map(|since| since.text.clone()).unwrap_or_default(),
            formerly: texts("formerly").map_err(one)?,
            page: Arc::clone(page),
        };
        Ok((rule, declared))
    }

    /// The field that a demand names: `decisions.informed_by`, `programme.sponsor`, or a register.
    fn demanded(&self, path: &str) -> Option<FieldId> {
        let mut steps = path.split('.');
        let first = steps.next()?;
        let mut structure = CHARTER;
        let mut field = None;
        if first != "programme" {
            let register = self.schema.register_named(first)?;
            let register = self.schema.register(register)?;
            structure = register.record;
            field = Some(register.field);
        }
        for step in steps {
            let next = self.schema.field_named(structure, step)?;
            field = Some(next);
            structure = self.schema.struct_of(next).unwrap_or(structure);
        }
        field
    }

    fn profiles(&self, page: &Page, keys: &Keys<'_>, declared: &[Param], first: usize) -> Made<HashMap<String, Change>> {
        let one = |problem: PageProblem| vec![problem];
        let mut changes = HashMap::new();
        let Some(value) = keys.get("profiles") else { return Ok(changes) };
        let Yaml::Map(entries, _) = value else {
            return Err(one(page.problem(span(value.at()), "profiles are names with what they change")));
        };
        let known: Vec<&str> = self.profile_words();
        for (name, change) in entries {
            if !known.contains(&name.text.as_str()) {
                return Err(one(page.problem(span(name.at), format!("{} is no profile; use {}", name.text, known.join(", ")))));
            }
            let inner = page.keys(change, &["severity", "params", "off", "when"])?;
            let mut made = Change::default();
            if let Some(word) = inner.text("severity").map_err(one)? {
                made.severity = Some(severity(page, word).map_err(one)?);
            }
            made.off = inner.text("off").map_err(one)?.map(|reason| reason.text.clone());
            if let Some(Yaml::Map(values, _)) = inner.get("params") {
                for (param, value) in values {
                    let Some(at) = declared.iter().position(|known| known.name == param.text) else {
                        return Err(one(page.problem(span(param.at), format!("the page declares no parameter {}", param.text))));
                    };
                    if let Some(known) = declared.get(at) {
                        made.params.push((first + at, known.written(self.schema, page, value).map_err(one)?));
                    }
                }
            }
            changes.insert(name.text.clone(), made);
        }
        Ok(changes)
    }

    fn profile_words(&self) -> Vec<&str> {
        let field = self.schema.field_named(CHARTER, &self.schema.jobs.profile);
        let vocabulary = field.and_then(|field| match self.schema.shape_of(field) {
            crate::schema::Shape::Scalar(crate::schema::Scalar::Word(id)) => self.schema.vocabulary(id),
            _ => None,
        });
        vocabulary.into_iter().flat_map(|known| known.choices()).collect()
    }

    /// An old name stands for one page, which is called otherwise now.
    fn old_names(&mut self) {
        let mut pages: Vec<&Page> = self.rules.rules.iter().map(|rule| &*rule.page).collect();
        pages.extend(&self.rules.definition_pages);
        let mut problems = Vec::new();
        for page in &pages {
            for old in page.old_names() {
                let full = if page.is_definition() { format!("definitions/{}", old.text) } else { old.text.clone() };
                let other = pages.iter().find(|other| {
                    *other.name == *full
                        || (other.name != page.name
                            && other.is_definition() == page.is_definition()
                            && other.name < page.name
                            && other.old_names().iter().any(|own| own.text == old.text))
                });
                if let Some(other) = other {
                    let message = format!("{} cannot be an earlier name of {}: it stands for {}", old.text, page.name, other.name);
                    problems.push(page.problem(span(old.at), message));
                }
            }
        }
        self.problems.extend(problems);
    }

    /// Puts each rule after those it yields to.
    fn order(&mut self) {
        let mut left = std::mem::take(&mut self.rules.rules);
        left.sort_by(|a, b| a.name.cmp(&b.name));
        let names: Vec<Arc<str>> = left.iter().map(|rule| Arc::clone(&rule.name)).collect();
        let number = |name: &Arc<str>| names.binary_search(name).ok();
        let after: Vec<Vec<usize>> = left.iter().map(|rule| rule.yields_to.iter().filter_map(number).collect()).collect();
        // By number: rules are large, and are moved once.
        let (mut placed, mut order) = (vec![false; left.len()], Vec::with_capacity(left.len()));
        let is_ready = |placed: &[bool], at: usize| {
            !placed.get(at).copied().unwrap_or(true)
                && after.get(at).is_some_and(|others| others.iter().all(|other| placed.get(*other).copied().unwrap_or(true)))
        };
        while let Some(at) = (0..left.len()).find(|at| is_ready(&placed, *at)) {
            if let Some(slot) = placed.get_mut(at) {
                *slot = true;
            }
            order.push(at);
        }
        let circle: Vec<&Rule> = left.iter().zip(&placed).filter(|(_, placed)| !**placed).map(|(rule, _)| rule).collect();
        let called: Vec<String> = circle.iter().map(|rule| rule.name.to_string()).collect();
        for rule in circle {
            self.problems.push(
                rule.page.problem(
                    span(rule.page.front.at()),
                    format!("the rules {} yield to one another in a circle", text::list(&called, "and")),
                ),
            );
        }
        let mut left: Vec<Option<Rule>> = left.into_iter().map(Some).collect();
        let mut done: Vec<Rule> = order.into_iter().filter_map(|at| left.get_mut(at)?.take()).collect();
        let names: Vec<Arc<str>> = done.iter().map(|rule| Arc::clone(&rule.name)).collect();
        self.rules.yielded_to = vec![false; done.len()];
        for rule in &mut done {
            rule.yields = rule.yields_to.iter().filter_map(|name| names.iter().position(|known| known == name)).collect();
            for other in &rule.yields {
                if let Some(slot) = self.rules.yielded_to.get_mut(*other) {
                    *slot = true;
                }
            }
        }
        self.rules.demanded = vec![false; self.schema.fields.len()];
        for field in done.iter().flat_map(|rule| &rule.demands) {
            if let Some(slot) = self.rules.demanded.get_mut(usize::from(*field)) {
                *slot = true;
            }
        }
        self.rules.rules = done;
    }
}

impl<'c> Ground<'c> {
    fn scope(&self, page: &Page) -> Scope<'c> {
        let mut scope = Scope::new(self.schema, self.definitions);
        scope.watching = self.watch.map(|watch| Watching::page(watch, &page.name));
        scope
    }

    /// What a definition gives.
    fn body(&self, page: &Page, parameters: &[(String, Ty)], own: &[Parameter]) -> Made<Body> {
        let keys = page.keys(&page.front, &DEFINITION_KEYS)?;
        let one = |problem: PageProblem| vec![problem];
        let mut scope = self.scope(page);
        for (name, ty) in parameters {
            scope.declare(name, ty.clone());
        }
        scope.parameters = own.to_vec();
        lets(page, &keys, &mut scope, false)?;
        let Some(source) = keys.expression("expression").map_err(one)? else {
            return Err(one(page.problem(span(page.front.at()), "the definition has no expression")));
        };
        let gives = keys.text("gives").map_err(one)?;
        let wanted = match gives {
            Some(gives) => Some(
                ty_of(self.schema, &gives.text).ok_or_else(|| one(page.problem(span(gives.at), format!("{} is no type", gives.text))))?,
            ),
            None => None,
        };
        let mut read = None;
        watch(&mut scope, Some(source));
        let body = syntax(&source.text).and_then(|ast| {
            let typed = scope.build(&ast, wanted.as_ref())?;
            if let Some(wanted) = &wanted
                && !typed.ty.agrees(wanted)
            {
                return Err(Mistake::new(
                    ast.span,
                    format!("this is {}; the definition says that it gives {}", typed.ty.words(self.schema), wanted.words(self.schema)),
                ));
            }
            read = Some(ast);
            Ok(typed)
        });
        let typed = body.map_err(|mistake| placed(page, source, mistake))?;
        let inline = match read {
            Some(ast) if keys.get("let").is_none() && ast.size() <= limits::INLINE_NODES_MAX => {
                Some(Inline { syntax: Arc::new(ast), parameters: scope.parameters.clone(), watching: scope.watching.clone() })
            }
            _ => None,
        };
        if scope.looks_back {
            return Err(one(page.problem(span(source.at), "open_errors(…) is for rules; a definition says nothing of other rules")));
        }
        if !self.forgiving {
            unused(page, &keys, &scope)?;
        }
        equivalents(page, &keys)?;
        let lets = scope.variables.iter().filter(|variable| variable.stands_for.is_some()).map(|variable| variable.slot).collect();
        Ok(Body { typed, frame: scope.frame, lets, inline })
    }

    /// What a rule judges.
    fn groups(&self, page: &Page, parameters: &[Parameter]) -> Made<Vec<Group>> {
        let keys = page.keys(&page.front, &PAGE_KEYS)?;
        let one = |problem: PageProblem| vec![problem];
        let mut groups = Vec::new();
        let blocks: Vec<Option<&Yaml>> = match keys.get("cases") {
            None => vec![None],
            Some(Yaml::List(list, _)) => list.iter().map(Some).collect(),
            Some(other) => return Err(one(page.problem(span(other.at()), "cases are a list of blocks"))),
        };
        let mut scopes: Vec<(String, Group, Scope<'c>)> = Vec::new();
        for block in &blocks {
            self.cases(page, &keys, *block, blocks.len(), parameters, &mut scopes)?;
        }
        let mut used: Vec<String> = Vec::new();
        for (_, mut group, scope) in scopes {
            let lets = scope.variables.iter().filter(|variable| variable.used && variable.stands_for.is_some());
            used.extend(lets.map(|variable| format!("let {}", variable.name)));
            used.extend(scope.parameters.iter().filter(|known| known.used).map(|known| format!("params {}", known.name)));
            group.frame = scope.frame;
            group.looks_back = scope.looks_back;
            groups.push(group);
        }
        for (group, names) in [("let", map_keys(&keys, "let")), ("params", map_keys(&keys, "params"))] {
            for name in names {
                if !self.forgiving && !used.contains(&format!("{group} {}", name.text)) {
                    return Err(one(page.problem(span(name.at), format!("{} is never used", name.text))));
                }
            }
        }
        Ok(groups)
    }

    fn cases(
        &self,
        page: &Page,
        keys: &Keys<'_>,
        block: Option<&Yaml>,
        blocks: usize,
        parameters: &[Parameter],
        scopes: &mut Vec<(String, Group, Scope<'c>)>,
    ) -> Made<()> {
        let one = |problem: PageProblem| vec![problem];
        let own = block.map(|block| page.keys(block, &CASE_KEYS)).transpose()?;
        let get = |key: &str| own.as_ref().and_then(|own| own.get(key).map(|_| *own)).unwrap_or(*keys);
        let subjects = get("subject").texts("subject").map_err(one)?;
        if subjects.is_empty() {
            return Err(one(page.problem(span(page.front.at()), "the page has no subject: what is judged")));
        }
        for subject in subjects {
            let at = match scopes.iter().position(|(known, ..)| *known == subject.text) {
                Some(at) => at,
                None => {
                    let (what, names) =
                        self::subject(self.schema, &subject.text).map_err(|why| one(page.problem(span(subject.at), why)))?;
                    let mut scope = self.scope(page);
                    for (name, ty) in &names {
                        scope.declare(name, ty.clone());
                    }
                    scope.parameters = parameters.to_vec();
                    // A let that has no meaning for this subject is left out; to use it is a mistake.
                    lets(page, keys, &mut scope, blocks > 1)?;
                    let group = Group { subject: what, frame: 0, lets: lets_of_subject(&scope), cases: Vec::new(), looks_back: false };
                    scopes.push((subject.text.clone(), group, scope));
                    scopes.len() - 1
                }
            };
            let Some((_, group, scope)) = scopes.get_mut(at) else { continue };
            let flag = |scope: &mut Scope<'_>, source: &Scalar| -> Made<Typed> {
                watch(scope, Some(source));
                let made = syntax(&source.text).and_then(|ast| scope.flag(&ast)).map_err(|mistake| placed(page, source, mistake));
                watch(scope, None);
                made
            };
            // The page's own condition holds for each of its cases.
            let mut when: Option<FlagCode> = None;
            let mut conditions = vec![keys.expression("when").map_err(one)?];
            if let Some(own) = &own {
                conditions.push(own.expression("when").map_err(one)?);
            }
            for source in conditions.into_iter().flatten() {
                let code = flag(scope, source)?.code.into_flag();
                when = Some(match when {
                    None => code,
                    Some(page_when) => FlagCode::chain(vec![page_when, code], false),
                });
            }
            let mut evidence = Vec::new();
            let mut conditions = Vec::new();
            conditions.extend(keys.get("evidence"));
            if let Some(own) = &own {
                conditions.extend(own.get("evidence"));
            }
            for list in conditions {
                let Yaml::List(list, _) = list else {
                    return Err(one(page.problem(span(list.at()), "evidence is a list of that and else")));
                };
                for item in list {
                    let item = page.keys(item, &["that", "else"])?;
                    let that = item
                        .expression("that")
                        .map_err(one)?
                        .ok_or_else(|| one(page.problem(span(page.front.at()), "evidence needs that: what must hold")))?;
                    let otherwise = item
                        .text("else")
                        .map_err(one)?
                        .ok_or_else(|| one(page.problem(span(that.at), "evidence needs else: the reason in words")))?;
                    let code = flag(scope, that)?.code.into_flag();
                    evidence.push((code, self.template(page, otherwise, scope)?));
                }
            }
            let Some(assert) = get("assert").expression("assert").map_err(one)? else {
                return Err(one(page.problem(span(page.front.at()), "the page has no assert: what must hold")));
            };
            let assert = flag(scope, assert)?.code.into_flag();
            let at = match get("at").text("at").map_err(one)? {
                Some(at) => Some(Places::build(&at.text, scope).map_err(|mistake| placed(page, at, mistake))?),
                None => None,
            };
            let label = match get("label").text("label").map_err(one)? {
                Some(label) => self.template(page, label, scope)?,
                None => Template::default(),
            };
            let Some(message) = get("message").text("message").map_err(one)? else {
                return Err(one(page.problem(span(page.front.at()), "the page has no message: what is there")));
            };
            let message = self.template(page, message, scope)?;
            let help: Arc<str> = Arc::from(get("help").text("help").map_err(one)?.map_or("", |help| help.text.trim()));
            let severity = match own.as_ref().map(|own| own.text("severity")) {
                Some(word) => word.map_err(one)?.map(|word| severity(page, word)).transpose().map_err(one)?,
                None => None,
            };
            let mut also = Vec::new();
            if let Some(list) = get("also").get("also") {
                let Yaml::List(list, _) = list else { return Err(one(page.problem(span(list.at()), "also is a list of at and label"))) };
                for item in list {
                    let item = page.keys(item, &["at", "label"])?;
                    let at = item
                        .text("at")
                        .map_err(one)?
                        .ok_or_else(|| one(page.problem(span(page.front.at()), "also needs at: the place")))?;
                    let places = Places::build(&at.text, scope).map_err(|mistake| placed(page, at, mistake))?;
                    let label = match item.text("label").map_err(one)? {
                        Some(label) => self.template(page, label, scope)?,
                        None => Template::default(),
                    };
                    also.push((places, label));
                }
            }
            let mut profile_when = HashMap::new();
            if let Some(Yaml::Map(entries, _)) = keys.get("profiles") {
                for (name, change) in entries {
                    let inner = page.keys(change, &["severity", "params", "off", "when"])?;
                    if let Some(source) = inner.expression("when").map_err(one)? {
                        profile_when.insert(name.text.clone(), flag(scope, source)?.code.into_flag());
                    }
                }
            }
            group.cases.push(Case { when, profile_when, evidence, assert: Some(assert), at, label, message, help, severity, also });
        }
        Ok(())
    }

    fn template(&self, page: &Page, text: &Scalar, scope: &mut Scope<'_>) -> Made<Template> {
        Template::build(&text.text, scope).map_err(|mistake| placed(page, text, mistake))
    }
}

/// What a subject line names, and the names that it puts in scope after the programme.
pub(super) fn subject(schema: &Schema, line: &str) -> Result<(Subject, Vec<(String, Ty)>), String> {
    let (path, name) = match line.split_once(" as ") {
        Some((path, name)) => (path.trim(), Some(name.trim().to_owned())),
        None => (line.trim(), None),
    };
    if path == "programme" {
        return Ok((Subject::Programme, Vec::new()));
    }
    if path == "records" {
        let mut structs: Vec<StructId> = vec![CHARTER];
        structs.extend(schema.registers.iter().filter(|register| !register.nested).map(|register| register.record));
        return Ok((Subject::Records, vec![(name.unwrap_or_else(|| "record".to_owned()), Ty::Record(structs))]));
    }
    let mut steps = path.split('.');
    let first = steps.next().unwrap_or_default();
    let mut names = Vec::new();
    let (register, mut structure) = if first == "programme" {
        (None, CHARTER)
    } else {
        let Some(id) = schema.register_named(first) else {
            let known = schema.registers.iter().map(|register| register.name.as_str()).chain(["programme", "records"]);
            let near = text::nearest(first, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(format!("{first} is no register{near}"));
        };
        let register = schema.register(id);
        let structure = register.map_or(CHARTER, |register| register.record);
        names.push((register.map_or_else(String::new, |register| register.one.clone()), Ty::Record(vec![structure])));
        (Some(id), structure)
    };
    let mut fields = Vec::new();
    for step in steps {
        let Some(field) = schema.field_named(structure, step) else { return Err(format!("{path}: there is no {step}")) };
        let Some(next) = schema.struct_of(field) else { return Err(format!("{path}: {step} is no list of rows")) };
        fields.push(field);
        structure = next;
        if let Some(one) = schema.field(field).and_then(|field| field.one.clone()) {
            names.push((one, Ty::Record(vec![structure])));
        }
    }
    match (register, fields.is_empty()) {
        (Some(id), true) => {
            if let (Some(name), Some(last)) = (name, names.last_mut()) {
                last.0 = name;
            }
            Ok((Subject::Register(id), names))
        }
        _ => {
            let Some(name) = name else { return Err(format!("{path} needs a name: write {path} as …")) };
            if let Some(last) = names.last_mut() {
                last.0 = name;
            }
            Ok((Subject::Rows { register, fields }, names))
        }
    }
}

fn map_keys<'p>(keys: &Keys<'p>, key: &str) -> Vec<&'p Scalar> {
    match keys.get(key) {
        Some(Yaml::Map(entries, _)) => entries.iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

fn severity(page: &Page, word: &Scalar) -> Result<Severity, PageProblem> {
    Severity::from_word(&word.text)
        .ok_or_else(|| page.problem(span(word.at), format!("{} is no severity; use error, warning or advice", word.text)))
}

/// Says in which text the expressions to come stand.
fn watch(scope: &mut Scope<'_>, source: Option<&Scalar>) {
    if let Some(watching) = &mut scope.watching {
        watching.read(source);
    }
}

/// Every name in the front matter that is followed by an opening bracket and is a definition.
fn collect_calls(value: &Yaml, names: &[String], out: &mut Vec<String>) {
    match value {
        Yaml::Scalar(scalar) => {
            // The word before each opening bracket.
            for (at, _) in scalar.text.match_indices('(') {
                let before = scalar.text.get(..at).unwrap_or("");
                let word = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
                if !word.is_empty() && names.iter().any(|name| name == word) && !out.iter().any(|known| known == word) {
                    out.push(word.to_owned());
                }
            }
        }
        Yaml::List(list, _) => list.iter().for_each(|item| collect_calls(item, names, out)),
        Yaml::Map(map, _) => map.iter().for_each(|(_, item)| collect_calls(item, names, out)),
    }
}

fn lets(page: &Page, keys: &Keys<'_>, scope: &mut Scope<'_>, lenient: bool) -> Made<()> {
    let entries = match keys.get("let") {
        None => return Ok(()),
        Some(Yaml::Map(entries, _)) => entries,
        Some(other) => return Err(vec![page.problem(span(other.at()), "let is a map from names to expressions")]),
    };
    // What the innermost subject has nothing to do with is kept for all of them; of a definition, or a rule on the
    // programme, nothing is.
    let mut innermost: Vec<String> = scope.variables.iter().skip(1).last().map(|variable| variable.name.clone()).into_iter().collect();
    let is_anew = page.is_definition() || innermost.is_empty();
    let mut asked = Vec::new();
    asked_in(&page.front, if lenient { 2 } else { 1 }, &mut asked);
    for (name, value) in entries {
        let source = expression(page, &name.text, value).map_err(|problem| vec![problem])?;
        if scope.variables.iter().any(|known| known.name == name.text) {
            return Err(vec![page.problem(span(name.at), format!("{} already means something here", name.text))]);
        }
        watch(scope, Some(source));
        let built = syntax(&source.text).and_then(|ast| scope.build(&ast, None).map(|typed| (ast, typed)));
        watch(scope, None);
        let (ast, typed) = match built {
            Ok(built) => built,
            Err(_) if lenient => continue,
            Err(mistake) => return Err(placed(page, source, mistake)),
        };
        scope.declare(&name.text, typed.ty.clone());
        if let Some(variable) = scope.variables.last_mut() {
            variable.taint = typed.taint;
            variable.text = typed.text;
            variable.format = typed.format;
            variable.field = typed.field;
            let depends = ast.names().iter().any(|name| innermost.contains(name));
            if depends {
                innermost.push(name.text.clone());
            }
            let times: usize = asked.iter().map(|(text, weight)| weight * mentions(text, &name.text)).sum();
            variable.once = (is_anew || depends) && times == 1;
            variable.stands_for = Some(Arc::new(typed));
            variable.syntax = Some(Arc::new(ast));
        }
    }
    Ok(())
}

/// The expressions of a page that are asked while it is judged, each with how often: what stands for all cases is
/// asked in each. Messages and places are asked for findings alone.
fn asked_in<'y>(yaml: &'y Yaml, weight: usize, asked: &mut Vec<(&'y str, usize)>) {
    match yaml {
        Yaml::Scalar(scalar) => asked.push((&scalar.text, weight)),
        Yaml::List(list, _) => list.iter().for_each(|element| asked_in(element, weight, asked)),
        Yaml::Map(entries, _) => {
            for (key, value) in entries {
                match key.text.as_str() {
                    "when" | "evidence" | "that" | "assert" | "expression" => asked_in(value, weight, asked),
                    "let" => {
                        let Yaml::Map(lets, _) = value else { continue };
                        lets.iter().for_each(|(_, meant)| asked_in(meant, 1, asked));
                    }
                    "cases" => asked_in(value, 1, asked),
                    "profiles" => {
                        let Yaml::Map(profiles, _) = value else { continue };
                        profiles.iter().for_each(|(_, changes)| asked_in(changes, weight, asked));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// How often an expression mentions a name; once too often is no harm.
fn mentions(text: &str, name: &str) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    text.match_indices(name)
        .filter(|(at, _)| {
            let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + name.len()..).unwrap_or_default());
            !before.ends_with(is_part) && !after.starts_with(|c: char| c != '.' && is_part(c))
        })
        .count()
}

/// The `let`s that depend on the subject or what lies around it, by themselves or through others: the place of
/// each, and that of the innermost of these variables on which it depends.
fn lets_of_subject(scope: &Scope<'_>) -> Vec<(usize, usize, bool)> {
    let mut level: Vec<(&str, usize)> = scope
        .variables
        .iter()
        .skip(1)
        .filter(|variable| variable.stands_for.is_none())
        .map(|variable| (variable.name.as_str(), variable.slot))
        .collect();
    let mut places = Vec::new();
    for variable in &scope.variables {
        let Some(syntax) = &variable.syntax else { continue };
        let names = syntax.names();
        let innermost = names.iter().filter_map(|name| level.iter().find(|(known, _)| known == name).map(|(_, at)| *at)).max();
        if let Some(innermost) = innermost {
            level.push((&variable.name, innermost));
            places.push((variable.slot, innermost, matches!(variable.ty, Ty::Record(_))));
        }
    }
    places
}

fn unused(page: &Page, keys: &Keys<'_>, scope: &Scope<'_>) -> Made<()> {
    for name in map_keys(keys, "let").into_iter().chain(map_keys(keys, "parameters")) {
        if scope.variables.iter().any(|variable| variable.name == name.text && !variable.used) {
            return Err(vec![page.problem(span(name.at), format!("{} is never used", name.text))]);
        }
    }
    for name in map_keys(keys, "params") {
        if scope.parameters.iter().any(|parameter| parameter.name == name.text && !parameter.used) {
            return Err(vec![page.problem(span(name.at), format!("{} is never used", name.text))]);
        }
    }
    Ok(())
}

pub(super) fn literal(scalar: &Scalar) -> Value<'static> {
    let plain = scalar.style == super::front::Style::Plain;
    match scalar.text.as_str() {
        "true" if plain => Value::Flag(true),
        "false" if plain => Value::Flag(false),
        text if plain && text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            match (Decimal::read(text), form::date(text.as_bytes())) {
                (_, Some((first, precision))) if text.len() == 10 => Value::Date(form::Period::starting(first, precision)),
                (Some(number), _) if is_number(text) => Value::Number(number),
                _ => Value::Text(text.to_owned().into()),
            }
        }
        text => Value::Text(text.to_owned().into()),
    }
}

/// Whether a text is a number as YAML and CEL write it.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn ty_of_value(value: &Value<'_>) -> Ty {
    match value {
        Value::Flag(_) => Ty::Flag,
        Value::Number(_) => Ty::Number,
        Value::Date(_) => Ty::Date,
        _ => Ty::Text,
    }
}

/// Changes that are declared to make no difference: each is named, with the reason.
fn equivalents(page: &Page, keys: &Keys<'_>) -> Made<()> {
    let Some(value) = keys.get(EQUIVALENT) else { return Ok(()) };
    let Yaml::List(list, _) = value else {
        return Err(vec![page.problem(span(value.at()), format!("{EQUIVALENT} is a list of change and reason"))]);
    };
    for item in list {
        let inner = page.keys(item, &["change", "reason"])?;
        for key in ["change", "reason"] {
            if inner.text(key).map_err(|problem| vec![problem])?.is_none_or(|text| text.text.trim().is_empty()) {
                return Err(vec![page.problem(span(item.at()), format!("an entry of {EQUIVALENT} has no {key}"))]);
            }
        }
    }
    Ok(())
}

fn declared_parameters(declared: &[Param], first: usize) -> Vec<Parameter> {
    declared
        .iter()
        .enumerate()
        .map(|(at, param)| Parameter { name: param.name.clone(), ty: param.ty.clone(), number: first + at, used: false })
        .collect()
}

/// The type that a definition page names.
#[must_use]
pub fn ty_of(schema: &Schema, text: &str) -> Option<Ty> {
    let text = text.trim();
    if let Some(of) = text.strip_prefix("list of ") {
        return Some(Ty::List(Box::new(ty_of(schema, of)?)));
    }
    if text.contains(" or ") {
        let mut structs = Vec::new();
        for part in text.split(" or ") {
            match ty_of(schema, part)? {
                Ty::Record(own) => structs.extend(own),
                _ => return None,
            }
        }
        return Some(Ty::Record(structs));
    }
    match text {
        "flag" => return Some(Ty::Flag),
        "number" => return Some(Ty::Number),
        "text" => return Some(Ty::Text),
        "date" => return Some(Ty::Date),
        "programme" => return Some(Ty::Record(vec![CHARTER])),
        _ => {}
    }
    if let Some(register) = schema.registers.iter().find(|register| register.one == text) {
        return Some(Ty::Record(vec![register.record]));
    }
    if text.contains('.') {
        let mut steps = text.split('.');
        let first = steps.next()?;
        let mut structure = if first == "programme" { CHARTER } else { schema.register(schema.register_named(first)?)?.record };
        for step in steps {
            structure = schema.struct_of(schema.field_named(structure, step)?)?;
        }
        return Some(Ty::Record(vec![structure]));
    }
    schema.vocabularies.iter().position(|known| known.name == text).map(|at| Ty::Word(Words::Vocabulary(at as u16)))
}
