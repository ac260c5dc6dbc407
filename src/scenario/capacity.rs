//! Whether links can carry what crosses them: one circuit alone, a class in the long run, one
//! packet in its queue, and the time to drain.

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, Findings, Place, Severity};
use super::fades::Weather;
use super::legs::way;
use super::network::Network;
use super::ports::{PortKey, Way};
use super::spec::{ScenarioSpec, TopologySpec};
use super::streams::{Draft, ReadyCircuit};
use super::{StreamOwner, lint_links};
use crate::topology::{Direction, Hop, Link, LinkId, NodeId};
use crate::traffic::Class;
use crate::units::{BitRate, Octets, Span};

/// A full link: loads are counted in billionths, rounded down.
pub(super) const FULL: u128 = 1_000_000_000;

/// What the checks look at.
pub struct Capacity<'a> {
    /// The scenario as written.
    pub scenario: &'a ScenarioSpec,
    /// The topology as written.
    pub spec: &'a TopologySpec,
    /// The sealed network.
    pub network: &'a Network,
    /// Circuits, in order of name.
    pub circuits: &'a [ReadyCircuit<'a>],
    /// Every stream.
    pub drafts: &'a [Draft],
    /// The rates of radio links over time.
    pub weather: &'a Weather,
}

pub(super) type Port = (LinkId, Direction);

