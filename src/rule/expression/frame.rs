//! What a running expression sees: the programme, the date, parameters, its variables, and what was worked
//! out before.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::code::Code;
use super::flag::Answer;
use super::value::{Decimal, Eval, Fault, ItemList, No, Value};
use crate::limits;
use crate::programme::{Item, Programme};
use crate::schema::form::Period;

const ASKED_NO: u8 = 1;
const ASKED_YES: u8 = 2;

/// How many definitions that answer yes or no are mostly asked in an audit, and how many that give a number; and up
/// to how many places room is made for beforehand.
const LIKELY_ANSWERS: usize = 64;
const LIKELY_NUMBERS: usize = 16;
const ROOM_MAX: usize = 1 << 16;
/// About how much is remembered for each record of a programme.
const REMEMBERED_PER_RECORD: usize = 1;

/// Says in which records an error stood open: on a day, from 1970-01-01, of a rule that applied by a stage.
pub type OpenErrors<'p> = Rc<dyn Fn(i32, u16) -> Rc<[Item]> + 'p>;

/// Everything that a running expression sees.
pub struct Cx<'p> {
    /// The programme.
    pub programme: &'p Programme,
    /// The date of the audit.
    pub as_of: Period,
    /// Values of all rules' and definitions' parameters, by number.
    pub params: &'p [Value<'p>],
    /// The records in which an error stood open on a day, of a rule that applied by a stage: for rules that look back.
    pub open: Option<OpenErrors<'p>>,
    /// Why the last yes-or-no expression that had no answer had none.
    pub reason: No,
    /// Whether any `let` was worked out since somebody last asked.
    pub has_kept: bool,
    /// Steps taken for this subject.
    pub steps: Cell<u64>,
    /// Steps that may be taken.
    pub steps_max: u64,
    /// Memory in which lists are gathered, of those that are not being gathered.
    pub(super) gathering: Vec<Vec<Eval<Item>>>,
    /// What passed each screen, by the screen's number.
    pub(super) screened: Vec<(usize, Vec<u32>)>,
    /// What definitions gave for records: within one audit they give the same again, whichever rule asks. By
    /// the definition's number, the first record's node, and what else it was called with.
    pub remembered: HashMap<(u32, u32, u64), Eval<Value<'p>>, FixedState>,
    /// What definitions of one record answered, yes or no: by the definition's number, then by that of the
    /// object. Most of what is remembered is this, and it is looked up far more often than worked out.
    answers: PerObject<u8>,
    /// Why those that had no answer had none.
    reasons: HashMap<(u32, u32), No, FixedState>,
    /// What definitions of one record that give a number gave: by the definition's number, then by that of the
    /// object, the place among `numbers`, counted from 1.
    number_places: PerObject<u32>,
    numbers: Vec<Eval<Decimal>>,
    /// What was reached from a record along evidence links, upwards or not.
    pub reached: HashMap<(u32, bool), Arc<[u32]>, FixedState>,
    /// The list of no records, of which most lists that are gathered are.
    pub(super) none: ItemList,
    /// Variables that are records or rows: subjects, loop variables, `let`s, arguments. They are by far the
    /// most, and small; a variable has the same place among these and among the others.
    items: Vec<Eval<Item>>,
    /// All other variables.
    values: Vec<Eval<Value<'p>>>,
    /// Where the variables of the rule or definition at work begin.
    base: usize,
    /// Where those of the next one would.
    top: usize,
}

