//! What someone would write by hand for one workload, without an engine: a loop over `std`'s `BinaryHeap`, `f64`
//! times, `Pcg64Mcg` and a ziggurat. No handles, no total order, no fingerprint, no limits.

pub mod exponential;
pub mod hold;
pub mod market;
pub mod mm1;
pub mod replication;
pub mod time_average;

use std::cmp::Ordering;

/// A time, and two numbers that say what happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event(pub f64, pub u32, pub u32);

impl Eq for Event {}

impl Ord for Event {
    /// The earliest event is the greatest: `BinaryHeap` pops the greatest first.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0)
    }
}

impl PartialOrd for Event {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
