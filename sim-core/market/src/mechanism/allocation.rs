//! How a vendor's output is allocated over its backlog of orders.
//!
//! Lead time is an outcome: an order waits until the rule reaches it. Four rules:
//!
//! - `largest_first` serves the largest open orders first, so that small states are served last.
//! - `proportional` gives every order the same share x/Σx of what is available, x its open compute: size is no advantage. Asking for more than
//!   one needs is (Cachon and Lariviere 1999, Management Science 45:1091, on capacity choice and allocation).
//! - `uniform` gives every buyer the same amount a, no more than it asks: min(x_b, a) with Σ min(x_b, a) = available. No buyer gains by asking
//!   for more than it needs (Sprumont 1991, Econometrica 59:509).
//! - `turn_and_earn` gives buyers amounts in proportion to past sales w, no more than they ask: min(x_b, a·w_b). What those with past sales
//!   leave goes to the others in proportion to what they ask (Cachon and Lariviere 1999, Management Science 45:685).
//!
//! The last two look at buyers, not at orders, so that splitting an order gains nothing; a buyer's orders are served in the sequence in which
//! they were placed. All rules divide output finely: the fraction of a node that falls to an order is set aside for it as a credit, and it
//! is shipped when the node is whole.

use crate::entity::vendor::AllocationRule;

/// What the rule sees of an open order, in the order in which the orders were placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenOrder {
    /// Who placed it.
    pub buyer: usize,
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

    /// Compute that is still lacking, H100e.
    fn lacks(&self) -> f64 {
        ((f64::from(self.nodes) - self.credit) * self.node_size).max(0.0)
    }

    /// Sets compute aside for the order; returns the nodes that are now whole.
    fn set_aside(&mut self, compute: f64) -> u32 {
        let due = self.credit + compute / self.node_size;
        // A sum of credits may miss a whole node by rounding.
        let nodes = (due + 1e-9).floor().clamp(0.0, f64::from(self.nodes));
        self.credit = (due - nodes).max(0.0);
        nodes as u32
    }

    /// Output that an allocation took for the order, when it held `before` and `granted` nodes are shipped, H100e.
    fn taken(&self, before: f64, granted: u32) -> f64 {
        (f64::from(granted) + self.credit - before) * self.node_size
    }
}

/// Allocates `available` H100e: sets `granted[i]` nodes for order `i`, updates the credits, returns what is left.
///
/// `past[b]` is what buyer b bought before, H100e, in any measure of the past (buyers beyond its end have bought nothing).
pub fn allocate(
    rule: AllocationRule,
    available: f64,
    orders: &mut [OpenOrder],
    past: &[f64],
    granted: &mut Vec<u32>,
) -> f64 {
    granted.clear();
    granted.resize(orders.len(), 0);
    let held: Vec<f64> = orders.iter().map(|order| order.credit).collect();
    match rule {
        AllocationRule::LargestFirst => largest_first(available, orders, granted),
        AllocationRule::Proportional => proportional(available, orders, granted),
        AllocationRule::Uniform | AllocationRule::TurnAndEarn => {
            let asks = asks(orders, past.len());
            let mut amounts = match rule {
                AllocationRule::TurnAndEarn => earned(&asks, past, available),
                _ => divide(&asks, &vec![1.0; asks.len()], available),
            };
            for (order, granted) in orders.iter_mut().zip(granted.iter_mut()) {
                let amount = &mut amounts[order.buyer];
                let given = amount.min(order.lacks());
                *amount -= given;
                *granted = order.set_aside(given);
            }
        }
    }
    let orders = orders.iter().zip(&held).zip(granted.iter());
    let taken: f64 = orders.map(|((order, &before), &nodes)| order.taken(before, nodes)).sum();
    (available - taken).max(0.0)
}

