//! Jumps in logs that decay (shot noise): `y(t) = Σ_{T ≤ t} J·e^{−β(t−T)}`, T the points of a Poisson process of rate λ.
//!
//! Without decay and with normal J it is the jump part of Merton (1976); with J exponential on both sides that of Kou (2002).
//! Points come from a Poisson random measure on time × rate of unit intensity: a process of rate λ takes the points below height λ. The
//! measure is drawn in layers of height one, each from a stream of its own, so a change of λ adds or removes points and moves none, and
//! processes that share a measure share their times. Every point carries one uniform, from which each process takes its size.

use autarky_engine::math;
use autarky_engine::rng::Stream;

use super::normal::normal_quantile;

/// Law of the size J.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Mean μ and standard deviation δ.
    Normal {
        /// μ.
        mean: f64,
        /// δ.
        deviation: f64,
    },
    /// Upward with probability p, with mean η₁; else downward with mean η₂. Pareto factors of tail α have p = 1, η₁ = 1/α.
    DoubleExponential {
        /// p.
        up: f64,
        /// η₁.
        mean_up: f64,
        /// η₂.
        mean_down: f64,
    },
}

impl Size {
    /// The size at probability `u` in (0, 1).
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Normal { mean, deviation } => mean + deviation * normal_quantile(u),
            Self::DoubleExponential { up, mean_up, mean_down } => {
                let down = 1.0 - up;
                if u < down {
                    mean_down * math::ln(u / down)
                } else {
                    -mean_up * math::ln((1.0 - u) / up)
                }
            }
        }
    }

    /// Whether E e^J exists.
    #[must_use]
    pub fn has_mean(&self) -> bool {
        match *self {
            Self::Normal { .. } => true,
            Self::DoubleExponential { up, mean_up, .. } => up <= 0.0 || mean_up < 1.0,
        }
    }

    /// E e^{θJ} for θ in [0, 1].
    #[must_use]
    fn moment(&self, theta: f64) -> f64 {
        match *self {
            Self::Normal { mean, deviation } => {
                math::exp(theta * (mean + 0.5 * theta * deviation * deviation))
            }
            Self::DoubleExponential { up, mean_up, mean_down } => {
                let upward = if up > 0.0 { up / (1.0 - theta * mean_up) } else { 0.0 };
                upward + (1.0 - up) / (1.0 + theta * mean_down)
            }
        }
    }
}

/// A process of decaying jumps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jumps {
    /// λ a year.
    pub rate: f64,
    /// J.
    pub size: Size,
    /// β a year.
    pub decay: f64,
}

/// Nodes and weights of Gauss–Legendre quadrature with five points on [−1, 1].
const GAUSS: [(f64, f64); 5] = [
    (-0.906_179_845_938_664, 0.236_926_885_056_189_1),
    (-0.538_469_310_105_683, 0.478_628_670_499_366_5),
    (0.0, 0.568_888_888_888_888_9),
    (0.538_469_310_105_683, 0.478_628_670_499_366_5),
    (0.906_179_845_938_664, 0.236_926_885_056_189_1),
];

impl Jumps {
    /// What is left after `years` of a jump of one.
    #[must_use]
    pub fn left(&self, years: f64) -> f64 {
        math::exp(-self.decay * years)
    }

    /// Growth of ln E e^y from `from` to `to` years after the start: `λ·∫ (E e^{J·e^{−βs}} − 1) ds`, exact without decay and for exponential
    /// sizes, else by quadrature over pieces of at most one e-folding (error below 1e-9 of the integral).
    #[must_use]
    pub fn compensation(&self, from: f64, to: f64) -> f64 {
        if self.decay <= 0.0 {
            return self.rate * (self.size.moment(1.0) - 1.0) * (to - from);
        }
        if let Size::DoubleExponential { up, mean_up, mean_down } = self.size {
            // ∫ (1/(1 − η·e^{−βs}) − 1) ds = ln(1 − η·e^{−βs})/β.
            let part = |eta: f64| {
                (math::ln_1p(-eta * self.left(to)) - math::ln_1p(-eta * self.left(from)))
                    / self.decay
            };
            let upward = if up > 0.0 { up * part(mean_up) } else { 0.0 };
            return self.rate * (upward + (1.0 - up) * part(-mean_down));
        }
        let pieces = (self.decay * (to - from)).ceil().clamp(1.0, 1e4);
        let half = 0.5 * (to - from) / pieces;
        let mut sum = 0.0;
        for piece in 0..pieces as u32 {
            let middle = from + half * f64::from(2 * piece + 1);
            for (node, weight) in GAUSS {
                sum += weight * (self.size.moment(self.left(middle + half * node)) - 1.0);
            }
        }
        self.rate * sum * half
    }
}

