//! The files of one programme, laid out as asked. What its records say is not known here.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::json::{Value, line, quote};
use super::{Layout, Plan};

/// The registers in the order in which they are written; those of one bundle stand together.
pub const REGISTERS: [(&str, &str); 21] = [
    ("participants", "people"),
    ("team", "people"),
    ("roles", "people"),
    ("bodies", "people"),
    ("waves", "people"),
    ("consents", "people"),
    ("sprints", "fieldwork"),
    ("sessions", "fieldwork"),
    ("payments", "fieldwork"),
    ("incidents", "fieldwork"),
    ("contributions", "voices"),
    ("insights", "voices"),
    ("tallies", "voices"),
    ("artefacts", "delivery"),
    ("decisions", "delivery"),
    ("gates", "delivery"),
    ("outcomes", "delivery"),
    ("metrics", "delivery"),
    ("feedback", "openness"),
    ("agreements", "openness"),
    ("publications", "openness"),
];

/// Records of one file where record folders hold arrays, and files of one corpus with a file for each record.
pub const CHUNK_RECORDS: usize = 120;
pub const RECORD_FILES_MAX: usize = 40_000;

/// The layout of one programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Inline,
    RegisterFiles,
    RecordFiles,
    Chunks,
    Bundles,
}

impl Shape {
    pub fn of(plan: &Plan, index: usize) -> Self {
        let layout = match (plan.layout, index % 4) {
            (Layout::Mixed, 0) => Layout::Inline,
            (Layout::Mixed, 1) => Layout::RegisterFiles,
            (Layout::Mixed, 2) => Layout::RecordFiles,
            (Layout::Mixed, _) => Layout::Bundles,
            (layout, _) => layout,
        };
        // About 550 bytes a record.
        let records = (plan.bytes / 550) as usize / if plan.layout == Layout::Mixed { 4 } else { 1 };
        match layout {
            Layout::Inline => Shape::Inline,
            Layout::RegisterFiles => Shape::RegisterFiles,
            Layout::Bundles | Layout::Mixed => Shape::Bundles,
            Layout::RecordFiles
                if (index / 4).is_multiple_of(records / RECORD_FILES_MAX + 1) && records / plan.programmes.max(1) < 5_000 =>
            {
                Shape::RecordFiles
            }
            Layout::RecordFiles => Shape::Chunks,
        }
    }
}

/// The files of one programme while they are written.
pub struct Files {
    folder: PathBuf,
    shape: Shape,
    ascii: bool,
    charter: BufWriter<File>,
    /// The register's or bundle's file, where the registers are not inside the charter.
    other: Option<BufWriter<File>>,
    bundle: &'static str,
    register: &'static str,
    /// The id of the record before.
    last: String,
    /// Records of the register so far.
    count: usize,
    /// How many records each register got.
    pub counts: Vec<(&'static str, usize)>,
    /// Whether the charter has no field yet.
    blank: bool,
    buffer: String,
}

impl Files {
    pub fn new(folder: &Path, shape: Shape, ascii: bool) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let charter = create(&folder.join("programme.json"))?;
        let (register, buffer) = ("", String::from("{"));
        let folder = folder.to_path_buf();
        Ok(Files {
            folder,
            shape,
            ascii,
            charter,
            other: None,
            bundle: "",
            register,
            last: String::new(),
            count: 0,
            counts: Vec::new(),
            blank: true,
            buffer,
        })
    }

    /// Writes what the buffer holds to the file that is open.
    pub fn flush(&mut self) -> io::Result<()> {
        self.other.as_mut().unwrap_or(&mut self.charter).write_all(self.buffer.as_bytes())?;
        self.buffer.clear();
        Ok(())
    }

    /// Writes fields of the charter.
    pub fn fields(&mut self, fields: &Value) -> io::Result<()> {
        let Value::Object(pairs) = fields else { return Ok(()) };
        for (key, value) in pairs.iter().filter(|pair| !matches!(pair.1, Value::Absent)) {
            if !self.blank {
                self.buffer.push(',');
            }
            self.blank = false;
            line(&mut self.buffer, 1);
            quote(key, &mut self.buffer, self.ascii);
            self.buffer.push_str(": ");
            value.render(&mut self.buffer, 1, self.ascii);
        }
        self.flush()
    }

