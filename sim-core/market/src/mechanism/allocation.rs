//! How a vendor's output is allocated over its backlog of orders.
//!
//! Lead time is an outcome: an order waits until the rule reaches it. `largest_first` serves the largest open orders first, so that
//! small states are served last; `proportional` gives every order the same share of what it asks, with the fraction of a node carried
//! forward, so that size is no advantage.

use crate::entity::vendor::AllocationRule;

/// What the rule sees of an open order, in the order in which the orders were placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenOrder {
    /// Nodes still to be delivered.
    pub nodes: u32,
    /// Compute of one node, H100e.
    pub node_size: f64,
    /// Fraction of a node already set aside for it by earlier allocations.
    pub credit: f64,
}

impl OpenOrder {
    fn compute(&self) -> f64 {
        f64::from(self.nodes) * self.node_size
    }
}

/// Allocates `available` H100e: sets `granted[i]` nodes for order `i`, updates the credits, returns what is left.
///
/// The scratch vector `ranking` only saves an allocation of memory.
pub fn allocate(
    rule: AllocationRule,
    available: f64,
    orders: &mut [OpenOrder],
    granted: &mut Vec<u32>,
    ranking: &mut Vec<u32>,
) -> f64 {
    granted.clear();
    granted.resize(orders.len(), 0);
    match rule {
        AllocationRule::LargestFirst => largest_first(available, orders, granted, ranking),
        AllocationRule::Proportional => proportional(available, orders, granted),
    }
}

/// Serves one order after the other. What is left below a whole node of an order stays reserved for it as a credit, so that coarse nodes of
/// large buyers do not let crumbs fall to smaller ones.
fn largest_first(
    mut available: f64,
    orders: &mut [OpenOrder],
    granted: &mut [u32],
    ranking: &mut Vec<u32>,
) -> f64 {
    ranking.clear();
    ranking.extend(0..orders.len() as u32);
    // Ties go to the older order: the sort is stable.
    let size = |at: u32| orders[at as usize].compute();
    ranking.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    for &at in ranking.iter() {
        let order = &mut orders[at as usize];
        let wanted = (f64::from(order.nodes) - order.credit) * order.node_size;
        let given = available.min(wanted).max(0.0);
        available -= given;
        let due = order.credit + given / order.node_size;
        // A sum of credits may miss a whole node by rounding.
        let nodes = (due + 1e-9).floor().clamp(0.0, f64::from(order.nodes));
        order.credit = (due - nodes).max(0.0);
        granted[at as usize] = nodes as u32;
    }
    available
}

