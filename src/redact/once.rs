//! Findings as they may be shared: what says something sensitive of one person stands once for a programme.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Shown, ShownFinding, ShownLabel, ShownPart, ShownProgramme, ShownSubject, ShownSuppression, Terms, join, parts};
use crate::finding::{Care, Part, Severity, fingerprint};

/// The findings of a programme for a reader who may not see what some of them say of single people: for each
/// such rule and severity one finding at the charter, first of all, with the count masked like any.
#[must_use]
pub fn once<'p>(programme: &'p ShownProgramme, terms: Terms, title: &dyn Fn(&str) -> String) -> Cow<'p, [ShownFinding]> {
    if !programme.findings.iter().any(|finding| finding.reveals) {
        return Cow::Borrowed(&programme.findings);
    }
    let mut groups: BTreeMap<(&str, Severity, bool, bool), (u64, &ShownFinding)> = BTreeMap::new();
    for finding in programme.findings.iter().filter(|finding| finding.reveals) {
        groups.entry((&finding.rule, finding.severity, finding.suppressed.is_some(), finding.counts())).or_insert((0, finding)).0 += 1;
    }
    let grouped = groups.into_values().filter_map(|(count, first)| {
        let location = programme.charter.clone()?;
        let message = [
            Part::words(&title(&first.rule)),
            Part::words(": "),
            Part::value("count", count.to_string(), Care::People(count)),
            Part::words(if count == 1 && terms.min_cell <= 1 { " finding" } else { " findings" }),
            Part::words(", which are not shown one by one, because each says something sensitive of one person"),
        ];
        let parts: Vec<ShownPart> = parts(&message, terms);
        Some(ShownFinding {
            message: join(&parts),
            parts,
            subject: ShownSubject {
                register: Shown::words("programme"),
                id: None,
                address: Shown::words("programme"),
                file: location.file.clone(),
                pointer: Shown::default(),
            },
            labels: vec![ShownLabel { location, text: Shown::default() }],
            labels_more: 0,
            excerpts: Vec::new(),
            fingerprint: fingerprint(&first.rule, programme.id.as_str(), "programme"),
            suppressed: first.suppressed.as_ref().map(|held| ShownSuppression {
                by: held.by,
                address: Shown::words("programme"),
                until: None,
            }),
            ..first.clone()
        })
    });
    Cow::Owned(grouped.chain(programme.findings.iter().filter(|finding| !finding.reveals).cloned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn finding(number: usize, reveals: bool) -> ShownFinding {
        ShownFinding {
            rule: Arc::from(if reveals { "a/told" } else { "b/open" }),
            severity: Severity::Error,
            message: Shown::words(&format!("p-{number} said so")),
            parts: Vec::new(),
            help: Shown::words("ask"),
            subject: ShownSubject {
                register: Shown::words("r"),
                id: Some(Shown::words(&format!("p-{number}"))),
                address: Shown::words(&format!("r/p-{number}")),
                file: Shown::words("a/r.json"),
                pointer: Shown::words(&format!("/{number}")),
            },
            labels: Vec::new(),
            labels_more: 0,
            excerpts: Vec::new(),
            fingerprint: format!("{number:032x}"),
            reveals,
            suppressed: None,
            baseline: None,
        }
    }

    fn shared(told: usize, open: usize) -> Vec<ShownFinding> {
        let place = crate::text::Position { byte: 0, line: 1, column: 1 };
        let programme = ShownProgramme {
            id: Shown::words("a"),
            findings: (0..told + open).map(|number| finding(number, number < told)).collect(),
            charter: Some(crate::redact::Location { file: Shown::words("a/c.json"), start: place, end: place }),
            ..ShownProgramme::default()
        };
        once(&programme, Terms { min_cell: 5 }, &|_| "Told".to_owned()).into_owned()
    }

    #[test]
    fn what_says_something_of_one_person_stands_once_with_its_count_masked() {
        for (told, open, count) in [(1, 2, "fewer than 5"), (4, 0, "fewer than 5"), (5, 1, "5"), (12, 3, "12")] {
            let findings = shared(told, open);
            assert_eq!(findings.len(), open + 1);
            let Some(first) = findings.first() else { continue };
            assert!(first.message.as_str().starts_with(&format!("Told: {count} findings, ")), "{}", first.message);
            assert_eq!(first.subject.address.as_str(), "programme");
            let text = format!("{first:?}");
            assert!(!text.contains("p-0") && !text.contains("r.json"), "{text}");
        }
        assert_eq!(shared(0, 3).len(), 3);
    }
}
