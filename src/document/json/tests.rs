//! The reader held to `serde_json`, text by text, and its faults to their places.

use super::scalar::special_bytes;
use super::*;
use crate::schema::guide::{Allows, Judged};
use proptest::prelude::*;

/// A guide that knows nothing: every key is free.
struct Blind;

impl Guide for Blind {
    fn member(&self, _: Shape, _: &[u8]) -> (FieldId, Shape) {
        (FIELD_NONE, Shape::Any)
    }
    fn serial(&self) -> u64 {
        0
    }
    fn known(&self, _: FieldId) -> Option<(crate::schema::StructId, Shape)> {
        None
    }
    fn element(&self, _: Shape) -> Shape {
        Shape::Any
    }
    fn allows(&self, _: Shape) -> Allows {
        Allows { object: true, list: true }
    }
    fn scalar(&self, _: Shape, token: Token<'_>) -> Judged {
        Judged { marks: if matches!(token, Token::Null) { ABSENT } else { 0 }, payload: 0 }
    }
    fn room(&self, _: crate::schema::StructId) -> usize {
        0
    }
    fn place(&self, _: FieldId) -> u16 {
        0
    }
    fn required(&self, _: crate::schema::StructId) -> &[u16] {
        &[]
    }
    fn is_record(&self, _: Shape) -> bool {
        false
    }
    fn is_reference(&self, _: FieldId) -> bool {
        false
    }
}

fn read(text: &str) -> (Forest, Result<(), Fault>) {
    let mut forest = Forest::default();
    forest.text.push_str(text);
    let outcome = plant(&mut forest, 0, Shape::Any, FIELD_NONE, &Blind);
    (forest, outcome)
}

/// The tree as `serde_json` would give it; a repeated key's last value wins there.
fn value(forest: &Forest, at: u32) -> serde_json::Value {
    let node = forest.node(at);
    match node.kind {
        Kind::Null => serde_json::Value::Null,
        Kind::True => true.into(),
        Kind::False => false.into(),
        Kind::Number => serde_json::from_str(forest.raw(at)).unwrap_or_default(),
        Kind::Text => forest.string(at).into(),
        Kind::List => forest.children(at).map(|child| value(forest, child)).collect(),
        Kind::Object => serde_json::Value::Object(
            forest.children(at).map(|child| (forest.key(child).unwrap_or_default().into_owned(), value(forest, child))).collect(),
        ),
    }
}

fn agree(text: &str) {
    let theirs = serde_json::from_str::<serde_json::Value>(text.strip_prefix('\u{feff}').unwrap_or(text));
    let (forest, ours) = read(text);
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?}: {ours:?} {theirs:?}");
    if let Ok(theirs) = theirs {
        assert_eq!(value(&forest, 0), theirs, "{text:?}");
        for node in &forest.nodes {
            assert!(node.start < node.end && node.end as usize <= text.len());
        }
    } else {
        assert!(forest.nodes.is_empty() && forest.trees.is_empty());
    }
}

