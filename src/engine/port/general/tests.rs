//! General ports against figures worked out by hand.

use crate::engine::{self, EngineKind, Options, Outcome, Parts};
use crate::plan::{
    Crossing, Discipline, End, Plan, PlanBuilder, PortId, Preemption, Processing, RateStep, Route,
    Shaper, Sizes, Source,
};
use crate::random::Seed;
use crate::traffic::{Class, Policer};
use crate::units::{BitRate, Octets, SimTime, Span};

const US: u64 = 1_000_000;

fn rate(bps: u64) -> Option<BitRate> {
    BitRate::from_bps(bps)
}

/// A discipline of this rate.
fn at_rate(bps: u64) -> Discipline {
    let step = RateStep {
        from: SimTime::ZERO,
        rate: rate(bps),
    };
    Discipline {
        rates: vec![step],
        ..Discipline::default()
    }
}

/// One general port of 10 s, and what crosses it.
struct One {
    builder: PlanBuilder,
    port: PortId,
    first_rate: BitRate,
}

impl One {
    fn new(discipline: Discipline) -> Self {
        Self::with_room(discipline, None)
    }

    /// With so much room for each class.
    fn with_room(discipline: Discipline, room: Option<Octets>) -> Self {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(10));
        let first_rate = discipline.rates[0].rate.unwrap();
        let port = builder.general_port([room; Class::COUNT], discipline);
        Self {
            builder,
            port,
            first_rate,
        }
    }

    fn crossing(&self, octets: u64) -> Crossing {
        Crossing {
            port: self.port,
            serialization: self.first_rate.time_to_send(Octets(octets)),
            bits: 8 * octets,
            queued: Octets(octets),
            ..Crossing::default()
        }
    }

    /// Adds packets of these octets at these instants.
    fn add(&mut self, class: Class, octets: u64, instants: &[u64]) {
        let crossing = self.crossing(octets);
        self.add_sizes(class, Sizes::One, vec![vec![crossing]], instants);
    }

    fn add_sizes(
        &mut self,
        class: Class,
        sizes: Sizes,
        paths: Vec<Vec<Crossing>>,
        instants: &[u64],
    ) {
        let instants: Vec<SimTime> = instants.iter().map(|at| SimTime(*at)).collect();
        self.builder.route(Route {
            graph: None,
            class,
            source: Source::Listed(instants.into()),
            sizes,
            policer: None,
            ingress: Processing::Constant(Span::ZERO),
            paths,
            end: End::Sink,
        });
    }

    fn run(self) -> Outcome {
        run(&self.builder.seal())
    }
}

/// The same for windows of very different lengths.
fn run(plan: &Plan) -> Outcome {
    let outcome = |window_max| {
        let options = Options {
            engine: EngineKind::Window,
            window_max,
            detailed: true,
        };
        engine::run(plan, Seed(1), &options)
    };
    let long = outcome(Span::from_ms(8));
    assert!(long == outcome(Span::from_ns(7_777)), "windows change it");
    long
}

fn slowest(outcome: &Outcome, stream: usize) -> Parts {
    outcome.streams[stream].slowest.as_ref().unwrap().parts
}

/// Delays of a stream of few packets: smallest, largest and sum, in microseconds.
fn delays_us(outcome: &Outcome, stream: usize) -> (u64, u64, u64) {
    let delays = &outcome.streams[stream].network;
    let sum = u64::try_from(delays.sum_ps).unwrap();
    (delays.min.0 / US, delays.max.0 / US, sum / US)
}

#[test]
fn a_frame_of_1518_octets_holds_a_circuit_back_by_5929_688_us_on_an_e1() {
    // TV32: 1518 · 8 / 2.048 Mb/s = 5929.6875 us, less the picosecond that it comes later.
    let mut one = One::new(at_rate(2_048_000));
    one.add(Class::Ef, 84, &[1]);
    one.add(Class::Be, 1518, &[0]);
    assert_eq!(slowest(&one.run(), 0).queueing, Span(5_929_687_500 - 1));
}

#[test]
fn deficit_round_robin_of_two_to_one_sends_two_frames_to_one() {
    // 1500 octets at 8 Mb/s take 1.5 ms. Sent: a a b a a b a a b.
    let mut discipline = at_rate(8_000_000);
    discipline.quantum[Class::L2.index()] = Some(Octets(3000));
    discipline.quantum[Class::Be.index()] = Some(Octets(1500));
    let mut one = One::new(discipline);
    one.add(Class::L2, 1500, &[0; 6]);
    one.add(Class::Be, 1500, &[0; 3]);
    let outcome = one.run();
    assert_eq!(delays_us(&outcome, 0), (1500, 12_000, 40_500));
    assert_eq!(delays_us(&outcome, 1), (4500, 13_500, 27_000));
    let queues = &outcome.ports[0];
    assert_eq!(queues[Class::L2.index()].left_waiting, 5);
    assert_eq!(queues[Class::Be.index()].left_waiting, 2);
}

