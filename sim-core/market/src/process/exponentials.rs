//! Many exponentials or logarithms at once: loops over slices, compiled for the best instruction set, with the bits of
//! `math::exp` and `math::ln` on each.
#![expect(clippy::inline_always, reason = "a call boundary would stop the loop from vectorising")]

use autarky_engine::math;
use pulp::{Arch, Simd, WithSimd};

struct Exponentials<'a>(&'a mut [f64]);

struct Logarithms<'a>(&'a mut [f64]);

impl WithSimd for Logarithms<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = math::ln(*x);
        }
    }
}

impl WithSimd for Exponentials<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for x in self.0 {
            *x = math::exp(*x);
        }
    }
}

/// `x ← e^x` for every element.
pub fn exponentials(values: &mut [f64]) {
    Arch::new().dispatch(Exponentials(values));
}

/// `x ← ln x` for every element.
pub fn logarithms(values: &mut [f64]) {
    Arch::new().dispatch(Logarithms(values));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_bits_of_the_function_alone() {
        let values: Vec<f64> = (-500..500).map(|i| f64::from(i) * 0.731).collect();
        let mut all = values.clone();
        exponentials(&mut all);
        assert!(values.iter().zip(&all).all(|(x, y)| math::exp(*x).to_bits() == y.to_bits()));
        let exponentials = all.clone();
        logarithms(&mut all);
        let pairs = exponentials.iter().zip(&all);
        assert!(pairs.into_iter().all(|(x, y)| math::ln(*x).to_bits() == y.to_bits()));
    }
}
