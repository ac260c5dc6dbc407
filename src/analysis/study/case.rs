//! One case from its outages to its verdicts.

use super::story::story;
use super::{CaseResult, DirectionResult, Manner, Prepared, Study, direct};
use crate::analysis::decomposition::{configured_slack, edge_delay, packetization};
use crate::analysis::enumeration::{FailureCase, joined};
use crate::analysis::failures::Way;
use crate::analysis::failures::clocks::{Clocks, clocks};
use crate::analysis::failures::gaps::{common, holes, packet_holes};
use crate::analysis::failures::passage::{first_of, pieces};
use crate::analysis::failures::phase::worst_phase;
use crate::analysis::failures::stages::{self, Direction};
use crate::analysis::failures::{
    ClockMap, Gaps, Reach, Stage, StageJudgement, Timetable, WorstPhase,
};
use crate::analysis::relays::Channel;
use crate::analysis::requirements::Seen;
use crate::channel::Timeline;
use crate::engine::{Bin, EngineKind, Options, Outcome, StreamOutcome, run, run_shared};
use crate::mpls::control::Phases;
use crate::mpls::outage::Stretch;
use crate::mpls::steps::What;
use crate::plan::{Plan, StreamId};
use crate::scenario::Circuit;
use crate::topology::Carries;
use crate::units::{SimTime, Span};

/// A run of one case under one phase of detection.
pub(super) struct Run<'p> {
    pub(super) prepared: &'p Prepared,
    plan: Plan,
    outcome: Outcome,
}

/// What the search said of both directions of a circuit, and under which phase of detection.
#[derive(Clone, Default)]
struct Searched {
    prepared: usize,
    ways: [Option<WorstPhase>; 2],
}

