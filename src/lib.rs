//! Reads the records of a co-creation programme and says where participation is symbolic.
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
