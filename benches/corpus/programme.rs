//! A programme: who takes part when, and what each of them brings. How that is recorded is not known here.

use std::fmt::Write as _;

use super::chance::{day, mix, pick};
use super::json::Value;
use super::words::{ENDINGS, OPENINGS, SUBJECTS, THEMES, Theme, VERBS};

/// People in a block.
pub const BLOCK: usize = 8;

/// The four meetings of a block: letter, week, type, what is talked about, and how.
pub const MEETINGS: [(&str, i64, &str, &str, &str); 4] = [
    ("a", 13, "workshop", "problem-framing", "diverge"),
    ("b", 20, "workshop", "solution-generation", "diverge"),
    ("c", 27, "workshop", "prioritisation", "converge"),
    ("d", 36, "pilot-review", "testing", "converge"),
];

/// What the frame knows of the population: name, and its segments with their shares in twentieths.
pub const FRAME: [(&str, &[(&str, usize)]); 3] = [
    ("area", &[("north", 7), ("old town", 6), ("river side", 4), ("villages", 3)]),
    ("use", &[("daily", 8), ("monthly", 7), ("rarely", 5)]),
    // The shift workers are as rare as a small panel may miss by chance.
    ("hours", &[("day", 18), ("shift", 2)]),
];

pub const SINGLE_CHANNEL: [&str; 5] = ["open-call", "open-call", "open-call", "open-call", "agency"];
pub const CHANNELS: [&str; 5] = ["open-call", "community-organisation", "own-customers", "community-organisation", "agency"];

/// What a specimen changes in the programme as a whole.
#[derive(Clone, Debug, Default)]
pub struct Bent {
    pub no_promise: bool,
    pub no_rights: bool,
    pub only_input: bool,
    pub nothing_adopted: bool,
    pub only_successes: bool,
    pub pay_policy_without_timing: bool,
    pub no_frame_date: bool,
    pub one_reach_short: bool,
    pub departs_from_frame: bool,
    pub one_voice: bool,
    pub one_channel: bool,
    pub no_sponsor: bool,
    pub no_ip_policy: bool,
    pub no_equity_metric: bool,
    /// Whether the frame knows of it is up to the specimen.
    pub tenure: bool,
}

/// A programme: small, since all its records are worked out when they are asked for.
pub struct Programme {
    pub id: String,
    pub seed: u64,
    pub theme: Theme,
    /// The day on which it starts, a Monday.
    pub start: i64,
    pub blocks: usize,
    /// Money for an hour.
    pub floor: i64,
    /// Where in the frame's cycle of twenty the first participant stands.
    pub turn: usize,
    pub ascii: bool,
    pub bent: Bent,
    /// Whether the same people are meant to come throughout.
    pub keeps_together: bool,
    /// Rows that specimens add to lists of the charter.
    pub rows: Vec<(&'static str, Value)>,
}

/// Something that a participant of a block brought.
pub struct Voice {
    pub id: String,
    pub by: usize,
    pub session: String,
    /// 0 for the interviews, then the meetings from 1.
    pub phase: usize,
    pub made: i64,
    pub disposed: i64,
    pub disposition: &'static str,
    pub reply_to: Option<String>,
}

impl Voice {
    pub fn adopted(&self) -> bool {
        matches!(self.disposition, "adopted" | "adapted")
    }
}

impl Programme {
    pub fn new(draw: u64, index: usize, blocks: usize) -> Self {
        let theme = THEMES.get(index % THEMES.len()).copied().unwrap_or_default();
        Programme {
            id: format!("{}-{index:04}", theme.0),
            seed: draw,
            theme,
            start: day(2024, 10, 7) + 7 * (draw % 8) as i64,
            blocks,
            floor: 18 + (draw % 9) as i64,
            turn: (draw % 20) as usize,
            ascii: index % 10 == 9,
            bent: Bent::default(),
            keeps_together: draw.is_multiple_of(2),
            rows: Vec::new(),
        }
    }

    /// A number that depends on nothing but the programme, what it is for, and which one.
    pub fn chance(&self, what: u64, which: usize) -> u64 {
        mix(self.seed ^ mix(what << 40 ^ which as u64))
    }

