//! Statistics and inputs of reports, without files.

use std::num::NonZeroUsize;

use autarky_engine::stop::StopFlag;
use autarky_market::record::Record;
use autarky_study::report::{About, Input, Provenance};
use autarky_study::run::{Runner, Sink, Statistics, Study, TaskError, TaskResult};

/// Keeps nothing: statistics are all that a report needs.
struct Nowhere;

impl Sink for Nowhere {
    type Error = String;

    fn replication(&mut self, _: u64, _: Vec<TaskResult>) -> Result<(), String> {
        Ok(())
    }
}

/// What is known after a run.
pub(crate) fn statistics(
    study: &Study,
    simulate: impl Fn(usize, u64) -> Result<Record, TaskError> + Sync,
) -> Statistics {
    let runner =
        Runner { threads: NonZeroUsize::MIN, stop: &StopFlag::new(), simulate, progress: |_| {} };
    runner.run(study, &mut Nowhere).expect("threads start").statistics
}

/// An input with nothing but numbers.
pub(crate) fn input<'a>(study: &'a Study, statistics: &'a Statistics) -> Input<'a> {
    Input {
        study,
        statistics,
        about: About::default(),
        assumptions: Vec::new(),
        tornado: None,
        frontier: None,
        provenance: Provenance::default(),
    }
}
