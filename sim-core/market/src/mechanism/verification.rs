//! What it takes to know that work was done, and what slips through.
//!
//! A cheating operator wants a share s of its jobs to come out bad and succeeds in a share a. A bad result is found out with probability d, so it
//! survives n jobs with probability `(1 − a·d)^n`, and a share of the bad results is accepted all the same:
//!
//! | method | useful work over work done | a | d | accepted bad results, of a share b of single ones |
//! |---|---|---|---|---|
//! | none | 1 | s | 0 | b |
//! | redundancy, r copies, majority `m = (r+1)/2` | 1/r | s | `P[Bin(r−1, 1−b) ≥ m]` | `P[Bin(r, b) ≥ m]` |
//! | spot-check of a share q, accuracy α | 1/(1+q) | s | qα | b(1 − qα) |
//! | proof, overhead o, soundness α | 1/(1+o) | s | α | b(1 − α) |
//! | enclave, overhead o, strength α | 1/(1+o) | s(1−α) | 0 | b |
//!
//! Redundancy and spot-checks are those of Sarmenta (2002), with the worst case that bad results agree with each other: a bad result is outvoted
//! when m of the other copies are right. A result found bad is replaced by a right one. Jobs, copies and checks are independent.
//!
//! Whether cheating pays is the inspection game (Becker 1968; "verifier's dilemma", Luu et al. 2015): a rational operator cheats on a job when the
//! cost C that it saves exceeds the expected loss d·(R + S) of reward and stake. In a repeated relation the loss includes the rents of future
//! jobs (Shapiro and Stiglitz 1984). Who wants to cheat, what is slashed, and honest errors of the check itself are not decided here.

use autarky_engine::math;

/// How a network learns whether a result is right. Shares and probabilities are in [0, 1], overheads not negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Results are accepted as they come.
    None,
    /// Each job is run by several operators and the majority counts.
    Redundancy {
        /// Operators r per job; odd, at most 1000.
        copies: u32,
    },
    /// Some jobs are rerun by a trusted party.
    SpotCheck {
        /// Probability q that a job is checked.
        rate: f64,
        /// Probability that the check of a bad result finds it.
        accuracy: f64,
    },
    /// Each job carries a proof of its result.
    Proof {
        /// Work to prove, per unit of useful work.
        overhead: f64,
        /// Probability that the proof of a bad result fails.
        soundness: f64,
    },
    /// Attested hardware, which keeps an operator from cheating and finds nobody out.
    Enclave {
        /// Work lost to the enclave, per unit of useful work.
        overhead: f64,
        /// Probability that an attempt to cheat on a job cannot happen.
        strength: f64,
    },
}

impl Method {
    /// Results that an operator gives for each job that is credited to it: all copies are run by somebody.
    #[must_use]
    pub fn runs(self) -> f64 {
        match self {
            Self::Redundancy { copies } => f64::from(copies),
            Self::None | Self::SpotCheck { .. } | Self::Proof { .. } | Self::Enclave { .. } => 1.0,
        }
    }

    /// Useful work over work done.
    #[must_use]
    pub fn throughput(self) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Redundancy { copies } => 1.0 / f64::from(copies),
            Self::SpotCheck { rate: extra, .. }
            | Self::Proof { overhead: extra, .. }
            | Self::Enclave { overhead: extra, .. } => 1.0 / (1.0 + extra),
        }
    }

    /// Share a of a cheater's jobs that come out bad when it wants to corrupt the share `share` of them.
    #[must_use]
    pub fn attempted(self, share: f64) -> f64 {
        match self {
            Self::Enclave { strength, .. } => share * (1.0 - strength),
            Self::None | Self::Redundancy { .. } | Self::SpotCheck { .. } | Self::Proof { .. } => {
                share
            }
        }
    }

    /// Probability d that one bad result of a cheater is found out. `bad` is the probability that another operator's result of the same job is bad.
    #[must_use]
    pub fn detection(self, bad: f64) -> f64 {
        match self {
            Self::None | Self::Enclave { .. } => 0.0,
            Self::Redundancy { copies } => {
                upper_tail(copies.saturating_sub(1), majority(copies), 1.0 - bad)
            }
            Self::SpotCheck { rate, accuracy } => rate * accuracy,
            Self::Proof { soundness, .. } => soundness,
        }
    }

    /// Integrated hazard of being found out over `jobs` jobs of which the share `share` is meant to be bad: `−n·ln(1 − a·d)`, so that
    /// `exp(−exposure)` is the probability `(1 − a·d)^n` of surviving them.
    ///
    /// Infinite where each job is sure to be found out, zero without jobs. `bad` as in [`Self::detection`].
    #[must_use]
    pub fn exposure(self, share: f64, bad: f64, jobs: f64) -> f64 {
        if jobs > 0.0 {
            -jobs * math::ln_1p(-self.attempted(share) * self.detection(bad))
        } else {
            0.0
        }
    }

    /// Share of finished jobs whose accepted result is bad, when the share `bad` of single results is bad. In an enclave `bad` is what remains of
    /// the attempts.
    #[must_use]
    pub fn delivered(self, bad: f64) -> f64 {
        match self {
            Self::None | Self::Enclave { .. } => bad,
            Self::Redundancy { copies } => upper_tail(copies, majority(copies), bad),
            Self::SpotCheck { rate, accuracy } => bad * (1.0 - rate * accuracy),
            Self::Proof { soundness, .. } => bad * (1.0 - soundness),
        }
    }
}

