//! Every format of an audit says the same: rendered at once or from the saved audit, with the same totals,
//! whatever stands in ids and texts. What others' schemas ask of a format is tried where they are at hand
//! (`support/conformance.rs`); what others' programs say of it, `.ci/formats` tries.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "support/conformance.rs"]
mod conformance;
mod support;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use serde_json::{Value, json};
use support::{AS_OF, Call, FINE, FORMATS, Folder, check, copy, root, toy};

/// What every format says of one run.
struct Said {
    status: i32,
    by_format: BTreeMap<&'static str, String>,
}

impl Said {
    fn of(&self, format: &str) -> &str {
        &self.by_format[format]
    }

    fn json(&self, format: &str) -> Value {
        serde_json::from_str(self.of(format)).unwrap()
    }

    fn audit(&self) -> Value {
        support::saved(self.of("json").as_bytes())
    }

    fn results(&self) -> Vec<Value> {
        self.json("sarif")["runs"][0]["results"].as_array().unwrap().clone()
    }

    fn issues(&self) -> Vec<Value> {
        self.json("gitlab").as_array().unwrap().clone()
    }

    fn rows(&self) -> Vec<BTreeMap<String, String>> {
        let text = self.of("csv").strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let heads = reader.headers().unwrap().clone();
        reader
            .records()
            .map(|row| heads.iter().zip(row.unwrap().iter()).map(|(head, cell)| (head.to_owned(), cell.to_owned())).collect())
            .collect()
    }

    fn commands(&self) -> Vec<Command> {
        self.of("github").lines().filter_map(Command::read).collect()
    }

    fn cases(&self) -> Vec<Case> {
        cases(self.of("junit"))
    }
}

/// Runs a command once with every format in a file of its own.
fn said(folder: &Folder, args: &[&str], toy_rules: bool) -> Said {
    let outputs = Folder::new();
    let mut call = Call::new(folder.path(), args);
    if toy_rules {
        call = call.toy();
    }
    for format in FORMATS {
        let mut output = OsString::from(format!("{format}="));
        output.push(outputs.at(format));
        call = call.arg("-o").arg(output);
    }
    let told = call.run();
    assert!(told.status < 2, "{}", told.err);
    Said { status: told.status, by_format: FORMATS.into_iter().map(|format| (format, outputs.read(format))).collect() }
}

fn checked(folder: &Folder, args: &[&str]) -> Said {
    said(folder, &[&["check", "--as-of", AS_OF], args].concat(), true)
}

/// A command as the runner reads it.
#[derive(Debug)]
struct Command {
    word: String,
    properties: BTreeMap<String, String>,
    data: String,
}

impl Command {
    fn read(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("::")?;
        let (head, data) = rest.split_once("::").unwrap();
        let (word, properties) = head.split_once(' ').unwrap();
        let back = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        let properties = properties.split(',').map(|one| one.split_once('=').unwrap()).map(|(key, value)| (key.to_owned(), back(value)));
        Some(Self { word: word.to_owned(), properties: properties.collect(), data: back(data) })
    }
}

/// A test case as a CI service reads it.
#[derive(Debug, Default)]
struct Case {
    class: String,
    name: String,
    failure: Option<String>,
    skipped: Option<String>,
    out: String,
}

fn cases(xml: &str) -> Vec<Case> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases: Vec<Case> = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes: BTreeMap<String, String> = tag
                    .attributes()
                    .map(|one| {
                        let one = one.unwrap();
                        let value = one.decoded_and_normalized_value(quick_xml::XmlVersion::Implicit1_0, reader.decoder()).unwrap();
                        (String::from_utf8(one.key.as_ref().to_vec()).unwrap(), value.into_owned())
                    })
                    .collect();
                match tag.name().as_ref() {
                    b"testcase" => {
                        cases.push(Case { class: attributes["classname"].clone(), name: attributes["name"].clone(), ..Case::default() })
                    }
                    b"failure" => cases.last_mut().unwrap().failure = Some(attributes["message"].clone()),
                    b"skipped" => cases.last_mut().unwrap().skipped = Some(attributes["message"].clone()),
                    b"system-out" => cases.last_mut().unwrap().out = "said".to_owned(),
                    _ => {}
                }
            }
            Event::Eof => return cases,
            _ => {}
        }
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

