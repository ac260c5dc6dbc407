//! Which points of the space of axes are cases, in which order, and with which seeds.

use super::axis::{Axis, Level, Levels};
use super::filter::Filter;

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

/// Points between two entries of [`Design::passed`].
pub const BLOCK: u64 = 4096;

impl Design {
    /// Points that pass the filters.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.passed
            .last()
            .copied()
            .unwrap_or(self.points_unfiltered)
    }

    /// The point at a place among those that pass the filters.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn point(&self, axes: &[Axis], index: u64) -> Point {
        assert!(index < self.points(), "a point of the design");
        // Skeleton: a grid without filters.
        let mut rest = index;
        let mut levels = Vec::new();
        for axis in axes.iter().rev() {
            let Levels::Each(each) = &axis.levels else {
                unreachable!("a grid has levels");
            };
            let count = each.len() as u64;
            levels.push(each[usize::try_from(rest % count).expect("a place in memory")].clone());
            rest /= count;
        }
        levels.reverse();
        Point { levels }
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
