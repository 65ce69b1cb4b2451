//! Time averages of piecewise constant quantities: `∫ x dt / T`.

use crate::time::{MICROS_PER_HOUR, SimTime};

/// Time-weighted average of a value that jumps at known times.
///
/// Times must not decrease; the integrals accumulate in order, so equal runs give equal bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeWeighted {
    start: SimTime,
    last: SimTime,
    value: f64,
    /// `∫ x dt` up to `last`, in microseconds.
    area: f64,
    /// `∫ x² dt` up to `last`, in microseconds.
    square_area: f64,
    min: f64,
    max: f64,
}

impl TimeWeighted {
    /// The quantity is `value` from `start` on.
    #[must_use]
    pub const fn new(start: SimTime, value: f64) -> Self {
        let (last, min, max) = (start, value, value);
        Self { start, last, value, area: 0.0, square_area: 0.0, min, max }
    }

    /// The quantity becomes `value` at time `now`.
    #[inline]
    pub fn set(&mut self, now: SimTime, value: f64) {
        debug_assert!(now >= self.last, "time runs forward");
        let area = self.value * self.since_last(now);
        self.area += area;
        self.square_area += self.value * area;
        self.last = now;
        self.value = value;
        if value < self.min {
            self.min = value;
        }
        if value > self.max {
            self.max = value;
        }
    }

    /// The quantity changes by `change` at time `now`.
    #[inline]
    pub fn add(&mut self, now: SimTime, change: f64) {
        self.set(now, self.value + change);
    }

    /// Forgets the past at time `now` (end of a warm-up) and keeps the value.
    pub fn restart(&mut self, now: SimTime) {
        *self = Self::new(now, self.value);
    }

    /// Microseconds from the last jump to `now`.
    #[inline]
    fn since_last(&self, now: SimTime) -> f64 {
        now.saturating_since(self.last).as_micros_f64()
    }

    /// Current value.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// `∫ x dt` from the start to `now`, in units of the value times hours.
    #[must_use]
    pub fn integral_hours(&self, now: SimTime) -> f64 {
        self.area_to(now) / MICROS_PER_HOUR as f64
    }

    fn area_to(&self, now: SimTime) -> f64 {
        self.area + self.value * self.since_last(now)
    }

    /// Average over the time from the start to `now`; none if no time has passed.
    #[must_use]
    pub fn mean(&self, now: SimTime) -> Option<f64> {
        let elapsed = now.saturating_since(self.start).as_micros_f64();
        (elapsed > 0.0).then(|| self.area_to(now) / elapsed)
    }

    /// Time-weighted variance about the mean, from the start to `now`; none if no time has passed.
    #[must_use]
    pub fn variance(&self, now: SimTime) -> Option<f64> {
        let mean = self.mean(now)?;
        let elapsed = now.saturating_since(self.start).as_micros_f64();
        let squares = self.square_area + self.value * self.value * self.since_last(now);
        let variance = squares / elapsed - mean * mean;
        // Rounding may leave a constant quantity slightly below 0.
        Some(if variance > 0.0 { variance } else { 0.0 })
    }

    /// Smallest value taken since the start.
    #[must_use]
    pub const fn min(&self) -> f64 {
        self.min
    }

    /// Largest value taken since the start.
    #[must_use]
    pub const fn max(&self) -> f64 {
        self.max
    }
}
