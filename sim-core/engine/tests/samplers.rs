//! Samplers against the distributions of `statrs`.
//!
//! Continuous ones by Kolmogorov and Smirnov's distance D over n = 1,000,000 draws, integer ones by
//! Pearson's χ². Every test allows a false alarm with probability 1e-6, so the some thirty tests of
//! this file together alarm falsely with probability below 4e-5 over the choice of the seed, which is
//! fixed; nothing is ever retried.
//!
//! Power: D rejects above √(ln(2/1e-6)/2n) = 0.0027, so a distribution function that is off by
//! 0.0054 anywhere is found with probability above 1 − 1e-6; a scale wrong by 2 % is off by that
//! much for the exponential (0.0074), and 0.73 % is found with probability ½. The planted errors at the end
//! are found at the same threshold.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "references independent of what is tested"
)]

use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::sampler::{
    BernoulliTrials, Binomial, Discrete, Empirical, Exponential, Gamma, LogNormal, Normal, Pareto,
    Poisson, Weibull,
};
use statrs::distribution::{self as reference, ChiSquared, ContinuousCDF, DiscreteCDF};

const DRAWS: usize = 1_000_000;
const FALSE_ALARM: f64 = 1e-6;

fn stream(entity: u64) -> Stream {
    Stream::new(StreamKey { seed: 20_260_101, replication: 3, process: 17, entity })
}

/// Kolmogorov and Smirnov's distance over its critical value: above 1 rejects. The critical value
/// is from Massart's inequality `P(D > d) ≤ 2·exp(−2nd²)`, exact in the limit.
fn ks_ratio(mut draw: impl FnMut() -> f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    sorted.sort_by(f64::total_cmp);
    let n = DRAWS as f64;
    let distance = sorted
        .iter()
        .enumerate()
        .map(|(i, &x)| {
            let f = cdf(x);
            (f - i as f64 / n).abs().max((f - (i + 1) as f64 / n).abs())
        })
        .fold(0.0, f64::max);
    distance / ((2.0 / FALSE_ALARM).ln() / (2.0 * n)).sqrt()
}

/// Pearson's χ² over its critical value: above 1 rejects. Neighbouring counts are pooled until
/// 25 are expected, which keeps the statistic close to χ² this far in its tail.
fn chi_square_ratio(mut draw: impl FnMut() -> u64, cdf: impl Fn(u64) -> f64) -> f64 {
    let mut counts = Vec::new();
    for _ in 0..DRAWS {
        let k = draw() as usize;
        if counts.len() <= k {
            counts.resize(k + 1, 0_u64);
        }
        counts[k] += 1;
    }
    let n = DRAWS as f64;
    let (mut statistic, mut cells) = (0.0, 0);
    let (mut observed, mut below, mut left) = (0, 0.0, DRAWS as u64);
    for (k, count) in counts.iter().enumerate() {
        observed += count;
        let up_to = cdf(k as u64);
        let (expected, rest) = (n * (up_to - below), n * (1.0 - up_to));
        if expected >= 25.0 && rest >= 25.0 {
            statistic += (observed as f64 - expected).powi(2) / expected;
            cells += 1;
            left -= observed;
            (observed, below) = (0, up_to);
        }
    }
    let expected = n * (1.0 - below);
    statistic += (left as f64 - expected).powi(2) / expected;
    let critical = ChiSquared::new(f64::from(cells)).expect("two cells or more");
    statistic / critical.inverse_cdf(1.0 - FALSE_ALARM)
}

