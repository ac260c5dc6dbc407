//! What play-out that starts anew can make of a differential relay, on the paths it has.
//!
//! A direction's delay is that of the packet which started its play-out. Each direction may start
//! on its slowest packet while the other starts on its fastest: the difference is then as large as
//! the run has shown it can be, without any failure.

use crate::analysis::decomposition::edge_delay;
use crate::analysis::verdict::difference_ps;
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::engine::{Delays, Outcome};
use crate::relay::differential::State;
use crate::relay::{Line, Protection};
use crate::scenario::{Circuit, Scenario};
use crate::units::{SimTime, Span};

use super::Channel;

/// What one circuit's differential relays may come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restart {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// Smallest and largest delay(a→z) − delay(z→a), in picoseconds.
    pub asymmetry_ps: [i64; 2],
    /// Whether the relays would trip falsely with either.
    pub false_trip: bool,
    /// Whether they could not tell that anything is wrong.
    pub invisible: bool,
}

/// Every circuit of a line that differential relays stand at and packets carry, in order of name.
/// The outcome is that of the run until something fails.
#[must_use]
pub fn restarts(scenario: &Scenario, outcome: &Outcome) -> Vec<Restart> {
    let circuits = scenario.circuits.iter().enumerate();
    let all = circuits.filter_map(|(index, circuit)| {
        let delays = extremes(circuit, outcome)?;
        let line = scenario.relays.lines.iter();
        let mut line = line.filter(|line| line.groups.iter().any(|group| group.contains(&index)));
        let line = line.next()?;
        restart(scenario, (index, circuit), line, delays)
    });
    all.collect()
}

/// Smallest and largest delay that play-out may start with, a→z and z→a.
fn extremes(circuit: &Circuit, outcome: &Outcome) -> Option<[[Span; 2]; 2]> {
    let settings = circuit.emulation()?;
    let of = |way: usize| {
        let stream = circuit.directions[way].stream()?;
        let stream = &outcome.streams[stream.0 as usize];
        let received = stream.received.as_ref();
        let selected = received.and_then(|received| received.selected.as_ref());
        let network: &Delays = selected.map_or(&stream.network, |selected| &selected.network);
        let edge = edge_delay(settings, way);
        (network.count > 0).then(|| [edge + network.min, edge + network.max])
    };
    Some([of(0)?, of(1)?])
}

fn restart(
    scenario: &Scenario,
    (index, circuit): (usize, &Circuit),
    line: &Line,
    [forth, back]: [[Span; 2]; 2],
) -> Option<Restart> {
    let relay = scenario.relays.circuits.get(index)?.as_ref()?;
    let Protection::Differential(settings) = &relay.protection else {
        return None;
    };
    let pairs = [[forth[0], back[1]], [forth[1], back[0]]];
    let trips = |delays: [Span; 2]| {
        let way = |way: usize| Channel::of(circuit, way, steady(delays[way], scenario.duration));
        let channels = [way(0), way(1)];
        let ways = channels.each_ref().map(Channel::way);
        let course = settings.course(ways, line);
        let spells = course.spans.into_iter();
        let mut trips = spells.filter(|one| matches!(one.state, State::FalseTrip { .. }));
        trips.next()
    };
    let trips: Vec<_> = pairs.into_iter().filter_map(trips).collect();
    Some(Restart {
        circuit: index,
        asymmetry_ps: pairs.map(|[forth, back]| difference_ps(forth, back)),
        false_trip: !trips.is_empty(),
        invisible: trips.iter().any(|spell| !spell.visible),
    })
}

/// Data at one delay, from the first bit on.
fn steady(delay: Span, duration: SimTime) -> Timeline {
    let mut timeline = Timeline::default();
    let starting = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Starting,
    };
    timeline.extend(SimTime::ZERO + delay, starting);
    let data = Content::Data {
        input_from: SimTime::ZERO,
        rate_ppb: 0,
    };
    timeline.extend(duration + delay, data);
    timeline
}
