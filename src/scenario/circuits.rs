//! The settings of one circuit, checked on their own: they need no network.

use super::carriage::{Carriage, Carrier, Direct, Direction, Emulation};
use super::diagnostic::{Diagnostic, Findings, Severity};
use super::emulation;
use super::goose;
use super::interfaces::{self, InterfaceKind, InterfaceProfile, InterfaceUse, Signalling};
use super::nearest::nearest;
use super::spec::{CircuitSpec, ScenarioSpec};
use super::{Circuit, shape::PacketShape};
use crate::pseudowire::encapsulation::{Encapsulation, FrameSizes};
use crate::topology::Constants;
use crate::traffic::Class;
use crate::units::{Octets, Span};

/// A circuit's settings, resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What stands between the relays and the network.
    pub interface: InterfaceUse,
    /// What carries it.
    pub carriage: Carriage,
}

impl Settings {
    /// The settings of the C-pipe, where the circuit is one.
    #[must_use]
    pub fn emulation(&self) -> Option<&Emulation> {
        match &self.carriage {
            Carriage::Emulated(emulation) => Some(emulation),
            Carriage::Messages(_) | Carriage::Direct(_) => None,
        }
    }

    /// One packet, where packets carry the circuit.
    #[must_use]
    pub fn packet(&self) -> Option<PacketShape> {
        match &self.carriage {
            Carriage::Emulated(emulation) => Some(emulation::packet(emulation)),
            Carriage::Messages(messages) => {
                Some(emulation::frame(&messages.sizes, &messages.encapsulation))
            }
            Carriage::Direct(_) => None,
        }
    }
}

/// Keys that every circuit takes.
const COMMON: &[&str] = &[
    "name",
    "ends",
    "scheme",
    "carrier",
    "interface",
    "interface_delay",
    "path",
    "compare",
    "relay",
    "requirements",
    "protection",
    "second_path",
    "co_routed",
    "revert",
    "constraints",
];
/// Keys of characters and tones, told by the interface itself.
const OF_INTERFACE: &[&str] = &["baud", "message", "signalling", "tone_detection"];
const PACKETS: &[&str] = &[
    "service",
    "class",
    "vlan",
    "labels",
    "minimum_frame",
    "policer",
];
const EMULATION: &[&str] = &[
    "product",
    "timeslots",
    "payload",
    "jitter_buffer",
    "effective_jitter_buffer",
    "playout",
    "late_policy",
    "rtp",
    "phase",
    "clock",
    "equalise",
    "packetization_added",
    "silent",
];
const TIMESLOTS: &[&str] = &["timeslots", "slots", "cross_connects"];

/// Resolves and checks the settings of a circuit; `None` where a fault leaves them open.
pub fn settings(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    constants: &Constants,
    duration: Option<Span>,
    findings: &mut Findings,
) -> Option<Settings> {
    let carrier = match &spec.carrier {
        Some(word) => word.value.as_str(),
        None if spec.keys.contains_key("carrier") => return None,
        None => "packet",
    };
    let is_goose = is_goose(spec);
    let (own, what): (&[&[&str]], &str) = match carrier {
        "tdm" => (&[TIMESLOTS], "a circuit over sdh links"),
        "serial" => (&[], "a circuit on a serial line"),
        "analogue" => (&[], "a circuit on an analogue line"),
        _ if is_goose => (&[PACKETS, &["goose"]], "GOOSE"),
        _ => (&[PACKETS, EMULATION], "circuit emulation"),
    };
    refuse_foreign(spec, scenario, own, what, findings);
    let interface = interfaces::interface(spec, scenario, findings);
    let carrier = match carrier {
        "tdm" => Carrier::Timeslots,
        "serial" => Carrier::Characters,
        "analogue" => Carrier::Tones,
        _ => {
            let encapsulation = encapsulation(spec, constants)?;
            let has_class = has(spec, "class", "a class such as \"EF\"", scenario, findings);
            let carriage = if is_goose {
                frames_only(spec, scenario, findings)?;
                let messages = goose::messages(spec, encapsulation, scenario, duration, findings);
                Carriage::Messages(Box::new(messages?))
            } else {
                let given = emulation::Given {
                    spec,
                    scenario,
                    constants,
                    duration,
                    encapsulation,
                    interface: interface.as_ref(),
                };
                Carriage::Emulated(Box::new(given.settings(findings)?))
            };
            return has_class
                .then_some(interface)
                .flatten()
                .map(|interface| Settings {
                    interface,
                    carriage,
                });
        }
    };
    let direct = direct(spec, carrier, interface.as_ref(), scenario, findings)?;
    Some(Settings {
        interface: interface?,
        carriage: Carriage::Direct(direct),
    })
}

