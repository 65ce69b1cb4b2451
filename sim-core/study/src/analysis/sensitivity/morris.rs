//! Elementary effects (Morris 1991): how an outcome moves when one axis moves by half of its distribution.
//!
//! On each trajectory an axis has the effect `(f(x + Δe_i) − f(x))/Δ` with Δ = ½ in the unit coordinate, so that it has the outcome's
//! unit: what a step over the whole distribution would change, if the outcome were linear. Given are the mean μ, the mean
//! of absolute values μ* (Campolongo, Cariboni and Saltelli 2007), which ranks axes, and the standard deviation σ over
//! trajectories, which is zero for an outcome that is linear in the quantiles. Needs a Morris design, complete.

use super::bootstrap::{
    Bootstrap, IntervalEstimate, Outcome, SensitivityError, Statistic, estimates, varies,
};
use crate::analysis::text::table;
use crate::design::{Design, Kind};
use serde::Serialize;

/// Effects of one axis, in the unit of the outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisEffects {
    /// Name of the axis: its path, after `policies.NAME.` for one policy.
    pub axis: String,
    /// Mean effect μ.
    pub mean: IntervalEstimate,
    /// Mean of the absolute effect μ*.
    pub mean_absolute: IntervalEstimate,
    /// Standard deviation σ of the effect over trajectories.
    pub deviation: IntervalEstimate,
}

/// Elementary effects of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MorrisEffects {
    /// For each axis, in the order of the design.
    pub axes: Vec<AxisEffects>,
    /// Trajectories.
    pub trajectories: u64,
    /// Replications behind the value of each point.
    pub replications: usize,
    /// Values that were undefined and left out of the means of their points.
    pub undefined: u64,
    /// Standard error that chance within the replications would give a single effect if each point had its own; with common
    /// random numbers it is an upper bound. None for one replication.
    pub noise: Option<f64>,
    /// Confidence level of all intervals.
    pub level: f64,
    /// Bootstrap resamples behind them.
    pub resamples: u32,
}

/// Step of an axis in its unit coordinate.
const STEP: f64 = 0.5;

/// Elementary effects of every axis.
///
/// `values` are `[point][replication]`: NaN where the outcome is undefined, empty where a point is missing. The value of
/// a point is the mean over the replications that all points have.
///
/// # Errors
/// Another design, missing points, an outcome that is undefined at points or never varies, fewer than two trajectories.
pub fn effects(
    design: &Design,
    values: &[Vec<f64>],
    resampling: Bootstrap,
) -> Result<MorrisEffects, SensitivityError> {
    let Kind::Morris { trajectories, .. } = design.spec().kind else {
        let found = design.spec().kind.as_str();
        let what = "elementary effects";
        return Err(SensitivityError::WrongDesign { what, wanted: "morris", found });
    };
    let outcome = Outcome::new(values, design.len())?;
    if trajectories < 2 {
        return Err(SensitivityError::TooFew { what: "trajectories", found: trajectories });
    }
    if !varies(&outcome.means()) {
        return Err(SensitivityError::NoVariance);
    }
    let statistic = Effects::new(design, trajectories);
    let found = estimates(&outcome, trajectories as usize, &statistic, resampling)?;
    let axes = design.axes().iter().zip(found.chunks_exact(3));
    let axes = axes.map(|(axis, figures)| AxisEffects {
        axis: axis.name(),
        mean: figures[0],
        mean_absolute: figures[1],
        deviation: figures[2],
    });
    Ok(MorrisEffects {
        axes: axes.collect(),
        trajectories,
        replications: outcome.replications,
        undefined: outcome.undefined,
        noise: outcome.noise().map(|noise| (2.0 * noise).sqrt() / STEP),
        level: resampling.level,
        resamples: resampling.resamples,
    })
}

/// The estimators, with the axis and direction of every step.
struct Effects {
    axes: usize,
    /// For each trajectory and step the axis that moves, and by how much.
    moves: Vec<(usize, f64)>,
}

impl Effects {
    fn new(design: &Design, trajectories: u64) -> Self {
        let axes = design.axes().len();
        let mut moves = Vec::with_capacity(trajectories as usize * axes);
        for trajectory in 0..trajectories {
            let first = trajectory * (axes as u64 + 1);
            let mut before = design.unit(first);
            for step in 1..=axes as u64 {
                let after = design.unit(first + step);
                let change = |axis: &usize| after[*axis] - before[*axis];
                let moved = (0..axes).find(|axis| change(axis).abs() > 0.5 * STEP);
                // Every row of a trajectory moves one axis by the step; see `design/sampler.rs`.
                let axis = moved.unwrap_or_default();
                moves.push((axis, STEP.copysign(change(&axis))));
                before = after;
            }
        }
        Self { axes, moves }
    }
}

impl Statistic for Effects {
    /// Per axis mean, mean of absolute values, standard deviation.
    fn estimate(&self, means: &[f64], samples: &[usize]) -> Vec<f64> {
        let k = self.axes;
        let n = samples.len() as f64;
        let mut effects = vec![Vec::with_capacity(samples.len()); k];
        for trajectory in samples {
            let row = &means[trajectory * (k + 1)..(trajectory + 1) * (k + 1)];
            let moves = &self.moves[trajectory * k..(trajectory + 1) * k];
            for (step, (axis, by)) in moves.iter().enumerate() {
                effects[*axis].push((row[step + 1] - row[step]) / by);
            }
        }
        let figures = |effects: Vec<f64>| {
            let mean = effects.iter().sum::<f64>() / n;
            let absolute = effects.iter().map(|e| e.abs()).sum::<f64>() / n;
            let squares: f64 = effects.iter().map(|e| (e - mean) * (e - mean)).sum();
            [mean, absolute, (squares / (n - 1.0)).sqrt()]
        };
        effects.into_iter().flat_map(figures).collect()
    }
}

impl MorrisEffects {
    /// The effects as a table for the terminal, with what a reader must know below it.
    #[must_use]
    pub fn table(&self) -> String {
        use std::fmt::Write as _;
        let head = ["axis", "mean |effect| μ*", "mean effect μ", "deviation σ"];
        let row = |a: &AxisEffects| {
            let [one, two, three] = [a.mean_absolute, a.mean, a.deviation].map(|e| e.to_string());
            vec![a.axis.clone(), one, two, three]
        };
        let head = head.map(str::to_owned).to_vec();
        let rows: Vec<_> = std::iter::once(head).chain(self.axes.iter().map(row)).collect();
        let mut out = table(&rows);
        let _ = writeln!(
            out,
            "\n{} trajectories, {} replications; {:.0} % bootstrap intervals ({} resamples); an effect is what a step over the whole distribution would change",
            self.trajectories,
            self.replications,
            100.0 * self.level,
            self.resamples
        );
        if let Some(noise) = self.noise {
            let _ = writeln!(
                out,
                "chance within replications adds at most {noise:.3e} to a single effect (one standard error)"
            );
        }
        if self.undefined > 0 {
            let _ = writeln!(out, "{} undefined values were left out", self.undefined);
        }
        out
    }

    /// A JSON object with all figures.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
