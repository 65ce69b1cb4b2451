//! The JSON Schema of scenario files (draft 2020-12), generated from the declarations; editors complete and check with it.

use super::about_schema::about_schema;
use super::explain::{allowed, clean, default_text, takes};
use super::layer::{is_optional, root_spec};
use super::write::unit_of;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{Kind, Range};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

const IDENTIFIER: &str = "^[A-Za-z0-9_-]{1,64}$";
const NUMBER: &str = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?";

/// The schema as it lies in `scenarios/schema.json`, with a final newline.
#[must_use]
pub fn json_schema_text() -> String {
    let mut text = serde_json::to_string_pretty(&json_schema()).unwrap_or_default();
    text.push('\n');
    text
}

/// The schema.
#[must_use]
pub fn json_schema() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "format".into(),
        json!({ "const": 1, "description": "Version of the file format." }),
    );
    for (name, description) in [
        ("title", "Title for reports."),
        ("question", "The question that the scenario answers."),
        ("description", "Any text."),
        ("extends", "The one parent: catalog:<id> or a path relative to this file."),
    ] {
        properties.insert(name.into(), json!({ "type": "string", "description": description }));
    }
    let mut definitions = Map::new();
    for (root, spec) in Scenario::ROOTS.iter().enumerate() {
        definitions.insert(spec.name.into(), entry_schema(root));
        let reference = format!("#/$defs/{}", spec.name);
        let description = clean(spec.doc);
        let schema = if spec.singleton {
            json!({ "$ref": reference })
        } else {
            json!({
                "type": "object", "description": description,
                "propertyNames": { "pattern": IDENTIFIER },
                "additionalProperties": { "$ref": reference },
            })
        };
        properties.insert(spec.name.into(), schema);
    }
    properties.insert("about".into(), about_schema());
    properties.insert("policies".into(), policies_schema());
    properties.insert("provenance".into(), provenance_schema());
    properties.insert("uncertain".into(), uncertain_schema());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "autarky scenario",
        "description": "Generated from the declarations of the model by `autarky schema`.",
        "type": "object",
        "required": ["format"],
        "additionalProperties": false,
        "properties": properties,
        "$defs": definitions,
    })
}

fn policies_schema() -> Value {
    let roots: Vec<&str> = Scenario::ROOTS.iter().map(|r| r.name).collect();
    json!({
        "type": "object",
        "description": "Named policies, compared with each other and with the base.",
        "propertyNames": { "pattern": IDENTIFIER },
        "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "title": { "type": "string", "description": "Title for reports." },
                "description": { "type": "string", "description": "Any text." },
                "enabled": { "type": "boolean", "description": "false drops a policy of a parent." },
                "set": {
                    "type": "object",
                    "description": "Dotted path = value; `*` stands for every entry of a root.",
                    "propertyNames": { "pattern": format!("^(?:{})\\.", roots.join("|")) },
                },
            },
        },
    })
}

fn provenance_schema() -> Value {
    json!({
        "type": "object",
        "description": "Where values of this file come from, by dotted path.",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "source": { "type": "string", "description": "Source of the figure." },
                "status": { "enum": ["measured", "calibrated", "assumed"] },
            },
        },
    })
}

fn uncertain_schema() -> Value {
    json!({
        "type": "object",
        "description": "Distributions of parameters that nobody knows, by dotted path; \"none\" drops one of a parent.",
        "additionalProperties": {
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["distribution"],
                    "properties": {
                        "distribution": { "type": "string", "description": "Such as log_uniform(0.08 USD/kWh, 0.2 USD/kWh)." },
                        "source": { "type": "string", "description": "Source of the distribution." },
                        "status": { "enum": ["measured", "calibrated", "assumed"] },
                    },
                },
            ],
        },
    })
}

fn entry_schema(root: usize) -> Value {
    let spec = root_spec(root);
    let mut properties = Map::new();
    if !spec.singleton {
        let description = "false removes the entry.";
        properties
            .insert("enabled".into(), json!({ "type": "boolean", "description": description }));
    }
    for (field, declared) in spec.fields.iter().enumerate() {
        let parts: Vec<&str> = declared.name.split('.').collect();
        insert(&mut properties, &parts, field_schema(root, field));
    }
    json!({
        "type": "object", "description": clean(spec.doc),
        "additionalProperties": false, "properties": properties,
    })
}

