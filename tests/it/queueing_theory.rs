//! The engine against queueing theory: independent replications, Student intervals at 99.9 %.
//!
//! Each figure must lie inside its interval, and the interval must be narrow, or agreement would
//! say nothing. Seeds are fixed: a test passes always or never. Waits exclude the own service.

use pilotwire::engine::{self, Options, Outcome};
use pilotwire::plan::{
    Crossing, Discipline, End, Plan, PlanBuilder, PortId, Processing, Route, Shaper, Sizes, Source,
    StreamId,
};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::random::{Purpose, Seed, StreamKey};
use pilotwire::traffic::Class;
use pilotwire::units::{BitRate, Octets, SimTime, Span, Ticks};

use crate::every_engine::run_general;

/// Replications of a long run, and Student's t for 99.9 % (two-sided) with one less of freedom.
const REPLICATIONS: u64 = 30;
const STUDENT_29: f64 = 3.659_4;
/// The same for very many replications.
const NORMAL: f64 = 3.290_5;

const NOTHING: Processing = Processing::Constant(Span::ZERO);
const UNLIMITED: [Option<Octets>; Class::COUNT] = [None; Class::COUNT];

/// One Poisson flow through the port: class, mean gap and service, both in microseconds.
#[derive(Clone, Copy)]
struct Poisson {
    class: Class,
    gap_us: u64,
    service_us: u64,
}

impl Poisson {
    fn load(self) -> f64 {
        self.service_us as f64 / self.gap_us as f64
    }

    fn service(self) -> f64 {
        self.service_us as f64 * 1e6
    }
}

fn crossing(port: PortId, service: Span) -> Crossing {
    Crossing {
        port,
        serialization: service,
        queued: Octets(1),
        propagation: Span::ZERO,
        processing: NOTHING,
        ..Crossing::default()
    }
}

fn arrivals(flow: usize, gap: Span) -> Source {
    let key = StreamKey::new("flow", &format!("{flow}"), Purpose::Arrivals);
    Source::Poisson {
        mean_gap_q16_ps: gap.0 << 16,
        key,
    }
}

/// Poisson flows through one port with unlimited queues, for `packets` packets or so.
fn one_port(flows: &[Poisson], packets: u64) -> Plan {
    let per_second: f64 = flows.iter().map(|flow| 1e6 / flow.gap_us as f64).sum();
    let ms = packets as f64 / per_second * 1e3;
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(ms as u64));
    let port = builder.port(UNLIMITED);
    for (number, flow) in flows.iter().enumerate() {
        let path = [crossing(port, Span::from_us(flow.service_us))];
        let source = arrivals(number, Span::from_us(flow.gap_us));
        builder.stream(flow.class, source, NOTHING, &path, None);
    }
    builder.seal()
}

fn run(plan: &Plan, seed: u64) -> Outcome {
    engine::run(
        plan,
        Seed(seed),
        &Options {
            detailed: false,
            ..Options::default()
        },
    )
}

/// Mean wait over all packets of these streams, picoseconds.
fn mean_wait(plan: &Plan, outcome: &Outcome, streams: &[usize]) -> f64 {
    let (mut total, mut count) = (0, 0);
    for stream in streams {
        let delays = &outcome.streams[*stream].network;
        let fixed = plan.shortest_delay(StreamId(*stream as u32));
        total += delays.sum_ps - u128::from(delays.count) * u128::from(fixed.0);
        count += delays.count;
    }
    total as f64 / count as f64
}

/// Mean waits of each stream in every replication.
fn replicate(plan: &Plan) -> Vec<Vec<f64>> {
    let mut waits = vec![Vec::new(); plan.streams.len()];
    for seed in 0..REPLICATIONS {
        let outcome = run(plan, seed);
        for (stream, waits) in waits.iter_mut().enumerate() {
            waits.push(mean_wait(plan, &outcome, &[stream]));
        }
    }
    waits
}

/// Holds the mean of independent samples against theory: inside the interval of half-width
/// `student` standard errors, and that half-width at most `share` of the figure.
fn check(what: &str, samples: &[f64], student: f64, theory: f64, share: f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let squares = samples
        .iter()
        .map(|sample| (sample - mean).powi(2))
        .sum::<f64>();
    let half_width = student * (squares / (n - 1.0) / n).sqrt();
    let error = mean - theory;
    println!(
        "{what}: {mean:.5e}, theory {theory:.5e}, off {:+.3} %, half-width {:.3} %",
        100.0 * error / theory,
        100.0 * half_width / theory
    );
    assert!(
        half_width <= share * theory,
        "{what}: half-width {half_width} of {theory}"
    );
    assert!(
        error.abs() <= half_width,
        "{what}: {mean}, theory {theory}, half-width {half_width}"
    );
}

