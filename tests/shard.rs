//! Runs in parts: whatever the number of parts, joined they are what the whole would have been.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{AS_OF, Call, Folder, Told, copy, root, saved, toy_rules};

/// How many programmes the corpus has.
const PROGRAMMES: usize = 25;
/// Into how many parts it is split; the last number is more than there are programmes.
const PARTS: [usize; 5] = [1, 2, 3, 7, 30];

/// Small programmes with different flaws and sizes, some beneath one another's folders, and the frozen rules with
/// the built-in ones about waivers and baselines.
fn corpus() -> Folder {
    let folder = Folder::new();
    copy(&toy_rules(), &folder.at(".rules"));
    for page in fs::read_dir(root().join("rules/record")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = page.file_name().unwrap().to_str().unwrap();
        if name.starts_with("waiver-") || name.starts_with("baseline-") {
            fs::copy(&page, folder.at(".rules/record").join(name)).unwrap();
        }
    }
    for number in 0..PROGRAMMES {
        let home = if number % 5 == 4 { format!("p-{:02}/within", number - 1) } else { format!("p-{number:02}") };
        let stage = ["charter", "recruit", "discover"][number / 3 % 3];
        let charter = json!({ "id": format!("id-{number}"), "title": "A programme", "stage": stage, "team": [{ "id": "t-1" }] });
        folder.write(format!("{home}/programme.json"), charter.to_string());
        let people: Vec<Value> =
            (0..number % 4 + 1).map(|person| json!({ "id": format!("p-{person}"), "note": "x".repeat(number * 40) })).collect();
        folder.write(format!("{home}/participants.json"), Value::from(people).to_string());
        if number % 2 == 0 {
            let payments: Vec<Value> = (0..number % 5)
                .map(|pay| json!({ "id": format!("pay-{pay}"), "kind": "fee", "participant": format!("p-{pay}"), "amount": 5 * pay + number, "currency": "EUR" }))
                .collect();
            folder.write(format!("{home}/payments.json"), Value::from(payments).to_string());
        }
        if number % 3 == 0 {
            let session = json!({ "id": "s-1", "type": "workshop", "date": "2026-03-02", "attendance": [{ "person": "p-0", "capacity": "participant" }] });
            folder.write(
                format!("{home}/sessions.json"),
                json!([session, { "id": "s-2", "type": "workshop", "date": "2026-03-09", "attendance": [] }]).to_string(),
            );
        }
    }
    folder.write("loose.json", "[]");
    folder
}

fn run(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), args).env("HAVESAY_RULES", folder.at(".rules")).env("HAVESAY_AS_OF", AS_OF).run()
}

/// Writes the parts of a run and gives their names.
fn parts(folder: &Folder, of: usize, args: &[&str]) -> Vec<String> {
    (1..=of)
        .map(|index| {
            let (shard, name) = (format!("{index}/{of}"), format!(".part-{index}-of-{of}.json"));
            let told = run(folder, &[&["check", "--shard", &shard, "-f", "concise", "-o", &format!("json={name}")], args].concat());
            let part = folder.saved(&name);
            assert_eq!(told.status, part["summary"]["status"], "{shard}: {}", told.both());
            assert_eq!((&part["shard"]["index"], &part["shard"]["of"]), (&json!(index), &json!(of)));
            name
        })
        .collect()
}

fn merge(folder: &Folder, parts: &[String], args: &[&str]) -> Told {
    let names: Vec<&str> = parts.iter().map(String::as_str).collect();
    run(folder, &[&["merge"], names.as_slice(), args].concat())
}

/// Holds what parts come to together against one run over everything.
fn joined_is_whole(folder: &Folder, of: &[usize], args: &[&str]) -> Value {
    let whole = run(folder, &[&["check", "-f", "json"], args].concat());
    for of in of {
        let mut parts = parts(folder, *of, args);
        // In whatever order they are named.
        parts.reverse();
        parts.rotate_left(of / 2);
        let joined = merge(folder, &parts, &[]);
        assert!(joined.out == whole.out, "{of} parts with {args:?} are not the whole");
        assert_eq!((joined.status, joined.err.as_str()), (whole.status, ""), "{of} parts with {args:?}");
    }
    whole.json()
}

