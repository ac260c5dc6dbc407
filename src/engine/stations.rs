//! What the window engine makes of a plan: which port is replayed how, and what it waits for.

use super::lookahead::lookaheads;
use crate::plan::{Discipline, Plan, PortId};
use crate::units::Span;

/// What is replayed on its own: one port with the queues in front of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Station {
    /// The port.
    pub port: PortId,
    /// Whether it takes the kernel for general ports; plain ones are strict priority at one rate.
    pub general: bool,
    /// What a general port does beyond a plain one; may be empty.
    pub features: Vec<Feature>,
    /// The stations it waits for, in the order of their ports.
    pub waits_for: Vec<Wait>,
}

/// One station waits for another: it is replayed up to the other's clock and this much beyond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The other one.
    pub port: PortId,
    /// The least time from the beginning of a transmission there until something enters a queue
    /// here because of it.
    pub lookahead: Span,
    /// Whether a session stands in between: what is delivered behind the other creates what
    /// enters here.
    pub session: bool,
}

/// What only the kernel for general ports can do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Feature {
    /// The rate changes over time.
    RateSteps,
    /// Deficit round robin.
    RoundRobin,
    /// A shaper of a class.
    ClassShaper,
    /// A shaper of the port.
    PortShaper,
    /// Random early detection.
    EarlyDrop,
    /// Limits for packets out of profile.
    YellowLimit,
    /// Frame pre-emption.
    Preemption,
    /// One queue for all classes.
    SingleQueue,
    /// A medium that keeps the order.
    KeepsOrder,
}

/// The stations of a plan, in the order of its ports.
#[must_use]
pub fn stations(plan: &Plan) -> Vec<Station> {
    let station = |(index, waits): (usize, Vec<super::lookahead::Ahead>)| {
        let discipline = plan.ports[index].discipline.as_deref();
        let wait = |ahead: &super::lookahead::Ahead| Wait {
            port: PortId(ahead.port),
            lookahead: Span(ahead.ps),
            session: ahead.session,
        };
        Station {
            port: PortId(index as u32),
            general: discipline.is_some(),
            features: discipline.map_or_else(Vec::new, features),
            waits_for: waits.iter().map(wait).collect(),
        }
    };
    lookaheads(plan)
        .into_iter()
        .enumerate()
        .map(station)
        .collect()
}

fn features(discipline: &Discipline) -> Vec<Feature> {
    let all = [
        (Feature::RateSteps, discipline.rates.len() > 1),
        (
            Feature::RoundRobin,
            discipline.quantum.iter().any(Option::is_some),
        ),
        (
            Feature::ClassShaper,
            discipline.class_shaper.iter().any(Option::is_some),
        ),
        (Feature::PortShaper, discipline.port_shaper.is_some()),
        (
            Feature::EarlyDrop,
            discipline.early.iter().any(Option::is_some),
        ),
        (
            Feature::YellowLimit,
            discipline.yellow_limit.iter().any(Option::is_some),
        ),
        (Feature::Preemption, discipline.preemption.is_some()),
        (Feature::SingleQueue, discipline.single_queue),
        (Feature::KeepsOrder, discipline.keeps_order),
    ];
    let used = all.into_iter().filter(|(_, used)| *used);
    used.map(|(feature, _)| feature).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{self, Options};
    use crate::plan::{
        Crossing, End, PlanBuilder, Processing, RateStep, Route, Sizes, Source, StreamId,
    };
    use crate::random::Seed;
    use crate::traffic::Class;
    use crate::units::{BitRate, Octets, SimTime};

    /// A client and a server, one link there and one back: 100 octets at 10 Mb/s take 80 us, the
    /// way 100 us, the server 40 us. Each way has a radio that is twice as fast later.
    fn session(interval: Span, timeout: Span, requests_lost: bool) -> Plan {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(10));
        let step = |ms: u64, mbps: u64| RateStep {
            from: SimTime::ZERO + Span::from_ms(ms),
            rate: BitRate::from_bps(mbps * 1_000_000),
        };
        let radio = Discipline {
            rates: vec![step(0, 10), step(20, 20)],
            ..Discipline::default()
        };
        let limit = requests_lost.then_some(Octets(99));
        let ports =
            [limit, None].map(|limit| builder.general_port([limit; Class::COUNT], radio.clone()));
        let sources = [
            Source::Request {
                first: SimTime::ZERO,
                interval,
                timeout,
                response: StreamId(1),
            },
            Source::Response {
                request: StreamId(0),
                turnaround: Span::from_us(40),
            },
        ];
        for (port, source) in ports.into_iter().zip(sources) {
            let crossing = Crossing {
                port,
                serialization: Span::from_us(80),
                bits: 800,
                queued: Octets(100),
                propagation: Span::from_us(100),
                ..Crossing::default()
            };
            builder.route(Route {
                graph: None,
                class: Class::L1,
                source,
                sizes: Sizes::One,
                policer: None,
                ingress: Processing::Constant(Span::ZERO),
                paths: vec![vec![crossing]],
                end: End::Sink,
            });
        }
        builder.seal()
    }

    #[test]
    fn a_session_waits_for_the_other_end_at_the_highest_rate() {
        let stations = stations(&session(Span::ZERO, Span::from_ms(1), false));
        let wait = |port, us| Wait {
            port: PortId(port),
            lookahead: Span::from_us(us),
            session: true,
        };
        // 40 us on the transmitter, 100 us on the way; and 40 us at the server.
        assert_eq!(stations[0].waits_for, [wait(1, 140)]);
        assert_eq!(stations[1].waits_for, [wait(0, 180)]);
        assert_eq!(stations[0].features, [Feature::RateSteps]);
    }

    fn sent(plan: &Plan) -> [u64; 2] {
        let outcome = engine::run(plan, Seed(1), &Options::default());
        [outcome.streams[0].sent, outcome.streams[1].sent]
    }

    #[test]
    fn a_client_sends_when_it_has_its_response_or_later() {
        // There and back takes 180 + 40 + 180 = 400 us: requests at 0, 0.4, …, 9.6 ms.
        let at_once = session(Span::ZERO, Span::from_ms(1), false);
        assert_eq!(sent(&at_once), [25, 25]);
        let later = session(Span::from_ms(3), Span::from_ms(3), false);
        assert_eq!(sent(&later), [4, 4], "at 0, 3, 6 and 9 ms");
    }

    #[test]
    fn a_client_without_response_sends_when_its_patience_ends() {
        let lost = session(Span::ZERO, Span::from_ms(1), true);
        assert_eq!(sent(&lost), [10, 0], "at 0, 1, …, 9 ms");
        // At 400 us exactly the response is in time; one picosecond less is too little.
        let just = session(Span::ZERO, Span::from_us(400), false);
        assert_eq!(sent(&just), [25, 25]);
        let hasty = session(Span(399_999_999), Span(399_999_999), false);
        assert_eq!(sent(&hasty), [26, 25], "the last at 9.999 999 975 ms");
    }
}