/// Copies that decide a vote.
fn majority(copies: u32) -> u32 {
    copies / 2 + 1
}

/// `P[Bin(n, p) ≥ k]` for `k ≥ 1` as a sum of positive terms, each from the one before. Good for n up to 1000, beyond which the first term
/// underflows at p = ½.
fn upper_tail(n: u32, k: u32, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p > 0.5 {
        // The complement, whose first term cannot underflow.
        return 1.0 - upper_tail(n, n - k + 1, 1.0 - p);
    }
    let odds = p / (1.0 - p);
    let mut term = math::pow(1.0 - p, f64::from(n));
    let mut sum = 0.0;
    for j in 1..=n {
        term *= odds * f64::from(n - j + 1) / f64::from(j);
        if j >= k {
            sum += term;
        }
    }
    sum
}

/// Whether a rational operator cheats on a job.
///
/// `saved` is the avoidable cost that it saves, `detection` the probability of being found out, and `at_stake` what it then loses: slashed stake,
/// reward of the job and rents of future jobs, USD. An operator that is indifferent is honest.
#[must_use]
pub fn cheats(saved: f64, detection: f64, at_stake: f64) -> bool {
    saved > detection * at_stake
}

/// Smallest share of jobs to spot-check that deters: `C/(α·(R + S))`, arguments as in [`cheats`], `accuracy` that of the check.
///
/// Above 1 no rate deters; infinite where nothing is at stake or no check finds anything. Zero where cheating saves nothing.
#[must_use]
pub fn deterring_rate(saved: f64, accuracy: f64, at_stake: f64) -> f64 {
    if saved > 0.0 { saved / (accuracy * at_stake) } else { 0.0 }
}

/// Capacity that an operator claims, in the unit of `capacity`, when it has `capacity` and pretends to have the share `fake` of it once more.
#[must_use]
pub fn claimed(capacity: f64, fake: f64) -> f64 {
    capacity * (1.0 + fake)
}

/// Share of the work assigned to such a claim that no node can do; its results are bad.
#[must_use]
pub fn phantom_share(fake: f64) -> f64 {
    fake / (1.0 + fake)
}

