//! Instants of inception at which the answer of a scheme may change its form.
//!
//! Three kinds of instants meet. Some stand still: the channel changes what is received there
//! whatever is keyed. Some follow the fault at a fixed distance: pickup, the end of coordination,
//! the end of keying. The third follow the fault through a channel: what was keyed at a fixed
//! distance is received so much later, and what it trips ends other keying. The form changes where
//! one that follows meets one that stands; one that follows through a channel is taken back through
//! it first.

use super::logic::Case;
use super::{Scheme, Settings};
use crate::relay::fault::{End, Fault, Place};
use crate::relay::line::Line;
use crate::relay::reception::{Reception, candidates};
use crate::units::{SimTime, Span};

/// What is needed to look for them.
struct Search<'a> {
    settings: &'a Settings,
    ways: &'a [Reception; 2],
    /// Which channels matter, a→z and z→a.
    directions: [bool; 2],
    /// Whether what one end hears may end what the other hears: not where one of them listens
    /// alone.
    chained: bool,
    /// From a trip to the end of keying.
    opening: Span,
}

impl Settings {
    /// See [`super::super::Protection::instants`].
    #[must_use]
    pub fn instants(&self, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
        self.instants_heeding(ways, line, (self.directions, true))
    }

    /// See [`super::super::Protection::instants_at`].
    #[must_use]
    pub fn instants_at(&self, ways: &[Reception; 2], line: &Line, place: Place) -> Vec<SimTime> {
        let heeded = self.heeded(ways, line, place);
        if heeded == [false; 2] {
            return Vec::new();
        }
        // Where delays drift, values are rounded piece by piece: the pieces stay as they are.
        if ways.iter().any(Reception::drifts) {
            return self.instants(ways, line);
        }
        let chained = heeded == [true; 2] || End::BOTH.iter().any(|end| self.echoes(*end));
        self.instants_heeding(ways, line, (heeded, chained))
    }

    /// Directions whose channel may change anything of what is done about faults at a place.
    #[must_use]
    pub fn heeded(&self, ways: &[Reception; 2], line: &Line, place: Place) -> [bool; 2] {
        let at = SimTime::ZERO;
        Case::new(self, ways, line, Fault { at, place }).heeded()
    }

