//! What is known of an expression before any record is read: its type, and what a message may show of it.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use super::build::Parameter;
use super::parse::Ast;
use super::value::{Decimal, Eval, Fault, ItemList, ListValue, No, Value};
use super::watch::Watching;
use crate::document::Kind;
use crate::limits;
use crate::programme::{Item, Programme, Reading};
use crate::schema::form::Period;
use crate::schema::guide::{ABSENT, FAULTY};
use crate::schema::{CHARTER, FieldId, ReferenceId, RegisterId, Scalar, Schema, Shape, StructId, VocabularyId};
use crate::text::Span;

/// Whose words a word is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// A vocabulary's.
    Vocabulary(VocabularyId),
    /// The names of registers.
    Registers,
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    /// Yes or no.
    Flag,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A word.
    Word(Words),
    /// A record or row of one of these structs.
    Record(Vec<StructId>),
    /// A list.
    List(Box<Ty>),
    /// A map.
    Map(Box<Ty>, Box<Ty>),
}

impl Ty {
    /// The type in words.
    #[must_use]
    pub fn words(&self, schema: &Schema) -> String {
        match self {
            Ty::Flag => "yes or no".to_owned(),
            Ty::Number => "a number".to_owned(),
            Ty::Text => "a text".to_owned(),
            Ty::Date => "a date".to_owned(),
            Ty::Time => "a time".to_owned(),
            Ty::Word(Words::Registers) => "the name of a register".to_owned(),
            Ty::Word(Words::Vocabulary(id)) => format!("a word of {}", schema.vocabulary(*id).map_or("", |known| known.name.as_str())),
            Ty::Record(structs) => {
                let names: Vec<String> = structs.iter().filter_map(|id| schema.structure(*id)).map(|known| known.name.clone()).collect();
                format!("a record of {}", crate::text::list(&names, "or"))
            }
            Ty::List(of) => format!("a list of {}", of.words(schema).trim_start_matches("a ")),
            Ty::Map(_, to) => format!("a map to {}", to.words(schema)),
        }
    }

    /// Whether values of both types can be compared.
    #[must_use]
    pub fn agrees(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Record(a), Ty::Record(b)) => a.iter().any(|id| b.contains(id)),
            (Ty::List(a), Ty::List(b)) => a.agrees(b),
            (Ty::Map(a, b), Ty::Map(c, d)) => a.agrees(c) && b.agrees(d),
            (a, b) => a == b,
        }
    }

    /// The type of a field's value, or of its elements where it is a list.
    #[must_use]
    pub fn of_shape(schema: &Schema, field: FieldId, shape: Shape) -> Option<Ty> {
        Some(match shape {
            Shape::Any => return None,
            Shape::Struct(id) => Ty::Record(vec![id]),
            Shape::List(of) | Shape::OneOrList(of) => Ty::List(Box::new(Ty::of_shape(schema, field, schema.shape(of))?)),
            Shape::Map(of) => Ty::Map(Box::new(Ty::Text), Box::new(Ty::of_shape(schema, field, schema.shape(of))?)),
            Shape::Scalar(scalar) => match scalar {
                Scalar::Reference { .. } => {
                    let reference = schema.field(field).and_then(|field| schema.reference(field.reference?));
                    match reference {
                        Some(reference) => Ty::Record(
                            reference
                                .targets
                                .iter()
                                .filter_map(|register| schema.register(*register))
                                .map(|register| register.record)
                                .collect(),
                        ),
                        None => Ty::Text,
                    }
                }
                Scalar::Date => Ty::Date,
                Scalar::Time => Ty::Time,
                Scalar::Number(_) => Ty::Number,
                Scalar::Flag => Ty::Flag,
                Scalar::Word(id) => Ty::Word(Words::Vocabulary(id)),
                Scalar::Text { .. } | Scalar::Id | Scalar::Currency | Scalar::Language | Scalar::Odd => Ty::Text,
            },
        })
    }
}

/// How a number is written in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With at most two places.
    Plain,
    /// A probability, with two significant digits.
    Probability,
    /// A share, in per cent.
    Share,
}

