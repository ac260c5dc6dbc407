//! The phases that are tried, and the runs.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Cause, Found, Phase, Range, Searched, clears, is_messages, messages};
use crate::analysis::failures::phase::critical_phases;
use crate::analysis::relays::{Channel, Channels};
use crate::engine::{EngineKind, Options, Outcome, run};
use crate::mpls::control::Phases;
use crate::mpls::outage::Stretch;
use crate::mpls::routing::Routing;
use crate::plan::{Plan, StreamId};
use crate::relay::{Answer, End, Fault, Line, Place, Protection, Trip};
use crate::scenario::resilience::FailureEvent;
use crate::scenario::{Case, Scenario};
use crate::units::{SimTime, Span};

/// Packets created so long before an event may still be on their way when it happens.
const ON_THEIR_WAY: Span = Span::from_s(1);

/// Runs end so long after the fault: what is not cleared by then is told as never.
const HORIZON: Span = Span::from_s(1);

/// A line whose faults are searched.
pub(super) struct Search<'a> {
    pub scenario: &'a Scenario,
    /// Index of the line.
    pub place: usize,
    pub line: &'a Line,
    /// Circuits of its groups that have a relay, ascending.
    pub circuits: Vec<usize>,
    engine: EngineKind,
}

/// One run that is wanted.
#[derive(Clone)]
pub(super) struct Trial {
    /// Which of the networks: phases of detection.
    network: usize,
    /// Per stream.
    phases: Vec<Option<SimTime>>,
    /// When the fault begins.
    at: SimTime,
}

/// One run, and what every protection of the line made of the fault.
pub(super) struct Tried {
    trial: Trial,
    detection: Option<Phases>,
    /// Per circuit of the search, per place on the line.
    answers: Vec<Vec<Answer>>,
    /// Per circuit of the search and direction: how long its message took.
    known: Vec<[Option<Span>; 2]>,
}

/// The forwarding of every stream under one phase of detection.
struct Network {
    detection: Phases,
    routings: Vec<Routing>,
}

impl<'a> Search<'a> {
    /// `None` where no relay stands at the line's circuits.
    pub fn new(scenario: &'a Scenario, place: usize, engine: EngineKind) -> Option<Self> {
        let line = &scenario.relays.lines[place];
        let mut circuits: Vec<usize> = line.groups.concat();
        circuits.retain(|circuit| scenario.relays.circuits[*circuit].is_some());
        circuits.sort_unstable();
        circuits.dedup();
        let search = Self {
            scenario,
            place,
            line,
            circuits,
            engine,
        };
        (!search.circuits.is_empty()).then_some(search)
    }

    /// Whether a circuit of the line repeats messages.
    pub fn has_messages(&self) -> bool {
        let mut circuits = self.circuits.iter();
        circuits.any(|circuit| is_messages(self.scenario, *circuit))
    }

    /// A fault at the instant of an event.
    pub fn fault(&self, event: &FailureEvent) -> Searched {
        let networks = self.networks();
        let mut trials = Vec::new();
        for network in 0..networks.len() {
            trials.extend(self.in_step(&networks, network, event.at));
        }
        let mut tried = self.tried(&networks, trials);
        let together: Vec<Trial> = (0..networks.len())
            .flat_map(|network| self.together(&tried, network))
            .collect();
        tried.extend(self.tried(&networks, together));
        self.searched(Cause::Fault(event.label.clone()), &tried)
    }

    /// A fault at any instant, where the command is what is sent.
    pub fn messages(&self) -> Searched {
        let networks = self.networks();
        let phases = vec![None; self.scenario.streams.len()];
        let plan = self.plan(&networks[0], phases, self.scenario.duration);
        let instants = messages::instants(self, &plan);
        let trial = |at: SimTime| Trial {
            network: 0,
            phases: self.with_events(vec![None; self.scenario.streams.len()], at),
            at,
        };
        let tried = self.tried(&networks, instants.into_iter().map(trial).collect());
        self.searched(Cause::Messages, &tried)
    }

    fn searched(&self, cause: Cause, tried: &[Tried]) -> Searched {
        let groups = &self.line.groups;
        let of = |circuits: &[usize]| Range::of(self, tried, circuits);
        let messages = self.circuits.iter().enumerate();
        let messages = messages.filter(|(_, circuit)| is_messages(self.scenario, **circuit));
        let longest = |place: usize| {
            let all = tried.iter().flat_map(|one| one.known[place]);
            all.collect::<Option<Vec<Span>>>()?.into_iter().max()
        };
        Searched {
            line: self.place,
            cause,
            runs: tried.len(),
            groups: [of(&groups[0]), of(&groups[1])],
            both: of(&groups.concat()).expect("circuits to search"),
            circuits: self
                .circuits
                .iter()
                .map(|circuit| (*circuit, of(&[*circuit]).expect("a circuit of the search")))
                .collect(),
            messages: messages
                .map(|(place, circuit)| (*circuit, longest(place)))
                .collect(),
        }
    }

