//! Which changes are made to which expressions and keys, by tables.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;

fn schema() -> Schema {
    Schema::builtin().unwrap()
}

/// The changes to a page with this front matter: what is done, and the first way of doing it.
fn changes(front: &str) -> Vec<String> {
    let page = Page::read("toy/page", &format!("---\n{front}\n---\n")).unwrap();
    let schema = schema();
    let all = mutants(&page, &schema);
    let told = |mutant: &Mutant| mutant.values.first().map_or_else(String::new, |(_, change)| format!("{}: {change}", mutant.words));
    all.iter().map(told).collect()
}

/// The changes to an expression.
#[track_caller]
fn check(expression: &str, expected: &[&str]) {
    assert_eq!(changes(&format!("assert: |\n  {expression}")), expected, "{expression}");
}

#[test]
fn comparisons_are_turned_and_made_strict_or_loose() {
    check("a.b < c.d", &["made loose: a.b < c.d becomes a.b <= c.d", "turned round: a.b < c.d becomes a.b > c.d"]);
    check("a >= b", &["made strict: a >= b becomes a > b", "turned round: a >= b becomes a <= b"]);
    check("(a) <= (b)", &["made strict: (a) <= (b) becomes (a) < (b)", "turned round: (a) <= (b) becomes (a) >= (b)"]);
    check("a == b", &["turned round: a == b becomes a != b"]);
    check("a in b", &["turned round: a in b becomes !(a in b)"]);
}

#[test]
fn conditions_alternatives_and_negations_are_left_out() {
    check(
        "f(a) && (g(b) || !h(c))",
        &[
            "condition left out: without f(a)",
            "turned into its opposite: f(a) becomes !f(a)",
            "condition left out: without g(b) || !h(c)",
            "alternative left out: without g(b)",
            "turned into its opposite: g(b) becomes !g(b)",
            "alternative left out: without !h(c)",
            "negation left out: !h(c) becomes (h(c))",
        ],
    );
}

#[test]
fn loops_and_functions_are_exchanged() {
    check(
        "a.exists(b, b.c)",
        &[
            "turned into its opposite: a.exists(b, b.c) becomes !a.exists(b, b.c)",
            "another function: a.exists(b, b.c) becomes a.all(b, b.c)",
            "condition left out: a.exists(b, b.c) becomes a.exists(b, true)",
            "turned into its opposite: b.c becomes !b.c",
        ],
    );
    check(
        "first(a.filter(b, f(b))) == max(c, d)",
        &[
            "another function: first(a.filter(b, f(b))) becomes last(a.filter(b, f(b)))",
            "condition left out: a.filter(b, f(b)) becomes a.filter(b, true)",
            "turned into its opposite: f(b) becomes !f(b)",
            "turned round: first(a.filter(b, f(b))) == max(c, d) becomes first(a.filter(b, f(b))) != max(c, d)",
            "another function: max(c, d) becomes min(c, d)",
        ],
    );
    check(
        "otherwise(a.b, c) == d",
        &["step left out: otherwise(a.b, c) becomes (a.b)", "turned round: otherwise(a.b, c) == d becomes otherwise(a.b, c) != d"],
    );
}

#[test]
fn numbers_move_by_one_unit_of_their_last_place() {
    for (number, lower, higher) in
        [("28", "27", "29"), ("0", "-1", "1"), ("0.80", "0.79", "0.81"), ("0.5", "0.4", "0.6"), ("1.25", "1.24", "1.26")]
    {
        check(
            &format!("a == {number}"),
            &[
                &format!("turned round: a == {number} becomes a != {number}"),
                &format!("lowered: a == {number} becomes a == {lower}"),
                &format!("raised: a == {number} becomes a == {higher}"),
            ],
        );
    }
    check(
        "a == add_days(b, 7)",
        &[
            "turned round: a == add_days(b, 7) becomes a != add_days(b, 7)",
            "lowered: add_days(b, 7) becomes add_days(b, 6)",
            "raised: add_days(b, 7) becomes add_days(b, 8)",
        ],
    );
}

#[test]
fn arithmetic_choices_and_dates_change() {
    check(
        "a + b == c",
        &["added made subtracted: a + b becomes a - b", "term left out: without b", "turned round: a + b == c becomes a + b != c"],
    );
    check(
        "a == date('2026-03-01')",
        &[
            "turned round: a == date('2026-03-01') becomes a != date('2026-03-01')",
            "a day earlier: date('2026-03-01') becomes date('2026-02-28')",
            "a day later: date('2026-03-01') becomes date('2026-03-02')",
        ],
    );
    check(
        "a ? f(b) : f(c)",
        &[
            "branches exchanged: a ? f(b) : f(c) becomes ((a) ? (f(c)) : (f(b)))",
            "only the first branch kept: a ? f(b) : f(c) becomes (f(b))",
            "only the second branch kept: a ? f(b) : f(c) becomes (f(c))",
            "turned into its opposite: a becomes !a",
            "turned into its opposite: f(b) becomes !f(b)",
            "turned into its opposite: f(c) becomes !f(c)",
        ],
    );
    check("days(a, b) == c", &["dates exchanged: days(a, b) becomes days(b, a)", "turned round: days(a, b) == c becomes days(a, b) != c"]);
}

