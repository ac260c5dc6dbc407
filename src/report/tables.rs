//! The hashed tables: `results.csv`, `budget.csv`, `events.csv`. Integers with the unit in the
//! column name, fixed column order, LF.

use csv::{Terminator, Writer, WriterBuilder};

use super::events::{Event, events as events_of, state_events};
use super::text::late_policy;
use crate::analysis::decomposition::BudgetParts;
use crate::analysis::verdict::{DIRECTIONS, Judgement, extremes, shares};
use crate::engine::{Outcome, StreamOutcome};
use crate::plan::StreamId;
use crate::scenario::{Circuit, Flow, FlowStream, Scenario, StreamOwner};
use crate::units::{SimTime, Span};

/// Columns of `results.csv`.
pub const RESULTS_COLUMNS: [&str; 49] = [
    "kind",
    "name",
    "direction",
    "class",
    "verdict",
    "cause",
    "judged",
    "budget_ps",
    "sent",
    "delivered",
    "lost",
    "late",
    "missing",
    "overrun",
    "reordered",
    "duplicates",
    "restarts",
    "losses_of_packets",
    "delay_min_ps",
    "delay_mean_ps",
    "delay_max_ps",
    "delay_worst_start_ps",
    "network_min_ps",
    "network_mean_ps",
    "network_p50_ps",
    "network_p99_ps",
    "network_p999_ps",
    "network_p9999_ps",
    "network_max_ps",
    "network_sum_ps",
    "slack_configured_ps",
    "slack_min_left_ps",
    "asymmetry_ps",
    "physical_difference_ps",
    "rate_payload_bps",
    "rate_mpls_bps",
    "rate_frame_bps",
    "rate_wire_bps",
    "dropped_early",
    "policed",
    "slips",
    "stale",
    "carrier",
    "interface",
    "playout",
    "late_policy",
    "clock",
    "effective_buffer_ps",
    "hold_back_ps",
];

/// Columns of `events.csv`.
pub const EVENTS_COLUMNS: [&str; 6] = [
    "at_ps",
    "circuit",
    "direction",
    "event",
    "until_ps",
    "delay_ps",
];

/// Columns of `series.csv`.
pub const SERIES_COLUMNS: [&str; 8] = [
    "from_ps",
    "name",
    "direction",
    "class",
    "delivered",
    "lost",
    "delay_max_ps",
    "delay_mean_ps",
];

/// One row per circuit direction, then one per stream of a flow; each in order of name by bytes.
#[must_use]
pub fn results(scenario: &Scenario, outcome: &Outcome, judgements: &[Judgement]) -> String {
    let mut table = Table::new(&RESULTS_COLUMNS);
    for row in judgements {
        let circuit = &scenario.circuits[row.circuit];
        let stream = circuit.directions[row.direction].stream();
        let stream = stream.map(|stream| &outcome.streams[stream.0 as usize]);
        table.row(circuit_row(circuit, stream, row));
    }
    for flow in &scenario.flows {
        for one in &flow.streams {
            let stream = &outcome.streams[one.stream.0 as usize];
            table.row(flow_row(flow, one, stream));
        }
    }
    table.finish()
}

/// Where the delay after the worst start goes: one row per circuit direction, one column per
/// part; the parts sum to `worst_start_ps`.
#[must_use]
pub fn budget(scenario: &Scenario, judgements: &[Judgement]) -> String {
    let parts = BudgetParts::NAMES.map(|name| format!("{name}_ps"));
    let mut columns = vec!["circuit", "direction"];
    columns.extend(parts.iter().map(String::as_str));
    columns.extend(["worst_start_ps", "budget_ps", "margin_ps"]);
    let mut table = Table::new(&columns);
    for row in judgements {
        let mut cells = vec![scenario.circuits[row.circuit].name.clone()];
        cells.push(row.direction_name().into());
        match &row.parts {
            Some(parts) => cells.extend(parts.values().map(|part| part.0.to_string())),
            None => cells.extend(BudgetParts::NAMES.map(|_| String::new())),
        }
        cells.push(maybe_span(row.worst_start));
        cells.push(row.budget.0.to_string());
        cells.push(maybe(row.margin_ps()));
        table.row(cells);
    }
    table.finish()
}

