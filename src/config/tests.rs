//! What the room `config` promises, by tables of files and their problems.

use std::fs;
use std::path::Component;

use super::reader::{NumberFault, PATTERN_BYTES_MAX, PATTERNS_MAX, decimal};
use super::search::is_near_miss;
use super::*;
use crate::limits::NUMBER_MAX;
use proptest::prelude::*;

/// Each problem as `line:column «the bytes it covers» message; help`.
fn problems(text: &str) -> Vec<String> {
    let lines = text::Lines::of(text);
    let (_, problems) = parse(Path::new("org/havesay.toml"), text);
    problems
        .iter()
        .map(|Problem { path, span, message, help }| {
            assert_eq!(path, Path::new("org/havesay.toml"));
            let (place, covered) = (lines.position(text, span.start), text.get(span.range()));
            format!("{}:{} «{}» {message}; {help}", place.line, place.column, covered.unwrap_or("?!"))
        })
        .collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(problems(text), expected, "\n{text}");
}

#[track_caller]
fn settings(text: &str) -> Settings {
    let (settings, problems) = parse(Path::new("org/havesay.toml"), text);
    assert_eq!(problems, [], "\n{text}");
    settings
}

fn effective(settings: &Settings, folder: &str) -> Effective {
    settings.with(&settings.matching(Path::new(folder)))
}

const WHOLE: &str = r#"
rules = ["policy/rules", "../shared/rules"]
fail_on = "warning"

[files]
include = ["programmes/**"]
exclude = ["**/archive/**"]
[map]
sessions = ["diary/*.json", "notes/"]
participants = "people/*.csv"

[rule."pay/late"]
severity = "error"
params = { term_days = 14, share = 0.250, kinds = ["fee", "bonus"], strict = true, since = 2026-03-01 }
[rule."governance/session-cadence-low"]
off = "we run a standing panel"

[definition.pay-term]
params = { term_days = 30 }
[definition.fair-share]
share = 1e-2

[[overrides]]
paths = ["programmes/pilot-*/**"]
rule."pay/late".severity = "advice"
rule."pay/late".params.term_days = 60
[[overrides]]
paths = ["programmes/pilot-2"]
rule."pay/late".params = { term_days = 90 }
rule."consent/missing".off = "no consents yet"
definition.pay-term.term_days = 45

[privacy]
min_cell = 10
sensitive = ["participants.x-postcode"]
"#;

#[test]
fn everything_that_can_be_set_is_read_with_its_place() {
    let set = settings(WHOLE);
    let at = |span: Span| WHOLE.get(span.range()).unwrap_or("?!");
    let folders: Vec<_> = set.rules.iter().map(|folder| folder.value.as_path()).collect();
    assert_eq!(folders, [Path::new("org/policy/rules"), Path::new("org/../shared/rules")]);
    assert_eq!(set.fail_on.as_ref().map(|fail| (fail.value, at(fail.span))), Some((Severity::Warning, "\"warning\"")));
    let texts = |patterns: &[Pattern]| patterns.iter().map(|pattern| pattern.text().to_owned()).collect::<Vec<_>>();
    assert_eq!(texts(&set.files.include), ["programmes/**"]);
    assert_eq!(texts(&set.files.exclude), ["**/archive/**"]);
    let map: Vec<_> = set.map.iter().map(|m| (m.register.value.as_str(), m.pattern.text())).collect();
    // In the order of the file, not of the alphabet.
    assert_eq!(map, [("sessions", "diary/*.json"), ("sessions", "notes/"), ("participants", "people/*.csv")]);
    assert!(set.map.iter().all(|m| at(m.register.span) == m.register.value));

    let late = set.rule.get("pay/late").cloned().unwrap_or_default();
    assert_eq!(at(late.name_span), "\"pay/late\"");
    assert_eq!(late.severity.map(|severity| severity.value), Some(Severity::Error));
    let params: Vec<_> = late.params.iter().map(|(name, param)| (name.as_str(), at(param.span))).collect();
    let places = [("kinds", "[\"fee\", \"bonus\"]"), ("share", "0.250"), ("since", "2026-03-01"), ("strict", "true"), ("term_days", "14")];
    assert_eq!(params, places);
    assert!(late.params.iter().all(|(name, param)| at(param.name_span) == name));
    let value = |name: &str| late.params.get(name).map(|param| param.value.clone());
    assert_eq!(value("share"), Some(ParamValue::Number("0.25".to_owned())));
    assert_eq!(value("since"), Some(ParamValue::Date("2026-03-01".to_owned())));
    assert_eq!(value("strict"), Some(ParamValue::Flag(true)));
    let Some(ParamValue::List(kinds)) = value("kinds") else { unreachable!("a list") };
    assert_eq!(kinds.iter().map(|kind| at(kind.span)).collect::<Vec<_>>(), ["\"fee\"", "\"bonus\""]);

    let off = set.rule.get("governance/session-cadence-low").and_then(|rule| rule.off.clone());
    assert_eq!(off.map(|off| off.value), Some("we run a standing panel".to_owned()));
    let share = set.definition.get("fair-share").and_then(|definition| definition.params.get("share"));
    assert_eq!(share.map(|param| &param.value), Some(&ParamValue::Number("0.01".to_owned())));
    assert_eq!(set.privacy.min_cell.map(|cell| (cell.value, at(cell.span))), Some((10, "10")));
    let sensitive: Vec<_> = set.privacy.sensitive.iter().map(|field| field.value.as_str()).collect();
    assert_eq!(sensitive, ["participants.x-postcode"]);
    assert_eq!(set.overrides.iter().map(|over| at(over.span)).collect::<Vec<_>>(), ["[[overrides]]"; 2]);
}