#[test]
fn words_are_replaced_by_others_of_their_vocabulary_and_left_out_of_lists() {
    let schema = schema();
    let words = schema.vocabularies.iter().find(|known| known.ordered && known.words.len() > 3).unwrap();
    let [first, second, third] = [0, 1, 2].map(|at| words.words.get(at).map_or("", |word| word.text.as_str()));
    check(
        &format!("a.at_least('{second}')"),
        &[
            &format!("turned into its opposite: a.at_least('{second}') becomes !a.at_least('{second}')"),
            &format!("another function: a.at_least('{second}') becomes a.below('{second}')"),
            &format!("one word lower: a.at_least('{second}') becomes a.at_least('{first}')"),
            &format!("one word higher: a.at_least('{second}') becomes a.at_least('{third}')"),
        ],
    );
    let found = changes(&format!("assert: a in ['{first}', '{second}']"));
    for expected in [
        format!("entry left out: a in ['{first}', '{second}'] becomes a in ['{second}']"),
        format!("entry left out: a in ['{first}', '{second}'] becomes a in ['{first}']"),
        // The one that stands beside it already would change nothing but the order.
        format!("another word: a in ['{first}', '{second}'] becomes a in ['{third}', '{second}']"),
    ] {
        assert!(found.contains(&expected), "{expected}\n{}", found.join("\n"));
    }
}

#[test]
fn keys_beside_expressions_change_too() {
    let schema = schema();
    let stages: Vec<&str> = schema.vocabulary(schema.stages).into_iter().flat_map(|known| known.choices()).collect();
    let [before, from, after] = [1, 2, 3].map(|at| stages.get(at).copied().unwrap_or_default());
    let front = format!(
        "severity: error\nfrom: {from}\nsubject: [a, b]\nwhen: f(x)\nevidence:\n  - that: g(x)\n    else: too few\nmessage: \"{{{{not}}}} {{size(x) + 1}} so\"\nlabel: \"{{1}}\"\nalso:\n  - at: first(y->z)->z\nyields_to: [a/b, c/d]\nparams:\n  days: {{ default: 28, means: a term }}\n  mild: {{ default: false, means: a flag }}\nprofiles:\n  small:\n    severity: advice\n    off: too small\n  other:\n    when: h(x)\n    params: {{ days: 7 }}"
    );
    assert_eq!(
        changes(&front),
        [
            format!("one stage earlier: from {from} becomes from {before}"),
            format!("one stage later: from {from} becomes from {after}"),
            "entry left out: without subject a".to_owned(),
            "entry left out: without subject b".to_owned(),
            "condition left out: without when".to_owned(),
            "turned into its opposite: f(x) becomes !f(x)".to_owned(),
            "condition left out: without evidence g(x)".to_owned(),
            "turned into its opposite: g(x) becomes !g(x)".to_owned(),
            "added made subtracted: size(x) + 1 becomes size(x) - 1".to_owned(),
            "term left out: without 1".to_owned(),
            "lowered: size(x) + 1 becomes size(x) + 0".to_owned(),
            "raised: size(x) + 1 becomes size(x) + 2".to_owned(),
            "another function: first(y->z) becomes last(y->z)".to_owned(),
            "entry left out: without yields_to a/b".to_owned(),
            "entry left out: without yields_to c/d".to_owned(),
            "lowered: params.days 28 becomes 27".to_owned(),
            "raised: params.days 28 becomes 29".to_owned(),
            "turned round: params.mild false becomes true".to_owned(),
            "profile left out: without profiles.small.off".to_owned(),
            "condition left out: without profiles.other.when".to_owned(),
            "turned into its opposite: h(x) becomes !h(x)".to_owned(),
            "lowered: profiles.other.params.days 7 becomes 6".to_owned(),
            "raised: profiles.other.params.days 7 becomes 8".to_owned(),
        ]
    );
    assert_eq!(changes("severity: error\nfrom: live\nassert: a == b\ncheck: built-in"), Vec::<String>::new(), "the engine's own");
}

#[test]
fn a_changed_page_is_the_page_but_for_the_change() {
    let page = Page::read("toy/page", "---\nassert: a.b < 5 && c\nmessage: \"{a.b} of {5}\"\n---\n").unwrap();
    let schema = schema();
    let mut texts = Vec::new();
    for mutant in mutants(&page, &schema) {
        for (changed, _) in mutant.pages(&page) {
            let Yaml::Map(keys, _) = changed.front else { continue };
            texts.push(
                keys.iter()
                    .filter_map(|(_, value)| if let Yaml::Scalar(scalar) = value { Some(scalar.text.clone()) } else { None })
                    .collect::<Vec<_>>(),
            );
        }
    }
    assert_eq!(
        texts.iter().map(|texts| texts.join(" | ")).collect::<Vec<_>>(),
        [
            "(c) | {a.b} of {5}",
            "a.b <= 5 && c | {a.b} of {5}",
            "a.b > 5 && c | {a.b} of {5}",
            "a.b < 4 && c | {a.b} of {5}",
            "a.b < 6 && c | {a.b} of {5}",
            "(a.b < 5) | {a.b} of {5}",
            "a.b < 5 && !c | {a.b} of {5}",
            "a.b < 5 && c | {a.b} of {4}",
            "a.b < 5 && c | {a.b} of {6}",
        ]
    );
}
