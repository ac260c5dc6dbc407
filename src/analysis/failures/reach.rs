//! What a restart on another path can lead to: a circuit remembers the path it started on.

use super::Piece;
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
    /// Over all paths of both directions; `None` where one has none at all.
    #[must_use]
    pub fn of(ways: [Way<'_>; 2]) -> Option<Self> {
        let _ = ways;
        todo!()
    }
}
