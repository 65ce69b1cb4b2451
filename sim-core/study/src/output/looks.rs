//! Running a study to its end, or block by block until its intervals are narrow enough.

use autarky_engine::stats::Welford;
use autarky_market::record::Record;
use serde::{Deserialize, Serialize};

use super::{OutputError, Results};
use crate::analysis::AnalysisError;
use crate::analysis::stopping::{Decision, Rule};
use crate::run::schedule::Task;
use crate::run::{Outcome, Runner, Statistics, Study, TaskError};

/// When a study has enough replications: every interval of the objectives is narrow enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Until {
    /// Quantities that are looked at.
    pub quantities: Vec<String>,
    /// Position of the nation.
    pub nation: usize,
    /// Half-width that is narrow enough.
    pub halfwidth: f64,
    /// Replications between two looks.
    pub block: u64,
}

impl Until {
    /// The rule for a study of at most so many replications.
    pub fn rule(&self, most: u64) -> Result<Rule, AnalysisError> {
        Rule::new(self.block, self.halfwidth, most)
    }

    /// What the rule looks at: the paired difference of each policy to the base, or the mean where there is one policy.
    fn followed(&self, study: &Study, statistics: &Statistics) -> Vec<(String, Welford)> {
        let mut out = Vec::new();
        for name in &self.quantities {
            let Some(at) = statistics.quantity(name) else { continue };
            if study.policies.len() == 1 {
                out.push((name.clone(), statistics.cell(0, self.nation, at).moments));
            }
            for (p, policy) in study.policies.iter().enumerate().skip(1) {
                let difference = *statistics.cell(p, self.nation, at).difference();
                out.push((format!("{name}, {} − base", policy.name), difference));
            }
        }
        out
    }
}

impl Results<'_> {
    /// Runs the study to its end, or until the rule of the study stops it.
    ///
    /// # Errors
    ///
    /// The threads cannot be started; what the folder refuses, or that the rule is none, is in the outcome.
    pub fn run_all<S, P>(
        &mut self,
        runner: &mut Runner<'_, S, P>,
    ) -> Result<Outcome<OutputError>, String>
    where
        S: Fn(Task) -> Result<Record, TaskError> + Sync,
        P: FnMut(),
    {
        loop {
            let replications = match self.aim() {
                Ok(Some(replications)) => replications,
                Ok(None) => return Ok(Outcome { interrupted: false, sink_error: None }),
                Err(error) => return Ok(Outcome { interrupted: false, sink_error: Some(error) }),
            };
            let (study, before) = (self.study(), self.taken());
            let outcome = self.run(runner, (study.points, replications))?;
            let ended = study.until.is_none() || self.taken() == before;
            if ended || outcome.interrupted || outcome.sink_error.is_some() {
                return Ok(outcome);
            }
        }
    }

    /// How many replications to go to now: all, or those of the next look, where the rule of the study has stopped it at none before. None: it has.
    ///
    /// # Errors
    ///
    /// The rule is none.
    pub(super) fn aim(&mut self) -> Result<Option<u64>, OutputError> {
        let study = self.study();
        let Some(until) = &study.until else { return Ok(Some(study.replications)) };
        if self.manifest().stopping.is_some() {
            return Ok(None);
        }
        let rule = until.rule(study.replications).map_err(|e| OutputError::Asked {
            path: self.folder().path().to_owned(),
            reason: e.to_string(),
        })?;
        let done = self.manifest().replications.recorded;
        let next = rule.next_look(done.saturating_sub(1));
        if let Some(next) = next.filter(|&next| next != done) {
            return Ok(Some(next));
        }
        let followed = until.followed(study, self.statistics());
        let followed: Vec<(&str, Welford)> =
            followed.iter().map(|(name, moments)| (name.as_str(), *moments)).collect();
        let look = rule.decide(done, &followed);
        if look.decision == Decision::Continue {
            return Ok(rule.next_look(done));
        }
        self.settle(done, look.sentences());
        Ok(None)
    }
}
