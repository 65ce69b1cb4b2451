//! What a report is made from.

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
    /// Cost against service and safety; without one it is read off the statistics of the policies.
    pub frontier: Option<Frontier>,
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
    /// Where the claim is made.
    pub claimed_in: String,
    /// What the study cannot say, an item each.
    pub limits: Vec<String>,
    /// What would turn the answer round, an item each.
    pub flips: Vec<String>,
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

/// How an outcome answers to parameters, the strongest first or in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tornado {
    /// The outcome for readers.
    pub outcome: String,
    /// Unit of the effects.
    pub unit: String,
    /// How effects were found, in a sentence.
    pub method: String,
    /// A parameter each.
    pub bars: Vec<Bar>,
}

/// What one parameter does to an outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The parameter for readers.
    pub label: String,
    /// What its low value is, or empty.
    pub low_label: String,
    /// What its high value is, or empty.
    pub high_label: String,
    /// Effect of the low value; none for measures without a direction.
    pub low: Option<Estimate>,
    /// Effect of the high value, or the measure.
    pub high: Option<Estimate>,
}

/// Policies by what they cost and what they leave; less is better on every axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// Name and unit of the three axes.
    pub axes: [(String, String); 3],
    /// A policy each, in the order of the study where they are its policies.
    pub points: Vec<FrontierPoint>,
}

/// A policy on three axes.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontierPoint {
    /// Name for readers.
    pub label: String,
    /// Cost, unserved need, loss by the worst withdrawal.
    pub coordinates: [Estimate; 3],
    /// Whether no other policy is better on one axis and no worse on the others.
    pub efficient: bool,
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
    /// Replications recorded for every policy.
    pub replications: u64,
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
