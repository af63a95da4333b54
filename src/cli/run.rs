//! What holds for the whole of a `havesay check`, as reports say it: by which rules and settings it is made.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::check::Setups;
use super::{CheckArgs, color, plain, source, width};
use crate::config;
use crate::discover;
use crate::pipeline::setup::hex;
use crate::pipeline::{Request, Task};
use crate::redact::MASK;
use crate::report::{Prose, RuleCard, Run};
use crate::rule::{Rule, prose};
use crate::schema::{Schema, form};

/// What formats want to know of rules beyond what is at hand.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Digests of what was read.
    pub digests: bool,
    /// What their pages say.
    pub prose: bool,
}

/// What holds for the whole run, as reports say it.
pub(super) fn run(args: &CheckArgs, setups: &Setups, tasks: &[Task], rules: &[(usize, usize)], request: &Request, wanted: Wanted) -> Run {
    let rules = rules
        .iter()
        .filter_map(|number| setups.rule(*number))
        .map(|(setup, rule)| {
            let effective = setup.effective(setup.config.closest().map_or(Path::new(""), |file| file.folder.as_path()));
            let own = effective.rule.get(&*rule.name);
            let set = own.and_then(|own| own.severity.as_ref());
            let params = rule
                .params
                .iter()
                .filter_map(|number| setup.rules.params.get(*number))
                .map(|param| {
                    let set = own.and_then(|own| own.params.get(&param.name)).map(|set| match &set.value {
                        config::ParamValue::Number(text) | config::ParamValue::Date(text) => text.clone(),
                        config::ParamValue::Flag(flag) => flag.to_string(),
                        // A text of the settings is not known to be safe.
                        config::ParamValue::Text(_) | config::ParamValue::List(_) => MASK.to_owned(),
                    });
                    match set {
                        Some(text) => (plain(&param.name), text, "settings".to_owned()),
                        None => (plain(&param.name), plain(&param.text), "page".to_owned()),
                    }
                })
                .collect();
            RuleCard {
                name: rule.name.to_string(),
                title: plain(&rule.title),
                severity: set.map_or(rule.severity, |placed| placed.value),
                severity_from: if set.is_some() { "settings" } else { "page" }.to_owned(),
                page_severity: rule.severity,
                stage: stage_word(&setup.schema, rule.from),
                reveals: rule.reveals,
                help: plain(&rule.help),
                digest: if wanted.digests { setup.rules.digest(rule) } else { String::new() },
                params,
                address: page_address(rule),
                prose: wanted.prose.then(|| explained(rule)),
            }
        })
        .collect();
    let working = std::env::current_dir().unwrap_or_default();
    let settings = json!({
        "files": setups.files().map(|(path, digest)| json!({ "path": discover::shown(&working, path), "sha256": digest })).collect::<Vec<_>>(),
        "waivers": waiver_files(tasks),
        "waivers_hold": request.terms.waivers,
        "baseline": request.baseline.as_ref().map(|baseline| json!({ "path": baseline.shown, "sha256": hex(&Sha256::digest(baseline.text.as_bytes())) })),
        "fail_on": request.terms.fail_on,
        "min_severity": request.terms.min_severity,
        "min_cell": request.masks.min_cell,
        "select": request.selection.select,
        "ignore": request.selection.ignore,
        "stage": args.stage,
        "rules_from": source().shown().map(|_| "HAVESAY_RULES"),
    });
    Run {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: form::day_text(request.clock.as_of),
        rules,
        fail_on: request.terms.fail_on,
        min_cell: request.masks.min_cell,
        settings,
        color: color(args.common.color),
        width: width(),
        verbose: args.verbose,
        statistics: args.statistics,
        show_suppressed: args.show_suppressed,
        group: args.group_by,
        compared: None,
        shard: None,
    }
}

/// The waiver files of a run, each once, with their digests.
fn waiver_files(tasks: &[Task]) -> serde_json::Value {
    let files: BTreeMap<&str, String> = tasks
        .iter()
        .flat_map(|task| &task.waivers)
        .map(|beside| (&*beside.file.shown, hex(&Sha256::digest(beside.file.text.as_bytes()))))
        .collect();
    files.into_iter().map(|(path, digest)| json!({ "path": path, "sha256": digest })).collect()
}

/// The stage from which a rule runs.
fn stage_word(schema: &Schema, stage: u16) -> String {
    let word = schema.vocabulary(schema.stages).and_then(|known| known.words.get(usize::from(stage)));
    word.map_or_else(String::new, |word| word.text.clone())
}

/// Where a built-in page is on the web, if the package says where its files are.
fn page_address(rule: &Rule) -> Option<String> {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let built_in = rule.page.path.is_none() && !repository.is_empty();
    built_in.then(|| format!("{repository}/blob/v{}/rules/{}.md", env!("CARGO_PKG_VERSION"), rule.name))
}

/// What a rule's page says, without its title and examples.
fn explained(rule: &Rule) -> Prose {
    let text = rule.page.text();
    let page = prose::prose(&text);
    let page = page.strip_prefix("# ").and_then(|rest| rest.split_once('\n')).map_or(page, |(_, rest)| rest).trim();
    Prose { description: plain(&prose::opening(page)), page: plain(page) }
}
