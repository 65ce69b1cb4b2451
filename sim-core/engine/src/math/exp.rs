//! The exponential function without branches.
//!
//! `exp(x) = 2^k · exp(r)` with `k` the integer nearest to `x / ln 2` and `r = x − k·ln 2`, so
//! |r| ≤ 0.347. `ln 2` is split in a head of 33 bits, whose product with `k` is exact, and a tail
//! (Cody and Waite 1980). `exp(r)` is its Taylor polynomial of degree 13, whose truncation error is
//! below 0.02 units in the last place, evaluated pairwise (Estrin) for short dependency chains.

/// 1.5·2^52: adding it rounds to an integer that then sits in the low mantissa bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_TAIL: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// `1/n!` for the Taylor polynomial.
const fn inverse_factorial(n: u32) -> f64 {
    let mut product = 1.0;
    let mut i = 2;
    while i <= n {
        product *= i as f64;
        i += 1;
    }
    1.0 / product
}

const C: [f64; 14] = {
    let mut table = [1.0; 14];
    let mut n = 0;
    while n < 14 {
        table[n] = inverse_factorial(n as u32);
        n += 1;
    }
    table
};

/// `2^n` for an integer `n` from −1022 to 1023, given as a float.
#[inline(always)]
const fn power_of_two(n: f64) -> f64 {
    f64::from_bits((n + (ROUND + 1023.0)).to_bits() << 52)
}

/// `e^x`, within 1 unit in the last place (1.5 where the result is subnormal).
///
/// `exp(±0) = 1`, `exp(∞) = ∞`, `exp(−∞) = 0`, NaN gives NaN. Results above the largest finite
/// number are infinite, those below half the smallest subnormal are 0; nothing traps.
#[inline(always)]
#[must_use]
pub const fn exp(x: f64) -> f64 {
    // Both bounds lie beyond overflow and underflow; NaN fails both comparisons and passes through.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let k = (x * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - k * LN2_HEAD) - k * LN2_TAIL;
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (C[2] + r * C[3]) + r2 * (C[4] + r * C[5]);
    let middle = (C[6] + r * C[7]) + r2 * (C[8] + r * C[9]);
    let high = (C[10] + r * C[11]) + r2 * (C[12] + r * C[13]);
    let tail = r2 * (low + r4 * (middle + r4 * high));
    let mantissa = 1.0 + (r + tail);
    // Two factors, so that k = 1024 and subnormal results need no case of their own.
    let half = (k * 0.5 + ROUND) - ROUND;
    mantissa * power_of_two(half) * power_of_two(k - half)
}
