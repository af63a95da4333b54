//! Joins the saved audits of a run's parts into the one that the whole run would have saved, or says why they
//! are not parts of one run.
//!
//! Each programme is in one part, whole, so that joining is putting programmes back in their order and
//! counting them again. Everything else must be the same in all parts. What the files say is not trusted:
//! positions are numbers that somebody may have changed. How a run is split is not known here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::saved::Audit;
use super::{RuleCard, Run, Totals};
use crate::limits;
use crate::redact::ShownProgramme;
use crate::text;

/// Which part of a run a saved audit holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from 1.
    pub index: usize,
    /// How many parts there are.
    pub of: usize,
    /// SHA-256 of the paths and sizes of all programmes of the run, and of how many parts there are.
    pub split: String,
    /// How many programmes the run has in all parts together.
    pub programmes: usize,
    /// Where the programmes of this part stand among them, from 0, in the order of paths.
    pub positions: Vec<usize>,
    /// Whether the run could not look at all that was asked for, whatever its programmes came to.
    pub incomplete: bool,
    /// The most findings that the run was to write, if that was said. A saved part holds all of its own.
    pub max_findings: Option<usize>,
}

/// A saved audit with the name of its file.
pub type Named = (String, Audit);

/// What parts came to together.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The audit; its status is not worked out here.
    pub audit: Audit,
    /// Whether the run could not look at all that was asked for.
    pub incomplete: bool,
    /// The most findings that the run was to write.
    pub max_findings: Option<usize>,
}

/// Joins parts, in whatever order they are given.
///
/// # Errors
/// What keeps them from being all parts of one run, each once, with the files by name.
pub fn join(audits: Vec<Named>) -> Result<Joined, String> {
    let mut parts = Vec::with_capacity(audits.len());
    for (name, mut audit) in audits {
        let Some(shard) = audit.run.shard.take() else {
            return Err(format!("{name} is a whole audit, not a part of one\n  help: name the audits that havesay check --shard wrote"));
        };
        parts.push(Part { name, shard, audit });
    }
    one_run(&parts)?;
    alike(&parts)?;
    whole(&parts)?;
    joined(parts)
}

/// A part with the name of its file.
struct Part {
    name: String,
    shard: Shard,
    audit: Audit,
}

fn faulty(name: &str) -> String {
    format!("{name} is not as a part should be\n  help: write it again with havesay check --shard")
}

/// Refuses parts of runs over different programmes, and parts that cannot be.
fn one_run(parts: &[Part]) -> Result<(), String> {
    let Some(first) = parts.first() else { return Err("no audit is named\n  help: name the saved audits of all parts".to_owned()) };
    for Part { name, shard, audit } in parts {
        let ascending = shard.positions.windows(2).all(|pair| matches!(pair, [one, next] if one < next));
        let within = shard.positions.last().is_none_or(|last| *last < shard.programmes);
        let counted = (1..=limits::SHARDS_MAX).contains(&shard.of) && (1..=shard.of).contains(&shard.index);
        if !counted || !ascending || !within || shard.positions.len() != audit.programmes.len() || audit.run.compared.is_some() {
            return Err(faulty(name));
        }
        let (one, other) = (first.shard.of, shard.of);
        if one != other {
            return Err(format!(
                "{} is a part of {one} and {name} a part of {other}\n  help: split every job into the same number of parts",
                first.name
            ));
        }
        let looked = |part: &Shard| (part.split.clone(), part.programmes, part.incomplete);
        if looked(shard) != looked(&first.shard) {
            return Err(format!(
                "{} and {name} are parts of different runs: they saw other programmes, or files of other sizes\n  help: check out the same commit for every job, with the same line ends, and name the same paths from the same folder",
                first.name
            ));
        }
        let (one, other) = (&first.audit.totals, &audit.totals);
        if one.strays != other.strays {
            return Err(format!(
                "{} and {name} differ in what lies outside all programmes: {} and {} JSON files\n  help: save the parts in a folder of their own that is not audited",
                first.name, one.strays.0, other.strays.0
            ));
        }
        if one.left_out != other.left_out {
            return Err(format!(
                "{} and {name} differ in what git ignores: {} and {} files and folders\n  help: check out the same commit for every job, and add nothing to it before",
                first.name, one.left_out.0, other.left_out.0
            ));
        }
    }
    Ok(())
}

