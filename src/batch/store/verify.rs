//! What a shard says of itself, and whether that is so.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::State;
use super::disk;
use super::layout::Part;
use crate::batch::shard::Shard;
use crate::batch::{SHARD_SCHEMA, Sweep};
use crate::report::folder::MANIFEST;
use crate::report::{MODEL_VERSION, TOOL_VERSION};

/// More is no manifest of a shard.
const MANIFEST_OCTETS_MAX: u64 = 1 << 20;

/// Which sweep, and how many cases it has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: String,
    /// Its cases.
    pub cases: u64,
}

impl Identity {
    /// Of this sweep.
    pub fn of(sweep: &Sweep) -> Self {
        Self {
            name: sweep.name.clone(),
            digest: sweep.digest.clone(),
            cases: sweep.cases(),
        }
    }
}

/// What a shard says of itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct ShardManifest {
    schema: String,
    name: String,
    tool: String,
    tool_version: String,
    model_version: u64,
    sweep_digest: String,
    shard: u64,
    shards: u64,
    first: u64,
    end: u64,
    /// Every other file.
    pub files: Vec<FileObject>,
}

/// A file of a shard.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct FileObject {
    /// Its name.
    pub name: String,
    /// Its length.
    pub octets: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
}

/// What any manifest of a shard tells, of whatever version.
#[derive(Deserialize)]
struct Outline {
    schema: String,
    name: String,
    tool_version: String,
    model_version: u64,
    sweep_digest: String,
}

impl ShardManifest {
    /// Of a shard without files yet.
    pub fn new(of: &Identity, shard: Shard) -> Self {
        let cases = shard.cases(of.cases);
        Self {
            schema: SHARD_SCHEMA.into(),
            name: of.name.clone(),
            tool: "pilotwire".into(),
            tool_version: TOOL_VERSION.into(),
            model_version: MODEL_VERSION,
            sweep_digest: of.digest.clone(),
            shard: shard.index,
            shards: shard.count,
            first: cases.start,
            end: cases.end,
            files: Vec::new(),
        }
    }

    /// As it is written.
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("plain data has a JSON form");
        text.push('\n');
        text
    }
}

/// The digest in the manifest of a shard's folder; `None` where there is no such thing.
pub fn digest_of(folder: &Path) -> Option<String> {
    let text = disk::short_file(&folder.join(MANIFEST), MANIFEST_OCTETS_MAX).ok()??;
    let outline: Outline = serde_json::from_slice(&text).ok()?;
    Some(outline.sweep_digest)
}

/// Why the shard in a folder is of another sweep, as far as its manifest tells without its files.
pub fn foreign(folder: &Path, of: &Identity) -> Option<String> {
    let text = disk::short_file(&folder.join(MANIFEST), MANIFEST_OCTETS_MAX).ok()??;
    foreign_text(&text, of)
}

fn foreign_text(text: &[u8], of: &Identity) -> Option<String> {
    let outline: Outline = serde_json::from_slice(text).ok()?;
    if outline.schema != SHARD_SCHEMA {
        let schema = crate::report::text::harmless(&outline.schema);
        return Some(format!("of another format, {schema}"));
    }
    let version = (&*outline.tool_version, outline.model_version);
    if version != (TOOL_VERSION, MODEL_VERSION) {
        return Some(format!(
            "written by version {} (model {}), not {TOOL_VERSION} (model {MODEL_VERSION})",
            crate::report::text::harmless(version.0),
            version.1,
        ));
    }
    if outline.sweep_digest != of.digest {
        return Some(if outline.name == of.name {
            "of another sweep: its file, or one that it names, has been changed since".into()
        } else {
            let name = crate::report::text::harmless(&outline.name);
            format!("of another sweep, \"{name}\"")
        });
    }
    None
}

/// What the shard in a folder is worth; every file is read.
///
/// # Errors
/// Where what is there cannot be read.
pub fn state(folder: &Path, shard: Shard, of: &Identity, parts: &[Part]) -> io::Result<State> {
    let damaged = |why: String| Ok(State::Damaged { why });
    if !fs::symlink_metadata(folder)?.is_dir() {
        return damaged("is not a folder".into());
    }
    let text = match disk::short_file(&folder.join(MANIFEST), MANIFEST_OCTETS_MAX) {
        Ok(Some(text)) => text,
        Ok(None) => return damaged(format!("{MANIFEST} is none of ours")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return damaged(format!("{MANIFEST} is missing"));
        }
        Err(error) => return Err(error),
    };
    if let Some(why) = foreign_text(&text, of) {
        return Ok(State::Foreign { why });
    }
    let manifest: ShardManifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(error) => return damaged(format!("{MANIFEST} cannot be read: {error}")),
    };
    let listed = |part: &&Part| manifest.files.iter().any(|file| file.name == part.name);
    let wanted = parts
        .iter()
        .filter(|part| !part.is_optional() || listed(part));
    let names = manifest.files.iter().map(|file| &file.name);
    let expected = ShardManifest {
        files: manifest.files.clone(),
        ..ShardManifest::new(of, shard)
    };
    if expected.render().as_bytes() != text || !names.eq(wanted.map(|part| &part.name)) {
        return damaged(format!("{MANIFEST} is altered"));
    }
    let mut faults = Vec::new();
    for file in &manifest.files {
        faults.extend(fault_of(folder, file)?);
    }
    if faults.is_empty() {
        return Ok(State::Whole);
    }
    damaged(faults.join("; "))
}

/// How a file is not what the manifest says.
fn fault_of(folder: &Path, file: &FileObject) -> io::Result<Option<String>> {
    let FileObject { name, octets, .. } = file;
    Ok(match disk::sum(&folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(format!("{name} is missing")),
        Err(error) => return Err(error),
        Ok((found, _)) if found != *octets => {
            Some(format!("{name} has {found} octets, not {octets}"))
        }
        Ok((_, sha256)) if sha256 != file.sha256 => Some(format!("checksum of {name}")),
        Ok(_) => None,
    })
}
