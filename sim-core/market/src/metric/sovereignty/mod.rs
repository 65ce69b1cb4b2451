//! The withdrawal test: what remains of a nation's critical service when one party withdraws.
//!
//! At a sample date, for each nation, actor a and horizon h of 0, 30 and 365 days: a deterministic [`Projection`] of the state, with demand,
//! regimes and prices as they are and no new orders from anybody, then the share of critical reference demand that it can serve.
//! Level `Q_h` with the withdrawal; loss = `Q_h` without it minus `Q_h` with it, same date and horizon. It is the N−1 criterion of power
//! systems applied to a country's compute. Expected loss = Σ hazard·loss over the foreign parties, 1/year: the first order of independent
//! rare events (Kaplan and Garrick 1981). Reads only.

mod projection;
mod test;

use super::sums::KINDS;
use crate::blueprint::LEVELS;
use crate::record::{HORIZONS_DAYS, Layer, Withdrawal};

pub use projection::Projection;
pub use test::critical_need;
pub(crate) use test::{Access, accessible, level_today, stopped};

/// Horizons.
pub const H: usize = HORIZONS_DAYS.len();

/// Compute by level of eligibility.
pub type Levels = [f64; LEVELS];

/// One nation's results at one date.
#[derive(Debug, Clone)]
pub struct Weakest {
    /// Level without any withdrawal, by horizon.
    pub baseline: [f64; H],
    /// Level after the worst withdrawal of a foreign party.
    pub level: [f64; H],
    /// Largest loss by a foreign party.
    pub loss: [f64; H],
    /// Sum of hazard times loss over the foreign parties, 1/year.
    pub expected_loss: [f64; H],
    /// Largest loss by the largest operator of a kind at home.
    pub operator_loss: [f64; H],
    /// The foreign party with the lowest level at the last horizon, a position among the actors.
    pub worst: Option<usize>,
    /// What each kind of provider at home keeps of its compute after 365 days of the withdrawal that costs it most.
    pub kept_by: [f64; KINDS],
    /// `[actor][horizon]`.
    pub results: Vec<TestResult>,
}

impl Weakest {
    fn new(baseline: [f64; H], actors: usize) -> Self {
        Self {
            baseline,
            level: baseline,
            loss: [0.0; H],
            expected_loss: [0.0; H],
            operator_loss: [0.0; H],
            worst: None,
            kept_by: [f64::NAN; KINDS],
            results: Vec::with_capacity(actors * H),
        }
    }
}

/// Result for one actor and horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// Level with the withdrawal.
    pub level: f64,
    /// Loss by it.
    pub loss: f64,
    /// Layer that binds.
    pub layer: Layer,
}

/// Sums of results over sample dates.
#[derive(Debug, Clone, Copy, Default)]
pub struct WithdrawalSums {
    n: f64,
    level: f64,
    loss: f64,
    loss_max: f64,
    layers: [u32; Layer::ALL.len()],
}

impl WithdrawalSums {
    /// Adds a date.
    pub fn add(&mut self, result: &TestResult) {
        self.n += 1.0;
        self.level += result.level;
        self.loss += result.loss;
        if result.loss > self.loss_max {
            self.loss_max = result.loss;
        }
        self.layers[result.layer as usize] += 1;
    }

    /// Means over the dates; the layer is the one that bound most often, ignoring dates without a loss.
    #[must_use]
    pub fn mean(&self) -> Withdrawal {
        let most = (1..Layer::ALL.len())
            .max_by_key(|&l| (self.layers[l], Layer::ALL.len() - l))
            .unwrap_or(0);
        let layer = if self.layers[most] > 0 { Layer::ALL[most] } else { Layer::None };
        Withdrawal {
            level: self.level / self.n,
            loss: self.loss / self.n,
            loss_max: self.loss_max,
            layer,
        }
    }
}
