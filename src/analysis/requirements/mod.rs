//! Circuits against sets of requirements, several if need be, and against what their own relays are
//! set to.
//!
//! What a requirement speaks of is found on the channel as the relays read it: until something
//! fails, and, where something does, over the whole run. Recovery stands in the sheets of
//! `failures`.

mod found;

use self::found::Found;
pub use self::found::{Both, Seen};
use super::relays::Channels;
use super::verdict::Judgement;
use crate::relay::differential::{self, Synchronisation};
use crate::relay::distance::{self, Scheme};
use crate::relay::{Line, Protection, Requirement};
use crate::scenario::Scenario;
use crate::units::Span;

/// What a requirement speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// Longest one-way delay: after the worst start until something fails, the longest there was
    /// over the whole run.
    Delay,
    /// Largest difference of both directions at one instant, in magnitude.
    Asymmetry,
    /// Largest less smallest delay in one direction: steps at restarts and slips, and drift.
    Jitter,
    /// Share of the output that was replaced, from the first data on.
    Loss,
    /// DCB: what a block takes from its element to the far end's logic, within the coordination
    /// time.
    Coordination,
    /// A permissive command, from element to logic, before zone 2 trips by itself.
    Zone2,
    /// Lines with another in parallel: a permission that stays for reset and channel, within the
    /// guard after a current reversal.
    ReversalGuard,
    /// DCB: the longest hole, within what a block is extended by.
    BlockExtension,
    /// DCUB: the longest hole, before the loss of guard opens the window.
    GuardLoss,
    /// The longest hole, before the relay takes the channel for failed.
    ChannelFailure,
    /// Both delays together.
    RoundTrip,
    /// The largest change of half of both delays.
    Step,
    /// The difference of both directions, beyond the one that is taken off.
    RelayAsymmetry,
}

/// In what a requirement is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Picoseconds.
    Time,
    /// Parts of 10^9.
    Share,
}

/// Who asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A set of requirements.
    Set(&'static Requirement),
    /// The relay's own settings: the word for the scheme.
    Scheme(&'static str),
}

/// Which part of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// Until something fails.
    Calm,
    /// All of it, where something fails.
    Whole,
}

/// One requirement, and what was found: it is met where not more was found than is required.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// What it speaks of.
    pub what: What,
    /// The direction in which most was found (0: a→z, 1: z→a); `None`: both together.
    pub direction: Option<usize>,
    /// The largest that is allowed.
    pub required: u64,
    /// The largest that was found; `None`: without end, or nothing came at all.
    pub found: Option<u64>,
}

/// One requirement of one circuit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// Which part of the run.
    pub part: Part,
    /// Who asks.
    pub by: By,
    /// What, and whether it is met.
    pub met: Met,
}

impl Met {
    /// Whether it is.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.found.is_some_and(|found| found <= self.required)
    }

    /// What is left, negative beyond it; `None` as `found`.
    #[must_use]
    pub fn margin(&self) -> Option<i128> {
        Some(i128::from(self.required) - i128::from(self.found?))
    }
}

impl What {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Delay => "delay",
            Self::Asymmetry => "asymmetry",
            Self::Jitter => "jitter",
            Self::Loss => "loss",
            Self::Coordination => "coordination",
            Self::Zone2 => "zone-2",
            Self::ReversalGuard => "reversal-guard",
            Self::BlockExtension => "block-extension",
            Self::GuardLoss => "guard-loss",
            Self::ChannelFailure => "channel-failure",
            Self::RoundTrip => "round-trip",
            Self::Step => "step",
            Self::RelayAsymmetry => "relay-asymmetry",
        }
    }

    /// In what it is told.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::Loss => Unit::Share,
            _ => Unit::Time,
        }
    }
}

impl By {
    /// The name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Set(set) => set.name,
            Self::Scheme(scheme) => scheme,
        }
    }
}

impl Part {
    /// The token used in files.
    #[must_use]
    pub fn token(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Whole => "whole",
        }
    }
}

