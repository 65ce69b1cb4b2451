//! How a pool's posted price moves.
//!
//! `posted`: unit cost times one plus a mark-up, with stickiness. `utilisation_controller`: on u = offered demand over capacity, between
//! a floor and a cap over unit cost. In nested CES the response of ln u to ln p is `−θ·I + (θ−η)·1sᵀ`, s the shares in demand: a deviation
//! `g = ln(u/u*)` that all sellers share, ḡ = Σ s·g, is undone by a joint move of prices at rate η, the rest by the own price at rate θ.
//! Each mode has the tick-exact form
//! `ln p ← ln p + Σ_λ (1/λ)·ln[E_λ + (1−E_λ)·e^(g_λ)]`, `E_λ = exp(−κ·λ·u*·Δt)`, over (λ, g_λ) = (η, ḡ) and (θ, g − ḡ):
//! with demand ∝ p^(−λ) in one mode the price after a time is the same for every tick length. To first order it is `d ln p/dt = κ·(u − u*)`.

use autarky_engine::math;

/// A utilisation controller for one tick length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UtilisationController {
    /// How the part of the deviation that all sellers share is undone.
    joint: Mode,
    /// How the rest is undone.
    own: Mode,
    /// u*.
    target: f64,
}

/// One mode of the response of utilisation to prices.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mode {
    /// E, what is left of a deviation after one tick.
    persistence: f64,
    /// 1/λ.
    exponent: f64,
}

impl Mode {
    fn new(speed: f64, response: f64, target: f64, tick_days: f64) -> Self {
        let persistence = math::exp(-speed * response * target * tick_days);
        Self { persistence, exponent: 1.0 / response }
    }

    /// Log of the price's factor for a log deviation of utilisation.
    fn step(self, deviation: f64) -> f64 {
        let left = self.persistence + (1.0 - self.persistence) * math::exp(deviation);
        self.exponent * math::ln(left)
    }
}

impl UtilisationController {
    /// From speed κ a day, the response of demand to a joint move of prices η and to the own price alone θ, target u* and tick Δt in days.
    #[must_use]
    pub fn new(speed: f64, (joint, own): (f64, f64), target: f64, tick_days: f64) -> Self {
        Self {
            joint: Mode::new(speed, joint, target, tick_days),
            own: Mode::new(speed, own, target, tick_days),
            target,
        }
    }

    /// Log deviation g = ln(u/u*) of utilisation u = offered demand over capacity.
    #[must_use]
    pub fn deviation(&self, utilisation: f64) -> f64 {
        // A pool without any demand for long must not reach a price of zero: the floor catches it, the log must exist.
        math::ln((utilisation / self.target).max(1e-6))
    }

    /// The next price from the price p, the own deviation g and the deviation ḡ that all sellers share.
    #[must_use]
    pub fn next(&self, price: f64, deviation: f64, shared: f64) -> f64 {
        price * math::exp(self.joint.step(shared) + self.own.step(deviation - shared))
    }
}

/// The posted rule: closes `adjustment` of the gap between the price and unit cost times one plus the mark-up.
#[must_use]
pub fn posted(price: f64, unit_cost: f64, mark_up: f64, adjustment: f64) -> f64 {
    price + adjustment * (unit_cost * (1.0 + mark_up) - price)
}

/// What an H100e-hour costs a pool that buys the best hardware on sale today:
/// `[price·system·(r + 1/life + opex)/8766 + power·PUE·power price] / u*`, in USD per H100e-hour (user cost of capital, Jorgenson 1963).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCost {
    /// Price of the accelerators with their system, per H100e.
    pub capital: f64,
    /// Rate of return r a year.
    pub return_rate: f64,
    /// Depreciation 1/life a year.
    pub depreciation: f64,
    /// Operating cost over capital a year.
    pub opex: f64,
    /// Power of the accelerators, kW per H100e.
    pub power: f64,
    /// Power usage effectiveness.
    pub pue: f64,
    /// Price of power, USD per kWh.
    pub power_price: f64,
    /// Target utilisation u*.
    pub utilisation: f64,
}

impl UnitCost {
    /// Hours in a year of 365.25 days.
    pub const YEAR_HOURS: f64 = 8766.0;

