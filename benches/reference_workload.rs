//! Packet-hops per second and core on the reference workload: `cargo bench --bench
//! reference_workload [-- SECONDS]`.
//!
//! Rounds are interleaved and the median is printed, with the ratio to the heap engine of the
//! same run; every figure of a shape comes from runs with identical outcomes, which is checked.

mod workload;

use std::time::Instant;

use pilotwire::engine::{self, EngineKind, Options, Outcome, SharedArrivals};
use pilotwire::plan::Plan;
use pilotwire::random::Seed;
use pilotwire::units::Span;
use workload::{Load, Shape};

const SEED: Seed = Seed(1);
const ROUNDS: usize = 5;

/// One way of running one plan.
struct Contestant<'a> {
    name: &'static str,
    run: Box<dyn Fn() -> Outcome + 'a>,
    rates: Vec<f64>,
}

fn main() {
    let seconds = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(5);
    println!("CPU {}; target {}; generator ChaCha8", cpu(), target());
    println!("sources stop after {seconds} s; median of {ROUNDS} interleaved rounds, one core");
    for shape in [Shape::Chain, Shape::Ring] {
        measure(shape, Span::from_s(seconds));
    }
}

fn measure(shape: Shape, duration: Span) {
    let plain = workload::plan(shape, Load::Plain, duration);
    let everything = workload::plan(shape, Load::Everything, duration);
    let general = workload::plan(shape, Load::General, duration);
    let shared = SharedArrivals::draw(&plain, SEED);
    let options = |engine, detailed| Options {
        engine,
        detailed,
        ..Options::default()
    };
    let mut contestants = [
        contestant(
            "arrivals drawn in the run",
            &plain,
            options(EngineKind::Window, false),
        ),
        Contestant {
            name: "arrivals shared",
            run: Box::new(|| {
                engine::run_shared(&plain, SEED, &options(EngineKind::Window, false), &shared)
            }),
            rates: Vec::new(),
        },
        contestant("heap engine", &plain, options(EngineKind::Reference, false)),
        contestant(
            "everything on",
            &everything,
            options(EngineKind::Window, true),
        ),
        contestant(
            "heap engine, everything on",
            &everything,
            options(EngineKind::Reference, true),
        ),
        contestant("general ports", &general, options(EngineKind::Window, true)),
        contestant(
            "heap engine, general ports",
            &general,
            options(EngineKind::Reference, true),
        ),
    ];
    let mut first: Vec<Option<Outcome>> = vec![None; contestants.len()];
    for _ in 0..ROUNDS {
        for (contestant, first) in contestants.iter_mut().zip(&mut first) {
            let start = Clock::now();
            let outcome = (contestant.run)();
            contestant
                .rates
                .push(hops(&outcome) as f64 / start.seconds());
            assert!(
                first.get_or_insert_with(|| outcome.clone()) == &outcome,
                "two runs differ"
            );
        }
    }
    for group in [0..3, 3..5, 5..7] {
        assert!(
            first[group].windows(2).all(|pair| pair[0] == pair[1]),
            "the engines differ"
        );
    }
    print_table(shape, &mut contestants);
    print_counts(first[0].as_ref().expect("ran"), "plain");
    print_counts(first[3].as_ref().expect("ran"), "everything on");
    print_counts(first[5].as_ref().expect("ran"), "general ports");
}

fn contestant<'a>(name: &'static str, plan: &'a Plan, options: Options) -> Contestant<'a> {
    Contestant {
        name,
        run: Box::new(move || engine::run(plan, SEED, &options)),
        rates: Vec::new(),
    }
}

fn print_table(shape: Shape, contestants: &mut [Contestant<'_>]) {
    let median = |rates: &mut Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2] / 1e6
    };
    let medians: Vec<f64> = contestants
        .iter_mut()
        .map(|one| median(&mut one.rates))
        .collect();
    println!("\n{shape:?}: M packet-hops/s, ns per hop, times the heap engine of the same load");
    for (place, (one, rate)) in contestants.iter().zip(&medians).enumerate() {
        let heap = medians[[2, 2, 2, 4, 4, 6, 6][place]];
        println!(
            "  {:<28} {rate:>7.1} {:>7.1} {:>6.2}",
            one.name,
            1e3 / rate,
            rate / heap
        );
    }
    println!(
        "  everything on takes {:.2} times the plain time",
        medians[0] / medians[3]
    );
}

fn print_counts(outcome: &Outcome, what: &str) {
    let queues = || outcome.ports.iter().flatten();
    let ends = || {
        outcome
            .streams
            .iter()
            .filter_map(|stream| stream.received.as_ref())
    };
    println!(
        "  {what}: {} packet-hops, {} drops, {} late packets, {} restarts, queue depth > 1 at {} \
         transmissions",
        hops(outcome),
        queues().map(|queue| queue.dropped).sum::<u64>(),
        ends().map(|end| end.late).sum::<u64>(),
        ends().map(|end| end.starts.saturating_sub(1)).sum::<u64>(),
        queues().map(|queue| queue.left_waiting).sum::<u64>(),
    );
}

fn hops(outcome: &Outcome) -> u64 {
    outcome
        .ports
        .iter()
        .flatten()
        .map(|queue| queue.transmitted)
        .sum()
}

/// CPU time of this thread where the system tells it, else wall time.
struct Clock(Option<u64>, Instant);

impl Clock {
    fn now() -> Self {
        Self(Self::cpu_ns(), Instant::now())
    }

    fn cpu_ns() -> Option<u64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok()
    }

    fn seconds(&self) -> f64 {
        match (self.0, Self::cpu_ns()) {
            (Some(before), Some(after)) if after > before => (after - before) as f64 / 1e9,
            _ => self.1.elapsed().as_secs_f64(),
        }
    }
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned())
}

fn target() -> String {
    let features = [
        ("avx512f", cfg!(target_feature = "avx512f")),
        ("avx2", cfg!(target_feature = "avx2")),
        ("sse4.2", cfg!(target_feature = "sse4.2")),
        ("sse2", cfg!(target_feature = "sse2")),
    ];
    let best = features
        .iter()
        .find(|feature| feature.1)
        .map_or("baseline", |feature| feature.0);
    format!("{} with {best}", std::env::consts::ARCH)
}
