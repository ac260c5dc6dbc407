//! Relays and lines in the files: what they become, and what is refused.

use proptest::prelude::*;

use crate::scenario_support::{Found, RING, TOPOLOGY, errors, load_texts, with};
use pilotwire::relay::command::{OnFailure, Replacement};
use pilotwire::relay::differential::{Characteristic, OnStep, Restraint, Synchronisation};
use pilotwire::relay::{End, Protection, differential, distance};
use pilotwire::scenario::relays::Relays;
use pilotwire::scenario::{Overrides, Scenario, check_file, load};
use pilotwire::units::Span;

const RELAYS: &str = include_str!("../fixtures/relays.toml");

fn compiled(scenario: &str, topology: &str) -> Scenario {
    let loaded = load_texts(scenario, topology);
    assert_eq!(errors(&loaded), []);
    loaded.scenario.expect("no error")
}

fn relays(scenario: &str) -> Relays {
    compiled(scenario, TOPOLOGY).relays
}

fn told(scenario: &str) -> Vec<Found> {
    let loaded = load_texts(scenario, TOPOLOGY);
    assert!(loaded.scenario.is_none());
    errors(&loaded)
}

/// The relay of a circuit; circuits in order of name: 87L, DCB, DCUB, DTT, DUTT, POTT, PUTT.
fn differential(relays: &Relays) -> differential::Settings {
    let relay = relays.circuits[0].as_ref().expect("a relay");
    match &relay.protection {
        Protection::Differential(settings) => settings.clone(),
        Protection::Distance(_) => panic!("87L"),
    }
}

fn commands(relays: &Relays, circuit: usize) -> distance::Settings {
    let relay = relays.circuits[circuit].as_ref().expect("a relay");
    match &relay.protection {
        Protection::Distance(settings) => settings.clone(),
        Protection::Differential(_) => panic!("commands"),
    }
}

/// The relay of the circuit 87L A-B with other keys.
fn of_87l(keys: &str) -> String {
    let from = "{ profile = \"house 87L\", pickup_current = \"240 A\" }";
    with(
        RELAYS,
        from,
        &format!("{{ profile = \"house 87L\"{keys} }}"),
    )
}

#[test]
fn a_value_is_taken_from_where_it_stands_first() {
    let relays = relays(RELAYS);
    let settings = differential(&relays);
    // Its own, over the profile's 300 A.
    assert_eq!(settings.pickup_ma, 240_000);
    // Of the profile.
    assert_eq!(settings.watched.step_max, Some(Span::from_us(250)));
    let percentage = Characteristic::Percentage {
        slope_ppb: 300_000_000,
        restraint: Restraint::Mean,
    };
    assert_eq!(settings.characteristic, percentage);
    // Of its base; 1 cycle of 60 Hz, rounded down.
    let expected = [Span::from_ms(2), Span(16_666_666_666)];
    assert_eq!(settings.processing, expected);
    // 64 bits at 64 kb/s last 1 ms, behind a wait of 5 ms.
    assert_eq!(
        (settings.interval, settings.message),
        (Span::from_ms(5), Span::from_ms(6))
    );
    assert_eq!(settings.synchronisation, Synchronisation::PingPong);
    assert_eq!(settings.recovery_messages, 5);
    assert_eq!(settings.watched.fail_after, Span::from_ms(100));
    let relay = relays.circuits[0].as_ref().expect("a relay");
    assert_eq!(relay.profile.as_deref(), Some("house 87L"));
    assert_eq!(relay.check_bits, Some(16));
}

#[test]
fn a_table_with_a_kind_is_taken_whole_and_bits_give_way_to_a_length() {
    let keys = ", characteristic = { kind = \"alpha-plane\", radius = \"600 %\", angle = \"195 deg\" }, \
                message = { length = \"2 ms\" }, on_step = { kind = \"block\", lasts = \"50 ms\" }";
    let settings = differential(&relays(&of_87l(keys)));
    let plane = Characteristic::AlphaPlane {
        radius_ppb: 6_000_000_000,
        angle_mdeg: 195_000,
    };
    assert_eq!(settings.characteristic, plane);
    assert_eq!(settings.message, Span::from_ms(7));
    assert_eq!(settings.watched.on_step, OnStep::Block(Span::from_ms(50)));
}

