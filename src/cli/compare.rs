//! `havesay compare`.

use super::{CompareArgs, CompareFormat, exit, out, report, say, shown};
use crate::report::compare::compare as compared;

/// Holds two saved audits against one another. The status says whether something fails that did not.
pub(super) fn compare(args: &CompareArgs) -> u8 {
    let (old, new) = match (report::read(&args.old), report::read(&args.new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(status), _) | (_, Err(status)) => return status,
    };
    for (path, audit) in [(&args.old, &old), (&args.new, &new)] {
        if let Some(shard) = &audit.run.shard {
            let of = format!("{} holds part {} of {}, and only whole audits are compared", shown(path), shard.index, shard.of);
            say(&format!("{of}\n  help: join the parts first, with havesay merge"));
            return exit::FAULT;
        }
    }
    if old.unwritten > 0 {
        let lacks = crate::report::count(old.unwritten, "finding that is not in it", "findings that are not in it");
        say(&format!(
            "{} was saved with --max-findings and counts {lacks}: what is new cannot be told\n  help: save it again without --max-findings",
            shown(&args.old)
        ));
        return exit::FAULT;
    }
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
