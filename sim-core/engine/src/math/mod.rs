//! Elementary functions with the same bits in every build.
//!
//! `std` forwards `exp`, `ln` and the like to the platform's mathematical library, whose last bit
//! differs between machines. Here [`exp`], [`ln`] and [`pow`] are written with IEEE additions,
//! multiplications, one division and integer bit operations only, free of branches, so that a loop
//! over a slice vectorises inside `pulp::Arch::dispatch`; each lane has the bits of the scalar call.
//! (Dispatch a struct whose `with_simd` is always inlined: the call shim of a closure is not, and a
//! long loop left outside is compiled for the baseline.)
//! There is no fused multiply-add, because it rounds differently from a product and a sum. The
//! remaining functions are those of the `libm` crate, which is plain Rust as well.
//!
//! What this module does not do: correct rounding (errors are stated per function and tested
//! against `libm` in `tests/math.rs`), rounding modes, floating-point exception flags. NaN results
//! carry an unspecified sign and payload, so NaN must never enter state.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

mod exp;
mod ln;

pub use exp::exp;
pub use ln::ln;

/// `a` to the power `x` as `exp(x·ln a)`, for finite `a ≥ 0` and finite `x`.
///
/// The relative error is at most 1 + 2·|x·ln a| units in the last place, at about a quarter of
/// the time of a correctly rounded power. `pow(a, 0) = 1` for every `a`; `pow(0, x)` is 0 for `x > 0` and
/// infinite for `x < 0`; negative `a` gives NaN unless `x = 0`.
#[inline(always)]
#[must_use]
pub const fn pow(a: f64, x: f64) -> f64 {
    let power = exp(x * ln(a));
    if x == 0.0 { 1.0 } else { power }
}

/// `x²`, one rounding.
#[inline(always)]
#[must_use]
pub const fn square(x: f64) -> f64 {
    x * x
}

/// Square root, correctly rounded (IEEE 754).
#[inline(always)]
#[must_use]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// `ln(1 + x)`, accurate for small `x`; below 1 unit in the last place (`libm`).
#[must_use]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// `exp(x) − 1`, accurate for small `x`; below 1 unit in the last place (`libm`).
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Error function (`libm`).
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// Complementary error function `1 − erf(x)`, accurate in the upper tail (`libm`).
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Logarithm of the gamma function for `x > 0` (`libm`).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// Sine of an angle in radians (`libm`).
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of an angle in radians (`libm`).
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Hyperbolic tangent (`libm`).
#[must_use]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}