#[test]
fn joined_parts_are_the_whole() {
    let folder = corpus();
    let whole = joined_is_whole(&folder, &PARTS, &[]);
    assert_eq!(whole["summary"]["programmes"], PROGRAMMES);
    assert!(whole["summary"]["findings"]["warning"].as_u64().unwrap() > 10, "there is something to join: {}", whole["summary"]);
    assert_eq!((&whole["summary"]["outside_programmes"]["count"], &whole["shard"]), (&json!(1), &Value::Null));
    for args in [
        &["--max-findings", "0"][..],
        &["--max-findings", "7"],
        &["--max-findings", "1000"],
        &["--min-severity", "error"],
        &["--fail-on", "advice"],
        &["--select", "money"],
        &["--stage", "recruit", "--ignore", "record"],
    ] {
        joined_is_whole(&folder, &[2, 7], args);
    }
    let whole = joined_is_whole(&folder, &[2, 7], &["p-03", "p-06/participants.json", "p-16/participants.json", "p-20"]);
    assert!(whole["summary"]["outside_paths"].as_u64() > Some(1), "both have flaws in other files: {}", whole["summary"]);
}

#[test]
fn whatever_is_rendered_is_that_of_the_whole() {
    let folder = corpus();
    let names = parts(&folder, 3, &["--max-findings", "9"]);
    for format in support::FORMATS {
        let whole = run(&folder, &["check", "--max-findings", "9", "-f", format, "-o", "json=.whole.json"]);
        let of_saved = run(&folder, &["report", ".whole.json", "--max-findings", "9", "--to", format]);
        let joined = merge(&folder, &names, &["--to", format]);
        assert_eq!((joined.out, joined.status), (of_saved.out, whole.status), "{format}");
    }
    // With -o people see how it stands.
    let told = merge(&folder, &names, &["-o", "json=.joined.json"]);
    assert_eq!(folder.read(".joined.json"), folder.read(".whole.json"));
    assert!(told.out.contains("more findings are not shown (--max-findings)") && told.out.contains("25 programmes, "), "{}", told.out);
    let shorter = merge(&folder, &names, &["--max-findings", "2"]);
    assert_eq!(shorter.out, run(&folder, &["check", "--max-findings", "2", "-f", "json"]).out);
    // More may be asked for than the jobs were to write: lines around places and all.
    let none = parts(&folder, 2, &["--max-findings", "0"]);
    assert_eq!(
        merge(&folder, &none, &["--max-findings", "1000"]).out,
        run(&folder, &["check", "--max-findings", "1000", "-f", "json"]).out
    );
    // What is cut in the whole is never cut in a part, also when a part is rendered again.
    let again = run(&folder, &["report", &names[1], "--to", "json", "--max-findings", "1"]);
    assert_eq!(again.out, folder.read(&names[1]));
}

#[test]
fn files_that_cannot_be_read_and_paths_that_are_not_there_leave_the_whole_incomplete() {
    let folder = corpus();
    folder.write("p-11/payments.json", b"[{ \"id\": \"\xff\" }]");
    folder.write("p-12/payments.json", "[{");
    let whole = joined_is_whole(&folder, &PARTS, &[]);
    assert_eq!((&whole["summary"]["status"], &whole["summary"]["files_unjudged"]), (&json!(3), &json!(2)));
    // The part that has them says so, the others stand by themselves.
    let statuses: Vec<Value> = (1..=7).map(|index| folder.saved(format!(".part-{index}-of-7.json"))["summary"]["status"].clone()).collect();
    assert!(statuses.contains(&json!(3)) && statuses.iter().any(|status| *status != 3), "{statuses:?}");
    let folder = corpus();
    let whole = joined_is_whole(&folder, &[3, 30], &[".", "nowhere"]);
    assert_eq!(whole["summary"]["status"], 3);
    // Nothing to audit at all is incomplete in the whole and in every part.
    let folder = Folder::new().with(".rules/readme.txt", "");
    copy(&toy_rules(), &folder.at(".rules"));
    assert_eq!(joined_is_whole(&folder, &[1, 2], &[])["summary"]["status"], 3);
}

