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
];
