//! What general ports, policers and sources do, worked out by hand to the picosecond.

use pilotwire::engine::{Outcome, StreamOutcome};
use pilotwire::plan::{
    Crossing, Discipline, EarlyDrop, End, PlanBuilder, PortId, Preemption, Processing, RateStep,
    Route, Shaper, Sizes, Source, StreamId,
};
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::traffic::{Class, Policer};
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

use crate::every_engine::run_general;

const AT_ONCE: Processing = Processing::Constant(Span::ZERO);
const UNLIMITED: [Option<Octets>; Class::COUNT] = [None; Class::COUNT];
/// 8 Mb/s: one octet a microsecond.
const OCTET_A_US: u64 = 8_000_000;

fn rate(bps: u64) -> BitRate {
    BitRate::from_bps(bps).unwrap()
}

fn builder() -> PlanBuilder {
    PlanBuilder::new(SimTime::ZERO + Span::from_s(1))
}

fn crossing(port: PortId, bps: u64, octets: u64) -> Crossing {
    Crossing {
        port,
        serialization: rate(bps).time_to_send(Octets(octets)),
        bits: 8 * octets,
        queued: Octets(octets),
        processing: AT_ONCE,
        ..Crossing::default()
    }
}

fn route(class: Class, source: Source, path: Vec<Crossing>) -> Route {
    Route {
        graph: None,
        class,
        source,
        sizes: Sizes::One,
        policer: None,
        ingress: AT_ONCE,
        paths: vec![path],
        end: End::Sink,
    }
}

/// Packets created at these instants, in picoseconds.
fn listed(instants: &[u64]) -> Source {
    Source::Listed(instants.iter().map(|at| SimTime(*at)).collect())
}

fn run(builder: PlanBuilder) -> Outcome {
    run_general(&builder.seal(), Seed(1), true)
}

/// Shortest and longest delay and the sum of all, in microseconds; none may have a part of one.
fn delays_us(stream: &StreamOutcome) -> (u64, u64, u128) {
    let us = 1_000_000;
    let (min, max, sum) = (
        stream.network.min.0,
        stream.network.max.0,
        stream.network.sum_ps,
    );
    assert!(min.is_multiple_of(us) && max.is_multiple_of(us) && sum.is_multiple_of(us.into()));
    (min / us, max / us, sum / u128::from(us))
}

#[test]
fn a_frame_of_1518_octets_ahead_on_2048_kbps_costs_5929_6875_us() {
    // TV32: 12144 bit / 2.048 Mb/s, less the picosecond by which the frame came first.
    for strict in [false, true] {
        let mut builder = builder();
        let port = if strict {
            builder.general_port(UNLIMITED, Discipline::default())
        } else {
            builder.port(UNLIMITED)
        };
        let path = |octets| vec![crossing(port, 2_048_000, octets)];
        builder.route(route(Class::Ef, listed(&[1]), path(64)));
        builder.route(route(Class::Be, listed(&[0]), path(1518)));
        let outcome = run(builder);
        let slowest = outcome.streams[0].slowest.expect("delivered");
        assert_eq!(slowest.parts.queueing, Span(5_929_687_500 - 1));
    }
}

/// A frame of 1538 octets at 100 Mb/s (80 ns an octet) from time zero, and express packets of 84
/// octets at these instants in nanoseconds.
fn preempted(express_ns: &[u64]) -> Outcome {
    let mut builder = builder();
    let mut express = [false; Class::COUNT];
    express[Class::Ef.index()] = true;
    let discipline = Discipline {
        rates: vec![RateStep {
            from: SimTime::ZERO,
            rate: BitRate::from_bps(100_000_000),
        }],
        preemption: Some(Preemption {
            express,
            fragment_min: Octets(64),
            overhead: Octets(24),
        }),
        ..Discipline::default()
    };
    let port = builder.general_port(UNLIMITED, discipline);
    let path = |octets| vec![crossing(port, 100_000_000, octets)];
    let instants: Vec<u64> = express_ns.iter().map(|ns| ns * 1000).collect();
    builder.route(route(Class::Ef, listed(&instants), path(84)));
    builder.route(route(Class::Be, listed(&[0]), path(1538)));
    run(builder)
}

