//! Line differential protection (87L).

pub mod profiles;

use super::fault::{Answer, Fault};
use super::line::Line;
use super::reception::{Reception, Way};
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// Everything a pair of differential relays needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How the clocks of both relays are brought together.
    pub synchronisation: Synchronisation,
    /// When it operates.
    pub characteristic: Characteristic,
    /// Smallest differential current that operates, mA (primary).
    pub pickup_ma: u64,
    /// One message with the wait for it.
    pub message: Span,
    /// From message to message.
    pub interval: Span,
    /// Samples that must have come behind the inception of a fault (measuring window).
    pub window: Span,
    /// From the sample to the channel, and from the channel to the trip.
    pub processing: [Span; 2],
    /// Good messages behind a break before protection counts again.
    pub recovery_messages: u32,
    /// What is watched without a time source.
    pub watched: Watched,
    /// What is watched where both ends have a time source: largest difference of both directions.
    pub asymmetry_max: Option<Span>,
    /// What is only assumed: a difference of both directions that widens the restraint.
    pub assumed_asymmetry: Span,
    /// A fixed difference a→z less z→a that the relay takes off, in picoseconds.
    pub compensation_ps: i64,
}

/// How the clocks of both relays are brought together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Synchronisation {
    /// Half the round trip.
    PingPong,
    /// A common time source, right to within `error`.
    Time {
        /// Largest time error between both ends.
        error: Span,
        /// When it is lost, ascending.
        lost: Vec<Stretch>,
        /// What then: half the round trip, or blocked.
        fallback: Fallback,
    },
}

/// What a relay does that has lost its time source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fallback {
    /// Goes on with half the round trip.
    PingPong,
    /// Blocks.
    Block,
}

/// When differential current operates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Characteristic {
    /// Above a share of the restraint current.
    Percentage {
        /// Parts per 10^9.
        slope_ppb: u64,
        /// What restrains.
        restraint: Restraint,
    },
    /// Outside a sector of the ratio of both currents, centred on 180°.
    AlphaPlane {
        /// Outer radius of the restraint region, parts per 10^9; the inner is its inverse.
        radius_ppb: u64,
        /// Whole angle of the restraint region, millidegrees.
        angle_mdeg: u64,
    },
}

/// What restrains, of the currents of both ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restraint {
    /// Half the sum of both magnitudes.
    Mean,
    /// The sum of both magnitudes.
    Sum,
    /// The larger magnitude.
    Maximum,
    /// Half the magnitude of the difference of both vectors.
    Vector,
}

/// What a relay sees of its channel without a time source, and what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Watched {
    /// Blocked where the round trip is longer.
    pub round_trip_max: Option<Span>,
    /// Largest change of half the round trip from message to message.
    pub step_max: Option<Span>,
    /// What happens at a larger one.
    pub on_step: OnStep,
    /// Without a message for so long the channel counts as failed (blocked from the first one on).
    pub fail_after: Span,
    /// From there to the alarm.
    pub alarm_after: Span,
}

/// What a relay does at a step of its round trip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnStep {
    /// Nothing but an alarm.
    Alarm,
    /// Blocks for so long.
    Block(Span),
    /// Restrains with this slope for so long.
    Restrain {
        /// Parts per 10^9.
        slope_ppb: u64,
        /// How long.
        lasts: Span,
    },
}

/// What a pair of relays is at every instant of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// Ascending, without a hole.
    pub spans: Vec<Spell>,
}

/// A stretch of time in which nothing changes but currents that drift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spell {
    /// First instant.
    pub from: SimTime,
    /// First instant after it.
    pub to: SimTime,
    /// Delay a→z less delay z→a at its worst, in picoseconds; `None` where either end hears nothing.
    pub asymmetry_ps: Option<i64>,
    /// What it is.
    pub state: State,
    /// Whether the relays can tell that something is wrong.
    pub visible: bool,
}

/// What a pair of relays is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It protects. Operating limit less the false differential current with the largest through
    /// current, mA: the margin left.
    Sound {
        /// See there.
        margin_ma: u64,
    },
    /// It protects nothing.
    Blocked(Blocked),
    /// It trips without a fault: with the load alone, or with a fault beside the line.
    FalseTrip {
        /// Whether the load alone is enough.
        at_load: bool,
        /// False differential current with the largest through current, mA.
        current_ma: u64,
    },
}

/// Why it protects nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Blocked {
    /// No message comes.
    NoMessage,
    /// Messages come again, not yet enough.
    Recovering,
    /// The round trip is too long.
    RoundTrip,
    /// The round trip has changed.
    Step,
    /// The time source is lost.
    TimeLost,
    /// The directions differ too much, as the time source shows.
    Asymmetry,
}

impl Settings {
    /// What both ends do about a fault. `ways`: a→z, z→a.
    #[must_use]
    pub fn answer(&self, ways: &[Reception; 2], line: &Line, fault: Fault) -> Answer {
        let _ = (ways, line, fault);
        Answer::default()
    }

    /// See [`super::Protection::instants`].
    #[must_use]
    pub fn instants(&self, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
        let _ = (ways, line);
        Vec::new()
    }

    /// What the relays are over time, at a system frequency in Hz, with the currents of a line.
    #[must_use]
    pub fn course(&self, ways: [Way<'_>; 2], line: &Line, frequency_hz: u64) -> Course {
        let _ = (ways, line, frequency_hz);
        Course { spans: Vec::new() }
    }
}
