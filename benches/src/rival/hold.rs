//! The hold model on `BinaryHeap`.

use std::collections::BinaryHeap;

use rand_pcg::Pcg64Mcg;

use crate::rival::Event;
use crate::rival::exponential::Ziggurat;
use crate::workload::hold::{Hold, MEAN_INCREMENT_US};

/// A binary heap at a fixed number pending.
pub struct RivalHold {
    heap: BinaryHeap<Event>,
    rng: Pcg64Mcg,
    ziggurat: Ziggurat,
}

impl RivalHold {
    /// `pending` events at exponential instants.
    #[must_use]
    pub fn new(pending: u32) -> Self {
        let (mut rng, ziggurat) = (Pcg64Mcg::new(2), Ziggurat::default());
        let draw = |event| Event(ziggurat.sample(&mut rng) * MEAN_INCREMENT_US, event, 0);
        let heap = (0..pending).map(draw).collect();
        Self { heap, rng, ziggurat }
    }
}

impl Hold for RivalHold {
    fn run(&mut self, steps: u64) -> u64 {
        let mut sum = 0;
        for _ in 0..steps {
            let Some(Event(time, event, _)) = self.heap.pop() else { break };
            sum += u64::from(event);
            let next = time + self.ziggurat.sample(&mut self.rng) * MEAN_INCREMENT_US;
            self.heap.push(Event(next, event, 0));
        }
        sum
    }
}
