//! Schemes against what is known of them from elsewhere.

mod inceptions;
mod oracle;
mod tiny;
mod truth;

use super::{Scheme, Settings};
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::relay::command::{Command, OnFailure, Replacement};
use crate::relay::fault::{Answer, Fault, Place};
use crate::relay::line::Line;
use crate::relay::reception::tests::reception;
use crate::relay::reception::{Reception, Way};
use crate::units::time::PS_PER_MS;
use crate::units::{SimTime, Span};

/// 50 Hz: detection in a cycle, breakers of three.
fn settings(scheme: Scheme) -> Settings {
    Settings {
        scheme,
        command: Command {
            send: Span::from_ms(3),
            receive: Span::from_ms(3),
            message: Span::ZERO,
            recovery: Span::ZERO,
            fail_after: Span::from_ms(5),
            on_failure: OnFailure::Off,
            replacement: Replacement::Rejected,
        },
        directions: [true, true],
        pickup: Span::from_ms(20),
        reset: Span::from_ms(20),
        zone2_delay: Span::from_ms(400),
        coordination: match scheme {
            Scheme::Dcb => Span::from_ms(25),
            _ => Span::ZERO,
        },
        send_minimum: Span::from_ms(50),
        block_extension: Span::from_ms(16),
        reversal_guard: Span::from_ms(40),
        weak: None,
        echo_delay: Span::from_ms(5),
        guard_loss: Span::from_ms(10),
        unblocking_window: Span::from_ms(150),
    }
}

fn line() -> Line {
    Line {
        breaker: Span::from_ms(60),
        external_clearing: Span::from_ms(83),
        ..crate::relay::line::tests::line()
    }
}

/// Both directions alike; pieces as [`crate::relay::reception::tests::timeline`].
fn alike(pieces: &[(u64, Option<u64>)]) -> [Reception; 2] {
    [(); 2].map(|()| reception(pieces, Span::ZERO))
}

fn ms(at: u64) -> SimTime {
    SimTime(at * PS_PER_MS)
}

/// A fault at 500 ms.
fn at_500(settings: &Settings, ways: &[Reception; 2], line: &Line, place: Place) -> Answer {
    let at = ms(500);
    settings.answer(ways, line, Fault { at, place })
}
