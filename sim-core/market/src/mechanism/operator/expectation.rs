//! What an operator expects of a unit of compute in a network: adaptive, but with the delivery pipeline in sight.
//!
//! Beliefs close a part of the gap to what was seen: `x ← x + (1 − e^{−Δ/m})·(x_seen − x)`, m the memory (Cagan 1956; exact at any interval).
//! What is on order is known to everybody: it will share load and rewards with what is installed, so both are diluted by
//! `C_b/(C + pipeline)`, C_b the compute on which the belief rests, while the load grows with demand. Nobody foresees prices, regimes or the decisions of others.

use autarky_engine::math;

/// Beliefs about an H100e of working compute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expectation {
    /// Price that operators are paid, the network's take off, USD per H100e-hour.
    pub price: f64,
    /// Share of the compute that is served.
    pub utilisation: f64,
    /// Token rewards, USD a year.
    pub reward: f64,
    /// Installed compute of the network over the same time, on which load and rewards were spread, H100e.
    pub compute: f64,
}

/// What is coming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// Installed compute, H100e.
    pub installed: f64,
    /// On order or under way, and what the decision at hand would add, H100e.
    pub pipeline: f64,
    /// Factor by which the load grows until it is there.
    pub growth: f64,
}

impl Expectation {
    /// Moves towards what was seen over `days`, with a memory of `memory` days.
    pub fn learn(&mut self, seen: &Self, days: f64, memory: f64) {
        let part = if memory > 0.0 { -math::exp_m1(-days / memory) } else { 1.0 };
        self.price += part * (seen.price - self.price);
        self.utilisation += part * (seen.utilisation - self.utilisation);
        self.reward += part * (seen.reward - self.reward);
        self.compute += part * (seen.compute - self.compute);
    }

    /// The belief once the pipeline has arrived: the load and the rewards that were spread over what was there are spread over what will be.
    #[must_use]
    pub fn diluted(&self, outlook: &Outlook) -> Self {
        let all = outlook.installed + outlook.pipeline;
        let share = if all > 0.0 && self.compute > 0.0 { self.compute / all } else { 1.0 };
        let load = self.utilisation * share * outlook.growth;
        Self {
            price: self.price,
            utilisation: if load < 1.0 { load } else { 1.0 },
            reward: self.reward * share,
            compute: all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BELIEF: Expectation =
        Expectation { price: 2.0, utilisation: 0.6, reward: 900.0, compute: 100.0 };

    #[test]
    fn two_half_intervals_teach_as_much_as_a_whole_one() {
        let seen = Expectation { price: 1.0, utilisation: 0.9, reward: 0.0, compute: 100.0 };
        let (mut whole, mut halves) = (BELIEF, BELIEF);
        whole.learn(&seen, 60.0, 180.0);
        halves.learn(&seen, 30.0, 180.0);
        halves.learn(&seen, 30.0, 180.0);
        assert!((whole.price - halves.price).abs() < 1e-12);
        assert!((whole.reward - halves.reward).abs() < 1e-9);
        assert!(whole.price < 2.0 && whole.price > 1.0, "part of the gap only");
    }

    #[test]
    fn without_memory_the_last_observation_is_believed() {
        let seen = Expectation { price: 1.0, utilisation: 0.9, reward: 0.0, compute: 100.0 };
        let mut belief = BELIEF;
        belief.learn(&seen, 30.0, 0.0);
        assert!((belief.price - 1.0).abs() < 1e-12 && belief.reward.abs() < 1e-9);
    }

    #[test]
    fn a_pipeline_as_large_as_the_fleet_halves_load_and_rewards_and_leaves_the_price() {
        let outlook = Outlook { installed: 100.0, pipeline: 100.0, growth: 1.0 };
        let seen = BELIEF.diluted(&outlook);
        assert!((seen.utilisation - 0.3).abs() < 1e-12 && (seen.reward - 450.0).abs() < 1e-9);
        assert!((seen.price - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_belief_from_a_smaller_network_is_spread_over_what_has_come_since() {
        let outlook = Outlook { installed: 200.0, pipeline: 0.0, growth: 1.0 };
        assert!((BELIEF.diluted(&outlook).utilisation - 0.3).abs() < 1e-12);
        let smaller = Outlook { installed: 50.0, ..outlook };
        assert!((BELIEF.diluted(&smaller).reward - 1800.0).abs() < 1e-9, "fewer share the rewards");
    }

    #[test]
    fn growth_of_the_load_fills_what_comes_but_never_more_than_all_of_it() {
        let outlook = Outlook { installed: 100.0, pipeline: 50.0, growth: 1.5 };
        assert!((BELIEF.diluted(&outlook).utilisation - 0.6).abs() < 1e-12);
        let boom = Outlook { growth: 10.0, ..outlook };
        assert!((BELIEF.diluted(&boom).utilisation - 1.0).abs() < 1e-12);
    }
}
