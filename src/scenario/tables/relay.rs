//! Keys of relays, of their profiles and of the lines that they protect.

use crate::scenario::fields::{Field, Kind, Variant};
use crate::units::limits::{DELAY_MAX, DURATION_MAX, FLOWS_MAX};
use crate::units::quantity::{ANGLE, CURRENT, SHARE, TIME};

const TIMER: Kind = Kind::TimeOrCycles(0, DELAY_MAX.0);
const TIMER_POSITIVE: Kind = Kind::TimeOrCycles(1, DELAY_MAX.0);
/// Up to 1000 kA: far beyond what any power system has.
const CURRENT_POSITIVE: Kind = Kind::Quantity(&CURRENT, 1, 1_000_000_000);
/// Up to 400 % of the line, as 32 bits hold.
const REACH: Kind = Kind::Quantity(&SHARE, 1, 4_000_000_000);
/// Up to 1000 %.
const SLOPE: Kind = Kind::Quantity(&SHARE, 1, 10_000_000_000);
/// From 1 to 100.
const RADIUS: Kind = Kind::Quantity(&SHARE, 1_000_000_000, 100_000_000_000);
const SECTOR: Kind = Kind::Quantity(&ANGLE, 1, 360_000);
const DELAY_LIMIT: i64 = DELAY_MAX.0.cast_signed();
const GROUP: Kind = Kind::List(&Kind::Name, 0, FLOWS_MAX);

/// Keys of a line in a scenario.
pub(super) const LINE: &[Field] = &[
    Field::required(
        "name",
        &Kind::Name,
        "A line of the topology; of another one `ends` must be given.",
    ),
    Field::optional(
        "ends",
        &Kind::List(&Kind::Name, 2, 2),
        "Its substations a and z, where the topology has no line of this name.",
    ),
    Field::optional(
        "load",
        &CURRENT_POSITIVE,
        "Primary current in normal operation; needed by 87L.",
    ),
    Field::optional(
        "through_fault",
        &CURRENT_POSITIVE,
        "Largest primary current through the line towards a fault beside it; needed by 87L.",
    ),
    Field::optional(
        "reach",
        &Kind::Table(REACHES),
        "How far the zones of its distance relays see, as shares of its length.",
    ),
    Field::required(
        "breaker",
        &TIMER_POSITIVE,
        "From a relay's output to an open breaker: a time, or cycles of the system.",
    ),
    Field::optional(
        "breaker_failure",
        &TIMER_POSITIVE,
        "How long after a trip a breaker that did not open is taken to have failed; needed by DTT.",
    ),
    Field::optional(
        "external_clearing",
        &TIMER_POSITIVE,
        "How long a fault beside the line lasts; default 1 cycle, 3 ms and `breaker`.",
    ),
    Field::optional(
        "clear_within",
        &TIMER_POSITIVE,
        "What a fault on it must be cleared in; default 2 cycles and `breaker`.",
    ),
    Field::optional(
        "parallel",
        &Kind::Flag,
        "Whether another line lies parallel to it, so that its current may turn round; default \
         false.",
    ),
    Field::optional("group_a", &GROUP, "Circuits of its protection group A."),
    Field::optional("group_b", &GROUP, "Circuits of its protection group B."),
];

const REACHES: &[Field] = &[
    Field::optional("zone1", &REACH, "Forward, at once: below 100 %."),
    Field::optional("zone2", &REACH, "Forward, beyond the far end: above 100 %."),
    Field::optional("zone3", &REACH, "Reverse."),
];

/// A relay: its profile alone, or a table.
pub(super) const RELAY_OF_CIRCUIT: Kind = Kind::AnyOf(&[Kind::Name, Kind::Table(RELAY)]);

/// Sets of requirements.
pub(super) const REQUIREMENTS_OF_CIRCUIT: Kind = Kind::List(&Kind::Name, 1, 100);