/// 1522 octets of best effort at zero, 84 express octets at this instant, 100 Mb/s: 80 ns an
/// octet.
fn preempted(at: u64) -> Outcome {
    let mut discipline = at_rate(100_000_000);
    let mut express = [false; Class::COUNT];
    express[Class::Ef.index()] = true;
    discipline.preemption = Some(Preemption {
        express,
        fragment_min: Octets(64),
        overhead: Octets(24),
    });
    let mut one = One::new(discipline);
    one.add(Class::Ef, 84, &[at]);
    one.add(Class::Be, 1522, &[0]);
    one.run()
}

#[test]
fn an_express_frame_cuts_a_long_one_where_it_comes() {
    // At 50 us 625 octets have gone; 24 more end the piece at 51.92 us. The express frame takes
    // 6.72 us; the other 897 octets go from 58.64 us until 130.40 us.
    let outcome = preempted(50 * US);
    assert_eq!(slowest(&outcome, 0).queueing, Span(1_920_000));
    let cut = slowest(&outcome, 1);
    assert_eq!(cut.serialization, Span(51_920_000 + 71_760_000));
    assert_eq!(cut.queueing, Span(6_720_000));
    assert_eq!(cut.total(), Span(130_400_000));
    assert_eq!(outcome.ports[0][Class::Be.index()].cuts, 1);
}

#[test]
fn no_piece_is_shorter_than_64_octets() {
    // The first piece: 64 + 24 octets take 7.04 us, though the express frame comes after 1 ns.
    assert_eq!(slowest(&preempted(1000), 0).queueing, Span(7_039_000));
    // The last: until octet 1458, at 116.64 us, the frame is cut; a picosecond later it is not,
    // and ends at 121.76 us.
    let last = preempted(116_640_000);
    assert_eq!(slowest(&last, 0).queueing, Span(1_920_000));
    let late = preempted(116_640_001);
    assert_eq!(slowest(&late, 0).queueing, Span(121_760_000 - 116_640_001));
    assert_eq!(late.ports[0][Class::Be.index()].cuts, 0);
}

#[test]
fn a_shaped_port_spaces_frames_and_holds_whatever_comes() {
    // 1 Mb/s fills 1500 octets in 12 ms. The urgent frame comes while the port holds for the
    // second long one, at 12 ms, and goes first then; its 100 octets fill again in 0.8 ms.
    let mut discipline = at_rate(8_000_000);
    discipline.port_shaper = Some(Shaper {
        rate_bps: 1_000_000,
        burst: Octets(1500),
    });
    let mut one = One::new(discipline);
    one.add(Class::Ef, 100, &[2000 * US]);
    one.add(Class::Be, 1500, &[0; 3]);
    let outcome = one.run();
    assert_eq!(slowest(&outcome, 0).queueing, Span(10_000 * US));
    // They begin at 0, 12.8 and 24.8 ms and take 1.5 ms.
    assert_eq!(delays_us(&outcome, 1), (1500, 26_300, 42_100));
}

#[test]
fn a_shaped_class_lets_others_by() {
    // Two frames of 1000 octets of the shaped class: the second may begin after 8 ms. The others,
    // less urgent, go at 1 and 2 ms meanwhile.
    let mut discipline = at_rate(8_000_000);
    discipline.class_shaper[Class::Ef.index()] = Some(Shaper {
        rate_bps: 1_000_000,
        burst: Octets(1000),
    });
    let mut one = One::new(discipline);
    one.add(Class::Ef, 1000, &[0, 0]);
    one.add(Class::Be, 1000, &[0, 0]);
    let outcome = one.run();
    assert_eq!(delays_us(&outcome, 0), (1000, 9000, 10_000));
    assert_eq!(delays_us(&outcome, 1), (2000, 3000, 5000));
}

#[test]
fn a_change_of_rate_acts_at_the_next_frame_and_an_outage_stops_all() {
    // 1500 octets: 1.5 ms at 8 Mb/s, 3 ms at 4 Mb/s. Out of order from 1 ms to 10 ms.
    let mut discipline = at_rate(8_000_000);
    for (from, bps) in [(1000 * US, 0), (10_000 * US, 4_000_000)] {
        discipline.rates.push(RateStep {
            from: SimTime(from),
            rate: rate(bps),
        });
    }
    let mut one = One::new(discipline);
    one.add(Class::Ef, 1500, &[0, 0]);
    let outcome = one.run();
    assert_eq!(delays_us(&outcome, 0), (1500, 13_000, 14_500));
    let second = slowest(&outcome, 0);
    assert_eq!(second.serialization, Span(3000 * US));
    assert_eq!(second.queueing, Span(10_000 * US));
}

