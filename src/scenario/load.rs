//! The way from a file to a scenario: read, decode, check, settle, lint, compile, expand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::diagnostic::{Diagnostic, Findings, SourceId};
use super::files::Files;
use super::foundation::Foundation;
use super::network::{self, Network};
use super::patterns::{self, Sending};
use super::source::{Session, beside, slashes};
use super::spec::{ScenarioSpec, TopologyRef, TopologySpec};
use super::streams::{self, Draft, ReadyCircuit, ReadyFlow};
use super::tables::{SCENARIO, TOPOLOGY};
use super::told::told;
use super::value::Table;
use super::ways::{self, Ways};
use super::{
    Compiled, Loaded, Overrides, Scenario, capacity, carriers, check, circuit_streams, circuits,
    compile, coordinates, expand, fades, lint, lint_circuit, lint_lines, lint_protection, relays,
    resilience, routes, security, services, share, trace, tunnels,
};
use crate::mpls::control::{Phases, Routed};
use crate::random::Seed;
use crate::units::{SimTime, Span};

/// Reads a scenario with its topology and its coordinates, checks everything and compiles it.
#[must_use]
pub fn load(path: &Path, overrides: &Overrides) -> Loaded {
    load_from(&Files::default(), path, overrides)
}

/// As [`load`], with contents that stand in place of the disk's.
#[must_use]
pub fn load_from(files: &Files, path: &Path, overrides: &Overrides) -> Loaded {
    let mut session = Session {
        files: files.clone(),
        ..Session::default()
    };
    let scenario = session
        .read(path, &slashes(path), None)
        .and_then(|source| scenario(&mut session, source, path, overrides));
    finished(session, scenario)
}

/// Reads a scenario as [`load`] does, or a topology alone: then there is no scenario.
#[must_use]
pub fn check_file(path: &Path) -> Loaded {
    check_file_with(path, &Overrides::default())
}

/// As [`check_file`], with what the command line says over a scenario.
#[must_use]
pub fn check_file_with(path: &Path, overrides: &Overrides) -> Loaded {
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
    let scenario = scenario(&mut session, source, path, overrides);
    finished(session, scenario)
}

fn finished(session: Session, scenario: Option<Scenario>) -> Loaded {
    let scenario = scenario.filter(|_| !session.findings.has_errors());
    let Session {
        sources,
        inputs: _,
        findings,
        files,
    } = session;
    Loaded {
        sources,
        files,
        findings: findings.into_sorted(),
        scenario,
    }
}

/// A topology has nodes or links at its top level, and nothing that only a scenario has.
fn looks_like_topology(text: &str) -> bool {
    let (root, _) = DeTable::parse_recoverable(text);
    let has = |key: &str| root.get_ref().contains_key(key);
    let scenario = [
        "topology",
        "duration",
        "seed",
        "budget",
        "circuit",
        "flow",
        "service",
        "flood",
        "relay_profile",
    ];
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
    let any = ["circuit", "flow", "service", "flood"]
        .into_iter()
        .any(|key| !is_empty(&decoded.table, key));
    check::something_to_run(&spec, any, &mut session.findings);
    let names = topology_spec
        .filter(|spec| spec.complete)
        .map(network::node_names);
    if !expand_traffic(session, &mut spec, names.as_ref(), path, overrides) {
        return None;
    }
    check::series(&spec, &mut session.findings);
    check::own(&spec, names.as_ref(), &mut session.findings);
    let budget = check::budget(&spec, &mut session.findings);
    let duration = spec.duration.as_ref().map(|at| Span(at.value));
    let constants = topology_spec.map_or_else(
        || crate::topology::Constants::of(crate::topology::Preset::physical()),
        network::constants,
    );
    let minimum = constants.frame_minimum();
    let flows = spec.flows.iter();
    let sendings: Vec<Option<Vec<Sending>>> = flows
        .map(|flow| patterns::sendings(flow, &spec, minimum, duration, &mut session.findings))
        .collect();
    let telecom = budget.as_ref().map(|budget| budget.0);
    let settings = circuit_settings(&spec, &constants, duration, telecom, &mut session.findings);
    let relays = relays::settle(&spec, topology_spec, &settings, &mut session.findings);
    let (topology_spec, network) = network.as_ref()?;
    let mut ready = settle(&spec, &settings, &sendings, network, &mut session.findings);
    let sources_end = SimTime::ZERO + duration?;
    let seed = Seed(overrides.seed.or(spec.seed)?);
    let weather = fades::weather(&spec, network, duration?, seed, &mut session.findings);
    let findings = &mut session.findings;
    let written = (topology_spec, network);
    let resilience = resilience::settle(&spec, written, &ready, duration?, findings);
    let ways = protect(&spec, network, &resilience, &mut ready, findings);
    let drafts = streams::drafts(&ready.circuits, &ready.flows, sources_end);
    let parts = Parts {
        spec: &spec,
        topology: topology_spec,
        network,
        ready: &ready,
        weather: &weather,
        resilience: &resilience,
        relays: &relays,
        seed,
        expanded: !overrides.unexpanded,
    };
    on_the_network(&parts, (&drafts, &ways), duration?, findings);
    if session.findings.has_errors() || !ready.complete {
        return None;
    }
    assemble(&parts, (drafts, ways), budget?, path, session)
}

