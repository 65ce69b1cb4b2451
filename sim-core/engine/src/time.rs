//! Simulated time: whole microseconds since the start of the scenario.
//!
//! Instants fit in 52 bits (about 142 years), the width of the time field of a calendar key, so ordering is
//! exact integer ordering and never depends on rounding. Spans computed as real numbers round *up* to the next
//! microsecond: an event never happens before the continuous time that it was drawn for. This module knows
//! neither dates nor time zones.

use std::fmt;

/// Microseconds in one second.
pub const MICROS_PER_SECOND: u64 = 1_000_000;
/// Microseconds in one hour.
pub const MICROS_PER_HOUR: u64 = 3_600 * MICROS_PER_SECOND;
/// Microseconds in one day of 24 hours.
pub const MICROS_PER_DAY: u64 = 24 * MICROS_PER_HOUR;

/// Number of bits of an instant.
pub const TIME_BITS: u32 = 52;

const MAX_MICROS: u64 = (1 << TIME_BITS) - 1;
const TWO_POW_52: f64 = (MAX_MICROS + 1) as f64;

/// Why a time or span cannot be represented.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeError {
    /// The value lies after [`SimTime::MAX`] (or the span is longer than [`SimDuration::MAX`]).
    Overflow,
    /// The span is negative; the value is in the unit of the conversion that was called.
    Negative(f64),
    /// The span is not a number.
    NotANumber,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow => write!(f, "the time lies beyond {} days", SimTime::MAX.as_days()),
            Self::Negative(span) => write!(f, "a span of time cannot be negative ({span})"),
            Self::NotANumber => f.write_str("a span of time is not a number"),
        }
    }
}

impl std::error::Error for TimeError {}

/// An instant: microseconds since the start of the scenario, below 2^52.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(u64);

/// A span of time in microseconds, below 2^52.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration(u64);

impl SimTime {
    /// The start of the scenario.
    pub const ZERO: Self = Self(0);
    /// The last instant that exists, 2^52 − 1 microseconds.
    pub const MAX: Self = Self(MAX_MICROS);

    /// The instant `micros` microseconds after the start; an error from 2^52 on.
    pub const fn from_micros(micros: u64) -> Result<Self, TimeError> {
        if micros > MAX_MICROS { Err(TimeError::Overflow) } else { Ok(Self(micros)) }
    }

    /// The instant whose low 52 bits are those of `micros`; for reading a key back.
    #[inline]
    pub(crate) const fn from_low_bits(micros: u64) -> Self {
        Self(micros & MAX_MICROS)
    }

    /// The start of day `days` (day 0 is the first).
    pub const fn from_days(days: u32) -> Result<Self, TimeError> {
        match SimDuration::from_days(days) {
            Ok(span) => Ok(Self(span.0)),
            Err(error) => Err(error),
        }
    }

    /// Microseconds since the start.
    #[inline]
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Microseconds as a real number, exact.
    #[inline]
    #[must_use]
    pub const fn as_micros_f64(self) -> f64 {
        // Below 2^52, where the signed conversion is one instruction.
        self.0.cast_signed() as f64
    }

    /// Days since the start, exact to the rounding of one division.
    #[inline]
    #[must_use]
    pub fn as_days(self) -> f64 {
        self.as_micros_f64() / MICROS_PER_DAY as f64
    }

    /// Whole days since the start, rounded down.
    #[inline]
    #[must_use]
    pub const fn day(self) -> u64 {
        self.0 / MICROS_PER_DAY
    }

    /// This instant plus a span; [`TimeError::Overflow`] after [`SimTime::MAX`].
    #[inline]
    pub const fn checked_add(self, span: SimDuration) -> Result<Self, TimeError> {
        // Both terms are below 2^52, so the sum cannot wrap.
        Self::from_micros(self.0 + span.0)
    }

