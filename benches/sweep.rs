//! What a sweep costs beside its cases: `cargo bench --bench sweep [-- CASES] [threads] [overhead]
//! [memory]`.
//!
//! Over the pilot, as `pilotwire sweep` does it, with folders on the disk that temporary files lie
//! on: one thread against two, as a ratio from interleaved rounds; what a case costs besides reading,
//! running and judging it, in CPU time; how long a merge of ten thousand cases takes and how much
//! memory; and how memory follows the number of cases. Each figure of memory is the peak of a
//! process of its own (`VmHWM`).

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use pilotwire::analysis::relays::verdicts;
use pilotwire::analysis::verdict::judge;
use pilotwire::batch::Sweep;
use pilotwire::batch::merge::merge;
use pilotwire::batch::read;
use pilotwire::batch::shard::Shard;
use pilotwire::batch::store::Store;
use pilotwire::batch::work::{Manner, SweepEnd, run_all, run_shard};
use pilotwire::engine::{Options, run};

const ROUNDS: usize = 5;
/// Cases of the first two figures.
const CASES: u64 = 1000;
/// Cases of the merge.
const MANY: u64 = 10_000;
/// Points of sweeps whose memory is looked at; the rest is seeds.
const POINTS: u64 = 100;
/// Shards that are merged.
const SHARDS: u64 = 8;

/// What two threads are to do in the time of one, at least.
const RATIO_MIN: f64 = 1.9;
/// What a case may cost beyond its simulation, ms.
const OVERHEAD_MAX_MS: f64 = 0.2;
/// What a merge of [`MANY`] cases may take, s and MB.
const MERGE_MAX: (f64, f64) = (5.0, 300.0);

/// One figure, or some that go together: a folder to work in, and how many cases.
type Part = fn(&Path, u64);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(place) = words.iter().position(|word| word == "--child") {
        return child(&words[place + 1..]);
    }
    let cases = words.iter().find_map(|word| word.parse().ok());
    let cases = cases.unwrap_or(CASES);
    let folder = tempfile::tempdir().expect("a folder");
    print_cpu();
    let parts: [(&str, Part); 3] = [
        ("threads", threads),
        ("overhead", overhead),
        ("memory", memory),
    ];
    let asked = |name: &str| words.iter().any(|word| word == name);
    let all = !parts.iter().any(|(name, _)| asked(name));
    for (name, part) in parts {
        if all || asked(name) {
            part(folder.path(), cases);
        }
    }
}

/// One thread against two on the pilot as it is shipped.
fn threads(folder: &Path, cases: u64) {
    let sweep = sweep(folder, (cases, 1), None);
    let mut seconds = [Vec::new(), Vec::new()];
    let mut hash = None;
    for round in 0..ROUNDS {
        for (jobs, seconds) in [1, 2].into_iter().zip(&mut seconds) {
            let name = format!("threads-{jobs}-{round}");
            let start = Instant::now();
            let found = whole(&sweep, folder.join(name), jobs);
            seconds.push(start.elapsed().as_secs_f64());
            assert_eq!(
                *hash.get_or_insert(found.clone()),
                found,
                "the bytes differ"
            );
        }
    }
    let [one, two] = seconds.map(|mut all| median(&mut all));
    println!("{cases} cases of 2 s of the pilot, 14 circuits; median of {ROUNDS} rounds");
    println!("  one thread            {one:>8.2} s");
    println!("  two threads           {two:>8.2} s");
    println!(
        "  ratio                 {:>8.2}   (at least {RATIO_MIN})",
        one / two
    );
}

/// What a shard on one thread takes, less the same cases read, run and judged without one. Runs are
/// short, so that the difference is not lost in them; the merge has a figure of its own.
fn overhead(folder: &Path, cases: u64) {
    let sweep = sweep(folder, (cases, 1), Some("20 ms"));
    let mut spent = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let start = cpu_seconds();
        for index in 0..cases {
            let case = sweep.case(index);
            let point = sweep.design.point(&sweep.axes, case.point_index);
            let loaded = sweep.load_case(&sweep.input(&point), case.seed);
            let scenario = loaded.scenario.expect("the pilot compiles");
            let outcome = run(&scenario.plan, scenario.seed, &Options::default());
            black_box(judge(&scenario, &outcome));
            black_box(verdicts(&scenario, &outcome, &outcome));
        }
        let between = cpu_seconds();
        let kept = folder.join(format!("overhead-{round}"));
        let store = Store::open(kept.clone(), &sweep).expect("a folder");
        shards(&sweep, &store, 1, 1);
        spent[0].push(between - start);
        spent[1].push(cpu_seconds() - between);
        std::fs::remove_dir_all(kept).expect("removed");
    }
    let [alone, swept] = spent.map(|mut all| median(&mut all) * 1e3 / cases as f64);
    println!("{cases} points of 20 ms of the pilot; CPU time, median of {ROUNDS} rounds");
    println!("  read, run, judged     {alone:>8.3} ms a case");
    println!("  in a shard, written   {swept:>8.3} ms a case");
    println!(
        "  beyond the simulation {:>8.3} ms (at most {OVERHEAD_MAX_MS})",
        swept - alone
    );
}

/// Memory at a number of cases and at ten times that, and of the merge of [`MANY`].
fn memory(folder: &Path, cases: u64) {
    for cases in [cases, 10 * cases] {
        let parent = folder.join(format!("memory-{cases}"));
        std::fs::create_dir(&parent).expect("a folder");
        let [_, peak] = spawned("shards", &parent, cases);
        println!("shards of {cases:>6} cases   {peak:>8.1} MB at the peak");
        let [seconds, peak] = spawned("merge", &parent, cases);
        let rows = count_rows(&parent.join("results/results.csv"));
        println!("merge of {cases:>7} cases   {seconds:>8.2} s, {peak:.1} MB, {rows} rows");
    }
    let (seconds, mb) = MERGE_MAX;
    println!("  at {MANY} cases x 28 rows at most {seconds} s and {mb} MB");
}

