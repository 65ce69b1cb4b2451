//! The engine's standard workloads, each measured beside a hand-written rival in the same process.
//!
//! Engine and rival take turns and medians are compared, so a busy machine slows both. The figures say how fast this
//! machine is now; they are not results and need not repeat. `autarky bench` prints them; the criterion benches of
//! this crate look at single workloads more closely.

pub mod measure;
pub mod rival;
pub mod workload;

use autarky_engine::calendar::LadderQueue;
use measure::{Measurement, Seconds, side_by_side};
use rival::market::RivalMarket;
use workload::hold::{EngineHold, Hold};
use workload::market::EngineMarket;
use workload::mm1::QueueSize;

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Fewer and shorter rounds: under 20 seconds in all.
    pub quick: bool,
}

impl Options {
    /// Rounds of a workload that runs as a whole.
    fn rounds(self) -> usize {
        if self.quick { 3 } else { 9 }
    }

    /// Rounds of a workload cut into slices of about a millisecond, short enough that a busy machine interrupts few of
    /// them.
    fn slices(self) -> usize {
        if self.quick { 51 } else { 201 }
    }

    /// `full` operations a round, a quarter of them when quick.
    fn scaled(self, full: u64) -> u64 {
        if self.quick { full / 4 } else { full }
    }
}

/// Run every workload, in the order `mm1`, `hold_100`, `hold_10k`, `hold_1m`, `market_10k`, `market_100k`, `scaling_2`.
#[must_use]
pub fn run_all(options: Options) -> Vec<Measurement> {
    vec![
        mm1(options),
        hold(options, "hold_100", 100),
        hold(options, "hold_10k", 10_000),
        hold(options, "hold_1m", 1_000_000),
        market(options, "market_10k", 10_000),
        market(options, "market_100k", 100_000),
        scaling(options),
    ]
}

/// M/M/1 through the run loop against a plain loop, in customers a second: a million customers in slices of 20,000.
#[must_use]
pub fn mm1(options: Options) -> Measurement {
    let size = QueueSize::of(20_000);
    let (mut ours, mut theirs) = (0..1_000, 0..1_000);
    let (engine, rival) = side_by_side(
        options.slices(),
        || workload::mm1::run(size, ours.next().unwrap_or(0)),
        || rival::mm1::run(size, theirs.next().unwrap_or(0)),
    );
    let speed = |seconds: Seconds| f64::from(size.customers) / seconds.0;
    Measurement::of_speeds("mm1", "customers/s", speed(engine), speed(rival))
}

/// Pop, draw an exponential, push again, with `pending` events on the calendar, in nanoseconds.
#[must_use]
pub fn hold(options: Options, name: &'static str, pending: u32) -> Measurement {
    let steps = 20_000;
    let mut engine = EngineHold::<LadderQueue>::new(pending);
    let mut rival = rival::hold::RivalHold::new(pending);
    // Every event twice, so that neither side is measured on the order of its filling.
    engine.run(u64::from(2 * pending));
    rival.run(u64::from(2 * pending));
    let (engine, rival) = side_by_side(options.slices(), || engine.run(steps), || rival.run(steps));
    let nanoseconds = |seconds: Seconds| seconds.0 * 1e9 / steps as f64;
    Measurement::of_times(name, "ns", nanoseconds(engine), nanoseconds(rival))
}

/// A synthetic market of `entities`, in live events a second.
#[must_use]
pub fn market(options: Options, name: &'static str, entities: u32) -> Measurement {
    let (mut engine, mut rival) = (EngineMarket::new(entities), RivalMarket::new(entities));
    // Every entity twice, as in the hold model.
    engine.run(u64::from(2 * entities));
    rival.run(u64::from(2 * entities));
    let events = 20_000;
    let (engine, rival) =
        side_by_side(options.slices(), || engine.run(events), || rival.run(events));
    let speed = |seconds: Seconds| events as f64 / seconds.0;
    Measurement::of_speeds(name, "events/s", speed(engine), speed(rival))
}

/// Two-thread efficiency over replications of a short M/M/1 queue, in percent; the rival is the plain loop on the
/// same threads.
#[must_use]
pub fn scaling(options: Options) -> Measurement {
    let replications = options.scaled(20_000);
    let engine = workload::scaling::efficiency(options.rounds(), replications, |size, index| {
        workload::mm1::run(size, index).events
    });
    let rival = workload::scaling::efficiency(options.rounds(), replications, |size, index| {
        rival::mm1::run(size, index).events
    });
    Measurement::of_speeds("scaling_2", "%", 100.0 * engine, 100.0 * rival)
}
