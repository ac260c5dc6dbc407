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

/// Most changes of frequency that the wander of one clock makes in a run.
pub const WANDER_STEPS_MAX: u64 = 1 << 20;

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

    /// A clock that follows the network's: the perfect one.
    #[must_use]
    pub fn network_clocked() -> Self {
        Self::default()
    }

    /// A clock on its own, `offset_ppb` fast throughout.
    ///
    /// # Panics
    /// If the offset is larger than [`OFFSET_MAX_PPB`].
    #[must_use]
    pub fn free_running(offset_ppb: i64) -> Self {
        Self::holdover(SimTime::ZERO, offset_ppb)
    }

    /// A clock that follows the network's until `from` and is then on its own, `offset_ppb` fast.
    ///
    /// # Panics
    /// If the offset is larger than [`OFFSET_MAX_PPB`].
    #[must_use]
    pub fn holdover(from: SimTime, offset_ppb: i64) -> Self {
        let on_its_own = ClockStep { from, offset_ppb };
        if from == SimTime::ZERO {
            return Self::new(&[on_its_own]);
        }
        let network = ClockStep {
            from: SimTime::ZERO,
            offset_ppb: 0,
        };
        Self::new(&[network, on_its_own])
    }

    /// A clock whose time error is a triangle around zero: the frequency is `peak_ppb` high for a
    /// quarter of the period, low for half, high for half, and so on until `until`, then nominal.
    /// The time error swings between ± `peak_ppb` · period / 4 (18 µs: 72 ppb for 1000 s).
    ///
    /// # Panics
    /// If the offset is larger than [`OFFSET_MAX_PPB`], or the frequency would change more often
    /// than [`WANDER_STEPS_MAX`] times ([`Clock::wander_steps`]).
    #[must_use]
    pub fn wander(peak_ppb: i64, period: Span, until: SimTime) -> Self {
        let count = Self::wander_steps(period, until);
        let count = count.expect("a wander within the limit of its steps");
        let step = |n: u64| {
            // Step n begins n half periods, less a quarter, after the beginning.
            let quarters = u128::from((2 * n).saturating_sub(1));
            let from = u128::from(period.0) * quarters / 4;
            ClockStep {
                from: SimTime(u64::try_from(from).expect("an instant within 213 days")),
                offset_ppb: if n.is_multiple_of(2) {
                    peak_ppb
                } else {
                    -peak_ppb
                },
            }
        };
        let mut steps: Vec<ClockStep> = (0..count).map(step).collect();
        steps.push(ClockStep {
            from: until,
            offset_ppb: 0,
        });
        Self::new(&steps)
    }

    /// How often the frequency of such a wander changes; `None` beyond [`WANDER_STEPS_MAX`], or
    /// where there is no period or no time.
    #[must_use]
    pub fn wander_steps(period: Span, until: SimTime) -> Option<u64> {
        if until == SimTime::ZERO {
            return None;
        }
        // Step n begins before the end: ⌊p (2n − 1) / 4⌋ < u  ⟺  n < 2 u / p + 1/2
        let most = (4 * u128::from(until.0) + u128::from(period.0))
            .div_ceil(2 * u128::from(period.0).max(1));
        let count = u64::try_from(most).ok()?;
        (period.0 >= 4 && count <= WANDER_STEPS_MAX).then_some(count)
    }

    /// A clock that follows this one, with a wander of its own: the offsets are added (the product
    /// of two, below 10^-6 of a part in 10^6, is left out). `None` where the sum is larger than
    /// [`OFFSET_MAX_PPB`].
    ///
    /// Adaptive recovery follows the sender's clock, its wander made by the variation of delay.
    /// Differential recovery follows it too, its wander that of the common reference. Both are
    /// taken to follow at once, without the delay of a control loop.
    #[must_use]
    pub fn followed_with(&self, wander: &Self) -> Option<Self> {
        let mut instants: Vec<SimTime> = self
            .steps()
            .chain(wander.steps())
            .map(|step| step.from)
            .collect();
        instants.sort_unstable();
        instants.dedup();
        let step = |from: SimTime| {
            let offset_ppb = self.offset_ppb(from) + wander.offset_ppb(from);
            let known = offset_ppb.abs() <= OFFSET_MAX_PPB;
            known.then_some(ClockStep { from, offset_ppb })
        };
        let steps: Option<Vec<ClockStep>> = instants.into_iter().map(step).collect();
        steps.map(|steps| Self::new(&steps))
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

    /// When the offset next changes, strictly after an instant; `None` if it does not.
    #[must_use]
    pub fn next_step(&self, after: SimTime) -> Option<SimTime> {
        let steps = self.steps.as_ref()?;
        let place = steps.partition_point(|(step, _)| step.from <= after);
        steps.get(place).map(|(step, _)| step.from)
    }

    /// The offset in force once the clock reads this, in parts per 10^9.
    #[must_use]
    pub fn offset_at_reading_ppb(&self, reading: Span) -> i64 {
        let Some(steps) = &self.steps else {
            return 0;
        };
        steps[steps.partition_point(|(_, start)| *start <= reading.0) - 1]
            .0
            .offset_ppb
    }

    /// What the clock reads when its offset next changes, more than this; `None` if it does not.
    #[must_use]
    pub fn next_step_reading(&self, after: Span) -> Option<Span> {
        let steps = self.steps.as_ref()?;
        let place = steps.partition_point(|(_, start)| *start <= after.0);
        steps.get(place).map(|(_, start)| Span(*start))
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

/// How long a slack lasts between two clocks that run apart: slack / offset, in picoseconds as an
/// exact fraction (numerator, denominator) in lowest terms; `None` where they do not run apart.
/// `offset` is the difference of the clocks as a fraction: 50 ppm is (50, 10^6).
#[must_use]
pub fn time_to_slip(slack: Span, offset: (u64, u64)) -> Option<(u128, u128)> {
    let (parts, of) = offset;
    if parts == 0 {
        return None;
    }
    let (top, bottom) = (u128::from(slack.0) * u128::from(of), u128::from(parts));
    let (mut divisor, mut rest) = (bottom, top % bottom);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    Some((top / divisor, bottom / divisor))
}

/// How much faster bits leave than they were sent, in parts per 10^9, rounded half away from zero,
/// where the receiving clock has the one offset and the sending clock the other.
#[must_use]
pub fn relative_ppb(receiver_ppb: i64, sender_ppb: i64) -> i64 {
    let pace = BILLION + i128::from(sender_ppb);
    let top = (i128::from(receiver_ppb) - i128::from(sender_ppb)) * BILLION;
    let half = if top < 0 { -pace } else { pace };
    let rounded = (2 * top + half) / (2 * pace);
    i64::try_from(rounded).expect("clocks within their limit")
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

    #[test]
    fn a_slack_lasts_20_s_at_50_ppm_and_72_days_between_two_primary_references() {
        // TV29, in seconds: 20; 217.391 (10^6 / 4600); 6.25e6 for a frame at 2e-11.
        let second = 1_000_000_000_000;
        let millisecond = Span::from_ms(1);
        let ppm = 1_000_000;
        assert_eq!(time_to_slip(millisecond, (50, ppm)), Some((20 * second, 1)));
        // 4.6 ppm: 10^15 / 4.6 ps.
        let (top, bottom) = time_to_slip(millisecond, (46, 10 * ppm)).unwrap();
        assert_eq!((top, bottom), (5_000_000_000_000_000, 23));
        assert_eq!(top / bottom / (second / 1000), 217_391);
        let frame = time_to_slip(Span::from_us(125), (2, 100_000_000_000));
        assert_eq!(frame, Some((6_250_000 * second, 1)));
        assert_eq!(time_to_slip(millisecond, (0, 1)), None);
    }

    #[test]
    fn wander_swings_by_a_quarter_of_its_period() {
        // 72 ppb and 1000 s: 18 us each way.
        let second = 1_000_000_000_000;
        let end = SimTime(3000 * second);
        let clock = Clock::wander(72, Span::from_s(1000), end);
        for (at_s, error_us) in [
            (250, 18),
            (500, 0),
            (750, -18),
            (1000, 0),
            (1250, 18),
            (2750, -18),
            (3000, 0),
            (4000, 0),
        ] {
            let at = SimTime(at_s * second);
            let want = at.0.checked_add_signed(error_us * 1_000_000).unwrap();
            assert_eq!(clock.reading(at), Span(want), "{at_s} s");
        }
        assert_eq!(Clock::wander_steps(Span::from_s(1000), end), Some(7));
        assert_eq!(Clock::wander_steps(Span(3), end), None);
        assert_eq!(Clock::wander_steps(Span::from_us(1), end), None);
    }

    #[test]
    fn who_follows_a_clock_has_its_offset_and_its_own_wander() {
        let sender = Clock::holdover(SimTime(1_000_000_000_000), 4600);
        let wander = Clock::wander(10, Span::from_s(1), SimTime(2_000_000_000_000));
        let adaptive = sender.followed_with(&wander).unwrap();
        let at = |ms: u64| adaptive.offset_ppb(SimTime(ms * 1_000_000_000));
        assert_eq!([at(0), at(300), at(800)], [10, -10, 10]);
        assert_eq!([at(1000), at(1300), at(3000)], [4610, 4590, 4600]);
        assert_eq!(
            sender.followed_with(&Clock::network_clocked()),
            Some(sender)
        );
        let fast = Clock::free_running(OFFSET_MAX_PPB);
        assert_eq!(fast.followed_with(&wander), None);
    }

    #[test]
    fn bits_leave_faster_by_the_ratio_of_the_clocks_not_their_difference() {
        assert_eq!(relative_ppb(50_000, 0), 50_000);
        // 1 / 1.00005 = 1 - 49 997.500125 ppb; 1 / 0.99995 = 1 + 50 002.500125 ppb.
        assert_eq!(relative_ppb(0, 50_000), -49_998);
        assert_eq!(relative_ppb(0, -50_000), 50_003);
        assert_eq!(relative_ppb(-7, -7), 0);
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
