//! How the work of a network is spread over its operators.
//!
//! Operator i has capacity `k_i`, avoidable cost `c_i` and stake `s_i`. Work W, at most the whole capacity `K = Σ k_i`, is divided into `w_i` with
//! `0 ≤ w_i ≤ k_i` and `Σ w_i = min(W, K)`:
//!
//! - *proportional*: `w_i = k_i·min(1, W/K)`;
//! - *cheapest first*: merit order of `c_i`, the marginal operator works in part (Schweppe et al. 1988);
//! - *stake-weighted*: `w_i = min(k_i, λ·s_i)`, one λ for all. It is the weighted max-min fair division (water filling, Bertsekas and Gallager
//!   1992): in ascending order of `k_i/s_i` each operator is full or is the first of those that share the rest by stake.
//!
//! Averages over a period only: single jobs, queues and the placing of a job near its data are not seen. What an operator is paid, and whether a
//! claimed capacity is real, is decided elsewhere.

/// Rule by which work is spread over operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Everybody is equally loaded.
    Proportional,
    /// Ascending avoidable cost; equal costs in order of position.
    CheapestFirst,
    /// In proportion to stake, up to capacity; operators without stake come last, in proportion to their capacity.
    StakeWeighted,
}

/// What the schedule sees of an operator. All fields are finite, capacity and stake not negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bid {
    /// Working or claimed capacity, H100e.
    pub capacity: f64,
    /// Avoidable cost, USD/H100eh.
    pub cost: f64,
    /// Stake, tokens.
    pub stake: f64,
}

/// Work of each operator, H100e, into `out` (its former content is dropped), in the order of `bids`.
///
/// `work` is the work offered, H100e on average over the period, not negative; what exceeds the whole capacity is left undone, and then each
/// operator works exactly its capacity. No operator ever gets more than its capacity; the sum is exact to rounding.
pub fn assign(rule: Schedule, work: f64, bids: &[Bid], out: &mut Vec<f64>) {
    out.clear();
    let total: f64 = bids.iter().map(|bid| bid.capacity).sum();
    if work >= total {
        out.extend(bids.iter().map(|bid| bid.capacity));
        return;
    }
    match rule {
        Schedule::Proportional => {
            let load = work / total;
            out.extend(bids.iter().map(|bid| bid.capacity * load));
        }
        Schedule::CheapestFirst => cheapest_first(work, bids, out),
        Schedule::StakeWeighted => stake_weighted(work, bids, out),
    }
}

/// Positions in ascending order of a key; ties in order of position.
fn ranking(bids: &[Bid], key: impl Fn(&Bid) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..bids.len()).collect();
    // Adding zero makes the two signed zeros a tie.
    let key = |at: usize| key(&bids[at]) + 0.0;
    order.sort_unstable_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
    order
}

fn cheapest_first(work: f64, bids: &[Bid], out: &mut Vec<f64>) {
    out.resize(bids.len(), 0.0);
    let mut left = work;
    for at in ranking(bids, |bid| bid.cost) {
        let capacity = bids[at].capacity;
        if left < capacity {
            out[at] = left;
            return;
        }
        out[at] = capacity;
        left -= capacity;
    }
}

