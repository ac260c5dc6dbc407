//! The four gaps on one axis: when each begins and ends.

use super::ClockMap;
use super::gaps::{Gaps, Hole};
use crate::mpls::outage::{FOR_EVER, Stretch};
use crate::units::{SimTime, Span};

/// A stretch of real time in which something is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// First instant.
    pub from: SimTime,
    /// First instant after it; `None`: it never ends.
    pub to: Option<SimTime>,
}

/// Packet hole, replaced TDM, no command, no protection; `None`: there is none.
pub type Clocks = [Option<Clock>; 4];

/// What each clock of [`Clocks`] says is not there.
pub const NAMES: [&str; 4] = ["packets", "TDM", "command", "protection"];

/// The gaps of one circuit direction where they lie. Those of the longest of several holes, as
/// [`Gaps`] tells them; replaced TDM, no command and no protection begin with the first replaced
/// bit. `own`: the time that this direction sees go by, which its gaps are told in; `real`: real
/// time.
#[must_use]
pub fn clocks(
    gaps: &Gaps,
    (holes, packet): (&[Hole], &[Stretch]),
    (own, real): (&ClockMap, &ClockMap),
) -> Clocks {
    let longest = |hole: &&Stretch| match gaps.packet {
        Some(longest) => hole.to < FOR_EVER && hole.to.since(hole.from) == longest,
        None => hole.to == FOR_EVER,
    };
    let cut = packet.iter().find(longest).or(packet.first());
    let cut = cut.map(|hole| hole.from);
    let silent = holes.iter().find(|hole| hole.command(own) == gaps.command);
    let silent = silent.or(holes.first()).map(|hole| real.real(hole.from));
    let lengths = [
        (cut, gaps.packet),
        (silent, gaps.tdm),
        (silent, gaps.command),
        (silent, gaps.protection),
    ];
    lengths.map(|(from, length)| {
        let from = from?;
        let to = length.map(|length| from + length);
        (length != Some(Span::ZERO)).then_some(Clock { from, to })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> SimTime {
        SimTime(ms * 1_000_000_000)
    }

    #[test]
    fn each_gap_lies_where_its_longest_hole_does() {
        let hole = |from, to| Hole {
            from: ms(from),
            input_from: ms(from),
            resumed: Some((ms(to), ms(to))),
            restarted: true,
        };
        let cut = |from, to| Stretch {
            from: ms(from),
            to: ms(to),
        };
        let clock = ClockMap::default();
        let gaps = Gaps {
            packet: Some(Span::from_ms(50)),
            tdm: Some(Span::from_ms(51)),
            command: Some(Span::from_ms(53)),
            protection: Some(Span::from_ms(63)),
            lost: 51,
        };
        let holes = [hole(1000, 1010), hole(2007, 2060)];
        let cuts = [cut(1000, 1010), cut(2000, 2050)];
        let found = clocks(&gaps, (&holes, &cuts), (&clock, &clock));
        let told = found.map(|one| one.map(|one| (one.from, one.to.unwrap())));
        let expected = [(2000, 2050), (2007, 2058), (2007, 2060), (2007, 2070)];
        assert_eq!(told, expected.map(|(from, to)| Some((ms(from), ms(to)))));
        let none = Gaps {
            packet: Some(Span::from_ms(50)),
            tdm: Some(Span::ZERO),
            command: Some(Span::ZERO),
            protection: Some(Span::ZERO),
            lost: 0,
        };
        let found = clocks(&none, (&[], &cuts), (&clock, &clock));
        assert_eq!(found.map(|one| one.is_some()), [true, false, false, false]);
        // Cut off for good: from the first hole on, though what fails is repaired in the end.
        let found = clocks(&gaps.for_ever(), (&holes, &cuts), (&clock, &clock));
        let from = |at| {
            Some(Clock {
                from: ms(at),
                to: None,
            })
        };
        assert_eq!(found, [from(1000); 4]);
    }
}
