//! A policy in force, and how a change goes over it. Decides nothing about what a policy does.
//!
//! Shares of the portfolio that a change leaves open rescale in proportion: with S the sum of the shares set,
//! `w_i ← w_i·(1 − S)/Σ_open w`; where the open ones are zero they stay zero and the set ones are scaled to one.

use crate::entity::provider::ProviderKind;

/// Kinds of providers over which a portfolio is spread: see [`crate::entity::provider::ProviderKind`].
pub const KINDS: usize = ProviderKind::ALL.len();

/// What a government has decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Money a year, USD; none: no limit.
    pub appropriation: Option<f64>,
    /// Capacity wanted at home over expected reference demand.
    pub coverage: f64,
    /// Shares of the portfolio by kind of provider.
    pub portfolio: [f64; KINDS],
    /// Tariff on compute from abroad.
    pub tariff: f64,
    /// Share of clouds' bills that the state pays.
    pub cloud_rebate: f64,
    /// Share of hardware of node networks that the state pays.
    pub capital_subsidy: f64,
    /// Share of their power that the state pays.
    pub energy_subsidy: f64,
    /// Tax on profit.
    pub profit_tax: f64,
    /// Share of it waived.
    pub tax_break: f64,
}

/// What a change sets; the rest stays.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Change {
    /// See [`Policy`].
    pub appropriation: Option<f64>,
    /// See [`Policy`].
    pub coverage: Option<f64>,
    /// See [`Policy`].
    pub portfolio: [Option<f64>; KINDS],
    /// See [`Policy`].
    pub tariff: Option<f64>,
    /// See [`Policy`].
    pub cloud_rebate: Option<f64>,
    /// See [`Policy`].
    pub capital_subsidy: Option<f64>,
    /// See [`Policy`].
    pub energy_subsidy: Option<f64>,
    /// See [`Policy`].
    pub profit_tax: Option<f64>,
    /// See [`Policy`].
    pub tax_break: Option<f64>,
}

impl Change {
    /// Whether it sets nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&Policy> for Change {
    /// The change that sets all of a policy.
    fn from(policy: &Policy) -> Self {
        Self {
            appropriation: policy.appropriation,
            coverage: Some(policy.coverage),
            portfolio: policy.portfolio.map(Some),
            tariff: Some(policy.tariff),
            cloud_rebate: Some(policy.cloud_rebate),
            capital_subsidy: Some(policy.capital_subsidy),
            energy_subsidy: Some(policy.energy_subsidy),
            profit_tax: Some(policy.profit_tax),
            tax_break: Some(policy.tax_break),
        }
    }
}

impl Policy {
    /// The policy after a change.
    #[must_use]
    pub fn after(&self, change: &Change) -> Self {
        let or = |new: Option<f64>, old: f64| new.unwrap_or(old);
        Self {
            appropriation: change.appropriation.or(self.appropriation),
            coverage: or(change.coverage, self.coverage),
            portfolio: rescaled(&self.portfolio, &change.portfolio),
            tariff: or(change.tariff, self.tariff),
            cloud_rebate: or(change.cloud_rebate, self.cloud_rebate),
            capital_subsidy: or(change.capital_subsidy, self.capital_subsidy),
            energy_subsidy: or(change.energy_subsidy, self.energy_subsidy),
            profit_tax: or(change.profit_tax, self.profit_tax),
            tax_break: or(change.tax_break, self.tax_break),
        }
    }
}

/// Shares after some of them are set: the others rescale in proportion, and all sum to one.
#[must_use]
pub fn rescaled(shares: &[f64; KINDS], set: &[Option<f64>; KINDS]) -> [f64; KINDS] {
    if set.iter().all(Option::is_none) {
        return *shares;
    }
    let given: f64 = set.iter().flatten().sum();
    let open: f64 = shares.iter().zip(set).filter(|(_, s)| s.is_none()).map(|(w, _)| w).sum();
    let mut out = *shares;
    for (share, set) in out.iter_mut().zip(set) {
        *share = match set {
            Some(value) if open > 0.0 || given <= 0.0 => *value,
            Some(value) => *value / given,
            None if open > 0.0 => *share * (1.0 - given) / open,
            None => 0.0,
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: [f64; KINDS], b: [f64; KINDS]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn setting_one_share_rescales_the_rest_in_proportion() {
        let shares = rescaled(&[0.2, 0.4, 0.4, 0.0], &[None, None, Some(0.7), None]);
        assert!(near(shares, [0.1, 0.2, 0.7, 0.0]), "{shares:?}");
        let alone = rescaled(&[0.0, 0.0, 1.0, 0.0], &[None, None, Some(0.5), None]);
        assert!(near(alone, [0.0, 0.0, 1.0, 0.0]), "{alone:?}");
        let shares = [0.3, 0.3, 0.3, 0.1];
        assert!(near(rescaled(&shares, &[None; KINDS]), shares));
    }

    proptest! {
        #[test]
        fn shares_stay_shares(
            raw in prop::array::uniform4(0.0..1.0_f64),
            (a, b, which) in (0.0..0.5_f64, 0.0..0.5_f64, 0_usize..KINDS),
        ) {
            let total: f64 = raw.iter().sum::<f64>() + 1e-12;
            let mut set = [None; KINDS];
            set[which] = Some(a);
            set[(which + 1) % KINDS] = Some(b);
            let out = rescaled(&raw.map(|w| w / total), &set);
            let sum: f64 = out.iter().sum();
            prop_assert!(out.iter().all(|w| (0.0..=1.0 + 1e-12).contains(w)));
            prop_assert!((sum - 1.0).abs() < 1e-9 || a + b <= 0.0);
        }
    }
}
