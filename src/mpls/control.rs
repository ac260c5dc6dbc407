//! The control plane: from what is cut, and when, to the forwarding of every path over time.

use std::collections::BTreeSet;

use super::constraints::Constraints;
pub use super::detection::Phases;
use super::head_end::{decide, follow};
use super::hop_by_hop;
use super::knowledge::{Belief, Knowledge};
use super::outage::{Element, Outages};
use super::routing::{Next, Routing};
use super::settings::ControlSettings;
use super::steps::{Step, What};
use super::tunnel::{Protection, Tunnel};
use super::weave::weave;
use crate::topology::{Carries, Hop, LinkId, NodeId, Path, Topology, shortest_path_over};
use crate::units::SimTime;

/// Maintenance that is announced: until its end nobody takes a new path over the element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// What is worked on. That it is down stands in [`Outages`].
    pub element: Element,
    /// From when on the ends of its links tell others to leave them.
    pub announced: SimTime,
    /// When it is up again.
    pub until: SimTime,
}

/// Computes a path for a tunnel over the links that are not to be avoided.
pub type Recompute<'a> = &'a dyn Fn(&Tunnel, &dyn Fn(LinkId) -> bool) -> Option<Path>;

/// Who knows what when, for one set of outages.
pub struct Control<'a> {
    pub(super) topology: &'a Topology,
    pub(super) settings: &'a ControlSettings,
    pub(super) outages: &'a Outages,
    pub(super) knowledge: Knowledge,
    recompute: Option<Recompute<'a>>,
}

/// The forwarding of one tunnel, and how it came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Routed {
    /// Where its packets go.
    pub routing: Routing,
    /// In order of time; at one instant causes before effects. Of cuts and detections those of
    /// links that its packets may cross.
    pub steps: Vec<Step>,
}

/// A way round a hop of a path.
pub(super) struct Round<'t> {
    pub path: &'t Path,
    /// Place among the nodes of the protected path where it ends.
    pub merge: usize,
    pub more_labels: u32,
}

impl<'a> Control<'a> {
    /// Works out detection and flooding. Settings hold one entry for every link of the topology.
    #[must_use]
    pub fn new(
        topology: &'a Topology,
        settings: &'a ControlSettings,
        outages: &'a Outages,
        planned: &[Planned],
        phases: Phases,
    ) -> Self {
        let links = topology.links().len();
        assert!(settings.detection.len() == links && settings.damping.len() == links);
        Self {
            topology,
            settings,
            outages,
            knowledge: Knowledge::new(topology, settings, outages, planned, phases),
            recompute: None,
        }
    }

    /// Head ends compute paths this way, in place of the shortest path by metric that keeps away
    /// from the links and nodes to be avoided and ignores all other constraints.
    #[must_use]
    pub fn recomputing(mut self, recompute: Recompute<'a>) -> Self {
        self.recompute = Some(recompute);
        self
    }

    /// The forwarding of a tunnel. `partner`: the other direction of a pair that stays on the same
    /// links; the head end of the one whose name (then whose first node) comes first decides where
    /// both go. Second paths and bypasses are each direction's own.
    #[must_use]
    pub fn route(&self, tunnel: &Tunnel, partner: Option<&Tunnel>) -> Routed {
        let mut routed = match tunnel.protection {
            Protection::Igp => hop_by_hop::route(self, tunnel),
            _ => {
                let rank = |one: &'_ Tunnel| (one.name.clone(), one.path.nodes[0]);
                let leader = partner.filter(|one| {
                    rank(one) < rank(tunnel) && goes_along(tunnel) && goes_along(one)
                });
                let story = match leader {
                    Some(leader) => follow(&decide(self, leader), tunnel),
                    None => decide(self, tunnel),
                };
                weave(self, tunnel, story)
            }
        };
        let cuts = self.cuts_met(&routed.routing);
        routed.steps.extend(self.sightings(&cuts));
        routed
            .steps
            .extend(self.restorations(&routed.routing, &cuts, tunnel));
        routed.steps.retain(|step| !self.is_idle(step));
        routed
            .steps
            .sort_by_key(|step| (step.at, step.what, step.node));
        routed.steps.dedup();
        routed
    }

    /// The node that a hop leads to.
    pub(super) fn far_end(&self, hop: Hop) -> NodeId {
        self.topology.link(hop.link).ends[1 - hop.direction.index()]
    }

    /// A path for a tunnel that keeps away from links.
    pub(super) fn compute(&self, tunnel: &Tunnel, avoid: &dyn Fn(LinkId) -> bool) -> Option<Path> {
        if let Some(recompute) = self.recompute {
            return recompute(tunnel, avoid);
        }
        let Constraints {
            avoid_links,
            avoid_nodes,
            ..
        } = &tunnel.constraints;
        let nodes = &tunnel.path.nodes;
        let usable = |id: LinkId| {
            let ends = &self.topology.link(id).ends;
            self.topology.carries(id) == Carries::Packets
                && !avoid(id)
                && !avoid_links.contains(&id)
                && !ends.iter().any(|end| avoid_nodes.contains(end))
        };
        shortest_path_over(self.topology, nodes[0], nodes[nodes.len() - 1], usable)
    }

