//! What the engine's `TimeWeighted` keeps, over `f64` times.

/// Time average, mean square and extremes of a quantity that jumps, starting from 0 at time 0.
#[derive(Debug, Clone, Default)]
pub struct TimeAverage {
    last: f64,
    value: f64,
    area: f64,
    square_area: f64,
    min: f64,
    max: f64,
}

impl TimeAverage {
    /// The quantity becomes `value` at time `now`.
    #[inline]
    pub fn set(&mut self, now: f64, value: f64) {
        let area = self.value * (now - self.last);
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

    /// Current value.
    #[inline]
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Average from time 0 to `now`.
    #[must_use]
    pub fn mean(&self, now: f64) -> f64 {
        (self.area + self.value * (now - self.last)) / now
    }

    /// Variance from time 0 to `now`.
    #[must_use]
    pub fn variance(&self, now: f64) -> f64 {
        let square_area = self.square_area + self.value * self.value * (now - self.last);
        square_area / now - self.mean(now) * self.mean(now)
    }

    /// Smallest and largest value.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}
