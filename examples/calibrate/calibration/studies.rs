//! What is drawn for which rule: people, groups, conversations, and how they depart from fair ones.

use super::chance::Space;
use super::{Effort, Ground, Study, rivals};

/// The effort for fair panels. The tests there are exact, so that the false alarms of small panels come close to the limit,
/// and only counting out tells on which side of it they lie.
const SMALL_PANELS: Effort = Effort { outcomes: 100_000, draws: 10_000 };
/// See [`SMALL_PANELS`].
const LARGE_PANELS: Effort = Effort { outcomes: 12_000, draws: 10_000 };
/// The effort for other fair programmes.
const FAIR: Effort = Effort { outcomes: 12_000, draws: 4_000 };
/// The effort for departures.
const DEPARTURES: Effort = Effort { outcomes: 12_000, draws: 1_000 };

/// The panel sizes.
const PEOPLE: [u32; 5] = [12, 20, 40, 100, 400];
/// The smallest groups in which a conversation is judged, and the panel sizes.
const SPEAKERS: [u32; 9] = [5, 6, 8, 10, 12, 20, 40, 100, 400];

/// The groups of a population: shares in thousandths, the largest first.
const MIXES: [&[u32]; 9] = [
    &[500, 500],
    &[500, 300, 200],
    &[250, 250, 250, 250],
    &[200, 200, 200, 200, 200],
    &[400, 300, 150, 100, 50],
    &[300, 250, 200, 100, 100, 50],
    &[250, 200, 200, 150, 100, 50, 50],
    &[125, 125, 125, 125, 125, 125, 125, 125],
    &[300, 200, 150, 100, 100, 50, 50, 50],
];

/// The customary limits, as columns.
const THREE: [&str; 3] = ["four fifths", "lowest to highest", "a fifth misplaced"];

/// All studies, in the order of the document.
#[must_use]
pub fn all() -> Vec<Study> {
    vec![panels(), choice(), answers(), losses(), attrition(), voices(), bursts(), heard(), places()]
}

/// How a mix is told: "4 of 25 %", or each share.
fn mix_words(mix: &[u32]) -> String {
    let percent = |share: u32| if share.is_multiple_of(10) { format!("{}", share / 10) } else { format!("{}.{}", share / 10, share % 10) };
    match mix.split_first() {
        Some((first, rest)) if rest.iter().all(|share| share == first) => format!("{} of {} %", mix.len(), percent(*first)),
        Some((first, rest)) => {
            let list: Vec<String> = std::iter::once(first).chain(rest).map(|share| percent(*share)).collect();
            format!("{} %", list.join(", "))
        }
        None => String::new(),
    }
}

/// A list of JSON values.
fn list(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(","))
}

/// A charter with these members.
fn charter(stage: &str, members: &[String]) -> String {
    format!("{{\"id\":\"drawn\",\"title\":\"Drawn\",\"stage\":\"{stage}\",{}}}", members.join(","))
}

/// The reference population of a mix.
fn population(mix: &[u32]) -> String {
    let segments = list((0..).zip(mix).map(|(group, share): (u32, _)| format!("{{\"value\":\"g{group}\",\"share\":0.{share:03}}}")));
    format!(
        "\"reference_population\":{{\"source\":\"census\",\"as_of\":\"2025\",\"attributes\":[{{\"name\":\"region\",\"segments\":{segments}}}]}}"
    )
}

/// The group of each person, one after the other.
fn each_person(counts: &[u32]) -> impl Iterator<Item = u32> + '_ {
    (0..).zip(counts).flat_map(|(group, count)| (0..*count).map(move |_| group))
}

