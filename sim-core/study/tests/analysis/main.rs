//! Claims about the analyses of studies: against theory, and on numbers whose answer is known by hand.
#![expect(clippy::float_cmp, reason = "small examples have exact answers")]

mod dominance;
mod frontier;
mod nested;
mod pairs;
mod prim;
mod robustness;
mod stopping;
mod tail;

use autarky_engine::rng::{Stream, StreamKey, entity_key};

/// The stream of one experiment of a test.
fn stream(test: &str, experiment: u64) -> Stream {
    Stream::new(StreamKey {
        seed: 1,
        replication: experiment,
        process: entity_key(test),
        entity: 0,
    })
}

/// Asserts that a share of experiments is a probability, within 4.9 standard errors: a false alarm in a million.
fn assert_share(hits: u64, experiments: u64, probability: f64) {
    let share = hits as f64 / experiments as f64;
    let error = (probability * (1.0 - probability) / experiments as f64).sqrt();
    assert!((share - probability).abs() < 4.9 * error, "{share} is not {probability} ± {error}");
}
