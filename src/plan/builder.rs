//! A plan in five lines, for tests, benches and the scenario compiler alike.

use super::{Leg, Plan, Port, PortId, Processing, Source, Stream, StreamId};
use crate::pseudowire::receive::Receiver;
use crate::traffic::Class;
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
    /// Octets taken in the queue.
    pub queued: Octets,
    /// Time in the medium.
    pub propagation: Span,
    /// Time through the far node.
    pub processing: Processing,
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
        };
        Self { plan }
    }

    /// Adds a port; ports come in the order of (link name, direction).
    pub fn port(&mut self, queue_limit: [Option<Octets>; Class::COUNT]) -> PortId {
        self.plan.ports.push(Port { queue_limit });
        PortId(u32::try_from(self.plan.ports.len() - 1).expect("ports within 2^32"))
    }

    /// Adds a stream along `path`; streams come in rank order.
    ///
    /// # Panics
    /// If the path is empty, crosses a port twice, or has a leg without serialization time.
    pub fn stream(
        &mut self,
        class: Class,
        source: Source,
        ingress: Processing,
        path: &[Crossing],
        receiver: Option<Receiver>,
    ) -> StreamId {
        let id = StreamId(u32::try_from(self.plan.streams.len()).expect("streams within 2^32"));
        assert!(!path.is_empty(), "a stream crosses at least one link");
        for (hop, crossing) in path.iter().enumerate() {
            assert!(
                (crossing.port.0 as usize) < self.plan.ports.len(),
                "the port exists"
            );
            assert!(crossing.serialization > Span::ZERO, "sending takes time");
            let again = path[..hop]
                .iter()
                .any(|before| before.port == crossing.port);
            assert!(!again, "a path crosses a port once");
        }
        let count = |legs: usize| u32::try_from(legs).expect("legs within 2^32");
        let start = count(self.plan.legs.len());
        self.plan
            .legs
            .extend(path.iter().cloned().map(|crossing| Leg {
                port: crossing.port,
                stream: id,
                serialization: crossing.serialization,
                queued: crossing.queued,
                propagation: crossing.propagation,
                processing: crossing.processing,
            }));
        let legs = start..count(self.plan.legs.len());
        self.plan.streams.push(Stream {
            class,
            source,
            ingress,
            legs,
            receiver,
        });
        id
    }

    /// The sealed plan.
    #[must_use]
    pub fn seal(self) -> Plan {
        self.plan
    }
}
