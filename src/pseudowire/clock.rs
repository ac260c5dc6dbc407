//! The clock of one end of a circuit, and the packet boundaries cut by it.

use std::sync::Arc;

use crate::units::{SimTime, Span, Ticks};

/// From this instant on, this frequency offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockStep {
    /// When it begins.
    pub from: SimTime,
    /// How much faster than nominal the clock runs, in parts per 10^9: within
    /// ±[`OFFSET_MAX_PPB`].
    pub offset_ppb: i64,
}

/// Largest frequency offset of a clock: 1000 ppm, far beyond any clock in service (relays: ±100 ppm
/// operational, RED670 manual).
pub const OFFSET_MAX_PPB: i64 = 1_000_000;

const BILLION: i128 = 1_000_000_000;

/// A clock whose frequency changes in steps. It reads zero at the start of the run; the perfect
/// clock has no steps.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Clock {
    /// (step, reading at its beginning), ascending in time.
    steps: Option<Arc<[(ClockStep, u64)]>>,
}

impl Clock {
    /// A clock with these offsets, ascending in time, the first from zero; the perfect one where
    /// all are zero.
    ///
    /// # Panics
    /// If the first step does not begin at zero, the steps do not ascend, or an offset is larger
    /// than [`OFFSET_MAX_PPB`].
    #[must_use]
    pub fn new(steps: &[ClockStep]) -> Self {
        if steps.iter().all(|step| step.offset_ppb == 0) {
            return Self::default();
        }
        assert_eq!(steps[0].from, SimTime::ZERO, "a clock begins with the run");
        assert!(steps.is_sorted_by(|a, b| a.from < b.from), "steps ascend");
        let mut list: Vec<(ClockStep, u64)> = Vec::with_capacity(steps.len());
        for step in steps {
            assert!(
                step.offset_ppb.abs() <= OFFSET_MAX_PPB,
                "a clock of its kind"
            );
            let reading = list.last().map_or(0, |last| reading(last, step.from));
            list.push((*step, reading));
        }
        Self {
            steps: Some(list.into()),
        }
    }

    /// Whether this is the perfect clock.
    #[must_use]
    #[inline]
    pub fn is_perfect(&self) -> bool {
        self.steps.is_none()
    }

    /// What the clock reads at an instant, in picoseconds, rounded down.
    #[must_use]
    pub fn reading(&self, now: SimTime) -> Span {
        let Some(steps) = &self.steps else {
            return Span(now.0);
        };
        let place = steps.partition_point(|(step, _)| step.from <= now) - 1;
        Span(reading(&steps[place], now))
    }

    /// The first instant at which the clock reads at least this.
    ///
    /// # Panics
    /// If that lies beyond 213 days.
    #[must_use]
    pub fn when(&self, reading: Span) -> SimTime {
        let Some(steps) = &self.steps else {
            return SimTime(reading.0);
        };
        let place = steps.partition_point(|(_, start)| *start <= reading.0) - 1;
        let (step, start) = &steps[place];
        let ahead = i128::from(reading.0 - start);
        let pace = BILLION + i128::from(step.offset_ppb);
        let later = (ahead * BILLION + pace - 1) / pace;
        let at = SimTime(step.from.0 + u64::try_from(later).expect("instant within 213 days"));
        // Rounding must not carry an instant over the beginning of the next step.
        steps
            .get(place + 1)
            .map_or(at, |(next, _)| at.min(next.from))
    }

    /// The offset in force at an instant, in parts per 10^9.
    #[must_use]
    pub fn offset_ppb(&self, now: SimTime) -> i64 {
        let Some(steps) = &self.steps else {
            return 0;
        };
        steps[steps.partition_point(|(step, _)| step.from <= now) - 1]
            .0
            .offset_ppb
    }

    /// The steps; none for the perfect clock.
    pub fn steps(&self) -> impl Iterator<Item = ClockStep> + '_ {
        self.steps
            .iter()
            .flat_map(|steps| steps.iter().map(|(step, _)| *step))
    }
}

/// What a clock reads at an instant that this step is in force at.
fn reading((step, start): &(ClockStep, u64), now: SimTime) -> u64 {
    let elapsed = i128::from(now.0 - step.from.0);
    let run = elapsed * (BILLION + i128::from(step.offset_ppb)) / BILLION;
    start + u64::try_from(run).expect("a clock runs forward")
}

