//! Votes, capture and what a captor does, disputes that stall upgrades or fork the network.

use super::terms;
use crate::blueprint::Blueprint;
use crate::event::{Event, phase};
use crate::id::{OperatorId, OwnerId, PoolId};
use crate::mechanism::governance::capture::{Conduct, View, best};
use crate::mechanism::governance::voting::{Bloc, blocs};
use crate::world::network::NetworkState;
use crate::world::{Ctx, ModelError, World, schedule_after};

/// Shares of votes this close to the threshold have passed it: the rest is rounding.
const NEAR: f64 = 1.0 - 1e-12;

impl World {
    /// Vote shares of the owners of a network, the largest first: by stake, or by compute where nobody has any.
    fn blocs(&self, plan: &Blueprint, n: usize) -> Vec<Bloc> {
        let network = &plan.networks.list[n];
        let staked: i128 = self.members(network.pool).map(|(_, _, m)| m.staked).sum();
        let votes: Vec<(u32, f64)> = self
            .members(network.pool)
            .map(|(_, o, m)| (o.owner.0, if staked > 0 { m.staked as f64 } else { m.compute }))
            .collect();
        let mut out = Vec::new();
        blocs(&votes, terms(plan, network.pool).vote_exponent, network.identity, &mut out);
        out
    }

    /// Counts votes: a bloc beyond the threshold has captured the network, and acts for its own profit as long as it holds it.
    pub(super) fn count_votes(
        &mut self,
        plan: &Blueprint,
        n: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let threshold = terms(plan, pool).threshold;
        let largest = self.blocs(plan, n).first().copied();
        let captor = largest.filter(|b| b.share >= threshold * NEAR).map(|b| OwnerId(b.owner));
        let state = &mut self.networks[n];
        let holds_on = state.excludes && captor.is_some() && captor == state.captor;
        state.largest_bloc = largest.map_or(0.0, |bloc| bloc.share);
        state.captor = captor;
        self.observers.voted(
            plan,
            (pool, ctx.now().as_days()),
            (state.largest_bloc, captor.is_some()),
        );
        let conduct = match captor {
            Some(owner) => best(&self.view(plan, (n, ctx.now().as_days()), owner)),
            None => Conduct { take: terms(plan, pool).take_rate, excludes: false },
        };
        let state = &mut self.networks[n];
        // Who has put others out keeps them out.
        (state.take, state.excludes) = (conduct.take, conduct.excludes || holds_on);
        match captor {
            Some(owner) if conduct.excludes => self.exclude(plan, (n, owner), ctx),
            _ => Ok(()),
        }
    }

    /// What a captor sees.
    fn view(&self, plan: &Blueprint, (n, day): (usize, f64), captor: OwnerId) -> View {
        let network = &plan.networks.list[n];
        let (pool, provider) = (network.pool, terms(plan, network.pool));
        let effective = {
            let raw: f64 = self.members(pool).map(|(_, _, m)| m.working).sum();
            if raw > 0.0 { self.working_compute(plan, pool) / raw } else { 0.0 }
        };
        let now = self.conditions(plan, n, day);
        let (mut own, mut rivals) = (Vec::new(), Vec::new());
        for (_, operator, member) in self.members(pool) {
            let slot = network.kinds.iter().position(|(k, _)| *k == member.kind).unwrap_or(0);
            let belief = &self.networks[n].beliefs[slot];
            let hours = 8766.0 * belief.utilisation.max(1e-6);
            let running = now.running_cost(plan, member, (member.compute, belief.utilisation));
            let side = if operator.owner == captor { &mut own } else { &mut rivals };
            side.push((member.working * effective, (running - belief.reward) / hours));
        }
        View {
            price: self.pools[pool.at()].price,
            load: self.market.offered[pool.at()],
            own,
            rivals,
            take: self.networks[n].take,
            most: provider.take_most,
            exclusion: provider.exclusion,
        }
    }

    /// All but the captor's operators are put out.
    fn exclude(
        &mut self,
        plan: &Blueprint,
        (n, captor): (usize, OwnerId),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let others = self.members(pool).filter(|(_, o, _)| o.owner != captor);
        let others: Vec<OperatorId> = others.map(|(id, _, _)| id).collect();
        for id in others {
            self.leave(plan, (n, id), false, ctx)?;
        }
        self.recount(plan, n, ctx)
    }

