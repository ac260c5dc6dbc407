//! `manifest.json` and `SHA256SUMS` of merged results: what went in, what came out.

use serde::Serialize;

use super::Merged;
use crate::batch::{SCHEMA, Sweep};
use crate::report::{MODEL_VERSION, TOOL_VERSION};

/// A file and its SHA-256.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct FileObject {
    /// Its name; of an input, as it was named.
    pub path: String,
    /// Hex.
    pub sha256: String,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    name: &'a str,
    tool: &'a str,
    tool_version: &'a str,
    model_version: u64,
    study: &'a str,
    sweep_digest: &'a str,
    result_hash: &'a str,
    points: u64,
    seeds: u64,
    cases: u64,
    cases_passed: u64,
    cases_failed: u64,
    cases_refused: u64,
    cases_broken: u64,
    units: &'a str,
    inputs: Vec<FileObject>,
    outputs: &'a [FileObject],
}

/// The manifest of these outputs.
pub fn render(sweep: &Sweep, merged: &Merged, outputs: &[FileObject]) -> String {
    let tally = &merged.tally;
    let input = |input: &crate::scenario::InputFile| FileObject {
        path: input.path.clone(),
        sha256: input.sha256.clone(),
    };
    let document = Document {
        schema: SCHEMA,
        name: &sweep.name,
        tool: "pilotwire",
        tool_version: TOOL_VERSION,
        model_version: MODEL_VERSION,
        study: sweep.study.word(),
        sweep_digest: &sweep.digest,
        result_hash: &merged.result_hash,
        points: sweep.design.points(),
        seeds: sweep.seeds(),
        cases: sweep.cases(),
        cases_passed: tally.passed,
        cases_failed: tally.failed,
        cases_refused: tally.refused,
        cases_broken: tally.broken,
        units: "columns name their unit; histograms.hlog is in nanoseconds, rounded up",
        inputs: sweep.inputs.iter().map(input).collect(),
        outputs,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has a JSON form");
    text.push('\n');
    text
}

/// Lines for `sha256sum -c`.
pub fn sums(files: &[FileObject]) -> String {
    let line = |file: &FileObject| format!("{}  {}\n", file.sha256, file.path);
    files.iter().map(line).collect()
}
