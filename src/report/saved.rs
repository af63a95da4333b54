//! Reads a saved audit back, so that any format can be rendered from it. Nothing is judged again.
//!
//! What the file says is not trusted to be what was written: hidden characters are written out again, numbers
//! are taken as they stand, and a file of another tool or of a newer major version is refused by name. What
//! an audit masked stays masked. Members that are not known here are passed over.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::totals::RuleTotals;
use super::{ChangeTotals, ComparedWith, Output, Prose, RuleCard, Run, Shard, Step, Totals, Writing};
use crate::finding::{BaselineState, Severity, Verdicts};
use crate::redact::{
    Excerpt, Location, Shown, ShownChange, ShownFile, ShownFinding, ShownLabel, ShownNoEvidence, ShownPart, ShownProgramme, ShownSubject,
    ShownSuppression,
};

/// The major version that is read.
const MAJOR: u64 = 1;
/// Characters of a foreign file's words that are repeated.
const FOREIGN_CHARS_MAX: usize = 60;

/// A saved audit, read.
#[derive(Clone, Debug)]
pub struct Audit {
    /// What holds for the whole run.
    pub run: Run,
    /// Its programmes, in path order.
    pub programmes: Vec<ShownProgramme>,
    /// For each of them, what tells its inputs from those of another run, if that was taken.
    pub inputs: Vec<Option<String>>,
    /// What it came to.
    pub totals: Totals,
    /// The exit status of the run.
    pub status: u8,
    /// Findings that were counted and not saved.
    pub unwritten: u64,
}

/// Why a file is not read as a saved audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It ends in the middle.
    Truncated,
    /// It is not JSON.
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Another tool wrote it, or another command of this one.
    Foreign(String),
    /// It is of a major version that this program does not know.
    Newer(String),
    /// It says that it is a saved audit, and something in it is not as the schema says.
    Faulty(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Truncated => f.write_str("ends in the middle\n  help: write it again with havesay check -o json=PATH"),
            Refused::NotJson { line, column } => {
                write!(f, "is not JSON (line {line}, column {column})\n  help: name a file that havesay check -f json wrote")
            }
            Refused::Foreign(what) => {
                write!(f, "is no saved audit of havesay, {what}\n  help: name a file that havesay check -f json wrote")
            }
            Refused::Newer(version) => write!(
                f,
                "is a saved audit of version {version}; havesay {} reads version {MAJOR}\n  help: use the havesay that wrote it, or a newer one",
                env!("CARGO_PKG_VERSION")
            ),
            Refused::Faulty(what) => {
                write!(f, "is not as a saved audit should be: {what}\n  help: write it again with havesay check -o json=PATH")
            }
        }
    }
}

#[derive(Deserialize)]
struct Head {
    version: Option<Value>,
    tool: Option<Value>,
    runs: Option<Value>,
}

#[derive(Deserialize)]
struct File {
    tool: Tool,
    as_of: String,
    settings: Value,
    rules: Vec<Rule>,
    findings: Vec<Finding>,
    inputs: Vec<ShownFile>,
    programmes: Vec<Programme>,
    no_evidence: Vec<NoEvidence>,
    summary: Summary,
    compared_with: Option<ComparedWith>,
    shard: Option<Shard>,
    #[serde(default)]
    gone: Vec<Finding>,
    #[serde(default)]
    departed: Vec<Departed>,
}

#[derive(Deserialize)]
struct Tool {
    version: String,
}

#[derive(Deserialize)]
struct Rule {
    name: Shown,
    title: Shown,
    severity: Severity,
    severity_set_by: Shown,
    page_severity: Severity,
    stage: Shown,
    reveals: bool,
    params: std::collections::BTreeMap<Shown, Param>,
    digest: Shown,
    help: Shown,
    address: Option<Shown>,
    description: Option<String>,
    page: Option<String>,
}

#[derive(Deserialize)]
struct Param {
    value: Shown,
    set_by: Shown,
}

#[derive(Deserialize)]
struct Finding {
    rule: Shown,
    severity: Severity,
    message: Shown,
    parts: Vec<ShownPart>,
    help: Shown,
    programme_path: Shown,
    subject: ShownSubject,
    labels: Vec<ShownLabel>,
    labels_more: usize,
    excerpts: Vec<Excerpt>,
    fingerprint: Shown,
    suppressed: Option<ShownSuppression>,
    baseline: Option<BaselineState>,
}

