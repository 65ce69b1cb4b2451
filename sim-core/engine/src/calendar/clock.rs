//! Unit-rate clocks under a random time change, in an indexed 4-ary heap.
//!
//! A clock fires at the points of a Poisson process whose rate its owner changes at will. It keeps what is left of a
//! unit exponential, `T`, and fires when `∫ λ(s) ds = T`: while the rate is `λ` it uses up `λ Δt`, a change of rate
//! rescales the remaining wait and draws nothing (Anderson 2007, "A modified next reaction method for simulating
//! chemical systems with time dependent propensities and delays"). Only a firing draws the next exponential, from the
//! clock's own stream, so two policies that change rates differently still share the same random numbers.
//!
//! Ladders cannot delete eagerly; a clock has one place in this heap instead. A firing that moves earlier moves its key
//! at once. One that moves later only notes the new time, and its key stays where it was, too early, until it comes to
//! the top: most changes of rate then touch the clock alone, and a failure that a repair undoes moves nothing. A clock
//! keeps the sequence number it was created with: clocks that tie fire in the order of their creation.

use crate::calendar::heap::{parent, smallest_child};
use crate::calendar::key::{MAX_SLOTS, Tag};
use crate::calendar::{CalendarError, Key};
use crate::rng::Stream;
use crate::time::{MICROS_PER_DAY, SimDuration, SimTime};

/// A clock of a calendar. A removed clock's id is recognised for ever, even when its place is reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClockId {
    index: u32,
    generation: u32,
}

/// No position in the heap: the clock sleeps.
const ASLEEP: u32 = u32::MAX;

/// What a change of rate reads and writes comes first and fills one cache line; a firing needs the second.
#[derive(Debug, Clone)]
#[repr(C, align(64))]
struct Clock<E> {
    /// What is left of the unit exponential at `since`.
    remaining: f64,
    rate_per_day: f64,
    since: SimTime,
    /// When it fires, while it is in the heap.
    due: SimTime,
    /// The time of its key in the heap: no later than `due`.
    filed: SimTime,
    tag: Tag,
    generation: u32,
    in_use: bool,
    stream: Stream,
    event: E,
}

/// The clocks of a calendar.
#[derive(Debug, Clone)]
pub(super) struct ClockSet<E> {
    clocks: Vec<Clock<E>>,
    /// Position of each clock in `heap`, or [`ASLEEP`].
    positions: Vec<u32>,
    /// Keys of the clocks that run; the slot of a key is the clock's index.
    heap: Vec<Key>,
    /// Indices of removed clocks.
    free: Vec<u32>,
    /// The clock that fired last and has not drawn its next exponential: its handler often changes the rate, and the
    /// two moves in the heap become one.
    fired: Option<u32>,
}

impl<E: Copy> ClockSet<E> {
    pub(super) fn new() -> Self {
        let (clocks, positions, heap, free) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { clocks, positions, heap, free, fired: None }
    }

