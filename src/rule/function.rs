//! The closed library of functions that expressions may call, one file for each topic.
//!
//! The functions here work on plain values; how an expression calls them is `expression/calls.rs`.

pub mod dates;
pub mod statistics;
pub mod text;
