//! M/M/1 as a plain loop.

use std::collections::{BinaryHeap, VecDeque};

use autarky_engine::stats::Welford;
use rand_pcg::Pcg64Mcg;

use crate::rival::Event;
use crate::rival::exponential::Ziggurat;
use crate::rival::time_average::TimeAverage;
use crate::workload::mm1::{QueueResult, QueueSize};

const ARRIVE: u32 = 0;
const LEAVE: u32 = 1;

/// Serve everyone.
#[must_use]
pub fn run(size: QueueSize, replication: u64) -> QueueResult {
    let mut rng = Pcg64Mcg::new(u128::from(replication) << 1 | 1 << 64);
    let ziggurat = Ziggurat::default();
    let mut heap = BinaryHeap::with_capacity(4);
    let mut waiting: VecDeque<(u32, f64)> = VecDeque::with_capacity(64);
    let (mut number, mut waits) = (TimeAverage::default(), Welford::new());
    let (mut busy, mut idle_since, mut events) = (false, 0.0, 0);
    heap.push(Event(ziggurat.sample(&mut rng) * size.mean_interarrival_us, ARRIVE, 0));
    while let Some(Event(now, what, customer)) = heap.pop() {
        events += 1;
        let next = if what == ARRIVE {
            if customer + 1 < size.customers {
                let at = now + ziggurat.sample(&mut rng) * size.mean_interarrival_us;
                heap.push(Event(at, ARRIVE, customer + 1));
            }
            if busy {
                waiting.push_back((customer, now));
                number.set(now, waiting.len() as f64);
                continue;
            }
            Some((customer, now))
        } else {
            let next = waiting.pop_front();
            if next.is_some() {
                number.set(now, waiting.len() as f64);
            }
            next
        };
        busy = next.is_some();
        if let Some((customer, arrived)) = next {
            waits.push(now - arrived);
            let service = ziggurat.sample(&mut rng) * size.mean_service_us;
            heap.push(Event(now + service, LEAVE, customer));
        } else {
            idle_since = now;
        }
    }
    QueueResult {
        mean_wait_us: waits.mean(),
        mean_waiting: number.mean(idle_since),
        variance_waiting: number.variance(idle_since),
        range_waiting: number.range(),
        events,
        fingerprint: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rival_matches_theory_too() {
        // Theory, tolerance and false-alarm rate as for the engine's workload; seed 0.
        let result = run(QueueSize::of(1_000_000), 0);
        assert!((result.mean_wait_us / 1e6 - 4.0).abs() < 0.196, "{result:?}");
        assert!((result.mean_waiting - 3.2).abs() < 0.2, "{result:?}");
        assert_eq!(result.events, 2_000_000);
    }
}
