//! Consumer surplus of a clearing.
//!
//! `CS_s = (∫ demand dP from market prices up to choke) · served/demanded`: the rationed are a random
//! draw (G. Brown and M. Johnson, American Economic Review 59, 1969, 119–128). Prices are perceived
//! ones, so waiting is charged to the buyer, once. Two integrals are offered:
//!
//! - [`one_index`]: `∫ D_ref·(p/P_ref)^(−η)·min(1, (choke−p)/(δ·choke)) dp` over the index `p` from
//!   `P_s` to choke, in closed form;
//! - [`along_path`]: `∫ Σ_o x_so dP_so` along the path on which all prices rise in proportion, each until
//!   it reaches choke, by Gauss–Legendre quadrature between its kinks.
//!
//! Logit quantities are not the gradient of their index where prices differ, so the two differ: the
//! index weighs by `P_s` what the path weighs by the mean price paid, and overstates the surplus by
//! about `exp((θ−1)·s²/2)` at a spread `s` of log prices: 8 to 16 % at `s = 0.3`, `θ` from 3 to 4.5.

use autarky_engine::math::{exp, ln, pow};

use super::layout::{LANES, Structure};
use super::outcome::Outcome;
use super::problem::DemandCurve;

/// Nodes and weights of Gauss–Legendre quadrature of order 8 on [−1, 1]; symmetric.
const NODES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// Panels are at most this wide in the logarithm of the price.
const PANEL: f64 = 0.5;

/// Surplus of demand `demand` (H100e at the reference price) at price index `index` (USD per
/// H100e-hour), in USD per hour, before rationing; 0 at or above choke.
#[must_use]
pub fn index_integral(curve: &DemandCurve, demand: f64, index: f64) -> f64 {
    let choke = curve.choke_price;
    if index >= choke || demand <= 0.0 {
        return 0.0;
    }
    let edge = (1.0 - curve.taper) * choke;
    let flat = if index < edge { power_integral(curve, 0.0, index, edge) } else { 0.0 };
    let from = if index < edge { edge } else { index };
    let zeroth = power_integral(curve, 0.0, from, choke);
    let first = power_integral(curve, 1.0, from, choke);
    let tapered = (choke * zeroth - first) / (curve.taper * choke);
    demand * (flat + if tapered > 0.0 { tapered } else { 0.0 })
}

/// `∫ p^n·(p/P_ref)^(−η) dp` from `low` to `high`, stable where `n + 1 − η` is near zero.
fn power_integral(curve: &DemandCurve, n: f64, low: f64, high: f64) -> f64 {
    let power = n + 1.0 - curve.elasticity;
    let width = ln(high / low);
    let growth = power * width;
    let mean = if growth.abs() < 1e-5 {
        width * (1.0 + 0.5 * growth)
    } else {
        autarky_engine::math::exp_m1(growth) / power
    };
    pow(low / curve.reference_price, -curve.elasticity) * pow(low, n + 1.0) * mean
}

/// Consumer surplus of a segment (USD per hour) by the one-index integral, rationed.
#[must_use]
pub fn one_index(structure: &Structure, outcome: &Outcome, segment: usize) -> f64 {
    let flow = outcome.segment(structure, segment);
    let curve = &structure.problem.segments[segment].curve;
    let whole = index_integral(curve, flow.reference_demand, flow.price_index);
    whole * served_share(structure, outcome, segment)
}

/// Consumer surplus of a segment (USD per hour) by the path integral, rationed.
#[must_use]
pub fn along_path(structure: &Structure, outcome: &Outcome, segment: usize) -> f64 {
    let place = structure.segment_at[segment] as usize;
    let offers = structure.offers_of(place);
    let curve = &structure.problem.segments[segment].curve;
    let demand =
        outcome.demand[place] * pow(curve.choke_price / curve.reference_price, -curve.elasticity);
    let path = Path { outcome, offers, curve, demand };
    path.integral() * curve.choke_price * served_share(structure, outcome, segment)
}

