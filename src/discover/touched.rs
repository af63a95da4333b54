//! What a change touches: the programmes whose files differ between two states of a repository, or that are
//! governed by settings that differ, each with what it was before.
//!
//! The later state is the files as they are, or what is staged. A programme is followed into another folder by
//! its id; one without an id by its charter, or by most of its files, if git sees that they were renamed.
//! What git ignores, and what lies in a repository within this one, has no earlier state here: it counts as
//! having been there all along. Nothing is opened but settings files; what a charter's id is, is asked.

mod couple;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couple::{Couple, Known, couple, votes};

use super::git::{Change, Entry, EntryKind, Kept, Objects, Repository, State, Trouble};
use super::policy::Policy;
use super::tree::{Tree, closest};
use super::{Found, Options, Seen, Source, clean, is_charter, programmes_at, record_like, shown};
use crate::config::FILE_NAME;

/// With what the present is compared.
#[derive(Clone, Copy, Debug)]
pub enum Since<'s> {
    /// The files as they are, with a state that has this name.
    Name(&'s str),
    /// What is staged, with the last commit.
    Staged,
}

/// By which settings.
#[derive(Clone, Debug)]
pub enum Governed {
    /// None.
    Nothing,
    /// This file, for all.
    By(PathBuf),
    /// The closest file upward.
    Closest,
}

/// One side of a programme: what may belong to it, and where its bytes come from.
#[derive(Debug)]
pub struct Side {
    /// What was found.
    pub found: Found,
    /// Files that are not read from the disk, and files that have another path now: by the absolute path in
    /// this state, the bytes and the path in the later state.
    pub sources: HashMap<PathBuf, (Source, PathBuf)>,
}

/// A programme that the change touches.
#[derive(Debug)]
pub struct Pair {
    /// As it is; none where it is gone.
    pub new: Option<Side>,
    /// As it was; none where it is new.
    pub old: Option<Side>,
}

/// What a change touches.
#[derive(Debug)]
pub struct Touched {
    /// The repository.
    pub repository: Repository,
    /// What reads the bytes that git keeps.
    pub objects: Arc<Objects>,
    /// The earlier state; none before the first commit.
    pub state: Option<State>,
    /// Whether settings, rules or waivers changed too.
    pub settings_changed: bool,
    /// The settings files of the earlier state, by their folders, absolute.
    pub old_settings: BTreeSet<PathBuf>,
    /// What the earlier state holds of the touched programmes; all of it where settings changed.
    pub old: Tree,
    /// The folders with a settings file in what is staged, absolute.
    pub staged_settings: BTreeSet<PathBuf>,
    /// The files of the later state, where it is what is staged.
    pub staged: Option<Tree>,
    /// The programmes that are touched: those that are there in path order, then those that are gone.
    pub pairs: Vec<Pair>,
    /// How many programmes are not.
    pub untouched: usize,
    /// Paths that were asked for and are in neither state, as given.
    pub missing: Vec<PathBuf>,
    /// Paths that were asked for and hold no programme in either state.
    pub empty: Vec<PathBuf>,
    /// How many things git's rules left out, and the first of them as shown.
    pub left_out: (usize, Option<String>),
    /// Changed record files that belong to no programme.
    pub strays: Vec<PathBuf>,
}

/// The two states and what differs, by paths from the repository's root.
struct States {
    changes: Vec<Change>,
    untracked: BTreeSet<PathBuf>,
    old_charters: BTreeSet<PathBuf>,
    new_charters: BTreeSet<PathBuf>,
    old_settings: BTreeSet<PathBuf>,
    new_settings: BTreeSet<PathBuf>,
    staged: Option<Tree>,
}

