//! Values of expressions, and the reasons why there may be none.

use std::borrow::Cow;
use std::sync::Arc;

use super::frame::Cx;
use crate::limits;
use crate::programme::Item;
use crate::rule::function::statistics::NotTestable;
use crate::schema::form::{self, Period};
use crate::schema::{FieldId, RegisterId};

/// A decimal number, exact to nine places: units of 10⁻⁹.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i128);

const SCALE: i128 = 1_000_000_000;

impl Decimal {
    /// The greatest number that records may hold, which stands for none: above a number with this beside it there
    /// is no bound.
    pub const MOST: Self = Decimal(crate::limits::NUMBER_MAX * SCALE);

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Decimal(number as i128 * SCALE)
    }

    /// So many hundredths.
    #[must_use]
    pub const fn hundredths(number: u32) -> Self {
        Decimal(number as i128 * (SCALE / 100))
    }

    /// Reads a number as JSON and CEL write it; more than nine places are rounded, half to even.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some(short) = Self::short(text.as_bytes()) {
            return Some(short);
        }
        if text.contains(['e', 'E']) {
            return Self::from_f64(text.parse().ok()?);
        }
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut number: i128 = 0;
        for byte in whole.bytes() {
            number = number.checked_mul(10)?.checked_add(i128::from(byte.wrapping_sub(b'0')))?;
            if number > limits::NUMBER_MAX {
                return None;
            }
        }
        let mut scaled = number * SCALE;
        let mut place = SCALE;
        for byte in fraction.bytes().take(9) {
            place /= 10;
            scaled += i128::from(byte.wrapping_sub(b'0')) * place;
        }
        let rest = fraction.get(9..).unwrap_or("");
        let half = rest.starts_with('5') && rest.trim_end_matches('0') == "5";
        if rest.as_bytes().first().is_some_and(|byte| *byte >= b'5') && (!half || scaled % 2 != 0) {
            scaled += 1;
        }
        Decimal(if negative { -scaled } else { scaled }).bounded()
    }

    /// A number as most are written: up to fifteen digits, some of them behind a point.
    fn short(bytes: &[u8]) -> Option<Self> {
        let (number, places) = form::short_number(bytes)?;
        let unit = 10i64.checked_pow(9u32.checked_sub(places)?)?;
        Some(Decimal(i128::from(number) * i128::from(unit)))
    }

    /// The mean, exact to nine places and twelve digits; `None` of nothing.
    #[must_use]
    pub fn mean(all: &[Self]) -> Option<Self> {
        all.iter().try_fold(Decimal(0), |sum, number| sum.plus(*number))?.divide(Self::whole(i64::try_from(all.len()).ok()?))
    }

    /// The median, of an even number of numbers the mean of the two in the middle; `None` of nothing.
    #[must_use]
    pub fn median(mut all: Vec<Self>) -> Option<Self> {
        all.sort_unstable();
        let upper = *all.get(all.len() / 2)?;
        if all.len() % 2 == 1 { Some(upper) } else { Self::mean(&[*all.get(all.len() / 2 - 1)?, upper]) }
    }

    /// From a statistic: rounded to twelve significant digits.
    #[must_use]
    pub fn from_f64(number: f64) -> Option<Self> {
        let rounded = crate::rule::function::statistics::round_significant(number) * 1e9;
        if !rounded.is_finite() || rounded.abs() > limits::NUMBER_MAX as f64 * 1e9 {
            return None;
        }
        Decimal(rounded.round() as i128).bounded()
    }

    /// As a floating-point number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        (self.0 / SCALE) as f64 + (self.0 % SCALE) as f64 / 1e9
    }

    /// As a whole number, if it is one.
    #[must_use]
    pub fn to_whole(self) -> Option<i64> {
        // Nearly all numbers are small, and small ones are divided in one instruction.
        if let Ok(small) = i64::try_from(self.0) {
            let scale = SCALE as i64;
            return (small % scale == 0).then_some(small / scale);
        }
        if self.0 % SCALE == 0 { i64::try_from(self.0 / SCALE).ok() } else { None }
    }

    fn bounded(self) -> Option<Self> {
        (self.0.abs() <= limits::NUMBER_MAX * SCALE).then_some(self)
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        Decimal(self.0.checked_add(other.0)?).bounded()
    }

    /// The difference.
    #[must_use]
    pub fn subtract(self, other: Self) -> Option<Self> {
        Decimal(self.0.checked_sub(other.0)?).bounded()
    }

    /// The product, rounded to nine places, half to even.
    #[must_use]
    pub fn multiply(self, other: Self) -> Option<Self> {
        // Whole times anything is exact and common.
        let product = match (self.to_whole(), other.to_whole()) {
            (Some(whole), _) => other.0.checked_mul(i128::from(whole))?,
            (_, Some(whole)) => self.0.checked_mul(i128::from(whole))?,
            _ => {
                let product = self.0.checked_mul(other.0)?;
                let (quotient, rest) = (product.div_euclid(SCALE), product.rem_euclid(SCALE));
                quotient + i128::from(rest * 2 > SCALE || (rest * 2 == SCALE && quotient % 2 != 0))
            }
        };
        Decimal(product).bounded()
    }

    /// The quotient, rounded to twelve significant digits; `None` for division by zero.
    #[must_use]
    pub fn divide(self, other: Self) -> Option<Self> {
        // Both are bounded, so that this cannot be past what 128 bits hold.
        let (dividend, divisor) = (self.0.checked_mul(SCALE)?, other.0);
        let quotient = halves_to_even(dividend, divisor)?;
        // More than twelve digits: what is beyond them is rounded away.
        let mut unit = 1;
        while quotient.abs() / unit >= 1_000_000_000_000 {
            unit *= 10;
        }
        let rounded = if unit == 1 { quotient } else { halves_to_even(quotient, unit)?.checked_mul(unit)? };
        Decimal(rounded).bounded()
    }

    /// As text with at most so many places.
    #[must_use]
    pub fn text(self, places: u32) -> String {
        let unit = 10i128.pow(9 - places.min(9));
        let rounded = {
            let (quotient, rest) = (self.0.abs() / unit, self.0.abs() % unit);
            quotient + i128::from(rest * 2 >= unit)
        };
        let scale = 10i128.pow(places.min(9));
        let (whole, fraction) = (rounded / scale, rounded % scale);
        let sign = if self.0 < 0 && rounded != 0 { "-" } else { "" };
        if fraction == 0 {
            return format!("{sign}{whole}");
        }
        let fraction = format!("{fraction:0width$}", width = places.min(9) as usize);
        format!("{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

/// The quotient, rounded; a half to the even neighbour. `None` for division by zero.
fn halves_to_even(dividend: i128, divisor: i128) -> Option<i128> {
    let quotient = dividend.checked_div_euclid(divisor)?;
    let twice = dividend.checked_rem_euclid(divisor)?.checked_mul(2)?;
    let size = divisor.checked_abs()?;
    let up = twice > size || (twice == size && quotient % 2 != 0);
    // The rest of a division with a negative divisor counts the other way.
    Some(if up { quotient + divisor.signum() } else { quotient })
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// Not worked out yet (a place in a frame).
    Unset,
    /// A field is not recorded.
    Field(FieldId),
    /// A register is not kept.
    Register(RegisterId),
    /// A value breaks the schema, is written twice or leads nowhere.
    Faulty(FieldId),
    /// A register is not wholly here.
    Incomplete(RegisterId),
    /// A date is not known exactly enough.
    Period,
    /// A list has nothing in it.
    Empty,
    /// A map has no such entry.
    Entry,
    /// A statistic is not valid here.
    Statistic(NotTestable),
    /// One of the rule's conditions for a fair answer does not hold.
    Unfair(u16),
    /// The expression is at fault.
    Fault(Fault),
}

/// What is wrong with an expression on these records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Division by zero.
    DivisionByZero,
    /// A number past the limit.
    Overflow,
    /// Too many steps.
    Budget,
    /// A number that had to be whole is not.
    NotWhole,
    /// Something that the checker should have refused.
    Internal,
}

impl Fault {
    /// What happened, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Fault::DivisionByZero => "a division by zero",
            Fault::Overflow => "a number past the limit",
            Fault::Budget => "more steps than the limit",
            Fault::NotWhole => "a number that should be whole and is not",
            Fault::Internal => "a case that the checker should have refused",
        }
    }
}

