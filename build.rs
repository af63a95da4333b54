//! Embeds the rule pages: the front matter of each read once into a compact form, the body compressed.
//!
//! A macro that embeds a folder does not notice new files; `rerun-if-changed` on every folder does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/rule/front.rs"]
#[expect(dead_code, reason = "the program uses the rest")]
mod front;
#[path = "src/limits.rs"]
#[expect(dead_code, reason = "the program uses the rest")]
mod limits;
#[path = "src/rule/expression/packed.rs"]
#[expect(dead_code, reason = "the program uses the rest")]
mod packed;
#[path = "src/rule/expression/parse.rs"]
#[expect(dead_code, reason = "the program uses the rest")]
mod parse;
#[path = "src/text/span.rs"]
#[expect(dead_code, reason = "the program uses the rest")]
mod span;
/// What the files above call the program's texts.
mod text {
    pub use crate::span::Span;
}

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let rules = root.join("rules");
    let mut pages = Vec::new();
    gather(&rules, &rules, &mut pages)?;
    pages.sort();
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut expressions = Vec::new();
    let mut code = String::from("/// The built-in pages, in the order of their names.\npub static PAGES: &[Embedded] = &[\n");
    for (name, path) in &pages {
        let text = fs::read_to_string(path)?;
        let stem = name.replace('/', "--");
        let (front, title, body) = match front::split(&text) {
            Ok(parts) => {
                let title = parts.body.0.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().trim().to_owned();
                collect(&parts.front, &mut expressions);
                (front::pack(&parts.front), title, text.as_bytes().to_vec())
            }
            // The page is carried as it is: the program says what is wrong with it.
            Err(_) => (Vec::new(), String::new(), text.as_bytes().to_vec()),
        };
        fs::write(out.join(format!("{stem}.front")), &front)?;
        fs::write(out.join(format!("{stem}.body")), miniz_oxide::deflate::compress_to_vec(&body, 8))?;
        let _ = writeln!(
            code,
            "    Embedded {{ name: {name:?}, title: {title:?}, front: include_bytes!(concat!(env!(\"OUT_DIR\"), {:?})), page: include_bytes!(concat!(env!(\"OUT_DIR\"), {:?})) }},",
            format!("/{stem}.front"),
            format!("/{stem}.body"),
        );
    }
    code.push_str("];\n");
    expressions.sort_by(|(one, _), (other, _)| one.cmp(other));
    fs::write(out.join("expressions"), packed::table(&expressions))?;
    code.push_str(
        "/// The syntax of what the built-in pages write as expressions.\npub static EXPRESSIONS: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/expressions\"));\n",
    );
    let sources = fs::read_to_string(rules.join("sources.yaml")).unwrap_or_default();
    let _ = writeln!(code, "/// The sources that pages name.\npub static SOURCES: &str = {sources:?};");
    fs::write(out.join("pages.rs"), code)?;
    for file in ["rule/front.rs", "limits.rs", "rule/expression/packed.rs", "rule/expression/parse.rs", "text/span.rs"] {
        println!("cargo::rerun-if-changed=src/{file}");
    }
    Ok(())
}

/// Whatever in a page's front matter reads as an expression, whole or between braces. Words that only happen to
/// read as one do no harm: they are never asked for.
fn collect(yaml: &front::Yaml, out: &mut Vec<(String, parse::Ast)>) {
    match yaml {
        front::Yaml::Scalar(scalar) => {
            let text = &scalar.text;
            let within = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(inner, _)| inner.to_owned());
            for text in [text.clone(), text.replace("->", " .")].into_iter().chain(within) {
                if let Ok(ast) = parse::parse(&text) {
                    out.push((text, ast));
                }
            }
        }
        front::Yaml::List(list, _) => list.iter().for_each(|item| collect(item, out)),
        front::Yaml::Map(map, _) => map.iter().for_each(|(_, item)| collect(item, out)),
    }
}

fn gather(root: &Path, folder: &Path, pages: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            println!("cargo::rerun-if-changed={}", path.display());
            if let Ok(relative) = path.strip_prefix(root) {
                let name = relative
                    .with_extension("")
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy().into_owned())
                    .collect::<Vec<_>>()
                    .join("/");
                pages.push((name, path));
            }
        }
    }
    Ok(())
}
