//! What a waiver file may hold, and what is said of one that is at fault.

#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

use super::*;
use crate::text::Lines;

const WHOLE_FILE: &str = "# Kept by the board.

[[waiver]]
rule = \"consent/missing\"
programme = \"claims\"
address = \"participants/p-07\"
reason_type = \"accepted-risk\"
reason = \"Signed on paper; the scan follows.\"
approved_by = \"o-3\"
approver_role = \"sponsor\"
granted_on = 2026-03-01
expires_on = 2026-06-30
participants_informed = true
";

fn faults(text: &str) -> Vec<String> {
    let (_, problems) = parse(Path::new("w.toml"), text);
    let lines = Lines::of(text);
    problems
        .iter()
        .map(|problem| {
            let at = lines.position(text, problem.span.start);
            format!("{}:{} {} | {}", at.line, at.column, problem.message, problem.help)
        })
        .collect()
}

#[test]
fn a_whole_waiver_is_read_with_its_places() {
    let (file, problems) = parse(Path::new("w.toml"), WHOLE_FILE);
    assert_eq!(problems, []);
    let [waiver] = file.waivers.as_slice() else { panic!("{:?}", file.waivers) };
    let text = |span: Span| WHOLE_FILE.get(span.range()).unwrap_or("");
    assert!(text(waiver.span).starts_with("[[waiver]]"));
    assert_eq!(waiver.rule.value, "consent/missing");
    assert_eq!(text(waiver.address.span), "\"participants/p-07\"");
    assert_eq!(waiver.granted_on.as_ref().map(|day| &*day.value), Some("2026-03-01"));
    assert_eq!(waiver.expires_on.as_ref().map(|day| text(day.span)), Some("2026-06-30"));
    assert_eq!(waiver.reason_type.as_ref().map(|kind| kind.value), Some(ReasonType::AcceptedRisk));
    assert_eq!(waiver.informed.as_ref().map(|told| told.value), Some(true));
    assert_eq!(waiver.missing(), [""; 0]);
}

#[test]
fn the_reason_and_comments_are_not_quotable() {
    let (file, _) = parse(Path::new("w.toml"), WHOLE_FILE);
    let shown: String = file.quotable.iter().filter_map(|(span, _)| WHOLE_FILE.get(span.range())).collect();
    for word in ["Signed", "paper", "Kept"] {
        assert!(!shown.contains(word), "{shown}");
    }
    for word in ["[[waiver]]", "consent", "p-07", "accepted-risk", "2026-06-30", "o-3", "expires_on"] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
}

#[test]
fn what_is_blank_or_left_out_is_missing() {
    let text = "[[waiver]]\nrule = \"a/b\"\nprogramme = \"claims\"\naddress = \"*\"\nreason = \" \"\nexpires_on = \"\"\n";
    let (file, problems) = parse(Path::new("w.toml"), text);
    assert_eq!(problems, []);
    assert_eq!(file.waivers.first().map(Waiver::missing), Some(REQUIRED.to_vec()));
}

