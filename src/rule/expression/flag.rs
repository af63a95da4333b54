//! Compiled yes-or-no code: a piece of data, and the function that reads it.
//!
//! Nothing is asked as often in an audit as whether a field is recorded and which word it holds. Each such
//! question lies in its own few bytes, side by side with the next of its chain, and is answered by a function
//! made for it and for no other, which is called without looking first at what the question is.

use std::sync::Arc;

use super::code::{DateCode, Fields, ItemCode, ItemsCode};
use super::frame::Cx;
use super::leading::Sought;
use super::screen::Screen;
use super::value::{Eval, Fault, No};
use crate::document::Kind;
use crate::programme::Item;
use crate::schema::RegisterId;

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
/// What answers a question of one kind.
type Run = for<'w, 'c, 'p> fn(&'w What, &'c mut Cx<'p>) -> Answer;

/// Compiled code that gives yes or no.
#[derive(Clone)]
pub struct FlagCode {
    run: Run,
    what: What,
}

/// What is asked. "Own" is a variable, which most questions are about.
#[derive(Clone)]
enum What {
    /// Whether a field of one's own is recorded; or, where the flag is false, is not.
    Own(u32, bool, Fields),
    /// The word in a field of one's own: whether it is one of a set, or, where the flag is false, is not.
    OwnWord(u32, bool, Fields, u64),
    /// A yes or no in a field of one's own, and what it means where it is not recorded.
    OwnFlag(u32, Option<bool>, Fields),
    /// The same of any record or row.
    Far(bool, Box<(ItemCode, Fields)>),
    /// The word in such a field.
    FarWord(bool, Box<(ItemCode, Fields)>, u64),
    /// Whether the register of a record is one of a set; or, where the flag is false, is not.
    Register(bool, Box<ItemCode>, u64),
    /// Whether a register is kept; or, where the flag is false, is not.
    Kept(bool, RegisterId),
    /// A yes or no in such a field.
    FarFlag(Option<bool>, Box<(ItemCode, Fields)>),
    /// Whether one of these is as the flag says, asked in turn; else none is.
    Chain(bool, Arc<[FlagCode]>),
    /// Whether two records or rows are one; or, where the flag is false, are not.
    Same(bool, Box<(ItemCode, ItemCode)>),
    /// The same where the first is what a field of one's own refers to.
    SameTarget(u32, bool, Fields, Box<(ItemCode, ItemCode)>),
    /// Whether the first date is before the second (or, where the second flag is true, the second before the
    /// first); or, where the first flag is false, is not.
    Before(bool, bool, Box<(DateCode, DateCode)>),
    /// Whether some record or row of a list passes a test, or all do.
    Listed(Arc<Listed>),
    /// The contrary.
    Not(Arc<FlagCode>),
    /// The same, and no where there is no answer.
    OrNo(Arc<FlagCode>),
    /// Whether some text of a record passes a test.
    Texts(Arc<Texts>),
    /// What the definition of this number says of one's own: remembered once it was worked out.
    OwnRemembered(u32, u32, Arc<FlagCode>),
    /// The same of any record or row.
    FarRemembered(Box<ItemCode>, u32, Arc<FlagCode>),
    /// Anything else.
    Code(AnyFlag),
}

/// Whether some text of a record passes a test (or all that is written in quotes, where `texts` is false): the
/// test is made only where some text passes its screen.
struct Texts {
    within: ItemCode,
    texts: bool,
    screen: Screen,
    test: FlagCode,
}

/// A test that is made of each record or row of a list, its variable, and the list.
struct Listed {
    items: ItemsCode,
    slot: usize,
    test: FlagCode,
}

