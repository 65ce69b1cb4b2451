//! How a nation's demand divides by sensitivity of data, and within each by workload class: its own shares, else the world's.

use super::build::{lookup, shares};
use super::{BuildError, Nation};
use crate::entity::demand::{Class, Sensitivity};
use crate::scenario::{Entries, Scenario};

/// Shares in the order of the vocabularies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DemandMix {
    /// Of demand, by sensitivity s.
    pub(super) sensitivities: Vec<f64>,
    /// Of the demand of sensitivity s, by class k.
    pub(super) classes: Vec<Vec<f64>>,
}

/// The mix of a nation; empty shares are the world's, with their bits.
pub(super) fn demand_mix(scenario: &Scenario, nation: &Nation) -> Result<DemandMix, BuildError> {
    let own = &nation.parameters;
    let path = |name: &str| format!("nation.{}.{name}", nation.id);
    let (kinds, workloads) = (&scenario.sensitivities, &scenario.workloads);
    let by_kind = shares(kinds, "sensitivity", &path("sensitivity_mix"), &own.sensitivity_mix)?;
    let sensitivities =
        in_order(kinds, ("sensitivity", Sensitivity::WORDS), by_kind.as_deref(), |s| s.share)?;
    let mut classes = Vec::new();
    for (sensitivity, given) in Sensitivity::ALL.iter().zip([
        &own.workload_mix_open,
        &own.workload_mix_regulated,
        &own.workload_mix_critical,
    ]) {
        let name = path(&format!("workload_mix.{}", sensitivity.as_str()));
        let by_class = shares(workloads, "workload", &name, given)?;
        classes.push(in_order(workloads, ("workload", Class::WORDS), by_class.as_deref(), |w| {
            w.share
        })?);
    }
    Ok(DemandMix { sensitivities, classes })
}

/// Shares of the entries in the order of `words`: the own ones, else the entries'.
fn in_order<T>(
    entries: &Entries<T>,
    (root, words): (&str, &[&str]),
    own: Option<&[f64]>,
    world: impl Fn(&T) -> f64,
) -> Result<Vec<f64>, BuildError> {
    words
        .iter()
        .map(|word| {
            let entry = lookup(entries, root, word)?;
            let at = entries.position(word).unwrap_or_default();
            Ok(own.map_or_else(|| world(entry), |shares| shares[at]))
        })
        .collect()
}