/// A point of a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// When, in years from the start.
    pub years: f64,
    /// Its height: it belongs to the processes of a larger rate.
    pub height: f64,
    /// Uniform on (0, 1), for its size.
    pub mark: f64,
}

#[derive(Debug, Clone)]
struct Layer {
    stream: Stream,
    next: f64,
}

/// A Poisson random measure up to some height, point by point.
#[derive(Debug, Clone)]
pub struct Arrivals {
    layers: Vec<Layer>,
    due: Vec<Arrival>,
}

impl Arrivals {
    /// Up to a height, a year; `stream(k)` is the stream of layer k.
    #[must_use]
    pub fn new(height: f64, stream: impl Fn(u64) -> Stream) -> Self {
        let layer = |k: u64| {
            let mut stream = stream(k);
            let next = stream.exponential();
            Layer { stream, next }
        };
        Self { layers: (0..height.ceil() as u64).map(layer).collect(), due: Vec::new() }
    }

    /// Goes on to `years`; the points since the last call are then [`Self::due`].
    pub fn advance(&mut self, years: f64) {
        self.due.clear();
        for (k, layer) in self.layers.iter_mut().enumerate() {
            while layer.next <= years {
                let height = k as f64 + layer.stream.uniform();
                let mark = layer.stream.uniform_open();
                self.due.push(Arrival { years: layer.next, height, mark });
                layer.next += layer.stream.exponential();
            }
        }
    }

    /// Draws what comes after `years` anew, from streams of their own for the label.
    pub fn fork(&mut self, label: u64, years: f64) {
        for layer in &mut self.layers {
            layer.stream = layer.stream.fork(label);
            layer.next = years + layer.stream.exponential();
        }
    }

    /// The points of the last advance.
    #[must_use]
    pub fn due(&self) -> &[Arrival] {
        &self.due
    }

