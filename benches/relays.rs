//! What relays cost beside the network: `cargo bench --bench relays`.
//!
//! The pilot as shipped, a relay at both ends of every circuit and a line for each. Per round one
//! run of the network, then every line over every inception on the channels of that run; the
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
    let scenario = pilot();
    let relays = scenario.relays.circuits.iter().flatten().count();
    let lines = scenario.relays.lines.len();
    println!("altalink-pilot, {relays} circuits with relays, {lines} lines");
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

/// The pilot with relays, lines and errors on links.
fn pilot() -> Scenario {
    let read = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::read_to_string(path).expect("the pilot is shipped")
    };
    let topology = read("topologies/altalink-pilot.toml").replace(
        "\n[[link]]\n",
        "\n[[link]]\nbit_error_ratio = \"1e-8\"\n\
         bursts = { every = \"1 h\", length = \"2 ms\" }\n",
    );
    let mut scenario = read("scenarios/altalink-pilot.toml");
    let mut lines = String::from("\n[share]\n");
    for circuit in scenario.split("[[circuit]]").skip(1) {
        let of = |key: &str| {
            let line = circuit.lines().find(|line| line.starts_with(key));
            line.and_then(|line| line.split_once('='))
                .map_or("", |pair| pair.1.trim())
        };
        lines.push_str(&format!(
            "\n[[line]]\nname = {name}\nends = {ends}\nload = \"800 A\"\n\
             through_fault = \"8 kA\"\nbreaker = \"3 cycles\"\nbreaker_failure = \"150 ms\"\n\
             reach = {{ zone1 = \"80 %\", zone2 = \"120 %\", zone3 = \"100 %\" }}\n\
             group_a = [{name}]\n",
            name = of("name"),
            ends = of("ends"),
        ));
    }
    for scheme in ["87L", "DCB", "DCUB", "DTT", "DUTT", "POTT", "PUTT"] {
        let key = format!("scheme = \"{scheme}\"\n");
        scenario = scenario.replace(&key, &format!("{key}relay = {}\n", relay(scheme)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        file
    };
    let coordinates = read("topologies/altalink-pilot.coordinates.csv");
    write("altalink-pilot.coordinates.csv", &coordinates);
    write("topology.toml", &topology);
    let scenario = scenario.replace("../topologies/altalink-pilot.toml", "topology.toml");
    let file = write("pilot.toml", &(scenario + &lines));
    let loaded = scenario::load(&file, &Overrides::default());
    let errors = loaded.findings.iter();
    let errors = errors.filter(|one| one.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|one| one.title.as_str()).collect();
    loaded.scenario.unwrap_or_else(|| panic!("{errors:#?}"))
}

/// Relays of this scheme, every value written.
fn relay(scheme: &str) -> String {
    let common = "processing = \"3 ms\", check_bits = 16, \
                  message = { interval = \"5 ms\", bits = 64 }";
    let own = match scheme {
        "87L" => {
            "pickup_current = \"240 A\", window = \"1 cycle\", \
             characteristic = { kind = \"percentage\", slope = \"30 %\", restraint = \"mean\" }"
        }
        "DCB" => {
            "pickup = \"1 cycle\", zone2_delay = \"400 ms\", coordination = \"25 ms\", \
             block_extension = \"1 cycle\""
        }
        "DCUB" => {
            "pickup = \"1 cycle\", zone2_delay = \"400 ms\", guard_loss = \"10 ms\", \
             unblocking_window = \"150 ms\""
        }
        "DTT" => "pickup = \"1 cycle\"",
        _ => "pickup = \"1 cycle\", zone2_delay = \"400 ms\"",
    };
    format!("{{ {common}, {own} }}")
}
