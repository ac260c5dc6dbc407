//! From the place of a point to a choice on every axis.
//!
//! Every axis draws from streams of its own, named after it, and its n-th sample is made of the
//! n-th draw: another axis moves nobody's draws, and any point can be had without those before.

use super::super::axis::{Axis, Level, Levels};
use super::super::filter::Values;
use super::{Kind, Point};
use crate::random::{Purpose, Seed, Stream, StreamKey, uniform_below};

/// What a point takes of an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Choice {
    /// The level of this number.
    Level(usize),
    /// This number of a range.
    Number(i128),
}

/// Finds points; moves on quicker than it jumps.
#[derive(Clone, Debug)]
pub struct Chooser<'d> {
    axes: &'d [Axis],
    kind: Kind,
    /// One per axis, in designs that draw.
    draws: Vec<Draws>,
    /// Of the point that was chosen last.
    choices: Vec<Choice>,
}

impl<'d> Chooser<'d> {
    /// Over these axes; `points` is how many there are before filters.
    pub fn new(kind: Kind, axes: &'d [Axis], points: u64) -> Self {
        let draws = |axis: &Axis| match kind {
            Kind::Grid | Kind::List => None,
            Kind::Random { seed } => Some(Draws::independent(seed, &axis.name)),
            Kind::LatinHypercube { seed } => Some(Draws::stratified(seed, &axis.name, points)),
        };
        Self {
            axes,
            kind,
            draws: axes.iter().filter_map(draws).collect(),
            choices: vec![Choice::Level(0); axes.len()],
        }
    }

    /// Chooses the point at a place among all, before filters.
    pub fn choose(&mut self, index: u64) {
        match self.kind {
            Kind::Grid => {
                let mut rest = index;
                for (axis, choice) in self.axes.iter().zip(&mut self.choices).rev() {
                    let count = listed(axis).len() as u64;
                    *choice = Choice::Level(place(rest % count));
                    rest /= count;
                }
            }
            Kind::List => self.choices.fill(Choice::Level(place(index))),
            Kind::Random { .. } | Kind::LatinHypercube { .. } => {
                let axes = self.axes.iter().zip(&mut self.draws);
                for ((axis, draws), choice) in axes.zip(&mut self.choices) {
                    let fraction = draws.fraction(index);
                    *choice = match &axis.levels {
                        Levels::Each(each) => {
                            Choice::Level(place(uniform_below(fraction, each.len() as u64)))
                        }
                        Levels::Range(range) => Choice::Number(range.at(fraction)),
                    };
                }
            }
        }
    }

    /// The point that was chosen last.
    pub fn point(&self) -> Point {
        let level = |(axis, choice): (&Axis, &Choice)| match choice {
            Choice::Level(place) => listed(axis)[*place].clone(),
            Choice::Number(number) => Level::of_number(*number, axis.dimension, axis.targets),
        };
        Point {
            levels: self.axes.iter().zip(&self.choices).map(level).collect(),
        }
    }
}

impl Values for Chooser<'_> {
    fn number(&self, axis: usize) -> Option<i128> {
        match self.choices[axis] {
            Choice::Level(place) => listed(&self.axes[axis])[place].number,
            Choice::Number(number) => Some(number),
        }
    }

    fn label(&self, axis: usize) -> Option<&str> {
        match self.choices[axis] {
            Choice::Level(place) => Some(&listed(&self.axes[axis])[place].label),
            Choice::Number(_) => None,
        }
    }
}

/// The levels of an axis that has them one after the other.
fn listed(axis: &Axis) -> &[Level] {
    match &axis.levels {
        Levels::Each(each) => each,
        Levels::Range(_) => unreachable!("designs that do not draw have no ranges"),
    }
}

fn place(index: u64) -> usize {
    usize::try_from(index).expect("a place in memory")
}

/// Where the draws of one axis come from.
#[derive(Clone, Debug)]
struct Draws {
    stream: Stream,
    /// Number of the stream's next draw.
    next: u64,
    /// In a Latin hypercube: which part of the axis each sample falls into.
    parts: Option<Permutation>,
}

impl Draws {
    /// Every sample anywhere.
    fn independent(seed: u64, axis: &str) -> Self {
        Self {
            stream: stream(seed, "sweep/axis", axis),
            next: 0,
            parts: None,
        }
    }

    /// Every sample in a part of its own of `samples` equal ones.
    fn stratified(seed: u64, axis: &str, samples: u64) -> Self {
        let mut keys = stream(seed, "sweep/axis/parts", axis);
        Self {
            stream: stream(seed, "sweep/axis/within", axis),
            next: 0,
            parts: Some(Permutation::new(samples, || keys.draw())),
        }
    }

