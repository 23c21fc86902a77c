//! Errors and warnings for the person who wrote the files.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::{Kind, Mark};

/// Whether a problem stops anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is done until it is mended.
    Error,
    /// Work goes on; somebody should look.
    Warning,
}

/// Something wrong in the documents: where, what, why, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it stops anything.
    pub severity: Severity,
    /// The file.
    #[serde(serialize_with = "path")]
    pub file: Arc<PathBuf>,
    /// Line, from 1; 0 for the whole file.
    pub line: usize,
    /// Column, from 1; 0 for the whole line.
    pub column: usize,
    /// What is wrong, their words in back-ticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The kinds of which `help` may tell a name: not everybody may know of all of them.
    #[serde(skip)]
    pub names: &'static [Kind],
}

fn path<S: serde::Serializer>(path: &Arc<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

impl Problem {
    /// An error at a place.
    pub fn error(file: &Arc<PathBuf>, mark: Mark, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: Arc::clone(file),
            line: mark.line,
            column: mark.column,
            message: message.into(),
            help: None,
            names: &[],
        }
    }

    /// A warning at a place.
    pub fn warning(file: &Arc<PathBuf>, mark: Mark, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(file, mark, message) }
    }

    /// The same problem with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same problem, in which `help` may tell names of these kinds.
    #[must_use]
    pub fn naming(mut self, kinds: &'static [Kind]) -> Self {
        self.names = kinds;
        self
    }

    /// The same problem with the nearest of `known`, when one is near.
    #[must_use]
    pub fn suggest<'a>(mut self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(near) = nearest(written, known) {
            self.help = Some(format!("did you mean `{near}`?"));
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file.display(), self.line, self.column, self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// The most alike of `known`, when it is alike enough to be what was meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| {
            let (a, b) = (written.to_lowercase(), name.to_lowercase());
            let inside = !a.is_empty() && (b.ends_with(&format!(".{a}")) || b.split('.').eq(a.split('_')));
            (if inside { 0.95 } else { strsim::jaro_winkler(&a, &b) }, name)
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
