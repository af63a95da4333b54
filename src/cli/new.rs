//! `havesay new`: a rule page to start from, with its blanks marked.
//!
//! What a blank looks like is known to the pages, which are refused while they have one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Common, NewArgs, NewRuleArgs, NewWhat, complain, exit, out, say, shown, source};
use crate::config;
use crate::pipeline::setup::SetupError;
use crate::text::Visible;

/// The page, embedded from `schema/start`.
const PAGE: &str = include_str!("../../schema/start/rule.md");

/// Where pages go if no settings say so.
const FOLDER: &str = "rules";

/// Bytes of a rule's name.
const NAME_BYTES_MAX: usize = 100;

pub(super) fn new(args: &NewArgs) -> u8 {
    match &args.what {
        NewWhat::Rule(args) => rule(args).unwrap_or_else(|status| status),
    }
}

fn rule(args: &NewRuleArgs) -> Result<u8, u8> {
    let name = args.name.trim_end_matches(".md");
    if let Some(why) = bad_name(name) {
        say(&format!(
            "{} is no name for a rule: {why}\n  help: write a family, a slash, and the fault that the rule reports, such as pay/travel-not-prepaid",
            Visible(name)
        ));
        return Err(exit::FAULT);
    }
    if source().pages().0.iter().any(|page| *page.name == *name) {
        say(&format!(
            "there is a built-in rule {name}\n  help: choose another name; to change its severity or numbers, write [rule.\"{name}\"] in havesay.toml; to put a page of your own in its place, write one of this name with replaces: true"
        ));
        return Err(exit::FAULT);
    }
    let (folder, named) = folder(args)?;
    let path = folder.join(format!("{name}.md"));
    if fs::symlink_metadata(&path).is_ok() {
        say(&format!("{} is there already, and nothing was written\n  help: choose another name, or edit that page", shown(&path)));
        return Err(exit::FAULT);
    }
    if let Err(error) = write(&path, PAGE) {
        say(&format!("{} cannot be written: {}", shown(&path), error.kind()));
        return Err(exit::FAULT);
    }
    let folder = shown(&folder);
    let settings = if named { String::new() } else { format!("  name the folder in havesay.toml: rules = [\"{folder}\"]\n") };
    Ok(out(&format!(
        "A page to start from is in {}. Next:\n  fill its blanks, which stand in << >>\n  havesay test {folder}\n{settings}",
        shown(&path)
    )))
}

/// Why a name cannot be that of a rule.
fn bad_name(name: &str) -> Option<&'static str> {
    let parts: Vec<&str> = name.split('/').collect();
    let fine = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if name.len() > NAME_BYTES_MAX {
        Some("it is too long")
    } else if parts.len() != 2 {
        Some("it has not the form family/name")
    } else if !parts.iter().all(fine) {
        Some("it may hold small letters from a to z, digits and - only, and each part begins with a letter")
    } else if parts.first() == Some(&"definitions") {
        Some("the folder definitions holds definitions")
    } else {
        None
    }
}

/// The folder for the page, and whether the settings name it.
fn folder(args: &NewRuleArgs) -> Result<(PathBuf, bool), u8> {
    let working = std::env::current_dir().unwrap_or_default();
    let Common { config: given, isolated, .. } = &args.common;
    let file = if *isolated { None } else { given.clone().map(|file| working.join(file)).or_else(|| config::closest(&working, None).file) };
    let named = match file.map(|file| config::resolve(&file)).transpose() {
        Ok(config) => config.map(|config| config.rules().to_vec()).unwrap_or_default(),
        Err(error) => {
            complain(&SetupError::Config(error));
            return Err(exit::FAULT);
        }
    };
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| working.join(path));
    match (&args.folder, named.first()) {
        (Some(folder), _) => Ok((folder.clone(), named.iter().any(|known| real(&known.value) == real(folder)))),
        (None, Some(first)) => Ok((config::relative(&working, &working.join(&first.value)), true)),
        (None, None) => Ok((PathBuf::from(FOLDER), false)),
    }
}

/// Writes the whole page or nothing, and never over another.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".havesay-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
    }
    file.persist_noclobber(path).map(drop).map_err(|error| error.error)
}
