//! The phase of packets that a failure hits worst: searched, not sampled.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::gaps::{Hole, holes};
use super::passage::{Piece, pieces};
use super::{ClockMap, Gaps};
use crate::engine::{Received, receive};
use crate::mpls::outage::Stretch;
use crate::plan::{End, Plan, Source, StreamId};
use crate::pseudowire::clock::PacketTimes;
use crate::pseudowire::receive::Receiver;
use crate::units::{SimTime, Span, Ticks};

/// The phase of a circuit direction with the worst outcome on the queue-free network.
#[derive(Clone, PartialEq, Debug)]
pub struct WorstPhase {
    /// The first packet boundary of the run.
    pub boundary: SimTime,
    /// Which of the plans it was found in.
    pub plan: usize,
    /// What that phase costs, without the packet hole, which has no phase.
    pub gaps: Gaps,
    /// The holes of that phase.
    pub holes: Vec<Hole>,
    /// Phases that were tried, over all plans.
    pub tried: usize,
}

/// The phase of a C-pipe with the longest command gap, then the most replaced TDM, then the most
/// lost packets, then the earliest boundary, then the first plan: over packets created within
/// `over`, which begins with packets on the path in normal operation, under each of the plans
/// (detection at its latest and at its earliest). `recovery` as in [`Gaps::of_pseudowire`].
///
/// What becomes of the packets changes with the phase only where a packet is created at the edge
/// of a piece (see [`pieces`]), and in between nothing but the instants move. So those phases, a
/// picosecond before and one behind, are all that is to be tried. Clocks that run apart move that
/// by what they gain within `over`.
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn worst_phase(plans: &[&Plan], stream: StreamId, over: Stretch, recovery: Span) -> WorstPhase {
    let mut worst: Option<WorstPhase> = None;
    let mut tried = 0;
    let rank = |one: &WorstPhase| {
        let length = |gap: Option<Span>| gap.unwrap_or(Span(u64::MAX));
        let gaps = &one.gaps;
        let cost = (length(gaps.command), length(gaps.tdm), gaps.lost);
        (cost, Reverse((one.boundary, one.plan)))
    };
    for (plan, of) in plans.iter().enumerate() {
        let pipe = Pipe::new(of, stream, over);
        let phases = pipe.critical_phases();
        tried += phases.len();
        for phase in phases {
            let found = WorstPhase {
                plan,
                ..pipe.outcome(phase, recovery)
            };
            if worst.as_ref().is_none_or(|most| rank(&found) > rank(most)) {
                worst = Some(found);
            }
        }
    }
    let worst = worst.expect("a plan to search");
    WorstPhase { tried, ..worst }
}

/// What the receiving end makes of a phase on the queue-free network, and how many packets were
/// lost: those created within `over`, the first packet boundary of the run being `boundary`.
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn queue_free(
    plan: &Plan,
    stream: StreamId,
    over: Stretch,
    boundary: SimTime,
) -> (Received, u64) {
    Pipe::new(plan, stream, over).receive(boundary)
}

/// First packet boundaries of a circuit direction at which something changes: see [`worst_phase`].
/// Ascending; that of phase zero is among them.
///
/// # Panics
/// If the stream is no pseudowire.
#[must_use]
pub fn critical_phases(plan: &Plan, stream: StreamId, over: Stretch) -> BTreeSet<SimTime> {
    Pipe::new(plan, stream, over).critical_phases()
}

/// One direction of a C-pipe on the queue-free network.
struct Pipe<'a> {
    source: &'a Source,
    receiver: Receiver,
    over: Stretch,
    /// Of the pseudowire, and of the second one with the same packets.
    pieces: Vec<Vec<Piece>>,
}

impl<'a> Pipe<'a> {
    fn new(plan: &'a Plan, stream: StreamId, over: Stretch) -> Self {
        let own = &plan.streams[stream.0 as usize];
        let receiver = own.receiver().expect("a pseudowire").clone();
        let copies = (0..).map(StreamId).zip(&plan.streams);
        let copies = copies.filter(|(_, copy)| matches!(copy.end, End::Copy(of) if of == stream));
        let all = [stream].into_iter().chain(copies.map(|(id, _)| id));
        Self {
            source: &own.source,
            // The setup timer has long run out where `over` begins late: it is no matter here.
            receiver: Receiver {
                setup_timeout: Span(u64::MAX),
                ..receiver
            },
            over,
            pieces: all.map(|id| pieces(plan, id, over)).collect(),
        }
    }

    /// Nominal boundaries for phase zero, and those of a first boundary.
    fn ticks(&self) -> Ticks {
        match self.source {
            Source::Circuit { boundaries, .. } => *boundaries,
            _ => unreachable!("only circuits have a receiver"),
        }
    }

