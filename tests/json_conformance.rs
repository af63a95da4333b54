//! The reader of JSON against JSONTestSuite (nst/JSONTestSuite, `test_parsing`): it accepts and refuses what
//! `serde_json` does with the bytes after a byte-order mark, gives the same values, and never hangs.
//!
//! Needs the suite: see `support/conformance.rs`. What holds of any text without it is tested beside the reader.

#![expect(clippy::panic, reason = "a test says what it found by panicking")]

#[path = "support/conformance.rs"]
mod conformance;

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use havesay::document::{Forest, Kind, json};
use havesay::schema::{FIELD_NONE, Schema, Shape};
use serde_json::Value;

/// How long one file of at most some kilobytes may take; more is a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// The suite as it is now: a file less would be a test less.
const FILES: usize = 318;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// What our reader makes of a file read as this shape, and what of it as JSON.
fn ours(bytes: &[u8], shape: Shape, schema: &Schema) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut forest = Forest::default();
    forest.text.push_str(text);
    json::plant(&mut forest, 0, shape, FIELD_NONE, schema).ok()?;
    for node in &forest.nodes {
        assert!(node.start < node.end && node.end as usize <= text.len(), "a span outside of the text");
    }
    Some(value(&forest, 0))
}

/// A node as `serde_json` would give it; of a key written twice it gives the last value.
fn value(forest: &Forest, at: u32) -> Value {
    match forest.node(at).kind {
        Kind::Null => Value::Null,
        Kind::True => true.into(),
        Kind::False => false.into(),
        Kind::Number => serde_json::from_str(forest.raw(at)).unwrap_or_default(),
        Kind::Text => forest.string(at).into(),
        Kind::List => forest.children(at).map(|child| value(forest, child)).collect(),
        Kind::Object => Value::Object(
            forest.children(at).map(|child| (forest.key(child).unwrap_or_default().into_owned(), value(forest, child))).collect(),
        ),
    }
}

fn judge(name: &str, bytes: &[u8], schema: &Schema) -> Result<bool, String> {
    let theirs: Option<Value> = serde_json::from_slice(bytes.strip_prefix(MARK).unwrap_or(bytes)).ok();
    // What is expected of the records must not change what is JSON.
    for shape in [Shape::Any, schema.charter_shape(), schema.bundle_shape(), schema.register_shape(1), schema.record_or_list_shape(1)] {
        let ours = ours(bytes, shape, schema);
        if ours != theirs {
            return Err(format!("{name} as {shape:?}: {ours:?} here, {theirs:?} by serde_json"));
        }
    }
    match (name.as_bytes().first(), theirs.is_some()) {
        (Some(b'y'), false) => Err(format!("{name} must be accepted")),
        (Some(b'n'), true) => Err(format!("{name} must be refused")),
        (_, accepted) => Ok(accepted),
    }
}

#[test]
fn the_reader_agrees_with_serde_json_on_every_file_of_the_suite() {
    let Some(folder) = conformance::find("json/test_parsing") else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    assert_eq!(files.len(), FILES, "files in {}", folder.display());
    let mut wrong = Vec::new();
    let (mut accepted, mut refused) = (0, 0);
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (send, receive) = mpsc::channel();
        let own = name.clone();
        // The stack of a thread as any programme's reader has it: nesting must not overflow it.
        let reader = thread::spawn(move || {
            let schema = Schema::builtin().unwrap_or_else(|error| panic!("{error}"));
            // Nobody listens any more once patience has run out.
            let _ = send.send(judge(&own, &bytes, &schema));
        });
        match receive.recv_timeout(PATIENCE) {
            Ok(Ok(true)) => accepted += 1,
            Ok(Ok(false)) => refused += 1,
            Ok(Err(why)) => wrong.push(why),
            Err(mpsc::RecvTimeoutError::Timeout) => wrong.push(format!("{name}: no answer after {} s", PATIENCE.as_secs())),
            Err(mpsc::RecvTimeoutError::Disconnected) => wrong.push(format!("{name}: the reader panicked")),
        }
        if reader.is_finished() {
            let _ = reader.join();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted >= 95 && refused >= 188, "{accepted} accepted and {refused} refused");
}
