//! Both directions at once, and where something that drifts changes.

use super::Settings;
use crate::relay::reception::{Reception, Spell};
use crate::units::SimTime;

/// A stretch of time in which neither direction changes but by drift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joint<'a> {
    /// First instant.
    pub from: SimTime,
    /// First instant after it.
    pub to: SimTime,
    /// Where both ends hear.
    heard: Option<[&'a Spell; 2]>,
}

/// The stretch around an instant. `ways`: a→z, z→a.
pub(super) fn joint_at<'a>(ways: [&'a Reception; 2], at: SimTime) -> Joint<'a> {
    let [forth, back] = ways.map(|way| around(way, at));
    Joint {
        from: forth.0.max(back.0),
        to: forth.1.min(back.1),
        heard: forth.2.zip(back.2).map(Into::into),
    }
}

fn around(way: &Reception, at: SimTime) -> (SimTime, SimTime, Option<&Spell>) {
    let spells = way.spells();
    let place = spells.partition_point(|spell| spell.to <= at);
    let next = spells.get(place);
    if let Some(spell) = next.filter(|spell| spell.from <= at) {
        return (spell.from, spell.to, Some(spell));
    }
    let from = place
        .checked_sub(1)
        .map_or(SimTime::ZERO, |before| spells[before].to);
    (from, next.map_or(SimTime::NEVER, |spell| spell.from), None)
}

impl Joint<'_> {
    /// Whether both ends hear.
    pub fn is_heard(&self) -> bool {
        self.heard.is_some()
    }

    /// Whether a delay changes within it.
    pub fn drifts(&self) -> bool {
        self.heard
            .is_some_and(|ways| ways.iter().any(|spell| spell.drifts()))
    }

    /// Delay a→z less delay z→a at an instant, in picoseconds, rounded towards nothing.
    pub fn asymmetry_ps(&self, at: SimTime) -> Option<i64> {
        let [forth, back] = self.heard?.map(|spell| spell.input_parts_at(at));
        let parts = (back - forth) / PARTS;
        Some(i64::try_from(parts).unwrap_or(if parts < 0 { -i64::MAX } else { i64::MAX }))
    }

    /// Both delays together at an instant, in picoseconds, rounded down.
    pub fn round_trip_ps(&self, at: SimTime) -> Option<u64> {
        let [forth, back] = self.heard?.map(|spell| spell.input_parts_at(at));
        let parts = 2 * i128::from(at.0) * PARTS - forth - back;
        // Bits that leave faster than they enter would come before they were sent, one day.
        Some(u64::try_from((parts / PARTS).max(0)).unwrap_or(u64::MAX))
    }
}

/// Parts of a picosecond that spells count in.
const PARTS: i128 = 1_000_000_000;

/// Every instant behind `from` and before `to` at which `of` takes another value than one
/// picosecond before, ascending. Each value that it is made of only rises or only falls.
pub(super) fn changes<T: PartialEq>(
    from: SimTime,
    to: SimTime,
    of: impl Fn(SimTime) -> T,
) -> Vec<SimTime> {
    let mut found = Vec::new();
    let (mut at, last) = (from, SimTime(to.0 - 1));
    let (mut now, end) = (of(at), of(last));
    while now != end {
        let (mut same, mut other) = (at, last);
        while other.0 - same.0 > 1 {
            let middle = SimTime(same.0 + (other.0 - same.0) / 2);
            if of(middle) == now {
                same = middle;
            } else {
                other = middle;
            }
        }
        (at, now) = (other, of(other));
        found.push(at);
    }
    found
}

impl Settings {
    /// Whether half the difference of two round trips is above what the relay bears from message to
    /// message.
    pub(super) fn is_step(&self, before_ps: u64, after_ps: u64) -> bool {
        let step_max = self.watched.step_max;
        step_max.is_some_and(|max| before_ps.abs_diff(after_ps) > max.0.saturating_mul(2))
    }
}
