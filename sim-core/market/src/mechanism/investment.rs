//! When a pool orders nodes: an (s, S) rule on its capacity position (Arrow, Harris and Marschak 1951).
//!
//! At each review the pool compares its target with its position: working life ahead plus what is on order or under way. When the gap passes
//! the reorder point it orders the gap. Expectations see the delivery pipeline.

/// A pool's position at a review, in H100e.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Installed nodes that will still be in life at the planning horizon.
    pub surviving: f64,
    /// Ordered and not yet delivered.
    pub on_order: f64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_ordered_while_the_pipeline_covers_the_target() {
        let covered = Position { surviving: 60.0, on_order: 39.0 };
        assert!(order_quantity(100.0, covered, 0.05).abs() < f64::EPSILON);
        let short = Position { surviving: 60.0, on_order: 20.0 };
        assert!((order_quantity(100.0, short, 0.05) - 20.0).abs() < 1e-12);
    }

    #[test]
    fn the_vendor_furthest_below_its_share_is_chosen_and_a_banned_one_never() {
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[true, true]), Some(1));
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[true, false]), Some(0));
        assert_eq!(choose_vendor(&[80.0, 20.0], &[0.7, 0.3], &[false, false]), None);
        assert_eq!(choose_vendor(&[0.0, 0.0], &[0.0, 1.0], &[true, true]), Some(1));
    }
}
