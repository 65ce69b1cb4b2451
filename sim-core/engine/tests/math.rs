//! Own elementary functions against references: arithmetic in double-double (some 100 bits), and
//! the `libm` crate, whose error is below 1 unit in the last place (ulp).
//!
//! The points are drawn from fixed streams, so nothing here is stochastic: a bound holds or not.

use std::hint::black_box;

use autarky_engine::math;
use autarky_engine::rng::{Stream, StreamKey};

fn points(entity: u64) -> Stream {
    Stream::new(StreamKey { seed: 2026, replication: 0, process: 0, entity })
}

/// Bits as integers in the order of the numbers, so that a difference counts ulps.
fn rank(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    if bits < 0 { i64::MIN - bits } else { bits }
}

fn ulps_apart(a: f64, b: f64) -> u64 {
    rank(a).abs_diff(rank(b))
}

fn ulp_of(x: f64) -> f64 {
    x.abs().next_up() - x.abs()
}

/// A number as an unevaluated sum of two doubles.
#[derive(Clone, Copy)]
struct Double {
    head: f64,
    tail: f64,
}

impl Double {
    const LN_2: Self =
        Self { head: std::f64::consts::LN_2, tail: f64::from_bits(0x3c7a_bc9e_3b39_803f) };

    /// Exact sum of two doubles (Knuth).
    fn sum(a: f64, b: f64) -> Self {
        let head = a + b;
        let shift = head - a;
        Self { head, tail: (a - (head - shift)) + (b - shift) }
    }

    /// Exact product of two doubles (Dekker, Veltkamp's splitting).
    fn product(a: f64, b: f64) -> Self {
        let split = |x: f64| {
            let high = 134_217_729.0 * x;
            let high = high - (high - x);
            (high, x - high)
        };
        let head = a * b;
        let ((a1, a2), (b1, b2)) = (split(a), split(b));
        Self { head, tail: ((a1 * b1 - head) + a1 * b2 + a2 * b1) + a2 * b2 }
    }

    fn plus(self, other: Self) -> Self {
        let sum = Self::sum(self.head, other.head);
        Self::sum(sum.head, sum.tail + self.tail + other.tail)
    }

    fn times(self, other: Self) -> Self {
        let product = Self::product(self.head, other.head);
        let cross = self.head * other.tail + self.tail * other.head;
        Self::sum(product.head, product.tail + cross)
    }

    fn over(self, divisor: f64) -> Self {
        let head = self.head / divisor;
        let rest = Self::product(head, -divisor);
        Self::sum(head, ((self.head + rest.head) + rest.tail + self.tail) / divisor)
    }

    /// `e^self` for moderate arguments: `2^k` times the Taylor series of the rest over 2^8, squared
    /// eight times.
    fn exp(self) -> Self {
        let k = (self.head / std::f64::consts::LN_2).round();
        let multiple = Self::LN_2.times(Self { head: -k, tail: 0.0 });
        let r = self.plus(multiple);
        let r = Self { head: r.head / 256.0, tail: r.tail / 256.0 };
        let one = Self { head: 1.0, tail: 0.0 };
        let mut series = one;
        for n in (1..=12_u32).rev() {
            series = one.plus(series.times(r).over(f64::from(n)));
        }
        for _ in 0..8 {
            series = series.times(series);
        }
        let scale = f64::from_bits(((k as i64 + 1023).cast_unsigned()) << 52);
        Self { head: series.head * scale, tail: series.tail * scale }
    }
}

/// Error of `value` against the reference, in ulps of the reference.
fn error_in_ulps(value: f64, reference: Double) -> f64 {
    ((value - reference.head) - reference.tail).abs() / ulp_of(reference.head)
}

#[test]
fn exp_is_within_one_ulp() {
    let mut draws = points(1);
    let mut worst = 0.0_f64;
    for i in 0..400_000 {
        let scale = [700.0, 40.0, 1.0, 0.4, 1e-6][i % 5];
        let x = (2.0 * draws.uniform() - 1.0) * scale;
        let error = error_in_ulps(math::exp(x), Double { head: x, tail: 0.0 }.exp());
        worst = worst.max(error);
    }
    println!("exp: {worst:.3} ulp");
    assert!(worst < 1.0, "exp is off by {worst} ulp");
    assert!(worst > 0.5, "the reference is suspiciously close: {worst} ulp");
}

