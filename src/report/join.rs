//! Joins the saved audits of a run's parts into the one that the whole run would have saved, or says why they
//! are not parts of one run.

use super::saved::Audit;
use super::{RuleCard, Run, Shard, Totals};

/// A saved audit with the name of its file.
pub type Named = (String, Audit);

/// Joins parts; in whatever order they are given.
///
/// # Errors
/// What keeps them from being all parts of one run, each once, with the files by name.
pub fn join(mut audits: Vec<Named>) -> Result<(Audit, bool), String> {
    let mut first: Option<(String, Shard)> = None;
    for (name, audit) in &audits {
        let Some(shard) = &audit.run.shard else {
            return Err(format!("{name} is a whole audit and no part of one\n  help: name the audits that havesay check --shard wrote"));
        };
        let Some((first_name, first_shard)) = &first else {
            first = Some((name.clone(), shard.clone()));
            continue;
        };
        if shard.of != first_shard.of {
            return Err(format!(
                "{first_name} is a part of {} and {name} a part of {}\n  help: split every job into the same number of parts",
                first_shard.of, shard.of
            ));
        }
        if (&shard.plan, shard.programmes) != (&first_shard.plan, first_shard.programmes) {
            return Err(format!(
                "{first_name} and {name} are parts of different runs: they saw other programmes, or files of other sizes\n  help: check out the same commit for every job, with the same line ends, and name the same paths from the same folder"
            ));
        }
    }
    let Some((_, plan)) = first else { return Err("no audit is named".to_owned()) };
    alike(&audits)?;
    whole(&audits, &plan)?;
    audits.sort_by_key(|(_, audit)| audit.run.shard.as_ref().map(|shard| shard.index));
    Ok(joined(audits, &plan))
}

/// Refuses audits that were judged by different things.
fn alike(audits: &[Named]) -> Result<(), String> {
    let Some(((first_name, first), others)) = audits.split_first() else { return Ok(()) };
    for (name, audit) in others {
        let (one, other) = (&first.run, &audit.run);
        let differ = |what: &str, one: &str, other: &str, help: &str| {
            Err(format!("{first_name} and {name} differ in {what}: {one} and {other}\n  help: {help}"))
        };
        if one.version != other.version {
            return differ("the version of havesay", &one.version, &other.version, "use one version for every job");
        }
        if one.as_of != other.as_of {
            return differ("the date", &one.as_of, &other.as_of, "give every job the same --as-of, such as the date of the commit");
        }
        if one.settings != other.settings {
            let names = one.settings.as_object().into_iter().flatten();
            let key = names.map(|(key, _)| key).find(|key| one.settings.get(key) != other.settings.get(key));
            let key = key.map_or("", String::as_str);
            let help = "start every job with the same arguments, environment and settings files";
            return Err(format!("{first_name} and {name} differ in their settings ({key})\n  help: {help}"));
        }
        let plain = |card: &RuleCard| RuleCard { prose: None, ..card.clone() };
        let differs = one.rules.len() != other.rules.len() || one.rules.iter().zip(&other.rules).any(|(one, other)| plain(one) != plain(other));
        if differs {
            let rule = one.rules.iter().find(|rule| other.card(&rule.name).map(plain) != Some(plain(rule)));
            let rule = rule.or_else(|| other.rules.iter().find(|rule| one.card(&rule.name).is_none()));
            let rule = rule.map_or("", |rule| rule.name.as_str());
            return Err(format!("{first_name} and {name} differ in their rules ({rule})\n  help: give every job the same rule pages"));
        }
    }
    Ok(())
}

/// Refuses parts that are not all there, each once.
fn whole(audits: &[Named], plan: &Shard) -> Result<(), String> {
    let mut names: Vec<Option<&str>> = vec![None; plan.of];
    for (name, audit) in audits {
        let Some(shard) = &audit.run.shard else { continue };
        let fits = shard.positions.len() == audit.programmes.len() && shard.positions.iter().all(|at| *at < plan.programmes);
        let Some(slot) = shard.index.checked_sub(1).and_then(|at| names.get_mut(at)).filter(|_| fits) else {
            return Err(format!("{name} is not as a part should be\n  help: write it again with havesay check --shard"));
        };
        if let Some(other) = slot.replace(name) {
            return Err(format!("{other} and {name} are both part {}/{}\n  help: name each part once", shard.index, plan.of));
        }
    }
    let missing: Vec<String> =
        names.iter().enumerate().filter(|(_, name)| name.is_none()).map(|(at, _)| format!("{}/{}", at + 1, plan.of)).collect();
    if !missing.is_empty() {
        let (what, is) = if missing.len() == 1 { ("part", "is") } else { ("parts", "are") };
        return Err(format!(
            "{what} {} {is} missing\n  help: name the audits of all {} parts; one whose job failed has to be run again",
            crate::text::list(&missing, "and"),
            plan.of
        ));
    }
    let mut seen = vec![false; plan.programmes];
    for at in audits.iter().filter_map(|(_, audit)| audit.run.shard.as_ref()).flat_map(|shard| &shard.positions) {
        match seen.get_mut(*at) {
            Some(slot @ false) => *slot = true,
            _ => return Err("a programme is in two parts\n  help: write the parts again with havesay check --shard".to_owned()),
        }
    }
    if seen.contains(&false) {
        return Err("a programme is in no part\n  help: write the parts again with havesay check --shard".to_owned());
    }
    Ok(())
}

/// The whole audit, and whether the run could not look at all that was asked for.
fn joined(audits: Vec<Named>, plan: &Shard) -> (Audit, bool) {
    let mut programmes = Vec::with_capacity(plan.programmes);
    let mut run: Option<Run> = None;
    let mut totals = Totals::default();
    let mut unwritten = 0;
    for (_, audit) in audits {
        totals.elsewhere += audit.totals.elsewhere;
        totals.beyond += audit.totals.beyond;
        totals.faulted |= audit.totals.faulted;
        (totals.left_out, totals.strays) = (audit.totals.left_out, audit.totals.strays);
        unwritten += audit.unwritten;
        let positions = audit.run.shard.as_ref().map(|shard| shard.positions.clone()).unwrap_or_default();
        programmes.extend(positions.into_iter().zip(audit.programmes.into_iter().zip(audit.inputs)));
        match &mut run {
            None => run = Some(audit.run),
            // A page is explained only where it has findings.
            Some(run) => {
                for (card, other) in run.rules.iter_mut().zip(audit.run.rules) {
                    card.prose = card.prose.take().or(other.prose);
                }
            }
        }
    }
    programmes.sort_by_key(|(at, _)| *at);
    let run = Run { shard: None, ..run.unwrap_or_else(Run::nothing) };
    for (_, (programme, _)) in &programmes {
        totals.add(programme, &run);
    }
    let (programmes, inputs) = programmes.into_iter().map(|(_, own)| own).unzip();
    (Audit { run, programmes, inputs, totals, status: 0, unwritten }, plan.incomplete)
}
