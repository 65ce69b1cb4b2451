//! What limits to trade in hardware do to its price: performance per dollar grows at g where trade is open, and at `g·O^ε` where only the share O
//! of the world's need is open to it. Prices are then `e^L` above their path, `dL/dt = g·(1 − O^ε)`.
//!
//! Larger markets pay for more innovation (Acemoglu and Linn 2004), and what is learned spills over through trade (Coe and Helpman 1995). No
//! estimate for accelerators is known: ε is zero unless a scenario says otherwise.

use autarky_engine::math::pow;

/// What the log price of hardware gains on its path over `years`.
#[must_use]
pub fn shortfall(growth: f64, (openness, elasticity): (f64, f64), years: f64) -> f64 {
    let kept = match openness {
        _ if elasticity <= 0.0 || openness >= 1.0 => 1.0,
        _ if openness <= 0.0 => 0.0,
        _ => pow(openness, elasticity),
    };
    growth * (1.0 - kept) * years
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_trade_or_no_spillover_costs_nothing_and_closed_trade_all_growth() {
        assert!(shortfall(0.3, (0.2, 0.0), 5.0).abs() < 1e-300);
        assert!(shortfall(0.3, (1.0, 2.0), 5.0).abs() < 1e-300);
        assert!((shortfall(0.3, (0.0, 0.1), 5.0) - 1.5).abs() < 1e-12);
        assert!((shortfall(0.3, (0.5, 2.0), 4.0) - 0.9).abs() < 1e-12);
    }
}