/// What happened at the receiving ends, in order of time, then circuit, then direction.
#[must_use]
pub fn events(scenario: &Scenario, outcome: &Outcome) -> String {
    let mut all = Vec::new();
    for (index, circuit) in scenario.circuits.iter().enumerate() {
        for (way, direction) in circuit.directions.iter().enumerate() {
            let here = match direction.stream() {
                Some(stream) => at_receiver(circuit, &outcome.streams[stream.0 as usize]),
                None => direction
                    .constant_timeline(&circuit.interface, scenario.duration)
                    .map_or_else(Vec::new, |timeline| events_of(&timeline)),
            };
            all.extend(here.into_iter().map(|event| (event.at, index, way, event)));
        }
    }
    // Stable: events of one direction at one instant keep the order of the timeline.
    all.sort_by_key(|(at, index, way, _)| (*at, *index, *way));
    let told = |(at, index, way, event): (SimTime, usize, usize, Event)| {
        let row = [
            at.0.to_string(),
            scenario.circuits[index].name.clone(),
            DIRECTIONS[way].into(),
            event.kind.token().into(),
            maybe(event.until.map(|until| until.0)),
            maybe_span(event.delay),
        ];
        (at, index, way, row)
    };
    let mut rows: Vec<_> = steps(scenario)
        .into_iter()
        .chain(all.into_iter().map(told))
        .collect();
    // At one instant of one direction: what nodes do, then what comes of it.
    rows.sort_by_key(|(at, index, way, _)| (*at, *index, *way));
    let mut table = Table::new(&EVENTS_COLUMNS);
    for (.., row) in rows {
        table.row(row.to_vec());
    }
    table.finish()
}

/// What nodes do for the circuits of a scenario in which something fails.
fn steps(scenario: &Scenario) -> Vec<(SimTime, usize, usize, [String; 6])> {
    let mut all = Vec::new();
    for (owner, routed) in scenario.streams.iter().zip(&scenario.routed) {
        let (StreamOwner::Circuit(index, way) | StreamOwner::Copy(index, way)) = owner else {
            continue;
        };
        all.extend(routed.steps.iter().map(|step| {
            let row = [
                step.at.0.to_string(),
                scenario.circuits[*index].name.clone(),
                DIRECTIONS[*way].into(),
                step.text(scenario.topology()),
                String::new(),
                String::new(),
            ];
            (step.at, *index, *way, row)
        }));
    }
    all
}

/// The events of a stream's receiving end: instants at the end of the pseudowire, delays between
/// both interfaces.
fn at_receiver(circuit: &Circuit, stream: &StreamOutcome) -> Vec<Event> {
    let conversion = circuit.interface.delay();
    let converted = |event: Event| Event {
        delay: event.delay.map(|delay| delay + conversion),
        ..event
    };
    match (&stream.received, &stream.held) {
        (Some(received), _) => {
            let all = events_of(&received.timeline);
            all.into_iter().map(converted).collect()
        }
        (None, Some(held)) => state_events(&held.timeline),
        (None, None) => Vec::new(),
    }
}

/// What became of each stream over time, where the scenario asks for it: one row per bin, in order
/// of the stream's rank, then time. Only bins with packets stand here.
#[must_use]
pub fn series(scenario: &Scenario, outcome: &Outcome) -> Option<String> {
    /// Of the second of two copies.
    const COPIES: [&str; 2] = ["a-z copy", "z-a copy"];
    let length = scenario.plan.series_bin?;
    let mut table = Table::new(&SERIES_COLUMNS);
    let streams = scenario.streams.iter().zip(&outcome.streams);
    for (id, (owner, stream)) in (0..).map(StreamId).zip(streams) {
        let (name, direction, class) = match owner {
            StreamOwner::Circuit(index, way) | StreamOwner::Copy(index, way) => {
                let circuit = &scenario.circuits[*index];
                let class = circuit.class.map_or("", |class| class.name());
                let copy = matches!(owner, StreamOwner::Copy(..));
                let ways = if copy { COPIES } else { DIRECTIONS };
                (&circuit.name, ways[*way], class)
            }
            StreamOwner::Flow(index) => {
                let flow = &scenario.flows[*index];
                let own = flow.streams.iter().find(|one| one.stream == id);
                let way = own.and_then(|one| one.direction);
                let name = own.map_or(&flow.name, |one| &one.name);
                let way = way.map_or("", |way| DIRECTIONS[way.index()]);
                (name, way, flow.class.name())
            }
        };
        for (number, bin) in (0_u64..).zip(&stream.series) {
            if bin.delivered + bin.lost == 0 {
                continue;
            }
            let count = u128::from(bin.delivered);
            let mean = (2 * bin.delay_sum_ps + count).checked_div(2 * count);
            table.row(vec![
                (number * length.0).to_string(),
                name.clone(),
                direction.into(),
                class.into(),
                bin.delivered.to_string(),
                bin.lost.to_string(),
                maybe(mean.map(|_| bin.delay_max.0)),
                maybe(mean),
            ]);
        }
    }
    Some(table.finish())
}

