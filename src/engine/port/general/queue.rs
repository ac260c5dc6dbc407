//! What waits in one lane of a general port, and what is let in.

use super::Fact;
use crate::engine::delivery::Loss;
use crate::engine::network::Network;
use crate::engine::port::lane::Lane;
use crate::engine::tally::Tally;
use crate::plan::{Discipline, EarlyDrop, Port};
use crate::random::{self, Seed};

/// Admission of one lane: of its packets those at `head..admitted` wait and those at `scanned..`
/// have not been looked at; what lies between was dropped or moved up.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) head: usize,
    pub(super) admitted: usize,
    scanned: usize,
    /// Octets waiting, where that is counted.
    octets: u64,
    limit: u64,
    yellow_limit: u64,
    early: Option<Box<Detection>>,
    /// Whether a packet may be dropped at all.
    drops: bool,
    /// The kind of all packets of the lane, where they are of one.
    pub(super) kind: Option<u32>,
}

/// Random early detection at work.
#[derive(Debug)]
struct Detection {
    rule: EarlyDrop,
    /// Octets × 2^16.
    average: u64,
    stream: random::Stream,
}

impl Queue {
    /// The queue of the class with this index.
    pub(super) fn new(
        port: &Port,
        discipline: &Discipline,
        class: usize,
        seed: Seed,
        kind: Option<u32>,
    ) -> Self {
        let octets = |limit: Option<crate::units::Octets>| limit.map_or(u64::MAX, |limit| limit.0);
        let limit = octets(port.queue_limit[class]);
        let yellow_limit = octets(discipline.yellow_limit[class]).min(limit);
        let detection = |rule: &EarlyDrop| {
            Box::new(Detection {
                rule: rule.clone(),
                average: 0,
                stream: seed.stream(&rule.key),
            })
        };
        let early = discipline.early[class].as_ref().map(detection);
        Self {
            head: 0,
            admitted: 0,
            scanned: 0,
            octets: 0,
            limit,
            yellow_limit,
            drops: yellow_limit != u64::MAX || early.is_some(),
            early,
            kind,
        }
    }

    /// The kind of the packet at this place of the lane.
    #[inline]
    pub(super) fn kind<T: Tally>(&self, lane: &Lane<'_, T>, place: usize, kinds: &[u32]) -> u32 {
        match self.kind {
            Some(kind) => kind,
            None => kinds[lane.leg(place) as usize],
        }
    }

    /// How many packets fit, where they are of one kind and only a full queue drops any.
    pub(super) fn fits(&self, facts: &[Fact]) -> Option<usize> {
        let fact = &facts[self.kind? as usize];
        let limit = match self.limit_of(fact) {
            _ if self.early.is_some() => return None,
            u64::MAX => return Some(usize::MAX),
            limit => limit,
        };
        usize::try_from(limit / u64::from(fact.queued.max(1))).ok()
    }

