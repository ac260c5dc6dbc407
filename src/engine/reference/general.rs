//! A general port: every rule of its discipline, as written there.

use std::collections::VecDeque;

use super::round::Round;
use super::tokens::Tokens;
use crate::engine::outcome::QueueOutcome;
use crate::plan::{Discipline, EarlyDrop, Leg, Port, Preemption};
use crate::random::{self, Seed};
use crate::traffic::Class;
use crate::units::{BitRate, Octets};

/// The instant of what is not on the agenda.
pub(super) const NEVER: u64 = u64::MAX;

/// A packet in front of a port.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting<'p> {
    pub(super) stream: u32,
    pub(super) sequence: u64,
    pub(super) class: usize,
    pub(super) leg: &'p Leg,
}

/// What the queues make of a packet that comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admission {
    Admitted,
    Dropped,
    DroppedEarly,
}

/// A packet, or the present piece of one, on a transmitter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'p> {
    pub(super) packet: Waiting<'p>,
    /// When the first piece of the packet began.
    pub(super) first: u64,
    begin: u64,
    pub(super) end: u64,
    /// Octets left of the packet when the piece began.
    octets: u64,
    /// Octets left when it ends, if it was cut.
    left: u64,
    /// Time of the pieces before it.
    before: u64,
}

/// Early dropping at work.
struct Average<'p> {
    early: &'p EarlyDrop,
    draws: random::Stream,
    /// Octets × 2^16.
    average: i64,
}

/// What held packets back, for tests to know what they have seen.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Held {
    pub(super) by_shapers: u64,
    pub(super) by_order: u64,
    pub(super) at_another_rate: u64,
}