fn check_wait(what: &str, samples: &[f64], theory: f64) {
    check(what, samples, STUDENT_29, theory, 0.01);
}

#[test]
fn mean_wait_with_equal_packets_is_that_of_m_d_1() {
    for (gap_us, service_us) in [(24, 12), (15, 12)] {
        let flow = Poisson {
            class: Class::Be,
            gap_us,
            service_us,
        };
        let load = flow.load();
        let plan = one_port(&[flow], 1_000_000);
        let theory = load * flow.service() / (2.0 * (1.0 - load));
        check_wait(
            &format!("M/D/1 at load {load}"),
            &replicate(&plan)[0],
            theory,
        );
    }
}

#[test]
fn share_of_waits_above_a_limit_is_that_of_m_d_1() {
    // P(W <= t) at load 1/2 for t = 0, D, 2D, 3D: (1-r) sum [r(k-t)]^k/k! e^{-r(k-t)}.
    let (load, service_ns) = (0.5_f64, 100);
    let within = |t: i32| -> f64 {
        let term = |k: i32| {
            let x = load * f64::from(k - t);
            x.powi(k) / (1..=k).map(f64::from).product::<f64>() * (-x).exp()
        };
        (1.0 - load) * (0..=t).map(term).sum::<f64>()
    };
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(60));
    let port = builder.port(UNLIMITED);
    let path = [crossing(port, Span::from_ns(service_ns))];
    builder.stream(
        Class::Be,
        arrivals(0, Span::from_ns(200)),
        NOTHING,
        &path,
        None,
    );
    let plan = builder.seal();
    let mut above = vec![Vec::new(); 4];
    for seed in 0..REPLICATIONS {
        let outcome = engine::run(&plan, Seed(seed), &Options::default());
        let delays = &outcome.streams[0].network;
        let kept = delays.shape.as_ref().expect("a detailed run keeps shapes");
        let shape = kept.to_histogram();
        for (t, above) in (0_u64..).zip(&mut above) {
            // Up to 2047 ns every nanosecond has its own count; values are rounded up, so that
            // at most (t + 1) services in ns is at most that in ps.
            let counted = shape.count_between(0, (t + 1) * service_ns);
            above.push((delays.count - counted) as f64 / delays.count as f64);
        }
    }
    for (t, above) in (0..).zip(&above) {
        check(
            &format!("M/D/1 P(W > {t} D)"),
            above,
            STUDENT_29,
            1.0 - within(t),
            0.02,
        );
    }
}

#[test]
fn mean_wait_with_two_sizes_is_that_of_pollaczek_and_khinchine() {
    let small = Poisson {
        class: Class::Af,
        gap_us: 6,
        service_us: 2,
    };
    let large = Poisson {
        class: Class::Af,
        gap_us: 50,
        service_us: 20,
    };
    let plan = one_port(&[small, large], 1_500_000);
    // lam E[S^2] = sum of load times service, over both.
    let second = small.load() * small.service() + large.load() * large.service();
    let theory = second / (2.0 * (1.0 - small.load() - large.load()));
    // Poisson arrivals see time averages: small and large packets wait alike.
    let groups = [&[0, 1][..], &[0], &[1]];
    let mut waits = groups.map(|_| Vec::new());
    for seed in 0..REPLICATIONS {
        let outcome = run(&plan, seed);
        for (group, waits) in groups.iter().zip(&mut waits) {
            waits.push(mean_wait(&plan, &outcome, group));
        }
    }
    for (which, waits) in ["all", "small", "large"].iter().zip(&waits) {
        check_wait(&format!("M/G/1, {which} packets"), waits, theory);
    }
}

const THREE: [Poisson; 3] = [
    Poisson {
        class: Class::H1,
        gap_us: 5,
        service_us: 1,
    },
    Poisson {
        class: Class::Ef,
        gap_us: 20,
        service_us: 5,
    },
    Poisson {
        class: Class::Be,
        gap_us: 40,
        service_us: 12,
    },
];

