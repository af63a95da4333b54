//! Holds two saved audits against one another: what is new, gone, changed and unchanged, and whether the
//! records changed or only what they were judged by.
//!
//! Findings are known again by their fingerprint; where several have the same one they pair off in their
//! order. A finding that is gone counts as gone only where its rule still judges its programme: what is no
//! longer judged is listed apart, because it is not mended. The cause of a difference is the records unless
//! the programme's inputs are the same byte for byte; all else that differs is named beside it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Value, json};

use super::saved::Audit;
use super::{RuleCard, count, json as saved, place, summary};
use crate::finding::{Severity, Verdicts};
use crate::redact::{ShownFinding, ShownProgramme};

/// The version of what `--format json` writes. Within a major, members are only added.
pub const VERSION: &str = "1.0";

/// Why a finding is there in one audit and not in the other, or says something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The records of its programme differ, or it cannot be known that they do not.
    Records,
    /// The rule's page or a definition that it uses differs, or only one audit has the rule.
    Rule,
    /// A parameter or the severity of the rule differs.
    Parameters,
    /// The date of the audit differs.
    Date,
    /// Other settings differ.
    Settings,
    /// Another version of the program judged.
    Tool,
}

impl Cause {
    const fn words(self) -> &'static str {
        match self {
            Cause::Records => "the records",
            Cause::Rule => "the rule",
            Cause::Parameters => "its parameters or severity",
            Cause::Date => "the date of the audit",
            Cause::Settings => "the settings",
            Cause::Tool => "the version of havesay",
        }
    }
}

/// A finding of one audit or of both.
#[derive(Clone, Debug)]
pub struct Difference<'a> {
    /// The finding, as the newer audit has it where it is in both.
    pub finding: &'a ShownFinding,
    /// Its programme.
    pub programme: &'a ShownProgramme,
    /// As the older audit had it, where it is in both.
    pub before: Option<&'a ShownFinding>,
    /// What differs that it can come from.
    pub because: BTreeSet<Cause>,
    /// Whether it fails the newer run and did not fail the older one.
    pub newly_fails: bool,
    /// Why it is not judged any more, in words.
    pub unjudged: Option<String>,
}

/// Two audits, held against one another.
#[derive(Debug, Default)]
pub struct Comparison<'a> {
    /// In the newer one alone.
    pub new: Vec<Difference<'a>>,
    /// In the older one alone, though its rule still judges its programme.
    pub gone: Vec<Difference<'a>>,
    /// In the older one alone, because it is not judged any more.
    pub not_judged: Vec<Difference<'a>>,
    /// In both, with another severity, message or suppression.
    pub changed: Vec<Difference<'a>>,
    /// In both, the same.
    pub unchanged: u64,
    /// Findings that one of the audits counted and did not save: they cannot be compared.
    pub unwritten: (u64, u64),
    /// Verdicts of the older and the newer one.
    pub verdicts: (Verdicts, Verdicts),
    /// Whether one of them lists milder findings than the other.
    pub severities_differ: bool,
}

/// Programmes by path, and by id where only one has it: a programme may have moved.
struct Programmes<'a> {
    by_id: HashMap<&'a str, Option<usize>>,
    by_path: HashMap<&'a str, usize>,
}

impl<'a> Programmes<'a> {
    fn of(audit: &'a Audit) -> Self {
        let mut by_id: HashMap<&str, Option<usize>> = HashMap::new();
        let mut by_path = HashMap::new();
        for (number, programme) in audit.programmes.iter().enumerate() {
            by_id.entry(programme.id.as_str()).and_modify(|known| *known = None).or_insert(Some(number));
            by_path.insert(programme.path.as_str(), number);
        }
        Self { by_id, by_path }
    }

    /// The programme of this audit that another audit's programme is.
    fn find(&self, other: &ShownProgramme) -> Option<usize> {
        self.by_id.get(other.id.as_str()).copied().flatten().or_else(|| self.by_path.get(other.path.as_str()).copied())
    }
}

