//! Rows against the reports of the same input.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::analysis::enumeration::{Asked, enumerate};
use crate::analysis::study::{self, Manner};
use crate::analysis::transients::calm;
use crate::batch::columns::{Table, columns};
use crate::batch::design::{Design, Kind};
use crate::batch::samples;
use crate::batch::template::Template;
use crate::engine::{Options, Outcome, run};
use crate::report::Report;
use crate::report::failures::FailuresReport;
use crate::report::tables;
use crate::scenario::{Overrides, load, load_from};
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

mod seeds;

type Row = BTreeMap<String, String>;

/// A shipped scenario as it is, under these seeds.
fn shipped(name: &str, study: Study, seeds: &[u64]) -> Sweep {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name);
    let loaded = load(&path, &Overrides::default());
    let text = loaded.sources[0].text.clone();
    let mut sweep = samples::sweep();
    sweep.study = study;
    sweep.axes.clear();
    sweep.design = Design {
        kind: Kind::Grid,
        points_unfiltered: 1,
        filters: Vec::new(),
        passed: Vec::new(),
        seeds: seeds.to_vec(),
    };
    sweep.base.scenario = Template::plain(&text);
    sweep.base.files = loaded.files.sealed();
    sweep.base.path = path;
    sweep.histograms = false;
    sweep
}

fn scenario_of(sweep: &Sweep, seed: u64) -> Scenario {
    let overrides = Overrides {
        seed: Some(seed),
        ..Overrides::default()
    };
    let loaded = load_from(&sweep.base.files, &sweep.base.path, &overrides);
    loaded.scenario.expect("a scenario without errors")
}

fn outcomes(scenario: &Scenario) -> (Outcome, Option<Outcome>) {
    let options = Options::default();
    let outcome = run(&scenario.plan, scenario.seed, &options);
    (outcome, calm(scenario, &options))
}

/// Every row of a table of a case by the names of its columns.
fn rows(sweep: &Sweep, table: Table, result: &CaseResult) -> Vec<Row> {
    let names: Vec<String> = columns(sweep, table)
        .into_iter()
        .map(|one| one.name)
        .collect();
    records(&result.tables[table as usize])
        .into_iter()
        .map(|cells| {
            assert_eq!(cells.len(), names.len(), "{table:?}");
            names.iter().cloned().zip(cells).collect()
        })
        .collect()
}

fn records(octets: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(octets);
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader
        .records()
        .map(|record| cells(record.unwrap()))
        .collect()
}

/// A report's table by the names of its columns.
fn table(text: &str) -> Vec<Row> {
    let mut all = records(text.as_bytes()).into_iter();
    let names = all.next().unwrap();
    all.map(|cells| names.iter().cloned().zip(cells).collect())
        .collect()
}

/// Both hold the same in these columns.
fn same(own: &Row, other: &Row, names: &[&str]) {
    for name in names {
        assert_eq!(own[*name], other[*name], "{name} of {own:?}");
    }
}

const IN_RESULTS: [&str; 21] = [
    "direction",
    "verdict",
    "cause",
    "judged",
    "budget_ps",
    "sent",
    "delivered",
    "lost",
    "late",
    "missing",
    "overrun",
    "restarts",
    "slips",
    "delay_min_ps",
    "delay_mean_ps",
    "delay_max_ps",
    "delay_worst_start_ps",
    "slack_configured_ps",
    "slack_min_left_ps",
    "asymmetry_ps",
    "rate_wire_bps",
];

const OF_THE_NETWORK: [&str; 7] = [
    "network_min_ps",
    "network_mean_ps",
    "network_p50_ps",
    "network_p99_ps",
    "network_p999_ps",
    "network_p9999_ps",
    "network_max_ps",
];

const IN_BUDGET: [&str; 10] = [
    "circuit",
    "interface_ps",
    "packetization_ps",
    "processing_ps",
    "serialization_ps",
    "media_ps",
    "propagation_ps",
    "queueing_ps",
    "playout_ps",
    "margin_ps",
];

