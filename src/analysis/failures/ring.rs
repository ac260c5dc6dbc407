//! Ring protection of circuits on timeslots (SNCP, UPSR): the receiving end selects.

use crate::channel::{Cause, Content, Idle, Timeline};
use crate::mpls::outage::{FOR_EVER, Stretch};
use crate::units::{SimTime, Span};

/// One direction of a circuit, sent both ways round at once; its receiving end selects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Delay of the working path, interfaces excluded.
    pub working: Span,
    /// Delay of the other way round; `None`: there is none.
    pub protection: Option<Span>,
    /// From the first bad bit at the selector to the other path: detection and switching.
    pub switch: Span,
    /// Back to the working path when that has been good for so long; `None`: never.
    pub revert: Option<Span>,
}

/// One link of a path for [`dark`].
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// When it is cut, seen at its far end.
    pub cuts: &'a [Stretch],
    /// What it takes from end to end.
    pub through: Span,
    /// What the way from its far end to the end of the path takes.
    pub behind: Span,
}

impl Ring {
    /// What is put out until `end`. `dark`: when nothing good comes out at the end of the working
    /// path, and of the other, ascending stretches that do not touch; see [`dark`].
    ///
    /// The selector leaves a path when that has been dark for [`Ring::switch`] and the other is
    /// good; if its own is good first, it stays. Only the direction that is hit goes over.
    #[must_use]
    pub fn timeline(&self, dark: [&[Stretch]; 2], end: SimTime) -> Timeline {
        let mut line = Timeline::default();
        let mut path = 0;
        let mut now = SimTime::ZERO + self.working;
        line.extend(now.min(end), idle(Cause::Starting));
        while now < end {
            let (until, next) = match at(dark[path], now) {
                Some(hole) => self.wait(dark, path, (now, hole)),
                None => self.stay(dark, path, now),
            };
            let content = match at(dark[path], now) {
                Some(_) => idle(Cause::Cut),
                None => Content::Data {
                    input_from: SimTime(now.0 - self.delay(path).0),
                    rate_ppb: 0,
                },
            };
            line.extend(until.min(end), content);
            (now, path) = (until, next);
        }
        line
    }

    /// Until when the path is dark or left, and which is taken then.
    fn wait(
        &self,
        dark: [&[Stretch]; 2],
        path: usize,
        (since, hole): (SimTime, Stretch),
    ) -> (SimTime, usize) {
        let other = 1 - path;
        if other == 1 && self.protection.is_none() {
            return (hole.to, path);
        }
        let earliest = (since + self.switch).max(SimTime::ZERO + self.delay(other));
        let good = at(dark[other], earliest).map_or(earliest, |hole| hole.to);
        if good < hole.to {
            (good, other)
        } else {
            (hole.to, path)
        }
    }

    /// Until when a good path is taken, and which then.
    fn stay(&self, dark: [&[Stretch]; 2], path: usize, now: SimTime) -> (SimTime, usize) {
        let mut holes = dark[path].iter().map(|hole| hole.from);
        let fails = holes.find(|from| *from > now).unwrap_or(FOR_EVER);
        match self.revert {
            Some(revert) if path == 1 => {
                let back = good_for(dark[0], revert, now);
                if back < fails { (back, 0) } else { (fails, 1) }
            }
            _ => (fails, path),
        }
    }

    fn delay(&self, path: usize) -> Span {
        if path == 0 {
            self.working
        } else {
            self.protection.expect("only a path that is there is taken")
        }
    }
}

/// The first instant from `now` on at which a path has been good for so long.
fn good_for(dark: &[Stretch], so_long: Span, now: SimTime) -> SimTime {
    let good_from = [SimTime::ZERO]
        .into_iter()
        .chain(dark.iter().map(|hole| hole.to));
    let dark_from = dark.iter().map(|hole| hole.from).chain([FOR_EVER]);
    let earliest = |from: SimTime| now.max(SimTime(from.0.saturating_add(so_long.0)));
    let mut stretches = good_from.zip(dark_from);
    let found = stretches.find_map(|(from, to)| (earliest(from) < to).then(|| earliest(from)));
    found.unwrap_or(FOR_EVER)
}

/// The stretch that holds an instant.
fn at(dark: &[Stretch], now: SimTime) -> Option<Stretch> {
    let mut holes = dark.iter().copied();
    holes.find(|hole| hole.from <= now && now < hole.to)
}

fn idle(cause: Cause) -> Content {
    Content::Idle {
        pattern: Idle::AllOnes,
        cause,
    }
}

/// When nothing good comes out at the end of a path: ascending stretches that do not touch. What
/// was in a link when it was cut, or went in meanwhile, is gone.
#[must_use]
pub fn dark(links: &[Link<'_>]) -> Vec<Stretch> {
    let late = |at: SimTime, by: Span| SimTime(at.0.saturating_add(by.0));
    let of = |link: &Link<'_>| -> Vec<Stretch> {
        let one = |cut: &Stretch| Stretch {
            from: late(cut.from, link.behind),
            to: late(cut.to, link.through + link.behind),
        };
        link.cuts.iter().map(one).collect()
    };
    let mut all: Vec<Stretch> = links.iter().flat_map(of).collect();
    all.sort_unstable();
    all.dedup_by(|next, hole| {
        let joins = next.from <= hole.to;
        if joins {
            hole.to = hole.to.max(next.to);
        }
        joins
    });
    all
}

