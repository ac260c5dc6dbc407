//! Where the packets of one directed path go, as a function of time.

use crate::topology::{Hop, Path};
use crate::units::SimTime;

/// The forwarding of one directed path through the network over the whole run.
///
/// A packet enters by [`Routing::entry`], looked up when the ingress node has processed it; behind
/// crossing `i` it goes on by `behind[i]`, looked up when the node at the far end of that crossing
/// has processed it (before it waits for one ahead of it).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routing {
    /// What the head end does with a packet.
    pub entry: Next,
    /// The link directions that packets may cross; the first [`Routing::primary`] of them are the
    /// path in normal operation, in order.
    pub crossings: Vec<Crossing>,
    /// Parallel to `crossings`: what the node at the far end does.
    pub behind: Vec<Next>,
    /// Crossings of the path in normal operation.
    pub primary: usize,
}

/// One link crossed in one direction by packets with so many labels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Crossing {
    /// Which link, which way.
    pub hop: Hop,
    /// Labels on top of those that the path has in normal operation: 1 inside a facility bypass.
    pub more_labels: u32,
    /// Labels fewer: 1 on the last link where the penultimate node pops.
    pub fewer_labels: u32,
}

/// Where a packet goes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// Over the crossing at this place.
    Crossing(usize),
    /// It has arrived.
    Deliver,
    /// There is no way: it is discarded.
    Discard,
}

/// From this instant on, there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Turn {
    /// First instant.
    pub from: SimTime,
    /// Where to.
    pub to: Target,
}

/// What a node does with the packets of a path, over time: at least one turn, ascending, the first
/// from zero, neighbours different.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Next(Vec<Turn>);

impl Next {
    /// The same for ever.
    #[must_use]
    pub fn always(to: Target) -> Self {
        let from = SimTime::ZERO;
        Self(vec![Turn { from, to }])
    }

    /// From an instant on, something else; takes the place of whatever was said from then on. A
    /// turn to what is in force already changes nothing.
    pub fn turn(&mut self, from: SimTime, to: Target) {
        self.0.retain(|turn| turn.from < from);
        if self.0.last().is_none_or(|last| last.to != to) {
            self.0.push(Turn { from, to });
        }
        assert!(self.0[0].from == SimTime::ZERO, "the first turn stays");
    }

    /// All turns, ascending.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.0
    }

    /// What is in force at an instant.
    #[must_use]
    pub fn at(&self, now: SimTime) -> Target {
        let later = self.0.partition_point(|turn| turn.from <= now);
        self.0[later - 1].to
    }

    /// The same with every target replaced.
    #[must_use]
    pub fn mapped(&self, map: impl Fn(Target) -> Target) -> Self {
        let mut mapped = Self::always(map(self.0[0].to));
        for turn in &self.0[1..] {
            mapped.turn(turn.from, map(turn.to));
        }
        mapped
    }

    /// The same with every instant moved by `map`, which keeps the order and zero.
    #[must_use]
    pub fn retimed(&self, map: impl Fn(SimTime) -> SimTime) -> Self {
        let mut moved = Self::always(self.0[0].to);
        for turn in &self.0[1..] {
            moved.turn(map(turn.from), turn.to);
        }
        moved
    }
}

impl Routing {
    /// Along one path for ever.
    #[must_use]
    pub fn along(path: &Path) -> Self {
        let crossings: Vec<Crossing> = path.hops.iter().map(|hop| Crossing::plain(*hop)).collect();
        let count = crossings.len();
        let behind = (1..=count).map(|next| {
            Next::always(if next < count {
                Target::Crossing(next)
            } else {
                Target::Deliver
            })
        });
        Self {
            entry: Next::always(Target::Crossing(0)),
            behind: behind.collect(),
            primary: count,
            crossings,
        }
    }

    /// What every node does: the head end, then the far end of every crossing.
    pub fn nexts(&self) -> impl Iterator<Item = &Next> {
        [&self.entry].into_iter().chain(&self.behind)
    }

    /// Whether it never changes.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        let fixed = |next: &Next| next.turns().len() == 1;
        fixed(&self.entry) && self.behind.iter().all(fixed) && self.primary == self.crossings.len()
    }

    /// The same with every instant moved by `map`, which keeps the order and zero.
    #[must_use]
    pub fn retimed(&self, map: impl Fn(SimTime) -> SimTime) -> Self {
        Self {
            entry: self.entry.retimed(&map),
            behind: self.behind.iter().map(|next| next.retimed(&map)).collect(),
            ..self.clone()
        }
    }

    /// The crossings of a packet that is looked up everywhere at one instant, and whether it
    /// arrives; a loop ends the list where it closes.
    #[must_use]
    pub fn crossed_at(&self, now: SimTime) -> (Vec<usize>, bool) {
        let mut crossed = Vec::new();
        let mut target = self.entry.at(now);
        loop {
            match target {
                Target::Crossing(place) if crossed.contains(&place) => return (crossed, false),
                Target::Crossing(place) => {
                    crossed.push(place);
                    target = self.behind[place].at(now);
                }
                Target::Deliver => return (crossed, true),
                Target::Discard => return (crossed, false),
            }
        }
    }
}

impl Crossing {
    /// With the labels of normal operation.
    #[must_use]
    pub fn plain(hop: Hop) -> Self {
        Self {
            hop,
            more_labels: 0,
            fewer_labels: 0,
        }
    }
}
