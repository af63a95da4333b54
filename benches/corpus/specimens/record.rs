//! Specimens of the rules `record/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "record/dangling-reference",
        apart: &[],
        sow: |kit, bad| {
            let linked = kit.of.artefact("a-linked".into(), "note", kit.of.week(20), vec!["https://example.org/elsewhere".into()]);
            kit.add("artefacts", linked);
            if bad {
                let astray = kit.of.artefact("a-astray".into(), "note", kit.of.week(20), vec!["a-0000-map".into(), "k-nowhere".into()]);
                kit.add("artefacts", astray);
            }
            "artefacts/a-astray/derived_from[k-nowhere]".into()
        },
    },
    Specimen {
        rule: "record/duplicate-identity",
        apart: &[],
        sow: |kit, bad| {
            let incident = kit.of.incident("in-twice", kit.of.week(30));
            kit.add("incidents", incident.clone());
            if bad {
                kit.add("incidents", incident);
            }
            "incidents/in-twice#2/id".into()
        },
    },
    Specimen {
        rule: "record/look-alike-identity",
        apart: &[],
        sow: |kit, bad| {
            for id in ["in-like-1", "in-Like-2", "in-like-2"] {
                if bad || id != "in-Like-2" {
                    let incident = kit.of.incident(id, kit.of.week(30));
                    kit.add("incidents", incident);
                }
            }
            "incidents/in-like-2/id".into()
        },
    },
    Specimen {
        rule: "record/impossible-date-order",
        apart: &[],
        sow: |kit, bad| {
            for (id, days) in [("in-same-day", 0), ("in-backwards", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let on = kit.of.week(25);
                let incident = kit.of.incident(id, on).with("followed_up_on", date(on)).with("closed_on", date(on - days));
                kit.add("incidents", incident);
            }
            "incidents/in-backwards/closed_on".into()
        },
    },
    Specimen {
        rule: "record/field-required-at-stage",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let guest = kit.guest("untyped");
                let participant = guest.participant.without("types");
                kit.come(Guest { participant, ..guest });
            }
            "participants/p-untyped/types".into()
        },
    },
    Specimen {
        rule: "record/unknown-term",
        apart: &[],
        sow: |kit, bad| {
            let tally = |id: &'static str| object! { "id": id, "question": "Which one first?", "eligible": 12, "cast": 9 };
            kit.add("tallies", tally("v-plain"));
            let on = kit.of.week(30);
            let unknown = kit.of.incident("in-unknown", on).with("kind", "unknown");
            kit.add("incidents", unknown);
            if bad {
                let misspelt = kit.of.incident("in-misspelt", on).with("kind", "complant");
                kit.add("incidents", misspelt);
            }
            "incidents/in-misspelt/kind".into()
        },
    },
    Specimen {
        rule: "record/evidence-chain-cyclic",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(40);
            let one = kit.of.artefact("a-ring-1".into(), "pattern", on, vec![if bad { "a-ring-2" } else { "a-0000-map" }.into()]);
            let other = kit.of.artefact("a-ring-2".into(), "pattern", on, vec!["a-ring-1".into()]);
            kit.add("artefacts", one);
            kit.add("artefacts", other);
            "artefacts/a-ring-2/derived_from[a-ring-1]".into()
        },
    },
    Specimen {
        rule: "record/only-successes",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.only_successes = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "record/status-contradicts-dates",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let (from, to) = (kit.of.week(30), kit.of.week(40));
                let outcome = kit.of.outcome("o-torn".into(), "process", vec!["d-0000-2".into()], from, to);
                kit.add("outcomes", outcome.with("status", "planned").with("due_on", "2027-01-01"));
            }
            "outcomes/o-torn".into()
        },
    },
    Specimen {
        rule: "record/placeholder-value",
        apart: &[],
        sow: |kit, bad| {
            let member = |id: &'static str, organisation: &'static str| {
                object! { "id": id, "side": "partner", "organisation": organisation, "interests_declared": true }
            };
            kit.add("team", member("m-todo", "The TODO office, to be decided in May"));
            if bad {
                kit.add("team", member("m-tbd", "TBD"));
            }
            "team/m-tbd".into()
        },
    },
    Specimen {
        rule: "record/claim-contradicted",
        apart: &[],
        sow: |kit, bad| {
            kit.boast = i64::from(bad);
            "programme/claims[what=sessions]".into()
        },
    },
    Specimen {
        rule: "record/awarded-over-budget",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(36);
            let grant = kit.decision("grant", on).with("amount", 3_000 + i64::from(bad)).with("currency", kit.of.theme.5);
            kit.add("decisions", grant.with("draws_on", "language"));
            kit.delivery("grant", on);
            "programme/budget[kind=language]".into()
        },
    },
    Specimen {
        rule: "record/unknown-key",
        apart: &[],
        sow: |kit, bad| {
            let artefact = kit.of.artefact("a-keyed".into(), "note", kit.of.week(20), Vec::new());
            let key = if bad { "reused-by" } else { "x-reused-by" };
            kit.add("artefacts", artefact.with(key, list!["the next programme"]));
            "artefacts/a-keyed/reused-by".into()
        },
    },
    Specimen {
        rule: "record/not-a-date",
        apart: &[],
        sow: |kit, bad| {
            for (id, on) in [("in-leap", "2024-02-29"), ("in-month", "2025-11"), ("in-no-day", "2026-02-30")] {
                if bad || id != "in-no-day" {
                    // Seen to on the day itself; in the month, on a day of it.
                    let seen_to = if id == "in-month" { "2025-11-20" } else { on };
                    let incident = kit.of.incident(id, kit.of.week(30)).with("on", on).without("closed_on");
                    kit.add("incidents", incident.with("followed_up_on", (id != "in-no-day").then_some(seen_to)));
                }
            }
            "incidents/in-no-day/on".into()
        },
    },
    Specimen {
        rule: "record/out-of-range",
        apart: &[],
        sow: |kit, bad| {
            kit.add("tallies", object! { "id": "v-none", "question": "Who is for it?", "eligible": 0, "cast": 0 });
            if bad {
                kit.add("tallies", object! { "id": "v-negative", "question": "Who is for it?", "eligible": 12, "cast": -1 });
            }
            "tallies/v-negative/cast".into()
        },
    },
    Specimen {
        rule: "record/wrong-type",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.add("tallies", object! { "id": "v-worded", "question": "Who is for it?", "eligible": "12", "cast": 9 });
            }
            "tallies/v-worded/eligible".into()
        },
    },
    Specimen {
        rule: "record/required-missing",
        apart: &[],
        sow: |kit, bad| {
            let artefact = kit.of.artefact("a-kindless".into(), "note", kit.of.week(20), Vec::new());
            kit.add("artefacts", if bad { artefact.without("type") } else { artefact });
            "artefacts/a-kindless/type".into()
        },
    },
    Specimen {
        rule: "record/key-repeated",
        apart: &[],
        sow: |kit, bad| {
            let mut incident = kit.of.incident("in-said-twice", kit.of.week(30));
            if let (true, Value::Object(pairs)) = (bad, &mut incident) {
                pairs.push(("severity", "high".into()));
            }
            kit.add("incidents", incident);
            "incidents/in-said-twice/severity".into()
        },
    },
    Specimen {
        rule: "record/reference-ambiguous",
        apart: &[],
        sow: |kit, bad| {
            kit.add("team", object! { "id": "x-office", "side": "partner", "interests_declared": true });
            kit.add("bodies", object! { "id": "x-office", "name": "Partner office", "kind": "organisation", "mandate": "advisory" });
            let holder = if bad { "x-office" } else { "bodies/x-office" };
            let role = object! { "id": "r-office", "kind": "reviewer", "held_by": list![holder], "from": date(kit.of.start) };
            kit.add("roles", role);
            "roles/r-office/held_by[x-office]".into()
        },
    },
    Specimen {
        rule: "record/shares-do-not-sum",
        apart: &[],
        sow: |kit, bad| {
            let segment = |value: &'static str, share: f64| object! { "value": value, "share": share };
            let last = if bad { 0.3 } else { 0.34 };
            let segments = list![segment("own", 0.33), segment("rent", 0.33), segment("other", last)];
            kit.of.bent.tenure = true;
            kit.row("attributes", object! { "name": "tenure", "segments": segments });
            "programme/reference_population/attributes[name=tenure]/segments[value=own]/share".into()
        },
    },
    Specimen {
        rule: "record/unknown-file",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("office/inventory.json", b"{\n  \"chairs\": 12,\n  \"tables\": 3\n}\n".to_vec()));
            }
            "files/office/inventory.json".into()
        },
    },
    Specimen {
        rule: "record/not-json",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-broken.json", b"{\n  \"id\": \"in-broken\",\n  \"kind\": \"complaint\",\n}\n".to_vec()));
            }
            "files/incidents/in-broken.json".into()
        },
    },
    Specimen {
        rule: "record/not-utf-8",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-latin.json", b"{\n  \"id\": \"in-latin\",\n  \"severity\": \"caf\xe9\"\n}\n".to_vec()));
            }
            "files/incidents/in-latin.json".into()
        },
    },
    Specimen {
        rule: "record/too-deep",
        apart: &[],
        sow: |kit, bad| {
            let depth = if bad { 128 } else { 100 };
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let text = format!("{{ \"id\": \"in-deep\", \"kind\": \"complaint\", \"x-deep\": {open}{close} }}\n");
            kit.stray.push(("incidents/in-deep.json", text.into_bytes()));
            "files/incidents/in-deep.json".into()
        },
    },
    Specimen {
        rule: "record/nothing-to-read",
        apart: &[],
        sow: |kit, bad| {
            kit.stray.push(("incidents/in-none.json", b"[]\n".to_vec()));
            if bad {
                kit.stray.push(("incidents/in-empty.json", Vec::new()));
            }
            "files/incidents/in-empty.json".into()
        },
    },
    Specimen {
        rule: "record/register-not-a-list",
        apart: &[],
        sow: |kit, bad| {
            let text: &[u8] = if bad {
                b"{\n  \"incidents\": {\n    \"in-loose\": {\n      \"kind\": \"complaint\"\n    }\n  }\n}\n"
            } else {
                b"{\n  \"incidents\": null\n}\n"
            };
            kit.stray.push(("archive.json", text.to_vec()));
            "programme/incidents".into()
        },
    },
    Specimen {
        rule: "record/not-an-object",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-number.json", b"[\n  42\n]\n".to_vec()));
            }
            "incidents/#1".into()
        },
    },
    Specimen {
        rule: "record/backfilled-before-gate",
        apart: &[],
        sow: |kit, bad| {
            // Two days before the last gate everything was entered at once: from memory, or carried over.
            let on = date(kit.of.week(50) - 2);
            if !bad {
                let imported = on.clone();
                kit.amend("programme", move |charter| charter.with("imported_on", list![imported.clone()]));
            }
            kit.amend("contributions", move |contribution| contribution.with("recorded_at", on.clone()));
            "programme".into()
        },
    },
    Specimen {
        rule: "record/dated-after-audit",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("of-today", 0), ("of-tomorrow", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let note = kit.of.artefact(format!("a-{name}"), "note", AS_OF + days, Vec::new());
                kit.add("artefacts", note);
            }
            "artefacts/a-of-tomorrow/made_on".into()
        },
    },
    Specimen {
        rule: "record/format-not-read",
        apart: &[],
        sow: |kit, bad| {
            let name = if bad { "incidents/of-old.xlsx" } else { "incidents/of-old.docx" };
            kit.stray.push((name, b"id,kind\n".to_vec()));
            "files/incidents/of-old.xlsx".into()
        },
    },
];