fn circuit_row(circuit: &Circuit, stream: Option<&StreamOutcome>, row: &Judgement) -> Vec<String> {
    let counts = &row.counts;
    let mut cells = vec![
        "circuit".into(),
        circuit.name.clone(),
        row.direction_name().into(),
        circuit.class.map_or("", |class| class.name()).into(),
        row.verdict.word().into(),
        row.cause
            .map_or(String::new(), |cause| cause.token().into()),
        row.judged.into(),
        row.budget.0.to_string(),
    ];
    let counted = [
        counts.sent,
        counts.delivered,
        counts.lost,
        counts.late,
        counts.missing,
        counts.overrun,
        counts.reordered,
        counts.duplicates,
        counts.restarts,
        counts.losses_of_packets,
    ];
    cells.extend(counted.map(|count| only(stream, count)));
    let delay = row.delay;
    cells.push(maybe_span(delay.map(|delay| delay.min)));
    cells.push(maybe_span(delay.map(|delay| delay.mean)));
    cells.push(maybe_span(delay.map(|delay| delay.max)));
    cells.push(maybe_span(row.worst_start));
    cells.extend(stream.map_or([const { String::new() }; 8], network_cells));
    cells.push(maybe_span(row.slack_configured));
    cells.push(maybe(row.slack_min_left_ps));
    cells.push(maybe(row.asymmetry_ps));
    cells.push(maybe(row.physical.map(|physical| physical.difference_ps)));
    let rates = circuit.emulation().map(|settings| &settings.rates);
    let rates = rates.map(|rates| [rates.payload, rates.mpls, rates.frame, rates.wire]);
    match rates {
        Some(rates) => cells.extend(rates.map(|rate| rate.rounded_bps().to_string())),
        None => cells.extend([const { String::new() }; 4]),
    }
    let counted = [
        counts.dropped_early,
        counts.policed,
        counts.slips,
        counts.stale,
    ];
    cells.extend(counted.map(|count| only(stream, count)));
    cells.push(circuit.carrier().into());
    cells.push(circuit.interface.name.unwrap_or("").into());
    cells.extend(emulation_cells(circuit, row.direction));
    cells
}

/// A count of packets, where there are packets.
fn only(stream: Option<&StreamOutcome>, count: u64) -> String {
    stream.map_or(String::new(), |_| count.to_string())
}

/// Play-out model, late policy, clock, buffer that acts and hold-back of a C-pipe.
fn emulation_cells(circuit: &Circuit, way: usize) -> [String; 5] {
    let Some(settings) = circuit.emulation() else {
        return [const { String::new() }; 5];
    };
    [
        settings.model.name().into(),
        late_policy(settings).into(),
        settings.clock_kind.into(),
        settings.effective_buffer.0.to_string(),
        settings.receivers[way].hold_back.0.to_string(),
    ]
}

fn flow_row(flow: &Flow, one: &FlowStream, stream: &StreamOutcome) -> Vec<String> {
    let way = one.direction.map_or("", |way| DIRECTIONS[way.index()]);
    let mut cells = vec!["flow".into(), one.name.clone(), way.into()];
    cells.push(flow.class.name().into());
    cells.extend([const { String::new() }; 4]);
    let lost = stream.dropped + stream.dropped_early + stream.policed;
    cells.extend([stream.sent, stream.delivered, lost].map(|count| count.to_string()));
    // Late to restarts, then the one-way delay of a circuit: a flow has no receiving end.
    cells.extend([const { String::new() }; 7 + 4]);
    cells.extend(network_cells(stream));
    cells.extend([const { String::new() }; 4 + 4]);
    cells.extend([stream.dropped_early, stream.policed].map(|count| count.to_string()));
    cells.extend([const { String::new() }; 2 + 7]);
    cells
}

/// Min, mean, four shares, max and sum of the network delay.
fn network_cells(stream: &StreamOutcome) -> [String; 8] {
    let exact = extremes(&stream.network);
    let shares = shares(&stream.network);
    let share = |index: usize| maybe_span(shares.map(|shares| shares[index]));
    [
        maybe_span(exact.map(|exact| exact.min)),
        maybe_span(exact.map(|exact| exact.mean)),
        share(0),
        share(1),
        share(2),
        share(3),
        maybe_span(exact.map(|exact| exact.max)),
        stream.network.sum_ps.to_string(),
    ]
}

