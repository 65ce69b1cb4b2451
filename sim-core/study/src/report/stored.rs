//! What a report of a results folder is made from.

use std::fmt::Write;

use super::claim::cited;
use super::content::NATIONS_SHOWN;
use super::frontier;
use super::input::{
    About, Assumption, Bar, Cited, Estimate, Input, Measure, NationFrontier, NestedRow, Provenance,
    Tornado, Variances,
};
use crate::analysis::sensitivity::IntervalEstimate;
use crate::ask::{AskError, Asked, NestedOf, Sensitivity};
use crate::job::{Job, again};
use crate::output::{Stored, bibtex};
use crate::run::Statistics;
use crate::scenario::{Citation, Loaded};

/// Outcome of the tornado where none is named.
pub const OUTCOME: &str = "served_share";

/// Outcomes whose intervals cover draws of parameters.
const OUTCOMES: [&str; 8] = [
    "served_share",
    "unserved",
    "cost",
    "fiscal_cost",
    "sovereignty_365d",
    "sovereignty_365d_mean",
    "loss_365d",
    "loss_365d_mean",
];

/// Everything read from a folder.
#[derive(Debug)]
pub struct Material {
    statistics: Statistics,
    about: About,
    assumptions: Vec<Assumption>,
    tornado: Option<Tornado>,
    frontiers: Vec<NationFrontier>,
    nested: Option<Vec<NestedRow>>,
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
        let asked = Asked { stored, study, design: job.market.design() };
        let statistics = stored.statistics(study)?;
        let manifest = &stored.manifest;
        Ok(Self {
            about: about(&job.loaded),
            assumptions: super::assumptions_of_table(&stored.parameters()?)
                .map_err(AskError::Asked)?,
            tornado: None,
            frontiers: frontiers(&asked, &statistics)?,
            nested: nested(&asked, &statistics)?,
            provenance: Provenance {
                id: study.id.clone(),
                scenario_hash: study.scenario_hash.clone(),
                seed: study.seed,
                model_version: study.model_version,
                program_version: manifest.program_version.clone(),
                result_digest: manifest.result_digest.clone(),
                command: again(manifest),
                citation: bibtex(manifest),
            },
            statistics,
        })
    }

    /// Adds what drives an outcome of a policy (the base) in a nation (the first), if a study's design can tell. The study may be another one than that of
    /// the report; the figure then names it.
    ///
    /// # Errors
    ///
    /// The design cannot tell, points are missing, a name is unknown, or the study is one of another version of the model.
    pub fn add_tornado(
        &mut self,
        asked: &Asked<'_>,
        outcome: &str,
        (policy, nation): (Option<&str>, Option<&str>),
    ) -> Result<(), AskError> {
        let (study, own) = (asked.study, &self.provenance);
        if study.model_version != own.model_version {
            return Err(AskError::Asked(format!(
                "the sensitivities are of model version {}, the report is of version {}",
                study.model_version, own.model_version
            )));
        }
        let nation = asked.nation(nation)?;
        let at = asked.policy(policy)?;
        let wanted = asked.wanted(&[outcome.to_owned()], &[])?;
        let quantity = &wanted[0].quantity;
        let values = asked.outcome(quantity, nation, (at, None))?;
        let title = &study.policies[at].title;
        let mut of = format!("{quantity} of {nation} under “{title}”");
        if study.scenario_hash != own.scenario_hash {
            // Digits enough to tell scenarios apart.
            let hash: String = study.scenario_hash.chars().take(12).collect();
            let _ = write!(of, " in another scenario, “{}” ({} {hash})", study.title, study.id);
        }
        self.tornado = Some(tornado(of, asked.unit(quantity), &asked.sensitivity(&values)?));
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
            frontiers: self.frontiers.clone(),
            nested: self.nested.clone(),
            provenance: self.provenance.clone(),
        }
    }
}

fn about(loaded: &Loaded) -> About {
    let about = loaded.about.clone().unwrap_or_default();
    About {
        question: loaded.question.clone(),
        claim: about.claim,
        citations: about.made_by.iter().map(citation).collect(),
        limits: about.limits,
        flips: about
            .flips
            .iter()
            .map(|flip| format!("{} ({})", flip.text, flip.settings_text()))
            .collect(),
    }
}

