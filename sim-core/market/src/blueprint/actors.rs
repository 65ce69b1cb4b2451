//! The foreign parties of the withdrawal test, and what each of them controls.

use super::{Blueprint, ResolvedActor};
use crate::id::{ControllerId, NationId};
use crate::record::{Actor, ActorKind};

impl Blueprint {
    /// Controllers, vendors, exporting providers, and zones that host sites of exporting providers.
    pub(super) fn resolve_actors(&self) -> Vec<ResolvedActor> {
        let nobody = ResolvedActor {
            actor: Actor { id: String::new(), kind: ActorKind::Vendor },
            home: NationId(0),
            vendors: vec![false; self.vendors.len()],
            providers: vec![false; self.providers.len()],
            zones: vec![false; self.nations.len()],
        };
        let actor = |id: &str, kind| Actor { id: id.to_owned(), kind };
        let mut out = Vec::new();
        for (c, controller) in self.controllers.iter().enumerate() {
            let governs = |governor: Option<ControllerId>| governor == Some(ControllerId::new(c));
            out.push(ResolvedActor {
                actor: actor(&controller.id, ActorKind::Controller),
                home: controller.jurisdiction,
                vendors: self.vendors.iter().map(|v| governs(v.controller)).collect(),
                providers: self.providers.iter().map(|p| governs(p.controller)).collect(),
                ..nobody.clone()
            });
        }
        for (v, vendor) in self.vendors.iter().enumerate() {
            let mut one = ResolvedActor {
                actor: actor(&vendor.id, ActorKind::Vendor),
                home: vendor.home,
                ..nobody.clone()
            };
            one.vendors[v] = true;
            out.push(one);
        }
        for (p, provider) in self.providers.iter().enumerate().filter(|(_, p)| p.parameters.exports)
        {
            let mut one = ResolvedActor {
                actor: actor(&provider.id, ActorKind::Cloud),
                home: provider.home,
                ..nobody.clone()
            };
            one.providers[p] = true;
            out.push(one);
        }
        for (z, zone) in self.nations.iter().enumerate() {
            let hosts = self
                .pools
                .iter()
                .any(|p| p.zone.at() == z && self.providers[p.provider.at()].parameters.exports);
            if hosts {
                let mut one = ResolvedActor {
                    actor: actor(&zone.id, ActorKind::Host),
                    home: NationId::new(z),
                    ..nobody.clone()
                };
                one.zones[z] = true;
                out.push(one);
            }
        }
        out
    }
}
