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
