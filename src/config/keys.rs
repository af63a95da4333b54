//! The keys of a settings file: what each is for, the form of its value, and where it stands.
//!
//! The reader, the JSON Schema for editors and the list of what can be locked are all made from this table.
//! What a value means is not known here.

/// The tables of the file, and the keys of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The file itself.
    Top,
    /// `[files]`.
    Files,
    /// `[rule."…"]`.
    Rule,
    /// `[definition.…]`.
    Definition,
    /// `[[overrides]]`.
    Overrides,
    /// `[privacy]`.
    Privacy,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A list of paths.
    Paths,
    /// A severity.
    Severity,
    /// A list of patterns of paths; whether it may be empty.
    Patterns(bool),
    /// For each register a pattern or a list of them.
    Registers,
    /// Yes or no.
    Flag,
    /// A reason in words.
    Reason,
    /// A whole number from 1 on.
    Whole,
    /// A list of fields of registers.
    Fields,
    /// A list of keys of this file.
    Keys,
    /// Values of parameters, by name.
    Params,
    /// A table.
    Table(Scope),
    /// Tables by name.
    Named(Scope),
    /// A list of tables.
    Tables(Scope),
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// Its name.
    pub name: &'static str,
    /// The form of its value.
    pub form: Form,
    /// What it is for: a sentence.
    pub about: &'static str,
    /// What may be written, as TOML.
    pub example: &'static str,
}

const fn key(name: &'static str, form: Form, about: &'static str, example: &'static str) -> Key {
    Key { name, form, about, example }
}

const TOP: [Key; 11] = [
    key(
        "extends",
        Form::Paths,
        "Settings files that this one builds on; what is set here, or in a later one of them, beats what they set.",
        "[\"../org/havesay.toml\"]",
    ),
    key("lock", Form::Keys, "Keys that files which extend this one may make stricter and not loosen.", "[\"fail_on\", \"rule.pay/late\"]"),
    key("rules", Form::Paths, "Further folders of rule pages.", "[\"policy/rules\"]"),
    key("schema", Form::Paths, "Schema overlays: files that describe fields of your own.", "[\"policy/records.json\"]"),
    key("fail_on", Form::Severity, "The mildest severity that fails a run.", "\"warning\""),
    key("files", Form::Table(Scope::Files), "Which files are looked at.", "{ exclude = [\"**/archive/**\"] }"),
    key("map", Form::Registers, "Files that hold a register whatever their name, by register.", "{ participants = \"people/*.json\" }"),
    key("rule", Form::Named(Scope::Rule), "Settings of rules, by the rule's name.", "{ \"pay/late\" = { severity = \"error\" } }"),
    key(
        "definition",
        Form::Named(Scope::Definition),
        "Settings of definitions, by the definition's name.",
        "{ pay-term = { params = { term_days = 14 } } }",
    ),
    key("overrides", Form::Tables(Scope::Overrides), "What holds for some programmes only; a later one beats an earlier one.", ""),
    key("privacy", Form::Table(Scope::Privacy), "What reports may show.", "{ min_cell = 10 }"),
];

const FILES: [Key; 2] = [
    key("include", Form::Patterns(false), "If it is written, only what one of these patterns covers is looked at.", "[\"programmes/**\"]"),
    key("exclude", Form::Patterns(true), "What one of these patterns covers is left out.", "[\"**/archive/**\"]"),
];

const RULE: [Key; 4] = [
    key("severity", Form::Severity, "Its severity, in place of the page's.", "\"warning\""),
    key("params", Form::Params, "Its parameters.", "{ term_days = 14 }"),
    key("off", Form::Reason, "Why the rule is off.", "\"we run a standing panel\""),
    key("waivable", Form::Flag, "Whether its findings may be waived.", "false"),
];

const DEFINITION: [Key; 1] = [key("params", Form::Params, "Its parameters.", "{ term_days = 14 }")];

const OVERRIDES: [Key; 3] = [
    key("paths", Form::Patterns(false), "For which programmes, by patterns of their folders.", "[\"programmes/pilot-*/**\"]"),
    key("rule", Form::Named(Scope::Rule), "Settings of rules, by the rule's name.", "{ \"pay/late\" = { severity = \"warning\" } }"),
    key(
        "definition",
        Form::Named(Scope::Definition),
        "Settings of definitions, by the definition's name.",
        "{ pay-term = { params = { term_days = 30 } } }",
    ),
];

const PRIVACY: [Key; 2] = [
    key("min_cell", Form::Whole, "The smallest number of people that is shown; the strictest of a run wins.", "10"),
    key("sensitive", Form::Fields, "Further fields that are never shown.", "[\"participants.x-postcode\"]"),
];

impl Scope {
    pub(super) const ALL: [Scope; 6] = [Scope::Top, Scope::Files, Scope::Rule, Scope::Definition, Scope::Overrides, Scope::Privacy];

    /// The keys, in the order in which they are listed.
    pub(super) const fn table(self) -> &'static [Key] {
        match self {
            Scope::Top => &TOP,
            Scope::Files => &FILES,
            Scope::Rule => &RULE,
            Scope::Definition => &DEFINITION,
            Scope::Overrides => &OVERRIDES,
            Scope::Privacy => &PRIVACY,
        }
    }

    /// The names of the keys.
    pub(super) fn keys(self) -> Vec<&'static str> {
        self.table().iter().map(|key| key.name).collect()
    }

    /// The key of this name.
    pub(super) fn key(self, name: &str) -> Option<&'static Key> {
        self.table().iter().find(|key| key.name == name)
    }

    /// Where a key of this scope is written, as help says it.
    pub(super) const fn place(self) -> &'static str {
        match self {
            Scope::Top => "at the top of the file, before the first table",
            Scope::Files => "in [files]",
            Scope::Rule => "in a rule's table, such as [rule.\"pay/late\"]",
            Scope::Definition => "in a definition's table, such as [definition.pay-term]",
            Scope::Overrides => "in [[overrides]]",
            Scope::Privacy => "in [privacy]",
        }
    }
}
