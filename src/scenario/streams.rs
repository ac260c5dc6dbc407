//! Every directed stream of packets in rank order, before it becomes part of the plan.

use super::circuits::Settings;
use super::diagnostic::{Diagnostic, Findings};
use super::network::Network;
use super::shape::PacketShape;
use super::spec::{CircuitSpec, FlowSpec, PatternSpec, ScenarioSpec, SizeSpec};
use super::{Carried, StreamOwner, circuit_streams, routes};
use crate::plan::{End, Sizes, Source};
use crate::random::{Purpose, StreamKey};
use crate::topology::{Direction, Link, Path};
use crate::traffic::{Class, Policer};
use crate::units::limits::PACKETS_MAX;
use crate::units::time::PS_PER_S;
use crate::units::{BitRate, Octets, SimTime, Span, Ticks};

/// A circuit with everything settled.
#[derive(Debug)]
pub struct ReadyCircuit<'a> {
    /// As written.
    pub spec: &'a CircuitSpec,
    /// Its settings.
    pub settings: Settings,
    /// Its class; `None` where no packets carry it.
    pub class: Option<Class>,
    /// a→z, then z→a.
    pub paths: [Path; 2],
    /// What both directions cost where no packets carry it.
    pub direct: Option<[Carried; 2]>,
}

/// A flow with everything settled.
#[derive(Debug)]
pub struct ReadyFlow<'a> {
    /// As written.
    pub spec: &'a FlowSpec,
    /// Its class.
    pub class: Class,
    /// Its packets' size.
    pub size: SizeSpec,
    /// When it sends.
    pub source: Source,
    /// Mean time between packets, exact.
    pub period_exact_ps: (u64, u64),
    /// From source to destination.
    pub path: Path,
}

/// One directed stream.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Of the circuit or flow.
    pub name: &'a str,
    /// Where its name stands in the scenario.
    pub span: &'a std::ops::Range<usize>,
    /// Which way; a→z for flows.
    pub direction: Direction,
    /// Which circuit direction or flow.
    pub owner: StreamOwner,
    /// Its class.
    pub class: Class,
    /// Its packets, one per size, each with its weight among them.
    pub packets: Vec<(PacketShape, u64)>,
    /// Which size comes when.
    pub sizes: Sizes,
    /// Mean time between packets, exact.
    pub period_exact_ps: (u64, u64),
    /// Its path.
    pub path: &'a Path,
    /// When it sends.
    pub source: Source,
    /// What meters it where it enters.
    pub policer: Option<Policer>,
    /// What becomes of its packets.
    pub end: End,
    /// Time in a fixed box behind the egress PE; counts as processing.
    pub fixed_box: Span,
    /// Whether it passes the firewalls of both substations.
    pub firewalled: bool,
}

impl Draft<'_> {
    /// Most octets that a packet takes in a queue.
    #[must_use]
    pub fn largest_queued(&self) -> Octets {
        let queued = self.packets.iter().map(|(packet, _)| packet.queued());
        queued.max().expect("a stream has packets")
    }

    /// Mean bits of a packet on the transmitter of this link, as a fraction.
    #[must_use]
    pub fn mean_bits_on(&self, link: &Link) -> (u128, u128) {
        let weighted = |(packet, weight): &(PacketShape, u64)| {
            u128::from(packet.bits_on(link)) * u128::from(*weight)
        };
        let weights = self.packets.iter().map(|(_, weight)| u128::from(*weight));
        (self.packets.iter().map(weighted).sum(), weights.sum())
    }
}

