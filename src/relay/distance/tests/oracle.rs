//! The schemes once more, written as relays do it: nanosecond after nanosecond, every level a row
//! of yes and no, nothing known beforehand.

use super::tiny::{Tiny, row};
use crate::relay::command::{OnFailure, Replacement};
use crate::relay::distance::{Scheme, Settings};
use crate::relay::fault::{By, End, Place};
use crate::relay::line::{Line, WHOLE};

const NS: u64 = 1000;

/// One direction, at every nanosecond of output: what was sent when, and whether a message is
/// complete.
struct Wire {
    sent: Vec<Option<i64>>,
    complete: Vec<bool>,
}

/// What one end has seen and done so far, at every nanosecond.
#[derive(Default)]
struct Relay {
    zone1: Vec<bool>,
    zone2: Vec<bool>,
    reverse: Vec<bool>,
    keyed: Vec<bool>,
    heard: Vec<bool>,
    trip: Option<(usize, By)>,
}

struct Oracle<'a> {
    settings: &'a Settings,
    line: &'a Line,
    place: Place,
    fault: usize,
    wires: [Wire; 2],
    relays: [Relay; 2],
}

fn ns(span: crate::units::Span) -> usize {
    assert_eq!(span.0 % NS, 0);
    usize::try_from(span.0 / NS).unwrap()
}

/// When each end trips, in nanoseconds, and why.
pub fn trips(tiny: &Tiny, place: Place, fault: usize) -> [Option<(usize, By)>; 2] {
    let command = tiny.settings.command;
    let needed = ns(command.message) + ns(command.recovery);
    let wires = tiny.pieces.each_ref().map(|pieces| {
        let sent = row(pieces);
        let mut since = None;
        let mut complete = Vec::new();
        for (at, bit) in sent.iter().enumerate() {
            let goes_on = at > 0 && bit.is_some() && sent[at - 1] == bit.map(|bit| bit - 1);
            if !goes_on {
                since = Some(at);
            }
            complete.push(bit.is_some() && at - since.unwrap() >= needed);
        }
        Wire { sent, complete }
    });
    let length = wires[0].sent.len().min(wires[1].sent.len());
    let mut oracle = Oracle {
        settings: &tiny.settings,
        line: &tiny.line,
        place,
        fault,
        wires,
        relays: Default::default(),
    };
    for now in 0..length {
        oracle.step(now);
    }
    oracle.relays.map(|relay| relay.trip)
}

/// Whether a level was up within so many steps, this one too.
fn within(row: &[bool], steps: usize) -> bool {
    row.iter().rev().take(steps + 1).any(|up| *up)
}

/// How long a level has been up without a break.
fn standing(row: &[bool]) -> usize {
    row.iter().rev().take_while(|up| **up).count()
}