/// Every circuit that something is asked of, in order of name: its sets as written, then its
/// relays. `channels` are those of all circuits ([`Channels::of_all`]); `judgements` give the worst
/// start until something fails.
#[must_use]
pub fn rows(
    scenario: &Scenario,
    channels: &Channels,
    judgements: &[Judgement],
    part: Part,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for index in 0..scenario.circuits.len() {
        let none = Vec::new();
        let sets = scenario.relays.requirements.get(index).unwrap_or(&none);
        let relay = scenario.relays.circuits.get(index).and_then(Option::as_ref);
        if sets.is_empty() && relay.is_none() {
            continue;
        }
        let pair = channels.circuits.get(index).and_then(Option::as_ref);
        let mut found = pair.map_or(Found::NOTHING, Found::of);
        if part == Part::Calm {
            let own = judgements.iter().filter(|one| one.circuit == index);
            for judgement in own {
                let delay = &mut found.delay[judgement.direction];
                *delay = judgement
                    .worst_start
                    .map(|worst| worst.max(delay.unwrap_or_default()));
            }
        }
        let mut add = |by, all: Vec<Met>| {
            rows.extend(all.into_iter().map(|met| Row {
                circuit: index,
                part,
                by,
                met,
            }));
        };
        for set in sets {
            add(By::Set(set), of_set(set, &found));
        }
        if let Some(relay) = relay {
            let lines = &scenario.relays.lines;
            let line = lines
                .iter()
                .find(|line| line.groups.concat().contains(&index));
            let protection = &relay.protection;
            add(
                By::Scheme(protection.name()),
                of_scheme(protection, line, &found),
            );
        }
    }
    rows
}

fn of_set(set: &Requirement, found: &Found) -> Vec<Met> {
    let time = |what, limit: Option<Span>, found: [Option<Span>; 2]| {
        Some(worse(
            what,
            limit?.0,
            found.map(|one| one.map(|span| span.0)),
        ))
    };
    let asymmetry = set.asymmetry_max.map(|limit| Met {
        what: What::Asymmetry,
        direction: None,
        required: limit.0,
        found: found.both.map(|both| both.magnitude(0)),
    });
    let loss = set
        .loss_max_ppb
        .map(|limit| worse(What::Loss, limit, found.loss_ppb));
    let all = [
        time(What::Delay, set.delay_max, found.delay),
        asymmetry,
        time(What::Jitter, set.jitter_max, found.jitter),
        loss,
    ];
    all.into_iter().flatten().collect()
}

/// The worse of both directions: nothing found is worst, and of two alike the first.
fn worse(what: What, required: u64, found: [Option<u64>; 2]) -> Met {
    let key = |found: Option<u64>| found.map_or(u128::MAX, u128::from);
    let direction = usize::from(key(found[1]) > key(found[0]));
    Met {
        what,
        direction: Some(direction),
        required,
        found: found[direction],
    }
}

/// What the settings of relays ask of their channel; `line`: the one they protect.
fn of_scheme(protection: &Protection, line: Option<&Line>, found: &Found) -> Vec<Met> {
    match protection {
        Protection::Distance(settings) => of_commands(settings, line, found),
        Protection::Differential(settings) => of_differential(settings, line, found),
    }
}

fn of_commands(settings: &distance::Settings, line: Option<&Line>, found: &Found) -> Vec<Met> {
    let command = &settings.command;
    // Only the directions that carry one; what does not matter is found to be nothing.
    let used = |found: [Option<u64>; 2]| {
        [0, 1].map(|way| match settings.directions[way] {
            true => found[way],
            false => Some(0),
        })
    };
    let age = |more: Span| {
        let ends = command.send + command.message + command.receive + more;
        used(found.delay.map(|delay| Some((delay? + ends).0)))
    };
    // After a hole messages count only when a whole one, and those of the recovery, have come.
    let silent = |hole: Option<Span>| match hole? {
        Span::ZERO => Some(0),
        hole => Some((hole + command.message + command.recovery).0),
    };
    let holes = used(found.hole.map(silent));
    let mut all = Vec::new();
    match settings.scheme {
        Scheme::Dcb => {
            all.push(worse(
                What::Coordination,
                settings.coordination.0,
                age(Span::ZERO),
            ));
            all.push(worse(
                What::BlockExtension,
                settings.block_extension.0,
                holes,
            ));
        }
        Scheme::Putt | Scheme::Pott | Scheme::Dcub | Scheme::Dutt => {
            all.push(worse(What::Zone2, settings.zone2_delay.0, age(Span::ZERO)));
        }
        Scheme::Dtt => {}
    }
    if settings.scheme == Scheme::Dcub {
        all.push(worse(What::GuardLoss, settings.guard_loss.0, holes));
    }
    let permissive = matches!(settings.scheme, Scheme::Pott | Scheme::Dcub | Scheme::Dcb);
    if permissive && line.is_some_and(|line| line.parallel) {
        let guard = settings.reversal_guard.0;
        all.push(worse(What::ReversalGuard, guard, age(settings.reset)));
    }
    all.push(worse(What::ChannelFailure, command.fail_after.0, holes));
    all
}

