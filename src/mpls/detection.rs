//! When the receiving end of a link direction sees that it is cut, and when it trusts it again.

use super::outage::{FOR_EVER, Stretch};
use super::settings::{Damping, Detection};
use crate::random::{Purpose, Seed, Stream, StreamKey, uniform_below};
use crate::units::{SimTime, Span};

/// How old the last packet of BFD or hello was when a link was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phases {
    /// Drawn for every cut from the stream of the link direction and the number of the cut.
    Drawn(Seed),
    /// It had just come: detection takes as long as it can.
    Latest,
    /// The next was to come one picosecond later.
    Earliest,
}

/// What one end sees of the cuts of the direction that it receives: from detection to the end of
/// the cut. `name` is that of the link direction.
#[must_use]
pub fn seen(cuts: &[Stretch], detection: Detection, phases: Phases, name: &str) -> Vec<Stretch> {
    let numbered = (0_u64..).zip(cuts);
    let one = |(number, cut): (u64, &Stretch)| {
        let length = Span(cut.to.0 - cut.from.0);
        let after = match detection {
            Detection::LossOfSignal { delay, hold_off }
            | Detection::FastFault { delay, hold_off } => delay + hold_off,
            Detection::Bfd {
                interval,
                multiplier,
            } => Heartbeat::bfd(interval, multiplier).missed(length, phases, name, number)?,
            Detection::Hello {
                interval,
                multiplier,
            } => Heartbeat::hello(interval, multiplier).missed(length, phases, name, number)?,
        };
        // A cut that is over by then is not seen: signal and packets are back.
        (after < length).then(|| Stretch {
            from: cut.from + after,
            to: cut.to,
        })
    };
    numbered.filter_map(one).collect()
}

/// Packets that come one after the other; the session ends `dead` after the last.
struct Heartbeat {
    shortest: Span,
    longest: Span,
    dead: Span,
}

impl Heartbeat {
    fn bfd(interval: Span, multiplier: u32) -> Self {
        //= RFC 5880 §6.8.7  reduced by 0 to 25 %; with a multiplier of 1 at most 90 % remain
        let tenths = if multiplier == 1 { 9 } else { 10 };
        Self {
            shortest: Span((interval.0 * 3).div_ceil(4)),
            longest: Span(interval.0 * tenths / 10),
            dead: interval * u64::from(multiplier),
        }
    }

    fn hello(interval: Span, multiplier: u32) -> Self {
        Self {
            shortest: interval,
            longest: interval,
            dead: interval * u64::from(multiplier),
        }
    }

    /// How long after the beginning of a cut of this length the session ends; `None`: a packet
    /// comes before.
    fn missed(&self, length: Span, phases: Phases, name: &str, number: u64) -> Option<Span> {
        let seed = match phases {
            Phases::Latest => return Some(self.dead),
            Phases::Earliest => return Some(self.dead - Span(self.longest.0.saturating_sub(1))),
            Phases::Drawn(seed) => seed,
        };
        let key = StreamKey::new("link", &format!("{name}/{number}"), Purpose::Detection);
        let mut stream = seed.stream(&key);
        let gap = self.gap(&mut stream);
        let age = Span(uniform_below(stream.draw(), gap.0));
        let end = self.dead - age;
        let mut next = gap - age;
        while next < length && next <= end {
            next += self.gap(&mut stream);
        }
        (next > end).then_some(end)
    }

    fn gap(&self, stream: &mut Stream) -> Span {
        let choices = self.longest.0 - self.shortest.0 + 1;
        self.shortest + Span(uniform_below(stream.draw(), choices))
    }
}

