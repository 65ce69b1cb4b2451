//! A round of a network: work since the last one is assigned to its operators and checked; cheaters that are found out are slashed and ejected; votes are counted.

use autarky_engine::time::SimDuration;

use super::terms;
use crate::blueprint::Blueprint;
use crate::entity::provider::Payment;
use crate::entity::shock::Target;
use crate::event::{Event, phase};
use crate::id::{NationId, OperatorId, PoolId};
use crate::mechanism::scheduling::{Bid, assign};
use crate::mechanism::verification::{claimed, jobs, phantom_share};
use crate::world::network::PaymentRail;
use crate::world::operator::Member;
use crate::world::{Ctx, ModelError, World};

/// What an operator did in a round.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Who.
    id: OperatorId,
    /// Work credited to it, H100e-hours.
    work: f64,
    /// Share of it that no node did.
    phantom: f64,
    /// Share of its results that are bad.
    bad: f64,
}

impl World {
    pub(in crate::handler) fn network_round(
        &mut self,
        plan: &Blueprint,
        pool: PoolId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let days = terms(plan, pool).round;
        let next = SimDuration::from_days_f64(days)?;
        ctx.schedule_in(next, phase::SETTLEMENT, Event::NetworkRound(pool))?;
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        self.count_compute(plan, pool);
        let per_hour = self.jobs_per_hour(plan, n);
        if per_hour > 0.0 {
            self.networks[n].job = 1.0 / per_hour;
        }
        let shares = self.assign_work(plan, n, days * 24.0);
        self.check_results(plan, n, (&shares, per_hour, days), ctx)?;
        self.count_votes(plan, n, ctx)
    }

    /// Notes what each network served in the tick, by class, and what its operators earn.
    pub(in crate::handler) fn meter_networks(&mut self, plan: &Blueprint) {
        if plan.networks.list.is_empty() {
            return;
        }
        let hours = plan.timing.tick_days * 24.0;
        let market = &self.market;
        let spot = market.pairs.iter().enumerate().filter_map(|(pair, terms)| {
            let n = plan.networks.of_pool[terms.pool.at()]?;
            let class = plan.segments[terms.segment.at()].class;
            Some((n, class, market.outcome.served(&market.structure, pair)))
        });
        let contracted = self.contracts.services.iter().filter_map(|service| {
            let n = plan.networks.of_pool[service.pool.at()]?;
            Some((n, plan.segments[service.segment].class, service.amount))
        });
        for (n, class, served) in spot.chain(contracted) {
            self.networks[n].work[class] += served * hours;
            self.networks[n].seen.served += served * hours;
        }
        for (n, network) in plan.networks.list.iter().enumerate() {
            let p = network.pool.at();
            let nations = plan.nations.len();
            let served: f64 = self.market.served[p * nations..(p + 1) * nations].iter().sum();
            let provider = plan.pools[p].provider.at();
            let price = self.pools[p].price * self.shocks.factor(Target::Cloud, provider);
            let fees = served * hours * price;
            let state = &mut self.networks[n];
            state.fees += fees;
            state.taken += fees * state.take;
            if state.captor.is_some() {
                state.seizer = state.captor;
                state.seized += fees * state.take;
            }
            state.seen.fees +=
                fees * (1.0 - state.take) * (1.0 - Self::burned_share(plan, network));
            state.seen.capacity += self.market.capacity[p] * hours;
            if let Some(t) = network.token.filter(|_| Self::burned_share(plan, network) > 0.0) {
                self.tokens[t].spent += fees;
            }
        }
    }

    /// How each nation's buyers pay each network in this tick: in tokens where the network wants it so, or where that is cheaper than hard currency.
    pub(in crate::handler) fn set_rails(&mut self, plan: &Blueprint) {
        for (n, network) in plan.networks.list.iter().enumerate() {
            let provider = &plan.providers[plan.pools[network.pool.at()].provider.at()];
            let risk = Self::token_premium(plan, network.pool);
            for (nation, rail) in self.networks[n].rails.iter_mut().enumerate() {
                let abroad = provider.home.at() != nation;
                let currency = if abroad { self.hard_currency.premiums[nation] } else { 0.0 };
                // Balances abroad pay as if there were no shortage.
                let prepaid = plan.nations[nation].parameters.currency_clouds;
                let stuck =
                    abroad && !prepaid && self.hard_currency.waits(plan, NationId::new(nation));
                *rail = match (provider.parameters.payment, risk) {
                    (Payment::Token, Some(risk)) => PaymentRail { premium: risk, tokens: true },
                    (Payment::Either, Some(risk)) if stuck || risk < currency => {
                        PaymentRail { premium: risk, tokens: true }
                    }
                    _ => PaymentRail { premium: currency, tokens: false },
                };
            }
        }
    }

