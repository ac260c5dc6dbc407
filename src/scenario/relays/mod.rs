//! Relays and power lines of a scenario: from names to settings.
//!
//! A value of a relay is taken from where it stands first: the circuit, the user's profile, the
//! profile that is its base, the relay family's.

mod commands;
mod differential;
mod keys;
mod lines;
mod profiles;
mod reader;

use std::collections::BTreeSet;

use self::keys::{DIFFERENTIAL, kind_of};
use self::lines::Lines;
use self::profiles::Known;
use self::reader::{Layers, Reader};
use super::UsedConstant;
use super::circuits::Settings;
use super::defaults::FREQUENCY_DEFAULT_HZ;
use super::diagnostic::{Diagnostic, Findings};
use super::network::tell_unknown;
use super::spec::{CircuitSpec, RelaySpec, ScenarioSpec, TopologySpec};
use crate::relay::profile::Profile;
use crate::relay::requirement::REQUIREMENTS;
use crate::relay::{Line, Protection, Requirement};

/// What stands at the ends of circuits, and which lines they protect.
#[derive(Clone, Default, Debug)]
pub struct Relays {
    /// Whether the scenario says anything of relays, lines or requirements. Where it does not, its
    /// results are those of circuits alone.
    pub written: bool,
    /// In order of name, as the circuits of the scenario; `None`: nothing is said of its relays.
    pub circuits: Vec<Option<CircuitRelay>>,
    /// Sets of requirements that each circuit is judged against besides the budget, as written.
    pub requirements: Vec<Vec<&'static Requirement>>,
    /// Lines with protection, in order of name.
    pub lines: Vec<Line>,
    /// Every value of a profile that is used, with its source, in order of name.
    pub constants: Vec<UsedConstant>,
    /// What is left to its default, as "circuit NAME: relay.reset 0 ms".
    pub defaults: Vec<String>,
    /// Per circuit in order of name: every value of its relay with its source, in order of key;
    /// none without a relay.
    pub values: Vec<Vec<UsedConstant>>,
}

/// The relays at both ends of a circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CircuitRelay {
    /// Name of the profile that gave what is not written.
    pub profile: Option<String>,
    /// What they do.
    pub protection: Protection,
    /// Bits of the check of a message (escape of a destroyed one: 2 to the minus that); `None`: it
    /// has none.
    pub check_bits: Option<u32>,
}

/// Relays as settled, with what writing them out needs.
#[derive(Default, Debug)]
pub(super) struct Settled {
    /// For all that judges.
    pub relays: Relays,
    /// Per circuit in order of name: the inline table of `relay` with every value.
    pub written: Vec<Option<String>>,
}

/// Works out all of it; tells what cannot be. `topology` where it could be read; `settings` in the
/// order of the circuits as written.
pub(super) fn settle(
    spec: &ScenarioSpec,
    topology: Option<&TopologySpec>,
    settings: &[Option<Settings>],
    findings: &mut Findings,
) -> Settled {
    let known: Vec<&'static Profile> = crate::relay::profile::profiles().collect();
    super::share::check_relays(spec, findings);
    settle_with(spec, topology, settings, &known, findings)
}

fn settle_with(
    spec: &ScenarioSpec,
    topology: Option<&TopologySpec>,
    settings: &[Option<Settings>],
    known: &[&'static Profile],
    findings: &mut Findings,
) -> Settled {
    let known = Known::new(spec, known, findings);
    let lines = Lines::new(spec, topology, findings);
    let mut order: Vec<usize> = (0..spec.circuits.len()).collect();
    let name = |place: &usize| spec.circuits[*place].name.value.as_bytes();
    order.sort_by(|a, b| name(a).cmp(name(b)));
    let mut settled = Settled {
        relays: Relays {
            written: spec.relayed,
            ..Relays::default()
        },
        written: Vec::new(),
    };
    let frequency = spec.frequency.as_ref();
    let frequency_hz = frequency.map_or(FREQUENCY_DEFAULT_HZ, |at| at.value);
    for place in order {
        let circuit = &spec.circuits[place];
        let look = Look {
            spec,
            circuit,
            settings: settings.get(place).and_then(Option::as_ref),
            lines: &lines,
            known: &known,
            frequency_hz,
        };
        look.circuit(&mut settled, findings);
        let requirements = requirements(circuit, spec, findings);
        settled.relays.requirements.push(requirements);
    }
    let relays = &mut settled.relays;
    relays.lines = lines.settle(frequency_hz, &mut relays.defaults, findings);
    let by = |a: &UsedConstant, b: &UsedConstant| {
        let [a, b] = [a, b].map(|one| (&one.name, &one.value, &one.overrides));
        a.cmp(&b)
    };
    relays.constants.sort_by(by);
    relays.constants.dedup_by(|a, b| by(a, b).is_eq());
    settled
}

/// One circuit.
struct Look<'a> {
    spec: &'a ScenarioSpec,
    circuit: &'a CircuitSpec,
    settings: Option<&'a Settings>,
    lines: &'a Lines<'a>,
    known: &'a Known<'a>,
    frequency_hz: u64,
}

