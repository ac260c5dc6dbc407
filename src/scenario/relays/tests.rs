//! Layers of values, with a family made for the purpose; and the families that are built in.

use toml::de::DeTable;

use super::*;
use crate::relay::differential::Characteristic;
use crate::relay::profile::{Given, ProfileKind, Value, profiles};
use crate::scenario::decode::Decoder;
use crate::scenario::diagnostic::SourceId;
use crate::scenario::fields::{Field, Kind};
use crate::scenario::tables::{SCENARIO, relay_keys};
use crate::units::Span;

const fn given(key: &'static str, value: Value, doubtful: bool) -> Given {
    Given {
        key,
        value,
        source: "page 1",
        doubtful,
    }
}

static FAMILY: Profile = Profile {
    name: "R1",
    what: "made for tests",
    kind: ProfileKind::Differential,
    values: &[
        given("characteristic.angle", Value::Angle(195_000), false),
        given("characteristic.kind", Value::Word("alpha-plane"), false),
        given("characteristic.radius", Value::Share(6_000_000_000), false),
        given("message.bits", Value::Whole(200), false),
        given("message.interval", Value::MicroCycles(250_000), false),
        given("pickup_current", Value::Current(300_000), true),
        given("processing", Value::Time(Span::from_ms(2)), false),
        given("window", Value::MicroCycles(1_000_000), false),
    ],
};

static COMMANDS: Profile = Profile {
    name: "C1",
    what: "made for tests",
    kind: ProfileKind::Commands,
    values: &[given("pickup", Value::MicroCycles(1_000_000), false)],
};

fn settled(relay: &str, profiles: &str) -> (Settled, Vec<Diagnostic>) {
    let text = format!(
        "frequency = \"50 Hz\"\n[[line]]\nname = \"L\"\nload = \"1 A\"\nthrough_fault = \"1 A\"\n\
         breaker = \"50 ms\"\ngroup_a = [\"X\"]\n[[circuit]]\nname = \"X\"\nends = [\"A\", \"B\"]\n\
         scheme = \"87L\"\nrelay = {relay}\n{profiles}"
    );
    let (root, faults) = DeTable::parse_recoverable(&text);
    assert!(faults.is_empty());
    let mut findings = Findings::default();
    let mut decoder = Decoder {
        source: SourceId(0),
        findings: &mut findings,
        tell_missing: false,
        broken: &[],
    };
    let table = decoder.table(root.get_ref(), 0..0, SCENARIO, "the scenario");
    let spec = ScenarioSpec::new(SourceId(0), &table);
    let families: [&'static Profile; 2] = [&FAMILY, &COMMANDS];
    let settled = settle_with(&spec, None, &[None], &families, &mut findings);
    (settled, findings.into_sorted())
}

fn differential(settled: &Settled) -> crate::relay::differential::Settings {
    let relay = settled.relays.circuits[0].as_ref().expect("a relay");
    let Protection::Differential(settings) = &relay.protection else {
        panic!("87L")
    };
    settings.clone()
}

const LENGTH: &str = "message = { length = \"1 ms\" }";

#[test]
fn the_family_gives_what_neither_circuit_nor_profile_does() {
    let own = format!("{{ profile = \"house\", {LENGTH} }}");
    let house = "[[relay_profile]]\nname = \"house\"\nbase = \"R1\"\npickup_current = \"500 A\"\n";
    let (settled, told) = settled(&own, house);
    assert_eq!(told, []);
    let settings = differential(&settled);
    assert_eq!(settings.pickup_ma, 500_000);
    // A quarter of 20 ms.
    assert_eq!(settings.interval, Span::from_ms(5));
    assert_eq!(settings.message, Span::from_ms(6));
    assert_eq!(settings.window, Span::from_ms(20));
    assert_eq!(settings.processing, [Span::from_ms(2); 2]);
    let plane = Characteristic::AlphaPlane {
        radius_ppb: 6_000_000_000,
        angle_mdeg: 195_000,
    };
    assert_eq!(settings.characteristic, plane);
}

#[test]
fn values_of_a_family_are_listed_with_their_source_and_what_is_in_their_place() {
    let (settled, _) = settled(
        &format!("{{ profile = \"R1\", window = \"10 ms\", {LENGTH} }}"),
        "",
    );
    let named = |name: &str| {
        let mut all = settled.relays.constants.iter();
        let one = all.find(|one| one.name == name).expect(name);
        (
            one.value.as_str(),
            one.source.as_ref(),
            one.overrides.as_deref(),
        )
    };
    assert_eq!(
        named("relay.R1.pickup_current"),
        ("300 A", "page 1 (doubtful)", None)
    );
    assert_eq!(named("relay.R1.message.interval"), ("5 ms", "page 1", None));
    assert_eq!(
        named("relay.R1.window"),
        ("10 ms", "the scenario's own relay", Some("20 ms"))
    );
    let names = settled.relays.constants.iter().map(|one| &one.name);
    assert!(names.is_sorted());
    let left_out = "circuit X: relay.fail_after 100 ms".to_owned();
    assert!(settled.relays.defaults.contains(&left_out));
}

#[test]
fn a_family_of_the_other_kind_is_refused_with_those_of_the_right_one() {
    let (_, told) = settled("\"C1\"", "");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0].title,
        "profile C1 is for schemes that send commands"
    );
    let help = told[0].help.as_deref();
    assert_eq!(help, Some("profiles for line differential relays: R1"));
}