/// Served over demanded, backlog served counting first as this tick's; at most one.
fn served_share(structure: &Structure, outcome: &Outcome, segment: usize) -> f64 {
    let offers = structure.offers_of(structure.segment_at[segment] as usize);
    let (mut served, mut offered) = (0.0, 0.0);
    for place in offers.places() {
        served += outcome.served[place];
        offered += outcome.offered[place];
    }
    let share = if offered > 0.0 { served / offered } else { 0.0 };
    if share < 1.0 { share } else { 1.0 }
}

/// The pairs of one segment in memory.
#[derive(Debug, Clone, Copy)]
struct Offers {
    first: usize,
    count: usize,
}

impl Offers {
    fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |offer| self.first + offer * LANES)
    }
}

impl Structure {
    fn offers_of(&self, segment_place: usize) -> Offers {
        let mut blocks = self.tiers.iter().flat_map(|tier| &tier.blocks);
        let holds = |b: &&super::layout::Block| b.segment_range().contains(&segment_place);
        blocks.find(holds).map_or(Offers { first: 0, count: 0 }, |block| {
            let local = segment_place - block.segment_start;
            let row = local / LANES * block.offers;
            let first = block.pair_start + row * LANES + local % LANES;
            Offers { first, count: block.offers }
        })
    }
}

/// The path of proportional prices, in units of the choke price.
struct Path<'a> {
    outcome: &'a Outcome,
    offers: Offers,
    curve: &'a DemandCurve,
    /// Demand at an index equal to the choke price.
    demand: f64,
}

impl Path<'_> {
    /// `∫ Σ_o x_so P_so dλ` over the common factor `λ`, from 1 until the cheapest reaches choke.
    fn integral(&self) -> f64 {
        let cheapest = self.open().map(|(_, price)| price).fold(1.0, f64::min);
        let (mut from, end) = (0.0, -ln(cheapest));
        let mut total = 0.0;
        while from < end {
            let to = self.next_kink(from, end);
            total += self.panel(from, to);
            from = to;
        }
        total
    }

    /// Taste and price of the offers that have any.
    fn open(&self) -> impl Iterator<Item = (f64, f64)> {
        self.offers
            .places()
            .map(|place| (self.outcome.weight[place], self.outcome.price[place]))
            .filter(|&(weight, _)| weight > 0.0)
    }

    /// The next `ln λ` after `from` at which an offer enters its taper or reaches choke.
    fn next_kink(&self, from: f64, end: f64) -> f64 {
        let mut next = if from + PANEL < end { from + PANEL } else { end };
        for (_, price) in self.open() {
            for kink in [ln((1.0 - self.curve.taper) / price), -ln(price)] {
                if kink > from + 1e-12 && kink < next {
                    next = kink;
                }
            }
        }
        next
    }

    fn panel(&self, from: f64, to: f64) -> f64 {
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let sum: f64 = NODES
            .iter()
            .map(|(node, w)| {
                w * (self.outlay(middle - half * node) + self.outlay(middle + half * node))
            })
            .sum();
        half * sum
    }

    /// `Σ_o x_so·P_so` of the offers below choke at `ln λ = at`.
    fn outlay(&self, at: f64) -> f64 {
        let factor = exp(at);
        let theta = self.curve.substitution;
        let (mut pulls, mut weights, mut outlay) = (0.0, 0.0, 0.0);
        for (weight, price) in self.open() {
            let price = price * factor;
            let capped = if price < 1.0 { price } else { 1.0 };
            let pull = weight * pow(capped, -theta);
            let tapered = (1.0 - capped) / self.curve.taper;
            pulls += pull;
            weights += weight;
            outlay += pull * capped * if tapered < 1.0 { tapered } else { 1.0 };
        }
        self.demand * pow(pulls / weights, self.curve.elasticity / theta) * outlay / pulls
    }
}