/// A general port and the queues in front of it.
pub(super) struct General<'p> {
    discipline: &'p Discipline,
    limits: &'p [Option<Octets>; Class::COUNT],
    /// The single queue, where there is one, is the first.
    queues: [VecDeque<Waiting<'p>>; Class::COUNT],
    octets: [u64; Class::COUNT],
    /// Packets waiting per class, whichever queue they are in.
    waiting: [u64; Class::COUNT],
    round: Round,
    class_tokens: [Option<Tokens>; Class::COUNT],
    port_tokens: Option<Tokens>,
    averages: [Option<Average<'p>>; Class::COUNT],
    /// When the transmitter is free.
    free: u64,
    /// Nothing begins before.
    held_until: u64,
    /// The instant of the service on the agenda; those for other instants are void.
    pub(super) due: u64,
    /// What is on the transmitter of a port with pre-emption.
    current: Option<Piece<'p>>,
    /// The rest of a cut packet.
    rest: Option<Piece<'p>>,
    last_out: Option<u64>,
    pub(super) held: Held,
    pub(super) outcome: [QueueOutcome; Class::COUNT],
}

/// What rules 2 and 3 choose.
enum Choice<'p> {
    /// The first packet of this queue, from the round as turned where it is one of the group.
    First(usize, Option<Round>),
    /// The rest of the cut packet.
    Rest(Piece<'p>),
    /// Nothing, before this instant.
    Nothing(u64),
}

impl<'p> General<'p> {
    pub(super) fn new(port: &'p Port, discipline: &'p Discipline, seed: Seed) -> Self {
        let average = |early: &'p Option<EarlyDrop>| {
            early.as_ref().map(|early| Average {
                early,
                draws: seed.stream(&early.key),
                average: 0,
            })
        };
        Self {
            discipline,
            limits: &port.queue_limit,
            queues: std::array::from_fn(|_| VecDeque::new()),
            octets: [0; Class::COUNT],
            waiting: [0; Class::COUNT],
            round: Round::default(),
            class_tokens: std::array::from_fn(|class| {
                discipline.class_shaper[class].as_ref().map(Tokens::new)
            }),
            port_tokens: discipline.port_shaper.as_ref().map(Tokens::new),
            averages: discipline.early.each_ref().map(average),
            free: 0,
            held_until: 0,
            due: NEVER,
            current: None,
            rest: None,
            last_out: None,
            held: Held::default(),
            outcome: [QueueOutcome::default(); Class::COUNT],
        }
    }

    /// A packet comes.
    pub(super) fn admit(&mut self, packet: Waiting<'p>) -> Admission {
        let queue = if self.discipline.single_queue {
            0
        } else {
            packet.class
        };
        let outcome = &mut self.outcome[packet.class];
        if let Some(average) = &mut self.averages[queue]
            && average.drops(self.octets[queue])
        {
            outcome.dropped_early += 1;
            return Admission::DroppedEarly;
        }
        let octets = self.octets[queue] + packet.leg.queued.0;
        let yellow = self.discipline.yellow_limit[queue].filter(|_| packet.leg.yellow);
        let mut limits = self.limits[queue].into_iter().chain(yellow);
        if limits.any(|limit| octets > limit.0) {
            outcome.dropped += 1;
            return Admission::Dropped;
        }
        if self.discipline.quantum[queue].is_some() && self.queues[queue].is_empty() {
            self.round.join(queue);
        }
        self.octets[queue] = octets;
        self.queues[queue].push_back(packet);
        self.waiting[packet.class] += 1;
        Admission::Admitted
    }

    /// When the port is to look for a packet, one having come now; it may be on the agenda already.
    pub(super) fn looks_at(&self, now: u64) -> u64 {
        if self.current.is_some() {
            return NEVER;
        }
        now.max(self.free).max(self.held_until)
    }

    /// Cuts the packet being sent for an express one admitted now, if that can be; says when its
    /// piece ends.
    pub(super) fn cut(&mut self, now: u64, class: usize) -> Option<u64> {
        let rule = self.discipline.preemption.as_ref()?;
        let rate = self.discipline.rates[0].rate.expect("a rate");
        let piece = self.current.as_mut()?;
        let cuts = rule.express[class] && !rule.express[piece.packet.class] && piece.left == 0;
        if !cuts {
            return None;
        }
        let gone = least_octets(rule, piece.octets, |octets| {
            piece.begin + rate.time_to_send(Octets(octets)).0 >= now
        })?;
        piece.left = piece.octets - gone;
        piece.end = piece.begin + rate.time_to_send(Octets(gone) + rule.overhead).0;
        self.free = piece.end;
        self.outcome[piece.packet.class].cuts += 1;
        Some(piece.end)
    }

    /// Whether what is on the transmitter leaves it now.
    pub(super) fn ends_at(&self, now: u64) -> bool {
        self.current.is_some_and(|piece| piece.end == now)
    }

    /// The present piece ends: gives back the packet if that was its last one, with the time that
    /// all of them took.
    pub(super) fn finish(&mut self) -> Option<(Piece<'p>, u64)> {
        let piece = self.current.take()?;
        let sent = piece.before + (piece.end - piece.begin);
        if piece.left == 0 {
            return Some((piece, sent));
        }
        self.rest = Some(Piece {
            octets: piece.left,
            before: sent,
            ..piece
        });
        None
    }

    /// Whether anything is left to be sent.
    pub(super) fn has_more(&self) -> bool {
        self.rest.is_some() || self.queues.iter().any(|queue| !queue.is_empty())
    }

    /// The port looks for a packet now and begins with it, or says when to look again.
    pub(super) fn serve(&mut self, now: u64) -> Result<Piece<'p>, u64> {
        let rate = self.rate(now).inspect_err(|next| {
            // Nothing is chosen during an outage, so nothing needs to look before its end.
            self.held_until = *next;
        })?;
        let (class, round) = match self.choose(now) {
            Choice::First(class, round) => (class, round),
            Choice::Rest(rest) => return Ok(self.resume(now, rest, rate.expect("a rate"))),
            Choice::Nothing(next) => {
                self.held.by_shapers += u64::from(next != NEVER);
                return Err(next);
            }
        };
        let packet = *self.queues[class].front().expect("it was chosen");
        if let Some(tokens) = &mut self.port_tokens {
            let next = tokens.allows_from(now, packet.leg.bits);
            if next > now {
                self.held_until = next;
                self.held.by_shapers += 1;
                return Err(next);
            }
            tokens.take(now, packet.leg.bits);
        }
        if let Some(tokens) = &mut self.class_tokens[class] {
            tokens.take(now, packet.leg.bits);
        }
        self.queues[class].pop_front();
        self.octets[class] -= packet.leg.queued.0;
        if let Some(mut round) = round {
            round.sent(packet.leg.queued.0, self.queues[class].is_empty());
            self.round = round;
        }
        self.waiting[packet.class] -= 1;
        let outcome = &mut self.outcome[packet.class];
        outcome.transmitted += 1;
        outcome.left_waiting += u64::from(self.waiting[packet.class] > 0);
        let time = rate.map_or(packet.leg.serialization.0, |rate| {
            time_of_bits(rate, packet.leg.bits)
        });
        self.held.at_another_rate += u64::from(time != packet.leg.serialization.0);
        Ok(self.begin(Piece {
            packet,
            first: now,
            begin: now,
            end: now + time,
            octets: packet.leg.bits / 8,
            left: 0,
            before: 0,
        }))
    }

    /// When a packet that leaves now comes out of the medium.
    pub(super) fn out_of_medium(&mut self, packet: &Waiting<'p>, end: u64) -> u64 {
        let mut out = end + packet.leg.propagation.0 + packet.leg.media.0;
        if self.discipline.keeps_order {
            if let Some(last) = self.last_out
                && last >= out
            {
                out = last + 1;
                self.held.by_order += 1;
            }
            self.last_out = Some(out);
        }
        out
    }

    pub(super) fn preempts(&self) -> bool {
        self.discipline.preemption.is_some()
    }

    fn begin(&mut self, piece: Piece<'p>) -> Piece<'p> {
        self.free = piece.end;
        if self.preempts() {
            self.current = Some(piece);
        }
        piece
    }

    fn resume(&mut self, now: u64, rest: Piece<'p>, rate: BitRate) -> Piece<'p> {
        self.rest = None;
        self.begin(Piece {
            begin: now,
            end: now + rate.time_to_send(Octets(rest.octets)).0,
            left: 0,
            ..rest
        })
    }

    /// The rate in force, `None` where the legs tell the time of a packet; during an outage,
    /// the instant of its end.
    fn rate(&self, now: u64) -> Result<Option<BitRate>, u64> {
        let rates = &self.discipline.rates;
        let next = rates.partition_point(|step| step.from.0 <= now);
        let Some(present) = next.checked_sub(1) else {
            return Ok(None);
        };
        if rates[present].rate.is_some() {
            return Ok(rates[present].rate);
        }
        let again = rates[next..].iter().find(|step| step.rate.is_some());
        Err(again.expect("a rate at the end").from.0)
    }

    fn choose(&self, now: u64) -> Choice<'p> {
        let waiting = |class: &usize| !self.queues[*class].is_empty();
        let strict = |class: &usize| self.discipline.quantum[*class].is_none();
        // When the shaper of a class allows its first packet.
        let from = |class: usize| {
            let bits = self.queues[class][0].leg.bits;
            let tokens = self.class_tokens[class].as_ref();
            tokens.map_or(now, |tokens| tokens.allows_from(now, bits))
        };
        let mut classes = (0..Class::COUNT).filter(waiting);
        if let (Some(rest), Some(rule)) = (self.rest, &self.discipline.preemption) {
            let express = classes.find(|class| rule.express[*class]);
            return express.map_or(Choice::Rest(rest), |class| Choice::First(class, None));
        }
        let allowed = |class: &usize| from(*class) == now;
        if let Some(class) = classes.clone().filter(strict).find(allowed) {
            return Choice::First(class, None);
        }
        if !classes.clone().any(|class| allowed(&class)) {
            return Choice::Nothing(classes.map(from).min().unwrap_or(NEVER));
        }
        let mut round = self.round;
        let class = round.turn(&self.discipline.quantum, |class| {
            allowed(&class).then(|| self.queues[class][0].leg.queued.0)
        });
        Choice::First(class, Some(round))
    }
}

