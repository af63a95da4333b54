//! `havesay check --since REF` and `--staged`: only what a change brought.
//!
//! Both states of every programme that the change touches are audited, and their findings are held against
//! one another by their fingerprints. Here the programmes of the run are found, and what they were is put
//! beside them; how a programme is judged in both states is said in `pipeline::change`.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{Governing, Setups};
use super::{CheckArgs, exit, say};
use crate::discover::git::{Objects, Trouble};
use crate::discover::mirror::{self, Mirror};
use crate::discover::touched::{Governed, Pair, Side, Since, Touched, touched};
use crate::discover::{self, Discovered, Found, Input, Options, Role, Source};
use crate::document::Forest;
use crate::pipeline::{self, Against, Before, Task};
use crate::programme::{self, Clock, Judges};
use crate::redact::Shown;
use crate::report::ComparedWith;
use crate::schema::Schema;
use crate::text::Visible;

/// A run that looks at what a change brought.
pub(super) struct Comparing {
    touched: Touched,
    name: String,
    pairs: Vec<Pair>,
    /// The settings as they are staged, if that is what is looked at.
    pub staged: Option<Mirror>,
}

/// What the arguments ask for, if they ask for a change.
pub(super) fn comparing(
    args: &CheckArgs,
    schema: &Arc<Schema>,
    clock: Clock,
    paths: &[PathBuf],
    options: &Options,
) -> Result<Option<Comparing>, u8> {
    let since = match (&args.since, args.staged) {
        (Some(name), _) => Since::Name(name),
        (None, true) => Since::Staged,
        (None, false) => return Ok(None),
    };
    let governed = match (&args.common.config, args.common.isolated) {
        (_, true) => Governed::Nothing,
        (Some(file), _) => Governed::By(file.clone()),
        (None, _) => Governed::Closest,
    };
    let judges = OnceCell::new();
    let id_of = |source: &Source| id_of(schema, judges.get_or_init(|| Judges::new(schema)), clock, source);
    let mut touched = touched(paths, since, &governed, options, &id_of).map_err(complain)?;
    let pairs = std::mem::take(&mut touched.pairs);
    let kept = pairs.iter().flat_map(|pair| pair.old.iter().chain(&pair.new)).flat_map(|side| side.sources.values());
    touched
        .objects
        .check(kept.filter_map(|(source, _)| if let Source::Kept(kept) = source { Some(kept) } else { None }))
        .map_err(complain)?;
    let name = args.since.clone().unwrap_or_else(|| "HEAD".to_owned());
    let mut own = Comparing { touched, name, pairs, staged: None };
    if let Some(tree) = &own.touched.staged
        && !matches!(governed, Governed::Nothing)
    {
        let beneath = |path: &Path| Ok(tree.beneath(path).map(|(path, entry)| (path.clone(), entry.clone())).collect());
        let named = if let Governed::By(file) = &governed { Some(discover::clean(&options.working.join(file))) } else { None };
        let programmes = folders(&own.pairs, |pair| pair.new.as_ref());
        let state = own.state(&beneath, named.as_deref(), &programmes);
        let state = mirror::State { settings: &own.touched.staged_settings, ..state };
        own.staged = Some(Mirror::of(&state).map_err(complain)?);
    }
    Ok(Some(own))
}

fn complain(trouble: Trouble) -> u8 {
    say(&trouble.to_string());
    exit::FAULT
}

fn folders(pairs: &[Pair], side: impl Fn(&Pair) -> Option<&Side>) -> Vec<PathBuf> {
    pairs.iter().filter_map(side).map(|side| side.found.folder.clone()).collect()
}

/// The id that a charter gives its programme, if it gives one.
fn id_of(schema: &Arc<Schema>, judges: &Judges, clock: Clock, charter: &Source) -> Option<String> {
    let input = Input { path: String::new(), role: Role::Charter, source: charter.clone() };
    let programme = programme::load(schema, judges, "", &[input], Forest::default(), clock, false);
    Some(programme.id).filter(|id| !id.is_empty())
}

type Lookup<'l> = dyn Fn(&Path) -> Result<discover::git::Entries, Trouble> + 'l;

