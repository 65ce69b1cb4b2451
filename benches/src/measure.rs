//! Timing two programs in turns.

use std::hint::black_box;
use std::time::Instant;

/// A wall-clock time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Seconds(pub f64);

/// One workload beside its rival.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The workload.
    pub name: &'static str,
    /// The engine's median figure, in `unit`.
    pub value: f64,
    /// Unit of `value` and `rival`.
    pub unit: &'static str,
    /// The rival's median figure, in `unit`.
    pub rival: f64,
    /// Engine speed over rival speed: above 1 the engine is faster.
    pub ratio: f64,
}

impl Measurement {
    /// Figures of which more is better.
    #[must_use]
    pub fn of_speeds(name: &'static str, unit: &'static str, value: f64, rival: f64) -> Self {
        Self { name, value, unit, rival, ratio: value / rival }
    }

    /// Figures of which less is better.
    #[must_use]
    pub fn of_times(name: &'static str, unit: &'static str, value: f64, rival: f64) -> Self {
        Self { name, value, unit, rival, ratio: rival / value }
    }
}

/// How long one call takes.
pub fn time<R>(run: impl FnOnce() -> R) -> Seconds {
    let start = Instant::now();
    black_box(run());
    Seconds(start.elapsed().as_secs_f64())
}

/// Median times of two programs that take turns, each going first every other round. One round more warms both up.
pub fn side_by_side<A, B>(
    rounds: usize,
    mut first: impl FnMut() -> A,
    mut second: impl FnMut() -> B,
) -> (Seconds, Seconds) {
    let mut times = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for round in 0..=rounds {
        let (a, b) = if round % 2 == 0 {
            let a = time(&mut first);
            (a, time(&mut second))
        } else {
            let b = time(&mut second);
            (time(&mut first), b)
        };
        if round > 0 {
            times.0.push(a);
            times.1.push(b);
        }
    }
    (median(times.0), median(times.1))
}

/// The middle of an odd number of times, the upper middle of an even number.
#[must_use]
pub fn median(mut times: Vec<Seconds>) -> Seconds {
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    times.get(times.len() / 2).copied().unwrap_or(Seconds(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_time() {
        assert_eq!(median(vec![Seconds(9.0), Seconds(1.0), Seconds(2.0)]), Seconds(2.0));
    }

    #[test]
    fn a_ratio_above_one_means_the_engine_is_faster() {
        assert!((Measurement::of_speeds("a", "events/s", 30.0, 20.0).ratio - 1.5).abs() < 1e-12);
        assert!((Measurement::of_times("a", "ns", 20.0, 30.0).ratio - 1.5).abs() < 1e-12);
    }

    #[test]
    fn both_programs_run_once_a_round_and_once_to_warm_up() {
        let (mut a, mut b) = (0, 0);
        side_by_side(3, || a += 1, || b += 1);
        assert_eq!((a, b), (4, 4));
    }
}
