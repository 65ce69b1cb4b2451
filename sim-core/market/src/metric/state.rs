//! A nation's accounts of welfare: surpluses, the state's money, what stays at home. Reads only.
//!
//! Welfare `W = CS + PS + λ·F − ℓ·E`: consumer surplus, surplus of resident producers, fiscal balance at the marginal cost of public funds,
//! loss by exposure. Producers are charged the user cost `(r + δ)·K` of what they have installed, so that no capital is free and none is left over
//! at the end; providers of the state likewise, whose profit is in F and not in PS. What the state pays for their hardware is therefore no
//! outlay of F: it is one of the treasury's cash, `fiscal_cost`.

use crate::blueprint::Blueprint;
use crate::entity::welfare::Surplus;
use crate::id::{NationId, PoolId, ProviderId, VendorId};
use crate::mechanism::clearing::surplus::{along_path, one_index};
use crate::mechanism::government::{LEVERS, Lever};
use crate::metric::Observers;
use crate::metric::network::CENSUS;
use crate::world::World;

/// A sum in USD, or in another unit, and the same discounted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Value {
    /// USD.
    pub usd: f64,
    /// USD at the start of the run.
    pub discounted: f64,
}

impl Value {
    pub(super) fn add(&mut self, usd: f64, discount: f64) {
        self.usd += usd;
        self.discounted += usd * discount;
    }

    fn join(&mut self, other: &Self) {
        self.usd += other.usd;
        self.discounted += other.discounted;
    }
}

/// Sums over a period for one nation, USD.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateSums {
    /// Consumer surplus.
    pub consumer: Value,
    /// Surplus of producers whose owners live in the nation.
    pub producer: Value,
    /// Surplus made in the nation by producers whose owners live elsewhere.
    pub producer_abroad: Value,
    /// Fiscal balance, with the profit of the state's providers at user cost.
    pub fiscal: Value,
    /// Sensitive work exposed, H100e-hours.
    pub exposure: Value,
    /// What the treasury paid less what it received, in cash.
    pub cost: Value,
    /// Spent by lever.
    pub spent: [f64; LEVERS],
    /// Tariffs, taxes on profit, breaks not taken off, and parts sold.
    pub revenue: f64,
    /// Paid by the nation's buyers to foreign providers.
    pub foreign: f64,
    /// Paid for power and operation of pools at home, by providers of any home.
    pub local: f64,
    /// Of it by foreign providers, who pay it out of what they are paid.
    pub local_foreign: f64,
    /// Paid for hardware and parts by providers at home.
    pub goods: f64,
    /// Of it to vendors at home.
    pub goods_local: f64,
    /// Jobs, summed over months.
    pub jobs: f64,
    /// Months.
    pub months: f64,
}

impl StateSums {
    /// Adds other sums.
    pub fn add(&mut self, other: &Self) {
        self.consumer.join(&other.consumer);
        self.producer.join(&other.producer);
        self.producer_abroad.join(&other.producer_abroad);
        self.fiscal.join(&other.fiscal);
        self.exposure.join(&other.exposure);
        self.cost.join(&other.cost);
        for (mine, theirs) in self.spent.iter_mut().zip(other.spent) {
            *mine += theirs;
        }
        macro_rules! add {
            ($($field:ident),+ $(,)?) => { $(self.$field += other.$field;)+ };
        }
        add!(revenue, foreign, local, local_foreign, goods, goods_local, jobs, months);
    }

    /// Share of the outlays on the nation's compute that is received at home: payments to foreign providers, and power, operation and goods of
    /// the providers at home; profits at home count in neither.
    #[must_use]
    pub fn retained(&self) -> f64 {
        let own = self.local - self.local_foreign;
        (self.local + self.goods_local) / (self.foreign + own + self.goods)
    }

    /// What leaves the nation: payments to foreign providers less what those pay at home, and goods bought abroad.
    #[must_use]
    pub fn abroad(&self) -> f64 {
        self.foreign - self.local_foreign + self.goods - self.goods_local
    }
}

/// A pool's month, USD.
#[derive(Debug, Clone, Copy, Default)]
pub struct Month {
    /// Received from buyers, in money or tokens.
    pub fees: f64,
    /// Paid for power, subsidies taken off.
    pub power: f64,
    /// Of power, paid by the state.
    pub subsidy: f64,
    /// Paid for operation.
    pub operation: f64,
    /// Paid for spare parts.
    pub parts: f64,
    /// User cost of what is installed.
    pub capital: f64,
    /// Tax on profit, the break taken off.
    pub tax: f64,
}

impl Month {
    /// Fees less all costs, capital at user cost.
    #[must_use]
    pub fn profit(&self) -> f64 {
        let costs = self.power + self.operation + self.parts + self.capital + self.tax;
        self.fees - costs
    }
}

