//! Reading files: at most so large, UTF-8, and every syntax fault of TOML told at once.

use std::io::Read;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::InputFile;
use super::decode::Decoder;
use super::diagnostic::{Diagnostic, FINDINGS_MAX, Findings, Place, SourceFile, SourceId};
use super::fields::Field;
use super::files::{Files, Held};
use super::value::Table;
use crate::units::limits::FILE_OCTETS_MAX;

/// The files read so far, and what was found.
#[derive(Default, Debug)]
pub struct Session {
    /// For showing lines.
    pub sources: Vec<SourceFile>,
    /// For the manifest.
    pub inputs: Vec<InputFile>,
    /// Everything found.
    pub findings: Findings,
    /// Contents that stand in place of the disk's; what is read is added.
    pub files: Files,
}

/// A decoded file.
#[derive(Debug)]
pub struct Decoded {
    /// What could be decoded.
    pub table: Table,
    /// Whether the TOML itself was whole.
    pub whole: bool,
}

impl Session {
    /// Reads a file. `named` is how the user or a file names it; `blame` the place that does.
    pub fn read(&mut self, path: &Path, named: &str, blame: Option<Place>) -> Option<SourceId> {
        let fault = |title: String, help: Option<String>| match &blame {
            Some(place) => Diagnostic::error(title, place.clone(), "named here").maybe_help(help),
            None => Diagnostic::nowhere(title).maybe_help(help),
        };
        let shown = slashes(&cleaned(path));
        let held = match self.held(path) {
            Ok(held) => held,
            Err(error) => {
                let help = (error.kind() == std::io::ErrorKind::NotFound && blame.is_some())
                    .then(|| "the path is taken from the folder of the file that names it".into());
                self.findings
                    .push(fault(format!("cannot read {shown}: {error}"), help));
                return None;
            }
        };
        if held.octets.len() as u64 > FILE_OCTETS_MAX {
            let title = format!("{shown} is larger than {} MB", FILE_OCTETS_MAX >> 20);
            self.findings.push(fault(title, None));
            return None;
        }
        let source = SourceId(self.sources.len());
        self.inputs.push(InputFile {
            path: named.replace('\\', "/"),
            sha256: held.sha256.clone(),
        });
        match std::str::from_utf8(&held.octets) {
            Ok(text) => {
                let text = text.to_owned();
                self.sources.push(SourceFile { path: shown, text });
                Some(source)
            }
            Err(error) => {
                let at = error.valid_up_to();
                // The valid part is enough to show the line.
                let text = String::from_utf8_lossy(&held.octets[..at]).into_owned();
                let place = Place {
                    source,
                    span: at..at,
                };
                self.sources.push(SourceFile {
                    path: shown.clone(),
                    text,
                });
                let title = format!("{shown} is not UTF-8 text");
                self.findings.push(
                    Diagnostic::error(title, place, "invalid octet from here")
                        .help("scenario and topology files are TOML: text in UTF-8"),
                );
                None
            }
        }
    }

    /// The content of a file: what is held of it, or what the disk has, which is held from then on.
    fn held(&mut self, path: &Path) -> std::io::Result<Arc<Held>> {
        if let Some(held) = self.files.get(path) {
            return Ok(Arc::clone(held));
        }
        if self.files.is_sealed() {
            let message = "it was not there when the sweep was read";
            return Err(std::io::Error::new(std::io::ErrorKind::NotFound, message));
        }
        self.files.hold(path, read_limited(path)?);
        Ok(Arc::clone(self.files.get(path).expect("held just now")))
    }

    /// Parses and decodes a file that was read.
    pub fn decode(
        &mut self,
        source: SourceId,
        what: &str,
        choose: impl FnOnce(&DeTable<'_>) -> &'static [Field],
    ) -> Decoded {
        let text = &self.sources[source.0].text;
        let (root, errors) = DeTable::parse_recoverable(text);
        for (place, error) in errors.iter().enumerate() {
            if place >= 8 * FINDINGS_MAX {
                self.findings.leave_out(errors.len() - place);
                break;
            }
            let span = clipped(text, error.span().unwrap_or(0..0));
            let place = Place { source, span };
            self.findings.push(
                Diagnostic::error("broken TOML", place, error.message()).help(
                    "text and quantities stand in quotes: name = \"A\", length = \"73.4 km\"",
                ),
            );
        }
        let lines: Vec<Range<usize>> = errors
            .iter()
            .take(8 * FINDINGS_MAX)
            .map(|error| lines_of(text, clipped(text, error.span().unwrap_or(0..0))))
            .collect();
        // A broken header moves the keys below it to another table: nothing said of keys or
        // values would then be true. So it is for noise.
        let header = |line: &Range<usize>| text[line.clone()].trim_start().starts_with('[');
        let fields = choose(root.get_ref());
        if lines.len() >= FINDINGS_MAX || lines.iter().any(header) {
            return Decoded {
                table: Table::default(),
                whole: false,
            };
        }
        let span = 0..text.find('\n').unwrap_or(text.len());
        let whole = errors.is_empty();
        let mut decoder = Decoder {
            source,
            findings: &mut self.findings,
            tell_missing: whole,
            broken: &lines,
        };
        Decoded {
            table: decoder.table(root.get_ref(), span, fields, what),
            whole,
        }
    }
}

fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(FILE_OCTETS_MAX + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The path of a file named in another file.
#[must_use]
pub fn beside(file: &Path, named: &str) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    cleaned(&folder.join(named.replace('\\', "/")))
}

/// The path with `folder/..` taken out, as far as text tells.
pub(super) fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        let up = part == Component::ParentDir;
        let named = matches!(clean.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            _ if up && named => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}

/// The path as text with `/` between its parts.
#[must_use]
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// SHA-256 of some octets, lower-case hex.
pub(super) fn hex_sha256(octets: &[u8]) -> String {
    Sha256::digest(octets)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A span inside the text, on character boundaries.
fn clipped(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

/// The whole lines that a span touches.
fn lines_of(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end..]
        .find('\n')
        .map_or(text.len(), |at| span.end + at);
    start..end
}