#[test]
fn losses_of_the_time_source_that_touch_are_one() {
    let keys = ", synchronisation = \"time\", time_error = \"10 us\", time_lost = [\
                { at = \"30 ms\", lasts = \"10 ms\" }, { at = \"10 ms\", lasts = \"20 ms\" }]";
    let relays = relays(&of_87l(keys));
    let Synchronisation::Time { lost, .. } = differential(&relays).synchronisation else {
        panic!("by time")
    };
    assert_eq!(lost.len(), 1);
    assert_eq!(
        lost[0].to.since(lost[0].from),
        Span::from_ms(30),
        "{lost:?}"
    );
}

#[test]
fn every_scheme_has_its_own_timers() {
    let relays = relays(RELAYS);
    let schemes = [(1, "DCB"), (2, "DCUB"), (3, "DTT"), (4, "DUTT")];
    for (circuit, name) in schemes.into_iter().chain([(5, "POTT"), (6, "PUTT")]) {
        assert_eq!(commands(&relays, circuit).scheme.name(), name);
    }
    let dcb = commands(&relays, 1);
    assert_eq!(dcb.coordination, Span::from_ms(25));
    assert_eq!(dcb.block_extension, Span(16_666_666_666));
    assert_eq!(dcb.command.on_failure, OnFailure::On);
    let dcub = commands(&relays, 2);
    assert_eq!(dcub.guard_loss, Span::from_ms(10));
    assert_eq!(dcub.unblocking_window, Span::from_ms(150));
    let dtt = commands(&relays, 3);
    assert_eq!(dtt.directions, [true, false]);
    // Three intervals of 5 ms.
    assert_eq!(dtt.command.recovery, Span::from_ms(15));
    assert_eq!(dtt.command.message, Span::from_ms(6));
    assert_eq!(dtt.command.fail_after, Span::from_ms(20));
    let pott = commands(&relays, 5);
    assert_eq!(pott.weak, Some(End::Z));
    assert_eq!(pott.echo_delay, Span::from_ms(10));
    assert_eq!(pott.pickup, Span(16_666_666_666));
    assert_eq!(pott.command.send, Span::from_ms(3));
    assert_eq!(pott.command.message, Span::ZERO);
    assert_eq!(pott.command.replacement, Replacement::Rejected);
    assert_eq!(pott.command.on_failure, OnFailure::Off);
}

#[test]
fn lines_stand_in_order_of_name_with_what_is_left_out_worked_out() {
    let scenario = compiled(RELAYS, TOPOLOGY);
    let relays = &scenario.relays;
    assert!(relays.written);
    let [low, high] = &relays.lines[..] else {
        panic!("two lines")
    };
    assert_eq!(
        [&low.name, &high.name].map(String::as_str),
        ["240 kV C-A", "500 kV A-B"]
    );
    assert_eq!(low.ends.each_ref().map(String::as_str), ["C", "A"]);
    assert_eq!(low.groups, [vec![1, 2, 6], vec![3, 4]]);
    assert_eq!(low.clear_within, Span(83_333_333_333));
    assert_eq!(low.external_clearing, Span::from_ms(70));
    assert!(!low.parallel && high.parallel);
    assert_eq!((high.load_ma, high.through_fault_ma), (800_000, 8_000_000));
    // 3 cycles; 2 cycles more, rounded down once; 1 cycle and 3 ms more.
    assert_eq!(high.breaker, Span::from_ms(50));
    assert_eq!(high.clear_within, Span(83_333_333_333));
    assert_eq!(high.external_clearing, Span(69_666_666_666));
    assert_eq!(high.reach.zone2, Some(1_200_000_000));
    assert_eq!((high.reach.zone1, high.reach.zone3), (None, None));
    let left_out = "line 500 kV A-B: external_clearing 69666666666 ps".to_owned();
    assert!(scenario.defaults.contains(&left_out));
    let left_out = "circuit POTT A-B: relay.reset 0 ms".to_owned();
    assert!(scenario.defaults.contains(&left_out));
}