/// Packet boundaries of a circuit: ticks by the clock of one end.
#[derive(Clone, Debug)]
pub struct PacketTimes {
    ticks: Ticks,
    clock: Clock,
}

impl PacketTimes {
    /// Boundaries at these ticks of this clock.
    #[must_use]
    pub fn new(ticks: Ticks, clock: Clock) -> Self {
        Self { ticks, clock }
    }

    /// The instant of boundary `n`.
    #[must_use]
    #[inline]
    pub fn at(&self, n: u64) -> SimTime {
        let at = self.ticks.at(n);
        if self.clock.is_perfect() {
            return at;
        }
        self.clock.when(Span(at.0))
    }

    /// How many boundaries lie strictly before `end`.
    #[must_use]
    pub fn count_before(&self, end: SimTime) -> u64 {
        let (mut low, mut high) = (0, self.ticks.count_before(end));
        if self.clock.is_perfect() {
            return high;
        }
        // A fast clock has more boundaries than nominal: 1 in 1000 at most.
        high += high / 500 + 2;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle) < end {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The nominal ticks.
    #[must_use]
    pub fn ticks(&self) -> &Ticks {
        &self.ticks
    }

    /// The clock that they are cut by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl From<Ticks> for PacketTimes {
    /// By a perfect clock.
    fn from(ticks: Ticks) -> Self {
        Self::new(ticks, Clock::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(from_ms: u64, offset_ppb: i64) -> ClockStep {
        let from = SimTime(from_ms * 1_000_000_000);
        ClockStep { from, offset_ppb }
    }

    #[test]
    fn a_clock_50_ppm_fast_reads_one_millisecond_more_after_20_s() {
        // TV29: 1 ms / 50 ppm = 20 s.
        let clock = Clock::new(&[step(0, 50_000)]);
        let end = SimTime(20_000_000_000_000);
        assert_eq!(clock.reading(end), Span(end.0 + 1_000_000_000));
        assert_eq!(clock.when(Span(end.0 + 1_000_000_000)), end);
    }

    #[test]
    fn holdover_begins_where_its_step_begins() {
        let clock = Clock::new(&[step(0, 0), step(1000, 4_600)]);
        let second = 1_000_000_000_000;
        assert_eq!(clock.reading(SimTime(second)), Span(second));
        assert_eq!(
            clock.reading(SimTime(2 * second)),
            Span(2 * second + 4_600_000)
        );
        assert_eq!(clock.offset_ppb(SimTime(second - 1)), 0);
        assert_eq!(clock.offset_ppb(SimTime(second)), 4_600);
    }

    #[test]
    fn without_offsets_a_clock_is_perfect() {
        assert!(Clock::new(&[step(0, 0), step(5, 0)]).is_perfect());
        assert!(Clock::new(&[]).is_perfect());
    }

    #[test]
    fn a_fast_clock_cuts_more_packets() {
        let ticks = Ticks::every(SimTime::ZERO, Span::from_ms(1));
        let end = SimTime(10_000_000_000_000);
        let fast = PacketTimes::new(ticks, Clock::new(&[step(0, 1_000_000)]));
        assert_eq!(PacketTimes::from(ticks).count_before(end), 10_000);
        assert_eq!(fast.count_before(end), 10_010);
        assert_eq!(fast.at(1001), SimTime(1_000_000_000_000));
    }

    proptest! {
        #[test]
        fn the_instant_of_a_reading_is_the_first_that_has_it(
            offsets in proptest::collection::vec(-1_000_000_i64..=1_000_000, 1..5),
            reading in 0_u64..10_000_000_000_000,
        ) {
            let steps: Vec<_> = (0_u64..).zip(offsets).map(|(n, ppb)| step(n * 777, ppb)).collect();
            let clock = Clock::new(&steps);
            let at = clock.when(Span(reading));
            prop_assert!(clock.reading(at) >= Span(reading));
            if at > SimTime::ZERO {
                prop_assert!(clock.reading(SimTime(at.0 - 1)) < Span(reading));
            }
        }
    }
}
