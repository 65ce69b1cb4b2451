//! Adoption of a new good (Bass 1969): innovators adopt at rate p, imitators at rate q times the share that has adopted.
//!
//! `dF/dt = (p + q·F)·(1 − F)`, so `F(t) = (1 − e^{−(p+q)t}) / (1 + (q/p)·e^{−(p+q)t})` since the introduction. What each adopter uses is not its business.

use autarky_engine::math::{exp, exp_m1};

/// Rates of an adoption, and its age at the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adoption {
    /// p, 1/year.
    pub innovation: f64,
    /// q, 1/year.
    pub imitation: f64,
    /// Years since the introduction at the start.
    pub age: f64,
}

impl Adoption {
    /// Share of adopters F at an age in years.
    #[must_use]
    pub fn share(&self, age: f64) -> f64 {
        let rate = (self.innovation + self.imitation) * age;
        -exp_m1(-rate) / (1.0 + self.imitation / self.innovation * exp(-rate))
    }

    /// Adopters `years` after the start over those at the start.
    #[must_use]
    pub fn growth(&self, years: f64) -> f64 {
        self.share(self.age + years) / self.share(self.age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Adoption = Adoption { innovation: 0.03, imitation: 0.38, age: 3.0 };

    #[test]
    fn adopters_obey_the_differential_equation_of_bass() {
        for step in 1..200 {
            let t = 0.1 * f64::from(step);
            let slope = (USUAL.share(t + 1e-5) - USUAL.share(t - 1e-5)) / 2e-5;
            let f = USUAL.share(t);
            let law = (0.03 + 0.38 * f) * (1.0 - f);
            assert!((slope - law).abs() < 1e-8, "{t}: {slope} {law}");
        }
    }

    #[test]
    fn nobody_has_adopted_at_first_and_all_have_in_the_end() {
        assert!(USUAL.share(0.0).abs() < 1e-15 && (USUAL.share(100.0) - 1.0).abs() < 1e-9);
        assert!((USUAL.growth(0.0) - 1.0).abs() < 1e-15);
        assert!((USUAL.growth(100.0) - 1.0 / USUAL.share(3.0)).abs() < 1e-6);
    }

    /// Adoptions peak at `ln(q/p)/(p + q)`.
    #[test]
    fn adoptions_peak_when_theory_says() {
        let rate = |t: f64| USUAL.share(t + 0.01) - USUAL.share(t - 0.01);
        let peak = autarky_engine::math::ln(0.38 / 0.03) / 0.41;
        assert!(rate(peak) > rate(peak - 0.2) && rate(peak) > rate(peak + 0.2));
    }
}
