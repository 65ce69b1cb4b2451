//! A copy of a running simulation: it repeats its original, or goes on with a future of its own.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim, references are independent"
)]

use autarky_engine::calendar::{CalendarError, ClockId, Phase};
use autarky_engine::rng::{KeyedDraws, Stream, StreamKey};
use autarky_engine::simulation::{Context, EventCode, Limits, Model, Simulation};
use autarky_engine::stop::StopFlag;
use autarky_engine::time::{SimDuration, SimTime};

const PHASE: Phase = Phase::of::<1>();

fn key(entity: u64) -> StreamKey {
    StreamKey { seed: 3, replication: 1, process: 2, entity }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Ring(u32),
    Daily,
}

impl EventCode for Event {
    fn code(&self) -> u16 {
        match self {
            Self::Ring(_) => 1,
            Self::Daily => 2,
        }
    }
    fn entity(&self) -> u32 {
        match *self {
            Self::Ring(id) => id,
            Self::Daily => 0,
        }
    }
}

/// Twenty clocks at one a day, half of them asleep, and an event a day.
#[derive(Debug, Clone, Default)]
struct Bells {
    clocks: Vec<ClockId>,
    rings: Vec<u64>,
    days: u64,
}

impl Model for Bells {
    type Event = Event;
    type Error = CalendarError;
    fn handle(&mut self, ctx: &mut Context<'_, Event>, event: Event) -> Result<(), CalendarError> {
        match event {
            Event::Ring(id) => self.rings[id as usize] += 1,
            Event::Daily => {
                self.days += 1;
                ctx.schedule_in(SimDuration::from_days(1)?, PHASE, Event::Daily)?;
            }
        }
        Ok(())
    }
}

fn bells() -> Simulation<Bells> {
    let mut simulation = Simulation::new(Bells::default());
    simulation
        .set_up(|model, ctx| {
            for id in 0..20 {
                let clock = ctx.add_clock(Stream::new(key(id)), PHASE, Event::Ring(id as u32))?;
                ctx.set_clock_rate(clock, if id < 10 { 1.0 } else { 0.0 })?;
                model.clocks.push(clock);
                model.rings.push(0);
            }
            ctx.schedule_in(SimDuration::from_days(1)?, PHASE, Event::Daily).map(drop)
        })
        .unwrap();
    simulation
}

fn run(simulation: &mut Simulation<Bells>, day: u32) -> u64 {
    let end = SimTime::from_days(day).unwrap();
    let outcome = simulation.run_until(end, &Limits::default(), &StopFlag::new()).unwrap();
    outcome.fingerprint.value()
}

#[test]
fn a_copy_repeats_its_original_and_neither_disturbs_the_other() {
    let mut whole = bells();
    let expected = run(&mut whole, 400);
    let mut original = bells();
    run(&mut original, 100);
    let mut copy = original.clone();
    assert_eq!(run(&mut copy, 400), expected);
    let mut other = original.clone();
    other.set_up(|_, ctx| ctx.fork_clocks(1));
    run(&mut other, 400);
    assert_eq!(run(&mut original, 400), expected);
}

/// Theory: the ten clocks ring at Poisson times of rate one whatever the label. 40 labels of 300 days make 120,000 rings expected with a
/// standard deviation of 346; the bound of 5 of them alarms falsely in 2e6. It would find a rate that is wrong by 1.5 %.
#[test]
fn forked_clocks_keep_their_rates_and_each_label_has_draws_of_its_own() {
    let mut original = bells();
    run(&mut original, 100);
    let before: u64 = original.model().rings.iter().sum();
    let future = |label| {
        let mut copy = original.clone();
        copy.set_up(|_, ctx| ctx.fork_clocks(label));
        let fingerprint = run(&mut copy, 400);
        assert!(copy.model().rings[10..].iter().all(|&n| n == 0), "sleepers stay asleep");
        (copy.model().rings.iter().sum::<u64>() - before, fingerprint)
    };
    let futures: Vec<_> = (0..40).map(future).collect();
    let total: u64 = futures.iter().map(|f| f.0).sum();
    let z = (total as f64 - 120_000.0) / 120_000_f64.sqrt();
    assert!(z.abs() < 5.0, "z = {z}");
    let mut prints: Vec<u64> = futures.iter().map(|f| f.1).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 40);
    assert_eq!(future(7), futures[7], "a label stands for one future");
}

#[test]
fn what_is_not_retained_never_happens_and_the_rest_goes_on() {
    let mut simulation = bells();
    run(&mut simulation, 100);
    assert_eq!(simulation.model().days, 100);
    simulation.set_up(|_, ctx| ctx.retain(|event| !matches!(event, Event::Daily)));
    let rings: u64 = simulation.model().rings.iter().sum();
    run(&mut simulation, 200);
    assert_eq!(simulation.model().days, 100);
    assert!(simulation.model().rings.iter().sum::<u64>() > rings + 500);
    simulation
        .set_up(|_, ctx| ctx.schedule_in(SimDuration::from_days(1)?, PHASE, Event::Daily).map(drop))
        .unwrap();
    run(&mut simulation, 300);
    assert_eq!(simulation.model().days, 200);
}

#[test]
fn a_fork_depends_on_label_and_place_and_leaves_its_origin_alone() {
    let stream = Stream::new(key(1));
    let (mut one, mut two, mut again) = (stream.fork(1), stream.fork(2), stream.fork(1));
    let first = one.next_u64();
    assert_eq!(first, again.next_u64());
    assert_ne!(first, two.next_u64());
    assert_ne!(first, stream.clone().next_u64());
    assert_eq!(stream, Stream::new(key(1)));
    let draws = KeyedDraws::new(key(1));
    assert_ne!(draws.fork(1).bits(5), draws.bits(5));
    assert_ne!(draws.fork(1).bits(5), draws.fork(2).bits(5));
}
