//! One page for a browser: what was audited, what it came to, where to begin, then every finding with the
//! lines that show it. For a reviewer to read, print and cite: each finding has an address within the page.
//!
//! The page stands by itself: no script, nothing loaded, and a policy that forbids both. Colour is never the
//! only sign. All text goes through [`escape`]; what is markup here is written here.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::identity::Identities;
use super::spool::Spool;
use super::{End, Renderer, Run, Totals, change, count, place, summary};
use crate::finding::Verdicts;
use crate::redact::{Excerpt, ExcerptLine, ShownFinding, ShownProgramme};

/// The look of pages for a browser.
pub(crate) const STYLE: &str = include_str!("html/style.css");

/// A page.
pub(super) struct Html {
    programmes: Spool,
    no_evidence: Spool,
    identities: Identities,
}

impl Default for Html {
    fn default() -> Self {
        Self { programmes: Spool::new(""), no_evidence: Spool::new(""), identities: Identities::default() }
    }
}

/// Text in which nothing is markup.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No page may hold these, not even escaped.
            c if (c as u32) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// A line of an excerpt, with what is marked in it.
fn line(row: &ExcerptLine) -> String {
    let text = row.text.as_str();
    let mut marks: Vec<_> = row.marks.iter().filter(|mark| mark.start < mark.end).collect();
    marks.sort_by_key(|mark| mark.start);
    let mut out = format!("<span class=\"number\">{}</span> ", row.line);
    let mut at = 0;
    for mark in marks {
        // Marks that overlap are one after another here.
        if mark.start < at {
            continue;
        }
        let (Some(before), Some(marked)) = (text.get(at..mark.start), text.get(mark.start..mark.end)) else { continue };
        let _ = write!(out, "{}<mark>{}</mark>", escape(before), escape(marked));
        at = mark.end;
    }
    out.push_str(&escape(text.get(at..).unwrap_or("")));
    let words: Vec<String> =
        row.marks.iter().filter(|mark| !mark.text.as_str().is_empty()).map(|mark| escape(mark.text.as_str())).collect();
    if !words.is_empty() {
        let _ = write!(out, " <span class=\"label\">← {}</span>", words.join("; "));
    }
    out
}

fn excerpt(excerpt: &Excerpt) -> String {
    let lines: Vec<String> = excerpt.lines.iter().map(line).collect();
    format!("<figure><figcaption><code>{}</code></figcaption>\n<pre>{}\n</pre></figure>\n", escape(excerpt.file.as_str()), lines.join("\n"))
}

impl Html {
    fn finding(&mut self, run: &Run, finding: &ShownFinding) -> String {
        let id = self.identities.unique(finding);
        let (file, line, column) = place(finding);
        let title = escape(&run.title(&finding.rule));
        let mut out = format!(
            "<article id=\"f-{}\" class=\"{severity}\">\n<h3><span class=\"severity\">{severity}</span> {}</h3>\n",
            escape(&id),
            escape(finding.message.as_str()),
            severity = finding.severity,
        );
        if let Some(held) = &finding.suppressed {
            let _ = writeln!(out, "<p class=\"held\">Held back: {}</p>", escape(&summary::held_back(held)));
        }
        let _ = writeln!(
            out,
            "<p class=\"rule\">{title} (<code>{}</code>), at <code>{}:{line}:{column}</code>, about <code>{}</code>. <a href=\"#f-{}\">Finding {}</a></p>",
            escape(&finding.rule),
            escape(file),
            escape(finding.subject.address.as_str()),
            escape(&id),
            escape(id.get(..8).unwrap_or(&id))
        );
        finding.excerpts.iter().for_each(|own| out.push_str(&excerpt(own)));
        if finding.labels_more > 0 {
            let _ = writeln!(out, "<p>{} not shown.</p>", count(finding.labels_more as u64, "further place is", "further places are"));
        }
        if !finding.help.as_str().is_empty() {
            let _ = writeln!(out, "<p><strong>What to do:</strong> {}</p>", escape(finding.help.as_str()));
        }
        out.push_str("</article>\n");
        out
    }
}

fn cells(verdicts: &Verdicts) -> String {
    [verdicts.pass, verdicts.finding, verdicts.no_evidence, verdicts.not_applicable, verdicts.total()]
        .iter()
        .map(|number| format!("<td>{}</td>", summary::grouped(*number)))
        .collect()
}

/// A table of verdicts, each with all that it is a part of.
fn verdicts(out: &mut String, caption: &str, head: &str, rows: &[(String, &Verdicts)], all: &Verdicts) {
    let _ = writeln!(
        out,
        "<section class=\"wide\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{head}</th><th scope=\"col\">pass</th><th scope=\"col\">finding</th><th scope=\"col\">no evidence</th><th scope=\"col\">not applicable</th><th scope=\"col\">of all</th></tr></thead>\n<tbody>"
    );
    for (name, own) in rows {
        let _ = writeln!(out, "<tr><th scope=\"row\">{name}</th>{}</tr>", cells(own));
    }
    let _ = writeln!(out, "</tbody>\n<tfoot><tr><th scope=\"row\">all</th>{}</tr></tfoot>\n</table></section>", cells(all));
}

