//! Compiled code: for each type of value the usual ways to come by it, told apart, and any other as a closure.
//!
//! What most rules ask most often (whether a field is recorded, which word it holds, the elements of a
//! register) is run without a call through a pointer, and lists are walked by code that is made for what is
//! done with each element: an audit spends most of its time here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::frame::Cx;
use super::types::Typed;
use super::value::{Decimal, Eval, Fault, ItemList, ListValue, No, Value};
use crate::document::Kind;
use crate::programme::{Item, Programme, Reading};
use crate::schema::form::Period;
use crate::schema::guide::{ABSENT, FAULTY};
use crate::schema::{FieldId, ReferenceId, RegisterId, Schema, StructId};

/// Yes, no, or no answer, for which the reason then lies in the context: most of an audit asks yes or no, and
/// an answer that bears its reason would be handed on through memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does not hold.
    No,
    /// It holds.
    Yes,
    /// [`Cx::reason`] says why there is none.
    None,
}

impl Answer {
    /// Yes or no.
    #[inline]
    #[must_use]
    pub const fn of(flag: bool) -> Self {
        if flag { Answer::Yes } else { Answer::No }
    }

    /// No answer, for this reason.
    #[inline]
    #[must_use]
    pub const fn none(cx: &mut Cx<'_>, no: No) -> Self {
        cx.reason = no;
        Answer::None
    }

    #[inline]
    const fn from(cx: &mut Cx<'_>, flag: Eval<bool>) -> Self {
        match flag {
            Ok(flag) => Self::of(flag),
            Err(no) => Self::none(cx, no),
        }
    }
}

