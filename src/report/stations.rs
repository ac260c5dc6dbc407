//! What the engine makes of a scenario: its stations, and how far ahead of each other they may run.

use super::text::{Align, Columns, harmless};
use crate::engine::stations::{Feature, Station, stations};
use crate::plan::Source;
use crate::scenario::Scenario;
use crate::units::time::PS_PER_US;

/// The stations of a scenario, in text.
#[must_use]
pub fn engine(scenario: &Scenario) -> String {
    let stations = stations(&scenario.plan);
    let general = stations.iter().filter(|station| station.general).count();
    let sessions = scenario.plan.streams.iter();
    let sessions = sessions
        .filter(|stream| matches!(stream.source, Source::Request { .. }))
        .count();
    let mut text = format!(
        "{}: {} streams over {} stations, {} plain and {general} general; {sessions} closed-loop \
         sessions\n\n",
        harmless(&scenario.name),
        scenario.plan.streams.len(),
        stations.len(),
        stations.len() - general,
    );
    let mut columns = Columns::new(&[Align::Left, Align::Left, Align::Right, Align::Left]);
    let header = ["station", "kernel", "lookahead us", "waits for"];
    columns.row(header.map(str::to_owned).to_vec());
    for station in &stations {
        for row in rows(scenario, station) {
            columns.row(row);
        }
    }
    for line in columns.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(
        "\nlookahead: least time from the beginning of a transmission there until something enters \
         a queue here;\na station is replayed that far beyond the clock of every station it waits \
         for, and no window is shorter than that\n",
    );
    text
}

/// One row per station waited for, at least one.
fn rows(scenario: &Scenario, station: &Station) -> Vec<Vec<String>> {
    let name = |port: crate::plan::PortId| harmless(&scenario.ports[port.0 as usize]);
    let mut first = [name(station.port), kernel(station)];
    let mut rows = Vec::new();
    for wait in &station.waits_for {
        let through = if wait.session { " (session)" } else { "" };
        let [station, kernel] = std::mem::take(&mut first);
        let other = format!("{}{through}", name(wait.port));
        let ps = wait.lookahead.0;
        let lookahead = format!("{}.{:06}", ps / PS_PER_US, ps % PS_PER_US);
        rows.push(vec![station, kernel, lookahead, other]);
    }
    if rows.is_empty() {
        let [station, kernel] = first;
        rows.push(vec![station, kernel, String::new(), "nothing".into()]);
    }
    rows
}

fn kernel(station: &Station) -> String {
    if !station.general {
        return "plain".into();
    }
    let features: Vec<&str> = station.features.iter().map(|one| word(*one)).collect();
    format!("general: {}", features.join(", "))
}

fn word(feature: Feature) -> &'static str {
    match feature {
        Feature::RateSteps => "changing rate",
        Feature::RoundRobin => "round robin",
        Feature::ClassShaper => "class shaper",
        Feature::PortShaper => "port shaper",
        Feature::EarlyDrop => "early drop",
        Feature::YellowLimit => "limit out of profile",
        Feature::Preemption => "pre-emption",
        Feature::SingleQueue => "one queue",
        Feature::KeepsOrder => "keeps order",
    }
}
