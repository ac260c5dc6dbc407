//! The window engine against the heap engine, part by part, on random networks.

use pilotwire::engine::{
    self, Delays, EngineKind, Noted, Options, Outcome, Received, SharedArrivals, StreamOutcome,
};
use pilotwire::plan::{Plan, StreamId};
use pilotwire::random::Seed;
use pilotwire::units::Span;

use crate::random_failing_plans::random_failing_plan;
use crate::random_general_plans::random_general_plan;
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
        let counts = |end: &StreamOutcome| {
            let lost = [end.dropped, end.dropped_early, end.policed];
            let gone = [end.cut, end.unrouted, end.expired];
            (end.sent, end.delivered, lost, gone)
        };
        assert_eq!(
            counts(got),
            counts(want),
            "{what}: sent, delivered, dropped"
        );
        assert_eq!(got.series, want.series, "{what}: series");
        assert_eq!(got.stages, want.stages, "{what}: stages");
        assert_eq!(got.held, want.held, "{what}: subscriber");
        assert_same_delays(&got.network, &want.network, &format!("{what}: network"));
        assert_eq!(got.slowest, want.slowest, "{what}: slowest packet");
        assert_eq!(got.received.is_some(), want.received.is_some(), "{what}");
        if let (Some(got), Some(want)) = (&got.received, &want.received) {
            assert_eq!(got.selected, want.selected, "{what}: selected");
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

/// In how many of the general cases each feature showed.
#[derive(Default, Debug)]
struct GeneralCoverage {
    ties: u64,
    dropped: u64,
    dropped_early: u64,
    policed: u64,
    yellow_losses: u64,
    cuts: u64,
    session_timeouts: u64,
    sent_at_another_rate: u64,
    shaper_waits: u64,
    order_waits: u64,
    losses_of_packets: u64,
    slips: u64,
}

impl GeneralCoverage {
    fn note(&mut self, outcome: &Outcome, noted: &Noted) {
        let streams = || outcome.streams.iter();
        let add = |case: bool, count: &mut u64| *count += u64::from(case);
        add(noted.ties, &mut self.ties);
        add(streams().any(|end| end.dropped > 0), &mut self.dropped);
        add(
            streams().any(|end| end.dropped_early > 0),
            &mut self.dropped_early,
        );
        add(streams().any(|end| end.policed > 0), &mut self.policed);
        add(noted.yellow_losses > 0, &mut self.yellow_losses);
        let cut = outcome.ports.iter().flatten().any(|queue| queue.cuts > 0);
        add(cut, &mut self.cuts);
        add(noted.session_timeouts > 0, &mut self.session_timeouts);
        add(
            noted.sent_at_another_rate > 0,
            &mut self.sent_at_another_rate,
        );
        add(noted.shaper_waits > 0, &mut self.shaper_waits);
        add(noted.order_waits > 0, &mut self.order_waits);
        let received = || streams().filter_map(|end| end.received.as_ref());
        add(
            received().any(|end| end.losses_of_packets > 0),
            &mut self.losses_of_packets,
        );
        add(received().any(|end| end.slips > 0), &mut self.slips);
    }

    /// Each feature in so many of a hundred cases at least.
    fn assert_wide(&self, cases: u64) {
        for (what, seen, least) in [
            ("ties", self.ties, 60),
            ("drops", self.dropped, 60),
            ("early drops", self.dropped_early, 30),
            ("policed packets", self.policed, 60),
            ("losses out of profile", self.yellow_losses, 30),
            ("cuts", self.cuts, 10),
            ("session time-outs", self.session_timeouts, 30),
            ("changed rates", self.sent_at_another_rate, 30),
            ("waits for shapers", self.shaper_waits, 40),
            ("waits for order", self.order_waits, 20),
            ("losses of packets", self.losses_of_packets, 20),
            ("slips", self.slips, 20),
        ] {
            assert!(
                100 * seen >= least * cases,
                "{what} in {seen} of {cases} cases only"
            );
        }
    }
}

#[test]
fn window_engine_equals_heap_engine_on_500_random_general_networks() {
    let mut coverage = GeneralCoverage::default();
    for case in 0..CASES {
        let (plan, seed) = (random_general_plan(case), Seed(case));
        let (want, noted) = engine::run_reference_noting(&plan, seed);
        coverage.note(&want, &noted);
        for window_max in [Span::from_ms(4), Span::from_us(100), Span::from_ns(7_777)] {
            let got = engine::run(&plan, seed, &windows(window_max));
            let what = format!("general case {case}, window {window_max:?}");
            assert_same(&got, &want, &what);
        }
    }
    println!("{CASES} general cases: {coverage:?}");
    coverage.assert_wide(CASES);
}

/// In how many of the failing cases each thing showed.
#[derive(Default, Debug)]
struct FailingCoverage {
    cut: u64,
    unrouted: u64,
    expired: u64,
    diverted: u64,
    eliminated: u64,
    lost_by_both: u64,
    losses_of_packets: u64,
    restarts: u64,
    session_timeouts: u64,
    policed: u64,
}

impl FailingCoverage {
    fn note(&mut self, outcome: &Outcome, noted: &Noted) {
        let streams = || outcome.streams.iter();
        let received = || streams().filter_map(|end| end.received.as_ref());
        let selected = || received().filter_map(|end| end.selected.as_ref());
        let add = |case: bool, count: &mut u64| *count += u64::from(case);
        add(streams().any(|end| end.cut > 0), &mut self.cut);
        add(streams().any(|end| end.unrouted > 0), &mut self.unrouted);
        add(streams().any(|end| end.expired > 0), &mut self.expired);
        add(noted.diverted > 0, &mut self.diverted);
        add(
            selected().any(|both| both.eliminated > 0),
            &mut self.eliminated,
        );
        let mut stages = selected().flat_map(|both| &both.stages);
        add(stages.any(|bin| bin.lost > 0), &mut self.lost_by_both);
        add(
            received().any(|end| end.losses_of_packets > 0),
            &mut self.losses_of_packets,
        );
        add(received().any(|end| end.starts > 1), &mut self.restarts);
        add(noted.session_timeouts > 0, &mut self.session_timeouts);
        add(streams().any(|end| end.policed > 0), &mut self.policed);
    }

    /// Each in so many of a hundred cases at least.
    fn assert_wide(&self, cases: u64) {
        for (what, seen, least) in [
            ("cuts", self.cut, 60),
            ("discards", self.unrouted, 60),
            ("ends of time to live", self.expired, 4),
            ("diversions", self.diverted, 90),
            ("eliminated copies", self.eliminated, 30),
            ("packets lost by both", self.lost_by_both, 10),
            ("losses of packets", self.losses_of_packets, 30),
            ("restarts", self.restarts, 30),
            ("session time-outs", self.session_timeouts, 20),
            ("policed packets", self.policed, 20),
        ] {
            assert!(
                100 * seen >= least * cases,
                "{what} in {seen} of {cases} cases only"
            );
        }
    }
}

#[test]
fn window_engine_equals_heap_engine_on_500_random_networks_in_which_things_fail() {
    let mut coverage = FailingCoverage::default();
    for case in 0..CASES {
        let (plan, seed) = (random_failing_plan(case), Seed(case));
        let (want, noted) = engine::run_reference_noting(&plan, seed);
        coverage.note(&want, &noted);
        // Arrivals are shared with runs in which nothing fails.
        let mut sound = plan.clone();
        sound.ports.iter_mut().for_each(|port| port.cuts.clear());
        let shared = SharedArrivals::draw(&sound, seed);
        for window_max in [Span::from_ms(4), Span::from_us(100), Span::from_ns(7_777)] {
            let got = engine::run(&plan, seed, &windows(window_max));
            let what = format!("failing case {case}, window {window_max:?}");
            assert_same(&got, &want, &what);
        }
        let got = engine::run_shared(&plan, seed, &Options::default(), &shared);
        assert_same(&got, &want, &format!("failing case {case}, shared"));
    }
    println!("{CASES} failing cases: {coverage:?}");
    coverage.assert_wide(CASES);
}

/// What holds of any outcome, worked out from the plan once more.
fn assert_whole(plan: &Plan, outcome: &Outcome, what: &str) {
    let (mut least, mut most, mut dropped, mut early) = (0, 0, 0, 0);
    for (number, end) in outcome.streams.iter().enumerate() {
        let what = format!("{what}, stream {number}");
        let lost = end.dropped + end.dropped_early;
        assert_eq!(end.sent, end.delivered + lost + end.policed, "{what}");
        let hops = u64::from(plan.streams[number].hops);
        least += end.delivered * hops;
        most += end.delivered * hops + lost * (hops - 1);
        dropped += end.dropped;
        early += end.dropped_early;
        assert_eq!(end.network.count, end.delivered, "{what}");
        assert_parts(plan, number, end, &what);
        if plan.series_bin.is_some() {
            let bins = || end.series.iter();
            let sum: u128 = bins().map(|bin| bin.delay_sum_ps).sum();
            assert_eq!(sum, end.network.sum_ps, "{what}: delays by bin");
            let delivered = bins().map(|bin| bin.delivered).sum::<u64>();
            assert_eq!(delivered, end.delivered, "{what}: deliveries by bin");
            let by_bin = bins().map(|bin| bin.lost).sum::<u64>();
            assert_eq!(by_bin, lost, "{what}: losses by bin");
            let max = bins().map(|bin| bin.delay_max).max().unwrap_or(Span::ZERO);
            assert_eq!(max, end.network.max, "{what}: largest delay by bin");
        } else {
            assert!(end.series.is_empty(), "{what}: nobody asked");
        }
    }
    let sum = |count: fn(&engine::QueueOutcome) -> u64| -> u64 {
        outcome.ports.iter().flatten().map(count).sum()
    };
    let transmitted = sum(|queue| queue.transmitted);
    assert!((least..=most).contains(&transmitted), "{what}: crossings");
    assert_eq!(sum(|queue| queue.dropped), dropped, "{what}: drops");
    assert_eq!(sum(|queue| queue.dropped_early), early, "{what}: early");
}

/// The parts of the slowest packet against the way of whichever size it may have had.
fn assert_parts(plan: &Plan, number: usize, end: &StreamOutcome, what: &str) {
    let Some(slowest) = &end.slowest else {
        assert_eq!(end.delivered, 0, "{what}");
        return;
    };
    let (parts, id) = (&slowest.parts, StreamId(number as u32));
    assert!(slowest.created < plan.sources_end, "{what}");
    assert_eq!(parts.total(), end.network.max, "{what}: parts sum");
    let ways = || (0..plan.variants(id)).map(|variant| plan.path_of(id, variant));
    let propagation: Span = ways()
        .next()
        .unwrap()
        .iter()
        .map(|leg| leg.propagation)
        .sum();
    assert_eq!(parts.propagation, propagation, "{what}");
    let media = ways().map(|way| way.iter().map(|leg| leg.media).sum::<Span>());
    assert!(parts.media >= media.min().unwrap(), "{what}: media");
    let ingress = plan.streams[number].ingress.min();
    let processing = |way: &[pilotwire::plan::Leg]| -> Span {
        way.iter().map(|leg| leg.processing.min()).sum::<Span>() + ingress
    };
    assert!(
        parts.processing >= ways().map(processing).min().unwrap(),
        "{what}"
    );
    let fixed = |way: &[pilotwire::plan::Leg]| -> Span {
        way.iter()
            .map(|leg| leg.propagation + leg.media)
            .sum::<Span>()
            + processing(way)
    };
    let least = ways().map(fixed).min().unwrap();
    assert!(end.network.min > least, "{what}: nothing comes too early");
}

#[test]
fn heap_engine_keeps_its_books_on_500_random_general_networks() {
    let mut coverage = GeneralCoverage::default();
    for case in 0..CASES {
        let (plan, seed) = (random_general_plan(case), Seed(case));
        let (outcome, noted) = engine::run_reference_noting(&plan, seed);
        coverage.note(&outcome, &noted);
        assert_whole(&plan, &outcome, &format!("general case {case}"));
    }
    println!("{CASES} general cases: {coverage:?}");
    coverage.assert_wide(CASES);
}
