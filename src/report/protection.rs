//! What protects a circuit: the ways that stand by, what they share with the way they protect, and
//! what a failure can make of the delay.

use super::text::{Align, Columns, harmless, signed_ms, wrapped};
use crate::analysis::decomposition::configured_slack;
use crate::analysis::enumeration::FailureCase;
use crate::analysis::study::Study;
use crate::mpls::graph::Graph;
use crate::mpls::sharing::Shared;
use crate::mpls::tunnel::{Protection, Tunnel};
use crate::scenario::resilience::ProtectionKind;
use crate::scenario::{Emulation, Scenario};
use crate::topology::{Carries, Direction, Path, Topology};
use crate::units::quantity::{TIME, format as quantity};

/// The circuit with this index in [`Scenario::circuits`] under these failures, in text.
///
/// # Panics
/// If the scenario has no circuit with this index.
#[must_use]
pub fn circuit(study: &Study<'_>, index: usize, singles: &[FailureCase]) -> String {
    let scenario = study.scenario;
    let protection = &scenario.resilience.circuits[index];
    let default = if protection.written { "" } else { " (default)" };
    let mut text = format!(
        "\nprotection {}{default}: {}\n",
        protection.kind.name(),
        meaning(protection.kind)
    );
    let tunnels = scenario.tunnels(&[]);
    for (way, arrow) in Direction::BOTH.into_iter().zip(["a→z", "z→a"]) {
        let stream = scenario.circuits[index].directions[way.index()].stream();
        let tunnel = stream.map(|stream| &tunnels[stream.0 as usize]);
        let second = scenario.second_path(index, way, &[]);
        let lines = match (tunnel, second) {
            (Some(tunnel), _) if has_rounds(tunnel) => rounds(scenario.topology(), tunnel),
            (_, Some(second)) => {
                let first = first_path(scenario, index, way);
                vec![stand_by(scenario.topology(), first.as_ref(), &second)]
            }
            _ if protection.kind.has_second_path() => vec!["no second path is left".to_owned()],
            _ => continue,
        };
        text.push_str(&format!("  {arrow}\n"));
        let lines = lines.iter();
        text.extend(lines.map(|line| format!("    {}\n", harmless(line))));
    }
    text + &detours(study, index, singles)
}

/// What a kind does, in a line.
fn meaning(kind: ProtectionKind) -> &'static str {
    match kind {
        ProtectionKind::None => "it stays where it is",
        ProtectionKind::Igp => "every node follows its shortest path when its tables say so",
        ProtectionKind::Resignal => "the head end signals another path when it learns",
        ProtectionKind::Facility => {
            "the node before the failure takes a bypass, one label more; then the head end moves"
        }
        ProtectionKind::Detour => {
            "the node before the failure takes a detour to the tail; then the head end moves"
        }
        ProtectionKind::Standby => "the head end takes the second path when it learns",
        ProtectionKind::Secondary => "the head end signals the second path when it learns",
        ProtectionKind::Pseudowire => "each end takes the second pseudowire when it learns",
        ProtectionKind::Hitless => "two copies, the first of each packet counts",
        ProtectionKind::Ring => "two ways round a ring, each end takes the better one",
    }
}

fn has_rounds(tunnel: &Tunnel) -> bool {
    matches!(
        tunnel.protection,
        Protection::Facility(_) | Protection::Detour(_)
    )
}

/// Hop by hop the way round it, where it is back on the path, and what it protects.
fn rounds(topology: &Topology, tunnel: &Tunnel) -> Vec<String> {
    let path = &tunnel.path;
    let mut columns = Columns::new(&[Align::Left; 4]);
    let header = ["without", "way round", "back at", "protects"];
    columns.row(header.map(str::to_owned).to_vec());
    let turns = tunnel.turn_backs();
    for (hop, over) in path.hops.iter().enumerate() {
        let round = match &tunnel.protection {
            Protection::Facility(all) => all[hop].as_ref().map(|one| &one.path),
            Protection::Detour(all) => all[hop].as_ref(),
            _ => None,
        };
        let link = topology.link(over.link);
        let mut cells = vec![link.name.clone()];
        match round {
            Some(round) => {
                let next = path.nodes[hop + 1];
                let last = round.nodes[round.nodes.len() - 1];
                let back = topology.node(last).name.clone();
                let mut protects = match round.nodes.contains(&next) {
                    true => "link".to_owned(),
                    false => format!("link, node {}", topology.node(next).name),
                };
                let links = || round.hops.iter().map(|hop| topology.link(hop.link));
                let shared = |group: &&String| links().any(|link| link.srlg.contains(group));
                for group in link.srlg.iter().filter(shared) {
                    protects.push_str(&format!(", but not group {group}"));
                }
                if turns.contains(&hop) {
                    let before = &topology.node(path.nodes[hop - 1]).name;
                    protects.push_str(&format!("; turns back through {before}"));
                }
                cells.extend([names(topology, round), back, protects]);
            }
            None => cells.push("none".to_owned()),
        }
        columns.row(cells);
    }
    columns.lines()
}