/// The keys that a relay and a profile have in common, behind their own.
macro_rules! relay_keys {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            Field::optional(
                "processing",
                &Kind::AnyOf(&[TIMER, Kind::Table(PROCESSING)]),
                "Relay and teleprotection equipment at each end; default 3 ms.",
            ),
            Field::optional(
                "message",
                &Kind::Table(MESSAGE),
                "The messages that it sends over its channel.",
            ),
            Field::optional(
                "check_bits",
                &Kind::Whole(1, 256),
                "Bits of the check of a message; default: it has none.",
            ),
            Field::optional(
                "recovery_messages",
                &Kind::Whole(0, 10_000),
                "Good messages behind a break before the channel counts again; default 5 for 87L, 0 \
                 for commands.",
            ),
            Field::optional(
                "fail_after",
                &TIMER,
                "Without a message for so long the channel counts as failed; default 100 ms for 87L, \
                 0 ms for commands.",
            ),
            Field::optional(
                "directions",
                &Kind::OneOf {
                    words: &["both", "a-z", "z-a"],
                    not_yet: &[],
                },
                "Which directions carry commands; default both.",
            ),
            Field::optional(
                "synchronisation",
                &Kind::OneOf {
                    words: &["ping-pong", "time"],
                    not_yet: &[],
                },
                "87L: half the round trip (default), or a common time source at both ends.",
            ),
            Field::optional(
                "time_error",
                &TIMER,
                "87L by time: largest time error between both ends.",
            ),
            Field::optional(
                "fallback",
                &Kind::OneOf {
                    words: &["ping-pong", "block"],
                    not_yet: &[],
                },
                "87L by time: what without the time source; default block.",
            ),
            Field::optional(
                "characteristic",
                &Kind::Tagged(CHARACTERISTICS),
                "87L: when differential current operates.",
            ),
            Field::optional(
                "pickup_current",
                &CURRENT_POSITIVE,
                "87L: smallest differential current that operates, primary.",
            ),
            Field::optional(
                "window",
                &TIMER,
                "87L: samples that must have come behind the inception of a fault.",
            ),
            Field::optional(
                "round_trip_max",
                &TIMER_POSITIVE,
                "87L: blocked where the round trip is longer; default: not watched.",
            ),
            Field::optional(
                "step_max",
                &TIMER_POSITIVE,
                "87L: largest change of half the round trip from message to message; default: not \
                 watched.",
            ),
            Field::optional(
                "on_step",
                &Kind::Tagged(ON_STEP),
                "87L: what happens at a larger change; default an alarm.",
            ),
            Field::optional(
                "alarm_after",
                &TIMER,
                "87L: from the failure of the channel to the alarm; default 0 ms.",
            ),
            Field::optional(
                "asymmetry_max",
                &TIMER_POSITIVE,
                "87L by time: blocked where the directions differ by more; default: not watched.",
            ),
            Field::optional(
                "assumed_asymmetry",
                &TIMER,
                "87L: a difference of both directions that widens the restraint; default 0 ms.",
            ),
            Field::optional(
                "compensation",
                &Kind::Signed(&TIME, -DELAY_LIMIT, DELAY_LIMIT),
                "87L: a fixed difference a to z less z to a that the relay takes off; default 0 ms.",
            ),
            Field::optional(
                "pickup",
                &TIMER,
                "Commands: from the inception of a fault until a zone has picked up.",
            ),
            Field::optional(
                "reset",
                &TIMER,
                "Commands: from the end of a fault until a zone has reset; default 0 ms.",
            ),
            Field::optional(
                "zone2_delay",
                &TIMER_POSITIVE,
                "Commands: how long zone 2 waits before it trips by itself.",
            ),
            Field::optional(
                "coordination",
                &TIMER,
                "Commands: how long zone 2 waits for a block or a command; needed by DCB, default 0 \
                 ms.",
            ),
            Field::optional(
                "send_minimum",
                &TIMER,
                "Commands: a command is keyed at least so long; default 0 ms.",
            ),
            Field::optional(
                "block_extension",
                &TIMER,
                "DCB: a block that goes is held so long; default 0 ms.",
            ),
            Field::optional(
                "reversal_guard",
                &TIMER,
                "Commands: permission does not count for so long after the reverse zone has reset; \
                 default 0 ms.",
            ),
            Field::optional(
                "weak_end",
                &Kind::OneOf {
                    words: &["a", "z"],
                    not_yet: &[],
                },
                "Commands: an end that is too weak to pick up and echoes; default: none.",
            ),
            Field::optional(
                "echo_delay",
                &TIMER,
                "Commands: from a command received at the weak end to its echo; default 0 ms.",
            ),
            Field::optional(
                "guard_loss",
                &TIMER_POSITIVE,
                "DCUB: a guard lost for so long opens the window.",
            ),
            Field::optional(
                "unblocking_window",
                &TIMER_POSITIVE,
                "DCUB: how long the window is open.",
            ),
            Field::optional(
                "on_failure",
                &Kind::OneOf {
                    words: &["off", "on", "latch"],
                    not_yet: &[],
                },
                "Commands: the level while the channel counts as failed; default off.",
            ),
            Field::optional(
                "replacement",
                &Kind::OneOf {
                    words: &["rejected", "off", "on"],
                    not_yet: &[],
                },
                "Commands: what replacement data mean to the receiver; default rejected.",
            ),
        ]
    };
}