/// Whether a circuit is GOOSE: said by `service`, or implied by the interface.
fn is_goose(spec: &CircuitSpec) -> bool {
    match &spec.service {
        Some(service) => service.value == "goose",
        None => spec
            .interface
            .as_ref()
            .is_some_and(|interface| interface.value == "ethernet"),
    }
}

fn frames_only(spec: &CircuitSpec, scenario: &ScenarioSpec, findings: &mut Findings) -> Option<()> {
    let Some(interface) = &spec.interface else {
        return (!spec.keys.contains_key("interface")).then_some(());
    };
    if interface.value == "ethernet" {
        return Some(());
    }
    let title = format!(
        "circuit {}: GOOSE comes as Ethernet frames",
        spec.name.value
    );
    let place = scenario.place(&interface.span);
    let label = format!("{} carries bits", interface.value);
    let help = "interface = \"ethernet\", or leave `interface` out";
    findings.push(Diagnostic::error(title, place, label).help(help));
    None
}

/// Keys that have no effect on such a circuit.
fn refuse_foreign(
    spec: &CircuitSpec,
    scenario: &ScenarioSpec,
    own: &[&[&str]],
    what: &str,
    findings: &mut Findings,
) {
    let known = |key: &str| {
        let common = COMMON.iter().chain(OF_INTERFACE);
        common
            .chain(own.iter().copied().flatten())
            .any(|one| *one == key)
    };
    for (key, span) in &spec.keys {
        if !known(key) {
            let help = format!("{what} has no such setting; leave it out");
            interfaces::refused(spec, scenario, (key, span), &help, findings);
        }
    }
}