impl FlagCode {
    /// Code that gives yes or no in any way.
    pub fn any(code: impl for<'p> Fn(&mut Cx<'p>) -> Eval<bool> + Send + Sync + 'static) -> Self {
        let code: AnyFlag = Arc::new(move |cx| {
            let flag = code(cx);
            Answer::from(cx, flag)
        });
        Self { run: any, what: What::Code(code) }
    }

    /// Whether a field of a record or row is recorded.
    #[must_use]
    pub fn has(item: ItemCode, fields: Fields) -> Self {
        match item {
            ItemCode::Variable(slot) => Self { run: own_has, what: What::Own(slot as u32, true, fields) },
            item => Self { run: far_has, what: What::Far(true, Box::new((item, fields))) },
        }
    }

    /// Whether the word that a field holds is one of a set; or, where `wanted` is false, is not.
    #[must_use]
    pub fn word(item: ItemCode, fields: Fields, set: u64, wanted: bool) -> Self {
        match item {
            ItemCode::Variable(slot) => Self { run: own_word, what: What::OwnWord(slot as u32, wanted, fields, set) },
            item => Self { run: far_word, what: What::FarWord(wanted, Box::new((item, fields)), set) },
        }
    }

    /// Whether the register in which a record stands is one of a set; or, where `wanted` is false, is not.
    #[must_use]
    pub fn register(item: ItemCode, set: u64, wanted: bool) -> Self {
        Self { run: register, what: What::Register(wanted, Box::new(item), set) }
    }

    /// What a field says, and what it means where it is not recorded.
    #[must_use]
    pub fn field(item: ItemCode, fields: Fields, default: Option<bool>) -> Self {
        match item {
            ItemCode::Variable(slot) => Self { run: own_flag, what: What::OwnFlag(slot as u32, default, fields) },
            item => Self { run: far_flag, what: What::FarFlag(default, Box::new((item, fields))) },
        }
    }

    /// Whether one of these is as `decides` says, asked in turn; else none is. What is such a chain itself is
    /// asked in its place.
    #[must_use]
    pub fn chain(parts: Vec<FlagCode>, decides: bool) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match &part.what {
                What::Chain(own, within) if *own == decides => flat.extend_from_slice(within),
                _ => flat.push(part),
            }
        }
        Self { run: if decides { chain::<true> } else { chain::<false> }, what: What::Chain(decides, flat.into()) }
    }

    /// Whether a register is kept.
    #[must_use]
    pub fn kept(register: RegisterId) -> Self {
        Self { run: kept, what: What::Kept(true, register) }
    }

    /// Whether two records or rows are one; or, where `wanted` is false, are not.
    #[must_use]
    pub fn same(one: ItemCode, other: ItemCode, wanted: bool) -> Self {
        match one {
            ItemCode::OwnTarget(slot, ref fields) => {
                let fields = fields.clone();
                Self { run: same_target, what: What::SameTarget(slot, wanted, fields, Box::new((one, other))) }
            }
            one => Self { run: same, what: What::Same(wanted, Box::new((one, other))) },
        }
    }

    /// Whether the first date is before the second (or, where `turned`, the second before the first); or, where
    /// `wanted` is false, is not.
    #[must_use]
    pub fn before(one: DateCode, other: DateCode, turned: bool, wanted: bool) -> Self {
        Self { run: before, what: What::Before(wanted, turned, Box::new((one, other))) }
    }

    /// Whether some record or row of a list passes the test of a variable; or, where `some` is false, all do.
    #[must_use]
    pub fn listed(items: ItemsCode, slot: usize, test: FlagCode, some: bool) -> Self {
        Self { run: if some { listed::<true> } else { listed::<false> }, what: What::Listed(Arc::new(Listed { items, slot, test })) }
    }

    /// Whether some text of a record passes a test (or all that is written in quotes, where `texts` is false).
    #[must_use]
    pub fn texts(item: ItemCode, texts: bool, screen: Screen, test: FlagCode) -> Self {
        Self { run: some_text, what: What::Texts(Arc::new(Texts { within: item, texts, screen, test })) }
    }

    /// What the definition of this number says of a record or row, which `code` works out.
    #[must_use]
    pub fn remembered(item: ItemCode, number: u32, code: FlagCode) -> Self {
        match item {
            ItemCode::Variable(slot) => Self { run: own_remembered, what: What::OwnRemembered(slot as u32, number, Arc::new(code)) },
            item => Self { run: far_remembered, what: What::FarRemembered(Box::new(item), number, Arc::new(code)) },
        }
    }

    /// The contrary.
    #[must_use]
    pub fn contrary(self) -> Self {
        match self.what {
            What::Own(slot, wanted, fields) => Self { run: own_has, what: What::Own(slot, !wanted, fields) },
            What::Far(wanted, both) => Self { run: far_has, what: What::Far(!wanted, both) },
            What::OwnWord(slot, wanted, fields, set) => Self { run: own_word, what: What::OwnWord(slot, !wanted, fields, set) },
            What::FarWord(wanted, both, set) => Self { run: far_word, what: What::FarWord(!wanted, both, set) },
            What::Register(wanted, item, set) => Self { run: register, what: What::Register(!wanted, item, set) },
            What::Kept(wanted, id) => Self { run: kept, what: What::Kept(!wanted, id) },
            What::Same(wanted, both) => Self { run: same, what: What::Same(!wanted, both) },
            What::Before(wanted, turned, both) => Self { run: before, what: What::Before(!wanted, turned, both) },
            What::SameTarget(slot, wanted, fields, both) => Self { run: same_target, what: What::SameTarget(slot, !wanted, fields, both) },
            what => Self { run: not, what: What::Not(Arc::new(Self { run: self.run, what })) },
        }
    }

    /// The same, and no where there is no answer because something is not recorded.
    #[must_use]
    pub fn or_no(self) -> Self {
        Self { run: or_no, what: What::OrNo(Arc::new(self)) }
    }

    /// What a field of this variable must refer to if it is to hold, where that is plain.
    pub(super) fn sought(&self, slot: usize) -> Option<Sought> {
        match &self.what {
            What::SameTarget(own, true, fields, both) if *own as usize == slot && both.1.is_without(slot) => {
                Some(Sought { fields: fields.clone(), record: both.1.clone() })
            }
            // One part that is not so decides.
            What::Chain(false, parts) => parts.iter().find_map(|part| part.sought(slot)),
            What::OrNo(inner) => inner.sought(slot),
            _ => None,
        }
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
    #[inline(always)]
    pub fn ask(&self, cx: &mut Cx<'_>) -> Answer {
        (self.run)(&self.what, cx)
    }

    /// The same of an element of a list, which the variable at this place is set to.
    #[inline(always)]
    pub fn ask_of(&self, cx: &mut Cx<'_>, slot: usize, element: Eval<Item>) -> Answer {
        match element {
            Ok(item) => {
                cx.set_item(slot, Ok(item));
                self.ask(cx)
            }
            Err(no) => Answer::none(cx, no),
        }
    }

    /// Whether this surely holds of a record, which is the variable at this place, with next to no work: where it
    /// says that no text of the record passes a test, and none passes the test's screen.
    #[must_use]
    pub fn surely_holds(&self, cx: &mut Cx<'_>, slot: usize, own: Item) -> bool {
        self.screened(slot).is_some_and(|asked| !asked.screen.lets_through(cx, own, asked.texts))
    }

    /// Whether the same surely holds of every record there is.
    #[must_use]
    pub fn surely_holds_of_all(&self, cx: &mut Cx<'_>, slot: usize) -> bool {
        self.screened(slot).is_some_and(|asked| asked.screen.lets_none_through(cx, asked.texts))
    }

    /// What is asked of the texts of the record that is the variable at this place, if none of them is to pass a test.
    fn screened(&self, slot: usize) -> Option<&Texts> {
        let What::Not(inner) = &self.what else { return None };
        let What::Texts(asked) = &inner.what else { return None };
        matches!(asked.within, ItemCode::Variable(at) if at == slot).then_some(&**asked)
    }
}

