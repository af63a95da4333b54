//! Holds two saved audits against one another.