#[test]
fn cycles_last_longer_at_50_hz() {
    let slow = relays(&with(RELAYS, "\"60 Hz\"", "\"50 Hz\""));
    assert_eq!(slow.lines[1].breaker, Span::from_ms(60));
    assert_eq!(slow.lines[1].clear_within, Span::from_ms(100));
    assert_eq!(slow.lines[0].clear_within, Span::from_ms(100));
    assert_eq!(commands(&slow, 5).pickup, Span::from_ms(20));
}

#[test]
fn a_line_of_the_topology_needs_no_ends() {
    let topology = format!("{TOPOLOGY}\n[[line]]\nname = \"500 kV A-B\"\nends = [\"A\", \"B\"]\n");
    let scenario = with(RELAYS, "ends = [\"A\", \"B\"]\nload", "load");
    let of_topology = compiled(&scenario, &topology);
    assert_eq!(of_topology.relays.lines, relays(RELAYS).lines);
    let again = compiled(&of_topology.expanded, TOPOLOGY);
    assert_eq!(again.expanded, of_topology.expanded);
    let loaded = load_texts(RELAYS, &topology);
    let told = errors(&loaded);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].title.contains("has its ends in the topology"));
}

#[test]
fn the_expanded_scenario_reads_back_to_the_same_relays_and_the_same_bytes() {
    let time = of_87l(
        ", synchronisation = \"time\", time_error = \"10 us\", compensation = \"-300 us\", \
         time_lost = [{ at = \"30 ms\", lasts = \"10 ms\" }], asymmetry_max = \"1 ms\", \
         on_step = { kind = \"restrain\", slope = \"200 %\", lasts = \"1 s\" }",
    );
    for text in [RELAYS, &time] {
        let first = compiled(text, TOPOLOGY);
        let second = compiled(&first.expanded, TOPOLOGY);
        assert_eq!(first.expanded, second.expanded);
        assert_eq!(first.relays.circuits, second.relays.circuits);
        assert_eq!(first.relays.lines, second.relays.lines);
        assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
    }
}

#[test]
fn relays_change_nothing_in_the_network() {
    let first = compiled(RELAYS, TOPOLOGY);
    let bare: Vec<&str> = RELAYS.lines().collect();
    let bare = bare.iter().filter(|line| !line.starts_with("relay ="));
    let bare: Vec<&str> = bare.copied().collect();
    let text = bare.join("\n");
    let from = text.find("[[line]]").expect("lines");
    let to = text.find("[[circuit]]").expect("circuits");
    let bare = format!("{}{}", &text[..from], &text[to..]);
    let second = compiled(&bare, TOPOLOGY);
    assert!(!second.relays.written && second.relays.lines.is_empty());
    assert_eq!(format!("{:?}", first.plan), format!("{:?}", second.plan));
}

#[test]
fn a_scheme_is_judged_only_where_a_relay_stands() {
    let judged = |text: &str| {
        let not_judged = compiled(text, TOPOLOGY).not_judged;
        !not_judged.iter().any(|one| one == "circuit: scheme")
    };
    assert!(judged(RELAYS));
    assert!(!judged(RING));
    let without = "\n[[circuit]]\nname = \"bare\"\nends = [\"A\", \"B\"]\nscheme = \"DTT\"\n\
                   timeslots = 1\npayload = \"8 B\"\njitter_buffer = \"4 ms\"\n\
                   playout = \"fill-half\"\nclass = \"EF\"\n";
    assert!(!judged(&format!("{RELAYS}{without}")));
}

/// A change of the fixture, and the one error: pieces of its title, what is under the caret, a piece
/// of the label or the help.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const PROFILE_87L: &str = "profile = \"house 87L\", pickup_current = \"240 A\"";
const POTT: &str = "pickup = \"1 cycle\", zone2_delay = \"300 ms\", weak_end";
const DCUB: &str = "guard_loss = \"10 ms\", unblocking_window = \"150 ms\"";

