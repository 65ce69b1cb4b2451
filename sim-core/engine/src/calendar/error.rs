//! What can go wrong when something is put on the calendar.

use std::fmt;

use crate::time::{SimTime, TimeError};

/// Why the calendar refused a call. The calendar is unchanged by a refused call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CalendarError {
    /// The event would happen before the current instant.
    InPast {
        /// The instant asked for.
        at: SimTime,
        /// The current instant.
        now: SimTime,
    },
    /// The instant or span cannot be represented.
    Time(TimeError),
    /// The phase is not below 64.
    PhaseOutOfRange(u8),
    /// All 2^42 − 1 sequence numbers have been given out.
    SequenceExhausted,
    /// 2^28 events or clocks are pending at once.
    SlotsExhausted,
    /// The handle's event has already happened, or was cancelled or rescheduled.
    NotPending,
    /// The clock has been removed, or belongs to another calendar.
    UnknownClock,
    /// The rate of a clock is negative, infinite or not a number.
    BadRate(f64),
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InPast { at, now } => {
                write!(f, "an event was scheduled at {at}, before the current instant {now}")
            }
            Self::Time(error) => error.fmt(f),
            Self::PhaseOutOfRange(phase) => write!(f, "phase {phase} is not below 64"),
            Self::SequenceExhausted => f.write_str("all 2^42 sequence numbers are used up"),
            Self::SlotsExhausted => f.write_str("2^28 events are pending at once"),
            Self::NotPending => f.write_str("the event is no longer pending"),
            Self::UnknownClock => f.write_str("the clock does not exist"),
            Self::BadRate(rate) => write!(f, "a rate is finite and not negative, got {rate}"),
        }
    }
}

impl std::error::Error for CalendarError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Time(error) => Some(error),
            _ => None,
        }
    }
}

impl From<TimeError> for CalendarError {
    fn from(error: TimeError) -> Self {
        Self::Time(error)
    }
}