/// Several programmes, some of them alike, with findings of every severity and what has no evidence.
fn several() -> Folder {
    let folder = toy();
    for name in ["again", "sub/within", "sub"] {
        copy(&root().join("tests/toy/programme"), &folder.at(name));
    }
    folder.write("fine/programme.json", FINE);
    folder.write("light/programme.json", r#"{ "id": "light", "title": "Light", "stage": "charter", "profile": "light", "team": [] }"#);
    folder
}

/// The same with a waiver.
fn waived() -> Folder {
    let waiver = [
        ("rule", "people/silent"),
        ("programme", "toy"),
        ("address", "participants/p-2"),
        ("reason_type", "accepted-risk"),
        ("reason", "they are asked again in autumn"),
        ("approved_by", "A. Reviewer"),
        ("approver_role", "sponsor"),
        ("granted_on", "2026-06-01"),
        ("expires_on", "2026-12-01"),
    ]
    .map(|(key, value)| format!("{key} = \"{value}\"\n"));
    several().with("toy/havesay.waivers.toml", format!("[[waiver]]\n{}", waiver.concat()))
}

// ── one value ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_saved_audit_gives_the_same_bytes_as_the_run_itself() {
    for (what, folder, toy_rules, path) in [
        ("one programme", toy(), true, "toy"),
        ("several programmes", several(), true, "."),
        ("the built-in rules", theatre(), false, "theatre"),
        ("a waiver", waived(), true, "."),
    ] {
        for flags in [
            &[][..],
            &["--show-suppressed", "--max-findings", "7"],
            &["-v", "--statistics"],
            &["--group-by", "rule", "--color", "always"],
            &["--group-by", "programme"],
        ] {
            let direct = said(&folder, &[&["check", "--as-of", AS_OF, path], flags].concat(), toy_rules);
            // An audit that was cut when it was saved cannot say what it lacks: here it is cut when it is rendered.
            let whole = said(&folder, &["check", "--as-of", AS_OF, path], toy_rules);
            let saved = Folder::new().with("audit.json", whole.of("json"));
            let again = said(&saved, &[&["report", "audit.json"], flags].concat(), toy_rules);
            assert_eq!(again.status, 0, "{what}: it could be rendered");
            for format in FORMATS {
                assert_eq!(again.of(format), direct.of(format), "{what}, {format} {flags:?}");
            }
        }
    }
}

#[test]
fn what_stands_on_standard_output_is_what_stands_in_the_file() {
    let folder = several();
    let files = checked(&folder, &["."]);
    for format in FORMATS {
        assert_eq!(check(&folder, &[".", "-f", format]).out, files.of(format), "{format}");
        assert_eq!(check(&folder, &[".", "-o", &format!("{format}=-")]).out, files.of(format), "{format}");
    }
}

#[test]
fn every_format_is_described() {
    let page = std::fs::read_to_string(root().join("docs/formats.md")).unwrap();
    let described: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")).map(|rest| rest.split_once('`').unwrap().0).collect();
    assert_eq!(described, FORMATS);
    assert_eq!(havesay::report::Format::ALL.map(havesay::report::Format::word), FORMATS);
}

fn theatre() -> Folder {
    let folder = Folder::new();
    copy(&root().join("fixtures/theatre"), &folder.at("theatre"));
    folder
}

