//! Security incidents: how often they come, what controls take off, how updates that do not come add up, how trust returns.
//!
//! A pool of n operators has `λ = λ₀·n^γ·φ·(1 + υ·L)·(1 − a·A)·(1 − r·R)` incidents of a vector a year: γ = `surface`, φ the factors of provider and
//! operator types, A and R the levels of audits and red-teaming, a and r what they take off at level one. What passes barriers that fail independently
//! is a product (layers of protection: CCPS 2001). L, years of updates that nodes lack, grows by a year a year while services are cut and shrinks as
//! `dL/dt = −ρ·L` once they flow; the hazard is linear in L because vulnerabilities become known at a rate that does not decline (Rescorla 2005). Trust is
//! a log taste that decays by `dT/dt = −T/τ`.
//!
//! It draws nothing and knows no pool.

use autarky_engine::math;

/// Levels at which a pool uses its controls, each from zero to one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Share of the work that runs in enclaves.
    pub enclave: f64,
    /// Audits.
    pub audits: f64,
    /// Red-teaming.
    pub red_team: f64,
}

impl Levels {
    fn map(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            enclave: f(self.enclave, other.enclave),
            audits: f(self.audits, other.audits),
            red_team: f(self.red_team, other.red_team),
        }
    }

    /// The higher of two levels, control by control.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.map(other, |a, b| if a > b { a } else { b })
    }

    /// What they cost at prices for level one, USD per H100e-year.
    #[must_use]
    pub fn cost(&self, prices: &Self) -> f64 {
        self.enclave * prices.enclave
            + self.audits * prices.audits
            + self.red_team * prices.red_team
    }

    /// Levels in force where `own` is what the provider does anyway, `wanted` what is asked of it, `share` the part of the bill that the state is to
    /// pay and `met` the part of that which it pays: `max(own, wanted·(1 − share·(1 − met)))`.
    #[must_use]
    pub fn in_force(own: Self, wanted: Self, share: f64, met: f64) -> Self {
        let done = 1.0 - share * (1.0 - met);
        own.map(wanted, |own, wanted| if own > wanted * done { own } else { wanted * done })
    }

    /// Whether any control is used.
    #[must_use]
    pub fn any(&self) -> bool {
        self.enclave > 0.0 || self.audits > 0.0 || self.red_team > 0.0
    }

    /// Useful over all work where what runs in enclaves takes `overhead` more.
    #[must_use]
    pub fn throughput(&self, overhead: f64) -> f64 {
        1.0 / (1.0 + self.enclave * overhead)
    }
}

/// What a vector finds at a pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surface {
    /// Operators with nodes.
    pub operators: f64,
    /// Factors of the provider and, in the mean, of its operators.
    pub factor: f64,
    /// Years of updates that its nodes lack.
    pub lag: f64,
    /// Controls in force.
    pub levels: Levels,
}

/// How a vector answers to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// λ₀, 1/year.
    pub rate: f64,
    /// γ.
    pub surface: f64,
    /// υ, 1/year.
    pub unpatched: f64,
    /// a.
    pub audits: f64,
    /// r.
    pub red_team: f64,
}

impl Response {
    /// Share of the incidents that controls let through.
    #[must_use]
    pub fn let_through(&self, levels: &Levels) -> f64 {
        (1.0 - self.audits * levels.audits) * (1.0 - self.red_team * levels.red_team)
    }

    /// λ, incidents a year.
    #[must_use]
    pub fn rate(&self, at: &Surface) -> f64 {
        if at.operators <= 0.0 {
            return 0.0;
        }
        let surfaces = math::pow(at.operators, self.surface);
        let unpatched = 1.0 + self.unpatched * at.lag;
        self.rate * surfaces * at.factor * unpatched * self.let_through(&at.levels)
    }
}

/// Years of updates that nodes lack, `years` after they lacked `from`.
#[must_use]
pub fn lag(from: f64, cut: bool, recovery: f64, years: f64) -> f64 {
    if cut { from + years } else { from * math::exp(-recovery * years) }
}

/// What is left of a loss of trust after `days`, where it decays with the time constant `memory`.
#[must_use]
pub fn remembered(loss: f64, days: f64, memory: f64) -> f64 {
    loss * math::exp(-days / memory)
}

