//! The calendar: what happens next, in a total order.
//!
//! Events are ordered by time, then phase, then sequence number (first in, first out among ties); see [`Key`]. Keys
//! lie in a [`PendingSet`], payloads in a slab found by the key's slot. Cancelling or rescheduling leaves a *stale* key
//! behind, recognised by its sequence number when it surfaces; when more than half of the keys are stale they are all
//! dropped. Timers whose rate changes are *clocks* and live in an indexed heap of their own, merged at each pop.
//!
//! The calendar does not run anything: see [`crate::simulation`].

mod bottom;
mod chunk;
mod clock;
mod error;
mod heap;
mod key;
mod ladder;
mod pending;
mod rung;
mod slab;

pub use clock::ClockId;
pub use error::CalendarError;
pub use heap::PackedHeap;
pub use key::{Key, PHASE_BITS, Phase, SEQUENCE_BITS, SLOT_BITS};
pub use ladder::LadderQueue;
pub use pending::PendingSet;

use crate::rng::Stream;
use crate::time::SimTime;
use clock::ClockSet;
use key::{Sequence, Tag};
use slab::Slab;

/// Stale keys are not worth dropping below this many keys.
const COMPACT_FROM: usize = 64;

/// One scheduling of one event. It stays recognisable after the event has happened, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handle {
    tag: Tag,
    slot: u32,
}

/// Pending events of type `E`, kept in order by `Q`.
#[derive(Debug, Clone)]
pub struct Calendar<E, Q = LadderQueue> {
    now: SimTime,
    sequence: Sequence,
    queue: Q,
    slab: Slab<E>,
    /// Keys in `queue` whose event was cancelled or rescheduled.
    stale: usize,
    clocks: ClockSet<E>,
}

impl<E: Copy, Q: PendingSet> Default for Calendar<E, Q> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy, Q: PendingSet> Calendar<E, Q> {
    /// An empty calendar at [`SimTime::ZERO`].
    #[must_use]
    pub fn new() -> Self {
        Self {
            now: SimTime::ZERO,
            sequence: Sequence::default(),
            queue: Q::default(),
            slab: Slab::new(),
            stale: 0,
            clocks: ClockSet::new(),
        }
    }

    /// The instant of the last popped event.
    #[inline]
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Number of pending events: those scheduled and those of clocks that run. A clock that has just fired counts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len() - self.stale + self.clocks.running()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Schedule `event` at `at`, which may be the current instant but not before ([`CalendarError::InPast`]).
    #[inline]
    pub fn schedule(
        &mut self,
        at: SimTime,
        phase: Phase,
        event: E,
    ) -> Result<Handle, CalendarError> {
        self.not_past(at)?;
        let tag = Tag::new(phase, self.sequence.next()?);
        let slot = self.slab.insert(tag, event)?;
        self.queue.push(Key::pack(at, tag, slot));
        Ok(Handle { tag, slot })
    }

    #[inline]
    fn not_past(&self, at: SimTime) -> Result<(), CalendarError> {
        if at < self.now { Err(CalendarError::InPast { at, now: self.now }) } else { Ok(()) }
    }

    /// Cancel a pending event and return it; `None` when it is no longer pending.
    pub fn cancel(&mut self, handle: Handle) -> Option<E> {
        let event = self.slab.take(handle.slot, handle.tag)?;
        self.one_more_stale();
        Some(event)
    }

    /// Move a pending event to `at`, behind the events already scheduled there, and return its new handle. The old
    /// handle is no longer pending.
    #[inline]
    pub fn reschedule(&mut self, handle: Handle, at: SimTime) -> Result<Handle, CalendarError> {
        self.not_past(at)?;
        if !self.is_pending(handle) {
            return Err(CalendarError::NotPending);
        }
        let tag = Tag::new(handle.tag.phase(), self.sequence.next()?);
        self.slab.retag(handle.slot, tag);
        self.queue.push(Key::pack(at, tag, handle.slot));
        self.one_more_stale();
        Ok(Handle { tag, slot: handle.slot })
    }

    /// Whether the event of this handle is still to happen.
    #[inline]
    #[must_use]
    pub fn is_pending(&self, handle: Handle) -> bool {
        self.slab.holds(handle.slot, handle.tag)
    }