/// What each buyer lacks in all its orders, H100e.
fn asks(orders: &[OpenOrder], buyers: usize) -> Vec<f64> {
    let mut asks = vec![0.0; buyers];
    for order in orders {
        if order.buyer >= asks.len() {
            asks.resize(order.buyer + 1, 0.0);
        }
        asks[order.buyer] += order.lacks();
    }
    asks
}

/// Amounts under `turn_and_earn`: by past sales, then the rest by asks.
fn earned(asks: &[f64], past: &[f64], available: f64) -> Vec<f64> {
    let weight = |b: usize| past.get(b).copied().unwrap_or(0.0);
    let weights: Vec<f64> = (0..asks.len()).map(weight).collect();
    let mut amounts = divide(asks, &weights, available);
    let rest = available - amounts.iter().sum::<f64>();
    let lacking: Vec<f64> =
        asks.iter().zip(&amounts).map(|(ask, amount)| (ask - amount).max(0.0)).collect();
    for (amount, more) in amounts.iter_mut().zip(divide(&lacking, &lacking, rest)) {
        *amount += more;
    }
    amounts
}

/// Divides `available` by weights, none above its ask: `min(ask, a·weight)` with the level a at which the sum is what is available, or every
/// ask of a positive weight is met. Nothing goes to a weight of zero.
#[must_use]
pub fn divide(asks: &[f64], weights: &[f64], available: f64) -> Vec<f64> {
    let mut amounts = vec![0.0; asks.len()];
    let mut at: Vec<usize> =
        (0..asks.len()).filter(|&b| weights[b] > 0.0 && asks[b] > 0.0).collect();
    // Buyers are satisfied in the sequence of the levels that satisfy them.
    at.sort_by(|&a, &b| (asks[a] / weights[a]).total_cmp(&(asks[b] / weights[b])));
    let mut left = available.max(0.0);
    let mut weight: f64 = at.iter().map(|&b| weights[b]).sum();
    for &b in &at {
        let level = if weight > 0.0 { left / weight } else { 0.0 };
        let amount = asks[b].min(level * weights[b]).min(left);
        amounts[b] = amount;
        left -= amount;
        weight -= weights[b];
    }
    amounts
}

/// Serves one order after the other. What is left below a whole node of an order stays reserved for it as a credit, so that coarse nodes of
/// large buyers do not let crumbs fall to smaller ones.
fn largest_first(mut available: f64, orders: &mut [OpenOrder], granted: &mut [u32]) {
    let mut ranking: Vec<usize> = (0..orders.len()).collect();
    // Ties go to the older order: the sort is stable.
    ranking.sort_by(|&a, &b| orders[b].compute().total_cmp(&orders[a].compute()));
    for at in ranking {
        let given = available.min(orders[at].lacks());
        available -= given;
        granted[at] = orders[at].set_aside(given);
    }
}

