//! Which way each quantity of the model is better: the objective behind "A beats B".
//!
//! A direction is a convention, written down once. What is a means and not an end (a capacity, who serves, how many
//! operators there are, prices of tokens) is neutral: a comparison by it must say which way it counts.

use std::fmt;

use serde::Serialize;

use super::AnalysisError;
use crate::scenario::nearest;

/// Which way an objective is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
}

impl Direction {
    /// The value with the sign that makes more better.
    #[must_use]
    pub fn gain(self, value: f64) -> f64 {
        match self {
            Self::Lower => -value,
            Self::Higher => value,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lower => "less is better",
            Self::Higher => "more is better",
        })
    }
}

/// More is better.
const HIGHER: &[&str] = &[
    "served",
    "served_share",
    "critical_served_share",
    "served_per_million",
    "availability",
    "project_progress",
    "model_usefulness",
    "openness",
    "trust",
    "level_0d",
    "level_365d",
    "sovereignty_0d",
    "sovereignty_30d",
    "sovereignty_365d",
    "sovereignty_365d_data_centre",
    "sovereignty_365d_network",
    "nakamoto_33_owner",
    "nakamoto_50_owner",
    "nakamoto_33_host",
    "nakamoto_50_host",
    "nakamoto_33_vendor",
    "nakamoto_50_vendor",
    "nakamoto_33_jurisdiction",
    "nakamoto_50_jurisdiction",
    "lorenz_10",
    "lorenz_20",
    "lorenz_30",
    "lorenz_40",
    "lorenz_50",
    "lorenz_60",
    "lorenz_70",
    "lorenz_80",
    "lorenz_90",
    "capture_time",
    "consumer_surplus",
    "producer_surplus",
    "fiscal_balance",
    "welfare",
    "value_retained",
    "jobs",
    "rollout_level_365d",
    "rollout_free_level_365d",
    "rollout_free_served_365d",
];

/// Less is better.
const LOWER: &[&str] = &[
    "unserved",
    "unserved_market",
    "unserved_model",
    "backlog",
    "wait",
    "loss_of_service",
    "price",
    "contract_price",
    "perceived_price",
    "cost",
    "network_cost",
    "network_social_cost",
    "fiscal_cost",
    "compliance_cost",
    "security_cost",
    "alliance_contributions",
    "currency_premium",
    "currency_short",
    "hardware_dearer",
    "model_fees_abroad",
    "spent_abroad",
    "transfers_abroad",
    "state_data_centre",
    "state_cloud",
    "state_node_subsidy",
    "state_tax_break",
    "state_stockpile",
    "state_chip_project",
    "state_talent",
    "state_security",
    "state_models",
    "state_alliance",
    "project_spending",
    "project_delay",
    "project_overrun",
    "lead_time",
    "stored",
    "installs_waiting",
    "technicians_short",
    "emigrated",
    "national_behind",
    "incidents",
    "incident_downtime",
    "exposed_work",
    "exposed_share",
    "corrupted_share",
    "data_exposure",
    "bad_results",
    "loss_0d",
    "loss_30d",
    "loss_365d",
    "expected_loss_30d",
    "expected_loss_365d",
    "operator_loss_365d",
    "resilience_loss",
    "depth",
    "shortfalls",
    "recovery_time",
    "largest_bloc",
    "captured",
    "captor_income",
    "disputes",
    "hhi_owner",
    "cr4_owner",
    "gini_owner",
    "theil_owner",
    "hhi_host",
    "cr4_host",
    "gini_host",
    "theil_host",
    "hhi_vendor",
    "cr4_vendor",
    "gini_vendor",
    "theil_vendor",
    "hhi_jurisdiction",
    "cr4_jurisdiction",
    "gini_jurisdiction",
    "theil_jurisdiction",
];

