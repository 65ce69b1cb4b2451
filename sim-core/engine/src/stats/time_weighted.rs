//! Time averages of piecewise constant quantities: `∫ x dt / T`.

/// Time-weighted average of a value that jumps at known times, in any one unit of time.
///
/// Times must not decrease; the integral accumulates in order, so equal runs give equal bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeWeighted {
    start: f64,
    last: f64,
    value: f64,
    area: f64,
    square_area: f64,
    min: f64,
    max: f64,
}

impl TimeWeighted {
    /// The quantity is `value` from `start` on.
    #[must_use]
    pub const fn new(start: f64, value: f64) -> Self {
        let (last, min, max) = (start, value, value);
        Self { start, last, value, area: 0.0, square_area: 0.0, min, max }
    }

    /// The quantity becomes `value` at time `now`.
    #[inline]
    pub fn set(&mut self, now: f64, value: f64) {
        self.advance(now);
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
    pub fn add(&mut self, now: f64, change: f64) {
        self.set(now, self.value + change);
    }

    /// Forgets the past at time `now` (end of a warm-up) and keeps the value.
    pub fn restart(&mut self, now: f64) {
        *self = Self::new(now, self.value);
    }

    #[inline]
    fn advance(&mut self, now: f64) {
        debug_assert!(now >= self.last, "time runs forward");
        let area = self.value * (now - self.last);
        self.area += area;
        self.square_area += self.value * area;
        self.last = now;
    }

    /// Current value.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// `∫ x dt` from the start to `now`.
    #[must_use]
    pub fn integral(&self, now: f64) -> f64 {
        self.area + self.value * (now - self.last)
    }

    /// Average over the time from the start to `now`; none if no time has passed.
    #[must_use]
    pub fn mean(&self, now: f64) -> Option<f64> {
        let elapsed = now - self.start;
        (elapsed > 0.0).then(|| self.integral(now) / elapsed)
    }

    /// Time-weighted variance about the mean, from the start to `now`; none if no time has passed.
    #[must_use]
    pub fn variance(&self, now: f64) -> Option<f64> {
        let mean = self.mean(now)?;
        let squares = self.square_area + self.value * self.value * (now - self.last);
        let variance = squares / (now - self.start) - mean * mean;
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
