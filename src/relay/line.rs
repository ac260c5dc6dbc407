//! A power line as its protection sees it.

use super::fault::{End, Place};
use crate::units::Span;

/// A line between two terminals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Names of the substations a and z.
    pub ends: [String; 2],
    /// Current in normal operation, mA (primary).
    pub load_ma: u64,
    /// Largest current through the line towards a fault beside it, mA (primary).
    pub through_fault_ma: u64,
    /// How far its zones see.
    pub reach: Reach,
    /// From a relay's output to an open breaker.
    pub breaker: Span,
    /// How long after a trip a breaker that did not open is taken to have failed; then its
    /// neighbours, and by direct transfer trip the far end, open.
    pub breaker_failure: Span,
    /// How long a fault beside the line lasts until its own protection has cleared it.
    pub external_clearing: Span,
    /// What it must be cleared in, from inception to open breakers at both ends.
    pub clear_within: Span,
    /// Whether another line lies parallel to it: then the current in it may turn round.
    pub parallel: bool,
    /// Circuits (indices in order of name) of protection groups A and B, ascending.
    pub groups: [Vec<usize>; 2],
}

/// How far zones see, in parts per 10^9 of the line's length; `None`: the zone is not used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Reach {
    /// Forward, at once: below the whole line.
    pub zone1: Option<u32>,
    /// Forward, beyond the far end.
    pub zone2: Option<u32>,
    /// Reverse.
    pub zone3: Option<u32>,
}

/// The whole line, in parts per 10^9.
pub const WHOLE: u32 = 1_000_000_000;

impl Line {
    /// One place for each way in which faults on the line are seen by the zones of both ends: from
    /// terminal a to terminal z.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let Some(zone1) = self.reach.zone1 else {
            return vec![Place::Inside(WHOLE / 2)];
        };
        let (a, z) = (zone1.min(WHOLE), WHOLE - zone1.min(WHOLE));
        let mut edges = vec![0, a.min(z), a.max(z), WHOLE];
        edges.dedup();
        let middle = |pair: &[u32]| Place::Inside(pair[0] + (pair[1] - pair[0]) / 2);
        edges.windows(2).map(middle).collect()
    }

    /// Whether zone 1 of an end sees a fault there.
    #[must_use]
    pub fn in_zone1(&self, end: End, place: Place) -> bool {
        let zone1 = self.reach.zone1;
        zone1.is_some_and(|reach| distance(end, place).is_some_and(|far| far <= reach))
    }

    /// Whether zone 2 of an end sees a fault there. Faults behind the far end are close to it.
    #[must_use]
    pub fn in_zone2(&self, end: End, place: Place) -> bool {
        let Some(reach) = self.reach.zone2 else {
            return false;
        };
        match place {
            Place::Behind(there) => there != end && reach > WHOLE,
            _ => distance(end, place).is_some_and(|far| far <= reach),
        }
    }

    /// Whether the reverse zone of an end sees a fault there.
    #[must_use]
    pub fn in_reverse(&self, end: End, place: Place) -> bool {
        self.reach.zone3.is_some() && place == Place::Behind(end)
    }
}

/// From an end to a fault on the line.
fn distance(end: End, place: Place) -> Option<u32> {
    match (place, end) {
        (Place::Inside(from_a), End::A) => Some(from_a),
        (Place::Inside(from_a), End::Z) => Some(WHOLE - from_a),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A 500 kV line with zones of 80 % and 120 %, breakers of three 60 Hz cycles.
    pub(crate) fn line() -> Line {
        Line {
            name: "L".to_owned(),
            ends: ["A".to_owned(), "Z".to_owned()],
            load_ma: 800_000,
            through_fault_ma: 8_000_000,
            reach: Reach {
                zone1: Some(800_000_000),
                zone2: Some(1_200_000_000),
                zone3: Some(1_000_000_000),
            },
            breaker: Span::from_ms(50),
            breaker_failure: Span::from_ms(150),
            external_clearing: Span::from_ms(70),
            clear_within: Span(83_333_333_333),
            parallel: false,
            groups: [Vec::new(), Vec::new()],
        }
    }

    #[test]
    fn zones_part_the_line_into_near_middle_and_far() {
        let line = line();
        let places = line.places();
        let seen = |end| places.iter().map(move |place| (end, *place));
        let zone1 = |end| -> Vec<bool> {
            seen(end)
                .map(|(end, place)| line.in_zone1(end, place))
                .collect()
        };
        assert_eq!(zone1(End::A), [true, true, false]);
        assert_eq!(zone1(End::Z), [false, true, true]);
        assert!(places.iter().all(|place| line.in_zone2(End::A, *place)));
        assert!(line.in_zone2(End::A, Place::Behind(End::Z)));
        assert!(!line.in_zone2(End::Z, Place::Behind(End::Z)));
        assert!(line.in_reverse(End::Z, Place::Behind(End::Z)));
    }
}
