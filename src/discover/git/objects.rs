//! Reads the bytes that git keeps of files, as a checkout would write them.
//!
//! One `git cat-file --batch` answers for all of them, started when the first is asked for. What was checked
//! in through a filter (line ends, large files) comes back through it. git tells the size only of what it
//! keeps, not of what a filter makes of it, so after each question another is asked that has a known answer:
//! what comes before that answer are the bytes. What they mean is not known here.

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Trouble, git, not_run};

/// Bytes of a line that are read at a time.
const LINE_BYTES: u64 = 1 << 20;

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
        // It may wait for somebody to read what it still has to say, so it is not asked to end by itself.
        drop(self.input.take());
        let _ = self.child.kill();
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
                    message: format!(
                        "git does not have the earlier version of {}",
                        crate::text::from_bytes(one.path.as_os_str().as_encoded_bytes())
                    ),
                    help: "the clone is incomplete: fetch what is missing with git fetch --refetch, or clone again without a filter"
                        .to_owned(),
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
            if filtered { process.answer_filtered(object, most, into) } else { process.answer(most, into) }
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

/// A name that no object has, and that no file holds by chance.
fn end_of(object: &str) -> String {
    format!("end-of-{object}-{:x}", std::process::id())
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
        if path.is_some() {
            line.extend_from_slice(end_of(object).as_bytes());
            line.push(b'\n');
        }
        input.write_all(&line)?;
        input.flush()
    }

    /// Reads `object kind size` and a line's end, and gives the size of a file.
    fn head(&mut self) -> io::Result<u64> {
        let mut head = Vec::new();
        self.output.read_until(b'\n', &mut head)?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.trim_end().rsplit(' ');
        match (words.next().and_then(|size| size.parse::<u64>().ok()), words.next()) {
            (Some(size), Some("blob")) => Ok(size),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "it is missing")),
        }
    }

    /// Reads a head, the bytes, a line's end, and the answer that tells that they have ended.
    fn answer_filtered(&mut self, object: &str, most: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        self.head()?;
        let end = format!("{} missing\n", end_of(object)).into_bytes();
        let (start, mut size) = (into.len(), 0);
        loop {
            let mut line = Vec::new();
            if (&mut self.output).take(LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == end {
                break;
            }
            size += line.len() as u64;
            // What is too large is read to its end and not kept.
            if size <= most.saturating_add(1) {
                into.extend_from_slice(&line);
            }
        }
        let size = size.saturating_sub(1);
        into.truncate(if size > most { start } else { into.len().saturating_sub(1) });
        Ok(size)
    }

    /// Reads a head, the bytes, a line's end.
    fn answer(&mut self, most: u64, into: &mut Vec<u8>) -> io::Result<u64> {
        let size = self.head()?;
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
