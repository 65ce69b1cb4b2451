//! Networks whose operators decide for themselves: types of operators, owners, hosts, token protocols, and the rules inside, compiled.

use autarky_engine::rng::entity_key;

use super::build::{BuildError, error, position};
use super::{Blueprint, CLASSES};
use crate::entity::operator::{EntryRule, OperatorParameters};
use crate::entity::provider::{CapacityTarget, Scheduling, Verification, VotingIdentity};
use crate::entity::token::{Emission, TokenParameters, TokenPrice};
use crate::id::{NationId, PoolId};
use crate::mechanism::governance::voting::Identity;
use crate::mechanism::operator::entry::{Rule, trigger};
use crate::mechanism::scheduling::Schedule as Assignment;
use crate::mechanism::token::emission::Schedule;
use crate::mechanism::verification::Method;
use crate::process::jumps::{Jumps, Size};
use crate::scenario::Scenario;

/// Diffusion, jumps a year, mean and deviation of their logs of a token under an exogenous price, where the scenario does not say:
/// `calibration/token_prices.csv`, medians of seven networks.
const TOKEN_LAW: [f64; 4] = [1.225, 6.71, 0.04, 0.289];
/// Speed of the return to the burn-and-mint equilibrium where the scenario does not say, 1/year.
const REVERSION: f64 = 4.0;
/// Additive recurrence with low discrepancy, unrelated to the golden ratio by which vintages are spread: √2 − 1.
const SILVER: f64 = 0.414_213_562_373_095_05;
/// Another, √3 − 1.
const BRONZE: f64 = 0.732_050_807_568_877_2;

/// A type of operators.
#[derive(Debug, Clone)]
pub struct OperatorKind {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: OperatorParameters,
    /// How candidates decide.
    pub rule: Rule,
    /// Where owners live, by share; empty: in the zone of the network.
    pub residence: Vec<(NationId, f64)>,
    /// Hosts by share; empty: own premises.
    pub hosts: Vec<(u32, f64)>,
}

/// A beneficial owner that the scenario names.
#[derive(Debug, Clone)]
pub struct NamedOwner {
    /// Identifier.
    pub id: String,
    /// Who owns it in the end: itself, or the last of its parents.
    pub ultimate: u32,
    /// Where it lives.
    pub residence: NationId,
    /// Whether it stands behind operators of each provider.
    pub networks: Vec<bool>,
    /// Share of the operators at the start.
    pub share: f64,
    /// Share of candidates.
    pub entrants: f64,
}

/// A company that hosts nodes.
#[derive(Debug, Clone)]
pub struct Host {
    /// Identifier.
    pub id: String,
}

/// A token protocol.
#[derive(Debug, Clone)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// Parameters.
    pub parameters: TokenParameters,
    /// When it issues how much.
    pub schedule: Schedule,
    /// Diffusion σ of an exogenous price, 1/year^0.5.
    pub diffusion: f64,
    /// Jumps of an exogenous price.
    pub jumps: Jumps,
    /// Drift of its mean, 1/year.
    pub drift: f64,
    /// Speed of the return to equilibrium, 1/year.
    pub reversion: f64,
    /// Standard deviation of the log of the price over a year.
    pub volatility: f64,
}

/// The inside of one pool.
#[derive(Debug, Clone)]
pub struct Network {
    /// Which.
    pub pool: PoolId,
    /// Types of its operators, by share at the start.
    pub kinds: Vec<(usize, f64)>,
    /// Its token.
    pub token: Option<usize>,
    /// How work is spread.
    pub assignment: Assignment,
    /// How results are checked.
    pub method: Method,
    /// Whose votes are counted together.
    pub identity: Identity,
    /// The network that a fork would found.
    pub fork: Option<usize>,
    /// Whether it is one that a fork would found.
    pub is_fork: bool,
}

/// All networks whose operators decide.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    /// Types of operators.
    pub kinds: Vec<OperatorKind>,
    /// Owners that the scenario names.
    pub owners: Vec<NamedOwner>,
    /// Hosts.
    pub hosts: Vec<Host>,
    /// Token protocols.
    pub tokens: Vec<Token>,
    /// Networks.
    pub list: Vec<Network>,
    /// By pool.
    pub of_pool: Vec<Option<usize>>,
    /// Mean work of a job by class, H100e-hours.
    pub job_size: [f64; CLASSES],
}

