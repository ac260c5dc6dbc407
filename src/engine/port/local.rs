//! A stream at its ingress PE: when its packets come to their first queue, and which they are.

use crate::engine::arrivals::Arrivals;
use crate::engine::delivery::Loss;
use crate::engine::network::{Entry, Lost, Network};
use crate::engine::tally::Tally;
use crate::mpls::routing::{Next, Target};
use crate::plan::{Plan, PortId, Processing, Sizes, StreamId};
use crate::random::{self, Seed};
use crate::traffic::{Colour, Meter};
use crate::units::{Octets, SimTime};

/// A stream at its ingress PE.
#[derive(Debug)]
pub(super) struct Local<'a> {
    pub(super) stream: StreamId,
    pub(super) leg: u32,
    pub(super) arrivals: Arrivals<'a>,
    pub(super) ingress: u64,
    /// Boxed, like all that few streams have: an engine is to stay small.
    pub(super) drawn: Option<Box<(Processing, random::Stream)>>,
    /// Where packets differ.
    pub(super) variety: Option<Box<Variety>>,
    /// Where packets may enter elsewhere at other times.
    pub(super) door: Option<Box<Door>>,
    /// Whether a session creates the packets.
    pub(super) told: bool,
}

/// One of the ports at which the packets of a stream may enter. Each has a [`Local`] that makes all
/// packets, draws and meters all alike, and lets in those that enter here.
#[derive(Debug)]
pub(super) struct Door {
    entry: Next,
    /// By place, whether it is a leg of this port.
    here: Box<[bool]>,
    /// Whether this is the port at which packets are counted that enter at none.
    counts: bool,
}

impl Door {
    fn new(plan: &Plan, id: StreamId, port: PortId) -> Option<Box<Self>> {
        let graph = plan.streams[id.0 as usize].graph.as_deref()?;
        let here: Box<[bool]> = plan
            .places_of(id, 0)
            .iter()
            .map(|leg| leg.port == port)
            .collect();
        Some(Box::new(Self {
            entry: graph.entry.clone(),
            counts: here[0], // an entry from the beginning
            here,
        }))
    }
}

/// Which variant of its path each packet takes.
#[derive(Debug)]
pub(super) struct Variety {
    sizes: Sizes,
    draws: Option<random::Stream>,
    meter: Option<Meter>,
    /// Octets in the first queue, per size.
    queued: Box<[Octets]>,
    /// Legs of a variant.
    places: u32,
}

impl Variety {
    fn new(plan: &Plan, id: StreamId, seed: Seed) -> Option<Box<Self>> {
        let stream = &plan.streams[id.0 as usize];
        if plan.variants(id) == 1 {
            return None;
        }
        let draws = match &stream.sizes {
            Sizes::Drawn { key, .. } => Some(seed.stream(key)),
            Sizes::One | Sizes::Cycle(_) => None,
        };
        let queued = (0..stream.sizes.count()).map(|size| plan.path_of(id, size)[0].queued);
        Some(Box::new(Self {
            sizes: stream.sizes.clone(),
            draws,
            meter: stream.policer.map(Meter::new),
            queued: queued.collect(),
            places: stream.places,
        }))
    }

    /// How many legs after the first one of its stream those of packet `number` begin; `None`
    /// where the policer finds it red.
    fn legs_ahead(&mut self, number: u64, created: u64) -> Option<u32> {
        let size = match (&self.sizes, &mut self.draws) {
            (Sizes::Drawn { thresholds, .. }, Some(draws)) => {
                let draw = draws.draw();
                let above = thresholds.partition_point(|threshold| *threshold <= draw);
                above.min(thresholds.len() - 1)
            }
            (Sizes::Cycle(cycle), _) => usize::from(cycle[(number % cycle.len() as u64) as usize]),
            _ => 0,
        };
        let colour = match &mut self.meter {
            Some(meter) => meter.colour(SimTime(created), self.queued[size]),
            None => Colour::Green,
        };
        let variant = match colour {
            Colour::Green => size,
            Colour::Yellow => size + self.queued.len(),
            Colour::Red => return None,
        };
        Some(variant as u32 * self.places)
    }
}

