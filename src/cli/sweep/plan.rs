//! What there is to do, and about how long it takes.

use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::arguments::{self, Format};
use super::super::{Exit, terminal};
use crate::batch::Sweep;
use crate::batch::axis::{Axis, Levels};
use crate::batch::design::{Kind, Point};
use crate::batch::shard::Shard;
use crate::batch::show::Listing;
use crate::batch::simulate::simulate;
use crate::batch::work::TOGETHER;
use crate::report::text::{Align, Columns, count, harmless, wrapped};
use crate::scenario::Files;
use crate::units::quantity::format as quantity;

/// How long a shard should work: long beside what a scheduler adds, short beside what is lost when
/// a machine is.
const SHARD_WANTED: Duration = Duration::from_secs(30);

/// Sample cases take no longer than this, but for the first.
const SAMPLING_MAX: Duration = Duration::from_secs(2);

/// Values of an axis that are shown; of more, the first and the last.
const VALUES_SHOWN: usize = 8;

/// Says what there is to do, or lists it. Writes nothing.
pub fn plan(sweep: &Sweep, arguments: &arguments::Sweep) -> Exit {
    match arguments.format {
        Format::Csv => list(sweep, arguments.shard.unwrap_or(Shard::WHOLE)),
        Format::Pretty => {
            let estimate = Estimate::new(sweep, &AtomicBool::new(false));
            terminal::result(&pretty(sweep, &estimate, threads(sweep, arguments.jobs)));
        }
        Format::Json => {
            let estimate = Estimate::new(sweep, &AtomicBool::new(false));
            let document = document(sweep, &estimate, threads(sweep, arguments.jobs));
            terminal::result(&format!("{document:#}\n"));
        }
    }
    Exit::Pass
}

/// "1 152 cases (96 points × 12 seeds)".
pub fn size(sweep: &Sweep) -> String {
    let (cases, points, seeds) = (sweep.cases(), sweep.design.points(), sweep.seeds());
    format!(
        "{} ({} × {})",
        counted(cases, "case"),
        counted(points, "point"),
        counted(seeds, "seed")
    )
}

/// "1 152 cases".
fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", count(number))
}

/// Threads that find something to do: one works out some cases of a point.
pub fn threads(sweep: &Sweep, jobs: Option<NonZeroUsize>) -> u64 {
    let jobs = jobs.or_else(|| std::thread::available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get) as u64;
    let bundles = sweep.seeds().div_ceil(TOGETHER);
    jobs.min(sweep.design.points().saturating_mul(bundles))
}

/// What some cases took.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Estimate {
    /// Which cases.
    pub sampled: Vec<u64>,
    /// What one took, on average.
    pub each: Duration,
    /// Octets of the tables of one, on average.
    pub octets: u64,
    /// Rows of one in `results.csv`, on average.
    pub rows: u64,
    /// Most memory that this process held, octets, where the system says so.
    pub memory: Option<u64>,
    /// What of it the cases needed.
    pub memory_each: u64,
}

impl Estimate {
    /// Works out up to three cases: from the middle, the end and the beginning. Refused ones cost
    /// nothing and count only where no other is found.
    pub fn new(sweep: &Sweep, stop: &AtomicBool) -> Self {
        let cases = sweep.cases();
        let clock = Instant::now();
        let before = memory_peak();
        let (mut ran, mut refused) = (Sums::default(), Sums::default());
        let mut places = vec![cases / 2, cases - 1, 0, cases / 4, cases - 1 - cases / 4];
        places.dedup();
        for (place, index) in places.iter().enumerate() {
            let again = places[..place].contains(index);
            let enough = ran.sampled.len() == 3 || stop.load(Ordering::SeqCst);
            if again || enough || (place > 0 && clock.elapsed() > SAMPLING_MAX) {
                continue;
            }
            let started = Instant::now();
            let results = simulate(sweep, *index..*index + 1);
            let rows = |table: &[u8]| table.iter().filter(|octet| **octet == b'\n').count();
            for result in results {
                let sums = match result.tables[0].is_empty() {
                    true => &mut refused,
                    false => &mut ran,
                };
                sums.sampled.push(*index);
                sums.time += started.elapsed();
                let octets = result.tables.iter().map(Vec::len).sum::<usize>();
                sums.octets += (octets + result.histograms.len()) as u64;
                sums.rows += rows(&result.tables[0]) as u64;
            }
        }
        let sums = if ran.sampled.is_empty() { refused } else { ran };
        sums.mean(before, memory_peak())
    }