#[test]
fn an_empty_file_sets_nothing() {
    for text in ["", "\n", "# only a word\r\n", "\u{feff}", "[files]\n[rule]\n[map]\n[privacy]\n"] {
        let set = settings(text);
        assert!(set.rules.is_empty() && set.fail_on.is_none() && set.rule.is_empty() && set.overrides.is_empty());
    }
}

#[test]
fn overrides_apply_in_order_and_tables_merge() {
    let set = settings(WHOLE);
    let term = |folder: &str| {
        let effective = effective(&set, folder);
        let late = effective.rule.get("pay/late").cloned().unwrap_or_default();
        let days = late.params.get("term_days").map(|param| param.value.clone());
        let severity = late.severity.map(|severity| severity.value.word());
        let Some(ParamValue::Number(days)) = days else { unreachable!("a number") };
        // What an override does not name stays.
        assert!(late.params.contains_key("share"));
        (severity, days, effective.rule.contains_key("consent/missing"))
    };
    assert_eq!(term("programmes/claims"), (Some("error"), "14".to_owned(), false));
    assert_eq!(term("programmes/pilot-1"), (Some("advice"), "60".to_owned(), false));
    assert_eq!(term("programmes/pilot-1/nested"), (Some("advice"), "60".to_owned(), false));
    assert_eq!(term("programmes/pilot-2"), (Some("advice"), "90".to_owned(), true));
    assert_eq!(set.matching(Path::new("programmes/pilot-2/deep")), [0, 1]);
    assert_eq!(set.with(&[]), Effective { rule: set.rule.clone(), definition: set.definition.clone() });
    let days = effective(&set, "programmes/pilot-2");
    let days = days.definition.get("pay-term").and_then(|term| term.params.get("term_days"));
    assert_eq!(days.map(|days| WHOLE.get(days.span.range())), Some(Some("45")));
}

#[test]
fn an_unknown_key_is_shown_with_what_was_meant() {
    let top = "the keys here are `extends`, `lock`, `rules`, `schema`, `fail_on`, `files`, `map`, `rule`, `definition`, `overrides` and `privacy`";
    check("fail-on = \"error\"\n", &["1:1 «fail-on» unknown key `fail-on`; did you mean `fail_on`?"]);
    check("RULES = []\n", &["1:1 «RULES» unknown key `RULES`; did you mean `rules`?"]);
    check(
        "é = 1\n",
        &[
            "1:1 «é» a key with this character must stand in quotation marks; quote the key, or use only letters from a to z, digits, `-` and `_`",
        ],
    );
    check("\"é\" = 1\n", &[&format!("1:1 «\"é\"» unknown key of 1 character; {top}")]);
    check("p-07-lives-there = 1\n", &[&format!("1:1 «p-07-lives-there» unknown key of 16 characters; {top}")]);
    check(
        "[files]\ninclud = []\nfail_on = \"error\"\n",
        &[
            "2:1 «includ» unknown key `includ`; did you mean `include`?",
            "3:1 «fail_on» `fail_on` does not belong here; `fail_on` is written at the top of the file, before the first table",
        ],
    );
    check(
        "exclude = []\nmin_cell = 5\npaths = []\noff = 1\n",
        &[
            "1:1 «exclude» `exclude` does not belong here; `exclude` is written in [files]",
            "2:1 «min_cell» `min_cell` does not belong here; `min_cell` is written in [privacy]",
            "3:1 «paths» `paths` does not belong here; `paths` is written in [[overrides]]",
            "4:1 «off» `off` does not belong here; `off` is written in a rule's table, such as [rule.\"pay/late\"]",
        ],
    );
    check("[privacy]\nmincell = 5\n", &["2:1 «mincell» unknown key `mincell`; did you mean `min_cell`?"]);
    check(
        "[rule.\"pay/late\"]\nterm_days = 14\n",
        &[
            "2:1 «term_days» unknown key of 9 characters; a rule's keys are `severity`, `params`, `off` and `waivable`; its parameters stand in params = { … }",
        ],
    );
    check("[rule.\"pay/late\"]\nparam = { a = 1 }\n", &["2:1 «param» unknown key `param`; did you mean `params`?"]);
    check(
        "[definition.pay-term]\nparam = { a = 1 }\nseverity = \"error\"\n",
        &[
            "2:1 «param» unknown key `param`; did you mean `params`?",
            "3:1 «severity» a definition has no `severity`; set it for the rules that use the definition",
        ],
    );
    check(
        "[[overrides]]\npaths = [\"a\"]\nrules.\"pay/late\".off = \"x\"\nfail_on = \"error\"\n",
        &[
            "1:1 «[[overrides]]» this override changes nothing; set something, such as rule.\"pay/late\".severity = \"warning\", or remove it",
            "3:1 «rules» `rules` does not belong here; did you mean `rule`?",
            "4:1 «fail_on» `fail_on` holds for the whole run, not for some programmes; write it at the top of the file, before the first table",
        ],
    );
}

#[test]
fn keys_of_a_later_version_are_named_as_such() {
    check(
        "[gates.define]\nrequire = []\n",
        &["1:2 «gates» this version does not support `gates` yet; remove it; gates cannot be configured yet"],
    );
}