/// Finds what a change touches at, above and beneath these paths.
///
/// # Errors
/// Where git is not there, or cannot say.
pub fn touched(
    paths: &[PathBuf],
    since: Since<'_>,
    governed: &Governed,
    options: &Options,
    id_of: &dyn Fn(&Source) -> Option<String>,
) -> Result<Touched, Trouble> {
    let first = paths.first().map(|path| clean(&options.working.join(path))).unwrap_or_else(|| options.working.clone());
    let there = first.ancestors().find(|folder| folder.is_dir()).unwrap_or(&options.working);
    let repository = Repository::open(there)?;
    let root = repository.root().to_owned();
    let state = match since {
        Since::Name(name) => Some(repository.state(name)?),
        Since::Staged => repository.head()?,
    };
    let states = States::read(&repository, state.as_ref(), matches!(since, Since::Staged))?;
    let objects = Arc::new(repository.objects());

    let changed: BTreeSet<PathBuf> =
        states.changes.iter().flat_map(|change| change.old.iter().chain(&change.new)).map(|path| root.join(path)).collect();
    let absolute = |folders: &BTreeSet<PathBuf>| folders.iter().map(|folder| joined(&root, folder)).collect();
    let policy = Policy {
        old: absolute(&states.old_settings),
        new: absolute(&states.new_settings),
        only: if let Governed::By(file) = governed { Some(clean(&options.working.join(file))) } else { None },
        changed: &changed,
    };
    let read = |path: &Path| states.text(&root, &objects, path);
    let reach = if matches!(governed, Governed::Nothing) { Default::default() } else { policy.reach(&read) };

    let mut keys: BTreeSet<&Path> = BTreeSet::new();
    let mut strays = Vec::new();
    for change in &states.changes {
        for path in change.old.iter().chain(&change.new) {
            keys.extend(closest(path, |folder| states.old_charters.contains(folder)));
            keys.extend(closest(path, |folder| states.new_charters.contains(folder)));
        }
        if let Some(path) = change.new.as_ref().filter(|path| record_like(path) && !is_hidden(path))
            && closest(path, |folder| states.new_charters.contains(folder)).is_none()
        {
            strays.push(root.join(path));
        }
    }
    if !reach.is_nothing() {
        let all = states.old_charters.iter().chain(&states.new_charters);
        keys.extend(all.filter(|folder| policy.has(&reach, &joined(&root, folder))).map(PathBuf::as_path));
    }

    let asked = Asked::of(paths, &root, &states, options)?;
    let keys: BTreeSet<&Path> = keys.into_iter().filter(|folder| asked.has(folder)).collect();
    let there = states.new_charters.iter().filter(|folder| asked.has(folder)).count();
    let old_keys = keys.iter().copied().filter(|folder| states.old_charters.contains(*folder));
    let old = match &state {
        Some(state) if !reach.is_nothing() => Tree::new(repository.entries(state, [Path::new("")])?),
        Some(state) => Tree::new(repository.entries(state, old_keys)?),
        None => Tree::default(),
    };
    strays.retain(|path| asked.paths.iter().any(|asked| path.starts_with(asked)));

    let mut gathering =
        Gathering { root: &root, options, states: &states, old: &old, objects: &objects, renamed: HashMap::new(), disk: BTreeMap::new() };
    let left_out = gathering.disk(&keys);
    let votes = votes(&states.changes, &states.old_charters, &states.new_charters);
    let couples = couple(&gathering.olds(&keys, id_of), &gathering.news(&keys, id_of), &votes);
    let mut pairs: Vec<Pair> = couples.into_iter().filter_map(|couple| gathering.pair(couple)).collect();
    for pair in &mut pairs {
        if let Some(side) = pair.new.as_mut().or(pair.old.as_mut()) {
            side.found.only = asked.only(&side.found.folder);
        }
    }
    let folder = |side: &Option<Side>| side.as_ref().map(|side| side.found.folder.clone());
    pairs.sort_by_key(|pair| (pair.new.is_none(), folder(&pair.new), folder(&pair.old)));
    let touched = pairs.iter().filter(|pair| pair.new.is_some()).count();
    Ok(Touched {
        settings_changed: !reach.is_nothing(),
        old_settings: absolute(&states.old_settings),
        staged_settings: if states.staged.is_some() { absolute(&states.new_settings) } else { BTreeSet::new() },
        pairs,
        untouched: there.saturating_sub(touched),
        missing: asked.missing,
        empty: asked.empty,
        left_out,
        strays,
        staged: states.staged,
        old,
        objects,
        state,
        repository,
    })
}

/// A folder from the root, without a slash at its end where it is the root itself.
fn joined(root: &Path, folder: &Path) -> PathBuf {
    if folder.as_os_str().is_empty() { root.to_owned() } else { root.join(folder) }
}

fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
}

