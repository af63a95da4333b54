//! Which pages use which definitions: whose examples may show something of a definition.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Subject;
use crate::rule::front::{Scalar, Style, Yaml};
use crate::rule::{Rules, prose};

/// Which definitions each page uses, however far away, and its examples with it.
#[derive(Debug)]
pub struct Uses<'r> {
    of: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
    subjects: Vec<Subject<'r>>,
}

impl<'r> Uses<'r> {
    /// Reads it from the pages.
    #[must_use]
    pub fn read(rules: &'r Rules) -> Self {
        let mut of = HashMap::new();
        let subjects: Vec<Subject<'r>> = Subject::all(rules).collect();
        for subject in &subjects {
            let page = subject.page();
            let mut used: BTreeSet<Arc<str>> = rules.definitions_in(&page.front).iter().map(|page| Arc::clone(&page.name)).collect();
            if page.is_definition() {
                let examples = prose::examples(&page.text());
                let quotes: Vec<&str> = examples.iter().flat_map(|example| &example.quotes).map(|(quote, _)| quote.as_str()).collect();
                used.extend(rules.definitions_in(&words(&quotes.join("\n"))).iter().map(|page| Arc::clone(&page.name)));
            }
            of.insert(Arc::clone(&page.name), used);
        }
        Self { of, subjects }
    }

    /// The definitions that a page uses.
    #[must_use]
    pub fn of(&self, page: &str) -> Option<&BTreeSet<Arc<str>>> {
        self.of.get(page)
    }

    /// Whether a page uses a definition.
    #[must_use]
    pub fn uses(&self, page: &str, definition: &str) -> bool {
        self.of.get(page).is_some_and(|used| used.contains(definition))
    }

    /// The other pages that use a definition, definitions first.
    #[must_use]
    pub fn users(&self, definition: &str) -> Vec<Subject<'r>> {
        let mut users: Vec<Subject<'r>> = self
            .subjects
            .iter()
            .filter(|subject| *subject.page().name != *definition && self.uses(&subject.page().name, definition))
            .copied()
            .collect();
        users.sort_by_key(|subject| !subject.page().is_definition());
        users
    }
}

fn words(text: &str) -> Yaml {
    Yaml::Scalar(Scalar { text: text.to_owned(), at: (0, 0), style: Style::Double, lines: Vec::new(), commented: false })
}
