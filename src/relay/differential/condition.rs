//! What a pair of relays is at an instant.

use super::angle::{ONE, half_angle};
use super::characteristic::differential_ma;
use super::joint::{Joint, changes};
use super::{Blocked, Fallback, OnStep, Settings, State, Synchronisation};
use crate::mpls::outage::Stretch;
use crate::relay::line::Line;
use crate::units::{SimTime, Span};

/// See [`Condition::drift_ends`].
const QUARTERS_MAX: i128 = 100;

/// What holds over a stretch besides the delays of both directions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition<'a> {
    pub settings: &'a Settings,
    pub line: &'a Line,
    /// Whether the common time source is lost.
    pub time_lost: bool,
    /// Whether they still react to a step of the round trip.
    pub stepped: bool,
}

impl Settings {
    /// When a common time source is lost.
    pub(super) fn time_lost(&self) -> &[Stretch] {
        match &self.synchronisation {
            Synchronisation::PingPong => &[],
            Synchronisation::Time { lost, .. } => lost,
        }
    }

    /// Whether the common time source is lost at an instant.
    pub(super) fn is_time_lost(&self, at: SimTime) -> bool {
        let mut lost = self.time_lost().iter();
        lost.any(|lost| lost.from <= at && at < lost.to)
    }

    /// How long they react to a step of the round trip.
    pub(super) fn reaction(&self) -> Span {
        match self.watched.on_step {
            OnStep::Alarm => self.interval,
            OnStep::Block(lasts) | OnStep::Restrain { lasts, .. } => lasts,
        }
    }
}

