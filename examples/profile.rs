#[path = "../benches/workload/mod.rs"]
mod workload;
use pilotwire::engine::{self, EngineKind, Options, SharedArrivals};
use pilotwire::random::Seed;
use pilotwire::units::Span;
use workload::{Load, Shape};
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let shape = if args[1] == "ring" { Shape::Ring } else { Shape::Chain };
    let ms: u64 = args[3].parse().unwrap();
    let reps: u64 = args[4].parse().unwrap();
    let w: u64 = args.get(5).map_or(4000, |w| w.parse().unwrap());
    let (load, detailed, engine) = match args[2].as_str() {
        "plain" | "shared" => (Load::Plain, false, EngineKind::Window),
        "heap" => (Load::Plain, false, EngineKind::Reference), "allbare" => (Load::Everything, false, EngineKind::Window), "plainfull" => (Load::Plain, true, EngineKind::Window),
        _ => (Load::Everything, true, EngineKind::Window),
    };
    let plan = workload::plan(shape, load, Span::from_ms(ms));
    let options = Options { engine, detailed, window_max: Span::from_us(w) };
    let shared = SharedArrivals::draw(&plan, Seed(1));
    for _ in 0..reps {
        let t = std::time::Instant::now();
        let out = if args[2] == "shared" { engine::run_shared(&plan, Seed(1), &options, &shared) } else { engine::run(&plan, Seed(1), &options) };
        let hops: u64 = out.ports.iter().flatten().map(|q| q.transmitted).sum();
        println!("{:.1} M/s", hops as f64 / t.elapsed().as_secs_f64() / 1e6);
    }
}