impl Study<'_> {
    /// One case.
    pub(super) fn case(&self, case: &FailureCase) -> CaseResult {
        let tunnels = self.tunnels(case.out.as_ref());
        let latest = Prepared::new(self, case, &tunnels, Phases::Latest);
        let streams = 0..tunnels.len();
        let near = streams.clone().any(|stream| latest.touches(stream)) || case.out.is_some();
        if !near && !direct::touched(self.scenario, &latest.failing) {
            return self.untouched(case);
        }
        let mut prepared = vec![latest];
        let earliest = Prepared::new(self, case, &tunnels, Phases::Earliest);
        if earliest.routings != prepared[0].routings {
            prepared.push(earliest);
        }
        let searched = self.search(&prepared);
        let run = |place: usize| {
            let used = searched.iter().any(|one| one.prepared == place);
            (used || place == 0).then(|| self.run(&prepared[place], &searched))
        };
        let runs: Vec<Option<Run<'_>>> = (0..prepared.len()).map(run).collect();
        let run_of = |one: &Searched| runs[one.prepared].as_ref().expect("it was run");
        let mut directions = Vec::with_capacity(2 * self.scenario.circuits.len());
        for (circuit, searched) in searched.iter().enumerate() {
            directions.extend(self.circuit(case, circuit, run_of(searched), searched));
        }
        let own: Vec<&Run<'_>> = searched.iter().map(run_of).collect();
        let (lines, channels) = self.lines(&directions, &own);
        let Manner { keep, .. } = self.manner;
        let told = if keep {
            story(self.scenario, &prepared[0])
        } else {
            Vec::new()
        };
        CaseResult {
            case: case.clone(),
            simulated: true,
            failed: self.failed(),
            directions,
            replays: if keep {
                self.replays(&lines, &channels)
            } else {
                Vec::new()
            },
            curves: if keep {
                self.curves(&lines, &channels)
            } else {
                Vec::new()
            },
            lines,
            timetable: keep.then(|| prepared[0].timetable.clone()),
            story: told,
        }
    }

    /// The phases of packets that are hit worst, circuit by circuit.
    fn search(&self, prepared: &[Prepared]) -> Vec<Searched> {
        let scenario = self.scenario;
        let unphased = vec![None; scenario.streams.len()];
        let plan = |one: &Prepared| one.plan(scenario, unphased.clone());
        let plans: Vec<Plan> = prepared.iter().map(plan).collect();
        let circuits = scenario.circuits.iter();
        circuits
            .map(|circuit| self.search_circuit(circuit, prepared, &plans))
            .collect()
    }

    fn search_circuit(&self, circuit: &Circuit, prepared: &[Prepared], plans: &[Plan]) -> Searched {
        let mut found = Searched::default();
        if circuit.emulation().is_none() {
            return found;
        }
        let over = Stretch {
            from: SimTime::ZERO,
            to: prepared[0].switched() + self.pace.settle,
        };
        let searchable = |way: usize| {
            let stream = circuit.directions[way].stream()?;
            self.touched(circuit, way, &prepared[0]).then_some(stream)
        };
        let search = |plans: &[&Plan], stream| worst_phase(plans, stream, over, self.recovery);
        let all: Vec<&Plan> = plans.iter().collect();
        found.ways = [0, 1].map(|way| Some(search(&all, searchable(way)?)));
        // One run has one phase of detection: that of the direction hit worse.
        let worse = found.ways.iter().flatten().max_by_key(|one| {
            let length = |span: Option<Span>| span.map_or(u64::MAX, |span| span.0);
            let gaps = &one.gaps;
            (
                length(gaps.command),
                length(gaps.tdm),
                gaps.lost,
                usize::MAX - one.plan,
            )
        });
        found.prepared = worse.map_or(0, |one| one.plan);
        for (way, one) in found.ways.iter_mut().enumerate() {
            let other = one.as_ref().is_some_and(|one| one.plan != found.prepared);
            if let (true, Some(stream)) = (other, searchable(way)) {
                *one = Some(search(&[all[found.prepared]], stream));
            }
        }
        found
    }

    fn run<'p>(&self, prepared: &'p Prepared, searched: &[Searched]) -> Run<'p> {
        let scenario = self.scenario;
        let mut phases = vec![None; scenario.streams.len()];
        for (circuit, searched) in scenario.circuits.iter().zip(searched) {
            for (direction, worst) in circuit.directions.iter().zip(&searched.ways) {
                if let (Some(stream), Some(worst)) = (direction.stream(), worst) {
                    phases[stream.0 as usize] = Some(worst.boundary);
                }
            }
        }
        let plan = prepared.plan(scenario, phases);
        let options = Options {
            engine: self.manner.engine,
            detailed: false,
            ..Options::default()
        };
        let longest = self.failed() + super::SHARED;
        let outcome = if plan.sources_end <= longest && options.engine == EngineKind::Window {
            let arrivals = self.arrivals.until(&plan);
            run_shared(&plan, scenario.seed, &options, &arrivals)
        } else {
            run(&plan, scenario.seed, &options)
        };
        Run {
            prepared,
            plan,
            outcome,
        }
    }

    /// Both directions of one circuit.
    fn circuit(
        &self,
        case: &FailureCase,
        index: usize,
        run: &Run<'_>,
        searched: &Searched,
    ) -> [DirectionResult; 2] {
        let (circuit, keep) = (&self.scenario.circuits[index], self.manner.keep);
        let lines: [Timeline; 2] = [0, 1].map(|way| self.timeline((index, way), run));
        let bins = [0, 1].map(|way| bins(circuit, way, run));
        let touched = [0, 1].map(|way| self.touched(circuit, way, run.prepared));
        let packet = [0, 1].map(|way| self.packet_holes(circuit, way, run));
        // Time that is not simulated makes only those holes longer in which no packet gets through:
        // an underrun of a buffer that spans it lasts no longer for it.
        let timetable = &run.prepared.timetable;
        let clocks_seen = [0, 1].map(|way| match &packet[way] {
            _ if !touched[way] => ClockMap::default(),
            Some(holes) => timetable.clock.within(holes),
            None => timetable.clock.clone(),
        });
        let ways =
            [0, 1].map(|way| judged(circuit, way, (&lines[way], bins[way], &clocks_seen[way])));
        let stages = stages::judge(ways, timetable, self.pace, self.scenario.budget);
        let reach = self
            .reach(circuit, &run.plan, timetable.end)
            .or_else(|| direct::reach(circuit, &lines));
        let seen = self.seen[index].map(|_| {
            let channel = |way: usize| Channel::of(circuit, way, lines[way].clone());
            Seen::of(&[channel(0), channel(1)])
        });
        let mut lines = lines.into_iter();
        let mut way = 0;
        stages.map(|mut stages| {
            if case.out.is_none() {
                self.calm_stage(&mut stages[0], index, way);
            }
            let timeline = lines.next().expect("two directions");
            let told = (&timeline, &clocks_seen[way], &packet[way]);
            let mut gaps = self.gaps(circuit, way, run, told);
            let cut_off = self.cut_off(case, circuit, way);
            if cut_off {
                // No protection brings it back: that the element is repaired in the end is no
                // part of it.
                gaps = gaps.for_ever();
                stages[Stage::During as usize].delay_max = None;
            }
            let worst = searched.ways[way].as_ref();
            let told = (&timeline, packet[way].as_deref().unwrap_or(&[]));
            let clocks = keep.then(|| self.clocks(&gaps, told, (&clocks_seen[way], timetable)));
            let result = DirectionResult {
                circuit: index,
                direction: way,
                cut_off,
                detection: self.detection(circuit, way, run.prepared),
                touched: touched[way],
                gaps,
                clocks,
                queue_free: worst.map(|worst| worst.gaps),
                boundary: worst.map(|worst| worst.boundary),
                reach,
                seen,
                stages,
                timeline: keep.then_some(timeline),
            };
            way += 1;
            result
        })
    }

    /// Where the gaps of a direction lie, in real time.
    fn clocks(
        &self,
        gaps: &Gaps,
        (timeline, packet): (&Timeline, &[Stretch]),
        (seen, timetable): (&ClockMap, &Timetable),
    ) -> Clocks {
        let mut holes = holes(timeline);
        holes.retain(|hole| hole.from >= self.failed() && hole.from < timetable.end);
        let behind = |hole: &&Stretch| hole.from >= self.failed();
        let packet: Vec<Stretch> = packet.iter().filter(behind).copied().collect();
        clocks(gaps, (&holes, &packet), (seen, &timetable.clock))
    }

    pub(super) fn timeline(&self, (index, way): (usize, usize), run: &Run<'_>) -> Timeline {
        let circuit = &self.scenario.circuits[index];
        match outcome(circuit, way, run) {
            Some(stream) => {
                let received = stream.received.as_ref().map(|received| &received.timeline);
                let held = stream.held.as_ref().map(|held| &held.timeline);
                received.or(held).cloned().unwrap_or_default()
            }
            None => direct::timeline(self.scenario, (index, way), run.prepared),
        }
    }

    /// Whether a direction may fare otherwise than in normal operation.
    fn touched(&self, circuit: &Circuit, way: usize, prepared: &Prepared) -> bool {
        let direction = &circuit.directions[way];
        let Some(stream) = direction.stream() else {
            return direct::crosses(self.scenario, direction, &prepared.failing);
        };
        let copy = self.scenario.copy_of(stream);
        let mut both = [Some(stream), copy].into_iter().flatten();
        both.any(|one| prepared.touches(one.0 as usize))
    }

    /// When no packet of a direction gets through, in real time; `None` where no packets carry it.
    pub(super) fn packet_holes(
        &self,
        circuit: &Circuit,
        way: usize,
        run: &Run<'_>,
    ) -> Option<Vec<Stretch>> {
        let holes = |stream: StreamId| {
            let routing = &run.prepared.routed[stream.0 as usize].routing;
            packet_holes(routing, &run.prepared.failing)
        };
        let stream = circuit.directions[way].stream()?;
        Some(match self.scenario.copy_of(stream) {
            Some(copy) => common(&holes(stream), &holes(copy)),
            None => holes(stream),
        })
    }

    fn gaps(
        &self,
        circuit: &Circuit,
        way: usize,
        run: &Run<'_>,
        (line, clock, packet): (&Timeline, &ClockMap, &Option<Vec<Stretch>>),
    ) -> Gaps {
        let timetable = &run.prepared.timetable;
        let mut holes = holes(line);
        holes.retain(|hole| hole.from >= self.failed() && hole.from < timetable.end);
        let (Some(packet), Some(emulation)) = (packet, circuit.emulation()) else {
            return Gaps::of_timeslots(&holes, clock, self.recovery);
        };
        let behind = timetable.stages.iter().zip(bins(circuit, way, run));
        let behind = behind.filter(|((_, stage), _)| *stage != Stage::Steady);
        Gaps::of_pseudowire(
            &holes,
            packet,
            clock,
            (&emulation.receivers[way], emulation.packet_time_exact_ps),
            self.recovery,
            behind.map(|(_, bin)| bin.lost).sum(),
        )
    }

    fn detection(&self, circuit: &Circuit, way: usize, prepared: &Prepared) -> Option<Span> {
        let stream = circuit.directions[way].stream()?;
        let steps = prepared.routed[stream.0 as usize].steps.iter();
        let mut seen = steps.filter(|step| matches!(step.what, What::Detected { .. }));
        let seen = seen.find(|step| step.at >= self.failed())?;
        Some(seen.at.since(self.failed()))
    }

    fn cut_off(&self, case: &FailureCase, circuit: &Circuit, way: usize) -> bool {
        let topology = self.scenario.topology();
        let direction = &circuit.directions[way];
        let node = |name: &String| topology.node_named(name).expect("a node of the path");
        let ends = direction.nodes.first().zip(direction.nodes.last());
        let ends = ends.map(|(from, to)| (node(from), node(to)));
        let first = direction.links.first();
        let link = first.and_then(|name| topology.link_named(name));
        let carries = link.map_or(Carries::Packets, |link| topology.carries(link));
        ends.is_some_and(|ends| !joined(topology, carries, ends, case.gone()))
    }

    /// What restarts on the paths of a plan can lead to.
    pub(super) fn reach(&self, circuit: &Circuit, plan: &Plan, end: SimTime) -> Option<Reach> {
        let settings = circuit.emulation()?;
        let [forth, back] = [0, 1].map(|way| circuit.directions[way].stream());
        let over = Stretch {
            from: SimTime::ZERO,
            to: end,
        };
        let pieces = |stream: StreamId| match self.scenario.copy_of(stream) {
            Some(copy) => first_of(&pieces(plan, stream, over), &pieces(plan, copy, over)),
            None => pieces(plan, stream, over),
        };
        let pieces = [pieces(forth?), pieces(back?)];
        Reach::of([0, 1].map(|way| Way {
            pieces: &pieces[way],
            packet_time: packetization(settings),
            edge: edge_delay(settings, way) + circuit.interface.delay(),
            slack: configured_slack(settings, way),
        }))
    }

    /// Normal operation as the longer run without failures says it.
    fn calm_stage(&self, stage: &mut StageJudgement, circuit: usize, way: usize) {
        let own = &self.steady[2 * circuit + way];
        stage.stage = Stage::Steady;
        stage.delay_max = own.delay.map(|delay| delay.max);
        stage.worst_start = own.worst_start;
        stage.lost = own.counts.lost;
        stage.replaced = Span::ZERO;
        stage.asymmetry_ps = own.asymmetry_ps;
        stage.verdict = own.verdict;
        stage.cause = own.cause;
    }

    /// A case that nothing that runs comes near: every stage is normal operation.
    fn untouched(&self, case: &FailureCase) -> CaseResult {
        let direction = |own: &crate::analysis::verdict::Judgement| {
            let mut calm = StageJudgement {
                stage: Stage::Steady,
                delay_max: None,
                worst_start: None,
                lost: 0,
                replaced: Span::ZERO,
                asymmetry_ps: None,
                verdict: own.verdict,
                cause: None,
            };
            self.calm_stage(&mut calm, own.circuit, own.direction);
            let circuit = &self.scenario.circuits[own.circuit];
            let stages = Stage::ALL.map(|stage| StageJudgement { stage, ..calm });
            let settings = circuit.emulation();
            let slack = |settings, way| {
                i64::try_from(configured_slack(settings, way).0).expect("slack within 106 days")
            };
            DirectionResult {
                circuit: own.circuit,
                direction: own.direction,
                cut_off: self.cut_off(case, circuit, own.direction),
                detection: None,
                touched: false,
                gaps: direct::NONE,
                clocks: None,
                queue_free: None,
                boundary: None,
                reach: (settings.is_some() || circuit.directions[0].stream().is_none()).then(
                    || {
                        let slack = |way| settings.map_or(0, |settings| slack(settings, way));
                        Reach {
                            asymmetry_ps: own.asymmetry_ps.unwrap_or(0),
                            slack_left_ps: [0, 1].map(slack),
                        }
                    },
                ),
                seen: self.seen[own.circuit],
                stages: stages.to_vec(),
                timeline: None,
            }
        };
        CaseResult {
            case: case.clone(),
            simulated: false,
            failed: self.failed(),
            directions: self.steady.iter().map(direction).collect(),
            lines: self.calm_lines(),
            replays: Vec::new(),
            curves: Vec::new(),
            timetable: None,
            story: Vec::new(),
        }
    }
}

