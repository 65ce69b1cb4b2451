//! AI models: how good they are, which of them work runs on, and what that is worth.
//!
//! Quality is measured in years of progress of the frontier: at time t the frontier is at t, a model that is y behind it at t − y. Steps in the
//! logarithm of training work are then equal steps in quality, as in scaling laws (Kaplan et al. 2020, Hoffmann et al. 2022). The frontier's
//! work grows by γ a year and algorithms lower what is needed by a (Ho et al. 2024), so effective work at the frontier is `C₀·e^{(γ+a)t}`, and
//! a national model that did the work `E_i` at the times `u_i` stands at `s = ln(Σ E_i·e^{a·u_i}/C₀)/(γ + a)`: without work it never improves,
//! and falls behind by a year a year.
//!
//! Usefulness of a model y years behind: `ψ = e^{−δy}`, at most one. Work is spread over the models m that it may use and can reach by a
//! logit in the logarithm of usefulness over price, `share_m ∝ (ψ_m/(1 + φ_m))^θ`, φ the licence fee over the reference price of compute.
//! Demand for inference and fine-tuning is `D·A·Ψ`: A the share of the work that has a model, `Ψ = Σ share·ψ`.

use autarky_engine::math::{exp, ln, pow};

/// How fast the frontier moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Training work of the frontier at the start C₀, H100e-hours.
    pub work: f64,
    /// Its growth γ, 1/year.
    pub growth: f64,
    /// Progress of algorithms a, 1/year.
    pub algorithms: f64,
}

impl Pace {
    /// Effective work of `work` H100e-hours done at time `years`, in H100e-hours of the start.
    #[must_use]
    pub fn effective(&self, work: f64, years: f64) -> f64 {
        work * exp(self.algorithms * years)
    }

    /// Quality of a model with that effective work, years; minus infinity without any.
    #[must_use]
    pub fn quality(&self, effective: f64) -> f64 {
        if effective <= 0.0 {
            return f64::NEG_INFINITY;
        }
        ln(effective / self.work) / (self.growth + self.algorithms)
    }
}

/// Usefulness of a model of a quality at time `years`, over that of the frontier.
#[must_use]
pub fn usefulness(quality: f64, years: f64, obsolescence: f64) -> f64 {
    let behind = years - quality;
    if behind > f64::MAX {
        return 0.0;
    }
    if behind > 0.0 { exp(-obsolescence * behind) } else { 1.0 }
}

/// A model that work may use and can reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// ψ.
    pub usefulness: f64,
    /// φ.
    pub fee: f64,
}

/// Spreads work over offers: shares that sum to one, or none where no offer is of any use.
pub fn spread(offers: &[Option<Offer>], substitution: f64, shares: &mut [f64]) {
    let best = offers.iter().flatten().map(value).fold(0.0, |a, b| if b > a { b } else { a });
    shares.fill(0.0);
    if best <= 0.0 {
        return;
    }
    let mut total = 0.0;
    for (share, offer) in shares.iter_mut().zip(offers) {
        // Over the best, so that no power overflows.
        let relative = offer.as_ref().map_or(0.0, |o| value(o) / best);
        *share = if relative > 0.0 { pow(relative, substitution) } else { 0.0 };
        total += *share;
    }
    for share in shares {
        *share /= total;
    }
}

fn value(offer: &Offer) -> f64 {
    offer.usefulness / (1.0 + offer.fee)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PACE: Pace = Pace { work: 1e8, growth: 1.5, algorithms: 1.0 };

    #[test]
    fn the_frontiers_own_work_stays_at_the_frontier() {
        for years in [0.0, 1.0, 4.0] {
            let work = PACE.work * exp(PACE.growth * years);
            let quality = PACE.quality(PACE.effective(work, years));
            assert!((quality - years).abs() < 1e-12, "{quality} at {years}");
        }
    }

    #[test]
    fn each_e_fold_of_work_gains_the_same_time_and_no_work_is_no_model() {
        let at = |work: f64| PACE.quality(PACE.effective(work, 2.0));
        assert!((at(1e6 * std::f64::consts::E) - at(1e6) - 0.4).abs() < 1e-12);
        // What the frontier did at the start can be had e^{−at} cheaper.
        assert!(PACE.quality(PACE.effective(1e8 * exp(-2.0), 2.0)).abs() < 1e-12);
        assert!(usefulness(PACE.quality(0.0), 3.0, 0.5).abs() < 1e-300);
        assert!((usefulness(1.0, 3.0, 0.5) - exp(-1.0)).abs() < 1e-12);
        assert!((usefulness(4.0, 3.0, 0.5) - 1.0).abs() < 1e-12);
        assert!((usefulness(f64::INFINITY, 3.0, 0.5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn shares_are_a_logit_in_usefulness_over_price() {
        let offers = [
            Some(Offer { usefulness: 1.0, fee: 1.0 }),
            Some(Offer { usefulness: 0.5, fee: 0.0 }),
            None,
            Some(Offer { usefulness: 0.25, fee: 0.0 }),
        ];
        let mut shares = [0.0; 4];
        spread(&offers, 2.0, &mut shares);
        for (share, expected) in shares.iter().zip([4.0 / 9.0, 4.0 / 9.0, 0.0, 1.0 / 9.0]) {
            assert!((share - expected).abs() < 1e-12, "{shares:?}");
        }
        spread(&[None, None], 2.0, &mut shares[..2]);
        assert_eq!(shares[..2], [0.0, 0.0]);
    }

    proptest! {
        /// Shares sum to one, and a model that becomes dearer or worse never gains.
        #[test]
        fn a_worse_model_never_gains(
            raw in prop::collection::vec((1e-9..1.0_f64, 0.0..5.0_f64), 2..6),
            theta in 0.0..40.0_f64,
            worse in 0.1..1.0_f64,
        ) {
            let mut offers: Vec<_> =
                raw.iter().map(|&(usefulness, fee)| Some(Offer { usefulness, fee })).collect();
            let (mut before, mut after) = (vec![0.0; raw.len()], vec![0.0; raw.len()]);
            spread(&offers, theta, &mut before);
            offers[0] = Some(Offer { usefulness: raw[0].0 * worse, fee: raw[0].1 });
            spread(&offers, theta, &mut after);
            prop_assert!((before.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(after[0] <= before[0] * (1.0 + 1e-12));
        }
    }
}
