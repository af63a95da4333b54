//! Rust source as tokens: just enough to ask which names and texts stand in code, and where.
//!
//! Comments are left out, text is kept apart from names, and code that is compiled for tests only is
//! marked. No syntax tree: the tests that use this ask about single names and paths.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Name,
    /// A text, without its quotes.
    Text,
    /// Anything else: one character, or `::`.
    Mark,
}

/// A piece of source.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// What is written.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    /// How many modules it lies in within its file.
    pub modules: usize,
    /// Whether it is compiled for tests only.
    pub test: bool,
}

impl Token {
    /// Whether it is this name or mark.
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// The tokens of a file.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut found = scan(source);
    mark(&mut found);
    found
}

fn scan(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (kind, length) = piece(rest, first);
        let (own, after) = rest.split_at(length.clamp(first.len_utf8(), rest.len()));
        if let Some(kind) = kind {
            let text = if kind == Kind::Text { unquoted(own) } else { own };
            found.push(Token { kind, text: text.to_owned(), line, modules: 0, test: false });
        }
        line += own.matches('\n').count();
        rest = after;
    }
    found
}

/// What begins here, and how many bytes it has; `None` for what is no code.
fn piece(rest: &str, first: char) -> (Option<Kind>, usize) {
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, block(rest));
    }
    if let Some(length) = quoted(rest) {
        return (Some(Kind::Text), length);
    }
    if first == '\'' {
        return (Some(Kind::Mark), character(rest));
    }
    if first.is_alphabetic() || first == '_' {
        return (Some(Kind::Name), rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()));
    }
    if first.is_ascii_digit() {
        return (Some(Kind::Mark), rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()));
    }
    if rest.starts_with("::") {
        return (Some(Kind::Mark), 2);
    }
    (Some(Kind::Mark), first.len_utf8())
}

/// The length of a block comment; those of Rust nest.
fn block(rest: &str) -> usize {
    let (mut depth, mut at) = (0usize, 0usize);
    while let Some(here) = rest.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of a text with its quotes and prefix, if one begins here.
fn quoted(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c: char| !matches!(c, 'b' | 'r' | 'c')).filter(|length| *length <= 2)?;
    let (letters, body) = rest.split_at(prefix);
    if letters.ends_with('r') {
        let hashes = body.len() - body.trim_start_matches('#').len();
        let inner = body.get(hashes..)?.strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        return Some(prefix + hashes + 1 + inner.find(&close)? + close.len());
    }
    let mut escaped = false;
    for (at, c) in body.strip_prefix('"')?.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(prefix + at + 2),
            _ => {}
        }
    }
    Some(rest.len())
}

fn unquoted(text: &str) -> &str {
    text.trim_start_matches(['b', 'r', 'c', '#']).trim_end_matches('#').trim_matches('"')
}

/// The length of a character in quotes, or of the quote that begins a lifetime.
fn character(rest: &str) -> usize {
    let mut inner = rest.char_indices().skip(1);
    match inner.next() {
        Some((_, '\\')) => rest.get(3..).and_then(|rest| rest.find('\'')).map_or(1, |at| at + 4),
        Some((at, c)) if rest.get(at + c.len_utf8()..).is_some_and(|rest| rest.starts_with('\'')) => at + c.len_utf8() + 1,
        _ => 1,
    }
}

/// Says of every token how many modules it lies in, and whether it is there for tests only.
fn mark(tokens: &mut [Token]) {
    let mut open: Vec<(bool, bool)> = Vec::new();
    let (mut of_module, mut of_test) = (false, false);
    for at in 0..tokens.len() {
        let is = |ahead: usize, text: &str| tokens.get(at + ahead).is_some_and(|token| token.is(text));
        let begins_test = is(0, "#") && is(1, "[") && is(2, "cfg") && is(3, "(") && is(4, "test") && is(5, ")");
        let begins_module = is(0, "mod") && is(2, "{");
        let (brace, close, end) = (is(0, "{"), is(0, "}"), is(0, ";"));
        of_test |= begins_test;
        of_module |= begins_module;
        if close {
            open.pop();
        }
        let modules = open.iter().filter(|(module, _)| *module).count();
        let test = of_test || open.iter().any(|(_, test)| *test);
        if let Some(token) = tokens.get_mut(at) {
            (token.modules, token.test) = (modules, test);
        }
        if brace {
            open.push((std::mem::take(&mut of_module), std::mem::take(&mut of_test)));
        } else if end {
            of_test = false;
        }
    }
}

/// A name's words: `RecordOfPayment` and `record_of_payment` are three words each.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}
