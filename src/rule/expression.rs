//! Expressions of rule pages: parsed, type-checked against the record schema, compiled to closures.
//!
//! [`parse`] is the only file that knows the crate `cel`. [`value`] says what a value is and why there may
//! be none; [`types`] what is known of an expression before any record is read; [`build`] checks and
//! compiles in one walk, [`calls`] what is called; [`template`] does the same for messages; [`watch`] notes
//! what the examples of pages have shown.

pub mod build;
pub mod calls;
pub mod parse;
pub mod pattern;
pub mod template;
pub mod types;
pub mod value;
pub mod watch;