/// What a message may show of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taint {
    /// It comes from a field that must not be shown.
    pub hidden: bool,
    /// It counts people or is derived from such a count, or is a list of people.
    pub people: bool,
    /// It comes from a field that the settings mask.
    pub masked: bool,
}

impl Taint {
    /// Nothing to hide.
    pub const NONE: Taint = Taint { hidden: false, people: false, masked: false };

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Taint) -> Taint {
        Taint { hidden: self.hidden || other.hidden, people: self.people || other.people, masked: self.masked || other.masked }
    }
}

/// What a text is, going by the field that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// A name from the schema or the rule page.
    Safe,
    /// An id.
    Id,
    /// A label that may be shown.
    Label,
    /// Anything else.
    Free,
}

/// About how much is remembered for each record of a programme.
const REMEMBERED_PER_RECORD: usize = 8;

/// Everything that a running expression sees.
pub struct Cx<'p> {
    /// The programme.
    pub programme: &'p Programme,
    /// The date of the audit.
    pub as_of: Period,
    /// Values of all rules' and definitions' parameters, by number.
    pub params: &'p [Value<'p>],
    /// Steps taken for this subject.
    pub steps: Cell<u64>,
    /// Steps that may be taken.
    pub steps_max: u64,
    /// Memory in which a list is gathered.
    gathering: Vec<Eval<Item>>,
    /// What passed each screen, by the screen's number.
    screened: Vec<(usize, Vec<u32>)>,
    /// What definitions gave for records: within one audit they give the same again, whichever rule asks. By
    /// the definition's number, the first record's node, and what else it was called with.
    pub remembered: HashMap<(u32, u32, u64), Eval<Value<'p>>, FixedState>,
    /// What was reached from a record along evidence links, upwards or not.
    pub reached: HashMap<(u32, bool), Arc<[u32]>, FixedState>,
    /// The list of no records, of which most lists that are gathered are.
    none: Arc<ItemList>,
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
            steps: Cell::new(0),
            steps_max: limits::STEPS_MAX,
            gathering: Vec::new(),
            screened: Vec::new(),
            remembered: HashMap::with_capacity_and_hasher(REMEMBERED_PER_RECORD * programme.records.len(), FixedState::default()),
            reached: HashMap::default(),
            none: Arc::new(ItemList { elements: Box::default(), end: Ok(()) }),
            items: Vec::new(),
            values: Vec::new(),
            base: 0,
            top: 0,
        }
    }

    /// Opens a frame of so many variables for a rule, none of them worked out but the programme, the first.
    pub fn open(&mut self, variables: usize) {
        self.items.clear();
        self.values.clear();
        self.base = 0;
        self.top = 0;
        self.reserve(variables);
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
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps > self.steps_max { Err(No::Fault(Fault::Budget)) } else { Ok(()) }
    }
}

/// Compiled code that gives yes or no.
pub type FlagCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<bool> + Send + Sync>;
/// Compiled code that gives a date.
pub type DateCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Period> + Send + Sync>;
/// Compiled code that gives a number that is exactly known.
pub type NumberCode = Arc<dyn for<'p> Fn(&mut Cx<'p>) -> Eval<Decimal> + Send + Sync>;
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
#[derive(Debug)]
pub struct Fields {
    /// The first.
    pub first: FieldId,
    /// The struct that has it, and its place there.
    place: (StructId, usize),
    rest: Box<[FieldId]>,
    is_list: bool,
    /// How far behind its object the value was last found, for rows: those of a list are mostly written alike.
    last: AtomicU32,
}

impl Clone for Fields {
    fn clone(&self) -> Self {
        Self { first: self.first, place: self.place, rest: self.rest.clone(), is_list: self.is_list, last: AtomicU32::new(0) }
    }
}

impl Fields {
    /// These fields.
    #[must_use]
    pub fn new(schema: &Schema, fields: &[FieldId]) -> Self {
        let (first, rest) = fields.split_first().map_or((FieldId::default(), &[][..]), |(first, rest)| (*first, rest));
        let is_list = matches!(schema.shape_of(first), Shape::List(_) | Shape::OneOrList(_));
        let place = schema.place_of(first).unwrap_or_default();
        Self { first, place, rest: rest.into(), is_list, last: AtomicU32::new(0) }
    }

