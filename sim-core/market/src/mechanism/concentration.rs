//! How concentrated a quantity is over those who hold it: compute by beneficial owner, host, vendor or jurisdiction.
//!
//! With sizes x₁ ≥ … ≥ xₙ > 0 of the n owners present and shares s_i = x_i / Σx:
//!
//! - Herfindahl–Hirschman index Σ s_i² (Hirschman 1945, Herfindahl 1950), in [1/n, 1]; one over it is the number of equal owners that would be as
//!   concentrated. CR4, the share of the four largest.
//! - Gini coefficient Σ s_i (n + 1 − 2i) / n (Gini 1912), in [0, 1 − 1/n]: half the mean difference over the mean, and one minus twice the area
//!   under the Lorenz curve (Lorenz 1905).
//! - Theil's T = Σ s_i ln(n s_i) (Theil 1967), in [0, ln n].
//! - Nakamoto coefficients (Srinivasan and Lee 2017): the fewest owners whose joint share exceeds a third, which can stop a protocol that tolerates
//!   fewer than a third of faulty votes, and a half, which command a majority.
//!
//! All depend on shares only. Gini and Theil speak of inequality among the owners present, not of how many there are: a duopoly of equals has
//! none. The module does not decide who the owner behind a name is, and owners with nothing do not count.

use autarky_engine::math;

/// A joint share counts as more than a threshold only if it is above it by this part of it. Shares that add up to the threshold itself may be
/// off by rounding: by up to 8e-13 of it in trials with 20,000 equal ones.
const TOLERANCE: f64 = 1e-12;

/// Measures of concentration, all without unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concentration {
    /// Herfindahl–Hirschman index, between one over the number of owners and 1.
    pub hhi: f64,
    /// Joint share of the four largest owners.
    pub cr4: f64,
    /// Gini coefficient of the owners present: 0 among equals and for a monopolist.
    pub gini: f64,
    /// Theil's T of the owners present: 0 among equals and for a monopolist.
    pub theil: f64,
    /// Fewest owners whose joint share exceeds one third.
    pub nakamoto_33: f64,
    /// Fewest owners whose joint share exceeds one half.
    pub nakamoto_50: f64,
}

impl Concentration {
    /// All NaN: nobody owns anything.
    pub const UNDEFINED: Self = Self {
        hhi: f64::NAN,
        cr4: f64::NAN,
        gini: f64::NAN,
        theil: f64::NAN,
        nakamoto_33: f64::NAN,
        nakamoto_50: f64::NAN,
    };
}

/// Concentration of `sizes`, one per owner, finite and in any unit; [`Concentration::UNDEFINED`] if none is positive.
///
/// Leaves in `sizes` the positive ones, largest first, as [`lorenz`] wants them. Allocates nothing.
pub fn measures(sizes: &mut Vec<f64>) -> Concentration {
    sizes.retain(|size| *size > 0.0);
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    if sizes.is_empty() {
        return Concentration::UNDEFINED;
    }
    let total: f64 = sizes.iter().sum();
    let owners = sizes.len() as f64;
    let (third, half) = ((1.0 + TOLERANCE) / 3.0, 0.5 * (1.0 + TOLERANCE));
    let (mut hhi, mut gini, mut theil, mut joint) = (0.0, 0.0, 0.0, 0.0);
    // Owners whose joint share with all larger ones does not yet exceed the threshold.
    let (mut within_third, mut within_half) = (0_u32, 0_u32);
    let mut weight = owners - 1.0;
    for size in sizes.iter() {
        let share = size / total;
        hhi += share * share;
        gini += share * weight;
        theil += share * math::ln(owners * share);
        joint += share;
        within_third += u32::from(joint <= third);
        within_half += u32::from(joint <= half);
        weight -= 2.0;
    }
    let not_below_zero = |measure: f64| if measure > 0.0 { measure } else { 0.0 };
    Concentration {
        hhi,
        cr4: sizes.iter().take(4).sum::<f64>() / total,
        gini: not_below_zero(gini / owners),
        theil: not_below_zero(theil),
        nakamoto_33: f64::from(within_third + 1),
        nakamoto_50: f64::from(within_half + 1),
    }
}

