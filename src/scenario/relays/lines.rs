//! Lines and the circuits that protect them.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::DIFFERENTIAL;
use crate::relay::line::WHOLE;
use crate::relay::{Line, Reach};
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::network::{node_names, tell_duplicates, tell_unknown, tell_unknown_node};
use crate::scenario::spec::{
    CircuitSpec, Lasting, ProtectedLineSpec, RelaySpec, ScenarioSpec, TopologySpec,
};
use crate::scenario::value::At;
use crate::units::Span;
use crate::units::quantity::{CURRENT, SHARE, TIME, cycles_ps, format};

/// A breaker that did not open is taken to have failed after so long where nothing asks for it: own
/// choice.
const BREAKER_FAILURE: Span = Span::from_ms(150);

/// A relay at the external fault's own line, besides a cycle of detection and the breaker: facts of
/// the article, 3 ms.
const EXTERNAL_RELAY: Span = Span::from_ms(3);

const MICRO: u64 = 1_000_000;

/// The lines of a scenario, with the circuits that they name.
pub struct Lines<'a> {
    spec: &'a ScenarioSpec,
    lines: Vec<LineOf<'a>>,
    members: BTreeMap<&'a str, Vec<Member<'a>>>,
}

struct LineOf<'a> {
    spec: &'a ProtectedLineSpec,
    ends: Option<[&'a str; 2]>,
}

/// A circuit in a group of a line.
struct Member<'a> {
    /// Index in the lines as written.
    line: usize,
    group: usize,
    at: &'a At<String>,
}

impl<'a> Lines<'a> {
    /// Tells lines and circuits that are unknown, or named twice.
    pub fn new(
        spec: &'a ScenarioSpec,
        topology: Option<&'a TopologySpec>,
        findings: &mut Findings,
    ) -> Self {
        let names = spec.lines.iter().map(|line| &line.name);
        tell_duplicates(names, "lines", |at| spec.place(&at.span), findings);
        let mut all = Self {
            spec,
            lines: Vec::new(),
            members: BTreeMap::new(),
        };
        for (place, line) in spec.lines.iter().enumerate() {
            let ends = ends(line, spec, topology, findings);
            all.lines.push(LineOf { spec: line, ends });
            all.groups(place, line, findings);
        }
        all
    }

