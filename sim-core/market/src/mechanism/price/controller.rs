//! Prices that follow u = offered demand over capacity, between a floor and a cap over unit cost.
//!
//! `utilisation_controller`: in nested CES the response of ln u to ln p is `−θ·I + (θ−η)·1sᵀ`, s the shares in demand: a deviation
//! `g = ln(u/u*)` that all sellers share, ḡ = Σ s·g, is undone by a joint move of prices at rate η, the rest by the own price at rate θ.
//! Each mode has the tick-exact form
//! `ln p ← ln p + Σ_λ (1/λ)·ln[E_λ + (1−E_λ)·e^(g_λ)]`, `E_λ = exp(−κ·λ·u*·Δt)`, over (λ, g_λ) = (η, ḡ) and (θ, g − ḡ):
//! with demand ∝ p^(−λ) in one mode the price after a time is the same for every tick length. To first order it is `d ln p/dt = κ·(u − u*)`.
//!
//! `eip1559`: that equation by one Euler step a tick, `p ← p·e^(κ·Δt·(u − u*))` (Buterin et al. 2019). Near u* it multiplies a deviation by
//! `1 − κ·Δt·λ·u*`, λ = max(θ, η), and so oscillates without end when `κ·Δt·λ·u* ≥ 2`.

use autarky_engine::math;

use crate::process::exponentials::{exponentials, logarithms};

/// A utilisation controller for one tick length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UtilisationController {
    form: Form,
    /// u*.
    target: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// Exact over a tick in the deviation that all sellers share and in the rest.
    Modes { joint: Mode, own: Mode },
    /// One Euler step a tick, with κ·Δt·u*.
    Euler(f64),
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
        self.exponent * math::ln(self.left(math::exp(deviation)))
    }

    /// What is left of a deviation after a tick, both as factors of utilisation.
    fn left(self, factor: f64) -> f64 {
        self.persistence + (1.0 - self.persistence) * factor
    }
}

impl UtilisationController {
    /// From speed κ a day, the response of demand to a joint move of prices η and to the own price alone θ, target u* and tick Δt in days.
    #[must_use]
    pub fn new(speed: f64, (joint, own): (f64, f64), target: f64, tick_days: f64) -> Self {
        let form = Form::Modes {
            joint: Mode::new(speed, joint, target, tick_days),
            own: Mode::new(speed, own, target, tick_days),
        };
        Self { form, target }
    }

    /// The plain form of EIP-1559.
    #[must_use]
    pub fn plain(speed: f64, target: f64, tick_days: f64) -> Self {
        Self { form: Form::Euler(speed * tick_days * target), target }
    }

    /// Log deviation g = ln(u/u*) of utilisation u = offered demand over capacity.
    #[must_use]
    pub fn deviation(&self, utilisation: f64) -> f64 {
        math::ln(self.relative(utilisation))
    }

    /// Utilisation over target, of which [`Self::deviation`] is the log.
    #[must_use]
    pub fn relative(&self, utilisation: f64) -> f64 {
        // A pool without any demand for long must not reach a price of zero: the floor catches it, the log must exist.
        (utilisation / self.target).max(1e-6)
    }

    /// The next price from the price p, the own deviation g and the deviation ḡ that all sellers share.
    #[must_use]
    pub fn next(&self, price: f64, deviation: f64, shared: f64) -> f64 {
        let change = match self.form {
            Form::Modes { joint, own } => joint.step(shared) + own.step(deviation - shared),
            Form::Euler(gain) => euler(gain, deviation),
        };
        price * math::exp(change)
    }
}

/// Prices of several controllers, moved at once: with the bits of [`UtilisationController::next`] for each.
#[derive(Debug, Clone, Default)]
pub struct Controllers {
    rules: Vec<UtilisationController>,
    prices: Vec<f64>,
    /// Log deviations g.
    deviations: Vec<f64>,
    joint: Vec<f64>,
    own: Vec<f64>,
}