/// Whether a key that this circuit needs was written; tells it where it was not.
pub(super) fn has(
    spec: &CircuitSpec,
    key: &str,
    expected: &str,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> bool {
    let there = spec.keys.contains_key(key);
    if !there {
        let title = format!("circuit {} has no `{key}`", spec.name.value);
        let place = scenario.place(&spec.span);
        findings.push(
            Diagnostic::error(title, place, format!("`{key}` is missing here"))
                .help(format!("{key}: {expected}")),
        );
    }
    there
}

fn encapsulation(spec: &CircuitSpec, constants: &Constants) -> Option<Encapsulation> {
    Some(Encapsulation {
        vlan: spec.vlan,
        labels: u8::try_from(spec.labels.unwrap_or(2)).ok()?,
        rtp: spec.rtp,
        minimum_frame: spec.minimum_frame.map_or(constants.frame_minimum(), Octets),
    })
}

/// A circuit without packets; `None` where its interface does not fit the line.
fn direct(
    spec: &CircuitSpec,
    carrier: Carrier,
    interface: Option<&InterfaceUse>,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<Direct> {
    let timeslots = match carrier {
        Carrier::Timeslots => {
            let slots = emulation::timeslots(spec, scenario, findings)?;
            slots_fit(spec, slots, scenario, findings)?;
            slots
        }
        Carrier::Characters | Carrier::Tones => 0,
    };
    let kind = interface.and_then(|one| InterfaceProfile::from_name(one.name?));
    let kind = kind.map(|profile| profile.kind);
    let tones = interface.and_then(|one| one.signalling) == Some(Signalling::Tones);
    let (fits, wants) = match carrier {
        Carrier::Timeslots => (kind != Some(InterfaceKind::Frames), "an interface of bits"),
        Carrier::Characters => (
            kind == Some(InterfaceKind::Characters),
            "interface = \"RS-232\"",
        ),
        Carrier::Tones => (tones, "interface = \"4W-E&M\" with signalling = \"tones\""),
    };
    if !fits {
        // A faulty interface is told already.
        let span = spec.keys.get("interface").unwrap_or(&spec.span);
        if interface.is_some() {
            let title = format!(
                "circuit {}: carrier {} does not carry this interface",
                spec.name.value,
                carrier.name()
            );
            let place = scenario.place(span);
            findings.push(Diagnostic::error(title, place, "does not fit").help(wants));
        }
        return None;
    }
    Some(Direct {
        carrier,
        timeslots,
        cross_connects: spec.cross_connects.unwrap_or(0),
    })
}

/// Whether `slots` names as many timeslots as the circuit has, each once.
fn slots_fit(
    spec: &CircuitSpec,
    timeslots: u64,
    scenario: &ScenarioSpec,
    findings: &mut Findings,
) -> Option<()> {
    let Some(slots) = &spec.slots else {
        return Some(());
    };
    let name = &spec.name.value;
    let count = slots.value.len() as u64;
    let mut fits = count == timeslots;
    if !fits {
        let title = format!("circuit {name}: `slots` has {count} elements");
        let label = format!("expected {timeslots}, one per timeslot");
        findings.push(Diagnostic::error(title, scenario.place(&slots.span), label));
    }
    for (index, slot) in slots.value.iter().enumerate() {
        if slots.value[..index]
            .iter()
            .any(|one| one.value == slot.value)
        {
            let title = format!("circuit {name}: timeslot {} is named twice", slot.value);
            let place = scenario.place(&slot.span);
            findings.push(Diagnostic::error(title, place, "the same timeslot again"));
            fits = false;
        }
    }
    fits.then_some(())
}

/// Whether every circuit named under `compare` is there, and another one.
pub fn compared(scenario: &ScenarioSpec, findings: &mut Findings) {
    let names = || scenario.circuits.iter().map(|one| one.name.value.as_str());
    for spec in &scenario.circuits {
        let Some(other) = &spec.compare else {
            continue;
        };
        let place = scenario.place(&other.span);
        let name = &spec.name.value;
        if other.value == *name {
            let title = format!("circuit {name} is compared with itself");
            let help = "name another circuit with the same ends";
            findings.push(Diagnostic::error(title, place, "the same circuit").help(help));
        } else if let Some(ends) = other_ends(spec, &other.value, scenario) {
            let title = format!("circuit {name} is compared with one between other ends");
            let label = format!("{} goes from {} to {}", other.value, ends[0], ends[1]);
            let help = "directions stand side by side: both circuits name the same ends in order";
            findings.push(Diagnostic::error(title, place, label).help(help));
        } else if !names().any(|one| one == other.value) {
            let title = format!("circuit {name}: there is no circuit \"{}\"", other.value);
            let near = (!findings.is_full(Severity::Error))
                .then(|| nearest(&other.value, names().filter(|one| one != name)))
                .flatten();
            let help = near.map(|near| format!("did you mean \"{near}\"?"));
            findings.push(Diagnostic::error(title, place, "unknown circuit").maybe_help(help));
        }
    }
}

/// The ends of a circuit that is to be compared with this one, where they are not the same.
fn other_ends<'a>(
    spec: &CircuitSpec,
    name: &str,
    scenario: &'a ScenarioSpec,
) -> Option<[&'a str; 2]> {
    let mut all = scenario.circuits.iter();
    let other = all.find(|one| one.name.value == name)?.ends.as_ref()?;
    let other = other.each_ref().map(|end| end.value.as_str());
    let own = spec.ends.as_ref()?.each_ref().map(|end| end.value.as_str());
    (own != other).then_some(other)
}

/// The share of a frame's wire octets that is padding, in hundredths of a percent, rounded half
/// up.
#[must_use]
pub fn padding_share(sizes: &FrameSizes) -> u64 {
    let wire = sizes.wire.0.max(1);
    (2 * sizes.padding.0 * 10_000 + wire) / (2 * wire)
}

/// The names that reports use, from a resolved circuit.
#[must_use]
pub(super) fn report_circuit(
    spec: &CircuitSpec,
    settings: &Settings,
    class: Option<Class>,
    directions: [Direction; 2],
) -> Circuit {
    Circuit {
        name: spec.name.value.clone(),
        scheme: spec
            .scheme
            .as_ref()
            .map_or_else(|| "none".to_owned(), |at| at.value.clone()),
        class,
        interface: settings.interface.clone(),
        carriage: settings.carriage.clone(),
        compare: None,
        directions,
    }
}