/// Compiled code that gives yes or no in any way.
pub type AnyFlag = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Answer + Send + Sync>;
/// Compiled code that gives a date.
pub type DateCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Period> + Send + Sync>;
/// Compiled code that gives a number that is exactly known.
pub type NumberCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Decimal> + Send + Sync>;
/// Compiled code that gives a word in any way.
pub type AnyWord = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<u16> + Send + Sync>;
/// Compiled code that gives any value.
pub type ValueCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Value<'p>> + Send + Sync>;
/// Compiled code that gives a record or row in any way.
pub type AnyItem = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Item> + Send + Sync>;
/// Compiled code that walks a list of records or rows in any way.
pub type AnyItems = Arc<dyn for<'p, 'v> Fn(&mut Cx<'p>, &mut VisitItem<'v, 'p>) -> Eval<()> + Send + Sync>;
/// Compiled code that walks a list of anything. The outcome says whether all of the list was there.
pub type AnyList = Arc<dyn for<'p, 'v> Fn(&mut Cx<'p>, &mut Visit<'v, 'p>) -> Eval<()> + Send + Sync>;
/// What is done with each element of a list; says whether to go on.
pub type Visit<'v, 'p> = dyn FnMut(&mut Cx<'p>, Eval<Value<'p>>) -> bool + 'v;
/// What is done with each record or row of a list; says whether to go on.
pub type VisitItem<'v, 'p> = dyn FnMut(&mut Cx<'p>, Eval<Item>) -> bool + 'v;

/// The fields, one of which an object may have: as many as there are structs that it may be of.
#[derive(Clone, Debug)]
pub struct Fields {
    /// The first.
    pub first: FieldId,
    /// The struct that has it.
    structure: StructId,
    /// Its place there.
    place: u16,
    /// The others, of which there are seldom any. Behind a pointer, because code is read again for each programme
    /// and should be small.
    rest: Option<Box<Rest>>,
}

#[derive(Clone, Debug)]
struct Rest(Box<[FieldId]>);

impl Fields {
    /// These fields.
    #[must_use]
    pub fn new(schema: &Schema, fields: &[FieldId]) -> Self {
        let (first, rest) = fields.split_first().map_or((FieldId::default(), &[][..]), |(first, rest)| (*first, rest));
        let (structure, place) = schema.place_of(first).unwrap_or_default();
        Self { first, structure, place: place as u16, rest: (!rest.is_empty()).then(|| Box::new(Rest(rest.into()))) }
    }

    /// The node of its value in a record, a row or an object within.
    #[inline]
    pub fn of(&self, programme: &Programme, own: Item) -> Eval<u32> {
        match programme.field_at(own.node, self.structure, usize::from(self.place)) {
            Some(Reading::Value(at)) => Ok(at),
            Some(Reading::Absent) => Err(No::Field(self.first)),
            Some(Reading::Faulty) => Err(No::Faulty(self.first)),
            None => self.among(programme, own.node),
        }
    }

    /// The same of a variable, if that is a record or row of the first field's struct.
    #[inline(always)]
    fn near(&self, cx: &Cx<'_>, slot: usize) -> Option<Reading> {
        cx.programme.field_at(cx.item(slot).ok()?.node, self.structure, usize::from(self.place))
    }

    /// The same in an object of another struct.
    #[cold]
    #[inline(never)]
    fn among(&self, programme: &Programme, object: u32) -> Eval<u32> {
        for field in std::iter::once(&self.first).chain(self.rest.iter().flat_map(|rest| &rest.0)) {
            match programme.read(object, *field) {
                Reading::Value(at) => return Ok(at),
                Reading::Faulty => return Err(No::Faulty(*field)),
                Reading::Absent => {}
            }
        }
        Err(No::Field(self.first))
    }
}

/// Compiled code that gives a record or row.
#[derive(Clone)]
#[repr(u8)]
pub enum ItemCode {
    /// A variable.
    Variable(usize),
    /// The record to which a field of another refers.
    Target(Box<ItemCode>, Fields),
    /// The record or row of this struct around another.
    Parent(Box<ItemCode>, StructId),
    /// The object that a field of another holds.
    Within(Box<ItemCode>, Fields),
    /// Anything else.
    Code(AnyItem),
}

impl ItemCode {
    /// Runs it. A variable, which is what is most often asked for, needs no call.
    #[inline(always)]
    pub fn get(&self, cx: &mut Cx<'_>) -> Eval<Item> {
        if let ItemCode::Variable(slot) = self { cx.item(*slot) } else { self.far(cx) }
    }

    fn far(&self, cx: &mut Cx<'_>) -> Eval<Item> {
        match self {
            ItemCode::Variable(slot) => cx.item(*slot),
            ItemCode::Target(base, fields) => {
                if let ItemCode::Variable(slot) = **base
                    && let Some(Reading::Value(at)) = fields.near(cx, slot)
                    && let Some(target) = cx.programme.target(at)
                {
                    return Ok(target);
                }
                let own = base.get(cx)?;
                let at = fields.of(cx.programme, own)?;
                cx.programme.target(at).ok_or_else(|| No::Field(cx.programme.forest.node(at).field))
            }
            ItemCode::Parent(base, structure) => {
                let own = base.get(cx)?;
                cx.programme.parent(own, *structure).ok_or(No::Fault(Fault::Internal))
            }
            ItemCode::Within(base, fields) => {
                let own = base.get(cx)?;
                Ok(Item { node: fields.of(cx.programme, own)?, record: own.record })
            }
            ItemCode::Code(code) => code(cx),
        }
    }
}

/// Compiled code that gives a word.
#[derive(Clone)]
#[repr(u8)]
pub enum WordCode {
    /// This one.
    Given(u16),
    /// That which a field of a record or row holds.
    Field(ItemCode, Fields),
    /// The name of the register in which a record stands.
    Register(ItemCode),
    /// Anything else.
    Code(AnyWord),
}

impl WordCode {
    /// Runs it.
    ///
    /// # Errors
    /// Why there is no word.
    #[inline]
    pub fn get(&self, cx: &mut Cx<'_>) -> Eval<u16> {
        match self {
            WordCode::Given(word) => Ok(*word),
            WordCode::Field(item, fields) => {
                let own = item.get(cx)?;
                let at = fields.of(cx.programme, own)?;
                Ok(cx.programme.forest.word(at))
            }
            WordCode::Register(item) => {
                let own = item.get(cx)?;
                cx.programme.register_of(own.record).ok_or(No::Empty)
            }
            WordCode::Code(code) => code(cx),
        }
    }

    /// Whether the word is (or is not) one of a set: a bit for each.
    #[must_use]
    pub fn among(self, set: u128, wanted: bool) -> FlagCode {
        match self {
            WordCode::Field(item, fields) if set >> 64 == 0 => FlagCode::Word(wanted, item, fields, set as u64),
            code => FlagCode::any(move |cx| code.get(cx).map(|word| (word < 128 && set >> word & 1 == 1) == wanted)),
        }
    }
}

#[inline]
const fn is_among(word: u16, set: u64) -> bool {
    word < 64 && set >> word & 1 == 1
}

/// Compiled code that gives yes or no.
#[derive(Clone)]
#[repr(u8)]
pub enum FlagCode {
    /// Whether a field of a record or row is recorded.
    Has(ItemCode, Fields),
    /// What such a field says, and what it means where it is not recorded.
    Field(ItemCode, Fields, Option<bool>),
    /// Whether the word that such a field holds is one of a set; or, where the first is false, is not.
    Word(bool, ItemCode, Fields, u64),
    /// Whether one of these is as the last says, asked in turn; else none is.
    Chain(Arc<[FlagCode]>, bool),
    /// Whether two records or rows are one; or, where the last is false, are not.
    Same(Box<(ItemCode, ItemCode)>, bool),
    /// The contrary.
    Not(Arc<FlagCode>),
    /// Whether some text of a record passes a test (or all that is written in quotes, where the second is
    /// false): the test is made only where some text passes its screen.
    Texts(ItemCode, bool, Box<Screen>, Arc<FlagCode>),
    /// What the definition of this number says of a record or row: remembered once it was worked out.
    Remembered(ItemCode, u32, Arc<FlagCode>),
    /// Anything else.
    Code(AnyFlag),
}

impl FlagCode {
    /// Code that gives yes or no in any way.
    pub fn any(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<bool> + Send + Sync + 'static) -> Self {
        FlagCode::Code(Arc::new(move |cx| {
            let flag = code(cx);
            Answer::from(cx, flag)
        }))
    }

    /// Runs it.
    ///
    /// # Errors
    /// Why there is no answer.
    #[inline]
    pub fn get(&self, cx: &mut Cx<'_>) -> Eval<bool> {
        match self.ask(cx) {
            Answer::Yes => Ok(true),
            Answer::No => Ok(false),
            Answer::None => Err(cx.reason),
        }
    }

    /// The same, the reason left in the context.
    pub fn ask(&self, cx: &mut Cx<'_>) -> Answer {
        // The two tests that are by far the most are made without a further call: whatever is unusual about
        // them is left to the other way.
        match self {
            FlagCode::Has(ItemCode::Variable(slot), fields) => match fields.near(cx, *slot) {
                Some(Reading::Value(_)) => Answer::Yes,
                Some(Reading::Absent) => Answer::No,
                _ => self.far(cx),
            },
            FlagCode::Word(wanted, ItemCode::Variable(slot), fields, set) => match fields.near(cx, *slot) {
                Some(Reading::Value(at)) => Answer::of(is_among(cx.programme.forest.word(at), *set) == *wanted),
                Some(Reading::Absent) => Answer::none(cx, No::Field(fields.first)),
                _ => self.far(cx),
            },
            FlagCode::Code(code) => code(cx),
            FlagCode::Chain(parts, decides) => chain(parts, *decides, cx),
            FlagCode::Same(both, wanted) => same(&both.0, &both.1, *wanted, cx),
            FlagCode::Remembered(ItemCode::Variable(slot), number, code) => remembered(cx.item(*slot), *number, code, cx),
            _ => self.far(cx),
        }
    }

    #[inline(never)]
    fn far(&self, cx: &mut Cx<'_>) -> Answer {
        let flag = match self {
            FlagCode::Chain(parts, decides) => return chain(parts, *decides, cx),
            FlagCode::Code(code) => return code(cx),
            FlagCode::Same(both, wanted) => return same(&both.0, &both.1, *wanted, cx),
            FlagCode::Remembered(item, number, code) => {
                let own = item.get(cx);
                return remembered(own, *number, code, cx);
            }
            FlagCode::Not(inner) => {
                return match inner.ask(cx) {
                    Answer::Yes => Answer::No,
                    Answer::No => Answer::Yes,
                    Answer::None => Answer::None,
                };
            }
            FlagCode::Has(item, fields) => match item.get(cx) {
                Err(no) => Err(no),
                Ok(own) => match fields.of(cx.programme, own) {
                    Ok(_) => Ok(true),
                    Err(No::Field(_)) => Ok(false),
                    Err(no) => Err(no),
                },
            },
            FlagCode::Texts(item, texts, screen, code) => match item.get(cx) {
                Ok(own) if !screen.lets_through(cx, own, *texts) => Ok(false),
                _ => return code.ask(cx),
            },
            FlagCode::Word(wanted, item, fields, set) => {
                let at = item.get(cx).and_then(|own| fields.of(cx.programme, own));
                at.map(|at| is_among(cx.programme.forest.word(at), *set) == *wanted)
            }
            FlagCode::Field(item, fields, default) => match item.get(cx) {
                Err(no) => Err(no),
                Ok(own) => match (fields.of(cx.programme, own), default) {
                    (Ok(at), _) => Ok(cx.programme.forest.node(at).kind == Kind::True),
                    (Err(No::Field(_)), Some(default)) => Ok(*default),
                    (Err(no), _) => Err(no),
                },
            },
        };
        Answer::from(cx, flag)
    }
}

impl FlagCode {
    /// Whether this surely holds of a record, which is the variable at this place, with next to no work: where it
    /// says that no text of the record passes a test, and none passes the test's screen.
    #[must_use]
    pub fn surely_holds(&self, cx: &mut Cx<'_>, slot: usize, own: Item) -> bool {
        let FlagCode::Not(inner) = self else { return false };
        let FlagCode::Texts(ItemCode::Variable(at), texts, screen, _) = &**inner else { return false };
        *at == slot && !screen.lets_through(cx, own, *texts)
    }
}

#[inline(always)]
fn remembered(own: Eval<Item>, number: u32, code: &FlagCode, cx: &mut Cx<'_>) -> Answer {
    // Of what is not there the code itself says why.
    let Some(object) = own.ok().and_then(|own| cx.programme.object_number(own.node)) else { return code.ask(cx) };
    match cx.answered(number, object) {
        Some(known) => known,
        None => work_out(number, object, code, cx),
    }
}

#[inline(never)]
fn same(one: &ItemCode, other: &ItemCode, wanted: bool, cx: &mut Cx<'_>) -> Answer {
    match one.get(cx).and_then(|one| Ok((one, other.get(cx)?))) {
        Ok((one, other)) => Answer::of(cx.programme.same(one, other) == wanted),
        Err(no) => Answer::none(cx, no),
    }
}

#[inline(never)]
fn work_out(number: u32, object: u32, code: &FlagCode, cx: &mut Cx<'_>) -> Answer {
    if let Some(no) = cx.unanswered(number, object) {
        return Answer::none(cx, no);
    }
    let answer = code.ask(cx);
    cx.remember(number, object, answer);
    answer
}

#[inline(never)]
fn chain(parts: &[FlagCode], decides: bool, cx: &mut Cx<'_>) -> Answer {
    let decides = Answer::of(decides);
    let mut why = None;
    for part in parts {
        let answer = part.ask(cx);
        if answer == decides {
            return answer;
        }
        // Another may decide. Of several that have no answer the first is named.
        if answer == Answer::None && why.is_none() {
            why = Some(cx.reason);
        }
    }
    match why {
        None => Answer::of(decides == Answer::No),
        Some(no) => Answer::none(cx, no),
    }
}

/// Compiled code that walks a list of records or rows. The usual ways are told apart.
#[derive(Clone)]
#[repr(u8)]
pub enum ItemsCode {
    /// A register.
    Register(RegisterId),
    /// What refers to a record: by these references, which stand in these registers.
    Inverse(ItemCode, Arc<[(ReferenceId, Option<RegisterId>)]>),
    /// The rows or references of a list in an object; whether a list that is not written is empty.
    Field(ItemCode, Fields, bool),
    /// Those of a list for which a test holds; the variable of the test.
    Filter(Box<ItemsCode>, usize, FlagCode),
    /// A list that is gathered where it is first walked, and kept in a variable.
    Kept(Box<ItemsCode>, usize),
    /// Anything else.
    Code(AnyItems),
}

impl ItemsCode {
    /// Walks the list. The outcome says whether all of it was there.
    ///
    /// # Errors
    /// Why not all of it was.
    pub fn walk<'p>(&self, cx: &mut Cx<'p>, visit: &mut VisitItem<'_, 'p>) -> Eval<()> {
        self.each(cx, |cx, element| visit(cx, element))
    }

    /// The same, with code that is made for what is done with each element.
    ///
    /// # Errors
    /// Why not all of it was there.
    #[inline]
    pub fn each<'p>(&self, cx: &mut Cx<'p>, mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool) -> Eval<()> {
        let ItemsCode::Filter(list, slot, test) = self else { return self.whole(cx, visit) };
        let mut why = None;
        let end = list.whole(cx, |cx, element| {
            let answer = match element {
                Ok(item) => {
                    cx.set_item(*slot, Ok(item));
                    test.ask(cx)
                }
                Err(no) => Answer::none(cx, no),
            };
            match answer {
                Answer::Yes => visit(cx, element),
                Answer::No => true,
                Answer::None => {
                    let no = cx.reason;
                    why = Some(no);
                    visit(cx, Err(no))
                }
            }
        });
        why.map_or(end, Err)
    }

    /// The same, but for a list that is tested: a test upon a test is called.
    #[inline]
    fn whole<'p>(&self, cx: &mut Cx<'p>, mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool) -> Eval<()> {
        match self {
            ItemsCode::Register(register) => walk_register(*register, cx, visit),
            ItemsCode::Inverse(item, references) => {
                let own = item.get(cx)?;
                walk_inverse(own, references, cx, visit)
            }
            ItemsCode::Field(item, fields, has_default) => {
                let own = item.get(cx)?;
                walk_field(own, fields, *has_default, cx, visit)
            }
            ItemsCode::Kept(list, slot) => kept_list(list, *slot, cx)?.each(cx, visit),
            ItemsCode::Filter(..) => self.walk(cx, &mut visit),
            ItemsCode::Code(code) => code(cx, &mut visit),
        }
    }
}

