//! A plan in five lines, for tests, benches and the scenario compiler alike.

use std::collections::BTreeSet;

use super::{
    Discipline, End, Graph, Leg, Plan, Port, PortId, Processing, Sizes, Source, Stream, StreamId,
};
use crate::mpls::outage::Stretch;
use crate::mpls::routing::{Next, Target};
use crate::pseudowire::receive::Receiver;
use crate::traffic::{Class, Policer};
use crate::units::{Octets, SimTime, Span};

/// Collects ports and streams in rank order, then seals them into a [`Plan`].
#[derive(Debug)]
pub struct PlanBuilder {
    plan: Plan,
}

/// What one leg of a path is made of; see [`Leg`].
#[derive(Clone, Debug)]
pub struct Crossing {
    /// The link direction crossed.
    pub port: PortId,
    /// Time on the transmitter.
    pub serialization: Span,
    /// Bits on the transmitter; needed at general ports only.
    pub bits: u64,
    /// Octets taken in the queue.
    pub queued: Octets,
    /// Time in the medium.
    pub propagation: Span,
    /// Latency of radios and boxes.
    pub media: Span,
    /// Time through the far node.
    pub processing: Processing,
}

impl Default for Crossing {
    /// Nothing: for writing down only what matters.
    fn default() -> Self {
        Self {
            port: PortId(0),
            serialization: Span::ZERO,
            bits: 0,
            queued: Octets(0),
            propagation: Span::ZERO,
            media: Span::ZERO,
            processing: Processing::Constant(Span::ZERO),
        }
    }
}

/// A stream to be added: see [`Stream`].
#[derive(Clone, Debug)]
pub struct Route {
    /// Its class.
    pub class: Class,
    /// When packets are created.
    pub source: Source,
    /// How large they are.
    pub sizes: Sizes,
    /// Meters them.
    pub policer: Option<Policer>,
    /// Time through the first node.
    pub ingress: Processing,
    /// The crossings of each size; all over the same ports.
    pub paths: Vec<Vec<Crossing>>,
    /// Where packets go over time, and how many of the crossings are the path in normal operation,
    /// the first ones; `None`: along them all.
    pub graph: Option<(Graph, usize)>,
    /// What becomes of them.
    pub end: End,
}

impl PlanBuilder {
    /// An empty plan whose sources stop at `sources_end`.
    #[must_use]
    pub fn new(sources_end: SimTime) -> Self {
        let plan = Plan {
            sources_end,
            ports: Vec::new(),
            streams: Vec::new(),
            legs: Vec::new(),
            series_bin: None,
            stages: Vec::new(),
        };
        Self { plan }
    }

    /// Asks for counts and delays over time, in bins of this length.
    pub fn series(&mut self, bin: Span) {
        assert!(bin > Span::ZERO, "a bin has a length");
        self.plan.series_bin = Some(bin);
    }

    /// Asks for counts and delays of circuits from each of these instants to the next.
    ///
    /// # Panics
    /// If they do not ascend from zero.
    pub fn stages(&mut self, stages: Vec<SimTime>) {
        assert_eq!(stages.first(), Some(&SimTime::ZERO), "from the beginning");
        assert!(stages.is_sorted_by(|one, next| one < next), "in order");
        self.plan.stages = stages;
    }

    /// Says when a port is cut.
    ///
    /// # Panics
    /// If the stretches do not ascend or touch.
    pub fn cut(&mut self, port: PortId, cuts: Vec<Stretch>) {
        assert!(cuts.iter().all(|cut| cut.from < cut.to), "with a length");
        assert!(cuts.is_sorted_by(|one, next| one.to < next.from), "apart");
        self.plan.ports[port.0 as usize].cuts = cuts;
    }

    /// Adds a plain port; ports come in the order of (link name, direction).
    pub fn port(&mut self, queue_limit: [Option<Octets>; Class::COUNT]) -> PortId {
        self.add(queue_limit, None)
    }

    /// Adds a general port.
    ///
    /// # Panics
    /// If the discipline contradicts itself.
    pub fn general_port(
        &mut self,
        queue_limit: [Option<Octets>; Class::COUNT],
        discipline: Discipline,
    ) -> PortId {
        discipline.assert_sound();
        self.add(queue_limit, Some(Box::new(discipline)))
    }

    fn add(
        &mut self,
        queue_limit: [Option<Octets>; Class::COUNT],
        discipline: Option<Box<Discipline>>,
    ) -> PortId {
        self.plan.ports.push(Port {
            queue_limit,
            discipline,
            cuts: Vec::new(),
        });
        PortId(u32::try_from(self.plan.ports.len() - 1).expect("ports within 2^32"))
    }

