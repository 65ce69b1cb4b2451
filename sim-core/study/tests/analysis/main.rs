//! Claims about the analyses of studies: against theory, on numbers with known answers.

mod stopping;

use autarky_engine::rng::{Stream, StreamKey, entity_key};

/// The stream of a test.
fn stream(test: &str, experiment: u64) -> Stream {
    Stream::new(StreamKey {
        seed: 1,
        replication: experiment,
        process: entity_key(test),
        entity: 0,
    })
}