    fn times(&self, boundary: SimTime) -> PacketTimes {
        let Source::Circuit { clock, .. } = self.source else {
            unreachable!("only circuits have a receiver");
        };
        let mut ticks = self.ticks();
        ticks.first = boundary;
        PacketTimes::new(ticks, clock.clone())
    }

    /// First boundaries at which a packet is created at the edge of a piece, a picosecond before
    /// and one behind; and that of phase zero.
    fn critical_phases(&self) -> BTreeSet<SimTime> {
        let ticks = self.ticks();
        let (zero, period) = (ticks.first.0, ticks.period().0);
        let times = self.times(ticks.first);
        let edges = self.pieces.iter().flatten().map(|piece| piece.created.from);
        let mut phases = BTreeSet::from([0]);
        for edge in edges.filter(|edge| *edge > self.over.from) {
            let Some(last) = times.count_before(SimTime(edge.0 + 1)).checked_sub(1) else {
                continue;
            };
            let phase = edge.since(times.at(last)).0;
            phases.extend([phase + period - 1, phase, phase + 1].map(|one| one % period));
        }
        phases.into_iter().map(|one| SimTime(zero + one)).collect()
    }

    fn outcome(&self, boundary: SimTime, recovery: Span) -> WorstPhase {
        let (received, lost) = self.receive(boundary);
        let holes = holes(&received.timeline);
        let settings = (&self.receiver, self.ticks().period_exact_ps());
        let clock = ClockMap::default();
        WorstPhase {
            boundary,
            plan: 0,
            gaps: Gaps::of_pseudowire(&holes, &[], &clock, settings, recovery, lost),
            holes,
            tried: 1,
        }
    }

    fn receive(&self, boundary: SimTime) -> (Received, u64) {
        let times = self.times(boundary);
        // Packet n is created at boundary n + 1.
        let first = times.count_before(self.over.from).saturating_sub(1);
        let sent = times.count_before(self.over.to).saturating_sub(1);
        // At one instant those of the first pseudowire come first.
        let mut arrivals: Vec<(SimTime, usize, u64)> = Vec::new();
        let mut places = vec![0; self.pieces.len()];
        let mut lost = 0;
        for number in first..sent {
            let created = times.at(number + 1);
            let copies = self.pieces.iter().zip(&mut places).enumerate();
            let delays = copies.filter_map(|(copy, (pieces, place))| {
                while pieces[*place].created.to <= created {
                    *place += 1;
                }
                pieces[*place].delay.map(|delay| (delay, copy))
            });
            match delays.min() {
                Some((delay, copy)) => arrivals.push((created + delay, copy, number)),
                None => lost += 1,
            }
        }
        arrivals.sort_unstable();
        let arrivals = arrivals.into_iter().map(|(at, _, number)| (at, number));
        (receive(&self.receiver, &times, sent, arrivals), lost)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        PIPE, Repair, fill_half, hitless, one_link, receiver, ring, stretch, walked,
    };
    use super::*;
    use crate::channel::{Content, Timeline};
    use crate::engine::{EngineKind, Options, run};
    use crate::pseudowire::clock::Clock;
    use crate::pseudowire::receive::Playout;
    use crate::random::Seed;
    use proptest::prelude::*;

    const MS: u64 = 1_000_000_000;
    const RECOVERY: Span = Span(5 * 4_166_666_667);

    /// Fewest and most packets lost over all phases of a step, and the worst phase.
    fn outage(
        packet_time: Span,
        propagation: Span,
        receiver: Receiver,
        lasts: u64,
    ) -> ([u64; 2], WorstPhase) {
        let cut = stretch(100 * MS, 100 * MS + lasts);
        let plan = one_link(packet_time, propagation, receiver, cut);
        let over = stretch(0, 400 * MS);
        let lost = |phase: u64| queue_free(&plan, PIPE, over, SimTime(phase)).1;
        let phases = (0..100).map(|n| n * packet_time.0 / 100);
        let lost: Vec<u64> = phases.map(lost).collect();
        let extremes = [*lost.iter().min().unwrap(), *lost.iter().max().unwrap()];
        (extremes, worst_phase(&[&plan], PIPE, over, RECOVERY))
    }

    #[test]
    fn an_outage_of_50_ms_loses_as_many_packets_as_it_is_long() {
        // TV24: P = 1 ms: 50; with 360 us of fibre 50 or 51; P = 8 ms: 6 or 7; 1.75 ms: 28 or 29.
        let none = Span::ZERO;
        for (packet_us, fibre, want) in [
            (1000, none, [50, 50]),
            (1000, Span::from_us(360), [50, 51]),
            (8000, none, [6, 7]),
            (1750, none, [28, 29]),
        ] {
            let (lost, worst) = outage(Span::from_us(packet_us), fibre, fill_half(2), 50 * MS);
            assert_eq!((lost, worst.gaps.lost), (want, want[1]), "{packet_us} us");
        }
    }

