//! Turns source text into trees with a span at every node, all in one flat arena.
//!
//! A [`Forest`] holds the text and the trees of one programme's files one after another, so that a place
//! is one number. A node is 16 bytes; text is borrowed from the file. The name of no register is known
//! here: a [`Guide`](crate::schema::Guide) says what a key is and whether a value is plainly valid.
//! [`json`] reads JSON; another format is another file beside it that plants the same trees.

pub mod forest;
pub mod json;
pub mod layout;
pub mod view;

pub use forest::{Doubt, Forest, Kind, Node, RefSite, Tree};
pub use layout::Layout;