/// Refuses parts that were judged by different things.
fn alike(parts: &[Part]) -> Result<(), String> {
    let Some((first, others)) = parts.split_first() else { return Ok(()) };
    let one = &first.audit.run;
    for Part { name, shard, audit } in others {
        let other = &audit.run;
        let differ = |what: &str, help: &str| Err(format!("{} and {name} differ in {what}\n  help: {help}", first.name));
        if one.version != other.version {
            return differ(&format!("the version of havesay: {} and {}", one.version, other.version), "use one version for every job");
        }
        if one.as_of != other.as_of {
            let what = format!("the date: {} and {}", one.as_of, other.as_of);
            return differ(&what, "give every job the same --as-of, such as the date of the commit");
        }
        if one.settings != other.settings {
            let keys = || [&one.settings, &other.settings].into_iter().filter_map(|settings| settings.as_object()).flatten();
            let key = keys().map(|(key, _)| key).find(|key| one.settings.get(key) != other.settings.get(key));
            let key = key.map_or_else(String::new, |key| format!(" ({key})"));
            return differ(&format!("their settings{key}"), "start every job with the same arguments, environment and settings files");
        }
        if first.shard.max_findings != shard.max_findings {
            return differ("--max-findings", "start every job with the same arguments");
        }
        if let Some(rule) = other_rule(&one.rules, &other.rules) {
            return differ(&format!("their rules ({rule})"), "give every job the same rule pages");
        }
    }
    Ok(())
}

/// The first rule that is not the same in both, if there is one.
fn other_rule<'r>(one: &'r [RuleCard], other: &'r [RuleCard]) -> Option<&'r str> {
    // A page is explained only where it has findings.
    let plain = |card: &RuleCard| RuleCard { prose: None, ..card.clone() };
    let differs = one.iter().zip(other).find(|(one, other)| plain(one) != plain(other)).map(|(one, _)| one);
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    differs.or_else(|| long.get(short.len())).map(|card| card.name.as_str())
}

/// Refuses parts that are not all there, each once.
fn whole(parts: &[Part]) -> Result<(), String> {
    let of = parts.first().map_or(0, |part| part.shard.of);
    let mut names: BTreeMap<usize, &str> = BTreeMap::new();
    for Part { name, shard, .. } in parts {
        if let Some(other) = names.insert(shard.index, name) {
            let both = if other == name {
                format!("{name} is named twice")
            } else {
                format!("{other} and {name} are both part {}/{of}", shard.index)
            };
            return Err(format!("{both}\n  help: name each part once"));
        }
    }
    let missing: Vec<String> = (1..=of).filter(|index| !names.contains_key(index)).map(|index| format!("{index}/{of}")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // One more is named as well as counted.
    let room = if missing.len() == limits::LIST_NAMES_MAX + 1 { missing.len() } else { limits::LIST_NAMES_MAX };
    let mut listed: Vec<String> = missing.iter().take(room).cloned().collect();
    if missing.len() > room {
        listed.push(format!("{} more", missing.len() - room));
    }
    let (what, is) = if missing.len() == 1 { ("part", "is") } else { ("parts", "are") };
    Err(format!(
        "the {what} {} {is} missing\n  help: name the saved audits of all {of} parts; run those jobs again that saved none",
        text::list(&listed, "and")
    ))
}

/// The whole audit.
fn joined(mut parts: Vec<Part>) -> Result<Joined, String> {
    // Rules are explained by the first part that has findings of theirs.
    parts.sort_by_key(|part| part.shard.index);
    let mut programmes: Vec<(usize, ShownProgramme, Option<String>)> = Vec::new();
    let mut run: Option<Run> = None;
    let mut totals = Totals::default();
    let mut unwritten = 0;
    let (mut all, mut incomplete, mut max_findings) = (0, false, None);
    for Part { shard, audit, .. } in parts {
        (all, incomplete, max_findings) = (shard.programmes, shard.incomplete, shard.max_findings);
        totals.elsewhere += audit.totals.elsewhere;
        totals.beyond += audit.unwritten;
        totals.faulted |= audit.totals.faulted;
        (totals.left_out, totals.strays) = (audit.totals.left_out, audit.totals.strays);
        unwritten += audit.unwritten;
        let own = shard.positions.into_iter().zip(audit.programmes).zip(audit.inputs);
        programmes.extend(own.map(|((at, programme), inputs)| (at, programme, inputs)));
        match &mut run {
            None => run = Some(audit.run),
            Some(run) => {
                for (card, other) in run.rules.iter_mut().zip(audit.run.rules) {
                    card.prose = card.prose.take().or(other.prose);
                }
            }
        }
    }
    programmes.sort_by_key(|(at, ..)| *at);
    let in_order = programmes.len() == all && programmes.iter().enumerate().all(|(number, (at, ..))| number == *at);
    let Some(run) = run.filter(|_| in_order) else {
        let help = "write the parts again with havesay check --shard";
        return Err(format!("the parts do not hold each programme once\n  help: {help}"));
    };
    for (_, programme, _) in &programmes {
        totals.add(programme, &run);
    }
    let (programmes, inputs) = programmes.into_iter().map(|(_, programme, inputs)| (programme, inputs)).unzip();
    Ok(Joined { audit: Audit { run, programmes, inputs, totals, status: 0, unwritten }, incomplete, max_findings })
}