fn stake_weighted(work: f64, bids: &[Bid], out: &mut Vec<f64>) {
    out.resize(bids.len(), 0.0);
    let staked = |bid: &Bid| bid.stake > 0.0;
    // Wherever operators without stake rank, they add nothing to the sums and are passed over.
    let order = ranking(bids, |bid| if staked(bid) { bid.capacity / bid.stake } else { 0.0 });
    // Stake of an operator and of all that rank after it: sums, because differences would lose small stakes behind large ones.
    let mut stake = 0.0;
    for &at in order.iter().rev() {
        stake += bids[at].stake;
        out[at] = stake;
    }
    let mut left = work;
    // Work and stake of those that share the rest: λ as a fraction, which cannot overflow.
    let mut level = None;
    for &at in order.iter().filter(|&&at| staked(&bids[at])) {
        let Bid { capacity, stake, .. } = bids[at];
        let (rest, of) = level.unwrap_or((left, out[at]));
        let share = rest * (stake / of);
        if share < capacity {
            level = Some((rest, of));
            out[at] = share;
        } else {
            out[at] = capacity;
            left -= capacity;
        }
    }
    let left = if level.is_none() { left } else { 0.0 };
    let unstaked = || bids.iter().enumerate().filter(|(_, bid)| !staked(bid));
    let total: f64 = unstaked().map(|(_, bid)| bid.capacity).sum();
    // Rounding may leave a crumb more than there is capacity for it.
    let load = if left < total { left / total } else { 1.0 };
    for (at, bid) in unstaked() {
        out[at] = bid.capacity * load;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Schedule; 3] =
        [Schedule::Proportional, Schedule::CheapestFirst, Schedule::StakeWeighted];

    fn bid(capacity: f64, cost: f64, stake: f64) -> Bid {
        Bid { capacity, cost, stake }
    }

    fn run(rule: Schedule, work: f64, bids: &[Bid]) -> Vec<f64> {
        let mut out = vec![f64::NAN; 3];
        assign(rule, work, bids, &mut out);
        out
    }

    fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
    }

    #[test]
    fn each_rule_divides_a_worked_example_as_its_equation_says() {
        let bids = [bid(10.0, 3.0, 1.0), bid(20.0, 1.0, 8.0), bid(30.0, 2.0, 2.0)];
        let expected = [[5.0, 10.0, 15.0], [0.0, 20.0, 10.0], [10.0 / 3.0, 20.0, 20.0 / 3.0]];
        for (rule, expected) in ALL.into_iter().zip(expected) {
            let found = run(rule, 30.0, &bids);
            assert!(close(&found, &expected, 1e-12), "{rule:?}: {found:?}");
        }
    }

    #[test]
    fn no_operators_and_no_capacity_get_no_work() {
        for rule in ALL {
            assert!(run(rule, 5.0, &[]).is_empty());
            assert!(close(
                &run(rule, 5.0, &[bid(0.0, 1.0, 1.0), bid(0.0, 0.0, 0.0)]),
                &[0.0; 2],
                0.0
            ));
        }
    }

    #[test]
    fn equal_costs_are_served_in_order_of_position_whatever_the_sign_of_zero() {
        let bids = [bid(10.0, 0.0, 0.0), bid(10.0, -0.0, 0.0), bid(10.0, 0.0, 0.0)];
        assert!(close(&run(Schedule::CheapestFirst, 15.0, &bids), &[10.0, 5.0, 0.0], 0.0));
    }

    #[test]
    fn operators_without_stake_work_only_beyond_the_staked_capacity_and_by_capacity() {
        let bids = [bid(10.0, 1.0, 0.0), bid(20.0, 1.0, 5.0), bid(30.0, 1.0, 0.0)];
        assert!(close(&run(Schedule::StakeWeighted, 20.0, &bids), &[0.0, 20.0, 0.0], 0.0));
        assert!(close(&run(Schedule::StakeWeighted, 28.0, &bids), &[2.0, 20.0, 6.0], 1e-12));
    }

    #[test]
    fn a_small_stake_is_not_lost_behind_a_very_large_one() {
        let bids = [bid(1.0, 1.0, 1e20), bid(50.0, 1.0, 1e-3), bid(50.0, 1.0, 3e-3)];
        let found = run(Schedule::StakeWeighted, 41.0, &bids);
        assert!(close(&found, &[1.0, 10.0, 30.0], 1e-9), "{found:?}");
    }

    /// Capacities and stakes over many orders of magnitude, some zero; few costs, so that there are ties.
    fn bids() -> impl Strategy<Value = Vec<Bid>> {
        let size = || prop_oneof![1 => Just(0.0), 4 => 0.0..10.0_f64, 4 => 0.0..1e6_f64];
        let one = (size(), 0u8..6, size()).prop_map(|(k, c, s)| bid(k, f64::from(c), s));
        prop::collection::vec(one, 0..25)
    }

    fn total(bids: &[Bid]) -> f64 {
        bids.iter().map(|bid| bid.capacity).sum()
    }

    proptest! {
        #[test]
        fn all_work_is_assigned_up_to_the_capacity_of_each_and_of_all(
            bids in bids(), load in 0.0..1.5_f64,
        ) {
            let (total, work) = (total(&bids), load * total(&bids));
            for rule in ALL {
                let found = run(rule, work, &bids);
                prop_assert_eq!(found.len(), bids.len());
                prop_assert!(found.iter().zip(&bids).all(|(&w, bid)| (0.0..=bid.capacity).contains(&w)));
                let (sum, expected) = (found.iter().sum::<f64>(), if work < total { work } else { total });
                prop_assert!((sum - expected).abs() <= 1e-12 * total, "{rule:?}: {sum} {expected}");
            }
        }

        #[test]
        fn more_work_never_lowers_anybodys_work(
            bids in bids(), load in 0.0..1.2_f64, more in 0.0..0.5_f64,
        ) {
            let total = total(&bids);
            for rule in ALL {
                let (some, rest) = (run(rule, load * total, &bids), run(rule, (load + more) * total, &bids));
                prop_assert!(some.iter().zip(&rest).all(|(a, b)| *b >= a - 1e-12 * total), "{rule:?}");
            }
        }

        #[test]
        fn cheapest_first_leaves_no_cheaper_operator_idle_while_a_dearer_one_works(
            bids in bids(), load in 0.0..1.0_f64,
        ) {
            let found = run(Schedule::CheapestFirst, load * total(&bids), &bids);
            for (dear, &works) in bids.iter().zip(&found) {
                let full = |(bid, &w): (&Bid, &f64)| bid.cost >= dear.cost || w >= bid.capacity;
                prop_assert!(works <= 0.0 || bids.iter().zip(&found).all(full));
            }
        }

        /// The balance that defines λ: who is not full has the largest work per stake, and all such have the same.
        #[test]
        fn stake_weighted_gives_nobody_more_per_stake_than_those_with_capacity_to_spare(
            bids in bids(), load in 0.0..1.0_f64,
        ) {
            let found = run(Schedule::StakeWeighted, load * total(&bids), &bids);
            let per_stake = || bids.iter().zip(&found).filter(|(bid, _)| bid.stake > 0.0);
            for (spare, &w) in per_stake().filter(|(bid, w)| **w < bid.capacity) {
                let lambda = w / spare.stake;
                prop_assert!(per_stake().all(|(bid, &w)| w / bid.stake <= lambda * (1.0 + 1e-12)));
                prop_assert!(bids.iter().zip(&found).all(|(bid, &w)| bid.stake > 0.0 || w <= 0.0));
            }
        }

        #[test]
        fn equal_stakes_and_enough_capacity_give_equal_work(
            capacities in prop::collection::vec(1.0..100.0_f64, 1..20), stake in 1e-3..1e9_f64, each in 0.0..1.0_f64,
        ) {
            let bids: Vec<_> = capacities.iter().map(|&k| bid(k, 1.0, stake)).collect();
            let found = run(Schedule::StakeWeighted, each * bids.len() as f64, &bids);
            prop_assert!(close(&found, &vec![each; bids.len()], 1e-12), "{found:?}");
        }

        #[test]
        fn stake_in_proportion_to_capacity_makes_stake_weighted_proportional(
            mut bids in bids(), load in 0.0..1.2_f64, per_capacity in 1e-3..1e3_f64,
        ) {
            for bid in &mut bids {
                bid.stake = bid.capacity * per_capacity;
            }
            let total = total(&bids);
            let [by_capacity, by_stake] = [Schedule::Proportional, Schedule::StakeWeighted]
                .map(|rule| run(rule, load * total, &bids));
            prop_assert!(close(&by_capacity, &by_stake, 1e-12 * total), "{by_capacity:?} {by_stake:?}");
        }
    }
}
