//! JUnit XML for CI services that show tests: a suite for each programme, a case for each rule.
//!
//! Only a finding that fails the run is a failure, each one a case of its own. One that does not is a case
//! that passes and says what was found. What had no evidence, does not apply, did not run or is held back is
//! skipped with the reason: it must not look like a pass. The writer is `quick-xml`, not `quick-junit`: the
//! latter holds the whole report in memory until its end and brings a clock and random identities, where
//! here a programme is written as soon as it is judged and the same inputs give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::identity::Identities;
use super::{End, Renderer, Run, Totals, count, place, summary};
use crate::finding::Verdicts;
use crate::redact::{ShownFinding, ShownProgramme};

/// JUnit XML.
pub(super) struct Junit;

/// What became of a case.
enum Kind {
    Passed(String),
    Skipped(String),
    Failed { kind: &'static str, message: String, text: String },
}

/// One test case.
struct Case {
    class: String,
    name: String,
    kind: Kind,
}

/// Text without what XML cannot hold, not even escaped.
fn xml(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if allowed(c) { c.to_string() } else { format!("\\u{{{:x}}}", c as u32) }).collect()
}

fn text_of(run: &Run, finding: &ShownFinding) -> String {
    let (file, line, column) = place(finding);
    let mut text = format!("{file}:{line}:{column}\n{}\n", finding.message);
    if !finding.help.as_str().is_empty() {
        text.push_str(&format!("What to do: {}\n", finding.help));
    }
    for label in finding.labels.iter().skip(1) {
        let at = &label.location;
        text.push_str(&format!("See also {}:{}:{} {}\n", at.file, at.start.line, at.start.column, label.text));
    }
    if run.card(&finding.rule).is_some() {
        text.push_str(&format!("havesay explain {}\n", finding.rule));
    }
    text
}

/// What a rule without findings comes to: nothing where it never came to look at anything.
fn rule_kind(verdicts: &Verdicts) -> Option<Kind> {
    if verdicts.pass > 0 {
        Some(Kind::Passed(String::new()))
    } else if verdicts.not_applicable > 0 && verdicts.no_evidence == 0 {
        Some(Kind::Skipped("not applicable: the rule does not concern what is recorded here".to_owned()))
    } else if verdicts.total() == 0 && verdicts.nothing_to_judge > 0 {
        Some(Kind::Skipped("nothing to judge: what the rule looks at is kept and empty".to_owned()))
    } else {
        None
    }
}

fn cases(run: &Run, programme: &ShownProgramme, findings: &[ShownFinding]) -> Vec<Case> {
    let class = |rule: &str| format!("{}.{rule}", programme.id);
    let mut by_rule: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    let mut identities = Identities::default();
    for finding in findings {
        let kind = match &finding.suppressed {
            Some(held) => Kind::Skipped(format!("{}: {}", summary::held_back(held), finding.message)),
            None if run.fails(finding) => {
                Kind::Failed { kind: finding.severity.word(), message: finding.message.to_string(), text: text_of(run, finding) }
            }
            None => Kind::Passed(format!("{}, which does not fail the run\n{}", finding.severity, text_of(run, finding))),
        };
        let further = match identities.ordinal(finding) {
            1 => String::new(),
            number => format!(" ({number})"),
        };
        let name = format!("{}: {}{further}", run.title(&finding.rule), finding.subject.address);
        by_rule.entry(&finding.rule).or_default().push(Case { class: class(&finding.rule), name, kind });
    }
    for (number, rule) in run.rules.iter().enumerate() {
        let own = by_rule.entry(&rule.name).or_default();
        let verdicts = programme.verdicts.get(number).copied().unwrap_or_default();
        let idle = programme.idle.iter().any(|(rule, _)| *rule == number);
        if own.is_empty()
            && !idle
            && let Some(kind) = rule_kind(&verdicts)
        {
            own.push(Case { class: class(&rule.name), name: rule.title.clone(), kind });
        }
        let named = |what: &str| format!("{} ({what})", rule.title);
        for (at, entry) in programme.no_evidence.iter().filter(|entry| entry.rule == number).enumerate() {
            let name = if at == 0 { named("no evidence") } else { named(&format!("no evidence, cause {}", at + 1)) };
            // For whom something is not recorded is close to for whom it is.
            let many = if rule.reveals { String::new() } else { format!(" ({})", count(entry.count, "verdict", "verdicts")) };
            let why = format!("no evidence: {}{many}", entry.cause);
            own.push(Case { class: class(&rule.name), name, kind: Kind::Skipped(why) });
        }
        for (_, why) in programme.idle.iter().filter(|(rule, _)| *rule == number) {
            own.push(Case { class: class(&rule.name), name: named("not run"), kind: Kind::Skipped(format!("not run: {why}")) });
        }
    }
    by_rule.into_values().flatten().collect()
}

fn element(name: &'static str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, xml(value).as_str()));
    }
    start
}

fn suite(name: &str, cases: &[Case], to: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::new(to);
    let number = |wanted: fn(&Kind) -> bool| cases.iter().filter(|case| wanted(&case.kind)).count().to_string();
    let failed = number(|kind| matches!(kind, Kind::Failed { .. }));
    let skipped = number(|kind| matches!(kind, Kind::Skipped(_)));
    let tests = cases.len().to_string();
    let attributes = [("name", name), ("tests", &tests), ("failures", &failed), ("errors", "0"), ("skipped", &skipped)];
    writer.write_event(Event::Start(element("testsuite", &attributes)))?;
    newline(&mut writer)?;
    for case in cases {
        let start = element("testcase", &[("classname", &case.class), ("name", &case.name)]);
        match &case.kind {
            Kind::Passed(said) if said.is_empty() => writer.write_event(Event::Empty(start))?,
            kind => {
                writer.write_event(Event::Start(start))?;
                let (name, attributes, text) = match kind {
                    Kind::Passed(said) => ("system-out", Vec::new(), said.as_str()),
                    Kind::Skipped(why) => ("skipped", vec![("message", why.as_str())], ""),
                    Kind::Failed { kind, message, text } => {
                        ("failure", vec![("type", *kind), ("message", message.as_str())], text.as_str())
                    }
                };
                writer.write_event(Event::Start(element(name, &attributes)))?;
                writer.write_event(Event::Text(BytesText::new(&xml(text))))?;
                writer.write_event(Event::End(BytesEnd::new(name)))?;
                writer.write_event(Event::End(BytesEnd::new("testcase")))?;
            }
        }
        newline(&mut writer)?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    newline(&mut writer)
}

fn newline<W: Write>(writer: &mut Writer<W>) -> io::Result<()> {
    writer.get_mut().write_all(b"\n")
}

impl Renderer for Junit {
    fn begin(&mut self, _: &Run, to: &mut dyn Write) -> io::Result<()> {
        let mut writer = Writer::new(to);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        newline(&mut writer)?;
        writer.write_event(Event::Start(element("testsuites", &[("name", "havesay")])))?;
        newline(&mut writer)
    }

    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        suite(programme.path.as_str(), &cases(run, programme, findings), to)
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        let said = summary::lines(run, totals, end);
        let kind = match end.status {
            0 | 1 => Kind::Passed(said),
            _ => Kind::Failed { kind: "incomplete", message: summary::outcome(run, totals, end.status).to_owned(), text: said },
        };
        suite("havesay", &[Case { class: "havesay".to_owned(), name: "the audit as a whole".to_owned(), kind }], to)?;
        let mut writer = Writer::new(to);
        writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
        newline(&mut writer)
    }
}
