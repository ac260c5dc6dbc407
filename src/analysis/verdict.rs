//! PASS or FAIL per circuit and direction, in steady state.
//!
//! A circuit's delay is fixed by the packet that starts its play-out, and a run is one draw of
//! that. So a PASS needs the delay after the *worst* start, on the slowest packet of the run, to
//! lie within the budget, and the network delay variation of the run to lie within the slack.

use super::decomposition::{BudgetParts, configured_slack, edge_delay};
use super::messages;
use crate::engine::{Delays, Outcome, Received, StreamOutcome};
use crate::relay::Protection;
use crate::scenario::{Carriage, Carried, Circuit, Direction, Emulation, Scenario};
use crate::units::Span;

/// Whether a circuit direction meets its budget.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Outside the budget, or not carried whole.
    Fail,
    /// Within the budget from any start of play-out in this run.
    Pass,
}

/// Why a circuit direction fails: the first that holds, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FailCause {
    /// The delay after the worst start, or that of this run, is above the budget.
    Budget,
    /// The network delay varied by more than the slack, or packets came after their instant.
    Underrun,
    /// Packets found the jitter buffer full.
    Overrun,
    /// Packets were dropped in the network.
    Loss,
    /// Play-out never began.
    NoStart,
    /// A repeated message was not renewed in time.
    Stale,
    /// Its differential relays trip falsely: both directions differ by too much, or would after a
    /// start of play-out that the run has shown to be possible.
    Asymmetry,
    /// Its relays trip where they must not.
    RelayUnwanted,
    /// Its relays clear a fault on the line too late, or never.
    RelayLate,
}

/// What was found for one direction of one circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// 0 = a→z, 1 = z→a.
    pub direction: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it fails.
    pub cause: Option<FailCause>,
    /// What the verdict speaks of: "delay"; "delay only" where asymmetry matters too but is not
    /// judged (87L without a relay); "delay and asymmetry" where it is.
    pub judged: &'static str,
    /// What it is judged against.
    pub budget: Span,
    /// Packets.
    pub counts: Counts,
    /// One-way delay of this run's own packets between both interfaces, or of the events of a
    /// message; `None` where nothing was played out.
    pub delay: Option<Extremes>,
    /// The delay if play-out were started on the slowest packet of the run, or the largest delay of
    /// any message; `None` where nothing arrived.
    pub worst_start: Option<Span>,
    /// Network delay; `None` where nothing arrived.
    pub network: Option<NetworkDelay>,
    /// Slack of the settings; `None` without a jitter buffer.
    pub slack_configured: Option<Span>,
    /// Smallest distance to underrun of this run, negative for a late packet, in picoseconds.
    pub slack_min_left_ps: Option<i64>,
    /// delay(a→z) − delay(z→a) of this run, in picoseconds, the same in both directions; `None`
    /// where either never started.
    pub asymmetry_ps: Option<i64>,
    /// The parts of `worst_start`.
    pub parts: Option<BudgetParts>,
    /// What the physical constants would say on the same route.
    pub physical: Option<Physical>,
}

/// Packets of one direction of a circuit.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Created.
    pub sent: u64,
    /// Arrived at the jitter buffer.
    pub delivered: u64,
    /// Dropped in the network: sent − delivered.
    pub lost: u64,
    /// Of these, by early detection.
    pub dropped_early: u64,
    /// Of these, by a policer.
    pub policed: u64,
    /// Arrived after their play-out instant.
    pub late: u64,
    /// Not there at their play-out instant, whatever the reason.
    pub missing: u64,
    /// Found the buffer full.
    pub overrun: u64,
    /// Overtaken, in time, put in order.
    pub reordered: u64,
    /// Came again while waiting already.
    pub duplicates: u64,
    /// Starts of play-out after the first.
    pub restarts: u64,
    /// Times the loss-of-packets state was entered.
    pub losses_of_packets: u64,
    /// Times play-out slipped: went on with another packet than the one in turn.
    pub slips: u64,
    /// Times a repeated state became stale.
    pub stale: u64,
}