#[test]
fn each_fault_of_form_has_its_place_and_its_remedy() {
    let one = |line: &str| format!("[[waiver]]\nrule = \"a/b\"\nprogramme = \"claims\"\naddress = \"*\"\n{line}\n");
    for (text, expected) in [
        (one("expires = 2026-01-01"), "5:1 unknown key of 7 characters"),
        (one("expire_on = 2026-01-01"), "5:1 unknown key `expire_on` here | did you mean `expires_on`?"),
        (one("granted_on = 2026-02-30"), "5:"),
        (one("granted_on = \"2026-02-30\""), "5:14 `granted_on` is not a day that there is"),
        (one("granted_on = \"March\""), "5:14 `granted_on` is not a day that there is"),
        (one("granted_on = 2026-03-01T10:00:00"), "5:14 `granted_on` is a time, not a day"),
        (one("granted_on = 20260301"), "5:14 `granted_on` must be a day, not a whole number"),
        (one("granted_on = 2026-03-02\nexpires_on = 2026-03-01"), "6:14 this waiver ends before it begins"),
        (one("reason_type = \"not_applicable\""), "5:15 `reason_type` is no kind of reason | did you mean \"not-applicable\"?"),
        (one("reason_type = \"because\""), "5:15 `reason_type` is no kind of reason | the kinds of reason are"),
        (one("reason = 3"), "5:10 `reason` must be text, not a whole number"),
        (one("participants_informed = \"yes\""), "5:25 `participants_informed` must be true or false, not text"),
        ("[[waivers]]\nrule = \"a/b\"\n".to_owned(), "1:3 unknown key `waivers` here | did you mean `waiver`?"),
        ("[waiver]\nrule = \"a/b\"\n".to_owned(), "1:2 `waiver` stands in one pair of brackets"),
        ("waiver = 3\n".to_owned(), "1:10 `waiver` must be a list of tables"),
        ("rule = \"a/b\"\n".to_owned(), "1:1 unknown key `rule` here"),
        ("[[waiver]]\nrule = \"a/b\"\n".to_owned(), "1:1 this waiver does not say what it covers: `programme` and `address` is missing"),
        ("[[waiver]]\nrule = \"pay\"\nprogramme = \"x\"\naddress = \"*\"\n".to_owned(), "2:8 a waiver is for one rule, not for a family"),
        ("[[waiver]]\nrule = \"a/b\"\nprogramme = \"x\"\naddress = \"/p-1\"\n".to_owned(), "4:11 this is no address within a programme"),
        (
            "[[waiver]]\nrule = \"a/b\"\nprogramme = \"x\"\naddress = \"files/../y\"\n".to_owned(),
            "4:11 this is no address within a programme",
        ),
        ("[[waiver]]\nrule = \"a/b\"\nprogramme = \"x\"\naddress = \"sessions/*\"\n".to_owned(), "4:11 an address has no `*` in it"),
        ("[[waiver]]\nrule = \"a/b\"\nprogramme = \"x/[\"\naddress = \"*\"\n".to_owned(), "3:13 "),
        (
            "[[waiver]]\n<<<<<<< HEAD\nrule = \"a/b\"\n=======\nrule = \"a/c\"\n>>>>>>> other\n".to_owned(),
            "2:1 a merge conflict stands in this file",
        ),
        ("[[waiver]\n".to_owned(), "1:"),
    ] {
        let said = faults(&text);
        assert!(said.first().is_some_and(|first| first.starts_with(expected)), "{text}\nexpected {expected}\nsaid {said:#?}");
    }
}

#[test]
fn no_value_of_the_file_is_repeated() {
    let text = "[[waiver]]\nrule = \"jo@example.org\"\nprogramme = \"\"\naddress = \"/jo@example.org\"\nreason_type = \"jo@example.org\"\ngranted_on = \"jo@example.org\"\njo-example-org = 1\n";
    let said = faults(text).join("\n");
    assert!(!said.contains("example.org") && !said.contains("example-org") && said.lines().count() >= 4, "{said}");
}

#[test]
fn a_programme_is_named_by_id_by_folder_or_by_pattern() {
    let scope = |programme: &str| {
        let text = format!("[[waiver]]\nrule = \"a/b\"\nprogramme = \"{programme}\"\naddress = \"*\"\n");
        let (file, problems) = parse(Path::new("w.toml"), &text);
        assert_eq!(problems, []);
        file.waivers.into_iter().next().map(|waiver| waiver.programme.value)
    };
    for (programme, id, folder, expected) in [
        ("claims", "claims", "programmes/x", true),
        ("claims", "claims-2", "programmes/x", false),
        ("programmes/x", "claims", "programmes/x", true),
        ("./programmes/x/", "claims", "programmes/x", true),
        (".", "claims", "", true),
        (".", "claims", "x", false),
        ("programmes/pilot-*", "claims", "programmes/pilot-3", true),
        ("programmes/pilot-*/**", "claims", "programmes/pilot-3", true),
        ("programmes/pilot-*", "claims", "programmes/x", false),
    ] {
        let takes = scope(programme).is_some_and(|scope| scope.takes(id, Path::new(folder)));
        assert_eq!(takes, expected, "{programme} for {id} in {folder}");
    }
}

