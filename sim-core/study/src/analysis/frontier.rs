//! Policies that no other policy beats in every respect, and how sure that is.
//!
//! A candidate (a policy, or a policy at a point of a design) is dominated if another is at least as good in the mean of every objective and better in
//! one (Pareto). Means have errors: resampling the replications, the same ones for all candidates because shocks are common, gives the
//! probability that a candidate is on the frontier. Not here: how much of one objective another is worth.

use autarky_engine::stats::Welford;
use serde::Serialize;

use super::error::{distinct, same_length};
use super::resample::blocks;
use super::{AnalysisError, Direction, Estimate, Resampling, is_defined, text};

/// Dominating candidates that the table names at most; the data have all.
const SHOWN: usize = 3;

/// What counts, and which way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Objective {
    /// Name of the quantity.
    pub name: String,
    /// Which way is better.
    pub direction: Direction,
}

/// One candidate with its outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<'a> {
    /// Name of the policy, or of policy and point.
    pub name: &'a str,
    /// `[objective][replication]`.
    pub outcomes: Vec<&'a [f64]>,
}

/// One candidate on or behind the frontier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Mean of every objective.
    pub means: Vec<Estimate>,
    /// Whether no other candidate dominates it in the means.
    pub on_frontier: bool,
    /// Share of resamples in which no other candidate dominates it.
    pub probability: f64,
    /// The candidates that dominate it in the means.
    pub dominated_by: Vec<String>,
}

/// Candidates in the space of the objectives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frontier {
    /// The objectives, in the order of the means.
    pub objectives: Vec<Objective>,
    /// Replications in which every candidate has every objective.
    pub replications: u64,
    /// Replications left out because one has not.
    pub left_out: u64,
    /// How the probabilities were found.
    pub resampling: Resampling,
    /// The candidates, in the order given.
    pub candidates: Vec<Place>,
}