/// Waits of the express packets (shortest and longest), then serialization and queueing of the
/// frame, all in nanoseconds, and how often it was cut.
fn preemption_ns(express_ns: &[u64]) -> [u64; 5] {
    let outcome = preempted(express_ns);
    let (express, frame) = (&outcome.streams[0].network, &outcome.streams[1]);
    let parts = frame.slowest.expect("delivered").parts;
    let cuts = outcome.ports[0][Class::Be.index()].cuts;
    let transmitted = outcome.ports[0].map(|queue| queue.transmitted);
    assert_eq!(transmitted.iter().sum::<u64>(), 1 + express_ns.len() as u64);
    let own = 84 * 80;
    let ns = |span: Span| {
        assert!(span.0.is_multiple_of(1000));
        span.0 / 1000
    };
    [
        ns(express.min) - own,
        ns(express.max) - own,
        ns(parts.serialization),
        ns(parts.queueing),
        cuts,
    ]
}

#[test]
fn an_express_packet_cuts_a_frame_behind_whole_octets_and_24_more() {
    // 50 us are 625 octets; 24 more until 51.92 us; 84 octets; then the other 913.
    assert_eq!(
        preemption_ns(&[50_000]),
        [1_920, 1_920, (1538 + 24) * 80, 84 * 80, 1]
    );
    // 10 ns later the 626th octet has begun and is sent.
    assert_eq!(preemption_ns(&[50_010])[0], (626 + 24) * 80 - 50_010);
}

#[test]
fn no_piece_is_shorter_than_64_octets() {
    // At 10 ns: 64 octets and 24 must go first.
    assert_eq!(preemption_ns(&[10])[0], 88 * 80 - 10);
    // 64 octets are left behind the 1474th, and none may be cut off later.
    let last = 1474 * 80;
    assert_eq!(preemption_ns(&[last])[..1], [24 * 80]);
    assert_eq!(preemption_ns(&[last])[4], 1);
    assert_eq!(
        preemption_ns(&[last + 1]),
        [64 * 80 - 1, 64 * 80 - 1, 1538 * 80, 0, 0]
    );
}

#[test]
fn a_frame_to_be_cut_is_not_cut_anew_but_its_rest_is() {
    // The second comes while the cut is being made and goes right after the first.
    assert_eq!(
        preemption_ns(&[50_000, 50_100]),
        [1_920, 51_920 + 6_720 - 50_100, 1562 * 80, 2 * 84 * 80, 1]
    );
    // The rest begins at 58.64 us; at 66.64 us, 100 octets of it are gone.
    assert_eq!(
        preemption_ns(&[50_000, 66_640]),
        [1_920, 1_920, (1538 + 48) * 80, 2 * 84 * 80, 2]
    );
    // An express packet at the very end of a frame does not cut it.
    assert_eq!(preemption_ns(&[1538 * 80]), [0, 0, 1538 * 80, 0, 0]);
}

/// How many of 40 packets of 100 octets that come at once pass early dropping like this.
fn pass_early(min: u64, max: u64, probability_max_ppb: u64, weight_shift: u32) -> [u64; 2] {
    let mut builder = builder();
    let mut discipline = Discipline::default();
    discipline.early[Class::Be.index()] = Some(EarlyDrop {
        min: Octets(min),
        max: Octets(max),
        probability_max_ppb,
        weight_shift,
        key: StreamKey::new("port", "early", Purpose::Arrivals),
    });
    let port = builder.general_port(UNLIMITED, discipline);
    let path = vec![crossing(port, OCTET_A_US, 100)];
    builder.route(route(Class::Be, listed(&[0; 40]), path));
    let outcome = run(builder);
    let stream = &outcome.streams[0];
    let queue = &outcome.ports[0][Class::Be.index()];
    assert_eq!((stream.dropped, queue.dropped), (0, 0));
    assert_eq!(stream.dropped_early, queue.dropped_early);
    [stream.delivered, stream.dropped_early]
}

