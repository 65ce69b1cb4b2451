//! Money inside a network: fees go to operators for their work, the take to the protocol or to who has captured it, and costs to those who cause them. Owners
//! make up what cash lacks. An operators' account in the ledger holds the sum; each operator's part is kept in whole micro-dollars.

use crate::blueprint::Blueprint;
use crate::id::{OperatorId, PoolId};
use crate::mechanism::token::reward::divide;
use crate::world::{ModelError, World};

/// Bills of a month, USD.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::handler) struct Bills {
    /// Received in money.
    pub(in crate::handler) fees: f64,
    /// Paid for power.
    pub(in crate::handler) power: f64,
    /// Paid for operation.
    pub(in crate::handler) operation: f64,
}

impl World {
    /// Avoidable cost of a pool's operators over the pool's, for power and for operation: one where the pool decides for them.
    pub(in crate::handler) fn settle_cost_scale(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
    ) -> (f64, f64) {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return (1.0, 1.0) };
        let (mut work, mut dear, mut size, mut heavy) = (0.0, 0.0, 0.0, 0.0);
        for (_, _, member) in self.members(pool) {
            let cost = Self::cost_of(plan, member, member.compute);
            (work, dear) = (work + member.work_month, dear + member.done_month * cost);
            (size, heavy) = (size + member.compute, heavy + member.compute * cost);
        }
        let over = |a: f64, b: f64| if b > 0.0 { a / b } else { 1.0 };
        self.networks[n].cost_scale = (over(dear, work), over(heavy, size));
        self.networks[n].cost_scale
    }

    /// Divides what a network's provider received and paid in the month over its operators.
    pub(in crate::handler) fn settle_network(
        &mut self,
        plan: &Blueprint,
        n: usize,
        bills: Bills,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        self.count_compute(plan, pool);
        let state = &mut self.networks[n];
        let (fees, taken) = (std::mem::take(&mut state.fees), std::mem::take(&mut state.taken));
        let charges = std::mem::take(&mut state.charges);
        let seized = std::mem::take(&mut state.seized);
        let share = if fees > 0.0 { taken / fees } else { 0.0 };
        let ids = self.active(pool);
        let member = |id: &OperatorId| self.operators[id.at()].member.as_deref();
        let by_work: Vec<f64> = ids.iter().filter_map(member).map(|m| m.work_month).collect();
        let done: Vec<f64> = ids.iter().filter_map(member).map(|m| m.done_month).collect();
        let by_size: Vec<f64> = ids.iter().filter_map(member).map(|m| m.compute).collect();
        let cost = |id: &OperatorId| member(id).map(|m| Self::cost_of(plan, m, m.compute));
        let costs: Vec<f64> = ids.iter().filter_map(cost).collect();
        let times = |a: &[f64]| -> Vec<f64> { a.iter().zip(&costs).map(|(a, c)| a * c).collect() };
        let (power, operation) = (times(&done), times(&by_size));
        self.credit(plan, n, (&ids, &by_work), bills.fees * (1.0 - share))?;
        let seized = if taken > 0.0 { seized / taken } else { 0.0 };
        self.pay_take(plan, n, bills.fees * share * seized)?;
        self.charge(plan, n, (&ids, &power), bills.power)?;
        self.charge(plan, n, (&ids, &operation), bills.operation)?;
        self.charge(plan, n, (&ids, &by_size), charges)?;
        for id in &ids {
            if let Some(member) = self.member_mut(*id) {
                (member.work_month, member.done_month) = (0.0, 0.0);
            }
        }
        self.make_up(n, &ids)
    }

    /// The take since the capture goes to whoever has captured the network; the rest stays with the protocol.
    fn pay_take(&mut self, plan: &Blueprint, n: usize, usd: f64) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let Some(captor) = self.networks[n].seizer else { return Ok(()) };
        let residence = self.owners[captor.at()].residence;
        let provider = self.accounts.providers[plan.pools[pool.at()].provider.at()];
        self.ledger.pay(provider, self.accounts.owners[residence.at()], usd)?;
        self.observers.captor_took(plan, pool, usd);
        Ok(())
    }

    /// The provider pays operators, by weight.
    fn credit(
        &mut self,
        plan: &Blueprint,
        n: usize,
        (ids, weights): (&[OperatorId], &[f64]),
        usd: f64,
    ) -> Result<(), ModelError> {
        if !weights.iter().any(|w| *w > 0.0) {
            return Ok(());
        }
        let pool = plan.networks.list[n].pool;
        let provider = self.accounts.providers[plan.pools[pool.at()].provider.at()];
        let received = self.ledger.pay(provider, self.accounts.operators[n], usd)?.received;
        let mut parts = Vec::new();
        let _ = divide(received, weights, &mut parts);
        self.add_cash(ids, &parts, 1);
        Ok(())
    }

    /// Operators pay the provider, by weight.
    pub(in crate::handler) fn charge(
        &mut self,
        plan: &Blueprint,
        n: usize,
        (ids, weights): (&[OperatorId], &[f64]),
        usd: f64,
    ) -> Result<(), ModelError> {
        if !weights.iter().any(|w| *w > 0.0) {
            return Ok(());
        }
        let pool = plan.networks.list[n].pool;
        let provider = self.accounts.providers[plan.pools[pool.at()].provider.at()];
        let paid = self.ledger.pay(self.accounts.operators[n], provider, usd)?.paid;
        let mut parts = Vec::new();
        let _ = divide(paid, weights, &mut parts);
        self.add_cash(ids, &parts, -1);
        Ok(())
    }

    pub(super) fn add_cash(&mut self, ids: &[OperatorId], parts: &[i128], sign: i128) {
        for (id, part) in ids.iter().zip(parts) {
            if let Some(member) = self.member_mut(*id) {
                member.cash += sign * part;
            }
        }
    }

    /// Owners pay in what cash lacks.
    fn make_up(&mut self, n: usize, ids: &[OperatorId]) -> Result<(), ModelError> {
        let mut lacking = vec![0_i128; self.accounts.owners.len()];
        let short = |world: &Self, id: OperatorId| -> (usize, i128) {
            let operator = &world.operators[id.at()];
            let cash = operator.member.as_ref().map_or(0, |m| m.cash);
            (world.owners[operator.owner.at()].residence.at(), (-cash).max(0))
        };
        for &id in ids {
            let (zone, lack) = short(self, id);
            lacking[zone] += lack;
        }
        for (zone, &lack) in lacking.iter().enumerate().filter(|(_, lack)| **lack > 0) {
            let usd = lack as f64 * 1e-6;
            let account = self.accounts.operators[n];
            let received = self.ledger.pay(self.accounts.owners[zone], account, usd)?.received;
            let of_zone: Vec<OperatorId> =
                ids.iter().copied().filter(|&id| short(self, id).0 == zone).collect();
            let weights: Vec<f64> = of_zone.iter().map(|&id| short(self, id).1 as f64).collect();
            let mut parts = Vec::new();
            let _ = divide(received, &weights, &mut parts);
            self.add_cash(&of_zone, &parts, 1);
        }
        Ok(())
    }

    /// Hardware is charged to those who received it, by weight, and their stake is bound.
    pub(in crate::handler) fn charge_delivery(
        &mut self,
        plan: &Blueprint,
        (pool, usd): (PoolId, f64),
        given: &[(OperatorId, f64)],
    ) -> Result<(), ModelError> {
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        let ids: Vec<OperatorId> = given.iter().map(|(id, _)| *id).collect();
        let weights: Vec<f64> = given.iter().map(|(_, compute)| *compute).collect();
        self.charge(plan, n, (&ids, &weights), usd)?;
        for &(id, compute) in given {
            self.bond(plan, id, compute)?;
            let mut fewer = 0.0;
            if let Some(member) = self.member_mut(id) {
                fewer = if member.due > compute { compute } else { member.due };
                member.due -= fewer;
                member.compute += compute;
            }
            let due = self.networks[n].due - fewer;
            self.networks[n].due = if due > 0.0 { due } else { 0.0 };
        }
        self.make_up(n, &ids)
    }

    /// What arrives and nobody waits for any more is sold second-hand.
    pub(in crate::handler) fn resell(
        &mut self,
        plan: &Blueprint,
        (pool, cost): (PoolId, f64),
    ) -> Result<(), ModelError> {
        let provider = plan.pools[pool.at()].provider;
        let value = cost * plan.providers[provider.at()].parameters.salvage;
        self.ledger.pay(self.accounts.used, self.accounts.providers[provider.at()], value)?;
        Ok(())
    }

    /// Notes what a network's provider paid for all of its operators.
    pub(in crate::handler) fn note_charge(&mut self, plan: &Blueprint, pool: PoolId, usd: f64) {
        if let Some(n) = plan.networks.of_pool[pool.at()] {
            self.networks[n].charges += usd;
        }
    }
}