pub(super) fn kept_list(list: &ItemsCode, slot: usize, cx: &mut Cx<'_>) -> Eval<Arc<ItemList>> {
    if matches!(cx.value(slot), Err(No::Unset)) {
        let list = gathered_items(list, cx);
        cx.keep_value(slot, list);
    }
    match cx.value(slot) {
        Ok(Value::Items(list)) => Ok(Arc::clone(list)),
        Err(no) => Err(*no),
        _ => Err(No::Fault(Fault::Internal)),
    }
}

#[inline]
fn walk_register<'p>(register: RegisterId, cx: &mut Cx<'p>, mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool) -> Eval<()> {
    let programme = cx.programme;
    let Some(state) = programme.registers.get(usize::from(register)) else { return Err(No::Fault(Fault::Internal)) };
    if !state.kept && state.incomplete.is_none() {
        return Err(No::Register(register));
    }
    for number in state.first..state.end {
        let Some(record) = programme.record(number).filter(|record| record.canonical == number) else { continue };
        cx.step()?;
        if !visit(cx, Ok(Item { node: record.node, record: number })) {
            return Ok(());
        }
    }
    if state.incomplete.is_some() { Err(No::Incomplete(register)) } else { Ok(()) }
}

#[inline]
fn walk_inverse<'p>(
    own: Item,
    references: &[(ReferenceId, Option<RegisterId>)],
    cx: &mut Cx<'p>,
    mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool,
) -> Eval<()> {
    let programme = cx.programme;
    let number = programme.record(own.record).map_or(own.record, |record| record.canonical);
    let mut end = Ok(());
    for (reference, register) in references {
        if let Some(register) = *register
            && let Some(state) = programme.registers.get(usize::from(register))
        {
            if state.incomplete.is_some() {
                end = Err(No::Incomplete(register));
            } else if !state.kept {
                end = Err(No::Register(register));
            }
        }
        for link in programme.referring(number, *reference) {
            cx.step()?;
            if !visit(cx, Ok(link.holder)) {
                return Ok(());
            }
        }
    }
    end
}

