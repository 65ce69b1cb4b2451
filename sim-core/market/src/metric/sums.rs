//! Sums over the ticks of a period for one nation: what every series and scalar is read off.

use super::model_layer::ModelSums;
use super::network::NetworkSums;
use super::project::ProjectSums;
use super::security::SecuritySums;
use super::state::StateSums;
use super::talent::TalentSums;
use crate::entity::provider::ProviderKind;

pub(super) const CLOUD: usize = ProviderKind::Cloud as usize;
pub(super) const DATA_CENTRE: usize = ProviderKind::DataCentre as usize;
pub(super) const NETWORK: usize = ProviderKind::Network as usize;
pub(super) const COMMONS: usize = ProviderKind::Commons as usize;
/// Kinds of providers.
pub const KINDS: usize = ProviderKind::ALL.len();

/// Sums over ticks for one nation; flows and stocks in H100e a tick, money in USD.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// Ticks.
    pub ticks: f64,
    /// Reference demand.
    pub reference: f64,
    /// Of it critical.
    pub critical: f64,
    /// Demand at market prices.
    pub offered: f64,
    /// Served.
    pub served: f64,
    /// Critical work served.
    pub served_critical: f64,
    /// Lost or abandoned.
    pub lost: f64,
    /// Need at the reference price that is not served, segment by segment: a segment served beyond its need does not make up for another.
    pub unserved: f64,
    /// Backlog, H100e-hours.
    pub backlog: f64,
    /// Of what is served: under contract.
    pub served_contract: f64,
    /// Served under contract times its price.
    pub billed_contract: f64,
    /// Served by kind of provider.
    pub served_by: [f64; KINDS],
    /// Working capacity at home by kind.
    pub capacity_by: [f64; KINDS],
    /// Installed at home under home governance.
    pub installed: f64,
    /// On order for it.
    pub on_order: f64,
    /// Served by it, to whomever.
    pub home_load: f64,
    /// Hours waited, times what was served in the spot market.
    pub waited_for: f64,
    /// Served times posted price.
    pub billed: f64,
    /// Served times perceived price.
    pub perceived: f64,
    /// Ticks in which less than 90 % of critical reference demand was served.
    pub short_ticks: f64,
    /// Real exchange rate.
    pub exchange_rate: f64,
    /// Ticks in which the nation is short of hard currency.
    pub currency_short: f64,
    /// Premium paid for hard currency, by buyers and providers.
    pub currency_premium: f64,
    /// Days waited for deliveries, times compute.
    pub waited: f64,
    /// Got from other members of alliances and commons.
    pub received: f64,
    /// Given to them.
    pub given: f64,
    /// Cost of complying with foreign rules, USD.
    pub compliance: f64,
    /// Contributions to alliances and commons, USD.
    pub contributed: f64,
    /// Compute delivered.
    pub delivered: f64,
    /// Compute of it that came through the grey channel.
    pub smuggled: f64,
    /// Paid by buyers.
    pub spent: f64,
    /// Of it to providers whose home is elsewhere.
    pub spent_abroad: f64,
    /// Paid, discounted.
    pub spent_discounted: f64,
    /// H100e-hours served, discounted.
    pub served_discounted: f64,
    /// Projects, room and stockpiles.
    pub projects: ProjectSums,
    /// Security.
    pub security: SecuritySums,
    /// What happens inside node networks at home.
    pub inside: NetworkSums,
    /// Surpluses and the state's money.
    pub state: StateSums,
    /// Technicians.
    pub talent: TalentSums,
    /// AI models.
    pub models: ModelSums,
    /// Openness of the trade in hardware over ticks in which it matters, price of hardware over its path, and those ticks.
    pub openness: [f64; 3],
}

impl Sums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(
            ticks,
            reference,
            critical,
            offered,
            served,
            served_critical,
            lost,
            unserved,
            backlog,
            installed,
            on_order
        );
        add!(
            home_load,
            billed,
            perceived,
            short_ticks,
            exchange_rate,
            waited,
            delivered,
            smuggled,
            spent,
            spent_abroad
        );
        add!(spent_discounted, served_discounted, currency_short, currency_premium);
        add!(served_contract, billed_contract, waited_for);
        self.projects.add(&other.projects);
        self.security.add(&other.security);
        self.inside.add(&other.inside);
        self.state.add(&other.state);
        self.talent.add(&other.talent);
        self.models.add(&other.models);
        for (mine, theirs) in self.openness.iter_mut().zip(&other.openness) {
            *mine += theirs;
        }
        add!(received, given, compliance, contributed);
        for kind in 0..KINDS {
            self.served_by[kind] += other.served_by[kind];
            self.capacity_by[kind] += other.capacity_by[kind];
        }
    }

    /// Mean over the ticks of a sum over them.
    pub(super) fn mean(&self, sum: f64) -> f64 {
        sum / self.ticks
    }
}
