//! Specimens of the rules `privacy/…`.

use crate::corpus::kit::{Guest, Specimen};

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
];
