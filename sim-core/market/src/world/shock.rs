//! State of the shocks: a log for each vendor, zone or provider hit, and the factors that follow, as of the last tick.
//!
//! Factors start at their known value, one (a path of factors: at its own). Streams and steps depend on time alone: no policy, price or fleet enters.

use autarky_engine::math;
use autarky_engine::rng::{Stream, StreamKey, child_key};

use crate::blueprint::Blueprint;
use crate::blueprint::shock::{Factor, Member, Shock, ShockLaw};
use crate::entity::shock::Target;
use crate::process::Process;
use crate::process::jumps::Arrivals;
use crate::process::mean_reverting::MeanReverting;
use crate::process::regime_switching::{Chain, RegimeSwitching};

/// Bound of the log of a product of factors: a guard that keeps arithmetic in range, met only by tails without a useful mean.
const LOG_BOUND: f64 = 13.815_510_557_964_274;

/// Seed and replication of all streams.
#[derive(Debug, Clone, Copy)]
struct Seeds {
    seed: u64,
    replication: u64,
}

impl Seeds {
    fn stream(self, process: Process, entity: u64) -> Stream {
        let Self { seed, replication } = self;
        Stream::new(StreamKey { seed, replication, process: process as u64, entity })
    }

    fn arrivals(self, height: f64, entity: u64) -> Arrivals {
        Arrivals::new(height, |layer| self.stream(Process::ShockArrival, child_key(entity, layer)))
    }
}

/// What drives one shock; own sources in the order of its members.
#[derive(Debug, Clone)]
enum Driver {
    Normal { common: Stream, own: Vec<Stream> },
    Jumps { common: Arrivals, own: Vec<Arrivals> },
    Regime { common: Chain, own: Vec<Chain> },
    Path,
}

impl Driver {
    fn new(shock: &Shock, seeds: Seeds) -> Self {
        let own = |member: &Member| child_key(shock.key, member.key);
        let members = shock.members.iter();
        match &shock.law {
            ShockLaw::MeanReverting { .. } => {
                let stream = |key| seeds.stream(Process::ShockNormal, key);
                Self::Normal {
                    common: stream(shock.key),
                    own: members.map(|m| stream(own(m))).collect(),
                }
            }
            ShockLaw::Jumps(jumps) => {
                let height = jumps.rate * shock.shares.own;
                Self::Jumps {
                    common: seeds.arrivals(jumps.rate * shock.shares.common, shock.key),
                    own: members.map(|m| seeds.arrivals(height, own(m))).collect(),
                }
            }
            ShockLaw::RegimeSwitching { chain, .. } => {
                let path = |key| Chain::new(chain, seeds.stream(Process::ShockRegime, key));
                Self::Regime {
                    common: path(shock.key),
                    own: members.map(|m| path(own(m))).collect(),
                }
            }
            ShockLaw::Path { .. } => Self::Path,
        }
    }
}

impl Driver {
    fn fork(&mut self, law: &ShockLaw, label: u64, years: f64) {
        match (self, law) {
            (Self::Normal { common, own }, _) => {
                own.iter_mut().chain([common]).for_each(|stream| *stream = stream.fork(label));
            }
            (Self::Jumps { common, own }, _) => {
                own.iter_mut().chain([common]).for_each(|points| points.fork(label, years));
            }
            (Self::Regime { common, own }, ShockLaw::RegimeSwitching { chain, .. }) => {
                own.iter_mut().chain([common]).for_each(|path| path.fork(chain, label, years));
            }
            // A path draws nothing, and a driver is made from its law.
            (Self::Regime { .. } | Self::Path, _) => {}
        }
    }
}

/// A common factor: one normal a tick, and a measure of jumps.
#[derive(Debug, Clone)]
struct FactorState {
    stream: Stream,
    normal: f64,
    arrivals: Arrivals,
}

/// All shocks.
#[derive(Debug, Clone)]
pub struct ShockState {
    factors: Vec<FactorState>,
    drivers: Vec<Driver>,
    /// Uncompensated logs, `[shock][member]`.
    logs: Vec<Vec<f64>>,
    /// Log of the mean of each uncompensated shock, zero where it is not compensated.
    compensation: Vec<f64>,
    /// Date of the last step, years from the start.
    years: f64,
    /// Products of factors, `[target][vendor, zone or provider]`.
    products: Vec<Vec<f64>>,
}

impl ShockState {
    /// At the start.
    #[must_use]
    pub fn new(plan: &Blueprint, seed: u64, replication: u64) -> Self {
        let seeds = Seeds { seed, replication };
        let factor = |factor: &Factor| FactorState {
            stream: seeds.stream(Process::ShockNormal, factor.key),
            normal: 0.0,
            arrivals: seeds.arrivals(factor.height, factor.key),
        };
        let size = |target: &Target| match target.root() {
            "vendor" => plan.vendors.len(),
            "provider" => plan.providers.len(),
            _ => plan.nations.len(),
        };
        let entries = &plan.shocks.entries;
        let mut state = Self {
            factors: plan.shocks.factors.iter().map(factor).collect(),
            drivers: entries.iter().map(|shock| Driver::new(shock, seeds)).collect(),
            logs: entries.iter().map(|shock| vec![0.0; shock.members.len()]).collect(),
            compensation: vec![0.0; entries.len()],
            years: 0.0,
            products: Target::ALL.iter().map(|target| vec![1.0; size(target)]).collect(),
        };
        // A path of factors need not begin at one.
        for (shock, logs) in entries.iter().zip(&mut state.logs) {
            if let ShockLaw::Path { path, base } = &shock.law {
                logs.fill(path.log_at(0.0) - base);
            }
        }
        if !entries.is_empty() {
            state.multiply(plan);
        }
        state
    }