pub(super) fn maybe<T: ToString>(value: Option<T>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

pub(super) fn maybe_span(span: Option<Span>) -> String {
    maybe(span.map(|span| span.0))
}

/// A CSV text in memory: RFC 4180 quoting, but LF as the end of a line on every system.
pub(super) struct Table {
    writer: Writer<Vec<u8>>,
}

impl Table {
    pub(super) fn new(columns: &[&str]) -> Self {
        let writer = WriterBuilder::new()
            .terminator(Terminator::Any(b'\n'))
            .from_writer(Vec::new());
        let mut table = Self { writer };
        table.row(columns.iter().map(|column| (*column).to_owned()).collect());
        table
    }

    /// The csv writer refuses a row of another length than the first.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.writer
            .write_record(cells)
            .expect("rows of one length, written to memory");
    }

    pub(super) fn finish(self) -> String {
        let octets = self.writer.into_inner().expect("memory takes every octet");
        String::from_utf8(octets).expect("cells are text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use crate::analysis::verdict::judge;

    #[test]
    fn results_say_the_same_as_the_judgement_in_named_columns() {
        let (scenario, outcome) = scenario_and_outcome(&Sample::default());
        let text = results(&scenario, &outcome, &judge(&scenario, &outcome));
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
        let cell = |name: &str| cells[names.iter().position(|one| *one == name).unwrap()];
        assert_eq!((cell("name"), cell("direction")), ("87L A-B", "a-z"));
        assert_eq!((cell("verdict"), cell("cause")), ("PASS", ""));
        assert_eq!(cell("delay_worst_start_ps"), "3200000000");
        assert_eq!(cell("network_max_ps"), "1200000000");
        assert_eq!(cell("network_p9999_ps"), "1200000000");
        // Padded frame: 84 octets per ms on the wire, 64 with FCS, 20 with labels, 8 bare (TV8).
        assert_eq!(
            (cell("rate_wire_bps"), cell("rate_frame_bps")),
            ("672000", "512000")
        );
        assert_eq!(
            (cell("rate_mpls_bps"), cell("rate_payload_bps")),
            ("160000", "64000")
        );
        assert_eq!(text.lines().count(), 3);
        assert!(!text.contains('\r'));
    }

    #[test]
    fn a_flow_fills_the_columns_it_has_and_leaves_the_others_empty() {
        let (mut scenario, mut outcome) = scenario_and_outcome(&Sample::default());
        let direction = scenario.circuits[0].directions[0].clone();
        let stream = FlowStream {
            name: "office, LAN".into(),
            stream: direction.stream().unwrap(),
            direction: None,
            nodes: direction.nodes.clone(),
            links: direction.links.clone(),
            legs: direction.legs.clone(),
        };
        scenario.flows.push(Flow {
            name: "office, LAN".into(),
            class: crate::traffic::Class::Be,
            stream: direction.stream().unwrap(),
            nodes: direction.nodes,
            links: direction.links,
            streams: vec![stream],
        });
        scenario.circuits.clear();
        scenario.streams = vec![StreamOwner::Flow(0), StreamOwner::Flow(0)];
        outcome.streams[0].dropped = 3;
        outcome.streams[0].sent = 5;
        let text = results(&scenario, &outcome, &[]);
        let row = text.lines().nth(1).unwrap();
        assert!(
            row.starts_with("flow,\"office, LAN\",,BE,,,,,5,2,3,"),
            "{row}"
        );
        assert!(
            row.ends_with("1200000000,2400000000,,,,,,,,,0,0,,,,,,,,,"),
            "{row}"
        );
    }

    #[test]
    fn the_parts_of_every_budget_row_sum_to_its_worst_start() {
        let (scenario, outcome) = scenario_and_outcome(&Sample::default());
        let text = budget(&scenario, &judge(&scenario, &outcome));
        let cells: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
        let sum: u64 = cells[2..10]
            .iter()
            .map(|cell| cell.parse::<u64>().unwrap())
            .sum();
        assert_eq!(sum, 3_200_000_000);
        assert_eq!(cells[10..], ["3200000000", "10000000000", "6800000000"]);
    }

    #[test]
    fn events_come_in_order_of_time() {
        let sample = Sample {
            own_delay_us: [3300, 3200],
            ..Sample::default()
        };
        let (scenario, outcome) = scenario_and_outcome(&sample);
        let text = events(&scenario, &outcome);
        assert_eq!(
            text,
            "at_ps,circuit,direction,event,until_ps,delay_ps\n\
             3200000000,87L A-B,z-a,start,,3200000000\n\
             3300000000,87L A-B,a-z,start,,3300000000\n"
        );
    }
}