    /// Of all cases, on so many threads.
    pub fn all(&self, cases: u64, threads: u64) -> Duration {
        let each = self.each.as_nanos();
        let nanoseconds = each * u128::from(cases) / u128::from(threads.max(1));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }

    /// Into how many shards the sweep is best cut.
    pub fn shards(&self, cases: u64) -> u64 {
        let all = self.all(cases, 1).as_nanos();
        let shards = all.div_ceil(SHARD_WANTED.as_nanos()).max(1);
        u64::try_from(shards)
            .unwrap_or(u64::MAX)
            .min(cases)
            .min(arguments::SHARDS_MAX)
    }

    /// What so many threads hold, octets.
    fn memory_of(&self, threads: u64) -> Option<u64> {
        let more = self.memory_each.saturating_mul(threads.saturating_sub(1));
        Some(self.memory?.saturating_add(more))
    }
}

#[derive(Default)]
struct Sums {
    sampled: Vec<u64>,
    time: Duration,
    octets: u64,
    rows: u64,
}

impl Sums {
    fn mean(mut self, before: Option<u64>, after: Option<u64>) -> Estimate {
        let number = self.sampled.len().max(1) as u64;
        self.sampled.sort_unstable();
        Estimate {
            each: self.time / u32::try_from(number).unwrap_or(u32::MAX),
            octets: self.octets / number,
            rows: self.rows / number,
            memory: after,
            memory_each: after.unwrap_or(0).saturating_sub(before.unwrap_or(0)),
            sampled: self.sampled,
        }
    }
}

/// The most memory this process has held so far, octets; where the system tells.
fn memory_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// "about 40 s", "about 3 min", "about 5 h", "about 12 days"; "less than a second".
pub fn about(span: Duration) -> String {
    let seconds = span.as_secs();
    let rounded = |unit: u64| (seconds + unit / 2) / unit;
    let (number, unit) = match seconds {
        0 => return "less than a second".to_owned(),
        1..120 => (seconds, "s"),
        120..7_200 => (rounded(60), "min"),
        7_200..172_800 => (rounded(3_600), "h"),
        _ => (rounded(86_400), "days"),
    };
    format!("about {} {unit}", count(number))
}