/// Gives circuits the paths that their constraints ask for, and second ones.
fn protect(
    spec: &ScenarioSpec,
    network: &Network,
    resilience: &resilience::Resilience,
    ready: &mut Ready<'_>,
    findings: &mut Findings,
) -> Vec<Ways> {
    let topology = &network.topology;
    let circuits = &mut ready.circuits;
    ready.complete &= ways::admit_circuits(topology, spec, resilience, circuits, findings);
    let ways = ways::of_circuits(topology, resilience, circuits);
    for ((circuit, ways), protection) in circuits.iter_mut().zip(&ways).zip(&resilience.circuits) {
        if protection.kind == resilience::ProtectionKind::Hitless {
            circuit.copies.clone_from(&ways.second);
        }
    }
    ways
}

/// The settings of every circuit, with what they say by themselves.
fn circuit_settings(
    spec: &ScenarioSpec,
    constants: &crate::topology::Constants,
    duration: Option<Span>,
    budget: Option<Span>,
    findings: &mut Findings,
) -> Vec<Option<circuits::Settings>> {
    circuits::compared(spec, findings);
    let one = |circuit: &super::spec::CircuitSpec| {
        let settings = circuits::settings(circuit, spec, constants, duration, findings)?;
        lint_circuit::circuit(circuit, &settings, spec, budget, findings);
        Some(settings)
    };
    spec.circuits.iter().map(one).collect()
}

/// Makes flows of services and floods, and reads what flows name. Whether there are not too many.
fn expand_traffic(
    session: &mut Session,
    spec: &mut ScenarioSpec,
    names: Option<&BTreeSet<&str>>,
    path: &Path,
    overrides: &Overrides,
) -> bool {
    security::settle(spec, overrides, &mut session.findings);
    services::expand(spec, names, &mut session.findings);
    security::expand_floods(spec, names, &mut session.findings);
    let fits = check::streams_fit(spec, names, &mut session.findings);
    if fits {
        check::settle_destinations(spec, names);
        trace::read(session, spec, path);
    }
    fits
}

