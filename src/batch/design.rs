//! Which points of the space of axes are cases, in which order, and with which seeds.
//!
//! A point is a pure function of its place: it does not depend on which points were looked at
//! before, nor does memory grow with their number. Only filters leave a trace, eight octets for
//! every [`BLOCK`] points.

mod draw;
mod fault;

use rayon::prelude::*;

use self::draw::Chooser;
pub use self::fault::DesignFault;
use super::axis::{Axis, Level, Levels};
use super::filter::{Filter, FilterFault};

/// Which points of the space of axes are cases.
#[derive(Clone, Debug)]
pub struct Design {
    /// How points are chosen.
    pub kind: Kind,
    /// Points before filters.
    pub points_unfiltered: u64,
    /// What points must satisfy, all of them.
    pub filters: Vec<Filter>,
    /// How many points of each block of [`BLOCK`] and before it pass; empty without filters.
    pub passed: Vec<u64>,
    /// The seeds at each point, the same at every one: cases with the same seed are paired.
    pub seeds: Vec<u64>,
}

/// Points between two entries of [`Design::passed`]: on average half as many are tried to find one.
pub const BLOCK: u64 = 128;
/// Most points that filters are tried on, which is done when a sweep is read: some ten seconds.
pub const FILTERED_POINTS_MAX: u64 = 100_000_000;
/// Blocks counted between two looks at whether a filter failed.
const BLOCKS_AT_ONCE: u64 = 16_384;

impl Design {
    /// The points of these axes, counted and, where there are filters, each one tried.
    ///
    /// `samples` is how many points are drawn; grids and lists do not look at it.
    ///
    /// # Errors
    /// [`DesignFault`] where there are no points, too many, or a filter cannot be decided.
    pub fn new(
        kind: Kind,
        axes: &[Axis],
        samples: Option<u64>,
        filters: Vec<Filter>,
        seeds: Vec<u64>,
    ) -> Result<Self, DesignFault> {
        let points_unfiltered = Self::count_unfiltered(kind, axes, samples)?;
        if seeds.is_empty() {
            return Err(DesignFault::NoSeeds);
        }
        if points_unfiltered.checked_mul(seeds.len() as u64).is_none() {
            let count = fault::product([points_unfiltered, seeds.len() as u64]);
            return Err(DesignFault::TooMany { count });
        }
        let mut design = Self {
            kind,
            points_unfiltered,
            filters,
            passed: Vec::new(),
            seeds,
        };
        if !design.filters.is_empty() {
            design.passed = design.count_passing(axes)?;
            if design.points() == 0 {
                return Err(DesignFault::NothingPasses {
                    of: points_unfiltered,
                });
            }
        }
        Ok(design)
    }

    /// How many points there are before filters, without looking at any.
    ///
    /// # Errors
    /// [`DesignFault`] where there are none, more than 64 bits count, or axes that do not fit.
    pub fn count_unfiltered(
        kind: Kind,
        axes: &[Axis],
        samples: Option<u64>,
    ) -> Result<u64, DesignFault> {
        let drawn = matches!(kind, Kind::Random { .. } | Kind::LatinHypercube { .. });
        let mut counts = Vec::new();
        for axis in axes {
            let name = || axis.name.clone();
            match &axis.levels {
                Levels::Each(each) if each.is_empty() => {
                    return Err(DesignFault::NoLevels { axis: name() });
                }
                Levels::Each(each) => counts.push(each.len() as u64),
                Levels::Range(range) => {
                    let checked = range.check();
                    checked.map_err(|fault| DesignFault::Range {
                        axis: name(),
                        fault,
                    })?;
                    if !drawn {
                        return Err(DesignFault::NoSteps { axis: name() });
                    }
                }
            }
        }
        match kind {
            Kind::Grid => {
                let product = counts
                    .iter()
                    .try_fold(1_u64, |all, one| all.checked_mul(*one));
                product.ok_or_else(|| DesignFault::TooMany {
                    count: fault::product(counts),
                })
            }
            Kind::List => {
                let first = counts.first().copied().unwrap_or(1);
                match counts.iter().position(|count| *count != first) {
                    None => Ok(first),
                    Some(place) => Err(DesignFault::UnequalLists {
                        axes: [axes[0].name.clone(), axes[place].name.clone()],
                        counts: [first, counts[place]],
                    }),
                }
            }
            Kind::Random { .. } | Kind::LatinHypercube { .. } => samples
                .filter(|count| *count > 0)
                .ok_or(DesignFault::NoSamples),
        }
    }

