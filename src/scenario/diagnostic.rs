//! What is wrong, where, and what would be right: for everything a user can cause.

use std::ops::Range;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The run proceeds; the report repeats it.
    Warning,
    /// Worth knowing.
    Note,
}

/// Index of a file in the list that was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub usize);

/// A file that was read, kept for showing its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// As the user names it.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A place in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Which file.
    pub source: SourceId,
    /// Octets of the text.
    pub span: Range<usize>,
    /// What is to be said at this place.
    pub text: String,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Lint code ("TP001"), for findings that `explain` knows.
    pub code: Option<&'static str>,
    /// One line: what is wrong.
    pub title: String,
    /// Where; the first is the main place. Empty only where no file could be read.
    pub labels: Vec<Label>,
    /// What would be right, or the nearest valid name.
    pub help: Option<String>,
}