#[test]
fn a_wrong_type_says_what_is_expected_and_what_is_there() {
    let rule = "write a table, such as [rule.\"pay/late\"] with severity = \"warning\" beneath it";
    check(
        "rules = \"policy\"\n",
        &["1:9 «\"policy\"» `rules` must be a list of texts, not text; write a list of folders, such as rules = [\"policy/rules\"]"],
    );
    check(
        "rules = [\"a\", 3,\n  true]\n",
        &[
            "1:15 «3» an entry of `rules` must be text, not a whole number; write a list of folders, such as rules = [\"policy/rules\"]",
            "2:3 «true» an entry of `rules` must be text, not true or false; write a list of folders, such as rules = [\"policy/rules\"]",
        ],
    );
    check(
        "[rules.\"pay/late\"]\nseverity = \"error\"\n",
        &[
            "1:2 «rules» `rules` must be a list of texts, not a table; write rules = [\"policy/rules\"] for folders, [rule.\"pay/late\"] for the settings of a rule",
        ],
    );
    check(
        "rule = [\"policy/rules\"]\n",
        &[
            "1:8 «[\"policy/rules\"]» `rule` must be a table, not a list; write rules = [\"policy/rules\"] for folders, [rule.\"pay/late\"] for the settings of a rule",
        ],
    );
    check(
        "fail_on = 3\n",
        &["1:11 «3» `fail_on` must be text, not a whole number; the severities are \"advice\", \"warning\" and \"error\""],
    );
    check(
        "files = 2026-01-01\nmap = 1.5\nprivacy = []\ndefinition = 1\n",
        &[
            "1:9 «2026-01-01» `files` must be a table, not a date or time; write [files] with `include` and `exclude` beneath it",
            "2:7 «1.5» `map` must be a table, not a decimal number; write [map] with lines such as participants = \"people/*.csv\"",
            "3:11 «[]» `privacy` must be a table, not a list; write [privacy] with `min_cell` and `sensitive` beneath it",
            "4:14 «1» `definition` must be a table, not a whole number; write a table, such as [definition.pay-term] with params = { term_days = 14 } beneath it",
        ],
    );
    check(
        "rule.\"pay/late\" = \"error\"\nrule.x.y.severity = \"error\"\n",
        &[
            &format!("1:19 «\"error\"» the settings of a rule must be a table, not text; {rule}"),
            "2:8 «y» a table within the settings of a rule; if this is the rule's name, quote it with its family: [rule.\"pay/late\"]",
        ],
    );
    check(
        "[rule.\"pay/late\"]\nparams = [14]\n",
        &["2:10 «[14]» `params` must be a table, not a list; write them as in params = { term_days = 14 }"],
    );
    check(
        "[definition.x]\nparams = 14\n",
        &["2:10 «14» `params` must be a table, not a whole number; write them as in params = { term_days = 14 }"],
    );
    check(
        "[map]\nparticipants = 3\nsessions = []\nteam = [1]\n",
        &[
            "2:16 «3» what a register is mapped from must be a pattern or a list of patterns, not a whole number; write a pattern or a list of them, such as participants = \"people/*.csv\"",
            "3:12 «[]» no pattern for this register; write one, or remove the key",
            "4:9 «1» an entry of the patterns of a register must be text, not a whole number; write a pattern or a list of them, such as participants = \"people/*.csv\"",
        ],
    );
    check(
        "[overrides]\npaths = [\"a\"]\n",
        &[
            "1:1 «[overrides]» `overrides` must be a list of tables, not a table; write [[overrides]], in two pairs of brackets, with `paths` and settings beneath it",
        ],
    );
    check(
        "overrides = [1]\n",
        &[
            "1:14 «1» an entry of `overrides` must be a table, not a whole number; write [[overrides]], in two pairs of brackets, with `paths` and settings beneath it",
        ],
    );
}

#[test]
fn a_severity_is_one_of_three_words() {
    let all = "the severities are \"advice\", \"warning\" and \"error\"";
    check("fail_on = \"eror\"\n", &["1:11 «\"eror\"» `fail_on` is no severity; did you mean \"error\"?"]);
    check("fail_on = \"ERROR\"\n", &["1:11 «\"ERROR\"» `fail_on` is no severity; did you mean \"error\"?"]);
    check("fail_on = \"never\"\n", &[&format!("1:11 «\"never\"» `fail_on` is no severity; {all}")]);
    check(
        "[rule.\"a/b\"]\nseverity = \"off\"\n",
        &["2:12 «\"off\"» `severity` is no severity; to turn a rule off, write why, as in off = \"we run a standing panel\""],
    );
    check("[rule.\"a/b\"]\nseverity = \"high\"\n", &[&format!("2:12 «\"high\"» `severity` is no severity; {all}")]);
}

#[test]
fn a_rule_is_turned_off_with_a_reason() {
    let why = "write why, as in off = \"we run a standing panel\"";
    let off = |value: &str| format!("[rule.\"a/b\"]\noff = {value}\n");
    check(&off("true"), &[&format!("2:7 «true» `off` needs the reason, not just true; {why}")]);
    check(
        &off("false"),
        &[&format!(
            "2:7 «false» `off` takes the reason why a rule is off, not false; remove the key to leave the rule on; to turn it off, {why}"
        )],
    );
    check(&off("\" \\t\""), &[&format!("2:7 «\" \\t\"» a rule is turned off without a reason; {why}")]);
    check(&off("0"), &[&format!("2:7 «0» `off` must be text that gives the reason, not a whole number; {why}")]);
}

#[test]
fn names_may_not_be_empty() {
    check("[rule.\"\"]\noff = 1\n", &["1:7 «\"\"» the name of a rule is empty; name the rule"]);
    check("[definition.\" \"]\n", &["1:13 «\" \"» the name of a definition is empty; name the definition"]);
    check("[rule.\"a/b\".params]\n\"\" = 1\n", &["2:1 «\"\"» the name of a parameter is empty; name the parameter"]);
    check(
        "rules = [\" \", \"a\\u0000\"]\n",
        &[
            "1:10 «\" \"» an entry of `rules` is empty; name a folder of rule pages, or remove it",
            "1:15 «\"a\\u0000\"» a control character in the name of a folder; remove it",
        ],
    );
}

