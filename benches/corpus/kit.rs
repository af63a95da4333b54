//! A programme with its specimens: what a specimen is, the guests that come for its sake, and how all is written.

use std::io;
use std::path::Path;

use super::Planted;
use super::chance::date;
use super::files::{Files, REGISTERS, Shape};
use super::json::Value;
use super::programme::{BLOCK, Programme, Voice};
use super::specimens;

/// What stays just inside a rule, and what breaks it.
pub struct Specimen {
    pub rule: &'static str,
    /// Rules whose specimens may not stand in the same programme.
    pub apart: &'static [&'static str],
    /// Adds the specimen, faulty or not; the address of the finding if faulty, empty where it has no place here.
    pub sow: fn(&mut Kit, bool) -> String,
}

/// A participant who comes once, for a specimen, with all that a clean record of it needs.
pub struct Guest {
    /// The day on which they come.
    pub day: i64,
    pub participant: Value,
    pub consent: Value,
    pub session: Value,
    pub payment: Value,
    pub contribution: Value,
    /// A second one, so that guests are not much quieter than the others.
    pub further: Value,
    pub message: Value,
}

/// A change to a record; what comes back absent is left out.
pub type Amend = Box<dyn Fn(Value) -> Value>;

/// A programme with its specimens.
pub struct Kit {
    pub of: Programme,
    pub extra: Vec<(&'static str, Value)>,
    pub stray: Vec<(&'static str, Vec<u8>)>,
    /// What specimens change in the charter, named `programme`, or in each record of a register.
    pub amends: Vec<(&'static str, Amend)>,
    /// Where the programme has nothing but what specimens add: its registers. All others are kept elsewhere.
    pub bare: Option<&'static [&'static str]>,
    /// Sessions that the programme claims to have held beyond those on record.
    pub boast: i64,
    /// How many specimens there are to be, and how many guests there are.
    pub kinds: usize,
    pub guests: usize,
    /// How many blocks the specimens need.
    pub blocks_min: usize,
    pub planted: Vec<Planted>,
}

impl Kit {
    pub fn new(of: Programme) -> Self {
        Kit {
            of,
            extra: Vec::new(),
            stray: Vec::new(),
            amends: Vec::new(),
            bare: None,
            boast: 0,
            kinds: 0,
            guests: 0,
            blocks_min: 1,
            planted: Vec::new(),
        }
    }

    /// Adds as many specimens as are asked for, going on in the list where the last programme left off.
    pub fn sow(&mut self, index: usize, kinds: usize, faults: bool) {
        self.kinds = kinds;
        let all = specimens::all();
        let mut sown: Vec<&Specimen> = Vec::new();
        // One further on in each round, so that no two are always in each other's way.
        let from = index * kinds + index * kinds / all.len();
        for turn in 0..all.len() {
            let Some(specimen) = all.get((from + turn) % all.len()) else { return };
            let clash = |other: &&Specimen| other.apart.contains(&specimen.rule) || specimen.apart.contains(&other.rule);
            if sown.len() == kinds || sown.iter().any(clash) {
                continue;
            }
            sown.push(specimen);
            self.sow_one(specimen, faults);
        }
    }

    /// Adds one specimen.
    pub fn sow_one(&mut self, specimen: &Specimen, faults: bool) {
        if faults && specimen.rule != specimens::OVER_ERRORS {
            let on_conditions =
                |outcome| if matches!(outcome, Value::Text(ref text) if text == "pass") { "pass-with-conditions".into() } else { outcome };
            self.amend("gates", move |gate| gate.edit("outcome", on_conditions));
        }
        let address = (specimen.sow)(self, faults);
        if faults && !address.is_empty() {
            self.plant(specimen.rule, address);
        }
    }

    /// Says that there is to be a finding.
    pub fn plant(&mut self, rule: &'static str, address: String) {
        self.planted.push(Planted { programme: self.of.id.clone(), rule, address });
    }

    pub fn add(&mut self, register: &'static str, record: Value) {
        if !matches!(record, Value::Absent) {
            self.extra.push((register, record));
        }
    }

    /// Adds a row to a list of the charter.
    pub fn row(&mut self, list: &'static str, row: Value) {
        self.of.rows.push((list, row));
    }

    /// Changes each record of a register, those of other specimens as well, or with `programme` the charter.
    pub fn amend(&mut self, register: &'static str, change: impl Fn(Value) -> Value + 'static) {
        self.amends.push((register, Box::new(change)));
    }

    /// The record as specimens change it.
    fn amended(&self, register: &str, record: Value) -> Value {
        self.amends.iter().filter(|amend| amend.0 == register).fold(record, |record, amend| (amend.1)(record))
    }

    /// A clean participant with one interview, a day apart from the last.
    pub fn guest(&mut self, name: &str) -> Guest {
        let of = &self.of;
        let g = self.guests;
        self.guests += 1;
        let n = of.blocks * BLOCK + g;
        let day = of.week(30 + (g / 5 % 5) as i64) + (g % 5) as i64;
        let (person, session, contribution) = (format!("p-{name}"), format!("s-{name}"), format!("k-{name}"));
        let seats = vec![
            Programme::seat(person.clone(), "participant", 1.0, None, of.theme.5),
            Programme::seat("m-05".to_owned(), "facilitator", 1.0, None, of.theme.5),
        ];
        let voice = Voice {
            id: contribution.clone(),
            by: n,
            session: session.clone(),
            phase: 0,
            made: day,
            disposed: day + 10,
            disposition: "informs",
            reply_to: None,
        };
        let contribution = |id: &str, number: usize| {
            let contribution = of.contribution(&voice, number).with("id", id.to_owned());
            contribution.with("by", list![person.clone()]).with("ip_class", "none")
        };
        Guest {
            day,
            participant: of
                .participant(person.clone(), n)
                .with("types", list!["customer"])
                .with("pay_eligibility", "paid")
                .with("invited_on", date(day - 30))
                .with("joined_on", date(day - 14))
                .with("briefed_on", date(day - 7))
                .without("workload_relief")
                .without("access_needs")
                .without("recorded_at"),
            consent: of.consent(format!("c-{name}"), person.clone(), day - 10, n * 5),
            session: of.session(session.clone(), "interview", day, g, list!["m-05"], seats),
            payment: of.payment(format!("y-{name}"), person.clone(), session, day, (1.0, 0.0, 0.5), n * 8),
            contribution: contribution(&voice.id, n * 7),
            further: contribution(&format!("k-{name}-2"), n * 7 + 1),
            message: of.message(format!("f-{name}"), day + 20, vec![person.clone()], vec![voice.id.clone(), format!("k-{name}-2")]),
        }
    }

    pub fn come(&mut self, guest: Guest) {
        self.add("participants", guest.participant);
        self.add("consents", guest.consent);
        self.add("sessions", guest.session);
        self.add("payments", guest.payment);
        self.add("contributions", guest.contribution);
        self.add("contributions", guest.further);
        self.add("feedback", guest.message);
    }

    /// A meeting of guests and members of the team, in the place of the guests' interviews.
    pub fn workshop(&mut self, id: &str, guests: Vec<Guest>, staff: &[(&'static str, &'static str)]) {
        let currency = self.of.theme.5;
        let on = guests.last().map_or(0, |guest| guest.day);
        let mut seats = Vec::new();
        for guest in guests {
            seats.push(Programme::seat(guest.participant.text("id").to_owned(), "participant", 1.0, None, currency));
            let said = |record: Value| {
                record.with("session", id.to_owned()).with("made_on", date(on)).with("disposed_on", date(on + 10)).without("recorded_at")
            };
            self.come(Guest {
                session: Value::Absent,
                payment: guest.payment.with("for_session", id.to_owned()).with("earned_on", date(on)).with("paid_on", date(on + 12)),
                contribution: said(guest.contribution),
                further: said(guest.further),
                message: guest.message.with("sent_on", date(on + 20)),
                ..guest
            });
        }
        for (member, capacity) in staff {
            seats.push(Programme::seat((*member).to_owned(), capacity, 1.0, None, currency));
        }
        let number = self.guests;
        let session =
            self.of.session(id.to_owned(), "workshop", on, number, list!["m-05"], seats).with("start", "18:00").with("end", "19:00");
        self.add("sessions", session);
    }

    /// A decision like those of the blocks, with evidence of the first block.
    pub fn decision(&self, name: &str, on: i64) -> Value {
        let with = [Programme::person(0), Programme::person(1)];
        self.of.decision(format!("d-{name}"), "t-2", "solution", on, with, vec!["sessions/s-0000b".to_owned()])
    }

    /// An outcome that delivers a decision, shipped some ten weeks after it.
    pub fn delivery(&mut self, name: &str, decided: i64) {
        let outcome = self.of.outcome(format!("o-{name}"), "process", vec![format!("d-{name}")], decided + 14, decided + 70);
        self.add("outcomes", outcome);
    }

    /// Writes the programme.
    pub fn write(&self, folder: &Path, shape: Shape) -> io::Result<()> {
        let mut files = Files::new(folder, shape, self.of.ascii)?;
        let elsewhere = |register: &'static str| self.bare.is_some_and(|kept| !kept.contains(&register));
        let keeping = REGISTERS.iter().filter(|(register, _)| elsewhere(register));
        let keeping: Vec<Value> =
            keeping.map(|(register, _)| object! { "register": *register, "kept": "elsewhere", "where": "the archive" }).collect();
        let charter = self.of.charter().with("keeping", (!keeping.is_empty()).then_some(keeping));
        files.fields(&self.amended("programme", charter))?;
        for (register, bundle) in REGISTERS.into_iter().filter(|(register, _)| !elsewhere(register)) {
            files.begin(register, bundle)?;
            let (once, blocks) = if self.bare.is_some() { (Vec::new(), 0) } else { (self.of.once(register), self.of.blocks) };
            let blocks = (0..blocks).flat_map(|block| self.of.of_block(register, block));
            let extra = self.extra.iter().filter(|extra| extra.0 == register).map(|extra| extra.1.clone());
            for record in once.into_iter().chain(blocks).chain(extra) {
                match self.amended(register, record) {
                    Value::Absent => {}
                    record => files.put(&record)?,
                }
            }
            files.end()?;
        }
        for (path, content) in &self.stray {
            files.stray(path, content)?;
        }
        let count = |register: &str| files.counts.iter().find(|count| count.0 == register).map_or(0, |count| count.1) as i64;
        let claim = |what: &'static str, value: i64| object! { "what": what, "value": value, "where": "annual report" };
        let claims = list![claim("sessions", count("sessions") + self.boast), claim("contributions", count("contributions"))];
        files.finish(&object! { "claims": self.bare.is_none().then_some(claims) })
    }
}
