//! The shipped scenarios with relays say what their comments say.

use std::path::Path;

use pilotwire::analysis::relays::searched::{Cause, Range, Searched, designs, searched};
use pilotwire::analysis::relays::{
    Channels, Clearing, Judged, LineJudgement, ProtectionJudgement, RunJudgement, Scope,
    UnwantedKind, verdicts,
};
use pilotwire::analysis::transients::calm;
use pilotwire::analysis::verdict::judge;
use pilotwire::engine::{EngineKind, Options, run};
use pilotwire::random::{Seed, uniform_below};
use pilotwire::relay::{End, Fault};
use pilotwire::scenario::{Overrides, Scenario, load};
use pilotwire::units::{SimTime, Span};

const US: u64 = 1_000_000;
const MS: u64 = 1_000 * US;
/// One cycle of 60 Hz, rounded down.
const CYCLE: u64 = 16_666_666_666;

/// A shipped scenario with some of its words changed; each must stand there.
fn changed(name: &str, words: &[(&str, &str)]) -> Scenario {
    loaded(name, shipped(name), words)
}

fn shipped(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join("scenarios").join(name)).expect("it is there")
}

/// The line fault with these circuits of its line alone, and no other traffic: nobody waits.
fn alone(names: &[&str]) -> String {
    let text = shipped("opgw-break.toml");
    let mut kept = String::new();
    for block in text.split("\n[[") {
        let own = |kind: &str| block.starts_with(kind);
        let foreign = own("circuit]]") && !names.iter().any(|name| block.contains(name));
        if own("flow]]") || foreign || block.contains("SUN-HRT") {
            continue;
        }
        if !kept.is_empty() {
            kept.push_str("\n[[");
        }
        let wanted = |line: &&str| {
            !line.starts_with("    \"") || names.iter().any(|name| line.contains(name))
        };
        for line in block.split('\n').filter(wanted) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// A text with some of its words changed; each must stand there.
fn loaded(name: &str, mut text: String, words: &[(&str, &str)]) -> Scenario {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = root.display().to_string();
    text = text.replace("\"../topologies", &format!("\"{above}/topologies"));
    for (from, to) in words {
        assert!(text.contains(from), "{name}: {from}");
        text = text.replace(from, to);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(name);
    std::fs::write(&file, text).expect("written");
    let loaded = load(&file, &Overrides::default());
    let told = format!("{:?}", loaded.findings);
    loaded.scenario.unwrap_or_else(|| panic!("{told}"))
}

/// What relays make of a run of it.
struct Ran {
    scenario: Scenario,
    relays: RunJudgement,
}

impl Ran {
    fn of(scenario: Scenario) -> Self {
        let options = Options::default();
        let outcome = run(&scenario.plan, scenario.seed, &options);
        let calm = calm(&scenario, &options);
        let calm = calm.as_ref().unwrap_or(&outcome);
        let relays = verdicts(&scenario, &outcome, calm).expect("it has lines");
        Self { scenario, relays }
    }

    fn scope(&self, scope: &Scope) -> &Judged {
        let mut judged = self.relays.judged.iter();
        judged.find(|one| one.scope == *scope).expect("judged")
    }

    fn line(&self, scope: &Scope, name: &str) -> &LineJudgement {
        let mut lines = self.scope(scope).lines.iter();
        let named = |one: &&LineJudgement| self.scenario.relays.lines[one.line].name == name;
        lines.find(named).expect("the line")
    }

    fn protection(&self, scope: &Scope, name: &str) -> &ProtectionJudgement {
        let mut all = self.scope(scope).protections.iter();
        let named = |one: &&ProtectionJudgement| self.scenario.circuits[one.circuit].name == name;
        all.find(named).expect("the circuit")
    }

    /// Longest clearing of a circuit's line, in picoseconds.
    fn worst(&self, scope: &Scope, name: &str) -> Option<u64> {
        let cleared = self.protection(scope, name).cleared;
        cleared.worst.map(|worst| worst.0)
    }
}

fn ran(name: &str) -> Ran {
    Ran::of(changed(name, &[]))
}

fn circuit(scenario: &Scenario, name: &str) -> usize {
    let mut circuits = scenario.circuits.iter();
    circuits
        .position(|one| one.name == name)
        .expect("the circuit")
}

fn range<'s>(scenario: &Scenario, found: &'s Searched, name: &str) -> &'s Range {
    let index = circuit(scenario, name);
    let mut all = found.circuits.iter();
    &all.find(|(one, _)| *one == index)
        .expect("it was searched")
        .1
}

#[test]
fn the_articles_line_clears_within_5_and_7_cycles() {
    let ran = ran("trip-timeline.toml");
    // One cycle, 3 ms at each end, 4 ms of play-out, 4.506048 ms of network, the breaker.
    let telecom = 8_506_048_000;
    for (name, line, breaker) in [
        ("POTT 3 cycles", "N01-N10 breakers of 3 cycles", 50 * MS),
        (
            "POTT 5 cycles",
            "N01-N10 breakers of 5 cycles",
            83_333_333_333,
        ),
    ] {
        let sum = CYCLE + 6 * MS + telecom + breaker;
        assert_eq!(ran.worst(&Scope::Calm, name), Some(sum));
        let judged = ran.line(&Scope::Calm, line);
        assert!(judged.ok);
        let limit = ran.scenario.relays.lines[judged.line].clear_within;
        assert_eq!(limit.0, 33_333_333_333 + breaker, "5 and 7 cycles");
    }
    let sum = 6 * MS + telecom + 50 * MS;
    assert_eq!(ran.worst(&Scope::Calm, "DTT"), Some(sum));
}

#[test]
fn a_block_later_than_its_coordination_trips_a_healthy_line() {
    let ran = ran("dcb-late-block.toml");
    let overtrips = |scope: &Scope, name: &str| {
        let unwanted = &ran.protection(scope, name).unwanted;
        let kinds = unwanted.iter();
        kinds
            .filter(|one| one.kind == UnwantedKind::Overtrip)
            .count()
    };
    for (name, calm, hole) in [
        ("DCB slow packets, 12 ms", 1, 1),
        ("DCB slow packets, 25 ms", 0, 1),
        ("DCB loss of light", 0, 0),
        ("DCB loss of light, no extension", 0, 1),
        ("DCB BFD", 0, 1),
    ] {
        assert_eq!(overtrips(&Scope::Calm, name), calm, "{name}");
        assert_eq!(overtrips(&Scope::Whole, name), hole, "{name} in the hole");
    }
}

#[test]
fn a_permissive_command_in_a_hole_is_late_or_never_comes() {
    let ran = ran("permissive-during-frr.toml");
    let calm = ran.worst(&Scope::Calm, "POTT 1 light").expect("cleared");
    // One cycle, 3 ms, 2 ms, 659.66 us and serialization, 3 ms, the breaker.
    let sum = CYCLE + 8 * MS + 659_660_000 + 672_000 + 50 * MS;
    assert_eq!(calm, sum);
    // The hole of loss of light is over 15 ms after the cut; whatever was keyed in it comes 15 ms
    // late at most.
    let light = ran.protection(&Scope::Whole, "POTT 1 light").cleared;
    let late = light.worst.expect("cleared").0 - calm;
    assert!((14 * MS..17 * MS).contains(&late), "{late}");
    assert_eq!(light.clearing, Clearing::Late);
    let quick = ran
        .worst(&Scope::Whole, "POTT 2 BFD 10 ms")
        .expect("cleared")
        - calm;
    assert!((20 * MS..37 * MS).contains(&quick), "{quick}");
    // The end that cleared its own part keys no more: the other waits for its zone 2.
    let slow = ran.protection(&Scope::Whole, "POTT 3 BFD 100 ms").cleared;
    assert_eq!(slow.clearing, Clearing::Backup);
    assert_eq!(slow.worst, Some(Span(CYCLE + 350 * MS + 50 * MS)));
}

/// The shipped line fault with another repair, these circuits of its line alone, and the line's
/// limit; what was found by searching.
fn repaired(repair_ps: u64, names: &[&str], limit_ps: u64) -> (Scenario, Searched) {
    let repair = format!("repair = \"{repair_ps} ps\"");
    let limit = format!("clear_within = \"{limit_ps} ps\"\ngroup_a = [\n");
    let words = [
        ("repair = \"5 ms\"", repair.as_str()),
        ("group_a = [\n", &limit),
    ];
    let scenario = loaded("opgw-break.toml", alone(names), &words);
    let mut all = searched(&scenario, EngineKind::default());
    assert_eq!(all.len(), 1, "one fault breaks a fibre");
    let found = all.remove(0);
    assert_eq!(found.cause, Cause::Fault("line 500 kV KEE-ELL".into()));
    (scenario, found)
}

const FACILITY: &str = "POTT KEE-ELL facility";

/// Hole and restart end as the relay keys, at this repair. It keys one cycle and 3 ms behind the
/// fault. The first bit that comes through again is, at the latest, the one behind the last packet
/// lost; that one came to KEE's table, 150 us behind its creation, a picosecond before the repair:
/// 10 ms and the repair behind the fault.
const CROSSOVER: u64 = CYCLE + 3 * MS + 150 * US + 1 - 10 * MS;

#[test]
fn the_crossover_lies_where_the_hole_ends_as_the_relay_keys() {
    let worst = |repair: u64, limit: u64| {
        let (scenario, found) = repaired(repair, &[FACILITY], limit);
        let worst = &range(&scenario, &found, FACILITY).worst;
        (worst.clearing.expect("cleared").0, worst.outcome)
    };
    let (limit, _) = worst(5 * MS, 80 * MS);
    let far = 3_000_000_000;
    for excess in [-1_000_000_i64, -1, 0, 1, 2, 1_000_000, 500_000_000, far] {
        let repair = CROSSOVER.checked_add_signed(excess).expect("positive");
        let late = u64::try_from(excess).unwrap_or(0);
        let outcome = if late == 0 {
            Clearing::InTime
        } else {
            Clearing::Late
        };
        let want = (limit + late, outcome);
        assert_eq!(
            worst(repair, limit),
            want,
            "{excess} ps beyond the crossover"
        );
    }
}

#[test]
fn a_diverse_second_channel_clears_on_both_sides_of_the_crossover() {
    let names = [FACILITY, "87L KEE-ELL hitless", "87L KEE-ELL radio"];
    let limit = 83_333_333_333;
    for repair in [CROSSOVER, CROSSOVER + 10 * MS, 100 * MS] {
        let (scenario, found) = repaired(repair, &names, limit);
        let outcome = |name: &str| range(&scenario, &found, name).worst.outcome;
        let [facility, hitless, radio] = names.map(outcome);
        assert_eq!(
            facility == Clearing::InTime,
            repair == CROSSOVER,
            "{repair}"
        );
        assert_eq!([hitless, radio], [Clearing::InTime; 2], "{repair}");
        assert_eq!(found.both.worst.outcome, Clearing::InTime, "{repair}");
    }
}

#[test]
fn line_differential_is_later_by_all_of_the_hole() {
    let worst = |repair| {
        let name = "87L KEE-ELL facility";
        let (scenario, found) = repaired(repair, &[name], 80 * MS);
        let range = range(&scenario, &found, name);
        range.worst.clearing.expect("cleared").0
    };
    assert_eq!(worst(7 * MS) - worst(5 * MS), 2 * MS);
}

#[test]
fn a_message_keyed_in_the_hole_comes_with_the_first_repetition_behind_it() {
    // Keyed 19.667 ms behind the fault, repeated 2 and 6 ms later. A hole of 15 ms is over by then;
    // one of 22 ms takes the first two.
    let worst = |repair: u64| {
        let goose = "\n[[circuit]]\nname = \"POTT KEE-ELL GOOSE\"\nends = [\"KEE\", \"ELL\"]\n\
                     scheme = \"POTT\"\nservice = \"goose\"\nrelay = \"permissive\"\nclass = \"EF\"\n\
                     goose = { size = \"200 B\", t1 = \"2 ms\", t0 = \"1 s\", events = [] }\n\
                     path = [\"KEE\", \"ELL\"]\nprotection = \"facility\"\n";
        let repair = format!("repair = \"{repair} ps\"");
        let words = [
            ("repair = \"5 ms\"", repair.as_str()),
            (
                "group_a = [\n",
                "group_a = [\n    \"POTT KEE-ELL GOOSE\",\n",
            ),
        ];
        let text = alone(&[FACILITY]) + goose;
        let scenario = loaded("opgw-break.toml", text, &words);
        let all = searched(&scenario, EngineKind::default());
        assert_eq!(
            all.len(),
            1,
            "once for the fault, not again for the messages"
        );
        let found = &range(&scenario, &all[0], "POTT KEE-ELL GOOSE").worst;
        found.clearing.expect("cleared").0
    };
    assert_eq!(worst(12 * MS) - worst(5 * MS), 6 * MS);
}

#[test]
fn every_phase_tried_by_itself_finds_nothing_worse_or_better() {
    let only = |phases: [u64; 2]| {
        let [there, back] = phases;
        let name = format!("name = \"{FACILITY}\"\n");
        let phase = format!("{name}phase = {{ a-z = \"{there} ps\", z-a = \"{back} ps\" }}\n");
        let words = [
            ("repair = \"5 ms\"", "repair = \"10500 us\""),
            ("duration = \"4 s\"", "duration = \"1500 ms\""),
            (name.as_str(), &phase),
        ];
        loaded("opgw-break.toml", alone(&[FACILITY]), &words)
    };
    let scenario = only([0, 0]);
    let all = searched(&scenario, EngineKind::default());
    let bounds = range(&scenario, &all[0], FACILITY);
    let mut draws = Seed(5).stream(&pilotwire::random::StreamKey::new(
        "test",
        "phases",
        pilotwire::random::Purpose::Phase,
    ));
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..24 {
        let phases = [0, 1].map(|_| uniform_below(draws.draw(), MS));
        let scenario = only(phases);
        let outcome = run(&scenario.plan, scenario.seed, &Options::default());
        let channels = Channels::of_run(&scenario, &outcome);
        let index = circuit(&scenario, FACILITY);
        let protection = &scenario.relays.circuits[index]
            .as_ref()
            .expect("a relay")
            .protection;
        let ways = channels.circuits[index].as_ref().expect("a channel");
        let ways = protection.receptions(ways.each_ref().map(|one| one.way()));
        let line = scenario
            .relays
            .lines
            .iter()
            .find(|line| line.groups[0].contains(&index));
        let line = line.expect("its line");
        let at = SimTime::ZERO + Span::from_s(1);
        let clearing = line.places().into_iter().map(|place| {
            let trips = protection.answer(&ways, line, Fault { at, place }).trips;
            let [a, z] = End::BOTH.map(|end| trips[end.index()].expect("a trip").at);
            a.max(z).since(at) + line.breaker
        });
        let clearing = clearing.max().expect("places");
        assert!(clearing <= bounds.worst.clearing.expect("cleared"));
        assert!(clearing >= bounds.best.clearing.expect("cleared"));
        seen.insert(clearing);
    }
    assert!(seen.len() > 1, "the phase matters here");
}

#[test]
fn a_restart_of_one_direction_leaves_a_false_trip_that_nobody_sees() {
    let ran = ran("87l-asymmetry.toml");
    // The third node, one transmission more and 500 km of fibre more than direct.
    let longer = i64::try_from(150 * US + 672_000 + 500 * 4_900_000).expect("positive");
    let course = |name: &str| {
        let found = ran.protection(&Scope::Whole, name);
        (found.course.expect("of 87L"), found.unwanted.clone())
    };
    let (course_of, unwanted) = course("87L ping-pong");
    assert_eq!(course_of.asymmetry_ps, Some(longer));
    assert!(course_of.false_trip > Span::from_s(3));
    assert_eq!(course_of.invisible, course_of.false_trip);
    let kinds: Vec<UnwantedKind> = unwanted.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [UnwantedKind::FalseTrip]);
    let (course_of, unwanted) = course("87L time source");
    assert_eq!(course_of.asymmetry_ps, Some(longer));
    assert_eq!(course_of.false_trip, Span::ZERO);
    assert_eq!(unwanted, []);
}

