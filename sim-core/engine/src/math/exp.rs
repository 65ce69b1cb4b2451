//! The exponential function without branches.
//!
//! `exp(x) = 2^k · exp(r)` with `k` the integer nearest to `x / ln 2` and `r = x − k·ln 2`, so
//! |r| ≤ 0.347. `ln 2` is split in a head of 33 bits, whose product with `k` is exact, and a tail
//! (Cody and Waite 1980). `exp(r)` is `1 + r + r²/2` and a minimax polynomial to degree 11, whose
//! error is below 0.03 units in the last place, evaluated pairwise (Estrin) for short chains.

/// 1.5·2^52: adding it rounds to an integer that then sits in the low mantissa bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const LN2_HEAD: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_TAIL: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Coefficients of r³ to r¹¹: weighted minimax on |r| ≤ 0.347, relative error 5.8e-18.
const C: [f64; 9] = [
    f64::from_bits(0x3fc5_5555_5555_5501),
    f64::from_bits(0x3fa5_5555_5555_3206),
    f64::from_bits(0x3f81_1111_1112_8880),
    f64::from_bits(0x3f56_c16c_17cc_378f),
    f64::from_bits(0x3f2a_01a0_11c2_17d2),
    f64::from_bits(0x3efa_019a_b2c5_92a4),
    f64::from_bits(0x3ec7_1df5_543a_d6b0),
    f64::from_bits(0x3e92_89f8_bb03_364d),
    f64::from_bits(0x3e5a_d201_55dc_43d8),
];

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
    let low = (0.5 + r * C[0]) + r2 * (C[1] + r * C[2]);
    let middle = (C[3] + r * C[4]) + r2 * (C[5] + r * C[6]);
    let high = C[7] + r * C[8];
    let tail = r2 * (low + r4 * (middle + r4 * high));
    let mantissa = 1.0 + (r + tail);
    // Two factors, so that k = 1024 and subnormal results need no case of their own.
    let half = (k * 0.5 + ROUND) - ROUND;
    mantissa * power_of_two(half) * power_of_two(k - half)
}
