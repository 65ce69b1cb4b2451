//! The hold model (Vaucher and Duval 1975): pop, draw an exponential increment, schedule again, at a fixed number
//! pending. It measures the calendar alone: keys, payloads and one random stream, no model.

use autarky_engine::calendar::{Calendar, CalendarError, LadderQueue, PendingSet, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::time::SimDuration;

/// Mean increment in microseconds: a thousandth of it separates a million pending events.
pub const MEAN_INCREMENT_US: f64 = 1e9;

/// A program that holds a constant number of pending events.
pub trait Hold {
    /// Do `steps` holds and return a number that depends on all of them.
    fn run(&mut self, steps: u64) -> u64;
}

/// The calendar at a fixed number pending.
pub struct EngineHold<Q: PendingSet = LadderQueue> {
    calendar: Calendar<u32, Q>,
    stream: Stream,
}

impl<Q: PendingSet> EngineHold<Q> {
    /// `pending` events at exponential instants.
    ///
    /// # Panics
    /// Never at fewer than 2^28 events.
    #[must_use]
    pub fn new(pending: u32) -> Self {
        let stream = Stream::new(StreamKey { seed: 2, replication: 0, process: 0, entity: 0 });
        let mut hold = Self { calendar: Calendar::new(), stream };
        for event in 0..pending {
            hold.push(event).expect("the slots suffice");
        }
        hold
    }

    #[inline]
    fn push(&mut self, event: u32) -> Result<(), CalendarError> {
        let span = SimDuration::from_micros_f64(self.stream.exponential() * MEAN_INCREMENT_US)?;
        let at = self.calendar.now().checked_add(span)?;
        self.calendar.schedule(at, Phase::FIRST, event).map(|_| ())
    }
}

impl<Q: PendingSet> Hold for EngineHold<Q> {
    fn run(&mut self, steps: u64) -> u64 {
        let mut sum = 0;
        for _ in 0..steps {
            let Some((_, _, event)) = self.calendar.pop() else { break };
            sum += u64::from(event);
            self.push(event).expect("time suffices");
        }
        sum
    }
}