    #[test]
    fn replaced_tdm_is_whole_packets_and_a_restart_may_cost_one_more() {
        // TV25: 8 ms: 8 replaced packets. 50 ms: the loss-of-packets state, left on the second
        // packet in sequence: of these k = 1 plays the last, k = 2 and 3 all; a level begins with
        // the second. P = 8 ms: 7 x 8 = 56 ms, never 10 packets.
        let level = receiver(Playout::Prefill {
            level: Span::from_ms(4),
        });
        let ms = Span::from_ms;
        for (name, packet_ms, receiver, outage_ms, tdm, command, restarted) in [
            ("8 of 1 ms", 1, fill_half(2), 8, 8, 8, false),
            ("k = 1", 1, fill_half(1), 50, 50, 51, true),
            ("k = 2", 1, fill_half(2), 50, 50, 50, true),
            ("k = 3", 1, fill_half(3), 50, 50, 50, true),
            ("level", 1, level, 50, 50, 51, true),
            ("7 of 8 ms", 8, fill_half(2), 50, 56, 56, false),
        ] {
            let (_, worst) = outage(ms(packet_ms), Span::ZERO, receiver, outage_ms * MS);
            let gaps = worst.gaps;
            assert_eq!(gaps.tdm, Some(ms(tdm)), "{name}");
            assert_eq!(gaps.command, Some(ms(command)), "{name}");
            assert_eq!(gaps.protection, Some(ms(command) + RECOVERY), "{name}");
            assert_eq!(worst.holes.len(), 1, "{name}");
            assert_eq!(worst.holes[0].restarted, restarted, "{name}");
        }
    }

    /// The longest run of picoseconds without data behind the first data; `u64::MAX`: to the end.
    fn longest_silence(timeline: &Timeline) -> u64 {
        let has_data = |at: u64| {
            let mut segments = timeline.segments().iter();
            let segment = segments.find(|one| at < one.to.0).unwrap();
            matches!(segment.content, Content::Data { .. })
        };
        let (mut longest, mut silent, mut begun) = (0, 0, false);
        for at in 0..timeline.end().0 {
            if has_data(at) {
                (longest, silent, begun) = (longest.max(silent), 0, true);
            } else if begun {
                silent += 1;
            }
        }
        if silent > 0 { u64::MAX } else { longest }
    }

    /// Every phase of the ring, every packet walked by itself: the longest silence, and the most
    /// packets lost at a phase that has it.
    fn brute_force(plan: &Plan, packet_time: u64, to: u64) -> (u64, u64) {
        let receiver = plan.streams[0].receiver().unwrap();
        let outcome = |phase: u64| {
            let ticks = Ticks::every(SimTime(phase), Span(packet_time));
            let sent = (to - phase).div_ceil(packet_time) - 1;
            let created = |number: u64| phase + (number + 1) * packet_time;
            let arrives = |number: u64| {
                let delay = walked(plan, created(number))?;
                Some((SimTime(created(number) + delay), number))
            };
            let mut arrivals: Vec<_> = (0..sent).filter_map(arrives).collect();
            arrivals.sort_unstable();
            let lost = sent - arrivals.len() as u64;
            let received = receive(receiver, &ticks.into(), sent, arrivals);
            (longest_silence(&received.timeline), lost)
        };
        (0..packet_time).map(outcome).max().unwrap()
    }

    #[test]
    fn the_search_finds_what_trying_every_phase_finds() {
        // A millisecond is 24 ps. Cut at 60 ms; seen by loss of light after 10 ms or by BFD 10 ms
        // x 3 between 20 and 30 ms after; one way only: told 19 ps later. Repaired 5 ms after
        // that, the head end goes over 40 ms later and back 250 ms after the cut, when the link is
        // whole.
        let ms = |ms: u64| 24 * ms;
        let cut = stretch(ms(60), ms(260));
        let (mut compared, mut restarts) = (0, 0);
        for packet_time in [ms(1), ms(8)] {
            for (earliest, latest) in [(ms(10), ms(10)), (ms(20) + 1, ms(30)), (ms(50), ms(70))] {
                for told in [0, 19] {
                    let settings =
                        [1, 2, 3]
                            .map(fill_half)
                            .into_iter()
                            .chain([0, 1, 3].map(|level| {
                                let level = Span(level * packet_time + 5);
                                receiver(Playout::Prefill { level })
                            }));
                    for receiver in settings {
                        let plan = |detection: u64| {
                            let local = ms(60) + detection + told + ms(5);
                            let repair = Repair {
                                local,
                                head: local + ms(40),
                                back: ms(310),
                            };
                            ring(Span(packet_time), receiver.clone(), cut, repair)
                        };
                        let plans = [plan(latest), plan(earliest)];
                        let to = ms(600);
                        let over = stretch(0, to);
                        let found = worst_phase(&[&plans[0], &plans[1]], PIPE, over, Span::ZERO);
                        let most = plans
                            .each_ref()
                            .map(|one| brute_force(one, packet_time, to));
                        let most = most.into_iter().max().unwrap();
                        let command = found.gaps.command.map_or(u64::MAX, |gap| gap.0);
                        assert_eq!(command, most.0, "{packet_time} {latest} {told}");
                        compared += 1;
                        restarts += u64::from(found.holes.iter().any(|hole| hole.restarted));
                        let few = found.tried < packet_time as usize;
                        assert!(few || packet_time < 100, "fewer than all phases are tried");
                    }
                }
            }
        }
        assert_eq!(compared, 72);
        assert!((20..72).contains(&restarts), "{restarts} with a restart");
    }

