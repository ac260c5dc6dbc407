//! Trips that nobody wanted.

use super::channels::Reader;
use super::course::Course;
use super::{Unwanted, UnwantedKind};
use crate::mpls::outage::Stretch;
use crate::relay::differential::State;
use crate::relay::{End, Fault, Found, Line, Place, Protection, sweep_all};
use crate::units::SimTime;

/// At most one of each kind, in order of kind.
pub(super) fn of(reader: &Reader<'_>, course: Option<&Course>, parts: &[Stretch]) -> Vec<Unwanted> {
    match (reader.protection, course) {
        (Protection::Differential(_), Some(course)) => of_course(reader.circuit, course),
        _ => {
            // What trips without a fault trips beside one too: that is told once.
            let over = super::hull(parts);
            let one = misoperation(reader, over).or_else(|| overtrip(reader, parts));
            one.into_iter().collect()
        }
    }
}

/// Places of faults beside a line that its protection must not trip for.
fn outside(line: &Line) -> Vec<Place> {
    let mut places: Vec<Place> = End::BOTH.into_iter().map(Place::Behind).collect();
    if line.parallel {
        places.extend(End::BOTH.into_iter().map(Place::Parallel));
    }
    places
}

/// The fault beside the line that trips it at most inceptions.
fn overtrip(reader: &Reader<'_>, over: &[Stretch]) -> Option<Unwanted> {
    let Reader {
        protection,
        line,
        ways,
        ..
    } = reader;
    let found = |at: SimTime, place: Place| {
        let answer = protection.answer(ways, line, Fault { at, place });
        let trips = End::BOTH.into_iter().zip(answer.trips);
        let trips = trips.filter_map(|(end, trip)| Some((trip?.at, end)));
        let first = trips.min();
        Found {
            value: first.map(|(trip, _)| trip.since(at)),
            class: first.map(|(_, end)| end),
        }
    };
    let mut most: Option<Unwanted> = None;
    for place in outside(line) {
        let instants = protection.instants_at(ways, line, place);
        let all = sweep_all(over, &instants, |at| found(at, place));
        let mut tripping = all.pieces.iter();
        let first = tripping.find_map(|piece| Some((piece.from, piece.first.class?)));
        let Some((at, end)) = first else { continue };
        let lasting = all.lasting(|piece| piece.first.class.is_some());
        if most.is_none_or(|most| lasting > most.lasting) {
            most = Some(Unwanted {
                circuit: reader.circuit,
                kind: UnwantedKind::Overtrip,
                at,
                lasting,
                place: Some(place),
                end,
            });
        }
    }
    most
}

/// A trip without any fault, by a false command.
fn misoperation(reader: &Reader<'_>, over: Stretch) -> Option<Unwanted> {
    let all = reader.protection.without_fault(&reader.ways, over);
    let (end, first) = all.first()?;
    let lasting = |(_, on): &(End, Stretch)| on.to.min(over.to).since(on.from);
    Some(Unwanted {
        circuit: reader.circuit,
        kind: UnwantedKind::Misoperation,
        at: first.from,
        lasting: all.iter().map(lasting).sum(),
        place: None,
        end: *end,
    })
}

/// False differential current: both ends see the same.
fn of_course(circuit: usize, course: &Course) -> Vec<Unwanted> {
    let kind = |of_load: bool| {
        let spells = course.spells.iter();
        let tripping = spells.filter(
            |spell| matches!(spell.state, State::FalseTrip { at_load, .. } if at_load == of_load),
        );
        let at = tripping.clone().next()?.from;
        Some(Unwanted {
            circuit,
            kind: if of_load {
                UnwantedKind::Misoperation
            } else {
                UnwantedKind::FalseTrip
            },
            at,
            lasting: tripping.map(|spell| spell.to.since(spell.from)).sum(),
            place: (!of_load).then_some(Place::Behind(End::Z)),
            end: End::A,
        })
    };
    [kind(true), kind(false)].into_iter().flatten().collect()
}
