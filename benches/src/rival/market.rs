//! The synthetic market on `BinaryHeap`, with a version number per entity to recognise stale events.

use std::collections::BinaryHeap;

use autarky_engine::stats::Welford;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

use crate::rival::Event;
use crate::rival::exponential::Ziggurat;
use crate::rival::time_average::TimeAverage;
use crate::workload::market::{Action, Firm, MarketResult, action};

/// A firm, the version of its pending event, and the bits that choose its action.
struct Entity {
    firm: Firm,
    version: u32,
    bits: u32,
}

/// A market that can be run piece by piece.
pub struct RivalMarket {
    heap: BinaryHeap<Event>,
    entities: Vec<Entity>,
    rng: Pcg64Mcg,
    ziggurat: Ziggurat,
    stock: TimeAverage,
    sales: Welford,
    rescheduled: u64,
    now: f64,
}

impl RivalMarket {
    /// `count` entities at the start of time, each with one pending event.
    #[must_use]
    pub fn new(count: u32) -> Self {
        let (mut rng, ziggurat) = (Pcg64Mcg::new(3), Ziggurat::default());
        let mut heap = BinaryHeap::with_capacity(2 * count as usize);
        let mut entities: Vec<Entity> = Vec::with_capacity(count as usize);
        for index in 0..count {
            let bits = rng.next_u64() as u32 & 0xffff;
            entities.push(Entity { firm: Firm::NEW, version: 0, bits });
            heap.push(Event(ziggurat.sample(&mut rng), index, 0));
        }
        let (stock, sales) = (TimeAverage::default(), Welford::new());
        Self { heap, entities, rng, ziggurat, stock, sales, rescheduled: 0, now: 0.0 }
    }

    /// Handle as many more live events, and return how many events were rescheduled so far.
    pub fn run(&mut self, events: u64) -> u64 {
        let mut left = events;
        while left > 0
            && let Some(Event(time, index, version)) = self.heap.pop()
        {
            if self.entities[index as usize].version == version {
                self.now = time;
                self.handle(index);
                left -= 1;
            }
        }
        self.rescheduled
    }

    #[inline]
    fn handle(&mut self, index: u32) {
        let (now, entity) = (self.now, &mut self.entities[index as usize]);
        let bits = self.rng.next_u64();
        let uniform = (bits >> 32) as f64 / 4_294_967_296.0;
        let act = action(u64::from(entity.bits));
        let change = entity.firm.act(act, uniform);
        if act != Action::Invest {
            self.stock.set(now, self.stock.value() + change);
        }
        if act == Action::Sell {
            self.sales.push(-change);
        }
        entity.bits = bits as u32 & 0xffff;
        entity.version += 1;
        let at = now + self.ziggurat.sample(&mut self.rng);
        self.heap.push(Event(at, index, entity.version));
        if (bits >> 16) & 0xffff < 13_107 {
            let other = u128::from(self.rng.next_u64()) * self.entities.len() as u128;
            let other = (other >> 64) as usize;
            self.entities[other].version += 1;
            let at = now + self.ziggurat.sample(&mut self.rng);
            self.heap.push(Event(at, other as u32, self.entities[other].version));
            self.rescheduled += 1;
        }
    }

    /// What the market has come to.
    #[must_use]
    pub fn result(&self) -> MarketResult {
        let mean_stock = self.stock.mean(self.now);
        MarketResult { rescheduled: self.rescheduled, mean_stock, mean_sale: self.sales.mean() }
    }
}
