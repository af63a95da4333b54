//! A rule that looks back at what the others found, as somebody meets it who runs the program.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::Value;
use support::{AS_OF, Call, Folder};

const RULE: &str = "governance/gate-passed-over-open-errors";

/// Somebody who was to be paid and was not, and a gate that was passed afterwards.
fn programme() -> Folder {
    Folder::new().with(
        "programme.json",
        r#"{ "id": "example", "title": "Repairs", "stage": "define", "payments": [],
            "participants": [{ "id": "p-1", "pay_eligibility": "paid" }],
            "sessions": [{ "id": "s-1", "type": "workshop", "date": "2026-01-08",
                "attendance": [{ "person": "p-1", "capacity": "participant" }] }],
            "gates": [{ "id": "g-1", "stage": "define", "held_on": "2026-03-10", "outcome": "pass" }] }"#,
    )
}

fn audit(folder: &Folder, args: &[&str]) -> Value {
    Call::new(folder.path(), [&["check", ".", "--isolated", "-f", "json"], args].concat()).env("HAVESAY_AS_OF", AS_OF).run().json()
}

fn verdicts(audit: &Value) -> &Value {
    &audit["programmes"][0]["verdicts"][RULE]
}

#[test]
fn an_error_of_the_charter_and_one_of_a_session_are_shown_where_they_stand() {
    let audit = audit(&programme(), &[]);
    let findings = audit["findings"].as_array().unwrap();
    let own = findings.iter().find(|finding| finding["rule"] == RULE).unwrap();
    assert_eq!(own["message"], "g-1 was passed on 2026-03-10, and on that day errors stood open in example and s-1");
    assert_eq!(own["labels"].as_array().unwrap().len(), 3, "the gate, the charter and the session: {own}");
}

#[test]
fn where_rules_were_left_out_it_does_not_pretend_to_have_looked() {
    let folder = programme();
    for args in [&["--select", RULE][..], &["--ignore", "pay"]] {
        let audit = audit(&folder, args);
        assert!(audit["findings"].as_array().unwrap().iter().all(|finding| finding["rule"] != RULE), "{args:?}");
        assert_eq!(verdicts(&audit)["pass"], 0, "{args:?}: {}", verdicts(&audit));
        let told = audit.to_string();
        assert!(told.contains("it looks back at what all other rules found, and not all were selected"), "{args:?}");
    }
    // Rules that never find an error may be left out.
    let audit = audit(&folder, &["--ignore", "trace/only-small-changes"]);
    assert_eq!(verdicts(&audit)["finding"], 1);
}

#[test]
fn what_is_said_of_a_single_person_is_not_pointed_to() {
    let folder = Folder::new().with(
        "programme.json",
        r#"{ "id": "example", "title": "Repairs", "stage": "define",
            "participants": [{ "id": "p-1", "joined_on": "2026-01-01", "access_needs": [{ "need": "Captions", "met": false }] }],
            "consents": [{ "id": "c-1", "participant": "p-1", "state": "given", "purposes": ["participation"], "given_on": "2026-01-01" }],
            "sessions": [{ "id": "s-1", "type": "workshop", "date": "2026-01-08",
                "attendance": [{ "person": "p-1", "capacity": "participant" }] }],
            "gates": [{ "id": "g-1", "stage": "define", "held_on": "2026-03-10", "outcome": "pass" }] }"#,
    );
    let audit = audit(&folder, &[]);
    let message = |rule: &str| {
        let findings = audit["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["rule"] == rule).map(|finding| finding["message"].as_str().unwrap().to_owned())
    };
    assert!(message("care/access-need-unmet").is_some(), "the error itself is found, and says of whom");
    let own = message(RULE).unwrap();
    assert!(own.contains("example") && !own.contains("p-1"), "{own}");
}
