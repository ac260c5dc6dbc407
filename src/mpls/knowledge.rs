//! Who knows of a link that is down, and when: its two ends, and everybody they tell.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::control::Planned;
use super::detection::{Phases, damped, seen};
use super::outage::{FOR_EVER, Outages, Stretch, add};
use super::settings::{ControlSettings, Igp};
use crate::topology::{Direction, Hop, LinkId, NodeId, Topology};
use crate::units::SimTime;

/// From when to when an end of a link takes it as down, in both directions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Belief {
    pub from: SimTime,
    pub to: SimTime,
    /// By its own detection, not from the other end.
    pub own: bool,
}

/// What every node knows at every instant.
pub(super) struct Knowledge {
    ends: BTreeMap<(LinkId, NodeId), Vec<Belief>>,
    /// Per node: links that it hears are down.
    heard: Vec<BTreeMap<LinkId, Vec<Stretch>>>,
    /// Per node: when it hears of anything.
    news: Vec<Vec<SimTime>>,
    /// Every instant at which anything is cut, mended, believed or heard.
    pub changes: BTreeSet<SimTime>,
}

impl Stretch {
    /// Whether an instant lies in it.
    pub(super) fn covers(&self, at: SimTime) -> bool {
        self.from <= at && at < self.to
    }
}

/// When a message that is ready at `from` has crossed: it is sent as soon as the direction is not
/// cut while it crosses and its sender does not take the link as `shunned`. [`SimTime::NEVER`]: it
/// never crosses.
pub(super) fn crossed(
    topology: &Topology,
    outages: &Outages,
    hop: Hop,
    from: SimTime,
    shunned: &[Belief],
) -> SimTime {
    let propagation = topology.link(hop.link).propagation[hop.direction.index()];
    let cuts = outages.of(hop.link, hop.direction);
    let mut sent = from;
    loop {
        if sent.0 >= SimTime::NEVER.0 - propagation.0 {
            return SimTime::NEVER;
        }
        let arrival = sent + propagation;
        let cut = cuts
            .iter()
            .find(|cut| cut.from < arrival.max(SimTime(sent.0 + 1)) && sent < cut.to);
        let belief = shunned.iter().find(|one| one.from <= sent && sent < one.to);
        match (cut, belief) {
            (None, None) => return arrival,
            (Some(cut), _) => sent = cut.to,
            (None, Some(belief)) => sent = belief.to,
        }
    }
}

impl Knowledge {
    pub(super) fn new(
        topology: &Topology,
        settings: &ControlSettings,
        outages: &Outages,
        planned: &[Planned],
        phases: Phases,
    ) -> Self {
        let ends = believed(topology, settings, outages, phases);
        let nodes = topology.nodes().len();
        let mut known = Self {
            ends,
            heard: vec![BTreeMap::new(); nodes],
            news: vec![Vec::new(); nodes],
            changes: BTreeSet::new(),
        };
        let cuts = outages.all().flat_map(|(_, _, cuts)| cuts);
        let edges = cuts.flat_map(|cut| [cut.from, cut.to]);
        known.changes.extend(edges);
        for ((link, end), told) in told(&known.ends, topology, planned) {
            known.flood(topology, outages, &settings.igp, (link, end), &told);
        }
        for news in &mut known.news {
            news.sort_unstable();
            news.dedup();
            known.changes.extend(news.iter().copied());
        }
        known.changes.remove(&FOR_EVER);
        known
    }

    /// When an end of a link takes it as down: ascending, apart.
    pub(super) fn believed(&self, link: LinkId, end: NodeId) -> &[Belief] {
        self.ends.get(&(link, end)).map_or(&[], Vec::as_slice)
    }

    /// Whether an end of a link takes it as down.
    pub(super) fn believes(&self, link: LinkId, end: NodeId, at: SimTime) -> bool {
        let covers = |one: &Belief| one.from <= at && at < one.to;
        self.believed(link, end).iter().any(covers)
    }

    /// When a node hears that a link is down: ascending, apart.
    pub(super) fn heard(&self, node: NodeId, link: LinkId) -> &[Stretch] {
        let heard = self.heard[node.0 as usize].get(&link);
        heard.map_or(&[], Vec::as_slice)
    }

    /// The links that a node has heard are down.
    pub(super) fn view(&self, node: NodeId, at: SimTime) -> BTreeSet<LinkId> {
        let heard = self.heard[node.0 as usize].iter();
        let down = heard.filter(|(_, stretches)| stretches.iter().any(|one| one.covers(at)));
        down.map(|(link, _)| *link).collect()
    }

    /// When a node computes its table, and when it forwards by it: ascending.
    pub(super) fn rounds(&self, node: NodeId, igp: &Igp) -> Vec<(SimTime, SimTime)> {
        let mut rounds: Vec<(SimTime, SimTime)> = Vec::new();
        for news in &self.news[node.0 as usize] {
            // What comes during the wait is taken along.
            if rounds.last().is_none_or(|(computed, _)| computed < news) {
                let computed = *news + igp.spf_wait;
                rounds.push((computed, computed + igp.spf + igp.fib));
            }
        }
        rounds
    }

