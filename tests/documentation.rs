//! The pages as documentation: the site that `havesay site` writes, and the documents of the repository.
//!
//! Every link leads to a file and an anchor, everything that has a name has a page, names of rules in prose
//! exist, and what is made from the pages is as the pages are. `BLESS=1` makes it anew.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use havesay::rule::function::LIBRARY;
use havesay::rule::links::Links;
use havesay::rule::{Page, Rules, SOURCES, compile, prose, sources};
use havesay::schema::Schema;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use support::{Call, Folder, Told, copy, root};

// ── the site ───────────────────────────────────────────────────────────────────────────────────────────

/// The files below a folder, by their paths with `/`.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(here).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(path, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    found
}

/// The values of an attribute in a page.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start).map(|(at, _)| html[at + start.len()..].split('"').next().unwrap()).collect()
}

/// Where a link on a page leads: the file and the anchor.
fn target(from: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor.to_owned())));
    if path.is_empty() {
        return (from.to_owned(), anchor);
    }
    let mut steps: Vec<&str> = from.split('/').collect();
    steps.pop();
    for step in path.split('/') {
        match step {
            "." => {}
            ".." => assert!(steps.pop().is_some(), "{from}: {link} leads out of the folder"),
            step => steps.push(step),
        }
    }
    (steps.join("/"), anchor)
}

/// All links lead somewhere, and the index leads to all pages, however far away.
fn is_whole(site: &BTreeMap<String, String>) {
    let mut wrong = Vec::new();
    let mut leads: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, html) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        let ids = attributes(html, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: an anchor stands twice");
        for link in attributes(html, "href") {
            if ["http://", "https://", "mailto:"].iter().any(|start| link.starts_with(start)) {
                continue;
            }
            let (file, anchor) = target(path, link);
            let there = site.get(&file);
            let holds = |anchor: &String| there.is_some_and(|html| attributes(html, "id").contains(&anchor.as_str()));
            if there.is_none() || anchor.as_ref().is_some_and(|anchor| !holds(anchor)) {
                wrong.push(format!("{path}: {link}"));
            }
            leads.entry(path).or_default().push(file);
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
    let mut reached: BTreeSet<&str> = BTreeSet::from(["index.html"]);
    let mut open = vec!["index.html"];
    while let Some(path) = open.pop() {
        for file in leads.get(path).into_iter().flatten() {
            if reached.insert(site.get_key_value(file).unwrap().0) {
                open.push(file);
            }
        }
    }
    let pages: BTreeSet<&str> = site.keys().map(String::as_str).filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, reached, "pages that the index does not lead to");
}

fn site(folder: &Path, args: &[&str]) -> Told {
    Call::new(folder, ["site"].iter().chain(args)).run()
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::builtin().unwrap())
}

fn built_in() -> (Arc<Schema>, Rules) {
    let schema = schema();
    let (pages, problems) = Page::built_in();
    assert!(problems.is_empty());
    let (rules, problems) = compile::compile(&schema, pages, &|_| true);
    assert!(problems.is_empty(), "{problems:?}");
    (schema, rules)
}

