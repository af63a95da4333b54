//! A fixed table from the schema's keys and words to small numbers.
//!
//! One look costs a few nanoseconds: the reader asks it for every key of every record, and the standard
//! hash map's hash alone costs more.

/// The known keys and words, numbered.
#[derive(Debug, Default)]
pub struct Names {
    texts: Vec<String>,
    slots: Vec<u16>,
    mask: usize,
}

const EMPTY: u16 = u16::MAX;

impl Names {
    /// The table of these names; a name that stands twice is one.
    #[must_use]
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts: Vec<String> = names.into_iter().map(str::to_owned).collect();
        texts.sort_unstable();
        texts.dedup();
        let size = (texts.len() * 4).next_power_of_two().max(16);
        let mut table = Names { texts, slots: vec![EMPTY; size], mask: size - 1 };
        for number in 0..table.texts.len() {
            let mut at = table.texts.get(number).map_or(0, |text| hash(text.as_bytes())) & table.mask;
            while table.slots.get(at).is_some_and(|slot| *slot != EMPTY) {
                at = (at + 1) & table.mask;
            }
            if let Some(slot) = table.slots.get_mut(at) {
                *slot = number as u16;
            }
        }
        table
    }

    /// The number of a name.
    #[inline]
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<u16> {
        let mut at = hash(name) & self.mask;
        loop {
            let number = *self.slots.get(at)?;
            if number == EMPTY {
                return None;
            }
            if self.texts.get(usize::from(number)).is_some_and(|text| text.as_bytes() == name) {
                return Some(number);
            }
            at = (at + 1) & self.mask;
        }
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// Mixes the length with the first and last bytes, which tell keys apart well enough.
#[inline]
fn hash(bytes: &[u8]) -> usize {
    let word = |part: Option<&[u8; 8]>| part.map(|bytes| u64::from_le_bytes(*bytes));
    let (first, last) = match (word(bytes.first_chunk()), word(bytes.last_chunk())) {
        (Some(first), Some(last)) => (first, last),
        _ => (bytes.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte)), 0),
    };
    let mixed = (first ^ last.rotate_left(29) ^ (bytes.len() as u64) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_nothing_else() {
        let words = ["id", "ids", "participant", "participants", "participation", "a", "", "x".repeat(70).leak()];
        let names = Names::new(words);
        let mut numbers: Vec<_> = words.iter().map(|word| names.find(word.as_bytes())).collect();
        assert!(numbers.iter().all(Option::is_some));
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), words.len());
        assert_eq!(names.find(b"particpants"), None);
    }
}
