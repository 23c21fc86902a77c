//! Problems, shown to the person who wrote the files.

use std::io::Write;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use scrim_catalog::{Problem, Severity, SourceFile};
use serde_json::json;

use crate::Output;
use crate::failure::Failure;

/// Prints problems: as a list for programs, as marked snippets for people.
pub(crate) fn print(files: &[SourceFile], problems: &[Problem], output: Output) -> Result<(), Failure> {
    match output {
        Output::Json => {
            let list: Vec<_> = problems.iter().map(to_json).collect();
            writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&list)?)?;
        }
        Output::Text => {
            for problem in problems {
                writeln!(anstream::stderr(), "{}\n", to_text(files, problem))?;
            }
            if !problems.is_empty() {
                writeln!(anstream::stderr(), "{}", summary(problems))?;
            }
        }
    }
    Ok(())
}

fn to_json(problem: &Problem) -> serde_json::Value {
    json!({
        "file": problem.file.display().to_string(),
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "message": problem.message,
        "help": problem.help,
    })
}

fn summary(problems: &[Problem]) -> String {
    let count = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    format!("{}, {}", plural(count(Severity::Error), "error"), plural(count(Severity::Warning), "warning"))
}

fn to_text(files: &[SourceFile], problem: &Problem) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path = problem.file.display().to_string();
    let mut group = level
        .primary_title(problem.message.as_str())
        .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    let text = files.iter().find(|f| f.path == problem.file).map(|f| f.text.as_str());
    if let Some(text) = text
        && let Some(span) = span(text, problem)
    {
        let snippet = Snippet::source(text).path(path.as_str()).annotation(AnnotationKind::Primary.span(span));
        group = group.element(snippet);
    } else if problem.line > 0 {
        group = group.element(Origin::path(path.as_str()).line(problem.line).char_column(problem.column));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// The bytes of the word at the problem's place.
fn span(text: &str, problem: &Problem) -> Option<std::ops::Range<usize>> {
    let line_start: usize = text.split_inclusive('\n').take(problem.line.checked_sub(1)?).map(str::len).sum();
    let line = text.get(line_start..)?.lines().next()?;
    // A line that may hold a secret is not shown again.
    if line.to_lowercase().contains("password") || problem.message.contains("password") {
        return None;
    }
    let before: usize = line.chars().take(problem.column.saturating_sub(1)).map(char::len_utf8).sum();
    let word = line.get(before..)?;
    let length = word.find([',', '}', ']', ' ', '#']).unwrap_or(word.len()).max(usize::from(!word.is_empty()));
    Some(line_start + before..line_start + before + length)
}
