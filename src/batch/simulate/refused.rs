//! Why a case is refused, in one line that is the same wherever the files lie.

use std::path::Path;

use crate::batch::Sweep;
use crate::scenario::{Diagnostic, Loaded, Severity};

/// The first error in the order of place, as "title (file:line)".
pub(super) fn first_error(sweep: &Sweep, loaded: &Loaded) -> String {
    let mut findings = loaded.findings.iter();
    let error = findings.find(|finding| finding.severity == Severity::Error);
    error.map_or_else(
        || "the scenario is refused".to_owned(),
        |error| told(sweep, loaded, error),
    )
}

/// An error in one line.
fn told(sweep: &Sweep, loaded: &Loaded, error: &Diagnostic) -> String {
    let title = named(sweep, &error.title);
    let Some(label) = error.labels.first() else {
        return title;
    };
    let source = &loaded.sources[label.source.0];
    let before = source.text.as_bytes().iter().take(label.span.start);
    let line = 1 + before.filter(|octet| **octet == b'\n').count();
    let file = sweep.named(Path::new(&source.path));
    format!("{title} ({file}:{line})")
}

/// A title whose file is named as from the scenario's folder.
fn named(sweep: &Sweep, title: &str) -> String {
    let said = |path: &str| sweep.named(Path::new(path));
    if let Some((path, why)) = title
        .strip_prefix("cannot read ")
        .and_then(|rest| rest.split_once(": "))
    {
        return format!("cannot read {}: {why}", said(path));
    }
    for end in [" is larger than ", " is not UTF-8 text"] {
        if let Some((path, why)) = title.split_once(end) {
            return format!("{}{end}{why}", said(path));
        }
    }
    title.to_owned()
}