const CASES: &[Case] = &[
    // Zones and timers that a scheme needs.
    (
        "reach = { zone1 = \"80 %\", zone2",
        "reach = { zone2",
        "DUTT of circuit DUTT C-A has no `zone1`",
        "",
        "zone1 = \"80 %\"",
    ),
    (
        ", zone3 = \"100 %\"",
        "",
        "DCB of circuit DCB C-A has no `zone3`",
        "",
        "zone3 = \"100 %\"",
    ),
    (
        "reach = { zone2 = \"120 %\" }\n",
        "",
        "POTT of circuit POTT A-B has no `zone2`",
        "",
        "zone2 = \"120 %\"",
    ),
    (
        ", coordination = \"25 ms\"",
        "",
        "circuit DCB C-A: DCB has no `coordination`",
        "",
        "how long zone 2 waits for a block",
    ),
    (
        POTT,
        "zone2_delay = \"300 ms\", weak_end",
        "circuit POTT A-B: POTT has no `pickup`",
        "",
        "how long detection takes",
    ),
    (
        POTT,
        "pickup = \"1 cycle\", weak_end",
        "POTT has no `zone2_delay`",
        "",
        "trips by itself",
    ),
    (
        "guard_loss = \"10 ms\", ",
        "",
        "DCUB has no `guard_loss`",
        "",
        "opens it",
    ),
    (
        ", unblocking_window = \"150 ms\"",
        "",
        "DCUB has no `unblocking_window`",
        "",
        "how long it is open",
    ),
    (
        "window = \"1 cycle\"\n",
        "",
        "circuit 87L A-B: 87L has no `window`",
        "",
        "samples",
    ),
    (
        "characteristic = { kind = \"percentage\", slope = \"30 %\", restraint = \"mean\" }\n",
        "",
        "87L has no `characteristic`",
        "",
        "operates",
    ),
    (
        ", bits = 64",
        "",
        "87L has no `message.bits`",
        "",
        "message.length",
    ),
    (
        "load = \"800 A\"\n",
        "",
        "87L of circuit 87L A-B has no `load`",
        "",
        "no trip can be called false",
    ),
    (
        "through_fault = \"8 kA\"\n",
        "",
        "87L of circuit 87L A-B has no `through_fault`",
        "",
        "",
    ),
    (
        "breaker_failure = \"150 ms\"\n",
        "",
        "DTT of circuit DTT C-A has no `breaker_failure`",
        "",
        "150 ms",
    ),
    // Timers and zones that contradict.
    (
        DCUB,
        "guard_loss = \"150 ms\", unblocking_window = \"150 ms\"",
        "unblocking window before guard time",
        "unblocking_window",
        "guard_loss = \"10 ms\"",
    ),
    (
        "coordination = \"25 ms\"",
        "coordination = \"400 ms\"",
        "`coordination` is as long as the delay of zone 2",
        "coordination",
        "300 ms",
    ),
    (
        "coordination = \"25 ms\"",
        "coordination = \"0 ms\"",
        "zone 2 waits for no block",
        "coordination",
        "25 ms",
    ),
    (
        "block_extension = \"1 cycle\"",
        "block_extension = \"24 cycles\"",
        "`block_extension` is as long",
        "block_extension",
        "",
    ),
    (
        POTT,
        "reversal_guard = \"300 ms\", pickup = \"1 cycle\", zone2_delay = \"300 ms\", weak_end",
        "`reversal_guard` is as long",
        "reversal_guard",
        "",
    ),
    (
        "zone1 = \"80 %\"",
        "zone1 = \"100 %\"",
        "zone 1 reaches the far end",
        "reach",
        "80 %",
    ),
    (
        "zone2 = \"120 %\", ",
        "zone2 = \"100 %\", ",
        "zone 2 does not reach beyond",
        "reach",
        "120 %",
    ),
    (
        "zone3 = \"100 %\"",
        "zone3 = \"19 %\"",
        "its reverse zone sees less",
        "reach",
        "DCB C-A",
    ),
    (
        "breaker_failure = \"150 ms\"",
        "breaker_failure = \"3 cycles\"",
        "taken to have failed before",
        "breaker_failure",
        "longer than breaker",
    ),
    (
        "clear_within = \"5 cycles\"",
        "clear_within = \"50 ms\"",
        "no fault can be cleared so soon",
        "clear_within",
        "",
    ),
    (
        "through_fault = \"8 kA\"",
        "through_fault = \"799 A\"",
        "largest through current is below the load",
        "through_fault",
        "",
    ),
    (
        PROFILE_87L,
        "profile = \"house 87L\", fail_after = \"4 ms\"",
        "its channel fails between two messages",
        "fail_after",
        "several intervals",
    ),
    // What 87L cannot do.
    (
        PROFILE_87L,
        "profile = \"house 87L\", directions = \"a-z\"",
        "87L without a return direction",
        "\"a-z\"",
        "both",
    ),
    (
        PROFILE_87L,
        "profile = \"house 87L\", asymmetry_max = \"1 ms\"",
        "`asymmetry_max` without a time source",
        "asymmetry_max",
        "time",
    ),
    (
        PROFILE_87L,
        "profile = \"house 87L\", synchronisation = \"time\"",
        "87L has no `time_error`",
        "",
        "largest time error",
    ),
    (
        PROFILE_87L,
        "profile = \"house 87L\", message = { bits = 8, length = \"1 ms\" }",
        "given twice",
        "8",
        "bits",
    ),
    (
        PROFILE_87L,
        "profile = \"house 87L\", on_step = { kind = \"restrain\", slope = \"30 %\", lasts = \"1 s\" }",
        "a step does not restrain it more",
        "\"30 %\"",
        "alarm",
    ),
    (
        "scheme = \"POTT\"\n",
        "",
        "circuit POTT A-B has a relay and no scheme",
        "{",
        "scheme = ",
    ),
    (
        "scheme = \"POTT\"",
        "scheme = \"none\"",
        "has a relay and no scheme",
        "\"none\"",
        "",
    ),
    (
        POTT,
        "guard_loss = \"10 ms\", pickup = \"1 cycle\", zone2_delay = \"300 ms\", weak_end",
        "`guard_loss` is no setting of POTT",
        "guard_loss",
        "leave it out",
    ),
    (
        POTT,
        "step_max = \"1 ms\", pickup = \"1 cycle\", zone2_delay = \"300 ms\", weak_end",
        "`step_max` is no setting of POTT",
        "step_max",
        "",
    ),
    (
        "weak_end = \"z\", ",
        "",
        "`echo_delay` without `weak_end`",
        "echo_delay",
        "",
    ),
    // Profiles.
    (
        "{ profile = \"house\"",
        "{ profile = \"hous\"",
        "unknown relay profile \"hous\"",
        "\"hous\"",
        "did you mean \"house\"?",
    ),
    (
        "base = \"house\"",
        "base = \"hose\"",
        "unknown relay profile \"hose\"",
        "\"hose\"",
        "did you mean \"house\"?",
    ),
    (
        "{ profile = \"house\"",
        "{ profile = \"house 87L\"",
        "profile house 87L is for line differential relays",
        "\"house 87L\"",
        "",
    ),
    (
        "base = \"house\"",
        "base = \"house 87L\"",
        "relay profile house 87L stands on itself",
        "\"house 87L\"",
        "leave one `base` out",
    ),
    (
        "group_b = [\"POTT A-B\"]",
        "",
        "circuit POTT A-B has a relay and protects no line",
        "{",
        "group_a or group_b",
    ),
    (
        "group_b = [\"POTT A-B\"]",
        "group_b = [\"POT A-B\", \"POTT A-B\"]",
        "unknown circuit \"POT A-B\"",
        "\"POT A-B\"",
        "did you mean \"POTT A-B\"?",
    ),
    (
        "group_b = [\"POTT A-B\"]",
        "group_b = [\"POTT A-B\", \"DCUB C-A\"]",
        "circuit DCUB C-A protects two lines",
        "\"DCUB C-A\"",
        "a circuit of its own",
    ),
    (
        "group_b = [\"POTT A-B\"]",
        "group_b = [\"POTT A-B\", \"POTT A-B\"]",
        "is twice in a group",
        "\"POTT A-B\"",
        "",
    ),
    (
        "name = \"POTT A-B\"\nends = [\"A\", \"B\"]",
        "name = \"POTT A-B\"\nends = [\"B\", \"A\"]",
        "runs the other way round than its line",
        "ends",
        "ends = [\"A\", \"B\"]",
    ),
    (
        "name = \"POTT A-B\"\nends = [\"A\", \"B\"]",
        "name = \"POTT A-B\"\nends = [\"A\", \"C\"]",
        "does not join the terminals of its line",
        "ends",
        "A and B",
    ),
    (
        "name = \"500 kV A-B\"",
        "name = \"240 kV C-A\"",
        "two lines are named",
        "\"240 kV C-A\"",
        "",
    ),
    (
        "ends = [\"A\", \"B\"]\nload",
        "load",
        "unknown line \"500 kV A-B\"",
        "\"500 kV A-B\"",
        "ends",
    ),
    (
        "load = \"800 A\"",
        "load = \"800\"",
        "`load` has no unit",
        "\"800\"",
        "current in mA, A, kA",
    ),
    (
        "load = \"800 A\"",
        "load = 800",
        "`load` has no unit",
        "800",
        "\"800 A\"",
    ),
    (
        "breaker = \"3 cycles\"",
        "breaker = \"0 cycles\"",
        "`breaker` is zero",
        "\"0 cycles\"",
        "cycles",
    ),
    (
        "breaker = \"3 cycles\"",
        "breaker = 3",
        "`breaker` has no unit",
        "3",
        "2.5 ms",
    ),
    (
        "breaker = \"3 cycles\"",
        "breaker = \"3001 cycles\"",
        "`breaker` is too large",
        "\"3001 cycles\"",
        "cycles",
    ),
    (
        "breaker = \"3 cycles\"",
        "breaker = \"3 circles\"",
        "`breaker` is no valid time",
        "\"3 circles\"",
        "cycles",
    ),
    (
        "breaker = \"3 cycles\"\n",
        "",
        "line has no `breaker`",
        "",
        "3 cycles",
    ),
];

