//! Reads the records of a co-creation programme and says, with the line that shows it, where participation
//! is symbolic.
//!
//! The domain is data, the program is small: what can be recorded is `schema/records.json`, what must hold
//! is `rules/**/*.md`, what was recorded is the programme's own files. The code knows nothing of consent or
//! pay. It reads a schema, pages and documents, and says which documents break which rules, where.
//!
//! ```text
//!  schema/records.json      rules/**/*.md
//!         │                      │
//!         ▼                      ▼
//!       schema ───────────────► rule            (load time: pages checked against the schema, compiled)
//!         │                      │
//! folder ─► discover ─► document ─► programme ─► audit ─► settle ─► redact ─► report
//!           paths      text + tree   records      verdicts  what     mask     one file per format
//!                      with spans    and links    findings  fails
//! ```
//!
//! The rooms stand below in their order: each may use only those above it, and `tests/architecture.rs` reads
//! the imports. Each says at its top what it is for and what it must not know. `docs/schema.md` and
//! `docs/functions.md` describe the data that it reads.

pub mod limits;
pub mod text;
pub mod finding;
pub mod config;
pub mod schema;
pub mod document;
pub mod discover;
pub mod programme;
pub mod rule;
pub mod audit;
pub mod settle;
pub mod redact;
pub mod report;
pub mod pipeline;
pub mod cli;