pub(super) const RELAY: &[Field] = relay_keys![
    Field::optional(
        "profile",
        &Kind::Name,
        "A relay family or a [[relay_profile]]: gives what is not written.",
    ),
    Field::optional(
        "time_lost",
        &Kind::List(&Kind::Table(TIME_LOST), 0, 1000),
        "87L by time: when the time source is lost.",
    ),
];

/// Keys of a profile of the user's own.
pub(super) const RELAY_PROFILE: &[Field] = relay_keys![
    Field::required("name", &Kind::Name, "Unique among profiles."),
    Field::optional(
        "base",
        &Kind::Name,
        "Another profile: gives what is not written.",
    ),
];

const PROCESSING: &[Field] = &[
    Field::required("send", &TIMER, "At the sending end."),
    Field::required("receive", &TIMER, "At the receiving end."),
];

const MESSAGE: &[Field] = &[
    Field::optional("interval", &TIMER, "From message to message."),
    Field::optional(
        "bits",
        &Kind::Whole(1, 1_000_000),
        "Length at the rate of the circuit; this or `length`.",
    ),
    Field::optional("length", &TIMER, "Length; this or `bits`."),
];

const TIME_LOST: &[Field] = &[
    Field::required("at", &Kind::Quantity(&TIME, 0, DURATION_MAX.0), "From."),
    Field::required(
        "lasts",
        &Kind::Quantity(&TIME, 1, DURATION_MAX.0),
        "How long.",
    ),
];

const CHARACTERISTICS: &[Variant] = &[
    Variant {
        name: "percentage",
        fields: Some(&[
            Field::required(
                "slope",
                &SLOPE,
                "Share of the restraint current that operates.",
            ),
            Field::required(
                "restraint",
                &Kind::OneOf {
                    words: &["mean", "sum", "maximum", "vector"],
                    not_yet: &[],
                },
                "Half the sum of both magnitudes, their sum, the larger, or half the magnitude of \
                 the difference of both vectors.",
            ),
        ]),
    },
    Variant {
        name: "alpha-plane",
        fields: Some(&[
            Field::required(
                "radius",
                &RADIUS,
                "Outer radius of the restraint region, 600 % for 6; the inner is its inverse.",
            ),
            Field::required("angle", &SECTOR, "Whole angle of the restraint region."),
        ]),
    },
];

const ON_STEP: &[Variant] = &[
    Variant {
        name: "alarm",
        fields: Some(&[]),
    },
    Variant {
        name: "block",
        fields: Some(&[Field::required(
            "lasts",
            &TIMER_POSITIVE,
            "Blocked so long.",
        )]),
    },
    Variant {
        name: "restrain",
        fields: Some(&[
            Field::required("slope", &SLOPE, "The slope in place of its own."),
            Field::required("lasts", &TIMER_POSITIVE, "How long."),
        ]),
    },
];
