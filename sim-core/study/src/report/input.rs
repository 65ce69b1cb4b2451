//! What a report is made from.

use crate::analysis::Estimate as MeanEstimate;
use crate::analysis::frontier::Frontier;
use crate::run::{Statistics, Study};

/// What a report is made from.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// What was run.
    pub study: &'a Study,
    /// What is known after it.
    pub statistics: &'a Statistics,
    /// What it is about.
    pub about: About,
    /// Every parameter under every policy; see [`super::assumptions`].
    pub assumptions: Vec<Assumption>,
    /// What drives an outcome, if that was studied.
    pub tornado: Option<Tornado>,
    /// Cost against service and safety, a nation each; of nations without one it is read off the means of the policies.
    pub frontiers: Vec<NationFrontier>,
    /// Key outcomes over draws of uncertain parameters; none without draws.
    pub nested: Option<Vec<NestedRow>>,
    /// What the numbers can be traced to.
    pub provenance: Provenance,
}

/// What a study is about, in plain text; any part may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The question.
    pub question: String,
    /// The claim that is put to the test.
    pub claim: String,
    /// Works on the claim, in the order in which they are cited.
    pub citations: Vec<Cited>,
    /// What the study cannot say, an item each.
    pub limits: Vec<String>,
    /// What would turn the answer round, an item each.
    pub flips: Vec<String>,
}

/// A work with what it has to do with the claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cited {
    /// The work in plain text.
    pub text: String,
    /// `makes`, `denies` or `background`.
    pub stance: String,
}

/// A parameter with its source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumption {
    /// `nation.EST.power_price`.
    pub path: String,
    /// In the canonical unit; `–` where the base has no such entry.
    pub value: String,
    /// Canonical unit, or empty.
    pub unit: String,
    /// Where the figure is from.
    pub source: String,
    /// When it was valid, or empty.
    pub vintage: String,
    /// `measured`, `calibrated`, `imputed` or `assumed`.
    pub status: String,
    /// Whether the scenario itself says so, not a default, a calibration table or the scenario that it extends.
    pub own: bool,
    /// Values under the policies that differ from the base.
    pub policies: Vec<PolicyValue>,
}

/// The value of a parameter under a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyValue {
    /// Name of the policy.
    pub policy: String,
    /// Value in the canonical unit.
    pub value: String,
}

/// An estimate with its 95 % interval; without one, the ends are the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How an outcome answers to parameters, in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// The outcome for readers, and of which study it is where that is another one.
    pub outcome: String,
    /// How the measure was found, in a sentence.
    pub method: String,
    /// What bars measure.
    pub measure: Measure,
    /// A parameter each.
    pub bars: Vec<Bar>,
}

/// What a bar measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The total-order Sobol index, a share of variance.
    TotalOrder,
    /// Elementary effects μ* and μ in a unit.
    Effects {
        /// Unit of the outcome; `1` for none.
        unit: String,
    },
}

/// What one parameter does to an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The parameter for readers.
    pub label: String,
    /// How much it matters, without a sign: the index or μ*.
    pub strength: Estimate,
    /// Which way it moves the outcome: μ; none for an index.
    pub mean: Option<Estimate>,
}

/// The policies of a study in the space of cost, unserved need and loss, in one nation.
#[derive(Debug, Clone, PartialEq)]
pub struct NationFrontier {
    /// Position of the nation.
    pub nation: usize,
    /// The policies, in the order of the study.
    pub found: Frontier,
}

/// A mean over draws of uncertain parameters, or a difference to the base, with its two variances; see [`crate::analysis::nested`].
#[derive(Debug, Clone, PartialEq)]
pub struct NestedRow {
    /// The quantity.
    pub quantity: String,
    /// Position of the nation.
    pub nation: usize,
    /// Position of the policy.
    pub policy: usize,
    /// Whether it is the difference to the base.
    pub difference: bool,
    /// Draws of parameters.
    pub draws: u64,
    /// The mean with its interval.
    pub mean: MeanEstimate,
    /// Variances by parameters and by shocks, and the share by parameters; none where one replication a draw cannot tell them apart.
    pub variances: Option<Variances>,
}

/// Two variances of an outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variances {
    /// By parameters.
    pub parameters: f64,
    /// By shocks.
    pub shocks: f64,
    /// Share of the sum that is by parameters; none if nothing varies.
    pub share: Option<f64>,
}

/// What the numbers can be traced to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Identifier of the study.
    pub id: String,
    /// SHA-256 of the resolved scenario and its policies, in hexadecimal.
    pub scenario_hash: String,
    /// Seed of all random streams.
    pub seed: u64,
    /// Version of the model's bits.
    pub model_version: u32,
    /// Version of the program.
    pub program_version: String,
    /// Digest over all results.
    pub result_digest: String,
    /// The command that gives the same numbers again.
    pub command: String,
    /// BibTeX entry, or empty.
    pub citation: String,
}