impl<'a> Local<'a> {
    /// A stream at one of the ports at which it may enter.
    pub(super) fn new(
        plan: &Plan,
        stream: StreamId,
        port: PortId,
        seed: Seed,
        arrivals: Arrivals<'a>,
    ) -> Self {
        let run = &plan.streams[stream.0 as usize];
        let drawn = match &run.ingress {
            Processing::Constant(_) => None,
            Processing::Uniform { key, .. } => {
                Some(Box::new((run.ingress.clone(), seed.stream(key))))
            }
        };
        Self {
            stream,
            leg: run.legs.start,
            told: arrivals.is_told(),
            arrivals,
            ingress: run.ingress.min().0,
            drawn,
            variety: Variety::new(plan, stream, seed),
            door: Door::new(plan, stream, port),
        }
    }

    /// Whether a plain list of instants says all there is to say of the packets.
    pub(super) fn is_uniform(&self) -> bool {
        self.drawn.is_none() && self.variety.is_none() && self.door.is_none() && !self.told
    }

    /// Makes the packets that enter the first queue before the horizon, and perhaps some more.
    pub(super) fn enter<T: Tally>(
        &mut self,
        horizon: u64,
        ready: &mut Vec<Entry<T>>,
        network: &mut Network<T>,
    ) {
        if self.variety.is_some() || self.door.is_some() || self.told {
            self.enter_various(horizon, ready, network);
            return;
        }
        while self.arrivals.next.saturating_add(self.ingress) < horizon {
            let number = self.arrivals.produced;
            let created = self.arrivals.pop();
            ready.push(self.entry(number, created, self.leg));
        }
    }

    fn enter_various<T: Tally>(
        &mut self,
        horizon: u64,
        ready: &mut Vec<Entry<T>>,
        network: &mut Network<T>,
    ) {
        let until = horizon.saturating_sub(self.ingress);
        loop {
            let number = self.arrivals.produced;
            let Some(created) = self.created_before(until, network) else {
                return;
            };
            let ahead = match &mut self.variety {
                None => Some(0),
                Some(variety) => variety.legs_ahead(number, created),
            };
            let loss = match ahead {
                None => Loss::Policed,
                Some(ahead) => {
                    let mut entry = self.entry(number, created, self.leg + ahead);
                    let door = self.door.as_deref();
                    let entry_at = SimTime(entry.at);
                    match door.map_or(Target::Crossing(0), |door| door.entry.at(entry_at)) {
                        Target::Crossing(place) => {
                            entry.leg += place as u32;
                            if door.is_none_or(|door| door.here[place]) {
                                ready.push(entry);
                            }
                            continue;
                        }
                        Target::Deliver | Target::Discard => Loss::Unrouted,
                    }
                }
            };
            if self.door.as_ref().is_none_or(|door| door.counts) {
                let lost = Lost {
                    leg: self.leg,
                    sequence: number as u32,
                    created,
                };
                network.lose(&lost, loss);
            }
        }
    }

    /// Creation of the next packet, if it is before this instant.
    fn created_before<T: Tally>(&mut self, until: u64, network: &mut Network<T>) -> Option<u64> {
        if !self.told {
            return (self.arrivals.next < until).then(|| self.arrivals.pop());
        }
        let (session, server) = network.side(self.stream)?.of();
        let number = self.arrivals.produced;
        let created = network.sessions[session as usize].created(server, number, until)?;
        self.arrivals.count_told();
        Some(created)
    }

    /// When the next packet may be created, as far as is known; `now` where there is something to
    /// look at.
    pub(super) fn next_activity<T: Tally>(&self, now: u64, network: &Network<T>) -> u64 {
        match network.side(self.stream).filter(|_| self.told) {
            None => self.arrivals.next,
            Some(side) => {
                let (session, server) = side.of();
                let session = &network.sessions[session as usize];
                session.next_activity(server, self.arrivals.produced, now)
            }
        }
    }

    /// A packet at its first queue.
    #[inline]
    fn entry<T: Tally>(&mut self, number: u64, created: u64, leg: u32) -> Entry<T> {
        let ingress = match self.drawn.as_deref_mut() {
            Some((Processing::Uniform { min, max, .. }, stream)) => {
                Processing::drawn(*min, *max, stream.draw()).0
            }
            _ => self.ingress,
        };
        let mut tally = T::default();
        tally.process(ingress);
        Entry {
            at: created + ingress,
            created,
            leg,
            sequence: number as u32,
            tally,
        }
    }
}