#[test]
fn everything_has_its_page_and_every_link_leads_somewhere() {
    let folder = Folder::new();
    let told = site(folder.path(), &[]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let site = files(&folder.at("site"));
    is_whole(&site);
    let (schema, rules) = built_in();
    let mut wanted: Vec<String> = vec!["index.html".to_owned(), "limits.html".to_owned(), "registers/programme.html".to_owned()];
    wanted.extend(rules.rules.iter().map(|rule| format!("rules/{}.html", rule.name)));
    wanted.extend(rules.definition_pages.iter().map(|page| format!("{}.html", page.name)));
    wanted.extend(schema.registers.iter().map(|register| format!("registers/{}.html", register.name)));
    wanted.extend(schema.vocabularies.iter().map(|known| format!("vocabularies/{}.html", known.name)));
    wanted.extend(LIBRARY.iter().map(|function| format!("functions/{}.html", function.name)));
    wanted.extend(sources::read(SOURCES).iter().map(|(key, _)| format!("sources/{key}.html")));
    wanted.sort();
    let pages: Vec<&String> = site.keys().filter(|path| path.ends_with(".html")).collect();
    assert_eq!(pages, wanted.iter().collect::<Vec<_>>());
    for register in schema.registers.iter().filter(|register| !register.nested) {
        let page = &site[&format!("registers/{}.html", register.name)];
        for field in &schema.structure(register.record).unwrap().fields {
            let name = &schema.field(*field).unwrap().name;
            assert!(attributes(page, "id").contains(&name.as_str()), "{}.{name} is described", register.name);
        }
    }
}

#[test]
fn an_organisation_finds_its_own_rules_and_fields_there() {
    let folder = Folder::new();
    copy(&root().join("examples/organisation"), folder.path());
    assert_eq!(site(folder.path(), &["documentation"]).status, 0);
    let site = files(&folder.at("documentation"));
    is_whole(&site);
    let own = &site["rules/pay/below-regional-floor.html"];
    assert!(own.contains("href=\"../../registers/"), "{own}");
    assert!(site["rules/power/staff-outnumber-participants.html"].contains("Here: switched off in the settings."));
    assert!(site["registers/participants.html"].contains("id=\"x-"), "fields of its own are described");
    assert!(
        !files(&{
            assert_eq!(self::site(folder.path(), &["plain", "--isolated"]).status, 0);
            folder.at("plain")
        })
        .contains_key("rules/pay/below-regional-floor.html")
    );
}

#[test]
fn hostile_pages_stay_text_and_stay_within_the_folder() {
    let rule = fs::read_to_string(root().join("tests/toy/rules/people/few.md")).unwrap();
    let rule =
        rule.replacen("## What to do", "<script>alert(1)</script> [x](javascript:alert) [y](../../../etc/passwd.md)\n\n## What to do", 1);
    let rule = rule.replacen("severity:", "sources: [\"../../out\", \"a<b>\"]\nseverity:", 1);
    let folder = Folder::new()
        .with("havesay.toml", "rules = [\"own\"]\n")
        .with("own/people/odd name#1?.md", rule)
        .with("own/sources.yaml", "\"../../out\": {title: \"<b>T</b>\", by: \"B\", address: \"javascript:alert(1)\"}\n\"a<b>\": {title: T, by: B, address: \"https://example.org/?a=1&b=<c>\"}\n");
    let told = Call::new(folder.path(), ["site", "deep/site"]).toy().run();
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert_eq!(fs::read_dir(folder.at("deep")).unwrap().count(), 1, "nothing beside the site");
    let site = files(&folder.at("deep/site"));
    is_whole(&site);
    for (path, html) in &site {
        assert!(!html.contains("<script") && !html.contains("href=\"javascript:"), "{path}: {html}");
    }
    assert!(site.contains_key("rules/people/odd~20name~231~3F.html"), "{:?}", site.keys());
    assert!(site.contains_key("sources/~2E./~2E./out.html") || site.contains_key("sources/~2E.~2F~2E.~2Fout.html"), "{:?}", site.keys());
}

#[test]
fn the_same_rules_give_the_same_bytes() {
    let folder = Folder::new();
    for name in ["a", "b", "a"] {
        assert_eq!(site(folder.path(), &[name]).status, 0, "a second time too");
    }
    assert_eq!(files(&folder.at("a")), files(&folder.at("b")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "the two and .git: nothing is left behind");
}

#[test]
fn a_folder_that_holds_anything_else_is_left_as_it_is() {
    let folder = Folder::new().with("file", "mine").with("full/mine.txt", "mine");
    fs::create_dir(folder.at("empty")).unwrap();
    for name in ["grown", "changed", "holder"] {
        assert_eq!(Call::new(folder.path(), ["site", name]).toy().run().status, 0);
    }
    folder.write("grown/rules/mine.html", "mine");
    folder.write("changed/index.html", "mine");
    fs::create_dir(folder.at("holder/mine")).unwrap();
    for (name, words) in [
        ("file", "file is no folder"),
        ("full", "full holds mine.txt"),
        ("grown", "grown holds rules/mine.html"),
        ("changed", "changed holds index.html"),
        ("holder", "holder holds mine"),
        (".", ". holds the working directory"),
        ("file/site", "cannot be written"),
    ] {
        let before = files(folder.path());
        let told = Call::new(folder.path(), ["site", name]).toy().run();
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{name}");
        assert!(told.err.contains(words) && told.err.contains("nothing was written\n  help: "), "{name}: {}", told.err);
        assert_eq!(before, files(folder.path()), "{name}");
    }
    assert_eq!(Call::new(folder.path(), ["site", "empty"]).toy().run().status, 0, "an empty folder is taken");
    #[cfg(target_os = "linux")]
    {
        let told = Call::new(folder.path(), ["site", "/proc/none/site"]).toy().run();
        assert_eq!(told.status, 2);
        assert!(told.err.contains("/proc/none cannot be written"), "{}", told.err);
    }
    let told = Call::new(folder.path(), ["site", "-c", "none.toml"]).toy().run();
    assert_eq!(told.status, 2);
}

// ── what uses what ─────────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_expression_of_every_page_can_be_followed() {
    let (schema, rules) = built_in();
    let links = Links::of(&schema, &rules);
    for (page, uses) in links.pages() {
        assert!(uses.lost.is_empty(), "{page}: {:?} cannot be followed", uses.lost);
    }
    for rule in rules.rules.iter().filter(|rule| !rule.built_in) {
        let uses = links.uses(&rule.name).unwrap();
        assert!(uses.whole || !uses.fields.is_empty(), "{} reads nothing", rule.name);
    }
    for page in &rules.definition_pages {
        let users = links.users(&|uses| uses.definitions.contains(&page.name));
        assert!(!users.is_empty(), "{} is used by nothing", page.name);
    }
}

#[test]
fn what_a_page_reads_is_found_by_the_types_of_what_it_names() {
    let schema = schema();
    let definition = |gives: &str, parameters: &str, expression: &str| {
        format!("---\nparameters: {{{parameters}}}\ngives: {gives}\nexpression: \"{expression}\"\n---\n\n# Toy\n")
    };
    let read = |expression: &str| -> Vec<String> {
        let pages = [
            ("definitions/toy", definition("flag", "person: participant", expression)),
            ("definitions/seats", definition("list of sessions.attendance", "person: participant", "person.attendance")),
        ];
        let pages = pages.iter().map(|(name, text)| Page::read(name, text).unwrap()).collect();
        let (rules, problems) = compile::compile(&schema, pages, &|_| true);
        assert!(problems.is_empty(), "{expression}: {problems:?}");
        let links = Links::of(&schema, &rules);
        let uses = links.uses("definitions/toy").unwrap();
        assert_eq!(uses.lost, Vec::<String>::new(), "{expression}");
        let field = |id: &u16| schema.field(*id).unwrap();
        let owner = |id: &u16| schema.structure(field(id).owner).unwrap().name.clone();
        uses.fields.iter().map(|id| format!("{}.{}", owner(id), field(id).name)).collect()
    };
    let read = |expression: &str| -> BTreeSet<String> { read(expression).into_iter().collect() };
    let names = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    for (expression, fields) in [
        ("has(person.joined_on)", &["participant.joined_on"][..]),
        ("size(missing(person, ['joined_on', 'types'])) > 0", &["participant.joined_on", "participant.types"]),
        // Down into rows, back to the record around them, along a reference and against one.
        ("person.access_needs.exists(need, otherwise(need.met, false))", &["participant.access_needs", "access-need-row.met"]),
        ("person.attendance.exists(seat, has(seat.session.type))", &["attendance-row.person", "session.type"]),
        ("seats(person).exists(seat, has(seat.hours))", &["attendance-row.hours"]),
        (
            "first(seats(person).filter(a, has(a.hours)).sort_by(a, a.hours).map(a, a.session)).type == 'workshop'",
            &["attendance-row.hours", "session.type"],
        ),
        ("size(distinct(person.attendance.map(a, a.session))) > 1", &["attendance-row.person"]),
    ] {
        assert_eq!(read(expression), names(fields), "{expression}");
    }
}

// ── limits ─────────────────────────────────────────────────────────────────────────────────────────────

/// What stands before and after the list that is made from the pages.
const MADE: (&str, &str) =
    ("<!-- From here made from the rule pages: BLESS=1 cargo test --test documentation -->\n", "\n<!-- To here. -->\n");

fn told_limits() -> String {
    let mut text = String::new();
    let mut family = String::new();
    let (pages, _) = Page::built_in();
    for page in &pages {
        let body = page.text();
        let Some(limit) = prose::limit(&body) else { continue };
        let own = page.name.split('/').next().unwrap();
        if own != family {
            text.push_str(&format!("\n### {own}\n\n"));
            family = own.to_owned();
        }
        text.push_str(&format!("- `{}` ({}). {limit}\n", page.name, page.title));
    }
    text
}

#[test]
fn the_limits_are_those_of_the_pages() {
    let path = root().join("docs/limits.md");
    let stored = fs::read_to_string(&path).unwrap();
    let (head, rest) = stored.split_once(MADE.0).expect("the list has a beginning");
    let (_, tail) = rest.split_once(MADE.1).expect("the list has an end");
    let made = format!("{head}{}{}{}{tail}", MADE.0, told_limits(), MADE.1);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), made, "run BLESS=1 cargo test --test documentation");
}