fn of_differential(
    settings: &differential::Settings,
    line: Option<&Line>,
    found: &Found,
) -> Vec<Met> {
    let watched = &settings.watched;
    let silent = |hole: Option<Span>| match hole? {
        Span::ZERO => Some(0),
        hole => Some((hole + settings.message).0),
    };
    let together = |what, limit: Option<Span>, of: fn(&Both) -> u64| {
        limit.map(|limit| Met {
            what,
            direction: None,
            required: limit.0,
            found: found.both.as_ref().map(of),
        })
    };
    let limit = match settings.synchronisation {
        Synchronisation::Time { .. } => settings.asymmetry_max,
        // What its characteristic bears with the largest current through the line.
        Synchronisation::PingPong => {
            line.and_then(|line| settings.limit_asymmetry(line.through_fault_ma))
        }
    };
    let asymmetry = limit.map(|limit| Met {
        what: What::RelayAsymmetry,
        direction: None,
        required: limit.0,
        found: found
            .both
            .map(|both| both.magnitude(settings.compensation_ps)),
    });
    let all = [
        together(What::RoundTrip, watched.round_trip_max, |both| {
            both.round_trip.0
        }),
        together(What::Step, watched.step_max, |both| both.step.0),
        asymmetry,
        Some(worse(
            What::ChannelFailure,
            watched.fail_after.0,
            found.hole.map(silent),
        )),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::relays::Channel;
    use crate::analysis::samples::{Sample, scenario_and_outcome};
    use crate::analysis::verdict::judge;
    use crate::channel::{Cause, Content, Idle, Timeline};
    use crate::relay::command::{Command, OnFailure, Replacement};
    use crate::scenario::relays::CircuitRelay;
    use crate::units::SimTime;

    const MS: u64 = 1_000_000_000;

    /// Pieces of `(to in ms, delay in us)`; no delay: replacement.
    fn channel(pieces: &[(u64, Option<u64>)]) -> Channel {
        let mut timeline = Timeline::default();
        for (to, delay) in pieces {
            let from = timeline.end();
            let content = match delay {
                Some(delay) => Content::Data {
                    input_from: SimTime(from.0 - delay * 1_000_000),
                    rate_ppb: 0,
                },
                None => Content::Idle {
                    pattern: Idle::AllOnes,
                    cause: Cause::Missing,
                },
            };
            timeline.extend(SimTime(to * MS), content);
        }
        Channel {
            timeline,
            before: Span::from_us(125),
            after: Span::from_us(125),
        }
    }

    /// a→z restarts on a path 1.5 ms longer after a hole of 50 ms; z→a stays.
    fn restarted() -> [Channel; 2] {
        [
            channel(&[
                (10, None),
                (500, Some(3200)),
                (550, None),
                (1010, Some(4700)),
            ]),
            channel(&[(10, None), (1010, Some(3200))]),
        ]
    }

    fn found(all: &[Met], what: What) -> (Option<u64>, bool) {
        let one = all.iter().find(|met| met.what == what).expect("asked for");
        (one.found, one.ok())
    }

    #[test]
    fn a_restart_on_a_longer_path_shows_as_jitter_asymmetry_and_loss() {
        let table = Requirement::named("rfc8578-table-3").unwrap();
        let all = of_set(table, &Found::of(&restarted()));
        // With both conversions 4.95 ms of 5; 1.5 ms of 0.25 and 0.75; 50 of 1000 ms.
        assert_eq!(found(&all, What::Delay), (Some(4_950_000_000), true));
        assert_eq!(found(&all, What::Jitter), (Some(1_500_000_000), false));
        assert_eq!(found(&all, What::Asymmetry), (Some(1_500_000_000), false));
        assert_eq!(found(&all, What::Loss), (Some(50_000_000), false));
        assert_eq!(all[0].margin(), Some(50_000_000));
        // Table 4 says nothing of jitter and asymmetry.
        let table = Requirement::named("rfc8578-table-4").unwrap();
        let all = of_set(table, &Found::of(&restarted()));
        let whats: Vec<What> = all.iter().map(|met| met.what).collect();
        assert_eq!(whats, [What::Delay, What::Loss]);
    }

    #[test]
    fn swapping_the_directions_changes_only_which_one_is_named() {
        let [forth, back] = restarted();
        let table = Requirement::named("rfc8578-table-3").unwrap();
        let one = of_set(table, &Found::of(&[forth.clone(), back.clone()]));
        let other = of_set(table, &Found::of(&[back, forth]));
        for (one, other) in one.iter().zip(&other) {
            assert_eq!((one.what, one.found), (other.what, other.found));
            assert_eq!(one.direction.map(|way| 1 - way), other.direction);
        }
    }

    fn blocking(scheme: Scheme) -> distance::Settings {
        distance::Settings {
            scheme,
            command: Command {
                send: Span::from_ms(3),
                receive: Span::from_ms(3),
                message: Span::ZERO,
                recovery: Span::ZERO,
                fail_after: Span::from_ms(100),
                on_failure: OnFailure::On,
                replacement: Replacement::Rejected,
            },
            directions: [true, true],
            pickup: Span::from_ms(16),
            reset: Span::from_ms(20),
            zone2_delay: Span::from_ms(400),
            coordination: Span::from_ms(25),
            send_minimum: Span::from_ms(100),
            block_extension: Span(16_666_666_666),
            reversal_guard: Span::from_ms(25),
            weak: None,
            echo_delay: Span::ZERO,
            guard_loss: Span::from_ms(10),
            unblocking_window: Span::from_ms(150),
        }
    }

    #[test]
    fn a_block_over_10_ms_is_there_16_ms_after_keying_and_a_hole_of_50_ms_lets_it_go() {
        let sound = channel(&[(20, None), (1000, Some(9750))]);
        let holed = channel(&[
            (20, None),
            (500, Some(9750)),
            (550, None),
            (1000, Some(9750)),
        ]);
        let all = of_commands(
            &blocking(Scheme::Dcb),
            None,
            &Found::of(&[sound.clone(), sound]),
        );
        // 3 + 10 + 3 ms of 25.
        assert_eq!(
            found(&all, What::Coordination),
            (Some(16_000_000_000), true)
        );
        assert_eq!(found(&all, What::BlockExtension), (Some(0), true));
        let both = Found::of(&[holed.clone(), holed]);
        let all = of_commands(&blocking(Scheme::Dcb), None, &both);
        assert_eq!(
            found(&all, What::BlockExtension),
            (Some(50_000_000_000), false)
        );
        assert_eq!(
            found(&all, What::ChannelFailure),
            (Some(50_000_000_000), true)
        );
        let all = of_commands(&blocking(Scheme::Dcub), None, &both);
        assert_eq!(found(&all, What::GuardLoss), (Some(50_000_000_000), false));
        assert_eq!(found(&all, What::Zone2), (Some(16_000_000_000), true));
    }

    #[test]
    fn a_direction_that_carries_no_command_is_not_asked_for() {
        let settings = distance::Settings {
            directions: [false, true],
            ..blocking(Scheme::Dtt)
        };
        let silent = channel(&[(1000, None)]);
        let sound = channel(&[(20, None), (1000, Some(9750))]);
        let all = of_commands(&settings, None, &Found::of(&[silent, sound]));
        assert_eq!(found(&all, What::ChannelFailure), (Some(0), true));
    }

    #[test]
    fn what_never_came_meets_nothing() {
        let silent = channel(&[(1000, None)]);
        let table = Requirement::named("article-2011").unwrap();
        let all = of_set(table, &Found::of(&[silent.clone(), silent]));
        assert_eq!(found(&all, What::Delay), (None, false));
        assert_eq!(all[0].margin(), None);
    }

    #[test]
    fn sets_stand_before_the_relays_and_the_worst_start_is_what_is_judged() {
        let (mut scenario, outcome) = scenario_and_outcome(&Sample::default());
        let judgements = judge(&scenario, &outcome);
        let judged = |scenario: &Scenario, channels: &Channels| {
            rows(scenario, channels, &judgements, Part::Calm)
        };
        let channels = Channels::of_all(&scenario, &outcome);
        assert_eq!(judged(&scenario, &channels), []);
        let set = Requirement::named("article-2011").unwrap();
        scenario.relays.requirements = vec![vec![set]];
        scenario.relays.circuits = vec![Some(CircuitRelay {
            profile: None,
            protection: Protection::Distance(blocking(Scheme::Dcb)),
            check_bits: None,
        })];
        let all = judged(&scenario, &channels);
        assert_eq!((all[0].by, all[0].met.what), (By::Set(set), What::Delay));
        // The sample's worst start: 2 packets of 1 ms and 1.2 ms of network.
        assert_eq!(all[0].met.found, Some(3_200_000_000));
        assert!(all[1..].iter().all(|row| row.by == By::Scheme("DCB")));
    }
}