impl<'p> Cx<'p> {
    /// A context for a programme.
    #[must_use]
    pub fn new(programme: &'p Programme, as_of: i32, params: &'p [Value<'p>]) -> Self {
        Self {
            programme,
            as_of: Period::day(as_of),
            params,
            open: None,
            reason: No::Unset,
            has_kept: false,
            steps: Cell::new(0),
            steps_max: limits::STEPS_MAX,
            gathering: Vec::new(),
            screened: Vec::new(),
            remembered: HashMap::with_capacity_and_hasher(REMEMBERED_PER_RECORD * programme.records.len(), FixedState::default()),
            answers: PerObject::new(programme.objects(), LIKELY_ANSWERS),
            number_places: PerObject::new(programme.objects(), LIKELY_NUMBERS),
            numbers: Vec::new(),
            reasons: HashMap::default(),
            reached: HashMap::default(),
            none: ItemList::new(&[ItemList::WHOLE]),
            items: Vec::new(),
            values: Vec::new(),
            base: 0,
            top: 0,
        }
    }

    /// What a definition answered of a record or row, by its number, if it was asked and had an answer.
    #[inline(always)]
    pub fn answered(&self, definition: u32, object: u32) -> Option<Answer> {
        match *self.answers.get(definition, object)? {
            ASKED_NO => Some(Answer::No),
            ASKED_YES => Some(Answer::Yes),
            _ => None,
        }
    }

    /// Why it had none, if it was asked and had none.
    #[must_use]
    pub fn unanswered(&self, definition: u32, object: u32) -> Option<No> {
        self.reasons.get(&(definition, object)).copied()
    }

    /// What a definition of a record or row gave, by its number, if it was asked.
    #[inline]
    #[must_use]
    pub fn number(&self, definition: u32, object: u32) -> Option<Eval<Decimal>> {
        let place = self.number_places.get(definition, object)?;
        self.numbers.get(place.checked_sub(1)? as usize).copied()
    }

    /// Remembers what a definition gave.
    pub fn remember_number(&mut self, definition: u32, object: u32, number: Eval<Decimal>) {
        if number == Err(No::Fault(Fault::Budget)) {
            return;
        }
        if let Some(place) = self.number_places.get_mut(definition, object) {
            self.numbers.push(number);
            *place = self.numbers.len() as u32;
        }
    }

    /// Remembers what a definition answered.
    pub fn remember(&mut self, definition: u32, object: u32, answer: Answer) {
        let code = match answer {
            Answer::No => ASKED_NO,
            Answer::Yes => ASKED_YES,
            // What was stopped for its steps may well come to an end another time.
            Answer::None if self.reason == No::Fault(Fault::Budget) => return,
            Answer::None => {
                self.reasons.insert((definition, object), self.reason);
                return;
            }
        };
        if let Some(place) = self.answers.get_mut(definition, object) {
            *place = code;
        }
    }

    /// Opens a frame of so many variables for a rule, none of them worked out but the programme, the first.
    pub fn open(&mut self, variables: usize) {
        self.base = 0;
        self.top = 0;
        self.reserve(variables);
        self.items.iter_mut().take(variables).for_each(|item| *item = Err(No::Unset));
        for value in self.values.iter_mut().take(variables).filter(|value| !matches!(value, Err(No::Unset))) {
            *value = Err(No::Unset);
        }
        self.set_item(0, Ok(self.programme.charter_item()));
    }

    fn reserve(&mut self, variables: usize) {
        self.top += variables;
        if self.items.len() < self.top {
            self.items.resize(self.top, Err(No::Unset));
            self.values.resize_with(self.top, || Err(No::Unset));
        }
    }

    /// Opens a frame for a definition behind the one at work: the programme, then what each argument gives,
    /// the `let`s not worked out. Gives what [`Cx::leave`] needs.
    ///
    /// # Errors
    /// Where the steps are used up.
    pub fn enter(&mut self, arguments: &[Code], variables: usize, lets: &[usize]) -> Eval<(usize, usize)> {
        self.step()?;
        let kept = (self.base, self.top);
        let first = self.top;
        // What an argument calls in turn opens its frame behind this one.
        self.reserve(variables);
        self.place_item(first, Ok(self.programme.charter_item()));
        for (at, code) in arguments.iter().enumerate() {
            match code {
                Code::Item(code) => {
                    let item = code.get(self);
                    self.place_item(first + at + 1, item);
                }
                code => {
                    let value = code.run(self);
                    self.place_value(first + at + 1, value);
                }
            }
        }
        for slot in lets {
            self.place_item(first + slot, Err(No::Unset));
            self.place_value(first + slot, Err(No::Unset));
        }
        self.base = first;
        Ok(kept)
    }

    /// Closes a definition's frame.
    #[inline]
    pub fn leave(&mut self, kept: (usize, usize)) {
        (self.base, self.top) = kept;
    }

    /// Runs `inner` in the frame that was at work when [`Cx::enter`] gave `kept`.
    #[inline]
    pub fn outside<T>(&mut self, kept: (usize, usize), inner: impl FnOnce(&mut Self) -> T) -> T {
        // What opens a frame meanwhile opens it behind all that are open.
        let own = std::mem::replace(&mut self.base, kept.0);
        let result = inner(self);
        self.base = own;
        result
    }

    #[inline]
    fn place_item(&mut self, at: usize, item: Eval<Item>) {
        if let Some(place) = self.items.get_mut(at) {
            *place = item;
        }
    }

    #[inline]
    fn place_value(&mut self, at: usize, value: Eval<Value<'p>>) {
        if let Some(place) = self.values.get_mut(at) {
            *place = value;
        }
    }

    /// A variable that is a record or row.
    #[inline]
    pub fn item(&self, slot: usize) -> Eval<Item> {
        self.items.get(self.base + slot).copied().unwrap_or(Err(No::Fault(Fault::Internal)))
    }

    /// Any other variable.
    #[inline]
    pub fn value(&self, slot: usize) -> &Eval<Value<'p>> {
        self.values.get(self.base + slot).unwrap_or(&Err(No::Fault(Fault::Internal)))
    }