    /// The span since `earlier`, or `None` when `earlier` is later than this instant.
    #[inline]
    #[must_use]
    pub const fn checked_since(self, earlier: Self) -> Option<SimDuration> {
        match self.0.checked_sub(earlier.0) {
            Some(micros) => Some(SimDuration(micros)),
            None => None,
        }
    }

    /// The span since `earlier`, zero when `earlier` is later than this instant.
    #[inline]
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest span, 2^52 − 1 microseconds.
    pub const MAX: Self = Self(MAX_MICROS);
    /// One second.
    pub const SECOND: Self = Self(MICROS_PER_SECOND);
    /// One hour.
    pub const HOUR: Self = Self(MICROS_PER_HOUR);
    /// One day of 24 hours.
    pub const DAY: Self = Self(MICROS_PER_DAY);

    /// A span of `micros` microseconds; an error from 2^52 on.
    #[inline]
    pub const fn from_micros(micros: u64) -> Result<Self, TimeError> {
        if micros > MAX_MICROS { Err(TimeError::Overflow) } else { Ok(Self(micros)) }
    }

    /// A span of whole days.
    pub const fn from_days(days: u32) -> Result<Self, TimeError> {
        Self::DAY.checked_mul(days as u64)
    }

    /// A span of `micros` microseconds, rounded up to a whole microsecond.
    #[inline]
    pub fn from_micros_f64(micros: f64) -> Result<Self, TimeError> {
        // Bits order non-negative numbers like their values, and put negative ones and NaN above them.
        if micros.to_bits() > (MAX_MICROS as f64).to_bits() {
            return Self::out_of_range(micros);
        }
        // Adding 2^52 rounds to a whole number, which is then the mantissa: no conversion, no library call.
        let shifted = micros + TWO_POW_52;
        let nearest = shifted.to_bits() & MAX_MICROS;
        Ok(Self(nearest + u64::from(shifted - TWO_POW_52 < micros)))
    }

    /// A span of `seconds`, rounded up to a whole microsecond.
    #[inline]
    pub fn from_seconds_f64(seconds: f64) -> Result<Self, TimeError> {
        Self::from_micros_f64(seconds * MICROS_PER_SECOND as f64)
    }

    /// A span of `days`, rounded up to a whole microsecond.
    #[inline]
    pub fn from_days_f64(days: f64) -> Result<Self, TimeError> {
        Self::from_micros_f64(days * MICROS_PER_DAY as f64)
    }

    #[cold]
    fn out_of_range(span: f64) -> Result<Self, TimeError> {
        if span.is_nan() {
            Err(TimeError::NotANumber)
        } else if span < 0.0 {
            Err(TimeError::Negative(span))
        } else if span > 0.0 {
            Err(TimeError::Overflow)
        } else {
            Ok(Self::ZERO)
        }
    }

    /// Length in microseconds.
    #[inline]
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Microseconds as a real number, exact.
    #[inline]
    #[must_use]
    pub const fn as_micros_f64(self) -> f64 {
        // Below 2^52, where the signed conversion is one instruction.
        self.0.cast_signed() as f64
    }

    /// Length in seconds.
    #[inline]
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        self.as_micros_f64() / MICROS_PER_SECOND as f64
    }

    /// Length in days of 24 hours.
    #[inline]
    #[must_use]
    pub fn as_days(self) -> f64 {
        self.as_micros_f64() / MICROS_PER_DAY as f64
    }

    /// The sum of two spans; [`TimeError::Overflow`] beyond [`SimDuration::MAX`].
    #[inline]
    pub const fn checked_add(self, other: Self) -> Result<Self, TimeError> {
        Self::from_micros(self.0 + other.0)
    }

    /// `count` times this span; [`TimeError::Overflow`] beyond [`SimDuration::MAX`].
    #[inline]
    pub const fn checked_mul(self, count: u64) -> Result<Self, TimeError> {
        match self.0.checked_mul(count) {
            Some(micros) => Self::from_micros(micros),
            None => Err(TimeError::Overflow),
        }
    }
}

