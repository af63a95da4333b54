//! The closed library of functions that expressions may call, one file for each topic.
//!
//! The functions here work on plain values; how an expression calls them is `expression/calls.rs`. [`LIBRARY`]
//! says what each is for; `docs/functions.md` is made from it.

pub mod dates;
pub mod statistics;
pub mod survival;
pub mod text;

/// A function of the library.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// What it is about.
    pub about: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub call: &'static str,
    /// What it gives.
    pub gives: &'static str,
}

const fn function(about: &'static str, name: &'static str, call: &'static str, gives: &'static str) -> Function {
    Function { about, name, call, gives }
}

/// Every function, by what it is about.
pub const LIBRARY: &[Function] = &[
    function(
        "asking",
        "has",
        "has(record.field)",
        "Whether a field is written: not left out, not unknown, not blank. An empty list is written. Of a register or of what refers to a record: whether the register is kept. No value where the value is at fault.",
    ),
    function("asking", "known", "known(path)", "Whether every step of a path has a value."),
    function("asking", "otherwise", "otherwise(path, default)", "The value of a path, or the default where it has none."),
    function(
        "walking lists",
        "exists",
        "list.exists(x, condition)",
        "Whether the condition holds for some element. An element without an answer matters only where no other decides.",
    ),
    function(
        "walking lists",
        "all",
        "list.all(x, condition)",
        "Whether the condition holds for every element. An element without an answer matters only where no other decides.",
    ),
    function("walking lists", "exists_one", "list.exists_one(x, condition)", "Whether the condition holds for exactly one element."),
    function("walking lists", "filter", "list.filter(x, condition)", "The elements for which the condition holds."),
    function("walking lists", "map", "list.map(x, value)", "The value of an expression for every element."),
    function("walking lists", "sort_by", "list.sort_by(x, key)", "The elements in the order of a number, date, text or word."),
    function("words and texts", "at_least", "word.at_least('word')", "Whether a word of an ordered vocabulary stands at or after another."),
    function("words and texts", "below", "word.below('word')", "Whether a word of an ordered vocabulary stands before another."),
    function("words and texts", "contains", "text.contains('text')", "Whether a text holds another."),
    function("words and texts", "startsWith", "text.startsWith('text')", "Whether a text begins with another."),
    function("words and texts", "endsWith", "text.endsWith('text')", "Whether a text ends with another."),
    function(
        "words and texts",
        "matches",
        "text.matches('pattern')",
        "Whether a text matches a regular expression (linear time, written out).",
    ),
    function("words and texts", "lower", "lower(text)", "A text in small letters."),
    function("words and texts", "trim", "trim(text)", "A text without blanks at its ends."),
    function(
        "words and texts",
        "looks_like_contact",
        "looks_like_contact(text)",
        "Whether a text holds an e-mail address, a telephone number or a postal code.",
    ),
    function(
        "dates",
        "days",
        "days(a, b)",
        "The days from a to b. Where a date is known only to the month or year, a comparison with it has a value only if all its days agree.",
    ),
    function("dates", "months", "months(a, b)", "The whole months from a to b; no value where a date is not known to the day."),
    function("dates", "add_days", "add_days(date, n)", "A date moved by days; a month or year moves as a whole."),
    function("dates", "add_months", "add_months(date, n)", "A date moved by months; a month or year moves as a whole."),
    function("dates", "date", "date('2026-03-01')", "A date written out."),
    function("dates", "busiest", "busiest(dates, amounts, days)", "The largest sum of amounts within any so many consecutive days."),
    function("numbers", "size", "size(list)", "How many elements a list, entries a map, or characters a text has."),
    function("numbers", "sum", "sum(list)", "The sum of numbers, exact."),
    function("numbers", "mean", "mean(list)", "The mean of numbers; no value of an empty list."),
    function("numbers", "min", "min(list) or min(a, b)", "The least of numbers or dates; no value of an empty list."),
    function("numbers", "max", "max(list) or max(a, b)", "The greatest of numbers or dates; no value of an empty list."),
    function("numbers", "median", "median(list)", "The median of numbers; no value of an empty list."),
    function(
        "numbers",
        "censored_median",
        "censored_median(ended, running)",
        "The median of lengths of time of which some still run (Kaplan and Meier): where too many do, it is known only to be at least so much, and a comparison has a value only if that decides it.",
    ),
    function("numbers", "quantile", "quantile(list, q)", "A quantile of numbers, interpolated; no value of an empty list."),
    function("numbers", "abs", "abs(n)", "A number without its sign."),
    function("numbers", "share", "share(n, of)", "n divided by of; no value of nothing. In messages shown in per cent."),
    function("lists", "distinct", "distinct(list)", "Each value once, in the order of its first."),
    function("lists", "count_by", "count_by(list)", "How often each word, text or record stands in a list, as a map."),
    function("lists", "first", "first(list)", "The first element; no value of an empty list."),
    function("lists", "last", "last(list)", "The last element; no value of an empty list."),
    function("records", "register_of", "register_of(record)", "The register in which a record stands."),
    function("records", "missing", "missing(record, ['field', 'field'])", "The names of those fields that are not written."),
    function("records", "texts", "texts(record)", "Every free text in a record, each with its place."),
    function(
        "records",
        "values",
        "values(record)",
        "Every value written in quotes in a record, each with its place; words of vocabularies and references, which have checks of their own, and dates between 1901 and 2098 are left out.",
    ),
    function(
        "records",
        "upstream",
        "upstream(record, 'register')",
        "The records of a register from which a record derives along evidence links, nearest first.",
    ),
    function(
        "records",
        "downstream",
        "downstream(record, 'register')",
        "The records of a register that derive from a record along evidence links, nearest first.",
    ),
    function(
        "records",
        "open_errors",
        "open_errors(date, stage)",
        "The records in which other rules, of those that apply by a stage, found errors that stood open on a day already; for rules, not for definitions.",
    ),
    function(
        "statistics",
        "total_variation",
        "total_variation(counts, shares)",
        "The part of all that would have to change group for the counts to match the shares.",
    ),
    function(
        "statistics",
        "fit_p",
        "fit_p(counts, shares)",
        "How probable counts are that fit the shares no better than these: exact multinomial, or chi-squared where there are too many outcomes to go through.",
    ),
    function(
        "statistics",
        "binomial_low_p",
        "binomial_low_p(k, n, p)",
        "How probable k or fewer of n are where each has the probability p: exact.",
    ),
    function("statistics", "fisher_p", "fisher_p(a, b, c, d)", "Fisher's exact test of a table of two rows, (a, b) and (c, d): two-sided."),
    function("statistics", "holm", "holm(p, list)", "A probability adjusted within a list of them by Holm's method."),
    function(
        "statistics",
        "gini",
        "gini(list)",
        "The Gini coefficient, corrected for size: 0 where all have the same, 1 where one has all.",
    ),
    function(
        "statistics",
        "chance_gini",
        "chance_gini(mean)",
        "The Gini coefficient that chance alone gives where each has so many on average.",
    ),
    function("messages", "people", "people(n)", "A count of people in a message: small ones are withheld."),
];

/// The library as a page.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Functions of the rule language\n\nMade from the program (`src/rule/function.rs`); `havesay explain days` shows one of them.\n",
    );
    let mut about = "";
    for function in LIBRARY {
        if function.about != about {
            about = function.about;
            let mut title = about.to_owned();
            title.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
            page.push_str(&format!("\n## {title}\n\n| call | gives |\n|---|---|\n"));
        }
        page.push_str(&format!("| `{}` | {} |\n", function.call, function.gives));
    }
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_functions_is_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
        let page = super::page();
        if std::env::var_os("BLESS").is_some() {
            assert!(std::fs::write(&path, &page).is_ok());
        }
        assert!(std::fs::read_to_string(&path).is_ok_and(|stored| stored == page), "run BLESS=1 cargo test --lib up_to_date");
    }
}
