//! Errors on links, and what the late-or-missing share is sampled with.

use super::diagnostic::{Diagnostic, Findings};
use super::emulation;
use super::resilience::ProtectionKind;
use super::spec::{LinkSpec, ScenarioSpec, TopologySpec};
use super::{Carriage, Carrier, Circuit, Direct, Scenario};
use crate::topology::sdh::TIMESLOT_BPS;
use crate::topology::{Direction, Errors, Framing, Link};
use crate::units::{BitRate, ErrorRatio, Span};

/// Commands sampled where the scenario does not say.
const COMMANDS_DEFAULT: u64 = 100_000;

/// What the late-or-missing share is sampled with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShareSettings {
    /// Commands per circuit and direction.
    pub commands: u64,
    /// Longest time from relay to relay; `None`: the telecom budget.
    pub allowed: Option<Span>,
}

/// A link on the way of a circuit direction, as errors on it meet the circuit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExposedLink {
    /// Its name.
    pub name: String,
    /// What happens on it.
    pub errors: Errors,
    /// Bits of one packet that its check covers, on this link; `None`: no packets carry the
    /// circuit.
    pub packet_bits: Option<u64>,
    /// How long one packet is on its way into the link; no time without packets.
    pub packet_time: Span,
    /// How long one bit of the relay lasts where no packets carry it; `None` where packets do, and
    /// for tones.
    pub bit_time: Option<Span>,
}

impl Scenario {
    /// The links of every way that a circuit direction is carried on at once: one way, or both
    /// where two copies of each packet are sent. In order.
    #[must_use]
    pub fn exposed(&self, circuit: usize, direction: Direction) -> Vec<Vec<ExposedLink>> {
        let one = &self.circuits[circuit];
        let topology = self.topology();
        let named = |name: &String| topology.links().iter().find(|link| link.name == *name);
        let first = one.directions[direction.index()].links.iter();
        let first = first
            .filter_map(named)
            .map(|link| one.exposed(link, direction));
        let mut ways = vec![first.collect()];
        if self.resilience.circuits[circuit].kind == ProtectionKind::Hitless
            && let Some(second) = self.second_path(circuit, direction, &[])
        {
            let second = second.hops.iter().map(|hop| topology.link(hop.link));
            ways.push(second.map(|link| one.exposed(link, direction)).collect());
        }
        ways
    }
}

impl Circuit {
    fn exposed(&self, link: &Link, direction: Direction) -> ExposedLink {
        let packet = self.emulation().map(emulation::packet);
        let bits = packet.as_ref().map(|packet| match link.framing() {
            // Preamble and gap are not covered by the check sequence.
            Framing::Ethernet(_) => 8 * packet.frame_on(link).0,
            Framing::Hdlc { .. } | Framing::None => packet.bits_on(link),
        });
        let rate = link.rate[direction.index()];
        let bit_time = match &self.carriage {
            Carriage::Direct(Direct {
                carrier: Carrier::Timeslots,
                timeslots,
                ..
            }) => BitRate::from_bps(timeslots * TIMESLOT_BPS).map(|own| own.time_to_send_bits(1)),
            Carriage::Direct(Direct {
                carrier: Carrier::Characters,
                ..
            }) => Some(rate.time_to_send_bits(1)),
            _ => None,
        };
        ExposedLink {
            name: link.name.clone(),
            errors: link.exposure.errors,
            packet_bits: bits,
            packet_time: bits.map_or(Span::ZERO, |bits| rate.time_to_send_bits(bits)),
            bit_time,
        }
    }
}

/// What `[share]` says; `None`: nothing is asked for.
#[must_use]
pub(super) fn settings(spec: &ScenarioSpec) -> Option<ShareSettings> {
    spec.share.as_ref().map(|share| ShareSettings {
        commands: share.commands.unwrap_or(COMMANDS_DEFAULT),
        allowed: share.allowed,
    })
}

/// What of it is left to its default.
#[must_use]
pub(super) fn defaults(spec: &ScenarioSpec) -> Vec<String> {
    let Some(share) = &spec.share else {
        return Vec::new();
    };
    let commands = format!("share: commands {COMMANDS_DEFAULT}");
    let absent = [
        share.commands.is_none().then_some(commands),
        share
            .allowed
            .is_none()
            .then(|| "share: allowed as budget".to_owned()),
    ];
    absent.into_iter().flatten().collect()
}

/// Tells a share of commands where nothing sends any.
pub(super) fn check_relays(spec: &ScenarioSpec, findings: &mut Findings) {
    if let Some(share) = &spec.share
        && spec.circuits.iter().all(|circuit| circuit.relay.is_none())
    {
        let place = spec.place(&share.span);
        let help = "give a circuit `relay`, in a protection group of a `[[line]]`";
        let title = "a share is asked for, and no circuit has relays";
        findings.push(Diagnostic::error(title, place, "nothing sends commands").help(help));
    }
}

/// Errors of links have no effect where no share is asked for.
#[must_use]
pub(super) fn not_judged(spec: &ScenarioSpec, topology: &TopologySpec) -> Vec<String> {
    let written = |key: &str| {
        let mut links = topology.links.iter();
        (spec.share.is_none() && links.any(|link| link.key(key).is_some()))
            .then(|| format!("link: {key}"))
    };
    ["bit_error_ratio", "bursts"]
        .into_iter()
        .filter_map(written)
        .collect()
}

/// Tells errors that cannot be.
pub(super) fn check(link: &LinkSpec, spec: &TopologySpec, findings: &mut Findings) {
    let name = &link.name.value;
    let place = |key: &str| link.key(key).map(|span| spec.place(span));
    if let (Some(bursts), Some(place)) = (link.errors.bursts, place("bursts"))
        && bursts.length >= bursts.every
    {
        let title = format!("bursts on link {name} last as long as they are apart");
        let help = "every is from beginning to beginning: longer than length";
        findings.push(Diagnostic::error(title, place, "the link never works").help(help));
    }
    let line = link.line.as_ref().map(|at| at.value.as_str());
    if let (Some("analogue-4w"), Some(place)) = (line, place("bit_error_ratio"))
        && link.errors.bit_error_ratio != ErrorRatio::ZERO
    {
        let title = format!("link {name} carries tones and has no bit errors");
        findings.push(Diagnostic::error(
            title,
            place,
            "only what carries bits has them",
        ));
    }
}
