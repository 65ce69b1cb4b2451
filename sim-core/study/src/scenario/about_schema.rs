//! The JSON Schema of `[about]`, for editors. What the keys mean is in `about.rs`.

use super::about::{CITATION, REFERENCE, REPLICATIONS, SEEDS, Stance, YEARS};
use serde_json::{Value, json};

fn one(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn list(items: &Value, description: &str) -> Value {
    json!({ "type": "array", "items": items, "description": description })
}

fn whole((least, most): (u64, u64)) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn table(keys: &[&str], properties: &Value) -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": keys, "properties": properties,
    })
}

fn citation() -> Value {
    let persons =
        list(&one("`Last, F.`; a last one `others` stands for those not named."), "Persons.");
    let properties = json!({
        "title": one("Its title."), "year": whole(YEARS),
        "author": { "anyOf": [one("An organisation."), persons] },
        "where": one("Journal and pages, publisher, or address."),
        "stance": {
            "enum": Stance::WORDS,
            "description": "Whether it makes the claim (the default), denies it, or lies behind it.",
        },
        "note": one("What in it matters here."),
    });
    table(CITATION, &properties)
}

/// One parameter as `path` and `value`, or several as `set`.
fn flip() -> Value {
    let mut flip = table(
        &["text"],
        &json!({
            "text": one("What happens."), "path": one("Dotted path of the parameter."),
            "value": { "description": "The value from which on it happens." },
            "set": { "type": "object", "minProperties": 1, "description": "Values by dotted path." },
        }),
    );
    flip["oneOf"] = json!([{ "required": ["path", "value"] }, { "required": ["set"] }]);
    flip
}

/// The JSON Schema of the table.
pub(super) fn about_schema() -> Value {
    let reference =
        table(REFERENCE, &json!({ "replications": whole(REPLICATIONS), "seed": whole(SEEDS) }));
    let flip = flip();
    json!({
        "type": "object",
        "description": "What this file claims and shows. No parent hands it down.",
        "additionalProperties": false,
        "properties": {
            "claim": one("The claim that the scenario puts to the test."),
            "made_by": list(&citation(), "Works that make the claim, deny it, or lie behind it."),
            "outcomes": list(&one("Name of a quantity."), "The quantities that answer the question."),
            "findings": list(&one("A finding."), "What comes out, with intervals."),
            "flips": list(&flip, "What would turn a finding."),
            "tried": list(&flip, "Changes that turned none."),
            "limits": list(&one("A limit."), "What the scenario leaves out."),
            "reference": reference,
        },
    })
}
