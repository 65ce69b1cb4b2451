//! Replications of a short queue on one and on two threads.

use std::hint::black_box;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::measure::side_by_side;
use crate::workload::mm1::QueueSize;

/// Customers in each replication.
const CUSTOMERS: u32 = 1_000;

/// Speed-up of two threads over one, divided by two: 1 is perfect. `replicate` runs one replication by its index.
///
/// # Panics
/// When the operating system refuses a thread.
#[must_use]
pub fn efficiency(
    rounds: usize,
    replications: u64,
    replicate: impl Fn(QueueSize, u64) -> u64 + Sync,
) -> f64 {
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    let one = pool(1).expect("a thread starts");
    let two = pool(2).expect("two threads start");
    let size = QueueSize::of(CUSTOMERS);
    let run = |pool: &ThreadPool| -> u64 {
        pool.install(|| {
            (0..replications).into_par_iter().map(|i| black_box(replicate(size, i))).sum()
        })
    };
    let (single, double) = side_by_side(rounds, || run(&one), || run(&two));
    single.0 / (2.0 * double.0)
}