#[test]
fn a_medium_that_keeps_the_order_lets_nothing_overtake() {
    // 1000 octets take 1 ms and 5 ms in the medium, 100 octets 0.1 ms and none: out at 6 ms, and
    // 1 ps later.
    let mut discipline = at_rate(8_000_000);
    discipline.keeps_order = true;
    let mut one = One::new(discipline);
    let long = Crossing {
        media: Span(5000 * US),
        ..one.crossing(1000)
    };
    let short = one.crossing(100);
    one.add_sizes(
        Class::Ef,
        Sizes::Cycle([0, 1].into()),
        vec![vec![long], vec![short]],
        &[0, 0],
    );
    let outcome = one.run();
    let second = slowest(&outcome, 0);
    assert_eq!(second.total(), Span(6000 * US + 1));
    assert_eq!(second.media, Span(4900 * US + 1));
    assert_eq!(second.queueing, Span(1000 * US));
}

#[test]
fn frames_of_one_instant_go_by_their_number_whatever_their_size() {
    let mut one = One::new(at_rate(8_000_000));
    let paths = vec![vec![one.crossing(1000)], vec![one.crossing(100)]];
    // Long, short, long: done after 1, 1.1 and 2.1 ms.
    one.add_sizes(Class::Be, Sizes::Cycle([0, 1, 0].into()), paths, &[0, 0, 0]);
    assert_eq!(delays_us(&one.run(), 0), (1000, 2100, 4200));
}

#[test]
fn a_queue_of_three_frames_holds_those_that_come_first() {
    // 1 ms a frame. Of six at zero three find room, the first of which begins at once; of three
    // at 0.5 ms one does, the fourth to be sent.
    let (first, second) = ([0; 6], [500 * US; 3]);
    let room = Some(Octets(3999));
    let mut two = One::with_room(at_rate(8_000_000), room);
    two.add(Class::Be, 1000, &first);
    two.add(Class::Be, 1000, &second);
    let outcome = two.run();
    assert_eq!(delays_us(&outcome, 0), (1000, 3000, 6000));
    assert_eq!(delays_us(&outcome, 1), (3500, 3500, 3500));
    assert_eq!(outcome.ports[0][Class::Be.index()].dropped, 5);
    // The same packets as one stream.
    let mut one = One::with_room(at_rate(8_000_000), room);
    one.add(Class::Be, 1000, &[&first[..], &second].concat());
    let outcome = one.run();
    assert_eq!(delays_us(&outcome, 0), (1000, 3500, 9500));
    assert_eq!(outcome.streams[0].dropped, 5);
    let queue = &outcome.ports[0][Class::Be.index()];
    assert_eq!((queue.transmitted, queue.left_waiting), (4, 3));
}

#[test]
fn one_queue_for_all_classes_sends_in_the_order_of_arrivals() {
    let mut discipline = at_rate(8_000_000);
    discipline.single_queue = true;
    let mut one = One::new(discipline);
    one.add(Class::Be, 1000, &[0, 1]);
    one.add(Class::Ef, 1000, &[1, 2]);
    let outcome = one.run();
    // Best effort at 0, then at 1 ps the urgent one before the other.
    assert_eq!(slowest(&outcome, 0).queueing, Span(2000 * US - 1));
    assert_eq!(slowest(&outcome, 1).queueing, Span(3000 * US - 2));
    let queues = &outcome.ports[0];
    assert_eq!(queues[Class::Be.index()].left_waiting, 0);
    assert_eq!(queues[Class::Ef.index()].left_waiting, 1);
}

#[test]
fn a_policer_of_half_the_rate_lets_every_second_frame_pass() {
    // TV33 (b): 384 kb/s, a bucket of 84 octets, 84 octets every millisecond.
    let mut one = One::new(at_rate(8_000_000));
    let crossing = one.crossing(84);
    let instants: Vec<SimTime> = (0..100).map(|n| SimTime(n * 1000 * US)).collect();
    one.builder.route(Route {
        graph: None,
        class: Class::Ef,
        source: Source::Listed(instants.into()),
        sizes: Sizes::One,
        policer: Some(Policer::SingleRate {
            rate_bps: 384_000,
            committed: Octets(84),
            excess: Octets(0),
        }),
        ingress: Processing::Constant(Span::ZERO),
        paths: vec![vec![crossing]],
        end: End::Sink,
    });
    one.builder.series(Span::from_ms(30));
    let outcome = one.run();
    let stream = &outcome.streams[0];
    assert_eq!((stream.sent, stream.policed), (100, 50));
    assert_eq!(stream.delivered, 50);
    let delivered: Vec<u64> = stream.series.iter().map(|bin| bin.delivered).collect();
    assert_eq!(delivered, [15, 15, 15, 5]);
    assert!(stream.series.iter().all(|bin| bin.lost == 0), "not counted");
}