/// Gives every order the same share of what is still open, so that an order of one node waits as long as one of ten thousand. The fraction of a
/// node is set aside as a credit; an order never receives more than it still lacks.
fn proportional(available: f64, orders: &mut [OpenOrder], granted: &mut [u32]) {
    let asked: f64 = orders.iter().map(OpenOrder::compute).sum();
    if asked <= 0.0 {
        return;
    }
    let share = (available / asked).clamp(0.0, 1.0);
    for (order, granted) in orders.iter_mut().zip(granted) {
        *granted = order.set_aside((order.compute() * share).min(order.lacks()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(nodes: u32, node_size: f64) -> OpenOrder {
        OpenOrder { buyer: 0, nodes, node_size, credit: 0.0 }
    }

    fn of(buyer: usize, nodes: u32) -> OpenOrder {
        OpenOrder { buyer, ..order(nodes, 1.0) }
    }

    /// Nodes granted and what is left.
    fn run(rule: AllocationRule, available: f64, orders: &mut [OpenOrder]) -> (Vec<u32>, f64) {
        let mut granted = Vec::new();
        let left = allocate(rule, available, orders, &[], &mut granted);
        (granted, left)
    }

    #[test]
    fn largest_first_leaves_the_small_state_with_nothing_in_a_shortage() {
        let mut orders = [order(10, 8.0), order(1000, 8.0)];
        let (granted, left) = run(AllocationRule::LargestFirst, 4000.0, &mut orders);
        assert_eq!(granted, [0, 500]);
        assert!(left.abs() < 1e-9);
    }

    #[test]
    fn crumbs_below_a_large_buyers_node_are_kept_for_it() {
        let mut orders = [order(1, 8.0), order(10, 1000.0)];
        let (granted, left) = run(AllocationRule::LargestFirst, 900.0, &mut orders);
        assert_eq!((granted.as_slice(), left.abs() < 1e-9), ([0, 0].as_slice(), true));
        assert_eq!(run(AllocationRule::LargestFirst, 100.0, &mut orders).0, [0, 1]);
    }

    #[test]
    fn proportional_serves_small_and_large_at_the_same_rate_once_fractions_are_carried() {
        let (mut small, mut large) = (order(10, 8.0), order(1000, 8.0));
        let (mut small_got, mut large_got) = (0, 0);
        for _ in 0..40 {
            let mut orders = [small, large];
            let (granted, _) = run(AllocationRule::Proportional, 161.6, &mut orders);
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
        let mut shipped = 0;
        for week in 1..=50 {
            let open: f64 = orders.iter().map(OpenOrder::compute).sum();
            let (granted, _) = run(AllocationRule::Proportional, open / 50.0, &mut orders);
            for (order, granted) in orders.iter_mut().zip(&granted) {
                order.nodes -= granted;
            }
            shipped = granted[..10].iter().sum();
            assert!(week == 50 || shipped == 0, "week {week}");
        }
        assert_eq!(shipped, 10);
        assert!((f64::from(orders[10].nodes) / 10_000.0 - 0.364).abs() < 0.01);
    }

    #[test]
    fn uniform_gives_everyone_the_same_amount_up_to_what_it_asks() {
        let mut orders = [of(0, 10), of(1, 1000), of(2, 5000)];
        let (granted, left) = run(AllocationRule::Uniform, 610.0, &mut orders);
        assert_eq!((granted.as_slice(), left.abs() < 1e-9), ([10, 300, 300].as_slice(), true));
    }

    #[test]
    fn turn_and_earn_divides_by_past_sales_and_leaves_the_newcomer_the_rest() {
        let past = [300.0, 100.0, 0.0];
        let mut granted = Vec::new();
        let mut orders = [of(0, 500), of(1, 500), of(2, 500)];
        allocate(AllocationRule::TurnAndEarn, 400.0, &mut orders, &past, &mut granted);
        assert_eq!(granted, [300, 100, 0]);
        let mut orders = [of(0, 30), of(1, 10), of(2, 500)];
        allocate(AllocationRule::TurnAndEarn, 400.0, &mut orders, &past, &mut granted);
        assert_eq!(granted, [30, 10, 360]);
    }

    #[test]
    fn fractions_of_a_node_are_carried_forward_under_every_rule() {
        for &rule in AllocationRule::ALL {
            let mut orders = [OpenOrder { buyer: 1, ..order(3, 100.0) }];
            let mut shipped = 0;
            for _ in 0..12 {
                let (granted, left) = run(rule, 25.0, &mut orders);
                assert!(left.abs() < 1e-9, "{rule:?}");
                orders[0].nodes -= granted[0];
                shipped += granted[0];
            }
            assert_eq!(shipped, 3, "{rule:?}");
        }
    }

    /// What a buyer receives in all when it has asked for `ask`, beside others.
    fn allotment(rule: AllocationRule, ask: u32, others: &[u32], available: f64) -> f64 {
        let mut orders = vec![of(0, ask)];
        orders.extend(others.iter().enumerate().map(|(i, &nodes)| of(i + 1, nodes)));
        let (granted, _) = run(rule, available, &mut orders);
        f64::from(granted[0]) + orders[0].credit
    }

    #[test]
    fn under_proportional_a_buyer_gains_by_asking_for_more_than_it_needs() {
        let honest = allotment(AllocationRule::Proportional, 100, &[100], 100.0);
        let inflated = allotment(AllocationRule::Proportional, 300, &[100], 100.0);
        assert!((honest - 50.0).abs() < 1e-9 && (inflated - 75.0).abs() < 1e-9);
    }

    fn rule() -> impl Strategy<Value = AllocationRule> {
        prop::sample::select(AllocationRule::ALL)
    }

    proptest! {
        #[test]
        fn no_rule_grants_more_than_was_asked_or_available(
            nodes in prop::collection::vec((0u32..500, 1u32..2000, 0usize..6, 0.0..1.0_f64), 0..30),
            past in prop::collection::vec(0.0..1e4_f64, 0..6),
            available in 0.0..1e6_f64,
            rule in rule(),
        ) {
            let open = |&(n, size, buyer, credit): &(u32, u32, usize, f64)| {
                let credit = if n > 0 { credit } else { 0.0 };
                OpenOrder { buyer, credit, ..order(n, f64::from(size)) }
            };
            let mut orders: Vec<_> = nodes.iter().map(open).collect();
            let held: f64 = orders.iter().map(|o| o.credit * o.node_size).sum();
            let asked: f64 = orders.iter().map(OpenOrder::lacks).sum();
            let mut granted = Vec::new();
            let left = allocate(rule, available, &mut orders, &past, &mut granted);
            let set_aside: f64 =
                orders.iter().zip(&granted).map(|(o, &g)| (f64::from(g) + o.credit) * o.node_size).sum();
            let scale = (available + held).max(1.0);
            prop_assert!((set_aside - held + left - available).abs() <= 1e-6 * scale);
            prop_assert!(left >= 0.0);
            prop_assert!(orders.iter().zip(&granted).all(|(o, &g)| g <= o.nodes && o.credit < 1.0 + 1e-6));
            // Proportional leaves crumbs where an order lacks less than its share; the others waste nothing.
            if rule != AllocationRule::Proportional {
                let most = asked.min(available);
                prop_assert!((available - left - most).abs() <= 1e-6 * scale, "{left}");
            }
        }

        #[test]
        fn under_uniform_no_buyer_gains_by_asking_for_more_than_it_needs(
            need in 1u32..2000,
            more in 0u32..5000,
            others in prop::collection::vec(1u32..3000, 1..8),
            available in 0.0..1e4_f64,
        ) {
            let honest = allotment(AllocationRule::Uniform, need, &others, available);
            let inflated = allotment(AllocationRule::Uniform, need + more, &others, available);
            let useful = inflated.min(f64::from(need));
            prop_assert!((useful - honest).abs() < 1e-6, "{honest} {inflated}");
        }

        #[test]
        fn under_turn_and_earn_more_past_sales_never_bring_less(
            others in prop::collection::vec((1u32..3000, 0.0..1e4_f64), 1..8),
            (ask, less, more) in (1u32..3000, 0.0..1e4_f64, 0.0..1e4_f64),
            available in 0.0..1e4_f64,
        ) {
            let got = |own: f64| {
                let mut orders = vec![of(0, ask)];
                orders.extend(others.iter().enumerate().map(|(i, &(n, _))| of(i + 1, n)));
                let past: Vec<f64> = std::iter::once(own).chain(others.iter().map(|o| o.1)).collect();
                let mut granted = Vec::new();
                allocate(AllocationRule::TurnAndEarn, available, &mut orders, &past, &mut granted);
                f64::from(granted[0]) + orders[0].credit
            };
            let some = less + 1e-3;
            prop_assert!(got(some + more) >= got(some) - 1e-6);
        }
    }
}