#[test]
fn a_rule_that_weighs_chance_or_words_says_what_records_cannot_show() {
    // These functions answer from numbers or patterns what no record says. A page that measures by them infers.
    const INFER: [&str; 8] =
        ["total_variation", "fit_p", "binomial_low_p", "fisher_p", "gini", "chance_gini", "looks_like_contact", "median"];
    let (schema, rules) = built_in();
    let links = Links::of(&schema, &rules);
    let mut inferring = links.users(&|uses| INFER.iter().any(|name| uses.functions.contains(name)));
    loop {
        let more = links.users(&|uses| uses.definitions.iter().any(|name| inferring.contains(&**name)));
        if more.is_subset(&inferring) {
            break;
        }
        inferring.extend(more);
    }
    assert!(inferring.len() > 5, "{inferring:?}");
    for rule in rules.rules.iter().filter(|rule| inferring.contains(&*rule.name)) {
        assert!(prose::limit(&rule.page.text()).is_some(), "{} says nowhere: {} …", rule.name, prose::LIMIT);
    }
}

// ── documents ──────────────────────────────────────────────────────────────────────────────────────────

/// The documents of the repository.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["docs", "fixtures", "examples", "schema"].iter().map(|name| root().join(name)).collect();
    found.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].iter().map(|name| root().join(name)));
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let is_page = path.components().any(|part| part.as_os_str() == "rules") || path.ends_with("schema/start/rule.md");
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") && !is_page {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.iter().any(|path| path.ends_with("fixtures/README.md")) && found.len() > 10);
    found
}