#[test]
fn the_name_of_a_family_cannot_be_taken() {
    let (_, told) = settled(
        &format!("{{ profile = \"R1\", {LENGTH} }}"),
        "[[relay_profile]]\nname = \"R1\"\n",
    );
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].title, "relay profile R1 is there already");
}

/// What the file may hold under a key, with a dot for an inner table.
fn kind(key: &str, fields: &'static [Field]) -> Vec<&'static Kind> {
    let (outer, inner) = key.split_once('.').unwrap_or((key, ""));
    let field = fields.iter().find(|field| field.key == outer);
    let field = field.unwrap_or_else(|| panic!("{key} is a key of `relay`"));
    let kinds = match field.kind {
        Kind::AnyOf(kinds) => kinds.iter().collect(),
        one => vec![one],
    };
    if inner.is_empty() {
        return kinds;
    }
    let inside = kinds.into_iter().flat_map(|one| match one {
        Kind::Table(fields) => kind(inner, fields),
        Kind::Tagged(variants) => {
            let fields = variants.iter().filter_map(|one| one.fields);
            let fields = fields.flatten().filter(|field| field.key == inner);
            fields.map(|field| field.kind).collect()
        }
        _ => Vec::new(),
    });
    inside.collect()
}

fn takes(kind: &Kind, value: Value) -> bool {
    use crate::units::quantity::{ANGLE, CURRENT, SHARE};
    match (kind, value) {
        (Kind::TimeOrCycles(min, max), Value::Time(time)) => (min..=max).contains(&&time.0),
        (Kind::TimeOrCycles(..), Value::MicroCycles(_)) => true,
        (Kind::Whole(min, max), Value::Whole(value)) => (min..=max).contains(&&value),
        (Kind::Quantity(dimension, min, max), value) => {
            let (of, value) = match value {
                Value::Share(value) => (&SHARE, value),
                Value::Current(value) => (&CURRENT, value),
                Value::Angle(value) => (&ANGLE, value),
                _ => return false,
            };
            *dimension == of && (min..=max).contains(&&value)
        }
        (Kind::OneOf { words, .. }, Value::Word(word)) => words.contains(&word),
        _ => false,
    }
}

#[test]
fn the_values_of_every_family_are_such_as_a_scenario_could_write() {
    for profile in profiles().chain([&FAMILY, &COMMANDS]) {
        for given in profile.values {
            if let Some(outer) = given.key.strip_suffix(".kind") {
                assert!(relay_keys().iter().any(|field| field.key == outer));
                continue;
            }
            let kinds = kind(given.key, relay_keys());
            let fits = kinds.iter().any(|kind| takes(kind, given.value));
            assert!(fits, "{} {}", profile.name, given.key);
            let outer = given.key.split('.').next().expect("a key");
            let of = keys::kind_with(outer);
            assert!(
                of.is_none_or(|kind| kind == profile.kind),
                "{} {}",
                profile.name,
                given.key
            );
        }
        assert!(profile.values.is_sorted_by_key(|given| given.key));
    }
}
