//! What a report of a results folder is made from.

use super::input::{About, Assumption, Bar, Estimate, Input, Provenance, Tornado};
use crate::analysis::sensitivity::IntervalEstimate;
use crate::ask::{AskError, Asked, Sensitivity};
use crate::job::{Job, again};
use crate::output::{Stored, bibtex};
use crate::run::Statistics;
use crate::scenario::{Citation, Loaded};

/// Outcome of the tornado where none is named.
pub const OUTCOME: &str = "served_share";

/// Everything read from a folder.
#[derive(Debug)]
pub struct Material {
    statistics: Statistics,
    about: About,
    assumptions: Vec<Assumption>,
    tornado: Option<Tornado>,
    provenance: Provenance,
}

impl Material {
    /// Reads a folder; `job` is its study.
    ///
    /// # Errors
    ///
    /// A file is damaged.
    pub fn read(stored: &Stored, job: &Job) -> Result<Self, AskError> {
        let study = &job.market.study;
        let statistics = stored.statistics(study)?;
        let finished = (0..study.policies.len()).map(|p| statistics.finished(p)).min();
        let manifest = &stored.manifest;
        Ok(Self {
            about: about(&job.loaded),
            assumptions: super::assumptions_of_table(&stored.parameters()?)
                .map_err(AskError::Asked)?,
            tornado: None,
            provenance: Provenance {
                id: study.id.clone(),
                scenario_hash: study.scenario_hash.clone(),
                seed: study.seed,
                replications: finished.unwrap_or(0),
                model_version: study.model_version,
                program_version: manifest.program_version.clone(),
                result_digest: manifest.result_digest.clone(),
                command: again(manifest),
                citation: bibtex(manifest),
            },
            statistics,
        })
    }

    /// Adds what drives an outcome of the first policy named, if a study's design can tell.
    ///
    /// # Errors
    ///
    /// The design cannot tell, or points are missing.
    pub fn add_tornado(
        &mut self,
        asked: &Asked<'_>,
        outcome: &str,
        policy: Option<&str>,
    ) -> Result<(), AskError> {
        let nation = asked.nation(None)?;
        let at = asked.policy(policy)?;
        let wanted = asked.wanted(&[outcome.to_owned()], &[])?;
        let values = asked.outcome(&wanted[0].quantity, nation, (at, None))?;
        let title = &asked.study.policies[at].title;
        let of = format!("{} of {nation} under “{title}”", wanted[0].quantity);
        self.tornado =
            Some(tornado(of, asked.unit(&wanted[0].quantity), &asked.sensitivity(&values)?));
        Ok(())
    }

    /// What a report is made from.
    #[must_use]
    pub fn input<'a>(&'a self, job: &'a Job) -> Input<'a> {
        Input {
            study: &job.market.study,
            statistics: &self.statistics,
            about: self.about.clone(),
            assumptions: self.assumptions.clone(),
            tornado: self.tornado.clone(),
            frontier: None,
            provenance: self.provenance.clone(),
        }
    }
}

fn about(loaded: &Loaded) -> About {
    let about = loaded.about.clone().unwrap_or_default();
    let cited = |work: &Citation| {
        let Citation { title, author, year, place, .. } = work;
        format!("{author} ({year}): {title}. {place}.").replace("..", ".")
    };
    About {
        question: loaded.question.clone(),
        claim: about.claim,
        claimed_in: about.made_by.iter().map(cited).collect::<Vec<_>>().join(" "),
        limits: about.limits,
        flips: about
            .flips
            .iter()
            .map(|flip| format!("{} ({})", flip.text, flip.settings_text()))
            .collect(),
    }
}

fn tornado(outcome: String, unit: String, found: &Sensitivity) -> Tornado {
    let bar = |axis: &String, estimate: &IntervalEstimate| Bar {
        label: axis.clone(),
        low_label: String::new(),
        high_label: String::new(),
        low: None,
        high: Some(Estimate { value: estimate.value, low: estimate.low, high: estimate.high }),
    };
    match found {
        Sensitivity::Sobol(found) => Tornado {
            outcome,
            unit: "1".to_owned(),
            method: format!(
                "Total-order Sobol indices: the share of the outcome's variance over {} samples that is lost when the parameter is known.",
                found.samples
            ),
            bars: found.axes.iter().map(|a| bar(&a.axis, &a.total)).collect(),
        },
        Sensitivity::Morris(found) => Tornado {
            outcome,
            unit,
            method: format!(
                "Elementary effects by Morris (1991), mean over {} trajectories: what a step over the whole range of the parameter changes.",
                found.trajectories
            ),
            bars: found.axes.iter().map(|a| bar(&a.axis, &a.mean)).collect(),
        },
    }
}
