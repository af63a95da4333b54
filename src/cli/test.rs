//! `havesay test`: whether the examples of rule pages come out as they say, what they do not show, and which
//! small changes they would not notice.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use super::{Common, TestArgs, complain, exit, model, out, say, shown, source};
use crate::config;
use crate::pipeline::coverage::{self, Coverage};
use crate::pipeline::examples::{self, Failure, Outcome};
use crate::pipeline::mutation::{self, Mutated, Options, Untried};
use crate::pipeline::setup::{Ground, RuleSource, Setup, SetupError};
use crate::rule::expression::watch::Watch;
use crate::rule::join::join;
use crate::rule::{Page, compile, sources};
use crate::schema::Schema;
use crate::text;

pub(super) fn test(args: &TestArgs) -> u8 {
    let schema = match model() {
        Ok(schema) => schema,
        Err(status) => return status,
    };
    // A rule's or family's name wins over a folder that happens to be called so.
    let built_in: Vec<String> = source().pages().0.iter().map(|page| page.name.to_string()).collect();
    let is_name = |what: &Path| {
        what.to_str()
            .is_some_and(|name| built_in.iter().any(|page| page == name || page.split_once('/').is_some_and(|(family, _)| family == name)))
    };
    let (folders, names): (Vec<_>, Vec<_>) = args.what.iter().partition(|what| what.is_dir() && !is_name(what));
    let names: Vec<String> = names.iter().map(|name| name.to_string_lossy().trim_end_matches(".md").to_owned()).collect();
    let mut run = Run { args, schema, status: exit::FINE, proof: Proof::default() };
    if folders.is_empty() || !names.is_empty() {
        let Some(set) = run.named(&names) else { return exit::FAULT };
        run.prove(&set, &|name| names.is_empty() || names.iter().any(|own| covers(own, name)));
    }
    for folder in folders {
        let Some((set, own)) = run.folder(folder) else { continue };
        run.prove(&set, &|name| own.iter().any(|own| own == name));
    }
    let (text, fails) = run.proof.tell(args);
    let written = out(&text);
    if written != exit::FINE {
        return written;
    }
    if run.status == exit::FINE && run.proof.results.is_empty() {
        say("no example was run");
        return exit::INCOMPLETE;
    }
    if run.status == exit::FINE && fails { exit::FAILS } else { run.status }
}

/// Whether a rule's or family's name stands for a page.
fn covers(name: &str, page: &str) -> bool {
    page.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Pages that are tested together, compiled so that what they answer is noted.
struct Set {
    setup: Setup,
    watch: Arc<Watch>,
}

struct Run<'a> {
    args: &'a TestArgs,
    schema: Arc<Schema>,
    status: u8,
    proof: Proof,
}

