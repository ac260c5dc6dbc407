//! Line differential protection (87L).

//!
//! What a pair of relays is at an instant follows from the delays of both directions at that
//! instant (quasi-static): the clock error, the differential current it makes of the load and of
//! the largest current through the line, and what the relays can tell of it.

pub mod angle;
mod answer;
mod characteristic;
mod condition;
mod course;
mod joint;
pub mod profiles;

pub use angle::FalseDifferential;

use super::fault::{Answer, Fault};
use super::line::Line;
use super::reception::{Reception, Way};
use crate::mpls::outage::Stretch;
use crate::units::{SimTime, Span};

/// Everything a pair of differential relays needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Frequency of the system, Hz.
    pub frequency_hz: u64,
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
    /// Samples that must have come behind the inception of a fault, and behind a break of the
    /// channel (measuring window).
    pub window: Span,
    /// From the sample to the channel, and from the channel to the trip.
    pub processing: [Span; 2],
    /// Good messages behind a break, a period each, before protection counts again.
    pub recovery_messages: u32,
    /// What is watched without a time source.
    pub watched: Watched,
    /// What is watched where both ends have a time source: largest difference of both directions.
    pub asymmetry_max: Option<Span>,
    /// What is only assumed: a difference of both directions that widens the restraint by the
    /// differential current it would make.
    pub assumed_asymmetry: Span,
    /// A fixed difference a→z less z→a that the relay takes off where it halves the round trip, in
    /// picoseconds.
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
    /// Nothing but an alarm, one message long.
    Alarm,
    /// Blocks for so long.
    Block(Span),
    /// Restrains with this slope for so long, if it is steeper than its own. A fault on the line is
    /// taken to be above either. An alpha plane has no slope: nothing but an alarm.
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
    /// Delay a→z less delay z→a at its worst, in picoseconds; `None` where either end hears
    /// nothing.
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
    /// What both ends do about a fault. `ways`: a→z, z→a, with [`Settings::recovery`].
    #[must_use]
    pub fn answer(&self, ways: &[Reception; 2], line: &Line, fault: Fault) -> Answer {
        answer::answer(self, ways, line, fault)
    }

    /// See [`super::Protection::instants`].
    #[must_use]
    pub fn instants(&self, ways: &[Reception; 2], line: &Line) -> Vec<SimTime> {
        answer::instants(self, ways, line)
    }

    /// What the relays are over time, from the start of the run to the end of the later channel,
    /// with the currents of a line. `ways`: a→z, z→a.
    #[must_use]
    pub fn course(&self, ways: [Way<'_>; 2], line: &Line) -> Course {
        course::course(self, ways, line)
    }

    /// From the first whole message behind a break until messages count: with this a channel of
    /// these relays is to be read as a [`Reception`].
    #[must_use]
    pub fn recovery(&self) -> Span {
        self.interval * u64::from(self.recovery_messages)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::line::tests::line;
    use super::super::reception::tests::timeline;
    use super::*;
    use crate::channel::Timeline;

    const MS: u64 = 1_000_000_000;

    /// A relay at 60 Hz that halves the round trip: 30 % of the mean, 240 A, messages of 1 ms.
    pub(crate) fn settings() -> Settings {
        Settings {
            frequency_hz: 60,
            synchronisation: Synchronisation::PingPong,
            characteristic: Characteristic::Percentage {
                slope_ppb: 300_000_000,
                restraint: Restraint::Mean,
            },
            pickup_ma: 200_000,
            message: Span::from_ms(1),
            interval: Span::from_ms(1),
            window: Span::from_ms(16),
            processing: [Span::ZERO, Span::from_ms(3)],
            recovery_messages: 5,
            watched: Watched {
                round_trip_max: None,
                step_max: None,
                on_step: OnStep::Alarm,
                fail_after: Span::from_ms(100),
                alarm_after: Span::from_s(10),
            },
            asymmetry_max: None,
            assumed_asymmetry: Span::ZERO,
            compensation_ps: 0,
        }
    }

    fn way(timeline: &Timeline) -> Way<'_> {
        Way {
            timeline,
            before: Span::ZERO,
            after: Span::ZERO,
        }
    }

    fn course(settings: &Settings, pieces: [&[(u64, Option<u64>)]; 2]) -> Course {
        let lines = pieces.map(timeline);
        settings.course(lines.each_ref().map(way), &line())
    }

    /// From, to in ms; state; asymmetry in us; visible.
    type Seen = (u64, u64, State, Option<i64>, bool);

    fn seen(course: &Course) -> Vec<Seen> {
        let spans = course.spans.iter();
        let one = |span: &Spell| {
            assert_eq!((span.from.0 % MS, span.to.0 % MS), (0, 0), "{span:?}");
            let asymmetry_us = span.asymmetry_ps.map(|ps| ps / 1_000_000);
            (
                span.from.0 / MS,
                span.to.0 / MS,
                span.state,
                asymmetry_us,
                span.visible,
            )
        };
        spans.map(one).collect()
    }

    const NONE: State = State::Blocked(Blocked::NoMessage);
    const RECOVERING: State = State::Blocked(Blocked::Recovering);
    const SOUND: State = State::Sound {
        margin_ma: 2_400_000,
    };
    /// 0.28180 of 8 kA, where 30 % operate: TV27.
    const AT_1_5_MS: State = State::Sound { margin_ma: 145_580 };
    /// 0.35623 of 8 kA: 20.52° at 1.9 ms.
    const AT_1_9_MS: State = State::FalseTrip {
        at_load: true,
        current_ma: 2_849_845,
    };

    #[test]
    fn a_hole_blocks_at_once_and_five_messages_behind_it_protection_is_back() {
        let steady = [(10, None), (300, Some(3200))];
        let holed = [
            (10, None),
            (100, Some(3200)),
            (150, None),
            (300, Some(3200)),
        ];
        assert_eq!(
            seen(&course(&settings(), [&steady, &holed])),
            [
                (0, 11, NONE, None, true),
                (11, 16, RECOVERING, Some(0), true),
                (16, 100, SOUND, Some(0), false),
                (100, 151, NONE, None, true),
                (151, 156, RECOVERING, Some(0), true),
                (156, 300, SOUND, Some(0), false),
            ]
        );
    }

    /// TV26 with TV27: one direction starts anew over a detour that is 1.5 ms longer.
    const RESTARTED: [&[(u64, Option<u64>)]; 2] = [
        &[
            (10, None),
            (100, Some(3200)),
            (150, None),
            (300, Some(4700)),
        ],
        &[(10, None), (300, Some(3200))],
    ];

    fn stepping(on_step: OnStep) -> Settings {
        Settings {
            watched: Watched {
                step_max: Some(Span::from_us(250)),
                on_step,
                ..settings().watched
            },
            ..settings()
        }
    }

    #[test]
    fn a_restart_of_one_direction_is_seen_by_its_step_alone() {
        let after = |settings: &Settings| seen(&course(settings, RESTARTED)).split_off(5);
        assert_eq!(
            after(&settings()),
            [(156, 300, AT_1_5_MS, Some(1500), false)]
        );
        assert_eq!(
            after(&stepping(OnStep::Alarm)),
            [
                (156, 157, AT_1_5_MS, Some(1500), true),
                (157, 300, AT_1_5_MS, Some(1500), false),
            ]
        );
        assert_eq!(
            after(&stepping(OnStep::Block(Span::from_ms(44)))),
            [
                (156, 200, State::Blocked(Blocked::Step), Some(1500), true),
                (200, 300, AT_1_5_MS, Some(1500), false),
            ]
        );
        // 200 % of 8 kA is 13.600 kA more than 30 %.
        let restrained = State::Sound {
            margin_ma: 145_580 + 13_600_000,
        };
        let restrain = OnStep::Restrain {
            slope_ppb: 2_000_000_000,
            lasts: Span::from_ms(44),
        };
        assert_eq!(
            after(&stepping(restrain)),
            [
                (156, 200, restrained, Some(1500), true),
                (200, 300, AT_1_5_MS, Some(1500), false),
            ]
        );
        // Half of 1.5 ms is no step of more than 0.75 ms.
        let mut coarse = stepping(OnStep::Alarm);
        coarse.watched.step_max = Some(Span::from_us(750));
        assert_eq!(after(&coarse), after(&settings()));
    }

    #[test]
    fn as_much_more_one_way_as_less_the_other_is_seen_by_nobody() {
        let pieces: [&[(u64, Option<u64>)]; 2] = [
            &[(10, None), (100, Some(4000)), (300, Some(4950))],
            &[(10, None), (100, Some(4000)), (300, Some(3050))],
        ];
        let at_once = Settings {
            recovery_messages: 0,
            message: Span::ZERO,
            ..stepping(OnStep::Block(Span::from_ms(100)))
        };
        assert_eq!(
            seen(&course(&at_once, pieces)),
            [
                (0, 10, NONE, None, true),
                (10, 100, SOUND, Some(0), false),
                (100, 300, AT_1_9_MS, Some(1900), false),
            ]
        );
        // With the true time it is no error, and visible.
        let timed = Settings {
            synchronisation: Synchronisation::Time {
                error: Span::ZERO,
                lost: vec![Stretch {
                    from: SimTime(200 * MS),
                    to: SimTime(220 * MS),
                }],
                fallback: Fallback::PingPong,
            },
            ..at_once
        };
        assert_eq!(
            seen(&course(&timed, pieces)).split_off(2),
            [
                (100, 200, SOUND, Some(1900), false),
                (200, 220, AT_1_9_MS, Some(1900), true),
                (220, 300, SOUND, Some(1900), false),
            ]
        );
    }

    #[test]
    fn time_that_is_lost_or_an_asymmetry_it_shows_blocks() {
        let timed = Settings {
            synchronisation: Synchronisation::Time {
                error: Span::from_us(500),
                lost: vec![Stretch {
                    from: SimTime(200 * MS),
                    to: SimTime(220 * MS),
                }],
                fallback: Fallback::Block,
            },
            asymmetry_max: Some(Span::from_us(1499)),
            ..settings()
        };
        // An error of 0.5 ms is what 1 ms of asymmetry would make: 0.18822 of 8 kA.
        let sound = State::Sound { margin_ma: 894_266 };
        let blocked = State::Blocked;
        assert_eq!(
            seen(&course(&timed, RESTARTED)).split_off(2),
            [
                (16, 100, sound, Some(0), false),
                (100, 151, NONE, None, true),
                (151, 156, RECOVERING, Some(1500), true),
                (156, 200, blocked(Blocked::Asymmetry), Some(1500), true),
                (200, 220, blocked(Blocked::TimeLost), Some(1500), true),
                (220, 300, blocked(Blocked::Asymmetry), Some(1500), true),
            ]
        );
        let close = Settings {
            watched: Watched {
                round_trip_max: Some(Span::from_us(7899)),
                ..settings().watched
            },
            ..timed
        };
        let last = *seen(&course(&close, RESTARTED)).last().unwrap();
        let expected = State::Blocked(Blocked::RoundTrip);
        assert_eq!(last, (156, 300, expected, Some(1500), true));
    }

    #[test]
    fn what_is_known_to_differ_is_taken_off() {
        let compensated = Settings {
            compensation_ps: 1_500_000_000,
            ..settings()
        };
        let seen = seen(&course(&compensated, RESTARTED));
        assert_eq!(seen[2], (16, 100, AT_1_5_MS, Some(0), false));
        assert_eq!(seen[5], (156, 300, SOUND, Some(1500), false));
    }

    #[test]
    fn drift_trips_to_the_picosecond_where_the_limit_is_passed() {
        use crate::channel::Content;
        let mut fast = Timeline::default();
        let second = 1_000 * MS;
        let content = Content::Data {
            input_from: SimTime(0),
            rate_ppb: -50_000,
        };
        fast.extend(SimTime(100 * second), content);
        let mut own = Timeline::default();
        let content = Content::Data {
            input_from: SimTime(0),
            rate_ppb: 0,
        };
        own.extend(SimTime(100 * second), content);
        let relay = Settings {
            message: Span::ZERO,
            recovery_messages: 0,
            ..settings()
        };
        let spans = relay.course([way(&fast), way(&own)], &line()).spans;
        let limit = relay.limit_asymmetry(8_000_000).unwrap().0;
        // 50 us more each second.
        let first = (u128::from(limit + 1) * 1_000_000_000).div_ceil(50_000);
        let trips = |span: &&Spell| matches!(span.state, State::FalseTrip { .. });
        let trip = spans.iter().find(trips).unwrap();
        assert_eq!(u128::from(trip.from.0), first);
        assert!(trip.from.0 > 31 * second && trip.from.0 < 32 * second);
        let before = spans.iter().find(|span| span.to == trip.from).unwrap();
        assert_eq!(before.state, State::Sound { margin_ma: 0 });
        assert_eq!(before.asymmetry_ps, Some(i64::try_from(limit).unwrap()));
        assert_eq!(spans.last().unwrap().asymmetry_ps, Some(5_000_000_000 - 1));
    }
}