    fn groups(&mut self, place: usize, line: &'a ProtectedLineSpec, findings: &mut Findings) {
        let name = &line.name.value;
        if line.groups.iter().all(Vec::is_empty) && self.spec.lines_complete {
            let title = format!("line {name} has no protection");
            let place = self.spec.place(&line.name.span);
            let help = "name its circuits in group_a and group_b";
            findings.push(Diagnostic::error(title, place, "nothing would trip it").help(help));
        }
        for (group, circuits) in line.groups.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for at in circuits {
                if !seen.insert(&at.value) {
                    let title = format!("circuit {} is twice in a group of {name}", at.value);
                    let place = self.spec.place(&at.span);
                    findings.push(Diagnostic::error(title, place, "named again"));
                    continue;
                }
                self.member(place, group, at, findings);
            }
        }
    }

    fn member(&mut self, line: usize, group: usize, at: &'a At<String>, findings: &mut Findings) {
        let spec = self.spec;
        let place = spec.place(&at.span);
        let mut circuits = spec.circuits.iter();
        let Some(circuit) = circuits.find(|one| one.name.value == at.value) else {
            let names = spec.circuits.iter().map(|one| one.name.value.as_str());
            tell_unknown("circuit", at, names, place, findings);
            return;
        };
        if circuit.relay.is_none() && !circuit.keys.contains_key("relay") {
            let title = format!("circuit {} has no relay", at.value);
            let help = "give the circuit a `relay`, or leave it out here";
            let finding = Diagnostic::error(title, place, "it protects nothing");
            findings.push(finding.help(help));
        }
        let member = Member { line, group, at };
        self.members.entry(&at.value).or_default().push(member);
    }

    /// The line of a circuit, as written.
    fn line_of(&self, circuit: &str) -> Option<&LineOf<'a>> {
        let first = self.members.get(circuit)?.first()?;
        self.lines.get(first.line)
    }

    /// Whether the line of a circuit has a zone 2.
    pub fn has_zone2(&self, circuit: &str) -> bool {
        let line = self.line_of(circuit);
        line.is_some_and(|line| line.spec.reach[1].is_some())
    }

    /// Tells a circuit with a relay that protects no line, two, or one with other ends.
    pub fn belongs(&self, circuit: &CircuitSpec, relay: &RelaySpec, findings: &mut Findings) {
        let name = circuit.name.value.as_str();
        let place = |span| self.spec.place(span);
        let members = self.members.get(name).map_or(&[][..], Vec::as_slice);
        let Some(first) = members.first() else {
            if self.spec.lines_complete {
                let title = format!("circuit {name} has a relay and protects no line");
                let help = "name it in group_a or group_b of a [[line]]";
                let label = "no group of a line has it";
                let finding = Diagnostic::error(title, place(&relay.span), label);
                findings.push(finding.help(help));
            }
            return;
        };
        if let Some(other) = members.iter().find(|member| member.line != first.line) {
            let [one, two] = [first, other].map(|member| &self.lines[member.line].spec.name.value);
            let title = format!("circuit {name} protects two lines");
            let label = format!("line {two}");
            let finding = Diagnostic::error(title, place(&other.at.span), label);
            let finding = finding.also(place(&first.at.span), format!("line {one}"));
            findings.push(finding.help("a circuit of its own for each line"));
            return;
        }
        self.same_ends(circuit, first, findings);
    }

    fn same_ends(&self, circuit: &CircuitSpec, member: &Member<'_>, findings: &mut Findings) {
        let line = &self.lines[member.line];
        let (Some(of_line), Some(of_circuit)) = (line.ends, &circuit.ends) else {
            return;
        };
        let of_circuit = [&of_circuit[0].value, &of_circuit[1].value].map(String::as_str);
        if of_circuit == of_line {
            return;
        }
        let (name, [a, z]) = (&circuit.name.value, of_line);
        let (what, help) = if of_circuit == [z, a] {
            (
                "runs the other way round than its line",
                format!("ends = [\"{a}\", \"{z}\"]: its first end is terminal a of the line"),
            )
        } else {
            (
                "does not join the terminals of its line",
                format!("the line has the terminals {a} and {z}"),
            )
        };
        let title = format!("circuit {name} {what}");
        let span = circuit.keys.get("ends").unwrap_or(&circuit.span);
        let label = format!("line {} goes from {a} to {z}", line.spec.name.value);
        let finding = Diagnostic::error(title, self.spec.place(span), label);
        let also = self.spec.place(&member.at.span);
        findings.push(finding.also(also, "in its group").help(help));
    }

    /// The lines in order of name; those with a fault are left out.
    pub fn settle(
        &self,
        frequency_hz: u64,
        defaults: &mut Vec<String>,
        findings: &mut Findings,
    ) -> Vec<Line> {
        let mut names: Vec<&str> = self
            .spec
            .circuits
            .iter()
            .map(|one| one.name.value.as_str())
            .collect();
        names.sort_unstable();
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        order.sort_by_key(|place| self.lines[*place].spec.name.value.as_bytes());
        let mut settled = Vec::new();
        for place in order {
            let line = &self.lines[place];
            let one = One {
                spec: self.spec,
                line,
                frequency_hz,
                schemes: self.schemes(place),
            };
            one.reach(findings);
            one.currents(findings);
            let found = one.times(defaults, findings);
            let group = |group: usize| {
                let members = self.members.iter().filter(|(_, members)| {
                    let mut members = members.iter();
                    members.any(|member| (member.line, member.group) == (place, group))
                });
                let places = members.filter_map(|(name, _)| names.binary_search(name).ok());
                places.collect::<Vec<usize>>()
            };
            if let (Some(found), Some(ends)) = (found, line.ends) {
                settled.push(Line {
                    ends: ends.map(str::to_owned),
                    groups: [group(0), group(1)],
                    ..found
                });
            }
        }
        settled
    }

    /// The circuits of a line with their schemes, in order of name.
    fn schemes(&self, line: usize) -> Vec<(&'a str, &'a str)> {
        let mut schemes = Vec::new();
        for (name, members) in &self.members {
            let circuits = self.spec.circuits.iter();
            let circuit = circuits
                .filter(|one| one.name.value == *name)
                .find_map(|one| {
                    let scheme = one.scheme.as_ref()?;
                    one.relay.as_ref().map(|_| scheme.value.as_str())
                });
            if let Some(scheme) = circuit
                && members.iter().any(|member| member.line == line)
            {
                schemes.push((*name, scheme));
            }
        }
        schemes
    }
}

