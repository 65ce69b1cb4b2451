//! The parties of the withdrawal test, and what each of them controls.

use super::Blueprint;
use super::models::Model;
use crate::entity::model::ModelKind;
use crate::entity::nation::NationParameters;
use crate::entity::provider::ProviderKind;
use crate::id::{ControllerId, JurisdictionId, NationId, ProviderId};
use crate::record::{Actor, ActorKind, Layer};

/// Position in [`Blueprint::supply`] of an untouched supply.
const ALL_SUPPLY: u32 = 0;
/// Position in [`Blueprint::supply`] of none: no chips, no parts, no services.
pub const NO_SUPPLY: u32 = 1;

/// What an actor takes away besides the parties it controls, seen from the nation that is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    Parties,
    /// All that lies in other zones.
    Abroad,
    /// What the nation itself draws from abroad for one layer.
    Dependence(Layer),
    /// The nodes of the largest operator among the nation's own providers of this kind.
    LargestOperator(ProviderKind),
}

/// An actor with what it controls.
#[derive(Debug, Clone)]
pub struct ResolvedActor {
    /// Label.
    pub actor: Actor,
    /// The zone it belongs to: never tested against itself. `None`: no state's.
    pub home: Option<NationId>,
    /// Hazard of its withdrawal, 1/year; that of lost links is the nation's.
    pub hazard: f64,
    /// By vendor: what is left of its chips and parts, a position in [`Blueprint::supply`].
    pub vendors: Vec<u32>,
    /// By provider: whether its control plane stops.
    pub providers: Vec<bool>,
    /// By AI model: whether its interface closes.
    pub models: Vec<bool>,
    /// By zone: whether its facilities stop.
    pub zones: Vec<bool>,
    /// The jurisdiction whose stages of the production chain stop.
    pub jurisdiction: Option<JurisdictionId>,
    /// What else.
    pub reach: Reach,
}

impl ResolvedActor {
    /// The layer for which it is what the nation itself draws from abroad, if it is that.
    #[must_use]
    pub const fn dependence(&self) -> Option<Layer> {
        match self.reach {
            Reach::Dependence(layer) => Some(layer),
            Reach::Parties | Reach::Abroad | Reach::LargestOperator(_) => None,
        }
    }

    /// What is left of a vendor's chips and parts, seen from a nation: of several that withdraw together it is none.
    #[must_use]
    pub fn supply_of(&self, plan: &Blueprint, vendor: usize, nation: NationId) -> u32 {
        let own = self.actor.kind == ActorKind::Coalition && plan.vendors[vendor].home == nation;
        if own { ALL_SUPPLY } else { self.vendors[vendor] }
    }

    /// Whether it is a foreign party, over which maxima are taken.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        !matches!(self.reach, Reach::LargestOperator(_))
    }
}

impl Blueprint {
    /// Controllers, vendors, jurisdictions of the production chain, exporting providers, zones that host sites of exporting or shared providers, coalitions, lost links, largest operators at home.
    pub(super) fn resolve_actors(&mut self) -> Vec<ResolvedActor> {
        let mut out = Vec::new();
        self.controllers_and_vendors(&mut out);
        self.jurisdictions_of_the_chain(&mut out);
        self.clouds_and_hosts(&mut out);
        self.model_providers(&mut out);
        self.coalitions(&mut out);
        out.push(ResolvedActor {
            reach: Reach::Abroad,
            ..self.nobody("links", ActorKind::Connectivity)
        });
        self.dependences(&mut out);
        for &kind in ProviderKind::ALL {
            let at_home = |p: &super::Pool| {
                let provider = &self.providers[p.provider.at()];
                provider.parameters.kind == kind
                    && provider.home == p.zone
                    && self.nations[p.zone.at()].focus
            };
            if self.pools.iter().any(at_home) {
                let nobody = self.nobody(kind.as_str(), ActorKind::Operator);
                out.push(ResolvedActor { reach: Reach::LargestOperator(kind), ..nobody });
            }
        }
        out
    }

    /// Power, payments, crews and data from abroad, each where some nation that is recorded depends on it. Without payments no vendor sells chips or
    /// parts, but its services go on: a supply of its own.
    fn dependences(&mut self, out: &mut Vec<ResolvedActor>) {
        let some = |depends: fn(&NationParameters) -> bool| {
            self.nations.iter().any(|n| n.focus && depends(&n.parameters))
        };
        let layers = [
            (some(|n| n.power_imports > 0.0), ActorKind::Power, Layer::Power),
            (some(|n| n.payments_abroad), ActorKind::Payments, Layer::Money),
            (some(|n| n.foreign_crews > 0.0), ActorKind::Staff, Layer::Talent),
            (some(|n| n.data_abroad > 0.0), ActorKind::Data, Layer::Data),
        ];
        for (_, kind, layer) in layers.into_iter().filter(|(tested, ..)| *tested) {
            let mut one = ResolvedActor {
                reach: Reach::Dependence(layer),
                ..self.nobody(kind.as_str(), kind)
            };
            if layer == Layer::Money {
                for (left, supply) in one.vendors.iter_mut().zip(&mut self.supply) {
                    *left = supply.len() as u32;
                    supply.push(0.0);
                }
            }
            out.push(one);
        }
    }

    /// An actor that controls nothing.
    fn nobody(&self, id: &str, kind: ActorKind) -> ResolvedActor {
        ResolvedActor {
            actor: Actor { id: id.to_owned(), kind },
            home: None,
            hazard: 0.0,
            vendors: vec![ALL_SUPPLY; self.vendors.len()],
            providers: vec![false; self.providers.len()],
            models: vec![false; self.models.list.len()],
            zones: vec![false; self.nations.len()],
            jurisdiction: None,
            reach: Reach::Parties,
        }
    }