    /// What the due points below `height` have left at `years` of the sizes of a process.
    #[must_use]
    pub fn shots(&self, jumps: &Jumps, height: f64, years: f64) -> f64 {
        let below = self.due.iter().filter(|arrival| arrival.height < height);
        below.map(|a| jumps.size.quantile(a.mark) * jumps.left(years - a.years)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autarky_engine::rng::StreamKey;

    fn arrivals(height: f64, entity: u64) -> Arrivals {
        Arrivals::new(height, |k| {
            Stream::new(StreamKey { seed: 5, replication: entity, process: 1, entity: k })
        })
    }

    const LAWS: [Size; 3] = [
        Size::Normal { mean: -0.1, deviation: 0.4 },
        Size::DoubleExponential { up: 0.3, mean_up: 0.3, mean_down: 0.2 },
        Size::DoubleExponential { up: 1.0, mean_up: 0.2, mean_down: 1.0 },
    ];

    /// The mean of e^J by a midpoint sum over 20,000 quantiles against the moment: error of the sum in the tails below 2e-3.
    #[test]
    fn quantiles_and_moments_are_of_one_law() {
        for law in LAWS {
            let n = 20_000;
            let u = |i: i32| (f64::from(i) + 0.5) / f64::from(n);
            let mean = (0..n).map(|i| math::exp(law.quantile(u(i)))).sum::<f64>() / f64::from(n);
            assert!((mean / law.moment(1.0) - 1.0).abs() < 2e-3, "{law:?} {mean}");
        }
    }

    #[test]
    fn a_factor_has_a_mean_where_its_upward_tail_is_thinner_than_one() {
        let law = |mean_up| Size::DoubleExponential { up: 0.5, mean_up, mean_down: 9.0 };
        assert!(law(0.99).has_mean() && !law(1.0).has_mean() && !law(2.0).has_mean());
        assert!(Size::DoubleExponential { up: 0.0, mean_up: 2.0, mean_down: 1.0 }.has_mean());
    }

    /// The compensation over ten years in one piece, in daily pieces, and as a midpoint sum of 200,000 steps agree.
    #[test]
    fn the_compensation_is_the_integral_whatever_the_steps() {
        for (size, decay) in
            LAWS.iter().flat_map(|size| [(*size, 0.0), (*size, 0.7), (*size, 30.0)])
        {
            let jumps = Jumps { rate: 2.0, size, decay };
            let whole = jumps.compensation(0.0, 10.0);
            let daily: f64 = (0..3650)
                .map(|d| jumps.compensation(f64::from(d) / 365.0, f64::from(d + 1) / 365.0))
                .sum();
            let n = 200_000;
            let at = |i: i32| jumps.left((f64::from(i) + 0.5) * 10.0 / f64::from(n));
            let fine = (0..n).map(|i| size.moment(at(i)) - 1.0).sum::<f64>();
            let fine = fine * jumps.rate * 10.0 / f64::from(n);
            assert!(
                (whole - daily).abs() < 1e-8 * whole.abs().max(1.0),
                "{jumps:?} {whole} {daily}"
            );
            assert!((whole - fine).abs() < 1e-5 * whole.abs().max(1.0), "{jumps:?} {whole} {fine}");
        }
    }

    /// Theory (Campbell): mean λ·E J·(1 − e^{−βt})/β and variance λ·E J²·(1 − e^{−2βt})/(2β). Seed 5, n = 20,000 paths of 3 years; bounds of six
    /// standard errors (mean: sd/√n; variance: 0.015 of itself): false alarms below 1e-8.
    #[test]
    fn mean_and_variance_of_shot_noise_are_those_of_campbell() {
        let jumps =
            Jumps { rate: 2.5, size: Size::Normal { mean: 0.2, deviation: 0.3 }, decay: 0.8 };
        let n = 20_000;
        let (mut sum, mut square) = (0.0, 0.0);
        for path in 0..n {
            let mut arrivals = arrivals(jumps.rate, path);
            let mut y = 0.0;
            for step in 1..=6 {
                let years = 0.5 * f64::from(step);
                arrivals.advance(years);
                y = y * jumps.left(0.5) + arrivals.shots(&jumps, jumps.rate, years);
            }
            sum += y;
            square += y * y;
        }
        let (mean, n) = (sum / n as f64, n as f64);
        let variance = square / n - mean * mean;
        let expected = jumps.rate * 0.2 * (1.0 - math::exp(-0.8 * 3.0)) / 0.8;
        let spread = jumps.rate * (0.04 + 0.09) * (1.0 - math::exp(-1.6 * 3.0)) / 1.6;
        assert!((mean - expected).abs() < 6.0 * (spread / n).sqrt(), "{mean} {expected}");
        assert!((variance / spread - 1.0).abs() < 0.09, "{variance} {spread}");
    }

    #[test]
    fn a_higher_rate_adds_points_and_moves_none() {
        let (mut low, mut high) = (arrivals(1.3, 7), arrivals(4.0, 7));
        low.advance(50.0);
        high.advance(50.0);
        let below = |a: &Arrivals, h: f64| -> Vec<Arrival> {
            a.due().iter().filter(|p| p.height < h).copied().collect()
        };
        assert_eq!(below(&low, 1.3), below(&high, 1.3));
        assert!(below(&high, 4.0).len() > 150 && below(&low, 1.3).len() > 30);
    }

    #[test]
    fn the_path_of_a_jump_does_not_depend_on_the_steps() {
        let jumps = Jumps { rate: 3.0, size: LAWS[1], decay: 1.5 };
        let path = |steps: u32| {
            let (mut arrivals, mut y) = (arrivals(jumps.rate, 3), 0.0);
            for step in 1..=steps {
                let years = 4.0 * f64::from(step) / f64::from(steps);
                arrivals.advance(years);
                y = y * jumps.left(4.0 / f64::from(steps))
                    + arrivals.shots(&jumps, jumps.rate, years);
            }
            y
        };
        assert!(path(1).abs() > 1e-3);
        assert!((path(1) - path(1461)).abs() < 1e-11);
    }
}