    /// Jobs in an H100e-hour of the work since the last round.
    fn jobs_per_hour(&self, plan: &Blueprint, n: usize) -> f64 {
        let work = &self.networks[n].work;
        let total: f64 = work.iter().sum();
        let count: f64 =
            work.iter().zip(&plan.networks.job_size).map(|(&w, &size)| jobs(w, size)).sum();
        if total > 0.0 { count / total } else { 0.0 }
    }

    /// Credits the work since the last round to the operators.
    fn assign_work(&mut self, plan: &Blueprint, n: usize, hours: f64) -> Vec<Share> {
        let network = &plan.networks.list[n];
        let pool = network.pool;
        let total: f64 = std::mem::take(&mut self.networks[n].work).iter().sum();
        let ids = self.active(pool);
        let raw: f64 = self.members(pool).map(|(_, _, m)| m.working).sum();
        // Where all is down at this moment, what is installed has done the work.
        let idle = raw <= 0.0;
        let effective = if raw > 0.0 { self.working_compute(plan, pool) / raw } else { 0.0 };
        let bid = |(_, _, m): (OperatorId, _, &Member)| Bid {
            capacity: claimed(if idle { m.compute } else { m.working * effective }, m.fake),
            cost: Self::cost_of(plan, m, m.compute),
            stake: m.staked as f64,
        };
        let bids: Vec<Bid> = self.members(pool).map(bid).collect();
        let mut assigned = Vec::new();
        assign(network.assignment, total / hours, &bids, &mut assigned);
        // What broke since its work was done has done it all the same: all work is credited.
        let sum: f64 = assigned.iter().sum();
        let scale = if sum > 0.0 { total / sum } else { 0.0 };
        let method = network.method;
        let mut out = Vec::with_capacity(ids.len());
        for (id, w) in ids.into_iter().zip(assigned) {
            let Some(member) = self.member_mut(id) else { continue };
            let work = w * scale;
            member.work_month += work;
            member.work_epoch += work;
            let phantom = phantom_share(member.fake);
            let kind = &plan.networks.kinds[member.kind].parameters;
            let wanted = if member.cheats { kind.cheat_share } else { 0.0 };
            let bad = phantom + (1.0 - phantom) * method.attempted(wanted);
            member.done_month += work * (1.0 - bad);
            out.push(Share { id, work, phantom, bad });
        }
        out
    }

    /// Counts what slips through, and finds out those whose exposure has reached their threshold.
    fn check_results(
        &mut self,
        plan: &Blueprint,
        n: usize,
        (shares, per_hour, days): (&[Share], f64, f64),
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let network = &plan.networks.list[n];
        let (pool, method) = (network.pool, network.method);
        let total: f64 = shares.iter().map(|s| s.work).sum();
        let sum: f64 = shares.iter().map(|s| s.work * s.bad).sum();
        let bad = if total > 0.0 { sum / total } else { 0.0 };
        self.observers.checked(plan, pool, (total, method.delivered(bad) * total));
        let challenges = terms(plan, pool).challenges * days;
        let (day, provider) = (ctx.now().as_days(), terms(plan, pool));
        let noticed = provider.bad_trust * method.delivered(bad) * days / 365.25;
        self.lose_trust(plan, pool, noticed, day);
        let mut caught = Vec::new();
        for share in shares.iter().filter(|s| s.bad > 0.0) {
            let results = share.work * per_hour * method.runs();
            let exposure = method.exposure(share.bad, bad, results) + challenges * share.phantom;
            let Some(member) = self.member_mut(share.id) else { continue };
            member.exposure += exposure;
            if member.exposure >= member.threshold {
                caught.push((share.id, share.work));
            }
        }
        for (id, work) in caught {
            let part = if total > 0.0 { work / total } else { 0.0 };
            self.lose_trust(plan, pool, provider.cheat_trust * part, day);
            self.found_out(plan, (n, id), ctx)?;
        }
        Ok(())
    }
}
