//! What an organisation adds: fields and words of its own, rules of its own, other numbers. Each does what
//! `docs/organisations.md` says, and whatever is wrong with it is said at its place.
//!
//! Overlays and pages are tried on the frozen rules and programme of `tests/toy`; the worked example in
//! `examples/organisation` by the built-in rules.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Write as _;
use std::fs;

use support::{AS_OF, Call, Folder, Told, check, copy, expect, findings, root, toy};

/// A folder with the frozen programme, and with settings that name an overlay.
fn with_overlay(overlay: &str) -> Folder {
    toy().with("havesay.toml", "schema = [\"policy/own.json\"]\n").with("policy/own.json", overlay)
}

/// A folder with the frozen programme, and with settings that name a folder of pages.
fn with_pages(pages: &[(&str, &str)]) -> Folder {
    let folder = toy().with("havesay.toml", "rules = [\"policy\"]\n");
    fs::create_dir(folder.at("policy")).unwrap();
    for (name, page) in pages {
        folder.write(format!("policy/{name}.md"), page);
    }
    folder
}

/// Faults of one kind, with what is said of each held against what is stored.
struct Faults {
    name: &'static str,
    words: String,
    misplaced: Vec<String>,
}

impl Faults {
    fn new(name: &'static str) -> Self {
        Self { name, words: String::new(), misplaced: Vec::new() }
    }