/// Exact extremes and rounded mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extremes {
    /// Smallest.
    pub min: Span,
    /// Rounded half up.
    pub mean: Span,
    /// Largest.
    pub max: Span,
}

/// Network delay of the delivered packets. Extremes and mean are exact, shares come from a
/// histogram with three significant digits and never lie outside the extremes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NetworkDelay {
    /// Smallest, mean, largest.
    pub exact: Extremes,
    /// Not exceeded by 50, 99, 99.9 and 99.99 % of the packets; `None` without histograms.
    pub shares: Option<[Span; 4]>,
}

/// The verdict with the physical constants of the media in place of the preset's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Physical {
    /// `worst_start` with physical propagation.
    pub worst_start: Span,
    /// How much that is more, in picoseconds.
    pub difference_ps: i64,
    /// The verdict then.
    pub verdict: Verdict,
}

impl Verdict {
    /// The word used in files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
        }
    }
}

impl FailCause {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Underrun => "underrun",
            Self::Overrun => "overrun",
            Self::Loss => "loss",
            Self::NoStart => "no-start",
            Self::Stale => "stale",
            Self::Asymmetry => "asymmetry",
            Self::RelayUnwanted => "relay-unwanted",
            Self::RelayLate => "relay-late",
        }
    }
}

/// The names of the two directions, in the order of [`Circuit::directions`].
pub const DIRECTIONS: [&str; 2] = ["a-z", "z-a"];

impl Judgement {
    /// Budget less `worst_start`, in picoseconds; `None` where nothing arrived.
    #[must_use]
    pub fn margin_ps(&self) -> Option<i64> {
        self.worst_start
            .map(|worst| difference_ps(self.budget, worst))
    }

    /// "a-z" or "z-a".
    #[must_use]
    pub fn direction_name(&self) -> &'static str {
        DIRECTIONS[self.direction]
    }
}

/// Judges every circuit of a run: in order of name, a→z before z→a.
///
/// # Panics
/// If the outcome is not of this scenario's plan, or a delay does not equal the sum of its parts.
#[must_use]
pub fn judge(scenario: &Scenario, outcome: &Outcome) -> Vec<Judgement> {
    let mut all = Vec::with_capacity(2 * scenario.circuits.len());
    for (index, circuit) in scenario.circuits.iter().enumerate() {
        let mut pair = [0, 1].map(|way| judge_direction(scenario, circuit, outcome, (index, way)));
        let asymmetry = match (&pair[0].delay, &pair[1].delay) {
            (Some(forth), Some(back)) => Some(difference_ps(forth.max, back.max)),
            _ => None,
        };
        for judgement in &mut pair {
            judgement.asymmetry_ps = asymmetry;
        }
        all.extend(pair);
    }
    all
}

/// Whether every circuit passes; true without circuits.
#[must_use]
pub fn all_pass(judgements: &[Judgement]) -> bool {
    judgements
        .iter()
        .all(|judgement| judgement.verdict == Verdict::Pass)
}

/// The share of packets in ten thousand behind each of [`NetworkDelay::shares`].
pub const SHARES_PER_TEN_THOUSAND: [u32; 4] = [5_000, 9_900, 9_990, 9_999];

/// The delays at [`SHARES_PER_TEN_THOUSAND`]; `None` without delays or histogram.
#[must_use]
pub fn shares(delays: &Delays) -> Option<[Span; 4]> {
    let [p50, p99, p999, p9999] = SHARES_PER_TEN_THOUSAND.map(|share| delays.quantile(share));
    Some([p50?, p99?, p999?, p9999?])
}

/// Exact extremes and mean; `None` without delays.
#[must_use]
pub fn extremes(delays: &Delays) -> Option<Extremes> {
    delays.mean().map(|mean| Extremes {
        min: delays.min,
        mean,
        max: delays.max,
    })
}