#[test]
fn goose_is_quicker_and_cheaper_and_learns_of_silence_later() {
    let scenario = changed("goose-vs-cpipe.toml", &[]);
    let outcome = run(&scenario.plan, scenario.seed, &Options::default());
    let all = searched(&scenario, EngineKind::default());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].cause, Cause::Messages);
    assert!(all[0].runs > 20, "{}", all[0].runs);
    let table = designs(&scenario, &judge(&scenario, &outcome), &all);
    let [pipe, goose] = &table[..] else {
        panic!("two designs")
    };
    assert_eq!([pipe.service, goose.service], ["cesopsn", "goose"]);
    // 2 x 150 us, 226 octets at 129 Mb/s, 45 km of air, the radio; behind one long frame at most a
    // little more than 1500 octets.
    let quick = goose.delay.expect("known");
    assert!((US * 500..US * 800).contains(&quick.0), "{quick}");
    assert!(pipe.delay.expect("played").0 > 2 * MS);
    // 226 octets, preamble and gap: 1968 bits a second, and every 2 ms behind an event.
    assert_eq!(goose.wire.rounded_bps(), 1_968);
    assert_eq!(goose.wire_peak.rounded_bps(), 984_000);
    assert_eq!(pipe.wire.rounded_bps(), 672_000);
    assert_eq!(
        [goose.loss, pipe.loss],
        [Span::from_ms(2), Span::from_ms(1)]
    );
    assert_eq!(
        [goose.silence, pipe.silence],
        [Span::from_s(2), Span::from_ms(2)]
    );
    let [a, b] = all[0]
        .groups
        .each_ref()
        .map(|group| group.as_ref().expect("both groups"));
    assert!(a.worst.clearing < b.worst.clearing, "GOOSE is quicker");
    assert!(
        a.best.clearing < a.worst.clearing,
        "and waits for long frames"
    );
}

#[test]
fn at_50_hz_the_corridor_has_14_ms_and_uses_them() {
    let ran = ran("50hz-swiss.toml");
    let judged = ran.line(&Scope::Calm, "380 kV VALLEY-SOUTH");
    assert!(judged.ok);
    // One cycle, 3 ms, 6 ms of play-out, 4 x 150 us, 128 km x 4.9 us/km and serialization, 3 ms, two
    // cycles of breaker.
    let network = 600 * US + 128 * 4_900_000 + 3 * 672_000;
    let sum = 20 * MS + 12 * MS + network + 40 * MS;
    assert_eq!(ran.worst(&Scope::Calm, "POTT VALLEY-SOUTH"), Some(sum));
    let all = searched(&ran.scenario, EngineKind::default());
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].both.worst.outcome, Clearing::InTime);
}
