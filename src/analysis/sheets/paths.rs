//! The paths of a circuit, what protects them, and who notices when they fail.

use std::collections::BTreeSet;

use super::worst::Worst;
use super::{Part, Row, Say, Value, time};
use crate::analysis::verdict::DIRECTIONS;
use crate::mpls::settings::Detection;
use crate::mpls::tunnel::Protection;
use crate::scenario::Scenario;
use crate::scenario::resilience::ProtectionKind;
use crate::topology::{Direction, LinkId, Path};

const PART: Part = Part::Router;

/// Both directions, their second paths and bypasses, detection of every link on them, timers.
pub(super) fn rows(scenario: &Scenario, worst: &Worst<'_>) -> Vec<Row> {
    let circuit = &scenario.circuits[worst.circuit];
    let protection = &scenario.resilience.circuits[worst.circuit];
    let topology = scenario.topology();
    let mut links = BTreeSet::new();
    let mut rows = Vec::new();
    for (way, direction) in circuit.directions.iter().enumerate() {
        let own = direction
            .links
            .iter()
            .filter_map(|name| topology.link_named(name));
        links.extend(own);
        let text = told(&direction.nodes, &direction.links);
        rows.push(Row::set(PART, "path", DIRECTIONS[way], text));
    }
    let kind = Value::Text(protection.kind.name().to_owned());
    rows.push(Row::set(PART, "protection", "", kind));
    for (way, name) in DIRECTIONS.iter().enumerate() {
        if let Some(path) = scenario.second_path(worst.circuit, Direction::BOTH[way], &[]) {
            links.extend(path.hops.iter().map(|hop| hop.link));
            rows.push(Row::set(PART, "second-path", *name, named(scenario, &path)));
        } else if protection.kind.has_second_path() {
            rows.push(missing("second-path", name));
        }
    }
    rows.extend(ways_round(scenario, worst.circuit, &mut links));
    for link in links {
        let detection = scenario.resilience.control.detection[link.0 as usize];
        let of = topology.link(link).name.clone();
        let text = Value::Text(detection_text(detection));
        let mut row = Row::set(PART, "detection", of, text);
        row.worst = time(detection.longest());
        rows.push(row);
    }
    rows.extend(timers(scenario, worst));
    rows
}

/// Bypasses or detours, hop by hop.
fn ways_round(scenario: &Scenario, circuit: usize, links: &mut BTreeSet<LinkId>) -> Vec<Row> {
    let tunnels = scenario.tunnels(&[]);
    let topology = scenario.topology();
    let mut rows = Vec::new();
    for (way, direction) in scenario.circuits[circuit].directions.iter().enumerate() {
        let Some(stream) = direction.stream() else {
            continue;
        };
        let tunnel = &tunnels[stream.0 as usize];
        let (item, round): (_, Vec<Option<&Path>>) = match &tunnel.protection {
            Protection::Facility(all) => {
                let paths = all.iter().map(|one| one.as_ref().map(|one| &one.path));
                ("bypass", paths.collect())
            }
            Protection::Detour(all) => ("detour", all.iter().map(Option::as_ref).collect()),
            _ => continue,
        };
        for (hop, path) in tunnel.path.hops.iter().zip(round) {
            let of = format!("{} {}", DIRECTIONS[way], topology.link(hop.link).name);
            rows.push(match path {
                Some(path) => {
                    links.extend(path.hops.iter().map(|hop| hop.link));
                    Row::set(PART, item, of, named(scenario, path))
                }
                None => missing(item, &of),
            });
        }
    }
    rows
}

/// Protection asks for a way that is not there.
fn missing(item: &'static str, of: &str) -> Row {
    let mut row = Row::set(PART, item, of, Value::None);
    row.say = Say::Beyond;
    row
}

/// `[control]`, and the longest detection of any case.
fn timers(scenario: &Scenario, worst: &Worst<'_>) -> Vec<Row> {
    let control = &scenario.resilience.control;
    let protection = &scenario.resilience.circuits[worst.circuit];
    let set = |item, value| Row::set(PART, item, "", value);
    let revert = match protection.kind {
        ProtectionKind::Pseudowire => protection.revert,
        _ => control.revert,
    };
    let mut rows = vec![
        set("repair", time(control.repair)),
        set("signalling-message", time(control.message)),
        set("reoptimise-hold-off", time(control.reoptimise)),
        set("retry", time(control.retry)),
        set("revert", revert.map_or(Value::Never, time)),
    ];
    if let Some((longest, case)) = worst.detection {
        let mut row = set("detection-seen", Value::None);
        row.worst = time(longest);
        row.say = Say::Expect;
        row.cases = vec![case.to_owned()];
        rows.push(row);
    }
    if !worst.cut_off.is_empty() {
        let mut row = set("no-way-left", Value::None);
        row.worst = Value::Count(worst.cut_off.len() as u64);
        row.say = Say::Beyond;
        row.cases = worst.cut_off.iter().map(|&case| case.to_owned()).collect();
        rows.push(row);
    }
    rows
}

fn named(scenario: &Scenario, path: &Path) -> Value {
    let topology = scenario.topology();
    let nodes = path
        .nodes
        .iter()
        .map(|node| topology.node(*node).name.clone());
    let links = path
        .hops
        .iter()
        .map(|hop| topology.link(hop.link).name.clone());
    told(&nodes.collect::<Vec<_>>(), &links.collect::<Vec<_>>())
}

/// "KEE, GEN, ELL over KEE-GEN, GEN-ELL".
fn told(nodes: &[String], links: &[String]) -> Value {
    Value::Text(format!("{} over {}", nodes.join(", "), links.join(", ")))
}

fn detection_text(detection: Detection) -> String {
    match detection {
        Detection::LossOfSignal { delay, hold_off } => {
            format!("loss of signal {delay} ms, hold-off {hold_off} ms")
        }
        Detection::FastFault { delay, hold_off } => {
            format!("fast fault of the radio {delay} ms, hold-off {hold_off} ms")
        }
        Detection::Bfd {
            interval,
            multiplier,
        } => format!("BFD {interval} ms x {multiplier}"),
        Detection::Hello {
            interval,
            multiplier,
        } => format!("hello {interval} ms x {multiplier}"),
    }
}
