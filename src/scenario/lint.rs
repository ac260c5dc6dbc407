//! Findings with a code: what is legal, or can be written, and still wants a word.

use std::collections::BTreeSet;
use std::ops::Range;

use super::compile::physical_propagation;
use super::diagnostic::{Diagnostic, Findings, Severity};
use super::network::Network;
use super::spec::{LinkSpec, TopologySpec};
use super::streams::{Draft, ReadyCircuit};
use crate::topology::{Carries, LinkId, Medium};
use crate::units::Span;
use crate::units::length::PerKilometre;
use crate::units::quantity::{TIME, format};

/// What `explain` says about a code.
#[derive(Debug)]
pub struct Rule {
    /// "TP001".
    pub code: &'static str,
    /// One line.
    pub title: &'static str,
    /// Which severities it has, and when.
    pub severity: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
    /// Where the limit comes from.
    pub source: &'static str,
}

/// All rules, in order of code.
pub const RULES: &[Rule] = &[
    Rule {
        code: "TP001",
        title: "propagation faster than light",
        severity: "warning",
        meaning: "A link's signal would take less than 3.3356 us per kilometre of its route, the \
                  time of light in vacuum. Fibre takes about 4.9 us/km, a radio path 3.336 us/km. \
                  The values are kept as given, and what the physical constants would add on the \
                  same routes is told beside them.",
        source: "c = 299 792.458 km/s: SI Brochure, 9th edition, clause 2.3.1. The 3 us/km of \
                 preset altalink-2011: Struth & Maurer, Bulletin Electrosuisse 102 (2011) 9.",
    },
    Rule {
        code: "TP002",
        title: "circuit settings cost more than half the budget by themselves",
        severity: "warning; the text says whether it is half the budget or all of it",
        meaning: "Before any network delay a C-pipe costs k packet times under fill-half (k = \
                  half the jitter buffer in packets, rounded up, at least 1), one packet time \
                  plus the buffer under prefill. A smaller payload or buffer lowers it.",
        source: "RFC 4553 clause 6.2.1 and RFC 5086 clause 6.2.1 (play-out begins when usually \
                 half the buffer is filled); vendor defaults: TIMETRA-SAP-MIB sapCemPayloadSize, \
                 sapCemJitterBuffer.",
    },
    Rule {
        code: "TP003",
        title: "jitter buffer too small or too large for its packets",
        severity: "error below 2 or above 32 packets; warning below 3 packets",
        meaning: "Below 2 packets a frame cannot have arrived before play-out starts; above 32 \
                  packets equipment refuses the setting. At 2 packets play-out starts on the \
                  first packet under fill-half: there is no slack, every packet slower than that \
                  one is lost. Between 2 and 3 packets it starts on the second, but the vendor's \
                  rule of at least 3 is not met.",
        source: "Alcatel-Lucent 7705 SAR OS Services Guide p249 (at least 3, at most 32 times the \
                 packetization delay) and p250 (at least 2 times the payload); TIMETRA-SAP-MIB \
                 sapCemJitterBuffer (2 to 32 packets).",
    },
    Rule {
        code: "TP004",
        title: "working and protection share a risk",
        severity: "warning",
        meaning: "The second path of a circuit has a shared-risk group, a ground wire, a link, a \
                  node or the power of a node in common with its first, besides the ends: one \
                  failure takes both, and the protection is worth nothing just then. Of all \
                  second paths the one that shares least is computed, so more fibre or a given \
                  path is what helps.",
        source: "RFC 4202 section 2.3 (shared risk link groups); RFC 3209 and RFC 4090 leave \
                  disjointness to the head end; mark: our choice of what counts as shared.",
    },
    Rule {
        code: "TP005",
        title: "87L over paths that are not co-routed",
        severity: "warning",
        meaning: "A line differential relay takes half the round trip as the delay of one \
                  direction. Where the directions take different links, or may after a failure, \
                  half the difference of their delays is an error of the current compared: at 60 \
                  Hz 10.8 degrees for each millisecond.",
        source: "MiCOM P54x Technical Manual, section on ping-pong synchronisation (half the \
                  round trip); SEL-411L Instruction Manual, section 87L channel; mark: \
                  arithmetic.",
    },
    Rule {
        code: "TP006",
        title: "detection slower than the channel-fail timer of the relay",
        severity: "warning",
        meaning: "The longest time in which a cut of a link on the path is seen, and repaired by \
                  the node before it, is longer than a differential relay waits for a good \
                  message. The relay takes its channel as failed and blocks, or falls back, \
                  although the network repairs itself.",
        source: "MiCOM P54x Technical Manual, section on communication alarms: channel timeout \
                  0.1 s; RFC 5880 clause 6.8.4 (detection time).",
    },
    Rule {
        code: "TP007",
        title: "frame padded",
        severity: "note",
        meaning: "The packets are shorter than the minimum Ethernet frame and are filled up. The \
                  padding takes rate on every link and carries nothing; a larger payload costs \
                  delay instead.",
        source: "IEEE 802.3 clause 4.4.2, minFrameSize 512 bits.",
    },
    Rule {
        code: "TP008",
        title: "unused entity",
        severity: "warning for a node without links; note for a link that nothing crosses",
        meaning: "A node that no link touches cannot take part in anything: a name is probably \
                  misspelt, or a link is missing. A link that no circuit and no flow crosses \
                  changes no result of this scenario.",
        source: "mark: our choice.",
    },
    Rule {
        code: "TP009",
        title: "no bypass exists for an element of a protected path",
        severity: "warning",
        meaning: "A link of the path, or a node between its ends, has no bypass or detour round \
                  it, or the circuit no second path at all. When it fails nothing stands by: the \
                  circuit waits until its head end has signalled another path, or for ever where \
                  there is none.",
        source: "RFC 4090 clause 3 (local repair needs a way round the failed link or node).",
    },
    Rule {
        code: "TP010",
        title: "sustained overload of a class on a link",
        severity: "warning; an error where one circuit alone exceeds a link",
        meaning: "The mean rate of a class and of all more urgent ones exceeds the link. Under \
                  strict priority the queue of that class grows to its limit and packets are \
                  dropped for as long as the run lasts; so are those of less urgent classes.",
        source: "mark: arithmetic; strict priority NC > H1 > EF > H2 > L1 > AF > L2 > BE: \
                 Alcatel-Lucent 7705 SAR OS Quality of Service Guide p29.",
    },
    Rule {
        code: "TP011",
        title: "a radio link cannot keep its promises at its lowest modulation",
        severity: "warning",
        meaning: "The circuits of a radio link, and classes as urgent as EF, need more than the \
                  link carries at the lowest modulation it goes down to. In clear weather all \
                  is well; in a fade, when the line may be struck too, they wait and are lost. \
                  What must get through is admitted at the lowest modulation.",
        source: "mark: our choice, after Nokia 7705 SAR documentation, section microwave link: \
                 adaptive modulation changes the rate of the link; rates: 9500 MPR R3.1 p78, p81.",
    },
    Rule {
        code: "TP012",
        title: "a leased line overloads when relays go silent",
        severity: "warning",
        meaning: "HDLC puts a zero behind every five ones. Random data grow by one bit in 62, \
                  all ones by a fifth; and all ones is what a circuit carries while its relay is \
                  off, or while replacement data flow. The line carries its circuits in service \
                  and not when they go silent.",
        source: "RFC 1662 clause 5.2 (one zero bit after five ones); all ones as idle octet: RFC \
                 5086 clause 6.2 and RFC 5604 clause 8, DEFVAL 255.",
    },
    Rule {
        code: "TP013",
        title: "policer below the service's own rate",
        severity: "warning",
        meaning: "The policer, or the filter of the class, lets less pass than the service sends \
                  by itself: packets are dropped all the time. What counts is the frame on the \
                  network, with labels, control word and padding, not the rate of what it \
                  carries: 64 kb/s in 8-octet packets are 512 kb/s of frames.",
        source: "RFC 2697 clause 2 and RFC 2698 clause 2 (rates count octets of IP packets; here \
                 of frames, as a policer on a port does); mark: arithmetic.",
    },
    Rule {
        code: "TP014",
        title: "early dropping where circuits are",
        severity: "warning",
        meaning: "Random early dropping is meant for traffic that slows down when it loses \
                  packets. A circuit sends at a constant rate whatever happens: every packet \
                  dropped is a hole in a channel that carries protection.",
        source: "Floyd & Jacobson 1993 section 1 (for transports that adapt); RFC 4553 clause 7 \
                 (circuit emulation has constant rate).",
    },
    Rule {
        code: "TP015",
        title: "effective jitter buffer far from the configured one",
        severity: "warning",
        meaning: "A product may change the configured jitter buffer so that whole packets fit in: \
                  by less than one packet time, and within its own limits. A value read from the \
                  box that differs by more belongs to another setting, or to another payload. It \
                  acts all the same.",
        source: "Nokia 7210 SAS-M services guide p133 (the jitter buffer may be adjusted to the \
                 payload; the effective value is shown); one packet time, mark: our choice.",
    },
    Rule {
        code: "TP016",
        title: "relay clock beyond what its interface allows",
        severity: "warning",
        meaning: "The frequency offset of an end is larger than the standard of its interface \
                  allows (E1 50 ppm, T1 32 ppm, G.703 64 kb/s 100 ppm). Equipment may not lock to \
                  it; the run goes on with the clock as given.",
        source: "ITU-T G.703 clauses 4, 5 and 11, to be verified.",
    },
    Rule {
        code: "TP017",
        title: "clocks that run apart for ever",
        severity: "warning",
        meaning: "The clocks of both ends differ for as long as the circuit runs, by free-running \
                  or after a reference is lost. The jitter buffer hides it for slack divided by \
                  offset; then a packet is missing or turned away, again and again. A run shorter \
                  than that passes and proves nothing.",
        source: "mark: arithmetic; 1 ms at 50 ppm lasts 20 s (docs/models/clocks.md).",
    },
    Rule {
        code: "TP018",
        title: "protection groups of a line share what may fail",
        severity: "warning for a link, a node, a group, a ground wire or a power supply; note for a \
                   clock",
        meaning: "A circuit of group A and one of group B have a link, a node, a shared-risk group \
                  (a tower, a duct), a ground wire or the power of a node in common, besides the \
                  terminals of the line: one failure takes both protections. Paths in normal \
                  operation are compared. That both run on the clock of the network is a note: \
                  which master feeds which node is not described, so it cannot be told whether \
                  they hang on the same one.",
        source: "RFC 4202 section 2.3 (shared risk link groups); mark: our choice of what counts \
                 as shared.",
    },
    Rule {
        code: "TP019",
        title: "a line with one protection only",
        severity: "warning",
        meaning: "A line has circuits in one of its protection groups alone, or the same circuit in \
                  both. When that one fails no fast protection remains: faults are cleared by the \
                  delay of zone 2, or not at all.",
        source: "mark: our choice: after any single failure one fast protection of a line is to \
                 remain.",
    },
];