    /// Where sample `index` lies on the axis, in 2^-64ths of it.
    fn fraction(&mut self, index: u64) -> u64 {
        if self.next != index {
            self.stream.skip_to(index);
        }
        self.next = index + 1;
        let draw = self.stream.draw();
        let Some(parts) = &self.parts else {
            return draw;
        };
        // The numbers of which `fraction * count >> 64` is the part: from the rounded-up start to
        // before that of the next one, so that levels divide evenly where their number does.
        let start = |part: u64| (u128::from(part) << 64).div_ceil(u128::from(parts.count));
        let part = parts.at(index);
        let (from, end) = (start(part), start(part + 1));
        let within = (u128::from(draw) * (end - from)) >> 64;
        u64::try_from(from + within).expect("below the end of the last part")
    }
}

fn stream(seed: u64, kind: &str, axis: &str) -> Stream {
    Seed(seed).stream(&StreamKey::new(kind, axis, Purpose::Design))
}

/// A rearrangement of `0..count` without a list: a Feistel network over the next even number of
/// bits, repeated until it lands within (cycle walking; Black and Rogaway, *Ciphers with arbitrary
/// finite domains*, CT-RSA 2002).
#[derive(Clone, Debug)]
struct Permutation {
    count: u64,
    half_bits: u32,
    keys: [u64; ROUNDS],
}

/// Rounds of the network: with less than four it is no good permutation, and small halves need
/// more.
const ROUNDS: usize = 12;

impl Permutation {
    fn new(count: u64, mut key: impl FnMut() -> u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self {
            count,
            half_bits: bits.div_ceil(2).max(1),
            keys: std::array::from_fn(|_| key()),
        }
    }

    /// Where a place goes. Fewer than four rounds of the network on average, since less than four
    /// times as many places are permuted as there are.
    fn at(&self, place: u64) -> u64 {
        let mut at = place;
        loop {
            at = self.network(at);
            if at < self.count {
                return at;
            }
        }
    }

    fn network(&self, place: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1; // at most 32 bits
        let (mut left, mut right) = (place >> self.half_bits, place & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mixed(right ^ key) & mask));
        }
        (left << self.half_bits) | right
    }
}

/// Every bit of the outcome depends on every bit of the number: the finalizer of SplitMix64
/// (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permutation(count: u64, name: &str) -> Permutation {
        let mut keys = stream(7, "test", name);
        Permutation::new(count, || keys.draw())
    }

    #[test]
    fn every_place_is_reached_once() {
        for count in (1..=2000).chain([4095, 4096, 4097, 65_537, 300_000]) {
            let permutation = permutation(count, "once");
            let mut seen = vec![false; place(count)];
            for index in 0..count {
                let at = place(permutation.at(index));
                assert!(!std::mem::replace(&mut seen[at], true), "{count}: {at}");
            }
        }
    }

    #[test]
    fn places_stay_within_however_many_there_are() {
        for count in [1 << 32, (1 << 32) + 1, 1_000_000_000_000, u64::MAX] {
            let permutation = permutation(count, "large");
            let mut reached: Vec<u64> = (0..1000).map(|index| permutation.at(index)).collect();
            assert!(reached.iter().all(|at| *at < count));
            reached.sort_unstable();
            reached.dedup();
            assert_eq!(reached.len(), 1000);
        }
    }

    #[test]
    fn all_orders_of_a_few_are_about_equally_likely() {
        // 24 orders of four, 120 of five: chi-square over 12 000 keys with 23 and 119 degrees of
        // freedom; 99.9 % lie below 49.73 and 173.6.
        for (count, orders, limit) in [(4_u64, 24_usize, 49.73), (5, 120, 173.6)] {
            let mut seen = std::collections::BTreeMap::new();
            for key in 0..12_000 {
                let permutation = permutation(count, &format!("order {key}"));
                let order: Vec<u64> = (0..count).map(|index| permutation.at(index)).collect();
                *seen.entry(order).or_insert(0_u32) += 1;
            }
            assert_eq!(seen.len(), orders);
            let expected = 12_000.0 / orders as f64;
            let squares = seen.values().map(|n| (f64::from(*n) - expected).powi(2));
            let chi = squares.sum::<f64>() / expected;
            assert!(chi < limit, "{count}: {chi}");
        }
    }

    #[test]
    fn neighbours_do_not_stay_neighbours() {
        // Of a random order of n, places i and i + 1 go to neighbouring places with probability
        // 2/n each: over 100 000 of them about 2 such pairs, 12 or more less than one in 10^6.
        let permutation = permutation(100_000, "neighbours");
        let near = |index: &u64| permutation.at(*index).abs_diff(permutation.at(index + 1)) == 1;
        assert!((0..99_999).filter(near).count() < 12);
    }
}
