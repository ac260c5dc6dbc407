//! A circuit as reports know it: what carries it, with which settings, which way.

use crate::channel::Timeline;
use crate::channel::timeline::Content;
use crate::engine::Parts;
use crate::plan::StreamId;
use crate::pseudowire::clock::Clock;
use crate::pseudowire::encapsulation::{Encapsulation, FrameSizes};
use crate::pseudowire::receive::Receiver;
use crate::pseudowire::service::{PlayoutModel, Profile, Service};
use crate::traffic::Class;
use crate::units::{BitRate, Octets, SimTime, Span};

use super::LegOwner;
use super::interfaces::InterfaceUse;

/// A teleprotection circuit, both directions.
#[derive(Clone, Debug)]
pub struct Circuit {
    /// Its name.
    pub name: String,
    /// `scheme` as written ("87L", "POTT", … "none").
    pub scheme: String,
    /// Forwarding class; `None` where no packets carry it.
    pub class: Option<Class>,
    /// What stands between the relays and the network.
    pub interface: InterfaceUse,
    /// What carries it.
    pub carriage: Carriage,
    /// The circuit to set beside this one: its index in [`super::Scenario::circuits`].
    pub compare: Option<usize>,
    /// a→z, then z→a.
    pub directions: [Direction; 2],
}

/// What carries a circuit.
#[derive(Clone, Debug)]
pub enum Carriage {
    /// Packets of a pseudowire (a C-pipe).
    Emulated(Box<Emulation>),
    /// Frames that repeat a state (GOOSE).
    Messages(Box<Messages>),
    /// No packets: timeslots, characters or tones, at a constant delay.
    Direct(Direct),
}

/// Circuit emulation: settings of a C-pipe.
#[derive(Clone, Debug)]
pub struct Emulation {
    /// What is carried.
    pub service: Service,
    /// Whose limits of payload and buffer hold.
    pub profile: &'static Profile,
    /// What surrounds the payload.
    pub encapsulation: Encapsulation,
    /// Payload octets of one packet.
    pub payload: Octets,
    /// Octets of signalling behind them.
    pub signalling: Octets,
    /// Whether the relay is silent: the payload is all ones.
    pub silent: bool,
    /// Packet time as an exact fraction of picoseconds (numerator, denominator).
    pub packet_time_exact_ps: (u64, u64),
    /// Configured jitter buffer.
    pub jitter_buffer: Span,
    /// The one that acts: what the product makes of the configured one.
    pub effective_buffer: Span,
    /// When play-out begins.
    pub model: PlayoutModel,
    /// The receiving ends, by direction.
    pub receivers: [Receiver; 2],
    /// The clocks of the sending ends, by direction.
    pub senders: [Clock; 2],
    /// `clock.kind` as written; "network" where nothing is said.
    pub clock_kind: &'static str,
    /// Octets at each layer.
    pub sizes: FrameSizes,
    /// Rates of one direction at each layer, exact.
    pub rates: LayerRates,
}

/// Repeated messages that carry a state.
#[derive(Clone, Debug)]
pub struct Messages {
    /// The frame as the relay sends it, with FCS.
    pub frame: Octets,
    /// What surrounds it in the network.
    pub encapsulation: Encapsulation,
    /// Octets at each layer.
    pub sizes: FrameSizes,
    /// First retransmission interval after an event.
    pub t1: Span,
    /// Interval of the heartbeat.
    pub t0: Span,
    /// When the state changes, ascending.
    pub events: Vec<SimTime>,
    /// How long a message counts, as a multiple of the interval to the next.
    pub allowed: u64,
}

/// A circuit without packets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Direct {
    /// What carries it.
    pub carrier: Carrier,
    /// 64 kb/s timeslots; 0 for characters and tones.
    pub timeslots: u64,
    /// DS0 cross-connects on the way besides those where the timeslots change.
    pub cross_connects: u64,
}

/// What carries a circuit without packets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carrier {
    /// Timeslots of an SDH or SONET network.
    Timeslots,
    /// Characters on a serial line.
    Characters,
    /// Tones on an analogue line.
    Tones,
}

impl Carrier {
    /// The name in scenario files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Timeslots => "tdm",
            Self::Characters => "serial",
            Self::Tones => "analogue",
        }
    }
}

