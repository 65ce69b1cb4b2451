//! Replications of a base and of named policies on common random numbers, from their start to what is known about them.
//!
//! Runs are done and folded in the canonical order of [`schedule`] (see [`autarky_engine::replicate`]), which makes every number independent of
//! threads; only replications finished under all policies enter the paired statistics. Memory does not grow with the number of runs. This
//! module writes no files (a [`Sink`] does).

mod fold;
mod market;
mod points;
mod quantity;
pub mod schedule;
mod statistics;
mod values;

use std::fmt;

use autarky_market::record::{Actor, Layout, Record};
use serde::{Deserialize, Serialize};

use crate::design::DesignSpec;
use crate::output::Until;
use crate::rule::RuleNote;
use schedule::{Shard, Task};

pub use fold::{Fold, FoldState, Outcome, Runner, Sink, in_replication};
pub use market::{MarketStudy, PrepareError, Replications};
pub(crate) use quantity::quantities;
pub use quantity::{Measure, Quantity};
pub use statistics::{CONFIDENCE, Cell as QuantityStatistics, Effect, Statistics, WithdrawalCell};
pub use values::{PATH_NATIONS, RunValues, WithdrawalValue};

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
    /// Every parameter of every policy with its source, as CSV.
    pub parameters: String,
    /// Start of the simulation in days from 1970-01-01.
    pub start_day: f64,
    /// The base, then the named policies.
    pub policies: Vec<Policy>,
    /// Name of each recorded nation for readers, in the order of the layouts.
    pub nation_titles: Vec<String>,
    /// Titles of actors of the withdrawal test, of those that have one.
    pub actor_titles: Vec<(Actor, String)>,
    /// Dated events to mark in pictures.
    pub marks: Vec<Mark>,
    /// What a reader must know to be assumed, a sentence each.
    pub assumptions: Vec<String>,
    /// Rules that govern nations under policies, in the order of policies and nations.
    pub rules: Vec<RuleNote>,
    /// Version of the model's bits.
    pub model_version: u32,
    /// Seed of all random streams.
    pub seed: u64,
    /// Number of the first replication.
    pub first: u64,
    /// Replications asked for, from `first` on.
    pub replications: u64,
    /// Points of the design asked for; 1 without a design.
    pub points: u64,
    /// What identifies the design but for the number of its points; empty without a design.
    pub design: String,
    /// The design, if any.
    pub design_spec: Option<DesignSpec>,
    /// The share of the study that is run here.
    pub shard: Shard,
    /// What is kept of each run.
    pub keep: Keep,
    /// When the study has enough replications, if not at their number.
    pub until: Option<Until>,
    /// How the scenario was loaded.
    pub recipe: Recipe,
    /// The command that runs one replication of one policy again, without `--policy`, `--seed`, `--first` and `-n`.
    pub command: String,
}

/// How a scenario was loaded: what a user named. Later it is looked whether that has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Path or catalogue id.
    pub file: String,
    /// Overlay files.
    pub overlays: Vec<String>,
    /// Settings.
    pub sets: Vec<String>,
    /// Policies asked for; empty for all.
    pub policies: Vec<String>,
    /// Policies that copy others: (name, of which).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<(String, String)>,
}

impl Recipe {
    /// The command that loads the same scenario and runs it.
    #[must_use]
    pub fn command(&self) -> String {
        let mut words = vec!["autarky run".to_owned(), shell_word(&self.file)];
        words.extend(self.overlays.iter().map(|path| format!("--overlay {}", shell_word(path))));
        words.extend(self.sets.iter().map(|set| format!("--set {}", shell_word(set))));
        words.join(" ")
    }
}

/// What is kept of each run on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Quantities and withdrawal tests.
    Runs,
    /// Series and capacities by source as well.
    Series,
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

    /// The command that runs one run of the study in a folder again.
    #[must_use]
    pub fn replay_command(&self, folder: &str, task: Task) -> String {
        let Task { replication, point, policy } = task;
        let name = &self.policies[policy].name;
        let point =
            if self.design.is_empty() { String::new() } else { format!(" --point {point}") };
        let folder = shell_word(folder);
        format!("autarky replay {folder} --policy {name}{point} --replication {replication}")
    }
}

/// A word as a POSIX shell reads it back.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
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

/// A run that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which.
    pub task: Task,
    /// Reason.
    pub error: String,
}

/// A replication under one policy, as it ended.
pub type TaskResult = Result<Record, String>;