#[test]
fn faults_have_their_exact_place() {
    for (text, problem, start) in [
        ("", Problem::Empty, 0),
        (" \n", Problem::Empty, 2),
        ("[1,2,]", Problem::TrailingComma, 4),
        ("{\"a\":1,}", Problem::TrailingComma, 6),
        ("{\"a\" 1}", Problem::Colon, 5),
        ("{\"a\":1 \"b\":2}", Problem::CommaOrBrace, 7),
        ("[1 2]", Problem::CommaOrBracket, 3),
        ("{a:1}", Problem::Key, 1),
        ("[1", Problem::End, 2),
        ("\"abc", Problem::End, 4),
        ("[01]", Problem::Number, 1),
        ("[1.]", Problem::Number, 3),
        ("[1e999]", Problem::NumberTooLarge, 1),
        ("\"a\nb\"", Problem::Control, 2),
        (r#""\q""#, Problem::Escape, 1),
        (r#""\ud800x""#, Problem::Surrogate, 1),
        ("1 2", Problem::Trailing, 2),
        ("nul", Problem::End, 3),
        ("nope", Problem::Value, 0),
    ] {
        let fault = read(text).1;
        assert_eq!(fault.map_err(|fault| (fault.problem, fault.span.start)), Err((problem, start)), "{text:?}");
    }
}

#[test]
fn depth_stops_where_serde_json_stops() {
    for depth in [126, 127, 128, 129] {
        agree(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        agree(&format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)));
    }
}

#[test]
fn numbers_are_accepted_and_refused_alike() {
    for text in [
        "0",
        "-0",
        "-",
        "1.5e3",
        "1e308",
        "1.8e308",
        "-1e309",
        "1e-400",
        "0e99999",
        "1E+2",
        "1e",
        "1e+",
        ".5",
        "00",
        "-01",
        "9007199254740993",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
    ] {
        agree(text);
    }
    agree(&"9".repeat(308));
    agree(&"9".repeat(309));
    agree(&format!("{}.5", "9".repeat(309)));
    agree(&format!("0.{}", "1".repeat(400)));
}

#[test]
fn what_is_no_escape_stays_as_it_is() {
    for odd in ["\\", "a\\", r"\x", r"\u12", r"\u+123", r"\ud800", r"\ud800\u0041", r"\udc00", r"\ud83dx\ude00"] {
        assert_eq!(unescape(odd), odd);
    }
}

proptest! {
    #[test]
    fn escapes_are_resolved_as_serde_json_resolves_them(text in any::<String>()) {
        let written = serde_json::to_string(&text).unwrap_or_default();
        prop_assert_eq!(unescape(&written[1..written.len() - 1]), text.as_str());
        let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        prop_assert_eq!(unescape(&units), text.as_str());
        let slashes = text.replace('\\', "").replace('/', r"\/");
        let quoted = format!("\"{}\"", slashes.replace(['"', '\n', '\r', '\t'], " "));
        if let Ok(expected) = serde_json::from_str::<String>(&quoted) {
            prop_assert_eq!(unescape(&quoted[1..quoted.len() - 1]), expected);
        }
    }
}

#[test]
fn a_key_written_twice_is_seen_after_unescaping() {
    let (forest, outcome) = read(r#"{"a":1,"b":2,"\u0061":3}"#);
    assert_eq!(outcome, Ok(()));
    assert_eq!(forest.repeated, [3]);
    assert_eq!(forest.nodes.iter().map(|node| node.marks & REPEATED != 0).collect::<Vec<_>>(), [false, true, false, true]);
    let many: Vec<String> = (0..20).map(|n| format!("\"k{}\":{n}", n % 19)).collect();
    assert_eq!(read(&format!("{{{}}}", many.join(","))).0.repeated, [20]);
}

#[test]
fn keys_are_found_again_from_their_value() {
    let (forest, _) = read("{ \"a\\\"b\" :\n 1, \"\\\\\": [2] }");
    assert_eq!(forest.key(1).as_deref(), Some("a\"b"));
    assert_eq!(forest.key(2).as_deref(), Some("\\"));
    assert_eq!(forest.key(3), None);
}

proptest! {
    #[test]
    fn a_member_is_found_under_its_key_however_that_is_written(
        keys in prop::collection::vec("[a-c\"\\\\ é:]{0,4}", 1..6), wanted in "[a-c\"\\\\ é:]{0,4}", written in 0..4_usize,
    ) {
        let quoted = |key: &String| {
            let plain = serde_json::to_string(key).unwrap_or_default();
            // The same letter may be written in another way.
            if written == 3 { plain.replace('a', "\\u0061") } else { plain }
        };
        let colon = [":", ": ", " :\n  ", ":\t"].get(written).copied().unwrap_or_default();
        let text = format!("{{{}}}", keys.iter().map(|key| format!("{}{colon}\"v\"", quoted(key))).collect::<Vec<_>>().join(","));
        let (forest, _) = read(&text);
        for wanted in keys.iter().chain([&wanted]) {
            let expected = forest.children(0).find(|child| forest.key(*child).as_deref() == Some(wanted.as_str()));
            prop_assert_eq!(forest.under(0, wanted), expected, "{} in {}", wanted, text);
            for child in forest.children(0) {
                let stands = forest.key(child).as_deref() == Some(wanted.as_str());
                prop_assert!(stands || !forest.stands_under(child, wanted), "{} in {}", wanted, text);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_text_is_accepted_or_refused_as_serde_json_does(text in r#"[\[\]{}:,"\\ \n0-9eE+.\-truefalsn\u{feff}é]{0,24}"#) {
        agree(&text);
    }

    #[test]
    fn documents_are_read_as_serde_json_reads_them(text in json(), cut in 0usize..200) {
        agree(&text);
        let cut = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
        agree(text.get(..cut).unwrap_or(""));
    }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| serde_json::json!(number).to_string()),
        any::<String>().prop_map(|text| serde_json::json!(text).to_string()),
        "[a-z \\\\\"]{0,20}".prop_map(|text| serde_json::json!(text).to_string()),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|list| format!("[{}]", list.join(" ,\n    "))),
            prop::collection::vec(("[a-c]{1,2}|\\PC{0,9}", inner), 0..6).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(key, value)| format!("{}: {value}", serde_json::json!(key))).collect();
                format!("{{\r\n\t{}\n}}", members.join(","))
            }),
        ]
    })
}

#[test]
fn the_first_byte_that_ends_or_interrupts_a_text_is_found_wherever_it_stands() {
    let ends = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    for filler in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut chunk = [filler; 8];
                if let Some(slot) = chunk.get_mut(place) {
                    *slot = byte;
                }
                let first = chunk.iter().position(|byte| ends(*byte)).unwrap_or(8);
                let special = special_bytes(u64::from_le_bytes(chunk));
                assert_eq!((special.trailing_zeros() / 8) as usize, first, "{byte} at {place} among {filler}");
            }
        }
    }
}
