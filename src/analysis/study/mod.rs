//! A study of failures: every case simulated, every circuit direction judged in every stage.
//!
//! Cases do not know of each other and are worked out side by side; what comes out is in the order
//! of the enumeration and the same for any number of threads.

mod case;
mod detours;
mod direct;
pub mod lines;
mod prepared;
pub mod story;

use std::num::NonZeroUsize;

use rayon::prelude::*;

pub use self::detours::Detours;
use self::lines::Calm;
pub use self::lines::{LineCurves, LineResult, LineState, Met};
use self::prepared::Prepared;
pub use self::story::Told;
use super::enumeration::FailureCase;
use super::failures::clocks::Clocks;
use super::failures::{Gaps, Pace, Reach, Severity, StageJudgement, Timetable};
use super::relays::{Channels, Replay};
use super::requirements::Seen;
use super::verdict::{Judgement, Verdict, judge};
use crate::channel::Timeline;
use crate::engine::{EngineKind, Options, Outcome, SharedArrivals, run};
use crate::mpls::outage::Element;
use crate::mpls::tunnel::Tunnel;
use crate::scenario::{Case, Scenario, StreamOwner};
use crate::units::{SimTime, Span};

/// How long after it failed an element is repaired: longer than any node takes to find another
/// path, so that no case depends on it.
pub const REPAIRED_AFTER: Span = Span::from_s(600);

/// Arrivals are drawn once for runs of up to this length behind the warm-up; a longer one draws
/// its own, which are the same.
const SHARED: Span = Span::from_s(8);

/// How a study is made.
#[derive(Clone, Copy, Default, Debug)]
pub struct Manner {
    /// Which engine.
    pub engine: EngineKind,
    /// Threads; `None`: one per core. Changes no result.
    pub jobs: Option<NonZeroUsize>,
    /// Whether timelines and stories are kept: for few cases.
    pub keep: bool,
}

/// A scenario whose cases are asked for.
#[derive(Debug)]
pub struct Study<'a> {
    /// What is studied.
    pub scenario: &'a Scenario,
    /// What its circuits are in normal operation, judged as a run judges them: a→z, then z→a.
    pub steady: Vec<Judgement>,
    /// The run that says so.
    pub calm: Outcome,
    /// Per circuit, what it puts out in that run; `None` where that is no channel.
    pub seen: Vec<Option<Seen>>,
    manner: Manner,
    pace: Pace,
    tunnels: Vec<Tunnel>,
    arrivals: SharedArrivals,
    calm_relays: Calm,
    /// How long a relay is silent after its channel is back.
    recovery: Span,
}

/// What one case does.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// Which.
    pub case: FailureCase,
    /// Whether it was simulated; else nothing that runs comes near it, and every stage is that of
    /// normal operation.
    pub simulated: bool,
    /// When the element fails: simulated and real time are the same until then.
    pub failed: SimTime,
    /// Per circuit in order of name: a→z, then z→a.
    pub directions: Vec<DirectionResult>,
    /// Lines whose protection can be judged, in order of name.
    pub lines: Vec<LineResult>,
    /// Of lines that it meets, what both ends do about the fault that lasts longest while the
    /// failure happens; kept as [`Manner::keep`] says.
    pub replays: Vec<Replay>,
    /// Of these lines, how long faults around the failure last; kept as [`Manner::keep`] says.
    pub curves: Vec<LineCurves>,
    /// Where stages lie in the simulated run; kept as [`Manner::keep`] says.
    pub timetable: Option<Timetable>,
    /// What happened, in order of time; kept as [`Manner::keep`] says.
    pub story: Vec<Told>,
}

/// What a case does to one direction of a circuit.
#[derive(Clone, Debug)]
pub struct DirectionResult {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// Whether no way is left in the graph.
    pub cut_off: bool,
    /// From the failure until a node sees it that has to act for this direction; `None` where its
    /// path is not touched, or nobody sees it.
    pub detection: Option<Span>,
    /// Whether what fails lies on a way of it.
    pub touched: bool,
    /// Holes.
    pub gaps: Gaps,
    /// Where they lie, in real time; kept as [`Manner::keep`] says.
    pub clocks: Option<Clocks>,
    /// The holes at the worst phase on the queue-free network; `None` where none was searched.
    pub queue_free: Option<Gaps>,
    /// The first packet boundary that was simulated, where it was searched.
    pub boundary: Option<SimTime>,
    /// What restarts can lead to; `None` where a direction has no way at all.
    pub reach: Option<Reach>,
    /// What both directions put out over the whole case; `None` where that is no channel.
    pub seen: Option<Seen>,
    /// Every stage in order.
    pub stages: Vec<StageJudgement>,
    /// What came out, in simulated time; kept as [`Manner::keep`] says.
    pub timeline: Option<Timeline>,
}

