//! Syntax trees as bytes: the expressions of the built-in pages are parsed when the program is built.
//!
//! A table leads from an expression's text to its tree, so that whoever has the text need not know where it
//! comes from. `build.rs` writes it and uses this file too. What it cannot be asked for is parsed as ever:
//! the table is a shortcut, and never says anything that the parser would not.

use super::parse::{Ast, Kind, Operator};
use crate::text::Span;

const OPERATORS: [Operator; 12] = [
    Operator::Equal,
    Operator::Unequal,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Add,
    Operator::Subtract,
    Operator::Multiply,
    Operator::Divide,
    Operator::Remainder,
    Operator::In,
];

/// Bytes of an entry: hash, length, and where its tree begins.
const ENTRY: usize = 16;

/// A number by which a text is found (FNV-1a, 64 bits).
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The table for these texts and their trees. Two texts of one hash and length are left out.
#[must_use]
pub fn table(all: &[(String, Ast)]) -> Vec<u8> {
    let mut keyed: Vec<(u64, u32, &Ast)> = all.iter().map(|(text, ast)| (hash(text), text.len() as u32, ast)).collect();
    keyed.sort_by_key(|(hash, length, _)| (*hash, *length));
    let twice: Vec<(u64, u32)> = keyed
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if (a.0, a.1) == (b.0, b.1) && a.2 != b.2))
        .filter_map(|pair| pair.first())
        .map(|one| (one.0, one.1))
        .collect();
    keyed.dedup_by_key(|(hash, length, _)| (*hash, *length));
    keyed.retain(|(hash, length, _)| !twice.contains(&(*hash, *length)));
    let (mut entries, mut trees) = (Vec::new(), Vec::new());
    for (hash, length, ast) in &keyed {
        entries.extend(hash.to_le_bytes());
        entries.extend(length.to_le_bytes());
        entries.extend((trees.len() as u32).to_le_bytes());
        pack(ast, &mut trees);
    }
    let mut table = (keyed.len() as u32).to_le_bytes().to_vec();
    table.extend(entries);
    table.extend(trees);
    table
}

/// The tree of a text, if the table has it.
#[must_use]
pub fn find(table: &[u8], text: &str) -> Option<Ast> {
    let (count, rest) = table.split_first_chunk::<4>()?;
    let (entries, trees) = rest.split_at_checked(u32::from_le_bytes(*count) as usize * ENTRY)?;
    let (entries, _) = entries.as_chunks::<ENTRY>();
    let wanted = (hash(text), text.len() as u32);
    let key = |entry: &[u8; ENTRY]| {
        let (hash, rest) = entry.split_first_chunk::<8>()?;
        let (length, at) = rest.split_first_chunk::<4>()?;
        Some(((u64::from_le_bytes(*hash), u32::from_le_bytes(*length)), u32::from_le_bytes(at.try_into().ok()?)))
    };
    let found = entries.binary_search_by(|entry| key(entry).map(|(key, _)| key).cmp(&Some(wanted))).ok()?;
    let (_, at) = key(entries.get(found)?)?;
    Reader { bytes: trees.get(at as usize..)? }.ast()
}

fn number(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len() as u32, out);
    out.extend(text.as_bytes());
}