#[test]
fn a_parameter_is_a_plain_value_or_a_list_of_them() {
    let plain = "must be a number, text, true or false, a day, or a list of these";
    let help = "write them as in params = { term_days = 14 }";
    let param = |value: &str| format!("[rule.\"a/b\"]\nparams.x = {value}\n");
    check(&param("{ a = 1 }"), &[&format!("2:12 «{{ a = 1 }}» a parameter {plain}, not a table; {help}")]);
    check(&param("[1, [2]]"), &[&format!("2:16 «[2]» a parameter {plain}, not a list; {help}")]);
    check(&param("nan"), &["2:12 «nan» a parameter must be a finite number; write a number such as 14"]);
    check(&param("12:00"), &["2:12 «12:00» a parameter must be a day, not a time; write the day alone, such as 2026-03-01"]);
    check(&param("1000000000000000001"), &["2:12 «1000000000000000001» this number is too large; write one of at most 18 digits"]);
    check(
        &param("[0.0000000001, 1e99]"),
        &[
            "2:13 «0.0000000001» this number has more than nine decimal places; round it to nine",
            "2:27 «1e99» this number is too large; write one of at most 18 digits",
        ],
    );
    check("[definition.t]\nparams = { a = 1 }\na = 2\n", &["3:1 «a» this parameter is set twice; set it once, in `params`"]);
    check("[definition.t]\na = 1\nparams.a = 2\n", &["3:8 «a» this parameter is set twice; set it once, in `params`"]);
}

#[test]
fn numbers_become_plain_decimals() {
    let most = NUMBER_MAX.to_string();
    let beyond = (NUMBER_MAX + 1).to_string();
    let table = [
        ("0", Ok("0")),
        ("-0.0", Ok("0")),
        ("+7", Ok("7")),
        ("007.50", Ok("7.5")),
        ("1e3", Ok("1000")),
        ("1.25e1", Ok("12.5")),
        ("-10.5e-3", Ok("-0.0105")),
        ("1e-9", Ok("0.000000001")),
        ("1e-10", Err(NumberFault::Fine)),
        ("0e999999999999999999999", Ok("0")),
        ("1e-999999999999999999999", Err(NumberFault::Fine)),
        ("1e999999999999999999999", Err(NumberFault::Large)),
        ("1e18", Ok(&most)),
        ("1000000000000000000.000000001", Err(NumberFault::Large)),
        (&beyond, Err(NumberFault::Large)),
        ("999999999999999999.123456789", Ok("999999999999999999.123456789")),
        ("inf", Err(NumberFault::Endless)),
        ("-nan", Err(NumberFault::Endless)),
    ];
    for (text, expected) in table {
        assert_eq!(decimal(text).as_deref(), expected.as_ref().map(|number| &**number), "{text}");
    }
    let set = settings("[definition.x]\na = 0x1f\nb = 1_000\nc = -0b11\n".replace("-0b11", "0b11").as_str());
    let params = set.definition.get("x").cloned().unwrap_or_default().params;
    let numbers: Vec<_> = params.into_values().map(|param| param.value).collect();
    assert_eq!(numbers, ["31", "1000", "3"].map(|number| ParamValue::Number(number.to_owned())));
}

#[test]
fn a_faulty_pattern_is_shown_where_it_stands() {
    let list = |pattern: &str| format!("[files]\nexclude = [\n  '{pattern}',\n]\n");
    let table = [
        ("a[b", "`[` in a pattern is never closed; close it with `]`, or write `\\[`"),
        ("a[z-b]", "a range in a pattern runs backwards; write the smaller end first"),
        ("a}", "`}` in a pattern without `{`; remove it, or write `\\}`"),
        ("{a", "`{` in a pattern is never closed; close it with `}`, or write `\\{`"),
        ("a*\\", "this pattern ends in a lone backslash; remove it"),
        ("a\\b", "a backslash between names in a pattern; write `/` between names, on every system"),
        ("/a", "this pattern is an absolute path; write it relative to this file's folder"),
        ("~/a", "this pattern is an absolute path; write it relative to this file's folder"),
        ("C:/a", "this pattern is an absolute path; write it relative to this file's folder"),
        ("..a/b/../c", "`..` after a name in a pattern; write the path without the detour"),
        ("a//b", "two slashes in a row in a pattern; write one"),
        ("a/./b", "`.` as a name in a pattern; leave it out"),
        (" ", "this pattern is empty; write a pattern such as \"programmes/**\", or remove it"),
    ];
    for (pattern, expected) in table {
        check(&list(pattern), &[&format!("3:3 «'{pattern}'» {expected}")]);
    }
    check(
        "[files]\ninclude = []\nexclude = []\n",
        &["2:11 «[]» `include` is empty, so no file would be looked at; name what to look at, or remove the key"],
    );
    let inside = "write it relative to the programme's folder, such as \"people/*.csv\"";
    check(
        "[map]\nteam = \"../team.json\"\nsessions = [\"a/../../b\", \"/s\", \"ok\"]\n",
        &[
            &format!("2:8 «\"../team.json\"» this pattern leaves the programme's folder; {inside}"),
            &format!("3:13 «\"a/../../b\"» this pattern leaves the programme's folder; {inside}"),
            &format!("3:26 «\"/s\"» this pattern is an absolute path; {inside}"),
        ],
    );
}

