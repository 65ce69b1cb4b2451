//! Every pending set pops the same keys in the same order as a sorted set, whatever the increments.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "references independent of what is tested"
)]
#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use std::collections::BTreeSet;

use autarky_engine::calendar::{Key, LadderQueue, PackedHeap, PendingSet, Phase};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::time::SimTime;
use proptest::prelude::*;

/// How far ahead of the last popped key the next one is pushed, in microseconds.
#[derive(Debug, Clone, Copy)]
enum Increments {
    Exponential,
    Tied,
    Pareto,
    Bimodal,
    /// Doubles its distance each time, from 1 µs to years, and falls back.
    Sawtooth,
    /// Always at the current instant.
    Zero,
    /// Each one nearer than the one before.
    Shrinking,
}

impl Increments {
    const ALL: [Self; 7] = [
        Self::Exponential,
        Self::Tied,
        Self::Pareto,
        Self::Bimodal,
        Self::Sawtooth,
        Self::Zero,
        Self::Shrinking,
    ];

    fn draw(self, stream: &mut Stream, step: u64) -> u64 {
        match self {
            Self::Exponential => (stream.exponential() * 1e6) as u64,
            Self::Tied => 1_000 * stream.uniform_below(4),
            // Shape ½: infinite mean, cut at 2^45 µs.
            Self::Pareto => (1.0 / stream.uniform_open()).powi(2).min(3.5e13) as u64,
            Self::Bimodal if stream.uniform() < 0.9 => stream.uniform_below(10),
            Self::Bimodal => 1_000_000_000 + stream.uniform_below(10),
            Self::Sawtooth => 1 << (step % 45),
            Self::Zero => 0,
            Self::Shrinking => (1 << 40) / (step + 1),
        }
    }
}

/// A pending set beside the sorted set it must agree with.
#[derive(Default)]
struct Pair<Q> {
    queue: Q,
    sorted: BTreeSet<Key>,
    sequence: u64,
    now: u64,
}

impl<Q: PendingSet> Pair<Q> {
    fn push(&mut self, increment: u64, phase: u8) {
        let at = SimTime::from_micros((self.now + increment).min(SimTime::MAX.as_micros()));
        let phase = Phase::new(phase).unwrap();
        let slot = (self.sequence * 7_919 % 1_000) as u32;
        let key = Key::new(at.unwrap(), phase, self.sequence, slot).unwrap();
        self.sequence += 1;
        self.queue.push(key);
        self.sorted.insert(key);
    }

    fn pop(&mut self) -> Option<Key> {
        let popped = self.queue.pop_at_most(Key::MAX);
        assert_eq!(popped, self.sorted.pop_first());
        self.now = popped.map_or(self.now, |key| key.time().as_micros());
        assert_eq!(self.queue.len(), self.sorted.len());
        popped
    }

    fn peek(&mut self) {
        assert_eq!(self.queue.peek(), self.sorted.first().copied());
    }

    fn thin(&mut self, modulus: u64) {
        let keep = |key: Key| !key.sequence().is_multiple_of(modulus);
        self.queue.retain(keep);
        self.sorted.retain(|&key| keep(key));
        assert_eq!(self.queue.len(), self.sorted.len());
    }
}

/// Prefill, hold, thin out, hold with other increments, drain.
fn exercise<Q: PendingSet>(first: Increments, second: Increments, population: u64, seed: u64) {
    let key = StreamKey { seed, replication: 0, process: 0, entity: population };
    let mut stream = Stream::new(key);
    let mut pair = Pair::<Q>::default();
    for step in 0..population {
        let increment = first.draw(&mut stream, step);
        pair.push(increment, (stream.uniform_below(3)) as u8);
    }
    for (increments, steps) in [(first, 3 * population), (second, 5 * population)] {
        for step in 0..steps {
            if stream.uniform_below(16) == 0 {
                pair.peek();
            }
            if stream.uniform_below(64) == 0 {
                // Growth and decline around the population.
                pair.push(increments.draw(&mut stream, step), 5);
            }
            if stream.uniform_below(64) == 0 {
                pair.pop();
            }
            if pair.pop().is_some() {
                let increment = increments.draw(&mut stream, step);
                pair.push(increment, stream.uniform_below(3) as u8);
            }
        }
        pair.thin(3);
    }
    while pair.pop().is_some() {}
    assert!(pair.queue.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ladder_and_heap_pop_like_a_sorted_set(
        first in 0..Increments::ALL.len(),
        second in 0..Increments::ALL.len(),
        population in 1_u64..600,
        seed: u64,
    ) {
        let (first, second) = (Increments::ALL[first], Increments::ALL[second]);
        exercise::<LadderQueue>(first, second, population, seed);
        exercise::<PackedHeap>(first, second, population, seed);
    }

    #[test]
    fn arbitrary_pushes_and_pops_follow_the_sorted_set(
        steps in prop::collection::vec((0_u8..4, 0_u32..46, any::<u64>(), 0_u8..64), 1..1_500),
    ) {
        let mut ladder = Pair::<LadderQueue>::default();
        let mut heap = Pair::<PackedHeap>::default();
        for (what, bits, raw, phase) in steps {
            if what < 3 {
                ladder.push(raw & ((1 << bits) - 1), phase);
                heap.push(raw & ((1 << bits) - 1), phase);
            } else {
                prop_assert_eq!(ladder.pop(), heap.pop());
            }
        }
        while ladder.pop().is_some() {}
    }
}

#[test]
fn every_pair_of_increments_keeps_the_order_at_a_large_population() {
    for first in Increments::ALL {
        exercise::<LadderQueue>(first, Increments::Exponential, 20_000, 1);
        exercise::<LadderQueue>(Increments::Exponential, first, 20_000, 2);
    }
}

#[test]
fn a_hundred_thousand_ties_pop_in_order_of_pushing_without_quadratic_work() {
    let mut pair = Pair::<LadderQueue>::default();
    for _ in 0..100_000 {
        pair.push(50, 1);
    }
    // While the ties are served, as many more arrive behind them at the same instant.
    for _ in 0..100_000 {
        pair.pop();
        pair.push(0, 1);
    }
    while pair.pop().is_some() {}
    assert_eq!(pair.now, 50);
}

#[test]
fn a_limit_below_the_first_key_pops_nothing() {
    fn check<Q: PendingSet>() {
        let mut queue = Q::default();
        let key = |micros| Key::new(SimTime::from_micros(micros).unwrap(), Phase::FIRST, micros, 0);
        let (five, six) = (key(5).unwrap(), key(6).unwrap());
        queue.push(six);
        assert_eq!(queue.pop_at_most(five), None);
        assert_eq!(queue.pop_at_most(six), Some(six));
        assert_eq!(queue.pop_at_most(six), None);
    }
    check::<LadderQueue>();
    check::<PackedHeap>();
}

#[test]
fn a_far_key_beyond_a_dense_cluster_stays_behind_it() {
    // The cluster makes buckets of a few bits; the far key's quotient by that width does not fit 64 bits.
    let mut pair = Pair::<LadderQueue>::default();
    for _ in 0..40 {
        pair.push(0, 0);
    }
    pair.push(1 << 51, 0);
    pair.push(1 << 50, 63);
    for _ in 0..10 {
        pair.pop();
    }
    for bits in 0..51 {
        pair.push(1 << bits, 1);
        pair.push((1 << bits) - 1, 2);
        pair.pop();
    }
    while pair.pop().is_some() {}
}