    /// Octets that may wait with a packet of this kind.
    #[inline]
    fn limit_of(&self, fact: &Fact) -> u64 {
        if fact.yellow {
            self.yellow_limit
        } else {
            self.limit
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head == self.admitted
    }

    /// When the next packet that has not been looked at enters.
    #[inline]
    pub(super) fn next<T: Tally>(&self, lane: &Lane<'_, T>) -> u64 {
        lane.time(self.scanned)
    }

    /// Lets in what has come by `now`; calls `losses` for what is not.
    #[inline(always)]
    pub(super) fn let_in<T: Tally>(
        &mut self,
        lane: &mut Lane<'_, T>,
        now: u64,
        facts: &[Fact],
        network: &mut Network<T>,
        losses: &mut impl FnMut(&Fact, Loss),
    ) {
        if !self.drops {
            while self.next(lane) <= now {
                self.scanned += 1;
            }
            self.admitted = self.scanned;
            return;
        }
        while self.next(lane) <= now {
            self.let_one_in(lane, facts, network, losses);
        }
    }

    /// Lets the next packet in, or not; says which.
    #[inline]
    pub(super) fn let_one_in<T: Tally>(
        &mut self,
        lane: &mut Lane<'_, T>,
        facts: &[Fact],
        network: &mut Network<T>,
        losses: &mut impl FnMut(&Fact, Loss),
    ) -> bool {
        let place = self.scanned;
        let fact = &facts[self.kind(lane, place, &network.kinds) as usize];
        self.scanned += 1;
        if let Some(loss) = self.loss(fact) {
            losses(fact, loss);
            network.lose(&lane.lost(place), loss);
            return false;
        }
        self.octets += u64::from(fact.queued);
        if self.admitted < place {
            lane.move_forward(place, self.admitted);
        }
        self.admitted += 1;
        true
    }

    /// Why a packet that comes now is dropped, if it is.
    #[inline]
    fn loss(&mut self, fact: &Fact) -> Option<Loss> {
        if let Some(early) = &mut self.early
            && early.drops(self.octets)
        {
            return Some(Loss::Early);
        }
        (self.octets + u64::from(fact.queued) > self.limit_of(fact)).then_some(Loss::Full)
    }

    /// The first packet, of so many octets, waits no more.
    #[inline]
    pub(super) fn take(&mut self, queued: u32) {
        self.head += 1;
        if self.drops {
            self.octets -= u64::from(queued);
        }
    }

    /// The window is over: what was sent or dropped is forgotten.
    pub(super) fn close<T: Tally>(&mut self, lane: &mut Lane<'_, T>) {
        lane.forget(self.head, self.admitted..self.scanned);
        self.admitted -= self.head;
        self.head = 0;
        self.scanned = self.admitted;
    }
}

impl Detection {
    /// Whether a packet is dropped that finds so many octets waiting.
    fn drops(&mut self, waiting: u64) -> bool {
        let (queue, average) = (i128::from(waiting) << 16, i128::from(self.average));
        let moved = average + ((queue - average) >> self.rule.weight_shift);
        self.average = u64::try_from(moved).expect("an average of octets");
        let draw = self.stream.draw() >> 32;
        let (min, max) = (self.rule.min.0 << 16, self.rule.max.0 << 16);
        if self.average < min {
            return false;
        }
        if self.average >= max {
            return true;
        }
        let slope = u128::from(max - min) * 1_000_000_000;
        let above = u128::from(self.average - min) << 32;
        u128::from(draw) * slope < u128::from(self.rule.probability_max_ppb) * above
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey};
    use crate::units::Octets;

    fn detection(probability_max_ppb: u64, weight_shift: u32) -> Detection {
        let key = StreamKey::new("port", "a/BE", Purpose::Arrivals);
        Detection {
            rule: EarlyDrop {
                min: Octets(1000),
                max: Octets(3000),
                probability_max_ppb,
                weight_shift,
                key: key.clone(),
            },
            average: 0,
            stream: Seed(1).stream(&key),
        }
    }

    #[test]
    fn the_average_moves_by_a_part_of_the_difference_in_either_direction() {
        let mut detection = detection(0, 2);
        // A quarter of 4000, then of what is left: 1000, 1750; from 1750 down by 437.5.
        for (waiting, average) in [(4000, 1000 << 16), (4000, 1750 << 16), (0, 86_016_000)] {
            detection.drops(waiting);
            assert_eq!(detection.average, average);
        }
    }

    #[test]
    fn early_detection_drops_nothing_below_min_all_from_max_and_a_share_between() {
        let mut detection = detection(500_000_000, 0);
        assert!((0..1000).all(|_| !detection.drops(999)));
        assert!((0..1000).all(|_| detection.drops(3000)));
        // Half way up to one half: a quarter of 10 000, five standard deviations of 43 each side.
        let dropped = (0..10_000).filter(|_| detection.drops(2000)).count();
        assert!(dropped.abs_diff(2500) < 217, "{dropped} of 10 000");
    }
}
