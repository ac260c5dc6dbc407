//! What the head end of a signalled path does: when it learns, and where it goes.
//!
//! A head end lives through its own events in order: it learns that a link of its path is down, it
//! tries to signal another path, it goes back.

use std::collections::{BTreeMap, BTreeSet};

use super::control::Control;
use super::knowledge::{back, crossed};
use super::outage::{FOR_EVER, Stretch, add};
use super::steps::{Step, What};
use super::tunnel::{Protection, Tunnel};
use crate::topology::{Hop, LinkId, Path};
use crate::units::SimTime;

/// The head end goes over to a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub at: SimTime,
    /// When the tail can use the same links the other way.
    pub tail: SimTime,
    /// Place among the paths of the story.
    pub path: usize,
    pub what: What,
}

/// Everything that a head end did.
pub(super) struct Story {
    /// All paths it ever used, or might have: the first that of normal operation.
    pub paths: Vec<Path>,
    pub moves: Vec<Move>,
    pub steps: Vec<Step>,
}

/// When a path is signalled.
struct Signalled {
    tail: SimTime,
    head: SimTime,
}

/// A path that could not be signalled: when the head end knows, and why if it was told.
struct Refused {
    at: SimTime,
    link: Option<LinkId>,
}

struct HeadEnd<'c> {
    control: &'c Control<'c>,
    tunnel: &'c Tunnel,
    story: Story,
    now: SimTime,
    active: usize,
    /// When the active path was laid.
    laid: SimTime,
    /// Per path of the story and hop: when the head end knows that it is down.
    known: Vec<Vec<Vec<Stretch>>>,
    /// What it knows from signalling, whatever the path.
    told: BTreeMap<LinkId, Vec<Stretch>>,
    /// Losses of the active path that were dealt with: hop and first instant.
    handled: BTreeSet<(usize, SimTime)>,
    /// Links that refused a path since the head end last had one.
    refused: BTreeSet<LinkId>,
    /// Whether the active path is repaired by another node.
    repaired: bool,
    /// Whether packets on the active path are lost, as far as the head end knows.
    broken: bool,
    attempt: Option<SimTime>,
    no_revert_before: SimTime,
}

enum Event {
    Loss(usize, Stretch),
    Attempt,
    Revert,
}

/// The moves of a head end that decides by itself.
pub(super) fn decide<'c>(control: &'c Control<'c>, tunnel: &'c Tunnel) -> Story {
    let mut head = HeadEnd {
        control,
        tunnel,
        story: Story {
            paths: Vec::new(),
            moves: Vec::new(),
            steps: Vec::new(),
        },
        now: SimTime::ZERO,
        active: 0,
        laid: SimTime::ZERO,
        known: Vec::new(),
        told: BTreeMap::new(),
        handled: BTreeSet::new(),
        refused: BTreeSet::new(),
        repaired: false,
        broken: false,
        attempt: None,
        no_revert_before: SimTime::ZERO,
    };
    head.place_of(&tunnel.path);
    if tunnel.protection == Protection::None {
        return head.story;
    }
    while let Some((at, event)) = head.next() {
        assert!(at >= head.now, "a head end lives forwards");
        head.now = at;
        match event {
            Event::Loss(hop, stretch) => head.lose(hop, stretch),
            Event::Attempt => head.try_another(),
            Event::Revert => head.revert(),
        }
    }
    head.story
}

/// The moves of a head end that follows the other direction: it goes over when the path that the
/// other one signals reaches it (RFC 3473 §3.1: the upstream label is valid by then).
pub(super) fn follow(leader: &Story, tunnel: &Tunnel) -> Story {
    let mut paths: Vec<Path> = leader.paths.iter().map(Path::reversed).collect();
    paths[0].clone_from(&tunnel.path);
    let moves = leader.moves.iter().map(|one| Move {
        at: one.tail,
        ..*one
    });
    let moves: Vec<Move> = moves.collect();
    let node = tunnel.path.nodes[0];
    let steps = moves.iter().map(|Move { at, what, .. }| Step {
        at: *at,
        node,
        what: *what,
    });
    Story {
        steps: steps.collect(),
        paths,
        moves,
    }
}

