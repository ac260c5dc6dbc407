//! Findings as a person reads them: severity, code, file and line, the place, what would be right.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::terminal;
use crate::report::text::harmless;
use crate::scenario::{Diagnostic, Label, Loaded, Severity, SourceFile};

/// Longest piece of a line that is shown, octets: a file may be one long line.
const SHOWN_OCTETS: usize = 240;

/// Shows findings of at least `least` severity on stderr.
pub fn show(loaded: &Loaded, least: Severity) {
    show_findings(&loaded.findings, &loaded.sources, least);
}

/// Shows findings over these files, of at least `least` severity, on stderr.
pub fn show_findings(findings: &[Diagnostic], sources: &[SourceFile], least: Severity) {
    let shown = findings.iter().filter(|one| one.severity <= least);
    let shown: Vec<&Diagnostic> = shown.collect();
    if shown.is_empty() {
        return;
    }
    let starts: Vec<Vec<usize>> = sources.iter().map(line_starts).collect();
    let mut text = String::new();
    for finding in shown {
        text.push_str(&rendered(finding, sources, &starts));
        text.push_str("\n\n");
    }
    terminal::talk(&text);
}

fn rendered(finding: &Diagnostic, sources: &[SourceFile], starts: &[Vec<usize>]) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(harmless(&finding.title));
    if let Some(code) = finding.code {
        title = title.id(code);
    }
    let mut group = title.elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    for (index, label) in finding.labels.iter().enumerate() {
        let file = label.source.0;
        let (Some(source), Some(starts)) = (sources.get(file), starts.get(file)) else {
            continue;
        };
        let kind = if index == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let piece = Piece::around(source, starts, label);
        let mut annotation = kind.span(piece.span);
        if !label.text.is_empty() {
            annotation = annotation.label(harmless(&label.text));
        }
        let snippet = Snippet::source(piece.text)
            .line_start(piece.line)
            .annotation(annotation);
        group = match piece.column {
            None => group.element(snippet.path(harmless(&source.path))),
            // The renderer counts columns from where the piece begins.
            Some(column) => group
                .element(
                    Origin::path(harmless(&source.path))
                        .line(piece.line)
                        .char_column(column),
                )
                .element(snippet),
        };
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(harmless(help)));
    }
    Renderer::styled().render(&[group])
}

/// Where the lines of a text begin.
fn line_starts(source: &SourceFile) -> Vec<usize> {
    let breaks = source
        .text
        .bytes()
        .enumerate()
        .filter(|(_, octet)| *octet == b'\n');
    std::iter::once(0)
        .chain(breaks.map(|(at, _)| at + 1))
        .collect()
}

/// The line of a place, or the piece of it that is worth showing.
struct Piece<'t> {
    text: &'t str,
    line: usize,
    span: Range<usize>,
    /// Column of the place in its line, from 1, where the piece does not begin with the line.
    column: Option<usize>,
}

impl<'t> Piece<'t> {
    fn around(source: &'t SourceFile, starts: &[usize], label: &Label) -> Self {
        let text = &source.text;
        let at = floor(text, label.span.start.min(text.len()));
        let line = starts.partition_point(|start| *start <= at).max(1);
        let from = starts.get(line - 1).copied().unwrap_or(0);
        let line_end = starts.get(line).map_or(text.len(), |next| next - 1);
        let end = floor(text, label.span.end.clamp(at, line_end.max(at)));
        let line_from = from;
        let (from, to) = if line_end - from <= SHOWN_OCTETS {
            (from, line_end)
        } else {
            let near = floor(text, at.saturating_sub(SHOWN_OCTETS / 4).max(from));
            (near, floor(text, line_end.min(near + SHOWN_OCTETS)))
        };
        let column = (from > line_from).then(|| text[line_from..at].chars().count() + 1);
        let to = to.max(at);
        Self {
            text: &text[from..to],
            line,
            span: at - from..end.clamp(at, to) - from,
            column,
        }
    }
}

/// The nearest boundary of a character at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::SourceId;

    fn shown(text: &str, span: Range<usize>) -> String {
        let source = SourceFile {
            path: "ring.toml".into(),
            text: text.into(),
        };
        let label = Label {
            source: SourceId(0),
            span,
            text: "say 6 or more".into(),
        };
        let finding = Diagnostic {
            severity: Severity::Error,
            code: Some("TP003"),
            title: "too few packets".into(),
            labels: vec![label],
            help: Some("jitter_buffer = \"6 ms\"".into()),
        };
        let starts = [line_starts(&source)];
        let styled = rendered(&finding, &[source], &starts);
        anstream::adapter::strip_str(&styled).to_string()
    }

    #[test]
    fn a_finding_has_code_file_line_caret_and_help() {
        let text = shown("name = \"x\"\njitter_buffer = \"4 ms\"\n", 27..33);
        assert!(text.starts_with("error[TP003]: too few packets"), "{text}");
        assert!(text.contains("--> ring.toml:2:17"), "{text}");
        assert!(text.contains("^^^^^^ say 6 or more"), "{text}");
        assert!(text.contains("help: jitter_buffer = \"6 ms\""), "{text}");
    }

    #[test]
    fn a_place_beyond_the_end_or_inside_a_character_is_shown_all_the_same() {
        for span in [0..0, 3..3, 2..9, 7..99, 99..120] {
            let text = shown("aé\nbö→", span.clone());
            assert!(text.contains("ring.toml:"), "{span:?}: {text}");
        }
        assert!(shown("", 0..0).contains("ring.toml:1"));
    }

    #[test]
    fn of_a_long_line_only_a_piece_is_shown() {
        let text = shown(&"x".repeat(10_000_000), 5_000_000..9_000_000);
        assert!(text.len() < 2_000, "{}", text.len());
        assert!(text.contains("--> ring.toml:1:5000001"), "{text}");
        let text = shown(&format!("a\n{}", "é".repeat(1000)), 1002..1004);
        assert!(text.contains("--> ring.toml:2:501"), "{text}");
    }
}