#[derive(Deserialize)]
struct Programme {
    id: Shown,
    path: Shown,
    stage: Option<Shown>,
    profile: Option<Shown>,
    records: u64,
    files: usize,
    files_unjudged: u64,
    inputs_sha256: Option<String>,
    charter: Option<Location>,
    findings: Severities,
    findings_shared: Severities,
    failing: u64,
    suppressed: u64,
    suppressed_shared: u64,
    verdicts: std::collections::BTreeMap<String, Verdicts>,
    not_run: Vec<NotRun>,
    change: Option<Change>,
}

#[derive(Deserialize)]
struct Change {
    was: Option<Shown>,
    unchanged: Severities,
    unchanged_shared: Severities,
    gone: Severities,
    gone_shared: Severities,
    files_unjudged_before: u64,
    files_unjudged_still: u64,
}

#[derive(Deserialize)]
struct Departed {
    id: Shown,
    path: Shown,
    change: Change,
}

impl Change {
    fn shown(self, departed: bool, gone_findings: Vec<ShownFinding>) -> ShownChange {
        ShownChange {
            was: self.was,
            departed,
            unchanged: self.unchanged.list(),
            unchanged_once: self.unchanged_shared.list(),
            gone: self.gone.list(),
            gone_once: self.gone_shared.list(),
            gone_findings,
            unjudged_before: self.files_unjudged_before,
            unjudged_still: self.files_unjudged_still,
        }
    }
}

#[derive(Deserialize)]
struct NotRun {
    rule: Shown,
    reason: Shown,
}

#[derive(Deserialize)]
struct NoEvidence {
    rule: Shown,
    programme_path: Shown,
    count: u64,
    addresses: Vec<Shown>,
    absent: Option<Shown>,
    not_testable: Option<Shown>,
}

#[derive(Deserialize)]
struct Severities {
    error: u64,
    warning: u64,
    advice: u64,
}

impl Severities {
    const fn list(&self) -> [u64; 3] {
        [self.advice, self.warning, self.error]
    }
}

#[derive(Deserialize)]
struct Summary {
    status: u8,
    outside_paths: u64,
    unwritten: u64,
    by_rule: Vec<RuleTotals>,
    next_steps: Vec<Step>,
    left_out_by_git: Counted,
    outside_programmes: Counted,
}

#[derive(Deserialize)]
struct Counted {
    count: usize,
    first: Option<Shown>,
}

impl Audit {
    /// Reads a saved audit.
    ///
    /// # Errors
    /// Where it is none, or none that this program knows.
    pub fn read(bytes: &[u8]) -> Result<Self, Refused> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        check_head(bytes)?;
        let file: File = serde_json::from_slice(bytes).map_err(|error| Refused::Faulty(place(&error)))?;
        build(file)
    }

    /// Writes the audit again, in other formats.
    #[must_use]
    pub fn render(&self, outputs: Vec<Output<'_>>, run: &Run) -> Vec<std::io::Result<u64>> {
        outputs
            .into_iter()
            .map(|output| {
                let mut writing = Writing::begin(output, run);
                for programme in &self.programmes {
                    writing.programme(run, programme);
                }
                writing.end(run, &self.totals, self.status)
            })
            .collect()
    }
}

/// What is wrong and where; the words of the reader say nothing of the values.
fn place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // What stands in back-ticks may be a value of the file; a missing member is named by ourselves.
    let what = match text.split_once(" at line ") {
        Some((what, _)) if what.starts_with("missing field") || what.starts_with("duplicate field") => what.replace("field", "member"),
        _ => "a value is not of the type that it should be".to_owned(),
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// Whether it is a saved audit of a version that is known.
fn check_head(bytes: &[u8]) -> Result<(), Refused> {
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Refused::Truncated,
        serde_json::error::Category::Data => Refused::Foreign("but other JSON".to_owned()),
        _ => Refused::NotJson { line: error.line(), column: error.column() },
    })?;
    let word = |value: Option<&Value>| value.and_then(Value::as_str).map(foreign);
    let name = word(head.tool.as_ref().and_then(|tool| tool.get("name")));
    if name.as_deref() != Some("havesay") {
        let driver = head.runs.as_ref().and_then(|runs| runs.pointer("/0/tool/driver/name"));
        return Err(Refused::Foreign(match (name, word(driver)) {
            (Some(name), _) => format!("but of {name}"),
            (None, Some(name)) => format!("but SARIF of {name}"),
            (None, None) => "but other JSON".to_owned(),
        }));
    }
    let version = word(head.version.as_ref()).unwrap_or_default();
    match version.split('.').next().and_then(|major| major.parse::<u64>().ok()) {
        Some(MAJOR) => Ok(()),
        Some(major) if major > MAJOR => Err(Refused::Newer(version)),
        _ => Err(Refused::Faulty("its version is none that there has been".to_owned())),
    }
}

