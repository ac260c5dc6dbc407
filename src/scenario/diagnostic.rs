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

/// Most findings kept of one load: noise in, a page out.
pub const FINDINGS_MAX: usize = 200;

/// Collects findings while files are read and checked.
#[derive(Default, Debug)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    left_out: usize,
}

impl Diagnostic {
    /// An error at one place.
    #[must_use]
    pub fn error(title: impl Into<String>, place: Place, text: impl Into<String>) -> Self {
        Self::at(Severity::Error, title, place, text)
    }

    /// A finding of any severity at one place.
    #[must_use]
    pub fn at(
        severity: Severity,
        title: impl Into<String>,
        place: Place,
        text: impl Into<String>,
    ) -> Self {
        let label = Label {
            source: place.source,
            span: place.span,
            text: text.into(),
        };
        Self {
            severity,
            code: None,
            title: title.into(),
            labels: vec![label],
            help: None,
        }
    }

    /// An error without a place: a file that could not be read.
    #[must_use]
    pub fn nowhere(title: impl Into<String>) -> Self {
        let title = title.into();
        Self {
            severity: Severity::Error,
            code: None,
            title,
            labels: Vec::new(),
            help: None,
        }
    }

    /// The same with a help line.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a help line where there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The same with a lint code.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The same with one more place.
    #[must_use]
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: place.source,
            span: place.span,
            text: text.into(),
        });
        self
    }
}

/// Where something stands: a file and octets of its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Which file.
    pub source: SourceId,
    /// Octets of its text.
    pub span: Range<usize>,
}

impl Findings {
    /// Adds one finding, or counts it where there are too many already.
    pub fn push(&mut self, finding: Diagnostic) {
        // Room beyond the final limit, so that what is shown is chosen by place and severity.
        if self.kept.len() < 8 * FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Counts errors that are not even kept.
    pub fn leave_out(&mut self, count: usize) {
        self.left_out += count;
    }

    /// Whether any finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.left_out > 0 || self.kept.iter().any(|one| one.severity == Severity::Error)
    }

    /// How many there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.len() + self.left_out
    }

    /// The findings in the order of place, errors kept first where there are too many.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let place = |one: &Diagnostic| {
            let label = one.labels.first();
            label.map(|label| (label.source, label.span.start, label.span.end))
        };
        let mut kept = self.kept;
        let mut left_out = self.left_out;
        kept.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.title.cmp(&b.title)));
        kept.dedup();
        if kept.len() > FINDINGS_MAX {
            kept.sort_by_key(|one| one.severity);
            left_out += kept.len() - FINDINGS_MAX;
            kept.truncate(FINDINGS_MAX);
            kept.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.title.cmp(&b.title)));
        }
        if left_out > 0 {
            let mut more = Diagnostic::nowhere(format!("{left_out} more findings are not shown"));
            more.severity = Severity::Note;
            kept.push(more);
        }
        kept
    }
}
