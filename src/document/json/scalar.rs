//! Reads texts and numbers up to where they end, as JSON writes them.

use super::{Problem, Read, Reader};
use crate::schema::guide::Guide;

impl<G: Guide> Reader<'_, G> {
    /// Reads a text from its opening quote; says whether it has escapes.
    #[inline]
    pub(super) fn string(&mut self) -> Read<bool> {
        let mut at = self.at + 1;
        let mut escaped = false;
        loop {
            for chunk in self.bytes.get(at..).unwrap_or_default().as_chunks::<8>().0 {
                let special = special_bytes(u64::from_le_bytes(*chunk));
                at += (special.trailing_zeros() / 8) as usize;
                if special != 0 {
                    break;
                }
            }
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.at = at;
                    self.escape()?;
                    at = self.at;
                }
                Some(0..=0x1f) => return self.stop(Problem::Control, at),
                Some(_) => at += 1,
                None => return self.stop(Problem::End, at),
            }
        }
    }

    #[cold]
    fn escape(&mut self) -> Read<()> {
        let start = self.at;
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let high = self.hex(start)?;
                self.at += 6;
                match high {
                    0xdc00..=0xdfff => return self.stop(Problem::Surrogate, start),
                    0xd800..=0xdbff => {
                        if self.bytes.get(self.at..self.at + 2) != Some(br"\u") {
                            return self.stop(Problem::Surrogate, start);
                        }
                        let low = self.hex(self.at)?;
                        if !(0xdc00..=0xdfff).contains(&low) {
                            return self.stop(Problem::Surrogate, start);
                        }
                        self.at += 6;
                    }
                    _ => {}
                }
            }
            Some(_) => return self.stop(Problem::Escape, start),
            None => return self.stop(Problem::End, start + 1),
        }
        Ok(())
    }

    fn hex(&mut self, slash: usize) -> Read<u32> {
        let Some(digits) = self.bytes.get(slash + 2..slash + 6) else { return self.stop(Problem::End, self.bytes.len()) };
        let number = digits.iter().try_fold(0, |number, byte| (*byte as char).to_digit(16).map(|digit| number * 16 + digit));
        match number {
            Some(number) => Ok(number),
            None => self.stop(Problem::Escape, slash),
        }
    }

    #[inline]
    fn digits(&mut self) -> usize {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - from
    }

    #[inline]
    pub(super) fn number(&mut self) -> Read<()> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        match self.digits() {
            0 => return self.stop(self.or_end(Problem::Number), self.at),
            1 => {}
            _ if leading_zero => return self.stop(Problem::Number, start),
            _ => {}
        }
        let mut plain = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return self.stop(self.or_end(Problem::Number), self.at);
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            plain = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.stop(self.or_end(Problem::Number), self.at);
            }
        }
        if (!plain || self.at - start > 300)
            && serde_json::from_str::<serde_json::Number>(self.text.get(start..self.at).unwrap_or("")).is_err()
        {
            return self.stop(Problem::NumberTooLarge, start);
        }
        Ok(())
    }
}

/// The top bit of every byte that is a quote, a backslash or a control character. The lowest one set is exact.
#[inline]
pub(super) const fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // With this bit turned a quote comes to stand below all that is visible, beside the control characters, and a
    // blank in its stead.
    let low = word ^ (ONES * (b'"' ^ b' ') as u64);
    let slash = word ^ (ONES * b'\\' as u64);
    (low.wrapping_sub(ONES * 0x21) & !low | slash.wrapping_sub(ONES) & !slash) & TOPS
}
