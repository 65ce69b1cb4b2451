//! What a state's appropriation is divided into. Decides nothing about what the money buys.
//!
//! Each fiscal year `A_y = A_0 · (1 + g)^y` is divided over the levers by the shares of the budget, and what a lever had left is kept in part:
//! `left ← keep·left + share·A_y`. The rest lapses, as in annual budgeting (Liebman and Mahoney 2017).

use crate::vocabulary;

vocabulary! {
    /// A lever that costs the state money.
    pub enum Lever {
        /// Hardware and building of the national data centre.
        DataCentre = "data_centre",
        /// Rebates on the bills of clouds.
        Cloud = "cloud",
        /// Subsidies to nodes of the domestic network.
        NodeSubsidy = "node_subsidy",
        /// Taxes forgone.
        TaxBreak = "tax_break",
        /// Stockpile of spare parts.
        Stockpile = "stockpile",
        /// Projects of domestic chips.
        ChipProject = "chip_project",
        /// Training of talent.
        Talent = "talent",
        /// Enclaves, audits, red-teaming.
        Security = "security",
        /// National model.
        Models = "models",
        /// Contributions to alliances and commons.
        Alliance = "alliance",
    }
}

/// Number of levers.
pub const LEVERS: usize = Lever::ALL.len();

/// The appropriation of fiscal year `year`, counted from zero, USD.
#[must_use]
pub fn appropriation(first: f64, growth: f64, year: u32) -> f64 {
    let mut money = first;
    for _ in 0..year {
        money *= 1.0 + growth;
    }
    money
}

/// What the levers have at the start of a fiscal year, USD: what is kept of what they had `left`, and their `shares` of `money`.
#[must_use]
pub fn divided(
    left: &[f64; LEVERS],
    keep: f64,
    shares: &[f64; LEVERS],
    money: f64,
) -> [f64; LEVERS] {
    let mut out = [0.0; LEVERS];
    for (lever, out) in out.iter_mut().enumerate() {
        *out = keep * left[lever] + shares[lever] * money;
    }
    out
}

/// Tax-adjusted factor on the user cost of capital (Hall and Jorgenson 1967): `(1 − t·z)/(1 − t)`, with z = δ/(r + δ) the present value of
/// depreciation at the rate δ, discounted at r. Other costs are deducted in full, so their factor is one.
#[must_use]
pub fn tax_factor(tax: f64, return_rate: f64, depreciation: f64) -> f64 {
    let total = return_rate + depreciation;
    let deducted = if total > 0.0 { depreciation / total } else { 1.0 };
    (1.0 - tax * deducted) / (1.0 - tax)
}

/// Tax due on a month's profit, and the loss carried forward: `base = profit − loss`; a negative base is the next loss (both USD).
#[must_use]
pub fn profit_tax(tax: f64, profit: f64, loss: f64) -> (f64, f64) {
    let base = profit - loss;
    if base > 0.0 { (tax * base, 0.0) } else { (0.0, -base) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HALVES: [f64; LEVERS] = [0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

    #[test]
    fn an_appropriation_compounds_and_a_lever_without_a_share_gets_nothing() {
        assert!((appropriation(100.0, 0.1, 3) - 133.1).abs() < 1e-9);
        let divided = divided(&[8.0; LEVERS], 0.25, &HALVES, 100.0);
        assert!((divided[0] - 52.0).abs() < 1e-12 && (divided[1] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn an_investment_that_pays_its_user_cost_pays_it_after_tax() {
        // Perpetual geometric decay: a dollar of capital earns (r + δ)·factor before tax, and is worth a dollar after it.
        let (tax, r, delta) = (0.25, 0.08, 0.2);
        let gross = (r + delta) * tax_factor(tax, r, delta);
        // After tax: income (1 − t)·gross and allowances t·δ on what is left, both decaying at δ, discounted at r.
        let value = ((1.0 - tax) * gross + tax * delta) / (r + delta);
        assert!((value - 1.0).abs() < 1e-12, "{value}");
        assert!((tax_factor(0.0, r, delta) - 1.0).abs() < 1e-15);
        assert!((tax_factor(0.4, 0.0, 0.2) - 1.0).abs() < 1e-12, "no return, no tax");
    }

    #[test]
    fn losses_are_carried_until_profits_have_made_them_up() {
        let (due, loss) = profit_tax(0.2, -50.0, 0.0);
        assert!(due.abs() < 1e-15 && (loss - 50.0).abs() < 1e-12);
        let (due, loss) = profit_tax(0.2, 80.0, loss);
        assert!((due - 6.0).abs() < 1e-12 && loss.abs() < 1e-15);
    }

    proptest! {
        /// What the levers have is what was appropriated and kept: nothing is created.
        #[test]
        fn the_parts_sum_to_the_whole(
            raw in prop::array::uniform10(0.0..1.0_f64),
            left in prop::array::uniform10(0.0..1e9_f64),
            (keep, money) in (0.0..1.0_f64, 0.0..1e12_f64),
        ) {
            let total: f64 = raw.iter().sum::<f64>() + 1e-9;
            let shares = raw.map(|share| share / total);
            let have: f64 = divided(&left, keep, &shares, money).iter().sum();
            let given = money * shares.iter().sum::<f64>() + keep * left.iter().sum::<f64>();
            prop_assert!((have - given).abs() <= 1e-9 * (1.0 + given));
        }
    }
}
