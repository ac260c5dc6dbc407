//! JSON Schema of both files, made from the field tables that the decoder uses.

use serde_json::{Map, Value, json};

use super::fields::{Field, Kind, NAME_OCTETS_MAX};
use super::tables::{SCENARIO, TOPOLOGY};
use crate::units::ErrorRatio;
use crate::units::quantity::{CYCLES, TIME};

/// JSON Schema (draft 2020-12) of a scenario file.
#[must_use]
pub fn scenario_schema() -> Value {
    document("Pilotwire scenario", SCENARIO)
}

/// JSON Schema (draft 2020-12) of a topology file.
#[must_use]
pub fn topology_schema() -> Value {
    document("Pilotwire topology", TOPOLOGY)
}

/// JSON Schema (draft 2020-12) of a file with these keys.
#[must_use]
pub(crate) fn document(title: &str, fields: &[Field]) -> Value {
    let mut schema = table(fields);
    schema.insert(
        "$schema".into(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".into(), json!(title));
    Value::Object(schema)
}

fn table(fields: &[Field]) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in fields {
        let mut property = schema(field.kind);
        if let Some(object) = property.as_object_mut() {
            let mut text = field.doc.to_owned();
            if field.descriptive {
                text.push_str(" Descriptive: it changes no result.");
            }
            object.insert("description".into(), json!(text));
        }
        properties.insert(field.key.into(), property);
    }
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.key)
        .collect();
    let mut object = Map::new();
    object.insert("type".into(), json!("object"));
    object.insert("properties".into(), Value::Object(properties));
    object.insert("required".into(), json!(required));
    object.insert("additionalProperties".into(), json!(false));
    object
}

fn schema(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Name => json!({
            "type": "string",
            "minLength": 1,
            "maxLength": NAME_OCTETS_MAX,
            "pattern": "^[^\\u0000-\\u001f\\u007f]+$",
        }),
        Kind::Word(word) => json!({ "const": word }),
        Kind::OneOf { words, .. } => json!({ "enum": words }),
        Kind::Whole(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Quantity(dimension, ..) => {
            let units: Vec<&str> = dimension.units.iter().map(|unit| unit.0).collect();
            json!({
                "type": "string",
                "pattern": format!("^\\s*[0-9]+(\\.[0-9]+)?\\s*({})\\s*$", units.join("|")),
                "examples": [dimension.example],
            })
        }
        Kind::Signed(dimension, ..) => {
            let units: Vec<&str> = dimension.units.iter().map(|unit| unit.0).collect();
            json!({
                "type": "string",
                "pattern": format!("^\\s*-?\\s*[0-9]+(\\.[0-9]+)?\\s*({})\\s*$", units.join("|")),
                "examples": [dimension.example],
            })
        }
        Kind::Ratio => json!({
            "type": "string",
            "pattern": "^\\s*[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?\\s*$",
            "examples": [ErrorRatio::EXAMPLE],
        }),
        Kind::TimeOrCycles(..) => {
            let units = TIME.units.iter().chain(CYCLES.units);
            let units: Vec<&str> = units.map(|unit| unit.0).collect();
            json!({
                "type": "string",
                "pattern": format!("^\\s*[0-9]+(\\.[0-9]+)?\\s*({})\\s*$", units.join("|")),
                "examples": [TIME.example, CYCLES.example],
            })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Any => json!({}),
        Kind::Degrees(limit) => json!({ "type": "number", "minimum": -limit, "maximum": limit }),
        Kind::List(of, min, max) => {
            json!({ "type": "array", "items": schema(of), "minItems": min, "maxItems": max })
        }
        Kind::Table(fields) => Value::Object(table(fields)),
        Kind::Tagged(variants) => {
            let built = variants.iter().filter_map(|variant| {
                let mut object = table(variant.fields?);
                if let Some(properties) =
                    object.get_mut("properties").and_then(Value::as_object_mut)
                {
                    properties.insert("kind".into(), json!({ "const": variant.name }));
                }
                if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
                    required.insert(0, json!("kind"));
                }
                Some(Value::Object(object))
            });
            json!({ "oneOf": built.collect::<Vec<_>>() })
        }
        Kind::AnyOf(kinds) => json!({ "anyOf": kinds.iter().map(schema).collect::<Vec<_>>() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(name: &str) -> Value {
        let path = format!("{}/schema/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the schema is committed");
        serde_json::from_str(&text).expect("the schema is JSON")
    }

    #[test]
    fn the_committed_schemas_are_those_of_the_decoder() {
        let hint = "write the output of `pilotwire schema` to schema/";
        assert_eq!(
            committed("scenario.schema.json"),
            scenario_schema(),
            "{hint}"
        );
        assert_eq!(
            committed("topology.schema.json"),
            topology_schema(),
            "{hint}"
        );
    }

    #[test]
    fn a_circuit_must_name_its_ends_and_may_not_hold_unknown_keys() {
        let schema = scenario_schema();
        let circuit = &schema["properties"]["circuit"]["items"];
        assert!(
            circuit["required"]
                .as_array()
                .unwrap()
                .contains(&json!("ends"))
        );
        assert_eq!(circuit["additionalProperties"], json!(false));
        let event = &schema["properties"]["event"]["items"]["properties"];
        assert_eq!(event["fail"]["additionalProperties"], json!(false));
    }
}
