//! The window engine against the heap engine, part by part, on random networks.

use pilotwire::engine::{
    self, Delays, EngineKind, Options, Outcome, Received, SharedArrivals, StreamOutcome,
};
use pilotwire::random::Seed;
use pilotwire::units::Span;

use crate::random_plans::random_plan;

const CASES: u64 = 500;

fn windows(window_max: Span) -> Options {
    Options {
        engine: EngineKind::Window,
        window_max,
        ..Options::default()
    }
}

/// How many cases showed what the comparison is about.
#[derive(Default, Debug)]
struct Coverage {
    drops: u64,
    ties: u64,
    losses_of_packets: u64,
    restarts: u64,
    reorders: u64,
    overruns: u64,
    late: u64,
}

impl Coverage {
    fn note(&mut self, outcome: &Outcome, tied: bool) {
        let received = || {
            outcome
                .streams
                .iter()
                .filter_map(|stream| stream.received.as_ref())
        };
        self.drops += u64::from(outcome.streams.iter().any(|stream| stream.dropped > 0));
        self.ties += u64::from(tied);
        self.losses_of_packets += u64::from(received().any(|end| end.losses_of_packets > 0));
        self.restarts += u64::from(received().any(|end| end.starts > 1));
        self.reorders += u64::from(received().any(|end| end.reordered > 0));
        self.overruns += u64::from(received().any(|end| end.overrun > 0));
        self.late += u64::from(received().any(|end| end.late > 0));
    }
}

/// Part by part, so that a difference can be read; histograms by equality alone.
pub fn assert_same(got: &Outcome, want: &Outcome, what: &str) {
    for (stream, (got, want)) in got.streams.iter().zip(&want.streams).enumerate() {
        let what = format!("{what}, stream {stream}");
        let counts = |end: &StreamOutcome| (end.sent, end.delivered, end.dropped);
        assert_eq!(
            counts(got),
            counts(want),
            "{what}: sent, delivered, dropped"
        );
        assert_same_delays(&got.network, &want.network, &format!("{what}: network"));
        assert_eq!(got.slowest, want.slowest, "{what}: slowest packet");
        assert_eq!(got.received.is_some(), want.received.is_some(), "{what}");
        if let (Some(got), Some(want)) = (&got.received, &want.received) {
            assert_eq!(got.timeline, want.timeline, "{what}: timeline");
            let counts = |end: &Received| {
                let lost = [end.missing, end.late, end.overrun, end.duplicates];
                (
                    end.played,
                    lost,
                    end.reordered,
                    end.starts,
                    end.losses_of_packets,
                )
            };
            assert_eq!(counts(got), counts(want), "{what}: receiver counts");
            assert_same_delays(&got.delay, &want.delay, &format!("{what}: delay"));
            assert_eq!(
                got.slack_min_left_ps, want.slack_min_left_ps,
                "{what}: slack"
            );
            assert!(
                got.slack_shape == want.slack_shape,
                "{what}: slack histogram"
            );
        }
        assert!(got == want, "{what}: some part not named here");
    }
    assert_eq!(got.ports, want.ports, "{what}: ports");
}

fn assert_same_delays(got: &Delays, want: &Delays, what: &str) {
    let exact = |delays: &Delays| (delays.count, delays.min, delays.max, delays.sum_ps);
    assert_eq!(exact(got), exact(want), "{what}");
    assert!(got.shape == want.shape, "{what}: histogram");
}

#[test]
fn window_engine_equals_heap_engine_on_500_random_networks() {
    let mut coverage = Coverage::default();
    for case in 0..CASES {
        let (plan, seed) = (random_plan(case), Seed(case));
        let (want, noted) = engine::run_reference_noting(&plan, seed);
        coverage.note(&want, noted.ties);
        for window_max in [Span::from_ms(4), Span::from_us(100), Span::from_ns(7_777)] {
            let got = engine::run(&plan, seed, &windows(window_max));
            assert_same(&got, &want, &format!("case {case}, window {window_max:?}"));
            let shared = SharedArrivals::draw(&plan, seed);
            let got = engine::run_shared(&plan, seed, &windows(window_max), &shared);
            assert_same(
                &got,
                &want,
                &format!("case {case}, window {window_max:?}, shared"),
            );
        }
    }
    println!("{CASES} cases: {coverage:?}");
    let least = CASES * 30 / 100;
    for (what, cases) in [
        ("drops", coverage.drops),
        ("ties", coverage.ties),
        ("loss of packets", coverage.losses_of_packets),
        ("restarts", coverage.restarts),
        ("reordering", coverage.reorders),
    ] {
        assert!(cases >= least, "{what} in {cases} of {CASES} cases only");
    }
}