/// What became of the stream of a direction.
fn outcome<'r>(circuit: &Circuit, way: usize, run: &'r Run<'_>) -> Option<&'r StreamOutcome> {
    let stream = circuit.directions[way].stream()?;
    Some(&run.outcome.streams[stream.0 as usize])
}

/// Its packets stage by stage; of two copies the first that came.
fn bins<'r>(circuit: &Circuit, way: usize, run: &'r Run<'_>) -> &'r [Bin] {
    let Some(stream) = outcome(circuit, way, run) else {
        return &[];
    };
    let received = stream.received.as_ref();
    match received.and_then(|received| received.selected.as_ref()) {
        Some(selected) => &selected.stages,
        None => &stream.stages,
    }
}

/// One direction of a circuit, to be judged stage by stage.
fn judged<'a>(
    circuit: &Circuit,
    way: usize,
    (timeline, bins, clock): (&'a Timeline, &'a [Bin], &'a ClockMap),
) -> Direction<'a> {
    let emulation = circuit.emulation();
    Direction {
        timeline,
        bins,
        clock,
        conversion: circuit.interface.delay(),
        edge: emulation.map_or(Span::ZERO, |settings| edge_delay(settings, way)),
        slack: emulation.map_or(Span::ZERO, |settings| configured_slack(settings, way)),
    }
}