impl Look<'_> {
    fn circuit(&self, settled: &mut Settled, findings: &mut Findings) {
        let Some(relay) = &self.circuit.relay else {
            settled.relays.circuits.push(None);
            settled.relays.values.push(Vec::new());
            settled.written.push(None);
            return;
        };
        self.lines.belongs(self.circuit, relay, findings);
        let mut text = None;
        let mut values = Vec::new();
        let found = self.scheme(relay, findings).and_then(|scheme| {
            let layers = self.layers(relay, scheme, findings)?;
            let mut reader =
                Reader::new(self.spec, self.circuit, scheme, layers, self.frequency_hz);
            let found = self.protection(relay, &mut reader, findings);
            values = reader.values();
            settled.relays.constants.append(&mut reader.constants);
            settled.relays.defaults.append(&mut reader.defaults);
            text = Some(reader.text(relay));
            found
        });
        settled.relays.circuits.push(found);
        settled.relays.values.push(values);
        settled.written.push(text);
    }

    /// The scheme, which a relay needs.
    fn scheme(&self, relay: &RelaySpec, findings: &mut Findings) -> Option<&'static str> {
        let written = self.circuit.scheme.as_ref();
        if written.is_none() && self.circuit.keys.contains_key("scheme") {
            return None;
        }
        let words = super::tables::schemes();
        let word = written.and_then(|at| words.iter().find(|word| **word == at.value));
        if let Some(word) = word.filter(|word| **word != "none") {
            return Some(word);
        }
        let name = &self.circuit.name.value;
        let title = format!("circuit {name} has a relay and no scheme");
        let span = written.map_or(&relay.span, |at| &at.span);
        let help = "scheme = \"87L\", \"POTT\", \"PUTT\", \"DCB\", \"DCUB\", \"DUTT\" or \"DTT\"";
        let finding = Diagnostic::error(title, self.spec.place(span), "what shall it do?");
        findings.push(finding.help(help));
        None
    }

    /// Where its values stand; tells a profile of the other kind, and keys of other schemes.
    fn layers<'s>(
        &'s self,
        relay: &'s RelaySpec,
        scheme: &'static str,
        findings: &mut Findings,
    ) -> Option<Layers<'s>> {
        let before = findings.count();
        keys::check(self.circuit, scheme, relay, self.spec, findings);
        let found = match &relay.profile {
            None => profiles::Chain::default(),
            Some(name) => self.known.chain(name, self.spec, findings)?,
        };
        if let (Some(kind), Some(name)) = (found.kind, &relay.profile)
            && kind != kind_of(scheme)
        {
            let circuit = &self.circuit.name.value;
            let for_what = keys::in_words(kind);
            let title = format!("profile {} is for {for_what}", name.value);
            let label = format!("circuit {circuit} has scheme {scheme}");
            let finding = Diagnostic::error(title, self.spec.place(&name.span), label);
            findings.push(finding.maybe_help(self.known.of_kind(kind_of(scheme))));
        }
        // Wrong keys are told; what is missing besides would be told in vain.
        (findings.count() == before).then(|| Layers::new(&relay.values, found))
    }

    fn protection(
        &self,
        relay: &RelaySpec,
        reader: &mut Reader<'_>,
        findings: &mut Findings,
    ) -> Option<CircuitRelay> {
        let check_bits = reader.whole("check_bits");
        let protection = if reader.scheme == DIFFERENTIAL {
            let found = differential::settle(reader, relay, self.settings, findings);
            found.map(Protection::Differential)
        } else {
            let zone2 = self.lines.has_zone2(&self.circuit.name.value);
            let found = commands::settle(reader, self.settings, zone2, findings);
            found.map(Protection::Distance)
        };
        let bits = check_bits?.map(|at| u32::try_from(at.value).expect("at most 256"));
        Some(CircuitRelay {
            profile: relay.profile.as_ref().map(|at| at.value.clone()),
            protection: protection?,
            check_bits: bits,
        })
    }
}

fn requirements(
    circuit: &CircuitSpec,
    spec: &ScenarioSpec,
    findings: &mut Findings,
) -> Vec<&'static Requirement> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for name in &circuit.requirements {
        let place = spec.place(&name.span);
        if !seen.insert(&name.value) {
            let circuit = &circuit.name.value;
            let title = format!("circuit {circuit} is judged against {} twice", name.value);
            findings.push(Diagnostic::error(title, place, "named again"));
            continue;
        }
        match Requirement::named(&name.value) {
            Some(requirement) => found.push(requirement),
            None => {
                let names = REQUIREMENTS.iter().map(|one| one.name);
                tell_unknown("set of requirements", name, names, place, findings);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