fn judge_direction(
    scenario: &Scenario,
    circuit: &Circuit,
    outcome: &Outcome,
    (index, way): (usize, usize),
) -> Judgement {
    let direction = &circuit.directions[way];
    let found = match (&circuit.carriage, &direction.carried) {
        (Carriage::Emulated(emulation), Carried::Stream(stream)) => {
            let stream = &outcome.streams[stream.0 as usize];
            emulated(circuit, emulation, stream, way)
        }
        (Carriage::Messages(settings), Carried::Stream(stream)) => {
            messages::found(circuit, settings, &outcome.streams[stream.0 as usize])
        }
        (_, Carried::Constant { parts, .. }) => constant(&BudgetParts::of_network(circuit, parts)),
        (Carriage::Direct(_), Carried::Stream(_)) => {
            unreachable!("packets carry only what is made of packets")
        }
    };
    if let Some(worst) = found.worst_start {
        let sum = found.parts.map(|parts| parts.total());
        assert_eq!(sum, Some(worst), "parts sum to the worst start");
    }
    let cause = |worst: Option<Span>| {
        let own = found.delay.map(|delay| delay.max);
        let over = |delay: Option<Span>| delay.is_some_and(|delay| delay > scenario.budget);
        if over(worst) || over(own) {
            return Some(FailCause::Budget);
        }
        found.cause
    };
    let verdict = |cause: Option<FailCause>| match cause {
        None => Verdict::Pass,
        Some(_) => Verdict::Fail,
    };
    let physical = physical(direction, found.worst_start).map(|(then, difference_ps)| Physical {
        worst_start: then,
        difference_ps,
        verdict: verdict(cause(Some(then))),
    });
    Judgement {
        circuit: index,
        direction: way,
        verdict: verdict(cause(found.worst_start)),
        cause: cause(found.worst_start),
        judged: judged(scenario, circuit, index),
        budget: scenario.budget,
        counts: found.counts,
        delay: found.delay,
        worst_start: found.worst_start,
        network: found.network,
        slack_configured: found.slack_configured,
        slack_min_left_ps: found.slack_min_left_ps,
        asymmetry_ps: None,
        parts: found.parts,
        physical,
    }
}

/// What the verdict on a circuit speaks of.
fn judged(scenario: &Scenario, circuit: &Circuit, index: usize) -> &'static str {
    let relay = scenario.relays.circuits.get(index);
    let relay = relay.and_then(|relay| relay.as_ref());
    match relay.map(|relay| &relay.protection) {
        Some(Protection::Differential(_)) => "delay and asymmetry",
        None if circuit.scheme == "87L" => "delay only",
        _ => "delay",
    }
}

/// The worst start with physical propagation, and how much that is more.
fn physical(direction: &Direction, worst: Option<Span>) -> Option<(Span, i64)> {
    let (worst, physical) = worst.zip(direction.physical_propagation)?;
    let used = direction.propagation;
    Some((worst - used + physical, difference_ps(physical, used)))
}

/// What was found of a direction, before it is held against the budget.
#[derive(Default)]
pub(super) struct Finding {
    pub(super) counts: Counts,
    pub(super) delay: Option<Extremes>,
    pub(super) worst_start: Option<Span>,
    pub(super) network: Option<NetworkDelay>,
    pub(super) slack_configured: Option<Span>,
    pub(super) slack_min_left_ps: Option<i64>,
    pub(super) parts: Option<BudgetParts>,
    /// Why it fails even within the budget.
    pub(super) cause: Option<FailCause>,
}

/// A C-pipe.
fn emulated(
    circuit: &Circuit,
    emulation: &Emulation,
    stream: &StreamOutcome,
    way: usize,
) -> Finding {
    let received = stream
        .received
        .as_ref()
        .expect("a C-pipe has a receiving end");
    let slack = configured_slack(emulation, way);
    let conversion = circuit.interface.delay();
    let parts = slowest_parts(stream)
        .map(|network| BudgetParts::of_start(circuit, emulation, way, &network));
    let arrived = stream.network.count > 0;
    Finding {
        counts: counts(stream, received),
        delay: extremes(&received.delay).map(|one| one.later(conversion)),
        worst_start: arrived.then(|| conversion + edge_delay(emulation, way) + stream.network.max),
        network: network_delay(stream),
        slack_configured: Some(slack),
        slack_min_left_ps: received.slack_min_left_ps,
        parts,
        cause: not_carried_whole(stream, received, slack),
    }
}

