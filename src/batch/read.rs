//! From a sweep file to a [`Sweep`]: all faults at once, each with its place.

use std::path::Path;

use super::Sweep;
use crate::scenario::{Diagnostic, SourceFile};

/// What reading a sweep gave.
#[derive(Debug)]
pub struct LoadedSweep {
    /// Files read, for showing lines.
    pub sources: Vec<SourceFile>,
    /// Everything found, in the order of place.
    pub findings: Vec<Diagnostic>,
    /// The sweep, where no finding is an error.
    pub sweep: Option<Sweep>,
}

/// Reads a sweep file and everything it names.
#[must_use]
pub fn load(path: &Path) -> LoadedSweep {
    let _ = path;
    todo!()
}