impl Average<'_> {
    /// Whether a packet that finds so many octets waiting is dropped.
    fn drops(&mut self, queue: u64) -> bool {
        let draw = self.draws.draw() >> 32;
        let queue = i64::try_from(queue << 16).expect("octets within 2^47");
        self.average += (queue - self.average) >> self.early.weight_shift;
        let average = u64::try_from(self.average).expect("an average of octets");
        let (min, max) = (self.early.min.0 << 16, self.early.max.0 << 16);
        if average < min {
            return false;
        }
        let drawn = u128::from(draw) * u128::from(max - min) * 1_000_000_000;
        let share = u128::from(self.early.probability_max_ppb) * u128::from(average - min);
        average >= max || drawn < share << 32
    }
}

/// The least whole number of octets that leaves two pieces large enough and is `far_enough`.
fn least_octets(rule: &Preemption, octets: u64, far_enough: impl Fn(u64) -> bool) -> Option<u64> {
    let most = octets.checked_sub(rule.fragment_min.0)?;
    let (mut low, mut high) = (rule.fragment_min.0, most.checked_add(1)?);
    // Between: the least that may do, and the least that is known to do or beyond the most.
    while low < high {
        let middle = low + (high - low) / 2;
        if far_enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    (low <= most).then_some(low)
}

/// Time of so many bits at a rate, rounded up to a whole picosecond.
fn time_of_bits(rate: BitRate, bits: u64) -> u64 {
    let (numerator, denominator) = rate.exact_bps();
    let scaled = u128::from(bits) * u128::from(denominator) * 1_000_000_000_000;
    u64::try_from(scaled.div_ceil(u128::from(numerator))).expect("within 213 days")
}