#[test]
fn the_totals_of_all_formats_agree() {
    for (folder, toy_rules, path) in [(several(), true, "."), (theatre(), false, "theatre")] {
        for fail_on in ["error", "warning", "advice"] {
            let said = said(&folder, &["check", "--as-of", AS_OF, path, "--fail-on", fail_on], toy_rules);
            let audit = said.audit();
            let per = |list: &[&str], words: [&str; 3]| words.map(|word| list.iter().filter(|own| **own == word).count() as u64);
            let totals = ["error", "warning", "advice"].map(|severity| number(&audit, &format!("/summary/findings/{severity}")));
            let shared = ["error", "warning", "advice"].map(|severity| {
                audit["programmes"].as_array().unwrap().iter().map(|own| number(own, &format!("/findings_shared/{severity}"))).sum::<u64>()
            });
            assert!(totals.iter().sum::<u64>() > 0);
            let lines: Vec<Value> = said.of("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines, *audit["findings"].as_array().unwrap());
            let results = said.results();
            let levels: Vec<&str> = results.iter().map(|result| text(result, "/level")).collect();
            assert_eq!(per(&levels, ["error", "warning", "note"]), shared, "sarif");
            let issues = said.issues();
            let severities: Vec<&str> = issues.iter().map(|issue| text(issue, "/severity")).collect();
            assert_eq!(per(&severities, ["critical", "minor", "info"]), shared, "gitlab");
            let commands = said.commands();
            let words: Vec<&str> = commands.iter().map(|command| command.word.as_str()).collect();
            assert_eq!(per(&words, ["error", "warning", "notice"]), shared, "github");
            let rows = said.rows();
            let severities: Vec<&str> = rows.iter().map(|row| row["severity"].as_str()).collect();
            assert_eq!(per(&severities, ["error", "warning", "advice"]), shared, "csv");
            let failing: u64 =
                shared.iter().take(["error", "warning", "advice"].iter().position(|word| *word == fail_on).unwrap() + 1).sum();
            assert_eq!(said.cases().iter().filter(|case| case.failure.is_some()).count() as u64, failing, "junit");
            assert_eq!(rows.iter().filter(|row| row["fails"] == "yes").count() as u64, failing, "csv");
            let entries = said.of("markdown").lines().filter(|line| line.starts_with("- **")).count() as u64;
            assert_eq!(entries, shared.iter().sum::<u64>(), "markdown");
            assert_eq!(articles(said.of("html")).len() as u64, shared.iter().sum::<u64>(), "html");
        }
    }
}

#[test]
fn what_is_cut_is_counted() {
    let folder = several();
    let whole = checked(&folder, &["."]);
    let all = whole.audit()["findings"].as_array().unwrap().len();
    let cut = checked(&folder, &[".", "--max-findings", "3"]);
    assert_eq!(number(&cut.audit(), "/summary/unwritten"), all as u64 - 3);
    assert_eq!((cut.results().len(), cut.issues().len(), cut.rows().len(), cut.commands().len()), (3, 3, 3, 3));
    assert_eq!(cut.of("jsonl").lines().count(), 3);
    let left = format!("{} more findings are not shown", all - 3);
    for format in ["full", "concise", "narrated", "markdown", "html", "github", "junit"] {
        assert!(cut.of(format).contains(&left), "{format}: {}", cut.of(format));
        assert!(!whole.of(format).contains("not shown (--max"), "{format}");
    }
    let invocation = &cut.json("sarif")["runs"][0]["invocations"][0];
    let told = text(invocation, "/toolExecutionNotifications/0/message/text");
    assert_eq!(told, format!("{} findings are not among the results.", all - 3));
    // Formats without a place for totals: it is said beside them.
    for format in ["jsonl", "csv", "gitlab"] {
        let told = check(&folder, &[".", "-f", format, "--max-findings", "3"]);
        let said = format!("havesay: {} findings are not in standard output (--max-findings)\n", all - 3);
        assert!(told.err.ends_with(&said), "{format}: {}", told.err);
    }
}

// ── each format as its readers need it ─────────────────────────────────────────────────────────────────

#[test]
fn sarif_is_valid_and_within_what_code_scanning_takes() {
    let Some(schema) = conformance::find("schemas/sarif-oasis.json") else { return };
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for said in [checked(&several(), &["."]), said(&theatre(), &["check", "--as-of", AS_OF], false), hostile()] {
        let log = said.json("sarif");
        let faults: Vec<String> = validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

#[test]
fn sarif_says_where_and_by_what_rule() {
    let said = checked(&several(), &["."]);
    let audit = said.audit();
    let run = &said.json("sarif")["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut identities = Vec::new();
    for result in said.results() {
        let rule = &rules[number(&result, "/ruleIndex") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        for member in ["/name", "/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown", "/properties/precision"]
        {
            assert!(!text(rule, member).is_empty(), "{member} of {rule}");
        }
        assert!(!rule["properties"]["tags"].as_array().unwrap().is_empty());
        let own = text(&result, "/partialFingerprints/havesay~1v1");
        let finding = audit["findings"].as_array().unwrap().iter().find(|finding| own.starts_with(text(finding, "/fingerprint"))).unwrap();
        let place = &result["locations"][0]["physicalLocation"];
        for (region, position) in
            [("startLine", "start/line"), ("startColumn", "start/column"), ("endLine", "end/line"), ("endColumn", "end/column")]
        {
            assert_eq!(number(place, &format!("/region/{region}")), number(finding, &format!("/location/{position}")), "{region}");
        }
        assert!(!text(place, "/artifactLocation/uri").starts_with(['/', '.']));
        assert!(result["relatedLocations"].as_array().unwrap().len() >= finding["labels"].as_array().unwrap().len() - 1);
        identities.push(text(&result, "/partialFingerprints/primaryLocationLineHash").to_owned());
    }
    let count = identities.len();
    identities.sort();
    identities.dedup();
    // The same programme in several folders has the same id, and so the same findings: each is told apart.
    assert_eq!(identities.len(), count);
    assert_eq!((number(run, "/invocations/0/exitCode"), run["invocations"][0]["executionSuccessful"] == json!(true)), (1, true));
}

#[test]
fn sarif_keeps_the_gravest_of_too_many_results() {
    let rows: Vec<String> = (0..25_100).map(|number| format!("{{ \"id\": \"p-{number}\", \"levle\": 1 }}")).collect();
    let folder = Folder::new()
        .with("programme.json", FINE)
        .with("participants.json", format!("[{}]", rows.join(",\n")))
        .with("waves.json", "[{ \"id\": \"w-1\", \"opened_on\": \"2026-02-30\" }]");
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "sarif", "-o", "json=../a.json"]).run();
    let log: Value = serde_json::from_str(&told.out).unwrap();
    let audit = support::saved(folder.read("../a.json").as_bytes());
    std::fs::remove_file(folder.at("../a.json")).unwrap();
    let all = audit["findings"].as_array().unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let errors = all.iter().filter(|finding| finding["severity"] == "error").count();
    assert!(errors > 0 && results[..errors.min(25_000)].iter().all(|result| result["level"] == "error"));
    let left = all.len() - 25_000;
    let notified = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notified.contains(&format!("{left} findings are not among the results; the gravest are.")), "{notified}");
}

#[test]
fn a_faulty_rule_is_a_notification_and_no_success() {
    let folder = toy();
    copy(&support::toy_rules(), &folder.at("rules"));
    let page = folder.read("rules/people/silent.md").replace("size(seats) > 0", "\"1 / (size(seats) - size(seats)) > 0\"");
    folder.write("rules/people/silent.md", page);
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "toy", "-f", "sarif"]).env("HAVESAY_RULES", "rules").run();
    if told.out.is_empty() {
        panic!("{}", told.err);
    }
    assert_eq!(told.status, 2, "{}", told.err);
    let log: Value = serde_json::from_str(&told.out).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((number(invocation, "/exitCode"), &invocation["executionSuccessful"]), (2, &json!(false)));
    let notified = &invocation["toolExecutionNotifications"][0];
    assert_eq!((text(notified, "/descriptor/id"), text(notified, "/level")), ("rule-fault", "error"));
    assert!(text(notified, "/message/text").contains("people/silent"), "{notified}");
}