impl Condition<'_> {
    /// Why they protect nothing at an instant.
    pub fn blocked(&self, joint: &Joint<'_>, at: SimTime) -> Option<Blocked> {
        let settings = self.settings;
        let Some((asymmetry_ps, round_trip_ps)) =
            joint.asymmetry_ps(at).zip(joint.round_trip_ps(at))
        else {
            return Some(Blocked::NoMessage);
        };
        let round_trip_max = settings.watched.round_trip_max;
        if round_trip_max.is_some_and(|max| round_trip_ps > max.0) {
            return Some(Blocked::RoundTrip);
        }
        if self.stepped && matches!(settings.watched.on_step, OnStep::Block(_)) {
            return Some(Blocked::Step);
        }
        let Synchronisation::Time { fallback, .. } = settings.synchronisation else {
            return None;
        };
        if self.time_lost {
            return (fallback == Fallback::Block).then_some(Blocked::TimeLost);
        }
        let over = settings.asymmetry_max;
        let over = over.is_some_and(|max| asymmetry_ps.unsigned_abs() > max.0);
        over.then_some(Blocked::Asymmetry)
    }

    /// Whether the largest current through the line trips them at an instant.
    pub fn trips_through(&self, joint: &Joint<'_>, at: SimTime) -> bool {
        self.trips(self.line.through_fault_ma, joint, at)
    }

    fn trips(&self, current_ma: u64, joint: &Joint<'_>, at: SimTime) -> bool {
        let half = self.half_angle(joint, at);
        self.settings.trips(current_ma, half, self.slope_ppb())
    }

    /// The difference of both directions that would make the clock error, in picoseconds.
    fn error_ps(&self, joint: &Joint<'_>, at: SimTime) -> i64 {
        match self.settings.synchronisation {
            Synchronisation::Time { error, .. } if !self.time_lost => {
                i64::try_from(error.0.saturating_mul(2)).unwrap_or(i64::MAX)
            }
            _ => {
                let asymmetry_ps = joint.asymmetry_ps(at).unwrap_or(0);
                asymmetry_ps.saturating_sub(self.settings.compensation_ps)
            }
        }
    }

    fn half_angle(&self, joint: &Joint<'_>, at: SimTime) -> u64 {
        let error_ps = self.error_ps(joint, at).unsigned_abs();
        half_angle(error_ps, self.settings.frequency_hz)
    }

    fn slope_ppb(&self) -> u64 {
        match self.settings.watched.on_step {
            OnStep::Restrain { slope_ppb, .. } if self.stepped => slope_ppb,
            _ => 0,
        }
    }

    /// Parts a stretch where drift changes something: the first instant of each part. Within a part
    /// the differential current only grows or only falls.
    pub fn parts(&self, joint: &Joint<'_>, from: SimTime, to: SimTime) -> Vec<SimTime> {
        if !joint.drifts() {
            return vec![from];
        }
        let quarters = |at| {
            let error_ps = i128::from(self.error_ps(joint, at));
            let turned = error_ps * i128::from(self.settings.frequency_hz);
            let sign = joint.asymmetry_ps(at).map(i64::signum);
            (turned.signum(), turned / i128::from(ONE), sign)
        };
        let mut firsts = vec![from];
        firsts.extend(changes(from, to, quarters));
        split(firsts, to, |at| {
            (
                self.blocked(joint, at),
                self.trips(self.line.load_ma, joint, at),
                self.trips_through(joint, at),
            )
        })
    }

    /// Until when drift is followed in a stretch without an end: no buffer holds what half the
    /// angle would take for so many quarter turns, 1.7 s of asymmetry at 60 Hz.
    pub fn drift_ends(&self, joint: &Joint<'_>, from: SimTime) -> SimTime {
        let quarter = |at| {
            let turned =
                i128::from(self.error_ps(joint, at)) * i128::from(self.settings.frequency_hz);
            turned / i128::from(ONE)
        };
        let begun = quarter(from);
        let (mut within, mut beyond) = (from.0, u64::MAX - 1);
        while beyond - within > 1 {
            let middle = within + (beyond - within) / 2;
            if (quarter(SimTime(middle)) - begun).abs() > QUARTERS_MAX {
                beyond = middle;
            } else {
                within = middle;
            }
        }
        SimTime(beyond)
    }

    /// The same for nothing but what blocks them: the first instant of each part.
    pub fn blocked_parts(&self, joint: &Joint<'_>, from: SimTime, to: SimTime) -> Vec<SimTime> {
        let sign = |at| joint.asymmetry_ps(at).map(i64::signum);
        let mut firsts = vec![from];
        firsts.extend(changes(from, to, sign));
        split(firsts, to, |at| self.blocked(joint, at))
    }

    /// What they are over a part, at its worst.
    pub fn state(&self, joint: &Joint<'_>, from: SimTime, to: SimTime) -> State {
        if let Some(blocked) = self.blocked(joint, from) {
            return State::Blocked(blocked);
        }
        let ends = [from, SimTime(to.0 - 1)].map(|at| self.half_angle(joint, at));
        let worst = ends[0].max(ends[1]);
        let (load_ma, through_ma) = (self.line.load_ma, self.line.through_fault_ma);
        let at_load = self.trips(load_ma, joint, from);
        if at_load || self.trips_through(joint, from) {
            return State::FalseTrip {
                at_load,
                current_ma: differential_ma(through_ma, worst),
            };
        }
        State::Sound {
            margin_ma: self.settings.margin_ma(through_ma, worst, self.slope_ppb()),
        }
    }

    /// The difference of both directions over a part, at its worst.
    pub fn asymmetry_ps(&self, joint: &Joint<'_>, from: SimTime, to: SimTime) -> Option<i64> {
        let compensation_ps = self.settings.compensation_ps;
        let beyond =
            |asymmetry_ps: i64| asymmetry_ps.saturating_sub(compensation_ps).unsigned_abs();
        let first = joint.asymmetry_ps(from)?;
        let last = joint.asymmetry_ps(SimTime(to.0 - 1))?;
        Some(if beyond(last) > beyond(first) {
            last
        } else {
            first
        })
    }

    /// Whether the relays can tell that something is wrong.
    pub fn is_visible(&self, state: State) -> bool {
        matches!(state, State::Blocked(_)) || self.stepped || self.time_lost
    }
}

/// Parts each of the parts that begin at `firsts`, the last ending at `to`, where `of` changes.
fn split<T: PartialEq>(
    mut firsts: Vec<SimTime>,
    to: SimTime,
    of: impl Fn(SimTime) -> T,
) -> Vec<SimTime> {
    let ends = firsts.iter().skip(1).copied().chain([to]);
    let parts = firsts.iter().copied().zip(ends);
    let inner: Vec<SimTime> = parts
        .flat_map(|(from, to)| changes(from, to, &of))
        .collect();
    firsts.extend(inner);
    firsts.sort_unstable();
    firsts
}