impl Run<'_> {
    /// What the pages of a folder rest on: the settings upward from it, if there are any.
    fn ground(&mut self, folder: &Path) -> Option<Ground> {
        let working = std::env::current_dir().unwrap_or_default();
        let Common { config: given, isolated, .. } = &self.args.common;
        let file = match given {
            _ if *isolated => None,
            Some(file) => Some(working.join(file)),
            None => config::closest(&working.join(folder), None).file,
        };
        match Ground::read(&self.schema, &source(), file.as_deref()) {
            Ok(ground) => Some(ground),
            Err(error) => {
                complain(&error);
                self.status = exit::FAULT;
                None
            }
        }
    }

    /// The pages that are here without any folder; none where a name stands for none of them.
    fn named(&mut self, names: &[String]) -> Option<Set> {
        let ground = self.ground(Path::new("."))?;
        let problems_of: Vec<String> = ground.problems.iter().map(|problem| problem.page.clone()).collect();
        let all: Vec<String> = ground.pages.iter().map(|page| page.name.to_string()).chain(problems_of).collect();
        if let Some(name) = names.iter().find(|name| !all.iter().any(|page| covers(name, page))) {
            let families = all.iter().filter_map(|page| page.split_once('/')).map(|(family, _)| family);
            let near = text::nearest(name, all.iter().map(String::as_str).chain(families))
                .map_or_else(String::new, |near| format!("\n  help: did you mean {near}?"));
            say(&format!("there is no rule, family or folder {name}{near}"));
            return None;
        }
        let wanted = |name: &str| names.is_empty() || names.iter().any(|own| covers(own, name));
        let known_sources = known_sources(&ground, None);
        Some(self.compile(ground, &known_sources, &wanted))
    }

    /// The pages of a folder, with those that are there without it; and the names of its own.
    fn folder(&mut self, folder: &Path) -> Option<(Set, Vec<String>)> {
        let (more, broken) = Page::of_folder(folder);
        if more.is_empty() && broken.is_empty() {
            say(&format!("{} holds no rule pages", shown(folder)));
            self.status = self.status.max(exit::INCOMPLETE);
            return None;
        }
        let mut ground = self.ground(folder)?;
        let mut own: Vec<String> = Vec::new();
        let mut added = Vec::new();
        let file = |path: Option<&std::path::PathBuf>| path.and_then(|path| path.canonicalize().ok());
        for page in more {
            let path = file(page.path.as_ref());
            // A folder within one that the settings or HAVESAY_RULES name holds no further pages.
            let known = ground.pages.iter().find(|known| path.is_some() && file(known.path.as_ref()) == path);
            let refused = ground.problems.iter().find(|known| path.is_some() && file(known.path.as_ref()) == path);
            match (known.map(|known| known.name.to_string()), refused.map(|known| known.page.clone())) {
                (Some(name), _) | (None, Some(name)) => own.push(name),
                (None, None) => {
                    own.push(page.name.to_string());
                    added.push(page);
                }
            }
        }
        own.extend(broken.iter().map(|problem| problem.page.clone()));
        ground.problems.extend(broken.into_iter().filter(|problem| !ground.problems.contains(problem)).collect::<Vec<_>>());
        let (pages, clashes) = join(std::mem::take(&mut ground.pages), vec![added]);
        let taken: Vec<String> = clashes.iter().map(|problem| problem.page.clone()).collect();
        ground.pages = pages;
        ground.problems.extend(clashes);
        let known_sources = known_sources(&ground, Some(folder));
        let set = self.compile(ground, &known_sources, &|name| own.iter().any(|own| own == name));
        // Under a name that is taken stands the other page.
        own.retain(|name| !taken.contains(name));
        Some((set, own))
    }

    /// Compiles pages, and says what is wrong with those that are wanted and with definitions.
    fn compile(&mut self, ground: Ground, known_sources: &[String], wanted: &dyn Fn(&str) -> bool) -> Set {
        let Ground { schema, pages, mut problems, .. } = ground;
        problems.extend(pages.iter().flat_map(|page| sources::unknown(page, known_sources)));
        let watch = Arc::new(Watch::default());
        let (rules, faults) = compile::compile_watched(&schema, pages, &|_| true, Some(&watch));
        problems.extend(faults);
        let told: Vec<_> = compile::without_echoes(problems)
            .into_iter()
            .filter(|problem| wanted(&problem.page) || problem.page.starts_with("definitions/"))
            .collect();
        if !told.is_empty() {
            complain(&SetupError::Pages(told));
            self.status = exit::FAULT;
        }
        Set { setup: Setup::of_rules(&schema, rules), watch }
    }

    fn prove(&mut self, set: &Set, wanted: &dyn Fn(&str) -> bool) {
        let setup = &set.setup;
        self.proof.results.extend(examples::run(setup, wanted));
        let coverage = coverage::coverage(setup, &set.watch, wanted);
        self.proof.coverage.all += coverage.all;
        self.proof.coverage.gaps.extend(coverage.gaps);
        if self.args.mutate {
            let bar = bar();
            let mutated = mutation::run(setup, wanted, &Options::default(), &|done, all| {
                if let Some(bar) = &bar {
                    bar.set_length(all as u64);
                    bar.set_position(done as u64);
                }
            });
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            self.proof.mutated.extend(mutated);
        }
    }
}

fn bar() -> Option<indicatif::ProgressBar> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let style = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} pages, {eta} left").ok()?;
    Some(indicatif::ProgressBar::new(0).with_style(style))
}

/// The keys of the sources that pages may name: the built-in ones, and those of folders.
fn known_sources(ground: &Ground, folder: Option<&Path>) -> Vec<String> {
    let read = |folder: &Path| std::fs::read_to_string(folder.join("sources.yaml")).unwrap_or_default();
    let mut texts = vec![source().folder.map_or_else(|| crate::rule::SOURCES.to_owned(), |folder| read(&folder))];
    texts.extend(ground.config.rules().iter().map(|folder| read(&folder.value)));
    texts.extend(folder.map(read));
    texts.iter().flat_map(|text| sources::read(text)).map(|(key, _)| key).collect()
}

/// What the examples have shown.
#[derive(Default)]
struct Proof {
    results: Vec<Outcome>,
    coverage: Coverage,
    mutated: BTreeMap<Arc<str>, Mutated>,
}