/// What is the same or not between the two runs as a whole.
struct Runs<'a> {
    old: &'a Audit,
    new: &'a Audit,
    old_rules: HashMap<&'a str, &'a RuleCard>,
    new_rules: HashMap<&'a str, &'a RuleCard>,
    everywhere: BTreeSet<Cause>,
    /// Whether the settings files differ, which the parameters of a rule may explain.
    files_differ: bool,
}

impl<'a> Runs<'a> {
    fn of(old: &'a Audit, new: &'a Audit) -> Self {
        let rules = |audit: &'a Audit| audit.run.rules.iter().map(|rule| (rule.name.as_str(), rule)).collect();
        let mut everywhere = BTreeSet::new();
        if old.run.as_of != new.run.as_of {
            everywhere.insert(Cause::Date);
        }
        if old.run.version != new.run.version {
            everywhere.insert(Cause::Tool);
        }
        // What decides which findings there are; which of them fail is seen in the findings themselves.
        let weighs = |audit: &Audit| {
            ["min_severity", "min_cell", "select", "ignore", "stage", "rules_from"].map(|name| audit.run.settings.get(name).cloned())
        };
        if weighs(old) != weighs(new) {
            everywhere.insert(Cause::Settings);
        }
        let files = |audit: &Audit| audit.run.settings.get("files").cloned();
        Self { old, new, old_rules: rules(old), new_rules: rules(new), everywhere, files_differ: files(old) != files(new) }
    }

    /// What differs that a finding of this rule in these programmes can come from.
    fn causes(&self, rule: &str, old: Option<usize>, new: Option<usize>) -> BTreeSet<Cause> {
        let mut causes = self.everywhere.clone();
        let digest = |audit: &'a Audit, number: Option<usize>| number.and_then(|number| audit.inputs.get(number)).and_then(Option::as_ref);
        let (before, after) = (digest(self.old, old), digest(self.new, new));
        if before.is_none() || before != after {
            causes.insert(Cause::Records);
        }
        match (self.old_rules.get(rule), self.new_rules.get(rule)) {
            (Some(before), Some(after)) => {
                if before.digest != after.digest {
                    causes.insert(Cause::Rule);
                }
                if before.params != after.params || before.severity != after.severity {
                    causes.insert(Cause::Parameters);
                }
            }
            (None, None) => {}
            _ => {
                causes.insert(Cause::Rule);
            }
        }
        if self.files_differ && !causes.contains(&Cause::Parameters) {
            causes.insert(Cause::Settings);
        }
        causes
    }

    /// Why a finding of the older audit could not be in the newer one, whatever the records say.
    fn unjudged(&self, rule: &str, before: &ShownProgramme, programme: Option<usize>) -> Option<String> {
        let Some(programme) = programme.and_then(|number| self.new.programmes.get(number)) else {
            return Some("its programme is not in the newer audit".to_owned());
        };
        let Some(number) = self.new.run.rules.iter().position(|known| known.name == rule) else {
            // What the program finds itself has no page in every set of rules.
            return self.old_rules.contains_key(rule).then(|| "its rule is not in the newer audit".to_owned());
        };
        if let Some((_, why)) = programme.idle.iter().find(|(idle, _)| *idle == number) {
            return Some(format!("its rule did not run: {why}"));
        }
        if self.new.unwritten > 0 {
            let (more, one) = (count(self.new.unwritten, "finding", "findings"), "so this may be one of them");
            return Some(format!("the newer audit counted {more} more than it saved, {one}"));
        }
        if programme.unjudged > 0 {
            return Some("files of its programme could not be judged".to_owned());
        }
        let of = |programme: &ShownProgramme, rules: &[RuleCard]| {
            let number = rules.iter().position(|known| known.name == rule);
            number.and_then(|number| programme.verdicts.get(number)).map_or(0, |own| own.no_evidence)
        };
        let (was, is) = (of(before, &self.old.run.rules), of(programme, &self.new.run.rules));
        // What is no longer recorded is not mended; which of them has no evidence is not saved for all.
        (is > was).then(|| {
            format!(
                "its rule has no evidence in {} now, before in {}, so this may be one of them",
                count(is, "case", "cases"),
                count(was, "case", "cases")
            )
        })
    }
}

type Found<'a> = (&'a ShownProgramme, usize, &'a ShownFinding);

