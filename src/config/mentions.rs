//! Which files and folders a settings file leans on: what its top level names, whatever the key is called.
//!
//! Whether they exist, and what they are, is not asked here. Patterns are not paths: those of `[files]`,
//! `[map]` and overrides stand in tables, which are not looked at.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::limits::CONFIG_BYTES_MAX;

/// The texts at the top of a settings file, each as a path from `folder`, the file's own.
///
/// A text that is no path gives one that nothing lies at. A file that cannot be understood gives what can be
/// read of it.
#[must_use]
pub fn mentions(folder: &Path, text: &str) -> Vec<PathBuf> {
    if text.len() as u64 > CONFIG_BYTES_MAX {
        return Vec::new();
    }
    let (root, _) = DeTable::parse_recoverable(text);
    let mut paths = Vec::new();
    for value in root.get_ref().values() {
        match value.get_ref() {
            DeValue::String(text) => paths.push(folder.join(text.as_ref())),
            DeValue::Array(list) => {
                paths.extend(list.iter().filter_map(|value| match value.get_ref() {
                    DeValue::String(text) => Some(folder.join(text.as_ref())),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_level_is_looked_at_and_no_table() {
        for (text, expected) in [
            ("rules = [\"policy/rules\", \"../more\"]\nextends = \"org.toml\"", vec!["/p/org.toml", "/p/policy/rules", "/p/../more"]),
            ("[files]\nexclude = [\"archive\"]\n[rule.\"a/b\"]\noff = \"policy\"", vec![]),
            ("fail_on = \"error\"\nn = 3", vec!["/p/error"]),
            ("rules = [\"/abs\", 3, [\"x\"]]", vec!["/abs"]),
            ("rules = [", vec![]),
        ] {
            let mut paths = mentions(Path::new("/p"), text);
            paths.sort();
            let mut expected: Vec<PathBuf> = expected.into_iter().map(PathBuf::from).collect();
            expected.sort();
            assert_eq!(paths, expected, "{text}");
        }
    }
}