#[test]
fn what_is_wrong_is_told_once_with_its_place_and_what_would_be_right() {
    for (from, to, title, caret, help) in CASES {
        let all = told(&with(RELAYS, from, to));
        assert_eq!(all.len(), 1, "{to}: {all:#?}");
        let one = &all[0];
        assert!(one.title.contains(title), "{to}: {one:#?}");
        assert!(one.caret.starts_with(caret), "{to}: {one:#?}");
        assert!(one.help.contains(help), "{to}: {one:#?}");
    }
}

/// Titles of all errors.
fn titles(scenario: &str) -> Vec<String> {
    told(scenario).into_iter().map(|one| one.title).collect()
}

#[test]
fn a_step_that_is_never_seen_calls_for_nothing() {
    let without = with(RELAYS, "step_max = \"250 us\"\n", "");
    let keys = "profile = \"house 87L\", on_step = { kind = \"alarm\" }";
    assert_eq!(
        titles(&with(&without, PROFILE_87L, keys)),
        ["circuit 87L A-B: `on_step` without `step_max`"]
    );
}

#[test]
fn a_profile_is_for_one_kind_of_relays() {
    let mixed = with(
        RELAYS,
        "window = \"1 cycle\"\n",
        "window = \"1 cycle\"\nzone2_delay = \"300 ms\"\n",
    );
    assert_eq!(
        titles(&mixed),
        [
            "relay profile house 87L is for line differential relays, and `zone2_delay` for \
             schemes that send commands"
        ]
    );
    // Of another kind than its base.
    let profile = "[[relay_profile]]\nname = \"other\"\nbase = \"house 87L\"\nreset = \"1 ms\"\n\n";
    let based = with(RELAYS, "[[circuit]]", &format!("{profile}[[circuit]]"));
    assert_eq!(
        titles(&based),
        [
            "relay profile other is for line differential relays, and `reset` for schemes that \
             send commands"
        ]
    );
}

