//! Specimens of the rules `care/…`.

use crate::corpus::chance::date;
use crate::corpus::kit::{Guest, Specimen};
use crate::corpus::programme::Programme;

/// In the order in which they are sown.
pub const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "care/participant-overloaded",
        apart: &[],
        sow: |kit, bad| {
            for (name, hours) in [("busy", 2.0), ("overloaded", 2.5)] {
                if name == "overloaded" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let day = guest.day;
                // An interview of an hour with half an hour on the road, and two long visits within four weeks.
                for (k, length, on) in [(1, 2.5, day + 13), (2, hours, day + 27)] {
                    let (id, person) = (format!("s-{name}-{k}"), format!("p-{name}"));
                    let seats = vec![
                        Programme::seat(person.clone(), "participant", length, None, kit.of.theme.5),
                        Programme::seat("m-05".to_owned(), "facilitator", length, None, kit.of.theme.5),
                    ];
                    let session = kit.of.session(id.clone(), "observation", on, k, list!["m-05"], seats);
                    kit.add(
                        "sessions",
                        session.with("start", "10:00").with("end", if length > 2.0 { "12:30" } else { "12:00" }).with("breaks", 1),
                    );
                    let payment = kit.of.payment(format!("y-{name}-{k}"), person, id, on, (length, 0.5, 0.5), k);
                    kit.add("payments", payment);
                }
                kit.come(guest);
            }
            "participants/p-overloaded".into()
        },
    },
    Specimen {
        rule: "care/access-need-unmet",
        apart: &[],
        sow: |kit, bad| {
            let need = |adjustment: Option<&'static str>, met: bool| {
                object! { "need": "Needs the room to be quiet.", "adjustment": adjustment, "met": met }
            };
            let guest = kit.guest("no-longer");
            let participant = guest.participant.with("access_needs", list![need(None, false).with("withdrawn_on", date(guest.day - 3))]);
            kit.come(Guest { participant, ..guest });
            if bad {
                let guest = kit.guest("unmet");
                let participant = guest.participant.with("access_needs", list![need(Some("A side room"), true), need(None, false)]);
                kit.come(Guest { participant, ..guest });
            }
            "participants/p-unmet".into()
        },
    },
];
