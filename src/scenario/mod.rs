//! From text to a sealed plan: decode, check, compile. All faults at once, each with its place.

mod capacity;
pub mod carriage;
mod carriers;
mod check;
mod circuit_streams;
mod circuits;
mod clocks;
mod compile;
mod coordinates;
pub(crate) mod decode;
mod defaults;
pub mod diagnostic;
mod disciplines;
mod emulation;
mod expand;
mod fades;
pub(crate) mod fields;
pub mod files;
pub mod foundation;
mod goose;
pub mod interfaces;
mod legs;
pub mod lint;
mod lint_circuit;
mod lint_lines;
mod lint_links;
mod lint_protection;
mod load;
mod media;
pub mod nearest;
mod network;
mod patterns;
mod policers;
mod ports;
pub mod relays;
mod reseed;
pub mod resilience;
mod routes;
pub mod schema;
mod security;
pub mod services;
mod sessions;
mod shape;
pub mod share;
pub(crate) mod source;
mod spec;
mod streams;
pub(crate) mod tables;
mod told;
mod trace;
pub mod tunnels;
pub(crate) mod value;
mod video;
mod ways;

pub use carriage::{
    Carriage, Carried, Carrier, Circuit, Direct, Direction, Emulation, LayerRates, Messages,
};
pub use compile::Compiled;
pub use files::Files;
pub use foundation::{Case, Foundation};
pub use load::{check_file, check_file_with, load, load_from};

pub use diagnostic::{Diagnostic, Label, Severity, SourceFile, SourceId};

use std::borrow::Cow;

use self::relays::Relays;
use self::resilience::Resilience;
use crate::mpls::control::Routed;
use crate::plan::{Plan, StreamId};
use crate::random::Seed;
use crate::topology::Direction as PathDirection;
use crate::traffic::Class;
use crate::units::{SimTime, Span};

/// What reading a scenario gave: always the files and the findings, and the scenario where no
/// finding is an error.
#[derive(Debug)]
pub struct Loaded {
    /// Files read, for showing lines.
    pub sources: Vec<SourceFile>,
    /// What they held, by path.
    pub files: Files,
    /// Everything found, in the order of place.
    pub findings: Vec<Diagnostic>,
    /// The compiled scenario.
    pub scenario: Option<Scenario>,
}

impl Loaded {
    /// Whether anything found is an error: then there is no scenario.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Error)
    }
}

