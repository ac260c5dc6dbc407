//! Frame pre-emption (IEEE 802.3br): packets that may be cut while they are sent.

use super::{Choice, General, note_loss};
use crate::engine::lookahead::time_of_bits;
use crate::engine::network::{Entry, Network};
use crate::engine::port::lane::Lane;
use crate::engine::tally::Tally;
use crate::plan::Discipline;
use crate::traffic::Class;
use crate::units::time::PS_PER_S;

/// What a port with pre-emption has besides.
#[derive(Debug)]
pub(super) struct Cutting<T> {
    /// Lanes of express classes.
    express: u8,
    /// Octets.
    fragment_min: u64,
    overhead: u64,
    /// Bits per second, exactly.
    rate: (u64, u64),
    /// What is being sent and may be cut.
    sending: Option<Piece<T>>,
    /// What is left of a packet that was cut.
    rest: Option<Piece<T>>,
}

/// A packet that may be cut, or what is left of it.
#[derive(Clone, Copy, Debug)]
struct Piece<T> {
    entry: Entry<T>,
    class: u8,
    /// When its packet began.
    first: u64,
    /// When it began; without meaning while it waits.
    began: u64,
    /// Octets then left.
    octets: u64,
    /// Time of the pieces before, with what cuts add.
    sent: u64,
}

/// How the transmission of a piece ends.
enum End {
    /// With its last octet.
    Whole,
    /// After so many octets.
    Cut(u64),
    /// That depends on what has not come yet.
    Unknown,
}

impl<T: Tally> Cutting<T> {
    pub(super) fn new(discipline: &Discipline, lanes: &[Class]) -> Option<Box<Self>> {
        let preemption = discipline.preemption.as_ref()?;
        let rate = discipline.rates.first().and_then(|step| step.rate);
        let express = lanes
            .iter()
            .enumerate()
            .map(|(lane, class)| u8::from(preemption.express[class.index()]) << lane);
        Some(Box::new(Self {
            express: express.sum(),
            fragment_min: preemption.fragment_min.0,
            overhead: preemption.overhead.0,
            rate: rate
                .expect("a port with pre-emption has a rate")
                .exact_bps(),
            sending: None,
            rest: None,
        }))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.sending.is_some() || self.rest.is_some()
    }

    fn time(&self, octets: u64) -> u64 {
        time_of_bits(self.rate, 8 * octets)
    }

    /// The least number of octets that take at least so long.
    fn octets_in(&self, ps: u64) -> u64 {
        let Some(before) = ps.checked_sub(1) else {
            return 0;
        };
        let whole = u128::from(before) * u128::from(self.rate.0)
            / (8 * u128::from(PS_PER_S) * u128::from(self.rate.1));
        u64::try_from(whole).expect("octets of a packet") + 1
    }
}

impl<T: Tally> General<T> {
    pub(super) fn replay_cutting(
        &mut self,
        lanes: &mut [Lane<'_, T>],
        free: &mut u64,
        horizon: u64,
        network: &mut Network<T>,
    ) {
        let mut cutting = self.cutting.take().expect("a port with pre-emption");
        loop {
            if let Some(piece) = cutting.sending {
                match self.end_of(&piece, &cutting, lanes, horizon, network) {
                    End::Unknown => break,
                    End::Whole => {
                        *free = piece.began + cutting.time(piece.octets);
                        complete(&piece, *free, cutting.time(piece.octets), network);
                    }
                    End::Cut(octets) => {
                        let sent = cutting.time(octets + cutting.overhead);
                        *free = piece.began + sent;
                        self.counts[usize::from(piece.class)].cuts += 1;
                        cutting.rest = Some(Piece {
                            octets: piece.octets - octets,
                            sent: piece.sent + sent,
                            ..piece
                        });
                    }
                }
                cutting.sending = None;
            }
            let idle = self.waiting == 0 && cutting.rest.is_none();
            let start = (*free).max(if idle { self.earliest() } else { 0 });
            if start >= horizon {
                break;
            }
            self.let_in(lanes, start, network);
            let express = self.waiting & cutting.express;
            match cutting.rest.take() {
                Some(rest) if express == 0 => {
                    cutting.sending = Some(Piece {
                        began: start,
                        ..rest
                    });
                }
                Some(rest) => {
                    cutting.rest = Some(rest);
                    let lane = express.trailing_zeros() as usize; // express classes are strict
                    *free = self.send(lane, lanes, start, network);
                }
                None if self.waiting != 0 => {
                    *free = self.begin(&mut cutting, lanes, start, network);
                }
                None => {} // all that came was dropped
            }
        }
        self.cutting = Some(cutting);
    }

    /// Begins the packet that goes next; says when the transmitter is free again, where that is
    /// known.
    fn begin(
        &mut self,
        cutting: &mut Cutting<T>,
        lanes: &[Lane<'_, T>],
        start: u64,
        network: &mut Network<T>,
    ) -> u64 {
        let Choice::Send(lane) = self.choose(lanes, start, network) else {
            panic!("no shapers beside pre-emption");
        };
        if cutting.express & 1 << lane != 0 {
            return self.send(lane, lanes, start, network);
        }
        let (place, kind) = self.take(lane, lanes, network);
        let fact = &self.facts[kind as usize];
        cutting.sending = Some(Piece {
            entry: lanes[lane].ready[place],
            class: fact.class,
            first: start,
            began: start,
            octets: fact.bits / 8,
            sent: 0,
        });
        start
    }

    /// How a piece ends, as far as what comes before the horizon tells.
    fn end_of(
        &mut self,
        piece: &Piece<T>,
        cutting: &Cutting<T>,
        lanes: &mut [Lane<'_, T>],
        horizon: u64,
        network: &mut Network<T>,
    ) -> End {
        let Some(most) = piece.octets.checked_sub(cutting.fragment_min) else {
            return End::Whole;
        };
        if most < cutting.fragment_min {
            return End::Whole;
        }
        let latest = piece.began + cutting.time(most);
        loop {
            let express = (0..lanes.len()).filter(|lane| cutting.express & 1 << lane != 0);
            let next = express.map(|lane| (self.heads[lane], lane)).min();
            let Some((at, lane)) = next.filter(|(at, _)| *at <= latest && *at < horizon) else {
                return if latest < horizon {
                    End::Whole
                } else {
                    End::Unknown
                };
            };
            if self.let_one_in(lane, lanes, network) {
                let octets = cutting.octets_in(at - piece.began);
                return End::Cut(octets.max(cutting.fragment_min));
            }
        }
    }

    /// Lets the next packet of a lane in, or not; says which.
    fn let_one_in(
        &mut self,
        number: usize,
        lanes: &mut [Lane<'_, T>],
        network: &mut Network<T>,
    ) -> bool {
        let (queue, lane) = (&mut self.queues[number], &mut lanes[number]);
        let counts = &mut self.counts;
        let admitted = queue.let_one_in(lane, &self.facts, network, &mut |fact, loss| {
            note_loss(counts, fact, loss);
        });
        self.heads[number] = queue.next(lane);
        if admitted {
            let first = lane.times[queue.head];
            self.note_waiting(number, first);
        }
        admitted
    }
}

/// The last piece of a packet has been sent.
fn complete<T: Tally>(piece: &Piece<T>, free: u64, last: u64, network: &mut Network<T>) {
    let sent = piece.sent + last;
    let entry = &piece.entry;
    let mut tally = entry.tally;
    tally.wait(free - entry.at - sent);
    tally.transmit(sent);
    let out = free + network.legs[entry.leg as usize].behind;
    network.come_up(entry, tally, piece.first, out);
}
