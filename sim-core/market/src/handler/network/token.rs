//! Epochs of tokens: the price moves, tokens are issued and divided, operators sell. Buyers of tokens pay what others receive: emission moves value and makes none.

use autarky_engine::math;
use autarky_engine::time::SimDuration;

use crate::blueprint::Blueprint;
use crate::blueprint::network::Network;
use crate::entity::token::{Emission, StakeReward, TokenPrice};
use crate::event::{Event, phase};
use crate::id::{OperatorId, PoolId, TokenId};
use crate::mechanism::token::emission::minted;
use crate::mechanism::token::price::{
    equilibrium, impact, proceeds, revert, risk_premium, tokens_for,
};
use crate::mechanism::token::reward::{divide, first_ticket, winner};
use crate::mechanism::verification::{jobs, phantom_share};
use crate::metric::discount;
use crate::world::operator::Member;
use crate::world::token::MICRO;
use crate::world::{Ctx, ModelError, World};

/// Memory of spending on tokens that are burned, days.
const SPENDING_MEMORY: f64 = 30.0;

impl World {
    pub(in crate::handler) fn epoch(
        &mut self,
        plan: &Blueprint,
        token: TokenId,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), ModelError> {
        let t = token.at();
        let terms = &plan.networks.tokens[t].parameters;
        let next = SimDuration::from_days_f64(terms.epoch)?;
        ctx.schedule_in(next, phase::SETTLEMENT, Event::Epoch(token))?;
        let years = ctx.now().as_days() / 365.25;
        let span = (self.tokens[t].last, years);
        self.move_price(plan, t, span);
        self.issue(plan, t, span);
        for n in 0..plan.networks.list.len() {
            if plan.networks.list[n].token == Some(t) {
                self.sell_income(plan, (t, n))?;
            }
        }
        self.tokens[t].last = years;
        self.tokens[t].epochs += 1;
        Ok(())
    }

    /// The process, or the return to equilibrium, over one epoch.
    fn move_price(&mut self, plan: &Blueprint, t: usize, (from, to): (f64, f64)) {
        let token = &plan.networks.tokens[t];
        let span = to - from;
        let state = &mut self.tokens[t];
        let normal = state.diffusion.normal();
        state.arrivals.advance(to);
        match token.parameters.price {
            Some(TokenPrice::BurnAndMint) => {
                let keep = math::exp(-span * 365.25 / SPENDING_MEMORY);
                let rate = if span > 0.0 { std::mem::take(&mut state.spent) / span } else { 0.0 };
                state.spending = keep * state.spending + (1.0 - keep) * rate;
                let issued = (token.schedule.issued(to) - token.schedule.issued(from)) / span;
                if let Some(target) = equilibrium(state.spending, issued) {
                    let now = state.log + state.impact;
                    let then = revert(now, math::ln(target), token.reversion, span);
                    state.log += then - now;
                }
            }
            Some(TokenPrice::Exogenous) | None => {
                let sigma = token.diffusion;
                let jumped = state.arrivals.shots(&token.jumps, token.jumps.rate, to);
                let mean = 0.5 * sigma * sigma * span + token.jumps.compensation(from, to);
                state.log += token.drift * span + sigma * span.sqrt() * normal + jumped - mean;
            }
        }
    }

    /// Issues what the schedule says, as far as there may be more, and divides it.
    fn issue(&mut self, plan: &Blueprint, t: usize, span: (f64, f64)) {
        let token = &plan.networks.tokens[t];
        let room = token.parameters.most.map_or(i128::MAX, |most| (most * MICRO) as i128);
        let state = &mut self.tokens[t];
        let amount = minted(&token.schedule, span, room.saturating_sub(state.supply));
        state.supply += amount;
        state.minted += amount;
        let part = |share: f64| ((amount as f64 * share) as i128).clamp(0, amount);
        let stake = part(token.parameters.stake);
        let kept = 1.0 - token.parameters.work - token.parameters.stake;
        // Shares that sum to one up to rounding leave nothing to the treasury.
        let treasury = if kept > 1e-9 { part(kept) } else { 0 };
        let work = amount - stake - treasury;
        // Where nobody has stake, its part goes to work.
        let networks = plan.networks.list.iter().filter(|n| n.token == Some(t));
        let staked = networks.flat_map(|n| self.members(n.pool)).any(|(_, _, m)| m.staked > 0);
        let (work, stake) = if staked { (work, stake) } else { (work + stake, 0) };
        let state = &mut self.tokens[t];
        let years = span.1 - span.0;
        let granted = (state.treasury as f64 * token.parameters.grants * years) as i128;
        let granted = granted.clamp(0, state.treasury);
        state.treasury += treasury - granted;
        let ids = self.operators_of_token(plan, t);
        let left = self.reward_work(plan, t, (&ids, work + granted))
            + self.reward_stake(plan, t, (&ids, stake), years);
        // What nobody has earned goes to the treasury.
        self.tokens[t].treasury += left;
    }

