//! Documents out of the text of YAML files.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::kind::Parse;
use crate::{Document, KINDS, Kind, Mark, Problem};

/// A file's name and text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name by which problems call it.
    pub path: Arc<PathBuf>,
    /// Its text.
    pub text: String,
}

/// Reads every document of a file. Each document that cannot be read is one problem; the others are read.
pub fn read(file: &SourceFile, documents: &mut Vec<(Arc<PathBuf>, Document)>, problems: &mut Vec<Problem>) {
    read_as(Written::ByPeople, file, documents, problems);
}

/// What a text is written by: what has no quotes in YAML may be meant as a text, in JSON it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    ByPeople,
    AsJson,
}

/// Reads every document of a file, as [`read`] does.
pub(crate) fn read_as(
    written: Written,
    file: &SourceFile,
    documents: &mut Vec<(Arc<PathBuf>, Document)>,
    problems: &mut Vec<Problem>,
) {
    for (before, text) in split(&file.text) {
        match read_one(written, before, &text) {
            Ok(Some(document)) => documents.push((Arc::clone(&file.path), document)),
            Ok(None) => {}
            Err(fault) => {
                let mut problem = Problem::error(&file.path, fault.mark, fault.message);
                problem.help = fault.help;
                problems.push(problem);
            }
        }
    }
}

/// Cuts a file into documents at lines that start with `---`, which YAML allows nowhere else: each with the number of
/// lines before it.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut pieces = vec![(0, String::new())];
    for (number, line) in text.trim_start_matches('\u{feff}').split_inclusive('\n').enumerate() {
        let marker =
            line.strip_prefix("---").is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with([' ', '\t']));
        if marker {
            pieces.push((number, String::new()));
        }
        if let Some((_, piece)) = pieces.last_mut() {
            // The marker itself gives way to blanks: what may follow it on its line keeps its column.
            if marker { piece.push_str(&line.replacen("---", "   ", 1)) } else { piece.push_str(line) }
        }
    }
    pieces
}

struct Fault {
    mark: Mark,
    message: String,
    help: Option<String>,
}

#[derive(Deserialize)]
struct WhatItIs {
    kind: Option<crate::At<String>>,
}

fn read_one(written: Written, before: usize, text: &str) -> Result<Option<Document>, Fault> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#') || line.trim() == "...") {
        return Ok(None);
    }
    let WhatItIs { kind } = parse::<WhatItIs>(written, before, text)?;
    let Some(kind) = kind else {
        let line = text.lines().position(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')).unwrap_or(0);
        return Err(Fault {
            mark: Mark { line: before + line + 1, column: 1 },
            message: "the document does not say what it is".to_owned(),
            help: Some(format!("start it with `kind:` and one of {}", KINDS.join(", "))),
        });
    };
    let Ok(known) = kind.parse::<Kind>() else {
        let near = crate::problem::nearest(&kind, KINDS.iter().copied());
        return Err(Fault {
            mark: kind.mark(),
            message: format!("`{}` is not a kind of document", *kind),
            help: Some(near.map_or(format!("kinds are {}", KINDS.join(", ")), |k| format!("did you mean `{k}`?"))),
        });
    };
    let document = known.parse(&Text { written, before, text })?;
    let name = document.name();
    if matches!(name.as_str(), "." | "..") {
        return Err(Fault {
            mark: name.mark(),
            message: format!(
                "`{name}` cannot be the name of a document: in an address it stands for a place and for no name"
            ),
            help: Some("give it another".to_owned()),
        });
    }
    Ok(Some(document))
}

/// The text of a document, and how many lines of its file stand before it.
struct Text<'a> {
    written: Written,
    before: usize,
    text: &'a str,
}

impl Parse for Text<'_> {
    type Error = Fault;
    fn parse<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        parse(self.written, self.before, self.text)
    }
}

fn parse<T: DeserializeOwned>(written: Written, before: usize, text: &str) -> Result<T, Fault> {
    // Policy files are small; the reader's default budgets stop alias bombs and endless nesting.
    let options = serde_saphyr::options! {
        leading_zero_numbers_as_strings: true,
        strict_booleans: true,
        no_schema: written == Written::AsJson,
        with_snippet: false,
    };
    crate::text_or::with_document(before, text, || {
        serde_saphyr::from_str_with_options::<T>(text, options).map_err(|error| explain(&error))
    })
}

/// Turns a reader's error into one with a place and, for a misspelt word, a suggestion.
fn explain(error: &serde_saphyr::Error) -> Fault {
    let mark = error
        .location()
        .map_or(Mark::default(), |place| crate::text_or::mark(place.line() as usize, place.column() as usize));
    let full = error.without_snippet().to_string();
    let message = full.rfind(" at line ").map_or(full.as_str(), |end| full.get(..end).unwrap_or(&full)).to_owned();
    let quoted = message.split('`').nth(1).unwrap_or_default().to_owned();
    let expected =
        message.split_once("expected one of ").or_else(|| message.split_once("expected ")).map(|(_, list)| {
            list.split(", ").flat_map(|word| word.split(" or ")).map(|w| w.trim().trim_matches('`')).collect::<Vec<_>>()
        });
    let help = match expected {
        Some(words) if message.starts_with("unknown ") => Some(
            crate::problem::nearest(&quoted, words.iter().copied())
                .map_or_else(|| format!("known here: {}", words.join(", ")), |near| format!("did you mean `{near}`?")),
        ),
        _ => None,
    };
    let (message, help) = match plainly(&message) {
        Some((message, remedy)) => (message.to_owned(), Some(remedy.to_owned())),
        None => (message, help),
    };
    let message = match help {
        Some(_) => message.split(", expected").next().unwrap_or(&message).to_owned(),
        None => message,
    };
    Fault { mark, message, help }
}

/// What the reader's own messages mean to whoever wrote the file.
fn plainly(message: &str) -> Option<(&'static str, &'static str)> {
    let found = [
        ("premature end of input", "this is not a time", "write it in full, for example `2027-01-31T00:00:00Z`"),
        (
            "input contains invalid characters",
            "this is not a time",
            "write it in full, for example `2027-01-31T00:00:00Z`",
        ),
        ("input is out of range", "this is not a time", "there is no such day or hour"),
        (
            "expected mapping end",
            "only one condition can stand here",
            "put several into `all: [ ... ]` or `any: [ ... ]`",
        ),
        (
            "expected end of mapping after enum variant value",
            "only one condition can stand here",
            "put several into `all: [ ... ]` or `any: [ ... ]`",
        ),
        ("duplicate mapping key", "this is written twice", "documents in one file are set apart by a line `---`"),
        ("expected sequence start", "a list is expected here", "write `[ ... ]`, also around one"),
        ("expected mapping start", "settings in braces are expected here", "write `{ name: value }`, as in `{ k: 5 }`"),
        ("expected string scalar", "one value is expected here", "write it without brackets or braces"),
        ("must be quoted", "a text is expected here", "put it into quotes"),
        ("cannot deserialize null into string", "a value is missing here", "write one, or remove the line"),
    ];
    found.iter().find(|(theirs, _, _)| message.contains(theirs)).map(|(_, plain, remedy)| (*plain, *remedy))
}
