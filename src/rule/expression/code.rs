//! Compiled code: for each type of value the usual ways to come by it, told apart, and any other as a closure.
//!
//! What most rules ask most often (whether a field is recorded, which word it holds, the elements of a
//! register) is run without a call through a pointer, and lists are walked by code that is made for what is
//! done with each element: an audit spends most of its time here.

use std::sync::Arc;

use super::flag::{Answer, FlagCode};
use super::frame::Cx;
use super::leading::Leading;
use super::screen::Screen;
use super::types::Typed;
use super::value::{Decimal, Eval, Fault, ItemList, ListValue, No, Value};
use crate::document::Kind;
use crate::programme::{Item, Programme, Reading};
use crate::schema::form::Period;
use crate::schema::guide::{ABSENT, FAULTY};
use crate::schema::{FieldId, ReferenceId, RegisterId, Schema, StructId};

/// Compiled code that gives a date in any way.
pub type AnyDate = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Period> + Send + Sync>;
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
            Some(Some(at)) => Ok(at),
            Some(None) => Err(No::Field(self.first)),
            None => self.among(programme, own.node),
        }
    }

    /// The same of a variable, if that is a record or row of the first field's struct and nothing is unusual.
    #[inline(always)]
    pub(super) fn near(&self, cx: &Cx<'_>, slot: usize) -> Option<Option<u32>> {
        cx.programme.field_at(cx.item(slot).ok()?.node, self.structure, usize::from(self.place))
    }

    /// Whether the field surely refers to another record than this one.
    #[inline(always)]
    pub(super) fn lead_elsewhere(&self, programme: &Programme, own: Item, record: Item) -> bool {
        let at = programme.field_at(own.node, self.structure, usize::from(self.place)).flatten();
        at.and_then(|at| programme.target(at)).is_some_and(|target| !programme.same(target, record))
    }

    /// The same in an object of another struct, or of a field that is unusual.
    #[cold]
    #[inline(never)]
    fn among(&self, programme: &Programme, object: u32) -> Eval<u32> {
        let own = programme.forest.layout.own(object);
        for field in std::iter::once(&self.first).chain(self.rest.iter().flat_map(|rest| &rest.0)) {
            // Of an object whose struct is known it is known where each of its fields is, and that it has no others.
            let placed = own
                .zip(programme.schema.place_of(*field))
                .map(|(own, (structure, place))| if own.structure == structure { own.at(place) } else { Some(None) });
            match placed.flatten() {
                Some(Some(at)) => return Ok(at),
                Some(None) => continue,
                None => {}
            }
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
    /// The record to which a field of a variable refers.
    OwnTarget(u32, Fields),
    /// The record to which a field of any other record or row refers.
    FarTarget(Box<(ItemCode, Fields)>),
    /// The record or row of this struct around another.
    Parent(Box<ItemCode>, StructId),
    /// The object that a field of another holds.
    Within(Box<(ItemCode, Fields)>),
    /// Anything else.
    Code(AnyItem),
}

impl ItemCode {
    /// The record to which a field of another refers.
    #[must_use]
    pub fn target(base: ItemCode, fields: Fields) -> Self {
        match base {
            ItemCode::Variable(slot) => ItemCode::OwnTarget(slot as u32, fields),
            base => ItemCode::FarTarget(Box::new((base, fields))),
        }
    }

    /// Runs it. A variable, which is what is most often asked for, needs no call.
    #[inline(always)]
    pub fn get(&self, cx: &mut Cx<'_>) -> Eval<Item> {
        if let ItemCode::Variable(slot) = self { cx.item(*slot) } else { self.far(cx) }
    }

    /// Whether it is known, without a look at any other code, that this variable has no part in it.
    #[must_use]
    pub fn is_without(&self, slot: usize) -> bool {
        match self {
            ItemCode::Variable(own) => *own != slot,
            ItemCode::OwnTarget(own, _) => *own as usize != slot,
            ItemCode::FarTarget(both) | ItemCode::Within(both) => both.0.is_without(slot),
            ItemCode::Parent(base, _) => base.is_without(slot),
            ItemCode::Code(_) => false,
        }
    }

    fn far(&self, cx: &mut Cx<'_>) -> Eval<Item> {
        match self {
            ItemCode::Variable(slot) => cx.item(*slot),
            ItemCode::OwnTarget(slot, fields) => {
                let own = cx.item(*slot as usize)?;
                target(cx.programme, fields.of(cx.programme, own)?)
            }
            ItemCode::FarTarget(both) => {
                let own = both.0.get(cx)?;
                target(cx.programme, both.1.of(cx.programme, own)?)
            }
            ItemCode::Parent(base, structure) => {
                let own = base.get(cx)?;
                // Mostly the row lies in the record itself.
                if let Some(record) = cx.programme.record(own.record).filter(|record| record.structure == *structure) {
                    return Ok(Item { node: record.node, record: own.record });
                }
                cx.programme.parent(own, *structure).ok_or(No::Fault(Fault::Internal))
            }
            ItemCode::Within(both) => {
                let own = both.0.get(cx)?;
                Ok(Item { node: both.1.of(cx.programme, own)?, record: own.record })
            }
            ItemCode::Code(code) => code(cx),
        }
    }
}

/// The record to which a reference at this node leads.
#[inline]
fn target(programme: &Programme, at: u32) -> Eval<Item> {
    programme.target(at).ok_or_else(|| No::Field(programme.forest.node(at).field))
}

/// Compiled code that gives a date.
#[derive(Clone)]
#[repr(u8)]
pub enum DateCode {
    /// That which a field of a variable holds.
    Own(u32, Fields),
    /// That which a field of any other record or row holds.
    Far(Box<(ItemCode, Fields)>),
    /// A variable.
    Variable(usize),
    /// Anything else.
    Code(AnyDate),
}

impl DateCode {
    /// That which a field of a record or row holds.
    #[must_use]
    pub fn field(item: ItemCode, fields: Fields) -> Self {
        match item {
            ItemCode::Variable(slot) => Self::Own(slot as u32, fields),
            item => Self::Far(Box::new((item, fields))),
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// Why there is no date.
    #[inline]
    pub fn get(&self, cx: &mut Cx<'_>) -> Eval<Period> {
        match self {
            DateCode::Own(slot, fields) => match fields.near(cx, *slot as usize) {
                Some(Some(at)) => Ok(cx.programme.forest.node(at).period()),
                _ => self.far(cx),
            },
            DateCode::Variable(slot) => date_in(cx.value(*slot)),
            DateCode::Far(_) => self.far(cx),
            DateCode::Code(code) => code(cx),
        }
    }

    #[inline(never)]
    fn far(&self, cx: &mut Cx<'_>) -> Eval<Period> {
        let (own, fields) = match self {
            DateCode::Own(slot, fields) => (cx.item(*slot as usize)?, fields),
            DateCode::Far(both) => (both.0.get(cx)?, &both.1),
            DateCode::Variable(_) | DateCode::Code(_) => return Err(No::Fault(Fault::Internal)),
        };
        let at = fields.of(cx.programme, own)?;
        Ok(cx.programme.forest.node(at).period())
    }
}

/// A date as a variable holds it.
pub(super) fn date_in(value: &Eval<Value<'_>>) -> Eval<Period> {
    match value {
        Ok(Value::Date(period)) => Ok(*period),
        Err(no) => Err(*no),
        _ => Err(No::Fault(Fault::Internal)),
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
            WordCode::Register(item) if set >> 64 == 0 => FlagCode::register(item, set as u64, wanted),
            WordCode::Field(item, fields) if set >> 64 == 0 => FlagCode::word(item, fields, set as u64, wanted),
            code => FlagCode::any(move |cx| code.get(cx).map(|word| (word < 128 && set >> word & 1 == 1) == wanted)),
        }
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
    /// Those of a list that may lead to the record that a test seeks.
    Leading(Box<Leading>),
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
        let end = list.whole(cx, |cx, element| match test.ask_of(cx, *slot, element) {
            Answer::Yes => visit(cx, element),
            Answer::No => true,
            Answer::None => {
                let no = cx.reason;
                why = Some(no);
                visit(cx, Err(no))
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
            ItemsCode::Kept(list, slot) => kept_list(list, *slot, cx)?.clone().each(cx, visit),
            ItemsCode::Filter(..) => self.walk(cx, &mut visit),
            ItemsCode::Leading(leading) => leading.walk(cx, &mut visit),
            ItemsCode::Code(code) => code(cx, &mut visit),
        }
    }
}

fn kept_list<'c>(list: &ItemsCode, slot: usize, cx: &'c mut Cx<'_>) -> Eval<&'c ItemList> {
    if matches!(cx.value(slot), Err(No::Unset)) {
        let list = gathered_items(list, cx);
        cx.keep_value(slot, list);
    }
    match cx.value(slot) {
        Ok(Value::Items(list)) => Ok(list),
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
    let mut steps = 0;
    for number in state.first..state.end {
        let Some(record) = programme.record(number).filter(|record| record.canonical == number) else { continue };
        steps += 1;
        if !visit(cx, Ok(Item { node: record.node, record: number })) {
            return cx.take_steps(steps);
        }
    }
    cx.take_steps(steps)?;
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
    let number = programme.canonical(own.record);
    let mut end = Ok(());
    for (reference, register) in references {
        end = is_whole(programme, *register).and(end);
        let mut steps = 0;
        for link in programme.referring(number, *reference) {
            steps += 1;
            if !visit(cx, Ok(link.holder)) {
                return cx.take_steps(steps);
            }
        }
        cx.take_steps(steps)?;
    }
    end
}

/// How many elements that walk would visit.
fn count_inverse(own: Item, references: &[(ReferenceId, Option<RegisterId>)], cx: &mut Cx<'_>) -> Eval<i64> {
    let programme = cx.programme;
    let number = programme.canonical(own.record);
    let (mut count, mut end) = (0, Ok(()));
    for (reference, register) in references {
        end = is_whole(programme, *register).and(end);
        let links = programme.referring(number, *reference).len() as u32;
        cx.take_steps(links)?;
        count += i64::from(links);
    }
    end.map(|()| count)
}

/// Whether all of a register is here, if it is one.
#[inline]
fn is_whole(programme: &Programme, register: Option<RegisterId>) -> Eval<()> {
    match register.and_then(|register| Some((register, programme.registers.get(usize::from(register))?))) {
        Some((register, state)) if state.incomplete.is_some() => Err(No::Incomplete(register)),
        Some((register, state)) if !state.kept => Err(No::Register(register)),
        _ => Ok(()),
    }
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
    /// How many elements it has.
    ///
    /// # Errors
    /// Why that is not known: the first element that has no value says why, or the list lacks some.
    pub fn count(&self, cx: &mut Cx<'_>) -> Eval<i64> {
        let (mut count, mut why) = (0, None);
        let end = match self {
            // What is gathered already is counted already.
            ListCode::Items(ItemsCode::Kept(list, slot)) => {
                let list = kept_list(list, *slot, cx)?;
                why = list.elements().iter().find_map(|element| element.err());
                count = list.elements().len() as i64;
                list.end()
            }
            ListCode::Items(ItemsCode::Inverse(item, references)) => {
                let own = item.get(cx)?;
                return count_inverse(own, references, cx);
            }
            ListCode::Items(items) => items.each(cx, |_, element| {
                count += 1;
                why = element.err();
                why.is_none()
            }),
            list => list.walk(cx, &mut |_, element| {
                count += 1;
                why = element.err();
                why.is_none()
            }),
        };
        why.map_or(end, Err).map(|()| count)
    }

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
        if screen.is_some_and(|screen| !screen.passes(&programme.forest.string(at))) {
            continue;
        }
        cx.step()?;
        if !visit(cx, Ok(Value::Text(programme.forest.string(at)))) {
            break;
        }
    }
    Ok(())
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
        Code::Date(DateCode::Code(Arc::new(code)))
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
            other => DateCode::Code(Arc::new(move |cx| match other.run(cx)? {
                Value::Date(period) => Ok(period),
                _ => Err(No::Fault(Fault::Internal)),
            })),
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
            Code::Date(code) => code.get(cx).map(Value::Date),
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

/// Up to how many elements most lists have.
const GATHERED: usize = 64;

/// A list of records or rows as a value.
fn gathered_items<'p>(list: &ItemsCode, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
    let mut elements = cx.gathering.pop().unwrap_or_else(|| Vec::with_capacity(GATHERED));
    elements.clear();
    elements.push(ItemList::WHOLE);
    let end = list.each(cx, |_, element| {
        elements.push(element);
        true
    });
    let is_empty = elements.len() == 1;
    let list = match absent(is_empty, end) {
        Some(no) => Err(no),
        None if is_empty && end.is_ok() => Ok(Value::Items(cx.none.clone())),
        None => {
            if let (Err(no), Some(first)) = (end, elements.first_mut()) {
                *first = Err(no);
            }
            Ok(Value::Items(ItemList::new(&elements)))
        }
    };
    cx.gathering.push(elements);
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
        None if elements.is_empty() && end.is_ok() => Ok(Value::Items(cx.none.clone())),
        None => Ok(Value::List(Arc::new(ListValue { elements, end }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_test_fits_a_line_of_the_cache() {
        assert!(size_of::<FlagCode>() <= 40, "{}", size_of::<FlagCode>());
        assert!(size_of::<ItemCode>() <= 24, "{}", size_of::<ItemCode>());
    }
}
