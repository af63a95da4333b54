//! Lexical forms of values: dates and periods, times, ids, references, currencies, language tags.
//!
//! Each has one reader here, which both the fast reader of documents and the validator's formats use.

/// How exactly a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// To the day.
    Day,
    /// To the month.
    Month,
    /// To the year.
    Year,
}

/// A date as an interval of days, counted from 1970-01-01; both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day.
    pub first: i32,
    /// The last day.
    pub last: i32,
}

impl Period {
    /// A single day.
    #[must_use]
    pub const fn day(day: i32) -> Self {
        Self { first: day, last: day }
    }

    /// Whether it is a single day.
    #[must_use]
    pub const fn is_day(self) -> bool {
        self.first == self.last
    }

    /// The period of this precision that begins on `first`.
    #[must_use]
    pub fn starting(first: i32, precision: Precision) -> Self {
        let (year, month, _) = civil(first);
        let last = match precision {
            Precision::Day => first,
            Precision::Month => first + i32::from(days_in_month(year, month)) - 1,
            Precision::Year => days_from_civil(year, 12, 31),
        };
        Self { first, last }
    }
}

/// Days in a month of the proleptic Gregorian calendar.
#[must_use]
pub const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether a day, from 1970-01-01, is in a year that nobody writes for want of a better one.
#[must_use]
pub fn is_everyday(day: i32) -> bool {
    const FIRST: i32 = days_from_civil(1901, 1, 1);
    const LAST: i32 = days_from_civil(2098, 12, 31);
    (FIRST..=LAST).contains(&day)
}

/// The day number of a date, from 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
#[must_use]
pub const fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let shifted = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day number.
#[must_use]
pub const fn civil(day: i32) -> (i32, u8, u8) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let shifted = (5 * doy + 2) / 153;
    let day = (doy - (153 * shifted + 2) / 5 + 1) as u8;
    let month = (if shifted < 10 { shifted + 3 } else { shifted - 9 }) as u8;
    let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// A day number as `YYYY-MM-DD`.
#[must_use]
pub fn day_text(day: i32) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

fn digits(bytes: &[u8]) -> Option<i32> {
    let mut number = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i32::from(digit);
    }
    Some(number)
}

/// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or a day with `THH:MM[:SS[.f]]` and an offset or `Z`:
/// the first day and how exactly it is known. A time counts on its own local day.
#[must_use]
pub fn date(text: &[u8]) -> Option<(i32, Precision)> {
    // Most are known to the day, and no more.
    if let [a, b, c, d, b'-', e, f, b'-', g, h] = text {
        let (year, month, day) = (digits(&[*a, *b, *c, *d])?, digits(&[*e, *f])?, digits(&[*g, *h])?);
        let exists = (1..=12).contains(&month) && day >= 1 && day <= i32::from(days_in_month(year, month as u8));
        return exists.then(|| (days_from_civil(year, month as u8, day as u8), Precision::Day));
    }
    let year = digits(text.get(..4)?)?;
    let Some(after_year) = text.get(4..).filter(|rest| !rest.is_empty()) else {
        return Some((days_from_civil(year, 1, 1), Precision::Year));
    };
    let month = digits(after_year.get(1..3)?)?;
    if after_year.first() != Some(&b'-') || !(1..=12).contains(&month) {
        return None;
    }
    let month = month as u8;
    let Some(after_month) = after_year.get(3..).filter(|rest| !rest.is_empty()) else {
        return Some((days_from_civil(year, month, 1), Precision::Month));
    };
    let day = digits(after_month.get(1..3)?)?;
    if after_month.first() != Some(&b'-') || day < 1 || day > i32::from(days_in_month(year, month)) {
        return None;
    }
    let number = days_from_civil(year, month, day as u8);
    match after_month.get(3..) {
        None | Some([]) => Some((number, Precision::Day)),
        Some([b'T', moment @ ..]) if is_moment(moment) => Some((number, Precision::Day)),
        Some(_) => None,
    }
}

/// Whether the text is `HH:MM[:SS[.f]]` with an offset or `Z`.
fn is_moment(text: &[u8]) -> bool {
    let Some((clock, mut rest)) = text.split_at_checked(5) else { return false };
    if time(clock).is_none() {
        return false;
    }
    if let [b':', after @ ..] = rest {
        let Some((seconds, after)) = after.split_at_checked(2) else { return false };
        if digits(seconds).is_none_or(|seconds| seconds > 59) {
            return false;
        }
        rest = after;
        if let [b'.', fraction @ ..] = rest {
            let width = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if width == 0 {
                return false;
            }
            rest = fraction.get(width..).unwrap_or_default();
        }
    }
    match rest {
        [b'Z'] => true,
        [b'+' | b'-', offset @ ..] => time(offset).is_some(),
        _ => false,
    }
}

/// Reads `HH:MM`: minutes since midnight.
#[must_use]
pub fn time(text: &[u8]) -> Option<u16> {
    let [a, b, b':', c, d] = text else { return None };
    let (hours, minutes) = (digits(&[*a, *b])?, digits(&[*c, *d])?);
    (hours <= 23 && minutes <= 59).then_some((hours * 60 + minutes) as u16)
}

/// Whether an id may hold a byte, by the byte.
const ID_BYTES: [bool; 256] = {
    let mut may = [false; 256];
    let mut rest: &mut [bool] = &mut may;
    let mut byte = 0u8;
    while let Some((first, others)) = rest.split_first_mut() {
        *first = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'@' | b':' | b'#');
        rest = others;
        byte = byte.wrapping_add(1);
    }
    may
};