#[inline]
fn walk_field<'p>(
    own: Item,
    fields: &Fields,
    has_default: bool,
    cx: &mut Cx<'p>,
    mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool,
) -> Eval<()> {
    let programme = cx.programme;
    let at = match fields.of(programme, own) {
        Ok(at) => at,
        Err(No::Field(_)) if has_default => return Ok(()),
        Err(no) => return Err(no),
    };
    let end = programme.forest.after(at);
    let mut child = at + 1;
    while child < end {
        cx.step()?;
        let node = programme.forest.node(child);
        // Null or a blank within a list says nothing.
        if node.marks & (ABSENT | FAULTY) != ABSENT {
            let element = if !node.has_value() {
                Err(No::Faulty(node.field))
            } else if node.kind == Kind::Object {
                Ok(Item { node: child, record: own.record })
            } else {
                programme.target(child).ok_or(No::Field(node.field))
            };
            if !visit(cx, element) {
                return Ok(());
            }
        }
        child = programme.forest.after(child);
    }
    Ok(())
}

/// Compiled code that walks a list.
#[derive(Clone)]
pub enum ListCode {
    /// Of records or rows.
    Items(ItemsCode),
    /// The texts written in a record, or all that is written in quotes; only those that pass a screen.
    Texts(ItemCode, bool, Option<Screen>),
    /// What an expression gives for each record or row of a list; its variable.
    Mapped(ItemsCode, usize, Box<Code>),
    /// The words (dates, texts, …) of a list in an object; whether a list that is not written is empty.
    Field(ItemCode, Fields, bool),
    /// Of anything. The outcome says whether all of the list was there.
    Code(AnyList),
}

