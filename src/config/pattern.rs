//! Patterns of paths: compiles one, and says which paths it describes and covers.
//!
//! Where patterns stand in a file, and what they are for, is not known here.

use std::path::Path;

use globset::{ErrorKind, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::text::Span;

/// A pattern of paths: `*` and `?` within one name (`?` for one character of ASCII), `**` for any number of
/// folders, `[a-z]`, `{a,b}`, `\` before a character that is meant as such; `/` between names on every system.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    span: Span,
    glob: Glob,
}

/// A pattern compiled.
#[derive(Clone, Debug)]
struct Glob {
    /// How many folders up it begins (`../`).
    up: usize,
    /// Whether it begins with `**`, and so holds in any folder.
    anywhere: bool,
    /// What it describes, from there.
    exact: GlobSet,
    /// What it covers all of; none where that is everything.
    covering: Option<GlobSet>,
}

impl Pattern {
    /// Compiles a pattern, or says what is wrong with it and what to do.
    pub(super) fn new(text: &str, span: Span, reach: Reach) -> Result<Self, (&'static str, &'static str)> {
        compile(text, reach).map(|glob| Self { text: text.to_owned(), span, glob })
    }

    /// The pattern as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it was written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Whether the pattern describes just this path. A pattern that ends in `/` describes all beneath.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        self.within(path).is_some_and(|rest| self.glob.exact.is_match(rest))
    }

    /// Whether the pattern describes this path or a folder that it lies in: `a/**` covers `a` as well. The
    /// folder that patterns are relative to (an empty path) is covered by `**` alone.
    #[must_use]
    pub fn covers(&self, path: &Path) -> bool {
        let Some(rest) = self.within(path) else { return false };
        let covered = |covering: &GlobSet| {
            let mut folders = rest.ancestors().filter(|part| !part.as_os_str().is_empty());
            folders.any(|part| covering.is_match(part))
        };
        self.glob.covering.as_ref().is_none_or(covered)
    }

    /// The path from where the pattern begins: only a pattern that goes up as far as the path does, or that
    /// begins with `**`, can describe it.
    fn within<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        let mut rest = path.strip_prefix(".").unwrap_or(path);
        let mut up = 0;
        while let Ok(below) = rest.strip_prefix("..") {
            rest = below;
            up += 1;
        }
        (up == self.glob.up || self.glob.anywhere).then_some(rest)
    }
}

/// What a pattern's paths may reach.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// What lies beneath the programme's folder.
    Programme,
    /// What can be named from the configuration file's folder, with `../` in front where the file was
    /// named by hand and the programmes lie elsewhere.
    File,
}

/// Compiles a pattern, or says what is wrong with it and what to do.
fn compile(text: &str, reach: Reach) -> Result<Glob, (&'static str, &'static str)> {
    const RELATIVE: &str = "write it relative to this file's folder";
    const INSIDE: &str = "write it relative to the programme's folder, such as \"people/*.csv\"";
    let home = if reach == Reach::Programme { INSIDE } else { RELATIVE };
    if text.trim().is_empty() {
        return Err(("this pattern is empty", "write a pattern such as \"programmes/**\", or remove it"));
    }
    if text.chars().any(char::is_control) {
        return Err(("a control character in a pattern", "remove it"));
    }
    let mut after = text.chars();
    while let Some(c) = after.next() {
        if c == '\\' && after.next().is_some_and(char::is_alphanumeric) {
            return Err(("a backslash between names in a pattern", "write `/` between names, on every system"));
        }
    }
    let drive = text.as_bytes().get(1) == Some(&b':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if text.starts_with(['/', '~']) || drive {
        return Err(("this pattern is an absolute path", home));
    }
    let mut body = text;
    while let Some(rest) = body.strip_prefix("./") {
        body = rest;
    }
    let mut up = 0;
    while reach == Reach::File && (body == ".." || body.starts_with("../")) {
        body = body.trim_start_matches("..").strip_prefix('/').unwrap_or("");
        up += 1;
    }
    let inner = body.strip_suffix('/').unwrap_or(body);
    for name in inner.split('/').filter(|_| !inner.is_empty() && inner != ".") {
        match name {
            ".." if reach == Reach::Programme => return Err(("this pattern leaves the programme's folder", home)),
            ".." => return Err(("`..` after a name in a pattern", "write the path without the detour")),
            "" => return Err(("two slashes in a row in a pattern", "write one")),
            "." => return Err(("`.` as a name in a pattern", "leave it out")),
            _ => {}
        }
    }
    let exact = match body {
        "" | "." => "**".to_owned(),
        _ if body.ends_with('/') => format!("{body}**"),
        _ => body.to_owned(),
    };
    let mut covering = exact.as_str();
    while let Some(rest) = covering.strip_suffix("/**") {
        covering = rest;
    }
    Ok(Glob {
        up,
        anywhere: up == 0 && body.starts_with("**"),
        exact: glob(&exact)?,
        covering: if covering == "**" { None } else { Some(glob(covering)?) },
    })
}

/// One pattern as a set: unlike a single matcher, building a set cannot panic.
fn glob(text: &str) -> Result<GlobSet, (&'static str, &'static str)> {
    let built = GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .empty_alternates(true)
        .build()
        .and_then(|glob| GlobSetBuilder::new().add(glob).build());
    built.map_err(|error| match error.kind() {
        ErrorKind::UnclosedClass => ("`[` in a pattern is never closed", "close it with `]`, or write `\\[`"),
        ErrorKind::InvalidRange(..) => ("a range in a pattern runs backwards", "write the smaller end first"),
        ErrorKind::UnopenedAlternates => ("`}` in a pattern without `{`", "remove it, or write `\\}`"),
        ErrorKind::UnclosedAlternates => ("`{` in a pattern is never closed", "close it with `}`, or write `\\{`"),
        ErrorKind::DanglingEscape => ("this pattern ends in a lone backslash", "remove it"),
        _ => ("this pattern cannot be used", "write it more simply, or as several"),
    })
}