    /// Begins a register.
    pub fn begin(&mut self, register: &'static str, bundle: &'static str) -> io::Result<()> {
        (self.register, self.count) = (register, 0);
        match self.shape {
            Shape::Inline => _ = write!(self.buffer, ",\n  \"{register}\": ["),
            Shape::Bundles => {
                let next = self.bundle == bundle;
                if !next {
                    self.end_bundle()?;
                    self.bundle = bundle;
                    self.other = Some(create(&self.folder.join(format!("{bundle}.json")))?);
                }
                _ = write!(self.buffer, "{}\n  \"{register}\": [", if next { ',' } else { '{' });
            }
            Shape::RegisterFiles => {
                self.other = Some(create(&self.folder.join(format!("{register}.json")))?);
                self.buffer.push('[');
            }
            Shape::RecordFiles | Shape::Chunks => fs::create_dir_all(self.folder.join(register))?,
        }
        Ok(())
    }

    /// Writes a record of the register.
    pub fn put(&mut self, record: &Value) -> io::Result<()> {
        let level = match self.shape {
            Shape::RecordFiles => {
                let id = record.text("id");
                let name = format!("{id}{}.json", if id.eq_ignore_ascii_case(&self.last) { "-again" } else { "" });
                id.clone_into(&mut self.last);
                self.other = Some(create(&self.folder.join(self.register).join(name))?);
                record.render(&mut self.buffer, 0, self.ascii);
                self.buffer.push('\n');
                self.flush()?;
                self.count += 1;
                return self.end_other();
            }
            Shape::Chunks if self.count.is_multiple_of(CHUNK_RECORDS) => {
                self.end_list()?;
                let name = format!("{}-{:04}.json", self.register, self.count / CHUNK_RECORDS + 1);
                self.other = Some(create(&self.folder.join(self.register).join(name))?);
                self.buffer.push('[');
                1
            }
            Shape::Chunks | Shape::RegisterFiles => 1,
            Shape::Inline | Shape::Bundles => 2,
        };
        if !self.buffer.ends_with('[') {
            self.buffer.push(',');
        }
        line(&mut self.buffer, level);
        record.render(&mut self.buffer, level, self.ascii);
        self.count += 1;
        self.flush()
    }

    /// Ends a register.
    pub fn end(&mut self) -> io::Result<()> {
        self.counts.push((self.register, self.count));
        match self.shape {
            Shape::Inline | Shape::Bundles => {
                if self.count > 0 {
                    line(&mut self.buffer, 1);
                }
                self.buffer.push(']');
                self.flush()
            }
            Shape::RecordFiles => Ok(()),
            Shape::RegisterFiles | Shape::Chunks => self.end_list(),
        }
    }

    /// Ends the list of the file that is open, if any.
    pub fn end_list(&mut self) -> io::Result<()> {
        if self.other.is_some() {
            self.buffer.push_str(if self.count > 0 { "\n]\n" } else { "]\n" });
            self.flush()?;
        }
        self.end_other()
    }

    pub fn end_bundle(&mut self) -> io::Result<()> {
        if self.other.is_some() {
            self.buffer.push_str("\n}\n");
            self.flush()?;
        }
        self.end_other()
    }

    pub fn end_other(&mut self) -> io::Result<()> {
        self.other.take().map_or(Ok(()), |mut file| file.flush())
    }

    /// Writes a file that is none of the registers.
    pub fn stray(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let path = self.folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, content)
    }

    /// Ends the charter.
    pub fn finish(mut self, last: &Value) -> io::Result<()> {
        self.end_bundle()?;
        self.fields(last)?;
        self.buffer.push_str("\n}\n");
        self.flush()?;
        self.charter.flush()
    }
}

pub fn create(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(1 << 16, File::create(path)?))
}
