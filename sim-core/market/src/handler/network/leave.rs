//! Operators leave, are found out and ejected, or are bought.

use super::terms;
use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{CohortId, OperatorId, OwnerId, PoolId};
use crate::ledger::AccountId;
use crate::world::operator::Member;
use crate::world::token::MICRO;
use crate::world::{Ctx, ModelError, World, schedule_after};

impl World {
    /// An operator leaves: its nodes are sold on the second-hand market, its cash goes to its owner, its stake is free after the unbonding time. Who leaves of its own
    /// will may forfeit a part of it.
    pub(super) fn leave(
        &mut self,
        plan: &Blueprint,
        (n, id): (usize, OperatorId),
        own_will: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = self.operators[id.at()].pool;
        self.sell_nodes(plan, (n, id), ctx)?;
        if own_will && let Some(token) = plan.networks.list[n].token {
            let part = plan.networks.tokens[token].parameters.forfeit;
            let staked = self.operators[id.at()].member.as_ref().map_or(0, |m| m.staked);
            self.take_stake(plan, (token, id), (staked as f64 * part) as i128);
        }
        let account = self.accounts.operators[n];
        let owner = self.account_of_owner(id);
        let Some(member) = self.member_mut(id) else { return Ok(()) };
        member.active = false;
        let (kind, due) = (member.kind, std::mem::take(&mut member.due));
        let cash = std::mem::take(&mut member.cash);
        member.unbonding += std::mem::take(&mut member.staked);
        let left = member.tokens() > 0;
        self.ledger.pay_whole(account, owner, cash);
        self.count_one(plan, n, (kind, due, -1.0), ctx)?;
        self.observers.left(plan, pool);
        match plan.networks.list[n].token {
            Some(token) if left => {
                let days = plan.networks.tokens[token].parameters.unbonding;
                schedule_after(ctx, days, (phase::DECISIONS, Event::UnbondingDone(id)))
            }
            _ => {
                self.pools[pool.at()].operators.retain(|&other| other != id);
                Ok(())
            }
        }
    }

    /// The account of the zone in which an operator's owner lives.
    pub(super) fn account_of_owner(&self, id: OperatorId) -> AccountId {
        let owner = self.operators[id.at()].owner;
        self.accounts.owners[self.owners[owner.at()].residence.at()]
    }