/// The frontier of candidates that ran on the same replications.
///
/// Errors: no objective, fewer than two candidates, a name given twice, outcomes of different lengths, fewer than two complete replications.
pub fn frontier(
    objectives: &[Objective],
    candidates: &[Candidate<'_>],
    resampling: Resampling,
) -> Result<Frontier, AnalysisError> {
    resampling.check()?;
    let given = check(objectives, candidates)?;
    let whole = |&r: &usize| {
        candidates.iter().all(|c| c.outcomes.iter().all(|values| is_defined(values[r])))
    };
    let complete: Vec<usize> = (0..given).filter(whole).collect();
    if complete.len() < 2 {
        let what = "replications in which every candidate has every objective".to_owned();
        return Err(AnalysisError::TooFew { what, found: complete.len(), needed: 2 });
    }
    let estimates: Vec<Vec<Estimate>> = candidates
        .iter()
        .map(|c| c.outcomes.iter().map(|values| estimate(values, &complete)).collect())
        .collect();
    let gains: Vec<f64> = estimates
        .iter()
        .flat_map(|means| objectives.iter().zip(means).map(|(o, m)| o.direction.gain(m.mean)))
        .collect();
    let probabilities = Sums::new(objectives, candidates, &complete).probabilities(resampling);
    let place = |(c, (means, probability)): (usize, (Vec<Estimate>, f64))| {
        let dominators = dominators(&gains, objectives.len(), c);
        let dominated_by: Vec<String> = dominators.map(|d| candidates[d].name.to_owned()).collect();
        let on_frontier = dominated_by.is_empty();
        Place { name: candidates[c].name.to_owned(), means, on_frontier, probability, dominated_by }
    };
    Ok(Frontier {
        objectives: objectives.to_vec(),
        replications: complete.len() as u64,
        left_out: (given - complete.len()) as u64,
        resampling,
        candidates: estimates.into_iter().zip(probabilities).enumerate().map(place).collect(),
    })
}

/// Refuses what is not rectangular; the number of replications.
fn check(objectives: &[Objective], candidates: &[Candidate<'_>]) -> Result<usize, AnalysisError> {
    let few = |what: &str, found, needed| {
        Err(AnalysisError::TooFew { what: what.to_owned(), found, needed })
    };
    if objectives.is_empty() {
        return few("objectives", 0, 1);
    }
    if candidates.len() < 2 {
        return few("candidates", candidates.len(), 2);
    }
    distinct("candidate", &candidates.iter().map(|c| c.name).collect::<Vec<_>>())?;
    distinct("objective", &objectives.iter().map(|o| o.name.as_str()).collect::<Vec<_>>())?;
    let given = candidates[0].outcomes.first().map_or(0, |values| values.len());
    for candidate in candidates {
        let name = candidate.name;
        let what = || format!("objectives of candidate `{name}`");
        same_length(what, candidate.outcomes.len(), objectives.len())?;
        for (values, objective) in candidate.outcomes.iter().zip(objectives) {
            let what = || format!("replications of `{}` of candidate `{name}`", objective.name);
            same_length(what, values.len(), given)?;
        }
    }
    Ok(given)
}

fn estimate(values: &[f64], complete: &[usize]) -> Estimate {
    let mut moments = Welford::new();
    for &r in complete {
        moments.push(values[r]);
    }
    Estimate::of(&moments)
}

/// The candidates whose gains, `[candidate][objective]`, dominate those of one.
fn dominators(gains: &[f64], width: usize, candidate: usize) -> impl Iterator<Item = usize> {
    let own = &gains[candidate * width..][..width];
    gains
        .chunks_exact(width)
        .enumerate()
        .filter(move |(_, other)| dominates(other, own))
        .map(|(c, _)| c)
}

/// Whether gains are nowhere less than others and somewhere more.
pub(crate) fn dominates(other: &[f64], own: &[f64]) -> bool {
    let no_worse = other.iter().zip(own).all(|(other, own)| other >= own);
    no_worse && other.iter().zip(own).any(|(other, own)| other > own)
}

/// Gains summed over blocks of replications, and the sizes of the blocks.
struct Sums {
    /// `[block][candidate][objective]`.
    gains: Vec<f64>,
    sizes: Vec<f64>,
    objectives: usize,
    candidates: usize,
}

impl Sums {
    fn new(objectives: &[Objective], candidates: &[Candidate<'_>], complete: &[usize]) -> Self {
        let ranges = blocks(complete.len());
        let mut gains = Vec::with_capacity(ranges.len() * candidates.len() * objectives.len());
        let mut sizes = Vec::with_capacity(ranges.len());
        for range in ranges {
            sizes.push(range.len() as f64);
            for candidate in candidates {
                for (values, objective) in candidate.outcomes.iter().zip(objectives) {
                    let block = complete[range.clone()].iter();
                    gains.push(block.map(|&r| objective.direction.gain(values[r])).sum());
                }
            }
        }
        Self { gains, sizes, objectives: objectives.len(), candidates: candidates.len() }
    }

    /// Share of the resamples in which each candidate is on the frontier.
    fn probabilities(&self, resampling: Resampling) -> Vec<f64> {
        let mut stream = resampling.stream("frontier", "replications");
        let width = self.candidates * self.objectives;
        let mut means = vec![0.0; width];
        let mut times = vec![0_usize; self.candidates];
        for _ in 0..resampling.resamples {
            means.fill(0.0);
            let mut drawn = 0.0;
            for _ in 0..self.sizes.len() {
                let block = stream.uniform_below(self.sizes.len() as u64) as usize;
                drawn += self.sizes[block];
                let row = &self.gains[block * width..][..width];
                means.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
            }
            for mean in &mut means {
                *mean /= drawn;
            }
            for (c, times) in times.iter_mut().enumerate() {
                let dominated = dominators(&means, self.objectives, c).next().is_some();
                *times += usize::from(!dominated);
            }
        }
        times.into_iter().map(|times| times as f64 / resampling.resamples as f64).collect()
    }
}

impl Frontier {
    /// The frontier as text: those on it first, each group in the order given.
    #[must_use]
    pub fn table(&self) -> String {
        let mut heading = vec!["candidate".to_owned(), "on frontier".to_owned()];
        heading.push("probability".to_owned());
        heading.extend(self.objectives.iter().map(|o| format!("{} ({})", o.name, o.direction)));
        heading.push("dominated by".to_owned());
        let mut rows = vec![heading];
        let (on, behind): (Vec<&Place>, Vec<&Place>) =
            self.candidates.iter().partition(|place| place.on_frontier);
        for place in on.into_iter().chain(behind) {
            let on = if place.on_frontier { "yes" } else { "no" };
            let mut row = vec![place.name.clone(), on.to_owned(), text::percent(place.probability)];
            row.extend(place.means.iter().map(text::estimate));
            let shown = place.dominated_by.iter().take(SHOWN).cloned().collect::<Vec<_>>();
            let more = place.dominated_by.len() - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            row.push(format!("{}{more}", shown.join(", ")));
            rows.push(row);
        }
        let mut out = text::table(&rows);
        if self.left_out > 0 {
            out += &text::left_out(self.left_out, "replications");
        }
        out
    }
}
