//! The streams of circuits, before they become part of the plan, and what is settled between the
//! two directions afterwards.

use super::carriage::{Carriage, Circuit, Emulation};
use super::diagnostic::Findings;
use super::spec::ScenarioSpec;
use super::streams::{Draft, ReadyCircuit};
use super::{StreamOwner, policers};
use crate::plan::{End, Plan, Sizes, Source, StreamId};
use crate::pseudowire::service::{edge_delay, with_hold_back};
use crate::random::{Purpose, StreamKey};
use crate::topology::Direction;
use crate::units::{SimTime, Span, Ticks};

/// Compares the policer of a circuit with what the circuit sends.
pub fn check_policer(ready: &ReadyCircuit<'_>, scenario: &ScenarioSpec, findings: &mut Findings) {
    let (Some(written), Some(packet)) = (&ready.spec.policer, ready.settings.packet()) else {
        return;
    };
    let of = format!("circuit {}", ready.spec.name.value);
    policers::check(written, &of, scenario, findings);
    let period_exact_ps = match &ready.settings.carriage {
        Carriage::Emulated(emulation) => emulation.packet_time_exact_ps,
        Carriage::Messages(messages) => (messages.t0.0, 1),
        Carriage::Direct(_) => return,
    };
    let packets = [(packet, 1)];
    let sent = policers::Sent {
        packets: &packets,
        period_exact_ps,
    };
    policers::compare(written, &of, sent, scenario, findings);
}

/// The streams of a circuit, in order of direction, each with its copy where there is one; none
/// where no packets carry it.
#[must_use]
pub fn drafts(index: usize, circuit: &ReadyCircuit<'_>, sources_end: SimTime) -> Vec<Draft> {
    let (Some(packet), Some(class)) = (circuit.settings.packet(), circuit.class) else {
        return Vec::new();
    };
    let draft = |direction: Direction| {
        let (source, end, fixed_box, period_exact_ps) = match &circuit.settings.carriage {
            Carriage::Emulated(emulation) => (
                source(circuit, emulation, direction),
                End::Pseudowire(emulation.receivers[direction.index()].clone()),
                emulation.model.fixed_box_delay(),
                emulation.packet_time_exact_ps,
            ),
            Carriage::Messages(messages) => {
                let (source, end) = messages.ends(sources_end);
                // In the long run; a burst after an event is soon over.
                (source, end, Span::ZERO, (messages.t0.0, 1))
            }
            Carriage::Direct(_) => return None,
        };
        let policer = circuit.spec.policer.as_ref().map(policers::policer);
        let packets = vec![(packet.clone(), 1)];
        let sent = policers::Sent {
            packets: &packets,
            period_exact_ps,
        };
        let period_exact_ps =
            policer.map_or(period_exact_ps, |policer| sent.period_behind(policer));
        Some(Draft {
            title: circuit.spec.name.value.clone(),
            copy: 0,
            name: circuit.spec.name.value.clone(),
            span: circuit.spec.name.span.clone(),
            direction,
            owner: StreamOwner::Circuit(index, direction.index()),
            class,
            packets,
            sizes: Sizes::One,
            period_exact_ps,
            path: circuit.paths[direction.index()].clone(),
            twin: None,
            source,
            policer,
            end,
            messages: match &circuit.settings.carriage {
                Carriage::Messages(messages) => Some(messages.clone()),
                _ => None,
            },
            fixed_box,
            firewalled: false,
        })
    };
    let both = Direction::BOTH.into_iter().filter_map(draft);
    both.flat_map(|first| {
        let way = first.direction.index();
        let copy = circuit.copies[way].clone().map(|path| Draft {
            copy: 1,
            owner: StreamOwner::Copy(index, way),
            path,
            ..first.clone()
        });
        [Some(first), copy].into_iter().flatten()
    })
    .collect()
}

fn source(circuit: &ReadyCircuit<'_>, emulation: &Emulation, direction: Direction) -> Source {
    let (numerator, denominator) = emulation.packet_time_exact_ps;
    let given = circuit.spec.phase[direction.index()];
    let first = SimTime(given.unwrap_or(0));
    let kind = ["circuit/a-z", "circuit/z-a"][direction.index()];
    let key = || StreamKey::new(kind, &circuit.spec.name.value, Purpose::Phase);
    Source::Circuit {
        boundaries: Ticks::new(first, numerator, denominator),
        phase: given.is_none().then(key),
        clock: emulation.senders[direction.index()].clone(),
    }
}

/// Asymmetric delay control (US patent 9065748): holds play-out of the faster direction back by
/// the difference of the two directions' unloaded delays, as measured with the given error. Both
/// plan, streams and settings are changed.
pub fn equalise(
    ready: &[ReadyCircuit<'_>],
    circuits: &mut [Circuit],
    drafts: &mut [Draft],
    plan: &mut Plan,
) {
    for (ready, circuit) in ready.iter().zip(circuits) {
        let streams = [0, 1].map(|way| circuit.directions[way].stream());
        let (Some(asked), [Some(there), Some(back)]) = (ready.spec.equalise, streams) else {
            continue;
        };
        let Carriage::Emulated(emulation) = &mut circuit.carriage else {
            continue;
        };
        let one_way = |way: usize, stream: StreamId| {
            let edge = edge_delay(&emulation.receivers[way], emulation.packet_time_exact_ps);
            i128::from((plan.shortest_delay(stream) + edge).0)
        };
        let measured = one_way(0, there) - one_way(1, back) + i128::from(asked.error);
        // The direction that seems faster waits.
        let (way, stream) = if measured < 0 { (0, there) } else { (1, back) };
        let wait = u64::try_from(measured.unsigned_abs()).expect("delays within 213 days");
        let held = with_hold_back(
            emulation.receivers[way].clone(),
            Span(wait),
            emulation.packet_time_exact_ps,
        );
        let end = End::Pseudowire(held.clone());
        plan.streams[stream.0 as usize].end = end.clone();
        drafts[stream.0 as usize].end = end;
        emulation.receivers[way] = held;
    }
}

/// Resolves which circuit stands beside which.
pub fn compare(ready: &[ReadyCircuit<'_>], circuits: &mut [Circuit]) {
    for (place, asked) in ready.iter().enumerate() {
        let Some(other) = &asked.spec.compare else {
            continue;
        };
        circuits[place].compare = ready
            .iter()
            .position(|one| one.spec.name.value == other.value);
    }
}