#[test]
fn two_profiles_of_one_name_and_profiles_in_a_circle_are_refused() {
    let twice = with(
        RELAYS,
        "[[circuit]]",
        "[[relay_profile]]\nname = \"house\"\n\n[[circuit]]",
    );
    assert_eq!(titles(&twice), ["two relay profiles are named \"house\""]);
    let circle = with(
        RELAYS,
        "name = \"house\"\n",
        "name = \"house\"\nbase = \"house 87L\"\n",
    );
    assert_eq!(
        titles(&circle),
        [
            "relay profile house stands on itself",
            "relay profile house 87L stands on itself"
        ]
    );
}

#[test]
fn everything_is_told_at_once_a_topology_that_is_not_there_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("relays.toml");
    let text = with(RELAYS, "\"house 87L\", pick", "\"hous 87L\", pick");
    let text = with(&text, "[\"POTT A-B\"]", "[\"POTT AB\"]");
    std::fs::write(&file, text).expect("written");
    let all = errors(&load(&file, &Overrides::default()));
    let titles: Vec<&str> = all.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles.len(), 4, "{titles:?}");
    assert!(titles.contains(&"unknown circuit \"POTT AB\""));
    assert!(titles.contains(&"unknown relay profile \"hous 87L\""));
    assert!(titles.contains(&"circuit POTT A-B has a relay and protects no line"));
}

