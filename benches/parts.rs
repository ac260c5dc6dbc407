//! The parts around the packet loop, by criterion: `cargo bench --bench parts`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use pilotwire::engine::{self, Options};
use pilotwire::pseudowire::clock::Clock;
use pilotwire::pseudowire::receive::{JitterBuffer, LatePolicy, Playout, Receiver};
use pilotwire::random::{BLOCK_DRAWS, Purpose, Seed, StreamKey, exponential_block};
use pilotwire::scenario::{self, Overrides};
use pilotwire::units::{SimTime, Span, Ticks, quantity};

fn text_to_plan(criterion: &mut Criterion) {
    criterion.bench_function("quantity: \"359.6 us\"", |bencher| {
        bencher.iter(|| quantity::parse(black_box("359.6 us"), &quantity::TIME));
    });
    for name in ["worked-example", "altalink-pilot"] {
        let path = format!("scenarios/{name}.toml");
        criterion.bench_function(&format!("read, check and compile {name}"), |bencher| {
            bencher.iter(|| scenario::load(Path::new(&path), &Overrides::default()));
        });
    }
}

fn whole_run(criterion: &mut Criterion) {
    let path = Path::new("scenarios/worked-example.toml");
    criterion.bench_function("worked-example, text to outcome", |bencher| {
        bencher.iter(|| {
            let loaded = scenario::load(path, &Overrides::default());
            let scenario = loaded.scenario.expect("it is shipped");
            engine::run(&scenario.plan, scenario.seed, &Options::default())
        });
    });
}

fn chance(criterion: &mut Criterion) {
    let key = StreamKey::new("bench", "gaps", Purpose::Arrivals);
    let mut stream = Seed(1).stream(&key);
    let mut block = [0; BLOCK_DRAWS];
    criterion.bench_function("a block of exponential variates", |bencher| {
        bencher.iter(|| {
            stream.draw_block(&mut block);
            exponential_block(&mut block);
            black_box(block[0])
        });
    });
}

fn jitter_buffer(criterion: &mut Criterion) {
    let receiver = Receiver {
        playout: Playout::FillHalf { packets: 2 },
        capacity_packets: 4,
        missing_limit: 10,
        in_sync: 2,
        setup_timeout: Span::from_s(5),
        late: LatePolicy::Discard,
        hold_back: Span::ZERO,
        clock: Clock::default(),
    };
    let boundaries = Ticks::every(SimTime::ZERO, Span::from_ms(1));
    criterion.bench_function("jitter buffer, 1000 packets", |bencher| {
        bencher.iter(|| {
            let mut buffer = JitterBuffer::new(receiver.clone(), boundaries, 1000);
            let mut events = 0;
            for sequence in 0..1000 {
                let arrival = boundaries.at(sequence + 1) + Span::from_us(1200);
                buffer.arrive(arrival, sequence, &mut |_| events += 1);
            }
            buffer.finish(&mut |_| events += 1);
            events
        });
    });
}

criterion_group!(parts, text_to_plan, whole_run, chance, jitter_buffer);
criterion_main!(parts);
