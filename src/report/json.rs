//! `run --format json`: one object, keys in a fixed order, integers with the unit in the name.

use serde::Serialize;

use super::assumed::{AssumedObject, assumed};
use super::comparison::{self, Comparison};
use super::text::late_policy;
use super::transient::{self, TransientObject};
use super::{MODEL_VERSION, Report, SCHEMA, TOOL_VERSION, relays, requirements, searched, share};
use crate::analysis::decomposition::BudgetParts;
use crate::analysis::verdict::{DIRECTIONS, Judgement, NetworkDelay, extremes, shares};
use crate::engine::StreamOutcome;
use crate::scenario::{Carried, Circuit, Flow, FlowStream, LayerRates};
use crate::units::Span;

/// The report as JSON text, indented by two, with a newline at the end.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let scenario = report.scenario;
    let stream = |id: crate::plan::StreamId| &report.outcome.streams[id.0 as usize];
    let summary = report.summary();
    let document = Document {
        schema: SCHEMA,
        tool_version: TOOL_VERSION,
        model_version: MODEL_VERSION,
        seed: scenario.seed.0,
        result_hash: &report.result_hash,
        circuits: report
            .judgements
            .iter()
            .map(|row| CircuitObject::new(&scenario.circuits[row.circuit], row))
            .collect(),
        flows: scenario
            .flows
            .iter()
            .flat_map(|flow| flow.streams.iter().map(move |one| (flow, one)))
            .map(|(flow, one)| FlowObject::new(flow, one, stream(one.stream)))
            .collect(),
        circuits_total: summary.circuits,
        circuits_failed: summary.failed,
        name: &scenario.name,
        topology: &scenario.topology_name,
        preset: scenario.preset,
        duration_ps: scenario.duration.0,
        assumed: assumed(scenario, report.findings),
        comparisons: comparisons(report),
        transients: transient::objects(report),
        lines_total: report.relays.as_ref().map(|_| summary.lines),
        lines_failed: report.relays.as_ref().map(|_| summary.lines_failed),
        lines: relays::json::lines(report),
        relays: relays::json::relays(report),
        faults: relays::json::faults(report),
        searched: searched::objects(report.scenario, &report.searched, &report.designs),
        requirements: requirements::objects(report),
        share: share::objects(report),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has a JSON form");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    tool_version: &'a str,
    model_version: u64,
    seed: u64,
    result_hash: &'a str,
    circuits: Vec<CircuitObject<'a>>,
    flows: Vec<FlowObject<'a>>,
    circuits_total: usize,
    circuits_failed: usize,
    name: &'a str,
    topology: &'a str,
    preset: &'a str,
    duration_ps: u64,
    #[serde(flatten)]
    assumed: AssumedObject<'a>,
    comparisons: Vec<ComparisonObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transients: Vec<TransientObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_total: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_failed: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<relays::json::LineObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relays: Vec<relays::json::RelayObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<relays::json::FaultObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    searched: Vec<searched::SearchedObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requirements: Vec<requirements::RequirementObject<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    share: Vec<share::ShareObject<'a>>,
}

/// One direction of a circuit beside that of another.
#[derive(Serialize)]
struct ComparisonObject<'a> {
    circuit: &'a str,
    with: &'a str,
    direction: &'a str,
    total_ps: [Option<u64>; 2],
    margin_ps: [Option<i64>; 2],
    asymmetry_ps: [Option<i64>; 2],
    difference_ps: Option<i64>,
}

#[derive(Serialize)]
struct CircuitObject<'a> {
    name: &'a str,
    direction: &'a str,
    verdict: &'a str,
    cause: Option<&'a str>,
    judged: &'a str,
    budget_ps: u64,
    sent: u64,
    delivered: u64,
    lost: u64,
    late: u64,
    delay_ps: DelayObject,
    network_delay_ps: NetworkObject,
    slack_ps: SlackObject,
    asymmetry_ps: Option<i64>,
    parts_ps: PartsObject,
    rates_bps: Option<RatesObject>,
    missing: u64,
    overrun: u64,
    reordered: u64,
    duplicates: u64,
    restarts: u64,
    losses_of_packets: u64,
    class: Option<&'a str>,
    scheme: &'a str,
    path: &'a [String],
    links: &'a [String],
    playout: Option<&'a str>,
    payload_octets: Option<u64>,
    jitter_buffer_ps: Option<u64>,
    physical: Option<PhysicalObject>,
    dropped_early: u64,
    policed: u64,
    slips: u64,
    stale: u64,
    carrier: &'a str,
    service: &'a str,
    interface: InterfaceObject<'a>,
    effective_buffer_ps: Option<u64>,
    late_policy: Option<&'a str>,
    clock: Option<&'a str>,
    hold_back_ps: Option<u64>,
    timeslots: Option<&'a [Vec<u64>]>,
}

#[derive(Serialize)]
struct InterfaceObject<'a> {
    name: Option<&'a str>,
    a_ps: u64,
    z_ps: u64,
    recognition_ps: u64,
}