/// The same with the damping of [`Damping`]: each stretch lasts until the end is trusted again.
#[must_use]
pub fn damped(seen: &[Stretch], damping: Damping) -> Vec<Stretch> {
    let mut down: Vec<Stretch> = Vec::new();
    for (place, fall) in seen.iter().enumerate() {
        let recent = |earlier: &&Stretch| fall.from.since(earlier.from) < damping.window;
        let earlier = seen[..place].iter().filter(recent).count();
        let doubled = u32::try_from(earlier)
            .ok()
            .and_then(|n| 1_u64.checked_shl(n));
        let hold = damping.hold.0.saturating_mul(doubled.unwrap_or(u64::MAX));
        let hold = hold.min(damping.max.0);
        let to = SimTime(fall.to.0.saturating_add(hold)).min(FOR_EVER);
        match down.last_mut() {
            Some(last) if fall.from <= last.to => last.to = to,
            _ => down.push(Stretch {
                from: fall.from,
                to,
            }),
        }
    }
    down
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(from_ms: u64, to_ms: u64) -> Stretch {
        let at = |ms| SimTime::ZERO + Span::from_ms(ms);
        Stretch {
            from: at(from_ms),
            to: at(to_ms),
        }
    }

    fn bfd(interval_ms: u64, multiplier: u32) -> Detection {
        Detection::Bfd {
            interval: Span::from_ms(interval_ms),
            multiplier,
        }
    }

    fn detected_after(detection: Detection, phases: Phases, name: &str) -> Span {
        let cut = cut(1_000, 10_000);
        seen(&[cut], detection, phases, name)[0]
            .from
            .since(cut.from)
    }

    #[test]
    fn detection_time_is_the_remote_multiplier_times_the_slower_interval_tv23() {
        for (multiplier, remote_tx, local_rx, want) in
            [(3, 100, 100, 300), (3, 100, 50, 300), (3, 10, 50, 150)]
        {
            let detection = bfd(u64::max(remote_tx, local_rx), multiplier);
            let latest = detected_after(detection, Phases::Latest, "l/a-z");
            assert_eq!(latest, Span::from_ms(want));
        }
    }

    proptest! {
        #[test]
        fn bfd_of_10_ms_times_3_detects_between_20_and_30_ms(seed: u64, name in "[a-z]{1,8}") {
            let after = detected_after(bfd(10, 3), Phases::Drawn(Seed(seed)), &name);
            prop_assert!(after > Span::from_ms(20) && after <= Span::from_ms(30), "{after}");
        }

        #[test]
        fn no_phase_is_earlier_than_earliest_or_later_than_latest(
            seed: u64, interval in 1_u64..50, multiplier in 1_u32..6, hello: bool,
        ) {
            let detection = if hello {
                Detection::Hello { interval: Span::from_ms(interval), multiplier }
            } else {
                bfd(interval, multiplier)
            };
            let of = |phases| detected_after(detection, phases, "l/z-a");
            let drawn = of(Phases::Drawn(Seed(seed)));
            prop_assert!(of(Phases::Earliest) <= drawn && drawn <= of(Phases::Latest));
        }

        #[test]
        fn a_session_outlives_any_cut_shorter_than_two_intervals_of_three(
            seed: u64, length in 1_u64..=20,
        ) {
            // Jitter only brings packets earlier: within 30 ms of the last one, at least one of
            // the three that follow it comes after the cut.
            let cuts = [cut(1_000, 1_000 + length)];
            let phases = Phases::Drawn(Seed(seed));
            prop_assert_eq!(seen(&cuts, bfd(10, 3), phases, "l/a-z"), []);
        }
    }

    #[test]
    fn the_worst_and_the_best_phase_of_bfd_are_an_interval_apart() {
        let ms = Span::from_ms;
        assert_eq!(detected_after(bfd(10, 3), Phases::Latest, "l"), ms(30));
        let best = detected_after(bfd(10, 3), Phases::Earliest, "l");
        assert_eq!(best, ms(20) + Span(1));
        let alone = detected_after(bfd(10, 1), Phases::Earliest, "l");
        assert_eq!(alone, ms(1) + Span(1), "at most 9 ms between packets");
    }

    #[test]
    fn loss_of_signal_is_believed_only_if_it_outlasts_the_hold_off() {
        let los = Detection::LossOfSignal {
            delay: Span::from_ms(1),
            hold_off: Span::from_ms(10),
        };
        let cuts = [cut(0, 1), cut(100, 111), cut(200, 212)];
        let want = [cut(211, 212)];
        assert_eq!(seen(&cuts, los, Phases::Latest, "l"), want);
    }

    #[test]
    fn a_cut_that_bfd_outlives_is_not_seen() {
        let cuts = [cut(0, 30), cut(100, 131)];
        assert_eq!(
            seen(&cuts, bfd(10, 3), Phases::Latest, "l"),
            [cut(130, 131)]
        );
    }

    #[test]
    fn a_flapping_link_is_trusted_later_each_time() {
        let damping = Damping {
            hold: Span::from_ms(100),
            max: Span::from_ms(300),
            window: Span::from_ms(1_000),
        };
        // Up for 50 ms only: the second fall comes within the first hold. Then 200 ms, then the
        // limit of 300 ms; after a quiet second it begins anew.
        let falls = [cut(0, 10), cut(60, 70), cut(500, 510), cut(2_000, 2_010)];
        let want = [cut(0, 270), cut(500, 810), cut(2_000, 2_110)];
        assert_eq!(damped(&falls, damping), want);
        let for_ever = [Stretch {
            from: SimTime(5),
            to: FOR_EVER,
        }];
        assert_eq!(damped(&for_ever, damping), for_ever);
    }
}