#[test]
fn a_scenario_with_lines_is_no_topology() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("relays.toml");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write("ring.topology.toml", TOPOLOGY);
    write("relays.toml", RELAYS);
    assert_eq!(errors(&check_file(&file)), []);
    // What tells them apart is what only a scenario has, not its lines.
    let line = "\n[[line]]\nname = \"500 kV A-B\"\nends = [\"A\", \"B\"]\n";
    write("relays.toml", &format!("{TOPOLOGY}{line}"));
    assert_eq!(errors(&check_file(&file)), []);
}

#[test]
fn an_unknown_set_of_requirements_is_told_and_a_known_one_kept() {
    let unknown = with(
        RELAYS,
        "scheme = \"POTT\"",
        "scheme = \"POTT\"\nrequirements = [\"no-such\"]",
    );
    assert_eq!(
        titles(&unknown),
        ["unknown set of requirements \"no-such\""]
    );
}

#[test]
fn bits_need_a_bit_rate() {
    let goose = "service = \"goose\"\ngoose = { size = \"150 B\", t1 = \"2 ms\", t0 = \"1 s\" }\n";
    let tail =
        "timeslots = 1\npayload = \"8 B\"\njitter_buffer = \"4 ms\"\nplayout = \"fill-half\"\n";
    let (head, rest) = RELAYS
        .split_once("scheme = \"DTT\"\n")
        .expect("the last circuit");
    let text = format!("{head}scheme = \"DTT\"\n{}", with(rest, tail, goose));
    assert_eq!(
        titles(&text),
        ["circuit DTT C-A: its message is given in bits, and it has no bit rate"]
    );
    let timed = "pickup = \"1 cycle\", message = { length = \"1 ms\" }, recovery";
    let text = format!(
        "{}{}",
        head,
        with(
            &format!("scheme = \"DTT\"\n{}", with(rest, tail, goose)),
            "pickup = \"1 cycle\", recovery",
            timed
        )
    );
    assert_eq!(
        commands(&relays(&text), 3).command.message,
        Span::from_ms(6)
    );
}

/// What each scheme needs, without a word more.
const NEEDED: &[(&str, &[&str])] = &[
    ("87L", &["profile = \"house 87L\""]),
    (
        "POTT",
        &["pickup = \"1 cycle\"", "zone2_delay = \"300 ms\""],
    ),
    (
        "PUTT",
        &["pickup = \"1 cycle\"", "zone2_delay = \"300 ms\""],
    ),
    (
        "DCB",
        &[
            "pickup = \"1 cycle\"",
            "zone2_delay = \"300 ms\"",
            "coordination = \"25 ms\"",
        ],
    ),
    (
        "DCUB",
        &[
            "pickup = \"1 cycle\"",
            "zone2_delay = \"300 ms\"",
            "guard_loss = \"10 ms\"",
            "unblocking_window = \"150 ms\"",
        ],
    ),
    (
        "DUTT",
        &["pickup = \"1 cycle\"", "zone2_delay = \"300 ms\""],
    ),
    ("DTT", &["pickup = \"1 cycle\""]),
];

