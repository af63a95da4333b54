//! Where formats are written: standard output, files put in place when they are whole, devices and pipes.
//!
//! A file is written beside itself and takes its place at the end, so that a run that fails leaves what was
//! there. What already exists and is no file (a device, a pipe) is written through. The summary of a GitHub
//! step is added to the file that the runner names, because other commands of the step write there too.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{exit, say, shown};
use crate::report::{Format, Output};
use crate::text::{self, Visible};

/// The variable by which the runner names the file of a step's summary.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// A place where a format is written.
pub(super) struct Target {
    /// The format.
    pub format: Format,
    path: Option<PathBuf>,
    /// Whether it is added to what is there.
    append: bool,
    /// Where what is written waits for the end, and the file whose place it then takes.
    temporary: Option<(tempfile::TempPath, PathBuf)>,
}

/// What the arguments want written where: a format on standard output, unless one of the others goes there.
pub(super) fn targets(outputs: &[String], format: Format) -> Result<Vec<Target>, u8> {
    let mut targets: Vec<Target> = Vec::new();
    let mut standard = false;
    for output in outputs {
        let Some((name, path)) = output.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            say(&format!("-o takes a format and a path, such as json=audit.json, not {}", Visible(output)));
            return Err(exit::FAULT);
        };
        let Some(known) = Format::from_word(name) else {
            let words = Format::ALL.map(Format::word);
            let near = text::nearest(name, words)
                .map_or_else(|| format!("use {}", text::list(&words.map(str::to_owned), "or")), |near| format!("did you mean {near}?"));
            say(&format!("{} is no format; {near}", Visible(name)));
            return Err(exit::FAULT);
        };
        let place = (path != "-").then(|| PathBuf::from(path));
        if targets.iter().any(|target| same(target.path.as_deref(), place.as_deref())) {
            say(&format!(
                "two outputs go to {}; give each a place of its own",
                place.as_deref().map_or_else(|| "standard output".to_owned(), shown)
            ));
            return Err(exit::FAULT);
        }
        let target = Target { format: known, path: place, append: false, temporary: None };
        if path == "-" {
            standard = true;
            targets.insert(0, target);
        } else {
            targets.push(target);
        }
    }
    if !standard {
        targets.insert(0, Target { format, path: None, append: false, temporary: None });
    }
    let summary = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = summary
        && targets.iter().any(|target| target.format == Format::Github)
    {
        targets.push(Target { format: Format::Markdown, path: Some(path), append: true, temporary: None });
    }
    Ok(targets)
}

/// Whether two outputs would be written to one file, whatever it is called.
fn same(one: Option<&Path>, other: Option<&Path>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one == other };
    let real = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::canonicalize(path).or_else(|_| Ok::<_, io::Error>(fs::canonicalize(folder)?.join(path.file_name().unwrap_or_default())))
    };
    match (real(one), real(other)) {
        (Ok(one), Ok(other)) => one == other && fs::metadata(&one).map_or(true, |known| known.is_file()),
        _ => one == other,
    }
}

/// Refuses to write over what the run reads.
///
/// # Errors
/// The exit status, where an output is one of these files; it has been said which.
pub(super) fn spare<'p>(targets: &[Target], read: impl IntoIterator<Item = &'p Path>) -> Result<(), u8> {
    let real: Vec<(PathBuf, &Target)> = targets
        .iter()
        .filter_map(|target| Some((fs::canonicalize(target.path.as_deref()?).ok()?, target)))
        .filter(|(path, _)| path.is_file())
        .collect();
    if real.is_empty() {
        return Ok(());
    }
    for path in read {
        if let Some((_, target)) = fs::canonicalize(path).ok().and_then(|path| real.iter().find(|(known, _)| *known == path)) {
            say(&format!("{} is read in this run, and would be overwritten\n  help: name another file to write to", target.name()));
            return Err(exit::FAULT);
        }
    }
    Ok(())
}