impl Oracle<'_> {
    fn step(&mut self, now: usize) {
        for end in End::BOTH {
            self.look(end, now);
        }
        // A weak end keys because it hears: the other one first.
        let weak = self.settings.weak.unwrap_or(End::A);
        self.key(weak.other(), now);
        self.hear(weak, now);
        self.key(weak, now);
        self.hear(weak.other(), now);
        for end in End::BOTH {
            self.judge(end, now);
        }
    }

    /// What the zones see at this moment, before any reset.
    fn look(&mut self, end: End, now: usize) {
        let (settings, line) = (self.settings, self.line);
        let strong = settings.weak != Some(end);
        let detected = now >= self.fault + ns(settings.pickup) && !self.gone(end, now);
        let beyond = line.reach.zone2.is_some_and(|reach| reach > WHOLE);
        let (zone1, zone2, reverse) = match self.place {
            Place::Inside(share) => {
                let far = match end {
                    End::A => share,
                    End::Z => WHOLE - share,
                };
                let within = |zone: Option<u32>| zone.is_some_and(|zone| far <= zone);
                (within(line.reach.zone1), within(line.reach.zone2), false)
            }
            Place::Behind(there) => (false, beyond && there != end, there == end),
            Place::Parallel(near) if line.parallel => {
                let backward = (near == end) != self.turned(now);
                (false, beyond && !backward, backward)
            }
            Place::Parallel(_) => (false, false, false),
        };
        let relay = &mut self.relays[end.index()];
        relay.zone1.push(detected && strong && zone1);
        relay.zone2.push(detected && strong && zone2);
        let reverse = detected && reverse && line.reach.zone3.is_some();
        relay.reverse.push(reverse);
    }

    /// Whether an end sees no fault any more.
    fn gone(&self, end: End, now: usize) -> bool {
        match self.place {
            Place::Inside(_) => {
                let trip = self.relays[end.index()].trip;
                trip.is_some_and(|(at, _)| now >= at + ns(self.line.breaker))
            }
            _ => now >= self.fault + ns(self.line.external_clearing),
        }
    }

    fn turned(&self, now: usize) -> bool {
        now >= self.fault + ns(self.settings.pickup) + ns(self.line.breaker)
    }

    /// The reverse zone resets late where the fault goes, at once where the current turns.
    fn backward(&self, end: End, now: usize) -> bool {
        let row = &self.relays[end.index()].reverse;
        let gone = self.fault + ns(self.line.external_clearing);
        let outside = !self.place.is_inside();
        let resets = outside && (gone..gone + ns(self.settings.reset)).contains(&now);
        row[now] || resets && gone > 0 && row[gone - 1]
    }

    /// Steps since an element came up first.
    fn since(row: &[bool], now: usize) -> Option<usize> {
        Some(now - row.iter().position(|up| *up)?)
    }

    fn key(&mut self, end: End, now: usize) {
        let (settings, relay) = (self.settings, &self.relays[end.index()]);
        if settings.weak == Some(end) && matches!(settings.scheme, Scheme::Pott | Scheme::Dcub) {
            let echo = self.echo(end, now);
            self.relays[end.index()].keyed.push(echo);
            return;
        }
        let reset = ns(settings.reset);
        let least = ns(settings.send_minimum);
        let row = match settings.scheme {
            Scheme::Putt | Scheme::Dutt => &relay.zone1,
            Scheme::Pott | Scheme::Dcub => &relay.zone2,
            Scheme::Dcb | Scheme::Dtt => &relay.reverse,
        };
        let (up, kept) = match settings.scheme {
            Scheme::Dcb => {
                let kept = Self::since(row, now).is_some_and(|steps| steps < least);
                (self.backward(end, now), kept)
            }
            Scheme::Dtt => {
                let steps = now.checked_sub(self.fault);
                let wanted = steps.filter(|_| self.place.is_inside());
                let opening = ns(self.line.breaker) + reset;
                let up = wanted.is_some_and(|steps| steps < opening);
                (up, wanted.is_some_and(|steps| steps < least))
            }
            _ => {
                let kept = Self::since(row, now).is_some_and(|steps| steps < least);
                (within(row, reset), kept)
            }
        };
        self.relays[end.index()].keyed.push(up || kept);
    }

    fn hear(&mut self, end: End, now: usize) {
        let settings = self.settings;
        let from = end.other().index();
        let heard = settings.directions[from] && self.level(from, now);
        self.relays[end.index()].heard.push(heard);
    }

    /// What is put out to the relay.
    fn level(&self, from: usize, now: usize) -> bool {
        let (command, wire) = (self.settings.command, &self.wires[from]);
        let Some(at) = now.checked_sub(ns(command.receive)) else {
            return false;
        };
        let keyed = |at: usize| {
            let sent = usize::try_from(wire.sent[at].unwrap()).unwrap() - ns(command.message);
            let when = sent.checked_sub(ns(command.send));
            when.is_some_and(|when| self.relays[from].keyed[when])
        };
        if wire.complete[at] {
            return keyed(at);
        }
        let last = wire.complete[..at].iter().rposition(|good| *good);
        let held = last.is_some_and(keyed);
        let failed = last.is_none_or(|last| at - last > ns(command.fail_after));
        match (command.replacement, command.on_failure) {
            (Replacement::On, _) => true,
            (Replacement::Off, _) => false,
            (Replacement::Rejected, OnFailure::On) if failed => true,
            (Replacement::Rejected, OnFailure::Off) if failed => false,
            (Replacement::Rejected, _) => held,
        }
    }

    fn echo(&self, end: End, now: usize) -> bool {
        let relay = &self.relays[end.index()];
        let guard = ns(self.settings.reversal_guard);
        let first = now.saturating_sub(guard);
        let backward = (first..=now).any(|at| self.backward(end, at));
        standing(&relay.heard) > ns(self.settings.echo_delay) && !backward
    }

    fn judge(&mut self, end: End, now: usize) {
        if self.relays[end.index()].trip.is_some() {
            return;
        }
        let scheme = self.settings.scheme;
        let zones = scheme != Scheme::Dtt;
        let zone1 = zones && self.relays[end.index()].zone1[now];
        let opened = scheme == Scheme::Dcub && self.armed(end, now) && self.unblocked(end, now);
        let reasons = [
            (By::Local, self.local(end, now)),
            (By::Zone1, zone1),
            (By::Zone2, zones && self.delayed(end, now)),
            (By::Command, self.compared(end, now)),
            (By::Unblocking, opened),
        ];
        let by = reasons.into_iter().find(|(_, trips)| *trips);
        self.relays[end.index()].trip = by.map(|(by, _)| (now, by));
    }

    fn local(&self, end: End, now: usize) -> bool {
        let asks = !self.settings.directions[end.other().index()];
        self.settings.scheme == Scheme::Dtt && asks && self.place.is_inside() && now >= self.fault
    }

    fn delayed(&self, end: End, now: usize) -> bool {
        let zone2 = &self.relays[end.index()].zone2;
        within(zone2, ns(self.settings.reset))
            && Self::since(zone2, now).is_some_and(|steps| steps >= ns(self.settings.zone2_delay))
    }

    /// Whether zone 2 may trip by comparison.
    fn armed(&self, end: End, now: usize) -> bool {
        let (settings, relay) = (self.settings, &self.relays[end.index()]);
        let guard = ns(settings.reversal_guard);
        // Within the guard behind a reverse zone that has reset, and while it is up.
        let guarded = (now + 1).saturating_sub(guard)..=now;
        let held =
            self.backward(end, now) || guarded.clone().any(|at| relay.reverse[at.max(1) - 1]);
        let turned_from = matches!(self.place, Place::Parallel(near) if near == end);
        let held = if turned_from {
            held
        } else {
            self.backward(end, now)
        };
        within(&relay.zone2, ns(settings.reset))
            && Self::since(&relay.zone2, now).is_some_and(|up| up >= ns(settings.coordination))
            && !held
    }

    fn compared(&self, end: End, now: usize) -> bool {
        let (settings, relay) = (self.settings, &self.relays[end.index()]);
        let heard = relay.heard[now];
        match settings.scheme {
            Scheme::Pott | Scheme::Dcub if settings.weak == Some(end) => {
                let detected = now >= self.fault + ns(settings.pickup);
                let clearing = ns(self.line.external_clearing);
                let there = self.place.is_inside()
                    || ns(settings.pickup) < clearing
                        && now < self.fault + clearing + ns(settings.reset);
                let there =
                    there && (self.line.parallel || !matches!(self.place, Place::Parallel(_)));
                detected && there && self.echo(end, now)
            }
            Scheme::Putt | Scheme::Pott | Scheme::Dcub => self.armed(end, now) && heard,
            Scheme::Dcb => {
                self.armed(end, now) && !within(&relay.heard, ns(settings.block_extension))
            }
            Scheme::Dutt | Scheme::Dtt => {
                let clearing = ns(self.line.external_clearing) + ns(settings.reset);
                let there = self.place.is_inside() || now < self.fault + clearing;
                let stood = standing(&relay.heard) > ns(settings.coordination);
                now >= self.fault && there && stood
            }
        }
    }

    /// Whether this lies in a window that a loss of guard has opened.
    fn unblocked(&self, end: End, now: usize) -> bool {
        let settings = self.settings;
        let from = end.other().index();
        let hides = settings.command.replacement != Replacement::Rejected;
        if !settings.directions[from] || hides {
            return false;
        }
        let complete = &self.wires[from].complete;
        let (loss, window) = (ns(settings.guard_loss), ns(settings.unblocking_window));
        let receive = ns(settings.command.receive);
        // Windows open where a gap has lasted for so long.
        (0..complete.len()).any(|at| {
            let begins = !complete[at] && (at == 0 || complete[at - 1]);
            let opens = at + receive + loss;
            let lost = begins && complete[at..].iter().take(loss).all(|good| !good);
            lost && (opens..opens + window).contains(&now)
        })
    }
}
