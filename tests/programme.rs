//! Whatever stands in the files of a programme: reading and judging it never panics, every place lies inside
//! its file, no shipped rule is at fault, and the same files give the same answer.
//!
//! Programmes are made along the schema in several layouts, or are the fixtures, then changed as values, as text and as bytes,
//! and some files are what only a file system can be: unreadable, too large, a link.

#![expect(clippy::panic, reason = "a test says what it found by panicking")]

#[path = "support/records.rs"]
mod records;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use havesay::audit::Selection;
use havesay::config::Config;
use havesay::discover::{self, Found, Input, Options, Role, Source};
use havesay::document::Forest;
use havesay::finding::Place;
use havesay::pipeline::setup::{RuleSource, Setup};
use havesay::pipeline::{self, Forests, Request, Task};
use havesay::programme::{Clock, Programme, load};
use havesay::redact::Terms as Masks;
use havesay::rule::expression::value::Fault;
use havesay::schema::{RECORDS, Schema};
use havesay::settle::Terms;
use havesay::{finding::Severity, limits};
use proptest::prelude::*;
use records::{Chooser, Layout, Model, Tree, mutate};

struct Kit {
    setup: Setup,
    model: Model,
}

fn kit() -> &'static Kit {
    static KIT: OnceLock<Kit> = OnceLock::new();
    KIT.get_or_init(|| {
        let schema = Arc::new(Schema::builtin().unwrap_or_else(|error| panic!("{error}")));
        let setup = Setup::read(&schema, &RuleSource::default(), None, &|_| true).unwrap_or_else(|error| panic!("{error:?}"));
        let model = Model::read(RECORDS).unwrap_or_else(|| panic!("the schema is no JSON"));
        Kit { setup, model }
    })
}

const CLOCK: Clock = Clock { as_of: 20_500, given: false };

fn role(layout: &Layout) -> Role {
    let register = |name: &String| kit().setup.schema.register_named(name).unwrap_or_else(|| panic!("{name} is no register"));
    match layout {
        Layout::Charter => Role::Charter,
        Layout::Register(name) => Role::Register(register(name)),
        Layout::Record(name) => Role::Folder(register(name)),
        Layout::Several => Role::Other,
    }
}

/// Pieces of text that are likely to upset a reader.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\u0000",
    b"null",
    b"1e999",
    b"-",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x90\xb1",
    b"[[[[[[[[[[[[[[[[",
    b"\"id\":",
];

/// Changes the bytes of a file somewhere.
fn damage(bytes: &mut Vec<u8>, choices: &mut Chooser<'_>) {
    let at = choices.pick(bytes.len() + 1);
    let to = (at + choices.pick(20)).min(bytes.len());
    match choices.pick(6) {
        0 => {
            let piece = choices.one(PIECES).copied().unwrap_or_default();
            bytes.splice(at..at, piece.iter().copied());
        }
        1 => {
            bytes.drain(at..to);
        }
        2 => bytes.truncate(at),
        3 => {
            let again: Vec<u8> = bytes.get(at..to).unwrap_or_default().to_vec();
            bytes.splice(at..at, again);
        }
        4 => {
            let other = choices.pick(256) as u8;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = other;
            }
        }
        _ => {
            let nested = choices.one(&["[", "{\"a\":"]).copied().unwrap_or_default().repeat(limits::DEPTH_MAX + 2);
            bytes.splice(at..at, nested.into_bytes());
        }
    }
}

/// Where a programme comes from.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// Made along the schema.
    Made(u64),
    /// One of the fixtures, whose records rules have something to say about.
    Fixture(usize),
}

fn origins() -> impl Strategy<Value = Origin> {
    prop_oneof![any::<u64>().prop_map(Origin::Made), (0..FIXTURES.len()).prop_map(Origin::Fixture)]
}

const FIXTURES: [&str; 3] = ["clean", "theatre", "workshop"];

/// The files of the fixtures, each in path order.
fn fixtures() -> &'static [Vec<Written>; 3] {
    static FILES: OnceLock<[Vec<Written>; 3]> = OnceLock::new();
    FILES.get_or_init(|| {
        FIXTURES.map(|name| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
            let options = Options { no_ignore: true, working: folder.clone() };
            let discovered = discover::discover(std::slice::from_ref(&folder), &options);
            let found = discovered.programmes.first().unwrap_or_else(|| panic!("{name} is no programme"));
            let inputs = discover::inputs(&kit().setup.schema, found, &Config::default(), &options);
            let tree = |path: &str| {
                let text = std::fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
                Tree::of(&serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}")))
            };
            inputs
                .into_iter()
                .filter(|input| input.path.ends_with(".json"))
                .map(|input| Written { tree: tree(&input.path), path: input.path, role: input.role })
                .collect()
        })
    })
}

/// A file before anything is done to its bytes.
#[derive(Clone)]
struct Written {
    path: String,
    role: Role,
    tree: Tree,
}

