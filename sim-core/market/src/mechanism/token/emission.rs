//! How many tokens a network has issued by a date: its schedule, in closed form.
//!
//! With t in years since the start, ρ the rate at the start and H(t) what is issued by then:
//!
//! `Halving`: the rate halves at every multiple of the period P (Nakamoto 2008): with k = ⌊t/P⌋ and f = t/P − k, `H = 2ρP·(1 − 2^(−k)·(1 − f/2))`.
//!
//! `Geometric`: a total M decays with half-life h (Filecoin's simple minting, Filecoin Specification 2020): `H = M·(1 − 2^(−t/h))`.
//!
//! `Staged`: month k issues ρ/12·(1−d)^k, evenly within the month (io.net 2024): `H = ρ/12·(1 − (1−d)^k)/d` at the start of month k.
//!
//! `Fixed` and `BurnAndMint`: `H = ρt`. Under burn and mint (Samani 2018) the buyers' tokens are burned beside it: see [`super::price`].
//!
//! Issue depends on the date alone: not on work done, prices or a baseline of capacity (Filecoin's baseline minting is left out).

use std::f64::consts::LN_2;

use autarky_engine::math;

/// Micro-tokens in a token.
const MICRO: f64 = 1e6;
/// Months in a year, each of 365.25/12 days.
const MONTHS: f64 = 12.0;

/// A schedule of issue. Rates and totals are non-negative, periods and half-lives positive, all finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// The rate halves at every multiple of a period.
    Halving {
        /// Rate at the start, tokens a year.
        rate: f64,
        /// Time between two halvings, years.
        period: f64,
    },
    /// What is left to issue decays exponentially.
    Geometric {
        /// What is issued in all time, tokens.
        total: f64,
        /// Time in which half of what is left is issued, years.
        half_life: f64,
    },
    /// The rate falls by a share every month.
    Staged {
        /// Rate in the first month, tokens a year.
        rate: f64,
        /// Share by which the rate falls from a month to the next, 0 to 1.
        decline: f64,
    },
    /// A constant rate.
    Fixed {
        /// Tokens a year.
        rate: f64,
    },
    /// A constant rate, minted for work, while the tokens that buyers pay with are burned.
    BurnAndMint {
        /// Tokens a year.
        rate: f64,
    },
}

impl Schedule {
    /// Tokens issued from the start until `years` after it (finite; before the start none): continuous and non-decreasing.
    ///
    /// Rounding keeps the order of dates for `Halving`, `Fixed` and `BurnAndMint` always, for `Geometric` if they are 1e-15 half-lives apart.
    /// Under `Staged` the last bit may fall from one month to the next once what is left to issue is that small.
    #[must_use]
    pub fn issued(&self, years: f64) -> f64 {
        let years = if years > 0.0 { years } else { 0.0 };
        match *self {
            Self::Halving { rate, period } => {
                2.0 * rate * period * halved(years / period, |f| 0.5 * f)
            }
            Self::Geometric { total, half_life } => {
                total * halved(years / half_life, |f| -math::exp_m1(-LN_2 * f))
            }
            Self::Staged { rate, decline } => rate / MONTHS * staged(years * MONTHS, decline),
            Self::Fixed { rate } | Self::BurnAndMint { rate } => rate * years,
        }
    }

    /// Tokens issued in all time, the limit of [`Schedule::issued`]: infinite for a rate that does not fall.
    #[must_use]
    pub fn limit(&self) -> f64 {
        match *self {
            Self::Halving { rate, period } => 2.0 * rate * period,
            Self::Geometric { total, .. } => total,
            Self::Staged { rate, decline } if decline > 0.0 => rate / MONTHS * (1.0 / decline),
            Self::Staged { rate, .. } | Self::Fixed { rate } | Self::BurnAndMint { rate } => {
                if rate > 0.0 { f64::INFINITY } else { 0.0 }
            }
        }
    }
}

/// Micro-tokens to mint from one date to another, in years since the start: never negative, and at most `room` (what a cap on supply leaves).
///
/// It is the difference of the whole micro-tokens issued by either date. So nothing is lost or won between intervals: consecutive ones sum to
/// the whole, as far as there is room. Beyond 2^53 micro-tokens in all (9e9 tokens) the unit is the last bit of the sum.
#[must_use]
pub fn minted(schedule: &Schedule, (from, to): (f64, f64), room: i128) -> i128 {
    let whole = |years: f64| (schedule.issued(years) * MICRO).floor() as i128;
    (whole(to) - whole(from)).min(room).max(0)
}