/// What is asked is not what this function answers, which the constructors above rule out.
#[cold]
#[inline(never)]
const fn amiss(cx: &mut Cx<'_>) -> Answer {
    Answer::none(cx, No::Fault(Fault::Internal))
}

fn any(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Code(code) = what else { return amiss(cx) };
    code(cx)
}

fn own_has(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Own(slot, wanted, fields) = what else { return amiss(cx) };
    match fields.near(cx, *slot as usize) {
        Some(recorded) => Answer::of(recorded.is_some() == *wanted),
        None => unusual_has(*slot, *wanted, fields, cx),
    }
}

#[cold]
#[inline(never)]
fn unusual_has(slot: u32, wanted: bool, fields: &Fields, cx: &mut Cx<'_>) -> Answer {
    let own = cx.item(slot as usize);
    has(own, wanted, fields, cx)
}

fn has(own: Eval<Item>, wanted: bool, fields: &Fields, cx: &mut Cx<'_>) -> Answer {
    match own.and_then(|own| fields.of(cx.programme, own)) {
        Ok(_) => Answer::of(wanted),
        Err(No::Field(_)) if own.is_ok() => Answer::of(!wanted),
        Err(no) => Answer::none(cx, no),
    }
}

fn far_has(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Far(wanted, both) = what else { return amiss(cx) };
    let own = both.0.get(cx);
    has(own, *wanted, &both.1, cx)
}

