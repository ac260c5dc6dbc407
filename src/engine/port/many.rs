//! The open loop for any number of lanes: first when every packet begins, then what follows.
//!
//! Which class comes next cannot be predicted, so the loop that chooses has no branch but its
//! end, and does nothing but choose: it reads one sheet of numbers and writes another. What the
//! packets then do is worked out lane by lane, in loops without a choice (measured on the
//! reference workload with everything on: 20 ns a packet when done in one loop, 11 in two). The
//! sheet also makes it cheap to give up: until a window is known to have filled no queue, nothing
//! but the sheet was written.

use std::hint::select_unpredictable;

use super::Port;
use super::lane::Lane;
use super::open::{Stop, Waits};
use crate::engine::network::Network;
use crate::engine::tally::Tally;
use crate::traffic::Class;

/// The window of one port in numbers that sort: instants counted from `base`, times [`UNIT`],
/// plus the number of the lane, so that of two packets that could begin at an instant the more
/// urgent one has the lesser number.
///
/// Per lane: a number for every packet that enters before the horizon, perhaps for some more, and
/// [`NO_MORE`]. What belongs to a packet stands one place behind its number, where the next
/// packet's number is.
#[derive(Default, Debug)]
pub(in crate::engine) struct Sheet {
    base: u64,
    numbers: Vec<u64>,
    /// Time on the transmitter, times [`UNIT`].
    sizes: Vec<u64>,
    /// When it begins, as a number; later its wait in picoseconds.
    starts: Vec<u64>,
}

const LANE_BITS: u32 = 3;
const UNIT: u64 = 1 << LANE_BITS;
const NO_MORE: u64 = u64::MAX;

/// Longer than any window or transmission, and short enough for sums of three, times [`UNIT`].
const LONG: u64 = 1 << 58;

/// Where a lane stands on the sheet.
#[derive(Clone, Copy)]
struct Place {
    begin: usize,
    /// The first packet that was not sent.
    stop: usize,
    /// [`NO_MORE`] of this lane.
    end: usize,
}

/// What a lane did in a window.
#[derive(Clone, Copy)]
struct Summary {
    waits: Waits,
    left_waiting: u64,
    may_overflow: bool,
}

impl<T: Tally> Port<'_, T> {
    /// Strict priority, non-preemptive, FIFO within a class; no queue is full, or else nothing
    /// has happened.
    pub(super) fn replay_many<const LANES: usize>(
        &mut self,
        horizon: u64,
        network: &mut Network<T>,
    ) -> Stop {
        let firsts = self.lanes.iter().map(Lane::first_entry);
        let base = firsts.fold(self.clock, u64::min);
        if horizon - base > LONG {
            return Stop::MayOverflow; // the other loop counts from the start of the run
        }
        let mut sheet = std::mem::take(&mut network.sheet);
        sheet.begin(base);
        let mut places = [Place {
            begin: 0,
            stop: 0,
            end: 0,
        }; LANES];
        for (number, lane) in self.lanes.iter().enumerate() {
            places[number].begin = sheet.numbers.len();
            sheet.write(lane, number as u64, horizon, network);
            places[number].end = sheet.numbers.len() - 1;
        }
        // Lanes that are not there have no more packets from the start.
        let none = sheet.numbers.len() - 1;
        places[self.lanes.len()..].fill(Place {
            begin: none,
            stop: none,
            end: none,
        });
        let busy = self.free.saturating_sub(base).min(LONG) * UNIT;
        let busy = sheet.choose(&mut places, busy, (horizon - base) * UNIT);
        let mut summaries = [Summary::NONE; LANES];
        for (lane, (place, summary)) in self.lanes.iter().zip(places.iter().zip(&mut summaries)) {
            *summary = sheet.sum_up(*place, lane.fits());
        }
        let overflow = summaries.iter().any(|summary| summary.may_overflow);
        if !overflow {
            self.free = self.free.max(base + busy / UNIT);
            for (lane, (place, summary)) in self.lanes.iter_mut().zip(places.iter().zip(&summaries))
            {
                sheet.carry_out(lane, *place, summary, network);
            }
        }
        network.sheet = sheet;
        if overflow {
            Stop::MayOverflow
        } else {
            Stop::Horizon
        }
    }
}

impl Sheet {
    fn begin(&mut self, base: u64) {
        self.base = base;
        self.numbers.clear();
        self.sizes.clear();
        self.sizes.push(0);
    }

