//! What the person wrote, with the place of every part: typed, not yet checked against each other.

mod circuit;
mod event;
mod flow;
mod media;
mod pattern;
mod relay;
mod resilience;
mod security;
mod service;
mod topology;

pub use self::circuit::{CircuitSpec, ClockSpec, GooseSpec, OrDefault};
pub use self::event::{EventSpec, Happening};
pub use self::flow::{FlowSpec, Origin, PolicerSpec, SizeSpec, To};
pub use self::media::{DisciplineSpec, RadioSpec};
pub use self::pattern::{Codec, MixSpec, Pace, PatternSpec, Timing, TraceRow, TraceSpec};
pub use self::relay::{Lasting, ProtectedLineSpec, RelayProfileSpec, RelaySpec, Values};
pub use self::resilience::{BypassSpec, ConstraintsSpec, ControlSpec, Disruption, DisruptionSpec};
pub use self::security::{FloodSpec, SecuritySpec};
pub use self::service::{ServiceSpec, SitesSpec};
pub use self::topology::{LineSpec, LinkSpec, NodeSpec, TopologySpec};

use std::ops::Range;

use self::circuit::circuit;
use self::event::event;
use self::flow::flow;
use self::relay::{line, relay_profile};
use self::resilience::{bypass, control, default_protection};
use self::security::{flood, security};
use self::service::service;
use super::defaults::{FREQUENCY_DEFAULT_HZ, SEED_DEFAULT, defaults, whole_or};
use super::diagnostic::{Place, SourceId};
use super::resilience::ProtectionKind;
use super::value::{At, Table, Value};
use crate::traffic::Class;
use crate::units::Span;

/// A scenario file.
#[derive(Debug)]
pub struct ScenarioSpec {
    /// Which file.
    pub source: SourceId,
    /// `name`.
    pub name: Option<At<String>>,
    /// `topology`.
    pub topology: Option<TopologyRef>,
    /// `duration`.
    pub duration: Option<At<u64>>,
    /// `seed`.
    pub seed: Option<u64>,
    /// `frequency`, Hz.
    pub frequency: Option<At<u64>>,
    /// `[budget] telecom`, ps.
    pub telecom: Option<At<u64>>,
    /// `[budget] profile`.
    pub profile: Option<At<String>>,
    /// Where `[budget]` stands, if it does.
    pub budget: Option<Range<usize>>,
    /// `[[circuit]]` with a usable name.
    pub circuits: Vec<CircuitSpec>,
    /// `[[flow]]` with a usable name; services and floods add theirs.
    pub flows: Vec<FlowSpec>,
    /// `[[service]]` with a usable name.
    pub services: Vec<ServiceSpec>,
    /// `[security]`.
    pub security: SecuritySpec,
    /// `[[flood]]` with a usable name.
    pub floods: Vec<FloodSpec>,
    /// `[control]`.
    pub control: ControlSpec,
    /// `[protection] default`.
    pub protection: Option<At<ProtectionKind>>,
    /// `[[bypass]]` without a fault.
    pub bypasses: Vec<BypassSpec>,
    /// Whether anything of failures or protection was written.
    pub resilient: bool,
    /// `[[line]]` with a usable name.
    pub lines: Vec<ProtectedLineSpec>,
    /// Whether every line has a usable name and usable groups: else a circuit in none may be in one
    /// of them.
    pub lines_complete: bool,
    /// `[[relay_profile]]` with a usable name.
    pub relay_profiles: Vec<RelayProfileSpec>,
    /// Whether anything of relays, lines or requirements was written.
    pub relayed: bool,
    /// `[[event]]` with a usable instant.
    pub events: Vec<EventSpec>,
    /// `series`, ps.
    pub series: Option<At<u64>>,
    /// `[share]`.
    pub share: Option<ShareSpec>,
    /// Descriptive keys used, as "kind: key".
    pub descriptive: Vec<String>,
    /// Keys left out whose default acts, as "scenario: seed 1", "circuit NAME: payload".
    pub defaults: Vec<String>,
}

/// `[share]`.
#[derive(Debug)]
pub struct ShareSpec {
    /// Where it stands.
    pub span: Range<usize>,
    /// `commands`.
    pub commands: Option<u64>,
    /// `allowed`.
    pub allowed: Option<Span>,
}

/// Names on the way, in order.
pub type Route = At<Vec<At<String>>>;

/// Where the topology is.
#[derive(Debug)]
pub enum TopologyRef {
    /// In a file.
    File(At<String>),
    /// In the scenario file itself.
    Inline(Box<TopologySpec>),
}

