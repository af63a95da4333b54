//! Specimens of the rules `representation/…`.

use std::cell::Cell;

use crate::corpus::chance::{AS_OF, date, pick};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};
use crate::corpus::programme::BLOCK;

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "representation/reference-population-missing",
        // A share that is at fault leaves open whether the frame is whole.
        apart: &["record/shares-do-not-sum"],
        sow: |kit, bad| {
            kit.of.bent.no_frame_date = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/priority-segment-absent",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("wheelchair");
            let participant = belongs(guest.participant.clone(), "mobility", "wheelchair");
            kit.come(Guest { participant, ..guest });
            kit.row("quotas", object! { "attribute": "mobility", "value": "wheelchair", "must_include": true });
            if bad {
                kit.row("quotas", object! { "attribute": "mobility", "value": "bedridden", "must_include": true });
            }
            "programme/quotas[attribute=mobility,value=bedridden]".into()
        },
    },
    Specimen {
        rule: "representation/segment-underrepresented",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_reach_short = bad;
            "programme/reference_population/attributes[name=reach]/segments[value=by post]".into()
        },
    },
    Specimen {
        rule: "representation/composition-departs-from-frame",
        apart: &[],
        sow: |kit, bad| {
            // Enough people for the whole to be striking, too few for any one segment to be.
            if kit.of.blocks > 5 || kit.kinds > 12 {
                return String::new();
            }
            kit.blocks_min = 2;
            kit.of.bent.departs_from_frame = bad;
            "programme/reference_population/attributes[name=device]".into()
        },
    },
    Specimen {
        rule: "representation/voice-concentrated",
        apart: &[],
        sow: |kit, bad| {
            // With fewer, too little is said by each for the rule to judge.
            kit.blocks_min = 2;
            kit.of.bent.one_voice = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/single-recruitment-channel",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_channel = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/attrition-high",
        apart: &[],
        sow: |kit, bad| {
            // Two of a few may leave by chance.
            if kit.of.blocks > 3 {
                return String::new();
            }
            for i in 0..if bad { 5 } else { 2 } {
                let guest = kit.guest(&format!("gone-{i}"));
                kit.come(leaving(guest));
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/demographics-mostly-unknown",
        apart: &[],
        sow: |kit, bad| {
            kit.row("attributes", two("transport", ("car", 0.5), ("bus", 0.5)));
            // Of every third, or fifth, of those who take part it is not known.
            let (count, unknown) = (Cell::new(0), if bad { 3 } else { 5 });
            kit.amend("participants", move |participant| {
                count.set(count.get() + i32::from(participant.text("status") == "active"));
                let transport = if count.get() % unknown == 0 { "prefer-not-to-say" } else { pick(&["car", "bus"], count.get() as u64) };
                belongs(participant, "transport", transport)
            });
            "programme/reference_population/attributes[name=transport]".into()
        },
    },
    Specimen {
        rule: "representation/differential-attrition",
        apart: &["representation/attrition-high"],
        sow: |kit, bad| {
            // Enough people for two of five to be striking, and not so many that others leave as well.
            kit.blocks_min = 2;
            if kit.of.blocks > 2 {
                return String::new();
            }
            kit.row("attributes", two("household", ("alone", 0.12), ("with others", 0.88)));
            for name in ["gone-alone", "gone-with-others"] {
                let guest = kit.guest(name);
                kit.come(leaving(guest));
            }
            kit.amend("participants", move |participant| {
                let alone = match participant.text("id") {
                    "p-00000" | "p-00001" | "p-00002" | "p-gone-alone" => true,
                    "p-gone-with-others" => bad,
                    "p-00003" => !bad,
                    _ => false,
                };
                belongs(participant, "household", if alone { "alone" } else { "with others" })
            });
            "programme/reference_population/attributes[name=household]/segments[value=alone]".into()
        },
    },
    Specimen {
        rule: "representation/dominant-voice",
        // Whoever brings less than the others makes all voices less even.
        apart: &[
            "representation/voice-concentrated",
            "representation/present-but-silent",
            "representation/differential-attrition",
            "power/symbolic-participant",
            "trace/contribution-never-shipped",
            "trace/feedback-not-closed",
            "trace/production-rate-low",
        ],
        sow: |kit, bad| {
            if kit.of.blocks > 2 {
                return String::new();
            }
            // Not so many that the few who bring most stand out more than this one.
            let many = kit.of.blocks * if bad { 16 } else { 4 };
            let letters: Vec<String> = (0..many).map(|i| format!("k-once-more-{i}")).collect();
            let on = kit.of.week(40);
            for (i, id) in (0..).zip(&letters) {
                kit.add("contributions", kit.letter(id, 0, on + i % 7, "confirmed"));
            }
            let message = kit.answer("once-more", &[0], on + 30, letters);
            kit.add("feedback", message);
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/inclusion-criteria-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| charter.with("exclusion_criteria", (!bad).then(|| list![])));
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/non-users-absent",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("participants", move |participant| {
                participant.edit("types", |types| {
                    types.each(|kind| match &kind {
                        Value::Text(text) if text == "non-user" => if bad { "customer" } else { "prospective-user" }.into(),
                        _ => kind,
                    })
                })
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/panel-mix-incomplete",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", |charter| {
                charter.edit("panel", |panel| panel.edit("required_types", |types| types.and("partner-representative")))
            });
            let guest = kit.guest("partner");
            let kind = if bad { "community-member" } else { "partner-representative" };
            let participant = guest.participant.with("types", list![kind]);
            kit.come(Guest { participant, ..guest });
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/present-but-silent",
        apart: &["representation/voice-concentrated"],
        sow: |kit, bad| {
            if kit.of.blocks > 2 {
                return String::new();
            }
            kit.row("attributes", two("first language", ("spoken here", 0.75), ("another", 0.25)));
            for i in 0..3 {
                let name = format!("listener-{i}");
                let guest = kit.guest(&name);
                // An interview and two long visits, of which little is on record.
                for (k, days) in [(1, 9), (2, 23)] {
                    let visit = kit.visit(&format!("{name}-{k}"), guest.participant.text("id"), guest.day + days, 2.0);
                    kit.add("sessions", visit);
                }
                let message = guest.message.clone().with("covers", list![format!("k-{name}")]);
                kit.come(if bad { Guest { further: Value::Absent, message, ..guest } } else { guest });
            }
            kit.amend("participants", |participant| {
                let other = participant.text("id").starts_with("p-listener");
                belongs(participant, "first language", if other { "another" } else { "spoken here" })
            });
            "programme/reference_population/attributes[name=first language]/segments[value=another]".into()
        },
    },
    Specimen {
        rule: "representation/quota-unmet",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("scooter");
            let participant = belongs(guest.participant.clone(), "mobility", "scooter");
            kit.come(Guest { participant, ..guest });
            kit.row("quotas", object! { "attribute": "mobility", "value": "scooter", "min": if bad { 2 } else { 1 }, "max": 1 });
            "programme/quotas[attribute=mobility,value=scooter]".into()
        },
    },
    Specimen {
        rule: "representation/same-faces",
        apart: &[
            "representation/attrition-high",
            "representation/differential-attrition",
            "representation/dominant-voice",
            "representation/present-but-silent",
            "representation/voice-concentrated",
        ],
        sow: |kit, bad| {
            if kit.of.blocks > 2 {
                return String::new();
            }
            kit.amend("programme", |charter| charter.edit("panel", |panel| panel.without("retention_goal")));
            // Many who joined and have not been asked to anything, or a few who came once.
            for i in 0..if bad { kit.of.blocks * BLOCK * 5 } else { 3 } {
                let guest = kit.guest(&format!("on-the-list-{i}"));
                if bad {
                    kit.add("participants", guest.participant);
                } else {
                    kit.come(guest);
                }
            }
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/selection-rate-disparity",
        apart: &[],
        sow: |kit, bad| {
            let segment = |value: &'static str, applied: i64| {
                object! { "attribute": "area", "value": value, "invited": 30, "applied": applied, "selected": 5, "accepted": 5 }
            };
            let segments = list![segment("north", 25), segment("old town", 25), segment("villages", if bad { 6 } else { 20 })];
            let wave = object! {
                "id": "w-uneven", "channel": "agency", "opened_on": date(kit.of.week(2)), "closed_on": date(kit.of.week(5)),
                "segments": segments
            };
            kit.add("waves", wave);
            "waves/w-uneven/segments[attribute=area,value=villages]".into()
        },
    },
    Specimen {
        rule: "representation/lead-user-unevidenced",
        apart: &["representation/lead-users-without-solutions"],
        sow: |kit, bad| {
            for (name, told) in [("ahead", true), ("untold", false)] {
                if !told && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let participant = guest.participant.clone().with("types", list!["customer", "lead-user"]).without("workaround");
                let participant = participant.with("ahead_of_need", told.then_some("Moves twice a year."));
                kit.come(Guest { participant, ..guest });
            }
            "participants/p-untold".into()
        },
    },
    Specimen {
        rule: "representation/lead-users-without-solutions",
        apart: &["representation/panel-mix-incomplete", "benefit/terms-missing"],
        sow: |kit, bad| {
            // The only lead user, who brings five things.
            kit.amend("participants", |participant| match participant.text("id") {
                "p-lead" => participant,
                _ if participant.has("workaround") => participant.with("types", list!["customer"]),
                _ => participant,
            });
            let guest = kit.guest("lead");
            let mut covers = vec!["k-lead".to_owned(), "k-lead-2".to_owned()];
            for i in 3..6 {
                let id = format!("k-lead-{i}");
                let letter = kit.letter(&id, 0, guest.day, "informs").with("by", list!["p-lead"]);
                kit.add("contributions", if i == 5 && !bad { letter.with("type", "idea") } else { letter });
                covers.push(id);
            }
            let participant = guest.participant.clone().with("types", list!["lead-user"]).with("workaround", "Built a reminder.");
            let message = guest.message.clone().with("covers", covers);
            kit.come(Guest { participant, message, ..guest });
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/reason-without-people",
        apart: &[],
        sow: |kit, bad| {
            let model = object! {
                "id": "o-model", "kind": "technology", "owner": "team/m-04", "status": "in-progress", "implements": list!["d-0000-4"],
                "started_on": date(kit.of.week(50)), "due_on": date(AS_OF + 45), "ambition": "incremental", "uses_ai": bad
            };
            kit.add("outcomes", model);
            "programme".into()
        },
    },
];

/// The guest as somebody who comes once and leaves when all that they brought is answered.
fn leaving(guest: Guest) -> Guest {
    let participant = guest.participant.with("status", "left-early").with("left_reason", "relevance");
    Guest { participant: participant.with("left_on", date(guest.day + 40)), ..guest }
}

/// The participant as one of a segment.
fn belongs(participant: Value, attribute: &'static str, segment: &'static str) -> Value {
    participant.edit("attributes", |attributes| attributes.with(attribute, segment))
}

/// A characteristic of the population with two segments.
fn two(name: &'static str, one: (&'static str, f64), other: (&'static str, f64)) -> Value {
    let segment = |(value, share): (&'static str, f64)| object! { "value": value, "share": share };
    object! { "name": name, "segments": list![segment(one), segment(other)] }
}