    /// Writes down the packets of a lane that enter before the horizon.
    fn write<T: Tally>(
        &mut self,
        lane: &Lane<'_, T>,
        number: u64,
        horizon: u64,
        network: &Network<T>,
    ) {
        let base = self.base;
        let size = |leg: u32| network.legs[leg as usize].serialization.min(LONG) * UNIT;
        let numbered = |at: u64| (at - base).min(LONG) * UNIT | number;
        if lane.listed() {
            let list = lane.list_until(horizon);
            self.numbers.extend(list.iter().map(|at| numbered(*at)));
            let size = size(lane.locals[0].leg);
            self.sizes.extend(std::iter::repeat_n(size, list.len()));
        } else {
            let entries = lane.ready.iter();
            self.numbers
                .extend(entries.clone().map(|entry| numbered(entry.at)));
            self.sizes.extend(entries.map(|entry| size(entry.leg)));
        }
        self.numbers.push(NO_MORE);
        self.sizes.push(0);
    }

    /// Chooses packet after packet until `limit`, from a transmitter that is busy until then:
    /// moves every lane's `stop`. Says until when the transmitter is busy in the end.
    fn choose<const LANES: usize>(
        &mut self,
        places: &mut [Place; LANES],
        mut busy: u64,
        limit: u64,
    ) -> u64 {
        const { assert!(LANES.is_power_of_two() && LANES <= UNIT as usize) };
        let length = self.numbers.len();
        if self.starts.len() < length {
            self.starts.resize(length, 0);
        }
        let (numbers, sizes) = (&self.numbers[..length], &self.sizes[..length]);
        let starts = &mut self.starts[..length];
        let mut heads = [NO_MORE; LANES];
        let mut stops = [0; LANES];
        for (lane, place) in places.iter().enumerate() {
            heads[lane] = numbers[place.begin];
            stops[lane] = place.begin;
        }
        loop {
            let choice = first_to_begin(&heads, busy);
            if choice >= limit {
                break;
            }
            let lane = choice as usize % LANES;
            let place = stops[lane] + 1;
            stops[lane] = place;
            heads[lane] = numbers[place];
            starts[place] = choice;
            busy = choice / UNIT * UNIT + sizes[place];
        }
        for (place, stop) in places.iter_mut().zip(stops) {
            place.stop = stop;
        }
        busy
    }

    /// Turns the starts of a lane into waits and sums them up; a queue certainly holds `fits`.
    fn sum_up(&mut self, place: Place, fits: usize) -> Summary {
        let Place { begin, stop, end } = place;
        let mut summary = Summary::NONE;
        let numbers = &self.numbers[..=end];
        let starts = &mut self.starts[begin + 1..=stop];
        let (own, next) = (&numbers[begin..stop], &numbers[begin + 1..=stop]);
        // So many more had come when a packet was about to begin: one may have found it full.
        if let Some(more) = numbers.get(begin.saturating_add(fits)..) {
            let more = more.iter().zip(&*starts);
            summary.may_overflow = more.fold(false, |any, (more, start)| any | (more <= start));
        }
        for ((start, own), next) in starts.iter_mut().zip(own).zip(next) {
            summary.left_waiting += u64::from(next <= start);
            *start = (*start - own) / UNIT;
            summary.waits.note(*start);
        }
        summary
    }

    /// What follows from the waits of a lane.
    fn carry_out<T: Tally>(
        &self,
        lane: &mut Lane<'_, T>,
        place: Place,
        summary: &Summary,
        network: &mut Network<T>,
    ) {
        let waits = &self.starts[place.begin + 1..=place.stop];
        lane.outcome.left_waiting += summary.left_waiting;
        lane.outcome.transmitted += waits.len() as u64;
        if lane.listed() {
            let list = lane.locals[0].arrivals.list().unwrap_or(&lane.times);
            let list = &list[lane.next_time..][..waits.len()];
            if let Some(ends) = &mut lane.ends {
                ends.count(waits, list, &summary.waits, T::FULL);
            } else {
                let view = lane.view();
                for (place, wait) in (view.place..).zip(waits) {
                    let entry = view.listed_entry(place);
                    network.pass_on(entry, entry.at + wait);
                }
            }
            lane.next_time += waits.len();
        } else {
            for (entry, wait) in lane.ready.iter().zip(waits) {
                network.pass_on(*entry, entry.at + wait);
            }
            lane.ready.drain(..waits.len());
        }
    }
}

impl Summary {
    const NONE: Self = Self {
        waits: Waits::NONE,
        left_waiting: 0,
        may_overflow: false,
    };
}

/// The least number that could begin when the transmitter is free. Lanes are compared in pairs,
/// so that no comparison waits for all others, and without branches.
#[inline(always)]
fn first_to_begin<const LANES: usize>(heads: &[u64; LANES], busy: u64) -> u64 {
    let least = |one: u64, other: u64| select_unpredictable(one < other, one, other);
    let mut could: [u64; LANES] = std::array::from_fn(|lane| {
        let waits = busy | lane as u64;
        select_unpredictable(heads[lane] > waits, heads[lane], waits)
    });
    let mut count = LANES;
    while count > 1 {
        count /= 2;
        for lane in 0..count {
            could[lane] = least(could[lane], could[lane + count]);
        }
    }
    could[0]
}

const _: () = assert!(Class::COUNT == UNIT as usize);
