//! Expressions of rule pages: parsed, type-checked against the record schema, compiled to closures.
//!
//! [`parse`] is the only file that knows the crate `cel`. [`value`] says what a value is and why there may
//! be none; [`types`] what is known of an expression before any record is read; [`code`] is what it is compiled
//! to ([`flag`] where it says yes or no), [`frame`] what it sees while it runs. [`build`] checks and compiles in one
//! walk, [`calls`] what is called, [`defined`] what is called and defined on a page; [`leading`] and [`screen`] pass
//! over what a test would refuse. [`template`] does the same for messages; [`watch`] notes what the examples of pages
//! have shown. [`packed`] holds what was parsed already when the program was built.

pub mod build;
pub mod calls;
pub mod code;
pub mod defined;
pub mod flag;
pub mod frame;
pub mod leading;
pub mod packed;
pub mod parse;
pub mod screen;
pub mod pattern;
pub mod template;

pub mod types;
pub mod value;
pub mod watch;

use parse::{Ast, Mistake};

/// The syntax of an expression: of one that a built-in page writes, as it was parsed when the program was built.
///
/// # Errors
/// The first mistake, at its place.
pub fn syntax(source: &str) -> Result<Ast, Mistake> {
    packed::find(super::EXPRESSIONS, source).map_or_else(|| parse::parse(source), Ok)
}