#[derive(Serialize)]
struct DelayObject {
    min: Option<u64>,
    mean: Option<u64>,
    max: Option<u64>,
    worst_start: Option<u64>,
}

#[derive(Serialize)]
struct NetworkObject {
    min: Option<u64>,
    mean: Option<u64>,
    p50: Option<u64>,
    p99: Option<u64>,
    p999: Option<u64>,
    p9999: Option<u64>,
    max: Option<u64>,
}

#[derive(Serialize)]
struct SlackObject {
    configured: Option<u64>,
    min_left: Option<i64>,
}

#[derive(Serialize)]
struct PartsObject {
    interface: Option<u64>,
    packetization: Option<u64>,
    processing: Option<u64>,
    serialization: Option<u64>,
    media: Option<u64>,
    propagation: Option<u64>,
    queueing: Option<u64>,
    playout: Option<u64>,
}

#[derive(Serialize)]
struct RatesObject {
    payload: u64,
    mpls: u64,
    frame: u64,
    wire: u64,
}

#[derive(Serialize)]
struct PhysicalObject {
    worst_start_ps: u64,
    difference_ps: i64,
    verdict: &'static str,
}

#[derive(Serialize)]
struct FlowObject<'a> {
    name: &'a str,
    sent: u64,
    delivered: u64,
    dropped: u64,
    delay_ps: FlowDelayObject,
    class: &'a str,
    path: &'a [String],
    links: &'a [String],
    flow: &'a str,
    direction: Option<&'a str>,
    dropped_early: u64,
    policed: u64,
}

#[derive(Serialize)]
struct FlowDelayObject {
    min: Option<u64>,
    max: Option<u64>,
    /// A sum may exceed 2^53, which many readers cannot hold: decimal text.
    sum: String,
    p50: Option<u64>,
    p99: Option<u64>,
    p999: Option<u64>,
    p9999: Option<u64>,
}

fn comparisons<'a>(report: &'a Report<'_>) -> Vec<ComparisonObject<'a>> {
    let one = |row: Comparison<'a>| ComparisonObject {
        circuit: row.names[0],
        with: row.names[1],
        direction: row.rows[0].direction_name(),
        total_ps: row.rows.map(|row| row.worst_start.map(|worst| worst.0)),
        margin_ps: row.rows.map(Judgement::margin_ps),
        asymmetry_ps: row.rows.map(|row| row.asymmetry_ps),
        difference_ps: row.difference_ps(),
    };
    comparison::all(report).into_iter().map(one).collect()
}

impl<'a> CircuitObject<'a> {
    fn new(circuit: &'a Circuit, row: &Judgement) -> Self {
        let direction = &circuit.directions[row.direction];
        let counts = row.counts;
        let settings = circuit.emulation();
        Self {
            name: &circuit.name,
            direction: row.direction_name(),
            verdict: row.verdict.word(),
            cause: row.cause.map(|cause| cause.token()),
            judged: row.judged,
            budget_ps: row.budget.0,
            sent: counts.sent,
            delivered: counts.delivered,
            lost: counts.lost,
            late: counts.late,
            delay_ps: DelayObject {
                min: row.delay.map(|delay| delay.min.0),
                mean: row.delay.map(|delay| delay.mean.0),
                max: row.delay.map(|delay| delay.max.0),
                worst_start: row.worst_start.map(|worst| worst.0),
            },
            network_delay_ps: NetworkObject::new(row.network),
            slack_ps: SlackObject {
                configured: row.slack_configured.map(|slack| slack.0),
                min_left: row.slack_min_left_ps,
            },
            asymmetry_ps: row.asymmetry_ps,
            parts_ps: PartsObject::new(row.parts),
            rates_bps: settings.map(|settings| RatesObject::new(&settings.rates)),
            missing: counts.missing,
            overrun: counts.overrun,
            reordered: counts.reordered,
            duplicates: counts.duplicates,
            restarts: counts.restarts,
            losses_of_packets: counts.losses_of_packets,
            class: circuit.class.map(|class| class.name()),
            scheme: &circuit.scheme,
            path: &direction.nodes,
            links: &direction.links,
            playout: settings.map(|settings| settings.model.name()),
            payload_octets: settings.map(|settings| settings.payload.0),
            jitter_buffer_ps: settings.map(|settings| settings.jitter_buffer.0),
            physical: row.physical.map(|physical| PhysicalObject {
                worst_start_ps: physical.worst_start.0,
                difference_ps: physical.difference_ps,
                verdict: physical.verdict.word(),
            }),
            dropped_early: counts.dropped_early,
            policed: counts.policed,
            slips: counts.slips,
            stale: counts.stale,
            carrier: circuit.carrier(),
            service: circuit.service_name(),
            interface: InterfaceObject {
                name: circuit.interface.name,
                a_ps: circuit.interface.conversion[0].0,
                z_ps: circuit.interface.conversion[1].0,
                recognition_ps: circuit.interface.recognition.0,
            },
            effective_buffer_ps: settings.map(|settings| settings.effective_buffer.0),
            late_policy: settings.map(late_policy),
            clock: settings.map(|settings| settings.clock_kind),
            hold_back_ps: settings.map(|settings| settings.receivers[row.direction].hold_back.0),
            timeslots: match &direction.carried {
                Carried::Constant { slots, .. } => Some(slots),
                Carried::Stream(_) => None,
            },
        }
    }
}