/// What streams and the network say of each other.
fn on_the_network(
    parts: &Parts<'_>,
    (drafts, ways): (&[Draft], &[Ways]),
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
    let streams = (circuits.as_slice(), ways, drafts);
    let topology = &parts.network.topology;
    if parts.ready.complete {
        lint_lines::check(
            parts.spec,
            topology,
            parts.relays,
            (circuits, ways),
            findings,
        );
    }
    lint_protection::check(parts.spec, topology, parts.resilience, streams, findings);
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
    sendings: &[Option<Vec<Sending>>],
    network: &Network,
    findings: &mut Findings,
) -> Ready<'a> {
    let mut circuits = Vec::new();
    for (circuit, settings) in spec.circuits.iter().zip(settings) {
        let carries = carriers::wanted(circuit);
        let paths = routes::of_circuit(circuit, spec, (network, carries), findings);
        if let (Some(paths), Some(settings)) = (paths, settings) {
            let class = circuit.class.as_ref().map(|class| class.value);
            let ready = ReadyCircuit {
                spec: circuit,
                settings: settings.clone(),
                class,
                paths,
                copies: [None, None],
                direct: None,
            };
            circuit_streams::check_policer(&ready, spec, findings);
            circuits.push(ready);
        }
    }
    let mut flows: Vec<ReadyFlow<'_>> = Vec::new();
    for (flow, sendings) in spec.flows.iter().zip(sendings) {
        let sendings = sendings.as_deref().unwrap_or_default();
        if let Some(ready) = streams::ready_flow(flow, sendings, spec, network, findings) {
            streams::check_policer(&ready, spec, findings);
            flows.push(ready);
        }
    }
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
    let booked = carriers::settle(&mut circuits, spec, network, findings);
    let all = circuits.len() == spec.circuits.len() && flows.len() == spec.flows.len();
    Ready {
        circuits,
        flows,
        complete: booked && all,
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
    /// What fails, and what protects against it.
    pub resilience: &'a resilience::Resilience,
    /// What stands at the ends of circuits, and which lines they protect.
    pub relays: &'a relays::Settled,
    /// Seed of the file, or of the command line.
    pub seed: Seed,
    /// Whether the whole input is written out.
    pub expanded: bool,
}

/// The plan of what happens in the scenario, and how its streams are forwarded where that changes.
fn planned(
    parts: &Parts<'_>,
    drafts: &[Draft],
    ways: &[Ways],
    duration: SimTime,
) -> (Compiled, Vec<Routed>) {
    let maker = tunnels::Maker {
        topology: &parts.network.topology,
        resilience: parts.resilience,
        ways,
        drafts,
    };
    let routed = tunnels::routings(&maker, Phases::Drawn(parts.seed));
    let routings = match &routed {
        Some(routed) => routed.iter().map(|one| one.routing.clone()).collect(),
        None => tunnels::undisturbed(drafts),
    };
    let over = compile::Over {
        outages: Some(&parts.resilience.outages),
        series: parts.spec.series.as_ref().map(|at| Span(at.value)),
        ..compile::Over::undisturbed(&routings, duration)
    };
    let compiled = compile::plan(parts.network, parts.weather, drafts, &over);
    (compiled, routed.unwrap_or_default())
}

/// The name of the file without its ending, after which results are named.
fn stem(path: &Path, session: &mut Session) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    if stem.is_empty() {
        let finding = Diagnostic::nowhere("the scenario file has no name");
        session.findings.push(finding);
    }
    Some(stem).filter(|stem| !stem.is_empty())
}

fn assemble(
    parts: &Parts<'_>,
    (mut drafts, ways): (Vec<Draft>, Vec<Ways>),
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
        resilience,
        relays,
        seed,
        ..
    } = *parts;
    let stem = stem(path, session)?;
    let duration = SimTime(spec.duration.as_ref()?.value);
    let (mut compiled, routed) = planned(parts, &drafts, &ways, duration);
    let mut circuits = compile::circuits(network, &ready.circuits, &drafts);
    let plan = &mut compiled.plan;
    circuit_streams::equalise(&ready.circuits, &mut circuits, &mut drafts, plan);
    circuit_streams::compare(&ready.circuits, &mut circuits);
    let (not_judged, constants, defaults) = told(parts);
    Some(Scenario {
        name: spec.name.as_ref()?.value.clone(),
        stem,
        topology_name: topology.name.as_ref()?.value.clone(),
        preset: network.constants.preset().name,
        duration,
        seed,
        frequency_hz: spec.frequency.as_ref()?.value,
        budget,
        budget_profile,
        circuits,
        flows: compile::flows(network, &ready.flows, &drafts),
        streams: compiled.streams,
        ports: compiled.ports,
        resilience: resilience.clone(),
        share: share::settings(spec),
        relays: relays.relays.clone(),
        plan: compiled.plan,
        routed,
        constants,
        not_judged,
        defaults,
        filters: (spec.security.written || spec.security.has_filters())
            .then_some(spec.security.filters),
        expanded: expand::scenario(parts),
        inputs: session.inputs.clone(),
        replay: None,
        foundation: Foundation {
            network: network.clone(),
            weather: weather.clone(),
            drafts,
            ways,
        },
    })
}