    fn sell_nodes(
        &mut self,
        plan: &Blueprint,
        (n, id): (usize, OperatorId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let day = ctx.now().as_days();
        let pool = self.operators[id.at()].pool;
        let sites = self.operators[id.at()].sites.clone();
        let cohorts: Vec<CohortId> = sites.flat_map(|site| self.at_site[site].clone()).collect();
        let mut value = 0.0;
        for cohort in cohorts {
            let c = &self.cohorts[cohort.at()];
            let compute = f64::from(c.nodes) * c.node_compute(plan);
            value += compute * self.worth(plan, pool, c.hardware, day - c.vintage);
            self.scrap(plan, cohort, ctx)?;
        }
        value += self.sell_waiting(plan, id);
        let received =
            self.ledger.pay(self.accounts.used, self.accounts.operators[n], value)?.received;
        if let Some(member) = self.member_mut(id) {
            member.cash += received;
            (member.compute, member.working) = (0.0, 0.0);
        }
        Ok(())
    }

    /// Takes micro-tokens of an operator's stake: a part is burned, the rest goes to the treasury.
    fn take_stake(&mut self, plan: &Blueprint, (token, id): (usize, OperatorId), tokens: i128) {
        let burned = plan.networks.tokens[token].parameters.burned;
        let Some(member) = self.member_mut(id) else { return };
        let taken = tokens.clamp(0, member.staked);
        member.staked -= taken;
        let burned = ((taken as f64 * burned) as i128).clamp(0, taken);
        self.tokens[token].burn(burned);
        self.tokens[token].treasury += taken - burned;
    }

    /// An operator is found to cheat: it loses a part of its stake, and its place where the network ejects.
    pub(super) fn found_out(
        &mut self,
        plan: &Blueprint,
        (n, id): (usize, OperatorId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = self.operators[id.at()].pool;
        if let Some(token) = plan.networks.list[n].token {
            let slash = plan.networks.tokens[token].parameters.slash;
            let staked = self.operators[id.at()].member.as_ref().map_or(0, |m| m.staked);
            let value = staked as f64 * slash / MICRO * self.tokens[token].price();
            self.observers.slashed(plan, pool, value);
            self.take_stake(plan, (token, id), (staked as f64 * slash) as i128);
        }
        self.observers.detected(plan, pool);
        if terms(plan, pool).ejects {
            return self.leave(plan, (n, id), false, ctx);
        }
        if let Some(member) = self.member_mut(id) {
            member.exposure = 0.0;
            member.threshold = member.draws.exponential();
        }
        Ok(())
    }

    /// What was bound is free: it is sold, and the proceeds go to the owner.
    pub(in crate::handler) fn unbonding_done(
        &mut self,
        plan: &Blueprint,
        id: OperatorId,
    ) -> Result<(), ModelError> {
        let pool = self.operators[id.at()].pool;
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        if let Some(token) = plan.networks.list[n].token {
            let Some(member) = self.member_mut(id) else { return Ok(()) };
            let tokens = member.tokens();
            (member.liquid, member.staked, member.unbonding) = (0, 0, 0);
            let received = self.sell_tokens(plan, (token, n), tokens)?;
            let owner = self.account_of_owner(id);
            self.ledger.pay_whole(self.accounts.operators[n], owner, received);
        }
        self.pools[pool.at()].operators.retain(|&other| other != id);
        Ok(())
    }

    /// Counts anew what operators of a network have on order and their hazard of mergers, to which the clock is set.
    pub(super) fn recount(
        &mut self,
        plan: &Blueprint,
        n: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let (mut due, mut hazard) = (0.0, 0.0);
        for (_, _, member) in self.members(plan.networks.list[n].pool) {
            due += member.due;
            hazard += plan.networks.kinds[member.kind].parameters.merger_rate;
        }
        (self.networks[n].due, self.networks[n].hazard) = (due, hazard);
        self.set_merger_clock(n, ctx)
    }

    /// An operator comes, with what it has on order, or goes.
    pub(super) fn count_one(
        &mut self,
        plan: &Blueprint,
        n: usize,
        (kind, due, sign): (usize, f64, f64),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let state = &mut self.networks[n];
        state.due += sign * due;
        state.hazard += sign * plan.networks.kinds[kind].parameters.merger_rate;
        // Sums of floats may leave a rest below zero when the last one goes.
        state.due = if state.due > 0.0 { state.due } else { 0.0 };
        state.hazard = if state.hazard > 1e-12 { state.hazard } else { 0.0 };
        self.set_merger_clock(n, ctx)
    }

    fn set_merger_clock(&self, n: usize, ctx: &mut Ctx<'_>) -> Result<(), ModelError> {
        if let Some(clock) = self.networks[n].mergers {
            ctx.set_clock_rate(clock, self.networks[n].hazard / 365.25)?;
        }
        Ok(())
    }

    /// An operator is bought: which one by its hazard, by which other owner in proportion to what that holds. A cap on owners may forbid it.
    pub(in crate::handler) fn merger(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        let choices = &mut self.networks[n].choices;
        let (of, by) = (choices.uniform(), choices.uniform());
        if let Some((target, buyer)) = self.matched(plan, pool, (of, by))
            && self.may_hold(plan, pool, (buyer, target))
        {
            self.operators[target.at()].owner = buyer;
            self.observers.merged(plan, pool);
        }
        self.set_merger_clock(n, ctx)
    }

    /// Who is bought, and by whom.
    fn matched(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        (of, by): (f64, f64),
    ) -> Option<(OperatorId, OwnerId)> {
        let hazard = |m: &Member| plan.networks.kinds[m.kind].parameters.merger_rate;
        let targets: Vec<_> =
            self.members(pool).map(|(id, o, m)| ((id, o.owner), hazard(m))).collect();
        let (target, seller) = chosen(&targets, of)?;
        let rivals = self.members(pool).filter(|(_, o, _)| o.owner != seller);
        let rivals: Vec<_> = rivals.map(|(_, o, m)| (o.owner, m.compute + m.due)).collect();
        Some((target, chosen(&rivals, by)?))
    }

    /// Whether an owner stays within the cap with another operator.
    fn may_hold(
        &self,
        plan: &Blueprint,
        pool: PoolId,
        (buyer, target): (OwnerId, OperatorId),
    ) -> bool {
        let cap = terms(plan, pool).owner_cap;
        if cap >= 1.0 {
            return true;
        }
        let (mut after, mut total) = (0.0, 0.0);
        for (id, operator, member) in self.members(pool) {
            let size = member.compute + member.due;
            total += size;
            after += if operator.owner == buyer || id == target { size } else { 0.0 };
        }
        after <= cap * total * (1.0 + 1e-9)
    }
}

/// One of several by weight.
fn chosen<T: Copy>(weights: &[(T, f64)], u: f64) -> Option<T> {
    let total: f64 = weights.iter().map(|(_, w)| w).sum();
    let mut left = u * total;
    for (one, weight) in weights {
        left -= weight;
        if left < 0.0 {
            return Some(*one);
        }
    }
    None
}
