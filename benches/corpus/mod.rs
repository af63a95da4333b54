//! Writes a corpus of programme records for benchmarks and tests: the same plan gives the same bytes.
//!
//! A programme is made of blocks of six people who are interviewed, meet four times, decide and are
//! answered. It is clean under every rule. On top come *specimens*: for each rule that can be broken by
//! itself, a few records that stay just inside it and, where faults are wanted, one that breaks it and
//! nothing else. Nothing is kept in memory but one record at a time: whatever a block holds is worked out
//! again from the seed whenever a register asks for it. How programmes are read or judged is not known here.

#![allow(dead_code, reason = "a bench, an example and a test each take what they need")]

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

// ---------------------------------------------------------------------------------------------------------
// What is asked for, and what is said in return
// ---------------------------------------------------------------------------------------------------------

/// The ways in which registers are laid out in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Every register inside the charter.
    Inline,
    /// One file for a register.
    RegisterFiles,
    /// One file for a record, in folders named after registers; in large corpora most of these files hold
    /// an array of records instead, so that the files can be counted in tens of thousands.
    RecordFiles,
    /// A few files, each with several registers.
    Bundles,
    /// The four in turn, programme by programme.
    Mixed,
}

/// A corpus to be written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where all choices come from.
    pub seed: u64,
    /// How many programmes.
    pub programmes: usize,
    /// Bytes of all files together, within a few per cent.
    pub bytes: u64,
    /// How the registers are laid out.
    pub layout: Layout,
    /// Whether specimens break their rules.
    pub faults: bool,
}

/// A finding that an audit as of 2026-07-01 must make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planted {
    /// The id of the programme.
    pub programme: String,
    /// The rule that is broken.
    pub rule: &'static str,
    /// The address of what breaks it.
    pub address: String,
}

/// Writes the corpus below `root`, which is made where it does not exist, and says what is wrong with it.
///
/// # Errors
/// Where a folder or file cannot be written.
pub fn write(plan: &Plan, root: &Path) -> io::Result<Vec<Planted>> {
    let mut planted = Vec::new();
    let each = plan.bytes as f64 / plan.programmes.max(1) as f64;
    let kinds = usize::max(2, SPECIMENS.len().saturating_mul(2).div_ceil(plan.programmes.max(1))).min(SPECIMENS.len());
    let mut left = plan.bytes as f64;
    let mut owed = 0.0;
    for index in 0..plan.programmes {
        let draw = mix(plan.seed ^ mix(index as u64 + 1));
        // Sizes differ by half of the mean, and what one programme leaves over goes to the next. They are
        // reckoned, not measured, so that a programme has the same records in every layout.
        owed += each * (0.75 + 0.5 * (draw % 101) as f64 / 100.0);
        if index + 1 == plan.programmes {
            owed = left;
        }
        let base = BASE_BYTES + SPECIMEN_BYTES * kinds as f64;
        let blocks = usize::max(1, ((owed - base) / BLOCK_BYTES).round() as usize);
        // Once to learn how the programme is bent, and once for good: what bends it is to hold for guests as well.
        let mut kit = Kit::new(Programme::new(draw, index, blocks));
        kit.sow(index, kinds, plan.faults);
        let (bent, blocks) = (kit.of.bent, blocks.max(kit.blocks_min));
        kit = Kit::new(Programme { bent, ..Programme::new(draw, index, blocks) });
        kit.sow(index, kinds, plan.faults);
        let bytes = base + BLOCK_BYTES * blocks as f64;
        (owed, left) = (owed - bytes, left - bytes);
        kit.write(&root.join(&kit.of.id), Shape::of(plan, index))?;
        planted.append(&mut kit.planted);
    }
    planted.sort();
    Ok(planted)
}

/// About what a programme has beside its blocks and specimens, a block, and a specimen, in bytes.
const BASE_BYTES: f64 = 36_000.0;
const BLOCK_BYTES: f64 = 67_000.0;
const SPECIMEN_BYTES: f64 = 1_300.0;

// ---------------------------------------------------------------------------------------------------------
// Chance and the calendar
// ---------------------------------------------------------------------------------------------------------

/// The output function of splitmix64: any number to a well-mixed one.
const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// An element of a list that has at least one.
fn pick<T: Copy + Default>(list: &[T], number: u64) -> T {
    list.get((number % list.len().max(1) as u64) as usize).copied().unwrap_or_default()
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
const fn day(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The day so many days after 1970-01-01, as `YYYY-MM-DD`.
fn date(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", doy - (153 * mp + 2) / 5 + 1)
}

/// The date of the audit for which `Planted` holds.
const AS_OF: i64 = day(2026, 7, 1);

// ---------------------------------------------------------------------------------------------------------
// JSON
// ---------------------------------------------------------------------------------------------------------

/// A JSON value in the making. Keys keep their order and may repeat.
#[derive(Clone, Debug)]
enum Value {
    /// Left out when written.
    Absent,
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(Cow<'static, str>),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => { Value::Object(vec![$(($key, Value::from($value))),*]) };
}
macro_rules! list {
    ($($value:expr),* $(,)?) => { Value::List(vec![$(Value::from($value)),*]) };
}
macro_rules! value_from {
    ($($from:ty => $to:expr),* $(,)?) => { $(impl From<$from> for Value { fn from(x: $from) -> Self { $to(x) } })* };
}
value_from! {
    bool => Value::Flag, i64 => Value::Whole, f64 => Value::Number, Vec<Value> => Value::List,
    i32 => |x| Value::Whole(i64::from(x)), usize => |x| Value::Whole(x as i64),
    &'static str => |x| Value::Text(Cow::Borrowed(x)), String => |x| Value::Text(Cow::Owned(x)),
    Vec<String> => |x: Vec<String>| Value::List(x.into_iter().map(Value::from).collect()),
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Self {
        x.map_or(Value::Absent, Into::into)
    }
}

impl Value {
    /// This object with a key set: in its old place, else at the end. `Value::Absent` removes it.
    fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        if let Value::Object(pairs) = &mut self {
            match pairs.iter_mut().find(|pair| pair.0 == key) {
                Some(pair) => pair.1 = value.into(),
                None => pairs.push((key, value.into())),
            }
        }
        self
    }

    /// This object without a key.
    fn without(self, key: &'static str) -> Self {
        self.with(key, Value::Absent)
    }

    /// The text under a key; empty where there is none.
    fn text(&self, key: &str) -> &str {
        match self {
            Value::Object(pairs) => pairs.iter().find(|pair| pair.0 == key).map_or("", |pair| match &pair.1 {
                Value::Text(text) => text,
                _ => "",
            }),
            _ => "",
        }
    }

    /// Appends the value as `JSON.stringify(…, null, 2)` would, `level` steps in. `ascii` escapes all else.
    fn render(&self, out: &mut String, level: usize, ascii: bool) {
        match self {
            Value::Absent => out.push_str("null"),
            Value::Flag(x) => out.push_str(if *x { "true" } else { "false" }),
            // Writing to a string cannot fail.
            Value::Whole(x) => _ = write!(out, "{x}"),
            Value::Number(x) => _ = write!(out, "{x}"),
            Value::Text(x) => quote(x, out, ascii),
            Value::List(values) if values.is_empty() => out.push_str("[]"),
            Value::List(values) => {
                for (i, value) in values.iter().enumerate() {
                    out.push(if i == 0 { '[' } else { ',' });
                    line(out, level + 1);
                    value.render(out, level + 1, ascii);
                }
                line(out, level);
                out.push(']');
            }
            Value::Object(pairs) => {
                let mut opening = '{';
                for (key, value) in pairs.iter().filter(|pair| !matches!(pair.1, Value::Absent)) {
                    out.push(opening);
                    opening = ',';
                    line(out, level + 1);
                    quote(key, out, ascii);
                    out.push_str(": ");
                    value.render(out, level + 1, ascii);
                }
                if opening == '{' {
                    out.push_str("{}");
                } else {
                    line(out, level);
                    out.push('}');
                }
            }
        }
    }
}

/// A new line, so many steps in.
fn line(out: &mut String, level: usize) {
    const SPACES: &str = "\n                                ";
    out.push_str(SPACES.get(..=level * 2).unwrap_or(SPACES));
}

/// A JSON string.
fn quote(text: &str, out: &mut String, ascii: bool) {
    out.push('"');
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\' && !(ascii && byte >= 0x80)) {
        out.push_str(text);
    } else {
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                c if c < ' ' || (ascii && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
    }
    out.push('"');
}

// ---------------------------------------------------------------------------------------------------------
// Files
// ---------------------------------------------------------------------------------------------------------

/// The registers in the order in which they are written; those of one bundle stand together.
const REGISTERS: [(&str, &str); 21] = [
    ("participants", "people"),
    ("team", "people"),
    ("roles", "people"),
    ("bodies", "people"),
    ("waves", "people"),
    ("consents", "people"),
    ("sprints", "fieldwork"),
    ("sessions", "fieldwork"),
    ("payments", "fieldwork"),
    ("incidents", "fieldwork"),
    ("contributions", "voices"),
    ("insights", "voices"),
    ("tallies", "voices"),
    ("artefacts", "delivery"),
    ("decisions", "delivery"),
    ("gates", "delivery"),
    ("outcomes", "delivery"),
    ("metrics", "delivery"),
    ("feedback", "openness"),
    ("agreements", "openness"),
    ("publications", "openness"),
];

/// Records of one file where record folders hold arrays, and files of one corpus with a file for each record.
const CHUNK_RECORDS: usize = 120;
const RECORD_FILES_MAX: usize = 40_000;

/// The layout of one programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Inline,
    RegisterFiles,
    RecordFiles,
    Chunks,
    Bundles,
}

impl Shape {
    fn of(plan: &Plan, index: usize) -> Self {
        let layout = match (plan.layout, index % 4) {
            (Layout::Mixed, 0) => Layout::Inline,
            (Layout::Mixed, 1) => Layout::RegisterFiles,
            (Layout::Mixed, 2) => Layout::RecordFiles,
            (Layout::Mixed, _) => Layout::Bundles,
            (layout, _) => layout,
        };
        // About 550 bytes a record.
        let records = (plan.bytes / 550) as usize / if plan.layout == Layout::Mixed { 4 } else { 1 };
        match layout {
            Layout::Inline => Shape::Inline,
            Layout::RegisterFiles => Shape::RegisterFiles,
            Layout::Bundles | Layout::Mixed => Shape::Bundles,
            Layout::RecordFiles
                if (index / 4).is_multiple_of(records / RECORD_FILES_MAX + 1) && records / plan.programmes.max(1) < 5_000 =>
            {
                Shape::RecordFiles
            }
            Layout::RecordFiles => Shape::Chunks,
        }
    }
}

/// The files of one programme while they are written.
struct Files {
    folder: PathBuf,
    shape: Shape,
    ascii: bool,
    charter: BufWriter<File>,
    /// The register's or bundle's file, where the registers are not inside the charter.
    other: Option<BufWriter<File>>,
    bundle: &'static str,
    register: &'static str,
    /// The id of the record before.
    last: String,
    /// Records of the register so far.
    count: usize,
    /// How many records each register got.
    counts: Vec<(&'static str, usize)>,
    /// Whether the charter has no field yet.
    blank: bool,
    buffer: String,
}

impl Files {
    fn new(folder: &Path, shape: Shape, ascii: bool) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let charter = create(&folder.join("programme.json"))?;
        let (register, buffer) = ("", String::from("{"));
        let folder = folder.to_path_buf();
        Ok(Files {
            folder,
            shape,
            ascii,
            charter,
            other: None,
            bundle: "",
            register,
            last: String::new(),
            count: 0,
            counts: Vec::new(),
            blank: true,
            buffer,
        })
    }

    /// Writes what the buffer holds to the file that is open.
    fn flush(&mut self) -> io::Result<()> {
        self.other.as_mut().unwrap_or(&mut self.charter).write_all(self.buffer.as_bytes())?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes fields of the charter.
    fn fields(&mut self, fields: &Value) -> io::Result<()> {
        let Value::Object(pairs) = fields else { return Ok(()) };
        for (key, value) in pairs.iter().filter(|pair| !matches!(pair.1, Value::Absent)) {
            if !self.blank {
                self.buffer.push(',');
            }
            self.blank = false;
            line(&mut self.buffer, 1);
            quote(key, &mut self.buffer, self.ascii);
            self.buffer.push_str(": ");
            value.render(&mut self.buffer, 1, self.ascii);
        }
        self.flush()
    }

    /// Begins a register.
    fn begin(&mut self, register: &'static str, bundle: &'static str) -> io::Result<()> {
        (self.register, self.count) = (register, 0);
        match self.shape {
            Shape::Inline => _ = write!(self.buffer, ",\n  \"{register}\": ["),
            Shape::Bundles => {
                let next = self.bundle == bundle;
                if !next {
                    self.end_bundle()?;
                    self.bundle = bundle;
                    self.other = Some(create(&self.folder.join(format!("{bundle}.json")))?);
                }
                _ = write!(self.buffer, "{}\n  \"{register}\": [", if next { ',' } else { '{' });
            }
            Shape::RegisterFiles => {
                self.other = Some(create(&self.folder.join(format!("{register}.json")))?);
                self.buffer.push('[');
            }
            Shape::RecordFiles | Shape::Chunks => fs::create_dir_all(self.folder.join(register))?,
        }
        Ok(())
    }

    /// Writes a record of the register.
    fn put(&mut self, record: &Value) -> io::Result<()> {
        let level = match self.shape {
            Shape::RecordFiles => {
                let id = record.text("id");
                let name = format!("{id}{}.json", if id.eq_ignore_ascii_case(&self.last) { "-again" } else { "" });
                id.clone_into(&mut self.last);
                self.other = Some(create(&self.folder.join(self.register).join(name))?);
                record.render(&mut self.buffer, 0, self.ascii);
                self.buffer.push('\n');
                self.flush()?;
                self.count += 1;
                return self.end_other();
            }
            Shape::Chunks if self.count.is_multiple_of(CHUNK_RECORDS) => {
                self.end_list()?;
                let name = format!("{}-{:04}.json", self.register, self.count / CHUNK_RECORDS + 1);
                self.other = Some(create(&self.folder.join(self.register).join(name))?);
                self.buffer.push('[');
                1
            }
            Shape::Chunks | Shape::RegisterFiles => 1,
            Shape::Inline | Shape::Bundles => 2,
        };
        if !self.buffer.ends_with('[') {
            self.buffer.push(',');
        }
        line(&mut self.buffer, level);
        record.render(&mut self.buffer, level, self.ascii);
        self.count += 1;
        self.flush()
    }

    /// Ends a register.
    fn end(&mut self) -> io::Result<()> {
        self.counts.push((self.register, self.count));
        match self.shape {
            Shape::Inline | Shape::Bundles => {
                if self.count > 0 {
                    line(&mut self.buffer, 1);
                }
                self.buffer.push(']');
                self.flush()
            }
            Shape::RecordFiles => Ok(()),
            Shape::RegisterFiles | Shape::Chunks => self.end_list(),
        }
    }

    /// Ends the list of the file that is open, if any.
    fn end_list(&mut self) -> io::Result<()> {
        if self.other.is_some() {
            self.buffer.push_str(if self.count > 0 { "\n]\n" } else { "]\n" });
            self.flush()?;
        }
        self.end_other()
    }

    fn end_bundle(&mut self) -> io::Result<()> {
        if self.other.is_some() {
            self.buffer.push_str("\n}\n");
            self.flush()?;
        }
        self.end_other()
    }

    fn end_other(&mut self) -> io::Result<()> {
        self.other.take().map_or(Ok(()), |mut file| file.flush())
    }

    /// Writes a file that is none of the registers.
    fn stray(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let path = self.folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, content)
    }

    /// Ends the charter.
    fn finish(mut self, last: &Value) -> io::Result<()> {
        self.end_bundle()?;
        self.fields(last)?;
        self.buffer.push_str("\n}\n");
        self.flush()?;
        self.charter.flush()
    }
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 16, File::create(path)?))
}

