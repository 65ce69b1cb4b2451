//! The key of a pending event: one 128-bit integer whose order is the order of the calendar.
//!
//! From the most significant bit: time 52 · phase 6 · sequence 42 · slot 28. One compare orders events by time,
//! then phase, then sequence number; sequence numbers are never reused, so ties are served first in, first out
//! and no two keys are equal. The slot says where the payload lies and never decides an order.

use crate::calendar::CalendarError;
use crate::time::SimTime;

/// Bits of the phase field.
pub const PHASE_BITS: u32 = 6;
/// Bits of the sequence field.
pub const SEQUENCE_BITS: u32 = 42;
/// Bits of the slot field.
pub const SLOT_BITS: u32 = 28;

const TAG_BITS: u32 = PHASE_BITS + SEQUENCE_BITS;
const TIME_SHIFT: u32 = TAG_BITS + SLOT_BITS;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
const TAG_MASK: u64 = (1 << TAG_BITS) - 1;

/// The place of an event among those of the same instant: lower phases go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Phase(u8);

impl Phase {
    /// The phase served first.
    pub const FIRST: Self = Self(0);
    /// The phase served last, 63.
    pub const LAST: Self = Self((1 << PHASE_BITS) - 1);

    /// Phase `N`, checked when compiled: `const TICK: Phase = Phase::of::<3>();`.
    #[must_use]
    pub const fn of<const N: u8>() -> Self {
        const { assert!(N < 1 << PHASE_BITS, "a phase is below 64") };
        Self(N)
    }

    /// Phase `number`; [`CalendarError::PhaseOutOfRange`] from 64 on.
    pub const fn new(number: u8) -> Result<Self, CalendarError> {
        if number > Self::LAST.0 {
            Err(CalendarError::PhaseOutOfRange(number))
        } else {
            Ok(Self(number))
        }
    }

    /// The number of the phase, 0 to 63.
    #[inline]
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// Phase and sequence number together: the identity of one scheduling, below 2^48.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tag(u64);

impl Tag {
    /// The sequence number must be below 2^42, which [`Sequence::next`] guarantees.
    #[inline]
    pub(crate) const fn new(phase: Phase, sequence: u64) -> Self {
        Self((phase.0 as u64) << SEQUENCE_BITS | sequence)
    }

    #[inline]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) const fn phase(self) -> Phase {
        Phase((self.0 >> SEQUENCE_BITS) as u8)
    }
}

/// The order of one pending event; see the module's head for the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Key(pub(crate) u128);

impl Key {
    /// Before every event.
    pub const MIN: Self = Self(0);
    /// After every event; no event has it, because the last sequence number is never given out.
    pub const MAX: Self = Self(u128::MAX);

    /// A key from its parts; an error when the sequence number or the slot does not fit its field.
    pub const fn new(
        time: SimTime,
        phase: Phase,
        sequence: u64,
        slot: u32,
    ) -> Result<Self, CalendarError> {
        if sequence >= Sequence::END {
            return Err(CalendarError::SequenceExhausted);
        }
        if slot as u64 > SLOT_MASK {
            return Err(CalendarError::SlotsExhausted);
        }
        Ok(Self::pack(time, Tag::new(phase, sequence), slot))
    }

    #[inline]
    pub(crate) const fn pack(time: SimTime, tag: Tag, slot: u32) -> Self {
        let low = (tag.0 as u128) << SLOT_BITS | slot as u128;
        Self((time.as_micros() as u128) << TIME_SHIFT | low)
    }

    /// The largest key of an instant: everything at or before `time` is at most this.
    #[inline]
    pub(crate) const fn last_of(time: SimTime) -> Self {
        Self((time.as_micros() as u128) << TIME_SHIFT | ((1 << TIME_SHIFT) - 1))
    }

    /// When the event happens.
    #[inline]
    #[must_use]
    pub const fn time(self) -> SimTime {
        SimTime::from_low_bits((self.0 >> TIME_SHIFT) as u64)
    }

