//! Shocks compiled: laws with their constants for one tick, whom they hit, and the factors that they share.

use autarky_engine::rng::{child_key, entity_key};

use super::build::BuildError;
use super::{Blueprint, Timing};
use crate::entity::shock::{Interpolation, Law, ShockParameters, SizeLaw, Target};
use crate::process::jumps::{Jumps, Size};
use crate::process::mean_reverting::{MeanReverting, log_variance};
use crate::process::path::Path;
use crate::process::regime_switching::RegimeSwitching;
use crate::scenario::Scenario;

/// All shocks of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Shocks {
    /// By identifier.
    pub entries: Vec<Shock>,
    /// The common factors, by name.
    pub factors: Vec<Factor>,
}

/// One shock.
#[derive(Debug, Clone)]
pub struct Shock {
    /// Identifier.
    pub id: String,
    /// Key of its streams.
    pub key: u64,
    /// What it multiplies.
    pub target: Target,
    /// By which law.
    pub law: ShockLaw,
    /// Whom it hits.
    pub members: Vec<Member>,
    /// Position of its common factor.
    pub factor: Option<usize>,
    /// How much of it is whose.
    pub shares: Shares,
    /// Whether its mean is one.
    pub compensated: bool,
}

/// A vendor, zone or provider that a shock hits.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Position in its column.
    pub at: usize,
    /// Key of its streams.
    pub key: u64,
}

/// Shares of variance (of a normal) or of rate (of jumps) that come from the factor, from what the members have in common, and from each alone;
/// they sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// ℓ².
    pub factor: f64,
    /// (1 − ℓ²)·c.
    pub common: f64,
    /// (1 − ℓ²)·(1 − c).
    pub own: f64,
}

impl Shares {
    /// From the loading ℓ and the common share c.
    #[must_use]
    pub fn new(loading: f64, common: f64) -> Self {
        let factor = loading * loading;
        Self { factor, common: (1.0 - factor) * common, own: (1.0 - factor) * (1.0 - common) }
    }
}

/// A common factor.
#[derive(Debug, Clone, Copy)]
pub struct Factor {
    /// Key of its streams.
    pub key: u64,
    /// The largest rate of jumps that a shock takes from it, a year.
    pub height: f64,
}

/// A law with its constants.
#[derive(Debug, Clone)]
pub enum ShockLaw {
    /// Ornstein–Uhlenbeck in logs.
    MeanReverting {
        /// For one tick.
        step: MeanReverting,
        /// σ.
        volatility: f64,
        /// κ.
        reversion: f64,
    },
    /// Jumps in logs that decay.
    Jumps(Jumps),
    /// A factor while a regime lasts.
    RegimeSwitching {
        /// Rates.
        chain: RegimeSwitching,
        /// The factor.
        factor: f64,
    },
    /// A given path.
    Path {
        /// Values by date.
        path: Path,
        /// Log of the value that counts as one.
        base: f64,
    },
}

impl ShockLaw {
    fn new(p: &ShockParameters, timing: &Timing) -> Self {
        let tick_years = timing.tick_days / 365.25;
        match p.law {
            Law::MeanReverting => Self::MeanReverting {
                step: MeanReverting::started(p.volatility, p.reversion, tick_years),
                volatility: p.volatility,
                reversion: p.reversion,
            },
            Law::Jumps => Self::Jumps(Jumps { rate: p.rate, size: size(p), decay: p.decay }),
            Law::RegimeSwitching => Self::RegimeSwitching {
                chain: RegimeSwitching { onset: p.regime_onset, end: 365.25 / p.regime_length },
                factor: p.regime_factor,
            },
            Law::Path => {
                let date = |(day, value): &(f64, f64)| ((day - timing.start_day) / 365.25, *value);
                let points: Vec<_> = p.path_values.iter().map(date).collect();
                let path = Path::new(&points, p.path_interpolation == Interpolation::LogLinear);
                let base = if p.path_rebase { path.log_at(0.0) } else { 0.0 };
                Self::Path { path, base }
            }
        }
    }