#[test]
fn gitlab_is_valid_and_its_fingerprints_are_unique() {
    let schema = conformance::find("schemas/gitlab-codequality-item.json").map(|path| std::fs::read_to_string(path).unwrap());
    for said in [checked(&several(), &["."]), said(&theatre(), &["check", "--as-of", AS_OF], false), hostile()] {
        let issues = said.issues();
        let mut fingerprints: Vec<&str> = issues.iter().map(|issue| text(issue, "/fingerprint")).collect();
        let count = fingerprints.len();
        fingerprints.sort_unstable();
        fingerprints.dedup();
        assert_eq!(fingerprints.len(), count);
        if let Some(schema) = &schema {
            let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
            let report = said.json("gitlab");
            let faults: Vec<String> = validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(faults.is_empty(), "{}", faults.join("\n"));
        }
    }
}

#[test]
fn junit_skips_what_was_not_judged_with_the_reason() {
    let folder = several();
    let cases = checked(&folder, &["."]).cases();
    let skipped =
        |class: &str| -> Vec<String> { cases.iter().filter(|case| case.class == class).filter_map(|case| case.skipped.clone()).collect() };
    assert!(
        skipped("toy.money/small").contains(&"no evidence: amount of the payment is not recorded (1 verdict)".to_owned()),
        "{:?}",
        skipped("toy.money/small")
    );
    assert!(skipped("light.people/few").iter().any(|why| why.starts_with("not ")), "{:?}", skipped("light.people/few"));
    // A warning is no failure where only errors fail; it is said all the same.
    let warned: Vec<&Case> = cases.iter().filter(|case| case.class == "toy.seats/empty").collect();
    assert!(
        warned.iter().all(|case| case.failure.is_none() && case.skipped.is_none()) && warned.iter().any(|case| case.out == "said"),
        "{warned:?}"
    );
    // No two cases of one programme are called the same.
    let mut names: Vec<(&str, &str)> =
        cases.iter().filter(|case| case.class.starts_with("light.")).map(|case| (case.class.as_str(), case.name.as_str())).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_markdown_comment_stays_within_what_a_comment_may_hold() {
    let rows: Vec<String> = (0..3_000).map(|number| format!("{{ \"id\": \"p-{number}\", \"levle\": 1 }}")).collect();
    let folder = Folder::new().with("programme.json", FINE).with("participants.json", format!("[{}]", rows.join(",\n")));
    let told = Call::new(folder.path(), ["check", "--as-of", AS_OF, "-f", "markdown"]).run();
    assert!(told.out.len() < 65_536 && told.out.contains("more findings are not shown here"), "{}", told.out.len());
    assert!(told.out.starts_with("<!-- havesay -->\n"));
}

#[test]
fn the_summary_of_a_github_step_is_added_to_what_is_there() {
    let folder = toy().with("summary.md", "what another command said\n");
    let call = |path: &str, args: &[&str]| {
        let args = [&["check", "--as-of", AS_OF, "toy"], args].concat();
        Call::new(folder.path(), args).toy().env("GITHUB_STEP_SUMMARY", path).run()
    };
    let told = call("summary.md", &["-f", "github"]);
    assert_eq!((told.status, told.err.as_str()), (1, ""));
    let written = folder.read("summary.md");
    assert_eq!(written, format!("what another command said\n{}", check(&folder, &["toy", "-f", "markdown"]).out));
    // Only this format writes there.
    call("other.md", &["-f", "concise"]);
    assert!(!folder.at("other.md").exists());
    let told = call("no/such/folder.md", &["-f", "github"]);
    assert_eq!(told.status, 2, "{}", told.out);
    assert!(
        told.err.contains("no/such/folder.md, which GITHUB_STEP_SUMMARY names, cannot be written: its folder does not exist"),
        "{}",
        told.err
    );
}

// ── what may be shared ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_says_something_of_one_person_is_not_passed_on_person_by_person() {
    let page = std::fs::read_to_string(support::toy_rules().join("people/silent.md")).unwrap().replace("since:", "reveals: true\nsince:");
    let people: Vec<Value> = (0..8).map(|number| json!({ "id": format!("who-{number}"), "status": "active" })).collect();
    let folder_of = |told: usize| {
        let seats: Vec<Value> = (0..told).map(|number| json!({ "person": format!("who-{number}"), "capacity": "participant" })).collect();
        let folder = Folder::new()
            .with("p/programme.json", FINE.replace("charter", "recruit"))
            .with("p/participants.json", json!(people).to_string())
            .with("p/sessions.json", json!([{ "id": "s-1", "type": "workshop", "date": "2026-03-01", "attendance": seats }]).to_string())
            .with("p/contributions.json", "[]");
        copy(&support::toy_rules(), &folder.at("rules"));
        folder.write("rules/people/silent.md", &page);
        folder
    };
    for (told, count) in [(2, "fewer than 5"), (3, "fewer than 5"), (6, "6")] {
        let folder = folder_of(told);
        let rules = folder.at("rules");
        let outputs = Folder::new();
        let mut call = Call::new(folder.path(), ["check", "--as-of", AS_OF, "p", "-v", "--statistics", "--select", "people/silent"])
            .env("HAVESAY_RULES", &rules);
        for format in FORMATS {
            let mut output = OsString::from(format!("{format}="));
            output.push(outputs.at(format));
            call = call.arg("-o").arg(output);
        }
        assert_eq!(call.run().status, 1);
        for format in ["full", "concise", "narrated", "json", "jsonl"] {
            assert!(outputs.read(format).contains("who-0"), "{format} shows each record");
        }
        for format in ["sarif", "junit", "github", "gitlab", "markdown", "html", "csv"] {
            let said = outputs.read(format);
            assert!(!said.contains("who-"), "{format}: {said}");
            assert!(said.contains(&format!("Came and brought nothing: {count} findings")), "{format}: {said}");
            // Nor does a total say how many there are.
            for total in [format!("{told} error"), format!("{told} finding;"), format!("| {told} |"), format!("{} pass", 8 - told)] {
                assert!(count == "6" || !said.contains(&total), "{format} says {total}: {said}");
            }
        }
    }
}