    /// By what a quantity of a vendor, zone or provider is multiplied today.
    #[inline]
    #[must_use]
    pub fn factor(&self, target: Target, at: usize) -> f64 {
        self.products[target as usize][at]
    }

    /// Uncompensated logs of a shock by member.
    #[must_use]
    pub fn logs(&self, shock: usize) -> &[f64] {
        &self.logs[shock]
    }

    /// Draws what comes after the last step anew, from streams of their own for the label.
    pub fn fork(&mut self, plan: &Blueprint, label: u64) {
        let years = self.years;
        for factor in &mut self.factors {
            factor.stream = factor.stream.fork(label);
            factor.arrivals.fork(label, years);
        }
        for (driver, shock) in self.drivers.iter_mut().zip(&plan.shocks.entries) {
            driver.fork(&shock.law, label, years);
        }
    }

    /// Goes on by one tick, to `years` from the start; at the start itself nothing has happened yet.
    pub fn step(&mut self, plan: &Blueprint, years: f64) {
        if plan.shocks.entries.is_empty() || years <= self.years {
            return;
        }
        for factor in &mut self.factors {
            factor.normal = factor.stream.normal();
            factor.arrivals.advance(years);
        }
        for (at, shock) in plan.shocks.entries.iter().enumerate() {
            let factor = shock.factor.map(|f| &self.factors[f]);
            let (driver, logs) = (&mut self.drivers[at], &mut self.logs[at]);
            match (&shock.law, driver) {
                (ShockLaw::MeanReverting { step, .. }, Driver::Normal { common, own }) => {
                    let outer = factor.map_or(0.0, |f| f.normal);
                    step_normals(shock, step, (outer, common, own), logs);
                }
                (ShockLaw::Jumps(_), Driver::Jumps { common, own }) => {
                    common.advance(years);
                    let shared = factor.map(|f| &f.arrivals);
                    step_jumps(shock, (shared, common, own), (self.years, years), logs);
                }
                (ShockLaw::RegimeSwitching { chain, factor }, Driver::Regime { common, own }) => {
                    let log = math::ln(*factor);
                    step_regimes(shock.shares.own > 0.0, chain, (common, own), (years, log), logs);
                }
                (ShockLaw::Path { path, base }, Driver::Path) => {
                    logs.fill(path.log_at(years) - base);
                }
                // A driver is made from its law.
                _ => {}
            }
            if shock.compensated {
                self.compensation[at] += shock.law.compensation(self.years, years);
            }
        }
        self.years = years;
        self.multiply(plan);
    }

    fn multiply(&mut self, plan: &Blueprint) {
        for column in &mut self.products {
            column.fill(0.0);
        }
        for (at, shock) in plan.shocks.entries.iter().enumerate() {
            for (member, log) in shock.members.iter().zip(&self.logs[at]) {
                self.products[shock.target as usize][member.at] += log - self.compensation[at];
            }
        }
        for log in self.products.iter_mut().flatten() {
            *log = math::exp(log.clamp(-LOG_BOUND, LOG_BOUND));
        }
    }
}

/// `x ← x·e^{−κΔ} + s·(√ℓ²·F + √common·Z + √own·Z_member)`.
fn step_normals(
    shock: &Shock,
    step: &MeanReverting,
    (outer, common, own): (f64, &mut Stream, &mut [Stream]),
    logs: &mut [f64],
) {
    let shares = shock.shares;
    let shared = shares.factor.sqrt() * outer + shares.common.sqrt() * common.normal();
    for (log, stream) in logs.iter_mut().zip(own) {
        *log = step.next(*log, shared + shares.own.sqrt() * stream.normal());
    }
}

/// What is left of old jumps, and the jumps since: of the factor, of all members, of each member.
fn step_jumps(
    shock: &Shock,
    (shared, common, own): (Option<&Arrivals>, &Arrivals, &mut [Arrivals]),
    (before, years): (f64, f64),
    logs: &mut [f64],
) {
    let (ShockLaw::Jumps(jumps), shares) = (&shock.law, shock.shares) else { return };
    let height = |share: f64| jumps.rate * share;
    let outer = shared.map_or(0.0, |points| points.shots(jumps, height(shares.factor), years));
    let shared = outer + common.shots(jumps, height(shares.common), years);
    let left = jumps.left(years - before);
    for (log, points) in logs.iter_mut().zip(own) {
        points.advance(years);
        *log = *log * left + shared + points.shots(jumps, height(shares.own), years);
    }
}

/// The log of the factor where the chain of all members, or of each, is on.
fn step_regimes(
    alone: bool,
    law: &RegimeSwitching,
    (common, own): (&mut Chain, &mut [Chain]),
    (years, factor): (f64, f64),
    logs: &mut [f64],
) {
    common.advance(law, years);
    for (log, chain) in logs.iter_mut().zip(own) {
        chain.advance(law, years);
        let on = if alone { chain.is_on() } else { common.is_on() };
        *log = if on { factor } else { 0.0 };
    }
}
