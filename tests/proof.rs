//! What `havesay test` says of the proof of rules: examples that contradict one another, conditions of which
//! one side was never shown, small changes that nobody would notice, and every kind of bad input.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::Arc;

use havesay::pipeline::mutation::{self, Mutated, Options, Untried};
use havesay::pipeline::setup::Setup;
use havesay::rule::{Page, compile};
use havesay::schema::Schema;
use support::{Call, Folder, Told, expect};

/// A rule with a list of words, a negation, a bound and a definition.
const FRONT: &str = r#"severity: warning
from: discover
subject: payments
when: payment.kind in ['fee', 'voucher'] && !payment.prepaid
assert: enough(payment)
at: payment.amount
message: "{payment.id} is {payment.amount}"
help: pay more
since: 0.1.0"#;

/// Its definition, with a bound of its own.
const ENOUGH: &str = r#"---
parameters:
  payment: payment
gives: flag
expression: payment.amount >= params.least
params:
  least: { default: 20, means: the least amount, house_default: true }
since: 0.1.0
---

# Enough

## Examples

### far above and far below
```json
{ "participants": [{ "id": "p-1" }], "payments": [
  { "id": "y-1", "participant": "p-1", "kind": "fee", "amount": 90, "currency": "EUR" },
  { "id": "y-2", "participant": "p-1", "kind": "fee", "amount": 9, "currency": "EUR" }] }
```
> programme.payments.exists(y, y.id == 'y-1' && enough(y))
> programme.payments.exists(y, y.id == 'y-2' && !enough(y))
"#;