    /// The node of its value in a record, a row or an object within.
    #[inline]
    pub fn of(&self, programme: &Programme, own: Item) -> Eval<u32> {
        match programme.read_at(own, self.place.0, self.place.1) {
            Some(Reading::Value(at)) => Ok(at),
            Some(Reading::Absent) => Err(No::Field(self.first)),
            Some(Reading::Faulty) => Err(No::Faulty(self.first)),
            None => self.within(programme, own.node),
        }
    }

    /// The same in a row, or in a record of another struct.
    fn within(&self, programme: &Programme, object: u32) -> Eval<u32> {
        let last = self.last.load(Ordering::Relaxed);
        let at = object.wrapping_add(last);
        // Only a member of this object has this field, but for the elements of a list.
        if last != 0
            && let Some(node) = programme.forest.nodes.get(at as usize)
            && node.field == self.first
            && node.has_value()
            && (node.kind == Kind::List) == self.is_list
            && programme.forest.nodes.get(object as usize).is_some_and(|object| at < object.link && object.kind == Kind::Object)
        {
            return Ok(at);
        }
        match programme.read(object, self.first) {
            Reading::Value(at) => {
                self.last.store(at.wrapping_sub(object), Ordering::Relaxed);
                Ok(at)
            }
            Reading::Faulty => Err(No::Faulty(self.first)),
            Reading::Absent => self.among_rest(programme, object),
        }
    }

    fn among_rest(&self, programme: &Programme, object: u32) -> Eval<u32> {
        for field in &self.rest {
            match programme.read(object, *field) {
                Reading::Value(at) => return Ok(at),
                Reading::Faulty => return Err(No::Faulty(*field)),
                Reading::Absent => {}
            }
        }
        Err(No::Field(self.first))
    }
}

/// Compiled code that gives a record or row. The two usual ways need no call.
#[derive(Clone)]
pub enum ItemCode {
    /// A variable.
    Variable(usize),
    /// The record to which a field of another refers.
    Target(Box<ItemCode>, Fields),
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
                let own = base.get(cx)?;
                let at = fields.of(cx.programme, own)?;
                cx.programme.target(at).ok_or_else(|| No::Field(cx.programme.forest.node(at).field))
            }
            ItemCode::Code(code) => code(cx),
        }
    }
}

/// Compiled code that walks a list of records or rows. The usual ways are told apart.
#[derive(Clone)]
pub enum ItemsCode {
    /// A register.
    Register(RegisterId),
    /// What refers to a record: by these references, which stand in these registers.
    Inverse(ItemCode, Arc<[(ReferenceId, Option<RegisterId>)]>),
    /// The rows or references of a list in an object; whether a list that is not written is empty.
    Field(ItemCode, Fields, bool),
    /// Those of a list for which a test holds; the variable of the test.
    Filter(Box<ItemsCode>, usize, FlagCode),
    /// Anything else.
    Code(AnyItems),
}

impl ItemsCode {
    /// Walks the list. The outcome says whether all of it was there.
    ///
    /// # Errors
    /// Why not all of it was.
    pub fn walk<'p>(&self, cx: &mut Cx<'p>, visit: &mut VisitItem<'_, 'p>) -> Eval<()> {
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
            ItemsCode::Filter(list, slot, test) => {
                let mut why = None;
                let end = list.walk(cx, &mut |cx, element| {
                    let kept = element.and_then(|item| {
                        cx.set_item(*slot, Ok(item));
                        test(cx).map(|kept| kept.then_some(item))
                    });
                    match kept {
                        Ok(Some(item)) => visit(cx, Ok(item)),
                        Ok(None) => true,
                        Err(no) => {
                            why = Some(no);
                            visit(cx, Err(no))
                        }
                    }
                });
                why.map_or(end, Err)
            }
            ItemsCode::Code(code) => code(cx, visit),
        }
    }
}