/// A heading's anchor, as forges make it.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The links, the anchors and the names in code of a document.
fn parts(text: &str) -> (Vec<String>, BTreeSet<String>, Vec<String>) {
    let (mut links, mut anchors, mut names) = (Vec::new(), BTreeSet::new(), Vec::new());
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => drop(anchors.insert(anchor(&heading.take().unwrap()))),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => links.push(dest_url.to_string()),
            Event::Text(words) => heading.iter_mut().for_each(|heading| heading.push_str(&words)),
            Event::Code(words) => {
                heading.iter_mut().for_each(|heading| heading.push_str(&words));
                names.push(words.to_string());
            }
            _ => {}
        }
    }
    (links, anchors, names)
}

#[test]
fn links_in_documents_lead_to_files_and_headings() {
    let mut wrong = Vec::new();
    for path in documents() {
        let (links, ..) = parts(&fs::read_to_string(&path).unwrap());
        for link in links.iter().filter(|link| !link.contains("://")) {
            let (file, wanted) = link.split_once('#').map_or((link.as_str(), None), |(file, wanted)| (file, Some(wanted)));
            let to = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            let is_heading = |wanted: &str| fs::read_to_string(&to).is_ok_and(|text| parts(&text).1.contains(wanted));
            if !to.exists() || wanted.is_some_and(|wanted| !is_heading(wanted)) {
                wrong.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
}

/// What has the form of a rule's name in a document and is none.
const NO_RULES: [&str; 4] = ["origin/main", "actions/checkout", "programme/sponsor", "files/people"];

#[test]
fn names_of_rules_in_prose_exist() {
    let (_, rules) = built_in();
    let (own, _) = Page::of_folder(&root().join("examples/organisation/policy/rules"));
    let own: BTreeSet<&str> = own.iter().map(|page| &*page.name).collect();
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut texts: Vec<(String, String)> =
        documents().iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect();
    let pages = rules.rules.iter().map(|rule| &*rule.page).chain(&rules.definition_pages);
    texts.extend(pages.map(|page| (page.name.to_string(), prose::prose(&page.text()).to_owned())));
    let mut wrong = Vec::new();
    let mut excepted = BTreeSet::new();
    for (place, text) in &texts {
        for name in parts(text).2 {
            let Some((family, rest)) = name.split_once('/').filter(|(family, rest)| is_name(family) && is_name(rest)) else { continue };
            let known = rules.find(&name).is_some() || own.contains(name.as_str()) || root().join(&name).exists();
            if NO_RULES.contains(&name.as_str()) {
                excepted.insert(name);
            } else if !known {
                wrong.push(format!("{place}: {family}/{rest}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these are no rules:\n{}", wrong.join("\n"));
    assert_eq!(excepted.len(), NO_RULES.len(), "every exception is needed");
}
