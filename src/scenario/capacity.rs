//! Whether links can carry what crosses them: one circuit alone, a class in the long run, one
//! packet in its queue, and the time to drain.

use std::collections::BTreeMap;

use super::StreamOwner;
use super::diagnostic::{Diagnostic, Findings, Place, Severity};
use super::network::Network;
use super::spec::{ScenarioSpec, TopologySpec};
use super::streams::Draft;
use crate::topology::{Direction, Hop, Link};
use crate::traffic::Class;
use crate::units::{BitRate, Octets, Span};

/// A full link: loads are counted in billionths, rounded down.
const FULL: u128 = 1_000_000_000;

/// What the checks look at.
pub struct Capacity<'a> {
    /// The scenario as written.
    pub scenario: &'a ScenarioSpec,
    /// The topology as written.
    pub spec: &'a TopologySpec,
    /// The sealed network.
    pub network: &'a Network,
    /// Every stream.
    pub drafts: &'a [Draft<'a>],
}

type Port = (crate::topology::LinkId, Direction);

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
        self.check_drain(duration, findings);
    }

    /// Tells what one stream alone cannot do on one link; gives its load there.
    fn check_crossing(&self, draft: &Draft<'_>, hop: Hop, findings: &mut Findings) -> u128 {
        let link = self.network.topology.link(hop.link);
        let rate = link.rate[hop.direction.index()];
        let load = load(draft, link, rate);
        if load > FULL && matches!(draft.owner, StreamOwner::Circuit(..)) {
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
        load
    }

    fn check_overload(
        &self,
        link: &Link,
        (id, direction): Port,
        classes: &[u128; Class::COUNT],
        findings: &mut Findings,
    ) {
        let mut total = 0_u128;
        for class in Class::ALL {
            let load = classes[class.index()];
            total = total.saturating_add(load);
            if load == 0 || total <= FULL {
                continue;
            }
            let percent = total / (FULL / 100);
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
        for draft in self.drafts {
            let mut total = 0_u128;
            for hop in &draft.path.hops {
                let link = self.network.topology.link(hop.link);
                let far = self
                    .network
                    .topology
                    .node(link.ends[1 - hop.direction.index()]);
                let rate = link.rate[hop.direction.index()];
                let wait = |class: Class| match link.queue_limit[class.index()] {
                    // Layer-1 octets can make a small frame take a third more time than its size.
                    Some(limit) => {
                        2 * u128::from(limit.0) * FULL * 8000 / u128::from(rate.rounded_bps())
                    }
                    None => u128::from(duration.0),
                };
                total += Class::ALL.into_iter().map(wait).sum::<u128>();
                total += u128::from(link.propagation[hop.direction.index()].0);
                total += u128::from(far.processing.max().0);
            }
            longest = longest.max(total);
        }
        // Room for the receiving end's timers and the last play-out.
        let end = u128::from(duration.0) + longest + 3_600_000_000_000_000;
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

    fn place_of(&self, draft: &Draft<'_>) -> Place {
        self.scenario.place(draft.span)
    }

    fn link_place(&self, hop: Hop) -> Place {
        let link = self.network.link_spec(self.spec, hop.link);
        self.spec.place(&link.name.span)
    }

    fn queue_place(&self, hop: Hop) -> Place {
        let link = self.network.link_spec(self.spec, hop.link);
        self.spec
            .place(link.queue_span.as_ref().unwrap_or(&link.name.span))
    }
}

/// The share of a link that a stream takes, in billionths, rounded down.
fn load(draft: &Draft<'_>, link: &Link, rate: BitRate) -> u128 {
    let (top, bottom) = rate.exact_bps();
    let (period, per) = draft.period_exact_ps;
    let (bits, weights) = draft.mean_bits_on(link);
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
