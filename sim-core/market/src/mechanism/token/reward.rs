//! Who gets what a network issues: shares of an amount, or one winner of it.
//!
//! [`divide`] pays all in proportion. With cumulative weights W_k of the total W, part k of an amount A is `⌊A·W_k/W⌋ − ⌊A·W_(k−1)/W⌋`: whole
//! units, which sum to A because the floors telescope.
//!
//! [`winner`] pays one, with a chance in proportion to weight. Where the reward adds to the winner's weight this is Pólya's urn: each share is a
//! martingale, with the variance `s(1−s)·n/((θ+1)(θ+n))` after n rewards, θ the first total over the reward (Roşu and Saleh 2021).
//!
//! [`first_ticket`] pays the holder of the least `u_i/w_i`, u uniform (single-lottery proof of stake, Huang et al. 2021). That looks alike but
//! favours the large: of two weights a < b, a wins with chance a/(2b) rather than a/(a+b).
//!
//! Weights that are not positive count as none. Nothing here remembers who won, or adds a reward to a weight.

/// Divides `amount` by weight into whole parts in `out`, which sum to it exactly; returns what is left undivided: nothing, or all.
///
/// All is left, and every part is 0, if no weight is positive, the amount is not, or the sum of weights times the amount is beyond f64. A part is
/// within one unit of proportional, plus rounding of the order of `n·amount·2^(−53)` units for n weights: none that matters below 2^53/n. The
/// last positive weight takes what remains. A weight of zero gets nothing.
#[must_use = "what is left undivided must stay somewhere"]
pub fn divide(amount: i128, weights: &[f64], out: &mut Vec<i128>) -> i128 {
    out.clear();
    let total = total(weights);
    let whole = amount as f64;
    if amount <= 0 || total <= 0.0 || !(whole * total).is_finite() {
        out.resize(weights.len(), 0);
        return amount;
    }
    let (mut sum, mut paid) = (0.0, 0);
    out.extend(weights.iter().map(|&weight| {
        sum += positive(weight);
        // Summed in the same order as the total, so the last sum is the total to the bit.
        let due = if sum < total { (whole * sum / total) as i128 } else { amount };
        let due = due.min(amount); // beyond 2^53 the quotient may round above it
        let part = due - paid;
        paid = due;
        part
    }));
    0
}

/// Index of one winner with a chance in proportion to weight, from `u` uniform on [0, 1); `None` if no weight is positive or their sum is beyond f64.
#[must_use]
pub fn winner(weights: &[f64], u: f64) -> Option<usize> {
    let total = total(weights);
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let (mark, mut sum) = (u * total, 0.0);
    let hit = weights.iter().position(|&weight| {
        sum += positive(weight);
        mark < sum
    });
    // The product may round up to the total.
    hit.or_else(|| weights.iter().rposition(|&weight| weight > 0.0))
}

/// Index of the least ticket `u_i/w_i` among positive weights, the first of equal ones; `None` if there is none.
///
/// Takes one uniform on [0, 1) for every weight in order, also for those of zero, so that each keeps its own. Weights beyond the last uniform have
/// no ticket.
pub fn first_ticket(weights: &[f64], uniforms: impl Iterator<Item = f64>) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, (&weight, u)) in weights.iter().zip(uniforms).enumerate() {
        let ticket = u / weight;
        if weight > 0.0 && best.is_none_or(|(_, least)| ticket < least) {
            best = Some((index, ticket));
        }
    }
    best.map(|(index, _)| index)
}

fn positive(weight: f64) -> f64 {
    if weight > 0.0 { weight } else { 0.0 }
}

