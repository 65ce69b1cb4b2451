//! What happens in the worst twentieth of the replications: value at risk and conditional value at risk.
//!
//! Value at risk is the order statistic of rank ⌈np⌉ from the worse end, with the distribution-free interval between two order
//! statistics (David and Nagaraja 2003, 7.1). Conditional value at risk is the mean of the worse share p, the replication on its edge in part
//! (Acerbi and Tasche 2002); its standard error is that of Manistre and Hancock (2005), with t quantiles for the few
//! replications in the tail.

use autarky_engine::math;
use autarky_engine::stats::{Interval, Welford};
use serde::Serialize;

use super::Direction;
use crate::run::CONFIDENCE;

/// Share p of replications in the worse tail.
pub const TAIL: f64 = 0.05;

/// Fewest observations of which a twentieth is at least one.
const FEWEST: usize = 20;

/// The worse tail of a quantity, in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tail {
    /// Share of replications in the tail.
    pub share: f64,
    /// Value at risk: the share of replications is as bad or worse.
    pub value_at_risk: f64,
    /// Lower end of its 95 % interval; none where no observation reaches so far.
    pub value_low: Option<f64>,
    /// Upper end of its 95 % interval; none where no observation reaches so far.
    pub value_high: Option<f64>,
    /// Conditional value at risk: mean over the tail.
    pub conditional: f64,
    /// Lower end of its 95 % interval; none below two observations in the tail.
    pub conditional_low: Option<f64>,
    /// Upper end of its 95 % interval; none below two observations in the tail.
    pub conditional_high: Option<f64>,
}

impl Tail {
    /// Of finite values; none below 20 of them.
    pub(super) fn of(values: &[f64], direction: Direction) -> Option<Self> {
        let n = values.len();
        if n < FEWEST {
            return None;
        }
        let mut gains: Vec<f64> = values.iter().map(|&x| direction.gain(x)).collect();
        gains.sort_unstable_by(f64::total_cmp);
        let at_risk = gains[rank(n) - 1];
        let (low, high) = rank_interval(n);
        let (conditional, interval) = conditional(&gains);
        let low = (low > 0).then(|| direction.gain(gains[low - 1]));
        let high = (high <= n).then(|| direction.gain(gains[high - 1]));
        let inner = interval.map(|i| (direction.gain(i.low()), direction.gain(i.high())));
        let upside = direction == Direction::Higher;
        let (value_low, value_high) = if upside { (low, high) } else { (high, low) };
        let (conditional_low, conditional_high) = match inner {
            Some((a, b)) if upside => (Some(a), Some(b)),
            Some((a, b)) => (Some(b), Some(a)),
            None => (None, None),
        };
        let (value_at_risk, conditional) = (direction.gain(at_risk), direction.gain(conditional));
        Some(Self {
            share: TAIL,
            value_at_risk,
            value_low,
            value_high,
            conditional,
            conditional_low,
            conditional_high,
        })
    }
}

/// ⌈np⌉, exact for p = 1/20.
fn rank(n: usize) -> usize {
    n.div_ceil(20)
}

/// Mean of the worst share of sorted gains, with its interval.
fn conditional(gains: &[f64]) -> (f64, Option<Interval>) {
    let mass = TAIL * gains.len() as f64;
    let whole = gains.len() / 20;
    let mut tail = Welford::new();
    gains[..whole].iter().for_each(|&x| tail.push(x));
    let edge = gains[rank(gains.len()) - 1];
    let mean = (tail.mean() * whole as f64 + edge * (mass - whole as f64)) / mass;
    let interval = tail.variance().and_then(|variance| {
        let square = (variance + (1.0 - TAIL) * math::square(edge - mean)) / mass;
        Interval::student_t(mean, square.sqrt(), whole as u64 - 1, CONFIDENCE)
    });
    (mean, interval)
}

/// Ranks from the worse end, from 1 on, of the order statistics that hold the quantile of probability p with 95 % confidence, each side 97.5 %. The lower is
/// 0 where the worst of n observations may still be better than the quantile.
fn rank_interval(n: usize) -> (usize, usize) {
    let side = 0.5 * (1.0 - CONFIDENCE);
    let odds = math::ln(TAIL) - math::ln_1p(-TAIL);
    let mut log_mass = n as f64 * math::ln_1p(-TAIL);
    let (mut below, mut low) = (0.0, 0);
    for j in 0..n {
        below += math::exp(log_mass);
        if below <= side {
            low = j + 1;
        }
        if below >= 1.0 - side {
            return (low, j + 1);
        }
        log_mass += odds + math::ln((n - j) as f64 / (j + 1) as f64);
    }
    (low, n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Binomial tables, n = 100 and p = 0.05: P(X ≤ 0) = 0.0059, P(X ≤ 1) = 0.0371, P(X ≤ 8) = 0.9369, P(X ≤ 9) = 0.9718, P(X ≤ 10) = 0.9885.
    #[test]
    fn ranks_of_the_interval_follow_the_binomial_distribution() {
        assert_eq!(rank_interval(100), (1, 11));
        assert_eq!(rank_interval(20).0, 0);
        // 0.95^72 = 0.0249 and 0.95^71 = 0.0262.
        assert_eq!((rank_interval(71).0, rank_interval(72).0), (0, 1));
    }
}