    /// Sets a variable that is a record or row.
    #[inline]
    pub fn set_item(&mut self, slot: usize, item: Eval<Item>) {
        self.place_item(self.base + slot, item);
    }

    /// Sets any other variable.
    #[inline]
    pub fn set_value(&mut self, slot: usize, value: Eval<Value<'p>>) {
        self.place_value(self.base + slot, value);
    }

    /// Keeps what a `let` is, a record or row.
    #[inline]
    pub fn keep_item(&mut self, slot: usize, item: Eval<Item>) {
        self.has_kept = true;
        self.set_item(slot, item);
    }

    /// Keeps what a `let` is.
    #[inline]
    pub fn keep_value(&mut self, slot: usize, value: Eval<Value<'p>>) {
        self.has_kept = true;
        self.set_value(slot, value);
    }

    /// Sets a variable to whatever it is.
    #[inline]
    pub fn set(&mut self, slot: usize, value: Eval<Value<'p>>) {
        match value {
            Ok(Value::Item(item)) => self.set_item(slot, Ok(item)),
            Ok(value) => self.set_value(slot, Ok(value)),
            Err(no) => {
                self.set_item(slot, Err(no));
                self.set_value(slot, Err(no));
            }
        }
    }

    /// Counts a step.
    #[inline]
    pub fn step(&self) -> Eval<()> {
        self.take_steps(1)
    }

    /// Counts so many steps.
    #[inline]
    pub fn take_steps(&self, steps: u32) -> Eval<()> {
        let steps = self.steps.get() + u64::from(steps);
        self.steps.set(steps);
        if steps > self.steps_max { Err(No::Fault(Fault::Budget)) } else { Ok(()) }
    }
}

/// What is remembered of definitions, a place for each object: for those that were asked, one after another.
struct PerObject<T> {
    objects: usize,
    /// By the definition's number, the how-manieth of those that were asked it is, counted from 1.
    asked: Vec<u16>,
    /// How many were asked.
    count: u16,
    all: Vec<T>,
}

impl<T: Clone + Default> PerObject<T> {
    /// With room for so many definitions.
    fn new(objects: u32, likely: usize) -> Self {
        let objects = objects as usize;
        Self { objects, asked: Vec::new(), count: 0, all: Vec::with_capacity(objects.saturating_mul(likely).min(ROOM_MAX)) }
    }

    #[inline(always)]
    fn get(&self, definition: u32, object: u32) -> Option<&T> {
        let asked = usize::from(*self.asked.get(definition as usize)?).checked_sub(1)?;
        self.all.get(asked * self.objects + object as usize)
    }

    fn get_mut(&mut self, definition: u32, object: u32) -> Option<&mut T> {
        let definition = definition as usize;
        if self.asked.len() <= definition {
            self.asked.resize(definition + 1, 0);
        }
        let asked = self.asked.get_mut(definition)?;
        if *asked == 0 {
            self.count = self.count.checked_add(1)?;
            *asked = self.count;
            self.all.resize(self.objects * usize::from(self.count), T::default());
        }
        self.all.get_mut((usize::from(*asked) - 1) * self.objects + object as usize)
    }
}