fn pack(ast: &Ast, out: &mut Vec<u8>) {
    let tag = match &ast.kind {
        Kind::Flag(false) => 0,
        Kind::Flag(true) => 1,
        Kind::Number(_) => 2,
        Kind::Text(_) => 3,
        Kind::List(_) => 4,
        Kind::Name(_) => 5,
        Kind::Field(..) => 6,
        Kind::Index(..) => 7,
        Kind::And(..) => 8,
        Kind::Or(..) => 9,
        Kind::Not(_) => 10,
        Kind::Minus(_) => 11,
        Kind::Choice(..) => 12,
        Kind::Call(_, None, _) => 13,
        Kind::Call(_, Some(_), _) => 14,
        Kind::Binary(operator, ..) => 15 + OPERATORS.iter().position(|known| known == operator).unwrap_or(0) as u8,
    };
    out.push(tag);
    number(ast.span.start, out);
    number(ast.span.end - ast.span.start, out);
    match &ast.kind {
        Kind::Flag(_) => {}
        Kind::Number(word) | Kind::Text(word) | Kind::Name(word) => text(word, out),
        Kind::List(all) => {
            number(all.len() as u32, out);
            all.iter().for_each(|part| pack(part, out));
        }
        Kind::Field(base, name) => {
            text(name, out);
            pack(base, out);
        }
        Kind::Not(a) | Kind::Minus(a) => pack(a, out),
        Kind::Index(a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::Binary(_, a, b) => [a, b].into_iter().for_each(|part| pack(part, out)),
        Kind::Choice(a, b, c) => [a, b, c].into_iter().for_each(|part| pack(part, out)),
        Kind::Call(name, target, args) => {
            text(name, out);
            target.iter().for_each(|target| pack(target, out));
            number(args.len() as u32, out);
            args.iter().for_each(|part| pack(part, out));
        }
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0u32, 0);
        loop {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()? as usize;
        let (own, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(std::str::from_utf8(own).ok()?.to_owned())
    }

    fn boxed(&mut self) -> Option<Box<Ast>> {
        self.ast().map(Box::new)
    }

    fn list(&mut self) -> Option<Vec<Ast>> {
        let count = self.number()?;
        (0..count).map(|_| self.ast()).collect()
    }

    fn ast(&mut self) -> Option<Ast> {
        let tag = self.byte()?;
        let start = self.number()?;
        let span = Span::new(start, start.checked_add(self.number()?)?);
        let kind = match tag {
            0 | 1 => Kind::Flag(tag == 1),
            2 => Kind::Number(self.text()?),
            3 => Kind::Text(self.text()?),
            4 => Kind::List(self.list()?),
            5 => Kind::Name(self.text()?),
            6 => {
                let name = self.text()?;
                Kind::Field(self.boxed()?, name)
            }
            7 => Kind::Index(self.boxed()?, self.boxed()?),
            8 => Kind::And(self.boxed()?, self.boxed()?),
            9 => Kind::Or(self.boxed()?, self.boxed()?),
            10 => Kind::Not(self.boxed()?),
            11 => Kind::Minus(self.boxed()?),
            12 => Kind::Choice(self.boxed()?, self.boxed()?, self.boxed()?),
            13 => Kind::Call(self.text()?, None, self.list()?),
            14 => Kind::Call(self.text()?, Some(self.boxed()?), self.list()?),
            other => Kind::Binary(*OPERATORS.get(usize::from(other - 15))?, self.boxed()?, self.boxed()?),
        };
        Some(Ast { kind, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::expression::parse::parse;
    use crate::rule::front::{self, Yaml};

    /// All texts of a page's front matter.
    fn texts(yaml: &Yaml, out: &mut Vec<String>) {
        match yaml {
            Yaml::Scalar(scalar) => out.push(scalar.text.clone()),
            Yaml::List(list, _) => list.iter().for_each(|item| texts(item, out)),
            Yaml::Map(map, _) => map.iter().for_each(|(_, item)| texts(item, out)),
        }
    }

    #[test]
    fn what_was_parsed_when_the_program_was_built_is_what_the_parser_says() {
        let (mut all, mut known) = (Vec::new(), 0);
        for page in crate::rule::PAGES {
            let whole = miniz_oxide::inflate::decompress_to_vec(page.page).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let parts = whole.as_deref().and_then(|whole| front::split(whole).ok());
            parts.iter().for_each(|parts| texts(&parts.front, &mut all));
        }
        for text in &all {
            if let Some(ast) = find(crate::rule::EXPRESSIONS, text) {
                known += 1;
                assert_eq!(Ok(ast), parse(text), "{text}");
            } else {
                assert!(parse(text).is_err(), "{text}");
            }
        }
        assert!(known > 1_000, "only {known} expressions were known");
    }

    #[test]
    fn every_kind_of_node_comes_back_as_it_was() {
        let source = "a ? [1, -x] : !(b && 'c' in d || e.f[g] == h(i, true)) && j.k(false) != 1.5 * (2 - 3) / 4 % 5 + 6 && l < m && n <= o && p > q && r >= s";
        let Ok(ast) = parse(source) else {
            return assert_eq!(source, "", "it is not read");
        };
        let table = table(&[
            (source.to_owned(), ast.clone()),
            ("a".to_owned(), Ast { kind: Kind::Name("é".to_owned()), span: Span::new(0, 70_000) }),
        ]);
        assert_eq!(find(&table, source), Some(ast));
        assert_eq!(find(&table, "a").map(|ast| ast.span.end), Some(70_000));
        assert_eq!((find(&table, "b"), find(&[], "a")), (None, None));
        // Cut off anywhere, it is not known, and nothing worse.
        for cut in 0..table.len() {
            let _ = find(table.get(..cut).unwrap_or_default(), source);
        }
    }
}
