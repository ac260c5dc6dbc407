//! Unwanted commands: far too rare to be met by sampling, so they are computed from how often a
//! message is destroyed, and how seldom its check misses that.

use super::confidence::{BOUND_PARTS, Counted};
use crate::relay::Protection;
use crate::scenario::share::ExposedLink;
use crate::units::Span;

/// A year of 365.25 days, in picoseconds.
const YEAR_PS: u128 = 31_557_600 * 1_000_000_000_000;

/// Parts that small figures are told in.
const PARTS: u128 = 1_000_000_000_000_000_000;

/// Unwanted commands of one direction. Every destroyed message is taken to look like a random one:
/// its check misses that with 2^-n. Where there is no check each of them may be a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unwanted {
    /// Bits of the check; `None`: there is none.
    pub check_bits: Option<u32>,
    /// Messages in a year; `None` where messages have no length.
    pub messages_per_year: Option<u128>,
    /// With the destroyed share as sampled, in 10^-18 a year.
    pub per_year_e18: Option<u128>,
    /// With the upper bound of the destroyed share, in 10^-18 a year.
    pub per_year_upper_e18: Option<u128>,
    /// Share of the longest bursts on the way that make one, in 10^-18; `None`: there are none.
    pub per_burst_e18: Option<u128>,
}

impl Unwanted {
    /// Of relays with this check over these links.
    #[must_use]
    pub fn of(
        protection: &Protection,
        check_bits: Option<u32>,
        destroyed: Counted,
        ways: &[Vec<ExposedLink>],
    ) -> Self {
        let interval = match protection {
            Protection::Differential(settings) => settings.interval,
            Protection::Distance(settings) => settings.command.message,
        };
        let bursts = ways.iter().flatten().filter_map(|link| link.errors.bursts);
        Self::computed(
            interval,
            check_bits,
            destroyed,
            bursts.map(|one| one.length).max(),
        )
    }

    fn computed(
        interval: Span,
        check_bits: Option<u32>,
        destroyed: Counted,
        burst: Option<Span>,
    ) -> Self {
        let bits = check_bits.unwrap_or(0).min(127);
        let messages = YEAR_PS.checked_div(u128::from(interval.0));
        let of_share = |events: u64, trials: u64| {
            // Messages in a year go first: beyond any share they leave room for the parts.
            let destroyed = messages?.saturating_mul(u128::from(events));
            Some(escaped(destroyed, u128::from(trials), bits))
        };
        let in_burst = burst.and_then(|burst| {
            // Those it begins and ends in, too.
            let whole = u128::from(burst.0).checked_div(u128::from(interval.0))?;
            Some(escaped(whole + 2, 1, bits).min(PARTS))
        });
        Self {
            check_bits,
            messages_per_year: messages,
            per_year_e18: of_share(destroyed.events, destroyed.trials),
            per_year_upper_e18: of_share(destroyed.upper_e12, BOUND_PARTS),
            per_burst_e18: in_burst,
        }
    }
}

/// Destroyed messages (a fraction) that a check of so many bits misses, in 10^-18, rounded up.
fn escaped(destroyed: u128, of: u128, bits: u32) -> u128 {
    let (whole, rest) = (destroyed / of, destroyed % of);
    let parts = whole
        .saturating_mul(PARTS)
        .saturating_add(rest * 1_000_000 / of * 1_000_000_000_000);
    let missed = parts >> bits;
    missed + u128::from(missed << bits != parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destroyed_messages_escape_their_check_with_two_to_the_minus_its_bits() {
        // A message a millisecond: 31 557 600 000 a year. One of 1000 destroyed, a check of 16
        // bits: 31 557 600 / 65 536 = 481.53 a year; of 32 bits 0.0073476.
        let destroyed = Counted::new(100, 100_000);
        let of = |bits| Unwanted::computed(Span::from_ms(1), bits, destroyed, None);
        assert_eq!(of(Some(16)).messages_per_year, Some(31_557_600_000));
        let per_year = of(Some(16)).per_year_e18.unwrap();
        assert_eq!(per_year / 10_u128.pow(16), 48_153);
        let per_year = of(Some(32)).per_year_e18.unwrap();
        assert_eq!(per_year / 10_u128.pow(11), 73_475);
        assert_eq!(of(None).per_year_e18, Some(31_557_600 * PARTS));
        assert!(of(Some(32)).per_year_upper_e18 > of(Some(32)).per_year_e18);
        assert_eq!(of(Some(16)).per_burst_e18, None);
    }

    #[test]
    fn without_a_destroyed_message_only_the_bound_is_told() {
        let none = Counted::new(0, 100_000);
        let unwanted = Unwanted::computed(Span::from_ms(1), Some(32), none, None);
        assert_eq!(unwanted.per_year_e18, Some(0));
        // 3/N of 3.15576e10 messages: 945 390 / 2^32 = 2.2e-4.
        let upper = unwanted.per_year_upper_e18.unwrap();
        assert!(
            (219_000_000_000_000..221_000_000_000_000).contains(&upper),
            "{upper}"
        );
    }

    #[test]
    fn a_burst_makes_a_command_with_the_messages_it_destroys() {
        // 2 ms over messages of 1 ms: two whole ones and those at its ends, 4 / 2^16 = 6.1e-5.
        let none = Counted::new(0, 10);
        let burst = Some(Span::from_ms(2));
        let of = |bits| Unwanted::computed(Span::from_ms(1), bits, none, burst).per_burst_e18;
        assert_eq!(of(Some(16)), Some(61_035_156_250_000));
        assert_eq!(of(None), Some(PARTS), "certain");
        let whole = Unwanted::computed(Span::ZERO, Some(16), none, burst);
        assert_eq!((whole.per_year_e18, whole.per_burst_e18), (None, None));
    }
}
