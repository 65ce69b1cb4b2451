//! The run loop: takes events off the calendar in order and hands them to a model.
//!
//! A [`Model`] owns the state and one handler; a [`Context`] is all that a handler sees of the engine. The loop keeps
//! a [`Fingerprint`] with checkpoints, stops on request, and turns a model that makes no progress (too many events at
//! one instant, or in all) into an error that names the last event. It draws no random numbers and keeps no
//! statistics: those belong to the model.

use std::fmt;

use crate::calendar::{Calendar, CalendarError, ClockId, Handle, LadderQueue, PendingSet, Phase};
use crate::fingerprint::{Checkpoint, Checkpoints, Fingerprint};
use crate::rng::Stream;
use crate::stop::StopFlag;
use crate::time::{SimDuration, SimTime};

/// The stop flag is read, and a checkpoint offered, once per this many events.
pub const EVENTS_PER_POLL: u64 = 10_000;

/// How an event appears in fingerprints, traces and error messages.
pub trait EventCode {
    /// The kind of event: a number of its variant, stable within one version of the model.
    fn code(&self) -> u16;
    /// The entity that the event is about, 0 when there is none.
    fn entity(&self) -> u32;
}

/// A model: state, and what each event does to it. `Q` is the pending set it is run on.
pub trait Model<Q: PendingSet = LadderQueue> {
    /// The closed vocabulary of events.
    type Event: Copy + EventCode;
    /// Why a handler can fail; a failure ends the run.
    type Error;

    /// Change the state as `event` says, at `ctx.now()`.
    fn handle(
        &mut self,
        ctx: &mut Context<'_, Self::Event, Q>,
        event: Self::Event,
    ) -> Result<(), Self::Error>;
}

/// What a handler sees of the engine: the time, and ways to make things happen later.
#[derive(Debug)]
pub struct Context<'a, E, Q: PendingSet = LadderQueue> {
    calendar: &'a mut Calendar<E, Q>,
    stop: Option<&'a StopFlag>,
    halted: bool,
}

impl<E: Copy, Q: PendingSet> Context<'_, E, Q> {
    /// The current instant.
    #[inline]
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.calendar.now()
    }

    /// Schedule `event` at an instant; see [`Calendar::schedule`].
    #[inline]
    pub fn schedule_at(
        &mut self,
        at: SimTime,
        phase: Phase,
        event: E,
    ) -> Result<Handle, CalendarError> {
        self.calendar.schedule(at, phase, event)
    }

    /// Schedule `event` after a span; an error when that is beyond [`SimTime::MAX`].
    #[inline]
    pub fn schedule_in(
        &mut self,
        delay: SimDuration,
        phase: Phase,
        event: E,
    ) -> Result<Handle, CalendarError> {
        let at = self.calendar.now().checked_add(delay)?;
        self.calendar.schedule(at, phase, event)
    }

    /// Cancel a pending event and return it; see [`Calendar::cancel`].
    #[inline]
    pub fn cancel(&mut self, handle: Handle) -> Option<E> {
        self.calendar.cancel(handle)
    }

    /// Move a pending event; see [`Calendar::reschedule`].
    #[inline]
    pub fn reschedule(&mut self, handle: Handle, at: SimTime) -> Result<Handle, CalendarError> {
        self.calendar.reschedule(handle, at)
    }

    /// Whether the event of this handle is still to happen.
    #[inline]
    #[must_use]
    pub fn is_pending(&self, handle: Handle) -> bool {
        self.calendar.is_pending(handle)
    }

    /// Create a sleeping clock; see [`Calendar::add_clock`].
    pub fn add_clock(
        &mut self,
        stream: Stream,
        phase: Phase,
        event: E,
    ) -> Result<ClockId, CalendarError> {
        self.calendar.add_clock(stream, phase, event)
    }

    /// Change the rate of a clock, per day; see [`Calendar::set_clock_rate`].
    #[inline]
    pub fn set_clock_rate(&mut self, id: ClockId, rate_per_day: f64) -> Result<(), CalendarError> {
        self.calendar.set_clock_rate(id, rate_per_day)
    }

    /// The rate of a clock, per day.
    pub fn clock_rate(&self, id: ClockId) -> Result<f64, CalendarError> {
        self.calendar.clock_rate(id)
    }

    /// Remove a clock; see [`Calendar::remove_clock`].
    pub fn remove_clock(&mut self, id: ClockId) -> Result<(), CalendarError> {
        self.calendar.remove_clock(id)
    }

    /// Cancel every scheduled event that is not to be kept; see [`Calendar::retain`].
    pub fn retain(&mut self, keep: impl Fn(&E) -> bool) {
        self.calendar.retain(keep);
    }

    /// Let every clock go on with other draws; see [`Calendar::fork_clocks`].
    pub fn fork_clocks(&mut self, label: u64) {
        self.calendar.fork_clocks(label);
    }

    /// Whether someone asked to stop. If so the run ends after this handler, so a model reads it at its ticks.
    #[inline]
    pub fn stop_requested(&mut self) -> bool {
        let requested = self.stop.is_some_and(StopFlag::is_requested);
        self.halted |= requested;
        requested
    }
}

