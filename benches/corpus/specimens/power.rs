//! Specimens of the rules `power/…`.

use crate::corpus::chance::date;
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "power/level-unstated",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_promise = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/no-decision-rights",
        apart: &["power/promise-exceeds-practice", "power/rights-on-paper-only"],
        sow: |kit, bad| {
            kit.of.bent.no_rights = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/symbolic-participant",
        apart: &[],
        sow: |kit, bad| {
            // One who said nothing of their own, yet was heard on a decision.
            let quiet = kit.guest("quiet-heard");
            let decided = quiet.day + 20;
            kit.come(said_nothing(quiet));
            let decision = kit.decision("quiet", decided).with("input_from", list!["p-quiet-heard"]);
            kit.add("decisions", decision);
            kit.delivery("quiet", decided);
            if bad {
                let silent = kit.guest("quiet");
                kit.come(said_nothing(silent));
            }
            "participants/p-quiet".into()
        },
    },
    Specimen {
        rule: "power/lone-participant-voice",
        apart: &[],
        sow: |kit, bad| {
            let (one, other) = (kit.guest("pair-1"), kit.guest("pair-2"));
            kit.workshop("s-pair", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker")]);
            let one = kit.guest("one-to-one");
            kit.workshop("s-one-to-one", vec![one], &[("m-05", "facilitator")]);
            if bad {
                let lone = kit.guest("lone");
                kit.workshop("s-lone", vec![lone], &[("m-05", "facilitator"), ("m-03", "note-taker")]);
            }
            "sessions/s-lone".into()
        },
    },
    Specimen {
        rule: "power/staff-outnumber-participants",
        apart: &[],
        sow: |kit, bad| {
            let (one, other) = (kit.guest("even-1"), kit.guest("even-2"));
            kit.workshop("s-even", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker"), ("m-01", "observer")]);
            if bad {
                let (one, other) = (kit.guest("few-1"), kit.guest("few-2"));
                kit.workshop("s-few", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker"), ("m-04", "expert")]);
            }
            "sessions/s-few".into()
        },
    },
    Specimen {
        rule: "power/participants-join-too-late",
        apart: &[],
        sow: |kit, bad| {
            // The first interview is on the first day of week 8.
            let on = kit.of.week(8) - i64::from(bad);
            let note = kit.of.artefact("a-early".into(), "note", kit.of.week(2), Vec::new());
            kit.add("artefacts", note);
            let decision =
                kit.decision("early", on).with("topic", "t-1").with("scope", "problem-framing").with("informed_by", list!["a-early"]);
            kit.add("decisions", decision);
            kit.delivery("early", on);
            "programme".into()
        },
    },
    Specimen {
        rule: "power/rejection-without-reason",
        apart: &["record/only-successes"],
        sow: |kit, bad| {
            let heard = kit.guest("grouped");
            let contribution = heard.contribution.with("disposition", "rejected").with("cluster", "k-0000b-1");
            kit.come(Guest { contribution, ..heard });
            if bad {
                let turned_down = kit.guest("unexplained");
                let contribution = turned_down.contribution.with("disposition", "rejected");
                kit.come(Guest { contribution, ..turned_down });
            }
            "contributions/k-unexplained".into()
        },
    },
    Specimen {
        rule: "power/zero-influence",
        apart: &["trace/contribution-never-shipped", "record/only-successes"],
        sow: |kit, bad| {
            kit.of.bent.nothing_adopted = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/promise-exceeds-practice",
        apart: &["power/rights-on-paper-only"],
        sow: |kit, bad| {
            kit.of.bent.only_input = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/rights-on-paper-only",
        apart: &[],
        sow: |kit, bad| {
            for (name, proxy) in [("proxy", true), ("paper", false)] {
                if !proxy && !bad {
                    continue;
                }
                let topic: &'static str = if proxy { "t-proxy" } else { "t-paper" };
                let role = object! {
                    "id": format!("r-{name}"), "kind": "representative", "held_by": list!["p-00001"], "from": date(kit.of.start),
                    "decision_rights": list![object! { "topic": topic, "right": "agree" }]
                };
                kit.row("topics", object! { "id": topic, "title": "What is tried first", "negotiable": true });
                kit.add("roles", role);
                let on = kit.of.week(33);
                let decision = kit.decision(name, on).with("topic", topic).without("agreed_by").with("input_from", list!["p-00001"]);
                kit.add("decisions", decision.with("exercised_by_proxy", proxy.then_some("p-00000")));
                kit.delivery(name, on);
            }
            "roles/r-paper/decision_rights[topic=t-paper,right=agree]".into()
        },
    },
    Specimen {
        rule: "power/agenda-set-only-by-staff",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("sessions", move |session| {
                let open = !bad && session.text("id") == "s-0000a";
                let asked = |item: Value| if open && item.has("proposed_by") { item } else { item.with("proposed_by", "team/m-03") };
                session.edit("agenda", |agenda| agenda.each(asked))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/decision-predates-participation",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("foretold");
            let met = guest.day;
            for (name, days) in [("same-evening", 0), ("foregone", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let decision = kit.decision(name, met - days).with("informed_by", list!["s-foretold"]);
                kit.add("decisions", decision);
                kit.delivery(name, met - days);
            }
            kit.come(guest);
            "decisions/d-foregone".into()
        },
    },
    Specimen {
        rule: "power/filtered-before-choice",
        apart: &["power/zero-influence", "record/only-successes"],
        sow: |kit, bad| {
            // Whatever was not taken up is turned down, and the vote is among few.
            kit.amend("contributions", move |contribution| {
                let base = contribution.text("id").starts_with("k-0") && !contribution.has("in_reply_to");
                if !base || contribution.text("disposition") == "adopted" {
                    return contribution;
                }
                let by = if bad { list!["m-02"] } else { list!["m-02", "bodies/b-panel"] };
                contribution
                    .with("disposition", "rejected")
                    .with("disposition_reason", "Not now.")
                    .with("disposed_by", by)
                    .without("review_on")
            });
            kit.amend("tallies", |tally| {
                let first = |option: Value| if option.text("option").ends_with("c-0") { option } else { Value::Absent };
                tally.edit("options", |options| options.each(first))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/influence-stage-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("sessions", move |session| {
                if session.text("type") != "pilot-review" {
                    return session;
                }
                let kind = if bad { "workshop" } else { "pilot-review" };
                session.with("type", kind).with("influence_points", list!["prioritisation"]).without("tests")
            });
            // Given up, so that nobody misses the trial of it.
            kit.amend("artefacts", |artefact| {
                if artefact.text("id").ends_with("-prototype") { artefact.with("status", "superseded") } else { artefact }
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/minority-on-body",
        apart: &[],
        sow: |kit, bad| {
            for (id, staff) in [("b-third", 2), ("b-quarter", 3)] {
                if staff > 2 && !bad {
                    continue;
                }
                let seat = |person: String| object! { "person": person, "voting": true };
                let mut seats: Vec<Value> = (1..=staff).map(|i| seat(format!("team/m-{i:02}"))).collect();
                // Whoever may not vote does not count.
                seats.push(object! { "person": "m-05", "voting": false });
                seats.push(seat("p-00001".to_owned()));
                let body = object! {
                    "id": id, "name": "Awards committee", "kind": "board", "mandate": "binding", "rule": "majority", "quorum": 2,
                    "seats": seats
                };
                kit.add("bodies", body);
            }
            "bodies/b-quarter".into()
        },
    },
    Specimen {
        rule: "power/negotiables-unstated",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                let open = |topic: Value| if topic.text("id") == "t-5" { Value::Absent } else { topic };
                let charter = charter.edit("topics", |topics| topics.each(open));
                charter.with("nothing_fixed", (!bad).then(|| object! { "answer": true, "reason": "The service is new." }))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/no-dissent-recorded",
        apart: &[],
        sow: |kit, bad| {
            // With fewer decisions, people may simply have agreed.
            kit.blocks_min = 2;
            kit.amend("decisions", move |decision| {
                let differed = !bad && decision.text("id") == "d-0000-1";
                if decision.text("status") == "rejected" {
                    return Value::Absent;
                }
                let vote = |link: Value| if matches!(&link, Value::Text(id) if id.starts_with("v-")) { Value::Absent } else { link };
                let decision = decision.without("options").edit("informed_by", |links| links.each(vote));
                decision.with("dissent", differed.then_some("One of us would have waited."))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/right-out-of-reach",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("tallies", move |tally| {
                let reached = !bad && tally.text("id") == "v-0000";
                if reached || !tally.has("threshold") { tally } else { tally.with("threshold", 99) }
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/showcased-without-contributing",
        apart: &[],
        sow: |kit, bad| {
            for name in ["shown-heard", "shown-only"] {
                let heard = name == "shown-heard";
                if !heard && !bad {
                    continue;
                }
                // They left, so that having had no say is not their own matter any more.
                let guest = kit.guest(name);
                let participant = guest.participant.clone().with("status", "left-early").with("left_reason", "moved");
                let participant = participant.with("left_on", date(guest.day + 30));
                let consent = guest.consent.clone().with("purposes", list!["participation", "publicity"]);
                let guest = Guest { participant, consent: consent.with("separate_answers", true), ..guest };
                kit.come(if heard { guest } else { said_nothing(guest) });
                let publication = object! {
                    "id": format!("pub-{name}"), "kind": "publicity", "audience": "public", "published_on": date(kit.of.week(61)),
                    "features": list![format!("p-{name}")]
                };
                kit.add("publications", publication);
            }
            "publications/pub-shown-only".into()
        },
    },
    Specimen {
        rule: "power/label-exceeds-method",
        apart: &[
            "trace/blueprint-missing",
            "trace/learning-log-missing",
            "trace/sprint-outputs-incomplete",
            "trace/journey-map-without-blueprint",
        ],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                charter.with("method", if bad { list!["crowdsourcing", "ab-test"] } else { list!["crowdsourcing", "usability-testing"] })
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "power/gate-without-participant",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("gates", move |gate| {
                let theirs = !bad && gate.text("id") == "g-define";
                gate.with("approvers", if theirs { list!["m-01", "p-00000"] } else { list!["m-01"] })
            });
            "programme".into()
        },
    },
];

/// Somebody who came and of whom nothing is on record.
fn said_nothing(guest: Guest) -> Guest {
    Guest { contribution: Value::Absent, further: Value::Absent, message: Value::Absent, ..guest }
}
