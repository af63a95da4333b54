//! JSON Lines: the findings of the saved audit, one to a line, for tools that read a stream. Totals are not
//! in it.

use std::io::{self, Write};

use super::{End, Renderer, Run, Totals, json};
use crate::redact::{ShownFinding, ShownProgramme};

/// JSON Lines.
pub(super) struct Jsonl;

impl Renderer for Jsonl {
    fn begin(&mut self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn programme(&mut self, _: &Run, programme: &ShownProgramme, findings: &[ShownFinding], to: &mut dyn Write) -> io::Result<()> {
        for finding in findings {
            to.write_all(&json::bytes(&json::finding(finding, programme)))?;
            to.write_all(b"\n")?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Run, _: &Totals, _: End, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
