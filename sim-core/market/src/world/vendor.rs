//! State of vendors: who waits for what, stock, past sales, and what became of the output.

use autarky_engine::rng::Stream;

use crate::id::OrderId;

/// A vendor.
#[derive(Debug, Clone)]
pub struct VendorState {
    /// Orders in the sequence in which they were placed.
    pub backlog: Vec<OrderId>,
    /// Orders that wait until those of their pool make up the minimum lot, in the sequence in which they were placed.
    pub below_lot: Vec<OrderId>,
    /// Unsold output, H100e.
    pub stock: f64,
    /// Purchases by pool, older ones discounted by the vendor's memory, H100e.
    pub past_sales: Vec<f64>,
    /// What became of its output.
    pub books: OutputBooks,
    /// Noise of its output.
    pub output: Stream,
}

/// Output since the start, H100e: `made = shipped + idle` + stock + what is set aside for open orders.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OutputBooks {
    /// What could be made.
    pub made: f64,
    /// What left for a buyer.
    pub shipped: f64,
    /// What was not made after all because the stock was full.
    pub idle: f64,
}

impl VendorState {
    /// Nothing made, nobody waiting.
    #[must_use]
    pub fn new(output: Stream, pools: usize) -> Self {
        Self {
            backlog: Vec::new(),
            below_lot: Vec::new(),
            stock: 0.0,
            past_sales: vec![0.0; pools],
            books: OutputBooks::default(),
            output,
        }
    }

    /// Takes the orders that `caught` names out of every queue; their sequence stays.
    pub fn take_orders(&mut self, caught: impl Fn(OrderId) -> bool) -> Vec<OrderId> {
        let mut taken = Vec::new();
        for queue in [&mut self.backlog, &mut self.below_lot] {
            queue.retain(|&id| {
                let take = caught(id);
                if take {
                    taken.push(id);
                }
                !take
            });
        }
        taken
    }

    /// Every order that waits for nodes.
    pub fn waiting(&self) -> impl Iterator<Item = OrderId> {
        self.backlog.iter().chain(&self.below_lot).copied()
    }
}
