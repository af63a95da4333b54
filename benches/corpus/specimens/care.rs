//! Specimens of the rules `care/…`.

use crate::corpus::chance::{AS_OF, date};
use crate::corpus::json::Value;
use crate::corpus::kit::{Guest, Kit, Specimen};
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
    Specimen {
        rule: "care/incident-unresolved",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(34);
            let open = kit.of.incident("in-seen-to", on).with("followed_up_on", date(on + 14)).without("closed_on");
            kit.add("incidents", open);
            if bad {
                let unseen = kit.of.incident("in-unseen", on).without("followed_up_on").without("closed_on");
                kit.add("incidents", unseen);
            }
            "incidents/in-unseen".into()
        },
    },
    Specimen {
        rule: "care/onboarding-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("briefed", 0), ("unbriefed", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let decided = guest.day + 14;
                let participant = guest.participant.clone().with("briefed_on", date(decided + days));
                kit.come(Guest { participant, ..guest });
                let decision = kit.decision(name, decided).with("recommended_by", list![format!("p-{name}"), "p-00000"]);
                kit.add("decisions", decision);
                kit.delivery(name, decided);
            }
            "participants/p-unbriefed".into()
        },
    },
    Specimen {
        rule: "care/progress-not-visible",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("feedback", move |message| match message.text("id") {
                "f-news-3" => Value::Absent,
                "f-news-2" => message.with("sent_on", date(AS_OF - 42 - i64::from(bad))),
                _ => message,
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "care/safeguarding-plan-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.amend("programme", move |charter| {
                let charter = charter.with("sensitivity", "high");
                if bad { charter.without("support_contact") } else { charter }
            });
            "programme".into()
        },
    },
    Specimen {
        rule: "care/session-day-overfull",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(37) + 2;
            for (id, tests) in [("m-brisk", 6), ("m-busy", 7)] {
                if tests > 6 && !bad {
                    continue;
                }
                kit.add("team", object! { "id": id, "side": "staff", "functions": list!["research"], "interests_declared": true });
                for i in 0..tests {
                    // With passers-by, of whom no list is kept.
                    let seats = vec![Programme::seat(id.to_owned(), "facilitator", 1.0, None, kit.of.theme.5)];
                    let session = kit.of.session(format!("s-{id}-{i}"), "usability-test", on, i, list![id], seats);
                    let time = |hour: usize| format!("{:02}:00", 9 + i + hour);
                    kit.add("sessions", session.with("start", time(0)).with("end", time(1)).without("breaks"));
                }
            }
            "team/m-busy".into()
        },
    },
    Specimen {
        rule: "care/session-without-break",
        apart: &[],
        sow: |kit, bad| {
            for (name, hours) in [("ninety-minutes", 1.5), ("no-break", 1.75)] {
                if name == "no-break" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let guest = stays(kit, guest, name, hours);
                kit.come(guest);
            }
            "sessions/s-no-break".into()
        },
    },
    Specimen {
        rule: "care/short-notice-recruitment",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("week-ahead", 7), ("short-notice", 6)] {
                if days < 7 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let session = guest.session.with("invited_on", date(guest.day - days));
                kit.come(Guest { session, ..guest });
            }
            "sessions/s-short-notice".into()
        },
    },
    Specimen {
        rule: "care/staff-double-duty",
        apart: &[],
        sow: |kit, bad| {
            for (name, hours) in [("little-asked", 3.5), ("double-duty", 4.0)] {
                if name == "double-duty" && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let guest = stays(kit, guest, name, hours);
                let participant = guest.participant.with("types", list!["frontline-staff"]);
                kit.come(Guest { participant, session: guest.session.with("breaks", 2), ..guest });
            }
            "participants/p-double-duty".into()
        },
    },
];

/// A guest who stays for so many hours, and is paid for them.
fn stays(kit: &Kit, guest: Guest, name: &str, hours: f64) -> Guest {
    let minutes = (hours * 60.0) as i64;
    let session = guest.session.edit("attendance", |seats| seats.each(|seat| seat.with("hours", hours)));
    let session = session.with("start", "10:00").with("end", format!("{:02}:{:02}", 10 + minutes / 60, minutes % 60));
    let payment = kit.of.payment(format!("y-{name}"), format!("p-{name}"), format!("s-{name}"), guest.day, (hours, 0.0, 0.5), 0);
    Guest { session, payment, ..guest }
}
