//! What an owner does that has captured the governance of a network: it sets the take rate and may exclude its rivals, for its own profit.
//!
//! The take rate t is the share of fees that goes to the treasury, which the captor commands. At the posted price p a rival works while it covers its
//! avoidable cost, `p(1 − t) ≥ c`; the captor's own node works while `p ≥ c`, since what it pays to the treasury comes back. The load L is spread over the
//! capacity that works, K₀ of the captor and K(t) of rivals, so that each is used in the share `u = min(1, L / (K₀ + K(t)))`, and the captor earns an hour
//!
//! `π(t) = u · [Σ_own k (p − c) + p t K(t)]`.
//!
//! As t rises, K(t) falls only just above a break-even take `1 − c/p` of a rival. Between two of them u and K(t) are constant and π is a line of slope
//! `u p K(t) ≥ 0`. So its largest value is at a break-even take or at the highest that the rules allow. This is the hold-up of those who have sunk their
//! costs (Klein, Crawford and Alchian 1978): what keeps a captor from taking all is only that rivals leave, and where load is short of capacity
//! not even that, as long as somebody stays. Exclusion, K = 0, gives up the take for the whole of the load; there π no longer depends on t.
//!
//! The captor looks at this hour: neither at buyers who leave a dearer or smaller network, nor at entry or a fork. It does not idle nodes of its own that
//! cover their cost, and does not pay rivals (t < 0) to stay, which would never pay off.

/// Profits count as different if they are so by more than this part, takes as bearable up to this part of the price: beyond rounding.
const TOLERANCE: f64 = 1e-12;

/// What the captor sees.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Posted price p, USD/H100eh.
    pub price: f64,
    /// Load L that buyers ask at that price, H100e.
    pub load: f64,
    /// Its own nodes: capacity that works, H100e, and avoidable cost less token rewards, USD per H100e-hour served; may be negative.
    pub own: Vec<(f64, f64)>,
    /// The nodes of all others, likewise.
    pub rivals: Vec<(f64, f64)>,
    /// Take rate in force, in [0, 1].
    pub take: f64,
    /// Highest take rate that the rules allow, in [0, 1].
    pub most: f64,
    /// Whether it may exclude rivals.
    pub exclusion: bool,
}

/// What the captor does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conduct {
    /// Take rate.
    pub take: f64,
    /// Whether all rivals are excluded.
    pub excludes: bool,
}

/// Whether a node of another owner with this avoidable cost still covers it; yes at its break-even take, whatever the rounding.
#[must_use]
pub fn stays(price: f64, take: f64, cost: f64) -> bool {
    cost <= price * (1.0 - take) + TOLERANCE * price
}

/// Profit of the captor under a conduct, USD an hour. Not below zero for a take of at least zero.
#[must_use]
pub fn profit(view: &View, conduct: Conduct) -> f64 {
    let stay =
        |(_, cost): &&(f64, f64)| !conduct.excludes && stays(view.price, conduct.take, *cost);
    let rivals = view.rivals.iter().filter(stay).map(|(capacity, _)| capacity).sum();
    Own::of(view).earns(view, conduct.take, rivals)
}

/// The conduct of highest profit. Equals keep the take in force, and rivals; a take in force above the highest allowed is first lowered to it.
#[must_use]
pub fn best(view: &View) -> Conduct {
    let own = Own::of(view);
    let mut rivals = view.rivals.clone();
    rivals.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
    // Capacity of the cheapest 0, 1, 2, … rivals: those who stay are always the cheapest.
    let cheapest: Vec<f64> = std::iter::once(0.0)
        .chain(rivals.iter().scan(0.0, |sum, (capacity, _)| {
            *sum += capacity;
            Some(*sum)
        }))
        .collect();
    let earns = |take: f64| {
        let staying = rivals.partition_point(|(_, cost)| stays(view.price, take, *cost));
        own.earns(view, take, cheapest.get(staying).copied().unwrap_or(0.0))
    };
    let take = if view.take > view.most { view.most } else { view.take };
    let mut chosen = Conduct { take, excludes: false };
    let mut most = earns(take);
    let mut consider = |profit: f64, conduct: Conduct| {
        if profit > most * (1.0 + TOLERANCE) {
            (most, chosen) = (profit, conduct);
        }
    };
    // Dearest first, so that of equal takes the lowest is chosen. At a price of zero there is no break-even take.
    for (_, cost) in rivals.iter().rev() {
        let take = 1.0 - cost / view.price;
        if take >= 0.0 && take <= view.most {
            consider(earns(take), Conduct { take, excludes: false });
        }
    }
    consider(earns(view.most), Conduct { take: view.most, excludes: false });
    if view.exclusion {
        consider(own.earns(view, take, 0.0), Conduct { take, excludes: true });
    }
    chosen
}

