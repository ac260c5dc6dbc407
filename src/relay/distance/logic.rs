//! What the relays at both ends do: who keys, what is heard, who trips.

use super::seen::Seen;
use super::{Scheme, Settings};
use crate::mpls::outage::Stretch;
use crate::relay::command::{OnFailure, Replacement, later};
use crate::relay::fault::{Answer, By, End, Fault, Trip};
use crate::relay::line::Line;
use crate::relay::reception::Reception;
use crate::units::{SimTime, Span};

/// One fault, with all that bears on it.
pub(super) struct Case<'a> {
    settings: &'a Settings,
    ways: &'a [Reception; 2],
    line: &'a Line,
    fault: Fault,
    seen: [Seen; 2],
}

/// How far ahead is looked first for what may come at any time.
const LOOK_AHEAD: Span = Span::from_s(1);

impl<'a> Case<'a> {
    /// A fault.
    pub fn new(
        settings: &'a Settings,
        ways: &'a [Reception; 2],
        line: &'a Line,
        fault: Fault,
    ) -> Self {
        Self {
            settings,
            ways,
            line,
            fault,
            seen: End::BOTH.map(|end| Seen::of(settings, line, fault, end)),
        }
    }

    /// What both ends do.
    ///
    /// A command is keyed until its own end has opened, so what an end hears may depend on when the
    /// other trips. With keying that does not end the earlier of both trips is right: the other
    /// end, which trips later, goes on keying until then. Its own keying is ended by it, and the
    /// later trip worked out anew.
    pub fn answer(&self) -> Answer {
        let nobody = [SimTime::NEVER; 2];
        let mut trips = End::BOTH.map(|end| self.trip(end, nobody));
        if !self.fault.place.is_inside() {
            return Answer { trips };
        }
        let at = trips.map(|trip| trip.map_or(SimTime::NEVER, |trip| trip.at));
        let early = if at[1] < at[0] { End::Z } else { End::A };
        if at[early.index()] != SimTime::NEVER {
            let mut tripped = nobody;
            tripped[early.index()] = at[early.index()];
            trips[early.other().index()] = self.trip(early.other(), tripped);
        }
        Answer { trips }
    }

    /// When an end trips, if these have: by what makes it trip first.
    fn trip(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        let seen = &self.seen[end.index()];
        let scheme = self.settings.scheme;
        if scheme == Scheme::Dtt {
            return self.transferred(end, tripped);
        }
        let zone1 = seen.zone1.map(|on| Trip {
            at: on.from,
            by: By::Zone1,
        });
        // Where zone 2 has to agree nothing is earlier than zone 1, which picks up at the same
        // time.
        if zone1.is_some() && scheme != Scheme::Dutt {
            return zone1;
        }
        let backup = self.backup(end).map(|at| Trip { at, by: By::Zone2 });
        let compared = match scheme {
            Scheme::Pott | Scheme::Dcub if self.settings.weak == Some(end) => {
                self.weak(end, tripped)
            }
            Scheme::Putt | Scheme::Pott | Scheme::Dcub => self.permitted(end, tripped),
            Scheme::Dcb => self.not_blocked(end, tripped),
            Scheme::Dutt | Scheme::Dtt => self.direct(end, tripped),
        };
        let all = [zone1, compared, backup].into_iter().flatten();
        all.min_by_key(|trip| (trip.at, trip.by))
    }

    /// The delay of zone 2 runs out; a transfer trip has no zones.
    fn backup(&self, end: End) -> Option<SimTime> {
        if self.settings.scheme == Scheme::Dtt {
            return None;
        }
        let zone2 = self.seen[end.index()].zone2?;
        let at = later(zone2.from, self.settings.zone2_delay);
        (at < zone2.to).then_some(at)
    }

    /// While zone 2 may trip by comparison, before its own delay does.
    fn compares(&self, end: End) -> Option<Stretch> {
        let seen = &self.seen[end.index()];
        let (zone2, compares) = (seen.zone2?, seen.compares?);
        let armed = later(zone2.from, self.settings.coordination);
        let window = Stretch {
            from: compares.from.max(armed),
            to: compares
                .to
                .min(later(zone2.from, self.settings.zone2_delay)),
        };
        (window.from < window.to).then_some(window)
    }

    /// Directions, a→z and z→a, whose channel may change anything of the answer: of all faults at
    /// this place, whenever they begin.
    pub fn heeded(&self) -> [bool; 2] {
        let heeds = |from: End| self.heeds(from.other());
        let heeded = End::BOTH.map(heeds);
        let echoing = End::BOTH.iter().any(|end| self.settings.echoes(*end));
        if echoing && heeded.contains(&true) {
            return self.settings.directions;
        }
        heeded
    }

