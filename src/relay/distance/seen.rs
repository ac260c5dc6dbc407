//! What the zones of one end see of a fault, and for how long.

use super::Settings;
use crate::mpls::outage::Stretch;
use crate::relay::command::later;
use crate::relay::fault::{End, Fault, Place};
use crate::relay::line::{Line, WHOLE};
use crate::units::SimTime;

/// When the elements of one end are up; `None`: never. A fault on the line is taken to last for
/// ever: what a trip ends is worked out behind it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Seen {
    /// Zone 1.
    pub zone1: Option<Stretch>,
    /// Zone 2.
    pub zone2: Option<Stretch>,
    /// While zone 2 may trip by comparison with the other end: not while this end looks backwards,
    /// and not within the reversal guard behind that.
    pub compares: Option<Stretch>,
    /// The reverse zone.
    pub reverse: Option<Stretch>,
    /// The fault itself, as an end sees it that has voltage alone to go by.
    pub lasts: Option<Stretch>,
}

impl Seen {
    /// Of a fault from one end.
    pub fn of(settings: &Settings, line: &Line, fault: Fault, end: End) -> Self {
        let up = later(fault.at, settings.pickup);
        let strong = settings.weak != Some(end);
        if let Place::Inside(_) = fault.place {
            let on = Stretch {
                from: up,
                to: SimTime::NEVER,
            };
            let zone2 = (strong && line.in_zone2(end, fault.place)).then_some(on);
            return Self {
                zone1: (strong && line.in_zone1(end, fault.place)).then_some(on),
                zone2,
                compares: zone2,
                reverse: None,
                lasts: Some(on),
            };
        }
        let cleared = later(fault.at, line.external_clearing);
        if cleared <= up {
            return Self::default();
        }
        let on = Stretch {
            from: up,
            to: later(cleared, settings.reset),
        };
        match fault.place {
            Place::Parallel(_) if !line.parallel => Self::default(),
            Place::Parallel(near) => {
                let turn = later(up, line.breaker);
                let side = if near == end { Side::Near } else { Side::Far };
                settings.reversal(line, side, on, turn.min(cleared))
            }
            _ => {
                let zone2 = (strong && line.in_zone2(end, fault.place)).then_some(on);
                Self {
                    zone1: None,
                    zone2,
                    compares: zone2,
                    reverse: line.in_reverse(end, fault.place).then_some(on),
                    lasts: Some(on),
                }
            }
        }
        .weakened(strong)
    }

    /// An end that is too weak has no zone that looks forward.
    fn weakened(self, strong: bool) -> Self {
        if strong {
            return self;
        }
        Self {
            zone1: None,
            zone2: None,
            compares: None,
            ..self
        }
    }
}

/// Where an end stands to a fault on a parallel line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The fault is close: at first behind this end.
    Near,
    /// At first ahead.
    Far,
}

impl Settings {
    /// A fault on the parallel line, seen in a stretch; at `turn` the breaker there opens and the
    /// current in this line turns round. The end that looked backwards looks forward at once, the
    /// other's zone 2 takes its time to reset: the worst order.
    fn reversal(&self, line: &Line, side: Side, on: Stretch, turn: SimTime) -> Seen {
        // Behind the turn the fault lies beyond the far end, at the end of the other line.
        let overreaches = line.reach.zone2.is_some_and(|reach| reach > WHOLE);
        let sees_reverse = line.reach.zone3.is_some();
        let (first, last) = (
            Stretch { to: turn, ..on },
            Stretch {
                from: turn,
                to: on.to,
            },
        );
        let turns = later(turn, self.reset) < on.to;
        if !turns {
            // Cleared before it turns: a fault behind the near end.
            let zone2 = (side == Side::Far && overreaches).then_some(on);
            return Seen {
                zone1: None,
                zone2,
                compares: zone2,
                reverse: (side == Side::Near && sees_reverse).then_some(on),
                lasts: Some(on),
            };
        }
        let lingering = Stretch {
            to: later(turn, self.reset),
            ..on
        };
        let (zone2, compares, reverse) = match side {
            Side::Near if sees_reverse => {
                let free = Stretch {
                    from: later(turn, self.reversal_guard),
                    ..last
                };
                (last, free, first)
            }
            Side::Near => (last, last, first),
            Side::Far if sees_reverse => (lingering, first, last),
            Side::Far => (lingering, lingering, last),
        };
        Seen {
            zone1: None,
            zone2: overreaches.then_some(zone2),
            compares: overreaches.then_some(compares),
            reverse: sees_reverse.then_some(reverse),
            lasts: Some(on),
        }
    }
}