/// Every row of `lines.csv` says what the report's does.
fn same_lines(own: &[Row], report: &str, renamed: &[(&str, &str)]) {
    let other = table(report);
    assert_eq!(own.len(), other.len());
    for (own, other) in own.iter().zip(&other) {
        for (name, cell) in other {
            let renamed = renamed.iter().find(|(there, _)| there == name);
            let name = renamed.map_or(name.as_str(), |(_, here)| here);
            let cell = match cell.as_str() {
                "true" => "yes",
                "false" => "no",
                cell => cell,
            };
            assert_eq!(own[name], cell, "{name} of {own:?}");
        }
    }
}

#[test]
fn a_case_says_what_the_tables_of_its_run_say() {
    // Packets, timeslots, frames that repeat a state, relays; a run in which something fails.
    let mut failing = 0;
    for name in [
        "pilot-n1.toml",
        "tdm-vs-packet.toml",
        "goose-vs-cpipe.toml",
        "87l-asymmetry.toml",
        "trip-timeline.toml",
    ] {
        let sweep = shipped(name, Study::Run, &[1, 3]);
        for (seed, result) in [1, 3].into_iter().zip(simulate(&sweep, 0..2)) {
            let scenario = scenario_of(&sweep, seed);
            let (outcome, calm) = outcomes(&scenario);
            failing += usize::from(calm.is_some());
            let calm = calm.as_ref().unwrap_or(&outcome);
            let report = Report::over(&scenario, (&outcome, calm), &[]);
            let all = rows(&sweep, Table::Results, &result);
            let steady: Vec<&Row> = all.iter().filter(|row| row["stage"] == "steady").collect();
            let told = tables::results(&scenario, calm, &report.judgements);
            let told = table(&told);
            let told = told.iter().filter(|row| row["kind"] == "circuit");
            let told: Vec<&Row> = told.collect();
            let parts = table(&report.budget_csv);
            assert_eq!((steady.len(), parts.len()), (told.len(), told.len()));
            for ((own, told), parts) in steady.iter().zip(told).zip(&parts) {
                same(own, told, &IN_RESULTS);
                same(own, told, &OF_THE_NETWORK);
                same(own, parts, &IN_BUDGET);
            }
            let lines = rows(&sweep, Table::Lines, &result);
            let no_lines = || assert!(lines.is_empty());
            report
                .relays_csv
                .as_ref()
                .map_or_else(no_lines, |[_, csv]| {
                    same_lines(&lines, csv, &[("event", "outage")]);
                });
            of_relays(&all, &report);
            summed_up(&sweep, &result, &report, all.len());
        }
    }
    assert!((1..10).contains(&failing), "with and without failures");
}

/// Rows of normal operation say what `relays.csv` says of the calm run.
fn of_relays(all: &[Row], report: &Report<'_>) {
    let Some([csv, _]) = &report.relays_csv else {
        assert!(all.iter().all(|row| row["relay_ok"].is_empty()));
        return;
    };
    let calm = table(csv).into_iter().filter(|row| row["scope"] == "calm");
    for relay in calm {
        let own = |row: &&Row| row["stage"] == "steady" && row["circuit"] == relay["circuit"];
        for row in all.iter().filter(own) {
            let ok = if relay["ok"] == "true" { "yes" } else { "no" };
            assert_eq!(row["relay_ok"], ok);
            assert_eq!(row["relay_scheme"], relay["scheme"]);
            assert_eq!(row["relay_clearing"], relay["clearing"]);
            assert_eq!(row["relay_worst_ps"], relay["worst_ps"]);
            assert_eq!(row["relay_margin_min_ma"], relay["margin_min_ma"]);
        }
    }
}

/// The row of the case counts what the last line of the report counts.
fn summed_up(sweep: &Sweep, result: &CaseResult, report: &Report<'_>, results: usize) {
    let [row] = &rows(sweep, Table::Cases, result)[..] else {
        panic!("one row per case");
    };
    let summary = report.summary();
    let number = |name: &str| row[name].parse::<usize>().unwrap();
    assert_eq!(row["status"], "ok");
    assert_eq!(number("circuits"), summary.circuits);
    assert_eq!(number("circuits_failed"), summary.failed);
    assert_eq!(number("lines"), summary.lines);
    assert_eq!(number("lines_failed"), summary.lines_failed);
    assert_eq!(number("rows"), results);
    let fails = summary.failed + summary.lines_failed > 0;
    assert_eq!(row["verdict"], if fails { "FAIL" } else { "PASS" });
    let margins = report.judgements.iter().filter_map(|one| one.margin_ps());
    let least = margins
        .min()
        .map_or(String::new(), |least| least.to_string());
    assert_eq!(row["margin_min_ps"], least);
}