impl ListCode {
    /// Walks the list. The outcome says whether all of it was there.
    ///
    /// # Errors
    /// Why not all of it was.
    #[inline]
    pub fn walk<'p>(&self, cx: &mut Cx<'p>, visit: &mut Visit<'_, 'p>) -> Eval<()> {
        match self {
            ListCode::Items(items) => items.each(cx, |cx, element| visit(cx, element.map(Value::Item))),
            ListCode::Texts(item, texts, screen) => walk_texts(item, *texts, screen.as_ref(), cx, visit),
            ListCode::Mapped(items, slot, code) => {
                let mut why = None;
                let end = items.each(cx, |cx, element| {
                    let value = element.and_then(|item| {
                        cx.set_item(*slot, Ok(item));
                        code.run(cx)
                    });
                    why = why.or(value.as_ref().err().copied());
                    visit(cx, value)
                });
                why.map_or(end, Err)
            }
            ListCode::Field(item, fields, has_default) => walk_written(item, fields, *has_default, cx, |cx, at, record| {
                let value = super::build::node_value(cx.programme, at, record);
                visit(cx, value)
            }),
            ListCode::Code(code) => code(cx, visit),
        }
    }
}

/// Visits each node of a list in an object, and the record that it is in.
#[inline]
pub(super) fn walk_written<'p>(
    item: &ItemCode,
    fields: &Fields,
    has_default: bool,
    cx: &mut Cx<'p>,
    mut visit: impl FnMut(&mut Cx<'p>, u32, u32) -> bool,
) -> Eval<()> {
    let own = item.get(cx)?;
    let programme = cx.programme;
    let at = match fields.of(programme, own) {
        Ok(at) => at,
        Err(No::Field(_)) if has_default => return Ok(()),
        Err(no) => return Err(no),
    };
    let end = programme.forest.after(at);
    let mut child = at + 1;
    while child < end {
        cx.step()?;
        // Null or a blank within a list says nothing.
        if programme.forest.node(child).marks & (ABSENT | FAULTY) != ABSENT && !visit(cx, child, own.record) {
            return Ok(());
        }
        child = programme.forest.after(child);
    }
    Ok(())
}

