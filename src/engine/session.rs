//! Closed loops: a client that waits for responses, and a server that answers requests.
//!
//! What is delivered at one end decides when something is created at the other. Deliveries are
//! known up to some instant only, as arrivals at a port are; so both sides take what they have been
//! told `until` then and leave the rest.

use std::collections::{BTreeSet, VecDeque};

use super::arrivals::NEVER;
use super::ways;
use crate::plan::{Plan, Source, StreamId};

/// One client and its server while a plan runs. Times in picoseconds; packets by the low 32 bits
/// of their numbers.
#[derive(Debug)]
pub(super) struct Session {
    first: u64,
    interval: u64,
    timeout: u64,
    turnaround: u64,
    sources_end: u64,
    /// Creation of the latest request; of none, [`NEVER`].
    outstanding: u64,
    /// Creation of the next request, where known.
    next: Option<u64>,
    /// Responses delivered: when, and to which request.
    responses: Vec<(u64, u32)>,
    /// Requests delivered: when, and which.
    requests: Vec<(u64, u32)>,
    /// The requests that responses answer, the first that of number `first_answer`.
    answers: VecDeque<u32>,
    first_answer: u32,
    /// Up to where each side has taken what was delivered.
    taken: [u64; 2],
    /// What each side has created.
    made: [Made; 2],
}

/// The packets that one side has created and that not all have asked for: it is asked at every
/// port at which they may enter.
#[derive(Default, Debug)]
struct Made {
    /// How many ask.
    readers: usize,
    /// Number of the first of `created`.
    first: u64,
    /// When each was created, and how many have still to ask for it.
    created: VecDeque<(u64, usize)>,
}

/// Which side of a session a stream is, with the number of the session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Client(u32),
    Server(u32),
}

impl Side {
    /// The number of the session, and whether it is the server of it.
    pub(super) fn of(self) -> (u32, bool) {
        match self {
            Self::Client(session) => (session, false),
            Self::Server(session) => (session, true),
        }
    }
}

/// Whether a number stands before another, of both the low bits being known.
fn is_before(number: u32, other: u32) -> bool {
    number.wrapping_sub(other).cast_signed() < 0
}

/// The sessions of a plan, and per stream which side of which it is.
pub(super) fn sessions(plan: &Plan) -> (Vec<Session>, Vec<Option<Side>>) {
    let mut sessions = Vec::new();
    let mut sides = vec![None; plan.streams.len()];
    for (client, stream) in plan.streams.iter().enumerate() {
        let Source::Request {
            first,
            interval,
            timeout,
            response: StreamId(server),
        } = stream.source
        else {
            continue;
        };
        let Source::Response { turnaround, .. } = plan.streams[server as usize].source else {
            panic!("a request is answered by responses");
        };
        let number = sessions.len() as u32;
        sides[client] = Some(Side::Client(number));
        sides[server as usize] = Some(Side::Server(number));
        sessions.push(Session {
            first: first.0,
            interval: interval.0,
            timeout: timeout.0,
            turnaround: turnaround.0,
            sources_end: plan.sources_end.0,
            outstanding: NEVER,
            next: None,
            responses: Vec::new(),
            requests: Vec::new(),
            answers: VecDeque::new(),
            first_answer: 0,
            taken: [0; 2],
            made: [client as u32, server].map(|stream| Made {
                readers: readers(plan, StreamId(stream)),
                ..Made::default()
            }),
        });
    }
    (sessions, sides)
}

/// How many ports there are at which the packets of a stream may enter.
fn readers(plan: &Plan, id: StreamId) -> usize {
    let legs = plan.places_of(id, 0);
    let entries = ways::entries(plan, id).into_iter();
    let ports: BTreeSet<_> = entries.map(|place| legs[place as usize].port).collect();
    ports.len()
}

impl Made {
    /// When this packet was created, if it was already.
    fn at(&self, number: u64) -> Option<u64> {
        let place = usize::try_from(number - self.first).expect("a list fits in memory");
        self.created.get(place).map(|(at, _)| *at)
    }

