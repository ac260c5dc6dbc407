//! How long faults on a line last, for every instant at which they may begin.

use std::cell::OnceCell;

use super::channels::Reader;
use super::{Cleared, Clearing};
use crate::mpls::outage::Stretch;
use crate::relay::line::WHOLE;
use crate::relay::{By, End, Fault, Found, Line, Piece, Place, Protection, Sweep, sweep_all};
use crate::units::{SimTime, Span};

/// Shares of inceptions, in parts per 10^9, behind [`Cleared::shares`].
const SHARES_PPB: [u64; 4] = [500_000_000, 900_000_000, 990_000_000, 999_000_000];

/// What some protections make of every fault on a line.
#[derive(Clone, Copy)]
pub(super) struct Swept {
    pub(super) cleared: Cleared,
    /// Whether all are cleared in time, at every place.
    pub(super) ok: bool,
    /// The circuit that is last in the worst one.
    pub(super) slowest: usize,
}

/// In what manner a fault ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// Both ends open.
    Opened {
        /// The one that is last.
        end: End,
        /// Whose trip opens it: place among the protections.
        by: usize,
        /// Whether the delay of zone 2 opens either.
        backup: bool,
    },
    /// This end does not.
    Never {
        /// The first such.
        end: End,
    },
}

impl Swept {
    /// The earliest trip of these protections at each end. They are of one line, at least one.
    pub(super) fn of(readers: &[&Reader<'_>], over: &[Stretch]) -> Self {
        let line = readers[0].line;
        let together = OnceCell::new();
        let one = |place: Place| {
            let alone;
            let instants: &[SimTime] = match readers {
                [reader] => {
                    alone = reader.protection.instants_at(&reader.ways, line, place);
                    &alone
                }
                _ if !readers.iter().any(|one| one.heeds_channel(place)) => &[],
                // Where one is earlier than the other no candidate need stand: all of them are
                // taken, so that pieces are short.
                _ => together.get_or_init(|| instants(readers)),
            };
            let all = sweep_all(over, instants, |at| clear(readers, Fault { at, place }));
            Self::at(readers, line, place, &all)
        };
        places(readers, line)
            .into_iter()
            .map(one)
            .reduce(|worst, one| worst.worse(one))
            .expect("a line has places")
    }

    fn at(readers: &[&Reader<'_>], line: &Line, place: Place, all: &Sweep<How>) -> Self {
        let limit = line.clear_within;
        let (at, found) = worst(all, limit);
        let (end, slowest) = match found.class {
            How::Opened { end, by, .. } => (end, by),
            How::Never { end } => (end, 0),
        };
        let late = late(all, limit);
        let cleared = Cleared {
            worst: found.value,
            clearing: clearing(found, limit),
            worst_at: at,
            place,
            end,
            best: all.best().1.value,
            shares: SHARES_PPB.map(|share| all.quantile(share)),
            late,
            length: all.length(),
        };
        Self {
            cleared,
            ok: late == Span::ZERO,
            slowest: readers[slowest].circuit,
        }
    }

    /// The one of two places at which the worst is worse; the first of two alike.
    fn worse(self, other: Self) -> Self {
        let key = |one: &Self| {
            let in_time = one.cleared.clearing == Clearing::InTime;
            (!in_time, one.cleared.worst.unwrap_or(Span(u64::MAX)))
        };
        let best = |one: &Self| one.cleared.best.unwrap_or(Span(u64::MAX));
        let least = best(&self).min(best(&other));
        let mut worse = if key(&other) > key(&self) {
            other
        } else {
            self
        };
        worse.cleared.best = (least < Span(u64::MAX)).then_some(least);
        worse.ok = self.ok && other.ok;
        worse
    }
}

/// Instants at which the answer of any of these may change its form.
pub(super) fn instants(readers: &[&Reader<'_>]) -> Vec<SimTime> {
    let each = readers.iter();
    let all = each.flat_map(|one| one.protection.instants(&one.ways, one.line));
    all.collect()
}

/// Places of faults that these protections tell apart: line differential sees them all alike.
pub(super) fn places(readers: &[&Reader<'_>], line: &Line) -> Vec<Place> {
    let same = |reader: &&Reader<'_>| matches!(reader.protection, Protection::Differential(_));
    if readers.iter().all(same) {
        return vec![Place::Inside(WHOLE / 2)];
    }
    line.places()
}

/// What becomes of one fault on the line.
pub(super) fn clear(readers: &[&Reader<'_>], fault: Fault) -> Found<How> {
    let mut first: [Option<(SimTime, usize, By)>; 2] = [None; 2];
    for (by, reader) in readers.iter().enumerate() {
        let answer = reader.protection.answer(&reader.ways, reader.line, fault);
        for (first, trip) in first.iter_mut().zip(answer.trips) {
            let Some(trip) = trip else { continue };
            if first.is_none_or(|(at, ..)| trip.at < at) {
                *first = Some((trip.at, by, trip.by));
            }
        }
    }
    let [a, z] = match first {
        [Some(a), Some(z)] => [a, z],
        [None, _] => return never(End::A),
        [_, None] => return never(End::Z),
    };
    let (end, last) = if z.0 > a.0 { (End::Z, z) } else { (End::A, a) };
    Found {
        value: Some(last.0.since(fault.at) + readers[0].line.breaker),
        class: How::Opened {
            end,
            by: last.1,
            backup: [a.2, z.2].contains(&By::Zone2),
        },
    }
}

fn never(end: End) -> Found<How> {
    Found {
        value: None,
        class: How::Never { end },
    }
}

/// How one fault came out against what the line must be cleared in.
pub(super) fn clearing(found: Found<How>, limit: Span) -> Clearing {
    match (found.class, found.value) {
        (How::Never { .. }, _) | (_, None) => Clearing::Never,
        (How::Opened { backup: true, .. }, _) => Clearing::Backup,
        (_, Some(value)) if value > limit => Clearing::Late,
        _ => Clearing::InTime,
    }
}

/// The longest of those not cleared in time; where there are none, the longest of all.
fn worst(all: &Sweep<How>, limit: Span) -> (SimTime, Found<How>) {
    let ends = |piece: &Piece<How>| {
        let last = SimTime(piece.to.0 - 1);
        [(piece.from, piece.first), (last, piece.last)]
    };
    let key = |found: &Found<How>| {
        let late = clearing(*found, limit) != Clearing::InTime;
        (late, found.value.unwrap_or(Span(u64::MAX)))
    };
    let all = all.pieces.iter().flat_map(ends);
    let worse = |worst: (SimTime, Found<How>), one: (SimTime, Found<How>)| {
        if key(&one.1) > key(&worst.1) {
            one
        } else {
            worst
        }
    };
    all.reduce(worse).expect("a sweep has pieces")
}

/// Inceptions that are not cleared in time, all together.
fn late(all: &Sweep<How>, limit: Span) -> Span {
    let backup = |piece: &Piece<How>| matches!(piece.first.class, How::Opened { backup: true, .. });
    let rest = all.pieces.iter().filter(|piece| !backup(piece)).copied();
    let rest = Sweep {
        pieces: rest.collect(),
        parted: 0,
    };
    all.lasting(backup) + rest.above(limit)
}
