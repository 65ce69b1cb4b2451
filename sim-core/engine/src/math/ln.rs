//! The natural logarithm without branches.
//!
//! `x = 2^k · m` with `m` in [√½, √2), then `ln m` from the series in `s = f/(2 + f)`, `f = m − 1`,
//! with the minimax coefficients and the order of summation of FreeBSD's `e_log.c` (Sun
//! Microsystems 1993), whose error is below 1 unit in the last place. Subnormal arguments are
//! scaled and special values selected, never branched on.

const TWO_54: f64 = 18_014_398_509_481_984.0;
/// Bits of 2^52: or-ing a small integer into them makes the float 2^52 + that integer.
const TWO_52_BITS: u64 = 0x4330_0000_0000_0000;
const BIAS: f64 = 4_503_599_627_370_496.0 + 1023.0;
/// Bits of √½, cut to the head word.
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_0000_0000;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA_BITS: u64 = 0x000f_ffff_ffff_ffff;
const LN2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_TAIL: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// Minimax coefficients of `(ln(1+s) − ln(1−s))/s − 2` in `s²`.
const L: [f64; 7] = [
    f64::from_bits(0x3fe5_5555_5555_5593),
    f64::from_bits(0x3fd9_9999_9997_fa04),
    f64::from_bits(0x3fd2_4924_9422_9359),
    f64::from_bits(0x3fcc_71c5_1d8e_78af),
    f64::from_bits(0x3fc7_4664_96cb_03de),
    f64::from_bits(0x3fc3_9a09_d078_c69f),
    f64::from_bits(0x3fc2_f112_df3e_5244),
];

/// Natural logarithm, within 1 unit in the last place.
///
/// `ln(1) = +0`, `ln(±0) = −∞`, `ln(∞) = ∞`; negative numbers and NaN give NaN.
#[inline(always)]
#[must_use]
pub const fn ln(x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * TWO_54 } else { x };
    let bias = if subnormal { BIAS + 54.0 } else { BIAS };
    let bits = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = f64::from_bits((bits >> 52) | TWO_52_BITS) - bias;
    let m = f64::from_bits((bits & MANTISSA_BITS) + SQRT_HALF_BITS);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (L[1] + w * (L[3] + w * L[5]));
    let odd = z * (L[0] + w * (L[2] + w * (L[4] + w * L[6])));
    let half_square = 0.5 * f * f;
    let tail = s * (half_square + (odd + even)) + k * LN2_TAIL;
    let finite = k * LN2_HEAD - ((half_square - tail) - f);
    let positive = if x == 0.0 { f64::NEG_INFINITY } else { finite };
    let ordered = if x > f64::MAX { f64::INFINITY } else { positive };
    if x >= 0.0 { ordered } else { f64::NAN }
}