    /// Somebody has asked for this packet and got it.
    fn take(&mut self, number: u64) {
        self.created[(number - self.first) as usize].1 -= 1;
        while self.created.front().is_some_and(|(_, left)| *left == 0) {
            self.created.pop_front();
            self.first += 1;
        }
    }
}

impl Session {
    /// Creates packet `number` of a side if that is before `until`, all deliveries before it that
    /// may lead to one being known.
    pub(super) fn created(&mut self, server: bool, number: u64, until: u64) -> Option<u64> {
        let side = usize::from(server);
        if self.made[side].at(number).is_none() {
            let at = if server {
                self.next_response(until)
            } else {
                self.next_request(number, until)
            }?;
            let readers = self.made[side].readers;
            self.made[side].created.push_back((at, readers));
        }
        let made = &mut self.made[side];
        let at = made.at(number).filter(|at| *at < until)?;
        made.take(number);
        Some(at)
    }

    /// A packet that this side sent is delivered to the other.
    pub(super) fn deliver(&mut self, server: bool, at: u64, number: u32) {
        if server {
            let place = number.wrapping_sub(self.first_answer) as usize;
            // What is not listed any more answers a request that is over.
            if let Some(request) = self.answers.get(place) {
                assert!(at >= self.taken[0], "a response came behind the clock");
                self.responses.push((at, *request));
            }
        } else {
            assert!(at >= self.taken[1], "a request came behind the clock");
            self.requests.push((at, number));
        }
    }

    /// Creates request `number` if that is before `until`, all deliveries before it being known.
    fn next_request(&mut self, number: u64, until: u64) -> Option<u64> {
        self.taken[0] = until.max(self.taken[0]);
        if number == 0 {
            self.next = Some(self.first);
        } else {
            self.hear(number as u32 - 1, until);
        }
        let created = self.next.filter(|next| *next < until)?;
        if created >= self.sources_end {
            return None;
        }
        self.next = None;
        self.outstanding = created;
        Some(created)
    }

    /// Takes the responses before `until` while this request is outstanding.
    fn hear(&mut self, request: u32, until: u64) {
        while self
            .answers
            .front()
            .is_some_and(|one| is_before(*one, request))
        {
            self.answers.pop_front();
            self.first_answer = self.first_answer.wrapping_add(1);
        }
        let patience = self.outstanding.saturating_add(self.timeout);
        let earliest = self.outstanding + self.interval;
        let next = &mut self.next;
        self.responses.retain(|(at, answered)| {
            let heard = *at < until;
            if heard && *answered == request && *at <= patience && next.is_none() {
                *next = Some(earliest.max(*at));
            }
            !heard
        });
        if next.is_none() && patience < until {
            *next = Some(patience);
        }
    }

    /// Creates a response if that is before `until`, all deliveries that lead to one being known.
    fn next_response(&mut self, until: u64) -> Option<u64> {
        let known = until.saturating_sub(self.turnaround);
        self.taken[1] = known.max(self.taken[1]);
        let due = self.requests.iter().enumerate();
        let due = due.filter(|(_, (at, _))| *at < known);
        let (place, (at, request)) = due.min_by(|(_, one), (_, other)| {
            let tie = is_before(other.1, one.1).cmp(&is_before(one.1, other.1));
            one.0.cmp(&other.0).then(tie)
        })?;
        let (created, request) = (at + self.turnaround, *request);
        if created >= self.sources_end {
            self.requests.clear(); // nor do those after it lead to any
            return None;
        }
        self.requests.swap_remove(place);
        self.answers.push_back(request);
        Some(created)
    }

    /// When this side may next create packet `number`, as far as is known, `now` if it has
    /// something to look at.
    pub(super) fn next_activity(&self, server: bool, number: u64, now: u64) -> u64 {
        if let Some(at) = self.made[usize::from(server)].at(number) {
            return at;
        }
        let waits = if server {
            &self.requests
        } else {
            &self.responses
        };
        if !waits.is_empty() {
            return now;
        }
        let next = match self.next {
            _ if server => NEVER,
            Some(next) => next,
            None if self.outstanding == NEVER => self.first,
            None => self.outstanding.saturating_add(self.timeout),
        };
        if next < self.sources_end { next } else { NEVER }
    }
}
