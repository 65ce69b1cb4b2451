//! Resampling of replications, the same for everything that was run on the same shocks.
//!
//! Replications are independent, so any n of them may be put into at most 500 blocks of equal size, give or take one, without changing the
//! variance of a mean of resampled sums; cost and memory then do not grow with n.

use std::ops::Range;

use autarky_engine::rng::{Stream, StreamKey, entity_key};
use serde::Serialize;

use super::AnalysisError;

/// Blocks at most.
const BLOCKS: usize = 500;

/// How often to resample, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Resampling {
    /// Seed of the study.
    pub seed: u64,
    /// Number of resamples, 1 to 100,000.
    pub resamples: usize,
}

impl Default for Resampling {
    fn default() -> Self {
        Self { seed: 0, resamples: 999 }
    }
}

impl Resampling {
    pub(super) fn check(self) -> Result<(), AnalysisError> {
        if (1..=100_000).contains(&self.resamples) {
            return Ok(());
        }
        Err(AnalysisError::Value {
            what: "number of resamples".to_owned(),
            value: self.resamples as f64,
            allowed: "between 1 and 100000",
        })
    }

    /// The stream of one use of resampling; `entity` tells what is resampled.
    pub(super) fn stream(self, purpose: &str, entity: &str) -> Stream {
        Stream::new(StreamKey {
            seed: self.seed,
            replication: 0,
            process: entity_key(purpose),
            entity: entity_key(entity),
        })
    }
}

/// The blocks of n replications: each replication its own up to 500 of them.
pub(super) fn blocks(n: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    let count = n.min(BLOCKS);
    (0..count).map(move |b| b * n / count..(b + 1) * n / count)
}
