//! One fault, step by step, at both ends of a line.

use super::channels::Reader;
use super::clearing::{How, clear, clearing};
use super::{Channels, Clearing};
use crate::mpls::outage::Stretch;
use crate::relay::distance::{Scheme, Settings};
use crate::relay::{By, End, Fault, Line, Place, Protection, Trip};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};

/// What a line's protections do about one fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replay {
    /// Index in [`crate::scenario::relays::Relays::lines`].
    pub line: usize,
    /// When and where.
    pub fault: Fault,
    /// Each circuit alone: group A, then group B, each in order of name.
    pub circuits: Vec<Steps>,
    /// Groups A and B; `None` where no circuit belongs to it, or the fault is beside the line.
    pub groups: [Option<Ended>; 2],
    /// Both together: at each end the earlier trip.
    pub both: Option<Ended>,
}

/// How a fault ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ended {
    /// From inception to open breakers at both ends; `None`: never.
    pub after: Option<Span>,
    /// How that came out.
    pub clearing: Clearing,
    /// The end that is last.
    pub end: End,
}

/// What the relays of one circuit do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Steps {
    /// Index in [`Scenario::circuits`].
    pub circuit: usize,
    /// At terminal a and at terminal z.
    pub ends: [EndSteps; 2],
}

/// What happens at one end; `None`: it does not.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct EndSteps {
    /// A zone has picked up.
    pub pickup: Option<SimTime>,
    /// The command is keyed to the other end; of line differential: the sample is taken that
    /// completes the measuring window behind the inception.
    pub keyed: Option<SimTime>,
    /// What the other end keyed stands at the relay.
    pub received: Option<SimTime>,
    /// What lies between the other end's `keyed` and this `received` besides the channel: sending
    /// and receiving.
    pub processing: [Span; 2],
    /// The relay's output.
    pub trip: Option<Trip>,
    /// The breaker has opened.
    pub open: Option<SimTime>,
}

/// How long behind a fault a command may come and still be told.
const LOOKED_AT: Span = Span::from_s(10);

/// What a line's protections do about one fault; the line is an index.
#[must_use]
pub fn replay(scenario: &Scenario, channels: &Channels, line: usize, fault: Fault) -> Replay {
    let readers = Reader::of_line(scenario, channels, line);
    let groups = &scenario.relays.lines[line].groups;
    let inside = fault.place.is_inside();
    let group = |group: usize| {
        let members = &groups[group];
        let ended = || ended(&readers, fault, |one| members.contains(&one.circuit));
        inside.then(ended).flatten()
    };
    Replay {
        line,
        fault,
        circuits: readers.iter().map(|one| steps(one, fault)).collect(),
        groups: [group(0), group(1)],
        both: inside.then(|| ended(&readers, fault, |_| true)).flatten(),
    }
}

fn ended(readers: &[Reader<'_>], fault: Fault, of: impl Fn(&Reader<'_>) -> bool) -> Option<Ended> {
    let mut some: Vec<&Reader<'_>> = readers.iter().filter(|one| of(one)).collect();
    if some.iter().any(|one| one.protection.clears_faults()) {
        some.retain(|one| one.protection.clears_faults());
    }
    let line = some.first()?.line;
    let found = clear(&some, fault);
    let end = match found.class {
        How::Opened { end, .. } | How::Never { end } => end,
    };
    Some(Ended {
        after: found.value,
        clearing: clearing(found, line.clear_within),
        end,
    })
}

fn steps(reader: &Reader<'_>, fault: Fault) -> Steps {
    let answer = reader.protection.answer(&reader.ways, reader.line, fault);
    let at = |end: End| {
        let before = match reader.protection {
            Protection::Differential(settings) => {
                let inside = fault.place.is_inside();
                let sampled = fault.at + settings.window;
                let heard = reader.ways[toward(end)].first_since(sampled + settings.processing[0]);
                let heard = heard.map(|heard| heard + settings.processing[1]);
                EndSteps {
                    keyed: inside.then_some(sampled),
                    received: heard.filter(|_| inside),
                    processing: settings.processing,
                    ..EndSteps::default()
                }
            }
            Protection::Distance(settings) => commanded(reader, settings, fault, end),
        };
        let trip = answer.trips[end.index()];
        EndSteps {
            trip,
            open: trip.map(|trip| trip.at + reader.line.breaker),
            ..before
        }
    };
    Steps {
        circuit: reader.circuit,
        ends: End::BOTH.map(at),
    }
}

/// The direction that leads to an end.
fn toward(end: End) -> usize {
    end.other().index()
}

/// Until the command has come, as if the fault stayed.
fn commanded(reader: &Reader<'_>, settings: &Settings, fault: Fault, end: End) -> EndSteps {
    let way = toward(end);
    let heard = |from: SimTime| {
        let keyed = Stretch {
            from,
            to: SimTime::NEVER,
        };
        let window = Stretch {
            from: fault.at,
            to: fault.at + LOOKED_AT,
        };
        let all = settings
            .command
            .received(&reader.ways[way], &[keyed], window);
        all.first().map(|one| one.from)
    };
    let sent = keyed(settings, reader.line, fault, end.other());
    let sent = sent.filter(|_| settings.directions[way]);
    EndSteps {
        pickup: sees(settings, reader.line, fault.place, end).then(|| fault.at + settings.pickup),
        keyed: keyed(settings, reader.line, fault, end)
            .filter(|_| settings.directions[end.index()]),
        received: sent.and_then(heard),
        processing: [settings.command.send, settings.command.receive],
        ..EndSteps::default()
    }
}

fn sees(settings: &Settings, line: &Line, place: Place, end: End) -> bool {
    let zones = line.in_zone1(end, place) || line.in_zone2(end, place);
    settings.scheme != Scheme::Dtt
        && settings.weak != Some(end)
        && (zones || line.in_reverse(end, place))
}

/// When an end keys its command of its own accord.
fn keyed(settings: &Settings, line: &Line, fault: Fault, end: End) -> Option<SimTime> {
    let keys = match settings.scheme {
        Scheme::Putt | Scheme::Dutt => line.in_zone1(end, fault.place),
        Scheme::Pott | Scheme::Dcub => {
            settings.weak != Some(end) && line.in_zone2(end, fault.place)
        }
        Scheme::Dcb => line.in_reverse(end, fault.place),
        Scheme::Dtt => return fault.place.is_inside().then_some(fault.at),
    };
    keys.then(|| fault.at + settings.pickup)
}

impl EndSteps {
    /// What made it trip.
    #[must_use]
    pub fn by(&self) -> Option<By> {
        self.trip.map(|trip| trip.by)
    }
}