impl RatesObject {
    fn new(rates: &LayerRates) -> Self {
        Self {
            payload: rates.payload.rounded_bps(),
            mpls: rates.mpls.rounded_bps(),
            frame: rates.frame.rounded_bps(),
            wire: rates.wire.rounded_bps(),
        }
    }
}

impl NetworkObject {
    fn new(network: Option<NetworkDelay>) -> Self {
        let exact = network.map(|network| network.exact);
        let [p50, p99, p999, p9999] = share_values(network.and_then(|network| network.shares));
        Self {
            min: exact.map(|exact| exact.min.0),
            mean: exact.map(|exact| exact.mean.0),
            p50,
            p99,
            p999,
            p9999,
            max: exact.map(|exact| exact.max.0),
        }
    }
}

impl PartsObject {
    fn new(parts: Option<BudgetParts>) -> Self {
        let part = |pick: fn(&BudgetParts) -> Span| parts.as_ref().map(|parts| pick(parts).0);
        Self {
            interface: part(|parts| parts.interface),
            packetization: part(|parts| parts.packetization),
            processing: part(|parts| parts.processing),
            serialization: part(|parts| parts.serialization),
            media: part(|parts| parts.media),
            propagation: part(|parts| parts.propagation),
            queueing: part(|parts| parts.queueing),
            playout: part(|parts| parts.playout),
        }
    }
}

impl<'a> FlowObject<'a> {
    fn new(flow: &'a Flow, one: &'a FlowStream, stream: &StreamOutcome) -> Self {
        let exact = extremes(&stream.network);
        let [p50, p99, p999, p9999] = share_values(shares(&stream.network));
        let delay_ps = FlowDelayObject {
            min: exact.map(|exact| exact.min.0),
            max: exact.map(|exact| exact.max.0),
            sum: stream.network.sum_ps.to_string(),
            p50,
            p99,
            p999,
            p9999,
        };
        Self {
            name: &one.name,
            sent: stream.sent,
            delivered: stream.delivered,
            dropped: stream.dropped,
            delay_ps,
            class: flow.class.name(),
            path: &one.nodes,
            links: &one.links,
            flow: &flow.name,
            direction: one.direction.map(|way| DIRECTIONS[way.index()]),
            dropped_early: stream.dropped_early,
            policed: stream.policed,
        }
    }
}

fn share_values(shares: Option<[Span; 4]>) -> [Option<u64>; 4] {
    shares.map_or([None; 4], |shares| shares.map(|share| Some(share.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use serde_json::Value;

    fn rendered(sample: &Sample) -> (String, Value) {
        let (scenario, outcome) = scenario_and_outcome(sample);
        let text = render(&Report::new(&scenario, &outcome, &[]));
        let value = serde_json::from_str(&text).unwrap();
        (text, value)
    }

    #[test]
    fn the_parts_sum_to_the_worst_start() {
        let (_, value) = rendered(&Sample {
            network_us: [1200, 1900],
            ..Sample::default()
        });
        let circuit = &value["circuits"][0];
        let parts = circuit["parts_ps"].as_object().unwrap();
        let sum: u64 = parts.values().map(|part| part.as_u64().unwrap()).sum();
        assert_eq!(sum, 3_900_000_000);
        assert_eq!(circuit["delay_ps"]["worst_start"], 3_900_000_000_u64);
        assert_eq!(
            (&parts["interface"], &parts["media"]),
            (&Value::from(0), &Value::from(0))
        );
    }

    #[test]
    fn the_leading_keys_stand_in_their_order() {
        let (text, value) = rendered(&Sample::default());
        let places: Vec<usize> = [
            "schema",
            "tool_version",
            "model_version",
            "seed",
            "result_hash",
        ]
        .iter()
        .chain(&["circuits", "flows"])
        .map(|key| text.find(&format!("\n  \"{key}\":")).expect(key))
        .collect();
        assert!(places.is_sorted());
        assert_eq!(value["schema"], "pilotwire.run/1");
        assert_eq!(value["circuits"].as_array().unwrap().len(), 2);
        assert_eq!(value["flows"], Value::Array(Vec::new()));
    }

    #[test]
    fn a_circuit_that_never_started_has_nulls_not_zeros() {
        let (_, value) = rendered(&Sample {
            starts: 0,
            ..Sample::default()
        });
        let circuit = &value["circuits"][0];
        assert_eq!(
            (&circuit["verdict"], &circuit["cause"]),
            (&"FAIL".into(), &"no-start".into())
        );
        assert_eq!(circuit["delay_ps"]["max"], Value::Null);
        assert_eq!(circuit["asymmetry_ps"], Value::Null);
    }
}
