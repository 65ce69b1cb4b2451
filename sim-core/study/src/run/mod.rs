//! Replications of a base and of named policies on common random numbers, from their start to what is known about them.
//!
//! Tasks are numbered replication by replication, `task = replication · policies + policy`, so that a run that is
//! interrupted has about as many replications of each policy: only those finished for all of them enter the paired statistics.
//! Results are folded in that order (see [`autarky_engine::replicate`]), which makes every number independent of threads.
//! Memory does not grow with the number of replications. This module writes no files (a [`Sink`] does) and knows no
//! scenario format.

mod market;
mod quantity;
mod statistics;

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroUsize;

use autarky_engine::replicate::{RunError, replicate};
use autarky_engine::stop::StopFlag;
use autarky_market::record::{Layout, Record};

pub use market::{MarketStudy, PrepareError, Replications};
pub use quantity::{Measure, Quantity};
pub use statistics::{CONFIDENCE, Cell as QuantityStatistics, Effect, Statistics, WithdrawalCell};

/// What is run: the resolved scenarios of the base and of every policy, as far as results need them.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// Identifier: catalogue id or file stem; letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// Title of the scenario.
    pub title: String,
    /// SHA-256 of the resolved numeric scenario and its policies, in hexadecimal.
    pub scenario_hash: String,
    /// The resolved scenario as text.
    pub resolved: String,
    /// Start of the simulation in days from 1970-01-01.
    pub start_day: f64,
    /// The base, then the named policies.
    pub policies: Vec<Policy>,
    /// Name of each recorded nation for readers, in the order of the layouts.
    pub nation_titles: Vec<String>,
    /// Dated events to mark in pictures.
    pub marks: Vec<Mark>,
    /// What a reader must know to be assumed, a sentence each.
    pub assumptions: Vec<String>,
    /// Version of the model's bits.
    pub model_version: u32,
    /// Seed of all random streams.
    pub seed: u64,
    /// Number of the first replication.
    pub first: u64,
    /// Replications asked for, from `first` on.
    pub replications: u64,
    /// The command that runs one replication of one policy again, without `--policy`, `--seed`, `--first` and `-n`.
    pub command: String,
}

/// The base or a named policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Identifier; `base` for the base.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// What its replications record.
    pub layout: Layout,
}

/// A dated event.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Days from the start.
    pub day: f64,
    /// A few words.
    pub label: String,
}

/// Why the results of policies cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomparable {
    /// The policy.
    pub policy: String,
    /// What differs from the base.
    pub what: &'static str,
}

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "policy `{}` has other {} than the base, so they cannot be compared",
            self.policy, self.what
        )
    }
}

impl std::error::Error for Incomparable {}

impl Study {
    /// Checks that all policies record the same nations, quantities and dates.
    pub fn check(&self) -> Result<(), Incomparable> {
        let base = &self.policies[0].layout;
        for policy in &self.policies[1..] {
            let other = &policy.layout;
            let same = [
                ("focus nations", base.nations == other.nations),
                ("sample dates", base.sample_days == other.sample_days),
                (
                    "recorded quantities",
                    base.series == other.series && base.scalars == other.scalars,
                ),
            ];
            if let Some((what, _)) = same.into_iter().find(|(_, equal)| !equal) {
                return Err(Incomparable { policy: policy.name.clone(), what });
            }
        }
        Ok(())
    }

    /// The command that runs one replication of one policy again.
    #[must_use]
    pub fn replay_command(&self, policy: usize, replication: u64) -> String {
        let Self { command, seed, .. } = self;
        format!(
            "{command} --policy {} --seed {seed} --first {replication} -n 1",
            self.policies[policy].name
        )
    }
}

/// Why a replication has no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskError {
    /// It read the request to stop.
    Stopped,
    /// It failed, with the reason.
    Failed(String),
}

/// A replication that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Position of the policy.
    pub policy: usize,
    /// Number of the replication.
    pub replication: u64,
    /// Reason.
    pub error: String,
}

/// A replication under one policy, as it ended.
pub type TaskResult = Result<Record, String>;