/// Keys that may stand beside them, and some that may not.
const KEYS: &[&str] = &[
    "pickup_current = \"1 A\"",
    "coordination = \"1.5 cycles\"",
    "window = \"1.5 cycles\"",
    "message = { interval = \"4 ms\", bits = 200 }",
    "characteristic = { kind = \"percentage\", slope = \"20 %\", restraint = \"sum\" }",
    "characteristic = { kind = \"alpha-plane\", radius = \"600 %\", angle = \"195 deg\" }",
    "step_max = \"1 ms\"",
    "on_step = { kind = \"restrain\", slope = \"200 %\", lasts = \"1 s\" }",
    "weak_end = \"a\"",
    "echo_delay = \"3 cycles\"",
    "processing = \"1 ms\"",
    "directions = \"z-a\"",
    "synchronisation = \"time\"",
    "time_error = \"1 us\"",
    "compensation = \"-1 ms\"",
    "recovery_messages = 7",
    "check_bits = 16",
    "send_minimum = \"100 ms\"",
    "on_failure = \"latch\"",
];

/// The fixture with another relay at its first circuit.
fn relayed(scheme: &str, keys: &[&str], frequency: &str) -> String {
    let change = |text: &str, from: &str, to: String| with(text, from, &to);
    let zones = "reach = { zone1 = \"80 %\", zone3 = \"50 %\", zone2".to_owned();
    let text = change(RELAYS, "reach = { zone2", zones);
    let breaker = "breaker = \"3 cycles\"";
    let failure = format!("{breaker}\nbreaker_failure = \"9 cycles\"");
    let text = change(&text, breaker, failure);
    let text = change(&text, "\"60 Hz\"", format!("\"{frequency}\""));
    let relay = format!("{{ {} }}", keys.join(", "));
    let text = change(&text, &format!("{{ {PROFILE_87L} }}"), relay);
    change(&text, "scheme = \"87L\"", format!("scheme = \"{scheme}\""))
}

/// Whether it is refused; if not, whether it is written out to what reads back the same.
fn reads_back(text: &str) -> Option<bool> {
    let loaded = load_texts(text, TOPOLOGY);
    let told = errors(&loaded).len();
    let Some(first) = loaded.scenario else {
        assert!(told > 0);
        return None;
    };
    let again = load_texts(&first.expanded, TOPOLOGY);
    assert_eq!(errors(&again), []);
    let second = again.scenario.expect("no error");
    let same = first.expanded == second.expanded
        && first.relays.circuits == second.relays.circuits
        && first.relays.lines == second.relays.lines;
    Some(same)
}

#[test]
fn every_scheme_needs_no_more_than_the_page_says() {
    for (scheme, needed) in NEEDED {
        assert_eq!(
            reads_back(&relayed(scheme, needed, "60 Hz")),
            Some(true),
            "{scheme}"
        );
        for place in 0..needed.len() {
            let mut less = needed.to_vec();
            less.remove(place);
            let text = relayed(scheme, &less, "60 Hz");
            assert_eq!(reads_back(&text), None, "{scheme} {}", needed[place]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_relay_is_refused_or_reads_back_the_same(
        picked in proptest::sample::subsequence(KEYS, 0..4),
        place in 0..NEEDED.len(),
        frequency in proptest::sample::select(vec!["50 Hz", "60 Hz"]),
    ) {
        let (scheme, needed) = NEEDED[place];
        let all = needed.iter().chain(&picked).copied();
        let mut seen = std::collections::BTreeSet::new();
        let keys: Vec<&str> = all.filter(|key| seen.insert(key.split(' ').next())).collect();
        prop_assert_ne!(reads_back(&relayed(scheme, &keys, frequency)), Some(false));
    }
}
