//! What a scenario may leave out, and what acts then.

use super::spec::OrDefault;
use super::value::{At, Table, Value};

/// Seed of a scenario that names none.
pub(super) const SEED_DEFAULT: u64 = 1;

/// Power-system frequency of a scenario that names none, Hz.
pub(super) const FREQUENCY_DEFAULT_HZ: u64 = 60;

/// The number of a key, or its default where the key is not there; `None` for a faulty one.
pub(super) fn whole_or(table: &Table, key: &str, default: u64) -> Option<At<u64>> {
    let absent = || At {
        value: default,
        span: table.span.clone(),
    };
    if table.has(key) {
        table.whole(key)
    } else {
        Some(absent())
    }
}

/// The keys of a scenario that are left to their defaults.
pub(super) fn defaults(table: &Table) -> Vec<String> {
    let of_scenario = [
        ("seed", SEED_DEFAULT.to_string()),
        ("frequency", format!("{FREQUENCY_DEFAULT_HZ} Hz")),
    ];
    let absent = of_scenario.into_iter().filter(|(key, _)| !table.has(key));
    let mut list: Vec<String> = absent
        .map(|(key, value)| format!("scenario: {key} {value}"))
        .collect();
    for circuit in table.tables("circuit") {
        let Some(name) = circuit.text("name") else {
            continue;
        };
        let word = |key: &str| circuit.text(key).map_or_else(String::new, |at| at.value);
        let frames = word("service") == "goose"
            || (!circuit.has("service") && word("interface") == "ethernet");
        if frames || ["tdm", "serial", "analogue"].contains(&word("carrier").as_str()) {
            continue;
        }
        let follows = |key: &str| key == "jitter_buffer" && word("playout") == "extreme";
        let absent = ["payload", "jitter_buffer"]
            .into_iter()
            .filter(|key| !circuit.has(key) && !follows(key));
        list.extend(absent.map(|key| format!("circuit {}: {key} of the product", name.value)));
    }
    list
}

/// A setting of a circuit: the product's where the key is absent or says so.
pub(super) fn or_default(table: &Table, key: &str) -> Option<At<OrDefault>> {
    if !table.has(key) {
        let (value, span) = (OrDefault::Default, table.span.clone());
        return Some(At { value, span });
    }
    let at = table.get(key)?;
    let value = match at.value {
        Value::Whole(value) => OrDefault::Given(value),
        Value::Text(_) => OrDefault::Default,
        _ => return None,
    };
    Some(At {
        value,
        span: at.span.clone(),
    })
}