    /// Said once, at this place, with status 2 and nothing else.
    #[track_caller]
    fn at(&mut self, title: &str, told: &Told, place: &str) {
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{title}: {}", told.both());
        assert_eq!(told.err.matches("havesay: ").count(), 1, "one fault, one message: {title}: {}", told.err);
        if !told.err.starts_with(&format!("havesay: {place}: ")) {
            self.misplaced.push(format!("{title}\n    not at {place}: {}", told.err));
        }
        assert!(told.err.contains("help: ") || told.err.contains(" │ "), "{title}: it does not say what to do: {}", told.err);
        let _ = write!(self.words, "{title}\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    }

    fn end(self) {
        assert!(self.misplaced.is_empty(), "{}", self.misplaced.join("\n"));
        expect(&format!("organisations/{}.txt", self.name), &self.words);
    }
}

// ── overlays ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn overlays_at_fault() {
    let mut faults = Faults::new("overlays");
    let field = |field: &str| format!("{{ \"$defs\": {{ \"participant\": {{ \"properties\": {{\n{field} }} }} }} }}");
    let cases = [
        // Not an overlay at all.
        (String::new(), "1:1"),
        ("{ \"$defs\": {}, }".to_owned(), "1:14"),
        ("[]".to_owned(), "1:1"),
        ("{\n\"proprties\": {} }".to_owned(), "2:1"),
        ("{\n\"required\": [] }".to_owned(), "2:1"),
        ("{\n\"$defs\": [] }".to_owned(), "2:10"),
        ("{\n\"properties\": 1 }".to_owned(), "2:15"),
        ("{ \"title\": \"a\",\n\"title\": \"b\" }".to_owned(), "2:1"),
        // What is built in is not changed.
        (field("\"status\": { \"type\": \"string\", \"description\": \"Else.\" }"), "2:1"),
        ("{ \"properties\": {\n\"participants\": {} } }".to_owned(), "2:1"),
        ("{ \"$defs\": {\n\"date\": { \"type\": \"string\" } } }".to_owned(), "2:1"),
        ("{ \"$defs\": { \"participant\": {\n\"required\": [\"x-a\"] } } }".to_owned(), "2:1"),
        ("{ \"$defs\": { \"participant\": {\n\"description\": \"Else.\" } } }".to_owned(), "2:1"),
        ("{ \"$defs\": { \"session-type\": {\n\"x-ordered\": true } } }".to_owned(), "2:1"),
        (
            "{ \"$defs\": { \"session-type\": { \"oneOf\": [\n{ \"const\": \"workshop\", \"description\": \"Else.\" }] } } }".to_owned(),
            "2:12",
        ),
        (
            "{ \"$defs\": { \"session-type\": { \"oneOf\": [\n{ \"const\": \"stall\", \"description\": \"A stall.\" }] } } }".to_owned(),
            "2:12",
        ),
        ("{ \"$defs\": { \"right\": { \"oneOf\": [\n{ \"const\": \"x-veto\", \"description\": \"No.\" }] } } }".to_owned(), "2:12"),
        ("{ \"$defs\": {\n\"stage\": { \"oneOf\": [] } } }".to_owned(), "2:1"),
        // Names.
        ("{ \"$defs\": {\n\"participants\": {} } }".to_owned(), "2:1"),
        ("{ \"$defs\": {\n\"particpant\": {} } }".to_owned(), "2:1"),
        ("{ \"$defs\": {\n\"visit\": {} } }".to_owned(), "2:1"),
        (field("\"postcode\": { \"type\": \"string\", \"description\": \"It.\" }"), "2:1"),
        (field("\"x-Post\": { \"type\": \"string\", \"description\": \"It.\" }"), "2:1"),
        (field("\"x-\": { \"type\": \"string\", \"description\": \"It.\" }"), "2:1"),
        (
            field(
                "\"x-a-b\": { \"type\": \"string\", \"description\": \"It.\" },\n\"x-a_b\": { \"type\": \"string\", \"description\": \"It.\" }",
            ),
            "3:1",
        ),
        // Types.
        (field("\"x-a\": 1"), "2:8"),
        (field("\"x-a\": { \"description\": \"It.\" }"), "2:1"),
        (field("\"x-a\": { \"type\": \"text\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"type\": \"boolena\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"type\": [\"string\", \"number\"], \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"type\": \"string\", \"$ref\": \"#/$defs/date\", \"description\": \"It.\" }"), "2:10"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/daet\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"$ref\": \"https://example.org\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/id\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/session\", \"description\": \"It.\" }"), "2:18"),
        (field("\"x-a\": { \"type\": \"array\", \"description\": \"It.\" }"), "2:1"),
        (field("\"x-a\": { \"type\": \"object\", \"description\": \"It.\" }"), "2:1"),
        (field("\"x-a\": { \"type\": \"string\" }"), "2:1"),
        (field("\"x-a\": { \"type\": \"string\", \"description\": \" \" }"), "2:43"),
        // Keywords.
        (field("\"x-a\": { \"type\": \"string\", \"descripton\": \"It.\", \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"type\": \"string\", \"enum\": [\"b\"], \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"type\": \"string\", \"pattern\": \"b\", \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"type\": \"string\", \"minimum\": 1, \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/quantity\", \"minimum\": -1, \"description\": \"It.\" }"), "2:38"),
        (field("\"x-a\": { \"type\": \"number\", \"maximum\": 0.5, \"description\": \"It.\" }"), "2:39"),
        (field("\"x-a\": { \"type\": \"number\", \"minimum\": 2, \"maximum\": 1, \"description\": \"It.\" }"), "2:53"),
        (field("\"x-a\": { \"type\": \"string\", \"x-sensitive\": \"no\", \"description\": \"It.\" }"), "2:43"),
        (field("\"x-a\": { \"type\": \"string\", \"default\": \"b\", \"description\": \"It.\" }"), "2:39"),
        (field("\"x-a\": { \"type\": \"string\", \"x-past\": true, \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"type\": \"string\", \"x-counts\": true, \"description\": \"It.\" }"), "2:28"),
        (field("\"x-a\": { \"type\": \"string\", \"x-required-from\": \"begin\", \"description\": \"It.\" }"), "2:47"),
        (field("\"x-a\": { \"type\": \"string\", \"x-required-from\": { \"lite\": \"live\" }, \"description\": \"It.\" }"), "2:49"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/date\", \"x-not-before\": [\"joined_no\"], \"description\": \"It.\" }"), "2:51"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/date\", \"x-not-before\": [\"status\"], \"description\": \"It.\" }"), "2:51"),
        (field("\"x-a\": { \"type\": \"array\", \"items\": { \"type\": \"array\" }, \"description\": \"It.\" }"), "2:46"),
        (field("\"x-a\": { \"type\": \"string\", \"items\": {}, \"description\": \"It.\" }"), "2:28"),
        (
            field("\"x-a\": { \"type\": \"array\", \"items\": { \"type\": \"string\" }, \"x-key\": [\"b\"], \"description\": \"It.\" }"),
            "2:58",
        ),
        // References.
        (field("\"x-a\": { \"$ref\": \"#/$defs/reference\", \"description\": \"It.\" }"), "2:1"),
        (field("\"x-a\": { \"$ref\": \"#/$defs/reference\", \"x-ref\": [\"sessions\"], \"description\": \"It.\" }"), "2:1"),
        (
            field(
                "\"x-a\": { \"$ref\": \"#/$defs/reference\", \"x-ref\": [\"session\"], \"x-inverse\": \"x-b\", \"description\": \"It.\" }",
            ),
            "2:49",
        ),
        (
            field(
                "\"x-a\": { \"$ref\": \"#/$defs/reference\", \"x-ref\": [\"sessions\"], \"x-inverse\": \"visits\", \"description\": \"It.\" }",
            ),
            "2:75",
        ),
        (
            field(
                "\"x-a\": { \"$ref\": \"#/$defs/reference\", \"x-ref\": [\"participants\"], \"x-inverse\": \"x-a\", \"description\": \"It.\" }",
            ),
            "2:66",
        ),
        (
            field(
                "\"x-a\": { \"$ref\": \"#/$defs/reference\", \"x-link\": true, \"x-ref\": [\"sessions\"], \"x-inverse\": \"x-b\", \"description\": \"It.\" }",
            ),
            "2:49",
        ),
        (field("\"x-a\": { \"type\": \"string\", \"x-ref\": [\"sessions\"], \"description\": \"It.\" }"), "2:28"),
    ];
    for (overlay, place) in &cases {
        faults.at(overlay, &check(&with_overlay(overlay), &["toy"]), &format!("policy/own.json:{place}"));
    }
    // Definitions of the organisation's own.
    let using = |def: &str| {
        format!(
            "{{ \"properties\": {{ \"x-a\": {{ \"$ref\": \"#/$defs/x-b\", \"description\": \"It.\" }} }}, \"$defs\": {{\n\"x-b\": {def} }} }}"
        )
    };
    let rows = |def: &str, more: &str| {
        format!(
            "{{ \"properties\": {{ \"x-a\": {{ \"type\": \"array\", \"items\": {{ \"$ref\": \"#/$defs/x-b\" }}, \"description\": \"It.\"{more} }} }}, \"$defs\": {{\n\"x-b\": {def} }} }}"
        )
    };
    let object = "{ \"description\": \"It.\", \"properties\": { \"c\": { \"type\": \"string\", \"description\": \"It.\" } } }";
    for (overlay, place) in [
        (using("{ \"description\": \"It.\" }"), "2:1"),
        (using("{ \"oneOf\": [{ \"const\": \"c\", \"description\": \"It.\" }] }"), "2:1"),
        (using("{ \"description\": \"It.\", \"oneOf\": [] }"), "2:41"),
        (using("{ \"description\": \"It.\", \"oneOf\": [\"c\"] }"), "2:42"),
        (using("{ \"description\": \"It.\", \"oneOf\": [{ \"const\": \"c\" }] }"), "2:42"),
        (using("{ \"description\": \"It.\", \"oneOf\": [{ \"const\": \"C d\", \"description\": \"It.\" }] }"), "2:53"),
        (
            using(
                "{ \"description\": \"It.\", \"oneOf\": [{ \"const\": \"c\", \"description\": \"It.\" }, { \"const\": \"c\", \"description\": \"It.\" }] }",
            ),
            "2:93",
        ),
        (using("{ \"description\": \"It.\", \"oneOf\": [{ \"cosnt\": \"c\", \"const\": \"c\", \"description\": \"It.\" }] }"), "2:44"),
        (
            using(
                "{ \"description\": \"It.\", \"required\": [\"d\"], \"properties\": { \"c\": { \"type\": \"string\", \"description\": \"It.\" } } }",
            ),
            "2:45",
        ),
        (using("{ \"type\": \"string\", \"description\": \"It.\", \"properties\": {} }"), "2:18"),
        (using("{ \"description\": \"It.\", \"properties\": { \"c\": { \"$ref\": \"#/$defs/x-b\", \"description\": \"It.\" } } }"), "2:1"),
        (rows(object, ""), "1:19"),
        (rows(object, ", \"x-one\": \"A b\""), "1:112"),
        (rows(object, ", \"x-one\": \"participant\""), "1:112"),
        (rows(object, ", \"x-one\": \"b\", \"x-key\": [\"d\"]"), "1:127"),
        (format!("{{ \"$defs\": {{\n\"x-b\": {object} }} }}"), "2:1"),
    ] {
        faults.at(&overlay, &check(&with_overlay(&overlay), &["toy"]), &format!("policy/own.json:{place}"));
    }
    faults.end();
}