    fn instants_heeding(
        &self,
        ways: &[Reception; 2],
        line: &Line,
        (directions, chained): ([bool; 2], bool),
    ) -> Vec<SimTime> {
        let search = Search {
            settings: self,
            ways,
            directions,
            chained,
            opening: line.breaker + self.reset,
        };
        let mut met = search.standing();
        let follow = self.offsets(line);
        // A breaker that opens at an instant that stands, against pickup; an end of keying, against
        // the least time of it.
        let least = self.send_minimum.0;
        let tripping = if chained { met.as_slice() } else { &[] };
        let opened = tripping.iter().flat_map(|at| {
            let kept = (*at + search.opening).0.checked_sub(least);
            [Some(*at + line.breaker), kept.map(SimTime)]
        });
        let opened: Vec<SimTime> = opened.flatten().collect();
        met.extend(search.through(&met));
        met.extend(opened);
        met.sort_unstable();
        met.dedup();
        let mut all = candidates(&met, &follow);
        // A whole picosecond may be rounded either way.
        let exact = all.len();
        all.extend_from_within(..);
        for at in &mut all[exact..] {
            *at = *at + Span(1);
        }
        if ways.iter().any(Reception::drifts) {
            let before = all[..exact].iter().filter_map(|at| at.0.checked_sub(1));
            let before: Vec<SimTime> = before.map(SimTime).collect();
            all.extend(before);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// How far behind a fault its instants lie.
    fn offsets(&self, line: &Line) -> Vec<Span> {
        let opening = line.breaker + self.reset;
        let cleared = line.external_clearing + self.reset;
        let mut all = vec![Span::ZERO, cleared];
        let up = self.pickup;
        match self.scheme {
            Scheme::Dtt => all.push(opening.max(self.send_minimum)),
            _ => all.extend([
                up,
                up + self.send_minimum,
                up + opening,
                up + self.zone2_delay,
                up + self.zone2_delay + opening,
                up + self.coordination,
                up + self.coordination + opening,
            ]),
        }
        if line.parallel && self.scheme != Scheme::Dtt {
            let turn = up + line.breaker;
            all.extend([
                turn,
                turn + self.reset,
                turn + self.coordination,
                turn + self.reversal_guard,
                turn + self.zone2_delay,
                turn + self.send_minimum,
            ]);
        }
        if self.weak.is_some() {
            all.push(cleared + self.reversal_guard);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Search<'_> {
    /// The channel that an end keys into; `None`: it carries no commands.
    fn channel(&self, from: End) -> Option<&Reception> {
        let carries = self.directions[from.index()];
        carries.then(|| &self.ways[from.index()])
    }

    /// Instants at the ends' relays that stand still, and those of keying at which a channel
    /// changes what becomes of it.
    fn standing(&self) -> Vec<SimTime> {
        let mut all = Vec::new();
        for end in End::BOTH {
            let received = self.received(end.other());
            if self.settings.echoes(end) {
                all.extend(self.echoed(end, &received));
            }
            all.extend(self.ended(end, &received));
            all.extend(received);
            all.extend(self.keyed(end));
        }
        all
    }

    /// Of keying at an end.
    fn keyed(&self, end: End) -> Vec<SimTime> {
        let channel = self.channel(end);
        channel.map_or_else(Vec::new, |channel| self.settings.command.edges_in(channel))
    }

    /// Of what is received from an end.
    fn received(&self, from: End) -> Vec<SimTime> {
        let Some(channel) = self.channel(from) else {
            return Vec::new();
        };
        let settings = self.settings;
        let mut edges = settings.command.edges_out(channel);
        edges.push(SimTime(settings.command.receive.0));
        let behind = match settings.scheme {
            Scheme::Dcb => vec![settings.block_extension],
            Scheme::Dcub => {
                let opens = settings.guard_loss;
                vec![opens, opens + settings.unblocking_window]
            }
            Scheme::Dutt | Scheme::Dtt => vec![settings.coordination],
            Scheme::Putt | Scheme::Pott => Vec::new(),
        };
        let behind = behind.into_iter().chain([Span::ZERO]);
        let all = behind.flat_map(|span| edges.iter().map(move |at| *at + span));
        all.collect()
    }

    /// A trip that stands ends keying, and the end of it is received at an instant that stands.
    fn ended(&self, end: End, received: &[SimTime]) -> Vec<SimTime> {
        let Some(channel) = self.channel(end) else {
            return Vec::new();
        };
        let arrives = |at: &SimTime| {
            let ended = *at + self.opening;
            self.settings.command.arrival(channel, ended)
        };
        received.iter().filter_map(arrives).collect()
    }

    /// What stands at a weak end stands at the other, too, echoed.
    fn echoed(&self, weak: End, received: &[SimTime]) -> Vec<SimTime> {
        let delay = self.settings.echo_delay;
        let at_weak = received.iter().flat_map(|at| [*at, *at + delay]);
        let mut all: Vec<SimTime> = at_weak.collect();
        if let Some(channel) = self.channel(weak) {
            let arrives = |at: &SimTime| self.settings.command.arrival(channel, *at);
            all.extend(all.clone().iter().filter_map(arrives));
        }
        all
    }

    /// Instants of keying that are received at one of these, or what follows from it is.
    fn through(&self, met: &[SimTime]) -> Vec<SimTime> {
        let settings = self.settings;
        let mut behind = vec![Span::ZERO];
        if self.chained {
            behind.push(self.opening);
        }
        match settings.scheme {
            Scheme::Dcb => behind.push(settings.block_extension),
            Scheme::Dutt | Scheme::Dtt => behind.push(settings.coordination),
            _ => {}
        }
        let weak = settings.weak.filter(|weak| settings.echoes(*weak));
        if weak.is_some() {
            behind.extend([settings.echo_delay, settings.echo_delay + self.opening]);
        }
        let mut all = self.back(met, &behind);
        if weak.is_some() {
            let behind = [settings.echo_delay];
            all.extend(self.back(&all, &behind));
        }
        all
    }

    /// Through either channel.
    fn back(&self, met: &[SimTime], behind: &[Span]) -> Vec<SimTime> {
        let met = candidates(met, behind);
        let back = |from: End| {
            let channel = self.channel(from);
            let command = &self.settings.command;
            channel.map(|channel| met.iter().filter_map(|at| command.keyed_at(channel, *at)))
        };
        End::BOTH.into_iter().filter_map(back).flatten().collect()
    }
}