// ── hostile strings ────────────────────────────────────────────────────────────────────────────────────

/// What may stand in a text and would break one format or another.
fn hostile_strings() -> Vec<String> {
    let mut all: Vec<String> = [
        "</failure><script>alert(1)</script>",
        "a & b &amp; 'c' \"d\"",
        "]]> <!-- -->",
        "50% %0A::error::x",
        "::error file=a::b, c",
        "::stop-commands::x",
        "##[error]x",
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        " =1",
        "＝1+1",
        "`code` ``more``",
        "[x](http://example.org) ![y](z)",
        "| a | b |",
        "{0} {{1}} \\ \\n",
        "# head",
        "\u{202e}drow\u{2066}x\u{2069}",
        "\u{1b}[31mred\u{7}\u{9b}31m",
        "a\nb\r\nc\td",
        "zero\u{200b}width\u{feff}\u{ad}",
        "\u{fffe}\u{ffff}\u{1fffe}",
        "emoji 👩‍👩‍👧 é",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("long ".repeat(39));
    all
}

/// A programme for each hostile string, which is its title, and one whose folder and file are called oddly.
fn hostile_folder() -> Folder {
    let folder = Folder::new();
    for (number, title) in hostile_strings().iter().enumerate() {
        folder.write(
            format!("h-{number:02}/programme.json"),
            json!({ "id": format!("@h:{number:02}#-"), "title": title, "stage": "discover", "team": [] }).to_string(),
        );
    }
    let odd = if cfg!(windows) { "odd & 'é' #" } else { "odd & 'é' #?%2C:,*<>|\"\\=" };
    folder.write(
        Path::new(odd).join("programme.json"),
        json!({ "id": "-odd", "title": "=odd", "stage": "discover", "team": [] }).to_string(),
    );
    folder.write(
        "rules/own/title.md",
        "---\nseverity: error\nfrom: charter\nsubject: programme\nassert: programme.title == 'x'\nat: programme.title\nlabel: \"<b>]]> %0A ::error::\"\nmessage: \"{programme.title}\"\nhelp: \"]]> </failure> 100%, a:b | [x](y) @all\"\nsince: 0.1.0\n---\n\n# Title <b> | `a` ]]>, %0A ::\n\nProse with <b>, {0} and | bars.\n",
    );
    folder
}

fn hostile() -> Said {
    let folder = hostile_folder();
    let rules = folder.at("rules");
    let outputs = Folder::new();
    let mut call = Call::new(folder.path(), ["check", "--as-of", AS_OF, "--select", "own"]).env("HAVESAY_RULES", &rules);
    for format in FORMATS {
        let mut output = OsString::from(format!("{format}="));
        output.push(outputs.at(format));
        call = call.arg("-o").arg(output);
    }
    let told = call.run();
    assert_eq!(told.status, 1, "{}", told.err);
    Said { status: 1, by_format: FORMATS.into_iter().map(|format| (format, outputs.read(format))).collect() }
}

/// What each finding of a page says, with the references that HTML has for characters read back.
fn articles(page: &str) -> Vec<String> {
    let back =
        |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    let article = |text: &str| back(text.split_once("</span> ").unwrap().1.split_once("</h3>").unwrap().0);
    page.split("<article ").skip(1).map(article).collect()
}

/// The entries of the list of findings, as text. Only our own markup may stand in a comment.
fn entries(markdown: &str) -> Vec<String> {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let ours = ["<!-- havesay -->", "<!-- -->", "<details>", "<summary>", "</summary>", "</details>"];
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH | Options::ENABLE_FOOTNOTES;
    let (mut entries, mut ordered) = (Vec::<String>::new(), false);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::List(first)) => ordered = first.is_some(),
            Event::Start(Tag::Item) if !ordered => entries.push(String::new()),
            Event::Text(words) | Event::Code(words) => {
                if let Some(entry) = entries.last_mut() {
                    entry.push_str(&words);
                }
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Item) => {
                if let Some(entry) = entries.last_mut() {
                    entry.push(' ');
                }
            }
            Event::Html(tag) | Event::InlineHtml(tag) => {
                let mut rest = tag.to_string();
                ours.iter().for_each(|own| rest = rest.replace(own, ""));
                assert!(!rest.contains('<'), "markup in a comment: {tag}");
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough | Tag::FootnoteDefinition(_))
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_) => panic!("markup in a comment: {event:?}"),
            _ => {}
        }
    }
    entries.iter().map(|entry| entry.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn hostile_strings_pass_through_every_format() {
    let said = hostile();
    let audit = said.audit();
    let findings = audit["findings"].as_array().unwrap();
    assert_eq!(findings.len(), hostile_strings().len() + 1);
    let (results, issues, rows, commands) = (said.results(), said.issues(), said.rows(), said.commands());
    let failures: Vec<Case> = said.cases().into_iter().filter(|case| case.failure.is_some()).collect();
    let xml = |text: &str| {
        let kept = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}');
        text.chars().map(|c| if kept(c) { c.to_string() } else { format!("\\u{{{:x}}}", c as u32) }).collect::<String>()
    };
    let argument = regex::Regex::new(r"\{(\{[0-9]+\})\}").unwrap();
    for (at, finding) in findings.iter().enumerate() {
        let message = text(finding, "/message");
        let own = hostile_strings();
        if let Some(own) = own.get(at) {
            assert_eq!(message, havesay::text::Visible(own).to_string(), "json");
        }
        // SARIF: a sentence, without what would be a link or an argument.
        let sentence = text(&results[at], "/message/text").replace("\\](", "](");
        let sentence = argument.replace_all(&sentence, "$1");
        assert!(sentence.starts_with(message), "sarif: {sentence}\n{message}");
        assert_eq!(text(&issues[at], "/description"), message, "gitlab");
        let cell = &rows[at]["message"];
        assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), message, "csv");
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '＝']), "csv: {cell}");
        assert!(rows[at]["programme"].starts_with("'"), "csv: {}", rows[at]["programme"]);
        assert_eq!(commands[at].data.split_once("\nWhat to do: ").unwrap().0, message, "github");
        assert_eq!(commands[at].properties["file"], text(finding, "/location/file"), "github");
        assert_eq!(commands[at].properties["title"], "Title <b> | `a` ]]>, %0A :: (own/title)", "github");
        assert_eq!(failures[at].failure.as_deref().unwrap(), xml(message), "junit");
        let uri = text(&results[at], "/locations/0/physicalLocation/artifactLocation/uri");
        assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "sarif: {uri}");
    }
    // Markdown: nothing of it is markup, as another reader of Markdown sees it.
    let entries = entries(said.of("markdown"));
    assert_eq!(entries.len(), findings.len());
    for (entry, finding) in entries.iter().zip(findings) {
        let words: Vec<&str> = text(finding, "/message").split_whitespace().collect();
        assert!(entry.contains(&words.join(" ")), "markdown: {entry}\n{finding}");
    }
    let articles = articles(said.of("html"));
    for (article, finding) in articles.iter().zip(findings) {
        assert_eq!(*article, xml(text(finding, "/message")).replace('\u{1fffe}', "\\u{1fffe}"), "html");
    }
    let tags = regex::Regex::new("<(/?[a-z0-9]+|!doctype)").unwrap();
    let ours = ["script", "b", "failure"];
    assert!(!tags.captures_iter(said.of("html")).any(|tag| ours.contains(&tag[1].trim_start_matches('/'))), "html");
    for (format, said) in &said.by_format {
        let said = if *format == "csv" { said.trim_start_matches('\u{feff}').replace("\r\n", "\n") } else { said.clone() };
        assert!(!said.chars().any(|c| c != '\n' && havesay::text::is_hidden(c)), "{format}: something hidden");
    }
}

