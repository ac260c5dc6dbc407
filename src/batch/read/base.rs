//! What cases are made of: the files of the base scenario, and those that values name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use super::super::axis::{Axis, Level, Levels};
use super::super::case::relative;
use super::super::design::Point;
use super::super::template::Piece;
use super::super::{SCHEMA, Sweep};
use super::nodes::{keys_of, list_of, plain};
use super::resolve::Wanted;
use crate::report::MODEL_VERSION;
use crate::scenario::diagnostic::Place;
use crate::scenario::fields::Kind;
use crate::scenario::files::Held;
use crate::scenario::source::{Session, beside};
use crate::scenario::value::At;
use crate::scenario::{Files, InputFile, Loaded, Overrides, SourceId, load_from};

/// The base scenario as the disk has it.
pub struct Read {
    /// Its file.
    pub path: PathBuf,
    /// Its text.
    pub scenario: String,
    /// The topology file that it names, where that was read.
    pub topology: Option<(PathBuf, String)>,
    /// Every file that it reads.
    pub files: Files,
    /// Its seed.
    pub seed: u64,
    /// What loading it gave.
    loaded: Loaded,
}

impl Read {
    /// Reads the scenario that a sweep names, and what that names.
    pub fn new(
        session: &mut Session,
        (source, sweep): (SourceId, &Path),
        named: &At<String>,
    ) -> Option<Self> {
        let path = beside(sweep, &named.value);
        let blame = Place {
            source,
            span: named.span.clone(),
        };
        session.read(&path, &named.value, Some(blame))?;
        let mut files = Files::default();
        files.hold(&path, session.files.get(&path)?.octets.clone());
        let loaded = load_from(&files, &path, &Overrides::default());
        let text = |path: &Path| {
            let held = loaded.files.get(path)?;
            String::from_utf8(held.octets.clone()).ok()
        };
        let scenario = text(&path)?;
        let (root, errors) = DeTable::parse_recoverable(&scenario);
        if !errors.is_empty() {
            tell(session, loaded);
            return None;
        }
        let value = |key: &str| root.get_ref().get(key).map(|value| value.get_ref());
        let seed = value("seed")
            .and_then(plain)
            .and_then(|seed| seed.parse().ok());
        let topology = value("topology")
            .and_then(DeValue::as_str)
            .and_then(|named| {
                let file = beside(&path, named);
                let text = text(&file)?;
                Some((file, text))
            });
        let broken = topology.as_ref().is_some_and(|(_, text)| {
            let (_, errors) = DeTable::parse_recoverable(text);
            !errors.is_empty()
        });
        let seed = seed.unwrap_or(1);
        drop(root);
        if broken {
            tell(session, loaded);
            return None;
        }
        Some(Self {
            path,
            scenario,
            topology,
            files: loaded.files.clone(),
            seed,
            loaded,
        })
    }
}

/// Passes on what loading a scenario found.
fn tell(session: &mut Session, loaded: Loaded) {
    let before = session.sources.len();
    session.sources.extend(loaded.sources);
    for mut finding in loaded.findings {
        for label in &mut finding.labels {
            label.source.0 += before;
        }
        session.findings.push(finding);
    }
}

/// A base that is refused is told, unless its first case is not: then what was wrong is set by an
/// axis.
pub fn refused(session: &mut Session, sweep: &Sweep, read: Read) {
    if !read.loaded.has_errors() {
        return;
    }
    let first = sweep.case(0);
    let files = sweep.input(&sweep.design.point(&sweep.axes, 0));
    if sweep.load_case(&files, first.seed).has_errors() {
        tell(session, read.loaded);
    }
}

/// Whether a value that stands there may name a file, or hold one that does.
pub fn may_name_files(wanted: Wanted) -> bool {
    fn names(kind: &'static Kind) -> bool {
        // Text that is no name, word or quantity is the name of a file, or a label.
        let text = matches!(kind, Kind::Text);
        let deeper = keys_of(kind).into_iter();
        let mut deeper = deeper.flat_map(|(_, fields)| fields.iter().map(|field| field.kind));
        let other = |kind: &'static [Kind]| kind.iter().any(names);
        text || deeper.any(names)
            || list_of(kind).is_some_and(names)
            || matches!(kind, Kind::AnyOf(kinds) if other(kinds))
    }
    match wanted {
        Wanted::Kind(kind) => names(kind),
        Wanted::Variant(_) => true,
    }
}

/// Every file that a case may read: those of the base, and those that are read when each value of
/// these axes is taken, the others at their first.
pub fn all_files(sweep: &Sweep, axes: &[usize]) -> Files {
    let mut files = sweep.base.files.clone();
    let first: Vec<Level> = sweep.axes.iter().map(first_level).collect();
    for &axis in axes {
        let Levels::Each(each) = &sweep.axes[axis].levels else {
            continue;
        };
        let mut open = sweep.clone();
        for level in each {
            let mut levels = first.clone();
            levels[axis] = level.clone();
            open.base.files = files.clone();
            let input = open.input(&Point { levels });
            let loaded = open.load_case(&input, sweep.base.seed);
            for (path, held) in loaded.files.iter() {
                if files.get(path).is_none() {
                    files.hold(path, held.octets.clone());
                }
            }
        }
    }
    files
}

fn first_level(axis: &Axis) -> Level {
    match &axis.levels {
        Levels::Each(each) => each[0].clone(),
        Levels::Range(range) => Level::of_number(range.from, axis.dimension, axis.targets),
    }
}

impl Sweep {
    /// SHA-256, hex, over everything a result depends on.
    pub(in crate::batch) fn worked_out_digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            // Lengths keep parts apart.
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        part(SCHEMA);
        part(env!("CARGO_PKG_VERSION"));
        part(&MODEL_VERSION.to_string());
        part(&self.expanded);
        for axis in &self.axes {
            match &axis.levels {
                Levels::Each(each) => each.iter().for_each(|level| {
                    part(&level.label);
                    level.texts.iter().for_each(|text| part(text));
                }),
                Levels::Range(range) => part(&format!("{range:?}")),
            }
        }
        let topology = self.base.topology.as_ref().map(|(_, template)| template);
        for template in [Some(&self.base.scenario), topology].into_iter().flatten() {
            template.pieces.iter().for_each(|piece| match piece {
                Piece::Text(text) => part(text),
                Piece::Hole { axis, target } => part(&format!("hole {axis} {target}")),
            });
        }
        for (named, held) in self.by_name(&self.base.files) {
            part(&named);
            part(&held.sha256);
        }
        let hash = hash.finalize();
        hash.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The files that were read, named from the folder of the sweep file.
    pub(in crate::batch) fn worked_out_inputs(
        &self,
        sweep: &Path,
        held: &Arc<Held>,
    ) -> Vec<InputFile> {
        let folder = sweep.parent().unwrap_or(Path::new(""));
        let own = sweep.file_name().unwrap_or_default().to_string_lossy();
        let mut inputs = vec![InputFile {
            path: own.into_owned(),
            sha256: held.sha256.clone(),
        }];
        inputs.extend(self.base.files.iter().map(|(path, held)| InputFile {
            path: relative(path, folder),
            sha256: held.sha256.clone(),
        }));
        // Not by path: its order depends on where the command is called.
        inputs[1..].sort_by(|a, b| a.path.cmp(&b.path));
        inputs
    }
}
