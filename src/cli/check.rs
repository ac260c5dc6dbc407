//! `pilotwire check`.

use std::path::Path;

use super::arguments::{Check, FailLevel, Switch};
use super::{Exit, diagnostics, terminal};
use crate::report::text::harmless;
use crate::scenario::{self, Loaded, Overrides, Severity};

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
        let loaded = scenario::check_file_with(file, &overrides);
        diagnostics::show(&loaded, Severity::Note);
        let fails = loaded.findings.iter().any(|one| one.severity <= level);
        if fails {
            exit = Exit::BadInput;
        }
        let word = if fails { "refused" } else { "ok" };
        let name = harmless(&file.display().to_string());
        terminal::result(&format!("{name}: {word}{}\n", counts(&loaded)));
    }
    exit
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
pub fn refused(loaded: &Loaded) -> Exit {
    terminal::talk(&format!("refused{}; nothing was written\n", counts(loaded)));
    Exit::BadInput
}

/// ", 2 errors, 1 warning" of a file; empty without any.
fn counts(loaded: &Loaded) -> String {
    let mut text = String::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let count = loaded
            .findings
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