#[test]
fn what_is_held_back_is_marked_counted_and_no_failure() {
    // As waivers and a baseline will leave it in a saved audit.
    let mut audit: Value = serde_json::from_str(&check(&toy(), &["-f", "json", "toy"]).out).unwrap();
    let silent = audit["findings"].as_array().unwrap().iter().position(|finding| finding["rule"] == "people/silent").unwrap();
    for (number, finding) in audit["findings"].as_array_mut().unwrap().iter_mut().enumerate() {
        finding["baseline"] = json!(if number == 0 { "unchanged" } else { "new" });
    }
    audit["findings"][silent]["suppressed"] = json!({ "by": "waiver", "address": "participants/p-2", "until": "2026-12-31" });
    audit["findings"][0]["suppressed"] = json!({ "by": "baseline", "address": "payments/pay-2", "until": null });
    for (pointer, number) in [
        ("/programmes/0/suppressed", 2),
        ("/programmes/0/suppressed_shared", 2),
        ("/summary/suppressed", 2),
        ("/programmes/0/findings/error", 1),
        ("/programmes/0/findings_shared/error", 1),
        ("/programmes/0/findings/warning", 2),
        ("/programmes/0/findings_shared/warning", 2),
        ("/programmes/0/failing", 1),
    ] {
        *audit.pointer_mut(pointer).unwrap() = json!(number);
    }
    let folder = Folder::new().with("audit.json", audit.to_string());
    let said = said(&folder, &["report", "audit.json", "--show-suppressed"], false);
    assert_eq!(said.json("json")["findings"], audit["findings"]);
    assert_eq!(said.json("json")["summary"]["suppressed"], 2);
    let totals = "1 error, 2 warnings, 1 advice; 2 findings are held back by a waiver or the baseline";
    for format in ["full", "concise", "narrated", "github", "junit", "markdown", "html"] {
        assert!(said.of(format).contains(totals), "{format}: {}", said.of(format));
    }
    // On a terminal what is held back is counted and not shown, unless it is asked for.
    let plain = self::said(&folder, &["report", "audit.json"], false);
    for format in ["full", "concise", "narrated"] {
        assert!(plain.of(format).contains(totals), "{format}: {}", plain.of(format));
        assert!(!plain.of(format).contains("and brought nothing"), "{format}: {}", plain.of(format));
        assert!(said.of(format).contains("and brought nothing"), "{format}: {}", said.of(format));
    }
    assert!(said.of("markdown").contains("(waived until 2026-12-31)"), "{}", said.of("markdown"));
    let results = said.results();
    let waived = results.iter().find(|result| result["ruleId"] == "people/silent").unwrap();
    assert_eq!(
        waived["suppressions"],
        json!([{ "kind": "external", "status": "accepted", "justification": "waived until 2026-12-31 for participants/p-2" }])
    );
    assert_eq!(waived["baselineState"], "new");
    assert!(results.iter().filter(|result| result["suppressions"] == json!([])).count() == 4);
    assert!(results.iter().all(|result| result["baselineState"].is_string()), "all or none");
    // Where a format has no place for it, it is not there.
    assert_eq!((said.issues().len(), said.commands().len()), (4, 4));
    let rows = said.rows();
    let held: Vec<(&str, &str, &str, &str)> = rows
        .iter()
        .filter(|row| !row["suppressed_by"].is_empty())
        .map(|row| (row["suppressed_by"].as_str(), row["suppressed_until"].as_str(), row["fails"].as_str(), row["baseline"].as_str()))
        .collect();
    assert_eq!(held, [("baseline", "", "no", "unchanged"), ("waiver", "2026-12-31", "no", "new")]);
    let cases = said.cases();
    let skipped: Vec<&str> = cases.iter().filter_map(|case| case.skipped.as_deref()).collect();
    assert!(skipped.contains(&"waived until 2026-12-31: p-2 came to 2 sessions and brought nothing"), "{skipped:?}");
    assert_eq!(cases.iter().filter(|case| case.failure.is_some()).count(), 1);
}