/// A word of a file that somebody else wrote.
fn foreign(text: &str) -> String {
    let cut: String = text.chars().take(FOREIGN_CHARS_MAX).collect();
    Shown::words(&cut).to_string()
}

/// Whether all that is made of digits is as it should be: it is passed on as it stands.
fn check_forms(file: &File) -> Result<(), Refused> {
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let date = file.as_of.len() == 10 && file.as_of.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let faulty = |what: &str| Err(Refused::Faulty(format!("{what} is not of its form")));
    if !date {
        return faulty("as_of");
    }
    if !file.findings.iter().all(|finding| hex(finding.fingerprint.as_str(), 32)) {
        return faulty("a fingerprint");
    }
    let inputs = file.inputs.iter().filter_map(|input| input.sha256.as_deref());
    let programmes = file.programmes.iter().filter_map(|own| own.inputs_sha256.as_deref());
    let rules = file.rules.iter().map(|rule| rule.digest.as_str());
    let split = file.shard.iter().map(|shard| shard.split.as_str());
    if !inputs.chain(programmes).chain(rules).chain(split).all(|digest| hex(digest, 64)) {
        return faulty("a digest");
    }
    Ok(())
}

fn build(file: File) -> Result<Audit, Refused> {
    check_forms(&file)?;
    let setting = |name: &str| file.settings.get(name);
    let fail_on = setting("fail_on").and_then(Value::as_str).and_then(Severity::from_word);
    let fail_on = fail_on.ok_or_else(|| Refused::Faulty("settings.fail_on is no severity".to_owned()))?;
    let min_cell = setting("min_cell").and_then(Value::as_u64);
    let min_cell = min_cell.ok_or_else(|| Refused::Faulty("settings.min_cell is no number".to_owned()))?;
    let rules: Vec<RuleCard> = file.rules.into_iter().map(card).collect();
    let number = |name: &str| {
        let known = rules.iter().position(|rule| rule.name == name);
        known.ok_or_else(|| Refused::Faulty(format!("{} is not among the rules", foreign(name))))
    };
    let mut findings = file.findings.into_iter().peekable();
    let mut no_evidence = file.no_evidence.into_iter().peekable();
    let mut gone = file.gone.into_iter().peekable();
    let mut gone_of = |path: &Shown| {
        let mut listed = Vec::new();
        while let Some(entry) = gone.next_if(|entry| entry.programme_path == *path) {
            listed.push(finding(entry, &rules));
        }
        listed
    };
    let mut inputs = file.inputs.into_iter();
    let mut programmes = Vec::with_capacity(file.programmes.len());
    let mut digests = Vec::with_capacity(file.programmes.len());
    for own in file.programmes {
        let mut verdicts = vec![Verdicts::default(); rules.len()];
        for (name, counts) in own.verdicts {
            if let Some(slot) = verdicts.get_mut(number(&name)?) {
                *slot = counts;
            }
        }
        let mut idle = Vec::with_capacity(own.not_run.len());
        for entry in own.not_run {
            idle.push((number(entry.rule.as_str())?, entry.reason));
        }
        let mut causes = Vec::new();
        while let Some(entry) = no_evidence.next_if(|entry| entry.programme_path == own.path) {
            causes.push(ShownNoEvidence {
                rule: number(entry.rule.as_str())?,
                not_testable: entry.not_testable.is_some(),
                cause: entry.not_testable.or(entry.absent).unwrap_or_default(),
                count: entry.count,
                addresses: entry.addresses,
            });
        }
        let mut listed = Vec::new();
        while let Some(entry) = findings.next_if(|entry| entry.programme_path == own.path) {
            listed.push(finding(entry, &rules));
        }
        digests.push(own.inputs_sha256);
        let gone_findings = gone_of(&own.path);
        programmes.push(ShownProgramme {
            id: own.id,
            path: own.path,
            stage: own.stage,
            profile: own.profile,
            records: own.records,
            files: inputs.by_ref().take(own.files).collect(),
            verdicts,
            idle,
            findings: listed,
            no_evidence: causes,
            charter: own.charter,
            totals: own.findings.list(),
            totals_once: own.findings_shared.list(),
            suppressed: own.suppressed,
            suppressed_once: own.suppressed_shared,
            waivers: Vec::new(),
            lingering: Vec::new(),
            failing: own.failing,
            elsewhere: 0,
            beyond: 0,
            unjudged: own.files_unjudged,
            faulted: false,
            change: own.change.map(|change| change.shown(false, gone_findings)),
        });
    }
    for own in file.departed {
        let gone_findings = gone_of(&own.path);
        let change = Some(own.change.shown(true, gone_findings));
        digests.push(None);
        programmes.push(ShownProgramme { id: own.id, path: own.path, change, ..ShownProgramme::default() });
    }
    if findings.peek().is_some() || no_evidence.peek().is_some() {
        return Err(Refused::Faulty("findings do not stand in the order of the programmes".to_owned()));
    }
    let run = Run {
        version: Shown::words(&file.tool.version).to_string(),
        as_of: Shown::words(&file.as_of).to_string(),
        rules,
        fail_on,
        min_cell,
        settings: calm_value(file.settings),
        color: false,
        width: 100,
        verbose: false,
        statistics: false,
        show_suppressed: false,
        group: super::Group::None,
        compared: file.compared_with,
        shard: file.shard,
    };
    let mut totals = Totals { change: run.compared.as_ref().map(|_| ChangeTotals::default()), ..Totals::default() };
    for programme in &programmes {
        totals.add(programme, &run);
    }
    let summary = file.summary;
    totals.elsewhere = summary.outside_paths;
    totals.beyond = summary.unwritten;
    totals.faulted = summary.status == 2;
    totals.left_out = (summary.left_out_by_git.count, summary.left_out_by_git.first);
    totals.strays = (summary.outside_programmes.count, summary.outside_programmes.first);
    // What was cut when it was saved counts in these all the same.
    totals.found = summary.by_rule;
    totals.steps = summary.next_steps;
    Ok(Audit { run, programmes, inputs: digests, totals, status: summary.status, unwritten: summary.unwritten })
}

