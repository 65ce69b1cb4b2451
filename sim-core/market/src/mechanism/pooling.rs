//! How states share capacity: what is lent, what is asked for, and why sharing helps. Decides nothing about who is a member.
//!
//! Two priority rules, those of interconnected power systems (Cook, Galloway, Steinberg and Wood 1963; Billinton and Allan 1996, chapter 4). Under
//! `own_first` (no load loss sharing) a member serves its own first and lends of the rest at most its transfer limit,
//! `G = ι·min(L·C, C − served)`; a segment asks for what it would buy at the lenders' price and did not get,
//! `X = max(0, D(p) + B⁻/Δt − served)` with `D(p)` its demand curve. Under `equal` (load loss sharing) the part ιL of every member's capacity stands in
//! one queue for the work of all.
//!
//! Pooling cannot raise what is unserved in all: `(ΣD − ΣC)⁺ ≤ Σ(D − C)⁺`, for the positive part is convex and homogeneous, hence subadditive; in
//! expectation this is Eppen's (1979) effect of centralisation, and it vanishes where all are short at once.

use super::clearing::DemandCurve;
use super::reservation::demand_at;

/// Share of a queue's capacity, and of a segment's need, below which nothing is lent or asked for: what a full queue cannot use, and what a wait of
/// minutes prices out, is no call on an ally.
const SLIGHT: f64 = 1e-3;

/// What a member lends of a queue, H100e: `ι·min(L·C, C − used)`.
#[must_use]
pub fn lent(capacity: f64, used: f64, (limit, interoperability): (f64, f64)) -> f64 {
    let (most, idle) = (limit * capacity, capacity - used);
    let offered = if idle < most { idle } else { most };
    if idle > SLIGHT * capacity && offered > 0.0 { interoperability * offered } else { 0.0 }
}

/// Reference demand whose curve gives, at the `price` of the lenders, what a segment with the reference demand `reference` would buy there and was not
/// served: `(D(p) + carried − served)⁺ / D₁(p)`, H100e, with `D₁` the curve of one unit.
#[must_use]
pub fn asked(
    curve: &DemandCurve,
    reference: f64,
    price: f64,
    (carried, served): (f64, f64),
) -> f64 {
    let unit = demand_at(curve, 1.0, price);
    let missing = reference * unit + carried - served;
    if unit > 0.0 && missing > SLIGHT * reference { missing / unit } else { 0.0 }
}

/// Where work that was lent for comes from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relief {
    /// It would have been lost, H100e.
    pub lost: f64,
    /// It waited, H100e.
    pub waiting: f64,
    /// It had been priced out, H100e.
    pub drawn: f64,
}

/// Divides borrowed compute over work that would have been lost, work that waits and work that was priced out, in this order.
#[must_use]
pub fn relief(served: f64, lost: f64, waiting: f64) -> Relief {
    let from_lost = if served < lost { served } else { lost };
    let rest = served - from_lost;
    let from_waiting = if rest < waiting { rest } else { waiting };
    Relief { lost: from_lost, waiting: from_waiting, drawn: rest - from_waiting }
}