/// A direction without packets.
fn constant(parts: &BudgetParts) -> Finding {
    let total = parts.total();
    Finding {
        delay: Some(Extremes {
            min: total,
            mean: total,
            max: total,
        }),
        worst_start: Some(total),
        parts: Some(*parts),
        ..Finding::default()
    }
}

/// The parts of the slowest delivered packet.
pub(super) fn slowest_parts(stream: &StreamOutcome) -> Option<crate::engine::Parts> {
    stream.slowest.map(|slowest| {
        assert_eq!(
            slowest.parts.total(),
            stream.network.max,
            "parts sum to the delay"
        );
        slowest.parts
    })
}

/// Extremes and shares of the network delay.
pub(super) fn network_delay(stream: &StreamOutcome) -> Option<NetworkDelay> {
    extremes(&stream.network).map(|exact| NetworkDelay {
        exact,
        shares: shares(&stream.network),
    })
}

impl Extremes {
    /// All of it later by as much.
    #[must_use]
    fn later(self, by: Span) -> Self {
        Self {
            min: self.min + by,
            mean: self.mean + by,
            max: self.max + by,
        }
    }
}

/// Why a circuit within its budget fails all the same.
fn not_carried_whole(
    stream: &StreamOutcome,
    received: &Received,
    slack: Span,
) -> Option<FailCause> {
    let counts = counts(stream, received);
    let varied = stream.network.count > 0 && stream.network.max - stream.network.min > slack;
    if varied || counts.late > 0 {
        return Some(FailCause::Underrun);
    }
    // A packet lost on the way or turned away by a full buffer is missing at its instant too:
    // the reason counts, not the symptom.
    if counts.overrun > 0 {
        return Some(FailCause::Overrun);
    }
    if counts.lost > 0 {
        return Some(FailCause::Loss);
    }
    if counts.missing > 0 {
        return Some(FailCause::Underrun);
    }
    (received.starts == 0).then_some(FailCause::NoStart)
}

fn counts(stream: &StreamOutcome, received: &Received) -> Counts {
    Counts {
        sent: stream.sent,
        delivered: stream.delivered,
        lost: stream.sent - stream.delivered,
        dropped_early: stream.dropped_early,
        policed: stream.policed,
        late: received.late,
        missing: received.missing,
        overrun: received.overrun,
        reordered: received.reordered,
        duplicates: received.duplicates,
        restarts: received.starts.saturating_sub(1),
        losses_of_packets: received.losses_of_packets,
        slips: received.slips,
        stale: 0,
    }
}

