//! Where others' test suites lie: the folder that HAVESAY_CONFORMANCE names. They are no part of this
//! project, so that a clean checkout has none and the tests that need them say that they were skipped.

use std::path::PathBuf;

/// A file or folder of the suites; without it, a line that says what was skipped.
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see that one of them did nothing")]
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("HAVESAY_CONFORMANCE").filter(|value| !value.is_empty()).map(|folder| PathBuf::from(folder).join(name));
    match &path {
        None => eprintln!("skipped: {name} is not there, because HAVESAY_CONFORMANCE names no folder"),
        // A folder that was named must hold what it is named for.
        Some(path) => assert!(path.exists(), "HAVESAY_CONFORMANCE is set, and {} does not exist", path.display()),
    }
    path
}