/// Allotments of those of the members who are there: what is allotted in all, by weight; nothing where no weight is left.
pub fn allotments<'a>(
    weights: &'a [f64],
    present: &'a [bool],
    allotted: f64,
) -> impl Iterator<Item = f64> + 'a {
    let there = weights.iter().zip(present).filter(|(_, there)| **there);
    let total: f64 = there.map(|(weight, _)| weight).sum();
    weights.iter().zip(present).map(move |(weight, &there)| {
        if there && total > 0.0 { allotted * weight / total } else { 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CURVE: DemandCurve = DemandCurve {
        reference_price: 1.0,
        choke_price: 8.0,
        elasticity: 0.7,
        substitution: 4.0,
        taper: 0.2,
    };

    #[test]
    fn nothing_is_lent_by_who_has_nothing_left_or_lends_nothing() {
        assert_eq!(lent(100.0, 100.0, (1.0, 1.0)).to_bits(), 0);
        assert_eq!(lent(100.0, 100.0 + 1e-9, (1.0, 1.0)).to_bits(), 0);
        assert_eq!(lent(100.0, 20.0, (0.0, 1.0)).to_bits(), 0);
        assert!((lent(100.0, 20.0, (1.0, 1.0)) - 80.0).abs() < 1e-12);
        assert!((lent(100.0, 20.0, (0.3, 0.5)) - 15.0).abs() < 1e-12);
    }

    #[test]
    fn a_segment_that_has_all_it_wants_asks_for_nothing() {
        let whole = demand_at(&CURVE, 50.0, 1.3);
        assert_eq!(asked(&CURVE, 50.0, 1.3, (0.0, whole)).to_bits(), 0);
        assert_eq!(asked(&CURVE, 50.0, 9.0, (0.0, 0.0)).to_bits(), 0);
        let half = asked(&CURVE, 50.0, 1.3, (0.0, whole / 2.0));
        assert!((demand_at(&CURVE, half, 1.3) - whole / 2.0).abs() < 1e-9);
        let late = asked(&CURVE, 50.0, 1.3, (7.0, whole));
        assert!((demand_at(&CURVE, late, 1.3) - 7.0).abs() < 1e-9);
    }

    #[test]
    fn who_is_away_has_no_allotment_and_the_others_have_it_all() {
        let shares: Vec<f64> = allotments(&[1.0, 2.0, 1.0], &[true, false, true], 0.8).collect();
        assert_eq!(shares, [0.4, 0.0, 0.4]);
        assert!(allotments(&[1.0], &[false], 1.0).all(|share| share == 0.0));
    }

    proptest! {
        /// The theorem: a pool leaves no more unserved than its members alone, whatever is asked and there is. Exact but for rounding.
        #[test]
        fn a_pool_never_leaves_more_unserved_than_its_members_alone(
            members in prop::collection::vec((0.0..1e6_f64, 0.0..1e6_f64), 1..12),
        ) {
            let short = |demand: f64, capacity: f64| if demand > capacity { demand - capacity } else { 0.0 };
            let alone: f64 = members.iter().map(|&(d, c)| short(d, c)).sum();
            let pool = short(members.iter().map(|m| m.0).sum(), members.iter().map(|m| m.1).sum());
            prop_assert!(pool <= alone * (1.0 + 1e-12) + 1e-6);
            // With lending at the full limit all of the gain is to be had: what is lent covers what a pool would.
            let idle: f64 = members.iter().map(|&(d, c)| lent(c, if d < c { d } else { c }, (1.0, 1.0))).sum();
            // But for the slight rests that full queues keep.
            let rests: f64 = members.iter().map(|m| SLIGHT * m.1).sum();
            prop_assert!((short(alone, idle) - pool).abs() <= 1e-6 + 1e-9 * alone + rests);
        }

        #[test]
        fn relief_is_divided_without_rest_and_never_beyond_what_there_is(
            served in 0.0..1e6_f64, lost in 0.0..1e6_f64, waiting in 0.0..1e6_f64,
        ) {
            let parts = relief(served, lost, waiting);
            prop_assert!((parts.lost + parts.waiting + parts.drawn - served).abs() <= 1e-9 * (1.0 + served));
            prop_assert!(parts.lost <= lost && parts.waiting <= waiting && parts.drawn >= 0.0);
        }

        #[test]
        fn lenders_never_lend_more_than_is_left_or_allowed(
            capacity in 0.0..1e6_f64, use_share in 0.0..1.0_f64,
            limit in 0.0..1.0_f64, usable in 0.0..1.0_f64,
        ) {
            let given = lent(capacity, use_share * capacity, (limit, usable));
            prop_assert!(given >= 0.0 && given <= limit * capacity);
            prop_assert!(given <= capacity - use_share * capacity);
        }
    }
}
