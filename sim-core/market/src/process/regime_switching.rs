//! A two-state Markov chain in continuous time: off, and on after an exponential time of rate a; off again at rate b (Hamilton 1989 has the discrete
//! form). It starts off. `P(on at t) = a/(a+b)·(1 − e^{−(a+b)t})`.
//!
//! Sojourns are unit exponentials over the rate: one draw each, so a change of rate stretches a path and redraws nothing.

use autarky_engine::math;
use autarky_engine::rng::Stream;

/// Rates of a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegimeSwitching {
    /// a, a year.
    pub onset: f64,
    /// b, a year.
    pub end: f64,
}

impl RegimeSwitching {
    /// Probability that it is on `years` after the start.
    #[must_use]
    pub fn probability(&self, years: f64) -> f64 {
        let speed = self.onset + self.end;
        if speed <= 0.0 {
            return 0.0;
        }
        -self.onset / speed * math::exp_m1(-speed * years)
    }
}

/// A path of the chain.
#[derive(Debug, Clone)]
pub struct Chain {
    stream: Stream,
    on: bool,
    next: f64,
}

impl Chain {
    /// Off at the start.
    #[must_use]
    pub fn new(law: &RegimeSwitching, mut stream: Stream) -> Self {
        let next = stream.exponential() / law.onset;
        Self { stream, on: false, next }
    }

    /// Whether it is on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// When it changes next, in years from the start; infinite for never.
    #[must_use]
    pub const fn next(&self) -> f64 {
        self.next
    }

    /// Changes the state at [`Self::next`].
    pub fn switch(&mut self, law: &RegimeSwitching) {
        self.on = !self.on;
        self.next += self.stream.exponential() / if self.on { law.end } else { law.onset };
    }

    /// Draws what comes after `years` anew, from a stream of its own for the label; what is left of a sojourn is exponential too.
    pub fn fork(&mut self, law: &RegimeSwitching, label: u64, years: f64) {
        self.stream = self.stream.fork(label);
        let rate = if self.on { law.end } else { law.onset };
        self.next = years + self.stream.exponential() / rate;
    }

    /// Goes on to `years`.
    pub fn advance(&mut self, law: &RegimeSwitching, years: f64) {
        while self.next <= years {
            self.switch(law);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autarky_engine::rng::StreamKey;

    fn chain(law: &RegimeSwitching, entity: u64) -> Chain {
        let key = StreamKey { seed: 23, replication: 0, process: 1, entity };
        Chain::new(law, Stream::new(key))
    }

    /// Theory: the probability above. Seed 23, n = 40,000 chains; bound of five binomial standard errors at each of three dates: false alarms
    /// below 2e-6.
    #[test]
    fn the_share_of_chains_that_are_on_is_that_of_theory() {
        let law = RegimeSwitching { onset: 0.5, end: 1.5 };
        let n = 40_000;
        let mut chains: Vec<Chain> = (0..n).map(|i| chain(&law, i)).collect();
        for years in [0.2, 1.0, 6.0] {
            let mut on = 0.0;
            for chain in &mut chains {
                chain.advance(&law, years);
                on += f64::from(u8::from(chain.is_on()));
            }
            let p = law.probability(years);
            let error = (p * (1.0 - p) / n as f64).sqrt();
            assert!((on / n as f64 - p).abs() < 5.0 * error, "{years}: {on} {p}");
        }
    }

    #[test]
    fn a_rate_of_zero_is_never_and_a_path_does_not_depend_on_the_steps() {
        let never = RegimeSwitching { onset: 0.0, end: 2.0 };
        let mut off = chain(&never, 1);
        off.advance(&never, 1e9);
        assert!(!off.is_on() && never.probability(1e9) == 0.0);
        let law = RegimeSwitching { onset: 3.0, end: 2.0 };
        let (mut fine, mut coarse) = (chain(&law, 2), chain(&law, 2));
        (0..1000).for_each(|step| fine.advance(&law, f64::from(step) / 100.0));
        coarse.advance(&law, 9.99);
        assert_eq!(
            (fine.is_on(), fine.next().to_bits()),
            (coarse.is_on(), coarse.next().to_bits())
        );
    }
}