/// Starts this program anew for one thing; seconds and MB.
fn spawned(what: &str, parent: &Path, cases: u64) -> [f64; 2] {
    let own = std::env::current_exe().expect("this program");
    let mut command = Command::new(own);
    command
        .args(["--child", what])
        .arg(parent)
        .arg(cases.to_string());
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut figures = told.split_whitespace().map(str::parse);
    let mut next = || match figures.next() {
        Some(Ok(figure)) => figure,
        _ => panic!("{told}{}", String::from_utf8_lossy(&output.stderr)),
    };
    [next(), next()]
}

fn child(words: &[String]) {
    let [what, parent, cases] = words else {
        panic!("--child WHAT FOLDER CASES");
    };
    let parent = PathBuf::from(parent);
    let cases: u64 = cases.parse().expect("a number");
    // The sweep itself holds its values: it is to be the same whatever the number of cases.
    let sweep = sweep(&parent, (POINTS, cases / POINTS), Some("20 ms"));
    let store = Store::open(parent.join("results"), &sweep).expect("a folder");
    let start = Instant::now();
    if what == "merge" {
        merge(&sweep, &store).expect("merged");
    } else {
        shards(&sweep, &store, SHARDS, 2);
    }
    println!("{} {}", start.elapsed().as_secs_f64(), peak_mb());
}

/// A sweep over the pilot with so many points and seeds, run as long as it is shipped, or so long.
fn sweep(folder: &Path, (points, seeds): (u64, u64), duration: Option<&str>) -> Sweep {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/pilot-n1.toml");
    let duration = duration.map_or(String::new(), |duration| {
        format!("[[axis]]\npath = \"duration\"\nvalues = [\"{duration}\"]\n")
    });
    // Loads that hardly differ, so that every case takes as long as any other.
    let text = format!(
        "name = \"Bench\"\nscenario = {scenario:?}\n\
         [replicas]\ncount = {seeds}\n{duration}\
         [[axis]]\nname = \"buffer\"\npath = \"circuit[timeslots=1].jitter_buffer\"\n\
         values = [\"8 ms\", \"16 ms\"]\n\
         [[axis]]\nname = \"load\"\npath = \"flow[class=BE].pattern.rate\"\n\
         range = {{ from = \"50 kb/s\", to = \"{} kb/s\", step = \"1 kb/s\" }}\n",
        49 + points / 2,
    );
    let file = folder.join("bench.toml");
    std::fs::write(&file, text).expect("written");
    let loaded = read::load(&file);
    let titles = loaded.findings.iter().map(|one| one.title.as_str());
    let titles: Vec<&str> = titles.collect();
    let sweep = loaded.sweep.unwrap_or_else(|| panic!("{titles:#?}"));
    assert_eq!(sweep.cases(), points / 2 * 2 * seeds);
    sweep
}

/// Works a sweep out in so many shards, one after the other, and merges nothing.
fn shards(sweep: &Sweep, store: &Store, count: u64, jobs: usize) {
    for index in 0..count {
        let stop = AtomicBool::new(false);
        let mut told = |_, _| {};
        let mut manner = manner(jobs, &stop, &mut told);
        run_shard(sweep, store, Shard { index, count }, &mut manner).expect("written");
    }
}

/// Works a sweep out in a fresh folder; the hash of its results.
fn whole(sweep: &Sweep, folder: PathBuf, jobs: usize) -> String {
    let store = Store::open(folder.clone(), sweep).expect("a folder");
    let stop = AtomicBool::new(false);
    let mut told = |_, _| {};
    let mut manner = manner(jobs, &stop, &mut told);
    let end = run_all(sweep, &store, &mut manner).expect("written");
    let SweepEnd::Complete(merged) = end else {
        panic!("nobody stops it");
    };
    std::fs::remove_dir_all(folder).expect("removed");
    merged.result_hash
}

fn manner<'a>(
    jobs: usize,
    stop: &'a AtomicBool,
    told: &'a mut (dyn FnMut(u64, u64) + Send),
) -> Manner<'a> {
    Manner {
        jobs: NonZeroUsize::new(jobs),
        stop,
        told,
    }
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn count_rows(path: &Path) -> usize {
    let octets = std::fs::read(path).expect("merged");
    octets.iter().filter(|octet| **octet == b'\n').count() - 1
}

/// CPU time of the whole process where the system tells it, in hundredths of a second; else the
/// time of a clock.
fn cpu_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/self/stat")
        .ok()
        .and_then(|text| {
            // Behind the name of the program, which may hold anything.
            let rest = text.rsplit_once(") ")?.1;
            let field = |place: usize| rest.split(' ').nth(place)?.parse::<f64>().ok();
            Some((field(11)? + field(12)?) / 100.0)
        });
    told.unwrap_or_else(|| {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64()
    })
}

fn peak_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1024.0
}

/// What the figures were taken on: two threads of one core are not two cores.
fn print_cpu() {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let told = |key: &str| {
        let values = text.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim().to_owned())
        });
        values.collect::<Vec<String>>()
    };
    let model = told("model name");
    let model = model.first().map_or("unknown", String::as_str);
    let cores: std::collections::BTreeSet<(String, String)> = told("physical id")
        .into_iter()
        .zip(told("core id"))
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    println!(
        "CPU {model}: {threads} hardware threads on {} cores",
        cores.len()
    );
}
