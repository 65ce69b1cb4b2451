//! Long-term contracts: negotiation, terms that begin and end, service before the spot market, bills.

use autarky_engine::time::{SimDuration, SimTime};

use crate::blueprint::contracts::{Contract, Deal};
use crate::blueprint::{Blueprint, LEVELS};
use crate::entity::contract::ContractForm;
use crate::entity::shock::Target;
use crate::event::{Event, phase};
use crate::id::{ContractId, GroupId, NationId, PoolId, ProviderId, SegmentId};
use crate::mechanism::bargaining::{Buyer, Seller, earns_elsewhere, fallback, tender, term_mean};
use crate::mechanism::reservation::{demand_at, served_share};
use crate::world::contracts::{Service, Terms};
use crate::world::{Ctx, ModelError, World, schedule_after};

/// Hours in a year.
const YEAR_HOURS: f64 = 8766.0;

impl World {
    /// Schedules the opening of every negotiation, after the first clearing, from which spot prices are known.
    pub(crate) fn begin_contracts(plan: &Blueprint, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        for (c, contract) in plan.contracts.list.iter().enumerate() {
            let opening = (phase::SETTLEMENT, Event::Negotiation(ContractId::new(c)));
            schedule_after(ctx, contract.parameters.at, opening)?;
        }
        Ok(())
    }

    /// Sets the terms of every deal; they take effect after the lead time, and the next round follows where the contract is renewed.
    pub(super) fn negotiate(
        &mut self,
        plan: &Blueprint,
        id: ContractId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let contract = &plan.contracts.list[id.at()];
        let terms = &contract.parameters;
        schedule_after(ctx, terms.lead_time, (phase::SETTLEMENT, Event::ContractStarts(id)))?;
        if terms.renewal {
            schedule_after(ctx, terms.term, (phase::SETTLEMENT, Event::Negotiation(id)))?;
        }
        let buyers = contract.buyers.len();
        for seller in 0..contract.parameters.sellers.len() {
            let first = contract.deals.start + seller * buyers;
            self.bargain(plan, contract, first..first + buyers, ctx.now().as_days() / 365.25);
        }
        Ok(())
    }

    /// One seller's tender: the deals of all buyers with it.
    fn bargain(
        &mut self,
        plan: &Blueprint,
        contract: &Contract,
        deals: std::ops::Range<usize>,
        years: f64,
    ) {
        let at_table: Vec<usize> =
            deals.clone().filter(|&d| self.is_open(plan, &plan.contracts.deals[d])).collect();
        let Some(&one) = at_table.first() else { return };
        let trend = trend(plan, contract);
        let seller = Seller {
            outside: self.earns(plan, plan.contracts.deals[one].seller) * trend,
            fixed_cost: contract.parameters.fixed_cost,
        };
        let sizes: Vec<f64> = at_table
            .iter()
            .map(|&d| size(plan, contract, &plan.contracts.deals[d], years))
            .collect();
        let buyers: Vec<Buyer> = at_table
            .iter()
            .zip(&sizes)
            .map(|(&d, &size)| self.at_table(plan, contract, (d, size), years))
            .collect();
        let prices = tender(seller, &buyers, contract.parameters.buyer_power);
        for ((&d, price), &quantity) in at_table.iter().zip(prices).zip(&sizes) {
            self.contracts.deals[d].agreed = price.map(|price| Terms { price, quantity });
        }
    }

    /// Whether a seller may serve a buyer at all today.
    fn is_open(&self, plan: &Blueprint, deal: &Deal) -> bool {
        let pools = plan.providers[deal.seller.at()].pools.clone();
        !deal.segments.is_empty()
            && pools.into_iter().any(|p| self.has_access(plan, PoolId::new(p), deal.buyer))
    }

