//! Values of relay families, each with its source.
//!
//! Pages are those of the manuals of the makers. A pickup is set in parts of the rated current;
//! here it is that of a current transformer of 1200 A, to be replaced by the user's own. Of two
//! slopes the lower one stands here: the sooner of both to trip falsely. What a relay only tells
//! of, without acting, is left out: see docs/models/line-differential.md.

use crate::relay::profile::{Given, Profile, ProfileKind, Value};
use crate::units::Span;

/// A value that stands in its source.
const fn read(key: &'static str, value: Value, source: &'static str) -> Given {
    Given {
        key,
        value,
        source,
        doubtful: false,
    }
}

/// A value that is derived, remembered or our own.
const fn doubtful(key: &'static str, value: Value, source: &'static str) -> Given {
    Given {
        key,
        value,
        source,
        doubtful: true,
    }
}

/// In order of name.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "7SD5",
        what: "SIPROTEC 7SD5, line differential",
        kind: ProfileKind::Differential,
        values: &[
            read(
                "alarm_after",
                Value::Time(Span::from_us(5_900_000)),
                "manual C53000-G1176-C169-5 p88, 4510 (6.0 s) less 4509",
            ),
            read(
                "assumed_asymmetry",
                Value::Time(Span::from_us(100)),
                "manual C53000-G1176-C169-5 p86, p88: 4506, part of the restraint",
            ),
            read(
                "asymmetry_max",
                Value::Time(Span::from_us(100)),
                "manual C53000-G1176-C169-5 p88: 4506 with 4515",
            ),
            read(
                "characteristic.kind",
                Value::Word("percentage"),
                "manual C53000-G1176-C169-5 p86: sum of errors restrains",
            ),
            doubtful(
                "characteristic.restraint",
                Value::Word("sum"),
                "errors of both ends add up; ours",
            ),
            doubtful(
                "characteristic.slope",
                Value::Share(150_000_000),
                "transformer errors of both ends; ours",
            ),
            read(
                "fail_after",
                Value::Time(Span::from_us(100_000)),
                "manual C53000-G1176-C169-5 p88, 4509",
            ),
            read(
                "fallback",
                Value::Word("ping-pong"),
                "manual C53000-G1176-C169-5 p86, 4511",
            ),
            doubtful(
                "message.bits",
                Value::Whole(256),
                "fits in 5 ms at 64 kb/s; ours",
            ),
            doubtful(
                "message.interval",
                Value::Time(Span::from_us(5_000)),
                "ours",
            ),
            doubtful(
                "pickup_current",
                Value::Current(360_000),
                "manual C53000-G1176-C169-1 p621, 1210: 0.30 of rated, of a current transformer of 1200 A, ours",
            ),
            doubtful("recovery_messages", Value::Whole(5), "as SEL-411L; ours"),
            read(
                "round_trip_max",
                Value::Time(Span::from_us(60_000)),
                "manual C53000-G1176-C169-5 p88, 4505: 30.0 ms each way",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "manual C53000-G1176-C169-5 p86, 4511 GPS SYNC OFF",
            ),
            doubtful(
                "window",
                Value::MicroCycles(1_000_000),
                "phasors of a cycle; trip times of p588; ours",
            ),
        ],
    },
    Profile {
        name: "L90",
        what: "GE L30 and L90, line differential",
        kind: ProfileKind::Differential,
        values: &[
            doubtful("alarm_after", Value::Time(Span::from_us(500_000)), "ours"),
            read(
                "asymmetry_max",
                Value::Time(Span::from_us(10_000)),
                "L90 manual p2-33: what GPS compensates",
            ),
            read(
                "characteristic.kind",
                Value::Word("percentage"),
                "L90 manual p2-33; the lower of two slopes",
            ),
            doubtful(
                "characteristic.restraint",
                Value::Word("sum"),
                "squares of both currents twice, under a root; to be verified",
            ),
            read(
                "characteristic.slope",
                Value::Share(300_000_000),
                "L30 manual p5-117, restraint 1",
            ),
            doubtful(
                "check_bits",
                Value::Whole(32),
                "CRC of the UR series (L60 manual p5-40)",
            ),
            read(
                "fail_after",
                Value::MicroCycles(4_000_000),
                "L90 manual p9-11: at most four cycles of lost messages",
            ),
            read(
                "fallback",
                Value::Word("ping-pong"),
                "L30 manual p8-12: without GPS no compensation",
            ),
            doubtful(
                "message.bits",
                Value::Whole(512),
                "fits in half a cycle of 60 Hz at 64 kb/s; ours",
            ),
            read(
                "message.interval",
                Value::MicroCycles(500_000),
                "L90 manual p2-9: two phaselets a cycle",
            ),
            doubtful(
                "pickup_current",
                Value::Current(240_000),
                "L30 manual p5-117: 0.20 of rated, of a current transformer of 1200 A, ours",
            ),
            doubtful(
                "recovery_messages",
                Value::Whole(0),
                "L90 manual p9-11: with the next message, of single lost ones",
            ),
            read(
                "round_trip_max",
                Value::MicroCycles(4_000_000),
                "L30 manual p10-12: less than four cycles",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "L90 manual p8-9",
            ),
            read(
                "window",
                Value::MicroCycles(1_000_000),
                "L90 manual p2-33: operates in 1.0 to 1.5 cycles",
            ),
        ],
    },
    Profile {
        name: "P54x",
        what: "MiCOM P543 to P546, line differential",
        kind: ProfileKind::Differential,
        values: &[
            read(
                "alarm_after",
                Value::Time(Span::from_us(10_000_000)),
                "manual P54x/EN ST/La4 p4-8, Comm Fail Timer",
            ),
            read(
                "characteristic.kind",
                Value::Word("percentage"),
                "manual P54x/EN ST/La4 p4-22; the lower of two slopes",
            ),
            doubtful(
                "characteristic.restraint",
                Value::Word("mean"),
                "half the sum of both currents; to be verified",
            ),
            read(
                "characteristic.slope",
                Value::Share(300_000_000),
                "manual P54x/EN ST/La4 p4-22, k1",
            ),
            read(
                "fail_after",
                Value::Time(Span::from_us(100_000)),
                "manual P54x/EN ST/La4 p4-9, Channel Timeout",
            ),
            doubtful(
                "message.bits",
                Value::Whole(192),
                "25 % bad messages at a bit error rate of 1.5e-3 (P54x1i-TM p510): derived",
            ),
            doubtful(
                "message.interval",
                Value::MicroCycles(250_000),
                "ours: a quarter of a cycle",
            ),
            read(
                "on_step.kind",
                Value::Word("restrain"),
                "manual P54x/EN ST/La4 p4-8, Comm Delay Tol",
            ),
            doubtful(
                "on_step.lasts",
                Value::Time(Span::from_us(500_000)),
                "Char Mod Time; to be verified",
            ),
            read(
                "on_step.slope",
                Value::Share(2_000_000_000),
                "P546 manual, Char Mod Time: k1 to 200 %",
            ),
            doubtful(
                "pickup_current",
                Value::Current(240_000),
                "manual P54x/EN ST/La4 p4-22, Is1: 0.2 of rated, of a current transformer of 1200 A, ours",
            ),
            doubtful("recovery_messages", Value::Whole(5), "as SEL-411L; ours"),
            read(
                "step_max",
                Value::Time(Span::from_us(250)),
                "manual P54x/EN ST/La4 p4-8, Comm Delay Tol",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "manual P54x/EN ST/La4 p4-9: propagation delay divided by two",
            ),
            doubtful("window", Value::MicroCycles(1_000_000), "ours"),
        ],
    },
    Profile {
        name: "RED670",
        what: "Hitachi (ABB) RED670, and the LDCM of REL670, line differential",
        kind: ProfileKind::Differential,
        values: &[
            read(
                "alarm_after",
                Value::Time(Span::from_us(100_000)),
                "1MRK 505 382-UEN p72, ComAlarmDel",
            ),
            read(
                "characteristic.kind",
                Value::Word("percentage"),
                "1MRK 505 346-BEN p57; the lower of two slopes",
            ),
            doubtful(
                "characteristic.restraint",
                Value::Word("maximum"),
                "the largest current; to be verified",
            ),
            read(
                "characteristic.slope",
                Value::Share(400_000_000),
                "RED650 technical manual, table 37, SlopeSection2",
            ),
            read(
                "check_bits",
                Value::Whole(16),
                "1MRK 502 066-UUS p1217, CRC",
            ),
            doubtful(
                "fail_after",
                Value::Time(Span::from_us(5_000)),
                "one message; ours",
            ),
            read(
                "fallback",
                Value::Word("block"),
                "1MRK 505 382-UEN p72, GPSSyncErr",
            ),
            doubtful(
                "message.bits",
                Value::Whole(320),
                "what 5 ms carry at 64 kb/s: derived",
            ),
            read(
                "message.interval",
                Value::Time(Span::from_us(5_000)),
                "1MRK 502 066-UUS p1217",
            ),
            doubtful(
                "pickup_current",
                Value::Current(360_000),
                "IdMin, 0.30 of rated; to be verified, of a current transformer of 1200 A, ours",
            ),
            doubtful("recovery_messages", Value::Whole(5), "as SEL-411L; ours"),
            read(
                "round_trip_max",
                Value::Time(Span::from_us(40_000)),
                "1MRK 505 382-UEN p72, MaxTransmDelay: 20 ms each way",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "REL670 2.2 manual p853: echo",
            ),
            doubtful(
                "window",
                Value::MicroCycles(1_000_000),
                "operates in 10 to 25 ms (1MRK 505 346-BEN p57); ours",
            ),
        ],
    },
    Profile {
        name: "SEL-311L",
        what: "SEL-311L, line differential",
        kind: ProfileKind::Differential,
        values: &[
            doubtful(
                "alarm_after",
                Value::Time(Span::from_us(500_000)),
                "as SEL-411L; ours",
            ),
            read(
                "characteristic.angle",
                Value::Angle(195_000),
                "manual 20010625 p13-11: restrains from 80 to 85° on; derived",
            ),
            read(
                "characteristic.kind",
                Value::Word("alpha-plane"),
                "manual 20011112 p3-3",
            ),
            doubtful(
                "characteristic.radius",
                Value::Share(6_000_000_000),
                "87LR; to be verified",
            ),
            doubtful("fail_after", Value::Time(Span::from_us(100_000)), "ours"),
            doubtful("message.bits", Value::Whole(192), "ours"),
            doubtful(
                "message.interval",
                Value::Time(Span::from_us(4_000)),
                "as SEL-411L; ours",
            ),
            doubtful(
                "pickup_current",
                Value::Current(1_440_000),
                "87LPP, 6 A of 5 A; to be verified, of a current transformer of 1200 A, ours",
            ),
            read(
                "recovery_messages",
                Value::Whole(2),
                "manual 20011112 p10-8, ROKX: the last two without error",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "manual 20011112 p10-8: estimated one-way delay",
            ),
            doubtful("window", Value::MicroCycles(1_000_000), "ours"),
        ],
    },
    Profile {
        name: "SEL-411L",
        what: "SEL-411L, line differential",
        kind: ProfileKind::Differential,
        values: &[
            read(
                "alarm_after",
                Value::Time(Span::from_us(500_000)),
                "manual 20151029 p3.296: not OK for half a second",
            ),
            doubtful(
                "characteristic.angle",
                Value::Angle(195_000),
                "87LPA, as SEL-311L; to be verified",
            ),
            read(
                "characteristic.kind",
                Value::Word("alpha-plane"),
                "manual 20151029 p3.35",
            ),
            doubtful(
                "characteristic.radius",
                Value::Share(6_000_000_000),
                "87LPR; to be verified",
            ),
            doubtful(
                "fail_after",
                Value::Time(Span::from_us(16_000)),
                "manual 20151029 p3.295: more than three packets time out; derived",
            ),
            doubtful(
                "fallback",
                Value::Word("ping-pong"),
                "manual 20151029 p3.270: the user's choice; ours",
            ),
            doubtful(
                "message.bits",
                Value::Whole(256),
                "what 4 ms carry at 64 kb/s: derived",
            ),
            doubtful(
                "message.interval",
                Value::Time(Span::from_us(4_000)),
                "manual 20151029 p3.50: timers of received bits go by 4 ms; derived",
            ),
            read(
                "on_step.kind",
                Value::Word("alarm"),
                "manual 20151029 p3.296, 87CH1DT",
            ),
            doubtful(
                "pickup_current",
                Value::Current(1_440_000),
                "87LPP, 1.2 of rated; to be verified, of a current transformer of 1200 A, ours",
            ),
            read(
                "recovery_messages",
                Value::Whole(5),
                "manual 20151029 p3.296, figure 3.206",
            ),
            doubtful(
                "step_max",
                Value::Time(Span::from_us(1_500)),
                "least setting of the round trip's step, 3 ms, halved; to be verified",
            ),
            read(
                "synchronisation",
                Value::Word("ping-pong"),
                "manual 20151029 p3.270",
            ),
            read(
                "window",
                Value::MicroCycles(1_000_000),
                "manual 20151029 p3.35: full-cycle filters",
            ),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_their_keys_stand_in_order_each_with_a_source() {
        assert_eq!(PROFILES.len(), 6);
        assert!(PROFILES.is_sorted_by(|one, next| one.name < next.name));
        for profile in PROFILES {
            let values = profile.values;
            assert!(
                values.is_sorted_by(|one, next| one.key < next.key),
                "{}",
                profile.name
            );
            assert!(values.iter().all(|value| !value.source.is_empty()));
        }
    }

    fn whole(profile: &Profile, key: &str) -> u64 {
        let value = profile
            .values
            .iter()
            .find(|value| value.key == key)
            .unwrap();
        match value.value {
            Value::Whole(whole) => whole,
            Value::Time(span) => span.0,
            Value::MicroCycles(cycles) => cycles * 1_000_000 / 60,
            _ => panic!("{key} is no number"),
        }
    }

    #[test]
    fn every_message_fits_between_two_at_64_kb_s_and_60_hz() {
        for profile in PROFILES {
            let length_ps = whole(profile, "message.bits") * 1_000_000_000 / 64;
            let interval_ps = whole(profile, "message.interval");
            assert!(length_ps <= interval_ps, "{}", profile.name);
        }
    }

    #[test]
    fn a_quarter_of_all_p54x_messages_is_bad_at_its_bit_error_rate() {
        let p54x = PROFILES
            .iter()
            .find(|profile| profile.name == "P54x")
            .unwrap();
        // 1.5e-3 of all bits wrong, in parts of 10^15.
        let one = 1_000_000_000_000_000_u128;
        let good = (0..whole(p54x, "message.bits")).fold(one, |good, _| good * 9985 / 10_000);
        let bad_percent = 100 - good * 100 / one;
        assert_eq!(bad_percent, 26, "25.04 % rounded up");
    }
}
