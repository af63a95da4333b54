//! Reads the records of a co-creation programme and says where participation is symbolic.
pub mod audit;
pub mod cli;
pub mod config;
pub mod discover;
pub mod document;
pub mod finding;
pub mod limits;
pub mod pipeline;
pub mod programme;
pub mod redact;
pub mod report;
pub mod rule;
pub mod schema;
pub mod settle;
pub mod text;
