//! The identity of a scenario: SHA-256 over its resolved values, bit by bit, without titles and provenance.

use super::Loaded;
use autarky_market::scenario::Scenario;
use autarky_market::schema::{Kind, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// SHA-256 in hexadecimal over every value that the model reads: roots, identifiers and parameters by name, numbers as
/// their IEEE bits. Free texts (titles) do not count, and neither does the order in which parameters are declared.
#[must_use]
pub fn scenario_hash(scenario: &Scenario) -> String {
    let mut hasher = Sha256::new();
    for spec in Scenario::ROOTS {
        for id in scenario.identifiers(spec.name) {
            let Some(entry) = scenario.entry(spec.name, id) else { continue };
            let mut fields: Vec<usize> = (0..spec.fields.len()).collect();
            fields.retain(|at| spec.fields[*at].kind != Kind::Text);
            fields.sort_by_key(|at| spec.fields[*at].name);
            for at in fields {
                for part in [spec.name, id, spec.fields[at].name] {
                    word(&mut hasher, part);
                }
                value(&mut hasher, entry.get(at).as_ref());
            }
        }
    }
    hex(hasher)
}

impl Loaded {
    /// SHA-256 over the names of the policies and the [`scenario_hash`] of each.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for policy in &self.policies {
            word(&mut hasher, &policy.name);
            word(&mut hasher, &scenario_hash(&policy.scenario));
        }
        hex(hasher)
    }
}

fn hex(hasher: Sha256) -> String {
    let mut out = String::new();
    for byte in hasher.finalize() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn word(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn number(hasher: &mut Sha256, x: f64) {
    // One zero: −0 and 0 are the same parameter.
    let x = if x == 0.0 { 0.0 } else { x };
    hasher.update(x.to_bits().to_le_bytes());
}

fn value(hasher: &mut Sha256, value: Option<&Value>) {
    let tag = |hasher: &mut Sha256, tag: u8, count: usize| {
        hasher.update([tag]);
        hasher.update((count as u64).to_le_bytes());
    };
    match value {
        None => tag(hasher, 0, 0),
        Some(Value::Number(x)) => {
            tag(hasher, 1, 1);
            number(hasher, *x);
        }
        Some(Value::Integer(i)) => {
            tag(hasher, 2, 1);
            hasher.update(i.to_le_bytes());
        }
        Some(Value::Flag(flag)) => tag(hasher, 3, usize::from(*flag)),
        Some(Value::Text(text)) => {
            tag(hasher, 4, 1);
            word(hasher, text);
        }
        Some(Value::List(words)) => {
            tag(hasher, 5, words.len());
            for item in words {
                word(hasher, item);
            }
        }
        Some(Value::Shares(shares)) => {
            tag(hasher, 6, shares.len());
            for (id, share) in shares {
                word(hasher, id);
                number(hasher, *share);
            }
        }
        Some(Value::Path(points)) => {
            tag(hasher, 7, points.len());
            for (day, value) in points {
                number(hasher, *day);
                number(hasher, *value);
            }
        }
    }
}