#[test]
fn early_dropping_spares_what_is_below_min_and_nothing_from_max_on() {
    // The n-th packet finds 100 n octets; at weight 1 that is the average.
    assert_eq!(pass_early(1000, 1001, 1_000_000_000, 0), [11, 29]);
    assert_eq!(pass_early(999, 1000, 1_000_000_000, 0), [10, 30]);
    // Between them with probability nought all pass.
    assert_eq!(pass_early(0, 2000, 0, 0), [20, 20]);
    // At weight 1/2 the average goes 0, 50, 125, 212.5, 256.25 …: 300 octets wait from then on.
    assert_eq!(pass_early(125, 126, 0, 1), [3, 37]);
}

#[test]
fn deficit_round_robin_goes_the_way_of_its_deficits() {
    let mut builder = builder();
    let mut discipline = Discipline::default();
    discipline.quantum[Class::L1.index()..].fill(Some(Octets(500)));
    discipline.quantum[Class::L1.index()] = Some(Octets(1000));
    let port = builder.general_port(UNLIMITED, discipline);
    let path = |octets| vec![crossing(port, OCTET_A_US, octets)];
    builder.route(route(Class::L1, listed(&[0; 3]), path(600)));
    builder.route(route(Class::Be, listed(&[0; 3]), path(500)));
    let outcome = run(builder);
    // L1 600 (deficit 400), BE 500 (0), L1 600 (800) and 600 (200, leaves), BE 500, BE 500: ends
    // at 600, 1700, 2300 and at 1100, 2800, 3300 us.
    assert_eq!(delays_us(&outcome.streams[0]), (600, 2300, 4600));
    assert_eq!(delays_us(&outcome.streams[1]), (1100, 3300, 7200));
}

#[test]
fn a_shaper_lets_its_burst_pass_and_then_its_rate() {
    // 100 packets of 1000 octets at 80 Mb/s; 3000 octets at once, then one octet a microsecond:
    // packet n begins at n x 100 us for n < 3, then at n x 1000 - 2000 us.
    let shaper = Some(Shaper {
        rate_bps: OCTET_A_US,
        burst: Octets(3000),
    });
    let mut of_class = Discipline::default();
    of_class.class_shaper[Class::Be.index()] = shaper;
    let of_port = Discipline {
        port_shaper: shaper,
        ..Discipline::default()
    };
    for discipline in [of_class, of_port] {
        let mut builder = builder();
        let port = builder.general_port(UNLIMITED, discipline);
        let path = vec![crossing(port, 80_000_000, 1000)];
        builder.route(route(Class::Be, listed(&[0; 100]), path));
        let outcome = run(builder);
        let begins: u64 = 100 + 200 + (3..100).map(|n| n * 1000 - 2000).sum::<u64>();
        let want = (100, 97_100, u128::from(begins + 100 * 100));
        assert_eq!(delays_us(&outcome.streams[0]), want);
    }
}

#[test]
fn while_the_port_is_held_a_more_urgent_packet_does_not_begin_sooner() {
    // 1000 octets are there at first. The first packet takes them, the second needs 1000 more by
    // 1000 us; the urgent one of 100 octets, which comes at 500 us, goes first then.
    let mut builder = builder();
    let discipline = Discipline {
        port_shaper: Some(Shaper {
            rate_bps: OCTET_A_US,
            burst: Octets(1000),
        }),
        ..Discipline::default()
    };
    let port = builder.general_port(UNLIMITED, discipline);
    let path = |octets| vec![crossing(port, 80_000_000, octets)];
    builder.route(route(Class::Ef, listed(&[500_000_000]), path(100)));
    builder.route(route(Class::Be, listed(&[0, 0]), path(1000)));
    let outcome = run(builder);
    assert_eq!(delays_us(&outcome.streams[0]).0, 510);
    // 900 octets are left at 1000 us: the second is there at 1100 us.
    assert_eq!(delays_us(&outcome.streams[1]), (100, 1200, 1300));
}