#[test]
fn mean_waits_of_three_classes_are_those_of_cobham() {
    let plan = one_port(&THREE, 1_500_000);
    let residual: f64 = THREE
        .iter()
        .map(|flow| flow.load() * flow.service() / 2.0)
        .sum();
    let waits = replicate(&plan);
    let mut above = 0.0;
    for (flow, waits) in THREE.iter().zip(&waits) {
        let with = above + flow.load();
        let theory = residual / ((1.0 - above) * (1.0 - with));
        check_wait(
            &format!("non-preemptive priority, {}", flow.class.name()),
            waits,
            theory,
        );
        above = with;
    }
}

#[test]
fn priorities_shift_waiting_between_classes_and_conserve_its_sum() {
    let load: f64 = THREE.iter().map(|flow| flow.load()).sum();
    let residual: f64 = THREE
        .iter()
        .map(|flow| flow.load() * flow.service() / 2.0)
        .sum();
    let theory = load * residual / (1.0 - load);
    let orders = [
        [Class::H1, Class::Ef, Class::Be],
        [Class::Be, Class::L1, Class::Nc],
        [Class::Ef, Class::Ef, Class::Ef],
    ];
    for classes in orders {
        let mut flows = THREE;
        for (flow, class) in flows.iter_mut().zip(classes) {
            flow.class = class;
        }
        let waits = replicate(&one_port(&flows, 1_500_000));
        let weighted = |replication: usize| -> f64 {
            (0..3)
                .map(|flow| flows[flow].load() * waits[flow][replication])
                .sum()
        };
        let sums: Vec<f64> = (0..REPLICATIONS as usize).map(weighted).collect();
        let names = classes.map(Class::name);
        check_wait(&format!("sum of load times wait, {names:?}"), &sums, theory);
    }
}

#[test]
fn the_top_class_over_a_saturated_lower_one_waits_for_half_a_packet_more() {
    // Circuit packets of 84 octets over a radio of 41.9 Mb/s that is never idle: frames of 1518
    // octets arrive at 120 % of its rate, and what finds the queue full is dropped.
    let rate = BitRate::from_bps(41_900_000).unwrap();
    let (service, vacation) = (
        rate.time_to_send(Octets(84)),
        rate.time_to_send(Octets(1518)),
    );
    let gap = Span(service.0 * 10 / 3);
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(16));
    let mut limit = UNLIMITED;
    limit[Class::Be.index()] = Some(Octets(20));
    let port = builder.port(limit);
    let path = [crossing(port, service)];
    builder.stream(Class::Ef, arrivals(0, gap), NOTHING, &path, None);
    let ticks = Ticks::every(SimTime::ZERO, Span(vacation.0 * 10 / 12));
    let path = [crossing(port, vacation)];
    builder.stream(Class::Be, Source::Periodic(ticks), NOTHING, &path, None);
    let plan = builder.seal();
    let load = service.0 as f64 / gap.0 as f64;
    let theory = load * service.0 as f64 / (2.0 * (1.0 - load)) + vacation.0 as f64 / 2.0;
    let mut waits = Vec::new();
    for seed in 0..REPLICATIONS {
        let outcome = run(&plan, seed);
        assert!(
            outcome.streams[1].dropped > 0,
            "the lower class is saturated"
        );
        waits.push(mean_wait(&plan, &outcome, &[0]));
    }
    check_wait("over a saturated lower class", &waits, theory);
}

/// P(V > x) of N sources of one packet per period T, in services (Eckberg 1979; Roberts and
/// Virtamo 1991).
fn periodic_sources(sources: u32, period: f64, x: f64) -> f64 {
    let all = f64::from(sources);
    let choose = |n: u32| -> f64 {
        (1..=n)
            .map(|k| f64::from(sources - n + k) / f64::from(k))
            .product()
    };
    let term = |n: u32| {
        let above = f64::from(n) - x;
        let share = above / period;
        let rest = (period - all + x) / (period - above);
        choose(n) * share.powi(n as i32) * (1.0 - share).powi((sources - n) as i32) * rest
    };
    (0..=sources).filter(|n| f64::from(*n) > x).map(term).sum()
}