    /// Spreads what one end tells of a link.
    fn flood(
        &mut self,
        topology: &Topology,
        outages: &Outages,
        igp: &Igp,
        (link, end): (LinkId, NodeId),
        told: &[Stretch],
    ) {
        let edges = told.iter().flat_map(|one| [one.from, one.to]);
        let edges = edges.filter(|at| *at != FOR_EVER);
        let arrivals: Vec<Vec<SimTime>> = edges
            .map(|at| self.spread(topology, outages, igp, end, at))
            .collect();
        for node in 0..self.heard.len() {
            let at = |place: usize| arrivals.get(place).map_or(FOR_EVER, |all| all[node]);
            for place in (0..arrivals.len()).step_by(2) {
                // Of two advertisements the younger counts, whichever comes first.
                let younger = (place + 1..arrivals.len())
                    .map(at)
                    .min()
                    .unwrap_or(FOR_EVER);
                if at(place) < younger {
                    let stretch = Stretch {
                        from: at(place),
                        to: younger,
                    };
                    add(self.heard[node].entry(link).or_default(), stretch);
                }
            }
            let came = arrivals.iter().map(|all| all[node]);
            self.news[node].extend(came.filter(|at| *at != SimTime::NEVER));
        }
    }

    /// When every node hears what `origin` has to tell from `at` on.
    fn spread(
        &self,
        topology: &Topology,
        outages: &Outages,
        igp: &Igp,
        origin: NodeId,
        at: SimTime,
    ) -> Vec<SimTime> {
        let mut heard = vec![SimTime::NEVER; topology.nodes().len()];
        heard[origin.0 as usize] = at;
        let mut open = BinaryHeap::from([Reverse((at, origin))]);
        while let Some(Reverse((when, node))) = open.pop() {
            if when > heard[node.0 as usize] {
                continue;
            }
            let handling = if node == origin {
                igp.generate
            } else {
                igp.pacing
            };
            for (link, next) in topology.links_at(node) {
                let direction = topology.link(link).direction_from(node);
                let direction = direction.expect("the link touches the node");
                let hop = Hop { link, direction };
                let shunned = self.believed(link, node);
                let arrival = crossed(topology, outages, hop, when + handling, shunned);
                if arrival < heard[next.0 as usize] {
                    heard[next.0 as usize] = arrival;
                    open.push(Reverse((arrival, next)));
                }
            }
        }
        heard
    }
}

/// When each end of each link that is ever cut takes it as down.
fn believed(
    topology: &Topology,
    settings: &ControlSettings,
    outages: &Outages,
    phases: Phases,
) -> BTreeMap<(LinkId, NodeId), Vec<Belief>> {
    let links: BTreeSet<LinkId> = outages.all().map(|(link, _, _)| link).collect();
    let mut ends = BTreeMap::new();
    for id in links {
        let (link, place) = (topology.link(id), id.0 as usize);
        let own = Direction::BOTH.map(|way| {
            let name = format!("{}/{}", link.name, way.name());
            let cuts = outages.of(id, way);
            let seen = seen(cuts, settings.detection[place], phases, &name);
            damped(&seen, settings.damping[place])
        });
        let mut down = Vec::new();
        for stretch in own.iter().flatten() {
            add(&mut down, *stretch);
        }
        // The direction `way` is received by its far end, which tells the near end by the other.
        for (way, near) in Direction::BOTH.into_iter().zip(link.ends) {
            let of_far = &own[way.index()];
            let of_near = &own[way.reversed().index()];
            let back = Hop {
                link: id,
                direction: way.reversed(),
            };
            let one = |whole: &Stretch| {
                let within = |one: &&Stretch| whole.covers(one.from);
                let own = of_near.iter().filter(within).map(|one| (one.from, true));
                let told = of_far.iter().filter(within).filter_map(|one| {
                    let came = crossed(topology, outages, back, one.from, &[]);
                    (came < one.to).then(|| (came + settings.message, false))
                });
                let (from, own) = own.chain(told).min_by_key(|(from, own)| (*from, !own))?;
                let to = whole.to;
                (from < to).then_some(Belief { from, to, own })
            };
            let beliefs: Vec<Belief> = down.iter().filter_map(one).collect();
            ends.insert((id, near), beliefs);
        }
    }
    ends
}

/// What every end of a link tells the others: that it is down, or is to be left.
fn told(
    ends: &BTreeMap<(LinkId, NodeId), Vec<Belief>>,
    topology: &Topology,
    planned: &[Planned],
) -> BTreeMap<(LinkId, NodeId), Vec<Stretch>> {
    let mut told = BTreeMap::<_, Vec<Stretch>>::new();
    for (end, beliefs) in ends {
        for Belief { from, to, .. } in beliefs.iter().copied() {
            add(told.entry(*end).or_default(), Stretch { from, to });
        }
    }
    for one in planned {
        for (link, _) in one.element.cuts(topology) {
            for end in topology.link(link).ends {
                let (from, to) = (one.announced, one.until);
                add(told.entry((link, end)).or_default(), Stretch { from, to });
            }
        }
    }
    told
}

/// The way back over a hop.
pub(super) fn back(hop: Hop) -> Hop {
    Hop {
        link: hop.link,
        direction: hop.direction.reversed(),
    }
}
