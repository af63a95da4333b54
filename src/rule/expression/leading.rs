//! Lists of which a test asks that each element refer to the same record.
//!
//! Many a test in `exists(x, …)` or `filter(x, …)` asks, among other things, whether the element refers to a
//! record that is the same for the whole list: the payments of a person *for this session*. Most elements refer
//! to another. That record is found once, before the list is walked, and an element that leads elsewhere is
//! passed over without the test being made: whatever else is asked of it, the answer is no.

use super::code::{Fields, ItemCode, ItemsCode, VisitItem};
use super::flag::FlagCode;
use super::frame::Cx;
use super::value::Eval;

/// A list without the elements that surely refer to another record than the one that is sought.
#[derive(Clone)]
pub struct Leading {
    list: ItemsCode,
    sought: Sought,
}

/// The record that a field of each element must refer to.
#[derive(Clone)]
pub(super) struct Sought {
    pub(super) fields: Fields,
    pub(super) record: ItemCode,
}

impl Leading {
    /// The list without the elements for which the test surely gives no, where those can be told beforehand.
    #[must_use]
    pub fn of(list: ItemsCode, slot: usize, test: &FlagCode) -> ItemsCode {
        match test.sought(slot) {
            Some(sought) => ItemsCode::Leading(Box::new(Self { list, sought })),
            None => list,
        }
    }

    /// Walks the list. The outcome says whether all of it was there.
    ///
    /// # Errors
    /// Why not all of it was.
    pub fn walk<'p>(&self, cx: &mut Cx<'p>, visit: &mut VisitItem<'_, 'p>) -> Eval<()> {
        let Self { list, sought } = self;
        let Ok(record) = sought.record.get(cx) else { return list.walk(cx, visit) };
        list.each(cx, |cx, element| {
            let leads_elsewhere = element.is_ok_and(|element| sought.fields.lead_elsewhere(cx.programme, element, record));
            leads_elsewhere || visit(cx, element)
        })
    }
}