#[test]
fn overlays_that_cannot_be_read_or_clash() {
    let mut faults = Faults::new("overlay_files");
    let folder = toy().with("havesay.toml", "schema = [\"none.json\"]\n");
    faults.at("not there", &check(&folder, &["toy"]), "havesay.toml:1:11");
    folder.write("havesay.toml", "schema = [\"toy\"]\n");
    faults.at("a folder", &check(&folder, &["toy"]), "havesay.toml:1:11");
    folder.write("havesay.toml", "schema = \"own.json\"\n");
    faults.at("no list", &check(&folder, &["toy"]), "havesay.toml:1:10");
    folder.write("havesay.toml", "schema = [\" \"]\n");
    faults.at("no name", &check(&folder, &["toy"]), "havesay.toml:1:11");
    let own = |name: &str| {
        format!(
            "{{ \"$defs\": {{ \"participant\": {{ \"properties\": {{\n\"{name}\": {{ \"type\": \"string\", \"description\": \"It.\" }} }} }} }} }}"
        )
    };
    let folder = with_overlay("\u{feff}{ \"$defs\": {} }");
    assert_eq!(check(&folder, &["toy"]).status, 1, "a byte-order mark is no fault");
    folder.write("policy/own.json", b"{ \"title\": \"caf\xe9\" }");
    faults.at("Latin-1", &check(&folder, &["toy"]), "policy/own.json:1:16");
    let folder = toy().with("havesay.toml", "schema = [\"a.json\", \"b.json\"]\n").with("a.json", own("x-a")).with("b.json", own("x-a"));
    faults.at("two that describe one field", &check(&folder, &["toy"]), "b.json:2:1");
    folder.write("b.json", own("x-b"));
    assert_eq!(check(&folder, &["toy"]).status, 1, "two that add different fields go together");
    folder.write("havesay.toml", "schema = [\"a.json\", \"a.json\"]\n");
    faults.at("one named twice", &check(&folder, &["toy"]), "a.json:2:1");
    faults.end();
}

const OWN: &str = include_str!("toy/overlay.json");

