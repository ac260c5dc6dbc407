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
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(root.join("scenarios").join(name)).expect("it is there");
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

/// Repairs of the shipped line fault, with the line's limit at what it clears in without a hole.
fn repaired(repair_ps: u64, limit_ps: u64) -> (Scenario, Searched) {
    let repair = format!("repair = \"{repair_ps} ps\"");
    let limit = format!("clear_within = \"{limit_ps} ps\"\ngroup_a = [\n    \"87L");
    let scenario = changed(
        "opgw-break.toml",
        &[
            ("repair = \"5 ms\"", &repair),
            ("group_a = [\n    \"87L", &limit),
        ],
    );
    let mut all = searched(&scenario, EngineKind::default());
    assert_eq!(all.len(), 1, "one fault breaks a fibre");
    let found = all.remove(0);
    assert_eq!(found.cause, Cause::Fault("line 500 kV KEE-ELL".into()));
    (scenario, found)
}

#[test]
fn the_crossover_lies_where_the_hole_ends_as_the_relay_keys() {
    // Keyed one cycle and 3 ms behind the fault. The first bit that comes through again is the
    // first that the last packet lost did not hold, at the latest: that one came to KEE's table,
    // 150 us behind its creation, a picosecond before the repair, 10 ms and the repair behind the
    // fault.
    let keyed = CYCLE + 3 * MS;
    let crossover = keyed + 150 * US + 1 - 10 * MS;
    let (scenario, found) = repaired(5 * MS, 80 * MS);
    let worst = |scenario: &Scenario, found: &Searched| {
        let worst = &range(scenario, found, "POTT KEE-ELL facility").worst;
        (worst.clearing.expect("cleared").0, worst.outcome)
    };
    let (limit, _) = worst(&scenario, &found);
    for excess in [
        -1_000_000_i64,
        -1,
        0,
        1,
        2,
        1_000_000,
        500_000_000,
        3_000_000_000,
    ] {
        let repair = crossover.checked_add_signed(excess).expect("positive");
        let (scenario, found) = repaired(repair, limit);
        let (clearing, outcome) = worst(&scenario, &found);
        let late = u64::try_from(excess).unwrap_or(0);
        assert_eq!(clearing, limit + late, "{excess} ps beyond the crossover");
        let want = if late == 0 {
            Clearing::InTime
        } else {
            Clearing::Late
        };
        assert_eq!(outcome, want, "{excess} ps beyond the crossover");
    }
}

#[test]
fn a_diverse_second_channel_clears_on_both_sides_of_the_crossover() {
    let limit = 100 * MS;
    let of = |repair| {
        let (scenario, found) = repaired(repair, limit);
        let names = ["87L KEE-ELL hitless", "87L KEE-ELL radio"];
        let own = names.map(|name| range(&scenario, &found, name).worst.clearing);
        let group = found.groups[1].as_ref().expect("group B").worst.clone();
        let both = found.both.worst.clone();
        (own, group.clearing, group.outcome, both.outcome)
    };
    let quick = of(5 * MS);
    assert_eq!((quick.2, quick.3), (Clearing::InTime, Clearing::InTime));
    assert!(quick.0.iter().all(Option::is_some));
    assert_eq!(of(200 * MS), quick, "nothing of the hole reaches group B");
}

#[test]
fn line_differential_is_later_by_all_of_the_hole() {
    let worst = |repair| {
        let (scenario, found) = repaired(repair, 80 * MS);
        let range = range(&scenario, &found, "87L KEE-ELL facility");
        range.worst.clearing.expect("cleared").0
    };
    assert_eq!(worst(7 * MS) - worst(5 * MS), 2 * MS);
}

#[test]
fn every_phase_tried_by_itself_finds_nothing_worse_or_better() {
    let only = |phases: [u64; 2]| {
        let given = phases.map(|phase| format!("\"{phase} ps\""));
        let phase = format!("phase = {{ a-z = {}, z-a = {} }}\n", given[0], given[1]);
        let words = [
            ("repair = \"5 ms\"", "repair = \"10500 us\""),
            (
                "# The same channel, and a command.\n[[circuit]]\n",
                "[[circuit]]\n",
            ),
            (
                "pattern = { kind = \"poisson\", rate = \"24 Mb/s\"",
                "pattern = { kind = \"poisson\", rate = \"1 kb/s\"",
            ),
            ("duration = \"4 s\"", "duration = \"1500 ms\""),
        ];
        let name = "name = \"POTT KEE-ELL facility\"\n";
        let given = format!("{name}{phase}");
        changed(
            "opgw-break.toml",
            &[&words[..], &[(name, given.as_str())]].concat(),
        )
    };
    let scenario = only([0, 0]);
    let all = searched(&scenario, EngineKind::default());
    let bounds = range(&scenario, &all[0], "POTT KEE-ELL facility");
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
        let index = circuit(&scenario, "POTT KEE-ELL facility");
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
        // What waits for what differs from run to run: at most a few packets of a microsecond.
        let apart = Span(5 * US);
        assert!(clearing <= bounds.worst.clearing.expect("cleared") + apart);
        assert!(clearing + apart >= bounds.best.clearing.expect("cleared"));
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