/// What the command line may say over the file.
#[derive(Clone, Copy, Default, Debug)]
pub struct Overrides {
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--filters`.
    pub filters: Option<bool>,
    /// Leaves [`Scenario::expanded`] empty: only a results folder of its own needs it.
    pub unexpanded: bool,
}

/// A scenario that passed every check: the plan, and the names and settings that reports need.
#[derive(Debug)]
pub struct Scenario {
    /// `name` of the scenario file.
    pub name: String,
    /// File stem of the scenario file: the results folder is named after it.
    pub stem: String,
    /// `name` of the topology file.
    pub topology_name: String,
    /// Preset of the topology ("altalink-2011", "physical").
    pub preset: &'static str,
    /// Instant at which sources stop.
    pub duration: SimTime,
    /// Seed of the file, or of the command line.
    pub seed: Seed,
    /// Power-system frequency, Hz (50 or 60).
    pub frequency_hz: u64,
    /// The telecom budget all circuits are judged against.
    pub budget: Span,
    /// Name of the budget's profile where one was given ("article-2011", "exact-60hz").
    pub budget_profile: Option<String>,
    /// In order of name by bytes.
    pub circuits: Vec<Circuit>,
    /// In order of name by bytes.
    pub flows: Vec<Flow>,
    /// Per plan stream: which circuit direction or flow it is.
    pub streams: Vec<StreamOwner>,
    /// Per plan port: its name for reports ("KEE-ELL a-z", "KEE-ELL a-z hop 2", "firewall MIL in").
    pub ports: Vec<String>,
    /// What fails, and what protects against it.
    pub resilience: Resilience,
    /// What stands at the ends of circuits, and which lines they protect.
    pub relays: Relays,
    /// What the late-or-missing share is sampled with; `None`: it is not asked for.
    pub share: Option<share::ShareSettings>,
    /// The sealed plan.
    pub plan: Plan,
    /// Per stream of the plan, how it is forwarded and how that came about; empty where nothing
    /// fails.
    pub routed: Vec<Routed>,
    /// Every constant used, with its source; overridden ones say so. In order of name.
    pub constants: Vec<UsedConstant>,
    /// Fields that were given but do not act yet ("scheme", "srlg" …), as "file-kind: field".
    pub not_judged: Vec<String>,
    /// Keys left out whose default acts, as "scenario: seed 1".
    pub defaults: Vec<String>,
    /// Whether bandwidth filters act; `None` where the scenario has no security controls.
    pub filters: Option<bool>,
    /// The whole input written out with every default, as one TOML text (topology inlined by
    /// content: `[topology]` tables), so that a rerun of it gives the same bytes. Empty where
    /// [`Overrides::unexpanded`] says so.
    pub expanded: String,
    /// Files read: path as written by the user, and SHA-256 of the content, hex.
    pub inputs: Vec<InputFile>,
    /// The file that says the same, where the first of `inputs` does not: of a case of a sweep.
    pub replay: Option<String>,
    /// What further plans of it are made of.
    pub foundation: Foundation,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// As the user or the scenario names it, with `/` separators.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// Any other traffic.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Forwarding class.
    pub class: Class,
    /// Index of its first stream in the plan.
    pub stream: StreamId,
    /// Node names of the first stream from source to destination.
    pub nodes: Vec<String>,
    /// Link names, one less.
    pub links: Vec<String>,
    /// All its streams in rank order; at least one.
    pub streams: Vec<FlowStream>,
}

/// One directed stream of a flow.
#[derive(Clone, Debug)]
pub struct FlowStream {
    /// The flow's name, with the line (" call 03") and the destination of a copy (" → ELL").
    pub name: String,
    /// Index in the plan.
    pub stream: StreamId,
    /// Requests (a→z) or responses (z→a) of a session; `None` for what goes one way only.
    pub direction: Option<PathDirection>,
    /// Node names from source to destination.
    pub nodes: Vec<String>,
    /// Link names, one less.
    pub links: Vec<String>,
    /// What each leg of its path in the plan is.
    pub legs: Vec<LegOwner>,
}

/// What a leg of a path in the plan is: legs may be more than links, where radios store and forward
/// or firewalls stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegOwner {
    /// Name of its port: "KEE-ELL a-z", "KEE-ELL a-z hop 2", "firewall MIL in".
    pub port: String,
    /// Place of its link in the list of links; `None`: a firewall.
    pub link: Option<usize>,
    /// Radio hop of the link, from 1, where repeaters store and forward.
    pub hop: Option<u32>,
    /// Place of the node whose processing comes after it; `None`: the next hop of the same link,
    /// or the site behind a firewall.
    pub node: Option<usize>,
}

/// What a plan stream is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamOwner {
    /// Direction 0 (a→z) or 1 (z→a) of the circuit with this index.
    Circuit(usize, usize),
    /// The second copy of what that direction of that circuit sends (hitless protection).
    Copy(usize, usize),
    /// The flow with this index.
    Flow(usize),
}

/// A named constant as used in this run.
#[derive(Clone, Debug)]
pub struct UsedConstant {
    /// "fibre", "node_processing", "relay.P54x.step_max" …
    pub name: Cow<'static, str>,
    /// The value used, with unit.
    pub value: String,
    /// Clause, page or mark of the source.
    pub source: Cow<'static, str>,
    /// The preset's value, where the topology gives another.
    pub overrides: Option<String>,
}
