//! The calibration: a part of its document worked out anew, every cell held to its limit, and its means of chance held
//! to values that are known by other ways.
//!
//! The whole document is written by `cargo run --release --example calibrate`, which takes minutes. What is worked out
//! here are cells of every study that take little time.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it found by panicking")]

#[path = "../examples/calibrate/calibration/mod.rs"]
mod calibration;

use std::collections::BTreeSet;

use calibration::chance::{Chance, Space, binomial, hypergeometric};
use calibration::document::{self, limits};
use calibration::judge::Judge;
use calibration::{Ground, Study, known, measure, rivals, studies};
use havesay::pipeline::setup::RuleSource;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

fn document() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(document::PATH);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a study's tables: those of false alarms, and those of what is found.
fn tables(document: &str, study: &Study) -> (Vec<String>, Vec<String>) {
    let rows = |heading: &str| {
        let heading = format!("### {heading}: {}", study.title.to_lowercase());
        let lines = document.lines().skip_while(|line| *line != heading).skip(1);
        let rows = lines.take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("| "));
        let rows: Vec<String> = rows.skip(1).map(|row| format!("{row}\n")).collect();
        assert!(!rows.is_empty(), "there is no table {heading}");
        rows
    };
    (rows("False alarms"), rows("Finds it"))
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_matches('|').split(" | ").map(str::trim).collect()
}

/// A part as the document writes it: `3.86 %`, `4.87 ± 0.22 %`, `0 of 4,000`.
fn part(cell: &str) -> f64 {
    if cell.starts_with("0 of ") {
        return 0.0;
    }
    let number = cell.split_whitespace().next().and_then(|number| number.parse::<f64>().ok());
    assert!(cell.ends_with(" %"), "{cell} is no part");
    number.unwrap_or_else(|| panic!("{cell} is no part")) / 100.0
}

/// What is worked out anew: the study, and the first cells of the row.
const SAMPLE: [(&str, &[&str]); 17] = [
    ("panels", &["12", "2 of 50 %"]),
    ("panels", &["12", "50, 30, 20 %"]),
    ("panels", &["20", "2 of 50 %"]),
    ("panels", &["40", "50, 30, 20 %"]),
    ("panels", &["12", "8 of 12.5 %"]),
    ("choice", &["12", "50, 30, 20 %"]),
    ("choice", &["20", "4 of 25 %"]),
    ("choice", &["100", "2 of 50 %"]),
    ("answers", &["36", "2 of 50 %"]),
    ("losses", &["12", "40, 30, 15, 10, 5 %", "25 %"]),
    ("losses", &["20", "2 of 50 %", "10 %"]),
    ("attrition", &["12"]),
    ("attrition", &["100"]),
    ("voices", &["5", "3"]),
    ("bursts", &["5", "4"]),
    ("heard", &["12", "2 of 50 %", "in runs"]),
    ("places", &["12", "6", "10 %"]),
];

fn recomputed(study: &Study) {
    let document = document();
    let (fair, found) = tables(&document, study);
    let judge = Judge::new(&study.rules, &RuleSource::default()).expect("the rules are sound");
    let wanted = SAMPLE.iter().filter(|(name, _)| *name == study.name);
    for (_, told_by) in wanted {
        let ground = study.grounds.iter().find(|ground| ground.told_by == *told_by);
        let ground = ground.unwrap_or_else(|| panic!("{} has no ground {told_by:?}", study.name));
        let shares = measure(&judge, study, ground).expect("what is drawn can be judged");
        let (first, rest) = shares.split_first().expect("there is a fair space");
        for (row, rows) in [(document::fair_row(ground, first), &fair), (document::power_row(ground, rest), &found)] {
            assert!(
                rows.contains(&row),
                "{} has no row\n{row}if it should be so now: cargo run --release --example calibrate",
                document::PATH
            );
        }
    }
}

/// One test for each study, so that they run beside one another.
macro_rules! recomputed {
    ($($name:ident),*) => {
        mod a_sample_is_worked_out_anew {
            $(#[test]
            fn $name() {
                let studies = super::studies::all();
                super::recomputed(studies.iter().find(|study| study.name == stringify!($name)).expect("there is such a study"));
            })*
        }
        const RECOMPUTED: &[&str] = &[$(stringify!($name)),*];
    };
}
recomputed!(panels, choice, answers, losses, attrition, voices, bursts, heard, places);

#[test]
fn no_study_is_left_out() {
    let studies: Vec<&str> = studies::all().iter().map(|study| study.name).collect();
    assert_eq!(studies, RECOMPUTED);
    let sampled: BTreeSet<&str> = SAMPLE.iter().map(|(name, _)| *name).collect();
    assert_eq!(sampled, studies.into_iter().collect());
}

