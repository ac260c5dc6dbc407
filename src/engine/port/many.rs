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
    places: [Place; LANES],
    /// Until when the transmitter is busy, and where the window ends, as numbers.
    busy: u64,
    limit: u64,
    numbers: Vec<u64>,
    /// Time on the transmitter, times [`UNIT`].
    sizes: Vec<u64>,
    /// When it begins, as a number; later its wait in picoseconds.
    starts: Vec<u64>,
}

const LANES: usize = Class::COUNT;
const LANE_BITS: u32 = LANES.trailing_zeros();
const UNIT: u64 = 1 << LANE_BITS;
const NO_MORE: u64 = u64::MAX;

/// Longer than any window or transmission, and short enough for sums of three, times [`UNIT`].
const LONG: u64 = 1 << 58;

/// Where a lane stands on the sheet.
#[derive(Clone, Copy, Default, Debug)]
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
    pub(super) fn replay_many(&mut self, horizon: u64, network: &mut Network<T>) -> Stop {
        let mut sheets = std::mem::take(&mut network.sheets);
        let sheet = &mut sheets[0];
        let stop = if self.lay_out(horizon, sheet, network) {
            let mut choices = sheet.choices();
            choices.make();
            let busy = choices.done();
            self.conclude(sheet, busy, network)
        } else {
            Stop::MayOverflow
        };
        network.sheets = sheets;
        stop
    }

    /// Writes a window on a sheet; `false` where no sheet can hold it.
    fn lay_out(&self, horizon: u64, sheet: &mut Sheet, network: &Network<T>) -> bool {
        let firsts = self.lanes.iter().map(Lane::first_entry);
        let base = firsts.fold(self.clock, u64::min);
        let cramped = self.lanes.iter().any(|lane| lane.fits() == 0);
        if cramped || horizon - base > LONG {
            return false; // the other loop counts from the start of the run
        }
        sheet.begin(base);
        sheet.busy = self.free.saturating_sub(base).min(LONG) * UNIT;
        sheet.limit = (horizon - base) * UNIT;
        for (number, lane) in self.lanes.iter().enumerate() {
            let begin = sheet.numbers.len();
            sheet.write(lane, number as u64, horizon, network);
            let end = sheet.numbers.len() - 1;
            sheet.places[number] = Place {
                begin,
                stop: begin,
                end,
            };
        }
        // Lanes that are not there have no more packets from the start.
        let none = sheet.numbers.len() - 1;
        sheet.places[self.lanes.len()..].fill(Place {
            begin: none,
            stop: none,
            end: none,
        });
        true
    }

    /// What follows once every choice is made and the transmitter is `busy` until then: all of
    /// it, or nothing if a queue may have been full.
    fn conclude(&mut self, sheet: &mut Sheet, busy: u64, network: &mut Network<T>) -> Stop {
        let mut summaries = [Summary::NONE; LANES];
        for (number, lane) in self.lanes.iter().enumerate() {
            summaries[number] = sheet.sum_up(sheet.places[number], lane.fits());
        }
        if summaries.iter().any(|summary| summary.may_overflow) {
            return Stop::MayOverflow;
        }
        self.free = self.free.max(sheet.base + busy / UNIT);
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            sheet.carry_out(lane, sheet.places[number], &summaries[number], network);
        }
        Stop::Horizon
    }
}

/// Replays windows of two ports that send nothing to each other within them. Every choice waits
/// for the one before it, so that a processor has time for two at once (measured: 5.5 ns a
/// packet against 9.5).
pub(super) fn replay_two_ports<T: Tally>(
    ports: [&mut Port<'_, T>; 2],
    horizons: [u64; 2],
    network: &mut Network<T>,
) -> [Stop; 2] {
    let mut sheets = std::mem::take(&mut network.sheets);
    let [one, other] = ports;
    let [first, second] = &mut sheets;
    let laid_out =
        one.lay_out(horizons[0], first, network) && other.lay_out(horizons[1], second, network);
    let stops = if laid_out {
        let (mut left, mut right) = (first.choices(), second.choices());
        left.make_both(&mut right);
        let busy = [left.done(), right.done()];
        [
            one.conclude(first, busy[0], network),
            other.conclude(second, busy[1], network),
        ]
    } else {
        [Stop::MayOverflow, Stop::MayOverflow]
    };
    network.sheets = sheets;
    stops
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
        let numbered = |at: u64| ((at - base).min(LONG) * UNIT) | number;
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

    /// The choices to be made on this sheet.
    fn choices(&mut self) -> Choices<'_> {
        let length = self.numbers.len();
        if self.starts.len() < length {
            self.starts.resize(length, 0);
        }
        let numbers = &self.numbers[..length];
        Choices {
            heads: std::array::from_fn(|lane| numbers[self.places[lane].begin]),
            stops: std::array::from_fn(|lane| self.places[lane].begin),
            numbers,
            sizes: &self.sizes[..length],
            starts: &mut self.starts[..length],
            places: &mut self.places,
            busy: self.busy,
            limit: self.limit,
        }
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
                    network.pass_on(&entry, entry.at + wait);
                }
            }
            lane.next_time += waits.len();
        } else {
            let starts = lane.ready.iter().zip(waits);
            network.pass_on_all(&lane.ready, starts.map(|(entry, wait)| entry.at + wait));
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

/// Packet after packet is chosen until the limit.
struct Choices<'s> {
    /// The next packet of every lane.
    heads: [u64; LANES],
    stops: [usize; LANES],
    numbers: &'s [u64],
    sizes: &'s [u64],
    starts: &'s mut [u64],
    places: &'s mut [Place; LANES],
    busy: u64,
    limit: u64,
}

impl Choices<'_> {
    fn make(&mut self) {
        loop {
            let choice = self.next();
            if choice >= self.limit {
                return;
            }
            self.send(choice);
        }
    }

    fn make_both(&mut self, other: &mut Self) {
        loop {
            let (left, right) = (self.next(), other.next());
            if left >= self.limit || right >= other.limit {
                break;
            }
            self.send(left);
            other.send(right);
        }
        self.make();
        other.make();
    }

    /// Notes how far every lane has come; says until when the transmitter is busy.
    fn done(self) -> u64 {
        for (place, stop) in self.places.iter_mut().zip(self.stops) {
            place.stop = stop;
        }
        self.busy
    }

    /// The least number that could begin when the transmitter is free. Lanes are compared in
    /// pairs, so that no comparison waits for all others, and without branches.
    #[inline(always)]
    fn next(&self) -> u64 {
        let least = |one: u64, other: u64| select_unpredictable(one < other, one, other);
        let mut could: [u64; LANES] = std::array::from_fn(|lane| {
            let (head, waits) = (self.heads[lane], self.busy | lane as u64);
            select_unpredictable(head > waits, head, waits)
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

    #[inline(always)]
    fn send(&mut self, choice: u64) {
        let lane = choice as usize % LANES;
        let place = self.stops[lane] + 1;
        self.stops[lane] = place;
        self.heads[lane] = self.numbers[place];
        self.starts[place] = choice;
        self.busy = choice / UNIT * UNIT + self.sizes[place];
    }
}

const _: () = assert!(LANES == UNIT as usize);