#[test]
fn ln_is_within_one_ulp() {
    let mut draws = points(2);
    let mut worst = 0.0_f64;
    for i in 0..400_000 {
        let x = match i % 4 {
            0 => math::exp(1_380.0 * draws.uniform() - 690.0),
            1 => draws.uniform_open(),
            2 => 0.7 + 0.8 * draws.uniform(),
            _ => 1.0 + (draws.uniform() - 0.5) * 1e-3,
        };
        let y = math::ln(x);
        // The error e of y solves x·exp(−y) = exp(e).
        let ratio = Double { head: -y, tail: 0.0 }.exp().times(Double { head: x, tail: 0.0 });
        let error = (ratio.head - 1.0) + ratio.tail;
        worst = worst.max(error.abs() / ulp_of(y));
    }
    println!("ln: {worst:.3} ulp");
    assert!(worst < 1.0, "ln is off by {worst} ulp");
    assert!(worst > 0.5, "the reference is suspiciously close: {worst} ulp");
}

#[test]
fn exp_and_ln_follow_libm_on_every_scale_of_argument() {
    let mut draws = points(3);
    for _ in 0..2_000_000 {
        // Random bits: every exponent, subnormals included; the sign is spent on exp.
        let x = f64::from_bits(draws.next_u64());
        if x.is_nan() {
            continue;
        }
        let (e, l) = (math::exp(x), math::ln(x.abs()));
        assert!(ulps_apart(e, libm::exp(x)) <= 2, "exp({x:e}) = {e:e}");
        assert!(ulps_apart(l, libm::log(x.abs())) <= 2, "ln({x:e}) = {l:e}");
    }
    for _ in 0..2_000_000 {
        let x = 1_460.0 * draws.uniform() - 748.0;
        assert!(ulps_apart(math::exp(x), libm::exp(x)) <= 2, "exp({x})");
        let small = f64::from_bits(draws.next_u64() >> 12);
        assert!(ulps_apart(math::ln(small), libm::log(small)) <= 2, "ln({small:e})");
    }
}

#[test]
fn special_arguments_meet_the_stated_contract() {
    let bits = |x: f64| x.to_bits();
    assert_eq!(bits(math::exp(0.0)), bits(1.0));
    assert_eq!(bits(math::exp(-0.0)), bits(1.0));
    assert_eq!(bits(math::exp(f64::INFINITY)), bits(f64::INFINITY));
    assert_eq!(bits(math::exp(f64::NEG_INFINITY)), bits(0.0));
    assert_eq!(bits(math::exp(f64::MAX)), bits(f64::INFINITY));
    assert_eq!(bits(math::exp(f64::MIN)), bits(0.0));
    assert_eq!(bits(math::exp(f64::from_bits(1))), bits(1.0));
    assert!(math::exp(f64::NAN).is_nan() && math::exp(-f64::NAN).is_nan());
    // The last arguments before overflow, and before the result rounds to 0.
    assert!(math::exp(709.782_712_893_384).is_finite());
    assert_eq!(bits(math::exp(709.782_712_893_384_1)), bits(f64::INFINITY));
    assert_eq!(bits(math::exp(-745.133_219_101_941_1)), 1);
    assert_eq!(bits(math::exp(-745.133_219_101_941_3)), bits(0.0));

    assert_eq!(bits(math::ln(1.0)), bits(0.0));
    assert_eq!(bits(math::ln(0.0)), bits(f64::NEG_INFINITY));
    assert_eq!(bits(math::ln(-0.0)), bits(f64::NEG_INFINITY));
    assert_eq!(bits(math::ln(f64::INFINITY)), bits(f64::INFINITY));
    for bad in [-1.0, -f64::MIN_POSITIVE, -f64::from_bits(1), f64::NEG_INFINITY, f64::NAN] {
        assert!(math::ln(bad).is_nan(), "ln({bad:e})");
    }

    assert_eq!(bits(math::pow(0.0, 0.0)), bits(1.0));
    assert_eq!(bits(math::pow(0.0, 2.5)), bits(0.0));
    assert_eq!(bits(math::pow(0.0, -2.5)), bits(f64::INFINITY));
    assert_eq!(bits(math::pow(1.0, 1e300)), bits(1.0));
    assert!(math::pow(-2.0, 2.0).is_nan());
}

