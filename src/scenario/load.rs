//! The way from a file to a scenario: read, decode, check, settle, lint, compile, expand.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::diagnostic::{Diagnostic, Findings, SourceId};
use super::network::{self, Network};
use super::source::{Session, beside, slashes};
use super::spec::{ScenarioSpec, TopologyRef, TopologySpec};
use super::streams::{self, Draft, ReadyCircuit, ReadyFlow};
use super::tables::{SCENARIO, TOPOLOGY};
use super::value::Table;
use super::{
    Loaded, Overrides, Scenario, capacity, check, circuits, compile, coordinates, expand, fades,
    lint, routes,
};
use crate::random::Seed;
use crate::units::{SimTime, Span};

/// Reads a scenario with its topology and its coordinates, checks everything and compiles it.
#[must_use]
pub fn load(path: &Path, overrides: &Overrides) -> Loaded {
    let mut session = Session::default();
    let scenario = session
        .read(path, &slashes(path), None)
        .and_then(|source| scenario(&mut session, source, path, overrides));
    finished(session, scenario)
}

/// Reads a scenario as [`load`] does, or a topology alone: then there is no scenario.
#[must_use]
pub fn check_file(path: &Path) -> Loaded {
    let mut session = Session::default();
    let Some(source) = session.read(path, &slashes(path), None) else {
        return finished(session, None);
    };
    if looks_like_topology(&session.sources[source.0].text) {
        let decoded = session.decode(source, "the topology", |_| TOPOLOGY);
        if decoded.whole {
            let spec = TopologySpec::new(source, &decoded.table);
            let network = topology(&mut session, spec, path).1;
            if let Some((spec, network)) = &network {
                lint::faster_than_light(spec, network, &[], &mut session.findings);
                lint::unused(spec, network, None, &mut session.findings);
            }
        }
        return finished(session, None);
    }
    let scenario = scenario(&mut session, source, path, &Overrides::default());
    finished(session, scenario)
}

fn finished(session: Session, scenario: Option<Scenario>) -> Loaded {
    let scenario = scenario.filter(|_| !session.findings.has_errors());
    let Session {
        sources,
        inputs: _,
        findings,
    } = session;
    Loaded {
        sources,
        findings: findings.into_sorted(),
        scenario,
    }
}

/// A topology has nodes or links at its top level, and nothing that only a scenario has.
fn looks_like_topology(text: &str) -> bool {
    let (root, _) = DeTable::parse_recoverable(text);
    let has = |key: &str| root.get_ref().contains_key(key);
    let scenario = ["topology", "duration", "seed", "budget", "circuit", "flow"];
    ["node", "link", "preset", "coordinates"]
        .into_iter()
        .any(has)
        && !scenario.into_iter().any(has)
}

type Checked = Option<(TopologySpec, Network)>;

/// Checks and seals a topology; its specification comes back where no network could be made.
fn topology(
    session: &mut Session,
    mut spec: TopologySpec,
    path: &Path,
) -> (Option<TopologySpec>, Checked) {
    coordinates::read(session, &mut spec, path);
    match network::build(&spec, &mut session.findings) {
        Some(network) => (None, Some((spec, network))),
        None => (Some(spec), None),
    }
}

fn scenario(
    session: &mut Session,
    source: SourceId,
    path: &Path,
    overrides: &Overrides,
) -> Option<Scenario> {
    let decoded = session.decode(source, "the scenario", |_| SCENARIO);
    let mut spec = ScenarioSpec::new(source, &decoded.table);
    let (broken, network) = topology_of(session, &mut spec, path);
    if !decoded.whole {
        return None;
    }
    let topology_spec = network.as_ref().map(|(spec, _)| spec).or(broken.as_ref());
    let any = ["circuit", "flow"]
        .into_iter()
        .any(|key| !is_empty(&decoded.table, key));
    check::something_to_run(&spec, any, &mut session.findings);
    let names = topology_spec
        .filter(|spec| spec.complete)
        .map(network::node_names);
    check::series(&spec, &mut session.findings);
    check::own(&spec, names.as_ref(), &mut session.findings);
    let budget = check::budget(&spec, &mut session.findings);
    let duration = spec.duration.as_ref().map(|at| Span(at.value));
    let constants = topology_spec.map_or_else(
        || crate::topology::Constants::of(crate::topology::Preset::physical()),
        network::constants,
    );
    for flow in &spec.flows {
        let minimum = constants.frame_minimum();
        streams::check_flow(flow, &spec, minimum, duration, &mut session.findings);
    }
    let settings: Vec<Option<circuits::Settings>> = spec
        .circuits
        .iter()
        .map(|circuit| {
            let settings = circuits::settings(circuit, &spec, &constants, &mut session.findings)?;
            let budget = budget.as_ref().map(|budget| budget.0);
            lint::circuit(circuit, &settings, &spec, budget, &mut session.findings);
            Some(settings)
        })
        .collect();
    let (topology_spec, network) = network.as_ref()?;
    let ready = settle(&spec, &settings, network, &mut session.findings);
    let drafts = streams::drafts(&ready.circuits, &ready.flows);
    let seed = Seed(overrides.seed.or(spec.seed)?);
    let weather = fades::weather(&spec, network, duration?, seed, &mut session.findings);
    let parts = Parts {
        spec: &spec,
        topology: topology_spec,
        network,
        ready: &ready,
        weather: &weather,
        seed,
    };
    on_the_network(&parts, &drafts, duration?, &mut session.findings);
    if session.findings.has_errors() || !ready.complete {
        return None;
    }
    assemble(&parts, &drafts, budget?, path, session)
}