/// `left − right` in picoseconds.
pub(crate) fn difference_ps(left: Span, right: Span) -> i64 {
    let difference = i128::from(left.0) - i128::from(right.0);
    i64::try_from(difference).expect("difference within 106 days")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use crate::engine::outcome::Parts;

    fn judged(change: impl FnOnce(&mut Sample)) -> Vec<Judgement> {
        let mut sample = Sample::default();
        change(&mut sample);
        let (scenario, outcome) = scenario_and_outcome(&sample);
        judge(&scenario, &outcome)
    }

    #[test]
    fn a_circuit_within_budget_and_slack_passes() {
        // P = 1 ms, k = 2: 2 ms at the edges, 1 ms of slack; network 1.2 ms: 3.2 ms (TV13).
        let rows = judged(|sample| sample.network_us = [1200, 1200]);
        assert_eq!(rows[0].verdict, Verdict::Pass);
        assert_eq!(rows[0].cause, None);
        assert_eq!(rows[0].worst_start, Some(Span::from_us(3200)));
        assert_eq!(rows[0].slack_configured, Some(Span::from_ms(1)));
        assert_eq!(rows[0].margin_ps(), Some(6_800_000_000));
        assert_eq!(rows[0].parts.unwrap().total(), Span::from_us(3200));
        assert_eq!(rows[0].asymmetry_ps, Some(0));
        assert_eq!(
            (rows[0].direction_name(), rows[1].direction_name()),
            ("a-z", "z-a")
        );
    }

    #[test]
    fn the_budget_itself_is_still_within_the_budget() {
        let rows = judged(|sample| sample.network_us = [8000, 8000]);
        assert_eq!(rows[0].margin_ps(), Some(0));
        assert_eq!(rows[0].verdict, Verdict::Pass);
        let rows = judged(|sample| sample.network_us = [8001, 8001]);
        assert_eq!(
            (rows[0].verdict, rows[0].cause),
            (Verdict::Fail, Some(FailCause::Budget))
        );
    }

    #[test]
    fn variation_equal_to_the_slack_passes_and_above_it_underruns() {
        let rows = judged(|sample| sample.network_us = [1000, 2000]);
        assert_eq!(rows[0].cause, None);
        let rows = judged(|sample| sample.network_us = [1000, 2001]);
        assert_eq!(rows[0].cause, Some(FailCause::Underrun));
    }

    #[test]
    fn the_cause_is_the_reason_not_the_symptom() {
        let cause = |change: fn(&mut Sample)| judged(change)[0].cause;
        assert_eq!(
            cause(|sample| (sample.late, sample.missing) = (1, 1)),
            Some(FailCause::Underrun)
        );
        assert_eq!(
            cause(|sample| (sample.overrun, sample.missing) = (1, 1)),
            Some(FailCause::Overrun)
        );
        assert_eq!(
            cause(|sample| (sample.lost, sample.missing) = (1, 1)),
            Some(FailCause::Loss)
        );
        assert_eq!(
            cause(|sample| sample.missing = 1),
            Some(FailCause::Underrun)
        );
        assert_eq!(cause(|sample| sample.starts = 0), Some(FailCause::NoStart));
    }

    #[test]
    fn a_circuit_that_never_started_has_no_asymmetry() {
        let rows = judged(|sample| sample.starts = 0);
        assert_eq!((rows[0].asymmetry_ps, rows[1].asymmetry_ps), (None, None));
        assert_eq!(rows[0].delay, None);
    }

    #[test]
    fn asymmetry_is_forth_less_back_in_both_rows() {
        let rows = judged(|sample| sample.own_delay_us = [3200, 4700]);
        assert_eq!(rows[0].asymmetry_ps, Some(-1_500_000_000));
        assert_eq!(rows[1].asymmetry_ps, Some(-1_500_000_000));
    }

    #[test]
    fn only_differential_protection_is_delay_only() {
        let rows = judged(|sample| sample.scheme = "87L");
        assert_eq!(rows[0].judged, "delay only");
        assert_eq!(judged(|sample| sample.scheme = "POTT")[0].judged, "delay");
    }

    #[test]
    fn physical_constants_move_the_worst_start_by_the_route_only() {
        // The sample's link has 0.3 ms of propagation; 0.49 ms would be physical.
        let rows = judged(|sample| {
            sample.network_us = [7900, 7900];
            sample.physical_us = Some(490);
        });
        let physical = rows[0].physical.unwrap();
        assert_eq!(physical.difference_ps, 190_000_000);
        assert_eq!(physical.worst_start, Span::from_us(10_090));
        assert_eq!(
            (rows[0].verdict, physical.verdict),
            (Verdict::Pass, Verdict::Fail)
        );
    }

    #[test]
    fn parts_of_the_slowest_packet_are_kept_apart() {
        let parts = judged(|sample| sample.network_us = [1200, 1200])[0]
            .parts
            .unwrap();
        let network = Parts {
            processing: Span::from_us(300),
            serialization: Span::from_us(1),
            media: Span::ZERO,
            propagation: Span::from_us(300),
            queueing: Span::from_us(599),
        };
        assert_eq!(network.total(), Span::from_us(1200));
        assert_eq!(parts.queueing, network.queueing);
        assert_eq!(
            (parts.packetization, parts.playout),
            (Span::from_ms(1), Span::from_ms(1))
        );
        assert_eq!((parts.interface, parts.media), (Span::ZERO, Span::ZERO));
    }
}