impl Proof {
    /// All of it in words, and whether anything fails.
    fn tell(&self, args: &TestArgs) -> (String, bool) {
        let mut text = String::new();
        let mut fails = self.examples(&mut text, args.verbose);
        // What was asked for is required; the summary says it in any case.
        let asked = args.coverage || args.mutate;
        fails |= self.sides(&mut text, asked) && asked;
        if args.mutate {
            fails |= self.changes(&mut text);
        }
        (text, fails)
    }

    fn examples(&self, text: &mut String, verbose: bool) -> bool {
        const KINDS: [Failure; 5] = [Failure::Noisy, Failure::Missing, Failure::Wrong, Failure::Idle, Failure::Unusable];
        for outcome in &self.results {
            let heading = if outcome.heading.is_empty() { String::new() } else { format!(" · {}", outcome.heading) };
            match &outcome.failure {
                None if verbose => drop(writeln!(text, "ok       {}{heading}", outcome.page)),
                None => {}
                Some((failure, why)) => {
                    let _ = writeln!(text, "{:9}{}.md:{}{heading}\n         {why}", failure.word(), outcome.page, outcome.line);
                }
            }
        }
        let count = |kind: Failure| {
            self.results.iter().filter(|outcome| outcome.failure.as_ref().is_some_and(|(failure, _)| *failure == kind)).count()
        };
        let failed: usize = KINDS.into_iter().map(count).sum();
        let kinds: Vec<String> = KINDS.into_iter().map(|kind| format!("{} {}", count(kind), kind.word())).collect();
        let all = self.results.len();
        let _ = writeln!(text, "{all} examples: {} pass, {failed} fail ({})", all - failed, kinds.join(", "));
        failed > 0
    }

    /// Expressions not seen both true and false.
    fn sides(&self, text: &mut String, list: bool) -> bool {
        let open: Vec<_> = self.coverage.gaps.iter().filter(|gap| !gap.declared).collect();
        for gap in open.iter().filter(|_| list) {
            let _ = writeln!(text, "unseen   {}.md:{}:{}\n         {}", gap.page, gap.position.line, gap.position.column, gap.told);
        }
        let (all, declared) = (self.coverage.all, self.coverage.gaps.len() - open.len());
        let _ = write!(text, "{all} conditions: {} seen both true and false, {} not", all - open.len() - declared, open.len());
        let _ = match declared {
            0 => writeln!(text),
            some => writeln!(text, ", {some} declared to have one side"),
        };
        !open.is_empty()
    }

    /// What came of small changes.
    fn changes(&self, text: &mut String) -> bool {
        let (mut left, mut idle, mut untried) = (0, 0, 0);
        for (page, mutated) in &self.mutated {
            left += mutated.unnoticed.len();
            for one in &mutated.unnoticed {
                let _ = writeln!(
                    text,
                    "{:9}{page}.md:{}:{} · {}\n         {}",
                    if one.stopped { "stopped" } else { "survives" },
                    one.position.line,
                    one.position.column,
                    one.words,
                    one.change
                );
            }
            // A declaration may be of an expression that has only one side.
            let is_gap = |change: &str| self.coverage.gaps.iter().any(|gap| gap.page == *page && gap.told == change);
            for (position, declared) in mutated.idle.iter().filter(|(_, declared)| !is_gap(&declared.change)) {
                idle += 1;
                let _ = writeln!(
                    text,
                    "unneeded {page}.md:{}:{} · declared equivalent, and no change that survives is like it\n         {}",
                    position.line, position.column, declared.change
                );
            }
            if let Some(why) = mutated.untried {
                untried += 1;
                let why = match why {
                    Untried::Failing => "no example, or some fail as they are".to_owned(),
                    Untried::Budget(left) => format!("{left} changes were left when its budget was used up"),
                };
                let _ = writeln!(text, "untried  {page}.md · {why}");
            }
        }
        let sum = |of: fn(&Mutated) -> usize| self.mutated.values().map(of).sum::<usize>();
        let _ = write!(
            text,
            "{} changes to {} pages: {} noticed, {} declared to make no difference, {left} not noticed",
            sum(|mutated| mutated.changes),
            self.mutated.len(),
            sum(|mutated| mutated.noticed),
            sum(|mutated| mutated.declared),
        );
        for (count, what) in [(idle, "declarations without need"), (untried, "pages not tried to the end")] {
            if count > 0 {
                let _ = write!(text, "; {count} {what}");
            }
        }
        let _ = writeln!(text);
        left + idle + untried > 0
    }
}

impl RuleSource {
    /// The folder in place of the built-in pages, as shown.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        self.folder.as_ref().map(|folder| folder.display().to_string())
    }
}