impl fmt::Display for SimTime {
    /// Day and time of day, as in `day 12 06:00:00.000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, rest) = (self.0 / MICROS_PER_DAY, self.0 % MICROS_PER_DAY);
        let (seconds, micros) = (rest / MICROS_PER_SECOND, rest % MICROS_PER_SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "day {day} {hour:02}:{minute:02}:{second:02}.{micros:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_round_up_to_whole_microseconds() {
        assert_eq!(SimDuration::from_micros_f64(0.0), Ok(SimDuration::ZERO));
        assert_eq!(SimDuration::from_micros_f64(-0.0), Ok(SimDuration::ZERO));
        assert_eq!(SimDuration::from_micros_f64(1e-300).map(SimDuration::as_micros), Ok(1));
        assert_eq!(SimDuration::from_micros_f64(2.0).map(SimDuration::as_micros), Ok(2));
        assert_eq!(SimDuration::from_micros_f64(2.000_001).map(SimDuration::as_micros), Ok(3));
        assert_eq!(SimDuration::from_days_f64(1.0), Ok(SimDuration::DAY));
        assert_eq!(SimDuration::from_seconds_f64(1.0), Ok(SimDuration::SECOND));
    }

    #[test]
    fn rounding_up_agrees_with_ceil_at_every_magnitude() {
        for power in 0..52 {
            let base = (1_u64 << power) as f64;
            for x in [base, base.next_up(), base.next_down(), base + 0.5, base * 1.4, base * 0.7] {
                let span = SimDuration::from_micros_f64(x).unwrap();
                assert_eq!(span.as_micros(), x.ceil() as u64, "{x}");
            }
        }
    }

    #[test]
    fn impossible_spans_are_error_values() {
        assert_eq!(SimDuration::from_days_f64(-1.0), Err(TimeError::Negative(-86_400e6)));
        assert_eq!(SimDuration::from_days_f64(f64::NAN), Err(TimeError::NotANumber));
        assert_eq!(SimDuration::from_days_f64(f64::INFINITY), Err(TimeError::Overflow));
        assert_eq!(SimDuration::from_days_f64(1e9), Err(TimeError::Overflow));
        assert_eq!(SimDuration::from_micros_f64(MAX_MICROS as f64), Ok(SimDuration::MAX));
        assert_eq!(SimDuration::from_micros_f64(MAX_MICROS as f64 - 0.5), Ok(SimDuration::MAX));
        assert_eq!(SimDuration::from_micros_f64(4_503_599_627_370_496.0), Err(TimeError::Overflow));
    }

    #[test]
    fn instants_stop_at_52_bits() {
        assert_eq!(SimTime::from_micros(1 << 52), Err(TimeError::Overflow));
        assert_eq!(SimTime::MAX.checked_add(SimDuration::ZERO), Ok(SimTime::MAX));
        let micro = SimDuration::from_micros(1).expect("one microsecond is a span");
        assert_eq!(SimTime::MAX.checked_add(micro), Err(TimeError::Overflow));
        assert_eq!(SimDuration::MAX.checked_add(micro), Err(TimeError::Overflow));
        assert_eq!(SimDuration::DAY.checked_mul(u64::MAX), Err(TimeError::Overflow));
        assert_eq!(SimTime::from_days(u32::MAX), Err(TimeError::Overflow));
    }

    #[test]
    fn differences_and_days_are_exact() {
        let (week, year) = (SimTime::from_days(7).unwrap(), SimTime::from_days(365).unwrap());
        assert_eq!(year.checked_since(week), SimDuration::from_days(358).ok());
        assert_eq!(week.checked_since(year), None);
        assert_eq!(week.saturating_since(year), SimDuration::ZERO);
        assert!((year.as_days() - 365.0).abs() < f64::EPSILON);
        assert_eq!(year.day(), 365);
        let noon = week.checked_add(SimDuration::from_days_f64(0.5).unwrap()).unwrap();
        assert_eq!(noon.to_string(), "day 7 12:00:00.000000");
    }
}