impl HeadEnd<'_> {
    fn next(&self) -> Option<(SimTime, Event)> {
        let loss = self.next_loss();
        let loss = loss.map(|(at, hop, stretch)| (at, Event::Loss(hop, stretch)));
        let attempt = self.attempt.map(|at| (at, Event::Attempt));
        let revert = self.next_revert().map(|at| (at, Event::Revert));
        // Of equal instants the first of the list.
        [loss, attempt, revert]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    fn next_loss(&self) -> Option<(SimTime, usize, Stretch)> {
        let hops = self.known[self.active].iter().enumerate();
        let all = hops.flat_map(|(hop, known)| known.iter().map(move |one| (hop, *one)));
        let open =
            all.filter(|(hop, one)| one.to > self.now && !self.handled.contains(&(*hop, one.from)));
        open.map(|(hop, one)| (one.from.max(self.now), hop, one))
            .min()
    }

    fn next_revert(&self) -> Option<SimTime> {
        if self.active == 0 && !self.repaired {
            return None;
        }
        let timer = match &self.tunnel.protection {
            Protection::Pseudowire { revert, .. } => *revert,
            _ => self.control.settings.revert,
        }?;
        let mut down = Vec::new();
        for stretch in self.known[0].iter().flatten() {
            add(&mut down, *stretch);
        }
        let earliest = self.now.max(self.no_revert_before);
        let mut whole = SimTime::ZERO;
        for stretch in down {
            let back = earliest.max(whole + timer);
            if back < stretch.from {
                return Some(back);
            }
            whole = stretch.to;
        }
        (whole != FOR_EVER).then(|| earliest.max(whole + timer))
    }

    /// A link of the active path is down, or is to be left.
    fn lose(&mut self, hop: usize, stretch: Stretch) {
        self.handled.insert((hop, stretch.from));
        let path = &self.story.paths[self.active];
        let link = path.hops[hop].link;
        let gone = self
            .control
            .knowledge
            .believes(link, path.nodes[hop], self.now);
        self.tell(self.now, What::Learned { link });
        if self.active == 0 && self.control.repairs(self.tunnel, hop, self.now) {
            self.repaired = true;
            self.try_at(self.now + self.control.settings.reoptimise);
            return;
        }
        self.broken |= gone;
        match self.second() {
            Some(second) if self.active == 0 && !self.is_down(&second) => self.go_second(&second),
            _ => self.try_at(self.now),
        }
    }

    fn second(&self) -> Option<Path> {
        match &self.tunnel.protection {
            Protection::Standby(path)
            | Protection::Secondary(path)
            | Protection::Pseudowire { path, .. } => path.clone(),
            _ => None,
        }
    }

    fn go_second(&mut self, second: &Path) {
        let ready = if let Protection::Secondary(_) = self.tunnel.protection {
            match signal(self.control, second, self.now) {
                Ok(signalled) => signalled.head,
                Err(refused) => {
                    self.refused.extend(refused.link);
                    return self.try_at(refused.at);
                }
            }
        } else {
            self.now
        };
        let at = ready + self.control.settings.repair;
        let place = self.place_of(second);
        self.go(at, at, place, What::SwitchedToSecond);
    }

    fn try_at(&mut self, at: SimTime) {
        self.attempt = Some(self.attempt.map_or(at, |known| known.min(at)));
    }

    fn knows_down(&self, link: LinkId) -> bool {
        let covers = |one: &Stretch| one.covers(self.now);
        let told = self.told.get(&link);
        let heard = self
            .control
            .knowledge
            .heard(self.tunnel.path.nodes[0], link);
        self.refused.contains(&link)
            || told.is_some_and(|told| told.iter().any(covers))
            || heard.iter().any(covers)
    }

    fn is_down(&self, path: &Path) -> bool {
        path.hops.iter().any(|hop| self.knows_down(hop.link))
    }

    /// Whether a node of the active path lost its next link since the path was laid. It sends
    /// packets elsewhere until the path is laid anew, also when the head end was leaving the link
    /// already, or heard of the loss when the link was up again.
    fn is_torn(&self) -> bool {
        let path = &self.story.paths[self.active];
        let mut hops = path.hops.iter().zip(&path.nodes);
        hops.any(|(hop, node)| {
            let mut beliefs = self.control.knowledge.believed(hop.link, *node).iter();
            beliefs.any(|one| one.from <= self.now && self.laid < one.to)
        })
    }

    fn try_another(&mut self) {
        self.attempt = None;
        let avoid = |link| self.knows_down(link);
        let Some(path) = self.control.compute(self.tunnel, &avoid) else {
            if self
                .story
                .steps
                .last()
                .is_none_or(|step| step.what != What::NoPath)
            {
                self.tell(self.now, What::NoPath);
            }
            self.refused.clear();
            self.attempt = self.retry();
            return;
        };
        self.broken |= !self.repaired && self.is_torn();
        let well = !self.repaired && !self.broken;
        if well && path == self.story.paths[self.active] {
            return;
        }
        match signal(self.control, &path, self.now) {
            Ok(Signalled { tail, head }) => {
                let place = self.place_of(&path);
                let what = match place {
                    0 => What::Reverted,
                    _ if self.broken => What::Resignalled,
                    _ => What::Reoptimised,
                };
                self.go(head, tail, place, what);
            }
            Err(Refused {
                at,
                link: Some(link),
            }) => {
                self.refused.insert(link);
                self.attempt = Some(at);
            }
            Err(_) => self.attempt = self.retry(),
        }
    }

    fn revert(&mut self) {
        let primary = self.tunnel.path.clone();
        match signal(self.control, &primary, self.now) {
            Ok(Signalled { tail, head }) => self.go(head, tail, 0, What::Reverted),
            Err(refused) => {
                let later = self.now + self.control.settings.retry;
                self.no_revert_before = refused.at.max(later);
            }
        }
    }

    /// The next of the attempts `retry` apart that can end otherwise than this one; `None`:
    /// nothing ever changes again.
    fn retry(&self) -> Option<SimTime> {
        let retry = self.control.settings.retry;
        let after = (
            std::ops::Bound::Excluded(self.now),
            std::ops::Bound::Unbounded,
        );
        let change = self.control.knowledge.changes.range(after).next()?;
        let times = (change.since(self.now).0 / retry.0.max(1)).max(1);
        Some(self.now + retry * times)
    }

    fn go(&mut self, at: SimTime, tail: SimTime, path: usize, what: What) {
        self.tell(at, what);
        self.story.moves.push(Move {
            at,
            tail,
            path,
            what,
        });
        self.active = path;
        self.laid = at;
        self.now = at;
        self.handled.clear();
        self.refused.clear();
        self.repaired = false;
        self.broken = false;
        self.attempt = None;
    }

    fn tell(&mut self, at: SimTime, what: What) {
        let node = self.tunnel.path.nodes[0];
        self.story.steps.push(Step { at, node, what });
    }

    /// The place of a path in the story, where it now stands.
    fn place_of(&mut self, path: &Path) -> usize {
        if let Some(place) = self.story.paths.iter().position(|one| one == path) {
            return place;
        }
        let known = known_down(self.control, path);
        for (hop, stretches) in path.hops.iter().zip(&known) {
            for stretch in stretches {
                add(self.told.entry(hop.link).or_default(), *stretch);
            }
        }
        self.known.push(known);
        self.story.paths.push(path.clone());
        self.story.paths.len() - 1
    }
}