    /// Points that pass the filters.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.passed
            .last()
            .copied()
            .unwrap_or(self.points_unfiltered)
    }

    /// The point at a place among those that pass the filters. For one after the other,
    /// [`Design::points_from`] is quicker.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn point(&self, axes: &[Axis], index: u64) -> Point {
        let mut points = self.points_from(axes, index);
        points.next().expect("a point of the design")
    }

    /// The points from a place among those that pass the filters to the last, in order.
    #[must_use]
    pub fn points_from<'d>(&'d self, axes: &'d [Axis], index: u64) -> PointsFrom<'d> {
        let mut points = PointsFrom {
            design: self,
            chooser: Chooser::new(self.kind, axes, self.points_unfiltered),
            next: index,
            left: self.points().saturating_sub(index),
        };
        if !self.passed.is_empty() && points.left > 0 {
            let block = self.passed.partition_point(|passed| *passed <= index);
            let before = if block == 0 {
                0
            } else {
                self.passed[block - 1]
            };
            points.next = block as u64 * BLOCK;
            for _ in before..index {
                points.advance();
            }
        }
        points
    }

    /// Tries the filters on every point: what [`Design::passed`] holds.
    fn count_passing(&self, axes: &[Axis]) -> Result<Vec<u64>, DesignFault> {
        let points = self.points_unfiltered;
        if points > FILTERED_POINTS_MAX {
            return Err(DesignFault::TooManyToFilter { count: points });
        }
        let blocks = points.div_ceil(BLOCK);
        let (mut passed, mut sum) = (Vec::new(), 0);
        for first in (0..blocks).step_by(BLOCKS_AT_ONCE as usize) {
            let batch = first..(first + BLOCKS_AT_ONCE).min(blocks);
            let counted: Vec<Result<u64, DesignFault>> = batch
                .into_par_iter()
                .map(|block| self.count_block(axes, block))
                .collect();
            // In order: which fault is told does not depend on the threads.
            for count in counted {
                sum += count?;
                passed.push(sum);
            }
        }
        Ok(passed)
    }

    /// How many points of a block pass.
    fn count_block(&self, axes: &[Axis], block: u64) -> Result<u64, DesignFault> {
        let mut chooser = Chooser::new(self.kind, axes, self.points_unfiltered);
        let first = block * BLOCK;
        let mut count = 0;
        for index in first..(first + BLOCK).min(self.points_unfiltered) {
            chooser.choose(index);
            let holds = self.holds(&chooser).map_err(|(filter, fault)| {
                let point = chooser.point().told(axes);
                DesignFault::Filter {
                    filter,
                    point,
                    fault,
                }
            })?;
            count += u64::from(holds);
        }
        Ok(count)
    }

    /// Whether all filters hold of what is chosen; else which one cannot be decided, and why.
    fn holds(&self, chosen: &Chooser<'_>) -> Result<bool, (usize, FilterFault)> {
        for (place, filter) in self.filters.iter().enumerate() {
            if !filter.holds_of(chosen).map_err(|fault| (place, fault))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Points of a design, one after the other.
#[derive(Clone, Debug)]
pub struct PointsFrom<'d> {
    design: &'d Design,
    chooser: Chooser<'d>,
    /// Among all points, before filters.
    next: u64,
    left: u64,
}

impl PointsFrom<'_> {
    /// Chooses the next point that passes.
    fn advance(&mut self) {
        loop {
            self.chooser.choose(self.next);
            self.next += 1;
            let holds = self.design.holds(&self.chooser);
            if holds.expect("filters were decided on every point when the design was made") {
                return;
            }
        }
    }
}

impl Iterator for PointsFrom<'_> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        self.left = self.left.checked_sub(1)?;
        self.advance();
        Some(self.chooser.point())
    }
}

/// How points are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Every combination; the last axis changes quickest.
    Grid,
    /// The n-th value of every axis together.
    List,
    /// Independent draws.
    Random {
        /// What draws grow from.
        seed: u64,
    },
    /// One draw in each of as many equal parts of every axis as there are samples.
    LatinHypercube {
        /// What draws grow from.
        seed: u64,
    },
}

/// A point: one value of every axis, in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// One per axis.
    pub levels: Vec<Level>,
}

impl Point {
    /// Its values with the names of their axes: "buffer = 2 ms, payload = 8 B".
    #[must_use]
    pub fn told(&self, axes: &[Axis]) -> String {
        let one = |(axis, level): (&Axis, &Level)| format!("{} = {}", axis.name, level.label);
        let all: Vec<String> = axes.iter().zip(&self.levels).map(one).collect();
        all.join(", ")
    }
}

#[cfg(test)]
mod tests;
