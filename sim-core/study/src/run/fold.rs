//! Running tasks of a study on threads, in order, into a sink; and the fold of their values into statistics.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::ops::Range;

use autarky_engine::replicate::{RunError, replicate};
use autarky_engine::stop::StopFlag;
use autarky_market::record::{HORIZONS_DAYS, Layout, Record};
use serde::{Deserialize, Serialize};

use super::schedule::{Segment, Task};
use super::statistics::{State, Statistics};
use super::values::RunValues;
use super::{Study, TaskError, TaskResult};

/// Where results go, in canonical order. An error ends the study.
pub trait Sink {
    /// Why results could not be kept.
    type Error;
    /// Takes one run.
    fn task(&mut self, task: Task, result: TaskResult) -> Result<(), Self::Error>;
}

/// How the runs of a segment ended.
#[derive(Debug)]
pub struct Outcome<E> {
    /// Whether a stop was requested before the end.
    pub interrupted: bool,
    /// Why the sink gave up, if it did.
    pub sink_error: Option<E>,
}

thread_local! {
    static IN_REPLICATION: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is inside a replication, whose panics become failed runs: a panic hook may stay silent.
#[must_use]
pub fn in_replication() -> bool {
    IN_REPLICATION.get()
}

/// Marks the thread as inside a replication until dropped, by a panic too.
struct Inside;

impl Inside {
    fn enter() -> Self {
        IN_REPLICATION.set(true);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        IN_REPLICATION.set(false);
    }
}

/// What runs replications and watches them.
pub struct Runner<'a, S, P> {
    /// Threads, the calling one included.
    pub threads: NonZeroUsize,
    /// Ends the study early when requested.
    pub stop: &'a StopFlag,
    /// A task to its record.
    pub simulate: S,
    /// Called after each folded task.
    pub progress: P,
}

impl<S, P> Runner<'_, S, P>
where
    S: Fn(Task) -> Result<Record, TaskError> + Sync,
    P: FnMut(),
{
    /// Runs some tasks of a segment, by their numbers in it, into a sink.
    ///
    /// A failing or panicking replication is a failed task and the others go on; a stop or an error of the sink ends the
    /// segment, and what the sink took is a prefix of its tasks.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn run<K: Sink>(
        &mut self,
        study: &Study,
        (segment, tasks): (&Segment, Range<u64>),
        sink: &mut K,
    ) -> Result<Outcome<K::Error>, String> {
        let policies = study.policies.len() as u64;
        let task = |k: u64| segment.task(k, policies, study.first);
        let simulate = |k: u64| {
            let _inside = Inside::enter();
            (self.simulate)(task(k))
        };
        let (mut stopped, mut sink_error) = (false, None);
        let end = tasks.end;
        let folded = replicate(tasks, self.threads, self.stop, simulate, |k, result| {
            if stopped || sink_error.is_some() {
                return;
            }
            let task = task(k);
            let Some(result) = settled(&study.policies[task.policy].layout, result) else {
                stopped = true;
                return;
            };
            if let Err(error) = sink.task(task, result) {
                sink_error = Some(error);
                self.stop.request();
            }
            (self.progress)();
        })
        .map_err(|error| error.to_string())?;
        Ok(Outcome { interrupted: stopped || folded < end, sink_error })
    }
}

/// A run as it ended; none if it was stopped.
fn settled(layout: &Layout, result: Result<Record, RunError<TaskError>>) -> Option<TaskResult> {
    match result {
        Ok(record) => Some(check_shape(layout, record)),
        Err(RunError::Failed(TaskError::Stopped)) => None,
        Err(RunError::Failed(TaskError::Failed(reason))) => Some(Err(reason)),
        Err(RunError::Panicked(message)) => Some(Err(format!("internal error: {message}"))),
    }
}

/// A record whose lengths do not fit its layout is a failed run, not a panic while writing.
fn check_shape(layout: &Layout, record: Record) -> TaskResult {
    let nations = layout.nations.len();
    let fits = record.scalars.len() == nations * layout.scalars.len()
        && record.series.len() == nations * layout.sample_days.len() * layout.series.len()
        && record.withdrawal.len() == nations * layout.actors.len() * HORIZONS_DAYS.len()
        && record.capacity.len()
            == nations * layout.sample_days.len() * layout.kinds.len() * layout.vendors.len();
    if fits {
        Ok(record)
    } else {
        Err("internal error: the record does not fit its layout".to_owned())
    }
}

/// Values folded in canonical order into statistics, with the pair of point and replication that is not complete yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// What is known about complete pairs of point and replication.
    pub statistics: Statistics,
    policies: usize,
    pending: Vec<Option<RunValues>>,
}

/// Statistics only, in memory.
impl Sink for Fold {
    type Error = std::convert::Infallible;

    fn task(&mut self, task: Task, result: TaskResult) -> Result<(), Self::Error> {
        let values = result.ok().map(|record| self.statistics.values(task.policy, &record));
        self.push(values);
        Ok(())
    }
}

/// A fold as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct FoldState {
    statistics: State,
    pending: Vec<Option<RunValues>>,
}

impl Fold {
    /// Nothing folded.
    #[must_use]
    pub fn new(study: &Study) -> Self {
        let policies = study.policies.len();
        Self { statistics: Statistics::new(study), policies, pending: Vec::with_capacity(policies) }
    }

    /// Adds the values of the next task, none for a failed one. Tasks come in canonical order, all policies of a pair in turn.
    pub fn push(&mut self, values: Option<RunValues>) {
        self.pending.push(values);
        if self.pending.len() == self.policies {
            self.statistics.push(&self.pending);
            self.pending.clear();
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn state(&self) -> FoldState {
        FoldState { statistics: self.statistics.state(), pending: self.pending.clone() }
    }

    /// From what was stored of the same study; none if it is of another shape.
    #[must_use]
    pub fn restore(study: &Study, state: FoldState) -> Option<Self> {
        let mut fold = Self::new(study);
        fold.statistics = fold.statistics.restore(state.statistics)?;
        fold.pending = state.pending;
        (fold.pending.len() < fold.policies).then_some(fold)
    }
}
