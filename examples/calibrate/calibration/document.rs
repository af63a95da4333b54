//! Writes the document.
