//! Keeps rendered pieces back until their place in the output comes: in memory, then in an unnamed file.

use std::io::{self, BufRead, BufReader, Seek, Write};

/// Bytes that a spool holds in memory before it goes to the disk.
const MEMORY_BYTES: usize = 256 * 1024;

/// Pieces that are kept back, with what stands between two of them.
pub(super) struct Spool {
    file: tempfile::SpooledTempFile,
    between: &'static [u8],
    /// Pieces so far.
    pub count: u64,
}

impl Spool {
    /// An empty spool.
    pub fn new(between: &'static str) -> Self {
        Self { file: tempfile::SpooledTempFile::new(MEMORY_BYTES), between: between.as_bytes(), count: 0 }
    }

    /// Keeps a piece.
    pub fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.count > 0 {
            self.file.write_all(self.between)?;
        }
        self.count += 1;
        self.file.write_all(piece)
    }

    /// Writes the pieces, each of which is one line, while `wanted` says so of the bytes of the next one.
    pub fn pour_lines(&mut self, to: &mut dyn Write, wanted: &mut dyn FnMut(u64) -> bool) -> io::Result<()> {
        self.file.rewind()?;
        let mut reader = BufReader::new(&mut self.file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let piece = line.strip_suffix(b"\n").unwrap_or(&line);
            if !wanted(piece.len() as u64) {
                return Ok(());
            }
            to.write_all(piece)?;
            line.clear();
        }
        Ok(())
    }

    /// Writes all pieces.
    pub fn pour(&mut self, to: &mut dyn Write) -> io::Result<()> {
        self.file.rewind()?;
        io::copy(&mut self.file, to).map(|_| ())
    }
}
