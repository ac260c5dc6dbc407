//! Tiny channels: every picosecond of them tried one by one.

use proptest::prelude::*;

use super::*;
use crate::channel::{Cause, Content, Idle, Timeline};
use crate::relay::command::OnFailure;

/// Lengths in ps; delays in ps, `None`: replacement.
type Lengths = Vec<(u64, Option<u64>)>;

fn tiny(pieces: &[(u64, Option<u64>)]) -> Timeline {
    let mut line = Timeline::default();
    let starting = Content::Idle {
        pattern: Idle::AllOnes,
        cause: Cause::Starting,
    };
    line.extend(SimTime(60), starting);
    for (length, delay) in pieces {
        let from = line.end();
        let content = match delay {
            Some(delay) => Content::Data {
                input_from: SimTime(from.0 - delay),
                rate_ppb: 0,
            },
            None => Content::Idle {
                pattern: Idle::AllOnes,
                cause: Cause::Missing,
            },
        };
        line.extend(SimTime(from.0 + length), content);
    }
    line
}

fn pieces() -> impl Strategy<Value = Lengths> {
    let piece = (1_u64..120, prop::option::weighted(0.7, 0_u64..50));
    prop::collection::vec(piece, 1..6)
}

fn settings() -> impl Strategy<Value = distance::Settings> {
    let scheme = prop::sample::select(Scheme::ALL.to_vec());
    let times = prop::array::uniform8(0_u64..20);
    (scheme, times, 0_u64..60, any::<bool>()).prop_map(|(scheme, times, failing, one_way)| {
        let [
            send,
            receive,
            message,
            pickup,
            coordination,
            minimum,
            extension,
            guard,
        ] = times.map(Span);
        distance::Settings {
            command: Command {
                send,
                receive,
                message,
                recovery: Span(failing / 4),
                fail_after: Span(failing),
                on_failure: OnFailure::Off,
                replacement: Replacement::Rejected,
            },
            directions: [true, !one_way],
            pickup,
            zone2_delay: Span(70),
            coordination,
            send_minimum: minimum,
            block_extension: extension,
            guard_loss: guard,
            unblocking_window: Span(25),
            ..article(scheme)
        }
    })
}

/// Longest and shortest at a place, and how many instants are not cleared in time, by looking at
/// every picosecond.
fn tried(
    scenario: &Scenario,
    channels: &Channels,
    (over, place): (Stretch, Place),
) -> (Option<u64>, Option<u64>, u64) {
    let line = &scenario.relays.lines[0];
    let readers = Reader::of_line(scenario, channels, 0);
    let (mut longest, mut shortest, mut late) = (Some(0), None::<u64>, 0);
    for at in over.from.0..over.to.0 {
        let at = SimTime(at);
        let mut ends = [None::<(u64, bool)>; 2];
        for reader in readers.iter().filter(|one| one.protection.clears_faults()) {
            let answer = reader
                .protection
                .answer(&reader.ways, line, Fault { at, place });
            for (end, trip) in ends.iter_mut().zip(answer.trips) {
                let Some(trip) = trip else { continue };
                let backup = trip.by == crate::relay::By::Zone2;
                if end.is_none_or(|(at, _)| trip.at.0 < at) {
                    *end = Some((trip.at.0, backup));
                }
            }
        }
        let opened = ends[0].zip(ends[1]);
        let lasts = opened.map(|(a, z)| a.0.max(z.0) - at.0 + line.breaker.0);
        longest = longest.zip(lasts).map(|(most, one)| most.max(one));
        shortest = shortest.into_iter().chain(lasts).min();
        let backup = opened.is_some_and(|(a, z)| a.1 || z.1);
        if backup || lasts.is_none_or(|lasts| lasts > line.clear_within.0) {
            late += 1;
        }
    }
    (longest, shortest, late)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn two_protections_together_are_what_every_picosecond_says(
        ways in prop::array::uniform4(pieces()),
        both in [settings(), settings()],
        limit in 20_u64..120,
    ) {
        let protections = both.map(Protection::Distance);
        prop_assume!(protections.iter().any(Protection::clears_faults));
        let mut scenario = scenario(&protections, [vec![0], vec![1]]);
        let line = &mut scenario.relays.lines[0];
        line.breaker = Span(7);
        line.external_clearing = Span(30);
        line.clear_within = Span(limit);
        let channel = |place: usize| Channel {
            timeline: tiny(&ways[place]),
            before: Span::ZERO,
            after: Span::ZERO,
        };
        let channels = Channels {
            circuits: vec![
                Some([channel(0), channel(1)]),
                Some([channel(2), channel(3)]),
            ],
        };
        let over = Stretch { from: SimTime(40), to: SimTime(400) };
        let row = lines(&scenario, &channels, over).remove(0);
        let places = scenario.relays.lines[0].places();
        let all: Vec<_> = places
            .iter()
            .map(|place| tried(&scenario, &channels, (over, *place)))
            .collect();
        let never = all.iter().any(|one| one.0.is_none());
        let late: u64 = all.iter().map(|one| one.2).sum();
        let cleared = row.cleared;
        if never {
            prop_assert_eq!(cleared.worst, None);
        } else if cleared.clearing != Clearing::Backup {
            let longest = all.iter().filter_map(|one| one.0).max();
            prop_assert_eq!(cleared.worst.map(|worst| worst.0), longest);
        }
        let shortest = all.iter().filter_map(|one| one.1).min();
        prop_assert_eq!(cleared.best.map(|best| best.0), shortest);
        let place = places.iter().position(|place| *place == cleared.place).unwrap();
        prop_assert_eq!(cleared.late.0, all[place].2);
        prop_assert_eq!(row.cleared.clearing == Clearing::InTime, late == 0);
    }
}
