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
            kit.come(Guest { contribution: Value::Absent, further: Value::Absent, message: Value::Absent, ..quiet });
            let decision = kit.decision("quiet", decided).with("input_from", list!["p-quiet-heard"]);
            kit.add("decisions", decision);
            kit.delivery("quiet", decided);
            if bad {
                let silent = kit.guest("quiet");
                kit.come(Guest { contribution: Value::Absent, further: Value::Absent, message: Value::Absent, ..silent });
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
];