fn walk_texts<'p>(item: &ItemCode, texts: bool, screen: Option<&Screen>, cx: &mut Cx<'p>, visit: &mut Visit<'_, 'p>) -> Eval<()> {
    let own = item.get(cx)?;
    let programme = cx.programme;
    if screen.is_some_and(|screen| !screen.lets_through(cx, own, texts)) {
        return Ok(());
    }
    for at in super::calls::written(programme, own, texts) {
        if screen.is_some_and(|screen| !(screen.test)(&programme.forest.string(at))) {
            continue;
        }
        cx.step()?;
        if !visit(cx, Ok(Value::Text(programme.forest.string(at)))) {
            break;
        }
    }
    Ok(())
}

/// What a text must pass if a test of it is to hold; it costs little, and few pass. All texts of a programme
/// are screened at once, when the first record asks.
#[derive(Clone)]
pub struct Screen {
    /// The variable that is tested.
    pub slot: usize,
    /// Where this is false, the test is false.
    test: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    /// By which it is known from others.
    number: usize,
}

impl Screen {
    /// A screen of the texts that a variable takes.
    pub fn new(slot: usize, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        Self { slot, test: Arc::new(test), number: MADE.fetch_add(1, Ordering::Relaxed) }
    }

    /// Whether any text at all within an object passes, be it of another record or of a value at fault.
    fn lets_through(&self, cx: &mut Cx<'_>, within: Item, texts: bool) -> bool {
        let forest = &cx.programme.forest;
        let known = cx.screened.iter().position(|(number, _)| *number == self.number);
        let known = known.unwrap_or_else(|| {
            let passed = written(cx, texts).iter().copied().filter(|at| (self.test)(&forest.string(*at))).collect();
            cx.screened.push((self.number, passed));
            cx.screened.len() - 1
        });
        let passed = cx.screened.get(known).map_or(&[][..], |(_, passed)| passed);
        let next = passed.partition_point(|node| *node <= within.node);
        passed.get(next).is_some_and(|node| *node < forest.after(within.node))
    }
}

/// All that is written in quotes in a programme, or the texts only.
fn written(cx: &mut Cx<'_>, texts: bool) -> Arc<[u32]> {
    let programme = cx.programme;
    let [quoted, free] = cx.written.get_or_insert_with(|| {
        let (mut quoted, mut free) = (Vec::new(), Vec::new());
        for (at, node) in (0u32..).zip(&programme.forest.nodes).filter(|(_, node)| node.kind == Kind::Text) {
            let (is_quoted, is_free) = super::calls::written_as(&programme.schema, node);
            if is_quoted {
                quoted.push(at);
            }
            if is_free {
                free.push(at);
            }
        }
        [quoted.into(), free.into()]
    });
    Arc::clone(if texts { free } else { quoted })
}

