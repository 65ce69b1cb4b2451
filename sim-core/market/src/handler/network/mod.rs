//! Networks whose operators decide: candidates enter, operators grow, leave, merge and cheat; work is assigned, checked and paid; tokens are issued,
//! and votes are counted.

mod entry;
mod governance;
mod leave;
mod prospect;
mod review;
mod round;
mod settle;
mod token;

pub(super) use settle::Bills;

use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::blueprint::network::Network;
use crate::entity::provider::ProviderParameters;
use crate::event::{Event, phase};
use crate::id::{PoolId, TokenId};
use crate::mechanism::operator::expectation::Expectation;
use crate::process::Process;
use crate::world::{Ctx, ModelError, World, schedule_after};

/// The provider of a pool.
pub(super) fn terms(plan: &Blueprint, pool: PoolId) -> &ProviderParameters {
    &plan.providers[plan.pools[pool.at()].provider.at()].parameters
}

impl World {
    /// Schedules the first events of every network and token, and sets what operators believe at the start.
    pub(crate) fn begin_networks(
        &mut self,
        plan: &Blueprint,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for n in 0..plan.networks.list.len() {
            let (pool, is_fork) = (plan.networks.list[n].pool, plan.networks.list[n].is_fork);
            self.count_compute(plan, pool);
            self.first_beliefs(plan, n);
            if !is_fork {
                self.bond_at_start(plan, pool);
                self.begin_network(plan, n, ctx)?;
                self.schedule_dispute(plan, n, ctx)?;
            }
        }
        for (t, token) in plan.networks.tokens.iter().enumerate() {
            let epoch = SimDuration::from_days_f64(token.parameters.epoch)?;
            ctx.schedule_in(epoch, phase::SETTLEMENT, Event::Epoch(TokenId::new(t)))?;
        }
        self.refresh_remote(plan, 0.0);
        Ok(())
    }

    /// Rounds, candidates and mergers of a network begin.
    fn begin_network(
        &mut self,
        plan: &Blueprint,
        n: usize,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let pool = plan.networks.list[n].pool;
        let round = SimDuration::from_days_f64(terms(plan, pool).round)?;
        ctx.schedule_in(round, phase::SETTLEMENT, Event::NetworkRound(pool))?;
        for kind in 0..plan.networks.list[n].kinds.len() {
            self.schedule_candidate(plan, (n, kind), ctx)?;
        }
        let stream = self.stream(Process::Merger, plan.pools[pool.at()].key);
        let clock = ctx.add_clock(stream, phase::DECISIONS, Event::Merger(pool))?;
        self.networks[n].mergers = Some(clock);
        self.recount(plan, n, ctx)
    }

    /// Beliefs at the start: today's price, the target utilisation, and what the first year's emission is worth to a unit of compute.
    fn first_beliefs(&mut self, plan: &Blueprint, n: usize) {
        let network = &plan.networks.list[n];
        let provider = terms(plan, network.pool);
        let compute = self.token_compute(plan, network).max(1e-9);
        let reward = network.token.map_or(0.0, |t| {
            let token = &plan.networks.tokens[t];
            token.schedule.issued(1.0) * token.parameters.work * self.tokens[t].price() / compute
        });
        let belief = Expectation {
            price: self.pools[network.pool.at()].price
                * (1.0 - provider.take_rate)
                * (1.0 - Self::burned_share(plan, network)),
            utilisation: provider.target_utilisation,
            reward,
            compute: self.installed_compute(plan, network.pool),
        };
        self.networks[n].beliefs.fill(belief);
    }

    /// What chance has in store for networks is drawn anew, from streams of their own for the label: gaps between candidates, what is left of disputes, prices.
    pub(crate) fn redraw_networks(
        &mut self,
        plan: &Blueprint,
        label: u64,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        for n in 0..self.networks.len() {
            let state = &mut self.networks[n];
            let gaps = state.candidates.iter_mut().map(|c| &mut c.gaps);
            for stream in gaps.chain([&mut state.choices, &mut state.disputes]) {
                *stream = stream.fork(label);
            }
            state.forks = state.forks.fork(label);
            let (begun, pool) = (state.mergers.is_some(), plan.networks.list[n].pool);
            let stalled = state.stalled.1;
            for kind in 0..if begun { plan.networks.list[n].kinds.len() } else { 0 } {
                self.schedule_candidate(plan, (n, kind), ctx)?;
            }
            if stalled {
                let left = terms(plan, pool).dispute_time * self.networks[n].disputes.exponential();
                schedule_after(ctx, left, (phase::RULES, Event::DisputeEnds(pool)))?;
            } else if begun && !plan.networks.list[n].is_fork {
                self.schedule_dispute(plan, n, ctx)?;
            }
        }
        for operator in &mut self.operators {
            if let Some(member) = operator.member.as_deref_mut() {
                member.draws = member.draws.fork(label);
                // What is left of an exponential threshold is exponential.
                member.threshold = member.exposure + member.draws.exponential();
            }
        }
        for token in &mut self.tokens {
            let years = token.last;
            (token.diffusion, token.lottery) =
                (token.diffusion.fork(label), token.lottery.fork(label));
            token.arrivals.fork(label, years);
        }
        Ok(())
    }

    /// Compute of all networks that share a network's token, H100e.
    fn token_compute(&self, plan: &Blueprint, network: &Network) -> f64 {
        let same = plan.networks.list.iter().filter(|other| other.token == network.token);
        same.map(|other| self.installed_compute(plan, other.pool)).sum()
    }

    /// Counts anew what each operator of a network has installed.
    pub(super) fn count_compute(&mut self, plan: &Blueprint, pool: PoolId) {
        for id in self.active(pool) {
            let (compute, working) = (self.installed_by(plan, id), self.working_of(plan, id));
            if let Some(member) = self.member_mut(id) {
                (member.compute, member.working) = (compute, working);
            }
        }
    }
}
