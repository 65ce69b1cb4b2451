//! When a pool orders nodes: an (s, S) rule on its capacity position (Arrow, Harris and Marschak 1951).
//!
//! At each review the pool compares its target with its position: working life ahead plus what is on order or under way. When the gap passes
//! the reorder point it orders the gap. Expectations see the delivery pipeline. What arrives is split over the pool's operators.

use autarky_engine::math;

/// A pool's position at a review, in H100e.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Installed nodes that will still be in life at the planning horizon.
    pub surviving: f64,
    /// Ordered and not yet delivered.
    pub on_order: f64,
}

/// Load that a pool would face at its long-run cost, H100e: `load·(p/c*)^η`, with `relative_price` = p/c*, c* the unit cost with its mark-up.
///
/// A seller that plans for the load at today's price never learns that the price is what keeps the load away: it would stay short at any price. Free
/// entry goes on until price meets long-run cost (Marshall 1890), where joint demand answers with its own elasticity η.
#[must_use]
pub fn notional_load(load: f64, relative_price: f64, elasticity: f64) -> f64 {
    load * math::exp(elasticity * math::ln(relative_price.max(1e-6)))
}

/// Compute to order, in H100e: zero, or the gap between target and position.
#[must_use]
pub fn order_quantity(target: f64, position: Position, trigger: f64) -> f64 {
    let gap = target - position.surviving - position.on_order;
    if gap > trigger * target && gap > 0.0 { gap } else { 0.0 }
}

/// The vendor whose share of the fleet falls furthest short of its share in the mix, among those allowed.
///
/// `fleet[v]` is installed and ordered compute from vendor v, `mix[v]` its wanted share (zero: never bought), `allowed[v]` whether an order can
/// be placed today. Ties go to the first. `None` when no vendor with a share may deliver.
#[must_use]
pub fn choose_vendor(fleet: &[f64], mix: &[f64], allowed: &[bool]) -> Option<usize> {
    let total: f64 = fleet.iter().sum();
    let mut best: Option<(usize, f64)> = None;
    for v in 0..mix.len() {
        if !allowed[v] || mix[v] <= 0.0 {
            continue;
        }
        let share = if total > 0.0 { fleet[v] / total } else { 0.0 };
        let shortfall = mix[v] - share;
        if best.is_none_or(|(_, most)| shortfall > most) {
            best = Some((v, shortfall));
        }
    }
    best.map(|(v, _)| v)
}

/// Splits `nodes` of `size` H100e each over operators that fall `short[i]` H100e of what they aim at: each node goes to the one that is then furthest
/// short, ties to the first.
#[must_use]
pub fn split(nodes: u32, size: f64, short: &[f64]) -> Vec<u32> {
    let mut given = vec![0; short.len()];
    if let [one] = given.as_mut_slice() {
        *one = nodes;
        return given;
    }
    let level = fill_level(f64::from(nodes) * size, short);
    let mut left = nodes;
    for (given, short) in given.iter_mut().zip(short) {
        *given = (((short - level) / size).max(0.0).floor() as u32).min(left);
        left -= *given;
    }
    // What is left is less than a node for each that lies above the level.
    let after = |i: usize| short[i] - f64::from(given[i]) * size;
    let mut order: Vec<usize> = (0..short.len()).collect();
    order.sort_by(|&a, &b| after(b).total_cmp(&after(a)).then(a.cmp(&b)));
    for &i in order.iter().cycle().take(if short.is_empty() { 0 } else { left as usize }) {
        given[i] += 1;
    }
    given
}

/// The level down to which `amount` brings the largest shortfalls: Σ max(0, short − level) = amount.
fn fill_level(amount: f64, short: &[f64]) -> f64 {
    let mut sorted = short.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let mut sum = 0.0;
    for (i, one) in sorted.iter().enumerate() {
        sum += one;
        let level = (sum - amount) / (i + 1) as f64;
        if sorted.get(i + 1).is_none_or(|next| level >= *next) {
            return level;
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_above_cost_calls_for_more_than_the_load_and_a_price_at_cost_for_the_load() {
        assert!((notional_load(80.0, 1.0, 0.76) - 80.0).abs() < 1e-12);
        assert!(notional_load(80.0, 1.5, 0.76) > 80.0 && notional_load(80.0, 0.7, 0.76) < 80.0);
        assert!(
            (notional_load(80.0, 1.5, 0.0) - 80.0).abs() < 1e-12,
            "demand that does not answer"
        );
        // Demand D·(p/c)^(−η) with D = 100: the load at any price tells D.
        let load = 100.0 * math::exp(-0.76 * math::ln(2.5));
        assert!((notional_load(load, 2.5, 0.76) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_ordered_while_the_pipeline_covers_the_target() {
        let covered = Position { surviving: 60.0, on_order: 39.0 };
        assert!(order_quantity(100.0, covered, 0.05).abs() < f64::EPSILON);
        let short = Position { surviving: 60.0, on_order: 20.0 };
        assert!((order_quantity(100.0, short, 0.05) - 20.0).abs() < 1e-12);
    }

    /// One node after the other, to whoever is furthest short.
    fn one_by_one(nodes: u32, size: f64, short: &[f64]) -> Vec<u32> {
        let mut given = vec![0_u32; short.len()];
        for _ in 0..nodes {
            let after = |i: usize| short[i] - f64::from(given[i]) * size;
            let most = (0..short.len()).fold(0, |b, i| if after(i) > after(b) { i } else { b });
            given[most] += 1;
        }
        given
    }

    proptest::proptest! {
        /// Shortfalls in quarters of a unit, so that sums are exact and ties occur.
        #[test]
        fn nodes_go_one_by_one_to_the_operator_furthest_short(
            nodes in 0u32..200,
            size in 1u32..50,
            short in proptest::collection::vec(-400i32..4000, 1..20),
        ) {
            let short: Vec<f64> = short.iter().map(|s| f64::from(*s) / 4.0).collect();
            let (found, wanted) =
                (split(nodes, f64::from(size), &short), one_by_one(nodes, f64::from(size), &short));
            proptest::prop_assert_eq!(found.iter().sum::<u32>(), nodes);
            // Equally short operators may change places: what is left of the shortfalls is the same.
            let rest = |given: &[u32]| {
                let after = |i: usize| short[i] - f64::from(given[i]) * f64::from(size);
                let mut rest: Vec<f64> = (0..short.len()).map(after).collect();
                rest.sort_by(f64::total_cmp);
                rest
            };
            proptest::prop_assert_eq!(rest(&found), rest(&wanted));
        }
    }

    #[test]
    fn the_vendor_furthest_below_its_share_is_chosen_and_a_banned_one_never() {
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[true, true]), Some(1));
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[true, false]), Some(0));
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[false, false]), None);
        assert_eq!(choose_vendor(&[0.0, 0.0], &[0.0, 1.0], &[true, true]), Some(1));
    }
}