    fn operators_of_token(&self, plan: &Blueprint, t: usize) -> Vec<OperatorId> {
        let networks = plan.networks.list.iter().filter(|n| n.token == Some(t));
        networks.flat_map(|n| self.active(n.pool)).collect()
    }

    /// Divides tokens by the work since the last epoch; returns what nobody earned.
    fn reward_work(
        &mut self,
        plan: &Blueprint,
        t: usize,
        (ids, tokens): (&[OperatorId], i128),
    ) -> i128 {
        let member = |id: &OperatorId| self.operators[id.at()].member.as_deref();
        let weights: Vec<f64> = ids.iter().filter_map(member).map(|m| m.work_epoch).collect();
        let mut parts = Vec::new();
        let left = divide(tokens, &weights, &mut parts);
        let price = self.tokens[t].price();
        for (id, &part) in ids.iter().zip(&parts) {
            let pool = self.operators[id.at()].pool;
            let value = part as f64 / MICRO * price;
            if let Some(n) = plan.networks.of_pool[pool.at()] {
                self.networks[n].seen.rewards += value;
            }
            self.observers.emitted(plan, pool, value);
            if let Some(member) = self.member_mut(*id) {
                member.work_epoch = 0.0;
                member.liquid += part;
            }
        }
        left
    }

    /// Divides tokens by stake; returns what nobody earned.
    fn reward_stake(
        &mut self,
        plan: &Blueprint,
        t: usize,
        (ids, tokens): (&[OperatorId], i128),
        years: f64,
    ) -> i128 {
        let terms = &plan.networks.tokens[t].parameters;
        let member = |id: &OperatorId| self.operators[id.at()].member.as_deref();
        let stakes: Vec<f64> = ids.iter().filter_map(member).map(|m| m.staked as f64).collect();
        let total: f64 = stakes.iter().sum();
        self.tokens[t].stake_yield =
            if total > 0.0 && years > 0.0 { tokens as f64 / total / years } else { 0.0 };
        let mut parts = vec![0; stakes.len()];
        // A ticket of its own for each operator and epoch, whoever else takes part.
        let lottery = self.tokens[t].lottery.fork(self.tokens[t].epochs);
        let keys: Vec<u64> = ids.iter().map(|id| self.operators[id.at()].key).collect();
        let alone = match terms.stake_reward {
            StakeReward::Proportional => None,
            StakeReward::Lottery => Some(winner(&stakes, lottery.uniform(0))),
            StakeReward::FirstTicket => {
                let uniforms = keys.iter().map(|key| lottery.uniform_open(*key));
                Some(first_ticket(&stakes, uniforms))
            }
        };
        let left = match alone {
            None => divide(tokens, &stakes, &mut parts),
            Some(None) => tokens,
            Some(Some(at)) => {
                parts[at] = tokens;
                0
            }
        };
        let price = self.tokens[t].price();
        for (id, &part) in ids.iter().zip(&parts) {
            let pool = self.operators[id.at()].pool;
            self.observers.emitted(plan, pool, part as f64 / MICRO * price);
            let bound = ((part as f64 * terms.compound) as i128).clamp(0, part);
            if let Some(member) = self.member_mut(*id) {
                member.staked += bound;
                member.liquid += part - bound;
            }
        }
        left
    }

    /// Operators of a network sell what their type sells at once.
    fn sell_income(&mut self, plan: &Blueprint, (t, n): (usize, usize)) -> Result<(), ModelError> {
        let ids = self.active(plan.networks.list[n].pool);
        let mut sold = Vec::with_capacity(ids.len());
        for &id in &ids {
            let sells = |m: &Member| plan.networks.kinds[m.kind].parameters.sells;
            let part = match self.member_mut(id) {
                Some(m) => {
                    let part = ((m.liquid as f64 * sells(m)) as i128).clamp(0, m.liquid);
                    m.liquid -= part;
                    part
                }
                None => 0,
            };
            sold.push(part);
        }
        let received = self.sell_tokens(plan, (t, n), sold.iter().sum())?;
        let weights: Vec<f64> = sold.iter().map(|&s| s as f64).collect();
        let mut parts = Vec::new();
        let _ = divide(received, &weights, &mut parts);
        self.add_cash(&ids, &parts, 1);
        Ok(())
    }

