//! Every bound that the program keeps, named, with its unit and what is said when it is reached.
//!
//! A bound is never silent: reaching one is a finding or a reason for "no evidence". Nothing else
//! belongs here.

/// Bytes of one record file, and of all record files of one programme together. Offsets are 32 bits.
pub const FILE_BYTES_MAX: u64 = 1 << 30;

/// Objects and lists within one another in a JSON file: what `serde_json` accepts (it refuses the 128th).
pub const DEPTH_MAX: usize = 127;

/// Values (objects, lists, texts, numbers …) in one programme; places are 32 bits.
pub const VALUES_MAX: usize = u32::MAX as usize / 2;

/// Steps that the expressions of one rule may take for one subject before the rule is at fault.
pub const STEPS_MAX: u64 = 20_000_000;

/// Steps that a changed rule may take for one subject of an example, beyond four times those of the rule as it
/// is, before the change is given up as taking too long.
pub const MUTANT_STEPS_MAX: u64 = 1_000_000;

/// Steps that all changes of one page may take together.
pub const MUTANTS_STEPS_MAX: u64 = 200_000_000;

/// Bytes of one expression on a rule page.
pub const EXPRESSION_BYTES_MAX: usize = 4_000;

/// Nested operations in one expression on a rule page.
pub const EXPRESSION_DEPTH_MAX: usize = 60;

/// Loops within loops in one expression, the definitions it uses included.
pub const EXPRESSION_LOOPS_MAX: usize = 6;

/// Nodes of a definition's expression up to which it is compiled where it is called, instead of being called.
pub const INLINE_NODES_MAX: usize = 30;

/// Bytes of one rule page.
pub const PAGE_BYTES_MAX: u64 = 1 << 20;

/// Bytes of one configuration file.
pub const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Configuration files that extend one another, one after the other.
pub const CONFIG_DEPTH_MAX: usize = 8;

/// Counts of people from 1 up to, not including, this are withheld where no settings say otherwise.
pub const MIN_CELL: u64 = 5;
/// Bytes of one baseline file.
pub const BASELINE_BYTES_MAX: u64 = 64 << 20;

/// The greatest absolute value of a number in rules and records, in units.
pub const NUMBER_MAX: i128 = 1_000_000_000_000_000_000;

/// Findings of one programme that are kept whole; those beyond are counted.
pub const FINDINGS_PER_PROGRAMME_MAX: usize = 200_000;

/// Places of one finding that are shown, each with a label; those beyond are counted.
pub const LABELS_MAX: usize = 5;

/// Names in a list in a message; those beyond are counted.
pub const LIST_NAMES_MAX: usize = 5;

/// Lines of an excerpt around one label.
pub const EXCERPT_LINES_MAX: usize = 5;

/// Columns of one line of an excerpt, in Unicode code points.
pub const EXCERPT_COLUMNS_MAX: usize = 160;

/// Links followed by `upstream` and `downstream`.
pub const EVIDENCE_DEPTH_MAX: usize = 8;

/// Branch-and-bound nodes visited by the exact multinomial test (`fit_p`).
pub const FIT_NODES_MAX: usize = 200_000;

/// Edits between a word and the nearest known one at which the known one is still suggested.
pub const SUGGESTION_EDITS_MAX: usize = 2;

/// Ids of one programme that are held against references that lead nowhere, to suggest the one that was
/// meant; beyond that nothing is suggested.
pub const ID_COMPARISONS_MAX: usize = 500_000;

/// Characters of an id.
pub const ID_CHARS_MAX: usize = 100;

/// Results in one SARIF file: code scanning refuses a file with more. The gravest are kept, the others counted.
pub const SARIF_RESULTS_MAX: u64 = 25_000;

/// Bytes of the results in one SARIF file. Code scanning takes 10 MB compressed, of which these are about half.
pub const SARIF_RESULT_BYTES_MAX: u64 = 64 << 20;

/// Notifications about faulty rules in one SARIF file; those beyond are counted.
pub const SARIF_NOTIFICATIONS_MAX: usize = 100;

/// Bytes of the Markdown for a comment: GitHub takes 65,536 characters. The gravest findings are kept, the
/// others counted.
pub const MARKDOWN_BYTES_MAX: usize = 60_000;

/// Parts into which a run is split at most.
pub const SHARDS_MAX: usize = 10_000;

/// Bytes of one saved audit that is read back.
pub const AUDIT_BYTES_MAX: u64 = 4 << 30;

/// Programmes that are judged side by side, each rule on all of them before the next, at most …
pub const SIDE_BY_SIDE_MAX: usize = 16;

/// … and up to how many bytes of records all together: as much as the processor's nearer caches hold beside the
/// rules. A larger programme is judged by itself.
pub const SIDE_BY_SIDE_BYTES: usize = 800_000;

/// Bytes of files that are fetched before they are read.
pub const FETCHED_BYTES: usize = 256 << 10;

/// For how many profiles and settings it is kept how the rules stand under them. Most runs have a few; an override for
/// each folder could make as many as there are programmes.
pub const STANDINGS_MAX: usize = 64;