impl States {
    fn read(repository: &Repository, state: Option<&State>, staged: bool) -> Result<Self, Trouble> {
        let patterns = [format!("**/{}.*", super::CHARTER), format!("**/{FILE_NAME}")];
        let (changes, untracked, tracked) = std::thread::scope(|scope| {
            // git reads every folder for the one and asks after every file for the other: two processes do both at once.
            let untracked = scope.spawn(|| repository.untracked());
            let changes = state.map_or_else(|| Ok(Vec::new()), |state| repository.changes(state, staged, &[]));
            let tracked = if staged {
                repository.staged().map(|(entries, later)| (later, Some(Tree::new(entries))))
            } else {
                repository.tracked(&patterns.each_ref().map(String::as_str)).map(|files| (files, None))
            };
            (changes, untracked.join().unwrap_or_else(|_| Ok(Vec::new())), tracked)
        });
        let (mut changes, untracked, (tracked, staged)) = (changes?, untracked?, tracked?);
        if let Some(tree) = &staged {
            // Before the first commit all that is staged is new.
            if state.is_none() {
                changes.extend(tree.beneath(Path::new("")).map(|(path, _)| Change { old: None, new: Some(path.clone()) }));
            }
        } else if let Some(state) = state {
            let new: Vec<PathBuf> = untracked.iter().filter(|path| !is_hidden(path)).cloned().collect();
            let gone = changes.iter().any(|change| change.new.is_none());
            // Only where something is gone may something new have been there under another name.
            if gone && new.iter().any(|path| record_like(path)) {
                let records: Vec<PathBuf> = new.iter().filter(|path| record_like(path)).cloned().collect();
                changes = repository.changes(state, false, &records)?;
            }
            let known: BTreeSet<&PathBuf> = changes.iter().filter_map(|change| change.new.as_ref()).collect();
            let further: Vec<PathBuf> = new.into_iter().filter(|path| !known.contains(path)).collect();
            changes.extend(further.into_iter().map(|path| Change { old: None, new: Some(path) }));
        }
        let (names, later) = match &staged {
            Some(tree) => (tree.beneath(Path::new("")).map(|(path, _)| path.clone()).collect(), tracked),
            None => (tracked, Vec::new()),
        };
        let mut own = Self {
            untracked: untracked.into_iter().chain(later).collect(),
            old_charters: BTreeSet::new(),
            new_charters: BTreeSet::new(),
            old_settings: BTreeSet::new(),
            new_settings: BTreeSet::new(),
            changes,
            staged,
        };
        own.name(&names);
        Ok(own)
    }

    /// Which folders have a charter or settings in which state: those of the present names, but for what changed.
    fn name(&mut self, names: &[PathBuf]) {
        let added: BTreeSet<&PathBuf> =
            self.changes.iter().filter(|change| change.old != change.new).filter_map(|change| change.new.as_ref()).collect();
        let gone: BTreeSet<&PathBuf> =
            self.changes.iter().filter(|change| change.old != change.new).filter_map(|change| change.old.as_ref()).collect();
        let charter = |path: &&PathBuf| path.file_name().is_some_and(is_charter);
        let settings = |path: &&PathBuf| path.file_name().is_some_and(|name| name == FILE_NAME);
        let folder = |path: &PathBuf| path.parent().map(Path::to_owned);
        let old = || names.iter().filter(|path| !added.contains(path)).chain(gone.iter().copied());
        let new = || names.iter().filter(|path| !gone.contains(path)).chain(added.iter().copied());
        let of = |paths: &mut dyn Iterator<Item = &PathBuf>| paths.filter_map(folder).collect::<BTreeSet<PathBuf>>();
        let (old_charters, new_charters) = (of(&mut old().filter(charter)), of(&mut new().filter(charter)));
        let (old_settings, new_settings) = (of(&mut old().filter(settings)), of(&mut new().filter(settings)));
        (self.old_charters, self.new_charters, self.old_settings, self.new_settings) =
            (old_charters, new_charters, old_settings, new_settings);
    }