/// A bypass or detour that goes back to the node that sent the packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TurnBack {
    /// Name of the circuit.
    pub circuit: String,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// Point of local repair.
    pub node: String,
    /// The link that it protects.
    pub link: String,
    /// The node before it, to which packets turn back.
    pub before: String,
}

impl DirectionResult {
    /// FAIL where any stage fails.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.stages.iter().map(|stage| stage.verdict);
        verdicts.min().unwrap_or(Verdict::Pass)
    }

    /// From detection to the repair.
    #[must_use]
    pub fn switch_over(&self) -> Option<Span> {
        let (gap, detection) = (self.gaps.packet?, self.detection?);
        gap.0.checked_sub(detection.0).map(Span)
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let delays = self.stages.iter().map(|stage| stage.delay_max);
        let longest = delays.max_by_key(|delay| delay.map_or(u64::MAX, |delay| delay.0));
        Severity {
            verdict: self.verdict(),
            command_gap: self.gaps.command,
            delay_max: longest.flatten(),
        }
    }
}

impl CaseResult {
    /// FAIL where any direction of any circuit fails, or the protection of any line.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.directions.iter().map(DirectionResult::verdict);
        let lines = self.lines.iter().map(|line| line.verdict);
        verdicts.chain(lines).min().unwrap_or(Verdict::Pass)
    }
}

impl<'a> Study<'a> {
    /// Simulates normal operation and draws what all cases share.
    #[must_use]
    pub fn new(scenario: &'a Scenario, manner: Manner) -> Self {
        let tunnels = scenario.tunnels(&[]);
        let calm = |sources_end| scenario.plan_for(&Case::undisturbed(&tunnels, sources_end));
        let options = Options {
            engine: manner.engine,
            ..Options::default()
        };
        let plan = calm(scenario.duration);
        let outcome = run(&plan, scenario.seed, &options);
        let pace = Pace::of(&plan);
        let longest = SimTime::ZERO + pace.warm_up + SHARED;
        let recovery = scenario.resilience.relay_recovery;
        let channels = Channels::of_all(scenario, &outcome).circuits;
        let seen = channels.iter().map(|pair| pair.as_ref().map(Seen::of));
        Self {
            scenario,
            steady: judge(scenario, &outcome),
            seen: seen.collect(),
            calm_relays: Calm::of(scenario, &outcome),
            calm: outcome,
            manner,
            pace,
            arrivals: SharedArrivals::draw(&calm(longest), scenario.seed),
            tunnels,
            recovery: recovery.interval * u64::from(recovery.messages),
        }
    }

    /// Works out the cases, in their order; `done` is told of each when it is there.
    ///
    /// # Panics
    /// If the system gives no threads.
    #[must_use]
    pub fn cases(&self, cases: &[FailureCase], done: &(dyn Fn() + Sync)) -> Vec<CaseResult> {
        let threads = self.manner.jobs.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let one = |case: &FailureCase| {
            let result = self.case(case);
            done();
            result
        };
        pool.expect("threads to work with")
            .install(|| cases.par_iter().map(one).collect())
    }

    /// Works out the cases, in their order, on this thread.
    #[must_use]
    pub fn in_turn(&self, cases: &[FailureCase]) -> Vec<CaseResult> {
        cases.iter().map(|case| self.case(case)).collect()
    }

    /// Bypasses and detours of circuits that double their way back, in order of circuit and hop.
    #[must_use]
    pub fn turns_back(&self) -> Vec<TurnBack> {
        let topology = self.scenario.topology();
        let node = |id| topology.node(id).name.clone();
        let mut all = Vec::new();
        for (owner, tunnel) in self.scenario.streams.iter().zip(&self.tunnels) {
            let StreamOwner::Circuit(circuit, direction) = owner else {
                continue;
            };
            let one = |hop: usize| TurnBack {
                circuit: self.scenario.circuits[*circuit].name.clone(),
                direction: *direction,
                node: node(tunnel.path.nodes[hop]),
                link: topology.link(tunnel.path.hops[hop].link).name.clone(),
                before: node(tunnel.path.nodes[hop - 1]),
            };
            all.extend(tunnel.turn_backs().into_iter().map(one));
        }
        all
    }

    /// A line in normal operation; `None` where its channels cannot be read.
    #[must_use]
    pub fn steady_line(&self, line: usize) -> Option<&LineState> {
        self.calm_relays.lines.get(line)?.as_ref()
    }

    /// When the element of every case fails.
    #[must_use]
    pub fn failed(&self) -> SimTime {
        SimTime::ZERO + self.pace.warm_up
    }

    /// Every stream with what protects it, while something is out for maintenance.
    fn tunnels(&self, out: Option<&Element>) -> Vec<Tunnel> {
        match out {
            None => self.tunnels.clone(),
            Some(out) => self.scenario.tunnels(std::slice::from_ref(out)),
        }
    }
}