/// Number of jobs in `work`, both in H100e-hours; `job_size` is positive.
#[must_use]
pub fn jobs(work: f64, job_size: f64) -> f64 {
    work / job_size
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redundancy(copies: u32) -> Method {
        Method::Redundancy { copies }
    }

    fn spot_check(rate: f64, accuracy: f64) -> Method {
        Method::SpotCheck { rate, accuracy }
    }

    fn proof(soundness: f64) -> Method {
        Method::Proof { overhead: 0.5, soundness }
    }

    fn enclave(strength: f64) -> Method {
        Method::Enclave { overhead: 0.25, strength }
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-12
    }

    #[test]
    fn checking_costs_what_is_run_besides_the_useful_work() {
        let found = [Method::None, redundancy(5), spot_check(0.6, 1.0), proof(1.0), enclave(1.0)];
        let expected = [1.0, 0.2, 0.625, 1.0 / 1.5, 0.8];
        assert!(found.iter().zip(expected).all(|(method, e)| near(method.throughput(), e)));
    }

    #[test]
    fn only_an_enclave_keeps_cheaters_from_trying_and_it_finds_nobody() {
        for method in [Method::None, redundancy(3), spot_check(0.6, 1.0), proof(1.0)] {
            assert!(near(method.attempted(0.3), 0.3), "{method:?}");
        }
        assert!(
            near(enclave(0.9).attempted(0.3), 0.03) && near(enclave(0.9).delivered(0.03), 0.03)
        );
        assert!(near(enclave(1.0).attempted(1.0), 0.0) && near(enclave(0.9).detection(0.0), 0.0));
    }

    #[test]
    fn the_majority_error_is_that_of_sarmenta() {
        assert!(near(redundancy(3).delivered(0.2), 0.104));
        assert!(near(redundancy(5).delivered(0.2), 0.05792));
    }

    #[test]
    fn a_bad_result_is_found_when_the_others_outvote_it() {
        let b = 0.2;
        assert!(near(redundancy(1).detection(b), 0.0));
        assert!(near(redundancy(3).detection(b), 0.8 * 0.8));
        let three_or_four_right = 4.0 * 0.8 * 0.8 * 0.8 * 0.2 + 0.8 * 0.8 * 0.8 * 0.8;
        assert!(near(redundancy(5).detection(b), three_or_four_right));
    }

    #[test]
    fn a_vote_of_a_thousand_does_not_underflow() {
        assert!(near(redundancy(999).delivered(0.5), 0.5));
    }

    /// Error rate of spot-checks with blacklisting in Sarmenta (2002), for a share f of cheaters that each corrupt the share s of n jobs.
    fn spot_check_error(s: f64, f: f64, q: f64, n: i32) -> f64 {
        let survive = (0..n).fold(1.0, |product, _| product * (1.0 - q * s));
        s * f * survive / ((1.0 - f) + f * survive)
    }

    /// Sarmenta checks with extra jobs whose result is known, so no result that counts is ever a checked one. Here real jobs are rerun, and of the
    /// bad results of the survivors a share q is found and redone: the accepted error is lower by the factor 1 − q that his formula does not have.
    #[test]
    fn the_error_of_spot_checks_with_blacklisting_follows_from_exposure() {
        let (s, f, q) = (0.1, 0.2, 0.1);
        let method = spot_check(q, 1.0);
        let survive = math::exp(-method.exposure(s, f * s, 100.0));
        let cheaters = f * survive / ((1.0 - f) + f * survive);
        let bad = cheaters * method.attempted(s);
        assert!((bad - 0.008_383_64).abs() < 5e-9, "{bad}");
        assert!(near(bad, spot_check_error(s, f, q, 100)));
        assert!(near(method.delivered(bad), bad * 0.9));
    }

    #[test]
    fn exposure_is_zero_without_jobs_or_detection_and_infinite_when_found_for_sure() {
        assert!(near(spot_check(1.0, 1.0).exposure(1.0, 0.0, 0.0), 0.0));
        assert!(near(enclave(0.5).exposure(1.0, 0.0, 1e6), 0.0));
        let sure = spot_check(1.0, 1.0).exposure(1.0, 0.0, 1e-9);
        assert!(sure.is_infinite() && sure > 0.0);
    }

    #[test]
    fn the_limits_of_each_method_are_no_check_and_a_sure_one() {
        for b in [0.0, 0.2, 0.7, 1.0] {
            for none in [
                Method::None,
                redundancy(1),
                spot_check(0.0, 1.0),
                spot_check(1.0, 0.0),
                proof(0.0),
            ] {
                assert!(near(none.detection(b), 0.0) && near(none.delivered(b), b), "{none:?}");
            }
            for sure in [spot_check(1.0, 1.0), proof(1.0)] {
                assert!(near(sure.detection(b), 1.0) && near(sure.delivered(b), 0.0), "{sure:?}");
            }
        }
        assert!(
            near(redundancy(101).detection(0.0), 1.0) && near(redundancy(101).detection(1.0), 0.0)
        );
        assert!(
            near(redundancy(101).delivered(0.0), 0.0) && near(redundancy(101).delivered(1.0), 1.0)
        );
    }

    #[test]
    fn a_tenth_of_jobs_checked_deters_when_eight_are_at_stake_for_a_cost_of_0_8() {
        let (reward, stake) = (1.0, 7.0);
        assert!(near(deterring_rate(0.8, 1.0, reward + stake), 0.1));
        assert!(near(deterring_rate(0.8, 0.5, reward + stake), 0.2));
        assert!(cheats(0.8, 0.099, reward + stake) && !cheats(0.8, 0.101, reward + stake));
    }

    #[test]
    fn no_rate_deters_where_the_saving_exceeds_what_is_at_stake() {
        assert!(deterring_rate(2.0, 1.0, 1.0) > 1.0 && cheats(2.0, 1.0, 1.0));
        assert!(deterring_rate(2.0, 1.0, 0.0).is_infinite());
        assert!(near(deterring_rate(0.0, 0.0, 0.0), 0.0) && !cheats(0.0, 0.0, 0.0));
    }

    #[test]
    fn the_phantom_part_of_a_claim_is_what_exceeds_the_capacity() {
        for fake in [0.0, 0.25, 1.0, 9.0] {
            let claim = claimed(40.0, fake);
            assert!(near(claim * (1.0 - phantom_share(fake)), 40.0));
            assert!(near(claim - 40.0, 40.0 * fake));
        }
        assert!(near(jobs(12.0, 0.5), 24.0));
    }

    /// `P[Bin(n, p) ≥ k]` by adding one trial after the other.
    fn tail_by_trials(n: usize, k: usize, p: f64) -> f64 {
        let mut mass = vec![1.0];
        for trial in 1..=n {
            let before = |j: usize| mass.get(j).copied().unwrap_or(0.0);
            mass = (0..=trial)
                .map(|j| (1.0 - p) * before(j) + if j > 0 { p * before(j - 1) } else { 0.0 })
                .collect();
        }
        mass[k..].iter().sum()
    }

    fn odd() -> impl Strategy<Value = u32> {
        (0u32..=50).prop_map(|half| 2 * half + 1)
    }

    proptest! {
        #[test]
        fn the_majority_tail_is_a_probability_and_that_of_independent_trials(copies in odd(), b in 0.0..=1.0_f64) {
            let (r, m) = (copies as usize, copies as usize / 2 + 1);
            let found = (redundancy(copies).delivered(b), redundancy(copies).detection(b));
            prop_assert!((0.0..=1.0).contains(&found.0) && (0.0..=1.0).contains(&found.1));
            prop_assert!((found.0 - tail_by_trials(r, m, b)).abs() < 1e-12, "{found:?}");
            let outvoted: f64 = if r > 1 { tail_by_trials(r - 1, m, 1.0 - b) } else { 0.0 };
            prop_assert!((found.1 - outvoted).abs() < 1e-12, "{found:?}");
        }

        #[test]
        fn more_copies_lower_the_error_of_a_good_majority_and_raise_that_of_a_bad_one(
            copies in odd(), b in 0.01..0.49_f64,
        ) {
            let [fewer, more] = [redundancy(copies), redundancy(copies + 2)];
            prop_assert!(more.delivered(b) < fewer.delivered(b));
            prop_assert!(more.delivered(1.0 - b) >= fewer.delivered(1.0 - b));
            prop_assert!((fewer.delivered(b) + fewer.delivered(1.0 - b) - 1.0).abs() < 1e-12);
            prop_assert!((fewer.delivered(0.5) - 0.5).abs() < 1e-12);
        }

        #[test]
        fn a_higher_rate_never_raises_the_delivered_error_and_never_lowers_detection(
            rate in 0.0..1.0_f64, more in 0.0..1.0_f64, accuracy in 0.0..=1.0_f64, (b, s) in (0.0..=1.0_f64, 0.0..1.0_f64),
        ) {
            let [less, more] = [rate, rate + more * (1.0 - rate)].map(|q| spot_check(q, accuracy));
            prop_assert!(more.delivered(b) <= less.delivered(b));
            prop_assert!(more.detection(b) >= less.detection(b));
            prop_assert!(more.exposure(s, b, 30.0) >= less.exposure(s, b, 30.0));
            prop_assert!(more.throughput() <= less.throughput());
        }

        #[test]
        fn surviving_n_jobs_is_surviving_one_n_times(s in 0.0..0.5_f64, d in 0.0..0.99_f64, n in 0u32..200) {
            let survive = math::exp(-proof(d).exposure(s, 0.0, f64::from(n)));
            let one_by_one = (0..n).fold(1.0, |product, _| product * (1.0 - s * d));
            prop_assert!((survive - one_by_one).abs() < 1e-12);
        }

        #[test]
        fn checking_at_the_deterring_rate_is_the_border_between_cheating_and_honesty(
            saved in 1e-3..10.0_f64, accuracy in 0.1..=1.0_f64, at_stake in 1e-2..100.0_f64,
        ) {
            let rate = deterring_rate(saved, accuracy, at_stake);
            let detection = |rate: f64| spot_check(rate, accuracy).detection(0.0);
            prop_assert!(cheats(saved, detection(rate * (1.0 - 1e-9)), at_stake));
            prop_assert!(!cheats(saved, detection(rate * (1.0 + 1e-9)), at_stake));
        }
    }
}