    /// Whether no clock runs.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.heap.is_empty()
    }

    /// Number of clocks that run.
    pub(super) fn running(&self) -> usize {
        self.heap.len()
    }

    /// Create a sleeping clock and draw its first exponential.
    pub(super) fn add(
        &mut self,
        mut stream: Stream,
        tag: Tag,
        now: SimTime,
        event: E,
    ) -> Result<ClockId, CalendarError> {
        let remaining = stream.exponential();
        let reused = self.free.pop();
        let generation = reused.map_or(0, |index| self.clocks[index as usize].generation);
        let clock = Clock {
            stream,
            remaining,
            rate_per_day: 0.0,
            since: now,
            due: SimTime::MAX,
            filed: SimTime::MAX,
            tag,
            generation,
            in_use: true,
            event,
        };
        if let Some(index) = reused {
            self.clocks[index as usize] = clock;
            return Ok(ClockId { index, generation });
        }
        if self.clocks.len() >= MAX_SLOTS {
            return Err(CalendarError::SlotsExhausted);
        }
        self.clocks.push(clock);
        self.positions.push(ASLEEP);
        Ok(ClockId { index: (self.clocks.len() - 1) as u32, generation })
    }

    /// The clock of an id, if it has not been removed.
    #[inline]
    fn find(&self, id: ClockId) -> Result<&Clock<E>, CalendarError> {
        match self.clocks.get(id.index as usize) {
            Some(clock) if clock.in_use && clock.generation == id.generation => Ok(clock),
            _ => Err(CalendarError::UnknownClock),
        }
    }

    /// The rate in force, per day.
    pub(super) fn rate_per_day(&self, id: ClockId) -> Result<f64, CalendarError> {
        self.find(id).map(|clock| clock.rate_per_day)
    }

    /// Change the rate from `now` on.
    #[inline]
    pub(super) fn set_rate(
        &mut self,
        id: ClockId,
        now: SimTime,
        rate_per_day: f64,
    ) -> Result<(), CalendarError> {
        if !(0.0..f64::INFINITY).contains(&rate_per_day) {
            return Err(CalendarError::BadRate(rate_per_day));
        }
        let current = self.find(id)?.rate_per_day;
        let clock = &mut self.clocks[id.index as usize];
        if self.fired == Some(id.index) {
            self.fired = None;
            clock.remaining = clock.stream.exponential();
        } else if current.to_bits() == rate_per_day.to_bits() {
            return Ok(());
        } else {
            let elapsed = now.saturating_since(clock.since).as_micros() as f64;
            let used = elapsed * (current / MICROS_PER_DAY as f64);
            // The rounding of a wait up to a microsecond can use up a little more than was left.
            clock.remaining = if used < clock.remaining { clock.remaining - used } else { 0.0 };
        }
        clock.rate_per_day = rate_per_day;
        clock.since = now;
        self.arm(id.index);
        Ok(())
    }

    /// Give every clock a stream of its own for the label, and a new exponential from it; rates stay.
    pub(super) fn fork(&mut self, label: u64, now: SimTime) {
        self.fired = None;
        for index in 0..self.clocks.len() {
            let clock = &mut self.clocks[index];
            if clock.in_use {
                clock.stream = clock.stream.fork(label);
                clock.remaining = clock.stream.exponential();
                clock.since = now;
                self.arm(index as u32);
            }
        }
    }

    /// Remove a clock; its index will be reused with the next generation.
    pub(super) fn remove(&mut self, id: ClockId) -> Result<(), CalendarError> {
        self.find(id)?;
        if self.fired == Some(id.index) {
            self.fired = None;
        }
        self.detach(id.index);
        let clock = &mut self.clocks[id.index as usize];
        clock.in_use = false;
        // An index whose generations are used up is never given out again.
        if let Some(generation) = clock.generation.checked_add(1) {
            clock.generation = generation;
            self.free.push(id.index);
        }
        Ok(())
    }

    /// The key of the next firing, after re-arming the clock that fired last.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<Key> {
        if let Some(index) = self.fired.take() {
            let clock = &mut self.clocks[index as usize];
            clock.remaining = clock.stream.exponential();
            self.arm(index);
        }
        loop {
            let first = *self.heap.first()?;
            let clock = &mut self.clocks[first.slot() as usize];
            if clock.due == first.time() {
                return Some(first);
            }
            clock.filed = clock.due;
            let key = Key::pack(clock.due, clock.tag, first.slot());
            self.sift_down(0, key);
        }
    }

    /// Let the clock of `key`, which [`ClockSet::peek`] returned, fire.
    #[inline]
    pub(super) fn fire(&mut self, key: Key) -> E {
        let clock = &mut self.clocks[key.slot() as usize];
        clock.since = key.time();
        self.fired = Some(key.slot());
        clock.event
    }

    /// Put the clock where its remaining exponential and rate say. A firing after the end of time never comes.
    #[inline]
    fn arm(&mut self, index: u32) {
        let clock = &mut self.clocks[index as usize];
        // Rate 0 gives an infinite or undefined wait, which is no span of time.
        let wait = clock.remaining * MICROS_PER_DAY as f64 / clock.rate_per_day;
        let span = SimDuration::from_micros_f64(wait);
        let Ok(due) = span.and_then(|span| clock.since.checked_add(span)) else {
            self.detach(index);
            return;
        };
        clock.due = due;
        // A clock that sleeps is filed at the end of time.
        if due >= clock.filed && clock.filed < SimTime::MAX {
            return;
        }
        clock.filed = due;
        let key = Key::pack(due, clock.tag, index);
        let at = self.positions[index as usize] as usize;
        if at < self.heap.len() {
            self.sift_up(at, key);
        } else {
            self.heap.push(key);
            self.sift_up(self.heap.len() - 1, key);
        }
    }

    /// Take a clock out of the heap if it is in it.
    fn detach(&mut self, index: u32) {
        self.clocks[index as usize].filed = SimTime::MAX;
        let at = std::mem::replace(&mut self.positions[index as usize], ASLEEP) as usize;
        let Some(last) = self.heap.pop() else { return };
        match self.heap.get(at) {
            Some(&old) if old < last => self.sift_down(at, last),
            Some(_) => self.sift_up(at, last),
            // The last key of the heap was the one to take out,
            None if at == self.heap.len() => {}
            // or the clock was asleep already.
            None => self.heap.push(last),
        }
    }

    #[inline]
    fn set(&mut self, at: usize, key: Key) {
        self.heap[at] = key;
        self.positions[key.slot() as usize] = at as u32;
    }

    #[inline]
    fn sift_up(&mut self, mut at: usize, key: Key) {
        while let Some(above) = parent(at)
            && key < self.heap[above]
        {
            self.set(at, self.heap[above]);
            at = above;
        }
        self.set(at, key);
    }

    #[inline]
    fn sift_down(&mut self, mut at: usize, key: Key) {
        while let Some((child, smallest)) = smallest_child(&self.heap, at)
            && smallest < key
        {
            self.set(at, smallest);
            at = child;
        }
        self.set(at, key);
    }
}