/// Sample mean and variance within five standard errors: a check of `mean()` and `variance()`
/// where the fourth moment is moderate. False alarm 6e-7 each.
fn assert_moments(mut draw: impl FnMut() -> f64, mean: f64, variance: f64) {
    let x: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    let n = DRAWS as f64;
    let average = x.iter().sum::<f64>() / n;
    let spread = |power| x.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let (second, fourth) = (spread(2), spread(4));
    assert!((average - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {average}, not {mean}");
    let error = ((fourth - second * second) / n).sqrt();
    assert!((second - variance).abs() < 5.0 * error, "variance {second}, not {variance}");
}

macro_rules! follows {
    ($name:ident, $entity:literal, $own:expr, $reference:expr) => {
        #[test]
        fn $name() {
            let (own, reference) = ($own.expect("valid"), $reference.expect("valid"));
            let mut s = stream($entity);
            let ratio = ks_ratio(|| own.sample(&mut s), |x| reference.cdf(x));
            println!("{}: D over critical {ratio:.3}", stringify!($name));
            assert!(ratio < 1.0, "D is {ratio} of its critical value");
        }
    };
}

macro_rules! counts_follow {
    ($name:ident, $entity:literal, $own:expr, $reference:expr) => {
        #[test]
        fn $name() {
            let (own, reference) = ($own.expect("valid"), $reference.expect("valid"));
            let mut s = stream($entity);
            let ratio = chi_square_ratio(|| own.sample(&mut s), |k| reference.cdf(k));
            println!("{}: chi-square over critical {ratio:.3}", stringify!($name));
            assert!(ratio < 1.0, "chi-square is {ratio} of its critical value");
            let mut s = stream($entity + 1000);
            assert_moments(|| own.sample(&mut s) as f64, own.mean(), own.variance());
        }
    };
}

follows!(exponential, 1, Exponential::from_mean(2.5), reference::Exp::new(0.4));
follows!(normal, 2, Normal::new(-3.0, 0.5), reference::Normal::new(-3.0, 0.5));
follows!(lognormal, 3, LogNormal::new(1.0, 0.7), reference::LogNormal::new(1.0, 0.7));
follows!(gamma_of_shape_above_one, 4, Gamma::new(2.5, 3.0), reference::Gamma::new(2.5, 1.0 / 3.0));
follows!(gamma_of_shape_one, 5, Gamma::new(1.0, 1.0), reference::Gamma::new(1.0, 1.0));
follows!(gamma_of_shape_below_one, 6, Gamma::new(0.3, 2.0), reference::Gamma::new(0.3, 0.5));
follows!(gamma_of_large_shape, 7, Gamma::new(400.0, 0.1), reference::Gamma::new(400.0, 10.0));
follows!(weibull_of_rising_hazard, 8, Weibull::new(2.2, 5.0), reference::Weibull::new(2.2, 5.0));
follows!(weibull_of_falling_hazard, 9, Weibull::new(0.6, 5.0), reference::Weibull::new(0.6, 5.0));
follows!(pareto_without_a_mean, 10, Pareto::new(2.0, 0.9), reference::Pareto::new(2.0, 0.9));
follows!(pareto_with_a_variance, 11, Pareto::new(0.5, 3.0), reference::Pareto::new(0.5, 3.0));

counts_follow!(poisson_of_small_mean, 20, Poisson::new(0.3), reference::Poisson::new(0.3));
counts_follow!(poisson_below_the_switch, 21, Poisson::new(14.9), reference::Poisson::new(14.9));
counts_follow!(poisson_above_the_switch, 22, Poisson::new(15.1), reference::Poisson::new(15.1));
counts_follow!(poisson_of_large_mean, 23, Poisson::new(1234.5), reference::Poisson::new(1234.5));
counts_follow!(binomial_small, 24, Binomial::new(7, 0.2), reference::Binomial::new(0.2, 7));
counts_follow!(binomial_rare, 25, Binomial::new(40, 0.05), reference::Binomial::new(0.05, 40));
counts_follow!(binomial_common, 26, Binomial::new(30, 0.93), reference::Binomial::new(0.93, 30));
counts_follow!(binomial_even, 27, Binomial::new(31, 0.5), reference::Binomial::new(0.5, 31));
counts_follow!(binomial_large, 28, Binomial::new(5000, 0.37), reference::Binomial::new(0.37, 5000));

#[test]
fn the_streams_shortcuts_are_standard() {
    let exponential = reference::Exp::new(1.0).expect("valid");
    let normal = reference::Normal::new(0.0, 1.0).expect("valid");
    let mut s = stream(30);
    assert!(ks_ratio(|| s.exponential(), |x| exponential.cdf(x)) < 1.0);
    assert!(ks_ratio(|| s.normal(), |x| normal.cdf(x)) < 1.0);
    assert!(ks_ratio(|| s.uniform(), |x| x) < 1.0);
}

/// The tails beyond the ziggurats' bases (probabilities 4.5e-4 and 2.6e-4), which D over all draws
/// hardly sees: the excess over the base is tested by itself.
#[test]
fn the_tails_beyond_the_ziggurats_bases_have_their_shapes() {
    let mut s = stream(31);
    let (start, mut beyond) = (7.697_117_470_131_05, Vec::new());
    let draws = 40_000_000;
    for _ in 0..draws {
        let x = s.exponential();
        if x > start {
            beyond.push(x - start);
        }
    }
    assert_tail(&mut beyond, draws, (-start).exp(), |x| 1.0 - (-x).exp());

    let normal = reference::Normal::new(0.0, 1.0).expect("valid");
    let (start, mut beyond) = (3.654_152_885_361_009, Vec::new());
    for _ in 0..draws {
        let x = s.normal();
        if x.abs() > start {
            beyond.push(x.abs());
        }
    }
    let outside = 2.0 * normal.sf(start);
    assert_tail(&mut beyond, draws, outside, |x| 1.0 - 2.0 * normal.sf(x) / outside);
}

fn assert_tail(beyond: &mut [f64], draws: u32, probability: f64, cdf: impl Fn(f64) -> f64) {
    let n = beyond.len() as f64;
    let expected = f64::from(draws) * probability;
    assert!((n - expected).abs() < 5.0 * expected.sqrt(), "{n} draws beyond, not {expected}");
    beyond.sort_by(f64::total_cmp);
    let distance = beyond
        .iter()
        .enumerate()
        .map(|(i, &x)| (cdf(x) - i as f64 / n).abs().max((cdf(x) - (i + 1) as f64 / n).abs()))
        .fold(0.0, f64::max);
    assert!(distance < ((2.0 / FALSE_ALARM).ln() / (2.0 * n)).sqrt(), "tail is off by {distance}");
}

#[test]
fn stated_moments_are_those_of_the_draws() {
    macro_rules! moments {
        ($entity:literal, $own:expr) => {
            let own = $own.expect("valid");
            let mut s = stream($entity);
            assert_moments(|| own.sample(&mut s), own.mean(), own.variance());
        };
    }
    moments!(40, Exponential::from_mean(0.4));
    moments!(41, Normal::new(2.0, 3.0));
    moments!(42, LogNormal::new(0.5, 0.4));
    moments!(43, LogNormal::from_mean_cv(7.0, 0.5));
    moments!(44, Gamma::new(0.7, 2.0));
    moments!(45, Weibull::new(1.7, 3.0));
    moments!(46, Empirical::from_quantiles(&[(0.0, 1.0), (0.5, 2.0), (0.9, 2.0), (1.0, 9.0)]));
    let lognormal = LogNormal::from_mean_cv(7.0, 0.5).expect("valid");
    assert!((lognormal.mean() - 7.0).abs() < 1e-12);
    assert!((lognormal.variance().sqrt() / 7.0 - 0.5).abs() < 1e-12);
    let pareto = |tail| Pareto::new(2.0, tail).expect("valid");
    assert_eq!((pareto(1.0).mean(), pareto(2.0).variance()), (None, None));
    assert!((pareto(3.0).mean().expect("finite") - 3.0).abs() < 1e-12);
    assert!((pareto(3.0).variance().expect("finite") - 3.0).abs() < 1e-12);
}

#[test]
fn discrete_choices_have_their_weights() {
    let weights = [0.0, 3.0, 1.0, 0.0, 0.5, 5.5, 0.0];
    let own = Discrete::new(&weights).expect("valid");
    let mut s = stream(50);
    let cdf = |k: u64| weights[..=k as usize].iter().sum::<f64>() / 10.0;
    let mut counts = [0_u64; 7];
    let ratio = chi_square_ratio(
        || {
            let k = own.sample(&mut s);
            counts[k] += 1;
            k as u64
        },
        cdf,
    );
    assert!(ratio < 1.0, "chi-square is {ratio} of its critical value");
    for (k, weight) in weights.iter().enumerate() {
        assert!((own.probability(k) - weight / 10.0).abs() < 1e-15);
        assert_eq!(counts[k] == 0, *weight <= 0.0, "index {k}");
    }
    assert_eq!(
        own.quantile(1.0 - f64::EPSILON / 2.0),
        5,
        "the last index of weight 0 is not drawn"
    );
}

#[test]
fn empirical_draws_follow_the_quantiles_given() {
    let own = Empirical::from_observations(&[3.0, 1.0, 2.0, 10.0]).expect("valid");
    let mut s = stream(51);
    let cdf = |x: f64| {
        let segment = |from: f64, to: f64| ((x - from) / (to - from)).clamp(0.0, 1.0) / 3.0;
        segment(1.0, 2.0) + segment(2.0, 3.0) + segment(3.0, 10.0)
    };
    assert!(ks_ratio(|| own.sample(&mut s), cdf) < 1.0);
    for (u, x) in [(0.0, 1.0), (1.0 / 3.0, 2.0), (1.0, 10.0)] {
        assert!((own.quantile(u) - x).abs() < 1e-15);
    }
}

/// `F(k − 1) ≤ u < F(k)` at uniforms spread over (0, 1), against the sums of `statrs`; 1e-11 covers
/// its own rounding.
fn assert_inverts(quantile: impl Fn(f64) -> u64, cdf: impl Fn(u64) -> f64) {
    let mut last = 0;
    for i in 0..2_000 {
        let u = (f64::from(i) + 0.5) / 2_000.0;
        let k = quantile(u);
        assert!(cdf(k) >= u - 1e-11, "F({k}) < {u}");
        assert!(k == 0 || cdf(k - 1) <= u + 1e-11, "F({k} - 1) > {u}");
        assert!(k >= last, "the quantile falls at {u}");
        last = k;
    }
}

#[test]
fn counts_invert_the_distribution_function_monotonically() {
    for mean in [0.01, 1.0, 14.999, 15.001, 16.5, 100.0, 1e4, 1e6] {
        let (own, reference) = (Poisson::new(mean), reference::Poisson::new(mean));
        let (own, reference) = (own.expect("valid"), reference.expect("valid"));
        assert_inverts(|u| own.quantile(u), |k| reference.cdf(k));
    }
    for (n, p) in [
        (1, 0.3),
        (10, 0.5),
        (29, 0.5),
        (31, 0.5),
        (40, 0.97),
        (400, 0.005),
        (1000, 0.2),
        (10_000, 0.9),
    ] {
        let (own, reference) = (BernoulliTrials::new(p), reference::Binomial::new(p, n.into()));
        let (own, reference) = (own.expect("valid"), reference.expect("valid"));
        assert_inverts(|u| own.successes(n, u).into(), |k| reference.cdf(k));
        let fixed = Binomial::new(n, p).expect("valid");
        for i in 0..500 {
            let u = f64::from(i) / 500.0;
            assert_eq!(fixed.quantile(u), own.successes(n, u).into());
        }
    }
}

#[test]
fn counts_at_the_edges_stay_in_range() {
    let last = 1.0 - f64::EPSILON / 2.0;
    for n in [0, 1, 5, 1_000_000, u32::MAX] {
        for (p, expected) in [(0.0, 0), (1.0, n)] {
            let trials = BernoulliTrials::new(p).expect("valid");
            assert_eq!([0.0, 0.5, last].map(|u| trials.successes(n, u)), [expected; 3]);
        }
        for p in [1e-300, 1e-9, 0.4, 0.5, 0.6, 1.0 - 1e-9] {
            let trials = BernoulliTrials::new(p).expect("valid");
            let [low, middle, high] = [0.0, 0.5, last].map(|u| trials.successes(n, u));
            assert!(low <= middle && middle <= high && high <= n, "n {n}, p {p}");
            let (mean, sd) = (f64::from(n) * p, (f64::from(n) * p * (1.0 - p)).sqrt());
            assert!((f64::from(middle) - mean).abs() <= 1.0 + 0.1 * sd, "median {middle}");
            assert!(f64::from(high) <= mean + 10.0 * sd + 20.0, "n {n}, p {p}: {high}");
            assert!(f64::from(low) >= mean - 10.0 * sd - 20.0, "n {n}, p {p}: {low}");
        }
    }
    let none = Poisson::new(0.0).expect("valid");
    assert_eq!([0.0, last].map(|u| none.quantile(u)), [0, 0]);
    let most = Poisson::new(1e9).expect("valid");
    assert!(most.quantile(0.0) > 999_000_000 && most.quantile(last) < 1_001_000_000);
}

/// At shape 0.001 three quarters of gamma variates lie below 1e-124 and half below the normal
/// numbers: exp(−E/k) < 2.2e-308 for E > 0.708.
#[test]
fn variates_that_would_be_subnormal_are_zero() {
    let gamma = Gamma::new(1e-3, 1.0).expect("valid");
    let weibull = Weibull::new(0.05, 1e-100).expect("valid");
    let (mut s, mut zeros) = (stream(70), 0);
    for _ in 0..100_000 {
        for x in [gamma.sample(&mut s), weibull.sample(&mut s)] {
            assert!(x == 0.0 || x.is_normal(), "{x:e}");
            zeros += u32::from(x == 0.0);
        }
    }
    // exp(−0.708) = 0.4926 of the gamma's; one percent is six standard deviations.
    assert!((f64::from(zeros) / 100_000.0 - 0.4926).abs() < 0.01, "{zeros} zeros");
}

#[test]
fn parameters_out_of_range_are_named_with_value_and_range() {
    let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0];
    for x in bad {
        assert!(Exponential::from_mean(x).is_err(), "{x}");
        assert!(Normal::new(0.0, x).is_err(), "{x}");
        assert!(LogNormal::new(0.0, x).is_err() && LogNormal::from_mean_cv(x, 1.0).is_err());
        assert!(Gamma::new(x, 1.0).is_err() && Gamma::new(1.0, x).is_err(), "{x}");
        assert!(Weibull::new(x, 1.0).is_err() && Weibull::new(1.0, x).is_err(), "{x}");
        assert!(Pareto::new(x, 1.0).is_err() && Pareto::new(1.0, x).is_err(), "{x}");
        assert!(Poisson::new(x).is_err() && BernoulliTrials::new(x).is_err(), "{x}");
        assert!(Discrete::new(&[1.0, x]).is_err(), "{x}");
    }
    assert!(Exponential::from_mean(0.0).is_err());
    assert!(Exponential::from_mean(f64::from_bits(1)).is_err(), "subnormal");
    assert!(Normal::new(0.0, f64::MIN_POSITIVE / 4.0).is_err(), "subnormal");
    assert!(Discrete::new(&[]).is_err() && Discrete::new(&[0.0]).is_err());
    assert!(Empirical::from_observations(&[1.0]).is_err());
    assert!(Empirical::from_observations(&[1.0, f64::NAN]).is_err());
    assert!(Empirical::from_quantiles(&[(0.0, 1.0), (0.5, 2.0)]).is_err());
    assert!(Empirical::from_quantiles(&[(0.0, 1.0), (1.0, 0.5)]).is_err());
    assert!(Empirical::from_quantiles(&[(0.0, 1.0), (0.0, 2.0), (1.0, 3.0)]).is_err());
    let error = BernoulliTrials::new(1.5).expect_err("not a probability");
    assert_eq!(error.to_string(), "binomial: probability is 1.5, must be between 0 and 1");
}

/// Errors that a slip would make, each caught by the test that stands above.
#[test]
fn planted_errors_are_caught() {
    let exponential = reference::Exp::new(1.0).expect("valid");
    let normal = reference::Normal::new(0.0, 1.0).expect("valid");
    let binomial = reference::Binomial::new(0.05, 40).expect("valid");
    let mut s = stream(60);
    let two_percent = ks_ratio(|| 1.02 * s.exponential(), |x| exponential.cdf(x));
    let shifted = ks_ratio(|| s.normal() + 0.015, |x| normal.cdf(x));
    let wide = ks_ratio(|| 1.025 * s.normal(), |x| normal.cdf(x));
    // A wedge accepted without its test, as in a ziggurat that forgets it: 1 % of the draws.
    let layered = ks_ratio(
        || {
            let x = s.exponential();
            if s.uniform() < 0.01 { x * s.uniform() } else { x }
        },
        |x| exponential.cdf(x),
    );
    for (name, ratio) in
        [("scale", two_percent), ("shift", shifted), ("width", wide), ("wedge", layered)]
    {
        assert!(ratio > 1.0, "the {name} error passes at {ratio} of the critical value");
    }
    let trials = BernoulliTrials::new(0.0505).expect("valid");
    let ratio = chi_square_ratio(|| trials.successes(40, s.uniform()).into(), |k| binomial.cdf(k));
    assert!(ratio > 1.0, "a probability wrong by 1 % passes at {ratio}");
    let poisson = Poisson::new(2.0).expect("valid");
    let ratio = chi_square_ratio(|| poisson.sample(&mut s), |k| binomial.cdf(k));
    assert!(ratio > 1.0, "a Poisson in place of a binomial passes at {ratio}");
}