#[test]
fn patterns_are_bounded() {
    let long = |bytes: usize| format!("[files]\nexclude = [\"{}\"]\n", "a".repeat(bytes));
    assert_eq!(problems(&long(PATTERN_BYTES_MAX)), [""; 0]);
    let longer = problems(&long(PATTERN_BYTES_MAX + 1));
    assert!(matches!(longer.as_slice(), [one] if one.ends_with("this pattern is longer than 1000 bytes; write several shorter ones")));
    let many = |count: usize| format!("[files]\nexclude = [\n{}]\n", "\"a\",\n".repeat(count));
    assert_eq!(problems(&many(PATTERNS_MAX)), [""; 0]);
    check(&many(PATTERNS_MAX + 2), &["1003:1 «\"a\"» more than 1000 patterns in one file; say the same with fewer, wider patterns"]);
    // Neither may overflow the stack or panic in the pattern compiler.
    let deep = format!("{}a{}", "{".repeat(499), "}".repeat(499));
    let wide = "[é-ü]{a,b}".repeat(80);
    for pattern in [deep, wide] {
        let _ = problems(&format!("[files]\nexclude = [\"{pattern}\"]\n"));
    }
}

#[test]
fn patterns_match_paths_and_cover_folders() {
    let table = [
        // pattern, path, matches, covers
        ("people/*.csv", "people/a.csv", true, true),
        ("people/*.csv", "people/old/a.csv", false, false),
        ("people/*.csv", "./people/a.csv", true, true),
        ("people/", "people/old/a.csv", true, true),
        ("people", "people/old/a.csv", false, true),
        ("./people/?.csv", "people/a.csv", true, true),
        ("a/**", "a", false, true),
        ("a/**", "ab", false, false),
        ("a/**/**", "a", false, true),
        ("**", "", true, true),
        (".", "", true, true),
        ("./", "a/b", true, true),
        ("*", "", true, false),
        ("*", "a/b", false, true),
        ("**/archive/**", "archive/x", true, true),
        ("**/archive/**", "p/archive", false, true),
        ("**/archive/**", "p/archives/x", false, false),
        ("a{,.b}/x", "a.b/x", true, true),
        ("a{,.b}/x", "a/x", true, true),
        ("A", "a", false, false),
        ("ü*", "üé", true, true),
        ("ü?", "üé", false, false),
        ("a\\*", "a*", true, true),
        ("../p/**", "../p", false, true),
        ("../p/**", "p", false, false),
        ("../**", "../p", true, true),
        ("..", "../p", true, true),
        ("..", "p", false, false),
        (".", "../p", false, false),
        ("../*", "../../p", false, false),
        ("*", "../p", false, false),
        ("**/archive", "../p/archive/x", false, true),
    ];
    for (pattern, path, matches, covers) in table {
        let set = settings(&format!("[files]\ninclude = ['{pattern}']\n"));
        for glob in &set.files.include {
            let got = (glob.matches(Path::new(path)), glob.covers(Path::new(path)));
            assert_eq!(got, (matches, covers), "{pattern} on {path}");
        }
    }
    let file = ConfigFile {
        path: PathBuf::from("/org/havesay.toml"),
        folder: PathBuf::from("/org"),
        text: WHOLE.to_owned(),
        settings: settings(WHOLE),
    };
    let config = Config { files: vec![file] };
    assert!(config.takes(Path::new("/org/programmes/a/programme.json")));
    assert!(!config.takes(Path::new("/org/programmes/a/archive/old.json")));
    assert!(!config.takes(Path::new("/org/elsewhere/programme.json")));
    assert!(Config::default().takes(Path::new("/anything")));
}

#[test]
fn an_override_names_its_programmes_and_changes_something() {
    let paths = "write for which programmes, such as paths = [\"programmes/pilot-*/**\"]";
    check("[[overrides]]\nrule.\"a/b\".off = \"x\"\n", &[&format!("1:1 «[[overrides]]» this override has no `paths`; {paths}")]);
    check(
        "[[overrides]]\npaths = []\nrule.\"a/b\".off = \"x\"\n",
        &[&format!("2:9 «[]» `paths` is empty, so this override never holds; {paths}")],
    );
    check(
        "[[overrides]]\npaths = \"a\"\nrule.\"a/b\".off = \"x\"\n",
        &[&format!("2:9 «\"a\"» `paths` must be a list of texts, not text; {paths}")],
    );
}

#[test]
fn privacy_is_a_number_and_fields() {
    let cell = "write a whole number, such as min_cell = 10";
    let fields = "write a list of fields, such as sensitive = [\"participants.x-postcode\"]";
    let privacy = |line: &str| format!("[privacy]\n{line}\n");
    check(&privacy("min_cell = 0"), &[&format!("2:12 «0» `min_cell` must be at least 1; {cell}")]);
    check(&privacy("min_cell = -5"), &[&format!("2:12 «-5» `min_cell` must be at least 1; {cell}")]);
    check(&privacy("min_cell = 5.0"), &[&format!("2:12 «5.0» `min_cell` must be a whole number, not a decimal number; {cell}")]);
    check(&privacy("min_cell = \"5\""), &[&format!("2:12 «\"5\"» `min_cell` must be a whole number, not text; {cell}")]);
    check(&privacy("min_cell = 18446744073709551616"), &[&format!("2:12 «18446744073709551616» `min_cell` is too large; {cell}")]);
    check(
        &privacy("sensitive = [\"x-postcode\", \"a b.c\", \"a.\"]"),
        &[
            &format!("2:14 «\"x-postcode\"» an entry of `sensitive` is no field of a register; {fields}"),
            &format!("2:28 «\"a b.c\"» an entry of `sensitive` is no field of a register; {fields}"),
            &format!("2:37 «\"a.\"» an entry of `sensitive` is no field of a register; {fields}"),
        ],
    );
    let one = settings("[privacy]\nmin_cell = 1\n").privacy.min_cell;
    assert_eq!(one.map(|cell| cell.value), Some(1));
}

