//! Packet-hops per second and core on the pilot with all its services: `cargo bench --bench
//! pilot_services [-- SCENARIO]`.
//!
//! Both engines run the scenario as `pilotwire run` does, with parts and histograms; rounds are
//! interleaved, the median is printed, and the outcomes must be equal.

use std::path::Path;
use std::time::Instant;

use pilotwire::engine::{self, EngineKind, Options, Outcome};
use pilotwire::scenario::{self, Overrides, Scenario};

const ROUNDS: usize = 3;

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|word| word.ends_with(".toml"));
    let file = named.unwrap_or_else(|| "scenarios/ten-services.toml".to_owned());
    let loaded = scenario::load(Path::new(&file), &Overrides::default());
    let Some(scenario) = &loaded.scenario else {
        eprintln!("{file} has faults: pilotwire check {file}");
        std::process::exit(2);
    };
    let ports = &scenario.plan.ports;
    let general = ports
        .iter()
        .filter(|port| port.discipline.is_some())
        .count();
    println!(
        "{file}: {} streams, {} plain ports, {general} general ones",
        scenario.plan.streams.len(),
        ports.len() - general,
    );
    let engines = [EngineKind::Window, EngineKind::Reference];
    let mut rates = [Vec::new(), Vec::new()];
    let mut first: Option<Outcome> = None;
    for _ in 0..ROUNDS {
        for (engine, rates) in engines.into_iter().zip(&mut rates) {
            let (outcome, rate) = timed(scenario, engine);
            rates.push(rate);
            let first = first.get_or_insert_with(|| outcome.clone());
            assert!(*first == outcome, "the engines differ");
        }
    }
    let [window, reference] = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    });
    println!("  windows      {window:>7.1} M packet-hops/s");
    println!("  heap engine  {reference:>7.1} M packet-hops/s");
    println!("  ratio        {:>7.2}", window / reference);
}

/// The outcome, and million packet-hops a second.
fn timed(scenario: &Scenario, engine: EngineKind) -> (Outcome, f64) {
    let options = Options {
        engine,
        ..Options::default()
    };
    let start = Instant::now();
    let outcome = engine::run(&scenario.plan, scenario.seed, &options);
    let seconds = start.elapsed().as_secs_f64();
    let sent = outcome
        .ports
        .iter()
        .flatten()
        .map(|queue| queue.transmitted);
    let hops: u64 = sent.sum();
    (outcome, hops as f64 / seconds / 1e6)
}