    /// The way round a hop of a tunnel's path, if its sender has one.
    pub(super) fn round<'t>(&self, tunnel: &'t Tunnel, hop: usize) -> Option<Round<'t>> {
        match &tunnel.protection {
            Protection::Facility(bypasses) => bypasses[hop].as_ref().map(|bypass| Round {
                path: &bypass.path,
                merge: bypass.merge,
                more_labels: 1,
            }),
            Protection::Detour(detours) => detours[hop].as_ref().map(|path| Round {
                path,
                merge: tunnel.path.hops.len(),
                more_labels: 0,
            }),
            _ => None,
        }
    }

    /// Whether the sender at the beginning of a way round does not know it to be down.
    pub(super) fn is_open(&self, round: &Round, at: SimTime) -> bool {
        let sender = round.path.nodes[0];
        let mut links = round.path.hops.iter().map(|hop| hop.link);
        let first = links.next().expect("a path has links");
        let known = &self.knowledge;
        let heard = |link| known.heard(sender, link).iter().any(|one| one.covers(at));
        !known.believes(first, sender, at) && !links.any(heard)
    }

    /// When the end of a link has dealt with its loss, until it takes it as up.
    pub(super) fn dealt(&self, link: LinkId, end: NodeId) -> impl Iterator<Item = Belief> {
        let beliefs = self.knowledge.believed(link, end).iter();
        let dealt = beliefs.map(|one| Belief {
            from: one.from + self.settings.repair,
            ..*one
        });
        dealt.filter(|one| one.from < one.to)
    }

    /// Whether the end of a link has dealt with its loss, and it is not up yet.
    pub(super) fn dealt_with(&self, link: LinkId, end: NodeId, at: SimTime) -> bool {
        self.dealt(link, end)
            .any(|one| one.from <= at && at < one.to)
    }

    /// Whether packets go round a hop, repaired by its sender or by one before it that knows of a
    /// loss at that instant, or will once it has dealt with it.
    pub(super) fn repairs(&self, tunnel: &Tunnel, hop: usize, at: SimTime) -> bool {
        let begins = |one: &Belief| SimTime(one.from.0 - self.settings.repair.0);
        (0..=hop).any(|sender| {
            let Some(round) = self.round(tunnel, sender).filter(|round| round.merge > hop) else {
                return false;
            };
            let (link, node) = (tunnel.path.hops[sender].link, tunnel.path.nodes[sender]);
            let mut dealt = self.dealt(link, node);
            let current = dealt.find(|one| begins(one) <= at && at < one.to);
            current.is_some_and(|one| self.is_open(&round, one.from))
        })
    }

    /// Whether this is something that a node would do, and the node is down.
    fn is_idle(&self, step: &Step) -> bool {
        let done = !matches!(
            step.what,
            What::Cut { .. } | What::Mended { .. } | What::Restored
        );
        let down = self.outages.of_node(step.node);
        done && down.iter().any(|one| one.covers(step.at))
    }

    /// The hops of a routing that are ever cut.
    fn cuts_met(&self, routing: &Routing) -> BTreeSet<Hop> {
        let hops = routing.crossings.iter().map(|crossing| crossing.hop);
        hops.filter(|hop| !self.outages.of(hop.link, hop.direction).is_empty())
            .collect()
    }

    /// Cuts of these hops, and who sees them.
    fn sightings(&self, cuts: &BTreeSet<Hop>) -> Vec<Step> {
        let mut steps = Vec::new();
        for Hop { link, direction } in cuts.iter().copied() {
            let node = self.far_end(Hop { link, direction });
            for cut in self.outages.of(link, direction) {
                let what = What::Cut { link, direction };
                let at = cut.from;
                steps.push(Step { at, node, what });
                let (at, what) = (cut.to, What::Mended { link, direction });
                steps.extend((at != SimTime::NEVER).then_some(Step { at, node, what }));
            }
            for node in self.topology.link(link).ends {
                let beliefs = self.knowledge.believed(link, node).iter();
                steps.extend(beliefs.map(|one| Step {
                    at: one.from,
                    node,
                    what: match one.own {
                        true => What::Detected { link },
                        false => What::Learned { link },
                    },
                }));
            }
        }
        steps
    }

    /// When packets arrive again: looked up everywhere at one instant, they come to the tail and
    /// cross nothing that is cut.
    fn restorations(&self, routing: &Routing, cuts: &BTreeSet<Hop>, tunnel: &Tunnel) -> Vec<Step> {
        let turns = |next: &Next| {
            next.turns()
                .iter()
                .map(|turn| turn.from)
                .collect::<Vec<_>>()
        };
        let mut instants: BTreeSet<SimTime> = turns(&routing.entry).into_iter().collect();
        instants.extend(routing.behind.iter().flat_map(turns));
        for hop in cuts {
            let stretches = self.outages.of(hop.link, hop.direction).iter();
            instants.extend(stretches.flat_map(|one| [one.from, one.to]));
        }
        let is_cut = |hop: Hop, at| {
            let mut stretches = self.outages.of(hop.link, hop.direction).iter();
            cuts.contains(&hop) && stretches.any(|one| one.covers(at))
        };
        let node = tunnel.path.nodes[tunnel.path.nodes.len() - 1];
        let mut steps = Vec::new();
        let mut whole = true;
        for at in instants {
            let (crossed, arrives) = routing.crossed_at(at);
            let cut = crossed
                .iter()
                .any(|place| is_cut(routing.crossings[*place].hop, at));
            let now = arrives && !cut;
            if now && !whole {
                let what = What::Restored;
                steps.push(Step { at, node, what });
            }
            whole = now;
        }
        steps
    }
}