#[test]
fn waits_of_periodic_sources_of_random_phase_are_those_of_n_d_d_1() {
    let (sources, service, period) = (20, Span::from_us(1), Span::from_us(25));
    // Two packets per source. The port starts empty, so that the second waits at least as long
    // as the first, and as long as in any later period: the larger delay is the stationary one.
    let mut builder = PlanBuilder::new(SimTime::ZERO + period * 3);
    let port = builder.port(UNLIMITED);
    for source in 0..sources {
        let phase = Some(StreamKey::new(
            "circuit",
            &format!("{source}"),
            Purpose::Phase,
        ));
        let boundaries = Ticks::every(SimTime::ZERO, period);
        let source = Source::Circuit {
            boundaries,
            phase,
            clock: Clock::default(),
        };
        builder.stream(Class::Ef, source, NOTHING, &[crossing(port, service)], None);
    }
    let plan = builder.seal();
    let limits = [0_u64, 1, 2, 3];
    let mut above = limits.map(|_| Vec::new());
    for seed in 0..40_000 {
        let outcome = run(&plan, seed);
        assert!(outcome.streams.iter().all(|stream| stream.delivered == 2));
        for (limit, above) in limits.iter().zip(&mut above) {
            let longer = |wait: Span| wait > service * *limit;
            let waits = outcome
                .streams
                .iter()
                .map(|stream| stream.network.max - service);
            let count = waits.filter(|wait| longer(*wait)).count();
            above.push(count as f64 / f64::from(sources));
        }
    }
    for (limit, above) in limits.iter().zip(&above) {
        // A packet of one source sees the other nineteen.
        let theory = periodic_sources(sources - 1, 25.0, *limit as f64);
        let share = [0.01, 0.01, 0.02, 0.04][*limit as usize];
        check(
            &format!("N.D/D/1 P(V > {limit})"),
            above,
            NORMAL,
            theory,
            share,
        );
    }
}

#[test]
fn packets_of_a_poisson_flow_are_counted_by_the_poisson_law() {
    // 3 packets on average: how often none, one, two, ... of 40 000 runs.
    let flow = Poisson {
        class: Class::Be,
        gap_us: 1000,
        service_us: 1,
    };
    let plan = one_port(&[flow], 3);
    let sent: Vec<u64> = (0..40_000)
        .map(|seed| run(&plan, seed).streams[0].sent)
        .collect();
    let mut theory = (-3.0_f64).exp();
    for count in 0..=6_u64 {
        let is: Vec<f64> = sent
            .iter()
            .map(|sent| f64::from(u8::from(*sent == count)))
            .collect();
        check(&format!("P({count} packets)"), &is, NORMAL, theory, 0.08);
        theory *= 3.0 / (count + 1) as f64;
    }
    // 200 packets on average: mean and variance of the count are equal.
    let plan = one_port(&[flow], 200);
    let sent: Vec<f64> = (0..20_000)
        .map(|seed| run(&plan, seed).streams[0].sent as f64)
        .collect();
    check("mean count", &sent, NORMAL, 200.0, 0.01);
    let squares: Vec<f64> = sent.iter().map(|sent| (sent - 200.0).powi(2)).collect();
    check("variance of the count", &squares, NORMAL, 200.0, 0.04);
}

#[test]
fn equal_packets_wait_at_the_first_of_two_equal_links_only() {
    let (service, gap) = (Span::from_us(12), Span::from_us(15));
    let plan = |links: usize| {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(1));
        let path: Vec<Crossing> = (0..links)
            .map(|_| crossing(builder.port(UNLIMITED), service))
            .collect();
        builder.stream(Class::Be, arrivals(0, gap), NOTHING, &path, None);
        builder.seal()
    };
    let (one, two) = (run(&plan(1), 1), run(&plan(2), 1));
    let (one, two) = (&one.streams[0].network, &two.streams[0].network);
    assert!(one.max > one.min + service, "packets do wait");
    assert_eq!(two.count, one.count);
    assert_eq!(
        two.sum_ps,
        one.sum_ps + u128::from(one.count) * u128::from(service.0)
    );
    assert_eq!((two.min, two.max), (one.min + service, one.max + service));
}

/// 1 Gb/s: 8 ns an octet.
const GIGABIT: u64 = 1_000_000_000;

/// Packets of one size on a port of 1 Gb/s or less.
fn sized(port: PortId, bps: u64, octets: u64) -> Crossing {
    Crossing {
        port,
        serialization: BitRate::from_bps(bps).unwrap().time_to_send(Octets(octets)),
        bits: 8 * octets,
        queued: Octets(octets),
        processing: NOTHING,
        ..Crossing::default()
    }
}