/// Share of the whole that is issued after so many halvings of what is left, where `part` is the share issued of what is left as a function of
/// the last halving's elapsed fraction, from 0 to ½.
///
/// Scaling by 2^(−k) is exact and so is 1 − 2^(−k), hence one rounding at the end: the order of dates is kept, and the whole is not passed.
fn halved(halvings: f64, part: impl Fn(f64) -> f64) -> f64 {
    let whole = halvings.floor();
    // From there on what is left is below half of the last bit.
    if whole < 64.0 {
        let left = f64::from_bits((1023 - whole as u64) << 52);
        let issued = part(halvings - whole);
        let issued = if issued < 0.5 { issued } else { 0.5 };
        (1.0 - left) + left * issued
    } else {
        1.0
    }
}

/// What is issued after so many months, in months of the first rate: linear between whole months.
fn staged(months: f64, decline: f64) -> f64 {
    let whole = months.floor();
    let (before, after) = (annuity(whole, decline), annuity(whole + 1.0, decline));
    let sum = before + (after - before) * (months - whole);
    if sum < after { sum } else { after }
}

/// `Σ (1−d)^k` over k = 0 to months − 1.
fn annuity(months: f64, decline: f64) -> f64 {
    if months > 0.0 && decline > 0.0 {
        -math::exp_m1(months * math::ln_1p(-decline)) / decline
    } else {
        months
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BITCOIN: Schedule = Schedule::Halving { rate: 2_625_000.0, period: 4.0 };
    const FILECOIN: Schedule = Schedule::Geometric { total: 330e6, half_life: 6.0 };
    const IO_NET: Schedule = Schedule::Staged { rate: 0.08 * 500e6, decline: 0.0102 };
    const DAY: f64 = 1.0 / 365.25;

    fn close(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= 1e-12 * expected.abs()
    }

    #[test]
    fn filecoin_issues_half_of_its_simple_minting_in_six_years() {
        assert!(close(FILECOIN.issued(6.0), 165e6));
        assert!(close(FILECOIN.issued(12.0), 247.5e6));
        // 2^(−1/3) = 0.793700526 is left after a third of a half-life.
        assert!((FILECOIN.issued(2.0) / 330e6 - 0.206_299_474).abs() < 1e-9);
    }

    /// The network states 300 million for 20 years; its rate and decline as stated give 298.893.
    #[test]
    fn io_net_issues_near_300_million_in_240_months() {
        let by_hand: f64 = (0..240)
            .scan(40e6 / 12.0, |month, _| {
                let now = *month;
                *month *= 1.0 - 0.0102;
                Some(now)
            })
            .sum();
        assert!(close(IO_NET.issued(20.0), by_hand));
        assert!((IO_NET.issued(20.0) - 298.893e6).abs() < 1e3, "{}", IO_NET.issued(20.0));
    }

    #[test]
    fn halvings_sum_to_21_million_with_a_kink_at_each() {
        for (years, expected) in
            [(1.0, 2.625e6), (4.0, 10.5e6), (6.0, 13.125e6), (8.0, 15.75e6), (12.0, 18.375e6)]
        {
            assert!(close(BITCOIN.issued(years), expected), "{years}");
        }
        assert!(close(BITCOIN.limit(), 21e6));
        let slope = |at: f64| (BITCOIN.issued(at + 1e-3) - BITCOIN.issued(at)) / 1e-3;
        assert!((slope(3.9) - 2_625_000.0).abs() < 1.0 && (slope(4.1) - 1_312_500.0).abs() < 1.0);
    }

    #[test]
    fn halving_and_geometric_issue_agree_at_the_halvings() {
        let geometric = Schedule::Geometric { total: 21e6, half_life: 4.0 };
        for k in 0..60 {
            let years = 4.0 * f64::from(k);
            assert!((BITCOIN.issued(years) - geometric.issued(years)).abs() < 1e-6);
            assert!(geometric.issued(years + 2.0) >= BITCOIN.issued(years + 2.0));
        }
    }

    #[test]
    fn a_month_is_issued_evenly_and_the_next_is_smaller_by_the_decline() {
        let month = |k: f64| IO_NET.issued((k + 1.0) / 12.0) - IO_NET.issued(k / 12.0);
        assert!(close(month(0.0), 40e6 / 12.0));
        assert!((month(8.0) / month(7.0) - 0.9898).abs() < 1e-8);
        let half = IO_NET.issued(7.5 / 12.0) - IO_NET.issued(7.0 / 12.0);
        assert!((half / month(7.0) - 0.5).abs() < 1e-8);
    }

    #[test]
    fn without_a_decline_staged_issue_is_fixed_and_with_a_full_one_it_ends_after_a_month() {
        let (flat, fixed) =
            (Schedule::Staged { rate: 12.0, decline: 0.0 }, Schedule::Fixed { rate: 12.0 });
        assert!(close(flat.issued(3.3), fixed.issued(3.3)) && close(fixed.issued(3.3), 39.6));
        assert!(flat.limit().is_infinite() && fixed.limit().is_infinite());
        let once = Schedule::Staged { rate: 12.0, decline: 1.0 };
        assert!(close(once.issued(0.5 / 12.0), 0.5) && close(once.issued(9.0), 1.0));
        assert!(close(once.limit(), 1.0));
    }

    #[test]
    fn nothing_is_issued_before_the_start_or_at_a_rate_of_zero() {
        for schedule in [BITCOIN, FILECOIN, IO_NET, Schedule::BurnAndMint { rate: 5.0 }] {
            assert!(schedule.issued(0.0).abs() < 1e-300 && schedule.issued(-1.0).abs() < 1e-300);
        }
        assert!(Schedule::BurnAndMint { rate: 0.0 }.limit().abs() < 1e-300);
    }

    #[test]
    fn minting_stops_where_there_is_no_room_and_never_takes_back() {
        let fixed = Schedule::Fixed { rate: 2.0 };
        assert_eq!(minted(&fixed, (1.0, 2.5), i128::MAX), 3_000_000);
        assert_eq!(minted(&fixed, (1.0, 2.5), 7), 7);
        assert_eq!(minted(&fixed, (1.0, 2.5), -7), 0);
        assert_eq!(minted(&fixed, (2.5, 1.0), i128::MAX), 0);
    }

    fn schedule() -> impl Strategy<Value = Schedule> {
        let rate = 0.0..1e9_f64;
        prop_oneof![
            (rate.clone(), 0.1..8.0_f64)
                .prop_map(|(rate, period)| Schedule::Halving { rate, period }),
            (rate.clone(), 0.1..8.0_f64)
                .prop_map(|(total, half_life)| Schedule::Geometric { total, half_life }),
            (rate.clone(), 0.0..0.05_f64)
                .prop_map(|(rate, decline)| Schedule::Staged { rate, decline }),
            rate.clone().prop_map(|rate| Schedule::Fixed { rate }),
            rate.prop_map(|rate| Schedule::BurnAndMint { rate }),
        ]
    }

    proptest! {
        #[test]
        fn issue_never_falls_and_never_passes_its_limit(
            schedule in schedule(), years in 0.0..40.0_f64, more in 1e-9..1.0_f64,
        ) {
            prop_assert!(schedule.issued(years + more) >= schedule.issued(years));
            prop_assert!(schedule.issued(years) <= schedule.limit());
        }

        /// A step of 1e-9 years adds at most 1e-9 of the rate at the start, which is ln 2/h of the total under `Geometric`.
        #[test]
        fn issue_is_continuous(schedule in schedule(), years in 0.0..40.0_f64, k in 1u32..100) {
            let (bound, date) = match schedule {
                Schedule::Halving { rate, period } => (rate, period * f64::from(k)),
                Schedule::Geometric { total, half_life } => (total * LN_2 / half_life, years),
                Schedule::Staged { rate, .. } => (rate, f64::from(k) / MONTHS),
                Schedule::Fixed { rate } | Schedule::BurnAndMint { rate } => (rate, years),
            };
            let step = schedule.issued(date + 1e-9) - schedule.issued(date - 1e-9);
            prop_assert!(step <= 2.001e-9 * bound + 1e-14 * schedule.issued(date), "{step}");
        }

        #[test]
        fn a_finite_limit_is_approached(schedule in schedule()) {
            let (limit, late) = (schedule.limit(), schedule.issued(1e9));
            let slow = matches!(schedule, Schedule::Staged { decline, .. } if decline < 1e-8);
            prop_assert!(slow || limit.is_infinite() || late >= limit * (1.0 - 1e-14));
        }

        #[test]
        fn consecutive_intervals_mint_exactly_the_whole(
            schedule in schedule(),
            start in 0.0..10.0_f64,
            steps in prop::collection::vec(1e-3..40.0_f64, 1..200),
        ) {
            let (mut date, mut sum) = (start, 0);
            for days in steps {
                let next = date + days * DAY;
                sum += minted(&schedule, (date, next), i128::MAX);
                date = next;
            }
            prop_assert_eq!(sum, minted(&schedule, (start, date), i128::MAX));
            prop_assert!((sum as f64 / MICRO - (schedule.issued(date) - schedule.issued(start))).abs()
                <= 1e-6 + 1e-15 * schedule.issued(date));
        }

        #[test]
        fn a_cap_on_supply_is_reached_but_not_passed(schedule in schedule(), cap in 0i128..1_000_000_000) {
            let mut supply = 0;
            for month in 0..120 {
                let dates = (f64::from(month) / MONTHS, f64::from(month + 1) / MONTHS);
                supply += minted(&schedule, dates, cap - supply);
            }
            prop_assert_eq!(supply, minted(&schedule, (0.0, 10.0), i128::MAX).min(cap));
        }
    }
}