fn walk_register<'p>(register: RegisterId, cx: &mut Cx<'p>, visit: &mut VisitItem<'_, 'p>) -> Eval<()> {
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

fn walk_inverse<'p>(
    own: Item,
    references: &[(ReferenceId, Option<RegisterId>)],
    cx: &mut Cx<'p>,
    visit: &mut VisitItem<'_, 'p>,
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

fn walk_field<'p>(own: Item, fields: &Fields, has_default: bool, cx: &mut Cx<'p>, visit: &mut VisitItem<'_, 'p>) -> Eval<()> {
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
            ListCode::Items(items) => items.walk(cx, &mut |cx, element| visit(cx, element.map(Value::Item))),
            ListCode::Texts(item, texts, screen) => walk_texts(item, *texts, screen.as_ref(), cx, visit),
            ListCode::Mapped(items, slot, code) => {
                let mut why = None;
                let end = items.walk(cx, &mut |cx, element| {
                    let value = element.and_then(|item| {
                        cx.set_item(*slot, Ok(item));
                        code.run(cx)
                    });
                    why = why.or(value.as_ref().err().copied());
                    visit(cx, value)
                });
                why.map_or(end, Err)
            }
            ListCode::Code(code) => code(cx, visit),
        }
    }
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
            let written = (0u32..).zip(&forest.nodes).filter(|(_, node)| super::calls::is_written(&cx.programme.schema, node, texts));
            let passed = written.map(|(at, _)| at).filter(|at| (self.test)(&forest.string(*at))).collect();
            cx.screened.push((self.number, passed));
            cx.screened.len() - 1
        });
        let passed = cx.screened.get(known).map_or(&[][..], |(_, passed)| passed);
        let next = passed.partition_point(|node| *node <= within.node);
        passed.get(next).is_some_and(|node| *node < forest.after(within.node))
    }
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
            Code::List(_) => "List",
            Code::Value(_) => "Value",
        })
    }
}

