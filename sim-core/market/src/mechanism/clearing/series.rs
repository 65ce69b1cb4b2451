//! Rows of a block as vectors of an instruction set, and short series over them.
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

/// Coefficients of short series, in vectors.
pub(super) struct Series<S: Simd> {
    pub(super) five: S::f64s,
    /// `1/n` for `n` from 2 to 9.
    ln: [S::f64s; 8],
    /// `1/n!` for `n` from 1 to 10.
    exp: [S::f64s; 10],
}

impl<S: Simd> Series<S> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        let splat = |x| simd.splat_f64s(x);
        let ln = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0].map(|n: f64| splat(1.0 / n));
        let exp = [1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40_320.0, 362_880.0, 3_628_800.0];
        Self { five: splat(5.0), ln, exp: exp.map(|n: f64| splat(1.0 / n)) }
    }

    /// `ln(1+e)` to `e⁹`.
    #[inline(always)]
    pub(super) fn ln_1p(&self, simd: S, e: S::f64s) -> S::f64s {
        let [c2, c3, c4, c5, c6, c7, c8, c9] = self.ln;
        let (add, sub, mul) = (S::add_f64s, S::sub_f64s, S::mul_f64s);
        let square = mul(simd, e, e);
        let fourth = mul(simd, square, square);
        let low = sub(simd, c3, mul(simd, e, c4));
        let middle = mul(simd, square, sub(simd, c5, mul(simd, e, c6)));
        let high = add(simd, sub(simd, c7, mul(simd, e, c8)), mul(simd, square, c9));
        let tail = add(simd, add(simd, low, middle), mul(simd, fourth, high));
        add(simd, e, mul(simd, square, sub(simd, mul(simd, e, tail), c2)))
    }

    /// `e^z` to `z¹⁰`.
    #[inline(always)]
    pub(super) fn exp(&self, simd: S, z: S::f64s) -> S::f64s {
        let [one, c2, c3, c4, c5, c6, c7, c8, c9, c10] = self.exp;
        let (add, mul) = (S::add_f64s, S::mul_f64s);
        let square = mul(simd, z, z);
        let fourth = mul(simd, square, square);
        let low = add(simd, c3, mul(simd, z, c4));
        let middle = mul(simd, square, add(simd, c5, mul(simd, z, c6)));
        let end = mul(simd, square, add(simd, c9, mul(simd, z, c10)));
        let high = mul(simd, fourth, add(simd, add(simd, c7, mul(simd, z, c8)), end));
        let tail = mul(simd, z, add(simd, add(simd, low, middle), high));
        add(simd, one, add(simd, z, mul(simd, square, add(simd, c2, tail))))
    }
}