impl Comparing {
    fn state<'s>(&'s self, entries: &'s Lookup<'s>, named: Option<&'s Path>, programmes: &'s [PathBuf]) -> mirror::State<'s> {
        let touched = &self.touched;
        mirror::State {
            root: touched.repository.root(),
            entries,
            objects: &touched.objects,
            settings: &touched.old_settings,
            named,
            programmes,
        }
    }

    /// The programmes of the later state, as if they had been found on the disk.
    pub fn discovered(&mut self) -> Discovered {
        let touched = &mut self.touched;
        Discovered {
            programmes: self.pairs.iter().filter_map(|pair| pair.new.as_ref()).map(|side| side.found.clone()).collect(),
            missing: std::mem::take(&mut touched.missing),
            empty: std::mem::take(&mut touched.empty).into_iter().map(|path| (path, 0)).collect(),
            left_out: std::mem::take(&mut touched.left_out),
            strays: std::mem::take(&mut touched.strays),
        }
    }

    /// What reports say of the other state.
    pub fn told(&self) -> ComparedWith {
        let state = self.touched.state.as_ref();
        ComparedWith {
            name: Shown::words(&self.name),
            object: state.map(|state| Shown::words(&state.object)),
            parted: state.is_some_and(|state| state.parted),
            staged: self.touched.staged.is_some(),
            settings_changed: self.touched.settings_changed,
            untouched: self.touched.untouched as u64,
        }
    }

    /// What reads the bytes that git keeps; whether it could is known at the end.
    pub fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.touched.objects)
    }

    /// Puts beside each programme of the run what it was, and adds those that are gone.
    pub fn put_beside(
        self,
        tasks: &mut Vec<Task>,
        setups: &mut Setups,
        schema: &Arc<Schema>,
        governing: &Governing<'_>,
        options: &Options,
    ) -> Result<(), u8> {
        let old = self.earlier_settings(governing, options)?;
        let mut earlier = Earlier { schema, governing, mirror: old.as_ref(), later: self.staged.as_ref(), fallen_back: false };
        let mut by_folder: BTreeMap<PathBuf, usize> = BTreeMap::new();
        for (number, task) in tasks.iter().enumerate() {
            by_folder.insert(task.found.folder.clone(), number);
        }
        // Each programme as it was: a task of its own until it has its waivers.
        let (mut olds, mut befores): (Vec<Task>, Vec<(Option<usize>, Before)>) = (Vec::new(), Vec::new());
        for pair in self.pairs {
            let Some(task) = pair.new.as_ref().and_then(|side| by_folder.get(&side.found.folder)).and_then(|number| tasks.get_mut(*number))
            else {
                // It is gone, or the settings leave it out now.
                if let Some(before) = pair.old.and_then(|side| earlier.before(setups, side, None, options).transpose()) {
                    let (task, before) = before?;
                    olds.push(task);
                    befores.push((None, before));
                }
                continue;
            };
            if let Some(side) = pair.new {
                replace(&mut task.inputs, &side);
            }
            task.compared = Some(Against::Nothing);
            let number = by_folder.get(&task.found.folder).copied();
            if let Some(side) = pair.old
                && let Some((task, before)) = earlier.before(setups, side, Some(&task.found), options)?
            {
                olds.push(task);
                befores.push((number, before));
            }
        }
        earlier.waivers(setups, &mut olds, &options.working);
        for (mut task, (number, mut before)) in olds.into_iter().zip(befores) {
            before.waivers = std::mem::take(&mut task.waivers);
            before.paths = std::mem::take(&mut task.paths);
            match number.and_then(|number| tasks.get_mut(number)) {
                Some(now) => now.compared = Some(Against::Before(before)),
                None => tasks.push(Task { inputs: Vec::new(), compared: Some(Against::Departed(before)), ..task }),
            }
        }
        Ok(())
    }

    /// The settings of the earlier state, where they are not those of today.
    fn earlier_settings(&self, governing: &Governing<'_>, options: &Options) -> Result<Option<Mirror>, u8> {
        let touched = &self.touched;
        if !touched.settings_changed || touched.state.is_none() || governing.is_isolated() {
            return Ok(None);
        }
        let beneath = |path: &Path| Ok(touched.old.beneath(path).map(|(path, entry)| (path.clone(), entry.clone())).collect());
        let named = governing.named().map(|file| discover::clean(&options.working.join(file)));
        let programmes = folders(&self.pairs, |pair| pair.old.as_ref());
        Mirror::of(&self.state(&beneath, named.as_deref(), &programmes)).map(Some).map_err(complain)
    }
}