fn tables(run: &Run, totals: &Totals) -> String {
    let mut out = String::new();
    if totals.programmes > 1 {
        let rows: Vec<_> = totals
            .by_programme
            .iter()
            .map(|own| (format!("<code>{}</code>: {}", escape(own.path.as_str()), summary::findings(own.findings)), &own.verdicts))
            .collect();
        verdicts(&mut out, "Verdicts by programme", "programme", &rows, &totals.verdicts);
    }
    let rows: Vec<_> = run
        .rules
        .iter()
        .zip(&totals.by_rule)
        .filter(|(_, own)| own.total() > 0)
        .map(|(rule, own)| (format!("{} <code>{}</code>", escape(&rule.title), escape(&rule.name)), own))
        .collect();
    verdicts(&mut out, "Verdicts by rule", "rule", &rows, &totals.verdicts);
    if !totals.idle.is_empty() {
        out.push_str("<h3>Rules that did not run</h3>\n<ul>\n");
        for (rule, why, number) in &totals.idle {
            let many = count(*number, "programme", "programmes");
            let _ = writeln!(out, "<li><code>{}</code>: {} ({many})</li>", escape(run.rule_name(*rule)), escape(why.as_str()));
        }
        out.push_str("</ul>\n");
    }
    out
}

impl Renderer for Html {
    fn begin(&mut self, _: &Run, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(b"<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n")?;
        to.write_all(b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")?;
        to.write_all(b"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
    }

    fn programme(&mut self, run: &Run, programme: &ShownProgramme, findings: &[ShownFinding], _: &mut dyn Write) -> io::Result<()> {
        if !findings.is_empty() {
            let head = format!("<section>\n<h2>{}</h2>\n", escape(programme.path.as_str()));
            self.programmes.add(head.as_bytes())?;
            for finding in findings {
                let text = self.finding(run, finding);
                self.programmes.add(text.as_bytes())?;
            }
            self.programmes.add(b"</section>\n")?;
        }
        for entry in &programme.no_evidence {
            let reveals = run.rules.get(entry.rule).is_some_and(|rule| rule.reveals);
            let many = if reveals { String::new() } else { format!(" ({})", count(entry.count, "verdict", "verdicts")) };
            let text = format!(
                "<li><code>{}</code>, <code>{}</code>: {}{many}</li>\n",
                escape(programme.path.as_str()),
                escape(run.rule_name(entry.rule)),
                escape(entry.cause.as_str())
            );
            self.no_evidence.add(text.as_bytes())?;
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        let title = format!("Audit of {}: {}", count(totals.programmes, "programme", "programmes"), summary::findings(totals.findings));
        let mut out = format!("<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n");
        let _ = writeln!(out, "<p class=\"outcome\">{}</p>", summary::outcome(run, totals, end.status));
        let _ = writeln!(out, "<p>Judged as of {} by havesay {}.</p>", escape(&run.as_of), escape(&run.version));
        let _ = writeln!(out, "<p>{}<br>\n{}</p>", escape(&summary::scope(totals)), escape(&summary::reached(totals)));
        if let (Some(with), Some(own)) = (&run.compared, &totals.change) {
            for line in change::lines(with, own, totals).lines() {
                let _ = writeln!(out, "<p>{}</p>", escape(line));
            }
        }
        for line in summary::caveats(run, totals) {
            let _ = writeln!(out, "<p>{}</p>", escape(&line));
        }
        if summary::has_steps(totals) {
            out.push_str("<h2>Where to begin</h2>\n<ol>\n");
            for step in &totals.steps {
                let _ = writeln!(out, "<li>{}</li>", escape(&summary::words(step)));
            }
            out.push_str("</ol>\n");
        }
        to.write_all(out.as_bytes())?;
        self.programmes.pour(to)?;
        let mut out = String::new();
        let left = totals.beyond + end.cut;
        if left > 0 {
            let more = count(left, "more finding is", "more findings are");
            let _ = writeln!(out, "<p>{more} not shown here; the totals above count them.</p>");
        }
        let _ = writeln!(out, "<section>\n<h2>What was judged</h2>\n{}</section>", tables(run, totals));
        to.write_all(out.as_bytes())?;
        if self.no_evidence.count > 0 {
            to.write_all(b"<section>\n<h2>What has no evidence</h2>\n<p>This was not judged: it is neither a flaw nor fine.</p>\n<ul>\n")?;
            self.no_evidence.pour(to)?;
            to.write_all(b"</ul>\n</section>\n")?;
        }
        to.write_all(b"</main>\n</body>\n</html>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(escape("<b a='x' c=\"y\">&\u{fffe}\u{1fffe}"), "&lt;b a=&#39;x&#39; c=&quot;y&quot;&gt;&amp;\\u{fffe}\\u{1fffe}");
    }

    #[test]
    fn marks_stand_where_they_belong() {
        let mark = |start: usize, end: usize, text: &str| crate::redact::Mark {
            start,
            end,
            column: 1,
            text: crate::redact::Shown::words(text),
            primary: true,
        };
        let row = |marks| ExcerptLine { line: 7, text: crate::redact::Shown::words("a <b> é"), marks };
        for (marks, written) in [
            (vec![], "a &lt;b&gt; é"),
            (vec![mark(2, 5, "here"), mark(6, 8, "")], "a <mark>&lt;b&gt;</mark> <mark>é</mark> <span class=\"label\">← here</span>"),
            (vec![mark(0, 5, ""), mark(2, 8, "over")], "<mark>a &lt;b&gt;</mark> é <span class=\"label\">← over</span>"),
            (vec![mark(7, 99, "outside")], "a &lt;b&gt; é <span class=\"label\">← outside</span>"),
        ] {
            assert_eq!(line(&row(marks)), format!("<span class=\"number\">7</span> {written}"));
        }
    }
}