    fn controllers_and_vendors(&self, out: &mut Vec<ResolvedActor>) {
        for (c, controller) in self.controllers.iter().enumerate() {
            let governs = |governor: Option<ControllerId>| governor == Some(ControllerId::new(c));
            let left = |governed| if governed { NO_SUPPLY } else { ALL_SUPPLY };
            out.push(ResolvedActor {
                home: Some(controller.jurisdiction),
                hazard: controller.hazard,
                vendors: self.vendors.iter().map(|v| left(governs(v.controller))).collect(),
                providers: self.providers.iter().map(|p| governs(p.controller)).collect(),
                models: self.interfaces(|m| m.home == Some(controller.jurisdiction)),
                ..self.nobody(&controller.id, ActorKind::Controller)
            });
        }
        for (v, vendor) in self.vendors.iter().enumerate() {
            let mut one = ResolvedActor {
                home: Some(vendor.home),
                hazard: vendor.parameters.hazard,
                ..self.nobody(&vendor.id, ActorKind::Vendor)
            };
            one.vendors[v] = NO_SUPPLY;
            out.push(one);
        }
    }

    /// One for each jurisdiction, whatever the number of stages that name it. What each vendor keeps without it is a supply of its own, also where it is
    /// nothing: unlike a vendor that withdraws, a vendor that makes nothing goes on with its services.
    fn jurisdictions_of_the_chain(&mut self, out: &mut Vec<ResolvedActor>) {
        for (j, code) in self.chain.jurisdictions.clone().iter().enumerate() {
            let jurisdiction = JurisdictionId::new(j);
            let home = self.nations.iter().position(|zone| zone.id == *code);
            let mut one = ResolvedActor {
                home: home.map(NationId::new),
                hazard: self.chain.hazard(jurisdiction),
                jurisdiction: Some(jurisdiction),
                ..self.nobody(code, ActorKind::Chain)
            };
            for (v, supply) in self.supply.iter_mut().enumerate() {
                let left = self.chain.without(v, jurisdiction);
                if left < 1.0 {
                    one.vendors[v] = supply.len() as u32;
                    supply.push(left);
                }
            }
            out.push(one);
        }
    }

    /// Which models are interfaces for which something holds.
    fn interfaces(&self, of: impl Fn(&Model) -> bool) -> Vec<bool> {
        let models = self.models.list.iter();
        models.map(|m| m.parameters.kind == ModelKind::ForeignApi && of(m)).collect()
    }

    /// Developers of models that can be closed. Open weights cannot be taken back.
    fn model_providers(&self, out: &mut Vec<ResolvedActor>) {
        for (m, model) in self.models.list.iter().enumerate() {
            if model.parameters.kind == ModelKind::ForeignApi {
                let mut one = ResolvedActor {
                    home: model.home,
                    hazard: model.parameters.hazard,
                    ..self.nobody(&model.id, ActorKind::Model)
                };
                one.models[m] = true;
                out.push(one);
            }
        }
    }

    fn clouds_and_hosts(&self, out: &mut Vec<ResolvedActor>) {
        for (p, provider) in self.providers.iter().enumerate().filter(|(_, p)| p.parameters.exports)
        {
            let mut one = ResolvedActor {
                home: Some(provider.home),
                hazard: provider.parameters.hazard,
                ..self.nobody(&provider.id, ActorKind::Cloud)
            };
            one.providers[p] = true;
            one.models = self.interfaces(|m| m.provider == Some(ProviderId::new(p)));
            out.push(one);
        }
        for (z, zone) in self.nations.iter().enumerate() {
            let hosts = self.pools.iter().enumerate().any(|(at, p)| {
                let shared = self.sharing.of_pool[at].is_some();
                p.zone.at() == z && (shared || self.providers[p.provider.at()].parameters.exports)
            });
            if hosts {
                let mut one = ResolvedActor {
                    home: Some(NationId::new(z)),
                    hazard: zone.parameters.hosting_hazard,
                    ..self.nobody(&zone.id, ActorKind::Host)
                };
                one.zones[z] = true;
                // A state that takes its sites out of a commons takes out the control plane that it runs.
                let runs =
                    |p: &super::Provider| p.home.at() == z && !p.parameters.members.is_empty();
                one.providers = self.providers.iter().map(runs).collect();
                out.push(one);
            }
        }
    }

    /// Alliances whose members may withdraw together: their sites, the clouds at home there, the vendors at home there or under their controllers.
    fn coalitions(&self, out: &mut Vec<ResolvedActor>) {
        let alliances = self.sharing.clubs.iter().filter(|club| club.coalition);
        for club in alliances {
            let seat = |zone: NationId| club.seat(zone).filter(|&seat| club.initial[seat]);
            let is_in = |zone: NationId| seat(zone).is_some();
            let left = |gone| if gone { NO_SUPPLY } else { ALL_SUPPLY };
            let zones = (0..self.nations.len()).map(NationId::new);
            out.push(ResolvedActor {
                hazard: club.hazard,
                vendors: self.vendors.iter().map(|v| left(is_in(v.home))).collect(),
                providers: self.providers.iter().map(|p| is_in(p.home)).collect(),
                zones: zones.map(is_in).collect(),
                models: self.interfaces(|m| {
                    let run = |p: ProviderId| is_in(self.providers[p.at()].home);
                    m.home.is_some_and(is_in) || m.provider.is_some_and(run)
                }),
                ..self.nobody(&club.id, ActorKind::Coalition)
            });
        }
    }
}