#[test]
fn every_rule_that_weighs_chance_is_calibrated() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let (pages, _) = havesay::rule::Page::of_folder(&root);
    let front = |page: &havesay::rule::Page| page.text().split("\n---\n").next().unwrap_or_default().to_owned();
    let mut weighs = ["fit_p(", "binomial_low_p(", "fisher_p(", "chance_gini("].map(str::to_owned).to_vec();
    // A definition that weighs chance passes it on to those that call it.
    let definitions = pages.iter().filter(|page| page.is_definition() && weighs.iter().any(|call| front(page).contains(call)));
    let calls: Vec<String> = definitions.map(|page| format!("{}(", page.call_name())).collect();
    weighs.extend(calls);
    let weighing = pages.iter().filter(|page| !page.is_definition() && weighs.iter().any(|call| front(page).contains(call)));
    let weighing: BTreeSet<String> = weighing.map(|page| page.name.to_string()).collect();
    let calibrated: BTreeSet<String> = studies::all().iter().flat_map(|study| &study.rules).map(|rule| (*rule).to_owned()).collect();
    assert_eq!(weighing, calibrated);
}

#[test]
fn the_document_has_a_row_for_each_ground() {
    let document = document();
    for study in studies::all() {
        let grounds: Vec<&[String]> = study.grounds.iter().map(|ground: &Ground| ground.told_by.as_slice()).collect();
        let (fair, found) = tables(&document, &study);
        for rows in [fair, found] {
            let rows: Vec<Vec<&str>> = rows.iter().map(|row| cells(row).into_iter().take(study.told_by.len()).collect()).collect();
            assert_eq!(rows, grounds, "{}", study.title);
        }
    }
}

#[test]
fn false_alarms_keep_their_limit_or_the_document_says_why() {
    let document = document();
    for study in studies::all() {
        let judge = Judge::new(&study.rules, &RuleSource::default()).expect("the rules are sound");
        let (fair, _) = tables(&document, &study);
        for (number, (rule, limit)) in study.rules.iter().zip(limits(&judge, &study)).enumerate() {
            let column = study.told_by.len() + 1 + 2 * number;
            let alarms = fair.iter().map(|row| (part(cells(row).get(column).expect("the column is there")), row));
            let (most, row) = alarms.max_by(|(one, _), (other, _)| one.total_cmp(other)).expect("there are rows");
            let excused = study.beyond.iter().any(|(known, _)| known == rule);
            assert_eq!(most > limit.part, excused, "{rule}, limit {}, excused: {excused}: {row}", limit.part);
            let line = format!("- `{rule}`, {}: up to ", study.title.to_lowercase());
            assert_eq!(document.contains(&line), excused, "{line}");
        }
    }
}

#[test]
fn random_numbers_are_the_published_ones() {
    // The demonstration program of the reference implementation, pcg64 with seed 42 and stream 54.
    let mut random = Pcg64::new(42, 54);
    let published: [u64; 6] = [
        0x86b1_da1d_7206_2b68,
        0x1304_aa46_c985_3d39,
        0xa367_0e9e_0dd5_0358,
        0xf909_0e52_9a7d_ae00,
        0xc85b_9fd8_3799_6f2c,
        0x6061_21f8_e391_9196,
    ];
    assert_eq!(published.map(|_| random.next_u64()), published);
    // From there on nothing but whole numbers: what a cell draws must not change with a version of a crate.
    let mut chance = Chance::of(calibration::SEED, "a cell");
    let drawn: Vec<u32> = (0..8).map(|_| chance.below(1000)).collect();
    assert_eq!(drawn, DRAWN);
}

/// What the cell above draws.
const DRAWN: [u32; 8] = [666, 475, 493, 764, 823, 338, 911, 927];