fn card(rule: Rule) -> RuleCard {
    let text = |shown: Shown| shown.to_string();
    let prose = match (rule.description, rule.page) {
        (Some(description), Some(page)) => Some(Prose { description: calm(&description), page: calm(&page) }),
        _ => None,
    };
    RuleCard {
        name: text(rule.name),
        title: text(rule.title),
        severity: rule.severity,
        severity_from: text(rule.severity_set_by),
        page_severity: rule.page_severity,
        stage: text(rule.stage),
        reveals: rule.reveals,
        help: text(rule.help),
        digest: text(rule.digest),
        params: rule.params.into_iter().map(|(name, param)| (text(name), text(param.value), text(param.set_by))).collect(),
        address: rule.address.map(text),
        prose,
    }
}

/// Text of several lines with hidden characters written out.
fn calm(text: &str) -> String {
    text.split('\n').map(|line| Shown::words(line).to_string()).collect::<Vec<_>>().join("\n")
}

/// JSON with hidden characters in its texts written out.
fn calm_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(Shown::words(&text).to_string()),
        Value::Array(list) => Value::Array(list.into_iter().map(calm_value).collect()),
        Value::Object(map) => map.into_iter().map(|(key, value)| (Shown::words(&key).to_string(), calm_value(value))).collect(),
        other => other,
    }
}

fn finding(own: Finding, rules: &[RuleCard]) -> ShownFinding {
    let reveals = rules.iter().any(|rule| rule.reveals && rule.name == own.rule.as_str());
    ShownFinding {
        rule: Arc::from(own.rule.as_str()),
        severity: own.severity,
        message: own.message,
        parts: own.parts,
        help: own.help,
        subject: own.subject,
        labels: own.labels,
        labels_more: own.labels_more,
        excerpts: own.excerpts,
        fingerprint: own.fingerprint.to_string(),
        reveals,
        suppressed: own.suppressed,
        baseline: own.baseline,
    }
}
