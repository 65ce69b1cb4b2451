//! One server, one queue, Poisson arrivals, exponential service (M/M/1) through the general engine.
//!
//! Arrivals and services draw from keyed streams of their own; the number in the queue is averaged over time and waits
//! go through Welford's recurrence; the run loop keeps its fingerprint. Theory at load ρ and mean service 1/μ: mean
//! wait ρ / (μ (1 − ρ)), mean number waiting ρ² / (1 − ρ).

use std::collections::VecDeque;

use autarky_engine::calendar::{CalendarError, LadderQueue, PendingSet, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::simulation::{Context, EventCode, Limits, Model, Simulation};
use autarky_engine::stats::{TimeWeighted, Welford};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

/// What an M/M/1 run simulates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueSize {
    /// Customers that arrive; the run ends when all have left.
    pub customers: u32,
    /// Mean time between arrivals, microseconds.
    pub mean_interarrival_us: f64,
    /// Mean service time, microseconds.
    pub mean_service_us: f64,
}

impl QueueSize {
    /// `customers` at load 0.8, one second of service on average.
    #[must_use]
    pub fn of(customers: u32) -> Self {
        Self { customers, mean_interarrival_us: 1.25e6, mean_service_us: 1e6 }
    }
}

/// What an M/M/1 run finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueueResult {
    /// Mean wait before service, microseconds.
    pub mean_wait_us: f64,
    /// Time average of the number waiting.
    pub mean_waiting: f64,
    /// Variance over time of the number waiting.
    pub variance_waiting: f64,
    /// Fewest and most waiting.
    pub range_waiting: (f64, f64),
    /// Events handled.
    pub events: u64,
    /// Fingerprint of the run; 0 for a rival that keeps none.
    pub fingerprint: u64,
}

const PHASE: Phase = Phase::FIRST;

#[derive(Debug, Clone, Copy)]
enum Event {
    Arrive(u32),
    Leave(u32),
}

impl EventCode for Event {
    #[inline]
    fn code(&self) -> u16 {
        match self {
            Self::Arrive(_) => 0,
            Self::Leave(_) => 1,
        }
    }

    #[inline]
    fn entity(&self) -> u32 {
        match *self {
            Self::Arrive(customer) | Self::Leave(customer) => customer,
        }
    }
}

struct Queue {
    size: QueueSize,
    arrivals: Stream,
    services: Stream,
    /// Arrival times of those who wait, first come first.
    waiting: VecDeque<(u32, SimTime)>,
    busy: bool,
    /// When the server last ran out of customers.
    idle_since: SimTime,
    number: TimeWeighted,
    waits: Welford,
}

fn stream(replication: u64, process: u64) -> Stream {
    Stream::new(StreamKey { seed: 1, replication, process, entity: 0 })
}

impl Queue {
    fn new(size: QueueSize, replication: u64) -> Self {
        Self {
            size,
            arrivals: stream(replication, 1),
            services: stream(replication, 2),
            waiting: VecDeque::with_capacity(64),
            busy: false,
            idle_since: SimTime::ZERO,
            number: TimeWeighted::new(SimTime::ZERO, 0.0),
            waits: Welford::default(),
        }
    }

    #[inline]
    fn next_arrival<Q: PendingSet>(
        &mut self,
        ctx: &mut Context<'_, Event, Q>,
        customer: u32,
    ) -> Result<(), CalendarError> {
        let wait = self.arrivals.exponential() * self.size.mean_interarrival_us;
        let span = SimDuration::from_micros_f64(wait)?;
        ctx.schedule_in(span, PHASE, Event::Arrive(customer)).map(|_| ())
    }

    #[inline]
    fn serve<Q: PendingSet>(
        &mut self,
        ctx: &mut Context<'_, Event, Q>,
        customer: u32,
        arrived: SimTime,
    ) -> Result<(), CalendarError> {
        self.busy = true;
        self.waits.push(ctx.now().saturating_since(arrived).as_micros_f64());
        let service = self.services.exponential() * self.size.mean_service_us;
        ctx.schedule_in(SimDuration::from_micros_f64(service)?, PHASE, Event::Leave(customer))
            .map(|_| ())
    }
}

impl<Q: PendingSet> Model<Q> for Queue {
    type Event = Event;
    type Error = CalendarError;

    #[inline]
    fn handle(
        &mut self,
        ctx: &mut Context<'_, Event, Q>,
        event: Event,
    ) -> Result<(), CalendarError> {
        let now = ctx.now();
        match event {
            Event::Arrive(customer) => {
                if customer + 1 < self.size.customers {
                    self.next_arrival(ctx, customer + 1)?;
                }
                if self.busy {
                    self.waiting.push_back((customer, now));
                    self.number.set(now, self.waiting.len() as f64);
                    Ok(())
                } else {
                    self.serve(ctx, customer, now)
                }
            }
            Event::Leave(_) => {
                if let Some((customer, arrived)) = self.waiting.pop_front() {
                    self.number.set(now, self.waiting.len() as f64);
                    return self.serve(ctx, customer, arrived);
                }
                self.busy = false;
                self.idle_since = now;
                Ok(())
            }
        }
    }
}

/// Serve everyone, on the default pending set. The stream key is (1, `replication`).
///
/// # Panics
/// When the simulated time leaves the calendar's 142 years, which takes over 10^9 customers.
#[must_use]
pub fn run(size: QueueSize, replication: u64) -> QueueResult {
    run_on::<LadderQueue>(size, replication)
}

/// As [`run`], on any pending set.
///
/// # Panics
/// As [`run`].
#[must_use]
pub fn run_on<Q: PendingSet>(size: QueueSize, replication: u64) -> QueueResult {
    let mut simulation = Simulation::<Queue, Q>::new(Queue::new(size, replication));
    simulation
        .set_up(|queue, ctx| queue.next_arrival(ctx, 0))
        .expect("the first arrival fits on the calendar");
    let outcome = simulation
        .run_until(SimTime::MAX, &Limits::default(), &StopFlag::new())
        .expect("the queue ends within the calendar");
    let queue = simulation.into_model();
    QueueResult {
        mean_wait_us: queue.waits.mean(),
        mean_waiting: queue.number.mean(queue.idle_since).unwrap_or(0.0),
        variance_waiting: queue.number.variance(queue.idle_since).unwrap_or(0.0),
        range_waiting: (queue.number.min(), queue.number.max()),
        events: outcome.events,
        fingerprint: outcome.fingerprint.value(),
    }
}

#[cfg(test)]
mod tests {
    use autarky_engine::calendar::PackedHeap;

    use super::*;

    #[test]
    fn waits_and_queue_lengths_match_theory() {
        // Theory at ρ = 0.8, μ = 1/s: mean wait 4 s, mean number waiting 3.2. The asymptotic variance of the mean wait
        // over n customers is ρ(2 + 5ρ − 4ρ² + ρ³) / (1 − ρ)⁴ / n (Daley 1968), 1.98e3 / n here: a standard
        // error of 0.0444 at n = 10^6. Tolerance 4.4 standard errors, false-alarm rate 1e-5; the stream is fixed.
        let result = run(QueueSize::of(1_000_000), 0);
        assert!((result.mean_wait_us / 1e6 - 4.0).abs() < 0.196, "{result:?}");
        assert!((result.mean_waiting - 3.2).abs() < 0.2, "{result:?}");
        assert_eq!(result.events, 2_000_000);
    }

    #[test]
    fn ladder_and_heap_run_the_same_events() {
        let size = QueueSize::of(10_000);
        assert_eq!(run_on::<PackedHeap>(size, 3), run_on::<LadderQueue>(size, 3));
    }
}