#[inline]
fn in_id(byte: u8) -> bool {
    ID_BYTES.get(usize::from(byte)).copied().unwrap_or(false)
}

/// Whether the text has the form of an id.
#[must_use]
pub fn is_id(text: &[u8]) -> bool {
    (1..=crate::limits::ID_CHARS_MAX).contains(&text.len()) && text.iter().all(|byte| in_id(*byte))
}

/// Whether the text has the form of a reference: an id, or a register's name, `/` and an id.
#[must_use]
pub fn is_reference(text: &[u8]) -> bool {
    match text.iter().position(|byte| !in_id(*byte)) {
        None => (1..=crate::limits::ID_CHARS_MAX).contains(&text.len()),
        Some(at) => {
            let (register, id) = text.split_at(at);
            id.first() == Some(&b'/')
                && register.first().is_some_and(u8::is_ascii_lowercase)
                && register.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.' | b'-'))
                && id.get(1..).is_some_and(is_id)
        }
    }
}

/// Whether the text is an address with a scheme (`https://…`, `urn:…`).
#[must_use]
pub fn is_link(text: &[u8]) -> bool {
    let Some(colon) = text.iter().position(|byte| *byte == b':') else { return false };
    let (scheme, rest) = text.split_at(colon);
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
        && rest.len() > 1
        && !rest.contains(&b'\n')
}

/// Whether the text has the form of an ISO 4217 code.
#[must_use]
pub fn is_currency(text: &[u8]) -> bool {
    text.len() == 3 && text.iter().all(u8::is_ascii_uppercase)
}

/// Whether the text has the form of a BCP 47 tag.
#[must_use]
pub fn is_language(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'-');
    parts.next().is_some_and(|first| (2..=8).contains(&first.len()) && first.iter().all(u8::is_ascii_alphabetic))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.iter().all(u8::is_ascii_alphanumeric))
}

/// The digits of a number that is written as most are, in up to sixteen characters, and how many of them
/// stand behind its point.
#[must_use]
pub fn short_number(raw: &[u8]) -> Option<(i64, u32)> {
    if raw.len() > 16 || !raw.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let (mut number, mut places) = (0, None);
    for byte in raw {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + i64::from(byte - b'0');
                places = places.map(|places| places + 1);
            }
            b'.' if places.is_none() => places = Some(0),
            _ => return None,
        }
    }
    Some((number, places.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_to_their_precision() {
        let day = days_from_civil(2026, 3, 1);
        for (text, expected) in [
            ("2026", Some((days_from_civil(2026, 1, 1), Precision::Year))),
            ("2026-03", Some((day, Precision::Month))),
            ("2026-03-01", Some((day, Precision::Day))),
            ("2026-03-01T23:59Z", Some((day, Precision::Day))),
            ("2026-03-01T23:59:59.25+02:00", Some((day, Precision::Day))),
            ("2026-02-30", None),
            ("2026-13", None),
            ("2026-3-1", None),
            ("2026-", None),
            ("2026-03-01T24:00Z", None),
            ("2026-03-01T10:00", None),
            ("2026-03-01 10:00Z", None),
            ("26", None),
            ("２０２６", None),
        ] {
            assert_eq!(date(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn day_numbers_agree_with_jiff() {
        let epoch = jiff::civil::date(1970, 1, 1);
        let mut date = jiff::civil::date(1890, 1, 1);
        while date.year() < 2110 {
            let days = epoch.until(date).map(|span| span.get_days()).unwrap_or(i32::MIN);
            assert_eq!(days_from_civil(date.year().into(), date.month() as u8, date.day() as u8), days, "{date}");
            assert_eq!(day_text(days), date.to_string());
            date = date.tomorrow().unwrap_or(jiff::civil::date(9999, 1, 1));
        }
    }

    #[test]
    fn a_period_ends_with_its_month_or_year() {
        let period = |text: &str| date(text.as_bytes()).map(|(first, precision)| Period::starting(first, precision));
        let day = |y, m, d| days_from_civil(y, m, d);
        assert_eq!(period("2024-02"), Some(Period { first: day(2024, 2, 1), last: day(2024, 2, 29) }));
        assert_eq!(period("2023"), Some(Period { first: day(2023, 1, 1), last: day(2023, 12, 31) }));
        assert_eq!(period("2023-12"), Some(Period { first: day(2023, 12, 1), last: day(2023, 12, 31) }));
    }

    #[test]
    fn forms_accept_and_refuse() {
        assert!(is_id(b"p-07") && is_id(b"A.b_c@d:e#1") && !is_id(b"") && !is_id(b"a b") && !is_id(&[b'a'; 101]) && is_id(&[b'a'; 100]));
        assert!(is_reference(b"p-1") && is_reference(b"team/t-1") && !is_reference(b"team/") && !is_reference(b"a//b/c"));
        assert!(is_link(b"https://example.org/x") && is_link(b"urn:x") && !is_link(b"p-1") && !is_link(b"x:"));
        assert!(is_currency(b"EUR") && !is_currency(b"eur") && !is_currency(b"EURO"));
        assert!(is_language(b"en-GB") && is_language(b"de") && !is_language(b"e") && !is_language(b"en_GB"));
        assert_eq!(time(b"23:59"), Some(1439));
        assert_eq!(time(b"24:00"), None);
    }
}
