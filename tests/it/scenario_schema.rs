//! The committed schemas accept what is shipped, and refuse what the decoder refuses.

use std::path::Path;

use pilotwire::batch::grammar::sweep_schema;
use pilotwire::scenario::schema::{scenario_schema, topology_schema};
use serde_json::Value;

use crate::scenario_support::{RING, TOPOLOGY, with};

/// Whether a value meets a schema, as far as the keywords go that ours use (patterns aside).
fn meets(value: &Value, schema: &Value) -> bool {
    let number = |key: &str| schema.get(key).and_then(Value::as_f64);
    let of_type = match schema.get("type").and_then(Value::as_str) {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => true,
    };
    let in_range = value.as_f64().is_none_or(|found| {
        number("minimum").is_none_or(|least| found >= least)
            && number("maximum").is_none_or(|most| found <= most)
    });
    let listed = |key: &str| schema.get(key).and_then(Value::as_array);
    let words = listed("enum").is_none_or(|words| words.contains(value))
        && schema.get("const").is_none_or(|word| word == value);
    let any = listed("anyOf").is_none_or(|all| all.iter().any(|one| meets(value, one)));
    let one =
        listed("oneOf").is_none_or(|all| all.iter().filter(|one| meets(value, one)).count() == 1);
    let not = schema.get("not").is_none();
    let items = value.as_array().is_none_or(|elements| {
        let length = elements.len() as f64;
        number("minItems").is_none_or(|least| length >= least)
            && number("maxItems").is_none_or(|most| length <= most)
            && schema
                .get("items")
                .is_none_or(|of| elements.iter().all(|one| meets(one, of)))
    });
    let keys = value.as_object().is_none_or(|object| {
        let Some(properties) = schema.get("properties") else {
            return true;
        };
        let required = listed("required")
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        required.into_iter().all(|key| object.contains_key(key))
            && object.iter().all(|(key, value)| {
                properties
                    .get(key)
                    .is_some_and(|property| meets(value, property))
            })
    });
    of_type && in_range && words && any && one && not && items && keys
}

fn json(toml: &str) -> Value {
    let table: toml::Table = toml.parse().expect("valid TOML");
    serde_json::to_value(table).expect("TOML without dates is JSON")
}

#[test]
fn shipped_files_meet_the_schemas_and_name_them_in_their_first_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, schema) in [
        ("scenarios", scenario_schema()),
        ("topologies", topology_schema()),
    ] {
        for entry in std::fs::read_dir(root.join(folder)).expect("shipped") {
            let file = entry.expect("readable").path();
            if file
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let text = std::fs::read_to_string(&file).expect("text");
                let name = file.file_name().expect("a name").to_string_lossy();
                let schema = match name.starts_with("sweep-") {
                    true => &sweep_schema(),
                    false => &schema,
                };
                assert!(meets(&json(&text), schema), "{}", file.display());
                assert!(
                    text.starts_with("#:schema ../schema/"),
                    "{}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn the_schemas_refuse_what_the_decoder_refuses_by_form() {
    let (scenario, topology) = (scenario_schema(), topology_schema());
    assert!(meets(&json(RING), &scenario) && meets(&json(TOPOLOGY), &topology));
    for (from, to) in [
        ("seed = 7", "seed = 7\ncolour = 1"),
        ("duration = \"1 s\"", ""),
        ("\"1 s\"", "1"),
        ("timeslots = 12", "timeslots = 32"),
        ("\"EF\"", "\"ef\""),
        ("\"fill-half\"", "\"loup\""),
        ("kind = \"cbr\", ", ""),
        ("\"cbr\"", "\"poisson\""),
        ("[\"A\", \"B\"]", "[\"A\"]"),
        (
            "[[flow]]",
            "[[event]]\nat = \"2 s\"\nfail = \"A-B\"\n[[flow]]",
        ),
    ] {
        assert!(
            !meets(&json(&with(RING, from, to)), &scenario),
            "{from} -> {to}"
        );
    }
    for (from, to) in [
        ("\"microwave\"", "\"radio\""),
        ("\"physical\"", "\"none\""),
        ("\"Alpha\"", "\"Alpha\"\nlat = 91"),
        ("medium = \"copper\"\n", ""),
    ] {
        assert!(
            !meets(&json(&with(TOPOLOGY, from, to)), &topology),
            "{from} -> {to}"
        );
    }
}

#[test]
fn every_key_that_a_schema_offers_says_what_it_is() {
    fn check(schema: &Value, at: &str) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{key}");
            let text = property["description"].as_str().unwrap_or("");
            assert!(text.ends_with('.') || key == "kind", "{at}: {text:?}");
            check(property, &at);
            check(&property["items"], &at);
            for one in ["anyOf", "oneOf"] {
                property[one]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .for_each(|one| check(one, &at));
            }
        }
    }
    check(&scenario_schema(), "scenario");
    check(&topology_schema(), "topology");
}