/// A programme with the fields that `tests/toy/overlay.json` describes.
const DESCRIBED: &str = r#"{ "id": "p", "title": "P", "stage": "discover", "x-region": "north",
  "x-stops": [{ "place": "corner", "waiting": 20 }, { "place": "bridge", "waiting": 30 }],
  "x-audit": { "on": "2026-01-01", "grade": "good" },
  "participants": [{ "id": "p-1", "x-postcode": "ZQX1", "x-scores": { "a": 1 } }, { "id": "p-2", "x-lift": true, "x-friend": "p-1" }],
  "sessions": [{ "id": "s-1", "type": "x-street-stall", "date": "2026-03-01", "x-hosts": ["p-1"], "x-grade": "poor", "x-cost": 12.5,
    "attendance": [{ "person": "p-1", "capacity": "participant", "x-arrived": "10:00" }] }],
  "payments": [
    { "id": "y-1", "kind": "fee", "participant": "p-1", "x-visit": "s-1", "x-booked_on": "2026-02-01" },
    { "id": "y-2", "kind": "fee", "participant": "p-1", "x-visit": "https://example.org/visit" }] }
"#;

#[test]
fn values_of_described_fields_are_judged() {
    let judged = |charter: &str| {
        let folder =
            Folder::new().with("havesay.toml", "schema = [\"own.json\"]\n").with("own.json", OWN).with("p/programme.json", charter);
        let told =
            Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "concise", "p", "--select", "record", "--stage", "charter"]).run();
        assert_eq!(told.err, "");
        let expected = "record/field-required-at-stage";
        let lines: Vec<String> =
            findings(&told.out).iter().filter(|line| !line.contains(expected)).map(|line| (*line).to_owned()).collect();
        lines.join("\n").replace("p/programme.json:", "")
    };
    assert_eq!(judged(DESCRIBED), "");
    let mut wrong = String::new();
    for (from, to, said) in [
        (
            "\"north\"",
            "\"nroth\"",
            "1:61: error[record/unknown-term] x-region of the charter has the word nroth, which is not listed; did you mean north?",
        ),
        ("\"ZQX1\"", "7", "4:49: error[record/wrong-type] x-postcode of participant p-1 is a number, where text in quotes belongs"),
        (
            "\"x-lift\": true",
            "\"x-lift\": 1",
            "4:108: error[record/wrong-type] x-lift of participant p-2 is a number, where true or false without quotes belongs",
        ),
        (
            "\"waiting\": 30",
            "\"waiting\": 60",
            "2:85: error[record/out-of-range] waiting of a stop of the charter is •••; it must lie between 0 and 50",
        ),
        ("\"place\": \"bridge\", ", "", "2:53: error[record/required-missing] the charter has a stop without place"),
        (
            "\"on\": \"2026-01-01\"",
            "\"no\": \"2026-01-01\"",
            "3:16: error[record/unknown-key] the charter has a field no that is not known; did you mean on?",
        ),
        ("12.5", "-1", "5:128: error[record/out-of-range] x-cost of session s-1 is -1; it must not be below 0"),
        (
            "\"a\": 1",
            "\"a\": -2",
            "4:76: error[record/out-of-range] a value in x-scores of participant p-1 is •••; it must not be below -1",
        ),
        (
            "[\"p-1\"]",
            "[\"p-9\"]",
            "5:91: error[record/dangling-reference] x-hosts of session s-1 refers to p-9, which is in neither participants nor team",
        ),
        (
            "\"x-friend\": \"p-1\"",
            "\"x-friend\": \"p-9\"",
            "4:126: error[record/dangling-reference] x-friend of participant p-2 refers to •••, which is not in participants",
        ),
        (
            "2026-02-01\" }",
            "2026-02-01\", \"offered_on\": \"2026-02-09\" }",
            "8:90: error[record/impossible-date-order] x-booked_on of y-1 (2026-02-01) is earlier than offered_on (2026-02-09)",
        ),
        ("10:00", "ten", "6:79: error[record/wrong-type] x-arrived of a seat of session s-1 is not written as a time, such as 14:30"),
    ] {
        let charter = DESCRIBED.replacen(from, to, 1);
        assert_ne!(charter, DESCRIBED, "{from}");
        let told = judged(&charter);
        wrong.push_str(&if told == said { String::new() } else { format!("{from} -> {to}:\n{told}\nnot\n{said}\n") });
    }
    assert_eq!(wrong, "");
    // Without the overlay nobody looks at them.
    let folder = Folder::new().with("p/programme.json", DESCRIBED.replace("x-street-stall", "workshop").replace("ZQX1", "7"));
    let told =
        Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "concise", "p", "--select", "record/wrong-type,record/unknown-key"])
            .run();
    assert_eq!(told.status, 0, "{}", told.both());
}

/// A page that holds where its expression is true of the programme.
fn asserting(expression: &str) -> String {
    format!(
        "---\nseverity: error\nfrom: charter\nsubject: programme\nassert: \"{expression}\"\nat: programme\nmessage: it does not hold\nhelp: look\nsince: \"1\"\n---\n\n# It\n\n## Examples\n\n### pass: so\n\n```json\n{{}}\n```\n"
    )
}

