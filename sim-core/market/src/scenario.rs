//! A resolved scenario: every entry with all its parameters, in the order of their identifiers.
//!
//! This is what identifies a run, with seed, replication and [`crate::MODEL_VERSION`]. Reading it from files, blocs and calibration
//! tables is the business of the `study` crate.

use crate::entity::alliance::AllianceParameters;
use crate::entity::contract::ContractParameters;
use crate::entity::controller::ControllerParameters;
use crate::entity::demand::{DemandParameters, SensitivityParameters, WorkloadParameters};
use crate::entity::event::EventParameters;
use crate::entity::grey::GreyParameters;
use crate::entity::hardware::HardwareParameters;
use crate::entity::horizon::{BlocParameters, Focus, Horizon};
use crate::entity::model::{FrontierParameters, ModelParameters};
use crate::entity::nation::NationParameters;
use crate::entity::operator::{HostParameters, OperatorParameters, OwnerParameters};
use crate::entity::project::{MilestoneParameters, ProjectParameters};
use crate::entity::provider::ProviderParameters;
use crate::entity::security::{SecurityParameters, VectorParameters};
use crate::entity::shock::ShockParameters;
use crate::entity::stage::StageParameters;
use crate::entity::tension::TensionParameters;
use crate::entity::token::TokenParameters;
use crate::entity::vendor::VendorParameters;
use crate::entity::welfare::WelfareParameters;
use crate::entity::withdrawal::WithdrawalParameters;
use crate::schema::{Entry, RootSpec};

/// Entries of one root by identifier, kept sorted so that order never depends on the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Identifiers and parameters, by identifier.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.0.iter().map(|(id, entry)| (id.as_str(), entry))
    }
    /// The entry of that identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&T> {
        self.position(id).map(|at| &self.0[at].1)
    }
    /// Position of that identifier.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(id)).ok()
    }
    /// Removes an entry.
    pub fn remove(&mut self, id: &str) -> Option<T> {
        self.position(id).map(|at| self.0.remove(at).1)
    }
}

impl<T: Default> Entries<T> {
    /// The entry of that identifier, created with defaults if absent.
    pub fn entry(&mut self, id: &str) -> &mut T {
        let at = match self.0.binary_search_by(|(other, _)| other.as_str().cmp(id)) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (id.to_owned(), T::default()));
                at
            }
        };
        &mut self.0[at].1
    }
}

macro_rules! scenario {
    (singletons { $($single:ident[$single_name:literal]: $single_ty:ty),+ $(,)? }
     entries { $($(#[doc = $doc:literal])+ $root:ident[$root_name:literal]: $root_ty:ty),+ $(,)? }) => {
        /// A resolved scenario.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Scenario {
            $(#[doc = concat!("`", $single_name, "`: see its type.")] pub $single: $single_ty,)+
            $($(#[doc = $doc])+ pub $root: Entries<$root_ty>,)+
        }
        impl Scenario {
            /// Every root of a scenario file.
            pub const ROOTS: &'static [RootSpec] = &[
                $(RootSpec { name: $single_name, doc: <$single_ty>::DOC, singleton: true, fields: <$single_ty>::FIELDS },)+
                $(RootSpec { name: $root_name, doc: <$root_ty>::DOC, singleton: false, fields: <$root_ty>::FIELDS },)+
            ];
            /// An entry to set, created with defaults if absent; the identifier of a singleton is ignored. `None` for an unknown root.
            pub fn entry_mut(&mut self, root: &str, id: &str) -> Option<&mut dyn Entry> {
                match root {
                    $($single_name => Some(&mut self.$single),)+
                    $($root_name => Some(self.$root.entry(id)),)+
                    _ => None,
                }
            }
            /// An entry to read.
            #[must_use]
            pub fn entry(&self, root: &str, id: &str) -> Option<&dyn Entry> {
                match root {
                    $($single_name => Some(&self.$single),)+
                    $($root_name => self.$root.get(id).map(|e| e as &dyn Entry),)+
                    _ => None,
                }
            }
            /// The identifiers of a root; a singleton has the one empty identifier.
            #[must_use]
            pub fn identifiers(&self, root: &str) -> Vec<&str> {
                match root {
                    $($single_name => vec![""],)+
                    $($root_name => self.$root.iter().map(|(id, _)| id).collect(),)+
                    _ => Vec::new(),
                }
            }
            /// Removes an entry; true if there was one.
            pub fn remove(&mut self, root: &str, id: &str) -> bool {
                match root {
                    $($root_name => self.$root.remove(id).is_some(),)+
                    _ => false,
                }
            }
        }
    };
}

scenario! {
    singletons {
        horizon["horizon"]: Horizon,
        focus["focus"]: Focus,
        demand["demand"]: DemandParameters,
        frontier["frontier"]: FrontierParameters,
        grey["grey"]: GreyParameters,
        security["security"]: SecurityParameters,
        withdrawal["withdrawal"]: WithdrawalParameters,
        welfare["welfare"]: WelfareParameters,
    }
    entries {
        /// Zones of the market: focus nations and, after resolution, blocs.
        nations["nation"]: NationParameters,
        /// How the other economies are aggregated.
        blocs["bloc"]: BlocParameters,
        /// Sellers of accelerators.
        vendors["vendor"]: VendorParameters,
        /// Stages of the production chain of accelerators.
        stages["stage"]: StageParameters,
        /// Accelerator generations.
        hardware["hardware"]: HardwareParameters,
        /// Jurisdictions that control exports.
        controllers["controller"]: ControllerParameters,
        /// Sellers of compute. The identifiers `cloud`, `data_centre`, `network` and `commons` are defaults of a kind, not providers.
        providers["provider"]: ProviderParameters,
        /// Types of operators of networks.
        operators["operator"]: OperatorParameters,
        /// Beneficial owners behind several operators.
        owners["owner"]: OwnerParameters,
        /// Companies that host nodes of operators.
        hosts["host"]: HostParameters,
        /// Token protocols.
        tokens["token"]: TokenParameters,
        /// States that share capacity.
        alliances["alliance"]: AllianceParameters,
        /// Long-term contracts with clouds.
        contracts["contract"]: ContractParameters,
        /// Stages of projects.
        milestones["milestone"]: MilestoneParameters,
        /// Data centres, fabs and regions that take years to build.
        projects["project"]: ProjectParameters,
        /// Workload classes.
        workloads["workload"]: WorkloadParameters,
        /// Sensitivities of data.
        sensitivities["sensitivity"]: SensitivityParameters,
        /// AI models on which inference and fine-tuning run.
        models["model"]: ModelParameters,
        /// Tensions between blocs, on which events may hang.
        tensions["tension"]: TensionParameters,
        /// Vectors of security incidents.
        vectors["vector"]: VectorParameters,
        /// Shocks to prices and demand.
        shocks["shock"]: ShockParameters,
        /// What happens between states: at a date, at a level of tension, or in answer to another event.
        events["event"]: EventParameters,
    }
}

/// A contradiction between parameters that are each valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Path of the parameter: `provider.EST-dc.home`.
    pub path: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right.
    pub help: String,
}