#[test]
fn a_fault_of_syntax_is_said_at_its_place() {
    let number = "this is not how a number is written; write it as in 14, 0.5 or 1_000";
    let assign = "write a key, then `=`, then its value";
    let quote = "text without quotation marks; put it in quotation marks, as in fail_on = \"error\"";
    let slash = "a name with a slash must stand in quotation marks; quote the name, as in [rule.\"pay/late\"]";
    let curly = "a curly quotation mark, which TOML does not know; use the straight ones, \"…\"";
    let line = "something stands here that does not belong to this line; remove it, or begin a new line";
    let escape = "a backslash in text begins an escape that does not exist; write `/` in paths; elsewhere write `\\\\`, or put the text in single quotation marks";
    let twice = "this key or table is written twice; keep one of them, with all that belongs to it";
    let entries = "entries in `{ … }` do not follow one another; write { a = 1, b = 2 }, and close it with `}`";
    let comma = "a comma or `]` is missing before this; put a comma between the entries of a list";
    let table: &[(&str, &[String])] = &[
            ("fail_on = error\n", &[format!("1:11 «error» {quote}")]),
            ("rules = [policy]", &[format!("1:10 «policy» {quote}")]),
            ("fail_on = True\n", &["1:11 «True» yes and no are written in small letters; write true or false".to_owned()]),
            ("fail_on = “error”\n", &[format!("1:11 «“» {curly}")]),
            ("“fail_on” = 1\n", &[format!("1:1 «“» {curly}")]),
            ("fail_on = \"error\nrules = 1 2\n", &[
                "1:17 «» text is not closed on its line; close it with a quotation mark".to_owned(),
                "2:9 «1 2» this is neither a number nor a date; put text in quotation marks, and commas in lists".to_owned(),
            ]),
            ("a = 'x", &["1:7 «» text is not closed on its line; close it with a quotation mark".to_owned()]),
            ("a = '''x\nb = 1\n", &[
                "3:1 «» the file ends within text; close the text with the quotation marks that opened it".to_owned(),
            ]),
            ("fail_on \"error\"\n", &[format!("1:9 «» `=` is missing after this key; {assign}")]),
            ("fail_on: error\nrules:\n", &[
                "1:8 «:» `:` after a key; write `=` between a key and its value".to_owned(),
                "2:6 «:» `:` after a key; write `=` between a key and its value".to_owned(),
            ]),
            ("fail_on =\nrules = []\n", &["1:10 «» a value is missing here; write a value after `=`, or remove the key".to_owned()]),
            ("= 3\n", &[format!("1:1 «» a key is missing here; {assign}")]),
            ("{\"rules\": []}\n", &[format!("1:1 «» a key is missing here; {assign}")]),
            ("[files\ninclude = []\n", &["1:7 «» this heading is not closed; close it with `]`".to_owned()]),
            ("[[overrides]\n", &["1:13 «» this heading is not closed; close it with `]]`".to_owned()]),
            ("[rule.pay/late]\nseverity = \"error\"\n", &[format!("1:10 «/» {slash}")]),
            ("rule.pay/late.off = \"x\"\n", &[format!("1:9 «/» {slash}")]),
            ("a == 1\n", &["1:4 «=» `=` too many; write `=` once, between a key and its value".to_owned()]),
            ("a = 'x' y\n[b]]\n", &[format!("1:9 «» {line}"), format!("2:4 «» {line}")]),
            ("rules = [\"a\" \"b\"]\n", &[format!("1:14 «» {comma}")]),
            ("rules = [\"a\",,]\n", &["1:14 «,» a comma too many; remove it".to_owned()]),
            ("rules = [\n  \"a\"\n", &["1:9 «[» this list is never closed; close it with `]`".to_owned()]),
            ("x = 1 1\nrules = [\n  \"a\",\n\n[files]\ninclude = []\n", &[
                "1:5 «1 1» this is neither a number nor a date; put text in quotation marks, and commas in lists".to_owned(),
                "2:9 «[» this list is never closed; close it with `]`".to_owned(),
            ]),
            // Brackets in texts, comments and headings close nothing.
            ("[files]\nx = ['a]', \"\\\"]\"] # ]\n[map]\ny = { a = \"\"\"\n}\"\"\", b = [\n", &[
                "4:5 «{» this `{` is never closed; close it with `}`".to_owned(),
            ]),
            ("a = {b = 1 c = 2}\n", &[format!("1:14 «» {entries}")]),
            ("a = {b = 1\n", &["1:5 «{» this `{` is never closed; close it with `}`".to_owned()]),
            ("rules = [\"C:\\Users\"]\na = \"\\*\"\n", &[format!("1:13 «\\U» {escape}"), format!("2:6 «\\» {escape}")]),
            ("a = 01\nb = 5.\nc = 0X1\nd = 1__0\ne = +-1\n", &[
                format!("1:5 «0» {number}"),
                format!("2:7 «» {number}"),
                format!("3:5 «0X» {number}"),
                format!("4:6 «_» {number}"),
                format!("5:6 «-» {number}"),
            ]),
            ("a = 2026-02-30\nb = 25:00:00\n", &[
                "1:5 «2026-02-30» no such date or time; write a day as in 2026-03-01".to_owned(),
                "2:5 «25:00:00» no such date or time; write a day as in 2026-03-01".to_owned(),
            ]),
            ("fail_on = \"error\"\nfail_on = \"advice\"\n", &[format!("2:1 «fail_on» {twice}")]),
            ("[files]\n[map]\n[files]\n", &[format!("3:2 «files» {twice}")]),
            ("fail_on = \"error\"\nfail_on.x = 1\n", &[
                "2:1 «fail_on» this key has a value already; write it as a value or as a table, not both".to_owned(),
            ]),
            // A key written twice does not hide the rest.
            ("fail_on = \"eror\"\nfail_on = 1\n[nothing]\n", &[
                "1:11 «\"eror\"» `fail_on` is no severity; did you mean \"error\"?".to_owned(),
                format!("2:1 «fail_on» {twice}"),
                "3:2 «nothing» unknown key of 7 characters; the keys here are `extends`, `lock`, `rules`, `schema`, `fail_on`, `files`, `map`, `rule`, `definition`, `overrides` and `privacy`".to_owned(),
            ]),
            ("a = '\u{1}'\n# \u{2}\n", &["1:6 «» a control character; remove it".to_owned(), "2:3 «» a control character; remove it".to_owned()]),
            ("\u{feff}a = 1 2\r\nb = \r\n", &[
                "1:5 «1 2» this is neither a number nor a date; put text in quotation marks, and commas in lists".to_owned(),
                "2:5 «» a value is missing here; write a value after `=`, or remove the key".to_owned(),
            ]),
            ("'''a''' = 1\n", &["1:1 «'''a'''» three quotation marks around a key; use one on each side".to_owned()]),
        ];
    for (text, expected) in table {
        assert_eq!(problems(text), *expected, "\n{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = |open: &str, close: &str| format!("a = {}{}\n", open.repeat(5_000), close.repeat(5_000));
    for text in [deep("[", "]"), deep("{a=", "}"), format!("{}b = 1\n", "a.".repeat(5_000))] {
        let found = problems(&text);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("1:")), "{} problems", found.len());
    }
}