    /// Schedules the next dispute of a network.
    pub(super) fn schedule_dispute(
        &mut self,
        plan: &Blueprint,
        n: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let rate = terms(plan, pool).dispute_rate;
        let wait = self.networks[n].disputes.exponential();
        if rate <= 0.0 {
            return Ok(());
        }
        schedule_after(ctx, wait / rate * 365.25, (phase::RULES, Event::DisputeBegins(pool)))
    }

    /// A dispute stalls upgrades until it is settled, or ends in a fork at once.
    pub(in crate::handler) fn dispute_begins(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        let provider = terms(plan, pool);
        let state = &mut self.networks[n];
        let (number, length) = (state.disputed, state.disputes.exponential());
        state.disputed += 1;
        let forks = state.forks.uniform(number) < provider.fork_probability && !state.forked;
        self.observers.disputed(plan, pool);
        if forks && self.fork(plan, n, ctx)? {
            return self.schedule_dispute(plan, n, ctx);
        }
        self.set_upgrades(plan, (pool, n), true, ctx.now().as_days());
        let end = provider.dispute_time * length;
        schedule_after(ctx, end, (phase::RULES, Event::DisputeEnds(pool)))
    }

    /// Upgrades come again.
    pub(in crate::handler) fn dispute_ends(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        self.set_upgrades(plan, (pool, n), false, ctx.now().as_days());
        self.schedule_dispute(plan, n, ctx)
    }

    fn set_upgrades(
        &mut self,
        plan: &Blueprint,
        (pool, n): (PoolId, usize),
        stalled: bool,
        day: f64,
    ) {
        let upgraded = self.upgraded(plan, pool, n, day);
        let state: &mut NetworkState = &mut self.networks[n];
        (state.upgraded, state.stalled) = (upgraded, (day, stalled));
        self.remote.partial = true;
    }

    /// Operators outside of the largest bloc leave for a network of their own, with their nodes; the two do not share a queue. False where there is nobody to leave.
    fn fork(&mut self, plan: &Blueprint, n: usize, ctx: &mut Ctx<'_>) -> Result<bool, ModelError> {
        let (Some(fork), Some(largest)) =
            (plan.networks.list[n].fork, self.blocs(plan, n).first().copied())
        else {
            return Ok(false);
        };
        let (from, to) = (plan.networks.list[n].pool, plan.networks.list[fork].pool);
        let leaving = self.members(from).filter(|(_, o, _)| o.owner != OwnerId(largest.owner));
        let leaving: Vec<OperatorId> = leaving.map(|(id, _, _)| id).collect();
        if leaving.is_empty() {
            return Ok(false);
        }
        self.networks[n].forked = true;
        self.networks[fork].forked = true;
        self.networks[fork].beliefs = self.networks[n].beliefs.clone();
        self.pools[to.at()].price = self.pools[from.at()].price;
        self.reprice(plan, to);
        for id in leaving {
            self.move_operator(plan, id, to);
            self.move_cash((n, fork), id);
            // What is on order stays with the network that ordered it.
            if let Some(member) = self.member_mut(id) {
                member.due = 0.0;
                // What it did in the month is paid to those who stay, as when it had left.
                (member.work_month, member.done_month) = (0.0, 0.0);
            }
        }
        self.networks[fork].seen.since = ctx.now().as_days();
        // Load and rewards follow the nodes.
        for (network, pool) in [(n, from), (fork, to)] {
            let compute = self.installed_compute(plan, pool);
            self.networks[network].beliefs.iter_mut().for_each(|b| b.compute = compute);
        }
        self.begin_network(plan, fork, ctx)?;
        self.recount(plan, n, ctx)?;
        let review = terms(plan, to).review_interval;
        schedule_after(ctx, review, (phase::DECISIONS, Event::Review(to)))?;
        Ok(true)
    }

    /// An operator's cash goes with it from one network's account to another's.
    fn move_cash(&mut self, (from, to): (usize, usize), id: OperatorId) {
        let cash = self.operators[id.at()].member.as_ref().map_or(0, |m| m.cash);
        self.ledger.pay_whole(self.accounts.operators[from], self.accounts.operators[to], cash);
    }
}