    /// The phase of the event within its instant.
    #[inline]
    #[must_use]
    pub const fn phase(self) -> Phase {
        self.tag().phase()
    }

    /// The sequence number, which breaks ties first in, first out.
    #[inline]
    #[must_use]
    pub const fn sequence(self) -> u64 {
        self.tag().0 & ((1 << SEQUENCE_BITS) - 1)
    }

    /// Where the payload lies.
    #[inline]
    #[must_use]
    pub const fn slot(self) -> u32 {
        (self.0 as u64 & SLOT_MASK) as u32
    }

    #[inline]
    pub(crate) const fn tag(self) -> Tag {
        Tag((self.0 >> SLOT_BITS) as u64 & TAG_MASK)
    }
}

/// The largest number of slots, 2^28.
pub(crate) const MAX_SLOTS: usize = 1 << SLOT_BITS;

/// The source of sequence numbers: 0, 1, 2 … 2^42 − 2, then an error for ever.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence(u64);

impl Sequence {
    /// One past the last number that is given out; the last of the field stays free, so no key is all ones.
    pub(crate) const END: u64 = (1 << SEQUENCE_BITS) - 1;

    #[inline]
    pub(crate) fn next(&mut self) -> Result<u64, CalendarError> {
        if self.0 >= Self::END {
            return Err(CalendarError::SequenceExhausted);
        }
        let number = self.0;
        self.0 += 1;
        Ok(number)
    }

    /// Jump ahead, to reach the end of the field within a test's lifetime.
    #[cfg(test)]
    pub(crate) fn starting_at(number: u64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(micros: u64, phase: u8, sequence: u64, slot: u32) -> Key {
        Key::new(SimTime::from_micros(micros).unwrap(), Phase::new(phase).unwrap(), sequence, slot)
            .unwrap()
    }

    #[test]
    fn order_is_time_then_phase_then_sequence_and_never_slot() {
        assert!(key(1, 63, 99, 99) < key(2, 0, 0, 0));
        assert!(key(1, 0, 99, 99) < key(1, 1, 0, 0));
        assert!(key(1, 1, 0, 99) < key(1, 1, 1, 0));
    }

    #[test]
    fn parts_survive_packing_at_their_extremes() {
        let last = Sequence::END - 1;
        let k = key((1 << 52) - 1, 63, last, (1 << 28) - 1);
        assert_eq!((k.time(), k.phase()), (SimTime::MAX, Phase::LAST));
        assert_eq!((k.sequence(), k.slot()), (last, (1 << 28) - 1));
        assert!(k < Key::MAX);
        let k = key(5, 0, 0, 0);
        assert_eq!(
            (k.time().as_micros(), k.phase(), k.sequence(), k.slot()),
            (5, Phase::FIRST, 0, 0)
        );
    }

    #[test]
    fn a_part_too_large_is_an_error_value() {
        let at = SimTime::ZERO;
        assert_eq!(Phase::new(64), Err(CalendarError::PhaseOutOfRange(64)));
        assert_eq!(
            Key::new(at, Phase::FIRST, Sequence::END, 0),
            Err(CalendarError::SequenceExhausted)
        );
        assert_eq!(Key::new(at, Phase::FIRST, 0, 1 << 28), Err(CalendarError::SlotsExhausted));
    }

    #[test]
    fn sequence_numbers_end_in_an_error_and_never_wrap() {
        let mut sequence = Sequence::starting_at(Sequence::END - 1);
        assert_eq!(sequence.next(), Ok(Sequence::END - 1));
        assert_eq!(sequence.next(), Err(CalendarError::SequenceExhausted));
        assert_eq!(sequence.next(), Err(CalendarError::SequenceExhausted));
    }

    #[test]
    fn the_last_key_of_an_instant_bounds_exactly_that_instant() {
        let bound = Key::last_of(SimTime::from_micros(7).unwrap());
        assert!(key(7, 63, Sequence::END - 1, (1 << 28) - 1) <= bound);
        assert!(key(8, 0, 0, 0) > bound);
    }
}