// ---------------------------------------------------------------------------------------------------------
// Words
// ---------------------------------------------------------------------------------------------------------

/// A service that a programme is about: slug, title, journey, the people, their errand, the money.
type Theme = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const THEMES: [Theme; 12] = [
    ("claims", "Claims without dread", "making a claim", "claimants", "the claim form", "EUR"),
    ("housing", "A home that answers", "reporting a repair", "tenants", "the repair line", "GBP"),
    ("clinic", "The waiting list, together", "waiting for a first appointment", "patients", "the referral letter", "GBP"),
    ("library", "Open shelves", "borrowing across branches", "readers", "the branch desk", "EUR"),
    ("bus", "The last bus home", "getting home after a late shift", "passengers", "the night timetable", "EUR"),
    ("energy", "A bill one can read", "querying a bill", "customers", "the yearly bill", "EUR"),
    ("school", "The first week", "starting at a new school", "families", "the enrolment pack", "EUR"),
    ("care", "Leaving hospital", "coming home after a stay", "patients and carers", "the discharge plan", "GBP"),
    ("parks", "A park for winter", "using the park after dark", "neighbours", "the lighting plan", "EUR"),
    ("permits", "Permits in plain words", "asking for a permit", "applicants", "the permit guide", "EUR"),
    ("pension", "Before the first payment", "claiming a pension", "future pensioners", "the pension statement", "EUR"),
    ("arrival", "The first ninety days", "settling in a new town", "newcomers", "the welcome desk", "EUR"),
];

const OPENINGS: [&str; 14] = [
    "Several people said that",
    "Looking back, it seems that",
    "What nobody had told us is that",
    "On a busy day",
    "For someone who works nights,",
    "After the second letter",
    "As a carer for my father,",
    "When the office is closed",
    "Most of us agreed that",
    "The group kept coming back to this:",
    "In the end",
    "Before anything else is built,",
    "Where the old process was kept,",
    "With a child on one arm",
];
const SUBJECTS: [&str; 14] = [
    "the first page",
    "the person at the desk",
    "the wording of the notice",
    "the waiting time",
    "the confirmation message",
    "the way back to an earlier step",
    "the list of papers to bring",
    "the recorded voice on the line",
    "the map on the wall",
    "the colour of the button",
    "the rule about deadlines",
    "the handover between two offices",
    "the small print",
    "the reminder",
];
const VERBS: [&str; 14] = [
    "comes too late to be of any use",
    "should say what happens next, and when",
    "asks for the same thing twice",
    "is written for the office and not for us",
    "works well and ought to stay as it is",
    "needs somebody who can actually decide",
    "made people give up halfway",
    "could be tried out with ten of us first",
    "leaves out those who do not read well",
    "is clear only to those who already know it",
    "has to fit on one sheet of paper",
    "turned out to matter more than the price",
    "is the part that one remembers afterwards",
    "would save two visits for most families",
];
const ENDINGS: [&str; 14] = [
    "",
    " and that costs a morning’s pay.",
    ", at least for older people in the villages.",
    "; the staff at the counter said the same.",
    " – nobody had expected that.",
    ", which the team had not seen before.",
    ". A short phone call would settle it.",
    ". “We were never asked”, as one of us put it.",
    ", so a draft should go back to the group before it is final.",
    ". The café round came to the same view.",
    " and it is easy to change.",
    ", unless the office explains its reasons.",
    ". This matters most in winter.",
    ".\nIt was raised again at the end of the evening.",
];

// ---------------------------------------------------------------------------------------------------------
// A programme
// ---------------------------------------------------------------------------------------------------------

/// People in a block.
const BLOCK: usize = 6;

/// The four meetings of a block: letter, week, type, what is talked about, and how.
const MEETINGS: [(&str, i64, &str, &str, &str); 4] = [
    ("a", 13, "workshop", "problem-framing", "diverge"),
    ("b", 20, "workshop", "solution-generation", "diverge"),
    ("c", 27, "workshop", "prioritisation", "converge"),
    ("d", 36, "pilot-review", "testing", "converge"),
];

/// What the frame knows of the population: name, and its segments with their shares in twentieths.
const FRAME: [(&str, &[(&str, usize)]); 3] = [
    ("area", &[("north", 7), ("old town", 6), ("river side", 4), ("villages", 3)]),
    ("use", &[("daily", 8), ("monthly", 7), ("rarely", 5)]),
    // The shift workers are as rare as a small panel may miss by chance.
    ("hours", &[("day", 18), ("shift", 2)]),
];

const SINGLE_CHANNEL: [&str; 5] = ["open-call", "open-call", "open-call", "open-call", "agency"];
const CHANNELS: [&str; 5] = ["open-call", "community-organisation", "own-customers", "community-organisation", "agency"];

/// What a specimen changes in the programme as a whole.
#[derive(Clone, Debug, Default)]
struct Bent {
    no_promise: bool,
    no_rights: bool,
    only_input: bool,
    nothing_adopted: bool,
    only_successes: bool,
    pay_policy_without_timing: bool,
    no_frame_date: bool,
    one_reach_short: bool,
    departs_from_frame: bool,
    one_voice: bool,
    one_channel: bool,
    no_sponsor: bool,
    no_ip_policy: bool,
    no_equity_metric: bool,
}

/// A programme: small, since all its records are worked out when they are asked for.
struct Programme {
    id: String,
    seed: u64,
    theme: Theme,
    /// The day on which it starts, a Monday.
    start: i64,
    blocks: usize,
    /// Money for an hour.
    floor: i64,
    /// Where in the frame's cycle of twenty the first participant stands.
    turn: usize,
    ascii: bool,
    bent: Bent,
    /// Rows that specimens add to lists of the charter.
    rows: Vec<(&'static str, Value)>,
}

/// Something that a participant of a block brought.
struct Voice {
    id: String,
    by: usize,
    session: String,
    /// 0 for the interviews, then the meetings from 1.
    phase: usize,
    made: i64,
    disposed: i64,
    disposition: &'static str,
    reply_to: Option<String>,
}

impl Voice {
    fn adopted(&self) -> bool {
        matches!(self.disposition, "adopted" | "adapted")
    }
}

impl Programme {
    fn new(draw: u64, index: usize, blocks: usize) -> Self {
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
            rows: Vec::new(),
        }
    }

    /// A number that depends on nothing but the programme, what it is for, and which one.
    fn chance(&self, what: u64, which: usize) -> u64 {
        mix(self.seed ^ mix(what << 40 ^ which as u64))
    }

    /// The first day of a week of the programme.
    const fn week(&self, week: i64) -> i64 {
        self.start + 7 * week
    }

