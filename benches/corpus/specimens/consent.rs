//! Specimens of the rules `consent/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "consent/missing",
        apart: &[],
        sow: |kit, bad| {
            let other_basis = kit.guest("other-basis");
            let consent = other_basis.consent.with("state", "requested").with("lawful_basis", "public-task");
            kit.come(Guest { consent, ..other_basis });
            if bad {
                let unasked = kit.guest("unasked");
                kit.come(Guest { consent: Value::Absent, ..unasked });
            }
            "participants/p-unasked".into()
        },
    },
    Specimen {
        rule: "consent/after-participation",
        apart: &[],
        sow: |kit, bad| {
            let same_day = kit.guest("same-day");
            let consent = same_day.consent.with("given_on", date(same_day.day));
            kit.come(Guest { consent, ..same_day });
            if bad {
                let after = kit.guest("after");
                let consent = after.consent.with("given_on", date(after.day + 1));
                kit.come(Guest { consent, ..after });
            }
            "participants/p-after".into()
        },
    },
    Specimen {
        rule: "consent/withdrawn-still-used",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("left-in-time", 5), ("withdrawn", 6)] {
                if days == 6 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("state", "withdrawn").with("withdrawn_on", date(guest.day - days));
                kit.come(Guest { consent, ..guest });
            }
            "consents/c-withdrawn".into()
        },
    },
    Specimen {
        rule: "consent/expired",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("last-day", 0), ("lapsed", 1)] {
                if days == 1 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("valid_until", date(guest.day - days));
                kit.come(Guest { consent, ..guest });
            }
            "consents/c-lapsed".into()
        },
    },
    Specimen {
        rule: "consent/not-demonstrable",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let guest = kit.guest("unproven");
                let consent = guest.consent.without("controller");
                kit.come(Guest { consent, ..guest });
            }
            "consents/c-unproven".into()
        },
    },
    Specimen {
        rule: "consent/bundled",
        apart: &[],
        sow: |kit, bad| {
            for (name, apart) in [("asked-apart", true), ("bundled", false)] {
                if !apart && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("purposes", list!["participation", "publicity"]).with("separate_answers", apart);
                kit.come(Guest { consent: consent.without("refused_purposes"), ..guest });
            }
            "consents/c-bundled".into()
        },
    },
    Specimen {
        rule: "consent/minor-without-guardian",
        apart: &[],
        sow: |kit, bad| {
            for (name, themselves) in [("both-asked", true), ("not-asked", false)] {
                if !themselves && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let participant = guest.participant.with("age_band", "under 16").with("age_under", 16);
                let consent = guest.consent.with("guardian_consent", true).with("child_assent", themselves.then_some(true));
                kit.come(Guest { participant, consent, ..guest });
            }
            "participants/p-not-asked".into()
        },
    },
    Specimen {
        rule: "consent/not-refreshed",
        apart: &[],
        sow: |kit, bad| {
            let changed = kit.of.week(3);
            for (name, again) in [("asked-again", true), ("old-purpose", false)] {
                if !again && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let participant = guest.participant.with("invited_on", date(changed - 20)).with("joined_on", date(changed - 10));
                let consent = guest.consent.with("given_on", date(changed - 1)).with("purpose_version", 1);
                let consent = consent.with("reconfirmed_on", again.then(|| date(guest.day)));
                kit.come(Guest { participant, consent, ..guest });
            }
            "participants/p-old-purpose".into()
        },
    },
    Specimen {
        rule: "consent/scope-exceeded",
        apart: &[],
        sow: |kit, bad| {
            for (name, purposes) in [("on-tape", list!["participation", "recording"]), ("taped", list!["participation"])] {
                if name == "taped" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("purposes", purposes);
                kit.come(Guest { consent, session: guest.session.with("recording", "audio"), ..guest });
            }
            "participants/p-taped".into()
        },
    },
    // The same rule, of what is published.
    Specimen {
        rule: "consent/scope-exceeded",
        apart: &[],
        sow: |kit, bad| {
            for (name, purpose) in [("quoted", "quotation"), ("exposed", "recording")] {
                if name == "exposed" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("purposes", list!["participation", purpose]);
                kit.come(Guest { consent, ..guest });
                let publication = object! {
                    "id": format!("pub-{name}"), "kind": "evaluation", "audience": "public", "published_on": date(kit.of.week(61)),
                    "features": list![format!("p-{name}")]
                };
                kit.add("publications", publication);
            }
            "publications/pub-exposed".into()
        },
    },
    Specimen {
        rule: "consent/tied-to-payment",
        apart: &[],
        sow: |kit, bad| {
            // A session that is shown live cannot be held without.
            let guest = kit.guest("broadcast");
            let consent = guest.consent.with("purposes", list!["participation", "publicity"]);
            let consent = consent.with("necessary_purposes", list!["publicity"]).with("separate_answers", true);
            let payment = guest.payment.with("required_purposes", list!["participation", "publicity"]);
            kit.come(Guest { consent, payment, ..guest });
            if bad {
                let guest = kit.guest("receipt");
                kit.come(Guest { consent: guest.consent.with("on_pay_receipt", true), ..guest });
            }
            "consents/c-receipt".into()
        },
    },
    Specimen {
        rule: "consent/withdrawal-route-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, back) in [("by-call", "call"), ("by-letter", "post")] {
                if back == "post" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let consent = guest.consent.with("method", "form").with("withdrawal_method", back);
                kit.come(Guest { consent, ..guest });
            }
            "consents/c-by-letter".into()
        },
    },
    Specimen {
        rule: "consent/model-trained-without-consent",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("learned-from");
            let purposes = if bad { list!["participation"] } else { list!["participation", "ai-training"] };
            let consent = guest.consent.clone().with("purposes", purposes).without("refused_purposes");
            let began = guest.day + 40;
            kit.come(Guest { consent, ..guest });
            let model = object! {
                "id": "o-learner", "kind": "technology", "owner": "team/m-04", "status": "in-progress",
                "implements": list!["d-0000-4"], "started_on": date(began), "due_on": date(AS_OF + 45),
                "ambition": "incremental", "trained_on": list!["k-learned-from"]
            };
            kit.add("outcomes", model);
            "participants/p-learned-from".into()
        },
    },
];
