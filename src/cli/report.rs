//! `havesay report`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{ReportArgs, color, exit, say, shown, target, width};
use crate::limits;
use crate::report::Run;
use crate::report::saved::Audit;

/// Renders a saved audit. The status says whether it could be rendered; what the audit came to is in it.
pub(super) fn report(args: &ReportArgs) -> u8 {
    match rendered(args) {
        Ok(status) | Err(status) => status,
    }
}

fn rendered(args: &ReportArgs) -> Result<u8, u8> {
    let audit = read(&args.audit)?;
    let run = Run {
        color: color(args.color),
        width: width(),
        verbose: args.verbose,
        statistics: args.statistics,
        show_suppressed: args.show_suppressed,
        group: args.group_by,
        ..audit.run.clone()
    };
    let mut targets = target::targets(&args.output, args.format)?;
    target::spare(&targets, [args.audit.as_path()])?;
    let outputs = target::open(&mut targets, args.max_findings)?;
    let written = audit.render(outputs, &run);
    Ok(if target::keep(targets, written) { exit::FINE } else { exit::FAULT })
}

/// Reads a saved audit from a file, or from standard input where its name is `-`.
pub(super) fn read(path: &Path) -> Result<Audit, u8> {
    let standard = path == Path::new("-");
    let name = if standard { "standard input".to_owned() } else { shown(path) };
    let refuse = |why: &str| {
        say(&format!("{name} {why}"));
        exit::INCOMPLETE
    };
    let mut bytes = Vec::new();
    let read = if standard {
        io::stdin().lock().take(limits::AUDIT_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limits::AUDIT_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(refuse("does not exist")),
        Err(error) => return Err(refuse(&format!("cannot be read: {}", error.kind()))),
        Ok(size) if size as u64 > limits::AUDIT_BYTES_MAX => return Err(refuse("is larger than a saved audit may be")),
        Ok(_) => {}
    }
    Audit::read(&bytes).map_err(|refused| refuse(&refused.to_string()))
}
