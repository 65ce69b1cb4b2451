//! The production chain: stages, the part of each that a jurisdiction makes, and the stages that each vendor needs.

use autarky_engine::rng::{child_key, entity_key};

use super::build::{BuildError, position};
use crate::entity::controller::ControllerParameters;
use crate::entity::stage::StageParameters;
use crate::id::{ControllerId, JurisdictionId, StageId};
use crate::mechanism::chain::{lasting, leontief};
use crate::scenario::Scenario;

/// The chain of all vendors.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// Stages.
    pub stages: Vec<Stage>,
    /// Sources, stage by stage.
    pub sources: Vec<Source>,
    /// ISO codes of every jurisdiction that makes a part of a stage, sorted.
    pub jurisdictions: Vec<String>,
    /// By jurisdiction: the controllers that can withhold its stages.
    pub governors: Vec<Vec<ControllerId>>,
    /// By vendor: the stages that it needs.
    pub vendors: Vec<Vec<StageId>>,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Identifier.
    pub id: String,
    /// Parameters.
    pub parameters: StageParameters,
    /// Its sources.
    pub sources: std::ops::Range<usize>,
}

/// The part of a stage that one jurisdiction makes.
#[derive(Debug, Clone)]
pub struct Source {
    /// Key of its streams.
    pub key: u64,
    /// Of which stage.
    pub stage: StageId,
    /// Where.
    pub jurisdiction: JurisdictionId,
    /// Share of the stage.
    pub share: f64,
}

impl Chain {
    /// The part of a vendor's full output that is left for good without a jurisdiction: stocks used up, nothing built anew, the rest whole.
    pub(super) fn without(&self, vendor: usize, jurisdiction: JurisdictionId) -> f64 {
        let left = |stage: &Stage| {
            let sources = &self.sources[stage.sources.clone()];
            let gone = sources.iter().filter(|source| source.jurisdiction == jurisdiction);
            lasting(gone.map(|source| source.share).sum(), stage.parameters.slack)
        };
        leontief(&self.vendors[vendor], &self.stages.iter().map(left).collect::<Vec<_>>())
    }

    /// Hazard of the withdrawal of a jurisdiction, 1/year: the largest of the stages that it makes a part of.
    pub(super) fn hazard(&self, jurisdiction: JurisdictionId) -> f64 {
        let of = self.sources.iter().filter(|s| s.jurisdiction == jurisdiction && s.share > 0.0);
        let hazards = of.map(|source| self.stages[source.stage.at()].parameters.hazard);
        hazards.fold(0.0, |most, h| if h > most { h } else { most })
    }
}

/// Compiles the stages and the vendors' chains.
pub(super) fn chain(scenario: &Scenario) -> Result<Chain, BuildError> {
    let mut chain = Chain::default();
    let codes = scenario.stages.iter().flat_map(|(_, stage)| &stage.shares);
    chain.jurisdictions = codes.map(|(code, _)| code.clone()).collect();
    chain.jurisdictions.sort();
    chain.jurisdictions.dedup();
    chain.governors = chain.jurisdictions.iter().map(|code| governors(scenario, code)).collect();
    for (at, (id, parameters)) in scenario.stages.iter().enumerate() {
        let first = chain.sources.len();
        for (code, share) in &parameters.shares {
            let jurisdiction = chain.jurisdictions.partition_point(|other| other < code);
            chain.sources.push(Source {
                key: child_key(entity_key(id), entity_key(code)),
                stage: StageId::new(at),
                jurisdiction: JurisdictionId::new(jurisdiction),
                share: *share,
            });
        }
        let sources = first..chain.sources.len();
        chain.stages.push(Stage { id: id.to_owned(), parameters: parameters.clone(), sources });
    }
    for (id, vendor) in scenario.vendors.iter() {
        let path = format!("vendor.{id}.chain");
        let stage = |s: &String| position(&scenario.stages, "stage", &path, s).map(StageId::new);
        chain.vendors.push(vendor.chain.iter().map(stage).collect::<Result<_, _>>()?);
    }
    Ok(chain)
}

/// The controllers of an economy: those whose zone it is, whose bloc names it as a member, or that name it themselves.
pub(crate) fn governors(scenario: &Scenario, code: &str) -> Vec<ControllerId> {
    let of = |list: &[String]| list.iter().any(|economy| economy == code);
    let governs = |controller: &ControllerParameters| {
        let zone = &controller.jurisdiction;
        let bloc = scenario.blocs.get(zone);
        zone == code || of(&controller.economies) || bloc.is_some_and(|bloc| of(&bloc.members))
    };
    let all = scenario.controllers.iter().enumerate();
    all.filter(|(_, (_, c))| governs(c)).map(|(at, _)| ControllerId::new(at)).collect()
}
