//! Skilled technicians: how a stock that is short is divided, who leaves it, who joins it, and how fast it builds.
//!
//! Crews. Pools that want `w_p` technicians and find `S < Σ w_p` get them by the highest averages `w_p/(a_p + 1)` (Jefferson, d'Hondt). Of all
//! proportional rules it is a divisor method: one technician less never gives a pool more (Balinski and Young 1982), so fewer technicians
//! never repair a node earlier. In a queue served in order by c crews, with `A_k` the arrival and `s_k` the time of repair k,
//! `start_k = max(A_k, start_{k−1}, time at which fewer than c of the repairs before k run)`, which falls with c (Kiefer and Wolfowitz 1955).
//!
//! Flows. A technician emigrates with hazard `h = h₀·(x/w)^ε`: w the pay at home over that abroad, x the real exchange rate that devalues it
//! (Grogger and Hanson 2011 and Bertoli et al. 2013 find that emigrants follow pay abroad), and retires with hazard r. Over a span Δ, of n
//! technicians `Binomial(n, h/(h+r)·(1 − e^{−(h+r)Δ}))` emigrate, and of the rest `Binomial` with the retirement's part retire: competing risks.

use autarky_engine::math::{exp, pow};

/// Largest hazard, 1/year: everybody leaves at once.
const AT_ONCE: f64 = 1e6;

/// Slowest pace at which anything is built, over the pace with enough technicians.
const SLOWEST: f64 = 0.01;

/// Divides `seats` technicians over pools that want `wanted`: all that is wanted where it is there, else by highest averages.
pub fn apportion(wanted: &[u32], seats: u32, out: &mut Vec<u32>) {
    out.clear();
    let total: u64 = wanted.iter().map(|&w| u64::from(w)).sum();
    if total <= u64::from(seats) {
        out.extend_from_slice(wanted);
        return;
    }
    // Highest averages never stay below the whole part of the exact share, so they may begin there.
    let quota = |&w: &u32| (u64::from(w) * u64::from(seats) / total) as u32;
    out.extend(wanted.iter().map(quota));
    let mut left = seats - out.iter().sum::<u32>();
    while left > 0 {
        let mut best = 0;
        for p in 1..wanted.len() {
            let (mine, its) = (u64::from(wanted[p]), u64::from(wanted[best]));
            if mine * u64::from(out[best] + 1) > its * u64::from(out[p] + 1) {
                best = p;
            }
        }
        out[best] += 1;
        left -= 1;
    }
}

/// Hazard of emigration of one technician, 1/year.
#[must_use]
pub fn emigration(equal: f64, elasticity: f64, pay: f64, exchange_rate: f64) -> f64 {
    let hazard = equal * pow(exchange_rate / pay, elasticity);
    if hazard < AT_ONCE { hazard } else { AT_ONCE }
}

/// Over a span of `years`: the probability to emigrate, and that of one who does not to retire.
#[must_use]
pub fn departures(emigration: f64, retirement: f64, years: f64) -> (f64, f64) {
    let all = emigration + retirement;
    if all <= 0.0 {
        return (0.0, 0.0);
    }
    let gone = 1.0 - exp(-all * years);
    let (out, old) = (gone * emigration / all, gone * retirement / all);
    let rest = 1.0 - out;
    let retires = if rest > 0.0 { old / rest } else { 0.0 };
    (out, if retires < 1.0 { retires } else { 1.0 })
}