#[cfg(test)]
mod tests {
    use super::super::ClockMap;
    use super::super::gaps::{Gaps, holes};
    use super::*;

    fn ms(from: u64, to: u64) -> Stretch {
        let at = |ms: u64| SimTime(ms * 1_000_000_000);
        Stretch {
            from: at(from),
            to: at(to),
        }
    }

    /// Working 1 ms, the other way round 3 ms, 40 ms to detect and switch.
    fn ring(revert_ms: Option<u64>) -> Ring {
        Ring {
            working: Span::from_ms(1),
            protection: Some(Span::from_ms(3)),
            switch: Span::from_ms(40),
            revert: revert_ms.map(Span::from_ms),
        }
    }

    /// (until, delay or cause) of every segment, milliseconds.
    fn segments(ring: &Ring, dark: [&[Stretch]; 2]) -> Vec<(u64, Result<u64, Cause>)> {
        let line = ring.timeline(dark, ms(0, 1000).to);
        let one = |segment: &crate::channel::Segment| {
            let content = match segment.content {
                Content::Data { input_from, .. } => {
                    Ok(segment.from.since(input_from).0 / 1_000_000_000)
                }
                Content::Idle { cause, .. } => Err(cause),
            };
            (segment.to.0 / 1_000_000_000, content)
        };
        line.segments().iter().map(one).collect()
    }

    #[test]
    fn the_end_that_is_hit_goes_over_and_stays_or_reverts() {
        let cut = [ms(100, 400)];
        let starting = (1, Err(Cause::Starting));
        let hit = [starting, (100, Ok(1)), (140, Err(Cause::Cut))];
        let stays = [hit.to_vec(), vec![(1000, Ok(3))]].concat();
        assert_eq!(segments(&ring(None), [&cut, &[]]), stays);
        let reverts = [hit.to_vec(), vec![(600, Ok(3)), (1000, Ok(1))]].concat();
        assert_eq!(segments(&ring(Some(200)), [&cut, &[]]), reverts);
        let spared = [starting, (1000, Ok(1))];
        assert_eq!(
            segments(&ring(None), [&[], &cut]),
            spared,
            "asymmetry: 2 ms"
        );
        let alone = Ring {
            protection: None,
            ..ring(None)
        };
        let waits = [
            starting,
            (100, Ok(1)),
            (400, Err(Cause::Cut)),
            (1000, Ok(1)),
        ];
        assert_eq!(segments(&alone, [&cut, &[]]), waits);
    }

    #[test]
    fn a_short_hole_is_waited_for_and_two_holes_are_waited_out() {
        let short = [ms(100, 130)];
        let start = [(1, Err(Cause::Starting)), (100, Ok(1))];
        let waits = [start.to_vec(), vec![(130, Err(Cause::Cut)), (1000, Ok(1))]].concat();
        assert_eq!(segments(&ring(None), [&short, &[]]), waits);
        let [working, other] = [[ms(100, 500)], [ms(50, 300)]];
        let both = [start.to_vec(), vec![(300, Err(Cause::Cut)), (1000, Ok(3))]].concat();
        assert_eq!(segments(&ring(None), [&working, &other]), both);
        // Back from the other way round when that fails too, 40 ms later.
        let later = [ms(700, 800)];
        let back = vec![
            (140, Err(Cause::Cut)),
            (700, Ok(3)),
            (740, Err(Cause::Cut)),
            (1000, Ok(1)),
        ];
        let back = [start.to_vec(), back].concat();
        assert_eq!(segments(&ring(None), [&[ms(100, 400)], &later]), back);
    }

    #[test]
    fn the_four_gaps_of_a_ring_are_one_but_for_the_relay() {
        let line = ring(None).timeline([&[ms(100, 400)], &[]], ms(0, 1000).to);
        let recovery = Span::from_ms(21);
        let gaps = Gaps::of_timeslots(&holes(&line), &ClockMap::default(), recovery);
        let want = [40, 40, 40, 61].map(|gap| Some(Span::from_ms(gap)));
        assert_eq!([gaps.packet, gaps.tdm, gaps.command, gaps.protection], want);
    }

    #[test]
    fn what_was_in_a_link_when_it_was_mended_is_dark_too() {
        let cuts = [ms(100, 200)];
        let link = |cuts, through, behind| Link {
            cuts,
            through: Span::from_ms(through),
            behind: Span::from_ms(behind),
        };
        assert_eq!(dark(&[link(&cuts, 2, 3)]), [ms(103, 205)]);
        let other = [ms(203, 300)];
        let joined = dark(&[link(&other, 0, 0), link(&cuts, 2, 3)]);
        assert_eq!(joined, [ms(103, 300)]);
    }
}
