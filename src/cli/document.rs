//! `havesay check -`: one document on standard input, in the place of a file or by itself.
//!
//! In the place of a file it is judged with the rest of its programme. By itself nothing is known of what goes
//! with it: what it holds is told by its keys, and what it does not say counts as being somewhere else.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::{CheckArgs, exit, say, shown};
use crate::discover::draft::{Nowhere, around};
use crate::discover::{self, Discovered, Found, Input, Options, Role, Source};
use crate::limits;
use crate::pipeline::Task;
use crate::schema::{CHARTER, Schema};

/// What is named to read standard input, and what a document by itself is called.
const STANDARD: &str = "-";

/// A document that was read.
pub(super) struct Document {
    bytes: Vec<u8>,
    /// Its programme, as if it had been found on the disk.
    discovered: Discovered,
    stands: Stands,
}

/// What a document stands for.
enum Stands {
    /// This file, absolute, of the programme.
    In(PathBuf),
    /// Itself.
    Alone(Role),
}

/// Reads the document that the arguments ask for, if they ask for one.
pub(super) fn document(args: &CheckArgs, schema: &Schema, options: &Options) -> Result<Option<Document>, u8> {
    let asked = args.paths.iter().any(|path| path == Path::new(STANDARD));
    let usage = |text: &str| {
        say(text);
        Err(exit::FAULT)
    };
    if !asked {
        return match &args.stdin_filename {
            Some(_) => usage(
                "--stdin-filename is for a document on standard input\n  help: name - to read one: havesay check - --stdin-filename PATH",
            ),
            None => Ok(None),
        };
    }
    if args.paths.len() > 1 {
        return usage(
            "- reads one document, and no other path is named with it\n  help: say which file it stands for with --stdin-filename PATH",
        );
    }
    let other = [("--since", args.since.is_some()), ("--staged", args.staged), ("--shard", args.shard.is_some())];
    if let Some((name, _)) = other.into_iter().find(|(_, is)| *is) {
        return usage(&format!("- does not go with {name}\n  help: leave out {name}, or name folders and files instead of -"));
    }
    let found = args.stdin_filename.as_deref().map(|path| around(path, options).map_err(|nowhere| refuse(path, nowhere))).transpose()?;
    if io::stdin().is_terminal() {
        say("reads a document from standard input, up to its end");
    }
    let bytes = read(&mut io::stdin().lock(), limits::FILE_BYTES_MAX).map_err(|why| {
        say(&format!("standard input {why}"));
        exit::INCOMPLETE
    })?;
    let apart = || Discovered { programmes: vec![apart(&options.working)], ..Discovered::default() };
    let (discovered, stands) = match (found, &args.stdin_filename) {
        (Some(found), Some(path)) => (found, Stands::In(discover::clean(&options.working.join(path)))),
        _ => {
            let role = role(schema, &bytes).map_err(|why| {
                say(&format!("the document on standard input {why}\n  help: say which file it stands for, with --stdin-filename PATH"));
                exit::INCOMPLETE
            })?;
            (apart(), Stands::Alone(role))
        }
    };
    Ok(Some(Document { bytes, discovered, stands }))
}

/// The programme of a document by itself: the settings of the working directory are its own.
fn apart(working: &Path) -> Found {
    Found { folder: working.to_owned(), shown: STANDARD.to_owned(), files: Vec::new(), only: Vec::new() }
}

/// Says why a name is none for a document.
fn refuse(path: &Path, nowhere: Nowhere) -> u8 {
    let (why, status) = match nowhere {
        Nowhere::Folder => ("is a folder\n  help: name the file that the document is, or will be", exit::FAULT),
        Nowhere::Hidden => (
            "is not read: files and folders whose names begin with a full stop are passed over\n  help: name another file",
            exit::INCOMPLETE,
        ),
        Nowhere::NoProgramme => (
            "lies in no programme: there is no charter, programme.json, beside or above it\n  help: name a file in a programme's folder, or leave out --stdin-filename to judge the document by itself",
            exit::INCOMPLETE,
        ),
    };
    say(&format!("{} {why}", shown(path)));
    status
}

