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
    kept: [Vec<Diagnostic>; 3], // errors, warnings, notes
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
    /// Adds one finding, or counts it where there are too many of its severity already.
    pub fn push(&mut self, finding: Diagnostic) {
        let kept = &mut self.kept[finding.severity as usize];
        // Room beyond the final limit, so that what is shown is chosen by place.
        if kept.len() < 8 * FINDINGS_MAX {
            kept.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Counts findings that are not even kept.
    pub fn leave_out(&mut self, count: usize) {
        self.left_out += count;
    }

    /// Whether a further finding of this severity would only be counted: no use in looking for
    /// what could help.
    #[must_use]
    pub fn is_full(&self, severity: Severity) -> bool {
        self.kept[severity as usize].len() >= 8 * FINDINGS_MAX
    }

    /// Whether any finding is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        !self.kept[Severity::Error as usize].is_empty()
    }

    /// How many there are so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.iter().map(Vec::len).sum::<usize>() + self.left_out
    }

    /// The findings in the order of place, the worst kept where there are too many.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let place = |one: &Diagnostic| {
            let label = one.labels.first();
            label.map(|label| (label.source, label.span.start, label.span.end))
        };
        let by_place = |a: &Diagnostic, b: &Diagnostic| {
            place(a).cmp(&place(b)).then_with(|| a.title.cmp(&b.title))
        };
        let mut left_out = self.left_out;
        let mut sorted: Vec<Diagnostic> = Vec::new();
        for mut kept in self.kept {
            kept.sort_by(by_place);
            kept.dedup();
            let room = FINDINGS_MAX - sorted.len();
            left_out += kept.len().saturating_sub(room);
            sorted.extend(kept.into_iter().take(room));
        }
        sorted.sort_by(by_place);
        if left_out > 0 {
            let mut more = Diagnostic::nowhere(format!("{left_out} more findings are not shown"));
            more.severity = Severity::Note;
            sorted.push(more);
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, at: usize) -> Diagnostic {
        let place = Place {
            source: SourceId(0),
            span: at..at,
        };
        Diagnostic::at(severity, "something", place, "")
    }

    #[test]
    fn many_notes_are_no_error_and_hide_none() {
        let mut findings = Findings::default();
        (0..5000).for_each(|at| findings.push(finding(Severity::Note, at)));
        assert!(!findings.has_errors());
        findings.push(finding(Severity::Warning, 7000));
        findings.push(finding(Severity::Error, 6000));
        assert!(findings.has_errors());
        let sorted = findings.into_sorted();
        assert_eq!(sorted.len(), 201);
        assert_eq!(sorted[198].severity, Severity::Error);
        assert_eq!(sorted[199].severity, Severity::Warning);
        assert_eq!(sorted[200].title, "4802 more findings are not shown");
    }
}