    #[test]
    fn of_two_pseudowires_the_other_one_bridges_the_gap_within_the_slack() {
        // Slack 1 ms against a path 800 us longer, then one of 1500 us: late until a restart.
        let cut = stretch(100 * MS, 150 * MS);
        for (other_us, command_ms) in [(2000, Some(0)), (2700, None)] {
            let delays = [1200, other_us].map(Span::from_us);
            let plan = hitless(Span::from_ms(1), fill_half(2), delays, cut);
            let worst = worst_phase(&[&plan], PIPE, stretch(0, 400 * MS), RECOVERY);
            assert_eq!(worst.gaps.lost, 0);
            match command_ms {
                Some(ms) => assert_eq!(worst.gaps.command, Some(Span::from_ms(ms))),
                None => assert!(worst.holes[0].restarted),
            }
        }
    }

    fn with_phase(mut plan: Plan, packet_time: u64, phase: u64, end: u64) -> Plan {
        for stream in &mut plan.streams {
            stream.source = Source::Circuit {
                boundaries: Ticks::every(SimTime(phase), Span(packet_time)),
                phase: None,
                clock: Clock::default(),
            };
        }
        plan.sources_end = SimTime(end);
        plan
    }

    /// Sum of the delays of all packets that come, none of which waits.
    fn delays_without_waits(plan: &Plan, packet_time: u64, phase: u64, end: u64) -> u128 {
        let pieces = pieces(plan, PIPE, stretch(0, end));
        let created = (1..).map(|n| SimTime(phase + n * packet_time));
        let delay = |at: SimTime| {
            let piece = pieces.iter().find(|piece| at < piece.created.to);
            piece.and_then(|piece| piece.delay)
        };
        let delays = created.take_while(|at| at.0 < end).filter_map(delay);
        delays.map(|delay| u128::from(delay.0)).sum()
    }

    /// That a run without other packets yields what was worked out, unless packets of the circuit
    /// itself meet where two of its ways come together, and wait for each other.
    fn assert_as_run(
        plan: Plan,
        packet_time: u64,
        phase: u64,
        end: u64,
    ) -> Result<(), TestCaseError> {
        let plan = with_phase(plan, packet_time, phase, end);
        let options = Options {
            engine: EngineKind::Reference,
            detailed: false,
            ..Options::default()
        };
        let outcome = run(&plan, Seed(1), &options);
        let over = stretch(0, end);
        let (mut received, lost) = queue_free(&plan, PIPE, over, SimTime(phase));
        let own = &outcome.streams[0];
        let waits = own.network.sum_ps != delays_without_waits(&plan, packet_time, phase, end);
        prop_assume!(!waits);
        let of_run = own.received.as_ref().unwrap();
        received.selected.clone_from(&of_run.selected);
        prop_assert_eq!(&received, of_run);
        let of_run = of_run.selected.as_ref();
        let lost_in_run = of_run.map_or(own.sent - own.delivered, |one| own.sent - one.taken);
        prop_assert_eq!(lost, lost_in_run);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn a_run_of_nobody_else_is_what_was_worked_out(
            packet_time in 5_u64..200,
            phase_share in 0_u64..1000,
            cut in 300_u64..1500,
            lasts in 1_u64..2500,
            turns in (0_u64..1000, 0_u64..1000, 0_u64..1000),
            packets in 1_u32..5,
            other in 1_u64..300,
        ) {
            let phase = phase_share * packet_time / 1000;
            let local = cut + turns.0;
            let head = local + turns.1;
            let repair = Repair { local, head, back: head + turns.2 };
            let cut = stretch(cut, cut + lasts);
            let packet = Span(packet_time);
            let plan = ring(packet, fill_half(packets), cut, repair);
            assert_as_run(plan, packet_time, phase, 6000)?;
            let delays = [Span(40), Span(1 + other)];
            let plan = hitless(packet, fill_half(packets), delays, cut);
            assert_as_run(plan, packet_time, phase, 6000)?;
        }
    }
}
