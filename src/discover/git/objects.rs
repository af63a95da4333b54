//! Reads the bytes that git keeps of files, as a checkout would write them.
//!
//! One `git cat-file --batch` answers for all of them, started when the first is asked for. What was checked
//! in through a filter (line ends, large files) comes back through it. What the bytes mean is not known here.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::{git, not_run, Trouble};

/// Bytes that git keeps of one file.
#[derive(Clone)]
pub struct Kept {
    objects: Arc<Objects>,
    object: String,
    path: PathBuf,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("object", &self.object).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Kept {
    /// The version of the file at `path`, from the repository's root, that this object holds.
    #[must_use]
    pub fn new(objects: &Arc<Objects>, object: &str, path: &Path) -> Self {
        Self { objects: Arc::clone(objects), object: object.to_owned(), path: path.to_owned() }
    }

    /// Appends its bytes, if they are at most so many; gives their number in any case.
    ///
    /// # Errors
    /// Where git does not have them.
    pub fn read(&self, most: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        self.objects.read(&self.object, &self.path, most, into)
    }
}

/// What reads bytes that git keeps. Several threads may ask it, one after another.
#[derive(Debug)]
pub struct Objects {
    root: PathBuf,
    filtered: Mutex<Option<Process>>,
    plain: Mutex<Option<Process>>,
    failed: Mutex<Option<String>>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends when there is nothing more to read.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

impl Objects {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, filtered: Mutex::default(), plain: Mutex::default(), failed: Mutex::default() }
    }

    /// The first failure of any reading: then what was read of the state is not all of it.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether git has all of these, which is asked beforehand so that nothing is half done.
    ///
    /// # Errors
    /// The first one that it does not have.
    pub fn check<'k>(&self, kept: impl Iterator<Item = &'k Kept>) -> Result<(), Trouble> {
        let wanted: Vec<&Kept> = kept.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let mut names = tempfile::tempfile().map_err(|error| not_run(&error))?;
        let text: String = wanted.iter().map(|one| format!("{}\n", one.object)).collect();
        names.write_all(text.as_bytes()).and_then(|()| io::Seek::rewind(&mut names)).map_err(|error| not_run(&error))?;
        let output = git(&self.root).args(["cat-file", "--batch-check"]).stdin(names).output().map_err(|error| not_run(&error))?;
        let mut answers = output.stdout.split(|byte| *byte == b'\n');
        for one in wanted {
            let answer = answers.next().unwrap_or_default();
            if !answer.windows(6).any(|words| words == b" blob ") {
                return Err(Trouble {
                    message: format!("git does not have the earlier version of {}", crate::text::from_bytes(one.path.as_os_str().as_encoded_bytes())),
                    help: "the clone is incomplete: fetch what is missing with git fetch --refetch, or clone again without a filter".to_owned(),
                });
            }
        }
        Ok(())
    }

    fn start(&self, filtered: bool) -> io::Result<Process> {
        let mut command = git(&self.root);
        command.args(["cat-file", "--batch"]);
        if filtered {
            command.arg("--filters");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Process { child, input, output: BufReader::with_capacity(64 * 1024, output) })
    }

    fn read(&self, object: &str, path: &Path, most: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        // A question is one line, so a path with a line's end in it cannot be asked about; it goes unfiltered.
        let filtered = !path.as_os_str().as_encoded_bytes().contains(&b'\n');
        let mut slot = if filtered { &self.filtered } else { &self.plain }.lock().unwrap_or_else(PoisonError::into_inner);
        let read = (|| {
            if slot.is_none() {
                *slot = Some(self.start(filtered)?);
            }
            let process = slot.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
            process.ask(object, filtered.then_some(path.as_os_str()))?;
            process.answer(most, into)
        })();
        if let Err(error) = &read {
            // What it would say next belongs to nothing that is asked.
            *slot = None;
            let shown = crate::text::from_bytes(path.as_os_str().as_encoded_bytes());
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.get_or_insert_with(|| format!("git cannot give the version of {shown} that it keeps: {error}"));
        }
        read
    }
}

impl Process {
    fn ask(&mut self, object: &str, path: Option<&OsStr>) -> io::Result<()> {
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut line = object.as_bytes().to_vec();
        if let Some(path) = path {
            line.push(b' ');
            line.extend_from_slice(path.as_encoded_bytes());
        }
        line.push(b'\n');
        input.write_all(&line)?;
        input.flush()
    }

    /// Reads `object kind size`, a line's end, the bytes, a line's end.
    fn answer(&mut self, most: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        let mut head = Vec::new();
        self.output.read_until(b'\n', &mut head)?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.trim_end().rsplit(' ');
        let (size, kind) = (words.next().and_then(|size| size.parse::<u64>().ok()), words.next());
        let (Some(size), Some("blob")) = (size, kind) else {
            return Err(io::Error::new(io::ErrorKind::NotFound, "it is missing"));
        };
        let read = if size > most {
            io::copy(&mut (&mut self.output).take(size), &mut io::sink())?
        } else {
            (&mut self.output).take(size).read_to_end(into)? as u64
        };
        let mut end = [0];
        self.output.read_exact(&mut end)?;
        if read == size && end == *b"\n" { Ok(size) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}