impl ScenarioSpec {
    /// From the decoded file.
    #[must_use]
    pub fn new(source: SourceId, table: &Table) -> Self {
        let topology = table.get("topology").and_then(|at| match &at.value {
            Value::Text(text) => Some(TopologyRef::File(At {
                value: text.clone(),
                span: at.span.clone(),
            })),
            Value::Table(inner) => Some(TopologyRef::Inline(Box::new(TopologySpec::new(
                source, inner,
            )))),
            _ => None,
        });
        let budget = table.table("budget");
        let mut descriptive = vec!["scenario: name".to_owned(), "circuit: name".to_owned()];
        let bare = |circuit: &Table| circuit.has("scheme") && !circuit.has("relay");
        if table.tables("circuit").any(bare) {
            descriptive.push("circuit: scheme".to_owned());
        }
        Self {
            source,
            name: table.text("name"),
            topology,
            duration: table.whole("duration"),
            seed: whole_or(table, "seed", SEED_DEFAULT).map(|at| at.value),
            frequency: whole_or(table, "frequency", FREQUENCY_DEFAULT_HZ),
            telecom: budget.and_then(|budget| budget.whole("telecom")),
            profile: budget.and_then(|budget| budget.text("profile")),
            budget: budget
                .filter(|budget| !incomplete(budget))
                .map(|budget| budget.span.clone()),
            circuits: table.tables("circuit").filter_map(circuit).collect(),
            flows: flows(source, table),
            services: table.tables("service").filter_map(service).collect(),
            security: security(table),
            floods: table.tables("flood").filter_map(flood).collect(),
            control: control(table),
            protection: default_protection(table),
            bypasses: table.tables("bypass").filter_map(bypass).collect(),
            resilient: resilient(table),
            lines: table.tables("line").filter_map(line).collect(),
            lines_complete: relay::lines_complete(table),
            relay_profiles: table
                .tables("relay_profile")
                .filter_map(relay_profile)
                .collect(),
            relayed: relayed(table),
            events: table.tables("event").filter_map(event).collect(),
            series: table.whole("series"),
            share: table.table("share").map(share),
            descriptive,
            defaults: defaults(table),
        }
    }

    /// A place in this file.
    #[must_use]
    pub fn place(&self, span: &Range<usize>) -> Place {
        Place {
            source: self.source,
            span: span.clone(),
        }
    }
}

/// Whether a key was written whose value had a fault.
fn incomplete(budget: &Table) -> bool {
    ["telecom", "profile"]
        .into_iter()
        .any(|key| budget.has(key) && budget.get(key).is_none())
}

/// Flows with a usable name; the rows of a trace are told where they stand.
fn flows(source: SourceId, table: &Table) -> Vec<FlowSpec> {
    let one = |table: &Table| {
        let mut spec = flow(table)?;
        let written = table.table("pattern");
        if let Some(pattern) = &mut spec.pattern
            && let PatternSpec::Trace(trace) = &mut pattern.value
        {
            trace.rows = written.and_then(|pattern| pattern::rows(source, pattern));
        }
        Some(spec)
    };
    table.tables("flow").filter_map(one).collect()
}

/// Whether anything of failures or protection was written, even with a fault.
fn resilient(table: &Table) -> bool {
    let of = |what: &str, keys: &[&str]| {
        let mut tables = table.tables(what);
        tables.any(|one| keys.iter().any(|key| one.has(key)))
    };
    ["control", "protection", "bypass"]
        .iter()
        .any(|key| table.has(key))
        || of("circuit", &resilience::OF_CIRCUITS)
        || of("event", &resilience::DISRUPTIONS)
}

fn share(table: &Table) -> ShareSpec {
    ShareSpec {
        span: table.span.clone(),
        commands: table.whole("commands").map(|at| at.value),
        allowed: table.whole("allowed").map(|at| Span(at.value)),
    }
}

/// Whether anything of relays, lines or requirements was written, even with a fault.
fn relayed(table: &Table) -> bool {
    let of = |circuit: &Table| relay::OF_CIRCUITS.iter().any(|key| circuit.has(key));
    relay::OF_SCENARIO.iter().any(|key| table.has(key)) || table.tables("circuit").any(of)
}

fn pair(table: &Table, key: &str) -> Option<[At<String>; 2]> {
    table.texts(key)?.value.try_into().ok()
}

fn class(table: &Table) -> Option<At<Class>> {
    let at = table.text("class")?;
    Some(At {
        value: Class::from_name(&at.value)?,
        span: at.span,
    })
}
