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

    /// A short visit to a participant of the first block, which is paid.
    pub fn visit(&mut self, name: &str, n: usize, on: i64) -> Value {
        let (id, person) = (format!("s-{name}"), Programme::person(n));
        let seats = vec![
            Programme::seat(person.clone(), "participant", 0.5, None, self.of.theme.5),
            Programme::seat("m-05".to_owned(), "facilitator", 0.5, None, self.of.theme.5),
        ];
        if Programme::pay(n) == "paid" {
            let payment = self.of.payment(format!("y-{name}"), person, id.clone(), on, (0.5, 0.0, 0.0), n);
            self.add("payments", payment);
        }
        self.of.session(id, "observation", on, n, list!["m-05"], seats).with("start", "10:00").with("end", "10:30")
    }

    /// A message of the programme to people of the first block about some of what they brought.
    pub fn answer(&self, name: &str, people: &[usize], on: i64, covers: Vec<String>) -> Value {
        self.of.message(format!("f-{name}"), on, people.iter().map(|n| Programme::person(*n)).collect(), covers)
    }
}