    /// Adds a stream of packets of one size along `path`; streams come in rank order.
    ///
    /// # Panics
    /// As [`PlanBuilder::route`].
    pub fn stream(
        &mut self,
        class: Class,
        source: Source,
        ingress: Processing,
        path: &[Crossing],
        receiver: Option<Receiver>,
    ) -> StreamId {
        self.route(Route {
            class,
            source,
            sizes: Sizes::One,
            policer: None,
            ingress,
            paths: vec![path.to_vec()],
            graph: None,
            end: receiver.map_or(End::Sink, End::Pseudowire),
        })
    }

    /// Adds a stream; streams come in rank order.
    ///
    /// # Panics
    /// If there is not one path per size, a path is empty or, without a graph, crosses a port
    /// twice, the graph names places that are not there, delivers what enters, or its first turns
    /// do not lead along its path in normal operation, the paths cross different ports or nodes, a
    /// leg has no serialization time, or no bits at a general port, or more than a shaper holds, or
    /// part octets where they may be cut, or the source contradicts itself.
    pub fn route(&mut self, route: Route) -> StreamId {
        let id = StreamId(u32::try_from(self.plan.streams.len()).expect("streams within 2^32"));
        let count = |legs: usize| u32::try_from(legs).expect("legs within 2^32");
        assert_eq!(
            route.sizes.count(),
            count(route.paths.len()),
            "a path per size"
        );
        let first = &route.paths[0];
        for path in &route.paths {
            self.assert_path(path, route.class, route.graph.is_some());
            let same = path.iter().map(|crossing| crossing.port);
            assert!(
                same.eq(first.iter().map(|crossing| crossing.port)),
                "every size takes the same way"
            );
            let nodes = path.iter().map(|crossing| &crossing.processing);
            assert!(
                nodes.eq(first.iter().map(|crossing| &crossing.processing)),
                "nodes do not tell sizes apart"
            );
        }
        route.source.assert_sound();
        let hops = match &route.graph {
            Some((graph, hops)) => {
                graph.assert_sound(first.len(), *hops);
                *hops
            }
            None => first.len(),
        };
        let start = count(self.plan.legs.len());
        let colours = if route.policer.is_some() {
            &[false, true][..]
        } else {
            &[false]
        };
        for yellow in colours {
            for crossing in route.paths.iter().flatten() {
                self.plan.legs.push(leg(id, crossing, *yellow));
            }
        }
        self.plan.streams.push(Stream {
            class: route.class,
            source: route.source,
            sizes: route.sizes,
            policer: route.policer,
            ingress: route.ingress,
            legs: start..count(self.plan.legs.len()),
            hops: count(hops),
            places: count(first.len()),
            graph: route.graph.map(|(graph, _)| Box::new(graph)),
            end: route.end,
        });
        id
    }

    fn assert_path(&self, path: &[Crossing], class: Class, again_allowed: bool) {
        assert!(!path.is_empty(), "a stream crosses at least one link");
        for (hop, crossing) in path.iter().enumerate() {
            let port = self.plan.ports.get(crossing.port.0 as usize);
            let discipline = port.expect("the port exists").discipline.as_deref();
            assert!(crossing.serialization > Span::ZERO, "sending takes time");
            if let Some(discipline) = discipline {
                discipline.assert_takes(crossing.bits, class);
            }
            let again = path[..hop]
                .iter()
                .any(|before| before.port == crossing.port);
            assert!(again_allowed || !again, "a path crosses a port once");
        }
    }

    /// The sealed plan.
    ///
    /// # Panics
    /// If a client and a server do not name each other, or a copy does not name a receiving end
    /// with the same source, or one that has a copy.
    #[must_use]
    pub fn seal(self) -> Plan {
        let mut copied = BTreeSet::new();
        for stream in &self.plan.streams {
            if let End::Copy(id) = stream.end {
                let of = &self.plan.streams[id.0 as usize];
                assert!(of.receiver().is_some(), "a copy goes to a receiving end");
                assert!(of.source == stream.source, "with the same packets");
                assert!(copied.insert(id), "there is one copy");
            }
        }
        let source = |stream: StreamId| self.plan.streams.get(stream.0 as usize);
        for (id, stream) in (0..).map(StreamId).zip(&self.plan.streams) {
            let other = match &stream.source {
                Source::Request { response, .. } => source(*response),
                Source::Response { request, .. } => source(*request),
                _ => continue,
            };
            let named = match other.map(|other| &other.source) {
                Some(Source::Request { response, .. }) => *response == id,
                Some(Source::Response { request, .. }) => *request == id,
                _ => false,
            };
            assert!(named, "the two sides of a session name each other");
        }
        self.plan
    }
}

fn leg(stream: StreamId, crossing: &Crossing, yellow: bool) -> Leg {
    Leg {
        port: crossing.port,
        stream,
        serialization: crossing.serialization,
        bits: crossing.bits,
        queued: crossing.queued,
        propagation: crossing.propagation,
        media: crossing.media,
        processing: crossing.processing.clone(),
        yellow,
    }
}