/// Round robin among these classes, with these quanta; the classes between them get one too.
fn round_robin(quanta: &[(Class, u64)]) -> Discipline {
    let mut discipline = Discipline::default();
    discipline.quantum[quanta[0].0.index()..].fill(Some(Octets(1)));
    for (class, quantum) in quanta {
        discipline.quantum[class.index()] = Some(Octets(*quantum));
    }
    discipline
}

#[test]
fn deficit_round_robin_shifts_waiting_between_classes_and_conserves_its_sum() {
    // Class, mean gap in us, octets: 1, 5, 3 and 12 us of service; 80 % load. Two sizes share L1.
    let flows = [
        (Class::L1, 5, 125),
        (Class::L1, 25, 625),
        (Class::Af, 20, 375),
        (Class::Be, 48, 1500),
    ];
    let (mut load, mut residual) = (0.0, 0.0);
    for (_, gap_us, octets) in flows {
        let share = octets as f64 / 125.0 / f64::from(gap_us);
        load += share;
        residual += share * octets as f64 * 8_000.0 / 2.0;
    }
    let theory = load * residual / (1.0 - load);
    for quanta in [[1500, 750, 2500], [100, 6000, 900]] {
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_ms(4500));
        let [l1, af, be] = quanta;
        let discipline = round_robin(&[(Class::L1, l1), (Class::Af, af), (Class::Be, be)]);
        let port = builder.general_port(UNLIMITED, discipline);
        for (number, (class, gap_us, octets)) in flows.into_iter().enumerate() {
            let source = arrivals(number, Span::from_us(gap_us as u64));
            builder.stream(
                class,
                source,
                NOTHING,
                &[sized(port, GIGABIT, octets)],
                None,
            );
        }
        let plan = builder.seal();
        let sums: Vec<f64> = (0..REPLICATIONS)
            .map(|seed| {
                let outcome = run_general(&plan, Seed(seed), false);
                let weighted = |(flow, (_, gap_us, octets)): (usize, (Class, i32, u64))| {
                    let share = octets as f64 / 125.0 / f64::from(gap_us);
                    share * mean_wait(&plan, &outcome, &[flow])
                };
                flows.into_iter().enumerate().map(weighted).sum()
            })
            .collect();
        let what = format!("round robin {quanta:?}, sum of load times wait");
        check_wait(&what, &sums, theory);
    }
}

#[test]
fn shares_of_a_saturated_round_robin_are_its_weights() {
    // Each class offers twice what the port can send; a queue holds five packets.
    let groups = [
        (Class::L1, 1000, 500),
        (Class::Af, 3000, 1500),
        (Class::Be, 500, 100),
    ];
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(100));
    let quanta = groups.map(|(class, quantum, _)| (class, quantum));
    let mut limit = UNLIMITED;
    for (class, _, octets) in groups {
        limit[class.index()] = Some(Octets(5 * octets));
    }
    let port = builder.general_port(limit, round_robin(&quanta));
    for (class, _, octets) in groups {
        let path = [sized(port, 10_000_000, octets)];
        let period = Span(path[0].serialization.0 / 2);
        let source = Source::Periodic(Ticks::every(SimTime::ZERO, period));
        builder.stream(class, source, NOTHING, &path, None);
    }
    let outcome = run_general(&builder.seal(), Seed(1), false);
    // What waited when the sources stopped, four or five packets, went out of turn.
    let rounds = groups.map(|(class, quantum, octets)| {
        let sent = outcome.ports[0][class.index()].transmitted - 5;
        assert!(outcome.ports[0][class.index()].dropped > 0, "saturated");
        (sent * octets) as f64 / quantum as f64
    });
    println!("rounds: {rounds:?}");
    // 100 s of 10 Mb/s in rounds of 4500 octets.
    let theory = 125e6 / 4500.0;
    for sent in rounds {
        assert!((sent - theory).abs() <= 2.0, "{sent} rounds of {theory}");
    }
}