#[test]
fn a_rate_changes_at_the_next_packet_and_an_outage_waits_for_its_end() {
    // 1000 octets: 1000 us at first, 2000 us from 500 us on; nothing from 3500 us to 9000 us.
    let mut builder = builder();
    let step = |us: u64, bps: u64| RateStep {
        from: SimTime(us * 1_000_000),
        rate: BitRate::from_bps(bps),
    };
    let discipline = Discipline {
        rates: vec![
            step(0, OCTET_A_US),
            step(500, OCTET_A_US / 2),
            step(3500, 0),
            step(9000, 2 * OCTET_A_US),
        ],
        ..Discipline::default()
    };
    let port = builder.general_port(UNLIMITED, discipline);
    let path = vec![crossing(port, OCTET_A_US, 1000)];
    builder.route(route(Class::Be, listed(&[0, 0, 0, 0]), path));
    let outcome = run(builder);
    // Ends at 1000, 3000, 5000 (begun before the outage), 9500.
    assert_eq!(delays_us(&outcome.streams[0]), (1000, 9500, 18_500));
    let parts = outcome.streams[0].slowest.expect("delivered").parts;
    assert_eq!(parts.serialization, Span::from_us(500));
    assert_eq!(parts.queueing, Span::from_us(9000));
}

#[test]
fn a_small_packet_comes_out_of_a_pipeline_1_ps_behind_the_large_one_before_it() {
    for (keeps_order, media) in [(false, Span::from_us(10)), (true, Span(900_000_001))] {
        let mut builder = builder();
        let discipline = Discipline {
            keeps_order,
            ..Discipline::default()
        };
        let port = builder.general_port(UNLIMITED, discipline);
        let path = |octets, media| {
            vec![Crossing {
                media: Span::from_us(media),
                ..crossing(port, OCTET_A_US, octets)
            }]
        };
        builder.route(route(Class::Be, listed(&[0]), path(1000, 1000)));
        builder.route(route(Class::Be, listed(&[1]), path(100, 10)));
        let outcome = run(builder);
        // Out at 2000 us, and 1100 us + 10 us or 1 ps after 2000 us.
        assert_eq!(delays_us(&outcome.streams[0]).0, 2000);
        let parts = outcome.streams[1].slowest.expect("delivered").parts;
        assert_eq!(parts.media, media);
    }
}

#[test]
fn a_policer_of_384_kbps_passes_all_half_and_four_sevenths_on_the_way_into_the_network() {
    // TV33: packets of 84 octets, 48 octets a millisecond.
    for (gap_us, burst, packets, passed) in [
        (1750, 84, 1000, 1000..=1000),
        (1000, 84, 1000, 500..=500),
        (1000, 126, 7000, 4000..=4001),
    ] {
        let gap = Span::from_us(gap_us);
        let mut builder = PlanBuilder::new(SimTime::ZERO + gap * packets);
        let port = builder.port(UNLIMITED);
        let ticks = Ticks::every(SimTime::ZERO, gap);
        let path = vec![crossing(port, OCTET_A_US, 84)];
        builder.route(Route {
            graph: None,
            policer: Some(Policer::SingleRate {
                rate_bps: 384_000,
                committed: Octets(burst),
                excess: Octets(0),
            }),
            ..route(Class::Be, Source::Periodic(ticks), path)
        });
        let outcome = run(builder);
        let stream = &outcome.streams[0];
        assert_eq!(stream.sent, packets);
        assert_eq!(stream.policed, packets - stream.delivered);
        assert!(passed.contains(&stream.delivered), "{}", stream.delivered);
    }
}

