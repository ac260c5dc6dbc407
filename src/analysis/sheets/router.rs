//! What routers are set to: the service, its buffer, its policer.

use super::worst::Worst;
use super::{Part, Row, Say, Value, paths, size, time};
use crate::analysis::decomposition::{configured_slack, edge_delay, packetization};
use crate::analysis::study::Study;
use crate::analysis::verdict::DIRECTIONS;
use crate::plan::StreamId;
use crate::pseudowire::{FrameSizes, Service};
use crate::scenario::{Carriage, Circuit, Emulation, Scenario};
use crate::traffic::policer::Policer;
use crate::units::{Octets, Span};

const PART: Part = Part::Router;

/// Everything that is set for a circuit.
pub(super) fn rows(study: &Study<'_>, worst: &Worst<'_>) -> Vec<Row> {
    let scenario = study.scenario;
    let circuit = &scenario.circuits[worst.circuit];
    let mut rows = service(circuit);
    if let Some(settings) = circuit.emulation() {
        rows.extend(pipe(settings));
        for way in 0..2 {
            rows.push(slack(study, worst, settings, way));
        }
        rows.extend(sizes(settings));
        for way in 0..2 {
            rows.extend(policer(scenario, circuit, settings, way));
        }
    }
    rows.extend(paths::rows(scenario, worst));
    rows
}

fn word(item: &'static str, text: impl Into<String>) -> Row {
    Row::set(PART, item, "", Value::Text(text.into()))
}

fn service(circuit: &Circuit) -> Vec<Row> {
    let mut rows = vec![word("carrier", circuit.carrier())];
    if !circuit.service_name().is_empty() {
        rows.push(word("service", circuit.service_name()));
    }
    let timeslots = match &circuit.carriage {
        Carriage::Emulated(settings) => match settings.service {
            Service::Cesopsn { timeslots } => Some(u64::from(timeslots)),
            Service::SatopE1 | Service::SatopT1 => None,
        },
        Carriage::Direct(direct) => Some(direct.timeslots),
        Carriage::Messages(_) => None,
    };
    if let Some(timeslots) = timeslots.filter(|count| *count > 0) {
        rows.push(Row::set(PART, "timeslots", "", Value::Count(timeslots)));
    }
    if let Some(class) = circuit.class {
        rows.push(word("class", class.name()));
    }
    if let Some(interface) = circuit.interface.name {
        rows.push(word("interface", interface));
    }
    rows
}

fn pipe(settings: &Emulation) -> Vec<Row> {
    let set = |item, value| Row::set(PART, item, "", value);
    let labels = u64::from(settings.encapsulation.labels);
    let mut rows = vec![
        set("payload", size(settings.payload)),
        set("packet-time", time(packetization(settings))),
        set("jitter-buffer", time(settings.jitter_buffer)),
        set("jitter-buffer-effective", time(settings.effective_buffer)),
        word("play-out", settings.model.name()),
        set("labels", Value::Count(labels)),
    ];
    for (way, direction) in DIRECTIONS.iter().enumerate() {
        let edge = time(edge_delay(settings, way));
        rows.push(Row::set(PART, "play-out-delay", *direction, edge));
    }
    rows
}

/// What the buffer must even out: the variation of normal operation, and what the longest way round
/// is longer than the way in normal operation.
fn slack(study: &Study<'_>, worst: &Worst<'_>, settings: &Emulation, way: usize) -> Row {
    let own = configured_slack(settings, way);
    let network = study.steady[2 * worst.circuit + way].network.as_ref();
    let variation = network.map_or(Span::ZERO, |net| net.exact.max - net.exact.min);
    let detour = worst.slack_left[way].map(|(left, case)| {
        let longer = i128::from(own.0) - i128::from(left);
        (Span(u64::try_from(longer).unwrap_or(0)), case)
    });
    let need = variation + detour.map_or(Span::ZERO, |(longer, _)| longer);
    let case = detour.map(|(_, case)| case);
    let mut row = Row::at_least((PART, "slack"), Some(own), Some(need), case);
    row.of = DIRECTIONS[way].to_owned();
    row
}

/// Octets of a packet with a label more; padding gives way first.
fn relabelled(settings: &Emulation) -> FrameSizes {
    let mut more = settings.encapsulation;
    more.labels = more.labels.saturating_add(1);
    more.sizes(settings.payload + settings.signalling)
}

fn sizes(settings: &Emulation) -> Vec<Row> {
    let own = &settings.sizes;
    let more = relabelled(settings);
    let layers = [
        ("payload", settings.payload),
        ("mpls", own.mpls),
        ("frame", own.frame),
        ("wire", own.wire),
        ("frame on a bypass", more.frame),
        ("wire on a bypass", more.wire),
    ];
    let row = |(layer, octets): (&str, Octets)| {
        let mut rate = Row::set(PART, "rate", layer, Value::None);
        rate.worst = Value::Rate(rate_bps(octets, settings, 0));
        rate.say = Say::Expect;
        let mut own = Row::set(PART, "octets", layer, Value::None);
        own.worst = size(octets);
        own.say = Say::Expect;
        [own, rate]
    };
    layers.into_iter().flat_map(row).collect()
}

/// One packet of so many octets each packet time of a sender that is fast by so many ppb, rounded
/// up.
fn rate_bps(octets: Octets, settings: &Emulation, fast_ppb: u64) -> u64 {
    const BILLION: u128 = 1_000_000_000;
    let (numerator, denominator) = settings.packet_time_exact_ps;
    let bits = u128::from(octets.0) * 8 * 1_000_000_000_000 * u128::from(denominator);
    let fast = bits * (BILLION + u128::from(fast_ppb));
    u64::try_from(fast.div_ceil(u128::from(numerator) * BILLION)).unwrap_or(u64::MAX)
}

/// The smallest rate and burst that let every packet pass: frames, as they enter.
fn policer(scenario: &Scenario, circuit: &Circuit, settings: &Emulation, way: usize) -> [Row; 2] {
    let stream = |StreamId(place)| &scenario.plan.streams[place as usize];
    let set = circuit.directions[way]
        .stream()
        .and_then(|id| stream(id).policer);
    let set = set.map(|policer| match policer {
        Policer::SingleRate {
            rate_bps,
            committed,
            ..
        } => (rate_bps, committed),
        Policer::TwoRate {
            committed_bps,
            committed,
            ..
        } => (committed_bps, committed),
    });
    let steps = settings.senders[way].steps();
    let fast = steps.map(|step| step.offset_ppb).max().unwrap_or(0).max(0);
    let frame = settings.sizes.frame;
    let rate = rate_bps(frame, settings, fast.unsigned_abs());
    let row = |item, set: Option<u64>, need: u64, value: fn(u64) -> Value| {
        let mut row = Row::set(PART, item, DIRECTIONS[way], set.map_or(Value::None, value));
        row.worst = value(need);
        row.need = value(need);
        row.say = match set {
            None => Say::Set,
            Some(set) if set >= need => Say::Ok,
            Some(_) => Say::Change,
        };
        row
    };
    [
        row("policer-rate", set.map(|set| set.0), rate, Value::Rate),
        row(
            "policer-burst",
            set.map(|set| set.1.0),
            frame.0,
            Value::Size,
        ),
    ]
}
