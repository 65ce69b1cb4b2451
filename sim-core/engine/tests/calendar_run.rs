//! The run loop: order, limits, stop requests, fingerprints, traces.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use autarky_engine::calendar::{Calendar, CalendarError, ClockId, PackedHeap, PendingSet, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::simulation::{
    Context, EVENTS_PER_POLL, EventCode, Limits, Model, Outcome, RunError, Simulation, TraceRecord,
};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Event {
    /// Comes again after a delay in microseconds.
    Tick(u64),
    /// Comes again at the same instant.
    Spin,
    /// Happens once.
    Note(u32),
    /// The handler fails.
    Fail,
    /// Asks whether to stop.
    Ask,
    /// The clock.
    Clock,
}

impl EventCode for Event {
    fn code(&self) -> u16 {
        match self {
            Self::Tick(_) => 1,
            Self::Spin => 2,
            Self::Note(_) => 3,
            Self::Fail => 4,
            Self::Ask => 5,
            Self::Clock => 6,
        }
    }

    fn entity(&self) -> u32 {
        if let Self::Note(entity) = self { *entity } else { 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Failure {
    Calendar(CalendarError),
    OnPurpose,
}

impl From<CalendarError> for Failure {
    fn from(error: CalendarError) -> Self {
        Self::Calendar(error)
    }
}

#[derive(Default)]
struct Script {
    log: Vec<(u64, Event)>,
    /// Raised by the model itself at an event count, as another thread would.
    stop_after: Option<(usize, StopFlag)>,
    clock: Option<ClockId>,
}

impl<Q: PendingSet> Model<Q> for Script {
    type Event = Event;
    type Error = Failure;

    fn handle(&mut self, ctx: &mut Context<'_, Event, Q>, event: Event) -> Result<(), Failure> {
        self.log.push((ctx.now().as_micros(), event));
        if let Some((count, flag)) = &self.stop_after
            && self.log.len() == *count
        {
            flag.request();
        }
        match event {
            Event::Tick(delay) => {
                let delay = SimDuration::from_micros(delay).map_err(CalendarError::from)?;
                ctx.schedule_in(delay, Phase::FIRST, event)?;
            }
            Event::Spin => {
                ctx.schedule_at(ctx.now(), Phase::FIRST, event)?;
            }
            Event::Fail => return Err(Failure::OnPurpose),
            Event::Ask => {
                ctx.stop_requested();
            }
            Event::Clock => {
                let id = self.clock.ok_or(Failure::OnPurpose)?;
                ctx.set_clock_rate(id, ctx.clock_rate(id)? / 2.0)?;
            }
            Event::Note(_) => {}
        }
        Ok(())
    }
}

fn at(micros: u64) -> SimTime {
    SimTime::from_micros(micros).unwrap()
}

fn simulation(events: &[(u64, u8, Event)]) -> Simulation<Script> {
    let mut simulation = Simulation::new(Script::default());
    simulation.set_up(|_, ctx| {
        for &(micros, phase, event) in events {
            ctx.schedule_at(at(micros), Phase::new(phase).unwrap(), event).unwrap();
        }
    });
    simulation
}

fn run(simulation: &mut Simulation<Script>, end: u64) -> Result<Outcome, RunError<Failure>> {
    simulation.run_until(at(end), &Limits::default(), &StopFlag::new())
}

#[test]
fn events_happen_by_time_then_phase_then_order_of_scheduling() {
    let note = Event::Note;
    let mut simulation =
        simulation(&[(5, 1, note(0)), (5, 0, note(1)), (2, 9, note(2)), (5, 0, note(3))]);
    let outcome = run(&mut simulation, 10).unwrap();
    let order: Vec<_> = simulation.model().log.iter().map(|&(time, event)| (time, event)).collect();
    assert_eq!(order, [(2, note(2)), (5, note(1)), (5, note(3)), (5, note(0))]);
    assert_eq!((outcome.time, outcome.events, outcome.stopped), (at(10), 4, false));
}

#[test]
fn a_run_includes_its_end_and_the_next_run_goes_on_from_there() {
    let mut simulation = simulation(&[(0, 0, Event::Tick(5))]);
    assert_eq!(run(&mut simulation, 10).unwrap().events, 3);
    assert_eq!(run(&mut simulation, 14).unwrap().events, 3);
    assert_eq!(simulation.now(), at(14));
    assert_eq!(run(&mut simulation, 15).unwrap().events, 4);
}

#[test]
fn a_run_in_two_halves_has_the_fingerprint_of_a_whole_one() {
    let events = [(0, 0, Event::Tick(3)), (1, 2, Event::Tick(7)), (2, 1, Event::Tick(3))];
    let (mut whole, mut halves) = (simulation(&events), simulation(&events));
    run(&mut halves, 40_000).unwrap();
    assert_eq!(run(&mut whole, 100_000), run(&mut halves, 100_000));
    assert_eq!(whole.checkpoints(), halves.checkpoints());
}

#[test]
fn the_order_of_ties_changes_the_fingerprint() {
    let (a, b) = ((5, 0, Event::Note(1)), (5, 0, Event::Note(2)));
    let first = run(&mut simulation(&[a, b]), 10).unwrap();
    let second = run(&mut simulation(&[b, a]), 10).unwrap();
    assert_eq!(first.events, second.events);
    assert_ne!(first.fingerprint, second.fingerprint);
}

#[test]
fn time_standing_still_is_an_error_that_names_time_and_last_event() {
    let mut simulation = simulation(&[(3, 0, Event::Tick(1)), (7, 0, Event::Spin)]);
    let limits = Limits { events_per_instant: 25_000, ..Limits::default() };
    let error = simulation.run_until(at(100), &limits, &StopFlag::new()).unwrap_err();
    let (limit, code) = (25_000, Event::Spin.code());
    let last = TraceRecord { time: at(7), phase: Phase::FIRST, code, entity: 0 };
    assert_eq!(error, RunError::Livelock { limit, last });
}

#[test]
fn as_many_events_at_one_instant_as_allowed_are_no_livelock() {
    let events: Vec<_> = (0..20).map(|i| (i / 10, 0, Event::Note(0))).collect();
    let limits = |events_per_instant| Limits { events_per_instant, ..Limits::default() };
    let mut enough = simulation(&events);
    assert!(enough.run_until(at(9), &limits(10), &StopFlag::new()).is_ok());
    let mut short = simulation(&events);
    assert!(short.run_until(at(9), &limits(9), &StopFlag::new()).is_err());
}

#[test]
fn the_event_budget_is_exact() {
    let limits = |events| Limits { events, ..Limits::default() };
    let mut simulation = simulation(&[(0, 0, Event::Tick(1))]);
    let error = simulation.run_until(at(99), &limits(50), &StopFlag::new()).unwrap_err();
    assert_eq!(error, RunError::EventBudget { limit: 50, time: at(49) });
    assert_eq!(simulation.model().log.len(), 50);
    let outcome = simulation.run_until(at(99), &limits(50), &StopFlag::new()).unwrap();
    assert_eq!((outcome.events, outcome.time), (100, at(99)));
    let budget = EVENTS_PER_POLL;
    let end = at(99 + budget);
    assert!(simulation.run_until(end, &limits(budget), &StopFlag::new()).is_ok());
}

#[test]
fn a_failing_handler_ends_the_run_and_is_named() {
    let mut simulation = simulation(&[(1, 0, Event::Note(1)), (2, 3, Event::Fail)]);
    let error = run(&mut simulation, 10).unwrap_err();
    let (phase, code) = (Phase::new(3).unwrap(), Event::Fail.code());
    let last = TraceRecord { time: at(2), phase, code, entity: 0 };
    assert_eq!(error, RunError::Model { last, source: Failure::OnPurpose });
}

#[test]
fn a_raised_flag_stops_the_run_within_ten_thousand_events() {
    let flag = StopFlag::new();
    let mut simulation = simulation(&[(0, 0, Event::Tick(1))]);
    simulation.set_up(|model, _| model.stop_after = Some((12_345, flag.clone())));
    let outcome = simulation.run_until(SimTime::MAX, &Limits::default(), &flag).unwrap();
    assert!(outcome.stopped);
    assert_eq!((outcome.events, outcome.time), (20_000, at(19_999)));
}

#[test]
fn a_model_that_asks_at_its_tick_stops_at_once() {
    let flag = StopFlag::new();
    let mut simulation =
        simulation(&[(0, 0, Event::Tick(1)), (3, 1, Event::Ask), (8, 1, Event::Ask)]);
    simulation.set_up(|model, _| model.stop_after = Some((7, flag.clone())));
    let outcome = simulation.run_until(at(1_000), &Limits::default(), &flag).unwrap();
    assert!(outcome.stopped);
    assert_eq!(outcome.time, at(8));
    assert_eq!(simulation.model().log.last(), Some(&(8, Event::Ask)));
}

#[test]
fn a_trace_sees_every_event_and_changes_nothing() {
    let events = [(0, 4, Event::Tick(3)), (4, 2, Event::Note(8))];
    let (mut plain, mut traced) = (simulation(&events), simulation(&events));
    let expected = run(&mut plain, 30).unwrap();
    let mut trace: Vec<TraceRecord> = Vec::new();
    let (limits, flag) = (Limits::default(), StopFlag::new());
    let outcome = traced.run_until_traced(at(30), &limits, &flag, &mut trace).unwrap();
    assert_eq!(outcome, expected);
    assert_eq!(trace.len() as u64, outcome.events);
    let phase = Phase::new(2).unwrap();
    assert!(trace.contains(&TraceRecord { time: at(4), phase, code: 3, entity: 8 }));
}

#[test]
fn a_clock_slowed_by_its_own_handler_waits_longer_each_time() {
    // Theory: with the rate halved at each firing, gap k is T_k · 2^k / λ for the unit exponentials T_k.
    let key = StreamKey { seed: 4, replication: 0, process: 0, entity: 0 };
    let mut simulation = Simulation::<Script>::new(Script::default());
    simulation.set_up(|model, ctx| {
        let id = ctx.add_clock(Stream::new(key), Phase::FIRST, Event::Clock).unwrap();
        ctx.set_clock_rate(id, 1_000.0).unwrap();
        model.clock = Some(id);
    });
    run(&mut simulation, 86_400_000_000).unwrap();
    let (mut draws, mut expected, mut rate) = (Stream::new(key), 0, 1_000.0);
    let log = &simulation.model().log;
    assert!(log.len() >= 5, "{log:?}");
    for &(time, _) in log {
        expected += (draws.exponential() * 86_400e6 / rate).ceil() as u64;
        rate /= 2.0;
        assert_eq!(time, expected);
    }
}

#[test]
fn ladder_and_heap_give_one_fingerprint() {
    let mut heap = Simulation::<Script, PackedHeap>::new(Script::default());
    let mut ladder = Simulation::<Script>::new(Script::default());
    let delays = [1, 1, 2, 3, 50, 1_000, 77];
    heap.set_up(|_, ctx| {
        for delay in delays {
            ctx.schedule_at(at(0), Phase::FIRST, Event::Tick(delay)).unwrap();
        }
    });
    ladder.set_up(|_, ctx| {
        for delay in delays {
            ctx.schedule_at(at(0), Phase::FIRST, Event::Tick(delay)).unwrap();
        }
    });
    let (limits, flag) = (Limits::default(), StopFlag::new());
    let first = heap.run_until(at(20_000), &limits, &flag).unwrap();
    assert_eq!(Ok(first), ladder.run_until(at(20_000), &limits, &flag));
}

#[test]
fn errors_read_as_sentences() {
    let last = TraceRecord { time: at(86_400_000_001), phase: Phase::LAST, code: 4, entity: 9 };
    let error: RunError<CalendarError> = RunError::Livelock { limit: 10, last };
    let text = "time stands still: more than 10 events at one instant, last event 4 of entity 9 at \
                day 1 00:00:00.000001, phase 63";
    assert_eq!(error.to_string(), text);
    let mut calendar = Calendar::<u8>::new();
    calendar.schedule(at(5), Phase::FIRST, 0).unwrap();
    calendar.pop();
    let error = calendar.schedule(at(1), Phase::FIRST, 0).unwrap_err();
    assert!(error.to_string().contains("before the current instant day 0 00:00:00.000005"));
}