/// Whether the head end of this path goes where that of the other direction leads.
fn goes_along(tunnel: &Tunnel) -> bool {
    match &tunnel.protection {
        Protection::Facility(_) | Protection::Detour(_) => true,
        Protection::Resignal | Protection::Copy => true,
        Protection::Standby(path) | Protection::Secondary(path) => path.is_none(),
        Protection::Pseudowire { path, .. } => path.is_none(),
        Protection::Igp | Protection::None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::outage::{FOR_EVER, Stretch};
    use super::super::routing::Target;
    use super::super::settings::{Damping, Detection, Igp};
    use super::super::tunnel::Bypass;
    use super::*;
    use crate::random::Seed;
    use crate::topology::network::tests::{link, node};
    use crate::topology::{Direction, explicit_path, shortest_path_avoiding};
    use crate::units::Span;
    use proptest::prelude::*;

    /// Loss of light within 10 ms everywhere; all other times differ from one another.
    fn settings(topology: &Topology) -> ControlSettings {
        let ms = Span::from_ms;
        let detection = Detection::LossOfSignal {
            delay: ms(10),
            hold_off: Span::ZERO,
        };
        let damping = Damping {
            hold: ms(1_000),
            max: ms(60_000),
            window: ms(60_000),
        };
        ControlSettings {
            detection: vec![detection; topology.links().len()],
            damping: vec![damping; topology.links().len()],
            repair: ms(5),
            message: ms(1),
            igp: Igp {
                generate: ms(10),
                pacing: ms(1),
                spf_wait: ms(50),
                spf: ms(10),
                fib: ms(100),
            },
            reoptimise: ms(1_000),
            retry: ms(30_000),
            revert: Some(ms(10_000)),
            penultimate_pop: false,
        }
    }

    /// A ring of six nodes, 10 us a link, and what else is asked for.
    fn ring(chords: &[&str]) -> Topology {
        let names = ["A", "B", "C", "D", "E", "F"];
        let ring = ["AB", "BC", "CD", "DE", "EF", "FA"];
        let end = |letter: &str| names.iter().position(|name| *name == letter).unwrap();
        let all = ring.iter().chain(chords).map(|name| {
            let ends = [&name[..1], &name[1..2]].map(|letter| u32::try_from(end(letter)).unwrap());
            link(name, ends, 1)
        });
        Topology::build(names.map(node).to_vec(), all.collect()).unwrap()
    }

    fn path(topology: &Topology, letters: &str) -> Path {
        let names: Vec<String> = letters.chars().map(String::from).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        explicit_path(topology, &names).unwrap()
    }

    fn tunnel(topology: &Topology, letters: &str, protection: Protection) -> Tunnel {
        Tunnel {
            name: "c".into(),
            path: path(topology, letters),
            constraints: Constraints::default(),
            protection,
        }
    }

    fn bypass(topology: &Topology, letters: &str, merge: usize) -> Option<Bypass> {
        let path = path(topology, letters);
        Some(Bypass { path, merge })
    }

    fn us(us: u64) -> SimTime {
        SimTime::ZERO + Span::from_us(us)
    }

    fn between(from: u64, to: u64) -> Stretch {
        let to = if to == u64::MAX { FOR_EVER } else { us(to) };
        Stretch { from: us(from), to }
    }

    /// The named links, cut both ways from 2 s on.
    fn cut(topology: &Topology, links: &[&str], until: u64) -> Outages {
        let mut outages = Outages::default();
        for name in links {
            let link = topology.link_named(name).unwrap();
            outages.fail(topology, &Element::Link(link), between(2_000_000, until));
        }
        outages
    }

    fn routed(topology: &Topology, outages: &Outages, tunnel: &Tunnel) -> Routed {
        let settings = settings(topology);
        Control::new(topology, &settings, outages, &[], Phases::Latest).route(tunnel, None)
    }

    /// The nodes that a packet looked up at one instant visits; "!" when it does not arrive.
    fn way(topology: &Topology, routing: &Routing, at: SimTime) -> String {
        let (crossed, arrives) = routing.crossed_at(at);
        let first = &routing.crossings[0].hop;
        let start = topology.link(first.link).ends[first.direction.index()];
        let ends = crossed.iter().map(|place| {
            let hop = routing.crossings[*place].hop;
            topology.link(hop.link).ends[1 - hop.direction.index()]
        });
        let names = std::iter::once(start)
            .chain(ends)
            .map(|id| topology.node(id).name.clone());
        names.collect::<String>() + if arrives { "" } else { "!" }
    }

    /// Every change of the way, with its instant in microseconds.
    fn ways(topology: &Topology, routing: &Routing) -> Vec<(u64, String)> {
        let nexts = routing.behind.iter().chain([&routing.entry]);
        let turns = nexts.flat_map(|next| next.turns().iter().map(|turn| turn.from));
        let instants: BTreeSet<SimTime> = turns.collect();
        let mut ways: Vec<(u64, String)> = Vec::new();
        for at in instants {
            let way = way(topology, routing, at);
            if ways.last().is_none_or(|(_, last)| *last != way) {
                assert_eq!(at.0 % 1_000_000, 0);
                ways.push((at.0 / 1_000_000, way));
            }
        }
        ways
    }

    fn check(topology: &Topology, outages: &Outages, tunnel: &Tunnel, want: &[(u64, &str)]) {
        let routed = routed(topology, outages, tunnel);
        let want: Vec<(u64, String)> = want
            .iter()
            .map(|(at, way)| (*at, (*way).to_string()))
            .collect();
        assert_eq!(ways(topology, &routed.routing), want);
    }

    #[test]
    fn a_cut_link_is_bypassed_left_and_taken_again() {
        let net = ring(&[]);
        let around = bypass(&net, "BAFEDC", 2);
        let tunnel = tunnel(&net, "ABC", Protection::Facility(vec![None, around]));
        let outages = cut(&net, &["BC"], 20_000_000);
        // B sees it at 2.010 s and has repaired 5 ms later. A hears by PathErr 10 us + 1 ms after
        // B saw it, holds 1 s, and signals four links there and back: 8 × (10 us + 1 ms).
        // Up: mended at 20 s, held 1 s, told 10 ms later; the younger news is C's, by B: 20 us and
        // 1 ms of pacing. 10 s later two links are signalled there and back.
        check(
            &net,
            &outages,
            &tunnel,
            &[
                (0, "ABC"),
                (2_015_000, "ABAFEDC"),
                (3_019_090, "AFEDC"),
                (31_015_060, "ABC"),
            ],
        );
        let Routed { routing, steps } = routed(&net, &outages, &tunnel);
        assert_eq!(tunnel.turn_backs(), [1]);
        let labels: Vec<u32> = routing
            .crossings
            .iter()
            .map(|one| one.more_labels)
            .collect();
        assert_eq!(labels, [0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
        let stages = steps
            .iter()
            .filter_map(|step| Some((step.at, step.what.stage()?)));
        use super::super::steps::Stage::{Reconvergence, Revert, Switch};
        let want = [
            (us(2_015_000), Switch),
            (us(3_019_090), Reconvergence),
            (us(31_015_060), Revert),
        ];
        assert_eq!(stages.collect::<Vec<_>>(), want);
        let restored: Vec<SimTime> = steps
            .iter()
            .filter(|step| step.what == What::Restored)
            .map(|step| step.at)
            .collect();
        assert_eq!(restored, [us(2_015_000)]);
        let texts: Vec<String> = steps[..5].iter().map(|step| step.text(&net)).collect();
        assert_eq!(texts[0], "BC a-z is cut towards C");
        assert_eq!(texts[2], "C sees that BC is down");
        assert_eq!(texts[3], "A learns that BC is down");
        assert_eq!(texts[4], "B repairs BC locally, up to C, one label more");
    }

    #[test]
    fn both_directions_of_a_pair_end_on_the_same_links() {
        let net = ring(&[]);
        let there = Protection::Facility(vec![None, bypass(&net, "BAFEDC", 2)]);
        let there = tunnel(&net, "ABC", there);
        let back = Protection::Facility(vec![bypass(&net, "CDEFAB", 1), None]);
        let back = tunnel(&net, "CBA", back);
        let (outages, settings) = (cut(&net, &["BC"], u64::MAX), settings(&net));
        let control = Control::new(&net, &settings, &outages, &[], Phases::Latest);
        assert_eq!(
            control.route(&there, Some(&back)),
            control.route(&there, None)
        );
        let followed = control.route(&back, Some(&there)).routing;
        // C repairs when B does; it goes over when A's message has come: 4 × (10 us + 1 ms) after
        // 3.01101 s, half a round trip before A.
        let want = [(0, "CBA"), (2_015_000, "CDEFABA"), (3_015_050, "CDEFA")];
        let want = want.map(|(at, way)| (at, way.to_string()));
        assert_eq!(ways(&net, &followed), want);
    }

    #[test]
    fn a_sender_learns_of_a_one_way_cut_one_way_back_later() {
        let net = ring(&[]);
        let link = net.link_named("BC").unwrap();
        let mut outages = Outages::default();
        let element = Element::Direction(link, Direction::AToZ);
        outages.fail(&net, &element, between(2_000_000, u64::MAX));
        let there = Protection::Facility(vec![None, bypass(&net, "BAFEDC", 2)]);
        let there = routed(&net, &outages, &tunnel(&net, "ABC", there)).routing;
        // Detection 10 ms, one way back 10 us + 1 ms, repair 5 ms.
        assert_eq!(ways(&net, &there)[1], (2_016_010, "ABAFEDC".into()));
        let back = Protection::Facility(vec![bypass(&net, "CDEFAB", 1), None]);
        let back = routed(&net, &outages, &tunnel(&net, "CBA", back)).routing;
        assert_eq!(ways(&net, &back)[1], (2_015_000, "CDEFABA".into()));
    }

    #[test]
    fn a_lost_node_is_bypassed_to_the_next_hop_but_one() {
        let net = ring(&[]);
        let mut outages = Outages::default();
        let element = Element::Node(net.node_named("B").unwrap());
        outages.fail(&net, &element, between(2_000_000, u64::MAX));
        let protection = Protection::Facility(vec![bypass(&net, "AFEDC", 2), None, None]);
        let tunnel = tunnel(&net, "ABCD", protection);
        // The head end is the point of local repair: it knows at 2.010 s, and signals A-F-E-D,
        // 6 × (10 us + 1 ms), 1 s later.
        let want = [(0, "ABCD"), (2_015_000, "AFEDCD"), (3_016_060, "AFED")];
        check(&net, &outages, &tunnel, &want);
    }

    #[test]
    fn a_bypass_over_another_cut_loses_packets_until_the_head_end_finds_better() {
        let net = ring(&["AD"]);
        let outages = cut(&net, &["BC", "EF"], u64::MAX);
        let around = bypass(&net, "BAFEDC", 2);
        let tunnel = tunnel(&net, "ABC", Protection::Facility(vec![None, around]));
        // F sees its cut at 2.010 s and discards at 2.015 s, when B sends packets there. The
        // head end goes over A-D-C, 4 × (10 us + 1 ms) after 3.01101 s.
        let want = [(0, "ABC"), (2_015_000, "ABAF!"), (3_015_050, "ADC")];
        check(&net, &outages, &tunnel, &want);
        let steps = routed(&net, &outages, &tunnel).steps;
        let restored = steps
            .iter()
            .find(|step| step.what == What::Restored)
            .unwrap();
        assert_eq!(restored.at, us(3_015_050));
    }

    #[test]
    fn a_bypass_known_to_be_down_is_not_taken() {
        let net = ring(&["AD"]);
        let mut outages = cut(&net, &["BC"], u64::MAX);
        let other = Element::Link(net.link_named("EF").unwrap());
        outages.fail(&net, &other, between(1_000_000, u64::MAX));
        let around = bypass(&net, "BAFEDC", 2);
        let tunnel = tunnel(&net, "ABC", Protection::Facility(vec![None, around]));
        // Nothing to hold for: signalled as soon as A hears of it.
        let want = [(0, "ABC"), (2_015_000, "AB!"), (2_015_050, "ADC")];
        check(&net, &outages, &tunnel, &want);
    }

    #[test]
    fn protection_is_the_slower_the_more_has_to_be_done_after_the_head_end_has_learnt() {
        let net = ring(&[]);
        let outages = cut(&net, &["BC"], u64::MAX);
        let second = || Some(path(&net, "AFEDC"));
        let detour = Protection::Detour(vec![None, Some(path(&net, "BAFEDC"))]);
        // Known to B 2.010 s, to A 2.01101 s; going over 5 ms; signalling 8.08 ms.
        for (protection, at, via) in [
            (detour, 2_015_000, "ABAFEDC"),
            (Protection::Standby(second()), 2_016_010, "AFEDC"),
            (
                Protection::Pseudowire {
                    path: second(),
                    revert: None,
                },
                2_016_010,
                "AFEDC",
            ),
            (Protection::Resignal, 2_019_090, "AFEDC"),
            (Protection::Copy, 2_019_090, "AFEDC"),
            (Protection::Secondary(second()), 2_024_090, "AFEDC"),
        ] {
            let tunnel = tunnel(&net, "ABC", protection);
            let routing = routed(&net, &outages, &tunnel).routing;
            let ways = ways(&net, &routing);
            let repaired = ways.iter().find(|(at, way)| *at > 0 && !way.ends_with('!'));
            assert_eq!(repaired, Some(&(at, via.into())), "{:?}", tunnel.protection);
            assert!(routing.crossings.iter().all(|one| one.more_labels == 0));
        }
    }

    #[test]
    fn a_path_without_protection_stays_where_it_is() {
        let net = ring(&[]);
        let tunnel = tunnel(&net, "ABC", Protection::None);
        let routed = routed(&net, &cut(&net, &["BC"], 3_000_000), &tunnel);
        assert_eq!(routed.routing.crossings.len(), 2);
        assert!(!routed.steps.is_empty(), "the cut is seen all the same");
    }

    #[test]
    fn packets_go_round_between_two_nodes_while_their_tables_differ() {
        let net = ring(&[]);
        let outages = cut(&net, &["BC"], u64::MAX);
        // B knows at 2.010 s and forwards anew 50 + 10 + 100 ms later; A hears 10 ms + 10 us after
        // B, so that for 10.01 ms both point at each other. F sends by E in any case.
        let want = [(0, "BC"), (2_170_000, "BAB!"), (2_180_010, "BAFEDC")];
        let tunnel = tunnel(&net, "BC", Protection::Igp);
        let routing = routed(&net, &outages, &tunnel).routing;
        let found = ways(&net, &routing);
        assert_eq!(found[0], (0, "BC".into()));
        assert_eq!(found[1].0, want[1].0);
        assert!(
            found[1].1.starts_with("BA") && found[1].1.ends_with('!'),
            "{}",
            found[1].1
        );
        assert_eq!(found[2], (want[2].0, want[2].1.into()));
    }

    #[test]
    fn a_pinned_path_is_left_and_taken_again_with_the_tables_of_its_head_end() {
        let net = ring(&[]);
        let outages = cut(&net, &["DE"], 20_000_000);
        // A hears from E by F: 10 ms + 2 × 10 us + 1 ms after 2.010 s; its table is new 160 ms
        // later. The way back: E's news come first, and D's within its wait.
        let tunnel = tunnel(&net, "AFEDC", Protection::Igp);
        let want = [(0, "AFEDC"), (2_181_020, "ABC"), (21_171_020, "AFEDC")];
        check(&net, &outages, &tunnel, &want);
    }

    #[test]
    fn announced_maintenance_loses_nothing() {
        let net = ring(&[]);
        let element = Element::Node(net.node_named("B").unwrap());
        let mut outages = Outages::default();
        outages.fail(&net, &element, between(7_000_000, 20_000_000));
        let planned = [Planned {
            element,
            announced: us(2_000_000),
            until: us(20_000_000),
        }];
        let settings = settings(&net);
        let control = Control::new(&net, &settings, &outages, &planned, Phases::Latest);
        let tunnel = tunnel(&net, "ABC", Protection::Facility(vec![None, None]));
        let Routed { routing, steps } = control.route(&tunnel, None);
        // A is told as it stands beside B, and signals at once: 8 × (10 us + 1 ms).
        let ways = ways(&net, &routing);
        assert_eq!(ways[1], (2_008_080, "AFEDC".into()));
        assert_eq!(ways.len(), 3, "and back");
        assert!(steps.iter().all(|step| step.what != What::Restored));
    }

    #[test]
    fn what_nobody_could_leave_for_maintenance_is_signalled_again_afterwards() {
        let net = ring(&[]);
        let element = Element::Link(net.link_named("BC").unwrap());
        let mut outages = Outages::default();
        outages.fail(&net, &element, between(7_000_000, 20_000_000));
        let planned = [Planned {
            element,
            announced: us(2_000_000),
            until: us(20_000_000),
        }];
        let settings = settings(&net);
        let control = Control::new(&net, &settings, &outages, &planned, Phases::Latest);
        let around = Protection::Facility(vec![None, bypass(&net, "BAFEDC", 2)]);
        for (protection, meanwhile) in [(Protection::Resignal, "AB!"), (around, "ABAFEDC")] {
            let mut tunnel = tunnel(&net, "ABC", protection);
            let constraints = &mut tunnel.constraints;
            constraints
                .avoid_links
                .insert(net.link_named("FA").unwrap());
            // A hears 10 ms + 10 us after the announcement that BC is to be left, and has no other
            // path; the next attempt is 30 s later, and signals 4 × (10 us + 1 ms).
            let want = [(0, "ABC"), (7_015_000, meanwhile), (32_014_050, "ABC")];
            let want = want.map(|(at, way)| (at, way.to_string()));
            assert_eq!(ways(&net, &control.route(&tunnel, None).routing), want);
        }
    }

    #[test]
    fn a_message_lost_on_the_way_is_told_of_when_the_link_is_seen_to_be_down() {
        let net = ring(&["AD"]);
        let outages = cut(&net, &["BC", "AD"], u64::MAX);
        let mut settings = settings(&net);
        settings.detection[net.link_named("AD").unwrap().0 as usize] = Detection::LossOfSignal {
            delay: Span::from_ms(100),
            hold_off: Span::ZERO,
        };
        let control = Control::new(&net, &settings, &outages, &[], Phases::Latest);
        let tunnel = tunnel(&net, "ABC", Protection::Resignal);
        // A learns of BC at 2.01101 s and signals over A-D, which it sees to be down at 2.1 s.
        // Then four links there and back: 8 × (10 us + 1 ms).
        let want = [(0, "ABC"), (2_015_000, "AB!"), (2_108_080, "AFEDC")];
        let want = want.map(|(at, way)| (at, way.to_string()));
        assert_eq!(ways(&net, &control.route(&tunnel, None).routing), want);
    }

    #[test]
    fn a_path_that_falls_again_is_taken_when_it_has_been_whole_for_the_time_to_revert() {
        let net = ring(&[]);
        let mut outages = cut(&net, &["BC"], 3_000_000);
        let element = Element::Link(net.link_named("BC").unwrap());
        outages.fail(&net, &element, between(10_000_000, 11_000_000));
        let second = Some(path(&net, "AFEDC"));
        let tunnel = tunnel(&net, "ABC", Protection::Standby(second));
        // Whole from 4 s to 10 s only; after the second fall trusted at 11 s + 2 × 1 s, told by C
        // over B as in the first test, and 10 s later signalled.
        let want = [
            (0, "ABC"),
            (2_015_000, "AB!"),
            (2_016_010, "AFEDC"),
            (23_015_060, "ABC"),
        ];
        check(&net, &outages, &tunnel, &want);
    }

    #[test]
    fn word_of_a_loss_takes_the_time_of_the_way_back() {
        let plain = ring(&[]);
        let mut links = plain.links().to_vec();
        let first = plain.link_named("AB").unwrap().0 as usize;
        links[first].propagation[0] = Span::from_us(300);
        let net = Topology::build(plain.nodes().to_vec(), links).unwrap();
        let outages = cut(&net, &["BC"], u64::MAX);
        let second = Some(path(&net, "AFEDC"));
        let tunnel = tunnel(&net, "ABC", Protection::Standby(second));
        // B sees it at 2.010 s; back over AB 10 us + 1 ms; 5 ms to go over. Out it is 300 us.
        let want = [(0, "ABC"), (2_015_000, "AB!"), (2_016_010, "AFEDC")];
        check(&net, &outages, &tunnel, &want);
    }

    #[test]
    fn a_short_loss_of_light_moves_nothing() {
        let net = ring(&[]);
        let outages = cut(&net, &["BC"], 2_010_000);
        for protection in [
            Protection::Igp,
            Protection::Resignal,
            Protection::Facility(vec![None, bypass(&net, "BAFEDC", 2)]),
        ] {
            let tunnel = tunnel(&net, "ABC", protection);
            assert!(routed(&net, &outages, &tunnel).routing.is_fixed());
        }
    }

    #[test]
    fn a_head_end_without_a_way_tries_again_after_every_30_s() {
        let net = ring(&[]);
        let outages = cut(&net, &["BC", "EF"], 40_000_000);
        let tunnel = tunnel(&net, "ABC", Protection::Resignal);
        // Tried at 2.01101 s (PathErr of B; A-F-E-D-C is refused by F, which A hears 1.01 ms
        // there and 1.01 ms back later), again from 2.01303 s on every 30 s. The links are
        // trusted at 41 s.
        let found = ways(&net, &routed(&net, &outages, &tunnel).routing);
        let last = found.last().unwrap();
        assert_eq!(*last, (62_013_030 + 4_040, "ABC".into()));
    }

    #[test]
    fn the_last_label_of_a_bypass_may_be_popped_before_its_end() {
        let net = ring(&[]);
        let outages = cut(&net, &["AB"], u64::MAX);
        let around = bypass(&net, "AFEDCB", 1);
        let tunnel = tunnel(&net, "ABC", Protection::Facility(vec![around, None]));
        let mut settings = settings(&net);
        settings.penultimate_pop = true;
        let control = Control::new(&net, &settings, &outages, &[], Phases::Latest);
        let routing = control.route(&tunnel, None).routing;
        let labels = |one: &super::super::routing::Crossing| (one.more_labels, one.fewer_labels);
        let all = |routing: &Routing| routing.crossings.iter().map(labels).collect::<Vec<_>>();
        let (path, around) = ([(0, 0), (0, 1)], [(1, 0), (1, 0), (1, 0), (1, 0), (0, 0)]);
        let better = [(0, 0), (0, 0), (0, 0), (0, 1)];
        assert_eq!(all(&routing), [&path[..], &around, &better].concat());
        // Round the last link the tail is the end of both, so that the label of the path is gone
        // where that of the bypass is on top.
        let outages = cut(&net, &["BC"], u64::MAX);
        let around = bypass(&net, "BAFEDC", 2);
        let tunnel = self::tunnel(&net, "ABC", Protection::Facility(vec![None, around]));
        let control = Control::new(&net, &settings, &outages, &[], Phases::Latest);
        let around = [(1, 1), (1, 1), (1, 1), (1, 1), (0, 1)];
        let routing = control.route(&tunnel, None).routing;
        assert_eq!(all(&routing), [&path[..], &around, &better].concat());
    }

    /// A tunnel with every kind of protection over a random network.
    fn protections(topology: &Topology, path: &Path) -> Vec<Protection> {
        let to = path.nodes[path.nodes.len() - 1];
        let around = |to: NodeId, hop: usize| {
            let link = path.hops[hop].link;
            shortest_path_avoiding(topology, path.nodes[hop], to, |one| one == link)
        };
        let hops = 0..path.hops.len();
        let bypass = |hop: usize| {
            let path = around(path.nodes[hop + 1], hop)?;
            let merge = hop + 1;
            Some(Bypass { path, merge })
        };
        let used = |link| path.hops.iter().any(|hop| hop.link == link);
        let second = shortest_path_avoiding(topology, path.nodes[0], to, used);
        vec![
            Protection::Igp,
            Protection::Resignal,
            Protection::Facility(hops.clone().map(bypass).collect()),
            Protection::Detour(hops.map(|hop| around(to, hop)).collect()),
            Protection::Standby(second.clone()),
            Protection::Secondary(second.clone()),
            Protection::Pseudowire {
                path: second,
                revert: None,
            },
            Protection::Copy,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn whatever_fails_packets_arrive_in_the_end_if_a_path_is_left(
            edges in proptest::collection::vec((0_u32..7, 0_u32..7, 1_u64..4, 0_u64..900), 3..14),
            failures in proptest::collection::vec(
                (0_usize..20, 0_u8..5, 0_u64..3_000_000, proptest::option::of(1_u64..2_000_000)),
                1..5,
            ),
            seed: u64,
            revert: bool,
            hold in prop_oneof![Just(0_u64), Just(3), Just(1_000)],
        ) {
            let nodes: Vec<_> = ["A", "B", "C", "D", "E", "F", "G"].map(node).to_vec();
            let edges = edges.iter().enumerate().filter(|(_, (a, z, ..))| a != z);
            let links = edges.map(|(place, (a, z, metric, propagation))| {
                let mut link = link(&format!("l{place:02}"), [*a, *z], *metric);
                link.propagation = [Span::from_us(*propagation); 2];
                link
            });
            let net = Topology::build(nodes, links.collect()).unwrap();
            prop_assume!(!net.links().is_empty());
            let (from, to) = (NodeId(0), NodeId(6));
            let Some(path) = shortest_path_avoiding(&net, from, to, |_| false) else {
                return Ok(());
            };
            let mut outages = Outages::default();
            let mut planned = Vec::new();
            for (place, kind, at, length) in &failures {
                let link = LinkId(u32::try_from(place % net.links().len()).unwrap());
                let element = match kind {
                    0 | 3 => Element::Link(link),
                    1 => Element::Direction(link, Direction::ZToA),
                    _ => Element::Node(NodeId(u32::try_from(place % 5).unwrap() + 1)),
                };
                let begin = 1_000_000 + at;
                let end = length.map_or(u64::MAX, |length| begin + length);
                let stretch = between(begin, end);
                outages.fail(&net, &element, stretch);
                if *kind > 2 {
                    let announced = us(begin - 900_000);
                    planned.push(Planned { element, announced, until: stretch.to });
                }
            }
            let mut settings = settings(&net);
            for detection in settings.detection.iter_mut().step_by(2) {
                *detection = Detection::Bfd { interval: Span::from_ms(10), multiplier: 3 };
            }
            for damping in &mut settings.damping {
                damping.hold = Span::from_ms(hold);
            }
            settings.revert = revert.then(|| Span::from_ms(10_000));
            let phases = Phases::Drawn(Seed(seed));
            let control = Control::new(&net, &settings, &outages, &planned, phases);
            // Where nothing is mended a head end has to find its way soon, not at a later retry.
            let endless = failures.iter().all(|(.., length)| length.is_none());
            let end = us(if endless { 10_000_000 } else { 3_600_000_000 });
            let for_ever = |id, way| outages.of(id, way).iter().any(|one| one.to == FOR_EVER);
            let gone = |id| Direction::BOTH.iter().any(|way| for_ever(id, *way));
            let joined = shortest_path_avoiding(&net, from, to, gone).is_some();
            let first = outages.all().map(|(.., cuts)| cuts[0].from).min().unwrap_or(FOR_EVER);
            let first = planned.iter().map(|one| one.announced).min().unwrap_or(first).min(first);
            for protection in protections(&net, &path) {
                let name = "t".to_string();
                let constraints = Constraints::default();
                let tunnel = Tunnel { name, path: path.clone(), constraints, protection };
                let Routed { routing, steps } = control.route(&tunnel, None);
                joins(&net, &routing, from, to);
                let changes = routing.behind.iter().chain([&routing.entry]);
                let changes = changes.flat_map(|next| &next.turns()[1..]);
                prop_assert!(changes.clone().all(|turn| turn.from > first));
                prop_assert!(steps.is_sorted_by_key(|step| step.at));
                let (crossed, arrives) = routing.crossed_at(end);
                let lost = crossed.iter().any(|place| {
                    let hop = routing.crossings[*place].hop;
                    for_ever(hop.link, hop.direction)
                });
                prop_assert_eq!(arrives && !lost, joined, "{:?} {:#?}", tunnel.protection, steps);
            }
        }
    }

    /// Every crossing begins where the one before it ends.
    fn joins(net: &Topology, routing: &Routing, from: NodeId, to: NodeId) {
        let ends = |place: usize| {
            let hop = routing.crossings[place].hop;
            let ends = net.link(hop.link).ends;
            (ends[hop.direction.index()], ends[1 - hop.direction.index()])
        };
        let meets = |next: &Next, node: NodeId| {
            for turn in next.turns() {
                match turn.to {
                    Target::Crossing(place) => assert_eq!(ends(place).0, node),
                    Target::Deliver => assert_eq!(node, to),
                    Target::Discard => {}
                }
            }
        };
        meets(&routing.entry, from);
        assert_eq!(routing.behind.len(), routing.crossings.len());
        for (place, next) in routing.behind.iter().enumerate() {
            meets(next, ends(place).1);
        }
    }
}