/// A value, or the reason why there is none.
pub type Eval<T> = Result<T, No>;

/// The end of a list's walk: whether all of it was there.
#[derive(Clone, Debug)]
pub struct ListValue<'p> {
    /// The elements, each with or without a value.
    pub elements: Vec<Eval<Value<'p>>>,
    /// Why the list may not be whole.
    pub end: Eval<()>,
}

/// A list of records or rows, and whether all of it was there: before its elements stands why it may not be whole.
#[derive(Clone, Debug)]
pub struct ItemList(Arc<[Eval<Item>]>);

impl ItemList {
    /// What stands first in a list that is to be made, as long as all of it is there.
    pub const WHOLE: Eval<Item> = Ok(Item { node: 0, record: 0 });

    /// The list of these; the first says why it may not be whole.
    #[must_use]
    pub fn new(list: &[Eval<Item>]) -> Self {
        Self(list.into())
    }

    /// The records, each with or without a value.
    #[inline]
    pub fn elements(&self) -> &[Eval<Item>] {
        self.0.get(1..).unwrap_or_default()
    }

    /// Why the list may not be whole.
    ///
    /// # Errors
    /// If it may not.
    #[inline]
    pub fn end(&self) -> Eval<()> {
        self.0.first().map_or(Ok(()), |first| first.map(|_| ()))
    }