impl Graph {
    /// That all targets exist, and that the first turns lead along the first `hops` places.
    fn assert_sound(&self, places: usize, hops: usize) {
        assert_eq!(self.behind.len(), places, "every leg leads somewhere");
        assert!((1..=places).contains(&hops), "a path has a leg");
        let delivers = |next: &Next| next.turns().iter().any(|turn| turn.to == Target::Deliver);
        assert!(!delivers(&self.entry), "a packet that enters is sent");
        let all = [&self.entry].into_iter().chain(&self.behind);
        for turn in all.flat_map(Next::turns) {
            if let Target::Crossing(place) = turn.to {
                assert!(place < places, "a place that exists");
            }
        }
        let first = |next: &Next| next.turns()[0].to;
        assert_eq!(
            first(&self.entry),
            Target::Crossing(0),
            "from the first leg"
        );
        for (place, next) in self.behind[..hops].iter().enumerate() {
            let along = if place + 1 < hops {
                Target::Crossing(place + 1)
            } else {
                Target::Deliver
            };
            assert_eq!(first(next), along, "along the path");
        }
    }
}

impl Discipline {
    /// What the scenario compiler has checked already.
    fn assert_sound(&self) {
        if let Some(first) = self.rates.first() {
            assert_eq!(first.from, SimTime::ZERO, "a rate from the beginning");
            assert!(first.rate.is_some(), "a rate at the beginning");
            assert!(self.rates.is_sorted_by(|a, b| a.from < b.from), "in order");
            let last = self.rates.last().and_then(|step| step.rate);
            assert!(
                last.is_some(),
                "a rate at the end, for the network to drain"
            );
        }
        let plain = |set: bool, what: &str| assert!(!self.single_queue || !set, "{what}");
        plain(
            self.quantum.iter().any(Option::is_some),
            "one queue, no rounds",
        );
        plain(self.class_shaper.iter().any(Option::is_some), "one queue");
        plain(self.early.iter().any(Option::is_some), "one queue");
        plain(self.preemption.is_some(), "one queue");
        let strict = |class: &usize| self.quantum[*class].is_none();
        let grouped = (0..Class::COUNT).find(|class| !strict(class));
        let quanta = self.quantum.iter().flatten();
        assert!(
            quanta.clone().all(|quantum| quantum.0 > 0),
            "a visit sends something"
        );
        if let Some(first) = grouped {
            assert!(
                (first..Class::COUNT).all(|class| !strict(&class)),
                "strict above the round"
            );
        }
        if self.preemption.is_some() {
            let shaped = self.class_shaper.iter().any(Option::is_some);
            assert!(
                !shaped && self.port_shaper.is_none(),
                "no shapers beside pre-emption"
            );
            assert!(
                self.rates.len() == 1 && !self.keeps_order,
                "one rate, stated"
            );
        }
        for early in self.early.iter().flatten() {
            assert!(early.min < early.max && early.weight_shift < 32, "a slope");
        }
        for shaper in self
            .class_shaper
            .iter()
            .chain([&self.port_shaper])
            .flatten()
        {
            assert!(shaper.rate_bps > 0, "a shaper lets something through");
        }
        if let Some(preemption) = &self.preemption {
            assert!(preemption.fragment_min.0 > 0, "a piece has octets");
            let express = (0..Class::COUNT).filter(|class| preemption.express[*class]);
            assert!(
                express.clone().all(|class| strict(&class)),
                "express is strict"
            );
        }
    }

    /// What the scenario compiler has checked of a packet of so many bits.
    fn assert_takes(&self, bits: u64, class: Class) {
        assert!(bits > 0, "a general port counts bits");
        let shapers = [&self.class_shaper[class.index()], &self.port_shaper];
        for shaper in shapers.into_iter().flatten() {
            assert!(bits <= 8 * shaper.burst.0, "a shaper holds every packet");
        }
        let whole = self.preemption.is_none() || bits.is_multiple_of(8);
        assert!(whole, "pieces are whole octets");
    }
}

impl Source {
    /// What the scenario compiler has checked already.
    fn assert_sound(&self) {
        match self {
            Self::Cyclic { cycles, offsets } => {
                assert_eq!(offsets.first(), Some(&Span::ZERO), "a cycle from its start");
                assert!(offsets.is_sorted(), "in order");
                assert!(offsets.last() <= Some(&cycles.period()), "within a period");
            }
            Self::OnOff {
                gap,
                mean_on_q16_ps,
                mean_off_q16_ps,
                ..
            } => {
                assert!(*gap > Span::ZERO, "packets come one by one");
                let longer = mean_on_q16_ps.max(mean_off_q16_ps);
                assert!(*longer >= 1 << 16, "talk and silence take time");
            }
            Self::Listed(instants) => assert!(instants.is_sorted(), "in order"),
            Self::Request {
                interval, timeout, ..
            } => {
                assert!(*timeout > Span::ZERO, "a client waits");
                assert!(
                    timeout >= interval,
                    "and no less than from request to request"
                );
            }
            _ => {}
        }
    }
}