/// Where results go, in replication order. An error ends the run.
pub trait Sink {
    /// Why results could not be kept.
    type Error;
    /// Takes one replication, with one result per policy.
    fn replication(
        &mut self,
        replication: u64,
        results: Vec<TaskResult>,
    ) -> Result<(), Self::Error>;
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome<E> {
    /// What is known about the finished replications.
    pub statistics: Statistics,
    /// Replications finished or failed for every policy.
    pub finished: u64,
    /// Tasks that failed.
    pub failed: u64,
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
    /// Ends the run early when requested.
    pub stop: &'a StopFlag,
    /// `(policy, replication)` to its record.
    pub simulate: S,
    /// Called with the number of tasks folded so far.
    pub progress: P,
}

impl<S, P> Runner<'_, S, P>
where
    S: Fn(usize, u64) -> Result<Record, TaskError> + Sync,
    P: FnMut(u64),
{
    /// Runs a study into a sink.
    ///
    /// A failing or panicking replication is a failed task and the others go on; a stop or an error of the sink keeps
    /// what is finished for every policy.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn run<K: Sink>(
        mut self,
        study: &Study,
        sink: &mut K,
    ) -> Result<Outcome<K::Error>, String> {
        let policies = study.policies.len() as u64;
        let mut fold = Fold {
            statistics: Statistics::new(study),
            pending: Vec::with_capacity(study.policies.len()),
            sink,
            finished: 0,
            failed: 0,
            stopped: false,
            sink_error: None,
        };
        let task = |task: u64| {
            let _inside = Inside::enter();
            (self.simulate)((task % policies) as usize, study.first + task / policies)
        };
        let tasks = 0..study.replications * policies;
        let folded = replicate(tasks, self.threads, self.stop, task, |task, result| {
            fold.task(study, task, result);
            if fold.sink_error.is_some() {
                self.stop.request();
            }
            (self.progress)(task + 1);
        })
        .map_err(|error| error.to_string())?;
        let interrupted = fold.stopped || folded < study.replications * policies;
        let Fold { statistics, finished, failed, sink_error, .. } = fold;
        Ok(Outcome { statistics, finished, failed, interrupted, sink_error })
    }
}

/// What is folded, task by task in order.
struct Fold<'s, K: Sink> {
    statistics: Statistics,
    /// Results of the replication that is not yet complete.
    pending: Vec<TaskResult>,
    sink: &'s mut K,
    finished: u64,
    failed: u64,
    stopped: bool,
    sink_error: Option<K::Error>,
}

impl<K: Sink> Fold<'_, K> {
    fn task(&mut self, study: &Study, task: u64, result: Result<Record, RunError<TaskError>>) {
        if self.stopped || self.sink_error.is_some() {
            return;
        }
        let result = match result {
            Ok(record) => check_shape(&study.policies[self.pending.len()].layout, record),
            Err(RunError::Failed(TaskError::Stopped)) => {
                self.stopped = true;
                return;
            }
            Err(RunError::Failed(TaskError::Failed(reason))) => Err(reason),
            Err(RunError::Panicked(message)) => Err(format!("internal error: {message}")),
        };
        self.pending.push(result);
        if self.pending.len() == study.policies.len() {
            let results = std::mem::take(&mut self.pending);
            self.finished += 1;
            self.failed += results.iter().filter(|r| r.is_err()).count() as u64;
            self.statistics.push(&results);
            let replication = study.first + task / study.policies.len() as u64;
            self.sink_error = self.sink.replication(replication, results).err();
        }
    }
}

/// A record whose lengths do not fit its layout is a failed run, not a panic while writing.
fn check_shape(layout: &Layout, record: Record) -> TaskResult {
    let nations = layout.nations.len();
    let horizons = autarky_market::record::HORIZONS_DAYS.len();
    let fits = record.scalars.len() == nations * layout.scalars.len()
        && record.series.len() == nations * layout.sample_days.len() * layout.series.len()
        && record.withdrawal.len() == nations * layout.actors.len() * horizons
        && record.capacity.len()
            == nations * layout.sample_days.len() * layout.kinds.len() * layout.vendors.len();
    if fits {
        Ok(record)
    } else {
        Err("internal error: the record does not fit its layout".to_owned())
    }
}