/// "about 12 MB", in powers of ten.
fn about_octets(octets: u64) -> String {
    let (size, unit) = match octets {
        0..10_000 => (1, "B"),
        10_000..10_000_000 => (1_000, "kB"),
        10_000_000..10_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!(
        "about {} {unit}",
        count(octets.saturating_add(size / 2) / size)
    )
}

/// Milliseconds with one decimal.
fn milliseconds(span: Duration) -> String {
    let tenths = (span.as_micros() + 50) / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

fn pretty(sweep: &Sweep, estimate: &Estimate, threads: u64) -> String {
    let cases = sweep.cases();
    let mut text = format!("{}: {}\n", harmless(&sweep.name), size(sweep));
    let mut columns = Columns::new(&[Align::Left, Align::Left, Align::Left, Align::Left]);
    let mut row = |cells: [&str; 4]| {
        let cells = cells.iter().map(|cell| format!("  {}", harmless(cell)));
        let mut cells: Vec<String> = cells.collect();
        for cell in cells.iter_mut().skip(1) {
            *cell = cell.trim_start().to_owned();
        }
        columns.row(cells);
    };
    for axis in &sweep.axes {
        let places = counted(axis.targets as u64, "place");
        let path = format!("{} ({places})", axis.paths.join(", "));
        row(["axis", &axis.name, &values(axis), &path]);
    }
    for line in columns.lines() {
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str(&wrapped(&format!("design: {}", design(sweep)), "  "));
    for filter in &sweep.design.filters {
        text.push_str(&format!("  where: {}\n", harmless(&filter.text)));
    }
    text.push_str(&format!("  seeds: {}\n", seeds(&sweep.design.seeds)));
    let sampled: Vec<String> = estimate.sampled.iter().map(u64::to_string).collect();
    text.push_str(&format!(
        "  one case: {}, {} rows (mean of {} {})\n",
        milliseconds(estimate.each),
        count(estimate.rows),
        if sampled.len() == 1 { "case" } else { "cases" },
        sampled.join(", ")
    ));
    let memory = estimate.memory_of(threads).map(about_octets);
    let memory = memory.map_or(String::new(), |memory| format!(", {memory} of memory"));
    text.push_str(&format!(
        "  in all: {} on {}{memory}, {} of tables\n",
        about(estimate.all(cases, threads)),
        counted(threads, "thread"),
        about_octets(estimate.octets.saturating_mul(cases)),
    ));
    let shards = estimate.shards(cases);
    text.push_str(&format!(
        "  shards: {} of {}\n",
        count(shards),
        about(estimate.all(cases.div_ceil(shards), 1))
    ));
    text
}

/// "8 B, 16 B, 32 B"; of many, how many, and the first and the last.
fn values(axis: &Axis) -> String {
    match &axis.levels {
        Levels::Each(levels) if levels.len() <= VALUES_SHOWN => {
            let labels: Vec<&str> = levels.iter().map(|level| level.label.as_str()).collect();
            labels.join(", ")
        }
        Levels::Each(levels) => {
            let ends = (levels.first(), levels.last());
            let (first, last) = ends;
            let label = |level: Option<&crate::batch::axis::Level>| {
                level.map_or(String::new(), |level| level.label.clone())
            };
            let number = count(levels.len() as u64);
            format!("{number} values, {} … {}", label(first), label(last))
        }
        Levels::Range(range) => {
            let text = |number: i128| match (axis.dimension, u64::try_from(number)) {
                (Some(dimension), Ok(number)) => quantity(number, dimension),
                _ => number.to_string(),
            };
            let even = if range.logarithmic {
                ", logarithmic"
            } else {
                ""
            };
            let (from, to, step) = (text(range.from), text(range.to), text(range.step));
            format!("drawn from {from} … {to} in steps of {step}{even}")
        }
    }
}

/// "grid of 4 × 6 × 4 = 96 points; where keeps 90".
fn design(sweep: &Sweep) -> String {
    let design = &sweep.design;
    let sizes = || {
        let sizes = sweep.axes.iter().map(|axis| match &axis.levels {
            Levels::Each(levels) => count(levels.len() as u64),
            Levels::Range(_) => "drawn".to_owned(),
        });
        sizes.collect::<Vec<String>>().join(" × ")
    };
    let all = counted(design.points_unfiltered, "point");
    let kind = match design.kind {
        Kind::Grid if sweep.axes.len() > 1 => format!("grid of {} = {all}", sizes()),
        Kind::Grid => format!("grid of {all}"),
        Kind::List => format!("list of {all}"),
        Kind::Random { seed } => format!("{all} drawn at random, seed {seed}"),
        Kind::LatinHypercube { seed } => format!("Latin hypercube of {all}, seed {seed}"),
    };
    match design.filters.is_empty() {
        true => kind,
        false => format!("{kind}; where keeps {}", count(design.points())),
    }
}

/// "1, 2, 3"; of many, how many, and the first and the last.
fn seeds(seeds: &[u64]) -> String {
    match seeds {
        [first, .., last] if seeds.len() > VALUES_SHOWN => {
            format!("{} of them, {first} … {last}", count(seeds.len() as u64))
        }
        _ => {
            let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
            seeds.join(", ")
        }
    }
}

fn document(sweep: &Sweep, estimate: &Estimate, threads: u64) -> Value {
    let cases = sweep.cases();
    let nanoseconds = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let axes = sweep.axes.iter().map(|axis| {
        let values = match &axis.levels {
            Levels::Each(levels) => Some(levels.len()),
            Levels::Range(_) => None,
        };
        json!({ "name": axis.name, "paths": axis.paths, "places": axis.targets, "values": values })
    });
    json!({
        "schema": "pilotwire.plan/1",
        "name": sweep.name,
        "sweep_digest": sweep.digest,
        "study": sweep.study.word(),
        "cases": cases,
        "points": sweep.design.points(),
        "points_unfiltered": sweep.design.points_unfiltered,
        "seeds": sweep.seeds(),
        "axes": axes.collect::<Vec<Value>>(),
        "threads": threads,
        "cases_sampled": estimate.sampled,
        "case_ns": nanoseconds(estimate.each),
        "case_rows": estimate.rows,
        "estimated_ns": nanoseconds(estimate.all(cases, threads)),
        "estimated_memory_octets": estimate.memory_of(threads),
        "estimated_tables_octets": estimate.octets.saturating_mul(cases),
        "suggested_shards": estimate.shards(cases),
    })
}

/// Lists the cases of a shard as CSV, each as soon as it is known; ends early where nobody reads.
fn list(sweep: &Sweep, shard: Shard) {
    let out = std::io::stdout().lock();
    let _ = listed(sweep, shard, BufWriter::new(out));
}

fn listed(sweep: &Sweep, shard: Shard, out: impl Write) -> io::Result<()> {
    let mut listing = Listing::new(sweep, out)?;
    let mut here: Option<(u64, Point, Files)> = None;
    for index in shard.cases(sweep.cases()) {
        let case = sweep.case(index);
        // Cases of one point share its files.
        let same = here.as_ref().is_some_and(|one| one.0 == case.point_index);
        if !same {
            let point = sweep.design.point(&sweep.axes, case.point_index);
            let files = sweep.input(&point);
            here = Some((case.point_index, point, files));
        }
        let Some((_, point, files)) = &here else {
            continue;
        };
        listing.row(&case, &sweep.case_id(files, case.seed), point)?;
    }
    listing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::samples;

    #[test]
    fn spans_are_told_in_a_unit_a_person_would_take() {
        let of = |seconds| about(Duration::from_secs(seconds));
        assert_eq!(
            [0, 1, 119, 120, 7_199, 7_200, 172_800].map(of),
            [
                "less than a second",
                "about 1 s",
                "about 119 s",
                "about 2 min",
                "about 120 min",
                "about 2 h",
                "about 2 days"
            ]
        );
        assert_eq!(about_octets(9_999), "about 9 999 B");
        assert_eq!(about_octets(12_400_000), "about 12 MB");
        assert_eq!(milliseconds(Duration::from_micros(21_349)), "21.3 ms");
    }

    #[test]
    fn a_shard_works_about_half_a_minute_and_holds_a_case_at_least() {
        let estimate = |each| Estimate {
            each: Duration::from_millis(each),
            ..Estimate::default()
        };
        // 1 152 cases of 20 ms: 23.04 s. 30 000 of them: 600 s.
        assert_eq!(estimate(20).shards(1_152), 1);
        assert_eq!(estimate(20).shards(30_000), 20);
        assert_eq!(estimate(90_000).shards(4), 4);
        assert_eq!(estimate(0).shards(4), 1);
        assert_eq!(estimate(20).all(1_152, 2), Duration::from_millis(11_520));
    }

    #[test]
    fn the_list_names_every_case_once_with_its_values() {
        let sweep = samples::sweep();
        let mut text = Vec::new();
        listed(&sweep, Shard::WHOLE, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 13);
        assert_eq!(lines[0], "case,id,payload,buffer,replica,seed");
        assert!(lines[1].starts_with("0,") && lines[1].ends_with(",8 B,3 ms,0,1"));
        assert!(lines[2].ends_with(",8 B,3 ms,1,2"), "{}", lines[2]);
        assert!(lines[12].ends_with(",16 B,20 ms,1,2"), "{}", lines[12]);
        // Three shards list what one does.
        let mut parts = Vec::new();
        for index in 0..3 {
            let mut part = Vec::new();
            listed(&sweep, Shard { index, count: 3 }, &mut part).unwrap();
            let part = String::from_utf8(part).unwrap();
            parts.extend(part.lines().skip(1).map(str::to_owned));
        }
        assert_eq!(parts, lines[1..]);
    }
}
