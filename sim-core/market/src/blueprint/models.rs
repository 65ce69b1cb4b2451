//! AI models, compiled: which of them each nation's work may use.

use autarky_engine::rng::entity_key;

use super::Blueprint;
use super::build::{BuildError, position};
use crate::entity::demand::{Class, Sensitivity};
use crate::entity::model::{FrontierParameters, ModelKind, ModelParameters};
use crate::id::{NationId, ProviderId, SegmentId};
use crate::mechanism::model_layer::Pace;
use crate::scenario::Scenario;

/// A model.
#[derive(Debug, Clone)]
pub struct Model {
    /// Identifier.
    pub id: String,
    /// Key of its draws.
    pub key: u64,
    /// Parameters.
    pub parameters: ModelParameters,
    /// Home of its developer.
    pub home: Option<NationId>,
    /// Cloud over which it is sold.
    pub provider: Option<ProviderId>,
    /// The segment that its training joins.
    pub training: Option<SegmentId>,
}

/// Models and the frontier.
#[derive(Debug, Clone, Default)]
pub struct Models {
    /// All of them; with none the layer is off.
    pub list: Vec<Model>,
    /// Whether work may use a model, `[nation × sensitivity × model]`.
    pub permitted: Vec<bool>,
    /// The frontier.
    pub frontier: FrontierParameters,
}

impl Models {
    /// Whether there is any model.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.list.is_empty()
    }

    /// How fast the frontier moves.
    #[must_use]
    pub fn pace(&self) -> Pace {
        let f = &self.frontier;
        Pace { work: f.training_work, growth: f.training_growth, algorithms: f.algorithms }
    }

    /// Position of a use: work of a nation of one sensitivity.
    #[must_use]
    pub const fn place(nation: NationId, sensitivity: usize) -> usize {
        nation.at() * Sensitivity::ALL.len() + sensitivity
    }
}

impl Blueprint {
    pub(super) fn compile_models(&self, scenario: &Scenario) -> Result<Models, BuildError> {
        let frontier = scenario.frontier.clone();
        let mut list = Vec::new();
        for (id, parameters) in scenario.models.iter() {
            let path = format!("model.{id}");
            let at = |home: &String| {
                position(&scenario.nations, "nation", &format!("{path}.home"), home)
            };
            let home = parameters.home.as_ref().map(at).transpose()?.map(NationId::new);
            let at = |provider: &String| {
                position(&scenario.providers, "provider", &format!("{path}.provider"), provider)
            };
            let provider = parameters.provider.as_ref().map(at).transpose()?.map(ProviderId::new);
            let trains = parameters.kind == ModelKind::National && parameters.training > 0.0;
            let training = home.filter(|_| trains).map(|home| training_of(home, parameters));
            let (id, key) = (id.to_owned(), entity_key(id));
            list.push(Model { id, key, parameters: parameters.clone(), home, provider, training });
        }
        let permitted = self.permitted(scenario, &list)?;
        Ok(Models { list, permitted, frontier })
    }

    fn permitted(&self, scenario: &Scenario, list: &[Model]) -> Result<Vec<bool>, BuildError> {
        let mut out = Vec::new();
        for (n, nation) in self.nations.iter().enumerate() {
            let terms = &nation.parameters;
            for sensitivity in Sensitivity::ALL {
                let (word, named) = match sensitivity {
                    Sensitivity::Open => ("open", &terms.models_open),
                    Sensitivity::Regulated => ("regulated", &terms.models_regulated),
                    Sensitivity::Critical => ("critical", &terms.models_critical),
                };
                let path = format!("nation.{}.policy.models.{word}", nation.id);
                let mut allowed = vec![named.is_empty(); list.len()];
                for id in named {
                    allowed[position(&scenario.models, "model", &path, id)?] = true;
                }
                for (allowed, model) in allowed.iter_mut().zip(list) {
                    let others = model.parameters.kind == ModelKind::National
                        && model.home != Some(NationId::new(n));
                    *allowed &= !others;
                }
                out.extend(allowed);
            }
        }
        Ok(out)
    }
}

/// The segment that the training of a nation's model joins.
fn training_of(home: NationId, parameters: &ModelParameters) -> SegmentId {
    let per_nation = Class::ALL.len() * Sensitivity::ALL.len();
    let class = Class::Training as usize * Sensitivity::ALL.len();
    SegmentId::new(home.at() * per_nation + class + parameters.training_sensitivity as usize)
}
