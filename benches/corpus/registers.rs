//! The registers of a programme: what it has once, and what each block of people adds.

use super::chance::{AS_OF, date, pick};
use super::json::Value;
use super::programme::{BLOCK, FRAME, MEETINGS, Programme};

impl Programme {
    /// The records of a register that the programme has once, before those of its blocks.
    pub fn once(&self, register: &str) -> Vec<Value> {
        match register {
            "team" => {
                let functions = ["policy", "research", "design", "operations", "technology", "service"];
                let row = |(i, function): (usize, &'static str)| {
                    object! {
                        "id": format!("m-{:02}", i + 1), "side": "staff", "organisation": "service department",
                        "functions": list![function], "interests_declared": true,
                        "trained_in": (i == 0).then(|| list!["tokenism"])
                    }
                };
                functions.into_iter().enumerate().map(row).collect()
            }
            "roles" => self.roles(),
            "bodies" => {
                let seat = |person: String, voting: bool| object! { "person": person, "voting": voting };
                let board: Vec<Value> = (1..=5).map(|i| seat(format!("team/m-{i:02}"), true)).collect();
                let panel: Vec<Value> = (0..self.blocks.min(12)).map(|block| seat(Self::person(block * BLOCK), true)).collect();
                let circle = |i: usize| if i < 4 { format!("team/m-{:02}", i + 2) } else { Self::person(i - 4) };
                vec![
                    object! {
                        "id": "b-circle", "name": "Delivery circle", "kind": "board", "mandate": "binding",
                        "rule": "majority", "quorum": 4, "seats": (0..6).map(|i| seat(circle(i), true)).collect::<Vec<_>>()
                    },
                    object! {
                        "id": "b-board", "name": "Programme board", "kind": "board", "mandate": "binding",
                        "rule": "consensus", "quorum": 4, "seats": board
                    },
                    object! {
                        "id": "b-panel", "name": "User panel", "kind": "panel", "mandate": "advisory",
                        "rule": "consent", "quorum": 1, "seats": panel
                    },
                ]
            }
            "waves" => (1..=2)
                .map(|i: i64| {
                    let selected = (self.blocks * BLOCK / 2) as i64;
                    let row = |(value, share): &(&'static str, usize)| {
                        let selected = selected * *share as i64 / 20;
                        object! {
                            "attribute": "area", "value": *value, "invited": selected * 3, "applied": selected * 2,
                            "selected": selected, "accepted": selected
                        }
                    };
                    object! {
                        "id": format!("w-{i}"),
                        "channel": if i == 1 { "open-call" } else { "community-organisation" },
                        "opened_on": date(self.week(1)),
                        "closed_on": date(self.week(6)),
                        "segments": FRAME.first().map(|(_, segments)| segments.iter().map(row).collect::<Vec<_>>()),
                    }
                })
                .collect(),
            "sprints" => [("discovery", 8, 3, 0), ("design", 13, 12, 1), ("design", 26, 10, 1), ("delivery", 37, 12, 2)]
                .into_iter()
                .enumerate()
                .map(|(i, (kind, from, weeks, metric))| {
                    object! {
                        "id": format!("sp-{}", i + 1),
                        "kind": kind,
                        "hypothesis": self.words(50, i),
                        "metric": format!("x-{metric}"),
                        "started_on": date(self.week(from)),
                        "timebox_weeks": weeks,
                        "ended_on": date(self.week(from + weeks) - 3),
                        "outputs": pick(&[None, Some("blueprint"), Some("prototype"), Some("log")], i as u64)
                            .or(Some("map"))
                            .map(|name| list![format!("a-0000-{name}")]),
                    }
                })
                // One is still under way.
                .chain([object! {
                    "id": "sp-5", "kind": "delivery", "hypothesis": self.words(50, 5), "metric": "x-3",
                    "started_on": date(AS_OF - 30), "timebox_weeks": 8
                }])
                .collect(),
            "tallies" => (0..10)
                .map(|i: usize| {
                    object! {
                        "id": format!("v-wish-{i}"), "question": self.words(58, i), "closed_on": date(self.week(28 + i as i64)),
                        "eligible": 40 + 3 * i, "cast": 12 + (self.chance(58, i) % 20) as i64, "threshold": 20 - (i as i64 % 2) * 12
                    }
                })
                .collect(),
            // The last of many; to all, so that nobody goes without news.
            "feedback" => (1..=3)
                .map(|i: i64| {
                    object! {
                        "id": format!("f-news-{i}"), "from": "bodies/b-board", "to": "participants",
                        "sent_on": date(AS_OF - 7 - 36 * (3 - i)), "channel": "letter and e-mail"
                    }
                })
                .collect(),
            "incidents" => vec![self.incident("in-1", self.week(21))],
            "artefacts" => vec![
                self.artefact("a-checklist".into(), "operational-checklist", self.week(37), vec!["a-0000-blueprint".into()]),
                self.artefact("a-impact".into(), "change-impact", self.week(37), vec!["a-0000-blueprint".into()]),
            ],
            "gates" => self.gates(),
            "metrics" => self.metrics(),
            "agreements" => vec![object! {
                "id": "ag-partner", "kind": "partner", "parties": list!["m-06"], "signed_on": date(self.week(1)),
                "ip_terms": "Everything that is made together may be used by both.",
                "benefit_terms": "The partner gets the findings first and trains its own staff with them.",
                "benefits": list![object! {
                    "to": "partner", "kind": "training", "due_on": date(self.week(60)), "delivered_on": date(self.week(58))
                }]
            }],
            "publications" => self.publications(),
            _ => Vec::new(),
        }
    }

