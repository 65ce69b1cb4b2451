//! State of the shortages of hard currency: which nations are short, what waits, what is owed to dealers.

use autarky_engine::rng::{Stream, StreamKey};

use super::World;
use crate::blueprint::{Blueprint, Nation};
use crate::entity::nation::CurrencyResponse;
use crate::entity::provider::Payment;
use crate::id::{NationId, PoolId, ProviderId, ShelfId, VendorId};
use crate::process::Process;
use crate::process::regime_switching::{Chain, RegimeSwitching};

/// Spare parts that wait for currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldParts {
    /// For which pool.
    pub pool: PoolId,
    /// Of which kind.
    pub shelf: ShelfId,
    /// How many.
    pub count: u32,
}

/// Shortages by nation.
#[derive(Debug, Clone)]
pub struct HardCurrency {
    /// Off and short, by nation.
    pub chains: Vec<Chain>,
    /// Parts that wait, in the order in which they were wanted.
    pub held: Vec<HeldParts>,
    /// Premium that each nation pays today on what it buys abroad: zero unless it is short and buys on the parallel market.
    pub premiums: Vec<f64>,
    /// Premium on compute bought abroad since the last settlement by nation, USD.
    pub owed: Vec<f64>,
}

/// Rates of a nation's shortages.
#[must_use]
pub fn law(nation: &Nation) -> RegimeSwitching {
    RegimeSwitching {
        onset: nation.parameters.currency_onset,
        end: 365.25 / nation.parameters.currency_length,
    }
}

impl HardCurrency {
    /// At the start nobody is short.
    #[must_use]
    pub fn new(plan: &Blueprint, seed: u64, replication: u64) -> Self {
        let process = Process::HardCurrency as u64;
        let chain = |nation: &Nation| {
            let key = StreamKey { seed, replication, process, entity: nation.key };
            Chain::new(&law(nation), Stream::new(key))
        };
        Self {
            chains: plan.nations.iter().map(chain).collect(),
            held: Vec::new(),
            premiums: vec![0.0; plan.nations.len()],
            owed: vec![0.0; plan.nations.len()],
        }
    }

    /// Whether a nation is short.
    #[must_use]
    pub fn is_short(&self, nation: NationId) -> bool {
        self.chains[nation.at()].is_on()
    }

    /// Whether a nation is short and its payments abroad wait.
    #[must_use]
    pub fn waits(&self, plan: &Blueprint, nation: NationId) -> bool {
        let response = plan.nations[nation.at()].parameters.currency_response;
        self.is_short(nation) && response == CurrencyResponse::Wait
    }

    /// Draws what comes after `years` anew, from streams of their own for the label.
    pub fn fork(&mut self, plan: &Blueprint, label: u64, years: f64) {
        for (chain, nation) in self.chains.iter_mut().zip(&plan.nations) {
            chain.fork(&law(nation), label, years);
        }
    }

    /// A shortage begins or ends.
    pub fn switch(&mut self, plan: &Blueprint, nation: NationId) {
        let zone = &plan.nations[nation.at()];
        let chain = &mut self.chains[nation.at()];
        chain.switch(&law(zone));
        let pays = chain.is_on() && zone.parameters.currency_response == CurrencyResponse::Premium;
        self.premiums[nation.at()] = if pays { zone.parameters.currency_premium } else { 0.0 };
    }
}

impl World {
    /// Whether what a provider orders from a vendor has to wait for currency: paid abroad, and its home is short.
    #[must_use]
    pub fn waits_for_currency(
        &self,
        plan: &Blueprint,
        provider: ProviderId,
        vendor: VendorId,
    ) -> bool {
        let home = plan.providers[provider.at()].home;
        plan.vendors[vendor.at()].home != home && self.hard_currency.waits(plan, home)
    }

    /// Premium that a provider pays today on what it buys from a vendor.
    #[must_use]
    pub fn import_premium(&self, plan: &Blueprint, provider: ProviderId, vendor: VendorId) -> f64 {
        let home = plan.providers[provider.at()].home;
        if plan.vendors[vendor.at()].home == home {
            return 0.0;
        }
        self.hard_currency.premiums[home.at()]
    }

    /// Whether the buyers of a nation cannot pay a provider: abroad, in a shortage in which payments wait. Tokens pass.
    #[must_use]
    pub fn cannot_pay(&self, plan: &Blueprint, provider: ProviderId, buyer: NationId) -> bool {
        let terms = &plan.providers[provider.at()].parameters;
        if terms.token.is_some() && terms.payment != Payment::Currency {
            return false;
        }
        let prepaid = plan.nations[buyer.at()].parameters.currency_clouds;
        let abroad = plan.providers[provider.at()].home != buyer;
        abroad && !prepaid && self.hard_currency.waits(plan, buyer)
    }
}
