//! From what head ends and points of local repair do, to one graph of crossings over time.

use std::collections::BTreeSet;

use super::control::{Control, Round, Routed};
use super::head_end::Story;
use super::knowledge::Belief;
use super::routing::{Crossing, Next, Routing, Target};
use super::steps::{Step, What};
use super::tunnel::Tunnel;
use crate::topology::{Hop, LinkId, NodeId};
use crate::units::SimTime;

struct Weaver<'c> {
    control: &'c Control<'c>,
    tunnel: &'c Tunnel,
    story: Story,
    crossings: Vec<Crossing>,
    behind: Vec<Next>,
}

/// What makes a node on a path do something else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The path is signalled through it.
    Laid,
    /// It has dealt with the loss of the next link.
    Lost,
    /// It has dealt with the loss of the first link of its bypass.
    RoundLost,
}

/// The forwarding of a path whose head end lives through this story.
pub(super) fn weave<'c>(control: &'c Control<'c>, tunnel: &'c Tunnel, story: Story) -> Routed {
    let mut weaver = Weaver {
        control,
        tunnel,
        story,
        crossings: Vec::new(),
        behind: Vec::new(),
    };
    let moves = weaver.story.moves.iter().map(|one| one.path);
    let used: BTreeSet<usize> = moves.chain([0]).collect();
    let mut firsts = vec![None; weaver.story.paths.len()];
    for place in used {
        firsts[place] = Some(weaver.path(place));
    }
    Routed {
        routing: Routing {
            entry: weaver.entry(&firsts),
            behind: weaver.behind,
            crossings: weaver.crossings,
            primary: tunnel.path.hops.len(),
        },
        steps: weaver.story.steps,
    }
}

