//! `manifest.json` and `SHA256SUMS`: what went in, what came out; no clock, no host, no user.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::assumed::{AssumedObject, assumed};
use super::{MODEL_VERSION, TOOL_VERSION, sha256_hex};
use crate::scenario::{Diagnostic, Scenario};

/// One file of a results folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its name in the folder, with `/` where it lies in one of its own.
    pub name: Cow<'static, str>,
    /// Its content.
    pub content: Vec<u8>,
}

/// What is read of a manifest that lies in the way.
#[derive(Deserialize, Debug)]
pub struct Found {
    /// The format.
    pub schema: String,
    /// Name of the scenario.
    pub name: String,
}

#[derive(Serialize)]
struct Document<'a, C> {
    schema: &'a str,
    name: &'a str,
    tool: &'a str,
    tool_version: &'a str,
    model_version: u64,
    seed: u64,
    result_hash: &'a str,
    topology: &'a str,
    preset: &'a str,
    duration_ps: u64,
    budget_ps: u64,
    budget_profile: Option<&'a str>,
    frequency_hz: u64,
    #[serde(flatten)]
    counts: &'a C,
    units: &'a str,
    #[serde(flatten)]
    assumed: AssumedObject<'a>,
    inputs: Vec<FileObject<'a>>,
    outputs: Vec<FileObject<'a>>,
}

#[derive(Serialize)]
struct FileObject<'a> {
    path: &'a str,
    sha256: String,
}

/// What a manifest says of the results of one command.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a, C> {
    /// The format.
    pub schema: &'a str,
    /// SHA-256 over the hashed tables, hex.
    pub result_hash: &'a str,
    /// How much was judged, and how much of it fails.
    pub counts: &'a C,
}

/// The manifest of these outputs.
#[must_use]
pub fn render<C: Serialize>(
    scenario: &Scenario,
    findings: &[Diagnostic],
    head: &Head<'_, C>,
    outputs: &[Output],
) -> String {
    let document = Document {
        schema: head.schema,
        name: &scenario.name,
        tool: "pilotwire",
        tool_version: TOOL_VERSION,
        model_version: MODEL_VERSION,
        seed: scenario.seed.0,
        result_hash: head.result_hash,
        topology: &scenario.topology_name,
        preset: scenario.preset,
        duration_ps: scenario.duration.0,
        budget_ps: scenario.budget.0,
        budget_profile: scenario.budget_profile.as_deref(),
        frequency_hz: scenario.frequency_hz,
        counts: head.counts,
        units: "columns name their unit; histograms.hlog is in nanoseconds, rounded up",
        assumed: assumed(scenario, findings),
        inputs: scenario
            .inputs
            .iter()
            .map(|input| FileObject {
                path: &input.path,
                sha256: input.sha256.clone(),
            })
            .collect(),
        outputs: outputs
            .iter()
            .map(|one| FileObject {
                path: &one.name,
                sha256: sha256_hex(&one.content),
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has a JSON form");
    text.push('\n');
    text
}

/// Lines for `sha256sum -c`.
#[must_use]
pub fn sums(outputs: &[Output]) -> String {
    outputs
        .iter()
        .map(|one| format!("{}  {}\n", sha256_hex(&one.content), one.name))
        .collect()
}
