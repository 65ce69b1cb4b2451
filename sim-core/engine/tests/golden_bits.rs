//! The bits of streams, samplers, elementary functions and statistics, as they were when the model
//! version was last raised.
//!
//! This says nothing about correctness (`math.rs`, `samplers.rs` do): it fails when bits change,
//! which needs a reason and a new model version. CI runs it in debug and in release builds, which
//! must agree. Each line: a name, the first values as hexadecimal bits, and a digest of many.

use autarky_engine::rng::{KeyedDraws, Stream, StreamKey, child_key, entity_key, one_shot};
use autarky_engine::sampler::{
    BernoulliTrials, Binomial, Discrete, Empirical, Exponential, Gamma, LogNormal, Normal, Pareto,
    Poisson, Weibull,
};
use autarky_engine::{math, stats};

const KEY: StreamKey = StreamKey { seed: 42, replication: 1, process: 2, entity: 3 };
const DRAWS: usize = 100_000;

/// Name, the first four values, and a digest of `DRAWS` values, which reaches the rare paths.
fn line(name: &str, mut value: impl FnMut() -> u64) -> String {
    let mut text = name.to_owned();
    let mut digest = 0_u64;
    for i in 0..DRAWS {
        let bits = value();
        if i < 4 {
            text = format!("{text} {bits:016x}");
        }
        digest = child_key(digest, bits);
    }
    format!("{text} … {digest:016x}\n")
}

fn streams() -> String {
    let mut s = Stream::new(KEY);
    let mut text = line("next_u64", || s.next_u64());
    text += &line("uniform", || s.uniform().to_bits());
    text += &line("uniform_open", || s.uniform_open().to_bits());
    text += &line("uniform_below", || s.uniform_below(3 << 62));
    text += &line("exponential", || s.exponential().to_bits());
    text += &line("normal", || s.normal().to_bits());
    let draws = KeyedDraws::new(KEY);
    let mut tick = 0..;
    text += &line("keyed", || draws.bits(tick.next().unwrap_or_default()));
    let mut entity = 0..;
    text += &line("one_shot", || {
        one_shot(StreamKey { entity: entity.next().unwrap_or_default(), ..KEY }, 9).to_bits()
    });
    let mut number = 0..1_000_000;
    text += &line("entity_key", || {
        entity_key(&format!("nation/EST/operator {}", number.next().unwrap_or_default()))
    });
    for name in ["", "EST", "seven b", "eight by", "nine byte"] {
        text = format!("{text}entity_key({name:?}) {:016x}\n", entity_key(name));
    }
    text + &format!("child_key(1, 2) {:016x}\n", child_key(1, 2))
}

fn samplers() -> String {
    let mut text = String::new();
    macro_rules! real {
        ($name:literal, $sampler:expr) => {
            let (own, mut s) = ($sampler.expect("valid"), Stream::new(KEY));
            text += &line($name, || own.sample(&mut s).to_bits());
        };
    }
    macro_rules! count {
        ($name:literal, $sampler:expr) => {
            let (own, mut s) = ($sampler.expect("valid"), Stream::new(KEY));
            text += &line($name, || own.sample(&mut s) as u64);
        };
    }
    real!("exponential(2.5)", Exponential::from_mean(2.5));
    real!("normal(1, 2)", Normal::new(1.0, 2.0));
    real!("lognormal(0.5, 1.5)", LogNormal::new(0.5, 1.5));
    real!("lognormal mean 3 cv 2", LogNormal::from_mean_cv(3.0, 2.0));
    real!("gamma(2.5, 2)", Gamma::new(2.5, 2.0));
    real!("gamma(0.3, 2)", Gamma::new(0.3, 2.0));
    real!("weibull(0.8, 3)", Weibull::new(0.8, 3.0));
    real!("pareto(1, 1.2)", Pareto::new(1.0, 1.2));
    real!("empirical", Empirical::from_observations(&[0.1, 0.7, 2.3, 9.9]));
    count!("poisson(1.7)", Poisson::new(1.7));
    count!("poisson(300)", Poisson::new(300.0));
    count!("binomial(40, 0.05)", Binomial::new(40, 0.05));
    count!("binomial(9000, 0.7)", Binomial::new(9000, 0.7));
    count!("discrete", Discrete::new(&[0.1, 0.7, 0.2]));
    let (mut s, draws) = (Stream::new(KEY), KeyedDraws::new(KEY));
    let mut tick = 0..;
    text += &line("successes", || {
        let trials = BernoulliTrials::new(s.uniform()).expect("valid");
        let n = s.uniform_below(200) as u32;
        trials.successes(n, draws.uniform(tick.next().unwrap_or_default())).into()
    });
    text
}

fn functions() -> String {
    let mut text = String::new();
    let mut function = |name: &str, low: f64, high: f64, f: &dyn Fn(f64) -> f64| {
        let mut s = Stream::new(KEY);
        text += &line(name, || f(low + (high - low) * s.uniform()).to_bits());
    };
    function("exp", -750.0, 711.0, &math::exp);
    function("ln", 0.0, 10.0, &math::ln);
    function("pow", 0.0, 10.0, &|x| math::pow(x, 2.7 - x));
    function("ln_1p", -0.9, 1.0, &math::ln_1p);
    function("exp_m1", -1.0, 1.0, &math::exp_m1);
    function("erf", -3.0, 3.0, &math::erf);
    function("erfc", -3.0, 10.0, &math::erfc);
    function("ln_gamma", 0.0, 100.0, &math::ln_gamma);
    function("sin", -10.0, 10.0, &math::sin);
    function("cos", -10.0, 10.0, &math::cos);
    function("tanh", -3.0, 3.0, &math::tanh);
    text
}

fn statistics() -> String {
    let mut text = String::new();
    let (mut s, mut moments) = (Stream::new(KEY), stats::Welford::new());
    let mut sketch = stats::QuantileSketch::new(0.01).expect("valid");
    let mut paired = stats::Paired::new();
    for _ in 0..DRAWS {
        let (x, y) = (s.normal(), s.exponential());
        moments.push(x);
        sketch.push(x).expect("finite");
        paired.push(x + y, y);
    }
    let values = [
        ("mean", Some(moments.mean())),
        ("variance", moments.variance()),
        ("half width", moments.interval(0.95).map(|i| i.half_width)),
        ("median", sketch.quantile(0.5)),
        ("upper percentile", sketch.quantile(0.99)),
        ("correlation", paired.correlation()),
        ("variance removed", paired.variance_removed()),
        ("t of 3", stats::student_t_quantile(0.975, 3)),
        ("t of 999", stats::student_t_quantile(0.975, 999)),
        ("t of 1e6", stats::student_t_quantile(0.975, 1_000_000)),
    ];
    for (name, value) in values {
        text = format!("{text}{name} {:016x}\n", value.expect("defined").to_bits());
    }
    text
}

fn assert_golden(produced: &str, golden: &str) {
    assert!(produced == golden, "bits changed; the file would now read:\n{produced}");
}

#[test]
fn bits_of_streams_are_as_recorded() {
    assert_golden(&streams(), include_str!("golden/streams.txt"));
}

#[test]
fn bits_of_samplers_are_as_recorded() {
    assert_golden(&samplers(), include_str!("golden/samplers.txt"));
}

#[test]
fn bits_of_functions_are_as_recorded() {
    assert_golden(&functions(), include_str!("golden/functions.txt"));
}

#[test]
fn bits_of_statistics_are_as_recorded() {
    assert_golden(&statistics(), include_str!("golden/statistics.txt"));
}
