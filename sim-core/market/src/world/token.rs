//! State of the token protocols: books in whole micro-tokens, and the price.

use autarky_engine::math;
use autarky_engine::rng::{KeyedDraws, Stream, child_key};

use super::World;
use crate::blueprint::Blueprint;
use crate::id::{NationId, PoolId};
use crate::process::Process;
use crate::process::jumps::Arrivals;

/// Micro-tokens in a token.
pub const MICRO: f64 = 1e6;

/// One token.
#[derive(Debug, Clone)]
pub struct TokenState {
    /// Micro-tokens that there are.
    pub supply: i128,
    /// Issued since the start.
    pub minted: i128,
    /// Burned since the start.
    pub burned: i128,
    /// Held by buyers of tokens at home, by nation.
    pub home: Vec<i128>,
    /// Held by those abroad.
    pub abroad: i128,
    /// Held by the protocol.
    pub treasury: i128,
    /// Log of the price that the process alone gives, less its mean correction.
    pub log: f64,
    /// What sales have added to the log.
    pub impact: f64,
    /// Date of the last epoch, years.
    pub last: f64,
    /// Spending on tokens that are burned, smoothed, USD a year.
    pub spending: f64,
    /// Spent on them since the last epoch, USD.
    pub spent: f64,
    /// Yield of stake a year at the last epoch.
    pub stake_yield: f64,
    /// Diffusion.
    pub diffusion: Stream,
    /// Jumps.
    pub arrivals: Arrivals,
    /// Draws of the stakers' lottery.
    pub lottery: KeyedDraws,
    /// Epochs so far.
    pub epochs: u64,
}

impl TokenState {
    /// At the start: all tokens with their buyers.
    #[must_use]
    pub fn new(world: &World, plan: &Blueprint, at: usize) -> Self {
        let token = &plan.networks.tokens[at];
        let supply = (token.parameters.initial * MICRO) as i128;
        let of_token = |p: &crate::blueprint::Pool| {
            let network = plan.networks.list.iter().find(|n| plan.pools[n.pool.at()].key == p.key);
            network.is_some_and(|n| n.token == Some(at))
        };
        let mut zones = vec![false; plan.nations.len()];
        for pool in plan.pools.iter().filter(|p| of_token(p)) {
            zones[pool.zone.at()] = true;
        }
        let count = zones.iter().filter(|z| **z).count();
        let each = if count > 0 {
            (token.parameters.initial * token.parameters.domestic * MICRO / count as f64) as i128
        } else {
            0
        };
        let home: Vec<i128> = zones.iter().map(|&z| if z { each } else { 0 }).collect();
        let abroad = supply - home.iter().sum::<i128>();
        let jumps = |layer| world.stream(Process::TokenJump, child_key(token.key, layer));
        Self {
            supply,
            minted: 0,
            burned: 0,
            home,
            abroad,
            treasury: 0,
            log: math::ln(token.parameters.price_initial),
            impact: 0.0,
            last: 0.0,
            spending: 0.0,
            spent: 0.0,
            stake_yield: 0.0,
            diffusion: world.stream(Process::TokenPrice, token.key),
            arrivals: Arrivals::new(token.jumps.rate, jumps),
            lottery: KeyedDraws::new(world.stream_key(Process::StakeLottery, token.key)),
            epochs: 0,
        }
    }

    /// Price, USD.
    #[must_use]
    pub fn price(&self) -> f64 {
        math::exp((self.log + self.impact).clamp(-40.0, 40.0))
    }

    /// Micro-tokens that buyers of a nation and abroad hold.
    #[must_use]
    pub fn on_offer(&self, nation: NationId) -> i128 {
        self.home[nation.at()] + self.abroad
    }

    /// Takes micro-tokens from buyers of tokens: `domestic` of them from those at home, as far as they have them. Returns what came from home and from abroad.
    pub fn take_from_buyers(
        &mut self,
        nation: NationId,
        tokens: i128,
        domestic: f64,
    ) -> (i128, i128) {
        let tokens = tokens.clamp(0, self.on_offer(nation));
        let wanted = (tokens as f64 * domestic) as i128;
        let least = (tokens - self.abroad).max(0);
        let home = wanted.clamp(least, self.home[nation.at()].min(tokens).max(least));
        self.home[nation.at()] -= home;
        self.abroad -= tokens - home;
        (home, tokens - home)
    }

    /// Burns micro-tokens that were taken from somebody before.
    pub fn burn(&mut self, tokens: i128) {
        self.supply -= tokens;
        self.burned += tokens;
    }
}

impl World {
    /// The token of a pool.
    #[must_use]
    pub fn token_of(plan: &Blueprint, pool: PoolId) -> Option<usize> {
        plan.networks.at(pool).and_then(|network| network.token)
    }

    /// Micro-tokens that operators hold, in all forms.
    #[must_use]
    pub fn held_by_operators(&self, plan: &Blueprint, token: usize) -> i128 {
        let pools = plan.networks.list.iter().filter(|n| n.token == Some(token));
        let operators = pools.flat_map(|n| &self.pools[n.pool.at()].operators);
        operators.filter_map(|o| self.operators[o.at()].member.as_ref()).map(|m| m.tokens()).sum()
    }
}
