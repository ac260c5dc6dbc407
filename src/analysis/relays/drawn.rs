//! What is drawn of the relays of a line: one fault step by step, and faults around a failure.

use super::channels::Reader;
use super::clearing::{How, clear};
use super::{Channels, Replay};
use crate::mpls::outage::Stretch;
use crate::relay::{AtEnd, End, Fault, Found, Piece, Story, Sweep, Trip, sweep};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// How long faults on a line last, for every inception in a stretch, each at the worst place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Curve {
    /// Index in [`Scenario::circuits`]; `None`: all protections of the line together.
    pub circuit: Option<usize>,
    /// Clearing times.
    pub sweep: Sweep<()>,
}

/// Each protection of a line alone, in order of group and name, then all together where there are
/// several. Transfer trips, which other protections call, are left out.
///
/// # Panics
/// If the stretch has no length.
#[must_use]
pub fn curves(scenario: &Scenario, channels: &Channels, line: usize, over: Stretch) -> Vec<Curve> {
    let readers = Reader::of_line(scenario, channels, line);
    let readers: Vec<&Reader<'_>> = readers
        .iter()
        .filter(|one| one.protection.clears_faults())
        .collect();
    let alone = readers.iter().map(|one| Curve {
        circuit: Some(one.circuit),
        sweep: swept(&[*one], over),
    });
    let mut all: Vec<Curve> = alone.collect();
    if readers.len() > 1 {
        all.push(Curve {
            circuit: None,
            sweep: swept(&readers, over),
        });
    }
    all
}

/// The earliest trip of these protections at each end, at whichever place of the line it lasts
/// longest: between two candidates the larger of several straight lines, which is parted where
/// they cross.
fn swept(readers: &[&Reader<'_>], over: Stretch) -> Sweep<()> {
    let line = readers[0].line;
    let instants = super::clearing::instants(readers);
    let places = super::clearing::places(readers, line);
    let worst = |at: SimTime| {
        let all = places.iter().enumerate().map(|(which, place)| {
            let found: Found<How> = clear(readers, Fault { at, place: *place });
            Found {
                value: found.value,
                class: (which, found.class),
            }
        });
        let key = |found: &Found<(usize, How)>| found.value.unwrap_or(Span(u64::MAX));
        all.reduce(|worst, one| if key(&one) > key(&worst) { one } else { worst })
            .expect("a line has places")
    };
    let all = sweep(over, &instants, worst);
    let plain = |found: Found<(usize, How)>| Found {
        value: found.value,
        class: (),
    };
    let pieces = all.pieces.iter().map(|piece| Piece {
        from: piece.from,
        to: piece.to,
        first: plain(piece.first),
        last: plain(piece.last),
    });
    Sweep {
        pieces: pieces.collect(),
        parted: all.parted,
    }
}

/// One fault as it was cleared by all protections of a line together: at each end the earliest
/// trip, of two at once the first in order.
#[must_use]
pub fn story(replay: &Replay) -> Story {
    let at = |end: End| {
        let tripping = replay.circuits.iter().filter_map(|circuit| {
            let trip: Trip = circuit.ends[end.index()].trip?;
            Some((trip.at, circuit))
        });
        let Some((_, circuit)) = tripping.min_by_key(|(at, _)| *at) else {
            return AtEnd::default();
        };
        let own = &circuit.ends[end.index()];
        AtEnd {
            pickup: own.pickup,
            sent: circuit.ends[end.other().index()].keyed,
            received: own.received,
            processing: own.processing,
            trip: own.trip,
            open: own.open,
        }
    };
    Story {
        fault: replay.fault,
        ends: End::BOTH.map(at),
    }
}