/// What a run may use before it is taken to be stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most events at one instant.
    pub events_per_instant: u64,
    /// Most events in one call of [`Simulation::run_until`].
    pub events: u64,
}

impl Default for Limits {
    /// Ten million events at one instant, and no bound in all.
    fn default() -> Self {
        Self { events_per_instant: 10_000_000, events: u64::MAX }
    }
}

/// One event as it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceRecord {
    /// When.
    pub time: SimTime,
    /// In which phase of the instant.
    pub phase: Phase,
    /// [`EventCode::code`].
    pub code: u16,
    /// [`EventCode::entity`].
    pub entity: u32,
}

impl fmt::Display for TraceRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, phase, code, entity } = self;
        write!(f, "event {code} of entity {entity} at {time}, phase {}", phase.number())
    }
}

/// Where each event is written before it is handled.
pub trait Trace {
    /// One event is about to be handled.
    fn record(&mut self, record: TraceRecord);
}

/// As [`Trace`], for those who want the event itself and the state that it meets.
pub trait Witness<M: Model<Q>, Q: PendingSet = LadderQueue> {
    /// `event` is about to be handled by `model`.
    fn witness(&mut self, model: &M, event: M::Event, record: TraceRecord);
}

impl<T: Trace, Q: PendingSet, M: Model<Q>> Witness<M, Q> for T {
    #[inline]
    fn witness(&mut self, _: &M, _: M::Event, record: TraceRecord) {
        self.record(record);
    }
}

/// No trace: costs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTrace;

impl Trace for NoTrace {
    #[inline]
    fn record(&mut self, _: TraceRecord) {}
}

/// All events in memory, for tests and short runs.
impl Trace for Vec<TraceRecord> {
    fn record(&mut self, record: TraceRecord) {
        self.push(record);
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The instant reached: the end asked for, or that of the last event if stopped.
    pub time: SimTime,
    /// Events handled by this simulation so far.
    pub events: u64,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether the stop flag ended the run early.
    pub stopped: bool,
}

/// Why a run failed. The event named has been handled (or tried); later ones have not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RunError<E> {
    /// More events at one instant than [`Limits::events_per_instant`].
    Livelock {
        /// The limit.
        limit: u64,
        /// The last event.
        last: TraceRecord,
    },
    /// More events than [`Limits::events`].
    EventBudget {
        /// The limit.
        limit: u64,
        /// The instant reached.
        time: SimTime,
    },
    /// A handler failed.
    Model {
        /// The event that it was handling.
        last: TraceRecord,
        /// What it said.
        source: E,
    },
}

impl<E: fmt::Display> fmt::Display for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Livelock { limit, last } => {
                write!(f, "time stands still: more than {limit} events at one instant, last {last}")
            }
            Self::EventBudget { limit, time } => {
                write!(f, "the run used up its {limit} events and reached {time}")
            }
            Self::Model { last, source } => write!(f, "{last}: {source}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for RunError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Model { source, .. } => Some(source),
            Self::Livelock { .. } | Self::EventBudget { .. } => None,
        }
    }
}

/// A model on its calendar.
#[derive(Debug, Clone)]
pub struct Simulation<M: Model<Q>, Q: PendingSet = LadderQueue> {
    calendar: Calendar<M::Event, Q>,
    model: M,
    events: u64,
    fingerprint: Fingerprint,
    checkpoints: Checkpoints,
}

impl<Q: PendingSet, M: Model<Q>> Simulation<M, Q> {
    /// A model at the start of time, with nothing scheduled yet.
    #[must_use]
    pub fn new(model: M) -> Self {
        Self {
            calendar: Calendar::new(),
            model,
            events: 0,
            fingerprint: Fingerprint::default(),
            checkpoints: Checkpoints::every(EVENTS_PER_POLL),
        }
    }