/// Compiled code.
#[derive(Clone)]
pub enum Code {
    /// Yes or no.
    Flag(FlagCode),
    /// A record or row.
    Item(ItemCode),
    /// A date.
    Date(DateCode),
    /// A number that is exactly known. One that may only lie between two is a value.
    Number(NumberCode),
    /// A word.
    Word(WordCode),
    /// A list.
    List(ListCode),
    /// Anything.
    Value(ValueCode),
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Code::Flag(_) => "Flag",
            Code::Item(_) => "Item",
            Code::Date(_) => "Date",
            Code::Number(_) => "Number",
            Code::Word(_) => "Word",
            Code::List(_) => "List",
            Code::Value(_) => "Value",
        })
    }
}

impl Code {
    /// Code for yes or no.
    pub fn flag(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<bool> + Send + Sync + 'static) -> Self {
        Code::Flag(FlagCode::any(code))
    }
    /// Code for a record or row.
    pub fn item(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<Item> + Send + Sync + 'static) -> Self {
        Code::Item(ItemCode::Code(Arc::new(code)))
    }
    /// Code for a date.
    pub fn date(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<Period> + Send + Sync + 'static) -> Self {
        Code::Date(Arc::new(code))
    }
    /// Code for a number that is exactly known.
    pub fn number(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<Decimal> + Send + Sync + 'static) -> Self {
        Code::Number(Arc::new(code))
    }
    /// Code for a word.
    pub fn word(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<u16> + Send + Sync + 'static) -> Self {
        Code::Word(WordCode::Code(Arc::new(code)))
    }
    /// Code for any value.
    pub fn value(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<Value<'p>> + Send + Sync + 'static) -> Self {
        Code::Value(Arc::new(code))
    }
    /// Code that walks a list.
    pub fn list(code: impl for<'p, 'v> Fn(&mut Cx<'p>, &mut Visit<'v, 'p>) -> Eval<()> + Send + Sync + 'static) -> Self {
        Code::List(ListCode::Code(Arc::new(code)))
    }
    /// Code that walks a list of records or rows.
    pub fn items(code: impl for<'p, 'v> Fn(&mut Cx<'p>, &mut VisitItem<'v, 'p>) -> Eval<()> + Send + Sync + 'static) -> Self {
        Code::List(ListCode::Items(ItemsCode::Code(Arc::new(code))))
    }

    /// As code for yes or no.
    #[must_use]
    pub fn into_flag(self) -> FlagCode {
        match self {
            Code::Flag(code) => code,
            other => FlagCode::any(move |cx| match other.run(cx)? {
                Value::Flag(flag) => Ok(flag),
                _ => Err(No::Fault(Fault::Internal)),
            }),
        }
    }

    /// As code for a word.
    #[must_use]
    pub fn into_word(self) -> WordCode {
        match self {
            Code::Word(code) => code,
            other => WordCode::Code(Arc::new(move |cx| match other.run(cx)? {
                Value::Word(word) => Ok(word),
                _ => Err(No::Fault(Fault::Internal)),
            })),
        }
    }

    /// As code for a record or row.
    #[must_use]
    pub fn into_item(self) -> ItemCode {
        match self {
            Code::Item(code) => code,
            other => ItemCode::Code(Arc::new(move |cx| match other.run(cx)? {
                Value::Item(item) => Ok(item),
                _ => Err(No::Fault(Fault::Internal)),
            })),
        }
    }

    /// As code for a date.
    #[must_use]
    pub fn into_date(self) -> DateCode {
        match self {
            Code::Date(code) => code,
            other => Arc::new(move |cx| match other.run(cx)? {
                Value::Date(period) => Ok(period),
                _ => Err(No::Fault(Fault::Internal)),
            }),
        }
    }

    /// As code for a number that is exactly known.
    #[must_use]
    pub fn into_number(self) -> NumberCode {
        match self {
            Code::Number(code) => code,
            other => Arc::new(move |cx| match other.run(cx)? {
                Value::Number(number) => Ok(number),
                Value::Between(..) => Err(No::Period),
                _ => Err(No::Fault(Fault::Internal)),
            }),
        }
    }

    /// As code that walks a list.
    #[must_use]
    pub fn into_list(self) -> ListCode {
        match self {
            Code::List(code) => code,
            other => ListCode::Code(Arc::new(move |cx, visit| match other.run(cx)? {
                Value::List(list) => {
                    for element in &list.elements {
                        cx.step()?;
                        if !visit(cx, element.clone()) {
                            return Ok(());
                        }
                    }
                    list.end
                }
                Value::Items(list) => list.each(cx, |cx, element| visit(cx, element.map(Value::Item))),
                _ => Err(No::Fault(Fault::Internal)),
            })),
        }
    }

    /// As code that walks a list of records or rows.
    #[must_use]
    pub fn into_items(self) -> ItemsCode {
        match self {
            Code::List(ListCode::Items(code)) => code,
            Code::List(list) => ItemsCode::Code(Arc::new(move |cx, visit| {
                list.walk(cx, &mut |cx, element| {
                    let item = element.and_then(|value| match value {
                        Value::Item(item) => Ok(item),
                        _ => Err(No::Fault(Fault::Internal)),
                    });
                    visit(cx, item)
                })
            })),
            other => ItemsCode::Code(Arc::new(move |cx, visit| match other.run(cx)? {
                Value::Items(list) => list.each(cx, |cx, element| visit(cx, element)),
                _ => Err(No::Fault(Fault::Internal)),
            })),
        }
    }

    /// Runs it. A list is gathered whole.
    #[inline]
    pub fn run<'p>(&self, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
        match self {
            Code::Flag(code) => code.get(cx).map(Value::Flag),
            Code::Word(code) => code.get(cx).map(Value::Word),
            Code::Item(code) => code.get(cx).map(Value::Item),
            Code::Date(code) => code(cx).map(Value::Date),
            Code::Number(code) => code(cx).map(Value::Number),
            Code::Value(code) => code(cx),
            Code::List(code) => gathered(code, cx),
        }
    }
}

/// Code for a text that is only looked at: a variable's is not copied for it.
pub enum TextCode {
    /// A variable.
    Variable(usize),
    /// A field of a record or row.
    Field(ItemCode, Fields),
    /// Anything else.
    Code(Code),
}

impl TextCode {
    /// Of a checked expression that gives a text.
    #[must_use]
    pub fn of(typed: &Typed) -> Self {
        match (typed.variable, &typed.text_of) {
            (Some(slot), _) => TextCode::Variable(slot),
            (None, Some((item, fields))) => TextCode::Field(item.clone(), fields.clone()),
            (None, None) => TextCode::Code(typed.code.clone()),
        }
    }

