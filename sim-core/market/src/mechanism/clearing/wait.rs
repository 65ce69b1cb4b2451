//! The wait in a queue group, and how steeply it rises.
//!
//! Sakasegawa's approximation of the mean wait of GI/G/c,
//!
//! `W = σ·V·ρ^(m−1) / (c·(1−ρ))`, `m = √(2(c+1))`
//!
//! (H. Sakasegawa, "An approximation formula Lq ≃ αρ^β/(1−ρ)", Annals of the Institute of
//! Statistical Mathematics 29, 1977, 67–75). Servers `c` may be fractional. Everything is a function
//! of the logit `υ = ln(ρ/(1−ρ))`, in which `1−ρ` keeps its digits however full the group is.
//! What this module does not do: loss and abandonment, which belong to the balance in `evaluate`.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use autarky_engine::math::{exp, ln};

/// Below `e^-500` a wait is that: nothing, yet no subnormal number, which would cost threefold.
const LOG_CUT: f64 = -500.0;

/// State of one queue group at a logit utilisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Congestion {
    /// Utilisation `ρ`, in [0, 1].
    pub utilisation: f64,
    /// `1 − ρ`, with full relative precision.
    pub idle: f64,
    /// `g = ρ^(m−1)/(1−ρ)`; a wait is `σ·V/c` times this.
    pub factor: f64,
    /// `dg/dυ = g·((m−1)(1−ρ) + ρ)`.
    pub slope: f64,
}

/// Sakasegawa's exponent less one, `√(2(c+1)) − 1`, for `c` servers.
#[inline(always)]
#[must_use]
pub fn exponent(servers: f64) -> f64 {
    (2.0 * (servers + 1.0)).sqrt() - 1.0
}

/// Congestion at logit utilisation `logit` with [`exponent`] `exponent`. Free of branches.
#[inline(always)]
#[must_use]
pub fn congestion(logit: f64, exponent: f64) -> Congestion {
    let odds = odds_against(logit);
    let utilisation = 1.0 / (1.0 + odds);
    let idle = odds * utilisation;
    let factor = factor(odds, log_power(odds, exponent));
    Congestion { utilisation, idle, factor, slope: factor * (exponent * idle + utilisation) }
}

/// `(1−ρ)/ρ`.
#[inline(always)]
pub(super) fn odds_against(logit: f64) -> f64 {
    exp(-logit)
}

/// `ln ρ^(m−1)`.
#[inline(always)]
pub(super) fn log_power(odds_against: f64, exponent: f64) -> f64 {
    -exponent * ln(1.0 + odds_against)
}

/// `g = ρ^(m−1)/(1−ρ)`.
#[inline(always)]
pub(super) fn factor(odds_against: f64, log_power: f64) -> f64 {
    let power = exp(if log_power > LOG_CUT { log_power } else { LOG_CUT });
    power * ((1.0 + odds_against) / odds_against)
}

/// Mean wait in hours at utilisation `utilisation` in [0, 1), for a mean service time of
/// `service_time_h` hours, effective variability `variability` and `servers` servers.
///
/// Utilisation 1 gives infinity.
#[must_use]
pub fn wait_h(service_time_h: f64, variability: f64, servers: f64, utilisation: f64) -> f64 {
    let power = autarky_engine::math::pow(utilisation, exponent(servers));
    service_time_h * variability * power / (servers * (1.0 - utilisation))
}