/// What a treasury gives in a month for what is asked of it, with so many months of the fiscal year to go: no more than an equal part of what is left.
#[must_use]
pub fn instalment(asked: f64, left: f64, months: u32) -> f64 {
    let part = left / f64::from(months);
    if asked < part { asked } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BREACH: Response =
        Response { rate: 0.4, surface: 1.0, unpatched: 0.5, audits: 0.5, red_team: 0.2 };
    const BARE: Surface = Surface { operators: 1.0, factor: 1.0, lag: 0.0, levels: ZERO };
    const ZERO: Levels = Levels { enclave: 0.0, audits: 0.0, red_team: 0.0 };

    #[test]
    fn a_rate_is_the_product_of_its_factors_worked_by_hand() {
        let levels = Levels { enclave: 1.0, audits: 0.5, red_team: 1.0 };
        let at = Surface { operators: 10.0, factor: 2.0, lag: 2.0, levels };
        // 0.4 · 10 · 2 · 2 · 0.75 · 0.8
        assert!((BREACH.rate(&at) - 9.6).abs() < 1e-12);
        let one = Response { surface: 0.0, ..BREACH };
        assert!((one.rate(&at) - 0.96).abs() < 1e-12, "one surface however many operators");
        assert!(BREACH.rate(&Surface { operators: 0.0, ..at }) <= 0.0, "nothing to attack");
    }

    #[test]
    fn updates_that_do_not_come_add_up_and_are_made_up_for_exactly_at_any_step() {
        assert!((lag(0.5, true, 12.0, 2.0) - 2.5).abs() < 1e-15);
        let half = lag(lag(1.0, false, 12.0, 0.1), false, 12.0, 0.1);
        assert!((half - lag(1.0, false, 12.0, 0.2)).abs() < 1e-12);
        assert!((lag(1.0, false, 12.0, 0.25) - 0.049_787_068_367_863_94).abs() < 1e-12, "e^-3");
    }

    #[test]
    fn trust_returns_by_a_factor_e_in_its_memory() {
        assert!((remembered(-0.7, 100.0, 100.0) + 0.7 / std::f64::consts::E).abs() < 1e-12);
    }

    #[test]
    fn a_state_that_pays_half_of_a_bill_it_met_by_a_third_leaves_two_thirds_of_the_level() {
        let wanted = Levels { enclave: 0.9, audits: 0.6, red_team: 0.0 };
        let in_force = Levels::in_force(ZERO, wanted, 0.5, 1.0 / 3.0);
        assert!((in_force.enclave - 0.6).abs() < 1e-12 && (in_force.audits - 0.4).abs() < 1e-12);
        let own = Levels { audits: 0.5, ..ZERO };
        assert!((Levels::in_force(own, wanted, 1.0, 0.0).audits - 0.5).abs() < 1e-12);
    }

    #[test]
    fn enclaves_take_their_overhead_of_the_work_that_runs_in_them() {
        let half = Levels { enclave: 0.5, ..ZERO };
        assert!((half.throughput(0.08) - 1.0 / 1.04).abs() < 1e-15);
        assert!((ZERO.throughput(0.08) - 1.0).abs() < f64::EPSILON);
    }

    proptest! {
        /// More of a control never raises a rate, and what is left lies between nothing and all.
        #[test]
        fn controls_never_raise_a_rate(
            (a, r) in (0.0..=1.0_f64, 0.0..=1.0_f64),
            (low, more) in (0.0..=1.0_f64, 0.0..=1.0_f64),
        ) {
            let vector = Response { audits: a, red_team: r, ..BREACH };
            let high = low + (1.0 - low) * more;
            let at = |x: f64| Surface { levels: Levels { audits: x, red_team: x, enclave: 0.0 }, ..BARE };
            let (weak, strong) = (vector.rate(&at(low)), vector.rate(&at(high)));
            prop_assert!(strong <= weak + 1e-12 && strong >= 0.0 && weak <= 0.4 + 1e-12);
        }

        /// A treasury gives no more than it is asked and, over the months of a year, no more than it has.
        #[test]
        fn instalments_never_exceed_the_bill_or_the_appropriation(
            asked in prop::collection::vec(0.0..1e6_f64, 12),
            year in 0.0..1e7_f64,
        ) {
            let mut left = year;
            for (month, &asked) in asked.iter().enumerate() {
                let paid = instalment(asked, left, 12 - month as u32);
                prop_assert!(paid <= asked && paid <= left + 1e-9);
                left -= paid;
            }
            prop_assert!(left >= -1e-6);
        }
    }
}
