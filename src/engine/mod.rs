//! Runs a plan: windows per station, and a heap engine that is the oracle.

mod arrivals;
mod delivery;
mod holding;
mod kinds;
mod lookahead;
mod network;
pub mod outcome;
mod port;
mod reception;
mod reference;
mod selection;
mod session;
pub mod shape;
mod special;
pub mod stations;
mod tally;
mod ways;
mod window;

pub use arrivals::{SharedArrivals, created};
pub use outcome::{
    Bin, Delays, Held, Outcome, Parts, QueueOutcome, Received, Selected, Slowest, StreamOutcome,
};
pub use reception::receive;
pub use reference::Noted;
pub use shape::Shape;

use crate::plan::{Plan, Source};
use crate::random::Seed;
use crate::units::{SimTime, Span};

/// Which engine runs the plan; the outcome is the same.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum EngineKind {
    /// Every station replayed on its own, in windows no longer than the lookahead.
    #[default]
    Window,
    /// One heap of events: slower, independent, the oracle.
    Reference,
}

/// How a plan is run. Nothing here changes what is reported, only how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Which engine.
    pub engine: EngineKind,
    /// Longest window; the engine never goes beyond the lookahead, whatever this says.
    pub window_max: Span,
    /// Whether histograms and the parts of the slowest packets are kept.
    pub detailed: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: EngineKind::Window,
            window_max: Span::from_ms(8),
            detailed: true,
        }
    }
}

/// Runs the plan to the last packet.
#[must_use]
pub fn run(plan: &Plan, seed: Seed, options: &Options) -> Outcome {
    run_watched(plan, seed, options, &mut |_| ())
}

/// Runs the plan and tells now and then how far simulated time has come.
pub fn run_watched(
    plan: &Plan,
    seed: Seed,
    options: &Options,
    watch: &mut dyn FnMut(SimTime),
) -> Outcome {
    match options.engine {
        EngineKind::Reference => reference::run(plan, seed, options.detailed, watch),
        EngineKind::Window => run_windows(plan, seed, options, None, watch),
    }
}

/// Runs the plan in windows, every packet with what its outcome takes and no more.
fn run_windows(
    plan: &Plan,
    seed: Seed,
    options: &Options,
    shared: Option<&SharedArrivals>,
    watch: &mut dyn FnMut(SimTime),
) -> Outcome {
    let window_max = window_max(plan, options);
    // What a path alone does not decide of a packet's parts has to travel with it.
    let general = plan.ports.iter().any(|port| port.discipline.is_some());
    let changing = plan.streams.iter().any(|stream| stream.graph.is_some());
    match (options.detailed, general || changing) {
        (false, _) => window::run::<tally::Bare>(plan, seed, window_max, shared, watch),
        (true, false) => window::run::<tally::Parted>(plan, seed, window_max, shared, watch),
        (true, true) => window::run::<tally::Whole>(plan, seed, window_max, shared, watch),
    }
}

/// Runs the reference engine, and says what happened that the outcome does not tell: how tests
/// know what they compared.
#[must_use]
pub fn run_reference_noting(plan: &Plan, seed: Seed) -> (Outcome, Noted) {
    reference::run_noting(plan, seed)
}

/// Runs the plan in windows, reading Poisson arrivals from a list drawn before with the same
/// plan and seed: for runs that differ only in what does not change them.
#[must_use]
pub fn run_shared(
    plan: &Plan,
    seed: Seed,
    options: &Options,
    arrivals: &SharedArrivals,
) -> Outcome {
    run_windows(plan, seed, options, Some(arrivals), &mut |_| ())
}

/// Most packets of one stream that a window is to hold on average: what keeps memory small where
/// a source sends millions of packets in the time of a window.
const WINDOW_PACKETS_MAX: u64 = 1 << 14;

/// The longest window asked for, shortened for sources that are quicker than that.
fn window_max(plan: &Plan, options: &Options) -> Span {
    let gap_ps = |stream: &crate::plan::Stream| match &stream.source {
        Source::Circuit { boundaries, .. } => boundaries.period().0,
        Source::Periodic(ticks) => ticks.period().0,
        Source::Poisson {
            mean_gap_q16_ps, ..
        } => mean_gap_q16_ps >> 16,
        Source::Cyclic { cycles, offsets } => cycles.period().0 / offsets.len() as u64,
        Source::OnOff { gap, .. } => gap.0,
        // Over the whole run: a list of one packet, or one burst, is not a quick source.
        Source::Listed(instants) => plan.sources_end.0 / (instants.len() as u64).max(1),
        // One for each way there and back, which no window covers, unless it goes on without.
        Source::Request { timeout, .. } => timeout.0,
        Source::Response { .. } => u64::MAX,
    };
    let quickest = plan.streams.iter().map(gap_ps).min().unwrap_or(u64::MAX);
    let room = quickest.max(1).saturating_mul(WINDOW_PACKETS_MAX);
    options.window_max.min(Span(room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Crossing, PlanBuilder, Processing};
    use crate::traffic::Class;
    use crate::units::{Octets, SimTime};

    /// The window of a run of 10 ms with one packet at each of these instants.
    fn window(instants: Vec<SimTime>) -> Span {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(10));
        let port = builder.port([None; Class::COUNT]);
        let crossing = Crossing {
            port,
            serialization: Span(1),
            queued: Octets(1),
            ..Crossing::default()
        };
        builder.stream(
            Class::Be,
            Source::Listed(instants.into()),
            Processing::Constant(Span::ZERO),
            &[crossing],
            None,
        );
        window_max(&builder.seal(), &Options::default())
    }

    #[test]
    fn a_lone_packet_or_burst_of_a_list_does_not_make_windows_short() {
        let usual = Options::default().window_max;
        assert_eq!(window(vec![SimTime::ZERO]), usual);
        assert_eq!(window(vec![SimTime(7), SimTime(7), SimTime(8)]), usual);
        // 100 000 packets 100 ns apart: 16 384 of them.
        let quick = (0..100_000).map(|place| SimTime(place * 100_000));
        assert_eq!(window(quick.collect()), Span::from_ns(1_638_400));
    }
}