impl Observers {
    fn of_nation(&mut self, nation: NationId) -> Option<&mut StateSums> {
        self.focus(nation).map(|at| &mut self.window[at].state)
    }

    /// A treasury spent money of a lever; an investment in hardware of its own is no outlay of the fiscal balance.
    pub fn state_spent(
        &mut self,
        (nation, lever): (NationId, Lever),
        (usd, invested): (f64, bool),
        discount: f64,
    ) {
        let Some(sums) = self.of_nation(nation) else { return };
        sums.spent[lever as usize] += usd;
        sums.cost.add(usd, discount);
        if !invested {
            sums.fiscal.add(-usd, discount);
        }
    }

    /// A treasury received a tariff, a tax, or what a provider paid for parts of its stockpile.
    pub fn state_received(&mut self, nation: NationId, usd: f64, discount: f64) {
        let Some(sums) = self.of_nation(nation) else { return };
        sums.revenue += usd;
        sums.fiscal.add(usd, discount);
        sums.cost.add(-usd, discount);
    }

    /// A treasury took the surplus of a provider of its own (negative: made up its deficit): cash only, for its profit counts at user cost.
    pub fn state_drew(&mut self, nation: NationId, usd: f64, discount: f64) {
        if let Some(sums) = self.of_nation(nation) {
            sums.cost.add(-usd, discount);
        }
    }

    /// A provider paid a vendor for goods.
    pub fn bought(
        &mut self,
        plan: &Blueprint,
        (provider, vendor): (ProviderId, VendorId),
        usd: f64,
    ) {
        let home = plan.providers[provider.at()].home;
        let Some(sums) = self.of_nation(home) else { return };
        sums.goods += usd;
        sums.goods_local += if plan.vendors[vendor.at()].home == home { usd } else { 0.0 };
    }

    /// A state bought goods of a vendor for itself.
    pub fn state_bought(
        &mut self,
        plan: &Blueprint,
        (nation, vendor): (NationId, VendorId),
        usd: f64,
    ) {
        let at_home = plan.vendors[vendor.at()].home == nation;
        let Some(sums) = self.of_nation(nation) else { return };
        sums.goods += usd;
        sums.goods_local += if at_home { usd } else { 0.0 };
    }

    /// A pool's month was settled: what it paid in its zone.
    pub fn settled(&mut self, plan: &Blueprint, pool: PoolId, month: &Month) {
        let terms = &plan.pools[pool.at()];
        let foreign = plan.providers[terms.provider.at()].home != terms.zone;
        let Some(sums) = self.of_nation(terms.zone) else { return };
        let local = month.power + month.subsidy + month.operation;
        sums.local += local;
        sums.local_foreign += if foreign { local } else { 0.0 };
    }

    /// Profit at user cost of a provider that belongs to a state, or of its part in a commons.
    pub fn state_earned(&mut self, nation: NationId, profit: f64, discount: f64) {
        if let Some(sums) = self.of_nation(nation) {
            sums.fiscal.add(profit, discount);
        }
    }

    /// Profit at user cost of private producers in a nation, of whom the share `resident` lives there.
    pub fn producers_earned(
        &mut self,
        nation: NationId,
        (profit, resident): (f64, f64),
        discount: f64,
    ) {
        if let Some(sums) = self.of_nation(nation) {
            sums.producer.add(profit * resident, discount);
            sums.producer_abroad.add(profit * (1.0 - resident), discount);
        }
    }

    /// Jobs of a month.
    pub fn employed(&mut self, nation: NationId, jobs: f64) {
        if let Some(sums) = self.of_nation(nation) {
            sums.jobs += jobs;
            sums.months += 1.0;
        }
    }
}

/// Reads the consumer surplus of a nation for the days until the next reading.
pub(super) fn weekly(world: &mut World, plan: &Blueprint, at: usize, discount: f64) {
    let nation = plan.focus[at];
    let market = &world.market;
    let per_nation = plan.segments.len() / plan.nations.len();
    let first = nation.at() * per_nation;
    let surplus = |s: usize| match plan.welfare.surplus {
        Surplus::Index => one_index(&market.structure, &market.outcome, s),
        Surplus::Path => along_path(&market.structure, &market.outcome, s),
    };
    // Prices of the clearing are in units of the reference price.
    let days = if plan.timing.tick_days > CENSUS { plan.timing.tick_days } else { CENSUS };
    let usd = market.reference_price * days * 24.0;
    let buyers = |s: usize| surplus(s) * world.buyers_part(plan, s);
    let total: f64 = (first..first + per_nation).map(buyers).sum();
    world.observers.window[at].state.consumer.add(total * usd, discount);
}
