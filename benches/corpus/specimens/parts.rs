//! Records that specimens of several families are made from. What a programme has anyway is not here.

use crate::corpus::chance::date;
use crate::corpus::json::Value;
use crate::corpus::kit::Kit;
use crate::corpus::programme::{Programme, Voice};

impl Kit {
    /// Something that a participant of the first block brought by letter, and that was answered ten days later.
    pub fn letter(&self, id: &str, by: usize, on: i64, disposition: &'static str) -> Value {
        let voice =
            Voice { id: id.to_owned(), by, session: String::new(), phase: 0, made: on, disposed: on + 10, disposition, reply_to: None };
        let number = id.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        self.of.contribution(&voice, number).without("session").with("ip_class", "none").without("recorded_at")
    }

    /// An agreement that gives something to those who sign it.
    pub fn agreement(&self, name: &str, parties: Vec<String>, signed: i64) -> Value {
        object! {
            "id": format!("ag-{name}"), "kind": "contribution", "parties": parties, "signed_on": date(signed),
            "ip_terms": "Contributors keep their rights and let the service use what they bring.",
            "benefit_terms": "Everyone gets the results and the credit that they wish.",
            "benefits": list![object! { "to": "contributors", "kind": "first use" }]
        }
    }

    /// A sprint of four weeks that left a map.
    pub fn sprint(&self, name: &str, from: i64) -> Value {
        object! {
            "id": format!("sp-{name}"), "kind": "design", "hypothesis": self.of.words(60, name.len()), "metric": "x-0",
            "started_on": date(from), "timebox_weeks": 4, "ended_on": date(from + 25), "outputs": list!["a-0000-map"]
        }
    }

    /// A measure of what the first outcomes changed, with a value from before; none of those by which the programme
    /// is to be judged.
    pub fn metric(&self, name: &str) -> Value {
        object! {
            "id": format!("x-{name}"), "name": "Letters that were understood", "level": "operational",
            "criterion": "outcome", "scope": "touchpoint", "unit": "per cent", "headline": false,
            "population": "all-users", "defined_on": date(self.of.week(14)), "of": list!["o-0000-0", "o-0000-1"],
            "baseline": object! { "value": 61.5, "on": date(self.of.week(10)) },
            "measurements": list![self.measured(52), self.measured(60)]
        }
    }

    /// A value that was measured in some week.
    pub fn measured(&self, week: i64) -> Value {
        object! { "on": date(self.of.week(week) + 2), "value": 70.5, "n": 90, "population": "all-users" }
    }

    /// A visit to a participant, whose hours are paid.
    pub fn visit(&mut self, name: &str, person: &str, on: i64, hours: f64) -> Value {
        let id = format!("s-{name}");
        let seats = vec![
            Programme::seat(person.to_owned(), "participant", hours, None, self.of.theme.5),
            Programme::seat("m-05".to_owned(), "facilitator", hours, None, self.of.theme.5),
        ];
        let payment = self.of.payment(format!("y-{name}"), person.to_owned(), id.clone(), on, (hours, 0.0, 0.0), 0);
        self.add("payments", payment);
        let end = format!("{:02}:{:02}", 10 + hours as i64, (hours * 60.0) as i64 % 60);
        self.of.session(id, "observation", on, 0, list!["m-05"], seats).with("start", "10:00").with("end", end)
    }

    /// A message of the programme to people of the first block about some of what they brought.
    pub fn answer(&self, name: &str, people: &[usize], on: i64, covers: Vec<String>) -> Value {
        self.of.message(format!("f-{name}"), on, people.iter().map(|n| Programme::person(*n)).collect(), covers)
    }
}