fn draft() -> Draft {
    Draft {
        rule: "pay/late".to_owned(),
        programme: "claims".to_owned(),
        address: "payments/pm-1".to_owned(),
        reason_type: ReasonType::Disputed,
        reason: "The \"invoice\" is\ncontested.".to_owned(),
        approved_by: "o-4".to_owned(),
        approver_role: "finance".to_owned(),
        granted_on: "2026-03-01".to_owned(),
        expires_on: "2026-04-01".to_owned(),
        informed: Some(false),
    }
}

#[test]
fn a_waiver_that_is_added_is_read_again_and_the_rest_stays() {
    for text in [
        String::new(),
        WHOLE_FILE.to_owned(),
        WHOLE_FILE.trim_end().to_owned(),
        format!("{WHOLE_FILE}\n# the end\n"),
        format!("\u{feff}{}", WHOLE_FILE.replace('\n', "\r\n")),
        "waiver = [\n  { rule = \"a/b\", programme = \"x\", address = \"*\" }, # why\n]\n".to_owned(),
    ] {
        let added = add(&text, &draft()).unwrap_or_else(|| panic!("{text}"));
        let mut lines = added.lines();
        for line in text.lines().filter(|line| !line.starts_with("  {")) {
            assert!(lines.any(|kept| kept == line), "{line} of {text:?}\nis not in its place in\n{added:?}");
        }
        assert_eq!(added.contains("\r\n"), text.contains("\r\n"));
        assert!(!added.replace("\r\n", "").contains('\r'));
        let (before, _) = parse(Path::new("w.toml"), &text);
        let (after, problems) = parse(Path::new("w.toml"), &added);
        assert_eq!(problems, [], "{added}");
        assert_eq!(after.waivers.len(), before.waivers.len() + 1, "{added}");
        let last = after
            .waivers
            .last()
            .map(|waiver| (waiver.rule.value.clone(), waiver.missing(), waiver.reason.clone().map(|reason| reason.value)));
        assert_eq!(last, Some(("pay/late".to_owned(), vec![], Some("The \"invoice\" is contested.".to_owned()))));
    }
}

#[test]
fn what_is_pruned_takes_its_own_comments_with_it_and_no_others() {
    let waiver = |name: &str| format!("[[waiver]]\nrule = \"a/{name}\" # {name} inside\nprogramme = \"x\"\naddress = \"*\"\n");
    let text = format!(
        "# The head of the file.\n\n# about one\n{}\n# about two\n{}\n# A section.\n\n# about three\n{}\n# the end\n",
        waiver("one"),
        waiver("two"),
        waiver("three")
    );
    for (gone, kept_comments, lost_comments) in [
        (
            vec![0],
            vec!["# The head of the file.", "# about two", "# two inside", "# A section.", "# about three", "# the end"],
            vec!["about one", "one inside"],
        ),
        (vec![1], vec!["# The head of the file.", "# about one", "# A section.", "# about three", "# the end"], vec!["two"]),
        (vec![2], vec!["# The head of the file.", "# about one", "# about two", "# A section.", "# the end"], vec!["three"]),
        (vec![0, 1, 2], vec!["# The head of the file.", "# A section.", "# the end"], vec!["one", "two", "three", "waiver"]),
        (vec![], vec!["# about one", "# about two", "# about three"], vec![]),
    ] {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let pruned = prune(&text, &gone).unwrap_or_else(|| panic!("{text}"));
            let mut from = 0;
            for comment in &kept_comments {
                let at = pruned.get(from..).and_then(|rest| rest.find(comment));
                from += at.unwrap_or_else(|| panic!("{comment} after byte {from} without {gone:?} in\n{pruned}"));
            }
            for comment in &lost_comments {
                assert!(!pruned.contains(comment), "{comment} without {gone:?} in\n{pruned}");
            }
            let (file, problems) = parse(Path::new("w.toml"), &pruned);
            assert_eq!(problems, []);
            assert_eq!(file.waivers.len(), 3 - gone.len());
            if gone.is_empty() {
                assert_eq!(pruned, text);
            }
        }
    }
}
