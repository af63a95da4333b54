//! Rules: pages read, checked against the schema, compiled.
//!
//! A page is everything that there is to know of a rule; the path is its name. [`page`] reads a page's
//! front matter, [`param`] its parameters, [`join`] adds an organisation's pages to the built-in ones,
//! [`compile`] makes a rule of a page, [`prose`] finds the title, sections and examples in its body,
//! [`expression`] is the language, [`function`] its library, [`links`] says what pages use of one another and
//! of the records, [`mutate`] makes the small changes that the examples must notice. Files are known here only
//! as pages; reports and the format of records are not.

pub mod compile;
pub mod expression;
pub mod front;
pub mod function;
pub mod join;
pub mod links;
pub mod mutate;
pub mod page;
pub mod param;
pub mod prose;
pub mod sources;

pub use compile::{Case, Change, Compiled, Group, Rule, Rules, Subject};
pub use page::{Page, PageProblem};
pub use param::Param;

/// A built-in page as `build.rs` leaves it.
#[derive(Debug)]
pub struct Embedded {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its front matter in a compact form; empty where it could not be read.
    pub front: &'static [u8],
    /// The whole page, compressed.
    pub page: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));
