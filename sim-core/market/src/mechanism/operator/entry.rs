//! Whether a candidate enters a network: value of a unit of compute over its cost, and a rule.
//!
//! `V/K = [R − c − (r − y)·s] / [(r + δ)·K]`: R income a year (fees with the network's take off, token rewards less expected slash), c running
//! cost, s stake bound in tokens, which earns y instead of r, and (r + δ)·K the user cost of capital (Jorgenson 1963). NPV per dollar is V/K − 1.
//!
//! Rules: `logit`, probability `1/(1 + e^{−(NPV − h)/b})` (McFadden 1974); `trigger`, where waiting has a value: only from
//! `V/K = β/(β − 1)` on, `β = ½ − (r−d)/σ² + √(((r−d)/σ² − ½)² + 2r/σ²)` (Dixit and Pindyck 1994); `free`, whenever V ≥ K with the entrant's
//! own compute counted, so that expected profit goes to zero (Huberman, Leshno and Moallemi 2021: N = R·P/c).

use autarky_engine::math;

/// What a candidate expects of an H100e.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prospect {
    /// R, USD a year.
    pub income: f64,
    /// c, USD a year.
    pub running: f64,
    /// K, USD.
    pub capital: f64,
    /// δ, 1/year.
    pub depreciation: f64,
    /// r, 1/year.
    pub return_rate: f64,
    /// s, USD.
    pub stake: f64,
    /// y, 1/year.
    pub yield_rate: f64,
}

impl Prospect {
    /// Profit a year before the cost of capital, the opportunity cost of the stake taken off, USD.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.income - self.running - (self.return_rate - self.yield_rate) * self.stake
    }

    /// V/K. Infinite where compute costs nothing and brings something.
    #[must_use]
    pub fn value_over_capital(&self) -> f64 {
        let cost = (self.return_rate + self.depreciation) * self.capital;
        match self.margin() {
            margin if cost > 0.0 => margin / cost,
            margin if margin > 0.0 => f64::INFINITY,
            _ => 0.0,
        }
    }
}

/// A rule of entry, with its terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// By chance, the likelier the better it pays.
    Logit {
        /// NPV per dollar at which half of the candidates enter, h.
        hurdle: f64,
        /// Spread of what they know, b.
        scale: f64,
    },
    /// From the value on at which waiting is worth no more.
    Trigger {
        /// β/(β − 1).
        multiple: f64,
    },
    /// Whenever it does not lose.
    Free,
}

impl Rule {
    /// Probability of entry at a value over capital.
    #[must_use]
    pub fn probability(&self, value: f64) -> f64 {
        let certain = |enters: bool| if enters { 1.0 } else { 0.0 };
        match *self {
            Self::Logit { hurdle, scale } if scale > 0.0 && value.is_finite() => {
                1.0 / (1.0 + math::exp(-(value - 1.0 - hurdle) / scale))
            }
            Self::Logit { hurdle, .. } => certain(value - 1.0 >= hurdle),
            Self::Trigger { multiple } => certain(value >= multiple),
            Self::Free => certain(value >= 1.0),
        }
    }

    /// Whether a candidate with the uniform `u` in [0, 1) enters.
    #[must_use]
    pub fn enters(&self, value: f64, u: f64) -> bool {
        u < self.probability(value)
    }
}

/// β/(β − 1), from which investing now beats waiting: rate of return r, payout d and volatility σ of the value a year. One without volatility and
/// payout at least r; infinite where r and d are so low that waiting is always better.
#[must_use]
pub fn trigger(return_rate: f64, payout: f64, volatility: f64) -> f64 {
    if volatility <= 0.0 {
        let growth = return_rate - payout;
        return if growth <= 0.0 {
            1.0
        } else if payout > 0.0 {
            return_rate / payout
        } else {
            f64::INFINITY
        };
    }
    let variance = volatility * volatility;
    let drift = (return_rate - payout) / variance;
    let beta = 0.5 - drift + math::sqrt(math::square(drift - 0.5) + 2.0 * return_rate / variance);
    if beta > 1.0 { beta / (beta - 1.0) } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prospect() -> Prospect {
        Prospect {
            income: 9000.0,
            running: 3000.0,
            capital: 30_000.0,
            depreciation: 1.0 / 6.0,
            return_rate: 0.08,
            stake: 0.0,
            yield_rate: 0.0,
        }
    }

    #[test]
    fn at_a_value_of_twice_the_capital_the_textbook_investor_invests() {
        assert!((trigger(0.04, 0.04, 0.2) - 2.0).abs() < 1e-12, "Dixit and Pindyck 1994, ch. 5");
        assert!((trigger(0.04, 0.04, 0.0) - 1.0).abs() < 1e-12);
        assert!((trigger(0.08, 0.04, 0.0) - 2.0).abs() < 1e-12, "certain growth: r/d");
        assert!((trigger(0.08, 0.04, 1e-4) - 2.0).abs() < 1e-3, "and its limit");
    }

    #[test]
    fn income_that_pays_user_cost_is_worth_its_capital() {
        let user_cost = (0.08 + 1.0 / 6.0) * 30_000.0;
        let even = Prospect { income: 3000.0 + user_cost, ..prospect() };
        assert!((even.value_over_capital() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn stake_that_earns_less_than_capital_costs_its_difference() {
        let idle = Prospect { stake: 5000.0, ..prospect() };
        assert!((prospect().margin() - idle.margin() - 400.0).abs() < 1e-9);
        let paid = Prospect { yield_rate: 0.08, ..idle };
        assert!((prospect().margin() - paid.margin()).abs() < 1e-9);
    }

    #[test]
    fn half_of_the_candidates_enter_at_the_hurdle_and_all_or_none_far_from_it() {
        let rule = Rule::Logit { hurdle: 0.1, scale: 0.05 };
        assert!((rule.probability(1.1) - 0.5).abs() < 1e-12);
        assert!(rule.probability(3.0) > 0.999 && rule.probability(0.0) < 1e-3);
        assert!(rule.enters(1.1, 0.49) && !rule.enters(1.1, 0.51));
        assert!(rule.probability(f64::INFINITY) > 0.999);
    }

    proptest! {
        #[test]
        fn a_better_prospect_never_keeps_a_candidate_out(
            income in -1e4..1e5_f64, more in 0.0..1e4_f64, u in 0.0..1.0_f64, kind in 0usize..3,
        ) {
            let rule = [
                Rule::Logit { hurdle: 0.0, scale: 0.2 },
                Rule::Trigger { multiple: trigger(0.08, 0.05, 0.3) },
                Rule::Free,
            ][kind];
            let value = |income| Prospect { income, ..prospect() }.value_over_capital();
            prop_assert!(!rule.enters(value(income), u) || rule.enters(value(income + more), u));
        }

        #[test]
        fn uncertainty_raises_the_trigger(
            r in 0.01..0.3_f64, d in 0.01..0.3_f64, low in 0.01..1.0_f64, more in 0.01..1.0_f64,
        ) {
            prop_assert!(trigger(r, d, low + more) >= trigger(r, d, low) * (1.0 - 1e-9));
            prop_assert!(trigger(r, d, low) >= 1.0);
        }
    }
}