/// One direction of a circuit.
#[derive(Clone, Debug)]
pub struct Direction {
    /// What carries it.
    pub carried: Carried,
    /// Node names from ingress PE to egress PE.
    pub nodes: Vec<String>,
    /// Link names, one less.
    pub links: Vec<String>,
    /// What each leg of its path in the plan is; none where no packets carry it.
    pub legs: Vec<LegOwner>,
    /// Propagation on the route as given.
    pub propagation: Span,
    /// Propagation the physical constants would give on the same route (fibre 4.9 us/km, air
    /// 3.336 us/km); `None` where a link gives its propagation explicitly and no length.
    pub physical_propagation: Option<Span>,
}

/// What carries one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Carried {
    /// A stream of the plan.
    Stream(StreamId),
    /// Nothing that varies: the delay is constant, without the interfaces.
    Constant {
        /// Its parts.
        parts: Parts,
        /// Per link, the timeslots booked.
        slots: Vec<Vec<u64>>,
    },
}

/// The bit rate of one direction of a circuit, layer by layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerRates {
    /// TDM payload alone.
    pub payload: BitRate,
    /// Labels, control word, optional RTP and payload.
    pub mpls: BitRate,
    /// Ethernet frame with FCS and padding.
    pub frame: BitRate,
    /// Frame with preamble and inter-packet gap, whatever the links count.
    pub wire: BitRate,
}

impl Circuit {
    /// The settings of the C-pipe, where the circuit is one.
    #[must_use]
    pub fn emulation(&self) -> Option<&Emulation> {
        match &self.carriage {
            Carriage::Emulated(emulation) => Some(emulation),
            Carriage::Messages(_) | Carriage::Direct(_) => None,
        }
    }

    /// `carrier` in scenario files.
    #[must_use]
    pub fn carrier(&self) -> &'static str {
        match &self.carriage {
            Carriage::Emulated(_) | Carriage::Messages(_) => "packet",
            Carriage::Direct(direct) => direct.carrier.name(),
        }
    }

    /// `service` in scenario files; nothing where no packets carry the circuit.
    #[must_use]
    pub fn service_name(&self) -> &'static str {
        self.carriage.service_name()
    }
}

impl Carriage {
    /// `service` in scenario files; nothing where no packets carry the circuit.
    #[must_use]
    pub fn service_name(&self) -> &'static str {
        match self {
            Self::Emulated(emulation) => match emulation.service {
                Service::Cesopsn { .. } => "cesopsn",
                Service::SatopE1 => "satop-e1",
                Service::SatopT1 => "satop-t1",
            },
            Self::Messages(_) => "goose",
            Self::Direct(_) => "",
        }
    }
}

impl Direction {
    /// The stream of the plan, where there is one.
    #[must_use]
    pub fn stream(&self) -> Option<StreamId> {
        match &self.carried {
            Carried::Stream(stream) => Some(*stream),
            Carried::Constant { .. } => None,
        }
    }

    /// What a direction without packets puts out until `end`: data at a constant delay, from the
    /// instant at which the first bit is through. `None` where a stream carries it.
    #[must_use]
    pub fn constant_timeline(&self, interface: &InterfaceUse, end: SimTime) -> Option<Timeline> {
        let Carried::Constant { parts, .. } = &self.carried else {
            return None;
        };
        let first = SimTime::ZERO + parts.total() + interface.delay();
        let mut timeline = Timeline::default();
        timeline.extend(
            first,
            Content::Idle {
                pattern: crate::channel::timeline::Idle::AllOnes,
                cause: crate::channel::timeline::Cause::Starting,
            },
        );
        let data = Content::Data {
            input_from: SimTime::ZERO,
            rate_ppb: 0,
        };
        timeline.extend(end.max(first) + parts.total() + interface.delay(), data);
        Some(timeline)
    }
}

impl Emulation {
    /// Whole frames of 125 us in one packet of a structured circuit; `None` for others.
    #[must_use]
    pub fn frames_per_packet(&self) -> Option<u64> {
        match self.service {
            Service::Cesopsn { timeslots } => self.payload.0.checked_div(timeslots.into()),
            Service::SatopE1 | Service::SatopT1 => None,
        }
    }
}

impl LayerRates {
    /// Rates of packets of this payload and these sizes, one per packet time.
    #[must_use]
    pub fn of(payload: Octets, sizes: &FrameSizes, packet_time_exact_ps: (u64, u64)) -> Self {
        let rate = |size| BitRate::of(size, packet_time_exact_ps);
        Self {
            payload: rate(payload),
            mpls: rate(sizes.mpls),
            frame: rate(sizes.frame),
            wire: rate(sizes.wire),
        }
    }
}