/// The findings of an audit by their fingerprint, those with the same one in their order.
fn by_fingerprint(audit: &Audit) -> BTreeMap<&str, Vec<Found<'_>>> {
    let mut found: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
    for (number, programme) in audit.programmes.iter().enumerate() {
        for finding in &programme.findings {
            found.entry(&finding.fingerprint).or_default().push((programme, number, finding));
        }
    }
    found
}

/// Compares two audits.
#[must_use]
pub fn compare<'a>(old: &'a Audit, new: &'a Audit) -> Comparison<'a> {
    let runs = Runs::of(old, new);
    let (old_programmes, new_programmes) = (Programmes::of(old), Programmes::of(new));
    let mut before = by_fingerprint(old);
    let setting = |audit: &Audit| audit.run.settings.get("min_severity").cloned();
    let mut comparison = Comparison {
        unwritten: (old.unwritten, new.unwritten),
        verdicts: (old.totals.verdicts, new.totals.verdicts),
        severities_differ: setting(old) != setting(new),
        ..Comparison::default()
    };
    for (number, programme) in new.programmes.iter().enumerate() {
        for finding in &programme.findings {
            // The programme of the same path has the first claim, where several have the same id.
            let earlier = before.get_mut(finding.fingerprint.as_str()).filter(|list| !list.is_empty()).map(|list| {
                let at = list.iter().position(|(own, ..)| own.path == programme.path).unwrap_or(0);
                list.remove(at)
            });
            let fails = new.run.fails(finding);
            match earlier {
                None => comparison.new.push(Difference {
                    finding,
                    programme,
                    before: None,
                    because: runs.causes(&finding.rule, old_programmes.find(programme), Some(number)),
                    newly_fails: fails,
                    unjudged: None,
                }),
                Some((_, old_number, earlier)) => {
                    let newly_fails = fails && !old.run.fails(earlier);
                    let same = earlier.severity == finding.severity
                        && earlier.message == finding.message
                        && earlier.suppressed.is_some() == finding.suppressed.is_some();
                    if same && !newly_fails {
                        comparison.unchanged += 1;
                    } else {
                        let mut because = runs.causes(&finding.rule, Some(old_number), Some(number));
                        if old.run.fail_on != new.run.fail_on {
                            because.insert(Cause::Settings);
                        }
                        comparison.changed.push(Difference {
                            finding,
                            programme,
                            before: Some(earlier),
                            because,
                            newly_fails,
                            unjudged: None,
                        });
                    }
                }
            }
        }
    }
    // What is left in the order of the older audit.
    for (number, programme) in old.programmes.iter().enumerate() {
        for finding in &programme.findings {
            let left =
                before.get(finding.fingerprint.as_str()).is_some_and(|list| list.iter().any(|(_, _, own)| std::ptr::eq(*own, finding)));
            if !left {
                continue;
            }
            let now = new_programmes.find(programme);
            let difference = Difference {
                finding,
                programme,
                before: None,
                because: runs.causes(&finding.rule, Some(number), now),
                newly_fails: false,
                unjudged: runs.unjudged(&finding.rule, programme, now),
            };
            if difference.unjudged.is_some() { comparison.not_judged.push(difference) } else { comparison.gone.push(difference) }
        }
    }
    comparison
}