impl Networks {
    /// The network of a pool, if its operators decide.
    #[must_use]
    pub fn at(&self, pool: PoolId) -> Option<&Network> {
        self.of_pool[pool.at()].map(|n| &self.list[n])
    }

    /// The named owner at quantile `u` among those with a share in a provider, by shares at the start or of candidates; the ultimate one.
    #[must_use]
    pub fn named_owner(&self, provider: usize, u: f64, entrants: bool) -> Option<u32> {
        let mut left = u;
        for owner in self.owners.iter().filter(|o| o.networks[provider]) {
            left -= if entrants { owner.entrants } else { owner.share };
            if left < 0.0 {
                return Some(owner.ultimate);
            }
        }
        None
    }
}

/// The item at quantile `u` of shares that sum to one.
#[must_use]
pub fn at_quantile<T: Copy>(shares: &[(T, f64)], u: f64) -> Option<T> {
    let mut left = u;
    for (item, share) in shares {
        left -= share;
        if left < 0.0 {
            return Some(*item);
        }
    }
    shares.last().map(|(item, _)| *item)
}

/// Quantile of the `i`-th operator of a pool at the start for its type.
#[must_use]
pub fn kind_quantile(i: usize) -> f64 {
    (0.5 + i as f64 * SILVER).fract()
}

/// The same for its owner.
#[must_use]
pub fn owner_quantile(i: usize) -> f64 {
    (0.5 + i as f64 * BRONZE).fract()
}

impl Blueprint {
    /// Compiles what is inside networks.
    pub(super) fn compile_networks(&self, scenario: &Scenario) -> Result<Networks, BuildError> {
        let mut job_size = [0.0; CLASSES];
        for (size, (word, class)) in job_size
            .iter_mut()
            .zip(crate::entity::demand::Class::ALL.iter().map(|c| c.as_str()).zip(&self.classes))
        {
            let own = scenario.workloads.get(word).and_then(|w| w.job_size);
            let gang = if class.gang > 1.0 { class.gang } else { 1.0 };
            *size = own.unwrap_or(gang * class.service_time);
        }
        let mut out = Networks {
            kinds: kinds(scenario)?,
            owners: self.owners(scenario)?,
            hosts: scenario.hosts.iter().map(|(id, _)| Host { id: id.to_owned() }).collect(),
            tokens: scenario.tokens.iter().map(|(id, p)| token(id, p)).collect(),
            list: Vec::new(),
            of_pool: vec![None; self.pools.len()],
            job_size,
        };
        for (p, pool) in self.pools.iter().enumerate() {
            let provider = &self.providers[pool.provider.at()];
            if provider.parameters.capacity_target != CapacityTarget::Operators {
                continue;
            }
            out.of_pool[p] = Some(out.list.len());
            out.list.push(network(scenario, &provider.id, PoolId::new(p), pool.fork_of.is_some())?);
        }
        for (p, pool) in self.pools.iter().enumerate() {
            if let (Some(of), Some(fork)) = (pool.fork_of, out.of_pool[p])
                && let Some(original) = out.of_pool[of.at()]
            {
                out.list[original].fork = Some(fork);
            }
        }
        Ok(out)
    }

    fn owners(&self, scenario: &Scenario) -> Result<Vec<NamedOwner>, BuildError> {
        let mut out = Vec::new();
        for (id, parameters) in scenario.owners.iter() {
            let path = format!("owner.{id}.residence");
            let residence = position(&scenario.nations, "nation", &path, &parameters.residence)?;
            let named = |p: &super::Provider| parameters.networks.contains(&p.id);
            out.push(NamedOwner {
                id: id.to_owned(),
                ultimate: ultimate(scenario, id)?,
                residence: NationId::new(residence),
                networks: self.providers.iter().map(named).collect(),
                share: parameters.share,
                entrants: parameters.entrants,
            });
        }
        Ok(out)
    }
}

/// The last of an owner's parents.
fn ultimate(scenario: &Scenario, id: &str) -> Result<u32, BuildError> {
    let mut at = id;
    for _ in 0..=scenario.owners.len() {
        let Some(parent) = scenario.owners.get(at).and_then(|o| o.parent.as_deref()) else {
            let path = format!("owner.{id}.parent");
            return Ok(position(&scenario.owners, "owner", &path, at)? as u32);
        };
        at = parent;
    }
    Err(error(format!("owner.{id}.parent"), "its parents form a circle"))
}

