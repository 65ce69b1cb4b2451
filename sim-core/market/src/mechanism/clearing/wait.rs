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

/// Below `e^-500` a wait is zero: subnormal numbers cost threefold and mean nothing.
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
    let odds_against = exp(-logit);
    let sum = 1.0 + odds_against;
    let utilisation = 1.0 / sum;
    let idle = odds_against * utilisation;
    let log_power = -exponent * ln(sum);
    let power = exp(if log_power > LOG_CUT { log_power } else { LOG_CUT });
    let factor = if log_power > LOG_CUT { power * (sum / odds_against) } else { 0.0 };
    Congestion { utilisation, idle, factor, slope: factor * (exponent * idle + utilisation) }
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