#[test]
fn a_saturated_shaper_passes_its_burst_and_its_rate_times_time() {
    // 3 Mb/s of 10 Mb/s, offered 20 Mb/s of 1000-octet packets; what waits is five packets.
    let shaper = Shaper {
        rate_bps: 3_000_000,
        burst: Octets(20_000),
    };
    let mut of_class = Discipline::default();
    of_class.class_shaper[Class::Be.index()] = Some(shaper);
    let of_port = Discipline {
        port_shaper: Some(shaper),
        ..Discipline::default()
    };
    for discipline in [of_class, of_port] {
        let mut limit = UNLIMITED;
        limit[Class::Be.index()] = Some(Octets(5000));
        let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(60));
        let port = builder.general_port(limit, discipline);
        let ticks = Ticks::every(SimTime::ZERO, Span::from_us(400));
        let path = [sized(port, 10_000_000, 1000)];
        builder.stream(Class::Be, Source::Periodic(ticks), NOTHING, &path, None);
        let outcome = run_general(&builder.seal(), Seed(1), false);
        // 20 of the burst and 375 a second; then the five that wait.
        let sent = outcome.ports[0][Class::Be.index()].transmitted;
        let theory = 20 + 60 * 375 + 5;
        assert!(sent.abs_diff(theory) <= 1, "{sent} of {theory}");
    }
}

#[test]
fn mean_delay_with_sizes_drawn_is_that_of_pollaczek_and_khinchine() {
    // Simple IMIX: 64, 576 and 1500 octets as 7 to 4 to 1; 70 % of 1 Gb/s.
    let (sizes, weights) = ([64_u64, 576, 1500], [7.0, 4.0, 1.0]);
    let twelfth = |part: u128| u64::try_from((part << 64) / 12).unwrap();
    let moment = |power: i32| -> f64 {
        let of = |(octets, weight): (&u64, f64)| weight / 12.0 * (*octets as f64 * 8e3).powi(power);
        sizes.iter().zip(weights).map(of).sum()
    };
    let gap = Span((moment(1) / 0.7) as u64);
    let mut builder = PlanBuilder::new(SimTime::ZERO + gap * 1_500_000);
    let port = builder.port(UNLIMITED);
    builder.route(Route {
        graph: None,
        class: Class::Be,
        source: arrivals(0, gap),
        sizes: Sizes::Drawn {
            thresholds: [twelfth(7), twelfth(11), u64::MAX].into(),
            key: StreamKey::new("flow", "sizes", Purpose::Arrivals),
        },
        policer: None,
        ingress: NOTHING,
        paths: sizes
            .map(|octets| vec![sized(port, GIGABIT, octets)])
            .to_vec(),
        end: End::Sink,
    });
    let plan = builder.seal();
    let rate = 1.0 / gap.0 as f64;
    let theory = moment(1) + rate * moment(2) / (2.0 * (1.0 - rate * moment(1)));
    let delays: Vec<f64> = (0..REPLICATIONS)
        .map(|seed| {
            let network = &run_general(&plan, Seed(seed), false).streams[0].network;
            network.sum_ps as f64 / network.count as f64
        })
        .collect();
    check_wait("M/G/1 of IMIX, delay", &delays, theory);
}

#[test]
fn packets_of_talk_and_silence_come_as_often_as_renewal_theory_says() {
    // 20 ms a packet, 1 s of talk and 1.5 s of silence on average (voice with its pauses): a talk
    // of exponential length has 1 / (1 - e^(-gap / talk)) packets on average.
    let (gap_s, talk_s, silence_s) = (0.02_f64, 1.0, 1.5);
    let mut builder = PlanBuilder::new(SimTime::ZERO + Span::from_s(100_000));
    let port = builder.port(UNLIMITED);
    let source = Source::OnOff {
        gap: Span::from_ms(20),
        mean_on_q16_ps: Span::from_s(1).0 << 16,
        mean_off_q16_ps: Span::from_ms(1500).0 << 16,
        key: StreamKey::new("flow", "talk", Purpose::Arrivals),
    };
    builder.stream(
        Class::Ef,
        source,
        NOTHING,
        &[sized(port, GIGABIT, 200)],
        None,
    );
    let plan = builder.seal();
    let theory = 1e5 / ((1.0 - (-gap_s / talk_s).exp()) * (talk_s + silence_s));
    let sent: Vec<f64> = (0..REPLICATIONS)
        .map(|seed| run_general(&plan, Seed(seed), false).streams[0].sent as f64)
        .collect();
    check(
        "packets of talk and silence",
        &sent,
        STUDENT_29,
        theory,
        0.01,
    );
}