#[test]
fn pow_keeps_its_stated_error() {
    let mut draws = points(4);
    let mut worst = 0.0_f64;
    for _ in 0..500_000 {
        let a = math::exp(60.0 * draws.uniform() - 30.0);
        let x = 20.0 * draws.uniform() - 10.0;
        let bound = 1.0 + 2.0 * (x * math::ln(a)).abs();
        let error = ulps_apart(math::pow(a, x), libm::pow(a, x)) as f64;
        // One ulp more for the reference's own rounding.
        assert!(error <= bound + 1.0, "pow({a:e}, {x}) is off by {error} ulp");
        worst = worst.max(error / bound);
    }
    assert!(worst > 0.2, "the bound is far from the truth: {worst}");
}

/// Walks over neighbouring doubles around `x` and checks that `f` never falls.
fn never_falls_around(x: f64, f: impl Fn(f64) -> f64) {
    let mut x = x;
    for _ in 0..500 {
        x = x.next_down();
    }
    let mut last = f(x);
    for _ in 0..1_000 {
        x = x.next_up();
        let now = f(x);
        assert!(now >= last, "falls at {x:e}");
        last = now;
    }
}

#[test]
fn exp_and_ln_never_fall_between_neighbours() {
    let mut draws = points(5);
    for k in -1070..1020 {
        let k = f64::from(k);
        // Where the reduced argument changes side, and somewhere in between.
        never_falls_around((k + 0.5) * std::f64::consts::LN_2, math::exp);
        never_falls_around((k + draws.uniform()) * std::f64::consts::LN_2, math::exp);
        let power = f64::from_bits((draws.next_u64() % 2046 + 1) << 52);
        never_falls_around(power, math::ln);
        never_falls_around(power * std::f64::consts::SQRT_2 * 0.5, math::ln);
    }
    never_falls_around(1.0, math::ln);
    never_falls_around(1e-300, math::exp);
    never_falls_around(-1e-300, math::exp);
}

/// A power with a fixed exponent, as prices and shares use it.
#[expect(clippy::inline_always, reason = "the instruction set ends where inlining ends")]
#[inline(always)]
fn power(x: f64) -> f64 {
    math::pow(x.abs(), 0.37)
}

/// The loops under test, compiled once for the baseline and once for each instruction set.
struct Lanes<'a> {
    x: &'a [f64],
    out: [&'a mut [f64]; 3],
}

impl pulp::WithSimd for Lanes<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "the instruction set ends where inlining ends")]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let [e, l, p] = self.out;
        for (out, x) in e.iter_mut().zip(self.x) {
            *out = math::exp(*x);
        }
        for (out, x) in l.iter_mut().zip(self.x) {
            *out = math::ln(x.abs());
        }
        for (out, x) in p.iter_mut().zip(self.x) {
            *out = power(*x);
        }
    }
}

#[test]
fn vector_lanes_have_the_bits_of_single_calls() {
    let mut draws = points(6);
    let mut x: Vec<f64> = (0..4_099).map(|_| 1_600.0 * draws.uniform() - 800.0).collect();
    x.extend([0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::from_bits(1), 1.0]);
    let n = x.len();
    let (mut e, mut l, mut p) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    pulp::Arch::new().dispatch(Lanes { x: &x, out: [&mut e, &mut l, &mut p] });
    for i in 0..n {
        let x = black_box(x[i]);
        let single = [math::exp(x), math::ln(x.abs()), power(x)].map(|y| black_box(y).to_bits());
        assert_eq!([e[i], l[i], p[i]].map(f64::to_bits), single, "at {x}");
    }
}
