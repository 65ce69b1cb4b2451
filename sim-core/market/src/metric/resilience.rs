//! How service of critical work fails and comes back: depth, time to recovery, and what is lost over time. Reads only.
//!
//! With `Q(t)` the share of critical reference demand that is served, at most one: resilience loss `∫(1 − Q) dt` and depth `max (1 − Q)` (Bruneau et al. 2003).
//! A shortfall begins when Q falls below nine tenths and ends when it is back there; one that lasts to the end counts with what was seen of it.

/// Share of critical reference demand below which service has failed.
pub const FLOOR: f64 = 0.9;

/// Service of a nation's critical work over the run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Resilience {
    /// ∫(1 − Q) dt, days.
    pub loss: f64,
    /// Largest 1 − Q.
    pub depth: f64,
    /// Shortfalls begun.
    pub shortfalls: f64,
    /// Days in shortfalls.
    pub days: f64,
    /// Longest shortfall, days.
    pub longest: f64,
    /// Days since the shortfall began that is still going on; zero: none is.
    pub open: f64,
}

impl Resilience {
    /// A tick of `days` in which `served` of a `need` was served.
    pub fn tick(&mut self, served: f64, need: f64, days: f64) {
        if need <= 0.0 {
            return;
        }
        let lacking = 1.0 - served / need;
        let lacking = if lacking > 0.0 { lacking } else { 0.0 };
        self.loss += lacking * days;
        self.depth = if lacking > self.depth { lacking } else { self.depth };
        if served >= FLOOR * need {
            self.open = 0.0;
            return;
        }
        self.shortfalls += if self.open > 0.0 { 0.0 } else { 1.0 };
        self.open += days;
        self.days += days;
        self.longest = if self.open > self.longest { self.open } else { self.longest };
    }

    /// Mean time to recovery, days; no number where nothing failed.
    #[must_use]
    pub fn recovery(&self) -> f64 {
        self.days / self.shortfalls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_of_lost_service_has_its_area_depth_and_time_to_recovery() {
        // Service falls to one half at once and comes back along a line over 100 days.
        let mut seen = Resilience::default();
        for day in 0..200 {
            let q = if day < 100 { 0.5 + 0.005 * f64::from(day) } else { 1.0 };
            seen.tick(q * 40.0, 40.0, 1.0);
        }
        assert!((seen.loss - 25.25).abs() < 1e-9, "{seen:?}");
        assert!((seen.depth - 0.5).abs() < 1e-12 && (seen.shortfalls - 1.0).abs() < 1e-12);
        assert!((seen.recovery() - 80.0).abs() < 1e-9 && (seen.longest - 80.0).abs() < 1e-9);
    }

    #[test]
    fn two_shortfalls_are_two_and_one_that_does_not_end_counts_as_seen() {
        let mut seen = Resilience::default();
        for served in [1.0, 0.8, 1.2, 0.0, 0.0, 0.0] {
            seen.tick(served, 1.0, 2.0);
        }
        assert!((seen.shortfalls - 2.0).abs() < 1e-12);
        assert!((seen.recovery() - 4.0).abs() < 1e-12 && (seen.longest - 6.0).abs() < 1e-12);
        assert!(
            (seen.loss - (0.4 + 6.0)).abs() < 1e-12,
            "more than all does not make up: {seen:?}"
        );
    }

    #[test]
    fn where_nothing_fails_there_is_no_time_to_recovery() {
        let mut seen = Resilience::default();
        seen.tick(1.0, 1.0, 1.0);
        seen.tick(0.0, 0.0, 1.0);
        assert!(seen.recovery().is_nan() && seen.loss.abs() < 1e-15);
    }
}