/// Gives every order the same share of what is still open, so that an order of one node waits as long as one of ten thousand. The fraction of a
/// node is set aside as a credit; an order never receives more than it still lacks.
fn proportional(available: f64, orders: &mut [OpenOrder], granted: &mut [u32]) -> f64 {
    let asked: f64 = orders.iter().map(OpenOrder::compute).sum();
    if asked <= 0.0 {
        return available;
    }
    let share = (available / asked).clamp(0.0, 1.0);
    let mut left = available;
    for (order, granted) in orders.iter_mut().zip(granted) {
        let open = f64::from(order.nodes);
        let given = (open * share).min(open - order.credit).max(0.0);
        left -= given * order.node_size;
        let due = order.credit + given;
        // A sum of credits may miss a whole node by rounding.
        let nodes = (due + 1e-9).floor().clamp(0.0, open);
        order.credit = (due - nodes).max(0.0);
        *granted = nodes as u32;
    }
    left.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(nodes: u32, node_size: f64) -> OpenOrder {
        OpenOrder { nodes, node_size, credit: 0.0 }
    }

    #[test]
    fn largest_first_leaves_the_small_state_with_nothing_in_a_shortage() {
        let mut orders = [order(10, 8.0), order(1000, 8.0)];
        let mut granted = Vec::new();
        let left = allocate(
            AllocationRule::LargestFirst,
            4000.0,
            &mut orders,
            &mut granted,
            &mut Vec::new(),
        );
        assert_eq!(granted, [0, 500]);
        assert!(left.abs() < 1e-9);
    }

    #[test]
    fn crumbs_below_a_large_buyers_node_are_kept_for_it() {
        let mut orders = [order(1, 8.0), order(10, 1000.0)];
        let mut granted = Vec::new();
        let left = allocate(
            AllocationRule::LargestFirst,
            900.0,
            &mut orders,
            &mut granted,
            &mut Vec::new(),
        );
        assert_eq!((granted.as_slice(), left.abs() < 1e-9), ([0, 0].as_slice(), true));
        allocate(AllocationRule::LargestFirst, 100.0, &mut orders, &mut granted, &mut Vec::new());
        assert_eq!(granted, [0, 1]);
    }

    #[test]
    fn proportional_serves_small_and_large_at_the_same_rate_once_fractions_are_carried() {
        let (mut small, mut large) = (order(10, 8.0), order(1000, 8.0));
        let (mut small_got, mut large_got) = (0, 0);
        for _ in 0..40 {
            let mut orders = [small, large];
            let mut granted = Vec::new();
            allocate(
                AllocationRule::Proportional,
                161.6,
                &mut orders,
                &mut granted,
                &mut Vec::new(),
            );
            // The orders stay open at their size: this tests the rate, not the running down.
            (small.credit, large.credit) = (orders[0].credit, orders[1].credit);
            small_got += granted[0];
            large_got += granted[1];
        }
        let (small_rate, large_rate) = (f64::from(small_got) / 10.0, f64::from(large_got) / 1000.0);
        assert!((small_rate - large_rate).abs() <= 0.11, "{small_rate} {large_rate}");
    }

    /// Ten orders of one node against one of ten thousand, in a shortage of a fiftieth a week: a one-node order ships after fifty weeks, and the large
    /// one has shipped 1 − (49/50)^50 = 64 % by then; their mean waits are both fifty weeks.
    #[test]
    fn a_single_node_is_shipped_after_the_mean_wait_of_a_large_order() {
        let mut orders = vec![order(1, 8.0); 10];
        orders.push(order(10_000, 8.0));
        let (mut granted, mut shipped) = (Vec::new(), 0);
        for week in 1..=50 {
            let open: f64 = orders.iter().map(OpenOrder::compute).sum();
            allocate(
                AllocationRule::Proportional,
                open / 50.0,
                &mut orders,
                &mut granted,
                &mut Vec::new(),
            );
            for (order, granted) in orders.iter_mut().zip(&granted) {
                order.nodes -= granted;
            }
            shipped = granted[..10].iter().sum();
            assert!(week == 50 || shipped == 0, "week {week}");
        }
        assert_eq!(shipped, 10);
        assert!((f64::from(orders[10].nodes) / 10_000.0 - 0.364).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn no_rule_grants_more_than_was_asked_or_available(
            nodes in prop::collection::vec((0u32..500, 1u32..2000), 0..30),
            available in 0.0..1e6_f64,
            proportional in any::<bool>(),
        ) {
            let rule = if proportional { AllocationRule::Proportional } else { AllocationRule::LargestFirst };
            let mut orders: Vec<_> = nodes.iter().map(|&(n, size)| order(n, f64::from(size))).collect();
            let mut granted = Vec::new();
            let left = allocate(rule, available, &mut orders, &mut granted, &mut Vec::new());
            let set_aside: f64 =
                orders.iter().zip(&granted).map(|(o, &g)| (f64::from(g) + o.credit) * o.node_size).sum();
            prop_assert!((set_aside + left - available).abs() <= 1e-6 * available.max(1.0));
            prop_assert!(left >= -1e-9);
            prop_assert!(orders.iter().zip(&granted).all(|(o, &g)| g <= o.nodes));
        }
    }
}