    /// Growth of the log of the mean of the uncompensated factor between two dates, in years from the start.
    #[must_use]
    pub fn compensation(&self, from: f64, to: f64) -> f64 {
        match self {
            Self::MeanReverting { volatility, reversion, .. } => {
                let variance = |years| log_variance(*volatility, *reversion, years);
                0.5 * (variance(to) - variance(from))
            }
            Self::Jumps(jumps) => jumps.compensation(from, to),
            Self::RegimeSwitching { chain, factor } => {
                let mean = |years| chain.probability(years) * (factor - 1.0);
                autarky_engine::math::ln_1p(mean(to)) - autarky_engine::math::ln_1p(mean(from))
            }
            Self::Path { .. } => 0.0,
        }
    }
}

/// The law of the size of a jump.
#[must_use]
pub fn size(p: &ShockParameters) -> Size {
    match p.size {
        SizeLaw::Normal => Size::Normal { mean: p.size_mean, deviation: p.size_deviation },
        SizeLaw::DoubleExponential => Size::DoubleExponential {
            up: p.size_share_up,
            mean_up: p.size_mean_up,
            mean_down: p.size_mean_down,
        },
        // ln of a Pareto factor of tail α is exponential with mean 1/α.
        SizeLaw::Pareto => {
            Size::DoubleExponential { up: 1.0, mean_up: 1.0 / p.size_tail, mean_down: 1.0 }
        }
    }
}

impl Blueprint {
    pub(super) fn compile_shocks(&self, scenario: &Scenario) -> Result<Shocks, BuildError> {
        let (mut shocks, mut names) = (Shocks::default(), Vec::<&str>::new());
        for (id, p) in scenario.shocks.iter() {
            let shares = Shares::new(if p.factor.is_empty() { 0.0 } else { p.loading }, p.common);
            let factor = (!p.factor.is_empty()).then(|| {
                names.iter().position(|name| *name == p.factor).unwrap_or_else(|| {
                    names.push(&p.factor);
                    let key = child_key(entity_key(&p.factor), 1);
                    shocks.factors.push(Factor { key, height: 0.0 });
                    names.len() - 1
                })
            });
            if let (Some(at), Law::Jumps) = (factor, p.law) {
                let height = &mut shocks.factors[at].height;
                *height = height.max(p.rate * shares.factor);
            }
            shocks.entries.push(Shock {
                id: id.to_owned(),
                key: entity_key(id),
                target: p.target,
                law: ShockLaw::new(p, &self.timing),
                members: self.members(scenario, id, p)?,
                factor,
                shares,
                compensated: p.compensated,
            });
        }
        Ok(shocks)
    }

    /// Those named; else all, and for `cloud` all that sell abroad.
    fn members(
        &self,
        scenario: &Scenario,
        id: &str,
        p: &ShockParameters,
    ) -> Result<Vec<Member>, BuildError> {
        let member = |(at, name): (usize, &str)| Member { at, key: entity_key(name) };
        let named = |names: &[String], all: &[&str], root: &str| {
            let at = |name: &String| {
                let found =
                    all.iter().position(|other| other == name).ok_or_else(|| BuildError {
                        path: format!("shock.{id}.of.{root}s"),
                        message: format!("there is no {root} `{name}`"),
                    })?;
                Ok(member((found, name)))
            };
            names.iter().map(at).collect::<Result<Vec<_>, _>>()
        };
        let root = p.target.root();
        let ids = scenario.identifiers(root);
        let given = match root {
            "vendor" => &p.of_vendors,
            "provider" => &p.of_providers,
            _ => &p.of_nations,
        };
        if !given.is_empty() {
            return named(given, &ids, root);
        }
        let sells = |at: usize| p.target != Target::Cloud || self.providers[at].parameters.exports;
        Ok(ids.into_iter().enumerate().filter(|(at, _)| sells(*at)).map(member).collect())
    }
}
