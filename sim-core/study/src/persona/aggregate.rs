//! A population as demand: how much it uses against a typical population of its income group, and for what.
//!
//! The intensity of use of person i is u_i = A(age) E(schooling) O(occupation) D(specialism). With P the population and R the
//! typical one, both over adults,
//!
//! scale = ū_P / ū_R,   q_sk ∝ w_s w_k · (U_sk^P / U^P) / (U_sk^R / U^R),
//!
//! where U_sk is the use of sensitivity s and class k and w are the world's shares. So a typical population has scale one and the
//! world's shares: personas say how a nation differs, not how large the world's demand is. Sums run over cells in one fixed order.
//! Section 7.27 of `docs/model.md`; decisions 0050 and 0051.

use super::population::Population;
use super::rules::{CELLS, Rules, cell, place, rules};
use autarky_market::entity::nation::IncomeGroup;

/// The world's shares of demand by sensitivity and by class, in the order of the vocabularies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct World {
    /// By sensitivity, w_s.
    pub sensitivity: [f64; 3],
    /// By class, w_k.
    pub class: [f64; 3],
}

/// What a population demands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Mean intensity of use over adults, ū_P.
    pub mean: f64,
    /// Its standard error, were the people a random sample.
    pub standard_error: f64,
    /// Mean intensity of the typical population, ū_R.
    pub reference: f64,
    /// Shares of demand by sensitivity; `None` where nobody's use is known.
    pub sensitivity: Option<[f64; 3]>,
    /// By sensitivity: shares of its demand by class; `None` where it has no demand.
    pub classes: [Option<[f64; 3]>; 3],
}

impl Demand {
    /// The multiplier on the nation's reference demand.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.mean / self.reference
    }
}

/// Sums over weighted cells.
struct Sums {
    weight: f64,
    total: f64,
    squares: f64,
    segments: [[f64; 3]; 3],
}

fn measure(rules: &Rules, weights: impl Iterator<Item = f64>) -> Sums {
    let mut sums = Sums { weight: 0.0, total: 0.0, squares: 0.0, segments: [[0.0; 3]; 3] };
    for (c, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        let (at, u) = (place(c), rules.intensity[c]);
        if at[0] == 0 {
            continue;
        }
        sums.weight += weight;
        sums.total += weight * u;
        sums.squares += weight * u * u;
        let Some(shares) = rules.segments(at) else { continue };
        for (sum, share) in sums.segments.iter_mut().flatten().zip(shares.iter().flatten()) {
            *sum += weight * u * share;
        }
    }
    sums
}

fn typical(rules: &Rules, group: IncomeGroup) -> Sums {
    let mut weights = vec![0.0; CELLS];
    rules.typical_cells(group, |at, share| weights[cell(at)] += share);
    measure(rules, weights.into_iter())
}

/// Demand of a population against the typical one of an income group; `None` without adults.
#[must_use]
pub fn demand(population: &Population, group: IncomeGroup, world: &World) -> Option<Demand> {
    let rules = rules();
    let own = measure(rules, population.counts().iter().map(|n| *n as f64));
    if own.weight <= 0.0 {
        return None;
    }
    let reference = typical(rules, group);
    let mean = own.total / own.weight;
    let variance = (own.squares / own.weight - mean * mean).max(0.0);
    let mut q = own.segments;
    for ((q, typical), of_kind) in q.iter_mut().zip(reference.segments).zip(world.sensitivity) {
        for ((q, typical), of_class) in q.iter_mut().zip(typical).zip(world.class) {
            *q = of_kind * of_class * (*q / typical);
        }
    }
    let by_kind = q.map(|classes| classes.iter().sum::<f64>());
    Some(Demand {
        mean,
        standard_error: (variance / own.weight).sqrt(),
        reference: reference.total / reference.weight,
        sensitivity: shares(by_kind),
        classes: q.map(shares),
    })
}

/// Parts as shares of their sum.
fn shares(parts: [f64; 3]) -> Option<[f64; 3]> {
    let sum: f64 = parts.iter().sum();
    (sum > 0.0 && sum.is_finite()).then(|| parts.map(|part| part / sum))
}