#[test]
fn a_part_without_programmes_is_fine_and_says_so() {
    let folder = corpus();
    let told = run(&folder, &["check", "--shard", "30/30"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(
        told.out.contains("this is part 30 of 30: none of 25 programmes; havesay merge joins the saved audits of the parts\n")
            && told.out.ends_with("\nThere is nothing to audit in this part.\n"),
        "{}",
        told.out
    );
    let told = run(&folder, &["check", "--shard", "1/2", "-f", "concise"]);
    assert!(told.out.contains("this is part 1 of 2: 1"), "{}", told.out);
}

#[test]
fn programmes_are_split_evenly_and_each_is_in_one_part() {
    let folder = corpus();
    for of in PARTS {
        let all: Vec<Value> = parts(&folder, of, &[]).iter().map(|name| folder.saved(name)).collect();
        let mut positions: Vec<u64> =
            all.iter().flat_map(|part| part["shard"]["positions"].as_array().unwrap()).map(|at| at.as_u64().unwrap()).collect();
        positions.sort_unstable();
        assert_eq!(positions, (0..PROGRAMMES as u64).collect::<Vec<_>>(), "{of} parts");
        let sizes: Vec<usize> = all.iter().map(|part| part["programmes"].as_array().unwrap().len()).collect();
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{of} parts: {sizes:?}");
    }
}

// ── waivers and baselines ──────────────────────────────────────────────────────────────────────────────

fn waiver(rule: &str, programme: &str, address: &str, until: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"{rule}\"\nprogramme = \"{programme}\"\naddress = \"{address}\"\nreason_type = \"disputed\"\nreason = \"so\"\n\
         approved_by = \"dpo-office\"\napprover_role = \"sponsor\"\ngranted_on = 2026-06-01\nexpires_on = {until}\n"
    )
}

#[test]
fn a_waiver_is_judged_in_parts_as_in_the_whole() {
    let folder = corpus();
    let shared = [
        // Of use in some programmes and not in others.
        waiver("money/small", "**", "*", "2026-07-31"),
        // Of use in one.
        waiver("seats/empty", "id-6", "sessions/s-2", "2026-07-31"),
        // For no programme there is, which only the whole run can tell.
        waiver("seats/empty", "gone", "sessions/s-2", "2026-07-31"),
        // Ended.
        waiver("people/few", "id-5", "programme", "2026-06-15"),
        // Of no use to anybody.
        waiver("seats/empty", "id-7", "sessions/s-2", "2026-07-31"),
    ];
    folder.write("havesay.toml", "");
    folder.write("havesay.waivers.toml", shared.concat());
    folder.write("p-15/havesay.waivers.toml", waiver("seats/empty", "id-15", "sessions/s-2", "2026-07-31"));
    let whole = joined_is_whole(&folder, &PARTS, &[]);
    let of = |rule: &str| whole["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).count();
    assert!(whole["summary"]["suppressed"].as_u64().unwrap() > 5, "{}", whole["summary"]);
    assert!(of("record/waiver-unused") >= 2 && of("record/waiver-expired") == 1, "{}", whole["summary"]["by_rule"]);
    let stray = |finding: &&Value| finding["message"].as_str().unwrap().contains("there is none of that name");
    assert_eq!(whole["findings"].as_array().unwrap().iter().filter(stray).count(), 1, "said once");
    for args in [&["--no-waivers"][..], &["--show-suppressed"], &["--max-findings", "4"]] {
        joined_is_whole(&folder, &[3], args);
    }
}

#[test]
fn a_baseline_is_held_against_parts_as_against_the_whole() {
    let folder = corpus();
    assert_eq!(run(&folder, &["baseline", "create", "--file", "known.jsonl"]).status, 0);
    // One flaw is mended, and lingers; one is new; one programme is gone, and its entries are for another day.
    let mended =
        folder.read("p-06/sessions.json").replace(r#""attendance":[]"#, r#""attendance":[{"person":"p-0","capacity":"participant"}]"#);
    folder.write("p-06/sessions.json", mended);
    folder.write("p-08/sessions.json", r#"[{ "id": "s-2", "type": "workshop", "date": "2026-03-09", "attendance": [] }]"#);
    fs::remove_dir_all(folder.at("p-15")).unwrap();
    let whole = joined_is_whole(&folder, &PARTS, &["--baseline", "known.jsonl"]);
    let of = |rule: &str| whole["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).count();
    assert_eq!(of("record/baseline-entry-fixed"), 1, "{}", whole["summary"]["by_rule"]);
    assert!(whole["summary"]["suppressed"].as_u64().unwrap() > 10, "{}", whole["summary"]);
}

// ── bad input ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_part_that_cannot_be_is_refused() {
    let folder = corpus();
    for (shard, expected) in [
        ("0/3", "parts are counted from 1/3 to 3/3"),
        ("4/3", "parts are counted from 1/3 to 3/3"),
        ("1/0", "there is no part of 0"),
        ("0/0", "there is no part of 0"),
        ("x", "write the part and how many there are, such as 2/3"),
        ("", "write the part and how many there are"),
        ("/", "write the part and how many there are"),
        ("2", "write the part and how many there are"),
        ("1/2/3", "write the part and how many there are"),
        ("-1/3", "write the part and how many there are"),
        ("+1/3", "write the part and how many there are"),
        (" 1/3", "write the part and how many there are"),
        ("1.5/3", "write the part and how many there are"),
        ("1/10001", "a run has at most 10000 parts"),
        ("1/99999999999999999999999", "a run has at most 10000 parts"),
        ("99999999999999999999999/3", "parts are counted from 1/3 to 3/3"),
        ("\u{1b}[31m/3", "write the part and how many there are"),
    ] {
        let told = run(&folder, &["check", &format!("--shard={shard}"), "-o", "json=out.json"]);
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{shard}: {}", told.err);
        assert!(told.err.contains(expected) && !told.err.contains('\u{1b}'), "{shard}: {}", told.err);
        assert!(!folder.at("out.json").exists(), "{shard}");
    }
    for change in [&["--since", "HEAD"][..], &["--staged"]] {
        let told = run(&folder, &[&["check", "--shard", "1/2", "-o", "json=out.json"], change].concat());
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{}", told.err);
        assert!(told.err.starts_with(&format!("havesay: --shard does not go with {}: ", change[0])), "{}", told.err);
        assert!(told.err.contains("\n  help: ") && !folder.at("out.json").exists());
    }
    assert_eq!(run(&folder, &["check", "-q", "--shard", "10000/10000"]).status, 0, "the most that there may be");
}

/// Names of parts are refused with this status and these words, and nothing is written.
fn refused(folder: &Folder, parts: &[&str], status: i32, expected: &str) {
    folder.write("out.audit", "what was there");
    let told = run(folder, &[&["merge", "-o", "json=out.audit"], parts].concat());
    assert_eq!((told.status, told.out.as_str()), (status, ""), "{expected}: {}", told.err);
    assert!(told.err.starts_with("havesay: ") && told.err.contains(expected), "{expected}: {}", told.err);
    assert_eq!(folder.read("out.audit"), "what was there", "{expected}");
}

#[test]
fn parts_that_are_not_all_of_one_run_are_refused_by_name() {
    let folder = corpus();
    let rename = |from: &str, to: &str| fs::rename(folder.at(from), folder.at(to)).unwrap();
    let own = parts(&folder, 3, &[]);
    for (number, name) in own.iter().enumerate() {
        rename(name, &format!("{}.audit", number + 1));
    }
    let one = |args: &[&str], to: &str| {
        let told = run(&folder, &[&["check", "--shard", "2/3", "-f", "concise", "-o", &format!("json={to}")], args].concat());
        assert!(told.status < 2, "{}", told.both());
    };
    let all = &["1.audit", "2.audit", "3.audit"];
    assert_eq!(merge(&folder, &all.map(str::to_owned), &[]).status, run(&folder, &["check", "-q"]).status);
    refused(&folder, &["1.audit", "3.audit"], 2, "the part 2/3 is missing\n  help: name the saved audits of all 3 parts");
    refused(&folder, &["2.audit"], 2, "the parts 1/3 and 3/3 are missing\n");
    refused(&folder, &["1.audit", "2.audit", "3.audit", "2.audit"], 2, "2.audit is named twice\n  help: name each part once");
    refused(&folder, &["1.audit", "./1.audit", "3.audit"], 2, "1.audit is named twice\n");
    refused(&folder, &["-", "1.audit", "-"], 2, "standard input is named twice\n");
    fs::copy(folder.at("2.audit"), folder.at("copy.audit")).unwrap();
    refused(
        &folder,
        &["1.audit", "2.audit", "3.audit", "copy.audit"],
        2,
        "2.audit and copy.audit are both part 2/3\n  help: name each part once",
    );
    run(&folder, &["check", "-f", "concise", "-o", "json=whole.audit"]);
    refused(&folder, &["1.audit", "whole.audit", "3.audit"], 2, "whole.audit is a whole audit, not a part of one\n  help: ");
    refused(&folder, &["whole.audit"], 2, "whole.audit is a whole audit");
    parts(&folder, 2, &[]);
    refused(&folder, &["1.audit", ".part-2-of-2.json", "3.audit"], 2, "1.audit is a part of 3 and .part-2-of-2.json a part of 2\n  help: ");
    parts(&folder, 7, &[]);
    refused(&folder, &[".part-1-of-7.json"], 2, "the parts 2/7, 3/7, 4/7, 5/7, 6/7 and 7/7 are missing");
    parts(&folder, 30, &[]);
    refused(&folder, &[".part-2-of-30.json"], 2, "the parts 1/30, 3/30, 4/30, 5/30, 6/30 and 24 more are missing");
    // Of other runs.
    one(&["--as-of", "2026-07-02"], "date.audit");
    refused(
        &folder,
        &["1.audit", "date.audit", "3.audit"],
        2,
        "1.audit and date.audit differ in the date: 2026-07-01 and 2026-07-02\n  help: give every job the same --as-of",
    );
    one(&["--fail-on", "warning"], "settings.audit");
    refused(
        &folder,
        &["1.audit", "settings.audit", "3.audit"],
        2,
        "1.audit and settings.audit differ in their settings (fail_on)\n  help: ",
    );
    one(&["--max-findings", "3"], "most.audit");
    refused(&folder, &["1.audit", "most.audit", "3.audit"], 2, "1.audit and most.audit differ in --max-findings\n  help: ");
    one(&[".", "p-00"], "same.audit");
    assert_eq!(merge(&folder, &["1.audit", "same.audit", "3.audit"].map(str::to_owned), &[]).status, 0, "the same paths otherwise named");
    one(&["p-00", "p-01", "p-02", "p-03", "p-05"], "paths.audit");
    refused(
        &folder,
        &["1.audit", "paths.audit", "3.audit"],
        2,
        "1.audit and paths.audit are parts of different runs: they saw other programmes",
    );
    folder.write("stray.json", "[]");
    one(&[], "strays.audit");
    refused(
        &folder,
        &["1.audit", "strays.audit", "3.audit"],
        2,
        "1.audit and strays.audit differ in what lies outside all programmes: 1 and 2 JSON files\n  help: save the parts in a folder of their own",
    );
    fs::remove_file(folder.at("stray.json")).unwrap();
    let page = folder.read(".rules/money/small.md");
    folder.write(".rules/money/small.md", page.replace("default: 20", "default: 21"));
    one(&[], "rules.audit");
    refused(&folder, &["1.audit", "rules.audit", "3.audit"], 2, "1.audit and rules.audit differ in their rules (money/small)\n  help: ");
    fs::remove_file(folder.at(".rules/money/small.md")).unwrap();
    one(&[], "fewer.audit");
    refused(&folder, &["1.audit", "fewer.audit", "3.audit"], 2, "1.audit and fewer.audit differ in their rules (money/small)\n  help: ");
    folder.write(".rules/money/small.md", page);
    let payments = folder.read("p-08/payments.json");
    folder.write("p-08/payments.json", format!("{payments}\n"));
    one(&[], "sizes.audit");
    refused(&folder, &["1.audit", "sizes.audit", "3.audit"], 2, "or files of other sizes\n  help: check out the same commit for every job");
}

#[test]
fn parts_that_are_no_saved_audits_are_refused_by_name() {
    let folder = corpus();
    parts(&folder, 2, &[]);
    let good = folder.read(".part-2-of-2.json");
    let refused_as = |content: &str, status: i32, expected: &str| {
        folder.write("bad.json", content);
        refused(&folder, &[".part-1-of-2.json", "bad.json"], status, expected);
    };
    let with = |pointer: &str, new: Value| {
        let mut other: Value = serde_json::from_str(&good).unwrap();
        *other.pointer_mut(pointer).unwrap() = new;
        other.to_string()
    };
    refused(&folder, &[".part-1-of-2.json", "none.json"], 3, "none.json does not exist");
    refused(&folder, &[".part-1-of-2.json", "p-00"], 3, "p-00 cannot be read");
    refused_as(&good[..good.len() / 2], 3, "bad.json ends in the middle\n  help: ");
    refused_as("", 3, "bad.json ends in the middle\n  help: ");
    refused_as("[]", 3, "bad.json is no saved audit of havesay");
    refused_as(&with("/version", json!("2.0")), 3, "bad.json is a saved audit of version 2.0; ");
    refused_as(&with("/tool/name", json!("another")), 3, "bad.json is no saved audit of havesay, but of another");
    refused_as(&with("/tool/version", json!("9.9.9")), 2, "differ in the version of havesay: ");
    // Numbers that somebody changed.
    for (pointer, new) in [
        ("/shard/index", json!(0)),
        ("/shard/index", json!(3)),
        ("/shard/index", json!(u64::MAX)),
        ("/shard/of", json!(0)),
        ("/shard/of", json!(u64::MAX)),
        ("/shard/positions", json!([])),
        ("/shard/positions/0", json!(u64::MAX)),
        ("/shard/positions/1", json!(0)),
    ] {
        refused_as(&with(pointer, new), 2, "bad.json is not as a part should be\n  help: write it again with havesay check --shard");
    }
    refused_as(&with("/shard/positions/0", json!(-1)), 3, "bad.json is not as a saved audit should be: ");
    refused_as(&with("/shard/split", json!("SECRET")), 3, "bad.json is not as a saved audit should be: a digest is not of its form");
    refused_as(&with("/shard/split", json!("0".repeat(64))), 2, "are parts of different runs");
    refused_as(&with("/shard/programmes", json!(u64::MAX)), 2, "are parts of different runs");
    // Each holds together, and the two do not.
    let mut second: Value = serde_json::from_str(&good).unwrap();
    let count = second["shard"]["positions"].as_array().unwrap().len();
    second["shard"]["positions"] = (0..count).collect();
    refused_as(&second.to_string(), 2, "the parts do not hold each programme once\n  help: ");
    let told = run(&folder, &["merge"]);
    assert_eq!(told.status, 2, "{}", told.err);
    // All that cannot be read is named at once.
    let told = run(&folder, &["merge", "none.json", "bad.json", "p-00"]);
    assert_eq!((told.status, told.err.lines().filter(|line| line.starts_with("havesay: ")).count()), (3, 2), "{}", told.err);
}

#[test]
fn an_output_that_cannot_be_written_fails_the_merge() {
    let folder = corpus();
    let names = parts(&folder, 2, &[]);
    let told = merge(&folder, &names, &["-o", "sarif=nowhere/a.sarif"]);
    assert_eq!(told.status, 2, "{}", told.err);
    assert!(told.err.contains("nowhere/a.sarif cannot be written: its folder does not exist"), "{}", told.err);
    // A joined audit does not take the place of a part, which it was made from.
    let before = folder.read(&names[0]);
    assert_eq!(merge(&folder, &names, &["-o", &format!("json={}", names[0])]).status, 2);
    assert_eq!(folder.read(&names[0]), before);
}

#[test]
fn parts_are_not_compared() {
    let folder = corpus();
    parts(&folder, 2, &[]);
    run(&folder, &["check", "-f", "concise", "-o", "json=whole.json"]);
    for pair in [[".part-1-of-2.json", "whole.json"], ["whole.json", ".part-1-of-2.json"]] {
        let told = run(&folder, &["compare", pair[0], pair[1]]);
        assert_eq!((told.status, told.out.as_str()), (2, ""));
        assert!(
            told.err.contains(".part-1-of-2.json holds part 1 of 2") && told.err.contains("help: join the parts first"),
            "{}",
            told.err
        );
    }
    let told = Call::new(folder.path(), ["merge", "-", ".part-2-of-2.json"])
        .command()
        .stdin(fs::File::open(folder.at(".part-1-of-2.json")).unwrap())
        .output()
        .unwrap();
    assert_eq!(saved(&told.stdout), folder.saved("whole.json"), "a part may come from standard input");
}