/// The path in normal operation of a circuit direction.
fn first_path(scenario: &Scenario, index: usize, way: Direction) -> Option<Path> {
    let direction = &scenario.circuits[index].directions[way.index()];
    let mut words = Vec::new();
    for (place, node) in direction.nodes.iter().enumerate() {
        words.push(node.as_str());
        words.extend(direction.links.get(place).map(String::as_str));
    }
    let carries = match direction.stream() {
        Some(_) => Carries::Packets,
        None => Carries::Timeslots,
    };
    crate::topology::explicit_path_over(scenario.topology(), &words, carries).ok()
}

/// A second path with what it shares with the first.
fn stand_by(topology: &Topology, first: Option<&Path>, second: &Path) -> String {
    let mut text = format!("second path {}", names(topology, second));
    let Some(first) = first else {
        return text;
    };
    let carries = topology.carries(second.hops[0].link);
    let shared = Shared::between(&Graph::new(topology, carries), first, second);
    let groups = topology.shared_risk_groups();
    let link = |link| format!("link {}", topology.link(link).name);
    let node = |node| format!("node {}", topology.node(node).name);
    let group = |place: usize| format!("group {}", groups[place].0);
    let mut all: Vec<String> = shared.links.into_iter().map(link).collect();
    all.extend(shared.nodes.into_iter().map(node));
    all.extend(shared.groups.into_iter().map(group));
    match all.as_slice() {
        [] => text.push_str("; shares no link, node or group with the first"),
        all => text.push_str(&format!("; shares {} with the first", all.join(", "))),
    }
    text
}

/// The nodes of a path.
fn names(topology: &Topology, path: &Path) -> String {
    let name = |node| topology.node(node).name.as_str();
    let names: Vec<&str> = path.nodes.iter().map(|node| name(*node)).collect();
    names.join(" → ")
}

/// What the slack says to the longest way round over all single failures.
fn detours(study: &Study<'_>, index: usize, singles: &[FailureCase]) -> String {
    let circuit = &study.scenario.circuits[index];
    let Some(settings) = circuit.emulation() else {
        return String::new();
    };
    let Some(found) = study.detours(index, singles) else {
        return String::new();
    };
    let mut text = String::new();
    for (way, arrow) in ["a→z", "z→a"].iter().enumerate() {
        let slack = configured_slack(settings, way);
        let (left, case) = found.slack_left[way];
        let longer = i128::from(slack.0) - i128::from(left);
        if longer == 0 {
            text.push_str(&format!("  {arrow}  no way round is longer\n"));
            continue;
        }
        text.push_str(&format!(
            "  {arrow}  longest way round {} ms ({}), slack {slack} ms: {} ms left{}\n",
            signed_ms(i64::try_from(longer).unwrap_or(i64::MAX)),
            harmless(&case.id),
            signed_ms(left),
            if left < 0 { ", packets come late" } else { "" },
        ));
    }
    let (apart, case) = found.asymmetry;
    if apart != 0 {
        text.push_str(&format!(
            "  directions that start anew on different ways: asymmetry up to {} ms ({})\n",
            signed_ms(apart),
            harmless(&case.id)
        ));
    }
    text + &rule(settings)
}

/// The design rule.
fn rule(settings: &Emulation) -> String {
    let packets = u64::from(settings.receivers[0].missing_limit);
    let (time, parts) = settings.packet_time_exact_ps;
    let hole = quantity(packets * (time / parts), &TIME);
    let rule = format!(
        "design rule: where the slack is no less than the longest way round, a way round never \
         moves the delay; a hole of {packets} packets ({hole}) still does, for play-out starts anew"
    );
    wrapped(&rule, "  ") + "  over every single link, node and group, one at a time, queues empty\n"
}