fn panels() -> Study {
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for mix in MIXES {
            let pick = |odds: Vec<u32>| Space::Picks { n: people, odds };
            let whole: u32 = mix.iter().sum();
            // The second group, with only a part of its odds.
            let second = mix.get(1).copied().unwrap_or(0);
            let halved = mix
                .iter()
                .enumerate()
                .map(|(place, share)| if place == 1 { share * (whole - second) } else { share * (2 * whole - second) })
                .collect();
            let absent = mix.iter().enumerate().map(|(place, share)| if place == 1 { 0 } else { *share }).collect();
            let crowded = mix.iter().enumerate().map(|(place, share)| if place == 0 { 2 * share + whole } else { 2 * share }).collect();
            grounds.push(Ground {
                told_by: vec![people.to_string(), mix_words(mix)],
                alike: mix.to_vec(),
                spaces: vec![pick(mix.to_vec()), pick(halved), pick(absent), pick(crowded)],
                effort: (if people > 40 { LARGE_PANELS } else { SMALL_PANELS }, DEPARTURES),
                records: Box::new(|counts| {
                    let people = list((0..).zip(each_person(counts)).map(|(number, group): (u32, _)| {
                        format!("{{\"id\":\"p-{number}\",\"status\":\"active\",\"attributes\":{{\"region\":\"g{group}\"}}}}")
                    }));
                    charter("discover", &[population(mix), format!("\"participants\":{people}")])
                }),
                rivals: Box::new(|counts| rivals::all(counts, mix)),
            });
        }
    }
    Study {
        name: "panels",
        title: "Panels",
        drawn: "People come one by one, each from a group with the chance of its share of the population: two to eight groups of 5 to 50 %. Where not all outcomes are gone through, 10,000 panels are drawn.",
        told_by: vec!["people", "groups"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/segment-underrepresented", "representation/composition-departs-from-frame"],
        departures: vec![
            "the second group comes half as often as its share".to_owned(),
            "nobody of the second group comes".to_owned(),
            "the first group takes every third place of the others".to_owned(),
        ],
        grounds,
    }
}