impl Code {
    /// Code for yes or no.
    pub fn flag(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<bool> + Send + Sync + 'static) -> Self {
        Code::Flag(Arc::new(code))
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
            other => Arc::new(move |cx| match other.run(cx)? {
                Value::Flag(flag) => Ok(flag),
                _ => Err(No::Fault(Fault::Internal)),
            }),
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
                Value::Items(list) => list.walk(cx, &mut |cx, element| visit(cx, element.map(Value::Item))),
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
                Value::Items(list) => list.walk(cx, visit),
                _ => Err(No::Fault(Fault::Internal)),
            })),
        }
    }

    /// Runs it. A list is gathered whole.
    #[inline]
    pub fn run<'p>(&self, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
        match self {
            Code::Flag(code) => code(cx).map(Value::Flag),
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

/// A list as a value.
fn gathered<'p>(list: &ListCode, cx: &mut Cx<'p>) -> Eval<Value<'p>> {
    // A list that is not there at all has no value; one that may lack elements is kept as such.
    let absent = |is_empty: bool, end: Eval<()>| match end {
        Err(no) if is_empty && !matches!(no, No::Incomplete(_)) => Some(no),
        _ => None,
    };
    match list {
        ListCode::Items(code) => {
            let mut elements = std::mem::take(&mut cx.gathering);
            elements.clear();
            let end = code.walk(cx, &mut |_, element| {
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
        list => {
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
    }
}

/// A read that may have no value and was not asked for first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked {
    /// Where.
    pub span: Span,
    /// What is read.
    pub path: String,
    /// The innermost variable on which it depends, by its place in the frame.
    pub depends_on: usize,
}

/// A checked and compiled expression.
#[derive(Clone)]
pub struct Typed {
    /// Its type.
    pub ty: Ty,
    /// Its code.
    pub code: Code,
    /// What a message may show of it.
    pub taint: Taint,
    /// How its number is written.
    pub format: Format,
    /// What its text is.
    pub text: TextKind,
    /// The first read in it that may have no value.
    pub unasked: Option<Unasked>,
    /// Paths that are known to have a value where it is true.
    pub if_true: Vec<String>,
    /// Paths that are known to have a value where it is false.
    pub if_false: Vec<String>,
    /// The field that it reads, at the end of its path.
    pub field: Option<FieldId>,
    /// Of a word that is read from a field: from what, and which fields.
    pub word_of: Option<(ItemCode, Fields)>,
    /// Of a map that is read from a field: from what, and which fields.
    pub map_of: Option<(ItemCode, Fields)>,
    /// Of a text that is read from a field: from what, and which fields.
    pub text_of: Option<(ItemCode, Fields)>,
    /// The variable that it is, if it is nothing else and no `let`.
    pub variable: Option<usize>,
    /// Of a list: paths from each element that are known to have a value.
    pub element_facts: Vec<String>,
    /// Of yes or no: what a text must pass for it to be true.
    pub screen: Option<Screen>,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed").field("ty", &self.ty).finish_non_exhaustive()
    }
}

impl Typed {
    /// An expression with nothing special about it.
    #[must_use]
    pub fn new(ty: Ty, code: Code) -> Self {
        Self {
            ty,
            code,
            taint: Taint::NONE,
            format: Format::Plain,
            text: TextKind::Safe,
            unasked: None,
            if_true: Vec::new(),
            if_false: Vec::new(),
            field: None,
            word_of: None,
            map_of: None,
            text_of: None,
            variable: None,
            element_facts: Vec::new(),
            screen: None,
        }
    }

    /// With what its parts bring along.
    #[must_use]
    pub fn from(mut self, parts: &[&Typed]) -> Self {
        for part in parts {
            self.taint = self.taint.and(part.taint);
            if self.unasked.is_none() {
                self.unasked.clone_from(&part.unasked);
            }
        }
        self
    }
}

/// A definition: what it takes, and what it gives once it is compiled.
pub struct Definition {
    /// Its name as it is called.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<(String, Ty)>,
    /// Its number among the definitions.
    pub number: u32,
    /// What it gives, if it is compiled already.
    pub made: OnceLock<Option<Body>>,
    /// Compiles it.
    pub later: Later,
}

/// Compiles a definition; none where its page is at fault.
pub type Later = Box<dyn Fn(&Schema, &Definitions) -> Option<Body> + Send + Sync>;

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Definition {
    /// What it gives, compiled now if nobody asked before; none where its page is at fault.
    pub fn body(&self, schema: &Schema, definitions: &Definitions) -> Option<&Body> {
        self.made.get_or_init(|| (self.later)(schema, definitions)).as_ref()
    }
}

/// What a definition gives.
#[derive(Clone, Debug)]
pub struct Body {
    /// A checked expression over its own frame.
    pub typed: Typed,
    /// How many variables it needs.
    pub frame: usize,
    /// Which of them are `let`s.
    pub lets: Vec<usize>,
    /// Its syntax, where it is small and has no `let`: it is then compiled where it is called.
    pub inline: Option<Inline>,
}

/// A definition that is compiled where it is called.
#[derive(Clone, Debug)]
pub struct Inline {
    /// Its expression.
    pub syntax: Arc<Ast>,
    /// Its page's parameters.
    pub parameters: Vec<Parameter>,
    /// Who wants to know what it answers, wherever it is called.
    pub watching: Option<Watching>,
}

/// All definitions, by the name by which they are called.
pub type Definitions = HashMap<String, Arc<Definition>>;

/// The register at the root of a struct: that of its records, or of the records that hold its rows.
#[must_use]
pub fn root_register(schema: &Schema, structure: StructId) -> Option<u16> {
    let mut at = structure;
    for _ in 0..8 {
        if at == CHARTER {
            return None;
        }
        let known = schema.structure(at)?;
        if let Some(register) = known.register
            && schema.register(register).is_some_and(|register| !register.nested)
        {
            return Some(register);
        }
        at = match known.row_of.and_then(|field| schema.field(field)) {
            Some(list) => list.owner,
            // An object that is no row: the struct whose field it is.
            None => schema
                .fields
                .iter()
                .enumerate()
                .find(|(id, _)| schema.struct_of(*id as FieldId) == Some(at))
                .map(|(_, field)| field.owner)?,
        };
    }
    None
}