impl Comparison<'_> {
    /// Whether something fails that did not.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.newly_failing() > 0
    }

    fn newly_failing(&self) -> u64 {
        self.new.iter().chain(&self.changed).filter(|own| own.newly_fails).count() as u64
    }

    /// The comparison in words.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (head, list) in
            [("new", &self.new), ("changed", &self.changed), ("gone", &self.gone), ("not judged any more", &self.not_judged)]
        {
            for own in list {
                out.push_str(&own.text(head));
            }
        }
        if self.unwritten != (0, 0) {
            let (old, new) = self.unwritten;
            out.push_str(&format!(
                "{} of the older audit and {} of the newer one were counted and not saved, so they are not compared\n",
                count(old, "finding", "findings"),
                count(new, "finding", "findings")
            ));
        }
        if self.severities_differ {
            out.push_str("The audits list findings from different severities on, so milder ones may seem new or gone\n");
        }
        let lists = [&self.new, &self.changed, &self.gone, &self.not_judged];
        let elsewhere = lists.into_iter().flatten().filter(|own| !own.because.contains(&Cause::Records)).count() as u64;
        out.push_str(&format!(
            "{} new, {} changed, {} gone, {} not judged any more, {} unchanged\n",
            summary::grouped(self.new.len() as u64),
            summary::grouped(self.changed.len() as u64),
            summary::grouped(self.gone.len() as u64),
            summary::grouped(self.not_judged.len() as u64),
            summary::grouped(self.unchanged)
        ));
        if elsewhere > 0 {
            out.push_str(&format!(
                "The records are the same for {}: what they were judged by changed\n",
                count(elsewhere, "of these differences", "of these differences")
            ));
        }
        let reached = |own: &Verdicts| {
            format!("{} of {}", summary::grouped(own.pass + own.finding), summary::grouped(own.pass + own.finding + own.no_evidence))
        };
        out.push_str(&format!("verdicts reached: {} before, {} now\n", reached(&self.verdicts.0), reached(&self.verdicts.1)));
        out.push_str(&match self.newly_failing() {
            0 => "Nothing new fails.\n".to_owned(),
            failing => format!("{} that did not before.\n", count(failing, "finding fails", "findings fail")),
        });
        out
    }

    /// The comparison as JSON.
    #[must_use]
    pub fn json(&self, old: &Audit, new: &Audit) -> Value {
        let list = |list: &[Difference<'_>]| list.iter().map(Difference::json).collect::<Vec<_>>();
        let run = |audit: &Audit| json!({ "as_of": audit.run.as_of, "tool": audit.run.version, "verdicts": saved::to_value(&audit.totals.verdicts), "unwritten": audit.unwritten });
        json!({
            "version": VERSION,
            "tool": { "name": "havesay", "version": env!("CARGO_PKG_VERSION") },
            "old": run(old),
            "new": run(new),
            "findings": {
                "new": list(&self.new),
                "changed": list(&self.changed),
                "gone": list(&self.gone),
                "not_judged": list(&self.not_judged),
            },
            "summary": {
                "status": u8::from(self.fails()),
                "new": self.new.len(),
                "changed": self.changed.len(),
                "gone": self.gone.len(),
                "not_judged": self.not_judged.len(),
                "unchanged": self.unchanged,
                "newly_failing": self.newly_failing(),
            },
        })
    }
}

impl Difference<'_> {
    fn text(&self, head: &str) -> String {
        let (file, line, column) = place(self.finding);
        let sign = |severity: Severity| summary::sign(severity);
        let severity = match self.before {
            Some(before) if before.severity != self.finding.severity => {
                format!("{}, before {}", sign(self.finding.severity), sign(before.severity))
            }
            _ => sign(self.finding.severity).to_owned(),
        };
        let held = self.finding.suppressed.as_ref().map_or_else(String::new, |held| format!(" ({})", summary::held_back(held)));
        let why = match &self.unjudged {
            Some(why) => format!("  {why}\n"),
            // Where the records alone differ there is nothing to explain.
            None if self.because == BTreeSet::from([Cause::Records]) => String::new(),
            None if self.because.is_empty() => "  nothing that is saved in the audits explains it\n".to_owned(),
            None => {
                let causes: Vec<String> = self.because.iter().map(|cause| cause.words().to_owned()).collect();
                let only =
                    if self.because.contains(&Cause::Records) { "it may come from" } else { "the records are the same; it comes from" };
                format!("  {only} {}\n", crate::text::list(&causes, "or"))
            }
        };
        format!("{head}: {file}:{line}:{column}: {severity}[{}] {}{held}\n{why}", self.finding.rule, self.finding.message)
    }

    fn json(&self) -> Value {
        json!({
            "finding": saved::finding(self.finding, self.programme),
            "before": self.before.map(|before| json!({ "severity": before.severity, "message": before.message, "suppressed": before.suppressed.as_ref().map(saved::to_value) })),
            "because": self.because.iter().map(saved::to_value).collect::<Vec<_>>(),
            "newly_fails": self.newly_fails,
            "not_judged_because": self.unjudged,
        })
    }
}
