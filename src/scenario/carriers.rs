//! Circuits without packets: timeslots of an SDH network, characters and tones of leased lines.
//! Their delay is constant, worked out from the route; timeslots are booked.

use std::collections::BTreeMap;

use super::carriage::{Carriage, Carried, Carrier, Direct};
use super::diagnostic::{Diagnostic, Findings};
use super::interfaces::characters;
use super::network::Network;
use super::spec::{CircuitSpec, ScenarioSpec};
use super::streams::ReadyCircuit;
use crate::engine::Parts;
use crate::topology::{Carries, Hop, LeasedLine, Line, Link, LinkId, Path};
use crate::units::Span;

/// Per link direction (0: a→z) and timeslot, who holds it.
type Held = BTreeMap<(LinkId, usize), BTreeMap<u64, String>>;

/// Timeslots per link of one direction.
type Slots = Vec<Vec<u64>>;

/// Most names in a help line.
const NAMES_MAX: usize = 5;

/// What links must carry for this circuit.
#[must_use]
pub fn wanted(spec: &CircuitSpec) -> Carries {
    match spec.carrier.as_ref().map(|at| at.value.as_str()) {
        Some("tdm") => Carries::Timeslots,
        Some("serial") => Carries::Characters,
        Some("analogue") => Carries::Tones,
        _ => Carries::Packets,
    }
}

