//! Specimens of the rules `pay/…`.

use crate::corpus::chance::date;
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Specimen};

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "pay/policy-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.pay_policy_without_timing = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "pay/unpaid",
        apart: &[],
        sow: |kit, bad| {
            let declined = kit.guest("declined");
            let payment = declined.payment.without("amount").without("currency").without("paid_on").with("declined_by_participant", true);
            kit.come(Guest { payment, ..declined });
            if bad {
                let unpaid = kit.guest("unpaid");
                kit.come(Guest { payment: Value::Absent, ..unpaid });
            }
            "sessions/s-unpaid/attendance[person=p-unpaid,capacity=participant]".into()
        },
    },
    Specimen {
        rule: "pay/below-floor",
        apart: &[],
        sow: |kit, bad| {
            for (name, short) in [("at-the-floor", 0.0), ("below", 0.5)] {
                if short > 0.0 && !bad {
                    continue;
                }
                let amount = kit.of.floor as f64 * 1.5 - short;
                let guest = kit.guest(name);
                let payment = guest.payment.with("amount", amount);
                kit.come(Guest { payment, ..guest });
            }
            "payments/y-below".into()
        },
    },
    Specimen {
        rule: "pay/late",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("thirty-days", 30), ("late", 31)] {
                if days > 30 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let payment = guest.payment.with("paid_on", date(guest.day + days));
                kit.come(Guest { payment, ..guest });
            }
            "payments/y-late".into()
        },
    },
    Specimen {
        rule: "pay/expenses-not-covered",
        apart: &[],
        sow: |kit, bad| {
            let currency = kit.of.theme.5;
            for (name, repaid) in [("repaid", 8.4), ("out-of-pocket", 8.0)] {
                if name == "out-of-pocket" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let spent = move |seat: Value| {
                    let cost = |kind: &'static str, amount: f64| object! { "kind": kind, "amount": amount, "currency": currency };
                    let costs = list![cost("travel", 6.4), cost("care", 2.0)];
                    if seat.text("capacity") == "participant" { seat.with("costs", costs) } else { seat }
                };
                let expense = object! {
                    "id": format!("y-{name}-x"), "participant": format!("p-{name}"), "kind": "expense", "for_session": format!("s-{name}"),
                    "amount": repaid, "currency": currency, "earned_on": date(guest.day), "paid_on": date(guest.day + 9)
                };
                kit.add("payments", expense);
                let session = guest.session.edit("attendance", |seats| seats.each(spent));
                kit.come(Guest { session, ..guest });
            }
            "sessions/s-out-of-pocket/attendance[person=p-out-of-pocket,capacity=participant]".into()
        },
    },
    Specimen {
        rule: "pay/inclusion-budget-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                let free = move |line: Value| {
                    if line.text("kind") == "access" {
                        line.with("amount", 0).with("reason", (!bad).then_some("The office for access pays for it."))
                    } else {
                        line
                    }
                };
                charter.edit("budget", |lines| lines.each(free))
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "pay/offer-after-session",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("told-at-the-door", 0), ("told-after", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let payment = guest.payment.with("offered_on", date(guest.day + days));
                kit.come(Guest { payment, ..guest });
            }
            "payments/y-told-after".into()
        },
    },
    Specimen {
        rule: "pay/only-professionals-paid",
        apart: &[],
        sow: |kit, bad| {
            // It is not recorded whether they may be paid at all, so nobody can say that they ought to have been.
            let declined = kit.guest("no-thanks");
            let participant = declined.participant.with("pay_eligibility", "unknown");
            let payment = declined.payment.without("amount").without("currency").without("paid_on").with("declined_by_participant", true);
            kit.come(Guest { participant, payment, ..declined });
            if bad {
                let guest = kit.guest("unasked-for-pay");
                let participant = guest.participant.with("pay_eligibility", "unknown");
                kit.come(Guest { participant, payment: Value::Absent, ..guest });
            }
            "sessions/s-unasked-for-pay".into()
        },
    },
    Specimen {
        rule: "pay/unequal-for-same-work",
        apart: &[],
        sow: |kit, bad| {
            // Within the limit of a twentieth, or a little beyond it.
            let low = if bad { 37.9 } else { 38.0 };
            let guests = (0..6).map(|i| {
                let guest = kit.guest(&format!("unalike-{i}"));
                let participant = guest.participant.edit("attributes", |all| all.with("use", if i < 3 { "daily" } else { "monthly" }));
                let payment = guest.payment.with("amount", 1.5 * if i < 3 { 40.0 } else { low });
                Guest { participant, payment, ..guest }
            });
            let guests: Vec<Guest> = guests.collect();
            kit.workshop("s-unalike", guests, &[("m-05", "facilitator")]);
            "sessions/s-unalike".into()
        },
    },
];