/// An example: its heading, its payments as kind, amount and what else is said of them, and the messages.
fn example(heading: &str, charter: &str, payments: &[(&str, &str, &str)], messages: &[&str]) -> String {
    let payments: Vec<String> = payments
        .iter()
        .enumerate()
        .map(|(at, (kind, amount, more))| {
            format!(r#"{{ "id": "y-{}", "participant": "p-1", "kind": "{kind}", "amount": {amount}, "currency": "EUR"{more} }}"#, at + 1)
        })
        .collect();
    let quotes: String = messages.iter().map(|message| format!("> {message}\n")).collect();
    format!(
        "### {heading}\n```json\n{{ {charter}\"participants\": [{{ \"id\": \"p-1\" }}], \"payments\": [{}] }}\n```\n{quotes}\n",
        payments.join(", ")
    )
}

fn page(front: &str, examples: &[String]) -> String {
    format!("---\n{front}\n---\n\n# A small payment\n\n## Examples\n\n{}", examples.concat())
}

/// Examples that show the rule and pin nothing.
fn weak() -> Vec<String> {
    vec![example("pass: enough", "", &[("fee", "90", "")], &[]), example("fail: too little", "", &[("fee", "9", "")], &["y-1 is 9"])]
}

/// Examples that pin it.
fn strong() -> Vec<String> {
    vec![
        example("pass: just enough", "", &[("fee", "20", "")], &[]),
        example(
            "fail: a little less",
            "",
            &[("fee", "19", ""), ("voucher", "19", "")],
            &["y-1 is 19", "at payments/y-1/amount", "y-2 is 19"],
        ),
        example(
            "not applicable: another kind, or paid in advance",
            "",
            &[("expense", "1", ""), ("bonus", "1", ""), ("fee", "1", r#", "prepaid": true"#)],
            &[],
        ),
        example("not applicable: before its stage", r#""stage": "recruit", "#, &[("fee", "1", "")], &[]),
    ]
}

fn folder(front: &str, examples: &[String]) -> Folder {
    Folder::new().with("own/money/small.md", page(front, examples)).with("own/definitions/enough.md", ENOUGH)
}

fn test(folder: &Folder, args: &[&str]) -> Told {
    Call::new(folder.path(), ["test"].iter().chain(args)).env("HAVESAY_RULES", folder.at("own")).run()
}

/// The lines that name something, by the word at their start.
fn named<'t>(told: &'t Told, word: &str) -> Vec<&'t str> {
    told.out.lines().filter(|line| line.starts_with(&format!("{word} "))).collect()
}

#[test]
fn weak_examples_let_changes_survive_and_strong_ones_do_not() {
    let weak = folder(FRONT, &weak());
    let told = test(&weak, &["--mutate"]);
    assert_eq!(told.status, 1, "{}", told.both());
    expect("mutate.txt", &told.out);
    let told = test(&folder(FRONT, &strong()), &["--mutate"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.ends_with(" 0 not noticed\n"), "{}", told.out);
    // Without being asked, weak examples pass: they keep their word.
    let told = test(&weak, &[]);
    assert_eq!((told.status, named(&told, "unseen").len()), (0, 0), "{}", told.both());
    assert!(told.out.contains("conditions: "), "{}", told.out);
}

#[test]
fn a_definition_is_proved_by_the_pages_that_use_it() {
    // Its own example is far from the bound; those of the rule are at it.
    let told = test(&folder(FRONT, &strong()), &["definitions/enough", "--mutate"]);
    assert_eq!(told.status, 0, "{}", told.both());
    let told = test(&folder(FRONT, &weak()), &["definitions", "--mutate"]);
    assert_eq!(
        named(&told, "survives"),
        [
            "survives definitions/enough.md:5:28 · made strict",
            "survives definitions/enough.md:7:21 · lowered",
            "survives definitions/enough.md:7:21 · raised"
        ]
    );
}

#[test]
fn conditions_are_seen_both_true_and_false() {
    let front = FRONT.replace("!payment.prepaid", "!payment.prepaid && (payment.amount > 1 || payment.amount < 0)");
    let told = test(&folder(&front, &weak()), &["money", "--coverage"]);
    assert_eq!(told.status, 1, "{}", told.both());
    let expected = "\
unseen   money/small.md:5:7
         payment.kind in ['fee', 'voucher'] && !payment.prepaid && (payment.amount > 1 || payment.amount < 0) is never false
unseen   money/small.md:5:7
         payment.kind in ['fee', 'voucher'] is never false
unseen   money/small.md:5:46
         payment.prepaid is never true
unseen   money/small.md:5:66
         payment.amount > 1 || payment.amount < 0 is never false
unseen   money/small.md:5:66
         payment.amount > 1 is never false
unseen   money/small.md:5:88
         payment.amount < 0 is never asked
7 conditions: 1 seen both true and false, 6 not
";
    assert!(told.out.ends_with(expected), "{}", told.out);
    // The definition's only condition is seen by its own example, and by the rule's.
    let told = test(&folder(&front, &weak()), &["definitions", "--coverage"]);
    assert!(told.status == 0 && told.out.ends_with("\n1 conditions: 1 seen both true and false, 0 not\n"), "{}", told.both());
}

#[test]
fn a_page_whose_examples_are_far_away_is_shown_by_its_users() {
    let far = ENOUGH.replace(" \"amount\": 9,", " \"amount\": 91,").replace("&& !enough", "&& enough");
    let both = folder(FRONT, &weak()).with("own/definitions/enough.md", &far);
    let told = test(&both, &["definitions", "--coverage"]);
    assert_eq!(told.status, 0, "{}", told.both());
    let alone = Folder::new().with("own/definitions/enough.md", &far);
    let told = test(&alone, &["definitions", "--coverage"]);
    assert_eq!(told.status, 1, "{}", told.both());
    assert!(told.out.contains("payment.amount >= params.least is never false"), "{}", told.out);
}

#[test]
fn a_change_that_makes_no_difference_is_declared_with_the_reason() {
    let front = |declared: &str| format!("{FRONT}\nequivalent:\n{declared}");
    // Without the example at its stage, one change survives.
    let mut examples = strong();
    examples.pop();
    let told = test(&folder(FRONT, &examples), &["--mutate"]);
    assert_eq!((told.status, named(&told, "survives").len()), (1, 1), "{}", told.both());
    let declared = "  - change: from discover\n      becomes from recruit\n    reason: nobody is paid that early";
    let told = test(&folder(&front(declared), &examples), &["--mutate"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.contains(" 1 declared to make no difference, 0 not noticed"), "{}", told.out);
    // Once it is noticed, the declaration is of no use.
    let told = test(&folder(&front(declared), &strong()), &["--mutate"]);
    assert_eq!((told.status, named(&told, "unneeded").len()), (1, 1), "{}", told.both());
    // A condition that has one side only is declared in the same way.
    let one_sided = FRONT.replace("enough(payment)", "enough(payment) && payment.amount < 1000000");
    let told = test(&folder(&one_sided, &strong()), &["money", "--coverage"]);
    assert_eq!((told.status, named(&told, "unseen").len()), (1, 1), "{}", told.both());
    let declared = "  - { change: payment.amount < 1000000 is never false, reason: nobody is paid so much }";
    let told = test(&folder(&format!("{one_sided}\nequivalent:\n{declared}"), &strong()), &["money", "--coverage"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.ends_with(", 1 declared to have one side\n"), "{}", told.out);
    for (declared, message) in [
        ("  - change: from discover becomes from recruit", "an entry of equivalent has no reason"),
        ("  - reason: so", "an entry of equivalent has no change"),
        ("  - { change: so, reason: so, why: so }", "why is not a key of a page"),
        ("  change: so", "equivalent is a list of change and reason"),
    ] {
        let told = test(&folder(&front(declared), &strong()), &["--mutate"]);
        assert!(told.status == 2 && told.err.contains(message), "{declared}\n{}", told.both());
    }
}

#[test]
fn further_places_of_a_finding_are_noticed_where_they_are_expected() {
    let front = format!("{FRONT}\nalso:\n  - at: first(payment.participant.payments)");
    let told = test(&folder(&front, &strong()), &["money", "--mutate"]);
    assert_eq!(named(&told, "survives"), ["survives money/small.md:12:9 · another function"], "{}", told.both());
    let with = |place: &str| {
        let mut examples = strong();
        for example in &mut examples {
            *example = example.replace("> y-2 is 19\n", &format!("> y-2 is 19\n> at payments/y-2/amount\n> at {place}\n"));
        }
        test(&folder(&front, &examples), &["money", "--mutate"])
    };
    let told = with("payments/y-1/participant");
    assert_eq!(told.status, 0, "{}", told.both());
    let told = with("payments/y-3/participant");
    assert!(told.status == 1 && told.out.contains("not at payments/y-3/participant"), "{}", told.both());
}

#[test]
fn examples_that_contradict_one_another_are_told_apart() {
    let mut examples = strong();
    examples.push(example("fail: just enough", "", &[("fee", "20", "")], &[]).replace("{ \"id\"", "{\n  \"id\""));
    let told = test(&folder(FRONT, &examples), &["money"]);
    assert_eq!(told.status, 1, "{}", told.both());
    let lines: Vec<&str> = told.out.lines().take(2).collect();
    assert!(lines.first().is_some_and(|line| line.starts_with("unusable money/small.md:")), "{}", told.out);
    assert_eq!(lines.last(), Some(&"         the example on line 17 has the same records and expects another verdict"));
    // Blanks within a text are not blanks between parts.
    let title = |text: &str| format!("\"title\": \"{text}\", ");
    let told = test(
        &folder(
            FRONT,
            &[
                example("pass: a title", &title("a b"), &[("fee", "20", "")], &[]),
                example("fail: another title", &title("ab"), &[("fee", "20", "")], &[]),
            ],
        ),
        &["money"],
    );
    assert!(told.out.starts_with("missing "), "{}", told.out);
}

#[test]
fn a_page_that_fails_or_has_no_examples_is_not_tried() {
    let mut examples = weak();
    examples.push(example("pass: too little", "", &[("fee", "8", "")], &[]));
    for examples in [examples, Vec::new()] {
        let told = test(&folder(FRONT, &examples), &["money", "--mutate"]);
        assert_eq!((told.status, named(&told, "untried").len()), (1, 1), "{}", told.both());
    }
}

#[test]
fn an_organisation_tests_its_own_folder_in_the_same_way() {
    let policy = |examples: &[String]| {
        Folder::new().with("policy/money/small.md", page(FRONT, examples)).with("policy/definitions/enough.md", ENOUGH)
    };
    let run = |folder: &Folder, args: &[&str]| Call::new(folder.path(), ["test"].iter().chain(args)).run();
    let told = run(&policy(&strong()), &["policy", "--mutate"]);
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.contains(" changes to 2 pages: "), "{}", told.out);
    let told = run(&policy(&weak()), &["policy", "--mutate"]);
    assert_eq!(told.status, 1, "{}", told.both());
    // A page with the name of a built-in one, an empty folder, and a folder with nothing but that.
    let clash = policy(&strong()).with("policy/record/not-json.md", page(FRONT, &strong())).with("empty/README.txt", "");
    let told = run(&clash, &["policy"]);
    assert_eq!(told.status, 2, "{}", told.both());
    assert!(told.err.contains("there is a rule record/not-json already"), "{}", told.err);
    assert!(told.out.starts_with("5 examples: 5 pass"), "the other pages are tested\n{}", told.out);
    let told = run(&clash, &["empty"]);
    assert_eq!(told.status, 3, "{}", told.both());
    assert!(told.err.contains("empty holds no rule pages"), "{}", told.err);
    let told = run(&clash, &["empty", "policy/money"]);
    assert_eq!(told.status, 2, "a page that uses what lies outside of its folder\n{}", told.both());
    // The same folder in place of the built-in pages and named: its pages are there once.
    let same = folder(FRONT, &strong());
    let told = Call::new(same.path(), ["test", "own/money", "--mutate"]).env("HAVESAY_RULES", "own").run();
    assert_eq!(told.status, 0, "{}", told.both());
    assert!(told.out.starts_with("4 examples: 4 pass"), "{}", told.out);
}

#[test]
fn unknown_names_and_sources_are_named() {
    let told = test(&folder(FRONT, &strong()), &["money/smal", "--mutate"]);
    assert_eq!(told.status, 2, "{}", told.both());
    assert_eq!(told.err, "havesay: there is no rule, family or folder money/smal\n  help: did you mean money/small?\n");
    let front = format!("{FRONT}\nsources: [gdpr-7, nobody]");
    let sources = "gdpr-7: { title: A law, by: Somebody, year: 2016, address: \"https://example.org\" }\n";
    let told = test(&folder(&front, &strong()).with("own/sources.yaml", sources), &["money"]);
    assert_eq!(told.status, 2, "{}", told.both());
    assert!(told.err.contains("own/money/small.md:11:19: there is no source nobody"), "{}", told.err);
    // An organisation may keep sources of its own, or describe one on the page.
    let policy = Folder::new()
        .with("policy/money/small.md", page(&format!("{FRONT}\nsources: [nobody, {{ title: A leaflet }}]"), &strong()))
        .with("policy/definitions/enough.md", ENOUGH)
        .with("policy/sources.yaml", "nobody: { title: A letter }\n");
    let told = Call::new(policy.path(), ["test", "policy"]).run();
    assert_eq!(told.status, 0, "{}", told.both());
}

fn setup(pages: &[(&str, &str)]) -> Setup {
    let schema = Arc::new(Schema::builtin().unwrap());
    let pages = pages.iter().map(|(name, text)| Page::read(name, text).unwrap()).collect();
    let (rules, problems) = compile::compile(&schema, pages, &|_| true);
    assert!(problems.is_empty(), "{problems:?}");
    Setup::of_rules(&schema, rules)
}

fn mutate(setup: &Setup, options: &Options) -> Mutated {
    mutation::run(setup, &|name| name == "money/small", options, &|_, _| {}).remove("money/small").unwrap()
}

#[test]
fn what_takes_too_long_is_stopped_and_said() {
    let small = page(FRONT, &strong());
    let once = setup(&[("money/small", &small), ("definitions/enough", ENOUGH)]);
    let whole = mutate(&once, &Options::default());
    assert_eq!((whole.untried, whole.unnoticed.len()), (None, 0));
    // Pairs of pairs: a change that makes all of them be looked at takes longer than the rule does.
    let loops = "!programme.payments.exists(a, a.amount < 0 && programme.payments.exists(b, programme.payments.exists(c, c.amount < 0)))";
    let many: Vec<(&str, &str, &str)> = (0..12).map(|_| ("fee", "90", "")).collect();
    let text = page(&FRONT.replace("enough(payment)", &format!("\"{loops}\"")), &[example("pass: a dozen", "", &many, &[])]);
    let slow = setup(&[("money/small", &text)]);
    let patient = mutate(&slow, &Options::default());
    assert!(patient.unnoticed.iter().all(|one| !one.stopped));
    let hasty = mutate(&slow, &Options { steps_of_change: 50, ..Options::default() });
    assert!(hasty.unnoticed.iter().any(|one| one.stopped), "{hasty:?}");
    assert_eq!(hasty.changes, patient.changes);
    let spent = mutate(&slow, &Options { steps_of_page: 300, ..Options::default() });
    assert!(matches!(spent.untried, Some(Untried::Budget(left)) if left > 0 && left < patient.changes), "{:?}", spent.untried);
}

#[test]
fn the_number_of_threads_makes_no_difference() {
    let small = page(FRONT, &weak());
    let others: Vec<(String, String)> = (0..6).map(|at| (format!("money/other-{at}"), page(FRONT, &strong()))).collect();
    let mut pages: Vec<(&str, &str)> = others.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    pages.extend([("money/small", small.as_str()), ("definitions/enough", ENOUGH)]);
    let setup = setup(&pages);
    let run = |threads| format!("{:?}", mutation::run(&setup, &|_| true, &Options { threads, ..Options::default() }, &|_, _| {}));
    let one = run(1);
    assert!(one.contains("made strict") || one.contains("one stage earlier"), "{one}");
    assert_eq!(one, run(4));
}