#[test]
fn packets_out_of_profile_find_less_room() {
    // Eleven of 100 octets come at once, before any is sent: two are green, seven yellow, two red.
    // 500 octets may wait when a yellow one comes, so that three of those are taken.
    let mut builder = builder();
    let mut discipline = Discipline::default();
    discipline.yellow_limit[Class::Be.index()] = Some(Octets(500));
    let port = builder.general_port(UNLIMITED, discipline);
    let path = vec![crossing(port, OCTET_A_US, 100)];
    builder.route(Route {
        graph: None,
        policer: Some(Policer::TwoRate {
            peak_bps: 1000,
            peak: Octets(900),
            committed_bps: 1000,
            committed: Octets(200),
        }),
        ..route(Class::Be, listed(&[0; 11]), path)
    });
    let outcome = run(builder);
    let stream = &outcome.streams[0];
    let counts = [
        stream.sent,
        stream.delivered,
        stream.dropped,
        stream.policed,
    ];
    assert_eq!(counts, [11, 5, 4, 2]);
    assert_eq!(outcome.ports[0][Class::Be.index()].dropped, 4);
}

/// Creations per bin of so many microseconds, as far as packets are delivered.
fn series(mut builder: PlanBuilder, bin_us: u64) -> Vec<u64> {
    builder.series(Span::from_us(bin_us));
    let outcome = run(builder);
    let bins = &outcome.streams[0].series;
    bins.iter().map(|bin| bin.delivered).collect()
}

#[test]
fn a_trace_is_sent_as_it_stands_up_to_the_end_of_the_run() {
    let mut builder = builder();
    let port = builder.port(UNLIMITED);
    let path = |octets| crossing(port, 80_000_000, octets);
    let second = 1_000_000_000_000;
    let at = [0, 0, 5_000_000, 14_000_000, second - 1, second, second + 1];
    builder.route(Route {
        graph: None,
        sizes: Sizes::Cycle([0, 1, 1].into()),
        paths: vec![vec![path(100)], vec![path(1000)]],
        ..route(Class::Be, listed(&at), Vec::new())
    });
    builder.series(Span::from_us(10));
    let outcome = run(builder);
    let stream = &outcome.streams[0];
    assert_eq!((stream.sent, stream.delivered), (5, 5));
    let delivered: Vec<u64> = stream.series.iter().map(|bin| bin.delivered).collect();
    assert_eq!(delivered.len(), 100_000);
    assert_eq!((delivered[0], delivered[1], delivered[99_999]), (3, 1, 1));
    // 100, 1000, 1000, 100, 1000 octets at 0.1 us: done at 10, 110, 210, 220 us.
    assert_eq!(
        stream.series[0].delay_sum_ps,
        10_000_000 + 110_000_000 + 205_000_000
    );
    assert_eq!(stream.series[1].delay_max, Span::from_us(206));
    assert_eq!(stream.series[99_999].delay_max, Span::from_us(100));
}

#[test]
fn a_cycle_is_sent_again_and_again() {
    // 0, 1 and 4 ms after every 10 ms from 5 ms on.
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(26));
    let port = builder.port(UNLIMITED);
    let path = vec![crossing(port, OCTET_A_US, 100)];
    let source = Source::Cyclic {
        cycles: Ticks::every(SimTime::ZERO + Span::from_ms(5), Span::from_ms(10)),
        offsets: [0, 1, 4].map(Span::from_ms).into(),
    };
    builder.route(route(Class::Be, source, path));
    let mut want = vec![0; 26];
    for ms in [5, 6, 9, 15, 16, 19, 25] {
        want[ms] = 1;
    }
    assert_eq!(series(builder, 1000), want);
}