/// Reads to the end, but no more than a document may have.
fn read(from: &mut dyn Read, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match from.take(most + 1).read_to_end(&mut bytes) {
        Err(error) => Err(format!("cannot be read: {}", error.kind())),
        Ok(size) if size as u64 > most => {
            Err(format!("is larger than a document may be, which is {most} bytes\n  help: split it into several files"))
        }
        Ok(_) => Ok(bytes),
    }
}

/// What a document by itself holds, going by its keys: a charter, or registers. What is no JSON holds either,
/// and is reported when it is read.
///
/// # Errors
/// What stands against both.
fn role(schema: &Schema, bytes: &[u8]) -> Result<Role, &'static str> {
    let keys = match top(bytes) {
        Some(Top::Object(keys)) => keys,
        Some(Top::Other) => return Err("is no object, so nothing says what its values are"),
        None => return Ok(Role::Other),
    };
    let fields = || keys.iter().map(|key| schema.field_named(CHARTER, key).and_then(|field| schema.field(field)));
    let registers = fields().flatten().filter(|field| field.register.is_some()).count();
    let known = fields().flatten().count() - registers;
    // A record has some keys that a charter has, and more that it has not.
    let unknown = fields().filter(Option::is_none).count();
    match (registers, known) {
        (_, 1..) if registers + known >= unknown => Ok(Role::Charter),
        (1.., _) => Ok(Role::Other),
        _ => Err("is neither a charter nor records under the name of their register"),
    }
}

/// The outermost value of a document.
enum Top {
    /// An object with these keys.
    Object(Vec<String>),
    /// Anything else.
    Other,
}

fn top(bytes: &[u8]) -> Option<Top> {
    struct Keys(Vec<String>);
    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Reader;
            impl<'de> Visitor<'de> for Reader {
                type Value = Keys;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            from.deserialize_map(Reader)
        }
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice::<Keys>(text) {
        Ok(Keys(keys)) => Some(Top::Object(keys)),
        Err(error) if error.is_data() => Some(Top::Other),
        Err(_) => None,
    }
}

impl Document {
    /// The programme of the document, as if it had been found on the disk.
    pub fn discovered(&self) -> Discovered {
        self.discovered.clone()
    }

    /// Whether the document is judged by itself.
    pub fn is_alone(&self) -> bool {
        matches!(self.stands, Stands::Alone(_))
    }

    /// Puts the document into the task of its programme, or makes one.
    pub fn put(self, tasks: &mut Vec<Task>, working: &Path) -> Result<(), u8> {
        match self.stands {
            Stands::Alone(role) => {
                let inputs = vec![Input { path: STANDARD.to_owned(), role, source: Source::Alone(self.bytes) }];
                // The settings of the run are those of the working directory.
                tasks.push(Task { setup: 0, found: apart(working), inputs, paths: Vec::new(), waivers: Vec::new(), compared: None });
                Ok(())
            }
            Stands::In(own) => {
                let mut inputs = tasks.iter_mut().flat_map(|task| &mut task.inputs);
                let input = inputs.find(|input| matches!(&input.source, Source::Disk(path) if *path == own));
                let Some(input) = input else {
                    say(&format!(
                        "{} is not read: it is not called as a record file is, or the settings leave it out\n  help: name it after a register, as havesay explain programme lists them; havesay config says what is left out",
                        discover::shown(working, &own)
                    ));
                    return Err(exit::INCOMPLETE);
                };
                input.source = Source::Memory(self.bytes);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_a_document_may_have() {
        for (content, most, fits) in [("", 0, true), ("1234", 4, true), ("12345", 4, false), ("1", 0, false)] {
            let bytes = read(&mut content.as_bytes(), most);
            assert_eq!(bytes.is_ok(), fits, "{content}");
            if let Ok(bytes) = bytes {
                assert_eq!(bytes, content.as_bytes());
            }
        }
        let endless = read(&mut io::repeat(b' '), 4);
        assert_eq!(endless, Err("is larger than a document may be, which is 4 bytes\n  help: split it into several files".to_owned()));
    }
}