    /// Whether an end waits for what it hears, and may hear something.
    fn heeds(&self, end: End) -> bool {
        let (settings, from) = (self.settings, end.other());
        let seen = &self.seen[end.index()];
        let waits = match settings.scheme {
            Scheme::Dutt | Scheme::Dtt => true,
            _ if seen.zone1.is_some() => false,
            Scheme::Pott | Scheme::Dcub if settings.weak == Some(end) => seen.lasts.is_some(),
            _ => self.compares(end).is_some(),
        };
        let command = &settings.command;
        let by_itself = settings.scheme == Scheme::Dcub
            || command.replacement == Replacement::On
            || command.on_failure == OnFailure::On;
        let keys = || {
            let nobody = [SimTime::NEVER; 2];
            settings.echoes(from) || self.element(from, nobody).is_some()
        };
        waits && self.carries(from) && (by_itself || keys())
    }

    /// When a command is first heard within a window.
    fn first_heard(&self, end: End, window: Stretch, tripped: [SimTime; 2]) -> Option<SimTime> {
        let command = &self.settings.command;
        self.of_heard(end, window, tripped, |channel, keyed| {
            command.first_received(channel, keyed, window)
        })
    }

    /// Zone 2 with permission, or within the window that the loss of guard opens.
    fn permitted(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        let window = self.compares(end)?;
        let command = self.first_heard(end, window, tripped).map(|at| Trip {
            at,
            by: By::Command,
        });
        let opened = self.unblocked(end, window).map(|at| Trip {
            at,
            by: By::Unblocking,
        });
        let both = [command, opened].into_iter().flatten();
        both.min_by_key(|trip| (trip.at, trip.by))
    }

    /// The first instant of a stretch within a window that the loss of guard has opened.
    /// Replacement data that counts as a valid state hides the loss.
    fn unblocked(&self, end: End, within: Stretch) -> Option<SimTime> {
        let settings = self.settings;
        let command = &settings.command;
        let hides = command.replacement != Replacement::Rejected;
        if settings.scheme != Scheme::Dcub || hides || !self.carries(end.other()) {
            return None;
        }
        let behind = command.receive + settings.guard_loss;
        let reach = behind + settings.unblocking_window;
        let since = SimTime(within.from.0.saturating_sub(reach.0));
        for gap in self.ways[end.other().index()].gaps(since) {
            let opened = Stretch {
                from: later(gap.from, behind),
                to: later(gap.from, reach),
            };
            if opened.from >= within.to {
                return None;
            }
            let lost = later(gap.from, settings.guard_loss) <= gap.to;
            let at = opened.from.max(within.from);
            if lost && at < opened.to.min(within.to) {
                return Some(at);
            }
        }
        None
    }

    /// Zone 2 without a block. A block that goes is held for its extension.
    fn not_blocked(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        let window = self.compares(end)?;
        let extension = self.settings.block_extension;
        let before = earlier(window.from, extension);
        let blocks = self.heard(
            end,
            Stretch {
                from: before,
                ..window
            },
            tripped,
        );
        let mut at = window.from;
        for block in &blocks {
            if block.from > at {
                break;
            }
            at = at.max(later(block.to, extension));
        }
        (at < window.to).then_some(Trip {
            at,
            by: By::Command,
        })
    }

    /// A weak end trips with its echo, if there is a fault.
    fn weak(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        let lasts = self.seen[end.index()].lasts?;
        let first = |to| {
            let window = Stretch {
                from: lasts.from,
                to,
            };
            let echoes = self.echoes(end, window, tripped);
            echoes.first().map(|on| on.from)
        };
        let soon = lasts.to.min(later(lasts.from, LOOK_AHEAD));
        let at = first(soon).or_else(|| first(lasts.to))?;
        Some(Trip {
            at,
            by: By::Command,
        })
    }

    /// What is received trips.
    fn direct(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        let from = self.fault.at;
        let stand = self.settings.coordination;
        let cleared = self.line.external_clearing + self.settings.reset;
        let lasts = if self.fault.place.is_inside() {
            SimTime::NEVER
        } else {
            later(from, cleared)
        };
        let to = lasts.min(self.backup(end).unwrap_or(lasts));
        let first = |to: SimTime| {
            let before = earlier(from, stand);
            let heard = self.heard(end, Stretch { from: before, to }, tripped);
            let stands = stood(heard, stand);
            let stands = stands.into_iter().find(|on| on.to > from)?;
            Some(stands.from.max(from))
        };
        let soon = to.min(later(from, LOOK_AHEAD));
        let at = first(soon).or_else(|| first(to))?;
        Some(Trip {
            at,
            by: By::Command,
        })
    }