    /// Walks it as if it were worked out anew.
    ///
    /// # Errors
    /// Why the list may not be whole.
    #[inline]
    pub fn each<'p>(&self, cx: &mut Cx<'p>, mut visit: impl FnMut(&mut Cx<'p>, Eval<Item>) -> bool) -> Eval<()> {
        for element in self.elements() {
            cx.step()?;
            if !visit(cx, *element) {
                return Ok(());
            }
        }
        self.end()
    }
}

/// A value.
#[derive(Clone, Debug)]
pub enum Value<'p> {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(Decimal),
    /// A number known only to lie between two.
    Between(Box<(Decimal, Decimal)>),
    /// A text.
    Text(Cow<'p, str>),
    /// A date or period.
    Date(Period),
    /// A time of day, in minutes.
    Time(u16),
    /// A word of a vocabulary, or a register.
    Word(u16),
    /// A record or a row.
    Item(Item),
    /// A list of anything but records.
    List(Arc<ListValue<'p>>),
    /// A list of records or rows.
    Items(ItemList),
    /// A map, in the order in which it is walked.
    Map(Arc<Vec<(Value<'p>, Value<'p>)>>),
}

impl<'p> Value<'p> {
    /// The value for `sort_by`, `distinct` and `count_by`: equal keys are equal values.
    #[must_use]
    pub fn key(&self, programme: &crate::programme::Programme) -> Key<'p> {
        match self {
            Value::Flag(flag) => Key::Number(i128::from(*flag)),
            Value::Number(number) => Key::Number(number.0),
            Value::Between(both) => Key::Number(both.0.0),
            Value::Text(text) => Key::Text(text.clone()),
            Value::Date(period) => Key::Pair(period.first, period.last),
            Value::Time(minutes) => Key::Number(i128::from(*minutes)),
            Value::Word(word) => Key::Number(i128::from(*word)),
            Value::Item(item) => Key::Number(i128::from(programme.identity(*item))),
            Value::List(_) | Value::Items(_) | Value::Map(_) => Key::Number(0),
        }
    }
}

