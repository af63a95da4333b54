//! `havesay compare`.

use super::{CompareArgs, CompareFormat, exit, out, report};
use crate::report::compare::compare as compared;

/// Holds two saved audits against one another. The status says whether something fails that did not.
pub(super) fn compare(args: &CompareArgs) -> u8 {
    let (old, new) = match (report::read(&args.old), report::read(&args.new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(status), _) | (_, Err(status)) => return status,
    };
    let comparison = compared(&old, &new);
    let text = match args.format {
        CompareFormat::Text => comparison.text(),
        CompareFormat::Json => format!("{:#}\n", comparison.json(&old, &new)),
    };
    match out(&text) {
        exit::FINE if comparison.fails() => exit::FAILS,
        status => status,
    }
}