impl Controllers {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.rules.clear();
        self.prices.clear();
        self.deviations.clear();
    }

    /// Adds a controller with its price and its utilisation.
    pub fn push(&mut self, rule: UtilisationController, price: f64, utilisation: f64) {
        self.rules.push(rule);
        self.prices.push(price);
        self.deviations.push(rule.relative(utilisation));
    }

    /// Log deviations, in the order of [`Self::push`]; to be called once.
    pub fn deviations(&mut self) -> &[f64] {
        logarithms(&mut self.deviations);
        &self.deviations
    }

    /// The next prices under the deviation ḡ that all sellers share.
    pub fn next(&mut self, shared: f64) -> &[f64] {
        let Self { rules, prices, deviations, joint, own } = self;
        let together = math::exp(shared);
        own.clear();
        own.extend(deviations.iter().map(|deviation| deviation - shared));
        exponentials(own);
        joint.clear();
        for (rule, apart) in rules.iter().zip(own.iter_mut()) {
            let Form::Modes { joint: whole, own } = rule.form else {
                joint.push(1.0);
                continue;
            };
            joint.push(whole.left(together));
            *apart = own.left(*apart);
        }
        logarithms(joint);
        logarithms(own);
        for ((change, apart), (rule, deviation)) in
            joint.iter_mut().zip(own).zip(rules.iter().zip(deviations))
        {
            *change = match rule.form {
                Form::Modes { joint, own } => joint.exponent * *change + own.exponent * *apart,
                Form::Euler(gain) => euler(gain, *deviation),
            };
        }
        exponentials(joint);
        for (price, factor) in prices.iter_mut().zip(joint) {
            *price *= *factor;
        }
        prices
    }
}

/// Log of the price's factor in one Euler step: beyond e^7 in a tick the floor and the cap have caught it.
fn euler(gain: f64, deviation: f64) -> f64 {
    (gain * (math::exp(deviation) - 1.0)).clamp(-7.0, 7.0)
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
    fn controllers_moved_at_once_have_the_bits_of_each_alone() {
        let rule = |i: f64| {
            let (speed, target) = (0.01 + 0.003 * i, 0.5 + 0.02 * i);
            let modes = (0.6 + 0.1 * i, 2.0 + 0.3 * i);
            let plain = UtilisationController::plain(speed, target, 1.0);
            if i > 11.0 { plain } else { UtilisationController::new(speed, modes, target, 1.0) }
        };
        let rules: Vec<_> = (0..15).map(|i| rule(f64::from(i))).collect();
        let mut all = Controllers::default();
        for shared in [-0.3, 0.0, 0.2] {
            all.clear();
            for (i, rule) in rules.iter().enumerate() {
                all.push(*rule, 1.0 + i as f64, 0.1 * i as f64);
            }
            let alone: Vec<f64> = (0..15).map(|i| rules[i].deviation(0.1 * i as f64)).collect();
            assert_eq!(alone, all.deviations());
            let alone = (0..15).map(|i| rules[i].next(1.0 + i as f64, alone[i], shared));
            assert_eq!(alone.collect::<Vec<_>>(), all.next(shared));
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

    /// Deviations of a lone seller's log price from rest, tick by tick, under the plain form: demand ∝ p^(−λ).
    fn plain_path(gain: f64) -> Vec<f64> {
        let (response, target) = (4.0, 0.75);
        let rule = UtilisationController::plain(gain / (response * target), target, 1.0);
        let mut log = 1e-3;
        let step = |_| {
            let g = rule.deviation(target * math::exp(-response * log));
            log = math::ln(rule.next(math::exp(log), g, g));
            log
        };
        (0..60).map(step).collect()
    }

    #[test]
    fn the_plain_form_settles_below_a_gain_of_two_and_oscillates_without_end_above() {
        let calm = plain_path(1.5);
        assert!(calm[0] < 0.0 && calm[1] > 0.0, "beyond one it overshoots: {calm:?}");
        assert!(calm[59].abs() < 1e-9);
        let wild = plain_path(2.2);
        assert!(wild.windows(2).all(|w| w[0] * w[1] < 0.0), "{wild:?}");
        assert!(wild[59].abs() > 1e-2, "{wild:?}");
    }
}
