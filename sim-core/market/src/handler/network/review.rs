//! Reviews of a network: its operators learn, cheat where it pays, leave, and order; one purchase for all.

use super::prospect::Conditions;
use super::terms;
use crate::blueprint::Blueprint;
use crate::id::{OperatorId, PoolId};
use crate::mechanism::operator::exit::leaves;
use crate::mechanism::operator::expansion::{retained, room};
use crate::mechanism::verification::cheats;
use crate::world::network::Seen;
use crate::world::operator::{Honesty, Member};
use crate::world::{Ctx, ModelError, World};

/// What the review of an operator comes to.
#[derive(Debug, Clone, Copy)]
struct Decision {
    /// Whether it leaves.
    leaves: bool,
    /// Compute that it orders, H100e.
    orders: f64,
    /// What it pays its owner, USD.
    pays_out: f64,
    /// Reviews in a row with a loss.
    negative: u32,
    /// Whether it cheats from now on.
    cheats: bool,
}

impl World {
    /// All operators of a network decide, then the network buys for those who order.
    pub(in crate::handler) fn review_operators(
        &mut self,
        plan: &Blueprint,
        (pool, n): (PoolId, usize),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let day = ctx.now().as_days();
        self.count_compute(plan, pool);
        self.learn(plan, n, day);
        self.forget_cancelled(plan, (pool, n));
        let cap = terms(plan, pool).owner_cap;
        let mut held = if cap < 1.0 { self.held_by_owner(pool) } else { Vec::new() };
        let mut total: f64 = held.iter().sum();
        let mut gone = Vec::new();
        let mut now = self.conditions(plan, n, day);
        for id in self.active(pool) {
            let mut decision = self.decide(plan, (n, &now), id);
            if cap < 1.0 {
                let owner = self.operators[id.at()].owner.at();
                let most = room(held[owner], total, cap);
                decision.orders = if decision.orders < most { decision.orders } else { most };
                held[owner] += decision.orders;
                total += decision.orders;
            }
            // Who decides later sees what those before have ordered.
            now.outlook.pipeline += decision.orders;
            self.carry_out((n, id), decision);
            if decision.leaves {
                gone.push(id);
            }
        }
        for id in gone {
            self.leave(plan, (n, id), true, ctx)?;
        }
        self.recount(plan, n, ctx)?;
        self.networks[n].unplaced = 0.0;
        self.buy(plan, (pool, n), ctx)
    }

    fn learn(&mut self, plan: &Blueprint, n: usize, day: f64) {
        let network = &plan.networks.list[n];
        let seen = self.networks[n].seen;
        let compute = self.installed_compute(plan, network.pool);
        for (slot, (kind, _)) in network.kinds.iter().enumerate() {
            let memory = plan.networks.kinds[*kind].parameters.memory;
            let before = self.networks[n].beliefs[slot];
            let lesson = Self::lesson(&seen, (day, compute), &before);
            self.networks[n].beliefs[slot].learn(&lesson, day - seen.since, memory);
        }
        self.networks[n].seen = Seen { since: day, ..Seen::default() };
    }

    /// Orders may have been cancelled or trimmed since: what is due to operators is at most what the network has on order.
    fn forget_cancelled(&mut self, plan: &Blueprint, (pool, n): (PoolId, usize)) {
        // What entrants want since the last review is not on order yet, whoever has received nodes meanwhile.
        let known = self.pools[pool.at()].pipeline() + self.networks[n].unplaced;
        self.keep_due(plan, (pool, n), known);
    }

    /// Operators forget what they want beyond so much in all, in proportion.
    fn keep_due(&mut self, plan: &Blueprint, (pool, n): (PoolId, usize), most: f64) {
        let due = self.wanted(plan, pool);
        if due <= most * (1.0 + 1e-9) {
            return;
        }
        for id in self.active(pool) {
            if let Some(member) = self.member_mut(id) {
                member.due *= most / due;
            }
        }
        self.networks[n].due = most;
    }

    /// What each owner holds of a network and has on order, by owner, H100e.
    fn held_by_owner(&self, pool: PoolId) -> Vec<f64> {
        let mut held = vec![0.0; self.owners.len()];
        for (_, operator, member) in self.members(pool) {
            held[operator.owner.at()] += member.compute + member.due;
        }
        held
    }