fn total(weights: &[f64]) -> f64 {
    weights.iter().fold(0.0, |sum, &weight| sum + positive(weight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use autarky_engine::rng::{Stream, StreamKey};
    use proptest::prelude::*;

    fn parts(amount: i128, weights: &[f64]) -> Vec<i128> {
        let mut out = vec![-1; 3];
        assert_eq!(divide(amount, weights, &mut out), 0, "left over");
        out
    }

    #[test]
    fn parts_are_differences_of_floors() {
        assert_eq!(parts(10, &[1.0, 1.0, 1.0]), [3, 3, 4]);
        assert_eq!(parts(1, &[1.0, 1.0, 1.0]), [0, 0, 1]);
        assert_eq!(parts(100, &[0.0, 1.0, -5.0, 3.0, 0.0]), [0, 25, 0, 75, 0]);
        assert_eq!(parts(70, &[3.0; 7]), [10; 7]);
    }

    #[test]
    fn what_nobody_has_a_weight_for_is_left() {
        for weights in [&[][..], &[0.0, -1.0], &[f64::MAX, f64::MAX], &[f64::NAN]] {
            let mut out = vec![7];
            assert_eq!(divide(5, weights, &mut out), 5);
            assert_eq!(out, vec![0; weights.len()]);
        }
        for amount in [0, -5] {
            let mut out = vec![7];
            assert_eq!(divide(amount, &[1.0, 1.0], &mut out), amount);
            assert_eq!(out, [0, 0]);
        }
    }

    #[test]
    fn the_largest_amounts_are_divided_exactly_too() {
        for amount in [(1 << 53) + 1, i128::MAX, i128::MAX - 1] {
            let out = parts(amount, &[0.1, 0.2, 0.3, 0.4]);
            assert_eq!(out.iter().sum::<i128>(), amount);
            let error = (out[2] as f64 / amount as f64 - 0.3).abs();
            assert!(error < 1e-15 && out.iter().all(|&part| part > 0), "{error}");
        }
    }

    /// The quotient for the first weight is 28 above the amount.
    #[test]
    fn rounding_of_large_amounts_makes_no_part_negative() {
        let amount = 1_152_921_504_607_454_692;
        let out = parts(amount, &[1.999_999_999_999_989, f64::EPSILON]);
        assert_eq!(out, [amount, 0]);
    }

    #[test]
    fn every_winner_has_its_share_of_evenly_spread_draws() {
        let weights = [0.0, -2.0, 1.0, 3.0, 6.0];
        let mut wins = [0; 5];
        for i in 0..1000 {
            wins[winner(&weights, (f64::from(i) + 0.5) / 1000.0).unwrap()] += 1;
        }
        assert_eq!(wins, [0, 0, 100, 300, 600]);
    }

    #[test]
    fn draws_at_the_ends_win_a_positive_weight() {
        assert_eq!(winner(&[0.0, 0.1, 0.7, 0.0], 0.0), Some(1));
        assert_eq!(winner(&[0.0, 0.1, 0.7, 0.0], 1.0), Some(2));
        for none in [&[][..], &[0.0, -1.0], &[f64::MAX, f64::MAX]] {
            assert_eq!(winner(none, 0.5), None);
        }
    }

    /// Chances of tickets by midpoints of the unit cube, `n` a side.
    fn ticket_chances(weights: [f64; 3], n: [u32; 3]) -> [f64; 3] {
        let mut wins = [0.0; 3];
        let at = |i: u32, n: u32| (f64::from(i) + 0.5) / f64::from(n);
        for cell in 0..n[0] * n[1] * n[2] {
            let (i, j, k) = (cell % n[0], cell / n[0] % n[1], cell / n[0] / n[1]);
            let draws = [at(i, n[0]), at(j, n[1]), at(k, n[2])];
            wins[first_ticket(&weights, draws.into_iter()).unwrap()] += 1.0;
        }
        wins.map(|w| w / f64::from(n[0] * n[1] * n[2]))
    }

    /// 0.125 for 0.2 against 0.8 (Huang et al. 2021), where a proportional lottery gives 0.2. A side of 500 misses at most 1/500.
    #[test]
    fn the_smaller_of_two_wins_a_single_lottery_with_half_the_ratio_of_weights() {
        let chances = ticket_chances([0.2, 0.8, 0.0], [500, 500, 1]);
        assert!((chances[0] - 0.125).abs() < 2e-3 && chances[2].abs() < 1e-300, "{chances:?}");
    }

    /// Chance of i: `∫ w_i Π_(j≠i) (1 − w_j·x) dx` up to x = 1/w_max: 5/48, 11/48 and 32/48 for 1, 2 and 4, where a proportional lottery gives 7/48,
    /// 14/48 and 27/48. Midpoints miss most where two tickets tie, less than 1/200 here.
    #[test]
    fn three_in_a_single_lottery_win_with_the_chances_of_theory() {
        let chances = ticket_chances([1.0, 2.0, 4.0], [80, 80, 80]);
        for (chance, theory) in chances.into_iter().zip([5.0, 11.0, 32.0]) {
            assert!((chance - theory / 48.0).abs() < 5e-3, "{chances:?}");
        }
    }

    #[test]
    fn a_ticket_needs_a_positive_weight_and_a_draw_of_its_own() {
        assert_eq!(first_ticket(&[0.0, -1.0], [0.1, 0.1].into_iter()), None);
        assert_eq!(first_ticket(&[1.0, 1.0], std::iter::empty()), None);
        // The draw of the weight of zero is not handed on to the next.
        assert_eq!(first_ticket(&[1.0, 0.0, 1.0], [0.5, 0.1, 0.9].into_iter()), Some(0));
        assert_eq!(first_ticket(&[1.0, 1.0], [0.5, 0.5].into_iter()), Some(0));
    }

    /// Pólya's urn with s = 0.2, θ = 100, n = 1000: mean 0.2, variance 0.2·0.8·1000/(101·1100) = 0.00144014.
    ///
    /// 10,000 paths: standard error of the mean 3.8e-4, of the variance √(2.07/10,000) = 1.4 % (excess kurtosis 0.07). Bounds of 5.5 standard
    /// errors: false alarm below 1e-7. Finds a variance that is off by 8 %; rewards that do not compound are off by far more.
    #[test]
    fn compounding_rewards_make_shares_a_polya_urn() {
        let key = StreamKey { seed: 2021, replication: 0, process: 5, entity: 8 };
        let (mut stream, paths) = (Stream::new(key), 10_000);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..paths {
            let mut weights = [20.0, 80.0];
            for _ in 0..1000 {
                weights[winner(&weights, stream.uniform()).unwrap()] += 1.0;
            }
            let off = weights[0] / 1100.0 - 0.2;
            sum += off;
            squares += off * off;
        }
        let (mean, variance) = (sum / f64::from(paths), squares / f64::from(paths));
        let theory: f64 = 0.2 * 0.8 * 1000.0 / (101.0 * 1100.0);
        assert!((theory - 0.001_440_14).abs() < 1e-8);
        assert!(mean.abs() < 5.5 * (theory / f64::from(paths)).sqrt(), "{mean}");
        assert!((variance / theory - 1.0).abs() < 5.5 * 0.0144, "{variance}");
    }

    proptest! {
        /// Below 2^53/n rounding is less than a hundredth of a unit here.
        #[test]
        fn parts_sum_to_the_amount_and_are_within_a_unit_of_proportional(
            amount in 1i128..1_000_000_000_000,
            weights in prop::collection::vec(prop_oneof![Just(0.0), Just(-1.0), 1e-6..1e6_f64], 0..40),
        ) {
            let mut out = Vec::new();
            let left = divide(amount, &weights, &mut out);
            let total: f64 = weights.iter().filter(|w| **w > 0.0).sum();
            prop_assert_eq!(out.iter().sum::<i128>() + left, amount);
            prop_assert_eq!(left, if total > 0.0 { 0 } else { amount });
            for (weight, part) in weights.iter().zip(&out) {
                let due = if *weight > 0.0 { amount as f64 * weight / total } else { 0.0 };
                prop_assert!((*part as f64 - due).abs() < 1.01, "{part} {due}");
                prop_assert!(*part >= 0 && (*weight > 0.0 || *part == 0));
            }
        }

        #[test]
        fn a_holder_gains_nothing_by_splitting_into_two_neighbours(
            amount in 1i128..1_000_000_000,
            weights in prop::collection::vec(1u32..100_000, 2..20),
        ) {
            let apart: Vec<f64> = weights.iter().map(|&w| f64::from(w)).collect();
            let mut joint = apart.clone();
            joint[0] += joint.remove(1);
            let (apart, joint) = (parts(amount, &apart), parts(amount, &joint));
            prop_assert_eq!(apart[0] + apart[1], joint[0]);
            prop_assert_eq!(&apart[2..], &joint[1..]);
        }
    }
}