/// Books timeslots and works out the delay of every circuit without packets, in order of name:
/// first those that name their timeslots, then the others. Whether all could be done.
pub fn settle(
    circuits: &mut [ReadyCircuit<'_>],
    scenario: &ScenarioSpec,
    network: &Network,
    findings: &mut Findings,
) -> bool {
    let mut held = Held::new();
    let mut whole = true;
    for named in [true, false] {
        for circuit in circuits.iter_mut() {
            let Carriage::Direct(direct) = &circuit.settings.carriage else {
                continue;
            };
            if circuit.spec.slots.is_some() != named {
                continue;
            }
            let mut book = Book {
                circuit,
                direct,
                scenario,
                network,
                held: &mut held,
            };
            let ways = [0, 1].map(|way| book.direction(way, findings));
            match ways {
                [Some(there), Some(back)] => circuit.direct = Some([there, back]),
                _ => whole = false,
            }
        }
    }
    whole
}

struct Book<'a, 'b> {
    circuit: &'a ReadyCircuit<'b>,
    direct: &'a Direct,
    scenario: &'a ScenarioSpec,
    network: &'a Network,
    held: &'a mut Held,
}

impl Book<'_, '_> {
    fn direction(&mut self, way: usize, findings: &mut Findings) -> Option<Carried> {
        let path = &self.circuit.paths[way];
        let links = || {
            path.hops
                .iter()
                .map(|hop| self.network.topology.link(hop.link))
        };
        let across = |hop: &Hop| {
            let link = self.network.topology.link(hop.link);
            link.propagation[hop.direction.index()]
        };
        let propagation = path.hops.iter().map(across).sum();
        let mut parts = Parts {
            propagation,
            ..Parts::default()
        };
        let mut slots = Slots::new();
        match self.direct.carrier {
            Carrier::Timeslots => {
                slots = self.book(path, findings)?;
                let changes = slots.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
                parts.media = self.transit(path, self.direct.cross_connects + changes);
            }
            Carrier::Characters => {
                self.hold_lines(path, findings)?;
                let baud = links().filter_map(baud).min()?;
                self.same_baud(baud, findings)?;
                let message = self.circuit.settings.interface.message;
                parts.serialization = characters(message, baud);
            }
            Carrier::Tones => {
                self.hold_lines(path, findings)?;
                parts.media = links().filter_map(tone_delay).sum();
            }
        }
        Some(Carried::Constant { parts, slots })
    }

    /// Into and out of the SDH network, through every node between, and through DS0
    /// cross-connects.
    fn transit(&self, path: &Path, cross_connects: u64) -> Span {
        let constants = &self.network.constants;
        let between = path.nodes.len().saturating_sub(2) as u64;
        constants.sdh_access() * 2
            + constants.sdh_transit() * between
            + constants.ds0_cross_connect() * cross_connects
    }

    /// The timeslots of each link of the way: those named; or the first that are free all along,
    /// so that no cross-connect changes them; or the first that are free on each.
    fn book(&mut self, path: &Path, findings: &mut Findings) -> Option<Slots> {
        let wanted = usize::try_from(self.direct.timeslots).ok()?;
        let slots = match &self.circuit.spec.slots {
            Some(named) => {
                let numbers: Vec<u64> = named.value.iter().map(|at| at.value).collect();
                self.named_are_free(path, &numbers, findings)?;
                vec![numbers; path.hops.len()]
            }
            None => {
                let free: Slots = path.hops.iter().map(|hop| self.free(hop)).collect();
                let short = free.iter().position(|free| free.len() < wanted);
                if let Some(place) = short {
                    self.tell_short(path.hops[place], free[place].len(), findings);
                    return None;
                }
                let everywhere = |slot: &u64| free.iter().all(|one| one.contains(slot));
                let common: Vec<u64> = free
                    .first()?
                    .iter()
                    .copied()
                    .filter(everywhere)
                    .take(wanted)
                    .collect();
                if common.len() == wanted {
                    vec![common; path.hops.len()]
                } else {
                    let first = |mut free: Vec<u64>| {
                        free.truncate(wanted);
                        free
                    };
                    free.into_iter().map(first).collect()
                }
            }
        };
        for (hop, numbers) in path.hops.iter().zip(&slots) {
            let link = self
                .held
                .entry((hop.link, hop.direction.index()))
                .or_default();
            let name = &self.circuit.spec.name.value;
            link.extend(numbers.iter().map(|number| (*number, name.clone())));
        }
        Some(slots)
    }

    /// A line for characters or tones carries one circuit: it has one timeslot, so to speak.
    fn hold_lines(&mut self, path: &Path, findings: &mut Findings) -> Option<()> {
        let spec = self.circuit.spec;
        for hop in &path.hops {
            let line = (hop.link, hop.direction.index());
            let holders = self.held.entry(line).or_default();
            if let Some(holder) = holders.get(&0) {
                let link = &self.network.topology.link(hop.link).name;
                let title = format!("circuit {}: line {link} is not free", spec.name.value);
                let place = self.scenario.place(&spec.name.span);
                let label = format!("held by {holder}");
                let help = "a line of characters or tones carries one circuit";
                findings.push(Diagnostic::error(title, place, label).help(help));
                return None;
            }
            holders.insert(0, spec.name.value.clone());
        }
        Some(())
    }

    fn free(&self, hop: &Hop) -> Vec<u64> {
        let held = self.held.get(&(hop.link, hop.direction.index()));
        let taken = |slot: &u64| held.is_some_and(|held| held.contains_key(slot));
        let all = 1..=timeslots(self.network.topology.link(hop.link));
        all.filter(|slot| !taken(slot)).collect()
    }

    fn named_are_free(&self, path: &Path, numbers: &[u64], findings: &mut Findings) -> Option<()> {
        let named = self.circuit.spec.slots.as_ref()?;
        let name = &self.circuit.spec.name.value;
        for hop in &path.hops {
            let link = self.network.topology.link(hop.link);
            let held = self.held.get(&(hop.link, hop.direction.index()));
            for (number, at) in numbers.iter().zip(&named.value) {
                let label = if *number > timeslots(link) {
                    format!("it has {}", timeslots(link))
                } else if let Some(other) = held.and_then(|held| held.get(number)) {
                    format!("held by {other}")
                } else {
                    continue;
                };
                let title = format!(
                    "circuit {name}: timeslot {number} of link {} is not free",
                    link.name
                );
                let place = self.scenario.place(&at.span);
                findings.push(Diagnostic::error(title, place, label));
                return None;
            }
        }
        Some(())
    }

    fn tell_short(&self, hop: Hop, free: usize, findings: &mut Findings) {
        let link = self.network.topology.link(hop.link);
        let spec = self.circuit.spec;
        let title = format!(
            "circuit {}: not enough free timeslots on link {}",
            spec.name.value, link.name
        );
        let (wanted, all) = (self.direct.timeslots, timeslots(link));
        let label = format!("needs {wanted}, {free} of {all} are free");
        let mut holders = BTreeMap::<&str, u64>::new();
        let held = self.held.get(&(hop.link, hop.direction.index()));
        for name in held.into_iter().flat_map(BTreeMap::values) {
            *holders.entry(name).or_default() += 1;
        }
        let more = holders.len().saturating_sub(NAMES_MAX);
        let mut list: Vec<String> = holders
            .iter()
            .take(NAMES_MAX)
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        if more > 0 {
            list.push(format!("{more} more"));
        }
        let help = match list.as_slice() {
            [] => "another path, or a larger `capacity`".to_owned(),
            _ => format!("held by {}", list.join(", ")),
        };
        let span = spec.keys.get("timeslots").unwrap_or(&spec.name.span);
        let place = self.scenario.place(span);
        findings.push(Diagnostic::error(title, place, label).help(help));
    }

    /// A relay cannot talk to a line of another speed.
    fn same_baud(&self, line: u64, findings: &mut Findings) -> Option<()> {
        let Some(given) = &self.circuit.spec.baud else {
            return Some(());
        };
        if given.value == line {
            return Some(());
        }
        let title = format!(
            "circuit {}: the line runs at another speed",
            self.circuit.spec.name.value
        );
        let place = self.scenario.place(&given.span);
        let help = "leave `baud` out: the line's counts";
        findings.push(Diagnostic::error(title, place, format!("{line} Bd")).help(help));
        None
    }
}

fn timeslots(link: &Link) -> u64 {
    match link.line {
        Line::Sdh { timeslots } => timeslots.into(),
        _ => 0,
    }
}

fn baud(link: &Link) -> Option<u64> {
    match link.line {
        Line::Leased(LeasedLine::Rs232 { baud }) => Some(baud),
        _ => None,
    }
}

fn tone_delay(link: &Link) -> Option<Span> {
    match link.line {
        Line::Leased(LeasedLine::Analogue { tone_delay }) => Some(tone_delay),
        _ => None,
    }
}