    fn decide(&self, plan: &Blueprint, (n, now): (usize, &Conditions), id: OperatorId) -> Decision {
        let network = &plan.networks.list[n];
        let Some(member) = self.operators[id.at()].member.as_deref() else { return STAY };
        let kind = &plan.networks.kinds[member.kind].parameters;
        let slot = network.kinds.iter().position(|(k, _)| *k == member.kind).unwrap_or(0);
        let belief = self.networks[n].beliefs[slot].diluted(&now.today());
        let running = now.running_cost(plan, member, (member.compute, belief.utilisation));
        let income = 8766.0 * belief.utilisation * belief.price + belief.reward;
        let profit = (income - running) * member.compute;
        let negative = if profit < 0.0 { member.negative + 1 } else { 0 };
        let (forfeit, value) = network.token.map_or((0.0, 0.0), |t| {
            let token = &plan.networks.tokens[t].parameters;
            (token.forfeit, self.tokens[t].price() * 1e-6)
        });
        let forfeited = forfeit * member.staked as f64 * value;
        let patience = kind.patience.unsigned_abs() as u32;
        let going = leaves(profit, (negative, patience), kind.exit_horizon / 365.25, forfeited);
        let cheats = self.will_cheat(plan, (n, now), member, (income - running) * member.compute);
        let cash = member.cash as f64 * 1e-6;
        let reserve = kind.reserve / 365.25 * running * member.compute;
        let price = now.replacement * (1.0 - now.subsidy);
        let committed = member.due * if price.is_finite() { price } else { 0.0 };
        let free = retained(cash, reserve, committed, 1.0);
        let worth_it = kind.orders
            && price.is_finite()
            && self.promise(plan, (n, slot, now), member, (0.0, None)).value_over_capital() >= 1.0;
        let invested = if worth_it { free * kind.reinvested } else { 0.0 };
        let waits = self.waiting_compute(plan, network.pool, id);
        Decision {
            // Nor does anybody stay whose last node has gone and who has none on order or to install.
            leaves: going || member.compute + member.due + waits <= 0.0,
            orders: if going { 0.0 } else { invested / (price + now.required).max(1e-9) },
            pays_out: free - invested,
            negative,
            cheats,
        }
    }

    /// A rational operator weighs what a bad job saves against what detection would cost; a dishonest one does not.
    fn will_cheat(
        &self,
        plan: &Blueprint,
        (n, now): (usize, &Conditions),
        member: &Member,
        profit: f64,
    ) -> bool {
        match member.honesty {
            Honesty::Honest => false,
            Honesty::Dishonest => true,
            Honesty::Rational => {
                let network = &plan.networks.list[n];
                let kind = &plan.networks.kinds[member.kind].parameters;
                let saved =
                    now.power * Self::cost_of(plan, member, member.compute) * self.networks[n].job;
                let rents = if terms(plan, network.pool).ejects && profit > 0.0 {
                    profit * kind.rents / 365.25
                } else {
                    0.0
                };
                let slashed = network.token.map_or(0.0, |t| {
                    let slash = plan.networks.tokens[t].parameters.slash;
                    slash * member.staked as f64 * 1e-6 * self.tokens[t].price()
                });
                // A lone cheater among honest operators: the case that is easiest to find.
                cheats(saved, network.method.detection(0.0), slashed + rents)
            }
        }
    }

    fn carry_out(&mut self, (n, id): (usize, OperatorId), decision: Decision) {
        let owner =
            self.accounts.owners[self.owners[self.operators[id.at()].owner.at()].residence.at()];
        let account = self.accounts.operators[n];
        let Some(member) = self.member_mut(id) else { return };
        (member.negative, member.cheats) = (decision.negative, decision.cheats);
        member.due += decision.orders;
        let paid = ((decision.pays_out * 1e6) as i128).clamp(0, member.cash.max(0));
        member.cash -= paid;
        self.ledger.pay_whole(account, owner, paid);
    }

    /// One purchase for all that operators of a network want and that is not on order.
    fn buy(
        &mut self,
        plan: &Blueprint,
        (pool, n): (PoolId, usize),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let gap = self.wanted(plan, pool) - self.pools[pool.at()].pipeline();
        let model = self.choose_model(plan, pool).or_else(|| self.grey_model(plan, pool));
        let Some(model) = model else {
            // Nobody sells: what is not on order is given up.
            self.keep_due(plan, (pool, n), self.pools[pool.at()].pipeline());
            return Ok(());
        };
        let total = self.installed_compute(plan, pool) + self.wanted(plan, pool);
        let servers = plan.servers_per_node(pool, model, total);
        let node = f64::from(servers) * plan.server_compute(model);
        if gap < 0.5 * node {
            // Less than half a node waits for more.
            self.networks[n].unplaced = if gap > 0.0 { gap } else { 0.0 };
            return Ok(());
        }
        self.order_nodes(plan, pool, (model, gap, total), ctx)
    }
}

const STAY: Decision =
    Decision { leaves: false, orders: 0.0, pays_out: 0.0, negative: 0, cheats: false };