/// Per hop of a path: when its head end knows that it is down, from the node before that hop by
/// signalling or from the interior gateway protocol.
fn known_down(control: &Control, path: &Path) -> Vec<Vec<Stretch>> {
    let one = |(place, hop): (usize, &Hop)| {
        let heard = control.knowledge.heard(path.nodes[0], hop.link);
        let mut known = heard.to_vec();
        for belief in control.knowledge.believed(hop.link, path.nodes[place]) {
            let from = notified(control, path, place, belief.from);
            let end = heard.iter().find(|one| one.to >= belief.to);
            let to = end.map_or(belief.to, |one| one.to);
            if from < to {
                add(&mut known, Stretch { from, to });
            }
        }
        known
    };
    path.hops.iter().enumerate().map(one).collect()
}

/// When a message sent by the node before hop `place` of a path has come back to the head end.
fn notified(control: &Control, path: &Path, place: usize, sent: SimTime) -> SimTime {
    let hops = path.hops[..place].iter().rev();
    hops.fold(sent, |at, hop| {
        let came = crossed(control.topology, control.outages, back(*hop), at, &[]);
        if came == SimTime::NEVER {
            came
        } else {
            came + control.settings.message
        }
    })
}

/// Signals a path from its head end to its tail and back (RFC 3209: Path, Resv). Where a message is
/// lost, the node before that hop says so once it takes the link as down.
fn signal(control: &Control, path: &Path, from: SimTime) -> Result<Signalled, Refused> {
    let timeout = from + control.settings.retry;
    let told = |place: usize, hop: &Hop, at: SimTime| Refused {
        at: notified(control, path, place, at).min(timeout),
        link: Some(hop.link),
    };
    let lost = |place: usize, hop: &Hop, at: SimTime| {
        let mut beliefs = control
            .knowledge
            .believed(hop.link, path.nodes[place])
            .iter();
        let next = beliefs.find(|one| one.to > at);
        let silent = Refused {
            at: timeout,
            link: None,
        };
        next.map(|one| told(place, hop, one.from.max(at)))
            .filter(|told| told.at < timeout)
            .unwrap_or(silent)
    };
    let cross = |hop: Hop, at: SimTime| {
        let link = control.topology.link(hop.link);
        let direct = at + link.propagation[hop.direction.index()];
        let came = crossed(control.topology, control.outages, hop, at, &[]);
        (came == direct).then(|| direct + control.settings.message)
    };
    let mut at = from;
    for (place, hop) in path.hops.iter().enumerate() {
        if control.knowledge.believes(hop.link, path.nodes[place], at) {
            return Err(told(place, hop, at));
        }
        at = cross(*hop, at).ok_or_else(|| lost(place, hop, at))?;
    }
    let tail = at;
    for (place, hop) in path.hops.iter().enumerate().rev() {
        at = cross(back(*hop), at).ok_or_else(|| lost(place, hop, at))?;
    }
    Ok(Signalled { tail, head: at })
}