    /// Act on model and calendar between runs, above all to schedule the first events.
    pub fn set_up<R>(&mut self, act: impl FnOnce(&mut M, &mut Context<'_, M::Event, Q>) -> R) -> R {
        let mut ctx = Context { calendar: &mut self.calendar, stop: None, halted: false };
        act(&mut self.model, &mut ctx)
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The model, taken out of the simulation.
    #[must_use]
    pub fn into_model(self) -> M {
        self.model
    }

    /// The current instant.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.calendar.now()
    }

    /// Events handled so far.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Checkpoints of the fingerprint, every [`EVENTS_PER_POLL`] events or a multiple of it.
    #[must_use]
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    /// Handle every event up to and including `end`, then move to `end`.
    pub fn run_until(
        &mut self,
        end: SimTime,
        limits: &Limits,
        stop: &StopFlag,
    ) -> Result<Outcome, RunError<M::Error>> {
        self.run_until_traced(end, limits, stop, &mut NoTrace)
    }

    /// As [`Self::run_until`], writing each event to `trace` before it is handled.
    pub fn run_until_traced<T: Witness<M, Q>>(
        &mut self,
        end: SimTime,
        limits: &Limits,
        stop: &StopFlag,
        trace: &mut T,
    ) -> Result<Outcome, RunError<M::Error>> {
        let mut left = limits.events;
        let mut instant = Instant { time: self.calendar.now(), events: 0 };
        loop {
            if stop.is_requested() {
                return Ok(self.outcome(true));
            }
            let until_poll = EVENTS_PER_POLL - self.events % EVENTS_PER_POLL;
            let batch = Batch { end, limits, stop, most: until_poll.min(left) };
            let (handled, ended) = self.run_batch(&batch, &mut instant, trace)?;
            left -= handled;
            match ended {
                Ended::Batch if left == 0 => return self.out_of_budget(end, limits),
                Ended::Batch => self.offer_checkpoint(),
                Ended::Stop => return Ok(self.outcome(true)),
                Ended::Calendar => {
                    self.calendar.advance(end);
                    return Ok(self.outcome(false));
                }
            }
        }
    }

    /// Handle events until the end, the end of the batch, or a stop; also counts them.
    #[inline]
    fn run_batch<T: Witness<M, Q>>(
        &mut self,
        batch: &Batch<'_>,
        instant: &mut Instant,
        trace: &mut T,
    ) -> Result<(u64, Ended), RunError<M::Error>> {
        let mut fingerprint = self.fingerprint;
        let mut here = *instant;
        let mut handled = 0;
        let mut ctx =
            Context { calendar: &mut self.calendar, stop: Some(batch.stop), halted: false };
        let mut failure = None;
        let ended = loop {
            if handled == batch.most {
                break Ended::Batch;
            }
            let Some((time, phase, event)) = ctx.calendar.pop_until(batch.end) else {
                break Ended::Calendar;
            };
            let (code, entity) = (event.code(), event.entity());
            let last = TraceRecord { time, phase, code, entity };
            fingerprint = fingerprint.with(time, code, entity);
            trace.witness(&self.model, event, last);
            handled += 1;
            here.events = if time == here.time { here.events + 1 } else { 1 };
            here.time = time;
            if here.events > batch.limits.events_per_instant {
                let limit = batch.limits.events_per_instant;
                failure = Some(RunError::Livelock { limit, last });
                break Ended::Stop;
            }
            if let Err(source) = self.model.handle(&mut ctx, event) {
                failure = Some(RunError::Model { last, source });
                break Ended::Stop;
            }
            if ctx.halted {
                break Ended::Stop;
            }
        };
        self.fingerprint = fingerprint;
        self.events += handled;
        *instant = here;
        failure.map_or(Ok((handled, ended)), Err)
    }

    /// The budget is used up: an error unless nothing was left to do.
    fn out_of_budget(
        &mut self,
        end: SimTime,
        limits: &Limits,
    ) -> Result<Outcome, RunError<M::Error>> {
        if self.calendar.peek_time().is_some_and(|next| next <= end) {
            let (limit, time) = (limits.events, self.calendar.now());
            return Err(RunError::EventBudget { limit, time });
        }
        self.calendar.advance(end);
        Ok(self.outcome(false))
    }

    fn offer_checkpoint(&mut self) {
        let (events, time) = (self.events, self.calendar.now());
        self.checkpoints.offer(Checkpoint { events, time, fingerprint: self.fingerprint });
    }

    fn outcome(&self, stopped: bool) -> Outcome {
        let (time, events) = (self.calendar.now(), self.events);
        Outcome { time, events, fingerprint: self.fingerprint, stopped }
    }
}

/// Events handled at one instant so far.
#[derive(Debug, Clone, Copy)]
struct Instant {
    time: SimTime,
    events: u64,
}

/// What one call of the inner loop may do.
struct Batch<'a> {
    end: SimTime,
    limits: &'a Limits,
    stop: &'a StopFlag,
    most: u64,
}

/// Why the inner loop returned.
enum Ended {
    Batch,
    Calendar,
    Stop,
}
