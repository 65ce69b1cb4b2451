//! The event engine: a calendar with a total order, keyed random streams, a run loop, statistics and
//! replications. It knows no market and reads no files.
//!
//! The same seed gives the same bits on every machine, in debug and release builds, for any number of
//! threads: transcendental functions come from [`math`], randomness only from [`rng`], and sums are folded
//! in replication order.

pub mod calendar;
pub mod fingerprint;
pub mod math;
pub mod replicate;
pub mod rng;
pub mod sampler;
pub mod simulation;
pub mod stats;
pub mod stop;
pub mod time;