    /// How streams are forwarded where detection takes as long as it can, and where it takes as
    /// short as it can if that makes a difference.
    fn networks(&self) -> Vec<Network> {
        let scenario = self.scenario;
        let mut all: Vec<Network> = Vec::new();
        for detection in [Phases::Latest, Phases::Earliest] {
            let routings = match scenario.routed_under(detection) {
                Some(routed) => routed.into_iter().map(|one| one.routing).collect(),
                None => {
                    let tunnels = scenario.tunnels(&[]);
                    Case::undisturbed(&tunnels, scenario.duration).routings
                }
            };
            if all.iter().all(|other| other.routings != routings) {
                all.push(Network {
                    detection,
                    routings,
                });
            }
        }
        all
    }

    fn plan(&self, network: &Network, phases: Vec<Option<SimTime>>, at: SimTime) -> Plan {
        self.scenario.plan_for(&Case {
            outages: self.scenario.resilience.outages.clone(),
            routings: network.routings.clone(),
            phases,
            stages: Vec::new(),
            sources_end: self.ends(at),
        })
    }

    /// When the sources of a run stop.
    fn ends(&self, at: SimTime) -> SimTime {
        (at + HORIZON).min(self.scenario.duration)
    }

    /// The stream of a direction, where its phase can be moved.
    pub fn stream(&self, circuit: usize, way: usize) -> Option<StreamId> {
        self.scenario.circuits[circuit].directions[way].stream()
    }

    /// Both directions of every circuit that packets carry.
    fn directions(&self) -> impl Iterator<Item = (usize, usize, StreamId)> + '_ {
        let both = self.circuits.iter();
        let both = both.flat_map(|circuit| [0, 1].map(|way| (*circuit, way)));
        both.filter_map(|(circuit, way)| Some((circuit, way, self.stream(circuit, way)?)))
    }

    /// Messages speak of a fault when the relay keys.
    fn with_events(&self, mut phases: Vec<Option<SimTime>>, at: SimTime) -> Vec<Option<SimTime>> {
        for (circuit, _, stream) in self.directions() {
            if is_messages(self.scenario, circuit) {
                let keyed = at + messages::keyed_after(self.protection(circuit));
                phases[stream.0 as usize] = Some(keyed);
            }
        }
        phases
    }

    pub fn protection(&self, circuit: usize) -> &Protection {
        let relay = self.scenario.relays.circuits[circuit].as_ref();
        &relay.expect("a circuit with a relay").protection
    }

    /// Every direction goes through its own critical phases, all of them at once: they meet nowhere
    /// but in queues.
    fn in_step(&self, networks: &[Network], network: usize, at: SimTime) -> Vec<Trial> {
        let streams = self.scenario.streams.len();
        let plan = self.plan(&networks[network], vec![None; streams], at);
        let over = Stretch {
            from: SimTime(at.0.saturating_sub(ON_THEIR_WAY.0)),
            to: self.ends(at),
        };
        let critical = |(circuit, _, stream): (usize, usize, StreamId)| {
            let phases: BTreeSet<SimTime> = if is_messages(self.scenario, circuit) {
                BTreeSet::new()
            } else {
                critical_phases(&plan, stream, over)
            };
            (stream, phases.into_iter().collect::<Vec<_>>())
        };
        let all: Vec<(StreamId, Vec<SimTime>)> = self.directions().map(critical).collect();
        let most = all.iter().map(|(_, phases)| phases.len()).max();
        let trial = |step: usize| {
            let mut phases = vec![None; streams];
            for (stream, own) in all.iter().filter(|(_, own)| !own.is_empty()) {
                phases[stream.0 as usize] = Some(own[step % own.len()]);
            }
            Trial {
                network,
                phases: self.with_events(phases, at),
                at,
            }
        };
        (0..most.unwrap_or(0).max(1)).map(trial).collect()
    }

    /// Every direction at its own worst phase, and every one at its best: what the phases in step
    /// may have missed.
    fn together(&self, tried: &[Tried], network: usize) -> Vec<Trial> {
        let own: Vec<&Tried> = tried
            .iter()
            .filter(|one| one.trial.network == network)
            .collect();
        let with = |worst: bool| {
            let mut trial = own[0].trial.clone();
            for (place, circuit) in self.circuits.iter().enumerate() {
                for way in [0, 1] {
                    let Some(stream) = self.stream(*circuit, way) else {
                        continue;
                    };
                    // Commands come in on one way; differential relays need both.
                    let ends = match self.protection(*circuit) {
                        Protection::Differential(_) => &End::BOTH[..],
                        Protection::Distance(_) => &End::BOTH[1 - way..2 - way],
                    };
                    let slowest = |one: &&&Tried| one.last_trip(place, ends);
                    let chosen = if worst {
                        own.iter().rev().max_by_key(slowest)
                    } else {
                        own.iter().min_by_key(slowest)
                    };
                    let chosen = chosen.expect("a run of every network");
                    let stream = stream.0 as usize;
                    trial.phases[stream] = chosen.trial.phases[stream];
                }
            }
            trial
        };
        let new = |trial: &Trial| own.iter().all(|one| one.trial.phases != trial.phases);
        [true, false].map(with).into_iter().filter(new).collect()
    }

    /// Runs them, side by side; in their order.
    fn tried(&self, networks: &[Network], trials: Vec<Trial>) -> Vec<Tried> {
        let one = |trial: Trial| {
            let network = &networks[trial.network];
            let plan = self.plan(network, trial.phases.clone(), trial.at);
            let options = Options {
                engine: self.engine,
                detailed: false,
                ..Options::default()
            };
            let outcome = run(&plan, self.scenario.seed, &options);
            let detection = (networks.len() > 1).then_some(network.detection);
            self.judged(trial, detection, &outcome)
        };
        trials.into_par_iter().map(one).collect()
    }

    fn judged(&self, trial: Trial, detection: Option<Phases>, outcome: &Outcome) -> Tried {
        let channels = Channels::of_run(self.scenario, outcome);
        let mut known = Vec::with_capacity(self.circuits.len());
        let mut answers = Vec::with_capacity(self.circuits.len());
        for circuit in &self.circuits {
            let protection = self.protection(*circuit);
            let (own, ways) = if is_messages(self.scenario, *circuit) {
                messages::receptions(self, *circuit, &trial.phases, outcome)
            } else {
                let channels = channels.circuits[*circuit].as_ref();
                let ways =
                    channels.map(|all| protection.receptions(all.each_ref().map(Channel::way)));
                ([None; 2], ways)
            };
            known.push(own);
            let answer = |place| match &ways {
                Some(ways) => {
                    let fault = Fault {
                        at: trial.at,
                        place,
                    };
                    protection.answer(ways, self.line, fault)
                }
                None => Answer::default(),
            };
            answers.push(self.line.places().into_iter().map(answer).collect());
        }
        Tried {
            trial,
            detection,
            answers,
            known,
        }
    }
}