    /// What a look at the text gives.
    ///
    /// # Errors
    /// Why there is no text.
    #[inline]
    pub fn look<T>(&self, cx: &mut Cx<'_>, at: impl FnOnce(&str) -> T) -> Eval<T> {
        match self {
            TextCode::Variable(slot) => match cx.value(*slot) {
                Ok(Value::Text(text)) => Ok(at(text)),
                Err(no) => Err(*no),
                _ => Err(No::Fault(Fault::Internal)),
            },
            TextCode::Field(item, fields) => {
                let own = item.get(cx)?;
                let node = fields.of(cx.programme, own)?;
                Ok(at(&cx.programme.forest.string(node)))
            }
            TextCode::Code(code) => match code.run(cx)? {
                Value::Text(text) => Ok(at(&text)),
                _ => Err(No::Fault(Fault::Internal)),
            },
        }
    }
}

/// Why a list that was walked has no value: one that may lack elements is kept as such, one that is not there
/// at all is not.
fn absent(is_empty: bool, end: Eval<()>) -> Option<No> {
    end.err().filter(|no| is_empty && !matches!(no, No::Incomplete(_)))
}

/// A list of records or rows as a value.
fn gathered_items<'p>(list: &ItemsCode, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
    let mut elements = std::mem::take(&mut cx.gathering);
    elements.clear();
    let end = list.each(cx, |_, element| {
        elements.push(element);
        true
    });
    let list = match absent(elements.is_empty(), end) {
        Some(no) => Err(no),
        None if elements.is_empty() && end.is_ok() => Ok(Value::Items(Arc::clone(&cx.none))),
        None => Ok(Value::Items(Arc::new(ItemList { elements: elements.as_slice().into(), end }))),
    };
    cx.gathering = elements;
    list
}

/// A list as a value.
fn gathered<'p>(list: &ListCode, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
    if let ListCode::Items(items) = list {
        return gathered_items(items, cx);
    }
    let mut elements = Vec::new();
    let end = list.walk(cx, &mut |_, element| {
        elements.push(element);
        true
    });
    match absent(elements.is_empty(), end) {
        Some(no) => Err(no),
        None if elements.is_empty() && end.is_ok() => Ok(Value::Items(Arc::clone(&cx.none))),
        None => Ok(Value::List(Arc::new(ListValue { elements, end }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_test_fits_a_line_of_the_cache() {
        assert!(size_of::<FlagCode>() <= 64, "{}", size_of::<FlagCode>());
        assert!(size_of::<ItemCode>() <= 32, "{}", size_of::<ItemCode>());
    }
}
