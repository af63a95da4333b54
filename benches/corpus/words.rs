//! What programmes are about, and the stock of phrases that free text is made of.

/// A service that a programme is about: slug, title, journey, the people, their errand, the money.
pub type Theme = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

pub const THEMES: [Theme; 12] = [
    ("claims", "Claims without dread", "making a claim", "claimants", "the claim form", "EUR"),
    ("housing", "A home that answers", "reporting a repair", "tenants", "the repair line", "GBP"),
    ("clinic", "The waiting list, together", "waiting for a first appointment", "patients", "the referral letter", "GBP"),
    ("library", "Open shelves", "borrowing across branches", "readers", "the branch desk", "EUR"),
    ("bus", "The last bus home", "getting home after a late shift", "passengers", "the night timetable", "EUR"),
    ("energy", "A bill one can read", "querying a bill", "customers", "the yearly bill", "EUR"),
    ("school", "The first week", "starting at a new school", "families", "the enrolment pack", "EUR"),
    ("care", "Leaving hospital", "coming home after a stay", "patients and carers", "the discharge plan", "GBP"),
    ("parks", "A park for winter", "using the park after dark", "neighbours", "the lighting plan", "EUR"),
    ("permits", "Permits in plain words", "asking for a permit", "applicants", "the permit guide", "EUR"),
    ("pension", "Before the first payment", "claiming a pension", "future pensioners", "the pension statement", "EUR"),
    ("arrival", "The first ninety days", "settling in a new town", "newcomers", "the welcome desk", "EUR"),
];

pub const OPENINGS: [&str; 14] = [
    "Several people said that",
    "Looking back, it seems that",
    "What nobody had told us is that",
    "On a busy day",
    "For someone who works nights,",
    "After the second letter",
    "As a carer for my father,",
    "When the office is closed",
    "Most of us agreed that",
    "The group kept coming back to this:",
    "In the end",
    "Before anything else is built,",
    "Where the old process was kept,",
    "With a child on one arm",
];
pub const SUBJECTS: [&str; 14] = [
    "the first page",
    "the person at the desk",
    "the wording of the notice",
    "the waiting time",
    "the confirmation message",
    "the way back to an earlier step",
    "the list of papers to bring",
    "the recorded voice on the line",
    "the map on the wall",
    "the colour of the button",
    "the rule about deadlines",
    "the handover between two offices",
    "the small print",
    "the reminder",
];
pub const VERBS: [&str; 14] = [
    "comes too late to be of any use",
    "should say what happens next, and when",
    "asks for the same thing twice",
    "is written for the office and not for us",
    "works well and ought to stay as it is",
    "needs somebody who can actually decide",
    "made people give up halfway",
    "could be tried out with ten of us first",
    "leaves out those who do not read well",
    "is clear only to those who already know it",
    "has to fit on one sheet of paper",
    "turned out to matter more than the price",
    "is the part that one remembers afterwards",
    "would save two visits for most families",
];
pub const ENDINGS: [&str; 14] = [
    "",
    " and that costs a morning’s pay.",
    ", at least for older people in the villages.",
    "; the staff at the counter said the same.",
    " – nobody had expected that.",
    ", which the team had not seen before.",
    ". A short phone call would settle it.",
    ". “We were never asked”, as one of us put it.",
    ", so a draft should go back to the group before it is final.",
    ". The café round came to the same view.",
    " and it is easy to change.",
    ", unless the office explains its reasons.",
    ". This matters most in winter.",
    ".\nIt was raised again at the end of the evening.",
];