/// The files of a programme, in path order.
fn inputs(origin: Origin, changes: &[u8], damages: &[u8]) -> Vec<Input> {
    let mut files: Vec<Written> = match origin {
        Origin::Made(seed) => kit()
            .model
            .programme(&mut Chooser::endless(seed))
            .into_iter()
            .map(|file| Written { role: role(&file.layout), path: file.path, tree: file.tree })
            .collect(),
        Origin::Fixture(number) => fixtures().get(number).cloned().unwrap_or_default(),
    };
    let mut changes = Chooser::new(changes);
    while changes.is_left() {
        let at = changes.pick(files.len());
        if let Some(file) = files.get_mut(at) {
            mutate(&mut file.tree, &mut changes);
        }
    }
    let mut inputs: Vec<Input> = files
        .into_iter()
        .map(|file| Input { role: file.role, path: file.path, source: Source::Memory(file.tree.to_string().into_bytes()) })
        .collect();
    let mut damages = Chooser::new(damages);
    while damages.is_left() {
        let at = damages.pick(inputs.len());
        let Some(input) = inputs.get_mut(at) else { continue };
        match (damages.pick(12), &mut input.source) {
            (0, source) => *source = Source::Unreadable("permission is denied".to_owned()),
            (1, source) => *source = Source::Size(limits::FILE_BYTES_MAX + 1),
            (2, _) => {
                let roles = [
                    Role::Other,
                    Role::Link(None),
                    Role::BadName,
                    Role::SecondCharter,
                    Role::Ignored(Some(1)),
                    Role::Unsupported(Some(2)),
                    Role::Charter,
                ];
                input.role = damages.one(&roles).copied().unwrap_or(Role::Other);
            }
            (_, Source::Memory(bytes)) => damage(bytes, &mut damages),
            _ => {}
        }
    }
    inputs
}

/// Whether a place lies inside its file and between characters.
fn lies_inside(place: Place, inputs: &[Input], programme: &Programme) -> Result<(), String> {
    let file = inputs.get(place.file as usize).ok_or_else(|| format!("there is no file {}", place.file))?;
    let text = match &file.source {
        Source::Memory(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // What could not be decoded is shown otherwise, byte by byte.
            Err(_) => programme.files.get(place.file as usize).and_then(|file| file.text.as_deref()).unwrap_or_default(),
        },
        _ => "",
    };
    match text.get(place.span.range()) {
        Some(_) => Ok(()),
        None => Err(format!("{:?} of {} bytes in {}", place.span, text.len(), file.path)),
    }
}

/// Damage to some of the programmes: what cannot be read leaves rules little to judge.
fn damages() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(any::<u8>(), 1..20)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_stands_in_files_upsets_the_audit(
        origin in origins(),
        changes in prop::collection::vec(any::<u8>(), 0..40),
        damages in damages(),
    ) {
        let setup = &kit().setup;
        let inputs = inputs(origin, &changes, &damages);
        let programme = load(&setup.schema, &setup.judges, ".", &inputs, Forest::default(), CLOCK, true);
        for flaw in &programme.flaws {
            for at in std::iter::once(flaw.at).chain(flaw.also.iter().map(|(at, _)| *at)) {
                let inside = lies_inside(programme.place(at), &inputs, &programme);
                prop_assert!(inside.is_ok(), "{:?}: {:?}", inside, flaw);
            }
        }
        for node in &programme.forest.nodes {
            prop_assert!(node.start < node.end && programme.forest.text.get(node.start as usize..node.end as usize).is_some(), "{:?}", node);
        }
        let state = setup.state(&programme, Path::new("."), &Selection::default());
        let audited = havesay::settle::audit(&programme, &setup.rules, &state, CLOCK.as_of);
        for finding in &audited.findings {
            prop_assert!(!finding.labels.is_empty(), "{:?}", finding);
            for label in &finding.labels {
                let inside = lies_inside(label.place, &inputs, &programme);
                prop_assert!(inside.is_ok(), "{:?}: {:?}", inside, finding);
            }
        }
        // A rule that divides by nothing, or that the checker should have refused, is a mistake of its page; two
        // numbers at the limit that add up to one past it are not.
        let limit = Fault::Overflow.words();
        let at_fault: Vec<String> = audited.findings.iter().filter(|finding| &*finding.rule == "record/rule-fault").map(|finding| format!("{:?}", finding.message)).collect();
        prop_assert!(at_fault.iter().all(|message| message.contains(limit)), "{:?}", at_fault);
        prop_assert_eq!(audited.faulted, !at_fault.is_empty());
    }

    #[test]
    fn the_same_files_give_the_same_answer(
        origin in origins(),
        other in origins(),
        changes in prop::collection::vec(any::<u8>(), 0..20),
        damages in damages(),
    ) {
        let request = Request {
            clock: CLOCK,
            selection: Selection::default(),
            terms: Terms::new(Severity::Advice, Severity::Error),
            baseline: None,
            masks: Masks { min_cell: 5 },
            excerpts: usize::MAX,
            saved: true,
            threads: 1,
        };
        let setup = &kit().setup;
        let [own, neighbour] = [(origin, &*changes, &*damages), (other, &damages, &changes)]
            .map(|(origin, changes, damages)| inputs(origin, changes, damages));
        let alone = format!("{:?}", pipeline::one(setup, &request, &task(&own), &[]));
        // Neither memory that another programme has used nor what is judged beside it must show.
        let mut forests = Forests::default();
        for _ in 0..2 {
            let all = pipeline::several(setup, &request, &[task(&own), task(&neighbour), task(&own)], &mut forests);
            prop_assert_eq!(all.len(), 3);
            for shown in all.iter().step_by(2) {
                prop_assert_eq!(&alone, &format!("{shown:?}"));
            }
        }
    }
}

/// A programme of these files, all of them asked for.
fn task(inputs: &[Input]) -> Task {
    let found = Found { folder: PathBuf::from("."), shown: ".".to_owned(), files: Vec::new(), only: Vec::new() };
    Task { setup: 0, found, inputs: inputs.to_vec(), paths: Vec::new(), waivers: Vec::new(), compared: None }
}