    pub fn roles(&self) -> Vec<Value> {
        let topics = ["t-1", "t-2", "t-3", "t-4"];
        let rights = |right: &'static str| topics.iter().map(|topic| object! { "topic": *topic, "right": right }).collect::<Vec<Value>>();
        let role = |id: &'static str, kind: &'static str, by: Value| {
            object! { "id": id, "kind": kind, "held_by": by, "from": date(self.start) }
        };
        let panel = if self.bent.no_rights {
            "input"
        } else if self.bent.only_input {
            "recommend"
        } else {
            "agree"
        };
        let mut of_panel = rights(panel);
        if self.bent.only_input {
            // Of which nothing was decided yet.
            of_panel.push(object! { "topic": "t-6", "right": "agree" });
        }
        vec![
            role("r-sponsor", "sponsor", if self.bent.no_sponsor { list![] } else { list!["team/m-01"] }),
            role("r-owner", "decision-owner", list!["bodies/b-board"]).with("decision_rights", rights("decide")),
            role("r-manager", "programme-manager", list!["m-02"]),
            role("r-researcher", "researcher", list!["m-02"]),
            role("r-facilitator", "facilitator", list!["m-05", "m-03"]),
            role("r-blueprint", "blueprinting-lead", list!["m-03"]),
            role("r-data", "data-steward", list!["m-04"]),
            role("r-safe", "safeguarding-lead", list!["m-06"]),
            role("r-evaluator", "evaluator", list!["m-06"]),
            role("r-panel", "representative", list!["bodies/b-panel"]).with("decision_rights", of_panel),
            role("r-people", "participant", list!["p-00000", "p-00001"]).with("decision_rights", rights("input")),
        ]
    }