    #[inline]
    fn one_more_stale(&mut self) {
        self.stale += 1;
        if 2 * self.stale > self.queue.len() && self.queue.len() >= COMPACT_FROM {
            self.compact();
        }
    }

    #[cold]
    fn compact(&mut self) {
        let slab = &self.slab;
        self.queue.retain(|key| slab.holds(key.slot(), key.tag()));
        self.stale = 0;
    }

    /// Create a clock that sleeps (rate 0) and carries `event` each time it fires. It draws a unit exponential from its
    /// `stream` now and after each firing, and nothing else ever does.
    pub fn add_clock(
        &mut self,
        stream: Stream,
        phase: Phase,
        event: E,
    ) -> Result<ClockId, CalendarError> {
        let tag = Tag::new(phase, self.sequence.next()?);
        self.clocks.add(stream, tag, self.now, event)
    }

    /// Change the rate of a clock from now on: firings per day, 0 to sleep. What is left of its unit exponential is
    /// rescaled, never drawn anew. Negative, infinite and NaN rates are a [`CalendarError::BadRate`].
    #[inline]
    pub fn set_clock_rate(&mut self, id: ClockId, rate_per_day: f64) -> Result<(), CalendarError> {
        self.clocks.set_rate(id, self.now, rate_per_day)
    }

    /// The rate of a clock, firings per day.
    pub fn clock_rate(&self, id: ClockId) -> Result<f64, CalendarError> {
        self.clocks.rate_per_day(id)
    }

    /// Remove a clock; its id is unknown from now on.
    pub fn remove_clock(&mut self, id: ClockId) -> Result<(), CalendarError> {
        self.clocks.remove(id)
    }

    /// Cancel every scheduled event that is not to be kept; clocks stay.
    pub fn retain(&mut self, keep: impl Fn(&E) -> bool) {
        if self.slab.retain(keep) > 0 {
            self.compact();
        }
    }

    /// Let every clock go on with draws of its own for the label: the future of a copy that shares the past of its original.
    pub fn fork_clocks(&mut self, label: u64) {
        self.clocks.fork(label, self.now);
    }

    /// When the next event happens.
    pub fn peek_time(&mut self) -> Option<SimTime> {
        let queued = self.peek_queue();
        match (queued, self.clocks.peek()) {
            (Some(a), Some(b)) => Some(a.min(b).time()),
            (a, b) => a.or(b).map(Key::time),
        }
    }

    /// The first key of the queue that is not stale.
    fn peek_queue(&mut self) -> Option<Key> {
        while let Some(key) = self.queue.peek() {
            if self.slab.holds(key.slot(), key.tag()) {
                return Some(key);
            }
            self.queue.pop_at_most(key);
            self.stale -= 1;
        }
        None
    }

    /// Remove the next event and move to its instant.
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, Phase, E)> {
        self.pop_until(SimTime::MAX)
    }

    /// Remove the next event if it happens at or before `end`, and move to its instant.
    #[inline]
    pub fn pop_until(&mut self, end: SimTime) -> Option<(SimTime, Phase, E)> {
        let limit = Key::last_of(end);
        if self.clocks.is_idle() { self.pop_queue(limit) } else { self.pop_merged(limit) }
    }

    #[inline]
    fn pop_queue(&mut self, limit: Key) -> Option<(SimTime, Phase, E)> {
        while let Some(key) = self.queue.pop_at_most(limit) {
            if let Some(event) = self.slab.take(key.slot(), key.tag()) {
                self.now = key.time();
                return Some((self.now, key.phase(), event));
            }
            self.stale -= 1;
        }
        None
    }

    /// As [`Self::pop_queue`], with clocks: no two keys are equal, so the queue wins below the first clock.
    fn pop_merged(&mut self, limit: Key) -> Option<(SimTime, Phase, E)> {
        let Some(firing) = self.clocks.peek().filter(|&key| key <= limit) else {
            return self.pop_queue(limit);
        };
        self.pop_queue(firing).or_else(|| {
            self.now = firing.time();
            Some((self.now, firing.phase(), self.clocks.fire(firing)))
        })
    }

    /// Move to `to` if it is later than now and nothing is pending before it; the end of a run.
    pub(crate) fn advance(&mut self, to: SimTime) {
        self.now = self.now.max(to);
    }
}
