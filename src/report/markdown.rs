//! Markdown for a comment on a change, and for the summary of a CI job: totals first, then the findings.
//!
//! It stays within what a comment may hold; the gravest findings are kept and the others counted. All text is
//! escaped: a message can neither format, nor link, nor mention anybody. The first line is a comment by which
//! a bot finds its own comment again.

use std::io::{self, Write};

use super::{End, Renderer, Run, Totals, change, count, place, summary};
use crate::limits;
use crate::redact::{ShownFinding, ShownProgramme};

/// Markdown.
#[derive(Default)]
pub(super) struct Markdown {
    /// The findings by severity, mildest first, each a list entry, as far as there is room.
    findings: [Vec<String>; 3],
    /// Bytes of each.
    bytes: [usize; 3],
    /// How many there were of each.
    all: [u64; 3],
}

/// Text in which nothing is Markdown, a tag, a mention or a reference.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An empty comment ends what would be a name or a number.
            '@' | '#' => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push(' '),
            _ => out.push(c),
        }
    }
    // So that no address becomes a link.
    out.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}

/// Text as code, whatever back-ticks are in it.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn entry(finding: &ShownFinding) -> String {
    let (file, line, _) = place(finding);
    let help =
        if finding.help.as_str().is_empty() { String::new() } else { format!("  \n  *What to do:* {}", escape(finding.help.as_str())) };
    let held = finding.suppressed.as_ref().map_or_else(String::new, |held| format!(" ({})", escape(&summary::held_back(held))));
    format!(
        "- **{}** {} {}{held}  \n  {}{help}\n",
        finding.severity,
        code(&finding.rule),
        escape(finding.message.as_str()),
        code(&format!("{file}:{line}"))
    )
}

impl Renderer for Markdown {
    fn begin(&mut self, _: &Run, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn programme(&mut self, _: &Run, _: &ShownProgramme, findings: &[ShownFinding], _: &mut dyn Write) -> io::Result<()> {
        for finding in findings {
            let severity = finding.severity as usize;
            let (Some(list), Some(bytes), Some(all)) =
                (self.findings.get_mut(severity), self.bytes.get_mut(severity), self.all.get_mut(severity))
            else {
                continue;
            };
            *all += 1;
            if *bytes < limits::MARKDOWN_BYTES_MAX {
                let text = entry(finding);
                *bytes += text.len();
                list.push(text);
            }
        }
        Ok(())
    }

    fn end(&mut self, run: &Run, totals: &Totals, end: End, to: &mut dyn Write) -> io::Result<()> {
        let mut out = String::from("<!-- havesay -->\n");
        out.push_str(&format!("### havesay: {}\n\n", summary::findings(totals.findings)));
        out.push_str(&format!("{}\n\n", summary::outcome(run, totals, end.status)));
        if let (Some(with), Some(own)) = (&run.compared, &totals.change) {
            for line in change::lines(with, own, totals).lines() {
                out.push_str(&format!("{}  \n", escape(line)));
            }
        }
        out.push_str(&format!("{}  \n{}\n", escape(&summary::scope(totals)), escape(&summary::reached(totals))));
        for caveat in summary::caveats(run, totals) {
            out.push_str(&format!("\n{}\n", escape(&caveat)));
        }
        if summary::has_steps(totals) {
            out.push_str("\n**Where to begin**\n\n");
            for (number, step) in totals.steps.iter().enumerate() {
                out.push_str(&format!("{}. {}\n", number + 1, escape(&summary::words(step))));
            }
        }
        programmes(&mut out, totals);
        rules(&mut out, run, totals);
        let mut shown: u64 = 0;
        let mut list = String::new();
        for text in self.findings.iter().rev().flatten() {
            if out.len() + list.len() + text.len() > limits::MARKDOWN_BYTES_MAX {
                break;
            }
            list.push_str(text);
            shown += 1;
        }
        let left = self.all.iter().sum::<u64>() - shown + end.cut + totals.beyond;
        if !list.is_empty() {
            out.push_str(&format!("\n<details><summary>{}</summary>\n\n{list}\n</details>\n", count(shown, "finding", "findings")));
        }
        if left > 0 {
            out.push_str(&format!(
                "\n{} not shown here; the totals above count them.\n",
                count(left, "more finding is", "more findings are")
            ));
        }
        to.write_all(out.as_bytes())
    }
}

/// Rows of a table that are shown.
const ROWS_MAX: usize = 30;

fn programmes(out: &mut String, totals: &Totals) {
    if totals.programmes < 2 {
        return;
    }
    let mut rows: Vec<_> = totals.by_programme.iter().filter(|own| own.findings.iter().sum::<u64>() + own.suppressed > 0).collect();
    rows.sort_by_key(|own| {
        std::cmp::Reverse({
            let [advice, warning, error] = own.findings;
            (error, warning, advice)
        })
    });
    if rows.is_empty() {
        return;
    }
    out.push_str("\n| programme | errors | warnings | advice | verdicts reached | of |\n|---|--:|--:|--:|--:|--:|\n");
    for own in rows.iter().take(ROWS_MAX) {
        let [advice, warning, error] = own.findings;
        let reached = own.verdicts.pass + own.verdicts.finding;
        let of = reached + own.verdicts.no_evidence;
        out.push_str(&format!("| {} | {error} | {warning} | {advice} | {reached} | {of} |\n", escape(own.path.as_str())));
    }
    more(out, rows.len(), "programme", "programmes");
}

fn rules(out: &mut String, run: &Run, totals: &Totals) {
    if totals.found.is_empty() {
        return;
    }
    let mut rows: Vec<_> = totals.found.iter().collect();
    rows.sort_by_key(|own| (std::cmp::Reverse(own.severity), std::cmp::Reverse(own.findings)));
    out.push_str("\n| rule | severity | findings | programmes |\n|---|---|--:|--:|\n");
    for own in rows.iter().take(ROWS_MAX) {
        let title = escape(&run.title(own.rule.as_str()));
        let name = code(own.rule.as_str()).replace('|', "\\|");
        out.push_str(&format!("| {name} {title} | {} | {} | {} |\n", own.severity, own.findings, own.programmes));
    }
    more(out, rows.len(), "rule", "rules");
}

fn more(out: &mut String, rows: usize, one: &str, many: &str) {
    if rows > ROWS_MAX {
        out.push_str(&format!("\n{} with findings.\n", count((rows - ROWS_MAX) as u64, &format!("more {one}"), &format!("more {many}"))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        for (text, written) in [
            ("<b>&", "&lt;b&gt;&amp;"),
            ("@team #12", "@<!-- -->team #<!-- -->12"),
            ("[a](http://b)", "\\[a\\](http:<!-- -->//b)"),
            ("a|b\nc", "a\\|b c"),
        ] {
            assert_eq!(escape(text), written);
        }
        for (text, written) in [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a``", "``` a`` ```")] {
            assert_eq!(code(text), written);
        }
    }
}
