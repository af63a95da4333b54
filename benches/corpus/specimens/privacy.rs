//! Specimens of the rules `privacy/…`.

use crate::corpus::chance::date;
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Kit, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "privacy/identifier-in-free-text",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("discreet");
            let contribution = guest
                .contribution
                .with("text", "Between 9 and 11 on 2025-03-14 there were 120 people @ the desk, 40 of 120 with a form 27-B.");
            kit.come(Guest { contribution, ..guest });
            if bad {
                let guest = kit.guest("named");
                let contribution = guest.contribution.with("text", "Please write to someone.else@example.org about the second form.");
                kit.come(Guest { contribution, ..guest });
            }
            "contributions/k-named".into()
        },
    },
    Specimen {
        rule: "privacy/retention-exceeded",
        apart: &[],
        sow: |kit, bad| {
            let asset = |kind: &'static str, collected: &'static str| {
                object! {
                    "kind": kind, "lawful_basis": "consent", "controller": "the programme's organisation", "collected_on": collected,
                    "retention_months": 24
                }
            };
            kit.row("data_assets", asset("sign-up sheet", "2024-07-01"));
            if bad {
                kit.row("data_assets", asset("contact list", "2024-06-30"));
            }
            "programme/data_assets[kind=contact list]".into()
        },
    },
    Specimen {
        rule: "privacy/controller-or-recipient-undeclared",
        apart: &[],
        sow: |kit, bad| {
            for (kind, party) in [("transcripts", "Research Agency "), ("film", "film agency")] {
                if kind == "film" && !bad {
                    continue;
                }
                let asset = object! {
                    "kind": kind, "lawful_basis": "consent", "controller": "the programme's organisation", "shared_with": list![party],
                    "collected_on": date(kit.of.week(30)), "retention_months": 48
                };
                kit.row("data_assets", asset);
            }
            "programme/data_assets[kind=film]".into()
        },
    },
    Specimen {
        rule: "privacy/impact-assessment-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                let charter = charter.with("sensitivity", "high");
                charter.with("impact_assessment", (!bad).then_some("docs/why-none-is-needed.pdf"))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "privacy/published-rows-identifiable",
        apart: &[],
        sow: |kit, bad| {
            for (id, audience, count) in [("pub-five", "public", 5), ("pub-inside", "internal", 2), ("pub-four", "public", 4)] {
                if id == "pub-four" && !bad {
                    continue;
                }
                let rows = publication(kit, id, audience).with("quasi_identifiers", list!["area", "age band"]);
                kit.add("publications", rows.with("smallest_group_count", count));
            }
            "publications/pub-four".into()
        },
    },
    Specimen {
        rule: "privacy/small-cell-disclosed",
        apart: &[],
        sow: |kit, bad| {
            let cell = |label: &'static str, count: i64| object! { "label": label, "count": count };
            for (id, audience, few) in [("pub-ten", "public", 10), ("pub-within", "internal", 3), ("pub-nine", "public", 9)] {
                if id == "pub-nine" && !bad {
                    continue;
                }
                let table = object! {
                    "name": "answers", "counts_people": true, "total": 40 + few,
                    "cells": list![cell("by post", few), cell("online", 40), cell("by telephone", 0)]
                };
                let tables = publication(kit, id, audience).with("tables", list![table]);
                kit.add("publications", tables);
            }
            "publications/pub-nine/tables[name=answers]".into()
        },
    },
    Specimen {
        rule: "privacy/special-category-without-basis",
        apart: &[],
        sow: |kit, bad| {
            for (name, explicit) in [("said-outright", true), ("not-outright", false)] {
                if !explicit && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let participant = guest.participant.edit("attributes", |attributes| attributes.with("health", "asthma"));
                kit.come(Guest { participant, consent: guest.consent.with("explicit", explicit), ..guest });
            }
            "participants/p-not-outright".into()
        },
    },
];

/// Something that some can see since late in the programme.
fn publication(kit: &Kit, id: &'static str, audience: &'static str) -> Value {
    object! { "id": id, "kind": "evaluation", "audience": audience, "published_on": date(kit.of.week(61)) }
}
