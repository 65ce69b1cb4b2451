//! Statistics and inputs of reports, without files.

use std::num::NonZeroUsize;

use autarky_engine::stop::StopFlag;
use autarky_market::record::Record;
use autarky_study::report::{About, Input, Provenance};
use autarky_study::run::schedule::{Segment, Shard, Task};
use autarky_study::run::{Fold, Runner, Statistics, Study, TaskError};

/// What is known after a run.
pub(crate) fn statistics(
    study: &Study,
    simulate: impl Fn(Task) -> Result<Record, TaskError> + Sync,
) -> Statistics {
    let stop = StopFlag::new();
    let mut runner = Runner { threads: NonZeroUsize::MIN, stop: &stop, simulate, progress: || {} };
    let segment = Segment {
        points: 0..study.points,
        replications: 0..study.replications,
        shard: Shard::WHOLE,
    };
    let mut fold = Fold::new(study);
    runner
        .run(study, (&segment, 0..segment.groups() * study.policies.len() as u64), &mut fold)
        .expect("threads start");
    fold.statistics
}

/// An input with nothing but numbers.
pub(crate) fn input<'a>(study: &'a Study, statistics: &'a Statistics) -> Input<'a> {
    Input {
        study,
        statistics,
        about: About::default(),
        assumptions: Vec::new(),
        tornado: None,
        frontiers: Vec::new(),
        nested: None,
        provenance: Provenance::default(),
    }
}