#[test]
fn talk_that_does_not_end_has_a_packet_a_gap_and_talk_of_no_length_one() {
    // Silence of 1 ps and talk of minutes on average: ten packets in 10 ms, 1 ms apart.
    let sent = |on: u64, off: u64| {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(10));
        let port = builder.port(UNLIMITED);
        let source = Source::OnOff {
            gap: Span::from_ms(1),
            mean_on_q16_ps: on,
            mean_off_q16_ps: off,
            key: StreamKey::new("flow", "talk", Purpose::Arrivals),
        };
        let path = vec![crossing(port, 80_000_000, 1)];
        builder.route(route(Class::Be, source, path));
        series(builder, 1000)
    };
    assert_eq!(sent(1 << 63, 1 << 16), [1; 10]);
    // Silence of 1 us on average and talk of no length: packets at random, 1000 a millisecond.
    let counts = sent(0, 1_000_000 << 16);
    assert!(
        counts.iter().all(|count| (850..1150).contains(count)),
        "{counts:?}"
    );
}

/// Requests created every so many microseconds, of 5 ms; the way there takes 10 + 100 + 50 + 10
/// us, the server 30 us, the way back 10 + 200 + 50 + 10 us: 470 us in all.
fn session(interval_us: u64, timeout_us: u64, first_us: u64, bin_us: u64) -> (Vec<u64>, u64) {
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_us(5000));
    let ports = [builder.port(UNLIMITED), builder.port(UNLIMITED)];
    let side = |port, octets, source| Route {
        graph: None,
        ingress: Processing::Constant(Span::from_us(10)),
        ..route(
            Class::Be,
            source,
            vec![Crossing {
                propagation: Span::from_us(50),
                processing: Processing::Constant(Span::from_us(10)),
                ..crossing(port, OCTET_A_US, octets)
            }],
        )
    };
    let request = Source::Request {
        first: SimTime::ZERO + Span::from_us(first_us),
        interval: Span::from_us(interval_us),
        timeout: Span::from_us(timeout_us),
        response: StreamId(1),
    };
    let response = Source::Response {
        request: StreamId(0),
        turnaround: Span::from_us(30),
    };
    builder.route(side(ports[0], 100, request));
    builder.route(side(ports[1], 200, response));
    builder.series(Span::from_us(bin_us));
    let outcome = run(builder);
    let [requests, responses] = &outcome.streams[..] else {
        panic!("two streams")
    };
    if requests.sent == 0 {
        return (Vec::new(), responses.sent);
    }
    assert_eq!(
        delays_us(requests),
        (170, 170, 170 * u128::from(requests.sent))
    );
    assert_eq!(
        delays_us(responses),
        (270, 270, 270 * u128::from(responses.sent))
    );
    let bins = requests.series.iter().map(|bin| bin.delivered);
    (bins.collect(), responses.sent)
}

#[test]
fn a_client_asks_when_its_interval_is_over_and_the_response_is_there() {
    // Every 1000 us: the response comes well before.
    assert_eq!(session(1000, 3000, 0, 1000), (vec![1; 5], 5));
    // Every 470 us, as soon as the response is there: 0, 470, … 4700 us. The server would create
    // the eleventh response at 4900 us: still before the end.
    assert_eq!(session(100, 3000, 0, 470), (vec![1; 11], 11));
    // A response at the very end of the wait counts, and means the same instant.
    assert_eq!(session(100, 470, 0, 470), (vec![1; 11], 11));
}

#[test]
fn a_client_that_gives_up_asks_again_and_the_late_response_changes_nothing() {
    // Every 400 us: 0, 400, … 4800 us; responses are created 200 us later, the last not at 5000.
    assert_eq!(session(100, 400, 0, 400), (vec![1; 13], 12));
    assert_eq!(session(400, 400, 0, 400), (vec![1; 13], 12));
    assert_eq!(session(100, 3000, 5000, 1000), (vec![], 0));
}