/// Opens all of them, in their order, for a run that writes at most so many findings to each.
///
/// # Errors
/// The exit status, where one cannot be written; it has been said which and why.
pub(super) fn open<'o>(targets: &mut [Target], most: Option<usize>) -> Result<Vec<Output<'o>>, u8> {
    let mut outputs = Vec::with_capacity(targets.len());
    for target in targets {
        match target.open() {
            Ok(to) => outputs.push(Output { format: target.format, most: most.unwrap_or_else(|| target.format.most()), to }),
            Err(why) => {
                target.complain(&why);
                return Err(exit::FAULT);
            }
        }
    }
    Ok(outputs)
}

/// Puts what was written in its place; whether all of it could be. A reader that has gone is no failure.
pub(super) fn keep(targets: Vec<Target>, written: Vec<io::Result<u64>>) -> bool {
    let mut fine = true;
    for (target, written) in targets.into_iter().zip(written) {
        let (name, format, complaint, standard) = (target.name(), target.format, target.complaint(), target.path.is_none());
        match written.and_then(|cut| target.keep().map(|()| cut)) {
            Ok(cut) if cut > 0 && matches!(format, Format::Jsonl | Format::Csv | Format::Gitlab) => {
                say(&format!("{cut} findings are not in {name} (--max-findings)"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                // What goes to standard output, somebody else has put where it goes.
                let why = if standard { error.kind().to_string() } else { reason(&error) };
                say(&format!("{complaint}: {why}"));
                fine = false;
            }
        }
    }
    fine
}

/// What is wrong, and what to do about it.
fn reason(error: &io::Error) -> String {
    let (what, help) = match error.kind() {
        io::ErrorKind::NotFound => ("its folder does not exist".to_owned(), "make the folder first, or name another"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            (error.kind().to_string(), "name a folder that may be written to")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            (error.kind().to_string(), "make room, or name another place; a file that was there is as it was")
        }
        _ => return error.kind().to_string(),
    };
    format!("{what}\n  help: {help}")
}

impl Target {
    /// The place in words.
    fn name(&self) -> String {
        self.path.as_deref().map_or_else(|| "standard output".to_owned(), shown)
    }

    fn complaint(&self) -> String {
        let whose = if self.append { format!(", which {STEP_SUMMARY} names,") } else { String::new() };
        format!("{}{whose} cannot be written", self.name())
    }

    fn complain(&self, why: &str) {
        say(&format!("{}: {why}", self.complaint()));
    }

    fn open<'o>(&mut self) -> Result<Box<dyn Write + 'o>, String> {
        let Some(path) = &self.path else { return Ok(Box::new(BufWriter::with_capacity(64 * 1024, io::stdout()))) };
        let describe = |error: io::Error| reason(&error);
        if self.append {
            let file = File::options().append(true).create(true).open(path).map_err(describe)?;
            return Ok(Box::new(BufWriter::new(file)));
        }
        let special = fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir());
        if special {
            return Ok(Box::new(BufWriter::new(File::options().write(true).open(path).map_err(describe)?)));
        }
        if path.is_dir() {
            return Err("it is a folder\n  help: name a file in it".to_owned());
        }
        // A link is followed, so that the file behind it is replaced and not the link.
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let folder = real.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".havesay-").tempfile_in(folder).map_err(describe)?;
        let (file, temporary) = file.into_parts();
        self.temporary = Some((temporary, real));
        Ok(Box::new(BufWriter::with_capacity(64 * 1024, file)))
    }

    /// Puts a finished file in its place.
    fn keep(self) -> io::Result<()> {
        match self.temporary {
            Some((temporary, path)) => {
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt;
                    let mode = fs::metadata(&path).map_or(0o644, |known| known.permissions().mode());
                    fs::set_permissions(&temporary, fs::Permissions::from_mode(mode))?;
                }
                temporary.persist(path).map_err(|error| error.error)
            }
            None => Ok(()),
        }
    }
}
