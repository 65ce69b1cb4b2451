//! Exponential and normal variates by the ziggurat (Marsaglia and Tsang 2000).
//!
//! The density's graph is covered by 255 rectangles and a base of equal area. One 64-bit draw gives
//! the layer (low 8 bits), a point in it (high 53 bits, the last one set, so that a variate is
//! never 0) and, for the normal, the sign; layer and point share no bits (Doornik 2005). In 98.9 % of
//! draws the point lies inside the next rectangle and an integer comparison accepts it. The tables
//! are evaluated by the compiler from the two published constants of each ziggurat.

use crate::math;
use crate::rng::Stream;

const LAYERS: usize = 256;
/// Where the tail begins.
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
/// Area of a layer under the unnormalised density.
const EXPONENTIAL_AREA: f64 = 0.003_949_659_822_581_557;
const NORMAL_AREA: f64 = 0.004_928_673_233_974_655;

#[derive(Clone, Copy)]
struct Layer {
    /// Width of the layer over the number of points in it.
    scale: f64,
    /// Points below this lie inside the next layer, so under the density.
    inside: u64,
}

struct Ziggurat {
    layers: [Layer; LAYERS],
    /// Density at the right end of each layer, and 1 at the top.
    density: [f64; LAYERS + 1],
}

/// Right ends of the layers: the base as wide as its area asks, the tail's start, …, 0.
const fn edges(tail: f64, area: f64, is_normal: bool) -> [f64; LAYERS + 1] {
    let mut x = [0.0; LAYERS + 1];
    x[0] = area / density(tail, is_normal);
    x[1] = tail;
    let mut i = 2;
    while i < LAYERS {
        let minus_ln = -math::ln(density(x[i - 1], is_normal) + area / x[i - 1]);
        x[i] = if is_normal { math::exp(0.5 * math::ln(2.0 * minus_ln)) } else { minus_ln };
        i += 1;
    }
    x
}

const fn density(x: f64, is_normal: bool) -> f64 {
    math::exp(if is_normal { -0.5 * x * x } else { -x })
}

const fn build(tail: f64, area: f64, points: f64, is_normal: bool) -> Ziggurat {
    let x = edges(tail, area, is_normal);
    let mut layers = [Layer { scale: 0.0, inside: 0 }; LAYERS];
    let mut heights = [1.0; LAYERS + 1];
    let mut i = 0;
    while i < LAYERS {
        layers[i] = Layer { scale: x[i] / points, inside: (x[i + 1] / x[i] * points) as u64 };
        heights[i] = density(x[i], is_normal);
        i += 1;
    }
    Ziggurat { layers, density: heights }
}

static EXPONENTIAL: Ziggurat =
    build(EXPONENTIAL_TAIL, EXPONENTIAL_AREA, 9_007_199_254_740_992.0, false);
/// Half the points, because a bit is spent on the sign.
static NORMAL: Ziggurat = build(NORMAL_TAIL, NORMAL_AREA, 4_503_599_627_370_496.0, true);

/// Whether a uniform point of layer `i` > 0 beyond its inside lies under the density.
fn under_density(table: &Ziggurat, i: usize, density: f64, stream: &mut Stream) -> bool {
    let (low, high) = (table.density[i], table.density[i + 1]);
    low + (high - low) * stream.uniform() < density
}

/// Point of the exponential's layer: the layer, the variate, and whether it is inside.
#[inline]
fn exponential_point(stream: &mut Stream) -> (usize, f64, bool) {
    let bits = stream.next_u64();
    let i = (bits & 0xff) as usize;
    let layer = &EXPONENTIAL.layers[i];
    let point = (bits >> 11) | 1;
    (i, point.cast_signed() as f64 * layer.scale, point < layer.inside)
}

/// Exponential with mean 1, positive.
#[inline]
pub(crate) fn exponential(stream: &mut Stream) -> f64 {
    let (i, x, inside) = exponential_point(stream);
    if inside { x } else { exponential_edge(stream, i, x) }
}

#[cold]
fn exponential_edge(stream: &mut Stream, mut i: usize, mut x: f64) -> f64 {
    let mut offset = 0.0;
    loop {
        if i == 0 {
            // Without memory: beyond the tail's start lies another exponential.
            offset += EXPONENTIAL_TAIL;
        } else if under_density(&EXPONENTIAL, i, math::exp(-x), stream) {
            return offset + x;
        }
        let inside;
        (i, x, inside) = exponential_point(stream);
        if inside {
            return offset + x;
        }
    }
}

#[inline]
fn normal_point(stream: &mut Stream) -> (usize, f64, bool) {
    let bits = stream.next_u64();
    let i = (bits & 0xff) as usize;
    let layer = &NORMAL.layers[i];
    let point = (bits.cast_signed() >> 11) | 1;
    (i, point as f64 * layer.scale, point.unsigned_abs() < layer.inside)
}

/// Standard normal.
#[inline]
pub(crate) fn normal(stream: &mut Stream) -> f64 {
    let (i, x, inside) = normal_point(stream);
    if inside { x } else { normal_edge(stream, i, x) }
}

#[cold]
fn normal_edge(stream: &mut Stream, mut i: usize, mut x: f64) -> f64 {
    loop {
        if i == 0 {
            return normal_tail(stream).copysign(x);
        }
        if under_density(&NORMAL, i, math::exp(-0.5 * x * x), stream) {
            return x;
        }
        let inside;
        (i, x, inside) = normal_point(stream);
        if inside {
            return x;
        }
    }
}

/// The normal beyond the tail's start (Marsaglia 1964).
fn normal_tail(stream: &mut Stream) -> f64 {
    loop {
        let x = exponential(stream) / NORMAL_TAIL;
        if 2.0 * exponential(stream) > x * x {
            return NORMAL_TAIL + x;
        }
    }
}