    /// USD per H100e-hour served.
    #[must_use]
    pub fn per_hour(&self) -> f64 {
        let capital =
            self.capital * (self.return_rate + self.depreciation + self.opex) / Self::YEAR_HOURS;
        (capital + self.power * self.pue * self.power_price) / self.utilisation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prices of two sellers with equal shares after 28 days in ticks of some length. Demand: `ln u_i = ln u* − η·ln p̄ − θ·ln(p_i/p̄)`, p̄ the mean
    /// price of the market in logs.
    fn after_four_weeks(tick: f64, start: [f64; 2]) -> [f64; 2] {
        let (joint, own, target) = (0.8, 4.0, 0.75);
        let rule = UtilisationController::new(0.05, (joint, own), target, tick);
        let mut prices = start;
        let mut day = 0.0;
        while day < 28.0 {
            let logs = prices.map(math::ln);
            let market = 0.5 * (logs[0] + logs[1]);
            let deviation = |log: f64| -joint * market - own * (log - market);
            let seen = logs.map(|log| rule.deviation(target * math::exp(deviation(log))));
            let shared = 0.5 * (seen[0] + seen[1]);
            prices = [0, 1].map(|i| rule.next(prices[i], seen[i], shared));
            day += tick;
        }
        prices
    }

    /// Exact to rounding where the deviation is shared. Where prices differ the modes touch, because a rise undoes less in logs than a fall: stated
    /// error 2.5 % for a price half as high again as the other.
    #[test]
    fn the_controller_is_exact_in_the_tick_length() {
        for (start, error) in [([3.0, 3.0], 1e-9), ([0.3, 0.3], 1e-9), ([3.0, 2.0], 0.025)] {
            let daily = after_four_weeks(1.0, start);
            for tick in [7.0, 28.0] {
                for (a, b) in daily.iter().zip(after_four_weeks(tick, start)) {
                    assert!((a / b - 1.0).abs() < error, "{tick} {start:?}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn what_all_sellers_share_is_undone_more_slowly_than_what_sets_one_apart() {
        let [together, _] = after_four_weeks(1.0, [2.0, 2.0]);
        let [apart, _] = after_four_weeks(1.0, [2.0, 0.5]);
        assert!(apart + 0.1 < together && together < 2.0, "{apart} {together}");
    }

    #[test]
    fn the_price_rises_above_target_utilisation_and_falls_below() {
        let rule = UtilisationController::new(0.05, (0.8, 4.0), 0.75, 1.0);
        let alone = |utilisation| {
            let g = rule.deviation(utilisation);
            [rule.next(2.0, g, g), rule.next(2.0, g, 0.0)]
        };
        assert!(alone(0.9).iter().all(|p| *p > 2.0));
        assert!(alone(0.5).iter().all(|p| *p < 2.0));
        assert!(alone(0.75).iter().all(|p| (p - 2.0).abs() < 1e-12));
        assert!(alone(0.0).iter().all(|p| *p > 0.0));
    }

    /// A small deviation moves the price by `κ·(u − u*)·Δt`, whoever shares it: stated error, a tenth of the deviation.
    #[test]
    fn a_small_deviation_moves_the_price_as_eip_1559_does() {
        let rule = UtilisationController::new(0.05, (0.8, 4.0), 0.75, 0.01);
        for shared in [0.0, 0.5, 1.0] {
            let g = rule.deviation(0.76);
            let moved = math::ln(rule.next(1.0, g, shared * g)) / (0.05 * 0.01 * 0.01);
            assert!((moved - 1.0).abs() < 0.02, "{shared}: {moved}");
        }
    }

    #[test]
    fn a_unit_cost_of_an_h100_is_of_the_order_of_its_rental_price() {
        let cost = UnitCost {
            capital: 30_000.0 * 1.35,
            return_rate: 0.08,
            depreciation: 1.0 / 6.0,
            opex: 0.05,
            power: 0.7,
            pue: 1.3,
            power_price: 0.1,
            utilisation: 0.75,
        };
        let by_hand = (40_500.0 * (0.08 + 1.0 / 6.0 + 0.05) / 8766.0 + 0.7 * 1.3 * 0.1) / 0.75;
        assert!((cost.per_hour() - by_hand).abs() < 1e-12);
    }
}
