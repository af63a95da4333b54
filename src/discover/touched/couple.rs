//! Which programmes of the earlier state are which of the later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::discover::git::Change;
use crate::discover::is_charter;
use crate::discover::tree::closest;

/// A touched programme in one state, by what tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Its folder, from the repository's root.
    pub folder: PathBuf,
    /// Its id, if it has one and that was asked for.
    pub id: Option<String>,
}

/// Which programmes of the earlier state are which of the later.
pub(super) type Couple = (Option<PathBuf>, Option<PathBuf>);

/// How much speaks for a folder's programme being in another folder now: files that were renamed.
pub(super) type Votes<'c> = BTreeMap<(&'c Path, &'c Path), usize>;

/// Counts the files that were renamed from one programme's folder into another's.
pub(super) fn votes<'c>(changes: &'c [Change], old_charters: &BTreeSet<PathBuf>, new_charters: &BTreeSet<PathBuf>) -> Votes<'c> {
    let mut votes = Votes::new();
    for change in changes {
        let (Some(old), Some(new)) = (&change.old, &change.new) else { continue };
        let from = closest(old, |folder| old_charters.contains(folder));
        let to = closest(new, |folder| new_charters.contains(folder));
        if let (Some(from), Some(to)) = (from, to)
            && from != to
        {
            // The charter outweighs all else.
            let charter = old.parent() == Some(from) && old.file_name().is_some_and(is_charter);
            *votes.entry((from, to)).or_default() += if charter { 1 << 32 } else { 1 };
        }
    }
    votes
}

/// Couples programmes: by id, else by folder, else by what was renamed. Two that have ids that differ are two.
pub(super) fn couple(olds: &[Known], news: &[Known], votes: &Votes<'_>) -> Vec<Couple> {
    let mut candidates: Vec<(u8, std::cmp::Reverse<usize>, usize, usize)> = Vec::new();
    let by_folder: BTreeMap<&Path, usize> = olds.iter().enumerate().map(|(number, old)| (old.folder.as_path(), number)).collect();
    let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, old) in olds.iter().enumerate() {
        if let Some(id) = &old.id {
            by_id.entry(id).or_default().push(number);
        }
    }
    let mut voted: BTreeMap<&Path, Vec<(usize, usize)>> = BTreeMap::new();
    for ((from, to), count) in votes {
        if let Some(number) = by_folder.get(from) {
            voted.entry(to).or_default().push((*number, *count));
        }
    }
    for (number, new) in news.iter().enumerate() {
        let folder = by_folder.get(new.folder.as_path()).copied();
        let renamed = voted.get(new.folder.as_path()).map(Vec::as_slice).unwrap_or_default();
        for old in new.id.iter().flat_map(|id| by_id.get(id.as_str())).flatten().copied() {
            let count = renamed.iter().find(|(known, _)| *known == old).map_or(0, |(_, count)| *count);
            candidates.push((if folder == Some(old) { 0 } else { 1 }, std::cmp::Reverse(count), number, old));
        }
        let unnamed = |old: usize| new.id.is_none() || olds.get(old).is_none_or(|old| old.id.is_none());
        candidates.extend(folder.filter(|old| unnamed(*old)).map(|old| (2, std::cmp::Reverse(0), number, old)));
        candidates.extend(renamed.iter().filter(|(old, _)| unnamed(*old)).map(|(old, count)| (3, std::cmp::Reverse(*count), number, *old)));
    }
    candidates.sort_unstable();
    let (mut of_new, mut of_old) = (vec![None; news.len()], vec![None; olds.len()]);
    for (_, _, new, old) in candidates {
        if let (Some(to @ None), Some(from @ None)) = (of_new.get_mut(new), of_old.get_mut(old)) {
            (*to, *from) = (Some(old), Some(new));
        }
    }
    let mut couples: Vec<Couple> = Vec::new();
    for (new, old) in news.iter().zip(&of_new) {
        couples.push((old.and_then(|old| olds.get(old)).map(|old| old.folder.clone()), Some(new.folder.clone())));
    }
    couples.extend(olds.iter().zip(&of_old).filter(|(_, new)| new.is_none()).map(|(old, _)| (Some(old.folder.clone()), None)));
    couples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(list: &[(&str, Option<&str>)]) -> Vec<Known> {
        list.iter().map(|(folder, id)| Known { folder: PathBuf::from(folder), id: id.map(str::to_owned) }).collect()
    }

    /// Programmes as folder and id before, as folder and id after, votes, and the couples expected.
    type Case<'c> =
        (&'c [(&'c str, Option<&'c str>)], &'c [(&'c str, Option<&'c str>)], &'c [(&'c str, &'c str, usize)], &'c [(&'c str, &'c str)]);

    #[test]
    fn programmes_are_followed_by_id_then_folder_then_what_was_renamed() {
        let cases: [Case<'_>; 9] = [
            (&[("a", None)], &[("a", None)], &[], &[("a", "a")]),
            (&[("a", Some("x"))], &[("b", Some("x"))], &[], &[("a", "b")]),
            (&[("a", Some("x")), ("b", Some("y"))], &[("a", Some("y")), ("b", Some("x"))], &[], &[("b", "a"), ("a", "b")]),
            (&[("a", None)], &[("b", None)], &[("a", "b", 3)], &[("a", "b")]),
            (&[("a", None)], &[("b", None)], &[], &[("", "b"), ("a", "")]),
            (&[("a", None), ("c", None)], &[("b", None)], &[("a", "b", 1), ("c", "b", 1 << 32)], &[("c", "b"), ("a", "")]),
            (&[("a", Some("x"))], &[("a", Some("y"))], &[], &[("", "a"), ("a", "")]),
            (&[("a", None)], &[("a", Some("y"))], &[], &[("a", "a")]),
            (&[("a", Some("x")), ("b", Some("x"))], &[("a", Some("x"))], &[], &[("a", "a"), ("b", "")]),
        ];
        for (olds, news, votes, expected) in cases {
            let votes = votes.iter().map(|(from, to, count)| ((Path::new(*from), Path::new(*to)), *count)).collect();
            let told = |path: Option<PathBuf>| path.map_or_else(String::new, |path| path.to_string_lossy().into_owned());
            let couples: Vec<(String, String)> =
                couple(&known(olds), &known(news), &votes).into_iter().map(|(old, new)| (told(old), told(new))).collect();
            let expected: Vec<(String, String)> = expected.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
            assert_eq!(couples, expected, "{olds:?} {news:?}");
        }
    }
}