// ── for teams ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn findings_stand_under_their_programme_or_rule() {
    let folder = several();
    let headings = |args: &[&str]| -> Vec<String> {
        let told = check(&folder, &[&[".", "-f", "full"], args].concat());
        told.out.lines().filter_map(|line| line.strip_prefix("── ").map(str::to_owned)).collect()
    };
    assert_eq!(headings(&[]), Vec::<String>::new());
    assert_eq!(
        headings(&["--group-by", "programme"]),
        ["again", "sub", "sub/within", "toy"].map(|path| format!("{path}: 2 errors, 3 warnings, 1 advice"))
    );
    assert_eq!(
        headings(&["--group-by", "rule"]),
        [
            "people/silent: Came and brought nothing, 4 findings in 4 programmes",
            "record/not-a-date: No date, 4 findings in 4 programmes",
            "money/small: A small payment, 4 findings in 4 programmes",
            "record/dangling-reference: A code that leads nowhere, 4 findings in 4 programmes",
            "seats/empty: A workshop without participants, 4 findings in 4 programmes",
            "people/few: Few people, 4 findings in 4 programmes",
        ]
    );
    // The same findings, in another order.
    let sorted = |args: &[&str]| {
        let told = check(&folder, &[&[".", "-f", "concise"], args].concat());
        let mut lines: Vec<String> = support::findings(&told.out).into_iter().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&["--group-by", "rule"]), sorted(&[]));
    assert_eq!(sorted(&["--group-by", "programme"]), sorted(&[]));
}

