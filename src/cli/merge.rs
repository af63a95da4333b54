//! `havesay merge`: the saved audits of a run's parts, joined and rendered as that of the whole run.

use std::path::Path;

use super::check::status;
use super::{MergeArgs, color, exit, report, say, target, width};
use crate::report::join::{Joined, join};
use crate::report::{Format, Run};

/// Joins the parts and writes them. The status is that of the whole run.
pub(super) fn merge(args: &MergeArgs) -> u8 {
    match merged(args) {
        Ok(status) | Err(status) => status,
    }
}

fn merged(args: &MergeArgs) -> Result<u8, u8> {
    if let Some(twice) = twice(args) {
        say(&format!("{} is named twice\n  help: name each part once", name(twice)));
        return Err(exit::FAULT);
    }
    let format = args.format.unwrap_or(if args.output.is_empty() { Format::Json } else { Format::Full });
    let mut targets = target::targets(&args.output, format)?;
    let mut parts = Vec::with_capacity(args.parts.len());
    let mut fault = None;
    // All that cannot be read is named at once.
    for path in &args.parts {
        match report::read(path) {
            Ok(audit) => parts.push((name(path), audit)),
            Err(status) => fault = Some(status),
        }
    }
    if let Some(status) = fault {
        return Err(status);
    }
    let Joined { mut audit, incomplete, max_findings } = join(parts).map_err(|why| {
        say(&why);
        exit::FAULT
    })?;
    audit.status = status(&audit.totals, incomplete);
    let run = Run {
        color: color(args.color),
        width: width(),
        verbose: args.verbose,
        statistics: args.statistics,
        show_suppressed: args.show_suppressed,
        group: args.group_by,
        ..audit.run.clone()
    };
    target::spare(&targets, args.parts.iter().map(std::path::PathBuf::as_path))?;
    let outputs = target::open(&mut targets, args.max_findings.or(max_findings))?;
    let written = audit.render(outputs, &run);
    Ok(if target::keep(targets, written) { audit.status } else { exit::FAULT })
}

/// The first file that is named more than once, whatever it is called.
fn twice(args: &MergeArgs) -> Option<&Path> {
    let mut seen = std::collections::BTreeSet::new();
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    args.parts.iter().find(|path| !seen.insert(if is_standard(path) { (*path).clone() } else { real(path) })).map(|path| path.as_path())
}

fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

fn name(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { super::shown(path) }
}