/// A value as a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'p> {
    /// A number.
    Number(i128),
    /// A text.
    Text(Cow<'p, str>),
    /// Two numbers.
    Pair(i32, i32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_reasons_are_small() {
        // Every step of every expression moves them.
        assert!(std::mem::size_of::<No>() <= 16, "{}", std::mem::size_of::<No>());
        assert!(std::mem::size_of::<Eval<Value<'_>>>() <= 48, "{}", std::mem::size_of::<Eval<Value<'_>>>());
    }

    #[test]
    fn quotients_means_and_medians_are_exact_to_nine_places_and_twelve_digits() {
        let number = |text: &str| Decimal::read(text).unwrap_or(Decimal(0));
        for (dividend, divisor, expected) in [
            ("2", "3", "0.666666667"),
            ("-2", "3", "-0.666666667"),
            ("2", "-3", "-0.666666667"),
            ("1", "1000000000", "0.000000001"),
            // A half goes to the even neighbour.
            ("0.000000001", "2", "0"),
            ("0.000000003", "2", "0.000000002"),
            ("-0.000000003", "2", "-0.000000002"),
            ("1000000", "7", "142857.142857"),
            ("1000000000000000", "7", "142857142857000"),
        ] {
            assert_eq!(
                number(dividend).divide(number(divisor)).map(|quotient| quotient.text(9)).as_deref(),
                Some(expected),
                "{dividend} / {divisor}"
            );
        }
        let list = |texts: &[&str]| texts.iter().map(|text| number(text)).collect::<Vec<_>>();
        for (numbers, mean, median) in [
            (&["1", "2", "6"][..], "3", "2"),
            (&["0.1"; 10][..], "0.1", "0.1"),
            (&["3", "1", "4", "1"][..], "2.25", "2"),
            (&["100000000000000000", "3", "-100000000000000000"][..], "1", "3"),
        ] {
            let said = |number: Option<Decimal>| number.map(|number| number.text(9));
            assert_eq!(said(Decimal::mean(&list(numbers))).as_deref(), Some(mean), "{numbers:?}");
            assert_eq!(said(Decimal::median(list(numbers))).as_deref(), Some(median), "{numbers:?}");
        }
        assert_eq!((Decimal::mean(&[]), Decimal::median(Vec::new())), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn a_quotient_is_that_of_floating_point(dividend in -1_000_000_000_000_i64..1_000_000_000_000, divisor in 1_i64..1_000_000_000) {
            let quotient = Decimal(i128::from(dividend)).divide(Decimal(i128::from(divisor))).map(Decimal::to_f64).unwrap_or(f64::NAN);
            let expected = dividend as f64 / divisor as f64;
            proptest::prop_assert!((quotient - expected).abs() <= 1e-9 + expected.abs() * 1e-11, "{quotient} {expected}");
        }

        #[test]
        fn a_number_is_read_the_same_by_either_way(whole in 0_u64..1_000_000, places in 0_u32..10, fraction in 0_u64..1_000_000_000) {
            let text = if places == 0 { whole.to_string() } else { format!("{whole}.{:0width$}", fraction % 10_u64.pow(places), width = places as usize) };
            // A sign takes the longer way.
            let (plain, negative) = (Decimal::read(&text), Decimal::read(&format!("-{text}")));
            proptest::prop_assert_eq!(plain.map(|number| -number.0), negative.map(|number| number.0), "{}", text);
        }
    }

    #[test]
    fn hundredths_are_what_is_written() {
        for number in [0, 1, 10, 99, 100, 12_345, u32::MAX] {
            assert_eq!(Some(Decimal::hundredths(number)), Decimal::read(&format!("{}.{:02}", number / 100, number % 100)));
        }
    }

    #[test]
    fn decimals_are_exact_to_nine_places() {
        let number = |text: &str| Decimal::read(text).map(|number| number.text(9));
        for (text, expected) in [
            ("0.1", Some("0.1")),
            ("-12.5", Some("-12.5")),
            ("1e3", Some("1000")),
            ("0.0000000005", Some("0")),
            ("0.0000000015", Some("0.000000002")),
            ("0.00000000051", Some("0.000000001")),
            ("1000000000000000000", Some("1000000000000000000")),
            ("1000000000000000001", None),
            ("1e300", None),
        ] {
            assert_eq!(number(text).as_deref(), expected, "{text}");
        }
        let tenth = Decimal::read("0.1");
        let sum = tenth.and_then(|a| a.plus(Decimal::read("0.2")?));
        assert_eq!(sum, Decimal::read("0.3"));
        assert_eq!(Decimal::whole(1).divide(Decimal::whole(3)).map(|third| third.text(9)).as_deref(), Some("0.333333333"));
        assert_eq!(Decimal::whole(1).divide(Decimal::whole(0)), None);
        assert_eq!(Decimal::read("2.345").map(|n| n.text(2)).as_deref(), Some("2.35"));
        assert_eq!(Decimal::read("-0.001").map(|n| n.text(2)).as_deref(), Some("0"));
    }
}
