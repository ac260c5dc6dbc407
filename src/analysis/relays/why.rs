//! Why a fault takes so long: what the channel did meanwhile.

use super::channels::Reader;
use super::{Channels, Cleared};
use crate::relay::End;
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// What the channel did between the inception of a fault and the last breaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// No message came through; of several holes the longest, the first of two alike.
    Hole {
        /// 0: a→z, 1: z→a.
        way: usize,
        /// From this instant at the receiving relay.
        from: SimTime,
        /// Until this one; `None`: to the end.
        to: Option<SimTime>,
    },
    /// It carried every message, with this delay.
    Delay {
        /// 0: a→z, 1: z→a: towards the end that opens last.
        way: usize,
        /// Relay to relay, one way.
        delay: Span,
    },
}

/// What the channels of a circuit of this line did in the worst case of what was judged. The
/// direction towards the end that opens last comes first. `None` where they cannot be read.
#[must_use]
pub fn why(
    scenario: &Scenario,
    channels: &Channels,
    line: usize,
    (circuit, cleared): (usize, &Cleared),
) -> Option<Why> {
    let mut readers = Reader::of_line(scenario, channels, line).into_iter();
    let reader = readers.find(|reader| reader.circuit == circuit)?;
    let toward = match cleared.end {
        End::Z => 0,
        End::A => 1,
    };
    let from = cleared.worst_at;
    let to = cleared.worst.map_or(SimTime::NEVER, |worst| from + worst);
    let hole = |way: usize| {
        let meeting = holes(&reader, way).into_iter();
        let meeting = meeting.filter(|(begins, ends)| *begins < to && from < *ends);
        let key = |hole: &(SimTime, SimTime)| (hole.1.since(hole.0), std::cmp::Reverse(hole.0));
        let (begins, ends) = meeting.max_by_key(key)?;
        Some(Why::Hole {
            way,
            from: begins,
            to: (ends != SimTime::NEVER).then_some(ends),
        })
    };
    let steady = || {
        let way = &reader.ways[toward];
        let delay = way.first_since(from)?.since(from);
        Some(Why::Delay {
            way: toward,
            delay: Span(delay.0.saturating_sub(way.message.0)),
        })
    };
    hole(toward).or_else(|| hole(1 - toward)).or_else(steady)
}

/// When no message comes through.
fn holes(reader: &Reader<'_>, way: usize) -> Vec<(SimTime, SimTime)> {
    let mut holes = Vec::new();
    let mut heard = SimTime::ZERO;
    for spell in reader.ways[way].spells() {
        if spell.from > heard {
            holes.push((heard, spell.from));
        }
        heard = spell.to;
    }
    if heard != SimTime::NEVER {
        holes.push((heard, SimTime::NEVER));
    }
    holes
}