    /// A few words of free text.
    fn words(&self, what: u64, which: usize) -> String {
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
    fn segment(&self, shares: &[(&'static str, usize)], n: usize) -> &'static str {
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

    fn person(n: usize) -> String {
        format!("p-{n:05}")
    }

    /// Whether a participant leaves after the first meeting.
    const fn leaves(n: usize) -> bool {
        n / BLOCK % 4 == 2 && n % BLOCK == 3
    }

    /// Whether and how a participant is paid.
    const fn pay(n: usize) -> &'static str {
        if n % 10 == 7 {
            "employer-paid"
        } else if n % 31 == 17 {
            "not-eligible"
        } else {
            "paid"
        }
    }

    /// The day on which a participant is interviewed: five or more a week, over three weeks.
    const fn interviewed(&self, n: usize) -> i64 {
        self.week(8 + (n % 3) as i64) + (n / 3 % 4) as i64
    }

    /// The day of a block's meeting, from 1.
    fn met(&self, block: usize, phase: usize) -> i64 {
        let week = phase.checked_sub(1).and_then(|i| MEETINGS.get(i)).map_or(0, |meeting| meeting.1);
        self.week(week + (block % 2) as i64) + 1 + (block / 2 % 3) as i64
    }

    /// The day on which a block's contributions of a phase were answered, and on which its decision was taken.
    fn decided(&self, block: usize, phase: usize) -> i64 {
        if phase == 0 { self.week(11) + 3 } else { self.met(block, phase) + 14 }
    }

    /// Whether a participant of a block was there.
    fn present(&self, block: usize, phase: usize, seat: usize) -> bool {
        let n = block * BLOCK + seat;
        !(Self::leaves(n) && phase > 1) && (seat < 2 || !self.chance(phase as u64, n).is_multiple_of(11))
    }

    fn interview(n: usize) -> String {
        format!("s-{n:05}")
    }

    fn meeting(block: usize, phase: usize) -> String {
        let letter = phase.checked_sub(1).and_then(|i| MEETINGS.get(i)).map_or("", |meeting| meeting.0);
        format!("s-{block:04}{letter}")
    }

    /// All that a block's participants brought.
    fn voices(&self, block: usize) -> Vec<Voice> {
        let mut voices = Vec::with_capacity(64);
        for seat in 0..BLOCK {
            let n = block * BLOCK + seat;
            for k in 0..1 + n % 2 {
                let disposition = self.disposition(n * 2 + k, 0);
                let (made, disposed) = (self.interviewed(n), self.decided(block, 0));
                let (id, session) = (format!("k-{n:05}-{k}"), Self::interview(n));
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

    fn disposition(&self, which: usize, phase: usize) -> &'static str {
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
    fn bend(&self, disposition: &'static str) -> &'static str {
        match disposition {
            "adopted" if self.bent.nothing_adopted => "rejected",
            "adapted" if self.bent.nothing_adopted => "parked",
            "informs" if self.bent.nothing_adopted => "confirmed",
            "adopted" | "adapted" | "informs" | "confirmed" => disposition,
            _ if self.bent.only_successes => "informs",
            _ => disposition,
        }
    }

    /// The charter, but for what can only be said at the end.
    fn charter(&self) -> Value {
        let (_, title, journey, people, thing, currency) = self.theme;
        let people_count = (self.blocks * BLOCK) as i64;
        let money = |kind: &'static str, amount: i64| object! { "kind": kind, "amount": amount, "currency": currency };
        let policy = |kind: &'static str, covers: Value| {
            object! {
                "kind": kind, "version": "2", "in_force_from": date(self.start),
                "uri": format!("https://policies.example.org/{kind}/2"), "adopted_by": "programme board", "covers": covers
            }
        };
        let parts = if self.bent.pay_policy_without_timing {
            list!["rate", "preparation", "expenses", "eligibility"]
        } else {
            list!["rate", "preparation", "expenses", "eligibility", "timing"]
        };
        let mut policies = vec![
            policy("recruitment", Value::Absent),
            policy("consent", Value::Absent),
            policy("compensation", parts),
            policy("data-management", Value::Absent),
            // A policy that is kept elsewhere and only linked counts as one.
            object! { "kind": "benefit-sharing", "uri": "https://policies.example.org/benefit-sharing" },
            policy("safeguarding", Value::Absent),
        ];
        if !self.bent.no_ip_policy {
            policies.push(policy("ip", Value::Absent));
        }
        let topic = |id: &'static str, title: &'static str, reason: Option<&'static str>| {
            object! { "id": id, "title": title, "negotiable": reason.is_none(), "reason": reason }
        };
        let asset = |kind: &'static str, collected: i64, months: i64| {
            object! {
                "kind": kind, "lawful_basis": "consent", "controller": "the programme's organisation",
                "stored_in": "the records room", "collected_on": date(collected), "retention_months": months
            }
        };
        object! {
            "$schema": "https://schemas.example.org/havesay/records.json",
            "records": 1,
            "id": self.id.clone(),
            "title": title,
            "kind": "co-design",
            "profile": "sprint",
            "stage": "live",
            "participation_level": "collaborate",
            "promise": (!self.bent.no_promise).then(|| format!("We look to {people} for advice and put it into the decisions to the greatest extent possible.")),
            "purpose": format!("To make {journey} easier, with the people who do it."),
            "purpose_version": 1,
            "topics": self.rows("topics", vec![
                topic("t-1", "What the problem is", None),
                topic("t-2", "What is to change", None),
                topic("t-3", "What comes first", None),
                topic("t-4", "How it is delivered", None),
                topic("t-5", "What the law demands", Some("The law leaves no choice here.")),
            ]),
            "journey": object! {
                "name": journey,
                "friction": format!("People do not know what happens after {thing}."),
                "cost_or_risk": "Every second contact asks for something that was said before.",
                "org_units": list!["front office", "back office", "digital service"],
            },
            "fit_rationale": list!["complex-environment", "under-represented-experience"],
            "method": list!["co-design-workshop", "interviews", "service-blueprinting", "usability-testing"],
            "sponsor": (!self.bent.no_sponsor).then_some("team/m-01"),
            "started_on": date(self.start),
            "population": "open",
            "sensitivity": "ordinary",
            "impact_assessment": "https://policies.example.org/impact-assessment",
            "capability_transfer": "https://policies.example.org/handover",
            "independent_facilitation": object! { "answer": false, "reason": "The group asked for people who know the service." },
            "policies": policies,
            "budget": self.rows("budget", vec![
                money("participant-pay", people_count * 2_400),
                money("access", 6_000),
                money("language", 3_000),
                money("travel-and-care", people_count * 300),
                money("facilitation", 20_000),
                money("discovery", 15_000),
                money("delivery", self.blocks as i64 * 60_000),
            ]),
            "rate_card": list![object! { "floor": self.floor, "unit": "hour", "currency": currency, "effective_from": date(self.start) }],
            "plan": object! { "session_count": self.blocks * 12, "participant_count": people_count, "session_hours": 2 },
            "selection_goal": "quota",
            "inclusion_criteria": list![format!("Has been through {journey} in the last two years.")],
            "exclusion_criteria": list!["Works for the organisation in a leading position."],
            "reference_population": object! {
                "source": "municipal register",
                "as_of": (!self.bent.no_frame_date).then_some("2024-06"),
                "attributes": self.frame(),
            },
            "quotas": self.rows("quotas", vec![
                object! { "attribute": "use", "value": "rarely", "min": 1, "underserved": true },
                object! { "attribute": "mobility", "value": "limited", "min": 1, "must_include": true },
            ]),
            "panel": object! {
                "kind": "research-panel",
                "required_types": list!["customer", "lead-user", "frontline-staff", "domain-expert"],
                "retention_goal": 0.8,
            },
            "evaluation": object! {
                "design": "before-after",
                "comparison": "The same journey in the year before, from the service's own figures.",
                "positive": list!["Fewer repeated contacts.", "People know what happens next."],
                "negative": list!["The first round took longer than was promised."],
                "influence": "Two of the four changes came from participants and were not on the list before.",
                "reflection": "The interviews should have begun earlier.",
            },
            "data_assets": self.rows("data_assets", vec![
                asset("interview notes", self.week(8), 48),
                asset("workshop photographs", self.week(13), 36),
                // Past its term, but deleted in time; and under a legal hold.
                asset("recruitment screener", day(2022, 3, 1), 24).with("deleted_on", "2024-02-20"),
                asset("complaint file", day(2021, 5, 4), 36).with("legal_hold", true),
            ]),
            "note": "Kept by the programme office.",
            "x-portfolio": "services",
        }
    }

    /// A list of the charter, with what specimens add.
    fn rows(&self, list: &str, mut rows: Vec<Value>) -> Value {
        rows.extend(self.rows.iter().filter(|row| row.0 == list).map(|row| row.1.clone()));
        if rows.is_empty() { Value::Absent } else { Value::List(rows) }
    }

    /// The attributes of the reference population.
    fn frame(&self) -> Value {
        let attribute = |name: &'static str, segments: &[(&'static str, f64)]| {
            let segments: Vec<Value> = segments.iter().map(|(value, share)| object! { "value": *value, "share": *share }).collect();
            object! { "name": name, "segments": segments }
        };
        let mut rows: Vec<Value> = FRAME
            .iter()
            .map(|(name, segments)| {
                let shares: Vec<_> = segments.iter().map(|(value, share)| (*value, *share as f64 * 5.0 / 100.0)).collect();
                attribute(name, &shares)
            })
            .collect();
        if self.bent.one_reach_short {
            rows.push(attribute("reach", &[("online", 0.5), ("by post", 0.5)]));
        }
        if self.bent.departs_from_frame {
            rows.push(attribute("device", &[("telephone", 0.1), ("laptop", 0.36), ("tablet", 0.36), ("counter", 0.18)]));
        }
        self.rows("attributes", rows)
    }

    /// The attributes of a participant, by their number.
    fn attributes(&self, n: usize) -> Value {
        let mut pairs: Vec<_> = FRAME.iter().map(|(name, segments)| (*name, Value::from(self.segment(segments, n)))).collect();
        pairs.push(("mobility", Value::from(if n % 8 == 5 { "limited" } else { "as usual" })));
        if self.bent.one_reach_short {
            pairs.push(("reach", Value::from(if n % 32 == 20 { "by post" } else { "online" })));
        }
        if self.bent.departs_from_frame {
            let device = pick(&["telephone", "laptop", "telephone", "tablet", "counter", "laptop", "telephone", "tablet"], n as u64);
            pairs.push(("device", Value::from(device)));
        }
        Value::Object(pairs)
    }

    // -----------------------------------------------------------------------------------------------------
    // Records, one kind after another
    // -----------------------------------------------------------------------------------------------------

    fn participant(&self, id: String, n: usize) -> Value {
        let chance = self.chance(40, n);
        let staff = Self::pay(n) == "employer-paid";
        let types = match n % 8 {
            _ if staff => list!["frontline-staff"],
            1 => list!["lead-user", "customer"],
            3 => list!["domain-expert"],
            4 => list!["non-user"],
            6 => list!["carer-or-proxy", "customer"],
            _ => list!["customer"],
        };
        let left = Self::leaves(n) && id.starts_with("p-0");
        object! {
            "id": id,
            "types": types,
            "status": if left { "left-early" } else { "active" },
            "left_reason": left.then(|| pick(&["moved", "relevance", "other"], chance)),
            "invited_on": date(self.week(2) + (chance % 9) as i64),
            "joined_on": date(self.week(4) + (chance >> 8) as i64 % 14),
            "left_on": left.then(|| date(self.week(16))),
            "attributes": self.attributes(n),
            "age_band": pick(&["18-29", "30-44", "45-59", "60-74", "75 and over"], chance >> 16),
            "languages": if chance >> 20 & 7 == 0 { list!["en", "pt-BR"] } else { list!["en"] },
            "access_needs": match n % 7 {
                2 => list![object! {
                    "need": "Cannot read small print.", "adjustment": "All papers in large print, sent ahead.", "met": true
                }],
                // Asked, and has none; the others were not asked.
                0 | 3 | 5 => list![],
                _ => Value::Absent,
            },
            "pay_eligibility": Self::pay(n),
            "workload_relief": staff.then_some("Two shifts a month are covered by a colleague."),
            "channel": pick(if self.bent.one_channel { &SINGLE_CHANNEL } else { &CHANNELS }, n as u64),
            "wave": format!("w-{}", n % 2 + 1),
            "credit_preference": pick(&["named", "pseudonym", "group", "none"], chance >> 28),
            "briefed_on": date(self.week(7)),
            "recorded_at": n.is_multiple_of(3).then(|| date(self.week(7) + 1)),
            "x-household": n.is_multiple_of(5).then_some("one adult"),
        }
    }

    fn consent(&self, id: String, participant: String, given: i64, number: usize) -> Value {
        let chance = self.chance(41, number);
        let purposes = match chance % 4 {
            0 => list!["participation"],
            1 => list!["participation", "recording"],
            2 => list!["participation", "recording", "quotation", "recontact"],
            _ => list!["participation", "recording", "quotation", "publicity"],
        };
        let asked = !chance.is_multiple_of(4);
        let on =
            if number % 5 == 4 { format!("{}T{:02}:{:02}+01:00", date(given), 8 + chance % 10, chance / 16 % 60) } else { date(given) };
        object! {
            "id": id,
            "participant": participant,
            "state": "given",
            "purposes": purposes,
            "refused_purposes": asked.then(|| list!["ai-training", "product-marketing"]),
            "separate_answers": asked.then_some(true),
            "given_on": on,
            "valid_until": date(given + 3 * 365),
            "notice_version": "2",
            "language": "en",
            "method": "form",
            "withdrawal_method": "message",
            "controller": "the programme's organisation",
            "recipients": list!["research agency", "transcription service"],
            "retention_months": 48,
            "lawful_basis": "consent",
            "explicit": true,
            "purpose_version": 1,
            "note": (number % 6 == 1).then(|| self.words(41, number)),
        }
    }

    fn seat(person: String, capacity: &'static str, hours: f64, travel: Option<f64>, currency: &'static str) -> Value {
        object! {
            "person": person,
            "capacity": capacity,
            "hours": (capacity != "absent").then_some(hours),
            "costs": travel.map(|amount| list![object! { "kind": "travel", "amount": amount, "currency": currency }]),
        }
    }

    fn session(&self, id: String, kind: &'static str, on: i64, number: usize, facilitators: Value, attendance: Vec<Value>) -> Value {
        let long = kind != "interview";
        object! {
            "id": id,
            "type": kind,
            "date": date(on),
            "start": if long { "17:30".to_owned() } else { format!("{:02}:00", 9 + number % 8) },
            "end": if long { "20:00".to_owned() } else { format!("{:02}:00", 10 + number % 8) },
            "mode": if long { "in-person" } else { pick(&["in-person", "remote-live"], number as u64) },
            "facilitators": facilitators,
            "recording": if long { "notes" } else { "none" },
            "invited_on": date(on - 21),
            "breaks": long.then_some(1),
            "attendance": attendance,
        }
    }

    /// What a fee is for, and how much it is.
    fn payment(&self, id: String, participant: String, session: String, earned: i64, hours: (f64, f64, f64), number: usize) -> Value {
        let chance = self.chance(42, number);
        let whole = hours.0 + hours.1 + hours.2;
        object! {
            "id": id,
            "participant": participant,
            "kind": pick(&["fee", "fee", "fee", "voucher"], chance),
            "for_session": session,
            "hours": hours.0,
            "preparation_hours": hours.1,
            "travel_hours": hours.2,
            // Some get the floor to the penny.
            "amount": whole * self.floor as f64 + [0.0, 2.5, 5.0, 10.0].get((chance >> 8) as usize % 4).copied().unwrap_or(0.0),
            "currency": self.theme.5,
            "offered_on": date(earned - 21),
            "earned_on": date(earned),
            // The last of the days that are in time.
            "paid_on": date(earned + 3 + (chance >> 16) as i64 % 28),
            "recorded_at": number.is_multiple_of(4).then(|| date(earned + 35)),
        }
    }

    fn contribution(&self, voice: &Voice, number: usize) -> Value {
        let chance = self.chance(43, number);
        let kinds = if voice.phase == 0 {
            ["need", "pain", "story", "job", "desired-outcome", "expectation"]
        } else {
            ["idea", "solution", "critique", "want", "gain", "evaluation"]
        };
        let reason = matches!(voice.disposition, "parked" | "rejected" | "out-of-scope" | "adapted");
        object! {
            "id": voice.id.clone(),
            "by": list![Self::person(voice.by)],
            "session": voice.session.clone(),
            "in_reply_to": voice.reply_to.clone(),
            "made_on": date(voice.made),
            "type": if voice.reply_to.is_some() { "comment" } else { pick(&kinds, chance) },
            "text": self.words(43, number),
            "ip_class": pick(&["none", "none", "feedback", "design"], chance >> 8),
            "disposition": voice.disposition,
            "disposition_reason": reason.then(|| self.words(44, number)),
            "disposed_on": date(voice.disposed),
            "disposed_by": list![pick(&["m-02", "m-03", "bodies/b-board"], chance >> 16)],
            "review_on": (voice.disposition == "parked").then_some("2027-01-15"),
            "recorded_at": (number % 3 == 1).then(|| date(voice.disposed)),
            "x-theme": pick(&["access", "time", "language", "trust", "money"], chance >> 20),
        }
    }

    fn message(&self, id: String, sent: i64, recipients: Vec<String>, covers: Vec<String>) -> Value {
        object! {
            "id": id,
            "from": "bodies/b-board",
            "to": "participants",
            "recipients": recipients,
            "sent_on": date(sent),
            "covers": covers,
            "channel": "letter and e-mail",
        }
    }

    fn artefact(&self, id: String, kind: &'static str, made: i64, from: Vec<String>) -> Value {
        object! {
            "id": id.clone(),
            "type": kind,
            "made_on": date(made),
            "status": "approved",
            "layers": (kind == "service-blueprint").then(|| list!["customer-actions", "frontstage", "backstage", "support-systems"]),
            "derived_from": (!from.is_empty()).then_some(from),
            "uri": format!("https://work.example.org/{}/{id}", self.id),
        }
    }

    /// An approved decision in which participants had the say that they were promised.
    fn decision(
        &self,
        id: String,
        topic: &'static str,
        scope: &'static str,
        on: i64,
        with: [String; 2],
        informed_by: Vec<String>,
    ) -> Value {
        let number = id.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let [one, other] = with;
        let input = self.bent.only_input || self.bent.no_rights;
        object! {
            "id": id,
            "title": self.words(45, number),
            "topic": topic,
            "scope": scope,
            "status": "approved",
            "decided_on": date(on),
            "decided_by": list!["b-board"],
            "commitment": "will-deliver",
            "agreed_by": (!input).then(|| list!["bodies/b-panel", one.clone()]),
            "recommended_by": (!input).then(|| list![one.clone(), other.clone()]),
            "input_from": if input { list![one, other] } else { list![other] },
            "basis": "participant-evidence",
            "informed_by": informed_by,
            "options": list![self.words(46, number), self.words(47, number)],
            "dissent": (number % 3 == 0).then(|| self.words(48, number)),
            "rationale": self.words(49, number),
            "participation_level": "collaborate",
            "recorded_at": date(on + 1),
        }
    }

    fn outcome(&self, id: String, kind: &'static str, implements: Vec<String>, started: i64, shipped: i64) -> Value {
        let link = |what: &str| list![format!("https://work.example.org/{what}/{}/{id}", self.id)];
        object! {
            "id": id.clone(),
            "kind": kind,
            "owner": "team/m-04",
            "implements": implements,
            "status": "shipped",
            "reach": "full",
            "started_on": date(started),
            "due_on": date(shipped + 10),
            "shipped_on": date(shipped),
            "serves": list![object! { "attribute": "use", "value": "rarely" }],
            "tickets": link("tickets"),
            "test_cases": link("tests"),
            "training": link("training"),
            "preservation": "adapted-explained",
            "ambition": "incremental",
        }
    }

    // -----------------------------------------------------------------------------------------------------
    // The registers of a block, and what the programme has once
    // -----------------------------------------------------------------------------------------------------

    /// The records of a register that the programme has once, before those of its blocks.
    fn once(&self, register: &str) -> Vec<Value> {
        match register {
            "team" => {
                let functions = ["policy", "research", "design", "operations", "technology", "service"];
                let row = |(i, function): (usize, &'static str)| {
                    object! {
                        "id": format!("m-{:02}", i + 1), "side": "staff", "organisation": "service department",
                        "functions": list![function], "interests_declared": true
                    }
                };
                functions.into_iter().enumerate().map(row).collect()
            }
            "roles" => self.roles(),
            "bodies" => {
                let seat = |person: String, voting: bool| object! { "person": person, "voting": voting };
                let board: Vec<Value> = (1..=5).map(|i| seat(format!("team/m-{i:02}"), true)).collect();
                let panel: Vec<Value> = (0..self.blocks.min(12)).map(|block| seat(Self::person(block * BLOCK), true)).collect();
                vec![
                    object! {
                        "id": "b-board", "name": "Programme board", "kind": "board", "mandate": "binding",
                        "rule": "consensus", "quorum": 4, "seats": board
                    },
                    object! {
                        "id": "b-panel", "name": "User panel", "kind": "panel", "mandate": "advisory",
                        "rule": "consent", "quorum": 1, "seats": panel
                    },
                ]
            }
            "waves" => (1..=2)
                .map(|i: i64| {
                    let selected = (self.blocks * BLOCK / 2) as i64;
                    let row = |(value, share): &(&'static str, usize)| {
                        let selected = selected * *share as i64 / 20;
                        object! {
                            "attribute": "area", "value": *value, "invited": selected * 3, "applied": selected * 2,
                            "selected": selected, "accepted": selected
                        }
                    };
                    object! {
                        "id": format!("w-{i}"),
                        "channel": if i == 1 { "open-call" } else { "community-organisation" },
                        "opened_on": date(self.week(1)),
                        "closed_on": date(self.week(6)),
                        "segments": FRAME.first().map(|(_, segments)| segments.iter().map(row).collect::<Vec<_>>()),
                    }
                })
                .collect(),
            "sprints" => [("discovery", 7, 6, 0), ("design", 13, 12, 1), ("design", 26, 10, 1), ("delivery", 37, 12, 2)]
                .into_iter()
                .enumerate()
                .map(|(i, (kind, from, weeks, metric))| {
                    object! {
                        "id": format!("sp-{}", i + 1),
                        "kind": kind,
                        "hypothesis": self.words(50, i),
                        "metric": format!("x-{metric}"),
                        "started_on": date(self.week(from)),
                        "timebox_weeks": weeks,
                        "ended_on": date(self.week(from + weeks) - 3),
                        "outputs": pick(&[None, Some("blueprint"), Some("prototype"), Some("log")], i as u64)
                            .or(Some("map"))
                            .map(|name| list![format!("a-0000-{name}")]),
                    }
                })
                .collect(),
            "incidents" => vec![object! {
                "id": "in-1", "kind": "complaint", "on": date(self.week(21)), "severity": "low",
                "followed_up_on": date(self.week(22)), "closed_on": date(self.week(22))
            }],
            "gates" => self.gates(),
            "metrics" => self.metrics(),
            "agreements" => vec![object! {
                "id": "ag-partner", "kind": "partner", "parties": list!["m-06"], "signed_on": date(self.week(1)),
                "ip_terms": "Everything that is made together may be used by both.",
                "benefit_terms": "The partner gets the findings first and trains its own staff with them.",
                "benefits": list![object! {
                    "to": "partner", "kind": "training", "due_on": date(self.week(60)), "delivered_on": date(self.week(58))
                }]
            }],
            "publications" => self.publications(),
            _ => Vec::new(),
        }
    }

    fn roles(&self) -> Vec<Value> {
        let topics = ["t-1", "t-2", "t-3", "t-4"];
        let rights = |right: &'static str| topics.iter().map(|topic| object! { "topic": *topic, "right": right }).collect::<Vec<Value>>();
        let role = |id: &'static str, kind: &'static str, by: Value| {
            object! { "id": id, "kind": kind, "held_by": by, "from": date(self.start) }
        };
        let panel = if self.bent.no_rights {
            "input"
        } else if self.bent.only_input {
            "recommend"
        } else {
            "agree"
        };
        vec![
            role("r-sponsor", "sponsor", if self.bent.no_sponsor { list![] } else { list!["team/m-01"] }),
            role("r-owner", "decision-owner", list!["bodies/b-board"]).with("decision_rights", rights("decide")),
            role("r-manager", "programme-manager", list!["m-02"]),
            role("r-researcher", "researcher", list!["m-02"]),
            role("r-facilitator", "facilitator", list!["m-05", "m-03"]),
            role("r-blueprint", "blueprinting-lead", list!["m-03"]),
            role("r-data", "data-steward", list!["m-04"]),
            role("r-safe", "safeguarding-lead", list!["m-06"]),
            role("r-evaluator", "evaluator", list!["m-06"]),
            role("r-panel", "representative", list!["bodies/b-panel"]).with("decision_rights", rights(panel)),
            role("r-people", "participant", list!["p-00000", "p-00001"]).with("decision_rights", rights("input")),
        ]
    }

    fn gates(&self) -> Vec<Value> {
        let first = |phase: usize| Self::meeting(0, phase);
        let sessions = [vec![Self::interview(0), Self::interview(1)], vec![first(1)], vec![first(3)], vec![first(4)]];
        [("discover", 12), ("define", 19), ("develop", 31), ("deliver", 50)]
            .into_iter()
            .zip(sessions)
            .enumerate()
            .map(|(i, ((stage, week), mut evidence))| {
                evidence.push(format!("insights/i-0000-{}", i % 3));
                let row = |criterion: &'static str, evidence: &[String]| {
                    object! { "criterion": criterion, "finding": self.words(51, i), "evidence": evidence.to_vec() }
                };
                object! {
                    "id": format!("g-{stage}"),
                    "stage": stage,
                    "held_on": date(self.week(week)),
                    "criteria": list![
                        row("desirability", &evidence),
                        row("integration-cost", &["artefacts/a-0000-map".to_owned()]),
                        row("policy-risk", evidence.get(..1).unwrap_or_default()),
                        // Not assessed, with the reason, which counts as an answer.
                        object! { "criterion": "viability", "reason": "Not in question: the service is paid for." },
                    ],
                    "outcome": if i == 2 { "pass-with-conditions" } else { "pass" },
                    "approvers": list!["m-01", "p-00000"],
                }
            })
            .collect()
    }

    fn metrics(&self) -> Vec<Value> {
        let rows = [
            ("x-0", "Knows what happens next", "experience", "outcome", "per cent", true),
            ("x-1", "Contacts for each case", "operational", "outcome", "contacts", true),
            ("x-2", "Days from first step to answer", "operational", "outcome", "days", false),
            ("x-3", "Ease, on a scale from one to five", "experience", "outcome", "points", false),
            ("x-4", "Gap between villages and town", "equity-integrity", "outcome", "percentage points", true),
            ("x-5", "Experience of taking part", "experience", "participation", "points", false),
        ];
        rows.into_iter()
            .filter(|row| !(self.bent.no_equity_metric && row.2 == "equity-integrity"))
            .enumerate()
            .map(|(i, (id, name, level, criterion, unit, headline))| {
                let months = if id == "x-5" { 20..68 } else { 44..76 };
                let measured = months.step_by(8).flat_map(|week| {
                    let groups = if id == "x-5" { &["participants"][..] } else { &["participants", "non-participants"] };
                    groups.iter().enumerate().map(move |(k, group)| (week, k, *group))
                });
                let measurements: Vec<Value> = measured
                    .map(|(week, k, group)| {
                        let chance = self.chance(52, i * 1000 + week as usize * 2 + k);
                        object! {
                            "on": date(self.week(week) + 4), "value": (chance % 400) as f64 / 10.0 + 20.0,
                            "n": 40 + (chance >> 16) as i64 % 300, "population": group
                        }
                    })
                    .collect();
                object! {
                    "id": id,
                    "name": name,
                    "level": level,
                    "criterion": criterion,
                    "scope": "journey",
                    "unit": unit,
                    "headline": headline,
                    "population": "all-users",
                    "defined_on": date(self.week(14)),
                    "defined_with": list!["p-00000", "p-00001"],
                    "baseline": object! { "value": 31.5, "on": date(self.week(10)) },
                    "target": 45,
                    "measurements": measurements,
                    "of": list!["o-0000-0", "o-0000-1"],
                }
            })
            .collect()
    }

    fn publications(&self) -> Vec<Value> {
        let kinds = ["decision-log", "methods-note", "blueprint", "dashboard", "evaluation", "publicity"];
        kinds
            .into_iter()
            .enumerate()
            .map(|(i, kind)| {
                let cell = |label: &'static str, count: i64| object! { "label": label, "count": count };
                object! {
                    "id": format!("pub-{}", i + 1),
                    "kind": kind,
                    "audience": if i == 0 { "participants" } else { "public" },
                    "published_on": date(self.week(58) + i as i64),
                    "tables": (kind == "dashboard").then(|| list![object! {
                        "name": "people who answered", "counts_people": true, "total": 120,
                        "cells": list![cell("north", 44), cell("old town", 36), cell("river side", 22), cell("villages", 18)]
                    }]),
                    "uri": format!("https://www.example.org/{}/{kind}", self.id),
                }
            })
            .collect()
    }

    /// The records of a register that belong to a block.
    fn of_block(&self, register: &str, block: usize) -> Vec<Value> {
        let first = block * BLOCK;
        match register {
            "participants" => (first..first + BLOCK).map(|n| self.participant(Self::person(n), n)).collect(),
            "team" => vec![object! {
                "id": format!("m-f{block:04}"), "side": pick(&["staff", "supplier", "partner"], block as u64),
                "functions": list!["research", "design"], "interests_declared": true
            }],
            "roles" => vec![object! {
                "id": format!("r-squad-{block:04}"), "kind": "squad-member", "held_by": list![format!("m-f{block:04}")],
                "from": date(self.week(1))
            }],
            "consents" => (first..first + BLOCK).flat_map(|n| self.consents(n)).collect(),
            "sessions" => self.sessions(block),
            "payments" => self.payments(block),
            "contributions" => self.voices(block).iter().enumerate().map(|(i, voice)| self.contribution(voice, block * 100 + i)).collect(),
            "insights" => (0..BLOCK / 2)
                .map(|i| {
                    let (one, other) = (first + i * 2, first + i * 2 + 1);
                    let on = self.week(11);
                    object! {
                        "id": format!("i-{block:04}-{i}"),
                        "statement": self.words(53, block * 4 + i),
                        "evidence_type": pick(&["stated", "observed", "measured"], i as u64),
                        "recorded_on": date(on),
                        "validated_on": date(self.met(block, 1)),
                        "validated_with": list![Self::person(first)],
                        "from": list![format!("k-{one:05}-0"), format!("contributions/k-{other:05}-0")],
                    }
                })
                .collect(),
            "tallies" => {
                let options = self.voices(block).into_iter().filter(|voice| voice.phase == 3 && voice.reply_to.is_none());
                let options: Vec<Value> = options
                    .map(|voice| object! { "option": voice.id, "for": 3 + (voice.by % 5) as i64, "against": (voice.by % 3) as i64 })
                    .collect();
                vec![object! {
                    "id": format!("v-{block:04}"), "question": self.words(54, block), "closed_on": date(self.met(block, 3)),
                    "eligible": 6, "cast": 6, "threshold": 3, "options": options
                }]
            }
            "artefacts" => self.artefacts(block),
            "decisions" => self.decisions(block),
            "outcomes" => {
                let name = |phase: usize| format!("d-{block:04}-{phase}");
                let rows =
                    [("process", vec![name(1), name(2)], 26, 45), ("policy", vec![name(3)], 31, 47), ("interface", vec![name(4)], 41, 48)];
                rows.into_iter()
                    .enumerate()
                    .map(|(i, (kind, implements, from, to))| {
                        let credit = |n: usize, as_: &'static str| object! { "participant": Self::person(n), "as": as_ };
                        let late = (block % 4) as i64;
                        self.outcome(format!("o-{block:04}-{i}"), kind, implements, self.week(from + late), self.week(to + late) + 2)
                            .with("derived_from", (i == 0).then(|| list![format!("a-{block:04}-blueprint"), format!("k-{block:04}b-0")]))
                            .with("credits", list![credit(first, "proposed"), credit(first + 1, "tested")])
                    })
                    .collect()
            }
            "feedback" => (0..=MEETINGS.len())
                .map(|phase| {
                    let mut people: Vec<String> = Vec::new();
                    let mut covers: Vec<String> = Vec::new();
                    for voice in self.voices(block).into_iter().filter(|voice| voice.phase == phase) {
                        let person = Self::person(voice.by);
                        if !people.contains(&person) {
                            people.push(person);
                        }
                        covers.push(if voice.by % 2 == 0 { voice.id } else { format!("contributions/{}", voice.id) });
                    }
                    if phase > 0 {
                        covers.push(format!("decisions/d-{block:04}-{phase}"));
                    }
                    self.message(format!("f-{block:04}-{phase}"), self.decided(block, phase) + 7 + (block % 5) as i64, people, covers)
                })
                .chain([self.message(
                    format!("f-{block:04}-live"),
                    self.week(59),
                    (first..first + BLOCK).filter(|n| !Self::leaves(*n)).map(Self::person).collect(),
                    (1..=MEETINGS.len()).map(|phase| format!("d-{block:04}-{phase}")).collect(),
                )])
                .collect(),
            "agreements" => vec![object! {
                "id": format!("ag-{block:04}"), "kind": "contribution",
                "parties": (first..first + BLOCK).map(Self::person).collect::<Vec<_>>(),
                "signed_on": date(self.week(7)),
                "ip_terms": "Contributors keep their rights and let the service use what they bring.",
                "benefit_terms": "Everyone gets the results, the credit that they wish, and a certificate.",
                "benefits": list![object! {
                    "to": "contributors", "kind": "certificate", "due_on": date(self.week(60)), "delivered_on": date(self.week(59))
                }]
            }],
            _ => Vec::new(),
        }
    }

    fn consents(&self, n: usize) -> Vec<Value> {
        let id = format!("c-{n:05}");
        let given = self.week(6) + (self.chance(41, n) >> 32) as i64 % 10;
        let consent = self.consent(id.clone(), Self::person(n), given, n);
        if n % 9 == 4 {
            // Asked again, by itself, whether pictures may be shown.
            let again = self.consent(format!("{id}b"), Self::person(n), self.week(40), n);
            let again = again.with("purposes", list!["publicity"]).with("refused_purposes", list![]);
            return vec![consent, again];
        }
        vec![if n % 9 == 7 { consent.with("reconfirmed_on", date(self.week(39))) } else { consent }]
    }

    fn sessions(&self, block: usize) -> Vec<Value> {
        let currency = self.theme.5;
        let lead = format!("m-f{block:04}");
        let mut sessions = Vec::with_capacity(BLOCK + MEETINGS.len());
        for n in block * BLOCK..(block + 1) * BLOCK {
            let mut seats = vec![
                Self::seat(Self::person(n), "participant", 1.0, None, currency),
                Self::seat(format!("team/{lead}"), "facilitator", 1.0, None, currency),
            ];
            if n % 2 == 0 {
                seats.push(Self::seat("m-02".to_owned(), "note-taker", 1.0, None, currency));
            }
            let session = self.session(Self::interview(n), "interview", self.interviewed(n), n, list![lead.clone()], seats);
            sessions.push(session.with("sprint", "sp-1").with("influence_points", list!["problem-framing"]));
        }
        for (phase, (_, _, kind, point, mode)) in (1..).zip(MEETINGS) {
            let mut seats = Vec::new();
            for seat in 0..BLOCK {
                let n = block * BLOCK + seat;
                let present = self.present(block, phase, seat);
                if present || !Self::leaves(n) {
                    let capacity = if present { "participant" } else { "absent" };
                    let travel = (present && n % 4 == 1 && Self::pay(n) == "paid").then_some(6.4);
                    seats.push(Self::seat(Self::person(n), capacity, 2.5, travel, currency));
                }
            }
            seats.push(Self::seat(lead.clone(), "facilitator", 2.5, None, currency));
            seats.push(Self::seat("team/m-03".to_owned(), "note-taker", 2.5, None, currency));
            if block % 3 == 1 {
                seats.push(Self::seat("m-01".to_owned(), "observer", 1.0, None, currency));
            }
            let item = |i: usize| object! { "item": self.words(55, block * 16 + phase * 4 + i) };
            let agenda = list![item(0), item(1).with("proposed_by", Self::person(block * BLOCK)), item(2)];
            let on = self.met(block, phase);
            let facilitators = list![lead.clone(), "m-05"];
            sessions.push(
                self.session(Self::meeting(block, phase), kind, on, block, facilitators, seats)
                    .with("influence_points", list![point])
                    .with("modes", list![mode])
                    .with("sprint", pick(&["sp-2", "sp-2", "sp-3", "sp-3"], phase as u64 - 1))
                    .with("agenda", agenda)
                    .with("tests", (phase == 4).then(|| list![format!("a-{block:04}-prototype")]))
                    .with("note", block.is_multiple_of(3).then(|| self.words(56, block * 4 + phase))),
            );
        }
        sessions
    }

    fn payments(&self, block: usize) -> Vec<Value> {
        let mut payments = Vec::with_capacity(48);
        for n in (block * BLOCK..(block + 1) * BLOCK).filter(|n| Self::pay(*n) == "paid") {
            for phase in 0..=MEETINGS.len() {
                if phase > 0 && !self.present(block, phase, n % BLOCK) {
                    continue;
                }
                let (session, on, hours) = if phase == 0 {
                    (Self::interview(n), self.interviewed(n), (1.0, 0.0, 0.5))
                } else {
                    (Self::meeting(block, phase), self.met(block, phase), (2.5, 1.0, 0.5))
                };
                let id = format!("y-{n:05}-{phase}");
                let payment = self.payment(id.clone(), Self::person(n), session.clone(), on, hours, n * 8 + phase);
                payments.push(if n % 19 == 6 {
                    // Their own choice, which counts as an answer.
                    payment.without("amount").without("currency").without("paid_on").with("declined_by_participant", true)
                } else {
                    payment
                });
                if phase > 0 && n % 4 == 1 {
                    payments.push(object! {
                        "id": format!("{id}x"), "participant": Self::person(n), "kind": "expense", "for_session": session,
                        "amount": 6.4, "currency": self.theme.5, "earned_on": date(on), "paid_on": date(on + 9)
                    });
                }
            }
        }
        payments
    }

    fn artefacts(&self, block: usize) -> Vec<Value> {
        let id = |name: &str| format!("a-{block:04}-{name}");
        let from = |phase: usize| -> Vec<String> {
            self.voices(block).into_iter().filter(|voice| voice.phase == phase && voice.adopted()).map(|voice| voice.id).collect()
        };
        vec![
            self.artefact(id("map"), "journey-map", self.week(11) + 2, vec![format!("k-{:05}-0", block * BLOCK)]),
            self.artefact(id("blueprint"), "service-blueprint", self.week(24), from(2)),
            self.artefact(id("prototype"), "prototype", self.week(33), vec![id("blueprint")]),
            self.artefact(id("script"), "script", self.week(44), vec![format!("d-{block:04}-4")]),
            // A draft that nothing came of is nobody's fault.
            self.artefact(id("draft"), "service-blueprint", self.week(30), vec![id("map")]).with("status", "draft"),
            self.artefact(id("log"), "learning-log", self.week(52), vec![id("prototype"), format!("decisions/d-{block:04}-3")]),
        ]
    }

    fn decisions(&self, block: usize) -> Vec<Value> {
        let voices = self.voices(block);
        let scopes = ["problem-framing", "solution", "policy", "delivery"];
        let topics = ["t-1", "t-2", "t-3", "t-4"];
        let mut decisions = Vec::with_capacity(5);
        for phase in 1..=MEETINGS.len() {
            let mut informed_by = vec![format!("sessions/{}", Self::meeting(block, phase)), format!("i-{block:04}-{}", phase % 3)];
            match phase {
                3 => informed_by.push(format!("v-{block:04}")),
                4 => informed_by.push(format!("artefacts/a-{block:04}-prototype")),
                _ => {}
            }
            let mine = voices.iter().filter(|voice| voice.adopted() && (voice.phase == phase || phase == 1 && voice.phase == 0));
            informed_by.extend(mine.map(|voice| if phase % 2 == 0 { voice.id.clone() } else { format!("contributions/{}", voice.id) }));
            let with = [Self::person(block * BLOCK), Self::person(block * BLOCK + 1)];
            let (topic, scope) = (pick(&topics, phase as u64 - 1), pick(&scopes, phase as u64 - 1));
            let decision = self.decision(format!("d-{block:04}-{phase}"), topic, scope, self.decided(block, phase), with, informed_by);
            decisions.push(if phase == 4 {
                decision.with("amount", 12_000).with("currency", self.theme.5).with("draws_on", "delivery")
            } else {
                decision
            });
        }
        if !self.bent.only_successes {
            let with = [Self::person(block * BLOCK + 1), Self::person(block * BLOCK)];
            let informed_by = vec![Self::meeting(block, 3), format!("k-{}-1", Self::meeting(block, 3).trim_start_matches("s-"))];
            let turned_down = self.decision(format!("d-{block:04}-5"), "t-3", "policy", self.decided(block, 3), with, informed_by);
            decisions.push(turned_down.with("status", "rejected").without("commitment"));
        }
        decisions
    }
}

// ---------------------------------------------------------------------------------------------------------
// Specimens
// ---------------------------------------------------------------------------------------------------------

/// What stays just inside a rule, and what breaks it.
struct Specimen {
    rule: &'static str,
    /// Rules whose specimens may not stand in the same programme.
    apart: &'static [&'static str],
    /// Adds the specimen, faulty or not; the address of the finding if faulty, empty where it has no place here.
    sow: fn(&mut Kit, bool) -> String,
}

/// A participant who comes once, for a specimen, with all that a clean record of it needs.
struct Guest {
    /// The day on which they come.
    day: i64,
    participant: Value,
    consent: Value,
    session: Value,
    payment: Value,
    contribution: Value,
    /// A second one, so that guests are not much quieter than the others.
    further: Value,
    message: Value,
}

/// A programme with its specimens.
struct Kit {
    of: Programme,
    extra: Vec<(&'static str, Value)>,
    stray: Vec<(&'static str, Vec<u8>)>,
    /// Sessions that the programme claims to have held beyond those on record.
    boast: i64,
    /// How many specimens there are to be, and how many guests there are.
    kinds: usize,
    guests: usize,
    /// How many blocks the specimens need.
    blocks_min: usize,
    planted: Vec<Planted>,
}

impl Kit {
    fn new(of: Programme) -> Self {
        Kit { of, extra: Vec::new(), stray: Vec::new(), boast: 0, kinds: 0, guests: 0, blocks_min: 1, planted: Vec::new() }
    }

    /// Adds as many specimens as are asked for, going on in the list where the last programme left off.
    fn sow(&mut self, index: usize, kinds: usize, faults: bool) {
        self.kinds = kinds;
        let mut sown: Vec<&Specimen> = Vec::new();
        // One further on in each round, so that no two are always in each other's way.
        let from = index * kinds + index * kinds / SPECIMENS.len();
        for turn in 0..SPECIMENS.len() {
            let Some(specimen) = SPECIMENS.get((from + turn) % SPECIMENS.len()) else { return };
            let clash = |other: &&Specimen| other.apart.contains(&specimen.rule) || specimen.apart.contains(&other.rule);
            if sown.len() == kinds || sown.iter().any(clash) {
                continue;
            }
            sown.push(specimen);
            let address = (specimen.sow)(self, faults);
            if faults && !address.is_empty() {
                self.planted.push(Planted { programme: self.of.id.clone(), rule: specimen.rule, address });
            }
        }
    }

    fn add(&mut self, register: &'static str, record: Value) {
        if !matches!(record, Value::Absent) {
            self.extra.push((register, record));
        }
    }

    /// Adds a row to a list of the charter.
    fn row(&mut self, list: &'static str, row: Value) {
        self.of.rows.push((list, row));
    }

    /// A clean participant with one interview, a day apart from the last.
    fn guest(&mut self, name: &str) -> Guest {
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

    fn come(&mut self, guest: Guest) {
        self.add("participants", guest.participant);
        self.add("consents", guest.consent);
        self.add("sessions", guest.session);
        self.add("payments", guest.payment);
        self.add("contributions", guest.contribution);
        self.add("contributions", guest.further);
        self.add("feedback", guest.message);
    }

    /// A meeting of guests and members of the team, in the place of the guests' interviews.
    fn workshop(&mut self, id: &str, guests: Vec<Guest>, staff: &[(&'static str, &'static str)]) {
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
    fn decision(&self, name: &str, on: i64) -> Value {
        let with = [Programme::person(0), Programme::person(1)];
        self.of.decision(format!("d-{name}"), "t-2", "solution", on, with, vec!["sessions/s-0000b".to_owned()])
    }

    /// An outcome that delivers a decision, shipped some ten weeks after it.
    fn delivery(&mut self, name: &str, decided: i64) {
        let outcome = self.of.outcome(format!("o-{name}"), "process", vec![format!("d-{name}")], decided + 14, decided + 70);
        self.add("outcomes", outcome);
    }

    /// Writes the programme.
    fn write(&self, folder: &Path, shape: Shape) -> io::Result<()> {
        let mut files = Files::new(folder, shape, self.of.ascii)?;
        files.fields(&self.of.charter())?;
        for (register, bundle) in REGISTERS {
            files.begin(register, bundle)?;
            for record in self.of.once(register) {
                files.put(&record)?;
            }
            for block in 0..self.of.blocks {
                for record in self.of.of_block(register, block) {
                    files.put(&record)?;
                }
            }
            for (_, record) in self.extra.iter().filter(|extra| extra.0 == register) {
                files.put(record)?;
            }
            files.end()?;
        }
        for (path, content) in &self.stray {
            files.stray(path, content)?;
        }
        let count = |register: &str| files.counts.iter().find(|count| count.0 == register).map_or(0, |count| count.1) as i64;
        let claim = |what: &'static str, value: i64| object! { "what": what, "value": value, "where": "annual report" };
        let claims = list![claim("sessions", count("sessions") + self.boast), claim("contributions", count("contributions"))];
        files.finish(&object! { "claims": claims })
    }
}

/// The specimens, family by family but for those that get in each other's way, which stand apart so that each has
/// its turn.
const SPECIMENS: &[Specimen] = &[
    Specimen {
        rule: "power/level-unstated",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_promise = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/no-decision-rights",
        apart: &["power/promise-exceeds-practice", "power/rights-on-paper-only"],
        sow: |kit, bad| {
            kit.of.bent.no_rights = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/symbolic-participant",
        apart: &[],
        sow: |kit, bad| {
            // One who said nothing of their own, yet was heard on a decision.
            let quiet = kit.guest("quiet-heard");
            let decided = quiet.day + 20;
            kit.come(Guest { contribution: Value::Absent, further: Value::Absent, message: Value::Absent, ..quiet });
            let decision = kit.decision("quiet", decided).with("input_from", list!["p-quiet-heard"]);
            kit.add("decisions", decision);
            kit.delivery("quiet", decided);
            if bad {
                let silent = kit.guest("quiet");
                kit.come(Guest { contribution: Value::Absent, further: Value::Absent, message: Value::Absent, ..silent });
            }
            "participants/p-quiet".into()
        },
    },
    Specimen {
        rule: "power/lone-participant-voice",
        apart: &[],
        sow: |kit, bad| {
            let (one, other) = (kit.guest("pair-1"), kit.guest("pair-2"));
            kit.workshop("s-pair", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker")]);
            let one = kit.guest("one-to-one");
            kit.workshop("s-one-to-one", vec![one], &[("m-05", "facilitator")]);
            if bad {
                let lone = kit.guest("lone");
                kit.workshop("s-lone", vec![lone], &[("m-05", "facilitator"), ("m-03", "note-taker")]);
            }
            "sessions/s-lone".into()
        },
    },
    Specimen {
        rule: "power/staff-outnumber-participants",
        apart: &[],
        sow: |kit, bad| {
            let (one, other) = (kit.guest("even-1"), kit.guest("even-2"));
            kit.workshop("s-even", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker"), ("m-01", "observer")]);
            if bad {
                let (one, other) = (kit.guest("few-1"), kit.guest("few-2"));
                kit.workshop("s-few", vec![one, other], &[("m-05", "facilitator"), ("m-03", "note-taker"), ("m-04", "expert")]);
            }
            "sessions/s-few".into()
        },
    },
    Specimen {
        rule: "power/participants-join-too-late",
        apart: &[],
        sow: |kit, bad| {
            // The first interview is on the first day of week 8.
            let on = kit.of.week(8) - i64::from(bad);
            let note = kit.of.artefact("a-early".into(), "note", kit.of.week(2), Vec::new());
            kit.add("artefacts", note);
            let decision =
                kit.decision("early", on).with("topic", "t-1").with("scope", "problem-framing").with("informed_by", list!["a-early"]);
            kit.add("decisions", decision);
            kit.delivery("early", on);
            "programme".into()
        },
    },
    Specimen {
        rule: "power/rejection-without-reason",
        apart: &["record/only-successes"],
        sow: |kit, bad| {
            let heard = kit.guest("grouped");
            let contribution = heard.contribution.with("disposition", "rejected").with("cluster", "k-0000b-1");
            kit.come(Guest { contribution, ..heard });
            if bad {
                let turned_down = kit.guest("unexplained");
                let contribution = turned_down.contribution.with("disposition", "rejected");
                kit.come(Guest { contribution, ..turned_down });
            }
            "contributions/k-unexplained".into()
        },
    },
    Specimen {
        rule: "power/zero-influence",
        apart: &["trace/contribution-never-shipped", "record/only-successes"],
        sow: |kit, bad| {
            kit.of.bent.nothing_adopted = bad;
            "programme".into()
        },
    },
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
        rule: "power/promise-exceeds-practice",
        apart: &["power/rights-on-paper-only"],
        sow: |kit, bad| {
            kit.of.bent.only_input = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/reference-population-missing",
        // A share that is at fault leaves open whether the frame is whole.
        apart: &["record/shares-do-not-sum"],
        sow: |kit, bad| {
            kit.of.bent.no_frame_date = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/priority-segment-absent",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("wheelchair");
            let participant = match guest.participant.clone() {
                Value::Object(pairs) => Value::Object(
                    pairs
                        .into_iter()
                        .map(|(key, value)| if key == "attributes" { (key, value.with("mobility", "wheelchair")) } else { (key, value) })
                        .collect(),
                ),
                other => other,
            };
            kit.come(Guest { participant, ..guest });
            kit.row("quotas", object! { "attribute": "mobility", "value": "wheelchair", "must_include": true });
            if bad {
                kit.row("quotas", object! { "attribute": "mobility", "value": "bedridden", "must_include": true });
            }
            "programme/quotas[attribute=mobility,value=bedridden]".into()
        },
    },
    Specimen {
        rule: "representation/segment-underrepresented",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_reach_short = bad;
            "programme/reference_population/attributes[name=reach]/segments[value=by post]".into()
        },
    },
    Specimen {
        rule: "representation/composition-departs-from-frame",
        apart: &[],
        sow: |kit, bad| {
            // Enough people for the whole to be striking, too few for any one segment to be.
            if kit.of.blocks > 5 || kit.kinds > 12 {
                return String::new();
            }
            kit.blocks_min = 2;
            kit.of.bent.departs_from_frame = bad;
            "programme/reference_population/attributes[name=device]".into()
        },
    },
    Specimen {
        rule: "representation/voice-concentrated",
        apart: &[],
        sow: |kit, bad| {
            // With fewer, too little is said by each for the rule to judge.
            kit.blocks_min = 2;
            kit.of.bent.one_voice = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "representation/single-recruitment-channel",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.one_channel = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "trace/no-disposition",
        apart: &[],
        sow: |kit, bad| {
            let guest = kit.guest("waiting");
            let open = |id: &str, on: i64| {
                guest
                    .contribution
                    .clone()
                    .with("id", id.to_owned())
                    .with("made_on", date(on))
                    .without("session")
                    .without("disposition")
                    .without("disposition_reason")
                    .without("disposed_on")
                    .without("disposed_by")
                    .without("recorded_at")
            };
            kit.add("contributions", open("k-in-time", AS_OF - 28));
            if bad {
                kit.add("contributions", open("k-unanswered", AS_OF - 29));
            }
            kit.come(guest);
            "contributions/k-unanswered".into()
        },
    },
    Specimen {
        rule: "trace/decision-without-evidence",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(34);
            let law = kit.decision("law", on).without("informed_by").with("basis", "legal-obligation");
            kit.add("decisions", law);
            kit.delivery("law", on);
            if bad {
                let bare = kit.decision("bare", on).with("informed_by", list![]);
                kit.add("decisions", bare);
                kit.delivery("bare", on);
            }
            "decisions/d-bare".into()
        },
    },
    Specimen {
        rule: "trace/outcome-without-decision",
        apart: &[],
        sow: |kit, bad| {
            for (name, kind) in [("upkeep", "maintenance"), ("unasked", "process")] {
                if name == "unasked" && !bad {
                    continue;
                }
                let (from, to) = (kit.of.week(40), kit.of.week(46));
                let outcome = kit.of.outcome(format!("o-{name}"), kind, Vec::new(), from, to);
                kit.add("outcomes", outcome);
            }
            "outcomes/o-unasked".into()
        },
    },
    Specimen {
        rule: "trace/decision-not-delivered",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(35);
            let permit = kit.decision("permit", on).with("commitment", "permits");
            kit.add("decisions", permit);
            if bad {
                let idle = kit.decision("idle", on);
                kit.add("decisions", idle);
            }
            "decisions/d-idle".into()
        },
    },
    Specimen {
        rule: "trace/contribution-never-shipped",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("young", 179), ("stuck", 180)] {
                if days == 180 && !bad {
                    continue;
                }
                let guest = kit.guest(name);
                let disposed = AS_OF - days;
                let contribution = guest
                    .contribution
                    .with("disposition", "adopted")
                    .with("made_on", date(disposed - 5))
                    .with("disposed_on", date(disposed));
                let message = guest.message.with("sent_on", date(disposed + 5)).with("covers", list![format!("k-{name}")]);
                let contribution = contribution.without("session").without("recorded_at");
                kit.come(Guest { contribution, further: Value::Absent, message, ..guest });
            }
            "contributions/k-stuck".into()
        },
    },
    Specimen {
        rule: "trace/feedback-not-closed",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("told", 10), ("untold", 9)] {
                if days < 10 && !bad {
                    continue;
                }
                // The answer is given on the tenth day, and a message that came before cannot have told of it.
                let guest = kit.guest(name);
                let message = guest.message.with("sent_on", date(guest.day + days)).with("covers", list![format!("k-{name}")]);
                kit.come(Guest { message, further: Value::Absent, ..guest });
            }
            "contributions/k-untold".into()
        },
    },
    Specimen {
        rule: "trace/blueprint-not-operationalised",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let blueprint = kit.of.artefact("a-shelved".into(), "service-blueprint", kit.of.week(32), vec!["a-0000-map".into()]);
                kit.add("artefacts", blueprint);
            }
            "artefacts/a-shelved".into()
        },
    },
    Specimen {
        rule: "governance/sponsor-unnamed",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_sponsor = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/governance-spine-incomplete",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_ip_policy = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "governance/gate-criterion-missing",
        apart: &[],
        sow: |kit, bad| {
            for (name, rows) in [("reasoned", 3), ("partial", 2)] {
                if rows == 2 && !bad {
                    continue;
                }
                let row = |criterion: &'static str, finding: &'static str| {
                    object! { "criterion": criterion, "finding": finding, "evidence": list!["s-0000c"] }
                };
                let mut criteria = vec![row("desirability", "Good enough."), row("integration-cost", "Within the means.")];
                if rows == 3 {
                    criteria.push(row("policy-risk", "Not applicable.").with("reason", "No rule is touched."));
                }
                let gate = object! {
                    "id": format!("g-{name}"), "stage": "develop", "held_on": date(kit.of.week(32)), "criteria": criteria,
                    "outcome": "hold", "approvers": list!["m-01"]
                };
                kit.add("gates", gate);
            }
            "gates/g-partial".into()
        },
    },
    Specimen {
        rule: "governance/gate-passed-without-user-evidence",
        apart: &[],
        sow: |kit, bad| {
            for (name, outcome) in [("held", "hold"), ("blind", "pass")] {
                if outcome == "pass" && !bad {
                    continue;
                }
                let row =
                    |criterion: &'static str| object! { "criterion": criterion, "finding": "As planned.", "evidence": list!["a-desk"] };
                let gate = object! {
                    "id": format!("g-{name}"), "stage": "develop", "held_on": date(kit.of.week(32)),
                    "criteria": list![row("desirability"), row("integration-cost"), row("policy-risk")], "outcome": outcome,
                    "approvers": list!["m-01"]
                };
                kit.add("gates", gate);
            }
            let desk = kit.of.artefact("a-desk".into(), "report", kit.of.week(2), Vec::new());
            kit.add("artefacts", desk);
            "gates/g-blind".into()
        },
    },
    Specimen {
        rule: "measurement/level-missing",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.no_equity_metric = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "power/rights-on-paper-only",
        apart: &[],
        sow: |kit, bad| {
            for (name, proxy) in [("proxy", true), ("paper", false)] {
                if !proxy && !bad {
                    continue;
                }
                let topic: &'static str = if proxy { "t-proxy" } else { "t-paper" };
                let role = object! {
                    "id": format!("r-{name}"), "kind": "representative", "held_by": list!["p-00001"], "from": date(kit.of.start),
                    "decision_rights": list![object! { "topic": topic, "right": "agree" }]
                };
                kit.row("topics", object! { "id": topic, "title": "What is tried first", "negotiable": true });
                kit.add("roles", role);
                let on = kit.of.week(33);
                let decision = kit.decision(name, on).with("topic", topic).without("agreed_by").with("input_from", list!["p-00001"]);
                kit.add("decisions", decision.with("exercised_by_proxy", proxy.then_some("p-00000")));
                kit.delivery(name, on);
            }
            "roles/r-paper/decision_rights[topic=t-paper,right=agree]".into()
        },
    },
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
                    kit.add("sessions", session.with("start", "10:00").with("end", if length > 2.0 { "12:30" } else { "12:00" }));
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
    Specimen {
        rule: "record/dangling-reference",
        apart: &[],
        sow: |kit, bad| {
            let linked = kit.of.artefact("a-linked".into(), "note", kit.of.week(20), vec!["https://example.org/elsewhere".into()]);
            kit.add("artefacts", linked);
            if bad {
                let astray = kit.of.artefact("a-astray".into(), "note", kit.of.week(20), vec!["a-0000-map".into(), "k-nowhere".into()]);
                kit.add("artefacts", astray);
            }
            "artefacts/a-astray/derived_from[k-nowhere]".into()
        },
    },
    Specimen {
        rule: "record/duplicate-identity",
        apart: &[],
        sow: |kit, bad| {
            let incident = |kit: &Kit| object! { "id": "in-twice", "kind": "complaint", "on": date(kit.of.week(30)), "closed_on": date(kit.of.week(31)), "followed_up_on": date(kit.of.week(31)) };
            kit.add("incidents", incident(kit));
            if bad {
                kit.add("incidents", incident(kit));
            }
            "incidents/in-twice#2/id".into()
        },
    },
    Specimen {
        rule: "record/look-alike-identity",
        apart: &[],
        sow: |kit, bad| {
            for id in ["in-like-1", "in-Like-2", "in-like-2"] {
                if bad || id != "in-Like-2" {
                    kit.add("incidents", object! { "id": id, "kind": "complaint" });
                }
            }
            "incidents/in-like-2/id".into()
        },
    },
    Specimen {
        rule: "record/impossible-date-order",
        apart: &[],
        sow: |kit, bad| {
            for (name, days) in [("same-day", 0), ("backwards", 1)] {
                if days > 0 && !bad {
                    continue;
                }
                let on = kit.of.week(25);
                let incident = object! { "id": format!("in-{name}"), "kind": "complaint", "on": date(on), "closed_on": date(on - days), "followed_up_on": date(on) };
                kit.add("incidents", incident);
            }
            "incidents/in-backwards/closed_on".into()
        },
    },
    Specimen {
        rule: "record/field-required-at-stage",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let guest = kit.guest("untyped");
                let participant = guest.participant.without("types");
                kit.come(Guest { participant, ..guest });
            }
            "participants/p-untyped/types".into()
        },
    },
    Specimen {
        rule: "record/unknown-term",
        apart: &[],
        sow: |kit, bad| {
            let tally = |id: &'static str| object! { "id": id, "question": "Which one first?", "eligible": 12, "cast": 9 };
            let incident = |id: &'static str, kind: &'static str| object! { "id": id, "kind": kind };
            kit.add("tallies", tally("v-plain"));
            kit.add("incidents", incident("in-unknown", "unknown"));
            if bad {
                kit.add("incidents", incident("in-misspelt", "complant"));
            }
            "incidents/in-misspelt/kind".into()
        },
    },
    Specimen {
        rule: "record/evidence-chain-cyclic",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(40);
            let one = kit.of.artefact("a-ring-1".into(), "pattern", on, vec![if bad { "a-ring-2" } else { "a-0000-map" }.into()]);
            let other = kit.of.artefact("a-ring-2".into(), "pattern", on, vec!["a-ring-1".into()]);
            kit.add("artefacts", one);
            kit.add("artefacts", other);
            "artefacts/a-ring-2/derived_from[a-ring-1]".into()
        },
    },
    Specimen {
        rule: "record/only-successes",
        apart: &[],
        sow: |kit, bad| {
            kit.of.bent.only_successes = bad;
            "programme".into()
        },
    },
    Specimen {
        rule: "record/status-contradicts-dates",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                let (from, to) = (kit.of.week(30), kit.of.week(40));
                let outcome = kit.of.outcome("o-torn".into(), "process", vec!["d-0000-2".into()], from, to);
                kit.add("outcomes", outcome.with("status", "planned").with("due_on", "2027-01-01"));
            }
            "outcomes/o-torn".into()
        },
    },
    Specimen {
        rule: "record/placeholder-value",
        apart: &[],
        sow: |kit, bad| {
            let member = |id: &'static str, organisation: &'static str| {
                object! { "id": id, "side": "partner", "organisation": organisation, "interests_declared": true }
            };
            kit.add("team", member("m-todo", "The TODO office, to be decided in May"));
            if bad {
                kit.add("team", member("m-tbd", "TBD"));
            }
            "team/m-tbd".into()
        },
    },
    Specimen {
        rule: "record/claim-contradicted",
        apart: &[],
        sow: |kit, bad| {
            kit.boast = i64::from(bad);
            "programme/claims[what=sessions]".into()
        },
    },
    Specimen {
        rule: "record/awarded-over-budget",
        apart: &[],
        sow: |kit, bad| {
            let on = kit.of.week(36);
            let grant = kit.decision("grant", on).with("amount", 3_000 + i64::from(bad)).with("currency", kit.of.theme.5);
            kit.add("decisions", grant.with("draws_on", "language"));
            kit.delivery("grant", on);
            "programme/budget[kind=language]".into()
        },
    },
    Specimen {
        rule: "record/unknown-key",
        apart: &[],
        sow: |kit, bad| {
            let artefact = kit.of.artefact("a-keyed".into(), "note", kit.of.week(20), Vec::new());
            let key = if bad { "reused-by" } else { "x-reused-by" };
            kit.add("artefacts", artefact.with(key, list!["the next programme"]));
            "artefacts/a-keyed/reused-by".into()
        },
    },
    Specimen {
        rule: "record/not-a-date",
        apart: &[],
        sow: |kit, bad| {
            for (id, on) in [("in-leap", "2024-02-29"), ("in-month", "2025-11"), ("in-no-day", "2026-02-30")] {
                if bad || id != "in-no-day" {
                    kit.add("incidents", object! { "id": id, "kind": "complaint", "on": on });
                }
            }
            "incidents/in-no-day/on".into()
        },
    },
    Specimen {
        rule: "record/out-of-range",
        apart: &[],
        sow: |kit, bad| {
            kit.add("tallies", object! { "id": "v-none", "question": "Who is for it?", "eligible": 0, "cast": 0 });
            if bad {
                kit.add("tallies", object! { "id": "v-negative", "question": "Who is for it?", "eligible": 12, "cast": -1 });
            }
            "tallies/v-negative/cast".into()
        },
    },
    Specimen {
        rule: "record/wrong-type",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.add("tallies", object! { "id": "v-worded", "question": "Who is for it?", "eligible": "12", "cast": 9 });
            }
            "tallies/v-worded/eligible".into()
        },
    },
    Specimen {
        rule: "record/required-missing",
        apart: &[],
        sow: |kit, bad| {
            let artefact = kit.of.artefact("a-kindless".into(), "note", kit.of.week(20), Vec::new());
            kit.add("artefacts", if bad { artefact.without("type") } else { artefact });
            "artefacts/a-kindless/type".into()
        },
    },
    Specimen {
        rule: "record/key-repeated",
        apart: &[],
        sow: |kit, bad| {
            let mut pairs = vec![("id", Value::from("in-said-twice")), ("kind", "complaint".into()), ("severity", "low".into())];
            if bad {
                pairs.push(("severity", "high".into()));
            }
            kit.add("incidents", Value::Object(pairs));
            "incidents/in-said-twice/severity".into()
        },
    },
    Specimen {
        rule: "record/reference-ambiguous",
        apart: &[],
        sow: |kit, bad| {
            kit.add("team", object! { "id": "x-office", "side": "partner", "interests_declared": true });
            kit.add("bodies", object! { "id": "x-office", "name": "Partner office", "kind": "organisation", "mandate": "advisory" });
            let holder = if bad { "x-office" } else { "bodies/x-office" };
            let role = object! { "id": "r-office", "kind": "reviewer", "held_by": list![holder], "from": date(kit.of.start) };
            kit.add("roles", role);
            "roles/r-office/held_by[x-office]".into()
        },
    },
    Specimen {
        rule: "record/shares-do-not-sum",
        apart: &[],
        sow: |kit, bad| {
            let segment = |value: &'static str, share: f64| object! { "value": value, "share": share };
            let last = if bad { 0.3 } else { 0.34 };
            let segments = list![segment("own", 0.33), segment("rent", 0.33), segment("other", last)];
            kit.row("attributes", object! { "name": "tenure", "segments": segments });
            "programme/reference_population/attributes[name=tenure]/segments[value=own]/share".into()
        },
    },
    Specimen {
        rule: "record/unknown-file",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("office/inventory.json", b"{\n  \"chairs\": 12,\n  \"tables\": 3\n}\n".to_vec()));
            }
            "files/office/inventory.json".into()
        },
    },
    Specimen {
        rule: "record/not-json",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-broken.json", b"{\n  \"id\": \"in-broken\",\n  \"kind\": \"complaint\",\n}\n".to_vec()));
            }
            "files/incidents/in-broken.json".into()
        },
    },
    Specimen {
        rule: "record/not-utf-8",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-latin.json", b"{\n  \"id\": \"in-latin\",\n  \"severity\": \"caf\xe9\"\n}\n".to_vec()));
            }
            "files/incidents/in-latin.json".into()
        },
    },
    Specimen {
        rule: "record/too-deep",
        apart: &[],
        sow: |kit, bad| {
            let depth = if bad { 128 } else { 100 };
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let text = format!("{{ \"id\": \"in-deep\", \"kind\": \"complaint\", \"x-deep\": {open}{close} }}\n");
            kit.stray.push(("incidents/in-deep.json", text.into_bytes()));
            "files/incidents/in-deep.json".into()
        },
    },
    Specimen {
        rule: "record/nothing-to-read",
        apart: &[],
        sow: |kit, bad| {
            kit.stray.push(("incidents/in-none.json", b"[]\n".to_vec()));
            if bad {
                kit.stray.push(("incidents/in-empty.json", Vec::new()));
            }
            "files/incidents/in-empty.json".into()
        },
    },
    Specimen {
        rule: "record/register-not-a-list",
        apart: &[],
        sow: |kit, bad| {
            let text: &[u8] = if bad {
                b"{\n  \"incidents\": {\n    \"in-loose\": {\n      \"kind\": \"complaint\"\n    }\n  }\n}\n"
            } else {
                b"{\n  \"incidents\": null\n}\n"
            };
            kit.stray.push(("archive.json", text.to_vec()));
            "programme/incidents".into()
        },
    },
    Specimen {
        rule: "record/not-an-object",
        apart: &[],
        sow: |kit, bad| {
            if bad {
                kit.stray.push(("incidents/in-number.json", b"[\n  42\n]\n".to_vec()));
            }
            "incidents/#1".into()
        },
    },
];
