//! What is known about one run after its record is gone: its quantities, its paths for pictures, its withdrawal tests.

use autarky_market::record::{Layer, Layout, Record, Withdrawal};
use serde::{Deserialize, Serialize};

use super::quantity::{Path, Quantity};

/// Nations whose paths are followed for pictures.
pub const PATH_NATIONS: usize = 3;

/// The values of one run in the order of the accumulators; NaN where a value is undefined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunValues {
    /// `[nation][quantity]`.
    pub quantities: Vec<f64>,
    /// `[nation][path][sample]` of the first [`PATH_NATIONS`] nations; empty where only rows are left of a run.
    pub paths: Vec<f64>,
    /// `[nation][actor][horizon]`.
    pub withdrawal: Vec<WithdrawalValue>,
}

/// One withdrawal test of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithdrawalValue {
    /// Mean level.
    pub level: f64,
    /// Mean loss.
    pub loss: f64,
    /// Position of the binding layer in [`Layer::ALL`].
    pub layer: u8,
}

impl From<&Withdrawal> for WithdrawalValue {
    fn from(entry: &Withdrawal) -> Self {
        let layer = Layer::ALL.iter().position(|layer| *layer == entry.layer).unwrap_or(0);
        Self { level: entry.level, loss: entry.loss, layer: layer as u8 }
    }
}

impl RunValues {
    /// Reads the values off a record.
    pub(crate) fn of(
        layout: &Layout,
        record: &Record,
        (quantities, paths): (&[Quantity], &[Path]),
    ) -> Self {
        let nations = 0..layout.nations.len();
        let defined = |value: Option<f64>| value.unwrap_or(f64::NAN);
        Self {
            quantities: nations
                .clone()
                .flat_map(|n| quantities.iter().map(move |q| defined(q.value(layout, record, n))))
                .collect(),
            paths: nations
                .take(PATH_NATIONS)
                .flat_map(|n| {
                    paths.iter().flat_map(move |path| {
                        (0..layout.sample_days.len())
                            .map(move |t| defined(path.value(layout, record, (n, t))))
                    })
                })
                .collect(),
            withdrawal: record.withdrawal.iter().map(WithdrawalValue::from).collect(),
        }
    }
}
