//! All parameters of a loaded scenario, the base's beside what policies make of them.

use std::collections::BTreeMap;

use super::input::{Assumption, PolicyValue};
use super::origins::NOT_THERE;
use crate::scenario::{LayerKind, Loaded, Policy, Row, show};

/// Every parameter of the base with the values of policies that differ, then parameters that only policies have.
#[must_use]
pub fn assumptions(loaded: &Loaded) -> Vec<Assumption> {
    let Some((base, others)) = loaded.policies.split_first() else { return Vec::new() };
    let mut all: Vec<Assumption> = show(base).iter().map(|row| assumption(base, row)).collect();
    let mut places: BTreeMap<String, usize> =
        all.iter().enumerate().map(|(at, a)| (a.path.clone(), at)).collect();
    for policy in others {
        for row in show(policy) {
            let at = *places.entry(row.path.clone()).or_insert_with(|| {
                let value = NOT_THERE.to_owned();
                all.push(Assumption { value, ..assumption(policy, &row) });
                all.len() - 1
            });
            if all[at].value != row.value {
                let policy = policy.name.clone();
                all[at].policies.push(PolicyValue { policy, value: row.value });
            }
        }
    }
    all
}

fn assumption(policy: &Policy, row: &Row) -> Assumption {
    let own = policy.origins.get(&row.path).is_some_and(|origin| {
        matches!(
            origin.layer,
            LayerKind::File | LayerKind::Overlay | LayerKind::Policy | LayerKind::Set
        )
    });
    Assumption {
        path: row.path.clone(),
        value: row.value.clone(),
        unit: row.unit.clone(),
        source: row.source.clone(),
        vintage: row.vintage.clone(),
        status: row.status.clone(),
        own,
        policies: Vec::new(),
    }
}