    /// The text of a settings file in the later state.
    fn text(&self, root: &Path, objects: &Arc<Objects>, path: &Path) -> Option<String> {
        let most = crate::limits::CONFIG_BYTES_MAX;
        let entry = self.staged.as_ref().and_then(|tree| Some((path.strip_prefix(root).ok()?, tree)));
        let Some((relative, tree)) = entry else {
            let small = std::fs::metadata(path).is_ok_and(|known| known.len() <= most);
            return if small { std::fs::read_to_string(path).ok() } else { None };
        };
        let mut bytes = Vec::new();
        Kept::new(objects, &tree.get(relative)?.object, relative).read(most, &mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    }
}

/// The paths that were asked for.
struct Asked {
    /// Absolute.
    paths: Vec<PathBuf>,
    /// From the repository's root.
    within: Vec<PathBuf>,
    missing: Vec<PathBuf>,
    empty: Vec<PathBuf>,
}

impl Asked {
    fn of(given: &[PathBuf], root: &Path, states: &States, options: &Options) -> Result<Self, Trouble> {
        let mut asked = Asked { paths: Vec::new(), within: Vec::new(), missing: Vec::new(), empty: Vec::new() };
        for path in given {
            let mut absolute = clean(&options.working.join(path));
            if !absolute.starts_with(root) {
                // The way there may lead over a symbolic link.
                absolute = std::fs::canonicalize(&absolute).unwrap_or(absolute);
            }
            let Ok(within) = absolute.strip_prefix(root).map(Path::to_owned) else {
                return Err(Trouble {
                    message: format!(
                        "{} lies outside the repository {}",
                        shown(&options.working, &absolute),
                        shown(&options.working, root)
                    ),
                    help: "name paths of one repository, and compare each repository by itself".to_owned(),
                });
            };
            let was = || states.changes.iter().any(|change| change.old.as_ref().is_some_and(|old| old.starts_with(&within)));
            if std::fs::symlink_metadata(&absolute).is_err() && !was() {
                asked.missing.push(path.clone());
                continue;
            }
            if !states.new_charters.iter().chain(&states.old_charters).any(|folder| reaches(&within, folder)) {
                asked.empty.push(path.clone());
            }
            asked.paths.push(absolute);
            asked.within.push(within);
        }
        Ok(asked)
    }

    fn has(&self, folder: &Path) -> bool {
        self.within.iter().any(|path| reaches(path, folder))
    }

    /// The paths by which only a part of a programme was asked for; none where all of it was.
    fn only(&self, folder: &Path) -> Vec<PathBuf> {
        let whole = self.paths.iter().any(|path| folder.starts_with(path));
        if whole { Vec::new() } else { self.paths.iter().filter(|path| path.starts_with(folder)).cloned().collect() }
    }
}

/// Whether a path asks for the programme in a folder: at, above or beneath it. What is hidden is asked for by name.
fn reaches(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder) || folder.strip_prefix(path).is_ok_and(|rest| !is_hidden(rest))
}

/// Gathers the files of both sides.
struct Gathering<'g> {
    root: &'g Path,
    options: &'g Options,
    states: &'g States,
    old: &'g Tree,
    objects: &'g Arc<Objects>,
    /// Where files of the earlier state are now, by paths from the root; none where they are nowhere.
    renamed: HashMap<&'g Path, Option<&'g Path>>,
    /// The touched programmes as they are on the disk.
    disk: BTreeMap<PathBuf, Found>,
}

impl<'g> Gathering<'g> {
    fn disk(&mut self, keys: &BTreeSet<&Path>) -> (usize, Option<String>) {
        let changes = &self.states.changes;
        self.renamed = changes.iter().filter_map(|change| Some((change.old.as_deref()?, change.new.as_deref()))).collect();
        let folders: BTreeSet<PathBuf> = keys.iter().map(|folder| joined(self.root, folder)).filter(|folder| folder.is_dir()).collect();
        let (found, left_out) = programmes_at(&folders, self.options);
        self.disk = found.into_iter().map(|found| (found.folder.clone(), found)).collect();
        left_out
    }

    /// The programmes of the earlier state. An id is asked for only where the charter may have another.
    fn olds(&self, keys: &BTreeSet<&Path>, id_of: &dyn Fn(&Source) -> Option<String>) -> Vec<Known> {
        let folders = keys.iter().filter(|folder| self.states.old_charters.contains(**folder));
        folders
            .map(|folder| {
                let charter = folder.join(format!("{}.{}", super::CHARTER, super::READ));
                let entry = self.old.get(&charter).filter(|_| self.may_differ(folder));
                Known { folder: folder.to_path_buf(), id: entry.and_then(|entry| id_of(&self.kept(entry, &charter))) }
            })
            .collect()
    }

    fn news(&self, keys: &BTreeSet<&Path>, id_of: &dyn Fn(&Source) -> Option<String>) -> Vec<Known> {
        let there = |folder: &Path| self.states.staged.is_some() || self.disk.contains_key(&joined(self.root, folder));
        let folders = keys.iter().filter(|folder| self.states.new_charters.contains(**folder) && there(folder));
        folders
            .map(|folder| {
                let charter = folder.join(format!("{}.{}", super::CHARTER, super::READ));
                let source = match &self.states.staged {
                    Some(tree) => tree.get(&charter).map(|entry| self.kept(entry, &charter)),
                    None => Some(Source::Disk(self.root.join(&charter))),
                };
                let source = source.filter(|_| self.may_differ(folder));
                Known { folder: folder.to_path_buf(), id: source.and_then(|source| id_of(&source)) }
            })
            .collect()
    }

