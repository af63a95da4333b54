//! The keys that a file locks: how they are written, and what they cover.
//!
//! What loosens a setting is not known here: for that one must know what it means.

use super::keys::{Form, Scope};
use crate::text;

/// Reads a key such as `fail_on`, `privacy.min_cell`, `rule.pay/late` or `rule."pay/late".severity`.
///
/// # Errors
/// What is wrong with it, and what to do.
pub(super) fn keys(text: &str) -> Result<Vec<String>, (&'static str, String)> {
    const SHAPE: &str = "write keys with dots between them, such as \"fail_on\" or \"rule.pay/late\"";
    let mut keys = Vec::new();
    let mut rest = text.trim();
    loop {
        let (key, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(("a key that is not closed", SHAPE.to_owned()))?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        if key.trim().is_empty() || key.contains(char::is_control) {
            return Err(("this is no key of a settings file", SHAPE.to_owned()));
        }
        keys.push(key.trim().to_owned());
        match after.trim_start().strip_prefix('.') {
            Some(next) => rest = next.trim_start(),
            None if after.trim().is_empty() => break,
            None => return Err(("this is no key of a settings file", SHAPE.to_owned())),
        }
    }
    known(&keys)?;
    Ok(keys)
}

/// Whether there is such a key, as far as this file can tell.
fn known(keys: &[String]) -> Result<(), (&'static str, String)> {
    let mut scope = Scope::Top;
    let mut left = keys;
    while let Some((name, rest)) = left.split_first() {
        let lockable: Vec<&str> =
            scope.keys().into_iter().filter(|name| scope != Scope::Top || !["extends", "lock", "overrides"].contains(name)).collect();
        let Some(key) = scope.key(name).filter(|key| lockable.contains(&key.name)) else {
            let near = text::nearest(name, lockable.iter().copied());
            let names: Vec<String> = lockable.iter().map(|name| format!("`{name}`")).collect();
            let help = near.map_or_else(
                || format!("what can be locked here is {}", text::list(&names, "and")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(("there is nothing of this name to lock", help));
        };
        left = match key.form {
            Form::Table(inner) => {
                scope = inner;
                rest
            }
            // The name of a rule or definition, and then a key of its table.
            Form::Named(inner) => {
                scope = inner;
                rest.get(1..).unwrap_or_default()
            }
            Form::Params | Form::Registers => rest.get(1..).unwrap_or_default(),
            _ if rest.is_empty() => rest,
            _ => return Err(("this key holds no further ones", "leave out what follows it".to_owned())),
        };
        if matches!(key.form, Form::Params | Form::Registers) && !left.is_empty() {
            return Err(("this key holds no further ones", "leave out what follows it".to_owned()));
        }
    }
    Ok(())
}

/// Whether a lock covers what is set: itself, all beneath it, and of a family all its rules.
#[must_use]
pub fn covers(lock: &[String], set: &[String]) -> bool {
    lock.len() <= set.len()
        && lock.iter().zip(set).enumerate().all(|(depth, (lock, set))| {
            let family = depth == 1 && !lock.contains('/') && set.split_once('/').is_some_and(|(family, _)| family == lock);
            lock == set || family
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_unknown_ones_refused() {
        for (text, expected) in [
            ("fail_on", Ok(vec!["fail_on"])),
            (" privacy . min_cell ", Ok(vec!["privacy", "min_cell"])),
            ("rule", Ok(vec!["rule"])),
            ("rule.pay", Ok(vec!["rule", "pay"])),
            ("rule.pay/late", Ok(vec!["rule", "pay/late"])),
            ("rule.\"pay/late\".severity", Ok(vec!["rule", "pay/late", "severity"])),
            ("rule.pay/late.params.term_days", Ok(vec!["rule", "pay/late", "params", "term_days"])),
            ("definition.pay-term", Ok(vec!["definition", "pay-term"])),
            ("files.exclude", Ok(vec!["files", "exclude"])),
            ("map.participants", Ok(vec!["map", "participants"])),
            ("", Err("this is no key of a settings file")),
            ("rule..off", Err("this is no key of a settings file")),
            ("rule.\"pay/late", Err("a key that is not closed")),
            ("rule.\"a\"b", Err("this is no key of a settings file")),
            ("fail-on", Err("there is nothing of this name to lock")),
            ("lock", Err("there is nothing of this name to lock")),
            ("overrides", Err("there is nothing of this name to lock")),
            ("privacy.min_cel", Err("there is nothing of this name to lock")),
            ("rule.pay/late.of", Err("there is nothing of this name to lock")),
            ("fail_on.x", Err("this key holds no further ones")),
            ("rule.pay/late.params.a.b", Err("this key holds no further ones")),
        ] {
            let read = keys(text).map_err(|(message, _)| message);
            assert_eq!(read, expected.map(|keys| keys.into_iter().map(str::to_owned).collect()), "{text}");
        }
    }

    #[test]
    fn a_lock_covers_what_lies_beneath_it() {
        let list = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        for (lock, set, expected) in [
            ("fail_on", "fail_on", true),
            ("rule", "rule.pay/late.off", true),
            ("rule.pay", "rule.pay/late.off", true),
            ("rule.pay/late", "rule.pay/late.params.a", true),
            ("rule.pay/late.severity", "rule.pay/late.off", false),
            ("rule.pay/late", "rule.pay/unpaid.off", false),
            ("rule.pa", "rule.pay/late.off", false),
            ("privacy.min_cell", "privacy", false),
        ] {
            assert_eq!(covers(&list(lock), &list(set)), expected, "{lock} {set}");
        }
    }
}