    /// Sells micro-tokens that were taken from operators of a network; the money is in their account, in micro-dollars.
    pub(super) fn sell_tokens(
        &mut self,
        plan: &Blueprint,
        (t, n): (usize, usize),
        tokens: i128,
    ) -> Result<i128, ModelError> {
        if tokens <= 0 {
            return Ok(0);
        }
        let terms = &plan.networks.tokens[t].parameters;
        let pool = plan.networks.list[n].pool;
        let zone = plan.pools[pool.at()].zone;
        let state = &mut self.tokens[t];
        let circulating = (state.supply - state.treasury) as f64 / MICRO;
        let amount = tokens as f64 / MICRO;
        let change = impact(amount, circulating, terms.impact);
        let usd = proceeds(amount, state.price(), change);
        state.impact += change;
        let home = ((tokens as f64 * terms.domestic) as i128).clamp(0, tokens);
        state.home[zone.at()] += home;
        state.abroad += tokens - home;
        let account = self.accounts.operators[n];
        let at_home = usd * terms.domestic;
        let a = self.ledger.pay(self.accounts.holders[zone.at()], account, at_home)?.received;
        let b = self.ledger.pay(self.accounts.holders_abroad, account, usd - at_home)?.received;
        let worth = (self.networks[n].resident, discount(plan, self.day));
        self.observers.tokens_sold(plan, pool, (usd, usd - at_home), worth);
        Ok(a + b)
    }

    /// Buys micro-tokens for `usd` dollars' worth from the buyers of tokens of a zone and abroad, paid by an account. Returns the tokens, and what could not be spent, USD.
    fn buy_tokens(
        &mut self,
        plan: &Blueprint,
        (t, pool): (usize, PoolId),
        payer: crate::ledger::AccountId,
        usd: f64,
    ) -> Result<(i128, f64), ModelError> {
        let terms = &plan.networks.tokens[t].parameters;
        let zone = plan.pools[pool.at()].zone;
        let state = &mut self.tokens[t];
        let price = state.price();
        let circulating = (state.supply - state.treasury) as f64 / MICRO;
        let wanted = tokens_for((usd, price), circulating, terms.impact) * MICRO;
        let wanted = wanted.clamp(0.0, 1e30) as i128;
        let (home, abroad) = state.take_from_buyers(zone, wanted, terms.domestic);
        let tokens = home + abroad;
        let amount = tokens as f64 / MICRO;
        let change = impact(-amount, circulating, terms.impact);
        state.impact += change;
        let paid = if tokens < wanted { -proceeds(-amount, price, change) } else { usd };
        let share = if tokens > 0 { home as f64 / tokens as f64 } else { 0.0 };
        self.ledger.pay(payer, self.accounts.holders[zone.at()], paid * share)?;
        self.ledger.pay(payer, self.accounts.holders_abroad, paid * (1.0 - share))?;
        let resident = plan.networks.of_pool[pool.at()].map_or(1.0, |n| self.networks[n].resident);
        let worth = (resident, discount(plan, self.day));
        self.observers.tokens_sold(plan, pool, (-paid, -paid * (1.0 - share)), worth);
        Ok((tokens, usd - paid))
    }

    /// Buyers of compute pay a network in its token: what they buy is burned, or goes to operators for their work and to the treasury. Returns what they could not
    /// get tokens for, USD.
    pub(in crate::handler) fn pay_in_tokens(
        &mut self,
        plan: &Blueprint,
        (n, buyer): (usize, usize),
        usd: f64,
    ) -> Result<f64, ModelError> {
        let network = &plan.networks.list[n];
        let Some(t) = network.token else { return Ok(usd) };
        let payer = self.accounts.buyers[buyer];
        let (tokens, rest) = self.buy_tokens(plan, (t, network.pool), payer, usd)?;
        if Self::burned_share(plan, network) > 0.0 {
            self.tokens[t].burn(tokens);
            return Ok(rest);
        }
        let taken = ((tokens as f64 * self.networks[n].take) as i128).clamp(0, tokens);
        let ids = self.active(network.pool);
        let member = |id: &OperatorId| self.operators[id.at()].member.as_deref();
        let weights: Vec<f64> = ids.iter().filter_map(member).map(|m| m.work_month).collect();
        let mut parts = Vec::new();
        let left = divide(tokens - taken, &weights, &mut parts);
        for (id, part) in ids.iter().zip(&parts) {
            if let Some(member) = self.member_mut(*id) {
                member.liquid += part;
            }
        }
        let kept = self.seize_tokens(plan, n, taken);
        self.tokens[t].treasury += kept + left;
        Ok(rest)
    }