#[test]
fn no_value_of_the_file_is_repeated() {
    let secret = "rosa-0176555";
    let values = [
        "rosa-0176555",
        "\"rosa-0176555\"",
        "[\"rosa-0176555\"]",
        "[\"rosa-0176555[\", 1]",
        "{ rosa-0176555 = 1 }",
        "{ a = \"rosa-0176555\" }",
        "[[\"rosa-0176555\"]]",
        "\"rosa-0176555",
        "\"\\rosa-0176555\"",
    ];
    let keys = [
        "rules",
        "fail_on",
        "files",
        "files.include",
        "map",
        "map.team",
        "rule",
        "rule.x",
        "rule.x.severity",
        "rule.x.off",
        "rule.x.params",
        "rule.x.params.y",
        "definition",
        "definition.x",
        "definition.x.y",
        "overrides",
        "privacy",
        "privacy.min_cell",
        "privacy.sensitive",
        "extends",
        "gates",
        "nothing",
        "rosa-0176555",
        "files.rosa-0176555",
        "rule.rosa-0176555",
        "rule.x.rosa-0176555",
        "rosa-0176555:",
        "rosa/0176555",
        "map.\"rosa-0176555\"",
    ];
    for key in keys {
        for value in values {
            let (_, problems) = parse(Path::new("havesay.toml"), &format!("{key} = {value}\n"));
            for Problem { message, help, .. } in problems {
                assert!(!message.contains("0176555") && !help.contains("0176555"), "{secret}: {key} = {value}: {message}; {help}");
            }
        }
    }
}

fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder for the test") };
    let path = folder.path().join(FILE_NAME);
    assert!(fs::write(&path, bytes).is_ok());
    (folder, path)
}

#[track_caller]
fn unreadable(path: &Path, expected: &str) {
    let Err(ConfigError::Unreadable { message, help, .. }) = read(path) else { unreachable!("{expected}") };
    assert_eq!(format!("{message}; {help}"), expected);
}

#[test]
fn a_file_is_read_from_disk() {
    let (folder, path) = file(b"\xef\xbb\xbfrules = [\"r\"]\r\n");
    let Ok(config) = read(&path) else { unreachable!("a good file") };
    assert_eq!(config.text.len(), 18);
    assert_eq!(config.settings.rules.first().map(|rules| rules.value.clone()), Some(folder.path().join("r")));
    unreadable(folder.path(), "is a folder; name the file itself");
    unreadable(&folder.path().join("none.toml"), "does not exist; check the path");
    let (_folder, path) = file(b"a = 1\n\nfail_on = \"eror\"\n");
    let Err(error @ ConfigError::Problems { .. }) = read(&path) else { unreachable!("a faulty file") };
    let first = format!("{}:1:1 unknown key of 1 character; ", path.display());
    let second = format!("\n{}:3:11 `fail_on` is no severity; did you mean \"error\"?", path.display());
    assert!(error.to_string().starts_with(&first) && error.to_string().ends_with(&second), "{error}");
}

#[test]
fn a_file_is_bounded() {
    let comment = |bytes: u64| "#".repeat(usize::try_from(bytes).unwrap_or(0)).into_bytes();
    let (_folder, path) = file(&comment(CONFIG_BYTES_MAX));
    assert!(read(&path).is_ok());
    let (_folder, path) = file(&comment(CONFIG_BYTES_MAX + 1));
    unreadable(&path, "is larger than 1048576 bytes, the most for a configuration file; check that this is the right file");
}

#[test]
fn what_is_not_utf8_is_shown_where_it_stands() {
    for (bytes, message, line, column) in [
        (&b"a = 1\nb = \"M\xfcller\"\n"[..], "this byte is not UTF-8", 2, 7),
        (&b"\xff\xfea\0"[..], "this file is UTF-16, not UTF-8", 1, 1),
        (&b"a = \"\xe2\x82"[..], "this byte is not UTF-8", 1, 6),
    ] {
        let (_folder, path) = file(bytes);
        let Err(ConfigError::Problems { text, problems }) = read(&path) else { unreachable!("{message}") };
        let [problem] = problems.as_slice() else { unreachable!("one problem") };
        let place = text::Lines::of(&text).position(&text, problem.span.start);
        assert_eq!((problem.message.as_str(), place.line, place.column), (message, line, column));
        assert_eq!(text.get(problem.span.range()), Some("\u{fffd}"));
    }
}