impl Weaver<'_> {
    /// The head end: what its node does on the path in use.
    fn entry(&self, firsts: &[Option<Next>]) -> Next {
        let first = |path: usize| firsts[path].as_ref().expect("a path that is used");
        let mut entry = Next::always(first(0).turns()[0].to);
        let moves = self.story.moves.iter().map(|one| (one.at, one.path));
        for (from, path) in std::iter::once((SimTime::ZERO, 0)).chain(moves) {
            entry.turn(from, first(path).at(from));
            for turn in first(path).turns().iter().filter(|turn| turn.from > from) {
                entry.turn(turn.from, turn.to);
            }
        }
        entry
    }

    /// Lays a path of the story; yields what its first node does.
    fn path(&mut self, place: usize) -> Next {
        let path = self.story.paths[place].clone();
        let last = path.hops.len();
        let popped = u32::from(self.control.settings.penultimate_pop);
        let mut crossings: Vec<Crossing> =
            path.hops.iter().map(|hop| Crossing::plain(*hop)).collect();
        crossings[last - 1].fewer_labels = popped;
        let base = self.lay(&crossings);
        let mut comes_back = Vec::new();
        let mut nexts: Vec<Next> = (0..last)
            .map(|hop| self.node(place, hop, base + hop, &mut comes_back))
            .collect();
        nexts.push(Next::always(Target::Deliver));
        for (hop, next) in nexts.iter().enumerate().skip(1) {
            self.behind[base + hop - 1] = next.clone();
        }
        for (crossing, merge) in comes_back {
            self.behind[crossing] = nexts[merge].clone();
        }
        nexts.swap_remove(0)
    }

    /// Adds crossings, one behind the other, the last delivering; where the first is.
    fn lay(&mut self, crossings: &[Crossing]) -> usize {
        let base = self.crossings.len();
        self.crossings.extend_from_slice(crossings);
        let onward = (base + 1..self.crossings.len()).map(Target::Crossing);
        self.behind
            .extend(onward.chain([Target::Deliver]).map(Next::always));
        base
    }

    /// What the node before a hop of a path does. `comes_back` takes the last crossing of a bypass
    /// and the place of the node on the path where it ends.
    fn node(
        &mut self,
        place: usize,
        hop: usize,
        normal: usize,
        comes_back: &mut Vec<(usize, usize)>,
    ) -> Next {
        let normal = Target::Crossing(normal);
        let (node, link) = {
            let path = &self.story.paths[place];
            (path.nodes[hop], path.hops[hop].link)
        };
        let control = self.control;
        let tunnel = self.tunnel;
        let round = (place == 0).then(|| control.round(tunnel, hop)).flatten();
        let mut next = Next::always(normal);
        let mut bypass = None;
        for (at, event) in self.events(place, node, link, round.as_ref()) {
            let now = next.at(at);
            match event {
                Event::Laid if control.dealt_with(link, node, at) => {}
                Event::Laid => next.turn(at, normal),
                Event::Lost if now != normal => {}
                Event::Lost => {
                    let open = round.as_ref().filter(|round| control.is_open(round, at));
                    let to = match open {
                        Some(round) => *bypass.get_or_insert_with(|| {
                            let first = self.lay_round(round);
                            comes_back.push((self.crossings.len() - 1, round.merge));
                            Target::Crossing(first)
                        }),
                        None => Target::Discard,
                    };
                    next.turn(at, to);
                    let what = self.repair(link, open);
                    self.tell(place, Step { at, node, what });
                }
                Event::RoundLost if Some(now) == bypass => {
                    next.turn(at, Target::Discard);
                    let what = What::Discarding { link };
                    self.tell(place, Step { at, node, what });
                }
                Event::RoundLost => {}
            }
        }
        next
    }

    fn repair(&self, link: LinkId, open: Option<&Round>) -> What {
        match open {
            Some(round) => What::LocalRepair {
                link,
                merge: self.tunnel.path.nodes[round.merge],
                labels: round.more_labels,
            },
            None => What::Discarding { link },
        }
    }

    /// What befalls a node on a path, in order of time.
    fn events(
        &self,
        place: usize,
        node: NodeId,
        link: LinkId,
        round: Option<&Round>,
    ) -> Vec<(SimTime, Event)> {
        let moves = self.story.moves.iter().filter(|one| one.path == place);
        let mut events: Vec<(SimTime, Event)> = moves.map(|one| (one.at, Event::Laid)).collect();
        let lost = self.control.dealt(link, node);
        events.extend(lost.map(|one| (one.from, Event::Lost)));
        if let Some(round) = round {
            let lost = self.control.dealt(round.path.hops[0].link, node);
            events.extend(lost.map(|one| (one.from, Event::RoundLost)));
        }
        events.sort_unstable();
        events
    }

    /// Tells of a node on a path, if that path is in use.
    fn tell(&mut self, place: usize, step: Step) {
        let before = self.story.moves.iter().take_while(|one| one.at <= step.at);
        if before.last().map_or(0, |one| one.path) == place {
            self.story.steps.push(step);
        }
    }

    /// Lays a bypass or detour. Its nodes discard what they know to be lost.
    fn lay_round(&mut self, round: &Round) -> usize {
        let Round { path, .. } = round;
        let (popped, last) = (self.control.settings.penultimate_pop, path.hops.len() - 1);
        let to_tail = round.merge == self.tunnel.path.hops.len();
        let crossing = |(place, hop): (usize, &Hop)| {
            let labelled = round.more_labels > 0;
            Crossing {
                hop: *hop,
                more_labels: round.more_labels - u32::from(labelled && popped && place == last),
                fewer_labels: u32::from(popped && to_tail && (labelled || place == last)),
            }
        };
        let crossings: Vec<Crossing> = path.hops.iter().enumerate().map(crossing).collect();
        let base = self.lay(&crossings);
        for place in 1..path.hops.len() {
            let onward = Target::Crossing(base + place);
            let mut next = Next::always(onward);
            for Belief { from, to, .. } in
                self.control.dealt(path.hops[place].link, path.nodes[place])
            {
                next.turn(from, Target::Discard);
                if to != SimTime::NEVER {
                    next.turn(to, onward);
                }
            }
            self.behind[base + place - 1] = next;
        }
        base
    }
}