/// Means, compositions and prices of tokens: better neither way.
const NEUTRAL: &[&str] = &[
    "reference_demand",
    "demand",
    "served_data_centre",
    "served_network",
    "served_cloud",
    "served_commons",
    "served_contract",
    "transfers_received",
    "transfers_given",
    "capacity_data_centre",
    "capacity_network",
    "utilisation",
    "facility_limit",
    "facility_use",
    "fab_output",
    "stockpile",
    "stockpile_used",
    "on_order",
    "model_interface",
    "model_open",
    "model_national",
    "national_training",
    "technicians",
    "exchange_rate",
    "grey_share",
    "operators",
    "operator_entries",
    "operator_exits",
    "operator_mergers",
    "cheaters_found",
    "slashed",
    "token_price",
    "token_staked",
    "token_emission",
    "token_sales",
    "token_sales_abroad",
    "token_subsidy",
    "network_margin",
    "network_margin_without_tokens",
    "producer_surplus_abroad",
];

/// Endings of quantities derived from a series: averages, the last year, extremes.
const ENDINGS: &[&str] = &["_mean", "_share", "_last", "_min", "_max"];

/// The tables, each with its direction.
const TABLES: [(&[&str], Option<Direction>); 3] =
    [(HIGHER, Some(Direction::Higher)), (LOWER, Some(Direction::Lower)), (NEUTRAL, None)];

/// Position of the table that has a name.
fn listed(name: &str) -> Option<usize> {
    TABLES.iter().position(|(names, _)| names.contains(&name))
}

/// Which way a quantity is better, by its name (a scalar, a series, or `<series>_mean`, `_share`, `_last`, `_min`); none for neutral ones.
///
/// A name that is not known is an error with a suggestion.
pub fn direction(quantity: &str) -> Result<Option<Direction>, AnalysisError> {
    let stem = || ENDINGS.iter().find_map(|end| listed(quantity.strip_suffix(end)?));
    listed(quantity).or_else(stem).map(|at| TABLES[at].1).ok_or_else(|| {
        let near = nearest(quantity, names());
        AnalysisError::Unknown {
            what: "quantity",
            name: quantity.chars().take(64).collect(),
            hint: near.map(|near| format!("did you mean `{near}`?")),
        }
    })
}

/// Every name with a direction or known to be neutral, without endings.
pub fn names() -> impl Iterator<Item = &'static str> {
    HIGHER.iter().chain(LOWER).chain(NEUTRAL).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use autarky_market::metric::scalars::SCALARS;
    use autarky_market::metric::series::SERIES;

    use super::*;

    fn of_the_model() -> BTreeSet<&'static str> {
        let series = SERIES.iter().map(|(column, _)| column.name);
        series.chain(SCALARS.iter().map(|(column, _)| column.name)).collect()
    }

    #[test]
    fn every_quantity_of_the_model_has_a_direction_or_is_neutral() {
        // What studies derive from series ends in one of the two.
        let derived = SERIES
            .iter()
            .flat_map(|(column, _)| ["_mean", "_share"].map(|end| format!("{}{end}", column.name)));
        let plain = of_the_model().into_iter().map(str::to_owned);
        let unknown: Vec<String> =
            plain.chain(derived).filter(|name| direction(name).is_err()).collect();
        assert!(unknown.is_empty(), "no direction: {unknown:?}");
    }

    #[test]
    fn every_name_in_the_tables_is_of_the_model_and_stands_once() {
        let of_the_model = of_the_model();
        let known = |name: &str| {
            of_the_model.contains(name)
                || ENDINGS.iter().any(|end| of_the_model.contains(format!("{name}{end}").as_str()))
        };
        let stale: Vec<&str> = names().filter(|name| !known(name)).collect();
        assert!(stale.is_empty(), "not of the model: {stale:?}");
        let once: BTreeSet<&str> = names().collect();
        assert_eq!(once.len(), names().count());
    }

    #[test]
    fn a_slip_in_a_quantity_is_answered_with_the_nearest_name() {
        let error = direction("fiscal_csot").unwrap_err().to_string();
        assert_eq!(error, "unknown quantity `fiscal_csot`; did you mean `fiscal_cost`?");
        assert_eq!(direction("unserved_share"), Ok(Some(Direction::Lower)));
        assert_eq!(direction("hhi_owner_last"), Ok(Some(Direction::Lower)));
        assert_eq!(direction("served_network_mean"), Ok(None));
        assert_eq!(direction("trust_min"), Ok(Some(Direction::Higher)));
    }
}
