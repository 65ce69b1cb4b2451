//! Random variates with the same bits in every build: one small type per distribution, validated
//! when it is made, drawing from a [`Stream`](crate::rng::Stream).
//!
//! Continuous variates use the method that is fastest on average, and take as many random numbers
//! as they need. Counts ([`Poisson`], [`Binomial`], [`BernoulliTrials`]), [`Discrete`] and
//! [`Empirical`] invert one uniform number, monotonically, so that two policies that share the
//! uniform get counts that differ only as far as their parameters do.
//!
//! Tested against `statrs` in `tests/samplers.rs`; the bits are pinned in `tests/golden_bits.rs`.

mod continuous;
mod count;
mod table;
pub(crate) mod ziggurat;

use std::fmt;

pub use continuous::{Exponential, Gamma, LogNormal, Normal, Pareto, Weibull};
pub use count::{BernoulliTrials, Binomial, Poisson};
pub use table::{Discrete, Empirical};

/// A parameter outside its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplerError {
    /// The distribution.
    pub distribution: &'static str,
    /// The parameter.
    pub parameter: &'static str,
    /// Its value.
    pub value: f64,
    /// What would be allowed.
    pub allowed: &'static str,
}

impl fmt::Display for SamplerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { distribution, parameter, value, allowed } = self;
        write!(f, "{distribution}: {parameter} is {value}, must be {allowed}")
    }
}

impl std::error::Error for SamplerError {}

const POSITIVE: &str = "between 1e-100 and 1e100";
const NOT_NEGATIVE: &str = "0 or between 1e-100 and 1e100";
const FINITE: &str = "between -1e100 and 1e100";
const PROBABILITY: &str = "between 0 and 1";

/// Names the distribution in the errors of its parameters.
#[derive(Clone, Copy)]
struct Check(&'static str);

impl Check {
    fn that(
        self,
        holds: bool,
        parameter: &'static str,
        value: f64,
        allowed: &'static str,
    ) -> Result<f64, SamplerError> {
        if holds {
            Ok(value)
        } else {
            Err(SamplerError { distribution: self.0, parameter, value, allowed })
        }
    }

    fn positive(self, parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
        self.that((1e-100..=1e100).contains(&value), parameter, value, POSITIVE)
    }

    fn not_negative(self, parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
        let holds = value == 0.0 || (1e-100..=1e100).contains(&value);
        self.that(holds, parameter, value, NOT_NEGATIVE)
    }

    fn finite(self, parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
        self.that((-1e100..=1e100).contains(&value), parameter, value, FINITE)
    }

    fn probability(self, parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
        self.that((0.0..=1.0).contains(&value), parameter, value, PROBABILITY)
    }
}
