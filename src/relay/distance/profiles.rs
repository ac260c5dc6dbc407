//! Values of relay families, each with its source.

use crate::relay::profile::{Given, Profile, ProfileKind, Value};
use crate::units::Span;

/// A figure read in its source.
const fn read(key: &'static str, value: Value, source: &'static str) -> Given {
    Given {
        key,
        value,
        source,
        doubtful: false,
    }
}

/// A figure that could not be read in its source, or is our own choice.
const fn taken(key: &'static str, value: Value, source: &'static str) -> Given {
    Given {
        doubtful: true,
        ..read(key, value, source)
    }
}

const fn ms(ms: u64) -> Value {
    Value::Time(Span::from_ms(ms))
}

/// A profile for commands.
const fn commands(name: &'static str, what: &'static str, values: &'static [Given]) -> Profile {
    Profile {
        name,
        what,
        kind: ProfileKind::Commands,
        values,
    }
}

const ONE_CYCLE: Given = taken(
    "pickup",
    Value::MicroCycles(1_000_000),
    "detection in a cycle, as in the article; the relay's own figure was not read",
);
const ARTICLE_PICKUP: Given = read(
    "pickup",
    Value::MicroCycles(1_000_000),
    "Struth and Maurer 2011: fault detection in one cycle",
);
const ARTICLE_PROCESSING: Given = read(
    "processing",
    ms(3),
    "Struth and Maurer 2011: relay processing measured at about 3 ms at each end",
);
const PROCESSING: Given = taken(
    "processing",
    ms(3),
    "3 ms at each end, as in the article; the relay's own figure was not read",
);
const ZONE2: Given = taken(
    "zone2_delay",
    ms(400),
    "usual settings are 300 to 400 ms; the longer",
);
const REL670_SENDS: Given = read(
    "send_minimum",
    ms(100),
    "REL670 manual 16.2: tSendMin 0.1 s",
);
const P54X_FAILS: Given = taken(
    "fail_after",
    ms(100),
    "P54x manual: channel timeout 0.1 s, given for its differential protection",
);
const P546_GUARD: Given = taken(
    "reversal_guard",
    ms(25),
    "P546 manual: 25 ms for distance, and the channel's longest delay, which is to be added",
);

/// In order of name.
pub const PROFILES: &[Profile] = &[
    commands(
        "P446",
        "MiCOM P446, unblocking with loss of guard",
        &[
            read(
                "guard_loss",
                ms(10),
                "P446 manual: the window opens 10 ms behind the loss of guard",
            ),
            ONE_CYCLE,
            PROCESSING,
            read(
                "unblocking_window",
                ms(150),
                "P446 manual: the window lasts 150 ms",
            ),
            ZONE2,
        ],
    ),
    commands(
        "P546",
        "MiCOM P546, permissive schemes over IM64",
        &[
            P54X_FAILS,
            read(
                "on_failure",
                Value::Word("latch"),
                "P54x manual: IM64 default of permissive commands, last state",
            ),
            ONE_CYCLE,
            PROCESSING,
            P546_GUARD,
            ZONE2,
        ],
    ),
    commands(
        "P546-blocking",
        "MiCOM P546, blocking schemes over IM64",
        &[
            taken(
                "coordination",
                ms(25),
                "P546 manual: 25 ms at 50 Hz (22 ms at 60 Hz) and the channel's longest delay, \
                 rerouting included, which is to be added",
            ),
            P54X_FAILS,
            read(
                "on_failure",
                Value::Word("on"),
                "P54x manual: IM64 default of blocking commands, 1",
            ),
            ONE_CYCLE,
            PROCESSING,
            P546_GUARD,
            ZONE2,
        ],
    ),
    commands(
        "P546-intertrip",
        "MiCOM P546, direct intertrips over IM64",
        &[
            P54X_FAILS,
            read(
                "on_failure",
                Value::Word("off"),
                "P54x manual: IM64 default of intertrips, 0",
            ),
            ONE_CYCLE,
            PROCESSING,
            ZONE2,
        ],
    ),
    commands(
        "REL670",
        "Hitachi/ABB REL670, permissive schemes",
        &[
            read(
                "coordination",
                ms(0),
                "REL670 manual 16.2: tCoord 0 for permissive schemes",
            ),
            ONE_CYCLE,
            PROCESSING,
            REL670_SENDS,
            ZONE2,
        ],
    ),
    commands(
        "REL670-blocking",
        "Hitachi/ABB REL670, blocking schemes",
        &[
            read(
                "coordination",
                ms(25),
                "REL670 manual 16.2: tCoord 25 ms, 10 ms and the longest transmission time",
            ),
            ONE_CYCLE,
            PROCESSING,
            REL670_SENDS,
            ZONE2,
        ],
    ),
    commands(
        "REL670-intertrip",
        "Hitachi/ABB REL670, direct intertrips",
        &[
            read(
                "coordination",
                ms(50),
                "REL670 manual 16.2: tCoord 50 ms for intertrips",
            ),
            ONE_CYCLE,
            PROCESSING,
            REL670_SENDS,
            ZONE2,
        ],
    ),
    commands(
        "article-2011",
        "the relays of the article of 2011",
        &[ARTICLE_PICKUP, ARTICLE_PROCESSING],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_stand_in_order_of_name_and_their_values_in_order_of_key() {
        let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
        for profile in PROFILES {
            let keys: Vec<&str> = profile.values.iter().map(|given| given.key).collect();
            let ascending = keys.is_sorted_by(|one, next| one < next);
            assert!(ascending, "{}: {keys:?}", profile.name);
            assert_eq!(profile.kind, ProfileKind::Commands);
        }
    }

    #[test]
    fn defaults_of_failed_channels_are_those_of_im64() {
        let on_failure = |name: &str| {
            let profile = PROFILES.iter().find(|profile| profile.name == name);
            let mut values = profile.unwrap().values.iter();
            values
                .find(|given| given.key == "on_failure")
                .unwrap()
                .value
        };
        assert_eq!(on_failure("P546"), Value::Word("latch"));
        assert_eq!(on_failure("P546-blocking"), Value::Word("on"));
        assert_eq!(on_failure("P546-intertrip"), Value::Word("off"));
    }
}
