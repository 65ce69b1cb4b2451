//! What a loaded scenario asks for, with the seconds of one replication of its base, measured by running it.

use std::time::Instant;

use autarky_engine::stop::StopFlag;
use autarky_market::blueprint::Blueprint;
use autarky_market::{layout, simulate};

use super::{PolicyWork, Sizes, Work};
use crate::run::{Keep, Study};
use crate::scenario::Loaded;

/// How much of a scenario is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Points of the design; one without a sweep.
    pub points: u64,
    /// Replications of every policy at every point.
    pub replications: u64,
    /// Threads.
    pub jobs: u64,
    /// Seed of all random streams.
    pub seed: u64,
    /// What is kept of a run.
    pub keep: Keep,
}

/// The work of a scenario. Replication 0 of its first policy is run, and every policy taken to last as long.
///
/// # Errors
/// A policy cannot be compiled, or the replication failed.
pub fn measure(loaded: &Loaded, asked: Asked, stop: &StopFlag) -> Result<Work, String> {
    let compile = |policy: &crate::scenario::Policy| {
        Blueprint::new(&policy.scenario)
            .map_err(|e| format!("policy `{}`: {}: {}", policy.name, e.path, e.message))
    };
    let mut policies = Vec::with_capacity(loaded.policies.len());
    let base = compile(&loaded.policies[0])?;
    let start = Instant::now();
    simulate(&base, asked.seed, 0, stop).map_err(|e| e.to_string())?;
    let seconds = start.elapsed().as_secs_f64();
    for policy in &loaded.policies {
        let sizes = Sizes::of(&layout(&compile(policy)?));
        policies.push(PolicyWork { name: policy.name.clone(), sizes, seconds });
    }
    Ok(Work {
        policies,
        points: asked.points,
        replications: asked.replications,
        jobs: asked.jobs,
        days: base.timing.end.as_days(),
        zones: base.nations.len() as u64,
        keep: asked.keep,
    })
}

impl Work {
    /// Of a study, without the time that it takes.
    #[must_use]
    pub fn of(study: &Study, jobs: u64) -> Self {
        let policy = |policy: &crate::run::Policy| PolicyWork {
            name: policy.name.clone(),
            sizes: Sizes::of(&policy.layout),
            seconds: 0.0,
        };
        let policies: Vec<PolicyWork> = study.policies.iter().map(policy).collect();
        let layout = &study.policies[0].layout;
        Self {
            points: study.points,
            replications: study.replications.div_ceil(study.shard.of),
            jobs,
            days: layout.sample_days.last().copied().unwrap_or(0.0),
            zones: layout.nations.len() as u64,
            keep: study.keep,
            policies,
        }
    }

    /// How its seconds were found, in one sentence.
    #[must_use]
    pub fn calibration(&self) -> String {
        let Some(base) = self.policies.first() else { return String::new() };
        format!(
            "one replication of policy {}, run now, took {:.2} s, and the others are taken to last as long",
            base.name, base.seconds
        )
    }
}
