//! The command `havesay`.
fn main() {}
