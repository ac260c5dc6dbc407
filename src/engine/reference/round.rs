//! Deficit round robin: who is in the round, and what each may still send.

use crate::traffic::Class;
use crate::units::Octets;

/// The round of one port. Small enough to be copied and turned on the side.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Round {
    /// The classes in the round, the front first; `count` of them.
    order: [usize; Class::COUNT],
    count: usize,
    deficit: [u64; Class::COUNT],
    /// Whether the visit of the front has brought its quantum.
    visiting: bool,
}

impl Round {
    /// A class whose queue was empty joins at the end.
    pub(super) fn join(&mut self, class: usize) {
        self.order[self.count] = class;
        self.count += 1;
        self.deficit[class] = 0;
    }

    /// Turns the round until the class in front may send its first packet, and says which class
    /// that is. `first` tells the octets of a class's first packet, `None` where its shaper does
    /// not allow it; it must allow some.
    pub(super) fn turn(
        &mut self,
        quantum: &[Option<Octets>; Class::COUNT],
        first: impl Fn(usize) -> Option<u64>,
    ) -> usize {
        loop {
            let class = self.order[0];
            if let Some(octets) = first(class) {
                if !self.visiting {
                    self.visiting = true;
                    self.deficit[class] += quantum[class].expect("a class of the round").0;
                }
                if octets <= self.deficit[class] {
                    return class;
                }
            }
            self.order[..self.count].rotate_left(1);
            self.visiting = false;
        }
    }

    /// The class in front has sent a packet of so many octets, its last if `empty`.
    pub(super) fn sent(&mut self, octets: u64, empty: bool) {
        self.deficit[self.order[0]] -= octets;
        if empty {
            self.order[..self.count].rotate_left(1);
            self.count -= 1;
            self.visiting = false;
        }
    }
}