fn kinds(scenario: &Scenario) -> Result<Vec<OperatorKind>, BuildError> {
    let mut out = Vec::new();
    for (id, p) in scenario.operators.iter() {
        let mut residence = Vec::new();
        for (nation, share) in &p.residence {
            let path = format!("operator.{id}.residence");
            let at = position(&scenario.nations, "nation", &path, nation)?;
            residence.push((NationId::new(at), *share));
        }
        let mut hosts = Vec::new();
        for (host, share) in &p.hosts {
            let path = format!("operator.{id}.hosts");
            hosts.push((position(&scenario.hosts, "host", &path, host)? as u32, *share));
        }
        let rule = match p.entry {
            EntryRule::Logit => Rule::Logit { hurdle: p.hurdle, scale: p.scale },
            EntryRule::Trigger => {
                Rule::Trigger { multiple: trigger(p.return_rate, p.payout, p.volatility) }
            }
            EntryRule::Free => Rule::Free,
        };
        let (parameters, key) = (p.clone(), entity_key(id));
        out.push(OperatorKind { id: id.to_owned(), key, parameters, rule, residence, hosts });
    }
    Ok(out)
}

/// When a token issues how much.
#[must_use]
pub fn schedule(p: &TokenParameters) -> Schedule {
    match p.emission {
        Emission::Halving => Schedule::Halving { rate: p.rate, period: p.period },
        Emission::Geometric => Schedule::Geometric { total: p.total, half_life: p.period },
        Emission::Staged => Schedule::Staged { rate: p.rate, decline: p.decline },
        Emission::Fixed => Schedule::Fixed { rate: p.rate },
        Emission::BurnAndMint => Schedule::BurnAndMint { rate: p.rate },
    }
}

fn token(id: &str, p: &TokenParameters) -> Token {
    let [sigma, rate, mean, deviation] = TOKEN_LAW;
    let diffusion = p.volatility.unwrap_or(sigma);
    let (mean, deviation) = (p.jump_mean.unwrap_or(mean), p.jump_deviation.unwrap_or(deviation));
    let size = Size::Normal { mean, deviation };
    let jumps = Jumps { rate: p.jump_rate.unwrap_or(rate), size, decay: 0.0 };
    let variance = diffusion * diffusion + jumps.rate * (mean * mean + deviation * deviation);
    Token {
        id: id.to_owned(),
        key: entity_key(id),
        parameters: p.clone(),
        schedule: schedule(p),
        diffusion,
        jumps,
        drift: p.drift.unwrap_or(0.0),
        reversion: p.reversion.unwrap_or(REVERSION),
        // A price that returns to equilibrium has no noise of its own.
        volatility: match p.price {
            Some(TokenPrice::BurnAndMint) => 0.0,
            _ => variance.sqrt(),
        },
    }
}

fn network(
    scenario: &Scenario,
    provider: &str,
    pool: PoolId,
    is_fork: bool,
) -> Result<Network, BuildError> {
    let path = format!("provider.{provider}");
    let Some(p) = scenario.providers.get(provider) else {
        return Err(error(path, "this entry is needed and missing"));
    };
    let mut kinds = Vec::new();
    for (id, share) in &p.operator_mix {
        let at = position(&scenario.operators, "operator", &format!("{path}.operator_mix"), id)?;
        kinds.push((at, *share));
    }
    let token = match &p.token {
        Some(id) => Some(position(&scenario.tokens, "token", &format!("{path}.token"), id)?),
        None => None,
    };
    let overhead = p.overhead;
    Ok(Network {
        pool,
        kinds,
        token,
        assignment: match p.scheduling {
            Scheduling::Proportional => Assignment::Proportional,
            Scheduling::CheapestFirst => Assignment::CheapestFirst,
            Scheduling::StakeWeighted => Assignment::StakeWeighted,
        },
        method: match p.verification {
            Verification::None => Method::None,
            Verification::Redundancy => Method::Redundancy { copies: p.copies as u32 },
            Verification::SpotCheck => {
                Method::SpotCheck { rate: p.audit_rate, accuracy: p.audit_accuracy }
            }
            Verification::Proof => Method::Proof { overhead, soundness: p.soundness },
            Verification::Enclave => Method::Enclave { overhead, strength: p.strength },
        },
        identity: match p.identity {
            VotingIdentity::Name => Identity::Name,
            VotingIdentity::Owner => Identity::Owner,
        },
        fork: None,
        is_fork,
    })
}