    /// A transfer trip: an end that no command reaches is the one that asks for it, and opens by
    /// itself.
    fn transferred(&self, end: End, tripped: [SimTime; 2]) -> Option<Trip> {
        if self.carries(end.other()) {
            return self.direct(end, tripped);
        }
        self.fault.place.is_inside().then_some(Trip {
            at: self.fault.at,
            by: By::Local,
        })
    }

    fn carries(&self, from: End) -> bool {
        self.settings.directions[from.index()]
    }

    /// When a command stands at an end, within a window.
    fn heard(&self, end: End, within: Stretch, tripped: [SimTime; 2]) -> Vec<Stretch> {
        let command = &self.settings.command;
        self.of_heard(end, within, tripped, |channel, keyed| {
            command.received(channel, keyed, within)
        })
    }

    /// What a reader makes of the channel to an end and of what is keyed into it, as far as that
    /// bears on what is heard within a window.
    fn of_heard<T: Default>(
        &self,
        end: End,
        within: Stretch,
        tripped: [SimTime; 2],
        read: impl FnOnce(&Reception, &[Stretch]) -> T,
    ) -> T {
        let from = end.other();
        if !self.carries(from) {
            return T::default();
        }
        let channel = &self.ways[from.index()];
        if !self.settings.echoes(from) {
            return read(channel, self.element(from, tripped).as_slice());
        }
        let since = self.settings.command.keyed_since(channel, within.from);
        let within = Stretch {
            from: since,
            to: within.to,
        };
        read(channel, &self.echoes(from, within, tripped))
    }

    /// When an end keys because its element is up.
    fn element(&self, end: End, tripped: [SimTime; 2]) -> Option<Stretch> {
        let (settings, seen) = (self.settings, &self.seen[end.index()]);
        let on = match settings.scheme {
            Scheme::Putt | Scheme::Dutt => seen.zone1,
            Scheme::Pott | Scheme::Dcub => seen.zone2,
            Scheme::Dcb => seen.reverse,
            // Its own breakers open, whatever the other end does.
            Scheme::Dtt => self.fault.place.is_inside().then(|| Stretch {
                from: self.fault.at,
                to: later(self.fault.at, self.line.breaker + settings.reset),
            }),
        }?;
        let open = later(tripped[end.index()], self.line.breaker);
        if open <= on.from {
            return None;
        }
        let to = on.to.min(later(open, settings.reset));
        Some(Stretch {
            from: on.from,
            to: to.max(later(on.from, settings.send_minimum)),
        })
    }

    /// When a weak end echoes, within a window: while a command stands that has stood for the
    /// delay, unless it looks backwards or has just done so.
    fn echoes(&self, end: End, within: Stretch, tripped: [SimTime; 2]) -> Vec<Stretch> {
        let delay = self.settings.echo_delay;
        let before = Stretch {
            from: earlier(within.from, delay),
            ..within
        };
        let echoes = stood(self.heard(end, before, tripped), delay);
        let clipped = echoes.into_iter().map(|on| Stretch {
            from: on.from.max(within.from),
            ..on
        });
        let backwards = self.seen[end.index()].reverse.map(|on| Stretch {
            to: later(on.to, self.settings.reversal_guard),
            ..on
        });
        let free = |on: Stretch| without(on, backwards);
        let parts = clipped.flat_map(free);
        parts.filter(|on| on.from < on.to).collect()
    }
}

impl Settings {
    /// Whether an end answers a command with a command.
    pub(super) fn echoes(&self, end: End) -> bool {
        self.weak == Some(end) && matches!(self.scheme, Scheme::Pott | Scheme::Dcub)
    }
}

/// While a level has stood for so long.
pub(super) fn stood(levels: Vec<Stretch>, delay: Span) -> Vec<Stretch> {
    let delayed = levels.into_iter().map(|on| Stretch {
        from: later(on.from, delay),
        ..on
    });
    delayed.filter(|on| on.from < on.to).collect()
}

/// What is left of a stretch; parts may have no length.
fn without(on: Stretch, hole: Option<Stretch>) -> [Stretch; 2] {
    let hole = hole.unwrap_or(Stretch {
        from: on.to,
        to: on.to,
    });
    let before = Stretch {
        to: on.to.min(hole.from),
        ..on
    };
    let behind = Stretch {
        from: on.from.max(hole.to),
        ..on
    };
    [before, behind]
}

fn earlier(at: SimTime, span: Span) -> SimTime {
    SimTime(at.0.saturating_sub(span.0))
}
