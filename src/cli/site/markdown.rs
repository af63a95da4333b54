//! A page's Markdown as HTML: raw markup is text, links lead to pages of the site or to the web, headings
//! have anchors, and names in code become links where they name one thing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// What a renderer must know of the page.
pub(super) struct Page<'p> {
    /// Where it stands in the site, with `/`.
    pub(super) path: &'p str,
    /// What a name in code leads to, with the words before it: an address from the site's root.
    pub(super) named: &'p dyn Fn(&str, &str) -> Option<String>,
    /// The page of the site for a link to a page of the rules, by its name.
    pub(super) page: &'p dyn Fn(&str) -> Option<String>,
}

impl Page<'_> {
    /// An address from the site's root, as it is written on this page.
    pub(super) fn relative(&self, address: &str) -> String {
        format!("{}{}", "../".repeat(self.path.matches('/').count()), address.trim_start_matches('/'))
    }

    /// Where a link leads; nowhere if it is neither to a page of the site nor to the web.
    fn resolve(&self, address: &str) -> Option<String> {
        if address.starts_with('/') {
            return Some(self.relative(address));
        }
        if ["https://", "http://", "mailto:", "#"].iter().any(|start| address.starts_with(start)) {
            return Some(address.to_owned());
        }
        // A link from one rule page to another.
        let (file, anchor) = address.split_once('#').map_or((address, String::new()), |(file, at)| (file, format!("#{at}")));
        let name = file.strip_suffix(".md")?;
        let mut steps: Vec<&str> = self.path.split('/').collect();
        steps.pop();
        for step in name.split('/') {
            match step {
                "." => {}
                ".." => drop(steps.pop()),
                step => steps.push(step),
            }
        }
        let name = steps.join("/");
        let name = name.strip_prefix("rules/").unwrap_or(&name);
        (self.page)(name).map(|address| format!("{}{anchor}", self.relative(&address)))
    }
}

/// The anchor of a heading: its words with hyphens, or the name that it is.
fn slug(text: &str, is_name: bool) -> String {
    let kept = |c: &char| c.is_alphanumeric() || *c == ' ' || "-_.".contains(*c);
    let text: String = text.trim().chars().filter(kept).collect();
    let text = text.replace(' ', "-");
    if is_name { text } else { text.to_lowercase() }
}

/// The page's text as HTML.
pub(super) fn render(markdown: &str, page: &Page<'_>) -> String {
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut anchors: BTreeSet<String> = BTreeSet::new();
    let mut heading: Option<(usize, String, bool)> = None;
    let mut before = String::new();
    let mut links: Vec<bool> = Vec::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((events.len(), String::new(), true));
                events.push(Event::Start(Tag::Heading { level, id: None, classes: Vec::new(), attrs: Vec::new() }));
            }
            Event::End(TagEnd::Heading(level)) => {
                if let Some((at, text, is_name)) = heading.take() {
                    let mut anchor = slug(&text, is_name);
                    let mut number = 1;
                    while !anchors.insert(anchor.clone()) {
                        number += 1;
                        anchor = format!("{}-{number}", slug(&text, is_name));
                    }
                    if let Some(Event::Start(Tag::Heading { id, .. })) = events.get_mut(at) {
                        *id = Some(CowStr::from(anchor));
                    }
                }
                events.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let address = page.resolve(&dest_url);
                links.push(address.is_some());
                events.extend(address.map(link));
            }
            Event::End(TagEnd::Link) => {
                if links.pop() == Some(true) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            // Nothing is loaded: a picture is its words.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Html(text) | Event::InlineHtml(text) => events.push(Event::Text(text)),
            Event::Code(text) => {
                if let Some((_, heading, is_name)) = &mut heading {
                    *is_name = heading.is_empty();
                    heading.push_str(&text);
                    events.push(Event::Code(text));
                } else {
                    let address = if links.is_empty() { (page.named)(&text, &before) } else { None };
                    match address {
                        Some(address) => {
                            events.push(link(page.relative(&address)));
                            events.push(Event::Code(text));
                            events.push(Event::End(TagEnd::Link));
                        }
                        None => events.push(Event::Code(text)),
                    }
                }
                before.clear();
            }
            Event::Text(text) => {
                if let Some((_, heading, is_name)) = &mut heading {
                    *is_name = false;
                    heading.push_str(&text);
                }
                before.clear();
                before.push_str(&text);
                events.push(Event::Text(text));
            }
            other => events.push(other),
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

fn link<'e>(address: String) -> Event<'e> {
    Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url: CowStr::from(address), title: CowStr::from(""), id: CowStr::from("") })
}

/// A name as the name of a file, which is its own address: what is not plain in both is written with `~`, so
/// that no two names share a file and none leads out of the folder. A `/` stands between the parts of a name.
pub(super) fn file_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        let is_first = out.is_empty() || out.ends_with('/');
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => out.push(char::from(byte)),
            b'.' | b'/' if !is_first => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "~{byte:02X}");
            }
        }
    }
    out
}

/// The anchor of what a heading names.
pub(super) fn anchor(name: &str) -> String {
    slug(name, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_what_may_stand_in_a_page() {
        let named = |name: &str, _: &str| (name == "pay/late").then(|| "/rules/pay/late.html".to_owned());
        let known = |name: &str| (name == "definitions/in-force").then(|| "/definitions/in-force.html".to_owned());
        let page = Page { path: "definitions/told.html", named: &named, page: &known };
        for (markdown, html) in [
            ("a <b onclick='x'>c</b>", "<p>a &lt;b onclick='x'&gt;c&lt;/b&gt;</p>\n"),
            ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("[x](javascript:alert)", "<p>x</p>\n"),
            ("[x](missing.md) ![y](https://example.org/y.png)", "<p>x y</p>\n"),
            ("[x](in-force.md#run-out)", "<p><a href=\"../definitions/in-force.html#run-out\">x</a></p>\n"),
            ("[x](/index.html)", "<p><a href=\"../index.html\">x</a></p>\n"),
            ("`pay/late`, `pay/never`", "<p><a href=\"../rules/pay/late.html\"><code>pay/late</code></a>, <code>pay/never</code></p>\n"),
            (
                "## When, so? \n## when so\n## `a_B.c`",
                "<h2 id=\"when-so\">When, so?</h2>\n<h2 id=\"when-so-2\">when so</h2>\n<h2 id=\"a_B.c\"><code>a_B.c</code></h2>\n",
            ),
        ] {
            assert_eq!(render(markdown, &page), html, "{markdown}");
        }
    }

    #[test]
    fn names_are_safe_as_files_and_in_addresses() {
        assert_eq!(file_name("pay/too late?#é~"), "pay/too~20late~3F~23~C3~A9~7E");
        assert_eq!(file_name("../../.x//y.z/"), "~2E./~2E./~2Ex/~2Fy.z/");
        assert_eq!(file_name("/etc"), "~2Fetc");
    }
}