/// Gives inputs the bytes of their state in place of those on the disk.
fn replace(inputs: &mut [Input], side: &Side) {
    for input in inputs {
        if let Source::Disk(path) = &input.source
            && let Some((source, _)) = side.sources.get(path)
        {
            input.source = source.clone();
        }
    }
}

/// Programmes of the earlier state, with their settings.
struct Earlier<'e> {
    schema: &'e Arc<Schema>,
    governing: &'e Governing<'e>,
    mirror: Option<&'e Mirror>,
    later: Option<&'e Mirror>,
    fallen_back: bool,
}

impl Earlier<'_> {
    fn before(&mut self, setups: &mut Setups, side: Side, now: Option<&Found>, options: &Options) -> Result<Option<(Task, Before)>, u8> {
        let number = self.setup(setups, &side.found.folder)?;
        let Some(setup) = setups.get(number) else { return Ok(None) };
        let mut inputs = pipeline::inputs(setup, &side.found, options);
        if !pipeline::is_programme(&inputs) {
            return Ok(None);
        }
        let mut names = Vec::with_capacity(inputs.len());
        let mut paths = Vec::with_capacity(inputs.len());
        for input in &mut inputs {
            names.push(input.path.clone());
            let known = if let Source::Disk(path) = &input.source { side.sources.get(path) } else { None };
            let today = known.map(|(_, today)| today.clone()).unwrap_or_default();
            if let Some((source, today)) = known {
                input.path = discover::shown(&options.working, today);
                input.source = source.clone();
            }
            paths.push(today);
        }
        let known_as = now.map_or_else(|| side.found.shown.clone(), |now| now.shown.clone());
        let before = Before {
            setup: number,
            folder: side.found.shown.clone(),
            known_as,
            inputs: inputs.clone(),
            names,
            paths: Vec::new(),
            waivers: Vec::new(),
            home: side.found.folder.clone(),
        };
        let task = Task { setup: number, found: side.found, inputs, paths, waivers: Vec::new(), compared: None };
        Ok(Some((task, before)))
    }

    /// Gives the programmes the waivers that concerned them. Where these are at fault, all that they may have held
    /// back counts as having been there.
    fn waivers(&self, setups: &Setups, olds: &mut [Task], working: &Path) {
        let mirror = self.mirror.or(self.later);
        let place = |path: &Path| mirror.map_or_else(|| path.to_owned(), |mirror| mirror.inside(path));
        if pipeline::waivers::attach(&setups.list, olds, working, &|_| false, &place).is_err() {
            say("the waivers of the earlier state are at fault, so what they held back counts as having been there");
        }
    }

    /// The settings of a programme as it was. Where they are at fault those of today stand in, so that a change
    /// that mends them can be looked at.
    fn setup(&mut self, setups: &mut Setups, folder: &Path) -> Result<usize, u8> {
        if let Some(mirror) = self.mirror.filter(|_| !self.fallen_back) {
            match setups.setup_of(self.schema, self.governing, folder, Some(mirror)) {
                Ok(number) => return Ok(number),
                Err(_) => {
                    self.fallen_back = true;
                    say("the settings or rules of the earlier state are at fault, so it is audited by those of today");
                }
            }
        }
        setups.setup_of(self.schema, self.governing, folder, self.later).map_err(|error| {
            super::complain(&error);
            exit::FAULT
        })
    }
}

/// Whether git could give all that was asked of it; if not, says what.
pub(super) fn all_was_read(objects: &Objects) -> bool {
    match objects.failure() {
        None => true,
        Some(why) => {
            say(&Visible(&why).to_string());
            false
        }
    }
}
