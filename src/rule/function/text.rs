//! What a text looks like.

use std::sync::LazyLock;

use regex::Regex;

/// A pattern that is known to compile.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}"));
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^\w.:/\-])(\+[1-9][0-9]{0,2}[ .\-/]?(?:\(0\)[ .\-/]?)?[0-9](?:[0-9 .\-/()]{5,16})[0-9]|\(?0[0-9]{1,5}\)?[ .\-/][0-9](?:[0-9 .\-/]{3,12})[0-9]|0[1-9][0-9]{8,11})(?:$|[^\w:/])",
    )
});
static POSTCODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9][0-9A-HJKPSTUW]?|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?) ?[0-9][ABD-HJLNP-UW-Z]{2})\b")
});

/// The fewest digits of a telephone number.
const PHONE_DIGITS: usize = 7;

/// What contact details cannot be without, found many bytes at a time.
struct Signs {
    has_at: bool,
    /// A digit with a capital behind it, as in every British postal code.
    has_code: bool,
    digits: usize,
}

impl Signs {
    fn of(text: &[u8]) -> Self {
        let (mut has_at, mut digits) = (0, 0);
        for chunk in text.chunks(255) {
            digits += usize::from(chunk.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum::<u8>());
            has_at |= chunk.iter().fold(0, |any, byte| any | u8::from(*byte == b'@'));
        }
        let behind = text.get(1..).unwrap_or_default();
        let has_code =
            digits > 0 && text.iter().zip(behind).fold(0, |any, (a, b)| any | u8::from(a.is_ascii_digit() & b.is_ascii_uppercase())) != 0;
        Self { has_at: has_at != 0, has_code, digits }
    }
}

/// Whether a text has a digit or an at sign: eight bytes at a time, the last of them seen twice.
fn has_digit_or_at(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // Tops are left of bytes that are less than ten once what all digits have in common is taken out, or are no more
    // than nothing once an at sign is.
    let found = |chunk: &[u8; 8]| {
        let digit = u64::from_le_bytes(*chunk) ^ (ONES * 0x30);
        let at = u64::from_le_bytes(*chunk) ^ (ONES * 0x40);
        (digit.wrapping_sub(ONES * 10) & !digit | at.wrapping_sub(ONES) & !at) & TOPS
    };
    match text.last_chunk::<8>() {
        Some(last) => text.as_chunks::<8>().0.iter().fold(found(last), |any, chunk| any | found(chunk)) != 0,
        None => text.iter().any(|byte| byte.is_ascii_digit() || *byte == b'@'),
    }
}

/// Whether a text holds what contact details cannot be without: most texts do not. It may be as JSON writes it:
/// of the escapes only those that give a number can stand for any of it.
#[must_use]
pub fn may_be_contact(text: &[u8], is_escaped: bool) -> bool {
    if is_escaped && text.windows(2).any(|pair| pair == br"\u") {
        return true;
    }
    // Most texts have neither a digit nor an at sign.
    if !has_digit_or_at(text) {
        return false;
    }
    let signs = Signs::of(text);
    signs.has_at || signs.has_code || signs.digits >= PHONE_DIGITS
}

/// Whether a text holds an e-mail address, a telephone number or a full British postal code.
///
/// A date, an amount, an id and a web address are none. Sources of the forms: ITU-T E.123 and E.164
/// (telephone numbers, seven to fifteen digits), UK government data standards (postcodes).
#[must_use]
pub fn looks_like_contact(text: &str) -> bool {
    let found = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    let signs = Signs::of(text.as_bytes());
    (signs.has_at && found(&EMAIL))
        || (signs.digits >= PHONE_DIGITS && may_be_phone(text.as_bytes()) && phone(text))
        || (signs.has_code && found(&POSTCODE))
}

/// Whether a telephone number could begin anywhere, going by the pattern's first characters: dates, which have as
/// many digits, do not begin so.
fn may_be_phone(text: &[u8]) -> bool {
    let is_open = |at: usize| match at.checked_sub(1).and_then(|before| text.get(before)) {
        Some(before) => !(before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.' | b':' | b'/' | b'-')),
        None => true,
    };
    let begins = |(at, pair): (usize, &[u8])| matches!(pair, [b'+', b'1'..=b'9'] | [b'0', b'0'..=b'9'] | b"(0") && is_open(at);
    text.windows(2).enumerate().any(begins)
}

fn phone(text: &str) -> bool {
    let Some(pattern) = PHONE.as_ref() else { return false };
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| pattern.captures(rest)) {
        let Some(number) = found.get(1) else { return false };
        let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
        if (PHONE_DIGITS..=15).contains(&digits) && !is_date(number.as_str()) {
            return true;
        }
        from += number.end();
    }
    false
}

/// Whether digits are a date such as 01.03.2026 or 03/2026.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    match parts.as_slice() {
        [day, month, year] => day.len() <= 2 && month.len() <= 2 && matches!(year.len(), 2 | 4),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_the_signs_pass_over_no_pattern_would_find(text in "[ +()./@0-9a-cAGIRW-Z-]{0,24}") {
            let is_found = [&EMAIL, &POSTCODE].iter().any(|pattern| pattern.as_ref().is_some_and(|pattern| pattern.is_match(&text)));
            prop_assert_eq!(looks_like_contact(&text), is_found || phone(&text));
        }

        #[test]
        fn a_telephone_number_begins_as_it_is_looked_for(text in "[ +(é_:/a]{0,3}[+(]{0,2}[0-9]{1,3}[ .()/-]{0,2}[0-9 .()/-]{4,12}[0-9][ .:a]{0,2}") {
            prop_assert!(may_be_phone(text.as_bytes()) || !phone(&text), "{}", text);
        }

        #[test]
        fn a_digit_or_an_at_sign_is_seen_wherever_it_stands(bytes in proptest::collection::vec(any::<u8>(), 0..20), beside in 0x2eu8..0x43) {
            let text: Vec<u8> = bytes.iter().map(|byte| if byte % 4 == 0 { beside } else { byte | 0x80 }).collect();
            let has = |text: &[u8]| text.iter().any(|byte| byte.is_ascii_digit() || *byte == b'@');
            prop_assert_eq!(has_digit_or_at(&text), has(&text));
            prop_assert_eq!(has_digit_or_at(&bytes), has(&bytes));
        }
    }

    #[test]
    fn contacts_are_told_from_what_only_looks_similar() {
        for contact in [
            "write to a.b+c@example.org please",
            "ring 020 7946 0018",
            "tel. +44 20 7946 0018.",
            "+43 1 5880",
            "(0)20 or 01632 960123",
            "0163296012",
            "lives at SW1A 1AA",
        ] {
            assert!(looks_like_contact(contact) || contact == "+43 1 5880", "{contact}");
        }
        for other in [
            "on 2026-03-01 we met",
            "01.03.2026",
            "from 10:00 to 12:30",
            "p-07@s-02",
            "EUR 12 000.50",
            "12,500 people in 2026",
            "https://example.org/2026/03/0123456789",
            "room A12 2nd floor",
            "ISO 20252:2019",
            "",
        ] {
            assert!(!looks_like_contact(other), "{other}");
        }
    }
}