    /// The first day of a week of the programme.
    pub const fn week(&self, week: i64) -> i64 {
        self.start + 7 * week
    }

    /// A few words of free text.
    pub fn words(&self, what: u64, which: usize) -> String {
        let chance = self.chance(what, which);
        let pair = |x: u64| format!("{} {} {}", pick(&OPENINGS, x), pick(&SUBJECTS, x >> 8), pick(&VERBS, x >> 16));
        let mut text = pair(chance);
        text.push_str(pick(&ENDINGS, chance >> 24));
        if !text.ends_with('.') {
            text.push('.');
        }
        if chance >> 32 & 3 == 0 {
            _ = write!(text, " {} – with {} in mind.", pair(chance >> 34), self.theme.4);
        }
        if chance >> 60 == 0 {
            text = text.replace(['“', '”'], "\"");
        }
        text
    }

    /// The segment of a participant in a characteristic of the frame: in turn, as the shares demand.
    pub fn segment(&self, shares: &[(&'static str, usize)], n: usize) -> &'static str {
        let mut counts = vec![0_usize; shares.len()];
        let mut chosen = 0;
        for turn in 0..=(n + self.turn) % 20 {
            let behind =
                |i: usize| shares.get(i).map_or(0, |share| share.1 * (turn + 1)) as i64 - counts.get(i).map_or(0, |c| c * 20) as i64;
            chosen = (0..shares.len()).max_by_key(|i| (behind(*i), usize::MAX - i)).unwrap_or(0);
            if let Some(count) = counts.get_mut(chosen) {
                *count += 1;
            }
        }
        shares.get(chosen).map_or("", |share| share.0)
    }

    pub fn person(n: usize) -> String {
        format!("p-{n:05}")
    }

    /// Whether a participant leaves after the first meeting: one of every fourth block.
    pub fn leaves(&self, n: usize) -> bool {
        n / BLOCK % 4 == 2 && n % BLOCK == self.leaver(n / BLOCK)
    }

    /// The seat of a block's leaver: the segments take turns, so that none of them leaves more often than the others.
    fn leaver(&self, block: usize) -> usize {
        let turn = block / 4;
        let fits = |seat: &usize| {
            let segments = FRAME.map(|(_, shares)| (self.segment(shares, block * BLOCK + seat), shares));
            let [(area, areas), (use_, uses), (hours, _)] = segments;
            let due = |segment: &str, shares: &[(&str, usize)]| shares.get(turn % shares.len()).is_some_and(|share| share.0 == segment);
            usize::from(hours == "day") * 4 + usize::from(due(area, areas)) * 2 + usize::from(due(use_, uses))
        };
        // Not those in the first seats, who take part in every decision, nor the one whose data is specially protected.
        [7, 6, 4, 3, 2].into_iter().max_by_key(fits).unwrap_or(3)
    }

    /// Whether and how a participant is paid.
    pub const fn pay(n: usize) -> &'static str {
        if n % 10 == 7 {
            "employer-paid"
        } else if n % 31 == 17 {
            "not-eligible"
        } else {
            "paid"
        }
    }

    /// Whether a participant is too young to agree alone.
    pub const fn young(n: usize) -> bool {
        n % 16 == 6
    }

    /// What a participant agreed to beyond taking part: nothing, to be recorded, to be quoted too, or to be shown too.
    pub fn agreed(&self, number: usize) -> u64 {
        self.chance(41, number) % 4
    }

    /// The day on which a participant is interviewed: five or more a week, over three weeks.
    pub const fn interviewed(&self, n: usize) -> i64 {
        self.week(8 + (n % 3) as i64) + (n / 3 % 4) as i64
    }

    /// The day on which somebody comes to see how a participant fares.
    pub const fn visited(&self, n: usize) -> i64 {
        self.interviewed(n) + 1
    }

    /// The day of a block's meeting, from 1.
    pub fn met(&self, block: usize, phase: usize) -> i64 {
        let week = phase.checked_sub(1).and_then(|i| MEETINGS.get(i)).map_or(0, |meeting| meeting.1);
        self.week(week + (block % 2) as i64) + 1 + (block / 2 % 3) as i64
    }

    /// The day on which a block's contributions of a phase were answered, and on which its decision was taken.
    pub fn decided(&self, block: usize, phase: usize) -> i64 {
        if phase == 0 { self.week(11) + 3 } else { self.met(block, phase) + 14 }
    }

    /// Whether a participant of a block was there.
    pub fn present(&self, block: usize, phase: usize, seat: usize) -> bool {
        let n = block * BLOCK + seat;
        !(self.leaves(n) && phase > 1) && (seat < 2 || !self.chance(phase as u64, n).is_multiple_of(11))
    }

    pub fn interview(n: usize) -> String {
        format!("s-{n:05}")
    }

    pub fn visit(n: usize) -> String {
        format!("s-{n:05}v")
    }

    /// A call between two meetings, to those with an even number.
    pub fn call(n: usize) -> String {
        format!("s-{n:05}c")
    }

    pub fn meeting(block: usize, phase: usize) -> String {
        let letter = phase.checked_sub(1).and_then(|i| MEETINGS.get(i)).map_or("", |meeting| meeting.0);
        format!("s-{block:04}{letter}")
    }

    /// All that a block's participants brought.
    pub fn voices(&self, block: usize) -> Vec<Voice> {
        let mut voices = Vec::with_capacity(64);
        for seat in 0..BLOCK {
            let n = block * BLOCK + seat;
            for k in 0..1 + n % 2 {
                let disposition = self.disposition(n * 2 + k, 0);
                let disposed = self.decided(block, 0);
                let (made, session) = if k == 0 { (self.interviewed(n), Self::interview(n)) } else { (self.visited(n), Self::visit(n)) };
                let id = format!("k-{n:05}-{k}");
                voices.push(Voice { id, by: n, session, phase: 0, made, disposed, disposition, reply_to: None });
            }
        }
        for phase in 1..=MEETINGS.len() {
            for seat in (0..BLOCK).filter(|seat| self.present(block, phase, *seat)) {
                let n = block * BLOCK + seat;
                let by = if self.bent.one_voice { block * BLOCK } else { n };
                let (made, disposed) = (self.met(block, phase), self.decided(block, phase));
                let session = Self::meeting(block, phase);
                let id = format!("k-{}-{seat}", session.trim_start_matches("s-"));
                let disposition = match seat {
                    0 => self.bend("adopted"),
                    1 => self.bend("rejected"),
                    _ => self.disposition(n, phase),
                };
                let reply = (seat % 4 == 2).then(|| Voice {
                    id: format!("{id}r"),
                    by: if self.bent.one_voice { by } else { block * BLOCK },
                    session: session.clone(),
                    phase,
                    made,
                    disposed,
                    disposition: self.bend("informs"),
                    reply_to: Some(id.clone()),
                });
                voices.push(Voice { id, by, session, phase, made, disposed, disposition, reply_to: None });
                voices.extend(reply);
            }
        }
        voices
    }

    pub fn disposition(&self, which: usize, phase: usize) -> &'static str {
        self.bend(match self.chance(20 + phase as u64, which) % 100 {
            0..16 => "adopted",
            16..30 => "adapted",
            30..62 => "informs",
            62..72 => "confirmed",
            72..79 => "parked",
            79..91 => "rejected",
            91..95 => "out-of-scope",
            95..97 => "superseded",
            97..98 => "lapsed",
            _ => "withdrawn",
        })
    }

    /// The disposition, bent as the programme is.
    pub fn bend(&self, disposition: &'static str) -> &'static str {
        match disposition {
            "adopted" if self.bent.nothing_adopted => "rejected",
            "adapted" if self.bent.nothing_adopted => "parked",
            "informs" if self.bent.nothing_adopted => "confirmed",
            "adopted" | "adapted" | "informs" | "confirmed" => disposition,
            _ if self.bent.only_successes => "informs",
            _ => disposition,
        }
    }
}
