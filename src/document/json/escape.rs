//! What stands behind a backslash in JSON.

use std::borrow::Cow;

/// Resolves the escapes of a text that was read as JSON. What is not an escape stays as it is.
#[must_use]
pub fn unescape(inner: &str) -> Cow<'_, str> {
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\') {
        let (before, escape) = rest.split_at(at);
        let Some((character, after)) = escaped(escape) else { return Cow::Borrowed(inner) };
        plain.push_str(before);
        plain.push(character);
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character that an escape stands for, and what comes behind it.
fn escaped(text: &str) -> Option<(char, &str)> {
    let simple = |character| Some((character, text.get(2..)?));
    let hex = |at: usize| text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let unit = |at: usize| u32::from_str_radix(hex(at)?, 16).ok();
    match text.as_bytes().get(1)? {
        b'n' => simple('\n'),
        b't' => simple('\t'),
        b'r' => simple('\r'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        byte @ (b'"' | b'\\' | b'/') => simple(char::from(*byte)),
        b'u' => match unit(2)? {
            high @ 0xd800..=0xdbff => {
                let low = unit(8).filter(|low| text.get(6..8) == Some("\\u") && (0xdc00..=0xdfff).contains(low))?;
                Some((char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, text.get(12..)?))
            }
            unit => Some((char::from_u32(unit)?, text.get(6..)?)),
        },
        _ => None,
    }
}
