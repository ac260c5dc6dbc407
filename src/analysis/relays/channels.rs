//! The channels of a run, and who reads them.

use super::{Channel, Channels};
use crate::channel::Timeline;
use crate::engine::Outcome;
use crate::mpls::outage::Stretch;
use crate::relay::{Line, Place, Protection, Reception, Way};
use crate::scenario::{Carriage, Circuit, Scenario};
use crate::units::{SimTime, Span};

impl Channels {
    /// Those of a run. A repeated message (GOOSE) is no channel: what its packets are depends on
    /// what is to be told.
    #[must_use]
    pub fn of_run(scenario: &Scenario, outcome: &Outcome) -> Self {
        let all = Self::of_all(scenario, outcome).circuits.into_iter();
        let relays = scenario.relays.circuits.iter().map(Option::is_some);
        let relays = relays.chain(std::iter::repeat(false));
        let circuits = all.zip(relays).map(|(pair, relay)| pair.filter(|_| relay));
        Self {
            circuits: circuits.collect(),
        }
    }

    /// Those of every circuit, whether a relay stands there or not.
    #[must_use]
    pub fn of_all(scenario: &Scenario, outcome: &Outcome) -> Self {
        let circuits = scenario.circuits.iter().map(|circuit| {
            let [forth, back] = [0, 1].map(|way| of_direction(scenario, circuit, way, outcome));
            Some([forth?, back?])
        });
        Self {
            circuits: circuits.collect(),
        }
    }
}

fn of_direction(
    scenario: &Scenario,
    circuit: &Circuit,
    way: usize,
    outcome: &Outcome,
) -> Option<Channel> {
    let direction = &circuit.directions[way];
    let interface = &circuit.interface;
    let Some(stream) = direction.stream() else {
        // Its delay runs from interface to interface already.
        let timeline = direction.constant_timeline(interface, scenario.duration)?;
        return Some(Channel {
            timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        });
    };
    if matches!(circuit.carriage, Carriage::Messages(_)) {
        return None;
    }
    let received = outcome.streams[stream.0 as usize].received.as_ref()?;
    Some(Channel::of(circuit, way, received.timeline.clone()))
}

impl Channel {
    /// A timeline of one direction of a circuit (0: a→z, 1: z→a), as its carrier puts it out, with
    /// the conversions of both interfaces.
    #[must_use]
    pub fn of(circuit: &Circuit, way: usize, timeline: Timeline) -> Self {
        let interface = &circuit.interface;
        Self {
            timeline,
            before: interface.conversion[way],
            after: interface.conversion[1 - way] + interface.recognition,
        }
    }

    /// As relays see it.
    #[must_use]
    pub fn way(&self) -> Way<'_> {
        Way {
            timeline: &self.timeline,
            before: self.before,
            after: self.after,
        }
    }
}

/// The relays of one circuit with what they read.
pub(super) struct Reader<'a> {
    /// Index in [`Scenario::circuits`].
    pub(super) circuit: usize,
    pub(super) protection: &'a Protection,
    pub(super) line: &'a Line,
    pub(super) channels: &'a [Channel; 2],
    pub(super) ways: [Reception; 2],
}

impl<'a> Reader<'a> {
    /// Those of a line whose channels can be read: group A, then group B, each in order of name.
    pub(super) fn of_line(
        scenario: &'a Scenario,
        channels: &'a Channels,
        line: usize,
    ) -> Vec<Self> {
        let line = &scenario.relays.lines[line];
        let mut circuits: Vec<usize> = Vec::new();
        for circuit in line.groups.iter().flatten() {
            if !circuits.contains(circuit) {
                circuits.push(*circuit);
            }
        }
        let reader = |circuit: usize| {
            let relay = scenario.relays.circuits.get(circuit)?.as_ref()?;
            let channels = channels.circuits.get(circuit)?.as_ref()?;
            Some(Self {
                circuit,
                protection: &relay.protection,
                line,
                channels,
                ways: relay
                    .protection
                    .receptions(channels.each_ref().map(Channel::way)),
            })
        };
        circuits.into_iter().filter_map(reader).collect()
    }
}

impl Reader<'_> {
    /// Whether its channel may change anything of what it does about faults at a place.
    pub(super) fn heeds_channel(&self, place: Place) -> bool {
        self.protection.heeds_channel(&self.ways, self.line, place)
    }

    /// Until when a fault may begin without meeting a hole that the run ends in; not earlier than
    /// it takes until backup has cleared it.
    fn known_until(&self, end: SimTime) -> SimTime {
        let before = |span: Span| SimTime(end.0.saturating_sub(span.0));
        let open = |way: &Reception| {
            let last = way.spells().last()?;
            let last = (last.to != SimTime::NEVER).then(|| SimTime(last.to.0 - 1))?;
            let sampled = way.sampled_at(last)?;
            let ahead = self.protection.foresight(self.line);
            Some(SimTime(sampled.0.saturating_sub(ahead.0)))
        };
        let known = self.ways.iter().filter_map(open).min();
        known.map_or(end, |known| {
            let latest = before(self.protection.horizon(self.line));
            known.max(latest).min(end)
        })
    }
}

/// The faults of a run in which nothing fails that a line is judged for: from when every channel
/// that ever comes up has come up, and what was before is forgotten, to `end`, where sources stop.
/// The whole time where that leaves nothing; `None` where there is no time at all, or no relay.
///
/// What comes after a run is taken to go on as it ended. A channel that ends in a hole would then
/// never come back: faults that meet this hole are left out, as long as the end of the run alone
/// can be the reason.
#[must_use]
pub fn inceptions(
    scenario: &Scenario,
    channels: &Channels,
    line: usize,
    end: SimTime,
) -> Option<Stretch> {
    let readers = Reader::of_line(scenario, channels, line);
    let from = begin(&readers, end)?;
    let known = readers.iter().map(|reader| reader.known_until(end)).min()?;
    let to = if known <= from { end } else { known };
    Some(Stretch { from, to })
}

/// The same for a run in which something fails: a hole that it ends in is taken to stay.
#[must_use]
pub fn inceptions_failing(
    scenario: &Scenario,
    channels: &Channels,
    line: usize,
    end: SimTime,
) -> Option<Stretch> {
    let readers = Reader::of_line(scenario, channels, line);
    let from = begin(&readers, end)?;
    Some(Stretch { from, to: end })
}

/// When every channel is up and forgets what was before; `None` without relays, or where that is
/// all at the end.
fn begin(readers: &[Reader<'_>], end: SimTime) -> Option<SimTime> {
    let ways = readers.iter().flat_map(|reader| reader.ways.iter());
    let up = ways.filter_map(|way| way.spells().first());
    let up = up.map(|spell| spell.from).max().unwrap_or(SimTime::ZERO);
    let memory = readers.iter().map(|reader| reader.protection.memory());
    let memory = memory.max()?;
    let from = [up + memory, up, SimTime::ZERO];
    from.into_iter().find(|from| *from < end)
}