    /// Whether the programme in a folder may be another in the two states: it is not in both, or the charter changed.
    fn may_differ(&self, folder: &Path) -> bool {
        let is_its_charter = |path: &PathBuf| path.parent() == Some(folder) && path.file_name().is_some_and(is_charter);
        let in_both = self.states.old_charters.contains(folder) && self.states.new_charters.contains(folder);
        !in_both || self.states.changes.iter().any(|change| change.old.iter().chain(&change.new).any(is_its_charter))
    }

    fn kept(&self, entry: &Entry, path: &Path) -> Source {
        match entry.kind {
            EntryKind::File => Source::Kept(Kept::new(self.objects, &entry.object, path)),
            // They are told by their names and never read.
            EntryKind::Link | EntryKind::Repository => Source::Memory(Vec::new()),
        }
    }

    fn pair(&self, (old, new): Couple) -> Option<Pair> {
        // What a sparse checkout leaves out is in neither state.
        let sparse = |folder: &Path| {
            self.states.staged.is_none() && self.states.new_charters.contains(folder) && !self.disk.contains_key(&joined(self.root, folder))
        };
        if new.is_none() && old.as_deref().is_some_and(sparse) {
            return None;
        }
        let old_side = old.as_deref().map(|folder| self.earlier(folder, new.as_deref().unwrap_or(folder)));
        let new_side = new.as_deref().and_then(|folder| self.later(folder));
        Some(Pair { new: new_side, old: old_side })
    }

    /// What is on the disk in a programme's folder and has no history here: git ignores it, or it lies in a
    /// repository of its own.
    fn standing(&self, folder: &Path, tracked: &dyn Fn(&Path) -> bool) -> Vec<&Seen> {
        let found = self.disk.get(&joined(self.root, folder));
        let stands = |seen: &&Seen| {
            let path = seen.path.strip_prefix(self.root).unwrap_or(&seen.path);
            !tracked(path) && !self.states.untracked.contains(path)
        };
        found.into_iter().flat_map(|found| &found.files).filter(stands).collect()
    }

    fn earlier(&self, folder: &Path, now: &Path) -> Side {
        let mut found = self.old.found(self.root, folder, &self.options.working);
        let mut sources = HashMap::new();
        for seen in &found.files {
            let Ok(path) = seen.path.strip_prefix(self.root) else { continue };
            let renamed = self.renamed.get(path).copied();
            // What is gone would lie at the same place in the folder of today.
            let inside = path.strip_prefix(folder).unwrap_or(path);
            let today = match renamed {
                Some(Some(today)) if today.starts_with(now) => self.root.join(today),
                Some(None) | Some(Some(_)) => joined(self.root, now).join(inside),
                None if folder != now => joined(self.root, now).join(inside),
                None => seen.path.clone(),
            };
            // What is as it was is read from where it is, unless that is not what is looked at.
            let source = match self.old.get(path) {
                Some(entry) if renamed.is_some() || self.states.staged.is_some() => self.kept(entry, path),
                _ => Source::Disk(seen.path.clone()),
            };
            sources.insert(seen.path.clone(), (source, today));
        }
        let added: BTreeSet<&Path> = self.states.changes.iter().filter_map(|change| change.new.as_deref()).collect();
        let standing = self.standing(now, &|path| added.contains(path) || self.old.get(path).is_some());
        let mut further: Vec<Seen> = Vec::new();
        for seen in standing {
            let inside = seen.path.strip_prefix(joined(self.root, now)).unwrap_or(&seen.path);
            let path = joined(self.root, folder).join(inside);
            if !sources.contains_key(&path) {
                sources.insert(path.clone(), (Source::Disk(seen.path.clone()), seen.path.clone()));
                further.push(Seen { path, kind: seen.kind });
            }
        }
        found.files.extend(further);
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        Side { found, sources }
    }

    fn later(&self, folder: &Path) -> Option<Side> {
        let Some(tree) = &self.states.staged else {
            let found = self.disk.get(&joined(self.root, folder))?.clone();
            return Some(Side { found, sources: HashMap::new() });
        };
        let mut found = tree.found(self.root, folder, &self.options.working);
        let mut sources = HashMap::new();
        for seen in &found.files {
            let Ok(path) = seen.path.strip_prefix(self.root) else { continue };
            if let Some(entry) = tree.get(path) {
                sources.insert(seen.path.clone(), (self.kept(entry, path), seen.path.clone()));
            }
        }
        found.files.extend(self.standing(folder, &|path| tree.get(path).is_some()).into_iter().cloned());
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        Some(Side { found, sources })
    }
}
