//! The rate of a transmitter over time, and what every packet takes at it.

use crate::engine::arrivals::NEVER;
use crate::engine::lookahead::time_of_bits;
use crate::plan::{Discipline, Plan};

/// When a transmitter can send, and how long that takes. Each rate has a table of its own, so
/// that no packet costs a division.
#[derive(Debug)]
pub(super) struct Pace {
    /// When each step begins, and where its rate stands in the table; [`OUTAGE`] without one.
    steps: Box<[(u64, u32)]>,
    /// The step in force.
    current: usize,
    /// When the next one begins.
    until: u64,
    /// Row of the present rate.
    row: usize,
    /// Picoseconds per rate and kind.
    times: Box<[u64]>,
}

const OUTAGE: u32 = u32::MAX;

impl Pace {
    /// The rates of a port, and what the kinds of packets take of which these legs are examples.
    pub(super) fn new(plan: &Plan, discipline: &Discipline, examples: &[u32]) -> Self {
        let legs = || examples.iter().map(|leg| &plan.legs[*leg as usize]);
        let mut times = Vec::new();
        let mut steps = Vec::new();
        let mut rates = Vec::new();
        for step in &discipline.rates {
            let row = step.rate.map_or(OUTAGE, |rate| {
                let known = rates.iter().position(|known| *known == rate);
                let row = known.unwrap_or_else(|| {
                    times.extend(legs().map(|leg| time_of_bits(rate.exact_bps(), leg.bits)));
                    rates.push(rate);
                    rates.len() - 1
                });
                (row * examples.len()) as u32
            });
            steps.push((step.from.0, row));
        }
        if steps.is_empty() {
            steps.push((0, 0));
            times.extend(legs().map(|leg| leg.serialization.0));
        }
        Self {
            until: steps.get(1).map_or(NEVER, |(from, _)| *from),
            row: 0, // the first step has a rate, and the first rate the first row
            steps: steps.into(),
            current: 0,
            times: times.into(),
        }
    }

    /// The first instant from `now` on at which something can be sent.
    #[inline]
    pub(super) fn can_send(&self, now: u64) -> u64 {
        if now < self.until {
            return now;
        }
        self.after_step(now)
    }

    fn after_step(&self, now: u64) -> u64 {
        let later = &self.steps[self.current..];
        let begun = later.partition_point(|(from, _)| *from <= now);
        let mut from = now;
        for (begin, row) in &later[begun - 1..] {
            from = from.max(*begin);
            if *row != OUTAGE {
                return from;
            }
        }
        NEVER // a plan ends with a rate
    }

    /// Something begins at `now`, an instant at which it can.
    #[inline]
    pub(super) fn set(&mut self, now: u64) {
        while now >= self.until {
            self.current += 1;
            let next = self.steps.get(self.current + 1);
            self.until = next.map_or(NEVER, |(from, _)| *from);
            self.row = self.steps[self.current].1 as usize;
        }
    }

    /// Time on the transmitter of a packet of this kind.
    #[inline]
    pub(super) fn time(&self, kind: u32) -> u64 {
        self.times[self.row + kind as usize]
    }
}