#[test]
fn an_event_of_the_run_is_a_row_of_each_direction_it_is_told_of() {
    let sweep = shipped("opgw-break.toml", Study::Run, &[1]);
    let result = &simulate(&sweep, 0..1)[0];
    let scenario = scenario_of(&sweep, 1);
    let (outcome, _) = outcomes(&scenario);
    let all = crate::analysis::transients::transients(&scenario, &outcome);
    let rows = rows(&sweep, Table::Results, result);
    let during: Vec<&Row> = rows.iter().filter(|row| row["stage"] == "during").collect();
    assert!(!all.is_empty());
    assert_eq!(during.len(), all.len());
    for (row, one) in during.into_iter().zip(&all) {
        let span = |span: Option<crate::units::Span>| {
            span.map_or(String::new(), |span| span.0.to_string())
        };
        let expected = [
            ("outage", one.label.clone()),
            ("circuit", scenario.circuits[one.circuit].name.clone()),
            ("verdict", String::new()),
            ("gap_ps", span(one.gaps.packet)),
            ("tdm_gap_ps", span(one.gaps.tdm)),
            ("command_gap_ps", span(one.gaps.command)),
            ("protection_gap_ps", span(one.gaps.protection)),
            ("delay_before_ps", span(one.delay[0])),
            ("delay_after_ps", span(one.delay[1])),
        ];
        for (name, cell) in expected {
            assert_eq!(row[name], cell, "{name}");
        }
        let asymmetry = one.asymmetry_ps[1].map_or(String::new(), |ps| ps.to_string());
        assert_eq!(row["asymmetry_ps"], asymmetry);
    }
}

#[test]
fn a_study_of_failures_says_what_its_own_tables_say() {
    for name in ["bfd-vs-los.toml", "permissive-during-frr.toml"] {
        let sweep = shipped(name, Study::Failures, &[1]);
        let result = &simulate(&sweep, 0..1)[0];
        let scenario = scenario_of(&sweep, 1);
        let study = study::Study::new(&scenario, Manner::default());
        let all = enumerate(scenario.topology(), &Asked::default()).unwrap();
        let cases = study.cases(&all.cases, &|| ());
        let report = FailuresReport::new(&study, (&all.formula, &cases), &[], "");
        let told = table(&report.cases_csv);
        let told: Vec<&Row> = told.iter().filter(|row| row["stage"] != "steady").collect();
        let own = rows(&sweep, Table::Results, result);
        let (steady, later): (Vec<&Row>, Vec<&Row>) =
            own.iter().partition(|row| row["stage"] == "steady");
        assert_eq!(steady.len(), 2 * scenario.circuits.len(), "told once");
        assert_eq!(later.len(), told.len());
        for (own, told) in later.into_iter().zip(told) {
            let both = [
                "circuit",
                "direction",
                "stage",
                "verdict",
                "cause",
                "budget_ps",
            ];
            same(own, told, &both);
            same(own, told, &["delay_max_ps", "asymmetry_ps", "replaced_ps"]);
            assert_eq!(own["outage"], told["case"]);
            assert_eq!(own["lost"], told["stage_lost"]);
            assert_eq!(own["delay_worst_start_ps"], told["worst_start_ps"]);
            if own["stage"] == "during" {
                let gaps = [
                    "gap_ps",
                    "tdm_gap_ps",
                    "command_gap_ps",
                    "protection_gap_ps",
                ];
                same(own, told, &gaps);
                same(own, told, &["cut_off"]);
            }
        }
        let lines = rows(&sweep, Table::Lines, result);
        let renamed = [
            ("case", "outage"),
            ("kind", "outage_kind"),
            ("element", "outage_element"),
            ("case_verdict", "outage_verdict"),
        ];
        if let Some([_, csv]) = &report.lines_csv {
            same_lines(&lines, csv, &renamed);
        }
        let counts = report.counts();
        let case = &rows(&sweep, Table::Cases, result)[0];
        let number = |name: &str| case[name].parse::<usize>().unwrap();
        assert_eq!(number("outages"), counts.cases_total);
        assert_eq!(number("outages_failed"), counts.cases_failed);
        assert_eq!(number("circuits_failed"), counts.circuits_failed);
        let lines = counts.lines.map_or(0, |lines| lines.lines_failed);
        assert_eq!(number("lines_failed"), lines);
    }
}