/// The terminals of a line: those of the topology, or its own.
fn ends<'a>(
    line: &'a ProtectedLineSpec,
    spec: &ScenarioSpec,
    topology: Option<&'a TopologySpec>,
    findings: &mut Findings,
) -> Option<[&'a str; 2]> {
    let topology = topology.filter(|topology| topology.complete)?;
    let name = &line.name.value;
    let mut lines = topology.lines.iter();
    let known = lines.find(|known| known.name.value == *name);
    let two = |pair: &'a [At<String>; 2]| [pair[0].value.as_str(), pair[1].value.as_str()];
    match (known, &line.ends) {
        (Some(known), None) => known.ends.as_ref().map(two),
        (Some(_), Some([a, _])) => {
            let title = format!("line {name} has its ends in the topology");
            let span = line.keys.get("ends").unwrap_or(&a.span);
            let finding = Diagnostic::error(title, spec.place(span), "given again");
            findings.push(finding.help("leave `ends` out"));
            None
        }
        (None, Some(pair)) => {
            let nodes = node_names(topology);
            for end in pair {
                tell_unknown_node(end, &nodes, |at| spec.place(&at.span), findings);
            }
            if pair[0].value == pair[1].value {
                let title = format!("line {name} joins {} to itself", pair[0].value);
                let place = spec.place(&pair[1].span);
                findings.push(Diagnostic::error(title, place, "the same node again"));
            }
            Some(two(pair))
        }
        (None, None) if line.keys.contains_key("ends") => None,
        (None, None) => {
            let names = || topology.lines.iter().map(|one| one.name.value.as_str());
            let place = spec.place(&line.name.span);
            let near = crate::scenario::nearest::nearest(name, names());
            let help = match near {
                Some(near) => format!("did you mean \"{near}\"? else give its `ends`"),
                None => "give its `ends`, the names of two nodes".to_owned(),
            };
            let title = format!("unknown line \"{}\"", crate::scenario::decode::shown(name));
            let label = "the topology has no line of this name";
            findings.push(Diagnostic::error(title, place, label).help(help));
            None
        }
    }
}

/// One line by itself.
struct One<'a> {
    spec: &'a ScenarioSpec,
    line: &'a LineOf<'a>,
    frequency_hz: u64,
    /// Its circuits with their schemes.
    schemes: Vec<(&'a str, &'a str)>,
}

/// Zones that a scheme needs, and what each is for.
fn zones(scheme: &str) -> &'static [(usize, &'static str)] {
    const KEYS: (usize, &str) = (0, "zone 1 keys the command");
    const TRIPS: (usize, &str) = (1, "zone 2 trips with the command");
    match scheme {
        "PUTT" => &[KEYS, TRIPS],
        "POTT" | "DCUB" => &[(1, "zone 2 keys the command, and trips with the other's")],
        "DCB" => &[
            (1, "zone 2 trips where no block comes"),
            (2, "the reverse zone keys the block"),
        ],
        "DUTT" => &[KEYS],
        _ => &[],
    }
}

