//! `pilotwire check`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use toml::de::DeTable;

use super::arguments::{Check, FailLevel, Switch};
use super::{Exit, diagnostics, terminal};
use crate::batch::read;
use crate::report::text::harmless;
use crate::scenario::{self, Diagnostic, Loaded, Overrides, Severity};
use crate::units::limits::FILE_OCTETS_MAX;

/// Checks each file on its own; every finding of every file is shown.
pub fn check(arguments: &Check) -> Exit {
    let mut exit = Exit::Pass;
    let level = match arguments.fail_level {
        FailLevel::Warning => Severity::Warning,
        FailLevel::Error => Severity::Error,
    };
    let overrides = Overrides {
        filters: arguments.filters.map(Switch::is_on),
        ..Overrides::default()
    };
    for file in &arguments.files {
        let (findings, sources) = if is_sweep(file) {
            let loaded = read::load(file);
            (loaded.findings, loaded.sources)
        } else {
            let loaded = scenario::check_file_with(file, &overrides);
            (loaded.findings, loaded.sources)
        };
        diagnostics::show_findings(&findings, &sources, Severity::Note);
        let fails = findings.iter().any(|one| one.severity <= level);
        if fails {
            exit = Exit::BadInput;
        }
        let word = if fails { "refused" } else { "ok" };
        let name = harmless(&file.display().to_string());
        terminal::result(&format!("{name}: {word}{}\n", counts(&findings)));
    }
    exit
}

/// Whether a file is a sweep: no other has a scenario or axes. What cannot be read is told by the
/// reader of scenarios.
fn is_sweep(file: &Path) -> bool {
    let mut text = String::new();
    // A file that is larger is refused by who reads it.
    let read =
        File::open(file).and_then(|file| file.take(FILE_OCTETS_MAX).read_to_string(&mut text));
    if read.is_err() {
        return false;
    }
    let (root, _) = DeTable::parse_recoverable(&text);
    let keys = root.get_ref();
    keys.contains_key("scenario") || keys.contains_key("axis")
}

/// Loads what is to be simulated; what a person should know of it is shown.
pub fn load(file: &Path, overrides: &Overrides, quiet: bool) -> Loaded {
    let loaded = scenario::load(file, overrides);
    let least = if quiet {
        Severity::Error
    } else {
        Severity::Warning
    };
    diagnostics::show(&loaded, least);
    loaded
}

/// The end of a command whose input was refused: its findings have been shown.
pub fn refused(findings: &[Diagnostic]) -> Exit {
    terminal::talk(&format!(
        "refused{}; nothing was written\n",
        counts(findings)
    ));
    Exit::BadInput
}

/// ", 2 errors, 1 warning" of a file; empty without any.
fn counts(findings: &[Diagnostic]) -> String {
    let mut text = String::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let count = findings
            .iter()
            .filter(|one| one.severity == severity)
            .count();
        if count > 0 {
            let plural = if count == 1 { "" } else { "s" };
            text.push_str(&format!(", {count} {word}{plural}"));
        }
    }
    text
}