#[test]
fn the_next_steps_are_the_gravest_that_mend_most() {
    let folder = toy();
    // A second error of one kind, and many warnings of another.
    let people = folder.read("toy/participants.json").replace("{ \"id\": \"p-3\" }", "{ \"id\": \"p-3\", \"joined_on\": \"2026-02-31\" }");
    folder.write("toy/participants.json", people);
    let steps = |args: &[&str]| -> Vec<String> {
        let out = check(&folder, &[&["toy"], args].concat()).out;
        let steps = out.split_once("Where to begin:\n").map_or("", |(_, rest)| rest.split_once("\n\n").unwrap().0);
        steps.lines().map(str::to_owned).collect()
    };
    assert_eq!(
        steps(&[]),
        [
            "  1. write a date in quotes, such as 2026-03-01 (2 errors by record/not-a-date, first at toy/participants.json:4)",
            "  2. write down what they said, or ask them (1 error by people/silent, at toy/participants.json:3)",
            "  3. pay more (1 warning by money/small, at toy/brought.json:12)",
        ]
    );
    // What fits into one look needs no list, and other formats have none.
    assert_eq!(steps(&["--select", "money"]), Vec::<String>::new());
    assert_eq!(steps(&["-f", "concise"]), Vec::<String>::new());
    // They are those of all findings, not of those that are listed.
    assert_eq!(steps(&["--max-findings", "1"]), steps(&[]));
}