    pub fn gates(&self) -> Vec<Value> {
        let first = |phase: usize| Self::meeting(0, phase);
        let sessions = [vec![Self::interview(0), Self::interview(1)], vec![first(1)], vec![first(3)], vec![first(4)]];
        [("discover", 12), ("define", 19), ("develop", 31), ("deliver", 50)]
            .into_iter()
            .zip(sessions)
            .enumerate()
            .map(|(i, ((stage, week), mut evidence))| {
                evidence.push(format!("insights/i-0000-{}", i % 3));
                let row = |criterion: &'static str, evidence: &[String]| {
                    object! { "criterion": criterion, "finding": self.words(51, i), "evidence": evidence.to_vec() }
                };
                object! {
                    "id": format!("g-{stage}"),
                    "stage": stage,
                    "held_on": date(self.week(week)),
                    "criteria": list![
                        row("desirability", &evidence),
                        row("integration-cost", &["artefacts/a-0000-map".to_owned()]),
                        row("policy-risk", evidence.get(..1).unwrap_or_default()),
                        // Not assessed, with the reason, which counts as an answer.
                        object! { "criterion": "viability", "reason": "Not in question: the service is paid for." },
                    ],
                    "outcome": if i == 2 { "pass-with-conditions" } else { "pass" },
                    "approvers": list!["m-01", "p-00000"],
                }
            })
            .collect()
    }

    pub fn metrics(&self) -> Vec<Value> {
        let rows = [
            ("x-0", "Knows what happens next", "experience", "outcome", "per cent", true),
            ("x-1", "Contacts for each case", "operational", "outcome", "contacts", true),
            ("x-2", "Days from first step to answer", "operational", "outcome", "days", false),
            ("x-3", "Ease, on a scale from one to five", "experience", "outcome", "points", false),
            ("x-4", "Gap between villages and town", "equity-integrity", "outcome", "percentage points", true),
            ("x-5", "Experience of taking part", "experience", "participation", "points", false),
            ("x-6", "Days until a contribution is answered", "operational", "process", "days", false),
        ];
        rows.into_iter()
            .filter(|row| !(self.bent.no_equity_metric && row.2 == "equity-integrity"))
            .enumerate()
            .map(|(i, (id, name, level, criterion, unit, headline))| {
                let months = if id == "x-5" { 20..68 } else { 44..76 };
                let measured = months.step_by(8).flat_map(|week| {
                    let groups = if id == "x-5" { &["participants"][..] } else { &["participants", "non-participants"] };
                    groups.iter().enumerate().map(move |(k, group)| (week, k, *group))
                });
                let measurements: Vec<Value> = measured
                    .map(|(week, k, group)| {
                        let chance = self.chance(52, i * 1000 + week as usize * 2 + k);
                        object! {
                            "on": date(self.week(week) + 4), "value": (chance % 400) as f64 / 10.0 + 20.0,
                            "n": 40 + (chance >> 16) as i64 % 300, "population": group
                        }
                    })
                    .collect();
                object! {
                    "id": id,
                    "name": name,
                    "level": level,
                    "criterion": criterion,
                    "scope": "journey",
                    "unit": unit,
                    "headline": headline,
                    "population": "all-users",
                    "defined_on": date(self.week(14)),
                    "defined_with": list!["p-00000", "p-00001"],
                    "baseline": object! { "value": 31.5, "on": date(self.week(10)) },
                    "target": 45,
                    "measurements": measurements,
                    // The first takes in the whole.
                    "of": (i > 0).then(|| list!["o-0000-0", "o-0000-1"]),
                }
            })
            .collect()
    }

    pub fn publications(&self) -> Vec<Value> {
        let kinds = ["decision-log", "methods-note", "blueprint", "dashboard", "evaluation", "publicity"];
        kinds
            .into_iter()
            .enumerate()
            .map(|(i, kind)| {
                let cell = |label: &'static str, count: i64| object! { "label": label, "count": count };
                object! {
                    "id": format!("pub-{}", i + 1),
                    "kind": kind,
                    "audience": if i == 0 { "participants" } else { "public" },
                    "published_on": date(self.week(58) + i as i64),
                    "features": (kind == "publicity").then(|| self.shown()),
                    "quasi_identifiers": (kind == "evaluation").then(|| list!["area", "age band"]),
                    "smallest_group_count": (kind == "evaluation").then_some(5),
                    "tables": (kind == "dashboard").then(|| list![object! {
                        "name": "people who answered", "counts_people": true, "total": 120,
                        "cells": list![cell("north", 44), cell("old town", 36), cell("river side", 22), cell("villages", 18)]
                    }]),
                    "uri": format!("https://www.example.org/{}/{kind}", self.id),
                }
            })
            .collect()
    }

    /// A few of those who agreed to be shown.
    fn shown(&self) -> Vec<String> {
        let agreed = |n: &usize| !self.leaves(*n) && (self.agreed(*n) == 3 || n % 9 == 4);
        (0..self.blocks * BLOCK).filter(agreed).take(3).map(Self::person).collect()
    }

    /// The records of a register that belong to a block.
    pub fn of_block(&self, register: &str, block: usize) -> Vec<Value> {
        let first = block * BLOCK;
        match register {
            "participants" => (first..first + BLOCK).map(|n| self.participant(Self::person(n), n)).collect(),
            "team" => vec![object! {
                "id": format!("m-f{block:04}"), "side": pick(&["staff", "supplier", "partner"], block as u64),
                "functions": list!["research", "design"], "interests_declared": true
            }],
            "roles" => vec![object! {
                "id": format!("r-squad-{block:04}"), "kind": "squad-member", "held_by": list![format!("m-f{block:04}")],
                "from": date(self.week(1))
            }],
            "consents" => (first..first + BLOCK).flat_map(|n| self.consents(n)).collect(),
            "sessions" => self.sessions(block),
            "payments" => self.payments(block),
            "contributions" => self.voices(block).iter().enumerate().map(|(i, voice)| self.contribution(voice, block * 100 + i)).collect(),
            "insights" => (0..BLOCK / 2)
                .map(|i| {
                    let (one, other) = (first + i * 2, first + i * 2 + 1);
                    let on = self.week(11);
                    object! {
                        "id": format!("i-{block:04}-{i}"),
                        "statement": self.words(53, block * 4 + i),
                        "evidence_type": pick(&["stated", "observed", "measured"], i as u64),
                        "recorded_on": date(on),
                        "validated_on": date(self.met(block, 1)),
                        "validated_with": list![Self::person(first)],
                        "from": list![format!("k-{one:05}-0"), format!("contributions/k-{other:05}-0")],
                    }
                })
                .collect(),
            "tallies" => {
                let options = self.voices(block).into_iter().filter(|voice| voice.phase == 3 && voice.reply_to.is_none());
                let options: Vec<Value> = options
                    .map(|voice| object! { "option": voice.id, "for": 3 + (voice.by % 5) as i64, "against": (voice.by % 3) as i64 })
                    .collect();
                vec![object! {
                    "id": format!("v-{block:04}"), "question": self.words(54, block), "closed_on": date(self.met(block, 3)),
                    "eligible": BLOCK, "cast": BLOCK, "threshold": 3, "options": options
                }]
            }
            "artefacts" => self.artefacts(block),
            "decisions" => self.decisions(block),
            "outcomes" => {
                let name = |phase: usize| format!("d-{block:04}-{phase}");
                let rows =
                    [("process", vec![name(1), name(2)], 26, 45), ("policy", vec![name(3)], 31, 47), ("interface", vec![name(4)], 41, 48)];
                rows.into_iter()
                    .enumerate()
                    .map(|(i, (kind, implements, from, to))| {
                        let credit = |n: usize, as_: &'static str| object! { "participant": Self::person(n), "as": as_ };
                        let late = (block % 4) as i64;
                        self.outcome(format!("o-{block:04}-{i}"), kind, implements, self.week(from + late), self.week(to + late) + 2)
                            .with("derived_from", (i == 0).then(|| list![format!("a-{block:04}-blueprint"), format!("k-{block:04}b-0")]))
                            .with("credits", list![credit(first, "proposed"), credit(first + 1, "tested")])
                    })
                    .chain(self.unfinished(block))
                    .collect()
            }
            "feedback" => (0..=MEETINGS.len())
                .map(|phase| {
                    let mut people: Vec<String> = Vec::new();
                    let mut covers: Vec<String> = Vec::new();
                    for voice in self.voices(block).into_iter().filter(|voice| voice.phase == phase) {
                        let person = Self::person(voice.by);
                        if !people.contains(&person) {
                            people.push(person);
                        }
                        covers.push(if voice.by % 2 == 0 { voice.id } else { format!("contributions/{}", voice.id) });
                    }
                    if phase > 0 {
                        covers.push(format!("decisions/d-{block:04}-{phase}"));
                    }
                    self.message(format!("f-{block:04}-{phase}"), self.decided(block, phase) + 7 + (block % 5) as i64, people, covers)
                })
                .chain([self.message(
                    format!("f-{block:04}-live"),
                    self.week(59),
                    (first..first + BLOCK).filter(|n| !self.leaves(*n)).map(Self::person).collect(),
                    (1..=MEETINGS.len()).map(|phase| format!("d-{block:04}-{phase}")).chain([format!("k-{block:04}b-1")]).collect(),
                )])
                .collect(),
            "agreements" => vec![object! {
                "id": format!("ag-{block:04}"), "kind": "contribution",
                "parties": (first..first + BLOCK).map(Self::person).collect::<Vec<_>>(),
                "signed_on": date(self.week(7)),
                "ip_terms": "Contributors keep their rights and let the service use what they bring.",
                "benefit_terms": "Everyone gets the results, the credit that they wish, and a certificate.",
                "benefits": list![
                    object! {
                        "to": "contributors", "kind": "certificate", "due_on": date(self.week(60)), "delivered_on": date(self.week(59))
                    },
                    object! { "to": "contributors", "kind": "first look at the results", "due_on": date(AS_OF + 30) },
                ]
            }],
            _ => Vec::new(),
        }
    }

    /// What is under way, with a date or without, and what was given up.
    fn unfinished(&self, block: usize) -> Vec<Value> {
        let outcome = |i: usize, kind: &'static str, status: &'static str| {
            object! {
                "id": format!("o-{block:04}-{i}"), "kind": kind, "owner": "team/m-04", "status": status,
                "started_on": date(self.week(50) + (block % 5) as i64), "ambition": "incremental"
            }
        };
        let under_way = outcome(3, "training", "in-progress")
            .with("implements", list![format!("d-{block:04}-4")])
            .with("due_on", (block + self.turn).is_multiple_of(2).then(|| date(AS_OF + 45)));
        if self.bent.only_successes {
            return vec![under_way];
        }
        let given_up = outcome(4, "technology", "dropped")
            .with("derived_from", list![format!("k-{block:04}b-1")])
            .with("dropped_on", date(self.week(57)))
            .with("dropped_reason", self.words(59, block));
        vec![under_way, given_up]
    }

    pub fn consents(&self, n: usize) -> Vec<Value> {
        let id = format!("c-{n:05}");
        let given = self.week(6) + (self.chance(41, n) >> 32) as i64 % 10;
        let consent = self.consent(id.clone(), Self::person(n), given, n);
        let consent = if Self::young(n) { consent.with("guardian_consent", true).with("child_assent", true) } else { consent };
        if self.leaves(n) {
            return vec![consent.with("state", "withdrawn").with("withdrawn_on", date(self.week(17)))];
        }
        if n % 9 == 4 {
            // Asked again, by itself, whether pictures may be shown.
            let again = self.consent(format!("{id}b"), Self::person(n), self.week(40), n);
            let again = again.with("purposes", list!["publicity"]).with("refused_purposes", list![]);
            return vec![consent, again];
        }
        vec![if n % 9 == 7 { consent.with("reconfirmed_on", date(self.week(39))) } else { consent }]
    }

    pub fn sessions(&self, block: usize) -> Vec<Value> {
        let currency = self.theme.5;
        let lead = format!("m-f{block:04}");
        let mut sessions = Vec::with_capacity(BLOCK + MEETINGS.len());
        for n in block * BLOCK..(block + 1) * BLOCK {
            let mut seats = vec![
                Self::seat(Self::person(n), "participant", 1.0, None, currency),
                Self::seat(format!("team/{lead}"), "facilitator", 1.0, None, currency),
            ];
            if n % 2 == 0 {
                seats.push(Self::seat("m-02".to_owned(), "note-taker", 1.0, None, currency));
            }
            let interview = self.session(Self::interview(n), "interview", self.interviewed(n), n, list![lead.clone()], seats);
            let recording = if self.agreed(n) == 0 { "notes" } else { "audio" };
            sessions.push(
                interview
                    .with("sprint", "sp-1")
                    .with("influence_points", list!["problem-framing"])
                    .with("modes", list!["diverge"])
                    .with("recording", recording),
            );
            for (id, kind, on, hours) in
                [(Self::visit(n), "observation", self.visited(n), 1.0), (Self::call(n), "interview", self.week(16) + (n % 5) as i64, 0.5)]
            {
                if kind == "interview" && (n % 2 == 1 || self.leaves(n)) {
                    continue;
                }
                let seats = vec![
                    Self::seat(Self::person(n), "participant", hours, None, currency),
                    Self::seat(lead.clone(), "facilitator", hours, None, currency),
                ];
                let session = self.session(id, kind, on, n + 3, list![lead.clone()], seats);
                sessions.push(if kind == "interview" {
                    session.with("sprint", "sp-2").with("mode", "remote-live").with("end", format!("{:02}:30", 9 + (n + 3) % 8))
                } else {
                    session.with("sprint", "sp-1").with("mode", "in-person").with("influence_points", list!["problem-framing"])
                });
            }
        }
        for (phase, (_, _, kind, point, mode)) in (1..).zip(MEETINGS) {
            let mut seats = Vec::new();
            for seat in 0..BLOCK {
                let n = block * BLOCK + seat;
                let present = self.present(block, phase, seat);
                if present || !self.leaves(n) {
                    let capacity = if present { "participant" } else { "absent" };
                    let travel = (present && n % 4 == 1 && Self::pay(n) == "paid").then_some(6.4);
                    seats.push(Self::seat(Self::person(n), capacity, 2.5, travel, currency));
                }
            }
            seats.push(Self::seat(lead.clone(), "facilitator", 2.5, None, currency));
            seats.push(Self::seat("team/m-03".to_owned(), "note-taker", 2.5, None, currency));
            if block == 0 || block % 3 == 1 {
                seats.push(Self::seat("m-01".to_owned(), "observer", 1.0, None, currency));
            }
            let item = |i: usize| object! { "item": self.words(55, block * 16 + phase * 4 + i) };
            let agenda = list![item(0), item(1).with("proposed_by", Self::person(block * BLOCK)), item(2)];
            let on = self.met(block, phase);
            let facilitators = list![lead.clone(), "m-05"];
            sessions.push(
                self.session(Self::meeting(block, phase), kind, on, block, facilitators, seats)
                    .with("influence_points", list![point])
                    .with("modes", if phase == 3 { list!["diverge", mode] } else { list![mode] })
                    .with("sprint", pick(&["sp-2", "sp-2", "sp-3", "sp-3"], phase as u64 - 1))
                    .with("agenda", agenda)
                    .with("tests", (phase == 4).then(|| list![format!("a-{block:04}-prototype")]))
                    .with("note", block.is_multiple_of(3).then(|| self.words(56, block * 4 + phase))),
            );
        }
        sessions
    }

    pub fn payments(&self, block: usize) -> Vec<Value> {
        let mut payments = Vec::with_capacity(48);
        for n in (block * BLOCK..(block + 1) * BLOCK).filter(|n| Self::pay(*n) == "paid") {
            let visit = (Self::visit(n), "v", self.visited(n), 1.0);
            let call = (Self::call(n), "c", self.week(16) + (n % 5) as i64, 0.5);
            for (session, letter, on, hours) in [visit, call] {
                if letter == "v" || n % 2 == 0 && !self.leaves(n) {
                    let id = format!("y-{n:05}-{letter}");
                    payments.push(self.payment(id, Self::person(n), session, on, (hours, 0.0, 0.0), n * 8 + 6));
                }
            }
            for phase in 0..=MEETINGS.len() {
                if phase > 0 && !self.present(block, phase, n % BLOCK) {
                    continue;
                }
                let (session, on, hours) = if phase == 0 {
                    (Self::interview(n), self.interviewed(n), (1.0, 0.0, 0.5))
                } else {
                    (Self::meeting(block, phase), self.met(block, phase), (2.5, 1.0, 0.5))
                };
                let id = format!("y-{n:05}-{phase}");
                let payment = self.payment(id.clone(), Self::person(n), session.clone(), on, hours, n * 8 + phase);
                payments.push(if n % 19 == 6 {
                    // Their own choice, which counts as an answer.
                    payment.without("amount").without("currency").without("paid_on").with("declined_by_participant", true)
                } else {
                    payment
                });
                if phase > 0 && n % 4 == 1 {
                    payments.push(object! {
                        "id": format!("{id}x"), "participant": Self::person(n), "kind": "expense", "for_session": session,
                        "amount": 6.4, "currency": self.theme.5, "earned_on": date(on), "paid_on": date(on + 9)
                    });
                }
            }
        }
        payments
    }

    pub fn artefacts(&self, block: usize) -> Vec<Value> {
        let id = |name: &str| format!("a-{block:04}-{name}");
        let from = |phase: usize| -> Vec<String> {
            self.voices(block).into_iter().filter(|voice| voice.phase == phase && voice.adopted()).map(|voice| voice.id).collect()
        };
        vec![
            self.artefact(id("map"), "journey-map", self.week(11) + 2, vec![format!("k-{:05}-0", block * BLOCK)]),
            self.artefact(id("blueprint"), "service-blueprint", self.week(24), from(2)),
            self.artefact(id("prototype"), "prototype", self.week(33), vec![id("blueprint")]),
            self.artefact(id("script"), "script", self.week(44), vec![format!("d-{block:04}-4")]),
            // A draft that nothing came of is nobody's fault.
            self.artefact(id("draft"), "service-blueprint", self.week(30), vec![id("map")]).with("status", "draft"),
            self.artefact(id("log"), "learning-log", self.week(52), vec![id("prototype"), format!("decisions/d-{block:04}-3")]),
        ]
    }

    pub fn decisions(&self, block: usize) -> Vec<Value> {
        let voices = self.voices(block);
        let scopes = ["problem-framing", "solution", "policy", "delivery"];
        let topics = ["t-1", "t-2", "t-3", "t-4"];
        let mut decisions = Vec::with_capacity(5);
        for phase in 1..=MEETINGS.len() {
            let mut informed_by = vec![format!("sessions/{}", Self::meeting(block, phase)), format!("i-{block:04}-{}", phase % 3)];
            match phase {
                3 => informed_by.push(format!("v-{block:04}")),
                4 => informed_by.push(format!("artefacts/a-{block:04}-prototype")),
                _ => {}
            }
            let mine = voices.iter().filter(|voice| voice.adopted() && (voice.phase == phase || phase == 1 && voice.phase == 0));
            informed_by.extend(mine.map(|voice| if phase % 2 == 0 { voice.id.clone() } else { format!("contributions/{}", voice.id) }));
            let with = [Self::person(block * BLOCK), Self::person(block * BLOCK + 1)];
            let (topic, scope) = (pick(&topics, phase as u64 - 1), pick(&scopes, phase as u64 - 1));
            let decision = self.decision(format!("d-{block:04}-{phase}"), topic, scope, self.decided(block, phase), with, informed_by);
            decisions.push(if phase == 4 {
                decision.with("amount", 12_000).with("currency", self.theme.5).with("draws_on", "delivery")
            } else {
                decision
            });
        }
        if !self.bent.only_successes {
            let with = [Self::person(block * BLOCK + 1), Self::person(block * BLOCK)];
            let informed_by = vec![Self::meeting(block, 3), format!("k-{}-1", Self::meeting(block, 3).trim_start_matches("s-"))];
            let turned_down = self.decision(format!("d-{block:04}-5"), "t-3", "policy", self.decided(block, 3), with, informed_by);
            decisions.push(turned_down.with("status", "rejected").without("commitment"));
        }
        decisions
    }
}