impl Tried {
    /// The last trip of a circuit's protection at these ends, wherever the fault is.
    fn last_trip(&self, circuit: usize, ends: &[End]) -> SimTime {
        let answers = self.answers[circuit].iter();
        let trips = answers.flat_map(|answer| ends.iter().map(|end| answer.trips[end.index()]));
        let at = trips.map(|trip| trip.map_or(SimTime::NEVER, |trip| trip.at));
        at.max().unwrap_or(SimTime::NEVER)
    }

    /// The worst place of this run, as these circuits clear the fault together.
    pub fn found(&self, search: &Search<'_>, circuits: &[usize]) -> Found {
        let at = self.trial.at;
        let own = search.circuits.iter().zip(&self.answers);
        let own: Vec<&Vec<Answer>> = own
            .filter(|(circuit, _)| circuits.contains(circuit))
            .map(|(_, answers)| answers)
            .collect();
        let places = search.line.places().into_iter().enumerate();
        let one = |(number, place): (usize, Place)| {
            let first = |end: End| -> Option<Trip> {
                let trips = own.iter().filter_map(|one| one[number].trips[end.index()]);
                trips.min_by_key(|trip| trip.at)
            };
            let trips = End::BOTH.map(first);
            let (clearing, outcome, end) = clears(search.line, trips, at);
            Found {
                clearing,
                outcome,
                place,
                end,
                at,
                detection: self.detection,
                phases: Vec::new(),
            }
        };
        let worst = places.map(one).reduce(|worst, one| {
            if one.rank() > worst.rank() {
                one
            } else {
                worst
            }
        });
        let mut found = worst.expect("a line has places");
        let phase = |(circuit, direction, stream): (usize, usize, StreamId)| {
            let at = self.trial.phases[stream.0 as usize]?;
            circuits.contains(&circuit).then_some(Phase {
                circuit,
                direction,
                at,
            })
        };
        found.phases = search.directions().filter_map(phase).collect();
        found
    }
}