#[inline]
const fn is_among(word: u16, set: u64) -> bool {
    word < 64 && set >> word & 1 == 1
}

fn own_word(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::OwnWord(slot, wanted, fields, set) = what else { return amiss(cx) };
    match fields.near(cx, *slot as usize) {
        Some(Some(at)) => Answer::of(is_among(cx.programme.forest.word(at), *set) == *wanted),
        Some(None) => Answer::none(cx, No::Field(fields.first)),
        None => unusual_word(*slot, *wanted, fields, *set, cx),
    }
}

#[cold]
#[inline(never)]
fn unusual_word(slot: u32, wanted: bool, fields: &Fields, set: u64, cx: &mut Cx<'_>) -> Answer {
    let own = cx.item(slot as usize);
    word(own, wanted, fields, set, cx)
}

fn word(own: Eval<Item>, wanted: bool, fields: &Fields, set: u64, cx: &mut Cx<'_>) -> Answer {
    match own.and_then(|own| fields.of(cx.programme, own)) {
        Ok(at) => Answer::of(is_among(cx.programme.forest.word(at), set) == wanted),
        Err(no) => Answer::none(cx, no),
    }
}

fn far_word(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::FarWord(wanted, both, set) = what else { return amiss(cx) };
    let own = both.0.get(cx);
    word(own, *wanted, &both.1, *set, cx)
}

fn register(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Register(wanted, item, set) = what else { return amiss(cx) };
    match item.get(cx).and_then(|own| cx.programme.register_of(own.record).ok_or(No::Empty)) {
        Ok(register) => Answer::of(is_among(register, *set) == *wanted),
        Err(no) => Answer::none(cx, no),
    }
}

fn kept(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Kept(wanted, register) = what else { return amiss(cx) };
    match cx.programme.registers.get(usize::from(*register)) {
        Some(state) if state.kept => Answer::of(*wanted),
        // Whether it is kept where it could not be read is not known.
        Some(state) if state.incomplete.is_some() && state.first == state.end => Answer::none(cx, No::Incomplete(*register)),
        Some(_) => Answer::of(!*wanted),
        None => amiss(cx),
    }
}

fn own_flag(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::OwnFlag(slot, default, fields) = what else { return amiss(cx) };
    let own = cx.item(*slot as usize);
    flag(own, *default, fields, cx)
}

fn far_flag(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::FarFlag(default, both) = what else { return amiss(cx) };
    let own = both.0.get(cx);
    flag(own, *default, &both.1, cx)
}

#[inline]
fn flag(own: Eval<Item>, default: Option<bool>, fields: &Fields, cx: &mut Cx<'_>) -> Answer {
    match (own.and_then(|own| fields.of(cx.programme, own)), default) {
        (Ok(at), _) => Answer::of(cx.programme.forest.node(at).kind == Kind::True),
        (Err(No::Field(_)), Some(default)) if own.is_ok() => Answer::of(default),
        (Err(no), _) => Answer::none(cx, no),
    }
}

fn chain<const DECIDES: bool>(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Chain(_, parts) = what else { return amiss(cx) };
    let mut parts = parts.iter();
    while let Some(part) = parts.next() {
        let answer = part.ask(cx);
        if answer == Answer::of(DECIDES) {
            return answer;
        }
        if answer == Answer::None {
            return chain_on::<DECIDES>(parts.as_slice(), cx);
        }
    }
    Answer::of(!DECIDES)
}