#[test]
fn the_closest_file_upward_is_found_and_near_misses_are_named() {
    let Ok(folder) = tempfile::tempdir() else { unreachable!("a folder for the test") };
    let Ok(top) = fs::canonicalize(folder.path()) else { unreachable!("a folder for the test") };
    let deep = top.join("repository/programmes/claims/sessions");
    assert!(fs::create_dir_all(&deep).is_ok());
    assert!(fs::create_dir_all(top.join("repository/.git")).is_ok());
    let touch = |name: &str| assert!(fs::write(top.join(name), "").is_ok());
    let under = |names: &[&str]| names.iter().map(|name| top.join(name)).collect::<Vec<_>>();

    // Above the repository's root nothing is looked at.
    touch("havesay.toml");
    assert_eq!(closest(&deep, None), Found::default());
    touch("repository/.havesay.toml");
    touch("repository/Havesay.TOML");
    touch("repository/programmes/havesay.yaml");
    touch("repository/programmes/havesay.waivers.toml");
    touch("repository/programmes/havesay.toml~");
    let near = under(&["repository/.havesay.toml", "repository/Havesay.TOML", "repository/programmes/havesay.yaml"]);
    assert_eq!(closest(&deep, None), Found { file: None, near_misses: near.clone() });
    touch("repository/havesay.toml");
    let file = Some(top.join("repository/havesay.toml"));
    assert_eq!(closest(&deep, None), Found { file: file.clone(), near_misses: near });
    // No higher than told, and no higher than the first.
    let near = under(&["repository/programmes/havesay.yaml"]);
    assert_eq!(closest(&deep, Some(&top.join("repository/programmes"))), Found { file: None, near_misses: near });
    touch("repository/programmes/claims/havesay.toml");
    let mut search = Search::new(None);
    assert_eq!(search.closest(&deep), Some(top.join("repository/programmes/claims/havesay.toml")));
    assert_eq!(search.near_misses().count(), 0);
    assert_eq!(search.closest(&top.join("repository/programmes")), file);
    assert_eq!(search.closest(&deep.join("../../claims/sessions")), search.closest(&deep));
    // A folder of that name is found, and reading it says that it is one.
    assert!(fs::create_dir(deep.join(FILE_NAME)).is_ok());
    assert_eq!(closest(&deep, None).file, Some(deep.join(FILE_NAME)));
}

#[test]
fn near_misses_are_at_most_two_edits_away() {
    for name in ["havesay.yaml", ".havesay.toml", "havesay.tml", "Havesay.toml", "have-say.toml", "HAVESAY.TOML", "havesay.yml"] {
        assert!(is_near_miss(name), "{name}");
    }
    for name in ["havesay.toml", "havesay.json", "have_my_say.toml", "havesay.toml~", ".#havesay.toml", "toml", "havesay"] {
        assert!(!is_near_miss(name), "{name}");
    }
}

#[test]
fn a_path_is_seen_from_a_folder() {
    for (folder, path, expected) in [
        ("/r", "/r/programmes/a", "programmes/a"),
        ("/r", "/r", ""),
        ("/r/ci", "/r/programmes/a", "../programmes/a"),
        ("", "./programmes", "programmes"),
    ] {
        assert_eq!(relative(Path::new(folder), Path::new(path)), Path::new(expected));
    }
}

/// Pieces of configuration files, good and bad, in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "rules",
        "fail_on",
        "files",
        "map",
        "rule",
        "overrides",
        "privacy",
        "include",
        "params",
        "off",
        "paths",
        "min_cell",
        " = ",
        "=",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "\"a/b\"",
        ".",
        "1",
        "-0.5e3",
        "2026-03-01",
        "12:00",
        "true",
        "#",
        "\\",
        "\\u00",
        "\u{feff}",
        "é",
        "“",
        "\u{0}",
        "**/a",
        "{a,b}",
        "\t",
        "\"error\"",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn judged(text: &str) -> Result<(), TestCaseError> {
    let (_, problems) = parse(Path::new("havesay.toml"), text);
    for problem in &problems {
        prop_assert!(text.get(problem.span.range()).is_some(), "{:?}", problem);
        prop_assert!(!problem.message.is_empty() && !problem.help.is_empty());
        prop_assert!(!problem.message.chars().chain(problem.help.chars()).any(text::is_hidden));
    }
    prop_assert!(problems.is_sorted_by_key(|problem| problem.span.start));
    // Nothing that TOML refuses passes.
    prop_assert!(DeTable::parse(text).is_ok() || !problems.is_empty());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_with_places_inside_it(text in any::<String>()) {
        judged(&text)?;
    }

    #[test]
    fn any_soup_of_pieces_is_judged_with_places_inside_it(text in soup()) {
        judged(&text)?;
    }

    #[test]
    fn a_damaged_file_is_judged_with_places_inside_it(at in 0..WHOLE.len(), with in "[\\[\\]{}\"'=,\n.a1#\\\\]{0,2}", cut in 0usize..4) {
        let mut text = WHOLE.to_owned();
        text.replace_range(at..(at + cut).min(WHOLE.len()), &with);
        judged(&text)?;
    }

    #[test]
    fn a_path_seen_from_a_folder_leads_back(folder in "(/[ab]){0,4}", path in "(/[ab]){0,4}") {
        let (folder, path) = (PathBuf::from(format!("/r{folder}")), PathBuf::from(format!("/r{path}")));
        let mut back = folder.clone();
        for part in relative(&folder, &path).components() {
            if part == Component::ParentDir { back.pop(); } else { back.push(part); }
        }
        prop_assert_eq!(back, path);
    }
}
