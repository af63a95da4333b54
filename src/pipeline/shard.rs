//! Splits the programmes of a run into parts of about the same size, for jobs that run beside one another.
//!
//! The largest programme goes first, each to the part that has least so far. That is worked out from the paths
//! and the sizes of the files alone, so every job works out the same without asking another; what it came to
//! is told by a digest, so that parts of different files are not taken for parts of one run. Everything that
//! looks at a run as a whole (waivers for no programme, the numbers of rules) is done before it is split, so
//! that the parts together say what the whole would have said. How parts are joined is not known here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use sha2::{Digest, Sha256};

use super::Task;
use super::setup::hex;
use crate::discover::Source;

/// What a programme costs beside its bytes, in bytes: it is opened, judged and written.
const PROGRAMME_BYTES: u64 = 20_000;

/// How programmes are split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For each programme, its part, from 0.
    pub parts: Vec<usize>,
    /// SHA-256 of the paths and sizes, and the number of parts.
    pub digest: String,
}

/// Plans the split of programmes into so many parts.
#[must_use]
pub fn plan(tasks: &[Task], of: usize) -> Plan {
    let programmes: Vec<(&str, u64)> = tasks.iter().map(|task| (task.found.shown.as_str(), bytes(task))).collect();
    Plan { parts: split(&programmes, of), digest: digest(&programmes, of) }
}

/// The bytes of a programme's files. What cannot be asked after counts as nothing.
fn bytes(task: &Task) -> u64 {
    let size = |source: &Source| match source {
        Source::Disk(path) => std::fs::metadata(path).map_or(0, |known| known.len()),
        Source::Memory(bytes) | Source::Alone(bytes) => bytes.len() as u64,
        Source::Size(bytes) => *bytes,
        Source::Kept(_) | Source::Unreadable(_) => 0,
    };
    task.inputs.iter().map(|input| size(&input.source)).fold(0, u64::saturating_add)
}

fn split(programmes: &[(&str, u64)], of: usize) -> Vec<usize> {
    let mut order: Vec<(usize, u64)> = programmes.iter().map(|(_, bytes)| *bytes).enumerate().collect();
    // The sort keeps programmes of one size in the order of paths.
    order.sort_by_key(|(_, bytes)| Reverse(*bytes));
    // The part that has least comes first, among equals the one with the lowest number.
    let mut loads: BinaryHeap<Reverse<(u64, usize)>> = (0..of.max(1)).map(|part| Reverse((0, part))).collect();
    let mut parts = vec![0; programmes.len()];
    for (at, bytes) in order {
        let Some(Reverse((load, part))) = loads.pop() else { break };
        loads.push(Reverse((load.saturating_add(bytes).saturating_add(PROGRAMME_BYTES), part)));
        if let Some(slot) = parts.get_mut(at) {
            *slot = part;
        }
    }
    parts
}

fn digest(programmes: &[(&str, u64)], of: usize) -> String {
    let mut digest = Sha256::new();
    digest.update((of as u64).to_le_bytes());
    for (path, bytes) in programmes {
        digest.update((path.len() as u64).to_le_bytes());
        digest.update(path.as_bytes());
        digest.update(bytes.to_le_bytes());
    }
    hex(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_whole() {
        let names: Vec<String> = (0..2_000).map(|number| format!("p-{number}")).collect();
        let sized = |size: &dyn Fn(u64) -> u64| -> Vec<(&str, u64)> {
            names.iter().enumerate().map(|(number, name)| (name.as_str(), size(number as u64))).collect()
        };
        for (what, programmes) in
            [("alike", sized(&|_| 150_000)), ("unlike", sized(&|number| 1_000 + (number * 7_919) % 500_000)), ("empty", sized(&|_| 0))]
        {
            for of in [1, 2, 3, 7, 50] {
                let parts = split(&programmes, of);
                let bytes_of = |part| parts.iter().zip(&programmes).filter(move |(own, _)| **own == part).map(|(_, (_, bytes))| bytes);
                let loads: Vec<u64> = (0..of).map(|part| bytes_of(part).map(|bytes| bytes + PROGRAMME_BYTES).sum()).collect();
                let (least, most) = (loads.iter().min().unwrap_or(&0), loads.iter().max().unwrap_or(&0));
                assert!(*most as f64 <= *least as f64 * 1.05, "{what} in {of}: {least} to {most}");
            }
        }
        assert_eq!(split(&[("a", 5), ("b", 9), ("c", 5)], 5), [1, 0, 2], "the largest first, then in the order of paths");
        assert_eq!(split(&[("a", 5)], 3), [0], "more parts than programmes");
        assert_eq!(split(&[], 3), [0; 0]);
        assert_eq!(split(&[("a", u64::MAX), ("b", u64::MAX), ("c", 1)], 1), [0, 0, 0]);
    }

    #[test]
    fn a_plan_is_told_by_paths_sizes_and_parts() {
        let own = digest(&[("a", 1), ("b", 2)], 2);
        assert_eq!(own, digest(&[("a", 1), ("b", 2)], 2));
        for other in [
            digest(&[("a", 1), ("b", 2)], 3),
            digest(&[("a", 2), ("b", 2)], 2),
            digest(&[("a", 1)], 2),
            digest(&[("a", 1), ("c", 2)], 2),
            digest(&[("b", 2), ("a", 1)], 2),
        ] {
            assert_ne!(own, other);
        }
    }
}