    /// What an hour of a seller's capacity earns elsewhere: mean over its pools by capacity, USD/H100eh.
    fn earns(&self, plan: &Blueprint, seller: ProviderId) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for p in plan.providers[seller.at()].pools.clone() {
            let state = &self.pools[p];
            let capacity = self.working_compute(plan, PoolId::new(p)).max(1e-9);
            let price = state.price * self.shocks.factor(Target::Cloud, seller.at());
            sum += capacity * earns_elsewhere(price, state.load / capacity, state.unit_cost);
            weight += capacity;
        }
        sum / weight
    }

    /// The buyer's side of a deal of `size` H100e: volume, outside option at the seller's border, rent from exclusivity.
    fn at_table(
        &self,
        plan: &Blueprint,
        contract: &Contract,
        (d, size): (usize, f64),
        years: f64,
    ) -> Buyer {
        let deal = &plan.contracts.deals[d];
        let trend = trend(plan, contract);
        let volume = size * contract.parameters.term / 365.25 * YEAR_HOURS;
        let spot = self.spot_value(plan, deal.buyer);
        let (own_cost, own) = self.own_supply(plan, deal.buyer);
        let share = own / (plan.nations[deal.buyer.at()].demand * plan.demand.growth(years));
        let elsewhere = fallback(spot, own_cost, share) * trend;
        let compliance = self.mean_compliance(plan, deal);
        let outside = (elsewhere - compliance) / self.border(plan, deal);
        let rent = match contract.parameters.form {
            ContractForm::Exclusive => {
                let margin = self.margin(plan, deal.seller) * trend;
                let hours = contract.parameters.term / 365.25 * YEAR_HOURS;
                contract.parameters.exclusivity
                    * margin
                    * self.bought_from_rivals(plan, deal)
                    * hours
            }
            ContractForm::Diversified => 0.0,
        };
        Buyer { volume, outside: if outside > 0.0 { outside } else { 0.0 }, rent }
    }

    /// Mean perceived price of what a nation buys from exporting providers at spot; the choke price where it buys nothing. USD/H100eh.
    fn spot_value(&self, plan: &Blueprint, buyer: NationId) -> f64 {
        let market = &self.market;
        let (mut served, mut value, mut choke) = (0.0, 0.0, 0.0);
        for (s, segment) in plan.segments.iter().enumerate().filter(|(_, s)| s.nation == buyer) {
            let most = plan.classes[segment.class].choke;
            choke = if most > choke { most } else { choke };
            for pair in market.pairs_of(s) {
                let provider = plan.pools[market.pairs[pair].pool.at()].provider;
                if plan.providers[provider.at()].parameters.exports {
                    let flow = market.outcome.pair(&market.structure, pair);
                    served += flow.served;
                    value += flow.served * flow.perceived_price;
                }
            }
        }
        let relative = if served > 0.0 { value / served } else { choke };
        relative * market.reference_price
    }

    /// Unit cost and working capacity of the providers at home, USD/H100eh and H100e.
    fn own_supply(&self, plan: &Blueprint, nation: NationId) -> (f64, f64) {
        let (mut cost, mut capacity) = (0.0, 0.0);
        for p in 0..plan.pools.len() {
            let owned = self.owned_part(plan, PoolId::new(p), nation);
            if owned > 0.0 {
                let working = owned * self.working_compute(plan, PoolId::new(p));
                cost += working * self.pools[p].unit_cost;
                capacity += working;
            }
        }
        if capacity > 0.0 { (cost / capacity, capacity) } else { (f64::INFINITY, 0.0) }
    }

    /// Exchange rate, tariff and premium for currency between a buyer and a seller; no border where the seller has capacity in the buyer's zone.
    fn border(&self, plan: &Blueprint, deal: &Deal) -> f64 {
        let premium = 1.0 + self.premium(plan, deal.seller, deal.buyer);
        if self.is_present(plan, deal) {
            return premium;
        }
        premium * self.market.rate[deal.buyer.at()] * (1.0 + self.policy(deal.buyer).tariff)
    }

    /// Premium that a buyer short of hard currency pays on what it owes a seller at home elsewhere.
    fn premium(&self, plan: &Blueprint, seller: ProviderId, buyer: NationId) -> f64 {
        let home = plan.providers[seller.at()].home;
        if home == buyer { 0.0 } else { self.hard_currency.premiums[buyer.at()] }
    }

    /// Whether a seller has nodes in the buyer's zone.
    fn is_present(&self, plan: &Blueprint, deal: &Deal) -> bool {
        let mut pools = plan.providers[deal.seller.at()].pools.clone();
        pools.any(|p| plan.pools[p].zone == deal.buyer && self.pools[p].nodes > 0)
    }

    /// Compliance cost of the work that a deal may cover, mean by reference demand, USD/H100eh.
    fn mean_compliance(&self, plan: &Blueprint, deal: &Deal) -> f64 {
        let (mut sum, mut demand) = (0.0, 0.0);
        for &s in &deal.segments {
            let mut options = plan.segments[s].options.iter();
            let option = options.find(|o| plan.seller_of(o) == deal.seller);
            let cost = option.map_or(0.0, |o| self.compliance_of(plan, SegmentId::new(s), o));
            sum += cost * plan.segments[s].demand;
            demand += plan.segments[s].demand;
        }
        if demand > 0.0 { sum / demand } else { 0.0 }
    }

    /// Posted price over unit cost of a seller, mean over its pools by capacity, USD/H100eh.
    fn margin(&self, plan: &Blueprint, seller: ProviderId) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for p in plan.providers[seller.at()].pools.clone() {
            let capacity = self.working_compute(plan, PoolId::new(p)).max(1e-9);
            sum += capacity * (self.pools[p].price - self.pools[p].unit_cost);
            weight += capacity;
        }
        (sum / weight).max(0.0)
    }

    /// What a nation bought from other foreign exporting providers in the last tick, H100e.
    fn bought_from_rivals(&self, plan: &Blueprint, deal: &Deal) -> f64 {
        let rival = |p: &usize| {
            let id = plan.pools[*p].provider;
            let provider = &plan.providers[id.at()];
            id != deal.seller && provider.parameters.exports && provider.home != deal.buyer
        };
        let pools = (0..plan.pools.len()).filter(rival);
        pools.map(|p| self.served_to(plan, PoolId::new(p), deal.buyer)).sum()
    }

    /// The agreed terms take effect, and each seller with a deal pays the fixed cost.
    pub(super) fn contract_starts(
        &mut self,
        plan: &Blueprint,
        id: ContractId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let contract = &plan.contracts.list[id.at()];
        let term = contract.parameters.term;
        let end = SimDuration::from_days_f64(term).and_then(|term| ctx.now().checked_add(term));
        self.contracts.ends[id.at()] = end.unwrap_or(SimTime::MAX);
        schedule_after(ctx, term, (phase::SETTLEMENT, Event::ContractEnds(id)))?;
        for d in contract.deals.clone() {
            self.contracts.deals[d].terms = self.contracts.deals[d].agreed.take();
        }
        let buyers = contract.buyers.len();
        for first in contract.deals.clone().step_by(buyers.max(1)) {
            let mut deals = self.contracts.deals[first..first + buyers].iter();
            if deals.any(|deal| deal.terms.is_some()) {
                let provider = plan.contracts.deals[first].seller;
                let home = plan.providers[provider.at()].home;
                self.ledger.pay(
                    self.accounts.providers[provider.at()],
                    self.accounts.services[home.at()],
                    contract.parameters.fixed_cost,
                )?;
            }
        }
        self.terms_changed();
        Ok(())
    }

    /// The terms end, unless new ones have followed already.
    pub(super) fn contract_ends(&mut self, plan: &Blueprint, id: ContractId, now: SimTime) {
        if now < self.contracts.ends[id.at()] {
            return;
        }
        for d in plan.contracts.list[id.at()].deals.clone() {
            self.contracts.deals[d].terms = None;
        }
        self.terms_changed();
    }

    fn terms_changed(&mut self) {
        self.contracts.running = self.contracts.deals.iter().any(|deal| deal.terms.is_some());
        self.market.tastes_changed = true;
    }

    /// Whether an exclusive contract in force keeps a segment's buyers from a pool at spot: the pool belongs to another foreign exporting
    /// provider, and the contract's seller may serve the segment today.
    #[must_use]
    pub fn is_shut_out(&self, plan: &Blueprint, segment: SegmentId, pool: PoolId) -> bool {
        if !self.contracts.running {
            return false;
        }
        let buyer = plan.segments[segment.at()].nation;
        let seller = plan.pools[pool.at()].provider;
        let provider = &plan.providers[seller.at()];
        if !provider.parameters.exports || provider.home == buyer {
            return false;
        }
        plan.contracts.deals.iter().zip(&self.contracts.deals).any(|(deal, state)| {
            let form = plan.contracts.list[deal.contract.at()].parameters.form;
            form == ContractForm::Exclusive
                && state.terms.is_some()
                && deal.buyer == buyer
                && deal.seller != seller
                && deal.segments.contains(&segment.at())
                && self.is_open(plan, deal)
        })
    }

    /// Serves all contracts of the tick, priority by priority, from the working capacity of their sellers.
    pub(super) fn serve_contracts(&mut self, plan: &Blueprint, years: f64) {
        if !self.contracts.running {
            return;
        }
        self.contracts.begin_tick(self.market.queues.len());
        let mut left: Vec<f64> =
            (0..self.market.queues.len()).map(|at| self.working_in(at).0).collect();
        for tier in &plan.contracts.tiers {
            self.set_quotas(plan, tier, &left);
            for &d in tier {
                self.serve_deal(plan, d, plan.demand.reference_price(years), &mut left);
            }
        }
    }

    /// What a seller has left in all queues: its own working capacity, where it shares a queue, H100e.
    fn stock_of(&self, plan: &Blueprint, seller: ProviderId, left: &[f64]) -> f64 {
        let models = plan.hardware.len();
        let mut stock = 0.0;
        for (cells, &left) in self.market.cells.iter().zip(left) {
            let mut own = 0.0;
            for cell in cells {
                let pool = plan.pool_of(GroupId::new(cell.at as usize / models));
                if plan.pools[pool.at()].provider == seller {
                    let working = self.available[cell.at as usize] as f64 * cell.compute;
                    own += working * self.remote.compute[cell.at as usize];
                }
            }
            stock += if own < left { own } else { left };
        }
        stock
    }

    fn set_quotas(&mut self, plan: &Blueprint, tier: &[usize], left: &[f64]) {
        let size = |d: usize| self.contracts.deals[d].terms.map_or(0.0, |terms| terms.quantity);
        let open = |d: &usize| self.is_open(plan, &plan.contracts.deals[*d]);
        let quota = |d: usize| {
            let seller = plan.contracts.deals[d].seller;
            let same = |o: &&usize| plan.contracts.deals[**o].seller == seller;
            let sizes: f64 = tier.iter().filter(same).filter(|o| open(o)).map(|&o| size(o)).sum();
            let stock = self.stock_of(plan, seller, left);
            if open(&d) { size(d) * served_share(sizes, stock) } else { 0.0 }
        };
        let quotas: Vec<f64> = tier.iter().map(|&d| quota(d)).collect();
        for (&d, quota) in tier.iter().zip(quotas) {
            self.contracts.deals[d].quota = quota;
        }
    }

    /// Serves one deal: its segments in order, each on the least able nodes that may do the work.
    fn serve_deal(&mut self, plan: &Blueprint, d: usize, reference: f64, left: &mut [f64]) {
        let (deal, state) = (&plan.contracts.deals[d], self.contracts.deals[d]);
        let Some(terms) = state.terms else { return };
        let mut room = state.quota;
        for &s in &deal.segments {
            for level in plan.segments[s].class..LEVELS {
                for pair in self.market.pairs_of(s) {
                    if room <= 0.0 {
                        return;
                    }
                    let offer = self.market.pairs[pair];
                    let group = plan.segments[s].options[offer.option as usize].group;
                    let sells = plan.pools[offer.pool.at()].provider == deal.seller
                        && group.at() % LEVELS == level
                        && self.has_access(plan, offer.pool, deal.buyer);
                    if sells {
                        let want = (terms, reference, room);
                        room -= self.serve_pair(plan, (d, s, pair), want, left);
                    }
                }
            }
        }
    }

    /// Serves a segment from one group under a deal; returns what it served, H100e.
    fn serve_pair(
        &mut self,
        plan: &Blueprint,
        (d, s, pair): (usize, usize, usize),
        (terms, reference, room): (Terms, f64, f64),
        left: &mut [f64],
    ) -> f64 {
        let market = &self.market;
        let problem = market.structure.problem();
        let (offer, place) = (market.pairs[pair], problem.pairs[pair].group as usize);
        let abroad = plan.segments[s].options[offer.option as usize].abroad;
        let tariff = self.policy(offer.buyer).tariff;
        let border = if abroad { market.rate[offer.buyer.at()] * (1.0 + tariff) } else { 1.0 };
        let seller = plan.contracts.deals[d].seller;
        let border = border * (1.0 + self.premium(plan, seller, offer.buyer));
        let fee = self.models.fee(s) * reference;
        let border = border * (1.0 - self.rebate(plan, seller, offer.buyer.at()));
        let perceived = terms.price * border * offer.stretch + offer.compliance + fee;
        let demand = self.models.usable(s, market.demand[s]);
        let whole = demand_at(&problem.segments[s].curve, demand, perceived / reference);
        let done = &mut self.contracts.segments[s];
        let wanted = whole * (1.0 - done.covered);
        let amount = if wanted < room { wanted } else { room };
        let amount = if amount < left[place] { amount } else { left[place] };
        if amount <= 0.0 {
            return 0.0;
        }
        left[place] -= amount;
        done.served += amount;
        done.covered += amount / whole;
        done.billed += amount * terms.price;
        done.perceived += amount * perceived;
        done.compliance += amount * offer.compliance;
        self.contracts.taken[place] += amount;
        self.contracts.deals[d].used += amount;
        self.contracts.deals[d].abroad += if abroad { amount } else { 0.0 };
        let shared = offer.shared;
        self.contracts.services.push(Service {
            deal: d,
            segment: s,
            pool: offer.pool,
            shared,
            amount,
        });
        amount
    }

    /// Counts what contracts served as served by its pool, with its power, and adds what is owed: what was used, or what must be paid for of
    /// what the seller can deliver.
    pub(super) fn meter_contracts(&mut self, plan: &Blueprint) {
        if !self.contracts.running {
            return;
        }
        let hours = plan.timing.tick_days * 24.0;
        for service in &self.contracts.services {
            let buyer = plan.contracts.deals[service.deal].buyer;
            let at = service.pool.at() * plan.nations.len() + buyer.at();
            self.market.served[at] += service.amount;
            let zone = plan.pools[service.pool.at()].zone.at();
            let energy = service.amount * hours * self.market.power[service.pool.at()]
                / self.useful_power(plan, service.pool);
            self.pools[service.pool.at()].energy +=
                energy * self.shocks.factor(Target::Energy, zone);
        }
        for (d, deal) in plan.contracts.deals.iter().enumerate() {
            let abroad = self.border_crossed(plan, d);
            let premium = self.premium(plan, deal.seller, deal.buyer);
            let tariff = self.policy(deal.buyer).tariff;
            let rebate = self.rebate(plan, deal.seller, deal.buyer.at());
            let state = &mut self.contracts.deals[d];
            let Some(terms) = state.terms else { continue };
            let take = plan.contracts.list[deal.contract.at()].parameters.take_or_pay * state.quota;
            let paid = if state.used > take { state.used } else { take };
            let due = paid * hours * terms.price;
            state.owed += due;
            self.governments[deal.buyer.at()].rebates_due += due * rebate;
            self.hard_currency.owed[deal.buyer.at()] += due * premium;
            state.tariff += due * abroad * tariff;
            let used = state.used;
            self.credit_pools(plan, d, (due, used));
        }
    }

    /// What is due under a deal is earned by the pools that serve it, and by the seller's first where nothing was used.
    fn credit_pools(&mut self, plan: &Blueprint, d: usize, (due, used): (f64, f64)) {
        if used <= 0.0 {
            let first = plan.providers[plan.contracts.deals[d].seller.at()].pools.start;
            self.pools[first].other_fees += due;
            return;
        }
        for service in self.contracts.services.iter().filter(|service| service.deal == d) {
            self.pools[service.pool.at()].other_fees += due * service.amount / used;
        }
    }

    /// Share of a deal's work that crosses the buyer's border; of work that is paid and not used, all unless the seller is at home there.
    fn border_crossed(&self, plan: &Blueprint, d: usize) -> f64 {
        let (deal, state) = (&plan.contracts.deals[d], &self.contracts.deals[d]);
        if state.used > 0.0 {
            return state.abroad / state.used;
        }
        if self.is_present(plan, deal) { 0.0 } else { 1.0 }
    }

    /// Buyers pay what they owe under contracts, with tariffs.
    pub(super) fn settle_contracts(
        &mut self,
        plan: &Blueprint,
        day: f64,
    ) -> Result<(), ModelError> {
        for (d, deal) in plan.contracts.deals.iter().enumerate() {
            let due = std::mem::take(&mut self.contracts.deals[d].owed);
            let tariff = std::mem::take(&mut self.contracts.deals[d].tariff);
            if due <= 0.0 {
                continue;
            }
            let (n, seller) = (deal.buyer.at(), deal.seller);
            let buyer = self.accounts.buyers[n];
            self.ledger.pay(buyer, self.accounts.providers[seller.at()], due)?;
            self.pay_tariff(plan, deal.buyer, tariff)?;
            self.observers.paid_to(plan, (seller, n), due, day);
        }
        Ok(())
    }
}

/// Mean of the market's price trend over the term, over today's.
fn trend(plan: &Blueprint, contract: &Contract) -> f64 {
    let terms = &contract.parameters;
    term_mean(plan.demand.reference_price_decline, terms.lead_time / 365.25, terms.term / 365.25)
}

/// Size of a deal, H100e.
fn size(plan: &Blueprint, contract: &Contract, deal: &Deal, years: f64) -> f64 {
    let need = |n: NationId| plan.nations[n.at()].demand;
    let all: f64 = contract.buyers.iter().map(|&n| need(n)).sum();
    let of_buyer = match contract.parameters.compute {
        Some(compute) => compute * need(deal.buyer) / all,
        None => contract.parameters.share * need(deal.buyer) * plan.demand.growth(years),
    };
    of_buyer * deal.share
}
