//! The ring of `tests/fixtures`, with a few words of it replaced.

use std::path::Path;

use pilotwire::scenario::{Loaded, Overrides, Severity, load};

/// The scenario text of the ring.
pub const RING: &str = include_str!("../fixtures/ring.toml");
/// Its topology text.
pub const TOPOLOGY: &str = include_str!("../fixtures/ring.topology.toml");

/// One finding, made short: severity, code, file name, line from 1, title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// How bad.
    pub severity: Severity,
    /// Lint code.
    pub code: Option<&'static str>,
    /// Name of the file without its folder.
    pub file: String,
    /// Line of the main place, from 1; 0 without a place.
    pub line: usize,
    /// The text under the caret.
    pub caret: String,
    /// What is wrong.
    pub title: String,
    /// Help line, or nothing.
    pub help: String,
}

/// The text with one piece of it replaced; the piece must be there.
pub fn with(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is in the fixture");
    text.replacen(from, to, 1)
}

/// Loads a scenario text beside a topology text.
pub fn load_texts(scenario: &str, topology: &str) -> Loaded {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ring.topology.toml"), topology).expect("written");
    let file = folder.path().join("ring.toml");
    std::fs::write(&file, scenario).expect("written");
    load(&file, &Overrides::default())
}

/// What was found, in the order of place.
pub fn found(loaded: &Loaded) -> Vec<Found> {
    let short = |one: &pilotwire::scenario::Diagnostic| {
        let label = one.labels.first();
        let source = label.map(|label| &loaded.sources[label.source.0]);
        let name = source.and_then(|source| Path::new(&source.path).file_name());
        let text = source.map_or("", |source| source.text.as_str());
        let span = label.map_or(0..0, |label| label.span.clone());
        Found {
            severity: one.severity,
            code: one.code,
            file: name.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            line: label.map_or(0, |_| text[..span.start].matches('\n').count() + 1),
            caret: text[span].to_owned(),
            title: one.title.clone(),
            help: one.help.clone().unwrap_or_default(),
        }
    };
    loaded.findings.iter().map(short).collect()
}

/// The errors among them.
pub fn errors(loaded: &Loaded) -> Vec<Found> {
    let mut all = found(loaded);
    all.retain(|one| one.severity == Severity::Error);
    all
}