    /// The take in tokens goes to the operators of whoever has captured the network, by their compute; returns what stays with the protocol.
    fn seize_tokens(&mut self, plan: &Blueprint, n: usize, tokens: i128) -> i128 {
        let Some(captor) = self.networks[n].captor else { return tokens };
        let own = self.members(plan.networks.list[n].pool).filter(|(_, o, _)| o.owner == captor);
        let (ids, weights): (Vec<OperatorId>, Vec<f64>) =
            own.map(|(id, _, m)| (id, m.compute)).unzip();
        let mut parts = Vec::new();
        let left = divide(tokens, &weights, &mut parts);
        for (id, part) in ids.iter().zip(&parts) {
            if let Some(member) = self.member_mut(*id) {
                member.liquid += part;
            }
        }
        if let Some(t) = plan.networks.list[n].token {
            let value = (tokens - left) as f64 / MICRO * self.tokens[t].price();
            self.observers.captor_took(plan, plan.networks.list[n].pool, value);
        }
        left
    }

    /// Share of fees that are burned: all that is paid in tokens, where the protocol burns and mints.
    #[must_use]
    pub(crate) fn burned_share(plan: &Blueprint, network: &Network) -> f64 {
        let burns = network
            .token
            .is_some_and(|t| plan.networks.tokens[t].parameters.emission == Emission::BurnAndMint);
        let in_tokens =
            super::terms(plan, network.pool).payment == crate::entity::provider::Payment::Token;
        if burns && in_tokens { 1.0 } else { 0.0 }
    }

    /// What a buyer would give up to be rid of the price risk of the tokens it pays with, as a share of the price.
    pub(in crate::handler) fn token_premium(plan: &Blueprint, pool: PoolId) -> Option<f64> {
        let network = plan.networks.at(pool)?;
        let token = &plan.networks.tokens[network.token?];
        let terms = super::terms(plan, pool);
        Some(risk_premium(terms.aversion, token.volatility, terms.holding))
    }

    /// Binds the stake that new compute of an operator needs: its owner pays for the tokens, which its cash bears.
    pub(super) fn bond(
        &mut self,
        plan: &Blueprint,
        id: OperatorId,
        compute: f64,
    ) -> Result<(), ModelError> {
        let pool = self.operators[id.at()].pool;
        let Some(n) = plan.networks.of_pool[pool.at()] else { return Ok(()) };
        let Some(t) = plan.networks.list[n].token else { return Ok(()) };
        let usd = plan.networks.tokens[t].parameters.required * compute;
        if usd <= 0.0 {
            return Ok(());
        }
        let account = self.accounts.operators[n];
        let before = self.ledger.micro(account);
        let (tokens, _) = self.buy_tokens(plan, (t, pool), account, usd)?;
        let paid = before - self.ledger.micro(account);
        if let Some(member) = self.member_mut(id) {
            member.staked += tokens;
            member.cash -= paid;
        }
        Ok(())
    }

    /// Operators at the start have bound their stake before: at the price of that day, from the buyers' holdings, without a payment in the run.
    pub(super) fn bond_at_start(&mut self, plan: &Blueprint, pool: PoolId) {
        let Some(t) = Self::token_of(plan, pool) else { return };
        let terms = &plan.networks.tokens[t].parameters;
        let zone = plan.pools[pool.at()].zone;
        for id in self.active(pool) {
            let compute = self.operators[id.at()].member.as_ref().map_or(0.0, |m| m.compute);
            let wanted = terms.required * compute / self.tokens[t].price() * MICRO;
            let taken = self.tokens[t].take_from_buyers(zone, wanted as i128, terms.domestic);
            if let Some(member) = self.member_mut(id) {
                member.staked += taken.0 + taken.1;
            }
        }
    }

    /// Slashing that an operator that cheats expects a year for an H100e, if it has so much compute that is so much used: none for the honest.
    pub(super) fn expected_slash(
        &self,
        plan: &Blueprint,
        n: usize,
        member: &Member,
        (stake, work): (f64, f64),
    ) -> f64 {
        let Some(t) = plan.networks.list[n].token else { return 0.0 };
        let slash = plan.networks.tokens[t].parameters.slash;
        if !(member.cheats || member.fake > 0.0) || slash <= 0.0 || stake <= 0.0 {
            return 0.0;
        }
        let network = &plan.networks.list[n];
        let wanted = plan.networks.kinds[member.kind].parameters.cheat_share;
        let phantom = phantom_share(member.fake);
        let wanted = if member.cheats { wanted } else { 0.0 };
        let bad = phantom + (1.0 - phantom) * network.method.attempted(wanted);
        let results = jobs(8766.0 * work, self.networks[n].job) * network.method.runs();
        let challenges = super::terms(plan, network.pool).challenges * 365.25 * phantom;
        let hazard = network.method.exposure(bad, 0.0, results) + challenges;
        // At most the whole slash a year: who is found out is out, or has nothing left to lose.
        slash * stake * -math::exp_m1(-hazard)
    }
}
