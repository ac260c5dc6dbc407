//! The open loop: no queue limit is looked at, only whether one may have been reached.

use super::lane::Ends;
use crate::engine::arrivals::NEVER;
use crate::engine::network::{Entry, Network};
use crate::engine::tally::Tally;

/// One lane as the open loop sees it.
pub(super) struct View<'l, T> {
    /// Entry instants of packets of one stream: where `listed`.
    pub(super) list: &'l [u64],
    /// Packets of any stream of the class: where not.
    pub(super) entries: &'l [Entry<T>],
    /// When those of them began that were sent.
    pub(super) starts: Vec<u64>,
    pub(super) listed: bool,
    /// Next packet.
    pub(super) place: usize,
    /// So many packets certainly fit into the queue.
    pub(super) fits: usize,
    /// Where the packets of the list end, if behind this link.
    pub(super) ends: Option<&'l mut Ends>,
    /// What is kept of them where no histogram is asked for.
    pub(super) waits: Waits,
    pub(super) left_waiting: u64,
    /// Of a listed lane: its leg, the time before its first queue, number of the first packet.
    pub(super) leg: u32,
    pub(super) ingress: u64,
    pub(super) first_sequence: u32,
}

/// Extremes and sum of some waits.
#[derive(Clone, Copy)]
pub(super) struct Waits {
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) sum: u128,
}

impl Waits {
    pub(super) const NONE: Self = Self {
        min: u64::MAX,
        max: 0,
        sum: 0,
    };

    #[inline(always)]
    pub(super) fn note(&mut self, wait: u64) {
        self.min = self.min.min(wait);
        self.max = self.max.max(wait);
        self.sum += u128::from(wait);
    }
}

/// Where the open loop stopped.
pub(super) enum Stop {
    /// At the horizon.
    Horizon,
    /// Before a transmission, since packets may have found this lane full.
    MayOverflow,
}

/// Two lanes until the horizon, or until one may overflow.
pub(super) fn play_two<T: Tally>(
    urgent: &mut View<'_, T>,
    other: &mut View<'_, T>,
    transmitter: &mut u64,
    horizon: u64,
    network: &mut Network<T>,
) -> Stop {
    let mut free = *transmitter;
    let (mut first, mut second) = (urgent.at(urgent.place), other.at(other.place));
    let stop = loop {
        if other.counts_waits() {
            free = other.run_ahead(free, first.min(horizon));
            second = other.at(other.place);
        }
        // The urgent one goes first if its head is there by the time the transmitter is free and
        // the other's head has come.
        let later = free.max(second);
        if first <= later {
            let start = free.max(first);
            if start >= horizon {
                break Stop::Horizon;
            }
            if urgent.may_overflow(start) {
                break Stop::MayOverflow;
            }
            free = urgent.send(start, network);
            first = urgent.at(urgent.place);
            urgent.left_waiting += u64::from(first <= start);
        } else {
            if later >= horizon {
                break Stop::Horizon;
            }
            if other.may_overflow(later) {
                break Stop::MayOverflow;
            }
            free = other.send(later, network);
            second = other.at(other.place);
            other.left_waiting += u64::from(second <= later);
        }
    };
    *transmitter = free;
    stop
}

impl<'l, T: Tally> View<'l, T> {
    /// A lane that is not there.
    pub(super) fn empty() -> Self {
        Self::of(&[])
    }

    /// A lane of these packets, the first being next.
    pub(super) fn of(entries: &'l [Entry<T>]) -> Self {
        Self {
            list: &[],
            entries,
            starts: Vec::new(),
            listed: false,
            place: 0,
            fits: usize::MAX,
            ends: None,
            waits: Waits::NONE,
            left_waiting: 0,
            leg: 0,
            ingress: 0,
            first_sequence: 0,
        }
    }

    /// Entry instant of the packet at a place; [`NEVER`] past the end.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> u64 {
        if self.listed {
            self.list.get(place).copied().unwrap_or(NEVER)
        } else {
            self.entries.get(place).map_or(NEVER, |entry| entry.at)
        }
    }

    /// Whether so many more have come by `start` that one may have found the queue full.
    #[inline(always)]
    pub(super) fn may_overflow(&self, start: u64) -> bool {
        self.at(self.place.saturating_add(self.fits)) <= start
    }

    /// Sends the next packet; says when the transmitter is free again.
    #[inline(always)]
    pub(super) fn send(&mut self, start: u64, network: &mut Network<T>) -> u64 {
        let place = self.place;
        self.place += 1;
        if !self.listed {
            // What follows is done after the loop: in it, it costs twice as much (measured).
            self.starts.push(start);
            start + network.legs[self.entries[place].leg as usize].serialization
        } else if let Some(ends) = &mut self.ends {
            let wait = start - self.list[place];
            if T::FULL {
                ends.waits.push(wait);
            } else {
                self.waits.note(wait);
            }
            start + ends.serialization
        } else {
            network.pass_on(&self.listed_entry(place), start)
        }
    }

    /// Whether all that is left of a packet once it is sent is its wait.
    #[inline(always)]
    fn counts_waits(&self) -> bool {
        !T::FULL && self.listed && self.ends.is_some()
    }

    /// Sends all that begin before `limit`, if only waits are counted and no queue may be full;
    /// says when the transmitter is free again. A loop of its own because it is the one that
    /// most packets of the plain workload take, and fits into registers.
    #[inline(always)]
    fn run_ahead(&mut self, mut free: u64, limit: u64) -> u64 {
        let serialization = self.ends.as_ref().map_or(0, |ends| ends.serialization);
        let (list, fits) = (self.list, self.fits);
        let (mut place, mut waits, mut left_waiting) = (self.place, self.waits, 0);
        let mut at = self.at(place);
        loop {
            let start = free.max(at);
            let full = list.get(place.saturating_add(fits));
            if start >= limit || full.is_some_and(|at| *at <= start) {
                break;
            }
            waits.note(start - at);
            free = start + serialization;
            place += 1;
            at = list.get(place).copied().unwrap_or(NEVER);
            left_waiting += u64::from(at <= start);
        }
        (self.place, self.waits) = (place, waits);
        self.left_waiting += left_waiting;
        free
    }

    #[inline]
    pub(super) fn listed_entry(&self, place: usize) -> Entry<T> {
        let at = self.list[place];
        let mut tally = T::default();
        tally.process(self.ingress);
        Entry {
            at,
            created: at - self.ingress,
            leg: self.leg,
            sequence: self.first_sequence.wrapping_add(place as u32),
            tally,
        }
    }
}
