//! What is wrong with waivers, each a finding of its own that points into the waiver file.
//!
//! Each such rule gives each waiver that concerns the programme a verdict, so that "none is unused" and
//! "there was none to judge" are told apart. Whether a waiver holds is not decided here.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Concern, FINDINGS_MAX, Hold, address_parts, param};
use crate::audit::{Audit, State};
use crate::finding::{Care, Finding, Label, Part, Place, Severity, Subject, Verdicts, fingerprint, plain};
use crate::programme::Programme;
use crate::rule::Rules;
use crate::schema::form;
use crate::text::{self, Span};

/// The rule about waivers that were granted for too long.
pub(super) const OVERLONG: &str = "record/waiver-too-long";
const ENDED: &str = "record/waiver-expired";
const UNUSED: &str = "record/waiver-unused";
const BROAD: &str = "record/waiver-over-broad";
const INCOMPLETE: &str = "record/waiver-incomplete";
const OWN: &str = "record/waiver-self-approved";
const LOCKED: &str = "record/waiver-of-locked-rule";
const RENAMED: &str = "record/waiver-of-renamed-rule";
const ALL: [&str; 8] = [ENDED, UNUSED, BROAD, INCOMPLETE, OWN, OVERLONG, LOCKED, RENAMED];

/// A verdict on a waiver.
enum Verdict {
    Pass,
    NotApplicable,
    NoEvidence(&'static str),
    Finding(Said),
}

/// What is said of a waiver.
struct Said {
    at: Span,
    label: &'static str,
    message: Vec<Part>,
    help: Option<String>,
    also: Vec<(Place, &'static str)>,
}

fn said(at: Span, label: &'static str, message: Vec<Part>) -> Verdict {
    Verdict::Finding(Said { at, label, message, help: None, also: Vec::new() })
}

/// Judges each waiver by each rule about waivers; what is found is added to the audit, in the order of places.
pub(super) fn judge(programme: &Programme, rules: &Rules, state: &State, audit: &mut Audit, concerns: &[Concern<'_>]) {
    let names = names(programme, concerns);
    let mut found: Vec<Finding> = Vec::new();
    for name in ALL {
        let Some(number) = rules.rules.iter().position(|rule| *rule.name == *name && rule.of_audit) else { continue };
        let on = state.rules.get(number).is_some_and(|state| state.on.is_ok());
        let reached = rules.rules.get(number).is_some_and(|rule| state.reached(rule.from) == Some(true));
        if !on || !reached || programme.newer {
            continue;
        }
        let mut verdicts = Verdicts { nothing_to_judge: u64::from(concerns.is_empty()), ..Verdicts::default() };
        for (concern, own_name) in concerns.iter().zip(&names) {
            match verdict(name, concern, concerns, programme, rules, state, audit) {
                Verdict::Pass => verdicts.pass += 1,
                Verdict::NotApplicable => verdicts.not_applicable += 1,
                Verdict::NoEvidence(cause) => audit.no_answer(number, vec![Part::words(cause)], own_name.clone()),
                Verdict::Finding(said) => {
                    verdicts.finding += 1;
                    found.push(finding(name, number, concern, own_name, said, programme, rules, state));
                }
            }
        }
        if let Some(slot) = audit.verdicts.get_mut(number) {
            slot.add(&verdicts);
        }
    }
    let place = |finding: &Finding| finding.labels.first().map(|label| label.place);
    found.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.rule.cmp(&b.rule)));
    audit.findings.append(&mut found);
}

/// What each waiver is called in addresses: by rule and address, and the how-manieth of these it is.
fn names(programme: &Programme, concerns: &[Concern<'_>]) -> Vec<Vec<Part>> {
    let mut counts: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let mut names = Vec::new();
    for concern in concerns {
        let written = concern.waiver.programme.value.text();
        // The programme itself is known; another, which there is not, tells waivers apart.
        let of = if concern.state == Hold::Stray { written } else { "" };
        let count = counts.entry((of, &concern.waiver.rule.value, &concern.waiver.address.value)).or_insert(0);
        *count += 1;
        let mut name = vec![Part::words("waivers["), Part::words("rule=")];
        name.extend(address_parts(&concern.waiver.rule.value));
        if concern.state == Hold::Stray && *written != *programme.id {
            name.push(Part::words(",programme="));
            name.extend(address_parts(written));
        }
        name.push(Part::words(",address="));
        name.extend(address_parts(&concern.waiver.address.value));
        name.push(Part::words(&if *count > 1 { format!("#{count}]") } else { "]".to_owned() }));
        names.push(name);
    }
    names
}

fn verdict(
    name: &str,
    concern: &Concern<'_>,
    concerns: &[Concern<'_>],
    programme: &Programme,
    rules: &Rules,
    state: &State,
    audit: &Audit,
) -> Verdict {
    let waiver = concern.waiver;
    let stray = concern.state == Hold::Stray;
    let rule = || Part::words(concern.rule.and_then(|rule| rules.rules.get(rule)).map_or("a rule", |rule| &*rule.name));
    // "the waiver of consent/missing for participants/p-07 …"
    let subject = |rest: &str| {
        let mut message = vec![Part::words("the waiver of "), rule(), Part::words(" for ")];
        message.extend(address_parts(&waiver.address.value));
        message.push(Part::words(rest));
        message
    };
    match name {
        _ if stray && name != UNUSED => Verdict::NotApplicable,
        INCOMPLETE => {
            let missing = waiver.missing();
            if missing.is_empty() {
                return Verdict::Pass;
            }
            let missing: Vec<String> = missing.into_iter().map(str::to_owned).collect();
            let lacks = format!(" does not hold, because it lacks {}", text::list(&missing, "and"));
            said(waiver.address.span, "nobody answers for this yet", subject(&lacks))
        }
        ENDED => match (&waiver.expires_on, concern.state) {
            (Some(day), Hold::Ended) => {
                let left = if concern.covers.is_empty() {
                    ", and nothing is left that it would cover"
                } else {
                    ", and what it covers counts again"
                };
                said(day.span, "its last day", subject(&format!(" ended on {}{left}", day.value)))
            }
            (None, _) => Verdict::NotApplicable,
            _ => Verdict::Pass,
        },
        OVERLONG => match (&waiver.expires_on, concern.until) {
            (Some(day), Some(until)) if concern.beyond > 0 => {
                let past = format!(" runs past {}, the last day that it may have, and holds no longer", form::day_text(until));
                said(day.span, "too late", subject(&past))
            }
            (Some(_), _) if waiver.granted_on.is_some() => Verdict::Pass,
            _ => Verdict::NotApplicable,
        },
        LOCKED => match concern.rule.and_then(|rule| rules.rules.get(rule)) {
            Some(known) if known.of_audit => {
                let message = subject(" does not hold, because what is said of waivers cannot be waived");
                said(waiver.rule.span, "this judges waivers", message)
            }
            Some(_) if concern.rule.and_then(|rule| state.rules.get(rule)).is_some_and(|known| !known.waivable) => {
                said(waiver.rule.span, "locked in the settings", subject(" does not hold, because this rule may not be waived here"))
            }
            _ => Verdict::Pass,
        },
        RENAMED => match concern.rule.and_then(|rule| rules.rules.get(rule)) {
            Some(known) if *known.name != *waiver.rule.value => {
                let mut message = vec![Part::words("the rule ")];
                message.extend(address_parts(&waiver.rule.value));
                message.push(Part::words(&format!(" is called {} now", known.name)));
                said(waiver.rule.span, "an earlier name", message)
            }
            _ => Verdict::Pass,
        },
        OWN => own(concern, programme, audit, &subject),
        BROAD => broad(concern, rules, state, audit, &subject),
        UNUSED => unused(concern, concerns, programme, &subject),
        _ => Verdict::NotApplicable,
    }
}

type Sentence<'s> = dyn Fn(&str) -> Vec<Part> + 's;

fn own(concern: &Concern<'_>, programme: &Programme, audit: &Audit, subject: &Sentence<'_>) -> Verdict {
    let (Some(approver), Hold::Holds) = (&concern.waiver.approved_by, concern.state) else { return Verdict::NotApplicable };
    let Some(first) = concern.own.first() else {
        return if concern.covers.is_empty() { Verdict::NotApplicable } else { Verdict::Pass };
    };
    let place = audit.findings.get(*first).and_then(|finding| finding.labels.first()).map(|label| label.place);
    let _ = programme;
    let mut message = subject(" is approved by ");
    message.extend(address_parts(&approver.value));
    let (about, label) = if concern.acts.binary_search(first).is_ok() {
        (", whose own act the finding is about, and does not hold for it", "approves of an own act")
    } else {
        (", whom the finding is about, and does not hold for it", "approves of what is about them")
    };
    message.push(Part::words(about));
    Verdict::Finding(Said {
        at: approver.span,
        label,
        message,
        help: None,
        also: place.map(|place| (place, "the finding")).into_iter().collect(),
    })
}

fn broad(concern: &Concern<'_>, rules: &Rules, state: &State, audit: &Audit, subject: &Sentence<'_>) -> Verdict {
    if concern.state != Hold::Holds || concern.covers.is_empty() {
        return Verdict::NotApplicable;
    }
    let count = concern.covers.len() as u64;
    let most = param(rules, state, BROAD, FINDINGS_MAX).and_then(|most| u64::try_from(most).ok()).unwrap_or(u64::MAX);
    let at = concern.waiver.address.span;
    if count > most {
        let mut message = subject(" covers ");
        message.push(Part::value("findings", count.to_string(), Care::People(count)));
        message.push(Part::words(&format!(" findings, more than {most}")));
        return said(at, "too much for one waiver", message);
    }
    if !concern.waiver.is_wide() {
        return Verdict::Pass;
    }
    let mut records =
        concern.covers.iter().filter_map(|number| audit.findings.get(*number)).map(|finding| record_of(&plain(&finding.subject.address)));
    let Some(first) = records.next() else { return Verdict::Pass };
    if records.any(|other| other != first) {
        return Verdict::Pass;
    }
    let mut message = subject(" would hold back what nobody has seen yet: all that it covers lies in ");
    message.extend(address_parts(&first));
    said(at, "wider than the finding", message)
}

/// The part of an address that names the record.
fn record_of(address: &str) -> String {
    let ends: Vec<usize> = address.char_indices().filter(|(_, c)| matches!(c, '/' | '[')).map(|(at, _)| at).collect();
    let nth = if address.starts_with("programme") { 0 } else { 1 };
    ends.get(nth).and_then(|end| address.get(..*end)).unwrap_or(address).to_owned()
}

/// Whether it could be told that a waiver is of no use.
pub(super) fn is_idle(concern: &Concern<'_>) -> bool {
    match concern.state {
        Hold::Stray => true,
        Hold::Holds => concern.holds.is_empty() && concern.own.is_empty() && concern.told == Some(true),
        _ => false,
    }
}

fn unused(concern: &Concern<'_>, concerns: &[Concern<'_>], programme: &Programme, subject: &Sentence<'_>) -> Verdict {
    let waiver = concern.waiver;
    if concern.state == Hold::Stray {
        let mut message = subject(" is for the programme ");
        message.extend(address_parts(waiver.programme.value.text()));
        message.push(Part::words(", and there is none of that name"));
        return said(waiver.programme.span, "no such programme", message);
    }
    if concern.state != Hold::Holds {
        return Verdict::NotApplicable;
    }
    if !concern.covers.is_empty() {
        if !concern.holds.is_empty() || !concern.own.is_empty() {
            return Verdict::Pass;
        }
        let other = concerns.iter().find(|other| concern.covers.iter().any(|number| other.holds.contains(number)));
        let also = other.map(|other| {
            let file = (programme.files.len() + other.file) as u32;
            (Place { file, span: other.waiver.address.span }, "this one covers it")
        });
        return Verdict::Finding(Said {
            at: waiver.address.span,
            label: "",
            message: subject(" is not needed: another waiver covers the same"),
            help: Some("remove it, or the other one".to_owned()),
            also: also.into_iter().collect(),
        });
    }
    match concern.told {
        None => Verdict::NotApplicable,
        Some(false) => Verdict::NoEvidence("the rule that is waived could not reach an answer there"),
        Some(true) => said(waiver.address.span, "no finding here", subject(" covers nothing: the rule finds nothing there")),
    }
}

#[expect(clippy::too_many_arguments, reason = "what is said, of what, by which rule")]
fn finding(
    name: &str,
    number: usize,
    concern: &Concern<'_>,
    own_name: &[Part],
    said: Said,
    programme: &Programme,
    rules: &Rules,
    state: &State,
) -> Finding {
    let file = (programme.files.len() + concern.file) as u32;
    let words = |text: &str| if text.is_empty() { Vec::new() } else { vec![Part::words(text)] };
    let mut labels = vec![Label { place: Place { file, span: said.at }, text: words(said.label) }];
    labels.extend(said.also.into_iter().map(|(place, text)| Label { place, text: words(text) }));
    let help = rules.rules.get(number).map(|rule| Arc::clone(&rule.help)).unwrap_or_default();
    let severity = state.rules.get(number).map_or(Severity::Warning, |state| state.severity);
    // The rule that is waived may say something of one person by itself, and the waiver says of whom.
    let reveals = concern.rule.and_then(|rule| rules.rules.get(rule)).is_some_and(|rule| rule.reveals);
    Finding {
        rule: Arc::from(name),
        severity,
        message: said.message,
        help: said.help.as_deref().map_or(help, Arc::from),
        subject: Subject {
            register: Arc::from(""),
            id: None,
            address: own_name.to_vec(),
            file,
            pointer: vec![Part::words(&format!("/waiver/{}", concern.number))],
            node: None,
        },
        labels,
        labels_more: 0,
        reveals,
        fingerprint: fingerprint(name, &programme.id, &plain(own_name)),
    }
}