/// The captor's own nodes that cover their cost.
struct Own {
    /// H100e.
    capacity: f64,
    /// What they earn above their cost when all are used, USD an hour.
    margin: f64,
}

impl Own {
    fn of(view: &View) -> Self {
        let mut own = Self { capacity: 0.0, margin: 0.0 };
        for (capacity, cost) in view.own.iter().filter(|(_, cost)| *cost <= view.price) {
            own.capacity += capacity;
            own.margin += capacity * (view.price - cost);
        }
        own
    }

    /// Profit with these rivals' capacity in the network, USD an hour.
    fn earns(&self, view: &View, take: f64, rivals: f64) -> f64 {
        let capacity = self.capacity + rivals;
        let used = if view.load < capacity { view.load / capacity } else { 1.0 };
        used * (self.margin + view.price * take * rivals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A captor without nodes or exclusion, over rivals of the given capacity and cost.
    fn view(load: f64, rivals: &[(f64, f64)]) -> View {
        View {
            price: 2.0,
            load,
            own: vec![],
            rivals: rivals.to_vec(),
            take: 0.1,
            most: 1.0,
            exclusion: false,
        }
    }

    fn earned(view: &View, take: f64) -> f64 {
        profit(view, Conduct { take, excludes: false })
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + b.abs())
    }

    #[test]
    fn profit_by_hand() {
        let mut v = view(30.0, &[(40.0, 0.5), (40.0, 1.7)]);
        // Of the own nodes one costs more than the price and stands idle, the other works at any take: half of 20 + 40 is used.
        v.own = vec![(20.0, 1.9), (100.0, 2.1)];
        assert!(close(earned(&v, 0.2), 0.5 * (20.0 * 0.1 + 0.2 * 2.0 * 40.0)));
        // With a take of 0.15 all rivals stay, at 0.9 none does; excluded they do not come back at any take.
        assert!(close(earned(&v, 0.15), 0.3 * (20.0 * 0.1 + 0.15 * 2.0 * 80.0)));
        assert!(close(earned(&v, 0.9), 20.0 * 0.1));
        assert!(close(profit(&v, Conduct { take: 0.15, excludes: true }), 20.0 * 0.1));
    }

    #[test]
    fn from_rivals_without_an_alternative_it_takes_the_most() {
        for most in [0.3, 1.0] {
            let v = View { most, ..view(30.0, &[(40.0, 0.0), (5.0, -0.7)]) };
            assert!(close(best(&v).take, most) && !best(&v).excludes, "{:?}", best(&v));
        }
    }

    #[test]
    fn in_scarcity_it_stops_where_the_next_rival_to_leave_costs_more_than_the_rest_bears() {
        // Over p, at the break-evens of 0.2, 0.6 and 0.9: 0.2 (40 + k), 0.6 (10 + k) and 0.9 · 10.
        let take = |k: f64| best(&view(1e6, &[(30.0, 1.6), (k, 0.8), (10.0, 0.2)])).take;
        assert!(close(take(1.0), 0.9), "{}", take(1.0));
        assert!(close(take(6.0), 0.6), "{}", take(6.0));
        let keep_all = best(&view(1e6, &[(90.0, 1.6), (6.0, 0.8), (10.0, 0.2)]));
        assert!(close(keep_all.take, 0.2), "{keep_all:?}");
    }

    #[test]
    fn with_slack_a_captor_without_nodes_takes_all_that_the_cheapest_rival_bears() {
        let v = view(9.0, &[(500.0, 1.6), (500.0, 0.8), (10.0, 0.3)]);
        assert!(close(best(&v).take, 1.0 - 0.3 / 2.0), "{:?}", best(&v));
    }

    /// Excluding pays where own margins on rivals' work exceed the take from it: `L m > u (K₀ m + p t K)`, which for u = L / (K₀ + K) is m > p t.
    #[test]
    fn with_capacity_to_spare_it_excludes_where_its_margin_exceeds_the_take() {
        for (cost, excludes) in [(0.5, true), (1.55, true), (1.65, false), (1.9, false)] {
            let mut v = view(50.0, &[(100.0, 0.4)]);
            (v.own, v.take, v.most, v.exclusion) = (vec![(80.0, cost)], 0.2, 0.2, true);
            let conduct = best(&v);
            assert_eq!(conduct.excludes, excludes, "{cost}: {conduct:?}");
            assert!(close(conduct.take, 0.2), "{cost}: {conduct:?}");
            v.exclusion = false;
            assert!(!best(&v).excludes, "{cost}");
        }
        // Without capacity to spare the own nodes are full anyway, and the take would be lost.
        let mut v = view(500.0, &[(100.0, 0.4)]);
        (v.own, v.most, v.exclusion) = (vec![(80.0, 0.5)], 0.2, true);
        assert!(!best(&v).excludes, "{:?}", best(&v));
    }

    #[test]
    fn where_nothing_can_be_gained_the_take_in_force_stands_and_rivals_stay() {
        let as_it_is = |v: &View| {
            let kept = best(v);
            assert_eq!(kept, Conduct { take: v.take, excludes: false }, "{v:?}");
        };
        let mut idle = view(0.0, &[(40.0, 0.5), (40.0, 1.7)]);
        (idle.own, idle.exclusion) = (vec![(20.0, 1.2)], true);
        as_it_is(&idle);
        assert!(close(profit(&idle, best(&idle)), 0.0));
        as_it_is(&View { rivals: vec![], load: 10.0, ..idle.clone() });
        as_it_is(&View { price: 0.0, load: 10.0, ..view(0.0, &[(40.0, 0.0), (40.0, -1.0)]) });
        // At a take of one the rival's work earns as much as own work without cost would.
        let free = View { own: vec![(20.0, 0.0)], take: 1.0, exclusion: true, ..idle };
        as_it_is(&View { rivals: vec![(7.0, 0.0)], load: 10.0, ..free });
    }

    #[test]
    fn a_rival_stays_at_its_own_break_even_take() {
        for cost in (1..1000).map(|i| f64::from(i) / 370.0) {
            for price in [0.013, 0.7, 2.9, 31.0] {
                let take = 1.0 - cost / price;
                assert!(stays(price, take, cost), "{price} {cost}");
                assert!(!stays(price, take + 1e-9, cost), "{price} {cost}");
            }
        }
    }

    #[test]
    fn twenty_thousand_rivals_leave_the_dearest_first_up_to_the_monopsonists_take() {
        // Costs spread evenly over [0, p] and work for all: π = p t (1 − t) K is largest at one half.
        let n = 20_000_u32;
        let rivals: Vec<(f64, f64)> =
            (0..n).map(|i| (0.5, 2.0 * f64::from(i * 7919 % n) / f64::from(n))).collect();
        let v = view(1e9, &rivals);
        assert!((best(&v).take - 0.5).abs() < 1e-3, "{:?}", best(&v));
        let expected = 2.0 * 0.25 * 0.5 * f64::from(n);
        assert!((profit(&v, best(&v)) / expected - 1.0).abs() < 1e-3);
    }

    fn nodes(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0.0..50.0_f64, -0.5..3.0_f64), n)
    }

    prop_compose! {
        fn any_view()(
            price in 0.0..3.0_f64, load in 0.0..400.0_f64, own in nodes(0..6), rivals in nodes(0..20),
            (take, most, exclusion) in (0.0..1.0_f64, 0.0..=1.0_f64, any::<bool>()),
        ) -> View {
            View { price, load, own, rivals, take: take * most, most, exclusion }
        }
    }

    proptest! {
        #[test]
        fn a_captor_never_lowers_its_own_profit_nor_breaks_the_rules(v in any_view()) {
            let conduct = best(&v);
            prop_assert!(profit(&v, conduct) >= earned(&v, v.take) * (1.0 - 1e-12));
            prop_assert!(conduct.take >= 0.0 && conduct.take <= v.most);
            prop_assert!(v.exclusion || !conduct.excludes);
            let lowered = best(&View { take: 1.0, ..v.clone() });
            prop_assert!(lowered.take <= v.most);
        }

        #[test]
        fn no_take_on_a_fine_grid_beats_the_best(v in any_view()) {
            let reached = profit(&v, best(&v)) * (1.0 + 1e-9);
            for take in (0..=1000).map(|i| v.most * f64::from(i) / 1000.0) {
                prop_assert!(earned(&v, take) <= reached, "{take}");
                let alone = profit(&v, Conduct { take, excludes: true });
                prop_assert!(!v.exclusion || alone <= reached, "{take}");
            }
        }

        #[test]
        fn more_freedom_never_lowers_profit(v in any_view(), part in 0.0..1.0_f64) {
            let free = profit(&v, best(&v)) * (1.0 + 1e-9);
            let bound = View { most: part * v.most, exclusion: false, ..v.clone() };
            prop_assert!(profit(&v, best(&bound)) <= free);
        }
    }
}