/// Time of light in vacuum over a kilometre, ps, rounded to the four decimals of a microsecond
/// that people write: 3.3356 us/km is not faster than light.
pub const LIGHT: PerKilometre = PerKilometre(3_335_600);

/// TP001: one finding for the preset, one per own constant, one per link with its own
/// propagation.
pub fn faster_than_light(
    spec: &TopologySpec,
    network: &Network,
    circuits: &[ReadyCircuit<'_>],
    findings: &mut Findings,
) {
    let help = added_by_physics(network, circuits)
        .unwrap_or_else(|| "the physical constants: preset = \"physical\"".to_owned());
    let warn = |title: String, span: &Range<usize>| {
        Diagnostic::at(Severity::Warning, title, spec.place(span), LIGHT_LABEL)
            .code("TP001")
            .help(help.clone())
    };
    let fast: Vec<(Medium, PerKilometre)> = Medium::ALL
        .into_iter()
        .filter(|medium| is_used(spec, *medium))
        .map(|medium| (medium, network.constants.propagation(medium)))
        .filter(|(_, per)| *per < LIGHT)
        .collect();
    let own = |medium: &Medium| spec.constants.iter().find(|one| one.0 == medium.constant());
    let from_preset: Vec<_> = fast
        .iter()
        .filter(|(medium, _)| own(medium).is_none())
        .collect();
    if let (Some(preset), Some((_, per))) = (&spec.preset, from_preset.first()) {
        let media: Vec<&str> = from_preset
            .iter()
            .map(|(medium, _)| medium.name())
            .collect();
        let (per, media) = (per_kilometre(*per), media.join(", "));
        let title = format!(
            "{per} in {media} (preset {}) is faster than light",
            preset.value
        );
        findings.push(warn(title, &preset.span));
    }
    for (medium, per) in &fast {
        if let Some((name, value)) = own(medium) {
            let title = format!("{} in {name} is faster than light", per_kilometre(*per));
            findings.push(warn(title, &value.span));
        }
    }
    for place in 0..network.topology.links().len() {
        own_propagation(spec, network, place, findings);
    }
}

/// Whether a link of this medium takes its propagation from the constants.
fn is_used(spec: &TopologySpec, medium: Medium) -> bool {
    let of = |link: &LinkSpec| {
        link.medium
            .as_ref()
            .is_some_and(|at| at.value == medium.name())
    };
    spec.links
        .iter()
        .any(|link| !link.has_propagation && of(link))
}

/// TP001 for a link that gives both its length and its propagation.
fn own_propagation(spec: &TopologySpec, network: &Network, place: usize, findings: &mut Findings) {
    let link = &network.topology.links()[place];
    let written = &spec.links[network.written[place]];
    let (Some(ways), Some(length)) = (&written.propagation, link.length) else {
        return;
    };
    let shortest = link.propagation[0].min(link.propagation[1]);
    if shortest >= LIGHT.over(length) {
        return;
    }
    let span = if ways[0].value <= ways[1].value {
        &ways[0].span
    } else {
        &ways[1].span
    };
    let title = format!("propagation of link {} is faster than light", link.name);
    let physical = network.physical[place].unwrap_or(shortest);
    let help = format!(
        "by the physical constants {} takes {}, {} more",
        link.medium.name(),
        format(physical.0, &TIME),
        format(physical.0.saturating_sub(shortest.0), &TIME)
    );
    findings.push(
        Diagnostic::at(Severity::Warning, title, spec.place(span), LIGHT_LABEL)
            .code("TP001")
            .help(help),
    );
}

/// Microseconds per kilometre with as many decimals as there are.
fn per_kilometre(per: PerKilometre) -> String {
    let decimals = format!("{:06}", per.0 % 1_000_000);
    match decimals.trim_end_matches('0') {
        "" => format!("{} us/km", per.0 / 1_000_000),
        decimals => format!("{}.{decimals} us/km", per.0 / 1_000_000),
    }
}

const LIGHT_LABEL: &str = "light in vacuum takes 3.3356 us/km";

/// What the physical constants would add on the circuit, or else the link, where it is most.
fn added_by_physics(network: &Network, circuits: &[ReadyCircuit<'_>]) -> Option<String> {
    let link = |id: LinkId| network.topology.link(id);
    let on_circuits = circuits.iter().filter_map(|circuit| {
        let path = &circuit.paths[0];
        let given: Span = path
            .hops
            .iter()
            .map(|hop| link(hop.link).propagation[hop.direction.index()])
            .sum();
        let physical = physical_propagation(network, path)?;
        Some((
            physical.0.checked_sub(given.0)?,
            circuit.spec.name.value.as_str(),
        ))
    });
    let on_links = network
        .topology
        .links()
        .iter()
        .zip(&network.physical)
        .filter_map(|(link, physical)| {
            let given = link.propagation[0].min(link.propagation[1]);
            Some(((*physical)?.0.checked_sub(given.0)?, link.name.as_str()))
        });
    // The first by name among equals, so that the text does not depend on the order of tables.
    let most = |a: &(u64, &str), b: &(u64, &str)| a.0.cmp(&b.0).then(b.1.cmp(a.1));
    let (added, name) = on_circuits.max_by(most).or_else(|| on_links.max_by(most))?;
    Some(format!(
        "physical constants: +{} ms on {name}, where they add most",
        Span(added)
    ))
}

/// TP008: nodes without links, and links that nothing crosses.
pub fn unused(
    spec: &TopologySpec,
    network: &Network,
    drafts: Option<&[Draft]>,
    findings: &mut Findings,
) {
    let touched: BTreeSet<&str> = spec
        .links
        .iter()
        .flat_map(|link| link.ends.iter().flatten())
        .map(|end| end.value.as_str())
        .collect();
    for node in spec
        .nodes
        .iter()
        .filter(|node| !touched.contains(node.name.value.as_str()))
    {
        let title = format!("node {} has no link", node.name.value);
        findings.push(
            Diagnostic::at(
                Severity::Warning,
                title,
                spec.place(&node.name.span),
                "unused",
            )
            .code("TP008")
            .help("take it out, or add the link that is missing"),
        );
    }
    let Some(drafts) = drafts else { return };
    let crossed: BTreeSet<LinkId> = drafts
        .iter()
        .flat_map(|draft| draft.path.hops.iter().map(|hop| hop.link))
        .collect();
    for link in network.topology.links() {
        let Some(id) = network.topology.link_named(&link.name) else {
            continue;
        };
        if !crossed.contains(&id) && link.carries() == Carries::Packets {
            let span = &network.link_spec(spec, id).name.span;
            let title = format!("no circuit and no flow crosses link {}", link.name);
            findings.push(
                Diagnostic::at(Severity::Note, title, spec.place(span), "unused").code("TP008"),
            );
        }
    }
}
