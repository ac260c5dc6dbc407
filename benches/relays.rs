//! What relays cost beside the network: `cargo bench --bench relays`.
//!
//! The pilot's fourteen circuits that pass in service, and its twenty, one of which has a buffer
//! without slack and a thousand holes in 10 s. Per round one run of the network, then every line
//! over every inception on the channels of that run; the
//! medians and their ratio are printed. The late-or-missing share stands for itself: bursts and
//! bit errors on every link.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use pilotwire::analysis::relays::{Channels, verdicts};
use pilotwire::analysis::share::shares;
use pilotwire::engine::{Options, run};
use pilotwire::scenario::{self, Overrides, Scenario, Severity};

const ROUNDS: usize = 5;

/// The largest share of the network run that relays may cost, per cent.
const LIMIT_PERCENT: f64 = 20.0;

fn main() {
    for name in ["pilot-n1", "altalink-pilot"] {
        measure(name);
    }
}

fn measure(name: &str) {
    let scenario = noisy(name);
    let relays = scenario.relays.circuits.iter().flatten().count();
    let lines = scenario.relays.lines.len();
    println!("{name} over 10 s, {relays} circuits with relays, {lines} lines");
    let mut spent = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        let (outcome, network) = timed(|| {
            let options = Options::default();
            run(&scenario.plan, scenario.seed, &options)
        });
        let (_, relays) = timed(|| black_box(verdicts(&scenario, &outcome, &outcome)));
        let channels = Channels::of_run(&scenario, &outcome);
        let (_, share) = timed(|| black_box(shares(&scenario, &channels, scenario.duration)));
        for (all, one) in spent.iter_mut().zip([network, relays, share]) {
            all.push(one);
        }
    }
    let [network, relays, share] = spent.map(|mut all| {
        all.sort_unstable();
        all[ROUNDS / 2].as_secs_f64() * 1e3
    });
    let percent = relays / network * 100.0;
    let commands = scenario.share.map_or(0, |share| share.commands);
    println!("  network run             {network:>9.1} ms");
    println!("  relays and lines        {relays:>9.1} ms");
    println!("  ratio                   {percent:>9.1} % (limit {LIMIT_PERCENT} %)");
    println!("  share, {commands} commands {share:>9.1} ms");
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A shipped scenario with errors on links, over 10 s.
fn noisy(name: &str) -> Scenario {
    let read = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::read_to_string(path).expect("the pilot is shipped")
    };
    let topology = read("topologies/altalink-pilot.toml").replace(
        "\n[[link]]\n",
        "\n[[link]]\nbit_error_ratio = \"1e-8\"\n\
         bursts = { every = \"1 h\", length = \"2 ms\" }\n",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file
    };
    let coordinates = read("topologies/altalink-pilot.coordinates.csv");
    write("altalink-pilot.coordinates.csv", &coordinates);
    write("topology.toml", &topology);
    let scenario = read(&format!("scenarios/{name}.toml"))
        .replace("../topologies/altalink-pilot.toml", "topology.toml")
        .replace("duration = \"2 s\"", "duration = \"10 s\"");
    let file = write("pilot.toml", &(scenario + "\n[share]\n"));
    let loaded = scenario::load(&file, &Overrides::default());
    let errors = loaded.findings.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|one| one.title.as_str()).collect();
    loaded.scenario.unwrap_or_else(|| panic!("{errors:#?}"))
}
