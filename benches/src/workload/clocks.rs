//! Failure clocks: cohorts of nodes fail and are repaired; every failure lowers its cohort's rate, every repair raises
//! it. It measures what one failure costs through the run loop: the firing, the change of rate by the handler and the
//! repair event it schedules.

use autarky_engine::calendar::{CalendarError, ClockId, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::simulation::{Context, EventCode, Limits, Model, RunError, Simulation};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

/// Nodes in each cohort.
const NODES: u32 = 100;
/// Failures per node and day.
const FAILURES: f64 = 0.1;

const PHASE: Phase = Phase::FIRST;

#[derive(Debug, Clone, Copy)]
enum Event {
    Fail(u32),
    Repair(u32),
}

impl EventCode for Event {
    #[inline]
    fn code(&self) -> u16 {
        match self {
            Self::Fail(_) => 0,
            Self::Repair(_) => 1,
        }
    }

    #[inline]
    fn entity(&self) -> u32 {
        match *self {
            Self::Fail(cohort) | Self::Repair(cohort) => cohort,
        }
    }
}

struct Cohort {
    clock: ClockId,
    up: u32,
}

struct Fleet {
    cohorts: Vec<Cohort>,
    repairs: Stream,
    failures: u64,
}

fn stream(process: u64, entity: u64) -> Stream {
    Stream::new(StreamKey { seed: 4, replication: 0, process, entity })
}

fn rate(up: u32) -> f64 {
    FAILURES * f64::from(up)
}

impl Fleet {
    fn start(&mut self, ctx: &mut Context<'_, Event>, cohorts: u32) -> Result<(), CalendarError> {
        for cohort in 0..cohorts {
            let stream = stream(1, u64::from(cohort));
            let clock = ctx.add_clock(stream, PHASE, Event::Fail(cohort))?;
            ctx.set_clock_rate(clock, rate(NODES))?;
            self.cohorts.push(Cohort { clock, up: NODES });
        }
        Ok(())
    }
}

impl Model for Fleet {
    type Event = Event;
    type Error = CalendarError;

    #[inline]
    fn handle(&mut self, ctx: &mut Context<'_, Event>, event: Event) -> Result<(), CalendarError> {
        match event {
            Event::Fail(index) => {
                let cohort = &mut self.cohorts[index as usize];
                cohort.up -= 1;
                self.failures += 1;
                ctx.set_clock_rate(cohort.clock, rate(cohort.up))?;
                let repair = SimDuration::from_days_f64(0.5 * self.repairs.exponential())?;
                ctx.schedule_in(repair, PHASE, Event::Repair(index))?;
            }
            Event::Repair(index) => {
                let cohort = &mut self.cohorts[index as usize];
                cohort.up += 1;
                ctx.set_clock_rate(cohort.clock, rate(cohort.up))?;
            }
        }
        Ok(())
    }
}

/// Handle `events` failures and repairs of `cohorts` cohorts, and return the number of failures.
///
/// # Panics
/// When the simulated time leaves the calendar's 142 years, which takes 500,000 events a cohort.
#[must_use]
pub fn run(cohorts: u32, events: u64) -> u64 {
    let fleet = Fleet { cohorts: Vec::new(), repairs: stream(2, 0), failures: 0 };
    let mut simulation = Simulation::new(fleet);
    simulation.set_up(|fleet, ctx| fleet.start(ctx, cohorts)).expect("the cohorts fit");
    let limits = Limits { events, ..Limits::default() };
    match simulation.run_until(SimTime::MAX, &limits, &StopFlag::new()) {
        Err(RunError::EventBudget { .. }) => simulation.into_model().failures,
        other => unreachable!("failures never end: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_and_repairs_balance() {
        // Theory: each failure has one repair, and at most all nodes are down at the end.
        let failures = run(50, 100_000);
        assert!((50_000..=50_000 + 50 * u64::from(NODES) / 2).contains(&failures), "{failures}");
    }
}
