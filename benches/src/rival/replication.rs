//! The arithmetic of one replication of the market and nothing else, as plain loops: how far the model is from it.
//!
//! What it does a day: draw demand and exchange rates, evaluate demand at given prices as often as the clearing does
//! (a power for each pair of segment and provider, a queue for each group), and factorise a dense matrix of the groups
//! as often. Between, for each event of a node, it pops the earliest, draws an exponential and pushes the next. What it
//! leaves out is the model: no fleet, stocks, orders, contracts, ledger, checks, withdrawal tests, records; no warm
//! start, no residual to drive to a tolerance, since it is told how many evaluations that takes.

use std::collections::BinaryHeap;

use autarky_engine::math::{exp, ln};
use rand_pcg::Pcg64Mcg;

use super::Event;
use super::exponential::Ziggurat;

/// How much arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Days, one tick each.
    pub days: u32,
    /// Segments of demand.
    pub segments: usize,
    /// Providers that each segment may use.
    pub offers: usize,
    /// Queue groups.
    pub groups: usize,
    /// Zones with an exchange rate.
    pub zones: usize,
    /// Evaluations of all segments a day.
    pub evaluations: u32,
    /// Factorisations a day.
    pub factorisations: u32,
    /// Events of nodes in all.
    pub events: u32,
    /// Clocks that are pending at a time.
    pub clocks: u32,
}

/// What was done: a sum that depends on all of it, and counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// Of everything.
    pub sum: f64,
    /// Exponential variates drawn.
    pub draws: u64,
    /// Powers of prices.
    pub powers: u64,
}

/// State of the market.
struct Market {
    demand: Vec<f64>,
    base: Vec<f64>,
    group: Vec<usize>,
    pull: Vec<f64>,
    load: Vec<f64>,
    wait: Vec<f64>,
    matrix: Vec<f64>,
}

/// Runs the days of a shape.
#[must_use]
pub fn run(shape: Shape, seed: u64) -> Done {
    let mut random = Pcg64Mcg::new((u128::from(seed) << 64) | 1);
    let ziggurat = Ziggurat::default();
    let (mut sum, mut draws) = (0.0, 0);
    let mut market = Market::new(shape);
    let mut draw = || {
        draws += 1;
        ziggurat.sample(&mut random)
    };
    let mut queue: BinaryHeap<Event> = (0..shape.clocks).map(|i| Event(draw(), i, 0)).collect();
    let per_day = shape.events / shape.days.max(1);
    for _ in 0..shape.days {
        for _ in 0..per_day {
            let Some(Event(time, clock, count)) = queue.pop() else { break };
            queue.push(Event(time + draw(), clock, count + 1));
        }
        for demand in &mut market.demand {
            *demand = exp(0.9 * ln(*demand) + 0.01 * (draw() - 1.0));
        }
        for _ in 0..shape.zones {
            sum += exp(0.01 * (draw() - 1.0));
        }
        for _ in 0..shape.evaluations {
            sum += market.evaluate(shape);
        }
        for _ in 0..shape.factorisations {
            sum += market.factorise(shape.groups);
        }
    }
    let pairs = (shape.segments * shape.offers) as u64;
    Done { sum, draws, powers: u64::from(shape.days) * u64::from(shape.evaluations) * pairs }
}

impl Market {
    fn new(shape: Shape) -> Self {
        let pairs = 0..shape.segments * shape.offers;
        Self {
            demand: vec![1.0; shape.segments],
            base: pairs.clone().map(|i| 0.2 + 0.001 * (i % 97) as f64).collect(),
            pull: vec![0.0; pairs.len()],
            group: pairs.map(|i| (i / shape.offers + i % shape.offers) % shape.groups).collect(),
            load: vec![0.0; shape.groups],
            wait: vec![0.0; shape.groups],
            matrix: vec![0.0; shape.groups * shape.groups],
        }
    }

    /// Demand of all segments at the waits of the last evaluation.
    fn evaluate(&mut self, shape: Shape) -> f64 {
        for (wait, load) in self.wait.iter_mut().zip(&mut self.load) {
            let used = *load / (1.0 + *load);
            *wait = exp(4.0 * ln(used + 1e-9)) / (1.0 - 0.99 * used);
            *load = 0.0;
        }
        for ((pull, base), group) in self.pull.iter_mut().zip(&self.base).zip(&self.group) {
            *pull = base + 0.01 * self.wait[*group];
        }
        // A loop each, so that the compiler makes vectors of them.
        for pull in &mut self.pull {
            *pull = -4.0 * ln(*pull);
        }
        for pull in &mut self.pull {
            *pull = exp(*pull);
        }
        let rows = self.pull.chunks_exact(shape.offers).zip(self.group.chunks_exact(shape.offers));
        for ((pulls, groups), demand) in rows.zip(&self.demand) {
            let sum: f64 = pulls.iter().sum();
            let scale = demand * exp(0.2 * ln(sum)) / sum;
            for (pull, group) in pulls.iter().zip(groups) {
                self.load[*group] += scale * pull;
            }
        }
        self.load.iter().sum()
    }

    /// Gaussian elimination without pivoting of a diagonally dominant matrix.
    fn factorise(&mut self, size: usize) -> f64 {
        self.matrix.fill(-0.01);
        for row in 0..size {
            self.matrix[row * size + row] = 1.0 + self.wait[row];
        }
        for pivot in 0..size {
            let (top, bottom) = self.matrix.split_at_mut((pivot + 1) * size);
            let pivot_row = &top[pivot * size..];
            for row in bottom.chunks_exact_mut(size) {
                let multiplier = row[pivot] / pivot_row[pivot];
                for (target, value) in row[pivot..].iter_mut().zip(&pivot_row[pivot..]) {
                    *target -= multiplier * value;
                }
            }
        }
        self.matrix[size * size - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_and_every_series_of_a_day_draws_once() {
        let shape = Shape {
            days: 10,
            segments: 6,
            offers: 4,
            groups: 5,
            zones: 3,
            evaluations: 2,
            factorisations: 1,
            events: 1000,
            clocks: 50,
        };
        let done = run(shape, 1);
        assert_eq!(done.draws, 50 + 1000 + 10 * (6 + 3));
        assert_eq!(done.powers, 10 * 2 * 24);
        assert!(done.sum.is_finite());
        assert_eq!(done, run(shape, 1));
        assert_ne!(done.sum.to_bits(), run(shape, 2).sum.to_bits());
    }
}