#[test]
fn rules_read_described_fields() {
    let folder = Folder::new()
        .with("havesay.toml", "schema = [\"own.json\"]\nrules = [\"policy\"]\n")
        .with("own.json", OWN)
        .with("p/programme.json", DESCRIBED);
    let verdict = |expression: &str| {
        folder.write("policy/own/it.md", asserting(expression));
        Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "concise", "p", "--select", "own"]).run()
    };
    for expression in [
        "programme.x_region == 'north'",
        "programme.participants.exists(p, has(p.x_postcode) && p.x_postcode == 'ZQX1')",
        "programme.participants.exists(p, !p.x_lift)",
        "sum(programme.x_stops.filter(s, has(s.waiting)).map(s, s.waiting)) == 50",
        "programme.x_audit.grade == 'good' && programme.x_audit.on < as_of",
        "programme.sessions.all(s, s.x_grade.below('good') && s.x_cost == 12.5)",
        "programme.sessions.exists(s, s.x_hosts.exists(h, h.id == 'p-1'))",
        "programme.participants.exists(p, p.x_hosted.exists(s, s.id == 's-1'))",
        "programme.participants.exists(p, size(p.x_friends) == 1)",
        "programme.sessions.exists(s, s.x_paid_by.exists(y, y.id == 'y-1'))",
        "programme.payments.exists(y, y.x_visit.x_grade == 'poor')",
        "programme.sessions.exists(s, s.type == 'x-street-stall')",
        "programme.sessions.exists(s, s.attendance.exists(a, has(a.x_arrived)))",
        "programme.participants.exists(p, missing(p, ['x_postcode', 'x_lift']) == ['x_postcode'])",
    ] {
        let told = verdict(expression);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{expression}: {}", told.both());
        assert_eq!(verdict(&format!("!({expression})")).status, 1, "{expression}");
    }
    // Checked when loaded, like any other.
    let mut faults = Faults::new("expressions");
    for (expression, place) in [
        ("programme.x_region == 'nroth'", "5:32"),
        ("programme.x_region == 1", "5:10"),
        ("programme.participants.exists(p, p.x_postcod == 'a')", "5:43"),
        ("programme.participants.exists(p, p.x_shoes == 'a')", "5:43"),
        ("programme.participants.exists(p, p.x_lift == 'yes')", "5:43"),
        ("programme.sessions.exists(s, s.x_grade < 'good')", "5:39"),
    ] {
        let told = verdict(expression);
        assert_eq!(told.status, 2, "{expression}: {}", told.both());
        if !told.err.starts_with(&format!("havesay: policy/own/it.md:{place}: ")) {
            faults.misplaced.push(format!("{expression}\n    not at {place}: {}", told.err));
        }
        let _ = write!(faults.words, "{expression}\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    }
    // A field that the overlay does not call safe cannot be put into a message.
    folder.write(
        "policy/own/it.md",
        asserting("programme.x_region == 'north'")
            .replace("it does not hold", "\"{programme.participants.filter(p, has(p.x_postcode)).map(p, p.x_postcode)}\""),
    );
    let told = Call::new(folder.path(), ["check", "p"]).run();
    assert_eq!(told.status, 2, "{}", told.both());
    let _ = write!(faults.words, "in a message\n    {}\n", told.err.trim_end().replace('\n', "\n    "));
    faults.end();
}

#[test]
fn described_fields_are_explained_and_printed() {
    let folder = Folder::new().with("havesay.toml", "schema = [\"own.json\"]\n").with("own.json", OWN);
    let explained = |name: &str| Call::new(folder.path(), ["explain", name]).run().out;
    for (name, words) in [
        ("participants.x-postcode", &["The postcode.", "What to write: text", "Masked in every report."][..]),
        ("programme.x-region", &["one of the words below", "north: Up.", "From the stage discover on", "Under the profile light: never."]),
        ("x-grade", &["in this order", "poor: Not well."]),
        ("session-type", &["x-street-stall: A stall in the street."]),
        ("sessions.x-hosts", &["Refers to participants or team, which see it as x-hosted."]),
        ("programme.x-stops", &["Each has:", "place (always): Its name."]),
    ] {
        let told = explained(name);
        for words in words {
            assert!(told.to_lowercase().contains(&words.to_lowercase()), "{name}: {words} is not in\n{told}");
        }
    }
    assert!(!explained("sessions.x-cost").contains("Masked"));
    let printed = Call::new(folder.path(), ["schema", "records"]).run();
    let schema: serde_json::Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(schema["$defs"]["participant"]["properties"]["x-postcode"]["type"], serde_json::json!(["string", "null"]));
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::from_str(DESCRIBED).unwrap()));
    assert!(!validator.is_valid(&serde_json::from_str(&DESCRIBED.replace("north", "nroth")).unwrap()));
}