#[test]
fn draws_agree_with_exact_probabilities() {
    let spaces = [
        Space::Picks { n: 6, odds: vec![500, 300, 200] },
        Space::Picks { n: 5, odds: vec![1, 1, 1] },
        Space::Seats { seats: 5, pool: vec![6, 6, 3], odds: vec![1, 1, 1] },
        Space::Each { people: vec![4, 4, 2], chances: vec![250, 250, 500] },
    ];
    for space in spaces {
        // Nothing alike: every outcome by itself.
        let groups: Vec<u32> = (0..space.groups() as u32).collect();
        let outcomes = space.outcomes(&groups, 10_000).expect("they are few");
        let whole: f64 = outcomes.iter().map(|(probability, _)| probability).sum();
        assert!((whole - 1.0).abs() < 1e-9, "{whole}");
        let mut chance = Chance::of(7, "draws");
        let draws: Vec<Vec<u32>> = (0..20_000).map(|_| space.draw(&mut chance)).collect();
        for (probability, counts) in &outcomes {
            let seen = draws.iter().filter(|draw| *draw == counts).count() as f64 / 20_000.0;
            let error = (probability * (1.0 - probability) / 20_000.0).sqrt();
            assert!((seen - probability).abs() <= 5.0 * error + 1e-4, "{space:?} {counts:?}: {seen} {probability}");
        }
        // One outcome for all its rearrangements carries their probabilities together.
        let together: f64 = space.outcomes(&vec![0; groups.len()], 10_000).expect("they are few").iter().map(|(part, _)| part).sum();
        assert!((together - 1.0).abs() < 1e-9, "{together}");
    }
}

#[test]
fn distributions_are_the_known_ones() {
    let close =
        |one: &[f64], other: &[f64]| one.len() == other.len() && one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-12);
    assert!(close(&binomial(4, 1, 2), &[0.0625, 0.25, 0.375, 0.25, 0.0625]));
    assert!(close(&binomial(2, 0, 5), &[1.0, 0.0, 0.0]));
    assert!(close(&binomial(2, 5, 5), &[0.0, 0.0, 1.0]));
    // Three of five, two of them marked: C(2, k)·C(3, 3−k) / 10.
    assert!(close(&hypergeometric(3, 2, 5), &[0.1, 0.6, 0.3]));
    assert!(close(&hypergeometric(4, 3, 5), &[0.0, 0.0, 0.6, 0.4]));
    // A chance that is far below the smallest number does not spoil the rest.
    let far = binomial(4000, 950, 1000);
    assert!((far.iter().sum::<f64>() - 1.0).abs() < 1e-12 && far.first() == Some(&0.0));
}

#[test]
fn four_fifths_alone_flag_as_many_fair_panels_as_the_design_says() {
    // metrics.md, in per cent; the last is "under 1".
    let table = [[28.0, 27.0, 19.0], [39.0, 41.0, 13.0], [42.0, 29.0, 8.0], [21.0, 13.0, 2.0], [7.0, 2.0, 0.0]];
    for (people, row) in known::PANELS.into_iter().zip(table) {
        for (share, expected) in known::SHARES.into_iter().zip(row) {
            let found = 100.0 * known::under_four_fifths(people, share);
            assert!((found - expected).abs() <= 0.5, "{people}, {share}: {found}");
        }
    }
}

#[test]
fn absence_tells_from_as_many_people_on_as_the_design_says() {
    let table = [(500, 5), (300, 9), (200, 14), (150, 19), (100, 29), (50, 59), (20, 149), (10, 299)];
    for (share, people) in table {
        assert_eq!(known::absence_tells(share), people, "{share}");
    }
}

#[test]
fn conversations_spread_as_the_design_says() {
    // metrics.md: mean about 1/√(πλ), and one in twenty above, at 8 people.
    for (each, mean, above) in [(2, 0.39, 0.57), (4, 0.28, 0.40)] {
        let spread = known::spread(8, each, &known::gini_of);
        assert!((known::mean(&spread) - mean).abs() < 0.015, "{each}: {}", known::mean(&spread));
        assert!((known::quantile(&spread, 0.95) - above).abs() < 0.02, "{each}: {}", known::quantile(&spread, 0.95));
    }
    // The largest part of one person, one in twenty above, at four contributions each.
    for (people, above) in [(5, 0.40), (8, 0.28)] {
        let top = known::spread(people, 4, &|counts| f64::from(counts.iter().copied().max().unwrap_or(0)) / f64::from(4 * people));
        assert!((known::quantile(&top, 0.95) - above).abs() < 0.005, "{people}: {}", known::quantile(&top, 0.95));
    }
}

#[test]
fn customary_limits_flag_what_they_say() {
    // Four fifths of the share exactly, and one less; the lowest exactly four fifths of the highest; a fifth misplaced.
    let table: [(&[u32], &[u32], [bool; 3]); 6] = [
        (&[5, 5], &[500, 500], [false, false, false]),
        (&[4, 6], &[500, 500], [false, true, false]),
        (&[7, 13], &[500, 500], [true, true, false]),
        (&[3, 7], &[500, 500], [true, true, false]),
        (&[29, 71], &[500, 500], [true, true, true]),
        (&[8, 10], &[9, 9], [false, false, false]),
    ];
    for (counts, shares, expected) in table {
        assert_eq!(rivals::all(counts, shares), expected, "{counts:?}");
    }
}