impl Capacity<'_> {
    /// Runs all checks.
    pub fn check(&self, duration: Span, findings: &mut Findings) {
        let mut loads = BTreeMap::<Port, [u128; Class::COUNT]>::new();
        for draft in self.drafts {
            for hop in &draft.path.hops {
                let load = self.check_crossing(draft, *hop, findings);
                let port = loads.entry((hop.link, hop.direction)).or_default();
                port[draft.class.index()] = port[draft.class.index()].saturating_add(load);
            }
        }
        for ((link, direction), classes) in &loads {
            self.check_overload(
                self.network.topology.link(*link),
                (*link, *direction),
                classes,
                findings,
            );
        }
        self.check_firewalls(findings);
        lint_links::check(self, findings);
        self.check_drain(duration, findings);
    }

    /// Tells what one stream alone cannot do on one link; gives its load there.
    fn check_crossing(&self, draft: &Draft, hop: Hop, findings: &mut Findings) -> u128 {
        let link = self.network.topology.link(hop.link);
        let rate = link.rate[hop.direction.index()];
        let load = load(draft, link, rate);
        if load > FULL && !matches!(draft.owner, StreamOwner::Flow(_)) {
            let bits = draft.packets[0].0.bits_on(link);
            let needs = BitRate::of(Octets(bits.div_ceil(8)), draft.period_exact_ps).rounded_bps();
            let title = format!(
                "circuit {} alone exceeds the rate of link {}",
                draft.name, link.name
            );
            let label = format!(
                "needs {} b/s on a link of {} b/s",
                needs,
                rate.rounded_bps()
            );
            findings.push(
                Diagnostic::error(title, self.place_of(draft), label)
                    .code("TP010")
                    .also(self.link_place(hop), "this link")
                    .help("a larger payload costs less overhead; or take another path"),
            );
        }
        if let Some(limit) = link.queue_limit[draft.class.index()]
            && limit < draft.largest_queued()
        {
            let class = draft.class.name();
            let title = format!(
                "queue of {class} on link {} is smaller than a packet of {}",
                link.name, draft.name
            );
            let label = format!("{limit} for packets of {}", draft.largest_queued());
            findings.push(
                Diagnostic::error(title, self.queue_place(hop), label)
                    .also(self.place_of(draft), "whose packets must use it")
                    .help("a packet that has to wait would always be dropped"),
            );
        }
        self.check_out_of_profile(draft, hop, findings);
        load
    }

    /// The limit for packets out of profile counts the packet itself.
    fn check_out_of_profile(&self, draft: &Draft, hop: Hop, findings: &mut Findings) {
        let link = self.network.topology.link(hop.link);
        let limits = link.discipline.as_ref().map(|one| one.out_of_profile);
        let limit = limits.and_then(|limits| limits[draft.class.index()]);
        let Some(limit) = limit.filter(|_| draft.policer.is_some()) else {
            return;
        };
        if limit < draft.largest_queued() {
            let title = format!(
                "out_of_profile of {} on link {} is smaller than a packet of {}",
                draft.class.name(),
                link.name,
                draft.name
            );
            let label = format!("{limit} for packets of {}", draft.largest_queued());
            findings.push(
                Diagnostic::error(title, self.link_place(hop), label)
                    .also(self.place_of(draft), "whose policer marks them")
                    .help(
                        "every packet out of profile would be dropped, even with nothing waiting",
                    ),
            );
        }
    }

    fn check_overload(
        &self,
        link: &Link,
        (id, direction): Port,
        classes: &[u128; Class::COUNT],
        findings: &mut Findings,
    ) {
        let mut total = 0_u128;
        let rate = u128::from(link.rate[direction.index()].rounded_bps());
        // A shaper slower than the link is what the load meets.
        let shaped = |rate_bps: u64| (FULL * u128::from(rate_bps) / rate.max(1)).clamp(1, FULL);
        let discipline = link.discipline.as_ref();
        let port = discipline.and_then(|one| one.shaper);
        let port = port.map_or(FULL, |one| shaped(one.rate_bps));
        for class in Class::ALL {
            let load = classes[class.index()];
            total = total.saturating_add(load);
            let own = discipline.and_then(|one| one.shapers[class.index()]);
            let own = own.map_or(FULL, |one| shaped(one.rate_bps));
            // By the class's own shaper, or by what all classes share.
            let (load, limit) = if load > own {
                (load, own)
            } else {
                (total, port)
            };
            if classes[class.index()] == 0 || load <= limit {
                continue;
            }
            let percent = load / (limit / 100).max(1);
            let title = format!(
                "{} on link {} {} is overloaded: {percent} % of the rate with more urgent classes",
                class.name(),
                link.name,
                direction.name()
            );
            let place = self.link_place(Hop {
                link: id,
                direction,
            });
            findings.push(
                Diagnostic::at(Severity::Warning, title, place, "sustained overload")
                    .code("TP010")
                    .help("packets of this class will be dropped and counted; the run proceeds"),
            );
            // Every less urgent class is starved by the same traffic: one finding says it.
            break;
        }
    }

    /// Time must not run out while queues drain.
    fn check_drain(&self, duration: Span, findings: &mut Findings) {
        let mut longest = 0_u128;
        let mut waits = BTreeMap::<PortKey, u128>::new();
        for draft in self.drafts {
            let mut wait = |key: &PortKey| {
                let wait = waits.entry(*key);
                *wait.or_insert_with(|| self.longest_at(*key, duration))
            };
            let processing = draft.path.nodes.iter().map(|node| {
                let node = self.network.topology.node(*node);
                u128::from(node.processing.max().0)
            });
            let ports = way(self.network, draft);
            let ports: u128 = ports.iter().map(|step| wait(&step.key)).sum();
            longest = longest.max(ports + processing.sum::<u128>());
        }
        let duration = duration.0.max(self.weather.last_change().0);
        // Room for the receiving end's timers and the last play-out.
        let end = u128::from(duration) + longest + 3_600_000_000_000_000;
        if end > u128::from(u64::MAX) {
            let span = self
                .scenario
                .duration
                .as_ref()
                .map_or(0..0, |at| at.span.clone());
            findings.push(
                Diagnostic::error(
                    "time could run beyond 213 days while the queues drain",
                    self.scenario.place(&span),
                    "too long for these queues",
                )
                .help("shorten the duration, or limit the queues of slow links"),
            );
        }
    }

    /// Longest time that a packet can take from one queue to the next, if the rates of the worst
    /// weather lasted for ever.
    fn longest_at(&self, key: PortKey, duration: Span) -> u128 {
        let drained = |limit: Option<Octets>, bps: u64| match limit {
            // Layer-1 octets can make a small frame take a third more time than its size,
            // encryption three times as much.
            Some(limit) => 4 * u128::from(limit.0) * FULL * 8000 / u128::from(bps.max(1)),
            None => u128::from(duration.0),
        };
        match key {
            PortKey::Link(id, direction, _) => {
                let link = self.network.topology.link(id);
                let way = direction.index();
                let steps = self.weather.steps(id, direction).iter();
                let slowest = steps.filter_map(|step| step.rate).min();
                let nominal = link.rate[way];
                let rate = slowest.map_or(nominal, |slowest| slowest.min(nominal));
                let discipline = link.discipline.as_ref();
                let waits = Class::ALL.map(|class| {
                    let shapers = discipline.map(|one| [one.shaper, one.shapers[class.index()]]);
                    let shapers = shapers.into_iter().flatten().flatten();
                    let shaped = shapers.map(|one| one.rate_bps).min();
                    let bps = shaped.unwrap_or(u64::MAX).min(rate.rounded_bps());
                    drained(link.queue_limit[class.index()], bps)
                });
                let latency = link.radio().and_then(|radio| radio.latency);
                let jumbo = Octets(crate::units::limits::PACKET_OCTETS_MAX + 200);
                let latency = latency.map_or(0, |latency| latency.of(jumbo).0);
                let encryption = link.encryption.map_or(0, |encryption| encryption.delay.0);
                waits.into_iter().sum::<u128>()
                    + u128::from(link.propagation[way].0)
                    + u128::from(latency) * u128::from(link.radio_hops.max(1))
                    + u128::from(encryption)
            }
            PortKey::Firewall(node, _) => {
                let firewall = self.network.topology.node(node).firewall;
                firewall.map_or(0, |firewall| {
                    drained(firewall.queue, firewall.rate.rounded_bps())
                        + u128::from(firewall.delay.0)
                })
            }
        }
    }

    /// What one packet, or all of them, ask of a firewall.
    fn check_firewalls(&self, findings: &mut Findings) {
        let mut loads = BTreeMap::<(NodeId, Way), u128>::new();
        for draft in self.drafts {
            for step in way(self.network, draft) {
                let PortKey::Firewall(node, way) = step.key else {
                    continue;
                };
                let sealed = self.network.topology.node(node);
                let Some(firewall) = sealed.firewall else {
                    continue;
                };
                let weighted = |(packet, weight): &(super::shape::PacketShape, u64)| {
                    8 * u128::from(packet.queued().0) * u128::from(*weight)
                };
                let weights = draft.packets.iter().map(|(_, weight)| u128::from(*weight));
                let bits = (draft.packets.iter().map(weighted).sum(), weights.sum());
                let load = share(bits, draft.period_exact_ps, firewall.rate);
                let total = loads.entry((node, way)).or_default();
                *total = total.saturating_add(load);
                let largest = draft.largest_queued();
                if way == Way::In && firewall.queue.is_some_and(|limit| limit < largest) {
                    let title = format!(
                        "queue of the firewall at {} is smaller than a packet of {}",
                        sealed.name, draft.name
                    );
                    let place = self.firewall_place(&sealed.name);
                    findings.push(
                        Diagnostic::error(title, place, format!("packets of {largest}"))
                            .also(self.place_of(draft), "whose packets must use it")
                            .help("a packet that has to wait would always be dropped"),
                    );
                }
            }
        }
        for ((node, way), load) in loads {
            if load > FULL {
                let name = &self.network.topology.node(node).name;
                let way = match way {
                    Way::In => "into",
                    Way::Out => "out of",
                };
                let title = format!(
                    "firewall at {name} is overloaded {way} the network: {} % of its rate",
                    load / (FULL / 100)
                );
                let place = self.firewall_place(name);
                findings.push(
                    Diagnostic::at(Severity::Warning, title, place, "sustained overload")
                        .code("TP010")
                        .help("it knows no classes: packets of every class will be dropped"),
                );
            }
        }
    }

    fn firewall_place(&self, node: &str) -> Place {
        let written = self.spec.nodes.iter().find(|one| one.name.value == node);
        let span = written.and_then(|one| one.firewall.as_ref());
        self.spec.place(&span.map_or(0..0, |one| one.span.clone()))
    }

    pub(super) fn place_of(&self, draft: &Draft) -> Place {
        self.scenario.place(&draft.span)
    }

    pub(super) fn link_place(&self, hop: Hop) -> Place {
        let link = self.network.link_spec(self.spec, hop.link);
        self.spec.place(&link.name.span)
    }

    fn queue_place(&self, hop: Hop) -> Place {
        let link = self.network.link_spec(self.spec, hop.link);
        self.spec
            .place(link.queue_span.as_ref().unwrap_or(&link.name.span))
    }
}

/// The share of a link that a stream takes at this rate, in billionths, rounded down.
pub(super) fn load(draft: &Draft, link: &Link, rate: BitRate) -> u128 {
    share(draft.mean_bits_on(link), draft.period_exact_ps, rate)
}

/// The share of a rate that packets of so many bits on average, a fraction, take once a period.
pub(super) fn share(
    (bits, weights): (u128, u128),
    (period, per): (u64, u64),
    rate: BitRate,
) -> u128 {
    let (top, bottom) = rate.exact_bps();
    // bits / rate in ps, divided by the period in ps.
    let numerator = [
        u128::from(crate::units::time::PS_PER_S),
        u128::from(bottom),
        u128::from(per),
        FULL,
    ]
    .into_iter()
    .try_fold(bits, u128::checked_mul);
    let denominator = u128::from(top) * u128::from(period) * weights;
    numerator.map_or(u128::MAX / 1_000_000, |numerator| numerator / denominator)
}