/// The rest of a chain of which a part had no answer: another may decide. Of several that have none the first is named.
#[inline(never)]
fn chain_on<const DECIDES: bool>(rest: &[FlagCode], cx: &mut Cx<'_>) -> Answer {
    let why = cx.reason;
    if rest.iter().any(|part| part.ask(cx) == Answer::of(DECIDES)) { Answer::of(DECIDES) } else { Answer::none(cx, why) }
}

fn same(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Same(wanted, both) = what else { return amiss(cx) };
    are_same(both, *wanted, cx)
}

fn same_target(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::SameTarget(slot, wanted, fields, both) = what else { return amiss(cx) };
    let Some(one) = fields.near(cx, *slot as usize).flatten().and_then(|at| cx.programme.target(at)) else {
        return are_same(both, *wanted, cx);
    };
    match both.1.get(cx) {
        Ok(other) => Answer::of(cx.programme.same(one, other) == *wanted),
        Err(no) => Answer::none(cx, no),
    }
}

#[inline(never)]
fn are_same(both: &(ItemCode, ItemCode), wanted: bool, cx: &mut Cx<'_>) -> Answer {
    match both.0.get(cx).and_then(|one| Ok((one, both.1.get(cx)?))) {
        Ok((one, other)) => Answer::of(cx.programme.same(one, other) == wanted),
        Err(no) => Answer::none(cx, no),
    }
}

fn before(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Before(wanted, turned, both) = what else { return amiss(cx) };
    let (one, other) = match both.0.get(cx).and_then(|one| Ok((one, both.1.get(cx)?))) {
        Ok((one, other)) if *turned => (other, one),
        Ok(both) => both,
        Err(no) => return Answer::none(cx, no),
    };
    if one.last < other.first {
        Answer::of(*wanted)
    } else if one.first >= other.last {
        Answer::of(!*wanted)
    } else {
        Answer::none(cx, No::Period)
    }
}

fn listed<const SOME: bool>(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Listed(asked) = what else { return amiss(cx) };
    let Listed { items, slot, test } = &**asked;
    let (mut found, mut why) = (false, None);
    let end = items.each(cx, |cx, element| {
        let answer = test.ask_of(cx, *slot, element);
        if answer == Answer::None && why.is_none() {
            why = Some(cx.reason);
        }
        found = answer == Answer::of(SOME);
        !found
    });
    // An element that decides; else the first that has no answer; else whether all of the list was there.
    match (found, why.or(end.err())) {
        (true, _) => Answer::of(SOME),
        (false, Some(no)) => Answer::none(cx, no),
        (false, None) => Answer::of(!SOME),
    }
}

fn not(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Not(inner) = what else { return amiss(cx) };
    match inner.ask(cx) {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        Answer::None => Answer::None,
    }
}

fn or_no(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::OrNo(inner) = what else { return amiss(cx) };
    match inner.ask(cx) {
        Answer::None if !matches!(cx.reason, No::Fault(_)) => Answer::No,
        known => known,
    }
}

fn some_text(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::Texts(asked) = what else { return amiss(cx) };
    match asked.within.get(cx) {
        Ok(own) if !asked.screen.lets_through(cx, own, asked.texts) => Answer::No,
        _ => asked.test.ask(cx),
    }
}

fn own_remembered(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::OwnRemembered(slot, number, code) = what else { return amiss(cx) };
    remembered(cx.item(*slot as usize), *number, code, cx)
}

fn far_remembered(what: &What, cx: &mut Cx<'_>) -> Answer {
    let What::FarRemembered(item, number, code) = what else { return amiss(cx) };
    let own = item.get(cx);
    remembered(own, *number, code, cx)
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
fn work_out(number: u32, object: u32, code: &FlagCode, cx: &mut Cx<'_>) -> Answer {
    if let Some(no) = cx.unanswered(number, object) {
        return Answer::none(cx, no);
    }
    let answer = code.ask(cx);
    cx.remember(number, object, answer);
    answer
}
