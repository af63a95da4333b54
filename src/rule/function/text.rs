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

/// Whether a text holds a digit or an at sign: without, it holds no contact details.
#[must_use]
pub fn may_be_contact(text: &[u8]) -> bool {
    // All bytes are asked, which is done many at a time.
    text.iter().fold(0, |any, byte| any | u8::from(byte.is_ascii_digit() | (*byte == b'@'))) != 0
}

/// Whether a text holds an e-mail address, a telephone number or a full British postal code.
///
/// A date, an amount, an id and a web address are none. Sources of the forms: ITU-T E.123 and E.164
/// (telephone numbers, seven to fifteen digits), UK government data standards (postcodes).
#[must_use]
pub fn looks_like_contact(text: &str) -> bool {
    let found = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text));
    // Most texts hold nothing that the patterns could find; counting tells so many bytes at a time.
    let (mut digits, mut ats) = (0, 0);
    for chunk in text.as_bytes().chunks(255) {
        digits += usize::from(chunk.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum::<u8>());
        ats += usize::from(chunk.iter().map(|byte| u8::from(*byte == b'@')).sum::<u8>());
    }
    let at = ats > 0;
    if digits < 2 && !at {
        return false;
    }
    let capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
    (at && found(&EMAIL)) || (digits >= 7 && phone(text)) || (digits >= 2 && capitals && found(&POSTCODE))
}

fn phone(text: &str) -> bool {
    let Some(pattern) = PHONE.as_ref() else { return false };
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| pattern.captures(rest)) {
        let Some(number) = found.get(1) else { return false };
        let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
        if (7..=15).contains(&digits) && !is_date(number.as_str()) {
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
    use super::*;

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
