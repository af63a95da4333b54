//! What a finding is known by again: its fingerprint, and what SARIF and GitLab make of it, change only with
//! the rule, the programme, the record or the field.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::ffi::OsString;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::{AS_OF, Call, Folder, root, toy};

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

/// The fingerprints of an audit in order, and of SARIF and GitLab.
fn fingerprints(folder: &Folder) -> [Vec<String>; 3] {
    let outputs = Folder::new();
    let place = |format: &str| {
        let mut output = OsString::from(format!("{format}="));
        output.push(outputs.at(format));
        output
    };
    let mut call = Call::new(folder.path(), ["check", "--as-of", AS_OF]).toy();
    for format in ["jsonl", "sarif", "gitlab"] {
        call = call.arg("-o").arg(place(format));
    }
    call.run();
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    let lines = outputs.read("jsonl");
    let own = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["fingerprint"].as_str().unwrap().to_owned());
    let log: Value = serde_json::from_str(&outputs.read("sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let issues: Vec<Value> = serde_json::from_str(&outputs.read("gitlab")).unwrap();
    [
        sorted(own.collect()),
        sorted(results.iter().map(|result| text(result, "/partialFingerprints/primaryLocationLineHash").to_owned()).collect()),
        sorted(issues.iter().map(|issue| text(issue, "/fingerprint").to_owned()).collect()),
    ]
}

/// The toy programme as values: its charter and its registers.
fn parts() -> Vec<(String, Value)> {
    let read = |path: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(root().join("tests/toy/programme").join(path)).unwrap()).unwrap()
    };
    let mut parts = vec![("programme".to_owned(), read("programme.json")), ("participants".to_owned(), read("participants.json"))];
    for (name, records) in read("brought.json").as_object().unwrap() {
        parts.push((name.clone(), records.clone()));
    }
    let sessions = ["sessions/2026-03-02.json", "sessions/2026-03-09.json", "sessions/2026-03-16.json"].map(read);
    parts.push(("sessions".to_owned(), json!(sessions)));
    parts
}

/// Puts records and the elements of lists of rows in another order.
fn reordered(value: &mut Value, seed: u64) {
    match value {
        Value::Array(list) => {
            let count = list.len().max(1);
            list.rotate_left(seed as usize % count);
            if seed % 2 == 1 {
                list.reverse();
            }
            list.iter_mut().for_each(|own| reordered(own, seed / 3));
        }
        Value::Object(map) => map.values_mut().for_each(|own| reordered(own, seed / 2)),
        _ => {}
    }
}

fn written(value: &Value, pretty: bool, break_lines: bool) -> String {
    let text = if pretty { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() };
    if break_lines { format!("\n\n  {}\n\n", text.replace(',', ",\r\n\t")) } else { text }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_fingerprint_survives_other_orders_layouts_and_files(
        seed in any::<u64>(),
        pretty in any::<bool>(),
        break_lines in any::<bool>(),
        layout in 0..3usize,
        folder_name in "[a-z]{1,8}(/[a-z]{1,8})?",
    ) {
        let original = toy();
        let moved = Folder::new();
        let mut charter = Value::Null;
        for (name, mut value) in parts() {
            if name == "programme" {
                charter = value;
                continue;
            }
            reordered(&mut value, seed);
            match layout {
                // In the charter, in a file each, in a folder with a file for each record.
                0 => charter[&name] = value,
                1 => moved.write(format!("{folder_name}/{name}.json"), written(&value, pretty, break_lines)),
                _ => {
                    for (number, record) in value.as_array().unwrap().iter().enumerate() {
                        moved.write(format!("{folder_name}/{name}/r{number}.json"), written(record, pretty, break_lines));
                    }
                }
            }
        }
        moved.write(format!("{folder_name}/programme.json"), written(&charter, pretty, break_lines));
        prop_assert_eq!(fingerprints(&moved), fingerprints(&original));
    }
}

#[test]
fn a_fingerprint_changes_with_the_rule_the_programme_the_record_and_the_field_alone() {
    let of = |change: &dyn Fn(&Folder)| {
        let folder = toy();
        change(&folder);
        fingerprints(&folder)[0].clone()
    };
    let replace = |path: &'static str, from: &'static str, to: &'static str| {
        move |folder: &Folder| {
            let text = folder.read(path);
            assert!(text.contains(from), "{path} has {from}");
            folder.write(path, text.replace(from, to));
        }
    };
    let before = of(&|_| {});
    let shared = |after: &[String]| before.iter().filter(|own| after.contains(own)).count();
    // Another value of a field that is named in the message, another severity: the same findings.
    assert_eq!(of(&replace("toy/brought.json", "\"amount\": 5", "\"amount\": 6")), before);
    // Another programme: none of them; another record: all but that one's; another field: all but that one.
    assert_eq!(shared(&of(&replace("toy/programme.json", "\"toy\"", "\"other\""))), 0);
    let after = of(&replace("toy/brought.json", "\"pay-2\"", "\"pay-20\""));
    assert_eq!((after.len(), shared(&after)), (before.len(), before.len() - 1));
    let after = of(&replace("toy/participants.json", "\"joined_on\"", "\"left_on\""));
    assert_eq!((after.len(), shared(&after)), (before.len(), before.len() - 1));
}
