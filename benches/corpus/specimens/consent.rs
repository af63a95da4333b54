//! Specimens of the rules `consent/…`.

use crate::corpus::chance::date;
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
];