/// Settles a flow; `None` where a fault leaves it open.
pub fn ready_flow<'a>(
    spec: &'a FlowSpec,
    scenario: &ScenarioSpec,
    network: &Network,
    findings: &mut Findings,
) -> Option<ReadyFlow<'a>> {
    let path = routes::of_flow(spec, scenario, network, findings);
    let (pattern, size) = spec.pattern.as_ref()?;
    let octets = match size.value {
        SizeSpec::Frame(octets) | SizeSpec::Wire(octets) => Octets(octets),
    };
    let (source, period_exact_ps) = match pattern {
        PatternSpec::Cbr { period, first } => {
            let ticks = Ticks::every(SimTime(*first), Span(*period));
            (Source::Periodic(ticks), (*period, 1))
        }
        PatternSpec::Poisson { rate } => {
            let exact = BitRate::from_bps(rate.value)?;
            let mean_gap_q16_ps = exact.mean_gap_q16_ps(octets)?;
            let key = StreamKey::new("flow", &spec.name.value, Purpose::Arrivals);
            (
                Source::Poisson {
                    mean_gap_q16_ps,
                    key,
                },
                (octets.0 * 8 * PS_PER_S, rate.value),
            )
        }
    };
    let (path, class) = (path?, spec.class.as_ref()?.value);
    Some(ReadyFlow {
        spec,
        class,
        size: size.value,
        source,
        period_exact_ps,
        path,
    })
}

/// Checks what a flow says on its own: frame size, mean gap, number of packets.
pub fn check_flow(
    spec: &FlowSpec,
    scenario: &ScenarioSpec,
    minimum: Octets,
    duration: Option<Span>,
    findings: &mut Findings,
) {
    let Some((pattern, size)) = &spec.pattern else {
        return;
    };
    let name = &spec.name.value;
    let place = scenario.place(&size.span);
    if let SizeSpec::Frame(octets) = size.value
        && octets < minimum.0
    {
        let title = format!("flow {name}: no Ethernet frame has {octets} B");
        let label = format!("a frame with FCS has at least {minimum}");
        let help = format!(
            "for octets on the wire of another link say size = {{ wire = \"{octets} B\" }}"
        );
        findings.push(Diagnostic::error(title, place.clone(), label).help(help));
    }
    let (SizeSpec::Frame(octets) | SizeSpec::Wire(octets)) = size.value;
    let period = match pattern {
        PatternSpec::Cbr { period, .. } => *period,
        PatternSpec::Poisson { rate } => {
            let gap = BitRate::from_bps(rate.value)
                .and_then(|exact| exact.mean_gap_q16_ps(Octets(octets)));
            if gap.is_none() {
                let title = format!("flow {name}: the mean gap between packets is too long");
                let label = "packets of this size would be more than 281 s apart";
                findings.push(Diagnostic::error(title, scenario.place(&rate.span), label));
            }
            gap.map_or(u64::MAX, |gap| (gap >> 16).max(1))
        }
    };
    if let Some(duration) = duration
        && duration.0 / period.max(1) > PACKETS_MAX
    {
        let title = format!("flow {name} sends more than {PACKETS_MAX} packets");
        let help = "shorten the duration, or let the flow send less often";
        findings.push(Diagnostic::error(title, place, "too many packets").help(help));
    }
}

/// All streams in rank order: names by bytes, then a→z before z→a.
///
/// `circuits` and `flows` stand in order of name; a stream's owner is its place there.
#[must_use]
pub fn drafts<'a>(
    circuits: &'a [ReadyCircuit<'a>],
    flows: &'a [ReadyFlow<'a>],
    sources_end: SimTime,
) -> Vec<Draft<'a>> {
    let mut drafts = Vec::with_capacity(2 * circuits.len() + flows.len());
    for (index, circuit) in circuits.iter().enumerate() {
        drafts.extend(circuit_streams::drafts(index, circuit, sources_end));
    }
    for (index, flow) in flows.iter().enumerate() {
        drafts.push(Draft {
            name: &flow.spec.name.value,
            span: &flow.spec.name.span,
            direction: Direction::AToZ,
            owner: StreamOwner::Flow(index),
            class: flow.class,
            packets: vec![(PacketShape::data(flow.size), 1)],
            sizes: Sizes::One,
            period_exact_ps: flow.period_exact_ps,
            path: &flow.path,
            source: flow.source.clone(),
            policer: None,
            end: End::Sink,
            fixed_box: Span::ZERO,
            firewalled: false,
        });
    }
    drafts.sort_by(|a, b| {
        a.name
            .as_bytes()
            .cmp(b.name.as_bytes())
            .then(a.direction.cmp(&b.direction))
    });
    drafts
}