#[test]
fn an_overlay_is_no_record_and_its_digest_is_in_the_audit() {
    // In the programme's own folder, and beside programmes.
    for home in ["toy/", ""] {
        let folder = toy().with(format!("{home}havesay.toml"), "schema = [\"own.json\"]\n").with(format!("{home}own.json"), OWN);
        let plain = check(&toy(), &["-f", "concise", "toy"]).out;
        assert_eq!(check(&folder, &["-f", "concise", "toy"]).out, plain, "{home}");
        assert_eq!(check(&folder, &["-f", "concise"]).out, plain, "{home}: no stray file");
        let audit = check(&folder, &["-f", "json", "toy"]).json();
        let files: Vec<&str> = audit["settings"]["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(files, [format!("{home}havesay.toml"), format!("{home}own.json")]);
    }
}

// ── pages ──────────────────────────────────────────────────────────────────────────────────────────────

fn toy_page(name: &str) -> String {
    fs::read_to_string(support::toy_rules().join(format!("{name}.md"))).unwrap()
}

#[test]
fn a_page_takes_the_place_of_another_only_by_saying_so() {
    let mut faults = Faults::new("replaced");
    let few = toy_page("people/few");
    let replacing = few.replace("since: 0.1.0", "since: 0.1.0\nreplaces: true");
    let said = |pages: &[(&str, &str)]| check(&with_pages(pages), &["-f", "concise", "toy"]);
    let told = said(&[("people/few", &replacing.replace("take part\"", "come along\""))]);
    assert_eq!(told.err, "");
    assert!(told.out.contains("people/few] fewer than 5 come along"), "{}", told.out);
    faults.at("without a word", &said(&[("people/few", &few)]), "policy/people/few.md");
    faults.at("said with no", &said(&[("people/few", &few.replace("since: 0.1.0", "replaces: no"))]), "policy/people/few.md:17:11");
    faults.at("nothing of this name", &said(&[("people/fwe", &replacing)]), "policy/people/fwe.md:18:11");
    let came = toy_page("definitions/came");
    faults.at("a definition without a word", &said(&[("definitions/came", &came)]), "policy/definitions/came.md");
    let other = came.replace("since: 0.1.0", "since: 0.1.0\nreplaces: true");
    assert_eq!(said(&[("definitions/came", &other)]).err, "");
    let other = other.replace("gives: flag", "gives: number").replace("expression:", "expression: 1 #");
    faults.at("a definition of another type", &said(&[("definitions/came", &other)]), "policy/definitions/came.md:7:11");
    let built_in = toy_page("record/not-a-date").replace("since: 0.1.0", "since: 0.1.0\nreplaces: true");
    assert_eq!(said(&[("record/not-a-date", &built_in)]).err, "");
    faults.at("judged by the program", &said(&[("record/not-a-date", &replacing)]), "policy/record/not-a-date.md:18:11");
    let built_in = toy_page("record/not-a-date");
    faults.at("judged by nobody", &said(&[("record/no-such-date", &built_in)]), "policy/record/no-such-date.md:7:8");
    let folder = toy().with("havesay.toml", "rules = [\"a\", \"b\"]\n");
    for home in ["a", "b"] {
        folder.write(format!("{home}/own/it.md"), asserting("programme.id != 'a'"));
    }
    faults.at("two folders", &check(&folder, &["toy"]), "b/own/it.md");
    faults.end();
    // Whoever asks is told whose page it is.
    let folder = with_pages(&[("people/few", &replacing)]);
    let told = Call::new(folder.path(), ["rules"]).toy().run();
    assert!(
        told.out.lines().any(|line| line.starts_with("people/few") && line.contains("in the place of the built-in rule")),
        "{}",
        told.out
    );
    let told = Call::new(folder.path(), ["explain", "people/few"]).toy().run();
    assert!(told.out.contains("in the place of the built-in one: policy/people/few.md"), "{}", told.out);
}

#[test]
fn an_old_name_works_and_the_run_says_so() {
    let renamed = toy_page("people/few").replace("since: 0.1.0", "since: 0.1.0\nformerly: [people/scarce, people/rare]\nreplaces: true");
    let term = toy_page("definitions/came").replace("since: 0.1.0", "since: 0.1.0\nformerly: attended\nreplaces: true");
    let folder = with_pages(&[("people/few", &renamed), ("definitions/came", &term)]);
    let severity = |settings: &str| {
        folder.write("havesay.toml", format!("rules = [\"policy\"]\n{settings}"));
        let told = check(&folder, &["-f", "concise", "toy"]);
        let line = findings(&told.out).into_iter().find(|line| line.contains("people/few]")).unwrap_or("").to_owned();
        (line.split(": ").nth(1).unwrap_or("").split(']').next().unwrap_or("").to_owned(), told.err)
    };
    let note = |line: u32| {
        format!(
            "havesay: havesay.toml:{line}:7: people/scarce is called people/few now\n  help: it works all the same; write the name of today\n"
        )
    };
    assert_eq!(severity("[rule.\"people/scarce\"]\nseverity = \"error\"\n"), ("error[people/few".to_owned(), note(2)));
    // What is set later beats what is set earlier, whatever the names.
    let both =
        "[rule.\"people/scarce\"]\nseverity = \"error\"\n[[overrides]]\npaths = [\"toy\"]\nrule.\"people/few\".severity = \"warning\"\n";
    assert_eq!(severity(both), ("warning[people/few".to_owned(), note(2)));
    assert_eq!(severity("[rule.\"people/rare\"]\noff = \"we know them all\"\n").0, "");
    let told = check(&folder, &["-f", "concise", "toy", "--select", "people/scarce"]);
    assert!(told.err.ends_with("havesay: people/scarce is called people/few now\n"), "{}", told.err);
    assert!(findings(&told.out).iter().all(|line| line.contains("people/few]")), "{}", told.out);
    // Both names at once, and names that are taken.
    let mut faults = Faults::new("old_names");
    folder.write(
        "havesay.toml",
        "rules = [\"policy\"]\n[rule.\"people/scarce\"]\nseverity = \"error\"\n[rule.\"people/few\"]\nseverity = \"advice\"\n",
    );
    faults.at("both names", &check(&folder, &["toy"]), "havesay.toml:2:7");
    let said = |pages: &[(&str, &str)]| check(&with_pages(pages), &["-f", "concise", "toy"]);
    let taken = renamed.replace("people/rare", "money/small");
    faults.at("a rule of today", &said(&[("people/few", &taken)]), "policy/people/few.md:18:27");
    let other = asserting("programme.id != 'a'").replace("since: \"1\"", "since: \"1\"\nformerly: people/rare");
    faults.at("an old name of two", &said(&[("people/few", &renamed), ("people/other", &other)]), "policy/people/other.md:10:11");
    faults.end();
}

#[test]
fn parameters_keep_their_type_and_bounds() {
    let bounded = toy_page("people/few")
        .replace("least: { default: 10, unit: people,", "least: { default: 10, min: 1, max: 50, unit: people,")
        .replace("since: 0.1.0", "since: 0.1.0\nreplaces: true");
    let mut faults = Faults::new("parameters");
    let folder = with_pages(&[("people/few", &bounded)]);
    let set = |settings: &str| {
        folder.write("havesay.toml", format!("rules = [\"policy\"]\n{settings}"));
        check(&folder, &["-f", "concise", "toy"])
    };
    for value in ["1", "50", "1.5"] {
        assert_eq!(set(&format!("[rule.\"people/few\"]\nparams = {{ least = {value} }}\n")).err, "", "{value}");
    }
    for (value, place) in [
        ("0", "3:20"),
        ("0.999", "3:20"),
        ("50.001", "3:20"),
        ("-3", "3:20"),
        ("\"10 people\"", "3:20"),
        ("\"2 weeks\"", "3:20"),
        ("true", "3:20"),
        ("2026-03-01", "3:20"),
    ] {
        let settings = format!("[rule.\"people/few\"]\nparams = {{ least = {value} }}\n");
        faults.at(&settings, &set(&settings), &format!("havesay.toml:{place}"));
    }
    let over = "[[overrides]]\npaths = [\"toy\"]\nrule.\"people/few\".params.least = 99\n";
    faults.at(over, &set(over), "havesay.toml:4:34");
    let near = "[rule.\"people/few\"]\nparams = { laest = 5 }\n";
    faults.at(near, &set(near), "havesay.toml:3:12");
    // Bounds that the page itself does not keep.
    let mut page = |title: &str, page: String, place: &str| {
        let told = check(&with_pages(&[("people/few", &page)]), &["toy"]);
        faults.at(title, &told, &format!("policy/people/few.md:{place}"));
    };
    page("a default outside", bounded.replace("default: 10", "default: 51"), "13:21");
    page("bounds that cross", bounded.replace("min: 1", "min: 60"), "13:3");
    page("a bound that is no number", bounded.replace("max: 50", "max: many"), "13:38");
    page("a bound of a text", bounded.replace("default: 10", "default: ten"), "13:31");
    page("a profile outside", bounded.replace("off: a half day needs no crowd", "params: { least: 0 }"), "16:22");
    page("a profile of another type", bounded.replace("off: a half day needs no crowd", "params: { least: few }"), "16:22");
    faults.end();
    folder.write("havesay.toml", "rules = [\"policy\"]\n");
    let told = Call::new(folder.path(), ["explain", "people/few"]).toy().run();
    assert!(told.out.contains("least = 10 (people): how many people are enough; from 1 to 50"), "{}", told.out);
}

// ── new rule ───────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_new_page_is_refused_until_its_blanks_are_filled() {
    let folder = Folder::new().with("havesay.toml", "rules = [\"policy/rules\"]\n");
    fs::create_dir_all(folder.at("policy/rules")).unwrap();
    let told = Call::new(folder.path(), ["new", "rule", "travel/not-prepaid"]).run();
    assert_eq!((told.status, told.err.as_str()), (0, ""), "{}", told.both());
    expect("organisations/new_rule.txt", &told.out);
    let page = folder.read("policy/rules/travel/not-prepaid.md");
    assert!(page.contains("<<what must hold>>"), "{page}");
    // Every blank is named with its place, and nothing else is said of the page.
    let blanks = page.matches("<<").count();
    for args in [&["test", "policy/rules"][..], &["test", "travel/not-prepaid"], &["check"]] {
        let told = Call::new(folder.path(), args).run();
        assert_eq!(told.status, 2, "{args:?}: {}", told.both());
        assert_eq!(told.err.matches("havesay: policy/rules/travel/not-prepaid.md:").count(), blanks, "{args:?}: {}", told.err);
        assert!(
            told.err.contains("havesay: policy/rules/travel/not-prepaid.md:6:10: a blank is not filled: what must hold\n"),
            "{}",
            told.err
        );
    }
    // Filled, it is a rule like any other.
    let filled = asserting("programme.id != 'a'");
    folder.write("policy/rules/travel/not-prepaid.md", filled);
    assert_eq!(Call::new(folder.path(), ["test", "policy/rules"]).run().status, 0);
}