/// A work that a scenario cites.
fn citation(work: &Citation) -> Cited {
    Cited { text: cited(work), stance: work.stance.as_str().to_owned() }
}

/// The frontier of the first nations with probabilities. At the points of a design runs are not independent, so there is none.
fn frontiers(asked: &Asked<'_>, statistics: &Statistics) -> Result<Vec<NationFrontier>, AskError> {
    let names = frontier::quantities(|name| statistics.quantity(name).is_some());
    let Some(names) = names.filter(|_| asked.study.points == 1) else { return Ok(Vec::new()) };
    let wanted = asked.wanted(&names.map(str::to_owned), &[])?;
    let mut out = Vec::new();
    for (nation, name) in nations(asked) {
        match asked.frontier(&wanted, name, None) {
            Ok(found) => out.push(NationFrontier { nation, found }),
            // One policy, or too few replications: means are left.
            Err(AskError::Analysis(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

/// Nations with charts.
fn nations<'a>(asked: &Asked<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let nations = asked.study.policies[0].layout.nations.iter().take(NATIONS_SHOWN);
    nations.map(String::as_str).enumerate()
}

/// The key outcomes over draws of parameters; none without draws.
fn nested(asked: &Asked<'_>, statistics: &Statistics) -> Result<Option<Vec<NestedRow>>, AskError> {
    let study = asked.study;
    // What is no draw has no nested part, and need not be read; the means that stand beside it are over all points.
    let draws =
        asked.averaged(None).ok().filter(|a| a.drawn && a.points.len() as u64 == study.points);
    if draws.is_none() || study.points == 1 {
        return Ok(None);
    }
    let recorded = OUTCOMES.iter().filter(|name| statistics.quantity(name).is_some());
    let names: Vec<String> = recorded.map(|name| (*name).to_owned()).collect();
    let wanted = asked.wanted(&names, &[])?;
    let mut rows = Vec::new();
    for (nation, name) in nations(asked) {
        for one in &wanted {
            let against = &study.policies[0].name;
            let compared = match asked.compare(std::slice::from_ref(one), name, against, None) {
                // Undefined at too many draws: a mean is left.
                Err(AskError::Analysis(_)) => continue,
                found => found?,
            };
            for compared in compared {
                let rows_of = compared.nested.iter().filter_map(|part| {
                    let policy = study.policies.iter().position(|p| p.name == part.policy)?;
                    Some(nested_row(&compared.quantity, (policy, nation), part))
                });
                rows.extend(rows_of);
            }
        }
    }
    Ok((!rows.is_empty()).then_some(rows))
}

fn nested_row(quantity: &str, (policy, nation): (usize, usize), part: &NestedOf) -> NestedRow {
    let found = &part.nested;
    NestedRow {
        quantity: quantity.to_owned(),
        nation,
        policy,
        difference: part.minus.is_some(),
        draws: found.draws,
        mean: found.mean,
        variances: found.components.map(|c| Variances {
            parameters: c.parameters,
            shocks: c.shocks,
            share: c.share_by_parameters,
        }),
    }
}

fn tornado(outcome: String, unit: String, found: &Sensitivity) -> Tornado {
    let estimate = |e: &IntervalEstimate| Estimate { value: e.value, low: e.low, high: e.high };
    let bar = |axis: &String, strength: &IntervalEstimate, mean: Option<&IntervalEstimate>| Bar {
        label: axis.clone(),
        strength: estimate(strength),
        mean: mean.map(estimate),
    };
    match found {
        Sensitivity::Sobol(found) => Tornado {
            outcome,
            method: format!(
                "Total-order Sobol indices over {} samples: the share of the outcome's variance that is left when all other parameters are known.",
                found.samples
            ),
            measure: Measure::TotalOrder,
            bars: found.axes.iter().map(|a| bar(&a.axis, &a.total, None)).collect(),
        },
        Sensitivity::Morris(found) => Tornado {
            outcome,
            method: format!(
                "Elementary effects by Morris (1991) over {} trajectories: what a step over the whole range of the parameter changes. \
                 Bars are the mean absolute effect μ* (Campolongo, Cariboni and Saltelli 2007); the mean effect μ has the sign.",
                found.trajectories
            ),
            measure: Measure::Effects { unit },
            bars: found
                .axes
                .iter()
                .map(|a| bar(&a.axis, &a.mean_absolute, Some(&a.mean)))
                .collect(),
        },
    }
}