#[test]
fn a_refused_case_is_a_row_with_its_first_error_wherever_the_files_lie() {
    let sweep = samples::sweep();
    let told = |sweep: &Sweep| {
        let all = simulate(sweep, 5..9);
        let row = |result| rows(sweep, Table::Cases, result).remove(0);
        all.iter().map(row).collect::<Vec<Row>>()
    };
    let here = told(&sweep);
    let status: Vec<&str> = here.iter().map(|row| row["status"].as_str()).collect();
    assert_eq!(status, ["ok", "refused", "refused", "ok"]);
    // The buffer is set in line 22 of its text.
    assert!(
        here[1]["error"].ends_with(" (two-stations.toml:22)"),
        "{}",
        here[1]["error"]
    );
    assert_eq!(here[1]["verdict"], "");
    assert_eq!(here[1]["circuits"], "");
    assert_eq!(here[1]["buffer_ps"], "3000000000");
    assert_eq!(here[1]["payload"], "16 B");
    let refused = &simulate(&sweep, 6..7)[0];
    assert_eq!((refused.tables[0].len(), refused.tables[2].len()), (0, 0));

    let mut moved = sweep.clone();
    let mut files = Files::default();
    for (path, held) in sweep.base.files.iter() {
        files.hold(&Path::new("/elsewhere").join(path), held.octets.clone());
    }
    moved.base.files = files.sealed();
    moved.base.path = PathBuf::from("/elsewhere/two-stations.toml");
    assert_eq!(told(&moved), here);
    moved.base.files = Files::default().sealed();
    let error = &told(&moved)[0]["error"];
    let found = "cannot read two.toml: it was not there when the sweep was read";
    assert_eq!(error, &format!("{found} (two-stations.toml:3)"));
}

#[test]
fn a_bug_in_one_case_is_a_row_and_the_next_case_goes_on() {
    let sweep = samples::sweep();
    let broken = |_: Study, scenario: &Scenario, sheet: &mut Sheet, tag: Option<String>| {
        assert!(guarded());
        assert!(scenario.seed != Seed(1), "one is {}", "broken");
        write(Study::Run, scenario, sheet, tag)
    };
    let found = point(&sweep, 2..4, &broken);
    assert!(!guarded());
    let row = |place: usize| rows(&sweep, Table::Cases, &found[place]).remove(0);
    assert_eq!(row(0)["status"], "failed");
    assert_eq!(row(0)["error"], "internal error: one is broken");
    assert!(found[0].tables[0].is_empty() && found[0].histograms.is_empty());
    assert_eq!(found[1..], simulate(&sweep, 3..4));
}

#[test]
fn histograms_are_those_of_the_run_under_the_tag_of_their_case() {
    let mut sweep = shipped("worked-example.toml", Study::Run, &[1]);
    let scenario = scenario_of(&sweep, 1);
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let whole = histograms::log(&scenario, &outcome);
    assert!(simulate(&sweep, 0..1)[0].histograms.is_empty());
    sweep.histograms = true;
    let own = simulate(&sweep, 0..1).remove(0).histograms;
    let mut log = histogram_head();
    assert!(whole.starts_with(&log));
    log.extend(own);
    let lines = |octets: &[u8]| {
        let mut found = Vec::new();
        for entry in IntervalLogIterator::new(octets) {
            if let LogEntry::Interval(line) = entry.unwrap() {
                let tag = line.tag().unwrap().as_str().to_owned();
                found.push((tag, line.encoded_histogram().to_owned()));
            }
        }
        found
    };
    let mut expected = lines(&whole);
    expected.retain(|(tag, _)| tag.starts_with("circuit/") && tag.ends_with("/network"));
    assert!(!expected.is_empty());
    for (tag, _) in &mut expected {
        *tag = format!("case/0/{tag}");
    }
    assert_eq!(lines(&log), expected);
}
