//! Standard normal quantile, where one uniform number must give one normal (a jump that several prices share, sizes at equally spaced quantiles).

use autarky_engine::math;

/// The x with Φ(x) = u, by bisection of `erf` between ±9; good to the last bits of `erf`.
#[must_use]
pub fn normal_quantile(u: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * (1.0 + math::erf(middle / std::f64::consts::SQRT_2));
        if below < u { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against tabulated values (Abramowitz and Stegun, table 26.5).
    #[test]
    fn quantiles_are_those_of_the_table() {
        for (u, x) in [(0.5, 0.0), (0.975, 1.959_963_985), (0.001, -3.090_232_306)] {
            assert!((normal_quantile(u) - x).abs() < 1e-8, "{u}");
        }
    }
}
