//! Streams of one link that are counted where they are sent.

use super::with;
use crate::engine::network::Network;
use crate::engine::port::lane::Ends;
use crate::engine::port::open::Waits;
use crate::engine::tally::Tally;

/// The far end of the only stream of a lane. Its packets differ by what they meet at this port
/// alone; they are counted once a window, because the buckets of a histogram stand far apart in
/// memory and one by one each would be waited for (measured: a sixth of the time of all).
#[derive(Debug)]
pub(super) struct Ending<T> {
    /// Its waits are all the time from entering the queue until coming out of the medium, but for
    /// the constant part of that.
    ends: Ends,
    /// What a packet must take to be slower than all before.
    slower: u64,
    /// The parts of the slowest at this port.
    tally: T,
}

impl<T: Tally> Ending<T> {
    pub(super) fn new(mut ends: Ends) -> Box<Self> {
        ends.fixed -= ends.serialization; // that is what differs here
        Box::new(Self {
            ends,
            slower: 0,
            tally: T::default(),
        })
    }

    /// Notes a packet that entered its queue at this instant and took so long: parts as for
    /// [`with`].
    #[inline(always)]
    pub(super) fn note(&mut self, entered: u64, parts: [u64; 3]) {
        let taken = parts.into_iter().sum();
        self.ends.waits.push(taken);
        if taken >= self.slower {
            self.slower = taken + 1;
            self.ends.slowest = entered;
            self.tally = with(T::default(), parts);
        }
    }

    /// Counts what was noted.
    pub(super) fn count(&mut self) {
        let waits = std::mem::take(&mut self.ends.waits);
        let mut sum = Waits::NONE;
        waits.iter().for_each(|wait| sum.note(*wait));
        self.ends.count(&waits, &[], &sum, false);
        self.ends.waits = waits;
        self.ends.waits.clear();
    }

    /// Hands over what was counted.
    pub(super) fn settle(&self, network: &mut Network<T>) {
        let ends = &self.ends;
        network.deliver_counted(
            ends.stream,
            &ends.network,
            ends.slowest.saturating_sub(ends.ingress),
            ends.ingress,
            self.tally,
        );
    }
}
