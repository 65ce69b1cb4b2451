//! All parameters of a scenario, the base's beside what policies make of them.

use std::collections::BTreeMap;

use super::input::{Assumption, PolicyValue};
use super::origins::NOT_THERE;
use crate::scenario::{LayerKind, Loaded, Row, policies_rows, show};

/// Every parameter of the base with the values of policies that differ, then parameters that only policies have.
#[must_use]
pub fn assumptions(loaded: &Loaded) -> Vec<Assumption> {
    collected(loaded.policies.iter().map(|policy| (policy.name.clone(), show(policy))))
}

/// As [`assumptions`], from the table `parameters.csv` of a results folder.
///
/// # Errors
///
/// The text is no such table.
pub fn assumptions_of_table(csv: &str) -> Result<Vec<Assumption>, String> {
    Ok(collected(policies_rows(csv)?.into_iter()))
}

fn collected(mut policies: impl Iterator<Item = (String, Vec<Row>)>) -> Vec<Assumption> {
    let Some((_, base)) = policies.next() else { return Vec::new() };
    let mut all: Vec<Assumption> = base.iter().map(assumption).collect();
    let mut places: BTreeMap<String, usize> =
        all.iter().enumerate().map(|(at, a)| (a.path.clone(), at)).collect();
    for (policy, rows) in policies {
        for row in rows {
            let at = *places.entry(row.path.clone()).or_insert_with(|| {
                let value = NOT_THERE.to_owned();
                all.push(Assumption { value, ..assumption(&row) });
                all.len() - 1
            });
            if all[at].value != row.value {
                let policy = policy.clone();
                all[at].policies.push(PolicyValue { policy, value: row.value });
            }
        }
    }
    all
}

fn assumption(row: &Row) -> Assumption {
    use LayerKind::{File, Overlay, Policy, Set};
    Assumption {
        path: row.path.clone(),
        value: row.value.clone(),
        unit: row.unit.clone(),
        source: row.source.clone(),
        vintage: row.vintage.clone(),
        status: row.status.clone(),
        own: [File, Overlay, Policy, Set].iter().any(|layer| layer.as_str() == row.layer),
        policies: Vec::new(),
    }
}