/// Pace at which a nation with `stock` technicians builds when repair and installation want `wanted` of them: in (0, 1].
#[must_use]
pub fn build_speed(stock: f64, wanted: f64) -> f64 {
    if stock >= wanted {
        return 1.0;
    }
    let pace = stock / wanted;
    if pace > SLOWEST { pace } else { SLOWEST }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares(wanted: &[u32], seats: u32) -> Vec<u32> {
        let mut out = Vec::new();
        apportion(wanted, seats, &mut out);
        out
    }

    /// Ends of repairs that arrive at `arrivals` and take `times`, served in order by as many crews as `crews` says at each time.
    fn ends(arrivals: &[f64], times: &[f64], crews: impl Fn(f64) -> usize) -> Vec<f64> {
        let mut ends: Vec<f64> = Vec::new();
        let mut last = 0.0_f64;
        for (&arrival, &time) in arrivals.iter().zip(times) {
            let mut start = arrival.max(last);
            // Crews come and go at whole days, as in `crews` of the tests.
            loop {
                let running = ends.iter().filter(|&&end| end > start).count();
                if running < crews(start) {
                    break;
                }
                let day = start.floor() + 1.0;
                let next = ends.iter().copied().filter(|&end| end > start).fold(day, f64::min);
                start = next;
            }
            last = start;
            ends.push(start + time);
        }
        ends
    }

    #[test]
    fn shares_are_known_ones_and_nobody_gets_more_than_it_wants() {
        assert_eq!(shares(&[53, 24, 23], 7), [4, 2, 1]);
        assert_eq!(shares(&[1, 1, 1], 2), [1, 1, 0]);
        assert_eq!(shares(&[4, 0, 2], 9), [4, 0, 2]);
        assert_eq!(shares(&[4, 0, 2], 0), [0, 0, 0]);
    }

    #[test]
    fn largest_remainders_would_give_more_with_less() {
        // The Alabama paradox: with one seat less the third party would get one more.
        let hamilton = |wanted: &[u64], seats: u64| {
            let total: u64 = wanted.iter().sum();
            let mut out: Vec<u64> = wanted.iter().map(|w| w * seats / total).collect();
            let mut order: Vec<usize> = (0..wanted.len()).collect();
            order.sort_by_key(|&p| std::cmp::Reverse(wanted[p] * seats % total));
            let left = seats - out.iter().sum::<u64>();
            for &p in order.iter().take(left as usize) {
                out[p] += 1;
            }
            out
        };
        assert_eq!((hamilton(&[6, 6, 2], 10)[2], hamilton(&[6, 6, 2], 11)[2]), (2, 1));
        assert!(shares(&[6, 6, 2], 10)[2] <= shares(&[6, 6, 2], 11)[2]);
    }

    #[test]
    fn hazards_compete_and_pay_draws() {
        let (out, old) = departures(0.3, 0.1, 2.0);
        let gone = 1.0 - exp(-0.8);
        assert!((out - 0.75 * gone).abs() < 1e-12);
        assert!((out + (1.0 - out) * old - gone).abs() < 1e-12);
        assert_eq!(departures(0.0, 0.0, 1.0), (0.0, 0.0));
        assert!((emigration(0.01, 2.0, 0.5, 1.0) - 0.04).abs() < 1e-12);
        assert!((emigration(0.01, 1.0, 1.0, 1.5) - 0.015).abs() < 1e-12);
        assert!((build_speed(30.0, 40.0) - 0.75).abs() < 1e-12);
        assert!((build_speed(0.0, 0.0) - 1.0).abs() < 1e-12 && build_speed(0.0, 1.0) > 0.0);
    }

    proptest! {
        /// Every technician is somewhere, and one less never gives any pool more.
        #[test]
        fn no_pool_gains_by_a_smaller_stock(
            wanted in prop::collection::vec(0_u32..500, 1..8),
            seats in 1_u32..2000,
        ) {
            let (more, less) = (shares(&wanted, seats), shares(&wanted, seats - 1));
            let most: u32 = wanted.iter().sum();
            prop_assert_eq!(more.iter().sum::<u32>(), seats.min(most));
            for p in 0..wanted.len() {
                prop_assert!(less[p] <= more[p] && more[p] <= wanted[p]);
            }
        }

        /// Path by path: with fewer crews on every day, no repair of the same failures ends earlier.
        #[test]
        fn fewer_crews_never_end_a_repair_earlier(
            gaps in prop::collection::vec((0.0..3.0_f64, 0.01..9.0_f64), 1..40),
            days in prop::collection::vec((1_usize..4, 1_usize..4), 60),
        ) {
            let mut arrivals = Vec::new();
            let mut now = 0.0;
            for (gap, _) in &gaps {
                now += gap;
                arrivals.push(now);
            }
            let times: Vec<f64> = gaps.iter().map(|(_, time)| *time).collect();
            let at = |day: f64| days[(day as usize) % days.len()];
            let many = ends(&arrivals, &times, |day| at(day).0 + at(day).1);
            let few = ends(&arrivals, &times, |day| at(day).0);
            for (few, many) in few.iter().zip(&many) {
                prop_assert!(few >= many);
            }
        }
    }
}