/// What streams and the network say of each other.
fn on_the_network(
    parts: &Parts<'_>,
    drafts: &[Draft<'_>],
    duration: Span,
    findings: &mut Findings,
) {
    let look = capacity::Capacity {
        scenario: parts.spec,
        spec: parts.topology,
        network: parts.network,
        circuits: &parts.ready.circuits,
        drafts,
        weather: parts.weather,
    };
    look.check(duration, findings);
    let circuits = &parts.ready.circuits;
    lint::faster_than_light(parts.topology, parts.network, circuits, findings);
    let complete = parts.ready.complete.then_some(drafts);
    lint::unused(parts.topology, parts.network, complete, findings);
}

fn is_empty(table: &Table, key: &str) -> bool {
    // A list with faults counts: its faults are told already.
    !table.has(key) || (table.get(key).is_some() && table.list(key).is_empty())
}

fn topology_of(
    session: &mut Session,
    spec: &mut ScenarioSpec,
    path: &Path,
) -> (Option<TopologySpec>, Checked) {
    match spec.topology.take() {
        None => (None, None),
        Some(TopologyRef::Inline(inline)) => topology(session, *inline, path),
        Some(TopologyRef::File(named)) => {
            let file: PathBuf = beside(path, &named.value);
            let blame = spec.place(&named.span);
            let Some(source) = session.read(&file, &named.value, Some(blame)) else {
                return (None, None);
            };
            let decoded = session.decode(source, "the topology", |_| TOPOLOGY);
            if !decoded.whole {
                return (None, None);
            }
            topology(session, TopologySpec::new(source, &decoded.table), &file)
        }
    }
}

/// Circuits and flows with settings and paths, in order of name.
pub(super) struct Ready<'a> {
    /// In order of name.
    pub circuits: Vec<ReadyCircuit<'a>>,
    /// In order of name.
    pub flows: Vec<ReadyFlow<'a>>,
    /// Whether all that was written is here.
    pub complete: bool,
}

fn settle<'a>(
    spec: &'a ScenarioSpec,
    settings: &[Option<circuits::Settings>],
    network: &Network,
    findings: &mut Findings,
) -> Ready<'a> {
    let mut circuits = Vec::new();
    for (circuit, settings) in spec.circuits.iter().zip(settings) {
        let paths = routes::of_circuit(circuit, spec, network, findings);
        if let (Some(paths), Some(settings), Some(class)) = (paths, settings, &circuit.class) {
            let class = class.value;
            circuits.push(ReadyCircuit {
                spec: circuit,
                settings: settings.clone(),
                class,
                paths,
            });
        }
    }
    let flows = spec.flows.iter();
    let mut flows: Vec<ReadyFlow<'_>> = flows
        .filter_map(|flow| streams::ready_flow(flow, spec, network, findings))
        .collect();
    let complete = circuits.len() == spec.circuits.len() && flows.len() == spec.flows.len();
    circuits.sort_by(|a, b| {
        a.spec
            .name
            .value
            .as_bytes()
            .cmp(b.spec.name.value.as_bytes())
    });
    flows.sort_by(|a, b| {
        a.spec
            .name
            .value
            .as_bytes()
            .cmp(b.spec.name.value.as_bytes())
    });
    Ready {
        circuits,
        flows,
        complete,
    }
}

/// Everything that was written, checked.
pub(super) struct Parts<'a> {
    /// The scenario as written.
    pub spec: &'a ScenarioSpec,
    /// The topology as written.
    pub topology: &'a TopologySpec,
    /// The sealed network.
    pub network: &'a Network,
    /// Circuits and flows.
    pub ready: &'a Ready<'a>,
    /// The rates of radio links over time.
    pub weather: &'a fades::Weather,
    /// Seed of the file, or of the command line.
    pub seed: Seed,
}

fn assemble(
    parts: &Parts<'_>,
    drafts: &[Draft<'_>],
    (budget, budget_profile): (Span, Option<String>),
    path: &Path,
    session: &mut Session,
) -> Option<Scenario> {
    let Parts {
        spec,
        topology,
        network,
        ready,
        weather,
        seed,
    } = parts;
    let duration = SimTime(spec.duration.as_ref()?.value);
    let series = spec.series.as_ref().map(|at| Span(at.value));
    let compiled = compile::plan(network, weather, drafts, (duration, series));
    let mut not_judged = [spec.descriptive.clone(), topology.descriptive.clone()].concat();
    not_judged.sort();
    not_judged.dedup();
    let stem = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    if stem.is_empty() {
        session
            .findings
            .push(Diagnostic::nowhere("the scenario file has no name"));
        return None;
    }
    Some(Scenario {
        name: spec.name.as_ref()?.value.clone(),
        stem,
        topology_name: topology.name.as_ref()?.value.clone(),
        preset: network.constants.preset().name,
        duration,
        seed: *seed,
        frequency_hz: spec.frequency.as_ref()?.value,
        budget,
        budget_profile,
        circuits: compile::circuits(network, &ready.circuits, &compiled),
        flows: compile::flows(network, &ready.flows, &compiled),
        streams: compiled.streams,
        ports: compiled.ports,
        plan: compiled.plan,
        constants: compile::constants(network),
        not_judged,
        defaults: spec.defaults.clone(),
        expanded: expand::scenario(parts),
        inputs: session.inputs.clone(),
    })
}
