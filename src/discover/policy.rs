//! By which settings programmes are governed, going by names: which programmes a change of settings, rules or
//! waivers reaches.
//!
//! What settings mean is not known here: a settings file leans on whatever files its top level names, and
//! these in turn on what they name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::clean;
use crate::config::waivers::WAIVERS_NAME;
use crate::config::{FILE_NAME, mentions};

/// Endings of files that count where a settings file names the folder around them.
const WITHIN: [&str; 4] = ["md", "toml", "yaml", "yml"];
/// Settings files that name one another are followed so far.
const DEPTH_MAX: usize = 10;

/// The settings files of two states, by their absolute paths.
#[derive(Debug)]
pub struct Policy<'p> {
    /// The folders with a settings file in the earlier state.
    pub old: BTreeSet<PathBuf>,
    /// The folders with a settings file in the later one.
    pub new: BTreeSet<PathBuf>,
    /// The settings file that holds for all, whatever is closest; or none.
    pub only: Option<PathBuf>,
    /// What differs between the two states.
    pub changed: &'p BTreeSet<PathBuf>,
}

/// Which programmes a change of settings reaches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reach {
    all: bool,
    /// Those whose closest settings file lies in one of these folders.
    under: BTreeSet<PathBuf>,
    /// Those in just these folders.
    at: BTreeSet<PathBuf>,
}

impl Reach {
    /// Whether it is none.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Policy<'_> {
    /// Which programmes the change reaches through their settings. `read` gives the text of a settings file
    /// of the later state.
    #[must_use]
    pub fn reach(&self, read: &dyn Fn(&Path) -> Option<String>) -> Reach {
        let mut reach = Reach::default();
        if let Some(only) = &self.only {
            reach.all = self.changed.contains(only) || self.leans_on_changed(only, read);
            return reach;
        }
        for path in self.changed {
            let Some(folder) = path.parent() else { continue };
            if path.ends_with(FILE_NAME) {
                reach.under.insert(folder.to_owned());
            } else if path.ends_with(WAIVERS_NAME) {
                reach.under.insert(folder.to_owned());
                reach.at.insert(folder.to_owned());
            }
        }
        for folder in &self.new {
            if !reach.under.contains(folder) && self.leans_on_changed(&folder.join(FILE_NAME), read) {
                reach.under.insert(folder.clone());
            }
        }
        reach
    }

    /// Whether a reach has the programme in this folder.
    #[must_use]
    pub fn has(&self, reach: &Reach, programme: &Path) -> bool {
        let closest = |folders: &BTreeSet<PathBuf>| programme.ancestors().find(|folder| folders.contains(*folder)).map(Path::to_owned);
        let under = |folders| closest(folders).is_some_and(|folder| reach.under.contains(&folder));
        reach.all || reach.at.contains(programme) || (!reach.under.is_empty() && (under(&self.old) || under(&self.new)))
    }

    fn leans_on_changed(&self, file: &Path, read: &dyn Fn(&Path) -> Option<String>) -> bool {
        leans_on(file, read).iter().any(|path| self.changed.contains(path) || self.changed_within(path))
    }

    fn changed_within(&self, folder: &Path) -> bool {
        let within = |path: &&PathBuf| path.extension().is_some_and(|ending| WITHIN.iter().any(|known| ending == *known));
        self.changed.range(folder.to_owned()..).take_while(|path| path.starts_with(folder)).any(|path| within(&path))
    }
}

/// The files and folders on which a settings file leans, itself left out. They need not exist.
#[must_use]
pub fn leans_on(file: &Path, read: &dyn Fn(&Path) -> Option<String>) -> BTreeSet<PathBuf> {
    let mut known = BTreeSet::new();
    let mut open = vec![file.to_owned()];
    for _ in 0..DEPTH_MAX {
        let mut next = Vec::new();
        for file in open {
            let (Some(text), Some(folder)) = (read(&file), file.parent()) else { continue };
            for path in mentions(folder, &text).into_iter().map(|path| clean(&path)) {
                if path.extension().is_some_and(|ending| ending == "toml") && !known.contains(&path) {
                    next.push(path.clone());
                }
                known.insert(path);
            }
        }
        if next.is_empty() {
            break;
        }
        open = next;
    }
    known.remove(file);
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(settings: &[(&str, &str)], changed: &[&str], programmes: &[&str]) -> Vec<String> {
        let read = |path: &Path| settings.iter().find(|(known, _)| Path::new(known) == path).map(|(_, text)| (*text).to_owned());
        let folders: BTreeSet<PathBuf> = settings
            .iter()
            .map(|(path, _)| Path::new(path))
            .filter(|path| path.ends_with(FILE_NAME))
            .filter_map(|path| path.parent().map(Path::to_owned))
            .collect();
        let changed: BTreeSet<PathBuf> = changed.iter().map(PathBuf::from).collect();
        let policy = Policy { old: folders.clone(), new: folders, only: None, changed: &changed };
        let reach = policy.reach(&read);
        programmes.iter().filter(|programme| policy.has(&reach, Path::new(programme))).map(|programme| (*programme).to_owned()).collect()
    }

    #[test]
    fn settings_reach_the_programmes_to_which_they_are_the_closest() {
        let settings = [
            ("/r/havesay.toml", "rules = [\"policy/rules\"]\nextends = [\"org/base.toml\"]"),
            ("/r/org/base.toml", "rules = [\"more\"]\nextends = [\"base.toml\", \"../havesay.toml\"]"),
            ("/r/team/havesay.toml", "fail_on = \"warning\"\n[files]\nexclude = [\"old\"]"),
        ];
        let programmes = ["/r/a", "/r/team", "/r/team/b"];
        for (changed, expected) in [
            (&["/r/havesay.toml"][..], &["/r/a"][..]),
            (&["/r/team/havesay.toml"], &["/r/team", "/r/team/b"]),
            (&["/r/policy/rules/x/y.md"], &["/r/a"]),
            (&["/r/policy/rules/x/y.json"], &[]),
            (&["/r/org/base.toml"], &["/r/a"]),
            (&["/r/org/more/z.md"], &["/r/a"]),
            (&["/r/more/z.md"], &[]),
            (&["/r/team/old/notes.md"], &[]),
            (&["/r/havesay.waivers.toml"], &["/r/a"]),
            (&["/r/team/b/havesay.waivers.toml"], &["/r/team/b"]),
            (&["/r/a/sessions.json", "/r/README.md"], &[]),
        ] {
            assert_eq!(reached(&settings, changed, &programmes), expected, "{changed:?}");
        }
    }
}