/// The people of a panel by group: as the mix has them, rounded by largest remainder.
fn apportion(people: u32, mix: &[u32]) -> Vec<u32> {
    let whole: u32 = mix.iter().sum();
    let mut counts: Vec<u32> = mix.iter().map(|share| people * share / whole).collect();
    let mut order: Vec<usize> = (0..mix.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(mix.get(*place).map_or(0, |share| people * share % whole)));
    let left = people.saturating_sub(counts.iter().sum());
    for place in order.into_iter().take(left as usize) {
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    counts
}

/// A list of odds or chances, with other ones for the second group.
fn second(groups: usize, others: u32, second: u32) -> Vec<u32> {
    (0..groups).map(|place| if place == 1 { second } else { others }).collect()
}

/// How many are in the pool for each seat, and invited for each place.
const POOL: u32 = 3;

fn wave(asked: &str, through: &str, pool: &[u32], counts: &[u32]) -> String {
    let rows = list((0..).zip(pool.iter().zip(counts)).map(|(group, (pool, count)): (u32, _)| {
        format!("{{\"attribute\":\"region\",\"value\":\"g{group}\",\"{asked}\":{pool},\"{through}\":{count}}}")
    }));
    charter("recruit", &[format!("\"waves\":[{{\"id\":\"w-1\",\"segments\":{rows}}}]")])
}

fn choice() -> Study {
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for mix in MIXES {
            let pool = apportion(people * POOL, mix);
            let seats = |other, own| Space::Seats { seats: people, pool: pool.clone(), odds: second(mix.len(), other, own) };
            let (drawn, compared) = (pool.clone(), pool.clone());
            grounds.push(Ground {
                told_by: vec![people.to_string(), mix_words(mix)],
                alike: pool.clone(),
                spaces: vec![seats(1, 1), seats(2, 1), seats(4, 1)],
                effort: (FAIR, DEPARTURES),
                records: Box::new(move |counts| wave("applied", "selected", &drawn, counts)),
                rivals: Box::new(move |counts| rivals::all(counts, &compared)),
            });
        }
    }
    Study {
        name: "choice",
        title: "Choice among applicants",
        drawn: "Three times as many people have applied as there are seats, by group as in the population, and the seats go to them by lot. Where not all outcomes are gone through, 4,000 choices are drawn.",
        told_by: vec!["seats", "groups"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/selection-rate-disparity"],
        departures: vec![
            "an applicant of the second group has half the odds".to_owned(),
            "an applicant of the second group has a quarter of the odds".to_owned(),
        ],
        grounds,
    }
}

fn answers() -> Study {
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for mix in MIXES {
            let pool = apportion(people * POOL, mix);
            let each = |own| Space::Each { people: pool.clone(), chances: second(mix.len(), 333, own) };
            let (drawn, compared) = (pool.clone(), pool.clone());
            grounds.push(Ground {
                told_by: vec![(people * POOL).to_string(), mix_words(mix)],
                alike: pool.clone(),
                spaces: vec![each(333), each(167), each(83)],
                effort: (FAIR, DEPARTURES),
                records: Box::new(move |counts| wave("invited", "accepted", &drawn, counts)),
                rivals: Box::new(move |counts| rivals::all(counts, &compared)),
            });
        }
    }
    Study {
        name: "answers",
        title: "Answers to invitations",
        drawn: "Three times as many people are invited as are wanted, by group as in the population, and everyone accepts with a chance of one in three. Where not all outcomes are gone through, 4,000 rounds are drawn.",
        told_by: vec!["invited", "groups"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/selection-rate-disparity"],
        departures: vec![
            "a sixth of the second group accept instead of a third".to_owned(),
            "a twelfth of the second group accept instead of a third".to_owned(),
        ],
        grounds,
    }
}

/// People who started, by group, of whom so many have left.
fn started(mix: &[u32], started: &[u32], left: &[u32]) -> String {
    let each = (0..).zip(started.iter().zip(left)).flat_map(|(group, (started, left)): (u32, _)| {
        (0..*started).map(move |number| {
            let status = if number < *left { "left-early" } else { "active" };
            format!("{{\"id\":\"p-{group}-{number}\",\"status\":\"{status}\",\"attributes\":{{\"region\":\"g{group}\"}}}}")
        })
    });
    let people = format!("\"participants\":{}", list(each));
    // One group alone is no population to compare with.
    if mix.len() > 1 { charter("develop", &[population(mix), people]) } else { charter("develop", &[people]) }
}

/// The mixes for which rarer losses are tried too.
const LOSSES_RARE: [&[u32]; 3] = [MIXES[0], MIXES[4], MIXES[7]];

fn losses() -> Study {
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for mix in MIXES {
            for chance in [100, 250] {
                if chance == 100 && !LOSSES_RARE.contains(&mix) {
                    continue;
                }
                let pool = apportion(people, mix);
                let each = |own: u32| Space::Each { people: pool.clone(), chances: second(mix.len(), chance, own) };
                let (drawn, compared) = (pool.clone(), pool.clone());
                grounds.push(Ground {
                    told_by: vec![people.to_string(), mix_words(mix), format!("{} %", chance / 10)],
                    alike: pool.clone(),
                    spaces: vec![each(chance), each(chance + 200), each(chance + 400)],
                    effort: (FAIR, DEPARTURES),
                    records: Box::new(move |counts| started(mix, &drawn, counts)),
                    rivals: Box::new(move |counts| {
                        let stayed: Vec<u32> = compared.iter().zip(counts).map(|(all, left)| all - left).collect();
                        rivals::all(&stayed, &compared)
                    }),
                });
            }
        }
    }
    Study {
        name: "losses",
        title: "Loss by group",
        drawn: "Everyone who started, by group as in the population, leaves before their time with the same chance. Where not all outcomes are gone through, 4,000 programmes are drawn.",
        told_by: vec!["people", "groups", "chance of leaving"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/differential-attrition"],
        departures: vec!["20 points more of the second group leave".to_owned(), "40 points more of the second group leave".to_owned()],
        grounds,
    }
}

fn attrition() -> Study {
    let grounds = SPEAKERS
        .into_iter()
        .map(|people| Ground {
            told_by: vec![people.to_string()],
            alike: vec![0],
            spaces: [50, 100, 200, 300].map(|chance| Space::Each { people: vec![people], chances: vec![chance] }).to_vec(),
            effort: (FAIR, DEPARTURES),
            records: Box::new(move |counts| started(&[1000], &[people], counts)),
            rivals: Box::new(move |counts| vec![counts.iter().any(|left| 5 * left > people)]),
        })
        .collect();
    Study {
        name: "attrition",
        title: "Loss as a whole",
        drawn: "Everyone who started leaves before their time with a chance of 5 %, which the page calls of little concern. All outcomes are gone through. The customary limit beside it is the bare fifth.",
        told_by: vec!["people"],
        rivals: vec!["a fifth left"],
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/attrition-high"],
        departures: ["10 % leave", "20 % leave", "30 % leave"].map(str::to_owned).to_vec(),
        grounds,
    }
}

/// The rules that judge a conversation as a whole.
const VOICE_RULES: [&str; 2] = ["representation/voice-concentrated", "representation/dominant-voice"];

/// Everybody equally likely; one brings half; a fifth bring four fifths; half bring three quarters.
fn speakers(people: u32) -> [Vec<u32>; 4] {
    let odds =
        |many: u32, of_these: u32, of_others: u32| (0..people).map(|person| if person < many { of_these } else { of_others }).collect();
    let fifth = (people / 5).max(1);
    let half = people / 2;
    [odds(0, 1, 1), odds(1, people - 1, 1), odds(fifth, 4 * (people - fifth), fifth), odds(half, 3 * (people - half), half)]
}

/// How many contributions each brings on average; of large groups only some are drawn.
fn each_brings(people: u32, list: &[u32]) -> Vec<u32> {
    list.iter().copied().filter(|each| people <= 40 || matches!(each, 4 | 8)).collect()
}

fn speaker_words() -> Vec<String> {
    ["one person brings half of everything", "a fifth of the people bring four fifths", "half of the people bring three quarters"]
        .map(str::to_owned)
        .to_vec()
}

/// A register of contributions, so many by each person.
fn contributions(counts: &[u32]) -> String {
    let each =
        (0..).zip(each_person(counts)).map(|(number, person): (u32, _)| format!("{{\"id\":\"c-{number}\",\"by\":[\"p-{person}\"]}}"));
    format!("\"contributions\":{}", list(each))
}

fn conversation(people: u32, each: u32, spaces: Vec<Space>) -> Ground {
    Ground {
        told_by: vec![people.to_string(), each.to_string()],
        alike: vec![0; people as usize],
        spaces,
        effort: (FAIR, DEPARTURES),
        records: Box::new(|counts| {
            let people = list((0..counts.len()).map(|number| format!("{{\"id\":\"p-{number}\",\"status\":\"active\"}}")));
            charter("develop", &[format!("\"participants\":{people}"), contributions(counts)])
        }),
        rivals: Box::new(move |counts| rivals::all(counts, &vec![1; people as usize])),
    }
}

fn voices() -> Study {
    let mut grounds = Vec::new();
    for people in SPEAKERS {
        for each in each_brings(people, &[2, 3, 4, 8]) {
            let spaces = speakers(people).map(|odds| Space::Picks { n: people * each, odds }).to_vec();
            grounds.push(conversation(people, each, spaces));
        }
    }
    Study {
        name: "voices",
        title: "Conversations",
        drawn: "Every contribution falls on a person at random. The customary limits take every person for a group, with equal shares. Where not all outcomes are gone through, 4,000 conversations are drawn.",
        told_by: vec!["people", "contributions each"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: vec![(VOICE_RULES[0], "In the smallest groups, with few contributions, chance alone reaches one half more often.")],
        rules: VOICE_RULES.to_vec(),
        departures: speaker_words(),
        grounds,
    }
}

fn bursts() -> Study {
    let mut grounds = Vec::new();
    for people in SPEAKERS {
        for each in each_brings(people, &[2, 3, 4, 6, 8, 16]) {
            let spaces = speakers(people).map(|odds| Space::Runs { turns: people * each / 2, odds, further: 500 }).to_vec();
            grounds.push(conversation(people, each, spaces));
        }
    }
    Study {
        name: "bursts",
        title: "Conversations in runs",
        drawn: "Turns fall on people at random, and whoever has one goes on with a chance of one in two, so that a turn brings two contributions on average. Real talk is more like this than like single contributions. 4,000 conversations are drawn.",
        told_by: vec!["people", "contributions each"],
        rivals: THREE.to_vec(),
        customary: true,
        beyond: vec![
            (VOICE_RULES[0], "The page's level of chance takes contributions for independent; in runs they spread less evenly by chance."),
            (
                VOICE_RULES[1],
                "The page's probability takes contributions for independent; in runs one person brings more of them by chance.",
            ),
        ],
        rules: VOICE_RULES.to_vec(),
        departures: speaker_words(),
        grounds,
    }
}

/// Two sessions of two hours; of the second group, only the first where `briefly`.
fn talk(mix: &[u32], groups: &[u32], briefly: bool, counts: &[u32]) -> String {
    let of = |person: usize| groups.get(person).copied().unwrap_or(0);
    let people = list(
        (0..counts.len())
            .map(|person| format!("{{\"id\":\"p-{person}\",\"status\":\"active\",\"attributes\":{{\"region\":\"g{}\"}}}}", of(person))),
    );
    let session = |number: u32| {
        let seats = list(
            (0..counts.len())
                .filter(|person| number == 1 || !briefly || of(*person) != 1)
                .map(|person| format!("{{\"person\":\"p-{person}\",\"capacity\":\"participant\",\"hours\":2}}")),
        );
        format!("{{\"id\":\"s-{number}\",\"type\":\"workshop\",\"date\":\"2026-03-0{number}\",\"attendance\":{seats}}}")
    };
    let sessions = format!("\"sessions\":[{},{}]", session(1), session(2));
    charter("develop", &[population(mix), format!("\"participants\":{people}"), sessions, contributions(counts)])
}

/// The way of speaking that is tried for panels of every size.
const IN_RUNS: &str = "in runs";

/// How people speak: singly, in runs, and in runs where the second group is there for half of the time.
const TALKS: [(&str, u32, bool); 3] = [("singly", 0, false), (IN_RUNS, 500, false), ("in runs, the second group half as long", 500, true)];

fn heard() -> Study {
    let mixes = [MIXES[0], MIXES[3], MIXES[8]];
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for mix in mixes {
            for (words, further, briefly) in TALKS {
                if people > 100 && words != IN_RUNS {
                    continue;
                }
                let groups: Vec<u32> = each_person(&apportion(people, mix)).collect();
                let space = |own: u32| {
                    let time = if briefly { 1 } else { 2 };
                    let odds = groups.iter().map(|group| if *group == 1 { own * time } else { 8 }).collect();
                    let said = people * 4;
                    if further == 0 { Space::Picks { n: said, odds } } else { Space::Runs { turns: said / 2, odds, further } }
                };
                let hours = (0..)
                    .zip(apportion(people, mix))
                    .map(|(group, people): (u32, u32)| if briefly && group == 1 { people } else { 2 * people });
                let hours: Vec<u32> = hours.collect();
                let (of, drawn) = (groups.clone(), groups.clone());
                grounds.push(Ground {
                    told_by: vec![people.to_string(), mix_words(mix), words.to_owned()],
                    alike: groups.clone(),
                    spaces: vec![space(4), space(1), space(0)],
                    effort: (FAIR, DEPARTURES),
                    records: Box::new(move |counts| talk(mix, &drawn, briefly, counts)),
                    rivals: Box::new(move |counts| {
                        let by_group: Vec<u32> = (0..hours.len() as u32)
                            .map(|group| of.iter().zip(counts).filter(|(known, _)| **known == group).map(|(_, count)| count).sum())
                            .collect();
                        rivals::all(&by_group, &hours)
                    }),
                });
            }
        }
    }
    Study {
        name: "heard",
        title: "Groups in conversations",
        drawn: "People, by group as in the population, bring four contributions each on average, in proportion to the hours for which they are there: singly, or in runs as above. 4,000 conversations are drawn. The customary limits compare contributions with hours.",
        told_by: vec!["people", "groups", "they speak"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/present-but-silent"],
        departures: vec![
            "the second group says a quarter of what its hours call for".to_owned(),
            "the second group says nothing".to_owned(),
        ],
        grounds,
    }
}

/// So many places taken by each person, in so many sessions.
fn seats_taken(sessions: u32, counts: &[u32]) -> String {
    let people = list((0..counts.len()).map(|person| format!("{{\"id\":\"p-{person}\",\"status\":\"active\"}}")));
    let all = list((0..sessions).map(|number| {
        let seats = list(
            (0..)
                .zip(counts)
                .filter(|(person, count): &(u32, _)| (number + sessions - person % sessions) % sessions < **count)
                .map(|(person, _)| format!("{{\"person\":\"p-{person}\",\"capacity\":\"participant\",\"hours\":2}}")),
        );
        format!("{{\"id\":\"s-{number}\",\"type\":\"workshop\",\"date\":\"2026-03-{:02}\",\"attendance\":{seats}}}", number + 1)
    }));
    charter("develop", &[format!("\"participants\":{people}"), format!("\"sessions\":{all}")])
}

fn places() -> Study {
    let mut grounds = Vec::new();
    for people in PEOPLE {
        for sessions in [6, 12] {
            for chance in [100, 333] {
                let fifth = people / 5;
                let each = |regular: u32, other: u32| Space::Each {
                    people: vec![sessions; people as usize],
                    chances: (0..people).map(|person| if person < fifth { regular } else { other }).collect(),
                };
                grounds.push(Ground {
                    told_by: vec![people.to_string(), sessions.to_string(), format!("{} %", chance / 10)],
                    alike: vec![0; people as usize],
                    spaces: vec![each(chance, chance), each(900, 100), each(1000, 50)],
                    effort: (FAIR, DEPARTURES),
                    records: Box::new(move |counts| seats_taken(sessions, counts)),
                    rivals: Box::new(move |counts| rivals::all(counts, &vec![1; people as usize])),
                });
            }
        }
    }
    Study {
        name: "places",
        title: "Places in sessions",
        drawn: "Everyone comes to every session with the same chance. The customary limits take every person for a group, with equal shares. Where not all outcomes are gone through, 4,000 programmes are drawn.",
        told_by: vec!["people", "sessions", "chance of coming"],
        rivals: THREE.to_vec(),
        customary: false,
        beyond: Vec::new(),
        rules: vec!["representation/same-faces"],
        departures: vec![
            "a fifth come nine times in ten, the others one time in ten".to_owned(),
            "a fifth always come, the others one time in twenty".to_owned(),
        ],
        grounds,
    }
}