/// Nests a dotted name.
fn insert(properties: &mut Map<String, Value>, parts: &[&str], schema: Value) {
    let Some((first, rest)) = parts.split_first() else { return };
    if rest.is_empty() {
        properties.insert((*first).into(), schema);
        return;
    }
    let table = properties.entry(*first).or_insert_with(
        || json!({ "type": "object", "additionalProperties": false, "properties": {} }),
    );
    if let Some(Value::Object(inner)) = table.get_mut("properties") {
        insert(inner, rest, schema);
    }
}

fn field_schema(root: usize, field: usize) -> Value {
    let spec = &root_spec(root).fields[field];
    let mut schema = match spec.kind {
        Kind::Number { unit: "1", range } => json!({ "anyOf": [bounded(range), quantity(true)] }),
        Kind::Number { .. } => quantity(false),
        Kind::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Text | Kind::Personas => json!({ "type": "string" }),
        Kind::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{0,64}$" }),
        Kind::Instant => {
            json!({ "type": "string", "pattern": format!("^(?:\\d{{4}}-\\d{{2}}-\\d{{2}}|{NUMBER}.+)$") })
        }
        Kind::Date => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Choices(words) => {
            json!({ "type": "array", "uniqueItems": true, "items": { "enum": words } })
        }
        Kind::Reference(_) => json!({ "type": "string", "pattern": IDENTIFIER }),
        Kind::References(_) => {
            json!({ "type": "array", "uniqueItems": true, "items": { "type": "string", "pattern": IDENTIFIER } })
        }
        Kind::Shares(_) | Kind::EconomyShares => json!({
            "type": "object", "propertyNames": { "pattern": keys(spec.kind) },
            "additionalProperties": { "anyOf": [bounded(Range::share()), quantity(true)] },
        }),
        Kind::Numbers { unit, range, .. } => {
            let number = if unit == "1" {
                json!({ "anyOf": [bounded(range), quantity(true)] })
            } else {
                quantity(false)
            };
            json!({
                "type": "object", "propertyNames": { "pattern": keys(spec.kind) },
                "additionalProperties": number,
            })
        }
        Kind::Economies => {
            json!({ "type": "array", "uniqueItems": true, "items": { "type": "string", "pattern": "^[A-Z]{3}$" } })
        }
        Kind::Path => {
            let date = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" });
            let pair = json!([date, { "type": "number", "exclusiveMinimum": 0 }]);
            json!({ "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "array", "prefixItems": pair, "minItems": 2, "maxItems": 2 } },
            ] })
        }
        Kind::Words => {
            json!({ "type": "array", "uniqueItems": true, "items": { "type": "string" } })
        }
    };
    if is_optional(root, field) {
        schema = json!({ "anyOf": [schema, { "const": "none" }] });
    }
    if let Value::Object(object) = &mut schema {
        object.insert("description".into(), describe(root, field).into());
    }
    schema
}

/// The pattern of the keys of shares.
fn keys(kind: Kind) -> &'static str {
    if matches!(kind, Kind::EconomyShares) { "^[A-Z]{3}$" } else { IDENTIFIER }
}

fn describe(root: usize, field: usize) -> String {
    let spec = &root_spec(root).fields[field];
    let unit = match unit_of(spec) {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    let mut text = format!("{} Takes {}.", clean(spec.doc), takes(spec));
    for (label, words) in [("Allowed", allowed(spec)), ("Default", default_text(root, field))] {
        if !words.is_empty() {
            let unit = if label == "Default" && words != "none" { unit.as_str() } else { "" };
            let _ = write!(text, " {label}: {words}{unit}.");
        }
    }
    let _ = write!(text, " Source ({}): {}.", spec.status.as_str(), spec.source);
    text
}

fn bounded(range: Range) -> Value {
    let minimum = if range.open_below { "exclusiveMinimum" } else { "minimum" };
    let mut schema = json!({ "type": "number", "maximum": range.max });
    if let Value::Object(object) = &mut schema {
        object.insert(minimum.into(), range.min.into());
    }
    schema
}

/// A number with a unit as text; a pure number may stand without.
fn quantity(pure: bool) -> Value {
    let tail = if pure { ".*" } else { r"\s*\S.*" };
    json!({ "type": "string", "pattern": format!("^\\s*{NUMBER}{tail}$") })
}
