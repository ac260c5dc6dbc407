//! Which keys of a relay belong to which scheme.

use crate::relay::profile::ProfileKind;
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::spec::{CircuitSpec, RelaySpec, ScenarioSpec, Values};

/// The scheme that compares currents.
pub const DIFFERENTIAL: &str = "87L";

const COMMANDS: &[&str] = &["PUTT", "POTT", "DCB", "DCUB", "DUTT", "DTT"];

/// Keys that not every scheme has, with those that have it; all others belong to all.
const KEYS: &[(&str, &[&str])] = &[
    ("alarm_after", &[DIFFERENTIAL]),
    ("assumed_asymmetry", &[DIFFERENTIAL]),
    ("asymmetry_max", &[DIFFERENTIAL]),
    ("block_extension", &["DCB"]),
    ("characteristic", &[DIFFERENTIAL]),
    ("compensation", &[DIFFERENTIAL]),
    ("coordination", COMMANDS),
    ("echo_delay", &["POTT", "DCUB"]),
    ("fallback", &[DIFFERENTIAL]),
    ("guard_loss", &["DCUB"]),
    ("on_failure", COMMANDS),
    ("on_step", &[DIFFERENTIAL]),
    ("pickup", COMMANDS),
    ("pickup_current", &[DIFFERENTIAL]),
    ("replacement", COMMANDS),
    ("reset", COMMANDS),
    ("reversal_guard", &["PUTT", "POTT", "DCB", "DCUB"]),
    ("round_trip_max", &[DIFFERENTIAL]),
    ("send_minimum", COMMANDS),
    ("step_max", &[DIFFERENTIAL]),
    ("synchronisation", &[DIFFERENTIAL]),
    ("time_error", &[DIFFERENTIAL]),
    ("time_lost", &[DIFFERENTIAL]),
    ("unblocking_window", &["DCUB"]),
    ("weak_end", &["POTT", "DCUB"]),
    ("window", &[DIFFERENTIAL]),
    ("zone2_delay", &["PUTT", "POTT", "DCB", "DCUB", "DUTT"]),
];

/// Which relays a scheme asks for.
pub fn kind_of(scheme: &str) -> ProfileKind {
    if scheme == DIFFERENTIAL {
        ProfileKind::Differential
    } else {
        ProfileKind::Commands
    }
}

/// For a message.
pub fn in_words(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Differential => "line differential relays",
        ProfileKind::Commands => "schemes that send commands",
    }
}

/// The schemes that have a key; `None`: all.
pub fn schemes_with(key: &str) -> Option<&'static [&'static str]> {
    KEYS.iter()
        .find(|known| known.0 == key)
        .map(|known| known.1)
}

/// Whether a scheme has a key.
pub fn has(scheme: &str, key: &str) -> bool {
    schemes_with(key).is_none_or(|schemes| schemes.contains(&scheme))
}

/// The kind of relays that a key alone belongs to.
pub fn kind_with(key: &str) -> Option<ProfileKind> {
    schemes_with(key).map(|schemes| kind_of(schemes[0]))
}

/// The kinds of relays that keys of a profile belong to, each with its first key.
pub fn kinds(values: &Values) -> Vec<(ProfileKind, &'static str)> {
    let mut kinds: Vec<(ProfileKind, &'static str)> = Vec::new();
    for key in values.keys.keys() {
        if let Some(kind) = kind_with(key)
            && !kinds.iter().any(|known| known.0 == kind)
        {
            kinds.push((kind, key));
        }
    }
    kinds
}

/// Tells keys written at a circuit that its scheme does not have.
pub fn check(
    circuit: &CircuitSpec,
    scheme: &str,
    relay: &RelaySpec,
    spec: &ScenarioSpec,
    findings: &mut Findings,
) {
    for (key, span) in &relay.values.keys {
        let Some(schemes) = schemes_with(key).filter(|schemes| !schemes.contains(&scheme)) else {
            continue;
        };
        let name = &circuit.name.value;
        let title = format!("circuit {name}: `{key}` is no setting of {scheme}");
        let label = format!("only {} has it", schemes.join(", "));
        let help = "leave it out, or write another `scheme`";
        findings.push(Diagnostic::error(title, spec.place(span), label).help(help));
    }
}
