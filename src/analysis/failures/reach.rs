//! What a restart on another path can lead to: a circuit remembers the path it started on.

use super::super::verdict::difference_ps;
use super::Piece;
use crate::mpls::outage::Stretch;
use crate::units::Span;

/// What is reachable in one case, both directions of a circuit together, without queues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// delay(a→z) − delay(z→a) if each direction restarted on the path that makes it largest in
    /// magnitude, in picoseconds.
    pub asymmetry_ps: i64,
    /// Per direction: slack less what the longest detour is longer than the path in normal
    /// operation; where it is negative a detour makes packets late, in picoseconds.
    pub slack_left_ps: [i64; 2],
}

/// One direction for [`Reach::of`].
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// What becomes of its packets over the whole case.
    pub pieces: &'a [Piece],
    /// One packet time, rounded up: shorter pieces may hold no packet and are left out.
    pub packet_time: Span,
    /// What packetization, play-out and interfaces cost.
    pub edge: Span,
    /// Slack of the settings.
    pub slack: Span,
}

impl Reach {
    /// Over all paths that packets take in the case for a packet time or longer: a circuit may
    /// start anew on any of them, for whatever reason. Of two asymmetries alike in magnitude the
    /// positive one. `None` where a direction has no path at all.
    #[must_use]
    pub fn of(ways: [Way<'_>; 2]) -> Option<Self> {
        let [forth, back] = [ways[0].delays()?, ways[1].delays()?];
        let largest = difference_ps(forth.longest, back.shortest);
        let smallest = difference_ps(forth.shortest, back.longest);
        let asymmetry_ps = if largest.abs() >= smallest.abs() {
            largest
        } else {
            smallest
        };
        let left =
            |way: Way<'_>, delays: Delays| difference_ps(way.slack + delays.normal, delays.longest);
        Some(Self {
            asymmetry_ps,
            slack_left_ps: [left(ways[0], forth), left(ways[1], back)],
        })
    }
}

/// Delays between both interfaces.
#[derive(Clone, Copy)]
struct Delays {
    normal: Span,
    shortest: Span,
    longest: Span,
}

impl Way<'_> {
    fn delays(&self) -> Option<Delays> {
        let lasting = self.pieces.iter().filter(|piece| {
            let Stretch { from, to } = piece.created;
            to.since(from) >= self.packet_time
        });
        let delays = || lasting.clone().filter_map(|piece| piece.delay);
        Some(Delays {
            normal: delays().next()? + self.edge,
            shortest: delays().min()? + self.edge,
            longest: delays().max()? + self.edge,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::stretch;
    use super::*;
    use crate::units::SimTime;

    const MS: u64 = 1_000_000_000;

    /// Pieces of 10 ms with these delays in microseconds, 0: lost.
    fn pieces(delays_us: &[u64]) -> Vec<Piece> {
        let piece = |(place, delay): (u64, &u64)| Piece {
            created: stretch(place * 10 * MS, (place + 1) * 10 * MS),
            delay: (*delay > 0).then(|| Span::from_us(*delay)),
        };
        (0..).zip(delays_us).map(piece).collect()
    }

    fn way(pieces: &[Piece], slack_us: u64) -> Way<'_> {
        Way {
            pieces,
            packet_time: Span::from_ms(1),
            edge: Span::from_ms(2),
            slack: Span::from_us(slack_us),
        }
    }

    #[test]
    fn a_restart_on_any_path_of_either_direction_is_reachable() {
        // 1200 us; over the detour 2700 (TV26); one direction may stay where the other has gone.
        let hit = pieces(&[1200, 0, 2700, 1200]);
        let spared = pieces(&[1200]);
        let reach = Reach::of([way(&hit, 1000), way(&spared, 1000)]).unwrap();
        assert_eq!(reach.asymmetry_ps, 1_500_000_000);
        assert_eq!(reach.slack_left_ps, [-500_000_000, 1_000_000_000]);
        let reach = Reach::of([way(&spared, 1500), way(&hit, 1500)]).unwrap();
        assert_eq!(reach.asymmetry_ps, -1_500_000_000);
        assert_eq!(
            reach.slack_left_ps,
            [1_500_000_000, 0],
            "never late, never moved"
        );
        assert_eq!(Reach::of([way(&hit, 0), way(&pieces(&[0]), 0)]), None);
    }

    #[test]
    fn what_lasts_less_than_a_packet_is_no_path() {
        let mut hit = pieces(&[1200, 9000, 2000]);
        hit[1].created.to = SimTime(hit[1].created.from.0 + MS - 1);
        let spared = pieces(&[1200]);
        let reach = Reach::of([way(&hit, 1000), way(&spared, 1000)]).unwrap();
        assert_eq!(reach.asymmetry_ps, 800_000_000);
    }
}