#[test]
fn new_rule_goes_where_it_is_told_and_never_over_another() {
    let folder = Folder::new();
    let new = |args: &[&str]| Call::new(folder.path(), ["new", "rule"].iter().chain(args)).run();
    let told = new(&["own/it"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(
        told.out.contains("rules/own/it.md") && told.out.contains("name the folder in havesay.toml: rules = [\"rules\"]"),
        "{}",
        told.out
    );
    assert_eq!(new(&["own/it", "--folder", "some/where"]).status, 0);
    assert!(folder.at("some/where/own/it.md").is_file());
    let mut words = String::new();
    for (args, status) in [
        (&["own/it"][..], 2),
        (&["pay/late"], 2),
        (&["late"], 2),
        (&["own/it/self"], 2),
        (&["own/It"], 2),
        (&["../it"], 2),
        (&["own/"], 2),
        (&["/own"], 2),
        (&["definitions/it"], 2),
        (&["own/it", "-c", "none.toml"], 2),
    ] {
        let told = new(args);
        assert_eq!((told.status, told.out.as_str()), (status, ""), "{args:?}: {}", told.both());
        let _ = write!(words, "{}\n    {}\n", args.join(" "), told.err.trim_end().replace('\n', "\n    "));
    }
    // A place that cannot be written: nothing is.
    folder.write("file", "a file");
    let told = new(&["own/it", "--folder", "file"]);
    assert_eq!(told.status, 2, "{}", told.both());
    assert_eq!(folder.read("file"), "a file");
    folder.write("own.md", "mine");
    expect("organisations/new_rule_refused.txt", &words);
}

// ── the worked example ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_worked_example_keeps_its_word() {
    let folder = Folder::new();
    copy(&root().join("examples/organisation"), folder.path());
    let told = Call::new(folder.path(), ["test", "--mutate", "policy/rules"]).run();
    assert_eq!((told.status, told.err.as_str()), (0, ""), "{}", told.both());
    let told = Call::new(folder.path(), ["check", "--as-of", "2026-04-01", "-f", "concise"]).run();
    assert_eq!((told.status, told.err.as_str()), (1, ""), "{}", told.both());
    assert_eq!(
        findings(&told.out),
        [
            "programmes/harbour-museum/payments.json:7:99: error[pay/below-regional-floor] y-2 comes to 66 GBP for 3 hours, and the floor for the islands is 26 an hour",
            "programmes/harbour-museum/payments.json:16:97: error[pay/travel-not-prepaid] y-4 repays a journey that was not paid in advance",
        ]
    );
    // The floor is the settings': by the page's own number nothing is amiss but the fare.
    let audit = Call::new(folder.path(), ["check", "--as-of", "2026-04-01", "-f", "json"]).run().json();
    let rule = audit["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "pay/below-regional-floor").unwrap();
    assert_eq!(rule["params"]["floor"]["value"], "26");
    // Mended, it is clean.
    let payments = folder.read("programmes/harbour-museum/payments.json");
    folder.write(
        "programmes/harbour-museum/payments.json",
        payments.replace("\"amount\": 66", "\"amount\": 78").replace("\"x-covers\": \"travel\"\n", "\"x-covers\": \"overnight\"\n"),
    );
    let told = Call::new(folder.path(), ["check", "--as-of", "2026-04-01", "-f", "concise"]).run();
    assert_eq!((told.status, findings(&told.out).len()), (0, 0), "{}", told.both());
}

#[test]
fn what_the_documentation_shows_is_accepted() {
    let text = fs::read_to_string(root().join("docs/organisations.md")).unwrap();
    let blocks = |kind: &str| -> Vec<String> {
        let fence = format!("```{kind}\n");
        text.split(&fence).skip(1).map(|piece| piece.split("```").next().unwrap().to_owned()).collect()
    };
    assert!(blocks("json").len() == 1 && blocks("toml").len() >= 3);
    for overlay in blocks("json") {
        let schema = havesay::schema::overlay::extend(&[serde_json::from_str(&overlay).unwrap()]);
        assert!(schema.is_ok(), "{:?}", schema.err());
    }
    for settings in blocks("toml") {
        let folder = Folder::new().with("programmes/p/programme.json", support::FINE);
        folder.write("policy/records.json", "{}");
        fs::create_dir_all(folder.at("policy/rules")).unwrap();
        folder.write("havesay.toml", &settings);
        let told = Call::new(folder.path(), ["check", "--stage", "charter", "--select", "record"]).run();
        assert!(told.status <= 1 && told.err.is_empty(), "{settings}: {}", told.both());
    }
}