/// Lorenz curve (Lorenz 1905): share owned by the smallest 10 %, 20 %, … 90 % of owners, linear between owners. NaN if there are none.
///
/// `sorted_descending` holds positive sizes, largest first, as [`measures`] leaves them.
#[must_use]
pub fn lorenz(sorted_descending: &[f64]) -> [f64; 9] {
    let mut curve = [f64::NAN; 9];
    let (owners, total) = (sorted_descending.len(), sorted_descending.iter().sum::<f64>());
    let mut ascending = sorted_descending.iter().rev().copied();
    let (mut counted, mut below, mut next) = (0, 0.0, ascending.next().unwrap_or(f64::NAN));
    for (decile, point) in (1..).zip(&mut curve) {
        // In tenths of an owner, so that no point is a rounding away from the owner it falls on.
        let tenths = decile * owners;
        while counted < tenths / 10 {
            below += next;
            counted += 1;
            next = ascending.next().unwrap_or(0.0);
        }
        *point = (below + next * ((tenths % 10) as f64 / 10.0)) / total;
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(sizes: &[f64]) -> Concentration {
        measures(&mut sizes.to_vec())
    }

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance
    }

    /// Standard normal quantile by bisection on the error function.
    fn normal_quantile(p: f64) -> f64 {
        let (mut low, mut high) = (-9.0, 9.0);
        for _ in 0..60 {
            let middle: f64 = 0.5 * (low + high);
            let below = 0.5 * (1.0 + math::erf(middle / 2.0_f64.sqrt())) < p;
            if below { low = middle } else { high = middle }
        }
        low
    }

    #[test]
    fn among_equals_hhi_is_one_over_their_number_and_nothing_is_unequal() {
        for n in [1_u32, 2, 3, 4, 6, 7, 100, 19_999, 20_000] {
            let c = of(&vec![0.1; n as usize]);
            let owners = f64::from(n);
            assert!(close(c.hhi * owners, 1.0, 1e-9), "{n}: {c:?}");
            assert!(close(c.cr4, if n > 4 { 4.0 / owners } else { 1.0 }, 1e-12), "{n}: {c:?}");
            assert!((0.0..1e-9).contains(&c.gini) && (0.0..1e-9).contains(&c.theil), "{n}: {c:?}");
            assert!(close(c.nakamoto_50, f64::from(n / 2 + 1), 0.0), "{n}: {c:?}");
            assert!(close(c.nakamoto_33, f64::from(n / 3 + 1), 0.0), "{n}: {c:?}");
        }
    }

    #[test]
    fn a_monopolist_has_it_all_and_those_with_nothing_do_not_count() {
        let monopoly = Concentration {
            hhi: 1.0,
            cr4: 1.0,
            gini: 0.0,
            theil: 0.0,
            nakamoto_33: 1.0,
            nakamoto_50: 1.0,
        };
        assert_eq!(of(&[0.0, 3.7, -0.0, -5.0]), monopoly);
        for nobody in [&[] as &[f64], &[0.0, -1.0]] {
            let c = of(nobody);
            let fields = [c.hhi, c.cr4, c.gini, c.theil, c.nakamoto_33, c.nakamoto_50];
            assert!(fields.iter().all(|field| field.is_nan()), "{c:?}");
        }
    }

    #[test]
    fn an_example_by_hand() {
        let c = of(&[1.0, 2.0, 5.0, 1.0, 1.0]);
        assert!(close(c.hhi, 0.32, 1e-12) && close(c.cr4, 0.9, 1e-12), "{c:?}");
        // Mean difference over all 25 pairs, |5−2|·2 + 3·|5−1|·2 + 3·|2−1|·2 = 36, over twice the mean of 2.
        assert!(close(c.gini, 36.0 / 25.0 / 4.0, 1e-12), "{c:?}");
        let theil = 0.5 * math::ln(2.5) + 0.3 * math::ln(0.5);
        assert!(close(c.theil, theil, 1e-12), "{c:?}");
        // The largest holds one half, which is not more than one half.
        assert!(close(c.nakamoto_33, 1.0, 0.0) && close(c.nakamoto_50, 2.0, 0.0), "{c:?}");
    }

    #[test]
    fn lognormal_sizes_have_gini_erf_of_half_sigma_and_theil_half_the_variance() {
        let (n, sd) = (20_000_u32, 0.94868_f64);
        let size = |i: u32| math::exp(sd * normal_quantile((f64::from(i) + 0.5) / f64::from(n)));
        let c = of(&(0..n).map(size).collect::<Vec<f64>>());
        assert!(close(c.gini, math::erf(sd / 2.0), 1e-3), "{c:?}");
        assert!(close(c.theil, sd * sd / 2.0, 2e-2), "{c:?}");
        // HHI = (1 + CV²)/n, and a joint share of 1 − Φ(z − σ) is that of the largest 1 − Φ(z): here of z = σ and a half.
        assert!(close(c.hhi * f64::from(n), math::exp(sd * sd), 0.1), "{c:?}");
        let majority = f64::from(n) * 0.5 * math::erfc(sd / 2.0_f64.sqrt());
        assert!(close(c.nakamoto_50 / majority, 1.0, 0.01), "{c:?} {majority}");
    }

    #[test]
    fn the_lorenz_curve_is_linear_between_owners_and_straight_among_equals() {
        for n in [1, 3, 10, 37] {
            for (decile, point) in (1..).zip(lorenz(&vec![0.3; n])) {
                assert!(close(point, f64::from(decile) / 10.0, 1e-12), "{n} {decile}: {point}");
            }
        }
        // Shares 0.2 and 0.8: the smaller half rises to 0.2 at the middle.
        let by_hand = [0.04, 0.08, 0.12, 0.16, 0.2, 0.36, 0.52, 0.68, 0.84];
        for (point, expected) in lorenz(&[4.0, 1.0]).into_iter().zip(by_hand) {
            assert!(close(point, expected, 1e-12), "{point} {expected}");
        }
        assert!(lorenz(&[]).iter().all(|point| point.is_nan()));
    }

    fn sizes(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(0.1..100.0_f64, n)
    }

    proptest! {
        #[test]
        fn merging_two_owners_never_makes_a_quantity_less_concentrated(
            sizes in sizes(2..40), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(),
        ) {
            let before = of(&sizes);
            let mut merged = sizes.clone();
            let taken = merged.remove(a.index(sizes.len()));
            merged[b.index(sizes.len() - 1)] += taken;
            let after = of(&merged);
            prop_assert!(after.hhi > before.hhi && after.cr4 >= before.cr4 * (1.0 - 1e-12));
            prop_assert!(after.nakamoto_33 <= before.nakamoto_33);
            prop_assert!(after.nakamoto_50 <= before.nakamoto_50);
        }

        #[test]
        fn only_shares_matter(sizes in sizes(1..40), scale in 1e-9..1e9_f64) {
            let (a, b) = (of(&sizes), of(&sizes.iter().map(|s| s * scale).collect::<Vec<f64>>()));
            for (a, b) in [(a.hhi, b.hhi), (a.cr4, b.cr4), (a.gini, b.gini), (a.theil, b.theil)] {
                prop_assert!(close(a, b, 1e-12));
            }
            prop_assert!(close(a.nakamoto_33, b.nakamoto_33, 0.0));
            prop_assert!(close(a.nakamoto_50, b.nakamoto_50, 0.0));
        }

        /// The principle of transfers (Pigou 1912, Dalton 1920).
        #[test]
        fn a_transfer_from_poor_to_rich_raises_hhi_gini_and_theil(
            sizes in sizes(2..40), pair in prop::array::uniform2(any::<prop::sample::Index>()),
            part in 0.01..0.99_f64,
        ) {
            let mut after = sizes.clone();
            after.sort_unstable_by(f64::total_cmp);
            let poor = pair[0].index(sizes.len() - 1);
            let rich = poor + 1 + pair[1].index(sizes.len() - 1 - poor);
            let gift = part * after[poor];
            after[poor] -= gift;
            after[rich] += gift;
            let (before, after) = (of(&sizes), of(&after));
            prop_assert!(after.hhi > before.hhi);
            prop_assert!(after.gini > before.gini);
            prop_assert!(after.theil > before.theil);
        }

        #[test]
        fn the_measures_keep_to_their_ranges(sizes in sizes(1..40)) {
            let (c, n) = (of(&sizes), sizes.len() as f64);
            prop_assert!(c.hhi >= (1.0 - 1e-12) / n && c.hhi <= 1.0 + 1e-12);
            prop_assert!(c.gini >= 0.0 && c.gini <= 1.0 - 1.0 / n + 1e-12);
            prop_assert!(c.theil >= 0.0 && c.theil <= math::ln(n) + 1e-12);
            prop_assert!(c.nakamoto_33 >= 1.0 && c.nakamoto_33 <= c.nakamoto_50);
            // The Nakamoto coefficient is the fewest: that many exceed one half, one fewer do not.
            let mut sorted = sizes.clone();
            sorted.sort_unstable_by(|a, b| b.total_cmp(a));
            let total: f64 = sorted.iter().sum();
            let joint = |owners: f64| sorted.iter().take(owners as usize).sum::<f64>() / total;
            prop_assert!(joint(c.nakamoto_50) > 0.5 && joint(c.nakamoto_50 - 1.0) <= 0.5 + 1e-9);
        }

        /// With ten owners the deciles are all there is of the curve.
        #[test]
        fn the_gini_is_one_minus_twice_the_area_under_the_lorenz_curve(mut sizes in sizes(10)) {
            let c = measures(&mut sizes);
            let area = (lorenz(&sizes).iter().sum::<f64>() + 0.5) / 10.0;
            prop_assert!(close(c.gini, 1.0 - 2.0 * area, 1e-12));
        }
    }
}
