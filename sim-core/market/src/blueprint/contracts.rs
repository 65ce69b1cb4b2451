//! Long-term contracts as the scenario has them: who buys how much of what from whom, in which order.

use super::build::{BuildError, position};
use super::{Blueprint, SupplyOption};
use crate::entity::contract::ContractParameters;
use crate::entity::demand::Sensitivity;
use crate::id::{ContractId, NationId, ProviderId};
use crate::scenario::Scenario;

/// A contract.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Identifier.
    pub id: String,
    /// Parameters.
    pub parameters: ContractParameters,
    /// Who buys.
    pub buyers: Vec<NationId>,
    /// Its deals: one of every seller with every buyer, seller by seller.
    pub deals: std::ops::Range<usize>,
}

/// One buyer and one seller of a contract.
#[derive(Debug, Clone)]
pub struct Deal {
    /// Which contract.
    pub contract: ContractId,
    /// Who buys.
    pub buyer: NationId,
    /// Who sells.
    pub seller: ProviderId,
    /// The seller's share of the size.
    pub share: f64,
    /// Segments of the buyer that the seller may serve, in the order in which it does: critical work first.
    pub segments: Vec<usize>,
}

/// All contracts.
#[derive(Debug, Clone, Default)]
pub struct Contracts {
    /// By identifier.
    pub list: Vec<Contract>,
    /// Of all contracts.
    pub deals: Vec<Deal>,
    /// Deals by priority of their contract, the first served first.
    pub tiers: Vec<Vec<usize>>,
}

impl Blueprint {
    /// The seller of a group's compute.
    #[must_use]
    pub fn seller_of(&self, option: &SupplyOption) -> ProviderId {
        self.pools[self.pool_of(option.group).at()].provider
    }

    pub(super) fn resolve_contracts(&self, scenario: &Scenario) -> Result<Contracts, BuildError> {
        let mut out = Contracts::default();
        for (c, (id, parameters)) in super::alliance::pooled(scenario).iter().enumerate() {
            let mut buyers = Vec::new();
            for buyer in &parameters.buyers {
                let path = format!("contract.{id}.buyers");
                buyers.push(NationId::new(position(&scenario.nations, "nation", &path, buyer)?));
            }
            let first = out.deals.len();
            for (seller, share) in &parameters.sellers {
                let path = format!("contract.{id}.sellers");
                let at = position(&scenario.providers, "provider", &path, seller)?;
                let deal = |&buyer: &NationId| Deal {
                    contract: ContractId::new(c),
                    buyer,
                    seller: ProviderId::new(at),
                    share: *share,
                    segments: self.contract_segments(buyer, ProviderId::new(at)),
                };
                out.deals.extend(buyers.iter().map(deal));
            }
            let deals = first..out.deals.len();
            out.list.push(Contract {
                id: id.to_owned(),
                parameters: parameters.clone(),
                buyers,
                deals,
            });
        }
        out.tiers = tiers(&out);
        Ok(out)
    }

    fn contract_segments(&self, buyer: NationId, seller: ProviderId) -> Vec<usize> {
        let may = |s: &usize| {
            let segment = &self.segments[*s];
            segment.nation == buyer
                && segment.options.iter().any(|option| self.seller_of(option) == seller)
        };
        let critical =
            |s: &usize| Sensitivity::ALL[self.segments[*s].sensitivity] == Sensitivity::Critical;
        let mut out: Vec<usize> = (0..self.segments.len()).filter(may).collect();
        out.sort_by_key(|s| !critical(s));
        out
    }
}

fn tiers(contracts: &Contracts) -> Vec<Vec<usize>> {
    let priority = |d: usize| contracts.list[contracts.deals[d].contract.at()].parameters.priority;
    let mut order: Vec<usize> = (0..contracts.deals.len()).collect();
    order.sort_by_key(|&d| priority(d));
    order.chunk_by(|&a, &b| priority(a) == priority(b)).map(<[usize]>::to_vec).collect()
}
