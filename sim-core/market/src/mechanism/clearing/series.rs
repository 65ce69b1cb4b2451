//! Rows of a block as vectors of an instruction set, and a short series over them.
//!
//! Every operation is one IEEE addition or multiplication per element, never fused, so results have the
//! same bits for any vector length.
#![expect(clippy::inline_always, reason = "a call boundary would stop loops from vectorising")]

use pulp::Simd;

use super::layout::{Block, LANES};

/// How the rows of a block fall into vectors of an instruction set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Vectors in a row of [`LANES`].
    pub(super) parts: usize,
    pub(super) offers: usize,
}

impl Rows {
    #[inline(always)]
    pub(super) fn of<S: Simd>(block: &Block) -> Self {
        Self { parts: LANES / S::F64_LANES, offers: block.offers }
    }

    /// Vectors of one segment.
    #[inline(always)]
    pub(super) fn width(self) -> usize {
        self.offers * self.parts
    }

    /// Places of the offers of a vector of segments: among pairs and among offers.
    #[inline(always)]
    pub(super) fn of_segment(self, vector: usize) -> impl Iterator<Item = (usize, usize)> {
        let (segment, part) = (vector / self.parts, vector % self.parts);
        let start = segment * self.width();
        (0..self.offers).map(move |offer| {
            let place = offer * self.parts + part;
            (start + place, place)
        })
    }
}

/// Terms of the binomial series that are summed, after the first.
pub(super) const TERMS: usize = 10;

/// Largest `|e|·(10 + |p|)` for which [`power`] is used. The first term left out, `C(p,11)·e¹¹`, is then below 1e-13
/// for `p` from −20 to 0: most at −20, where `C(30,11)·0.013¹¹` is 1e-13.
pub(super) const REACH: f64 = 0.39;

/// `C(p, n)` for `n` from 1 to [`TERMS`].
pub(super) fn binomial(power: f64) -> [f64; TERMS] {
    let mut last = 1.0;
    let mut n = 0.0;
    [(); TERMS].map(|()| {
        last *= (power - n) / (n + 1.0);
        n += 1.0;
        last
    })
}

/// `(1+e)^p` to `e¹⁰` by the coefficients of [`binomial`], pairwise for short chains.
#[inline(always)]
pub(super) fn power<S: Simd>(
    simd: S,
    terms: &[S::f64s; TERMS],
    one: S::f64s,
    e: S::f64s,
) -> S::f64s {
    let [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = *terms;
    let (add, mul) = (S::add_f64s, S::mul_f64s);
    let pair = |even, odd| add(simd, even, mul(simd, e, odd));
    let square = mul(simd, e, e);
    let fourth = mul(simd, square, square);
    let low = add(simd, pair(c1, c2), mul(simd, square, pair(c3, c4)));
    let middle = add(simd, pair(c5, c6), mul(simd, square, pair(c7, c8)));
    let high = add(simd, middle, mul(simd, fourth, pair(c9, c10)));
    add(simd, one, mul(simd, e, add(simd, low, mul(simd, fourth, high))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use autarky_engine::math::pow;
    use pulp::Scalar;

    #[test]
    fn the_series_is_the_power_within_its_reach() {
        for p in [-20.0, -12.0, -4.0, -1.0, -0.05, -1e-9] {
            let terms = binomial(p);
            for share in [-1.0, -0.3, 0.0, 1e-6, 0.5, 1.0] {
                let e = share * REACH / (10.0 - p);
                let (here, there) = (power(Scalar::new(), &terms, 1.0, e), pow(1.0 + e, p));
                assert!((here / there - 1.0).abs() < 2e-13, "{p} {e}: {here} {there}");
            }
        }
    }
}