impl One<'_> {
    fn error(&self, what: &str, key: &str, label: impl Into<String>) -> Diagnostic {
        let line = self.line.spec;
        let title = format!("line {}: {what}", line.name.value);
        let span = line.keys.get(key).unwrap_or(&line.name.span);
        Diagnostic::error(title, self.spec.place(span), label)
    }

    fn reach(&self, findings: &mut Findings) {
        let line = self.line.spec;
        let whole = u64::from(WHOLE);
        let [one, two, three] = &line.reach;
        let shown = |at: &At<u64>| format(at.value, &SHARE);
        if let Some(zone) = one.as_ref().filter(|zone| zone.value >= whole) {
            let label = format!("{} is not below 100 %", shown(zone));
            let finding = self.error("zone 1 reaches the far end", "reach", label);
            findings.push(finding.help("it trips at once: such as zone1 = \"80 %\""));
        }
        if let Some(zone) = two.as_ref().filter(|zone| zone.value <= whole) {
            let label = format!("{} is not above 100 %", shown(zone));
            let finding = self.error("zone 2 does not reach beyond the far end", "reach", label);
            findings.push(finding.help("it must see the whole line: such as zone2 = \"120 %\""));
        }
        let mut told = BTreeSet::new();
        for (circuit, scheme) in &self.schemes {
            for (zone, purpose) in zones(scheme) {
                if line.reach[*zone].is_some() || line.reach_faulty[*zone] || !told.insert(*zone) {
                    continue;
                }
                let key = format!("zone{}", zone + 1);
                let what = format!("{scheme} of circuit {circuit} has no `{key}`");
                let label = format!("missing: {purpose}");
                let example = ["80 %", "120 %", "100 %"][*zone];
                let help = format!("reach = {{ {key} = \"{example}\", … }}");
                findings.push(self.error(&what, "reach", label).help(help));
            }
        }
        if let (Some(two), Some(three)) = (two, three)
            && let Some((circuit, _)) = self.schemes.iter().find(|(_, scheme)| *scheme == "DCB")
            && three.value < two.value.saturating_sub(whole)
        {
            let what = "its reverse zone sees less than zone 2 of the far end";
            let beyond = format(two.value - whole, &SHARE);
            let label = format!(
                "zone3 {} is below the {beyond} behind the line",
                shown(three)
            );
            let help = format!("else circuit {circuit} trips for faults that nobody blocks");
            findings.push(self.error(what, "reach", label).help(help));
        }
    }

    fn currents(&self, findings: &mut Findings) {
        let line = self.line.spec;
        let mut schemes = self.schemes.iter();
        if let Some((circuit, _)) = schemes.find(|(_, scheme)| *scheme == DIFFERENTIAL) {
            let needed = [
                ("load", "the current that may trip it in normal operation"),
                ("through_fault", "the largest current that must not trip it"),
            ];
            for (key, purpose) in needed {
                if !line.keys.contains_key(key) {
                    let what = format!("87L of circuit {circuit} has no `{key}`");
                    let label = format!("missing: {purpose}");
                    let help = "without a current no trip can be called false";
                    findings.push(self.error(&what, key, label).help(help));
                }
            }
        }
        if let (Some(load), Some(through)) = (&line.load, &line.through_fault)
            && through.value < load.value
        {
            let [load, through] = [load, through].map(|at| format(at.value, &CURRENT));
            let label = format!("{through} is below the load of {load}");
            let what = "the largest through current is below the load";
            let help = "through_fault is the largest current that the line ever carries";
            findings.push(self.error(what, "through_fault", label).help(help));
        }
    }

    fn span(&self, lasting: Lasting) -> Span {
        match lasting {
            Lasting::Time(ps) => Span(ps),
            Lasting::Cycles(cycles) => Span(cycles_ps(cycles, self.frequency_hz)),
        }
    }

    /// So many cycles and the breaker, rounded down once.
    fn with_cycles(&self, cycles: u64, breaker: Lasting) -> Span {
        match breaker {
            Lasting::Cycles(own) => self.span(Lasting::Cycles(cycles * MICRO + own)),
            Lasting::Time(own) => self.span(Lasting::Cycles(cycles * MICRO)) + Span(own),
        }
    }

    /// Everything but ends and groups.
    fn times(&self, defaults: &mut Vec<String>, findings: &mut Findings) -> Option<Line> {
        let line = self.line.spec;
        let breaker = line.breaker.as_ref()?.value;
        let mut or = |key: &'static str, written: &Option<At<Lasting>>, default: Span| {
            if let Some(at) = written {
                return Some(self.span(at.value));
            }
            if line.keys.contains_key(key) {
                return None;
            }
            let (name, shown) = (&line.name.value, format(default.0, &TIME));
            defaults.push(format!("line {name}: {key} {shown}"));
            Some(default)
        };
        let external = self.with_cycles(1, breaker) + EXTERNAL_RELAY;
        let external = or("external_clearing", &line.external_clearing, external);
        let within = self.with_cycles(2, breaker);
        let within = or("clear_within", &line.clear_within, within);
        let failure = or("breaker_failure", &line.breaker_failure, BREAKER_FAILURE);
        self.contradictions(self.span(breaker), within, findings);
        let reach = |zone: usize| {
            let share = line.reach[zone].as_ref().map(|at| at.value);
            share.and_then(|share| u32::try_from(share).ok())
        };
        Some(Line {
            name: line.name.value.clone(),
            ends: [String::new(), String::new()],
            load_ma: line.load.as_ref().map_or(0, |at| at.value),
            through_fault_ma: line.through_fault.as_ref().map_or(0, |at| at.value),
            reach: Reach {
                zone1: reach(0),
                zone2: reach(1),
                zone3: reach(2),
            },
            breaker: self.span(breaker),
            breaker_failure: failure?,
            external_clearing: external?,
            clear_within: within?,
            parallel: line.parallel,
            groups: [Vec::new(), Vec::new()],
        })
    }

    fn contradictions(&self, breaker: Span, within: Option<Span>, findings: &mut Findings) {
        let line = self.line.spec;
        let shown = |span: Span| format(span.0, &TIME);
        let mut schemes = self.schemes.iter();
        if let Some((circuit, _)) = schemes.find(|(_, scheme)| *scheme == "DTT")
            && !line.keys.contains_key("breaker_failure")
        {
            let what = format!("DTT of circuit {circuit} has no `breaker_failure`");
            let label = "missing: when the far end is told to trip";
            let help = "such as breaker_failure = \"150 ms\"";
            findings.push(self.error(&what, "breaker_failure", label).help(help));
        }
        let failure = line.breaker_failure.as_ref().map(|at| self.span(at.value));
        if let Some(failure) = failure.filter(|failure| *failure <= breaker) {
            let what = "its breaker is taken to have failed before it can have opened";
            let label = format!("{} is not above {}", shown(failure), shown(breaker));
            let help = "breaker_failure must be longer than breaker";
            findings.push(self.error(what, "breaker_failure", label).help(help));
        }
        if let Some(within) = within.filter(|within| *within <= breaker) {
            let what = "no fault can be cleared so soon";
            let label = format!(
                "{} is not above the breaker's {}",
                shown(within),
                shown(breaker)
            );
            let help = "clear_within counts from the fault to open breakers";
            findings.push(self.error(what, "clear_within", label).help(help));
        }
    }
}
